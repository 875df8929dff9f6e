"""One rotted byte never stops a backup or spoils the older ones, and the message names the place that is bad."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cme_desktop.storage.backup import (
    Backup,
    BackupDamaged,
    check_backup,
    list_backups,
    make_backup,
    verify_backup,
)
from cme_desktop.storage.copies.thinning import thin
from cme_desktop.storage.keys import read_key_file
from cme_desktop.storage.restore import restore
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import verify
from tests.storage.registers import NOW, clock_at, fill, log_in, new_register

LATER = NOW + timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = new_register(tmp_path / "register")
    fill(made, 2)
    yield made
    made.close()


def backed_up(store: Store, place: Path, *, hours: int = 0, days: int = 0) -> Backup:
    return make_backup(store.folder, log_in(store.folder), place, now=NOW + timedelta(hours=hours, days=days))


def rotted(path: Path) -> None:
    """Change one byte in the middle of a file, at the same size and time."""
    times = path.stat()
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def made_folder(path: Path) -> None:
    """Put something there that can be read as no file."""
    path.unlink()
    path.mkdir()
    (path / "something").write_bytes(b"x")


def linked(path: Path) -> None:
    """Put a link there: a copy that is none."""
    elsewhere = path.parent.parent / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def looped(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


DAMAGE: tuple[Callable[[Path], object], ...] = (rotted, cut, Path.unlink, made_folder, linked, looped)


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_a_damaged_file_of_the_place_is_copied_again(
    store: Store, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    place = tmp_path / "place"
    first = backed_up(store, place)
    (held,) = (place / "content").iterdir()
    damage(held)
    second = backed_up(store, place, hours=1)
    assert [one.name for one in second.files.healed] == [held.name]
    assert (second.files.register_bad, second.files.lost) == ((), ())
    (sentence,) = second.files.sentences(place, store.folder)
    assert str(held) in sentence
    assert not held.is_symlink()
    for backup in (first, second):
        assert verify_backup(backup.path, log_in(backup.path)).ok
    assert restore(first.path, tmp_path / "new", log_in(first.path), clock_at(LATER)).counts
    assert backed_up(store, place, hours=2).files.sentences(place, store.folder) == ()


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_a_damaged_file_of_the_register_stops_no_backup_and_is_put_back(
    store: Store, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    place = tmp_path / "place"
    backed_up(store, place)
    (held,) = (store.folder / "content").iterdir()
    damage(held)
    second = backed_up(store, place, hours=1)
    assert [one.name for one in second.files.register_bad] == [held.name]
    assert (second.files.healed, second.files.lost) == ((), ())
    (sentence,) = second.files.sentences(place, store.folder)
    assert str(held) in sentence
    assert verify_backup(second.path, log_in(second.path)).ok
    assert not verify(store.folder, log_in(store.folder)).ok, "nothing is changed in the register unasked"
    from cme_desktop.storage.copies.held_files import put_back

    assert [one.name for one in put_back(store.folder, log_in(store.folder), place)] == [held.name]
    assert verify(store.folder, log_in(store.folder)).ok
    assert backed_up(store, place, hours=2).files.sentences(place, store.folder) == ()


def test_a_file_that_is_nowhere_whole_stops_no_backup_and_no_restore(store: Store, tmp_path: Path) -> None:
    place = tmp_path / "place"
    first = backed_up(store, place)
    (held,) = (store.folder / "content").iterdir()
    rotted(held)
    rotted(place / "content" / held.name)
    second = backed_up(store, place, hours=1)
    assert [one.name for one in second.files.lost] == [held.name]
    assert any(str(held) in sentence for sentence in second.files.sentences(place, store.folder))
    assert check_backup(second.path).manifest["lost"] == [held.name]
    verdict = verify_backup(second.path, log_in(second.path))
    assert {problem.check for problem in verdict.problems} == {"content"}
    for backup in (first, second):
        target = tmp_path / f"new-{backup.path.name}"
        done = restore(backup.path, target, log_in(backup.path), clock_at(LATER))
        assert [name for name in done.damaged_files] == [held.name]
        assert {problem.check for problem in verify(target, log_in(target)).problems} == {"content"}
        assert done.counts == backup.counts


def test_a_restore_takes_a_rotted_file_from_the_register_that_it_replaces(store: Store, tmp_path: Path) -> None:
    made = backed_up(store, tmp_path / "place")
    store.close()
    (held,) = (tmp_path / "place" / "content").iterdir()
    rotted(held)
    done = restore(made.path, store.folder, log_in(made.path), clock_at(LATER))
    assert done.damaged_files == ()
    assert verify(store.folder, log_in(store.folder)).ok


def test_a_rotted_manifest_spoils_only_its_own_backup(store: Store, tmp_path: Path) -> None:
    place = tmp_path / "place"
    first, second = backed_up(store, place), backed_up(store, place, hours=1)
    for damage in (b"", b"\xff", b"[" * 200_000, b"[]", b"{}", b'{"format": 1}'):
        (first.path / "manifest.json").write_bytes(damage)
        assert [one.path for one in list_backups(place, store.store_id)] == [second.path]
        with pytest.raises(BackupDamaged):
            check_backup(first.path)
        assert thin(place, store.store_id, now=LATER).removed == ()
    assert backed_up(store, place, hours=2).files.sentences(place, store.folder) == ()


@pytest.mark.parametrize("key", ["content", "counts", "tables", "kind", "made_at", "store_id", "database", "lost"])
@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [None], "2026-02-31T00:00:00.000000Z", "../keys.json"])
def test_a_manifest_of_other_kinds_of_values_is_a_damaged_backup(
    store: Store, tmp_path: Path, key: str, value: object
) -> None:
    place = tmp_path / "place"
    made = backed_up(store, place)
    path = made.path / "manifest.json"
    manifest = json.loads(path.read_text())
    if manifest.get(key) == value:
        return
    path.write_text(json.dumps({**manifest, key: value}))
    with pytest.raises(BackupDamaged):
        check_backup(made.path)
    for one in list_backups(place):
        assert isinstance(one.counts.get("children", 0), int)
    assert thin(place, store.store_id, now=LATER).removed == ()
    later = backed_up(store, place, hours=1)
    assert check_backup(later.path) == later


@pytest.mark.parametrize("part", ["database", "keys.json", "manifest.json", "gone"])
def test_thinning_never_takes_the_last_good_one_of_a_day(store: Store, tmp_path: Path, part: str) -> None:
    """The newest of a day is the one to keep, unless it has rotted: then the next older one takes its place."""
    place = tmp_path / "place"
    older, newer = backed_up(store, place), backed_up(store, place, hours=2)
    today = backed_up(store, place, days=1)
    name = read_key_file(newer.path).database
    if part == "gone":
        (newer.path / name).unlink()
    elif part == "manifest.json":
        path = newer.path / part
        path.write_bytes(path.read_bytes().replace(b'"audit_entries": ', b'"audit_entries": 1'))
    else:
        rotted(newer.path / (name if part == "database" else part))
    done = thin(place, store.store_id, now=LATER)
    assert done.removed == ()
    assert done.damaged == (newer.path,)
    assert older.path.is_dir()
    assert check_backup(older.path)
    shutil.rmtree(newer.path)
    assert thin(place, store.store_id, now=LATER).removed == ()
    assert check_backup(today.path)


def test_thinning_keeps_the_files_that_a_rotted_manifest_may_name(store: Store, tmp_path: Path) -> None:
    place = tmp_path / "place"
    older, newer = backed_up(store, place), backed_up(store, place, hours=1)
    stray = place / "content" / ("f" * 32)
    stray.write_bytes(b"nobody names this")
    third = backed_up(store, place, hours=2)
    path = older.path / "manifest.json"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"audit_entries": ', b'"audit_entries": 1'))
    assert thin(place, store.store_id, now=LATER).removed == (newer.path,)
    assert stray.exists()
    path.write_bytes(whole)
    assert thin(place, store.store_id, now=LATER).removed == (older.path,)
    assert not stray.exists()
    assert check_backup(third.path)
