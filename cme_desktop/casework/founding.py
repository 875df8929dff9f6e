"""Found a new case register: keys drafted, database made, reference data put in, and last the key file written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from cme_desktop.access import requires
from cme_desktop.casework.next_steps import attach
from cme_desktop.casework.reference.seed import seed
from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.domain.roles import Person
from cme_desktop.models.child import Child
from cme_desktop.storage import keys
from cme_desktop.storage.schema import MADE, UNFINISHED, is_unfinished
from cme_desktop.storage.store import Store
from cme_desktop.system import (
    Clock,
    DiskFull,
    StoreInUse,
    clear_away,
    holder_of,
    is_full,
    make_private_folder,
    readable,
    this_machine,
)
from cme_desktop.system.files import PRIVATE_FILE


@dataclass(frozen=True)
class Founded:
    """A new register, open as its first person, and the recovery key that is shown only now."""

    store: Store
    unlocked: keys.Unlocked
    recovery_key: str

    def abandon(self) -> None:
        """Close a register that could not be filled and leave nothing of it."""
        self.store.close()
        self.unlocked.forget()
        _take_away(self.store.folder, whole=False)


class FolderNotEmpty(UserError):
    """Say that something is already where the register was to be made; nothing was touched."""

    code = "store-exists"


def found_register(
    folder: Path,
    name: str,
    passphrase: str,
    clock: Clock,
    *,
    demonstration: bool = False,
    light: bool = False,
    forbidden_thread: int | None = None,
    program: str = "cme-admin",
) -> Founded:
    """Make a register in an empty or missing folder; the first person is Officer and Administrator.

    ``keys.json`` is written last, so that a register that was not finished is not one at all.

    Args:
        light: use the weaker key stretching that only a demonstration register may have (command-line.md 2).

    Raises:
        FolderNotEmpty: the folder holds something.
        DiskFull: there is no room for it.
        UserError: the passphrase or the name cannot be used, or a live register may not lie there, or the folder
            cannot be made or written to (``place-unwritable``).
    """
    try:
        return _found(folder, name, passphrase, clock, demonstration, light, forbidden_thread, program)
    except OSError as error:
        raise _unfit(folder, error) from error


def _check_empty(folder: Path) -> None:
    """Raise FolderNotEmpty unless a folder is missing or empty, but for the mark of a training register to be made."""
    if folder.exists() and (not folder.is_dir() or any(entry.name != UNFINISHED for entry in folder.iterdir())):
        raise FolderNotEmpty(
            f"{readable(str(folder))} is not empty, so no register was made there. Name a folder that is empty or not "
            "there yet."
        )


def _unfit(folder: Path, error: OSError) -> UserError:
    """Return why no register could be made in a folder."""
    shown = readable(str(folder))
    if is_full(error):
        return DiskFull(
            f"The disk is full, so no register was made in {shown}. Nothing is left of it. Free some space on the "
            "disk, then make it again."
        )
    return UserError(
        f"No register could be made in {shown}: that folder cannot be made or written to. Nothing is left of it. "
        "Choose another folder.",
        code="place-unwritable",
    )


def _found(
    folder: Path,
    name: str,
    passphrase: str,
    clock: Clock,
    demonstration: bool,
    light: bool,
    forbidden_thread: int | None,
    program: str,
) -> Founded:
    _check_empty(folder)
    new_folder = not folder.exists()
    drafted = keys.draft_store_keys(
        folder,
        name,
        passphrase,
        now=clock.now(),
        demonstration=demonstration,
        kdf=keys.LIGHT if light else None,
    )
    try:
        store = Store.create(folder, drafted.unlocked, clock, forbidden_thread=forbidden_thread, program=program)
        try:
            attach(store)
            seed(store, store.person)
            keys.write_key_file(folder, drafted.key_file)
        except BaseException:
            store.close()
            raise
    except BaseException:
        _take_away(folder, whole=new_folder)
        raise
    return Founded(store, drafted.unlocked, drafted.recovery_key)


@requires("reference.seed")
def take_back(store: Store, actor: Person) -> None:
    """Close a register whose set-up has not ended and take it away, so that it can be made anew.

    Raises:
        FolderNotEmpty: a child is in it: then it is somebody's register, and nothing is touched.
    """
    with store.read() as session:
        used = session.scalar(select(Child.id).limit(1)) is not None
    if used:
        raise FolderNotEmpty(
            "There are children in this register already, so it is not made anew. Lock it, then unlock it to go on."
        )
    store.close()
    _take_away(store.folder, whole=False)


@contextmanager
def being_made(folder: Path) -> Iterator[bool]:
    """Mark a folder while a training register is made in it, so that a half-made one never passes for a whole one.

    What an interrupted making left there is taken away first: it holds invented people only. Yields whether there was
    such. If the making fails nothing is left.

    Raises:
        FolderNotEmpty: the folder holds something else.
        StoreInUse: another process makes it now.
        UserError: the folder cannot be made or written to.
    """
    marker = folder / UNFINISHED
    try:
        again, fresh = is_unfinished(folder), not folder.exists()
        if not again or _is_real(folder):
            _check_empty(folder)
        make_private_folder(folder, adopt=True)
        descriptor = os.open(marker, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    except OSError as error:
        raise _unfit(folder, error) from error
    # Another process may have ended its making since this one opened the mark: then what is there is whole
    if not this_machine().try_lock(descriptor) or _says(descriptor):
        os.close(descriptor)
        raise StoreInUse(holder_of(folder))
    try:
        _take_away(folder, whole=False)
        this_machine().sync_folder(folder)
        yield again
        # Said while the mark is held, because it can only be deleted once it is closed: Windows deletes no open file
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, MADE)
        os.fsync(descriptor)
    except BaseException:
        _take_away(folder, whole=False)
        os.close(descriptor)
        clear_away(marker)
        if fresh:
            with suppress(OSError):
                folder.rmdir()
        raise
    os.close(descriptor)
    clear_away(marker)
    this_machine().sync_folder(folder)


def _says(descriptor: int) -> bytes:
    os.lseek(descriptor, 0, os.SEEK_SET)
    return os.read(descriptor, len(MADE))


def _is_real(folder: Path) -> bool:
    """Say whether a folder holds a register that is not known to be one for training: such is never taken away."""
    try:
        return not keys.read_key_file(folder).demonstration
    except CannotUnlock as error:
        return error.code != "store-missing"


def _take_away(folder: Path, *, whole: bool) -> None:
    """Leave nothing of a register that was not finished."""
    if whole:
        clear_away(folder)
        return
    with suppress(OSError):
        # The mark goes last of all: until then what is left is known for what it is
        clear_away(*(entry for entry in folder.iterdir() if entry.name != UNFINISHED))
