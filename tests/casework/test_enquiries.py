"""Enquiries: both sides apart, each with who, how, when and what came of it; failed attempts count too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from cme_desktop.casework import enquiries
from cme_desktop.casework.enquiries import EnquiryEntry
from cme_desktop.casework.reference import policy
from cme_desktop.domain.errors import NotFound, StepRefused
from cme_desktop.models.episode import Parent
from cme_desktop.models.timeline import Enquiry, Event
from tests.casework.look import rows, titles
from tests.factories import TODAY, Register, child_facts, make_case

CALL = EnquiryEntry("council", "Ms Kamara", "07700 900123", "phone", TODAY, "no-answer")


@pytest.mark.rule("SD39")
@pytest.mark.feature("F25")
@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"asked": " "}, ("who",)),
        ({"contact_detail": ""}, ("contact",)),
        ({"made_on": TODAY + timedelta(days=1)}, ("on",)),
        ({"asked": "", "contact_detail": " "}, ("who", "contact")),
    ],
)
def test_an_enquiry_needs_name_or_team_contact_details_and_date(
    register: Register, changes: dict[str, object], missing: tuple[str, ...]
) -> None:
    case = make_case(register)
    with pytest.raises(StepRefused) as caught:
        enquiries.record_enquiry(register.store, register.officer, case.ref, replace(CALL, **changes))
    assert caught.value.refusal.missing == missing
    assert caught.value.code == "particulars-missing"
    assert rows(register, Enquiry) == []


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"side": "neighbour"}, "side"),
        ({"method": "shouting"}, "method"),
        ({"outcome": "gone"}, "outcome"),
        ({"enquiry_code": "RE99"}, "enquiry_code"),
        ({"agency": "bank"}, "agency"),
    ],
)
def test_codes_come_from_their_lists(register: Register, changes: dict[str, object], missing: str) -> None:
    case = make_case(register)
    with pytest.raises(StepRefused) as caught:
        enquiries.record_enquiry(register.store, register.officer, case.ref, replace(CALL, **changes))
    assert caught.value.refusal.missing == (missing,)


@pytest.mark.feature("F26")
def test_a_failed_attempt_is_kept_and_chased(register: Register) -> None:
    case = make_case(register)
    at = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
    row = enquiries.record_enquiry(register.store, register.officer, case.ref, replace(CALL, made_at=at))
    assert row.chase_on == TODAY + timedelta(days=5)
    assert titles(register, case.ref)[-1] == "Phone: Ms Kamara, no answer"
    [event] = rows(register, Event, Event.kind == "enquiry")
    assert (event.enquiry_id, event.happened_at) == (row.id, at)


def test_the_council_sets_after_how_many_days_is_chased(register: Register) -> None:
    policy.change_settings(register.store, register.administrator, {"chase.days": 9})
    case = make_case(register)
    row = enquiries.record_enquiry(register.store, register.officer, case.ref, CALL)
    assert row.chase_on == TODAY + timedelta(days=9)
    own = replace(CALL, chase_on=date(2026, 11, 26))
    assert enquiries.record_enquiry(register.store, register.officer, case.ref, own).chase_on == date(2026, 11, 26)


def test_an_answered_enquiry_is_not_chased(register: Register) -> None:
    case = make_case(register)
    row = enquiries.record_enquiry(register.store, register.officer, case.ref, replace(CALL, outcome="useful"))
    assert row.chase_on is None


@pytest.mark.feature("F27")
def test_the_school_s_enquiries_are_kept_apart(register: Register) -> None:
    case = make_case(register)
    enquiries.record_enquiry(register.store, register.officer, case.ref, replace(CALL, side="school"))
    enquiries.record_enquiry(register.store, register.officer, case.ref, CALL)
    assert [row.side for row in rows(register, Enquiry)] == ["school", "council"]
    assert titles(register, case.ref)[-2:] == [
        "School’s enquiry. Phone: Ms Kamara, no answer",
        "Phone: Ms Kamara, no answer",
    ]


def test_an_answer_ends_the_waiting_and_keeps_both_texts(register: Register) -> None:
    case = make_case(register)
    asked = replace(CALL, outcome="waiting", outcome_detail="Left a message")
    made = enquiries.record_enquiry(register.store, register.officer, case.ref, asked)
    row = enquiries.record_answer(
        register.store, register.officer, case.ref, made.id, outcome="useful", detail="Gone to Leeds", on=TODAY
    )
    assert (row.outcome, row.chase_on, row.answered_on) == ("useful", None, TODAY)
    assert rows(register, Enquiry)[0].outcome_detail == "Left a message\nGone to Leeds"
    assert titles(register, case.ref)[-1] == "Answer from Ms Kamara: told something useful"


def test_an_answer_is_an_answer_in_its_time_to_an_enquiry_of_the_case(register: Register) -> None:
    case, other = make_case(register), make_case(register, child=child_facts(forename="Two"))
    made = enquiries.record_enquiry(register.store, register.officer, case.ref, replace(CALL, outcome="waiting"))
    answer = enquiries.record_answer
    with pytest.raises(StepRefused, match="Choose what the answer was"):
        answer(register.store, register.officer, case.ref, made.id, outcome="waiting", detail="", on=TODAY)
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(StepRefused, match="on or after the day of the enquiry"):
            answer(register.store, register.officer, case.ref, made.id, outcome="useful", detail="", on=day)
    with pytest.raises(NotFound, match="has no such enquiry"):
        answer(register.store, register.officer, other.ref, made.id, outcome="useful", detail="", on=TODAY)


def test_an_enquiry_to_an_adult_of_the_case_says_to_whom(register: Register) -> None:
    case = make_case(register)
    [parent] = rows(register, Parent)
    enquiries.record_enquiry(register.store, register.officer, case.ref, replace(CALL, parent_id=parent.id))
    assert rows(register, Enquiry)[0].parent_id == parent.id
    with pytest.raises(NotFound, match="no parent or carer with number 77"):
        enquiries.record_enquiry(register.store, register.officer, case.ref, replace(CALL, parent_id=77))
