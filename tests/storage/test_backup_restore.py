"""What was backed up comes back as it was; what is damaged is never offered, and nothing half-made is left."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cme_desktop.domain.errors import CannotUnlock
from cme_desktop.domain.roles import Role
from cme_desktop.models.child import Child
from cme_desktop.storage import backup as backups
from cme_desktop.storage import engine
from cme_desktop.storage.backup import (
    Backup,
    BackupDamaged,
    BackupFailed,
    check_backup,
    list_backups,
    make_backup,
    verify_backup,
)
from cme_desktop.storage.copies.thinning import Thinned, kept_of, thin
from cme_desktop.storage.keys import read_key_file
from cme_desktop.storage.restore import RestoreRefused, restore
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import BACKUPS, Verdict, verify
from cme_desktop.system import StoreInUse
from tests.storage.registers import (
    NOW,
    add_case,
    add_child,
    add_note,
    clock_at,
    fill,
    log_in,
    new_register,
    reopen,
    second_person,
)

LATER = NOW + timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = new_register(tmp_path / "register")
    fill(made, 3)
    yield made
    made.close()


def table_hash(folder: Path, *, upto: int | None = None) -> str:
    """Return one hash over every row of every table of a closed or open register."""
    unlocked = log_in(folder)
    digest = hashlib.sha256()
    with closing(engine.connect(folder / read_key_file(folder).database, unlocked.data_key)) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%fts%' ORDER BY name"
        ).fetchall()
        for (name,) in names:
            where = f"WHERE seq <= {upto}" if upto and name == "audit_event" else ""
            for row in sorted(map(repr, connection.execute(f'SELECT * FROM "{name}" {where}').fetchall())):
                digest.update(f"{name} {row}".encode())
    return digest.hexdigest()


def random_acts(store: Store, rng: random.Random, number: int) -> None:
    for step in range(rng.randint(1, 6)):
        with store.action(store.person, "random.act", reason=rng.choice((None, "because"))) as session:
            at = number * 100 + step
            child = add_child(session, at, surname=f"Random{rng.randint(1, 9)}")
            if rng.random() < 0.7:
                add_note(session, add_case(session, child, at), "x" * rng.randint(1, 3000))
            if rng.random() < 0.3:
                session.get_one(Child, 1).sex = rng.choice("MF")
            if rng.random() < 0.2:
                store.content.seal(rng.randbytes(rng.randint(0, 400_000)))


def backup_restore(tmp_path: Path, rounds: int, seed: int) -> None:
    rng = random.Random(seed)
    store = new_register(tmp_path / "register")
    fill(store, 2)
    place = tmp_path / "place"
    for number in range(1, rounds + 1):
        random_acts(store, rng, number)
        moment = NOW + timedelta(hours=number)
        made = make_backup(store.folder, log_in(store.folder), place, now=moment)
        head = made.manifest["audit_entries"]
        source = table_hash(store.folder)
        target = tmp_path / f"restored-{number}"
        done = restore(made.path, target, log_in(made.path), clock_at(moment + timedelta(minutes=1)))
        assert table_hash(target, upto=head) == source
        assert (done.counts, done.replaced_kept_at) == (made.counts, None)
        assert verify(target, log_in(target)).ok
        shutil.rmtree(target)
        for damage in ("flip", "cut", "keys", "manifest", "gone"):
            copy = place / f"backup-damaged-{number}-{damage}"
            shutil.copytree(made.path, copy)
            damaged(copy, damage, rng)
            with pytest.raises((BackupDamaged, CannotUnlock)) as refused:
                restore(copy, target, log_in(copy), clock_at())
            assert isinstance(refused.value, CannotUnlock) or refused.value.code == "backup-damaged"
            assert not target.exists()
            assert not list(tmp_path.glob(".restoring-*"))
            with pytest.raises(BackupDamaged):
                check_backup(copy)
            shutil.rmtree(copy)
    store.close()


def damaged(copy: Path, damage: str, rng: random.Random) -> None:
    database = copy / read_key_file(copy).database
    if damage == "flip":
        raw = bytearray(database.read_bytes())
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
        database.write_bytes(raw)
    elif damage == "cut":
        database.write_bytes(database.read_bytes()[: -4096 * rng.randint(1, 3)])
    elif damage == "keys":
        path = copy / "keys.json"
        path.write_bytes(path.read_bytes().replace(b"Asha", b"Asho"))
    elif damage == "manifest":
        path = copy / "manifest.json"
        manifest = json.loads(path.read_text())
        manifest["audit_entries"] -= 1
        path.write_text(json.dumps(manifest))
    else:
        database.unlink()


def test_backup_restore(tmp_path: Path) -> None:
    backup_restore(tmp_path, 10, seed=1)


@pytest.mark.slow
def test_backup_restore_more(tmp_path: Path) -> None:
    backup_restore(tmp_path, 100, seed=2)


def test_a_backup_is_a_folder_with_a_signed_manifest(store: Store, tmp_path: Path) -> None:
    made = make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW, kind="daily")
    assert made.path.name == "backup-20260903T093000Z"
    assert {path.name for path in made.path.iterdir()} == {"keys.json", "manifest.json", store.database.name}
    assert made.counts == {"children": 3, "cases": 3, "events": 3, "files": 0, "inbox": 0, "documents": 0}
    assert (made.kind, made.made_at, made.manifest["schema"]) == ("daily", NOW, 1)
    assert made.manifest["tables"]["child"] == 3
    head = verify(store.folder, log_in(store.folder)).head
    assert head is not None
    assert (made.manifest["audit_entries"], made.manifest["audit_head"]) == (head.seq, head.hash)
    assert len(list((tmp_path / "place" / "content").iterdir())) == 1
    assert made.sha256 == hashlib.sha256((made.path / "manifest.json").read_bytes()).hexdigest()
    assert check_backup(made.path) == made
    assert verify(made.path, log_in(made.path)).ok
    assert {path.name for path in made.path.iterdir()} == {"keys.json", "manifest.json", store.database.name}


def test_a_backup_whose_manifest_was_changed_is_reported(store: Store, tmp_path: Path) -> None:
    made = make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW)
    assert verify_backup(made.path, log_in(made.path)).ok
    manifest = json.loads((made.path / "manifest.json").read_text())
    manifest["counts"]["children"] += 1
    (made.path / "manifest.json").write_text(json.dumps(manifest))
    verdict = verify_backup(made.path, log_in(made.path))
    assert verdict.checks == {"pages": True, "rows": True, "audit": False, "content": True}
    assert [(problem.check, problem.where) for problem in verdict.problems] == [
        ("audit", f"{made.path.name}/manifest.json")
    ]


def test_backups_of_one_place_share_their_files(store: Store, tmp_path: Path) -> None:
    place = tmp_path / "place"
    first = make_backup(store.folder, log_in(store.folder), place, now=NOW)
    (content,) = (place / "content").iterdir()
    written = content.stat().st_mtime_ns
    second = make_backup(store.folder, log_in(store.folder), place, now=NOW)
    assert second.path.name == f"{first.path.name}-2"
    assert [path.stat().st_mtime_ns for path in (place / "content").iterdir()] == [written]
    assert [b.path for b in list_backups(place, store.store_id)] == [second.path, first.path]
    assert list_backups(place, "another register") == ()


def test_a_backup_is_made_while_the_register_is_written(store: Store, tmp_path: Path) -> None:
    with store.action(store.person, "child.add") as session:
        add_child(session, 70)
        made = make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW)
    assert made.counts["children"] == 3, "the act that was not yet saved is not in it"


def test_no_room_is_said_before_anything_is_written(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed) as refused:
        make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW, free_bytes=lambda _: 1000)
    assert refused.value.code == "disk-full"
    assert list((tmp_path / "place").iterdir()) == []


def test_a_place_that_is_away_is_said(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BackupFailed) as refused:
        make_backup(store.folder, log_in(store.folder), tmp_path / "file" / "place", now=NOW)
    assert refused.value.code == "backup-place-away"


def test_a_copy_that_fails_its_check_is_no_backup(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bad(folder: Path, *rest: object, **more: object) -> Verdict:
        database = folder / read_key_file(folder).database
        raw = bytearray(database.read_bytes())
        raw[5000] ^= 1
        database.write_bytes(raw)
        return verify(folder, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(backups, "verify", bad)
    with pytest.raises(BackupFailed, match="thrown away"):
        make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW)
    assert [path.name for path in (tmp_path / "place").iterdir()] == ["content"]


def test_a_disk_that_fills_up_meanwhile_is_said(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(connection: object, target: Path) -> None:
        target.write_bytes(b"half")
        raise engine.DiskFull("full")

    monkeypatch.setattr(backups, "copy_database", full)
    with pytest.raises(BackupFailed) as refused:
        make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW)
    assert refused.value.code == "disk-full"
    assert list((tmp_path / "place").iterdir()) == []


def test_a_killed_backup_leaves_nothing_behind_for_long(store: Store, tmp_path: Path) -> None:
    half = tmp_path / "place" / ".making-0123"
    half.mkdir(parents=True)
    (half / "register.db").write_bytes(b"half")
    assert list_backups(tmp_path / "place") == ()
    make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW)
    assert not half.exists()


def test_a_folder_that_is_no_backup_is_refused(store: Store, tmp_path: Path) -> None:
    (tmp_path / "backup-other").mkdir()
    (tmp_path / "backup-other" / "manifest.json").write_text('{"a": 1}')
    for path in (tmp_path / "backup-other", tmp_path / "nowhere", store.folder):
        with pytest.raises(BackupDamaged):
            check_backup(path)
    assert list_backups(tmp_path) == ()


def test_a_register_with_broken_keys_is_replaced_only_when_told(store: Store, tmp_path: Path) -> None:
    made = make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW)
    store.close()
    (store.folder / "keys.json").write_text("broken")
    with pytest.raises(RestoreRefused) as refused:
        restore(made.path, store.folder, log_in(made.path), clock_at(LATER))
    assert refused.value.code == "unlike-store"
    done = restore(made.path, store.folder, log_in(made.path), clock_at(LATER), replace=True)
    again = restore(made.path, store.folder, log_in(made.path), clock_at(LATER), replace=True)
    assert done.replaced_kept_at is not None
    assert (done.replaced_kept_at / "keys.json").read_text() == "broken"
    assert again.replaced_kept_at == done.replaced_kept_at.with_name(f"{done.replaced_kept_at.name}-2")
    assert verify(store.folder, log_in(store.folder)).ok


def test_a_restore_that_fails_its_check_leaves_all_as_it_was(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW)
    store.close()
    before = table_hash(store.folder)
    monkeypatch.setattr("cme_desktop.storage.restore.verify", lambda *_, **__: Verdict({}, {"children": 0}, None, ()))
    with pytest.raises(BackupDamaged, match="thrown away"):
        restore(made.path, store.folder, log_in(made.path), clock_at(LATER))
    assert table_hash(store.folder) == before
    assert not list(tmp_path.glob(".restoring-*"))


def test_files_are_copied_where_there_are_no_hard_links(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    made = make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW)
    store.close()
    monkeypatch.setattr(os, "link", refuse)
    done = restore(made.path, store.folder, log_in(made.path), clock_at(LATER))
    assert done.replaced_kept_at is not None
    assert len(list((done.replaced_kept_at / "content").iterdir())) == 1


def test_a_full_disk_during_a_restore_is_said(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(RestoreRefused) as refused:
        restore(made.path, tmp_path / "new", log_in(made.path), clock_at(LATER))
    assert refused.value.code == "disk-full"
    assert not (tmp_path / "new").exists()


def test_restore_in_place_keeps_what_was_there(store: Store) -> None:
    made = make_backup(store.folder, log_in(store.folder), store.folder / BACKUPS, now=NOW)
    with store.action(store.person, "child.add") as session:
        add_child(session, 50)
        store.content.seal(b"a later file")
    folder, old = store.folder, store.database.name
    with pytest.raises(StoreInUse):
        restore(made.path, folder, log_in(made.path), clock_at(LATER))
    store.close()
    before = table_hash(folder)
    done = restore(made.path, folder, log_in(made.path), clock_at(LATER))
    assert done.replaced_kept_at == folder / "replaced" / "20260904T093000Z"
    again = reopen(folder, clock=clock_at(LATER))
    assert again.database.name != old
    with again.read() as session:
        assert session.query(Child).count() == 3
    again.close()
    assert verify(folder, log_in(folder)).ok, "the restore itself explains why the chain is shorter than a backup's"
    kept = done.replaced_kept_at
    assert table_hash(kept) == before, "what was replaced can be opened as a register"
    assert len(list((kept / "content").iterdir())) == 2
    assert not (folder / old).exists()


def test_a_later_backup_explained_by_the_restore(store: Store) -> None:
    first = make_backup(store.folder, log_in(store.folder), store.folder / BACKUPS, now=NOW)
    with store.action(store.person, "child.add") as session:
        add_child(session, 50)
    make_backup(store.folder, log_in(store.folder), store.folder / BACKUPS, now=NOW + timedelta(hours=1))
    store.close()
    restore(first.path, store.folder, log_in(first.path), clock_at(LATER))
    assert verify(store.folder, log_in(store.folder)).ok


def test_an_unlike_register_is_not_written_over(store: Store, tmp_path: Path) -> None:
    made = make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW)
    other = new_register(tmp_path / "other")
    other.close()
    before = table_hash(other.folder)
    with pytest.raises(RestoreRefused) as refused:
        restore(made.path, other.folder, log_in(made.path), clock_at())
    assert refused.value.code == "unlike-store"
    assert table_hash(other.folder) == before
    restore(made.path, other.folder, log_in(made.path), clock_at(), replace=True)
    assert read_key_file(other.folder).store_id == store.store_id
    assert verify(other.folder, log_in(other.folder)).ok


def test_other_files_are_left_alone(store: Store, tmp_path: Path) -> None:
    made = make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW)
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "letter.txt").write_text("hers")
    with pytest.raises(RestoreRefused) as refused:
        restore(made.path, tmp_path / "papers", log_in(made.path), clock_at())
    assert refused.value.code == "store-exists"
    assert (tmp_path / "papers" / "letter.txt").read_text() == "hers"
    (tmp_path / "empty").mkdir()
    restore(made.path, tmp_path / "empty", log_in(made.path), clock_at())
    assert verify(tmp_path / "empty", log_in(tmp_path / "empty")).ok


def test_restore_without_room_leaves_nothing(store: Store, tmp_path: Path) -> None:
    made = make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW)
    with pytest.raises(RestoreRefused) as refused:
        restore(made.path, tmp_path / "new", log_in(made.path), clock_at(), free_bytes=lambda _: 10)
    assert refused.value.code == "disk-full"
    assert not (tmp_path / "new").exists()


def test_a_log_in_of_the_backups_time_is_needed(store: Store, tmp_path: Path) -> None:
    made = make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW)
    second_person(store, "Mira Okafor", [Role.MANAGER])
    with pytest.raises(CannotUnlock):
        log_in(made.path, "Mira Okafor")
    restore(made.path, tmp_path / "new", log_in(made.path), clock_at())
    with pytest.raises(CannotUnlock):
        log_in(tmp_path / "new", "Mira Okafor")


def fake(place: Path, made_at: datetime, kind: str = "daily") -> Backup:
    return Backup(place / f"backup-{made_at:%Y%m%dT%H%M%SZ}", made_at, kind, "s", {})


def test_retention_keeps_14_days_8_weeks_12_months(tmp_path: Path) -> None:
    start = datetime(2026, 9, 3, 8, tzinfo=UTC)
    daily = [fake(tmp_path, start - timedelta(days=n)) for n in range(500)]
    twice = [fake(tmp_path, start - timedelta(days=n, hours=3)) for n in range(30)]
    old_upgrade = fake(tmp_path, start - timedelta(days=89, hours=5), "pre-upgrade")
    older_upgrade = fake(tmp_path, start - timedelta(days=91, hours=5), "pre-upgrade")
    kept = kept_of([*daily, *twice, old_upgrade, older_upgrade], now=start)
    assert {b.path for b in daily[:14]} <= kept
    assert not {b.path for b in twice} & kept, "one a day"
    assert old_upgrade.path in kept
    assert older_upgrade.path not in kept
    months = {b.made_at.strftime("%Y-%m") for b in daily if b.path in kept}
    assert len(months) == 12
    assert len(kept) <= 14 + 8 + 12 + 1
    assert kept_of(daily[400:401], now=start) == {daily[400].path}, "never to zero"
    assert kept_of([], now=start) == frozenset()


def test_thinning(store: Store, tmp_path: Path) -> None:
    place = tmp_path / "place"
    unlocked = log_in(store.folder)
    for hour in (1, 2, 3):
        make_backup(store.folder, unlocked, place, now=NOW + timedelta(hours=hour))
    make_backup(store.folder, unlocked, place, now=NOW - timedelta(days=40), kind="pre-upgrade")
    stray = place / "content" / ("f" * 32)
    stray.write_bytes(b"nobody names this")
    newest, *rest = list_backups(place, store.store_id)
    (newest.path / "manifest.json").rename(tmp_path / "kept-manifest")
    (newest.path / "manifest.json").write_bytes((tmp_path / "kept-manifest").read_bytes().replace(b"child", b"chald"))
    assert thin(place, store.store_id, now=LATER) == Thinned((), (newest.path,)), (
        "never while the newest fails its check"
    )
    (newest.path / "manifest.json").write_bytes((tmp_path / "kept-manifest").read_bytes())
    removed = thin(place, store.store_id, now=LATER).removed
    assert removed == tuple(backup.path for backup in rest[:2])
    assert [b.path for b in list_backups(place)] == [newest.path, rest[2].path]
    assert not stray.exists()
    assert check_backup(newest.path)
    assert thin(tmp_path / "nowhere", store.store_id, now=LATER) == Thinned()
