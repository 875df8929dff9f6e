"""What the system refuses for the moment is tried again.

Windows refuses to rename, replace or delete a file that a virus scanner, a search index, a backup agent or a second
process has open just then; so do shares, whatever mounts them.
"""

from __future__ import annotations

import errno
import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

RETRY_SECONDS = 3.0
RETRY_EVERY_SECONDS = 0.1
FOLDER_SECONDS = 10.0
"""How long a whole folder is tried: a scanner reads one new file in it after the other."""
_IN_USE = frozenset({errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY})

Answer = TypeVar("Answer")


def _may_pass(error: OSError) -> bool:
    return isinstance(error, PermissionError) or error.errno in _IN_USE


def _may_pass_in_a_folder(error: OSError) -> bool:
    # A deleted file stays in its folder until the last who reads it has closed it
    return _may_pass(error) or error.errno == errno.ENOTEMPTY


def trying_again(
    act: Callable[[], Answer],
    *,
    seconds: float = RETRY_SECONDS,
    may_pass: Callable[[OSError], bool] = _may_pass,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Answer:
    """Do what may be refused for the moment, and again for some seconds until it is granted.

    Args:
        may_pass: says which refusals may be for the moment only; every other error is raised at once.

    Raises:
        OSError: the last refusal, once the seconds are over.
    """
    until = clock() + seconds
    while True:
        try:
            return act()
        except OSError as error:
            if not may_pass(error) or clock() >= until:
                raise
        sleep(RETRY_EVERY_SECONDS)


def put_in_place(source: Path, target: Path) -> None:
    """Give a file another name in one step, in the place of what has that name."""
    trying_again(lambda: source.replace(target))


def rename_folder(source: Path, target: Path) -> None:
    """Give a folder another name that nothing has; Windows refuses while any file in it is open."""
    trying_again(lambda: source.rename(target), seconds=FOLDER_SECONDS)


def clear_away(*paths: Path, seconds: float = RETRY_SECONDS) -> bool:
    """Remove files and whole folders as far as the system lets it, and say whether all are gone.

    It never raises: litter must not stop the act that it is left over from. All paths share the seconds.
    """
    until = time.monotonic() + seconds
    gone = True
    for path in paths:
        try:
            trying_again(partial(_remove, path), seconds=until - time.monotonic(), may_pass=_may_pass_in_a_folder)
        except OSError:
            gone = False
    return gone


def _remove(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except FileNotFoundError:
        if path.exists():  # something in it went by itself meanwhile
            _remove(path)
