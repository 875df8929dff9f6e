"""The only place a connection to the case database is made: guard, key, settings, and the two lanes (safety.md 2)."""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, Protocol, cast

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import LRUCache
from sqlcipher3 import dbapi2

from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.system import DiskFull as DiskFull
from cme_desktop.system import OutsideTrouble, code_of, reaching, refuse_links, words_of
from cme_desktop.system.files import PRIVATE_FILE
from cme_desktop.system.trouble import DISK_FULL, DISK_READ_ONLY, DISK_TROUBLE, NO_FILE_NUMBERS

OLDEST_SQLITE = (3, 51, 3)
KEY_BYTES = 32
BUSY_SECONDS = 5

NO_ROOM = (
    "The disk is full, so nothing of this was saved and the register is as it was before. Free some space on the disk, "
    "then do it again."
)

type_of_mode = Literal["rw", "ro", "create"]

_FULL, _CORRUPT, _NOT_A_DATABASE, _BUSY, _INTERRUPTED, _IO = 13, 11, 26, 5, 9, 10
_CANNOT_OPEN, READ_ONLY, _NO_MEMORY = 14, 8, 7
_OF_THE_SYSTEM = frozenset({_IO, _CANNOT_OPEN, READ_ONLY, _NO_MEMORY, 3, 23})  # 3, 23: access refused
_SHORT_READ = 10 | 2 << 8
_NO_SHARED_MEMORY = 10 | 19 << 8  # SQLITE_IOERR_SHMSIZE: no room for the index of the journal
_JOURNAL_BYTES = 64 * 1024
_NUMBERS_WANTED = 4


class EngineUnsafe(UserError):
    """Refuse to run on a database engine that would write plain text or could damage the file."""

    code = "engine-unsafe"


class Unreadable(CannotUnlock):
    """Say that the database did not open with this key; nothing was changed."""

    code = "database-unreadable"


class DiskTrouble(UserError):
    """Say that the disk refused to read or write; the whole act was undone."""

    code = "disk-trouble"


class RegisterBusy(UserError):
    """Say that something else was writing for too long."""

    code = "register-busy"


class ReadCancelled(Exception):
    """Tell the runner that a read was ended because nobody wants its answer any more."""


class Driver(Protocol):
    """What the guard asks of a database driver."""

    sqlite_version_info: Any

    def connect(self, database: str, /) -> Any:
        """Open a database."""
        ...


DRIVER = cast(Driver, dbapi2)


def check_driver(driver: Driver = DRIVER) -> None:
    """Raise EngineUnsafe unless the driver encrypts and its SQLite is 3.51.3 or later (safety.md 2).

    A plain SQLite ignores the key without a word and writes plain text; SQLite 3.7.0 to 3.51.2 can damage a
    database in write-ahead mode. Only a database in memory is opened here: no file is touched.
    """
    if tuple(driver.sqlite_version_info) < OLDEST_SQLITE:
        raise EngineUnsafe(
            "The database engine on this computer is too old to keep the case register safe, so it was not opened. "
            "Nothing was changed. Ask IT to install the program again."
        )
    probe = driver.connect(":memory:")
    try:
        row = probe.execute("PRAGMA cipher_version").fetchone()
    finally:
        probe.close()
    if row is None or not row[0]:
        raise EngineUnsafe(
            "The database engine on this computer cannot encrypt, so the case register was not opened. "
            "Nothing was changed. Ask IT to install the program again."
        )


def connect(
    path: Path,
    key: bytes,
    *,
    mode: type_of_mode = "rw",
    query_only: bool = False,
    foreign_keys: bool = True,
    driver: Any = dbapi2,
) -> dbapi2.Connection:
    """Open one connection to an encrypted database with every setting of safety.md 2, in its order.

    Args:
        path: the database file; it must be there unless ``mode`` is ``create``, and must not be there if it is.
        key: the 32-byte data key.
        mode: ``rw``; ``ro``, which changes no byte of the file; or ``create``.
        query_only: refuse every write on this connection (the read lane).
        foreign_keys: off only for a migration, which checks them itself before it commits.
        driver: the database driver; tests pass an unsafe one.

    Raises:
        EngineUnsafe: the engine cannot encrypt or is too old.
        Unreadable: the key is not the right one, or the file is damaged or missing.
        OutsideTrouble, DiskFull: the computer lacked or refused something; the file is as it was.
    """
    check_driver(driver)
    if len(key) != KEY_BYTES:
        raise ValueError("a data key has 32 bytes")
    with reaching():
        address = _address(path, mode)
    try:
        connection: dbapi2.Connection = driver.connect(
            address, uri=True, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False
        )
    except dbapi2.DatabaseError as error:
        raise _why_not_opened(error, path, mode) from None
    try:
        connection.execute("PRAGMA cipher_log_level=NONE")
        connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if mode != "ro":
            connection.execute("PRAGMA journal_mode=WAL").fetchone()
        for setting in (
            "synchronous=FULL",
            f"foreign_keys={'ON' if foreign_keys else 'OFF'}",
            "secure_delete=ON",
            "temp_store=MEMORY",
            "trusted_schema=OFF",
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "cache_size=-65536",
            f"query_only={'ON' if query_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {setting}")
    except dbapi2.DatabaseError as error:
        connection.close()
        raise _why_not_opened(error, path, mode) from None
    except BaseException:
        connection.close()
        raise
    return connection


def _address(path: Path, mode: type_of_mode) -> str:
    """Return a database's address for the driver; look first at what can be seen without a key."""
    refuse_links(path.parent, [path.name])
    if mode == "create":
        create_private(path)
    elif not path.is_file():
        raise Unreadable(
            "The case database is not where the register says it is, so it could not be opened. Nothing was changed. "
            "Look whether the folder was moved, or restore the latest backup.",
            code="database-missing",
        )
    elif path.stat().st_size == 0:
        # The engine would take an empty file for a new database and grow it, and throw its journal away (safety.md 3)
        raise Unreadable(
            "The case database is empty: something outside the program took away what was in it. Nothing was changed. "
            "Restore the latest backup."
        )
    if mode == "rw":
        _make_private(path)
    address = f"{path.resolve().as_uri()}?mode={'ro' if mode == 'ro' else 'rw'}"
    if mode == "ro" and not has_journal(path):
        address += "&immutable=1"  # otherwise a look would leave journal files beside the database
    return address


def create_private(path: Path) -> None:
    """Make an empty file that nobody but this user can read; the journals of a database take its permissions.

    Raises:
        FileExistsError: something is there already.
    """
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE))


def copy_private(source: Path, target: Path) -> None:
    """Copy a file to where nothing is yet, readable by this user alone from its first byte."""
    create_private(target)
    shutil.copyfile(source, target)


def _make_private(path: Path) -> None:
    """Take a database that was copied here by hand, and its journals, from the sight of others (safety.md 4)."""
    for part in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with suppress(OSError):  # not there, or another user's, who alone may change it
            if part.stat().st_mode & 0o077:
                part.chmod(PRIVATE_FILE)


def has_journal(path: Path) -> bool:
    """Say whether a write-ahead journal with something in it lies beside a database."""
    journal = path.with_name(f"{path.name}-wal")
    return journal.is_file() and journal.stat().st_size > 0


def _unreadable() -> Unreadable:
    return Unreadable(
        "The case database could not be read. Either this is not its key, or the file is damaged. Nothing was changed. "
        "Try once more; if it fails again, restore the latest backup."
    )


def _full() -> DiskFull:
    return DiskFull(NO_ROOM)


def _why_not_opened(error: dbapi2.DatabaseError, path: Path, mode: type_of_mode) -> BaseException:
    """Return why a database did not open: what the system lacked or refused is told apart from a wrong key or damage.

    The engine names no cause for most of it, so the system is asked again for what the engine asked of it.
    """
    code = getattr(error, "sqlite_errorcode", 0)
    if code & 0xFF == _BUSY:
        return explain(error)
    if code == _NO_SHARED_MEMORY or code & 0xFF == _FULL:
        return _full()
    if code == _SHORT_READ or code & 0xFF not in _OF_THE_SYSTEM:
        return _unreadable()
    if code & 0xFF in (_IO, _CANNOT_OPEN) and shutil.disk_usage(path.parent).free < _JOURNAL_BYTES:
        return _full()
    try:
        _ask_the_system(path, mode)
    except OSError as refused:
        cause = code_of(refused)
        if cause == DISK_FULL:
            return _full()
        if cause is not None:
            return OutsideTrouble(words_of(cause), code=cause)
    return OutsideTrouble(words_of(DISK_TROUBLE))


def _ask_the_system(path: Path, mode: type_of_mode) -> None:
    """Open a database and make two files beside it, as the engine does; raise the OSError of what is refused."""
    opened = []
    probes = [path.with_name(f".{path.name}.{end}.{secrets.token_hex(4)}") for end in ("a", "b")]
    try:
        opened.append(os.open(path, os.O_RDONLY if mode == "ro" else os.O_RDWR))
        if mode != "ro":
            opened += [os.open(probe, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE_FILE) for probe in probes]
    finally:
        for descriptor in opened:
            os.close(descriptor)
        for probe in probes:
            probe.unlink(missing_ok=True)


def write_engine(path: Path, key: bytes) -> Engine:
    """Return the engine of the write lane: one connection, every transaction a ``BEGIN IMMEDIATE``."""
    engine = _engine(path, key, size=1, query_only=False)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def read_engine(path: Path, key: bytes) -> Engine:
    """Return the engine of the read lane: connections that cannot write, a plain ``BEGIN`` (design.md 2)."""
    engine = _engine(path, key, size=2, query_only=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


class SameDialect(SQLiteDialect_pysqlite):
    """The dialect of every engine made here: all of them speak alike, so what one compiled serves the others.

    SQLAlchemy keeps a compiled statement under its dialect. Two lanes, and each register that is opened after another
    in one process, would compile every statement again: half of the processor time of opening and working a case.
    """

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))


registry.register("sqlite.same", __name__, SameDialect.__name__)
_COMPILED: LRUCache[Any, Any] = LRUCache(1_500)


def _engine(path: Path, key: bytes, *, size: int, query_only: bool) -> Engine:
    return create_engine(
        "sqlite+same://",
        module=dbapi2,
        execution_options={"compiled_cache": _COMPILED},
        creator=lambda: connect(path, key, query_only=query_only),
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0 if size == 1 else 2,
        pool_timeout=30,
        hide_parameters=True,
    )


def raw(connection: Connection) -> dbapi2.Connection:
    """Return the driver's own connection under a SQLAlchemy connection."""
    return cast(dbapi2.Connection, connection.connection.driver_connection)


class ReadTicket:
    """Let another thread end a read whose answer nobody wants any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: dbapi2.Connection | None = None
        self.cancelled = False

    def cancel(self) -> None:
        """End the read, or keep it from starting."""
        with self._lock:
            self.cancelled = True
            if self._connection is not None:
                self._connection.interrupt()

    @contextmanager
    def using(self, connection: dbapi2.Connection) -> Iterator[None]:
        """Tie the ticket to the connection that reads for it."""
        with self._lock:
            if self.cancelled:
                raise ReadCancelled
            self._connection = connection
        try:
            yield
        finally:
            with self._lock:
                self._connection = None


def explain(error: BaseException, *, reading: bool = False) -> BaseException:
    """Return the error to raise instead of a driver's error: a sentence for the officer where the world went wrong.

    Args:
        reading: it came of a connection that may only read; a write there is a fault of the program, not of the disk.
    """
    origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    kind = getattr(origin, "sqlite_errorcode", 0) & 0xFF
    if kind == _FULL or getattr(origin, "sqlite_errorcode", 0) == _NO_SHARED_MEMORY:
        return _full()
    if kind in (_CANNOT_OPEN, _NO_MEMORY) and (kind == _NO_MEMORY or _no_file_numbers()):
        return DiskTrouble(words_of(NO_FILE_NUMBERS), code=NO_FILE_NUMBERS)
    if kind == READ_ONLY and not reading:
        return DiskTrouble(words_of(DISK_READ_ONLY), code=DISK_READ_ONLY)
    if kind in (_IO, _CANNOT_OPEN):
        return DiskTrouble(
            "The disk refused to read or write, so nothing of this was saved and the register is as it was before. "
            "Close the register, check the disk with IT, then do it again."
        )
    if kind == _BUSY:
        return RegisterBusy(
            "The register was busy with another change for more than five seconds, so nothing of this was saved. "
            "Wait a moment, then do it again."
        )
    if kind in (_CORRUPT, _NOT_A_DATABASE):
        return _unreadable()
    if kind == _INTERRUPTED:
        return ReadCancelled()
    return error


def _no_file_numbers() -> bool:
    """Say whether there are hardly any free file numbers: the engine needs several at once."""
    opened: list[int] = []
    try:
        opened += (os.open(os.devnull, os.O_RDONLY) for _ in range(_NUMBERS_WANTED))
    except OSError as error:
        return code_of(error) == NO_FILE_NUMBERS
    finally:
        for descriptor in opened:
            os.close(descriptor)
    return False
