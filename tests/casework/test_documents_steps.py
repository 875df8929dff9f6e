"""Documents in two steps: drawn and sealed once, then issued as those bytes, if nothing has moved (design.md 6)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from cme_desktop.casework import access_log, cases, children, enquiries, parents
from cme_desktop.casework.children import AddressFacts, NameFacts
from cme_desktop.casework.documents.drafting import draft_document, preview_document, withdraw_draft
from cme_desktop.casework.documents.handling import add_signed_scan, record_printed, save_copy_to_send
from cme_desktop.casework.documents.issuing import ApprovalNeeded, FactsMoved, issue_document
from cme_desktop.casework.documents.signing import add_signatory, end_signatory, signatories
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.parents import ParentChanges
from cme_desktop.casework.reference.policy import change_settings
from cme_desktop.domain.errors import NotAllowed, NotFound, StepRefused, UserError
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.document import Attachment, ContentFile, Document, Sharing
from cme_desktop.models.episode import Referral
from cme_desktop.models.order import Approval
from cme_desktop.models.reference import TemplateVersion
from tests.casework.look import rows, titles
from tests.casework.order_path import Path, everything, only_an_audit_row, start
from tests.documents.reading import text
from tests.factories import Register, parent_facts

Change = Callable[[Register, str], object]


def _draft(register: Register, path: Path, code: str = "L01", **wanted: object) -> int:
    return draft_document(register.store, register.officer, path.ref, code, **wanted).id  # type: ignore[arg-type]


def test_a_draft_is_sealed_bytes_with_their_facts_template_and_rule_set(register: Register) -> None:
    path = start(register)
    draft = draft_document(register.store, register.officer, path.ref, "L04", planned_method="first-class")
    [row] = rows(register, Document)
    [content] = [one for one in rows(register, ContentFile) if one.id == row.content_id]
    data = path.pdf(draft.id)
    assert data.startswith(b"%PDF-")
    assert hashlib.sha256(data).hexdigest() == row.sha256 == content.sha256 == draft.sha256
    assert b"%PDF" not in (register.folder / "content" / content.stored_name).read_bytes()
    assert (row.state, row.pages, row.ruleset, row.watermark) == ("draft", 2, "SAO-A version 1", "TRAINING")
    assert (row.planned_method, row.planned_sent_on) == ("first-class", date(2026, 11, 24))
    assert (row.planned_service_on, row.printed_last_day) == (date(2026, 11, 26), date(2026, 12, 10))
    [version] = [one for one in rows(register, TemplateVersion) if one.id == row.template_version_id]
    assert (version.document_code, version.version) == ("L04", "1.0")
    assert row.facts["fields"]["parent_name"] == "Ms Isatu Kamara"


@pytest.mark.feature("F86")
def test_issuing_changes_state_and_nothing_else_of_the_bytes(register: Register) -> None:
    path = start(register)
    number = _draft(register, path)
    before, files = path.pdf(number), len(rows(register, ContentFile))
    issued = issue_document(register.store, register.officer, number)
    assert issued.state == "issued"
    assert path.pdf(number) == before
    assert len(rows(register, ContentFile)) == files
    assert titles(register, path.ref)[-1] == "Initial enquiry letter issued to Ms Isatu Kamara"
    with pytest.raises(UserError, match="issued already"):
        issue_document(register.store, register.officer, number)


MOVES: dict[str, tuple[Change, str]] = {
    "parent’s address": (
        lambda r, ref: parents.change_parent(
            r.store, r.officer, ref, 1, ParentChanges(address=("1 New Street",), postcode="HA3 9ZZ")
        ),
        "Parent’s address",
    ),
    "child’s name": (
        lambda r, ref: children.change_name(
            r.store, r.officer, ref, NameFacts("Bangura", "Amara"), on=date(2026, 11, 24), reason="Birth certificate"
        ),
        "Child’s full name",
    ),
    "child’s home": (
        lambda r, ref: children.change_address(
            r.store, r.officer, ref, AddressFacts(("1 New Street",), "HA3 9ZZ"), on=date(2026, 11, 24), reason="Moved"
        ),
        "Child’s address",
    ),
    "council’s phone": (
        lambda r, ref: change_settings(r.store, r.officer, {"council.phone": "020 7946 0999"}),
        "Phone of the council’s team",
    ),
    "signatory": (
        lambda r, ref: end_signatory(
            r.store, r.officer, signatories(r.store, r.officer)[0].id, last_day=date(2026, 11, 23), reason="Left"
        ),
        "Name of the person who signs",
    ),
    "plan": (
        lambda r, ref: children.change_details(
            r.store, r.officer, ref, children.DetailChanges(has_ehcp=True), reason="SENARS"
        ),
        "The child has an education, health and care plan",
    ),
}


@pytest.mark.parametrize("what", sorted(MOVES))
def test_a_draft_is_not_issued_once_its_facts_have_moved_and_says_which(register: Register, what: str) -> None:
    path = start(register)
    number = _draft(register, path, "L04", planned_method="hand")
    change, label = MOVES[what]
    change(register, path.ref)
    before = everything(register)
    with pytest.raises(FactsMoved) as caught:
        issue_document(register.store, register.officer, number)
    assert label in caught.value.message
    assert "make it again" in caught.value.message
    only_an_audit_row(register, before, "document.issue.refused")


def test_what_the_letter_does_not_print_does_not_stop_it(register: Register) -> None:
    path = start(register)
    number = _draft(register, path)
    children.change_details(register.store, register.officer, path.ref, children.DetailChanges(sex="U"), reason="Asked")
    path.at(date(2026, 11, 26))
    assert issue_document(register.store, register.officer, number).state == "issued"


def test_a_new_draft_withdraws_the_earlier_one_and_what_waited_for_it(register: Register) -> None:
    path = start(register)
    first = _draft(register, path, "L04")
    with pytest.raises(ApprovalNeeded):
        issue_document(register.store, register.officer, first)
    second = _draft(register, path, "L04")
    assert [row.state for row in rows(register, Document)] == ["withdrawn", "draft"]
    assert [row.decision for row in rows(register, Approval)] == ["withdrawn"]
    with pytest.raises(UserError, match="withdrawn"):
        issue_document(register.store, register.officer, first)
    withdraw_draft(register.store, register.officer, second, reason="Wrong parent")
    with pytest.raises(UserError, match="Only a draft"):
        withdraw_draft(register.store, register.officer, second)


def test_an_order_number_is_reserved_at_drafting_and_never_given_twice(register: Register) -> None:
    path = _to_the_order(register)
    first = draft_document(register.store, register.officer, path.ref, "L08", planned_method="hand")
    second = draft_document(register.store, register.officer, path.ref, "L08", planned_method="hand")
    assert (first.number, second.number) == ("SAO-2027-0001", "SAO-2027-0002")
    assert "SAO-2027-0002, made on 15 January 2027" in text(path.pdf(second.id))


def _to_the_order(register: Register) -> Path:
    path = start(register).at(date(2026, 12, 1))
    path.letter("L04", method="hand")
    path.step("serve-437", method="hand")
    path.at(date(2026, 12, 16)).step("assess-response", result="none")
    path.step("decide-expedient", expedient="yes", reasons="No education.")
    path.step("consult-school", urn="999003")
    path.step("notify-school-439", urn="999003", received="2026-12-16")
    path.at(date(2026, 12, 31)).letter("L07", method="hand")
    path.step("serve-438", method="hand")
    path.at(date(2027, 1, 15)).step("determine-school", urn="999003", basis="specified")
    return path


@pytest.mark.feature("F54")
def test_a_missing_particular_is_named_and_nothing_is_made(register: Register) -> None:
    change_settings(register.store, register.officer, {"admissions.phone": ""})
    path = start(register)
    refusal = path.letter_refused("L04", method="hand")
    assert (refusal.code, refusal.missing) == ("particulars-missing", ("admissions_phone",))
    assert "School Admissions: phone" in refusal.message
    assert refusal.section == "Education Act 1996 s437(1)"
    assert "L04" in path.lawful().documents.blocked


@pytest.mark.feature("F54")
def test_no_statutory_paper_without_a_signatory_valid_on_its_date(register: Register) -> None:
    [one] = signatories(register.store, register.officer)
    end_signatory(register.store, register.officer, one.id, last_day=date(2026, 11, 30), reason="Moves to another team")
    path = start(register).at(date(2026, 12, 1))
    refusal = path.letter_refused("L04", method="hand")
    assert {"signatory_name", "signatory_post", "signatory_authority"} <= set(refusal.missing)
    add_signatory(
        register.store,
        register.officer,
        name="Ruth Example",
        post="Head of Service",
        authority="scheme of delegation, 1 December 2026",
        valid_from=date(2026, 12, 1),
    )
    assert "Ruth Example" in text(path.pdf(path.letter("L04", method="hand").id))
    with pytest.raises(UserError, match="All three are printed"):
        add_signatory(register.store, register.officer, name="", post="x", authority="y", valid_from=date(2026, 12, 1))
    with pytest.raises(UserError, match="before its first day"):
        end_signatory(register.store, register.officer, one.id, last_day=one.valid_from - timedelta(days=1), reason="")


def test_a_letter_to_one_of_several_parents_says_which(register: Register) -> None:
    path = start(register, parents=(parent_facts(), parent_facts(forename="Musa")))
    with pytest.raises(UserError) as caught:
        draft_document(register.store, register.officer, path.ref, "L01")
    assert caught.value.code == "parent-needed"
    with pytest.raises(NotFound):
        draft_document(register.store, register.officer, path.ref, "L01", 99)
    with pytest.raises(UserError, match="made by its act"):
        draft_document(register.store, register.officer, path.ref, "L05")
    with pytest.raises(UserError, match="lies in the past"):
        draft_document(register.store, register.officer, path.ref, "L01", 1, planned_sent_on=date(2026, 11, 23))
    with pytest.raises(UserError) as unknown:
        draft_document(register.store, register.officer, path.ref, "L04", 1, planned_method="pigeon")
    assert unknown.value.code == "method-unknown"


def test_a_preview_shows_stand_ins_and_says_what_is_missing_and_keeps_nothing(register: Register) -> None:
    change_settings(register.store, register.officer, {"advice.line": ""})
    path = start(register)
    before = everything(register)
    seen = preview_document(register.store, register.officer, path.ref, "L04")
    assert seen.missing == ("advice_line",)
    assert seen.why_not is None
    assert any(place.field == "fact_1" for place in seen.places)
    assert "PREVIEW: 1 to fill in. Not a document." in text(seen.content)
    order = preview_document(register.store, register.officer, path.ref, "L08")
    assert order.why_not is not None
    assert order.why_not.section == "Education Act 1996 s437(1)"
    assert everything(register) == before


@pytest.mark.rule("SD35")
def test_the_closure_letter_tells_the_referrer_and_nothing_more(register: Register) -> None:
    path = start(register)
    with pytest.raises(StepRefused, match="The case is open"):
        draft_document(register.store, register.officer, path.ref, "L24")
    close_case(
        register.store, register.officer, path.ref, cases.CloseCase("school-place", "S2S joiner", school_urn="999003")
    )
    letter = path.letter("L24")
    words = text(path.pdf(letter.id))
    assert "Amara Kamara, born 2 March 2012" in words
    assert "School place taken up" in words
    assert "Dear colleague" in words
    for hidden in ("8 Low Street", "HA2 9ZZ", "Isatu", "Year 10"):
        assert hidden not in words
    assert [row.told_of_closure_on for row in rows(register, Referral)] == [date(2026, 11, 24)]


def test_printing_is_recorded_after_the_look_that_comes_before_it(register: Register) -> None:
    path = start(register)
    letter = path.letter("L01")
    receipt = access_log.print_document(register.store, register.officer, letter.id)
    record_printed(register.store, register.officer, [letter.id], [receipt])
    assert rows(register, Document)[0].printed_at == register.clock.now()
    other = access_log.print_document(register.store, register.manager, letter.id)
    with pytest.raises(NotAllowed):
        record_printed(register.store, register.officer, [letter.id], [other])
    draft = _draft(register, path, "L04")
    seen = access_log.print_document(register.store, register.officer, draft)
    with pytest.raises(UserError, match="not issued"):
        record_printed(register.store, register.officer, [draft], [seen])


def test_the_signed_scan_is_sealed_beside_the_paper(register: Register) -> None:
    path = start(register)
    letter = path.letter("L01")
    add_signed_scan(register.store, register.officer, letter.id, b"%PDF-1.7 signed by hand", "application/pdf")
    row = rows(register, Document)[0]
    [scan] = [one for one in rows(register, ContentFile) if one.id == row.signed_scan_id]
    assert (
        register.store.content.open(scan.stored_name, scan.file_key or b"", scan.sha256) == b"%PDF-1.7 signed by hand"
    )
    assert [one.title for one in rows(register, Attachment)] == ["Signed: Initial enquiry letter"]
    with pytest.raises(UserError, match="A scan is a PDF or a picture"):
        add_signed_scan(register.store, register.officer, letter.id, b"x", "text/html")


def test_a_copy_to_send_is_named_by_the_case_and_logged(register: Register) -> None:
    path = start(register)
    letter = path.letter("L01")
    receipt = access_log.export_document(register.store, register.officer, letter.id, reason="To the school")
    facts = {"recipient": "Example High School", "lawful_basis": "s436A duty", "method": "s2s"}
    copy = save_copy_to_send(register.store, register.officer, letter.id, receipt, **facts)
    assert copy.file_name == f"{path.ref}.pdf"
    assert copy.content == path.pdf(letter.id)
    [shared] = rows(register, Sharing)
    assert (shared.recipient, shared.lawful_basis, shared.method) == ("Example High School", "s436A duty", "s2s")
    assert titles(register, path.ref)[-1] == "Copy given to Example High School: Initial enquiry letter"
    locked = save_copy_to_send(
        register.store, register.officer, letter.id, receipt, **facts, password="three long words"
    )
    reader = PdfReader(BytesIO(locked.content))
    assert reader.is_encrypted
    assert reader.decrypt("three long words")
    for slip, words in (
        ({"recipient": " "}, "Enter who gets the copy"),
        ({"method": "e-mail"}, "Plain e-mail is not safe enough"),
        ({"password": "short"}, "at least 12"),
    ):
        with pytest.raises(UserError, match=words):
            save_copy_to_send(register.store, register.officer, letter.id, receipt, **{**facts, **slip})
    other = access_log.export_document(register.store, register.manager, letter.id, reason="To look at")
    with pytest.raises(NotAllowed):
        save_copy_to_send(register.store, register.officer, letter.id, other, **facts)


def test_no_audit_row_of_a_document_names_anybody_in_its_code(register: Register) -> None:
    path = start(register)
    path.letter("L01")
    for event in rows(register, AuditEvent):
        assert "Kamara" not in f"{event.action} {event.entity}"


def test_the_letters_of_a_case_follow_what_was_tried(register: Register) -> None:
    path = start(register)
    path.letter("L01")
    path.at(date(2026, 12, 3))
    enquiries.record_enquiry(
        register.store,
        register.officer,
        path.ref,
        enquiries.EnquiryEntry(
            side="council",
            asked="School Admissions",
            contact_detail="020 7946 0462",
            method="phone",
            agency="admissions",
            enquiry_code="RE08",
            outcome="nothing",
            made_on=date(2026, 12, 3),
        ),
    )
    words = text(path.pdf(path.letter("L04", method="hand").id))
    assert "Example High School took Amara off its register on 3 November 2026." in words
    assert "School Admissions told us on 3 December 2026 that it knew of no school place for Amara." in words
    assert "We wrote to you on 24 November 2026, and have not heard from you." in words
    for day in (date(2026, 11, 6), date(2026, 12, 1), date(2026, 12, 2)):
        visit = enquiries.EnquiryEntry(
            side="council",
            asked="Household",
            contact_detail="12 Example Road",
            method="visit",
            agency="parent",
            enquiry_code="RE04",
            outcome="nobody-in",
            made_on=day,
        )
        enquiries.record_enquiry(register.store, register.officer, path.ref, visit)
    words = text(path.pdf(path.letter("L04", method="hand").id))
    assert (
        "We visited on 6 November 2026, wrote to you on 24 November 2026 and visited on 1 December 2026 and "
        "2 December 2026, and have not heard from you. School Admissions told us on 3 December 2026"
    ) in words.replace("• ", "")
