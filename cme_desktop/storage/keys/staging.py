"""Change the key file and the register's rows together: staged, committed with the rows, put in place (safety.md 10).

The signed act in the database decides: a staged key file that a kill left is put in place when the rows say what it
says, and thrown away when they do not.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.storage.keys.errors import KeysDamaged, KeysTooNew, UnknownUser
from cme_desktop.storage.keys.key_file import (
    FILE_NAME,
    KeyFile,
    PersonEntry,
    parse_key_file,
    raw_key_file,
    read_key_file,
    write_key_file,
)
from cme_desktop.storage.keys.unlocked import Unlocked
from cme_desktop.system import atomic_write, clear_away, needing_room

NEXT = f"{FILE_NAME}.next"


def stage(unlocked: Unlocked, key_file: KeyFile) -> KeyFile:
    """Write a key file beside the one in place, and return it sealed; it opens nothing yet."""
    sealed = key_file.sealed_with(unlocked.data_key)
    with needing_room(
        "The disk is full, so the log-ins of the register were not changed. Free some space on the disk, then do it "
        "again."
    ):
        atomic_write(unlocked.folder / NEXT, raw_key_file(sealed), other_name=False)
    return sealed


def unstage(folder: Path) -> None:
    """Throw a staged key file away: the act was undone."""
    clear_away(folder / NEXT)


def settle(folder: Path, key_file: KeyFile) -> None:
    """Put a staged key file in place, whose act is committed.

    Raises:
        UserError: ``log-ins-later``: it could not be written; the next opening of the register does it.
    """
    try:
        write_key_file(folder, key_file)
    except (OSError, UserError):
        raise UserError(
            "The change of the log-in is recorded, but the key file could not be written. It is put in place when the "
            "register is next opened: lock it, make room on the disk, and unlock it again.",
            code="log-ins-later",
        ) from None
    unstage(folder)


def finish(unlocked: Unlocked, holds: Callable[[PersonEntry], bool]) -> bool:
    """Put in place what a kill left staged, for each person whose rows say the same; say whether that changed anything.

    Args:
        unlocked: whoever opens the register; proves both files.
        holds: whether the register's rows know a person as an entry does.
    """
    folder = unlocked.folder
    if not (folder / NEXT).is_file():
        return False
    try:
        staged, present = parse_key_file((folder / NEXT).read_bytes()), read_key_file(folder)
        staged.check_proof(unlocked.data_key)
        present.check_proof(unlocked.data_key)
    except (CannotUnlock, KeysDamaged, KeysTooNew):
        unstage(folder)
        return False
    made = present
    for person in staged.people:
        if _follows(person, present) and holds(person):
            made = made.with_person(person)
    if made != present:
        write_key_file(folder, made.sealed_with(unlocked.data_key))
    unstage(folder)
    return made != present


def _follows(person: PersonEntry, present: KeyFile) -> bool:
    """Say whether an entry differs from the one in place and is no older: its keys go on where those end."""
    try:
        before = present.person(person.person_id)
    except UnknownUser:
        return True
    known = [keys.key_id for keys in before.public_keys]
    return person != before and [keys.key_id for keys in person.public_keys][: len(known)] == known


def key_files_of(folder: Path, data_key: bytes) -> list[KeyFile]:
    """Return the key file in place and the one that a kill left staged, of those that a holder of the key wrote."""
    found = [read_key_file(folder)]
    with suppress(OSError, CannotUnlock):
        found.append(parse_key_file((folder / NEXT).read_bytes()))
    return [key_file for key_file in found if _is_proved(key_file, data_key)]


def _is_proved(key_file: KeyFile, data_key: bytes) -> bool:
    try:
        key_file.check_proof(data_key)
    except CannotUnlock:
        return False
    return True


def check_unchanged(unlocked: Unlocked) -> None:
    """Raise CannotUnlock (``unlock-again``) where the key file no longer knows a person as they were unlocked."""
    entry = read_key_file(unlocked.folder).person(unlocked.person_id)
    if entry.current is None or entry.current.key_id != unlocked.key_id or entry.roles != unlocked.roles:
        raise CannotUnlock(
            "Your log-in was changed just before the program ended the last time. Unlock again: with the new "
            "passphrase, if you had chosen one.",
            code="unlock-again",
        )
