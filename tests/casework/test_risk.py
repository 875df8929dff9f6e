"""The 22 questions: answered one by one, versions kept, immediate prompts, a rating, and two persons to lower it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cme_desktop.casework import risk
from cme_desktop.casework.reference import policy
from cme_desktop.casework.risk import AnswerEntry, AnswerSaved, ResponseEntry
from cme_desktop.domain.errors import NotAllowed, StepRefused, UserError
from cme_desktop.domain.roles import Role
from cme_desktop.models.episode import EpisodeRisk
from cme_desktop.models.order import Approval
from cme_desktop.models.timeline import RiskAnswer, RiskAssessment, RiskResponse
from tests.casework.look import episode, open_tasks, rows, titles
from tests.factories import TODAY, Register, add_person, make_case


def answer(register: Register, ref: str, question: int, value: str = "no", evidence: str = "") -> AnswerSaved:
    """Answer one question."""
    return risk.answer_question(register.store, register.officer, ref, AnswerEntry(question, value, evidence))


def answer_all(register: Register, ref: str, **special: str) -> AnswerSaved:
    """Answer all 22 questions with No, except those named as q1 to q22."""
    for question in range(1, 23):
        saved = answer(register, ref, question, special.get(f"q{question}", "no"))
    return saved


@pytest.mark.rule("SD72")
@pytest.mark.feature("F38")
def test_answers_are_saved_one_by_one_and_the_last_rates_the_case(register: Register) -> None:
    case = make_case(register)
    first = answer(register, case.ref, 1)
    assert (first.version, first.answered, first.rating, first.danger) == (1, 1, "not-rated", False)
    assert episode(register, case.ref).risk == "not-rated"
    last = answer_all(register, case.ref)
    assert (last.answered, last.rating) == (22, "standard")
    assert episode(register, case.ref).risk == "standard"
    assert titles(register, case.ref)[-1] == "Risk assessment finished: Standard"


@pytest.mark.feature("F41")
@pytest.mark.parametrize(
    ("special", "rating"),
    [
        ({}, "standard"),
        ({"q8": "yes"}, "medium"),
        ({"q22": "not-sure"}, "medium"),
        ({"q2": "not-sure"}, "high"),
        ({"q15": "yes", "q8": "yes"}, "high"),
    ],
)
def test_the_rating_comes_from_the_answers(register: Register, special: dict[str, str], rating: str) -> None:
    case = make_case(register)
    assert answer_all(register, case.ref, **special).rating == rating
    [live] = [row for row in rows(register, EpisodeRisk) if row.superseded_at is None]
    assert live.risk == rating


@pytest.mark.rule("SD73")
@pytest.mark.feature("F39")
@pytest.mark.parametrize("value", ["yes", "not-sure"])
def test_yes_and_not_sure_bring_advice_at_once(register: Register, value: str) -> None:
    case = make_case(register)
    saved = answer(register, case.ref, 8, value, "Letters of 2024")
    assert saved.banner is not None
    assert saved.banner.title == "Discuss with the safeguarding lead or your manager"
    assert [demand.rule for demand in saved.demands] == ["SD73"]
    assert not saved.danger
    assert answer(register, case.ref, 9).banner is None


@pytest.mark.feature("F42")
@pytest.mark.parametrize("question", [2, 3, 4, 14, 15])
def test_the_five_immediate_questions_open_the_danger_screen(register: Register, question: int) -> None:
    case = make_case(register)
    saved = answer(register, case.ref, question, "not-sure")
    assert saved.danger
    assert saved.banner is not None
    assert saved.banner.immediate
    assert next(task.due for task in open_tasks(register, case.ref) if task.band == "safeguarding") == TODAY


def test_what_was_done_is_recorded_with_whom_or_why_not(register: Register) -> None:
    case = make_case(register)
    answer(register, case.ref, 3, "yes")
    respond = risk.record_response
    store, officer = register.store, register.officer
    with pytest.raises(StepRefused, match="Record what was done"):
        respond(store, officer, case.ref, ResponseEntry(3, ""))
    with pytest.raises(StepRefused, match="at least 10 characters"):
        respond(store, officer, case.ref, ResponseEntry(3, "no-action", reason="no"))
    with pytest.raises(UserError, match="Enter the name or team you told"):
        respond(store, officer, case.ref, ResponseEntry(3, "referred", told="MASH"))
    with pytest.raises(UserError, match="was not answered Yes or Not sure"):
        respond(store, officer, case.ref, ResponseEntry(5, "no-action", reason="It was never asked"))
    at = datetime(2026, 11, 24, 10, 5, tzinfo=UTC)
    respond(store, officer, case.ref, ResponseEntry(3, "referred", "MASH, duty desk", "020 7946 0690", at))
    [row] = rows(register, RiskResponse)
    assert (row.question, row.outcome, row.told, row.called_at) == (3, "referred", "MASH, duty desk", at)
    assert "referred, MASH, duty desk" in titles(register, case.ref)[-1]


@pytest.mark.feature("F40")
def test_a_finished_version_never_changes_and_the_next_begins_empty(register: Register) -> None:
    case = make_case(register)
    answer_all(register, case.ref, q8="yes")
    before = [(row.question, row.answer, row.recorded_at) for row in rows(register, RiskAnswer)]
    register.clock.moment += timedelta(days=7)
    saved = answer(register, case.ref, 8, "no")
    assert (saved.version, saved.answered) == (2, 1)
    first, second = rows(register, RiskAssessment)
    assert (first.rating, first.finished_by) == ("medium", register.officer.id)
    assert second.finished_at is None
    kept = [(row.question, row.answer, row.recorded_at) for row in rows(register, RiskAnswer)]
    assert kept[:22] == before
    assert episode(register, case.ref).risk == "medium"


def test_a_slip_is_put_right_on_the_same_day_in_a_new_version_with_that_day_s_answers(register: Register) -> None:
    case = make_case(register)
    answer_all(register, case.ref, q3="yes")
    told = ResponseEntry(3, "discussed", "Designated lead", "020 7946 0101")
    risk.record_response(register.store, register.officer, case.ref, told)
    saved = answer(register, case.ref, 3, "no")
    assert (saved.version, saved.answered, saved.rating) == (2, 22, "standard")
    assert [row.rating for row in rows(register, RiskAssessment)] == ["high", "standard"]
    assert [row.assessment_id for row in rows(register, RiskResponse)] == [1, 2]


def test_an_open_version_s_answer_can_be_changed(register: Register) -> None:
    case = make_case(register)
    answer(register, case.ref, 1, "yes")
    answer(register, case.ref, 1, "no", "Checked")
    [row] = rows(register, RiskAnswer)
    assert (row.answer, row.evidence) == ("no", "Checked")


def test_what_was_done_about_an_older_answer_goes_to_its_version(register: Register) -> None:
    case = make_case(register)
    answer_all(register, case.ref, q8="yes")
    register.clock.moment += timedelta(days=7)
    answer(register, case.ref, 1)
    told = ResponseEntry(8, "discussed", "Manager", "In the office")
    risk.record_response(register.store, register.officer, case.ref, told)
    assert rows(register, RiskResponse)[0].assessment_id == 1


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (AnswerEntry(0, "yes"), "There are 22 questions"),
        (AnswerEntry(23, "yes"), "There are 22 questions"),
        (AnswerEntry(1, "maybe"), "Answer Yes, No or Not sure"),
        (AnswerEntry(1, "yes", on=TODAY + timedelta(days=1)), "today or earlier"),
    ],
)
def test_only_real_answers_to_real_questions_are_saved(register: Register, entry: AnswerEntry, message: str) -> None:
    case = make_case(register)
    with pytest.raises(UserError, match=message):
        risk.answer_question(register.store, register.officer, case.ref, entry)


@pytest.mark.feature("F41")
def test_raising_is_free_with_a_reason(register: Register) -> None:
    case = make_case(register)
    with pytest.raises(StepRefused, match="when all 22 questions are answered"):
        risk.raise_rating(register.store, register.officer, case.ref, "high", reason="Worried")
    answer_all(register, case.ref)
    with pytest.raises(UserError, match="Say why"):
        risk.raise_rating(register.store, register.officer, case.ref, "high", reason="")
    with pytest.raises(UserError, match="Choose High"):
        risk.raise_rating(register.store, register.officer, case.ref, "enormous", reason="x")
    risk.raise_rating(register.store, register.officer, case.ref, "high", reason="Neighbour worried")
    assert episode(register, case.ref).risk == "high"
    with pytest.raises(UserError, match="not higher than the present"):
        risk.raise_rating(register.store, register.officer, case.ref, "medium", reason="x")


@pytest.mark.feature("F73")
def test_lowering_needs_a_reason_and_the_manager(register: Register) -> None:
    case = make_case(register)
    answer_all(register, case.ref, q2="yes")
    with pytest.raises(StepRefused, match="Enter why the rating is lowered"):
        risk.ask_to_lower(register.store, register.officer, case.ref, "medium", reason="")
    with pytest.raises(UserError, match="choose a lower one"):
        risk.ask_to_lower(register.store, register.officer, case.ref, "high", reason="x")
    number = risk.ask_to_lower(register.store, register.officer, case.ref, "medium", reason="Placement is stable")
    assert number is not None
    assert episode(register, case.ref).risk == "high"
    with pytest.raises(NotAllowed, match="is for a manager"):
        risk.lower_rating(register.store, register.officer, case.ref, number)
    risk.lower_rating(register.store, register.manager, case.ref, number)
    assert episode(register, case.ref).risk == "medium"
    [approval] = rows(register, Approval)
    assert (approval.decision, approval.decided_by) == ("approved", register.manager.id)
    with pytest.raises(UserError, match="decided before"):
        risk.lower_rating(register.store, register.manager, case.ref, number)
    with pytest.raises(UserError, match="No lower rating waits"):
        risk.lower_rating(register.store, register.manager, case.ref, 99)


@pytest.mark.feature("F73")
def test_who_asked_never_approves(register: Register) -> None:
    both = add_person(register.store, register.unlocked, "Dee Both", Role.OFFICER, Role.MANAGER)
    case = make_case(register)
    answer_all(register, case.ref, q2="yes")
    number = risk.ask_to_lower(register.store, both, case.ref, "medium", reason="Placement is stable")
    assert number is not None
    with pytest.raises(NotAllowed, match="a second person decides"):
        risk.lower_rating(register.store, both, case.ref, number)


def test_where_the_council_asks_for_no_approval_the_officer_lowers_at_once(register: Register) -> None:
    policy.change_settings(register.store, register.administrator, {"approval.kinds": ["L04", "L08"]})
    case = make_case(register)
    answer_all(register, case.ref, q2="yes")
    assert risk.ask_to_lower(register.store, register.officer, case.ref, "medium", reason="Stable") is None
    assert episode(register, case.ref).risk == "medium"


@pytest.mark.feature("F43")
def test_a_rating_brings_its_review(register: Register) -> None:
    case = make_case(register)
    answer_all(register, case.ref, q2="yes")
    [review] = [task for task in open_tasks(register, case.ref) if task.rule == "F43"]
    assert review.due == TODAY + timedelta(days=7)
