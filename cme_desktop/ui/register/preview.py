"""The preview beside the table: no more than the first page of a case, shown after the look was recorded."""

from __future__ import annotations

from datetime import date
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cme_desktop.register.case_page import REVIEW_DAYS, CaseHead, CasePage
from cme_desktop.register.case_rows import EventRow, TaskRow
from cme_desktop.system import LONDON
from cme_desktop.ui.qt import clear, row
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button, IconButton, Kind
from cme_desktop.ui.widgets.cards import Card, Scroll
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.inputs import Tick
from cme_desktop.ui.widgets.tags import KeyHint, Tag
from cme_desktop.ui.widgets.text import Label, Terms, line
from cme_desktop.ui.words import MONTHS, capital, clock_time, days_from, short_date, when

SAFEGUARDING: Final = "safeguarding"
_STEPS: Final = 4
_RISK_TAGS: Final = {
    "high": ("High risk", Tone.RED, "triangle"),
    "medium": ("Medium risk", Tone.AMBER, "diamond"),
    "standard": ("Standard risk", Tone.GREY, "circle"),
    "not-rated": ("Not rated", Tone.GREY, "dash"),
}
_NOTHING: Final = "Choose a child to see the case here."


class Preview(Card):
    """The pane: who, where, day, what is wrong now, what is next and what was last."""

    closed = Signal()
    open_wanted = Signal()
    log_wanted = Signal()
    done_wanted = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=0, parent=parent)
        self.setAccessibleName("Preview")
        head = self.head()
        head.insertWidget(0, Label("Preview", "hint", "muted"))
        head.addWidget(KeyHint("F4"))
        self.add_close(IconButton("close", "Hide the preview (F4)", on_click=self.closed.emit))
        self._content = QWidget()
        self._box = QVBoxLayout(self._content)
        self._box.setContentsMargins(16, 16, 16, 12)
        self._box.setSpacing(0)
        self.scroll = Scroll(self._content, name="Preview")
        self.body.addWidget(self.scroll)
        self.open_button = Button("Open case", on_click=self.open_wanted.emit)
        self.log_button = Button("Log enquiry", Kind.PLAIN, key="L", on_click=self.log_wanted.emit)
        self._foot = self.foot(self.open_button, self.log_button, None)
        self.show_nothing()

    def show_nothing(self, words: str = _NOTHING, *, openable: bool = False) -> None:
        """Show a sentence in place of a case."""
        clear(self._box)
        self._box.addWidget(Label(words, token="muted", wrap=True))
        self._box.addStretch(1)
        self._foot.setVisible(openable)

    def show_case(self, page: CasePage, today: date, *, named: bool, may_log: bool, may_do: bool) -> None:
        """Show a case; without ``named`` nothing is shown that tells who the child is."""
        clear(self._box)
        head = page.head
        name = f"{head.forename} {head.surname}".strip()
        self._box.addWidget(Label(name if named and name else head.ref, "section", wrap=True))
        self._box.addWidget(Label(_age_words(head, named=named), token="muted", wrap=True))
        self._box.addSpacing(8)
        self._box.addLayout(self._tags(head))
        self._box.addSpacing(12)
        self._box.addWidget(self._terms(page, today, named=named))
        for task in page.tasks:
            if task.state == "open" and task.band == SAFEGUARDING:
                self._box.addSpacing(12)
                self._box.addWidget(Banner(task.why or task.title, Tone.RED))
                break
        self._add_steps(page.tasks, today, may_do=may_do)
        if page.events:
            self._box.addSpacing(8)
            self._box.addWidget(Label("Last", "hint-strong", "muted"))
            self._box.addSpacing(4)
            self._box.addWidget(Label(_event_words(page.events[0], today), "hint", wrap=True))
        self._box.addStretch(1)
        self.log_button.setVisible(may_log and head.is_open)
        self._foot.show()

    def _tags(self, head: CaseHead) -> QVBoxLayout:
        """Return the status and the risk, one below the other where both do not fit side by side."""
        status = Tag(head.status_label, Tone.BLUE if head.is_open else Tone.GREY)
        words, tone, icon = _RISK_TAGS.get(head.risk, _RISK_TAGS["not-rated"])
        risk = Tag(words, tone, icon)
        box = QVBoxLayout()
        box.setSpacing(4)
        side_by_side = status.sizeHint().width() + 4 + risk.sizeHint().width() <= self._room()
        if side_by_side:
            box.addLayout(row(status, risk, None, gap=4))
        else:
            box.addWidget(status)
            box.addWidget(risk)
        return box

    def _room(self) -> int:
        return max(self.width(), self.minimumWidth()) - 34

    @staticmethod
    def _terms(page: CasePage, today: date, *, named: bool) -> Terms:
        head = page.head
        terms = Terms(width=64, gap=6)
        if head.is_open:
            review = f", review {_day(head.review_on, today)}" if head.review_on is not None else ""
            of = f" of {REVIEW_DAYS}" if head.days <= REVIEW_DAYS else ""
            terms.add("Day", f"{head.days}{of}{review}")
        elif head.closed_on is not None:
            terms.add("Closed", f"{short_date(head.closed_on)}, {head.outcome_label}".rstrip(", "))
        off_roll = f", off roll {_day(head.off_roll_on, today)}" if head.off_roll_on is not None else ""
        terms.add("School", f"{head.last_school}{off_roll}" if head.last_school else "Not known")
        if named:
            terms.add("Lives", head.address or "Not known")
            for adult in [one for one in page.adults if one.has_care][:2]:
                terms.add(capital(adult.relationship or "Carer"), adult.name)
        if head.waiting_on and head.waiting_on != "LOCME":
            terms.add("Waiting", f"on {head.waiting_on}")
        return terms

    def _add_steps(self, tasks: tuple[TaskRow, ...], today: date, *, may_do: bool) -> None:
        steps = sorted((task for task in tasks if task.state == "open"), key=_urgency)[:_STEPS]
        if not steps:
            return
        self._box.addSpacing(12)
        self._box.addWidget(line())
        self._box.addSpacing(12)
        self._box.addWidget(Label("Next", "hint-strong", "muted"))
        self._box.addSpacing(2)
        for task in steps:
            due = _effective(task)
            urgent = due < today or (due == today and task.band == SAFEGUARDING)
            words = days_from(due, today) if due <= today else _day(due, today)
            end = Label(words, "strong" if urgent else "body", "danger" if urgent else "muted")
            self._box.addLayout(_step_row(self._step(task, may_do=may_do), end))

    def _step(self, task: TaskRow, *, may_do: bool) -> QWidget:
        if not may_do:
            return Label(task.title, wrap=True)
        tick = Tick("")
        tick.setAccessibleName(f"Done: {task.title}")
        tick.toggled.connect(lambda on: self.done_wanted.emit(task.id, task.title) if on else None)
        words = Label(task.title, wrap=True)
        words.setBuddy(tick)
        holder = QWidget()
        box = row(gap=0)
        box.addWidget(tick, 0, Qt.AlignmentFlag.AlignTop)
        box.addWidget(words, 1)
        holder.setLayout(box)
        return holder

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the content as wide as the pane."""
        super().resizeEvent(event)
        self._content.setMaximumWidth(self.scroll.viewport().width())


def _step_row(step: QWidget, end: Label) -> QVBoxLayout:
    box = row(gap=8)
    box.addWidget(step, 1)
    box.addWidget(end, 0, Qt.AlignmentFlag.AlignTop)
    outer = QVBoxLayout()
    outer.addLayout(box)
    return outer


def _urgency(task: TaskRow) -> tuple[bool, date, int]:
    return task.band != SAFEGUARDING, _effective(task), task.id


def _effective(task: TaskRow) -> date:
    return max(task.due, task.put_off_until or task.due)


def _age_words(head: CaseHead, *, named: bool) -> str:
    year = {"": "", "R": "Reception"}.get(head.year, f"Year {head.year}")
    age = str(head.age) if head.age is not None else "Age not known"
    words = ", ".join(part for part in (age, year) if part)
    return f"{words}. Born {short_date(head.dob)}" if head.dob is not None and named else words


def _day(day: date, today: date) -> str:
    words = f"{day.day} {MONTHS[day.month - 1]}"
    return words if day.year == today.year else f"{words} {day.year}"


def _event_words(event: EventRow, today: date) -> str:
    if event.happened_at is not None:
        at = capital(when(event.happened_at, today))
    elif event.happened_on == today:
        at = f"Today {clock_time(event.recorded_at)}" if _same_day(event) else "Today"
    else:
        at = _day(event.happened_on, today)
    return f"{at}. {event.title}"


def _same_day(event: EventRow) -> bool:
    return event.recorded_at.astimezone(LONDON).date() == event.happened_on
