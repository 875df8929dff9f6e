"""The training register of this user: made once, opened again after that."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cme_desktop.domain.errors import CannotUnlock
from cme_desktop.storage import keys
from cme_desktop.storage.keys.key_file import FILE_NAME
from cme_desktop.storage.keys.marks import is_unfinished
from cme_desktop.system import program_folders

CHILDREN, SEED = 400, 2026
OFFICER, MANAGER = "Asha Patel", "Bharti Shah"
"""Two invented people: one works the cases, the other approves."""
PASSPHRASE = "training register"
"""The passphrase of every training register made here: there is nothing real in it to guard."""


def training_folder(chosen: Path | None) -> Path:
    """Return where the training register lies: the chosen folder, or one in the user's data folder."""
    return chosen if chosen is not None else program_folders().data / "training-register"


def ensure_training(folder: Path, today: date) -> bool:
    """Make the training register unless it is there whole, and say whether it was made.

    One whose making was interrupted is made anew: it holds invented people only.

    Raises:
        UserError: the folder holds something else.
    """
    if (folder / FILE_NAME).is_file() and not is_unfinished(folder):
        return False
    from cme_desktop.casework.founding import being_made
    from cme_desktop.synth.demo import make_demo

    with being_made(folder):
        make_demo(
            folder, CHILDREN, SEED, today, PASSPHRASE, officer=OFFICER, manager=MANAGER, light=True, program="window"
        ).close()
    return True


def is_training(folder: Path) -> bool:
    """Say whether the register of a folder is one for training, by its key file alone."""
    return keys.read_key_file(folder).demonstration


def known_passphrase(folder: Path) -> str | None:
    """Return the passphrase of a training register that was made here; None for any other register."""
    key_file = keys.read_key_file(folder)
    if not key_file.demonstration or OFFICER not in (person.name for person in key_file.people):
        return None
    try:
        keys.unlock(folder, OFFICER, PASSPHRASE).forget()
    except CannotUnlock:
        return None
    return PASSPHRASE


def words(folder: Path, *, made: bool) -> str:
    """Return what a person needs to know to work in it."""
    return (
        f"The training register {'was made' if made else 'is'} in {folder}\n"
        f"Unlock it as {OFFICER}, or as {MANAGER} for what a second person decides. "
        f"The passphrase of both is: {PASSPHRASE}"
    )
