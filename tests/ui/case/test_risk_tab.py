"""The 22 questions by keyboard: answered, taken up again, kept in versions, rated only when all are answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cme_desktop import shipped
from cme_desktop.casework import drafts, risk
from cme_desktop.casework.risk import AnswerEntry, ResponseEntry
from cme_desktop.domain.risk import Answer
from cme_desktop.models.order import Approval
from cme_desktop.models.timeline import RiskAnswer, RiskAssessment, RiskResponse
from cme_desktop.ui.case.risk import said
from cme_desktop.ui.case.risk.danger import DangerScreen
from cme_desktop.ui.case.risk.dialogs import ChangesDialog, PolicyDialog
from cme_desktop.ui.case.risk.questions import ANSWER, QuestionList
from cme_desktop.ui.case.risk.tab import RiskTab
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.feedback import Banner
from tests.casework.look import episode, rows
from tests.factories import TODAY
from tests.ui import walk
from tests.ui.case.conftest import MakeStage
from tests.ui.case.stage import Stage, focus, press, write


@pytest.fixture
def stage(set_stage: MakeStage) -> Stage:
    """Return the officer's window with the risk questions in front."""
    return set_stage("risk")


def tab(stage: Stage) -> RiskTab:
    """Return the tab."""
    found = stage.screen.stack.currentWidget()
    assert isinstance(found, RiskTab)
    return found


def banner(stage: Stage) -> Banner | None:
    """Return the banner under the answers."""
    item = tab(stage)._banner_box.itemAt(0)
    widget = item.widget() if item is not None else None
    assert widget is None or isinstance(widget, Banner)
    return widget


def answer_all(stage: Stage, answer: str = "no", **others: str) -> None:
    """Answer all questions through the casework, some otherwise."""
    for number in range(1, 23):
        entry = AnswerEntry(number, others.get(f"q{number}", answer))
        risk.answer_question(stage.register.store, stage.register.officer, stage.ref, entry)
    stage.screen.refresh()


@pytest.mark.feature("F38")
@pytest.mark.rule("SD72")
def test_all_22_are_answered_by_keyboard_and_the_case_is_rated(stage: Stage) -> None:
    asked = []
    for _ in range(22):
        asked.append(tab(stage).question.text())
        press("2", "Ctrl+Enter")
    assert asked == [one.text for one in shipped.questions().questions], "the policy's words, in its order"
    assert tab(stage).progress.text() == "all 22 answered"
    assert stage.screen.bar.risk.text() == "Standard risk"
    assert episode(stage.register, stage.ref).risk == "standard"
    assert tab(stage).rating.text() == "Standard risk"


@pytest.mark.feature("F41")
def test_nothing_is_chosen_beforehand_and_nothing_rated_before_the_end(stage: Stage) -> None:
    questions = tab(stage).list.questions
    assert tab(stage).answers.answer() is None
    said_of = [questions.data(questions.index(row), ANSWER) for row in range(22)]
    assert said_of == [None] * 22
    assert tab(stage).rating.text() == "Rated when all 22 are answered"
    press("Ctrl+Enter")
    assert stage.said == ["Answer Yes, No or Not sure first: press 1, 2 or 3."]
    assert rows(stage.register, RiskAnswer) == []
    press("2", "Ctrl+Enter")
    assert stage.screen.bar.risk.text() == "Not rated: 21 not asked yet"


@pytest.mark.feature("F39")
@pytest.mark.rule("SD73")
def test_yes_and_not_sure_bring_the_advice_at_once(stage: Stage) -> None:
    press("3")
    shown = banner(stage)
    assert shown is not None
    assert shown.words.text() == "Discuss with the safeguarding lead or your manager"
    assert focus() is tab(stage).evidence
    write("Seen at a neighbour’s house")
    assert rows(stage.register, RiskAnswer) == [], "nothing is saved yet"
    assert shown.button is not None
    shown.button.click()
    row = rows(stage.register, RiskAnswer)[0]
    assert (row.answer, row.evidence) == ("not-sure", "Seen at a neighbour’s house")
    assert stage.panel.accessibleName() == "Record the discussion"
    fields = stage.panel.form.fields
    fields["outcome"].editor.pick("discussed")
    fields["told"].editor.setText("B. Hall, manager")
    fields["contact"].editor.setText("020 7946 0400")
    press("Ctrl+S")
    done = rows(stage.register, RiskResponse)[0]
    assert (done.outcome, done.told) == ("discussed", "B. Hall, manager")
    after = banner(stage)
    assert after is not None
    assert "B. Hall, manager" in after.accessibleName()


def test_no_action_needs_ten_letters_of_reason(stage: Stage) -> None:
    press("1", "Ctrl+Enter")
    stage.screen.acts.record_discussion(1)
    fields = stage.panel.form.fields
    fields["outcome"].editor.pick("no-action")
    assert not fields["told"].isVisible()
    fields["reason"].editor.setText("known")
    press("Ctrl+S")
    assert fields["reason"].error == "Say why no action was taken, in at least 10 characters"
    fields["reason"].editor.setText("Closed by social care in 2019")
    press("Ctrl+S")
    assert rows(stage.register, RiskResponse)[0].reason == "Closed by social care in 2019"


def test_no_brings_no_banner(stage: Stage) -> None:
    press("2")
    assert banner(stage) is None


@pytest.mark.feature("F42")
def test_an_immediate_answer_is_red_at_once_and_opens_the_danger_screen_when_saved(stage: Stage) -> None:
    tab(stage).list.go_to(3)
    press("1")
    shown = banner(stage)
    assert shown is not None
    assert shown.words.text() == "Tell MASH now, and call the case or duty social worker"
    assert "In danger now: 999" in shown.accessibleName()
    assert stage.window.cover_shown is None
    press("Ctrl+Enter")
    cover = stage.window.cover_shown
    assert isinstance(cover, DangerScreen)
    assert tab(stage).list.number() == 4, "the questions go on below it"
    assert focus() is cover.told, "and the keys reach only the danger screen"


def test_the_answer_carries_who_gave_it_to_the_next_question(stage: Stage) -> None:
    tab(stage).list.go_to(6)
    press("2")
    tab(stage).name.setFocus()
    write("R. Mensah, social worker")
    press("Ctrl+Enter")
    assert rows(stage.register, RiskAnswer)[0].told_by == "Professional: R. Mensah, social worker"
    assert tab(stage).name.text() == "R. Mensah, social worker"
    press("2", "Ctrl+Enter")
    assert rows(stage.register, RiskAnswer)[1].told_by == "Professional: R. Mensah, social worker"


def test_news_from_elsewhere_takes_nothing_of_what_is_typed(stage: Stage) -> None:
    tab(stage).name.setText("R. Mensah")
    stage.desk.cases_changed.emit(None)
    assert tab(stage).name.text() == "R. Mensah"
    tab(stage).answers.choose(Answer.YES)
    tab(stage).evidence.setText("Half a sen")
    stage.desk.cases_changed.emit(None)
    assert tab(stage).evidence.text() == "Half a sen"
    assert tab(stage).answers.answer() is Answer.YES


def test_moving_on_in_the_list_saves_what_was_answered(stage: Stage) -> None:
    tab(stage).list.setFocus()
    press("2", "J")
    assert [row.question for row in rows(stage.register, RiskAnswer)] == [1]
    assert tab(stage).list.number() == 2
    press("K")
    assert tab(stage).answers.answer() is Answer.NO
    press("J", "J", "Ctrl+Tab")
    assert [row.question for row in rows(stage.register, RiskAnswer)] == [1], "a question without an answer stays open"


@pytest.mark.feature("F38")
def test_the_questions_are_taken_up_where_they_were_left(stage: Stage, set_stage: MakeStage) -> None:
    press("2", "Ctrl+Enter", "2", "Ctrl+Enter")
    again = set_stage("risk")
    assert tab(again).list.number() == 3
    assert tab(again).progress.text() == "2 answered, 20 to ask"


@pytest.mark.feature("F88")
def test_an_unsaved_answer_survives_a_lock(stage: Stage, set_stage: MakeStage) -> None:
    tab(stage).list.go_to(7)
    tab(stage).evidence.setFocus()
    write("Three addresses since May")
    stage.desk.keep_wanted.emit()
    assert rows(stage.register, RiskAnswer) == [], "words without an answer answer nothing"
    again = set_stage("risk")
    assert tab(again).list.number() == 7
    assert tab(again).evidence.text() == "Three addresses since May"
    tab(again).answers.focus().setFocus()
    press("1", "Ctrl+Enter")
    assert drafts.own_drafts(stage.register.store, stage.register.officer) == ()


@pytest.mark.feature("F40")
def test_a_later_assessment_is_a_new_version_and_says_what_changed(stage: Stage) -> None:
    answer_all(stage)
    stage.register.clock.moment += timedelta(days=9)
    tab(stage).list.go_to(5)
    assert "Another answer begins a new assessment" in tab(stage).last.words()
    tab(stage).answers.focus().setFocus()
    press("1", "Ctrl+Enter")
    assert [row.version for row in rows(stage.register, RiskAssessment)] == [1, 2]
    assert tab(stage).progress.text() == "1 answered, 21 to ask"
    tab(stage).list.go_to(5)
    assert tab(stage).last.words() == "Last assessment, 24 Nov: No."
    tab(stage).last.setFocus()
    press("Enter")
    dialog = tab(stage).findChild(ChangesDialog)
    assert dialog is not None
    case = stage.screen.case
    assert case is not None
    changes = said.changes_of(shipped.questions(), case.risk.last_finished, case.assessment)
    assert [change.says() for change in changes] == ["5. Previous concerns: No before, Yes now"]
    dialog.reject()


@pytest.mark.feature("F97")
def test_f1_shows_what_the_policy_asks_at_the_question(stage: Stage) -> None:
    tab(stage).list.go_to(15)
    assert stage.screen.show_help()
    dialog = tab(stage).findChild(PolicyDialog)
    assert dialog is not None
    dialog.reject()


@pytest.mark.feature("F41")
def test_raising_holds_at_once_and_lowering_is_asked_of_the_manager(stage: Stage) -> None:
    answer_all(stage, q5="yes")
    stage.screen.acts.change_rating()
    fields = stage.panel.form.fields
    fields["rating"].editor.pick("high")
    fields["reason"].editor.setText("Seen with an adult of concern")
    press("Ctrl+S")
    assert stage.screen.bar.risk.text() == "High risk"
    stage.screen.acts.change_rating()
    fields = stage.panel.form.fields
    fields["rating"].editor.pick("medium")
    assert stage.panel.save_button.text() == "Ask the manager"
    fields["reason"].editor.setText("That adult was an uncle")
    press("Ctrl+S")
    assert stage.screen.bar.risk.text() == "High risk"
    assert [row.kind for row in rows(stage.register, Approval)] == ["risk-lower"]
    assert stage.said[-1] == "Asked the manager: Medium risk"


def test_the_manager_reads_the_answers(set_stage: MakeStage) -> None:
    stage = set_stage("risk", who="manager")
    assert not any(button.isEnabled() for button in tab(stage).answers.buttons)
    assert tab(stage).read_only.text() == "You read the answers: an officer gives them."
    assert not tab(stage).save_button.isVisible()
    assert focus() is tab(stage).list
    press("J", "1")
    assert rows(stage.register, RiskAnswer) == []


def test_a_refused_answer_says_why_and_is_not_taken_as_saved(stage: Stage) -> None:
    press("2")
    tab(stage).day.set_day(TODAY + timedelta(days=1))
    press("Ctrl+Enter")
    assert stage.said == ["An answer was given today or earlier. Choose another day."]
    assert rows(stage.register, RiskAnswer) == []


def test_the_list_is_a_sound_model(stage: Stage, qtmodeltester) -> None:  # type: ignore[no-untyped-def]
    questions = tab(stage).list
    assert isinstance(questions, QuestionList)
    qtmodeltester.check(questions.questions)
    spoken = questions.questions.data(questions.questions.index(2), 11)
    assert spoken is None or isinstance(spoken, str)


def test_words_of_who_answered_are_read_back() -> None:
    for kind, label in said.WHO:
        assert said.read_told_by(said.told_by(kind, "R. Mensah")) == (kind, "R. Mensah")
        assert said.read_told_by(label) == (kind, "")
    assert said.read_told_by("Example High School") == ("professional", "Example High School")


def test_what_was_done_is_said_with_whom_and_when(stage: Stage) -> None:
    store, me = stage.register.store, stage.register.officer
    risk.answer_question(store, me, stage.ref, AnswerEntry(3, "yes"))
    risk.record_response(
        store, me, stage.ref, ResponseEntry(3, "referred", "MASH: J. Hill", "020 7946 0690", stage.desk.now)
    )
    stage.screen.refresh()
    case = stage.screen.case
    assert case is not None
    done = said.responses_to(case.assessment, 3)
    assert said.response_words(done[0], TODAY) == "Referred, MASH: J. Hill, 24 Nov 10:42"


def test_answers_and_foot_are_whole_on_a_small_screen_with_large_text(set_stage: MakeStage, theme: Theme) -> None:
    stage = set_stage("risk")
    theme.set_text_percent(150)
    stage.window.resize(1310, 692)
    walk.settle()
    assert walk.clipped(stage.screen.stack.currentWidget()) == []
