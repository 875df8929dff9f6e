"""The order process of one case: the steps taken, each service, each decision not to serve, each approval."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cme_desktop.models.base import Base, Numbered


class OrderProcess(Base, Numbered):
    """One run of the order process, pinned to the rule set in force when its first notice was served."""

    __tablename__ = "order_process"
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    regime: Mapped[str]
    ruleset: Mapped[str]
    state: Mapped[str]
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    school_urn: Mapped[str | None] = mapped_column(ForeignKey("school.urn"))


class OrderStep(Base, Numbered):
    """One act of the order process as recorded; ``data`` holds what only this kind of act has."""

    __tablename__ = "order_step"
    process_id: Mapped[int] = mapped_column(ForeignKey("order_process.id"), index=True)
    action: Mapped[str]
    on_day: Mapped[date]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("parent.id"))
    school_urn: Mapped[str | None] = mapped_column(ForeignKey("school.urn"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Service(Base, Numbered):
    """The service of one document on one parent or school, and how its days were counted (s572)."""

    __tablename__ = "service"
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("parent.id"), index=True)
    school_urn: Mapped[str | None] = mapped_column(ForeignKey("school.urn"))
    method: Mapped[str] = mapped_column(ForeignKey("method_code.code"))
    sent_on: Mapped[date]
    deemed_on: Mapped[date]
    last_day: Mapped[date | None]
    printed_last_day: Mapped[date | None]
    defective: Mapped[bool] = mapped_column(default=False)
    address_used: Mapped[list[str]] = mapped_column(default=list)
    proof: Mapped[str] = mapped_column(default="")
    returned_on: Mapped[date | None]
    derivation: Mapped[list[str]] = mapped_column(default=list)
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]


class Approval(Base, Numbered):
    """What waits for a second person, or what that person decided; never the one who asked."""

    __tablename__ = "approval"
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    kind: Mapped[str]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("parent.id"))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(default="waiting")
    reason: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        CheckConstraint("decision IN ('waiting', 'approved', 'refused', 'withdrawn')", name="decision"),
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="never_the_drafter"),
    )


class OrderNumber(Base, Numbered):
    """The number of a school attendance order, reserved when it is drafted and never reused."""

    __tablename__ = "order_number"
    number: Mapped[str] = mapped_column(unique=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    __table_args__ = (UniqueConstraint("document_id"),)
