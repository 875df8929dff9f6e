"""Compare the sealed files of a register with those of a backup place, and heal each from the other (safety.md 10)."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from sqlcipher3 import dbapi2

from cme_desktop.storage import engine
from cme_desktop.storage.content import FOLDER_NAME, Content, ContentDamaged, ContentMissing, ContentOutOfReach
from cme_desktop.storage.keys import Unlocked, read_key_file
from cme_desktop.system import atomic_write, make_private_folder
from cme_desktop.system.trouble import NO_FILE_NUMBERS

_ASIDE = ".damaged"


@dataclass(frozen=True)
class HeldFile:
    """A sealed file as the database knows it: its name in the folder, its key, and the SHA-256 of what is in it."""

    name: str
    key: bytes = field(repr=False)
    sha256: str


@dataclass(frozen=True)
class FilesFound:
    """What was wrong with sealed files at a backup: healed in the place, bad in the register alone, or in both."""

    healed: tuple[HeldFile, ...] = ()
    register_bad: tuple[HeldFile, ...] = ()
    lost: tuple[HeldFile, ...] = ()

    def sentences(self, place: Path, folder: Path) -> tuple[str, ...]:
        """Return what to say of each, with the file that is bad; nothing where all were whole."""
        pool, own = place / FOLDER_NAME, folder / FOLDER_NAME
        return (
            *(
                f"A file in the folder for backups was damaged and was copied again from the register: "
                f"{pool / one.name}. If this happens again, have that disk looked at."
                for one in self.healed
            ),
            *(
                f"A file of the register is damaged, and the folder for backups holds it whole: {own / one.name}. "
                f"The backup is complete. Put the file back from the backups."
                for one in self.register_bad
            ),
            *(
                f"A file of the register is damaged, and so is its copy in the folder for backups: {own / one.name}. "
                f"The backup holds everything else. Look whether another folder for backups has it whole."
                for one in self.lost
            ),
        )


def held_files(connection: dbapi2.Connection) -> tuple[HeldFile, ...]:
    """Return the sealed files that a database can still open."""
    rows = connection.execute(
        "SELECT stored_name, file_key, sha256 FROM content_file WHERE file_key IS NOT NULL ORDER BY id"
    )
    return tuple(HeldFile(*row) for row in rows)


def is_whole(content: Content, one: HeldFile) -> bool:
    """Say whether a folder holds a file as it was sealed, itself and not a link to it.

    Raises:
        ContentOutOfReach: the computer as a whole lacked something; that says nothing about the file.
    """
    try:
        content.check(one.name, one.key, one.sha256)
    except ContentOutOfReach as error:
        if error.code == NO_FILE_NUMBERS:
            raise
        return False
    except (ContentMissing, ContentDamaged):
        return False
    return True


def bring_together(own: Content, pool: Content, held: Iterable[HeldFile], expected: Collection[str] = ()) -> FilesFound:
    """Bring each sealed file of a register into a place's pool, and compare both copies with what was sealed.

    Args:
        expected: the names that earlier backups of the place count on: one that is missing was lost there.

    Raises:
        OSError: the place took or gave no file; nothing is said about any file then.
    """
    make_private_folder(pool.folder)
    healed, register_bad, lost = [], [], []
    for one in held:
        whole = is_whole(own, one)
        if is_whole(pool, one):
            if not whole:
                register_bad.append(one)
        elif whole:
            there = one.name in expected or os.path.lexists(pool.folder / one.name)
            _copy(own, pool, one)
            if there:
                healed.append(one)
        else:
            lost.append(one)
    return FilesFound(tuple(healed), tuple(register_bad), tuple(lost))


def put_back(folder: Path, unlocked: Unlocked, place: Path) -> tuple[HeldFile, ...]:
    """Put back the register's damaged sealed files that a backup place holds whole, and return them.

    The caller holds the register's lock. What was damaged stays beside it under another name until the next start.
    """
    own, pool = Content(folder / FOLDER_NAME), Content(place / FOLDER_NAME)
    with closing(engine.connect(folder / read_key_file(folder).database, unlocked.data_key)) as connection:
        held = held_files(connection)
    done = []
    for one in held:
        if not is_whole(own, one) and is_whole(pool, one):
            _copy(pool, own, one)
            done.append(one)
    return tuple(done)


def gather(sources: Iterable[Content], target: Content, held: Iterable[HeldFile]) -> tuple[str, ...]:
    """Copy each file from the first source that holds it whole, and return the names of those that none does."""
    make_private_folder(target.folder)
    places, damaged = tuple(sources), []
    for one in held:
        if is_whole(target, one):
            continue
        source = next((place for place in places if is_whole(place, one)), None)
        if source is None:
            damaged.append(one.name)
        else:
            _copy(source, target, one)
    return tuple(damaged)


def _copy(source: Content, target: Content, one: HeldFile) -> None:
    place = target.folder / one.name
    if place.is_dir() and not place.is_symlink():
        place.rename(_free_name(place))
    atomic_write(place, (source.folder / one.name).read_bytes(), other_name=False)
    if not is_whole(target, one):
        raise OSError(errno.EIO, "what was written does not read back as it was")


def _free_name(place: Path) -> Path:
    aside, number = place.with_name(f"{place.name}{_ASIDE}"), 2
    while aside.exists():
        aside, number = place.with_name(f"{place.name}{_ASIDE}-{number}"), number + 1
    return aside
