"""Suggest brothers and sisters: the same address with the same surname or the same adult; a person links them (F18)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cme_desktop.casework.rows import periods
from cme_desktop.casework.rows.child_rows import same_address
from cme_desktop.domain.names import first_last, search_key
from cme_desktop.models.child import ChildAddress, ChildName, SiblingLink
from cme_desktop.models.episode import Episode, Parent


@dataclass(frozen=True)
class Sibling:
    """A child of the register who may be a brother or sister, and why."""

    child_id: int
    name: str
    case: str | None
    why: str


def likely_siblings(session: Session, child_id: int) -> tuple[Sibling, ...]:
    """Return who may be a brother or sister of a child and is not linked yet, inside an open session."""
    home = periods.current(session, ChildAddress, {"child_id": child_id})
    if home is None or not home.postcode_key:
        return ()
    linked = _linked(session, child_id)
    return tuple(one for one in _at_home(session, child_id, home) if one.child_id not in linked)


def _linked(session: Session, child_id: int) -> set[int]:
    rows = session.execute(
        select(SiblingLink.child_id, SiblingLink.other_child_id).where(
            or_(SiblingLink.child_id == child_id, SiblingLink.other_child_id == child_id)
        )
    )
    return {number for pair in rows for number in pair}


def _at_home(session: Session, child_id: int, home: ChildAddress) -> Iterator[Sibling]:
    surnames, adults = _surnames(session, child_id), _adults(session, child_id)
    others = session.scalars(
        select(ChildAddress)
        .where(
            ChildAddress.postcode_key == home.postcode_key,
            ChildAddress.child_id != child_id,
            ChildAddress.valid_to.is_(None),
            ChildAddress.superseded_at.is_(None),
        )
        .order_by(ChildAddress.child_id)
    )
    for other in others:
        if not same_address(home.lines, home.postcode, other.lines, other.postcode):
            continue
        reasons = ["same address"]
        if surnames & _surnames(session, other.child_id):
            reasons.append("same surname")
        if adults & _adults(session, other.child_id):
            reasons.append("same parent or carer")
        if len(reasons) > 1:
            yield Sibling(
                other.child_id, _name(session, other.child_id), _case(session, other.child_id), ", ".join(reasons)
            )


def _surnames(session: Session, child_id: int) -> set[str]:
    rows = session.scalars(
        select(ChildName.surname_key).where(ChildName.child_id == child_id, ChildName.superseded_at.is_(None))
    )
    return {key for key in rows if key}


def _adults(session: Session, child_id: int) -> set[tuple[str, str]]:
    rows = session.execute(
        select(Parent.surname, Parent.forename)
        .join(Episode, Episode.id == Parent.episode_id)
        .where(Episode.child_id == child_id)
    )
    return {(search_key(surname), search_key(forename)) for surname, forename in rows if surname and forename}


def _name(session: Session, child_id: int) -> str:
    name = periods.current(session, ChildName, {"child_id": child_id, "kind": "legal"})
    return first_last(name.forename, name.surname) if name else first_last("", "")


def _case(session: Session, child_id: int) -> str | None:
    return session.scalar(
        select(Episode.ref)
        .where(Episode.child_id == child_id)
        .order_by(Episode.closed_on.is_not(None), Episode.closed_on.desc(), Episode.id.desc())
        .limit(1)
    )
