"""What happened on a case and what is to be done next: events, enquiries, tasks, risk assessments, drafts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cme_desktop.models.base import Base, Numbered, new_uid


class Event(Base, Numbered):
    """One line of a case's timeline, with the day it happened and the instant it was recorded."""

    __tablename__ = "event"
    uid: Mapped[str] = mapped_column(unique=True, default=new_uid)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"))
    kind: Mapped[str]
    happened_on: Mapped[date]
    happened_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    enquiry_id: Mapped[int | None] = mapped_column(ForeignKey("enquiry.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    source_file_id: Mapped[int | None] = mapped_column(ForeignKey("source_file.id"))
    __table_args__ = (Index("ix_event_case", "episode_id", "happened_on"),)


class Enquiry(Base, Numbered):
    """One enquiry of the school or of the council: name or team, contact details, date and outcome (SD39).

    ``agency`` is a code of the contact types, such as ``housing``; ``outcome`` one of the enquiry outcomes.
    """

    __tablename__ = "enquiry"
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    side: Mapped[str]
    enquiry_code: Mapped[str | None] = mapped_column(ForeignKey("enquiry_code.code"))
    asked: Mapped[str]
    contact_detail: Mapped[str]
    method: Mapped[str] = mapped_column(ForeignKey("method_code.code"))
    agency: Mapped[str] = mapped_column(default="")
    made_on: Mapped[date]
    made_at: Mapped[datetime | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("parent.id"))
    outcome: Mapped[str]
    outcome_detail: Mapped[str] = mapped_column(default="")
    answered_on: Mapped[date | None]
    chase_on: Mapped[date | None]
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("side IN ('school', 'council')", name="side"),
        CheckConstraint("asked <> '' AND contact_detail <> ''", name="sd39"),
    )


class Task(Base, Numbered):
    """One step to be done: derived by a rule with its reason, or entered by hand."""

    __tablename__ = "task"
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    rule: Mapped[str]
    title: Mapped[str]
    why: Mapped[str] = mapped_column(default="")
    due: Mapped[date]
    band: Mapped[str] = mapped_column(default="")
    waits_on: Mapped[str]
    derivation: Mapped[list[str]] = mapped_column(default=list)
    facts_hash: Mapped[str] = mapped_column(default="")
    is_manual: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="open")
    put_off_until: Mapped[date | None]
    put_off_reason: Mapped[str] = mapped_column(default="")
    done_on: Mapped[date | None]
    done_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("state IN ('open', 'done', 'dropped')", name="state"),
        Index("ix_task_open", "state", "due"),
    )


class RiskAssessment(Base, Numbered):
    """One version of the 22 questions; a finished version never changes (F40)."""

    __tablename__ = "risk_assessment"
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    version: Mapped[int]
    started_at: Mapped[datetime]
    started_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    finished_at: Mapped[datetime | None]
    finished_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    rating: Mapped[str] = mapped_column(default="not-rated")
    __table_args__ = (UniqueConstraint("episode_id", "version"),)


class RiskAnswer(Base, Numbered):
    """The answer to one of the 22 questions, with evidence, who said so and when; no row means not asked yet."""

    __tablename__ = "risk_answer"
    assessment_id: Mapped[int] = mapped_column(ForeignKey("risk_assessment.id"), index=True)
    question: Mapped[int]
    answer: Mapped[str]
    evidence: Mapped[str] = mapped_column(default="")
    told_by: Mapped[str] = mapped_column(default="")
    answered_on: Mapped[date]
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("answer IN ('yes', 'no', 'not-sure')", name="answer"),
        UniqueConstraint("assessment_id", "question"),
    )


class RiskResponse(Base, Numbered):
    """What was done about a Yes or Not sure: who was told and when, or why nobody was (SD73; F42)."""

    __tablename__ = "risk_response"
    assessment_id: Mapped[int] = mapped_column(ForeignKey("risk_assessment.id"), index=True)
    question: Mapped[int]
    outcome: Mapped[str]
    told: Mapped[str] = mapped_column(default="")
    contact_detail: Mapped[str] = mapped_column(default="")
    called_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class FormDraft(Base):
    """What was typed in a form and not yet saved: encrypted like all else, not audited, erased on save."""

    __tablename__ = "form_draft"
    key: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    values: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
