"""The next act of an order process that has begun, and the day it became or becomes possible: the same every day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cme_desktop.domain.calendar import ONE_DAY, long_date
from cme_desktop.domain.order_process.facts import Action, Document, OrderFacts, Paper, State, Step
from cme_desktop.domain.order_process.standing import Standing
from cme_desktop.domain.order_process.steps import SECTIONS
from cme_desktop.domain.rules import RuleBook


@dataclass(frozen=True)
class NextAct:
    """What to do next in an order process, by when, and why; ``section`` is where the law or practice asks for it."""

    action: Action
    title: str
    due: date
    why: str
    section: str


def next_act(facts: OrderFacts, on: date, rules: RuleBook) -> NextAct | None:
    """Return the next act of an order process that has begun; None before its first notice and after its end."""
    standing = Standing(facts, on, rules)
    if standing.orders:
        return _after_order(standing)
    if facts.closed or facts.on_roll or not facts.in_area or not standing.school_age[0] <= on <= standing.school_age[1]:
        return None
    drafted = [paper for paper in standing.documents if paper.code is Paper.NOTICE_437]
    if not drafted:
        return None
    return _notice_437(standing, drafted) or _decision(standing) or _school(standing) or _choice(standing)


def _act(action: Action, title: str, due: date, why: str) -> NextAct:
    return NextAct(action, title, due, why, SECTIONS[action])


def _notice_437(standing: Standing, drafted: list[Document]) -> NextAct | None:
    notices = standing.notices_437
    if notices.faulty:
        served = [paper.served_on for paper in drafted if paper.served_on is not None]
        return _act(Action.SERVE_437, "Serve the section 437(1) notice again", max(served), "It does not hold")
    issued = [paper.issued_on for paper in drafted if paper.issued_on is not None]
    if not notices.valid and issued:
        title = "Record how the section 437(1) notice was served"
        return _act(Action.SERVE_437, title, max(issued), f"It was issued on {long_date(max(issued))}")
    return None


def _decision(standing: Standing) -> NextAct | None:
    notices = standing.notices_437
    over = notices.over_from
    if over is None or standing.decision is not None:
        return None
    why = f"The last parent's time ends on {long_date(over - ONE_DAY)}"
    if standing.assessment is None:
        return _act(Action.ASSESS_RESPONSE, "Assess what the parents replied", over, why)
    if notices.uncovered:
        return _act(
            Action.DECIDE_NOT_TO_SERVE,
            "Serve each parent, or have a decision not to serve approved",
            over,
            "A parent has neither",
        )
    return _act(Action.DECIDE_EXPEDIENT, "Decide whether school is expedient", max(over, standing.assessment.on), why)


def _school(standing: Standing) -> NextAct | None:
    decision = standing.decision
    if decision is None or not standing.expedient or standing.facts.has_plan or standing.notices_438.valid:
        return None
    asked = [step for step in standing.steps if step.action is Action.CONSULT_SCHOOL]
    if not asked:
        why = f"It was decided on {long_date(decision.on)} that the child should attend school"
        return _act(Action.CONSULT_SCHOOL, "Choose a school and consult it", decision.on, why)
    return _consulted(standing, next((step for step in asked if _has_come_far(standing, step)), asked[-1]))


def _has_come_far(standing: Standing, consulted: Step) -> bool:
    """Say whether a consulted school has had its notice, or its trust has agreed."""
    school = standing.facts.school(consulted.urn)
    return school is not None and standing.school_may_be_proposed_from(school) is not None


def _consulted(standing: Standing, consulted: Step) -> NextAct | None:
    school = standing.facts.school(consulted.urn)
    if school is None:
        return None
    ready = standing.school_may_be_proposed_from(school)
    due, why = _answer_of(standing, consulted)
    if ready is None and school.is_maintained:
        return _act(Action.NOTIFY_SCHOOL_439, "Give the school notice of the decision", due, why)
    if ready is None:
        return _act(Action.AGREE_ACADEMY, "Get the trust's written agreement", due, why)
    title = "Serve the section 438(2) notice"
    return _act(Action.SERVE_438, title, ready, f"The school has had its time by {long_date(ready - ONE_DAY)}")


def _answer_of(standing: Standing, consulted: Step) -> tuple[date, str]:
    """Return when a consulted school has answered, or the day after the last on which it was asked to, and why."""
    answered = standing.last(Action.RECORD_SCHOOL_ANSWER, consulted.urn)
    if answered is not None and answered.on >= consulted.on:
        return answered.on, f"The school answered on {long_date(answered.on)}"
    letters = [one for one in standing.documents if one.code is Paper.CONSULTATION and one.urn == consulted.urn]
    last = letters[-1].printed_last_day if letters else None
    if last is None:
        return consulted.on, f"The school was consulted on {long_date(consulted.on)}"
    return last + ONE_DAY, f"The school was asked to answer by {long_date(last)}"


def _choice(standing: Standing) -> NextAct | None:
    decision = standing.decision
    if decision is None or not standing.expedient:
        return None
    chosen = standing.last(Action.DETERMINE_SCHOOL)
    if chosen is not None:
        why = f"The school was settled on {long_date(chosen.on)}"
        return _act(Action.SERVE_ORDER, "Make and serve the school attendance order", chosen.on, why)
    if standing.facts.has_plan:
        title = (
            "Name the school in the plan" if standing.facts.plan_school else "Have the plan amended to name a school"
        )
        return _act(Action.DETERMINE_SCHOOL, title, decision.on, "The child has an education, health and care plan")
    over = standing.notices_438.over_from
    if over is None:
        return None
    why = f"The last parent's time to choose ends on {long_date(over - ONE_DAY)}"
    return _act(Action.DETERMINE_SCHOOL, "Record which school the order names", over, why)


def _after_order(standing: Standing) -> NextAct | None:
    if standing.state is not State.SAO_SERVED:
        return None
    served = max(paper.served_on for paper in standing.orders.values() if paper.served_on is not None)
    told = standing.last(Action.INFORM_SCHOOL)
    if told is None:
        return _act(Action.INFORM_SCHOOL, "Tell the school of the order", served, "On the day the order is served")
    return _act(
        Action.CLOSE,
        "Check that the school has admitted the child",
        told.on,
        f"The school was told of the order on {long_date(told.on)}",
    )
