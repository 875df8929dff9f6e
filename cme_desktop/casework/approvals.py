"""What waits for a second person: a manager approves or refuses it, never who drafted it or asked (F73)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.access import requires
from cme_desktop.casework import next_steps
from cme_desktop.casework.orders.not_serving import put_decision
from cme_desktop.casework.risk import LOWER, apply_lower
from cme_desktop.casework.rows.case_rows import CloseCase, close
from cme_desktop.casework.rows.lookup import case_of
from cme_desktop.casework.rows.timeline import add_event
from cme_desktop.casework.users import RENEWED
from cme_desktop.domain.errors import NotAllowed, NotFound, UserError
from cme_desktop.domain.risk import Rating
from cme_desktop.domain.roles import Person
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.document import Document
from cme_desktop.models.episode import Episode
from cme_desktop.models.order import Approval
from cme_desktop.storage.store import Store
from cme_desktop.system import LONDON

WAITING, APPROVED, REFUSED = "waiting", "approved", "refused"
NOT_TO_SERVE, CLOSE = "not-to-serve", "close"


@dataclass(frozen=True)
class Decided:
    """What a second person decided."""

    approval_id: int
    ref: str
    kind: str
    what: str
    decision: str
    document_id: int | None


@requires("approval.approve")
def approve(
    store: Store,
    actor: Person,
    ref: str,
    *,
    document_id: int | None = None,
    approval_id: int | None = None,
    on: date | None = None,
    outside_proof: str = "",
) -> Decided:
    """Approve what waits on a case: the one thing that does, or the document or request named.

    A document is then issued by its drafter; a decision not to serve, a lower risk rating and a closing hold at once.

    Args:
        on: the day from which a decision not to serve holds; today unless given, never later.
        outside_proof: what shows an approval that was given outside the program, where it was.

    Raises:
        NotAllowed: the person drafted it or asked for it.
        NotFound: nothing of the kind waits on the case.
        UserError: several things wait and none is named.
    """
    next_steps.attach(store)
    _refuse_own(store, actor, ref, document_id, approval_id, "approval.approve")
    with store.action(actor, "approval.approve", reason=outside_proof.strip() or None) as session:
        approval, episode = _waiting(session, actor, ref, document_id, approval_id)
        now, today = store.clock.now(), store.clock.today()
        _settle(approval, actor, APPROVED, now)
        approval.reason = outside_proof.strip()
        if approval.document_id is not None:
            _stamp(session, approval.document_id, actor, now)
        session.flush()
        apply = _APPLY.get(approval.kind)
        if apply is not None:
            apply(session, actor, episode, approval, min(on or today, today), now, store.demonstration)
        title = f"Approved by {actor.name}: {_what(approval)}"
        add_event(
            session,
            actor,
            episode,
            "approval",
            title,
            on=today,
            now=now,
            detail=outside_proof.strip(),
            document_id=approval.document_id,
        )
        return _decided(approval, episode)


@requires("approval.refuse")
def refuse(
    store: Store,
    actor: Person,
    ref: str,
    *,
    reason: str,
    document_id: int | None = None,
    approval_id: int | None = None,
) -> Decided:
    """Refuse what waits on a case, with the reason; the officer reads it and makes the thing again.

    Raises:
        NotAllowed: the person drafted it or asked for it.
        NotFound: nothing of the kind waits on the case.
        UserError: there is no reason, or several things wait and none is named.
    """
    if not reason.strip():
        raise UserError("Say why this is refused, so that it can be put right. Nothing was decided.")
    next_steps.attach(store)
    _refuse_own(store, actor, ref, document_id, approval_id, "approval.refuse")
    with store.action(actor, "approval.refuse", reason=reason) as session:
        approval, episode = _waiting(session, actor, ref, document_id, approval_id)
        now, today = store.clock.now(), store.clock.today()
        _settle(approval, actor, REFUSED, now)
        approval.reason = reason.strip()
        title = f"Refused by {actor.name}: {_what(approval)}"
        add_event(
            session,
            actor,
            episode,
            "approval",
            title,
            on=today,
            now=now,
            detail=reason,
            document_id=approval.document_id,
        )
        return _decided(approval, episode)


def _refuse_own(
    store: Store, actor: Person, ref: str, document_id: int | None, approval_id: int | None, code: str
) -> None:
    """Refuse a person's decision on what they drafted or asked for, and keep the refusal in the audit."""
    with store.read() as session:
        approval, episode = _waiting(session, actor, ref, document_id, approval_id)
        drafted_by = session.get_one(Document, approval.document_id).drafted_by if approval.document_id else None
        reset = session.scalar(
            select(AuditEvent.at)
            .where(
                AuditEvent.action == RENEWED,
                AuditEvent.entity == f"person:{actor.id}",
                AuditEvent.user_id.in_([one for one in (approval.asked_by, drafted_by) if one is not None]),
            )
            .order_by(AuditEvent.seq.desc())
            .limit(1)
        )
    if actor.id in (approval.asked_by, drafted_by):
        message = "You drafted this or asked for it, so a second person decides. Ask another manager."
        store.refused(actor, code, message, episode_id=episode.id)
        raise NotAllowed(message, code="never-the-drafter")
    if reset is not None and reset.astimezone(LONDON).date() >= store.clock.today():
        message = (
            "Whoever drafted this or asked for it set your passphrase anew today, so it is not approved today. If you "
            "did not ask for that, tell your manager. Decide tomorrow, or ask another manager."
        )
        store.refused(actor, code, message, episode_id=episode.id)
        raise NotAllowed(message, code="log-in-was-reset")


def _waiting(
    session: Session, actor: Person, ref: str, document_id: int | None, approval_id: int | None
) -> tuple[Approval, Episode]:
    episode = case_of(session, actor, ref)
    found = list(
        session.scalars(
            select(Approval)
            .where(Approval.episode_id == episode.id, Approval.decision == WAITING)
            .order_by(Approval.id)
        )
    )
    if document_id is not None:
        found = [row for row in found if row.document_id == document_id]
    if approval_id is not None:
        found = [row for row in found if row.id == approval_id]
    if not found:
        raise NotFound(
            f"Nothing of that kind waits for approval on {episode.ref}. Look at the case again.", code="nothing-waits"
        )
    if len(found) > 1:
        names = "; ".join(f"{_what(row)}{f' (document {row.document_id})' if row.document_id else ''}" for row in found)
        raise UserError(f"Several things wait on {episode.ref}: {names}. Say which one is meant.", code="which-one")
    return found[0], episode


def _settle(approval: Approval, actor: Person, decision: str, now: datetime) -> None:
    approval.decision, approval.decided_by, approval.decided_at = decision, actor.id, now


def _stamp(session: Session, document_id: int, actor: Person, now: datetime) -> None:
    row = session.get_one(Document, document_id)
    row.approved_at, row.approved_by = now, actor.id


Apply = Callable[[Session, Person, Episode, Approval, date, datetime, bool], None]


def _apply_not_to_serve(
    session: Session, actor: Person, episode: Episode, approval: Approval, on: date, now: datetime, training: bool
) -> None:
    reason = str(approval.data.get("reason", ""))
    parent_id = approval.parent_id
    assert parent_id is not None
    put_decision(session, actor, episode, parent_id, reason, on=on, now=now, training=training)


def _apply_lower(
    session: Session, actor: Person, episode: Episode, approval: Approval, on: date, now: datetime, training: bool
) -> None:
    wanted, reason = Rating(str(approval.data["rating"])), str(approval.data["reason"])
    apply_lower(session, actor, episode, wanted, reason=reason, on=on, now=now)


def _apply_close(
    session: Session, actor: Person, episode: Episode, approval: Approval, on: date, now: datetime, training: bool
) -> None:
    data = approval.data
    started = data.get("started_on")
    command = CloseCase(
        str(data["outcome"]),
        str(data["how_confirmed"]),
        school_urn=data.get("school_urn"),
        started_on=date.fromisoformat(started) if started else None,
    )
    asked_for = data.get("on")
    close(session, actor, episode, command, on=date.fromisoformat(asked_for) if asked_for else on, now=now)


_APPLY: dict[str, Apply] = {NOT_TO_SERVE: _apply_not_to_serve, LOWER: _apply_lower, CLOSE: _apply_close}


def _what(approval: Approval) -> str:
    return str(approval.data.get("what") or approval.kind)


def _decided(approval: Approval, episode: Episode) -> Decided:
    return Decided(approval.id, episode.ref, approval.kind, _what(approval), approval.decision, approval.document_id)
