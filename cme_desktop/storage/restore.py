"""Put a backup back: beside the present register first, then in its place, keeping what was there (safety.md 8)."""

from __future__ import annotations

import glob
import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from dataclasses import replace as replace_in
from datetime import UTC
from pathlib import Path

from cme_desktop.domain.errors import UserError
from cme_desktop.storage import engine, schema
from cme_desktop.storage.backup import (
    MARGIN_BYTES,
    Backup,
    BackupDamaged,
    check_backup,
    copy_database,
    flush,
)
from cme_desktop.storage.content import FOLDER_NAME, Content
from cme_desktop.storage.copies.carried import LeftOut, left_out, record_restore, today_of
from cme_desktop.storage.copies.held_files import gather, held_files
from cme_desktop.storage.keys import (
    KeyFile,
    Unlocked,
    data_key_of,
    new_database_name,
    of_today,
    read_key_file,
    repoint,
    write_key_file,
)
from cme_desktop.storage.keys.key_file import FILE_NAME as KEY_FILE
from cme_desktop.storage.migrations.runner import Steps, run_steps
from cme_desktop.storage.rotation import copy_under
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
MOST_NAMED = 20
"""How many left-out cases are named in a sentence; all are in the JSON of the command."""


class RestoreRefused(UserError):
    """Say why a backup was not put there; nothing was changed."""

    code = "restore-refused"


@dataclass(frozen=True)
class Restored:
    """A register put back: where, what it holds, where what it replaced is kept, and which sealed files are damaged.

    ``left_out`` is what the register that was there has and the backup has not; None where that cannot be known.
    ``people_of_today`` says that log-ins and paper are those of the register that was there.
    """

    folder: Path
    counts: dict[str, int]
    replaced_kept_at: Path | None
    damaged_files: tuple[str, ...] = ()
    left_out: LeftOut | None = None
    people_of_today: bool = False

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

    @property
    def left_out_in_words(self) -> str:
        """Return what to say of what was kept of today, and of what was entered after the backup."""
        if not self.people_of_today:
            return (
                "Log-ins, passphrases and recovery key are those of the backup's time. New cases are numbered from the "
                "next thousand on, so that no reference is given twice."
            )
        kept = "Log-ins, passphrases and recovery key are those of today."
        if self.left_out is None:
            return (
                f"{kept} What was entered after the backup could not be read. New cases are numbered from the next "
                "thousand on, so that no reference is given twice."
            )
        if not self.left_out.acts:
            return f"{kept} Nothing was entered after the backup."
        acts = "1 act is" if self.left_out.acts == 1 else f"{self.left_out.acts:,} acts are"
        return f"{kept} {acts} later than the backup and not in it{_among(self.left_out.cases)}."


def _among(cases: tuple[str, ...]) -> str:
    if not cases:
        return ""
    named = ", ".join(cases[:MOST_NAMED])
    more = len(cases) - MOST_NAMED
    rest = f" and {more:,} more" if more > 0 else ""
    what = "the case" if len(cases) == 1 else "the cases"
    return f", among them {what} {named}{rest}. No new case gets a reference that was given"


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
        unlocked: a log-in of today, opened from ``folder``, where this register is there; otherwise one of the
            backup's time, opened from the backup's folder. One of the backup's time will also do where the person has
            the same keys today.
        clock: tells the time; the restore is an event of the register.
        replace: also over a register that is another one than the backup's.
        progress: called with the name of each check and how far it is, 0 to 1.
        wait_seconds: how long to wait for a process that has the register open.
        free_bytes: how much room a folder's disk has; tests set it.
        key_file: the key file with a person whom the recovery key gave new keys; without it that which is there.

    Raises:
        BackupDamaged: the backup did not pass its check; nothing was made or changed.
        RestoreRefused: code ``unlike-store`` (another register is there), ``store-exists`` (other files are there),
            ``disk-full``, ``log-in-of-today`` (this register is there, and the log-in is none of today),
            ``backup-of-other-keys`` (today's keys do not open the backup).
        RegisterTooNew: a newer program made the backup.
        StoreInUse: the register there is open.
        PlaceRefused: a live register may not lie there.
    """
    backup = check_backup(backup_path, files=False)
    today = _of_today(folder, backup, unlocked)
    then = unlocked if today is None or today is not unlocked else _of_then(backup, unlocked)
    if _more_than_files(verify(backup_path, then, progress=progress)):
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
        with ExitStack() as held:
            if present:
                held.enter_context(
                    StoreLock.take(
                        folder, program="cme-admin", now=clock.now(), wait_seconds=wait_seconds, machine=machine
                    )
                )
            done, opener = _build(backup, beside, folder, then, today, clock, machine, key_file)
            if present:
                kept = _swap(beside, folder, opener, clock)
                if today is not None:
                    opener.forget()
                return replace_in(done, replaced_kept_at=kept)
        _leave_nothing(folder)
        rename_folder(beside, folder)
        this_machine().sync_folder(folder.parent)
        return done
    except engine.DiskFull:
        raise _no_room() from None
    except OSError as error:
        raise _not_put_back(error) from None
    finally:
        clear_away(beside)
        for one in {id(one): one for one in (then, today) if one is not None and one is not unlocked}.values():
            one.forget()


def like_register(folder: Path, store_id: str) -> bool:
    """Say whether the register of this id is in a folder, with a key file that can be read."""
    try:
        return read_key_file(folder).store_id == store_id
    except UserError:
        return False


def _of_today(folder: Path, backup: Backup, unlocked: Unlocked) -> Unlocked | None:
    """Return today's keys of whoever restores, where this register is there; its people and its paper stay."""
    if not like_register(folder, backup.store_id):
        return None
    if unlocked.folder.resolve() == folder.resolve():
        return unlocked
    today = of_today(folder, unlocked)
    if today is None:
        raise RestoreRefused(
            "The register there keeps its log-ins and its paper when a backup is put back, so it takes somebody who "
            "has a log-in today, with the passphrase of today. Nothing was changed.",
            code="log-in-of-today",
        )
    return today


def _of_then(backup: Backup, today: Unlocked) -> Unlocked:
    key = data_key_of(today, read_key_file(backup.path))
    if key is None:
        raise RestoreRefused(
            "The keys of the register there do not open this backup: it was made under other keys. Nothing was "
            "changed. Put it back in a new folder, with a passphrase or the recovery key of its time.",
            code="backup-of-other-keys",
        )
    return today.looking_at(backup.path, backup.manifest["database"], key)


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
    then: Unlocked,
    today: Unlocked | None,
    clock: Clock,
    machine: Machine | None,
    key_file: KeyFile | None,
) -> tuple[Restored, Unlocked]:
    """Make a whole register of a backup in a folder of its own, checked, with the restore as its newest event.

    Where this register is in ``folder``, its people, paper, data key and counters are taken over. A sealed file that
    the place holds damaged is taken from there too, where that holds it whole. Returns what came of it, and the keys
    that open it.
    """
    name = backup.manifest["database"]
    database = beside / name
    engine.copy_private(backup.path / name, database)
    if today is None:
        in_force, opener = key_file or read_key_file(backup.path), then
        opener.folder = beside  # whose key file knows a person with new keys; the backup stays as it is
    else:
        opener = today.looking_at(beside, name, today.data_key)
        in_force = replace_in(key_file or read_key_file(folder), database=name).sealed_with(today.data_key)
        if then.data_key != today.data_key:
            of_then = database.with_name(f"{name}-then")
            database.rename(of_then)
            copy_under(of_then, then.data_key, database, today.data_key)
            clear_away(of_then)
    flush(database)
    with closing(engine.connect(database, opener.data_key, mode="ro")) as connection:
        held = held_files(connection)
    sources = [Content(backup.path.parent / FOLDER_NAME), Content(folder / FOLDER_NAME)]
    damaged = gather(sources, Content(beside / FOLDER_NAME), held)
    write_key_file(beside, in_force)
    version = schema.version_of(database, opener.data_key)
    if version < schema.SCHEMA_VERSION:
        run_steps(database, opener, clock, version, Steps())
    now = None if today is None else today_of(folder / read_key_file(folder).database, today.data_key)
    missing = None if now is None else left_out(database, opener.data_key, now)
    record_restore(database, opener, in_force, clock, backup.path.name, now)
    Store.open(beside, opener, clock, machine=machine).close()
    verdict = verify(beside, opener)
    if _more_than_files(verdict) or verdict.counts != backup.counts or verdict.counts is None:
        raise BackupDamaged(
            "The restored copy did not pass its check, so it was thrown away. Nothing was changed. "
            "Choose another backup."
        )
    return Restored(folder, verdict.counts, None, damaged, missing, today is not None), opener


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


__all__ = ["BACKUPS", "REPLACED", "LeftOut", "RestoreRefused", "Restored", "like_register", "restore"]
