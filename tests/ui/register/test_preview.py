"""The pieces of the preview: a scroll that lets its bar go again, tags that wrap, a step that can be ticked."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cme_desktop.ui.grab import picture
from cme_desktop.ui.register.preview import StepTick, _Tags
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.cards import PaneScroll
from cme_desktop.ui.widgets.tags import TagLook
from cme_desktop.ui.widgets.text import Label
from tests.ui import walk


def test_a_pane_takes_its_bar_away_when_the_words_fit_without_it(qtbot: QtBot) -> None:
    content = QWidget()
    box = QVBoxLayout(content)
    words = Label("Example High School, off roll on 3 November 2026. " * 6, wrap=True)
    box.addWidget(words)
    pane = PaneScroll(content, name="Preview")
    qtbot.addWidget(pane)
    pane.resize(240, 60)
    pane.show()
    walk.settle()
    assert pane.verticalScrollBar().isVisible()
    pane.resize(240, box.heightForWidth(240))
    walk.settle()
    assert not pane.verticalScrollBar().isVisible()
    words.setText(words.text() * 2)
    walk.settle()
    assert pane.verticalScrollBar().isVisible()


def test_tags_stand_below_each_other_where_there_is_no_room(qtbot: QtBot) -> None:
    tags = _Tags((TagLook("Whereabouts unknown", Tone.BLUE), TagLook("High risk", Tone.RED, "triangle")))
    qtbot.addWidget(tags)
    assert tags.accessibleName() == "Whereabouts unknown, High risk"
    assert tags.heightForWidth(400) == 20
    assert tags.heightForWidth(200) == 44
    picture(tags, tags.sizeHint())


def test_a_step_is_ticked_by_space_and_wraps_its_words(qtbot: QtBot) -> None:
    step = StepTick("Write the first enquiry letter to each parent and ask the school for the last address")
    qtbot.addWidget(step)
    assert step.accessibleName().startswith("Done: Write the first")
    assert step.heightForWidth(1_000) == 22
    assert step.heightForWidth(240) > 40
    ticked: list[bool] = []
    step.toggled.connect(ticked.append)
    step.show()
    step.setFocus()
    qtbot.keyClick(step, Qt.Key.Key_Space)
    assert ticked == [True]
    picture(step, step.sizeHint())
