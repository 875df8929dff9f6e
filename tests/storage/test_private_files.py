"""No file of a register or a backup is readable by another user of the machine, whatever the umask (safety.md 4)."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cme_desktop.storage import engine, schema
from cme_desktop.storage.backup import copy_database, make_backup
from cme_desktop.storage.keys import read_key_file
from cme_desktop.storage.migrations.runner import upgrade
from cme_desktop.storage.restore import restore
from cme_desktop.storage.verify import BACKUPS
from tests.storage.registers import NOW, clock_at, fill, log_in, new_register, reopen
from tests.storage.test_migrate_all import steps

PRIVATE = 0o600 if os.name == "posix" else 0o666  # Windows has the folder's own access list instead
HOLDER = "store.holder.json"
"""Says who has the register open, to be read by who finds it in use; no case data."""

KEY = b"\x11" * engine.KEY_BYTES


@pytest.fixture(autouse=True)
def _generous_umask() -> Iterator[None]:
    """Let every file that says nothing else be readable and writable by all."""
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """Return the files below a folder that somebody else may read or write."""
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != HOLDER and stat.S_IMODE(path.stat().st_mode) != PRIVATE
    ]


def test_a_register_and_its_journals_are_private(tmp_path: Path) -> None:
    store = new_register(tmp_path / "register")
    fill(store, 1)
    names = {path.suffix for path in store.folder.iterdir()}
    assert {".db", ".db-wal", ".db-shm"} <= names
    assert open_to_others(store.folder) == []
    store.close()
    assert open_to_others(store.folder) == []


def test_a_database_is_private_before_it_holds_a_byte(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    class Looking:
        """A driver that looks at the file when it is told to open it."""

        sqlite_version_info = engine.DRIVER.sqlite_version_info

        @staticmethod
        def connect(database: str, **settings: object) -> object:
            if not database.startswith(":"):
                found = (tmp_path / "made.db").stat()
                seen.append((stat.S_IMODE(found.st_mode), found.st_size))
            return engine.DRIVER.connect(database, **settings)  # type: ignore[call-arg]  # the driver's own settings

    with closing(engine.connect(tmp_path / "made.db", KEY, mode="create", driver=Looking)) as connection:
        connection.execute("CREATE TABLE t (x)")
        seen.clear()

        def look() -> int:
            if (tmp_path / "copy.db").exists():
                seen.append((stat.S_IMODE((tmp_path / "copy.db").stat().st_mode), 0))
            return 0

        connection.set_progress_handler(look, 1)
        copy_database(connection, tmp_path / "copy.db")
    assert seen
    assert {mode for mode, _ in seen} == {PRIVATE}


def test_backups_what_is_restored_and_what_is_brought_up_to_date_are_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = new_register(tmp_path / "register")
    fill(store, 1)
    store.close()
    folder = store.folder
    made = make_backup(folder, log_in(folder), folder / BACKUPS, now=NOW)
    assert open_to_others(folder) == []
    restore(made.path, tmp_path / "new", log_in(made.path), clock_at())
    assert open_to_others(tmp_path / "new") == []
    restore(made.path, folder, log_in(made.path), clock_at())
    assert [name for name in open_to_others(folder) if ".db" in name] == []
    monkeypatch.setattr(schema, "SCHEMA_VERSION", 2)
    upgrade(tmp_path / "new", log_in(tmp_path / "new"), clock_at(), steps=steps(tmp_path / "later"))
    assert open_to_others(tmp_path / "new") == []


def test_a_register_that_was_copied_by_hand_is_made_private_when_it_opens(tmp_path: Path) -> None:
    store = new_register(tmp_path / "register")
    store.close()
    database = store.folder / read_key_file(store.folder).database
    database.chmod(0o644)
    again = reopen(store.folder)
    assert stat.S_IMODE(database.stat().st_mode) == PRIVATE
    again.close()
