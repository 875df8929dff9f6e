"""Which children a viewer may see at all, and which acts: the conditions under every register and search query."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, and_, cast, false, func, or_, select, true, union_all

from cme_desktop.domain.roles import Person, Role
from cme_desktop.models.audit import AuditChange, AuditEvent
from cme_desktop.models.child import (
    Child,
    ChildAddress,
    ChildIdentifier,
    ChildName,
    ChildRiskGroup,
    SchoolRegistration,
    SiblingLink,
)
from cme_desktop.models.episode import Episode
from cme_desktop.models.intake import MatchCandidate, NotSame, StagedPupil
from cme_desktop.models.timeline import Event

_OF_CHILD = (ChildName, ChildAddress, ChildIdentifier, ChildRiskGroup, SchoolRegistration)
_PAIRING = {SiblingLink.__tablename__: ("child_id", "other_child_id"), NotSame.__tablename__: ("child_id",)}
"""The tables whose rows say something of a child together with another, and where they name the children."""

_OF_THE_REGISTER = ("tasks.", "training.")
"""Acts of the program on many cases at once: no case tells them as its own."""


def visible(viewer: Person) -> ColumnElement[bool]:
    """Return the condition on Child for what this viewer may see (safety.md 7).

    An officer sees every child; a manager sees all but restricted children; anybody else sees none.
    """
    if viewer.holds(Role.OFFICER):
        return true()
    if viewer.holds(Role.MANAGER):
        return Child.restricted.is_(False)
    return false()


def visible_pupil(viewer: Person) -> ColumnElement[bool]:
    """Return the condition on StagedPupil for what this viewer may see: nobody who may be a child hidden from them."""
    if viewer.holds(Role.OFFICER):
        return true()
    if not viewer.holds(Role.MANAGER):
        return false()
    hidden = select(Child.id).where(Child.restricted.is_(True))
    return and_(
        StagedPupil.id.not_in(select(MatchCandidate.staged_id).where(MatchCandidate.child_id.in_(hidden))),
        or_(StagedPupil.child_id.is_(None), StagedPupil.child_id.not_in(hidden)),
    )


def paired() -> Select[Any]:
    """Return each act that said something of two children, or of a record and a child: its number and a child."""
    said = func.coalesce(AuditChange.after, AuditChange.before)
    return select(
        union_all(
            *(
                select(AuditChange.seq, cast(func.json_extract(said, f"$.{column}"), Integer).label("child_id")).where(
                    AuditChange.table_name == table
                )
                for table, columns in _PAIRING.items()
                for column in columns
            )
        ).subquery()
    )


def whole_to(viewer: Person) -> ColumnElement[bool]:
    """Return the condition on AuditEvent that this viewer may see every child that it joins with another."""
    if viewer.holds(Role.OFFICER):
        return true()
    pairs = paired().subquery()
    hidden = select(pairs.c.seq).join(Child, Child.id == pairs.c.child_id).where(Child.restricted.is_(True))
    return AuditEvent.seq.not_in(hidden)


def touching(episode: Episode) -> Select[Any]:
    """Return the numbers of the acts that touched a case or its child without being recorded as about that case."""
    pairs = paired().subquery()
    parts: list[Select[Any]] = [
        _changed(Episode, Episode.id == episode.id),
        _changed(Child, Child.id == episode.child_id),
        _changed(Event, Event.episode_id == episode.id),
        *(_changed(model, model.child_id == episode.child_id) for model in _OF_CHILD),
        select(pairs.c.seq).where(pairs.c.child_id == episode.child_id),
    ]
    return (
        select(AuditEvent.seq)
        .where(AuditEvent.seq.in_(union_all(*parts)))
        .where(*(~AuditEvent.action.startswith(start) for start in _OF_THE_REGISTER))
    )


def _changed(model: Any, of_it: ColumnElement[bool]) -> Select[Any]:
    rows = select(cast(model.id, String)).where(of_it)
    return select(AuditChange.seq).where(AuditChange.table_name == model.__tablename__, AuditChange.row_id.in_(rows))
