"""Give the numbers of the register: case references and order numbers, never used twice."""

from __future__ import annotations

from sqlalchemy.orm import Session

from cme_desktop.models.episode import CaseCounter

CASES = "CME"


def next_number(session: Session, series: str, year: int) -> int:
    """Return the next number of a series in a year, from 1, inside an act."""
    counter = session.get(CaseCounter, (series, year))
    if counter is None:
        counter = CaseCounter(series=series, year=year, last=0)
        session.add(counter)
    counter.last += 1
    session.flush()
    return counter.last


def next_reference(session: Session, year: int) -> str:
    """Return the next case reference of a year, such as ``CME-2026-00042``."""
    return f"{CASES}-{year}-{next_number(session, CASES, year):05d}"
