"""The calendar of a register: its own terms and bank holidays, entered or shipped, as the rules count with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop import shipped
from cme_desktop.access import requires
from cme_desktop.domain.calendar import INSET, BankHolidays, Calendar, Division
from cme_desktop.domain.calendar import Term as DomainTerm
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.models.audit import AuditChange, AuditEvent
from cme_desktop.models.reference import BankHoliday, Term
from cme_desktop.storage import bulk
from cme_desktop.storage.store import Store

PLACEHOLDER = "placeholder"


def put_bank_holidays(session: Session) -> int:
    """Write the shipped bank holidays of all three divisions into a new register, inside an act."""
    known = shipped.bank_holidays().names
    rows = [
        {"division": division.value, "on_day": day, "title": title}
        for division, days in known.items()
        for day, title in days.items()
    ]
    return len(bulk.insert_many(session, BankHoliday, rows))


def put_placeholder_terms(session: Session) -> int:
    """Write the invented terms into a training register, inside an act; they name themselves as placeholders."""
    terms = shipped.placeholder_calendar().terms
    return len(bulk.insert_many(session, Term, [_row(term, PLACEHOLDER) for term in terms]))


def _row(term: DomainTerm, status: str) -> dict[str, object]:
    return {
        "academic_year": term.academic_year,
        "term": term.name,
        "term_start": term.start,
        "term_end": term.end,
        "half_term_start": term.half_term_start,
        "half_term_end": term.half_term_end,
        "status": status,
    }


_known: dict[bytes, Calendar] = {}
_MOST_KNOWN = 8


def calendar_of(session: Session) -> Calendar:
    """Return the calendar that this register's dates are counted with; schools' own terms are left out.

    A register without terms gives a calendar that refuses to count school days: never a guess. It is read again only
    when the audit has a newer change of it.
    """
    version = session.scalar(
        select(AuditEvent.hash)
        .join(AuditChange, AuditChange.seq == AuditEvent.seq)
        .where(AuditChange.table_name.in_((Term.__tablename__, BankHoliday.__tablename__)))
        .order_by(AuditChange.seq.desc())
        .limit(1)
    )
    if version is None:
        return _read(session)
    if version not in _known:
        while len(_known) >= _MOST_KNOWN:
            _known.pop(next(iter(_known)))
        _known[version] = _read(session)
    return _known[version]


def _read(session: Session) -> Calendar:
    rows = session.scalars(select(Term).where(Term.school_urn.is_(None)).order_by(Term.term_start)).all()
    terms = tuple(
        DomainTerm(
            row.academic_year,
            row.term,
            row.term_start,
            row.term_end,
            row.half_term_start,
            row.half_term_end,
            row.status,
        )
        for row in rows
        if row.term.casefold() != INSET
    )
    placeholder = any(row.status == PLACEHOLDER for row in rows)
    return Calendar(
        "placeholder term dates" if placeholder else "the term dates entered in this register",
        _bank_holidays(session),
        terms,
        frozenset(row.term_start for row in rows if row.term.casefold() == INSET),
        placeholder,
    )


def _bank_holidays(session: Session) -> BankHolidays:
    names: dict[Division, dict[date, str]] = {division: {} for division in Division}
    for division, day, title in session.execute(select(BankHoliday.division, BankHoliday.on_day, BankHoliday.title)):
        names[Division(division)][day] = title
    return BankHolidays(names)


@requires("ask.calendar")
def read_calendar(store: Store, viewer: Person) -> Calendar:
    """Return the calendar that this register's dates are counted with, to show how a date was counted."""
    with store.read() as session:
        return calendar_of(session)


def check_terms(terms: Sequence[DomainTerm]) -> None:
    """Refuse terms that cannot be counted with.

    Raises:
        UserError: a term ends before it starts, its half term is half entered or lies outside it, or two overlap.
    """
    for term in terms:
        name = f"{term.name} {term.academic_year}"
        if term.end < term.start:
            raise UserError(f"{name} ends before it starts. Correct one of its two days.", code="term-dates")
        half = (term.half_term_start, term.half_term_end)
        if (half[0] is None) != (half[1] is None):
            raise UserError(f"The half term of {name} needs its first and its last day, or neither.", code="term-dates")
        if half[0] is not None and half[1] is not None and not term.start <= half[0] <= half[1] <= term.end:
            raise UserError(f"The half term of {name} must lie within the term.", code="term-dates")
    for one, following in pairwise(sorted(terms, key=lambda term: term.start)):
        if following.start <= one.end:
            raise UserError(
                f"{following.name} {following.academic_year} begins before {one.name} {one.academic_year} has ended. "
                "Correct one of the two.",
                code="term-dates",
            )


@requires("calendar.change")
def set_terms(store: Store, actor: Person, calendar: Calendar) -> int:
    """Replace the register's term dates by those of a calendar; return how many rows that are.

    Raises:
        UserError: the terms cannot be counted with; nothing is changed then.
    """
    check_terms(calendar.terms)
    rows = [_row(term, PLACEHOLDER if calendar.placeholder else "entered") for term in calendar.terms]
    rows += [
        {"academic_year": "", "term": INSET.upper(), "term_start": day, "term_end": day}
        for day in sorted(calendar.inset_days)
    ]
    with store.action(actor, "calendar.change", entity="calendar:terms") as session:
        for old in session.scalars(select(Term).where(Term.school_urn.is_(None))):
            session.delete(old)
        session.flush()
        bulk.insert_many(session, Term, rows)
    return len(rows)


@requires("calendar.change")
def set_bank_holidays(store: Store, actor: Person, holidays: BankHolidays) -> int:
    """Take bank holidays that are newer than the register's; days the register has stay. Return how many came.

    Days are added and names put right; none is taken away, so that what was counted before is counted alike again.
    """
    with store.action(actor, "calendar.change", entity="calendar:bank-holidays") as session:
        known = {(row.division, row.on_day): row for row in session.scalars(select(BankHoliday))}
        new = []
        for division, days in holidays.names.items():
            for day, title in days.items():
                row = known.get((division.value, day))
                if row is None:
                    new.append({"division": division.value, "on_day": day, "title": title})
                elif row.title != title:
                    row.title = title
        session.flush()
        if new:
            bulk.insert_many(session, BankHoliday, new)
    return len(new)
