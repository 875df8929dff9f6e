"""Enquiries: the school's and the council's apart, and beside them what is reasonable and still to make (F25, F27)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from cme_desktop import shipped
from cme_desktop.domain.enquiries import Condition, Enquiry, Made, Meter, Side
from cme_desktop.domain.risk import Answer, raises_concern
from cme_desktop.register import case_page
from cme_desktop.register.case_rows import EnquiryRow
from cme_desktop.ui.case import wording
from cme_desktop.ui.case.acts import CaseActs
from cme_desktop.ui.case.content import Content
from cme_desktop.ui.case.opened import CaseTab, OpenedCase
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import clear, column, row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button
from cme_desktop.ui.widgets.cards import Card, Corners, Scroll
from cme_desktop.ui.widgets.cells import TableView
from cme_desktop.ui.widgets.chips import Segments
from cme_desktop.ui.widgets.states import Empty, Place
from cme_desktop.ui.widgets.table import Cell, Column, PagedModel
from cme_desktop.ui.widgets.text import Glyph, Label
from cme_desktop.ui.words import clock_time, curly

COLUMN: Final = 372
_MOST: Final = 0.35
"""The share of the width that the reasonable enquiries take at most: at large text the table needs the room."""
SIDES: Final = (("", "Both"), ("council", "The council’s"), ("school", "The school’s"))
UNANSWERED: Final = frozenset({"waiting", "no-answer"})
WAITING: Final = "waiting"


def waits(item: EnquiryRow) -> bool:
    """Say whether an enquiry still waits for its answer."""
    return item.outcome in UNANSWERED and item.answered_on is None


def meter_of(rows: Iterable[EnquiryRow], case: OpenedCase) -> Meter:
    """Return how complete the enquiries of both sides are, by the list that applies to this child."""
    made = [
        Made(item.code, Side(item.side), item.made_on, item.agency, answered=not waits(item))
        for item in rows
        if item.code
    ]
    return shipped.checklist().meter(made, conditions_of(case))


def conditions_of(case: OpenedCase) -> tuple[Condition, ...]:
    """Return what makes further enquiries apply to this child."""
    answers = {row.question: Answer(row.answer) for row in case.assessment.answers} if case.assessment else {}
    immediate = [one.number for one in shipped.questions().questions if one.immediate]
    holds = {
        Condition.PREVIOUS_PLACE_KNOWN: bool(case.registrations or case.head.last_school),
        Condition.POSSIBLE_PLACE_KNOWN: bool(case.head.placed_school_urn),
        Condition.OTHER_HOME_COUNCIL: case.head.pathway == "out-of-borough",
        Condition.RISK_OF_HARM: any(raises_concern(answers.get(number)) for number in immediate),
    }
    return tuple(condition for condition, true in holds.items() if true)


@dataclass(frozen=True)
class _Shown:
    """An enquiry with the day that its words count from."""

    item: EnquiryRow
    today: date

    def when(self) -> Cell:
        time = clock_time(self.item.made_at) if self.item.made_at else ""
        return Cell(wording.plain_day(self.item.made_on, self.today), time)

    def asked(self) -> Cell:
        return Cell(self.item.asked, self.item.contact_detail, strong=True)

    def how(self) -> Cell:
        return Cell(self.item.method, "School’s" if self.item.side == Side.SCHOOL else "Council’s")

    def outcome(self) -> Cell:
        known = shipped.code_lists()["enquiry-outcome"].get(self.item.outcome)
        words = known.label if known else self.item.outcome
        if waits(self.item) and self.item.chase_on is not None:
            late = self.item.chase_on <= self.today
            chase = f"ask again {wording.plain_day(self.item.chase_on, self.today)}"
            return Cell(words, chase, second_token="danger" if late else "muted")
        return Cell(words, " ".join(self.item.outcome_detail.split()))


COLUMNS: Final = (
    Column[_Shown]("when", "When", lambda shown: shown.when(), width=80, sortable=False),
    Column[_Shown]("how", "How", lambda shown: shown.how(), width=132, sortable=False),
    Column[_Shown]("asked", "Name or team", lambda shown: shown.asked(), width=212, sortable=False),
    Column[_Shown]("outcome", "What came of it", lambda shown: shown.outcome(), sortable=False),
)


class ReasonableCard(Card):
    """The reasonable enquiries with a mark for each side, and what the council's least still lacks."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Reasonable enquiries", parent=parent)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(0, 1)
        self.missing = Label("", "hint", "muted", wrap=True)
        holder = Content()
        holder.setLayout(column(self._grid, self.missing, None, gap=12))
        holder.setContentsMargins(0, 0, 12, 0)
        self.body.setContentsMargins(16, 12, 4, 12)
        self.body.addWidget(Scroll(holder, name="Reasonable enquiries"))

    def show_meter(self, rows: tuple[EnquiryRow, ...], case: OpenedCase) -> None:
        """Show how complete both sides are."""
        clear(self._grid)
        meter = meter_of(rows, case)
        made = {(item.code, item.side) for item in rows if item.code}
        self._grid.addWidget(Label("Made, of those that apply", "hint", "muted", wrap=True), 0, 0)
        for place, (words, side) in enumerate((("School", meter.school), ("Council", meter.council)), start=1):
            heads = (Label(words, "hint-strong", "muted"), Label(f"{side.done} of {side.total}", "hint", "muted"))
            for label in heads:
                label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            self._grid.addLayout(column(*heads, gap=0), 0, place)
        for line, one in enumerate(shipped.checklist().applying(conditions_of(case)), start=1):
            least = one.id in meter.minimum_missing
            label = Label(curly(one.short), "body", "text", wrap=True)
            label.setToolTip(curly(one.text))
            self._grid.addWidget(label, line, 0)
            for place, side_of in enumerate((Side.SCHOOL, Side.COUNCIL), start=1):
                done = (one.id, side_of.value) in made
                mark = _mark(curly(one.short), side_of, applies=side_of in one.sides, done=done, least=least)
                if done and least and one.agencies:
                    mark = _partly(one, rows)
                self._grid.addWidget(mark, line, place, Qt.AlignmentFlag.AlignHCenter)
        lacking = [shipped.checklist().get(number) for number in meter.minimum_missing]
        names = ", ".join(", ".join(_lacking(one, rows)) for one in lacking if one is not None)
        self.missing.setText(
            f"Still to make, of the council’s suggested least: {names}."
            if names
            else "The council’s suggested least has been made. The list is the council’s own reading of the guidance."
        )


def _lacking(one: Enquiry, rows: tuple[EnquiryRow, ...]) -> list[str]:
    """Return what a line of the list still lacks: the agencies not asked yet, or the line itself."""
    asked = {item.agency for item in rows if item.code == one.id}
    names = shipped.code_lists()["contact-type"]
    left = [names.get(agency) for agency in one.agencies if agency not in asked]
    return [curly(known.label) for known in left if known is not None] or [curly(one.short)]


def _partly(one: Enquiry, rows: tuple[EnquiryRow, ...]) -> QWidget:
    made = Glyph("minus", "amber_fg", 16)
    words = f"{curly(one.short)}: made in part. Still to ask: {', '.join(_lacking(one, rows))}"
    made.setAccessibleName(words)
    made.setToolTip(words)
    return made


def _mark(name: str, side: Side, *, applies: bool, done: bool, least: bool) -> QWidget:
    who = "the school" if side is Side.SCHOOL else "the council"
    if done:
        made: QWidget = Glyph("check", "green_fg", 16)
        words = f"{name}: made by {who}"
    elif not applies:
        made, words = Label("–", "hint", "muted"), f"{name}: not for {who}"
    elif least:
        made = Glyph("diamond", "amber_fg", 16)
        words = f"{name}: still to make by {who}, of the suggested least"
    else:
        made, words = Glyph("circle", "border", 16), f"{name}: still to make by {who}"
    made.setAccessibleName(words)
    made.setToolTip(words)
    return made


class EnquiriesTab(CaseTab):
    """Enter opens an enquiry and, where it waits, records its answer."""

    def __init__(self, desk: Desk, acts: CaseActs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._acts = desk, acts
        self._case: OpenedCase | None = None
        self._rows: tuple[EnquiryRow, ...] = ()
        self._waiting_wanted = False
        self.model: PagedModel[_Shown] = PagedModel(COLUMNS, self)
        self.model.page_wanted.connect(self._on_page_wanted)
        self.table = TableView(self.model, "Enquiries", row=48)
        self.table.opened.connect(self._on_opened)
        self.sides = Segments("Whose enquiries", SIDES)
        self.sides.chosen.connect(self._on_side)
        self.place = Place(self.table)
        self.card = Card("Enquiries", padding=0)
        self.card.head().addWidget(self.sides)
        self.card.body.addWidget(self.place)
        Corners(self.card)
        self.reasonable = ReasonableCard()
        whole = row(self.card, self.reasonable, gap=16)
        whole.setStretchFactor(self.card, 1)
        self.setLayout(whole)
        self._fit()
        Theme.of().changed.connect(self._fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width anew."""
        super().resizeEvent(event)
        self._fit()

    def show_case(self, case: OpenedCase) -> None:
        """Fetch the enquiries of a case."""
        if self._case is None or self._case.ref != case.ref:
            self.place.show_loading()
        self._case = case
        self._desk.ask(
            lambda store, person: case_page.enquiries(store, person, case.ref, case.receipt), self._on_answer
        )

    def show_item(self, what: str) -> None:
        """Go to the first enquiry that waits for its answer."""
        self._waiting_wanted = what == WAITING
        self._go_to_waiting()

    def first_focus(self) -> QWidget | None:
        """Return the table where there is something in it."""
        return self.table if self.model.ids else None

    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return the keys of the table."""
        return (("Enter", "Open the enquiry, record its answer"),)

    def _on_answer(self, rows: tuple[EnquiryRow, ...]) -> None:
        self._rows = rows
        self._show()
        if self._case is not None:
            self.reasonable.show_meter(rows, self._case)
        self._go_to_waiting()

    @Slot(str)
    def _on_side(self, _side: str) -> None:
        self._show()

    def _show(self) -> None:
        side = self.sides.key()
        self.table.show_ids([item.id for item in self._rows if not side or item.side == side])
        if self.model.ids:
            self.place.show_content()
            return
        buttons = []
        if self._acts.may("enquiry.record"):
            buttons.append(Button("Log enquiry", icon="phone", key="L", on_click=self._acts.log_enquiry))
        who = {"school": "of the school", "council": "of the council"}.get(side, "")
        words = "Each enquiry keeps whom you asked, how, when and what came of it. Failed attempts count too."
        title = f"No enquiry {who} yet".replace("  ", " ")
        self.place.show_empty(Empty(title, words, icon="phone", tone=Tone.GREY, buttons=buttons))

    def _go_to_waiting(self) -> None:
        first = next((item for item in self._rows if waits(item)), None)
        if self._waiting_wanted and first is not None:
            self._waiting_wanted = False
            self.table.go_to(self.model.place_of(first.id))

    @Slot(int, object)
    def _on_page_wanted(self, _first: int, ids: tuple[int, ...]) -> None:
        today = self._desk.today
        wanted = set(ids)
        self.model.put_rows({item.id: _Shown(item, today) for item in self._rows if item.id in wanted})

    @Slot(int)
    def _on_opened(self, number: int) -> None:
        item = next((one for one in self._rows if one.id == number), None)
        if item is not None:
            self._acts.answer_enquiry(item)

    @Slot()
    def _fit(self) -> None:
        self.reasonable.setFixedWidth(min(Theme.of().px(COLUMN), max(300, round(self.width() * _MOST))))
