"""No file from outside can crash, hang, read another file or call out: it is read in part or whole, or refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cme_desktop.importers.s2s.reader import inspect_bytes
from cme_desktop.importers.s2s.reading import FileReading
from cme_desktop.importers.worker import Worker
from cme_desktop.synth.s2s_files import invent_s2s
from tests.importers.attacks import harmful
from tests.importers.files import NAME, TODAY

SECRET = "canary-of-the-other-file"
REFUSED_AS = {
    "depth": "too-deep",
    "attributes": "too-many-attributes",
    "namespaces": "too-many-attributes",
    "same attribute twice": "not-xml",
    "long value": "value-too-long",
    "long name": "value-too-long",
    "open literal": "truncated",
    "open comment": "truncated",
    "ampersands": "not-xml",
    "definition in UTF-7": "not-xml",
    "definition in EBCDIC": "not-xml",
    "lone halves": "not-xml",
    "zip that expands": "ratio",
    "zip in a zip": "zip-nested",
}
TAKEN = {
    "inclusion",
    "style sheet",
    "schema place",
    "base place",
    "long comment",
    "references to nothing",
    "markup in a name",
    "declarations",
    "zip that leaves its folder",
}
SOUND = tuple(file.data for file in invent_s2s(60, 5, TODAY).files if 0 < len(file.data) < 20_000)
SPLICES = (
    b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>",
    b"&e;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<?xml version='1.0' encoding='utf-16'?>",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x00",
    b"&#0;",
    b"&",
    b"<",
    b"</Pupil>",
    b"<Pupil>",
    b"</CTfile>",
    b"PK\x03\x04",
    b" xmlns:a='b'",
    b"\xe2\x80\xae",
    b"<School><LEA>310</LEA></School>",
    b"<RemovalGrounds>9(1)(i)</RemovalGrounds>",
)


def inspected(data: bytes, name: str = NAME) -> FileReading:
    """Read a file while nothing may open another file or make a socket."""

    def refused(*_: Any, **__: Any) -> Any:
        raise AssertionError("a file was opened or a socket made while a file from outside was read")

    with ExitStack() as patches:
        for place in ("os.open", "io.open", "builtins.open", "socket.socket.__init__"):
            patches.enter_context(mock.patch(place, refused))
        return inspect_bytes(data, name, TODAY)


@pytest.fixture(autouse=True, scope="module")
def _the_programs_own_lists_are_read() -> None:
    inspect_bytes(b"<CTfile/>", NAME, TODAY)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """Return a file that no other file may bring in."""
    file = tmp_path / "secret.txt"
    file.write_text(SECRET, encoding="utf-8")
    return file


def check(reading: FileReading) -> None:
    """Check what holds for every file whatever is in it."""
    assert reading.status in {"read", "partial", "refused", "ignored"}
    if reading.status == "refused":
        assert not reading.pupils
        assert reading.problems or all(member.status == "refused" for member in reading.members)
    assert SECRET not in repr(reading.as_json())
    for pupil in reading.pupils:
        for value in pupil.values.values():
            assert value == value.strip()
            assert not any(ord(character) < 32 or "\u202a" <= character <= "\u202e" for character in value)
    assert FileReading.from_json(reading.as_json()) == reading


def test_there_are_forty_attacks_at_least(secret: Path) -> None:
    assert len(harmful(str(secret))) >= 40
    assert TAKEN | set(REFUSED_AS) <= set(harmful(str(secret)))


@pytest.mark.feature("F4")
@pytest.mark.parametrize("name", harmful("/nowhere"))
def test_each_attack_is_refused_or_read_without_harm(name: str, secret: Path) -> None:
    data = harmful(str(secret))[name]
    begun = time.monotonic()
    reading = inspected(data)
    assert time.monotonic() - begun < 30
    check(reading)
    if name in TAKEN:
        assert reading.status in {"read", "partial"}
    else:
        inner = reading.members[0] if reading.members else reading
        assert inner.status == "refused"
        assert REFUSED_AS.get(name, "doctype") in inner.problem_codes


def test_the_worker_survives_every_attack_with_the_same_answer(secret: Path) -> None:
    with Worker() as worker:
        for name, data in harmful(str(secret)).items():
            reading = worker.inspect(data, NAME, TODAY)
            assert reading == inspect_bytes(data, NAME, TODAY), name
        assert worker.inspect(SOUND[-1], NAME, TODAY).status == "read"


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Draw a sound file and damage it: bytes changed, cut, doubled, moved, or something hostile put in."""
    data = bytearray(draw(st.sampled_from(SOUND)))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        length = draw(st.integers(0, 200))
        match draw(st.integers(0, 5)):
            case 0:
                data[place : place + 1] = bytes([draw(st.integers(0, 255))])
            case 1:
                del data[place : place + length]
            case 2:
                data[place:place] = data[place : place + length] * draw(st.integers(1, 3))
            case 3:
                data[place:place] = draw(st.sampled_from(SPLICES))
            case 4:
                to = draw(st.integers(0, max(0, len(data) - 1)))
                piece = data[place : place + length]
                del data[place : place + length]
                data[to:to] = piece
            case _:
                data = data[:place]
    return bytes(data)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_mutated_files_are_read_or_refused(data: bytes) -> None:
    check(inspected(data))


@pytest.mark.slow
@settings(max_examples=10_000, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_ten_thousand_mutated_files_are_read_or_refused(data: bytes) -> None:
    check(inspected(data))


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """Return one worker for many files, as the program has it."""
    with Worker() as running:
        yield running


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=mutated())
def test_mutated_files_through_the_worker(worker: Worker, data: bytes) -> None:
    assert worker.inspect(data, NAME, TODAY) == inspect_bytes(data, NAME, TODAY)


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(data=mutated())
def test_two_hundred_mutated_files_through_the_worker(worker: Worker, data: bytes) -> None:
    assert worker.inspect(data, NAME, TODAY) == inspect_bytes(data, NAME, TODAY)


@given(st.binary(max_size=2_000))
def test_any_bytes_are_answered(data: bytes) -> None:
    check(inspected(data))


@given(st.text(max_size=300))
def test_any_name_is_answered(name: str) -> None:
    reading = inspect_bytes(b"<CTfile/>", name, TODAY)
    assert reading.path == name
    assert reading.kind in {"CTF", "CML", "CMJ", "ATF", "results", "other"}
