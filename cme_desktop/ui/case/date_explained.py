"""Why a date is what it is: a painted month of counted days, the reasons in words, and a what-if (mock-up 04)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape
from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.ui.page import Page
from cme_desktop.ui.qt import alive, announce, column, row
from cme_desktop.ui.theme import Theme, hold_width
from cme_desktop.ui.tokens import CARD_RADIUS, PAGE_PADDING, RADIUS
from cme_desktop.ui.widgets.buttons import IconButton, Link
from cme_desktop.ui.widgets.cards import part
from cme_desktop.ui.widgets.inputs import DateInput
from cme_desktop.ui.widgets.tags import draw_line
from cme_desktop.ui.widgets.text import Label, hold_terms
from cme_desktop.ui.words import day_date, long_date, month_name

WIDTH: Final = 546
_CELL: Final = (35, 31)
_HEAD: Final = 22
_SHADOW: Final = 16
_POINTER: Final = 14
_WEEKDAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


@dataclass(frozen=True)
class ExplainedDate:
    """A date with its reasons, ready to be shown.

    ``lines`` are (term, words) such as ("Served", "Fri 6 Nov: posted Wed 4 Nov, first class, 2nd working day");
    ``counted`` are the counted days in order, of which the first is where the count begins. ``what_if`` answers a
    first day with the last day it would give; it must be quick and change nothing.
    """

    day: date
    lines: tuple[tuple[str, str], ...]
    counted: tuple[date, ...] = ()
    next_step: date | None = None
    next_words: str = ""
    note: str = ""
    rule: str = ""
    source: str = ""
    source_note: str = ""
    title: str = ""
    what_if: Callable[[date], date] | None = field(default=None, compare=False)
    what_if_words: tuple[str, str] = ("What if served on", "last day would be")

    @property
    def first(self) -> date:
        """Return the first counted day, or the day itself when nothing is counted."""
        return self.counted[0] if self.counted else self.day

    def heading(self) -> str:
        """Return "Why Fri 20 Nov 2026", or the title that was given."""
        return self.title or f"Why {day_date(self.day, year=True)}"

    def says(self) -> str:
        """Return the whole explanation as one text for a screen reader."""
        lines = [f"{term}: {words}" for term, words in self.lines]
        if self.next_step is not None:
            lines.append(f"Then: {self.next_words} {day_date(self.next_step)}".replace("  ", " "))
        return ". ".join([self.heading(), *lines, *filter(None, (self.note, self.rule and f"Rule: {self.rule}"))])


def month_weeks(month: date) -> tuple[tuple[date, ...], ...]:
    """Return the weeks, Monday to Sunday, that hold any day of a month."""
    first = month.replace(day=1)
    monday = first - timedelta(days=first.weekday())
    weeks: list[tuple[date, ...]] = []
    while monday <= first or monday.month == first.month:
        weeks.append(tuple(monday + timedelta(days=place) for place in range(7)))
        monday += timedelta(days=7)
    return tuple(weeks)


class MonthGrid(QWidget):
    """One month: counted days on ``selection`` with their number, the first filled, the last framed, the next green."""

    month_changed = Signal()

    def __init__(self, explained: ExplainedDate, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._explained = explained
        self._numbers = {day: place for place, day in enumerate(explained.counted, start=1)}
        self._month = explained.day.replace(day=1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._named()
        Theme.of().changed.connect(self._on_theme_changed)

    @property
    def month(self) -> date:
        """Return the first day of the month shown."""
        return self._month

    def go(self, months: int) -> None:
        """Show a month before (-1) or after (1)."""
        total = self._month.year * 12 + self._month.month - 1 + months
        self._month = date(total // 12, total % 12 + 1, 1)
        self._named()
        self.updateGeometry()
        self.update()
        self.month_changed.emit()
        announce(self, self.accessibleName())

    def _named(self) -> None:
        inside = [day for day in self._numbers if (day.year, day.month) == (self._month.year, self._month.month)]
        words = f"{month_name(self._month)}, {len(inside)} counted days" if inside else month_name(self._month)
        self.setAccessibleName(words)

    def says(self, day: date) -> str:
        """Return what a day is, in words: "6 November 2026, first counted day"."""
        words = [long_date(day)]
        if day in self._numbers:
            words.append(f"counted day {self._numbers[day]} of {len(self._numbers)}")
        if day == self._explained.day:
            words.append("last day")
        if day == self._explained.next_step:
            words.append("next step possible")
        return ", ".join(words)

    def sizeHint(self) -> QSize:
        """Return room for the names of the days and the weeks of the month."""
        theme = Theme.of()
        weeks = max(5, len(month_weeks(self._month)))
        return QSize(7 * theme.px(_CELL[0]), theme.px(_HEAD) + weeks * theme.px(_CELL[1]) + 4)

    def minimumSizeHint(self) -> QSize:
        """Return the whole month's size."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn the month with Page Up, Page Down, Left and Right."""
        steps = {
            Qt.Key.Key_PageUp: -1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_PageDown: 1,
            Qt.Key.Key_Right: 1,
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.go(step)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the month."""
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide, high = theme.px(_CELL[0]), theme.px(_CELL[1])
        painter.setFont(theme.font("key"))
        painter.setPen(theme.color("muted"))
        for place, words in enumerate(_WEEKDAYS):
            self._centred(painter, words, QRect(place * wide, 0, wide, theme.px(20)))
        for line, week in enumerate(month_weeks(self._month)):
            for place, day in enumerate(week):
                if day.month == self._month.month:
                    self._paint_day(painter, day, QRect(place * wide, theme.px(_HEAD) + line * high, wide, high))

    def _paint_day(self, painter: QPainter, day: date, area: QRect) -> None:
        theme, explained = Theme.of(), self._explained
        first, last = day == explained.first and day in self._numbers, day == explained.day
        token, bold = "text", False
        painter.setPen(Qt.PenStyle.NoPen)
        if first:
            painter.fillPath(_sided(QRectF(area), left=True, right=len(self._numbers) == 1), theme.color("accent"))
            token, bold = "on_accent", True
        elif day == explained.next_step and not last:
            painter.setBrush(theme.color("green_bg"))
            painter.drawRoundedRect(QRectF(area), RADIUS, RADIUS)
            token, bold = "green_fg", True
        elif day in self._numbers:
            painter.fillPath(_sided(QRectF(area), left=False, right=last), theme.color("selection"))
        if last:
            bold = True
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            frame = QRectF(area).adjusted(1, 1, -1, -1)
            painter.drawPath(_sided(frame, left=not self._numbers, right=True))
        painter.setFont(theme.font("body", tabular=True, bold=bold))
        painter.setPen(theme.color(token))
        number = self._numbers.get(day)
        self._centred(painter, str(day.day), area.adjusted(0, 0, 0 if number is None else -12, 0))
        if number is not None:
            painter.setFont(theme.font("count"))
            painter.setPen(theme.color("on_accent" if first else "muted"))
            words = str(number)
            left = area.right() - 2 - painter.fontMetrics().horizontalAdvance(words)
            high = theme.px(13)
            draw_line(painter, words, left, QRect(area.left(), area.bottom() - high + 1, area.width(), high))

    @staticmethod
    def _centred(painter: QPainter, words: str, area: QRect) -> None:
        wide = painter.fontMetrics().horizontalAdvance(words)
        draw_line(painter, words, area.left() + (area.width() - wide) / 2, area)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


def _sided(area: QRectF, *, left: bool, right: bool) -> QPainterPath:
    """Return a rectangle with round corners at its left or right end only."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    path.addRoundedRect(area, RADIUS, RADIUS)
    if not left:
        path.addRect(QRectF(area.left(), area.top(), RADIUS, area.height()))
    if not right:
        path.addRect(QRectF(area.right() - RADIUS, area.top(), RADIUS, area.height()))
    return path.simplified()


class DateExplained(QFrame):
    """The popover: a child of the page, not a window. Esc closes it and the focus returns to its link."""

    closed = Signal()
    source_wanted = Signal()

    def __init__(self, explained: ExplainedDate, page: QWidget, link: QWidget) -> None:
        super().__init__(page)
        self._explained, self._page, self._link = explained, page, link
        self._below, self._tip = True, 0
        self.setAccessibleName(explained.says())
        self.grid = MonthGrid(explained)
        self.answer = Label("", "strong")
        self.what_if: DateInput | None = None
        self._box = QVBoxLayout(self)
        self._box.setSpacing(0)
        self._box.addWidget(self._head())
        self._box.addLayout(self._middle())
        if explained.rule or explained.source:
            self._box.addWidget(self._basis())
        if explained.what_if is not None:
            self._box.addWidget(self._foot())
        self._sized()
        Theme.of().changed.connect(self._on_theme_changed)

    def _head(self) -> QFrame:
        head = part("card-head")
        head.setMinimumHeight(43)
        close = IconButton("close", "Close", on_click=self.shut)
        head.setLayout(row(Label(self._explained.heading(), "section"), None, close, margins=(16, 0, 10, 0)))
        return head

    def _middle(self) -> QHBoxLayout:
        self._month_name = Label(month_name(self.grid.month), "strong")
        before = IconButton("chevron-up", "Month before", on_click=lambda: self.grid.go(-1))
        after = IconButton("chevron-down", "Month after", on_click=lambda: self.grid.go(1))
        self.grid.month_changed.connect(self._on_month_changed)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addLayout(row(self._month_name, None, before, after, gap=0, margins=(6, 0, 0, 0)))
        left.addWidget(self.grid)
        left.addStretch(1)
        middle = row(left, 14, self._reasons(), gap=0, margins=(16, 9, 16, 6))
        middle.setStretch(2, 1)
        return middle

    def _reasons(self) -> QWidget:
        explained = self._explained
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(2, 10, 0, 0)
        grid.setHorizontalSpacing(0)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        hold_terms(holder, grid, 60)
        lines = [(term, escape(words)) for term, words in explained.lines]
        shown = day_date(explained.day)
        lines = [(term, words.replace(shown, f"<b>{shown}</b>") if term == "Ends" else words) for term, words in lines]
        for place, (term, words) in enumerate(lines):
            grid.addWidget(Label(term, token="muted"), place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(Label(wrap=True).set_rich(words), place, 1, Qt.AlignmentFlag.AlignTop)
        if explained.next_step is not None:
            then = column(Label(explained.next_words, wrap=True), gap=0)
            then.addWidget(Label(day_date(explained.next_step), "strong", "green_fg"))
            grid.addWidget(Label("Then", token="muted"), len(lines), 0, Qt.AlignmentFlag.AlignTop)
            grid.addLayout(then, len(lines), 1)
        if explained.note:
            grid.addWidget(Label(explained.note, "hint", "muted", wrap=True), len(lines) + 1, 0, 1, 2)
        grid.setRowStretch(len(lines) + 2, 1)
        return holder

    def _basis(self) -> QFrame:
        explained = self._explained
        frame = part("popover-line")
        grid = QGridLayout(frame)
        grid.setContentsMargins(16, 10, 16, 9)
        grid.setHorizontalSpacing(0)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        hold_terms(frame, grid, 84)
        if explained.rule:
            grid.addWidget(Label("Rule", token="muted"), 0, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(Label(explained.rule, wrap=True), 0, 1)
        if explained.source:
            grid.addWidget(Label("Source", token="muted"), 1, 0)
            link = Link(explained.source, on_click=self.source_wanted.emit)
            grid.addLayout(row(link, Label(explained.source_note, token="muted"), None, gap=8), 1, 1)
        return frame

    def _foot(self) -> QFrame:
        explained = self._explained
        foot = part("card-foot")
        self.what_if = DateInput(explained.first, weekday=True, year=False)
        self.what_if.setAccessibleName(explained.what_if_words[0])
        hold_width(self.what_if, 124)
        self.what_if.picked.connect(self._on_what_if)
        before = Label(explained.what_if_words[0], token="muted")
        before.setBuddy(self.what_if)
        after = Label(explained.what_if_words[1], token="muted")
        foot.setLayout(row(before, self.what_if, after, self.answer, None, gap=8, margins=(16, 11, 16, 12)))
        self._on_what_if(explained.first)
        return foot

    def _sized(self) -> None:
        theme = Theme.of()
        top = _POINTER // 2 + 1 if self._below else _SHADOW
        bottom = _SHADOW + 4 if self._below else _POINTER // 2 + 1
        self._box.setContentsMargins(_SHADOW + 1, top, _SHADOW + 1, bottom)
        self.setFixedWidth(theme.px(WIDTH) + 2 * _SHADOW)

    def show_at_link(self) -> None:
        """Show below the link, or above it where there is no room below, and take the focus."""
        self._place()
        self.show()
        self.raise_()
        announce(self, self._explained.says())
        target: QWidget = self.what_if if self.what_if is not None else self.grid
        target.setFocus(Qt.FocusReason.PopupFocusReason)

    def _place(self) -> None:
        page = self._page
        if not self._has_link():
            self._stay()
            return
        corner = self._link.mapTo(page, QPoint(0, 0))
        self._sized()
        height = self._height()
        self._below = corner.y() + self._link.height() + height <= page.height() or corner.y() < height
        self._sized()
        height = self._height()
        middle = corner.x() + self._link.width() // 2
        furthest = page.width() - self.width() + _SHADOW - PAGE_PADDING
        reaches = furthest + _SHADOW + 2 * _POINTER < middle
        left = furthest if reaches else max(min(middle - self.width() // 2, furthest), PAGE_PADDING - _SHADOW)
        top = corner.y() + self._link.height() - 4 if self._below else corner.y() - height + 4
        inside = max(min(top, page.height() - height), 0)
        self._tip = middle - left if inside == top else 0
        self.setGeometry(left, inside, self.width(), height)

    def _stay(self) -> None:
        """Take the size of the words where it stands, inside the page."""
        self._sized()
        height = self._height()
        left = min(self.x(), self._page.width() - self.width())
        self.setGeometry(max(left, 0), max(min(self.y(), self._page.height() - height), 0), self.width(), height)

    def _has_link(self) -> bool:
        """Say whether the link is still there: the list that it stands in may have been made anew meanwhile."""
        return alive(self._link) and self._page.isAncestorOf(self._link)

    def _height(self) -> int:
        """Return the height that the words need at the popover's width."""
        return max(self.sizeHint().height(), self.heightForWidth(self.width()))

    def shut(self) -> None:
        """Close and give the focus back to the link."""
        self.hide()
        if self._has_link():
            self._link.setFocus(Qt.FocusReason.PopupFocusReason)
        elif isinstance(self._page, Page):
            self._page.focus_content()
        self.closed.emit()
        self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.shut()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the one shadow, the surface, the line round it and the pointer to the link."""
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = float(_POINTER // 2 if self._below else _SHADOW - 1)
        bottom = float(_SHADOW + 3 if self._below else _POINTER // 2)
        body = QRectF(self.rect()).adjusted(_SHADOW + 0.5, top + 0.5, -_SHADOW - 0.5, -bottom - 0.5)
        shade = QColor(theme.hex("shadow"))
        painter.setPen(Qt.PenStyle.NoPen)
        for ring in range(_SHADOW, 0, -2):
            shade.setAlphaF(0.013 if not theme.dark else 0.05)
            painter.setBrush(shade)
            around = body.adjusted(-ring, -ring + 6, ring, ring + 2)
            painter.drawRoundedRect(around, CARD_RADIUS + ring, CARD_RADIUS + ring)
        path = QPainterPath()
        path.addRoundedRect(body, CARD_RADIUS, CARD_RADIUS)
        half, tip = _POINTER / 2, float(self._tip)
        edge, point = (body.top(), body.top() - half) if self._below else (body.bottom(), body.bottom() + half)
        arrow = QPainterPath()
        arrow.addPolygon(QPolygonF([QPointF(tip - half - 1, edge), QPointF(tip, point), QPointF(tip + half + 1, edge)]))
        painter.setPen(QPen(theme.color("edge"), 1))
        painter.setBrush(theme.color("surface"))
        painter.drawPath(path.united(arrow) if self._tip else path)

    @Slot()
    def _on_theme_changed(self) -> None:
        if self.isVisible():
            QTimer.singleShot(0, self, self._place)

    @Slot()
    def _on_month_changed(self) -> None:
        self._month_name.setText(month_name(self.grid.month))
        self._box.activate()
        height = self._height()
        top = self.y() if self._below else self.y() + self.height() - height
        self.setGeometry(self.x(), top, self.width(), height)

    @Slot(object)
    def _on_what_if(self, day: date) -> None:
        if self._explained.what_if is None:
            return
        last = self._explained.what_if(day)
        self.answer.setText(day_date(last))
        before, after = self._explained.what_if_words
        if self.isVisible():
            announce(self, f"{before} {day_date(day)}, {after} {day_date(last)}")
