"""Close a case with its outcome; where the council's settings ask for a second person, it waits for one (off)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from cme_desktop.access import requires
from cme_desktop.casework import next_steps
from cme_desktop.casework.cases import CaseRow, CloseCase
from cme_desktop.casework.documents.issuing import ApprovalNeeded
from cme_desktop.casework.reference.policy import policy_of
from cme_desktop.casework.rows.case_rows import check_closing, close
from cme_desktop.casework.rows.lookup import case_of, open_case_of
from cme_desktop.casework.rows.timeline import add_event
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.models.episode import Episode
from cme_desktop.models.order import Approval
from cme_desktop.storage.store import Store

CLOSE = "close"


@requires("case.close")
def close_case(store: Store, actor: Person, ref: str, command: CloseCase) -> CaseRow:
    """Close a case with its outcome, or have the closing wait for a second person; telling the referrer is then its
    last step (SD35).

    Raises:
        ApprovalNeeded: the council's settings ask for a second person; the closing waits.
        StepRefused: the outcome is not on the list, how it was confirmed is missing, or it cannot be so.
        UserError: the case is closed already, the day lies in the future or before the opening, or the directory has no
            school with that URN.
    """
    with store.read() as session:
        episode = case_of(session, actor, ref)
        asks = policy_of(session).needs_approval(CLOSE) and episode.closed_on is None
    try:
        waiting = _ask(store, actor, ref, command) if asks else None
        if waiting is None:
            return _close(store, actor, ref, command)
    except UserError as refused:
        store.refused(actor, "case.close", f"close: {refused.message}", episode_id=episode.id)
        raise
    raise ApprovalNeeded(f"The closing of {episode.ref}", waiting)


def _close(store: Store, actor: Person, ref: str, command: CloseCase) -> CaseRow:
    next_steps.attach(store)
    with store.action(actor, "case.close", reason=command.how_confirmed or None) as session:
        episode = open_case_of(session, actor, ref)
        today = store.clock.today()
        _check_day(episode, command, today)
        close(session, actor, episode, command, on=command.on or today, now=store.clock.now())
    return CaseRow.of(episode)


def _check_day(episode: Episode, command: CloseCase, today: date) -> None:
    if command.on is not None and not episode.opened_on <= command.on <= today:
        raise UserError("A case closes on a day from its opening up to today. Choose another day.")


def _ask(store: Store, actor: Person, ref: str, command: CloseCase) -> int:
    next_steps.attach(store)
    with store.action(actor, "approval.ask", reason=command.how_confirmed or None) as session:
        episode = case_of(session, actor, ref)
        waiting = session.scalar(
            select(Approval).where(
                Approval.episode_id == episode.id, Approval.kind == CLOSE, Approval.decision == "waiting"
            )
        )
        if waiting is not None:
            return waiting.id
        _check_day(episode, command, store.clock.today())
        check_closing(session, episode, command, on=store.clock.today())
        what = f"Close {episode.ref} as {command.outcome}"
        approval = Approval(
            episode_id=episode.id,
            kind=CLOSE,
            data={
                "what": what,
                "outcome": command.outcome,
                "how_confirmed": command.how_confirmed,
                "school_urn": command.school_urn,
                "started_on": command.started_on.isoformat() if command.started_on else None,
                "on": command.on.isoformat() if command.on else None,
            },
            asked_by=actor.id,
            asked_at=store.clock.now(),
        )
        session.add(approval)
        session.flush()
        today = store.clock.today()
        add_event(session, actor, episode, "approval", f"Asked for approval: {what}", on=today, now=store.clock.now())
        return approval.id
