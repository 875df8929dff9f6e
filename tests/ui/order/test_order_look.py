"""Colours and text size switched while the order process is open: it must look as if it had been opened so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from cme_desktop.ui.grab import picture
from cme_desktop.ui.theme import Scheme, Theme
from tests.ui import walk
from tests.ui.case.stage import Stage
from tests.ui.order.conftest import MakeStage
from tests.ui.order.looking import tab_of

SIZE = QSize(1366, 768)


def looks(stage: Stage, before: Callable[[], object], after: Callable[[], object]) -> list[QImage]:
    """Return a picture of the tab at each step and at the 2026 Act."""
    tab = tab_of(stage)
    made = []
    for place in range(len(tab.steps.steps.steps) + 1):
        if place < len(tab.steps.steps.steps):
            tab.steps.setCurrentIndex(tab.steps.steps.index(place))
        else:
            tab.turn_law()
        walk.settle()
        picture(stage.window, SIZE)
        before()
        tab.steps.scrollToTop()
        made.append(picture(stage.window, SIZE))
        after()
    return made


@pytest.mark.parametrize("what", ["colours", "text size"])
def test_every_card_follows_a_switch_while_it_is_open(set_stage: MakeStage, theme: Theme, what: str) -> None:
    def on() -> None:
        theme.set_choice(Scheme.DARK) if what == "colours" else theme.set_text_percent(125)

    def off() -> None:
        theme.set_choice(Scheme.LIGHT)
        theme.set_text_percent(100)

    switched = looks(set_stage(), on, off)
    on()
    opened = looks(set_stage(), lambda: None, lambda: None)
    assert len(switched) == len(opened) > 8
    assert [place for place, one in enumerate(switched) if one != opened[place]] == []


def test_nothing_is_cut_on_a_small_screen_with_large_text(set_stage: MakeStage, theme: Theme) -> None:
    stage = set_stage()
    theme.set_text_percent(150)
    stage.window.resize(1310, 692)
    walk.settle()
    tab = tab_of(stage)
    assert walk.clipped(tab) == []
    assert not tab.parents.table.horizontalScrollBar().maximum()
