"""The form of the audit rows: what is hashed, in which order (docs/decisions/0004-audit-rows.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

NOT_AUDITED = frozenset({"audit_event", "audit_change", "form_draft", "search_who", "search_text"})
"""Tables without audit rows: the audit itself, unsaved forms, and search rows, which are made from audited rows."""

GENESIS = bytes(32)
"""What stands for the hash before the first event."""

ERASING = "erase."
"""How the code of an act begins that erases: it alone may blank what earlier events said."""

BLANK = "blank"
"""The operation of a change by which an erasing event signs what it blanks: which change or words, and its digest."""

RESTORED = "store.restore"
"""The code of the act that follows a restore: from there on the chain may differ from later backups of before."""

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far a clock may stand before the newest instant before what it says is doubtful."""

encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonical(value: Any) -> str:
    """Return plain data as canonical JSON: sorted keys, no blanks, characters as they are."""
    return encode(value)


def plain(value: Any) -> Any:
    """Return a database value as the audit keeps it: bytes only as their SHA-256, so that no key is copied there."""
    if isinstance(value, bytes | bytearray | memoryview):
        return {"sha256": hashlib.sha256(value).hexdigest()}
    return value


def row_key(values: Sequence[Any]) -> str:
    """Return a primary key as text: a single whole number as its digits, all else as a canonical JSON list."""
    if len(values) == 1 and type(values[0]) is int:
        return str(values[0])
    return encode([plain(value) for value in values])


def change_digest(salt: bytes, table: str, row_id: str, operation: str, before: str | None, after: str | None) -> bytes:
    """Return SHA-256 over the salt and the five parts of a change, each on a line of its own."""
    content = "\n".join((table, row_id, operation, before or "", after or ""))
    return hashlib.sha256(salt + content.encode()).digest()


def reason_digest(salt: bytes, reason: str) -> bytes:
    """Return SHA-256 over the salt and the reason."""
    return hashlib.sha256(salt + reason.encode()).digest()


def canonical_event(row: Mapping[str, Any]) -> bytes:
    """Return the canonical row of an event: what ``hash`` covers, after the hash of the event before it."""
    digest = row["reason_digest"]
    return canonical(
        {
            "action": row["action"],
            "at": row["at"],
            "batch": row["batch"],
            "changes": row["changes"],
            "changes_digest": row["changes_digest"].hex(),
            "clock_doubtful": int(row["clock_doubtful"]),
            "entity": row["entity"],
            "episode_id": row["episode_id"],
            "key_id": row["key_id"],
            "reason_digest": None if digest is None else digest.hex(),
            "seq": row["seq"],
            "user_id": row["user_id"],
        }
    ).encode()
