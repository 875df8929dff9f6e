"""Documents as drafted and issued, and the sealed files of the store."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from cme_desktop.models.base import Base, Numbered, new_uid


class ContentFile(Base, Numbered):
    """A sealed, immutable file in ``content/``; erasing it is deleting its key."""

    __tablename__ = "content_file"
    uid: Mapped[str] = mapped_column(unique=True, default=new_uid)
    stored_name: Mapped[str] = mapped_column(unique=True)
    file_key: Mapped[bytes | None]
    sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    media_type: Mapped[str]
    sealed_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class Document(Base, Numbered):
    """A letter, notice or order: drafted once to bytes, then approved, issued, printed and served as those bytes."""

    __tablename__ = "document"
    uid: Mapped[str] = mapped_column(unique=True, default=new_uid)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    code: Mapped[str]
    number: Mapped[str] = mapped_column(default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("parent.id"))
    school_urn: Mapped[str | None] = mapped_column(ForeignKey("school.urn"))
    addressee: Mapped[str]
    template_version_id: Mapped[int] = mapped_column(ForeignKey("template_version.id"))
    ruleset: Mapped[str]
    facts_sha256: Mapped[str]
    facts: Mapped[dict[str, Any]]
    content_id: Mapped[int] = mapped_column(ForeignKey("content_file.id"))
    sha256: Mapped[str]
    pages: Mapped[int]
    watermark: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="draft")
    dated: Mapped[date]
    planned_method: Mapped[str | None] = mapped_column(ForeignKey("method_code.code"))
    planned_sent_on: Mapped[date | None]
    planned_service_on: Mapped[date | None]
    printed_last_day: Mapped[date | None]
    drafted_at: Mapped[datetime]
    drafted_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime | None]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    printed_at: Mapped[datetime | None]
    posted_on: Mapped[date | None]
    returned_on: Mapped[date | None]
    signed_scan_id: Mapped[int | None] = mapped_column(ForeignKey("content_file.id"))
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'withdrawn', 'issued')", name="state"),
        CheckConstraint("approved_by IS NULL OR approved_by <> drafted_by", name="never_the_drafter"),
        Index("ix_document_case", "episode_id", "code"),
    )


class Attachment(Base, Numbered):
    """Evidence filed on a case: a scan, a parent's letter, a certificate of posting."""

    __tablename__ = "attachment"
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    content_id: Mapped[int] = mapped_column(ForeignKey("content_file.id"))
    title: Mapped[str]
    added_at: Mapped[datetime]
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Sharing(Base, Numbered):
    """What was given to whom, on what basis and how: the sharing log of a case."""

    __tablename__ = "sharing"
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    recipient: Mapped[str]
    lawful_basis: Mapped[str]
    method: Mapped[str]
    what: Mapped[str]
    shared_at: Mapped[datetime]
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
