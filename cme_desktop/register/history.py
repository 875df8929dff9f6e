"""The history of a case: every act on it and each field it changed, in words (ux.md 2)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.access import TABLE, Receipt, check_receipt, requires
from cme_desktop.domain.roles import Person
from cme_desktop.models.audit import AuditChange, AuditEvent
from cme_desktop.models.people import PersonRow
from cme_desktop.models.reference import OutcomeCode
from cme_desktop.register.case_page import entity_of, find_episode
from cme_desktop.register.cases import status_labels
from cme_desktop.storage.store import Store

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIELDS: dict[tuple[str, str], str] = {
    ("episode", "status"): "Status",
    ("episode", "pathway"): "Pathway",
    ("episode", "risk"): "Risk",
    ("episode", "waiting_on"): "Waiting on",
    ("episode", "closed_on"): "Closed on",
    ("episode", "outcome"): "Outcome",
    ("episode", "how_confirmed"): "How it was confirmed",
    ("episode", "missing_since"): "Missing since",
    ("episode", "dfe_reason"): "Reason in the DfE list",
    ("child", "dob"): "Date of birth",
    ("child", "sex"): "Sex",
    ("child", "restricted"): "Restricted case",
    ("child", "has_ehcp"): "Education, health and care plan",
    ("child_name", "surname"): "Family name",
    ("child_name", "forename"): "First name",
    ("child_address", "lines"): "Address",
    ("child_address", "postcode"): "Postcode",
    ("school_registration", "school_name"): "School",
    ("school_registration", "leaving_date"): "Off roll on",
    ("school_registration", "ground"): "Ground for removal",
    ("parent", "forename"): "Parent’s first name",
    ("parent", "surname"): "Parent’s family name",
    ("parent", "address"): "Parent’s address",
    ("parent", "may_be_written_to"): "May be written to",
    ("parent", "must_not_be_told"): "Must not be told where the child is",
    ("parent", "no_contact"): "No contact",
    ("task", "put_off_until"): "Put off until",
    ("task", "done_on"): "Step done on",
    ("document", "state"): "Document",
    ("service", "deemed_on"): "Served on",
    ("approval", "decision"): "Approval",
    ("order_process", "state"): "Order process",
}


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, in words."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class HistoryRow:
    """One act on the case: what was done, by whom, when, why, and what it changed."""

    seq: int
    at: datetime
    by: str
    doing: str
    reason: str
    changes: tuple[FieldChange, ...]


@requires("ask.case")
def history(
    store: Store, viewer: Person, ref: str, receipt: Receipt, *, before_seq: int | None = None, limit: int = 100
) -> tuple[HistoryRow, ...]:
    """Return the acts on a case, newest first, with the fields each changed."""
    check_receipt(receipt, viewer, entity_of(ref))
    with store.read() as session:
        episode, _ = find_episode(session, viewer, ref)
        statement = (
            select(AuditEvent, PersonRow.name)
            .join(PersonRow, PersonRow.id == AuditEvent.user_id)
            .where(AuditEvent.episode_id == episode.id)
            .order_by(AuditEvent.seq.desc())
            .limit(limit)
        )
        if before_seq is not None:
            statement = statement.where(AuditEvent.seq < before_seq)
        events = session.execute(statement).all()
        changes = _changes(session, [event.seq for event, _ in events])
        return tuple(
            HistoryRow(
                seq=event.seq,
                at=event.at,
                by=name,
                doing=_doing(event.action),
                reason=event.reason or "",
                changes=tuple(changes.get(event.seq, ())),
            )
            for event, name in events
        )


def _doing(code: str) -> str:
    refused = code.endswith(".refused")
    act = TABLE.get(code.removesuffix(".refused"))
    words = act.doing if act is not None else code.replace(".", " ")
    return f"Refused: {words}" if refused else words[0].upper() + words[1:]


def _changes(session: Session, seqs: list[int]) -> dict[int, list[FieldChange]]:
    labels = status_labels(session)
    labels.update(dict(session.execute(select(OutcomeCode.code, OutcomeCode.label)).all()))
    found: dict[int, list[FieldChange]] = {}
    rows = session.scalars(
        select(AuditChange).where(AuditChange.seq.in_(seqs), AuditChange.operation == "update").order_by(AuditChange.id)
    )
    for row in rows:
        before, after = _read(row.before), _read(row.after)
        for column, value in after.items():
            field = _FIELDS.get((row.table_name, column))
            if field is not None:
                change = FieldChange(field, _words(before.get(column), labels), _words(value, labels))
                found.setdefault(row.seq, []).append(change)
    return found


def _read(text: str | None) -> dict[str, Any]:
    value = json.loads(text) if text else {}
    return value if isinstance(value, dict) else {}


def _words(value: Any, labels: dict[str, str]) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and _DAY.fullmatch(value):
        day = date.fromisoformat(value)
        return f"{day.day} {day:%b} {day.year}"
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        return ", ".join(str(part) for part in json.loads(value))
    return labels.get(str(value), str(value))
