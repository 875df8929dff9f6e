"""Decide whether a folder may be watched: one rule for set-up, Admin, the command line and each look into it.

The watched folder empties itself, so choosing it is the most dangerous act in the program (design.md 11). What is
taken there is a second wall, and stands by itself: only a file that is an S2S file by its content.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cme_desktop.access import requires
from cme_desktop.casework.intake.files import MOST_HELD, Reader
from cme_desktop.casework.reference.policy import Policy, policy_of
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.importers.content import HEAD, begins_as_s2s, could_be_s2s
from cme_desktop.importers.worker import ReaderFault, Worker
from cme_desktop.storage.keys.key_file import FILE_NAME as KEY_FILE
from cme_desktop.storage.store import Store
from cme_desktop.system import Lies, Machine, how_it_really_lies, is_root, is_synced, readable, this_machine

REFUSED, HAS_OTHERS = "folder-refused", "folder-has-others"
_ALONE = "Choose a folder for S2S files alone, such as one named S2S that you make for them."
_WHY = {
    "register": "The register itself lies there. That folder cannot be watched.",
    "keys": "A case register or a backup of one lies there, so that folder cannot be watched.",
    "backup": "Backups of the case register go there, so that folder cannot be watched.",
    "known": "That is a folder for everything a person keeps (such as Desktop, Documents, Downloads or a home folder), "
    "or lies above one, so it cannot be watched.",
    "root": "That is a whole drive or share, so it cannot be watched.",
}
_MOST_NAMED = 6


class FolderRefused(UserError):
    """Say why a folder is never watched; the detail ``reason`` says it in a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{_WHY[reason]} {_ALONE}", code=REFUSED, details={"reason": reason})


@dataclass(frozen=True)
class Others:
    """How many files of one ending, in small letters with its dot, lie in a folder and are no S2S files."""

    ending: str
    files: int


class FolderHasOthers(UserError):
    """Ask for a confirmation: other files lie in the folder that is to be watched."""

    def __init__(self, others: Sequence[Others]) -> None:
        form = [{"ending": one.ending, "files": one.files} for one in others]
        super().__init__(
            f"Other files lie in that folder: {others_in_words(others)}. They would stay as they are, because only S2S "
            "files are taken. A folder for S2S files alone is safer: choose another one, or confirm this one.",
            code=HAS_OTHERS,
            details={"others": form},
        )
        self.others = tuple(others)


@dataclass(frozen=True)
class FolderChosen:
    """The folder that is watched from now on; ``warning`` is a sentence where another one would be safer."""

    place: str
    warning: str = ""
    others: tuple[Others, ...] = ()


def others_in_words(others: Sequence[Others]) -> str:
    """Return "9 .pdf, 3 .docx, 2 without an ending", the most first, and how many more kinds there are."""
    named = [f"{one.files:,} {one.ending or 'without an ending'}" for one in others[:_MOST_NAMED]]
    rest = others[_MOST_NAMED:]
    more = [f"{sum(one.files for one in rest):,} of other kinds"] if rest else []
    return ", ".join([*named, *more])


@requires("folder.change")
def choose_folder(
    store: Store,
    actor: Person,
    folder: Path,
    *,
    confirmed: bool = False,
    reader: Reader | None = None,
    machine: Machine | None = None,
) -> FolderChosen:
    """Take a folder as the one that is watched for S2S files; the caller remembers it on this machine.

    Args:
        confirmed: the person was shown what else lies there, and wants it all the same.
        reader: whoever reads files to tell S2S files from others; without it a worker of its own.

    Raises:
        UserError: it is not there (code ``path-missing``).
        FolderRefused: it is one that is never watched.
        FolderHasOthers: other files lie there, and nobody has confirmed it.
    """
    try:
        there = folder.is_dir()
        place = folder.resolve() if folder.is_symlink() or ".." in folder.parts else folder.absolute()
    except (OSError, ValueError, RuntimeError):
        there = False
    if not there:
        raise UserError("That folder is not there or cannot be opened. Choose another folder.", code="path-missing")
    with store.read() as session:
        backups = backup_places(policy_of(session))
    with Worker() as own:
        try:
            refused = why_refused(place, register=store.folder, backups=backups, machine=machine)
            if refused is not None:
                raise refused
            others = others_in(place, reader or own, store.clock.today(), machine or this_machine())
        except OSError as error:
            raise UserError(
                "That folder cannot be opened. Check that you may read it, or choose another.", code="path-missing"
            ) from error
    if others and not confirmed:
        raise FolderHasOthers(others)
    store.seen(actor, "folder.change", "folder")
    if is_synced(place):
        return FolderChosen(
            str(place),
            "This folder is copied to the cloud by another program, so a copy of each file may stay there. "
            "A folder that is not copied is safer.",
            others,
        )
    return FolderChosen(str(place), others=others)


def why_refused(
    folder: Path, *, register: Path, backups: Sequence[Path] = (), machine: Machine | None = None
) -> FolderRefused | None:
    """Say why a folder is never watched, or None where it may be: links, ``..`` and capitals make no difference.

    Args:
        register: the folder of the case register.
        backups: the places where its backups go.

    Raises:
        OSError: the folder cannot be looked into.
    """
    keeper = machine or this_machine()
    if how_it_really_lies(folder, register) is not None:
        return FolderRefused("register")
    if any(how_it_really_lies(folder, backup) is not None for backup in backups):
        return FolderRefused("backup")
    if is_root(folder):
        return FolderRefused("root")
    if any(how_it_really_lies(folder, known) in (Lies.SAME, Lies.ABOVE) for known in keeper.known_folders()):
        return FolderRefused("known")
    return FolderRefused("keys") if holds_register(folder) else None


def holds_register(folder: Path) -> bool:
    """Say whether a key file lies in a folder or in one directly in it: a register, a backup, or a place of them."""
    return any(
        entry.name.casefold() == KEY_FILE or (entry.is_dir() and (entry / KEY_FILE).exists())
        for entry in folder.iterdir()
    )


def backup_places(settings: Policy) -> tuple[Path, ...]:
    """Return where the backups of a register go."""
    place = settings.text("backup.place")
    return (Path(place),) if place else ()


def others_in(folder: Path, reader: Reader, today: date, machine: Machine) -> tuple[Others, ...]:
    """Count the plain files of a folder that are no S2S files by their content, by ending, the most first."""
    endings = Counter(
        readable(path.suffix.lower())
        for path in sorted(folder.iterdir())
        if _is_plain(path, machine) and not _is_s2s(path, reader, today)
    )
    return tuple(Others(ending, files) for ending, files in sorted(endings.items(), key=lambda one: (-one[1], one[0])))


def _is_plain(path: Path, machine: Machine) -> bool:
    try:
        return machine.is_plain_file(path)
    except OSError:
        return False


def _is_s2s(path: Path, reader: Reader, today: date) -> bool:
    """Say whether a file is an S2S file; one that cannot be read counts as another."""
    try:
        head = head_of(path)
        if not could_be_s2s(head):
            return False
        if path.stat().st_size > MOST_HELD:
            return begins_as_s2s(head)
        return reader.inspect(path.read_bytes(), readable(path.name), today).is_s2s
    except (OSError, ReaderFault):
        return False


def head_of(path: Path) -> bytes:
    """Return the beginning of a file, by which most are told apart from S2S files."""
    with path.open("rb") as handle:
        return handle.read(HEAD)
