"""Read dated facts as they were on a day, and as they were known at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from cme_desktop.models.child import Child, ChildName
from cme_desktop.system import LONDON


@dataclass(frozen=True)
class Standpoint:
    """A day looked at, and the last instant whose records count; None means all that is known now."""

    as_at: date
    known_at: datetime | None = None

    @classmethod
    def of(cls, as_at: date, known_at: date | None) -> Standpoint:
        """Look at the end of a day, with what the register said at the end of another."""
        if known_at is None:
            return cls(as_at)
        end = datetime.combine(known_at + timedelta(days=1), time.min, tzinfo=LONDON)
        return cls(as_at, end.astimezone(UTC) - timedelta(microseconds=1))


def holds_at(row: Any, point: Standpoint) -> ColumnElement[bool]:
    """Return the condition that a period row was true on the day looked at and counted at the standpoint."""
    return and_(
        row.valid_from <= point.as_at,
        or_(row.valid_to.is_(None), row.valid_to > point.as_at),
        recorded_by(row, point),
    )


def recorded_by(row: Any, point: Standpoint) -> ColumnElement[bool]:
    """Return the condition that a period row was recorded, and not yet superseded, at the standpoint."""
    if point.known_at is None:
        return row.superseded_at.is_(None)  # type: ignore[no-any-return]
    return and_(
        row.recorded_at <= point.known_at,
        or_(row.superseded_at.is_(None), row.superseded_at > point.known_at),
    )


def current_name() -> ColumnElement[bool]:
    """Return the join of a child with the legal name that holds now."""
    return and_(
        ChildName.child_id == Child.id,
        ChildName.kind == "legal",
        ChildName.valid_to.is_(None),
        ChildName.superseded_at.is_(None),
    )


def full_name(name: ChildName | None) -> str:
    """Return a name as it is spoken, first name first; nothing where no name is known."""
    return " ".join(part for part in (name.forename, name.surname) if part) if name else ""
