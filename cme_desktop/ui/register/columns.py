"""The columns of the register's table, and what a name shows to whom."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Final

from cme_desktop.register.cases import RegisterRow
from cme_desktop.ui.widgets.table import Cell, Column
from cme_desktop.ui.widgets.tags import HIGH, MEDIUM, NOT_RATED, STANDARD, TagLook
from cme_desktop.ui.words import count, days_from, initials, short_date

CHILD: Final = "child"
SHOW_NAME: Final = "Show name"
RISKS: Final[dict[str, TagLook]] = {"high": HIGH, "medium": MEDIUM, "standard": STANDARD, "not-rated": NOT_RATED}

WIDTHS: Final = {CHILD: 170, "year": 44, "status": 160, "risk": 96, "school": 152, "days": 44, "due": 98, "owner": 60}
"""The widths in px at 100 % as drawn; the child's takes the rest."""
LEAST_CHILD: Final = 150
_TO_SPARE: Final = (("owner", 60), ("school", 36), ("status", 48), ("school", 116), ("year", 44))
"""What is given up where the table is too narrow, in this order: the owner, some of two columns, then two more."""
_SPARE_TO_SCHOOL: Final = 0.4


def columns(today: Callable[[], date], revealed: Collection[int] | None) -> tuple[Column[RegisterRow], ...]:
    """Return the columns.

    Args:
        today: gives the day that due dates are told from.
        revealed: the cases whose names were asked for; None shows every name, to an officer.
    """
    return (
        Column(CHILD, "Child", lambda row: child_cell(row, revealed)),
        Column("year", "Year", year_cell, WIDTHS["year"]),
        Column("status", "Status", lambda row: row.status_label, WIDTHS["status"]),
        Column("risk", "Risk", risk_cell, WIDTHS["risk"]),
        Column("school", "Last school", school_cell, WIDTHS["school"]),
        Column(
            "days",
            "Days",
            lambda row: f"{row.days:,}",
            WIDTHS["days"],
            right=True,
            hint="Days since the case was opened",
        ),
        Column("due", "Next due", lambda row: due_cell(row, today()), WIDTHS["due"]),
        Column("owner", "Owner", owner_cell, WIDTHS["owner"]),
    )


def column_widths(room: int) -> dict[str, int]:
    """Return the width of each column that is shown, in px at 100 %, for a table so wide."""
    widths = dict(WIDTHS)
    spare = room - sum(widths.values())
    if spare > 0:
        widths["school"] += round(spare * _SPARE_TO_SCHOOL)
    short = -spare - (WIDTHS[CHILD] - LEAST_CHILD)
    for key, given in _TO_SPARE:
        if short <= 0:
            break
        widths[key] -= given
        short -= given
    if not widths["owner"]:
        widths["due"] += 10  # now the last column, with the padding of the table's edge
    return {key: width for key, width in widths.items() if width > 0}


def child_cell(row: RegisterRow, revealed: Collection[int] | None) -> Cell:
    """Return the name, or the grey bar of a masked name."""
    if revealed is None or row.episode_id in revealed:
        return Cell(row.name or row.ref, strong=True)
    return Cell("", hidden_words=SHOW_NAME, spoken=f"Name hidden, {row.ref}. Space shows it")


def year_cell(row: RegisterRow) -> Cell:
    """Return the year group; R is said as Reception."""
    return Cell(row.year, spoken="Reception" if row.year == "R" else row.year or "not known")


def risk_cell(row: RegisterRow) -> Cell:
    """Return the rating as a tag; Standard and Not rated stay quiet."""
    return Cell("", tag=RISKS.get(row.risk, NOT_RATED))


def school_cell(row: RegisterRow) -> Cell:
    """Return the last school."""
    return Cell(row.last_school or "Not known")


def due_cell(row: RegisterRow, today: date) -> Cell:
    """Return when the next step is due, and below it how far that is; a closed case shows when it was closed."""
    if row.closed_on is not None:
        return Cell(short_date(row.closed_on), second="closed")
    if row.next_due is None:
        return Cell("No date", token="muted")
    if row.next_due < today:
        late = days_from(row.next_due, today)
        return Cell(short_date(row.next_due), second=late, strong=True, token="danger", second_token="danger")
    if row.next_due == today:
        return Cell("Today", second=count(max(row.steps_due, 1), "step"))
    return Cell(short_date(row.next_due), second=days_from(row.next_due, today))


def owner_cell(row: RegisterRow) -> Cell:
    """Return the owner's initials; a screen reader says the name."""
    return Cell("".join(f"{letter}." for letter in initials(row.owner)), token="muted", spoken=row.owner)
