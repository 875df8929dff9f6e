"""Reference data of the register: dated code lists, schools, calendars, settings, signatories and confirmed forms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cme_desktop.models.base import Base, Numbered


class DatedCode:
    """One code of a dated list: a code that is withdrawn keeps its row and gets a ``valid_to``."""

    code: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    sort_order: Mapped[int] = mapped_column(default=0)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(default="")


class StatusCode(DatedCode, Base):
    """The status of a case, finer than its pathway."""

    __tablename__ = "status_code"
    pathway: Mapped[str]
    is_open: Mapped[bool]


class OutcomeCode(DatedCode, Base):
    """How a case ended (law-and-process.md 7)."""

    __tablename__ = "outcome_code"


class GroundCode(DatedCode, Base):
    """A removal ground of the 2006 or 2024 regulations, such as ``2024:9(1)(i)``."""

    __tablename__ = "ground_code"


class ReasonCode(DatedCode, Base):
    """The council's own reason why a child is missing education, mapped to a published DfE reason."""

    __tablename__ = "reason_code"
    dfe_reason: Mapped[str | None] = mapped_column(ForeignKey("dfe_reason_code.code"))


class DfeReasonCode(DatedCode, Base):
    """A primary reason of the DfE collection, labelled as published."""

    __tablename__ = "dfe_reason_code"


class MethodCode(DatedCode, Base):
    """A way of serving a document or of making an enquiry; ``serves`` marks the lawful ways of service (s572)."""

    __tablename__ = "method_code"
    serves: Mapped[bool] = mapped_column(default=False)


class EnquiryCode(DatedCode, Base):
    """One line of the reasonable-enquiries list, RE01 to RE16."""

    __tablename__ = "enquiry_code"
    side: Mapped[str]


class RiskGroupCode(DatedCode, Base):
    """A group at particular risk, in the words of DfE 2016 or of Harrow's policy."""

    __tablename__ = "risk_group_code"


class School(Base):
    """A school of the directory: an assembled or downloaded GIAS snapshot, replaced by the council's own."""

    __tablename__ = "school"
    urn: Mapped[str] = mapped_column(primary_key=True)
    la: Mapped[str] = mapped_column(default="")
    estab: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(default="")
    sector: Mapped[str] = mapped_column(default="other")
    phase: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="open")
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    address: Mapped[list[str]] = mapped_column(default=list)
    postcode: Mapped[str] = mapped_column(default="", index=True)
    phone: Mapped[str] = mapped_column(default="")
    website: Mapped[str] = mapped_column(default="")
    low_age: Mapped[int | None]
    high_age: Mapped[int | None]
    trust: Mapped[str] = mapped_column(default="")
    head_name: Mapped[str] = mapped_column(default="")
    admission_number: Mapped[int | None]
    admission_authority: Mapped[str] = mapped_column(default="")
    snapshot_on: Mapped[date | None]
    training_only: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (Index("ix_school_la_estab", "la", "estab"),)


class SchoolLink(Base, Numbered):
    """A predecessor, successor or merger between two schools."""

    __tablename__ = "school_link"
    urn: Mapped[str] = mapped_column(index=True)
    other_urn: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    on_day: Mapped[date | None]


class Term(Base, Numbered):
    """One term as entered for the register, dates inclusive; ``INSET`` rows are single days."""

    __tablename__ = "term"
    academic_year: Mapped[str]
    term: Mapped[str]
    term_start: Mapped[date]
    term_end: Mapped[date]
    half_term_start: Mapped[date | None]
    half_term_end: Mapped[date | None]
    status: Mapped[str] = mapped_column(default="entered")
    school_urn: Mapped[str | None]


class BankHoliday(Base):
    """A bank holiday of one of the three UK divisions."""

    __tablename__ = "bank_holiday"
    division: Mapped[str] = mapped_column(primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    title: Mapped[str]


class Setting(Base):
    """A policy figure or a contact of the council, editable by an administrator and audited."""

    __tablename__ = "setting"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]


class Signatory(Base, Numbered):
    """An officer authorised to sign documents for the council (Education Act 1996, s566), between two dates."""

    __tablename__ = "signatory"
    name: Mapped[str]
    post: Mapped[str]
    authority: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ConfirmedForm(Base, Numbered):
    """A prescribed form that a named person from Legal has confirmed."""

    __tablename__ = "confirmed_form"
    document_code: Mapped[str]
    template_version: Mapped[str]
    confirmed_by: Mapped[str]
    post: Mapped[str]
    confirmed_on: Mapped[date]
    content_id: Mapped[int | None] = mapped_column(ForeignKey("content_file.id"))


class TemplateVersion(Base, Numbered):
    """A shipped template, by code, version and hash; a document points at the row it used."""

    __tablename__ = "template_version"
    document_code: Mapped[str]
    version: Mapped[str]
    sha256: Mapped[str]
    added_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("document_code", "version"),)


class RoutineCheck(Base, Numbered):
    """When an office routine (backup, weekly S2S message check, records check) was last done and by whom."""

    __tablename__ = "routine_check"
    kind: Mapped[str] = mapped_column(index=True)
    done_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
