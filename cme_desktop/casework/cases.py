"""Open a case, move its status, close it, open it again: each with its reason, and each fact with its dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cme_desktop.access import requires
from cme_desktop.casework import next_steps
from cme_desktop.casework.rows.case_rows import (
    CloseCase,
    OpenCase,
    ReferralFacts,
    make_case,
    move,
    put_reason,
    reopen,
    told,
)
from cme_desktop.casework.rows.lookup import case_of, known_person, known_school, open_case_of
from cme_desktop.casework.rows.standing import counts, put_status
from cme_desktop.casework.rows.timeline import add_event
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.models.child import Child
from cme_desktop.models.episode import Episode
from cme_desktop.storage.store import Store

__all__ = ["CaseRow", "CloseCase", "OpenCase", "ReferralFacts"]


@dataclass(frozen=True)
class CaseRow:
    """A case as it stands after an act."""

    ref: str
    episode_id: int
    child_id: int
    status: str
    pathway: str
    is_open: bool
    opened_on: date
    closed_on: date | None
    outcome: str | None
    risk: str
    waiting_on: str
    next_action: str
    next_date: date | None
    counts_as_cme: bool

    @classmethod
    def of(cls, episode: Episode) -> CaseRow:
        """Return the row of a case once its act is committed."""
        return cls(
            episode.ref,
            episode.id,
            episode.child_id,
            episode.status,
            episode.pathway,
            episode.closed_on is None,
            episode.opened_on,
            episode.closed_on,
            episode.outcome,
            episode.risk,
            episode.waiting_on,
            episode.next_action,
            episode.next_date,
            episode.counts_as_cme,
        )


@requires("case.open")
def open_case(store: Store, actor: Person, command: OpenCase) -> CaseRow:
    """Open a case and return it, with its first next steps.

    Raises:
        StepRefused: the status is none that a case may open in, or the date of birth lies in the future.
        UserError: the child has an open case already, the opening day lies in the future, or a school named is not in
            the directory.
        NotFound: the register has no such child.
    """
    next_steps.attach(store)
    with store.action(actor, "case.open") as session:
        episode = make_case(session, actor, command, now=store.clock.now(), today=store.clock.today())
    return CaseRow.of(episode)


@requires("case.status")
def change_status(
    store: Store,
    actor: Person,
    ref: str,
    status: str,
    *,
    reason: str,
    on: date | None = None,
    school_urn: str | None = None,
    starts_on: date | None = None,
) -> CaseRow:
    """Move a case to another status; a place offered names its school and start date where they are known.

    Raises:
        StepRefused: the move is not lawful, or there is no reason.
        UserError: the directory has no school with that URN.
    """
    next_steps.attach(store)
    with store.action(actor, "case.status", reason=reason or None) as session:
        episode = case_of(session, actor, ref)
        now, day = store.clock.now(), on or store.clock.today()
        move(session, actor, episode, status, reason=reason, on=day, now=now)
        if school_urn is not None:
            known_school(session, school_urn)
            episode.placed_school_urn, episode.placed_on = school_urn, starts_on
    return CaseRow.of(episode)


@requires("case.facts")
def change_facts(
    store: Store,
    actor: Person,
    ref: str,
    *,
    reason: str,
    in_area: bool | None = None,
    on_roll: bool | None = None,
    suitably_educated: bool | None = None,
    missing_since: date | None = None,
    on: date | None = None,
) -> CaseRow:
    """Change the facts from which it is counted whether the child is missing education (s436A); needs a reason."""
    if not reason.strip():
        raise UserError("Say what shows this. The reason is kept on the case.")
    next_steps.attach(store)
    with store.action(actor, "case.facts", reason=reason) as session:
        episode = open_case_of(session, actor, ref)
        now, day = store.clock.now(), on or store.clock.today()
        wanted = {
            "in_area": in_area,
            "on_roll": on_roll,
            "suitably_educated": suitably_educated,
            "missing_since": missing_since,
        }
        for name, value in wanted.items():
            if value is not None and getattr(episode, name) != value:
                setattr(episode, name, value)
        counted = counts(episode, session.get_one(Child, episode.child_id), day)
        if counted != episode.counts_as_cme:
            episode.counts_as_cme = counted
            put_status(session, episode, on=day, now=now, why=reason)
        add_event(session, actor, episode, "decision", "Facts of the case changed", on=day, now=now, detail=reason)
    return CaseRow.of(episode)


@requires("case.reason")
def set_reason(store: Store, actor: Person, ref: str, reason: str, *, on: date | None = None) -> CaseRow:
    """Record why the child is missing education, from a day.

    Raises:
        UserError: the reason is not on the list.
    """
    with store.action(actor, "case.reason") as session:
        episode = case_of(session, actor, ref)
        put_reason(session, episode, reason, on=on or store.clock.today(), now=store.clock.now())
    return CaseRow.of(episode)


@requires("case.reopen")
def reopen_case(
    store: Store, actor: Person, ref: str, status: str, *, reason: str, referral: ReferralFacts | None = None
) -> CaseRow:
    """Open a new case of the same child, whose case was closed; the earlier case stays as it is (F35).

    The adults are taken over with what may be done towards each.

    Raises:
        StepRefused: the status is none that the child's case may be reopened in, or there is no reason.
        UserError: the child has an open case.
    """
    next_steps.attach(store)
    with store.action(actor, "case.reopen", reason=reason or None) as session:
        before = case_of(session, actor, ref)
        episode = reopen(
            session, actor, before, status, reason=reason, referral=referral, now=store.clock.now(),
            today=store.clock.today(),
        )  # fmt: skip
    return CaseRow.of(episode)


@requires("referral.told")
def referrer_told(store: Store, actor: Person, ref: str, *, on: date, how: str) -> CaseRow:
    """Record that the referrer was told of the closing (SD35).

    Raises:
        UserError: the case is open, the day lies in the future, or how is not said.
    """
    if not how.strip() or on > store.clock.today():
        raise UserError("Say how the referrer was told, and on which day, not later than today.")
    with store.action(actor, "referral.told", reason=how) as session:
        episode = case_of(session, actor, ref)
        if episode.closed_on is None:
            raise UserError(f"{episode.ref} is open, so there is no closing to tell. Close the case first.")
        told(session, episode, on=on)
        add_event(
            session, actor, episode, "contact", "Referrer told of the closing", on=on, now=store.clock.now(), detail=how
        )
    return CaseRow.of(episode)


@requires("case.facts")
def change_owner(store: Store, actor: Person, ref: str, owner_id: int) -> CaseRow:
    """Give a case to another person of the register; raise UserError where nobody of that number has a log-in."""
    with store.action(actor, "case.owner") as session:
        episode = case_of(session, actor, ref)
        episode.owner_id = known_person(session, owner_id).id
    return CaseRow.of(episode)
