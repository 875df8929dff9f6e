"""The program's mark as a picture of any size: for the windows, the task bar and the package."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from cme_desktop import resources
from cme_desktop.ui.tokens import LIGHT

SIDES = (16, 20, 24, 32, 40, 48, 64, 128, 256)


def image(side: int) -> QImage:
    """Return the mark, a shield on a rounded square, ``side`` px wide and high; it is the same in every scheme."""
    made = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(LIGHT.accent))
    painter.drawRoundedRect(QRectF(0, 0, side, side), side * 0.2, side * 0.2)
    drawing = resources.read_text("icons/shield.svg").replace("currentColor", LIGHT.on_accent)
    glyph, edge = side * 0.72, side * 0.14
    QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(edge, edge, glyph, glyph))
    painter.end()
    return made


def icon() -> QIcon:
    """Return the mark in every size that a window system asks for."""
    made = QIcon()
    for side in SIDES:
        made.addPixmap(QPixmap.fromImage(image(side)))
    return made
