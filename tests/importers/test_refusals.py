"""Each refusal of command-line.md 3 by a small hand-made file, and what stays readable beside a limit."""

from __future__ import annotations

import hashlib

import pytest

from cme_desktop.importers.limits import Limits
from cme_desktop.importers.result import Severity
from cme_desktop.importers.s2s.reader import inspect_bytes
from tests.importers.files import DECLARATION, NAME, TODAY, ctf, document, pupil, read

SMALL = Limits(bytes=10_000, elements=100, records=3)


def nested(depth: int) -> str:
    """Return a pupil in whose element others are nested so deep."""
    return pupil("<a>" * depth + "</a>" * depth)


def with_attributes(count: int) -> str:
    """Return a pupil with an element of so many attributes."""
    return pupil("<a " + " ".join(f"b{number}='1'" for number in range(count)) + "/>")


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("doctype", b'<!DOCTYPE CTfile SYSTEM "http://example.org/x.dtd">' + document().encode()),
        ("doctype", (DECLARATION + "<!DOCTYPE CTfile>" + document()).encode("utf-16")),
        ("doctype", (DECLARATION + "<!DOCTYPE CTfile>" + document()).encode("utf-32")),
        ("doctype", (DECLARATION + "<!-- x --><!doctype CTfile>" + document()).encode()),
        ("empty", b""),
        ("empty", b"\xef\xbb\xbf \r\n\t"),
        ("empty", b"\x00" * 500),
        ("truncated", ctf()[:-20]),
        ("truncated", ctf()[: len(ctf()) // 2]),
        ("truncated", b"<CTfile"),
        ("truncated", ctf()[:-1]),
        ("not-xml", b"Dear colleague, here is the file."),
        ("not-xml", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3"),
        ("not-xml", b"UPN,Surname\r\nZ310201518042,Testpupil\r\n"),
        ("not-xml", ctf() + b"<more/>"),
        ("not-xml", ctf().replace(b"</Header>", b"</Heading>")),
        ("not-xml", b'<?xml version="1.0"?>'),
        ("not-xml", b"+ADw-CTfile+AD4APA-/CTfile+AD4-"),
        ("html", b"<!DOCTYPE html><html><body>Sign in</body></html>"),
        ("html", b"\r\n<!-- page --><HTML><BODY>Sign in</BODY></HTML>"),
        ("html", b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>'),
        ("too-deep", ctf(nested(260))),
        ("too-deep", ctf(nested(5_000))),
        ("too-many-attributes", ctf(with_attributes(65))),
        ("value-too-long", ctf(pupil(Surname="x" * 10_001))),
        ("value-too-long", ctf(pupil(f"<a b='{'x' * 10_001}'/>"))),
        ("value-too-long", ctf(pupil("<Note>short<b/>" + "x" * 10_001 + "<c/></Note>"))),
        ("value-too-long", ctf(pupil(f"<{'n' * 60_000}/>"))),
        ("root-unknown", b"<SchoolCensus><Header/><Pupil/></SchoolCensus>"),
        ("root-unknown", b"<Pupil/>"),
    ],
)
def test_each_refusal_takes_nothing_and_says_why(code: str, data: bytes) -> None:
    reading = read(data)
    (problem,) = reading.problems
    assert (problem.code, problem.severity) == (code, Severity.ERROR)
    assert (reading.status, reading.pupils, reading.repairs) == ("refused", (), ())
    assert reading.sha256 == hashlib.sha256(data).hexdigest()
    assert (reading.kind, reading.kind_from) == ("CTF", "name")


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("too-large", b" " * 10_001),
        ("too-many-elements", ctf(pupil("<a/>" * 100))),
        ("too-many-elements", f"<CTfile>{'<Pupil/>' * 4}</CTfile>".encode()),
    ],
)
def test_size_and_number_are_limited(code: str, data: bytes) -> None:
    reading = inspect_bytes(data, NAME, TODAY, SMALL)
    assert [problem.code for problem in reading.problems] == [code]
    assert reading.status == "refused"


@pytest.mark.parametrize(
    "data",
    [
        ctf(nested(250)),
        ctf(with_attributes(64)),
        ctf(pupil(MiddleNames="x" * 10_000)),
        ctf(pupil("\n" + " " * 20_000)),
        ctf() + b"\n<!-- end -->\n\x1a\x00",
    ],
)
def test_what_lies_within_the_limits_is_read(data: bytes) -> None:
    assert read(data).status == "read"


def test_many_namespaces_on_one_element_are_as_bad_as_many_attributes() -> None:
    names = " ".join(f"xmlns:n{number}='urn:{number}'" for number in range(65))
    assert read(ctf(pupil(f"<a {names}/>"))).problem_codes == {"too-many-attributes"}


def test_a_text_larger_than_the_parser_takes_is_refused() -> None:
    assert read(ctf(pupil(Surname="x" * 11_000_000))).problem_codes == {"value-too-long"}


def test_an_element_around_the_pupils_is_limited_too() -> None:
    data = document(data="CTFpupilData").replace("<CTFpupilData>", "<CTFpupilData>" + "x" * 10_001)
    assert read(data).problem_codes == {"value-too-long"}


def test_an_unknown_name_leaves_the_kind_of_a_refused_file_unknown() -> None:
    reading = read(b"", "scan.pdf")
    assert (reading.kind, reading.kind_from, reading.name) == ("unknown", None, "scan.pdf")


@pytest.mark.parametrize("name", ["310LLLL_ATF_3102999_001.xml", "admissions.xml"])
def test_an_admissions_file_is_recognised_and_left_alone(name: str) -> None:
    reading = read(
        b"<ATfile><ATheader/><ATpupilData><Pupil><UPN>Z310201518042</UPN></Pupil></ATpupilData></ATfile>", name
    )
    assert (reading.status, reading.kind, reading.pupils) == ("ignored", "ATF", ())
    assert reading.kind_from == ("name" if name.startswith("310") else "header")
    assert reading.problem_codes == {"not-a-move"}


def test_far_too_many_bare_ampersands_are_not_worth_mending() -> None:
    assert read(ctf(pupil(Surname="& " * 200_001))).problem_codes == {"not-xml"}
