"""The inbox at work: the officer goes through what came in by keyboard, on a real register."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cme_desktop.models.child import Child, ChildAddress, SiblingLink
from cme_desktop.models.episode import Episode
from cme_desktop.models.intake import NotSame, StagedPupil
from cme_desktop.ui.inbox.compare import DOB
from cme_desktop.ui.inbox.dialogs import CountedDialog, ReportDialog
from cme_desktop.ui.inbox.review import ProblemPage
from cme_desktop.ui.widgets.buttons import Kind
from cme_desktop.ui.widgets.states import Empty, NotAllowedPage
from tests.casework.look import rows
from tests.casework.s2s import Pupil, joiner_file, leaver_file, new_pupil
from tests.factories import PRIMARY, child_facts, make_case, make_upn
from tests.ui import walk
from tests.ui.inbox.conftest import Inbox, MakeInbox
from tests.ui.inbox.helpers import BROKEN, UPN, dialog_of, known_child, last_undo, press


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
    tabs = screen.review.pupils.tabs
    said = set()
    for place in range(tabs.count()):
        tabs.setCurrentIndex(place)
        walk.settle()
        said.add(screen.review.report.words())
    assert any(
        " on how this file was read: what was put right, set aside or is to be looked at." in one for one in said
    )


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
