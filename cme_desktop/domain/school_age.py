"""Compulsory school age, Education Act 1996 s8, with the prescribed days of SI 1998/1607 and SI 1997/1970."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cme_desktop.domain.calendar import ONE_DAY, long_date
from cme_desktop.domain.errors import UserError

PRESCRIBED_DAYS = ((3, 31), (8, 31), (12, 31))  # SI 1998/1607
FRIDAY = 4
SCHOOL_YEAR_STARTS = (9, 1)
AGE_IN_RECEPTION = 4  # on 31 August before the school year
YEAR_GROUPS = ("R", *(str(year) for year in range(1, 12)))
LATEST_BIRTH_YEAR = 9900  # past this, dates sixteen years on leave the calendar


@dataclass(frozen=True)
class SchoolAge:
    """Whether a child is of compulsory school age on a day, between which days, and why."""

    dob: date
    start: date
    first_term: date
    end: date
    on: date
    is_school_age: bool
    derivation: tuple[str, ...]


def birthday(dob: date, age: int) -> date:
    """Return the day a child reaches an age in whole years; a birthday on 29 February falls on 1 March otherwise.

    Raises UserError for a date of birth that no calendar reaches sixteen years beyond.
    """
    if dob.year > LATEST_BIRTH_YEAR:
        raise UserError(
            f"{dob.isoformat()} cannot be a date of birth. Enter the day the child was born.", code="dob-unlikely"
        )
    try:
        return dob.replace(year=dob.year + age)
    except ValueError:
        return date(dob.year + age, 3, 1)


def age_on(dob: date, on: date) -> int:
    """Return the child's age in whole years on a day; negative before birth."""
    years = on.year - dob.year
    return years - (on < birthday(dob, years))


def csa_start(dob: date) -> date:
    """Return the day compulsory school age begins: the prescribed day on or next after the fifth birthday, s8(2)."""
    fifth = birthday(dob, 5)
    days = [date(year, month, day) for year in (fifth.year, fifth.year + 1) for month, day in PRESCRIBED_DAYS]
    return next(day for day in days if day >= fifth)


def first_term_due(dob: date) -> date:
    """Return the nominal first day of the term in which education must begin: 1 January, 1 April or 1 September."""
    return csa_start(dob) + ONE_DAY


def leaving_date(year: int) -> date:
    """Return the school leaving date of a year: the last Friday in June, SI 1997/1970."""
    last = date(year, 6, 30)
    return last - timedelta(days=(last.weekday() - FRIDAY) % 7)


def csa_end(dob: date) -> date:
    """Return the last day of compulsory school age, s8(3): the leaving date of the school year the child turns 16 in.

    The school year is taken as 1 September to 31 August.
    """
    sixteenth = birthday(dob, 16)
    return leaving_date(sixteenth.year if sixteenth.month < SCHOOL_YEAR_STARTS[0] else sixteenth.year + 1)


def is_csa(dob: date, on: date) -> bool:
    """Say whether a child is of compulsory school age on a day, the first and last day included."""
    return csa_start(dob) <= on <= csa_end(dob)


def days_of_school_age_left(dob: date, on: date) -> int:
    """Return how many days lie between a day and the last day of compulsory school age; negative after it."""
    return (csa_end(dob) - on).days


def year_group(dob: date, on: date) -> str | None:
    """Return the year group by age on a day, "R" or "1" to "11"; None for a younger or older child."""
    starts = on.year if (on.month, on.day) >= SCHOOL_YEAR_STARTS else on.year - 1
    place = age_on(dob, date(starts, 8, 31)) - AGE_IN_RECEPTION
    return YEAR_GROUPS[place] if 0 <= place < len(YEAR_GROUPS) else None


def describe(dob: date, on: date) -> SchoolAge:
    """Return the child's compulsory school age as on a day, with the steps that led to it."""
    start, end = csa_start(dob), csa_end(dob)
    fifth, sixteenth = birthday(dob, 5), birthday(dob, 16)
    steps = [f"Born {long_date(dob)}"]
    if (dob.month, dob.day) == (2, 29):
        steps.append("Born on 29 February: in other years the birthday is taken as 1 March, which changes neither date")
    if start == fifth:
        steps.append(f"Turns 5 on {long_date(fifth)}, itself a prescribed day: compulsory school age begins that day")
    else:
        steps.append(
            f"Turns 5 on {long_date(fifth)}; compulsory school age begins on the next prescribed day, "
            f"{long_date(start)}"
        )
    steps.append(f"Education is due from the term that follows, nominally {long_date(start + ONE_DAY)}")
    steps.append(
        f"Turns 16 on {long_date(sixteenth)}; compulsory school age ends at the end of the school leaving date, "
        f"the last Friday in June, {long_date(end)}"
    )
    if (sixteenth.month, sixteenth.day) in ((9, 1), (9, 2)):
        steps.append(
            f"The school year is taken to start on 1 September. If the autumn term starts later than "
            f"{long_date(sixteenth)}, section 8(3)(a) with section 579 may end compulsory school age on "
            f"{long_date(leaving_date(sixteenth.year))} instead: ask Legal before relying on it"
        )
    now = start <= on <= end
    steps.append(f"On {long_date(on)} the child is {'' if now else 'not '}of compulsory school age")
    steps.append("Education Act 1996 s8; SI 1998/1607; SI 1997/1970")
    return SchoolAge(dob, start, start + ONE_DAY, end, on, now, tuple(steps))
