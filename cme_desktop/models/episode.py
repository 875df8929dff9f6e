"""A case: one period in which one child was, or may have been, missing education."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from cme_desktop.models.base import Base, Numbered, Period, new_uid


class Episode(Base, Numbered):
    """A case with its current status and headline action; its history is in the period rows."""

    __tablename__ = "episode"
    uid: Mapped[str] = mapped_column(unique=True, default=new_uid)
    ref: Mapped[str] = mapped_column(unique=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    missing_since: Mapped[date | None]
    status: Mapped[str] = mapped_column(ForeignKey("status_code.code"))
    pathway: Mapped[str]
    waiting_on: Mapped[str] = mapped_column(default="")
    risk: Mapped[str] = mapped_column(default="not-rated")
    reason: Mapped[str | None] = mapped_column(ForeignKey("reason_code.code"))
    dfe_reason: Mapped[str | None] = mapped_column(ForeignKey("dfe_reason_code.code"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    in_area: Mapped[bool] = mapped_column(default=True)
    on_roll: Mapped[bool] = mapped_column(default=False)
    suitably_educated: Mapped[bool] = mapped_column(default=False)
    counts_as_cme: Mapped[bool] = mapped_column(default=True)
    open_actions: Mapped[int] = mapped_column(default=0)
    next_action: Mapped[str] = mapped_column(default="")
    next_date: Mapped[date | None]
    review_on: Mapped[date | None]
    outcome: Mapped[str | None] = mapped_column(ForeignKey("outcome_code.code"))
    how_confirmed: Mapped[str] = mapped_column(default="")
    placed_school_urn: Mapped[str | None] = mapped_column(ForeignKey("school.urn"))
    placed_on: Mapped[date | None]
    year_group: Mapped[str] = mapped_column(default="")
    last_school_urn: Mapped[str | None] = mapped_column(ForeignKey("school.urn"))
    last_school_name: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        CheckConstraint("closed_on IS NOT NULL OR open_actions > 0", name="open_case_has_action"),
        CheckConstraint("closed_on IS NULL OR outcome IS NOT NULL", name="closed_case_has_outcome"),
        Index("ix_episode_open", "closed_on", "next_date"),
    )


class EpisodeStatus(Period, Base, Numbered):
    """The status of a case over a period."""

    __tablename__ = "episode_status"
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    status: Mapped[str] = mapped_column(ForeignKey("status_code.code"))
    pathway: Mapped[str]
    counts_as_cme: Mapped[bool]
    why: Mapped[str] = mapped_column(default="")


class EpisodeWaiting(Period, Base, Numbered):
    """Whom a case waited on over a period."""

    __tablename__ = "episode_waiting"
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    waiting_on: Mapped[str]


class EpisodeRisk(Period, Base, Numbered):
    """The risk rating of a case over a period."""

    __tablename__ = "episode_risk"
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    risk: Mapped[str]
    why: Mapped[str] = mapped_column(default="")


class EpisodeReason(Period, Base, Numbered):
    """Why the child was missing education over a period, in the council's and in the DfE's list."""

    __tablename__ = "episode_reason"
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    reason: Mapped[str | None] = mapped_column(ForeignKey("reason_code.code"))
    dfe_reason: Mapped[str | None] = mapped_column(ForeignKey("dfe_reason_code.code"))


class CaseCounter(Base):
    """The last number given in a year to a series (case references, order numbers); numbers are never reused."""

    __tablename__ = "case_counter"
    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class Referral(Base, Numbered):
    """Who told the council about the child, by which route, and what was said."""

    __tablename__ = "referral"
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    received_on: Mapped[date]
    route: Mapped[str]
    referrer_kind: Mapped[str]
    referrer_name: Mapped[str] = mapped_column(default="")
    referrer_contact: Mapped[str] = mapped_column(default="")
    referrer_school_urn: Mapped[str | None] = mapped_column(ForeignKey("school.urn"))
    their_reference: Mapped[str] = mapped_column(default="")
    details: Mapped[str] = mapped_column(default="")
    source_file_id: Mapped[int | None] = mapped_column(ForeignKey("source_file.id"))
    told_of_closure_on: Mapped[date | None]


class Parent(Base, Numbered):
    """A parent or carer on one case (s576); never merged by machine with another.

    ``must_not_be_told`` means must not learn where the child is; ``electronic_address`` is the address to which
    the person has consented in writing to electronic service, on ``electronic_consent_on``.
    """

    __tablename__ = "parent"
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    title: Mapped[str] = mapped_column(default="")
    forename: Mapped[str] = mapped_column(default="")
    surname: Mapped[str] = mapped_column(default="")
    relationship_code: Mapped[str] = mapped_column(default="")
    relationship: Mapped[str] = mapped_column(default="")
    parental_responsibility: Mapped[bool] = mapped_column(default=False)
    has_care: Mapped[bool] = mapped_column(default=False)
    address: Mapped[list[str]] = mapped_column(default=list)
    postcode: Mapped[str] = mapped_column(default="")
    address_confidential: Mapped[bool] = mapped_column(default=False)
    phones: Mapped[list[Any]] = mapped_column(default=list)
    email: Mapped[str] = mapped_column(default="")
    may_be_written_to: Mapped[bool] = mapped_column(default=True)
    must_not_be_told: Mapped[bool] = mapped_column(default=False)
    no_contact: Mapped[bool] = mapped_column(default=False)
    restriction_reason: Mapped[str] = mapped_column(default="")
    electronic_consent: Mapped[bool] = mapped_column(default=False)
    electronic_consent_on: Mapped[date | None]
    electronic_address: Mapped[str] = mapped_column(default="")
    court_order: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
