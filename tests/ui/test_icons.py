"""Our icons: one family, drawn in any token's colour, each once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from defusedxml import ElementTree
from PySide6.QtGui import QColor, QImage, QPainter

import cme_desktop.ui
from cme_desktop import resources
from cme_desktop.ui import icons
from cme_desktop.ui.theme import Theme

ROOM = Path(cme_desktop.ui.__file__).parent


@pytest.mark.parametrize("name", icons.names())
def test_each_icon_is_an_outline_on_the_20_grid(name: str) -> None:
    drawing = ElementTree.fromstring(resources.read_text(f"icons/{name}.svg"))
    assert drawing.get("viewBox") == "0 0 20 20"
    assert drawing.get("fill") == "none"
    assert drawing.get("stroke") == "currentColor"
    assert drawing.get("stroke-width") == "1.5"
    assert drawing.get("stroke-linecap") == drawing.get("stroke-linejoin") == "round"


@pytest.mark.parametrize("name", icons.names())
def test_each_icon_draws_something_in_the_token_colour(name: str, theme: Theme) -> None:
    image = icons.pixmap(name, "accent", 20, 2.0).toImage()
    assert image.width() == 40
    drawn = [image.pixelColor(x, y) for x in range(40) for y in range(40) if image.pixelColor(x, y).alpha() > 250]
    assert drawn
    assert all(_near(colour, theme.color("accent")) for colour in drawn)


def _near(one: QColor, other: QColor) -> bool:
    return all(abs(a - b) <= 3 for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True))


def test_an_icon_is_drawn_once_for_each_colour_and_size() -> None:
    before = icons._image.cache_info()
    icons.pixmap("check", "green_fg", 17)
    icons.pixmap("check", "green_fg", 17)
    after = icons._image.cache_info()
    assert after.hits == before.hits + 1
    assert after.misses == before.misses + 1


def test_a_painted_icon_is_sharp_on_a_scaled_screen() -> None:
    image = QImage(64, 64, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(2.0)
    image.fill(0)
    painter = QPainter(image)
    icons.paint(painter, "circle", 0, 0, "text", 16)
    painter.end()
    assert any(image.pixelColor(x, 16).alpha() for x in range(32))
    assert not any(image.pixelColor(x, y).alpha() for x in range(34, 64) for y in range(64))


def test_every_icon_named_in_the_window_is_shipped() -> None:
    named = re.compile(
        r'(?:icon=|Glyph\(|show_icon\(|icons\.(?:paint|pixmap|icon)\((?:painter, |QPainter\(self\), )?)"([a-z-]+)"'
    )
    shipped = set(icons.names())
    used = {hit for place in ROOM.rglob("*.py") for hit in named.findall(place.read_text(encoding="utf-8"))}
    assert len(used) > 8
    assert used <= shipped
