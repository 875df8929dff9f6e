"""Dates, times and counts in the words of ux.md 3, the same in every screen."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONG_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONG_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LONDON = ZoneInfo("Europe/London")
_WRITTEN: Final = re.compile(rf"\b(?:({'|'.join(LONG_DAYS)}) )?(\d{{1,2}}) ({'|'.join(LONG_MONTHS)})(?: (\d{{4}}))?\b")
"""A date as sentences write it: "Wednesday 4 November 2026"."""


def short_date(day: date) -> str:
    """Return "3 Sep 2026", as tables show dates."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def long_date(day: date) -> str:
    """Return "3 September 2026", as letters show dates."""
    return f"{day.day} {LONG_MONTHS[day.month - 1]} {day.year}"


def page_date(day: date) -> str:
    """Return "Tuesday 24 November 2026", as the head of Today shows it."""
    return f"{LONG_DAYS[day.weekday()]} {long_date(day)}"


def day_date(day: date, *, year: bool = False) -> str:
    """Return "Fri 20 Nov", with the year if asked."""
    words = f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    return f"{words} {day.year}" if year else words


def with_short_dates(words: str, today: date) -> str:
    """Return a sentence with its dates as lists show them: "Wed 4 Nov", with the year only where it is another.

    A day and a month alone are left: somebody typed them so.
    """

    def short(found: re.Match[str]) -> str:
        weekday, day, month, year = found.groups()
        if not weekday and not year:
            return found[0]
        parts = (weekday[:3] if weekday else "", day, month[:3], year if year and int(year) != today.year else "")
        return " ".join(part for part in parts if part)

    return _WRITTEN.sub(short, words)


def month_name(day: date) -> str:
    """Return "November 2026"."""
    return f"{LONG_MONTHS[day.month - 1]} {day.year}"


def clock_time(moment: datetime) -> str:
    """Return the time in London as "10:42"; the moment must know its zone."""
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be shown.")
    return moment.astimezone(LONDON).strftime("%H:%M")


def when(moment: datetime, today: date) -> str:
    """Return "today 10:42", "yesterday 17:05" or "20 Nov 11:30" (with the year when it is another)."""
    day = moment.astimezone(LONDON).date()
    time = clock_time(moment)
    ago = (today - day).days
    if ago == 0:
        return f"today {time}"
    if ago == 1:
        return f"yesterday {time}"
    words = f"{day.day} {MONTHS[day.month - 1]}"
    return f"{words} {time}" if day.year == today.year else f"{words} {day.year} {time}"


def days_from(due: date, today: date) -> str:
    """Return how far a due date is: "3 days late", "today", "tomorrow", "in 6 days"."""
    days = (due - today).days
    if days < 0:
        return f"{count(-days, 'day')} late"
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


def count(number: int, one: str, many: str = "") -> str:
    """Return "1 child", "2 children" or "1,204 pupils" with the right form of the word."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def initials(name: str) -> str:
    """Return the first letters of the first and last name, in capitals: "AP"."""
    parts = name.split()
    return (parts[0][:1] + parts[-1][:1] if len(parts) > 1 else name[:2]).upper()


def curly(words: str) -> str:
    """Return words of a shipped list with the apostrophes that the window uses everywhere."""
    return words.replace("'", "’")


def capital(words: str) -> str:
    """Return the words with a capital at their start, the rest untouched."""
    return words[:1].upper() + words[1:]
