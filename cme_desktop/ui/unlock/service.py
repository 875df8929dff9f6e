"""What the unlock and set-up screens need from the rest of the program: the composition root passes it in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

DAMAGED: Final = "register-damaged"
"""The code of a refusal that only the rescue screen leads on from."""


@dataclass(frozen=True)
class PersonRow:
    """A person who may unlock: name, roles in words, a note such as "last here Fri 20 Nov", and quick unlock."""

    id: int
    name: str
    roles: str
    note: str = ""
    quick: bool = False


@dataclass(frozen=True)
class GivenPassphrase:
    """That somebody gave the person a passphrase for one use: who, when, and whether in the place of an own one."""

    by: str
    at: datetime
    reset: bool


class UnlockService(Protocol):
    """Open the register. Every function but ``seconds_to_wait`` is called off the GUI thread.

    What goes wrong is raised as ``domain.errors.UserError`` with a sentence fit to show.
    """

    def people(self) -> tuple[PersonRow, ...]:
        """Return who may unlock this register, whoever worked last first."""
        ...

    def unlock(self, person_id: int, passphrase: str) -> object:
        """Open the register for a person and return the session."""
        ...

    def unlock_quick(self, person_id: int) -> object:
        """Open the register with the secret that this computer keeps for the person."""
        ...

    def recover(self, person_id: int, key: str, new_passphrase: str) -> object:
        """Open the register with the recovery key and give the person a new passphrase."""
        ...

    def seconds_to_wait(self) -> int:
        """Return how long to wait before the next try, 0 when one may be made now; it must not block."""
        ...


@dataclass(frozen=True)
class SetupProgress:
    """How far set-up has come: the step to show (1 to 5), the officer's name once it is known, what to say first."""

    step: int = 1
    officer: str = ""
    note: str = ""


@dataclass(frozen=True)
class PlaceAnswer:
    """What came of choosing a folder: whether it can be used, in words, and what was proved.

    ``asks`` says that it can be used once the person has confirmed it.
    """

    usable: bool
    words: str
    asks: bool = False


class SetupService(Protocol):
    """Make a new register in five steps. Every function is called off the GUI thread and may raise a UserError."""

    def progress(self) -> SetupProgress:
        """Return how far set-up came before it was stopped."""
        ...

    def create(self, name: str, passphrase: str) -> None:
        """Make the register and its first person, who is Officer and Administrator.

        Called again before set-up has ended, it makes them anew: nothing is in the register yet.
        """
        ...

    def recovery_key(self) -> str:
        """Return the recovery key with hyphens; after a stop a new one, which opens nothing until ``confirm_key``."""
        ...

    def confirm_key(self) -> None:
        """Let the key open the register that was just typed back from its paper; an earlier paper opens nothing."""
        ...

    def key_sheet(self, key: str) -> bytes:
        """Return the sheet with the recovery key as PDF, made in memory."""
        ...

    def save_key_sheet(self, sheet: bytes, place: str) -> None:
        """Write the sheet where the officer chose."""
        ...

    def use_folder(self, place: str) -> PlaceAnswer:
        """Watch a folder for S2S files, say why it cannot be used, or ask for a confirmation where others lie there."""
        ...

    def confirm_folder(self, place: str) -> PlaceAnswer:
        """Watch a folder although other files lie there."""
        ...

    def use_backup_place(self, place: str) -> PlaceAnswer:
        """Make a backup in the second place, open and check it, or say why it cannot be used."""
        ...

    def use_out_of_hours(self, number: str) -> None:
        """Keep the number of the out-of-hours duty team."""
        ...

    def finish(self) -> object:
        """End set-up and return the session; raise a UserError while a step is missing."""
        ...
