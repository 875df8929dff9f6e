"""The folders that a system keeps for everything a person has, and how two folders lie to one another."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path, PurePath

_USUAL = ("Desktop", "Documents", "Downloads", "Pictures", "Music", "Videos", "Public", "OneDrive")
_XDG_LINE = re.compile(r"""^\s*XDG_[A-Z]+_DIR\s*=\s*"((?:[^"\\]|\\.)*)"\s*$""", re.MULTILINE)
_NO_HOMES = frozenset({Path("/"), Path("/nonexistent"), Path("/dev/null")})


class Lies(StrEnum):
    """How one folder lies to another."""

    SAME = "same"
    ABOVE = "above"
    WITHIN = "within"


def how_it_lies(folder: PurePath, other: PurePath) -> Lies | None:
    """Say by their names how a folder lies to another, as their system compares names; None where they are apart."""
    if folder == other:
        return Lies.SAME
    if folder in other.parents:
        return Lies.ABOVE
    return Lies.WITHIN if other in folder.parents else None


def how_it_really_lies(folder: Path, other: Path) -> Lies | None:
    """Say how a folder lies to another on the disk, whatever way their names take: links, ``..``, other capitals."""
    here, there = folder.resolve(), other.resolve()
    by_name = how_it_lies(here, there)
    if by_name is not None:
        return by_name
    mine, others = _identity(here), _identity(there)
    if mine is not None and mine == others:
        return Lies.SAME
    if mine is not None and any(_identity(one) == mine for one in there.parents):
        return Lies.ABOVE
    return Lies.WITHIN if others is not None and any(_identity(one) == others for one in here.parents) else None


def is_root(folder: Path) -> bool:
    """Say whether a folder is the root of a drive, a share or anything else that is mounted."""
    real = folder.resolve()
    return real == Path(real.anchor) or os.path.ismount(real)


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return what tells a folder from every other on this machine; None where the system cannot say."""
    try:
        found = folder.stat()
    except (OSError, ValueError):
        return None
    return (found.st_dev, found.st_ino) if found.st_ino else None


def known_on_posix(home: Path, homes: Iterable[Path], environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the homes, and in the present user's the folders of the desktop under the names that it gives them."""
    chosen = environment.get("XDG_CONFIG_HOME", "")
    config = Path(chosen) if chosen.startswith("/") else home / ".config"
    try:
        written = (config / "user-dirs.dirs").read_text(encoding="utf-8", errors="replace")
    except OSError:
        written = ""
    named = (re.sub(r"\\(.)", r"\1", found) for found in _XDG_LINE.findall(written))
    folders = [Path(re.sub(r"^\$(?:HOME|\{HOME\})(?=/|$)", lambda _: str(home), name)) for name in named]
    return _once(home, *homes, *(home / name for name in _USUAL), *folders)


def _once(*folders: Path) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(folder for folder in folders if folder.is_absolute() and folder not in _NO_HOMES))


if sys.platform == "win32":
    import uuid
    import winreg

    _KNOWN = (
        "5E6C858F-0E22-4760-9AFE-EA3317B67173",  # Profile
        "B4BFCC3A-DB2C-424C-B029-7FE99A87C641",  # Desktop
        "FDD39AD0-238F-46AF-ADB4-6C85480369C7",  # Documents
        "374DE290-123F-4565-9164-39C4925E467B",  # Downloads
        "33E28130-4E1E-4676-835A-98395C3BC3BB",  # Pictures
        "4BD8D571-6D19-48D3-BE97-422220080E43",  # Music
        "18989B1D-99B5-455B-841C-AB7C74E4DDFC",  # Videos
        "A52BBA46-E9E1-435F-B3D9-28DAA648C0F6",  # OneDrive
        "DFDF76A2-C82A-4D63-906A-5644AC457385",  # Public
        "C4AA340D-F20F-4863-AFEF-F87EF2E6BA25",  # Public desktop
        "ED4824AF-DCE4-45A8-81E2-FC7965083634",  # Public documents
        "3D644C9B-1FB8-4F30-9B45-F670235F79C0",  # Public downloads
        "F38BF404-1D43-42F2-9305-67DE0B28FC23",  # Windows
        "905E63B6-C1BF-494E-B29C-65B732D3D21A",  # Program files
    )
    _PROFILES = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList"

    def known_on_windows(home: Path) -> tuple[Path, ...]:
        """Return what Windows keeps under its own, moved or translated names, and the profile of every person."""
        asked = [found for found in map(_known_folder, _KNOWN) if found is not None]
        return _once(home, *asked, *_profiles(), *(home / name for name in _USUAL))

    def _known_folder(number: str) -> Path | None:
        identity = (ctypes.c_ubyte * 16).from_buffer_copy(uuid.UUID(number).bytes_le)
        place = ctypes.c_wchar_p()
        try:
            refused = ctypes.WinDLL("shell32").SHGetKnownFolderPath(
                ctypes.byref(identity), 0, None, ctypes.byref(place)
            )
            found = Path(place.value) if not refused and place.value else None
            ctypes.WinDLL("ole32").CoTaskMemFree(place)
        except (OSError, AttributeError):
            return None
        return found

    def _profiles() -> list[Path]:
        found: list[Path] = []
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _PROFILES) as profiles:
                for place in range(winreg.QueryInfoKey(profiles)[0]):
                    with winreg.OpenKey(profiles, winreg.EnumKey(profiles, place)) as profile:
                        image, _ = winreg.QueryValueEx(profile, "ProfileImagePath")
                        found.append(Path(os.path.expandvars(str(image))))
        except OSError:
            return found
        return found
