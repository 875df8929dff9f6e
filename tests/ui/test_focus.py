"""The ring round whatever has the focus."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cme_desktop.ui.focus import FocusRing
from cme_desktop.ui.grab import picture
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.buttons import Button
from cme_desktop.ui.widgets.cards import Scroll
from cme_desktop.ui.widgets.chips import Chip
from cme_desktop.ui.widgets.inputs import TextInput
from cme_desktop.ui.widgets.tabs import Tabs


@pytest.fixture
def ring(qapp: QApplication) -> FocusRing:
    found = qapp.findChild(FocusRing)
    assert isinstance(found, FocusRing)
    return found


def page_of(qtbot: QtBot, *widgets: QWidget) -> QWidget:
    page = QWidget()
    box = QVBoxLayout(page)
    box.setContentsMargins(20, 20, 20, 20)
    for widget in widgets:
        box.addWidget(widget)
    qtbot.addWidget(page)
    page.resize(300, 200)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    return page


@pytest.mark.feature("F84")
def test_the_ring_is_2_px_accent_outside_a_1_px_gap(qtbot: QtBot, ring: FocusRing, theme: Theme) -> None:
    field = TextInput()
    page = page_of(qtbot, field, Button("Save"))
    field.setFocus()
    qtbot.waitUntil(lambda: ring.ring is not None)
    assert ring.ring is not None
    assert ring.ring.geometry() == field.geometry().adjusted(-3, -3, 3, 3)
    image = picture(page, page.size())
    left, middle = field.geometry().left(), field.geometry().center().y()
    inks = [image.pixelColor(left - far, middle).name().upper() for far in (1, 2, 3, 4)]
    assert inks[0] == theme.hex("surface")
    assert inks[1] == inks[2] == theme.hex("accent")
    assert inks[3] != theme.hex("accent")


def test_the_ring_follows_the_focus_and_what_holds_it(qtbot: QtBot, ring: FocusRing) -> None:
    field, button = TextInput(), Button("Save")
    page = page_of(qtbot, field, button)
    field.setFocus()
    button.setFocus()
    qtbot.waitUntil(lambda: ring.ring is not None)
    assert ring.ring is not None
    assert ring.ring.geometry() == button.geometry().adjusted(-3, -3, 3, 3)
    button.move(button.x(), button.y() + 20)
    assert ring.ring.geometry() == button.geometry().adjusted(-3, -3, 3, 3)
    button.hide()
    assert page.focusWidget() is field
    assert ring.ring.geometry() == field.geometry().adjusted(-3, -3, 3, 3)


def test_the_ring_scrolls_with_its_control(qtbot: QtBot, ring: FocusRing) -> None:
    content = QWidget()
    box = QVBoxLayout(content)
    buttons = [Button(f"Step {number}") for number in range(30)]
    for button in buttons:
        box.addWidget(button)
    scroll = Scroll(content)
    page = page_of(qtbot, scroll)
    buttons[20].setFocus()
    scroll.ensureWidgetVisible(buttons[20])
    qtbot.waitUntil(lambda: ring.ring is not None)
    assert ring.ring is not None
    assert ring.ring.parentWidget() is content or scroll.viewport().isAncestorOf(ring.ring)
    place = QRect(buttons[20].mapTo(ring.ring.parentWidget(), buttons[20].rect().topLeft()), buttons[20].size())
    assert ring.ring.geometry() == place.adjusted(-3, -3, 3, 3)
    assert page.isVisible()


def test_what_shows_its_own_focus_gets_no_ring(qtbot: QtBot, ring: FocusRing) -> None:
    tabs = Tabs("Views", [("a", "Open")])
    page = page_of(qtbot, tabs)
    tabs.setFocus()
    assert page.focusWidget() is tabs
    assert ring.ring is None


def test_a_round_control_gets_a_round_ring(qtbot: QtBot, ring: FocusRing) -> None:
    chip = Chip("3 days or more")
    page = page_of(qtbot, chip)
    chip.setFocus()
    qtbot.waitUntil(lambda: ring.ring is not None)
    assert ring.ring is not None
    assert page.focusWidget() is chip
    assert getattr(ring.ring, "radius") == 14  # noqa: B009 - the ring's class is private
