"""Where a live case register may lie, and the folders of the program itself."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from cme_desktop.domain.errors import UserError
from cme_desktop.system.files import readable
from cme_desktop.system.machine import Machine, Place, this_machine
from cme_desktop.system.refused import clear_away

PROGRAM = "cme-desktop"
_SYNC_NAMES = (
    "onedrive",
    "dropbox",
    "google drive",
    "googledrive",
    "my drive",
    "icloud drive",
    "iclouddrive",
    "nextcloud",
    "owncloud",
    "box sync",
)
_SYNC_MARKS = (".dropbox", ".dropbox.cache", ".owncloudsync.log", ".sync.ffs_db", ".stfolder")
_SYNC_VARIABLES = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")
_SENTENCES = {
    Place.NETWORK: "That folder is on the network. A live case register there can be damaged by two computers writing "
    "at once. Choose a folder on this computer's own disk; backups may go to the network.",
    Place.REMOVABLE: "That folder is on a removable drive, which can be pulled out while the register writes. Choose a "
    "folder on this computer's own disk; backups may go to a removable drive.",
    Place.SYNCED: "That folder is copied to the internet by a sync program (such as OneDrive or Dropbox), which can "
    "damage a live register. Choose a folder that is not synced; backups may go there.",
    Place.WIPED: "This Windows or guest profile is emptied when you log off, and the register would go with it. Ask IT "
    "for a folder on this computer that stays.",
}


@dataclass(frozen=True)
class FolderVerdict:
    """Whether a live register may lie in a folder, and if not, why, in words for the officer."""

    place: Place
    sentence: str

    @property
    def fit(self) -> bool:
        """Say whether a live register may lie there."""
        return self.place is Place.LOCAL


class PlaceRefused(UserError):
    """Refuse a folder for a live register; the code is ``place-`` and the sort of place."""

    def __init__(self, verdict: FolderVerdict) -> None:
        super().__init__(verdict.sentence, code=f"place-{verdict.place}")
        self.verdict = verdict


class NotPrivate(UserError):
    """Say that others could enter a folder that has to be the present user's alone."""

    code = "place-not-private"

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The folder {readable(str(folder))} could not be kept from other users of this computer or share, so "
            "nothing was put there. Choose a folder on this computer's own disk, or ask IT."
        )


@dataclass(frozen=True)
class ProgramFolders:
    """The program's own folders: none of them ever holds case data."""

    config: Path
    state: Path
    cache: Path
    data: Path


def folder_verdict(folder: Path, *, machine: Machine | None = None) -> FolderVerdict:
    """Say whether a live register may lie in this folder, which need not exist yet (safety.md 4)."""
    place = (machine or this_machine()).kind_of_place(folder)
    if place is Place.LOCAL and is_synced(folder):
        place = Place.SYNCED
    return FolderVerdict(place, _SENTENCES.get(place, "A case register can be kept in this folder."))


def check_folder(folder: Path, *, machine: Machine | None = None) -> None:
    """Raise PlaceRefused if a live register may not lie in this folder."""
    verdict = folder_verdict(folder, machine=machine)
    if not verdict.fit:
        raise PlaceRefused(verdict)


def is_synced(folder: Path) -> bool:
    """Say whether a sync program copies a folder elsewhere, as far as names, marks and settings tell."""
    real = folder.resolve()
    roots = _known_sync_roots()
    for place in (real, *real.parents):
        name = place.name.casefold()
        if any(name == sync or name.startswith((f"{sync} -", f"{sync} (")) for sync in _SYNC_NAMES):
            return True
        if place in roots or any((place / mark).exists() for mark in _SYNC_MARKS):
            # Dropbox keeps its own settings, not synced files, in a folder of that name in the home
            if place == Path.home().resolve():
                continue
            return True
    return False


def make_private_folder(
    folder: Path, *, adopt: bool = False, sealed: bool = False, machine: Machine | None = None
) -> Path:
    """Make a folder, with those above it, that only the present user may enter, and return it.

    A folder that is there already may be shared with others for a reason, so its rights are left as they are.

    Args:
        adopt: set the rights of one that is there too: it becomes the program's own, such as a register's.
        sealed: go on where the drive or share keeps no rights: nothing goes in there that others could read.

    Raises:
        NotPrivate: the rights could not be set; a folder that was made for it is gone again.
        OSError: the folder could not be made.
    """
    made = not folder.is_dir()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not made and not adopt:
        return folder
    try:
        (machine or this_machine()).make_private(folder)
    except OSError:
        if not sealed:
            if made:
                clear_away(folder)
            raise NotPrivate(folder) from None
    return folder


def program_folders() -> ProgramFolders:
    """Return the program's folders; XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_CACHE_HOME and XDG_DATA_HOME move them.

    That is so on every system, so that a trial never writes in the profile of whoever tries. On Windows all lie in the
    local profile, never the roaming one. They are made when first written to.
    """
    folders = platformdirs.PlatformDirs(PROGRAM, appauthor=False, roaming=False)
    return ProgramFolders(
        config=_moved("XDG_CONFIG_HOME", folders.user_config_dir),
        state=_moved("XDG_STATE_HOME", folders.user_state_dir),
        cache=_moved("XDG_CACHE_HOME", folders.user_cache_dir),
        data=_moved("XDG_DATA_HOME", folders.user_data_dir),
    )


def _moved(name: str, usual: str) -> Path:
    chosen = os.environ.get(name, "").strip()
    return Path(chosen) / PROGRAM if chosen and Path(chosen).is_absolute() else Path(usual)


def _known_sync_roots() -> frozenset[Path]:
    found = {Path(os.environ[name]).resolve() for name in _SYNC_VARIABLES if os.environ.get(name)}
    settings = Path.home() / ".dropbox" / "info.json"
    try:
        accounts = json.loads(settings.read_text(encoding="utf-8"))
        found |= {Path(account["path"]).resolve() for account in accounts.values()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return frozenset(found)
    return frozenset(found)
