"""Put a backup back: beside the present register first, then in its place, keeping what was there (safety.md 8)."""

from __future__ import annotations

import glob
import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from cme_desktop.domain.errors import UserError
from cme_desktop.storage import engine, schema
from cme_desktop.storage.audit_format import RESTORED
from cme_desktop.storage.backup import (
    MARGIN_BYTES,
    Backup,
    BackupDamaged,
    check_backup,
    copy_database,
    flush,
)
from cme_desktop.storage.content import FOLDER_NAME, Content
from cme_desktop.storage.copies.held_files import gather, held_files
from cme_desktop.storage.keys import KeyFile, Unlocked, new_database_name, read_key_file, repoint, write_key_file
from cme_desktop.storage.keys.key_file import FILE_NAME as KEY_FILE
from cme_desktop.storage.migrations.runner import Steps, run_steps
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import BACKUPS, Progress, Verdict, verify
from cme_desktop.system import (
    Clock,
    Machine,
    StoreLock,
    check_folder,
    clear_away,
    explained,
    is_full,
    make_private_folder,
    put_in_place,
    rename_folder,
    this_machine,
)

REPLACED = "replaced"
_UNFINISHED = ".restoring-"


class RestoreRefused(UserError):
    """Say why a backup was not put there; nothing was changed."""

    code = "restore-refused"


@dataclass(frozen=True)
class Restored:
    """A register put back: where, what it holds, where what it replaced is kept, and which sealed files are damaged."""

    folder: Path
    counts: dict[str, int]
    replaced_kept_at: Path | None
    damaged_files: tuple[str, ...] = ()

    @property
    def damage_in_words(self) -> str:
        """Return what to say of the sealed files that could not be put back; an empty text where all were."""
        number = len(self.damaged_files)
        if not number:
            return ""
        what = "1 held file is" if number == 1 else f"{number} held files are"
        return (
            f"Everything is back but a part: {what} damaged in the backup and could not be put back. Admin, Check the "
            "records names them. A backup in another folder may hold them whole: Admin, Backup puts them back from it."
        )


def restore(
    backup_path: Path,
    folder: Path,
    unlocked: Unlocked,
    clock: Clock,
    *,
    replace: bool = False,
    progress: Progress | None = None,
    machine: Machine | None = None,
    wait_seconds: float = 0,
    free_bytes: Callable[[Path], int] | None = None,
    key_file: KeyFile | None = None,
) -> Restored:
    """Put a backup back as a register: in a new place, or in the place of what is there, which is kept.

    Args:
        backup_path: the backup's folder.
        folder: where the register is to be: not there, empty, or a register.
        unlocked: a log-in of the backup's time, opened from the backup's folder.
        clock: tells the time; the restore is an event of the register.
        replace: also over a register that is another one than the backup's.
        progress: called with the name of each check and how far it is, 0 to 1.
        wait_seconds: how long to wait for a process that has the register open.
        free_bytes: how much room a folder's disk has; tests set it.
        key_file: the backup's key file with a person whom the recovery key gave new keys; without it that of the
            backup as it is.

    Raises:
        BackupDamaged: the backup did not pass its check; nothing was made or changed.
        RestoreRefused: code ``unlike-store`` (another register is there), ``store-exists`` (other files are there),
            ``disk-full``.
        RegisterTooNew: a newer program made the backup.
        StoreInUse: the register there is open.
        PlaceRefused: a live register may not lie there.
    """
    backup = check_backup(backup_path, files=False)
    if _more_than_files(verify(backup_path, unlocked, progress=progress)):
        raise BackupDamaged(
            "This backup did not pass its check, so it was not used. Nothing was changed. Choose another backup."
        )
    present = _what_is_there(folder, backup, replace)
    check_folder(folder, machine=machine)
    size = sum(path.stat().st_size for path in _parts(backup))
    room = free_bytes or (lambda path: shutil.disk_usage(path).free)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if room(folder.parent) < size + MARGIN_BYTES:
        raise _no_room()
    stem = f"{_UNFINISHED}{folder.name}-"
    clear_away(*folder.parent.glob(f"{glob.escape(stem)}*"))
    beside = folder.with_name(f"{stem}{secrets.token_hex(6)}")
    try:
        make_private_folder(beside, machine=machine)
        counts, damaged = _build(backup, beside, folder, unlocked, clock, machine, key_file)
        if not present:
            _leave_nothing(folder)
            rename_folder(beside, folder)
            this_machine().sync_folder(folder.parent)
            return Restored(folder, counts, None, damaged)
        with StoreLock.take(folder, program="cme-admin", now=clock.now(), wait_seconds=wait_seconds, machine=machine):
            kept = _swap(beside, folder, unlocked, clock)
        return Restored(folder, counts, kept, damaged)
    except engine.DiskFull:
        raise _no_room() from None
    except OSError as error:
        raise _not_put_back(error) from None
    finally:
        clear_away(beside)


def _more_than_files(verdict: Verdict) -> bool:
    """Say whether more is wrong than single sealed files: those are named, and the rest is worth putting back."""
    return any(problem.check != "content" for problem in verdict.problems)


def _what_is_there(folder: Path, backup: Backup, replace: bool) -> bool:
    """Say whether a register is there that may be replaced; raise RestoreRefused if it may not."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return False
    if not (folder / KEY_FILE).is_file():
        raise RestoreRefused(
            "That folder holds other files and no case register, so nothing was restored there. "
            "Choose an empty folder.",
            code="store-exists",
        )
    try:
        like = read_key_file(folder).store_id == backup.store_id
    except UserError:
        like = False
    if not like and not replace:
        raise RestoreRefused(
            "The register in that folder is not the one that this backup was made of, or its keys cannot be read, so "
            "it was left alone. Choose another folder, or say that it is to be replaced: what is there will be kept.",
            code="unlike-store",
        )
    return True


def _parts(backup: Backup) -> list[Path]:
    pool = backup.path.parent / FOLDER_NAME
    files = (pool / name for name in backup.manifest["content"])
    return [backup.path / backup.manifest["database"], *(path for path in files if path.is_file())]


def _build(
    backup: Backup,
    beside: Path,
    folder: Path,
    unlocked: Unlocked,
    clock: Clock,
    machine: Machine | None,
    key_file: KeyFile | None,
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Make a whole register of a backup in a folder of its own, checked, with the restore as its newest event.

    A sealed file that the place holds damaged is taken from the register that is there, where that holds it whole.
    Returns what it holds, and the names of the sealed files that nobody holds whole.
    """
    database = backup.manifest["database"]
    engine.copy_private(backup.path / database, beside / database)
    flush(beside / database)
    with closing(engine.connect(beside / database, unlocked.data_key, mode="ro")) as connection:
        held = held_files(connection)
    sources = [Content(backup.path.parent / FOLDER_NAME), Content(folder / FOLDER_NAME)]
    damaged = gather(sources, Content(beside / FOLDER_NAME), held)
    write_key_file(beside, key_file or read_key_file(backup.path))
    unlocked.folder = beside  # whose key file knows a person with new keys; the backup stays as it is
    version = schema.version_of(beside / database, unlocked.data_key)
    if version < schema.SCHEMA_VERSION:
        run_steps(beside / database, unlocked, clock, version, Steps())
    with closing(Store.open(beside, unlocked, clock, machine=machine)) as store:
        store.seen(store.person, RESTORED, f"backup:{backup.path.name}")
    verdict = verify(beside, unlocked)
    if _more_than_files(verdict) or verdict.counts != backup.counts or verdict.counts is None:
        raise BackupDamaged(
            "The restored copy did not pass its check, so it was thrown away. Nothing was changed. "
            "Choose another backup."
        )
    return verdict.counts, damaged


def _leave_nothing(folder: Path) -> None:
    if folder.is_dir():
        folder.rmdir()


def _swap(beside: Path, folder: Path, unlocked: Unlocked, clock: Clock) -> Path:
    """Put the register made beside in the place of the present one; replacing ``keys.json`` is the one commit point."""
    kept = _keep_present(folder, clock)
    fresh = new_database_name()
    with closing(engine.connect(beside / read_key_file(beside).database, unlocked.data_key)) as connection:
        copy_database(connection, folder / fresh)
        held = held_files(connection)
    flush(folder / fresh)
    gather([Content(beside / FOLDER_NAME)], Content(folder / FOLDER_NAME), held)
    this_machine().sync_folder(folder)
    old = _database_of(folder)
    repoint(unlocked, fresh, folder=folder)
    if old is not None:
        for part in (old, *(old.with_name(f"{old.name}-{end}") for end in ("wal", "shm"))):
            if part.exists():
                with suppress(OSError):  # the register is the restored one already; what stays here nothing names
                    put_in_place(part, kept / part.name)
    return kept


def _database_of(folder: Path) -> Path | None:
    try:
        path = folder / read_key_file(folder).database
    except UserError:
        return None
    return path if path.is_file() else None


def _keep_present(folder: Path, clock: Clock) -> Path:
    """Put the present key files and sealed files in a folder of their own; the database follows after the swap."""
    stem = f"{clock.now().astimezone(UTC):%Y%m%dT%H%M%SZ}"
    kept, number = folder / REPLACED / stem, 2
    while kept.exists():
        kept, number = folder / REPLACED / f"{stem}-{number}", number + 1
    make_private_folder(kept)
    for path in folder.glob(f"{KEY_FILE}*"):
        engine.copy_private(path, kept / path.name)
    content = Content(folder / FOLDER_NAME)
    if content.names():
        make_private_folder(kept / FOLDER_NAME)
        for name in content.names():
            _link(content.folder / name, kept / FOLDER_NAME / name)
    return kept


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        engine.copy_private(source, target)


def _not_put_back(error: OSError) -> RestoreRefused:
    if is_full(error):
        return _no_room()
    told = explained(error)
    if told is not None:
        return RestoreRefused(f"The backup was not put back, and is whole. {told.message}", code=told.code)
    return RestoreRefused(
        "The backup or the folder it was to go to could not be read or written to, so it was not put back. The backup "
        "was not changed. Look whether both drives are there, then restore again.",
        code="restore-place-away",
    )


def _no_room() -> RestoreRefused:
    return RestoreRefused(
        "There is not enough room on the disk to put the backup there, so nothing was changed. Free some space, then "
        "restore again.",
        code="disk-full",
    )


__all__ = ["BACKUPS", "REPLACED", "RestoreRefused", "Restored", "restore"]
