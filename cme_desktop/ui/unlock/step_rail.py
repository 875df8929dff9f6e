"""The steps of set-up at the left: done, now, and not yet (mock-up 12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cme_desktop.ui import icons
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.tags import draw_line

_PITCH: Final = 56
_NODE: Final = 24


class StepRail(QWidget):
    """A list of steps, read only; a screen reader hears how far it is."""

    def __init__(self, steps: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps = list(steps)
        self._current = 1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._named()
        Theme.of().changed.connect(self._on_theme_changed)

    def show_step(self, number: int) -> None:
        """Show which step (from 1) is worked on."""
        self._current = number
        self._named()
        self.update()

    def set_words(self, number: int, second: str) -> None:
        """Change the second line of a step (from 1)."""
        self._steps[number - 1] = (self._steps[number - 1][0], second)
        self.update()

    def _named(self) -> None:
        title = self._steps[self._current - 1][0]
        self.setAccessibleName(f"Step {self._current} of {len(self._steps)}: {title}")

    def sizeHint(self) -> QSize:
        """Return room for all steps."""
        return QSize(240, Theme.of().px(_PITCH) * (len(self._steps) - 1) + Theme.of().px(44))

    def minimumSizeHint(self) -> QSize:
        """Return room for all steps."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the nodes, the line between them and the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in range(len(self._steps)):
            self._paint_step(painter, place)

    def _paint_step(self, painter: QPainter, place: int) -> None:
        theme = Theme.of()
        pitch, node, number = theme.px(_PITCH), theme.px(_NODE), place + 1
        done, now = number < self._current, number == self._current
        circle = QRectF(4.5, place * pitch + 0.5, node - 1, node - 1)
        if number < len(self._steps):
            painter.setPen(QPen(theme.color("green_fg" if done else "edge"), 1))
            middle = 4 + node / 2 + 0.5
            painter.drawLine(QPointF(middle, place * pitch + node), QPointF(middle, (place + 1) * pitch))
        if done:
            painter.setPen(QPen(theme.color("green_fg"), 1))
            painter.setBrush(theme.color("green_bg"))
        elif now:
            painter.setPen(QPen(theme.color("accent"), 1))
            painter.setBrush(theme.color("accent"))
        else:
            painter.setPen(QPen(theme.color("border"), 1, Qt.PenStyle.DashLine))
            painter.setBrush(theme.color("surface"))
        painter.drawEllipse(circle)
        if done:
            side = theme.px(14)
            icons.paint(painter, "check", 4 + (node - side) / 2, place * pitch + (node - side) / 2, "green_fg", 14)
        else:
            painter.setFont(theme.font("hint-strong" if now else "hint"))
            painter.setPen(theme.color("on_accent" if now else "muted"))
            wide = painter.fontMetrics().horizontalAdvance(str(number))
            draw_line(painter, str(number), 4 + (node - wide) / 2, QRect(0, place * pitch, node, node))
        title, second = self._steps[place]
        left, room = 4 + node + 12, self.width() - node - 16
        first = QRect(left, place * pitch + node // 2 - 9, room, theme.line("body"))
        below = QRect(left, first.top() + theme.line("body") - 1, room, theme.line("hint"))
        lines = ((title, "strong" if now else "body", "text" if done or now else "muted", first),)
        for words, step, token, area in (*lines, (second, "hint", "muted", below)):
            painter.setFont(theme.font(step))
            painter.setPen(theme.color(token))
            shown = theme.metrics(step).elidedText(words, Qt.TextElideMode.ElideRight, room)
            draw_line(painter, shown, area.left(), area)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()
