"""Nothing ends half-way because a scanner or a second process reads a file just then, and no open file is deleted."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cme_desktop.app import training
from cme_desktop.casework.founding import being_made, found_register
from cme_desktop.storage import keys, schema
from cme_desktop.storage.backup import UNFINISHED, BackupFailed, list_backups, make_backup
from cme_desktop.storage.content import Content
from cme_desktop.storage.copies.thinning import thin
from cme_desktop.storage.keys import marks
from cme_desktop.storage.migrations.runner import upgrade
from cme_desktop.storage.restore import RestoreRefused, restore
from cme_desktop.storage.salvage import SalvageFailed, copy_as_it_is
from cme_desktop.storage.verify import verify
from cme_desktop.system import FixedClock, StoreInUse, StoreLock, clear_away, holder_of, is_held, refused
from cme_desktop.system.lock import HOLDER_NAME
from tests.factories import NOON, TODAY
from tests.scanner import Scanner
from tests.storage.registers import NOW, PASSPHRASE, clock_at, fill, log_in, new_register, reopen
from tests.storage.test_migrate_all import steps


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a closed register with some cases."""
    store = new_register(tmp_path / "register")
    fill(store, 2)
    store.close()
    return store.folder


@pytest.fixture
def scanner(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Scanner:
    """Have a scanner read every file from now on."""
    assert folder.is_dir()
    return Scanner(monkeypatch)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestWhileAScannerReads:
    def test_the_lock_is_given_back(self, scanner: Scanner, folder: Path) -> None:
        for _ in range(2):
            with StoreLock.take(folder, program="window", now=NOW):
                assert is_held(folder)
                assert holder_of(folder) is not None
            assert not is_held(folder)
        assert scanner.refused[("unlink", HOLDER_NAME)] > 0

    def test_the_lock_is_given_back_even_if_the_holders_name_cannot_go(
        self, monkeypatch: pytest.MonkeyPatch, folder: Path
    ) -> None:
        lock = StoreLock.take(folder, program="window", now=NOW)
        monkeypatch.setattr("cme_desktop.system.lock.NAMING_SECONDS", 0.01)
        Scanner(monkeypatch, refusals=10**6)
        lock.release()
        assert not is_held(folder)
        with StoreLock.take(folder, program="cme-admin", now=NOW):
            assert is_held(folder)

    def test_backups_are_made_and_thinned(self, scanner: Scanner, folder: Path, tmp_path: Path) -> None:
        place = tmp_path / "backups"
        made = [make_backup(folder, log_in(folder), place, now=NOW + timedelta(hours=hour)) for hour in range(3)]
        assert len(list_backups(place)) == 3
        removed = thin(place, made[0].store_id, now=NOW + timedelta(days=1)).removed
        assert {path.name for path in removed} == {one.path.name for one in made[:2]}
        assert [one.path for one in list_backups(place)] == [made[2].path]
        assert not [name for name in names(place) if name.startswith(UNFINISHED)]
        assert scanner.refused

    def test_a_backup_is_put_back_in_a_new_place_and_in_its_own(
        self, scanner: Scanner, folder: Path, tmp_path: Path
    ) -> None:
        made = make_backup(folder, log_in(folder), tmp_path / "backups", now=NOW)
        for target in (tmp_path / "new", folder):
            restore(made.path, target, log_in(made.path), clock_at())
            assert verify(target, log_in(target)).ok
        assert names(tmp_path) == ["backups", "new", "register"]
        assert scanner.refused

    @pytest.mark.usefixtures("scanner")
    def test_a_register_is_brought_up_to_date(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(schema, "SCHEMA_VERSION", 2)
        upgrade(folder, log_in(folder), clock_at(), steps=steps(tmp_path / "later"))
        assert len(list(folder.glob("*.db"))) == 1

    @pytest.mark.usefixtures("scanner")
    def test_a_register_is_founded_and_abandoned(self, tmp_path: Path) -> None:
        founded = found_register(
            tmp_path / "second", "Asha Patel", PASSPHRASE, FixedClock(NOON), demonstration=True, light=True
        )
        assert names(tmp_path) == ["register", "second"]
        founded.abandon()
        assert names(tmp_path / "second") == []

    def test_the_training_register_is_made(
        self, scanner: Scanner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(training, "CHILDREN", 3)
        assert training.ensure_training(tmp_path / "training", TODAY)
        assert marks.UNFINISHED not in names(tmp_path / "training")
        assert not training.ensure_training(tmp_path / "training", TODAY)
        assert scanner.refused[("unlink", marks.UNFINISHED)] > 0

    def test_files_are_sealed(self, scanner: Scanner, folder: Path) -> None:
        sealed = Content(folder / "content").seal(b"a file")
        assert Content(folder / "content").open(sealed.name, sealed.key, sealed.sha256) == b"a file"
        assert scanner.refused

    @pytest.mark.usefixtures("scanner")
    def test_a_damaged_register_is_copied(self, folder: Path, tmp_path: Path) -> None:
        assert copy_as_it_is(folder, tmp_path, now=NOW).is_dir()


def test_a_mark_that_outlasts_the_making_says_that_all_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scanner holds the mark for good: the register is whole all the same, and a second start takes nothing away."""
    monkeypatch.setattr(training, "CHILDREN", 3)
    folder = tmp_path / "training"
    monkeypatch.setattr(refused, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr("cme_desktop.casework.founding.clear_away", lambda *paths: _all_but_the_mark(*paths))
    assert training.ensure_training(folder, TODAY)
    assert (folder / marks.UNFINISHED).is_file()
    first = keys.read_key_file(folder).store_id
    assert not training.ensure_training(folder, TODAY)
    assert keys.read_key_file(folder).store_id == first


def _all_but_the_mark(*paths: Path) -> bool:
    return clear_away(*(path for path in paths if path.name != marks.UNFINISHED))


def test_who_opened_the_mark_before_the_other_ended_takes_nothing_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two starts at once: the second has the mark open while the first ends; it must not clear the whole register."""
    folder, real, late = tmp_path / "training", os.open, list[int]()
    with being_made(folder):
        late.append(real(folder / marks.UNFINISHED, os.O_RDWR))
        (folder / "whole").write_bytes(b"x")
        monkeypatch.setattr("cme_desktop.casework.founding.clear_away", lambda *paths: _all_but_the_mark(*paths))

    def open_late(path: Path, *others: int) -> int:
        return late.pop() if path == folder / marks.UNFINISHED else real(path, *others)

    # What the second read when it looked, before the first ended
    monkeypatch.setattr(marks, "MAKING_ENDED", b"another word")
    monkeypatch.setattr(os, "open", open_late)
    with pytest.raises(StoreInUse), being_made(folder):
        pass
    assert "whole" in names(folder)


READER = """
import sys, time
from pathlib import Path
print("reading", flush=True)
while True:
    try:
        for path in Path(sys.argv[1]).rglob("*"):
            with path.open("rb") as handle:
                handle.read(100)
                time.sleep(0.001)
    except OSError:
        continue
"""


@pytest.fixture
def reading(tmp_path: Path) -> Iterator[None]:
    """Have a process open every file over and over; on Windows that refuses renaming and deleting."""
    reader = subprocess.Popen([sys.executable, "-c", READER, str(tmp_path)], stdout=subprocess.PIPE)
    assert reader.stdout is not None
    assert reader.stdout.readline().strip() == b"reading"
    yield
    reader.kill()
    reader.stdout.close()
    reader.wait()


@pytest.mark.usefixtures("reading")
def test_with_a_true_reader_on_every_file(folder: Path, tmp_path: Path) -> None:
    made = make_backup(folder, log_in(folder), tmp_path / "backups", now=NOW)
    restore(made.path, tmp_path / "new", log_in(made.path), clock_at())
    restore(made.path, folder, log_in(made.path), clock_at())
    for _ in range(5):
        reopen(folder).close()
        assert not is_held(folder)
    found_register(
        tmp_path / "second", "Asha Patel", PASSPHRASE, FixedClock(NOON), demonstration=True, light=True
    ).store.close()


WORDS = {
    errno.ENOSPC: ("disk-full", "disk-full"),
    errno.EACCES: ("path-refused", "path-refused"),
    errno.EIO: ("disk-trouble", "disk-trouble"),
    errno.ENOENT: ("backup-place-away", "restore-place-away"),
}


class TestWhatIsSaid:
    """An error is told as what it is: only a full disk is told as one."""

    @pytest.fixture(params=sorted(WORDS))
    def number(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
        monkeypatch.setattr(refused, "FOLDER_SECONDS", 0.0)
        return int(request.param)

    @staticmethod
    def refusing(number: int) -> Callable[..., None]:
        def refuse(*what: object, **settings: object) -> None:
            raise OSError(number, os.strerror(number))

        return refuse

    def test_backup(self, number: int, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "rename", self.refusing(number))
        with pytest.raises(BackupFailed) as caught:
            make_backup(folder, log_in(folder), tmp_path / "backups", now=NOW)
        assert caught.value.code == WORDS[number][0]
        assert ("room" in caught.value.message) == (number == errno.ENOSPC)

    def test_restore(self, number: int, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        made = make_backup(folder, log_in(folder), tmp_path / "backups", now=NOW)
        monkeypatch.setattr(os, "rename", self.refusing(number))
        with pytest.raises(RestoreRefused) as caught:
            restore(made.path, tmp_path / "new", log_in(made.path), clock_at())
        assert caught.value.code == WORDS[number][1]
        assert names(tmp_path) == ["backups", "register"]

    def test_salvage(self, number: int, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("cme_desktop.storage.engine.copy_private", self.refusing(number))
        with pytest.raises(SalvageFailed) as caught:
            copy_as_it_is(folder, tmp_path, now=NOW)
        assert caught.value.code == ("disk-full" if number == errno.ENOSPC else "place-away")
        assert names(tmp_path) == ["register"]


def test_clearing_away_never_raises_and_says_what_stayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "deep")
    assert clear_away(tmp_path / "gone")
    assert clear_away(tmp_path / "link")
    assert (tmp_path / "deep" / "er" / "file").is_file()
    with monkeypatch.context() as patch:
        Scanner(patch, refusals=10**6)
        assert not clear_away(tmp_path / "deep", seconds=0.01)
    assert clear_away(tmp_path / "deep")
    assert names(tmp_path) == []
