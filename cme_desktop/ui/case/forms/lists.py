"""The choices of the forms, from the code lists that travel with the program."""

from __future__ import annotations

from typing import Final

from cme_desktop import shipped

Options = list[tuple[str, str]]

CHOOSE: Final = ("", "Choose")
WAITING_ON: Final[Options] = [
    ("LOCME", "Me"),
    ("Parent", "Parent"),
    ("School", "School"),
    ("MASH", "MASH"),
    ("Social care", "Social care"),
    ("Housing", "Housing"),
    ("Admissions", "Admissions"),
    ("SALEHE", "SALEHE"),
    ("Home council", "Home council"),
    ("Manager", "Manager"),
]
SIDES: Final[Options] = [("council", "The council’s"), ("school", "The school’s")]
RELATIONSHIPS: Final[Options] = [
    ("PAM", "Mother"),
    ("PAF", "Father"),
    ("STP", "Step-parent"),
    ("CAR", "Carer"),
    ("FAM", "Other family member"),
    ("REL", "Other relative"),
    ("FOM", "Foster mother"),
    ("FOF", "Foster father"),
    ("SWR", "Social worker"),
    ("OTH", "Other contact"),
]
SEXES: Final[Options] = [("U", "Not known"), ("F", "Female"), ("M", "Male")]


def code_list(name: str, *, leave_out: frozenset[str] = frozenset()) -> Options:
    """Return a code list as (code, words)."""
    return [(entry.code, entry.label) for entry in shipped.code_lists()[name].entries if entry.code not in leave_out]


def enquiry_lines() -> Options:
    """Return the lines of the reasonable enquiries; one that names agencies is offered once for each of them.

    The key of such a line is ``RE08:housing``; anything else that the line means stays under its own key.
    """
    agencies = shipped.code_lists()["contact-type"]
    found: Options = [("", "None of the list")]
    for line in shipped.checklist().enquiries:
        if line.recording_rule:
            continue
        for agency in line.agencies:
            known = agencies.get(agency)
            found.append((f"{line.id}:{agency}", f"{known.label if known else agency}"))
        found.append((line.id, "Another agency (police, refuge, HMRC …)" if line.agencies else line.short))
    return found
