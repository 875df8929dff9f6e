"""Check the audit from end to end, and every row against what the audit last said of it (command-line.md 10)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any

from sqlcipher3 import dbapi2

from cme_desktop.storage.audit_format import (
    ERASING,
    GENESIS,
    NOT_AUDITED,
    RESTORED,
    canonical_event,
    change_digest,
    plain,
    reason_digest,
    row_key,
)
from cme_desktop.storage.keys import KeyFile, signature_holds

MOST_PROBLEMS = 1000
_BATCH = 500
_OUTSIDE = "It was changed by something other than this program. Tell your manager, and compare with the latest backup."


@dataclass(frozen=True)
class Problem:
    """One thing that a check found: which check, where, at which event, and a sentence without case data."""

    check: str
    where: str
    seq: int | None
    message: str


@dataclass(frozen=True)
class Head:
    """The end of the chain as it was at some time (UTC): the number of the newest event, its hash (hexadecimal)."""

    seq: int
    hash: str
    at: str = ""


@dataclass
class Findings:
    """What the checks found so far, capped: a thousand problems say no more than a hundred."""

    problems: list[Problem] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)

    def add(self, check: str, where: str, seq: int | None, message: str) -> None:
        """Note one problem."""
        self.failed.add(check)
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(check, where, seq, message))


Step = Callable[[float], None]


def check_chain(
    connection: dbapi2.Connection, key_file: KeyFile, heads: Sequence[Head], findings: Findings, step: Step
) -> Head:
    """Check hashes, order, signatures and change digests of every event, and return the end of the chain.

    ``heads`` are earlier ends of the chain, from the manifests of backups: a chain that was cut short shows by them.
    A restore goes back to an earlier end by right: it is an event itself, and what was backed up before it and after
    that end is no longer expected.
    """
    keys = dict(connection.execute("SELECT key_id, person_id FROM signing_key").fetchall())
    erasures = _erasures(connection)
    wanted = _expected(connection, heads)
    last = int(connection.execute("SELECT coalesce(max(seq), 0) FROM audit_event").fetchone()[0])
    changes = _Changes(connection)
    prev, expected = GENESIS, 1
    for row in _rows(connection, "SELECT * FROM audit_event ORDER BY seq"):
        seq = row["seq"]
        if seq != expected:
            findings.add("audit", f"event:{expected}", expected, f"Event {expected} of the audit is missing.")
        elif row["prev_hash"] != prev:
            findings.add("audit", f"event:{seq}", seq, f"Event {seq} does not follow the event before it. {_OUTSIDE}")
        _check_event(row, key_file, keys, erasures, findings)
        _check_changes(row, changes.of(seq), erasures, findings)
        if wanted.pop(seq, row["hash"].hex()) != row["hash"].hex():
            findings.add(
                "audit", f"event:{seq}", seq, f"Event {seq} is not the one that an earlier backup holds. {_OUTSIDE}"
            )
        prev, expected = row["hash"], seq + 1
        if seq % _BATCH == 0:
            step(seq / max(last, 1))
    if cut := [seq for seq in wanted if seq >= expected]:
        findings.add(
            "audit",
            f"event:{expected}",
            expected,
            f"The audit ends at event {expected - 1}, but a backup holds event {max(cut)}: the events after "
            f"{expected - 1} were cut off. Compare with the latest backup.",
        )
    if stray := changes.rest():
        findings.add("audit", f"event:{stray}", stray, f"The audit has changes of an event {stray} that is not there.")
    return Head(expected - 1, prev.hex())


def _expected(connection: dbapi2.Connection, heads: Sequence[Head]) -> dict[int, str]:
    restores = connection.execute("SELECT seq, at FROM audit_event WHERE action = ?", (RESTORED,)).fetchall()
    return {head.seq: head.hash for head in heads if not any(head.at <= at and head.seq >= seq for seq, at in restores)}


def _erasures(connection: dbapi2.Connection) -> frozenset[int]:
    rows = connection.execute("SELECT seq FROM audit_event WHERE action LIKE ?", (f"{ERASING}%",))
    return frozenset(row[0] for row in rows)


def _rows(connection: dbapi2.Connection, sql: str, values: Sequence[Any] = ()) -> Iterator[dict[str, Any]]:
    cursor = connection.execute(sql, values)
    names = [column[0] for column in cursor.description or ()]
    while batch := cursor.fetchmany(_BATCH):
        for row in batch:
            yield dict(zip(names, row, strict=True))


class _Changes:
    """The changes of one event after another, in the order in which they were made."""

    def __init__(self, connection: dbapi2.Connection) -> None:
        self._rows = _rows(connection, "SELECT * FROM audit_change ORDER BY seq, id")
        self._next = next(self._rows, None)
        self._stray: int | None = None

    def of(self, seq: int) -> list[dict[str, Any]]:
        """Return the changes of an event; those of events that are not there are passed over and kept in mind."""
        found = []
        while self._next is not None and self._next["seq"] <= seq:
            if self._next["seq"] == seq:
                found.append(self._next)
            else:
                self._stray = self._next["seq"]
            self._next = next(self._rows, None)
        return found

    def rest(self) -> int | None:
        """Return the number of an event that has changes but is not there."""
        return self._next["seq"] if self._stray is None and self._next is not None else self._stray


def _check_event(
    row: Mapping[str, Any],
    key_file: KeyFile,
    keys: Mapping[str, int],
    erasures: frozenset[int],
    findings: Findings,
) -> None:
    seq, where = row["seq"], f"event:{row['seq']}"
    if hashlib.sha256(row["prev_hash"] + canonical_event(row)).digest() != row["hash"]:
        findings.add("audit", where, seq, f"Event {seq} is not as it was signed. {_OUTSIDE}")
    try:
        public, owner = key_file.public_key_of(row["key_id"]), key_file.owner_of(row["key_id"])
    except KeyError:
        findings.add("audit", where, seq, f"Event {seq} is signed with a key that no person of the register has had.")
    else:
        if owner != row["user_id"] or keys.get(row["key_id"]) != owner:
            findings.add("audit", where, seq, f"Event {seq} names another person than the one whose key signed it.")
        if not signature_holds(public, row["signature"], row["hash"]):
            findings.add("audit", where, seq, f"The signature of event {seq} does not hold. {_OUTSIDE}")
    digest = row["reason_digest"]
    if row["reason"] is not None:
        if row["reason_salt"] is None or digest != reason_digest(row["reason_salt"], row["reason"]):
            findings.add("audit", where, seq, f"The words of event {seq} are not those that were signed. {_OUTSIDE}")
    elif digest is not None and not _erased_well(row["erased_by"], seq, erasures):
        findings.add("audit", where, seq, f"The words of event {seq} are gone without an act that erased them.")


def _erased_well(erased_by: int | None, seq: int, erasures: frozenset[int]) -> bool:
    return erased_by is not None and erased_by >= seq and erased_by in erasures


def _check_changes(
    event: Mapping[str, Any], changes: Sequence[Mapping[str, Any]], erasures: frozenset[int], findings: Findings
) -> None:
    seq, total = event["seq"], hashlib.sha256()
    for change in changes:
        where = f"{change['table_name']}:{change['row_id']}"
        total.update(change["digest"])
        if change["salt"] is None:
            if not _erased_well(change["erased_by"], seq, erasures):
                findings.add("audit", where, seq, f"A change of event {seq} is gone without an act that erased it.")
            continue
        parts = [change[name] for name in ("table_name", "row_id", "operation", "before", "after")]
        if change_digest(change["salt"], *parts) != change["digest"]:
            findings.add("audit", where, seq, f"A change of event {seq} is not as it was recorded. {_OUTSIDE}")
    if len(changes) != event["changes"] or total.digest() != event["changes_digest"]:
        findings.add("audit", f"event:{seq}", seq, f"The changes of event {seq} are not those that were signed.")


def check_rows(connection: dbapi2.Connection, findings: Findings, step: Step) -> None:
    """Replay the audit of every row and compare it with the row itself: any edit by other means is named."""
    tables = [
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' "
            "AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_text_fts%' ORDER BY name"
        )
        if row[0] not in NOT_AUDITED and row[0] != "alembic_version"
    ]
    for place, table in enumerate(tables):
        step(place / len(tables))
        _check_table(connection, table, findings)


@dataclass
class _State:
    """What the audit says of one row: its values, whether it is there, and whether part of that was erased."""

    values: dict[str, Any] = field(default_factory=dict)
    there: bool = False
    erased: bool = False
    seq: int = 0


def _check_table(connection: dbapi2.Connection, table: str, findings: Findings) -> None:
    info = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
    names = [row[1] for row in info]
    key_names = [row[1] for row in sorted(info, key=lambda row: row[5]) if row[5]]
    schema = [
        (row["id"], json.loads(row["after"]))
        for row in _rows(
            connection,
            "SELECT id, after FROM audit_change WHERE table_name = ? AND operation = 'schema' ORDER BY id",
            (table,),
        )
    ]
    states = _replayed(connection, table, schema)
    there = 0
    known: set[str] = set()
    while batch := list(islice(states, _BATCH)):
        found = _fetch(connection, table, names, key_names, [row_id for row_id, _ in batch])
        for row_id, state in batch:
            row = found.get(row_id)
            there += state.there
            if state.there:
                known.add(row_id)
            _compare(table, row_id, state, row, findings)
    if connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] != there:
        keys = ", ".join(f'"{name}"' for name in key_names)
        for row in connection.execute(f'SELECT {keys} FROM "{table}"'):
            if (row_id := row_key(row)) not in known:
                findings.add("rows", f"{table}:{row_id}", None, f"No event of the audit made this row. {_OUTSIDE}")


def _replayed(
    connection: dbapi2.Connection, table: str, schema: Sequence[tuple[int, Mapping[str, Any]]]
) -> Iterator[tuple[str, _State]]:
    changes = _rows(
        connection,
        "SELECT id, seq, row_id, operation, after, salt FROM audit_change "
        "WHERE table_name = ? AND operation <> 'schema' ORDER BY row_id, id",
        (table,),
    )
    for row_id, group in groupby(changes, key=lambda change: str(change["row_id"])):
        state, waiting, first = _State(), list(schema), True
        for change in group:
            if first:
                waiting, first = [item for item in waiting if item[0] > change["id"]], False
            while waiting and waiting[0][0] < change["id"]:
                _apply_schema(state, waiting.pop(0)[1])
            state.seq = change["seq"]
            state.there = change["operation"] != "delete"
            state.erased |= change["salt"] is None
            if change["operation"] != "update":
                state.values = {}
                state.erased = change["salt"] is None
            if change["after"]:
                try:
                    state.values.update(json.loads(change["after"]))
                except ValueError:
                    state.erased = True  # the chain check names a change that is not as it was recorded
        for _, what in waiting:
            _apply_schema(state, what)
        yield row_id, state


def _apply_schema(state: _State, what: Mapping[str, Any]) -> None:
    for old, new in what.get("renamed", {}).items():
        state.values[new] = state.values.pop(old, None)
    for name in what.get("dropped", ()):
        state.values.pop(name, None)
    if state.there:
        state.values.update(what.get("added", {}))


def _fetch(
    connection: dbapi2.Connection, table: str, names: Sequence[str], key_names: Sequence[str], row_ids: Sequence[str]
) -> dict[str, dict[str, Any]]:
    keys = [key for row_id in row_ids if len(key := _key(row_id)) == len(key_names)]
    if not keys:
        return {}
    place = ", ".join(f'"{name}"' for name in key_names)
    one = f"({', '.join('?' * len(key_names))})"
    sql = f'SELECT * FROM "{table}" WHERE ({place}) IN (VALUES {", ".join([one] * len(keys))})'
    found = {}
    for row in _rows(connection, sql, [value for key in keys for value in key]):
        found[row_key([row[name] for name in key_names])] = row
    return found


def _key(row_id: str) -> list[Any]:
    """Return the key that a row id stands for, or nothing where it stands for none."""
    try:
        key = json.loads(row_id)
    except ValueError:
        return []
    return key if isinstance(key, list) else [key]


def _compare(table: str, row_id: str, state: _State, row: Mapping[str, Any] | None, findings: Findings) -> None:
    where = f"{table}:{row_id}"
    if row is None:
        if state.there:
            findings.add("rows", where, state.seq, f"The row that event {state.seq} wrote is gone. {_OUTSIDE}")
        return
    if not state.there:
        findings.add("rows", where, state.seq, f"The row that event {state.seq} removed is there. {_OUTSIDE}")
        return
    if state.erased:
        return
    different = sorted(name for name, value in row.items() if plain(value) != state.values.get(name))
    if different:
        findings.add(
            "rows",
            where,
            state.seq,
            f"The row is not as event {state.seq} left it ({', '.join(different)}). {_OUTSIDE}",
        )
