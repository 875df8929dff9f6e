"""The letters of the register: drafts, what waits for approval, what was issued, and the bytes of one document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from cme_desktop.access import Receipt, check_receipt, requires
from cme_desktop.domain.errors import NotFound
from cme_desktop.domain.roles import Person, Role
from cme_desktop.models.child import Child, ChildName
from cme_desktop.models.document import ContentFile, Document
from cme_desktop.models.episode import Episode, Parent
from cme_desktop.models.order import Approval, Service
from cme_desktop.models.people import PersonRow
from cme_desktop.models.reference import TemplateVersion
from cme_desktop.register.case_rows import DOCUMENT_TITLES
from cme_desktop.register.periods import current_name, full_name
from cme_desktop.register.visibility import visible
from cme_desktop.storage.store import Store


@dataclass(frozen=True)
class LetterRow:
    """One document as the Letters page lists it; ``sent`` where it went by school2school with the act that made it."""

    document_id: int
    code: str
    title: str
    number: str
    ref: str
    child: str
    addressee: str
    state: str
    approval: str
    asked_by: str
    drafted_by: str
    drafted_at: datetime
    issued_at: datetime | None
    printed_at: datetime | None
    posted_on: date | None
    served: int
    parent_id: int | None = None
    asked_at: datetime | None = None
    refused_because: str = ""
    mine: bool = False
    returned_on: date | None = None
    scan_filed: bool = False
    relation: str = ""
    sent: bool = False


@dataclass(frozen=True)
class LetterCounts:
    """How many documents each list of the Letters page holds; ``to_decide`` are approvals that wait for the viewer."""

    to_print: int
    drafts: int
    waiting: int
    issued: int
    to_decide: int


@dataclass(frozen=True)
class ApprovalRow:
    """One thing that waits for a second person."""

    id: int
    kind: str
    what: str
    ref: str
    child: str
    document_id: int | None
    asked_by: str
    asked_at: datetime
    mine: bool
    data: dict[str, Any]


@dataclass(frozen=True)
class DocumentPage:
    """One document with its state, and the place of its sealed bytes."""

    row: LetterRow
    dated: date
    pages: int
    sha256: str
    template_version: str
    ruleset: str
    planned_method: str | None
    planned_service_on: date | None
    printed_last_day: date | None
    parent_id: int | None
    school_urn: str | None
    facts: dict[str, Any]
    watermark: str
    content_name: str
    approved_by: str
    approved_at: datetime | None
    services: tuple[tuple[date, date, str, bool], ...]


SENT_BY_ITS_ACT = frozenset({"L05", "L06", "L09"})
"""What is made and filed by its act towards a school; by school2school it has gone when it is made."""
S2S_MESSAGE = "s2s-message"
TO_PRINT, DRAFTS, WAITING, ISSUED = "to-print", "draft", "waiting", "issued"


@requires("ask.documents")
def letter_rows(
    store: Store, viewer: Person, *, state: str = "", ref: str = "", code: str = "", limit: int = 300
) -> tuple[LetterRow, ...]:
    """Return documents newest first, no withdrawn drafts.

    Args:
        state: narrows to ``draft`` (drafts that wait included), ``waiting``, ``to-print`` (issued, and neither
            printed nor gone without: posted, served, or sent by its act) or ``issued``.
        ref: narrows to one case; ``code`` to one kind of document.
    """
    with store.read() as session:
        statement = _letters(viewer).order_by(Document.id.desc()).limit(limit)
        if state:
            statement = statement.where(*_in_state(state))
        if ref:
            statement = statement.where(Episode.ref == ref)
        if code:
            statement = statement.where(Document.code == code)
        return tuple(_letter(viewer, *row) for row in session.execute(statement))


def _in_state(state: str) -> tuple[ColumnElement[bool], ...]:
    holds = exists().where(Service.document_id == Document.id, Service.defective.is_(False))
    sent = Document.code.in_(SENT_BY_ITS_ACT) & (func.coalesce(Document.planned_method, "") == S2S_MESSAGE)
    gone = Document.printed_at.is_not(None) | Document.posted_on.is_not(None) | holds | sent
    return {
        DRAFTS: (Document.state == "draft",),
        WAITING: (Document.state == "draft", Approval.decision == "waiting"),
        TO_PRINT: (Document.state == "issued", ~gone),
        ISSUED: (Document.state == "issued",),
    }[state]


@requires("ask.documents")
def letter_counts(store: Store, viewer: Person) -> LetterCounts:
    """Return how many documents each list of the Letters page holds for this viewer."""
    with store.read() as session:
        found = {
            state: session.scalar(
                select(func.count()).select_from(_letters(viewer).where(*_in_state(state)).subquery())
            )
            or 0
            for state in (TO_PRINT, DRAFTS, WAITING, ISSUED)
        }
        decide = 0
        if viewer.holds(Role.MANAGER):
            decide = (
                session.scalar(
                    select(func.count())
                    .select_from(Approval)
                    .join(Episode, Episode.id == Approval.episode_id)
                    .join(Child, Child.id == Episode.child_id)
                    .where(Approval.decision == "waiting", Approval.asked_by != viewer.id, visible(viewer))
                )
                or 0
            )
        return LetterCounts(found[TO_PRINT], found[DRAFTS], found[WAITING], found[ISSUED], decide)


def _letters(viewer: Person) -> Any:
    drafter, asker = aliased(PersonRow), aliased(PersonRow)
    newest = select(Approval.document_id, func.max(Approval.id).label("id")).group_by(Approval.document_id).subquery()
    served = (
        select(Service.document_id, func.count().label("n"))
        .where(Service.defective.is_(False))
        .group_by(Service.document_id)
        .subquery()
    )
    return (
        select(Document, Episode.ref, ChildName, drafter.name, Approval, asker.name, served.c.n, Parent.relationship)
        .join(Episode, Episode.id == Document.episode_id)
        .join(Child, Child.id == Episode.child_id)
        .join(drafter, drafter.id == Document.drafted_by)
        .outerjoin(ChildName, current_name())
        .outerjoin(newest, newest.c.document_id == Document.id)
        .outerjoin(Approval, Approval.id == newest.c.id)
        .outerjoin(asker, asker.id == Approval.asked_by)
        .outerjoin(served, served.c.document_id == Document.id)
        .outerjoin(Parent, Parent.id == Document.parent_id)
        .where(Document.state != "withdrawn", visible(viewer))
    )


def _letter(
    viewer: Person,
    document: Document,
    ref: str,
    name: ChildName | None,
    drafted_by: str,
    approval: Approval | None,
    asked_by: str | None,
    served: int | None,
    relation: str | None,
) -> LetterRow:
    waits = approval is not None and approval.decision == "waiting"
    own = viewer.id in (document.drafted_by, approval.asked_by if approval else None)
    return LetterRow(
        document_id=document.id,
        code=document.code,
        title=DOCUMENT_TITLES.get(document.code, document.code),
        number=document.number,
        ref=ref,
        child=full_name(name),
        addressee=document.addressee,
        state=document.state,
        approval=approval.decision if approval else "",
        asked_by=asked_by or "",
        drafted_by=drafted_by,
        drafted_at=document.drafted_at,
        issued_at=document.issued_at,
        printed_at=document.printed_at,
        posted_on=document.posted_on,
        served=served or 0,
        parent_id=document.parent_id,
        asked_at=approval.asked_at if approval else None,
        refused_because=approval.reason if approval and approval.decision == "refused" else "",
        mine=waits and viewer.holds(Role.MANAGER) and not own,
        returned_on=document.returned_on,
        scan_filed=document.signed_scan_id is not None,
        relation=relation or "",
        sent=document.state == "issued" and document.code in SENT_BY_ITS_ACT and document.planned_method == S2S_MESSAGE,
    )


@requires("ask.approvals")
def waiting_approvals(store: Store, viewer: Person) -> tuple[ApprovalRow, ...]:
    """Return what waits for a second person, oldest first; ``mine`` marks what this viewer may decide."""
    with store.read() as session:
        rows = session.execute(
            select(Approval, Episode.ref, ChildName, PersonRow.name)
            .join(Episode, Episode.id == Approval.episode_id)
            .join(Child, Child.id == Episode.child_id)
            .join(PersonRow, PersonRow.id == Approval.asked_by)
            .outerjoin(ChildName, current_name())
            .where(Approval.decision == "waiting", visible(viewer))
            .order_by(Approval.id)
        )
        return tuple(
            ApprovalRow(
                id=approval.id,
                kind=approval.kind,
                what=str(approval.data.get("what", "")),
                ref=ref,
                child=full_name(name),
                document_id=approval.document_id,
                asked_by=asked_by,
                asked_at=approval.asked_at,
                mine=viewer.holds(Role.MANAGER) and approval.asked_by != viewer.id,
                data=approval.data,
            )
            for approval, ref, name, asked_by in rows
        )


@requires("ask.documents")
def document_page(store: Store, viewer: Person, document_id: int) -> DocumentPage:
    """Return one document's state; raise NotFound if there is none that this viewer may see."""
    with store.read() as session:
        row = session.execute(_letters(viewer).where(Document.id == document_id)).first()
        if row is None:
            raise NotFound("This document is not in the register. Open the case and look under Documents.")
        document: Document = row[0]
        version = session.get_one(TemplateVersion, document.template_version_id)
        content = session.get_one(ContentFile, document.content_id)
        services = session.execute(
            select(Service.sent_on, Service.deemed_on, Service.method, Service.defective)
            .where(Service.document_id == document.id)
            .order_by(Service.id)
        )
        approved_by = session.scalar(select(PersonRow.name).where(PersonRow.id == document.approved_by)) or ""
        return DocumentPage(
            row=_letter(viewer, *row),
            dated=document.dated,
            pages=document.pages,
            sha256=document.sha256,
            template_version=f"{version.version} {version.sha256[:6]}",
            ruleset=document.ruleset,
            planned_method=document.planned_method,
            planned_service_on=document.planned_service_on,
            printed_last_day=document.printed_last_day,
            parent_id=document.parent_id,
            school_urn=document.school_urn,
            facts=document.facts,
            watermark=document.watermark,
            content_name=content.stored_name,
            approved_by=approved_by,
            approved_at=document.approved_at,
            services=tuple((sent, deemed, method, defective) for sent, deemed, method, defective in services),
        )


def document_entity(document_id: int) -> str:
    """Return the name under which looks at a document are recorded."""
    return f"document:{document_id}"


@requires("ask.documents")
def document_bytes(store: Store, viewer: Person, document_id: int, receipt: Receipt) -> bytes:
    """Return the filed bytes of a document; the receipt proves that this look was recorded first."""
    check_receipt(receipt, viewer, document_entity(document_id))
    with store.read() as session:
        row = session.execute(
            select(Document, ContentFile)
            .join(ContentFile, ContentFile.id == Document.content_id)
            .join(Episode, Episode.id == Document.episode_id)
            .join(Child, Child.id == Episode.child_id)
            .where(Document.id == document_id, visible(viewer))
        ).first()
    if row is None:
        raise NotFound("This document is not in the register. Open the case and look under Documents.")
    content: ContentFile = row[1]
    if content.file_key is None:
        raise NotFound("The file of this document was destroyed. Its entry and its fingerprint stay.")
    return store.content.open(content.stored_name, content.file_key, content.sha256)
