"""The chain of data keys: a rotation seals the old one under the new one, so that backups of before still open."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.storage.keys.errors import KeysAltered, KeysDamaged, UserDisabled
from cme_desktop.storage.keys.key_file import (
    FILE_NAME,
    KEPT_VERSIONS,
    EarlierKey,
    KeyFile,
    kept_versions,
    parse_key_file,
    raw_key_file,
    read_key_file,
)
from cme_desktop.storage.keys.recovery import seal_recovery
from cme_desktop.storage.keys.sealing import DoesNotOpen, stretch, unwrap, wrap
from cme_desktop.storage.keys.slots import StoreMark, instant, open_person, with_data_key
from cme_desktop.storage.keys.unlocked import Unlocked
from cme_desktop.system import atomic_write, clear_away, needing_room

MARK = f"{FILE_NAME}.rotating"
_DATABASE = re.compile(r"register-[0-9a-f]{12}\.db")


def rotated(key_file: KeyFile, old: bytes, new: bytes, database: str, *, now: datetime) -> KeyFile:
    """Return a key file for a database under a new data key: everybody who stays and the paper open that alone.

    Nobody's passphrase is needed: the new key is sealed to each person's public key.

    Raises:
        KeysDamaged: an earlier data key does not open with the old one.
    """
    mark = StoreMark.of(key_file)
    known = [(one.until, key) for one, key in zip(key_file.earlier, _open(key_file, old), strict=True)]
    return replace(
        key_file,
        database=database,
        people=tuple(with_data_key(mark, person, new) for person in key_file.people),
        recovery=seal_recovery(mark, key_file.recovery, new),
        earlier=tuple(_seal(mark, key, until, new) for until, key in [*known, (instant(now), old)]),
    ).sealed_with(new)


def data_key_of(unlocked: Unlocked, other: KeyFile) -> bytes | None:
    """Return the data key of an earlier key file of the same register, such as a backup's; None where none fits.

    Raises:
        KeysDamaged: the chain in the present key file does not open.
    """
    present = read_key_file(unlocked.folder)
    for key in (unlocked.data_key, *_open(present, unlocked.data_key)):
        try:
            other.check_proof(key)
        except CannotUnlock:
            continue
        return key
    return None


def of_today(folder: Path, then: Unlocked) -> Unlocked | None:
    """Return what the keys of a person's log-in of an earlier time open in the key file of today, if anything.

    They open it where the person neither was ended nor has another passphrase since; a rotation changes nothing.
    """
    try:
        key_file = read_key_file(folder)
        return open_person(folder, key_file, key_file.person(then.person_id), then.user_key)
    except (CannotUnlock, KeysDamaged, UserDisabled):
        return None


def put_rotated(folder: Path, key_file: KeyFile) -> None:
    """Put the key file of a rotation in place: the commit point. Older key files leave the folder, which a copy stays.

    Raises:
        UserError: there is no room; the key file in place is the old one.
        OSError: likewise.
    """
    raw = raw_key_file(key_file)
    try:
        with needing_room(
            "The disk is full, so the log-ins of the register were not changed. Free some space on the disk, then do "
            "it again."
        ):
            atomic_write(folder / FILE_NAME, raw, other_name=False)
    except (OSError, UserError):
        if (folder / FILE_NAME).read_bytes() != raw:
            raise
    drop_older(folder, key_file)


def drop_older(folder: Path, key_file: KeyFile) -> None:
    """Take every key file of an earlier data key out of the folder, and keep a copy of the present one beside it."""
    clear_away(folder / f"{FILE_NAME}.damaged")
    for number in range(KEPT_VERSIONS, 1, -1):
        clear_away(folder / f"{FILE_NAME}.{number}")
    try:
        atomic_write(folder / f"{FILE_NAME}.1", raw_key_file(key_file), other_name=False)
    except (OSError, UserError):  # a spare copy; what must go is the old one
        clear_away(folder / f"{FILE_NAME}.1")


def sweep_older(unlocked: Unlocked) -> None:
    """Do what a rotation that was killed left undone: what the present key file does not name leaves the folder.

    It is called by whoever holds the register and has opened the database that the key file names.
    """
    folder = unlocked.folder
    try:
        present = read_key_file(folder)
        present.check_proof(unlocked.data_key)
    except CannotUnlock:
        return
    former = [name for name in _marked(folder) if name != present.database]
    if clear_away(*(part for name in former for part in parts_of(folder / name))):
        clear_away(folder / MARK)
    for path in kept_versions(folder):
        try:
            parse_key_file(path.read_bytes()).check_proof(unlocked.data_key)
        except KeysAltered:  # proved by another data key
            drop_older(folder, present)
            return
        except (CannotUnlock, OSError):
            continue


def note_databases(folder: Path, *databases: str) -> None:
    """Note which databases a rotation is about: the one that the key file does not name goes, whatever happens."""
    names = [*_marked(folder), *databases]
    atomic_write(folder / MARK, json.dumps(names).encode(), other_name=False)


def _marked(folder: Path) -> list[str]:
    try:
        names = json.loads((folder / MARK).read_bytes())
    except (OSError, ValueError):
        return []
    return [name for name in names if isinstance(name, str) and _DATABASE.fullmatch(name)]


def parts_of(database: Path) -> list[Path]:
    """Return a database file and its journals, which need not be there."""
    return [database.with_name(database.name + end) for end in ("", "-wal", "-shm", "-journal")]


def _open(key_file: KeyFile, data_key: bytes) -> list[bytes]:
    mark = StoreMark.of(key_file)
    try:
        return [
            unwrap(_key(mark, data_key), one.data_key, mark.circumstances("earlier-data-key", until=one.until))
            for one in key_file.earlier
        ]
    except DoesNotOpen:
        raise KeysDamaged from None


def _seal(mark: StoreMark, key: bytes, until: str, data_key: bytes) -> EarlierKey:
    where = mark.circumstances("earlier-data-key", until=until)
    return EarlierKey(until, wrap(_key(mark, data_key), key, where))


def _key(mark: StoreMark, data_key: bytes) -> bytes:
    return stretch(data_key, salt=mark.store_id.encode(), purpose="cme-desktop earlier data keys v1")
