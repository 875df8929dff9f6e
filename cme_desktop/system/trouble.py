"""What the operating system refused, told apart and in words: none of it says that a register is damaged."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from cme_desktop.domain.errors import CannotUnlock, UserError

NO_FILE_NUMBERS: Final = "no-file-numbers"
DISK_FULL: Final = "disk-full"
DISK_READ_ONLY: Final = "disk-read-only"
PATH_REFUSED: Final = "path-refused"
DISK_TROUBLE: Final = "disk-trouble"

_ROOM = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_WINDOWS_ROOM = frozenset({39, 112, 1295})
"""Windows' own numbers: handle disk full, disk full, quota exceeded."""
_CODES: Final[dict[int, str]] = {
    **dict.fromkeys(_ROOM, DISK_FULL),
    errno.EMFILE: NO_FILE_NUMBERS,
    errno.ENFILE: NO_FILE_NUMBERS,
    errno.ENOMEM: NO_FILE_NUMBERS,
    errno.EROFS: DISK_READ_ONLY,
    errno.EACCES: PATH_REFUSED,
    errno.EPERM: PATH_REFUSED,
    errno.EBUSY: PATH_REFUSED,
    errno.ETXTBSY: PATH_REFUSED,
    errno.ENAMETOOLONG: PATH_REFUSED,
    errno.EIO: DISK_TROUBLE,
}
# What the system names, and what stands for it where it names nothing
_WORDS: Final[dict[str, tuple[str, str]]] = {
    NO_FILE_NUMBERS: (
        "This computer has no room left for another open file, so this could not be done. Nothing is wrong with the "
        "register. Close other programs, or restart the computer, then do it again.",
        "",
    ),
    DISK_FULL: (
        "The disk is full, so this could not be done. What had been saved before is kept. Free some space on the disk, "
        "then do it again.",
        "",
    ),
    DISK_READ_ONLY: (
        "{place} can only be read, not written to, so this could not be done. Nothing is wrong with the register. Ask "
        "IT to let the disk be written to, or choose another folder, then do it again.",
        "The disk",
    ),
    PATH_REFUSED: (
        "{place} may not be read or written, or another program, such as a virus scanner, has it open just then. Do it "
        "again in a minute; if it is refused again, check who may use it, or choose another folder. What had been "
        "saved before is kept.",
        "A file or folder that this needs",
    ),
    DISK_TROUBLE: (
        "The disk refused to read or write. Check the disk with IT, then do it again. What had been saved "
        "before is kept.",
        "",
    ),
}
_NOT_TEXT: Final = re.compile("[\ud800-\udfff]")
_TOO_LONG: Final = (
    "A name is longer than this computer allows. Choose a shorter one. What had been saved before is kept."
)


class OutsideTrouble(CannotUnlock):
    """Say that the computer stood in the way of opening a register, which is as it was."""

    code = DISK_TROUBLE


class DiskFull(UserError):
    """Say that the disk had no room; the whole act was undone."""

    code = DISK_FULL


@contextmanager
def reaching() -> Iterator[None]:
    """Raise OutsideTrouble (or DiskFull) in words where the system refuses what is done inside to open a register."""
    try:
        yield
    except OSError as error:
        code = code_of(error)
        if code is None:
            raise
        if code == DISK_FULL:
            raise DiskFull(words_of(code)) from None
        raise OutsideTrouble(words_of(code), code=code) from None


def code_of(error: OSError) -> str | None:
    """Return the code of what the system refused; None where the program itself may be at fault."""
    if is_full(error):
        return DISK_FULL
    return PATH_REFUSED if isinstance(error, PermissionError) else _CODES.get(error.errno or 0)


def is_full(error: BaseException) -> bool:
    """Say whether an error of the operating system means that the disk, or what a user may have of it, is full."""
    return isinstance(error, OSError) and (error.errno in _ROOM or getattr(error, "winerror", None) in _WINDOWS_ROOM)


def is_outside(error: OSError) -> bool:
    """Say whether the computer as a whole lacked something, so that nothing is said about the one file."""
    return code_of(error) == NO_FILE_NUMBERS


def words_of(code: str) -> str:
    """Return the sentence of a code."""
    words, place = _WORDS[code]
    return words.format(place=place)


def explained(error: OSError) -> UserError | None:
    """Return what to say of an error of the operating system, naming what was refused as it is written on this screen.

    None where the program itself may be at fault. The sentence is for the person at the computer, never for the log.
    """
    code = code_of(error)
    if code is None:
        return None
    if error.errno == errno.ENAMETOOLONG:
        return UserError(_TOO_LONG, code=code)
    words, place = _WORDS[code]
    if error.filename and code != DISK_TROUBLE:
        place = _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", os.fsdecode(error.filename))
    return UserError(words.format(place=place), code=code)
