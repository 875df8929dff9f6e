"""The second person: a manager approves or refuses what waits, never the one who drafted or asked (F73)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cme_desktop.casework import approvals, risk
from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.documents.drafting import Wanted, draft_document
from cme_desktop.casework.documents.issuing import ApprovalNeeded, issue_document
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.orders.lawful import what_is_lawful
from cme_desktop.casework.orders.not_serving import ask_not_to_serve, decide_not_to_serve
from cme_desktop.casework.orders.obtaining import obtain_document
from cme_desktop.casework.parents import Restrictions, restrict_parent
from cme_desktop.casework.reference.policy import change_settings
from cme_desktop.domain.errors import NotAllowed, NotFound, StepRefused, UserError
from cme_desktop.domain.roles import Role
from cme_desktop.models.child import Child
from cme_desktop.models.document import Document
from cme_desktop.models.episode import Episode
from cme_desktop.models.order import Approval, OrderStep
from tests.casework.look import episode, rows, titles
from tests.casework.order_path import Path, everything, only_an_audit_row, start
from tests.documents.reading import text
from tests.factories import Register, add_person, parent_facts

BOTH = (parent_facts(), parent_facts(forename="Musa", title="Mr", relationship_code="PAF"))


def _waiting(register: Register, path: Path) -> int:
    draft = draft_document(register.store, register.officer, path.ref, "L04", planned_method="hand").id
    with pytest.raises(ApprovalNeeded) as caught:
        issue_document(register.store, register.officer, draft)
    assert caught.value.code == "approval-needed"
    return draft


@pytest.mark.feature("F73")
def test_a_notice_waits_and_is_issued_as_drafted_once_a_manager_approved(register: Register) -> None:
    path = start(register)
    draft = _waiting(register, path)
    waits = rows(register, Approval)
    with pytest.raises(ApprovalNeeded):  # asking twice keeps one thing waiting
        issue_document(register.store, register.officer, draft)
    assert len(rows(register, Approval)) == len(waits) == 1
    decided = approvals.approve(register.store, register.manager, path.ref)
    assert (decided.decision, decided.document_id) == ("approved", draft)
    [row] = rows(register, Document)
    assert (row.approved_by, row.state) == (register.manager.id, "draft")
    assert issue_document(register.store, register.officer, draft).approval == "approved"
    assert titles(register, path.ref)[-2] == (
        "Approved by Bernard Hall: Notice under section 437(1) to Ms Isatu Kamara"
    )


@pytest.mark.feature("F73")
@pytest.mark.feature("F72")
def test_the_drafters_own_approval_is_refused_even_with_the_role(register: Register) -> None:
    path = start(register)
    both = add_person(register.store, register.unlocked, "Dora Both", Role.OFFICER, Role.MANAGER)
    draft = draft_document(register.store, both, path.ref, "L04", planned_method="hand").id
    with pytest.raises(ApprovalNeeded):
        issue_document(register.store, both, draft)
    before = everything(register)
    for decide in (approvals.approve, lambda *args: approvals.refuse(*args, reason="Not right")):
        with pytest.raises(NotAllowed) as caught:
            decide(register.store, both, path.ref)
        assert caught.value.code == "never-the-drafter"
    assert everything(register) == before
    with pytest.raises(NotAllowed, match="is for a manager"):
        approvals.approve(register.store, register.officer, path.ref)
    approvals.approve(register.store, register.manager, path.ref)
    assert issue_document(register.store, both, draft).state == "issued"


@pytest.mark.feature("F73")
def test_a_refusal_has_its_reason_and_the_same_asks_for_a_new_draft(register: Register) -> None:
    path = start(register)
    draft = _waiting(register, path)
    with pytest.raises(UserError, match="Say why this is refused"):
        approvals.refuse(register.store, register.manager, path.ref, reason=" ")
    approvals.refuse(register.store, register.manager, path.ref, reason="Say when we visited.")
    with pytest.raises(UserError) as caught:
        issue_document(register.store, register.officer, draft)
    assert caught.value.code == "approval-refused"
    assert "Say when we visited." in caught.value.message
    path.letter("L04", method="hand", texts={"fact_1": "We visited on 20 November 2026 and nobody was in."})
    assert [row.state for row in rows(register, Document)] == ["withdrawn", "issued"]
    assert "We visited on 20 November 2026 and nobody was in." in text(path.pdf(rows(register, Document)[1].id))


def test_what_is_meant_is_named_where_several_things_wait(register: Register) -> None:
    path = start(register, parents=BOTH)
    drafts = [
        draft_document(register.store, register.officer, path.ref, "L04", number, planned_method="hand").id
        for number in (1, 2)
    ]
    for draft in drafts:
        with pytest.raises(ApprovalNeeded):
            issue_document(register.store, register.officer, draft)
    with pytest.raises(UserError) as caught:
        approvals.approve(register.store, register.manager, path.ref)
    assert caught.value.code == "which-one"
    assert approvals.approve(register.store, register.manager, path.ref, document_id=drafts[1]).document_id == drafts[1]
    with pytest.raises(NotFound):
        approvals.approve(register.store, register.manager, path.ref, document_id=drafts[1])
    assert approvals.approve(register.store, register.manager, path.ref).document_id == drafts[0]


@pytest.mark.feature("F73")
def test_a_managers_decision_not_to_serve_holds_at_once(register: Register) -> None:
    path = start(register, parents=BOTH).at(date(2026, 12, 1))
    path.letter("L04", parent_id=1, method="hand")
    path.step("serve-437", parent=1, method="hand")
    path.at(date(2026, 12, 16)).step("assess-response", result="none")
    decide_not_to_serve(register.store, register.manager, path.ref, 2, "No address after enquiries")
    step = rows(register, OrderStep)[-1]
    assert (step.action, step.parent_id, step.user_id) == ("decide-not-to-serve", 2, register.manager.id)
    assert step.data == {"approved": True, "reason": "No address after enquiries"}
    assert path.step("decide-expedient", expedient="yes", reasons="No education.").state == "expedient-decision"
    assert path.lawful().state == "expedient-decision"


def test_a_parent_found_after_a_decision_not_to_serve_is_served_once_a_second_person_agrees(
    register: Register,
) -> None:
    path = start(register, parents=BOTH).at(date(2026, 12, 1))
    change_settings(register.store, register.officer, {"approval.kinds": []})
    path.letter("L04", parent_id=1, method="hand")
    path.step("serve-437", parent=1, method="hand")
    decide_not_to_serve(register.store, register.manager, path.ref, 2, "No address after enquiries")
    path.at(date(2026, 12, 4))
    with pytest.raises(ApprovalNeeded):
        obtain_document(register.store, register.officer, path.ref, "L04", Wanted(parent_id=2, method="hand"))
    path.letter("L04", parent_id=2, method="hand")
    path.step("serve-437", parent=2, method="hand")
    path.at(date(2026, 12, 16))
    assert path.refused("decide-expedient", expedient="yes", reasons="x").allowed_from == date(2026, 12, 19)


@pytest.mark.feature("F73")
def test_the_officers_decision_not_to_serve_waits_for_a_second_person(register: Register) -> None:
    path = start(register, parents=BOTH).at(date(2026, 12, 1))
    store = register.store
    waits = ask_not_to_serve(store, register.officer, path.ref, 2, "Not safe")
    assert ask_not_to_serve(store, register.officer, path.ref, 2, "Not safe") == waits > 0
    assert not rows(register, OrderStep)
    approvals.approve(store, register.manager, path.ref, approval_id=waits)
    assert rows(register, OrderStep)[-1].data["reason"] == "Not safe"
    assert ask_not_to_serve(store, register.officer, path.ref, 2, "Not safe") == 0
    with pytest.raises(StepRefused) as caught:
        decide_not_to_serve(store, register.manager, path.ref, 2, "Again")
    assert caught.value.code == "already-done"
    with pytest.raises(StepRefused) as missing:
        decide_not_to_serve(store, register.manager, path.ref, 1, " ")
    assert missing.value.refusal.missing == ("reason",)


def test_who_works_a_case_is_no_second_person_on_it(register: Register) -> None:
    path = start(register, parents=BOTH)
    both = add_person(register.store, register.unlocked, "Dora Both", Role.OFFICER, Role.MANAGER)
    draft_document(register.store, both, path.ref, "L01", 1)
    with pytest.raises(NotAllowed, match="You work this case"):
        decide_not_to_serve(register.store, both, path.ref, 2, "Not safe")
    assert not rows(register, OrderStep)


def test_the_council_may_ask_for_no_second_person(register: Register) -> None:
    change_settings(register.store, register.officer, {"approval.kinds": []})
    path = start(register, parents=BOTH)
    draft = draft_document(register.store, register.officer, path.ref, "L04", 1, planned_method="hand").id
    assert issue_document(register.store, register.officer, draft).approval == ""
    assert ask_not_to_serve(register.store, register.officer, path.ref, 2, "Not safe") == 0
    assert rows(register, OrderStep)[-1].data["approved"] is True


def test_a_withheld_address_is_always_approved_by_a_second_person(register: Register) -> None:
    change_settings(register.store, register.officer, {"approval.kinds": []})
    elsewhere = parent_facts(forename="Musa", title="Mr", address=("9 Other Street", "Harrow"), postcode="HA1 9ZZ")
    path = start(register, parents=(elsewhere,))
    restrict_parent(
        register.store, register.officer, path.ref, 1, Restrictions(must_not_be_told=True, reason="Court order")
    )
    draft = draft_document(register.store, register.officer, path.ref, "L04", planned_method="hand").id
    words = text(path.pdf(draft))
    assert "address known to the council" in words
    assert "8 Low Street" not in words
    with pytest.raises(ApprovalNeeded):
        issue_document(register.store, register.officer, draft)
    approvals.approve(register.store, register.manager, path.ref)
    assert issue_document(register.store, register.officer, draft).state == "issued"


@pytest.mark.feature("F73")
def test_a_lower_rating_is_approved_with_the_rest(register: Register) -> None:
    path = start(register)
    for number in range(1, 23):
        answer = "yes" if number == 2 else "no"
        risk.answer_question(register.store, register.officer, path.ref, risk.AnswerEntry(number, answer))
    before = episode(register, path.ref).risk
    waits = risk.ask_to_lower(register.store, register.officer, path.ref, "standard", reason="Seen safe by police")
    assert waits is not None
    decided = approvals.approve(register.store, register.manager, path.ref, outside_proof="E-mail of 24 November")
    assert decided.kind == "risk-lower"
    assert (before, episode(register, path.ref).risk) == ("high", "standard")
    assert rows(register, Approval)[-1].reason == "E-mail of 24 November"


@pytest.mark.feature("F73")
def test_a_closing_waits_where_the_council_says_so(register: Register) -> None:
    path = start(register)
    command = CloseCase("lost", "All enquiries done, nothing found")
    change_settings(register.store, register.officer, {"approval.kinds": ["close"]})
    for _ in range(2):
        with pytest.raises(ApprovalNeeded):
            close_case(register.store, register.officer, path.ref, command)
    [waiting] = rows(register, Approval)
    assert (waiting.kind, waiting.decision) == ("close", "waiting")
    assert episode(register, path.ref).closed_on is None
    approvals.approve(register.store, register.manager, path.ref)
    closed = episode(register, path.ref)
    assert (closed.outcome, closed.status) == ("lost", "closed-alert-remains")


def test_a_closing_that_waited_is_closed_on_the_day_it_was_asked_for(register: Register) -> None:
    path = start(register)
    opened = episode(register, path.ref).opened_on
    change_settings(register.store, register.officer, {"approval.kinds": ["close"]})
    with pytest.raises(ApprovalNeeded):
        close_case(register.store, register.officer, path.ref, CloseCase("lost", "Nothing found", on=opened))
    path.at(path.today + timedelta(days=9))
    approvals.approve(register.store, register.manager, path.ref)
    assert episode(register, path.ref).closed_on == opened


def test_a_closing_that_cannot_be_is_refused_and_kept_in_the_audit(register: Register) -> None:
    path = start(register)
    before = everything(register)
    with pytest.raises(StepRefused):
        close_case(register.store, register.officer, path.ref, CloseCase("school-place", " "))
    only_an_audit_row(register, before, "case.close.refused")
    late = CloseCase("lost", "Nothing found", on=date(2026, 11, 25))
    with pytest.raises(UserError, match="from its opening up to today"):
        close_case(register.store, register.officer, path.ref, late)
    close_case(register.store, register.officer, path.ref, CloseCase("lost", "Nothing found"))
    with pytest.raises(UserError, match="closed"):
        close_case(register.store, register.officer, path.ref, CloseCase("lost", "Nothing found"))


@pytest.mark.feature("F72")
def test_the_acts_say_who_may_approve_what_waits(register: Register) -> None:
    path = start(register)
    nothing = {act.action: act for act in path.lawful().acts}
    assert not nothing["approve"].allowed
    _waiting(register, path)
    seen = {act.action: act for act in what_is_lawful(register.store, register.manager, path.ref).acts}
    assert seen["approve"].allowed
    assert seen["refuse"].why == "Notice under section 437(1) to Ms Isatu Kamara"
    own = {act.action: act for act in path.lawful().acts}
    assert not own["approve"].allowed


@pytest.mark.feature("F72")
def test_a_restricted_case_is_not_there_for_a_manager(register: Register) -> None:
    path = start(register)
    _waiting(register, path)
    with register.store.action(register.officer, "case.restrict") as session:
        session.get_one(Child, session.get_one(Episode, 1).child_id).restricted = True
    with pytest.raises(NotFound):
        approvals.approve(register.store, register.manager, path.ref)
    with pytest.raises(NotFound):
        what_is_lawful(register.store, register.manager, path.ref)
