"""Compare the full-text index with what it is made from: words taken out of it are found by no search."""

from __future__ import annotations

from itertools import zip_longest

from sqlcipher3 import dbapi2

from cme_desktop.storage.checks.findings import OUTSIDE, Findings
from cme_desktop.storage.ddl import FULL_TEXT, TOKENS

_THERE, _AGAIN, _MADE = "verify_there", "verify_again", "verify_made"


def check_full_text(connection: dbapi2.Connection, findings: Findings) -> None:
    """Make the index again, in memory of the connection's own, and name the first place at which it differs."""
    connection.execute("PRAGMA query_only = OFF")  # the database is not written to: all this is temporary
    try:
        connection.execute(f"CREATE VIRTUAL TABLE temp.{_AGAIN} USING fts5(body, content='', tokenize=\"{TOKENS}\")")
        connection.execute(f"CREATE VIRTUAL TABLE temp.{_THERE} USING fts5vocab(main, {FULL_TEXT}, instance)")
        connection.execute(f"CREATE VIRTUAL TABLE temp.{_MADE} USING fts5vocab(temp, {_AGAIN}, instance)")
        connection.execute(f"INSERT INTO temp.{_AGAIN} (rowid, body) SELECT id, body FROM main.search_text ORDER BY id")
        sql = "SELECT term, doc, col, offset FROM temp.{}"
        there, made = connection.execute(sql.format(_THERE)), connection.execute(sql.format(_MADE))
        for found, wanted in zip_longest(there, made):
            if found != wanted:
                number = min(row[1] for row in (found, wanted) if row is not None)
                words = f"A search does not find by words what was written. {OUTSIDE}"
                findings.add("rows", f"search_text:{number}", None, words)
                break
    finally:
        connection.execute("PRAGMA query_only = ON")
