"""An operating system that says what a test tells it to."""

from __future__ import annotations

import errno
from dataclasses import dataclass, field
from pathlib import Path

from cme_desktop.system.machine import Machine, Place, SessionState, this_machine


@dataclass
class FakeMachine:
    """Answer as set, and pass on to the real machine what has to be real: locks and flushing."""

    place: Place = Place.LOCAL
    busy: set[Path] = field(default_factory=set)
    hidden: set[Path] = field(default_factory=set)
    screen_locked: bool = False
    private: list[Path] = field(default_factory=list)
    keeps_rights: bool = True
    shown: list[tuple[str, str]] = field(default_factory=list)
    memory_limit: int | None = None
    ends_with_parent: bool = False
    dumps_forbidden: bool = False
    known: tuple[Path, ...] = ()
    caged: bool = False
    real: Machine = field(default_factory=this_machine)

    def try_lock(self, descriptor: int) -> bool:
        """Take the real lock."""
        return self.real.try_lock(descriptor)

    def sync_folder(self, folder: Path) -> None:
        """Flush the real folder."""
        self.real.sync_folder(folder)

    def make_private(self, folder: Path) -> None:
        """Note that a folder was made private, or refuse as a drive or share that keeps no rights does."""
        if not self.keeps_rights:
            raise PermissionError(errno.EACCES, "no rights are kept here")
        self.private.append(folder)

    def kind_of_place(self, folder: Path) -> Place:
        """Say what was set."""
        return self.place

    def open_elsewhere(self, path: Path) -> bool:
        """Say whether the file is among those set as busy."""
        return path in self.busy

    def is_plain_file(self, path: Path) -> bool:
        """Say whether it is a file and not among those set as hidden."""
        return path.is_file() and path not in self.hidden

    def known_folders(self) -> tuple[Path, ...]:
        """Say what was set."""
        return self.known

    def enter_cage(self) -> tuple[str, ...]:
        """Note the wish; a test goes on as it is."""
        self.caged = True
        return ()

    def limit_memory(self, limit: int) -> bool:
        """Note the limit."""
        self.memory_limit = limit
        return True

    def end_with_parent(self) -> bool:
        """Note the wish."""
        self.ends_with_parent = True
        return True

    def forbid_dumps(self) -> bool:
        """Note the wish."""
        self.dumps_forbidden = True
        return True

    def show_message(self, title: str, words: str) -> None:
        """Note what was shown."""
        self.shown.append((title, words))

    def session(self) -> SessionState:
        """Say what was set."""
        return SessionState(locked=self.screen_locked, known=True)
