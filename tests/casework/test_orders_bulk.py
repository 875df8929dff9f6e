"""What can be done on many cases at once: a few queries however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event

from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.orders.lawful import order_facts_of, possible_documents
from cme_desktop.domain.order_process import Paper
from cme_desktop.models.child import Child
from cme_desktop.models.episode import Episode
from tests.casework.look import rows
from tests.casework.order_path import start
from tests.factories import Register, child_facts, make_case


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
    assert list(possible_documents(register.store, register.officer)) == [case.ref]


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
