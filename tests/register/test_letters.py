"""The Letters page: each document with where it stands, what waits for a second person, and its bytes to look at."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cme_desktop.casework import access_log, approvals
from cme_desktop.casework.documents.drafting import Wanted, draft_document
from cme_desktop.casework.documents.filed import DocumentRow
from cme_desktop.casework.documents.handling import record_posted, record_printed
from cme_desktop.casework.documents.issuing import ApprovalNeeded, issue_document
from cme_desktop.casework.orders.obtaining import obtain_document
from cme_desktop.domain.errors import NotAllowed, NotFound
from cme_desktop.models.document import ContentFile, Document
from cme_desktop.register.case_page import case_page
from cme_desktop.register.case_record import case_record
from cme_desktop.register.letters import (
    LetterCounts,
    document_bytes,
    document_page,
    letter_counts,
    letter_rows,
    waiting_approvals,
)
from tests.casework.look import rows
from tests.casework.order_path import start
from tests.factories import NOON, TODAY, Register, child_facts, make_case
from tests.register.world import receipt_for


def states(register: Register) -> dict[str, list[str]]:
    """Return the code of each document under each narrowing."""
    store, officer = register.store, register.officer
    wanted = ("", "draft", "waiting", "to-print", "issued")
    return {state: [row.code for row in letter_rows(store, officer, state=state)] for state in wanted}


def test_what_has_gone_out_without_our_printer_is_not_to_be_printed(register: Register) -> None:
    path = start(register)
    path.letter("L01")
    path.letter("L04", method="hand")
    assert states(register)["to-print"] == ["L04", "L01"]
    assert letter_counts(register.store, register.officer) == LetterCounts(2, 0, 0, 2, 0)
    path.step("serve-437", method="hand", proof="Handed over at the door")
    assert states(register)["to-print"] == ["L01"]
    record_posted(register.store, register.officer, rows(register, Document)[0].id, on=path.today)
    assert states(register)["to-print"] == []
    assert letter_counts(register.store, register.officer) == LetterCounts(0, 0, 0, 2, 0)


def test_what_its_act_sends_by_school2school_is_not_to_print_and_can_be_printed(register: Register) -> None:
    path = start(register)
    path.letter("L04", method="hand")
    path.step("serve-437", method="hand", proof="Handed over at the door")
    path.at(path.today + timedelta(days=15))
    path.step("assess-response", result="none")
    path.step("decide-expedient", expedient="yes", reasons="Nothing was shown.")
    path.step("consult-school", urn="999003")
    assert states(register)["to-print"] == []
    assert letter_counts(register.store, register.officer).to_print == 0
    [consulted] = letter_rows(register.store, register.officer, code="L05")
    assert consulted.sent
    receipt = access_log.print_document(register.store, register.officer, consulted.document_id)
    record_printed(register.store, register.officer, [consulted.document_id], [receipt])
    [consulted] = letter_rows(register.store, register.officer, code="L05")
    assert consulted.printed_at is not None


def test_the_counts_are_those_of_the_viewer(register: Register) -> None:
    ask_for_notice(register, make_case(register).ref)
    assert letter_counts(register.store, register.officer) == LetterCounts(0, 1, 1, 0, 0)
    assert letter_counts(register.store, register.manager) == LetterCounts(0, 1, 1, 0, 1)


def ask_for_notice(register: Register, ref: str) -> tuple[int, int]:
    """Draft the notice to the parents, which waits for a second person; return the numbers of both."""
    with pytest.raises(ApprovalNeeded) as waits:
        obtain_document(register.store, register.officer, ref, "L04", Wanted(method="first-class"))
    assert waits.value.document_id is not None
    return waits.value.document_id, waits.value.approval_id


def test_each_document_is_listed_where_it_stands(register: Register) -> None:
    store, officer = register.store, register.officer
    case = make_case(register)
    assert states(register) == {"": [], "draft": [], "waiting": [], "to-print": [], "issued": []}
    first: DocumentRow = draft_document(store, officer, case.ref, "L01")
    notice, _ = ask_for_notice(register, case.ref)
    assert states(register) == {
        "": ["L04", "L01"],
        "draft": ["L04", "L01"],
        "waiting": ["L04"],
        "to-print": [],
        "issued": [],
    }
    issue_document(store, officer, first.id)
    assert states(register)["to-print"] == ["L01"]
    record_printed(store, officer, [first.id], [access_log.print_document(store, officer, first.id)])
    register.clock.moment = NOON + timedelta(days=1)
    record_posted(store, officer, first.id, on=TODAY + timedelta(days=1))
    assert states(register)["to-print"] == []
    assert states(register)["issued"] == ["L01"]
    listed = {row.code: row for row in letter_rows(store, officer)}
    assert (listed["L01"].title, listed["L01"].ref, listed["L01"].child, listed["L01"].addressee) == (
        "First enquiry letter",
        case.ref,
        "Amara Kamara",
        "Ms Isatu Kamara",
    )
    assert (listed["L01"].printed_at, listed["L01"].posted_on, listed["L01"].approval) == (
        NOON,
        TODAY + timedelta(days=1),
        "",
    )
    assert (listed["L04"].approval, listed["L04"].asked_by, listed["L04"].drafted_by) == (
        "waiting",
        "Anita Patel",
        "Anita Patel",
    )
    assert [row.document_id for row in letter_rows(store, officer, limit=1)] == [notice]
    page = case_page(store, officer, case.ref, receipt_for(register, case.ref))
    assert [(row.code, row.state) for row in page.documents] == [("L04", "draft"), ("L01", "issued")]


@pytest.mark.feature("F73")
def test_what_waits_is_the_managers_to_decide_and_never_the_drafters(register: Register) -> None:
    store, officer, manager = register.store, register.officer, register.manager
    case = make_case(register)
    notice, approval = ask_for_notice(register, case.ref)
    [asked], [mine] = waiting_approvals(store, officer), waiting_approvals(store, manager)
    assert (asked.id, asked.document_id, asked.ref, asked.child, asked.asked_by, asked.mine) == (
        approval,
        notice,
        case.ref,
        "Amara Kamara",
        "Anita Patel",
        False,
    )
    assert mine.mine
    assert mine.what
    assert mine.asked_at == NOON
    approvals.approve(store, manager, case.ref, document_id=notice)
    assert waiting_approvals(store, manager) == ()
    page = document_page(store, manager, notice)
    assert (page.row.approval, page.approved_by, page.approved_at) == ("approved", "Bernard Hall", NOON)
    record = case_record(store, officer, case.ref, receipt_for(register, case.ref))
    assert [(row.code, row.approval, row.filed_at) for row in record.documents] == [("L04", "approved", None)]


@pytest.mark.feature("F59")
def test_a_documents_page_says_how_it_was_served(register: Register) -> None:
    path = start(register)
    notice = path.letter("L04", method="first-class")
    path.step("serve-437", method="first-class", proof="Certificate of posting 0001")
    store, officer = register.store, register.officer
    page = document_page(store, officer, notice.id)
    [(sent, deemed, method, defective)] = page.services
    assert (sent, method, defective) == (TODAY, "first-class", False)
    assert deemed > sent
    assert (page.row.served, page.planned_method, page.printed_last_day) == (1, "first-class", notice.printed_last_day)
    assert (page.pages, page.sha256, page.watermark) == (notice.pages, notice.sha256, "TRAINING")
    assert page.template_version.startswith("1.0 ")
    assert page.ruleset.startswith("SAO-A")
    assert page.facts
    [filed] = case_record(store, officer, path.ref, receipt_for(register, path.ref)).documents
    [service] = filed.services
    assert (service.on, service.method, service.proof, service.defective, service.returned) == (
        TODAY,
        "first-class",
        "Certificate of posting 0001",
        False,
        None,
    )
    assert service.derivation
    assert service.address == ("8 Low Street, Harrow HA2 9ZZ",)


@pytest.mark.feature("F74")
@pytest.mark.feature("F86")
def test_the_filed_bytes_are_shown_only_after_the_look_at_this_document(register: Register) -> None:
    store, officer, manager = register.store, register.officer, register.manager
    one, two = (make_case(register, child=child_facts("Kamara", name)) for name in ("Amara", "Isata"))
    first, second = (draft_document(store, officer, ref, "L01").id for ref in (one.ref, two.ref))
    own = access_log.open_document(store, officer, first)
    data = document_bytes(store, officer, first, own)
    assert data.startswith(b"%PDF")
    assert document_bytes(store, officer, first, access_log.print_document(store, officer, first)) == data
    of_manager = access_log.open_document(store, manager, first)
    of_other = access_log.open_document(store, officer, second)
    of_case = access_log.open_case_page(store, officer, one.ref)
    for wrong in (of_manager, of_other, of_case):
        with pytest.raises(NotAllowed, match="has not been recorded yet"):
            document_bytes(store, officer, first, wrong)
    assert document_bytes(store, manager, first, of_manager) == data


def test_a_document_that_is_not_there_or_was_destroyed_says_so(register: Register) -> None:
    store, officer = register.store, register.officer
    case = make_case(register)
    made = draft_document(store, officer, case.ref, "L01").id
    receipt = access_log.open_document(store, officer, made)
    with pytest.raises(NotFound, match="not in the register"):
        document_page(store, officer, 99)
    with store.action(officer, "erase.file", hooks=False) as session:
        for row in session.query(ContentFile).all():
            row.file_key = None
    with pytest.raises(NotFound, match="was destroyed"):
        document_bytes(store, officer, made, receipt)
    with store.action(officer, "test.withdraw", hooks=False) as session:
        session.query(Document).one().state = "withdrawn"
    with pytest.raises(NotFound, match="not in the register"):
        document_page(store, officer, made)
    assert letter_rows(store, officer) == ()
    assert len(rows(register, Document)) == 1
