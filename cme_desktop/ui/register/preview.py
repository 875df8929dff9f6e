"""The preview beside the table: no more than the first page of a case, shown after the look was recorded."""

from __future__ import annotations

from datetime import date
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QTextLayout
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.register.case_page import REVIEW_DAYS, CaseHead, CasePage
from cme_desktop.register.case_rows import EventRow, TaskRow
from cme_desktop.ui import icons
from cme_desktop.ui.qt import clear, row, wrapped
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import TAG, Tone
from cme_desktop.ui.widgets.buttons import Button, IconButton, Kind
from cme_desktop.ui.widgets.cards import Card, PaneScroll
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.tags import KeyHint, TagLook, draw_line, paint_tag, tag_width
from cme_desktop.ui.widgets.text import Label, Terms, line
from cme_desktop.ui.words import MONTHS, capital, days_from, short_date, when, with_short_dates

SAFEGUARDING: Final = "safeguarding"
_STEPS: Final = 3
_RISK_TAGS: Final = {
    "high": TagLook("High risk", Tone.RED, "triangle"),
    "medium": TagLook("Medium risk", Tone.AMBER, "diamond"),
    "standard": TagLook("Standard risk", Tone.GREY, "circle"),
    "not-rated": TagLook("Not rated", Tone.GREY, "dash"),
}
_TAG_GAP: Final = 4
_BOX: Final = 16
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
        holder = QWidget()
        close = IconButton("close", "Hide the preview (F4)", on_click=self.closed.emit)
        holder.setLayout(row(KeyHint("F4"), close, gap=2))
        self.add_close(holder)
        self._content = QWidget()
        self._box = QVBoxLayout(self._content)
        self._box.setContentsMargins(16, 16, 16, 12)
        self._box.setSpacing(0)
        self.scroller = PaneScroll(self._content, name="Preview")
        self.body.addWidget(self.scroller)
        self.open_button = Button("Open case", on_click=self.open_wanted.emit)
        self.log_button = Button("Log enquiry", Kind.PLAIN, key="L", on_click=self.log_wanted.emit)
        self._foot = self.foot(self.open_button, self.log_button, None)
        self._foot.setProperty("part", "popover-line")  # the pane's own foot is as light as the pane
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
        self._box.addSpacing(10)
        self._box.addWidget(_Tags(_tag_looks(head)))
        self._box.addSpacing(15)
        self._box.addWidget(self._terms(page, today, named=named))
        for task in page.tasks:
            if task.state == "open" and task.band == SAFEGUARDING:
                self._box.addSpacing(12)
                self._box.addWidget(_banner(with_short_dates(task.why, today) or task.title))
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
            end = Label(words, "hint-strong" if urgent else "hint", "danger" if urgent else "muted")
            end.setContentsMargins(0, 3, 0, 0)
            self._box.addLayout(_step_row(self._step(task, may_do=may_do), end))

    def _step(self, task: TaskRow, *, may_do: bool) -> QWidget:
        if not may_do:
            words = Label(task.title, wrap=True)
            words.setContentsMargins(0, 2, 0, 2)
            return words
        tick = StepTick(task.title)
        tick.toggled.connect(lambda on: self.done_wanted.emit(task.id, task.title) if on else None)
        return tick


class StepTick(QAbstractButton):
    """A step with a box to tick; long words go on below, and all of it can be pressed."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setText(title)
        self.setAccessibleName(f"Done: {title}")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._layout = QTextLayout()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _lines(self, width: int) -> list[str]:
        theme = Theme.of()
        self._layout.setFont(theme.font("body"))
        room = max(20, width - theme.px(_BOX) - 8)
        return wrapped(self.text(), theme.metrics("body"), self._layout, room, 4)

    def heightForWidth(self, width: int) -> int:
        """Return the height of the lines that a width needs."""
        return len(self._lines(width)) * Theme.of().line("body") + 4

    def sizeHint(self) -> QSize:
        """Return room for one line."""
        return QSize(120, Theme.of().line("body") + 4)

    def minimumSizeHint(self) -> QSize:
        """Return room for one line of a few letters."""
        return QSize(60, Theme.of().line("body") + 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the box and the words."""
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side, line_ = theme.px(_BOX), theme.line("body")
        box = QRectF(0.5, 2 + (line_ - side) / 2 + 0.5, side - 1, side - 1)
        on = self.isChecked() or self.isDown()
        painter.setPen(QPen(theme.color("accent" if on or self.underMouse() else "border"), 1))
        painter.setBrush(theme.color("accent" if on else "surface"))
        painter.drawRoundedRect(box, 4, 4)
        if on:
            icons.paint(painter, "check", box.left() + 1.5, box.top() + 1.5, "on_accent", 12)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.color("text"))
        for place, words in enumerate(self._lines(self.width())):
            draw_line(painter, words, side + 8, QRect(0, 2 + place * line_, self.width(), line_))


class _Tags(QWidget):
    """Tags side by side, and below each other where there is no room."""

    def __init__(self, looks: tuple[TagLook, ...]) -> None:
        super().__init__()
        self._looks = looks
        self.setAccessibleName(", ".join(look.text for look in looks))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _places(self, width: int) -> list[QRect]:
        height, made, left, top = Theme.of().px(TAG), [], 0, 0
        for look in self._looks:
            wide = tag_width(look)
            if left and left + wide > width:
                left, top = 0, top + height + _TAG_GAP
            made.append(QRect(left, top, min(wide, width), height))
            left += wide + _TAG_GAP
        return made

    def heightForWidth(self, width: int) -> int:
        """Return the height of the rows that a width needs."""
        return self._places(width)[-1].bottom() + 1

    def sizeHint(self) -> QSize:
        """Return room for one row."""
        return QSize(120, Theme.of().px(TAG))

    def minimumSizeHint(self) -> QSize:
        """Return room for one row; long words are elided."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the tags."""
        painter = QPainter(self)
        for look, place in zip(self._looks, self._places(self.width()), strict=True):
            paint_tag(painter, place, look)


def _tag_looks(head: CaseHead) -> tuple[TagLook, ...]:
    status = TagLook(head.status_label, Tone.BLUE if head.is_open else Tone.GREY)
    return status, _RISK_TAGS.get(head.risk, _RISK_TAGS["not-rated"])


def _banner(words: str) -> Banner:
    """Return a banner with the padding of a narrow pane."""
    made = Banner(words, Tone.RED)
    box = made.layout()
    if box is not None:
        box.setContentsMargins(12, 8, 12, 8)
        box.setSpacing(8)
    return made


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
        at = "Today"
    else:
        at = _day(event.happened_on, today)
    return f"{at}. {event.title}"
