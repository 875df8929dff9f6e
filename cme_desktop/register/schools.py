"""The directory of schools: find one by name, URN, number or postcode, and the open cases there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from cme_desktop.access import requires
from cme_desktop.domain.errors import NotFound
from cme_desktop.domain.names import search_key
from cme_desktop.domain.roles import Person
from cme_desktop.models.child import Child
from cme_desktop.models.episode import Episode
from cme_desktop.models.reference import School, SchoolLink
from cme_desktop.register.visibility import visible
from cme_desktop.storage.store import Store


@dataclass(frozen=True)
class SchoolRow:
    """One school of the directory as a list shows it."""

    urn: str
    la: str
    estab: str
    name: str
    kind: str
    sector: str
    phase: str
    status: str
    closed_on: date | None
    postcode: str
    phone: str
    open_cases: int


@dataclass(frozen=True)
class SchoolPage:
    """One school with everything that the directory knows."""

    row: SchoolRow
    address: tuple[str, ...]
    website: str
    ages: str
    trust: str
    head_name: str
    opened_on: date | None
    snapshot_on: date | None
    successors: tuple[tuple[str, str, date | None], ...]
    predecessors: tuple[tuple[str, str, date | None], ...]


@dataclass(frozen=True)
class Directory:
    """What the directory holds and how old it is."""

    schools: int
    open_schools: int
    snapshot_on: date | None


@requires("ask.schools")
def find_schools(
    store: Store,
    viewer: Person,
    text: str,
    *,
    la: str = "",
    open_only: bool = False,
    limit: int = 60,
    first_la: str = "",
) -> tuple[SchoolRow, ...]:
    """Return schools found by part of a name, a URN, a postcode, or ``310/3505`` or ``3103505``; open ones first.

    Among those that fit equally well, the schools of the council ``first_la`` come first.
    """
    with store.read() as session:
        counts = (
            select(Episode.last_school_urn, func.count().label("cases"))
            .join(Child, Child.id == Episode.child_id)
            .where(Episode.closed_on.is_(None), visible(viewer))
            .group_by(Episode.last_school_urn)
            .subquery()
        )
        key = search_key(text)
        whole = case((School.name_key == key, 0), (School.name_key.like(f"{key}%"), 1), else_=2)
        statement = (
            select(School, func.coalesce(counts.c.cases, 0))
            .outerjoin(counts, counts.c.last_school_urn == School.urn)
            .where(*_conditions(text))
            .order_by(School.status == "closed", whole, School.la != first_la, School.name_key, School.urn)
            .limit(limit)
        )
        if la:
            statement = statement.where(School.la == la)
        if open_only:
            statement = statement.where(School.status != "closed")
        return tuple(_row(school, cases) for school, cases in session.execute(statement))


def _conditions(text: str) -> list[ColumnElement[bool]]:
    tidy = text.strip()
    if not tidy:
        return []
    number = re.fullmatch(r"(\d{3})[/ -]?(\d{4})", tidy)
    if number:
        return [and_(School.la == number.group(1), School.estab == number.group(2))]
    if re.fullmatch(r"\d{5,6}", tidy):
        return [School.urn.like(f"{tidy}%")]
    words = search_key(tidy).split()
    if not words:
        return [false()]
    found: list[ColumnElement[bool]] = [and_(*(School.name_key.like(f"%{word}%") for word in words))]
    if re.match(r"(?i)[a-z]{1,2}\d", tidy):
        found.append(func.replace(School.postcode, " ", "").like(f"{tidy.replace(' ', '').upper()}%"))
    return [or_(*found)]


def _row(school: School, cases: int) -> SchoolRow:
    return SchoolRow(
        urn=school.urn,
        la=school.la,
        estab=school.estab,
        name=school.name,
        kind=school.kind,
        sector=school.sector,
        phase=school.phase,
        status=school.status,
        closed_on=school.closed_on,
        postcode=school.postcode,
        phone=school.phone,
        open_cases=cases,
    )


@requires("ask.schools")
def school_page(store: Store, viewer: Person, urn: str) -> SchoolPage:
    """Return one school; raise NotFound if the directory has no such URN."""
    with store.read() as session:
        school = session.get(School, urn)
        if school is None:
            raise NotFound(f"The directory has no school with URN {urn}. Look it up by name.", code="school-unknown")
        cases = (
            session.scalar(
                select(func.count())
                .select_from(Episode)
                .join(Child, Child.id == Episode.child_id)
                .where(Episode.closed_on.is_(None), Episode.last_school_urn == urn, visible(viewer))
            )
            or 0
        )
        ages = f"{school.low_age} to {school.high_age}" if school.low_age is not None and school.high_age else ""
        return SchoolPage(
            row=_row(school, cases),
            address=tuple(school.address),
            website=school.website,
            ages=ages,
            trust=school.trust,
            head_name=school.head_name,
            opened_on=school.opened_on,
            snapshot_on=school.snapshot_on,
            successors=_linked(session, urn, "successor"),
            predecessors=_linked(session, urn, "predecessor"),
        )


def _linked(session: Session, urn: str, kind: str) -> tuple[tuple[str, str, date | None], ...]:
    rows = session.execute(
        select(SchoolLink.other_urn, School.name, SchoolLink.on_day)
        .outerjoin(School, School.urn == SchoolLink.other_urn)
        .where(SchoolLink.urn == urn, SchoolLink.kind.ilike(f"%{kind}%"))
        .order_by(SchoolLink.on_day)
    )
    return tuple((other, name or "", on_day) for other, name, on_day in rows)


@requires("ask.schools")
def directory(store: Store, viewer: Person) -> Directory:
    """Return how many schools the directory holds and the day of its data."""
    with store.read() as session:
        total, still_open, snapshot = session.execute(
            select(
                func.count(),
                func.count().filter(School.status != "closed"),
                func.max(School.snapshot_on),
            ).select_from(School)
        ).one()
    return Directory(total, still_open, snapshot)
