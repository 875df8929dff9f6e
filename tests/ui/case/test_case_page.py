"""The case page: the look is recorded before anything is shown, and everything has a key."""

from __future__ import annotations

from datetime import date

import pytest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from cme_desktop.casework import children, risk
from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.risk import AnswerEntry
from cme_desktop.ui.case.risk.said import unanswered_danger
from cme_desktop.ui.case.tabs.overview import OverviewTab
from cme_desktop.ui.desk import LOG
from cme_desktop.ui.widgets.states import LOADING_AFTER, Empty, Interruption, NotAllowedPage
from tests.ui import walk
from tests.ui.case.conftest import MakeStage
from tests.ui.case.stage import Stage, focus, press

OPENED = "access.open-case"


@pytest.mark.feature("F74")
def test_a_look_is_recorded_once_and_before_the_case_is_shown(set_stage: MakeStage) -> None:
    stage = set_stage(open_it=False, held=True)
    stage.screen.open_case(stage.ref)
    assert stage.screen.case is None
    assert not stage.screen.bar.isVisible()
    stage.runner.release()
    walk.settle()
    shown = stage.screen.case
    assert shown is not None
    assert [event.seq for event in stage.events(OPENED)] == [shown.receipt.seq]
    stage.desk.cases_changed.emit((stage.ref,))
    stage.runner.release()
    assert stage.screen.case is not shown
    assert len(stage.events(OPENED)) == 1, "reading the open case anew is no second look"
    stage.screen.open_case(stage.ref)
    stage.runner.release()
    assert len(stage.events(OPENED)) == 2


def test_the_identity_bar_says_who_and_where(stage: Stage) -> None:
    bar = stage.screen.bar
    assert bar.name.text() == "Amara KAMARA"
    assert bar.age.text() == "14, Year 10"
    assert [look.text for look in bar.tags()] == ["Open: whereabouts unknown", "Not rated: 22 not asked yet"]
    assert bar.school.text() + bar.off_roll.text() == "Example High School off roll 3 Nov"
    assert bar.days.text() == "Day 21 of 28"
    assert bar.review.text() == "review Tue 1 Dec"
    for words in ("Amara Kamara", "born 2 Mar 2012, age 14", "8 Low Street", "Day 21 of 28"):
        assert words in bar.accessibleName()


def test_a_late_review_has_the_danger_colour_in_the_identity_bar(stage: Stage) -> None:
    bar = stage.screen.bar
    assert stage.screen.case is not None
    assert bar.review.tone == "text"
    bar.show_case(stage.screen.case, date(2026, 12, 2))
    assert (bar.review.text(), bar.review.tone) == ("review was due Tue 1 Dec", "danger")
    assert "review was due Tue 1 Dec" in bar.accessibleName()


def test_the_tabs_count_what_they_hold(stage: Stage) -> None:
    tabs = stage.screen.tabs
    names = [tabs.accessibleTabName(place) for place in range(tabs.count())]
    assert "Enquiries 3" in names
    assert "Risk 0 of 22" in names
    assert "Order process" not in names, "no tab stands where nothing is built"


def test_a_confidential_address_says_so(stage: Stage) -> None:
    children.hide_address(stage.register.store, stage.register.officer, stage.ref, confidential=True, reason="Refuge")
    stage.screen.refresh()
    assert stage.screen.bar.address.text().endswith("(confidential)")


def test_keys_open_and_close_forms_and_go_round_the_tabs(stage: Stage) -> None:
    press("L")
    assert stage.panel.accessibleName() == "Log enquiry"
    press("Esc")
    assert stage.screen.acts.panel is None
    press("N")
    assert stage.panel.accessibleName() == "Add note"
    press("Esc", "P")
    assert stage.letters == [(stage.ref, "")]
    seen = [stage.screen.tabs.key()]
    for _ in range(stage.screen.tabs.count() - 1):
        press("Ctrl+Tab")
        seen.append(stage.screen.tabs.key())
    assert seen == ["overview", "timeline", "enquiries", "risk", "people", "documents", "history"]
    press("Ctrl+Tab")
    assert stage.screen.tabs.key() == "overview"
    assert stage.screen.go_back()
    assert stage.went_back == [True]


def test_a_form_that_is_open_stays_when_another_is_asked_for(stage: Stage) -> None:
    press("L")
    stage.panel.form.fields["asked"].editor.setText("Housing")
    before = stage.panel
    stage.screen.acts.add_note()
    assert stage.panel is before
    assert focus() is before.first_field()


def test_going_back_first_closes_what_lies_over_the_page(stage: Stage) -> None:
    press("L")
    assert stage.screen.go_back()
    assert stage.screen.acts.panel is None
    assert stage.went_back == []


def test_the_enquiry_form_can_be_opened_at_once(set_stage: MakeStage) -> None:
    stage = set_stage(LOG)
    assert stage.panel.accessibleName() == "Log enquiry"


def test_a_tab_and_what_to_show_in_it_can_be_asked_for(set_stage: MakeStage) -> None:
    stage = set_stage("risk:15")
    assert stage.screen.tabs.key() == "risk"
    assert not stage.screen.toolbar.isVisible(), "the questions need the height"
    tab = stage.screen.stack.currentWidget()
    assert tab.question.text().startswith("Is the child at risk due to FGM")


def test_an_unknown_case_is_said_and_leads_back(stage: Stage) -> None:
    stage.screen.open_case("CME-2026-99999")
    empty = stage.window.findChild(Empty)
    assert empty is not None
    assert empty.title.text() == "This case is not in the register"
    assert "Look it up by name" in empty.words.text()


@pytest.mark.feature("F77")
def test_a_restricted_case_asks_why_and_keeps_the_reason(stage: Stage) -> None:
    store, me = stage.register.store, stage.register.officer
    children.restrict(store, me, stage.ref, restricted=True, reason="Child of a colleague")
    stage.screen.open_case("CME-2026-99999")
    stage.screen.open_case(stage.ref)
    ask = stage.window.findChild(Interruption)
    assert ask is not None
    assert stage.screen.case is None
    assert not ask.go_on.isEnabled()
    ask.reason.setPlainText("The manager asked me to check the address")
    ask.go_on.click()
    assert stage.screen.case is not None
    assert stage.screen.bar.restricted.isVisible()
    assert stage.events(OPENED)[-1].reason == "The manager asked me to check the address"


def test_who_may_not_read_cases_is_told_why(set_stage: MakeStage) -> None:
    stage = set_stage(who="administrator")
    page = stage.window.findChild(NotAllowedPage)
    assert page is not None
    assert "an officer or a manager" in page.words.text()


def test_loading_shows_nothing_at_first(set_stage: MakeStage, qtbot: QtBot) -> None:
    stage = set_stage(held=True)
    assert stage.screen._loading.isVisible()
    qtbot.waitUntil(lambda: stage.screen._loading._visible, timeout=LOADING_AFTER * 10)


def test_a_closed_case_offers_to_open_it_again(stage: Stage) -> None:
    store, me = stage.register.store, stage.register.officer
    close_case(store, me, stage.ref, CloseCase("moved-abroad", "Boarding passes seen"))
    stage.screen.refresh()
    words = [action.text() for action in stage.screen.menu.actions()]
    assert "Open again" in words
    assert "Close case" not in words
    assert stage.screen.bar.status.text() == "Closed: moved abroad, verified"
    assert stage.screen.bar.days.text() == "Closed 24 Nov 2026"


@pytest.mark.feature("F42")
def test_an_answer_of_which_nobody_was_told_stays_in_red(stage: Stage) -> None:
    store, me = stage.register.store, stage.register.officer
    risk.answer_question(store, me, stage.ref, AnswerEntry(4, "not-sure"))
    stage.screen.refresh()
    case = stage.screen.case
    assert case is not None
    assert unanswered_danger(case.assessment) == 4
    banner = stage.screen._banner_holder.itemAt(0).widget()
    assert "Question 4 says the child may be in danger" in banner.accessibleName()


def test_the_manager_reads_everything_and_may_only_comment(set_stage: MakeStage) -> None:
    stage = set_stage(who="manager")
    screen = stage.screen
    assert not screen.log_button.isVisible()
    assert not screen.letter_button.isVisible()
    assert not screen.more_button.isVisible()
    assert screen.note_button.text() == "Add comment"
    assert screen.reads.text() == "You read this case. You can comment, approve and refuse."
    press("L")
    assert screen.acts.panel is None
    press("N")
    stage.panel.form.fields["words"].editor.setPlainText("Please ring the aunt as well.")
    press("Ctrl+S")
    assert stage.said == ["Comment added"]
    rows = screen.case.page.events if screen.case is not None else ()
    assert rows[0].title == "Comment by Bernard Hall"


@pytest.mark.parametrize("tab", ["overview", "timeline", "enquiries", "risk", "people", "documents", "history"])
def test_every_tab_can_be_walked_by_keyboard_and_read_aloud(set_stage: MakeStage, qtbot: QtBot, tab: str) -> None:
    stage = set_stage(tab)
    walk.check(qtbot, stage.screen)


def test_the_lists_keep_what_qt_asks_of_a_model(stage: Stage, qtmodeltester: ModelTester) -> None:
    overview = stage.screen.stack.currentWidget()
    assert isinstance(overview, OverviewTab)
    qtmodeltester.check(overview.timeline.model)
    qtmodeltester.check(overview.steps.list.steps)


def test_the_page_names_its_keys(stage: Stage) -> None:
    keys = dict(stage.screen.keys())
    assert keys["L"] == "Log enquiry"
    assert keys["D, U"] == "Mark the step as done, put it off"
    stage.screen.show_tab("risk")
    assert dict(stage.screen.keys())["1, 2, 3"] == "Yes, No, Not sure"
