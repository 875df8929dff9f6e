"""The history of a case in words: every act on it, newest first, with each field it changed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cme_desktop.casework import access_log, cases, children, notes, parents, risk, undo
from cme_desktop.casework.children import AddressFacts, DetailChanges, NameFacts, RegistrationFacts
from cme_desktop.casework.intake import not_same
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.orders.steps import take_step
from cme_desktop.domain.errors import NotAllowed, StepRefused
from cme_desktop.models.audit import AuditEvent
from cme_desktop.register.history import FieldChange, HistoryRow, history
from tests.casework.look import rows
from tests.casework.s2s import Pupil, leaver_file
from tests.casework.test_intake_files import put
from tests.factories import NOON, SECONDARY, TODAY, Register, child_facts, make_case
from tests.register.world import rate, receipt_for


def acts(register: Register, ref: str) -> list[HistoryRow]:
    """Return the acts on a case without the looks at it, newest first."""
    found = history(register.store, register.officer, ref, receipt_for(register, ref))
    return [row for row in found if row.doing != "Looking at a case"]


def test_each_act_is_told_in_words_with_what_it_changed(register: Register) -> None:
    store, officer = register.store, register.officer
    case = make_case(register)
    register.clock.moment = NOON + timedelta(hours=1)
    cases.change_status(store, officer, case.ref, "known-not-in-education", reason="The aunt told us")
    children.change_details(store, officer, case.ref, DetailChanges(dob=date(2012, 3, 4)), reason="Birth certificate")
    adult = 1
    parents.restrict_parent(
        store, officer, case.ref, adult, parents.Restrictions(must_not_be_told=True, reason="Court order")
    )
    close_case(store, officer, case.ref, cases.CloseCase("school-place", "Joiner file"))
    closing, restricting, correcting, moving, opening = acts(register, case.ref)
    assert (moving.doing, moving.by, moving.reason, moving.at) == (
        "Changing the status of a case",
        "Anita Patel",
        "The aunt told us",
        NOON + timedelta(hours=1),
    )
    assert FieldChange("Status", "Whereabouts unknown", "Known, not in education") in moving.changes
    assert correcting.changes[0] == FieldChange("Date of birth", "2 Mar 2012", "4 Mar 2012")
    assert restricting.changes[0] == FieldChange("Must not be told where the child is", "no", "yes")
    assert FieldChange("Closed on", "nothing", "24 Nov 2026") in closing.changes
    assert FieldChange("Outcome", "nothing", "School place taken up") in closing.changes
    assert opening.doing == "Opening a case"


def test_nothing_in_it_is_a_code_or_a_programmers_word(register: Register) -> None:
    store, officer = register.store, register.officer
    case = make_case(register, child=child_facts(has_ehcp=False))
    children.change_details(store, officer, case.ref, DetailChanges(has_ehcp=True, sex="M"), reason="Told by SENARS")
    children.restrict(store, officer, case.ref, restricted=True, reason="Family of a colleague")
    rate(register, case.ref)
    risk.raise_rating(store, officer, case.ref, "high", reason="A concern")
    cases.change_status(store, officer, case.ref, "ehe-to-check", reason="Told")
    receipt = receipt_for(register, case.ref)
    changes = [change for row in history(store, officer, case.ref, receipt) for change in row.changes]
    told = {change.field: (change.before, change.after) for change in changes}
    assert told["Education, health and care plan"] == ("no", "yes")
    assert told["Sex"] == ("Female", "Male")
    assert told["Restricted case"] == ("no", "yes")
    assert told["Pathway"] == ("Whereabouts unknown", "EHE")
    assert ("Standard", "High") in [(change.before, change.after) for change in changes if change.field == "Risk"]
    for change in changes:
        for word in (change.before, change.after):
            assert not word.startswith(("[", "{"))
            assert word not in ("0", "1", "high", "not-rated", "ehe", "None", "null")


def test_an_address_is_told_on_one_line(register: Register) -> None:
    case = make_case(register)
    changed = parents.ParentChanges(address=("1 New Road", "Harrow"), postcode="ZZ1 1ZZ")
    parents.change_parent(register.store, register.officer, case.ref, 1, changed, reason="Told")
    (act, _opening) = acts(register, case.ref)
    assert act.changes == (
        FieldChange("Parent’s address", "8 Low Street, Harrow", "1 New Road, Harrow"),
        FieldChange("Parent’s postcode", "HA2 9ZZ", "ZZ1 1ZZ"),
    )


def test_a_dated_fact_is_told_with_what_it_replaced(register: Register) -> None:
    """Its row was superseded, not overwritten, yet to the officer a name has changed."""
    store, officer = register.store, register.officer
    case = make_case(register, opened_on=date(2026, 11, 2))
    children.change_name(
        store, officer, case.ref, NameFacts("Koroma", "Amara"), on=date(2026, 11, 20), reason="Deed poll"
    )
    children.change_address(
        store, officer, case.ref, AddressFacts(("[1] New Road",), "ZZ1 1ZZ"), on=date(2026, 11, 24), reason="Told"
    )
    children.hide_address(store, officer, case.ref, confidential=True, reason="Refuge")
    days = {"entry_date": date(2023, 9, 4), "leaving_date": date(2026, 11, 2)}
    left = RegistrationFacts("Example High School", SECONDARY, ground="2024:9(1)(f)", **days)
    children.record_registration(store, officer, case.ref, left, reason="The school corrected it")
    corrected, hidden, moved, named, _opening = acts(register, case.ref)
    assert named.changes == (FieldChange("Family name", "Kamara", "Koroma"),)
    assert moved.changes == (
        FieldChange("Address", "8 Low Street, Harrow", "[1] New Road"),
        FieldChange("Postcode", "HA2 9ZZ", "ZZ1 1ZZ"),
    )
    assert hidden.changes == (FieldChange("Address kept confidential", "no", "yes"),)
    assert FieldChange("Off roll on", "3 Nov 2026", "2 Nov 2026") in corrected.changes
    ground = next(change for change in corrected.changes if change.field == "Ground for removal")
    assert not ground.before.startswith("2024:")
    assert not ground.after.startswith("2024:")


def test_words_in_brackets_are_words(register: Register) -> None:
    case = make_case(register)
    closing = cases.CloseCase("school-place", "[see the file]")
    close_case(register.store, register.officer, case.ref, closing)
    (act, _opening) = acts(register, case.ref)
    assert FieldChange("How it was confirmed", "nothing", "[see the file]") in act.changes


def test_a_refused_step_and_an_undone_act_are_told_too(register: Register) -> None:
    store, officer = register.store, register.officer
    case = make_case(register)
    with store.read() as session:
        since = undo.last_seq(session)
    notes.add_note(store, officer, case.ref, "Seen")
    undo.undo_last(store, officer, since_seq=since)
    with pytest.raises(StepRefused):
        cases.change_status(store, officer, case.ref, "ehe-suitable", reason="Too soon")
    with pytest.raises(NotAllowed):
        cases.change_status(store, register.manager, case.ref, "ehe-to-check", reason="Told")
    told = [row.doing for row in acts(register, case.ref)]
    assert told == ["Undoing an act", "Adding a note to a case", "Opening a case"]
    with pytest.raises(StepRefused):
        take_step(store, officer, case.ref, "serve-order", {"method": "hand"})
    assert acts(register, case.ref)[0].doing == "Refused: taking a step of the order process"


def test_looks_are_in_it_and_another_cases_acts_are_not(register: Register) -> None:
    store, officer = register.store, register.officer
    case, other = make_case(register), make_case(register, child=child_facts("Patel", "Ravi"))
    notes.add_note(store, officer, other.ref, "Of the other")
    receipt = receipt_for(register, case.ref)
    found = history(store, officer, case.ref, receipt)
    assert [row.doing for row in found] == ["Looking at a case", "Opening a case"]
    assert [row.reason for row in found] == ["a test looks", ""]
    mine = {event.seq for event in rows(register, AuditEvent, AuditEvent.episode_id == case.episode_id)}
    assert {row.seq for row in found} == mine


def test_it_is_paged_without_gap_or_repeat(register: Register) -> None:
    store, officer = register.store, register.officer
    case = make_case(register)
    for number in range(7):
        notes.add_note(store, officer, case.ref, f"Line {number}")
    receipt = receipt_for(register, case.ref)
    whole = history(store, officer, case.ref, receipt)
    paged: list[HistoryRow] = []
    while True:
        page = history(store, officer, case.ref, receipt, before_seq=paged[-1].seq if paged else None, limit=2)
        paged += page
        if not page:
            break
    assert tuple(paged) == whole
    assert len(whole) == 9
    assert [row.seq for row in whole] == sorted((row.seq for row in whole), reverse=True)
    assert all(row.at.date() == TODAY for row in whole)


@pytest.mark.feature("F77")
def test_an_act_on_two_cases_is_in_the_history_of_both_unless_one_is_hidden(register: Register) -> None:
    store, officer, manager = register.store, register.officer, register.manager
    one, other = make_case(register), make_case(register, child=child_facts("Kamara", "Foday"))
    children.link_siblings(store, officer, other.ref, one.child_id, source="Told by the mother")
    for case in (one, other):
        linked = acts(register, case.ref)[0]
        assert (linked.doing, linked.reason) == ("Linking brothers and sisters", "Told by the mother")
    children.restrict(store, officer, one.ref, restricted=True, reason="Witness")
    receipt = access_log.open_case_page(store, manager, other.ref)
    told = [row.doing for row in history(store, manager, other.ref, receipt)]
    assert "Linking brothers and sisters" not in told
    assert "Opening a case" in told
    undo.undo_act(store, officer, acts(register, other.ref)[0].seq)
    for case in (one, other):
        assert acts(register, case.ref)[0].doing == "Undoing an act"


def test_what_changed_of_a_child_is_in_the_history_of_every_case_of_the_child(register: Register) -> None:
    store, officer = register.store, register.officer
    first = make_case(register)
    close_case(store, officer, first.ref, cases.CloseCase("school-place", "Joiner file"))
    again = cases.reopen_case(store, officer, first.ref, "whereabouts-unknown", reason="Left the school again")
    children.change_name(store, officer, again.ref, NameFacts("Koroma", "Amara"), on=TODAY, reason="Deed poll")
    for case in (first, again):
        named = acts(register, case.ref)[0]
        assert (named.doing, named.reason) == ("Recording a name", "Deed poll")
        assert named.changes == (FieldChange("Family name", "Kamara", "Koroma"),)
    assert "Opening a case again" in [row.doing for row in acts(register, again.ref)]


def test_a_record_said_not_to_be_the_child_is_in_the_childs_history(register: Register) -> None:
    case = make_case(register, child=child_facts(upns=()))
    [item] = put(register, leaver_file(Pupil(dob="2012-02-03"))).staged_ids
    not_same(register.store, register.officer, item, case.child_id, why="A cousin")
    said = acts(register, case.ref)[0]
    assert (said.doing, said.reason) == ("Saying that two records are not the same child", "A cousin")
