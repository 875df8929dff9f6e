"""The shipped rules, calendar and code lists as the tests of this room read them."""

from __future__ import annotations

from datetime import date
from functools import cache

from cme_desktop import resources
from cme_desktop.domain.calendar import BankHolidays, Calendar, Term, parse_bank_holidays, parse_term_csv
from cme_desktop.domain.enquiries import Checklist, parse_checklist
from cme_desktop.domain.grounds import GroundBook, parse_grounds
from cme_desktop.domain.lifecycle import Lifecycle, parse_lifecycle
from cme_desktop.domain.next_steps import StepBooks
from cme_desktop.domain.risk import QuestionBook, parse_questions
from cme_desktop.domain.rules import RuleBook, parse_rulebook


@cache
def holidays() -> BankHolidays:
    """Return the shipped bank holidays."""
    return parse_bank_holidays(resources.read_text("calendars/govuk-bank-holidays.json"))


@cache
def calendar() -> Calendar:
    """Return the shipped placeholder terms."""
    text = resources.read_text("calendars/term-dates-placeholder.csv")
    return parse_term_csv(text, "placeholder terms 2023 to 2027", holidays())


def calendar_of(*terms: Term, inset: frozenset[date] = frozenset()) -> Calendar:
    """Return a calendar of these terms only."""
    return Calendar("test terms", holidays(), terms, inset)


@cache
def rules() -> RuleBook:
    """Return all shipped rule sets."""
    files = sorted(resources.path("rules").glob("*.toml"))
    return parse_rulebook(file.read_text(encoding="utf-8") for file in files)


@cache
def lifecycle() -> Lifecycle:
    """Return the shipped statuses and outcomes."""
    return parse_lifecycle(resources.read_text("codes/statuses.toml"))


@cache
def questions() -> QuestionBook:
    """Return the shipped risk questions."""
    return parse_questions(resources.read_text("codes/risk-questions.toml"))


@cache
def checklist() -> Checklist:
    """Return the shipped reasonable enquiries."""
    return parse_checklist(resources.read_text("codes/enquiries.toml"))


@cache
def grounds() -> GroundBook:
    """Return the shipped grounds."""
    return parse_grounds(resources.read_text("codes/removal-grounds.toml"))


@cache
def step_books() -> StepBooks:
    """Return what next steps are worked out with."""
    return StepBooks(rules(), questions(), checklist(), calendar())
