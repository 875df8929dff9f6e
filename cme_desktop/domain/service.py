"""When a paper counts as served, what last day to print in it, and whether the printed day held (s572, s437(2))."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from cme_desktop.domain.calendar import ONE_DAY, Calendar, long_date
from cme_desktop.domain.deadlines import explain
from cme_desktop.domain.errors import Refusal, StepRefused
from cme_desktop.domain.rules import Rule, RuleBook

SECTION = "Education Act 1996 s572"
SECTION_ELECTRONIC = "Education Act 1996 s572 (written consent to electronic service)"


class Method(StrEnum):
    """The ways in which section 572 lets a paper be served on a parent."""

    HAND = "hand"
    LEFT = "left"
    FIRST_CLASS = "first-class"
    SECOND_CLASS = "second-class"
    ELECTRONIC = "electronic"


METHOD_WORDS = {
    Method.HAND: "Handed to the person",
    Method.LEFT: "Left at the usual or last known home",
    Method.FIRST_CLASS: "Posted first class",
    Method.SECOND_CLASS: "Posted second class",
    Method.ELECTRONIC: "Sent electronically, with written consent",
}

POSTAL_RULES = {Method.FIRST_CLASS: "SERVICE.first_class", Method.SECOND_CLASS: "SERVICE.second_class"}


@dataclass(frozen=True)
class ElectronicConsent:
    """A parent's written consent to be served electronically at one address, and the day it was given."""

    address: str
    given_on: date


@dataclass(frozen=True)
class Served:
    """The day a paper counts as served, and how that day was reached."""

    served_on: date
    derivation: tuple[str, ...]


@dataclass(frozen=True)
class Planned:
    """What to print in a notice before it is served: the day service is expected and the last day of the period."""

    served_on: date
    last_day: date
    derivation: tuple[str, ...]


@dataclass(frozen=True)
class Recount:
    """A printed last day counted again from the day of service; ``days_given`` includes both ends."""

    least_last_day: date
    days_given: int
    defective: bool
    derivation: tuple[str, ...]


def deemed(
    method: Method,
    sent_on: date,
    calendar: Calendar,
    rules: RuleBook,
    *,
    consent: ElectronicConsent | None = None,
    address: str = "",
) -> Served:
    """Return the day a paper counts as served: s572 EA96, and for post the council's setting of ordinary post.

    ``sent_on`` is the day it was handed over, left, posted or sent. Electronic service counts only with recorded
    consent to the very address used. Raises StepRefused without it, and CalendarUnknown outside known bank holidays.
    """
    words = METHOD_WORDS[method]
    if method in POSTAL_RULES:
        counted = explain(rules.rule(POSTAL_RULES[method], sent_on), sent_on, calendar)
        return Served(counted.last_day, counted.derivation)
    if method is Method.ELECTRONIC:
        _check_consent(consent, address, sent_on)
    return Served(sent_on, (f"{words} {long_date(sent_on)}: served that day", f"{SECTION} (council setting)"))


def _check_consent(consent: ElectronicConsent | None, address: str, sent_on: date) -> None:
    if consent is None:
        why = "The parent has not agreed in writing to be served electronically."
    elif consent.given_on > sent_on:
        why = f"The parent agreed to electronic service only on {long_date(consent.given_on)}."
    elif consent.address.strip().casefold() != address.strip().casefold():
        why = "The parent agreed to electronic service at another address than the one used."
    else:
        return
    raise StepRefused(
        Refusal(
            f"{why} It does not count as served. Deliver it by hand, leave it at the home, or post it.",
            SECTION_ELECTRONIC,
            code="consent-missing",
        )
    )


def plan(
    method: Method,
    post_on: date,
    period: Rule,
    calendar: Calendar,
    rules: RuleBook,
    *,
    extra_days: int = 0,
    consent: ElectronicConsent | None = None,
    address: str = "",
) -> Planned:
    """Return the last day to print in a notice sent on a day by a method, with the council's ``extra_days`` (0 up)."""
    served = deemed(method, post_on, calendar, rules, consent=consent, address=address)
    counted = explain(period, served.served_on, calendar, extra_days=extra_days)
    return Planned(served.served_on, counted.last_day, (*served.derivation, *counted.derivation))


def recount(printed_last_day: date, served_on: date, period: Rule, calendar: Calendar | None = None) -> Recount:
    """Count the printed last day again from the day of service: fewer days than the law makes the notice defective."""
    counted = explain(period, served_on, calendar)
    days_given = max(0, (printed_last_day - counted.first_day).days + 1)
    defective = printed_last_day < counted.last_day
    verdict = (
        f"The notice says {long_date(printed_last_day)}, which gives {days_given} days: fewer than the law's "
        f"{period.count}. It does not hold: serve it again"
        if defective
        else f"The notice says {long_date(printed_last_day)}, which gives {days_given} days: enough"
    )
    return Recount(counted.last_day, days_given, defective, (*counted.derivation, verdict))


def latest_posting(printed_last_day: date, method: Method, period: Rule, calendar: Calendar, rules: RuleBook) -> date:
    """Return the last day on which a notice can be sent by a method and still hold as printed.

    The search goes back from the latest day of service that leaves the period whole.
    """
    must_be_served_by = printed_last_day - timedelta(days=period.count - 1)
    day = must_be_served_by
    while method in POSTAL_RULES and deemed(method, day, calendar, rules).served_on > must_be_served_by:
        day -= ONE_DAY
    return day
