"""Take a step of the order process: checked by the law, recorded as one event with its papers, or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from cme_desktop.access import requires
from cme_desktop.casework import next_steps
from cme_desktop.casework.documents.drafting import make
from cme_desktop.casework.documents.filed import Made, open_case_sources
from cme_desktop.casework.documents.lawful import complete
from cme_desktop.casework.documents.letters.council import Council
from cme_desktop.casework.documents.letters.sources import CaseSources
from cme_desktop.casework.orders import schools, serving
from cme_desktop.casework.orders.particulars import LETTERS, PLACES, Particulars, read
from cme_desktop.casework.orders.process import Acting, StepTaken, facts_now, refresh, taken
from cme_desktop.casework.rows.lookup import case_of
from cme_desktop.domain.calendar import long_date
from cme_desktop.domain.errors import Refusal, StepRefused, UserError
from cme_desktop.domain.names import first_last
from cme_desktop.domain.order_process import Action, OrderFacts, Result, State, check
from cme_desktop.domain.order_process.school_guards import CHOICES
from cme_desktop.domain.order_process.standing import Standing
from cme_desktop.domain.order_process.steps import SECTIONS
from cme_desktop.domain.roles import Person
from cme_desktop.storage.store import Store

RESULT_WORDS = {
    Result.SATISFIED: "satisfied",
    Result.NOT_SATISFIED: "not satisfied",
    Result.NO_REPLY: "no reply by the end of the period",
}


@requires("order.act")
def take_step(
    store: Store,
    actor: Person,
    ref: str,
    action: Action | str,
    particulars: Mapping[str, str] | None = None,
    *,
    on: date | None = None,
) -> StepTaken:
    """Take one step of the order process of a case and return where it stands then.

    Args:
        action: one of the acts of command-line.md 9 but those with functions of their own: a decision not to serve
            (``not_serving``), an approval or refusal (``approvals``), the closing (``closing``).
        particulars: key and value, as ``particulars.KEYS`` lists them for each act.
        on: the day it happened: for a service, the day it was handed over, left, posted or sent. Today unless given.

    Raises:
        StepRefused: with its section and the first day on which it would be lawful; an audit row is all that is kept.
        UserError: a particular is unknown or unclear.
        NotFound: the case is not there.
    """
    act = _known(action)
    day, given = on or store.clock.today(), read(act, particulars or {})
    with store.read() as session:
        sources, council = open_case_sources(store, session, actor, ref, also=_named(given))
    given = _complete(sources, council, given, day)
    try:
        check_step(sources, council, given, day, store.clock.today())
        made = _make(store, actor, sources, council, given, day)
    except StepRefused as refused:
        store.refused(actor, "order.act", f"{act.value}: {refused.message}", episode_id=sources.episode.id)
        raise
    return _record(store, actor, ref, council, given, day, made)


def _known(action: Action | str) -> Action:
    if action not in Action.__members__.values() or action not in _RECORD:
        known = ", ".join(act.value for act in _RECORD)
        raise UserError(f"There is no step called {action}. The steps are: {known}.", code="action-unknown")
    return Action(action)


def _named(given: Particulars) -> tuple[str, ...]:
    """Return the schools that the particulars name, by URN."""
    return tuple(str(urn) for urn in (given.request.urn, given.recorded.get("directed_urn")) if urn is not None)


def _complete(sources: CaseSources, council: Council, given: Particulars, on: date) -> Particulars:
    """Fill in what only one answer fits: the only parent, the school in hand."""
    request, order = given.request, sources.order
    if request.action in serving.PAPER_SERVED and request.parent is None and order and len(order.parents) == 1:
        request = replace(request, parent=order.parents[0].id)
    if request.action is Action.SERVE_438 and request.urn is None:
        paper = serving.issued_paper(sources, serving.PAPER_SERVED[request.action], request.parent)
        request = replace(request, urn=paper.school_urn if paper else _proposed(order, council, on))
    if request.action is Action.DETERMINE_SCHOOL and request.parent is None and request.basis in CHOICES and order:
        served = Standing(order, on, council.rules).notices_438.valid
        if len(served) == 1:
            request = replace(request, parent=next(iter(served)))
    if request.action is Action.INFORM_SCHOOL and request.urn is None:
        request = replace(request, urn=complete(sources, "L09", on=on).urn)
    return replace(given, request=request)


def _proposed(order: OrderFacts | None, council: Council, on: date) -> str | None:
    return Standing(order, on, council.rules).proposed_school if order is not None else None


def check_step(sources: CaseSources, council: Council, given: Particulars, on: date, today: date) -> None:
    """Raise StepRefused for an act that is not lawful on its day."""
    request = given.request
    section = SECTIONS[request.action]
    if on > today:
        _refuse(
            Refusal(
                f"{long_date(on)} lies in the future. Record the step on the day it is taken, or later.",
                section,
                on,
                code="in-the-future",
            )
        )
    if request.received is not None and request.received > today:
        _refuse(
            Refusal(
                "The school cannot have received the notice on a day to come. Enter the day of receipt once it is "
                "known.",
                section,
                request.received,
                ("received",),
                "in-the-future",
            )
        )
    if sources.order is None:
        _refuse(_no_order(sources, section))
        return
    _refuse(_from_today(check(_with_places(sources.order, given), request, on, council.rules), today))
    if request.action in LETTERS and on != today:
        _refuse(
            Refusal(
                "This step makes its letter, and a letter bears the day on which it is made. Take the step today, "
                f"{long_date(today)}.",
                section,
                today,
                code="not-today",
            )
        )
    for name, urn in (("urn", request.urn), ("directed_urn", given.recorded.get("directed_urn"))):
        if urn is not None and sources.school(str(urn)) is None:
            _refuse(
                Refusal(
                    f"The directory has no school with URN {urn}. Look it up by name under Schools.",
                    section,
                    missing=(name,),
                    code="school-unknown",
                )
            )
    if request.action in serving.PAPER_SERVED:
        plan = serving.plan_service(sources, council, given, on)
        served = replace(request, served_on=plan.served.served_on)
        _refuse(_from_today(check(sources.order, served, on, council.rules), today))


def _from_today(refusal: Refusal | None, today: date) -> Refusal | None:
    """Return a refusal with no first lawful day in the past where a paper is missing: none is issued for a past day."""
    papers = {paper.value for paper in serving.PAPER_SERVED.values()}
    if refusal is None or refusal.allowed_from is None or not papers & set(refusal.missing):
        return refusal
    return replace(refusal, allowed_from=max(refusal.allowed_from, today))


def _with_places(order: OrderFacts, given: Particulars) -> OrderFacts:
    """Return the facts with what this very act says of room in its school (s439(1) to (4A))."""
    said: dict[str, Any] = {name: bool(given.recorded[name]) for name in PLACES & given.recorded.keys()}
    schools = tuple(replace(one, **said) if one.urn == given.request.urn else one for one in order.schools)
    return replace(order, schools=schools) if said else order


def _no_order(sources: CaseSources, section: str) -> Refusal:
    if sources.episode.closed_on is not None:
        return Refusal("This case is closed. Reopen it before taking a step of the order process.", section)
    return Refusal(
        "The child’s date of birth is not known, so it cannot be said whether the child is of compulsory school age. "
        "Enter it first.",
        section,
        missing=("child_dob",),
        code="particulars-missing",
    )


def _refuse(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise StepRefused(refusal)


def _make(
    store: Store, actor: Person, sources: CaseSources, council: Council, given: Particulars, on: date
) -> Made | None:
    """Draw the paper that an act makes, outside any transaction; None for an act that makes none."""
    request = given.request
    code = LETTERS.get(request.action)
    if code is None:
        return None
    ask = complete(sources, code, on=on, urn=request.urn, user_id=actor.id)
    return make(store, sources, council, replace(ask, texts=given.texts, received=request.received))


def _record(
    store: Store, actor: Person, ref: str, council: Council, given: Particulars, on: date, made: Made | None
) -> StepTaken:
    request = given.request
    next_steps.attach(store)
    with store.action(
        actor, "order.act", reason=request.reasons.strip() or None, entity=f"step:{request.action.value}"
    ) as session:
        episode = case_of(session, actor, ref)
        sources = facts_now(session, episode, council, also=_named(given))
        check_step(sources, council, given, on, store.clock.today())
        acting = Acting(session, actor, episode, sources, council, given, on, store.clock.now(), made)
        _RECORD[request.action](acting)
        stands = refresh(session, episode, council, store.clock.today())
    return taken(episode, request.action, on, stands, acting)


def _assess(acting: Acting) -> None:
    result = acting.given.request.result
    if result is None:
        raise LookupError("the law's own check asks for the result")
    request = acting.given.request
    process = acting.step({"result": result.value, "reasons": request.reasons}, parent_id=request.parent)
    if result is Result.SATISFIED:
        process.state, process.ended_on = State.SATISFIED.value, acting.on
    parent = acting.sources.parent(request.parent)
    whose = f"Reply of {first_last(parent.forename, parent.surname)}" if parent is not None else "Reply to the notice"
    acting.event("decision", f"{whose} assessed: {RESULT_WORDS[result]}", detail=request.reasons)


def _decide_expedient(acting: Acting) -> None:
    request = acting.given.request
    acting.step({"expedient": request.expedient, "reasons": request.reasons.strip()})
    words = "expedient" if request.expedient else "not expedient"
    acting.event("decision", f"Decided: it is {words} that the child attends school", detail=request.reasons)


_RECORD: Mapping[Action, Callable[[Acting], None]] = {
    Action.SERVE_437: serving.record_service,
    Action.ASSESS_RESPONSE: _assess,
    Action.DECIDE_EXPEDIENT: _decide_expedient,
    Action.CONSULT_SCHOOL: schools.consult_school,
    Action.AGREE_ACADEMY: schools.agree_academy,
    Action.NOTIFY_SCHOOL_439: schools.notify_school,
    Action.RECORD_SCHOOL_ANSWER: schools.record_answer,
    Action.SERVE_438: serving.record_service,
    Action.DETERMINE_SCHOOL: schools.determine_school,
    Action.SERVE_ORDER: serving.record_service,
    Action.INFORM_SCHOOL: schools.inform_school,
}
