"""Every released schema comes up to date whole or stays as it was; a newer one is not touched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlcipher3 import dbapi2

from cme_desktop.models.child import Child
from cme_desktop.storage import ddl, engine, schema
from cme_desktop.storage.checks import structure
from cme_desktop.storage.keys import Unlocked, read_key_file
from cme_desktop.storage.migrations.runner import Steps, UpgradeFailed, bind, run_alembic, upgrade
from cme_desktop.storage.migrations.shape import differences, shape_of
from cme_desktop.storage.restore import restore
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import BACKUPS, verify
from tests.storage import write_first_schema
from tests.storage.registers import clock_at, fill, log_in, new_register, reopen

SCHEMAS = Path(__file__).parents[1] / "fixtures" / "schemas"

GOOD = """
revision = "0002"
down_revision = "0001"
TABLES = frozenset({{"child"}})
{more}

def upgrade():
    import sqlalchemy as sa
    from alembic import op
    with op.batch_alter_table("child", table_kwargs={{"sqlite_strict": True}}) as batch:
        batch.add_column(sa.Column("nickname", sa.Text(), nullable=False, server_default="none"))
    {body}
"""


def steps(folder: Path, body: str = "pass", more: str = "") -> Steps:
    """Return the shipped steps and a second one, as a later release would have it."""
    folder.mkdir(exist_ok=True)
    (folder / "0002_nickname.py").write_text(GOOD.format(body=body, more=more), encoding="utf-8")

    shipped = Steps()
    return Steps(places=(*shipped.places, folder), newest=2, build=build_later)


def build_later(connection: dbapi2.Connection) -> None:
    """Build a new database as the later release would."""
    ddl.build(connection)
    connection.execute("ALTER TABLE child ADD COLUMN nickname TEXT NOT NULL DEFAULT 'none'")
    connection.execute("UPDATE alembic_version SET version_num = '0002'")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be the later release that has the second step."""
    monkeypatch.setattr(schema, "SCHEMA_VERSION", 2)
    monkeypatch.setattr(structure, "build", build_later)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = new_register(tmp_path / "register")
    fill(store, 5)
    store.close()
    return store.folder


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith("store.")
    }


def raw(folder: Path, unlocked: Unlocked | None = None) -> dbapi2.Connection:
    opener = unlocked or log_in(folder)
    return engine.connect(folder / read_key_file(folder).database, opener.data_key)


def from_fixture(number: int) -> dbapi2.Connection:
    """Return a database in memory as a release made it."""
    connection = dbapi2.connect(":memory:", isolation_level=None)
    text = (SCHEMAS / f"{number:04d}.sql").read_text(encoding="utf-8")
    for statement in text.split("\n--\n"):
        if statement.strip():
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {number}")
    connection.execute("INSERT INTO alembic_version VALUES (?)", (f"{number:04d}",))
    return connection


def migrated(connection: dbapi2.Connection, before: int, known: Steps) -> None:
    with bind(connection) as bound:
        bound.exec_driver_sql("BEGIN IMMEDIATE")
        run_alembic(bound, known, before, lambda *_: None)
        ddl.apply(bound)
        bound.commit()


def test_the_first_step_and_the_models_agree() -> None:
    """When this fails before the first release: ``python -m tests.storage.write_first_schema``."""
    with (
        closing(write_first_schema.fresh()) as fresh,
        closing(dbapi2.connect(":memory:", isolation_level=None)) as made,
    ):
        assert write_first_schema.STEP.read_text(encoding="utf-8") == write_first_schema.first_step(fresh)
        assert write_first_schema.FIXTURE.read_text(encoding="utf-8") == write_first_schema.whole_schema(fresh)
        migrated(made, 0, Steps())
        assert differences(shape_of(fresh), shape_of(made)) == []
        assert made.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]


def test_the_shape_sees_every_difference() -> None:
    for change in (
        "ALTER TABLE child ADD COLUMN extra TEXT",
        "DROP TRIGGER audit_event_no_delete",
        "DROP INDEX ix_event_case",
        "CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT",
        "ALTER TABLE child RENAME COLUMN sex TO gender",
        "DROP TABLE search_text_fts",
    ):
        with closing(write_first_schema.fresh()) as one, closing(write_first_schema.fresh()) as other:
            assert differences(shape_of(one), shape_of(other)) == []
            other.execute(change)
            assert differences(shape_of(one), shape_of(other)), change


def test_every_released_schema_becomes_the_present_one(tmp_path: Path) -> None:
    known = steps(tmp_path / "steps")
    released = sorted(int(path.stem) for path in SCHEMAS.glob("*.sql"))
    assert released == list(range(1, schema.SCHEMA_VERSION + 1))
    with closing(dbapi2.connect(":memory:", isolation_level=None)) as fresh:
        known.build(fresh)
        for number in released:
            with closing(from_fixture(number)) as old:
                migrated(old, number, known)
                assert differences(shape_of(fresh), shape_of(old)) == []


@pytest.mark.usefixtures("later")
def test_migrate_all(folder: Path, tmp_path: Path) -> None:
    known = steps(tmp_path / "steps")
    old = read_key_file(folder).database
    done = upgrade(folder, log_in(folder), clock_at(), steps=known)
    assert (done.before, done.after) == (1, 2)
    assert done.backup is not None
    assert done.backup.kind == "pre-upgrade"
    assert done.backup.manifest["schema"] == 1
    assert done.backup.path.parent == folder / BACKUPS
    assert read_key_file(folder).database != old
    assert not (folder / old).exists()
    with closing(raw(folder)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0002",)
        assert connection.execute("SELECT DISTINCT nickname FROM child").fetchall() == [("none",)]
        assert connection.execute("SELECT count(*) FROM child").fetchone() == (5,)
        assert connection.execute("SELECT count(*) FROM child_name").fetchone() == (5,)
        last = connection.execute("SELECT action, entity FROM audit_event ORDER BY seq DESC LIMIT 1").fetchone()
        assert last == ("store.upgrade", "schema:2")
        words = connection.execute("SELECT count(*) FROM search_text_fts WHERE search_text_fts MATCH 'rang'")
        assert words.fetchone() == (5,)
    verdict = verify(folder, log_in(folder))
    assert (verdict.checks["rows"], verdict.checks["audit"], verdict.ok) == (True, True, True)
    assert upgrade(folder, log_in(folder), clock_at(), steps=known).backup is None, "nothing is left to do"


@pytest.mark.usefixtures("later")
def test_rows_written_before_and_after_a_new_column_replay(folder: Path, tmp_path: Path) -> None:
    upgrade(folder, log_in(folder), clock_at(), steps=steps(tmp_path / "steps"))
    with closing(raw(folder)) as connection:
        connection.execute("UPDATE child SET nickname = 'Nan' WHERE id = 2")
    problems = verify(folder, log_in(folder)).problems
    assert [(problem.check, problem.where) for problem in problems] == [("rows", "child:2")]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        pytest.param('op.execute("DELETE FROM event")', "rows are not all there", id="rows lost"),
        pytest.param('op.execute("DELETE FROM child WHERE id = 1")', "names another", id="parent lost"),
        pytest.param("op.execute(\"UPDATE child SET sex = 'F'\")", "without recording", id="rows changed"),
        pytest.param('op.execute("CREATE TABLE extra (id INTEGER)")', "not as a new database", id="other shape"),
        pytest.param('op.execute("DROP INDEX ix_event_case")', "not as a new database", id="index lost"),
        pytest.param('raise ZeroDivisionError("x")', None, id="fails"),
    ],
)
def test_a_step_that_breaks_something_changes_nothing(
    folder: Path, tmp_path: Path, body: str, complaint: str | None
) -> None:
    before = bytes_of(folder)
    with pytest.raises(UpgradeFailed if complaint else ZeroDivisionError, match=complaint or "x"):
        upgrade(folder, log_in(folder), clock_at(), steps=steps(tmp_path / "steps", body))
    after = {name: raw for name, raw in bytes_of(folder).items() if not name.startswith((BACKUPS, "register-"))}
    assert after.items() <= before.items()
    store = reopen(folder)
    with store.read() as session:
        assert len(session.scalars(select(Child)).all()) == 5
    store.close()
    assert upgrade(folder, log_in(folder), clock_at(), steps=steps(tmp_path / "steps")).after == 2, "the next try works"
    assert not list(folder.glob("*.part*"))


@pytest.mark.usefixtures("later")
def test_a_step_records_the_rows_it_changes(folder: Path, tmp_path: Path) -> None:
    body = """
    from cme_desktop.storage.capture import TableInfo
    record = op.get_context().config.attributes["record"]
    connection = op.get_bind()
    for (number, sex) in connection.exec_driver_sql("SELECT id, sex FROM child").all():
        connection.exec_driver_sql("UPDATE child SET sex = 'M' WHERE id = ?", (number,))
        record(TableInfo("child", (), (), (), None), str(number), "update", {"sex": sex}, {"sex": "M"})
    """
    upgrade(folder, log_in(folder), clock_at(), steps=steps(tmp_path / "steps", body))
    assert verify(folder, log_in(folder)).ok


def test_a_renamed_column_replays(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = """
    with op.batch_alter_table("child", table_kwargs={"sqlite_strict": True}) as batch:
        batch.alter_column("ethnicity", new_column_name="ethnic_group")
    """
    known = steps(tmp_path / "steps", body, 'RENAMED = {"child": {"ethnicity": "ethnic_group"}}')

    def build(connection: dbapi2.Connection) -> None:
        known.build(connection)
        connection.execute("ALTER TABLE child RENAME COLUMN ethnicity TO ethnic_group")

    store = reopen(folder)
    with store.action(store.person, "child.edit") as session:
        session.get_one(Child, 2).ethnicity = "WBRI"
    store.close()
    upgrade(folder, log_in(folder), clock_at(), steps=Steps(known.places, 2, build))
    monkeypatch.setattr(schema, "SCHEMA_VERSION", 2)
    monkeypatch.setattr(structure, "build", build)
    with closing(raw(folder)) as connection:
        assert connection.execute("SELECT ethnic_group FROM child WHERE id = 2").fetchone() == ("WBRI",)
    assert verify(folder, log_in(folder)).ok


def test_batch_steps_lose_no_row_and_no_trigger(folder: Path, tmp_path: Path) -> None:
    """Batch mode copies and drops the table: with foreign keys on, rows that name it would go, and triggers too."""
    body = """
    with op.batch_alter_table("search_text", table_kwargs={"sqlite_strict": True}, recreate="always") as batch:
        pass
    """
    more = 'TABLES = frozenset({"child", "search_text"})'
    upgrade(folder, log_in(folder), clock_at(), steps=steps(tmp_path / "steps", body, more))
    with closing(raw(folder)) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
        assert names == set(ddl.triggers())
        connection.execute("UPDATE search_text SET body = 'nobody answered' WHERE id = 1")
        hits = connection.execute("SELECT rowid FROM search_text_fts WHERE search_text_fts MATCH 'nobody'").fetchall()
        assert hits == [(1,)]


def test_a_newer_register_is_not_touched(folder: Path) -> None:
    with closing(raw(folder)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = bytes_of(folder)
    with pytest.raises(schema.RegisterTooNew) as refused:
        Store.open(folder, log_in(folder), clock_at())
    assert refused.value.code == "register-too-new"
    assert "version 99" in refused.value.message
    for judge in (upgrade, verify):
        with pytest.raises(schema.RegisterTooNew):
            judge(folder, log_in(folder), *([clock_at()] if judge is upgrade else []))
    assert bytes_of(folder) == before


def test_an_older_register_is_not_opened_before_its_upgrade(folder: Path) -> None:
    with closing(raw(folder)) as connection:
        connection.execute("PRAGMA user_version = 0")
    before = bytes_of(folder)
    with pytest.raises(schema.RegisterTooOld):
        Store.open(folder, log_in(folder), clock_at())
    assert bytes_of(folder) == before


@pytest.mark.usefixtures("later")
def test_a_backup_of_an_older_version_is_restored_up_to_date(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = steps(tmp_path / "steps")
    made = upgrade(folder, log_in(folder), clock_at(), steps=known).backup
    assert made is not None
    monkeypatch.setattr("cme_desktop.storage.restore.Steps", lambda: known)
    restore(made.path, tmp_path / "restored", log_in(made.path), clock_at())
    with closing(raw(tmp_path / "restored")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert connection.execute("SELECT count(nickname) FROM child").fetchone() == (5,)


@pytest.fixture(scope="module")
def killed_from(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("killed")
    store = new_register(base / "register")
    fill(store, 5)
    store.close()
    steps(base / "steps")
    return base


UPGRADE = """
import os, sys
from pathlib import Path
from tests.storage.registers import clock_at, log_in
from tests.storage.test_migrate_all import steps
from cme_desktop.storage.migrations.runner import upgrade

where, point = Path(sys.argv[1]), int(sys.argv[2])
known, unlocked = steps(Path(sys.argv[3])), log_in(where)
seen = 0

def tracer(frame, event, argument):
    global seen
    name = frame.f_code.co_filename.replace(os.sep, "/")
    ours = "cme_desktop/storage" in name or "cme_desktop/system" in name
    if event == "call" and ours and frame.f_code.co_name[0] != "<":
        seen += 1
        if seen == point:
            os.kill(os.getpid(), 9)

sys.setprofile(tracer)
upgrade(where, unlocked, clock_at(), steps=known)
sys.setprofile(None)
print(seen)
"""


def run_upgrade(where: Path, point: int, base: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", UPGRADE, str(where), str(point), str(base / "steps")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )


def killed_upgrades(killed_from: Path, tmp_path: Path, points: int) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(killed_from / "register", whole)
    calls = int(run_upgrade(whole, 0, killed_from).stdout)
    assert calls > points
    ended = set()
    for number in range(points):
        where = tmp_path / f"killed-{number}"
        shutil.copytree(killed_from / "register", where)
        point = 1 + number * calls // points if number < points - 1 else calls
        assert run_upgrade(where, point, killed_from).returncode in (-9, 9)
        unlocked = log_in(where)
        version = schema.version_of(where / unlocked.database, unlocked.data_key)
        ended.add(version)
        verdict = verify(where, unlocked)
        assert verdict.ok, (point, verdict.problems)
        assert verdict.counts is not None
        assert verdict.counts["children"] == 5
        with closing(raw(where, unlocked)) as connection:
            columns = [row[1] for row in connection.execute("PRAGMA table_info(child)").fetchall()]
            assert ("nickname" in columns) == (version == 2), "old or new, never between"
        assert upgrade(where, unlocked, clock_at(), steps=steps(killed_from / "steps")).after == 2
        assert verify(where, log_in(where)).ok
        shutil.rmtree(where)
    assert ended == {1, 2}


@pytest.mark.usefixtures("later")
def test_an_upgrade_killed_anywhere_is_old_or_new(killed_from: Path, tmp_path: Path) -> None:
    killed_upgrades(killed_from, tmp_path, 6)


@pytest.mark.slow
@pytest.mark.usefixtures("later")
def test_an_upgrade_killed_at_30_points_is_old_or_new(killed_from: Path, tmp_path: Path) -> None:
    killed_upgrades(killed_from, tmp_path, 30)
