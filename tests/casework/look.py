"""Look into a register's rows from a test."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import select

from cme_desktop.models.base import Base
from cme_desktop.models.episode import Episode
from cme_desktop.models.timeline import Event, Task
from tests.factories import Register

Row = TypeVar("Row", bound=Base)


def rows(register: Register, model: type[Row], *conditions: Any) -> list[Row]:
    """Return the rows of a table, in the order of their keys."""
    with register.store.read() as session:
        key = next(iter(model.__table__.primary_key))
        return list(session.scalars(select(model).where(*conditions).order_by(key)))


def episode(register: Register, ref: str) -> Episode:
    """Return a case."""
    return rows(register, Episode, Episode.ref == ref)[0]


def open_tasks(register: Register, ref: str) -> list[Task]:
    """Return the open steps of a case, the next due first."""
    found = rows(register, Task, Task.episode_id == episode(register, ref).id, Task.state == "open")
    return sorted(found, key=lambda task: (task.due, task.rule))


def task_of(register: Register, ref: str, rule: str) -> Task:
    """Return the open step of a rule on a case."""
    return next(task for task in open_tasks(register, ref) if task.rule == rule)


def titles(register: Register, ref: str) -> list[str]:
    """Return the timeline of a case, in the order in which it was recorded."""
    return [event.title for event in rows(register, Event, Event.episode_id == episode(register, ref).id)]
