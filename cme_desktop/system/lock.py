"""One process to a case register: an operating system's lock, held open for the life of its holder (safety.md 4)."""

from __future__ import annotations

import json
import os
import platform
import time
import weakref
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType

from cme_desktop.domain.errors import UserError
from cme_desktop.system.clock import LONDON
from cme_desktop.system.files import PRIVATE_FILE, needing_room
from cme_desktop.system.machine import Machine, this_machine
from cme_desktop.system.refused import clear_away, trying_again

LOCK_NAME = "store.lock"
HOLDER_NAME = "store.holder.json"
POLL_SECONDS = 0.05
NAMING_SECONDS = 0.5
"""How long the file that names the holder is tried: it is a courtesy, and the lock holds without it."""


@dataclass(frozen=True)
class Holder:
    """Who has a register open: which of the two programs, its process, the computer, and since when (UTC)."""

    program: str
    process: int
    machine: str
    since: str

    def sentence(self) -> str:
        """Return the holder in words."""
        since = datetime.fromisoformat(self.since).astimezone(LONDON)
        where = "the window" if self.program == "window" else "a command (cme-admin)"
        return f"{where} on {self.machine}, process {self.process}, since {since:%H:%M on} {since.day} {since:%b %Y}"


class StoreInUse(UserError):
    """Say that another process has the register open, and who."""

    code = "store-in-use"

    def __init__(self, holder: Holder | None) -> None:
        who = holder.sentence() if holder else "another program"
        super().__init__(
            f"This case register is already open: {who}. Nothing was done. Close it there, or wait until it is closed."
        )
        self.holder = holder


class StoreLock:
    """The exclusive hold on a register's folder; it frees itself when its process ends, however that ends."""

    def __init__(self, folder: Path, descriptor: int) -> None:
        self.folder = folder
        self._descriptor: int | None = descriptor
        self._owner = os.getpid()
        self._files: dict[tuple[int, int], int] = {}
        _HELD.add(self)

    @classmethod
    def take(
        cls,
        folder: Path,
        *,
        program: str,
        now: datetime,
        wait_seconds: float = 0,
        machine: Machine | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> StoreLock:
        """Take the lock of a register's folder, which must exist.

        Args:
            program: ``window`` or ``cme-admin``; shown to who comes second.
            wait_seconds: how long to wait for the present holder.

        Raises:
            StoreInUse: it is still held.
        """
        keeper = machine or this_machine()
        with needing_room(
            "The disk is full, so the register could not be opened. Nothing was changed. Free some space on the disk, "
            "then do it again."
        ):
            descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        until = clock() + wait_seconds
        try:
            while not keeper.try_lock(descriptor):
                if clock() >= until:
                    raise StoreInUse(holder_of(folder))
                sleep(POLL_SECONDS)
            _write_holder(folder, Holder(program, os.getpid(), platform.node(), now.isoformat(timespec="seconds")))
        except BaseException:
            os.close(descriptor)
            raise
        return cls(folder, descriptor)

    def also(self, path: Path, *, machine: Machine | None = None) -> None:
        """Hold a file of the register too, so that no other folder with the same file in it is opened meanwhile.

        Let it go only when the engine has closed it: on POSIX its own locks on a file end with any close of that file.

        Raises:
            StoreInUse: it is held by way of another folder.
        """
        found = path.stat()
        identity = (found.st_dev, found.st_ino)
        if identity in self._files:
            return
        if any(identity in lock._files for lock in _HELD):
            raise StoreInUse(None)
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        if not (machine or this_machine()).try_lock(descriptor):
            os.close(descriptor)
            raise StoreInUse(None)
        self._files[identity] = descriptor

    def let_go(self) -> None:
        """Let the files go that ``also`` holds; the folder stays held."""
        while self._files:
            os.close(self._files.popitem()[1])

    def release(self) -> None:
        """Give the register up; the lock file stays, because deleting it would let two in."""
        if self._descriptor is None:
            return
        if os.getpid() == self._owner:
            clear_away(self.folder / HOLDER_NAME, seconds=NAMING_SECONDS)
        self._close()

    def __enter__(self) -> StoreLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _close(self) -> None:
        self.let_go()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


_HELD: weakref.WeakSet[StoreLock] = weakref.WeakSet()


def _drop_in_child() -> None:
    # A forked child shares the open lock file and would keep the register held after its parent died
    for lock in list(_HELD):
        lock._close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_drop_in_child)


def holder_of(folder: Path) -> Holder | None:
    """Return who last wrote that they hold a register, or None if nobody did or it cannot be read."""
    try:
        raw = json.loads((folder / HOLDER_NAME).read_text(encoding="utf-8"))
        holder = Holder(str(raw["program"]), int(raw["process"]), str(raw["machine"]), str(raw["since"]))
        datetime.fromisoformat(holder.since)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return holder


def is_held(folder: Path, *, machine: Machine | None = None) -> bool:
    """Say whether any process holds a register now, without taking it."""
    path = folder / LOCK_NAME
    if not path.is_file():
        return False
    descriptor = os.open(path, os.O_RDWR)
    try:
        return not (machine or this_machine()).try_lock(descriptor)
    finally:
        os.close(descriptor)


def _write_holder(folder: Path, holder: Holder) -> None:
    # No flush to disk: after a power cut nobody holds the register, and the next holder writes it anew
    clear_away(*folder.glob(f".{HOLDER_NAME}.*"), seconds=NAMING_SECONDS)
    temporary = folder / f".{HOLDER_NAME}.{holder.process}"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            json.dump(asdict(holder), handle)
        trying_again(lambda: temporary.replace(folder / HOLDER_NAME), seconds=NAMING_SECONDS)
    except OSError:
        # The lock holds without it; only who has the register open cannot be said, and an earlier name would mislead
        clear_away(temporary, folder / HOLDER_NAME, seconds=NAMING_SECONDS)
