"""Write the two locks again: ``python -m tools.lock`` (it needs the network, and ``uv`` on the PATH).

``requirements.lock`` is what the program needs to run, ``requirements-dev.lock`` what its makers need besides. They
are installed without asking anybody what else there is (``--no-deps``), so they must be complete. What every locked
library asks for is kept in ``tools/locked-requirements.json``; ``tests/test_locks.py`` proves with it that nothing is
lacking on any Python and system, whatever is published later.
"""

from __future__ import annotations

import argparse
import email.parser
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
RUN, DEV = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
RECORD = ROOT / "tools" / "locked-requirements.json"
# Debian 12's, and the newest of the oldest and of the newest line
PYTHONS = ("3.11.2", "3.11.9", "3.14.0")
PLATFORMS = {
    # up to the C library of Debian 12
    "linux": ("manylinux2014_x86_64", *(f"manylinux_2_{minor}_x86_64" for minor in range(5, 37))),
    "win32": ("win_amd64",),
    "darwin": tuple(f"macosx_{major}_0_{machine}" for major in range(11, 15) for machine in ("arm64", "universal2")),
}
_ENTRY = re.compile(r"([A-Za-z0-9._-]+)==([^\s;]+)(?:\s*;\s*(.*?))?((?:\s*--hash=\S+)+)\s*$")


@dataclass(frozen=True)
class Entry:
    """One library of a lock: at one version, on the machines of its marker, with the hashes of its files."""

    name: str
    version: str
    marker: Marker | None
    line: str

    @property
    def pin(self) -> str:
        """Return the name with the version."""
        return f"{self.name}=={self.version}"

    def taken(self, machine: dict[str, str]) -> bool:
        """Say whether a machine takes it; ``machine`` is an environment of markers."""
        return self.marker is None or self.marker.evaluate(dict(machine))


def entries(lock: Path) -> Iterator[Entry]:
    """Yield what a lock holds; raise ValueError for a line that pins no version or names no hash."""
    for line in lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _ENTRY.match(line)
        if found is None:
            raise ValueError(f"{lock.name} has a line without a pinned version and its hashes: {line[:60]}")
        marker = Marker(found[3]) if found[3] else None
        yield Entry(canonicalize_name(found[1]), found[2], marker, " ".join(line.split()))


def _compile(target: Path, keep: Path | None, *more: str) -> None:
    constraint = ("-c", str(keep)) if keep is not None else ()
    command = (
        "uv",
        "pip",
        "compile",
        "pyproject.toml",
        "--universal",
        "--generate-hashes",
        "--no-header",
        "--no-annotate",
        "-q",
    )
    subprocess.run((*command, *constraint, *more, "-o", str(target)), cwd=ROOT, check=True)


def _without(lock: Path, names: set[str]) -> str:
    """Return the text of a lock without some libraries."""
    blocks = re.split(r"\n(?=[A-Za-z])", lock.read_text(encoding="utf-8"))
    kept = [block for block in blocks if canonicalize_name(block.split("==")[0]) not in names]
    return "\n".join(block.rstrip("\n") for block in kept) + "\n"


def _lock(upgrade: bool, place: Path) -> None:
    kept = None
    if not upgrade:
        kept = place / "kept.txt"
        known = {entry.pin: entry for lock in (RUN, DEV) if lock.exists() for entry in entries(lock)}
        lines = (f"{pin} ; {entry.marker}" if entry.marker else pin for pin, entry in known.items())
        kept.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    _compile(place / "run.lock", kept)
    _compile(place / "all.lock", place / "run.lock", *(("-c", str(kept)) if kept else ()), "--extra", "dev")
    shutil.copyfile(place / "run.lock", RUN)
    run = {entry.name for entry in entries(RUN)}
    DEV.write_text(_without(place / "all.lock", run), encoding="utf-8")


def _wheels(place: Path) -> Iterator[Path]:
    """Download every locked library for each system and yield the wheels."""
    for system, tags in PLATFORMS.items():
        for python in PYTHONS:
            machine = {
                "sys_platform": system,
                "os_name": "nt" if system == "win32" else "posix",
                "platform_system": {"win32": "Windows", "darwin": "Darwin"}.get(system, "Linux"),
                "python_version": python.rpartition(".")[0],
                "python_full_version": python,
            }
            wanted = place / "wanted.txt"
            lines = (entry.line for lock in (RUN, DEV) for entry in entries(lock) if entry.taken(machine))
            wanted.write_text("".join(f"{line.split(';')[0].split(' --')[0]}\n" for line in lines), encoding="utf-8")
            folder = place / f"{system}-{python}"
            command = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--only-binary", ":all:"]
            abis = [
                word
                for abi in (f"cp{python.rpartition('.')[0].replace('.', '')}", "abi3", "none")
                for word in ("--abi", abi)
            ]
            command += [word for tag in tags for word in ("--platform", tag)]
            command += [
                "--implementation",
                "cp",
                "--python-version",
                python,
                *abis,
                "-r",
                str(wanted),
                "-d",
                str(folder),
            ]
            subprocess.run(command, check=True)
            yield from sorted(folder.glob("*.whl"))


def _record(place: Path) -> None:
    """Write down what each locked library asks for, on any system."""
    asked: dict[str, dict[str, set[str]]] = {}
    for wheel in _wheels(place):
        with zipfile.ZipFile(wheel) as archive:
            (name,) = (name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
            said = email.parser.BytesParser().parsebytes(archive.read(name), headersonly=True)
        pin = f"{canonicalize_name(said['Name'])}=={said['Version']}"
        known = asked.setdefault(pin, {"requires": set(), "extras": set()})
        known["requires"].update(said.get_all("Requires-Dist") or ())
        known["extras"].update(said.get_all("Provides-Extra") or ())
    record = {pin: {key: sorted(values) for key, values in sorted(what.items())} for pin, what in sorted(asked.items())}
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Write the locks and the record; return 0."""
    parser = argparse.ArgumentParser(description="Write the locks of the libraries again.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that pyproject.toml allows")
    upgrade = parser.parse_args().upgrade
    if shutil.which("uv") is None:
        print("uv is needed to write the locks: install it in this environment (pip install uv), then try again.")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        _lock(upgrade, Path(folder))
        _record(Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
