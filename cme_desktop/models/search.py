"""Search rows: made from other rows in the same transaction, normalised in Python, never audited (design.md 3)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cme_desktop.models.base import Base, Numbered


class SearchWho(Base):
    """One thing a child is found by: a name, a word of a name, a number, a date of birth, a school.

    ``rank`` orders hits of one tier: 0 for what is so now, higher for what was so, or belongs to a parent.
    """

    __tablename__ = "search_who"
    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[int] = mapped_column(primary_key=True)
    episode_id: Mapped[int | None]
    rank: Mapped[int] = mapped_column(default=0)
    __table_args__ = (Index("ix_search_who_child", "child_id", "kind", "value"), {"sqlite_with_rowid": False})


class SearchText(Base, Numbered):
    """The normalised words of one note, enquiry, event or letter; ``storage/ddl.py`` indexes ``body``."""

    __tablename__ = "search_text"
    source: Mapped[str]
    source_id: Mapped[int]
    child_id: Mapped[int] = mapped_column(index=True)
    episode_id: Mapped[int | None]
    on_day: Mapped[date]
    body: Mapped[str]
    __table_args__ = (UniqueConstraint("source", "source_id"),)
