"""Chips (removable filters, or choices of one) and segments (one of a few)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from cme_desktop.ui import icons
from cme_desktop.ui.focus import RING_RADIUS
from cme_desktop.ui.qt import clear
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import CONTROL_SMALL, RADIUS
from cme_desktop.ui.widgets.tags import draw_line

_PAD: Final = 13


class Chip(QAbstractButton):
    """A filter in words; pressing it (or Delete on it) takes it away. A choosing chip is checkable instead."""

    def __init__(self, text: str, *, removable: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._removable = removable
        self.setText(text)
        self.setCheckable(not removable)
        self.setAccessibleName(f"Remove filter {text}" if removable else text)
        self.setToolTip(f"Remove filter {text}" if removable else "")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setProperty(RING_RADIUS, CONTROL_SMALL // 2)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        Theme.of().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        """Return the chip's own size."""
        theme = Theme.of()
        bold = self.isChecked()
        words = max(QFontMetrics(theme.font("body", bold=bold)).horizontalAdvance(self.text()), 1)
        return QSize(words + _PAD + (theme.px(14) + 15 if self._removable else _PAD), theme.px(CONTROL_SMALL))

    def minimumSizeHint(self) -> QSize:
        """Return the chip's own size: its words are never cut."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press on Enter and, when it can be removed, on Delete."""
        keys = {Qt.Key.Key_Return, Qt.Key.Key_Enter} | ({Qt.Key.Key_Delete} if self._removable else set())
        if event.key() in keys:
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the chip."""
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        painter.setPen(QPen(theme.color("accent" if chosen else "edge"), 1))
        fill = "selection" if chosen else ("hover" if self.underMouse() else "surface")
        painter.setBrush(theme.color(fill))
        radius = self.height() / 2 - 0.5
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.setFont(theme.font("body", bold=chosen))
        painter.setPen(theme.color("text"))
        draw_line(painter, self.text(), _PAD, self.rect())
        if self._removable:
            side = theme.px(14)
            icons.paint(painter, "close", self.width() - 9 - side, (self.height() - side) / 2, "muted", 14)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


class ChipRow(QWidget):
    """The filters in force, each removable; ``removed`` carries the key of the one taken away."""

    removed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self.setAccessibleName("Filters")

    def show_chips(self, chips: Sequence[tuple[str, str]]) -> None:
        """Show chips as (key, words)."""
        clear(self._row)
        for key, words in chips:
            chip = Chip(words)
            chip.setProperty("key", key)
            chip.clicked.connect(self._on_clicked)
            self._row.addWidget(chip)
        self.setVisible(bool(chips))

    @Slot()
    def _on_clicked(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.removed.emit(str(sender.property("key")))


class Choices(QWidget):
    """A row of chips of which one is chosen, with Left and Right as well as Tab and Space."""

    chosen = Signal(str)

    def __init__(self, name: str, options: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._keys: list[str] = []
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        for key, words in options:
            chip = Chip(words, removable=False)
            self._keys.append(key)
            self._group.addButton(chip, len(self._keys) - 1)
            box.addWidget(chip)
        box.addStretch(1)
        self._group.idToggled.connect(self._on_toggled)

    def key(self) -> str:
        """Return the key of what is chosen, or an empty text."""
        number = self._group.checkedId()
        return self._keys[number] if number >= 0 else ""

    def choose(self, key: str) -> None:
        """Choose one; raise ValueError when there is no such key."""
        self._group.button(self._keys.index(key)).setChecked(True)

    @Slot(int, bool)
    def _on_toggled(self, number: int, on: bool) -> None:
        self._group.button(number).updateGeometry()
        if on:
            self.chosen.emit(self._keys[number])


class Segments(QWidget):
    """One of a few, side by side: Left and Right move, the chosen one is bold on ``selection``."""

    chosen = Signal(str)

    def __init__(self, name: str, options: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._keys = [key for key, _ in options]
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        for place, (_, words) in enumerate(options):
            button = _Segment(words, first=place == 0, last=place == len(options) - 1)
            button.setAccessibleName(f"{name}: {words}")
            self._group.addButton(button, place)
            box.addWidget(button)
        self._group.button(0).setChecked(True)
        self._group.idToggled.connect(self._on_toggled)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def key(self) -> str:
        """Return the key of the chosen segment."""
        return self._keys[self._group.checkedId()]

    def choose(self, key: str) -> None:
        """Choose a segment; raise ValueError when there is no such key."""
        self._group.button(self._keys.index(key)).setChecked(True)

    @Slot(int, bool)
    def _on_toggled(self, number: int, on: bool) -> None:
        if on:
            self.chosen.emit(self._keys[number])


class _Segment(QAbstractButton):
    def __init__(self, text: str, *, first: bool, last: bool) -> None:
        super().__init__()
        self._first, self._last = first, last
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        Theme.of().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        theme = Theme.of()
        words = QFontMetrics(theme.font("hint", bold=True)).horizontalAdvance(self.text())
        return QSize(words + 20 + (1 if self._first else 0), theme.px(CONTROL_SMALL))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.5 if self._first else -0.5, 0.5, -0.5, -0.5)
        path = _rounded(area, left=self._first, right=self._last)
        token = "selection" if self.isChecked() else ("hover" if self.underMouse() else "surface")
        painter.fillPath(path, theme.color(token))
        painter.setPen(QPen(theme.color("edge"), 1))
        painter.drawPath(path)
        painter.setFont(theme.font("hint", bold=self.isChecked()))
        painter.setPen(theme.color("text" if self.isChecked() else "muted"))
        words = QFontMetrics(painter.font()).horizontalAdvance(self.text())
        draw_line(painter, self.text(), (self.width() - words) // 2, self.rect())

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


def _rounded(area: QRectF, *, left: bool, right: bool) -> QPainterPath:
    """Return a rectangle whose left or right corners are round."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    radius = float(RADIUS)
    a, b = (radius if left else 0.0), (radius if right else 0.0)
    path.moveTo(area.left() + a, area.top())
    path.lineTo(area.right() - b, area.top())
    path.arcTo(area.right() - 2 * b, area.top(), 2 * b, 2 * b, 90, -90)
    path.lineTo(area.right(), area.bottom() - b)
    path.arcTo(area.right() - 2 * b, area.bottom() - 2 * b, 2 * b, 2 * b, 0, -90)
    path.lineTo(area.left() + a, area.bottom())
    path.arcTo(area.left(), area.bottom() - 2 * a, 2 * a, 2 * a, 270, -90)
    path.lineTo(area.left(), area.top() + a)
    path.arcTo(area.left(), area.top(), 2 * a, 2 * a, 180, -90)
    path.closeSubpath()
    return path
