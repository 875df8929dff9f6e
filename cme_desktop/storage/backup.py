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
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from sqlcipher3 import dbapi2

from cme_desktop.domain.errors import UserError
from cme_desktop.storage import engine
from cme_desktop.storage.capture import Signer
from cme_desktop.storage.checks.findings import Head, Problem
from cme_desktop.storage.checks.witnesses import (
    BACKUP_PREFIX,
    BACKUPS,
    MANIFEST,
    instant,
    manifest_holds,
    read_manifest,
    signed_part,
)
from cme_desktop.storage.content import FOLDER_NAME, Content, ContentOutOfReach
from cme_desktop.storage.copies.held_files import FilesFound, bring_together, held_files
from cme_desktop.storage.keys import read_key_file
from cme_desktop.storage.keys.key_file import FILE_NAME as KEY_FILE
from cme_desktop.storage.verify import Progress, Remake, Verdict, look, verify
from cme_desktop.system import (
    OutsideTrouble,
    atomic_write,
    clear_away,
    code_of,
    explained,
    is_full,
    is_outside,
    make_private_folder,
    rename_folder,
    this_machine,
    words_of,
)

FORMAT, VERSION = "cme-desktop-backup", 1
PREFIX, UNFINISHED = BACKUP_PREFIX, ".making-"
MARGIN_BYTES = 16 * 1024 * 1024
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
    """One backup: its folder, when and why it was made (UTC), its register, and what its manifest says.

    ``files`` says which sealed files were found damaged when it was made.
    """

    path: Path
    made_at: datetime
    kind: str
    store_id: str
    manifest: dict[str, Any]
    files: FilesFound = field(default=FilesFound(), compare=False)

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
    except engine.DiskFull:
        raise _no_room() from None
    except (engine.DiskTrouble, ContentOutOfReach) as error:
        raise BackupFailed(error.message, code=error.code) from None
    except OSError as error:
        raise _not_made(error) from None
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
        there = Content(pool).names()
        new = sum((content.folder / name).stat().st_size for name in names - there if content.holds(name))
        if room(place) < source.stat().st_size + new + MARGIN_BYTES:
            raise _no_room()
        copy_database(connection, target)
    write_flushed(making / KEY_FILE, (folder / KEY_FILE).read_bytes())
    with closing(engine.connect(target, unlocked.data_key, mode="ro", query_only=True)) as connection:
        held = held_files(connection)
        files = bring_together(content, Content(pool), held, _counted_on(place))
        lost = {one.name for one in files.lost}
        names = {one.name for one in held} - lost
        manifest = _manifest(connection, making, unlocked, key_file.database, names, now, kind)
        if lost:
            manifest["lost"] = sorted(lost)
    write_flushed(making / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode() + b"\n")
    for part in (target, making / KEY_FILE):
        flush(part)
    own = Head(manifest["audit_entries"], manifest["audit_head"], manifest["made_at"])
    verdict = verify(making, unlocked, heads=[own] if own.seq else [], rows=False, content=False, progress=progress)
    if not verdict.ok:
        raise BackupFailed(
            "The copy did not pass its check, so it was thrown away and no backup was made. The earlier backups are "
            "still there. Look what is wrong: Admin, Check the records."
        )
    manifest["counts"] = verdict.counts
    manifest["signature"] = unlocked.sign(signed_part(manifest)).hex()
    write_flushed(making / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode() + b"\n")
    final = _free_name(place, now)
    rename_folder(making, final)
    this_machine().sync_folder(place)
    return replace(_read(final), files=files)


def _counted_on(place: Path) -> frozenset[str]:
    return frozenset(name for backup in list_backups(place) for name in backup.manifest["content"])


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
        "made_at": instant(now),
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
    """Return why no backup was made, by what the system said: each cause in words of its own."""
    if is_full(error):
        return _no_room()
    told = explained(error)
    if told is not None:
        return BackupFailed(f"No backup was made. {told.message}", code=told.code)
    return BackupFailed(
        "The folder for backups could not be reached or written to, so no backup was made. The register itself is "
        "unharmed. Plug the drive in or choose another folder, then back up again.",
        code="backup-place-away",
    )


def _sweep(place: Path) -> None:
    clear_away(*place.glob(f"{UNFINISHED}*"))


def check_backup(path: Path, *, files: bool = True) -> Backup:
    """Return a backup whose files are those of its manifest; this needs no key.

    Args:
        files: whether the sealed files that it names must be in the place's pool.

    Raises:
        BackupDamaged: it is no backup, or one of its files is missing or not as it was made.
    """
    backup = check_manifest(path)
    try:
        if file_sha256(path / backup.manifest["database"]) != backup.manifest["database_sha256"]:
            raise _damaged()
        if look(path).problems:
            raise _damaged()
        pool = Content(path.parent / FOLDER_NAME)
        if files and not all(pool.holds(name) for name in backup.manifest["content"]):
            raise _damaged()
    except (KeyError, TypeError, ValueError, UserError):
        raise _damaged() from None
    except OSError as error:
        raise _unreadable_backup(error) from None
    return backup


def check_manifest(path: Path) -> Backup:
    """Return a backup whose manifest is as it was signed by a key of its own key file; its other files are not read.

    Raises:
        BackupDamaged: it is no backup, or its manifest or key file is missing or not as it was made.
        OutsideTrouble: the computer lacked something; that says nothing about the backup.
    """
    try:
        backup = _read(path)
        manifest = backup.manifest
        if not manifest_holds(path, manifest, read_key_file(path).public_key_of(manifest["key_id"])):
            raise _damaged()
    except OutsideTrouble:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, UserError):
        raise _damaged() from None
    except OSError as error:
        raise _unreadable_backup(error) from None
    return backup


def _damaged() -> BackupDamaged:
    return BackupDamaged(
        "This backup is damaged or not complete, so it was not used. Nothing was changed. Choose another backup."
    )


def _unreadable_backup(error: OSError) -> UserError:
    """Return what to say where a file of a backup did not open: damage, or a computer that lacks something."""
    if is_outside(error):
        code = code_of(error) or "disk-trouble"
        return OutsideTrouble(words_of(code), code=code)
    return _damaged()


def verify_backup(path: Path, unlocked: Unlocked, *, remake: Remake | None = None) -> Verdict:
    """Check everything of a backup: what ``verify`` does, and its files against its signed manifest.

    Raises:
        StoreMissing, KeysMissing, KeysDamaged, RegisterTooNew: as ``verify`` does.
    """
    verdict = verify(path, unlocked, remake=remake)
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
    if manifest is None or not _well_formed(manifest):
        raise BackupDamaged("This folder is no backup of a case register. Nothing was changed. Choose another folder.")
    made_at = datetime.strptime(manifest["made_at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    return Backup(path, made_at, str(manifest.get("kind", "")), manifest["store_id"], manifest)


def _well_formed(manifest: dict[str, Any]) -> bool:
    """Say whether a manifest has what every manifest has, each of its kind."""
    counts, names = manifest.get("counts"), [manifest.get("content"), manifest.get("lost", [])]
    return (
        manifest.get("format") == FORMAT
        and isinstance(counts, dict)
        and all(isinstance(number, int) for number in counts.values())
        and all(isinstance(some, list) and all(isinstance(name, str) for name in some) for some in names)
        and Path(manifest["database"]).name == manifest["database"]
    )


def list_backups(place: Path, store_id: str | None = None) -> tuple[Backup, ...]:
    """Return the backups of a place, newest first, of one register or of all; damaged manifests are passed over."""
    found = []
    for path in place.glob(f"{PREFIX}*"):
        with suppress(BackupDamaged, ValueError):
            backup = _read(path)
            if store_id in (None, backup.store_id):
                found.append(backup)
    return tuple(sorted(found, key=lambda backup: (backup.made_at, backup.path.name), reverse=True))


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
    "check_manifest",
    "list_backups",
    "make_backup",
    "verify_backup",
]
