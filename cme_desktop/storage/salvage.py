"""Save what can be read of a damaged register, or a copy of it as it is; nothing is repaired in place (safety.md 8)."""

from __future__ import annotations

import csv
import mimetypes
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from sqlcipher3 import dbapi2

from cme_desktop.domain.errors import UserError
from cme_desktop.storage import engine
from cme_desktop.storage.content import FOLDER_NAME, Content, ContentDamaged, ContentMissing
from cme_desktop.storage.keys import read_key_file
from cme_desktop.storage.restore import REPLACED
from cme_desktop.storage.verify import BACKUPS
from cme_desktop.system import StoreLock, atomic_write, clear_away, is_full, make_private_folder, this_machine
from cme_desktop.system.lock import HOLDER_NAME, LOCK_NAME

READ_ME = "read-me.txt"
CASES = "cases.csv"
FILES = "files"
MARGIN_BYTES = 16 * 1024 * 1024
_LEFT_OUT = frozenset({BACKUPS, REPLACED, LOCK_NAME, HOLDER_NAME})
_SECRET = frozenset({"data_key", "form_draft"})
_MOST_FAILURES = 2_000
_FURTHEST = 2**31
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class SalvageFailed(UserError):
    """Say that nothing could be saved, and why; the register was not touched."""

    code = "salvage-failed"


class SalvageStopped(Exception):
    """Tell the caller that it ended the work itself."""


class Opener(Protocol):
    """What reading a damaged register needs of an unlocked person."""

    @property
    def data_key(self) -> bytes:
        """Return the 32-byte key of the database."""
        ...


Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Salvaged:
    """What was saved: where, how many rows and files, and the tables of which something could not be read."""

    folder: Path
    rows: int
    files: int
    gaps: dict[str, str]


def copy_as_it_is(folder: Path, place: Path, *, now: datetime, wait_seconds: float = 0) -> Path:
    """Copy a closed register byte for byte, still encrypted, for somebody to look at; return the new folder.

    Its own backups are left out. The register is held meanwhile, so that no other process changes it.

    Raises:
        SalvageFailed: the place has no room or cannot be written to; nothing is left there.
        StoreInUse: another process holds the register.
    """
    with StoreLock.take(folder, program="window", now=now, wait_seconds=wait_seconds):
        parts = [path for path in sorted(folder.rglob("*")) if path.is_file() and _belongs(path, folder)]
        size = sum(path.stat().st_size for path in parts)
        target = _new_folder(place, "case-register-copy", now)
        try:
            if shutil.disk_usage(place).free < size + MARGIN_BYTES:
                raise _no_room()
            for path in parts:
                to = target / path.relative_to(folder)
                to.parent.mkdir(parents=True, exist_ok=True)
                engine.copy_private(path, to)
            this_machine().sync_folder(target)
        except OSError as error:
            clear_away(target)
            raise _not_saved(error) from None
        except SalvageFailed:
            clear_away(target)
            raise
    return target


def _belongs(path: Path, folder: Path) -> bool:
    return path.relative_to(folder).parts[0] not in _LEFT_OUT


def save_readable(
    folder: Path,
    unlocked: Opener,
    place: Path,
    *,
    now: datetime,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Salvaged:
    """Write everything that can still be read into a new folder: a list of the cases, every table, every file.

    The tables are for a spreadsheet (CSV) and are not encrypted. Keys are left out. Where part of a table cannot be
    read, the rows around it are, and ``read-me.txt`` names the gap. The register is not changed.

    Args:
        place: the folder in which the new folder is made.
        progress: called with the name of each table and how far all of it is, 0 to 1.
        cancelled: asked now and then; when it says so what was written is removed.

    Raises:
        SalvageFailed: the place cannot be written to, or not even the list of tables can be read; nothing is left.
        SalvageStopped: ``cancelled`` said so.
    """
    tell: Progress = progress or (lambda table, part: None)
    stop = cancelled or (lambda: False)
    database = folder / read_key_file(folder).database
    reader = _Reader(database, unlocked.data_key, stop)
    target = _new_folder(place, "readable-records", now)
    try:
        return _save(folder, reader, target, now, tell)
    except OSError as error:
        clear_away(target)
        raise _not_saved(error) from None
    except (SalvageFailed, SalvageStopped):
        clear_away(target)
        raise


def _save(folder: Path, reader: _Reader, target: Path, now: datetime, tell: Progress) -> Salvaged:
    tables = reader.tables()
    listed = _CaseList()
    total = 0
    gaps: dict[str, str] = {}
    for place, table in enumerate(tables):
        tell(table, place / (len(tables) + 1))
        columns, lost = reader.columns(table), list[tuple[int, int]]()
        rows = reader.rows(table, columns, lost)
        total += _write_table(target / f"{table}.csv", columns, listed.taking(table, columns, rows))
        if lost:
            gaps[table] = _gap_words(lost)
    tell(FILES, len(tables) / (len(tables) + 1))
    saved, unread = _save_files(Content(folder / FOLDER_NAME), listed.files, target / FILES, reader.stop)
    if unread:
        gaps[FILES] = f"{unread} of {saved + unread} could not be read"
    _write_rows(target / CASES, listed.heads, listed.lines())
    atomic_write(target / READ_ME, _read_me(now, total, saved, gaps).encode())
    tell("", 1.0)
    return Salvaged(target, total, saved, gaps)


class _Reader:
    """Read a database around what is damaged: after each page that fails a fresh connection goes on behind it."""

    def __init__(self, database: Path, key: bytes, stop: Callable[[], bool]) -> None:
        self._database, self._key, self.stop = database, key, stop

    def _connect(self) -> dbapi2.Connection:
        connection = engine.connect(self._database, self._key, mode="ro", query_only=True)
        connection.set_progress_handler(lambda: int(self.stop()), 100_000)
        return connection

    def tables(self) -> list[str]:
        """Return the names of the tables that hold records."""
        try:
            with closing(self._connect()) as connection:
                rows = connection.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
                ).fetchall()
        except (engine.Unreadable, dbapi2.DatabaseError):
            raise SalvageFailed(
                "Not even the list of tables in the register can be read, so there is nothing to save this way. "
                "Nothing was changed. Put a backup back, and save a copy for IT."
            ) from None
        return [name for (name,) in rows if not name.startswith(("sqlite_", "search_")) and name not in _SECRET]

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the names of a table's columns."""
        with closing(self._connect()) as connection:
            return tuple(row[1] for row in connection.execute(f'PRAGMA table_info("{table}")'))

    def rows(self, table: str, columns: Sequence[str], lost: list[tuple[int, int]]) -> Iterator[tuple[Any, ...]]:
        """Give the rows of a table that can be read, by their numbers; ``lost`` takes the numbers around the others."""
        names = ", ".join(f'"{name}"' for name in columns)
        sql = f'SELECT rowid, {names} FROM "{table}" WHERE rowid BETWEEN ? AND ? ORDER BY rowid'
        waiting, failures = [self._ends(table)], 0
        while waiting:
            if self.stop():
                raise SalvageStopped
            low, high = waiting.pop()
            if failures > _MOST_FAILURES:
                lost.append((low, high))
                continue
            try:
                with closing(self._connect()) as connection:
                    for row in connection.execute(sql, (low, high)):
                        yield tuple(row[1:])
                        low = row[0] + 1
            except (engine.Unreadable, dbapi2.DatabaseError) as error:
                if isinstance(engine.explain(error), engine.ReadCancelled):
                    raise SalvageStopped from None
                failures += 1
                if low >= high:
                    lost.append((low, high))
                else:
                    middle = (low + high) // 2
                    waiting += [(middle + 1, high), (low, middle)]

    def _ends(self, table: str) -> tuple[int, int]:
        """Return the first and last row number to look for; where an end cannot be read, the furthest possible."""
        ends = []
        for which, otherwise in (("min", 0), ("max", _FURTHEST)):
            try:
                with closing(self._connect()) as connection:
                    answer = connection.execute(f'SELECT {which}(rowid) FROM "{table}"').fetchone()[0]
                ends.append(-1 if answer is None else int(answer))
            except (engine.Unreadable, dbapi2.DatabaseError):
                ends.append(otherwise)
        return ends[0], ends[1]


def _gap_words(lost: Sequence[tuple[int, int]]) -> str:
    """Name the row numbers that could not be read, joined where they follow one another."""
    joined: list[list[int]] = []
    for low, high in sorted(lost):
        if joined and low <= joined[-1][1] + 1:
            joined[-1][1] = max(joined[-1][1], high)
        else:
            joined.append([low, high])
    spans = [f"{low}" if low == high else f"{low} to {high}" for low, high in joined]
    more = f" and {len(spans) - 20} more places" if len(spans) > 20 else ""
    return f"rows {', '.join(spans[:20])}{more} could not be read" if spans else ""


class _CaseList:
    """Put together, of what could be read, one line for each case: the list to work from meanwhile."""

    heads = ("Case", "Opened", "Closed", "Status", "Risk", "Next step", "By", "Surname", "Forename", "Born", "Address")

    def __init__(self) -> None:
        self.files: list[dict[str, Any]] = []
        self._born: dict[int, str] = {}
        self._names: dict[int, dict[str, Any]] = {}
        self._addresses: dict[int, dict[str, Any]] = {}
        self._cases: list[dict[str, Any]] = []
        self._take: dict[str, Callable[[dict[str, Any]], object]] = {
            "child": self._take_child,
            "child_name": self._take_name,
            "child_address": self._take_address,
            "episode": self._cases.append,
            "content_file": self.files.append,
        }

    def taking(self, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
        """Pass rows on, keeping what the list needs of them."""
        take = self._take.get(table)
        return rows if take is None else self._passing(take, columns, rows)

    @staticmethod
    def _passing(
        take: Callable[[dict[str, Any]], object], columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
    ) -> Iterator[tuple[Any, ...]]:
        for row in rows:
            take(dict(zip(columns, row, strict=True)))
            yield row

    def _take_child(self, row: dict[str, Any]) -> None:
        self._born[row["id"]] = row["dob"] or row["dob_text"]

    def _take_name(self, row: dict[str, Any]) -> None:
        if _holds_now(row) and (row["kind"] == "legal" or row["child_id"] not in self._names):
            self._names[row["child_id"]] = row

    def _take_address(self, row: dict[str, Any]) -> None:
        if _holds_now(row):
            self._addresses[row["child_id"]] = row

    def lines(self) -> Iterator[tuple[Any, ...]]:
        """Return the lines, open cases first, by reference."""
        for case in sorted(self._cases, key=lambda case: (case["closed_on"] is not None, case["ref"])):
            child = case["child_id"]
            name, address = self._names.get(child, {}), self._addresses.get(child, {})
            where = ", ".join(filter(None, (str(address.get("lines", "")), str(address.get("postcode", "")))))
            yield (
                case["ref"],
                case["opened_on"],
                case["closed_on"],
                case["status"],
                case["risk"],
                case["next_action"],
                case["next_date"],
                name.get("surname", "not readable"),
                name.get("forename", "not readable"),
                self._born.get(child, "not readable"),
                where or "none or not readable",
            )


def _holds_now(row: dict[str, Any]) -> bool:
    return row["valid_to"] is None and row["superseded_at"] is None


def _write_table(place: Path, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> int:
    """Write a table without its keys, and return how many rows it has."""
    kept = [index for index, name in enumerate(columns) if not name.endswith("_key") or name in _KEPT_KEYS]
    return _write_rows(place, [columns[index] for index in kept], ([row[index] for index in kept] for row in rows))


def _write_rows(place: Path, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a table for a spreadsheet, row by row as they come; no cell of it can act as a formula."""
    number = 0
    engine.create_private(place)
    with place.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(heads)
        for row in rows:
            writer.writerow([_cell(value) for value in row])
            number += 1
    return number


_KEPT_KEYS = frozenset({"surname_key", "forename_key", "postcode_key"})


def _cell(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _save_files(
    content: Content, rows: Sequence[dict[str, Any]], target: Path, stop: Callable[[], bool]
) -> tuple[int, int]:
    """Write the files held in the register under their ids; return how many were written and how many were not."""
    saved = unread = 0
    make_private_folder(target)
    for row in rows:
        if stop():
            raise SalvageStopped
        if row["file_key"] is None:
            continue
        try:
            data = content.open(row["stored_name"], row["file_key"], row["sha256"])
        except (ContentMissing, ContentDamaged):
            unread += 1
            continue
        end = mimetypes.guess_extension(row["media_type"]) or ".bin"
        atomic_write(target / f"{row['uid']}{end}", data)
        saved += 1
    return saved, unread


def _read_me(now: datetime, rows: int, files: int, gaps: dict[str, str]) -> str:
    lines = [
        "What could be read of a damaged case register",
        f"Saved {now.astimezone(UTC):%Y-%m-%d %H:%M} UTC.",
        "",
        f"{CASES} lists the cases, the open ones first. Each other .csv file is one table: {rows} rows in all.",
        f"The folder {FILES} holds {files} letters and other files; document.csv and attachment.csv say what each is.",
        "",
        "These files are not encrypted. Keep them where only you can open them, and delete them when the register is",
        "back. Saving them changed nothing in the register.",
        "",
        "What could not be read:",
        *([f"  {name}: {words}" for name, words in sorted(gaps.items())] or ["  nothing: every row and file was read"]),
        "",
    ]
    return "\r\n".join(lines)


def _new_folder(place: Path, stem: str, now: datetime) -> Path:
    name = f"{stem}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    target, number = place / name, 2
    try:
        while target.exists():
            target, number = place / f"{name}-{number}", number + 1
        make_private_folder(target)
    except OSError as error:
        raise _not_saved(error) from None
    return target


def _not_saved(error: OSError) -> SalvageFailed:
    if is_full(error):
        return _no_room()
    return SalvageFailed(
        "The folder could not be reached or written to, so nothing was saved. The register was not changed. "
        "Choose another folder.",
        code="place-away",
    )


def _no_room() -> SalvageFailed:
    return SalvageFailed(
        "There is not enough room there, so nothing was saved. The register was not changed. Choose another folder or "
        "free some space, then save again.",
        code="disk-full",
    )
