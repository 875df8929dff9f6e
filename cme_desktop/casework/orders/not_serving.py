"""Decide not to serve a parent: a manager's decision holds at once, the officer's waits for one (law 2.6)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.access import requires
from cme_desktop.casework import next_steps
from cme_desktop.casework.documents.filed import open_case_sources
from cme_desktop.casework.documents.issuing import ApprovalNeeded
from cme_desktop.casework.documents.letters.council import council_of
from cme_desktop.casework.orders.process import StepTaken, put_step, refresh, running, taken
from cme_desktop.casework.rows.lookup import case_of, parent_of
from cme_desktop.casework.rows.timeline import add_event
from cme_desktop.domain.errors import NotAllowed, Refusal, StepRefused
from cme_desktop.domain.names import first_last
from cme_desktop.domain.order_process import Action, Request, check
from cme_desktop.domain.order_process.guards import COVERED
from cme_desktop.domain.roles import Person, Role
from cme_desktop.models.episode import Episode, Parent
from cme_desktop.models.order import Approval
from cme_desktop.storage.store import Store

NOT_TO_SERVE = "not-to-serve"
ACTION = Action.DECIDE_NOT_TO_SERVE


@requires("order.decide-not-to-serve")
def decide_not_to_serve(
    store: Store, actor: Person, ref: str, parent_id: int | None, reason: str, *, on: date | None = None
) -> StepTaken:
    """Decide, as the second person, that a parent is not served; the decision holds at once.

    Raises:
        NotAllowed: the person works this case, so is no second person.
        StepRefused: that adult is no parent of the case, is decided on or served, or a particular is missing.
    """
    day = on or store.clock.today()
    parent_id, episode_id = _check(store, actor, ref, parent_id, reason, day, "order.decide-not-to-serve")
    if actor.holds(Role.OFFICER) and _works_on(store, actor, ref):
        message = "You work this case, so a second person decides. Ask another manager."
        store.refused(actor, "order.decide-not-to-serve", message, episode_id=episode_id)
        raise NotAllowed(message, code="never-the-drafter")
    next_steps.attach(store)
    with store.action(actor, "order.decide-not-to-serve", reason=reason) as session:
        episode = case_of(session, actor, ref)
        now = store.clock.now()
        put_decision(session, actor, episode, parent_id, reason, on=day, now=now, training=store.demonstration)
        for waiting in session.scalars(
            select(Approval).where(
                Approval.episode_id == episode.id,
                Approval.kind == NOT_TO_SERVE,
                Approval.parent_id == parent_id,
                Approval.decision == "waiting",
            )
        ):
            waiting.decision, waiting.decided_by, waiting.decided_at = "approved", actor.id, now
        council = council_of(session, training=store.demonstration)
        stands = refresh(session, episode, council, store.clock.today())
    return taken(episode, ACTION, day, stands)


@requires("approval.ask")
def ask_not_to_serve(
    store: Store, actor: Person, ref: str, parent_id: int | None, reason: str, *, on: date | None = None
) -> int:
    """Ask, as the officer, for a decision not to serve a parent; return the number of what waits.

    Where the council's settings ask for no second person, the decision is recorded at once and 0 is returned; so it is
    where the decision holds already.

    Raises:
        StepRefused: that adult is no parent of the case, is decided on or served, or a particular is missing.
    """
    day = on or store.clock.today()
    if parent_id is not None and _is_decided(store, actor, ref, parent_id):
        return 0
    parent_id, _ = _check(store, actor, ref, parent_id, reason, day, "approval.ask")
    next_steps.attach(store)
    with store.action(actor, "approval.ask", reason=reason) as session:
        episode = case_of(session, actor, ref)
        now, today = store.clock.now(), store.clock.today()
        council = council_of(session, training=store.demonstration)
        if not council.policy.needs_approval(NOT_TO_SERVE):
            put_decision(session, actor, episode, parent_id, reason, on=day, now=now, training=store.demonstration)
            return 0
        waiting = session.scalar(
            select(Approval).where(
                Approval.episode_id == episode.id,
                Approval.kind == NOT_TO_SERVE,
                Approval.parent_id == parent_id,
                Approval.decision == "waiting",
            )
        )
        if waiting is not None:
            return waiting.id
        what = f"Decision not to serve {_name(parent_of(session, episode, parent_id))}"
        approval = Approval(
            episode_id=episode.id,
            kind=NOT_TO_SERVE,
            parent_id=parent_id,
            data={"what": what, "reason": reason.strip(), "on": day.isoformat()},
            asked_by=actor.id,
            asked_at=now,
        )
        session.add(approval)
        session.flush()
        add_event(session, actor, episode, "approval", f"Asked for approval: {what}", on=today, now=now, detail=reason)
        return approval.id


def waits(approval_id: int) -> ApprovalNeeded:
    """Return the error that says a decision not to serve waits for a second person."""
    return ApprovalNeeded("The decision not to serve this parent", approval_id)


def put_decision(
    session: Session,
    actor: Person,
    episode: Episode,
    parent_id: int,
    reason: str,
    *,
    on: date,
    now: datetime,
    training: bool,
) -> None:
    """Record an approved decision not to serve a parent, inside an act."""
    council = council_of(session, training=training)
    process = running(session, episode, council, on)
    data = {"approved": True, "reason": reason.strip()}
    put_step(session, actor, process, ACTION, on, now=now, parent_id=parent_id, data=data)
    name = _name(parent_of(session, episode, parent_id))
    add_event(session, actor, episode, "decision", f"Decided not to serve {name}", on=on, now=now, detail=reason)
    refresh(session, episode, council, on)


def _check(
    store: Store, actor: Person, ref: str, parent_id: int | None, reason: str, on: date, code: str
) -> tuple[int, int]:
    with store.read() as session:
        sources, council = open_case_sources(store, session, actor, ref)
    order = sources.order
    if on > store.clock.today():
        refusal: Refusal | None = Refusal("That day lies in the future. Record it on the day.", COVERED, on)
    elif order is None:
        refusal = Refusal("No step of the order process is possible on this case.", COVERED)
    else:
        refusal = check(order, Request(ACTION, parent=parent_id, reasons=reason), on, council.rules)
    if refusal is not None:
        store.refused(actor, code, f"{ACTION.value}: {refusal.message}", episode_id=sources.episode.id)
        raise StepRefused(refusal)
    assert parent_id is not None
    return parent_id, sources.episode.id


def _is_decided(store: Store, actor: Person, ref: str, parent_id: int) -> bool:
    with store.read() as session:
        sources, _ = open_case_sources(store, session, actor, ref)
    steps = sources.order.steps if sources.order is not None else ()
    return any(step.action is ACTION and step.approved and step.parent == parent_id for step in steps)


def _works_on(store: Store, actor: Person, ref: str) -> bool:
    """Say whether a person has drafted a document or taken a step on a case, or it is theirs."""
    with store.read() as session:
        sources, _ = open_case_sources(store, session, actor, ref)
        records = sources.records
        drafted = any(row.drafted_by == actor.id for row in records.documents)
        acted = any(step.user_id == actor.id for steps in records.steps.values() for step in steps)
        return drafted or acted or records.episode.owner_id == actor.id


def _name(parent: Parent) -> str:
    return first_last(parent.forename, parent.surname)
