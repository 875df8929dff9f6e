"""Why a last day is what it is, from how the paper was really served: in the popover, and before it is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from cme_desktop.casework.documents.letters.council import council_rules
from cme_desktop.casework.orders.page import OrderPage, PaperRow, ServedRow
from cme_desktop.casework.reference.policy import Policy
from cme_desktop.domain.calendar import ONE_DAY, Calendar, days_between
from cme_desktop.domain.deadlines import last_day_of
from cme_desktop.domain.errors import CalendarUnknown
from cme_desktop.domain.rules import Rule, RuleBook
from cme_desktop.domain.service import Method, deemed, recount
from cme_desktop.ui.case.date_explained import ExplainedDate
from cme_desktop.ui.case.order.path import school_urn
from cme_desktop.ui.words import count, day_date

PERIODS: Final = {"L04": "SAO-A.notice_437_min", "L07": "SAO-A.notice_438_choice"}
_SECTIONS: Final = {"L04": "Education Act 1996 s437(2)", "L07": "Education Act 1996 s438(3)"}
SCHOOL_TIME: Final = "SAO-A.sos_application"
_ORDINALS: Final = {1: "1st", 2: "2nd", 3: "3rd"}


@dataclass(frozen=True)
class Books:
    """What dates are counted with: the rules with the council's own figures, the calendar and the settings."""

    rules: RuleBook
    calendar: Calendar
    policy: Policy

    @classmethod
    def of(cls, policy: Policy, calendar: Calendar) -> Books:
        """Return the books of a register."""
        return cls(council_rules(policy), calendar, policy)


@dataclass(frozen=True)
class Planned:
    """What recording a service would do: the day it counts as served, the last day, and whether the notice holds."""

    served_on: date | None
    last_day: date | None
    days_given: int
    wrong: str = ""

    @property
    def holds(self) -> bool:
        """Say whether the paper would hold."""
        return not self.wrong


def planned_service(books: Books, code: str, printed_last_day: date | None, method: str, sent_on: date) -> Planned:
    """Return what recording the service of a paper would come to: counted as the program will count it.

    Electronic service counts as served on the day; whether there is consent is checked when it is recorded.
    """
    way = Method(method)
    try:
        served = sent_on if way is Method.ELECTRONIC else deemed(way, sent_on, books.calendar, books.rules).served_on
    except CalendarUnknown as unknown:
        return Planned(None, None, 0, unknown.message)
    if code not in PERIODS or printed_last_day is None:
        return Planned(served, None, 0)
    counted = recount(printed_last_day, served, books.rules.rule(PERIODS[code], served))
    if counted.defective:
        least = books.rules.rule(PERIODS[code], served).count
        return Planned(
            served,
            None,
            counted.days_given,
            f"The notice says {day_date(printed_last_day)}, which gives {count(counted.days_given, 'day')} from "
            f"{day_date(served)}. The law asks for {least}, so it will not hold.",
        )
    return Planned(served, max(printed_last_day, counted.least_last_day), counted.days_given)


def explain_last_day(page: OrderPage, paper: PaperRow, books: Books) -> ExplainedDate | None:
    """Return why a served notice has its last day, None for one that is not served or does not hold."""
    served = paper.served
    if served is None or served.last_day is None or paper.code not in PERIODS:
        return None
    rule = books.rules.rule(PERIODS[paper.code], served.deemed_on)
    last = served.last_day
    given = (last - served.deemed_on).days + 1
    notices = page.notices_437 if paper.code == "L04" else page.notices_438
    note = "Weekends and holidays count."
    if notices.last_day is not None and len(notices.last_days) > 1:
        note += f" The next step waits for the latest last day, {day_date(notices.last_day)}."
    return ExplainedDate(
        day=last,
        lines=(
            ("Served", f"{day_date(served.deemed_on)}: {how_served(served, books.policy)}"),
            ("Count", _count_words(given, rule, served.deemed_on, last, books.calendar)),
            ("Ends", f"end of {day_date(last)}"),
        ),
        counted=tuple(days_between(served.deemed_on, last)),
        next_step=last + ONE_DAY,
        next_words="the time is over from",
        note=note,
        rule=f"{_SECTIONS[paper.code]}, rule set {_label(rule)}",
        source=_source(paper, served),
        source_note="Postal days: council setting" if served.method.endswith("class") else "",
        what_if=lambda day: last_day_of(rule, day) + timedelta(days=max(given - rule.count, 0)),
    )


def explain_school_time(page: OrderPage, books: Books) -> ExplainedDate | None:
    """Return why the school may go to the Secretary of State until a day, None before it has the notice."""
    told = page.last("notify-school-439", school_urn(page))
    received = str(told.data.get("received", "")) if told is not None else ""
    if not received:
        return None
    first = date.fromisoformat(received)
    rule = books.rules.rule(SCHOOL_TIME, first)
    last = last_day_of(rule, first)
    return ExplainedDate(
        day=last,
        lines=(
            ("Received", f"{day_date(first)}, by the governing body"),
            ("Count", _count_words((last - first).days + 1, rule, first, last, books.calendar)),
            ("Ends", f"end of {day_date(last)}"),
        ),
        counted=tuple(days_between(first, last)),
        next_step=last + ONE_DAY,
        next_words="the notice of intention is possible from",
        note="The Act does not hold the notice back itself: waiting is council practice. A written answer of the "
        "governing body ends it sooner.",
        rule=f"Education Act 1996 s439(7), council practice, rule set {_label(rule)}",
        what_if=lambda day: last_day_of(rule, day),
        what_if_words=("What if received on", "last day would be"),
    )


def how_served(served: ServedRow, policy: Policy) -> str:
    """Return how a paper was served, as "posted Wed 4 Nov, first class, 2nd working day"."""
    sent = day_date(served.sent_on)
    if served.method in ("first-class", "second-class"):
        days = policy.days(f"service.{served.method}")
        nth = _ORDINALS.get(days, f"{days}th")
        return f"posted {sent}, {served.method.replace('-', ' ')}, {nth} working day"
    return {
        "hand": "handed over that day",
        "left": "left at the home that day",
        "electronic": "sent electronically that day, with written consent",
    }.get(served.method, f"sent {sent}")


def _count_words(given: int, rule: Rule, first: date, last: date, calendar: Calendar) -> str:
    words = f"{given} days beginning with that day"
    try:
        school = calendar.school_days_between(first, last)
    except CalendarUnknown:
        return words
    more = given - rule.count
    extra = f"; {more} more than the law asks" if more > 0 else ""
    return f"{words} ({school} of them school days{extra})"


def _label(rule: Rule) -> str:
    return f"{rule.ruleset}, version {rule.version}"


def _source(paper: PaperRow, served: ServedRow) -> str:
    return served.proof or f"The {'notice' if paper.code == 'L04' else 'notice of intention'} as issued"
