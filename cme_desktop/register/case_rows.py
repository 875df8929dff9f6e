"""The rows of a case's tabs: steps, adults, enquiries, addresses, registrations and documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.models.child import ChildAddress, SchoolRegistration
from cme_desktop.models.document import Document
from cme_desktop.models.episode import Parent
from cme_desktop.models.people import PersonRow
from cme_desktop.models.reference import EnquiryCode, MethodCode
from cme_desktop.models.timeline import Enquiry, Task

DOCUMENT_TITLES = {
    "L01": "First enquiry letter",
    "L04": "Notice s437(1)",
    "L05": "Consultation with the school",
    "L06": "Decision notice to the school",
    "L07": "Notice of intention s438",
    "L08": "School attendance order",
    "L09": "Notice of the order to the school",
    "L24": "Closure letter to the referrer",
}


@dataclass(frozen=True)
class TaskRow:
    """One next step with its reason and date."""

    id: int
    rule: str
    title: str
    why: str
    due: date
    waits_on: str
    state: str
    band: str
    is_manual: bool
    derivation: tuple[str, ...]
    put_off_until: date | None
    done_on: date | None


@dataclass(frozen=True)
class AdultRow:
    """A parent or carer with what each may be told."""

    id: int
    title: str
    name: str
    forename: str
    surname: str
    relationship: str
    has_care: bool
    parental_responsibility: bool
    address: tuple[str, ...]
    postcode: str
    phone: str
    phones: tuple[str, ...]
    email: str
    may_be_written_to: bool
    must_not_be_told: bool
    no_contact: bool
    restriction_reason: str
    address_confidential: bool
    electronic_consent: bool
    electronic_consent_on: date | None
    electronic_address: str


@dataclass(frozen=True)
class SiblingRow:
    """A brother or sister, and the newest case of that child if any."""

    child_id: int
    name: str
    dob: date | None
    ref: str | None
    source: str


@dataclass(frozen=True)
class EventRow:
    """One line of the timeline."""

    id: int
    kind: str
    happened_on: date
    happened_at: datetime | None
    recorded_at: datetime
    title: str
    detail: str
    by: str
    document_id: int | None
    source_file_id: int | None
    method: str = ""
    contact: str = ""
    side: str = ""


@dataclass(frozen=True)
class EnquiryRow:
    """One enquiry of the school or of the council."""

    id: int
    side: str
    code: str
    code_label: str
    asked: str
    contact_detail: str
    method: str
    made_on: date
    made_at: datetime | None
    outcome: str
    outcome_detail: str
    answered_on: date | None
    chase_on: date | None
    by: str
    method_code: str = ""
    agency: str = ""


@dataclass(frozen=True)
class AddressRow:
    """One address of the child over a period."""

    lines: tuple[str, ...]
    postcode: str
    country: str
    valid_from: date
    valid_to: date | None
    confidential: bool
    source: str

    @property
    def one_line(self) -> str:
        """Return the address on one line."""
        return ", ".join((*self.lines, self.postcode) if self.postcode else self.lines)


@dataclass(frozen=True)
class RegistrationRow:
    """One school registration of the child."""

    urn: str | None
    school: str
    entry_date: date | None
    leaving_date: date | None
    ground: str | None
    ground_text: str
    ground_read_because: str
    leaving_reason: str
    source: str
    first_absent_day: date | None = None


@dataclass(frozen=True)
class DocumentRow:
    """One document of the case."""

    id: int
    code: str
    title: str
    number: str
    addressee: str
    parent_id: int | None
    state: str
    dated: date
    drafted_at: datetime
    issued_at: datetime | None
    approved_at: datetime | None
    printed_at: datetime | None
    pages: int
    sha256: str
    watermark: str


def task_rows(session: Session, episode_id: int) -> tuple[TaskRow, ...]:
    """Return the open steps by date, then the steps done, newest first."""
    rows = session.scalars(
        select(Task)
        .where(Task.episode_id == episode_id, Task.state != "dropped")
        .order_by(Task.state.desc(), Task.due, Task.id)
    )
    return tuple(
        TaskRow(
            id=task.id,
            rule=task.rule,
            title=task.title,
            why=task.why,
            due=max(task.due, task.put_off_until or task.due),
            waits_on=task.waits_on,
            state=task.state,
            band=task.band,
            is_manual=task.is_manual,
            derivation=tuple(task.derivation),
            put_off_until=task.put_off_until,
            done_on=task.done_on,
        )
        for task in rows
    )


def adult_rows(session: Session, episode_id: int) -> tuple[AdultRow, ...]:
    """Return the parents and carers of a case: who has care first."""
    rows = session.scalars(
        select(Parent)
        .where(Parent.episode_id == episode_id)
        .order_by(Parent.has_care.desc(), Parent.parental_responsibility.desc(), Parent.id)
    )
    return tuple(
        AdultRow(
            id=adult.id,
            title=adult.title,
            name=" ".join(part for part in (adult.forename, adult.surname) if part),
            forename=adult.forename,
            surname=adult.surname,
            relationship=adult.relationship,
            has_care=adult.has_care,
            parental_responsibility=adult.parental_responsibility,
            address=tuple(adult.address),
            postcode=adult.postcode,
            phone=_first_phone(adult.phones),
            phones=tuple(_phone(entry) for entry in adult.phones),
            email=adult.email,
            may_be_written_to=adult.may_be_written_to,
            must_not_be_told=adult.must_not_be_told,
            no_contact=adult.no_contact,
            restriction_reason=adult.restriction_reason,
            address_confidential=adult.address_confidential,
            electronic_consent=adult.electronic_consent,
            electronic_consent_on=adult.electronic_consent_on,
            electronic_address=adult.electronic_address,
        )
        for adult in rows
    )


def _phone(entry: object) -> str:
    return str(entry.get("PhoneNo", "")) if isinstance(entry, dict) else str(entry)


def _first_phone(entries: Sequence[object]) -> str:
    return _phone(entries[0]) if entries else ""


def document_rows(session: Session, episode_id: int) -> tuple[DocumentRow, ...]:
    """Return the documents of a case, newest first, without withdrawn drafts."""
    rows = session.scalars(
        select(Document)
        .where(Document.episode_id == episode_id, Document.state != "withdrawn")
        .order_by(Document.id.desc())
    )
    return tuple(
        DocumentRow(
            id=row.id,
            code=row.code,
            title=DOCUMENT_TITLES.get(row.code, row.code),
            number=row.number,
            addressee=row.addressee,
            parent_id=row.parent_id,
            state=row.state,
            dated=row.dated,
            drafted_at=row.drafted_at,
            issued_at=row.issued_at,
            approved_at=row.approved_at,
            printed_at=row.printed_at,
            pages=row.pages,
            sha256=row.sha256,
            watermark=row.watermark,
        )
        for row in rows
    )


def enquiry_rows(session: Session, episode_id: int) -> tuple[EnquiryRow, ...]:
    """Return the enquiries of a case inside an open read."""
    statement = (
        select(Enquiry, PersonRow.name, EnquiryCode.label, MethodCode.label)
        .join(PersonRow, PersonRow.id == Enquiry.user_id)
        .outerjoin(EnquiryCode, EnquiryCode.code == Enquiry.enquiry_code)
        .outerjoin(MethodCode, MethodCode.code == Enquiry.method)
        .where(Enquiry.episode_id == episode_id)
        .order_by(Enquiry.made_on.desc(), Enquiry.id.desc())
    )
    return tuple(
        EnquiryRow(
            id=row.id,
            side=row.side,
            code=row.enquiry_code or "",
            code_label=label or "",
            asked=row.asked,
            contact_detail=row.contact_detail,
            method=method or row.method,
            made_on=row.made_on,
            made_at=row.made_at,
            outcome=row.outcome,
            outcome_detail=row.outcome_detail,
            answered_on=row.answered_on,
            chase_on=row.chase_on,
            by=by,
            method_code=row.method,
            agency=row.agency,
        )
        for row, by, label, method in session.execute(statement)
    )


def address_rows(session: Session, child_id: int) -> tuple[AddressRow, ...]:
    """Return the addresses of a child inside an open read, newest first."""
    rows = session.scalars(
        select(ChildAddress)
        .where(ChildAddress.child_id == child_id, ChildAddress.superseded_at.is_(None))
        .order_by(ChildAddress.valid_to.is_not(None), ChildAddress.valid_from.desc(), ChildAddress.id.desc())
    )
    return tuple(
        AddressRow(
            lines=tuple(row.lines),
            postcode=row.postcode,
            country=row.country,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            confidential=row.confidential,
            source=row.source,
        )
        for row in rows
    )


def registration_rows(session: Session, child_id: int) -> tuple[RegistrationRow, ...]:
    """Return the school registrations of a child inside an open read, newest first."""
    rows = session.scalars(
        select(SchoolRegistration)
        .where(SchoolRegistration.child_id == child_id, SchoolRegistration.superseded_at.is_(None))
        .order_by(SchoolRegistration.valid_from.desc(), SchoolRegistration.id.desc())
    )
    return tuple(
        RegistrationRow(
            urn=row.school_urn,
            school=row.school_name,
            entry_date=row.entry_date,
            leaving_date=row.leaving_date,
            ground=row.ground,
            ground_text=row.ground_text,
            ground_read_because=row.ground_read_because,
            leaving_reason=row.leaving_reason,
            source=row.source,
            first_absent_day=row.first_absent_day,
        )
        for row in rows
    )
