"""The next steps of a case: a box to tick, what is to be done, why, and when; D is done, U puts off, Enter does it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFocusEvent, QFontMetrics, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from cme_desktop.register.case_rows import TaskRow
from cme_desktop.ui import icons
from cme_desktop.ui.case import wording
from cme_desktop.ui.focus import paint_ring
from cme_desktop.ui.qt import Index
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.tags import draw_line

TASK: Final = int(Qt.ItemDataRole.UserRole)
OPEN_ROW, DONE_ROW = 44, 36
DONE, PUT_OFF, DO, WHY = "done", "put-off", "do", "why"
_MIDDLE: Final = 18
_PAD: Final = 16
_BOX: Final = 16
_TEXT: Final = 26
_KEYS: Final = {Qt.Key.Key_D: DONE, Qt.Key.Key_Space: DONE, Qt.Key.Key_U: PUT_OFF, Qt.Key.Key_W: WHY}
_PUT_OFF_WORDS: Final = "Put off"


class StepModel(QAbstractListModel):
    """The steps that are shown, in their order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: tuple[TaskRow, ...] = ()
        self.today = date.min

    @property
    def tasks(self) -> tuple[TaskRow, ...]:
        """Return the steps."""
        return self._tasks

    def show_tasks(self, tasks: Sequence[TaskRow], today: date) -> None:
        """Show other steps."""
        self.beginResetModel()
        self._tasks, self.today = tuple(tasks), today
        self.endResetModel()

    def task_at(self, row: int) -> TaskRow | None:
        """Return a step, or None outside the list."""
        return self._tasks[row] if 0 <= row < len(self._tasks) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many steps there are."""
        return 0 if parent.isValid() else len(self._tasks)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the words of a step, what a screen reader says, or the step itself."""
        task = self.task_at(index.row()) if index.isValid() else None
        if task is None:
            return None
        if role == TASK:
            return task
        if role == Qt.ItemDataRole.DisplayRole:
            return task.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return wording.step_says(task, self.today)
        return None


class StepDelegate(QStyledItemDelegate):
    """Paint one step."""

    def __init__(self, view: StepList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a step: two lines while it is open, one once it is done."""
        theme, task = Theme.of(), index.data(TASK)
        done = isinstance(task, TaskRow) and task.state == "done"
        lines = theme.line("body") + (0 if done else theme.line("hint"))
        return QSize(120, max(theme.px(DONE_ROW if done else OPEN_ROW), lines + theme.px(6)))

    def box(self, area: QRect) -> QRect:
        """Return where the box of a row stands."""
        theme = Theme.of()
        side = theme.px(_BOX)
        return QRect(area.left() + _PAD, area.top() + theme.px(_MIDDLE) - side // 2, side, side)

    def put_off_area(self, area: QRect) -> QRect:
        """Return where "Put off" stands in the row under the pointer or the focus."""
        theme = Theme.of()
        width = theme.metrics("hint").horizontalAdvance(_PUT_OFF_WORDS)
        top = area.top() + theme.px(_MIDDLE) + theme.line("body") // 2
        return QRect(area.right() - _PAD - width + 1, top, width, theme.line("hint"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row."""
        theme, view, task = Theme.of(), self._view, index.data(TASK)
        area: QRect = option.rect
        current = index.row() == view.currentIndex().row() and view.hasFocus()
        active = current or index.row() == view.hovered_row
        painter.save()
        if active:
            painter.fillRect(area, theme.color("selection" if current else "hover"))
        done = task.state == "done"
        self._paint_box(painter, self.box(area), ticked=done)
        due = wording.due_of(task, view.steps.today)
        line = theme.line("body")
        top = QRect(area.left(), area.top() + theme.px(_MIDDLE) - line // 2, area.width(), line)
        painter.setFont(theme.font("hint-strong" if due.strong else "hint", tabular=True))
        width = QFontMetrics(painter.font()).horizontalAdvance(due.words)
        painter.setPen(theme.color(due.token))
        draw_line(painter, due.words, area.right() + 1 - _PAD - width, top)
        left = area.left() + _PAD + theme.px(_TEXT)
        room = area.right() - _PAD - width - 12 - left
        elide = Qt.TextElideMode.ElideRight
        painter.setFont(theme.font("body"))
        painter.setPen(theme.color("muted" if done else "text"))
        draw_line(painter, painter.fontMetrics().elidedText(task.title, elide, room), left, top)
        if not done:
            self._paint_why(painter, area, top, task, active=active and view.may_put_off(task))
        if current:
            paint_ring(painter, area.adjusted(1, 1, -1, -1), 4)
        painter.restore()

    def _paint_why(self, painter: QPainter, area: QRect, top: QRect, task: TaskRow, *, active: bool) -> None:
        theme = Theme.of()
        left = area.left() + _PAD + theme.px(_TEXT)
        below = QRect(area.left(), top.bottom(), area.width(), theme.line("hint"))
        room = area.right() - _PAD - left
        painter.setFont(theme.font("hint"))
        if active:
            place = self.put_off_area(area)
            room = place.left() - 12 - left
            painter.setPen(theme.color("accent"))
            draw_line(painter, _PUT_OFF_WORDS, place.left(), QRect(place.left(), below.top(), 1, below.height()))
        painter.setPen(theme.color("muted"))
        why = wording.why_of(task, self._view.steps.today)
        draw_line(painter, painter.fontMetrics().elidedText(why, Qt.TextElideMode.ElideRight, room), left, below)

    def _paint_box(self, painter: QPainter, box: QRect, *, ticked: bool) -> None:
        theme = Theme.of()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("accent" if ticked else "border"), 1))
        painter.setBrush(theme.color("accent" if ticked else "surface"))
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        if ticked:
            side = theme.px(12)
            icons.paint(
                painter,
                "check",
                box.left() + (box.width() - side) / 2,
                box.top() + (box.height() - side) / 2,
                "on_accent",
                12,
            )
        painter.restore()

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Show the whole of a step as its tooltip."""
        task = index.data(TASK)
        if event.type() == QEvent.Type.ToolTip and isinstance(task, TaskRow):
            words = "\n".join(part for part in (task.title, wording.why_of(task, self._view.steps.today)) if part)
            QToolTip.showText(event.globalPos(), words, view, view.visualRect(index))
            return True
        return super().helpEvent(event, view, option, index)


class StepList(QListView):
    """The steps, as high as they are. ``acted`` carries what is wanted (done, put-off, do, why) and the step."""

    acted = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps = StepModel(self)
        self.hovered_row = -1
        self.read_only = False
        self.setModel(self.steps)
        self.setItemDelegate(StepDelegate(self))
        self.setAccessibleName("Next steps")
        self.setAccessibleDescription("Enter does the step, D marks it as done, U puts it off, W says why that date")
        self.setProperty("in", "card")
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        Theme.of().changed.connect(self._on_theme_changed)

    def show_tasks(self, tasks: Sequence[TaskRow], today: date) -> None:
        """Show other steps, and stay where the focus was."""
        before = self.currentIndex().row()
        self.steps.show_tasks(tasks, today)
        if self.hasFocus() and tasks:
            self.setCurrentIndex(self.steps.index(min(max(before, 0), len(tasks) - 1)))
        self.updateGeometry()

    def may_put_off(self, task: TaskRow) -> bool:
        """Say whether a step may be put off at all: one about safety never is."""
        return not self.read_only and task.state == "open" and task.band != "safeguarding"

    def sizeHint(self) -> QSize:
        """Return room for all steps."""
        return QSize(200, sum(self.sizeHintForRow(row) for row in range(self.steps.rowCount())))

    def minimumSizeHint(self) -> QSize:
        """Return room for all steps."""
        return self.sizeHint()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Make the first step current; a press of the pointer chooses its own."""
        super().focusInEvent(event)
        pressed = event.reason() == Qt.FocusReason.MouseFocusReason
        if not pressed and not self.currentIndex().isValid() and self.steps.rowCount():
            self.setCurrentIndex(self.steps.index(0))
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, do, mark as done, put off, explain; other letters are the page's."""
        task, row = self.steps.task_at(self.currentIndex().row()), self.currentIndex().row()
        key = Qt.Key(event.key())
        control = bool(event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier))
        if control:
            event.ignore()
        elif key in (Qt.Key.Key_J, Qt.Key.Key_K):
            wanted = row + (1 if key == Qt.Key.Key_J else -1)
            if 0 <= wanted < self.steps.rowCount():
                self.setCurrentIndex(self.steps.index(wanted))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and task is not None:
            self.acted.emit(DO, task)
        elif key in _KEYS and task is not None:
            self.acted.emit(_KEYS[key], task)
        elif event.text().isprintable() and event.text():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer: what can be pressed shows the hand."""
        place = event.position().toPoint()
        self._hover(self.indexAt(place).row())
        hand = bool(self._hit(place)[0])
        self.setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)

    def leaveEvent(self, event: QEvent) -> None:
        """Let go of the hovered step."""
        self._hover(-1)
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tick the box, or put the step off."""
        super().mouseReleaseEvent(event)
        act, task = self._hit(event.position().toPoint())
        if act and task is not None and event.button() == Qt.MouseButton.LeftButton:
            self.acted.emit(act, task)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Do the step."""
        task = self.steps.task_at(self.indexAt(event.position().toPoint()).row())
        if task is not None and not self._hit(event.position().toPoint())[0]:
            self.acted.emit(DO, task)

    def _hit(self, place: QPoint) -> tuple[str, TaskRow | None]:
        index = self.indexAt(place)
        task = self.steps.task_at(index.row())
        delegate = self.itemDelegate()
        if task is None or task.state != "open" or self.read_only or not isinstance(delegate, StepDelegate):
            return "", task
        area = self.visualRect(index)
        if delegate.box(area).adjusted(-6, -6, 6, 6).contains(place):
            return DONE, task
        if self.may_put_off(task) and delegate.put_off_area(area).contains(place):
            return PUT_OFF, task
        return "", task

    def _hover(self, row: int) -> None:
        if row != self.hovered_row:
            self.hovered_row = row
            self.viewport().update()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.scheduleDelayedItemsLayout()
        self.updateGeometry()
