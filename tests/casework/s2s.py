"""Invented S2S files for the casework tests, and a reader of them in this process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from cme_desktop.importers.s2s.reader import inspect_bytes
from cme_desktop.importers.s2s.reading import FileReading
from tests.factories import make_upn

SENDER = {"LEA": "310", "Estab": "4999", "URN": "999003", "SchoolName": "Example High School"}
JOINED = {"LEA": "310", "Estab": "2999", "URN": "999001", "SchoolName": "Example Primary School"}
COUNCIL = {"LEA": "310", "Estab": "LLLL"}
NOWHERE = {"LEA": "XXX", "Estab": "XXXX", "URN": "XXXXXX"}


class InProcess:
    """Read files in this process: what the worker does, without starting one."""

    def inspect(self, data: bytes, name: str, today: date) -> FileReading:
        """Read one file's bytes."""
        return inspect_bytes(data, name, today)


READER = InProcess()


@dataclass(frozen=True)
class Pupil:
    """One invented pupil of a file."""

    surname: str = "Kamara"
    forename: str = "Amara"
    dob: str = "2012-03-02"
    sex: str = "F"
    upn: str = ""
    paon: str = "8"
    street: str = "Low Street"
    postcode: str = "HA2 9ZZ"
    ground: str = "9(1)(i)"
    reason: str = ""
    entry: str = "2023-09-04"
    leaving: str = "2026-11-03"
    parent: tuple[str, str] = ("Isatu", "Kamara")
    court_order: str = ""
    relationship: str = "PAM"

    def xml(self, school: dict[str, str], *, joins: bool) -> str:
        """Return the element of this pupil as a leaver or a joiner of a school."""
        stay = _fields(school) + _tag("EntryDate", self.leaving if joins else self.entry)
        if not joins:
            stay += _tag("LeavingDate", self.leaving) + _tag("LeavingReason", self.reason)
            stay += _tag("RemovalGrounds", self.ground)
        home = _tag("PAON", self.paon) + _tag("Street", self.street) + _tag("Town", "Harrow")
        address = f"<Address><BS7666Address>{home}</BS7666Address>{_tag('PostCode', self.postcode)}</Address>"
        contact = (
            f"<Contact><Order>1</Order>{_tag('Surname', self.parent[1])}{_tag('Forename', self.parent[0])}"
            f"{_tag('Relationship', self.relationship)}<Responsibility>true</Responsibility>"
            "<Address><AddressAsPupil>true</AddressAsPupil></Address>"
            "<Phones><Phone><TelephoneType>M</TelephoneType><PhoneNo>07700 900123</PhoneNo></Phone></Phones>"
        )
        if self.court_order:
            contact += f"<SuppInfo><SuppID>X</SuppID>{_tag('CourtOrder', self.court_order)}</SuppInfo>"
        return (
            f"<Pupil>{_tag('UPN', self.upn)}{_tag('Surname', self.surname)}{_tag('Forename', self.forename)}"
            f"{_tag('DOB', self.dob)}{_tag('Sex', self.sex)}{address}<Contacts>{contact}</Contact></Contacts>"
            f"<SchoolHistory><School>{stay}</School></SchoolHistory></Pupil>"
        )


def _tag(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>" if value else ""


def _fields(school: dict[str, str]) -> str:
    return "".join(_tag(name, value) for name, value in school.items())


def file_bytes(
    *pupils: Pupil, school: dict[str, str] = SENDER, destination: dict[str, str] = COUNCIL, joins: bool = False
) -> bytes:
    """Return a whole file of these pupils, sent by a school."""
    header = (
        "<Header><DocumentName>Common Transfer File</DocumentName><CTFversion>25.0</CTFversion>"
        "<DateTime>2026-11-24T08:00:00</DateTime><DocumentQualifier>full</DocumentQualifier>"
        f"<SourceSchool>{_fields(school)}</SourceSchool><DestSchool>{_fields(destination)}</DestSchool></Header>"
    )
    body = "".join(pupil.xml(school, joins=joins) for pupil in pupils)
    return (
        f'<?xml version="1.0" encoding="utf-8"?><CTfile>{header}<CTFpupilData>{body}</CTFpupilData></CTfile>'
    ).encode()


def leaver_file(*pupils: Pupil, number: int = 1) -> tuple[str, bytes]:
    """Return the name and bytes of a CML file."""
    return f"3104999_CML_310LLLL_{number:03d}.xml", file_bytes(*pupils)


def joiner_file(*pupils: Pupil, number: int = 1) -> tuple[str, bytes]:
    """Return the name and bytes of a CMJ file of the primary test school."""
    return f"3102999_CMJ_310LLLL_{number:03d}.xml", file_bytes(*pupils, school=JOINED, joins=True)


def lost_file(*pupils: Pupil, number: int = 1) -> tuple[str, bytes]:
    """Return the name and bytes of a lost CTF."""
    return f"3104999_CTF_XXXXXXX_{number:03d}.xml", file_bytes(*pupils, destination=NOWHERE)


def transfer_file(*pupils: Pupil, number: int = 1) -> tuple[str, bytes]:
    """Return the name and bytes of a CTF to a school that is named."""
    return f"3104999_CTF_3102999_{number:03d}.xml", file_bytes(*pupils, destination=JOINED)


def new_pupil(**changes: str) -> Pupil:
    """Return an invented pupil with a UPN of its own."""
    return Pupil(**{"upn": make_upn(), **changes})  # type: ignore[arg-type]  # a test names text fields only
