"""Search as she types: children by who they are, then what was written; an older search ends when a newer begins."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from cme_desktop.casework import cases, children, notes
from cme_desktop.casework.children import NameFacts
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.register import find as finding
from cme_desktop.register.find import Found, find
from cme_desktop.storage.engine import ReadCancelled, ReadTicket
from tests.factories import NOON, Register, child_facts, make_case, make_upn, parent_facts, referral_facts

UPN = make_upn("310201529777")


@pytest.fixture
def peopled(register: Register) -> Register:
    """Return a register with three children who are found by different things."""
    make_case(
        register,
        child=child_facts("O’Brien", "Niamh", dob=date(2015, 9, 3), upns=(UPN,)),
        referral=referral_facts(their_reference="TPP/26/118"),
    )
    make_case(
        register, child=child_facts("Ștefan", "Łukasz", dob=date(2014, 1, 2)), parents=(parent_facts("Mara", "Ioana"),)
    )
    make_case(register, child=child_facts("Mohammed", "Aisha", dob=date(2013, 5, 6)), parents=())
    return register


def names(register: Register, typed: str, **options: Any) -> list[tuple[str, str]]:
    return [(hit.name, hit.found_by) for hit in find(register.store, register.officer, typed, **options).people]


@pytest.mark.feature("F81")
@pytest.mark.parametrize(
    ("typed", "first"),
    [
        (UPN, ("Niamh O’Brien", "number")),
        (UPN[:11].lower(), ("Niamh O’Brien", "number")),
        ("CME-2026-00002", ("Łukasz Ștefan", "reference")),
        ("tpp/26/118", ("Niamh O’Brien", "reference")),
        ("3/9/2015", ("Niamh O’Brien", "date of birth")),
        ("3 Sep 2015", ("Niamh O’Brien", "date of birth")),
        ("obrien", ("Niamh O’Brien", "name")),
        ("O'BRIEN niamh", ("Niamh O’Brien", "name")),
        ("lukasz st", ("Łukasz Ștefan", "name")),
        ("ioana mara", ("Łukasz Ștefan", "name")),
        ("mohamed", ("Aisha Mohammed", "name")),
    ],
)
def test_a_child_is_found_in_one_box_by_whatever_is_known(
    peopled: Register, typed: str, first: tuple[str, str]
) -> None:
    assert names(peopled, typed)[0] == first


@pytest.mark.feature("F81")
def test_a_postcode_and_a_phone_find_everybody_there(peopled: Register) -> None:
    assert {name for name, _ in names(peopled, "ha2 9zz")} == {"Niamh O’Brien", "Łukasz Ștefan", "Aisha Mohammed"}
    assert [by for _, by in names(peopled, "HA29ZZ")] == ["postcode"] * 3
    assert {name for name, _ in names(peopled, "+44 7700 900123")} == {"Niamh O’Brien", "Łukasz Ștefan"}
    assert names(peopled, "") == []


def test_a_near_spelling_is_marked_as_one(peopled: Register) -> None:
    [hit] = find(peopled.store, peopled.officer, "mohamad").people
    assert (hit.name, hit.spelling) == ("Aisha Mohammed", True)
    assert not find(peopled.store, peopled.officer, "mohammed").people[0].spelling


def test_a_hit_shows_the_newest_case_and_whether_it_is_open(peopled: Register) -> None:
    store, officer = peopled.store, peopled.officer
    close_case(store, officer, "CME-2026-00003", cases.CloseCase("school-place", "File"))
    [hit] = find(store, officer, "aisha mohammed").people
    assert (hit.ref, hit.is_open, hit.dob, hit.year) == ("CME-2026-00003", False, date(2013, 5, 6), "9")
    peopled.clock.moment = NOON + timedelta(days=20)
    again = cases.reopen_case(store, officer, "CME-2026-00003", "whereabouts-unknown", reason="Left again")
    [hit] = find(store, officer, "aisha mohammed").people
    assert (hit.ref, hit.is_open) == (again.ref, True)
    children.change_name(
        store, officer, again.ref, NameFacts("Koroma", "Aisha"), on=peopled.clock.today(), reason="Married"
    )
    assert names(peopled, "mohammed")[0][0] == "Aisha Koroma"


@pytest.mark.feature("F81")
def test_what_was_written_is_found_after_the_children_newest_first(peopled: Register) -> None:
    store, officer = peopled.store, peopled.officer
    for number in range(4):
        peopled.clock.moment = NOON + timedelta(days=number)
        notes.add_note(store, officer, "CME-2026-00001", f"Seen near the watermill, visit {number}")
    found = find(store, officer, "watermill", limit=3)
    assert found.people == ()
    assert [(hit.ref, hit.name, hit.on_day.day) for hit in found.words] == [
        ("CME-2026-00001", "Niamh O’Brien", day) for day in (27, 26, 25)
    ]
    assert found.more_words
    assert all(hit.title for hit in found.words)
    assert not find(store, officer, "watermill").more_words
    assert find(store, officer, "watermill", words=False) == Found((), (), more_words=False)


def test_a_search_that_nobody_waits_for_ends(peopled: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cancelled in the middle, from another thread, it raises at its next step and the lane is free again."""
    ticket = ReadTicket()
    begun, cancelled = threading.Event(), threading.Event()
    real = finding.search.find_who

    def slow(*args: Any) -> Any:
        begun.set()
        assert cancelled.wait(10)
        return endless(*args) or real(*args)

    monkeypatch.setattr(finding.search, "find_who", slow)
    ended: list[BaseException] = []

    def search() -> None:
        try:
            find(peopled.store, peopled.officer, "obrien", ticket=ticket)
        except ReadCancelled as error:
            ended.append(error)

    thread = threading.Thread(target=search)
    thread.start()
    assert begun.wait(10)
    threading.Timer(0.1, ticket.cancel).start()
    cancelled.set()
    thread.join(20)
    assert not thread.is_alive()
    assert len(ended) == 1
    monkeypatch.undo()
    assert names(peopled, "obrien")[0][0] == "Niamh O’Brien"
    with pytest.raises(ReadCancelled):
        find(peopled.store, peopled.officer, "obrien", ticket=ticket)


def endless(session: Any, *_: object) -> None:
    """Run a query that takes far longer than a test waits, until it is interrupted."""

    count = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000000) SELECT count(*) FROM n"
    )
    session.execute(text(count)).all()
