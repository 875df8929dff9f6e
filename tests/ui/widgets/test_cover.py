"""A page covered by an interruption, buttons that flow into more lines, and the text size inside a date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.buttons import Button
from cme_desktop.ui.widgets.cards import CardColumn
from cme_desktop.ui.widgets.cover import Cover
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.flow import Flow
from cme_desktop.ui.widgets.inputs import DateInput, Radio, Tick
from cme_desktop.ui.widgets.states import Interruption
from cme_desktop.ui.widgets.text import Label
from tests.ui import walk
from tests.ui.case.stage import focus, press


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    """Return a page with one button that has the focus."""
    made = QWidget()
    below = Button("Serve")
    box = QVBoxLayout(made)
    box.addWidget(below)
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    made.activateWindow()
    walk.settle()
    below.setFocus()
    return made


@pytest.fixture(autouse=True)
def _usual_size() -> Iterator[None]:
    yield
    Theme.of().set_text_percent(100)


def asks(**more: object) -> Interruption:
    return Interruption("Record service?", ("It cannot be undone.",), "Record service", **more)  # type: ignore[arg-type]


def test_a_cover_fills_its_page_and_follows_its_size(page: QWidget) -> None:
    cover = Cover(page, asks(), lambda _reason: None)
    assert cover.geometry() == page.rect()
    page.resize(900, 500)
    walk.settle()
    assert cover.size() == QSize(900, 500)
    assert Cover.over(page) is cover


def test_tab_stays_in_the_cover_and_the_way_back_gives_the_focus_back(page: QWidget) -> None:
    went: list[str] = []
    cover = Cover(page, asks(), went.append)
    before = focus()
    assert before is cover.asks.go_back, "nothing happens by an Enter too many"
    for _ in range(4):
        press("Tab")
        assert focus() in (cover.asks.go_on, cover.asks.go_back)
    press("Esc")
    assert went == []
    assert Cover.over(page) is None
    assert getattr(focus(), "text", str)() == "Serve"


def test_a_cover_hands_on_the_reason(page: QWidget) -> None:
    went: list[str] = []
    cover = Cover(page, asks(reason="Why", shortest=3), went.append)
    assert focus() is cover.asks.reason
    assert not cover.asks.go_on.isEnabled()
    cover.asks.reason.setText("  No address ")
    cover.asks.go_on.click()
    assert went == ["No address"]
    assert Cover.over(page) is None


def test_a_flow_goes_on_in_a_new_line(qtbot: QtBot) -> None:
    flow = Flow(*(Button(f"Button number {number}") for number in range(4)))
    qtbot.addWidget(flow)
    one = flow.heightForWidth(2_000)
    flow.resize(2_000, one)
    flow.show()
    walk.settle()
    assert flow.heightForWidth(flow.minimumSizeHint().width()) > 3 * one
    narrow = flow.minimumSizeHint().width() + 10
    flow.resize(narrow, flow.heightForWidth(narrow))
    walk.settle()
    buttons = flow.findChildren(Button)
    assert len({button.y() for button in buttons}) == 4
    assert all(button.geometry().right() < narrow for button in buttons)
    assert walk.clipped(flow) == []


def test_a_column_of_cards_grows_with_its_words_and_no_further(qtbot: QtBot) -> None:
    words = Label(
        "A sentence that is long enough to be broken over many lines where there is little room. " * 3, wrap=True
    )
    column = CardColumn(words)
    qtbot.addWidget(column)
    assert column.minimumSizeHint().height() == 0, "or a Scroll would think it as high as at its narrowest"
    assert column.heightForWidth(300) > column.heightForWidth(900)


@pytest.mark.parametrize("percent", [100, 150, 200])
def test_the_text_of_a_date_and_of_a_tick_follows_the_text_size(qtbot: QtBot, percent: int) -> None:
    shown = QWidget()
    box = QVBoxLayout(shown)
    day, tick, radio = DateInput(date(2026, 11, 24)), Tick("Both parents"), Radio("By hand")
    for one in (day, tick, radio):
        box.addWidget(one)
    qtbot.addWidget(shown)
    shown.show()
    Theme.of().set_text_percent(percent)
    walk.settle()
    assert day.lineEdit().font().pixelSize() == Theme.of().font("body").pixelSize()
    assert walk.clipped(shown) == []


def test_a_banner_says_one_full_stop(qtbot: QtBot) -> None:
    banner = Banner("Serve it first.", second="Education Act 1996 s437(1).")
    qtbot.addWidget(banner)
    assert banner.accessibleName() == "Serve it first. Education Act 1996 s437(1)."
