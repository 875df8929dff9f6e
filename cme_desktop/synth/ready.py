"""Invented cases that stand ready for each document: worked through casework's own acts, day by day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from cme_desktop.domain.roles import Person
from cme_desktop.storage.store import Store

Agenda = list[tuple[date, Callable[[], None]]]


def ready_cases(store: Store, officer: Person, manager: Person, *, seed: int, today: date) -> Agenda:
    """Return what is to be done on which day so that each document has a case ready for it today."""
    return []
