"""Compare the shape of a database with that of a fresh one: a safeguard taken out or put in shows (safety.md 10)."""

from __future__ import annotations

from contextlib import closing

from sqlcipher3 import dbapi2

from cme_desktop.storage import schema
from cme_desktop.storage.checks.findings import Findings
from cme_desktop.storage.ddl import FULL_TEXT, build
from cme_desktop.storage.migrations.shape import Shape, shape_of


def check_structure(connection: dbapi2.Connection, findings: Findings) -> None:
    """Name each table, index, check, trigger and view that is not as in a fresh database, and a version that is not so.

    A backup of an earlier version has that version's shape; it is compared once it was brought up to date.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    steps = [row[0] for row in connection.execute("SELECT version_num FROM alembic_version")]
    if steps != [f"{version:04d}"] or not 1 <= version <= schema.SCHEMA_VERSION:
        words = "The database does not say which version of the program's tables it has, or says two things."
        findings.add("audit", "schema:version", None, words)
    elif version < schema.SCHEMA_VERSION:
        return
    wanted, found = _fresh(), shape_of(connection)
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            words = f"The safeguard {_words(name)} was taken out of the database."
        elif name not in wanted:
            words = f"The database has a {_words(name)} that this program did not make."
        elif found[name] != wanted[name]:
            words = f"The {_words(name)} of the database is not as this program made it."
        else:
            continue
        findings.add("audit", name.replace(" ", ":", 1), None, words)
    options = dict(connection.execute(f"SELECT k, v FROM {FULL_TEXT}_config").fetchall())
    if not options.get("secure-delete"):
        words = "The full-text index was set to keep pieces of what is erased."
        findings.add("audit", f"table:{FULL_TEXT}", None, words)


def _fresh() -> Shape:
    with closing(dbapi2.connect(":memory:", isolation_level=None)) as connection:
        build(connection)
        return shape_of(connection)


def _words(name: str) -> str:
    return name.split(" ", 1)[-1] if name.startswith("trigger ") else name
