"""What a case holds in numbers and papers: its UPNs, and its documents with how each was served."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.access import Receipt, check_receipt, requires
from cme_desktop.domain.roles import Person
from cme_desktop.models.child import ChildIdentifier
from cme_desktop.models.document import Document
from cme_desktop.models.order import Approval, Service
from cme_desktop.register.case_page import entity_of, find_episode
from cme_desktop.storage.store import Store


@dataclass(frozen=True)
class UpnRow:
    """One UPN of the child: permanent or temporary, or a wrong check letter; a former one is not current."""

    upn: str
    kind: str
    current: bool


@dataclass(frozen=True)
class ServiceRow:
    """One service: the day the paper was sent or handed over, how, and the day it counts as served."""

    on: date
    method: str
    deemed: date
    last_day: date | None
    defective: bool
    returned: date | None
    proof: str
    address: tuple[str, ...]
    derivation: tuple[str, ...]


@dataclass(frozen=True)
class FiledRow:
    """One document of the case; ``filed_at`` is when it was issued, None for a draft."""

    id: int
    code: str
    number: str
    sha256: str
    state: str
    for_parent: int | None
    school_urn: str | None
    dated: date
    pages: int
    filed_at: datetime | None
    approval: str
    printed_last_day: date | None
    services: tuple[ServiceRow, ...]


@dataclass(frozen=True)
class CaseRecord:
    """The numbers and the papers of a case."""

    upns: tuple[UpnRow, ...]
    documents: tuple[FiledRow, ...]


@requires("ask.case")
def case_record(store: Store, viewer: Person, ref: str, receipt: Receipt) -> CaseRecord:
    """Return the UPNs of a case's child and its documents with their services, oldest first; no withdrawn drafts."""
    check_receipt(receipt, viewer, entity_of(ref))
    with store.read() as session:
        episode, child = find_episode(session, viewer, ref)
        upns = session.scalars(
            select(ChildIdentifier)
            .where(ChildIdentifier.child_id == child.id, ChildIdentifier.scheme == "upn")
            .order_by(ChildIdentifier.is_current.desc(), ChildIdentifier.id)
        )
        return CaseRecord(
            tuple(UpnRow(row.value, row.kind or "permanent", row.is_current) for row in upns),
            _documents(session, episode.id),
        )


def _documents(session: Session, episode_id: int) -> tuple[FiledRow, ...]:
    rows = session.scalars(
        select(Document).where(Document.episode_id == episode_id, Document.state != "withdrawn").order_by(Document.id)
    ).all()
    services: dict[int, list[ServiceRow]] = {row.id: [] for row in rows}
    for service in session.scalars(select(Service).where(Service.document_id.in_(list(services))).order_by(Service.id)):
        services[service.document_id].append(_service(service))
    decisions = {
        document_id: decision
        for document_id, decision in session.execute(
            select(Approval.document_id, Approval.decision)
            .where(Approval.document_id.in_(list(services)))
            .order_by(Approval.id)
        )
        if document_id is not None
    }
    return tuple(
        FiledRow(
            id=row.id,
            code=row.code,
            number=row.number,
            sha256=row.sha256,
            state=row.state,
            for_parent=row.parent_id,
            school_urn=row.school_urn,
            dated=row.dated,
            pages=row.pages,
            filed_at=row.issued_at,
            approval=decisions.get(row.id, ""),
            printed_last_day=row.printed_last_day,
            services=tuple(services[row.id]),
        )
        for row in rows
    )


def _service(row: Service) -> ServiceRow:
    return ServiceRow(
        on=row.sent_on,
        method=row.method,
        deemed=row.deemed_on,
        last_day=row.last_day,
        defective=row.defective,
        returned=row.returned_on,
        proof=row.proof,
        address=tuple(row.address_used),
        derivation=tuple(row.derivation),
    )
