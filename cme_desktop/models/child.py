"""The child: apart from any case, with dated names, addresses and school registrations."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cme_desktop.models.base import Base, Numbered, Period, new_uid


class Child(Base, Numbered):
    """A child known to the register, whether or not there is a case."""

    __tablename__ = "child"
    uid: Mapped[str] = mapped_column(unique=True, default=new_uid)
    dob: Mapped[date | None] = mapped_column(index=True)
    dob_text: Mapped[str] = mapped_column(default="")
    sex: Mapped[str] = mapped_column(default="U")
    restricted: Mapped[bool] = mapped_column(default=False)
    ethnicity: Mapped[str] = mapped_column(default="")
    first_language: Mapped[str] = mapped_column(default="")
    sen_provision: Mapped[str] = mapped_column(default="")
    has_ehcp: Mapped[bool] = mapped_column(default=False)
    ehcp_school_urn: Mapped[str | None]
    looked_after: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class ChildName(Period, Base, Numbered):
    """A name of the child: legal, preferred, former or in another script."""

    __tablename__ = "child_name"
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    kind: Mapped[str] = mapped_column(default="legal")
    surname: Mapped[str]
    forename: Mapped[str]
    middle_names: Mapped[str] = mapped_column(default="")
    surname_key: Mapped[str] = mapped_column(default="")
    forename_key: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        Index("ix_child_name_keys", "surname_key", "forename_key"),
        CheckConstraint("surname <> '' OR forename <> ''", name="some_name"),
    )


class ChildAddress(Period, Base, Numbered):
    """Where the child lives or lived; never filled from somebody else's address."""

    __tablename__ = "child_address"
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    lines: Mapped[list[str]]
    postcode: Mapped[str] = mapped_column(default="")
    postcode_key: Mapped[str] = mapped_column(default="", index=True)
    country: Mapped[str] = mapped_column(default="")
    uprn: Mapped[str] = mapped_column(default="")
    confidential: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(default="")


class SchoolRegistration(Period, Base, Numbered):
    """A school whose admission register holds or held the child; ``valid_from`` is the first day, if known."""

    __tablename__ = "school_registration"
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    school_urn: Mapped[str | None] = mapped_column(ForeignKey("school.urn"), index=True)
    la: Mapped[str] = mapped_column(default="")
    estab: Mapped[str] = mapped_column(default="")
    school_name: Mapped[str]
    entry_date: Mapped[date | None]
    leaving_date: Mapped[date | None]
    leaving_reason: Mapped[str] = mapped_column(default="")
    ground: Mapped[str | None] = mapped_column(ForeignKey("ground_code.code"))
    ground_text: Mapped[str] = mapped_column(default="")
    ground_read_because: Mapped[str] = mapped_column(default="")
    first_absent_day: Mapped[date | None]
    source: Mapped[str] = mapped_column(default="")


class ChildIdentifier(Base, Numbered):
    """A number of the child: UPN, former UPN, ULN, UCI or the id of an earlier list; all are kept and matched."""

    __tablename__ = "child_identifier"
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    scheme: Mapped[str]
    value: Mapped[str]
    kind: Mapped[str] = mapped_column(default="")
    is_current: Mapped[bool] = mapped_column(default=True)
    from_date: Mapped[date | None]
    source: Mapped[str] = mapped_column(default="")
    __table_args__ = (
        Index("ix_child_identifier_value", "scheme", "value"),
        UniqueConstraint("child_id", "scheme", "value"),
    )


class SiblingLink(Base, Numbered):
    """A symmetric link between two children, kept once with the lower number first."""

    __tablename__ = "sibling_link"
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    other_child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    source: Mapped[str]
    __table_args__ = (
        CheckConstraint("child_id < other_child_id", name="lower_first"),
        UniqueConstraint("child_id", "other_child_id"),
    )


class ChildRiskGroup(Base, Numbered):
    """A group at particular risk to which the child belongs, with who said so."""

    __tablename__ = "child_risk_group"
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"), index=True)
    code: Mapped[str] = mapped_column(ForeignKey("risk_group_code.code"))
    source: Mapped[str] = mapped_column(default="")
    __table_args__ = (UniqueConstraint("child_id", "code"),)
