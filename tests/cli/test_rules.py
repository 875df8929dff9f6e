"""The rules without a register, with the worked examples of the law reference."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.cli import rules
from cme_desktop.domain.errors import UserError
from tests.cli.conftest import Ran

Admin = Callable[..., Ran]

# Worked by hand: the rule, the day it starts from, its last day, and the first day of the next step if there is one.
WORKED = [
    ("SAO-A.notice_437_min", "2026-12-01", "2026-12-15", "2026-12-16"),
    ("SAO-A.sos_application", "2026-12-16", "2026-12-30", "2026-12-31"),
    ("SAO-A.notice_438_choice", "2026-12-31", "2027-01-14", "2027-01-15"),
    ("SAO-A.eso_reasons", "2026-11-02", "2026-12-27", None),
    ("SAO-B.prelim_serve_by", "2027-09-06", "2027-09-10", None),
    ("SAO-B.prelim_response_min", "2027-09-08", "2027-09-22", "2027-09-23"),
    ("SAO-B.school_decision_notice_by", "2027-09-22", "2027-10-06", None),
    ("SAO-B.nomination_by", "2027-10-14", "2027-10-19", None),
    ("SAO-B.nomination_choice", "2027-10-18", "2027-11-01", "2027-11-02"),
    ("SAO-B.sao_serve_by", "2027-11-02", "2027-11-06", None),
    ("PR-2024.new_pupil_return", "2026-11-02", "2026-11-07", None),
    ("HARROW-2023.four_weeks", "2026-11-03", "2026-12-01", "2026-12-02"),
    ("FOIA.reply", "2026-11-24", "2026-12-23", None),  # St Andrew's Day, 30 November, is no working day
    ("SERVICE.first_class", "2026-11-24", "2026-11-26", None),
    ("SERVICE.second_class", "2026-11-24", "2026-11-30", None),
]

# The birthdays that decide: date of birth, first day and last day of compulsory school age.
BIRTHS = [
    ("2021-08-31", "2026-08-31", None),
    ("2021-09-01", "2026-12-31", None),
    ("2021-12-31", "2026-12-31", None),
    ("2022-01-01", "2027-03-31", None),
    ("2022-03-31", "2027-03-31", None),
    ("2022-04-01", "2027-08-31", None),
    ("2024-02-29", "2029-03-31", None),
    ("2010-08-31", None, "2026-06-26"),
    ("2010-09-01", None, "2027-06-25"),
    ("2011-06-25", None, "2027-06-25"),
    ("2011-06-26", None, "2027-06-25"),
    ("2011-08-31", None, "2027-06-25"),
    ("2011-09-01", None, "2028-06-30"),
]


@pytest.mark.feature("F48")
@pytest.mark.parametrize(("rule", "start", "last", "following"), WORKED)
def test_explain_gives_the_worked_date_and_its_derivation(
    admin: Admin, rule: str, start: str, last: str, following: str | None
) -> None:
    ran = admin("explain", rule, "--from", start, "--json")
    answer = ran.json
    assert (ran.code, ran.err) == (0, "")
    assert answer["ok"] is True
    assert answer["rule"] == rule
    (result,) = answer["results"]
    assert (result["from"], result["last_day"], result["next_step_from"]) == (start, last, following)
    assert any(rule in step for step in result["derivation"])
    assert answer["citation"]
    assert answer["in_force"] is not rule.startswith("SAO-B")


@pytest.mark.feature("F47")
def test_the_2026_act_can_be_read_but_is_not_in_force(admin: Admin) -> None:
    answer = admin("explain", "SAO-B.prelim_response_min", "--from", "2026-12-01", "--json").json
    assert answer["in_force"] is False
    assert answer["results"][0]["last_day"] == "2026-12-15"
    assert "not in force" in admin("explain", "SAO-B.prelim_response_min", "--from", "2026-12-01").text


def test_explain_takes_several_days_in_the_order_given(admin: Admin) -> None:
    answer = admin("explain", "SAO-A.notice_437_min", "--from", "2026-12-24", "--from", "2026-02-28", "--json").json
    assert [each["last_day"] for each in answer["results"]] == ["2027-01-07", "2026-03-14"]


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2060, 1, 1)))
def test_fifteen_days_always_begin_with_the_day_of_service(served: date) -> None:
    rule = rules.shipped.rulebook().rule("SAO-A.notice_437_min", served)
    found = rules.deadlines.explain(rule, served)
    assert found.last_day == served + timedelta(days=14)
    assert found.next_step_from == served + timedelta(days=15)


def test_explain_list_names_every_rule_with_its_figures(admin: Admin) -> None:
    answer = admin("explain", "--list", "--json").json
    named = {row["rule"]: row for row in answer["rules"]}
    assert {rule for rule, *_ in WORKED} < set(named)
    assert {"PR-2024.ground_h", "PR-2024.ground_i", "PR-2024.attendance_return", "PI-2005.ctf"} < set(named)
    assert len(named) == len(answer["rules"]) == 20
    figures = {key: named["PR-2024.ground_i"][key] for key in ("unit", "count", "day_one", "in_force")}
    assert figures == {"unit": "school-days", "count": 20, "day_one": "same-day", "in_force": True}
    assert not any(row["in_force"] for rule, row in named.items() if rule.startswith("SAO-B"))
    for row in answer["rules"]:
        assert {"rule", "citation", "unit", "count", "day_one", "in_force"} <= set(row)


def calendar(path: Path, *rows: tuple[str, ...]) -> Path:
    """Write a calendar file and return its path."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["academic_year", "term", "term_start", "term_end", "half_term_start", "half_term_end", "status"])
        out.writerows(rows)
    return path


AUTUMN = ("2026/27", "Autumn", "2026-09-03", "2026-12-18", "2026-10-26", "2026-10-30", "entered")
SPRING = ("2026/27", "Spring", "2027-01-04", "2027-03-25", "2027-02-15", "2027-02-19", "entered")


@pytest.mark.feature("F46")
def test_school_days_leave_out_half_term_holidays_inset_and_weekends(admin: Admin, tmp_path: Path) -> None:
    inset = ("2026/27", "INSET", "2026-11-02", "", "", "", "entered")
    terms = calendar(tmp_path / "terms.csv", AUTUMN, SPRING, inset)
    answer = admin("explain", "PR-2024.ground_i", "--from", "2026-10-19", "--calendar", terms, "--json").json
    # Mon 19 to Fri 23 October are 5; half term and the INSET Monday are left out; Tue 3 November is the 6th.
    assert answer["results"][0]["last_day"] == "2026-11-23"
    assert any("terms.csv" in step for step in answer["results"][0]["derivation"])
    assert not any("placeholder" in step for step in answer["results"][0]["derivation"])
    without = calendar(tmp_path / "without.csv", AUTUMN, SPRING)
    answer = admin("explain", "PR-2024.ground_i", "--from", "2026-10-19", "--calendar", without, "--json").json
    assert answer["results"][0]["last_day"] == "2026-11-20"


def test_the_shipped_terms_are_named_as_placeholders(admin: Admin) -> None:
    answer = admin("explain", "PR-2024.ground_h", "--from", "2026-11-02", "--json").json
    assert any("placeholder" in step for step in answer["results"][0]["derivation"])


@pytest.mark.feature("F46")
def test_a_day_outside_the_terms_is_an_error_and_never_a_guess(admin: Admin, tmp_path: Path) -> None:
    terms = calendar(tmp_path / "terms.csv", AUTUMN)
    for start in ("2026-08-20", "2026-12-14", "2027-05-03"):
        ran = admin("explain", "PR-2024.ground_h", "--from", start, "--calendar", terms, "--json")
        assert ran.code == 2
        assert ran.json["error"]["code"] == "calendar-unknown"
        assert ran.json["error"]["message"] in ran.err


def test_a_working_day_needs_no_terms_and_knows_all_three_nations(admin: Admin, tmp_path: Path) -> None:
    terms = calendar(tmp_path / "terms.csv", AUTUMN)
    ran = admin("explain", "FOIA.reply", "--from", "2027-02-19", "--calendar", terms, "--json")
    # St Patrick's Day, 17 March 2027, is a bank holiday in Northern Ireland only, and stops the clock all the same.
    assert ran.json["results"][0]["last_day"] == "2027-03-22"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("2026/27", "Autumn", "03/09/2026", "2026-12-18", "", "", "")], "calendar-file"),
        ([AUTUMN, ("2026/27", "Late", "2026-12-01", "2027-01-10", "", "", "")], "calendar-file"),
    ],
)
def test_a_calendar_file_with_a_wrong_row_is_refused(
    admin: Admin, tmp_path: Path, rows: list[tuple[str, ...]], code: str
) -> None:
    terms = calendar(tmp_path / "terms.csv", *rows)
    ran = admin("explain", "PR-2024.ground_h", "--from", "2026-11-02", "--calendar", terms, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, code)
    assert "terms.csv" in ran.json["error"]["message"]


def test_a_calendar_that_is_absent_a_folder_or_no_text_is_refused(admin: Admin, tmp_path: Path) -> None:
    pictures = tmp_path / "picture.csv"
    pictures.write_bytes(b"\xff\xfe\x00\x9d")
    for path, code in ((tmp_path / "no.csv", "path-missing"), (tmp_path, "not-a-file"), (pictures, "calendar-file")):
        ran = admin("explain", "PR-2024.ground_h", "--from", "2026-11-02", "--calendar", path, "--json")
        assert (ran.code, ran.json["error"]["code"]) == (2, code)


def test_a_calendar_file_from_a_spreadsheet_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = calendar(tmp_path / "terms.csv", AUTUMN)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert rules.read_calendar(path).is_school_day(date(2026, 11, 24))


def test_an_unknown_rule_and_a_missing_day_are_refused(admin: Admin) -> None:
    ran = admin("explain", "SAO-A.nothing", "--from", "2026-12-01", "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, "rule-unknown")
    for words in (("explain",), ("explain", "SAO-A.notice_437_min"), ("explain", "--from", "2026-12-01")):
        ran = admin(*words, "--json")
        assert (ran.code, ran.json["error"]["code"]) == (2, "usage")


def test_explain_tells_a_person_the_same(admin: Admin) -> None:
    text = admin("explain", "SAO-A.notice_437_min", "--from", "2026-12-01").text
    assert "Tuesday 15 December 2026" in text
    assert "Wednesday 16 December 2026" in text
    assert "s437(2)" in text


@pytest.mark.parametrize(("dob", "start", "end"), BIRTHS)
def test_school_age_by_the_birthdays_that_decide(admin: Admin, dob: str, start: str | None, end: str | None) -> None:
    (result,) = admin("school-age", dob, "--json").json["results"]
    assert result["dob"] == dob
    assert start is None or result["start"] == start
    assert end is None or result["end"] == end
    first = date.fromisoformat(result["first_term"])
    assert first == date.fromisoformat(result["start"]) + timedelta(days=1)
    assert result["derivation"]


def test_school_age_begins_and_ends_on_the_very_day(admin: Admin) -> None:
    def on(dob: str, day: str) -> bool:
        (result,) = admin("school-age", dob, "--on", day, "--json").json["results"]
        assert result["on"] == day
        return bool(result["is_school_age"])

    assert [on("2021-09-01", day) for day in ("2026-12-30", "2026-12-31")] == [False, True]
    assert [on("2010-09-01", day) for day in ("2027-06-25", "2027-06-26")] == [True, False]


def test_school_age_without_a_day_looks_at_today_and_takes_several_births(admin: Admin) -> None:
    answer = admin("school-age", "2021-08-31", "2021-09-01", "--json").json
    assert [each["on"] for each in answer["results"]] == ["2026-11-24"] * 2
    assert [each["is_school_age"] for each in answer["results"]] == [True, False]


def test_a_child_who_turns_16_as_the_school_year_starts_gets_the_warning(admin: Admin) -> None:
    (result,) = admin("school-age", "2010-09-02", "--json").json["results"]
    assert any("8(3)(a)" in step for step in result["derivation"])
    (result,) = admin("school-age", "2010-09-03", "--json").json["results"]
    assert not any("8(3)(a)" in step for step in result["derivation"])


@pytest.mark.parametrize("word", ["31/08/2021", "2021-02-30", "20210831", "2021-8-31", "tomorrow", "٢٠٢١-٠٨-٣١"])
def test_a_date_in_any_other_form_is_refused(admin: Admin, word: str) -> None:
    ran = admin("school-age", word, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, "usage")
    assert "YYYY-MM-DD" in ran.json["error"]["message"]


@pytest.mark.feature("F12")
@pytest.mark.parametrize(
    ("value", "upn", "valid", "kind", "expected", "problem"),
    [
        ("H801200001001", "H801200001001", True, "permanent", "H", None),
        (" h801 2000 01001 ", "H801200001001", True, "permanent", "H", None),
        ("A801200001001", "A801200001001", False, "permanent", "H", "check-letter"),
        ("H8012000010", "H8012000010", False, "none", None, "format"),
        ("", "", False, "none", None, "format"),
        ("1234567890123", "1234567890123", False, "none", None, "format"),
    ],
)
def test_upn(
    admin: Admin, value: str, upn: str, valid: bool, kind: str, expected: str | None, problem: str | None
) -> None:
    ran = admin("upn", value, "--json")
    (result,) = ran.json["results"]
    assert result == {
        "input": value,
        "upn": upn,
        "valid": valid,
        "kind": kind,
        "expected_letter": expected,
        "problem": problem,
    }
    assert ran.json["ok"] is True
    assert ran.code == (0 if valid else 1)


def test_upn_takes_several_values_and_one_wrong_one_sets_the_code(admin: Admin) -> None:
    ran = admin("upn", "H801200001001", "A801200001001", "--json")
    assert [each["valid"] for each in ran.json["results"]] == [True, False]
    assert ran.code == 1


def test_upn_tells_a_person_what_is_wrong(admin: Admin) -> None:
    lines = admin("upn", "H801200001001", "A801200001001", "X1", "I801200001001").text.splitlines()
    assert "check letter fits" in lines[0]
    assert "it would be H" in lines[1]
    assert "12 digits" in lines[2]
    assert "no UPN uses" in lines[3]


def test_read_calendar_raises_an_error_fit_to_show(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no\.csv"):
        rules.read_calendar(tmp_path / "no.csv")
