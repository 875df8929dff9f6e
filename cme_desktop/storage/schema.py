"""Which version of the tables a database has, read without touching a byte of it (safety.md 8)."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.storage import engine
from cme_desktop.storage.keys.key_file import FILE_NAME as KEY_FILE
from cme_desktop.storage.keys.key_file import read_key_file
from cme_desktop.system import atomic_write

SCHEMA_VERSION = 1
"""The ordinal of the newest migration step; it stands in ``PRAGMA user_version`` of every database."""


UNFINISHED = "training.unfinished"
"""A file of this name lies in the folder of a training register while it is being made."""
MADE = b"made"
"""What stands in that file once all is there: it may outlast the making where something else has it open."""


def is_unfinished(folder: Path) -> bool:
    """Say whether the making of the training register in a folder was begun and not ended."""
    try:
        return (folder / UNFINISHED).read_bytes() != MADE
    except FileNotFoundError:
        return False
    except OSError:
        return True


class RegisterUnfinished(UserError):
    """Say that the making of a training register was interrupted."""

    code = "register-unfinished"

    def __init__(self) -> None:
        super().__init__(
            "The making of this training register was interrupted, so only a part of it is there and it is not "
            "opened. It holds invented people only. Make it again: cme-admin demo on the same folder, or cme-desktop "
            "--training."
        )


SETTING_UP = "set-up.unfinished"
"""A file of this name lies in the folder of a register until its set-up has ended."""


class SetupUnfinished(UserError):
    """Say that the set-up of a register was interrupted, so that it is not worked in yet."""

    code = "register-unfinished"

    def __init__(self) -> None:
        super().__init__(
            "The set-up of this register was interrupted before its recovery key was on paper and a backup was made, "
            "so nobody works in it yet. Start the window on it to go on, or begin again: cme-admin init on the same "
            "folder. No child is in it."
        )


@dataclass(frozen=True)
class SetupMark:
    """What the mark of a set-up that has not ended says: which register, and which program began it."""

    store_id: str
    program: str

    def write(self, folder: Path) -> None:
        """Put the mark into the folder of a register that is being made."""
        atomic_write(folder / SETTING_UP, json.dumps(asdict(self)).encode(), other_name=False)


def setup_mark(folder: Path) -> SetupMark | None:
    """Return the mark of a set-up that has not ended; None for a register that is whole, or where nothing is.

    A mark that speaks of another register than the one there says nothing.
    """
    try:
        raw = json.loads((folder / SETTING_UP).read_text(encoding="utf-8"))
        mark = SetupMark(str(raw["store_id"]), str(raw["program"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if (folder / KEY_FILE).is_file():
        try:
            return mark if read_key_file(folder).store_id == mark.store_id else None
        except CannotUnlock:
            return None
    return mark


class RegisterTooNew(CannotUnlock):
    """Say that a newer program made the register; nothing was touched."""

    code = "register-too-new"

    def __init__(self, version: int) -> None:
        super().__init__(
            f"A newer version of the program made this register (its tables are version {version}, this program knows "
            f"up to {SCHEMA_VERSION}). Nothing was touched. Install the newer program, then open it again."
        )
        self.version = version


class RegisterTooOld(UserError):
    """Say that the register has to be brought up to date before it is opened."""

    code = "register-too-old"

    def __init__(self, version: int) -> None:
        super().__init__(
            "An older version of the program made this register. Nothing was touched. It has to be brought up to date "
            "before it is opened; a backup is made first."
        )
        self.version = version


def version_of(database: Path, key: bytes) -> int:
    """Return the schema version of a database, opened so that nothing can be written to it.

    Raises:
        Unreadable: it did not open with this key, or there is nothing in it.
    """
    with closing(engine.connect(database, key, mode="ro")) as connection:
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            raise engine.Unreadable(
                "The case database has no tables: something outside the program put an empty one in its place. Nothing "
                "was changed. Restore the latest backup."
            )
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def check(database: Path, key: bytes) -> None:
    """Refuse a database of another schema version than this program's.

    Raises:
        RegisterTooNew: a newer program made it.
        RegisterTooOld: it has to be brought up to date first.
        Unreadable: it did not open with this key.
    """
    version = version_of(database, key)
    if version > SCHEMA_VERSION:
        raise RegisterTooNew(version)
    if version < SCHEMA_VERSION:
        raise RegisterTooOld(version)
