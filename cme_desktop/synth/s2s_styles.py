"""How different school systems write the same pupil as XML: line ends, indents, padding, order, blocks of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from xml.sax.saxutils import escape

from cme_desktop.synth.s2s_pupils import Form

Tree = tuple[str, "str | list[Tree]"]

FIRST_WITH_URN = 18
FIRST_WITH_SEX = 25
_IDENTITY = ("UPN", "UniqueLearnerNumber", "UCI", "Surname", "Forename", "DOB", "Sex")
_BASIC = (
    "PreferredSurname",
    "PreferredForename",
    "FormerSurname",
    "FormerForename",
    "MiddleNames",
    "NCyearActual",
    "Ethnicity",
    "EthnicitySource",
)
_PARTS = (
    "SAON",
    "PAON",
    "Street",
    "Locality",
    "Town",
    "AdministrativeArea",
    "PostTown",
    "UniquePropertyReferenceNumber",
)
_LINES = tuple(f"AddressLine{number}" for number in range(1, 6))
_BESIDE = ("County", "PostCode", "ZIP", "Country", "Easting", "Northing", "AddressAsPupil")
_PADDED = ("SAON", "PAON")
_CONTACT = ("Order", "Title", "Surname", "Forename", "MiddleNames", "Sex", "Relationship", "Responsibility")
_SCHOOL = ("LEA", "Estab", "URN", "SchoolName", "EntryDate", "LeavingDate", "LeavingReason", "RemovalGrounds")


@dataclass(frozen=True)
class Style:
    """The habits of one school system."""

    supplier: str
    newline: str = "\n"
    indent: str | None = None
    padded: bool = False
    blank_lines: bool = False
    own_blocks: bool = False
    attendance: bool = False
    former_first: bool = False


SIMS = Style("SIMS", newline="\r\n", padded=True, blank_lines=True, own_blocks=True, attendance=True)
ARBOR = Style("Arbor", indent="  ", attendance=True)
BROMCOM = Style("Bromcom", newline="\r\n", indent="\t", former_first=True)
SCHOLARPACK = Style("ScholarPack", indent="    ", own_blocks=True)
ASPEN = Style("Aspen", indent="   ")
GIAP = Style("GIAP", indent="  ")
MTC = Style("Multiplication Tables Check", indent="  ")


def leaf(name: str, text: str) -> Tree:
    """Return an element with text only."""
    return name, text


def _leaves(form: Mapping[str, object], names: Iterable[str]) -> list[Tree]:
    return [leaf(name, str(form[name])) for name in names if name in form]


def _rows(form: Mapping[str, object], name: str) -> list[Form]:
    return cast("list[Form]", form.get(name, []))


def _sex_as(trees: list[Tree], version: int) -> list[Tree]:
    """Write the sex as the version does: ``Gender`` before CTF 25."""
    name = "Sex" if version >= FIRST_WITH_SEX else "Gender"
    return [(name if tree[0] == "Sex" else tree[0], tree[1]) for tree in trees]


def _address(address: Mapping[str, object], style: Style) -> Tree:
    parts = [
        leaf(name, text.rjust(10) if style.padded and name in _PADDED else text)
        for name, text in ((name, str(address[name])) for name in _PARTS if name in address)
    ]
    lines = _leaves(address, _LINES)
    inside: list[Tree] = []
    if parts:
        inside.append(("BS7666Address", parts))
    if lines:
        inside.append(("AddressLines", lines))
    return "Address", inside + _leaves(address, _BESIDE)


def _phones(form: Mapping[str, object]) -> list[Tree]:
    phones = [("Phone", _leaves(phone, ("TelephoneType", "PhoneNo"))) for phone in _rows(form, "Phones")]
    return [("Phones", cast("list[Tree]", phones))] if phones else []


def _contact(contact: Form, style: Style, version: int) -> Tree:
    inside = _sex_as(_leaves(contact, _CONTACT), version)
    if "Address" in contact:
        inside.append(_address(cast("Form", contact["Address"]), style))
    inside += _phones(contact) + _leaves(contact, ("Email",))
    if "CourtOrder" in contact:
        inside.append(("SuppInfo", [leaf("SuppID", style.supplier), leaf("CourtOrder", str(contact["CourtOrder"]))]))
    return "Contact", inside


def pupil_tree(form: Form, style: Style, version: int, extra: Sequence[Tree] = ()) -> Tree:
    """Return the pupil's element in the order of s2s-files.md 6, written as this system would.

    Args:
        form: the pupil by standard element names.
        style: the school system.
        version: the CTF version, which decides between ``Gender`` and ``Sex``.
        extra: elements of this pupil that the form does not know, such as empty ones or results.
    """
    inside = _sex_as(_leaves(form, _IDENTITY), version)
    former = [leaf("FormerUPN", upn) for upn in cast("list[str]", form.get("FormerUPN", []))]
    basic = (former if style.former_first else []) + _leaves(form, _BASIC) + ([] if style.former_first else former)
    languages = [("Type", _leaves(row, ("LanguageType", "Language"))) for row in _rows(form, "Languages")]
    if languages:
        basic.append(("Languages", cast("list[Tree]", languages)))
    basic += _leaves(form, ("ServiceChild", "MedicalFlag", "EnrolStatus"))
    if basic:
        if style.own_blocks:
            basic.append(("SuppInfo", [leaf("SuppID", style.supplier)]))
        inside.append(("BasicDetails", basic))
    sen = [("SEN", _leaves(row, ("StartDate", "SENprovision", "EndDate"))) for row in _rows(form, "SENhistory")]
    if sen:
        inside.append(("SENhistory", cast("list[Tree]", sen)))
    if "Address" in form:
        inside.append(_address(cast("Form", form["Address"]), style))
    inside += _phones(form) + _leaves(form, ("Email",))
    contacts = [_contact(contact, style, version) for contact in _rows(form, "Contacts")]
    if contacts:
        inside.append(("Contacts", contacts))
    inside += extra
    schools = [("School", _leaves(school, _SCHOOL)) for school in _rows(form, "SchoolHistory")]
    if schools:
        inside.append(("SchoolHistory", cast("list[Tree]", schools)))
    if style.own_blocks:
        inside.append(("SuppInfo", [leaf("SuppID", style.supplier)]))
    return "Pupil", inside


def attendance_tree(school: Mapping[str, str], year: int) -> Tree:
    """Return the background block of attendance that some systems add; a reader makes no use of it."""
    return (
        "Attendance",
        [
            (
                "YearData",
                [
                    leaf("Year", str(year)),
                    leaf("LEA", school["LEA"]),
                    leaf("Estab", school["Estab"]),
                    leaf("SessionsPossible", "94"),
                    leaf("SessionsAttended", "61"),
                ],
            )
        ],
    )


def results_tree(stage: str) -> Tree:
    """Return a block of assessment results."""
    return "StageAssessments", [("KeyStage", [leaf("Stage", stage), ("StageAssessment", [leaf("Result", "EXS")])])]


def serialise(tree: Tree, style: Style) -> str:
    """Return the XML of a document, with its declaration, as this system lays it out."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>']
    _write(tree, style, 0, lines)
    text = style.newline.join(lines) + style.newline
    if style.blank_lines:
        # Some systems leave an empty line where an optional element would stand.
        text = text.replace("<BasicDetails>", f"{style.newline}{style.newline}<BasicDetails>")
    return text


def _write(tree: Tree, style: Style, depth: int, lines: list[str]) -> None:
    name, content = tree
    lead = (style.indent or "") * depth
    if isinstance(content, str):
        lines.append(f"{lead}<{name}>{escape(content)}</{name}>" if content else f"{lead}<{name} />")
        return
    lines.append(f"{lead}<{name}>")
    for inner in content:
        _write(inner, style, depth + 1, lines)
    lines.append(f"{lead}</{name}>")
