"""Three parents of one child, as picture 08 has them: one replied, one did not, one waits for a decision."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import select

from cme_desktop.casework import approvals
from cme_desktop.casework.documents.drafting import draft_document
from cme_desktop.casework.documents.issuing import ApprovalNeeded, issue_document
from cme_desktop.casework.enquiries import EnquiryEntry, record_enquiry
from cme_desktop.casework.orders.not_serving import ask_not_to_serve
from cme_desktop.casework.orders.steps import take_step
from cme_desktop.casework.parents import ParentFacts
from cme_desktop.models.episode import Parent
from tests.factories import Register, child_facts, make_case, parent_facts, referral_facts

MORNING = datetime(2026, 11, 24, 10, 42, tzinfo=UTC)
NOWHERE: dict[str, object] = {"parental_responsibility": False, "address": (), "postcode": ""}
PROOF = "Certificate of posting, 4 Nov 2026"


def parent(forename: str, surname: str, relation: str, code: str, **changes: object) -> ParentFacts:
    """Return an adult of the case."""
    return parent_facts(surname, forename, relationship=relation, relationship_code=code, **changes)


def issue(register: Register, ref: str, code: str, parent_id: int, method: str, sent_on: date | None = None) -> int:
    """Draft, have approved and issue a paper, and return its number."""
    store, me = register.store, register.officer
    made = draft_document(store, me, ref, code, parent_id, planned_method=method, planned_sent_on=sent_on)
    try:
        issue_document(store, me, made.id)
    except ApprovalNeeded:
        approvals.approve(store, register.manager, ref, document_id=made.id)
        issue_document(store, me, made.id)
    return made.id


def go_to(register: Register, day: date, hour: int = 12) -> None:
    """Let it be another day."""
    register.clock.moment = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def parent_ids(register: Register) -> list[int]:
    """Return the numbers of the adults."""
    with register.store.read() as session:
        return list(session.scalars(select(Parent.id).order_by(Parent.id)))


def fill(register: Register) -> str:
    """Work Ayaan Warsame's case up to picture 08, and return its reference."""
    store, me = register.store, register.officer
    go_to(register, date(2026, 10, 1))
    ref = make_case(
        register,
        child=child_facts("Warsame", "Ayaan", dob=date(2014, 5, 9), sex="M", registrations=()),
        referral=referral_facts(date(2026, 10, 1)),
        missing_since=date(2026, 9, 1),
        status="known-not-in-education",
        parents=(
            parent("Hodan", "Warsame", "Mother", "PAM"),
            parent("Cabdi", "Warsame", "Father", "PAF", has_care=False, title="Mr"),
            parent("Faduma", "Ali", "Grandmother", "FAM", title="Mrs", **NOWHERE),
        ),
    ).ref
    mother, father, grandmother = parent_ids(register)
    go_to(register, date(2026, 10, 12))
    record_enquiry(
        store,
        me,
        ref,
        EnquiryEntry("council", "Home", "8 Low Street", "visit", date(2026, 10, 12), "nobody-in", "RE04"),
    )
    go_to(register, date(2026, 11, 4))
    issue(register, ref, "L04", mother, "first-class")
    issue(register, ref, "L04", father, "hand", date(2026, 11, 9))
    take_step(store, me, ref, "serve-437", {"parent": str(mother), "method": "first-class", "proof": PROOF})
    go_to(register, date(2026, 11, 9))
    take_step(store, me, ref, "serve-437", {"parent": str(father), "method": "hand", "proof": "Handed over"})
    go_to(register, date(2026, 11, 19))
    record_enquiry(
        store,
        me,
        ref,
        EnquiryEntry(
            "council",
            "Hodan Warsame",
            "07700 900123",
            "letter",
            date(2026, 11, 19),
            "useful",
            parent_id=mother,
            answered_on=date(2026, 11, 19),
            outcome_detail="A tutor comes on two days a week",
        ),
    )
    go_to(register, date(2026, 11, 20))
    ask_not_to_serve(store, me, ref, grandmother, "No address after enquiries of the family and the school")
    register.clock.moment = MORNING
    return ref
