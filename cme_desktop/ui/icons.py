"""Our outline icons (20 grid, stroke 1.5) drawn in a token's colour, each size and colour once."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from cme_desktop import resources
from cme_desktop.ui.theme import Theme


@lru_cache(maxsize=128)
def _drawing(name: str) -> str:
    return resources.read_text(f"icons/{name}.svg")


def _stroke(side: int) -> float:
    """Return the stroke on the 20 grid: 1.5, and thicker for small icons, which stay a full px at 12 px."""
    return 1.95 if side <= 12 else 1.75 if side <= 14 else 1.5


@lru_cache(maxsize=1024)
def _image(name: str, colour: str, side: int, ratio: float) -> QImage:
    """Draw one icon of a side in logical px; only the GUI thread calls this."""
    real = max(1, round(side * ratio))
    image = QImage(real, real, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    drawing = _drawing(name).replace("currentColor", colour).replace('"1.5"', f'"{_stroke(side)}"')
    QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(0, 0, real, real))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def names() -> tuple[str, ...]:
    """Return the names of all icons that ship with the program."""
    return tuple(sorted(place.stem for place in resources.path("icons").glob("*.svg")))


def pixmap(name: str, token: str = "text", side: int = 16, ratio: float = 1.0) -> QPixmap:
    """Return an icon in a token's colour, with its side in px at 100 % and the screen's ratio."""
    theme = Theme.of()
    return QPixmap.fromImage(_image(name, theme.hex(token), theme.px(side), ratio))


def icon(name: str, token: str = "text", side: int = 16) -> QIcon:
    """Return an icon for a menu or an action, sharp at 100, 150 and 200 %."""
    made = QIcon()
    for ratio in (1.0, 1.5, 2.0):
        made.addPixmap(pixmap(name, token, side, ratio))
        made.addPixmap(pixmap(name, "muted", side, ratio), QIcon.Mode.Disabled)
    return made


def paint(painter: QPainter, name: str, x: float, y: float, token: str = "text", side: int = 16) -> None:
    """Draw an icon with its top left corner at a place, in a token's colour, sharp on any screen."""
    theme = Theme.of()
    ratio = max(1.0, painter.deviceTransform().m11())
    painter.drawImage(
        QRectF(x, y, theme.px(side), theme.px(side)), _image(name, theme.hex(token), theme.px(side), ratio)
    )


def size(side: int = 16) -> QSize:
    """Return the size of an icon at the present text size."""
    return QSize(Theme.of().px(side), Theme.of().px(side))
