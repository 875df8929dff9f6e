"""The end of the audit's chain as the register itself has it, for whoever compares it with a copy outside."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.models.audit import AuditEvent
from cme_desktop.storage.audit_format import RESTORED
from cme_desktop.storage.checks.findings import Head
from cme_desktop.storage.checks.witnesses import instant


def newest(session: Session) -> Head:
    """Return the newest event's number, hash and instant; number 0 where there is no event."""
    query = select(AuditEvent.seq, AuditEvent.hash, AuditEvent.at).order_by(AuditEvent.seq.desc()).limit(1)
    row = session.execute(query).one_or_none()
    return Head(0, "") if row is None else Head(row.seq, row.hash.hex(), instant(row.at))


def around(session: Session, number: int) -> tuple[dict[int, str], list[tuple[int, str]]]:
    """Return the hash of the event of a number, if there is one, and number and instant of each restore."""
    known = session.execute(select(AuditEvent.seq, AuditEvent.hash).where(AuditEvent.seq == number))
    restores = session.execute(select(AuditEvent.seq, AuditEvent.at).where(AuditEvent.action == RESTORED))
    return {seq: made.hex() for seq, made in known}, [(seq, instant(at)) for seq, at in restores]
