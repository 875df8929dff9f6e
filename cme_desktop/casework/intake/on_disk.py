"""Files as they lie on the disk before they are taken in: which ones a path means, and their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from cme_desktop.domain.errors import UserError
from cme_desktop.system import readable

LEFT_WORDS = "It is no S2S file by what it holds, so it was left where it is."
LEFT_ZIP = (
    "This zip file cannot be opened or holds more than S2S files, so it was left where it is. Look what is in it; what "
    "you need of it can be taken in by hand, in the Inbox."
)
LEFT_LARGE = "It is larger than the register holds (200 MB), so it was left where it is. Look what it is."


def files_of(paths: Iterable[Path]) -> list[Path]:
    """Return the files that paths mean: a folder stands for the regular files directly in it.

    Raises:
        UserError: a path is not there (code ``path-missing``), cannot be opened or is no regular file.
    """
    found: list[Path] = []
    for path in paths:
        shown = readable(str(path))
        if path.is_symlink():
            raise UserError(f"{shown} is a link, so it was not followed. Nothing was taken in.", code="not-a-file")
        if path.is_dir():
            try:
                found += sorted(one for one in path.iterdir() if one.is_file() and not one.is_symlink())
            except OSError as error:
                raise UserError(
                    f"The folder {shown} could not be opened. Nothing was taken in. Check that you may read it.",
                    code="file-unreadable",
                ) from error
        elif path.is_file():
            found.append(path)
        elif path.exists():
            raise UserError(f"{shown} is no regular file. Nothing was taken in.", code="not-a-file")
        else:
            raise UserError(f"There is nothing at {shown}. Nothing was taken in.", code="path-missing")
    return found


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, read a piece at a time; an empty text where it cannot be read."""
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError:
        return ""
