"""The history of a case: every act on it and each field it changed, in words (ux.md 2)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cme_desktop.access import Receipt, check_receipt, requires, words_of
from cme_desktop.domain.lifecycle import PATHWAY_WORDS
from cme_desktop.domain.order_process import State
from cme_desktop.domain.risk import RATING_WORDS
from cme_desktop.domain.roles import Person
from cme_desktop.models.audit import AuditChange, AuditEvent
from cme_desktop.models.base import Base
from cme_desktop.models.episode import Episode
from cme_desktop.models.people import PersonRow
from cme_desktop.models.reference import DfeReasonCode, GroundCode, OutcomeCode
from cme_desktop.register.case_page import entity_of, find_episode
from cme_desktop.register.cases import status_labels
from cme_desktop.register.visibility import touching, whole_to
from cme_desktop.storage.store import Store

_YES = {"0": "no", "1": "yes"}
_SEX = {"F": "Female", "M": "Male", "U": "Not known"}
_DOCUMENT = {"draft": "Draft", "issued": "Issued", "withdrawn": "Withdrawn"}
_APPROVAL = {"waiting": "Waiting", "approved": "Approved", "refused": "Refused", "withdrawn": "Withdrawn"}
_ORDER = {
    State.INFORMAL_ENQUIRY: "Informal enquiry",
    State.NOTICE_437_SERVED: "Notice s437(1) served",
    State.RESPONSE_ASSESSED: "Response assessed",
    State.SATISFIED: "Council satisfied",
    State.EXPEDIENT_DECISION: "Expediency decided",
    State.SCHOOL_CONSULTED: "School consulted",
    State.SCHOOL_DECISION_NOTICE: "Decision notice given to the school",
    State.SOS_DIRECTION_PENDING: "Secretary of State asked",
    State.EHCP_ROUTE: "School named in the plan",
    State.NOTICE_438_SERVED: "Notice of intention s438 served",
    State.SCHOOL_DETERMINED: "School determined",
    State.SAO_SERVED: "School attendance order served",
    State.COMPLIED: "Order complied with",
    State.ENDED: "Ended",
}

_TEXT, _DAY, _LINES = "text", "day", "lines"
_STATUS, _OUTCOME, _GROUND, _DFE = "status", "outcome", "ground", "dfe-reason"
Words = Mapping[Any, str]
_FIELDS: dict[tuple[str, str], tuple[str, str | Words]] = {
    ("episode", "status"): ("Status", _STATUS),
    ("episode", "pathway"): ("Pathway", PATHWAY_WORDS),
    ("episode", "risk"): ("Risk", RATING_WORDS),
    ("episode", "waiting_on"): ("Waiting on", _TEXT),
    ("episode", "closed_on"): ("Closed on", _DAY),
    ("episode", "outcome"): ("Outcome", _OUTCOME),
    ("episode", "how_confirmed"): ("How it was confirmed", _TEXT),
    ("episode", "missing_since"): ("Missing since", _DAY),
    ("episode", "dfe_reason"): ("Reason in the DfE list", _DFE),
    ("child", "dob"): ("Date of birth", _DAY),
    ("child", "sex"): ("Sex", _SEX),
    ("child", "restricted"): ("Restricted case", _YES),
    ("child", "has_ehcp"): ("Education, health and care plan", _YES),
    ("child_name", "surname"): ("Family name", _TEXT),
    ("child_name", "forename"): ("First name", _TEXT),
    ("child_address", "lines"): ("Address", _LINES),
    ("child_address", "postcode"): ("Postcode", _TEXT),
    ("child_address", "confidential"): ("Address kept confidential", _YES),
    ("school_registration", "school_name"): ("School", _TEXT),
    ("school_registration", "leaving_date"): ("Off roll on", _DAY),
    ("school_registration", "ground"): ("Ground for removal", _GROUND),
    ("parent", "forename"): ("Parent’s first name", _TEXT),
    ("parent", "surname"): ("Parent’s family name", _TEXT),
    ("parent", "address"): ("Parent’s address", _LINES),
    ("parent", "postcode"): ("Parent’s postcode", _TEXT),
    ("parent", "may_be_written_to"): ("May be written to", _YES),
    ("parent", "must_not_be_told"): ("Must not be told where the child is", _YES),
    ("parent", "no_contact"): ("No contact", _YES),
    ("task", "put_off_until"): ("Put off until", _DAY),
    ("task", "done_on"): ("Step done on", _DAY),
    ("document", "state"): ("Document", _DOCUMENT),
    ("service", "deemed_on"): ("Served on", _DAY),
    ("approval", "decision"): ("Approval", _APPROVAL),
    ("order_process", "state"): ("Order process", _ORDER),
}
"""What each field is called, and how its values are told: as they are, as a day, as lines, or in a list's words."""

_DATED = frozenset({"child_name", "child_address", "school_registration"})
"""Tables whose rows are superseded, never overwritten: the row before is told beside the one that replaced it."""


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
    """Return the acts on a case, newest first, with the fields each changed.

    An act that touched two cases is in the history of both; where this viewer may not see both, it is in neither.
    """
    check_receipt(receipt, viewer, entity_of(ref))
    with store.read() as session:
        episode, _ = find_episode(session, viewer, ref)
        statement = (
            select(AuditEvent, PersonRow.name)
            .join(PersonRow, PersonRow.id == AuditEvent.user_id)
            .where(or_(AuditEvent.episode_id == episode.id, AuditEvent.seq.in_(touching(episode))), whole_to(viewer))
            .order_by(AuditEvent.seq.desc())
            .limit(limit)
        )
        if before_seq is not None:
            statement = statement.where(AuditEvent.seq < before_seq)
        events = session.execute(statement).all()
        changes = _changes(session, [event for event, _ in events], episode)
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
    words = words_of(code.removesuffix(".refused"))
    return f"Refused: {words}" if refused else words[0].upper() + words[1:]


def _changes(session: Session, events: list[AuditEvent], episode: Episode) -> dict[int, list[FieldChange]]:
    lists = _lists(session)
    found: dict[int, list[FieldChange]] = {}
    rows: Sequence[AuditChange] = session.scalars(
        select(AuditChange)
        .where(
            AuditChange.seq.in_([event.seq for event in events]),
            AuditChange.table_name.in_({table for table, _ in _FIELDS}),
        )
        .order_by(AuditChange.id)
    ).all()
    elsewhere = {event.seq for event in events if event.episode_id != episode.id}
    if elsewhere:
        own = _rows_of(session, episode)
        rows = [row for row in rows if row.seq not in elsewhere or (row.table_name, row.row_id) in own]
    replaced = [row for row in rows if row.table_name in _DATED and "superseded_at" in _read(row.after)]
    before_of = _as_written(session, replaced)
    for row in rows:
        if row.operation == "update":
            pairs = [(_read(row.before), _read(row.after))]
        elif row.operation == "insert" and row.table_name in _DATED:
            after = _read(row.after)
            pairs = [
                (before, after) for before in before_of.get((row.seq, row.table_name), ()) if _follows(before, after)
            ]
        else:
            pairs = []
        for before, after in pairs[:1]:
            found.setdefault(row.seq, []).extend(_told(row.table_name, before, after, lists))
    return found


def _rows_of(session: Session, episode: Episode) -> set[tuple[str, str]]:
    """Return the rows of a case and its child, of which an act on several cases is told here."""
    found = {("episode", str(episode.id)), ("child", str(episode.child_id))}
    for name in {table for table, _ in _FIELDS}:
        table = Base.metadata.tables[name]
        for column, owner in (("episode_id", episode.id), ("child_id", episode.child_id)):
            if column in table.c and name != "episode":
                found |= {
                    (name, str(number))
                    for number in session.scalars(select(table.c.id).where(table.c[column] == owner))
                }
    return found


def _told(table: str, before: dict[str, Any], after: dict[str, Any], lists: Mapping[str, Words]) -> list[FieldChange]:
    told = []
    columns = [column for name, column in _FIELDS if name == table and (column in after or table in _DATED)]
    for column in columns:
        old, new = before.get(column), after.get(column)
        if old != new:
            field, kind = _FIELDS[table, column]
            told.append(FieldChange(field, _words(old, kind, lists), _words(new, kind, lists)))
    return told


def _as_written(session: Session, replaced: list[AuditChange]) -> dict[tuple[int, str], list[dict[str, Any]]]:
    """Return what the superseded rows said, by the act that superseded them and the table."""
    if not replaced:
        return {}
    written = {
        (row.table_name, row.row_id): _read(row.after)
        for row in session.scalars(
            select(AuditChange).where(
                AuditChange.operation == "insert",
                AuditChange.table_name.in_({row.table_name for row in replaced}),
                AuditChange.row_id.in_({row.row_id for row in replaced}),
            )
        )
    }
    found: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for row in replaced:
        said = written.get((row.table_name, row.row_id))
        if said:
            found.setdefault((row.seq, row.table_name), []).append(said)
    return found


def _follows(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Say whether one row of a dated fact stands in the place of another: of one child, and one kind of name."""
    return before.get("child_id") == after.get("child_id") and before.get("kind") == after.get("kind")


def _lists(session: Session) -> dict[str, Words]:
    """Return the words of the dated code lists."""
    found: dict[str, Words] = {_STATUS: status_labels(session)}
    models: tuple[tuple[str, Any], ...] = ((_OUTCOME, OutcomeCode), (_GROUND, GroundCode), (_DFE, DfeReasonCode))
    for name, model in models:
        found[name] = {code: label for code, label in session.execute(select(model.code, model.label))}
    return found


def _read(text: str | None) -> dict[str, Any]:
    value = json.loads(text) if text else {}
    return value if isinstance(value, dict) else {}


def _words(value: Any, kind: str | Words, lists: Mapping[str, Words]) -> str:
    if value is None or value == "":
        return "nothing"
    if kind == _DAY:
        day = date.fromisoformat(str(value))
        return f"{day.day} {day:%b} {day.year}"
    if kind == _LINES:
        return ", ".join(str(part) for part in json.loads(value)) or "nothing"
    if kind == _TEXT:
        return str(value)
    words = lists[kind] if isinstance(kind, str) else kind
    return words.get(str(value), str(value))
