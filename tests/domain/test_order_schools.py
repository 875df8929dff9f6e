"""Which school may be named, by which path, and who may be served with what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cme_desktop.domain.order_process import (
    Action,
    Basis,
    Paper,
    Parent,
    SchoolKind,
    State,
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
        world.do(DECISION_DAY, Action.RECORD_SCHOOL_ANSWER, urn=MAINTAINED.urn)  # what it says when consulted
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
        nobody = world.refused(later, Action.DETERMINE_SCHOOL, urn=ACADEMY.urn, basis=Basis.SELECTED)
        assert (nobody.code, nobody.missing) == ("particulars-missing", ("parent",))
        world.do(later, Action.DETERMINE_SCHOOL, urn=ACADEMY.urn, basis=Basis.SELECTED, parent=1)
        world.order(later)

    def test_selected_by_a_parent_stands_in_that_parents_own_notice(self) -> None:
        world = World()
        world.change(parents=(Parent(1), Parent(2)))
        world.notice_437(FIRST, 1)
        world.notice_437(FIRST, 2)
        world.decided()
        world.maintained_ready(DECISION_DAY)
        world.academy_ready(DECISION_DAY)
        later = day("2026-12-31")
        world.notice_438(later, MAINTAINED.urn, 1, alternatives=(ACADEMY.urn,))
        world.notice_438(later, MAINTAINED.urn, 2)
        over = later + timedelta(days=15)
        selected = {"urn": ACADEMY.urn, "basis": Basis.SELECTED}
        assert "this parent" in world.refused(over, Action.DETERMINE_SCHOOL, parent=2, **selected).message
        world.do(over, Action.DETERMINE_SCHOOL, parent=1, **selected)

    def test_applied_for_is_named_only_with_the_days_that_the_section_turns_on(self) -> None:
        world = to_notice_438()
        served = day("2026-12-31")
        chosen = {"urn": INDEPENDENT.urn, "basis": Basis.APPLIED, "parent": 1}
        bare = world.refused(ORDER_DAY, Action.DETERMINE_SCHOOL, **chosen)
        assert (bare.code, bare.missing) == ("particulars-missing", ("applied", "offered"))
        for applied, offered, wrong in (
            (served - timedelta(days=1), ORDER_DAY, "applied"),
            (ORDER_DAY, ORDER_DAY, "applied"),
            (served, served - timedelta(days=1), "offered"),
            (served, ORDER_DAY + timedelta(days=1), "offered"),
        ):
            refusal = world.refused(ORDER_DAY, Action.DETERMINE_SCHOOL, applied=applied, offered=offered, **chosen)
            assert refusal.missing == (wrong,)
        world.do(ORDER_DAY, Action.DETERMINE_SCHOOL, applied=served, offered=ORDER_DAY, **chosen)

    def test_at_the_councils_expense_is_never_a_maintained_one(self) -> None:
        world = to_notice_438()
        paid = world.refused(ORDER_DAY, Action.DETERMINE_SCHOOL, urn=MAINTAINED.urn, basis=Basis.COUNCIL_PAID, parent=1)
        assert "s438(5)" in paid.section

    def test_that_has_closed_or_is_no_school_of_these_kinds_is_never_named(self) -> None:
        world = self.decided()
        world.change(schools=(replace(MAINTAINED, closed=True), replace(SPECIAL, kind=SchoolKind.OTHER)))
        closed = world.refused(DECISION_DAY, Action.CONSULT_SCHOOL, urn=MAINTAINED.urn)
        assert closed.code == "school-closed"
        other = world.refused(DECISION_DAY, Action.CONSULT_SCHOOL, urn=SPECIAL.urn)
        assert "neither a maintained school nor an academy" in other.message

    def test_that_became_too_full_for_the_class_size_is_not_settled_on(self) -> None:
        world = to_notice_438()
        world.change(schools=(replace(MAINTAINED, class_size_prejudice=True),))
        refusal = world.refused(ORDER_DAY, Action.DETERMINE_SCHOOL, urn=MAINTAINED.urn, basis=Basis.SPECIFIED)
        assert "s439(4A)" in refusal.section

    def test_cannot_have_had_its_notice_before_it_was_made(self) -> None:
        world = self.decided()
        world.do(DECISION_DAY, Action.CONSULT_SCHOOL, urn=MAINTAINED.urn)
        later = DECISION_DAY + timedelta(days=30)
        refusal = world.refused(later, Action.NOTIFY_SCHOOL_439, urn=MAINTAINED.urn, received=DECISION_DAY)
        assert (refusal.missing, refusal.allowed_from) == (("received",), later)

    def test_that_answered_when_consulted_keeps_its_time_after_the_notice(self) -> None:
        world = self.decided()
        world.do(DECISION_DAY, Action.CONSULT_SCHOOL, urn=MAINTAINED.urn)
        world.do(DECISION_DAY, Action.RECORD_SCHOOL_ANSWER, urn=MAINTAINED.urn)
        world.do(DECISION_DAY, Action.NOTIFY_SCHOOL_439, urn=MAINTAINED.urn, received=DECISION_DAY)
        waits = world.refused(DECISION_DAY, Action.SERVE_438, parent=1, urn=MAINTAINED.urn)
        assert waits.allowed_from == day("2026-12-31")

    def test_chosen_by_one_parent_waits_for_the_other_parents_time(self) -> None:
        world = to_notice_438(1, 2)
        chosen = {"urn": INDEPENDENT.urn, "basis": Basis.APPLIED, "parent": 1}
        early = world.refused(day("2027-01-05"), Action.DETERMINE_SCHOOL, **chosen)
        assert early.allowed_from == ORDER_DAY
        days = {"applied": day("2027-01-02"), "offered": day("2027-01-08")}
        world.do(ORDER_DAY, Action.DETERMINE_SCHOOL, **chosen, **days)
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

    def test_parent_added_late_gets_no_order_before_the_second_notice(self) -> None:
        world = to_order()
        world.change(parents=(Parent(1), Parent(2)))
        world.issue(FIRST, Paper.NOTICE_437, 2)
        world.serve(Paper.NOTICE_437, FIRST, 2)
        assert world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=2).code == "parent-not-served"
        world.apply(ORDER_DAY, Action.DECIDE_NOT_TO_SERVE, parent=2, approved=True)
        assert "not to serve" in world.refused(ORDER_DAY, Action.SERVE_ORDER, parent=2).message
        world.order(ORDER_DAY, 1)
