"""What Admin shows: how safe the records are, the calendars, the templates, what wants a look, and the audit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from cme_desktop.access import FINER, TABLE, requires, words_of
from cme_desktop.domain.calendar import INSET, BankHolidays, Division
from cme_desktop.domain.roles import Person, Role
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.child import Child
from cme_desktop.models.episode import Episode
from cme_desktop.models.people import PersonRow
from cme_desktop.models.reference import (
    BankHoliday,
    ConfirmedForm,
    RoutineCheck,
    Setting,
    Signatory,
    TemplateVersion,
    Term,
)
from cme_desktop.register.came_in import RecordsSafe, Routine, records_safe, routines
from cme_desktop.register.visibility import paired, visible, whole_to
from cme_desktop.storage.store import Store

PLACEHOLDER = "placeholder"
KEY_RENEWED = "key.renew"
KEY_TESTED = "people.key-tested"


@dataclass(frozen=True)
class SafetyPage:
    """How safe the records are: backups, the last check of the records, the recovery key, the office routines."""

    records: RecordsSafe
    backup_place: str
    backup_by: str
    checked_by: str
    problems: int
    key_tested_at: datetime | None
    routines: tuple[Routine, ...]


@dataclass(frozen=True)
class TermRow:
    """One term of the register's calendar."""

    academic_year: str
    name: str
    start: date
    end: date
    half_term_start: date | None
    half_term_end: date | None


@dataclass(frozen=True)
class CalendarPage:
    """The register's calendar; ``holidays`` are the years known whole for each part of the United Kingdom."""

    terms: tuple[TermRow, ...]
    inset_days: tuple[date, ...]
    placeholder: bool
    holidays: tuple[tuple[Division, tuple[int, int] | None], ...]

    @property
    def known_to(self) -> date | None:
        """Return the last day of the last term, or None where no term is entered."""
        return max((term.end for term in self.terms), default=None)


@dataclass(frozen=True)
class TemplateRow:
    """One letter template that the register knows, by code, version and fingerprint."""

    code: str
    version: str
    sha256: str
    added_at: datetime


@dataclass(frozen=True)
class AuditRow:
    """One event of the audit in words; the case is named by its reference only."""

    seq: int
    at: datetime
    by: str
    doing: str
    about: str
    reason: str
    changes: int
    doubtful: bool


@dataclass(frozen=True)
class AuditQuery:
    """What the audit is searched for; an empty field looks for everything."""

    person_id: int | None = None
    words: str = ""
    day_from: datetime | None = None
    before_seq: int | None = None
    limit: int = 100


@requires("ask.health")
def safety_page(store: Store, viewer: Person) -> SafetyPage:
    """Return how safe the records are."""
    today = store.clock.today()
    with store.read() as session:
        latest = _latest_checks(session)
        place = session.get(Setting, "backup.place")
        renewed = session.scalar(select(func.max(AuditEvent.seq)).where(AuditEvent.action == KEY_RENEWED)) or 0
        tested = session.scalar(
            select(AuditEvent.at)
            .where(AuditEvent.action == KEY_TESTED, AuditEvent.seq > renewed)
            .order_by(AuditEvent.seq.desc())
            .limit(1)
        )
        backup, check = latest.get("backup"), latest.get("verify")
        return SafetyPage(
            records=records_safe(session, today),
            backup_place=str(place.value.get("value", "")) if place else "",
            backup_by=backup[1] if backup else "",
            checked_by=check[1] if check else "",
            problems=int(check[0].result.get("problems", 0)) if check else 0,
            key_tested_at=tested,
            routines=routines(session, today),
        )


def _latest_checks(session: Session) -> dict[str, tuple[RoutineCheck, str]]:
    rows = session.execute(
        select(RoutineCheck, PersonRow.name)
        .outerjoin(PersonRow, PersonRow.id == RoutineCheck.user_id)
        .where(RoutineCheck.kind.in_(["backup", "verify"]))
        .order_by(RoutineCheck.id)
    )
    return {check.kind: (check, name or "") for check, name in rows}


@requires("ask.calendar")
def calendar_page(store: Store, viewer: Person) -> CalendarPage:
    """Return the register's own terms, INSET days and the years of bank holidays."""
    with store.read() as session:
        rows = session.scalars(select(Term).where(Term.school_urn.is_(None)).order_by(Term.term_start)).all()
        terms = tuple(
            TermRow(row.academic_year, row.term, row.term_start, row.term_end, row.half_term_start, row.half_term_end)
            for row in rows
            if row.term.casefold() != INSET
        )
        inset = tuple(sorted(row.term_start for row in rows if row.term.casefold() == INSET))
        holidays = _holidays(session)
    return CalendarPage(
        terms=terms,
        inset_days=inset,
        placeholder=any(row.status == PLACEHOLDER for row in rows),
        holidays=tuple((division, holidays.known_years(division)) for division in Division),
    )


def _holidays(session: Session) -> BankHolidays:
    names: dict[Division, dict[date, str]] = {division: {} for division in Division}
    for division, day, title in session.execute(select(BankHoliday.division, BankHoliday.on_day, BankHoliday.title)):
        names[Division(division)][day] = title
    return BankHolidays(names)


@requires("ask.settings")
def templates(store: Store, viewer: Person) -> tuple[TemplateRow, ...]:
    """Return the letter templates by code, the newest version of each first."""
    with store.read() as session:
        rows = session.scalars(
            select(TemplateVersion).order_by(TemplateVersion.document_code, TemplateVersion.id.desc())
        )
        return tuple(TemplateRow(row.document_code, row.version, row.sha256, row.added_at) for row in rows)


@requires("ask.settings")
def wants_a_look(store: Store, viewer: Person) -> dict[str, str]:
    """Return what of Admin wants a look today, in words, by the key of its section."""
    today = store.clock.today()
    found: dict[str, str] = {}
    with store.read() as session:
        records = records_safe(session, today)
        found |= _of_records(records)
        settings: dict[str, Any] = {key: value for key, value in session.execute(select(Setting.key, Setting.value))}
        if not str(settings.get("out-of-hours.phone", {}).get("value", "")).strip():
            found["settings"] = "Out-of-hours number not set"
        found |= _of_calendar(session, today)
        valid = session.scalar(
            select(Signatory.id).where(
                Signatory.valid_from <= today, (Signatory.valid_to.is_(None)) | (Signatory.valid_to >= today)
            )
        )
        if valid is None:
            found["signing"] = "Nobody may sign today"
        elif settings.get("form.waiting"):
            found["signing"] = "A confirmation waits for a second person"
        elif not store.demonstration and session.scalar(select(ConfirmedForm.id).limit(1)) is None:
            found["signing"] = "Legal has not confirmed the order form"
    return found


def _of_records(records: RecordsSafe) -> dict[str, str]:
    found: dict[str, str] = {}
    words = {
        "none": "No copy in a second place yet",
        "late": "No copy since the last working day",
        "very-late": "No copy for 7 days",
    }
    if records.copy in words:
        found["backup"] = words[records.copy]
    if records.checked_at is None:
        found["check"] = "Records not checked yet"
    elif not records.checked_ok:
        found["check"] = "The last check found something wrong"
    return found


def _of_calendar(session: Session, today: date) -> dict[str, str]:
    terms = session.scalars(select(Term).where(Term.school_urn.is_(None))).all()
    if not terms:
        return {"calendars": "No term dates entered"}
    if any(term.status == PLACEHOLDER for term in terms):
        return {"calendars": "Placeholder term dates"}
    if max(term.term_end for term in terms) < today:
        return {"calendars": "The term dates have run out"}
    return {}


_OPEN_TO_ALL = (
    "people.",
    "user.",
    "settings.",
    "calendar.",
    "reference.",
    "form.",
    "backup.",
    "routine.",
    "folder.",
    "unlock.",
)
"""Acts whose reasons never speak of a child: an administrator without a case role reads these alone."""

_TYPED = ("access.search", "access.list")
"""Looks whose words were typed to find a child, and may name one whom the reader may not see: the count is left."""

_FOR_THE_MANAGER = ("access.export", "access.file")
"""Acts of no one case whose reason is asked for so that a manager reads it."""

_TOLD = "access.open-case"
"""Who opens a restricted case is told that the manager reads the reason, so it is read; the case is not named."""

_COUNT = re.compile(r"\((\d+ (?:found|rows))\)$")


@requires("ask.audit")
def audit_rows(store: Store, viewer: Person, query: AuditQuery) -> tuple[AuditRow, ...]:
    """Return events of the audit, newest first; words look in what was done, why, and the case's reference.

    Reasons of casework are shown to officers and managers only, and to a manager none that may speak of a restricted
    child (F77): those of restricted cases but why one was opened, and what somebody else typed to search. What is not
    shown is not found.
    """
    with store.read() as session:
        readable = _readable(viewer)
        statement = (
            select(AuditEvent, PersonRow.name, Episode.ref, Child.restricted, whole_to(viewer), readable)
            .join(PersonRow, PersonRow.id == AuditEvent.user_id)
            .outerjoin(Episode, Episode.id == AuditEvent.episode_id)
            .outerjoin(Child, Child.id == Episode.child_id)
            .order_by(AuditEvent.seq.desc())
            .limit(query.limit)
        )
        if query.person_id is not None:
            statement = statement.where(AuditEvent.user_id == query.person_id)
        if query.before_seq is not None:
            statement = statement.where(AuditEvent.seq < query.before_seq)
        if query.day_from is not None:
            statement = statement.where(AuditEvent.at >= query.day_from)
        words = query.words.strip()
        if words:
            like = f"%{_escaped(words)}%"
            named = Episode.ref.like(like, escape="\\")
            statement = statement.where(
                AuditEvent.action.in_(_codes(words))
                | (named & visible(viewer) & whole_to(viewer))
                | (AuditEvent.reason.like(like, escape="\\") & readable)
            )
        found = session.execute(statement).all()
        others = _others(session, [event for event, *_ in found])
        officer, casework = viewer.holds(Role.OFFICER), viewer.holds(Role.MANAGER)
        return tuple(
            _audit_row(
                event,
                name,
                about="a restricted case"
                if (restricted and not officer) or not whole
                else " and ".join(sorted({*others.get(event.seq, ()), *([ref] if ref else [])})),
                reason=event.reason if reads else _count(event) if casework else "",
            )
            for event, name, ref, restricted, whole, reads in found
        )


def _readable(viewer: Person) -> ColumnElement[bool]:
    """Return the condition on an event and its child that this viewer may read its reason."""
    if viewer.holds(Role.OFFICER):
        return true()
    open_to_all = or_(*(AuditEvent.action.startswith(start) for start in _OPEN_TO_ALL))
    if not viewer.holds(Role.MANAGER):
        return open_to_all
    of_no_case = AuditEvent.episode_id.is_(None) & or_(
        AuditEvent.user_id == viewer.id,
        AuditEvent.action.endswith(".refused"),
        AuditEvent.action.in_(_FOR_THE_MANAGER),
    )
    of_a_case = AuditEvent.episode_id.is_not(None) & visible(viewer) & whole_to(viewer)
    return or_(open_to_all, of_no_case, of_a_case, AuditEvent.action == _TOLD)


def _others(session: Session, events: Sequence[AuditEvent]) -> dict[int, set[str]]:
    """Return the newest case of each child that an act joined with another, by the number of the act."""
    seqs = [event.seq for event in events if event.changes and not event.action.startswith("training.")]
    pairs = paired().subquery()
    newest = (
        select(pairs.c.seq, pairs.c.child_id, func.max(Episode.id).label("id"))
        .join(Episode, Episode.child_id == pairs.c.child_id)
        .where(pairs.c.seq.in_(seqs))
        .group_by(pairs.c.seq, pairs.c.child_id)
        .subquery()
    )
    found: dict[int, set[str]] = {}
    for seq, ref in session.execute(select(newest.c.seq, Episode.ref).join(Episode, Episode.id == newest.c.id)):
        found.setdefault(seq, set()).add(ref)
    return found


def _count(event: AuditEvent) -> str:
    """Return how much a search or a list found, without the words."""
    found = _COUNT.search(event.reason or "") if event.action in _TYPED else None
    return found.group(1) if found else ""


def _codes(words: str) -> list[str]:
    """Return the acts whose words hold what was typed, their refusals too."""
    wanted = words.casefold()
    known = [*TABLE, *FINER]
    codes = [code for code in known if wanted in words_of(code).casefold()]
    refused = [f"{code}.refused" for code in codes]
    if wanted in "refused":
        refused = [f"{code}.refused" for code in known]
    return [*codes, *refused]


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _audit_row(event: AuditEvent, name: str, *, about: str, reason: str | None) -> AuditRow:
    code = event.action.removesuffix(".refused")
    doing = words_of(code)
    doing = f"Refused: {doing}" if event.action.endswith(".refused") else doing[:1].upper() + doing[1:]
    return AuditRow(
        seq=event.seq,
        at=event.at,
        by=name,
        doing=doing,
        about=about,
        reason=reason or "",
        changes=event.changes,
        doubtful=event.clock_doubtful,
    )
