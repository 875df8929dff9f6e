"""Check a case register or a backup from the outside in: pages, audit, rows, content (command-line.md 10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.storage import engine, schema
from cme_desktop.storage.audit_check import check_chain, check_rows, restores_of
from cme_desktop.storage.checks.findings import OUTSIDE, Findings, Head, Problem
from cme_desktop.storage.checks.full_text import check_full_text
from cme_desktop.storage.checks.people import compare
from cme_desktop.storage.checks.structure import check_structure
from cme_desktop.storage.checks.witnesses import BACKUPS, MANIFEST, NOWHERE, Outside, heads_outside
from cme_desktop.storage.content import FOLDER_NAME, Content, ContentDamaged, ContentMissing, ContentOutOfReach
from cme_desktop.storage.keys import KeyFile, key_files_of, read_key_file
from cme_desktop.system.trouble import NO_FILE_NUMBERS

CHECKS = ("pages", "rows", "audit", "content")
PAGE_BYTES = 4096
SEALS = "cipher_integrity_check"
_PLAIN = b"SQLite format 3\0"
_COUNTS = {
    "children": ("child", "1"),
    "cases": ("episode", "1"),
    "events": ("event", "1"),
    "files": ("source_file", "1"),
    "inbox": ("staged_pupil", "decision IS NULL"),
    "documents": ("document", "1"),
}


class VerifyCancelled(Exception):
    """Tell the caller that it ended the check itself."""


class Opener(Protocol):
    """What a full check needs of an unlocked person."""

    @property
    def store_id(self) -> str:
        """Return the id of the register."""
        ...

    @property
    def data_key(self) -> bytes:
        """Return the 32-byte key of the database."""
        ...


@dataclass(frozen=True)
class Verdict:
    """What a check found; each of the four checks is True, False, or None where it was not done."""

    checks: dict[str, bool | None]
    counts: dict[str, int] | None
    head: Head | None
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Say whether what was looked at is in order."""
        return not self.problems


Progress = Callable[[str, float], None]
Remake = Callable[[Session], Iterable[str]]
"""Makes again what searches go by, and returns the places at which the rows that are there differ."""


@dataclass(frozen=True)
class _Witnesses:
    """Earlier ends of the chain, or where they lie."""

    heads: Sequence[Head] | None
    outside: Outside


@contextmanager
def session_on(connection: dbapi2.Connection) -> Iterator[Session]:
    """Give the connection of a check the face of a session; what it sees is the check's own moment."""
    bound = create_engine("sqlite+pysqlite://", module=dbapi2, creator=lambda: connection, poolclass=StaticPool)
    with Session(bound, autoflush=False) as session:
        yield session


def look(folder: Path) -> Verdict:
    """Look at what needs no key: the key file well formed, the database it names there, encrypted, of whole pages.

    Raises:
        StoreMissing: there is no register or backup in that folder.
    """
    problems = []
    try:
        database = folder / read_key_file(folder).database
    except CannotUnlock as error:
        if error.code == "store-missing":
            raise
        problems.append(Problem("pages", "keys.json", None, error.message))
    else:
        problems += _look_at_file(database)
    return Verdict(dict.fromkeys(CHECKS), None, None, tuple(problems))


def _look_at_file(database: Path) -> list[Problem]:
    where = database.name
    if not database.is_file():
        return [Problem("pages", where, None, "The database that the key file names is not in the folder.")]
    with database.open("rb") as handle:
        start = handle.read(len(_PLAIN))
    size = database.stat().st_size
    if start == _PLAIN:
        return [Problem("pages", where, None, "The database is not encrypted. Tell IT at once.")]
    # While a journal lies beside it, a page at its end may have been torn in a checkpoint: it is whole there
    if size == 0 or (size % PAGE_BYTES and not engine.has_journal(database)):
        return [Problem("pages", where, None, "The database file does not end where a page ends: part of it is lost.")]
    return []


def verify(
    folder: Path,
    unlocked: Opener,
    *,
    heads: Sequence[Head] | None = None,
    outside: Outside = NOWHERE,
    remake: Remake | None = None,
    rows: bool = True,
    content: bool = True,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Verdict:
    """Check everything of a register or a backup; the caller holds the register's lock.

    Args:
        folder: the register's folder, or that of one backup.
        unlocked: who opened its keys.
        heads: earlier ends of the audit's chain; without it those of the backups in the register's folder and of the
            witnesses outside.
        outside: where else backups and witnesses lie.
        remake: compares the rows that searches go by with what they are made from.
        rows: replay the audit against every row, the longest of the checks.
        content: read every sealed file through.
        progress: called with the name of the check and how far it is, 0 to 1.
        cancelled: asked now and then; when it says so the check ends with VerifyCancelled.

    Raises:
        StoreMissing, KeysMissing, KeysDamaged: the folder is no register, or its key file is damaged.
        RegisterTooNew: a newer program made it, so this one cannot judge it; nothing was touched.
        DiskFull: there is no room for the journal that reading needs; that says nothing about the file.
        VerifyCancelled: ``cancelled`` said so.
    """
    tell: Progress = progress or (lambda check, part: None)
    stop = cancelled or (lambda: False)
    key_file = read_key_file(folder)
    findings = Findings()
    bring_in_journal(folder / key_file.database, unlocked.data_key)
    for problem in _look_at_file(folder / key_file.database):
        findings.add(problem.check, problem.where, None, problem.message)
    try:
        version = schema.version_of(folder / key_file.database, unlocked.data_key)
        if version > schema.SCHEMA_VERSION:
            raise schema.RegisterTooNew(version)
        connection = _connect(folder, folder / key_file.database, unlocked)
    except engine.Unreadable as error:
        findings.add("pages", key_file.database, None, error.message)
        return Verdict({**dict.fromkeys(CHECKS), "pages": False}, None, None, tuple(findings.problems))
    with closing(connection):
        connection.set_progress_handler(lambda: int(stop()), 100_000)
        witnesses = _Witnesses(heads, outside)
        key_files = key_files_of(folder, unlocked.data_key)
        if not key_files:
            words = "The key file was changed by something other than this program. Put back an earlier one."
            findings.add("audit", "keys.json", None, words)
        try:
            what = (rows, content, remake)
            return _all_checks(connection, folder, key_files or [key_file], witnesses, findings, tell, stop, what)
        except dbapi2.OperationalError as error:
            if isinstance(engine.explain(error), engine.ReadCancelled):
                raise VerifyCancelled from None
            raise engine.explain(error) from None


def _all_checks(
    connection: dbapi2.Connection,
    folder: Path,
    key_files: Sequence[KeyFile],
    witnesses: _Witnesses,
    findings: Findings,
    tell: Progress,
    stop: Callable[[], bool],
    wanted: tuple[bool, bool, Remake | None],
) -> Verdict:
    (rows, content, remake), key_file = wanted, key_files[0]
    checks: dict[str, bool | None] = dict.fromkeys(CHECKS)
    head: Head | None = None
    counts: dict[str, int] | None = None

    def step(check: str) -> Callable[[float], None]:
        def report(part: float) -> None:
            if stop():
                raise VerifyCancelled
            tell(check, part)

        report(0.0)
        return report

    try:
        step("pages")
        check_pages(connection, findings)
        connection.execute("BEGIN")  # one moment of the register for all that follows
        heads = witnesses.heads
        if heads is None:
            heads = heads_outside(folder, key_file, witnesses.outside, restores_of(connection), findings)
        head = check_chain(connection, key_file, heads, findings, step("audit"))
        compare(connection, key_files, findings)
        check_structure(connection, findings)
        checks["audit"] = True
        if rows:
            check_rows(connection, findings, step("rows"))
            check_full_text(connection, findings)
            if remake is not None:
                with session_on(connection) as session:
                    for where in remake(session):
                        findings.add("rows", where, None, f"A search does not find what is entered. {OUTSIDE}")
            checks["rows"] = True
        if content:
            _check_content(connection, folder, findings, step("content"))
            checks["content"] = True
        counts = _counted(connection)
    except (dbapi2.DatabaseError, UnicodeDecodeError) as error:
        if isinstance(engine.explain(error), engine.ReadCancelled):
            raise VerifyCancelled from None
        findings.add(
            "pages", key_file.database, None, "Part of the database cannot be read. Restore the latest backup."
        )
    checks["pages"] = True
    for check in findings.failed:
        checks[check] = False
    return Verdict(checks, counts, head, tuple(findings.problems))


def _counted(connection: dbapi2.Connection) -> dict[str, int]:
    there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    counts = {}
    for name, (table, condition) in _COUNTS.items():
        sql = f"SELECT count(*) FROM {table} WHERE {condition}"
        counts[name] = int(connection.execute(sql).fetchone()[0]) if table in there else 0
    return counts


def counts_readable(folder: Path, unlocked: Opener) -> dict[str, int | None]:
    """Return how much a register holds, by what is counted; None for what cannot be counted because it is damaged."""
    found: dict[str, int | None] = dict.fromkeys(_COUNTS)
    for name, (table, condition) in _COUNTS.items():
        with (
            suppress(UserError, dbapi2.DatabaseError),
            closing(
                engine.connect(folder / read_key_file(folder).database, unlocked.data_key, mode="ro")
            ) as connection,
        ):
            sql = f"SELECT count(*) FROM {table} WHERE {condition}"
            found[name] = int(connection.execute(sql).fetchone()[0])
    return found


def seals_broken(connection: dbapi2.Connection) -> list[Any]:
    """Return what the check of every page's seal finds, with the journal brought into the database first.

    A page torn in a checkpoint is whole in the journal, and the check looks at the file alone (safety.md 10).

    Raises:
        RegisterBusy: a page is bad and the journal could not be brought in whole, because it was being read.
    """
    settled = _settle(connection, "PASSIVE")
    rows = connection.execute(f"PRAGMA {SEALS}").fetchall()
    if rows and not settled:
        if not _settle(connection, "TRUNCATE"):
            raise engine.RegisterBusy(
                "The register was being read, so its pages could not be checked. Wait a moment, then check again."
            )
        rows = connection.execute(f"PRAGMA {SEALS}").fetchall()
    return rows


def _settle(connection: dbapi2.Connection, how: str) -> bool:
    """Bring the journal into the database, and say whether all of it is in; a backup's database has none."""
    try:
        busy, waiting, done = connection.execute(f"PRAGMA wal_checkpoint({how})").fetchone()
    except dbapi2.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == engine.READ_ONLY:
            return True
        raise
    return not busy and waiting == done


def bring_in_journal(database: Path, key: bytes) -> None:
    """Bring what a crash left in the journal into the database, so that the file itself can be looked at."""
    if engine.has_journal(database):
        with suppress(engine.Unreadable), closing(engine.connect(database, key)) as connection:
            _settle(connection, "PASSIVE")


def check_pages(connection: dbapi2.Connection, findings: Findings) -> None:
    """Check every page: its seal, its structure, and that every row that another names is there."""
    damaged = "Part of the database is damaged. Nothing was changed. Restore the latest backup."
    for check in (SEALS, "integrity_check", "foreign_key_check"):
        try:
            rows = seals_broken(connection) if check == SEALS else connection.execute(f"PRAGMA {check}").fetchall()
        except dbapi2.DatabaseError as error:
            if isinstance(engine.explain(error), engine.ReadCancelled):
                raise
            findings.add("pages", "structure", None, damaged)
            continue
        for row in rows:
            if check == "foreign_key_check":
                findings.add("pages", f"{row[0]}:{row[1]}", None, f"A row names a {row[2]} that is not there.")
            elif check == SEALS:
                page = "".join(letter for letter in str(row[0]) if letter.isdigit())
                findings.add("pages", f"page:{page}" if page else "file", None, damaged)
            elif row[0] != "ok":
                findings.add("pages", "structure", None, damaged)


def check_at_start(
    folder: Path, unlocked: Opener, *, whole: bool = False, cancelled: Callable[[], bool] | None = None
) -> bool:
    """Say whether the database is sound: the check of each start, never part of the unlock (safety.md 8).

    It has a connection of its own, so that nobody who reads or writes waits for it.

    Args:
        whole: also check the seal of every page, as is done weekly and after the program did not end properly.
        cancelled: asked now and then; when it says so the check ends with VerifyCancelled.

    Raises:
        DiskTrouble, OutsideTrouble: the computer stood in the way; that says nothing about the file.
        RegisterBusy: a page is bad and may be whole in the journal, which others were reading.
        VerifyCancelled: ``cancelled`` said so.
    """
    stop = cancelled or (lambda: False)
    database = folder / read_key_file(folder).database
    try:
        with closing(engine.connect(database, unlocked.data_key, query_only=True)) as connection:
            connection.set_progress_handler(lambda: int(stop()), 2_000)
            if [row for row in connection.execute("PRAGMA quick_check") if row[0] != "ok"]:
                return False
            if stop():
                raise VerifyCancelled
            return not (whole and seals_broken(connection))
    except engine.Unreadable:
        return False
    except dbapi2.DatabaseError as error:
        explained = engine.explain(error)
        if isinstance(explained, engine.ReadCancelled):
            raise VerifyCancelled from None
        if isinstance(explained, engine.Unreadable):
            return False
        raise explained from None


def _check_content(
    connection: dbapi2.Connection, folder: Path, findings: Findings, step: Callable[[float], None]
) -> None:
    content = Content(content_folder(folder))
    rows = connection.execute("SELECT uid, stored_name, file_key, sha256 FROM content_file ORDER BY id").fetchall()
    for place, (uid, name, key, sha256) in enumerate(rows):
        step(place / len(rows))
        if key is None:
            continue
        try:
            content.check(name, key, sha256)
        except (ContentMissing, ContentDamaged, ContentOutOfReach) as error:
            if error.code == NO_FILE_NUMBERS:
                raise
            findings.add("content", f"content:{uid}", None, error.message)


def content_folder(folder: Path) -> Path:
    """Return where the sealed files of a register lie, or those of a backup: in the pool beside it."""
    return (folder.parent if (folder / MANIFEST).is_file() else folder) / FOLDER_NAME


def _connect(folder: Path, database: Path, unlocked: Opener) -> dbapi2.Connection:
    if (folder / MANIFEST).is_file():
        return engine.connect(database, unlocked.data_key, mode="ro", query_only=True)
    return engine.connect(database, unlocked.data_key, query_only=True)


__all__ = [
    "BACKUPS",
    "MANIFEST",
    "Opener",
    "Outside",
    "Progress",
    "Remake",
    "Verdict",
    "VerifyCancelled",
    "look",
    "verify",
]
