"""The picture of the steps: nodes on a line, painted, as one list that the keyboard goes through (mock-up 08)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from cme_desktop.ui import icons
from cme_desktop.ui.case.order.path import Mark, PathStep
from cme_desktop.ui.lists.rows import RowDelegate, RowList
from cme_desktop.ui.qt import Index
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.tags import draw_line

STEP: Final = int(Qt.ItemDataRole.UserRole)
PITCH: Final = 45
_TOP: Final = 7
_MIDDLE: Final = 17
_NODE: Final = 24
_CENTRE: Final = 24
_TEXT: Final = 48
_RIGHT: Final = 16


class StepModel(QAbstractListModel):
    """The steps in their order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[PathStep, ...] = ()

    @property
    def steps(self) -> tuple[PathStep, ...]:
        """Return the steps."""
        return self._steps

    def show_steps(self, steps: Sequence[PathStep]) -> None:
        """Show other steps."""
        self.beginResetModel()
        self._steps = tuple(steps)
        self.endResetModel()

    def step_at(self, row: int) -> PathStep | None:
        """Return the step of a row, None outside the list."""
        return self._steps[row] if 0 <= row < len(self._steps) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many steps there are."""
        return 0 if parent.isValid() else len(self._steps)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a step's title, the whole of it for a screen reader, or the step itself."""
        step = self.step_at(index.row()) if index.isValid() else None
        if step is None:
            return None
        if role == STEP:
            return step
        if role == Qt.ItemDataRole.DisplayRole:
            return step.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return step.says()
        return None


class StepDelegate(RowDelegate):
    """Paint one step: the node with its piece of the line, the title, what or when, and the section at the right."""

    def __init__(self, view: StepList) -> None:
        super().__init__(view)
        self._list = view

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return the pitch of the steps."""
        theme = Theme.of()
        return QSize(120, max(theme.px(PITCH), theme.line("body") + theme.line("hint") + theme.px(9)))

    def ground(self, index: Index) -> str:
        """Return the fill of a row; the step of now, which stands out by its node, has one only with the focus."""
        step, fill = index.data(STEP), super().ground(index)
        quiet = isinstance(step, PathStep) and step.mark is Mark.NOW and not self._view.hasFocus()
        if fill == "selection" and quiet:
            return "hover" if index.row() == self._view.hovered_row else ""
        return fill

    def paint_row(self, painter: QPainter, area: QRect, index: Index) -> None:
        """Paint the step."""
        step = index.data(STEP)
        if isinstance(step, PathStep):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_line(painter, area, index.row())
            self._paint_node(painter, area, step)
            self._paint_words(painter, area, step)

    def tip(self, index: Index) -> str:
        """Return the whole of a step, with why it is refused."""
        step = index.data(STEP)
        if not isinstance(step, PathStep):
            return ""
        why = step.act.why if step.act is not None and step.mark is Mark.LATER and not step.allowed else ""
        return "\n".join(part for part in (f"{step.title}, {step.section}", step.words, why) if part)

    def _paint_line(self, painter: QPainter, area: QRect, row: int) -> None:
        theme = Theme.of()
        steps = self._list.steps.steps
        middle = area.top() + theme.px(_MIDDLE)
        half = theme.px(_NODE) / 2
        left = area.left() + theme.px(_CENTRE)
        for begins, ends, before in (
            (area.top(), middle - half, row - 1 if row else None),
            (middle + half, area.bottom() + 1, row if row + 1 < len(steps) else None),
        ):
            if before is not None:
                token = "green_fg" if steps[before].mark is Mark.DONE else "edge"
                painter.fillRect(QRectF(left, begins, 1, ends - begins), theme.color(token))

    def _paint_node(self, painter: QPainter, area: QRect, step: PathStep) -> None:
        theme = Theme.of()
        side = theme.px(_NODE)
        node = QRectF(
            area.left() + theme.px(_CENTRE) - side / 2 + 0.5, area.top() + theme.px(_MIDDLE) - side / 2, side, side
        )
        inner = node.adjusted(0.5, 0.5, -0.5, -0.5)
        if step.mark is Mark.DONE:
            painter.setPen(QPen(theme.color("green_fg"), 1))
            painter.setBrush(theme.color("green_bg"))
            painter.drawEllipse(inner)
            glyph = theme.px(14)
            place = node.left() + (side - glyph) / 2, node.top() + (side - glyph) / 2
            icons.paint(painter, "check", *place, "green_fg", 14)
            return
        pen = QPen(theme.color("border"), 1)
        painter.setBrush(theme.color("surface"))
        if step.mark is Mark.NOW:
            painter.setBrush(theme.color("accent"))
            pen.setColor(theme.color("accent"))
        else:
            pen.setDashPattern([3.0, 2.0])
        painter.setPen(pen)
        painter.drawEllipse(inner)
        now = step.mark is Mark.NOW
        painter.setFont(theme.font("hint", bold=now))
        painter.setPen(theme.color("on_accent" if now else "muted"))
        words = str(step.number)
        wide = painter.fontMetrics().horizontalAdvance(words)
        draw_line(painter, words, node.left() + (side - wide) / 2, node.toRect())

    def _paint_words(self, painter: QPainter, area: QRect, step: PathStep) -> None:
        theme = Theme.of()
        elide = Qt.TextElideMode.ElideRight
        first, second = theme.line("body"), theme.line("hint")
        left, right = area.left() + theme.px(_TEXT), area.right() + 1 - theme.px(_RIGHT)
        middle = area.top() + theme.px(_MIDDLE)
        top = QRect(left, middle - first // 2, right - left, first)
        painter.setFont(theme.font("hint"))
        painter.setPen(theme.color("muted"))
        wide = painter.fontMetrics().horizontalAdvance(step.section)
        draw_line(painter, step.section, right - wide, top)
        now = step.mark is Mark.NOW
        painter.setFont(theme.font("body", bold=now))
        painter.setPen(theme.color("muted" if step.mark is Mark.LATER else "text"))
        room = right - wide - 10 - left
        draw_line(painter, painter.fontMetrics().elidedText(step.title, elide, room), left, top)
        painter.setFont(theme.font("hint", tabular=True))
        painter.setPen(theme.color("danger" if step.urgent else "muted"))
        below = QRect(left, middle + theme.px(16) - second // 2, right - left, second)
        draw_line(painter, painter.fontMetrics().elidedText(step.words, elide, right - left), left, below)


class StepList(RowList):
    """The steps. ``moved`` carries the step; Enter goes to its card (``opened``)."""

    moved = Signal(object)
    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Steps of the order process", parent)
        self.steps = StepModel(self)
        self.setModel(self.steps)
        self.setItemDelegate(StepDelegate(self))
        self.setViewportMargins(0, _TOP, 0, 0)
        self.selectionModel().currentChanged.connect(self._on_current_changed)

    def show_steps(self, steps: Sequence[PathStep]) -> None:
        """Show other steps, and stay on the same one where it is still there; nothing is emitted."""
        before = self.steps.step_at(self.currentIndex().row())
        chosen = before.key if before is not None else None
        self.selectionModel().blockSignals(True)
        self.steps.show_steps(steps)
        place = next((place for place, step in enumerate(steps) if step.key == chosen), -1)
        if place >= 0:
            self.setCurrentIndex(self.steps.index(place))
        self.selectionModel().blockSignals(False)
        self.viewport().update()

    def choose(self, step: PathStep | None) -> None:
        """Make a step current, or none; nothing is emitted."""
        place = self.steps.steps.index(step) if step in self.steps.steps else -1
        self.selectionModel().blockSignals(True)
        self.setCurrentIndex(self.steps.index(place) if place >= 0 else QModelIndex())
        self.selectionModel().blockSignals(False)
        self.viewport().update()

    def chosen(self) -> PathStep | None:
        """Return the current step."""
        return self.steps.step_at(self.currentIndex().row())

    def open_row(self, row: int) -> None:
        """Go to the card of a step."""
        step = self.steps.step_at(row)
        if step is not None:
            self.opened.emit(step)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        step = self.steps.step_at(current.row())
        if step is not None:
            self.moved.emit(step)
