"""What differs by operating system, behind one Protocol; ``fake`` stands in for it in tests."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Protocol


class Place(StrEnum):
    """What sort of place a folder is, as far as a live register is concerned."""

    LOCAL = "local"
    NETWORK = "network"
    REMOVABLE = "removable"
    SYNCED = "synced"
    WIPED = "wiped"


@dataclass(frozen=True)
class SessionState:
    """Whether the computer's own screen lock is on; ``known`` is False where it cannot be told."""

    locked: bool
    known: bool


class Machine(Protocol):
    """The operating system as the program needs it."""

    def try_lock(self, descriptor: int) -> bool:
        """Take an exclusive lock on an open file for as long as it stays open; say whether it was free."""
        ...

    def sync_folder(self, folder: Path) -> None:
        """Make the names in a folder safe against a power cut, where the system has a way to."""
        ...

    def make_private(self, folder: Path) -> None:
        """Let nobody but the present user into a folder, and those who run the computer; raise OSError if refused."""
        ...

    def kind_of_place(self, folder: Path) -> Place:
        """Say what sort of drive or profile a folder lies on (synced folders are told by name elsewhere)."""
        ...

    def open_elsewhere(self, path: Path) -> bool:
        """Say whether another program has this file open so that it may still be writing it."""
        ...

    def is_plain_file(self, path: Path) -> bool:
        """Say whether this is a regular, visible file: no link, junction, device or stream, and not hidden."""
        ...

    def known_folders(self) -> tuple[Path, ...]:
        """Return the folders that hold everything a person has: homes, Desktop, Documents, Downloads and the like."""
        ...

    def limit_memory(self, limit: int) -> bool:
        """Hold the present process to this many bytes of memory; say whether the system took the limit."""
        ...

    def end_with_parent(self) -> bool:
        """Have the system end the present process when the process that started it ends; say whether it will."""
        ...

    def forbid_dumps(self) -> bool:
        """Leave no image of this process's memory behind at a crash; say whether the system keeps to it."""
        ...

    def enter_cage(self) -> tuple[str, ...]:
        """Give up files, network, programs and other processes for good; return the codes of what holds it from now on.

        What is open stays usable. Nothing can be imported or opened after it. Empty where the system has no cage.
        """
        ...

    def show_message(self, title: str, words: str) -> None:
        """Show words to a person when there is neither a window nor a stream to say them on; return once read."""
        ...

    def session(self) -> SessionState:
        """Say whether the computer's own screen lock is on."""
        ...


@cache
def this_machine() -> Machine:
    """Return the operating system that the program runs on."""
    if sys.platform == "win32":
        from cme_desktop.system.windows import WindowsMachine

        return WindowsMachine()
    else:
        from cme_desktop.system.posix import PosixMachine

        return PosixMachine()
