"""What the computer lacks or refuses is said as that, and never as damage (safety.md 10)."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2

from cme_desktop.domain.errors import UserError
from cme_desktop.storage import engine
from cme_desktop.storage.backup import BackupFailed, check_backup, make_backup
from cme_desktop.storage.content import ContentOutOfReach
from cme_desktop.storage.keys import read_key_file
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import check_at_start, look, verify
from tests.storage.registers import NOW, add_child, clock_at, fill, log_in, new_register

MISLEADING = ("damaged", "estore", "not its key", "backup")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = new_register(tmp_path / "register")
    fill(made, 2)
    yield made
    made.close()


@contextmanager
def file_numbers(left: int) -> Iterator[None]:
    """Leave this process so many free file numbers, counted from the lowest one that is free."""
    import resource  # only POSIX has it

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    numbers = [os.open(os.devnull, os.O_RDONLY) for _ in range(left + 1)]
    limit = numbers[-1]
    for number in numbers:
        os.close(number)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def is_honest(error: UserError, misleading: tuple[str, ...] = MISLEADING) -> bool:
    return not any(word in error.message for word in misleading)


@pytest.mark.parametrize("left", range(8))
def test_no_free_file_numbers_are_no_damage(store: Store, left: int) -> None:
    folder, unlocked = store.folder, log_in(store.folder)
    store.close()
    said: UserError | None = None
    with file_numbers(left):
        try:
            Store.open(folder, unlocked, clock_at()).close()
            look(folder)
        except UserError as error:
            said = error
    if said is not None:
        assert said.code == "no-file-numbers"
        assert is_honest(said)
    else:
        assert left >= 3, "with none left it cannot have been opened"
    Store.open(folder, unlocked, clock_at()).close()


@pytest.mark.parametrize("left", range(6))
def test_an_open_register_without_file_numbers_says_so(store: Store, tmp_path: Path, left: int) -> None:
    """Acts, reads, checks, sealed files and backups: each works or says what is lacking."""
    unlocked = log_in(store.folder)
    name = next(iter(store.content.names()))

    def act() -> None:
        with store.action(store.person, "child.add") as session:
            add_child(session, 900 + left)

    def read() -> None:
        with store.read() as session:
            session.connection().exec_driver_sql("SELECT count(*) FROM child").scalar_one()

    works = (
        act,
        read,
        lambda: check_at_start(store.folder, unlocked, whole=True),
        lambda: verify(store.folder, unlocked),
        lambda: store.content.check(name, bytes(32), ""),
        lambda: store.content.seal(b"x"),
        lambda: make_backup(store.folder, unlocked, tmp_path / "place", now=NOW),
        lambda: read_key_file(store.folder),
    )
    said: list[tuple[int, UserError]] = []
    for number, work in enumerate(works):
        try:
            with file_numbers(left):
                assert work() is not False, "no damage was found"
        except UserError as error:
            said.append((number, error))
    wrong = [(number, error.code) for number, error in said if error.code not in ("no-file-numbers", "content-damaged")]
    assert wrong == []
    assert not [error for _, error in said if error.code == "no-file-numbers" and not is_honest(error, MISLEADING[:3])]
    assert verify(store.folder, unlocked).ok


def _crashed(store: Store, target: Path) -> Path:
    """Return a copy of a register as a power cut leaves it: whole commits in the journal only."""
    key = log_in(store.folder).data_key
    with closing(engine.connect(store.database, key, query_only=True)) as watching:
        watching.execute("PRAGMA wal_autocheckpoint = 0")
        store.scrub()
        with store.action(store.person, "child.add") as session:
            for number in range(700, 760):
                add_child(session, number)
        shutil.copytree(store.folder, target, ignore=shutil.ignore_patterns("store.*", "*-shm"))
    return target / store.database.name


def _pages_of(journal: bytes) -> set[int]:
    """Return the numbers of the pages that a journal holds."""
    size = 24 + 4096
    return {int.from_bytes(journal[at : at + 4], "big") for at in range(32, len(journal) - size + 1, size)}


def test_a_page_torn_in_a_checkpoint_is_whole_in_the_journal(store: Store, tmp_path: Path) -> None:
    database = _crashed(store, tmp_path / "crashed")
    folder, unlocked = database.parent, log_in(store.folder)
    whole, journal = database.read_bytes(), database.with_name(f"{database.name}-wal").read_bytes()
    pages = sorted(page for page in _pages_of(journal) if page * 4096 <= len(whole))
    assert len(pages) > 5
    for page in (pages[0], pages[len(pages) // 2], pages[-1]):
        at = (page - 1) * 4096 + 2048
        for end in ("-wal", "-shm"):
            database.with_name(f"{database.name}{end}").unlink(missing_ok=True)
        database.write_bytes(whole[:at] + os.urandom(2048) + whole[at + 2048 :])
        database.with_name(f"{database.name}-wal").write_bytes(journal)
        opened = Store.open(folder, unlocked, clock_at())
        try:
            assert check_at_start(folder, unlocked, whole=True), f"page {page}"
        finally:
            opened.close()
        verdict = verify(folder, unlocked)
        assert verdict.ok, (page, verdict.problems)


def test_verify_of_a_torn_checkpoint_that_nobody_opened(store: Store, tmp_path: Path) -> None:
    database = _crashed(store, tmp_path / "crashed")
    folder, unlocked = database.parent, log_in(store.folder)
    with database.open("ab") as handle:
        handle.write(os.urandom(1000))  # the file had begun to grow
    assert look(folder).ok
    assert verify(folder, unlocked).ok


def test_a_page_that_is_bad_and_in_no_journal_is_still_found(store: Store) -> None:
    folder, unlocked = store.folder, log_in(store.folder)
    store.close()
    raw = bytearray(store.database.read_bytes())
    raw[3 * 4096 + 100] ^= 1
    store.database.write_bytes(raw)
    assert not check_at_start(folder, unlocked, whole=True)
    assert not verify(folder, unlocked).ok


class _Refusing:
    """A driver whose connections fail in one way, as the operating system made them."""

    sqlite_version_info = (3, 53, 4)

    def __init__(self, code: int) -> None:
        self._code = code

    def connect(self, place: str, **_: object) -> _Refusing:
        return self

    def execute(self, sql: str) -> _Refusing:
        if "sqlite_master" in sql:
            error = dbapi2.OperationalError("x")
            error.sqlite_errorcode = self._code
            raise error
        return self

    def fetchone(self) -> tuple[str]:
        return ("4.19.0",)

    def close(self) -> None:
        pass


_OPEN_OF_THE_SYSTEM = os.open


@pytest.mark.parametrize("sqlite", [14, 10, 10 | 1 << 8, 10 | 3 << 8, 8, 3, 23])
@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EMFILE, "no-file-numbers"),
        (errno.ENFILE, "no-file-numbers"),
        (errno.EACCES, "path-refused"),
        (errno.EROFS, "disk-read-only"),
        (errno.EIO, "disk-trouble"),
        (errno.ENOSPC, "disk-full"),
    ],
)
def test_why_a_database_did_not_open(
    tmp_path: Path, sqlite: int, number: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "register.db"
    path.write_bytes(b"x" * 4096)

    def refused(place: object, *rest: int, **more: object) -> int:
        if str(place).startswith(str(tmp_path)):
            raise OSError(number, "as set")
        return _OPEN_OF_THE_SYSTEM(place, *rest, **more)  # type: ignore[arg-type, call-overload]

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(UserError) as said:
        engine.connect(path, bytes(32), driver=_Refusing(sqlite))
    assert said.value.code == code
    assert is_honest(said.value)


@pytest.mark.parametrize("sqlite", [11, 26])
def test_a_wrong_key_or_a_broken_file_is_still_that(tmp_path: Path, sqlite: int) -> None:
    path = tmp_path / "register.db"
    path.write_bytes(b"x" * 4096)
    with pytest.raises(engine.Unreadable):
        engine.connect(path, bytes(32), driver=_Refusing(sqlite))


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "disk-full"),
        (errno.EFBIG, "disk-full"),
        (errno.EMFILE, "no-file-numbers"),
        (errno.EACCES, "path-refused"),
        (errno.EROFS, "disk-read-only"),
        (errno.EIO, "disk-trouble"),
        (errno.EHOSTDOWN, "backup-place-away"),
    ],
)
def test_a_backup_says_what_stood_in_its_way(
    store: Store, tmp_path: Path, number: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(number, "as set")

    monkeypatch.setattr("cme_desktop.storage.backup.write_flushed", refused)
    with pytest.raises(BackupFailed) as said:
        make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW)
    assert said.value.code == code
    assert list((tmp_path / "place").iterdir()) == []


def test_a_sealed_file_that_may_not_be_read_is_not_called_damaged(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = next(iter(store.content.names()))

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "as set")

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(ContentOutOfReach) as said:
        store.content.check(name, bytes(32), "")
    assert said.value.code == "path-refused"


def test_a_key_file_that_may_not_be_read_is_not_called_damaged(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> bytes:
        raise PermissionError(errno.EACCES, "as set")

    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(UserError) as said:
        read_key_file(store.folder)
    assert said.value.code == "path-refused"
    assert is_honest(said.value)


def test_a_backup_in_reach_but_unreadable_for_now_is_not_called_damaged(store: Store, tmp_path: Path) -> None:
    made = make_backup(store.folder, log_in(store.folder), tmp_path / "place", now=NOW)
    with file_numbers(0), pytest.raises(UserError) as said:
        check_backup(made.path)
    assert said.value.code == "no-file-numbers"


def test_the_disk_is_really_full() -> None:
    """On a disk of its own (where this system lets anybody mount one) or under a limit of file sizes."""
    script = Path(__file__).with_name("full_disk.py")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
