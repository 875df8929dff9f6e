"""Somebody with the data key, the files and another tool, and a register with something in it to forge."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlcipher3 import dbapi2

from cme_desktop.casework import children, keeping, notes, users
from cme_desktop.domain.roles import Role
from cme_desktop.models.timeline import Event
from cme_desktop.storage import engine, keys
from cme_desktop.storage.audit_format import canonical_event, change_digest
from cme_desktop.storage.capture import action_of
from cme_desktop.storage.ddl import triggers
from cme_desktop.storage.keys import KeyFile, PersonEntry, PublicKeys, read_key_file, write_key_file
from cme_desktop.storage.search import put_text
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import Verdict
from cme_desktop.system import FixedClock
from tests.factories import (
    GIVEN,
    NO_FLOOR,
    NOON,
    PASSPHRASE,
    TINY,
    NameFacts,
    Register,
    add_person,
    child_facts,
    make_case,
    referral_facts,
)

LATER = NOON + timedelta(hours=1)
AT = "2026-11-24T13:00:00.000000Z"
OFFICER, MANAGER, ENDED = "Anita Patel", "Bernard Hall", "Dora Quist"


@dataclass
class Original:
    """A closed register with some history, the program's state folder beside it, and former people's own keys."""

    top: Path
    retired: keys.Unlocked
    ended: keys.Unlocked
    recovery_key: str


def write_history(register: Register) -> tuple[keys.Unlocked, keys.Unlocked]:
    """Do what leaves something to forge; return a former key of the manager and the key of a person who left."""
    store, officer = register.store, register.officer
    told = referral_facts(referrer_school_urn=None)
    case = make_case(register, child=child_facts(registrations=()), referral=told)
    make_case(register, child=child_facts("Osei", "Kofi", registrations=()), referral=told)
    for surname in ("Muster", "Beispiel"):
        children.change_name(
            store, officer, case.ref, NameFacts(surname, "Amara"), on=NOON.date(), reason="the school wrote so"
        )
    number = notes.add_note(store, officer, case.ref, "Rang the school")
    gone = notes.add_note(store, officer, case.ref, "A note about somebody else")
    with store.action(officer, "erase.note", entity=f"event:{gone}") as session:
        action = action_of(session)
        row = session.get_one(Event, gone)
        action.blank("event", [str(gone)])
        session.delete(row)
        put_text(session, "event", gone, "", child_id=1, episode_id=None, on_day=NOON.date())
    assert number != gone
    users.add_person(store, officer, register.unlocked, "Esme Rook", [Role.MANAGER], GIVEN, kdf=TINY)
    given, kept = (keys.unlock(store.folder, "Esme Rook", GIVEN, floors=NO_FLOOR) for _ in range(2))
    person = store.admit(given)
    users.choose_passphrase(store, person, given, PASSPHRASE, kdf=TINY, floors=NO_FLOOR)
    add_person(store, register.unlocked, ENDED, Role.OFFICER)
    ended = keys.unlock(store.folder, ENDED, PASSPHRASE, floors=NO_FLOOR)
    number = next(one.id for one in users.list_people(store, officer) if one.name == ENDED)
    users.disable_person(store, officer, register.unlocked, number, reason="left the council")
    store.seen(register.manager, "case.open", "episode:1")
    return kept, ended


class Forger:
    """Somebody with the data key, the files, and another tool."""

    def __init__(self, top: Path, original: Original) -> None:
        self.top, self.folder, self.state = top, top / "register", top / "state"
        self.retired, self.ended, self.recovery_key = original.retired, original.ended, original.recovery_key
        with closing(self.store()) as store:
            self.data_key = store.unlocked.data_key
            self.place = self.top / "place"
        self.connection = self.opened()
        self.ghost = Ed25519PrivateKey.generate()

    def store(self, name: str = OFFICER) -> Store:
        """Open the register as the program does."""
        return Store.open(self.folder, self.unlocked(name), make_clock())

    def unlocked(self, name: str = OFFICER) -> keys.Unlocked:
        """Return what a person's own passphrase opens."""
        return keys.unlock(self.folder, name, PASSPHRASE, floors=NO_FLOOR)

    def opened(self) -> dbapi2.Connection:
        connection = engine.connect(
            self.folder / read_key_file(self.folder).database, self.data_key, foreign_keys=False
        )
        self.take_out(connection)
        return connection

    @staticmethod
    def take_out(connection: dbapi2.Connection) -> None:
        for name in triggers():
            connection.execute(f'DROP TRIGGER IF EXISTS "{name}"')

    def put_back(self) -> None:
        """Put the safeguards back as they were."""
        for name, statement in triggers().items():
            self.connection.execute(f'DROP TRIGGER IF EXISTS "{name}"')
            self.connection.execute(statement)

    def run(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return list(self.connection.execute(sql, values).fetchall())

    def one(self, sql: str, *values: Any) -> Any:
        return self.run(sql, *values)[0][0]

    def events(self, first: int = 1) -> list[dict[str, Any]]:
        cursor = self.connection.execute("SELECT * FROM audit_event WHERE seq >= ? ORDER BY seq", (first,))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def sign_again(self, first: int, sign: Callable[[bytes], bytes]) -> None:
        """Make the chain anew from an event on, each signed by one key."""
        for row in self.events(first):
            prev = self.run("SELECT hash FROM audit_event WHERE seq = ?", row["seq"] - 1)
            row["prev_hash"] = prev[0][0] if prev else bytes(32)
            digests = self.run("SELECT digest FROM audit_change WHERE seq = ? ORDER BY id", row["seq"])
            row["changes_digest"] = hashlib.sha256(b"".join(digest for (digest,) in digests)).digest()
            made = hashlib.sha256(row["prev_hash"] + canonical_event(row)).digest()
            self.run(
                "UPDATE audit_event SET prev_hash = ?, changes_digest = ?, hash = ?, signature = ? WHERE seq = ?",
                row["prev_hash"], row["changes_digest"], made, sign(made), row["seq"],
            )  # fmt: skip

    def append(
        self,
        action: str,
        user: int,
        key_id: str,
        sign: Callable[[bytes], bytes],
        *changes: tuple[str, str, str, dict[str, Any] | None, dict[str, Any] | None],
    ) -> None:
        """Add a well-formed event of a person at the end of the chain, with its changes."""
        seq = int(self.one("SELECT max(seq) FROM audit_event")) + 1
        self.run(
            "INSERT INTO audit_event SELECT ?, ?, ?, ?, ?, NULL, NULL, NULL, NULL, NULL, NULL, 0, ?, x'', x'', x'', "
            "x'', NULL",
            seq, AT, user, key_id, action, len(changes),
        )  # fmt: skip
        for table, row_id, operation, before, after in changes:
            old, new = (None if what is None else canonical(what) for what in (before, after))
            digest = change_digest(b"s" * 16, table, row_id, operation, old, new)
            self.run(
                "INSERT INTO audit_change (seq, table_name, row_id, operation, before, after, salt, digest) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                seq, table, row_id, operation, old, new, b"s" * 16, digest,
            )  # fmt: skip
        self.sign_again(seq, sign)

    # The key file, whose proof the data key makes

    def keys(self, change: Callable[[KeyFile], KeyFile]) -> None:
        write_key_file(self.folder, change(read_key_file(self.folder)).sealed_with(self.data_key))

    def ghost_keys(self) -> PublicKeys:
        public = self.ghost.public_key().public_bytes_raw()
        return PublicKeys(self.ghost_id, public, bytes(32), "2026-11-24T13:00:00Z", None)

    @property
    def ghost_id(self) -> str:
        return hashlib.sha256(self.ghost.public_key().public_bytes_raw()).hexdigest()[:16]

    def introduce_ghost(self, user: int, sign_as: keys.Unlocked | None, action: str = "people.key") -> None:
        """Make the forger's own key a person's: rows, audit and key file in order, signed by itself or by a person."""
        public = self.ghost.public_key().public_bytes_raw()
        old = self.run("SELECT key_id FROM signing_key WHERE person_id = ? AND retired_at IS NULL", user)
        changes: list[tuple[str, str, str, dict[str, Any] | None, dict[str, Any] | None]] = []
        for (key_id,) in old:
            self.run("UPDATE signing_key SET retired_at = ? WHERE key_id = ?", AT, key_id)
            changes.append(("signing_key", f'["{key_id}"]', "update", {"retired_at": None}, {"retired_at": AT}))
        self.run("INSERT INTO signing_key VALUES (?, ?, ?, ?, NULL)", self.ghost_id, user, public, AT)
        row = {"key_id": self.ghost_id, "person_id": user, "added_at": AT}
        row["public_key"] = {"sha256": hashlib.sha256(public).hexdigest()}
        changes.append(("signing_key", f'["{self.ghost_id}"]', "insert", None, row))
        actor = user if sign_as is None else sign_as.person_id
        key_id = self.ghost_id if sign_as is None else sign_as.key_id
        self.append(action, actor, key_id, self.ghost.sign if sign_as is None else sign_as.sign, *changes)
        self.keys(lambda key_file: key_file.with_person(self.with_ghost(key_file.person(user))))

    def with_ghost(self, person: PersonEntry) -> PersonEntry:
        former = tuple(replace(one, until=one.until or "2026-11-24T13:00:00Z") for one in person.public_keys)
        return replace(person, public_keys=(*former, self.ghost_keys()))


def make_clock() -> FixedClock:
    return FixedClock(LATER)


def canonical(value: dict[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def checked(forger: Forger) -> Verdict:
    """Check the register as ``cme-admin verify`` does, by somebody who holds the data key."""
    forger.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return keeping.check_closed(forger.folder, Holder(forger), state=forger.state, now=LATER)  # type: ignore[arg-type]  # what a check needs of it


class Holder:
    """Who holds the data key, whatever the key file says now."""

    def __init__(self, forger: Forger) -> None:
        self.store_id, self.data_key = read_key_file(forger.folder).store_id, forger.data_key
