"""What the rescue screen needs from the rest of the program: the composition root passes it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from cme_desktop.ui.unlock.service import PersonRow

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class BackupRow:
    """A backup that may be put back: where it lies, when and why it was made, how much it holds."""

    path: Path
    made_at: datetime
    kind: str
    children: int
    cases: int


@dataclass(frozen=True)
class Difference:
    """How much of one thing is in the register now (None: cannot be counted) and in a backup."""

    what: str
    now: int | None
    then: int


@dataclass(frozen=True)
class BackupLook:
    """What is seen of a backup before it is put back: whose log-in can put it back, and the differences.

    ``of_today`` says that log-ins and paper are those of today, and not of the backup's time.
    """

    people: tuple[PersonRow, ...]
    differences: tuple[Difference, ...]
    of_today: bool = False


@dataclass(frozen=True)
class Saved:
    """What was written to a folder, and what of it could not be read."""

    folder: Path
    rows: int
    files: int
    gaps: tuple[str, ...]


@dataclass(frozen=True)
class PutBack:
    """Where what a backup replaced is kept, what to say of damaged held files, and of what is not in the backup."""

    kept_at: Path | None
    damage: str = ""
    left_out: str = ""


class RescueService(Protocol):
    """Help where the register cannot be worked in. Every function but ``today`` and ``why_no_export`` may take long.

    What goes wrong is raised as ``domain.errors.UserError`` with a sentence fit to show.
    """

    def today(self) -> date:
        """Return today's date."""
        ...

    def why_no_export(self) -> str:
        """Return why what can be read may not be saved by whoever unlocked last; an empty text when it may."""
        ...

    def backups(self, place: Path | None) -> tuple[BackupRow, ...]:
        """Return this register's backups in a folder, or in the places that are known, newest first."""
        ...

    def look(self, backup: Path) -> BackupLook:
        """Return what is to be seen of a backup; raise a UserError if it is damaged."""
        ...

    def put_back(self, backup: Path, person_id: int, passphrase: str, progress: Progress) -> PutBack:
        """Put a backup back; say where what it replaced is kept and what is damaged."""
        ...

    def bring_back(self, backup: Path, person_id: int, key: str, passphrase: str, progress: Progress) -> PutBack:
        """Put a backup back with the recovery key, and return where what it replaced is kept.

        The person gets the new passphrase and new keys.
        """
        ...

    def copy_as_it_is(self, place: Path) -> Path:
        """Copy the register, still encrypted, into a new folder, and return that."""
        ...

    def save_readable(self, place: Path, progress: Progress, cancelled: Callable[[], bool]) -> Saved:
        """Write what can be read into a new folder."""
        ...
