"""Back a register up to a folder, and keep as many backups as the retention says (safety.md 8, design.md 2).

A backup is one folder: the database, the ``keys.json`` of its time and a signed manifest. The backups of one place
share one pool of sealed files beside them. Only what passed its check is given a backup's name.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from sqlcipher3 import dbapi2

from cme_desktop.domain.errors import UserError
from cme_desktop.storage import engine
from cme_desktop.storage.audit_check import Problem
from cme_desktop.storage.audit_format import canonical
from cme_desktop.storage.capture import Signer
from cme_desktop.storage.content import FOLDER_NAME, Content, ContentDamaged, ContentMissing
from cme_desktop.storage.keys import read_key_file, signature_holds
from cme_desktop.storage.keys.key_file import FILE_NAME as KEY_FILE
from cme_desktop.storage.verify import BACKUPS, MANIFEST, Progress, Verdict, look, read_manifest, verify
from cme_desktop.system import (
    Trouble,
    atomic_write,
    clear_away,
    make_private_folder,
    rename_folder,
    this_machine,
    trouble_of,
)

FORMAT, VERSION = "cme-desktop-backup", 1
PREFIX, UNFINISHED = "backup-", ".making-"
MARGIN_BYTES = 16 * 1024 * 1024
DAILY, WEEKLY, MONTHLY = 14, 8, 12
UPGRADES_KEPT = timedelta(days=90)
PRE_UPGRADE = "pre-upgrade"


class BackupFailed(UserError):
    """Say that no backup was made, and why."""

    code = "backup-failed"


class BackupDamaged(UserError):
    """Refuse a folder that is no backup, or one that is not as it was made."""

    code = "backup-damaged"


class Unlocked(Signer, Protocol):
    """What a backup needs of an unlocked person."""

    @property
    def store_id(self) -> str:
        """Return the id of the register."""
        ...

    @property
    def data_key(self) -> bytes:
        """Return the 32-byte key of the database."""
        ...


@dataclass(frozen=True)
class Backup:
    """One backup: its folder, when and why it was made (UTC), its register, and what its manifest says."""

    path: Path
    made_at: datetime
    kind: str
    store_id: str
    manifest: dict[str, Any]

    @property
    def counts(self) -> dict[str, int]:
        """Return how many children, cases, events, files, waiting pupils and documents it holds."""
        return dict(self.manifest["counts"])

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the manifest, which names those of the other files."""
        return file_sha256(self.path / MANIFEST)


def make_backup(
    folder: Path,
    unlocked: Unlocked,
    place: Path,
    *,
    now: datetime,
    kind: str = "by-hand",
    progress: Progress | None = None,
    free_bytes: Callable[[Path], int] | None = None,
) -> Backup:
    """Back up a register whose lock the caller holds, check the copy, and return it.

    Args:
        folder: the register's folder; it may be open in this process.
        unlocked: who opened it; signs the manifest.
        place: the folder that holds the backups; it is made if need be.
        now: the present instant, UTC.
        kind: why: ``daily``, ``by-hand``, ``pre-upgrade`` or ``pre-import``.
        progress: called with the name of each check and how far it is, 0 to 1.
        free_bytes: how much room a folder's disk has; tests set it.

    Raises:
        BackupFailed: the place is away, has no room or is inside a register (``place-in-register``), or the copy did
            not pass its check; nothing is left of it.
    """
    room = free_bytes or (lambda path: shutil.disk_usage(path).free)
    _check_place(folder, place)
    try:
        make_private_folder(place, sealed=True)
        _sweep(place)
        making = place / f"{UNFINISHED}{secrets.token_hex(6)}"
        making.mkdir(mode=0o700)
    except OSError as error:
        raise _not_made(error) from None
    try:
        return _make(folder, unlocked, place, making, now, kind, progress, room)
    except OSError as error:
        raise _not_made(error) from None
    except engine.DiskFull:
        raise _no_room() from None
    except engine.DiskTrouble:
        raise BackupFailed(
            "The disk refused to read the register or to write the copy, so no backup was made. The earlier backups "
            "are still there. Check both disks with IT, then back up again.",
            code="disk-trouble",
        ) from None
    except (ContentMissing, ContentDamaged):
        raise BackupFailed(
            "A file held in the register is missing or damaged, so no backup was made. The earlier backups are still "
            "there. Look what is wrong: Admin, Check the records."
        ) from None
    finally:
        clear_away(making)


def _check_place(folder: Path, place: Path) -> None:
    """Refuse a place inside a register: what happens to the register would happen to its backups too.

    The sealed files of a place are thinned with its backups, so that those of a register must never be its own.
    """
    own, there = folder.resolve(), place.resolve()
    inside = there.is_relative_to(own) and not there.is_relative_to(own / BACKUPS)
    if inside or (there / KEY_FILE).exists() or (there.name == FOLDER_NAME and (there.parent / KEY_FILE).exists()):
        raise BackupFailed(
            "That folder belongs to a case register or to a backup, so no backup was made there. The register itself "
            "is unharmed. Choose a folder apart from it, then back up again.",
            code="place-in-register",
        )


def _make(
    folder: Path,
    unlocked: Unlocked,
    place: Path,
    making: Path,
    now: datetime,
    kind: str,
    progress: Progress | None,
    room: Callable[[Path], int],
) -> Backup:
    key_file = read_key_file(folder)
    source, target = folder / key_file.database, making / key_file.database
    content, pool = Content(folder / FOLDER_NAME), place / FOLDER_NAME
    with closing(engine.connect(source, unlocked.data_key)) as connection:
        names = content_names(connection)
        held = Content(pool).names()
        new = sum((content.folder / name).stat().st_size for name in names - held if content.holds(name))
        if room(place) < source.stat().st_size + new + MARGIN_BYTES:
            raise _no_room()
        copy_database(connection, target)
    write_flushed(making / KEY_FILE, (folder / KEY_FILE).read_bytes())
    with closing(engine.connect(target, unlocked.data_key, mode="ro", query_only=True)) as connection:
        names = content_names(connection)
        content.copy_to_pool(pool, sorted(names))
        manifest = _manifest(connection, making, unlocked, key_file.database, names, now, kind)
    write_flushed(making / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode() + b"\n")
    for part in (target, making / KEY_FILE):
        flush(part)
    verdict = verify(making, unlocked, rows=False, progress=progress)
    if not verdict.ok:
        raise BackupFailed(
            "The copy did not pass its check, so it was thrown away and no backup was made. The earlier backups are "
            "still there. Look what is wrong: Admin, Check the records."
        )
    manifest["counts"] = verdict.counts
    manifest["signature"] = unlocked.sign(_signed_part(manifest)).hex()
    write_flushed(making / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode() + b"\n")
    final = _free_name(place, now)
    rename_folder(making, final)
    this_machine().sync_folder(place)
    return _read(final)


def copy_database(connection: dbapi2.Connection, target: Path) -> None:
    """Copy the whole database behind a connection to a new file, under the same key and without its empty pages.

    Nobody but this user can read it, from its first byte.

    Raises:
        FileExistsError: something is there already.
        DiskFull, DiskTrouble: nothing is left of the copy.
    """
    engine.create_private(target)
    try:
        # as bytes, because a folder's name need be no text
        connection.execute("VACUUM INTO CAST(? AS TEXT)", (os.fsencode(target),))
    except dbapi2.DatabaseError as error:
        clear_away(target)
        raise engine.explain(error) from None


def content_names(connection: dbapi2.Connection) -> set[str]:
    """Return the names of the sealed files that a database can still open."""
    rows = connection.execute("SELECT stored_name FROM content_file WHERE file_key IS NOT NULL")
    return {row[0] for row in rows}


def _manifest(
    connection: dbapi2.Connection,
    making: Path,
    unlocked: Unlocked,
    database: str,
    names: Iterable[str],
    now: datetime,
    kind: str,
) -> dict[str, Any]:
    tables = [
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
            "AND name NOT LIKE 'search_text_fts%' ORDER BY name"
        )
    ]
    head = connection.execute("SELECT seq, hash FROM audit_event ORDER BY seq DESC LIMIT 1").fetchone()
    return {
        "format": FORMAT,
        "version": VERSION,
        "store_id": unlocked.store_id,
        "kind": kind,
        "made_at": _instant(now),
        "database": database,
        "database_sha256": file_sha256(making / database),
        "keys_sha256": file_sha256(making / KEY_FILE),
        "schema": connection.execute("PRAGMA user_version").fetchone()[0],
        "tables": {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables},
        "audit_entries": head[0] if head else 0,
        "audit_head": head[1].hex() if head else "",
        "content": sorted(names),
        "key_id": unlocked.key_id,
    }


def _signed_part(manifest: dict[str, Any]) -> bytes:
    return canonical({name: value for name, value in manifest.items() if name != "signature"}).encode()


def _instant(moment: datetime) -> str:
    # The form of UtcDateTime: instants of manifests and of events are compared as text
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _free_name(place: Path, now: datetime) -> Path:
    stem = f"{PREFIX}{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    path, number = place / stem, 2
    while path.exists():
        path, number = place / f"{stem}-{number}", number + 1
    return path


def _no_room() -> BackupFailed:
    return BackupFailed(
        "There is not enough room for a backup there, so none was made. The register itself is unharmed. Free some "
        "space or choose another folder, then back up again.",
        code="disk-full",
    )


def _not_made(error: OSError) -> BackupFailed:
    """Return why no backup was made, by what the system said."""
    trouble = trouble_of(error)
    if trouble is Trouble.FULL:
        return _no_room()
    if trouble is Trouble.REFUSED:
        return BackupFailed(
            "The computer refused to write the backup, so none was made: you may not write in that folder, or another "
            "program, such as a virus scanner, had a file of it open. The register itself is unharmed. Back up again "
            "in a minute; if it is refused again, choose another folder or ask IT.",
            code="backup-refused",
        )
    return BackupFailed(
        "The folder for backups could not be reached or written to, so no backup was made. The register itself is "
        "unharmed. Plug the drive in or choose another folder, then back up again.",
        code="backup-place-away",
    )


def _sweep(place: Path) -> None:
    clear_away(*place.glob(f"{UNFINISHED}*"))


def check_backup(path: Path) -> Backup:
    """Return a backup whose files are those of its manifest; this needs no key.

    Raises:
        BackupDamaged: it is no backup, or one of its files is missing or not as it was made.
    """
    damaged = BackupDamaged(
        "This backup is damaged or not complete, so it was not used. Nothing was changed. Choose another backup."
    )
    try:
        backup = _read(path)
        database, manifest = path / backup.manifest["database"], backup.manifest
        if file_sha256(database) != manifest["database_sha256"]:
            raise damaged
        if file_sha256(path / KEY_FILE) != manifest["keys_sha256"]:
            raise damaged
        key = read_key_file(path).public_key_of(manifest["key_id"])
        if not signature_holds(key, bytes.fromhex(manifest["signature"]), _signed_part(manifest)):
            raise damaged
        if look(path).problems:
            raise damaged
        pool = Content(path.parent / FOLDER_NAME)
        if not all(pool.holds(name) for name in manifest["content"]):
            raise damaged
    except (OSError, KeyError, TypeError, ValueError, UserError):
        raise damaged from None
    return backup


def verify_backup(path: Path, unlocked: Unlocked) -> Verdict:
    """Check everything of a backup: what ``verify`` does, and its files against its signed manifest.

    Raises:
        StoreMissing, KeysMissing, KeysDamaged, RegisterTooNew: as ``verify`` does.
    """
    verdict = verify(path, unlocked)
    try:
        check_backup(path)
    except BackupDamaged:
        if verdict.ok:
            words = "The backup is not what its manifest says, or the manifest was changed. Choose another backup."
            return replace(
                verdict,
                checks={**verdict.checks, "audit": False},
                problems=(Problem("audit", MANIFEST, None, words),),
            )
    return verdict


def _read(path: Path) -> Backup:
    manifest = read_manifest(path / MANIFEST)
    if manifest is None or manifest.get("format") != FORMAT:
        raise BackupDamaged("This folder is no backup of a case register. Nothing was changed. Choose another folder.")
    made_at = datetime.strptime(manifest["made_at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    return Backup(path, made_at, str(manifest.get("kind", "")), manifest["store_id"], manifest)


def list_backups(place: Path, store_id: str | None = None) -> tuple[Backup, ...]:
    """Return the backups of a place, newest first, of one register or of all; damaged manifests are passed over."""
    found = []
    for path in place.glob(f"{PREFIX}*"):
        with suppress(BackupDamaged, ValueError):
            backup = _read(path)
            if store_id in (None, backup.store_id):
                found.append(backup)
    return tuple(sorted(found, key=lambda backup: (backup.made_at, backup.path.name), reverse=True))


def thin(place: Path, store_id: str, *, now: datetime) -> tuple[Path, ...]:
    """Remove what the retention does not keep of one register's backups, and return what was removed.

    Kept: the newest of each of the last 14 days, 8 weeks and 12 months that have one, and for 90 days each one made
    before an upgrade. The newest is always kept, and nothing is removed while the newest is not as it was made.
    """
    backups = list_backups(place, store_id)
    if not backups:
        return ()
    try:
        check_backup(backups[0].path)
    except BackupDamaged:
        return ()
    keep = kept_of(backups, now=now)
    removed = []
    for backup in backups:
        if backup.path in keep:
            continue
        going = backup.path.with_name(f"{UNFINISHED}{backup.path.name}")
        with suppress(OSError):  # one that another program reads stays until the next time
            rename_folder(backup.path, going)
            clear_away(going)
            removed.append(backup.path)
    if removed:
        _sweep_pool(place)
    return tuple(removed)


def kept_of(backups: Iterable[Backup], *, now: datetime) -> frozenset[Path]:
    """Return which backups the retention keeps: 14 daily, 8 weekly, 12 monthly, upgrades of 90 days, the newest."""
    ordered = sorted(backups, key=lambda backup: backup.made_at, reverse=True)
    keep = {ordered[0].path} if ordered else set()
    rules: tuple[tuple[int, Callable[[datetime], object]], ...] = (
        (DAILY, lambda made: made.date()),
        (WEEKLY, lambda made: made.isocalendar()[:2]),
        (MONTHLY, lambda made: (made.year, made.month)),
    )
    for most, period in rules:
        newest: dict[object, Path] = {}
        for backup in ordered:
            newest.setdefault(period(backup.made_at), backup.path)
        keep.update(list(newest.values())[:most])
    keep.update(b.path for b in ordered if b.kind == PRE_UPGRADE and now - b.made_at <= UPGRADES_KEPT)
    return frozenset(keep)


def _sweep_pool(place: Path) -> None:
    """Remove sealed files that no backup of the place names any more, unless a manifest cannot be read."""
    wanted: set[str] = set()
    for path in place.glob(f"{PREFIX}*"):
        manifest = read_manifest(path / MANIFEST)
        if manifest is None:
            return
        wanted.update(manifest["content"])
    pool = Content(place / FOLDER_NAME)
    for name in pool.names() - wanted:
        pool.erase(name)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def flush(path: Path) -> None:
    """Flush a file that was written by others to the disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_flushed(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    atomic_write(path, data, other_name=False)


__all__ = [
    "Backup",
    "BackupDamaged",
    "BackupFailed",
    "Verdict",
    "check_backup",
    "list_backups",
    "make_backup",
    "thin",
    "verify_backup",
]
