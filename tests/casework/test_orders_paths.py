"""The whole order process on a real encrypted register: a maintained school, an academy, a child with a plan."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cme_desktop.casework import children
from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.parents import add_parent
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.document import Document
from cme_desktop.models.order import OrderNumber, OrderProcess, OrderStep, Service
from tests.casework.look import open_tasks, rows, titles
from tests.casework.order_path import Path, start
from tests.documents.reading import text
from tests.factories import ACADEMY, SECONDARY, Register, child_facts, parent_facts


def _first_half(path: Path) -> None:
    """Serve the section 437(1) notice by hand on 1 December 2026 and decide on the first day possible."""
    path.at(date(2026, 12, 1)).letter("L04", method="hand")
    path.step("serve-437", method="hand", proof="Handed to Ms Kamara at the door, 10:15")
    path.at(date(2026, 12, 16)).step("assess-response", result="none")
    path.step("decide-expedient", expedient="yes", reasons="No education since 3 November.")


@pytest.mark.feature("F57")
@pytest.mark.feature("F60")
def test_a_maintained_school_in_the_least_time_that_the_law_and_the_practice_allow(register: Register) -> None:
    """The worked timetable of law-and-process.md 2.3: 1 December to 15 January."""
    path = start(register)
    _first_half(path)
    consulted = path.step("consult-school", urn=SECONDARY)
    assert consulted.state == "school-consulted"
    told = path.step("notify-school-439", urn=SECONDARY, received="2026-12-16")
    assert (told.state, told.next_date) == ("school-decision-notice", date(2026, 12, 31))
    path.at(date(2026, 12, 31)).letter("L07", method="hand")
    served = path.step("serve-438", method="hand", urn=SECONDARY)
    assert (served.state, served.last_day) == ("notice-438-served", date(2027, 1, 14))
    path.at(date(2027, 1, 15))
    settled = path.step("determine-school", urn=SECONDARY, basis="specified")
    assert (settled.state, settled.next_action) == ("school-determined", "Make and serve the school attendance order")
    order = path.letter("L08")
    assert order.number == "SAO-2027-0001"
    assert path.step("serve-order", method="hand").state == "sao-served"
    informed = path.step("inform-school")
    assert informed.next_action == "Check that the school has admitted the child"
    row = close_case(
        register.store,
        register.officer,
        path.ref,
        CloseCase("school-place", "The school’s S2S joiner record", school_urn=SECONDARY),
    )
    assert not row.is_open
    path.letter("L24")
    issued = [row.code for row in rows(register, Document) if row.state == "issued"]
    assert issued == ["L04", "L05", "L06", "L07", "L08", "L09", "L24"]
    [process] = rows(register, OrderProcess)
    assert (process.regime, process.ruleset, process.school_urn) == ("SAO-A", "SAO-A version 1", SECONDARY)
    assert (process.state, process.ended_on) == ("ended", date(2027, 1, 15))


def test_each_step_is_one_event_with_its_row_its_line_and_its_next_step(register: Register) -> None:
    path = start(register)
    path.at(date(2026, 12, 1)).letter("L04", method="hand")
    before = len(rows(register, AuditEvent))
    path.step("serve-437", method="hand", proof="Certificate of posting 0001")
    [event] = rows(register, AuditEvent)[before:]
    assert (event.action, event.entity) == ("order.act", "step:serve-437")
    [step] = rows(register, OrderStep)
    [service] = rows(register, Service)
    assert (step.action, step.on_day, step.document_id) == ("serve-437", date(2026, 12, 1), service.document_id)
    assert service.proof == "Certificate of posting 0001"
    assert titles(register, path.ref)[-1] == "Section 437(1) notice served on Ms Isatu Kamara"
    task = next(task for task in open_tasks(register, path.ref) if task.band == "order")
    assert (task.title, task.due) == ("Assess what the parents replied", date(2026, 12, 16))


def test_the_order_process_is_pinned_to_the_rule_set_of_the_first_service(register: Register) -> None:
    path = start(register)
    path.at(date(2026, 12, 1)).letter("L04", method="hand")
    path.step("serve-437", method="hand")
    [process] = rows(register, OrderProcess)
    assert process.ruleset == "SAO-A version 1"
    assert process.started_on == date(2026, 12, 1)


@pytest.mark.feature("F57")
def test_an_academy_goes_by_the_trusts_written_agreement_and_has_no_l06(register: Register) -> None:
    path = start(register)
    _first_half(path)
    path.step("consult-school", urn=ACADEMY)
    refusal = path.refused("notify-school-439", urn=ACADEMY, received="2026-12-16")
    assert refusal.section == "Education Act 1996 s439(6)"
    assert refusal.missing == ("agree-academy",)
    assert path.letter_refused("L07").missing == ("agree-academy",)
    agreed = path.at(date(2026, 12, 18)).step(
        "agree-academy", urn=ACADEMY, agreed_by="Example Learning Trust, J. Trial"
    )
    assert agreed.next_date == date(2026, 12, 18)
    path.letter("L07", method="hand")
    path.step("serve-438", method="hand", urn=ACADEMY)
    path.at(date(2027, 1, 2)).step("determine-school", urn=ACADEMY, basis="specified")
    path.letter("L08")
    path.step("serve-order", method="hand")
    path.step("inform-school")
    papers = {row.code: row for row in rows(register, Document) if row.state == "issued"}
    assert sorted(papers) == ["L04", "L05", "L07", "L08", "L09"]
    request = text(path.pdf(papers["L05"].id))
    assert "Request for the trust’s written agreement" in request
    assert "section 439(5)" not in request
    told = text(path.pdf(papers["L09"].id))
    assert "agreed in writing on 18 December 2026" in told
    assert "437(5)" not in told


@pytest.mark.feature("F57")
def test_a_child_with_a_plan_goes_from_the_decision_to_the_school_in_the_plan(register: Register) -> None:
    path = start(register, child=child_facts(has_ehcp=True))
    _first_half(path)
    assert path.lawful().state == "ehcp-route"
    assert path.refused("consult-school", urn=SECONDARY).section == "Education Act 1996 s441"
    refusal = path.refused("determine-school", urn=SECONDARY, basis="plan")
    assert "names no school" in refusal.message
    amended = children.DetailChanges(ehcp_school_urn=SECONDARY)
    children.change_details(register.store, register.officer, path.ref, amended, reason="Plan amended on 16 December")
    assert path.refused("determine-school", urn=SECONDARY, basis="specified").section == "Education Act 1996 s441"
    path.step("determine-school", urn=SECONDARY, basis="plan")
    order = path.letter("L08")
    assert path.step("serve-order", method="hand").state == "sao-served"
    path.step("inform-school")
    words = text(path.pdf(order.id))
    assert "the school named in Amara Kamara’s education, health and care plan (section 441)" in words
    assert "438" not in words.partition("Notes to this order")[0]
    codes = [row.code for row in rows(register, Document) if row.state == "issued"]
    assert codes == ["L04", "L08", "L09"]


def test_each_served_parent_has_an_own_notice_an_own_last_day_and_an_own_order(register: Register) -> None:
    father = parent_facts(
        forename="Musa", title="Mr", relationship="Father", relationship_code="PAF", address=("9 Other Street",)
    )
    path = start(register, parents=(parent_facts(), father))
    path.at(date(2026, 12, 1)).letter("L04", parent_id=1, method="hand")
    path.step("serve-437", parent=1, method="hand")
    path.at(date(2026, 12, 4)).letter("L04", parent_id=2, method="hand")
    path.step("serve-437", parent=2, method="hand")
    last_days = [row.last_day for row in rows(register, Service)]
    assert last_days == [date(2026, 12, 15), date(2026, 12, 18)]
    early = path.at(date(2026, 12, 16)).refused("assess-response", result="none")
    assert early.allowed_from == date(2026, 12, 19)
    path.at(date(2026, 12, 19)).step("assess-response", result="none")
    path.step("decide-expedient", expedient="yes", reasons="No education since 3 November.")
    path.step("consult-school", urn=SECONDARY)
    path.step("notify-school-439", urn=SECONDARY, received="2026-12-19")
    path.step("record-school-answer", urn=SECONDARY, answer="We do not mean to apply.")
    for parent in (1, 2):
        path.letter("L07", parent_id=parent, method="hand")
        path.step("serve-438", parent=parent, method="hand", urn=SECONDARY)
    path.at(date(2027, 1, 3)).step("determine-school", urn=SECONDARY, basis="specified")
    for parent in (1, 2):
        path.letter("L08", parent_id=parent)
        path.step("serve-order", parent=parent, method="hand")
    assert [row.number for row in rows(register, OrderNumber)] == ["SAO-2027-0001", "SAO-2027-0002"]
    path.step("inform-school")
    told = text(path.pdf(rows(register, Document)[-1].id))
    assert "Ms Isatu Kamara and Mr Musa Kamara" in told
    assert "SAO-2027-0001 and SAO-2027-0002" in told


def test_a_satisfied_council_ends_the_process_and_a_new_concern_begins_another(register: Register) -> None:
    path = start(register)
    path.at(date(2026, 12, 1)).letter("L04", method="hand")
    path.step("serve-437", method="hand")
    ended = path.at(date(2026, 12, 5)).step("assess-response", result="satisfied", reasons="Report of a tutor seen")
    assert ended.state == "satisfied"
    assert path.letter_refused("L04").allowed_from == date(2026, 12, 6)
    path.at(date(2026, 12, 7)).letter("L04", method="hand")
    path.step("serve-437", method="hand")
    first, second = rows(register, OrderProcess)
    assert (first.state, first.ended_on) == ("satisfied", date(2026, 12, 5))
    assert (second.state, second.ended_on) == ("notice-437-served", None)


def test_a_direction_of_the_secretary_of_state_settles_the_school(register: Register) -> None:
    path = start(register)
    _first_half(path)
    path.step("consult-school", urn=SECONDARY)
    path.step("notify-school-439", urn=SECONDARY, received="2026-12-16")
    waiting = path.at(date(2026, 12, 20)).step(
        "record-school-answer", urn=SECONDARY, sos="applied", answer="The year group is full."
    )
    assert waiting.state == "sos-direction-pending"
    assert path.letter_refused("L07").section == "Education Act 1996 s439(7) and (8)"
    path.at(date(2027, 1, 11)).step("record-school-answer", urn=SECONDARY, sos="directed", directed_urn=SECONDARY)
    path.letter("L07", method="hand")
    path.step("serve-438", method="hand")
    path.at(date(2027, 1, 26)).step("determine-school", urn=SECONDARY, basis="direction")
    order = path.letter("L08")
    words = text(path.pdf(order.id))
    assert "because the Secretary of State directed it on 11 January 2027 (section 439(8))" in words


def test_a_parents_own_choice_with_an_offer_is_named_under_its_subsection(register: Register) -> None:
    path = start(register)
    _first_half(path)
    path.step("consult-school", urn=SECONDARY)
    path.step("notify-school-439", urn=SECONDARY, received="2026-12-16")
    path.at(date(2026, 12, 31)).letter("L07", method="hand")
    path.step("serve-438", method="hand")
    path.at(date(2027, 1, 8)).step(
        "determine-school",
        urn=ACADEMY,
        basis="applied",
        applied="2027-01-04",
        notified="2027-01-05",
        offered="2027-01-08",
        evidence="Offer letter",
    )
    step = rows(register, OrderStep)[-1]
    assert step.data == {
        "basis": "applied",
        "applied": "2027-01-04",
        "notified": "2027-01-05",
        "offered": "2027-01-08",
        "evidence": "Offer letter",
    }
    order = path.letter("L08")
    assert "was offered one (section 438(6))" in text(path.pdf(order.id))


def test_each_parents_reply_is_assessed_under_the_parents_own_name(register: Register) -> None:
    path = start(register).at(date(2026, 12, 1))
    other = add_parent(register.store, register.officer, path.ref, parent_facts("Sesay", "Joseph"))
    for parent in (1, other):
        path.letter("L04", method="hand", parent_id=parent)
        path.step("serve-437", method="hand", parent=parent)
    taken = path.at(date(2026, 12, 4)).step("assess-response", parent=1, result="not-satisfied", reasons="Two hours")
    assert taken.state == "notice-437-served"
    assert titles(register, path.ref)[-1] == "Reply of Isatu Kamara assessed: not satisfied"
    taken = path.at(date(2026, 12, 16)).step("assess-response", parent=other, result="none")
    assert taken.state == "response-assessed"
    path.step("decide-expedient", expedient="yes", reasons="Two hours a week are not enough")


def test_an_order_says_whose_choice_the_school_was(register: Register) -> None:
    path = start(register).at(date(2026, 12, 1))
    other = add_parent(register.store, register.officer, path.ref, parent_facts("Sesay", "Joseph"))
    parents = (1, other)
    for parent in parents:
        path.letter("L04", method="hand", parent_id=parent)
        path.step("serve-437", method="hand", parent=parent)
    path.at(date(2026, 12, 16)).step("assess-response", result="none")
    path.step("decide-expedient", expedient="yes", reasons="No education was shown")
    path.step("consult-school", urn=SECONDARY)
    path.step("notify-school-439", urn=SECONDARY, received="2026-12-16")
    path.step("consult-school", urn=ACADEMY)
    path.step("agree-academy", urn=ACADEMY, agreed_by="A. Trustee")
    path.at(date(2026, 12, 31))
    path.letter("L07", method="hand", parent_id=1, alternatives=(ACADEMY,))
    path.letter("L07", method="hand", parent_id=other)
    for parent in parents:
        path.step("serve-438", method="hand", parent=parent)
    path.at(date(2027, 1, 15))
    wrong = path.refused("determine-school", urn=ACADEMY, basis="selected", parent=other)
    assert "the notice to this parent" in wrong.message
    assert path.refused("determine-school", urn=ACADEMY, basis="selected").missing == ("parent",)
    path.step("determine-school", urn=ACADEMY, basis="selected", parent=1)
    assert "because you selected it" in text(path.pdf(path.letter("L08", parent_id=1).id))
    theirs = text(path.pdf(path.letter("L08", parent_id=other).id))
    assert "because you" not in theirs
    assert "because Ms Isatu Kamara selected it" in theirs


def test_a_letter_made_by_a_step_is_dated_the_day_it_is_made(register: Register) -> None:
    path = start(register)
    _first_half(path)
    path.at(date(2026, 12, 20))
    refusal = path.refused("consult-school", urn=SECONDARY, on=date(2026, 12, 17))
    assert (refusal.code, refusal.allowed_from) == ("not-today", date(2026, 12, 20))
    path.step("consult-school", urn=SECONDARY)
    early = path.refused("notify-school-439", urn=SECONDARY, received="2026-12-18")
    assert early.missing == ("received",)
    full = path.refused("notify-school-439", urn=SECONDARY, received="2026-12-20", class_size_prejudice="yes")
    assert "s439(4A)" in full.section, "what the act itself says of the school is looked at first"


def test_an_order_whose_first_day_has_passed_is_made_again(register: Register) -> None:
    path = start(register)
    _first_half(path)
    path.step("consult-school", urn=ACADEMY)
    path.step("agree-academy", urn=ACADEMY, agreed_by="A. Trustee")
    path.letter("L07", method="hand")
    path.step("serve-438", method="hand", urn=ACADEMY)
    path.at(date(2027, 1, 2)).step("determine-school", urn=ACADEMY, basis="specified")
    path.letter("L08")
    path.at(path.today + timedelta(days=200))
    stale = path.refused("serve-order", method="hand")
    assert stale.code == "order-stale"
    path.letter("L08")
    path.step("serve-order", method="hand")
