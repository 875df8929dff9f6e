"""A register's own folder and files: private again at every open, and never links to somewhere else (safety.md 10)."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from cme_desktop.domain.errors import CannotUnlock
from cme_desktop.system.machine import Machine, this_machine

_OTHERS: Final = 0o077
_REPARSE: Final = 0x400


class RegisterLinked(CannotUnlock):
    """Refuse a register of which a part is a link: what is written would go to a place that nobody chose."""

    code = "register-linked"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"A part of the register is only a link to another place, so the register was not opened: {path}. Nothing "
            "was changed. Ask IT to put the file or folder itself there, then open the register again."
        )


def is_link(path: Path) -> bool:
    """Say whether a name is a link, or on Windows a junction, whether or not anything is at its end."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISLNK(found.st_mode) or bool(getattr(found, "st_file_attributes", 0) & _REPARSE)


def refuse_links(folder: Path, names: Iterable[str]) -> None:
    """Raise RegisterLinked for the first of these names in a folder that is a link."""
    for name in names:
        if is_link(folder / name):
            raise RegisterLinked(folder / name)


def make_private_again(folder: Path, *, machine: Machine | None = None) -> None:
    """Take a folder and everything below it from the sight of others; links are not followed.

    What another user of the computer owns stays as it is: only the owner may change it.
    """
    with suppress(OSError, subprocess.SubprocessError):
        (machine or this_machine()).make_private(folder)
    if os.name != "posix":
        return  # the folder's own list of users holds for all that is in it
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place) / name
            with suppress(OSError):
                mode = path.lstat().st_mode
                if not stat.S_ISLNK(mode) and mode & _OTHERS:
                    path.chmod(stat.S_IMODE(mode) & ~_OTHERS)
