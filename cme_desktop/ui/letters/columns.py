"""The lists of the Letters page: which there are, what a row of each says, and its columns."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from cme_desktop.register.letters import DRAFTS, ISSUED, TO_PRINT, WAITING, ApprovalRow, LetterRow
from cme_desktop.system import LONDON
from cme_desktop.ui.letters.preview.subject import SERVED
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.table import Cell, Column
from cme_desktop.ui.widgets.tags import TagLook
from cme_desktop.ui.words import short_date, when

LISTS: Final = (
    (TO_PRINT, "To print"),
    (DRAFTS, "Drafts"),
    (WAITING, "Waiting for approval"),
    (ISSUED, "Issued"),
)
CHILD: Final = "child"
LEAVE: Final = "leave"
_KINDS: Final = {
    "not-to-serve": "Decision not to serve",
    "risk-lower": "Lower risk rating",
    "close": "Closing of the case",
}


@dataclass(frozen=True)
class ListRow:
    """One row of a list: a document, or something else that waits for a second person (``document`` is None then)."""

    id: int
    ref: str
    child: str
    what: Cell
    to: str
    told: str
    first: Cell
    second: Cell
    document: LetterRow | None
    kind: str = ""


def row_of(row: LetterRow, today: date) -> ListRow:
    """Return a document as its list shows it."""
    return ListRow(
        id=row.document_id,
        ref=row.ref,
        child=row.child,
        what=Cell(row.title, row.number or row.ref, strong=True, icon="mail"),
        to=row.addressee,
        told=_to_whom(row),
        first=_first(row, today),
        second=Cell("", tag=tag_of(row)),
        document=row,
    )


def approval_row(row: ApprovalRow, today: date) -> ListRow:
    """Return what waits and is no document; its number is negative, so that no document has the same."""
    asked = Cell(short_date(_day(row.asked_at)), f"by {row.asked_by}")
    return ListRow(
        id=-row.id,
        ref=row.ref,
        child=row.child,
        what=Cell(_KINDS.get(row.kind, row.what), row.ref, strong=True, icon="person"),
        to=row.what,
        told="A second person decides",
        first=asked,
        second=Cell("", tag=TagLook("Waits", Tone.AMBER, "clock")),
        document=None,
        kind=row.kind,
    )


def tag_of(row: LetterRow) -> TagLook:
    """Return how far a document has come, as a tag."""
    if row.state == "draft":
        return {
            "waiting": TagLook("Waits for approval", Tone.AMBER, "clock"),
            "approved": TagLook("Approved, not issued", Tone.GREEN, "check"),
            "refused": TagLook("Refused", Tone.RED, "stop"),
        }.get(row.approval, TagLook("Draft", Tone.GREY, "pencil"))
    if row.returned_on is not None:
        return TagLook("Came back", Tone.RED, "undo")
    if row.served:
        return TagLook("Served", Tone.GREEN, "check")
    if row.posted_on is not None and row.code not in SERVED:
        return TagLook("Posted", Tone.GREEN, "check")
    if row.sent:
        return TagLook("Sent by school2school", Tone.GREEN, "send")
    if row.printed_at is None:
        return TagLook("To print", Tone.AMBER, "print")
    return TagLook("Printed", Tone.BLUE, "print")


def _first(row: LetterRow, today: date) -> Cell:
    if row.state == "draft" and row.approval == "waiting" and row.asked_at is not None:
        return Cell(_when(row.asked_at, today), f"by {row.asked_by}")
    if row.state == "draft" or row.issued_at is None:
        return Cell(_when(row.drafted_at, today), f"by {row.drafted_by}")
    return Cell(_when(row.issued_at, today), f"drafted by {row.drafted_by}")


def _when(moment: datetime, today: date) -> str:
    words = when(moment, today)
    return words[:1].upper() + words[1:]


def _day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def _to_whom(row: LetterRow) -> str:
    """Return to whom a document is, without a name, for a list whose names are masked."""
    return "One parent" if row.parent_id is not None else "A school or the referrer"


_DATED: Final = {TO_PRINT: "Issued", DRAFTS: "Drafted", WAITING: "Asked", ISSUED: "Issued"}


def columns_of(key: str, revealed: Collection[int] | None, left_out: Collection[int]) -> tuple[Column[ListRow], ...]:
    """Return the columns of a list.

    Args:
        revealed: the rows whose names were shown, where names are masked; None where they are not.
        left_out: the rows that are not printed with the others.
    """

    def child(row: ListRow) -> Cell:
        if revealed is not None and row.id not in revealed:
            return Cell("", hidden_words="Show name", spoken=f"Name masked, {row.ref}. Show name")
        return Cell(row.child or "Name not known", strong=True)

    def to(row: ListRow) -> Cell:
        masked = revealed is not None and row.id not in revealed
        return Cell(row.told if masked else row.to)

    def leave(row: ListRow) -> Cell:
        return Cell("Print too" if row.id in left_out else "Leave out", token="accent")

    def column(
        name: str, title: str, cell: Callable[[ListRow], Cell], width: int = 0, least: int = 120
    ) -> Column[ListRow]:
        return Column(name, title, cell, width=width, sortable=False, least=least)

    found = [
        column(CHILD, "Child", child, 220),
        column("letter", "Letter", lambda row: row.what, 264),
        column("to", "To", to, least=140),
        column("dated", _DATED[key], lambda row: row.first, 150),
        column("state", "State", lambda row: row.second, 176),
    ]
    if key == TO_PRINT and revealed is None:
        found[-1] = column(LEAVE, "", leave, 96)
    return tuple(found)
