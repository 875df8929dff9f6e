"""Which children a viewer may see at all: the condition under every register and search query."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from cme_desktop.domain.roles import Person, Role
from cme_desktop.models.child import Child
from cme_desktop.models.intake import MatchCandidate, StagedPupil


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
