"""Who may speak in the audit: each key introduced by somebody who may, used in its time, and known to ``keys.json``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlcipher3 import dbapi2

from cme_desktop.domain.roles import Role
from cme_desktop.storage.audit_format import RESTORED
from cme_desktop.storage.checks.findings import OUTSIDE, Findings
from cme_desktop.storage.keys import KeyFile, is_certified, paper_named

PERSON, KEY = "person", "signing_key"
PEOPLE = "people."
"""How the code of an act begins that may change who has a log-in; a restore may too."""


@dataclass
class _Key:
    person: int
    retired: bool = False


@dataclass
class _Known:
    roles: frozenset[str]
    active: bool


class People:
    """What the events up to one say of who has a log-in, followed event by event in the order of the chain."""

    def __init__(self, key_file: KeyFile, findings: Findings) -> None:
        self._key_file, self._findings = key_file, findings
        self._keys: dict[str, _Key] = {}
        self._people: dict[int, _Known] = {}
        self._paper: bytes | None = None
        self._seq = 0

    def follow(self, event: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> None:
        """Check one event against what the events before it say, then take over what it says."""
        self._seq = event["seq"]
        touched = [one for one in changes if one["table_name"] in (PERSON, KEY) and one["operation"] != "schema"]
        self._check_voice(event, touched)
        if touched:
            self._check_right(event, touched)
        for change in touched:
            self._take_over(change)
        self._paper = paper_named(event["entity"], event["batch"]) or self._paper

    def _say(self, words: str) -> None:
        self._findings.add("audit", f"event:{self._seq}", self._seq, f"{words} {OUTSIDE}")

    def _check_voice(self, event: Mapping[str, Any], touched: Sequence[Mapping[str, Any]]) -> None:
        key, person = self._keys.get(event["key_id"]), self._people.get(event["user_id"])
        if key is None:
            if event["key_id"] not in _added(touched):
                self._say(f"Event {self._seq} is signed with a key that no event before it made known.")
            elif self._keys and not self._may_bring_its_own(event):
                self._say(f"Event {self._seq} makes a signing key known that nobody certified who may.")
        elif key.retired:
            self._say(f"Event {self._seq} is signed with a key that was taken out of use before it.")
        if person is not None and not person.active:
            self._say(f"Event {self._seq} is by a person whose log-in had been ended.")

    def _may_bring_its_own(self, event: Mapping[str, Any]) -> bool:
        """Say whether an act may make known the key that signs it.

        A restore keeps today's keys, and the acts that made them known are what it leaves out. Who holds the data key
        can make one up too: that is the one hole known (docs/decisions/0004), and it stands in the audit.
        """
        person = self._people.get(event["user_id"])
        if event["action"] == RESTORED:
            return person is not None and person.active
        return self._by_paper(event["key_id"], event["user_id"])

    def _by_paper(self, key_id: str, person: int) -> bool:
        """Say whether the recovery key vouches for a key; a register of before recovery keys signed takes its word."""
        return person in self._people and (self._paper is None or is_certified(self._key_file, key_id, self._paper))

    def _check_right(self, event: Mapping[str, Any], touched: Sequence[Mapping[str, Any]]) -> None:
        if not (event["action"].startswith(PEOPLE) or event["action"] == RESTORED):
            self._say(f"Event {self._seq} changes who has a log-in and is no act that may.")
        actor = self._people.get(event["user_id"])
        founding = not self._people
        may = founding or (actor is not None and Role.ADMINISTRATOR.value in actor.roles)
        if not may and not all(self._is_own_key(event["user_id"], change) for change in touched):
            self._say(f"Event {self._seq} changes who has a log-in, and is by a person who was no administrator.")
        for key_id, values in _added(touched).items():
            if key_id in self._keys:
                self._say(f"Event {self._seq} makes a signing key known a second time.")
            if not str(_digest(values)).startswith(key_id):
                self._say(f"Event {self._seq} makes a signing key known under another key's name.")
        if any(change["operation"] == "delete" for change in touched):
            self._say(f"Event {self._seq} takes a person or a signing key out of the register.")

    def _is_own_key(self, person: int, change: Mapping[str, Any]) -> bool:
        if change["table_name"] != KEY:
            return False
        if change["operation"] == "insert":
            return _values(change).get("person_id") == person
        known = self._keys.get(_key_id(change))
        return known is not None and known.person == person

    def _take_over(self, change: Mapping[str, Any]) -> None:
        values = _values(change)
        if change["table_name"] == KEY:
            known = self._keys.setdefault(_key_id(change), _Key(values.get("person_id", 0)))
            known.person = values.get("person_id", known.person)
            known.retired = known.retired or values.get("retired_at") is not None
            return
        person = self._people.setdefault(int(change["row_id"]), _Known(frozenset(), active=True))
        if "roles" in values:
            person.roles = frozenset(_roles(values["roles"]))
        if "active" in values:
            person.active = bool(values["active"])


def _added(touched: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        _key_id(change): _values(change)
        for change in touched
        if change["table_name"] == KEY and change["operation"] == "insert"
    }


def _values(change: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a change left; nothing where it cannot be read, which the chain's check names."""
    try:
        values = json.loads(change["after"] or "{}")
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def _key_id(change: Mapping[str, Any]) -> str:
    try:
        key = json.loads(change["row_id"])
    except ValueError:
        return str(change["row_id"])
    return str(key[0]) if isinstance(key, list) and key else str(key)


def _digest(values: Mapping[str, Any]) -> Any:
    public = values.get("public_key")
    return public.get("sha256") if isinstance(public, dict) else None


def _roles(value: Any) -> list[str]:
    try:
        return [str(role) for role in (json.loads(value) if isinstance(value, str) else value)]
    except (TypeError, ValueError):
        return []


def compare(connection: dbapi2.Connection, key_files: Sequence[KeyFile], findings: Findings) -> None:
    """Compare the rows of people and keys with the key file: they say the same.

    Args:
        key_files: the key file in place, and the one that a kill left staged, where there is one: either will do.
    """
    each = [list(_differences(connection, key_file)) for key_file in key_files]
    if all(each):
        for where, words in each[0]:
            findings.add("audit", where, None, f"{words} {OUTSIDE}")


def _differences(connection: dbapi2.Connection, key_file: KeyFile) -> Iterator[tuple[str, str]]:
    rows = {row[0]: row[1:] for row in connection.execute("SELECT id, name, roles, active FROM person")}
    keys = {
        row[0]: row[1:]
        for row in connection.execute("SELECT key_id, person_id, public_key, retired_at IS NOT NULL FROM signing_key")
    }
    paper = _paper_in_force(connection)
    for entry in key_file.people:
        where, row = f"keys.json:person:{entry.person_id}", rows.pop(entry.person_id, None)
        if row is None:
            yield where, "The key file names a person whom the register does not know."
            continue
        wanted = (entry.name, sorted(role.value for role in entry.roles), entry.disabled_at is None)
        if wanted != (row[0], sorted(_roles(row[1])), bool(row[2])):
            yield where, "The key file gives a person another name, other roles or another log-in than the register."
        current = entry.current
        waiting = current is not None and current.key_id not in keys  # recovered by paper, and not opened since
        for public in entry.public_keys:
            known = keys.pop(public.key_id, None)
            if known is None:
                by_paper = (
                    waiting and public == current and (paper is None or is_certified(key_file, public.key_id, paper))
                )
                if not by_paper:
                    yield where, "The key file has a signing key that the register does not know."
            elif known[:2] != (entry.person_id, public.signing) or (
                bool(known[2]) != (public.until is not None) and not waiting
            ):
                yield where, "A signing key of the key file is not as the register has it."
    for number in rows:
        yield f"person:{number}", "The register knows a person whom the key file does not name."
    for key_id in keys:
        yield f"signing_key:{key_id}", "The register knows a signing key that the key file does not have."


def _paper_in_force(connection: dbapi2.Connection) -> bytes | None:
    rows = connection.execute(
        "SELECT entity, batch FROM audit_event WHERE entity LIKE 'paper:%' OR batch LIKE 'paper:%' ORDER BY seq DESC"
    )
    return next((paper for row in rows if (paper := paper_named(*row)) is not None), None)
