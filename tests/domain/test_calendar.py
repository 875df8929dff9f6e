"""School days, working days, and what the calendar refuses to guess."""

from __future__ import annotations

from datetime import date, timedelta

import holidays as holidays_package
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.domain.calendar import (
    ENGLAND_AND_WALES,
    WHOLE_UK,
    BankHolidays,
    Calendar,
    Division,
    Term,
    academic_year,
    days_between,
    long_date,
    parse_bank_holidays,
    parse_term_csv,
)
from cme_desktop.domain.errors import CalendarUnknown, UserError
from tests.domain.books import calendar, calendar_of, holidays

HEADER = "academic_year,term,term_start,term_end,half_term_start,half_term_end,status\n"
# A one-off day that the package lists for Scotland and the shipped GOV.UK list does not have: the list is followed.
ONLY_IN_THE_PACKAGE = {(Division.SCOTLAND, date(2026, 6, 15))}
KNOWN = st.dates(date(2023, 9, 4), date(2027, 7, 21))


@pytest.mark.feature("F46")
@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 9, 1), None),
        (date(2026, 8, 31), "school holidays"),
        (date(2026, 10, 23), None),
        (date(2026, 10, 24), "weekend"),
        (date(2026, 10, 26), "half term"),
        (date(2026, 10, 30), "half term"),
        (date(2026, 11, 2), None),
        (date(2026, 12, 18), None),
        (date(2026, 12, 21), "school holidays"),
        (date(2027, 1, 4), None),
        (date(2027, 5, 3), "Early May bank holiday"),
        (date(2027, 7, 21), None),
    ],
)
def test_why_a_day_is_no_school_day(day: date, why: str | None) -> None:
    assert calendar().why_no_school(day) == why
    assert calendar().is_school_day(day) == (why is None)


@pytest.mark.feature("F46")
def test_inset_day_is_no_school_day() -> None:
    text = HEADER + "2026/27,Autumn,2026-09-01,2026-12-18,2026-10-26,2026-10-30,\n2026/27,INSET,2026-09-01,,,,\n"
    school = parse_term_csv(text, "one school", holidays())
    assert school.why_no_school(date(2026, 9, 1)) == "INSET day"
    assert school.is_school_day(date(2026, 9, 2))
    assert school.first_school_day(date(2026, 9, 1)) == date(2026, 9, 2)


@pytest.mark.feature("F46")
@pytest.mark.parametrize("day", [date(2023, 9, 3), date(2027, 7, 22), date(2030, 1, 1), date(2027, 7, 24)])
def test_date_outside_known_terms_is_an_error_that_says_what_to_enter(day: date) -> None:
    with pytest.raises(CalendarUnknown) as refused:
        calendar().is_school_day(day)
    assert long_date(day) in refused.value.message
    assert f"Enter the school terms for {academic_year(day)}" in refused.value.message
    assert refused.value.code == "calendar-unknown"


def test_gap_where_a_term_is_missing_is_not_taken_for_holidays() -> None:
    autumn = Term("2026/27", "Autumn", date(2026, 9, 1), date(2026, 12, 18))
    summer = Term("2026/27", "Summer", date(2027, 4, 12), date(2027, 7, 21))
    school = calendar_of(summer, autumn)
    assert school.terms == (autumn, summer)
    with pytest.raises(CalendarUnknown):
        school.is_school_day(date(2027, 2, 1))


def test_school_day_past_the_known_bank_holidays_is_an_error() -> None:
    school = calendar_of(Term("2029/30", "Autumn", date(2029, 9, 3), date(2029, 12, 20)))
    with pytest.raises(CalendarUnknown, match="bank holidays of England and Wales for 2029"):
        school.is_school_day(date(2029, 9, 4))


@pytest.mark.feature("F46")
@pytest.mark.parametrize(
    ("day", "england", "uk"),
    [
        (date(2026, 11, 30), True, False),  # St Andrew's Day
        (date(2027, 3, 17), True, False),  # St Patrick's Day
        (date(2027, 7, 12), True, False),  # Battle of the Boyne
        (date(2026, 12, 25), False, False),
        (date(2026, 12, 28), False, False),
        (date(2026, 11, 28), False, False),
        (date(2026, 11, 27), True, True),
    ],
)
def test_working_day_looks_at_the_divisions_asked_for(day: date, england: bool, uk: bool) -> None:
    assert calendar().is_working_day(day, ENGLAND_AND_WALES) == england
    assert calendar().is_working_day(day, WHOLE_UK) == uk


def test_working_day_needs_no_terms() -> None:
    bare = Calendar("no terms entered", holidays())
    assert bare.is_working_day(date(2026, 11, 27))
    with pytest.raises(CalendarUnknown, match="no terms entered"):
        bare.is_school_day(date(2026, 11, 27))


@pytest.mark.parametrize("day", [date(2011, 12, 30), date(2029, 1, 2)])
def test_working_day_outside_known_bank_holidays_is_an_error(day: date) -> None:
    with pytest.raises(CalendarUnknown, match=str(day.year)):
        calendar().is_working_day(day)


def test_year_known_only_in_part_is_not_known() -> None:
    part = BankHolidays(
        {Division.ENGLAND_AND_WALES: {date(2025, 5, 5): "Early May bank holiday", date(2027, 8, 30): "Summer"}}
    )
    assert part.known_years(Division.ENGLAND_AND_WALES) == (2026, 2026)
    assert part.known_years(Division.SCOTLAND) is None
    with pytest.raises(CalendarUnknown):
        part.name(date(2027, 8, 30), ENGLAND_AND_WALES)
    with pytest.raises(CalendarUnknown, match="Scotland"):
        part.name(date(2026, 8, 3), [Division.SCOTLAND])


@pytest.mark.feature("F46")
@pytest.mark.parametrize(
    ("division", "part"),
    [
        (Division.ENGLAND_AND_WALES, "ENG"),
        (Division.SCOTLAND, "SCT"),
        (Division.NORTHERN_IRELAND, "NIR"),
    ],
)
def test_bank_holidays_agree_with_the_holidays_package(division: Division, part: str) -> None:
    for year in range(2018, 2029):
        other = holidays_package.country_holidays("GB", subdiv=part, years=year)
        theirs = {day for day in other if day.weekday() < 5}
        ours = {day for day in holidays().names[division] if day.year == year and day.weekday() < 5}
        assert ours ^ theirs == {
            day for part_of, day in ONLY_IN_THE_PACKAGE if part_of is division and day.year == year
        }


@given(KNOWN, st.integers(1, 40))
def test_adding_school_days_lands_on_the_school_day_that_counts(day: date, count: int) -> None:
    try:
        last = calendar().add_school_days(day, count)
    except CalendarUnknown:
        assert day > date(2027, 4, 1)  # only a count that leaves the last known summer term may fail
        return
    assert calendar().is_school_day(last)
    assert calendar().school_days_between(day + timedelta(days=1), last) == count


@given(st.dates(date(2012, 1, 1), date(2028, 6, 1)), st.integers(1, 60), st.sampled_from([ENGLAND_AND_WALES, WHOLE_UK]))
def test_adding_working_days_counts_each_once(day: date, count: int, divisions: frozenset[Division]) -> None:
    last = calendar().add_working_days(day, count, divisions)
    counted = [d for d in days_between(day, last) if d != day and calendar().is_working_day(d, divisions)]
    assert len(counted) == count
    assert counted[-1] == last


def test_counting_no_days_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="starts at 1"):
        calendar().add_school_days(date(2026, 11, 2), 0)


def test_placeholder_is_known_from_the_status_column() -> None:
    assert calendar().placeholder
    own = HEADER + "2026/27,Autumn,2026-09-01,2026-12-18,2026-10-26,2026-10-30,published\n\n ,,,,,,\n"
    assert not parse_term_csv("\ufeff" + own, "Harrow", holidays()).placeholder
    assert parse_term_csv(own, "Harrow", holidays(), placeholder=True).placeholder


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2026/27,Autumn,,2026-12-18,,,", "row 2: term_start must hold a date"),
        (
            "2026/27,Autumn,1/9/2026,2026-12-18,,,",
            'row 2: term_start must be a date written as 2026-09-01, and holds "1/',
        ),
        ("2026/27,Autumn,2026-12-18,2026-09-01,,,", "row 2: the term ends on 2026-09-01, before it starts"),
        ("2026/27,Autumn,2026-09-01,2026-12-18,2026-10-26,,", "half term needs both"),
        ("2026/27,Autumn,2026-09-01,2026-12-18,2026-08-26,2026-08-28,", "half term must lie within"),
        ("2026/27,Autumn,2026-09-01,2026-12-18,2026-10-30,2026-10-26,", "half term must lie within"),
        ("2026/27,INSET,,,,,", "row 2: term_start must hold a date"),
        ("2026/27,A,2026-09-01,2026-12-18,,,\n2026/27,B,2026-12-18,2027-03-01,,,", "the B term of 2026/27 starts on"),
    ],
)
def test_broken_term_rows_are_named_with_the_rule(row: str, words: str) -> None:
    with pytest.raises(UserError) as refused:
        parse_term_csv(HEADER + row + "\n", "terms.csv", holidays())
    assert words in refused.value.message
    assert refused.value.message.startswith("terms.csv")
    assert "load the file again" in refused.value.message


@pytest.mark.parametrize("text", ["", "term,term_start\nAutumn,2026-09-01\n"])
def test_term_file_without_its_columns_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"Missing: .*term_end"):
        parse_term_csv(text, "terms.csv", holidays())


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[]",
        "{}",
        '{"england-and-wales": []}',
        '{"england-and-wales": {"events": []}}',
        '{"england-and-wales": {"events": [{"date": "tomorrow", "title": "x"}]}}',
        '{"england-and-wales": {"events": [{"title": "x"}]}}',
        '{"england-and-wales": {"events": ["x"]}}',
    ],
)
def test_file_that_is_no_bank_holiday_file_is_refused_in_words(text: str) -> None:
    with pytest.raises(UserError, match=r"GOV\.UK") as refused:
        parse_bank_holidays(text)
    assert "Nothing was changed" in refused.value.message


def test_dates_are_written_out_for_reading() -> None:
    assert long_date(date(2026, 11, 6)) == "Friday 6 November 2026"
    assert (academic_year(date(2026, 8, 31)), academic_year(date(2099, 9, 1))) == ("2025/26", "2099/00")
