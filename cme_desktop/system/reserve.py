"""A little room kept on the disk, so that a register opens to be read when the disk is full (safety.md 10).

Opening needs room for the index of the journal, and each look for its line in the audit. The file holds nothing; where
it has to be given up, it is made again at the next opening that finds room.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from cme_desktop.system.files import PRIVATE_FILE
from cme_desktop.system.trouble import DiskFull

RESERVE_NAME = "room.reserve"
RESERVE_BYTES = 8 * 1024 * 1024
"""The whole journal before it is emptied (4 MiB) and as much again for what the database grows by."""
NO_ROOM_LEFT = (
    "The disk is full. The register can be read and backed up to another disk, but what you enter now may not be "
    "saved. Free some space on the disk, then open the register again."
)
LOW_BYTES = 2 * 1024 * 1024
LEAST_BYTES = 128 * 1024
_PART_BYTES = 1024 * 1024
T = TypeVar("T")


class Reserve:
    """The room kept beside one register; ``warning`` is a sentence for the officer once it was given up."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / RESERVE_NAME
        self.warning: str | None = None

    def look(self) -> None:
        """Keep the room; where the disk has hardly any left, give it up and say so."""
        if self.low or not self.hold():
            self.release()
            self.warning = NO_ROOM_LEFT

    def using(self, work: Callable[[], T]) -> T:
        """Do what has to be saved even when the disk is full (a look, a note): once more with the room given up."""
        try:
            return work()
        except DiskFull:
            if not self.release():
                raise
            self.warning = NO_ROOM_LEFT
            return work()

    @property
    def held(self) -> bool:
        """Say whether the room is kept."""
        return self._path.is_file()

    @property
    def low(self) -> bool:
        """Say whether the disk has hardly any room left."""
        return shutil.disk_usage(self._path.parent).free < LOW_BYTES

    def hold(self) -> bool:
        """Keep the room, unless that would leave the disk with hardly any; say whether it is kept."""
        if self.held:
            return True
        if shutil.disk_usage(self._path.parent).free < RESERVE_BYTES + LOW_BYTES:
            return False
        return self._take(RESERVE_BYTES)

    def keep_what_is_left(self) -> bool:
        """Keep what the disk still has, up to the whole: for the next opening on a full disk."""
        with suppress(OSError):
            size = min(RESERVE_BYTES, shutil.disk_usage(self._path.parent).free)
            return self.held or (size >= LEAST_BYTES and self._take(size))
        return False

    def _take(self, size: int) -> bool:
        try:
            with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as handle:
                _fill(handle.fileno(), size)
        except OSError:
            self.release()
            return False
        return True

    def release(self) -> bool:
        """Give the room up; say whether there was any."""
        if not self.held:
            return False
        with suppress(OSError):
            self._path.unlink()
            return True
        return False


def _fill(descriptor: int, size: int) -> None:
    """Take the blocks of a file for good: a file with holes in it would keep no room."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
        return
    for at in range(0, size, _PART_BYTES):
        os.write(descriptor, bytes(min(_PART_BYTES, size - at)))
