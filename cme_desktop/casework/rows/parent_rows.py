"""Write the adults of a case inside an act: nobody else's address is ever taken over, nobody is merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from cme_desktop.domain.errors import UserError
from cme_desktop.domain.names import search_key, tidy
from cme_desktop.models.episode import Episode, Parent


@dataclass(frozen=True)
class Phone:
    """A phone number as typed, with its type letter: H home, W work, M mobile."""

    number: str
    kind: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the phone as the register keeps it, in the words of an S2S file."""
        return {"TelephoneType": self.kind, "PhoneNo": self.number}


@dataclass(frozen=True)
class ParentFacts:
    """What is known of an adult of a case."""

    forename: str = ""
    surname: str = ""
    title: str = ""
    relationship: str = ""
    relationship_code: str = ""
    parental_responsibility: bool = False
    has_care: bool = False
    address: tuple[str, ...] = ()
    postcode: str = ""
    phones: tuple[Phone, ...] = ()
    email: str = ""
    court_order: str = ""
    source: str = ""
    may_be_written_to: bool = True
    restriction_reason: str = ""


def put_parent(session: Session, episode: Episode, facts: ParentFacts, *, now: datetime) -> Parent:
    """Enter an adult on a case inside an act; nobody else's address is ever taken over.

    Raises:
        UserError: the adult has no name.
    """
    if not tidy(facts.forename) and not tidy(facts.surname):
        raise UserError("Enter the name of the parent or carer, or the part of it that is known.")
    parent = Parent(
        episode_id=episode.id,
        title=tidy(facts.title),
        forename=tidy(facts.forename),
        surname=tidy(facts.surname),
        relationship=facts.relationship,
        relationship_code=facts.relationship_code,
        parental_responsibility=facts.parental_responsibility,
        has_care=facts.has_care,
        address=[tidy(line) for line in facts.address if tidy(line)],
        postcode=tidy(facts.postcode).upper(),
        phones=[phone.as_json() for phone in facts.phones],
        email=facts.email.strip(),
        court_order=facts.court_order,
        source=facts.source,
        may_be_written_to=facts.may_be_written_to,
        restriction_reason=facts.restriction_reason,
        created_at=now,
    )
    session.add(parent)
    session.flush()
    return parent


_OWN = frozenset({"id", "episode_id", "created_at", "source"})


def copy_parents(session: Session, before: Episode, after: Episode, *, now: datetime) -> int:
    """Take the adults of an earlier case over to a new case of the same child, restrictions included, inside an act.

    An adult of the same name who is on the new case already gets the restrictions, never fewer than before.
    """
    names = [column.key for column in inspect(Parent).column_attrs if column.key not in _OWN]
    present = list(session.scalars(select(Parent).where(Parent.episode_id == after.id)))
    taken = 0
    for old in session.scalars(select(Parent).where(Parent.episode_id == before.id).order_by(Parent.id)):
        same = next((row for row in present if _name(row) == _name(old)), None)
        if same is None:
            values = {name: getattr(old, name) for name in names}
            session.add(Parent(episode_id=after.id, created_at=now, source=f"taken over from {before.ref}", **values))
            taken += 1
            continue
        same.may_be_written_to = same.may_be_written_to and old.may_be_written_to
        same.must_not_be_told = same.must_not_be_told or old.must_not_be_told
        same.no_contact = same.no_contact or old.no_contact
        same.address_confidential = same.address_confidential or old.address_confidential
        same.restriction_reason = same.restriction_reason or old.restriction_reason
    session.flush()
    return taken


def _name(parent: Parent) -> tuple[str, str]:
    return search_key(parent.surname), search_key(parent.forename)
