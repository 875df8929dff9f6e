"""Which version of the tables a database has, read without touching a byte of it (safety.md 8)."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.storage import engine

SCHEMA_VERSION = 1
"""The ordinal of the newest migration step; it stands in ``PRAGMA user_version`` of every database."""


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
