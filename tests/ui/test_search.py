"""The search of the top bar."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from cme_desktop.ui.frame.search import PAUSE, SETTLED, Found, FoundModel, SearchBox
from cme_desktop.ui.grab import picture
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.tags import TagLook

HITS = (
    Found("case:1", "Amara Kamara", "Year 10, Example High School", tag=TagLook("High", Tone.RED, "triangle")),
    Found("case:2", "Amara Kamau", "Year 2, Hillview Academy"),
    Found("page:inbox", "Inbox", icon="inbox"),
)


@pytest.fixture
def box(qtbot: QtBot) -> Iterator[SearchBox]:
    window = QWidget()
    window.resize(700, 500)
    made = SearchBox()
    made.setParent(window)
    made.setGeometry(20, 8, 440, 32)
    qtbot.addWidget(window)
    window.show()
    made.setFocus()
    yield made
    window.close()


def test_the_hits_keep_the_rules_of_qt(qtmodeltester: ModelTester) -> None:
    model = FoundModel()
    model.show_found(HITS)
    qtmodeltester.check(model)
    assert model.data(model.index(0, 0), Qt.ItemDataRole.AccessibleTextRole) == (
        "Amara Kamara, Year 10, Example High School, High"
    )


def test_what_is_typed_is_said_once_after_a_short_pause(qtbot: QtBot, box: SearchBox) -> None:
    said: list[str] = []
    assert box._pause.interval() == PAUSE
    box._pause.setInterval(1_000)
    box.typed.connect(said.append)
    with qtbot.waitSignal(box.typed, timeout=5_000):
        qtbot.keyClicks(box, "amara")
    assert said == ["amara"]
    assert PAUSE < 200
    assert SETTLED == 1_000


def test_a_search_is_settled_once_it_rests_or_a_hit_is_opened(qtbot: QtBot, box: SearchBox) -> None:
    settled, chosen = [], []
    box.settled.connect(settled.append)
    box.chosen.connect(chosen.append)
    qtbot.keyClicks(box, "amara")
    box.show_found(HITS)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert settled == ["amara"]
    assert chosen == ["case:1"]
    assert box.text() == ""
    assert box.popup is not None
    assert not box.popup.isVisible()


@pytest.mark.feature("F82")
def test_the_arrows_move_in_the_hits_and_esc_closes_them(qtbot: QtBot, box: SearchBox) -> None:
    chosen: list[str] = []
    box.chosen.connect(chosen.append)
    qtbot.keyClicks(box, "am")
    box.show_found(HITS, more="12 more: type another letter")
    assert box.popup is not None
    picture(box.window(), box.window().size())
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.keyClick(box, Qt.Key.Key_Up)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert chosen == ["page:inbox"]
    qtbot.keyClicks(box, "am")
    box.show_found(HITS)
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert (box.text(), box.popup.isVisible()) == ("", False)


def test_finding_nothing_is_said(qtbot: QtBot, box: SearchBox) -> None:
    qtbot.keyClicks(box, "zzz")
    box.show_found(())
    assert box.popup is not None
    assert box.popup.isVisible()
    assert box.popup.current() is None
    assert box.popup.step(1).startswith("Nothing found")


def test_enter_before_the_pause_searches_at_once(qtbot: QtBot, box: SearchBox) -> None:
    box._pause.setInterval(60_000)
    with qtbot.waitSignal(box.typed):
        qtbot.keyClicks(box, "amara")
        qtbot.keyClick(box, Qt.Key.Key_Return)


def test_a_click_opens_a_hit(qtbot: QtBot, box: SearchBox) -> None:
    qtbot.keyClicks(box, "am")
    box.show_found(HITS)
    assert box.popup is not None
    view = box.popup.list
    with qtbot.waitSignal(box.chosen) as chosen:
        place = view.visualRect(view.model().index(1, 0)).center()
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == ["case:2"]


def test_an_emptied_search_shows_nothing(qtbot: QtBot, box: SearchBox) -> None:
    qtbot.keyClicks(box, "am")
    box.show_found(HITS)
    box.clear()
    box.show_found(HITS)
    assert box.popup is not None
    assert not box.popup.isVisible()
