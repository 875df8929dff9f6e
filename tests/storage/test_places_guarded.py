"""A register is private at every open, takes no links for its own files, and is one register however it is reached."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cme_desktop.domain.errors import UserError
from cme_desktop.storage.backup import make_backup
from cme_desktop.storage.keys import read_key_file
from cme_desktop.storage.restore import restore
from cme_desktop.storage.store import Store
from cme_desktop.system import StoreInUse
from tests.storage.registers import NOW, clock_at, fill, log_in, new_register, reopen

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a closed register with a sealed file and a backup."""
    made = new_register(tmp_path / "register")
    fill(made, 1)
    make_backup(made.folder, log_in(made.folder), made.folder / "backups", now=NOW)
    made.close()
    return made.folder


def others_see(folder: Path) -> list[str]:
    """Return what of a register anybody else may read or enter."""
    paths = [folder, *folder.rglob("*")]
    return sorted(str(path.relative_to(folder)) for path in paths if stat.S_IMODE(path.lstat().st_mode) & 0o077)


def test_everything_is_private_again_at_every_open(folder: Path) -> None:
    """A copy, a backup program or a share may have opened it to all: the next opening closes it."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    store = reopen(folder)
    try:
        assert others_see(folder) == []
    finally:
        store.close()
    assert others_see(folder) == []


LINKED = ("keys.json", "database", "content", "store.lock", "a broken link")


@pytest.mark.parametrize("what", LINKED)
def test_a_link_in_the_place_of_a_file_is_refused(folder: Path, tmp_path: Path, what: str) -> None:
    unlocked = log_in(folder)
    name = {"database": unlocked.database, "a broken link": "keys.json"}.get(what, what)
    path = folder / name
    elsewhere = tmp_path / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(tmp_path / "nowhere" if what == "a broken link" else elsewhere)
    before = elsewhere.stat().st_mode, elsewhere.read_bytes() if elsewhere.is_file() else b""
    with pytest.raises(UserError) as refused:
        Store.open(folder, unlocked, clock_at())
    assert refused.value.code == "register-linked"
    assert str(path) in refused.value.message
    assert (elsewhere.stat().st_mode, elsewhere.read_bytes() if elsewhere.is_file() else b"") == before
    path.unlink()
    elsewhere.rename(path)
    reopen(folder).close()


def test_a_register_in_a_folder_that_is_reached_by_a_link_opens(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to(folder)
    reopen(tmp_path / "way").close()


def second_folder(folder: Path, tmp_path: Path) -> Path:
    """Return another folder that holds the same database, as a hard link or a mounted folder has it."""
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(folder / "keys.json", other / "keys.json")
    name = read_key_file(folder).database
    for end in ("", "-wal", "-shm"):
        if (folder / f"{name}{end}").exists():
            os.link(folder / f"{name}{end}", other / f"{name}{end}")
    return other


def test_the_same_database_in_two_folders_is_opened_once(folder: Path, tmp_path: Path) -> None:
    store = reopen(folder)
    other = second_folder(folder, tmp_path)
    try:
        with pytest.raises(StoreInUse):
            reopen(other)
        with store.action(store.person, "still.writes"):
            pass
        tried = subprocess.run(
            [sys.executable, "-c", OPENS, str(other)], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert tried.stdout.strip() == "store-in-use", tried.stderr
        with store.action(store.person, "still.writes"):
            pass
    finally:
        store.close()
    again = reopen(other)
    with pytest.raises(StoreInUse):
        reopen(folder)
    again.close()
    reopen(folder).close()


OPENS = """
import sys
from pathlib import Path
from cme_desktop.domain.errors import UserError
from tests.storage.registers import reopen
try:
    reopen(Path(sys.argv[1])).close()
    print("opened")
except UserError as error:
    print(error.code)
"""


def test_a_folder_reached_by_two_names_is_opened_once(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to(folder)
    store = reopen(folder)
    try:
        with pytest.raises(StoreInUse):
            reopen(tmp_path / "way")
    finally:
        store.close()


def test_a_restore_in_place_takes_the_lock_off_the_old_database(folder: Path) -> None:
    (made,) = (folder / "backups").glob("backup-*")
    restore(made, folder, log_in(made), clock_at(NOW))
    store = reopen(folder)
    with store.action(store.person, "still.writes"):
        pass
    store.close()


@pytest.fixture
def open_to_all() -> Iterator[None]:
    """Make new files readable by everybody unless the program says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_to_all")
def test_nothing_is_made_that_others_see(tmp_path: Path) -> None:
    store = new_register(tmp_path / "register")
    fill(store, 1)
    make_backup(store.folder, log_in(store.folder), store.folder / "backups", now=NOW)
    assert others_see(store.folder) == []
    store.close()
    assert others_see(store.folder) == []
