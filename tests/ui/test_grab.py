"""Pictures of widgets at a size, in a scheme, at a scale."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from cme_desktop.ui.grab import Shot, grab, save, schemes
from cme_desktop.ui.page import Page
from cme_desktop.ui.theme import Scheme, Theme
from cme_desktop.ui.tokens import DARK, LIGHT


def test_a_picture_has_the_size_scale_and_scheme_asked_for(qtbot: QtBot, theme: Theme) -> None:
    page = Page("Today")
    qtbot.addWidget(page)
    light = grab(page, Shot(800, 600))
    dark = grab(page, Shot(800, 600, Scheme.DARK, scale=2.0))
    assert light.size() == QSize(800, 600)
    assert dark.size() == QSize(1600, 1200)
    assert light.pixelColor(790, 590).name().upper() == LIGHT.bg
    assert dark.pixelColor(1590, 1190).name().upper() == DARK.bg
    assert (theme.choice, theme.text_percent) == (Scheme.LIGHT, 100)
    assert schemes() == (Scheme.LIGHT, Scheme.DARK)


def test_a_picture_is_written_as_png(qtbot: QtBot, tmp_path: Path) -> None:
    page = Page("Today")
    qtbot.addWidget(page)
    place = save(page, Shot(640, 480, text_percent=150), tmp_path / "screens" / "today.png")
    assert QImage(str(place)).size() == QSize(640, 480)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError):
        save(page, Shot(), tmp_path / "file" / "today.png")
