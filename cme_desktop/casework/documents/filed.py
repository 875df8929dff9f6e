"""The rows of a document: put in as drafted, rebuilt to see whether its facts have moved, and as callers see it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from cme_desktop.casework.documents.lawful import fill
from cme_desktop.casework.documents.letters.council import Council
from cme_desktop.casework.documents.letters.filling import Ask, Filling
from cme_desktop.casework.documents.letters.sources import CaseSources
from cme_desktop.casework.documents.shipped_letters import template, template_row
from cme_desktop.casework.rows.lookup import case_of
from cme_desktop.documents import LetterFacts, Template
from cme_desktop.domain.errors import NotFound
from cme_desktop.domain.roles import Person
from cme_desktop.models.document import ContentFile, Document
from cme_desktop.models.episode import Episode
from cme_desktop.models.order import OrderNumber
from cme_desktop.models.reference import TemplateVersion
from cme_desktop.storage.content import Sealed
from cme_desktop.storage.store import Store

DRAFT, ISSUED, WITHDRAWN = "draft", "issued", "withdrawn"
PDF = "application/pdf"


@dataclass(frozen=True)
class DocumentRow:
    """A document as it stands after an act; ``approval`` is waiting, approved, refused or nothing."""

    id: int
    ref: str
    code: str
    name: str
    number: str
    state: str
    parent_id: int | None
    school_urn: str | None
    addressee: str
    pages: int
    sha256: str
    template_version: str
    ruleset: str
    watermark: str
    dated: date
    planned_method: str | None
    planned_service_on: date | None
    printed_last_day: date | None
    approval: str = ""
    missing_glyphs: tuple[str, ...] = ()
    send_by: date | None = None


@dataclass(frozen=True)
class Made:
    """A document drawn and sealed, before any row names it."""

    ask: Ask
    used: Template
    facts: LetterFacts
    filling: Filling
    pages: int
    watermark: str
    sealed: Sealed
    missing_glyphs: tuple[str, ...]


def content_row(session: Session, sealed: Sealed, media_type: str, now: datetime) -> ContentFile:
    """Enter a sealed file inside an act."""
    row = ContentFile(
        stored_name=sealed.name,
        file_key=sealed.key,
        sha256=sealed.sha256,
        size=sealed.size,
        media_type=media_type,
        sealed_at=now,
    )
    session.add(row)
    session.flush()
    return row


def put_document(
    session: Session, actor: Person, episode: Episode, made: Made, *, now: datetime, issued: bool
) -> Document:
    """Enter a document inside an act, as a draft or, for one that an act of the order process makes, issued at once."""
    ask, filling = made.ask, made.filling
    row = Document(
        episode_id=episode.id,
        code=ask.code,
        number=ask.order_no,
        parent_id=ask.parent_id,
        school_urn=filling.urn,
        addressee=filling.addressee,
        template_version_id=template_row(session, made.used, now).id,
        ruleset=made.facts.rule_set,
        facts_sha256=made.facts.sha256,
        facts=_kept(made),
        content_id=content_row(session, made.sealed, PDF, now).id,
        sha256=made.sealed.sha256,
        pages=made.pages,
        watermark=made.watermark,
        state=ISSUED if issued else DRAFT,
        dated=ask.dated,
        planned_method=ask.method,
        planned_sent_on=ask.sent_on,
        planned_service_on=filling.served_on,
        printed_last_day=filling.last_day if ask.code in ("L04", "L07") else None,
        drafted_at=now,
        drafted_by=actor.id,
        issued_at=now if issued else None,
        issued_by=actor.id if issued else None,
    )
    session.add(row)
    session.flush()
    if ask.order_no:
        session.add(OrderNumber(number=ask.order_no, document_id=row.id))
    return row


def _kept(made: Made) -> dict[str, Any]:
    """Return what the register keeps of a document's facts: what it printed, and what it takes to fill it in again."""
    ask, facts = made.ask, made.facts
    return {
        "fields": dict(facts.fields),
        "conditions": sorted(facts.conditions),
        "furniture": asdict(facts.furniture),
        "rule_set": facts.rule_set,
        "alternatives": list(ask.alternatives),
        "texts": dict(ask.texts),
        "received": ask.received.isoformat() if ask.received else None,
        "signatory": ask.signatory_id,
        "start_on": made.filling.start_on.isoformat() if made.filling.start_on else None,
        "withheld": made.filling.withheld,
        "asked_urn": ask.urn,
    }


def asked(row: Document) -> Ask:
    """Return the document as it was asked for, to fill it in again from what the register says now."""
    kept = row.facts
    received = kept.get("received")
    return Ask(
        row.code,
        dated=row.dated,
        method=row.planned_method or "",
        sent_on=row.planned_sent_on or row.dated,
        parent_id=row.parent_id,
        urn=kept.get("asked_urn"),
        alternatives=tuple(kept.get("alternatives", ())),
        texts=dict(kept.get("texts", {})),
        order_no=row.number,
        received=date.fromisoformat(received) if received else None,
        signatory_id=kept.get("signatory"),
        user_id=row.drafted_by,
    )


def moved(row: Document, sources: CaseSources, council: Council) -> tuple[str, ...]:
    """Return what has changed since a document was drafted, in the officer's words; nothing if it still stands.

    The fingerprint decides; the words name the fields that differ.
    """
    _, facts = fill(sources, council, asked(row))
    if facts.sha256 == row.facts_sha256:
        return ()
    used = template(row.code)
    before: dict[str, str] = row.facts.get("fields", {})
    changed = [name for name in dict.fromkeys((*before, *facts.fields)) if before.get(name) != facts.fields.get(name)]
    labels = [used.label_of(name).partition(" (")[0] for name in changed]
    conditions = set(row.facts.get("conditions", ())) ^ set(facts.conditions)
    labels += [used.conditions[name] for name in sorted(conditions)]
    return tuple(dict.fromkeys(labels)) or ("The heading, the address or the rule set",)


def find_document(session: Session, actor: Person, document_id: int) -> tuple[Document, Episode]:
    """Return a document and its case, if this person may see the case.

    Raises:
        NotFound: there is no such document for this person.
    """
    row = session.get(Document, document_id)
    if row is None:
        raise NotFound(
            "This document is not in the register. Open the case and look under Documents.", code="document-unknown"
        )
    return row, case_of(session, actor, session.get_one(Episode, row.episode_id).ref)


def view(
    session: Session,
    row: Document,
    episode: Episode,
    *,
    approval: str = "",
    missing_glyphs: tuple[str, ...] = (),
    send_by: date | None = None,
) -> DocumentRow:
    """Return a document as callers see it, inside an open session."""
    version = session.get_one(TemplateVersion, row.template_version_id)
    return DocumentRow(
        id=row.id,
        ref=episode.ref,
        code=row.code,
        name=template(row.code, version.version).name,
        number=row.number,
        state=row.state,
        parent_id=row.parent_id,
        school_urn=row.school_urn,
        addressee=row.addressee,
        pages=row.pages,
        sha256=row.sha256,
        template_version=f"{version.version} ({version.sha256[:6]})",
        ruleset=row.ruleset,
        watermark=row.watermark,
        dated=row.dated,
        planned_method=row.planned_method,
        planned_service_on=row.planned_service_on,
        printed_last_day=row.printed_last_day,
        approval=approval,
        missing_glyphs=missing_glyphs,
        send_by=send_by,
    )


def open_case_sources(
    store: Store, session: Session, actor: Person, ref: str, *, also: tuple[str, ...] = ()
) -> tuple[CaseSources, Council]:
    """Return what the documents of one case are made from, and the council's part, inside an open session."""
    from cme_desktop.casework.documents.letters.council import council_of
    from cme_desktop.casework.documents.letters.sources import sources_of

    episode = case_of(session, actor, ref)
    council = council_of(session, training=store.demonstration)
    return sources_of(session, [episode], council, also=also)[0], council
