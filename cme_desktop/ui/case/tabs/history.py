"""The history of a case: every act on it and each field it changed, in words, with who and when (ux.md 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from cme_desktop.register.history import HistoryRow, history
from cme_desktop.ui.case.acts import CaseActs
from cme_desktop.ui.case.opened import CaseTab, OpenedCase
from cme_desktop.ui.case.wording import plain_day
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import column, row
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import Card, Corners
from cme_desktop.ui.widgets.cells import TableView
from cme_desktop.ui.widgets.states import Empty, Place
from cme_desktop.ui.widgets.table import Cell, Column, PagedModel
from cme_desktop.ui.words import LONDON, clock_time

PAGE: Final = 100


@dataclass(frozen=True)
class Line:
    """One line of the history: an act, or one field that it changed."""

    when: str
    by: str
    words: str
    reason: str
    refused: bool

    def says(self) -> str:
        """Return the line as ux.md 2 has it: "Status changed from … to …, by A. Patel, 24 Nov 10:12"."""
        return f"{self.words}, by {self.by}, {self.when}"


def lines_of(rows: tuple[HistoryRow, ...], today: date) -> tuple[Line, ...]:
    """Return the lines of the history: a line for each changed field, or one for an act that changed none."""
    made: list[Line] = []
    for act in rows:
        when, refused = _when(act.at, today), act.doing.startswith("Refused")
        for change in act.changes:
            words = f"{change.field} changed from {change.before} to {change.after}"
            made.append(Line(when, act.by, words, _why(act), refused))
        if not act.changes:
            made.append(Line(when, act.by, act.doing, act.reason, refused))
    return tuple(made)


def _why(act: HistoryRow) -> str:
    return f"{act.doing}: {act.reason}" if act.reason else act.doing


def _when(at: datetime, today: date) -> str:
    return f"{plain_day(at.astimezone(LONDON).date(), today)} {clock_time(at)}"


COLUMNS: Final = (
    Column[Line]("when", "When", lambda line: line.when, width=132, sortable=False),
    Column[Line]("by", "Who", lambda line: line.by, width=152, sortable=False),
    Column[Line](
        "what",
        "What",
        lambda line: Cell(
            line.words, line.reason, token="danger" if line.refused else "text", spoken=f"{line.says()}. {line.reason}"
        ),
        sortable=False,
    ),
)


class HistoryTab(CaseTab):
    """Read only; earlier acts are fetched a hundred at a time."""

    def __init__(self, desk: Desk, acts: CaseActs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._acts = desk, acts
        self._case: OpenedCase | None = None
        self._acts_shown: tuple[HistoryRow, ...] = ()
        self._lines: tuple[Line, ...] = ()
        self.model: PagedModel[Line] = PagedModel(COLUMNS, self)
        self.model.page_wanted.connect(self._on_page_wanted)
        self.table = TableView(self.model, "History of the case", row=44)
        self.place = Place(self.table)
        self.earlier = Button("Load earlier", Kind.PLAIN, small=True, on_click=self._on_earlier)
        self._earlier_row = QWidget()
        self._earlier_row.setLayout(row(self.earlier, None, margins=(4, 4, 4, 4)))
        card = Card("History", padding=0)
        card.body.setSpacing(0)
        card.body.addWidget(self.place, 1)
        card.body.addWidget(self._earlier_row)
        Corners(card)
        self.setLayout(column(card))

    def show_case(self, case: OpenedCase) -> None:
        """Fetch the newest acts of a case."""
        if self._case is None or self._case.ref != case.ref:
            self.place.show_loading()
        self._case = case
        self._earlier_row.hide()
        self._desk.ask(
            lambda store, person: history(store, person, case.ref, case.receipt, limit=PAGE), self._on_answer
        )

    def first_focus(self) -> QWidget | None:
        """Return the table."""
        return self.table

    def _on_answer(self, rows: tuple[HistoryRow, ...]) -> None:
        self._acts_shown = rows
        self._show(more=len(rows) == PAGE)

    def _on_more(self, rows: tuple[HistoryRow, ...]) -> None:
        self._acts_shown = (*self._acts_shown, *rows)
        self._show(more=len(rows) == PAGE)

    def _show(self, *, more: bool) -> None:
        self._lines = lines_of(self._acts_shown, self._desk.today)
        self.table.show_ids(tuple(range(len(self._lines))))
        self._earlier_row.setVisible(more)
        if self._lines:
            self.place.show_content()
        else:
            words = "Every act on this case is listed here, with who did it, when and why."
            self.place.show_empty(Empty("Nothing was done yet", words, icon="clock", tone=Tone.GREY))

    def _on_earlier(self) -> None:
        case = self._case
        if case is not None and self._acts_shown:
            last = self._acts_shown[-1].seq
            self._desk.ask(
                lambda store, person: history(store, person, case.ref, case.receipt, before_seq=last, limit=PAGE),
                self._on_more,
            )

    @Slot(int, object)
    def _on_page_wanted(self, _first: int, ids: tuple[int, ...]) -> None:
        self.model.put_rows({place: self._lines[place] for place in ids if place < len(self._lines)})
