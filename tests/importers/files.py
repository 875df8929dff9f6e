"""Small hand-made S2S files: each test changes the one thing that it is about."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cme_desktop.importers.s2s.reader import inspect_bytes
from cme_desktop.importers.s2s.reading import FileReading, PupilReading

TODAY = date(2026, 11, 24)
NAME = "3102999_CTF_3044001_001.xml"
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
SOURCE = (
    "<LEA>310</LEA><Estab>2999</Estab><URN>999001</URN><SchoolName>Example Primary School</SchoolName>"
    "<AcademicYear>2025</AcademicYear>"
)
DESTINATION = "<LEA>304</LEA><Estab>4001</Estab>"
NOWHERE = "<LEA>XXX</LEA><Estab>XXXX</Estab><URN>XXXXXX</URN>"
COUNCIL = "<LEA>310</LEA><Estab>LLLL</Estab>"
STAY = (
    "<School><LEA>310</LEA><Estab>2999</Estab><EntryDate>2018-09-04</EntryDate>"
    "<LeavingDate>2025-11-13</LeavingDate><LeavingReason>OT</LeavingReason>"
    "<RemovalGrounds>9(1)(i)</RemovalGrounds></School>"
)
IDENTITY = {
    "UPN": "Z310201518042",
    "Surname": "Testpupil",
    "Forename": "Asha",
    "DOB": "2014-03-09",
    "Sex": "F",
}
FIXTURES = Path(__file__).parent.parent / "fixtures" / "s2s"


def header(
    *,
    version: str = "<CTFversion>25.0</CTFversion>",
    source: str = SOURCE,
    destination: str = DESTINATION,
    document: str = "Common Transfer File",
    more: str = "",
) -> str:
    """Return a header with what the test asks for."""
    return (
        f"<Header><DocumentName>{document}</DocumentName>{version}<DateTime>2025-11-14T10:22:31</DateTime>"
        f"<DocumentQualifier>full</DocumentQualifier><SupplierID>SIMS</SupplierID>{more}"
        f"<SourceSchool>{source}</SourceSchool><DestSchool>{destination}</DestSchool></Header>"
    )


def pupil(extra: str = "", *, stays: str = STAY, **changed: str | None) -> str:
    """Return a pupil; a value of None leaves that element out."""
    values = {**IDENTITY, **changed}
    elements = "".join(f"<{name}>{value}</{name}>" for name, value in values.items() if value is not None)
    history = f"<SchoolHistory>{stays}</SchoolHistory>" if stays else ""
    return f"<Pupil>{elements}{extra}{history}</Pupil>"


def document(*pupils: str, head: str | None = None, root: str = "CTfile", data: str = "CTFpupilData") -> str:
    """Return a whole document without its declaration."""
    body = "".join(pupils or (pupil(),))
    return f"<{root}>{header() if head is None else head}<{data}>{body}</{data}></{root}>"


def ctf(*pupils: str, head: str | None = None) -> bytes:
    """Return a whole file."""
    return (DECLARATION + document(*pupils, head=head)).encode()


def read(data: bytes | str, name: str = NAME, today: date = TODAY) -> FileReading:
    """Read a file as it would be read today."""
    return inspect_bytes(data.encode() if isinstance(data, str) else data, name, today)


def one(data: bytes | str, name: str = NAME) -> PupilReading:
    """Read a file with one pupil and return the pupil."""
    (found,) = read(data, name).pupils
    return found
