"""What happens to an issued document: printed, posted, come back, signed and scanned, sent as a copy (safety.md 6)."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from cme_desktop.access import Receipt, check_receipt, requires
from cme_desktop.casework import next_steps
from cme_desktop.casework.documents.filed import ISSUED, PDF, DocumentRow, content_row, find_document, view
from cme_desktop.casework.reference.policy import policy_of
from cme_desktop.casework.rows.timeline import add_event
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.models.document import Attachment, ContentFile, Document, Sharing
from cme_desktop.models.order import Service
from cme_desktop.storage.store import Store

SCANS = frozenset({PDF, "image/png", "image/jpeg", "image/tiff"})
PLAIN_MAIL = re.compile(r"e-?mail", re.IGNORECASE)
SHORTEST_PASSWORD = 12


@dataclass(frozen=True)
class CopyToSend:
    """A copy to give out: its bytes, and its name, which holds the case reference only."""

    file_name: str
    content: bytes


@requires("document.printed")
def record_printed(store: Store, actor: Person, document_ids: Sequence[int], receipts: Sequence[Receipt]) -> None:
    """Record that documents were printed; each look was recorded before a page left the printer.

    Raises:
        NotAllowed: a look was not recorded.
        UserError: one of them is a draft.
    """
    for document_id, receipt in zip(document_ids, receipts, strict=True):
        check_receipt(receipt, actor, f"document:{document_id}", "access.print")
    next_steps.attach(store)
    with store.action(actor, "document.printed") as session:
        for document_id in document_ids:
            row, _ = find_document(session, actor, document_id)
            _issued(row)
            row.printed_at = store.clock.now()


@requires("document.posted")
def record_posted(store: Store, actor: Person, document_id: int, *, on: date) -> DocumentRow:
    """Record the day on which a document was posted or sent.

    Raises:
        UserError: it is a draft, or the day lies in the future or before its own date.
    """
    next_steps.attach(store)
    with store.action(actor, "document.posted") as session:
        row, episode = find_document(session, actor, document_id)
        _issued(row)
        _check_day(on, row.dated, store.clock.today())
        row.posted_on = on
        add_event(
            session,
            actor,
            episode,
            "letter",
            f"{view(session, row, episode).name} posted to {row.addressee}",
            on=on,
            now=store.clock.now(),
            document_id=row.id,
        )
        return view(session, row, episode)


@requires("document.posted")
def record_returned(store: Store, actor: Person, document_id: int, *, on: date, detail: str = "") -> DocumentRow:
    """Record that a posted document came back: it does not count as served any more (Interpretation Act 1978 s7).

    Raises:
        UserError: it is a draft, or the day lies in the future or before its own date.
    """
    next_steps.attach(store)
    with store.action(actor, "document.posted", reason=detail or None) as session:
        row, episode = find_document(session, actor, document_id)
        _issued(row)
        _check_day(on, row.dated, store.clock.today())
        row.returned_on = on
        for service in session.scalars(select(Service).where(Service.document_id == row.id)):
            service.returned_on = on
        add_event(
            session,
            actor,
            episode,
            "service",
            f"Came back: {view(session, row, episode).name} to {row.addressee}",
            on=on,
            now=store.clock.now(),
            detail=detail,
            document_id=row.id,
        )
        return view(session, row, episode)


@requires("attachment.add")
def add_signed_scan(store: Store, actor: Person, document_id: int, scan: bytes, media_type: str) -> int:
    """File the scan of the signed paper beside an issued document, and return the number of the sealed file.

    Raises:
        UserError: the file is empty or of a kind that no scanner makes, or the document is a draft.
    """
    if not scan or media_type not in SCANS:
        raise UserError("A scan is a PDF or a picture (PNG, JPEG, TIFF) and not empty. Choose the scanned file.")
    sealed = store.content.seal(scan)
    next_steps.attach(store)
    with store.action(actor, "attachment.add") as session:
        row, episode = find_document(session, actor, document_id)
        _issued(row)
        now = store.clock.now()
        content = content_row(session, sealed, media_type, now)
        row.signed_scan_id = content.id
        name = view(session, row, episode).name
        event = add_event(
            session,
            actor,
            episode,
            "document",
            f"Signed scan filed: {name} to {row.addressee}",
            on=store.clock.today(),
            now=now,
            document_id=row.id,
        )
        session.add(
            Attachment(
                episode_id=episode.id,
                event_id=event.id,
                content_id=content.id,
                title=f"Signed: {name}",
                added_at=now,
                user_id=actor.id,
            )
        )
        return content.id


@requires("document.share")
def save_copy_to_send(
    store: Store,
    actor: Person,
    document_id: int,
    receipt: Receipt,
    *,
    recipient: str,
    lawful_basis: str,
    method: str,
    password: str = "",
) -> CopyToSend:
    """Return a copy of an issued document to send, and enter it in the sharing log of the case.

    Args:
        receipt: the export that was recorded before (``access_log.export_document``).
        method: one of the council's list (setting ``sharing.methods``); plain e-mail is never on it.
        password: encrypts the copy (AES-256) where it is given, 12 characters or more.

    Raises:
        NotAllowed: the export was not recorded.
        UserError: recipient or basis is missing, the way is not on the list, or the document is a draft.
    """
    check_receipt(receipt, actor, f"document:{document_id}", "access.export")
    if not recipient.strip() or not lawful_basis.strip():
        raise UserError("Enter who gets the copy and the lawful basis. Both are kept in the sharing log.")
    if password and len(password) < SHORTEST_PASSWORD:
        raise UserError(f"The password of the copy needs at least {SHORTEST_PASSWORD} characters.")
    with store.read() as session:
        row, episode = find_document(session, actor, document_id)
        _issued(row)
        methods = policy_of(session).lines("sharing.methods")
        content = session.get_one(ContentFile, row.content_id)
    if method not in methods:
        plain = " Plain e-mail is not safe enough." if PLAIN_MAIL.fullmatch(method.strip()) else ""
        raise UserError(
            f"Choose one of the council’s ways to send: {', '.join(methods)}.{plain}", code="method-unknown"
        )
    if content.file_key is None:
        raise UserError("The file of this document was destroyed. Its entry and its fingerprint stay.")
    data = store.content.open(content.stored_name, content.file_key, content.sha256)
    with store.action(actor, "document.share", reason=lawful_basis) as session:
        row, episode = find_document(session, actor, document_id)
        name, now = view(session, row, episode).name, store.clock.now()
        session.add(
            Sharing(
                episode_id=episode.id,
                document_id=row.id,
                recipient=recipient.strip(),
                lawful_basis=lawful_basis.strip(),
                method=method,
                what=f"{name} ({row.sha256[:12]}){', encrypted' if password else ''}",
                shared_at=now,
                user_id=actor.id,
            )
        )
        title = f"Copy given to {recipient.strip()}: {name}"
        add_event(
            session,
            actor,
            episode,
            "document",
            title,
            on=store.clock.today(),
            now=now,
            detail=f"{method}; {lawful_basis.strip()}",
            document_id=row.id,
        )
    return CopyToSend(f"{episode.ref}.pdf", _encrypted(data, password) if password else data)


def _encrypted(data: bytes, password: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(password, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _issued(row: Document) -> None:
    if row.state != ISSUED:
        raise UserError("This document is not issued, so nothing can be done with its paper yet. Issue it first.")


def _check_day(on: date, dated: date, today: date) -> None:
    if not dated <= on <= today:
        raise UserError("Enter a day from the date of the document up to today.")
