"""Write the rows of a case inside an act: opening, moving, closing and opening again, each with its dated facts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop import shipped
from cme_desktop.casework.rows import periods
from cme_desktop.casework.rows.child_rows import ChildFacts, make_child
from cme_desktop.casework.rows.finding import refresh_search
from cme_desktop.casework.rows.lookup import child_of, known_person, known_school
from cme_desktop.casework.rows.numbers import next_reference
from cme_desktop.casework.rows.parent_rows import ParentFacts, copy_parents, put_parent
from cme_desktop.casework.rows.standing import counts, put_status
from cme_desktop.casework.rows.timeline import add_event
from cme_desktop.domain.errors import Refusal, StepRefused, UserError
from cme_desktop.domain.lifecycle import Pathway
from cme_desktop.domain.names import tidy
from cme_desktop.domain.order_process import State
from cme_desktop.domain.roles import Person
from cme_desktop.domain.school_age import year_group
from cme_desktop.models.child import Child, SchoolRegistration
from cme_desktop.models.episode import Episode, EpisodeReason, EpisodeRisk, Referral
from cme_desktop.models.order import OrderProcess
from cme_desktop.models.reference import ReasonCode

NEW_REFERRAL = "new-referral"


@dataclass(frozen=True)
class ReferralFacts:
    """Who told the council about the child, by which route; ``referrer_kind`` is a code of the referral sources."""

    received_on: date
    referrer_kind: str
    route: str = ""
    referrer_name: str = ""
    referrer_contact: str = ""
    referrer_school_urn: str | None = None
    their_reference: str = ""
    details: str = ""
    source_file_id: int | None = None


@dataclass(frozen=True)
class OpenCase:
    """A case to open: of a child already known (a number) or of a new one."""

    child: ChildFacts | int
    referral: ReferralFacts | None = None
    status: str = NEW_REFERRAL
    opened_on: date | None = None
    missing_since: date | None = None
    reason: str | None = None
    parents: tuple[ParentFacts, ...] = ()
    in_area: bool = True
    on_roll: bool = False
    owner_id: int | None = None
    source: str = "referral"


@dataclass(frozen=True)
class CloseCase:
    """How a case ends; a school and its start date belong to a school place."""

    outcome: str
    how_confirmed: str
    on: date | None = None
    school_urn: str | None = None
    started_on: date | None = None


def make_case(session: Session, actor: Person, command: OpenCase, *, now: datetime, today: date) -> Episode:
    """Enter a case with everything known of it, inside an act; raises what ``open_case`` raises."""
    on = command.opened_on or today
    if on > today:
        raise UserError("A case cannot open on a day to come. Choose today or an earlier day.")
    dob = child_of(session, command.child).dob if isinstance(command.child, int) else command.child.dob
    refuse(shipped.lifecycle().check_open(command.status, dob, on))
    child = _child(session, command, on, now)
    pathway = shipped.lifecycle().pathway_of(command.status)
    assert pathway is not None
    episode = Episode(
        ref=next_reference(session, on.year),
        child_id=child.id,
        opened_on=on,
        missing_since=command.missing_since,
        status=command.status,
        pathway=pathway.value,
        owner_id=actor.id if command.owner_id is None else known_person(session, command.owner_id).id,
        in_area=command.in_area and pathway is not Pathway.OUT_OF_BOROUGH,
        on_roll=command.on_roll,
        open_actions=1,  # worked out at the end of the act; an open case is never without one
        year_group=(year_group(child.dob, on) or "") if child.dob else "",
    )
    episode.counts_as_cme = counts(episode, child, on)
    session.add(episode)
    session.flush()
    put_status(session, episode, on=on, now=now, why="case opened")
    owner = {"episode_id": episode.id}
    periods.change(session, EpisodeRisk, owner, on=on, now=now, risk=episode.risk, why="case opened")
    put_reason(session, episode, command.reason, on=on, now=now)
    put_last_school(session, episode)
    for parent in command.parents:
        put_parent(session, episode, parent, now=now)
    if command.referral is not None:
        put_referral(session, episode, command.referral)
    title = "Case opened" + (f" ({_source_words(command.referral)})" if command.referral else "")
    detail = command.referral.details if command.referral else ""
    file_id = command.referral.source_file_id if command.referral else None
    add_event(session, actor, episode, "opened", title, on=on, now=now, detail=detail, source_file_id=file_id)
    refresh_search(session, child.id)
    return episode


def _child(session: Session, command: OpenCase, on: date, now: datetime) -> Child:
    if not isinstance(command.child, int):
        return make_child(session, command.child, on=on, now=now, source=command.source)
    child = child_of(session, command.child)
    standing = open_episode(session, child.id)
    if standing is not None:
        raise UserError(
            f"This child has an open case, {standing.ref}. Add what is new to that case instead of opening another.",
            code="case-open-already",
        )
    return child


def open_episode(session: Session, child_id: int) -> Episode | None:
    """Return the open case of a child, None if there is none."""
    return session.scalar(select(Episode).where(Episode.child_id == child_id, Episode.closed_on.is_(None)))


def newest_episode(session: Session, child_id: int) -> Episode | None:
    """Return the open case of a child, else the one closed last, None if there was never one."""
    return session.scalar(
        select(Episode)
        .where(Episode.child_id == child_id)
        .order_by(Episode.closed_on.is_not(None), Episode.closed_on.desc(), Episode.id.desc())
        .limit(1)
    )


def put_last_school(session: Session, episode: Episode) -> None:
    """Note on a case the school that the child was registered at last, inside an act."""
    session.flush()
    stays = periods.live(session, SchoolRegistration, {"child_id": episode.child_id})
    last = max(stays, key=lambda row: (row.leaving_date or row.valid_from, row.id), default=None)
    if last is not None:
        episode.last_school_urn, episode.last_school_name = last.school_urn, last.school_name


def put_referral(session: Session, episode: Episode, facts: ReferralFacts) -> Referral:
    """Enter a referral on a case inside an act; raise UserError for a school that the directory does not have."""
    if facts.referrer_school_urn is not None:
        known_school(session, facts.referrer_school_urn)
    row = Referral(
        episode_id=episode.id,
        received_on=facts.received_on,
        route=facts.route or facts.referrer_kind,
        referrer_kind=facts.referrer_kind,
        referrer_name=tidy(facts.referrer_name),
        referrer_contact=facts.referrer_contact.strip(),
        referrer_school_urn=facts.referrer_school_urn,
        their_reference=facts.their_reference.strip(),
        details=facts.details.strip(),
        source_file_id=facts.source_file_id,
    )
    session.add(row)
    session.flush()
    return row


def _source_words(referral: ReferralFacts) -> str:
    known = shipped.code_lists()["referral-source"].get(referral.referrer_kind)
    words = known.label if known else referral.referrer_kind
    return f"{words}, {referral.referrer_name}" if referral.referrer_name else words


def put_reason(session: Session, episode: Episode, reason: str | None, *, on: date, now: datetime) -> None:
    """Record why the child is missing education from a day, with the reason of the DfE collection it counts under."""
    row = session.get(ReasonCode, reason) if reason else None
    if reason and row is None:
        raise UserError("Choose the reason from the list. Nothing was saved.", code="reason-unknown")
    episode.reason = reason
    episode.dfe_reason = row.dfe_reason if row else None
    periods.change(
        session,
        EpisodeReason,
        {"episode_id": episode.id},
        on=on,
        now=now,
        reason=episode.reason,
        dfe_reason=episode.dfe_reason,
    )


def move(
    session: Session, actor: Person, episode: Episode, status: str, *, reason: str, on: date, now: datetime
) -> None:
    """Move a case to another status inside an act; raises StepRefused where the move is not lawful."""
    book = shipped.lifecycle()
    refuse(book.check_move(episode.status, status, reason))
    before, after = book.statuses[episode.status], book.statuses[status]
    episode.status = status
    if after.pathway is not None:
        episode.pathway = after.pathway.value
    episode.suitably_educated = after.suitably_educated
    if (after.pathway is Pathway.OUT_OF_BOROUGH) != (before.pathway is Pathway.OUT_OF_BOROUGH):
        episode.in_area = after.pathway is not Pathway.OUT_OF_BOROUGH
    episode.counts_as_cme = counts(episode, session.get_one(Child, episode.child_id), on)
    put_status(session, episode, on=on, now=now, why=reason)
    title = f"Status changed from “{before.label}” to “{after.label}”"
    add_event(session, actor, episode, "status", title, on=on, now=now, detail=reason)


def close(session: Session, actor: Person, episode: Episode, command: CloseCase, *, on: date, now: datetime) -> None:
    """Close a case and end its run of the order process, inside an act; raises what ``check_closing`` raises."""
    check_closing(session, episode, command, on=on)
    book = shipped.lifecycle()
    if command.school_urn is not None:
        episode.placed_school_urn, episode.placed_on = command.school_urn, command.started_on
    outcome = book.outcomes[command.outcome]
    episode.closed_on = on
    episode.outcome = outcome.code
    episode.how_confirmed = command.how_confirmed.strip()
    episode.status = book.closed_status(outcome.code)
    episode.counts_as_cme = False
    put_status(session, episode, on=on, now=now, why=outcome.label)
    for process in session.scalars(
        select(OrderProcess).where(OrderProcess.episode_id == episode.id, OrderProcess.ended_on.is_(None))
    ):
        process.state, process.ended_on = State.ENDED.value, on
    add_event(
        session, actor, episode, "closed", f"Case closed: {outcome.label}", on=on, now=now, detail=command.how_confirmed
    )
    refresh_search(session, episode.child_id)


def check_closing(session: Session, episode: Episode, command: CloseCase, *, on: date) -> None:
    """Refuse a closing that may not be so on a day, before anything is written.

    Raises:
        StepRefused: the outcome is not on the list, how it was confirmed is missing, or it cannot be so.
        UserError: the directory has no school with that URN.
    """
    dob = session.get_one(Child, episode.child_id).dob
    refuse(shipped.lifecycle().check_close(episode.status, command.outcome, command.how_confirmed, dob, on))
    if command.school_urn is not None:
        known_school(session, command.school_urn)


def reopen(
    session: Session,
    actor: Person,
    before: Episode,
    status: str,
    *,
    reason: str,
    referral: ReferralFacts | None,
    now: datetime,
    today: date,
    command: OpenCase | None = None,
) -> Episode:
    """Open a new case of a child whose case was closed, inside an act."""
    refuse(shipped.lifecycle().check_reopen(before.status, status, reason))
    wanted = command or OpenCase(before.child_id, missing_since=today, reason=before.reason, in_area=True)
    episode = make_case(
        session,
        actor,
        replace(wanted, child=before.child_id, status=status, referral=referral or wanted.referral),
        now=now,
        today=today,
    )
    copy_parents(session, before, episode, now=now)
    title = f"Opened again: the previous case is {before.ref}"
    add_event(session, actor, episode, "note", title, on=today, now=now, detail=reason)
    refresh_search(session, episode.child_id)
    return episode


def told(session: Session, episode: Episode, *, on: date) -> None:
    """Note on every referral of a case that its referrer was told of the closing, inside an act."""
    for referral in session.scalars(select(Referral).where(Referral.episode_id == episode.id)):
        if referral.told_of_closure_on is None:
            referral.told_of_closure_on = on


def refuse(refusal: Refusal | None) -> None:
    """Raise StepRefused where there is a refusal."""
    if refusal is not None:
        raise StepRefused(refusal)
