"""School days, working days and calendar days, counted from dates the council entered: never from a guess."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from cme_desktop.domain.errors import CalendarUnknown, UserError

ONE_DAY = timedelta(days=1)
SATURDAY = 5
LONGEST_HOLIDAY_DAYS = 56  # a longer gap between two terms is a term nobody entered, not a holiday
TERM_COLUMNS = ("academic_year", "term", "term_start", "term_end", "half_term_start", "half_term_end", "status")
INSET = "inset"


class Division(StrEnum):
    """The three parts of the United Kingdom that have bank holidays of their own."""

    ENGLAND_AND_WALES = "england-and-wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"


ENGLAND_AND_WALES = frozenset({Division.ENGLAND_AND_WALES})
WHOLE_UK = frozenset(Division)

DIVISION_WORDS = {
    Division.ENGLAND_AND_WALES: "England and Wales",
    Division.SCOTLAND: "Scotland",
    Division.NORTHERN_IRELAND: "Northern Ireland",
}


def long_date(day: date) -> str:
    """Return a date as letters and explanations show it, such as "Friday 6 November 2026"."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


@dataclass(frozen=True)
class Term:
    """One school term, both ends included, with its half term if it has one."""

    academic_year: str
    name: str
    start: date
    end: date
    half_term_start: date | None = None
    half_term_end: date | None = None
    status: str = ""

    def in_half_term(self, day: date) -> bool:
        """Say whether a day falls in this term's half term, both ends included."""
        return (
            self.half_term_start is not None
            and self.half_term_end is not None
            and self.half_term_start <= day <= self.half_term_end
        )


@dataclass(frozen=True)
class BankHolidays:
    """Bank holidays of each part of the United Kingdom, and the whole years for which they are known."""

    names: Mapping[Division, Mapping[date, str]]

    def known_years(self, division: Division) -> tuple[int, int] | None:
        """Return the first and last calendar year known whole for a division, or None if no day of it is known."""
        days = self.names.get(division)
        if not days:
            return None
        first, last = min(days), max(days)
        # A list that starts after January or stops before December does not tell that whole year.
        return first.year + (first.month > 1), last.year - (last.month < 12)

    def name(self, day: date, divisions: Iterable[Division]) -> str | None:
        """Return what a day is called if it is a bank holiday in any of the divisions.

        Raises CalendarUnknown when the day lies in a year whose bank holidays have not been entered.
        """
        found: str | None = None
        for division in sorted(divisions):
            years = self.known_years(division)
            if years is None or not years[0] <= day.year <= years[1]:
                raise CalendarUnknown(
                    f"The bank holidays of {DIVISION_WORDS[division]} for {day.year} are not known, so "
                    f"{long_date(day)} cannot be counted. Load the bank holidays for {day.year} in Admin, Calendars."
                )
            found = found or self.names[division].get(day)
        return found


@dataclass(frozen=True)
class Calendar:
    """The term dates, INSET days and bank holidays that dates are counted with, and what they are called.

    ``source`` is named in every explanation; ``placeholder`` marks term dates that are not the council's own.
    """

    source: str
    bank_holidays: BankHolidays
    terms: tuple[Term, ...] = ()
    inset_days: frozenset[date] = frozenset()
    placeholder: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", tuple(sorted(self.terms, key=lambda term: term.start)))

    def term_of(self, day: date) -> Term | None:
        """Return the term a day falls in, or None for a day in the holidays between two known terms.

        Raises CalendarUnknown before the first term, after the last, and in a gap where a term must be missing.
        """
        before: Term | None = None
        for term in self.terms:
            if term.start <= day <= term.end:
                return term
            if term.start > day:
                if before is not None and (term.start - before.end).days <= LONGEST_HOLIDAY_DAYS:
                    return None
                break
            before = term
        raise CalendarUnknown(
            f"The term dates around {long_date(day)} are not known, so school days cannot be counted there. "
            f"Enter the school terms for {academic_year(day)} in Admin, Calendars. "
            f"Term dates used: {self.source}."
        )

    def is_school_day(self, day: date) -> bool:
        """Say whether a day has a school session: Education Act 1996 s579, command-line.md 6.

        A school day is Monday to Friday within a term, not in half term, not a bank holiday of England and Wales and
        not an INSET day. Raises CalendarUnknown outside the known terms or bank holidays.
        """
        return self.why_no_school(day) is None

    def why_no_school(self, day: date) -> str | None:
        """Return why a day is no school day, in a few words, or None if it is one."""
        term = self.term_of(day)
        if day.weekday() >= SATURDAY:
            return "weekend"
        if term is None:
            return "school holidays"
        if term.in_half_term(day):
            return "half term"
        if day in self.inset_days:
            return "INSET day"
        return self.bank_holidays.name(day, ENGLAND_AND_WALES)

    def is_working_day(self, day: date, divisions: Iterable[Division] = ENGLAND_AND_WALES) -> bool:
        """Say whether a day is Monday to Friday and a bank holiday in none of the divisions."""
        return self.why_no_work(day, divisions) is None

    def why_no_work(self, day: date, divisions: Iterable[Division] = ENGLAND_AND_WALES) -> str | None:
        """Return why a day is no working day, in a few words, or None if it is one."""
        holiday = self.bank_holidays.name(day, divisions)
        return "weekend" if day.weekday() >= SATURDAY else holiday

    def first_school_day(self, on_or_after: date) -> date:
        """Return the first school day on or after a day."""
        return self._nth(on_or_after - ONE_DAY, 1, self.is_school_day)

    def add_school_days(self, after: date, count: int) -> date:
        """Return the ``count``-th school day after a day, that day itself not counted."""
        return self._nth(after, count, self.is_school_day)

    def add_working_days(self, after: date, count: int, divisions: Iterable[Division] = ENGLAND_AND_WALES) -> date:
        """Return the ``count``-th working day after a day, that day itself not counted."""
        return self._nth(after, count, lambda day: self.is_working_day(day, divisions))

    def school_days_between(self, first: date, last: date) -> int:
        """Return how many school days lie from the first to the last day, both included."""
        return sum(self.is_school_day(day) for day in days_between(first, last))

    def _nth(self, after: date, count: int, counts: Callable[[date], bool]) -> date:
        if count < 1:
            raise ValueError("a count of days starts at 1")
        day = after
        while count:
            day += ONE_DAY
            count -= counts(day)
        return day


def days_between(first: date, last: date) -> Iterable[date]:
    """Give each day from the first to the last, both included."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def academic_year(day: date) -> str:
    """Return the school year of a day, counted from 1 September, as "2026/27"."""
    first = day.year if day.month >= 9 else day.year - 1
    return f"{first}/{(first + 1) % 100:02d}"


def parse_term_csv(text: str, name: str, bank_holidays: BankHolidays, *, placeholder: bool = False) -> Calendar:
    """Read a calendar from CSV text with the columns of the term-date file; ``name`` is what explanations call it.

    A row whose term is INSET gives one day off in its ``term_start``. Raises UserError naming the row and the rule
    broken.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    header = [(field or "").strip() for field in reader.fieldnames or ()]
    lacking = [column for column in TERM_COLUMNS[:4] if column not in header]
    if lacking:
        raise UserError(
            f"{name}: the first line must name the columns {', '.join(TERM_COLUMNS)}. "
            f"Missing: {', '.join(lacking)}. Add them and load the file again.",
            code="calendar-file",
        )
    reader.fieldnames = header
    terms: list[Term] = []
    inset: set[date] = set()
    marked_placeholder = placeholder
    for number, row in enumerate(reader, start=2):
        cells = {key: (value or "").strip() for key, value in row.items() if isinstance(key, str)}
        if not any(cells.values()):
            continue
        place = f"{name}, row {number}"
        marked_placeholder = marked_placeholder or cells.get("status", "").casefold().startswith("placeholder")
        if cells["term"].casefold() == INSET:
            inset.add(_needed(cells, "term_start", place))
        else:
            terms.append(_term(cells, place))
    _check_no_overlap(terms, name)
    return Calendar(name, bank_holidays, tuple(terms), frozenset(inset), marked_placeholder)


def _term(cells: Mapping[str, str], place: str) -> Term:
    term = Term(
        cells["academic_year"],
        cells["term"],
        _needed(cells, "term_start", place),
        _needed(cells, "term_end", place),
        _optional(cells, "half_term_start", place),
        _optional(cells, "half_term_end", place),
        cells.get("status", ""),
    )
    if term.end < term.start:
        raise _broken(place, f"the term ends on {term.end.isoformat()}, before it starts")
    half = (term.half_term_start, term.half_term_end)
    if (half[0] is None) != (half[1] is None):
        raise _broken(place, "half term needs both its first and its last day, or neither")
    if half[0] is not None and half[1] is not None and not term.start <= half[0] <= half[1] <= term.end:
        raise _broken(place, "half term must lie within the term and start before it ends")
    return term


def _check_no_overlap(terms: list[Term], name: str) -> None:
    ordered = sorted(terms, key=lambda term: term.start)
    for one, following in pairwise(ordered):
        if following.start <= one.end:
            raise UserError(
                f"{name}: the {following.name} term of {following.academic_year} starts on "
                f"{following.start.isoformat()}, before the {one.name} term of {one.academic_year} has ended. "
                "Correct one of the two rows and load the file again.",
                code="calendar-file",
            )


def _needed(cells: Mapping[str, str], column: str, place: str) -> date:
    day = _optional(cells, column, place)
    if day is None:
        raise _broken(place, f"{column} must hold a date")
    return day


def _optional(cells: Mapping[str, str], column: str, place: str) -> date | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _broken(place, f'{column} must be a date written as 2026-09-01, and holds "{text}"') from error


def _broken(place: str, rule: str) -> UserError:
    return UserError(f"{place}: {rule}. Correct the row and load the file again.", code="calendar-file")


def parse_bank_holidays(json_text: str) -> BankHolidays:
    """Read the bank holidays of all three divisions from the text of the GOV.UK file.

    Raises UserError saying what the file lacks.
    """
    try:
        data = json.loads(json_text)
    except ValueError as error:
        raise _no_holidays("it is not a GOV.UK bank holiday file") from error
    names: dict[Division, dict[date, str]] = {}
    for division in Division:
        part = data.get(division.value) if isinstance(data, dict) else None
        events = part.get("events") if isinstance(part, dict) else None
        if not isinstance(events, list) or not events:
            raise _no_holidays(f"it has no bank holidays of {DIVISION_WORDS[division]}")
        try:
            names[division] = {date.fromisoformat(event["date"]): str(event["title"]) for event in events}
        except (KeyError, TypeError, ValueError) as error:
            raise _no_holidays(f"a bank holiday of {DIVISION_WORDS[division]} lacks its date or its name") from error
    return BankHolidays(names)


def _no_holidays(why: str) -> UserError:
    return UserError(
        f"The bank holidays were not read, because {why}. Nothing was changed. Load the file bank-holidays.json "
        "from GOV.UK, with all its three parts.",
        code="calendar-file",
    )
