"""What the process that locked tells the next one, and how it asks for it. Nothing here is about a case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class Face(StrEnum):
    """What the next process shows first."""

    LOCKED = "locked"
    START = "start"


@dataclass(frozen=True)
class Handover:
    """Where the register and the window are, what to show there, and who worked."""

    store: Path
    face: Face
    locked: str
    last_person: int | None
    training: bool
    geometry: bytes
    minimised: bool


class Relaunch(Protocol):
    """The way to another process."""

    def prepare(self) -> None:
        """Get the next process ready behind the window, so that a lock need not wait for it."""
        ...

    def hand_over(self, handover: Handover) -> None:
        """Have the next process show the window, and end this one when it does. Returns at once."""
        ...
