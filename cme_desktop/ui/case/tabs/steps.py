"""The next steps of a case: a box to tick, what is to be done, why, and when; D is done, U puts off, Enter does it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QSizePolicy,
    QStyleOptionViewItem,
    QWidget,
)

from cme_desktop.register.case_rows import TaskRow
from cme_desktop.ui import icons
from cme_desktop.ui.case import wording
from cme_desktop.ui.lists.rows import RowDelegate, RowList
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


class StepDelegate(RowDelegate):
    """Paint one step."""

    def __init__(self, view: StepList) -> None:
        super().__init__(view)
        self._list = view

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

    def is_current(self, index: Index) -> bool:
        """Say whether a row is the current one: only while the list has the focus."""
        return super().is_current(index) and self._view.hasFocus()

    def paint_row(self, painter: QPainter, area: QRect, index: Index) -> None:
        """Paint the row."""
        theme, view, task = Theme.of(), self._list, index.data(TASK)
        active = bool(self.ground(index))
        done = task.state == "done"
        if view.read_only and not done:
            icons.paint(painter, "circle", self.box(area).left(), self.box(area).top(), "muted", 16)
        else:
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
        why = wording.why_of(task, self._list.steps.today)
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

    def tip(self, index: Index) -> str:
        """Return the whole of a step."""
        task = index.data(TASK)
        if not isinstance(task, TaskRow):
            return ""
        return "\n".join(part for part in (task.title, wording.why_of(task, self._list.steps.today)) if part)


class StepList(RowList):
    """The steps, as high as they are. ``acted`` carries what is wanted (done, put-off, do, why) and the step."""

    acted = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Next steps", parent)
        self.steps = StepModel(self)
        self.read_only = False
        self.setModel(self.steps)
        self.setItemDelegate(StepDelegate(self))
        self.setAccessibleDescription("Enter does the step, D marks it as done, U puts it off, W says why that date")
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

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

    def open_row(self, row: int) -> None:
        """Do the step."""
        task = self.steps.task_at(row)
        if task is not None:
            self.acted.emit(DO, task)

    def act(self, key: Qt.Key, row: int) -> bool:
        """Mark as done, put off, explain."""
        task = self.steps.task_at(row)
        if key not in _KEYS or task is None:
            return False
        self.acted.emit(_KEYS[key], task)
        return True

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer: what can be pressed shows the hand."""
        super().mouseMoveEvent(event)
        place = event.position().toPoint()
        hand = bool(self._hit(place)[0])
        self.setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)

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
