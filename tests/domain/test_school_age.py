"""Compulsory school age against the reference's table and by counting again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.domain.errors import UserError
from cme_desktop.domain.school_age import (
    age_on,
    birthday,
    csa_end,
    csa_start,
    days_of_school_age_left,
    describe,
    first_term_due,
    is_csa,
    leaving_date,
    year_group,
)

BIRTHS = st.dates(date(1950, 1, 1), date(2150, 1, 1))


@pytest.mark.parametrize(
    ("dob", "start", "term"),
    [
        (date(2021, 8, 31), date(2026, 8, 31), date(2026, 9, 1)),
        (date(2021, 9, 1), date(2026, 12, 31), date(2027, 1, 1)),
        (date(2021, 12, 31), date(2026, 12, 31), date(2027, 1, 1)),
        (date(2022, 1, 1), date(2027, 3, 31), date(2027, 4, 1)),
        (date(2022, 3, 31), date(2027, 3, 31), date(2027, 4, 1)),
        (date(2022, 4, 1), date(2027, 8, 31), date(2027, 9, 1)),
        (date(2024, 2, 29), date(2029, 3, 31), date(2029, 4, 1)),
    ],
)
def test_start_of_school_age(dob: date, start: date, term: date) -> None:
    assert (csa_start(dob), first_term_due(dob)) == (start, term)


@pytest.mark.rule("SD71")
@pytest.mark.parametrize(
    ("dob", "end"),
    [
        (date(2010, 8, 31), date(2026, 6, 26)),
        (date(2010, 9, 1), date(2027, 6, 25)),
        (date(2011, 6, 25), date(2027, 6, 25)),
        (date(2011, 6, 26), date(2027, 6, 25)),
        (date(2011, 8, 31), date(2027, 6, 25)),
        (date(2011, 9, 1), date(2028, 6, 30)),
        (date(2012, 2, 29), date(2028, 6, 30)),
    ],
)
def test_end_of_school_age(dob: date, end: date) -> None:
    assert csa_end(dob) == end
    assert is_csa(dob, end)
    assert not is_csa(dob, end + timedelta(days=1))
    assert days_of_school_age_left(dob, end - timedelta(days=59)) == 59


def test_last_fridays_in_june() -> None:
    assert [leaving_date(year).day for year in range(2026, 2032)] == [26, 25, 30, 29, 28, 27]


@pytest.mark.parametrize(
    ("dob", "on", "group"),
    [
        (date(2021, 8, 31), date(2026, 8, 31), "R"),
        (date(2021, 8, 31), date(2026, 9, 1), "1"),
        (date(2021, 9, 1), date(2026, 9, 1), "R"),
        (date(2022, 8, 31), date(2026, 9, 1), "R"),
        (date(2022, 9, 1), date(2026, 9, 1), None),
        (date(2012, 3, 2), date(2026, 11, 24), "10"),
        (date(2010, 9, 1), date(2027, 8, 31), "11"),
        (date(2010, 8, 31), date(2026, 9, 1), None),
        (date(2027, 1, 1), date(2026, 12, 31), None),
    ],
)
def test_year_group_by_age(dob: date, on: date, group: str | None) -> None:
    assert year_group(dob, on) == group


@given(BIRTHS)
def test_start_is_the_prescribed_day_on_or_next_after_the_fifth_birthday(dob: date) -> None:
    start, fifth = csa_start(dob), birthday(dob, 5)
    assert (start.month, start.day) in {(3, 31), (8, 31), (12, 31)}
    walked = fifth
    while (walked.month, walked.day) not in {(3, 31), (8, 31), (12, 31)}:
        walked += timedelta(days=1)
    assert start == walked
    assert first_term_due(dob).day == 1


@given(BIRTHS)
def test_end_is_the_last_friday_in_june_of_the_school_year_of_the_sixteenth_birthday(dob: date) -> None:
    end, sixteenth = csa_end(dob), birthday(dob, 16)
    assert (end.weekday(), end.month) == (4, 6)
    assert (end + timedelta(days=7)).month == 7
    year_starts = date(sixteenth.year if sixteenth.month >= 9 else sixteenth.year - 1, 9, 1)
    assert year_starts <= end < date(year_starts.year + 1, 9, 1)
    assert csa_start(dob) < end


@given(BIRTHS, st.integers(-400, 8000))
def test_age_never_jumps_and_grows_on_the_birthday(dob: date, days: int) -> None:
    on = dob + timedelta(days=days)
    assert age_on(dob, on) - age_on(dob, on - timedelta(days=1)) in (0, 1)
    years = age_on(dob, on)
    assert birthday(dob, years) <= on < birthday(dob, years + 1)


@given(BIRTHS, st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_description_agrees_with_itself(dob: date, on: date) -> None:
    told = describe(dob, on)
    assert told.is_school_age == is_csa(dob, on)
    assert (told.start, told.first_term, told.end) == (csa_start(dob), first_term_due(dob), csa_end(dob))
    assert ("not of compulsory school age" in " ".join(told.derivation)) != told.is_school_age


@pytest.mark.parametrize(
    ("dob", "noted"), [(date(2010, 9, 1), True), (date(2010, 9, 2), True), (date(2010, 9, 3), False)]
)
def test_sixteenth_birthday_on_1_or_2_september_is_noted(dob: date, noted: bool) -> None:
    words = " ".join(describe(dob, date(2026, 11, 24)).derivation)
    assert ("section 8(3)(a) with section 579" in words) == noted
    assert ("Friday 26 June 2026 instead" in words) == noted


def test_leap_day_birth_is_explained() -> None:
    told = describe(date(2012, 2, 29), date(2026, 11, 24))
    assert any("29 February" in step for step in told.derivation)
    assert birthday(date(2012, 2, 29), 5) == date(2017, 3, 1)
    assert birthday(date(2012, 2, 29), 16) == date(2028, 2, 29)


def test_birth_at_the_end_of_time_is_refused_in_words() -> None:
    with pytest.raises(UserError, match="cannot be a date of birth"):
        csa_end(date(9990, 1, 1))
