"""The timeline as a list: when, a node on a line with its icon, what happened, and below it the detail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from cme_desktop.register.case_rows import EventRow
from cme_desktop.ui import icons
from cme_desktop.ui.case import wording
from cme_desktop.ui.lists.rows import RowDelegate, RowList
from cme_desktop.ui.qt import Index
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.tags import draw_line

EVENT: Final = int(Qt.ItemDataRole.UserRole)
ROW: Final = 50
MORE_ROW: Final = 42
_WHEN: Final = 96
_NODE: Final = 114
_TITLE: Final = 132
_MORE_LEFT: Final = 124
_RIGHT: Final = 16
MORE: Final = "Load earlier"


class EventModel(QAbstractListModel):
    """Lines of a timeline, newest first; after the last one "Load earlier" where there are more."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[EventRow, ...] = ()
        self._more = False
        self._today = date.min

    @property
    def rows(self) -> tuple[EventRow, ...]:
        """Return the lines that are shown."""
        return self._rows

    @property
    def more(self) -> bool:
        """Say whether earlier lines can be loaded."""
        return self._more

    @property
    def today(self) -> date:
        """Return the day that the words count from."""
        return self._today

    def show_rows(self, rows: Sequence[EventRow], today: date, *, more: bool) -> None:
        """Show other lines."""
        self.beginResetModel()
        self._rows, self._today, self._more = tuple(rows), today, more
        self.endResetModel()

    def add_rows(self, rows: Sequence[EventRow], *, more: bool) -> None:
        """Add earlier lines at the end."""
        if rows:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
            self._rows = (*self._rows, *rows)
            self.endInsertRows()
        if self._more and not more:
            last = len(self._rows)
            self.beginRemoveRows(QModelIndex(), last, last)
            self._more = False
            self.endRemoveRows()

    def event_at(self, row: int) -> EventRow | None:
        """Return a line, None for "Load earlier" and outside the list."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def place_of(self, number: int) -> int:
        """Return the row of a line by its number, or -1."""
        return next((place for place, row in enumerate(self._rows) if row.id == number), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many rows the list has."""
        return 0 if parent.isValid() else len(self._rows) + self._more

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the title, the whole of a line in words for a screen reader, or the line itself."""
        if not index.isValid():
            return None
        event = self.event_at(index.row())
        if role == EVENT:
            return event
        if role == Qt.ItemDataRole.DisplayRole:
            return MORE if event is None else wording.event_title(event)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return MORE if event is None else self.says(event)
        return None

    def says(self, event: EventRow) -> str:
        """Return a line as a screen reader says it."""
        when, title = wording.event_when(event, self._today), wording.event_title(event)
        return f"{when}, {title}. {wording.event_detail(event, self._today)}"


class EventDelegate(RowDelegate):
    """Paint a line of the timeline, 50 high."""

    def __init__(self, view: EventList) -> None:
        super().__init__(view)
        self._list = view

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a line."""
        theme = Theme.of()
        least = theme.line("body") + theme.line("hint") + theme.px(10)
        return QSize(80, theme.px(MORE_ROW) if index.data(EVENT) is None else max(theme.px(ROW), least))

    def ground(self, index: Index) -> str:
        """Return the fill of a row; "Load earlier" has none under the pointer."""
        fill = super().ground(index)
        return "" if fill == "hover" and index.data(EVENT) is None else fill

    def paint_row(self, painter: QPainter, area: QRect, index: Index) -> None:
        """Paint one line, or "Load earlier"."""
        theme, event = Theme.of(), index.data(EVENT)
        if isinstance(event, EventRow):
            self._paint_line(painter, area, index.row())
            self._paint_words(painter, area, event)
            self._paint_node(painter, area, event)
        else:
            painter.setFont(theme.font("body"))
            painter.setPen(theme.color("accent"))
            draw_line(painter, MORE, area.left() + theme.px(_MORE_LEFT), area)

    def tip(self, index: Index) -> str:
        """Return the whole of a line."""
        line = index.data(EVENT)
        if not isinstance(line, EventRow):
            return ""
        return f"{wording.event_title(line)}\n{wording.event_detail(line, self._list.events.today)}"

    def _paint_line(self, painter: QPainter, area: QRect, row: int) -> None:
        theme = Theme.of()
        top = area.top() + theme.px(6) if row == 0 else area.top()
        last = row == len(self._list.events.rows) - 1
        bottom = area.bottom() + (theme.px(6) if last and self._list.events.more else 1)
        painter.fillRect(QRect(area.left() + theme.px(_NODE), top, 1, bottom - top), theme.color("line"))

    def _paint_node(self, painter: QPainter, area: QRect, event: EventRow) -> None:
        theme = Theme.of()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side, glyph = theme.px(20), theme.px(12)
        left = area.left() + theme.px(_NODE) + 0.5 - side / 2
        top = area.top() + theme.px(23) - side / 2
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(theme.color("surface"))
        painter.drawEllipse(QRectF(left + 0.5, top + 0.5, side - 1, side - 1))
        icons.paint(
            painter, wording.event_icon(event), left + (side - glyph) / 2, top + (side - glyph) / 2, "muted", 12
        )

    def _paint_words(self, painter: QPainter, area: QRect, event: EventRow) -> None:
        theme, today = Theme.of(), self._list.events.today
        first, second = theme.line("body"), theme.line("hint")
        top = QRect(area.left(), area.top() + theme.px(23) - first // 2, area.width() - _RIGHT, first)
        painter.setPen(theme.color("muted"))
        painter.setFont(theme.font("hint", tabular=True))
        when = wording.event_when(event, today)
        width = painter.fontMetrics().horizontalAdvance(when)
        draw_line(painter, when, area.left() + theme.px(_WHEN) - width, top)
        left = area.left() + theme.px(_TITLE)
        room = top.right() - left
        painter.setPen(theme.color("text"))
        painter.setFont(theme.font("body"))
        elide = Qt.TextElideMode.ElideRight
        draw_line(painter, painter.fontMetrics().elidedText(wording.event_title(event), elide, room), left, top)
        painter.setPen(theme.color("muted"))
        painter.setFont(theme.font("hint", tabular=True))
        below = QRect(top.left(), top.bottom(), top.width(), second)
        detail = wording.event_detail(event, today)
        draw_line(painter, painter.fontMetrics().elidedText(detail, elide, room), left, below)


class EventList(RowList):
    """The timeline. ``moved`` and ``opened`` carry the line."""

    moved = Signal(object)
    opened = Signal(object)
    more_wanted = Signal()

    def __init__(self, model: EventModel, parent: QWidget | None = None) -> None:
        super().__init__("Timeline", parent)
        self.events = model
        self.setModel(model)
        self.setItemDelegate(EventDelegate(self))
        self.selectionModel().currentChanged.connect(self._on_current_changed)

    def show_event(self, number: int) -> bool:
        """Make a line current by its number and bring it into view; say whether it is there."""
        place = self.events.place_of(number)
        if place >= 0:
            self.setCurrentIndex(self.events.index(place))
            self.scrollTo(self.currentIndex())
        return place >= 0

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Load earlier lines where that was pressed."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and index.data(EVENT) is None:
            self.open_row(index.row())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open a line."""
        index = self.indexAt(event.position().toPoint())
        if isinstance(index.data(EVENT), EventRow):
            self.open_row(index.row())

    def hover(self, row: int) -> None:
        """Follow the pointer; over "Load earlier" it is a hand."""
        more = row >= 0 and self.events.event_at(row) is None
        self.setCursor(Qt.CursorShape.PointingHandCursor if more else Qt.CursorShape.ArrowCursor)
        super().hover(row)

    def open_row(self, row: int) -> None:
        """Open a line, or load earlier ones."""
        line = self.events.event_at(row)
        if line is not None:
            self.opened.emit(line)
        elif 0 <= row < self.events.rowCount():
            self.more_wanted.emit()

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        line = self.events.event_at(current.row())
        if line is not None:
            self.moved.emit(line)
