"""Tags (adjectives, never clickable) and key hints, as widgets and as painting for delegates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cme_desktop.ui import icons
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import TAG, Tone

_PAD: Final = 8
_ICON: Final = 12
_GAP: Final = 4


@dataclass(frozen=True)
class TagLook:
    """What a tag says: words, tone, and an icon whose shape says the same."""

    text: str
    tone: Tone = Tone.GREY
    icon: str = ""


HIGH: Final = TagLook("High", Tone.RED, "triangle")
MEDIUM: Final = TagLook("Medium", Tone.AMBER, "diamond")
STANDARD: Final = TagLook("Standard", Tone.PLAIN, "circle")
NOT_RATED: Final = TagLook("Not rated", Tone.PLAIN, "dash")


def _font(look: TagLook, *, bold: bool) -> QFont:
    """Return the font of a tag: 12 px on a fill, 13 px where a plain tag stands among words."""
    return Theme.of().font("body" if look.tone is Tone.PLAIN else "hint", bold=bold)


def tag_width(look: TagLook, *, bold: bool = False) -> int:
    """Return the width in px of a tag at the present text size."""
    theme = Theme.of()
    words = QFontMetrics(_font(look, bold=bold)).horizontalAdvance(look.text) if look.text else 0
    icon = theme.px(_ICON) + (_GAP if look.text else 0) if look.icon else 0
    return words + icon + (_PAD if look.tone is Tone.PLAIN else 2 * _PAD)


def paint_tag(painter: QPainter, rect: QRect, look: TagLook, *, bold: bool = False) -> None:
    """Paint a tag at the left of a rectangle, in the middle of its height, cut short when there is no room."""
    theme = Theme.of()
    height = theme.px(TAG)
    area = QRect(rect.left(), rect.top() + (rect.height() - height) // 2, 0, height)
    area.setWidth(min(tag_width(look, bold=bold), rect.width()))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if look.tone is not Tone.PLAIN:
        painter.setPen(QPen(theme.color("text"), 1) if theme.contrast else Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(f"{look.tone}_bg"))
        shape = QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5) if theme.contrast else QRectF(area)
        painter.drawRoundedRect(shape, height / 2, height / 2)
    left = area.left() + _PAD
    if look.icon:
        side = theme.px(_ICON)
        token = "muted" if look.tone is Tone.PLAIN else f"{look.tone}_fg"
        icons.paint(painter, look.icon, left, area.top() + (height - side) / 2, token, _ICON)
        left += side + _GAP
    font = _font(look, bold=bold)
    painter.setFont(font)
    painter.setPen(theme.color("muted") if look.tone is Tone.PLAIN else theme.color(f"{look.tone}_fg"))
    metrics = QFontMetrics(font)
    room = area.right() + 1 - left - (0 if look.tone is Tone.PLAIN else _PAD)
    fits = metrics.horizontalAdvance(look.text) <= room + 1
    words = look.text if fits else metrics.elidedText(look.text, Qt.TextElideMode.ElideRight, room)
    draw_line(painter, words, left, area)
    painter.restore()


def draw_line(painter: QPainter, words: str, left: float, area: QRect) -> None:
    """Draw one line of text from a left edge, in the middle of an area's height."""
    metrics = QFontMetrics(painter.font())
    base = area.top() + (area.height() - metrics.height()) // 2 + metrics.ascent()
    painter.drawText(QPointF(left, base), words)


def key_width(keys: str, *, bold: bool = False) -> int:
    """Return the width in px of a key hint."""
    return QFontMetrics(Theme.of().font("key", bold=bold)).horizontalAdvance(keys) + 12


def paint_key(painter: QPainter, area: QRect, keys: str, *, token: str = "", bold: bool = False) -> None:
    """Paint a key hint (11 px in a 1 px box) filling the width of an area; with a token, in that colour on a fill."""
    theme = Theme.of()
    height = theme.px(18)
    box = QRectF(area.left() + 0.5, area.top() + (area.height() - height) // 2 + 0.5, area.width() - 1, height - 1)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color(token or "line"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush if token else theme.color("bg"))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(theme.color(token or "muted"))
    painter.setFont(theme.font("key", bold=bold))
    draw_line(painter, keys, area.left() + 6, area)
    painter.restore()


class Tag(QWidget):
    """A tag as a widget: an adjective with a tone and a shape, which never takes the focus."""

    def __init__(self, text: str, tone: Tone = Tone.GREY, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = TagLook(text, tone, icon)
        self._bold = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        Theme.of().changed.connect(self._on_theme_changed)

    @property
    def look(self) -> TagLook:
        """Return what the tag says."""
        return self._look

    def text(self) -> str:
        """Return the words of the tag."""
        return self._look.text

    def show_look(self, look: TagLook, *, bold: bool = False) -> None:
        """Say something else."""
        self._look, self._bold = look, bold
        self.setAccessibleName(look.text)
        self._on_theme_changed()

    def sizeHint(self) -> QSize:
        """Return the tag's own size."""
        return QSize(tag_width(self._look, bold=self._bold), Theme.of().px(TAG))

    def minimumSizeHint(self) -> QSize:
        """Return the tag's own size: a tag is never cut."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the tag."""
        paint_tag(QPainter(self), self.rect(), self._look, bold=self._bold)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


class TrainingTag(Tag):
    """Says that the register is one for training: it stands on every screen of one (command-line.md 2)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Training", Tone.AMBER, "info", parent)
        self.setAccessibleName("Training register")
        self.setToolTip("A training register: the people in it are invented")


class KeyHint(QWidget):
    """A key in its little box, beside what it does."""

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"Key {keys}")
        Theme.of().changed.connect(self._on_theme_changed)

    def text(self) -> str:
        """Return the key's name."""
        return self._keys

    def sizeHint(self) -> QSize:
        """Return the box's size."""
        return QSize(key_width(self._keys), Theme.of().px(18))

    def minimumSizeHint(self) -> QSize:
        """Return the box's size: a key is never cut."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the box."""
        paint_key(QPainter(self), self.rect(), self._keys)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()
