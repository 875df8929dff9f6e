"""The danger screen: it stands until a call, or why there was none, is recorded; nothing takes it away silently."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QCloseEvent
from pytestqt.qtbot import QtBot

from cme_desktop import shipped
from cme_desktop.casework import risk
from cme_desktop.casework.reference.policy import change_settings
from cme_desktop.casework.risk import AnswerEntry
from cme_desktop.models.timeline import RiskResponse
from cme_desktop.ui.case.risk.danger import NOT_SET, SAY, DangerScreen
from cme_desktop.ui.case.risk.hours import open_at
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.tags import TrainingTag
from tests.casework.look import rows
from tests.ui import walk
from tests.ui.case.conftest import MakeStage
from tests.ui.case.stage import Stage, focus, press, write


@pytest.fixture
def stage(set_stage: MakeStage) -> Stage:
    """Return the officer's window with question 3 answered Yes and the danger screen over it."""
    made = set_stage("risk:3", open_it=False)
    risk.answer_question(made.register.store, made.register.officer, made.ref, AnswerEntry(3, "yes"))
    made.screen.open_case(made.ref, "risk:3")
    made.screen.show_danger(3)
    walk.settle()
    return made


def danger(stage: Stage) -> DangerScreen:
    """Return the danger screen."""
    cover = stage.window.cover_shown
    assert isinstance(cover, DangerScreen)
    return cover


@pytest.mark.feature("F42")
def test_it_says_whom_to_call(stage: Stage) -> None:
    screen = danger(stage)
    assert screen.accessibleName() == "Amara Kamara may be in danger"
    assert screen.emergency.number.text() == "999"
    assert screen.mash.number.text() == "020 7946 0690"
    assert screen.mash.words.text() == "Open now. Phone first, write after"
    assert screen.out_of_hours.number.text() == "020 7946 0999"
    assert "Question 3 was answered Yes" in screen.band_words.text()
    assert focus() is screen.told


@pytest.mark.feature("F42")
def test_a_training_register_says_so_here_too(stage: Stage) -> None:
    [tag] = danger(stage).findChildren(TrainingTag)
    assert tag.isVisible()
    words = danger(stage).band_words
    assert (
        words.mapTo(danger(stage), words.rect().topRight()).x() >= tag.mapTo(danger(stage), tag.rect().topRight()).x()
    )


def test_an_out_of_hours_number_that_is_not_set_is_said_in_red(set_stage: MakeStage) -> None:
    made = set_stage(open_it=False)
    change_settings(made.register.store, made.register.officer, {"out-of-hours.phone": ""})
    made.screen.open_case(made.ref)
    made.screen.show_danger(2)
    card = danger(made).out_of_hours
    assert card.number.text() == NOT_SET
    assert card._tint
    assert danger(made).called.key() == "social-worker", "question 2 asks for the social worker"


@pytest.mark.feature("F42")
@pytest.mark.rule("SD74")
def test_a_call_is_recorded_by_keyboard(stage: Stage) -> None:
    write("J. Hill")
    press("Tab")
    press("Tab")
    write("M-4711")
    press("Tab")
    write("Strategy meeting this afternoon")
    press("Ctrl+Enter")
    assert stage.window.cover_shown is None
    row = rows(stage.register, RiskResponse)[0]
    assert (row.question, row.outcome, row.told) == (3, "referred", "MASH: J. Hill")
    assert row.contact_detail == "020 7946 0690"
    assert row.called_at == datetime(2026, 11, 24, 10, 42, tzinfo=UTC)
    assert row.reason == "Strategy meeting this afternoon\nTheir reference: M-4711"
    assert stage.said == ["Call recorded 10:42: MASH: J. Hill"]


@pytest.mark.feature("F42")
def test_nothing_skips_it_silently(stage: Stage) -> None:
    for key in ("Esc", "Ctrl+Enter", "Alt+Left", "L"):
        press(key)
    danger(stage)
    assert danger(stage).form.fields["told"].error == "Enter the name or team you spoke to"
    event = QCloseEvent()
    stage.window.closeEvent(event)
    assert not event.isAccepted()
    assert "Record the call, or say why you have not called" in danger(stage).form.summary.accessibleName()
    assert rows(stage.register, RiskResponse) == []


@pytest.mark.feature("F42")
def test_why_nobody_was_called_needs_ten_letters(stage: Stage) -> None:
    danger(stage).why_button.click()
    assert danger(stage).says_why
    assert focus() is danger(stage).reason
    write("told")
    press("Ctrl+Enter")
    assert danger(stage).form.fields["reason"].error == "Say why, in at least 10 characters"
    press("Tab", "Enter")
    assert focus() is danger(stage).reason, "the summary leads to the field"
    press("End")
    write(" already, by the school")
    press("Ctrl+Enter")
    row = rows(stage.register, RiskResponse)[0]
    assert (row.outcome, row.reason) == ("no-action", "told already, by the school")
    assert stage.window.cover_shown is None
    event = QCloseEvent()
    stage.window.closeEvent(event)
    assert event.isAccepted()


def test_one_can_turn_back_from_the_reason_to_the_call(stage: Stage) -> None:
    danger(stage).why_button.click()
    danger(stage).why_button.click()
    assert not danger(stage).says_why
    assert focus() is danger(stage).told


def test_a_second_call_is_recorded_on_the_same_screen(stage: Stage) -> None:
    write("J. Hill")
    danger(stage).second_button.click()
    assert danger(stage).called.key() == "social-worker"
    assert danger(stage).told.text() == ""
    assert danger(stage).save_button.text() == "Go on"
    write("R. Mensah")
    assert danger(stage).save_button.text() == "Record the call and go on"
    press("Ctrl+Enter")
    assert danger(stage).form.fields["reference"].error == "Enter the number you called"
    danger(stage).reference.setText("020 7946 0222")
    press("Ctrl+Enter")
    told = [(row.told, row.contact_detail) for row in rows(stage.register, RiskResponse)]
    assert told == [("MASH: J. Hill", "020 7946 0690"), ("Social worker: R. Mensah", "020 7946 0222")]
    assert stage.window.cover_shown is None


def test_after_one_call_it_can_be_left(stage: Stage) -> None:
    write("J. Hill")
    danger(stage).second_button.click()
    press("Ctrl+Enter")
    assert stage.window.cover_shown is None
    assert len(rows(stage.register, RiskResponse)) == 1


def test_a_call_to_come_is_refused(stage: Stage) -> None:
    write("J. Hill")
    danger(stage).when.set_moment(datetime(2026, 11, 24, 23, 0, tzinfo=UTC))
    press("Ctrl+Enter")
    assert danger(stage).form.fields["when"].error == "When must be now or earlier"


def test_the_case_behind_is_fresh_when_it_comes_back(stage: Stage) -> None:
    write("J. Hill")
    press("Ctrl+Enter")
    assert stage.screen._banner_holder.count() == 0, "the warning is gone: somebody was told"


def test_every_immediate_question_has_its_words() -> None:
    assert set(SAY) == {one.number for one in shipped.questions().questions if one.immediate}


def test_it_can_be_walked_by_keyboard_and_read_aloud(stage: Stage, qtbot: QtBot) -> None:
    walk.check(qtbot, danger(stage))


HOURS = "Monday to Friday, 9am to 5pm"


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 24, 8, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 24, 9, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 24, 16, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 24, 17, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 28, 10, 0, tzinfo=UTC), False),
        (datetime(2026, 12, 25, 10, 0, tzinfo=UTC), False),
        (datetime(2026, 7, 1, 8, 30, tzinfo=UTC), True),
    ],
)
def test_office_hours_are_told_in_london_and_off_on_bank_holidays(moment: datetime, expected: bool) -> None:
    assert open_at(HOURS, moment, shipped.placeholder_calendar()) is expected


@pytest.mark.parametrize("words", ["", "by appointment", "Mondays 9 to 5", "Monday to Friday"])
def test_hours_in_other_words_are_not_guessed(words: str) -> None:
    assert open_at(words, datetime(2026, 11, 24, 10, 0, tzinfo=UTC), shipped.placeholder_calendar()) is None


@given(st.text(max_size=60), st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)))
def test_no_words_break_it(words: str, moment: datetime) -> None:
    assert open_at(words, moment, shipped.placeholder_calendar()) in (True, False, None)


@pytest.mark.parametrize("percent", [100, 150])
def test_the_time_of_the_call_and_the_facts_are_whole(stage: Stage, theme: Theme, percent: int) -> None:
    theme.set_text_percent(percent)
    stage.window.resize(1366, 768)
    walk.settle()
    screen = danger(stage)
    line = screen.when.lineEdit()
    assert line.fontMetrics().horizontalAdvance(line.text()) + 8 <= line.width()
    assert screen.facts.fontMetrics().horizontalAdvance(screen.facts.text()) <= screen.facts.width()
    assert ". Mother 07700 900123. " in screen.facts.text()
