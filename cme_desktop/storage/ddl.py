"""What the mapped classes cannot say: append-only triggers, full-text tables, and how a new database is built."""

from __future__ import annotations

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

import cme_desktop.models  # noqa: F401  (makes the metadata complete)
from cme_desktop.models.base import Base


def build(connection: dbapi2.Connection) -> None:
    """Make every table of a new database in one transaction."""
    engine = create_engine("sqlite+pysqlite://", module=dbapi2, creator=lambda: connection, poolclass=StaticPool)
    with engine.connect() as bound:
        bound.exec_driver_sql("BEGIN IMMEDIATE")
        Base.metadata.create_all(bound)
        bound.commit()
