"""Grounds read by their regulation, by the date of leaving, or by their words, and what each means."""

from __future__ import annotations

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.domain.grounds import off_roll
from tests.domain.books import grounds

BEFORE, AFTER = date(2024, 8, 18), date(2024, 8, 19)
LETTERS = "abcdefghijklmno"

# law-and-process.md 4.1, written out a second time on purpose: 2024 letter -> 2006 letters
MAPPING = {
    "a": "b", "b": "n", "c": "c", "d": "a", "e": "a", "f": "d", "g": "e", "h": "f",
    "i": "h", "j": "i", "k": "j", "l": "k", "m": "o", "n": "l", "o": "m",
}  # fmt: skip


@pytest.mark.rule("SD64")
def test_both_sets_hold_fifteen_grounds_and_the_other_list_five() -> None:
    codes = set(grounds().grounds)
    assert {f"2024:9(1)({letter})" for letter in LETTERS} <= codes
    assert {f"2006:8(1)({letter})" for letter in LETTERS} <= codes
    assert {f"2024:9(3)({letter})" for letter in "abcde"} <= codes
    assert len(codes) == 35


def test_mapping_between_the_sets_both_ways() -> None:
    for new, old in MAPPING.items():
        assert [one.code for one in grounds().answering(f"2024:9(1)({new})")] == [f"2006:8(1)({old})"]
    for ground in grounds().grounds.values():
        for other in ground.answers_to:
            assert ground.code in grounds().grounds[other].answers_to
    assert grounds().answering("2006:8(1)(g)") == ()  # the medical ground, abolished
    assert grounds().answering("no such ground") == ()


@pytest.mark.parametrize(
    ("written", "before", "after"),
    [
        ("9(1)(i)", "2024:9(1)(i)", "2024:9(1)(i)"),
        ("9 (1) (i)", "2024:9(1)(i)", "2024:9(1)(i)"),
        ("9.1.i", "2024:9(1)(i)", "2024:9(1)(i)"),
        ("Reg 9(1)(f)", "2024:9(1)(f)", "2024:9(1)(f)"),
        ("regulation 8(1)(d)", "2006:8(1)(d)", "2006:8(1)(d)"),
        ("9f", "2024:9(1)(f)", "2024:9(1)(f)"),
        ("8D", "2006:8(1)(d)", "2006:8(1)(d)"),
        ("９（１）（ｆ）", "2024:9(1)(f)", "2024:9(1)(f)"),
        ("F", "2006:8(1)(f)", "2024:9(1)(f)"),
        ("(f)", "2006:8(1)(f)", "2024:9(1)(f)"),
        ("d.", "2006:8(1)(d)", "2024:9(1)(d)"),
        ("2024:9(3)(c)", "2024:9(3)(c)", "2024:9(3)(c)"),
        ("9(3)(c)", "2024:9(3)(c)", "2024:9(3)(c)"),
        ("Elective home education", "2006:8(1)(d)", "2024:9(1)(f)"),
        ("Permanent exclusion", "2006:8(1)(m)", "2024:9(1)(o)"),
        ("The pupil has died", "2006:8(1)(j)", "2024:9(1)(k)"),
        ("8(3)(a)", None, None),
        ("9(3)(f)", None, None),
        ("8(1)(z)", None, None),
        ("whatever", None, None),
        ("transfer after permanent exclusion", None, None),
        ("", None, None),
    ],
)
def test_reading_by_the_leaving_date(written: str, before: str | None, after: str | None) -> None:
    assert grounds().read(written, BEFORE).code == before
    assert grounds().read(written, AFTER).code == after


def test_bare_letter_is_shown_as_read_because() -> None:
    new = grounds().read("I", AFTER)
    assert new.sentence == (
        '"I" read as 9(1)(i) because the child left on Monday 19 August 2024, on or after Monday 19 August 2024, '
        "when the letters of the 2024 Regulations were in use"
    )
    assert not new.doubtful
    unread = grounds().read("I", None)
    assert unread.code is None
    assert "no leaving date is given" in unread.sentence


def test_letter_with_words_that_do_not_fit_is_doubtful() -> None:
    old = grounds().read("F - home education", BEFORE)
    assert (old.code, old.doubtful) == ("2006:8(1)(f)", True)
    assert (grounds().read("F - home education", AFTER).doubtful) is False
    by_words = grounds().read("F: home education", None)
    assert (by_words.code, by_words.doubtful) == ("2024:9(1)(f)", True)
    assert grounds().read("C - dual registered", None).code is None  # the same in both sets: the date is needed


def test_numbering_of_the_wrong_time_is_read_but_doubtful() -> None:
    reading = grounds().read("9(1)(i)", BEFORE)
    assert reading.doubtful
    assert "ask the school" in reading.read_because
    assert not grounds().valid_on("2024:9(1)(i)", BEFORE)
    assert grounds().valid_on("2024:9(1)(i)", AFTER)
    assert not grounds().valid_on("2024:9(1)(z)", AFTER)


@given(st.sampled_from(LETTERS), st.dates(date(2015, 1, 1), date(2030, 1, 1)))
def test_every_bare_letter_follows_the_date(letter: str, leaving: date) -> None:
    code = grounds().read(letter.upper(), leaving).code
    assert code == (f"2024:9(1)({letter})" if leaving >= AFTER else f"2006:8(1)({letter})")


@given(st.text(alphabet=string.printable + "łé（）", max_size=40), st.one_of(st.none(), st.dates()))
def test_any_text_is_read_or_kept_with_a_reason(written: str, leaving: date | None) -> None:
    reading = grounds().read(written, leaving)
    assert reading.written == written
    assert reading.read_because
    assert (reading.code is None) == ("not read" in reading.sentence)
    assert off_roll(reading, destination_known=None).startswith("off roll")


@pytest.mark.parametrize(
    ("written", "known", "words"),
    [
        ("9(1)(i)", False, "off roll on 9(1)(i), destination unknown"),
        ("9(1)(i)", None, "off roll on 9(1)(i), tracing required"),
        ("9(1)(f)", False, "off roll on 9(1)(f), home education"),
        ("9(1)(k)", False, "off roll on 9(1)(k), the child has died: close with care, no letters"),
        ("9(1)(a)", True, "off roll on 9(1)(a), new school named: check that it has admitted the child"),
        ("gone", False, 'off roll on "gone", destination unknown'),
        ("gone", True, 'off roll on "gone"'),
    ],
)
def test_what_a_leaver_record_means(written: str, known: bool | None, words: str) -> None:
    assert off_roll(grounds().read(written, AFTER), destination_known=known) == words


def test_record_without_a_ground() -> None:
    assert off_roll(None, destination_known=False) == "off roll, no ground given, destination unknown"
    assert off_roll(None, destination_known=None) == "off roll, no ground given"


@pytest.mark.parametrize(
    ("ground", "reason", "where"),
    [
        ("9(1)(f)", "", "home-education"),
        ("9(1)(k)", "ST", "died"),
        ("9(1)(i)", "EM", "abroad"),
        (None, "eo ", "home-education"),
        (None, "DD", "died"),
        ("9(1)(i)", "OT", ""),
        (None, "ZZ", ""),
    ],
)
def test_where_ground_or_leaving_reason_say_the_child_went(ground: str | None, reason: str, where: str) -> None:
    reading = None if ground is None else grounds().read(ground, AFTER)
    assert grounds().says_where(reading, reason) == where


def test_joint_efforts_belong_to_the_two_tracing_grounds_of_each_set() -> None:
    joint = {code for code, ground in grounds().grounds.items() if ground.joint_efforts}
    assert joint == {"2024:9(1)(h)", "2024:9(1)(i)", "2006:8(1)(f)", "2006:8(1)(h)"}
