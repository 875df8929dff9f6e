"""How facts read in print: days, names, addresses and lists, as the letters have them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from cme_desktop.domain.calendar import long_date
from cme_desktop.domain.names import real_name, tidy

TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "rev", "sir", "lady"})
WITHHELD = "address known to the council"
MOST_WINDOW_LINES = 6
_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", re.ASCII)


def full_day(day: date) -> str:
    """Return a day that matters, such as "Tuesday 15 December 2026"."""
    return long_date(day)


def plain_day(day: date) -> str:
    """Return any other day, such as "27 November 2026"."""
    return f"{day.day} {day:%B} {day.year}"


def one_line(lines: Sequence[str], postcode: str = "") -> str:
    """Return an address on one line, its postcode after the last part without a comma."""
    parts = [tidy(line) for line in lines if tidy(line)]
    if postcode.strip():
        parts.append(tidy(postcode))
    if len(parts) > 1 and _POSTCODE.fullmatch(parts[-1].upper()):
        parts[-2:] = [f"{parts[-2]} {parts[-1]}"]
    return ", ".join(parts)


def window_lines(name: str, lines: Sequence[str], postcode: str = "") -> tuple[str, ...]:
    """Return name and address for the envelope window, at most six lines: the shortest neighbours share a line."""
    parts = [tidy(line) for line in lines if tidy(line)]
    room = MOST_WINDOW_LINES - 1 - bool(postcode.strip())
    while len(parts) > room:
        at = min(range(len(parts) - 1), key=lambda place: len(parts[place]) + len(parts[place + 1]))
        parts[at : at + 2] = [f"{parts[at]}, {parts[at + 1]}"]
    if not parts and not postcode.strip():
        return ()
    return tuple(line for line in (tidy(name), *parts, tidy(postcode)) if line)


def full_name(title: str, forename: str, surname: str) -> str:
    """Return a person's name with the title, such as "Mr Łukasz Ștefan"; nothing where no name is known."""
    known = [real_name(forename), real_name(surname)]
    return " ".join(part for part in (tidy(title), *known) if part) if any(known) else ""


def greeting(title: str, forename: str, surname: str) -> str:
    """Return how a letter greets a person: title and family name, else the whole name."""
    if tidy(title) and real_name(surname):
        return f"{tidy(title)} {real_name(surname)}"
    return full_name("", forename, surname)


def greeting_of(name: str) -> str:
    """Return how a letter greets a person whose name is written as one text, such as "Ms Joanne Okafor"."""
    words = tidy(name).split()
    if len(words) > 1 and words[0].rstrip(".").casefold() in TITLES:
        return f"{words[0]} {words[-1]}"
    return tidy(name)


def year_words(group: str | None) -> str:
    """Return a year group in words, such as "Year 5" or "Reception"; nothing for a child of no year group."""
    if not group:
        return ""
    return "Reception" if group == "R" else f"Year {group}"


def listed(parts: Sequence[str]) -> str:
    """Return several things as a sentence lists them: "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
