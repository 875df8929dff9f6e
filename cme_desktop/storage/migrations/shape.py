"""The shape of a database: tables, columns, keys, checks, indexes and triggers, comparable with another's."""

from __future__ import annotations

import re
from typing import Any

from sqlcipher3 import dbapi2

Shape = dict[str, Any]
_HIDDEN = frozenset(
    {
        *(f"search_text_fts_{part}" for part in ("config", "content", "data", "docsize", "idx")),
        *(f"sqlite_{part}" for part in ("sequence", "stat1", "stat4")),
        "alembic_version",
    }
)
"""What the engine, the full-text index and Alembic keep for themselves."""


def shape_of(connection: dbapi2.Connection) -> Shape:
    """Return the shape of a database; the order of columns and the spelling of statements do not count."""
    shape: Shape = {}
    for kind, name, table, sql in connection.execute(
        "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
    ).fetchall():
        if (kind == "table" and name in _HIDDEN) or sql is None:
            continue
        if kind == "table" and not sql.upper().startswith("CREATE VIRTUAL"):
            shape[f"table {name}"] = _table(connection, name, sql)
        elif kind == "index":
            shape[f"index {name}"] = _index(connection, table, name, sql)
        else:
            shape[f"{kind} {name}"] = " ".join(sql.split())
    return shape


def differences(wanted: Shape, found: Shape) -> list[str]:
    """Return the names of what differs between two shapes."""
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def columns_of(connection: dbapi2.Connection, table: str) -> list[str]:
    """Return the names of a table's columns."""
    return [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]


def _table(connection: dbapi2.Connection, name: str, sql: str) -> Shape:
    columns = {
        row[1]: (row[2], row[3], row[4], row[5])
        for row in connection.execute(f'PRAGMA table_info("{name}")').fetchall()
    }
    foreign = sorted(tuple(row[2:8]) for row in connection.execute(f'PRAGMA foreign_key_list("{name}")').fetchall())
    unique = sorted(
        tuple(row[2] for row in connection.execute(f'PRAGMA index_info("{index[1]}")').fetchall())
        for index in connection.execute(f'PRAGMA index_list("{name}")').fetchall()
        if index[3] == "u"
    )
    strict, without_rowid = connection.execute(
        "SELECT strict, wr FROM pragma_table_list WHERE name = ? AND schema = 'main'", (name,)
    ).fetchone()
    return {
        "columns": columns,
        "foreign": foreign,
        "deferred": sql.upper().count("DEFERRABLE"),
        "unique": unique,
        "checks": _checks(sql),
        "strict": strict,
        "without_rowid": without_rowid,
    }


def _index(connection: dbapi2.Connection, table: str, name: str, sql: str) -> Shape:
    columns = [tuple(row[2:6]) for row in connection.execute(f'PRAGMA index_xinfo("{name}")').fetchall() if row[5]]
    where = re.split(r"\bWHERE\b", sql, flags=re.IGNORECASE)
    return {
        "table": table,
        "unique": sql.upper().startswith("CREATE UNIQUE"),
        "columns": columns,
        "where": " ".join(where[1].split()) if len(where) > 1 else "",
    }


def _checks(sql: str) -> list[str]:
    """Return the conditions of a table's CHECK constraints, each as one line."""
    found = []
    for match in re.finditer(r"\bCHECK\s*\(", sql, flags=re.IGNORECASE):
        depth, end = 1, match.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        found.append(" ".join(sql[match.end() : end - 1].split()))
    return sorted(found)
