"""Next steps: an open case always has one, the same facts give the same steps, and each rule asks for its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.domain.enquiries import Condition, Made, Side
from cme_desktop.domain.lifecycle import Pathway
from cme_desktop.domain.next_steps import (
    DueTask,
    EpisodeFacts,
    ExpectedSchool,
    Group,
    RiskFacts,
    StepBooks,
    StepDays,
    Waiting,
    facts_hash,
    next_steps,
)
from cme_desktop.domain.risk import Answer, Rating
from tests.domain.books import lifecycle, step_books
from tests.domain.order_world import FIRST, World, day

OPENED = date(2026, 11, 3)
TODAY = date(2026, 11, 24)
LOST = EpisodeFacts(
    pathway=Pathway.WHEREABOUTS_UNKNOWN,
    status="whereabouts-unknown",
    opened=OPENED,
    clock_start=OPENED,
    dob=date(2012, 3, 2),
)
ALL_NO = dict.fromkeys(range(1, 23), Answer.NO)


def steps(facts: EpisodeFacts, today: date = TODAY, books: StepBooks | None = None) -> tuple[DueTask, ...]:
    """Return the next steps with the shipped books."""
    return next_steps(facts, today, books or step_books())


def by_rule(facts: EpisodeFacts, rule: str, today: date = TODAY) -> list[DueTask]:
    """Return the steps that one rule asks for."""
    return [task for task in steps(facts, today) if task.rule == rule]


def one(facts: EpisodeFacts, rule: str, today: date = TODAY) -> DueTask:
    """Return the only step that one rule asks for."""
    found = by_rule(facts, rule, today)
    assert len(found) == 1, [task.title for task in steps(facts, today)]
    return found[0]


RISKS = st.builds(
    RiskFacts,
    answers=st.dictionaries(st.integers(1, 22), st.sampled_from(list(Answer))),
    answered_on=st.just({}),
    outcomes=st.frozensets(st.integers(1, 22)),
    rating=st.sampled_from(list(Rating)),
    assessed_on=st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2026, 12, 1))),
)
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 1))
FACTS = st.builds(
    EpisodeFacts,
    pathway=st.sampled_from(list(Pathway)),
    status=st.sampled_from(sorted(lifecycle().statuses)),
    opened=DAYS,
    clock_start=DAYS,
    dob=st.dates(date(2009, 1, 1), date(2023, 1, 1)),
    on_roll=st.booleans(),
    first_absent=st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2030, 1, 1))),
    reviewed_on=st.one_of(st.none(), DAYS),
    has_parent_to_write_to=st.booleans(),
    visits=st.lists(DAYS, max_size=3).map(tuple),
    last_visit_found_nobody=st.booleans(),
    enquiries=st.lists(
        st.builds(
            Made,
            st.sampled_from(["RE01", "RE07", "RE08"]),
            st.sampled_from(list(Side)),
            DAYS,
            st.sampled_from(["", "housing"]),
        ),
        max_size=5,
    ).map(tuple),
    conditions=st.lists(st.sampled_from(list(Condition)), max_size=3).map(tuple),
    risk=st.one_of(st.none(), RISKS),
    waiting=st.lists(st.builds(Waiting, st.just("Housing"), st.just("the tenancy"), DAYS, DAYS), max_size=2).map(tuple),
    expected_school=st.one_of(st.none(), st.builds(ExpectedSchool, st.just("Test School"), DAYS)),
    passed_to_ehe_on=st.one_of(st.none(), DAYS),
    handed_over_on=st.one_of(st.none(), DAYS),
    offered_on=st.one_of(st.none(), DAYS),
)


@pytest.mark.feature("F32")
@given(FACTS)
def test_an_open_case_always_has_a_next_step_that_says_whom_when_and_why(facts: EpisodeFacts) -> None:
    found = steps(facts)
    assert found
    for task in found:
        assert task.title
        assert task.waits_on
        assert task.derivation
        assert all(task.derivation)
    assert steps(replace(facts, open=False)) == ()


@given(FACTS)
def test_the_same_facts_give_the_same_steps_and_the_same_fingerprint(facts: EpisodeFacts) -> None:
    again = replace(facts)
    assert steps(facts) == steps(again)
    assert facts_hash(facts) == facts_hash(again)
    assert [task.facts_hash for task in steps(facts)] == [task.facts_hash for task in steps(again)]
    moved = replace(facts, opened=facts.opened + timedelta(days=1))
    assert facts_hash(moved) != facts_hash(facts)


@given(FACTS, st.dates(date(2026, 1, 1), date(2027, 12, 1)))
def test_steps_without_an_order_process_do_not_move_with_the_day(facts: EpisodeFacts, today: date) -> None:
    assert steps(facts, today) == steps(facts, TODAY)


@pytest.mark.rule("SD56")
def test_four_week_review_is_on_day_28() -> None:
    review = one(LOST, "SD56")
    assert review.due == date(2026, 12, 1)
    assert "Rule HARROW-2023.four_weeks version 1" in review.derivation[-1]
    later = replace(LOST, reviewed_on=date(2026, 12, 1))
    assert by_rule(later, "SD56") == []
    assert one(later, "SD80").due == date(2026, 12, 29)


@pytest.mark.rule("SD54")
def test_giap_search_is_asked_for_until_the_council_has_made_it() -> None:
    assert one(LOST, "SD54").title == "Ask for a GIAP search"
    by_school = replace(LOST, enquiries=(Made("RE07", Side.SCHOOL, TODAY),))
    assert by_rule(by_school, "SD54")
    by_council = replace(LOST, enquiries=(Made("RE07", Side.COUNCIL, TODAY),))
    assert by_rule(by_council, "SD54") == []


@pytest.mark.rule("SD55")
def test_housing_is_asked_until_it_was() -> None:
    assert one(LOST, "SD55").title == "Ask Housing"
    health = replace(LOST, enquiries=(Made("RE08", Side.COUNCIL, TODAY, "health"),))
    assert by_rule(health, "SD55")
    housing = replace(LOST, enquiries=(Made("RE08", Side.COUNCIL, TODAY, "housing"),))
    assert by_rule(housing, "SD55") == []


def test_home_visit_and_a_second_one_if_nobody_was_in() -> None:
    assert one(LOST, "SD37").title == "Home visit"
    empty = replace(LOST, visits=(date(2026, 11, 18),), last_visit_found_nobody=True)
    second = one(empty, "SD37")
    assert (second.title, second.due) == ("Second home visit", date(2026, 11, 25))
    assert by_rule(replace(empty, last_visit_found_nobody=False), "SD37") == []
    assert by_rule(replace(empty, visits=(OPENED, TODAY)), "SD37") == []


def test_first_letter_and_the_rest_of_the_enquiries() -> None:
    assert [task.title for task in by_rule(LOST, "SD36")] == ["Finish the reasonable enquiries"]
    writable = replace(LOST, has_parent_to_write_to=True)
    assert {task.title for task in by_rule(writable, "SD36")} == {
        "Write the first enquiry letter to each parent", "Finish the reasonable enquiries",
    }  # fmt: skip
    written = replace(writable, first_letter_on=OPENED, reviewed_on=TODAY)
    assert by_rule(written, "SD36") == []


@pytest.mark.rule("SD45")
@pytest.mark.rule("SD74")
@pytest.mark.feature("F39")
def test_child_protection_plan_asks_for_mash_and_social_worker_the_same_day_until_recorded() -> None:
    risk = RiskFacts({3: Answer.YES}, {3: TODAY})
    found = [task for task in steps(replace(LOST, risk=risk)) if task.group is Group.SAFEGUARDING]
    assert {(task.title, task.rule, task.due) for task in found} == {
        ("Tell MASH", "SD74", TODAY),
        ("Call the case or duty social worker", "SD45", TODAY),
    }
    assert steps(replace(LOST, risk=risk))[0].group is Group.SAFEGUARDING
    recorded = replace(risk, outcomes=frozenset({3}))
    assert not [task for task in steps(replace(LOST, risk=recorded)) if task.group is Group.SAFEGUARDING]


@pytest.mark.rule("SD73")
def test_any_other_yes_or_not_sure_asks_for_a_discussion() -> None:
    discuss = one(replace(LOST, risk=RiskFacts({8: Answer.NOT_SURE}, {})), "SD73")
    assert discuss.title == "Discuss with the safeguarding lead or your manager: Poor attendance before"
    assert discuss.due == date(2026, 11, 4)


@pytest.mark.rule("SD72")
def test_risk_assessment_is_asked_for_until_all_22_are_answered() -> None:
    assert one(LOST, "SD72").title == "Finish the risk assessment: 22 not asked yet"
    begun = replace(LOST, risk=RiskFacts({1: Answer.NO, 2: Answer.NO}, {}))
    assert one(begun, "SD72").title == "Finish the risk assessment: 20 not asked yet"
    rated = replace(LOST, risk=RiskFacts(ALL_NO, {}, rating=Rating.STANDARD, assessed_on=TODAY))
    assert by_rule(rated, "SD72") == []
    assert one(rated, "F43").due == date(2026, 12, 24)
    answered_only = replace(LOST, risk=RiskFacts(ALL_NO, {}))
    assert by_rule(answered_only, "F43") == []


def test_absence_of_a_child_on_roll_is_counted_or_the_terms_are_asked_for() -> None:
    absent = replace(LOST, on_roll=True, first_absent=date(2026, 10, 22))
    assert one(absent, "SD66").due == date(2026, 11, 25)
    unknown = one(replace(absent, first_absent=date(2029, 10, 22)), "SD66")
    assert unknown.title.startswith("Enter the school terms")
    assert "2029" in unknown.derivation[0]
    assert by_rule(replace(absent, on_roll=False), "SD66") == []


def test_joiner_record_of_the_named_school_is_watched_for() -> None:
    expected = replace(LOST, expected_school=ExpectedSchool("Hillview School", date(2026, 11, 16)))
    watch = one(expected, "SD42")
    assert (watch.due, watch.waits_on) == (date(2026, 11, 21), "Hillview School")


@pytest.mark.parametrize(
    ("facts", "rule", "title", "due"),
    [
        ({"status": "place-offered", "offered_on": date(2026, 11, 10)}, "SD27", "Check that the child has started", 20),
        ({"status": "school-applied"}, "SD79", "Ask Admissions about the application", 13),
        ({"status": "known-not-in-education"}, "SD79", "Agree the next step to a school place with the family", 13),
    ],
)
def test_known_children_are_moved_towards_a_place(facts: dict[str, object], rule: str, title: str, due: int) -> None:
    known = replace(LOST, pathway=Pathway.KNOWN_NOT_IN_EDUCATION, **facts)  # type: ignore[arg-type]
    found = one(known, rule)
    assert (found.title, found.due) == (title, date(2026, 11, due))
    assert by_rule(known, "SD54") == []
    assert one(known, "SD80").title == "Review the case after four weeks"


def test_home_education_goes_to_salehe_and_comes_back_with_an_answer() -> None:
    ehe = replace(LOST, pathway=Pathway.EHE, status="ehe-to-check")
    assert one(ehe, "F29").due == date(2026, 11, 5)
    passed = replace(ehe, passed_to_ehe_on=date(2026, 11, 5))
    assert (one(passed, "F29").due, one(passed, "F29").waits_on) == (date(2026, 11, 15), "SALEHE")


@pytest.mark.rule("SD18")
def test_out_of_borough_goes_to_the_home_council_and_waits_for_its_word() -> None:
    away = replace(LOST, pathway=Pathway.OUT_OF_BOROUGH, status="out-of-borough", has_parent_to_write_to=True)
    assert one(away, "SD18").due == date(2026, 11, 5)
    assert by_rule(away, "SD36") == []
    passed = replace(away, handed_over_on=date(2026, 11, 5))
    assert one(passed, "SD60").waits_on == "Home council"


def test_what_waits_is_chased_on_its_day() -> None:
    asked = Waiting("Housing", "the tenancy", date(2026, 11, 12), date(2026, 11, 26))
    task = one(replace(LOST, waiting=(asked,)), "waiting")
    assert (task.title, task.due, task.group) == ("Chase Housing: the tenancy", date(2026, 11, 26), Group.WAITING)
    assert steps(replace(LOST, waiting=(asked,)))[-1] == task


def test_order_process_gives_its_next_act() -> None:
    world = World()
    world.notice_437(FIRST)
    known = replace(LOST, pathway=Pathway.KNOWN_NOT_IN_EDUCATION, status="order-process", order=world.facts)
    task = one(known, "assess-response", FIRST)
    assert (task.due, task.group) == (day("2026-12-16"), Group.ORDER)
    assert by_rule(known, "SD79", FIRST) == []
    assert by_rule(replace(known, order=World().facts), "SD79", FIRST)


def test_after_a_notice_no_first_enquiry_letter_is_asked_for() -> None:
    known = replace(LOST, pathway=Pathway.KNOWN_NOT_IN_EDUCATION, has_parent_to_write_to=True, order=World().facts)
    assert one(known, "SD36").title == "Write the first enquiry letter to each parent"
    world = World()
    world.notice_437(FIRST)
    assert by_rule(replace(known, order=world.facts), "SD36", FIRST) == []


def test_the_councils_day_counts_are_settings_and_named_as_such() -> None:
    books = replace(step_books(), days=StepDays(giap=0, housing=1))
    found = {task.rule: task for task in next_steps(LOST, TODAY, books)}
    assert found["SD54"].due == OPENED
    assert found["SD54"].derivation[1] == (
        "Due Tuesday 3 November 2026, the same day (council's choice, not the policy)"
    )
    assert "1 day later" in found["SD55"].derivation[1]
