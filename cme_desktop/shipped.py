"""Read the rule sets and calendars that travel with the program into what the rules work with."""

from __future__ import annotations

from functools import cache

from cme_desktop import resources
from cme_desktop.domain.calendar import BankHolidays, Calendar, parse_bank_holidays, parse_term_csv
from cme_desktop.domain.rules import RuleBook, parse_rulebook


@cache
def rulebook() -> RuleBook:
    """Return every shipped rule set, in all its versions."""
    return parse_rulebook(path.read_text(encoding="utf-8") for path in sorted(resources.path("rules").glob("*.toml")))


@cache
def bank_holidays() -> BankHolidays:
    """Return the shipped bank holidays of the three parts of the United Kingdom."""
    return parse_bank_holidays(resources.read_text("calendars/govuk-bank-holidays.json"))


@cache
def placeholder_calendar() -> Calendar:
    """Return the invented terms for training and for explanations without a register; they name themselves as such."""
    text = resources.read_text("calendars/term-dates-placeholder.csv")
    return parse_term_csv(text, "placeholder term dates", bank_holidays(), placeholder=True)
