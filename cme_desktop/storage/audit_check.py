"""Check the audit from end to end, and every row against what the audit last said of it (command-line.md 10)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any

from sqlcipher3 import dbapi2

from cme_desktop.storage.audit_format import (
    BLANK,
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
from cme_desktop.storage.checks.findings import OUTSIDE, Findings, Head, Step
from cme_desktop.storage.checks.people import People
from cme_desktop.storage.checks.witnesses import is_past
from cme_desktop.storage.keys import KeyFile, signature_holds

_BATCH = 500


def check_chain(
    connection: dbapi2.Connection, key_file: KeyFile, heads: Sequence[Head], findings: Findings, step: Step
) -> Head:
    """Check hashes, order, signatures and change digests of every event, and return the end of the chain.

    ``heads`` are earlier ends of the chain, from backups and witnesses: a chain that was cut short shows by them.
    A restore goes back to an earlier end by right: it is an event itself, and what was backed up before it and after
    that end is no longer expected.
    """
    keys = dict(connection.execute("SELECT key_id, person_id FROM signing_key").fetchall())
    erasures = _Erasures(connection)
    people = People(key_file, findings)
    restores = restores_of(connection)
    wanted: dict[int, set[str]] = {}
    for head in heads:
        if not is_past(head, restores):
            wanted.setdefault(head.seq, set()).add(head.hash)
    last = int(connection.execute("SELECT coalesce(max(seq), 0) FROM audit_event").fetchone()[0])
    changes = _Changes(connection, findings)
    prev, expected = GENESIS, 1
    for row in _rows(connection, "SELECT * FROM audit_event ORDER BY seq"):
        seq = row["seq"]
        if seq != expected:
            findings.add("audit", f"event:{expected}", expected, f"Event {expected} of the audit is missing.")
        elif row["prev_hash"] != prev:
            findings.add("audit", f"event:{seq}", seq, f"Event {seq} does not follow the event before it. {OUTSIDE}")
        _check_event(row, key_file, keys, erasures, findings)
        mine = changes.of(seq)
        _check_changes(row, mine, erasures, findings)
        people.follow(row, mine)
        if wanted.pop(seq, set()) - {row["hash"].hex()}:
            words = f"Event {seq} is not the one that an earlier backup or note outside the register holds. {OUTSIDE}"
            findings.add("audit", f"event:{seq}", seq, words)
        prev, expected = row["hash"], seq + 1
        if seq % _BATCH == 0:
            step(seq / max(last, 1))
    if cut := [seq for seq in wanted if seq >= expected]:
        findings.add(
            "audit",
            f"event:{expected}",
            expected,
            f"The audit ends at event {expected - 1}, but a backup or a note outside the register holds event "
            f"{max(cut)}: the events after {expected - 1} were cut off. Compare with the latest backup.",
        )
    if stray := changes.rest():
        findings.add("audit", f"event:{stray}", stray, f"The audit has changes of an event {stray} that is not there.")
    for place in erasures.not_blank:
        findings.add(
            "audit",
            f"{place[0]}:{place[1]}",
            place[2],
            f"What event {place[2]} said and a later act erased is there again. {OUTSIDE}",
        )
    return Head(expected - 1, prev.hex())


def restores_of(connection: dbapi2.Connection) -> list[tuple[int, str]]:
    """Return the number and instant of each event by which a backup was put back."""
    return connection.execute("SELECT seq, at FROM audit_event WHERE action = ?", (RESTORED,)).fetchall()


Place = tuple[str, int, int, bytes]
"""What is blanked: ``audit_change`` or ``audit_event``, its number, its event and its digest."""


class _Erasures:
    """Which changes and words each erasing event signed that it blanks."""

    def __init__(self, connection: dbapi2.Connection) -> None:
        events = connection.execute("SELECT seq FROM audit_event WHERE action LIKE ?", (f"{ERASING}%",))
        self._events = frozenset(row[0] for row in events)
        self._listed: dict[Place, int] = {}
        lists = connection.execute(
            "SELECT seq, table_name, row_id, after FROM audit_change WHERE operation = ?", (BLANK,)
        )
        for seq, table, row_id, after in lists:
            try:
                what = json.loads(after)
                self._listed[table, int(row_id), what["seq"], bytes.fromhex(what["digest"])] = seq
            except (KeyError, TypeError, ValueError):
                continue  # the chain names a change that is not as it was recorded
        self._open = dict(self._listed)

    def erases(self, seq: int) -> bool:
        """Say whether an event is one that erases."""
        return seq in self._events

    def blanked(self, place: Place, erased_by: int | None) -> bool:
        """Say whether an erasing event signed that it blanks this."""
        self._open.pop(place, None)
        return erased_by in self._events and self._listed.get(place) == erased_by

    @property
    def not_blank(self) -> list[Place]:
        """Return what an event signed that it blanks and that was not met blank."""
        return list(self._open)


def _rows(connection: dbapi2.Connection, sql: str, values: Sequence[Any] = ()) -> Iterator[dict[str, Any]]:
    cursor = connection.execute(sql, values)
    names = [column[0] for column in cursor.description or ()]
    while batch := cursor.fetchmany(_BATCH):
        for row in batch:
            yield dict(zip(names, row, strict=True))


class _Changes:
    """The changes of one event after another, in the order in which they were made."""

    def __init__(self, connection: dbapi2.Connection, findings: Findings) -> None:
        self._rows = self._growing(_rows(connection, "SELECT * FROM audit_change ORDER BY seq, id"), findings)
        self._next = next(self._rows, None)
        self._stray: int | None = None

    @staticmethod
    def _growing(rows: Iterator[dict[str, Any]], findings: Findings) -> Iterator[dict[str, Any]]:
        """Pass the changes on and name each whose number is no higher than one of an earlier event."""
        last = 0
        for row in rows:
            if row["id"] <= last:
                where, words = (
                    f"change:{row['id']}",
                    f"A change of event {row['seq']} was given another number. {OUTSIDE}",
                )
                findings.add("audit", where, row["seq"], words)
            last = max(last, row["id"])
            yield row

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
    erasures: _Erasures,
    findings: Findings,
) -> None:
    seq, where = row["seq"], f"event:{row['seq']}"
    if hashlib.sha256(row["prev_hash"] + canonical_event(row)).digest() != row["hash"]:
        findings.add("audit", where, seq, f"Event {seq} is not as it was signed. {OUTSIDE}")
    try:
        public, owner = key_file.public_key_of(row["key_id"]), key_file.owner_of(row["key_id"])
    except KeyError:
        findings.add("audit", where, seq, f"Event {seq} is signed with a key that no person of the register has had.")
    else:
        if owner != row["user_id"] or keys.get(row["key_id"]) != owner:
            findings.add("audit", where, seq, f"Event {seq} names another person than the one whose key signed it.")
        if not signature_holds(public, row["signature"], row["hash"]):
            findings.add("audit", where, seq, f"The signature of event {seq} does not hold. {OUTSIDE}")
    digest = row["reason_digest"]
    if row["reason"] is not None:
        if row["reason_salt"] is None or digest != reason_digest(row["reason_salt"], row["reason"]):
            findings.add("audit", where, seq, f"The words of event {seq} are not those that were signed. {OUTSIDE}")
    elif digest is not None:
        if not erasures.blanked(("audit_event", seq, seq, digest), row["erased_by"]):
            findings.add("audit", where, seq, f"The words of event {seq} are gone without an act that erased them.")
        return
    if row["erased_by"] is not None or (row["reason"] is None and row["reason_salt"] is not None):
        findings.add("audit", where, seq, f"Event {seq} is marked as erased and is not. {OUTSIDE}")


def _check_changes(
    event: Mapping[str, Any], changes: Sequence[Mapping[str, Any]], erasures: _Erasures, findings: Findings
) -> None:
    seq, total = event["seq"], hashlib.sha256()
    for change in changes:
        where = f"{change['table_name']}:{change['row_id']}"
        total.update(change["digest"])
        if change["salt"] is None:
            if not _blank_by_right(change, erasures):
                findings.add("audit", where, seq, f"A change of event {seq} is gone without an act that erased it.")
            continue
        if change["erased_by"] is not None:
            findings.add("audit", where, seq, f"A change of event {seq} is marked as erased and is not. {OUTSIDE}")
        parts = [change[name] for name in ("table_name", "row_id", "operation", "before", "after")]
        if change_digest(change["salt"], *parts) != change["digest"]:
            findings.add("audit", where, seq, f"A change of event {seq} is not as it was recorded. {OUTSIDE}")
    if len(changes) != event["changes"] or total.digest() != event["changes_digest"]:
        findings.add("audit", f"event:{seq}", seq, f"The changes of event {seq} are not those that were signed.")


def _blank_by_right(change: Mapping[str, Any], erasures: _Erasures) -> bool:
    """Say whether a blank change was listed by the event that blanked it, or is one of an erasing event's own."""
    seq = change["seq"]
    if change["before"] is not None or change["after"] is not None:
        return False
    if erasures.blanked(("audit_change", change["id"], seq, change["digest"]), change["erased_by"]):
        return True
    return change["erased_by"] == seq and erasures.erases(seq) and change["operation"] != BLANK


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
    """What the audit says of one row: its values, whether it is there, and whether what came before was erased."""

    values: dict[str, Any] = field(default_factory=dict)
    there: bool = False
    erased: bool = False
    seq: int = 0


def _check_table(connection: dbapi2.Connection, table: str, findings: Findings) -> None:
    info = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
    names = [row[1] for row in info]
    key_names = [row[1] for row in sorted(info, key=lambda row: row[5]) if row[5]]
    schema = [
        ((row["seq"], row["id"]), json.loads(row["after"]))
        for row in _rows(
            connection,
            "SELECT seq, id, after FROM audit_change WHERE table_name = ? AND operation = 'schema' ORDER BY seq, id",
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
                findings.add("rows", f"{table}:{row_id}", None, f"No event of the audit made this row. {OUTSIDE}")


def _replayed(
    connection: dbapi2.Connection, table: str, schema: Sequence[tuple[tuple[int, int], Mapping[str, Any]]]
) -> Iterator[tuple[str, _State]]:
    changes = _rows(
        connection,
        "SELECT id, seq, row_id, operation, after, salt FROM audit_change "
        "WHERE table_name = ? AND operation <> 'schema' ORDER BY row_id, seq, id",
        (table,),
    )
    for row_id, group in groupby(changes, key=lambda change: str(change["row_id"])):
        state, waiting, first = _State(), list(schema), True
        for change in group:
            place = (change["seq"], change["id"])
            if first:
                waiting, first = [item for item in waiting if item[0] > place], False
            while waiting and waiting[0][0] < place:
                _apply_schema(state, waiting.pop(0)[1])
            state.seq = change["seq"]
            state.there = change["operation"] != "delete"
            if change["operation"] != "update" or change["salt"] is None:
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
            findings.add("rows", where, state.seq, f"The row that event {state.seq} wrote is gone. {OUTSIDE}")
        return
    if not state.there:
        findings.add("rows", where, state.seq, f"The row that event {state.seq} removed is there. {OUTSIDE}")
        return
    # Of a row with an erased change only what was written since is known
    known = state.values.keys() if state.erased else row.keys()
    different = sorted(name for name in known if plain(row.get(name)) != state.values.get(name))
    if different:
        findings.add(
            "rows",
            where,
            state.seq,
            f"The row is not as event {state.seq} left it ({', '.join(different)}). {OUTSIDE}",
        )
