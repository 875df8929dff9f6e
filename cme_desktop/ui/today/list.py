"""The list of Today: J K or arrows move over the steps, Enter opens, L logs, D is done, U puts off, A shows all."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QToolTip, QWidget

from cme_desktop.ui.theme import Theme
from cme_desktop.ui.today.delegate import TodayDelegate
from cme_desktop.ui.today.lines import DONE, HEAD_HEIGHT, LOG, OPEN, PUT_OFF, ROW_HEIGHT, Head, Step
from cme_desktop.ui.today.model import TodayModel

_KEYS: Final = {Qt.Key.Key_L: LOG, Qt.Key.Key_D: DONE, Qt.Key.Key_U: PUT_OFF}
_MOVES: Final = {
    Qt.Key.Key_J: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_K: -1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: 8,
    Qt.Key.Key_PageUp: -8,
    Qt.Key.Key_Home: -100_000,
    Qt.Key.Key_End: 100_000,
}


class TodayList(QListView):
    """One list for all groups. ``acted`` carries an act and the step it is for, ``more_wanted`` a group."""

    acted = Signal(str, object)
    more_wanted = Signal(str)

    def __init__(self, model: TodayModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps = model
        self._double = False
        self.setModel(model)
        self.delegate = TodayDelegate(self)
        self.setItemDelegate(self.delegate)
        self.setAccessibleName("What is to be done")
        self.setAccessibleDescription(
            "Enter opens the case, L logs an enquiry, D marks the step as done, U puts it off, A shows the whole group"
        )
        self.setProperty("in", "card")
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        Theme.of().changed.connect(self._on_theme_changed)

    # What the page does

    def show_current(self, row: int) -> None:
        """Make a row current and bring it into view, with its head when it is the first of its group."""
        index = self._steps.index(row)
        self.setCurrentIndex(index)
        above = self._steps.line_at(row - 1)
        if isinstance(above, Head):
            self.scrollTo(self._steps.index(row - 1))
        self.scrollTo(index)

    def current_step(self) -> Step | None:
        """Return the selected step, or None."""
        line = self._steps.line_at(self.currentIndex().row())
        return line if isinstance(line, Step) else None

    def whole_height(self) -> int:
        """Return the height in px of all lines."""
        theme = Theme.of()
        head, row = theme.px(HEAD_HEIGHT), theme.px(ROW_HEIGHT)
        return sum(head if isinstance(line, Head) else row for line in self._steps.lines)

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, open and act; any other letter is left to the page."""
        key = Qt.Key(event.key())
        control = bool(event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier))
        step = self.current_step()
        if control:
            event.ignore()
        elif key in _MOVES:
            place = self._steps.next_step(self.currentIndex().row(), _MOVES[key])
            if place >= 0:
                self.show_current(place)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and step is not None:
            self.acted.emit(OPEN, step)
        elif key in _KEYS and step is not None:
            self.acted.emit(_KEYS[key], step)
        elif key == Qt.Key.Key_A and step is not None:
            self.more_wanted.emit(step.row.group)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Make the first step current when none is."""
        super().focusInEvent(event)
        if self.current_step() is None:
            place = self._steps.next_step(-1, 1)
            if place >= 0:
                self.show_current(place)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.viewport().update()

    # The pointer

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer: the hovered row shows its buttons, what can be pressed shows the hand."""
        self._follow(event.position().toPoint())
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Let go of the hovered row."""
        self._follow(QPoint(-1, -1))
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select a step; a head takes no selection."""
        self._follow(event.position().toPoint())
        if isinstance(self._steps.line_at(self.indexAt(event.position().toPoint()).row()), Step):
            super().mousePressEvent(event)
        else:
            event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Do what was pressed: a button, a name, or the link of a head."""
        super().mouseReleaseEvent(event)
        second, self._double = self._double, False
        if event.button() != Qt.MouseButton.LeftButton or second:
            return  # the second press of a double click never acts on the row that has moved up since
        act, line = self._hit(event.position().toPoint())
        if isinstance(line, Head) and act:
            self.more_wanted.emit(line.group)
        elif isinstance(line, Step) and act:
            self.acted.emit(act, line)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the case of a row."""
        self._double = True
        act, line = self._hit(event.position().toPoint())
        if isinstance(line, Step) and not act:
            self.acted.emit(OPEN, line)

    def _hit(self, place: QPoint) -> tuple[str, Head | Step | None]:
        """Return what is under a place: an act (or an empty text) and the line."""
        index = self.indexAt(place)
        line, area = self._steps.line_at(index.row()), self.visualRect(index)
        if isinstance(line, Head):
            return ("more" if line.more and self.delegate.more_area(area, line).contains(place) else ""), line
        if isinstance(line, Step):
            if self.delegate.active(index.row(), line):
                for act, button, _ in self.delegate.buttons(area, index.row(), line):
                    if button.contains(place):
                        return act, line
            return (OPEN if self.delegate.name_area(area).contains(place) else ""), line
        return "", None

    def _follow(self, place: QPoint) -> None:
        row = self.indexAt(place).row() if place.y() >= 0 else -1
        self.delegate.pointer, self.delegate.hovered_row = place, row
        act, _ = self._hit(place) if row >= 0 else ("", None)
        self.setCursor(Qt.CursorShape.PointingHandCursor if act else Qt.CursorShape.ArrowCursor)
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        """Show the whole of a row as a tooltip: its words may have been cut."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            line = self._steps.line_at(index.row())
            words = ""
            if isinstance(line, Step):
                words = "\n".join(part for part in (line.name, line.why, f"{line.next_step}, {line.when}") if part)
            QToolTip.showText(event.globalPos(), words, self, self.visualRect(index))
            return True
        return super().viewportEvent(event)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, _current: QModelIndex, _before: QModelIndex) -> None:
        self.viewport().update()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.scheduleDelayedItemsLayout()
        self.viewport().update()
