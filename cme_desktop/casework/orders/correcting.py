"""Correct how a notice or an order was served: what was entered wrongly is entered anew, and counted anew.

Service cannot be undone, only corrected (ux.md 4, F87). What was there before stays in the audit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.access import requires
from cme_desktop.casework import next_steps
from cme_desktop.casework.documents.filed import find_document
from cme_desktop.casework.documents.letters.council import council_of
from cme_desktop.casework.documents.letters.printed import full_day
from cme_desktop.casework.orders import serving
from cme_desktop.casework.orders.particulars import read
from cme_desktop.casework.orders.process import Acting, StepTaken, facts_now, refresh, taken
from cme_desktop.casework.orders.steps import check_step
from cme_desktop.casework.rows.timeline import add_event
from cme_desktop.domain.calendar import long_date
from cme_desktop.domain.errors import Refusal, StepRefused, UserError
from cme_desktop.domain.order_process import Action, Paper
from cme_desktop.domain.order_process.guards import S440
from cme_desktop.domain.order_process.standing import Standing
from cme_desktop.domain.order_process.steps import SECTIONS
from cme_desktop.domain.roles import Person
from cme_desktop.domain.service import METHOD_WORDS, POSTAL_RULES, Method
from cme_desktop.models.document import Document
from cme_desktop.models.order import OrderStep, Service
from cme_desktop.storage.store import Store

SHORTEST_REASON = 10
_ACTIONS = {paper: action for action, paper in serving.PAPER_SERVED.items()}


@requires("order.correct")
def correct_service(
    store: Store,
    actor: Person,
    document_id: int,
    *,
    method: Method,
    on: date,
    proof: str,
    reason: str,
    address: str = "",
) -> StepTaken:
    """Enter anew how and when a document was served, and return where the order process stands then.

    Args:
        on: the day on which it was handed over, left, posted or sent.
        proof: what shows the service, such as the number of the certificate of posting.
        address: where it was handed over, left or sent; the address printed on it where none is given.
        reason: what was entered wrongly, at least ten letters; it is kept in the audit.

    Raises:
        StepRefused: a later step rests on this service, or what is entered now would not be lawful; nothing changed.
        UserError: the document was not recorded as served, or the reason is too short.
        NotFound: the document is not there.
    """
    _check_reason(reason)
    next_steps.attach(store)
    try:
        with store.action(actor, "order.correct", reason=reason.strip()) as session:
            return _correct(store, actor, session, document_id, method, on, proof, reason.strip(), address)
    except StepRefused as refused:
        store.refused(actor, "order.correct", refused.message)
        raise


@requires("order.correct")
def set_aside_service(store: Store, actor: Person, document_id: int, *, reason: str) -> StepTaken:
    """Say that a recorded service does not hold, so that a new paper is made and served; later steps stand no more.

    For a service that was entered wrongly after a later step rests on it: the steps that followed are kept as they were
    taken, and have to be taken again after the new service (law-and-process.md 2.6).

    Raises:
        UserError: the document was not recorded as served, does not hold already, or the reason is too short.
        StepRefused: an order has been served since: it is amended or revoked, not made again.
        NotFound: the document is not there.
    """
    _check_reason(reason)
    next_steps.attach(store)
    try:
        with store.action(actor, "order.correct", reason=reason.strip()) as session:
            return _set_aside(store, actor, session, document_id, reason.strip())
    except StepRefused as refused:
        store.refused(actor, "order.correct", refused.message)
        raise


def _check_reason(reason: str) -> None:
    if len(reason.strip()) < SHORTEST_REASON:
        raise UserError(
            f"Write what was entered wrongly, in at least {SHORTEST_REASON} letters. Nothing was changed.",
            code="reason-missing",
        )


def _set_aside(store: Store, actor: Person, session: Session, document_id: int, reason: str) -> StepTaken:
    document, episode = find_document(session, actor, document_id)
    service = _service(session, document)
    if service.defective:
        raise UserError("This service does not hold already. Make a new paper and serve that.", code="already-done")
    action, today = _ACTIONS[Paper(document.code)], store.clock.today()
    council = council_of(session, training=store.demonstration)
    sources = facts_now(session, episode, council)
    if sources.order is not None and Standing(sources.order, today, council.rules).orders:
        raise StepRefused(
            Refusal(
                "A school attendance order has been served, so no service before it is set aside any more. The order "
                "is amended or revoked.",
                S440,
                today,
                code="later-step",
            )
        )
    service.defective, service.last_day = True, None
    service.derivation = [*service.derivation, f"Set aside on {full_day(today)}: it was entered wrongly."]
    add_event(
        session,
        actor,
        episode,
        "service",
        f"Service set aside: {serving.NAMES[Paper(document.code)]} on {document.addressee}. {serving.DEFECTIVE}",
        on=today,
        now=store.clock.now(),
        detail=reason,
        document_id=document.id,
    )
    return taken(episode, action, today, refresh(session, episode, council, today))


def _service(session: Session, document: Document) -> Service:
    """Return the service of a paper that parents are served with; raise UserError where there is none."""
    service = session.scalar(select(Service).where(Service.document_id == document.id).order_by(Service.id.desc()))
    if service is None or document.code not in {paper.value for paper in _ACTIONS}:
        raise UserError(
            "This document has not been recorded as served, so there is nothing to correct. Record its service.",
            code="not-served",
        )
    return service


def _correct(
    store: Store,
    actor: Person,
    session: Session,
    document_id: int,
    method: Method,
    on: date,
    proof: str,
    reason: str,
    address: str,
) -> StepTaken:
    document, episode = find_document(session, actor, document_id)
    service = _service(session, document)
    action = _ACTIONS[Paper(document.code)]
    step = session.scalars(
        select(OrderStep).where(
            OrderStep.document_id == document_id, OrderStep.action == action.value, OrderStep.withdrawn_at.is_(None)
        )
    ).one()
    _nothing_rests_on_it(session, step, on)
    was = f"{METHOD_WORDS[Method(service.method)]} on {full_day(service.sent_on)}"
    step.withdrawn_at = store.clock.now()
    if Method(service.method) in POSTAL_RULES and document.posted_on == service.sent_on:
        document.posted_on = None
    session.delete(service)
    council = council_of(session, training=store.demonstration)
    words = {"parent": str(document.parent_id or ""), "method": method.value, "proof": proof, "address": address}
    given = read(action, {name: value for name, value in words.items() if value})
    if action is Action.SERVE_438:
        given = replace(given, request=replace(given.request, urn=document.school_urn))
    sources = facts_now(session, episode, council)
    check_step(sources, council, given, on, store.clock.today())
    acting = Acting(session, actor, episode, sources, council, given, on, store.clock.now())
    serving.record_service(acting)
    acting.event(
        "service",
        f"Service corrected: {serving.NAMES[Paper(document.code)]} on {document.addressee}",
        detail=f"Entered before: {was}. {reason}",
        document=document,
    )
    return taken(episode, action, on, refresh(session, episode, council, store.clock.today()), acting)


def _nothing_rests_on_it(session: Session, step: OrderStep, on: date) -> None:
    """Refuse where a later step was taken on the strength of this service."""
    later = session.scalar(
        select(OrderStep)
        .where(
            OrderStep.process_id == step.process_id,
            OrderStep.id > step.id,
            OrderStep.action != step.action,
            OrderStep.withdrawn_at.is_(None),
        )
        .order_by(OrderStep.id)
        .limit(1)
    )
    if later is not None:
        raise StepRefused(
            Refusal(
                f"A later step was taken on {long_date(later.on_day)} because this paper had been served, so its "
                "service is not corrected any more. If it was entered wrongly, say that it does not hold, then make a "
                "new one and serve that: what follows is counted from the new service.",
                SECTIONS[Action(step.action)],
                on,
                code="later-step",
            )
        )
