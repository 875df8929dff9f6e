"""Which pages the window has, in the rail's order; a page a person's roles do not open is not shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cme_desktop.domain.roles import Person, Role
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.page import Page
from cme_desktop.ui.shell import PageSpec


def pages_for(person: Person, desk: Callable[[], Desk]) -> Sequence[PageSpec]:
    """Return the pages of a person: cases for officers and managers, Admin for officers and administrators."""
    cases = person.holds(Role.OFFICER) or person.holds(Role.MANAGER)
    found: list[PageSpec] = []
    if cases:
        found.append(PageSpec("today", "Today", "today", lambda: _today(desk())))
        found.append(PageSpec("register", "Register", "register", lambda: _register(desk())))
    found.append(PageSpec("schools", "Schools", "school", lambda: _schools(desk())))
    return found


def _today(desk: Desk) -> Page:
    from cme_desktop.ui.today.view import TodayScreen

    return TodayScreen(desk)


def _register(desk: Desk) -> Page:
    from cme_desktop.ui.register.view import RegisterScreen

    return RegisterScreen(desk)


def _schools(desk: Desk) -> Page:
    from cme_desktop.ui.schools.view import SchoolsScreen

    return SchoolsScreen(desk)
