"""Code lists in the policy's words, and entries that hold between two days."""

from __future__ import annotations

from datetime import date

from cme_desktop import resources
from cme_desktop.domain.codes import Code, CodeList, parse_code_lists
from cme_desktop.domain.risk import check_outcome

LISTS = parse_code_lists(resources.read_text("codes/code-lists.toml"))


def test_groups_at_risk_are_the_policys_seven_and_sixteen() -> None:
    groups = LISTS["at-risk-group"].entries
    assert [one.code for one in groups] == [*(f"d{n}" for n in range(1, 8)), *(f"h{n}" for n in range(1, 17))]
    assert {one.source for one in groups} == {"DfE 2016", "Harrow"}


def test_the_moves_between_schools_are_referral_reasons() -> None:
    reasons = {one.code for one in LISTS["referral-reason"].entries if one.source == "SD06"}
    assert {"not-started-nursery", "not-started-infant", "not-started-junior", "not-started-secondary"} <= reasons
    assert len(LISTS["outcome-risk"].entries) == 7


def test_reasons_why_no_referral_is_needed_are_on_a_list() -> None:
    assert {one.source for one in LISTS["no-referral-needed"].entries} == {"SD02", "SD30", "SD31", "SD32", "SD33"}


def test_risk_outcomes_of_the_list_are_those_the_rule_takes() -> None:
    for one in LISTS["risk-outcome"].entries:
        assert check_outcome(one.code, "a reason long enough") is None


def test_every_list_has_a_title_and_codes_without_repeats() -> None:
    for name, found in LISTS.items():
        assert found.name == name
        assert found.title
        codes = [one.code for one in found.entries]
        assert len(set(codes)) == len(codes)
        assert all(one.label and one.source for one in found.entries)
    assert LISTS["contact-type"].get("health") is not None
    assert "Primary Care Trust" in (LISTS["contact-type"].get("health") or Code("", "", "")).aliases
    assert LISTS["contact-type"].get("nobody") is None


def test_entries_hold_between_their_days() -> None:
    old = Code("a", "A", "test", valid_to=date(2025, 12, 31))
    new = Code("b", "B", "test", valid_from=date(2026, 1, 1))
    both = CodeList("test", "Test", (old, new))
    assert both.on(date(2025, 12, 31)) == (old,)
    assert both.on(date(2026, 1, 1)) == (new,)
