"""What is known of a child: dated, never overwritten, and found by search at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cme_desktop.casework import children, notes
from cme_desktop.casework.children import (
    AddressFacts,
    ChildFacts,
    DetailChanges,
    NameFacts,
    RegistrationFacts,
)
from cme_desktop.domain.errors import NotFound, UserError
from cme_desktop.models.child import (
    Child,
    ChildAddress,
    ChildIdentifier,
    ChildName,
    ChildRiskGroup,
    SchoolRegistration,
    SiblingLink,
)
from cme_desktop.register.visibility import visible
from cme_desktop.storage.search import find_who
from tests.casework.look import episode, rows
from tests.factories import PRIMARY, SECONDARY, TODAY, Register, child_facts, make_case, make_upn


def found(register: Register, typed: str) -> list[int]:
    """Return the children that a search finds."""
    with register.store.read() as session:
        return [hit.child_id for hit in find_who(session, typed, visible(register.officer))]


def test_a_new_name_is_a_dated_row_and_both_are_found(register: Register) -> None:
    case = make_case(register)
    later = TODAY - timedelta(days=4)
    new = NameFacts("Conteh", "Amara")
    assert not children.change_name(
        register.store, register.officer, case.ref, NameFacts("KAMARA", "amara"), on=later, reason="capitals"
    )
    assert children.change_name(register.store, register.officer, case.ref, new, on=TODAY, reason="Mother told us")
    spans = [(row.surname, row.valid_to) for row in rows(register, ChildName) if row.superseded_at is None]
    assert spans == [("Conteh", None)]  # a change on the day the first was entered replaces it
    assert found(register, "Conteh") == [case.child_id]


def test_a_name_from_an_earlier_day_keeps_what_comes_after(register: Register) -> None:
    case = make_case(register, opened_on=date(2026, 11, 2))
    first = NameFacts("Conteh", "Amara")
    children.change_name(register.store, register.officer, case.ref, first, on=date(2026, 11, 20), reason="x")
    second = NameFacts("Sesay", "Amara")
    children.change_name(register.store, register.officer, case.ref, second, on=date(2026, 11, 10), reason="y")
    live = sorted((row.valid_from, row.valid_to, row.surname) for row in rows(register, ChildName)
                  if row.superseded_at is None)  # fmt: skip
    assert live == [
        (date(2026, 11, 2), date(2026, 11, 10), "Kamara"),
        (date(2026, 11, 10), date(2026, 11, 20), "Sesay"),
        (date(2026, 11, 20), None, "Conteh"),
    ]


def test_a_preferred_name_stands_beside_the_legal_one(register: Register) -> None:
    case = make_case(register)
    children.change_name(
        register.store, register.officer, case.ref, NameFacts("Kamara", "Ama", kind="preferred"), on=TODAY, reason="x"
    )
    assert {row.kind for row in rows(register, ChildName) if row.valid_to is None} == {"legal", "preferred"}
    assert found(register, "Ama Kamara") == [case.child_id]


@pytest.mark.feature("F20")
def test_a_new_address_ends_the_old_and_spelling_is_no_news(register: Register) -> None:
    case = make_case(register, opened_on=date(2026, 11, 2))
    same = AddressFacts(("8 low street,", "HARROW"), "ha29zz")
    assert not children.change_address(register.store, register.officer, case.ref, same, on=TODAY, reason="x")
    moved = AddressFacts(("12 High Road", "Harrow"), "HA1 9ZZ")
    assert children.change_address(register.store, register.officer, case.ref, moved, on=TODAY, reason="Visit")
    live = [(row.valid_from, row.valid_to, row.postcode) for row in rows(register, ChildAddress)
            if row.superseded_at is None]  # fmt: skip
    assert sorted(live) == [(date(2026, 11, 2), TODAY, "HA2 9ZZ"), (TODAY, None, "HA1 9ZZ")]
    assert found(register, "HA1 9ZZ") == [case.child_id]


def test_an_address_from_before_the_case_was_opened_is_the_present_one(register: Register) -> None:
    """What was entered at the opening holds since an unknown day, so it does not outlast a move that came to light."""
    case = make_case(register)
    moved = AddressFacts(("1 New Road", "Harrow"), "ZZ1 1ZZ")
    children.change_address(register.store, register.officer, case.ref, moved, on=date(2026, 11, 1), reason="Aunt")
    live = [row for row in rows(register, ChildAddress) if row.superseded_at is None]
    assert [(row.lines[0], row.valid_from, row.valid_to) for row in live] == [
        ("8 Low Street", date(2026, 10, 31), date(2026, 11, 1)),
        ("1 New Road", date(2026, 11, 1), None),
    ]
    name = NameFacts("Conteh", "Amara")
    children.change_name(register.store, register.officer, case.ref, name, on=date(2026, 11, 5), reason="Deed poll")
    names = [(row.surname, row.valid_to) for row in rows(register, ChildName) if row.superseded_at is None]
    assert names == [("Kamara", date(2026, 11, 5)), ("Conteh", None)]


def test_a_confidential_address_stays_so_when_the_child_moves(register: Register) -> None:
    case = make_case(register, opened_on=date(2026, 11, 2))
    children.hide_address(register.store, register.officer, case.ref, confidential=True, reason="Refuge")
    moved = AddressFacts(("12 High Road", "Harrow"), "HA1 9ZZ")
    children.change_address(register.store, register.officer, case.ref, moved, on=TODAY, reason="Visit")
    [now] = [row for row in rows(register, ChildAddress) if row.valid_to is None and row.superseded_at is None]
    assert now.confidential
    bare = make_case(register, child=child_facts(forename="Two", address=None))
    with pytest.raises(UserError, match="No address is known"):
        children.hide_address(register.store, register.officer, bare.ref, confidential=True, reason="x")


@pytest.mark.feature("F12")
def test_every_upn_is_kept_and_the_newest_is_current(register: Register) -> None:
    case = make_case(register)
    new = make_upn()
    assert children.add_number(register.store, register.officer, case.ref, "upn", new.lower(), reason="Letter")
    assert not children.add_number(register.store, register.officer, case.ref, "upn", new, reason="Letter")
    kept = {row.value: row.is_current for row in rows(register, ChildIdentifier)}
    assert len(kept) == 2
    assert kept[new]
    assert list(kept.values()).count(True) == 1
    wrong = ("Z" if new[0] != "Z" else "Y") + new[1:]
    children.add_number(register.store, register.officer, case.ref, "upn", wrong, reason="Letter")
    assert {row.value: row.kind for row in rows(register, ChildIdentifier)}[wrong] == "wrong-check-letter"
    assert found(register, new) == [case.child_id]


def test_a_school_known_already_is_completed_not_doubled(register: Register) -> None:
    case = make_case(register, child=child_facts(registrations=(
        RegistrationFacts("Example High School", SECONDARY, "310", "4999", entry_date=date(2023, 9, 4)),
    )))  # fmt: skip
    ended = RegistrationFacts(
        "EXAMPLE HIGH", SECONDARY, "310", "4999", date(2023, 9, 4), date(2026, 11, 3), ground="2024:9(1)(i)"
    )
    record = children.record_registration
    assert record(register.store, register.officer, case.ref, ended, reason="School phoned")
    assert not record(register.store, register.officer, case.ref, ended, reason="again")
    live = [row for row in rows(register, SchoolRegistration) if row.superseded_at is None]
    assert [(row.school_name, row.leaving_date, row.ground) for row in live] == [
        ("EXAMPLE HIGH", date(2026, 11, 3), "2024:9(1)(i)")
    ]
    back = RegistrationFacts("Example High School", SECONDARY, "310", "4999", entry_date=date(2026, 11, 20))
    assert record(register.store, register.officer, case.ref, back, reason="Came back")
    assert len([row for row in rows(register, SchoolRegistration) if row.superseded_at is None]) == 2


def test_a_school_without_a_number_is_told_by_its_name(register: Register) -> None:
    case = make_case(register, child=child_facts(registrations=()))
    village = RegistrationFacts("Sunrise School, Leeds", leaving_date=date(2026, 7, 20))
    record = children.record_registration
    assert record(register.store, register.officer, case.ref, village, reason="Mother")
    assert episode(register, case.ref).last_school_name == "Sunrise School, Leeds"
    assert not record(register.store, register.officer, case.ref, village, reason="Mother")
    by_number = RegistrationFacts("Example Primary", None, "310", "2999")
    assert record(register.store, register.officer, case.ref, by_number, reason="Mother")
    with_urn = RegistrationFacts("Ex. Prim.", PRIMARY, "310", "2999")
    assert record(register.store, register.officer, case.ref, with_urn, reason="Directory")
    live = [row.school_urn for row in rows(register, SchoolRegistration) if row.superseded_at is None]
    assert live == [None, PRIMARY]


def test_single_facts_change_and_a_birth_date_lies_in_the_past(register: Register) -> None:
    case = make_case(register)
    children.change_details(
        register.store, register.officer, case.ref, DetailChanges(has_ehcp=True, sex="U"), reason="Plan of 1 Nov"
    )
    [child] = rows(register, Child)
    assert (child.has_ehcp, child.sex, child.dob) == (True, "U", date(2012, 3, 2))
    with pytest.raises(UserError, match="Date of birth must be in the past"):
        children.change_details(
            register.store, register.officer, case.ref, DetailChanges(dob=date(2027, 1, 1)), reason="x"
        )


@pytest.mark.feature("F44")
def test_groups_at_risk_are_set_as_a_whole(register: Register) -> None:
    case = make_case(register)
    children.set_risk_groups(register.store, register.officer, case.ref, frozenset({"d1", "h9"}), source="School")
    children.set_risk_groups(register.store, register.officer, case.ref, frozenset({"h9", "h12"}), source="Visit")
    assert {row.code: row.source for row in rows(register, ChildRiskGroup)} == {"h9": "School", "h12": "Visit"}


@pytest.mark.feature("F18")
def test_brothers_and_sisters_are_linked_once_whoever_comes_first(register: Register) -> None:
    one, two = make_case(register), make_case(register, child=child_facts(forename="Two"))
    assert children.link_siblings(register.store, register.officer, two.ref, one.child_id, source="School")
    assert not children.link_siblings(register.store, register.officer, one.ref, two.child_id, source="School")
    assert not children.link_siblings(register.store, register.officer, one.ref, one.child_id, source="slip")
    [row] = rows(register, SiblingLink)
    assert (row.child_id, row.other_child_id) == (one.child_id, two.child_id)
    with pytest.raises(NotFound):
        children.link_siblings(register.store, register.officer, one.ref, 99, source="x")


@pytest.mark.feature("F77")
def test_a_restriction_needs_a_reason_and_hides_the_case_from_the_manager(register: Register) -> None:
    case = make_case(register)
    with pytest.raises(UserError, match="Say why"):
        children.restrict(register.store, register.officer, case.ref, restricted=True, reason=" ")
    children.restrict(register.store, register.officer, case.ref, restricted=True, reason="Staff family")
    assert rows(register, Child)[0].restricted
    with pytest.raises(NotFound):
        notes.comment(register.store, register.manager, case.ref, "Looks good")


def test_a_child_without_any_name_or_home_is_entered_all_the_same(register: Register) -> None:
    facts = ChildFacts(names=(NameFacts("", "Sivakumar"),), upns=("",))
    make_case(register, child=facts, parents=())
    [name] = rows(register, ChildName)
    assert (name.surname, name.forename, name.surname_key) == ("", "Sivakumar", "")
    assert rows(register, ChildAddress) == []
    assert rows(register, ChildIdentifier) == []
