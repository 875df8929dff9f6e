"""Say why something failed where no frame is there to say it: on the pages of set-up, unlock and rescue."""

from __future__ import annotations

import errno
from typing import Final

from cme_desktop import logs
from cme_desktop.domain.errors import UserError
from cme_desktop.system import explained, readable

_WHY: Final = {
    errno.ENOENT: "{place} is not there. If it is on a drive, plug that in; else choose another folder.",
    errno.ENOTDIR: "{place} is a file where a folder is needed. Choose a folder.",
    errno.EEXIST: "{place} is a file where a folder is needed. Choose a folder.",
    errno.EISDIR: "{place} is a folder where a file is needed. Choose another name.",
    errno.ENODEV: "The drive of {place} is away. Plug it in, then do it again.",
}
"""What a person chose on these pages may be these too; elsewhere they are a fault of the program."""


def failure_words(error: Exception) -> str:
    """Return a sentence for whatever failed; what nobody expected also goes to the log, with a reference for IT."""
    if isinstance(error, UserError):
        return error.message
    if isinstance(error, OSError):
        told = explained(error)
        if told is not None:
            return told.message
        words = _WHY.get(error.errno or 0)
        if words is not None:
            place = readable(str(error.filename)) if error.filename else "That place"
            return words.format(place=place)
    return logs.bug_sentence(logs.report_bug(error))
