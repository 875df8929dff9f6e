"""Bring a register up to date: a verified backup, one transaction on a copy, every invariant checked (design.md 5)."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

from cme_desktop.storage import ddl, engine, schema
from cme_desktop.storage.audit_check import check_rows
from cme_desktop.storage.audit_format import NOT_AUDITED
from cme_desktop.storage.backup import PRE_UPGRADE, Backup, copy_database, flush, make_backup
from cme_desktop.storage.capture import Act, Action, Gate, TableInfo
from cme_desktop.storage.checks.findings import Findings
from cme_desktop.storage.checks.witnesses import BACKUPS
from cme_desktop.storage.keys import Unlocked, new_database_name, repoint
from cme_desktop.storage.migrations.shape import Shape, columns_of, differences, shape_of
from cme_desktop.storage.verify import Progress
from cme_desktop.system import Clock, Machine, StoreLock, clear_away, put_in_place, this_machine

HERE = Path(__file__).parent
UNFINISHED = ".part"


class UpgradeFailed(RuntimeError):
    """Say which invariant a step broke: a fault of the program; the register was left as it was."""


@dataclass(frozen=True)
class Steps:
    """Which steps there are: where they lie, the newest ordinal, and how a new database is built."""

    places: tuple[Path, ...] = (HERE / "versions",)
    newest: int = schema.SCHEMA_VERSION
    build: Callable[[dbapi2.Connection], None] = ddl.build


@dataclass(frozen=True)
class Upgraded:
    """What an upgrade did: from which version to which, and the backup made before it."""

    before: int
    after: int
    backup: Backup | None


@dataclass
class _Before:
    """What has to be the same after the steps, unless a step names it."""

    counts: dict[str, int]
    columns: dict[str, list[str]] = field(default_factory=dict)


def upgrade(
    folder: Path,
    unlocked: Unlocked,
    clock: Clock,
    *,
    steps: Steps | None = None,
    program: str = "cme-admin",
    wait_seconds: float = 0,
    progress: Progress | None = None,
    machine: Machine | None = None,
) -> Upgraded:
    """Bring a register up to date, or leave it as it is; afterwards it has to be unlocked again.

    The steps run on a copy; replacing ``keys.json`` is the one commit point.

    Raises:
        RegisterTooNew: a newer program made it; not a byte was touched.
        BackupFailed: the backup that comes first could not be made.
        StoreInUse: another process has the register open.
        UpgradeFailed: a step broke an invariant; the register was left as it was.
    """
    known = steps or Steps()
    with StoreLock.take(folder, program=program, now=clock.now(), wait_seconds=wait_seconds, machine=machine):
        database = folder / unlocked.database
        before = schema.version_of(database, unlocked.data_key)
        if before > known.newest:
            raise schema.RegisterTooNew(before)
        if before == known.newest:
            return Upgraded(before, before, None)
        made = make_backup(folder, unlocked, folder / BACKUPS, now=clock.now(), kind=PRE_UPGRADE, progress=progress)
        clear_away(*folder.glob(f"*{UNFINISHED}*"))
        fresh = new_database_name()
        part = folder / f"{fresh}{UNFINISHED}"
        with closing(engine.connect(database, unlocked.data_key)) as connection:
            copy_database(connection, part)
        run_steps(part, unlocked, clock, before, known)
        flush(part)
        put_in_place(part, folder / fresh)
        this_machine().sync_folder(folder)
        repoint(unlocked, fresh, folder=folder)
        clear_away(*(database.with_name(database.name + end) for end in ("", "-wal", "-shm")))
    return Upgraded(before, known.newest, made)


def run_steps(part: Path, unlocked: Unlocked, clock: Clock, before: int, steps: Steps) -> None:
    """Run all steps after version ``before`` on a database nobody else uses, in one transaction, checked.

    Raises:
        UpgradeFailed: an invariant does not hold; the transaction was undone.
    """
    wanted = _fresh_shape(steps)
    with (
        closing(engine.connect(part, unlocked.data_key, foreign_keys=False)) as connection,
        bind(connection) as bound,
    ):
        bound.exec_driver_sql("BEGIN IMMEDIATE")
        start = _before(connection)
        gate = Gate(bound.engine)
        gate.open = True
        action = Action(
            bound, unlocked, gate, Act("store.upgrade", entity=f"schema:{steps.newest}"), now=clock.now(), newest=None
        )
        modules = run_alembic(bound, steps, before, action.record)
        ddl.apply(bound)
        _record_columns(connection, start, modules, action)
        action.close()
        bound.exec_driver_sql(f"PRAGMA user_version = {steps.newest}")
        _check(connection, start, modules, wanted)
        bound.commit()
    with closing(engine.connect(part, unlocked.data_key)) as connection:
        sealed = connection.execute("PRAGMA cipher_integrity_check").fetchall()
        if sealed or connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise UpgradeFailed("the new database does not pass its page checks")


@contextmanager
def bind(connection: dbapi2.Connection) -> Iterator[Connection]:
    """Give a driver's connection SQLAlchemy's face; what was not committed is undone at the end."""
    bound_engine = create_engine(
        "sqlite+pysqlite://", module=dbapi2, creator=lambda: connection, poolclass=StaticPool, hide_parameters=True
    )
    with bound_engine.connect() as bound:
        yield bound


def run_alembic(bound: Connection, steps: Steps, before: int, record: Callable[..., None]) -> list[Any]:
    """Run Alembic from one version to the newest inside the caller's transaction and return the steps' modules.

    A step that changes rows finds ``record`` in the attributes of its configuration and tells it each of them.
    """
    # Alembic costs a tenth of a second to load and is needed on the day of an upgrade only
    config_of = importlib.import_module("alembic.config").Config
    directory = importlib.import_module("alembic.script").ScriptDirectory
    environment = importlib.import_module("alembic.runtime.environment").EnvironmentContext
    config = config_of()
    config.attributes["connection"] = bound
    config.attributes["record"] = record
    script = directory(str(HERE), version_locations=[str(place) for place in steps.places])
    head, base = f"{steps.newest:04d}", f"{before:04d}" if before else "base"
    revisions = [item.revision for item in script.iterate_revisions(head, base)]
    if len(revisions) != steps.newest - before:
        raise UpgradeFailed("the steps are not one line")
    with environment(
        config, script, fn=lambda current, context: script._upgrade_revs(head, current), destination_rev=head
    ):
        script.run_env()
    return [script.get_revision(revision).module for revision in revisions]


def _before(connection: dbapi2.Connection) -> _Before:
    tables = _tables(connection)
    counts = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}
    return _Before(counts, {name: columns_of(connection, name) for name in tables})


def _tables(connection: dbapi2.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' "
        "AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_text_fts%' AND name <> 'alembic_version'"
    )
    return [row[0] for row in rows]


def _record_columns(connection: dbapi2.Connection, start: _Before, modules: list[Any], action: Action) -> None:
    """Record columns that came, went or were renamed, so that the replay of older rows still meets the rows."""
    renamed: dict[str, Mapping[str, str]] = {}
    for module in modules:
        for table, names in getattr(module, "RENAMED", {}).items():
            renamed[table] = {**renamed.get(table, {}), **names}
    for table, old in start.columns.items():
        new = columns_of(connection, table)
        if table in NOT_AUDITED or not new or set(old) == set(new):
            continue
        names = renamed.get(table, {})
        added = {}
        for column in sorted(set(new) - set(old) - set(names.values())):
            values = connection.execute(f'SELECT DISTINCT "{column}" FROM "{table}" LIMIT 2').fetchall()
            if len(values) == 1 and values[0][0] is not None:
                added[column] = values[0][0]
        dropped = sorted(set(old) - set(new) - set(names))
        what = {"added": added, "dropped": dropped, "renamed": dict(names)}
        action.record(TableInfo(table, (), (), (), None), "*", "schema", None, what)


def _check(connection: dbapi2.Connection, start: _Before, modules: list[Any], wanted: Shape) -> None:
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise UpgradeFailed("a row names another that is not there")
    named = frozenset(name for module in modules for name in module.TABLES) | {"audit_event", "audit_change"}
    now = _before(connection).counts
    if "*" not in named:
        for table, count in start.counts.items():
            if table not in named and now.get(table) != count:
                raise UpgradeFailed(f"the step does not name {table}, but its rows are not all there")
    if different := differences(wanted, shape_of(connection)):
        raise UpgradeFailed(f"not as a new database: {', '.join(different)}")
    findings = Findings()
    check_rows(connection, findings, lambda part: None)
    if findings.problems:
        raise UpgradeFailed(f"a step changed rows without recording it: {findings.problems[0].where}")


def _fresh_shape(steps: Steps) -> Shape:
    with closing(dbapi2.connect(":memory:", isolation_level=None)) as connection:
        steps.build(connection)
        return shape_of(connection)
