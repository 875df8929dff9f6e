"""The audit: one signed, chained event for each act of a person, and one row for each database row it touched."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cme_desktop.models.base import Base


class AuditEvent(Base):
    """One act of a person; ``hash`` covers the hash of the event before it and the canonical row.

    The reason is free text, so the chain holds only its salted digest: erasing a child can blank the text.
    """

    __tablename__ = "audit_event"
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key_id: Mapped[str] = mapped_column(ForeignKey("signing_key.key_id"))
    action: Mapped[str]
    reason: Mapped[str | None]
    reason_salt: Mapped[bytes | None]
    reason_digest: Mapped[bytes | None]
    entity: Mapped[str | None]
    episode_id: Mapped[int | None]
    batch: Mapped[str | None]
    clock_doubtful: Mapped[bool] = mapped_column(default=False)
    changes: Mapped[int]
    changes_digest: Mapped[bytes]
    prev_hash: Mapped[bytes]
    hash: Mapped[bytes]
    signature: Mapped[bytes]
    erased_by: Mapped[int | None]
    __table_args__ = (
        Index("ix_audit_event_entity", "entity", sqlite_where=text("entity IS NOT NULL")),
        Index("ix_audit_event_episode", "episode_id", sqlite_where=text("episode_id IS NOT NULL")),
        Index("ix_audit_event_batch", "batch", sqlite_where=text("batch IS NOT NULL")),
    )


class AuditChange(Base):
    """One database row touched by an event; content and salt may be blanked by an erasure, the digest stays."""

    __tablename__ = "audit_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(ForeignKey("audit_event.seq", deferrable=True, initially="DEFERRED"), index=True)
    table_name: Mapped[str]
    row_id: Mapped[str]
    operation: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str | None]
    salt: Mapped[bytes | None]
    digest: Mapped[bytes]
    erased_by: Mapped[int | None]
    __table_args__ = (Index("ix_audit_change_row", "table_name", "row_id"),)
