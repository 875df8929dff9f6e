"""Write the first migration step and its fixture from the mapped classes: only until the first release.

Run ``python -m tests.storage.write_first_schema`` after a change of the models; from the release on a change is a new
step, and both files stay as they are.
"""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

from sqlcipher3 import dbapi2

from cme_desktop.storage import ddl
from cme_desktop.storage.migrations.runner import HERE

STEP = HERE / "versions" / "0001_first.sql"
FIXTURE = Path(__file__).parents[1] / "fixtures" / "schemas" / "0001.sql"
_MADE_BY_DDL = ("search_text_fts", "alembic_version", "uq_signing_key_current", "sqlite_")


def statements(connection: dbapi2.Connection) -> list[tuple[str, str, str]]:
    """Return type, name and statement of everything in a database, in the order in which it can be made again."""
    rows = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' "
        "AND name NOT LIKE 'search_text_fts_%' "
        "ORDER BY type = 'trigger', type = 'index', CASE type WHEN 'index' THEN name END, rowid"
    ).fetchall()
    return [(kind, name, re.sub(r"[ \t]+(?=\n)", "", sql).strip()) for kind, name, sql in rows]


def first_step(connection: dbapi2.Connection) -> str:
    """Return the statements of the first step: tables and indexes of the mapped classes."""
    made = [
        sql for kind, name, sql in statements(connection) if kind != "trigger" and not name.startswith(_MADE_BY_DDL)
    ]
    return ";\n\n".join(made) + ";\n"


def whole_schema(connection: dbapi2.Connection) -> str:
    """Return everything in a database, one statement after another, each ended by a line of two hyphens."""
    return "".join(f"{sql}\n--\n" for _, _, sql in statements(connection))


def fresh() -> dbapi2.Connection:
    """Return a new database in memory."""
    connection = dbapi2.connect(":memory:", isolation_level=None)
    ddl.build(connection)
    return connection


if __name__ == "__main__":
    with closing(fresh()) as built:
        STEP.write_text(first_step(built), encoding="utf-8")
        FIXTURE.write_text(whole_schema(built), encoding="utf-8")
