"""Terms that cannot be counted with are refused on every route; bank holidays come and none is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.casework import keeping
from cme_desktop.casework.reference.calendars import check_terms, set_bank_holidays, set_terms
from cme_desktop.domain.calendar import BankHolidays, Calendar, Division, Term
from cme_desktop.domain.errors import NotAllowed, UserError
from cme_desktop.models.reference import BankHoliday
from cme_desktop.models.reference import Term as TermRow
from tests.casework.look import rows
from tests.factories import Register

AUTUMN = Term("2026-27", "Autumn", date(2026, 9, 1), date(2026, 12, 18), date(2026, 10, 26), date(2026, 10, 30))
SPRING = Term("2026-27", "Spring", date(2027, 1, 4), date(2027, 3, 25))


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ((replace(AUTUMN, end=date(2026, 8, 1)),), "Autumn 2026-27 ends before it starts"),
        ((replace(AUTUMN, half_term_end=None),), "needs its first and its last day, or neither"),
        ((replace(AUTUMN, half_term_start=date(2026, 8, 1)),), "must lie within the term"),
        ((replace(AUTUMN, half_term_end=date(2026, 10, 1)),), "must lie within the term"),
        ((SPRING, replace(AUTUMN, end=date(2027, 1, 4))), "Spring 2026-27 begins before Autumn 2026-27 has ended"),
    ],
)
def test_terms_that_cannot_be_counted_with_are_refused(register: Register, terms: tuple[Term, ...], words: str) -> None:
    before = len(rows(register, TermRow))
    with pytest.raises(UserError, match=words):
        set_terms(register.store, register.officer, Calendar("x", BankHolidays({}), terms))
    assert len(rows(register, TermRow)) == before


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 90)), min_size=1, max_size=6))
def test_terms_one_after_the_other_always_pass_and_a_shared_day_never_does(lengths: list[tuple[int, int]]) -> None:
    start, terms = date(2026, 9, 1), []
    for number, (gap, length) in enumerate(lengths):
        start += timedelta(days=gap)
        end = start + timedelta(days=length)
        terms.append(Term("2026-27", f"Term {number}", start, end))
        start = end
    check_terms(list(reversed(terms)))
    shared = Term("2026-27", "Shared", terms[0].end, terms[0].end)
    with pytest.raises(UserError, match="has ended"):
        check_terms([*terms, shared])


def test_bank_holidays_are_added_and_named_anew_and_none_is_taken_away(register: Register) -> None:
    before = {(row.division, row.on_day): row.title for row in rows(register, BankHoliday)}
    (division, known), _ = next(iter(before.items()))
    new = date(2031, 5, 5)
    names = {Division(division): {known: "Another name", new: "A new day"}}
    assert set_bank_holidays(register.store, register.administrator, BankHolidays(names)) == 1
    after = {(row.division, row.on_day): row.title for row in rows(register, BankHoliday)}
    assert after[division, known] == "Another name"
    assert after[division, new] == "A new day"
    assert set(before) < set(after)
    with pytest.raises(NotAllowed):
        set_bank_holidays(register.store, register.manager, BankHolidays(names))


def test_the_backups_of_a_place_are_listed_and_a_place_that_is_away_has_none(
    register: Register, tmp_path: Path
) -> None:
    keeping.back_up(register.store, register.officer, register.unlocked, tmp_path / "b", second_place=True)
    [made] = keeping.backups_in(register.store, register.manager, tmp_path / "b")
    assert (made.kind, made.children, made.cases, made.made_at) == ("by-hand", 0, 0, register.clock.now())
    assert keeping.backups_in(register.store, register.manager, tmp_path / "away") == ()
