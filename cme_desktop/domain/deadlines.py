"""Count a period from a day by its rule, and say in plain words how each date came about (F48)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from cme_desktop.domain.calendar import ENGLAND_AND_WALES, ONE_DAY, WHOLE_UK, Calendar, days_between, long_date
from cme_desktop.domain.errors import CalendarUnknown, UserError
from cme_desktop.domain.rules import DayOne, Rule, Unit

UNIT_WORDS = {
    Unit.CALENDAR_DAYS: "calendar days",
    Unit.SCHOOL_DAYS: "school days",
    Unit.WORKING_DAYS: "working days",
    Unit.WEEKS: "weeks",
}


@dataclass(frozen=True)
class Deadline:
    """The last day of a period and how it was counted.

    ``next_step_from`` is the first day on which the next step is lawful, None for a rule that only sets a last day.
    ``calendar_days`` is the length in calendar days from day 1 to the last day, both included.
    """

    rule: Rule
    start: date
    first_day: date
    last_day: date
    next_step_from: date | None
    derivation: tuple[str, ...]

    @property
    def calendar_days(self) -> int:
        """Return how many calendar days the period covers, its first and last day included."""
        return (self.last_day - self.first_day).days + 1


def explain(rule: Rule, from_: date, calendar: Calendar | None = None, *, extra_days: int = 0) -> Deadline:
    """Return the last day of a rule's period counted from a day, with its derivation in words.

    ``extra_days`` (0 or more) are calendar days the council gives beyond the law's least; it may never give fewer.
    Raises CalendarUnknown where the count needs a day outside the known terms or bank holidays, and UserError for a
    day so far off that no calendar reaches it.
    """
    if extra_days < 0:
        raise ValueError("the council may give more days than the law, never fewer")
    try:
        first, last = _bounds(rule, from_, calendar)
        extended = last + timedelta(days=extra_days)
        following = extended + ONE_DAY
    except OverflowError as error:
        raise UserError(
            f"{from_.isoformat()} is too far off to count from. Enter a date of the child's school years.",
            code="date-unlikely",
        ) from error
    steps = [_first_step(rule, from_, first)]
    steps.append(f"{_amount(rule)} {'ends' if rule.count == 1 else 'end'} on {long_date(last)}")
    steps.extend(_notes(rule, from_, last, calendar))
    if extra_days:
        more = "1 more day" if extra_days == 1 else f"{extra_days} more days"
        steps.append(f"The council gives {more}, to {long_date(extended)}")
    if not rule.by_date:
        steps.append(f"The next step is possible from {long_date(following)}")
    steps.append(_source(rule))
    return Deadline(rule, from_, first, extended, None if rule.by_date else following, tuple(steps))


def last_day_of(rule: Rule, from_: date, calendar: Calendar | None = None) -> date:
    """Return only the last day of a rule's period: explain without its words, for counting many."""
    return _bounds(rule, from_, calendar)[1]


def _bounds(rule: Rule, from_: date, calendar: Calendar | None) -> tuple[date, date]:
    """Return day 1 and the last day of a period."""
    if rule.unit is Unit.CALENDAR_DAYS or rule.unit is Unit.WEEKS:
        first = from_ if rule.day_one is DayOne.SAME_DAY else from_ + ONE_DAY
        days = rule.count * (7 if rule.unit is Unit.WEEKS else 1)
        return first, first + timedelta(days=days - 1)
    if calendar is None:
        raise CalendarUnknown(
            f"{rule.name} counts {UNIT_WORDS[rule.unit]}, and no calendar was given. Give one with --calendar."
        )
    before = from_ if rule.day_one is DayOne.NEXT_DAY else from_ - ONE_DAY
    if rule.unit is Unit.SCHOOL_DAYS:
        calendar.term_of(from_)  # a count that starts outside the known terms is refused even if it ends inside them
        return calendar.add_school_days(before, 1), calendar.add_school_days(before, rule.count)
    divisions = WHOLE_UK if rule.whole_uk else ENGLAND_AND_WALES
    return (
        calendar.add_working_days(before, 1, divisions),
        calendar.add_working_days(before, rule.count, divisions),
    )


def _notes(rule: Rule, from_: date, last: date, calendar: Calendar | None) -> list[str]:
    """Return what did not count between two days, and which terms or bank holidays that comes from."""
    if calendar is None or rule.unit in (Unit.CALENDAR_DAYS, Unit.WEEKS):
        return ["Weekends and holidays count"]
    if rule.unit is Unit.SCHOOL_DAYS:
        named = "Term dates used: " + calendar.source
        if calendar.placeholder:
            named += " (placeholder terms, not the council's own)"
        return [*_left_out(from_, last, calendar.why_no_school), named]
    divisions = WHOLE_UK if rule.whole_uk else ENGLAND_AND_WALES
    where = "any part of the United Kingdom" if rule.whole_uk else "England and Wales"
    skipped = _left_out(from_, last, lambda day: calendar.why_no_work(day, divisions))
    return [*skipped, f"Bank holidays of {where} do not count"]


def _amount(rule: Rule) -> str:
    words = UNIT_WORDS[rule.unit]
    return f"{rule.count} {words[:-1] if rule.count == 1 else words}"


def _first_step(rule: Rule, from_: date, first: date) -> str:
    start = f"{rule.event} {long_date(from_)}"
    if first == from_:
        return f"{start}; that day counts as day 1"
    if rule.day_one is DayOne.NEXT_DAY:
        return f"{start}; that day does not count, day 1 is {long_date(first)}"
    return f"{start}, which is no school day; day 1 is the first school day after, {long_date(first)}"


def _left_out(first: date, last: date, why_not: Callable[[date], str | None]) -> list[str]:
    """Name the days within the period that did not count, weekends in a word and the rest by their dates."""
    reasons = [(day, why_not(day)) for day in days_between(first, last)]
    weekends = any(reason == "weekend" for _, reason in reasons)
    named: list[str] = []
    for reason, run in groupby((pair for pair in reasons if pair[1] != "weekend"), key=lambda pair: pair[1]):
        days = [day for day, _ in run]
        if reason is None:
            continue
        span = long_date(days[0]) if len(days) == 1 else f"{long_date(days[0])} to {long_date(days[-1])}"
        named.append(f"{reason} {span}")
    if weekends:
        named.insert(0, "weekends")
    return [f"Not counted: {'; '.join(named)}"] if named else []


def _source(rule: Rule) -> str:
    words = f"Rule {rule.name} version {rule.version}, {rule.citation}"
    if rule.basis:
        words += f" ({rule.basis})"
    if not rule.verified:
        words += ". Not yet checked against its source"
    return words
