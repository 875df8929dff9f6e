"""The list of sections at the left of Admin, each with what of it wants a look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from cme_desktop.ui import icons
from cme_desktop.ui.focus import paint_ring
from cme_desktop.ui.qt import Index
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.tags import draw_line

ENTRY: Final = int(Qt.ItemDataRole.UserRole)
_ROW, _ROW_NOTICE = 36, 50
_LEFT, _GAP, _RIGHT = 12, 8, 12


@dataclass(frozen=True)
class Entry:
    """One section: its key, title and icon, and what of it wants a look today."""

    key: str
    title: str
    icon: str
    notice: str = ""


class SectionModel(QAbstractListModel):
    """The sections; their notices change."""

    def __init__(self, entries: Sequence[Entry], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries = list(entries)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the sections."""
        return tuple(self._entries)

    def show_notices(self, notices: Mapping[str, str]) -> None:
        """Show what wants a look."""
        for place, entry in enumerate(self._entries):
            wanted = notices.get(entry.key, "")
            if wanted != entry.notice:
                self._entries[place] = Entry(entry.key, entry.title, entry.icon, wanted)
                self.dataChanged.emit(self.index(place), self.index(place))

    def place_of(self, key: str) -> int:
        """Return the row of a section, or -1."""
        return next((place for place, entry in enumerate(self._entries) if entry.key == key), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many sections there are."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a section, its title, or what a screen reader says."""
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{entry.title}: {entry.notice}" if entry.notice else entry.title
        return None


class _SectionDelegate(QStyledItemDelegate):
    def __init__(self, view: SectionList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        entry = index.data(ENTRY)
        return QSize(100, Theme.of().px(_ROW_NOTICE if entry.notice else _ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, entry, area = Theme.of(), index.data(ENTRY), QRect(option.rect)
        current = index.row() == self._view.currentIndex().row()
        painter.save()
        if current or index.row() == self._view.hovered_row:
            painter.fillRect(area, theme.color("selection" if current else "hover"))
        side = theme.px(16)
        high = theme.line("body")
        top = area.top() + (theme.px(8) if entry.notice else (area.height() - high) // 2)
        token = "accent" if current else "muted"
        icons.paint(painter, entry.icon, area.left() + _LEFT, top + (high - side) / 2, token)
        left = area.left() + _LEFT + side + _GAP
        room = area.right() + 1 - _RIGHT - left
        _words(painter, entry.title, "strong" if current else "body", "text", QRect(left, top, room, high))
        if entry.notice:
            low = QRect(left, top + high - 1, room, theme.line("hint"))
            glyph = theme.px(12)
            icons.paint(painter, "alert", left, low.top() + (low.height() - glyph) / 2, "amber_fg", 12)
            shift = glyph + 5
            _words(painter, entry.notice, "hint", "amber_fg", low.adjusted(shift, 0, 0, 0))
        if current and self._view.hasFocus():
            paint_ring(painter, area, 4)
        painter.restore()


def _words(painter: QPainter, words: str, step: str, token: str, area: QRect) -> None:
    theme = Theme.of()
    painter.setFont(theme.font(step))
    painter.setPen(theme.color(token))
    shown = theme.metrics(step).elidedText(words, Qt.TextElideMode.ElideRight, area.width())
    draw_line(painter, shown, area.left(), area)


class SectionList(QListView):
    """J K or arrows choose, Enter goes into the section. ``chosen`` and ``entered`` carry its key."""

    chosen = Signal(str)
    entered_section = Signal()

    def __init__(self, entries: Sequence[Entry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sections = SectionModel(entries, self)
        self.hovered_row = -1
        self.setModel(self.sections)
        self.setItemDelegate(_SectionDelegate(self))
        self.setAccessibleName("Sections of Admin")
        self.setProperty("in", "card")
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        Theme.of().changed.connect(self._on_theme_changed)

    def key(self) -> str:
        """Return the key of the chosen section, or an empty text."""
        entry = self.currentIndex().data(ENTRY)
        return entry.key if isinstance(entry, Entry) else ""

    def choose(self, key: str) -> bool:
        """Choose a section and say whether there is one of that key."""
        place = self.sections.place_of(key)
        if place >= 0:
            self.setCurrentIndex(self.sections.index(place))
        return place >= 0

    def show_notices(self, notices: Mapping[str, str]) -> None:
        """Show what wants a look."""
        self.sections.show_notices(notices)
        self.scheduleDelayedItemsLayout()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move and enter; any other letter is left to the page."""
        key, row = Qt.Key(event.key()), self.currentIndex().row()
        moves = {Qt.Key.Key_J: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_K: -1, Qt.Key.Key_Up: -1}
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            event.ignore()
        elif key in moves:
            place = min(max(row + moves[key], 0), self.sections.rowCount() - 1)
            self.setCurrentIndex(self.sections.index(place))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered_section.emit()
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer with the hovered row."""
        self._hover(self.indexAt(event.position().toPoint()).row())
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Let go of the hovered row."""
        self._hover(-1)
        super().leaveEvent(event)

    def _hover(self, row: int) -> None:
        if row != self.hovered_row:
            self.hovered_row = row
            self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        """Show a section's notice as a tooltip: it may have been cut."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            entry = self.indexAt(event.pos()).data(ENTRY)
            words = entry.notice if isinstance(entry, Entry) else ""
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().viewportEvent(event)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, _current: QModelIndex, _before: QModelIndex) -> None:
        self.viewport().update()
        if self.key():
            self.chosen.emit(self.key())

    @Slot()
    def _on_theme_changed(self) -> None:
        self.scheduleDelayedItemsLayout()
        self.viewport().update()
