"""The one clock: made in each composition root and passed down, with a fixed one for tests and training registers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class Clock(Protocol):
    """Tell the time."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        ...

    def today(self) -> date:
        """Return the present legal date in London."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Return the present legal date in London."""
        return self.now().astimezone(LONDON).date()


@dataclass
class FixedClock:
    """A clock that stands still until it is set: for tests and for the ``--today`` of training registers."""

    moment: datetime

    def now(self) -> datetime:
        """Return the set instant."""
        return self.moment

    def today(self) -> date:
        """Return the legal date in London of the set instant."""
        return self.moment.astimezone(LONDON).date()
