"""A list of painted rows: its ground, its ring and its tooltip, the keys that move in it, and the pointer over it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QRect, Qt, Slot
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from cme_desktop.ui.focus import paint_ring
from cme_desktop.ui.qt import Index
from cme_desktop.ui.theme import Theme


class RowDelegate(QStyledItemDelegate):
    """Paint the ground of a row and the ring round it; a kind of row paints what stands in it, and says its tooltip."""

    def __init__(self, view: RowList) -> None:
        super().__init__(view)
        self._view = view

    def ground(self, index: Index) -> str:
        """Return the token that a row is filled with, or an empty text."""
        if self.is_current(index):
            return "selection"
        return "hover" if index.row() == self._view.hovered_row else ""

    def is_current(self, index: Index) -> bool:
        """Say whether a row is the current one."""
        return index.row() == self._view.currentIndex().row()

    def ring(self, area: QRect) -> QRect:
        """Return where the ring of a row goes."""
        return area.adjusted(1, 1, -1, -1)

    def paint_row(self, painter: QPainter, area: QRect, index: Index) -> None:
        """Paint what stands in a row."""
        raise TypeError(f"{type(self).__name__} does not paint its rows")

    def tip(self, _index: Index) -> str:
        """Return the whole of a row in words, or an empty text where there is no more to say."""
        return ""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row."""
        area: QRect = option.rect
        painter.save()
        token = self.ground(index)
        if token:
            painter.fillRect(area, Theme.of().color(token))
        self.paint_row(painter, area, index)
        if self.is_current(index) and self._view.hasFocus():
            paint_ring(painter, self.ring(area), 4)
        painter.restore()

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Show the whole of a row as its tooltip."""
        words = self.tip(index) if event.type() == QEvent.Type.ToolTip else ""
        if words:
            QToolTip.showText(event.globalPos(), words, view, view.visualRect(index))
            return True
        return super().helpEvent(event, view, option, index)


class RowList(QListView):
    """The list. J K or arrows move, Enter opens a row; other letters are the page's."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hovered_row = -1
        self.setAccessibleName(name)
        self.setProperty("in", "card")
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        Theme.of().changed.connect(self._on_theme_changed)

    def count(self) -> int:
        """Return how many rows there are."""
        return self.model().rowCount()

    def go_to(self, row: int) -> None:
        """Make a row current; nothing changes outside the list."""
        if 0 <= row < self.count():
            self.setCurrentIndex(self.model().index(row, 0))

    def open_row(self, row: int) -> None:
        """Do what Enter does on a row."""

    def act(self, _key: Qt.Key, _row: int) -> bool:
        """Do what a key of a list's own does on a row; say whether it does something."""
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, open and act; any other letter is left to the page."""
        key, row = Qt.Key(event.key()), self.currentIndex().row()
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            event.ignore()
        elif key in (Qt.Key.Key_J, Qt.Key.Key_K):
            self.go_to(row + (1 if key == Qt.Key.Key_J else -1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_row(row)
        elif self.act(key, row):
            event.accept()
        elif event.text().isprintable() and event.text():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Make the first row current when none is; a press of the pointer chooses its own."""
        super().focusInEvent(event)
        pressed = event.reason() == Qt.FocusReason.MouseFocusReason
        if not pressed and not self.currentIndex().isValid():
            self.go_to(0)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        self.hover(self.indexAt(event.position().toPoint()).row())
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Let go of the hovered row."""
        self.hover(-1)
        super().leaveEvent(event)

    def hover(self, row: int) -> None:
        """Let the pointer be over a row, -1 over none."""
        if row != self.hovered_row:
            self.hovered_row = row
            self.viewport().update()

    def currentChanged(self, current: QModelIndex | Index, previous: QModelIndex | Index) -> None:
        """Paint the row anew that was current, and the one that is."""
        super().currentChanged(current, previous)
        self.viewport().update()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.scheduleDelayedItemsLayout()
        self.updateGeometry()
        self.viewport().update()
