"""Power cuts and bad disks: the register opens at a whole commit or says that it is damaged, never in between."""

from __future__ import annotations

import os
import random
import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlcipher3 import dbapi2

from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.storage import engine, schema
from cme_desktop.storage.checks.findings import Findings
from cme_desktop.storage.keys import read_key_file
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import check_pages, verify
from cme_desktop.system import OutsideTrouble
from tests.storage.registers import add_case, add_child, add_note, fill, log_in, new_register, reopen, tables_of

COMMITS = 20


@dataclass(frozen=True)
class Crashed:
    """A register as a power cut leaves it: the last commits stand in its journal only."""

    folder: Path
    database: Path
    key: bytes
    journal: bytes
    whole: frozenset[tuple[int, int, int, int]]


def state(connection: dbapi2.Connection) -> tuple[int, int, int, int]:
    """Return how many events, changes, children and notes there are: every commit has another answer."""
    return tuple(  # type: ignore[return-value]
        connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("audit_event", "audit_change", "child", "event")
    )


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Crashed:
    base = tmp_path_factory.mktemp("crashed")
    store = new_register(base / "register")
    fill(store, 2)
    store.scrub()
    key = log_in(store.folder).data_key
    whole = set()
    with closing(engine.connect(store.database, key, query_only=True)) as watching:
        watching.execute("PRAGMA wal_autocheckpoint = 0")
        whole.add(state(watching))
        for number in range(10, 10 + COMMITS):
            with store.action(store.person, "child.add") as session:
                add_note(session, add_case(session, add_child(session, number), number), "y" * (number * 100))
            whole.add(state(watching))
        folder = base / "copy"
        shutil.copytree(store.folder, folder, ignore=shutil.ignore_patterns("store.*", "*-shm"))
    store.close()
    database = folder / store.database.name
    journal = database.with_name(f"{database.name}-wal").read_bytes()
    assert len(whole) == COMMITS + 1
    assert len(journal) > COMMITS * 4096
    return Crashed(folder, database, key, journal, frozenset(whole))


def torn(journal: bytes, rng: random.Random) -> bytes:
    """Return a journal as a power cut may leave it: cut, with a hole, with garbage, or with sectors out of order."""
    at = rng.randrange(len(journal))
    kind = rng.choice(("cut", "zeros", "garbage", "sector", "bit"))
    if kind == "cut":
        return journal[:at]
    if kind == "zeros":
        return journal[:at] + bytes(len(journal) - at)
    if kind == "garbage":
        return journal[:at] + rng.randbytes(len(journal) - at)
    if kind == "sector":
        start = at // 512 * 512
        return journal[:start] + bytes(512) + journal[start + 512 :]
    return journal[:at] + bytes([journal[at] ^ (1 << rng.randrange(8))]) + journal[at + 1 :]


def torn_wal(crashed: Crashed, tmp_path: Path, rounds: int, seed: int) -> None:
    rng = random.Random(seed)
    seen = set()
    folder = tmp_path / "register"
    shutil.copytree(crashed.folder, folder)
    database = folder / crashed.database.name
    original = crashed.database.read_bytes()
    for _ in range(rounds):
        for end in ("-wal", "-shm"):
            database.with_name(database.name + end).unlink(missing_ok=True)
        database.write_bytes(original)
        database.with_name(f"{database.name}-wal").write_bytes(torn(crashed.journal, rng))
        with closing(engine.connect(database, crashed.key)) as connection:
            found = state(connection)
            assert found in crashed.whole
            findings = Findings()
            check_pages(connection, findings)
            assert findings.problems == []
            assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        seen.add(found)
    assert len(seen) > 5, "the cuts meet many commits"
    verdict = verify(folder, log_in(folder))
    assert verdict.ok, verdict.problems


def test_torn_wal(crashed: Crashed, tmp_path: Path) -> None:
    torn_wal(crashed, tmp_path, 60, seed=3)


@pytest.mark.slow
def test_torn_wal_more(crashed: Crashed, tmp_path: Path) -> None:
    torn_wal(crashed, tmp_path, 2000, seed=4)


def test_a_register_opens_after_a_power_cut(crashed: Crashed, tmp_path: Path) -> None:
    folder = tmp_path / "register"
    shutil.copytree(crashed.folder, folder)
    assert schema.version_of(folder / crashed.database.name, crashed.key) == schema.SCHEMA_VERSION
    store = reopen(folder)
    assert store.unclean
    with store.action(store.person, "child.add") as session:
        add_child(session, 99)
    store.close()
    verdict = verify(folder, log_in(folder))
    assert (verdict.ok, verdict.counts and verdict.counts["children"]) == (True, COMMITS + 3)


def test_bitflip(crashed: Crashed, tmp_path: Path) -> None:
    """Flip one bit in each of 300 places of the main file: each is found, no value is ever read wrong in silence."""
    folder = tmp_path / "register"
    store = new_register(folder)
    fill(store, 3)
    store.close()
    unlocked = log_in(folder)
    database = folder / read_key_file(folder).database
    whole = database.read_bytes()
    with closing(engine.connect(database, unlocked.data_key, mode="ro")) as connection:
        truth = rows(connection)
    rng = random.Random(5)
    # The three kinds of bytes of a page each get their share: the salt, what is sealed, and the seal itself
    places = [rng.randrange(16) for _ in range(10)]
    places += [rng.randrange(len(whole) // 4096) * 4096 + 4016 + rng.randrange(80) for _ in range(60)]
    places += [rng.randrange(len(whole)) for _ in range(230)]
    detected = 0
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << rng.randrange(8)
        database.write_bytes(flipped)
        try:
            with closing(engine.connect(database, unlocked.data_key, mode="ro")) as connection:
                findings = Findings()
                check_pages(connection, findings)
                assert findings.problems, f"byte {place}"
                assert wrong(connection, truth) == [], f"byte {place}"
        except engine.Unreadable:
            pass
        detected += 1
    assert detected == 300


def rows(connection: dbapi2.Connection) -> dict[str, list[object]]:
    """Return every row of some tables, by table."""
    tables = ("child", "child_name", "audit_event", "audit_change", "search_who")
    return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables}


def wrong(connection: dbapi2.Connection, truth: dict[str, list[object]]) -> list[str]:
    """Return the tables that were read without an error and yet not as they are."""
    found = []
    for table, right in truth.items():
        try:
            if connection.execute(f"SELECT * FROM {table}").fetchall() != right:
                found.append(table)
        except dbapi2.DatabaseError:
            continue
    return found


def test_a_damaged_register_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "register"
    store = new_register(folder)
    fill(store, 30)
    store.close()
    database = folder / read_key_file(folder).database
    whole = database.read_bytes()
    for page in range(1, len(whole) // 4096, 7):
        database.write_bytes(whole[: page * 4096 + 100] + b"\xff" * 40 + whole[page * 4096 + 140 :])
        verdict = verify(folder, log_in(folder))
        assert verdict.checks["pages"] is False
        assert "estore the latest backup" in verdict.problems[0].message
    database.write_bytes(b"\0" * 4096)
    verdict = verify(folder, log_in(folder))
    assert (verdict.ok, verdict.counts) == (False, None)
    with pytest.raises(CannotUnlock):
        reopen(folder)
    database.write_bytes(whole[:-50])
    assert not verify(folder, log_in(folder)).ok


@pytest.mark.parametrize("left", [0, 16, 4095, 4096, "half", "a page less"])
def test_a_database_cut_short_is_unreadable_and_never_made_anew(tmp_path: Path, left: int | str) -> None:
    """Nothing is put over what is left of it, and nothing appears beside it (safety.md 3)."""
    folder = tmp_path / "register"
    store = new_register(folder)
    fill(store, 2)
    store.close()
    database = store.database
    size = database.stat().st_size
    os.truncate(database, {"half": size // 8192 * 4096, "a page less": size - 4096}.get(str(left), left))
    there, bytes_left = sorted(folder.rglob("*")), database.read_bytes()
    for _ in range(2):
        with pytest.raises(engine.Unreadable) as lost:
            reopen(folder)
        assert lost.value.code == "database-unreadable"
        assert not verify(folder, log_in(folder)).ok
    assert database.read_bytes() == bytes_left
    assert sorted(folder.rglob("*")) == there


def test_an_empty_database_keeps_the_journal_that_may_hold_everything(tmp_path: Path) -> None:
    folder = tmp_path / "register"
    store = new_register(folder)
    fill(store, 2)
    journal = store.database.with_name(f"{store.database.name}-wal")
    whole = journal.read_bytes()
    assert whole
    store.close()
    os.truncate(store.database, 0)
    journal.write_bytes(whole)
    with pytest.raises(engine.Unreadable):
        reopen(folder)
    assert journal.read_bytes() == whole


def test_an_empty_database_of_the_right_key_is_no_older_register(tmp_path: Path) -> None:
    folder = tmp_path / "register"
    store = new_register(folder)
    store.close()
    store.database.unlink()
    connection = engine.connect(store.database, log_in(folder).data_key, mode="create")
    connection.execute("CREATE TABLE t (a TEXT)")
    connection.execute("DROP TABLE t")
    connection.close()
    with pytest.raises(engine.Unreadable, match="no tables"):
        reopen(folder)


class _Full:
    """A driver whose connections find no room for the index of the journal."""

    def __init__(self, code: int) -> None:
        self.sqlite_version_info = (3, 53, 4)
        self._code = code

    def connect(self, place: str, **_: object) -> _Full:
        return self

    def execute(self, sql: str) -> _Full:
        if "journal_mode" in sql:
            error = dbapi2.OperationalError("disk I/O error")
            error.sqlite_errorcode = self._code
            raise error
        return self

    def fetchone(self) -> tuple[str]:
        return ("4.19.0",)

    def close(self) -> None:
        pass


@pytest.mark.parametrize(("code", "free"), [(10 | 19 << 8, 10**9), (13, 10**9), (10 | 3 << 8, 0), (14, 0)])
def test_no_room_for_the_journal_is_a_full_disk_not_a_lost_register(
    tmp_path: Path, code: int, free: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "register.db"
    path.write_bytes(b"x" * 4096)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=free))
    with pytest.raises(engine.DiskFull, match="Free some space"):
        engine.connect(path, bytes(32), driver=_Full(code))


def test_a_database_that_the_disk_does_not_give_is_not_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "register.db"
    path.write_bytes(b"x" * 4096)
    with pytest.raises(OutsideTrouble) as said:
        engine.connect(path, bytes(32), driver=_Full(10 | 1 << 8))
    assert said.value.code == "disk-trouble"


def test_disk_full(tmp_path: Path) -> None:
    """At 20 points of an import the database may not grow: nothing of it stays, and the next import works."""
    folder = tmp_path / "register"
    store = new_register(folder)
    fill(store, 2)
    store.scrub()
    with store.read() as session:
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
    refused = 0
    for step in range(20):
        before = tables_of(store)
        with store.action(store.person, "limit.set") as session:
            session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages + step * 3}")
        with pytest.raises(engine.DiskFull) as full:
            import_batch(store, 200, start=1000)
        assert "Free some space" in full.value.message
        assert full.value.code == "disk-full"
        refused += 1
        after = tables_of(store)
        assert {**after, "audit_event": 0} == {**before, "audit_event": 0}
        assert after["audit_event"] == before["audit_event"] + 1, "only that the limit was set"
    assert refused == 20
    with store.action(store.person, "limit.lift") as session:
        session.connection().exec_driver_sql("PRAGMA max_page_count = 1073741823")
    import_batch(store, 200, start=1000)
    assert tables_of(store)["child"] == 202
    store.close()
    assert verify(folder, log_in(folder)).ok


def import_batch(store: Store, children: int, *, start: int) -> None:
    with store.action(store.person, "import.apply") as session:
        for number in range(start, start + children):
            add_note(session, add_case(session, add_child(session, number), number), "from the file " * 20)


def test_a_disk_that_refuses_to_write(tmp_path: Path) -> None:
    """The operating system itself refuses to let the journal grow: the act is undone, the next one works."""
    import resource  # only POSIX has it

    store = new_register(tmp_path / "register")
    fill(store, 2)
    before = tables_of(store)
    journal = store.database.with_name(f"{store.database.name}-wal")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (journal.stat().st_size + 8192, limits[1]))
    try:
        with pytest.raises((engine.DiskFull, engine.DiskTrouble)):
            import_batch(store, 300, start=1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert tables_of(store) == before
    import_batch(store, 300, start=1000)
    store.close()
    assert verify(store.folder, log_in(store.folder)).ok


def test_driver_errors_have_sentences() -> None:
    for kind, code in ((13, "disk-full"), (10, "disk-trouble"), (5, "register-busy"), (11, "database-unreadable")):
        error = dbapi2.OperationalError("x")
        error.sqlite_errorcode = kind
        explained = engine.explain(error)
        assert isinstance(explained, UserError)
        assert explained.code == code
    other = dbapi2.OperationalError("x")
    assert engine.explain(other) is other
