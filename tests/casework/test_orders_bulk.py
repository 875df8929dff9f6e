"""What can be done on many cases at once: a few queries however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event, select

from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.children import NameFacts, RegistrationFacts
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.orders.lawful import order_facts_of, possible_codes, possible_documents
from cme_desktop.domain.order_process import Paper
from cme_desktop.models.child import Child, ChildName
from cme_desktop.models.episode import Episode, Referral
from tests.casework.look import rows
from tests.casework.order_path import start
from tests.factories import SECONDARY, Register, child_facts, make_case, referral_facts


@contextmanager
def _queries(register: Register) -> Iterator[list[str]]:
    """Count the statements of the read lane."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engine = register.store._read
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_the_documents_of_many_cases_take_as_many_queries_as_those_of_one(register: Register) -> None:
    first = make_case(register)
    with _queries(register) as one:
        alone = possible_documents(register.store, register.officer, [first.ref])
    for number in range(8):
        make_case(register, child=child_facts(f"Surname{number}", "Jan"))
    with _queries(register) as many:
        found = possible_documents(register.store, register.officer)
    assert len(many) == len(one)
    assert len(found) == 9
    assert found[first.ref] == alone[first.ref]
    assert {possible.codes for possible in found.values()} == {("L01", "L04")}


def test_each_case_has_its_own_answer(register: Register) -> None:
    noticed = start(register)
    noticed.letter("L04", method="hand")
    noticed.step("serve-437", method="hand")
    closed = start(register, child=child_facts("Novak", "Jan"))
    close_case(register.store, register.officer, closed.ref, CloseCase("lost", "Nothing found"))
    unborn = start(register, child=child_facts("Okoro", "Ada", dob=None, dob_text="unknown"))
    found = possible_documents(register.store, register.officer)
    assert found[noticed.ref].codes == ("L01",)
    assert found[closed.ref].codes == ("L24",)
    assert found[unborn.ref].codes == ()
    assert "date of birth" in " ".join(found[unborn.ref].blocked["L01"]).lower()
    for ref in (noticed.ref, closed.ref, unborn.ref):
        path = noticed.__class__(register, ref)
        assert path.lawful().documents == found[ref]


@pytest.mark.feature("F72")
def test_a_manager_gets_no_restricted_case(register: Register) -> None:
    case = make_case(register)
    with register.store.action(register.officer, "case.restrict") as session:
        session.get_one(Child, session.get_one(Episode, case.episode_id).child_id).restricted = True
    assert possible_documents(register.store, register.manager) == {}
    assert possible_codes(register.store, register.manager) == {}
    assert list(possible_documents(register.store, register.officer)) == [case.ref]


BLANK = "\N{ZERO WIDTH SPACE}"
CHANGED = {
    "nobody referred": {"referral": None},
    "by nobody named": {"referral": referral_facts(referrer_school_urn=None, referrer_name="")},
    "by a person without an address": {
        "referral": referral_facts(referrer_school_urn=None, referrer_name="Ms J Okafor")
    },
    "by a name that prints nothing": {"referral": referral_facts(referrer_school_urn=None, referrer_name="x")},
    "by a person at an address": {
        "referral": referral_facts(referrer_school_urn=None, referrer_name="Dr Ng", referrer_contact="1 High Road, HA1")
    },
    "by a person of a school": {"referral": referral_facts(referrer_name="Ms J Okafor", their_reference="R7")},
    "no date of birth": {"child": child_facts("Unborn", dob=None, dob_text="unknown")},
    "no name": {"child": child_facts(names=())},
    "one name": {"child": child_facts(names=(NameFacts("", "Sivakumar"),))},
    "a name that prints nothing": {"child": child_facts("y", "")},
    "on the school's register": {
        "child": child_facts("Registered", registrations=(RegistrationFacts("Example High School", SECONDARY),))
    },
}


def test_closed_cases_that_are_asked_about_together_are_answered_as_each_by_itself(register: Register) -> None:
    """Whatever a closed case lacks for the letter to the referrer, others that lack nothing do not hide it."""
    store, officer = register.store, register.officer
    refs = {}
    for name, changes in CHANGED.items():
        for outcome in ("school-place", "lost", "over-age", "deceased"):
            own = {"child": child_facts("Kamara", name.title()), **changes}
            if outcome == "over-age":
                own["child"] = replace(own["child"], dob=date(2009, 1, 5))
            ref = refs[name, outcome] = make_case(register, **own).ref
            close_case(store, officer, ref, CloseCase(outcome, "Told by the school"))
    with store.action(officer, "test.blank") as session:
        for row in session.scalars(select(Referral).where(Referral.referrer_name == "x")):
            row.referrer_name = BLANK
        for name in session.scalars(select(ChildName).where(ChildName.surname == "y")):
            name.surname = BLANK
    begun = start(register, child=child_facts("Begun"))
    begun.letter("L04", method="hand")
    close_case(store, officer, begun.ref, CloseCase("lost", "Nothing found"))
    start(register, child=child_facts("Open"))
    at_once = possible_codes(store, officer)
    assert at_once == {ref: answer.codes for ref, answer in possible_documents(store, officer).items()}
    lacking = {name for (name, outcome), ref in refs.items() if outcome == "lost" and not at_once[ref]}
    assert {
        "nobody referred",
        "by nobody named",
        "no date of birth",
        "no name",
        "a name that prints nothing",
    } <= lacking
    assert "by a person of a school" not in lacking
    with _queries(register) as seen:
        possible_codes(store, officer)
    assert len(seen) < 60
    assert possible_codes(store, register.manager) == at_once


def test_the_facts_of_many_order_processes_come_in_one_reading(register: Register) -> None:
    path = start(register)
    path.at(date(2026, 12, 1)).letter("L04", method="hand")
    path.step("serve-437", method="hand")
    other = make_case(register, child=child_facts("Okoro", "Ada", dob=None, dob_text="unknown"))
    ids = [row.id for row in rows(register, Episode)]
    with register.store.read() as session:
        facts = order_facts_of(session, ids, training=True)
    assert set(facts) == set(ids) - {other.episode_id}
    [notice] = facts[1].documents
    assert (notice.code, notice.parent, notice.served_on) == (Paper.NOTICE_437, 1, date(2026, 12, 1))
