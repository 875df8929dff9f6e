"""What must lie apart from the register: the second place of its backups, and the sheet with its recovery key."""

from __future__ import annotations

import os
from pathlib import Path

from cme_desktop.domain.errors import UserError


class NotApart(UserError):
    """Refuse a place that would be lost, or emptied, together with what it is to save."""

    code = "place-in-register"


def check_second_place(place: Path, register: Path, watched: Path | None = None) -> str:
    """Return what to know of a second place for backups that may be used; an empty text when there is nothing.

    Raises:
        NotApart: it is the register's folder, lies in it or around it, or is the watched folder.
    """
    if lies_in(place, register):
        raise NotApart("That is inside the register’s own folder, so it would be lost with it. Choose a place apart.")
    if lies_in(register, place):
        raise NotApart(
            "The register itself lies in that folder, so both would be lost together. Choose a place apart, such as "
            "the office drive or a stick."
        )
    if watched is not None and lies_in(place, watched):
        raise NotApart(
            "That is the folder that S2S files are taken from, and it is emptied. Choose another folder for backups.",
            code="place-watched",
        )
    if _disk(place) is not None and _disk(place) == _disk(register):
        return (
            "It is on the same disk as the register: if that disk fails or is stolen, both are gone. Choose the office "
            "drive or a stick as soon as there is one."
        )
    return ""


def check_sheet_place(file: Path, register: Path, backups: Path | None = None) -> None:
    """Refuse to save the sheet with the recovery key where whoever takes the register, or its copy, has both.

    Raises:
        NotApart: beside the register, in its folder, or among its backups.
    """
    folder = file.parent
    if lies_in(folder, register) or _same(folder, register.parent):
        raise NotApart(
            "The sheet would lie beside the register: whoever takes one has both, and if the disk fails both are lost. "
            "Save it to a stick, or print it. Nothing was saved.",
            code="sheet-beside-register",
        )
    if backups is not None and (lies_in(folder, backups) or _same(folder, backups.parent)):
        raise NotApart(
            "The sheet would lie beside the backups: whoever takes them could read every case. Save it to another "
            "stick, or print it. Nothing was saved.",
            code="sheet-beside-backup",
        )


def lies_in(inner: Path, outer: Path) -> bool:
    """Say whether a folder is another one or lies in it, links and capitals of Windows seen through."""
    return _real(inner).is_relative_to(_real(outer))


def _same(one: Path, other: Path) -> bool:
    return _real(one) == _real(other)


def _real(path: Path) -> Path:
    return Path(os.path.normcase(path.resolve()))


def _disk(place: Path) -> int | None:
    """Return the number of the disk that a place is on, or would be on; None where that cannot be asked."""
    for folder in (place, *place.absolute().parents):
        try:
            return folder.stat().st_dev
        except FileNotFoundError:
            continue
        except OSError:
            return None
    return None
