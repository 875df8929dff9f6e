"""Write dated facts: a change or a correction supersedes the row it touches and never overwrites it (design.md 3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from cme_desktop.models.base import Period

Row = TypeVar("Row", bound=Period)

_PERIOD_COLUMNS = frozenset({"id", "valid_from", "valid_to", "recorded_at", "superseded_at"})


def live(session: Session, model: type[Row], owner: Mapping[str, Any]) -> list[Row]:
    """Return the rows of one owner that count as known now, oldest first."""
    conditions = [getattr(model, name) == value for name, value in owner.items()]
    statement = select(model).where(*conditions, model.superseded_at.is_(None)).order_by(model.valid_from)
    return list(session.scalars(statement))


def current(session: Session, model: type[Row], owner: Mapping[str, Any]) -> Row | None:
    """Return the row of one owner that holds without an end, as known now."""
    return next((row for row in reversed(live(session, model, owner)) if row.valid_to is None), None)


def change(
    session: Session,
    model: type[Row],
    owner: Mapping[str, Any],
    *,
    on: date,
    now: datetime,
    until: date | None = None,
    **values: Any,
) -> Row | None:
    """Record that a fact holds from a day, up to a day or up to what is already known to come after.

    Args:
        owner: whose fact it is, such as ``{"episode_id": 7}``.
        on: the first day on which it holds.
        until: the first day on which it no longer holds; without it, the start of the next known row.
        now: the instant of recording.

    Returns:
        The new row, or None when the register says exactly that already.
    """
    rows = live(session, model, owner)
    if until is None:
        until = min((row.valid_from for row in rows if row.valid_from > on), default=None)
    covering = next((row for row in rows if row.valid_from <= on and (row.valid_to is None or on < row.valid_to)), None)
    if covering is not None and covering.valid_to == until and _says(covering, values):
        return None
    for row in rows:
        if (row.valid_to is None or row.valid_to > on) and (until is None or row.valid_from < until):
            _cut(session, row, on, until, now)
    return _add(session, model, {**owner, **values}, on, until, now)


def end(session: Session, model: type[Row], owner: Mapping[str, Any], *, on: date, now: datetime) -> None:
    """Record that a fact no longer holds from a day; what was to come after it goes too."""
    for row in live(session, model, owner):
        if row.valid_to is None or row.valid_to > on:
            _cut(session, row, on, None, now)


def correct(session: Session, row: Row, *, now: datetime, **values: Any) -> Row:
    """Record that a fact was never as the row says: the row is superseded by one with other values or other days."""
    row.superseded_at = now
    said = {**_values(row), **values}
    starts, ends = said.pop("valid_from", row.valid_from), said.pop("valid_to", row.valid_to)
    return _add(session, type(row), said, starts, ends, now)


def _cut(session: Session, row: Period, on: date, until: date | None, now: datetime) -> None:
    """Supersede a row by what is left of it before one day and from another."""
    row.superseded_at = now
    kept = _values(row)
    if row.valid_from < on:
        _add(session, type(row), kept, row.valid_from, on, now)
    if until is not None and (row.valid_to is None or row.valid_to > until):
        _add(session, type(row), kept, until, row.valid_to, now)


def _add(
    session: Session, model: type[Row], values: Mapping[str, Any], on: date, until: date | None, now: datetime
) -> Row:
    make: Any = model
    row: Row = make(**values, valid_from=on, valid_to=until, recorded_at=now, superseded_at=None)
    session.add(row)
    return row


def _values(row: Period) -> dict[str, Any]:
    names = [attribute.key for attribute in inspect(type(row)).column_attrs]
    return {name: getattr(row, name) for name in names if name not in _PERIOD_COLUMNS}


def _says(row: Period, values: Mapping[str, Any]) -> bool:
    return all(getattr(row, name) == value for name, value in values.items())
