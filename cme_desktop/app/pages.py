"""Which pages the window has, in the rail's order; a page that a person's roles do not open is not shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cme_desktop.domain.roles import Person, Role
from cme_desktop.storage.keys import Unlocked
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.inbox.importer import Importer
from cme_desktop.ui.page import Page
from cme_desktop.ui.shell import PageSpec
from cme_desktop.ui.window import Window

_ICONS = {"schools": "school", "letters": "mail", "admin": "sliders"}


@dataclass(frozen=True)
class Furnishing:
    """What the pages of one session are made with."""

    desk: Desk
    importer: Importer
    window: Window
    unlocked: Unlocked


def pages_for(person: Person, given: Callable[[], Furnishing]) -> Sequence[PageSpec]:
    """Return the pages of a person: cases for officers and managers; Schools and Admin (own key too) for everybody.

    The inbox is the officer's alone: it names children whom a manager's lists mask until a name is asked for (ux.md 2).
    """
    officer = person.holds(Role.OFFICER)
    cases = officer or person.holds(Role.MANAGER)
    made: list[tuple[bool, str, str, Callable[[Furnishing], Page]]] = [
        (cases, "today", "Today", _today),
        (cases, "register", "Register", _register),
        (officer, "inbox", "Inbox", _inbox),
        (True, "schools", "Schools", _schools),
        (cases, "letters", "Letters", _letters),
        (True, "admin", "Admin", _admin),
    ]
    return [
        PageSpec(key, title, _ICONS.get(key, key), _maker(make, given)) for open_, key, title, make in made if open_
    ]


def _maker(make: Callable[[Furnishing], Page], given: Callable[[], Furnishing]) -> Callable[[], Page]:
    return lambda: make(given())


def _today(given: Furnishing) -> Page:
    from cme_desktop.ui.today.view import TodayScreen

    return TodayScreen(given.desk)


def _register(given: Furnishing) -> Page:
    from cme_desktop.app.register_place import RegisterPlace
    from cme_desktop.ui.case.order.tab import OrderTab

    return RegisterPlace(given.desk, given.window, OrderTab)


def _inbox(given: Furnishing) -> Page:
    from cme_desktop.ui.inbox.view import InboxScreen

    return InboxScreen(given.desk, given.importer)


def _schools(given: Furnishing) -> Page:
    from cme_desktop.ui.schools.view import SchoolsScreen

    return SchoolsScreen(given.desk)


def _letters(given: Furnishing) -> Page:
    from cme_desktop.ui.letters.view import LettersScreen

    return LettersScreen(given.desk)


def _admin(given: Furnishing) -> Page:
    from cme_desktop.ui.admin.view import AdminScreen

    return AdminScreen(given.desk, given.unlocked)
