"""Which children a viewer may see at all: the condition under every register and search query."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, true

from cme_desktop.domain.roles import Person, Role
from cme_desktop.models.child import Child


def visible(viewer: Person) -> ColumnElement[bool]:
    """Return the condition on Child for what this viewer may see (safety.md 7).

    An officer sees every child; a manager sees all but restricted children; anybody else sees none.
    """
    if viewer.holds(Role.OFFICER):
        return true()
    if viewer.holds(Role.MANAGER):
        return Child.restricted.is_(False)
    return false()
