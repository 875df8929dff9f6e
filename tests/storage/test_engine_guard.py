"""The engine refuses to run where it would write plain text, and never opens what is not its own."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from cme_desktop.storage import engine

KEY = bytes(range(32))
CANARY = "Zzyzx-Canary-Name"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def made(path: Path) -> bytes:
    connection = engine.connect(path, KEY, mode="create")
    connection.execute("CREATE TABLE t (a TEXT) STRICT")
    connection.execute("INSERT INTO t VALUES (?)", (CANARY,))
    connection.close()
    return path.read_bytes()


def driver(version: tuple[int, int, int], cipher: list[Any]) -> Any:
    connection = SimpleNamespace(
        execute=lambda sql: SimpleNamespace(fetchone=lambda: cipher[0] if cipher else None), close=lambda: None
    )
    return SimpleNamespace(sqlite_version_info=version, connect=lambda path: connection)


@pytest.mark.parametrize(
    "unsafe",
    [
        pytest.param(sqlite3, id="plain sqlite3"),
        pytest.param(driver((3, 51, 2), [("4.19.0 community",)]), id="old SQLite"),
        pytest.param(driver((3, 53, 4), []), id="missing cipher"),
        pytest.param(driver((3, 53, 4), [("",)]), id="empty cipher"),
    ],
)
def test_engine_guard(tmp_path: Path, unsafe: Any) -> None:
    path = tmp_path / "register.db"
    before = made(path)
    with pytest.raises(engine.EngineUnsafe) as refused:
        engine.connect(path, KEY, driver=unsafe)
    assert refused.value.code == "engine-unsafe"
    assert path.read_bytes() == before
    assert names(tmp_path) == ["register.db"]
    with pytest.raises(engine.EngineUnsafe):
        engine.connect(tmp_path / "new.db", KEY, mode="create", driver=unsafe)
    assert names(tmp_path) == ["register.db"]


def test_the_driver_of_the_program_is_safe() -> None:
    engine.check_driver()
    assert tuple(dbapi2.sqlite_version_info) >= (3, 51, 3)


def test_what_is_written_is_not_in_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "register.db"
    connection = engine.connect(path, KEY, mode="create")
    connection.execute("CREATE TABLE t (a TEXT) STRICT")
    connection.execute("INSERT INTO t VALUES (?)", (CANARY,))
    for part in tmp_path.iterdir():
        assert CANARY.encode() not in part.read_bytes()
    assert not path.read_bytes().startswith(b"SQLite format 3")
    assert connection.execute("SELECT a FROM t").fetchone() == (CANARY,)
    connection.close()
    with closing(sqlite3.connect(path)) as plain, pytest.raises(sqlite3.DatabaseError):
        plain.execute("SELECT * FROM t")


def test_settings_of_every_connection(tmp_path: Path) -> None:
    path = tmp_path / "register.db"
    made(path)
    connection = engine.connect(path, KEY)
    settings = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in (
            "journal_mode",
            "synchronous",
            "foreign_keys",
            "secure_delete",
            "temp_store",
            "trusted_schema",
            "busy_timeout",
            "query_only",
        )
    }
    connection.close()
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "temp_store": 2,
        "trusted_schema": 0,
        "busy_timeout": 5000,
        "query_only": 0,
    }


def test_wrong_key_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "register.db"
    before = made(path)
    with pytest.raises(engine.Unreadable) as refused:
        engine.connect(path, bytes(32))
    assert "Nothing was changed" in refused.value.message
    assert path.read_bytes() == before
    with pytest.raises(ValueError, match="32 bytes"):
        engine.connect(path, b"short")


def test_a_new_database_is_never_made_over_an_old_one(tmp_path: Path) -> None:
    path = tmp_path / "register.db"
    before = made(path)
    with pytest.raises(FileExistsError):
        engine.connect(path, KEY, mode="create")
    assert path.read_bytes() == before


def test_a_missing_database_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(engine.Unreadable) as refused:
        engine.connect(tmp_path / "gone.db", KEY)
    assert refused.value.code == "database-missing"
    assert names(tmp_path) == []


def test_a_look_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "register.db"
    before = made(path)
    connection = engine.connect(path, KEY, mode="ro")
    assert connection.execute("SELECT a FROM t").fetchone() == (CANARY,)
    with pytest.raises(dbapi2.OperationalError):
        connection.execute("INSERT INTO t VALUES ('x')")
    connection.close()
    assert names(tmp_path) == ["register.db"]
    assert path.read_bytes() == before


def test_read_lane_cannot_write_and_reads_during_a_write(tmp_path: Path) -> None:
    path = tmp_path / "register.db"
    made(path)
    writer, reader = engine.write_engine(path, KEY), engine.read_engine(path, KEY)
    with writer.connect() as writing, reader.connect() as reading:
        writing.exec_driver_sql("INSERT INTO t VALUES ('second')")
        assert reading.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 1
        with pytest.raises(Exception, match="readonly"):
            reading.exec_driver_sql("INSERT INTO t VALUES ('third')")
        writing.commit()
        assert reading.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 1, "one moment of the register"
        reading.rollback()
        assert reading.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 2
    writer.dispose()
    reader.dispose()


def test_a_failed_statement_shows_no_values(tmp_path: Path) -> None:
    path = tmp_path / "register.db"
    made(path)
    writer = engine.write_engine(path, KEY)
    with writer.connect() as writing, pytest.raises(Exception, match="no such table") as failed:
        writing.exec_driver_sql("INSERT INTO gone VALUES (?)", (CANARY,))
    writer.dispose()
    assert CANARY not in str(failed.value)
