"""The register's list: saved views with their counts, filters, orders and pages, each against a plain recount."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cme_desktop import shipped
from cme_desktop.casework import next_steps
from cme_desktop.domain.school_age import age_on, year_group
from cme_desktop.matching.keys import name_key
from cme_desktop.models.child import Child
from cme_desktop.models.episode import Episode
from cme_desktop.register import cases
from cme_desktop.register.cases import CLOSED, SORTS, VIEWS, RegisterQuery, RegisterRow
from cme_desktop.storage.engine import ReadCancelled, ReadTicket
from tests.casework.look import rows
from tests.factories import ACADEMY, PRIMARY, SECONDARY, TODAY, Register, make_case
from tests.register.world import World

YEAR = date(TODAY.year, 1, 1)
RISKS = ("high", "medium", "standard", "not-rated")

queries = st.builds(
    RegisterQuery,
    view=st.sampled_from([key for key, _ in VIEWS]),
    sort=st.sampled_from(SORTS),
    descending=st.booleans(),
    risk=st.sampled_from(("", "", *RISKS)),
    owner_id=st.sampled_from((None, None, 1, 3)),
    year=st.sampled_from(("", "", "", "R", "2", "9")),
    min_days=st.sampled_from((None, None, 0, 7, 50, 100, 2_000_000)),
    overdue_only=st.booleans(),
    school_urn=st.sampled_from(("", "", PRIMARY, ACADEMY)),
    text=st.sampled_from(("", "", "kam", "Smith-Jones", "smith jones", "CME-2026", "primary", "stefan łuk", "nobody")),
    status=st.sampled_from(("", "", "whereabouts-unknown", "ehe-to-check")),
)


@pytest.fixture(scope="module")
def shown(world: World) -> dict[int, RegisterRow]:
    """Return every case of the register as the officer's table shows it."""
    ids = [row.id for row in rows(world.register, Episode)]
    found = cases.case_rows(world.register.store, world.register.officer, ids)
    return {row.episode_id: row for row in found}


@pytest.fixture(scope="module")
def episodes(world: World) -> dict[int, Episode]:
    """Return every case as it is kept."""
    return {row.id: row for row in rows(world.register, Episode)}


def ids_of(world: World, query: RegisterQuery) -> tuple[int, ...]:
    return cases.case_ids(world.register.store, world.register.officer, query)


def found_names(world: World, query: RegisterQuery) -> list[str]:
    """Return the short names of the cases that a query finds, in its order."""
    by_id = {case.episode_id: name for name, case in world.cases.items()}
    return [by_id[number] for number in ids_of(world, query)]


def wanted(row: RegisterRow, episode: Episode, query: RegisterQuery) -> bool:
    """Say, by what the table shows, whether a query should find a row."""
    if query.view == CLOSED:
        seen = row.closed_on is not None and row.closed_on >= YEAR
    else:
        seen = row.is_open and query.view in ("open", row.pathway)
    words = f"{name_key(row.surname)} {name_key(row.forename)} {row.last_school.lower()} {row.ref.lower()}"
    return (
        seen
        and query.risk in ("", row.risk)
        and query.owner_id in (None, episode.owner_id)
        and query.year in ("", row.year)
        and (query.min_days is None or row.days >= query.min_days)
        and (not query.overdue_only or (row.next_due is not None and row.next_due < TODAY))
        and query.school_urn in ("", episode.last_school_urn)
        and query.status in ("", row.status)
        and all(name_key(word) in words or word.lower() in words for word in query.text.split())
    )


def by_sort() -> dict[str, Callable[[RegisterRow], Any]]:
    """Return what each order goes by, from what the table shows; statuses in the order in which they are offered."""
    statuses = list(shipped.lifecycle().statuses)
    return {
        "child": lambda row: (name_key(row.surname), name_key(row.forename)),
        "year": lambda row: (row.year != "R", len(row.year), row.year),
        "status": lambda row: statuses.index(row.status),
        "risk": lambda row: RISKS.index(row.risk),
        "school": lambda row: row.last_school,
        "days": lambda row: row.days,
        "due": lambda row: row.next_due or row.closed_on or date.max,
        "owner": lambda row: row.owner,
        "ref": lambda row: row.ref,
    }


@settings(max_examples=200)
@given(query=queries)
def test_a_query_finds_what_the_rows_say_in_the_order_they_say(
    world: World, shown: dict[int, RegisterRow], episodes: dict[int, Episode], query: RegisterQuery
) -> None:
    found = ids_of(world, query)
    assert set(found) == {number for number, row in shown.items() if wanted(row, episodes[number], query)}
    keys = [by_sort()[query.sort](shown[number]) for number in found]
    assert keys == sorted(keys, reverse=query.descending)


def test_every_order_is_settled_by_name_and_then_by_case(world: World) -> None:
    for sort in SORTS:
        up = ids_of(world, RegisterQuery(sort=sort))
        assert len(up) == len(set(up)) == 8
        assert ids_of(world, RegisterQuery(sort=sort)) == up


def test_the_saved_views_hold_their_cases_and_say_how_many(world: World) -> None:
    expected = {
        "open": {"kamara", "smith-jones", "stefan", "obrien", "warsame", "farah", "newest", "hidden"},
        "whereabouts-unknown": {"kamara", "smith-jones", "newest", "hidden"},
        "known-not-in-education": {"stefan", "obrien"},
        "ehe": {"warsame"},
        "out-of-borough": {"farah"},
        CLOSED: {"closed-quick", "closed-slow"},
    }
    assert {key: set(found_names(world, RegisterQuery(view=key))) for key, _ in VIEWS} == expected
    counts = cases.view_counts(world.register.store, world.register.officer)
    assert counts == {key: len(names) for key, names in expected.items()}


def test_days_of_a_closed_case_are_those_it_was_open(world: World) -> None:
    closed = RegisterQuery(view=CLOSED, sort="days")
    assert found_names(world, closed) == ["closed-quick", "closed-slow"]
    assert found_names(world, replace(closed, descending=True)) == ["closed-slow", "closed-quick"]
    assert found_names(world, replace(closed, min_days=30)) == ["closed-slow"]


def test_a_row_says_what_the_case_says(
    world: World, shown: dict[int, RegisterRow], episodes: dict[int, Episode]
) -> None:
    children = {row.id: row for row in rows(world.register, Child)}
    for episode in episodes.values():
        row, child = shown[episode.id], children[episode.child_id]
        assert (row.ref, row.status, row.pathway, row.risk) == (
            episode.ref,
            episode.status,
            episode.pathway,
            episode.risk,
        )
        assert (row.next_due, row.next_action, row.waiting_on) == (
            episode.next_date,
            episode.next_action,
            episode.waiting_on,
        )
        assert row.age == (age_on(child.dob, TODAY) if child.dob else None)
        assert row.days == ((episode.closed_on or TODAY) - episode.opened_on).days
        if row.is_open:
            assert row.year == ((year_group(child.dob, TODAY) or "") if child.dob else "")
    stefan = shown[world.cases["stefan"].episode_id]
    assert (stefan.name, stefan.owner, stefan.risk) == ("Łukasz Ștefan", "Cora Flint", "high")
    assert stefan.status_label == "Known, not in education"


def test_a_page_comes_in_the_order_asked_for_and_leaves_out_what_is_not_there(world: World) -> None:
    store, officer = world.register.store, world.register.officer
    ids = ids_of(world, RegisterQuery(sort="ref"))
    asked = (ids[3], ids[0], 999_999, ids[5])
    assert [row.episode_id for row in cases.case_rows(store, officer, asked)] == [ids[3], ids[0], ids[5]]
    assert cases.case_rows(store, officer, ()) == ()


def test_pages_have_neither_gap_nor_repeat(world: World) -> None:
    store, officer = world.register.store, world.register.officer
    ids = ids_of(world, RegisterQuery(sort="child"))
    pages = [cases.case_rows(store, officer, ids[start : start + 3]) for start in range(0, len(ids), 3)]
    assert [row.episode_id for page in pages for row in page] == list(ids)
    assert [row.surname for page in pages for row in page] == [
        "Abdi",
        "Farah",
        "Kamara",
        "O’Brien",
        "Smith-Jones",
        "Ștefan",
        "Verborgen",
        "Warsame",
    ]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("KAMARA", {"kamara"}),
        ("eloise", {"smith-jones"}),
        ("Smith-Jones", {"smith-jones"}),
        ("Jones Smith", {"smith-jones"}),
        ("o'brien", {"obrien"}),
        ("obri", {"obrien"}),
        ("Stefan", {"stefan"}),
        ("academy", {"warsame"}),
        ("cme-2026-00003", {"stefan"}),
        ("100%", set()),
        ("_", set()),
    ],
)
def test_the_list_is_narrowed_by_name_school_or_reference(world: World, typed: str, found: set[str]) -> None:
    world_refs = {case.ref: name for name, case in world.cases.items()}
    if typed == "cme-2026-00003":
        found = {world_refs["CME-2026-00003"]}
    assert set(found_names(world, RegisterQuery(text=typed))) == found


def test_what_a_view_can_be_narrowed_by(world: World, shown: dict[int, RegisterRow]) -> None:
    store, officer = world.register.store, world.register.officer
    choices = cases.filter_choices(store, officer, "open")
    assert choices.owners == ((1, "Anita Patel"), (3, "Cora Flint"))
    assert choices.schools == (
        (SECONDARY, "Example High School", 4),
        (PRIMARY, "Example Primary School", 2),
        (ACADEMY, "Example Academy", 1),
    )
    assert cases.filter_choices(store, officer, "open", schools=1).schools == choices.schools[:1]
    assert choices.years == tuple(sorted(choices.years, key=lambda year: (year != "R", len(year), year)))
    assert set(choices.years) == {row.year for row in shown.values() if row.is_open and row.year}
    assert [code for code, _ in choices.statuses] == [
        "new-referral",
        "whereabouts-unknown",
        "known-not-in-education",
        "school-applied",
        "ehe-to-check",
        "out-of-borough",
    ]
    assert cases.filter_choices(store, officer, "ehe").owners == ((1, "Anita Patel"),)
    for status, _ in choices.statuses:
        assert ids_of(world, RegisterQuery(status=status))


def test_a_newer_question_ends_the_older(world: World) -> None:
    ticket = ReadTicket()
    ticket.cancel()
    with pytest.raises(ReadCancelled):
        cases.case_ids(world.register.store, world.register.officer, RegisterQuery(), ticket=ticket)


def test_the_steps_due_are_counted(register: Register) -> None:
    case = make_case(register)
    before = cases.case_rows(register.store, register.officer, [case.episode_id])[0].steps_due
    next_steps.add_task(register.store, register.officer, case.ref, title="Ring the school", due=TODAY)
    assert cases.case_rows(register.store, register.officer, [case.episode_id])[0].steps_due == before + 1


def test_the_query_has_no_field_that_these_tests_forget() -> None:
    assert {field.name for field in fields(RegisterQuery)} == {
        "view",
        "sort",
        "descending",
        "risk",
        "owner_id",
        "year",
        "min_days",
        "overdue_only",
        "school_urn",
        "text",
        "status",
    }
