"""Dates and counts in the words of ux.md 3."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.ui import words

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


def test_dates_are_written_as_the_officer_reads_them() -> None:
    day = date(2026, 11, 24)
    assert words.short_date(day) == "24 Nov 2026"
    assert words.long_date(date(2026, 9, 3)) == "3 September 2026"
    assert words.page_date(day) == "Tuesday 24 November 2026"
    assert words.day_date(date(2026, 11, 20)) == "Fri 20 Nov"
    assert words.day_date(date(2026, 11, 20), year=True) == "Fri 20 Nov 2026"
    assert words.month_name(day) == "November 2026"


@pytest.mark.parametrize(
    ("due", "said"),
    [(20, "4 days late"), (23, "1 day late"), (24, "today"), (25, "tomorrow"), (30, "in 6 days")],
)
def test_how_far_a_date_is(due: int, said: str) -> None:
    assert words.days_from(date(2026, 11, due), date(2026, 11, 24)) == said


@given(DAYS, st.integers(2, 4000))
def test_late_and_coming_mirror_each_other(today: date, days: int) -> None:
    assert words.days_from(today - timedelta(days), today) == f"{words.count(days, 'day')} late"
    assert words.days_from(today + timedelta(days), today) == f"in {days} days"


@given(DAYS)
def test_short_and_long_dates_say_the_same_day(day: date) -> None:
    assert datetime.strptime(words.short_date(day), "%d %b %Y").date() == day
    assert datetime.strptime(words.long_date(day), "%d %B %Y").date() == day
    assert words.page_date(day).endswith(words.long_date(day))


def test_times_are_london_times_on_a_24_hour_clock() -> None:
    assert words.clock_time(datetime(2026, 7, 1, 22, 5, tzinfo=UTC)) == "23:05"
    assert words.clock_time(datetime(2026, 11, 24, 10, 42, tzinfo=UTC)) == "10:42"
    with pytest.raises(ValueError, match="time zone"):
        words.clock_time(datetime(2026, 7, 1, 22, 5))


def test_when_something_was() -> None:
    today = date(2026, 11, 24)
    assert words.when(datetime(2026, 11, 24, 10, 42, tzinfo=UTC), today) == "today 10:42"
    assert words.when(datetime(2026, 11, 23, 17, 5, tzinfo=UTC), today) == "yesterday 17:05"
    assert words.when(datetime(2026, 11, 20, 11, 30, tzinfo=UTC), today) == "20 Nov 11:30"
    assert words.when(datetime(2025, 9, 14, 9, 0, tzinfo=UTC), today) == "14 Sep 2025 10:00"


def test_counts_agree_with_their_word() -> None:
    assert words.count(1, "child", "children") == "1 child"
    assert words.count(0, "child", "children") == "0 children"
    assert words.count(1204, "pupil") == "1,204 pupils"


def test_initials_and_capitals() -> None:
    assert words.initials("Asha Patel") == "AP"
    assert words.initials("Ana Maria da Silva") == "AS"
    assert words.initials("Łukasz") == "ŁU"
    assert words.capital("today 10:42") == "Today 10:42"


@pytest.mark.parametrize(
    ("sentence", "short"),
    [
        (
            "Four weeks counted from Wednesday 4 November 2026; not that day",
            "Four weeks counted from Wed 4 Nov; not that day",
        ),
        ("Closed on 31 August 2025", "Closed on 31 Aug 2025"),
        ("Handed over on Sunday 1 March", "Handed over on Sun 1 Mar"),
        ("She said 5 November, or 3 may", "She said 5 November, or 3 may"),
    ],
)
def test_lists_shorten_the_dates_of_sentences(sentence: str, short: str) -> None:
    assert words.with_short_dates(sentence, date(2026, 11, 24)) == short


def test_apostrophes_are_those_of_the_window() -> None:
    assert words.curly("Siblings' schools, Council's own") == "Siblings’ schools, Council’s own"
