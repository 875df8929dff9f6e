"""Answer for one case on one day: what is lawful now, what is not, from when, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date

from cme_desktop.domain.errors import Refusal
from cme_desktop.domain.order_process import steps
from cme_desktop.domain.order_process.facts import (
    Action,
    ActionDecision,
    Basis,
    Decisions,
    OrderFacts,
    Paper,
    PaperDecision,
    Request,
    Result,
    State,
)
from cme_desktop.domain.order_process.guards import (
    S437_1,
    S437_3,
    S437_5,
    S438,
    S439_CONSULT,
    S439_NOTICE,
    refuse,
)
from cme_desktop.domain.order_process.school_guards import school_ready
from cme_desktop.domain.order_process.standing import Notices, Standing
from cme_desktop.domain.rules import RuleBook
from cme_desktop.domain.school_age import days_of_school_age_left

WARN_DAYS_BEFORE_AGE_ENDS = 60

PARTICULARS: Mapping[Action, tuple[tuple[str, str], ...]] = {
    Action.SERVE_437: (("parent", "parent"),),
    Action.ASSESS_RESPONSE: (("result", "result"),),
    Action.DECIDE_EXPEDIENT: (("expedient", "expedient"), ("reasons", "reasons")),
    Action.CONSULT_SCHOOL: (("urn", "urn"),),
    Action.AGREE_ACADEMY: (("urn", "urn"), ("agreed_by", "agreed_by")),
    Action.NOTIFY_SCHOOL_439: (("urn", "urn"), ("received", "received")),
    Action.RECORD_SCHOOL_ANSWER: (("urn", "urn"),),
    Action.SERVE_438: (("parent", "parent"),),
    Action.DETERMINE_SCHOOL: (("urn", "urn"), ("basis", "basis")),
    Action.SERVE_ORDER: (("parent", "parent"),),
    Action.DECIDE_NOT_TO_SERVE: (("parent", "parent"), ("reasons", "reason")),
    Action.CLOSE: (("outcome", "outcome"), ("how_confirmed", "how_confirmed")),
}

WORDS_ALLOWED: Mapping[Action, str] = {
    Action.SERVE_437: "The notice is issued. Record how and when it was served.",
    Action.ASSESS_RESPONSE: "Record whether the council is satisfied with what the parents replied.",
    Action.DECIDE_EXPEDIENT: "The parents' time is over and their replies are assessed. Record the decision.",
    Action.CONSULT_SCHOOL: "It is decided that the child should attend school. Choose the school and consult it.",
    Action.AGREE_ACADEMY: "The trust has been asked. Record its written agreement, and who gave it.",
    Action.NOTIFY_SCHOOL_439: "The school has been consulted. Give it notice of the decision to name it.",
    Action.RECORD_SCHOOL_ANSWER: "The school has the notice. If its governing body answers in writing, record it.",
    Action.SERVE_438: "The notice is issued and the school is ready. Record how and when it was served.",
    Action.DETERMINE_SCHOOL: "Record which school the order names, and why.",
    Action.SERVE_ORDER: "Everything before the order is done. Record how and when it was served.",
    Action.INFORM_SCHOOL: "The order is served. Tell the school today.",
    Action.DECIDE_NOT_TO_SERVE: "Possible for a parent who cannot or should not be served; a second person approves.",
    Action.CLOSE: "Needs an outcome and how it was confirmed.",
}

PAPER_ACTIONS: Mapping[Paper, tuple[Action, str]] = {
    Paper.NOTICE_437: (Action.SERVE_437, S437_1),
    Paper.CONSULTATION: (Action.CONSULT_SCHOOL, S439_CONSULT),
    Paper.NOTICE_439: (Action.NOTIFY_SCHOOL_439, S439_NOTICE),
    Paper.NOTICE_438: (Action.SERVE_438, S438),
    Paper.ORDER: (Action.SERVE_ORDER, S437_3),
    Paper.NOTICE_OF_ORDER: (Action.INFORM_SCHOOL, S437_5),
}

PAPER_GUARDS: Mapping[Paper, Callable[[Standing, Request], Refusal | None]] = {
    Paper.NOTICE_437: steps.notice_437,
    Paper.CONSULTATION: steps.consult_school,
    Paper.NOTICE_439: steps.notify_school_439,
    Paper.NOTICE_438: steps.notice_438,
    Paper.ORDER: steps.order,
    Paper.NOTICE_OF_ORDER: steps.inform_school,
}

MADE_BY_THE_ACT = (Paper.CONSULTATION, Paper.NOTICE_439, Paper.NOTICE_OF_ORDER)


def decide(facts: OrderFacts, on: date, rules: RuleBook) -> Decisions:
    """Return the state, every act and every paper of the order process as on a day (law-and-process.md 2.2 to 2.7)."""
    standing = Standing(facts, on, rules)
    return Decisions(
        standing.state,
        tuple(_action_decision(standing, action) for action in Action),
        tuple(_paper_decision(standing, paper) for paper in Paper),
    )


def check(facts: OrderFacts, request: Request, on: date, rules: RuleBook) -> Refusal | None:
    """Return why an act, with its particulars, is not lawful on a day; None if it is.

    A reason in law comes before a missing particular (code particulars-missing, ``missing`` naming the fields).
    """
    standing = Standing(facts, on, rules)
    missing = tuple(name for field, name in PARTICULARS.get(request.action, ()) if not _given(request, field))
    if missing:
        refusal = _best(standing, request.action)
        return refusal or refuse(
            f"Enter {_listed(missing)} first: this step cannot be recorded without it.",
            steps.SECTIONS[request.action],
            on,
            missing,
            "particulars-missing",
        )
    return steps.GUARDS[request.action](standing, request)


def check_paper(
    facts: OrderFacts,
    code: Paper,
    on: date,
    rules: RuleBook,
    *,
    parent: int | None = None,
    urn: str | None = None,
    alternatives: Iterable[str] = (),
    served_on: date | None = None,
) -> Refusal | None:
    """Return why a document cannot be made on a day, for one parent and one school where given; None if it can.

    ``alternatives`` are the other schools that it offers: each must have come as far as the one it names.
    ``served_on`` is the day on which it is expected to count as served, where that is known.
    """
    standing = Standing(facts, on, rules)
    requests = _paper_requests(standing, code, parent, urn)
    refusals = [PAPER_GUARDS[code](standing, replace(request, served_on=served_on)) for request in requests]
    if None not in refusals:
        return _first(refusals)
    return next(filter(None, (school_ready(standing, other) for other in alternatives)), None)


def state_of(facts: OrderFacts, on: date, rules: RuleBook) -> State:
    """Return the name of the furthest step of the order process that stands on a day."""
    return Standing(facts, on, rules).state


def notices_of(facts: OrderFacts, code: Paper, on: date, rules: RuleBook) -> Notices:
    """Return which parents' notices (L04 or L07) hold, which do not, and each parent's last day."""
    standing = Standing(facts, on, rules)
    return standing.notices_437 if code is Paper.NOTICE_437 else standing.notices_438


def _given(request: Request, field: str) -> bool:
    value = getattr(request, field)
    return value.strip() != "" if isinstance(value, str) else value is not None


def _listed(names: Iterable[str]) -> str:
    return " and ".join(name.replace("_", " ") for name in names)


def _action_decision(standing: Standing, action: Action) -> ActionDecision:
    refusal = _best(standing, action)
    if refusal is not None:
        return ActionDecision(action, False, refusal.allowed_from, refusal.message, refusal.section)
    why = WORDS_ALLOWED[action]
    if action is Action.ASSESS_RESPONSE:
        early = steps.assess_response(standing, Request(action, result=Result.NO_REPLY))
        why += (
            "" if early is None else f" No reply can be recorded later: {early.message[0].lower()}{early.message[1:]}"
        )
    left = days_of_school_age_left(standing.facts.dob, standing.on)
    if action is not Action.CLOSE and 0 <= left < WARN_DAYS_BEFORE_AGE_ENDS:
        why += f" Compulsory school age ends in {left} days."
    return ActionDecision(action, True, standing.on, why, steps.SECTIONS[action])


def _best(standing: Standing, action: Action) -> Refusal | None:
    """Return None if the act is lawful for any parent, school or choice; else the reason that says most."""
    refusals = [steps.GUARDS[action](standing, request) for request in _requests(standing, action)]
    if action is Action.CONSULT_SCHOOL and any(one is not None and one.code == "school-unknown" for one in refusals):
        return None  # any school of the directory may still be chosen
    return None if None in refusals else _first(refusals)


def _first(refusals: Iterable[Refusal | None]) -> Refusal:
    """Return the first refusal that is not merely "already done"."""
    found = [refusal for refusal in refusals if refusal is not None]
    return next((refusal for refusal in found if refusal.code != "already-done"), found[0])


def _requests(standing: Standing, action: Action) -> list[Request]:
    facts = standing.facts
    parents: list[int | None] = [parent.id for parent in facts.parents] or [None]
    schools: list[str | None] = [school.urn for school in facts.schools] or [None]
    if action in (Action.SERVE_437, Action.SERVE_ORDER, Action.DECIDE_NOT_TO_SERVE):
        return [Request(action, parent=parent) for parent in parents]
    if action is Action.CONSULT_SCHOOL:
        return [Request(action)]
    if action in (Action.AGREE_ACADEMY, Action.NOTIFY_SCHOOL_439, Action.RECORD_SCHOOL_ANSWER):
        return [Request(action, urn=urn) for urn in schools]
    if action is Action.SERVE_438:
        return [Request(action, parent=parent, urn=urn) for urn in schools for parent in parents]
    if action is Action.ASSESS_RESPONSE:
        return [Request(action, result=Result.NOT_SATISFIED)]
    if action is Action.DETERMINE_SCHOOL:
        return _choices(standing)
    return [Request(action)]


def _choices(standing: Standing) -> list[Request]:
    action = Action.DETERMINE_SCHOOL
    if standing.facts.has_plan:
        return [Request(action, urn=standing.facts.plan_school, basis=Basis.PLAN)]
    offered = [
        Request(action, urn=urn, basis=Basis.SELECTED, parent=parent)
        for parent, paper in standing.notices_438.valid.items()
        for urn in sorted(paper.alternatives)
    ]
    return [Request(action, urn=standing.proposed_school, basis=Basis.SPECIFIED), *offered]


def _paper_requests(standing: Standing, code: Paper, parent: int | None, urn: str | None) -> list[Request]:
    action = PAPER_ACTIONS[code][0]
    return [
        replace(request, parent=parent or request.parent, urn=urn or request.urn)
        for request in _requests(standing, action)
    ]


def _paper_decision(standing: Standing, code: Paper) -> PaperDecision:
    action, section = PAPER_ACTIONS[code]
    filed = code in MADE_BY_THE_ACT and any(p.code is code and p.issued_on is not None for p in standing.documents)
    refusals = [PAPER_GUARDS[code](standing, request) for request in _requests(standing, action)]
    any_school = code is Paper.CONSULTATION and any(r is not None and r.code == "school-unknown" for r in refusals)
    if filed or any_school or None in refusals:
        return PaperDecision(code, True, (), section, standing.on)
    found = [refusal for refusal in refusals if refusal is not None]
    chief = _first(found)
    reasons = tuple(dict.fromkeys(refusal.message for refusal in (chief, *found)))
    return PaperDecision(code, False, reasons, chief.section, chief.allowed_from)
