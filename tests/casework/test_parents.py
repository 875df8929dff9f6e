"""Parents and carers: each of one case, with what may be done towards them, never merged by machine."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cme_desktop.casework import cases, parents
from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.facts import order_facts, records_of
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.parents import ParentChanges, ParentFacts, Phone, Restrictions
from cme_desktop.casework.reference.policy import policy_of
from cme_desktop.domain.errors import NotFound, UserError
from cme_desktop.models.episode import Episode, Parent
from tests.casework.look import rows, titles
from tests.factories import TODAY, Register, child_facts, make_case, parent_facts


def only(register: Register) -> Parent:
    """Return the one adult of the register."""
    [parent] = rows(register, Parent)
    return parent


def test_an_adult_is_added_with_a_name(register: Register) -> None:
    case = make_case(register, parents=())
    with pytest.raises(UserError, match="Enter the name"):
        parents.add_parent(register.store, register.officer, case.ref, ParentFacts(surname=" "))
    facts = parent_facts(address=("8 Low Street ", " "), postcode="ha2 9zz", email=" a@council.example ")
    number = parents.add_parent(register.store, register.officer, case.ref, facts)
    row = only(register)
    assert (row.id, row.address, row.postcode, row.email) == (
        number,
        ["8 Low Street"],
        "HA2 9ZZ",
        "a@council.example",
    )
    assert row.phones == [{"PhoneNo": "07700 900123", "TelephoneType": "M"}]
    assert titles(register, case.ref)[-1] == "Parent or carer added: Isatu Kamara"


def test_a_closed_case_takes_no_adult(register: Register) -> None:
    case = make_case(register)
    close_case(register.store, register.officer, case.ref, CloseCase("lost", "all done"))
    with pytest.raises(UserError, match="is closed"):
        parents.add_parent(register.store, register.officer, case.ref, parent_facts())


def test_single_facts_of_an_adult_change(register: Register) -> None:
    case = make_case(register)
    changes = ParentChanges(forename=" Mariama ", phones=(Phone("020 7946 0001"),), address=("1 New Road", ""))
    parents.change_parent(register.store, register.officer, case.ref, only(register).id, changes, reason="Phoned")
    row = only(register)
    assert (row.forename, row.surname, row.address) == ("Mariama", "Kamara", ["1 New Road"])
    with pytest.raises(UserError, match="Enter the name"):
        parents.change_parent(
            register.store, register.officer, case.ref, row.id, ParentChanges(forename="", surname=" ")
        )
    with pytest.raises(NotFound):
        parents.change_parent(register.store, register.officer, case.ref, 99, ParentChanges(title="Dr"))


def test_an_adult_belongs_to_one_case(register: Register) -> None:
    make_case(register)
    other = make_case(register, child=child_facts(forename="Two"), parents=())
    with pytest.raises(NotFound, match="has no parent or carer"):
        parents.change_parent(register.store, register.officer, other.ref, only(register).id, ParentChanges(title="Dr"))


@pytest.mark.parametrize(
    ("restrictions", "words"),
    [
        (Restrictions(must_not_be_told=True, reason="Court"), "must not be told where the child is"),
        (Restrictions(no_contact=True, reason="Court"), "no contact"),
        (Restrictions(may_be_written_to=False, reason="Refuge"), "may not be written to"),
        (Restrictions(address_confidential=True, reason="Refuge"), "address confidential"),
        (Restrictions(), "may be written to"),
    ],
)
def test_what_may_be_done_towards_an_adult_is_said_with_a_reason(
    register: Register, restrictions: Restrictions, words: str
) -> None:
    case = make_case(register)
    parents.restrict_parent(register.store, register.officer, case.ref, only(register).id, restrictions)
    assert titles(register, case.ref)[-1] == f"Isatu Kamara: {words}"
    row = only(register)
    assert row.may_be_written_to == (restrictions.may_be_written_to and not restrictions.no_contact)
    assert row.must_not_be_told == restrictions.must_not_be_told


def test_a_restriction_without_a_reason_is_refused(register: Register) -> None:
    case = make_case(register)
    with pytest.raises(UserError, match="Say why this adult is restricted"):
        parents.restrict_parent(
            register.store, register.officer, case.ref, only(register).id, Restrictions(no_contact=True)
        )


def test_consent_to_electronic_service_has_an_address_and_a_day(register: Register) -> None:
    case = make_case(register)
    consent = parents.record_electronic_consent
    number = only(register).id
    for address, day in (("", TODAY), ("a@council.example", TODAY + timedelta(days=1))):
        with pytest.raises(UserError, match="Enter the address the person consented to"):
            consent(register.store, register.officer, case.ref, number, address=address, given_on=day)
    consent(register.store, register.officer, case.ref, number, address="a@council.example", given_on=TODAY)
    assert (only(register).electronic_consent, only(register).electronic_address) == (True, "a@council.example")
    consent(register.store, register.officer, case.ref, number, address="a@council.example", given_on=None)
    assert (only(register).electronic_consent, only(register).electronic_address) == (False, "")


def test_restrictions_go_with_the_adult_to_the_next_case(register: Register) -> None:
    case = make_case(register)
    parents.restrict_parent(
        register.store,
        register.officer,
        case.ref,
        only(register).id,
        Restrictions(must_not_be_told=True, reason="Court"),
    )
    close_case(register.store, register.officer, case.ref, CloseCase("moved-abroad", "seen"))
    again = cases.reopen_case(register.store, register.officer, case.ref, "whereabouts-unknown", reason="Seen")
    [taken] = rows(register, Parent, Parent.episode_id == again.episode_id)
    assert (taken.must_not_be_told, taken.restriction_reason) == (True, "Court")
    assert taken.source == f"taken over from {case.ref}"


def test_who_is_a_parent_for_the_order_process(register: Register) -> None:
    make_case(
        register,
        parents=(
            parent_facts(parental_responsibility=False, has_care=False),
            parent_facts("Koroma", "Abu", relationship_code="FAM", parental_responsibility=False, has_care=True),
            parent_facts("Bangura", "Sia", relationship_code="OTH", parental_responsibility=False, has_care=False),
        ),
    )
    with register.store.read() as session:
        [records] = records_of(session, list(session.query(Episode)))
        facts = order_facts(session, records, policy_of(session), training=True)
    assert facts is not None
    adults = rows(register, Parent)
    assert [parent.id for parent in facts.parents] == [adults[0].id, adults[1].id]
    assert facts.dob == date(2012, 3, 2)
