"""The register: which cases there are, filtered and sorted in the query, now or as at any past day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from cme_desktop.access import requires
from cme_desktop.domain.names import compact_key, search_key
from cme_desktop.domain.roles import Person
from cme_desktop.domain.school_age import age_on, year_group
from cme_desktop.models.child import Child, ChildName
from cme_desktop.models.episode import Episode, EpisodeReason, EpisodeRisk, EpisodeStatus, EpisodeWaiting
from cme_desktop.models.people import PersonRow
from cme_desktop.models.reference import School, StatusCode
from cme_desktop.models.timeline import Task
from cme_desktop.register.periods import Standpoint, current_name, holds_at, recorded_by
from cme_desktop.register.visibility import visible
from cme_desktop.storage.engine import ReadTicket
from cme_desktop.storage.store import Store

CLOSED = "closed-this-year"
VIEWS: tuple[tuple[str, str], ...] = (
    ("open", "Open"),
    ("whereabouts-unknown", "Whereabouts unknown"),
    ("known-not-in-education", "Known, not in education"),
    ("ehe", "EHE"),
    ("out-of-borough", "Out of borough"),
    (CLOSED, "Closed this year"),
)
SORTS = ("child", "year", "status", "risk", "school", "days", "due", "owner", "ref")


@dataclass(frozen=True)
class RegisterQuery:
    """What the register shows: one saved view, filters, and an order; ``text`` narrows by name or school."""

    view: str = "open"
    sort: str = "due"
    descending: bool = False
    risk: str = ""
    owner_id: int | None = None
    year: str = ""
    min_days: int | None = None
    overdue_only: bool = False
    school_urn: str = ""
    text: str = ""
    status: str = ""


@dataclass(frozen=True)
class RegisterRow:
    """One case as the register's table shows it."""

    episode_id: int
    ref: str
    child_id: int
    name: str
    surname: str
    forename: str
    dob: date | None
    age: int | None
    year: str
    status: str
    status_label: str
    pathway: str
    is_open: bool
    risk: str
    last_school: str
    days: int
    next_due: date | None
    next_action: str
    steps_due: int
    waiting_on: str
    owner: str
    opened_on: date
    closed_on: date | None


@dataclass(frozen=True)
class CaseAtDay:
    """One case as it stood at the end of a day, with every field that the returns count."""

    ref: str
    episode_id: int
    child_id: int
    surname: str
    forename: str
    dob: date | None
    sex: str
    year_group: str
    status: str
    pathway: str
    is_open: bool
    opened: date
    closed: date | None
    missing_since: date | None
    reason: str | None
    dfe_reason: str | None
    risk: str
    waiting_on: str
    next_date: date | None
    next_action: str
    counts_as_cme: bool


_RISK_ORDER = case({"high": 0, "medium": 1, "standard": 2}, value=Episode.risk, else_=3)


def _view_condition(view: str, today: date) -> ColumnElement[bool]:
    if view == CLOSED:
        return Episode.closed_on >= date(today.year, 1, 1)
    if view == "open":
        return Episode.closed_on.is_(None)
    return and_(Episode.closed_on.is_(None), Episode.pathway == view)


def _filters(query: RegisterQuery, today: date) -> list[ColumnElement[bool]]:
    found = [_view_condition(query.view, today)]
    if query.risk:
        found.append(Episode.risk == query.risk)
    if query.owner_id is not None:
        found.append(Episode.owner_id == query.owner_id)
    if query.year:
        found.append(Episode.year_group == query.year)
    if query.min_days is not None:
        found.append(_days(today) >= query.min_days)
    if query.overdue_only:
        found.append(Episode.next_date < today)
    if query.school_urn:
        found.append(Episode.last_school_urn == query.school_urn)
    if query.status:
        found.append(Episode.status == query.status)
    found += [_word_condition(word) for word in query.text.split()]
    return found


def _days(today: date) -> ColumnElement[float]:
    """Return for how many days a case is open, or was until it was closed."""
    end = func.julianday(func.coalesce(Episode.closed_on, today.isoformat()))
    return end - func.julianday(Episode.opened_on)


def _word_condition(word: str) -> ColumnElement[bool]:
    """Return the condition that a case has a word in the child's name, the last school or the reference."""
    key, joined = search_key(word) or word, compact_key(word) or word
    known_school = select(School.urn).where(School.name_key.contains(key, autoescape=True))
    return or_(
        ChildName.surname_key.contains(joined, autoescape=True),
        ChildName.forename_key.contains(joined, autoescape=True),
        Episode.last_school_urn.in_(known_school),
        func.lower(Episode.last_school_name).contains(word.lower(), autoescape=True),
        Episode.ref.contains(word.upper(), autoescape=True),
    )


def _ordered(statement: Select[int], query: RegisterQuery, today: date) -> Select[int]:
    by_name = (ChildName.surname_key, ChildName.forename_key)
    columns: dict[str, tuple[Any, ...]] = {
        "child": by_name,
        "year": (Episode.year_group != "R", func.length(Episode.year_group), Episode.year_group),
        "status": (StatusCode.sort_order, StatusCode.label),
        "risk": (_RISK_ORDER,),
        "school": (Episode.last_school_name,),
        "days": (_days(today),),
        "due": (Episode.next_date.is_(None), Episode.next_date),
        "owner": (PersonRow.name,),
        "ref": (Episode.ref,),
    }
    if query.view == CLOSED:
        columns["due"] = (Episode.closed_on,)  # a closed case has no next step
    chosen = columns.get(query.sort, columns["due"])
    if query.descending:
        chosen = tuple(column.desc() for column in chosen)
    return statement.order_by(*chosen, *by_name, Episode.id)


@requires("ask.cases")
def case_ids(
    store: Store, viewer: Person, query: RegisterQuery, *, ticket: ReadTicket | None = None
) -> tuple[int, ...]:
    """Return the ids of the cases that the query finds, in its order, among those the viewer may see.

    A newer query cancels this one through the ticket.
    """
    today = store.clock.today()
    statement = (
        select(Episode.id)
        .join(Child, Child.id == Episode.child_id)
        .join(PersonRow, PersonRow.id == Episode.owner_id)
        .join(StatusCode, StatusCode.code == Episode.status)
        .outerjoin(ChildName, current_name())
        .where(visible(viewer), *_filters(query, today))
    )
    with store.read(ticket) as session:
        return tuple(session.scalars(_ordered(statement, query, today)))


@requires("ask.cases")
def case_rows(store: Store, viewer: Person, ids: Sequence[int]) -> tuple[RegisterRow, ...]:
    """Return the rows of one page of ids, in the order asked for; an id that is not visible is left out."""
    with store.read() as session:
        return rows_of(session, viewer, ids, store.clock.today())


def rows_of(session: Session, viewer: Person, ids: Sequence[int], today: date) -> tuple[RegisterRow, ...]:
    """Build the rows of these cases inside an open read."""
    steps = (
        select(Task.episode_id, func.count().label("due"))
        .where(Task.episode_id.in_(ids), Task.state == "open", Task.due <= today)
        .group_by(Task.episode_id)
        .subquery()
    )
    statement = (
        select(Episode, Child, ChildName, PersonRow.name, func.coalesce(steps.c.due, 0))
        .join(Child, Child.id == Episode.child_id)
        .join(PersonRow, PersonRow.id == Episode.owner_id)
        .outerjoin(ChildName, current_name())
        .outerjoin(steps, steps.c.episode_id == Episode.id)
        .where(Episode.id.in_(ids), visible(viewer))
    )
    labels = status_labels(session)
    found: dict[int, RegisterRow] = {}
    for episode, child, name, owner, due in session.execute(statement):
        surname = name.surname if name else ""
        forename = name.forename if name else ""
        end = episode.closed_on or today
        found[episode.id] = RegisterRow(
            episode_id=episode.id,
            ref=episode.ref,
            child_id=child.id,
            name=" ".join(part for part in (forename, surname) if part),
            surname=surname,
            forename=forename,
            dob=child.dob,
            age=age_on(child.dob, today) if child.dob else None,
            year=_year(episode, child, today),
            status=episode.status,
            status_label=labels.get(episode.status, episode.status),
            pathway=episode.pathway,
            is_open=episode.closed_on is None,
            risk=episode.risk,
            last_school=episode.last_school_name,
            days=(end - episode.opened_on).days,
            next_due=episode.next_date,
            next_action=episode.next_action,
            steps_due=due,
            waiting_on=episode.waiting_on,
            owner=owner,
            opened_on=episode.opened_on,
            closed_on=episode.closed_on,
        )
    return tuple(found[key] for key in ids if key in found)


def _year(episode: Episode, child: Child, today: date) -> str:
    """Return the year group: of an open case today's, of a closed one that of its last day, as the filter has it."""
    if episode.closed_on is not None:
        return episode.year_group
    return (year_group(child.dob, today) or "") if child.dob else ""


@dataclass(frozen=True)
class FilterChoices:
    """What one saved view can be narrowed by: owners (id, name), schools (URN, name, cases), statuses (code, label)."""

    owners: tuple[tuple[int, str], ...]
    schools: tuple[tuple[str, str, int], ...]
    years: tuple[str, ...]
    statuses: tuple[tuple[str, str], ...]


@requires("ask.cases")
def filter_choices(store: Store, viewer: Person, view: str, *, schools: int = 24) -> FilterChoices:
    """Return the owners, the schools with the most cases, the year groups and the statuses of one saved view."""
    condition = _view_condition(view, store.clock.today())
    here = select(Episode.id).join(Child, Child.id == Episode.child_id).where(visible(viewer), condition)
    with store.read() as session:
        owners = session.execute(
            select(PersonRow.id, PersonRow.name)
            .join(Episode, Episode.owner_id == PersonRow.id)
            .where(Episode.id.in_(here))
            .distinct()
            .order_by(PersonRow.name)
        )
        listed = session.execute(
            select(Episode.last_school_urn, Episode.last_school_name, func.count().label("cases"))
            .where(Episode.id.in_(here), Episode.last_school_urn.is_not(None))
            .group_by(Episode.last_school_urn)
            .order_by(func.count().desc(), Episode.last_school_name)
            .limit(schools)
        )
        years = session.scalars(
            select(Episode.year_group)
            .where(Episode.id.in_(here), Episode.year_group != "")
            .distinct()
            .order_by(func.length(Episode.year_group), Episode.year_group)
        ).all()
        statuses = session.execute(
            select(StatusCode.code, StatusCode.label)
            .where(StatusCode.code.in_(select(Episode.status).where(Episode.id.in_(here)).distinct()))
            .order_by(StatusCode.sort_order, StatusCode.label)
        )
        return FilterChoices(
            tuple((number, name) for number, name in owners),
            tuple((urn or "", name, cases) for urn, name, cases in listed),
            tuple(sorted(years, key=lambda year: (year != "R", len(year), year))),
            tuple((code, label) for code, label in statuses),
        )


@requires("ask.cases")
def view_counts(store: Store, viewer: Person) -> dict[str, int]:
    """Return how many cases each saved view holds for this viewer."""
    today = store.clock.today()
    with store.read() as session:
        return {
            key: session.scalar(
                select(func.count())
                .select_from(Episode)
                .join(Child, Child.id == Episode.child_id)
                .where(visible(viewer), _view_condition(key, today))
            )
            or 0
            for key, _ in VIEWS
        }


def status_labels(session: Session) -> dict[str, str]:
    """Return the words of every status, current or withdrawn."""
    return {code: label for code, label in session.execute(select(StatusCode.code, StatusCode.label))}


@requires("ask.cases")
def cases_at(
    store: Store, viewer: Person, as_at: date, known_at: date | None = None, refs: Sequence[str] | None = None
) -> tuple[CaseAtDay, ...]:
    """Return every case as it stood at the end of a day, as known now or at the end of another day.

    A case is in the answer once its opening day is reached; it is open if it had not been closed by the end of the
    day (command-line.md 7).
    """
    point = Standpoint.of(as_at, known_at)
    statement = (
        select(
            Episode.id.label("episode_id"),
            Episode.ref,
            Episode.opened_on,
            Episode.missing_since,
            Episode.next_date,
            Episode.next_action,
            Child.id.label("child_id"),
            Child.dob,
            Child.sex,
            ChildName.surname,
            ChildName.forename,
            EpisodeStatus.status,
            EpisodeStatus.pathway,
            EpisodeStatus.counts_as_cme,
            EpisodeRisk.risk,
            EpisodeWaiting.waiting_on,
            EpisodeReason.reason,
            EpisodeReason.dfe_reason,
        )
        .join(Child, Child.id == Episode.child_id)
        .join(EpisodeStatus, and_(EpisodeStatus.episode_id == Episode.id, holds_at(EpisodeStatus, point)))
        .outerjoin(
            ChildName, and_(ChildName.child_id == Child.id, ChildName.kind == "legal", holds_at(ChildName, point))
        )
        .outerjoin(EpisodeRisk, and_(EpisodeRisk.episode_id == Episode.id, holds_at(EpisodeRisk, point)))
        .outerjoin(EpisodeWaiting, and_(EpisodeWaiting.episode_id == Episode.id, holds_at(EpisodeWaiting, point)))
        .outerjoin(EpisodeReason, and_(EpisodeReason.episode_id == Episode.id, holds_at(EpisodeReason, point)))
        .where(visible(viewer), Episode.opened_on <= as_at)
        .order_by(Episode.ref)
    )
    if refs is not None:
        statement = statement.where(Episode.ref.in_(refs))
    with store.read() as session:
        closing = _closing_days(session, point)
        now = as_at >= store.clock.today() and known_at is None
        return tuple(_case_at(row, closing, as_at, now) for row in session.execute(statement))


def _closing_days(session: Session, point: Standpoint) -> dict[int, date]:
    """Return the day on which each case that was closed by the day looked at had been closed."""
    rows = session.execute(
        select(EpisodeStatus.episode_id, EpisodeStatus.valid_from)
        .join(StatusCode, StatusCode.code == EpisodeStatus.status)
        .where(
            StatusCode.is_open.is_(False), EpisodeStatus.valid_from <= point.as_at, recorded_by(EpisodeStatus, point)
        )
        .where(or_(EpisodeStatus.valid_to.is_(None), EpisodeStatus.valid_to > point.as_at))
    )
    return {episode_id: day for episode_id, day in rows}


def _case_at(row: Any, closing: dict[int, date], as_at: date, now: bool) -> CaseAtDay:
    closed = closing.get(row.episode_id)
    is_open = closed is None
    return CaseAtDay(
        ref=row.ref,
        episode_id=row.episode_id,
        child_id=row.child_id,
        surname=row.surname or "",
        forename=row.forename or "",
        dob=row.dob,
        sex=row.sex,
        year_group=(year_group(row.dob, as_at) or "") if row.dob else "",
        status=row.status,
        pathway=row.pathway,
        is_open=is_open,
        opened=row.opened_on,
        closed=closed,
        missing_since=row.missing_since,
        reason=row.reason,
        dfe_reason=row.dfe_reason,
        risk=row.risk or "not-rated",
        waiting_on=row.waiting_on or "",
        next_date=row.next_date if now and is_open else None,
        next_action=row.next_action if now and is_open else "",
        counts_as_cme=row.counts_as_cme and is_open,
    )
