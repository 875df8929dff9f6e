"""UPN and ULN against the published worked examples, and by changing one character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.domain.identifiers import (
    CHECK_LETTERS,
    UpnKind,
    UpnProblem,
    check_letter,
    check_uln,
    check_upn,
    tidy_identifier,
    upn_authority,
)


@pytest.mark.feature("F12")
@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("E310200124017", UpnKind.PERMANENT),
        ("Z310201518042", UpnKind.PERMANENT),
        ("X31020262003A", UpnKind.TEMPORARY),
        ("R201100018042", UpnKind.PERMANENT),
        ("T20110001804V", UpnKind.TEMPORARY),
        (" r2011 0001\u00a08042 ", UpnKind.PERMANENT),
    ],
)
def test_worked_examples_are_right(value: str, kind: UpnKind) -> None:
    checked = check_upn(value)
    assert (checked.valid, checked.kind, checked.problem) == (True, kind, None)
    assert checked.upn == tidy_identifier(value)
    assert checked.expected_letter == checked.upn[0]
    assert checked.input == value


@pytest.mark.feature("F12")
@pytest.mark.parametrize(
    ("value", "kind", "expected", "problem"),
    [
        ("M801200014027", UpnKind.PERMANENT, "L", UpnProblem.CHECK_LETTER),
        ("I310200124017", UpnKind.PERMANENT, "E", UpnProblem.LETTERS),
        ("O310200124017", UpnKind.PERMANENT, "E", UpnProblem.LETTERS),
        ("X31020262003S", UpnKind.TEMPORARY, None, UpnProblem.LETTERS),
        ("310200124017", UpnKind.NONE, None, UpnProblem.FORMAT),
        ("E31020012401", UpnKind.NONE, None, UpnProblem.FORMAT),
        ("E3102001240177", UpnKind.NONE, None, UpnProblem.FORMAT),
        ("E31020012A017", UpnKind.NONE, None, UpnProblem.FORMAT),
        ("", UpnKind.NONE, None, UpnProblem.FORMAT),
        ("E٣10200124017", UpnKind.NONE, None, UpnProblem.FORMAT),
    ],
)
def test_what_is_wrong_is_told_apart(value: str, kind: UpnKind, expected: str | None, problem: UpnProblem) -> None:
    checked = check_upn(value)
    assert (checked.valid, checked.kind, checked.expected_letter, checked.problem) == (False, kind, expected, problem)


BODIES = st.from_regex(r"[0-9]{11}[0-9A-HJ-NP-RT-Z]", fullmatch=True)


@given(BODIES)
def test_the_check_letter_makes_any_body_right_and_no_other_does(body: str) -> None:
    letter = check_letter(body)
    assert letter is not None
    assert check_upn(letter + body).valid
    assert sum(check_upn(other + body).valid for other in CHECK_LETTERS) == 1


@given(BODIES, st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_never_passes(body: str, place: int, shift: int) -> None:
    letter = check_letter(body)
    changed = body[:place] + str((int(body[place]) + shift) % 10) + body[place + 1 :]
    assert not check_upn(f"{letter}{changed}").valid


@given(st.text(max_size=20))
def test_any_text_gets_an_answer(value: str) -> None:
    checked = check_upn(value)
    assert checked.valid == (checked.problem is None)
    assert (checked.kind is UpnKind.NONE) == (checked.problem is UpnProblem.FORMAT)
    assert isinstance(check_uln(value).valid, bool)


def test_council_code_inside_a_upn() -> None:
    assert upn_authority("e310 200124017") == "310"
    assert upn_authority("310") is None


@pytest.mark.parametrize("value", ["3104567890", "4122334429", "7000000014", " 3104 567890"])
def test_uln_worked_examples_are_right(value: str) -> None:
    assert check_uln(value).valid


@pytest.mark.parametrize("value", ["3104567891", "0000000000", "310456789", "31045678901", "A104567890", ""])
def test_uln_that_is_wrong(value: str) -> None:
    assert not check_uln(value).valid
    assert not check_uln(value).not_yet_known


def test_uln_filler_belongs_to_nobody() -> None:
    assert (check_uln("9999999999").valid, check_uln("9999999999").not_yet_known) == (False, True)


@given(st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_at_most_one_last_digit_makes_a_uln_right(nine: str) -> None:
    assert sum(check_uln(nine + last).valid for last in "0123456789") <= 1
