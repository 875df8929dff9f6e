"""Issue a draft: only its state changes, in one short transaction, and only if its facts still stand (design.md 6)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.access import requires
from cme_desktop.casework import next_steps
from cme_desktop.casework.documents.drafting import send_by
from cme_desktop.casework.documents.filed import DRAFT, ISSUED, DocumentRow, asked, find_document, moved, view
from cme_desktop.casework.documents.lawful import check
from cme_desktop.casework.documents.letters.closing_letter import referral_to_answer
from cme_desktop.casework.documents.letters.council import Council, council_of
from cme_desktop.casework.documents.letters.printed import listed
from cme_desktop.casework.documents.letters.sources import CaseSources, sources_of
from cme_desktop.casework.documents.shipped_letters import template
from cme_desktop.casework.rows.timeline import add_event
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.order_process.standing import Standing
from cme_desktop.domain.roles import Person
from cme_desktop.models.document import Document
from cme_desktop.models.episode import Episode
from cme_desktop.models.order import Approval
from cme_desktop.storage.store import Store

WAITING, APPROVED, REFUSED = "waiting", "approved", "refused"
WITHHELD_CODES = frozenset({"L04", "L07", "L08"})


class ApprovalNeeded(UserError):
    """Say that a second person has to approve before this can be done; what was drafted is kept and waits."""

    code = "approval-needed"

    def __init__(self, what: str, approval_id: int, document_id: int | None = None) -> None:
        super().__init__(
            f"{what} waits for a second person’s approval. A manager, never the one who drafted it, approves or "
            "refuses it; after that, do the same again."
        )
        self.approval_id = approval_id
        self.document_id = document_id


class FactsMoved(UserError):
    """Say what changed since a document was drafted."""

    code = "facts-moved"

    def __init__(self, changed: tuple[str, ...]) -> None:
        super().__init__(
            f"This changed since the document was drafted: {listed(changed)}. What it says is no longer right, so it "
            "was not issued: make it again."
        )
        self.changed = changed


@requires("document.issue")
def issue_document(store: Store, actor: Person, document_id: int) -> DocumentRow:
    """Issue a draft as it was drawn.

    Raises:
        ApprovalNeeded: a second person has not approved it; it now waits.
        FactsMoved: something it prints has changed since it was drafted.
        StepRefused: it is no longer lawful.
        UserError: it was refused, issued before or withdrawn.
    """
    next_steps.attach(store)
    with store.read() as session:
        row, episode = find_document(session, actor, document_id)
        sources, council = _sources(store, session, row, episode)
        decision = _approval(session, row)
        name = template(row.code).name
    try:
        _check(row, sources, council, decision, store.clock.today())
    except UserError as refused:
        store.refused(actor, "document.issue", f"{row.code}: {refused.message}", episode_id=episode.id)
        raise
    waits = needs_approval(council, row) or _lifts_a_decision(row, sources, council, store.clock.today())
    if waits and (decision is None or decision.decision != APPROVED):
        approval_id = decision.id if decision is not None else _ask(store, actor, document_id, name)
        raise ApprovalNeeded(f"“{name}” to {row.addressee}", approval_id, document_id)
    with store.action(actor, "document.issue") as session:
        row, episode = find_document(session, actor, document_id)
        sources, council = _sources(store, session, row, episode)
        decision = _approval(session, row)
        now, today = store.clock.now(), store.clock.today()
        _check(row, sources, council, decision, today)
        row.state, row.issued_at, row.issued_by = ISSUED, now, actor.id
        title = f"{name} issued to {row.addressee}" + (f" ({row.number})" if row.number else "")
        add_event(session, actor, episode, "letter", title, on=today, now=now, document_id=row.id)
        if row.code == "L24":
            _told(sources, today)
        return view(
            session, row, episode, approval=decision.decision if decision else "", send_by=send_by(row, council)
        )


def _sources(store: Store, session: Session, row: Document, episode: Episode) -> tuple[CaseSources, Council]:
    council = council_of(session, training=store.demonstration)
    ask = asked(row)
    also = (*ask.alternatives, *(() if ask.urn is None else (ask.urn,)))
    return sources_of(session, [episode], council, also=also)[0], council


def _lifts_a_decision(row: Document, sources: CaseSources, council: Council, today: date) -> bool:
    """Say whether a paper is for a parent whom a second person decided not to serve: only one can lift that."""
    if sources.order is None or row.parent_id is None:
        return False
    return row.parent_id in Standing(sources.order, today, council.rules).not_to_be_served


def _approval(session: Session, row: Document) -> Approval | None:
    return session.scalar(select(Approval).where(Approval.document_id == row.id).order_by(Approval.id.desc()).limit(1))


def _check(row: Document, sources: CaseSources, council: Council, decision: Approval | None, today: date) -> None:
    if row.state == ISSUED:
        raise UserError("This document is issued already. Print it or send it from the case.", code="already-issued")
    if row.state != DRAFT:
        raise UserError("This draft was withdrawn, so it cannot be issued. Make it again.", code="draft-withdrawn")
    if decision is not None and decision.decision == REFUSED:
        raise UserError(
            f"The second person refused this draft: {decision.reason} Correct what was wrong and make it again.",
            code="approval-refused",
        )
    changed = moved(row, sources, council)
    if changed:
        raise FactsMoved(changed)
    check(sources, council, asked(row), today)


def needs_approval(council: Council, row: Document) -> bool:
    """Say whether a second person approves a document: a setting, and always where it withholds an address."""
    withheld = row.code in WITHHELD_CODES and bool(row.facts.get("withheld"))
    return withheld or council.policy.needs_approval(row.code)


def _ask(store: Store, actor: Person, document_id: int, name: str) -> int:
    """Have a draft wait for a second person, and return the number of what waits."""
    with store.action(actor, "approval.ask") as session:
        row, episode = find_document(session, actor, document_id)
        now, today = store.clock.now(), store.clock.today()
        what = f"{name} to {row.addressee}" + (f", {row.number}" if row.number else "")
        approval = Approval(
            episode_id=episode.id,
            kind=row.code,
            document_id=row.id,
            parent_id=row.parent_id,
            data={"what": what, "withheld": bool(row.facts.get("withheld"))},
            asked_by=actor.id,
            asked_at=now,
        )
        session.add(approval)
        session.flush()
        add_event(
            session, actor, episode, "approval", f"Asked for approval: {what}", on=today, now=now, document_id=row.id
        )
        return approval.id


def _told(sources: CaseSources, today: date) -> None:
    """Note that the referrer whom this letter answers is told (SD35)."""
    referral = referral_to_answer(sources)
    if referral is not None and referral.told_of_closure_on is None:
        referral.told_of_closure_on = today
