"""Reasonable enquiries: the checklist, both sides apart, the council's least, and what each entry must say."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.domain.enquiries import Condition, Made, Side, check_entry
from tests.domain.books import checklist

TODAY = date(2026, 11, 24)
IDS = [f"RE{number:02d}" for number in range(1, 17)]
MADE = st.builds(Made, st.sampled_from(IDS), st.sampled_from(list(Side)), st.just(TODAY))


@pytest.mark.feature("F25")
def test_checklist_holds_re01_to_re16() -> None:
    assert [one.id for one in checklist().enquiries] == IDS
    assert {one.id for one in checklist().enquiries if one.condition} == {"RE11", "RE12", "RE13", "RE14", "RE16"}
    assert {one.id for one in checklist().enquiries if one.sides == {Side.SCHOOL}} == {"RE01", "RE02"}
    assert {one.id for one in checklist().enquiries if one.sides == {Side.COUNCIL}} == {"RE06", "RE08", "RE09"}
    assert checklist().get("RE04") is checklist().enquiries[3]
    assert checklist().get("RE99") is None


@pytest.mark.feature("F25")
def test_conditional_enquiries_apply_only_where_their_condition_holds() -> None:
    assert "RE14" not in {one.id for one in checklist().applying([])}
    assert "RE14" in {one.id for one in checklist().applying([Condition.SERVICE_CHILD])}
    assert "RE15" not in {one.id for one in checklist().applying(list(Condition))}
    assert len(checklist().applying(list(Condition))) == 15


@pytest.mark.feature("F27")
@given(st.lists(MADE, max_size=30), st.lists(st.sampled_from(list(Condition)), max_size=5))
def test_what_one_side_did_never_counts_for_the_other(made: list[Made], conditions: list[Condition]) -> None:
    meter = checklist().meter(made, conditions)
    for side, told in ((Side.SCHOOL, meter.school), (Side.COUNCIL, meter.council)):
        own = {one.id for one in checklist().applying(conditions) if side in one.sides}
        done = own & {one.enquiry for one in made if one.side is side}
        assert (told.done, told.total) == (len(done), len(own))
        assert set(told.missing) == own - done
    assert meter.minimum_met == (not meter.minimum_missing)


@pytest.mark.feature("F25")
def test_the_councils_least_is_met_by_every_named_agency() -> None:
    least = ["RE01", "RE02", "RE04", "RE06", "RE07"]
    made = [Made(one, Side.SCHOOL, TODAY) for one in least]
    assert checklist().meter(made).minimum_missing == ("RE08",)
    made += [Made("RE08", Side.COUNCIL, TODAY, agency) for agency in ("housing", "health")]
    assert checklist().meter(made).minimum_missing == ("RE08",)
    made.append(Made("RE08", Side.COUNCIL, TODAY, "social-care", answered=False))
    meter = checklist().meter(made)
    assert meter.minimum_met
    assert meter.waiting == ("RE08",)
    assert checklist().meter(made, [Condition.OTHER_HOME_COUNCIL]).minimum_missing == ("RE13",)


@pytest.mark.rule("SD39")
@pytest.mark.parametrize(
    ("who", "contact", "on", "missing"),
    [
        ("Housing", "housing desk, 020 7946 0100", TODAY, ()),
        (" ", "020 7946 0100", TODAY, ("who",)),
        ("Housing", "", TODAY, ("contact",)),
        ("Housing", "020 7946 0100", None, ("on",)),
        ("Housing", "020 7946 0100", date(2026, 11, 25), ("on",)),
        ("", "", None, ("who", "contact", "on")),
    ],
)
def test_each_entry_says_who_how_and_when(who: str, contact: str, on: date | None, missing: tuple[str, ...]) -> None:
    refusal = check_entry(who=who, contact=contact, on=on, today=TODAY)
    assert (refusal.missing if refusal else ()) == missing
    if refusal is not None:
        assert "SD39" in refusal.section
        assert refusal.message.startswith(("Enter", "The date"))
