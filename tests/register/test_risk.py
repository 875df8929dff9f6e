"""The risk tab: every version of the 22 questions, who answered what and when, and what was done about it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cme_desktop.casework import risk as risks
from cme_desktop.casework.risk import AnswerEntry, ResponseEntry
from cme_desktop.register.risk import RiskPage, risk_page
from tests.factories import NOON, TODAY, Register, make_case
from tests.register.world import rate, receipt_for


def page_of(register: Register, ref: str) -> RiskPage:
    return risk_page(register.store, register.officer, ref, receipt_for(register, ref))


def test_a_case_that_was_never_assessed_has_no_version(register: Register) -> None:
    page = page_of(register, make_case(register).ref)
    assert (page.versions, page.current, page.last_finished) == ((), None, None)


@pytest.mark.feature("F40")
@pytest.mark.rule("SD72")
def test_each_version_stays_as_it_was_when_the_next_begins(register: Register) -> None:
    store, officer = register.store, register.officer
    case = make_case(register)
    risks.answer_question(store, officer, case.ref, AnswerEntry(3, "not-sure", "The aunt hesitated", "Aunt"))
    half = page_of(register, case.ref).current
    assert half is not None
    assert (half.version, half.finished_at, half.rating) == (1, None, "not-rated")
    assert half.answer_to(4) is None
    answer = half.answer_to(3)
    assert answer is not None
    assert (answer.answer, answer.evidence, answer.told_by, answer.answered_on, answer.by) == (
        "not-sure",
        "The aunt hesitated",
        "Aunt",
        TODAY,
        "Anita Patel",
    )
    rate(register, case.ref, 3)
    finished = page_of(register, case.ref).current
    assert finished is not None
    assert (finished.version, finished.finished_at, finished.finished_by) == (1, NOON, "Anita Patel")
    assert [row.question for row in finished.answers] == list(range(1, 23))
    told = ResponseEntry(3, "referred", "MASH", "020 7946 0000", called_at=NOON)
    risks.record_response(store, officer, case.ref, told)
    register.clock.moment = NOON + timedelta(days=10)
    risks.answer_question(store, officer, case.ref, AnswerEntry(3, "no", "Seen at home"))
    page = page_of(register, case.ref)
    assert page.current is not None
    assert (page.current.version, page.current.finished_at) == (2, None)
    before = page.last_finished
    assert before is not None
    assert (before.version, before.answers) == (1, finished.answers)
    [done] = before.responses
    assert (done.question, done.outcome, done.told, done.contact_detail, done.called_at, done.by) == (
        3,
        "referred",
        "MASH",
        "020 7946 0000",
        NOON,
        "Anita Patel",
    )
    mine = page.current.answer_to(3)
    assert mine is not None
    assert mine.answer == "no"
