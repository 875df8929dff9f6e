"""How far the making of a register has come: marks that lie beside its key file until it is whole.

Read before anybody has unlocked, so nothing here loads the database.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.storage.keys.errors import StoreMissing
from cme_desktop.storage.keys.key_file import FILE_NAME, read_key_file
from cme_desktop.system import atomic_write

MAKING, MADE = "making", "made"
"""How far an interrupted set-up had come: the register was being made, or it was there and its paper and backup not."""
UNFINISHED = "training.unfinished"
"""A file of this name lies in the folder of a training register while it is being made."""
MAKING_ENDED = b"made"
"""What stands in that file once all is there: it may outlast the making where something else has it open."""


def is_unfinished(folder: Path) -> bool:
    """Say whether the making of the training register in a folder was begun and not ended."""
    try:
        return (folder / UNFINISHED).read_bytes() != MAKING_ENDED
    except FileNotFoundError:
        return False
    except OSError:
        return True


class RegisterUnfinished(UserError):
    """Say that the making of a training register was interrupted."""

    code = "register-unfinished"

    def __init__(self) -> None:
        super().__init__(
            "The making of this training register was interrupted, so only a part of it is there and it is not "
            "opened. It holds invented people only. Make it again: cme-admin demo on the same folder, or cme-desktop "
            "--training."
        )


SETTING_UP = "set-up.unfinished"
"""A file of this name lies in the folder of a register until its set-up has ended."""


class SetupUnfinished(UserError):
    """Say that the set-up of a register was interrupted, so that it is not worked in yet."""

    code = "register-unfinished"

    def __init__(self) -> None:
        super().__init__(
            "The set-up of this register was interrupted before its recovery key was on paper and a backup was made, "
            "so nobody works in it yet. Start the window on it to go on, or begin again: cme-admin init on the same "
            "folder. No child is in it."
        )


@dataclass(frozen=True)
class SetupMark:
    """What the mark of a set-up that has not ended says: which register, and which program began it."""

    store_id: str
    program: str

    def write(self, folder: Path) -> None:
        """Put the mark into the folder of a register that is being made."""
        atomic_write(folder / SETTING_UP, json.dumps(asdict(self)).encode(), other_name=False)


def setup_mark(folder: Path) -> SetupMark | None:
    """Return the mark of a set-up that has not ended; None for a register that is whole, or where nothing is.

    A mark that speaks of another register than the one there says nothing.
    """
    try:
        raw = json.loads((folder / SETTING_UP).read_text(encoding="utf-8"))
        mark = SetupMark(str(raw["store_id"]), str(raw["program"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if (folder / FILE_NAME).is_file():
        try:
            return mark if read_key_file(folder).store_id == mark.store_id else None
        except CannotUnlock:
            return None
    return mark


def interrupted(folder: Path) -> str:
    """Return how far an interrupted set-up in a folder had come: MAKING, MADE, or an empty text for none."""
    if setup_mark(folder) is None:
        return ""
    return MADE if (folder / FILE_NAME).is_file() else MAKING


def holds_register(folder: Path) -> bool:
    """Say whether a register lies in a folder, be its key file damaged or away."""
    try:
        read_key_file(folder)
    except StoreMissing:
        return False
    except (CannotUnlock, OSError):
        return True
    return True
