"""What the listing of acts and papers says, missing particulars, and the next act."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cme_desktop.domain.order_process import (
    Action,
    Basis,
    Document,
    NextAct,
    Paper,
    Result,
    State,
    next_act,
    state_of,
)
from tests.domain.books import rules
from tests.domain.order_world import (
    ACADEMY,
    FIRST,
    MAINTAINED,
    World,
    day,
    to_order,
)

DECISION_DAY = day("2026-12-16")
ORDER_DAY = day("2027-01-15")


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

    def test_waits_for_the_day_by_which_the_school_was_asked_to_answer_or_for_its_answer(self) -> None:
        world = World()
        world.notice_437(FIRST)
        world.decided()
        world.issue(DECISION_DAY, Paper.CONSULTATION, 0, MAINTAINED.urn, printed_last_day=day("2027-01-04"))
        world.do(DECISION_DAY, Action.CONSULT_SCHOOL, urn=MAINTAINED.urn)
        assert self.told(world, DECISION_DAY) == ("notify-school-439", day("2027-01-05"))
        assert world.why_not(DECISION_DAY, Action.NOTIFY_SCHOOL_439, urn=MAINTAINED.urn, received=DECISION_DAY) is None
        world.do(day("2026-12-18"), Action.RECORD_SCHOOL_ANSWER, urn=MAINTAINED.urn)
        assert self.told(world, day("2026-12-18")) == ("notify-school-439", day("2026-12-18"))

    def test_goes_on_with_the_school_that_has_come_furthest(self) -> None:
        world = World()
        world.notice_437(FIRST)
        world.decided()
        world.maintained_ready(DECISION_DAY)
        world.do(DECISION_DAY, Action.CONSULT_SCHOOL, urn=ACADEMY.urn)
        assert self.told(world, DECISION_DAY) == ("serve-438", day("2026-12-31"))

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
