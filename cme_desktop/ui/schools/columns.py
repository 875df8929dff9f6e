"""The directory of schools in words: columns, the status of a school, and how old the data is."""

from __future__ import annotations

from datetime import date
from typing import Final

from cme_desktop.register.schools import Directory, SchoolRow
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.table import Cell, Column
from cme_desktop.ui.widgets.tags import TagLook
from cme_desktop.ui.words import count, short_date

OLD_AFTER_DAYS: Final = 60
"""Days after which the directory counts as old (ux.md 2)."""


def columns() -> tuple[Column[SchoolRow], ...]:
    """Return the columns of the list; the query orders it, so none is sorted by its head."""
    return (
        Column("name", "School", name_cell, sortable=False),
        Column("number", "Number", lambda row: number_words(row), 84, sortable=False, hint="Council and school number"),
        Column("postcode", "Postcode", lambda row: row.postcode, 88, sortable=False),
        Column("status", "Status", lambda row: Cell("", tag=status_look(row)), 150, sortable=False),
        Column("cases", "Open cases", cases_cell, 92, right=True, sortable=False),
    )


def name_cell(row: SchoolRow) -> Cell:
    """Return the name, and below it phase and type."""
    return Cell(row.name, second=", ".join(part for part in (row.phase, row.kind) if part), strong=True)


def number_words(row: SchoolRow) -> str:
    """Return council and school number as "310/4999"."""
    return f"{row.la}/{row.estab}" if row.la and row.estab else row.estab


def phone_words(phone: str) -> str:
    """Return a phone number in the groups it is read out in: "020 8736 6505", "01442 240333"."""
    digits = phone.replace(" ", "")
    if not digits.isdigit() or len(digits) not in (10, 11) or " " in phone.strip():
        return phone
    if digits.startswith("02"):
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    return f"{digits[:5]} {digits[5:]}"


def cases_cell(row: SchoolRow) -> Cell:
    """Return how many open cases have this as their last school; none is left blank."""
    return Cell(f"{row.open_cases:,}" if row.open_cases else "", spoken=count(row.open_cases, "open case"))


def status_look(row: SchoolRow) -> TagLook:
    """Return the status as a tag with its date."""
    when = f" {short_date(row.closed_on)}" if row.closed_on is not None else ""
    return {
        "closed": TagLook(f"Closed{when}", Tone.GREY, "minus"),
        "closing": TagLook(f"Closing{when}", Tone.AMBER, "clock"),
        "proposed": TagLook("Proposed", Tone.GREY, "dash"),
    }.get(row.status, TagLook("Open", Tone.BLUE))


def directory_words(directory: Directory) -> str:
    """Return how many schools the directory holds."""
    return f"{count(directory.schools, 'school')}, {directory.open_schools:,} open"


def age_look(directory: Directory, today: date) -> TagLook | None:
    """Return the day of the data as a tag, amber once it is old; None for an empty directory."""
    if directory.snapshot_on is None:
        return None
    days = (today - directory.snapshot_on).days
    words = f"Data of {short_date(directory.snapshot_on)}"
    if days > OLD_AFTER_DAYS:
        return TagLook(f"{words}, {count(days, 'day')} old", Tone.AMBER, "clock")
    return TagLook(words, Tone.GREY)


def found_words(number: int, limit: int) -> str:
    """Return how many were found; at the limit, that there may be more."""
    if number >= limit:
        return f"The first {limit} schools. Type more of the name to narrow the list."
    return f"{count(number, 'school')} found"
