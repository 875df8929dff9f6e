"""The register's filters, order and columns in words and widths."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.register.cases import CLOSED, SORTS, VIEWS, RegisterQuery, RegisterRow
from cme_desktop.ui.register import filters
from cme_desktop.ui.register.columns import CHILD, LEAST_CHILD, WIDTHS, child_cell, column_widths, columns, due_cell

TODAY = date(2026, 11, 24)
NAMES = {("owner", "4"): "Sunil Rao", ("school", "999001"): "Example Primary", ("status", "monitoring"): "Monitoring"}

VALUES = {
    "risk": st.sampled_from(sorted(filters.RISK_WORDS)),
    "year": st.sampled_from(["R", "1", "10", "11"]),
    "owner": st.integers(1, 99).map(str),
    "days": st.sampled_from(filters.DAYS).map(str),
    "overdue": st.just("True"),
    "school": st.just("999001"),
    "status": st.sampled_from(["monitoring", "enquiries"]),
    "text": st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=12),
}
filled = st.fixed_dictionaries({}, optional=VALUES)
queries = st.builds(
    RegisterQuery,
    view=st.sampled_from([key for key, _ in VIEWS]),
    sort=st.sampled_from(SORTS),
    descending=st.booleans(),
)


@given(queries, filled)
def test_filters_are_set_shown_and_taken_away_one_by_one(query: RegisterQuery, values: dict[str, str]) -> None:
    wanted = query
    for key, value in values.items():
        wanted = filters.with_filter(wanted, key, value)
    assert [key for key, _ in filters.chips(wanted, NAMES)] == [key for key in filters.KEYS if key in values]
    assert {key: filters.value_of(wanted, key) for key in values} == values
    assert filters.without_filters(wanted) == query
    for key in values:
        wanted = filters.with_filter(wanted, key, "")
    assert wanted == query


def test_chips_say_what_they_are() -> None:
    query = RegisterQuery(
        risk="not-rated", owner_id=4, year="R", min_days=3, overdue_only=True, school_urn="999001", text="kam",
        status="monitoring",
    )  # fmt: skip
    assert [words for _, words in filters.chips(query, NAMES)] == [
        "Risk: not rated",
        "Reception",
        "Owner: Sunil Rao",
        "3 days or more",
        "Overdue",
        "School: Example Primary",
        "Monitoring",
        "Has “kam”",
    ]
    assert filters.logged_words(RegisterQuery(year="4"), NAMES) == "Year 4"


@pytest.mark.parametrize("sort", SORTS)
def test_each_order_has_words(sort: str) -> None:
    up, down = (filters.order_words(RegisterQuery(sort=sort, descending=way)) for way in (False, True))
    assert up != down
    assert filters.found_words(13, RegisterQuery()) == "13 children, next due first"
    assert filters.found_words(1, RegisterQuery(sort="risk")) == "1 child, highest risk first"


def test_what_was_closed_last_comes_first() -> None:
    closed = filters.with_view(RegisterQuery(), CLOSED)
    assert (closed.descending, filters.order_words(closed)) == (True, "last closed first")
    back = filters.with_view(closed, "open")
    assert (back.descending, filters.order_words(back)) == (False, "next due first")
    by_name = filters.with_view(RegisterQuery(sort="child"), CLOSED)
    assert not by_name.descending


@given(st.integers(200, 4_000))
def test_the_columns_fit_and_leave_the_name_its_room(room: int) -> None:
    widths = column_widths(room)
    assert widths.keys() <= WIDTHS.keys()
    rest = room - sum(width for key, width in widths.items() if key != CHILD)
    if room >= 560:
        assert rest >= LEAST_CHILD - 10
    assert "due" in widths
    assert "risk" in widths


def test_the_columns_are_as_drawn_at_the_drawn_width() -> None:
    assert column_widths(824) == WIDTHS
    assert column_widths(1_024)["school"] == WIDTHS["school"] + 80
    assert "owner" not in column_widths(690)


def row(**changes: object) -> RegisterRow:
    values: dict[str, object] = {
        "episode_id": 7,
        "ref": "CME-2026-00007",
        "child_id": 7,
        "name": "Ann Testcase",
        "surname": "Testcase",
        "forename": "Ann",
        "dob": date(2018, 1, 1),
        "age": 8,
        "year": "R",
        "status": "enquiries",
        "status_label": "Enquiries",
        "pathway": "whereabouts-unknown",
        "is_open": True,
        "risk": "high",
        "last_school": "",
        "days": 1_204,
        "next_due": TODAY,
        "next_action": "Home visit",
        "steps_due": 2,
        "waiting_on": "LOCME",
        "owner": "Sunil Rao",
        "opened_on": TODAY,
        "closed_on": None,
    }
    return RegisterRow(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ("Today", "2 steps")),
        ({"next_due": date(2026, 11, 20)}, ("20 Nov 2026", "4 days late")),
        ({"next_due": date(2026, 11, 25)}, ("25 Nov 2026", "tomorrow")),
        ({"next_due": date(2026, 12, 11)}, ("11 Dec 2026", "in 17 days")),
        ({"next_due": None}, ("No date", "")),
        ({"closed_on": date(2026, 10, 1)}, ("1 Oct 2026", "closed")),
    ],
)
def test_the_due_date_says_how_far_it_is(changes: dict[str, object], words: tuple[str, str]) -> None:
    cell = due_cell(row(**changes), TODAY)
    assert (cell.text, cell.second) == words


@pytest.mark.feature("F84")
def test_each_cell_is_said_in_words_not_by_colour() -> None:
    said = [column.of(row()).says() for column in columns(lambda: TODAY, None)]
    assert said == [
        "Ann Testcase",
        "Reception",
        "Enquiries",
        "High",
        "Not known",
        "1,204",
        "Today, 2 steps",
        "Sunil Rao",
    ]


@pytest.mark.feature("F64")
def test_a_masked_name_is_a_bar_until_it_is_asked_for() -> None:
    hidden = child_cell(row(), set())
    assert (hidden.text, hidden.hidden_words) == ("", "Show name")
    assert hidden.says() == "Name hidden, CME-2026-00007. Space shows it"
    assert child_cell(row(), {7}).text == "Ann Testcase"
    assert child_cell(row(name=""), None).text == "CME-2026-00007"
