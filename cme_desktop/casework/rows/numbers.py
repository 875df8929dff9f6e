"""Give the numbers of the register: case references and order numbers, never used twice."""

from __future__ import annotations

from sqlalchemy.orm import Session

from cme_desktop.models.episode import CaseCounter

CASES = "CME"


def next_number(session: Session, series: str, year: int) -> int:
    """Return the next number of a series in a year, from 1, inside an act."""
    return next_numbers(session, series, year, 1)[0]


def next_numbers(session: Session, series: str, year: int, many: int) -> range:
    """Return the next so many numbers of a series in a year, inside an act."""
    counter = session.get(CaseCounter, (series, year))
    if counter is None:
        counter = CaseCounter(series=series, year=year, last=0)
        session.add(counter)
    first = counter.last + 1
    counter.last += many
    session.flush()
    return range(first, first + many)


def next_reference(session: Session, year: int) -> str:
    """Return the next case reference of a year, such as ``CME-2026-00042``."""
    return reference(year, next_number(session, CASES, year))


def reference(year: int, number: int) -> str:
    """Return a case reference from its year and number."""
    return f"{CASES}-{year}-{number:05d}"
