"""Both locks are closed: what they hold asks for nothing else on any Python and system, whatever is published later."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import lock

PYTHONS = ("3.11.2", "3.11.14", "3.12.0", "3.12.12", "3.13.0", "3.13.9", "3.14.0", "3.14.5")
SYSTEMS = {
    "Linux": {"sys_platform": "linux", "os_name": "posix", "platform_machine": "x86_64"},
    "Windows": {"sys_platform": "win32", "os_name": "nt", "platform_machine": "AMD64"},
    "Darwin": {"sys_platform": "darwin", "os_name": "posix", "platform_machine": "arm64"},
}
MACHINES = [
    {
        **system,
        "platform_system": name,
        "python_version": python.rpartition(".")[0],
        "python_full_version": python,
        "implementation_name": "cpython",
        "implementation_version": python,
        "platform_python_implementation": "CPython",
    }
    for name, system in SYSTEMS.items()
    for python in PYTHONS
]
Record = Mapping[str, Mapping[str, list[str]]]


@cache
def project() -> dict[str, list[str]]:
    """Return what the project itself asks for: to run, and to be made."""
    said = tomllib.loads((lock.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    run = said["project"]["dependencies"]
    return {
        "run": run,
        "dev": [*run, *said["project"]["optional-dependencies"]["dev"], *said["build-system"]["requires"]],
    }


@cache
def record() -> Record:
    """Return what each locked library asks for, as its own metadata say."""
    found: Record = json.loads(lock.RECORD.read_text(encoding="utf-8"))
    return found


def lacking(
    asked: Iterable[str], locked: Iterable[lock.Entry], known: Record, machine: dict[str, str]
) -> tuple[list[str], set[str]]:
    """Return what nothing in a lock meets on one machine, and the names of all that is needed there."""
    there = {entry.name: entry for entry in locked if entry.taken(machine)}
    faults, seen = [], set()
    waiting = [(Requirement(text), "the project", "") for text in asked]
    while waiting:
        wanted, by, extra = waiting.pop()
        if wanted.marker is not None and not wanted.marker.evaluate({**machine, "extra": extra}):
            continue
        name = canonicalize_name(wanted.name)
        entry = there.get(name)
        if entry is None or not wanted.specifier.contains(entry.version, prereleases=True):
            faults.append(f"{wanted} for {by} on {machine['platform_system']} {machine['python_full_version']}")
            continue
        for more in {"", *wanted.extras}:
            if (name, more) not in seen:
                seen.add((name, more))
                waiting += [(Requirement(text), entry.pin, more) for text in known[entry.pin]["requires"]]
    return faults, {name for name, _ in seen}


def both() -> list[lock.Entry]:
    """Return everything locked."""
    return [*lock.entries(lock.RUN), *lock.entries(lock.DEV)]


@pytest.mark.parametrize(
    "machine", MACHINES, ids=lambda each: f"{each['platform_system']}-{each['python_full_version']}"
)
def test_each_lock_is_closed_and_holds_no_more_than_is_needed(machine: dict[str, str]) -> None:
    run = list(lock.entries(lock.RUN))
    faults, needed = lacking(project()["run"], run, record(), machine)
    assert faults == []
    assert {entry.name for entry in run if entry.taken(machine)} == needed
    faults, needed = lacking(project()["dev"], both(), record(), machine)
    assert faults == []
    assert {entry.name for entry in both() if entry.taken(machine)} == needed


def test_a_library_taken_out_of_a_lock_is_missed() -> None:
    for gone in lock.entries(lock.RUN):
        rest = [entry for entry in lock.entries(lock.RUN) if entry.pin != gone.pin]
        missed = [fault for machine in MACHINES for fault in lacking(project()["run"], rest, record(), machine)[0]]
        assert any(canonicalize_name(Requirement(fault.split(" for ")[0]).name) == gone.name for fault in missed), gone


def test_a_requirement_of_an_extra_is_followed() -> None:
    """The fault that broke every set-up once: an extra of a library asked for what the lock did not name."""
    known = {**record(), "pytest-cov==7.1.0": {"requires": ["coverage[toml]>=7.10.6"], "extras": []}}
    known["coverage==7.17.4"] = {"requires": ["published-since ; extra == 'toml'"], "extras": ["toml"]}
    faults, _ = lacking(["pytest-cov==7.1.0"], both(), known, MACHINES[0])
    assert len([fault for fault in faults if fault.startswith("published-since")]) == 1


def test_the_record_is_of_what_is_locked_and_tells_what_is_installed_here() -> None:
    assert {entry.pin for entry in both()} == set(record())
    compared = 0
    for pin, said in record().items():
        try:
            installed = metadata.distribution(pin.split("==")[0])
        except metadata.PackageNotFoundError:
            continue
        if installed.version == pin.split("==")[1]:
            compared += 1
            assert set(installed.requires or ()) == set(said["requires"]), pin
    assert compared > len(record()) * 3 // 4


def test_the_locks_share_nothing_and_the_officer_gets_no_tool_of_the_makers() -> None:
    run, dev = ({entry.name for entry in lock.entries(file)} for file in (lock.RUN, lock.DEV))
    assert run & dev == set()
    assert run & {"faker", "openpyxl", "defusedxml", "pytest", "hatchling", "packaging"} == set()


def test_every_library_of_the_project_is_pinned_and_locked_with_hashes() -> None:
    pins = {entry.pin for entry in both()}
    for text in project()["dev"]:
        wanted = Requirement(text)
        assert re.fullmatch(r"==[\w.]+", str(wanted.specifier)), text
        assert f"{canonicalize_name(wanted.name)}{wanted.specifier}" in pins


def test_a_line_that_nobody_can_check_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "some.lock"
    path.write_text("lxml==6.1.3\n", encoding="utf-8")
    with pytest.raises(ValueError, match="without a pinned version"):
        list(lock.entries(path))
