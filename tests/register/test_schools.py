"""The directory of schools: found by part of a name, postcode, URN or number, the open ones first."""

from __future__ import annotations

import csv
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cme_desktop import resources
from cme_desktop.domain.errors import NotFound
from cme_desktop.models.reference import School
from cme_desktop.register.schools import SchoolPage, SchoolRow, directory, find_schools, school_page
from tests.casework.look import rows
from tests.factories import PRIMARY, SECONDARY, Register, child_facts, make_case

FISHER_OPEN, FISHER_CLOSED = "146178", "102232"


def found(register: Register, typed: str, **narrow: Any) -> tuple[SchoolRow, ...]:
    return find_schools(register.store, register.officer, typed, **narrow)


def urns(register: Register, typed: str, **narrow: Any) -> list[str]:
    return [row.urn for row in found(register, typed, **narrow)]


@pytest.mark.feature("F22")
@pytest.mark.parametrize("typed", ["310/3505", "3103505", "310 3505", "310-3505", " 310/3505 "])
def test_a_number_finds_the_school_that_has_it_now_before_the_one_that_had_it(shared: Register, typed: str) -> None:
    assert urns(shared, typed) == [FISHER_OPEN, FISHER_CLOSED]


@pytest.mark.feature("F22")
@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("102239", "102239"),
        ("whitmore", "102239"),
        ("WHITMORE high", "102239"),
        ("high whit", "102239"),
        ("HA2 0AD", "102239"),
        ("ha20ad", "102239"),
        ("St. John Fisher", FISHER_OPEN),
        ("st johns fisher", None),
        ("Example High", SECONDARY),
        ("%", None),
        ("_", None),
    ],
)
def test_a_school_is_found_by_what_is_known_of_it(shared: Register, typed: str, first: str | None) -> None:
    listed = urns(shared, typed, first_la="310")
    assert (listed[0] if listed else None) == first


@pytest.mark.feature("F22")
def test_a_postcode_district_or_the_start_of_a_urn_lists_all_that_have_it(shared: Register) -> None:
    there = {row.urn for row in rows(shared, School) if row.postcode.startswith("HA5")}
    assert set(urns(shared, "HA5", limit=1000)) == there
    assert len(there) > 5
    assert set(urns(shared, "10223", limit=1000)) == {row.urn for row in rows(shared, School) if row.urn[:5] == "10223"}


words = st.text(alphabet="aehinorst pq%_'’-éŁ", min_size=1, max_size=7)


@settings(max_examples=40)
@given(typed=words)
def test_open_schools_come_first_and_nothing_typed_breaks_the_search(shared: Register, typed: str) -> None:
    listed = found(shared, typed, limit=500)
    closed = [row.status == "closed" for row in listed]
    assert closed == sorted(closed)
    assert len({row.urn for row in listed}) == len(listed)
    still_open = found(shared, typed, limit=500, open_only=True)
    assert [row.urn for row in still_open] == [row.urn for row in listed if row.status != "closed"]


def test_the_councils_own_schools_can_come_first_or_alone(shared: Register) -> None:
    every = found(shared, "academy", limit=2000)
    assert len({row.la for row in every}) > 1
    own = found(shared, "academy", limit=2000, la="310")
    assert {row.la for row in own} == {"310"}
    assert [row.urn for row in own] == [row.urn for row in every if row.la == "310"]
    first = [row.la == "310" for row in found(shared, "hi", limit=2000, first_la="310") if row.status != "closed"]
    assert first.index(False) >= first.count(True) - first[first.index(False) :].count(True)
    assert found(shared, "hi", first_la="310")[0].la == "310"
    assert len(found(shared, "school", limit=7)) == 7
    assert len(found(shared, "")) == 60


@pytest.mark.feature("F22")
def test_a_closed_school_names_its_successor_and_the_successor_its_predecessor(shared: Register) -> None:
    store, officer = shared.store, shared.officer
    closed = school_page(store, officer, "102194")
    assert (closed.row.name, closed.row.status, closed.row.closed_on) == (
        "Pinner Park Junior School",
        "closed",
        date(2019, 4, 5),
    )
    assert closed.successors == (("102207", "Pinner Park Primary School", date(2019, 4, 6)),)
    merged = school_page(store, officer, "102207")
    assert ("102194", "Pinner Park Junior School") in [(urn, name) for urn, name, _ in merged.predecessors]
    ages = school_page(store, officer, PRIMARY)
    assert (ages.ages, ages.head_name, ages.address) == ("4 to 11", "Ms Ruth Osei", ("2 Sample Lane", "Harrow"))
    with pytest.raises(NotFound, match="no school with URN 999999"):
        school_page(store, officer, "999999")


def test_every_link_of_the_shipped_list_is_on_a_page(shared: Register) -> None:
    text = resources.read_bytes("schools/harrow-links.csv").decode("cp1252")
    for line in csv.DictReader(text.splitlines()):
        known = shared_page(shared, line["URN"])
        if known is None:
            continue
        kind = line["LinkType"].lower()
        side = known.successors if "successor" in kind else known.predecessors if "predecessor" in kind else None
        if side is not None:
            assert line["LinkURN"] in [urn for urn, _, _ in side]


def shared_page(register: Register, urn: str) -> SchoolPage | None:
    """Return a school's page, or None where the directory has only the link."""
    try:
        return school_page(register.store, register.officer, urn)
    except NotFound:
        return None


def test_open_cases_are_counted_at_their_last_school(register: Register) -> None:
    make_case(register)
    make_case(register, child=child_facts("Two", "Child"))
    [row] = found(register, SECONDARY)
    assert row.open_cases == 2
    assert school_page(register.store, register.officer, SECONDARY).row == row
    assert found(register, PRIMARY)[0].open_cases == 0


@pytest.mark.feature("F22")
def test_the_directory_says_how_old_it_is(shared: Register) -> None:
    about = directory(shared.store, shared.officer)
    schools = rows(shared, School)
    assert about.schools == len(schools)
    assert about.open_schools == sum(row.status != "closed" for row in schools)
    assert about.snapshot_on == max(row.snapshot_on for row in schools if row.snapshot_on)
