"""The order process of the current law: its worked timetable, its paths, and every refusal with section and day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cme_desktop.domain.order_process import (
    Action,
    Basis,
    Document,
    NextAct,
    Paper,
    Parent,
    Result,
    State,
    next_act,
    notices_of,
    state_of,
)
from tests.domain.books import rules
from tests.domain.order_world import (
    ACADEMY,
    FIRST,
    INDEPENDENT,
    MAINTAINED,
    SPECIAL,
    World,
    day,
    to_notice_438,
    to_order,
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


@pytest.mark.feature("F57")
@pytest.mark.rule("SD88")
class TestOrderIsRefused:
    """Each way in which an order must be refused, with its section and the day from which it would be lawful."""

    def test_one_day_early(self) -> None:
        world = to_notice_438()
        world.issue(day("2027-01-14"), Paper.ORDER)
        refusal = world.refused(day("2027-01-14"), Action.SERVE_ORDER, parent=1)
        assert (refusal.section, refusal.allowed_from) == ("Education Act 1996 s438(3) to (6)", ORDER_DAY)

    def test_without_the_expediency_decision(self) -> None:
        world = World()
        world.notice_437(FIRST)
        world.do(DECISION_DAY, Action.ASSESS_RESPONSE, result=Result.NO_REPLY)
        refusal = world.refused(DECISION_DAY, Action.SERVE_ORDER, parent=1)
        assert refusal.section == "Education Act 1996 s437(3)"
        assert refusal.missing == ("decide-expedient",)
        assert refusal.allowed_from == DECISION_DAY + timedelta(days=15)  # an academy known here may agree at once
        world.change(schools=(MAINTAINED,))
        assert world.refused(DECISION_DAY, Action.SERVE_ORDER, parent=1).allowed_from == ORDER_DAY

    def test_where_school_is_decided_not_to_be_expedient(self) -> None:
        world = World()
        world.notice_437(FIRST)
        world.do(DECISION_DAY, Action.ASSESS_RESPONSE, result=Result.NOT_SATISFIED)
        world.do(DECISION_DAY, Action.DECIDE_EXPEDIENT, expedient=False, reasons="A place is being sought.")
        assert "not expedient" in world.refused(DECISION_DAY, Action.SERVE_ORDER, parent=1).message
        assert "not expedient" in world.refused(DECISION_DAY, Action.CONSULT_SCHOOL, urn=MAINTAINED.urn).message

    def test_without_a_consulted_school(self) -> None:
        world = World()
        world.notice_437(FIRST)
        world.decided()
        world.change(schools=(MAINTAINED,))
        refusal = world.refused(DECISION_DAY, Action.SERVE_ORDER, parent=1)
        assert (refusal.section, refusal.allowed_from) == ("Education Act 1996 s439(5)", ORDER_DAY)
        assert refusal.missing == ("consult-school",)
        world.change(schools=())
        assert world.refused(DECISION_DAY, Action.SERVE_ORDER, parent=1).missing == ("consult-school",)

    def test_without_notice_to_the_school(self) -> None:
        world = World()
        world.notice_437(FIRST)
        world.decided()
        world.do(DECISION_DAY, Action.CONSULT_SCHOOL, urn=MAINTAINED.urn)
        world.change(schools=(MAINTAINED,))
        refusal = world.refused(DECISION_DAY, Action.SERVE_ORDER, parent=1)
        assert (refusal.section, refusal.allowed_from) == ("Education Act 1996 s439(6)", ORDER_DAY)

    def test_with_a_parent_neither_served_nor_decided(self) -> None:
        world = to_order()
        world.change(parents=(Parent(1), Parent(2)))
        refusal = world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=1)
        assert refusal.code == "parent-not-served"
        assert refusal.missing == ("2",)
        assert "s576" in refusal.section
        assert refusal.allowed_from == ORDER_DAY
        world.apply(ORDER_DAY, Action.DECIDE_NOT_TO_SERVE, parent=2)
        assert world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=1).code == "parent-not-served"
        world.apply(ORDER_DAY, Action.DECIDE_NOT_TO_SERVE, parent=2, approved=True)
        world.order(ORDER_DAY)

    def test_on_a_defective_notice(self) -> None:
        world = World()
        world.notice_437(FIRST, served=FIRST + timedelta(days=2), printed=FIRST + timedelta(days=14))
        for action, given in (
            (Action.ASSESS_RESPONSE, {"result": Result.NO_REPLY}),
            (Action.DECIDE_EXPEDIENT, {"expedient": True, "reasons": "x"}),
            (Action.SERVE_ORDER, {"parent": 1}),
        ):
            refusal = world.refused(day("2027-02-01"), action, **given)
            assert refusal.code == "notice-defective"
            assert "s437(2)" in refusal.section
            assert refusal.missing == ("1",)
            assert refusal.allowed_from is not None
        assert world.decisions(day("2027-02-01")).state is State.INFORMAL_ENQUIRY
        assert world.decisions(day("2027-02-01")).paper(Paper.NOTICE_437).possible

    def test_on_a_notice_found_defective_after_everything_else_was_done(self) -> None:
        world = to_order()
        papers = tuple(replace(p, returned=True) if p.code is Paper.NOTICE_438 else p for p in world.facts.documents)
        world.change(documents=papers)
        refusal = world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=1)
        assert (refusal.code, refusal.allowed_from) == ("notice-defective", day("2027-01-30"))
        world.notice_438(ORDER_DAY, MAINTAINED.urn)
        assert world.refused(day("2027-01-29"), Action.SERVE_ORDER, parent=1).code == "too-early"
        late = day("2027-01-30")
        assert world.refused(late, Action.SERVE_ORDER, parent=1).missing == ("determine-school",)
        world.do(late, Action.DETERMINE_SCHOOL, urn=MAINTAINED.urn, basis=Basis.SPECIFIED)
        world.order(late)

    def test_for_a_child_out_of_school_age(self) -> None:
        world = to_order()
        world.change(dob=date(2010, 8, 31))
        refusal = world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=1)
        assert (refusal.section, refusal.allowed_from) == ("Education Act 1996 s8", None)
        assert "26 June 2026" in refusal.message
        world.change(dob=date(2022, 1, 1))
        young = world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=1)
        assert young.allowed_from == date(2027, 3, 31)

    def test_for_a_child_who_leaves_school_age_before_it_could_be_served(self) -> None:
        world = World(dob=date(2011, 8, 31))  # of school age until 25 June 2027
        world.issue(day("2027-05-01"), Paper.NOTICE_437)
        world.change(schools=(MAINTAINED,))
        refusal = world.refused(day("2027-06-12"), Action.SERVE_437, parent=1)
        assert "25 June 2027" in refusal.message
        assert world.why_not(day("2027-06-10"), Action.SERVE_437, parent=1) is None
        order = world.refused(day("2027-05-12"), Action.SERVE_ORDER, parent=1)
        assert (order.section, order.allowed_from) == ("Education Act 1996 s8", None)
        assert world.refused(day("2027-05-11"), Action.SERVE_ORDER, parent=1).allowed_from == day("2027-06-25")

    def test_deemed_served_after_school_age(self) -> None:
        world = to_order()
        world.change(dob=date(2011, 8, 31))
        late = world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=1, served_on=day("2027-06-26"))
        assert "s8" in late.section

    def test_on_a_parent_who_was_not_served(self) -> None:
        world = World(1, 2)
        world.notice_437(FIRST, 1)
        world.apply(FIRST, Action.DECIDE_NOT_TO_SERVE, parent=2, approved=True)
        world.decided()
        world.maintained_ready(DECISION_DAY)
        world.notice_438(day("2026-12-31"), MAINTAINED.urn, 1)
        world.do(ORDER_DAY, Action.DETERMINE_SCHOOL, urn=MAINTAINED.urn, basis=Basis.SPECIFIED)
        assert "not to serve" in world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=2).message
        assert world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=3).code == "not-found"
        world.order(ORDER_DAY, 1)

    def test_before_legal_has_confirmed_the_form_except_in_a_training_register(self) -> None:
        world = to_order()
        world.issue(ORDER_DAY, Paper.ORDER)
        world.change(form_confirmed=False)
        assert world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=1).code == "form-not-confirmed"
        assert world.paper(ORDER_DAY, Paper.ORDER) is None  # it may be drawn up, as a draft
        world.change(training=True)
        assert world.why_not(ORDER_DAY, Action.SERVE_ORDER, parent=1) is None

    def test_before_it_is_issued_or_naming_another_school(self) -> None:
        world = to_order()
        assert world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=1).code == "document-not-issued"
        world.issue(ORDER_DAY, Paper.ORDER, urn=ACADEMY.urn)
        assert "another school" in world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=1).message

    def test_while_it_waits_for_approval(self) -> None:
        world = to_order()
        waiting = Document(Paper.ORDER, 1, MAINTAINED.urn, waits_for_approval=True)
        world.change(documents=(*world.facts.documents, waiting))
        assert world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=1).code == "approval-needed"

    def test_twice(self) -> None:
        world = to_order()
        world.order(ORDER_DAY)
        assert world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=1).code == "already-done"
        assert "s440" in world.refused(ORDER_DAY, Action.CONSULT_SCHOOL, urn=ACADEMY.urn).section

    @pytest.mark.parametrize(
        ("fact", "words"),
        [
            ({"on_roll": True}, "registered pupil"),
            ({"in_area": False}, "area"),
            ({"closed": True}, "closed"),
            ({"direction_pending": True}, "Secretary of State"),
        ],
    )
    def test_while_a_fact_bars_it(self, fact: dict[str, object], words: str) -> None:
        world = to_order()
        world.issue(ORDER_DAY, Paper.ORDER)
        world.change(**fact)
        assert words in world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=1).message

    def test_where_the_child_has_since_been_excluded_from_the_school(self) -> None:
        world = to_order()
        world.issue(ORDER_DAY, Paper.ORDER)
        world.change(schools=(replace(MAINTAINED, permanently_excluded=True),))
        assert "s439(4)" in world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=1).section


@pytest.mark.feature("F57")
class TestReply:
    """The parents' time, their replies, and what the council makes of them."""

    def test_no_reply_cannot_be_recorded_before_the_latest_last_day_of_all_served(self) -> None:
        world = World(1, 2)
        world.notice_437(FIRST, 1)
        world.notice_437(FIRST + timedelta(days=3), 2)
        for on in (FIRST + timedelta(days=15), FIRST + timedelta(days=17)):
            early = world.refused(on, Action.ASSESS_RESPONSE, result=Result.NO_REPLY)
            assert (early.code, early.allowed_from) == ("too-early", FIRST + timedelta(days=18))
            assert world.refused(on, Action.DECIDE_EXPEDIENT, expedient=True, reasons="x").code == "too-early"
        world.do(FIRST + timedelta(days=18), Action.ASSESS_RESPONSE, result=Result.NO_REPLY)

    def test_a_reply_may_be_assessed_within_the_time_but_decided_only_after_it(self) -> None:
        world = World()
        world.notice_437(FIRST)
        world.do(FIRST + timedelta(days=4), Action.ASSESS_RESPONSE, result=Result.NOT_SATISFIED)
        early = world.refused(FIRST + timedelta(days=14), Action.DECIDE_EXPEDIENT, expedient=True, reasons="x")
        assert early.allowed_from == DECISION_DAY
        world.do(DECISION_DAY, Action.DECIDE_EXPEDIENT, expedient=True, reasons="Two hours a week is not enough.")

    def test_the_day_printed_in_the_notice_is_kept_to_where_it_is_later_than_the_law(self) -> None:
        world = World()
        world.notice_437(FIRST, printed=FIRST + timedelta(days=24))
        held = notices_of(world.facts, Paper.NOTICE_437, FIRST, rules())
        assert held.last_day == FIRST + timedelta(days=24)
        assert held.covered
        early = world.refused(FIRST + timedelta(days=15), Action.ASSESS_RESPONSE, result=Result.NO_REPLY)
        assert early.allowed_from == FIRST + timedelta(days=25)

    def test_the_councils_extra_days_count_where_nothing_was_printed(self) -> None:
        world = World()
        world.set(extra_days=10)
        world.notice_437(FIRST)
        assert notices_of(world.facts, Paper.NOTICE_437, FIRST, rules()).last_day == FIRST + timedelta(days=24)

    def test_satisfied_ends_the_process_and_a_new_notice_begins_another(self) -> None:
        world = World()
        world.notice_437(FIRST)
        ended = FIRST + timedelta(days=5)
        world.do(ended, Action.ASSESS_RESPONSE, result=Result.SATISFIED)
        assert state_of(world.facts, ended, rules()) is State.SATISFIED
        refusal = world.refused(DECISION_DAY, Action.DECIDE_EXPEDIENT, expedient=True, reasons="x")
        assert "was satisfied" in refusal.message
        assert "was satisfied" in world.refused(DECISION_DAY, Action.CONSULT_SCHOOL, urn=MAINTAINED.urn).message
        world.issue(ended, Paper.NOTICE_437)
        same_day = world.refused(ended, Action.SERVE_437, parent=1)
        assert same_day.allowed_from == ended + timedelta(days=1)
        world.notice_437(DECISION_DAY)
        assert state_of(world.facts, DECISION_DAY, rules()) is State.NOTICE_437_SERVED

    def test_a_parent_served_later_has_the_reply_assessed_and_decided_again(self) -> None:
        world = World()
        world.notice_437(FIRST)
        world.decided()
        world.change(parents=(Parent(1), Parent(2)))
        world.notice_437(DECISION_DAY, 2)
        assert (
            "assessed" in world.refused(day("2027-01-01"), Action.DECIDE_EXPEDIENT, expedient=True, reasons="x").message
        )
        assert "s437(3)" in world.refused(day("2027-01-01"), Action.CONSULT_SCHOOL, urn=MAINTAINED.urn).section
        world.decided(day("2026-12-31"))
        assert world.why_not(day("2026-12-31"), Action.CONSULT_SCHOOL, urn=MAINTAINED.urn) is None

    def test_nothing_can_be_assessed_before_service(self) -> None:
        refusal = World().refused(FIRST, Action.ASSESS_RESPONSE, result=Result.SATISFIED)
        assert refusal.missing == ("L04",)


@pytest.mark.feature("F60")
class TestSchool:
    """Which school may be named, and when its own steps are done."""

    @staticmethod
    def decided() -> World:
        """Return a world in which a school may be consulted."""
        world = World()
        world.notice_437(FIRST)
        world.decided()
        return world

    @pytest.mark.parametrize(
        ("school", "section"),
        [
            (replace(MAINTAINED, permanently_excluded=True), "s439(4)"),
            (replace(ACADEMY, permanently_excluded=True), "s439(4)"),
            (replace(MAINTAINED, class_size_prejudice=True), "s439(4A)"),
            (replace(MAINTAINED, over_number=True), "s439(1) to (3)"),
            (INDEPENDENT, "s438(3) to (6)"),
        ],
    )
    def test_that_may_not_be_named(self, school: object, section: str) -> None:
        world = self.decided()
        world.change(schools=(school,))
        refusal = world.refused(DECISION_DAY, Action.CONSULT_SCHOOL, urn=school.urn)  # type: ignore[attr-defined]
        assert refusal.section == f"Education Act 1996 {section}"

    @pytest.mark.parametrize(
        "school",
        [
            replace(MAINTAINED, over_number=True, council_admits=True),
            replace(MAINTAINED, over_number=True, only_reasonable_school=True),
            replace(MAINTAINED, over_number=False, class_size_prejudice=False),
            SPECIAL,
        ],
    )
    def test_that_may_be_named_all_the_same(self, school: object) -> None:
        world = self.decided()
        world.change(schools=(school,))
        world.maintained_ready(DECISION_DAY, school.urn)  # type: ignore[attr-defined]

    def test_that_is_not_known_is_to_be_chosen_first(self) -> None:
        world = self.decided()
        assert world.refused(DECISION_DAY, Action.CONSULT_SCHOOL, urn="999999").code == "school-unknown"
        world.change(schools=())
        assert world.decisions(DECISION_DAY).action(Action.CONSULT_SCHOOL).allowed
        assert world.decisions(DECISION_DAY).paper(Paper.CONSULTATION).possible
        assert world.refused(DECISION_DAY, Action.SERVE_438, parent=1, urn="999999").code == "school-unknown"

    def test_that_was_not_consulted_gets_no_notice_and_gives_no_agreement(self) -> None:
        world = self.decided()
        told = world.refused(DECISION_DAY, Action.NOTIFY_SCHOOL_439, urn=MAINTAINED.urn, received=DECISION_DAY)
        assert told.missing == ("consult-school",)
        agreed = world.refused(DECISION_DAY, Action.AGREE_ACADEMY, urn=ACADEMY.urn, agreed_by="A. Trustee")
        assert agreed.missing == ("consult-school",)
        assert "s439(6)" in world.refused(DECISION_DAY, Action.AGREE_ACADEMY, urn=MAINTAINED.urn, agreed_by="x").section

    def test_that_cannot_have_had_the_notice_before_it_was_asked(self) -> None:
        world = self.decided()
        world.do(DECISION_DAY, Action.CONSULT_SCHOOL, urn=MAINTAINED.urn)
        refusal = world.refused(DECISION_DAY, Action.NOTIFY_SCHOOL_439, urn=MAINTAINED.urn, received=day("2026-12-15"))
        assert refusal.missing == ("received",)

    def test_whose_governing_body_answered_in_writing_need_not_be_waited_for(self) -> None:
        world = self.decided()
        world.do(DECISION_DAY, Action.CONSULT_SCHOOL, urn=MAINTAINED.urn)
        none_yet = world.refused(DECISION_DAY, Action.RECORD_SCHOOL_ANSWER, urn=MAINTAINED.urn)
        assert none_yet.missing == ("notify-school-439",)
        world.do(DECISION_DAY, Action.NOTIFY_SCHOOL_439, urn=MAINTAINED.urn, received=day("2026-12-18"))
        early = world.refused(DECISION_DAY, Action.RECORD_SCHOOL_ANSWER, urn=MAINTAINED.urn)
        assert early.allowed_from == day("2026-12-18")
        assert (
            "governing body's written answer"
            in world.refused(day("2026-12-21"), Action.SERVE_438, parent=1, urn=MAINTAINED.urn).message
        )
        world.do(day("2026-12-21"), Action.RECORD_SCHOOL_ANSWER, urn=MAINTAINED.urn)
        world.notice_438(day("2026-12-21"), MAINTAINED.urn)

    def test_need_not_be_waited_for_where_the_council_does_not(self) -> None:
        world = self.decided()
        world.maintained_ready(DECISION_DAY)
        world.set(wait_for_school=False)
        assert world.paper(DECISION_DAY, Paper.NOTICE_438, urn=MAINTAINED.urn) is None
        assert world.decisions(DECISION_DAY).action(Action.SERVE_ORDER).from_date == day("2026-12-31")

    def test_under_an_application_to_the_secretary_of_state_waits_and_a_direction_settles_it(self) -> None:
        world = self.decided()
        world.maintained_ready(DECISION_DAY)
        world.change(direction_pending=True)
        late = day("2027-02-01")
        assert state_of(world.facts, late, rules()) is State.SOS_DIRECTION_PENDING
        assert "s439(7) and (8)" in world.refused(late, Action.SERVE_438, parent=1, urn=MAINTAINED.urn).section
        world.change(direction_pending=False, direction=SPECIAL.urn)
        world.notice_438(late, SPECIAL.urn)
        over = late + timedelta(days=15)
        wrong = world.refused(over, Action.DETERMINE_SCHOOL, urn=MAINTAINED.urn, basis=Basis.DIRECTION)
        assert "s439(7) and (8)" in wrong.section
        world.do(over, Action.DETERMINE_SCHOOL, urn=SPECIAL.urn, basis=Basis.DIRECTION)
        world.order(over)

    def test_named_in_the_issued_notice_is_the_only_one_that_can_be_served(self) -> None:
        world = self.decided()
        world.academy_ready(DECISION_DAY)
        world.maintained_ready(DECISION_DAY)
        world.issue(DECISION_DAY, Paper.NOTICE_438, urn=MAINTAINED.urn)
        other = world.refused(DECISION_DAY, Action.SERVE_438, parent=1, urn=ACADEMY.urn)
        assert other.code == "document-not-issued"
        assert world.refused(DECISION_DAY, Action.SERVE_438, parent=1).allowed_from == day("2026-12-31")

    def test_offered_as_an_alternative_must_have_been_through_its_path_too(self) -> None:
        world = self.decided()
        world.academy_ready(DECISION_DAY)
        world.issue(DECISION_DAY, Paper.NOTICE_438, urn=ACADEMY.urn, alternatives=(MAINTAINED.urn,))
        refusal = world.refused(DECISION_DAY, Action.SERVE_438, parent=1, urn=ACADEMY.urn)
        assert refusal.missing == ("consult-school",)

    def test_offered_as_an_alternative_may_be_selected_before_the_time_is_over(self) -> None:
        world = self.decided()
        world.maintained_ready(DECISION_DAY)
        world.academy_ready(DECISION_DAY)
        later = day("2026-12-31")
        world.notice_438(later, MAINTAINED.urn, alternatives=(ACADEMY.urn,))
        assert (
            "alternatives"
            in world.refused(later, Action.DETERMINE_SCHOOL, urn=SPECIAL.urn, basis=Basis.SELECTED).message
        )
        assert world.decisions(later).action(Action.DETERMINE_SCHOOL).allowed
        world.do(later, Action.DETERMINE_SCHOOL, urn=ACADEMY.urn, basis=Basis.SELECTED)
        world.order(later)

    def test_chosen_by_one_parent_waits_for_the_other_parents_time(self) -> None:
        world = to_notice_438(1, 2)
        early = world.refused(day("2027-01-05"), Action.DETERMINE_SCHOOL, urn=INDEPENDENT.urn, basis=Basis.APPLIED)
        assert early.allowed_from == ORDER_DAY
        world.do(ORDER_DAY, Action.DETERMINE_SCHOOL, urn=INDEPENDENT.urn, basis=Basis.APPLIED)
        world.order(ORDER_DAY, 1)
        world.order(ORDER_DAY, 2)

    def test_said_in_the_notice_is_the_one_specified(self) -> None:
        world = to_notice_438()
        refusal = world.refused(ORDER_DAY, Action.DETERMINE_SCHOOL, urn=ACADEMY.urn, basis=Basis.SPECIFIED)
        assert "Name the school in the notice" in refusal.message
        world.change(schools=(MAINTAINED, replace(ACADEMY, permanently_excluded=True)))
        applied = world.refused(ORDER_DAY, Action.DETERMINE_SCHOOL, urn=ACADEMY.urn, basis=Basis.APPLIED)
        assert "s439(4)" in applied.section


class TestNotices:
    """Who may be served, with what, and once only."""

    def test_parent_who_may_not_be_written_to_is_decided_on_instead(self) -> None:
        world = World()
        world.change(parents=(Parent(1, may_be_written_to=False),))
        assert "may not be written to" in world.refused(FIRST, Action.SERVE_437, parent=1).message
        assert not world.decisions(FIRST).paper(Paper.NOTICE_437).possible

    def test_notice_is_not_served_before_it_is_issued_nor_twice(self) -> None:
        world = World()
        assert world.refused(FIRST, Action.SERVE_437, parent=1).code == "document-not-issued"
        world.notice_437(FIRST)
        assert world.refused(FIRST, Action.SERVE_437, parent=1).code == "already-done"
        assert world.decisions(FIRST).action(Action.SERVE_437).from_date is None
        after = to_notice_438()
        assert after.refused(day("2027-01-02"), Action.SERVE_438, parent=1, urn=MAINTAINED.urn).code == "already-done"

    def test_each_parent_has_an_own_last_day(self) -> None:
        world = World(1, 2)
        world.notice_437(FIRST, 1)
        assert world.decisions(FIRST).action(Action.SERVE_437).why.startswith("The section 437(1) notice has not been")
        world.notice_437(FIRST + timedelta(days=3), 2)
        held = notices_of(world.facts, Paper.NOTICE_437, day("2026-12-10"), rules())
        assert dict(held.last_days) == {1: day("2026-12-15"), 2: day("2026-12-18")}

    def test_parent_not_served_with_the_first_notice_gets_no_second_one(self) -> None:
        world = World(1, 2)
        world.notice_437(FIRST, 1)
        world.apply(FIRST, Action.DECIDE_NOT_TO_SERVE, parent=2, approved=True)
        world.decided()
        world.academy_ready(DECISION_DAY)
        assert "not to serve" in world.refused(DECISION_DAY, Action.SERVE_438, parent=2, urn=ACADEMY.urn).message
        world.change(parents=(Parent(1), Parent(2), Parent(3)))
        world.apply(DECISION_DAY, Action.DECIDE_NOT_TO_SERVE, parent=3, approved=False)
        assert world.refused(DECISION_DAY, Action.SERVE_438, parent=3, urn=ACADEMY.urn).section.startswith("Education")

    def test_second_notice_needs_the_last_parent_too(self) -> None:
        world = to_notice_438(1, 2)
        papers = tuple(p for p in world.facts.documents if not (p.code is Paper.NOTICE_438 and p.parent == 2))
        world.change(documents=papers)
        refusal = world.refused(ORDER_DAY, Action.DETERMINE_SCHOOL, urn=MAINTAINED.urn, basis=Basis.SPECIFIED)
        assert (refusal.code, refusal.missing) == ("parent-not-served", ("2",))
        assert world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=1).code == "parent-not-served"

    def test_second_notice_too_late_for_school_age_is_refused(self) -> None:
        world = World(dob=date(2011, 8, 31))
        start = day("2027-05-25")
        world.notice_437(start)
        on = start + timedelta(days=15)
        world.decided(on)
        world.academy_ready(on)
        assert world.paper(on, Paper.NOTICE_438, urn=ACADEMY.urn) is None
        late = check = world.paper(on + timedelta(days=3), Paper.NOTICE_438, urn=ACADEMY.urn)
        assert check is not None
        assert late is not None
        assert "25 June 2027" in late.message

    def test_decision_not_to_serve(self) -> None:
        world = World(1, 2)
        assert world.why_not(FIRST, Action.DECIDE_NOT_TO_SERVE, parent=2, reasons="No address after enquiries") is None
        assert world.refused(FIRST, Action.DECIDE_NOT_TO_SERVE, parent=9, reasons="x").code == "not-found"
        world.apply(FIRST, Action.DECIDE_NOT_TO_SERVE, parent=2, approved=True)
        again = world.refused(FIRST, Action.DECIDE_NOT_TO_SERVE, parent=2, reasons="x")
        assert again.code == "already-done"
        world.change(closed=True)
        assert "closed" in world.refused(FIRST, Action.DECIDE_NOT_TO_SERVE, parent=1, reasons="x").message


class TestAnswers:
    """What the listing says, and how missing particulars are told."""

    @pytest.mark.parametrize(
        ("action", "given", "missing"),
        [
            (Action.DECIDE_NOT_TO_SERVE, {"parent": 1}, ("reason",)),
            (Action.DECIDE_NOT_TO_SERVE, {"parent": 1, "reasons": "  "}, ("reason",)),
            (Action.CLOSE, {}, ("outcome", "how_confirmed")),
        ],
    )
    def test_missing_particulars_are_named(
        self, action: Action, given: dict[str, object], missing: tuple[str, ...]
    ) -> None:
        refusal = World().refused(FIRST, action, **given)
        assert (refusal.code, refusal.missing) == ("particulars-missing", missing)

    def test_a_reason_in_law_comes_before_a_missing_particular(self) -> None:
        refusal = World().refused(FIRST, Action.DECIDE_EXPEDIENT)
        assert (refusal.code, refusal.missing) == ("not-lawful", ("L04",))
        assert World().refused(FIRST, Action.SERVE_ORDER).allowed_from == day("2026-12-31")

    def test_closing(self) -> None:
        world = World()
        given = {"outcome": "school-place", "how_confirmed": "The school wrote"}
        assert world.why_not(FIRST, Action.CLOSE, **given) is None
        world.change(closed=True)
        assert world.refused(FIRST, Action.CLOSE, **given).code == "already-done"
        assert world.decisions(FIRST).state is State.ENDED
        assert not world.decisions(FIRST).action(Action.CLOSE).allowed

    def test_case_without_parents_says_so(self) -> None:
        world = World()
        world.change(parents=())
        assert world.decisions(FIRST).action(Action.SERVE_437).section.endswith("s576")

    def test_listing_covers_every_act_and_every_paper(self) -> None:
        told = World().decisions(FIRST)
        assert [one.action for one in told.actions] == list(Action)
        assert [one.code.value for one in told.papers] == ["L04", "L05", "L06", "L07", "L08", "L09"]
        for decision in told.actions:
            assert decision.why
            assert decision.section
        for paper in told.papers:
            assert paper.possible == (not paper.reasons)

    def test_papers_made_by_an_act_stay_possible_afterwards(self) -> None:
        world = to_order()
        world.change(
            documents=(
                *world.facts.documents,
                Document(Paper.CONSULTATION, urn=MAINTAINED.urn, issued_on=DECISION_DAY),
                Document(Paper.NOTICE_439, urn=MAINTAINED.urn, issued_on=DECISION_DAY),
            )
        )
        world.order(ORDER_DAY)
        told = world.decisions(ORDER_DAY)
        possible = {paper.code.value for paper in told.papers if paper.possible}
        assert possible == {"L05", "L06", "L09"}

    def test_near_the_end_of_school_age_the_listing_warns(self) -> None:
        world = World(dob=date(2011, 8, 31))
        world.notice_437(day("2027-05-01"))
        told = world.decisions(day("2027-05-01")).action(Action.ASSESS_RESPONSE)
        assert "Compulsory school age ends in 55 days." in told.why
        assert "No reply can be recorded later" in told.why

    def test_the_school_is_told_once_after_the_order(self) -> None:
        world = to_order()
        before = world.refused(ORDER_DAY, Action.INFORM_SCHOOL)
        assert (before.missing, before.allowed_from) == (("serve-order",), ORDER_DAY)
        world.order(ORDER_DAY)
        world.do(ORDER_DAY, Action.INFORM_SCHOOL)
        assert world.refused(ORDER_DAY, Action.INFORM_SCHOOL).code == "already-done"

    def test_order_ends_with_school_age(self) -> None:
        world = to_order()
        world.order(ORDER_DAY)
        assert state_of(world.facts, date(2031, 1, 1), rules()) is State.ENDED

    def test_what_is_dated_later_is_not_looked_at(self) -> None:
        world = to_order()
        assert state_of(world.facts, FIRST - timedelta(days=1), rules()) is State.INFORMAL_ENQUIRY
        refusal = world.refused(FIRST + timedelta(days=20), Action.SERVE_ORDER, parent=1)
        assert refusal.allowed_from is not None
        assert refusal.allowed_from >= day("2026-12-31")


class TestNextAct:
    """The next act of a process that has begun, with a date that does not move from day to day."""

    @staticmethod
    def of(world: World, on: date) -> NextAct | None:
        """Return the next act as on a day."""
        return next_act(world.facts, on, rules())

    def told(self, world: World, on: date) -> tuple[str, date]:
        """Return the next act and its date, the same a week later."""
        act = self.of(world, on)
        assert act is not None
        assert self.of(world, on + timedelta(days=7)) == act
        return act.action.value, act.due

    def test_none_before_the_first_notice_nor_where_the_process_is_barred(self) -> None:
        world = World()
        assert self.of(world, FIRST) is None
        world.change(documents=(Document(Paper.NOTICE_437, 1, waits_for_approval=True),))
        assert self.of(world, FIRST) is None
        world.notice_437(FIRST)
        world.change(on_roll=True)
        assert self.of(world, FIRST) is None

    def test_along_the_maintained_path(self) -> None:
        world = World()
        world.issue(FIRST, Paper.NOTICE_437)
        assert self.told(world, FIRST) == ("serve-437", FIRST)
        world.serve(Paper.NOTICE_437, FIRST)
        assert self.told(world, FIRST) == ("assess-response", DECISION_DAY)
        world.do(DECISION_DAY, Action.ASSESS_RESPONSE, result=Result.NO_REPLY)
        assert self.told(world, DECISION_DAY) == ("decide-expedient", DECISION_DAY)
        world.do(DECISION_DAY, Action.DECIDE_EXPEDIENT, expedient=True, reasons="Nothing was shown.")
        assert self.told(world, DECISION_DAY) == ("consult-school", DECISION_DAY)
        world.do(DECISION_DAY, Action.CONSULT_SCHOOL, urn=MAINTAINED.urn)
        assert self.told(world, DECISION_DAY) == ("notify-school-439", DECISION_DAY)
        world.do(DECISION_DAY, Action.NOTIFY_SCHOOL_439, urn=MAINTAINED.urn, received=DECISION_DAY)
        assert self.told(world, DECISION_DAY) == ("serve-438", day("2026-12-31"))
        world.notice_438(day("2026-12-31"), MAINTAINED.urn)
        assert self.told(world, day("2026-12-31")) == ("determine-school", ORDER_DAY)
        world.do(ORDER_DAY, Action.DETERMINE_SCHOOL, urn=MAINTAINED.urn, basis=Basis.SPECIFIED)
        assert self.told(world, ORDER_DAY) == ("serve-order", ORDER_DAY)
        world.order(ORDER_DAY)
        assert self.told(world, ORDER_DAY) == ("inform-school", ORDER_DAY)
        world.do(ORDER_DAY, Action.INFORM_SCHOOL)
        assert self.told(world, ORDER_DAY) == ("close", ORDER_DAY)
        world.change(on_roll=True)
        assert self.of(world, ORDER_DAY) is None

    def test_along_the_other_paths(self) -> None:
        academy = World()
        academy.notice_437(FIRST)
        academy.decided()
        academy.do(DECISION_DAY, Action.CONSULT_SCHOOL, urn=ACADEMY.urn)
        assert self.told(academy, DECISION_DAY) == ("agree-academy", DECISION_DAY)
        academy.change(schools=())
        assert self.of(academy, DECISION_DAY) is None
        plan = World(has_plan=True)
        plan.notice_437(FIRST)
        plan.decided()
        assert self.told(plan, DECISION_DAY) == ("determine-school", DECISION_DAY)
        refused = World()
        refused.notice_437(FIRST)
        refused.do(DECISION_DAY, Action.ASSESS_RESPONSE, result=Result.NO_REPLY)
        refused.do(DECISION_DAY, Action.DECIDE_EXPEDIENT, expedient=False, reasons="A place is sought.")
        assert self.of(refused, DECISION_DAY) is None

    def test_where_a_parent_is_missing_or_a_notice_does_not_hold(self) -> None:
        world = World(1, 2)
        world.notice_437(FIRST, 1)
        world.do(DECISION_DAY, Action.ASSESS_RESPONSE, result=Result.NO_REPLY)
        assert self.told(world, DECISION_DAY) == ("decide-not-to-serve", DECISION_DAY)
        faulty = World()
        faulty.notice_437(FIRST, printed=FIRST + timedelta(days=3))
        assert self.told(faulty, DECISION_DAY) == ("serve-437", FIRST)
