"""How the inbox looks and is told: measures, names, tabs, loading, focus."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from cme_desktop.models.intake import StagedPupil
from cme_desktop.ui.grab import picture
from cme_desktop.ui.inbox.compare import DOB
from cme_desktop.ui.inbox.review import NOT_SAME
from cme_desktop.ui.inbox.table import CHOICE_ROW, ROW, WHY
from cme_desktop.ui.theme import Theme
from tests.casework.look import rows
from tests.casework.s2s import Pupil, leaver_file, new_pupil
from tests.ui import walk
from tests.ui.inbox.conftest import Inbox, MakeInbox
from tests.ui.inbox.helpers import BROKEN, UPN, known_child, press

# How it looks and is told


def test_loading_is_shown_until_the_answer_is_there(make_inbox: MakeInbox) -> None:
    inbox = make_inbox(held=True)
    inbox.put(leaver_file(new_pupil()))
    screen = inbox.show()
    assert screen.folder.place.loading.isVisible()
    while inbox.bench.runner.release():
        walk.settle()
    assert screen.folder.list.isVisible()
    assert inbox.title() == "A new child."


def test_a_second_press_before_the_answer_does_nothing(make_inbox: MakeInbox) -> None:
    inbox = make_inbox(held=True)
    inbox.put(leaver_file(new_pupil(), new_pupil(forename="Bo", dob="2014-04-04")))
    screen = inbox.show()
    while inbox.bench.runner.release():
        walk.settle()
    screen.presenter.answer("new")
    screen.presenter.answer("new")
    while inbox.bench.runner.release():
        walk.settle()
    assert [row.decision for row in rows(inbox.register, StagedPupil)] == ["new", None]


def test_hundreds_of_pupils_show_as_many_tabs_as_fit(qtbot: QtBot, inbox: Inbox) -> None:
    inbox.put(leaver_file(*(new_pupil(forename=f"Child {number:03d}") for number in range(120))))
    screen = inbox.show()
    assert 2 <= len(inbox.names()) <= 10
    assert screen.review.pupils.place.text() == "1 of 120"
    for _ in range(9):
        press(qtbot, screen, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert screen.review.pupils.place.text() == "10 of 120"
    assert "Child 009 Kamara" in inbox.names()
    press(qtbot, screen, Qt.Key.Key_PageUp, Qt.KeyboardModifier.ControlModifier)
    assert screen.review.pupils.place.text() == "9 of 120"
    screen.review.pupils.tabs.setFocus()
    press(qtbot, screen, Qt.Key.Key_Right)
    assert screen.review.pupils.place.text() == "10 of 120"


def test_the_drawn_measures_hold(inbox: Inbox) -> None:
    known_child(inbox)
    inbox.put(leaver_file(Pupil(upn=UPN, dob="2012-03-12")), BROKEN)
    screen = inbox.show(1118, 680)
    assert screen.folder.width() == 292
    table = screen.review.table
    assert [table.columnWidth(column) for column in range(4)] == [86, 168, 178, 116]
    heights = [table.rowHeight(row) for row in range(len(screen.review.model.lines))]
    assert set(heights) == {ROW, CHOICE_ROW}
    assert heights[1] == CHOICE_ROW
    assert screen.folder.list.visualRect(screen.folder.model.index(0)).height() == 50
    Theme.of().set_text_percent(200)
    walk.settle()
    assert table.rowHeight(0) == 2 * ROW


def test_the_two_answers_of_a_line_are_pressed_with_the_pointer(qtbot: QtBot, inbox: Inbox) -> None:
    known_child(inbox)
    inbox.put(leaver_file(Pupil(upn=UPN, dob="2012-03-12")))
    screen = inbox.show()
    table, model = screen.review.table, screen.review.model
    area = table.visualRect(model.index(1, WHY))
    first, second = table.delegate.radios(area, model.lines[1])
    assert area.contains(QRect(first.topLeft(), second.bottomRight()))
    qtbot.mouseMove(table.viewport(), second.center())
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=second.center())
    assert model.second == {DOB}
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=first.center())
    assert model.second == frozenset()
    told = model.index(1, WHY).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told == "Why: Date of birth differs in one figure. Chosen: keep ours. Space changes it."


@pytest.mark.feature("F83")
@pytest.mark.feature("F84")
def test_every_control_is_named_reached_and_whole(qtbot: QtBot, inbox: Inbox) -> None:
    known_child(inbox)
    inbox.put(leaver_file(Pupil(upn=UPN, dob="2012-03-12"), new_pupil(forename="Bo")), BROKEN)
    screen = inbox.show()
    walk.check(qtbot, screen)


def test_the_empty_inbox_is_named_reached_and_whole(qtbot: QtBot, inbox: Inbox) -> None:
    screen = inbox.show()
    walk.check(qtbot, screen)


def test_models_keep_qt_s_rules(inbox: Inbox, qtmodeltester: ModelTester) -> None:
    known_child(inbox)
    inbox.put(leaver_file(Pupil(upn=UPN)), BROKEN)
    screen = inbox.show()
    qtmodeltester.check(screen.folder.model)
    qtmodeltester.check(screen.review.model)


def test_long_names_and_reasons_are_painted_within_their_place(inbox: Inbox) -> None:
    long = "Wolfeschlegelsteinhausenbergerdorff-" * 3
    inbox.put((f"{'x' * 180}.xml", leaver_file(new_pupil(surname=long, forename=long, street=long))[1]), BROKEN)
    screen = inbox.show(1060, 560)
    image = picture(screen, screen.size())
    assert not image.isNull()
    assert len(screen.review.pupils.tabs.tabText(0)) < len(long) * 2
    assert screen.review.table.delegate.cut(QRect(0, 0, 168, 42), screen.review.model.index(0, 1))


def test_keys_are_listed_and_focus_begins_in_the_list(inbox: Inbox) -> None:
    inbox.put(leaver_file(new_pupil()))
    screen = inbox.show()
    assert screen.first_focus() is screen.folder.list
    own = screen.keys()
    assert {key for key, _ in own} >= {"S", "N", "X", "C", "F5"}
    assert screen.review.answers.buttons[NOT_SAME].accessibleDescription()
    assert not screen.go_back()


def test_the_focus_goes_to_the_list_when_the_first_file_comes(inbox: Inbox) -> None:
    screen = inbox.show()
    focus = screen.window().focusWidget()
    assert focus is not None
    assert screen.stack.currentWidget().isAncestorOf(focus)
    inbox.put(leaver_file(new_pupil()))
    inbox.bench.desk.inbox_changed.emit()
    walk.settle()
    assert screen.window().focusWidget() is screen.folder.list
