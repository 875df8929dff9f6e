"""The calendar of a register: its own terms and bank holidays, entered or shipped, as the rules count with them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop import shipped
from cme_desktop.access import requires
from cme_desktop.domain.calendar import INSET, BankHolidays, Calendar, Division
from cme_desktop.domain.calendar import Term as DomainTerm
from cme_desktop.domain.roles import Person
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


def calendar_of(session: Session) -> Calendar:
    """Return the calendar that this register's dates are counted with; schools' own terms are left out.

    A register without terms gives a calendar that refuses to count school days: never a guess.
    """
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
    for row in session.scalars(select(BankHoliday)):
        names[Division(row.division)][row.on_day] = row.title
    return BankHolidays(names)


@requires("calendar.change")
def set_terms(store: Store, actor: Person, calendar: Calendar) -> int:
    """Replace the register's term dates by those of a calendar read from a file; return how many rows that are."""
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
