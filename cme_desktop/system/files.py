"""Files that the program makes, and files that come from outside: written whole, taken only when settled."""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cme_desktop.domain.errors import UserError
from cme_desktop.system.machine import Machine, this_machine
from cme_desktop.system.refused import clear_away, trying_again
from cme_desktop.system.trouble import PATH_REFUSED, code_of, is_full
from cme_desktop.system.trouble import DiskFull as DiskFull

MOST_OTHER_NAMES = 99
TEMPORARY_SUFFIX = ".cme-part"
PRIVATE_FILE = 0o600
RESERVED_NAMES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{device}{number}" for device in ("com", "lpt") for number in "0123456789¹²³"}
)
_FORBIDDEN = frozenset('<>:"/\\|?*')
_LONGEST_NAME = 200
_NOT_TEXT = re.compile("[\ud800-\udfff]")


class FileBusy(UserError):
    """Say that another program keeps a file from being replaced; the old one is still whole."""

    code = "file-busy"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} could not be replaced: another program has it open. The old file is unchanged. Close the other "
            "program, then do it again."
        )


@contextmanager
def needing_room(words: str) -> Iterator[None]:
    """Raise DiskFull with these words where the disk has no room for what is written inside."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise DiskFull(words) from None
        raise


def readable(name: str) -> str:
    """Return a file's name or path as text that can be shown and stored: bytes that are no text become a mark each.

    Python hands such bytes over as half characters, which no database, JSON or screen takes.
    """
    return _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", name)


def path_key(path: Path) -> str:
    """Return a path as text that tells it from every other one; bytes that are no text are written ``\\xff``."""
    return os.fsencode(path).decode("utf-8", errors="backslashreplace")


def path_of_key(key: str) -> Path:
    """Return the path that ``path_key`` wrote."""
    path = Path(key)
    if path.exists() or "\\x" not in key:
        return path
    raw = re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), key.encode())
    return Path(os.fsdecode(raw))


def atomic_write(
    path: Path,
    data: bytes,
    *,
    other_name: bool = True,
    machine: Machine | None = None,
    replace: Callable[[Path, Path], object] = os.replace,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Path:
    """Write a file whole or not at all, readable by this user only, and return where it now is (safety.md 4).

    Args:
        path: where it should be; what is there already is replaced in one step.
        other_name: when replacing is refused for 3 seconds (open in another program, virus scanner), save as
            "name (2)" instead; without it FileBusy is raised.
        replace: tests pass one that is refused.

    Raises:
        FileBusy: it was refused for 3 seconds and no other name was wanted.
        OSError: the folder cannot be written to, or the disk is full; nothing of the file is left.
    """
    keeper = machine or this_machine()
    temporary = _write_beside(path, data)
    try:
        done = _put_in_place(temporary, path, replace=replace, clock=clock, sleep=sleep)
        if done is None:
            if not other_name:
                raise FileBusy(path.name)
            done = _put_under_other_name(temporary, path)
    finally:
        clear_away(temporary)
    keeper.sync_folder(path.parent)
    return done


def remove_leftovers(folder: Path) -> int:
    """Delete the unfinished files of a killed run and return how many; call it only while holding the lock."""
    found = 0
    for leftover in folder.glob(f".*{TEMPORARY_SUFFIX}"):
        found += clear_away(leftover)
    return found


def is_ready_to_take(path: Path, *, machine: Machine | None = None) -> bool:
    """Say whether a file of the watched folder is one to take: plain, visible, no scrap, and open nowhere else.

    That its size and time stood still in two scans is for the caller to know.
    """
    keeper = machine or this_machine()
    if path.name.startswith(("~$", ".")) or is_reserved_name(path.name) or ":" in path.name:
        return False
    try:
        return keeper.is_plain_file(path) and not keeper.open_elsewhere(path)
    except OSError:
        return False


def is_reserved_name(name: str) -> bool:
    """Say whether Windows keeps a file name for a device, whatever its ending (CON, NUL.xml)."""
    return name.split(".")[0].rstrip(" ").casefold() in RESERVED_NAMES


def safe_file_name(name: str, *, fallback: str = "document") -> str:
    """Return a name that every system takes: no separators, control characters, reserved names or end dots."""
    kept = "".join("-" if char in _FORBIDDEN or not char.isprintable() else char for char in name)
    kept = kept.strip(" .-")[:_LONGEST_NAME].rstrip(" .")
    if not kept:
        return fallback
    return f"{fallback} {kept}" if is_reserved_name(kept) else kept


def _write_beside(path: Path, data: bytes) -> Path:
    temporary = path.parent / f".{secrets.token_hex(8)}{TEMPORARY_SUFFIX}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(temporary, flags, PRIVATE_FILE), "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
    except BaseException:
        clear_away(temporary)
        raise
    return temporary


def _put_in_place(
    temporary: Path,
    path: Path,
    *,
    replace: Callable[[Path, Path], object],
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Path | None:
    try:
        trying_again(lambda: replace(temporary, path), clock=clock, sleep=sleep)
    except OSError as error:
        if code_of(error) != PATH_REFUSED:
            raise
        return None
    return path


def _put_under_other_name(temporary: Path, path: Path) -> Path:
    for number in range(2, MOST_OTHER_NAMES + 1):
        other = path.with_name(f"{path.stem} ({number}){path.suffix}")
        if other.exists():
            continue
        try:
            temporary.replace(other)
        except PermissionError:
            continue
        return other
    raise FileBusy(path.name)
