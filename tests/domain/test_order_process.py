"""The order process of the current law: its worked timetable, its paths, and every refusal with section and day."""

from __future__ import annotations

import pytest

from cme_desktop.domain.order_process import (
    Action,
    Basis,
    Paper,
    Result,
    State,
    state_of,
)
from tests.domain.books import rules
from tests.domain.order_world import (
    ACADEMY,
    FIRST,
    MAINTAINED,
    SPECIAL,
    World,
    day,
    to_notice_438,
)

DECISION_DAY = day("2026-12-16")
ORDER_DAY = day("2027-01-15")


@pytest.mark.feature("F57")
@pytest.mark.rule("SD88")
def test_the_worked_timetable_day_by_day() -> None:
    world = World()
    states = [state_of(world.facts, FIRST, rules())]
    assert world.paper(FIRST, Paper.NOTICE_437) is None
    world.notice_437(FIRST)
    states.append(state_of(world.facts, FIRST, rules()))
    world.do(DECISION_DAY, Action.ASSESS_RESPONSE, result=Result.NO_REPLY)
    states.append(state_of(world.facts, DECISION_DAY, rules()))
    world.do(DECISION_DAY, Action.DECIDE_EXPEDIENT, expedient=True, reasons="Nothing was shown.")
    states.append(state_of(world.facts, DECISION_DAY, rules()))
    world.do(DECISION_DAY, Action.CONSULT_SCHOOL, urn=MAINTAINED.urn)
    states.append(state_of(world.facts, DECISION_DAY, rules()))
    world.do(DECISION_DAY, Action.NOTIFY_SCHOOL_439, urn=MAINTAINED.urn, received=DECISION_DAY)
    states.append(state_of(world.facts, DECISION_DAY, rules()))
    waiting = world.refused(day("2026-12-30"), Action.SERVE_438, parent=1, urn=MAINTAINED.urn)
    assert (waiting.section, waiting.allowed_from) == ("council practice (s439(7))", day("2026-12-31"))
    assert world.paper(day("2026-12-31"), Paper.NOTICE_438, urn=MAINTAINED.urn) is None
    world.notice_438(day("2026-12-31"), MAINTAINED.urn)
    states.append(state_of(world.facts, day("2026-12-31"), rules()))
    early = world.refused(day("2027-01-14"), Action.DETERMINE_SCHOOL, urn=MAINTAINED.urn, basis=Basis.SPECIFIED)
    assert early.allowed_from == ORDER_DAY
    world.do(ORDER_DAY, Action.DETERMINE_SCHOOL, urn=MAINTAINED.urn, basis=Basis.SPECIFIED)
    states.append(state_of(world.facts, ORDER_DAY, rules()))
    assert world.paper(ORDER_DAY, Paper.ORDER) is None
    world.order(ORDER_DAY)
    states.append(state_of(world.facts, ORDER_DAY, rules()))
    world.do(ORDER_DAY, Action.INFORM_SCHOOL)
    assert world.decisions(ORDER_DAY).paper(Paper.NOTICE_OF_ORDER).possible is False
    world.change(on_roll=True)
    states.append(state_of(world.facts, ORDER_DAY, rules()))
    assert [state.value for state in states] == [
        "informal-enquiry",
        "notice-437-served",
        "response-assessed",
        "expedient-decision",
        "school-consulted",
        "school-decision-notice",
        "notice-438-served",
        "school-determined",
        "sao-served",
        "complied",
    ]


@pytest.mark.feature("F57")
def test_the_academy_path_has_the_trusts_agreement_in_place_of_the_notice_and_no_wait() -> None:
    world = World()
    world.notice_437(FIRST)
    world.decided()
    world.do(DECISION_DAY, Action.CONSULT_SCHOOL, urn=ACADEMY.urn)
    no_439 = world.refused(DECISION_DAY, Action.NOTIFY_SCHOOL_439, urn=ACADEMY.urn, received=DECISION_DAY)
    assert "s439(6)" in no_439.section
    unasked = world.refused(DECISION_DAY, Action.SERVE_438, parent=1, urn=ACADEMY.urn)
    assert unasked.missing == ("agree-academy",)
    world.do(DECISION_DAY, Action.AGREE_ACADEMY, urn=ACADEMY.urn, agreed_by="A. Trustee")
    world.notice_438(DECISION_DAY, ACADEMY.urn)
    world.do(day("2026-12-31"), Action.DETERMINE_SCHOOL, urn=ACADEMY.urn, basis=Basis.SPECIFIED)
    world.order(day("2026-12-31"))
    world.do(day("2026-12-31"), Action.INFORM_SCHOOL)


def test_without_the_setting_no_academy_agreement_is_asked_for() -> None:
    world = World()
    world.notice_437(FIRST)
    world.decided()
    world.do(DECISION_DAY, Action.CONSULT_SCHOOL, urn=ACADEMY.urn)
    world.set(academy_must_agree=False)
    assert world.paper(DECISION_DAY, Paper.NOTICE_438, urn=ACADEMY.urn) is None


@pytest.mark.feature("F57")
def test_child_with_a_plan_goes_without_a_section_438_notice_to_the_school_in_the_plan() -> None:
    world = World(has_plan=True, plan_school=SPECIAL.urn)
    world.notice_437(FIRST)
    world.decided()
    assert state_of(world.facts, DECISION_DAY, rules()) is State.EHCP_ROUTE
    for action, given in (
        (Action.CONSULT_SCHOOL, {"urn": MAINTAINED.urn}),
        (Action.NOTIFY_SCHOOL_439, {"urn": MAINTAINED.urn, "received": DECISION_DAY}),
        (Action.SERVE_438, {"parent": 1, "urn": MAINTAINED.urn}),
    ):
        assert "s441" in world.refused(DECISION_DAY, action, **given).section
    other = world.refused(DECISION_DAY, Action.DETERMINE_SCHOOL, urn=MAINTAINED.urn, basis=Basis.SPECIFIED)
    assert "s441" in other.section
    assert world.refused(DECISION_DAY, Action.SERVE_ORDER, parent=1).missing == ("determine-school",)
    world.do(DECISION_DAY, Action.DETERMINE_SCHOOL, urn=SPECIAL.urn, basis=Basis.PLAN)
    world.order(DECISION_DAY)


def test_plan_that_names_no_school_must_be_amended_first() -> None:
    world = World(has_plan=True)
    world.notice_437(FIRST)
    world.decided()
    for action, given in (
        (Action.DETERMINE_SCHOOL, {"urn": "x", "basis": Basis.PLAN}),
        (Action.SERVE_ORDER, {"parent": 1}),
    ):
        refusal = world.refused(DECISION_DAY, action, **given)
        assert "Amend the plan first" in refusal.message
        assert refusal.allowed_from is None


def test_plan_basis_needs_a_plan_and_a_choice_that_no_longer_holds_is_made_again() -> None:
    world = to_notice_438()
    assert "s441" in world.refused(ORDER_DAY, Action.DETERMINE_SCHOOL, urn=MAINTAINED.urn, basis=Basis.PLAN).section
    planned = World(has_plan=True, plan_school=SPECIAL.urn)
    planned.notice_437(FIRST)
    planned.decided()
    planned.do(DECISION_DAY, Action.DETERMINE_SCHOOL, urn=SPECIAL.urn, basis=Basis.PLAN)
    planned.change(plan_school=MAINTAINED.urn)
    assert "must name the school in the plan" in planned.refused(DECISION_DAY, Action.SERVE_ORDER, parent=1).message
