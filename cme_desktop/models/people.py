"""The people of the register and the public half of their signing keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cme_desktop.models.base import Base, Numbered


class PersonRow(Base, Numbered):
    """A person of the register; ``id`` is the user id of ``keys.json``."""

    __tablename__ = "person"
    name: Mapped[str] = mapped_column(unique=True)
    roles: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(default=True)
    added_at: Mapped[datetime]


class SigningKey(Base):
    """A public signing key with the dates of its use; a retired key stays so that old events can be checked."""

    __tablename__ = "signing_key"
    key_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    public_key: Mapped[bytes]
    added_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class DataKey(Base, Numbered):
    """An earlier data key, kept inside the encrypted database so that old backups open."""

    __tablename__ = "data_key"
    data_key: Mapped[bytes]
    used_from: Mapped[datetime]
    used_to: Mapped[datetime]
