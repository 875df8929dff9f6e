"""Where each step leads: its form, its tab, its letter, or the danger screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtWidgets import QLabel

from cme_desktop import shipped
from cme_desktop.casework import risk
from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.risk import AnswerEntry
from cme_desktop.register.case_rows import DocumentRow, EventRow, TaskRow
from cme_desktop.ui.case.explaining import dates_of
from cme_desktop.ui.case.opened import CaseTab
from cme_desktop.ui.case.risk.danger import DangerScreen
from cme_desktop.ui.case.tabs.side import DatesCard, DocumentsCard
from cme_desktop.ui.widgets.buttons import Link
from tests.factories import TODAY
from tests.ui import walk
from tests.ui.case.stage import Stage


def step(stage: Stage, rule: str, words: str = "") -> TaskRow:
    """Return the open step of a rule."""
    case = stage.screen.case
    assert case is not None
    wanted = [task for task in case.page.tasks if task.rule == rule and task.state == "open" and words in task.title]
    assert wanted, f"no step of {rule}"
    return wanted[0]


def answer(stage: Stage, number: int, words: str) -> None:
    """Answer a question and look again."""
    risk.answer_question(stage.register.store, stage.register.officer, stage.ref, AnswerEntry(number, words))
    stage.screen.refresh()


@pytest.mark.feature("F42")
def test_a_step_about_danger_opens_the_danger_screen_and_is_never_put_off(stage: Stage) -> None:
    answer(stage, 15, "yes")
    task = step(stage, "SD08", "Tell the police")
    stage.screen.acts.put_off(task)
    assert stage.said == ["This step is about the child’s safety and cannot be put off. Record whom you told."]
    stage.screen.acts.mark_done(task)
    assert stage.said[-1].startswith("Record whom you told, or why nobody was told")
    stage.screen.acts.do_step(task)
    cover = stage.window.cover_shown
    assert isinstance(cover, DangerScreen)
    assert "Question 15" in cover.band_words.text()


@pytest.mark.rule("SD73")
def test_a_step_to_discuss_an_answer_opens_its_form(stage: Stage) -> None:
    answer(stage, 11, "not-sure")
    stage.screen.acts.do_step(step(stage, "SD73"))
    assert stage.panel.accessibleName() == "Record the discussion"
    assert any("Question 11, Vulnerable" in label.text() for label in stage.panel.findChildren(QLabel))


def test_an_answer_that_is_waited_for_leads_to_its_enquiry(stage: Stage) -> None:
    stage.screen.acts.do_step(step(stage, "waiting"))
    assert stage.screen.tabs.key() == "enquiries"


@pytest.mark.rule("SD35")
def test_telling_the_referrer_leads_to_the_closing_letter(stage: Stage) -> None:
    close_case(
        stage.register.store, stage.register.officer, stage.ref, CloseCase("moved-abroad", "Boarding passes seen")
    )
    stage.screen.refresh()
    stage.screen.acts.do_step(step(stage, "SD35"))
    assert stage.letters == [(stage.ref, "L24")]


def test_other_steps_lead_where_they_are_done(stage: Stage) -> None:
    acts, known = stage.screen.acts, step(stage, "SD37")
    acts.do_step(replace(known, rule="SD36", title="Finish the reasonable enquiries"))
    assert stage.screen.tabs.key() == "enquiries"
    acts.do_step(replace(known, rule="F43"))
    assert stage.screen.tabs.key() == "risk"
    acts.do_step(replace(known, rule="F6"))
    assert stage.panel.accessibleName() == "Close case"
    stage.panel.shut()
    acts.do_step(replace(known, rule="SD79"))
    assert stage.panel.accessibleName() == "Log enquiry"
    stage.panel.shut()
    acts.do_step(replace(known, state="done"))
    assert acts.panel is None


def test_a_part_that_is_not_built_is_said(stage: Stage) -> None:
    stage.screen.acts.do_step(replace(step(stage, "SD37"), band="order"))
    assert stage.said == ["This part of the case is not built yet."]
    assert stage.screen.tabs.key() == "overview"


def test_a_line_of_the_timeline_opens_what_it_is_about(stage: Stage) -> None:
    case = stage.screen.case
    assert case is not None
    line: EventRow = case.page.events[0]
    stage.screen.acts.open_event(replace(line, document_id=12))
    assert stage.pages == [("letters", "document:12")]
    stage.screen.acts.open_event(replace(line, kind="risk"))
    assert stage.screen.tabs.key() == "risk"


def test_opening_another_case_keeps_what_was_typed(stage: Stage) -> None:
    from cme_desktop.casework import drafts

    stage.screen.acts.add_note()
    stage.panel.form.fields["words"].editor.setPlainText("Half a sentence")  # type: ignore[attr-defined]
    stage.screen.open_case("CME-2026-99999")
    assert stage.screen.acts.panel is None
    assert drafts.own_drafts(stage.register.store, stage.register.officer) == (f"note:{stage.ref}",)


@pytest.mark.feature("F46")
def test_a_date_that_cannot_be_counted_says_what_is_missing(stage: Stage) -> None:
    case = stage.screen.case
    assert case is not None
    bare = replace(case.calendar, terms=())
    dates = dates_of(replace(case, calendar=bare), TODAY)
    absence = next(one for one in dates if one.title == "20 school days")
    assert absence.day is None
    card = DatesCard(stage.screen.acts, stage.window)
    card.show_case(replace(case, calendar=bare), TODAY)
    words = [label.text() for label in card.findChildren(QLabel)]
    assert "school terms not entered" in words
    assert next(label for label in card.findChildren(QLabel) if label.toolTip()).toolTip() == absence.missing


def test_the_newest_documents_open_from_the_overview(stage: Stage) -> None:
    case = stage.screen.case
    assert case is not None
    at = stage.desk.now
    rows = tuple(
        DocumentRow(number, "L01", "First enquiry letter", "", "", 1, "draft", day, at, None, None, None, 2, "", "")
        for number, day in ((7, TODAY), (8, date(2026, 11, 10)))
    )
    card = DocumentsCard(stage.screen.acts, stage.window)
    card.show_case(replace(case, page=replace(case.page, documents=rows)), TODAY)
    walk.settle()
    assert card.counted.text() == "2"
    links = card.findChildren(Link)
    assert links[0].text() == "First enquiry letter, draft"
    links[0].grab()
    links[0].click()
    assert stage.pages == [("letters", "document:7")]


def test_a_tab_that_does_not_say_how_it_shows_a_case_is_found_at_once(stage: Stage) -> None:
    case = stage.screen.case
    assert case is not None
    with pytest.raises(TypeError, match="does not say how it shows a case"):
        CaseTab().show_case(case)
    assert case.adult(1) is not None
    assert case.adult(99) is None
    assert shipped.questions().question(3).immediate
