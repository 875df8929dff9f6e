"""What the mapped classes cannot say: append-only triggers, full-text tables, and how a new database is built."""

from __future__ import annotations

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

import cme_desktop.models  # noqa: F401 (makes the metadata complete)
from cme_desktop.models.base import Base
from cme_desktop.storage.schema import SCHEMA_VERSION

FULL_TEXT = "search_text_fts"
TOKENS = "unicode61 remove_diacritics 0 categories 'L* M* N* Co'"
"""What counts as a word of the full-text index."""

# An erasure may blank what a change said and its salt, once, naming the event that did it. All else is refused.
_TRIGGERS = {
    "audit_event_append_only": """
        CREATE TRIGGER audit_event_append_only BEFORE UPDATE ON audit_event
        WHEN NOT (
            NEW.reason IS NULL AND NEW.reason_salt IS NULL AND OLD.erased_by IS NULL
            AND EXISTS (SELECT 1 FROM audit_event WHERE seq = NEW.erased_by AND action LIKE 'erase.%')
            AND NEW.seq IS OLD.seq AND NEW.at IS OLD.at AND NEW.user_id IS OLD.user_id AND NEW.key_id IS OLD.key_id
            AND NEW.action IS OLD.action AND NEW.reason_digest IS OLD.reason_digest AND NEW.entity IS OLD.entity
            AND NEW.episode_id IS OLD.episode_id AND NEW.batch IS OLD.batch
            AND NEW.clock_doubtful IS OLD.clock_doubtful AND NEW.changes IS OLD.changes
            AND NEW.changes_digest IS OLD.changes_digest AND NEW.prev_hash IS OLD.prev_hash
            AND NEW.hash IS OLD.hash AND NEW.signature IS OLD.signature
        )
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    "audit_event_no_delete": """
        CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    "audit_change_append_only": """
        CREATE TRIGGER audit_change_append_only BEFORE UPDATE ON audit_change
        WHEN NOT (
            NEW.before IS NULL AND NEW.after IS NULL AND NEW.salt IS NULL AND OLD.erased_by IS NULL
            AND EXISTS (SELECT 1 FROM audit_event WHERE seq = NEW.erased_by AND action LIKE 'erase.%')
            AND NEW.id IS OLD.id AND NEW.seq IS OLD.seq AND NEW.table_name IS OLD.table_name
            AND NEW.row_id IS OLD.row_id AND NEW.operation IS OLD.operation AND NEW.digest IS OLD.digest
        )
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    "audit_change_no_delete": """
        CREATE TRIGGER audit_change_no_delete BEFORE DELETE ON audit_change
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    "search_text_added": f"""
        CREATE TRIGGER search_text_added AFTER INSERT ON search_text
        BEGIN INSERT INTO {FULL_TEXT}(rowid, body) VALUES (NEW.id, NEW.body); END""",
    "search_text_removed": f"""
        CREATE TRIGGER search_text_removed AFTER DELETE ON search_text
        BEGIN INSERT INTO {FULL_TEXT}({FULL_TEXT}, rowid, body) VALUES ('delete', OLD.id, OLD.body); END""",
    "search_text_changed": f"""
        CREATE TRIGGER search_text_changed AFTER UPDATE ON search_text
        BEGIN
            INSERT INTO {FULL_TEXT}({FULL_TEXT}, rowid, body) VALUES ('delete', OLD.id, OLD.body);
            INSERT INTO {FULL_TEXT}(rowid, body) VALUES (NEW.id, NEW.body);
        END""",
}

_INDEXES = {
    "uq_signing_key_current": """
        CREATE UNIQUE INDEX uq_signing_key_current ON signing_key (person_id) WHERE retired_at IS NULL""",
}


def build(connection: dbapi2.Connection) -> None:
    """Make every table, index and trigger of a new database in one transaction."""
    engine = create_engine("sqlite+pysqlite://", module=dbapi2, creator=lambda: connection, poolclass=StaticPool)
    with engine.connect() as bound:
        bound.exec_driver_sql("BEGIN IMMEDIATE")
        Base.metadata.create_all(bound)
        apply(bound)
        bound.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT NOT NULL PRIMARY KEY) STRICT")
        bound.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (f"{SCHEMA_VERSION:04d}",))
        bound.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
        bound.commit()


def apply(connection: Connection) -> None:
    """Make what the mapped classes cannot say anew, whatever of it is there: triggers, extra indexes, full text.

    The full-text index is filled again from its table when it was missing. The caller's transaction holds it all.
    """
    there = {(row[0], row[1]) for row in connection.exec_driver_sql("SELECT type, name FROM sqlite_master")}
    for kind, wanted in (("trigger", _TRIGGERS), ("index", _INDEXES)):
        for name, statement in wanted.items():
            if (kind, name) in there:
                connection.exec_driver_sql(f'DROP {kind.upper()} "{name}"')
            connection.exec_driver_sql(_tidy(statement))
    if ("table", FULL_TEXT) not in there:
        connection.exec_driver_sql(
            f"CREATE VIRTUAL TABLE {FULL_TEXT} USING fts5(body, content='search_text', content_rowid='id', "
            f'tokenize="{TOKENS}")'
        )
        # Without this, pieces of an erased name stay in the index (safety.md 2).
        connection.exec_driver_sql(f"INSERT INTO {FULL_TEXT}({FULL_TEXT}, rank) VALUES ('secure-delete', 1)")
        connection.exec_driver_sql(f"INSERT INTO {FULL_TEXT}({FULL_TEXT}) VALUES ('rebuild')")


def triggers() -> dict[str, str]:
    """Return every trigger by name, as it stands in the database."""
    return {name: _tidy(statement) for name, statement in _TRIGGERS.items()}


def _tidy(statement: str) -> str:
    return " ".join(statement.split())
