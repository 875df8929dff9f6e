"""Found a new case register: keys drafted, database made, reference data put in, and last the key file written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from sqlalchemy import select

from cme_desktop.access import requires
from cme_desktop.casework.next_steps import attach
from cme_desktop.casework.reference.seed import seed
from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.domain.roles import Person
from cme_desktop.models.child import Child
from cme_desktop.storage import keys
from cme_desktop.storage.content import FOLDER_NAME as CONTENT
from cme_desktop.storage.keys.key_file import FILE_NAME as KEY_FILE
from cme_desktop.storage.keys.marks import (
    MAKING_ENDED,
    SETTING_UP,
    UNFINISHED,
    SetupMark,
    interrupted,
    is_unfinished,
)
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import BACKUPS
from cme_desktop.system import (
    Clock,
    DiskFull,
    StoreInUse,
    StoreLock,
    check_folder,
    clear_away,
    holder_of,
    is_full,
    make_private_folder,
    readable,
    this_machine,
)
from cme_desktop.system.files import PRIVATE_FILE, TEMPORARY_SUFFIX
from cme_desktop.system.lock import HOLDER_NAME, LOCK_NAME
from cme_desktop.system.reserve import RESERVE_NAME

_LEFT_BY_SET_UP = (
    SETTING_UP,
    f"{KEY_FILE}*",
    "register-*.db*",
    CONTENT,
    BACKUPS,
    LOCK_NAME,
    RESERVE_NAME,
    HOLDER_NAME,
    f".{HOLDER_NAME}.*",
    f".*{TEMPORARY_SUFFIX}",
)


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
        _take_away(self.store.folder)


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

    ``keys.json`` is written last, so that a register that was not finished is not one at all. A mark lies in the
    folder from the first to ``end_set_up``: what an interrupted set-up left there is taken away and made anew.

    Args:
        light: use the weaker key stretching that only a demonstration register may have (command-line.md 2).
        program: who makes it; what the window makes is worked in only after ``end_set_up``.

    Raises:
        FolderNotEmpty: the folder holds something else.
        StoreInUse: another process has what is there open.
        DiskFull: there is no room for it.
        UserError: the passphrase or the name cannot be used, or a live register may not lie there, or the folder
            cannot be made or written to (``place-unwritable``).
    """
    try:
        return _found(folder, name, passphrase, clock, demonstration, light, forbidden_thread, program)
    except OSError as error:
        raise _unfit(folder, error) from error


def end_set_up(folder: Path) -> None:
    """Take the mark away: from now on the register is worked in."""
    clear_away(folder / SETTING_UP)
    this_machine().sync_folder(folder)


def _clear_interrupted(folder: Path, clock: Clock, program: str) -> None:
    """Take away what an interrupted set-up left: nobody has worked in it, for none but set-up opens it.

    Raises:
        FolderNotEmpty: there is more than set-up leaves.
    """
    if not interrupted(folder):
        return
    strange = [entry for entry in folder.iterdir() if not any(fnmatch(entry.name, own) for own in _LEFT_BY_SET_UP)]
    sealed = [entry for name in (CONTENT, BACKUPS) if (folder / name).is_dir() for entry in (folder / name).iterdir()]
    if strange or sealed:
        raise _not_empty(folder)
    with StoreLock.take(folder, program=program, now=clock.now()):
        _take_away(folder, but=frozenset({SETTING_UP, LOCK_NAME, HOLDER_NAME}))
    _take_away(folder)


def _check_empty(folder: Path) -> None:
    """Raise FolderNotEmpty unless a folder is missing or empty.

    The mark of a training register to be made, and a mark that was being written at a kill, do not count.
    """
    nothing = (UNFINISHED, f".*{TEMPORARY_SUFFIX}")
    if folder.exists() and not folder.is_dir():
        raise _not_empty(folder)
    if folder.exists() and not all(any(fnmatch(entry.name, one) for one in nothing) for entry in folder.iterdir()):
        raise _not_empty(folder)


def _not_empty(folder: Path) -> FolderNotEmpty:
    return FolderNotEmpty(
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
    _clear_interrupted(folder, clock, program)
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
        if not (folder / UNFINISHED).exists():
            check_folder(folder)
            make_private_folder(folder)
            SetupMark(drafted.unlocked.store_id, program).write(folder)
        store = Store.create(folder, drafted.unlocked, clock, forbidden_thread=forbidden_thread, program=program)
        try:
            attach(store)
            seed(store, store.person)
            keys.write_key_file(folder, drafted.key_file)
        except BaseException:
            store.close()
            raise
    except BaseException:
        _take_away(folder)
        if new_folder:
            with suppress(OSError):
                folder.rmdir()
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
    _take_away(store.folder)


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
        _take_away(folder)
        this_machine().sync_folder(folder)
        yield again
        # Said while the mark is held, because it can only be deleted once it is closed: Windows deletes no open file
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, MAKING_ENDED)
        os.fsync(descriptor)
    except BaseException:
        _take_away(folder)
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
    return os.read(descriptor, len(MAKING_ENDED))


def _is_real(folder: Path) -> bool:
    """Say whether a folder holds a register that is not known to be one for training: such is never taken away."""
    try:
        return not keys.read_key_file(folder).demonstration
    except CannotUnlock as error:
        return error.code != "store-missing"


_MARKS = frozenset({UNFINISHED, SETTING_UP})


def _take_away(folder: Path, *, but: frozenset[str] = frozenset()) -> None:
    """Leave nothing of a register that was not finished; that of a training register keeps its mark.

    The key file goes first and the mark last: a kill in between leaves what is known for what it is.
    """
    with suppress(OSError):
        clear_away(folder / KEY_FILE)
        clear_away(*(entry for entry in folder.iterdir() if entry.name not in _MARKS | but))
        if SETTING_UP not in but:
            clear_away(folder / SETTING_UP)
