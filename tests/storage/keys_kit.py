"""A register's keys for tests: as the real ones, with a passphrase cost that takes no time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cme_desktop.storage import keys
from cme_desktop.storage.keys import Floors, Kdf, NewKeys, Unlocked
from cme_desktop.storage.keys.sealing import canonical

NOW = datetime(2026, 11, 24, 10, 12, tzinfo=UTC)
LATER = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
TINY = Kdf(memory_kib=8, passes=1)
NO_FLOOR = Floors(real_kib=8, demonstration_kib=8)
OFFICER = "Asha Patel"
MANAGER = "Bharti Shah"
PASSPHRASE = "seven quiet otters swim"
OTHER_PASSPHRASE = "four green kettles sing"


def change_passphrase(unlocked: Unlocked, present: str, new: str) -> None:
    """Change a passphrase in the key file alone: a change of the file like any other."""
    drafted = keys.draft_changed(unlocked, present, new, now=NOW, floors=NO_FLOOR)
    keys.write_key_file(unlocked.folder, drafted.key_file.sealed_with(unlocked.data_key))


@dataclass(frozen=True)
class Register:
    """A register's folder with keys and a database file that these tests never open."""

    folder: Path
    made: NewKeys

    @property
    def key_path(self) -> Path:
        """Return the place of keys.json."""
        return self.folder / "keys.json"

    @property
    def bytes(self) -> bytes:
        """Return keys.json as it stands."""
        return self.key_path.read_bytes()

    def unlock(self, name: str = OFFICER, passphrase: str = PASSPHRASE) -> Unlocked:
        """Unlock as one of the persons."""
        return keys.unlock(self.folder, name, passphrase, floors=NO_FLOOR)

    def body(self) -> dict[str, Any]:
        """Return the body of keys.json as plain data."""
        found: dict[str, Any] = json.loads(self.bytes)["body"]
        return found

    def rewrite(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the body and give it a fitting checksum, as a careful intruder without a log-in would."""
        outer = json.loads(self.bytes)
        change(outer["body"])
        outer["sha256"] = hashlib.sha256(canonical(outer["body"])).hexdigest()
        self.key_path.write_text(json.dumps(outer), encoding="utf-8")


def make_register(folder: Path, *, demonstration: bool = False) -> Register:
    """Make the keys of a register with one person."""
    folder.mkdir(parents=True, exist_ok=True)
    made = keys.create_store_keys(
        folder, OFFICER, PASSPHRASE, now=NOW, demonstration=demonstration, kdf=TINY, floors=NO_FLOOR
    )
    (folder / made.key_file.database).write_bytes(b"the encrypted database")
    return Register(folder, made)
