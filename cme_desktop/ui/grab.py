"""Make a picture of a widget at a size, in a scheme, at a screen scale and a text size: for screenshots and tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QRegion
from PySide6.QtWidgets import QApplication, QWidget

from cme_desktop.ui.theme import Scheme, Theme

_ROUNDS = 3
"""Rounds of events until layouts of several levels have come to rest."""


@dataclass(frozen=True)
class Shot:
    """How a picture is taken: size in px at 100 %, scheme, scale of the screen, and text size in per cent."""

    width: int = 1366
    height: int = 768
    scheme: Scheme = Scheme.LIGHT
    scale: float = 1.0
    text_percent: int = 100


def grab(widget: QWidget, shot: Shot) -> QImage:
    """Return the picture of a widget; the theme's own scheme and text size are put back afterwards."""
    theme = Theme.of()
    before = theme.choice, theme.text_percent
    theme.set_choice(shot.scheme)
    theme.set_text_percent(shot.text_percent)
    try:
        return picture(widget, QSize(shot.width, shot.height), shot.scale)
    finally:
        theme.set_choice(before[0])
        theme.set_text_percent(before[1])


def picture(widget: QWidget, size: QSize, scale: float = 1.0) -> QImage:
    """Return the picture of a widget, laid out at a size, drawn at the scale of a screen, without any pointer on it."""
    widget.resize(size)
    if widget.isWindow() and not widget.isVisible():
        widget.show()
    for _ in range(_ROUNDS):
        QApplication.sendPostedEvents()
        QApplication.processEvents()
    for part in (widget, *widget.findChildren(QWidget)):
        part.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    image = QImage(size * scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(Theme.of().color("bg"))
    painter = QPainter(image)
    flags = QWidget.RenderFlag.DrawChildren | QWidget.RenderFlag.DrawWindowBackground
    widget.render(painter, QPoint(), QRegion(), flags)
    painter.end()
    return image


def save(widget: QWidget, shot: Shot, place: Path) -> Path:
    """Write the picture of a widget as PNG and return where."""
    place.parent.mkdir(parents=True, exist_ok=True)
    image = grab(widget, shot)
    if not image.save(str(place)):
        raise OSError(f"The picture could not be written: {place.name}")
    return place


def schemes() -> tuple[Scheme, Scheme]:
    """Return the two schemes that every screen is pictured in."""
    return Scheme.LIGHT, Scheme.DARK
