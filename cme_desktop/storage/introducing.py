"""The rows of a person and of the public keys, beside what the key file says of them."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.domain.roles import Role
from cme_desktop.models.people import PersonRow, SigningKey
from cme_desktop.storage.keys import PersonEntry


class Newcomer(Protocol):
    """What is written of a person and the key that they sign with."""

    @property
    def person_id(self) -> int:
        """Return the number of the person."""
        ...

    @property
    def name(self) -> str:
        """Return the name."""
        ...

    @property
    def roles(self) -> frozenset[Role]:
        """Return the roles."""
        ...

    @property
    def key_id(self) -> str:
        """Return the name of the signing key."""
        ...

    @property
    def public_key(self) -> bytes:
        """Return its public half."""
        ...


def introduce(session: Session, unlocked: Newcomer, now: datetime) -> None:
    """Make a person and the key in use known to the rows, and retire the person's key of before."""
    if session.get(PersonRow, unlocked.person_id) is None:
        roles = sorted(str(role) for role in unlocked.roles)
        session.add(PersonRow(id=unlocked.person_id, name=unlocked.name, roles=roles, added_at=now))
        session.flush()
    for key in session.scalars(
        select(SigningKey).where(SigningKey.person_id == unlocked.person_id, SigningKey.retired_at.is_(None))
    ):
        key.retired_at = now
    session.flush()  # the index allows one key in use, so the old one goes first
    session.add(
        SigningKey(key_id=unlocked.key_id, person_id=unlocked.person_id, public_key=unlocked.public_key, added_at=now)
    )


def known_as(session: Session, entry: PersonEntry) -> bool:
    """Say whether the rows know a person as an entry of a key file does: roles, log-in, key in use."""
    row = session.get(PersonRow, entry.person_id)
    if row is None or row.active is not (entry.disabled_at is None) or row.roles != sorted(entry.roles):
        return False
    in_use = set(
        session.scalars(
            select(SigningKey.key_id).where(SigningKey.person_id == row.id, SigningKey.retired_at.is_(None))
        )
    )
    return in_use == ({entry.current.key_id} if entry.current is not None else set())
