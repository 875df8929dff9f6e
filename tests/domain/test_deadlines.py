"""Periods counted from a day, against the worked timetables of the reference and by counting again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.domain.deadlines import explain
from cme_desktop.domain.errors import CalendarUnknown, UserError
from cme_desktop.domain.rules import DayOne, Unit
from tests.domain.books import calendar, rules


def count(name: str, day: date) -> tuple[date, date | None]:
    """Return the last day and the next step of a rule."""
    counted = explain(rules().rule(name), day, calendar())
    return counted.last_day, counted.next_step_from


@pytest.mark.feature("F48")
def test_the_example_of_the_feature_in_words() -> None:
    counted = explain(rules().rule("SAO-A.notice_437_min"), date(2026, 11, 6), calendar())
    assert counted.last_day == date(2026, 11, 20)
    assert counted.next_step_from == date(2026, 11, 21)
    assert counted.derivation == (
        "Served Friday 6 November 2026; that day counts as day 1",
        "15 calendar days end on Friday 20 November 2026",
        "Weekends and holidays count",
        "The next step is possible from Saturday 21 November 2026",
        "Rule SAO-A.notice_437_min version 1, Education Act 1996 s437(2)",
    )
    assert counted.calendar_days == 15


@pytest.mark.feature("F48")
@pytest.mark.parametrize(
    ("name", "day", "last", "following"),
    [
        # the worked timetable of the current law
        ("SAO-A.notice_437_min", date(2026, 12, 1), date(2026, 12, 15), date(2026, 12, 16)),
        ("SAO-A.sos_application", date(2026, 12, 16), date(2026, 12, 30), date(2026, 12, 31)),
        ("SAO-A.notice_438_choice", date(2026, 12, 31), date(2027, 1, 14), date(2027, 1, 15)),
        ("SAO-A.eso_reasons", date(2026, 10, 22), date(2026, 12, 16), None),
        # ground (i) of the mock-ups' note: 20 school days from 22 October, half term left out
        ("PR-2024.ground_i", date(2026, 10, 22), date(2026, 11, 25), date(2026, 11, 26)),
        ("PR-2024.attendance_return", date(2026, 10, 22), date(2026, 11, 11), date(2026, 11, 12)),
        ("PR-2024.ground_h", date(2026, 10, 22), date(2026, 11, 12), date(2026, 11, 13)),
        ("PR-2024.new_pupil_return", date(2026, 9, 1), date(2026, 9, 6), None),
        ("PI-2005.ctf", date(2026, 10, 22), date(2026, 11, 19), None),
        ("HARROW-2023.four_weeks", date(2026, 11, 3), date(2026, 12, 1), date(2026, 12, 2)),
        # a posted letter over a weekend, and over Christmas
        ("SERVICE.first_class", date(2026, 11, 4), date(2026, 11, 6), None),
        ("SERVICE.first_class", date(2026, 12, 24), date(2026, 12, 30), None),
        ("SERVICE.second_class", date(2026, 11, 5), date(2026, 11, 11), None),
    ],
)
def test_worked_dates(name: str, day: date, last: date, following: date | None) -> None:
    assert count(name, day) == (last, following)


@pytest.mark.feature("F47")
def test_the_worked_timetable_of_the_2026_act() -> None:
    assert count("SAO-B.prelim_serve_by", date(2027, 9, 6))[0] == date(2027, 9, 10)
    assert count("SAO-B.prelim_response_min", date(2027, 9, 8))[0] == date(2027, 9, 22)
    assert count("SAO-B.school_decision_notice_by", date(2027, 9, 22)) == (date(2027, 10, 6), None)
    assert count("SAO-B.nomination_by", date(2027, 10, 14))[0] == date(2027, 10, 19)
    assert count("SAO-B.nomination_choice", date(2027, 10, 18))[0] == date(2027, 11, 1)
    assert count("SAO-B.sao_serve_by", date(2027, 11, 2))[0] == date(2027, 11, 6)


@pytest.mark.feature("F48")
def test_ten_school_days_start_at_the_next_school_day_if_served_on_none() -> None:
    on_day = explain(rules().rule("SAO-B.sos_application"), date(2026, 10, 2), calendar())
    assert on_day.last_day == date(2026, 10, 15)
    weekend = explain(rules().rule("SAO-B.sos_application"), date(2026, 10, 3), calendar())
    assert (weekend.first_day, weekend.last_day) == (date(2026, 10, 5), date(2026, 10, 16))
    assert "which is no school day; day 1 is the first school day after, Monday 5 October 2026" in weekend.derivation[0]


def test_information_request_leaves_out_bank_holidays_of_every_part_of_the_uk() -> None:
    counted = explain(rules().rule("FOIA.reply"), date(2026, 11, 20), calendar())
    assert counted.last_day == date(2026, 12, 21)  # 30 November is a bank holiday in Scotland
    assert "St Andrew" in " ".join(counted.derivation)
    assert explain(rules().rule("FOIA.reply"), date(2027, 6, 25), calendar()).last_day == date(2027, 7, 26)


@pytest.mark.feature("F46")
def test_placeholder_terms_are_named_in_the_derivation() -> None:
    words = " ".join(explain(rules().rule("PR-2024.ground_i"), date(2026, 10, 22), calendar()).derivation)
    assert "placeholder terms, not the council's own" in words
    assert "half term Monday 26 October 2026 to Friday 30 October 2026" in words


def test_day_before_the_known_terms_is_refused_even_where_the_count_would_fit() -> None:
    with pytest.raises(CalendarUnknown):
        explain(rules().rule("PR-2024.ground_h"), date(2023, 9, 3), calendar())
    with pytest.raises(CalendarUnknown):
        explain(rules().rule("PR-2024.ground_i"), date(2027, 7, 20), calendar())


def test_school_days_without_a_calendar_are_refused() -> None:
    with pytest.raises(CalendarUnknown, match="no calendar was given"):
        explain(rules().rule("PR-2024.ground_i"), date(2026, 10, 22))
    assert explain(rules().rule("SAO-A.notice_437_min"), date(2026, 10, 22)).last_day == date(2026, 11, 5)


@pytest.mark.parametrize("extra", [1, 10])
def test_the_council_may_give_more_days_and_says_so(extra: int) -> None:
    counted = explain(rules().rule("SAO-A.notice_437_min"), date(2026, 11, 6), extra_days=extra)
    assert counted.last_day == date(2026, 11, 20) + timedelta(days=extra)
    assert counted.next_step_from == counted.last_day + timedelta(days=1)
    assert any(f"{extra} more day" in step for step in counted.derivation)
    with pytest.raises(ValueError, match="never fewer"):
        explain(rules().rule("SAO-A.notice_437_min"), date(2026, 11, 6), extra_days=-1)


def test_day_at_the_end_of_time_is_refused_in_words() -> None:
    with pytest.raises(UserError, match="too far off"):
        explain(rules().rule("SAO-A.notice_437_min"), date.max)


def test_single_day_is_said_in_the_singular() -> None:
    one = rules().rule("SERVICE.first_class").with_count(1, "test")
    assert explain(one, date(2026, 11, 4), calendar()).derivation[1] == "1 working day ends on Thursday 5 November 2026"


CALENDAR_RULES = [name for name in rules().names() if rules().rule(name).unit in (Unit.CALENDAR_DAYS, Unit.WEEKS)]


@given(st.sampled_from(CALENDAR_RULES), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_calendar_periods_by_plain_arithmetic(name: str, day: date) -> None:
    rule = rules().rule(name)
    length = rule.count * (7 if rule.unit is Unit.WEEKS else 1)
    counted = explain(rule, day)
    assert counted.last_day == day + timedelta(days=length - (rule.day_one is DayOne.SAME_DAY))
    assert counted.calendar_days == length
    assert (counted.next_step_from is None) == rule.by_date
    assert rule.name in counted.derivation[-1]


SCHOOL_RULES = [name for name in rules().names() if rules().rule(name).unit is Unit.SCHOOL_DAYS]


@given(st.sampled_from(SCHOOL_RULES), st.dates(date(2023, 9, 4), date(2027, 3, 1)))
def test_school_day_periods_by_counting_again(name: str, day: date) -> None:
    rule = rules().rule(name)
    counted = explain(rule, day, calendar())
    start = day + timedelta(days=1) if rule.day_one is DayOne.NEXT_DAY else day
    seen, walked = 0, start
    while True:
        seen += calendar().is_school_day(walked)
        if seen == rule.count:
            break
        walked += timedelta(days=1)
    assert counted.last_day == walked
    assert calendar().school_days_between(counted.first_day, counted.last_day) == rule.count
