"""The register cannot write: its connections refuse it, and no question leaves a trace in the database."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cme_desktop.storage.store import Store
from tests.factories import Register, open_copy
from tests.register.test_visibility import routes
from tests.register.world import World

WRITES = (
    "INSERT INTO setting (key, value) VALUES ('x', '{}')",
    "UPDATE child SET sex = 'M'",
    "DELETE FROM child",
    "CREATE TABLE made (x INTEGER)",
    "DROP TABLE child",
    "PRAGMA user_version = 99",
    "CREATE TEMP TABLE made AS SELECT * FROM child",
)


def connections(store: Store) -> list[str]:
    """Return what each connection of the read lane answers to whether it may only read."""
    with store.read() as one, store.read() as two:
        return [str(session.scalar(text("PRAGMA query_only"))) for session in (one, two)]


@pytest.mark.feature("F72")
def test_every_connection_of_the_read_lane_is_query_only(register: Register) -> None:
    assert connections(register.store) == ["1", "1"]


@pytest.mark.feature("F72")
@pytest.mark.parametrize("statement", WRITES)
def test_a_write_on_the_read_lane_is_refused_by_the_engine(register: Register, statement: str) -> None:
    with (
        pytest.raises(DBAPIError, match="readonly"),
        register.store.read() as session,
    ):
        session.execute(text(statement))


def fingerprint(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a closed register but its lock."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-shm", ".lock"))]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.feature("F72")
def test_asking_everything_changes_no_byte_of_the_register(world: World, tmp_path: Path) -> None:
    """Asked as officer, manager and administrator; the audit has no row more, and the files are as they were."""
    world.register.store.scrub()
    copy = open_copy(world.register, tmp_path / "register", now=world.register.clock.now())
    asked = World(copy, world.cases)
    copy.store.scrub()
    before = fingerprint(copy.folder)
    with copy.store.read() as session:
        events = session.scalar(text("SELECT max(seq) FROM audit_event"))
    for viewer in (copy.officer, copy.manager):
        for _question, ask in routes(asked, viewer):
            ask()
    with copy.store.read() as session:
        assert session.scalar(text("SELECT max(seq) FROM audit_event")) == events
    assert fingerprint(copy.folder) == before
    copy.close()
