"""Each way in which an order or a reply is refused, with its section and its first lawful day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cme_desktop.domain.order_process import (
    Action,
    Basis,
    Document,
    Paper,
    Parent,
    Result,
    State,
    notices_of,
    state_of,
)
from tests.domain.books import rules
from tests.domain.order_world import (
    ACADEMY,
    FIRST,
    MAINTAINED,
    World,
    day,
    to_notice_438,
    to_order,
)

DECISION_DAY = day("2026-12-16")
ORDER_DAY = day("2027-01-15")


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

    def test_on_a_day_before_its_paper_was_issued(self) -> None:
        world = to_order()
        world.issue(ORDER_DAY + timedelta(days=3), Paper.ORDER)
        refusal = world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=1)
        assert (refusal.code, refusal.allowed_from) == ("too-early", ORDER_DAY + timedelta(days=3))
        assert "was issued on Monday 18 January 2027" in refusal.message

    def test_and_its_notice_while_no_school_of_the_case_was_consulted(self) -> None:
        world = World()
        world.change(schools=())
        world.notice_437(FIRST)
        world.decided()
        refusal = world.paper(DECISION_DAY, Paper.NOTICE_438)
        assert refusal is not None
        assert (refusal.section, refusal.missing) == ("Education Act 1996 s439(5)", ("consult-school",))
        assert refusal.allowed_from == day("2026-12-31")

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

    def test_each_parents_reply_is_assessed_for_itself(self) -> None:
        world = World()
        world.change(parents=(Parent(1), Parent(2)))
        world.notice_437(FIRST, 1)
        world.notice_437(FIRST + timedelta(days=3), 2)
        both_over = FIRST + timedelta(days=18)
        world.do(FIRST + timedelta(days=5), Action.ASSESS_RESPONSE, parent=1, result=Result.NOT_SATISFIED)
        early = world.refused(FIRST + timedelta(days=17), Action.ASSESS_RESPONSE, parent=2, result=Result.NO_REPLY)
        assert (early.code, early.allowed_from) == ("too-early", both_over)
        assert state_of(world.facts, both_over, rules()) is State.NOTICE_437_SERVED
        undecided = world.refused(both_over, Action.DECIDE_EXPEDIENT, expedient=True, reasons="x")
        assert undecided.missing == ("assess-response",)
        world.do(both_over, Action.ASSESS_RESPONSE, parent=2, result=Result.NO_REPLY)
        assert state_of(world.facts, both_over, rules()) is State.RESPONSE_ASSESSED
        world.do(both_over, Action.DECIDE_EXPEDIENT, expedient=True, reasons="Two hours a week is not enough.")

    def test_no_reply_of_one_parent_waits_for_that_parents_own_time_only(self) -> None:
        world = World()
        world.change(parents=(Parent(1), Parent(2)))
        world.notice_437(FIRST, 1)
        world.notice_437(FIRST + timedelta(days=3), 2)
        early = world.refused(FIRST + timedelta(days=14), Action.ASSESS_RESPONSE, parent=1, result=Result.NO_REPLY)
        assert early.allowed_from == FIRST + timedelta(days=15)
        world.do(FIRST + timedelta(days=15), Action.ASSESS_RESPONSE, parent=1, result=Result.NO_REPLY)

    def test_a_parent_who_was_not_served_has_no_reply_to_assess(self) -> None:
        world = World()
        world.change(parents=(Parent(1), Parent(2)))
        world.notice_437(FIRST, 1)
        refusal = world.refused(DECISION_DAY, Action.ASSESS_RESPONSE, parent=2, result=Result.NOT_SATISFIED)
        assert (refusal.code, refusal.missing) == ("parent-not-served", ("L04",))

    def test_satisfied_by_one_parent_ends_the_process(self) -> None:
        world = World()
        world.change(parents=(Parent(1), Parent(2)))
        world.notice_437(FIRST, 1)
        world.notice_437(FIRST, 2)
        world.do(FIRST + timedelta(days=5), Action.ASSESS_RESPONSE, parent=2, result=Result.SATISFIED)
        assert state_of(world.facts, FIRST + timedelta(days=5), rules()) is State.SATISFIED

    def test_nothing_can_be_assessed_before_service(self) -> None:
        refusal = World().refused(FIRST, Action.ASSESS_RESPONSE, result=Result.SATISFIED)
        assert refusal.missing == ("L04",)
