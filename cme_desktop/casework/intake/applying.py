"""Bring what a file says of a child into the register, inside an act: added and dated, never overwritten."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.casework.intake.meaning import JOINER, Meaning, meaning_of
from cme_desktop.casework.intake.pupil_facts import child_facts, find_school, parents_of
from cme_desktop.casework.reference.policy import policy_of
from cme_desktop.casework.rows import periods
from cme_desktop.casework.rows.case_rows import (
    NEW_REFERRAL,
    CloseCase,
    OpenCase,
    ReferralFacts,
    close,
    make_case,
    newest_episode,
    put_last_school,
    reopen,
)
from cme_desktop.casework.rows.child_rows import ChildFacts, put_address, put_name, put_numbers, put_registration
from cme_desktop.casework.rows.finding import refresh_search
from cme_desktop.casework.rows.parent_rows import put_parent
from cme_desktop.casework.rows.standing import counts, put_status
from cme_desktop.casework.rows.timeline import add_event
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.names import search_key
from cme_desktop.domain.roles import Person
from cme_desktop.importers.result import Problem
from cme_desktop.importers.s2s.reading import FileReading, PupilReading
from cme_desktop.models.child import Child, ChildAddress
from cme_desktop.models.episode import Episode, Parent
from cme_desktop.models.intake import SourceFile, StagedPupil

ADDRESS, NAME, DOB, SEX = "address", "name", "dob", "sex"
TAKEABLE = frozenset({ADDRESS, NAME, DOB, SEX})

_KIND_WORDS = {"CML": "Leaver file", "CMJ": "Joiner file", "CTF": "Transfer file"}


@dataclass(frozen=True)
class Record:
    """One staged pupil with its file, ready to be applied."""

    staged: StagedPupil
    file: SourceFile
    reading: FileReading
    pupil: PupilReading
    meaning: Meaning

    @classmethod
    def of(cls, session: Session, staged: StagedPupil) -> Record:
        """Return what was staged as it was read."""
        file = session.get_one(SourceFile, staged.source_file_id)
        reading = FileReading(
            name=file.name,
            sha256=file.sha256,
            status=file.status,
            kind=file.kind,
            lost=file.lost,
            source=file.source_school,
            destination=file.destination,
            problems=tuple(Problem.from_json(problem) for problem in file.problems),
        )
        pupil = PupilReading.from_json(staged.number, staged.record)
        return cls(staged, file, reading, pupil, meaning_of(reading, pupil))

    @property
    def school(self) -> str:
        """Return the name of the school that sent the file."""
        return str(self.file.source_school.get("SchoolName") or "a school not named in the file")

    @property
    def words(self) -> str:
        """Return what the file is and what it says, as the timeline has it."""
        kind = _KIND_WORDS.get(self.file.kind, "S2S file")
        return f"{kind} from {self.school}: {self.staged.meaning}"

    def facts(self, session: Session) -> ChildFacts:
        """Return what the file says of the child."""
        return child_facts(session, self.pupil, self.file.source_school)

    def referral(self, session: Session, today: date) -> ReferralFacts:
        """Return the file as a referral by its school."""
        school = find_school(session, self.file.source_school)
        return ReferralFacts(
            today,
            "s2s-file",
            route="s2s",
            referrer_name=self.school,
            referrer_school_urn=school.urn if school else None,
            details=self.staged.meaning,
            source_file_id=self.file.id,
        )


def open_new(session: Session, actor: Person, record: Record, *, now: datetime, today: date) -> Episode:
    """Enter a new child and open a case from a file."""
    command = _command(session, record, record.facts(session), today)
    episode = make_case(session, actor, command, now=now, today=today)
    _note_file(session, actor, record, episode, now=now, today=today)
    return episode


def apply_to_child(
    session: Session,
    actor: Person,
    record: Record,
    child: Child,
    *,
    take: frozenset[str],
    close_case: bool,
    now: datetime,
    today: date,
) -> Episode | None:
    """Bring a file to a child of the register: to the open case, to a new one where a case follows, or to the child.

    Args:
        take: what of the file replaces what the register has, of ``TAKEABLE``; gaps are always filled.
        close_case: close the open case, for a joiner file.
    """
    facts = record.facts(session)
    before = newest_episode(session, child.id)
    _complete_child(session, record, child, facts, take, now=now, today=today)
    episode: Episode | None
    if before is not None and before.closed_on is None:
        episode = before
        _complete_case(session, record, episode, now=now, today=today)
    elif not record.meaning.opens_case:
        episode = before
    elif before is None:
        command = _command(session, record, facts, today)
        episode = make_case(session, actor, replace(command, child=child.id), now=now, today=today)
    else:
        command = _command(session, record, facts, today)
        episode = reopen(
            session,
            actor,
            before,
            command.status,
            reason=record.words,
            referral=command.referral,
            now=now,
            today=today,
            command=command,
        )
    if episode is not None:
        _note_file(session, actor, record, episode, now=now, today=today)
        if record.meaning.code == JOINER and episode.closed_on is None:
            _on_roll(session, actor, record, episode, close_case=close_case, now=now, today=today)
    refresh_search(session, child.id)
    return episode


def _command(session: Session, record: Record, facts: ChildFacts, today: date) -> OpenCase:
    meaning = record.meaning
    return OpenCase(
        child=facts,
        referral=record.referral(session, today),
        status=meaning.status or NEW_REFERRAL,
        missing_since=meaning.event_date if meaning.code != JOINER else None,
        reason=meaning.reason or ("not-known" if meaning.code == JOINER else "file-leaver"),
        parents=parents_of(record.pupil, record.file.name),
        on_roll=meaning.code == JOINER,
        source=record.file.name,
    )


def _complete_child(
    session: Session,
    record: Record,
    child: Child,
    facts: ChildFacts,
    take: frozenset[str],
    *,
    now: datetime,
    today: date,
) -> None:
    source = record.file.name
    put_numbers(session, child.id, facts, on=today, source=source)
    if facts.dob is not None and (child.dob is None or DOB in take) and child.dob != facts.dob:
        child.dob, child.dob_text = facts.dob, facts.dob_text
    if facts.sex in ("M", "F") and (child.sex == "U" or SEX in take) and child.sex != facts.sex:
        child.sex = facts.sex
    for name in facts.names:
        if name.kind != "legal" or NAME in take:
            put_name(session, child.id, name, on=today, now=now, source=source)
    known = periods.current(session, ChildAddress, {"child_id": child.id})
    if facts.address is not None and (known is None or ADDRESS in take):
        put_address(session, child.id, facts.address, on=today, now=now, source=source)
    for registration in facts.registrations:
        put_registration(session, child.id, registration, on=today, now=now, source=source)
    child.has_ehcp = child.has_ehcp or facts.has_ehcp
    child.looked_after = child.looked_after or facts.looked_after
    for field in ("ethnicity", "first_language", "sen_provision"):
        if not getattr(child, field) and getattr(facts, field):
            setattr(child, field, getattr(facts, field))
    session.flush()


def _complete_case(session: Session, record: Record, episode: Episode, *, now: datetime, today: date) -> None:
    """Add the adults that the case does not have by name, and the school left; nobody is merged or changed."""
    present = {
        (search_key(adult.surname), search_key(adult.forename))
        for adult in session.scalars(select(Parent).where(Parent.episode_id == episode.id))
    }
    for adult in parents_of(record.pupil, record.file.name):
        name = (search_key(adult.surname), search_key(adult.forename))
        if name not in present:
            present.add(name)
            put_parent(session, episode, adult, now=now)
    if record.meaning.code != JOINER:
        put_last_school(session, episode)
        if episode.missing_since is None:
            episode.missing_since = record.meaning.event_date


def _note_file(
    session: Session, actor: Person, record: Record, episode: Episode, *, now: datetime, today: date
) -> None:
    add_event(
        session,
        actor,
        episode,
        "file",
        record.words,
        on=today,
        now=now,
        detail=record.file.name,
        source_file_id=record.file.id,
    )


def _on_roll(
    session: Session,
    actor: Person,
    record: Record,
    episode: Episode,
    *,
    close_case: bool,
    now: datetime,
    today: date,
) -> None:
    """Note that the child is on a school's roll, and close the case where the person said so (F6)."""
    school = find_school(session, record.meaning.school.values) if record.meaning.school else None
    urn, starts = (school.urn if school else None), record.meaning.event_date
    if close_case:
        if policy_of(session).needs_approval("close"):
            raise UserError(
                "In this council the closing of a case waits for a second person. Accept the pupil without closing the "
                "case, then close it on the case itself."
            )
        how = f"{record.words} ({record.file.name})"
        close(session, actor, episode, CloseCase("school-place", how, None, urn, starts), on=today, now=now)
        return
    episode.on_roll = True
    episode.placed_school_urn, episode.placed_on = urn or episode.placed_school_urn, starts or episode.placed_on
    counted = counts(episode, session.get_one(Child, episode.child_id), today)
    if counted != episode.counts_as_cme:
        episode.counts_as_cme = counted
        put_status(session, episode, on=today, now=now, why=record.words)
