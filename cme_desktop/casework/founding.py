"""Found a new case register: keys drafted, database made, reference data put in, and last the key file written."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from cme_desktop.access import requires
from cme_desktop.casework.next_steps import attach
from cme_desktop.casework.reference.seed import seed
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.models.child import Child
from cme_desktop.storage import keys
from cme_desktop.storage.store import Store
from cme_desktop.system import Clock


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
        UserError: the passphrase or the name cannot be used, or a live register may not lie there.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderNotEmpty(
            f"{folder} is not empty, so no register was made there. Name a folder that is empty or not there yet."
        )
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


def _take_away(folder: Path, *, whole: bool) -> None:
    """Leave nothing of a register that was not finished."""
    with suppress(OSError):
        if whole:
            shutil.rmtree(folder, ignore_errors=True)
            return
        for entry in folder.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
