"""Take in one file: its bytes are sealed first, read by the worker, and staged in one act, or not at all.

Nothing reaches a case here. The same bytes again, under any name, change nothing and are said to be the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.access import requires
from cme_desktop.casework.intake.candidates import OPEN_CASE, Found, find_many, propose, rows_of
from cme_desktop.casework.intake.meaning import DESTINATION, JOINER, Meaning, meaning_of, stages
from cme_desktop.casework.intake.on_disk import LEFT_WORDS, LEFT_ZIP, digest_of, files_of
from cme_desktop.casework.intake.pupil_facts import names_of
from cme_desktop.casework.reference.calendars import calendar_of
from cme_desktop.casework.reference.policy import policy_of
from cme_desktop.domain.errors import CalendarUnknown, CannotUnlock, UserError
from cme_desktop.domain.roles import Person
from cme_desktop.importers.s2s.names import base_name
from cme_desktop.importers.s2s.reading import FileReading, PupilReading
from cme_desktop.matching.score import MatchClass
from cme_desktop.models.document import ContentFile
from cme_desktop.models.intake import MatchCandidate, SeenAgain, SourceFile, StagedPupil
from cme_desktop.storage import bulk
from cme_desktop.storage.capture import action_of
from cme_desktop.storage.content import Sealed
from cme_desktop.storage.engine import DiskTrouble
from cme_desktop.storage.store import Store
from cme_desktop.system import LONDON, DiskFull, readable

STAGED, PARTIAL, DUPLICATE, REFUSED, IGNORED = "staged", "partial", "duplicate", "refused", "ignored"
LEFT = "left"
"""What is said of a file in the watched folder that is no S2S file: it stays there, and nothing of it is held."""
FAILED = REFUSED
"""What is said of a file of which nothing is held: its ``error`` tells it from one held under Problem files."""
NOT_TRIED = "not-tried"
_NOT_TRIED_WORDS = "It was not tried after the disk had failed for the one before. Take it in again later."
_ENDS_ALL = frozenset({DiskFull.code, DiskTrouble.code})
_MOST_SAID = 3
XML, ZIP, OTHER = "application/xml", "application/zip", "application/octet-stream"
MOST_HELD = 200 * 1024 * 1024


class ImportCancelled(Exception):
    """Tell the caller that it ended the import itself; nothing of the file was taken in."""


@dataclass
class ImportWatch:
    """Who watches a long import: told of each file how many of its pupils are looked up, asked whether to go on."""

    progress: Callable[[str, int, int], object] = lambda name, done, total: None
    cancelled: Callable[[], bool] = lambda: False
    name: str = field(default="", init=False)
    total: int = field(default=0, init=False)
    done: int = field(default=0, init=False)

    def begin(self, name: str, total: int) -> None:
        """Begin with a file of so many pupils; raise ImportCancelled if it is no longer wanted."""
        self.name, self.total, self.done = name, total, 0
        self.advance(0)

    def advance(self, pupils: int) -> None:
        """Count pupils that were looked up; raise ImportCancelled if the import is no longer wanted."""
        if self.cancelled():
            raise ImportCancelled
        self.done += pupils
        self.progress(self.name, self.done, self.total)


class Reader(Protocol):
    """Whoever reads a file's bytes: the worker process, or in tests the reader itself."""

    def inspect(self, data: bytes, name: str, today: date) -> FileReading:
        """Read one file's bytes as S2S."""
        ...


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file; ``refused`` counts pupils that could not be staged."""

    path: str
    name: str
    sha256: str
    status: str
    kind: str
    source_file_id: int
    staged: int = 0
    refused: int = 0
    staged_ids: tuple[int, ...] = ()
    repairs: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    duplicate_of: str | None = None
    error: str = ""
    """The code of what kept the file from being taken in; the register holds nothing of it then."""
    seq: int = 0
    """The number of the act that took it in, by which it is undone; 0 where nothing was taken in."""


@dataclass(frozen=True)
class _Pupil:
    """One pupil ready to be staged."""

    number: int
    pupil: PupilReading
    meaning: Meaning
    found: Found


@requires("import.files")
def import_paths(
    store: Store,
    actor: Person,
    paths: Iterable[Path],
    *,
    reader: Reader,
    on_file: Callable[[FileOutcome], None] | None = None,
    watch: ImportWatch | None = None,
    list_failed: bool = False,
) -> list[FileOutcome]:
    """Take in files, each in its own act, and leave every path as it is (command-line.md 5).

    A file that cannot be read or is too large keeps no other from being taken in; after one for which the disk had no
    room, or that the disk refused, no other is tried.

    Args:
        paths: files, or folders, which mean the regular files directly in them.
        reader: whoever reads the bytes: the worker.
        on_file: called with each outcome after its act is committed.
        watch: told how far each file is, and asked whether to go on; files taken in before a cancel stay.
        list_failed: return a file that failed as an outcome with its ``error``, and those not tried; without it the
            error is raised once the others are taken in.

    Raises:
        UserError: a path is not there (code ``path-missing``), or is no regular file (``not-a-file``); nothing is
            taken in then. Without ``list_failed`` also what kept a file out.
    """
    outcomes: list[FileOutcome] = []
    failures: list[UserError] = []
    left = files_of(paths)
    while left:
        path = left.pop(0)
        try:
            outcome = take(store, actor, read_whole(path), str(path), reader=reader, watch=watch)
        except CannotUnlock:
            raise  # the database itself cannot be read: no file is to blame
        except UserError as error:
            failures.append(error)
            outcome = _failed(path, error.code, error.message)
        outcomes.append(outcome)
        if on_file is not None:
            on_file(outcome)
        if outcome.error in _ENDS_ALL:
            break
    outcomes += [_failed(path, NOT_TRIED, _NOT_TRIED_WORDS) for path in left]
    if failures and not list_failed:
        raise UserError(_in_all(outcomes, failures), code=failures[0].code)
    return outcomes


def _in_all(outcomes: Sequence[FileOutcome], failures: Sequence[UserError]) -> str:
    """Say what kept files out, and how many of the others were taken in all the same."""
    taken, left = sum(not one.error for one in outcomes), sum(one.error == NOT_TRIED for one in outcomes)
    words = [failure.message for failure in failures[:_MOST_SAID]]
    if len(failures) > _MOST_SAID:
        words.append(f"{len(failures) - _MOST_SAID} more could not be taken in.")
    if left:
        words.append(f"Files not tried after that: {left}.")
    if taken:
        words.append(f"Files taken in before it, which stay: {taken}." if left else f"Other files taken in: {taken}.")
    return " ".join(words)


def _failed(path: Path, code: str, words: str) -> FileOutcome:
    """Return the outcome of a file of which the register holds nothing."""
    shown = readable(str(path))
    digest = "" if code == NOT_TRIED else digest_of(path)
    return FileOutcome(
        shown, base_name(shown), digest, FAILED, "unknown", 0, problems=(code,), sentences=(words,), error=code
    )


def read_whole(path: Path) -> bytes:
    """Return a file's bytes, read once.

    Raises:
        UserError: it is larger than the register holds (code ``too-large``), or cannot be read (``file-unreadable``).
    """
    name = readable(path.name)
    try:
        if path.stat().st_size > MOST_HELD:
            raise UserError(
                f"{name} is larger than the register holds (200 MB), so it was left where it is. Look what it is.",
                code="too-large",
            )
        return path.read_bytes()
    except OSError as error:
        raise UserError(
            f"{name} could not be opened, so it was left where it is. Check that it is still there, that you may read "
            "it and that no other program holds it.",
            code="file-unreadable",
        ) from error


@requires("import.files")
def take(
    store: Store,
    actor: Person,
    data: bytes,
    path: str,
    *,
    reader: Reader,
    from_folder: bool = False,
    watch: ImportWatch | None = None,
) -> FileOutcome:
    """Take in one file's bytes in one act; if the disk or the register raises, nothing was taken.

    Args:
        path: where it is; bytes of it that are no text are kept and shown as a mark.
        from_folder: it lies in the watched folder, so it is taken only if it is an S2S file by its content; what is
            none has the status ``left``, and nothing of it is held or written down.

    Raises:
        ImportCancelled: the watch said so, before the act began; nothing was taken.
        DiskFull, DiskTrouble, RegisterBusy: the act was undone; nothing was taken.
    """
    path = readable(path)
    name = base_name(path)
    digest = hashlib.sha256(data).hexdigest()
    today = store.clock.today()
    reading = reader.inspect(data, path, today) if from_folder else None
    if reading is not None and not reading.is_s2s:
        return _left(reading, name, path)
    with store.read() as session:
        known = session.scalar(select(SourceFile).where(SourceFile.sha256 == digest))
    if known is not None:
        return _again(store, actor, known, name, path)
    watching = watch or ImportWatch()
    watching.begin(name, 0)
    sealed = store.content.seal(data)
    try:
        reading = reading or reader.inspect(data, path, today)
        with store.read() as session:
            seen = _seen(session, [member.sha256 for member in reading.members])
            parts = {id(one): _pupils_of(one) for one in _parts_of(reading, seen)}
            watching.begin(name, sum(len(pupils) for pupils in parts.values()))
            ready = {id(one): _prepare(session, one, parts[id(one)], watching) for one in _parts_of(reading, seen)}
    except ImportCancelled:
        store.content.erase(sealed.name)
        raise
    try:
        with store.action(actor, "import.file", entity=f"file:{digest[:16]}", hooks=False) as session:
            row = _put_file(session, actor, store, reading, name, sealed, from_folder)
            staged = _stage(session, row, ready.get(id(reading), []))
            for member in reading.members:
                if member.sha256 in seen:
                    session.add(
                        SeenAgain(source_file_id=seen[member.sha256], name=member.name, seen_at=store.clock.now())
                    )
                elif member.sha256 not in {one.sha256 for one in reading.members[: reading.members.index(member)]}:
                    part = _put_member(session, row, member)
                    staged += _stage(session, part, ready.get(id(member), []))
            seq = action_of(session).seq
    except DiskFull:
        store.content.erase(sealed.name)  # else each further try would take as much again of what room there is
        raise
    return replace(_outcome(reading, row, name, path, staged), seq=seq)


def _left(reading: FileReading, name: str, path: str) -> FileOutcome:
    words = LEFT_ZIP if reading.kind == "zip" else LEFT_WORDS
    return FileOutcome(path, name, reading.sha256, LEFT, reading.kind, 0, sentences=(words,))


def _parts_of(reading: FileReading, seen: dict[str, int]) -> list[FileReading]:
    return [reading, *(member for member in reading.members if member.sha256 not in seen)]


def _seen(session: Session, digests: Sequence[str]) -> dict[str, int]:
    rows = session.execute(select(SourceFile.sha256, SourceFile.id).where(SourceFile.sha256.in_(digests)))
    return dict(rows.all())


@requires("import.files")
def check_held(store: Store, actor: Person, source_file_id: int) -> None:
    """Read the sealed copy of a file back; raises what the content folder raises when it is damaged or missing."""
    with store.read() as session:
        row = session.get_one(SourceFile, source_file_id)
        content = session.get_one(ContentFile, row.content_id)
    if content.file_key is not None:
        store.content.check(content.stored_name, content.file_key, content.sha256)


def _again(store: Store, actor: Person, known: SourceFile, name: str, path: str) -> FileOutcome:
    with store.action(actor, "import.seen-again", entity=f"file:{known.sha256[:16]}", hooks=False) as session:
        session.add(SeenAgain(source_file_id=known.id, name=name, seen_at=store.clock.now()))
    words = "These bytes came in before" + ("." if known.name == name else f", as {known.name}.")
    return FileOutcome(
        path,
        name,
        known.sha256,
        DUPLICATE,
        known.kind,
        known.id,
        sentences=(f"{words} Nothing was changed.",),
        duplicate_of=known.name,
    )


def _pupils_of(reading: FileReading) -> list[PupilReading]:
    """Return the pupils of a file that can be staged."""
    return [pupil for pupil in reading.pupils if can_be_staged(pupil)] if stages(reading) else []


def _prepare(
    session: Session, reading: FileReading, pupils: Sequence[PupilReading], watch: ImportWatch
) -> list[_Pupil]:
    """Return the pupils of a file, each with its meaning and candidates."""
    found = find_many(session, pupils, on_found=watch.advance)
    return [
        _Pupil(pupil.number, pupil, meaning_of(reading, pupil), own) for pupil, own in zip(pupils, found, strict=True)
    ]


def can_be_staged(pupil: PupilReading) -> bool:
    """Say whether a record tells of somebody at all: a name or a UPN; what else is missing is looked at by a person."""
    return bool(names_of(pupil) or pupil.values.get("UPN"))


def _put_file(
    session: Session, actor: Person, store: Store, reading: FileReading, name: str, sealed: Sealed, from_folder: bool
) -> SourceFile:
    now = store.clock.now()
    content = ContentFile(
        stored_name=sealed.name,
        file_key=sealed.key,
        sha256=sealed.sha256,
        size=sealed.size,
        media_type=ZIP if reading.kind == "zip" else XML if reading.status != REFUSED else OTHER,
        sealed_at=now,
    )
    session.add(content)
    session.flush()
    row = SourceFile(
        name=name,
        sha256=sealed.sha256,
        content_id=content.id,
        received_at=now,
        received_by=actor.id,
        from_folder=from_folder,
        **_said(reading),
    )
    session.add(row)
    session.flush()
    return row


def _put_member(session: Session, whole: SourceFile, member: FileReading) -> SourceFile:
    row = SourceFile(
        name=member.name,
        sha256=member.sha256,
        content_id=whole.content_id,
        part_of_id=whole.id,
        received_at=whole.received_at,
        received_by=whole.received_by,
        from_folder=whole.from_folder,
        **_said(member),
    )
    session.add(row)
    session.flush()
    return row


def _said(reading: FileReading) -> dict[str, Any]:
    return {
        "kind": reading.kind,
        "kind_from": reading.kind_from,
        "status": reading.status,
        "lost": reading.lost,
        "version": reading.version or "",
        "supplier": reading.supplier or "",
        "descriptor": reading.descriptor or "",
        "made_at": reading.made_at or "",
        "source_school": dict(reading.source),
        "destination": dict(reading.destination),
        "repairs": [repair.as_json() for repair in reading.repairs],
        "problems": [problem.as_json() for problem in reading.problems],
        "unused_elements": list(reading.unused_elements),
        "is_problem": reading.status == REFUSED,
    }


def _stage(session: Session, row: SourceFile, pupils: Sequence[_Pupil]) -> list[int]:
    if not pupils:
        return []
    confirm_by = _Confirming(session, row.received_at.astimezone(LONDON).date())
    ids = bulk.insert_many(session, StagedPupil, [_staged(row, one, confirm_by) for one in pupils])
    candidates = [
        {"staged_id": staged_id, **line}
        for staged_id, one in zip(ids, pupils, strict=True)
        for line in rows_of(one.found)
    ]
    bulk.insert_many(session, MatchCandidate, candidates)
    return list(ids)


def _staged(row: SourceFile, one: _Pupil, confirm_by: _Confirming) -> dict[str, Any]:
    child_id, episode_id = pointed_at(one.meaning, one.found)
    return {
        "source_file_id": row.id,
        "number": one.number,
        "record": one.pupil.as_json(),
        "meaning": one.meaning.words,
        "meaning_code": one.meaning.code,
        "proposed": propose(one.meaning, one.found),
        "event_date": one.meaning.event_date,
        "later_until": confirm_by.day(one.meaning) if one.meaning.code == DESTINATION else None,
        "child_id": child_id,
        "episode_id": episode_id,
    }


def pointed_at(meaning: Meaning, found: Found) -> tuple[int | None, int | None]:
    """Return the child and open case a staged pupil most likely belongs to: a sure match, or any match of a joiner."""
    best = found.best
    if best is None or not (best.match_class is MatchClass.CERTAIN or meaning.code == JOINER):
        return None, None
    return best.known.child_id, best.known.episode_id if best.known.note == OPEN_CASE else None


class _Confirming:
    """By which day a new school should have confirmed that it has the child."""

    def __init__(self, session: Session, received: date) -> None:
        self._calendar = calendar_of(session)
        self._days = policy_of(session).days("destination.school-days")
        self._received = received

    def day(self, meaning: Meaning) -> date:
        """Return the day; without term dates four weeks stand in."""
        start = max(meaning.event_date or self._received, self._received)
        try:
            return self._calendar.add_school_days(start, self._days)
        except CalendarUnknown:
            return start + timedelta(weeks=4)


def _outcome(reading: FileReading, row: SourceFile, name: str, path: str, staged: Sequence[int]) -> FileOutcome:
    parts = [reading, *reading.members]
    pupils = sum(len(part.pupils) for part in parts if stages(part))
    problems = [problem for part in parts for problem in part.problems]
    status = {"read": STAGED, "partial": PARTIAL}.get(reading.status, reading.status)
    return FileOutcome(
        path=path,
        name=name,
        sha256=row.sha256,
        status=status,
        kind=reading.kind,
        source_file_id=row.id,
        staged=len(staged),
        refused=pupils - len(staged),
        staged_ids=tuple(staged),
        repairs=tuple(dict.fromkeys(repair.code for part in parts for repair in part.repairs)),
        problems=tuple(dict.fromkeys(problem.code for problem in problems)),
        sentences=tuple(dict.fromkeys(problem.message for problem in problems)),
    )
