"""Statuses, their lawful moves, opening, closing and reopening, and the four tests of s436A."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.domain.lifecycle import PATHWAY_WORDS, Pathway, counts_as_cme, opening_question
from tests.domain.books import lifecycle

TODAY = date(2026, 11, 24)
CHILD = date(2014, 3, 3)

OUTCOMES = [  # command-line.md 9, in its order
    "school-place", "ehe-suitable", "moved-authority", "moved-abroad", "alternative-provision",
    "over-age", "deceased", "not-cme", "lost", "duplicate",
]  # fmt: skip


@pytest.mark.feature("F23")
def test_every_move_leads_to_a_known_status_and_every_status_can_be_reached() -> None:
    statuses = lifecycle().statuses
    reached = {one.code for one in lifecycle().entry_statuses()}
    for status in statuses.values():
        assert set(status.to) <= set(statuses)
        assert status.code not in status.to
        assert (status.pathway is None) == (not status.open)
        reached |= set(status.to)
    assert reached == set(statuses)
    assert {status.pathway for status in statuses.values() if status.open} == set(Pathway) == set(PATHWAY_WORDS)


@pytest.mark.feature("F23")
def test_moves_are_those_of_the_list_and_each_needs_a_reason() -> None:
    book = lifecycle()
    for before, after in product(book.statuses.values(), repeat=2):
        refusal = book.check_move(before.code, after.code, "the family was found")
        lawful = before.open and after.open and after.code in before.to
        assert (refusal is None) == lawful
        if lawful:
            lacking = book.check_move(before.code, after.code, " ")
            assert lacking is not None
            assert lacking.missing == ("reason",)
        else:
            assert refusal is not None
            assert refusal.message.endswith(".")
    assert {one.code for one in book.moves_from("out-of-borough")} == {
        "awaiting-confirmation", "whereabouts-unknown", "known-not-in-education",
    }  # fmt: skip
    assert book.moves_from("closed") == ()
    assert book.moves_from("nothing") == ()


@pytest.mark.parametrize(("before", "after"), [("nothing", "closed"), ("closed", "nothing")])
def test_status_not_on_the_list_is_refused(before: str, after: str) -> None:
    for refusal in (lifecycle().check_move(before, after, "x"), lifecycle().check_reopen(before, after, "x")):
        assert refusal is not None
        assert refusal.code == "status-unknown"
    assert lifecycle().pathway_of("nothing") is None
    assert lifecycle().pathway_of("ehe-to-check") is Pathway.EHE


@pytest.mark.feature("F23")
def test_opening() -> None:
    assert lifecycle().check_open("whereabouts-unknown", CHILD, TODAY) is None
    assert lifecycle().check_open("whereabouts-unknown", None, TODAY) is None
    for status in ("closed", "order-process", "nothing"):
        refusal = lifecycle().check_open(status, CHILD, TODAY)
        assert refusal is not None
        assert "Whereabouts unknown" in refusal.message
    unborn = lifecycle().check_open("new-referral", date(2026, 11, 25), TODAY)
    assert unborn is not None
    assert unborn.message == "Date of birth must be in the past."


def test_opening_for_a_child_outside_school_age_asks_the_fact_first() -> None:
    assert opening_question("Amara", CHILD, TODAY) is None
    assert opening_question("Amara", date(2010, 3, 2), TODAY) == (
        "Compulsory school age ended for Amara on Friday 26 June 2026. Open a case anyway?"
    )
    young = opening_question("Amara", date(2024, 3, 2), TODAY)
    assert young is not None
    assert "begins" in young


def test_closing_needs_an_outcome_of_the_list_and_how_it_was_confirmed() -> None:
    book = lifecycle()
    assert list(book.outcomes) == OUTCOMES
    for outcome in OUTCOMES:
        refusal = book.check_close("whereabouts-unknown", outcome, "The new school wrote on 3 November", CHILD, TODAY)
        assert (refusal is None) == (outcome != "over-age")
        lacking = book.check_close("whereabouts-unknown", outcome, "  ", None, TODAY)
        assert lacking is not None
        assert lacking.missing == ("how_confirmed",)
    unknown = book.check_close("whereabouts-unknown", "vanished", "x", CHILD, TODAY)
    assert unknown is not None
    assert unknown.missing == ("outcome",)
    for status in ("closed", "nothing"):
        again = book.check_close(status, "lost", "x", CHILD, TODAY)
        assert again is not None
        assert again.code == "already-done"


def test_over_age_is_an_outcome_only_after_school_age_has_ended() -> None:
    dob = date(2010, 8, 31)
    early = lifecycle().check_close("whereabouts-unknown", "over-age", "Date of birth", dob, date(2026, 6, 26))
    assert early is not None
    assert early.allowed_from == date(2026, 6, 27)
    assert lifecycle().check_close("whereabouts-unknown", "over-age", "Date of birth", dob, date(2026, 6, 27)) is None


@pytest.mark.rule("SD91")
def test_not_found_is_no_true_closure_and_its_alert_remains() -> None:
    assert lifecycle().closed_status("lost") == "closed-alert-remains"
    assert {code for code, one in lifecycle().outcomes.items() if not one.true_closure} == {"lost"}
    assert lifecycle().closed_status("school-place") == "closed"
    assert {code for code, one in lifecycle().outcomes.items() if not one.letters} == {"deceased"}


def test_reopening() -> None:
    book = lifecycle()
    assert book.check_reopen("closed", "whereabouts-unknown", "The school rang: not started") is None
    for refusal, field in (
        (book.check_reopen("closed", "whereabouts-unknown", ""), ("reason",)),
        (book.check_reopen("whereabouts-unknown", "ehe-to-check", "x"), ()),
        (book.check_reopen("closed", "order-process", "x"), ()),
        (book.check_reopen("closed-alert-remains", "closed", "x"), ()),
    ):
        assert refusal is not None
        assert refusal.missing == field


@pytest.mark.rule("SD01")
@pytest.mark.rule("SD02")
@given(
    st.sampled_from([True, False, None]),
    st.sampled_from([True, False, None]),
    st.sampled_from([True, False, None]),
    st.dates(date(2005, 1, 1), date(2024, 1, 1)),
)
def test_counts_as_cme_is_all_four_tests_together(
    in_area: bool | None, on_roll: bool | None, educated: bool | None, dob: date
) -> None:
    answer = counts_as_cme(dob=dob, on=TODAY, in_area=in_area, on_roll=on_roll, suitably_educated=educated)
    # By arithmetic: school age on 24 Nov 2026 is birth from 1 Sep 2010 to 31 Aug 2021.
    of_age = date(2010, 9, 1) <= dob <= date(2021, 8, 31)
    assert answer.counts == (of_age and in_area is not False and on_roll is not True and educated is not True)
    assert len(answer.tests) == 4
    assert answer.counts == all(holds for _, holds in answer.tests)
