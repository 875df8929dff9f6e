"""The audit: one signed, chained event for each act of a person, and one row for each database row it touched."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from cme_desktop.models.base import Base


class AuditEvent(Base):
    """One act of a person; ``hash`` covers the canonical row and the hash of the event before it."""

    __tablename__ = "audit_event"
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int]
    key_id: Mapped[str]
    action: Mapped[str]
    reason: Mapped[str | None]
    entity: Mapped[str | None]
    batch: Mapped[str | None]
    clock_doubtful: Mapped[bool] = mapped_column(default=False)
    changes: Mapped[int]
    changes_digest: Mapped[str]
    prev_hash: Mapped[str]
    hash: Mapped[str]
    signature: Mapped[bytes]
    __table_args__ = (Index("ix_audit_event_entity", "entity"),)


class AuditChange(Base):
    """One database row touched by an event; content and salt may be blanked by an erasure, the digest stays."""

    __tablename__ = "audit_change"
    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
    seq: Mapped[int] = mapped_column(ForeignKey("audit_event.seq"), index=True)
    table_name: Mapped[str]
    row_id: Mapped[str]
    operation: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str | None]
    salt: Mapped[bytes | None]
    digest: Mapped[str]
    __table_args__ = (Index("ix_audit_change_row", "table_name", "row_id"),)
