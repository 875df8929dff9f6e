"""The two paths of the order process as the tour walks them: who does what on which day, by casework's own acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from cme_desktop import shipped
from cme_desktop.casework import access_log, approvals, next_steps, risk
from cme_desktop.casework.cases import CloseCase, change_status
from cme_desktop.casework.documents.drafting import draft_document
from cme_desktop.casework.documents.handling import record_printed
from cme_desktop.casework.documents.issuing import ApprovalNeeded, issue_document
from cme_desktop.casework.enquiries import EnquiryEntry, record_enquiry
from cme_desktop.casework.facts.case import REVIEWS
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.orders.steps import take_step
from cme_desktop.domain.roles import Person
from cme_desktop.register import letters
from cme_desktop.register.case_page import CasePage, case_page
from cme_desktop.storage.store import Store

Act = Callable[[Store, Person], object]


@dataclass(frozen=True)
class Scene:
    """One act: how many days after the start, who does it, what it is called, and the tab to be pictured after it."""

    day: int
    name: str
    act: Act
    by_manager: bool = False
    tab: str = ""


def page_of(store: Store, viewer: Person, ref: str) -> CasePage:
    """Return a case's page, the look recorded first."""
    return case_page(store, viewer, ref, access_log.open_case_page(store, viewer, ref))


def documents_of(store: Store, viewer: Person, ref: str) -> dict[str, bytes]:
    """Return the issued documents of a case by code, each look recorded first."""
    found: dict[str, bytes] = {}
    for row in reversed(page_of(store, viewer, ref).documents):
        if row.state == "issued":
            receipt = access_log.print_document(store, viewer, row.id)
            found[row.code] = letters.document_bytes(store, viewer, row.id, receipt)
    return found


def _print(store: Store, actor: Person, document_id: int) -> None:
    record_printed(store, actor, [document_id], [access_log.print_document(store, actor, document_id)])


def _enquiries(ref: str) -> Act:
    def act(store: Store, actor: Person) -> None:
        today = store.clock.today()
        for side, code, asked, contact, method, outcome in (
            ("school", "RE01", "School office", "020 7946 0171", "phone", "no-answer"),
            ("council", "RE06", "School Admissions", "020 7946 0462", "system-check", "nothing"),
            ("council", "RE08", "Housing, tenancy team", "020 7946 0480", "email", "nothing"),
            ("council", "RE04", "Parents at home", "07700 900142", "visit", "nobody-in"),
        ):
            agency = "housing" if code == "RE08" else ""
            entry = EnquiryEntry(side, asked, contact, method, today, outcome, code, agency, answered_on=today)
            record_enquiry(store, actor, ref, entry)

    return act


def _found(ref: str) -> Act:
    """Find the family at a second visit, and record from then on that the child goes to no school."""

    def act(store: Store, actor: Person) -> None:
        today = store.clock.today()
        told = "The family lives at the address. The child goes to no school, and no education was shown."
        entry = EnquiryEntry(
            "council", "Parents at home", "07700 900142", "visit", today, "found", "RE04", answered_on=today,
            outcome_detail=told,
        )  # fmt: skip
        record_enquiry(store, actor, ref, entry)
        change_status(store, actor, ref, "known-not-in-education", reason=told)

    return act


def _review(ref: str) -> Act:
    def act(store: Store, actor: Person) -> None:
        for task in page_of(store, actor, ref).tasks:
            if task.rule in REVIEWS and task.state == "open":
                next_steps.mark_done(
                    store, actor, task.id, note="Looked at with the manager: the order process goes on."
                )

    return act


def _risk(ref: str) -> Act:
    def act(store: Store, actor: Person) -> None:
        for question in shipped.questions().questions:
            answer = "not-sure" if question.number == 8 else "no"
            risk.answer_question(
                store, actor, ref, risk.AnswerEntry(question.number, answer, "From the file and the calls made")
            )

    return act


def _draft(ref: str, code: str, method: str = "hand") -> Act:
    def act(store: Store, actor: Person) -> None:
        for parent in _parents(store, actor, ref) if code in {"L01", "L04", "L07", "L08"} else [None]:
            drafted = draft_document(store, actor, ref, code, parent, planned_method=method)
            try:
                issue_document(store, actor, drafted.id)
            except ApprovalNeeded:
                continue
            _print(store, actor, drafted.id)

    return act


def _approve(ref: str) -> Act:
    def act(store: Store, actor: Person) -> None:
        for row in letters.waiting_approvals(store, actor):
            if row.ref == ref and row.mine:
                approvals.approve(store, actor, ref, approval_id=row.id)

    return act


def _issue(ref: str, code: str) -> Act:
    def act(store: Store, actor: Person) -> None:
        for row in page_of(store, actor, ref).documents:
            if row.code == code and row.state == "draft":
                issue_document(store, actor, row.id)
                _print(store, actor, row.id)

    return act


def _parents(store: Store, actor: Person, ref: str) -> list[int]:
    return [adult.id for adult in page_of(store, actor, ref).adults]


def _step(ref: str, action: str, **particulars: str) -> Act:
    return lambda store, actor: take_step(store, actor, ref, action, particulars)


def _notify(ref: str, urn: str) -> Act:
    def act(store: Store, actor: Person) -> None:
        received = store.clock.today().isoformat()
        take_step(store, actor, ref, "notify-school-439", {"urn": urn, "received": received})

    return act


def _serve(ref: str, action: str) -> Act:
    def act(store: Store, actor: Person) -> None:
        for parent in _parents(store, actor, ref):
            given = {"parent": str(parent), "method": "hand", "proof": "Handed over at the door"}
            take_step(store, actor, ref, action, given)

    return act


def _first_day(store: Store, actor: Person, ref: str) -> date:
    """Return the first school day that the case's order names."""
    order = letters.letter_rows(store, actor, ref=ref, code="L08")[0]
    return date.fromisoformat(letters.document_page(store, actor, order.document_id).facts["start_on"])


def _close(ref: str, urn: str) -> Act:
    def act(store: Store, actor: Person) -> None:
        close_case(
            store,
            actor,
            ref,
            CloseCase(
                "school-place",
                "The school confirmed by S2S that the child is on its register",
                school_urn=urn,
                started_on=_first_day(store, actor, ref),
            ),
        )

    return act


def order_path(ref: str, urn: str, *, academy: bool) -> list[Scene]:
    """Return the scenes from the first letter to the order and the closing, on one path; day 0 is a Monday."""
    if academy:
        answer = _step(ref, "agree-academy", urn=urn, agreed_by="Mr Daniel Sample, principal, for the trust")
        towards_school = [Scene(46, "The trust agrees in writing", answer)]
    else:
        words = "The governing body has a place in this year group and does not object."
        answer = _step(ref, "record-school-answer", urn=urn, answer=words)
        towards_school = [
            Scene(46, "The school answers the consultation", answer),
            Scene(49, "School given notice under section 439(6)", _notify(ref, urn)),
        ]
    return [
        Scene(1, "Enquiries of the school and of the council", _enquiries(ref), tab="enquiries"),
        Scene(1, "The 22 risk questions", _risk(ref), tab="risk"),
        Scene(2, "First enquiry letter", _draft(ref, "L01"), tab="documents"),
        Scene(9, "The family found at home", _found(ref)),
        Scene(21, "Notice under section 437(1), drafted", _draft(ref, "L04")),
        Scene(21, "Notice approved by a second person", _approve(ref), by_manager=True),
        Scene(21, "Notice issued", _issue(ref, "L04")),
        Scene(21, "Notice served", _serve(ref, "serve-437"), tab="order"),
        Scene(28, "Four-week review", _review(ref)),
        Scene(36, "No reply in the parents’ 15 days", _step(ref, "assess-response", result="none")),
        Scene(
            36,
            "Decided that school is expedient",
            _step(ref, "decide-expedient", expedient="yes", reasons="Nothing was shown, and help was not taken up."),
        ),
        Scene(37, "School consulted", _step(ref, "consult-school", urn=urn), tab="order"),
        *towards_school,
        Scene(56, "Review", _review(ref)),
        Scene(65, "Notice of intention under section 438, drafted", _draft(ref, "L07")),
        Scene(65, "Notice of intention served", _serve(ref, "serve-438"), tab="order"),
        Scene(80, "Review", _review(ref)),
        Scene(80, "School determined", _step(ref, "determine-school", urn=urn, basis="specified")),
        Scene(80, "School attendance order, drafted", _draft(ref, "L08")),
        Scene(80, "Order approved by a second person", _approve(ref), by_manager=True),
        Scene(80, "Order issued", _issue(ref, "L08"), tab="documents"),
        Scene(80, "Order served", _serve(ref, "serve-order"), tab="order"),
        Scene(80, "School told of the order", _step(ref, "inform-school"), tab="order"),
        Scene(94, "Case closed: school place taken up", _close(ref, urn)),
        Scene(94, "Referrer told", _draft(ref, "L24", "s2s-message"), tab="timeline"),
    ]


def day_of(start: date, scene: Scene) -> date:
    """Return the day of a scene."""
    return start + timedelta(days=scene.day)
