"""Say why something failed where no frame is there to say it: on the pages of set-up, unlock and rescue."""

from __future__ import annotations

import errno
from typing import Final

from cme_desktop import logs
from cme_desktop.domain.errors import UserError
from cme_desktop.system import is_full, readable

_FULL: Final = "The disk is full. Nothing was changed. Free some space on it, then do it again."
_WHY: Final = {
    errno.EROFS: "{place} can only be read, so nothing could be written there. Choose another folder, or ask IT.",
    errno.EACCES: "This user may not read or write {place}. Nothing was changed. Choose another folder, or ask IT.",
    errno.EPERM: "This user may not read or write {place}. Nothing was changed. Choose another folder, or ask IT.",
    errno.ENOENT: "{place} is not there. If it is on a drive, plug that in; else choose another folder.",
    errno.ENOTDIR: "{place} is a file where a folder is needed. Choose a folder.",
    errno.EEXIST: "{place} is a file where a folder is needed. Choose a folder.",
    errno.EISDIR: "{place} is a folder where a file is needed. Choose another name.",
    errno.EMFILE: "Too many files are open on this computer. Nothing was changed. Close other programs, try again.",
    errno.ENFILE: "Too many files are open on this computer. Nothing was changed. Close other programs, try again.",
    errno.ENAMETOOLONG: "The name of {place} is too long for this disk. Choose a shorter one.",
    errno.EIO: "The disk of {place} did not answer as it should. Nothing was changed. Tell IT.",
    errno.ENODEV: "The drive of {place} is away. Plug it in, then do it again.",
    errno.EBUSY: "Another program has {place} open. Nothing was changed. Close it there, then do it again.",
}


def failure_words(error: Exception) -> str:
    """Return a sentence for whatever failed; what nobody expected also goes to the log, with a reference for IT."""
    if isinstance(error, UserError):
        return error.message
    if is_full(error):
        return _FULL
    if isinstance(error, OSError):
        words = _WHY.get(error.errno or 0)
        if words is not None:
            place = readable(str(error.filename)) if error.filename else "That place"
            return words.format(place=place)
    return logs.bug_sentence(logs.report_bug(error))
