"""Files that came in, the pupils read from them, and who in the register each may be."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cme_desktop.models.base import Base, Numbered, new_uid


class SourceFile(Base, Numbered):
    """One S2S file as received; its bytes are sealed, its hash is the import ledger."""

    __tablename__ = "source_file"
    uid: Mapped[str] = mapped_column(unique=True, default=new_uid)
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    content_id: Mapped[int] = mapped_column(ForeignKey("content_file.id"))
    part_of_id: Mapped[int | None] = mapped_column(ForeignKey("source_file.id"))
    kind: Mapped[str]
    kind_from: Mapped[str | None]
    status: Mapped[str]
    lost: Mapped[bool] = mapped_column(default=False)
    version: Mapped[str] = mapped_column(default="")
    supplier: Mapped[str] = mapped_column(default="")
    descriptor: Mapped[str] = mapped_column(default="")
    made_at: Mapped[str] = mapped_column(default="")
    source_school: Mapped[dict[str, Any]] = mapped_column(default=dict)
    destination: Mapped[dict[str, Any]] = mapped_column(default=dict)
    repairs: Mapped[list[Any]] = mapped_column(default=list)
    problems: Mapped[list[Any]] = mapped_column(default=list)
    unused_elements: Mapped[list[Any]] = mapped_column(default=list)
    received_at: Mapped[datetime]
    received_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    from_folder: Mapped[bool] = mapped_column(default=False)
    is_problem: Mapped[bool] = mapped_column(default=False)
    problem_settled_at: Mapped[datetime | None]


class FolderFile(Base, Numbered):
    """A file of the watched folder that is held but could not yet be deleted there."""

    __tablename__ = "folder_file"
    path: Mapped[str] = mapped_column(unique=True)
    source_file_id: Mapped[int] = mapped_column(ForeignKey("source_file.id"))
    seen_at: Mapped[datetime]
    delete_after: Mapped[date | None]
    refusal: Mapped[str] = mapped_column(default="")


class SeenAgain(Base, Numbered):
    """The same bytes received once more, perhaps under another name."""

    __tablename__ = "seen_again"
    source_file_id: Mapped[int] = mapped_column(ForeignKey("source_file.id"), index=True)
    name: Mapped[str]
    seen_at: Mapped[datetime]


class StagedPupil(Base, Numbered):
    """One pupil of a file, waiting for a person's decision or decided."""

    __tablename__ = "staged_pupil"
    source_file_id: Mapped[int] = mapped_column(ForeignKey("source_file.id"), index=True)
    number: Mapped[int]
    record: Mapped[dict[str, Any]]
    meaning: Mapped[str]
    meaning_code: Mapped[str]
    proposed: Mapped[str]
    event_date: Mapped[date | None]
    decision: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    later_until: Mapped[date | None]
    child_id: Mapped[int | None] = mapped_column(ForeignKey("child.id"))
    episode_id: Mapped[int | None] = mapped_column(ForeignKey("episode.id"))
    __table_args__ = (
        CheckConstraint("decision IS NULL OR decision IN ('match', 'new', 'not-cme', 'later')", name="decision"),
        UniqueConstraint("source_file_id", "number"),
        Index("ix_staged_pupil_waiting", "decision"),
    )


class MatchCandidate(Base, Numbered):
    """A child of the register who may be the staged pupil, with the score and the reasons in words."""

    __tablename__ = "match_candidate"
    staged_id: Mapped[int] = mapped_column(ForeignKey("staged_pupil.id"), index=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"))
    episode_id: Mapped[int | None] = mapped_column(ForeignKey("episode.id"))
    rank: Mapped[int]
    score: Mapped[int]
    match_class: Mapped[str]
    reasons: Mapped[list[Any]]
    __table_args__ = (CheckConstraint("match_class IN ('certain', 'review', 'new')", name="match_class"),)


class NotSame(Base, Numbered):
    """A pair that a person judged not to be the same child, remembered until the data changes (F16)."""

    __tablename__ = "not_same"
    pupil_key: Mapped[str] = mapped_column(index=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"))
    said_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(default="")
    __table_args__ = (UniqueConstraint("pupil_key", "child_id"),)
