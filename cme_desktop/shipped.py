"""Read the rule sets, code lists and calendars that travel with the program into what the rules work with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from cme_desktop import resources
from cme_desktop.domain.calendar import BankHolidays, Calendar, parse_bank_holidays, parse_term_csv
from cme_desktop.domain.codes import CodeList, parse_code_lists
from cme_desktop.domain.enquiries import Checklist, parse_checklist
from cme_desktop.domain.grounds import GroundBook, parse_grounds
from cme_desktop.domain.lifecycle import Lifecycle, parse_lifecycle
from cme_desktop.domain.passphrases import parse_common
from cme_desktop.domain.risk import QuestionBook, parse_questions
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


@cache
def lifecycle() -> Lifecycle:
    """Return the statuses with their lawful moves, and the outcomes of closing."""
    return parse_lifecycle(resources.read_text("codes/statuses.toml"))


@cache
def questions() -> QuestionBook:
    """Return the 22 risk questions in the policy's words."""
    return parse_questions(resources.read_text("codes/risk-questions.toml"))


@cache
def checklist() -> Checklist:
    """Return the reasonable enquiries."""
    return parse_checklist(resources.read_text("codes/enquiries.toml"))


@cache
def code_lists() -> Mapping[str, CodeList]:
    """Return the code lists of the casework by name."""
    return parse_code_lists(resources.read_text("codes/code-lists.toml"))


@cache
def grounds() -> GroundBook:
    """Return the removal grounds of 2006 and 2024, and the leaving reasons."""
    return parse_grounds(resources.read_text("codes/removal-grounds.toml"))


@cache
def common_passphrases() -> frozenset[str]:
    """Return the words and phrases that people choose most as a passphrase."""
    return parse_common(resources.read_text("words/common-passphrases.txt"))
