"""The one window, on screens large and small."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QMenu, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import SMALLEST_WINDOW
from cme_desktop.ui.window import Window


def shown(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, width: int, height: int) -> Window:
    """Return a window on a screen with so much room."""

    class Screen:
        def availableSize(self) -> QSize:
            return QSize(width, height)

    monkeypatch.setattr(Window, "screen", lambda _self: Screen())
    window = Window()
    qtbot.addWidget(window)
    window.show_face(QWidget())
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.mark.parametrize("room", [(1093, 574), (1280, 680)])
def test_it_is_never_larger_than_the_screen_and_the_page_scrolls_in_it(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, room: tuple[int, int]
) -> None:
    """1366 by 768 at 125 % and 1920 by 1080 at 150 %, less the task bar."""
    window = shown(qtbot, monkeypatch, *room)
    window.fit(1366, 768)
    assert window.width() <= room[0]
    assert window.height() <= room[1]
    assert window.minimumWidth() <= room[0]
    assert window.minimumHeight() <= room[1]
    assert window.face is not None
    assert window.face.width() >= SMALLEST_WINDOW[0], "the page keeps the room that it is drawn for"
    assert window.face.height() >= SMALLEST_WINDOW[1]
    area = window.findChild(QScrollArea)
    assert isinstance(area, QScrollArea)
    short = room[0] - 16 < SMALLEST_WINDOW[0]
    assert (area.horizontalScrollBar().maximum() > 0) == short


def test_on_a_large_screen_nothing_scrolls(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    window = shown(qtbot, monkeypatch, 1920, 1040)
    window.fit(1366, 768)
    assert (window.width(), window.height()) == (1366, 768)
    assert window.minimumSize() == QSize(*SMALLEST_WINDOW)
    assert window.face is not None
    assert window.face.size() == window.size()


def test_a_menu_has_the_size_of_the_text(qtbot: QtBot, theme: Theme) -> None:
    theme.set_text_percent(150)
    try:
        menu = QMenu()
        qtbot.addWidget(menu)
        assert menu.font().pixelSize() == theme.font("body").pixelSize()
    finally:
        theme.set_text_percent(100)
