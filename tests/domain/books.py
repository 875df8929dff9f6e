"""The shipped rules and code lists as the tests of this room read them, and calendars of their own."""

from __future__ import annotations

from datetime import date
from functools import cache

from cme_desktop import resources
from cme_desktop.domain.calendar import Calendar, Term, parse_term_csv
from cme_desktop.domain.next_steps import StepBooks
from cme_desktop.shipped import bank_holidays as holidays
from cme_desktop.shipped import checklist, grounds, lifecycle, questions
from cme_desktop.shipped import rulebook as rules

__all__ = [
    "calendar",
    "calendar_of",
    "checklist",
    "grounds",
    "holidays",
    "lifecycle",
    "questions",
    "rules",
    "step_books",
]


@cache
def calendar() -> Calendar:
    """Return the shipped placeholder terms, told as such by their own status column alone."""
    text = resources.read_text("calendars/term-dates-placeholder.csv")
    return parse_term_csv(text, "placeholder terms 2023 to 2027", holidays())


def calendar_of(*terms: Term, inset: frozenset[date] = frozenset()) -> Calendar:
    """Return a calendar of these terms only."""
    return Calendar("test terms", holidays(), terms, inset)


@cache
def step_books() -> StepBooks:
    """Return what next steps are worked out with."""
    return StepBooks(rules(), questions(), checklist(), calendar())
