"""Each parent's own line: how the notice stands, the last day, the reply and the order, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from cme_desktop.casework.orders.page import OrderPage, PaperRow, ParentRow, ServedRow
from cme_desktop.ui.case.order.path import newest, parents_of
from cme_desktop.ui.case.wording import lower_first, plain_day, short_person
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.table import Cell
from cme_desktop.ui.widgets.tags import TagLook
from cme_desktop.ui.words import count, day_date

FIRST: Final = "L04"
SECOND: Final = "L07"
WHY: Final = "Why this date"
_METHODS: Final = {"hand": "By hand", "left": "Left at the home", "electronic": "Electronically"}
_NONE: Final = Cell("None", token="muted")


@dataclass(frozen=True)
class ParentLine:
    """One parent as the table shows them, for one of the two notices."""

    parent_id: int
    person: Cell
    notice: Cell
    last_day: Cell
    reply: Cell
    order: Cell
    paper_id: int | None
    explains: bool
    asked: bool


def lines_of(page: OrderPage, code: str, today: date) -> tuple[ParentLine, ...]:
    """Return the lines of the parents for the first notice (L04) or the notice of intention (L07)."""
    return tuple(_line(page, row, code, today) for row in parents_of(page))


def people_words(page: OrderPage) -> str:
    """Return "3 people with parental responsibility or care"."""
    return f"{count(len(parents_of(page)), 'person', 'people')} with parental responsibility or care"


def stages_of(page: OrderPage) -> tuple[str, ...]:
    """Return the notices that lines can be shown for: the first, and the second once one was made."""
    return (FIRST, SECOND) if page.papers_of(SECOND) else (FIRST,)


def _line(page: OrderPage, row: ParentRow, code: str, today: date) -> ParentLine:
    paper = newest(page, code, row.id)
    served = paper.served if paper is not None else None
    holds = served is not None and served.last_day is not None and served.returned_on is None
    return ParentLine(
        row.id,
        Cell(row.name, relation_words(row), strong=True),
        _notice(page, row, paper, today),
        _last_day(page, row, paper, today),
        _reply(page, row, code, paper, today),
        _order(page, row, today),
        paper.id if paper else None,
        holds,
        any(one.kind == "not-to-serve" and one.parent_id == row.id for one in page.waiting),
    )


def relation_words(row: ParentRow) -> str:
    """Return "mother, has care"."""
    plain = lower_first(row.relationship) in ("mother", "father")
    care = "has care" if row.has_care else "parental responsibility" if row.responsible and not plain else ""
    return ", ".join(part for part in (lower_first(row.relationship), care) if part)


def served_words(served: ServedRow, today: date) -> str:
    """Return "First class, posted 4 Nov" or "By hand, A. Patel"."""
    if served.method.endswith("class"):
        way = served.method.replace("-", " ").capitalize()
        return f"{way}, posted {plain_day(served.sent_on, today)}"
    return ", ".join(part for part in (_METHODS.get(served.method, served.method), short_person(served.by)) if part)


def _notice(page: OrderPage, row: ParentRow, paper: PaperRow | None, today: date) -> Cell:
    if paper is None or paper.approval == "refused":
        return Cell("Not served", _why_none(page, row, paper))
    served = paper.served
    if served is None:
        return _unserved(paper, today)
    if served.returned_on is not None:
        return Cell(f"Came back {plain_day(served.returned_on, today)}", served_words(served, today), token="danger")
    if served.defective:
        return Cell("Does not hold", "Serve again", token="danger", second_token="danger")
    return Cell(f"Served {day_date(served.deemed_on)}", served_words(served, today))


def _unserved(paper: PaperRow, today: date) -> Cell:
    if paper.state == "issued":
        done = f"Posted {plain_day(paper.posted_on, today)}" if paper.posted_on else "Not served yet"
        issued = plain_day(paper.issued_on, today) if paper.issued_on else ""
        return Cell(f"Issued {issued}".strip(), done)
    if paper.waits:
        asked = f"Asked {plain_day(paper.asked_on, today)}" if paper.asked_on else ""
        return Cell("Waits for approval", asked)
    return Cell("Approved", "Not issued yet") if paper.approval == "approved" else Cell("Draft", "Not asked yet")


def _why_none(page: OrderPage, row: ParentRow, paper: PaperRow | None) -> str:
    if row.id in page.not_to_be_served:
        return "Decided not to serve"
    if paper is not None:
        return "Notice refused, make it again"
    if not row.may_be_written_to:
        return "May not be written to"
    return "Notice not made" if row.address else "No address"


def _last_day(page: OrderPage, row: ParentRow, paper: PaperRow | None, today: date) -> Cell:
    served = paper.served if paper is not None else None
    if served is not None and served.last_day is not None and served.returned_on is None:
        return Cell(day_date(served.last_day), WHY, strong=True, second_token="accent")
    if row.id in page.not_to_be_served:
        return _NONE
    asked = next((one for one in page.waiting if one.kind == "not-to-serve" and one.parent_id == row.id), None)
    if asked is not None:
        second = f"Asked {short_person(page.managers[0])} " if len(page.managers) == 1 else "Asked "
        words = second + plain_day(asked.asked_on, today)
        return Cell("No decision yet", words, token="danger", second_token="accent")
    if paper is not None and paper.printed_last_day is not None and served is None and paper.approval != "refused":
        return Cell(day_date(paper.printed_last_day), "As printed", token="muted")
    return Cell("Not yet", token="muted")


def _reply(page: OrderPage, row: ParentRow, code: str, paper: PaperRow | None, today: date) -> Cell:
    if row.id in page.not_to_be_served:
        return _NONE
    served = paper.served if paper is not None else None
    if code == FIRST and row.replied_on is not None:
        return Cell("", tag=TagLook(f"Replied {plain_day(row.replied_on, today)}", Tone.BLUE, "mail"))
    asked = any(one.kind == "not-to-serve" and one.parent_id == row.id for one in page.waiting)
    if paper is None and not asked:
        return Cell("Not yet", token="muted")
    if served is None or served.last_day is None:
        return Cell("", tag=TagLook("Waiting", Tone.AMBER, "clock"))
    if served.last_day < today:
        return Cell("", tag=TagLook("No reply" if code == FIRST else "Time over", Tone.GREY, "minus"))
    return Cell("", tag=TagLook("Waiting", Tone.AMBER, "clock"))


def _order(page: OrderPage, row: ParentRow, today: date) -> Cell:
    if row.id in page.not_to_be_served:
        return _NONE
    paper = newest(page, "L08", row.id)
    if paper is None or paper.approval == "refused":
        return Cell("Not yet" if row.id in page.notices_437.valid else "None", token="muted")
    if paper.served is not None:
        return Cell("Served", plain_day(paper.served.deemed_on, today))
    if paper.state == "issued":
        return Cell("Issued", token="muted")
    return Cell("Draft", token="muted")
