"""Which documents can be made, and the words why not; the copy that is filed already; the school in hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cme_desktop.casework import cases, children
from cme_desktop.casework.children import DetailChanges, RegistrationFacts
from cme_desktop.casework.documents.drafting import Wanted, draft_document, preview_document
from cme_desktop.casework.documents.handling import record_posted
from cme_desktop.casework.documents.shipped_letters import template, template_row, versions
from cme_desktop.casework.orders.by_name import take_by_name
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.orders.obtaining import obtain_document
from cme_desktop.domain.errors import NotFound, StepRefused, UserError
from cme_desktop.models.document import Document
from cme_desktop.models.reference import TemplateVersion
from tests.casework.look import rows
from tests.casework.order_path import Path, start
from tests.documents.reading import text
from tests.factories import ACADEMY, PRIMARY, SECONDARY, Register, child_facts, parent_facts, referral_facts


def _decided(path: Path) -> Path:
    path.at(date(2026, 12, 1)).letter("L04", method="hand")
    path.step("serve-437", method="hand")
    path.at(date(2026, 12, 16)).step("assess-response", result="none")
    path.step("decide-expedient", expedient="yes", reasons="No education.")
    return path


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dob": date(2008, 3, 2)}, "Compulsory school age ended on"),
        ({"dob": date(2023, 3, 2), "registrations": ()}, "Compulsory school age begins on"),
    ],
)
def test_no_first_enquiry_for_a_child_outside_school_age(
    register: Register, changes: dict[str, object], words: str
) -> None:
    path = start(register, child=child_facts(**changes))
    assert words in path.letter_refused("L01").message
    assert "L01" in path.lawful().documents.blocked


def test_no_first_enquiry_about_a_child_on_a_roll_or_on_a_closed_case_or_to_nobody(register: Register) -> None:
    path = start(register, child=child_facts("Novak", "Jan"), parents=())
    refusal = path.letter_refused("L01")
    assert (refusal.code, refusal.missing) == ("particulars-missing", ("parent",))
    placed = start(register)
    cases.change_facts(register.store, register.officer, placed.ref, reason="S2S joiner", on_roll=True)
    assert "on a school’s roll" in placed.letter_refused("L01").message
    assert "registered pupil" in placed.letter_refused("L04", method="hand").message
    close_case(register.store, register.officer, placed.ref, cases.CloseCase("not-cme", "S2S joiner"))
    assert "This case is closed" in placed.letter_refused("L01").message
    for code in ("L04", "L08"):
        assert "This case is closed" in placed.letter_refused(code, method="hand").message
    assert "This case is closed" in placed.refused("assess-response", result="none").message


def test_without_a_date_of_birth_no_step_of_the_order_process_is_possible(register: Register) -> None:
    path = start(register, child=child_facts(dob=None, dob_text="about 2014"))
    for refusal in (path.letter_refused("L04", method="hand"), path.refused("assess-response", result="none")):
        assert (refusal.code, refusal.missing) == ("particulars-missing", ("child_dob",))
    assert path.lawful().acts[0].action == "approve"
    assert path.lawful().state == "informal-enquiry"
    with pytest.raises(StepRefused, match="No step of the order process"):
        take_by_name(
            register.store, register.manager, path.ref, "decide-not-to-serve", {"parent": "1", "reason": "Not safe"}
        )


def test_a_blocked_document_says_what_to_fill_in(register: Register) -> None:
    path = start(register, parents=(parent_facts(address=(), postcode=""),))
    [reason] = path.lawful().documents.blocked["L01"]
    assert reason.startswith("“Initial enquiry letter” cannot be made yet. Fill in first: ")
    assert "Name and address for the envelope window" in reason


def test_what_can_be_made_follows_the_process(register: Register) -> None:
    path = _decided(start(register))
    assert path.lawful().documents.codes == ("L01", "L05")
    path.step("consult-school", urn=SECONDARY)
    assert path.lawful().documents.codes == ("L01", "L05", "L06")
    path.step("notify-school-439", urn=SECONDARY, received="2026-12-16")
    path.step("record-school-answer", urn=SECONDARY, answer="No application.")
    assert path.lawful().documents.codes == ("L01", "L05", "L06", "L07")
    path.letter("L07", method="hand")
    path.step("serve-438", method="hand")
    path.at(date(2026, 12, 31)).step("determine-school", urn=SECONDARY, basis="specified")
    assert "L08" in path.lawful().documents.codes
    path.letter("L08")
    path.step("serve-order", method="hand")
    assert "L09" in path.lawful().documents.codes


def test_the_papers_of_a_school_come_from_their_acts(register: Register) -> None:
    path = _decided(start(register))
    store, officer = register.store, register.officer
    refusal = path.letter_refused("L06")
    assert refusal.section.startswith("Education Act 1996 s439")
    asked = obtain_document(store, officer, path.ref, "L05", Wanted(urn=SECONDARY))
    assert obtain_document(store, officer, path.ref, "L05").id == asked.id
    other = obtain_document(store, officer, path.ref, "L05", Wanted(urn=ACADEMY))
    assert other.id != asked.id
    obtain_document(store, officer, path.ref, "L05", Wanted(urn=PRIMARY, texts={"reasons": "It is nearest."}))
    told = obtain_document(store, officer, path.ref, "L06")
    assert told.school_urn == PRIMARY
    assert "It is nearest." in text(path.pdf(rows(register, Document)[-2].id))
    with pytest.raises(UserError, match="There is no document L99"):
        obtain_document(store, officer, path.ref, "L99")


def test_the_decision_goes_to_the_governing_body_and_as_a_copy_of_its_own_to_the_head_teacher(
    register: Register,
) -> None:
    path = _decided(start(register))
    path.step("consult-school", urn=PRIMARY)
    foreseen = preview_document(register.store, register.officer, path.ref, "L06")
    told = path.step("notify-school-439", urn=PRIMARY, received="2026-12-16")
    notice = path.pdf(told.documents[0])
    pages = rows(register, Document)[-1].pages
    assert pages == foreseen.pages
    first, second = text(notice, 1), text(notice, pages // 2 + 1)
    for page, to in ((first, "Chair of Governors"), (second, "Head Teacher")):
        assert page.count(f"The {to} ") == 1
        assert f"Dear {to} " in page
    changed = second.replace("Head Teacher", "Chair of Governors").replace(f"Page {pages // 2 + 1} of", "Page 1 of")
    assert changed == first
    assert f"Page {pages} of {pages}" in text(notice, pages)
    assert "Receipt" in text(notice, pages)


def test_an_issued_paper_that_says_something_else_now_is_made_again(register: Register) -> None:
    path = start(register).at(date(2026, 12, 1))
    first = path.letter("L04", method="hand")
    assert path.letter("L04", method="hand").id == first.id
    by_post = path.letter("L04", method="first-class")
    assert by_post.id != first.id
    children.change_details(
        register.store, register.officer, path.ref, DetailChanges(has_ehcp=True), reason="Plan made on 30 November"
    )
    assert path.letter("L04", method="first-class").id != by_post.id


def test_the_school_has_the_new_days_and_help_that_the_officer_writes(register: Register) -> None:
    path = _decided(start(register, child=child_facts(sen_provision="K")))
    asked = path.step("consult-school", urn=SECONDARY, reply_by="2027-01-20", longer_reason="staff absence")
    words = text(path.pdf(asked.documents[0]))
    assert "What you need to do by Wednesday 20 January 2027" in words
    assert "You have longer because of the staff absence." in words
    assert "Amara has had special educational needs support at school." in words
    path.step("notify-school-439", urn=SECONDARY, received="2026-12-16")
    path.step("record-school-answer", urn=SECONDARY, answer="No application.")
    path.letter("L07", method="hand")
    path.step("serve-438", method="hand")
    path.at(date(2026, 12, 31)).step("determine-school", urn=SECONDARY, basis="specified")
    order = path.letter("L08", texts={"start_date": "2027-01-12", "school_phone": "020 7946 0199"})
    printed = text(path.pdf(order.id))
    assert "Ring Example High School on 020 7946 0199." in printed
    assert "has kept Tuesday 12 January 2027 as the first day" in printed
    path.step("serve-order", method="hand")
    told = path.step("inform-school", contact_by="2027-01-05", confirm_by="2027-01-19", previous_school="Test Park")
    notice = text(path.pdf(told.documents[0]))
    for phrase in ("By Tuesday 5 January 2027", "By Tuesday 19 January 2027", "ask Test Park for", "Help for Amara"):
        assert phrase in notice


def test_a_closure_letter_to_a_person_has_the_address_that_is_entered(register: Register) -> None:
    referral = referral_facts(
        referrer_kind="public", referrer_name="Mr Ade Neighbour", referrer_school_urn=None, referrer_contact=""
    )
    path = start(register, referral=referral)
    close_case(register.store, register.officer, path.ref, cases.CloseCase("moved-abroad", "Flight seen"))
    assert path.letter_refused("L24").missing == ("address_lines",)
    letter = path.letter("L24", texts={"address_lines": "1 Near Street, Harrow, HA2 9ZZ", "file_wanted": "yes"})
    words = text(path.pdf(letter.id))
    assert "Mr Ade Neighbour 1 Near Street" in words
    assert "Dear Mr Neighbour" in words
    assert "The pupil’s file." in words


def test_a_school_whose_register_still_has_the_name_is_told_that_this_is_no_advice(register: Register) -> None:
    stays = (RegistrationFacts("Example High School", SECONDARY, entry_date=date(2023, 9, 4)),)
    path = start(register, child=child_facts(registrations=stays))
    close_case(register.store, register.officer, path.ref, cases.CloseCase("not-cme", "On roll"))
    assert "This letter is not advice to remove the name." in text(path.pdf(path.letter("L24").id))


def test_a_newer_template_gets_its_row_when_it_is_first_used(register: Register) -> None:
    used = template("L01")
    with register.store.action(register.officer, "test") as session:
        found = template_row(session, used, register.clock.now())
        session.delete(found)
    with register.store.action(register.officer, "test") as session:
        again = template_row(session, used, register.clock.now())
        assert again.sha256 == used.sha256
    assert [row.version for row in rows(register, TemplateVersion) if row.document_code == "L01"] == [versions()["L01"]]


def test_slips_are_named(register: Register) -> None:
    path = start(register)
    store, officer = register.store, register.officer
    with pytest.raises(UserError, match="There is no document X"):
        preview_document(store, officer, path.ref, "X")
    with pytest.raises(NotFound):
        record_posted(store, officer, 99, on=date(2026, 11, 24))
    with pytest.raises(UserError):
        draft_document(store, officer, path.ref, "L01", planned_method="fax")


def test_every_step_has_its_name(register: Register) -> None:
    path = start(register)
    store, officer, manager = register.store, register.officer, register.manager
    given = {"parent": "1", "reason": "Not safe"}
    with pytest.raises(UserError) as waits:
        take_by_name(store, officer, path.ref, "decide-not-to-serve", given)
    assert waits.value.code == "approval-needed"
    refused = take_by_name(store, manager, path.ref, "refuse", {"reason": "Try once more"})
    assert refused.action == "refuse"
    with pytest.raises(UserError):
        take_by_name(store, officer, path.ref, "decide-not-to-serve", given)
    assert take_by_name(store, manager, path.ref, "approve", {"proof": "Signed form"}).action == "approve"
    assert take_by_name(store, officer, path.ref, "decide-not-to-serve", given).state == "informal-enquiry"
    closed = take_by_name(
        store,
        officer,
        path.ref,
        "close",
        {"outcome": "school-place", "how_confirmed": "S2S", "school": SECONDARY, "start_date": "2026-11-20"},
    )
    assert closed.state == "ended"
    for name, words in (("approve", {"document": "x"}), ("refuse", {"colour": "blue"})):
        with pytest.raises(UserError):
            take_by_name(store, manager, path.ref, name, words)


def test_a_notice_whose_time_would_end_after_school_age_is_not_even_made(register: Register) -> None:
    """Posted first class it would count as served too late; handed over on the same day it would not."""
    ends = date(2028, 6, 30)
    path = start(register, child=child_facts(dob=date(2012, 1, 15))).at(date(2028, 6, 15))
    refusal = path.letter_refused("L04", method="first-class")
    assert refusal.section == "Education Act 1996 s8"
    assert path.at(ends - timedelta(days=16)).letter("L04", method="hand").printed_last_day == ends - timedelta(days=2)
