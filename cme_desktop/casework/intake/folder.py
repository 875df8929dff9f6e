"""Look into the watched folder: take what has settled, hold it sealed, and only then remove it there (safety.md 5)."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cme_desktop.access import requires
from cme_desktop.casework.intake.accept import bring_back
from cme_desktop.casework.intake.files import (
    LEFT,
    MOST_HELD,
    OTHER,
    REFUSED,
    FileOutcome,
    ImportWatch,
    Reader,
    check_held,
    read_whole,
    take,
)
from cme_desktop.casework.intake.on_disk import LEFT_LARGE, LEFT_WORDS, digest_of
from cme_desktop.casework.intake.watched import backup_places, head_of, why_refused
from cme_desktop.casework.reference.policy import policy_of
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.importers.content import begins_as_s2s, could_be_s2s
from cme_desktop.importers.result import Problem, Severity
from cme_desktop.models.document import ContentFile
from cme_desktop.models.intake import FolderFile, SourceFile
from cme_desktop.storage.engine import DiskTrouble
from cme_desktop.storage.store import Store
from cme_desktop.system import DiskFull, Machine, is_ready_to_take, path_key, path_of_key, readable

SETTLES_AFTER = 2.0
TOO_LARGE = "too-large"
REFUSED_NOW = "Nothing is taken from the watched folder."
DISK_FULL = (
    "The disk is full, so files wait in the watched folder. Nothing is lost. Free some space on the disk; then they "
    "are taken in by themselves."
)

AWAY = "The watched folder cannot be read now. Files in it wait; look whether the drive is connected."

Signature = tuple[int, int, int]
"""Size, time of change and number of a file: a file with the same signature in two scans has settled."""


@dataclass(frozen=True)
class Left:
    """A file that stays where it lies, and why; ``mark`` tells it from any other and says nothing about it."""

    name: str
    why: str
    mark: str


@dataclass
class FolderState:
    """What the last scans saw; kept by whoever scans, from one scan to the next."""

    seen: dict[str, tuple[Signature, float]] = field(default_factory=dict)
    held: dict[str, Signature] = field(default_factory=dict)
    left: dict[str, tuple[Signature, Left]] = field(default_factory=dict)
    s2s: dict[str, bool] = field(default_factory=dict)
    brought_back_on: date | None = None


@dataclass(frozen=True)
class ScanResult:
    """What one look into the folder brought; ``trouble`` is a sentence where the folder or the disk failed.

    ``code`` says in a word what the trouble is. ``left`` are all files that stay because they are no S2S files or are
    too large, whether or not an earlier look said so.
    """

    outcomes: tuple[FileOutcome, ...] = ()
    waiting: int = 0
    not_deleted: tuple[tuple[str, str], ...] = ()
    left: tuple[Left, ...] = ()
    trouble: str = ""
    code: str = ""


@requires("import.scan")
def scan(
    store: Store,
    actor: Person,
    folder: Path,
    state: FolderState,
    *,
    reader: Reader,
    machine: Machine | None = None,
    clock: Callable[[], float] = time.monotonic,
    watch: ImportWatch | None = None,
) -> ScanResult:
    """Look into the watched folder once and take in every file that has settled since the scans before.

    A file is taken when its size and time were the same at least 2 seconds ago and nobody has it open. Its sealed copy
    is read back before the file is removed, at once or after the council's number of days. A file that could not be
    removed is remembered and tried again at each scan. What is no S2S file by its content is left as it is, and not
    read again until it changes. A folder that is never watched is left alone as a whole, whoever chose it when. The
    first scan of a day brings back what was put off until then.

    Args:
        state: what earlier scans saw; changed by this one.
        clock: seconds that only ever grow.
        watch: told how far each file is, and asked whether to go on.

    Raises:
        ImportCancelled: the watch said so; the files taken in before stay, the others stay in the folder.
    """
    today = store.clock.today()
    if state.brought_back_on != today:
        bring_back(store, actor)
        state.brought_back_on = today
    with store.read() as session:
        settings = policy_of(session)
    try:
        refused = why_refused(folder, register=store.folder, backups=backup_places(settings), machine=machine)
        entries = sorted(folder.iterdir())
    except OSError:
        return ScanResult(trouble=AWAY, code="folder-unreadable")
    if refused is not None:
        return ScanResult(trouble=f"{REFUSED_NOW} {refused.message}", code=refused.code)
    ready = {path.name: path for path in entries if is_ready_to_take(path, machine=machine)}
    held = _held_paths(store)
    state.seen = {name: seen for name, seen in state.seen.items() if name in ready}
    state.left = {name: one for name, one in state.left.items() if name in ready}
    outcomes: list[FileOutcome] = []
    left: list[Left] = []
    waiting, taken, trouble, code = 0, 0, "", ""
    for name, path in ready.items():
        try:
            signature = _signature(path)
            if not _settled(state, name, signature, clock()) or taken > MOST_HELD:
                waiting += 1
                continue
            known = state.left.get(name)
            if known is not None and known[0] == signature:
                left.append(known[1])
                continue
            digest = held.get(path_key(path))
            if digest is not None and _is_held(state, path, signature, digest):
                continue
            if not could_be_s2s(head_of(path)):
                left.append(_leave(state, path, signature, LEFT_WORDS))
                continue
            data = read_whole(path)
            if _signature(path) != signature or len(data) != signature[0]:
                waiting += 1
                continue
        except UserError as refusal:
            if refusal.code != TOO_LARGE:
                waiting += 1
                continue
            if not begins_as_s2s(head_of(path)):
                left.append(_leave(state, path, signature, LEFT_WORDS))
            elif _note_left(store, actor, path, refusal.message):
                left.append(_leave(state, path, signature, LEFT_LARGE))
                state.held[name] = signature
            continue
        except OSError:
            waiting += 1
            continue
        taken += len(data)
        try:
            outcome = take(store, actor, data, str(path), reader=reader, from_folder=True, watch=watch)
            if outcome.status == LEFT:
                left.append(_leave(state, path, signature, outcome.sentences[0]))
                continue
            outcomes.append(outcome)
            state.held[name] = signature
            _let_go(store, actor, path, signature, outcome.source_file_id)
        except (DiskFull, DiskTrouble) as error:
            trouble, code = (DISK_FULL if isinstance(error, DiskFull) else error.message), error.code
            break
    stuck = () if trouble else _try_again(store, actor, state, reader)
    return ScanResult(tuple(outcomes), waiting, stuck, tuple(left), trouble, code)


@requires("import.scan")
def scan_once(
    store: Store,
    actor: Person,
    folder: Path,
    *,
    reader: Reader,
    machine: Machine | None = None,
    wait: Callable[[float], object] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> ScanResult:
    """Look into the watched folder as the window's timer does, as often as its files need to have settled.

    That is twice where something is there to take, and what both looks brought is returned as one.
    """
    state = FolderState()
    first = scan(store, actor, folder, state, reader=reader, machine=machine, clock=clock)
    if not first.waiting or first.trouble:
        return first
    wait(SETTLES_AFTER + 0.05)
    second = scan(store, actor, folder, state, reader=reader, machine=machine, clock=clock)
    return replace(second, outcomes=first.outcomes + second.outcomes)


def _leave(state: FolderState, path: Path, signature: Signature, why: str) -> Left:
    """Remember that a file stays as it is, so that it is not read again before it changes."""
    mark = hashlib.sha256(f"{path_key(path)}\0{signature}".encode()).hexdigest()[:16]
    left = Left(readable(path.name), why, mark)
    state.left[path.name] = (signature, left)
    return left


def _signature(path: Path) -> Signature:
    found = path.lstat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def _settled(state: FolderState, name: str, signature: Signature, now: float) -> bool:
    before = state.seen.get(name)
    if before is None or before[0] != signature:
        state.seen[name] = (signature, now)
        return False
    return now - before[1] >= SETTLES_AFTER


def _held_paths(store: Store) -> dict[str, str]:
    """Return the SHA-256 of what is known of each file that stays in the folder, by the key of its path."""
    with store.read() as session:
        rows = session.execute(
            select(FolderFile.path, SourceFile.sha256).join(SourceFile, SourceFile.id == FolderFile.source_file_id)
        )
        return {path: digest for path, digest in rows}


def _is_held(state: FolderState, path: Path, signature: Signature, digest: str) -> bool:
    """Say whether a file that stays in the folder is still the one that is held: after a restart its bytes tell."""
    if state.held.get(path.name) == signature:
        return True
    if digest_of(path) != digest:
        return False
    state.held[path.name] = signature
    return True


def _let_go(store: Store, actor: Person, path: Path, signature: Signature, source_file_id: int) -> None:
    """Remove a held file from the folder, now or after some days, once its sealed copy was read back."""
    with store.read() as session:
        days = policy_of(session).days("folder.keep-days")
    check_held(store, actor, source_file_id)
    refusal = ""
    if days == 0:
        refusal = _remove(path, signature)
        if not refusal:
            _forget(store, actor, path_key(path))
            return
    with store.action(actor, "import.folder", entity=f"source-file:{source_file_id}", hooks=False) as session:
        _stays(store, session, path, source_file_id, store.clock.today() + timedelta(days=days), refusal)


def _stays(
    store: Store, session: Session, path: Path, source_file_id: int, delete_after: date | None, refusal: str
) -> None:
    """Remember a file that stays in the folder: until when, or why."""
    key = path_key(path)
    row = session.scalar(select(FolderFile).where(FolderFile.path == key))
    if row is None:
        row = FolderFile(path=key, source_file_id=source_file_id, seen_at=store.clock.now())
        session.add(row)
    row.source_file_id, row.delete_after, row.refusal = source_file_id, delete_after, refusal


def _note_left(store: Store, actor: Person, path: Path, words: str) -> bool:
    """Keep on record a file too large to be held: under Problem files, and as one that is still in the folder.

    The register has its name, size and fingerprint and none of its bytes. Return False where it cannot be read now.
    """
    digest = digest_of(path)
    if not digest:
        return False
    with store.action(actor, "import.folder", entity=f"file:{digest[:16]}", hooks=False) as session:
        number = session.scalar(select(SourceFile.id).where(SourceFile.sha256 == digest))
        if number is None:
            number = _put_unheld(store, session, actor, path, digest, words)
        _stays(store, session, path, number, None, words)
    return True


def _put_unheld(store: Store, session: Session, actor: Person, path: Path, digest: str, words: str) -> int:
    now = store.clock.now()
    content = ContentFile(
        stored_name=secrets.token_hex(16),
        file_key=None,
        sha256=digest,
        size=path.stat().st_size,
        media_type=OTHER,
        sealed_at=now,
    )
    session.add(content)
    session.flush()
    row = SourceFile(
        name=readable(path.name),
        sha256=digest,
        content_id=content.id,
        kind="unknown",
        status=REFUSED,
        problems=[Problem(TOO_LARGE, Severity.ERROR, words).as_json()],
        received_at=now,
        received_by=actor.id,
        from_folder=True,
        is_problem=True,
    )
    session.add(row)
    session.flush()
    return row.id


def _remove(path: Path, signature: Signature) -> str:
    """Remove a file unless it has changed since it was read; return nothing, or why it is still there."""
    try:
        if _signature(path) != signature:
            return ""
        path.unlink()
    except FileNotFoundError:
        return ""
    except OSError:
        return "It could not be deleted from the folder: another program may have it open, or it is write-protected."
    return ""


def _forget(store: Store, actor: Person, path: str) -> None:
    with store.read() as session:
        known = session.scalar(select(FolderFile.id).where(FolderFile.path == path))
    if known is None:
        return
    with store.action(actor, "import.folder", entity=f"folder-file:{known}", hooks=False) as session:
        row = session.get(FolderFile, known)
        if row is not None:
            session.delete(row)


def _try_again(store: Store, actor: Person, state: FolderState, reader: Reader) -> tuple[tuple[str, str], ...]:
    """Remove what is due to be removed, and return what is still there against our will."""
    today = store.clock.today()
    with store.read() as session:
        rows = [(row.path, row.source_file_id, row.delete_after, row.refusal) for row in session.scalars(_stuck())]
    still: list[tuple[str, str]] = []
    for path, source_file_id, delete_after, refusal in rows:
        place = path_of_key(path)
        if not place.exists():
            _forget(store, actor, path)
        elif delete_after is not None and delete_after <= today:
            problem = _remove_if_same(store, actor, place, source_file_id, state, reader)
            if problem is None:
                _forget(store, actor, path)
            elif problem:
                still.append((readable(place.name), problem))
                if problem != refusal:
                    _note_refusal(store, actor, path, problem)
    return tuple(still)


def _stuck() -> Select[FolderFile]:
    return select(FolderFile).order_by(FolderFile.id)


def _remove_if_same(
    store: Store, actor: Person, path: Path, source_file_id: int, state: FolderState, reader: Reader
) -> str | None:
    """Remove a file if its bytes are still those held and are an S2S file; return None when it is gone or let be.

    An older release also held what is no S2S file, and would have removed it now: that stays, and is forgotten here.
    """
    with store.read() as session:
        digest = session.get_one(SourceFile, source_file_id).sha256
    try:
        signature = _signature(path)
        data = read_whole(path)
    except FileNotFoundError:
        return None
    except (OSError, UserError):
        return "It could not be read again, so it was not deleted from the folder." if path.exists() else None
    if hashlib.sha256(data).hexdigest() != digest:
        return None  # it is another file of the same name, which is taken in by itself
    if digest not in state.s2s:
        state.s2s[digest] = reader.inspect(data, readable(path.name), store.clock.today()).is_s2s
    if not state.s2s[digest]:
        return None
    check_held(store, actor, source_file_id)
    return _remove(path, signature) or None


def _note_refusal(store: Store, actor: Person, path: str, problem: str) -> None:
    with store.action(actor, "import.folder", entity="folder", hooks=False) as session:
        row = session.scalar(select(FolderFile).where(FolderFile.path == path))
        if row is not None:
            row.refusal = problem
