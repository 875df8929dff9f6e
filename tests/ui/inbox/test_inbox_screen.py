"""The inbox at work: the officer goes through what came in by keyboard, on a real register."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from cme_desktop.casework import undo
from cme_desktop.models.child import Child, ChildAddress, SiblingLink
from cme_desktop.models.episode import Episode
from cme_desktop.models.intake import NotSame, SourceFile, StagedPupil
from cme_desktop.ui.grab import picture
from cme_desktop.ui.inbox.compare import DOB
from cme_desktop.ui.inbox.dialogs import CountedDialog, ReasonDialog, ReportDialog
from cme_desktop.ui.inbox.lines import ProblemLine
from cme_desktop.ui.inbox.review import NOT_SAME, ProblemPage
from cme_desktop.ui.inbox.table import CHOICE_ROW, ROW, WHY
from cme_desktop.ui.inbox.view import InboxScreen
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.buttons import Kind
from cme_desktop.ui.widgets.states import Empty, Interruption, NotAllowedPage
from tests.casework.look import rows
from tests.casework.s2s import Pupil, joiner_file, leaver_file, new_pupil
from tests.factories import PRIMARY, child_facts, make_case, make_upn
from tests.ui import walk
from tests.ui.inbox.conftest import Inbox, MakeInbox

BROKEN = ("CTF_old.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><CTfile>&a;</CTfile>')
UPN = make_upn("310201529001")


def known_child(inbox: Inbox, **changes: object) -> str:
    """Open a case of Amara Kamara, born 2 March 2012, and return its reference."""
    facts = child_facts(upns=(UPN,))
    return make_case(inbox.register, child=replace(facts, **changes)).ref


def press(qtbot: QtBot, screen: InboxScreen, key: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    """Press a key where the focus is."""
    where = QApplication.focusWidget() or screen.window().focusWidget() or screen
    if modifier is None:
        qtbot.keyClick(where, key)
    else:
        qtbot.keyClick(where, key, modifier)
    walk.settle()


def last_undo(inbox: Inbox) -> None:
    """Do what Ctrl+Z does."""
    undo.undo_last(inbox.register.store, inbox.register.officer, since_seq=0)
    inbox.bench.desk.inbox_changed.emit()
    walk.settle()


def dialog_of(screen: InboxScreen, kind: type) -> object:
    """Return the newest dialog of a kind."""
    found = screen.findChildren(kind)
    assert found
    return found[-1]


@pytest.mark.feature("F14")
@pytest.mark.feature("F82")
def test_a_morning_s_files_by_keyboard(qtbot: QtBot, inbox: Inbox) -> None:
    """Same child, not the same, new child, not CME and later, each by its key; the next pupil comes by itself."""
    ref = known_child(inbox)
    twin = Pupil(forename="Amaro", surname="Kamara", sex="M")
    inbox.put(
        leaver_file(
            Pupil(upn=UPN),
            twin,
            new_pupil(surname="Osei", forename="Kwame", postcode="HA5 1ZZ", street="Hill Way", dob="2013-02-02"),
            new_pupil(surname="Old", forename="Enough", postcode="HA6 1ZZ", dob="2009-01-01", ground="9(1)(l)"),
        )
    )
    screen = inbox.show(1500)
    assert inbox.names() == ["Amara Kamara", "Amaro Kamara", "Kwame Osei", "Enough Old"]
    assert inbox.title() == "The same child."
    assert screen.review.pupils.place.text() == "1 of 4"
    press(qtbot, screen, Qt.Key.Key_S)
    assert inbox.bench.said == [f"Amara Kamara: same child as {ref}"]
    assert inbox.names()[0] == "Amaro Kamara"

    assert inbox.title() == "Probably the same child. Check the name and the sex."
    press(qtbot, screen, Qt.Key.Key_X)
    assert inbox.bench.said[-1] == "Remembered: Amaro Kamara is not Amara Kamara of the register"
    assert len(rows(inbox.register, NotSame)) == 1
    assert inbox.title() == "A new child."
    assert not screen.review.answers.buttons["match"].isEnabled()
    press(qtbot, screen, Qt.Key.Key_S)
    assert len(inbox.bench.said) == 2
    press(qtbot, screen, Qt.Key.Key_N)
    assert inbox.bench.said[-1] == "Amaro Kamara: new child, case CME-2026-00002 opened"
    assert len(rows(inbox.register, Child)) == 2

    assert inbox.names() == ["Kwame Osei", "Enough Old"]
    press(qtbot, screen, Qt.Key.Key_L)
    assert inbox.bench.said[-1] == "Kwame Osei: put off, comes back in 7 days"
    assert inbox.title() == "Not missing education."
    assert screen.review.answers.buttons["not-cme"].look.kind is Kind.PRIMARY
    press(qtbot, screen, Qt.Key.Key_C)
    assert inbox.bench.said[-1] == "Enough Old: not missing education, no case"
    assert isinstance(screen.stack.currentWidget().findChild(Empty), Empty)
    decided = {row.number: row.decision for row in rows(inbox.register, StagedPupil)}
    assert decided == {1: "match", 2: "new", 3: "later", 4: "not-cme"}


def test_what_was_put_off_comes_back_on_its_day(inbox: Inbox) -> None:
    inbox.put(leaver_file(new_pupil(forename="Kwame")))
    screen = inbox.show()
    screen.presenter.answer("later")
    walk.settle()
    assert screen.head is not None
    assert screen.head.subtitle.text() == "No files, 1 put off"
    inbox.register.clock.moment += timedelta(days=7)
    screen.on_shown()
    walk.settle()
    assert inbox.names() == ["Kwame Kamara"]


@pytest.mark.feature("F87")
def test_an_undone_answer_brings_its_pupil_to_the_front_again(qtbot: QtBot, inbox: Inbox) -> None:
    known_child(inbox)
    inbox.put(leaver_file(new_pupil(forename="Zola", postcode="HA9 9ZZ", dob="2014-01-01"), number=1))
    inbox.put(leaver_file(Pupil(upn=UPN), number=2))
    screen = inbox.show()
    press(qtbot, screen, Qt.Key.Key_S)
    assert inbox.names() == ["Zola Kamara"]
    last_undo(inbox)
    assert inbox.names() == ["Amara Kamara"]
    assert rows(inbox.register, StagedPupil)[1].decision is None


def test_what_differs_is_taken_only_where_the_officer_says_so(qtbot: QtBot, inbox: Inbox) -> None:
    known_child(inbox)
    inbox.put(leaver_file(Pupil(upn=UPN, dob="2012-03-12", paon="12", street="High Road", postcode="HA1 9ZZ")))
    screen = inbox.show()
    assert inbox.title() == "Probably the same child. Check the date of birth."
    press(qtbot, screen, Qt.Key.Key_Return)
    assert screen.review.table.hasFocus()
    assert screen.review.model.lines[screen.review.table.currentIndex().row()].field == "Born"
    press(qtbot, screen, Qt.Key.Key_Space)
    assert screen.review.model.second == {DOB}
    press(qtbot, screen, Qt.Key.Key_Left)
    assert screen.review.model.second == frozenset()
    press(qtbot, screen, Qt.Key.Key_Right)
    assert screen.review.model.second == {DOB}
    press(qtbot, screen, Qt.Key.Key_S)
    [child] = rows(inbox.register, Child)
    assert child.dob == date(2012, 3, 12)
    assert [row.lines for row in rows(inbox.register, ChildAddress)] == [["8 Low Street", "Harrow"]]


@pytest.mark.feature("F6")
@pytest.mark.feature("F37")
def test_a_joiner_closes_the_open_case_in_one_key(qtbot: QtBot, inbox: Inbox) -> None:
    ref = known_child(inbox)
    inbox.put(joiner_file(Pupil(upn=UPN, leaving="2026-11-20")))
    screen = inbox.show()
    assert screen.review.model.second == {"close"}
    press(qtbot, screen, Qt.Key.Key_S)
    [case] = rows(inbox.register, Episode)
    assert (case.closed_on, case.placed_school_urn, case.placed_on) == (
        inbox.register.clock.today(),
        PRIMARY,
        date(2026, 11, 20),
    )
    assert inbox.bench.said == [f"Amara Kamara: same child as {ref}, case closed"]


def test_a_joiner_who_starts_later_leaves_the_case_open(qtbot: QtBot, inbox: Inbox) -> None:
    known_child(inbox)
    inbox.put(joiner_file(Pupil(upn=UPN, leaving="2026-12-07")))
    screen = inbox.show()
    assert screen.review.model.second == frozenset()
    press(qtbot, screen, Qt.Key.Key_S)
    assert rows(inbox.register, Episode)[0].closed_on is None


def test_other_possible_children_are_compared_and_the_match_is_counted(qtbot: QtBot, inbox: Inbox) -> None:
    known_child(inbox, upns=())
    make_case(inbox.register, child=child_facts(forename="Amaara", upns=(), dob=date(2012, 2, 3)))
    inbox.put(leaver_file(Pupil(dob="2012-02-03")))
    screen = inbox.show()
    first = screen.presenter.known
    assert first is not None
    assert screen.review.others.words().startswith("1 other possible child: ")
    screen.review.others.setFocus()
    press(qtbot, screen, Qt.Key.Key_Return)
    second = screen.presenter.known
    assert second is not None
    assert second.child_id != first.child_id
    screen.review.why.setFocus()
    press(qtbot, screen, Qt.Key.Key_Return)
    dialog = dialog_of(screen, CountedDialog)
    assert isinstance(dialog, CountedDialog)
    assert dialog.isVisible()
    press(qtbot, screen, Qt.Key.Key_Escape)
    assert screen.window().focusWidget() is screen.review.why
    screen.presenter.answer("match")
    walk.settle()
    assert rows(inbox.register, StagedPupil)[0].child_id == second.child_id


@pytest.mark.feature("F14")
def test_all_same_children_are_accepted_as_one_act(qtbot: QtBot, inbox: Inbox) -> None:
    known_child(inbox)
    other = make_upn("310201529002")
    make_case(inbox.register, child=child_facts("Nowak", "Jan", upns=(other,), dob=date(2018, 5, 4), sex="M"))
    inbox.put(leaver_file(Pupil(upn=UPN), new_pupil(forename="Zola", postcode="HA9 9ZZ", dob="2014-01-01"), number=1))
    inbox.put(joiner_file(Pupil("Nowak", "Jan", "2018-05-04", "M", other), number=2))
    screen = inbox.show()
    assert screen.accept_all.text() == "Accept 2 same children"
    press(qtbot, screen, Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    assert inbox.bench.said == ["2 same children accepted. No case was closed."]
    assert [row.decision for row in rows(inbox.register, StagedPupil)] == ["match", None, "match"]
    assert all(case.closed_on is None for case in rows(inbox.register, Episode))
    assert not screen.accept_all.isVisible()
    last_undo(inbox)
    assert [row.decision for row in rows(inbox.register, StagedPupil)] == [None, None, None]


@pytest.mark.feature("F18")
def test_likely_brothers_and_sisters_are_offered_and_linked_at_once(inbox: Inbox) -> None:
    known_child(inbox)
    inbox.put(leaver_file(new_pupil(forename="Bina", dob="2015-01-01")))
    screen = inbox.show()
    screen.presenter.answer("new")
    walk.settle()
    banner = screen.banner
    assert banner is not None
    assert banner.words.text() == "Bina Kamara may be a brother or sister of Amara Kamara."
    assert banner.button is not None
    banner.button.click()
    assert len(rows(inbox.register, SiblingLink)) == 1
    assert screen.banner is None


@pytest.mark.feature("F2")
def test_a_file_s_report_tells_each_pupil_and_value(qtbot: QtBot, inbox: Inbox) -> None:
    inbox.put(leaver_file(Pupil(upn="H801200001002"), new_pupil(forename="Zola", postcode="HA9 9ZZ")))
    screen = inbox.show()
    assert screen.review.report.words()
    screen.review.report.setFocus()
    press(qtbot, screen, Qt.Key.Key_Return)
    dialog = dialog_of(screen, ReportDialog)
    assert isinstance(dialog, ReportDialog)
    texts = [label.text() for label in dialog.findChildren(walk.QLabel)]
    assert any(text.startswith("Pupil 1, Amara Kamara: ") for text in texts)
    dialog.reject()


# Problem files


@pytest.mark.feature("F1")
def test_a_problem_file_is_copied_out_with_a_reason_and_settled(qtbot: QtBot, inbox: Inbox, tmp_path: Path) -> None:
    inbox.put(BROKEN)
    screen = inbox.show()
    assert [type(line).__name__ for line in screen.folder.model.lines] == ["ProblemHead", "ProblemLine"]
    screen.folder.list.setFocus()
    press(qtbot, screen, Qt.Key.Key_Return)
    page = screen.review.place.findChild(ProblemPage)
    assert page is not None
    assert page.copy.hasFocus()
    press(qtbot, screen, Qt.Key.Key_Return)
    dialog = dialog_of(screen, ReasonDialog)
    assert isinstance(dialog, ReasonDialog)
    press(qtbot, screen, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert dialog.form.fields["reason"].error == "Say why a copy is needed"
    inbox.chooser.copy = str(tmp_path / "copy.xml")
    qtbot.keyClicks(dialog.reason, "the school asked for it")
    dialog.go_on.click()
    walk.settle()
    assert (tmp_path / "copy.xml").read_bytes() == BROKEN[1]
    assert [event.reason for event in inbox.bench.events("access.file")] == ["the school asked for it"]

    page.settle.click()
    settle = dialog_of(screen, ReasonDialog)
    assert isinstance(settle, ReasonDialog)
    qtbot.keyClicks(settle.reason, "asked the school to send it again")
    settle.go_on.click()
    walk.settle()
    assert rows(inbox.register, SourceFile)[0].problem_settled_at is not None
    assert isinstance(screen.stack.currentWidget().findChild(Empty), Empty)


def test_the_painted_link_of_a_problem_file_can_be_pressed(qtbot: QtBot, inbox: Inbox) -> None:
    inbox.put(BROKEN)
    screen = inbox.show()
    files = screen.folder.list
    row = next(n for n, line in enumerate(screen.folder.model.lines) if isinstance(line, ProblemLine))
    area = files.delegate.link_area(files.visualRect(screen.folder.model.index(row)))
    qtbot.mouseMove(files.viewport(), area.center())
    qtbot.mouseClick(files.viewport(), Qt.MouseButton.LeftButton, pos=area.center())
    assert screen.findChildren(ReasonDialog)
    qtbot.mouseClick(files.viewport(), Qt.MouseButton.LeftButton, pos=area.center() + QPoint(120, 0))
    assert len(screen.findChildren(ReasonDialog)) == 1


def test_problems_and_pupils_can_be_gone_to(inbox: Inbox) -> None:
    inbox.put(BROKEN, leaver_file(new_pupil(forename="A1", dob="2013-01-01"), new_pupil(forename="B1")))
    [first, second] = rows(inbox.register, StagedPupil)
    screen = inbox.show()
    screen.show_what("problems")
    walk.settle()
    assert screen.review.place.findChild(ProblemPage) is not None
    screen.show_what(f"pupil:{second.id}")
    walk.settle()
    assert screen.presenter.item is not None
    assert screen.presenter.item.id == second.id
    screen.show_what(f"file:{first.source_file_id}")
    screen.show_what("nothing:known")
    walk.settle()
    assert screen.presenter.file_id == first.source_file_id
    screen.show_what("pupil:999")
    walk.settle()
    assert screen.banner is not None


# Folder and imports


def test_the_foot_says_what_becomes_of_files_and_changes_the_folder(inbox: Inbox, tmp_path: Path) -> None:
    screen = inbox.show()
    assert screen.folder.truth.words().startswith("Files are sealed in the register, then deleted from ")
    other = tmp_path / "Dropbox" / "In"
    other.mkdir(parents=True)
    inbox.chooser.folder = str(other)
    looked: list[bool] = []
    inbox.bench.desk.look_wanted.connect(lambda: looked.append(True))
    screen.files.change_folder()
    walk.settle()
    assert inbox.importer.folder == str(other)
    assert looked == [True]
    assert screen.banner is not None
    assert "copied to the cloud" in screen.banner.words.text()
    inbox.chooser.folder = str(inbox.register.folder)
    screen.files.change_folder()
    assert inbox.bench.said[-1].startswith("The register itself lies there.")
    inbox.chooser.folder = ""
    screen.files.change_folder()
    assert inbox.importer.folder == str(other)


def test_without_a_folder_it_says_so_and_offers_to_choose_one(make_inbox: MakeInbox) -> None:
    inbox = make_inbox(watched=False)
    screen = inbox.show()
    assert screen.folder.truth.words() == "No folder is watched, so files are taken in by hand only."
    empty = screen.stack.currentWidget().findChild(Empty)
    assert isinstance(empty, Empty)
    assert empty.words.text() == "Choose the folder where they arrive."


@pytest.mark.feature("F1")
def test_a_file_chosen_by_hand_is_taken_in_told_and_undone(inbox: Inbox, tmp_path: Path) -> None:
    name, data = leaver_file(new_pupil())
    (tmp_path / name).write_bytes(data)
    screen = inbox.show()
    inbox.chooser.files = [str(tmp_path / name)]
    screen.take.click()
    walk.settle()
    assert screen.banner is not None
    assert screen.banner.words.text() == "1 S2S file came in, 1 pupil to decide."
    assert screen.undo.look.key == "Ctrl+Z"
    assert screen.undo.isVisible()
    assert screen.banner.button is not None
    screen.banner.button.click()
    walk.settle()
    assert rows(inbox.register, SourceFile) == []
    assert inbox.bench.said[-1] == "1 import undone: the register is as it was before."
    assert not screen.undo.isVisible()
    assert (tmp_path / name).exists()


def test_an_import_undone_by_its_key_is_not_offered_again(inbox: Inbox, tmp_path: Path) -> None:
    name, data = leaver_file(new_pupil())
    (tmp_path / name).write_bytes(data)
    screen = inbox.show()
    inbox.chooser.files = [str(tmp_path / name)]
    screen.take.click()
    walk.settle()
    assert screen.undo.isVisible()
    last_undo(inbox)
    assert not screen.undo.isVisible()
    assert inbox.importer.last is None


def test_undoing_what_came_from_the_folder_saves_a_copy_first(qtbot: QtBot, inbox: Inbox, tmp_path: Path) -> None:
    name, data = leaver_file(new_pupil())
    outcomes = inbox.put((name, data), from_folder=True)
    screen = inbox.show()
    inbox.importer.last = replace(_summary(outcomes), by_hand=False)
    screen.files.ask_undo()
    page = screen.stack.currentWidget()
    assert isinstance(page, Interruption)
    assert page.go_back.hasFocus()
    press(qtbot, screen, Qt.Key.Key_Escape)
    assert screen.stack.currentWidget() is not page
    screen.files.ask_undo()
    again = screen.stack.currentWidget()
    assert isinstance(again, Interruption)
    again.go_on.click()
    assert len(rows(inbox.register, SourceFile)) == 1
    inbox.chooser.copy = str(tmp_path / "kept.xml")
    again.go_on.click()
    walk.settle()
    assert (tmp_path / "kept.xml").read_bytes() == data
    assert rows(inbox.register, SourceFile) == []


def test_several_files_are_saved_to_a_folder_before_their_import_is_undone(inbox: Inbox, tmp_path: Path) -> None:
    outcomes = inbox.put(
        leaver_file(new_pupil(), number=1), leaver_file(new_pupil(forename="Bo"), number=2), from_folder=True
    )
    screen = inbox.show()
    inbox.importer.last = _summary(outcomes)
    screen.files.ask_undo()
    page = screen.stack.currentWidget()
    assert isinstance(page, Interruption)
    inbox.chooser.folder = str(tmp_path)
    page.go_on.click()
    walk.settle()
    assert sorted(path.name for path in tmp_path.glob("*.xml")) == sorted(outcome.name for outcome in outcomes)
    assert rows(inbox.register, SourceFile) == []


def _summary(outcomes: list[object]) -> object:
    from cme_desktop.ui.inbox.importer import ImportSummary

    return ImportSummary(tuple(outcomes))  # type: ignore[arg-type]  # outcomes of take


def test_an_import_that_was_built_on_is_not_undone_and_says_why(inbox: Inbox, tmp_path: Path) -> None:
    name, data = leaver_file(new_pupil())
    (tmp_path / name).write_bytes(data)
    screen = inbox.show()
    inbox.chooser.files = [str(tmp_path / name)]
    screen.take.click()
    walk.settle()
    screen.presenter.answer("new")
    walk.settle()
    assert screen.undo.look.key == ""
    screen.undo.click()
    walk.settle()
    assert screen.banner is not None
    assert "has been changed again since" in screen.banner.words.text()
    assert len(rows(inbox.register, SourceFile)) == 1


# Refusals and roles


def test_a_new_child_is_refused_while_a_match_was_not_shown(qtbot: QtBot, inbox: Inbox) -> None:
    inbox.put(leaver_file(Pupil(upn=UPN)))
    screen = inbox.show()
    assert inbox.title() == "A new child."
    known_child(inbox)
    press(qtbot, screen, Qt.Key.Key_N)
    assert screen.banner is not None
    assert screen.banner.words.text().startswith("Since this file came in, a child was entered")
    assert inbox.title() == "The same child."


@pytest.mark.feature("F72")
def test_a_manager_reads_and_decides_nothing(qtbot: QtBot, make_inbox: MakeInbox) -> None:
    inbox = make_inbox("manager")
    inbox.put(leaver_file(new_pupil()), BROKEN)
    screen = inbox.show()
    assert screen.review.answers.words.text() == "An officer answers. You can read what waits."
    for key in (Qt.Key.Key_S, Qt.Key.Key_N, Qt.Key.Key_X, Qt.Key.Key_C, Qt.Key.Key_L):
        press(qtbot, screen, key)
    screen.presenter.answer("new")
    assert rows(inbox.register, StagedPupil)[0].decision is None
    assert not screen.take.isVisible()
    screen.show_what("problems")
    walk.settle()
    page = screen.review.place.findChild(ProblemPage)
    assert page is not None
    assert not page.copy.isVisibleTo(page)


def test_an_administrator_is_told_that_the_page_is_for_others(make_inbox: MakeInbox) -> None:
    inbox = make_inbox("administrator")
    screen = inbox.show()
    assert isinstance(screen.stack.currentWidget(), NotAllowedPage)


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
