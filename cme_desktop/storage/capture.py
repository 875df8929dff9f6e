"""Capture every change of a row as it is flushed, and close each act as one signed, chained event (design.md 4)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, event, insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import LoaderCallableStatus, Mapper, Session
from sqlalchemy.orm.attributes import instance_state

from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.base import Base, UtcDateTime
from cme_desktop.storage.audit_format import (
    BLANK,
    CLOCK_TOLERANCE,
    ERASING,
    GENESIS,
    NOT_AUDITED,
    canonical_event,
    change_digest,
    encode,
    plain,
    reason_digest,
    row_key,
)

_DIALECT = sqlite.dialect()
_FLUSH_EVERY = 1000
_DML = frozenset({"INSERT", "UPDATE", "DELETE", "REPLAC"})
_ADD_CHANGE = (
    "INSERT INTO audit_change (seq, table_name, row_id, operation, before, after, salt, digest, erased_by) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_BLANK_CHANGE = "UPDATE audit_change SET before = NULL, after = NULL, salt = NULL, erased_by = ? WHERE id = ?"
_BLANK_REASON = "UPDATE audit_event SET reason = NULL, reason_salt = NULL, erased_by = ? WHERE seq = ?"
_OF_ROW = (
    "SELECT id, seq, digest FROM audit_change WHERE table_name = ? AND row_id = ? AND seq < ? AND erased_by IS NULL "
    "ORDER BY id"
)
_OF_REASON = (
    "SELECT seq, reason_digest FROM audit_event "
    "WHERE seq = ? AND seq < ? AND erased_by IS NULL AND reason_digest IS NOT NULL"
)

Row = dict[str, Any]


class Signer(Protocol):
    """Whoever signs an act: the unlocked person."""

    @property
    def person_id(self) -> int:
        """Return the user id."""
        ...

    @property
    def key_id(self) -> str:
        """Return the id of the signing key."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Return the Ed25519 signature of some bytes."""
        ...


@dataclass(frozen=True)
class TableInfo:
    """How one audited table is written: its columns by name, their way into the database, and its key."""

    name: str
    attributes: tuple[tuple[str, str, Callable[[Any], Any] | None], ...]
    key_columns: tuple[str, ...]
    key_attributes: tuple[str, ...]
    parent: tuple[str, str] | None

    @property
    def audited(self) -> bool:
        """Say whether changes of this table are recorded."""
        return self.name not in NOT_AUDITED


@cache
def table_info(mapper: Mapper[Any]) -> TableInfo:
    """Return what capture needs to know of a mapped class."""
    table = mapper.local_table
    attributes = []
    by_column = {}
    for prop in mapper.column_attrs:
        column = prop.columns[0]
        if column.server_default is not None or column.onupdate is not None:
            raise TypeError(f"{table.name}.{column.name}: a value made by the database would escape the audit")  # type: ignore[attr-defined]
        attributes.append((prop.key, column.name, column.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)))
        by_column[column.name] = prop.key
    keys = tuple(column.name for column in table.primary_key)
    return TableInfo(
        name=str(table.name),  # type: ignore[attr-defined]
        attributes=tuple(sorted(attributes, key=lambda item: item[1])),
        key_columns=keys,
        key_attributes=tuple(by_column[name] for name in keys),
        parent=_parent(table),
    )


def _parent(table: Any) -> tuple[str, str] | None:
    """Return the column and table through which a row belongs to a case, where it does not say so itself."""
    if table.name in ("episode", "child") or {"episode_id", "child_id"} & set(table.c.keys()):
        return None
    for column in table.c:
        for key in column.foreign_keys:
            if not column.nullable and "episode_id" in key.column.table.c:
                return str(column.name), str(key.column.table.name)
    return None


@dataclass
class Touched:
    """Which cases an act has touched, directly, through the child, or through a row that belongs to one."""

    episodes: set[int] = field(default_factory=set)
    children: set[int] = field(default_factory=set)
    through: dict[str, set[int]] = field(default_factory=dict)

    def add(self, info: TableInfo, row_id: str, values: Mapping[str, Any]) -> None:
        """Note one changed row."""
        if info.name == "episode":
            self.episodes.add(int(row_id))
        elif values.get("episode_id") is not None:
            self.episodes.add(values["episode_id"])
        elif info.name == "child":
            self.children.add(int(row_id))
        elif values.get("child_id") is not None:
            self.children |= {values[name] for name in ("child_id", "other_child_id") if values.get(name) is not None}
        elif info.parent is not None and values.get(info.parent[0]) is not None:
            self.through.setdefault(info.parent[1], set()).add(values[info.parent[0]])

    def resolve(self, connection: Connection) -> set[int]:
        """Return the ids of all cases touched that are there now."""
        found = set(self.episodes)
        tables = Base.metadata.tables
        for name, ids in self.through.items():
            found |= _episodes(connection, tables[name].c.episode_id, tables[name].c.id, ids)
        episode = tables["episode"]
        found |= _episodes(connection, episode.c.id, episode.c.child_id, self.children)
        return _episodes(connection, episode.c.id, episode.c.id, found)


def _episodes(connection: Connection, wanted: Any, where: Any, ids: set[int]) -> set[int]:
    found: set[int] = set()
    ordered = sorted(ids)
    for start in range(0, len(ordered), 500):
        rows = connection.execute(select(wanted).where(where.in_(ordered[start : start + 500]), wanted.is_not(None)))
        found.update(row[0] for row in rows)
    return found


class Gate:
    """Let a row be written only by a flush or by ``storage/bulk.py``: any other write would escape the audit."""

    def __init__(self, engine: Engine) -> None:
        self.open = False
        event.listen(engine, "before_cursor_execute", self._check)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Open the gate for the length of a block."""
        before, self.open = self.open, True
        try:
            yield
        finally:
            self.open = before

    def _check(self, connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if not self.open and statement.lstrip()[:6].upper() in _DML:
            raise RuntimeError("a write outside the flush and outside storage/bulk.py would escape the audit")


@dataclass(frozen=True)
class Act:
    """What a person does: the code, their words, and what it is about."""

    code: str
    reason: str | None = None
    entity: str | None = None
    episode_id: int | None = None
    batch: str | None = None


class Action:
    """One act of a person while its transaction is open."""

    def __init__(
        self, connection: Connection, signer: Signer, gate: Gate, act: Act, *, now: datetime, newest: datetime | None
    ) -> None:
        self._signer, self.gate, self._act, self._now = signer, gate, act, now
        self.connection = connection
        last = self.connection.execute(
            select(AuditEvent.seq, AuditEvent.hash).order_by(AuditEvent.seq.desc()).limit(1)
        ).one_or_none()
        self.seq = 1 if last is None else last.seq + 1
        self._prev = GENESIS if last is None else last.hash
        self.clock_doubtful = newest is not None and now < newest - CLOCK_TOLERANCE
        self.touched = Touched()
        self.erases = act.code.startswith(ERASING)
        self._blank_rows: list[tuple[str, str]] = []
        self._blank_reasons: list[int] = []
        self._digest = hashlib.sha256()
        self._count = 0
        self._waiting: list[tuple[Any, ...]] = []

    def record(self, info: TableInfo, row_id: str, operation: str, before: Row | None, after: Row | None) -> None:
        """Record one changed row; ``before`` and ``after`` hold database values by column name, without NULLs.

        An act that erases keeps the digest alone.
        """
        old = None if before is None else encode(before)
        new = None if after is None else encode(after)
        salt = os.urandom(16)
        digest = change_digest(salt, info.name, row_id, operation, old, new)
        self._digest.update(digest)
        self._count += 1
        blank = self.erases and operation != BLANK
        kept = (None, None, None, digest, self.seq) if blank else (old, new, salt, digest, None)
        self._waiting.append((self.seq, info.name, row_id, operation, *kept))
        if operation not in ("schema", BLANK):
            self.touched.add(info, row_id, before or {})
            self.touched.add(info, row_id, after or {})
        if len(self._waiting) >= _FLUSH_EVERY:
            self.write()

    def about(self, episode_id: int) -> None:
        """Say which case the act is about, where that was not said when it began."""
        if self._act.episode_id is None:
            self._act = replace(self._act, episode_id=episode_id)

    def write(self) -> None:
        """Write the changes recorded so far."""
        if self._waiting:
            with self.gate.writing():
                self.connection.exec_driver_sql(_ADD_CHANGE, self._waiting)
            self._waiting = []

    def blank(self, table: str, row_ids: Iterable[str]) -> None:
        """Blank, when the act is saved, all that earlier events said of some rows; their digests stay."""
        self._check_erases()
        self._blank_rows += [(table, row_id) for row_id in row_ids]

    def blank_reasons(self, seqs: Iterable[int]) -> None:
        """Blank, when the act is saved, the words of some earlier events; their digests stay."""
        self._check_erases()
        self._blank_reasons += seqs

    def _check_erases(self) -> None:
        if not self.erases:
            raise RuntimeError(f"only an act whose code begins with {ERASING} may blank the audit")

    def _list_blanked(self) -> list[tuple[str, int]]:
        """Record which changes and words the act blanks, so that its signature holds for these and no other."""
        found: list[tuple[str, int, int, bytes]] = []
        for place in dict.fromkeys(self._blank_rows):
            rows = self.connection.exec_driver_sql(_OF_ROW, (*place, self.seq))
            found += [("audit_change", row[0], row[1], row[2]) for row in rows]
        for seq in dict.fromkeys(self._blank_reasons):
            rows = self.connection.exec_driver_sql(_OF_REASON, (seq, self.seq))
            found += [("audit_event", row[0], row[0], row[1]) for row in rows]
        for table, number, seq, digest in found:
            info = TableInfo(table, (), (), (), None)
            self.record(info, str(number), BLANK, None, {"seq": seq, "digest": digest.hex()})
        return [(table, number) for table, number, _, _ in found]

    def close(self) -> None:
        """Write the event: hashed over the event before it and signed by the acting person."""
        self.write()
        blanked = self._list_blanked()
        self.write()
        act = self._act
        salt = None if act.reason is None else os.urandom(16)
        row: Row = {
            "seq": self.seq,
            "at": self._now,
            "user_id": self._signer.person_id,
            "key_id": self._signer.key_id,
            "action": act.code,
            "reason": act.reason,
            "reason_salt": salt,
            "reason_digest": None if salt is None or act.reason is None else reason_digest(salt, act.reason),
            "entity": act.entity,
            "episode_id": act.episode_id,
            "batch": act.batch,
            "clock_doubtful": self.clock_doubtful,
            "changes": self._count,
            "changes_digest": self._digest.digest(),
            "prev_hash": self._prev,
        }
        at = UtcDateTime().process_bind_param(self._now, _DIALECT)
        row["hash"] = hashlib.sha256(self._prev + canonical_event({**row, "at": at})).digest()
        row["signature"] = self._signer.sign(row["hash"])
        with self.gate.writing():
            self.connection.execute(insert(AuditEvent), row)
            for table, statement in (("audit_change", _BLANK_CHANGE), ("audit_event", _BLANK_REASON)):
                if numbers := [(self.seq, number) for name, number in blanked if name == table]:
                    self.connection.exec_driver_sql(statement, numbers)


def action_of(session: Session) -> Action:
    """Return the act whose transaction a session is; raise RuntimeError outside ``Store.action``."""
    action = session.info.get("action")
    if not isinstance(action, Action):
        raise RuntimeError("rows are written inside Store.action only")
    return action


class ActionSession(Session):
    """The session of the write lane: each flush is captured, and what would escape capture is refused."""


@event.listens_for(ActionSession, "before_flush")
def _before_flush(session: Session, context: Any, instances: Any) -> None:
    action = action_of(session)
    action.gate.open = True
    olds = session.info.setdefault("olds", {})
    for obj in [*session.dirty, *session.deleted]:
        state = instance_state(obj)
        info = table_info(state.mapper)
        if set(state.committed_state) & set(info.key_attributes):
            raise RuntimeError("a primary key never changes")
        unknown = [
            (key, column)
            for key, column, _ in info.attributes
            if (key not in state.dict and key not in state.committed_state)
            or state.committed_state.get(key) in (LoaderCallableStatus.NO_VALUE, LoaderCallableStatus.NEVER_SET)
        ]
        if info.audited and unknown:
            olds[state] = _fetch(action.connection, info, state.identity or (), [column for _, column in unknown])


def _fetch(connection: Connection, info: TableInfo, key: Sequence[Any], columns: list[str]) -> Row:
    """Return the database values of some columns of one row, for a change made without reading them first."""
    where = " AND ".join(f'"{name}" = ?' for name in info.key_columns)
    wanted = ", ".join(f'"{name}"' for name in columns)
    ways = {column: way for _, column, way in info.attributes}
    values = tuple(
        value if way is None else way(value)
        for value, way in zip(key, (ways[name] for name in info.key_columns), strict=True)
    )
    row = connection.exec_driver_sql(f'SELECT {wanted} FROM "{info.name}" WHERE {where}', values).one()
    return dict(zip(columns, (plain(value) for value in row), strict=True))


@event.listens_for(ActionSession, "after_flush")
def _after_flush(session: Session, context: Any) -> None:
    action = action_of(session)
    olds = session.info.pop("olds", {})
    for obj in session.deleted:
        state = instance_state(obj)
        info = table_info(state.mapper)
        if info.audited:
            before = _values(info, {**state.dict, **state.committed_state}, olds.get(state, {}))
            action.record(info, _key(info, state.dict), "delete", _known(before), None)
    for obj in session.new:
        state = instance_state(obj)
        info = table_info(state.mapper)
        if info.audited:
            action.record(info, _key(info, state.dict), "insert", None, _known(_values(info, state.dict, {})))
    for obj in session.dirty:
        state = instance_state(obj)
        info = table_info(state.mapper)
        if info.audited and session.is_modified(obj):
            _record_update(action, info, state, olds.get(state, {}))
    action.write()


def _record_update(action: Action, info: TableInfo, state: Any, olds: Row) -> None:
    changed = set(state.committed_state)
    before: Row = {}
    after: Row = {}
    for key, column, way in info.attributes:
        if key not in changed:
            continue
        old = olds[column] if column in olds else _into(state.committed_state[key], way)
        new = _into(state.dict.get(key), way)
        if old != new:
            before[column], after[column] = old, new
    if after:
        action.record(info, _key(info, state.dict), "update", before, after)
        action.touched.add(
            info, _key(info, state.dict), {c: _into(state.dict.get(k), w) for k, c, w in info.attributes}
        )


def _into(value: Any, way: Callable[[Any], Any] | None) -> Any:
    return plain(value if way is None or value is None else way(value))


def _values(info: TableInfo, values: Mapping[str, Any], olds: Row) -> Row:
    return {
        column: olds[column] if column in olds else _into(values.get(key), way) for key, column, way in info.attributes
    }


def _known(values: Row) -> Row:
    return {column: value for column, value in values.items() if value is not None}


def _key(info: TableInfo, values: Mapping[str, Any]) -> str:
    ways = {key: way for key, _, way in info.attributes}
    return row_key([_into(values[key], ways[key]) for key in info.key_attributes])


@event.listens_for(ActionSession, "after_flush_postexec")
def _after_flush_postexec(session: Session, context: Any) -> None:
    action_of(session).gate.open = False


@event.listens_for(ActionSession, "do_orm_execute")
def _refuse_bulk(state: Any) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        raise RuntimeError("a bulk write outside storage/bulk.py would escape the audit")


def audited_tables() -> tuple[str, ...]:
    """Return the names of the tables whose changes are recorded."""
    return tuple(sorted(name for name in Base.metadata.tables if name not in NOT_AUDITED))
