"""What is the same for every document of a register on a day: settings, rules, calendar and signatories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from cme_desktop import shipped
from cme_desktop.casework.documents.shipped_letters import template
from cme_desktop.casework.documents.signing import PRESCRIBED, SignatoryInfo, form_confirmed, signatories_of
from cme_desktop.casework.reference.calendars import calendar_of
from cme_desktop.casework.reference.policy import Policy, policy_of
from cme_desktop.domain.calendar import Calendar
from cme_desktop.domain.rules import RuleBook

COUNCIL_SETTING = "council setting"
_SETTINGS_OF_RULES = {"SERVICE.first_class": "service.first-class", "SERVICE.second_class": "service.second-class"}


@dataclass(frozen=True)
class Council:
    """Settings, rules with the council's own figures, calendar and signatories of one register."""

    policy: Policy
    rules: RuleBook
    calendar: Calendar
    signatories: tuple[SignatoryInfo, ...]
    form_confirmed: bool
    training: bool

    def signatory(self, day: date, *, user_id: int | None = None, wanted: int | None = None) -> SignatoryInfo | None:
        """Return who signs a document of a day: the one wanted, else the person who makes it, else any other."""
        valid = [one for one in self.signatories if one.valid_on(day)]
        if wanted is not None:
            return next((one for one in valid if one.id == wanted), None)
        return next((one for one in valid if one.user_id == user_id), valid[0] if valid else None)

    def ruleset(self, set_id: str, day: date) -> str:
        """Return how papers name a rule set's version in force on a day."""
        return self.rules.ruleset(set_id, day).label


def council_rules(policy: Policy) -> RuleBook:
    """Return the rules with the figures that the council has set for itself."""
    book = shipped.rulebook()
    for name, key in _SETTINGS_OF_RULES.items():
        rule = book.rule(name)
        if rule.count != policy.days(key):
            book = book.with_rule(rule.with_count(policy.days(key), COUNCIL_SETTING))
    return book


def council_of(session: Session, *, training: bool) -> Council:
    """Read the council's settings, rules, calendar and signatories inside an open session."""
    policy = policy_of(session)
    return Council(
        policy,
        council_rules(policy),
        calendar_of(session),
        signatories_of(session),
        form_confirmed(session, template(PRESCRIBED).version),
        training,
    )
