"""The first tables of the register."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

TABLES = frozenset({"*"})
"""Every table is made here."""


def upgrade() -> None:
    """Run the statements beside this file: never changed once shipped, and never made from mapped classes."""
    text = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    for statement in text.split(";\n"):
        if statement.strip():
            op.execute(statement)
