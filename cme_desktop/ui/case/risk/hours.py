"""Whether MASH is open now, read from the council's own words such as "Monday to Friday, 9am to 5pm"."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from cme_desktop.domain.calendar import ENGLAND_AND_WALES, Calendar
from cme_desktop.domain.errors import CalendarUnknown
from cme_desktop.ui.words import LONDON, LONG_DAYS

_CLOCK: Final = r"(\d{1,2})(?:[:.](\d{2}))? ?(am|pm)?"
_HOURS: Final = re.compile(rf"(\w+) to (\w+),? (?:from )?{_CLOCK} to {_CLOCK}", re.IGNORECASE)


def open_at(hours: str, moment: datetime, calendar: Calendar) -> bool | None:
    """Say whether an office is open at a moment; None where its words are of another kind and cannot be told."""
    found = _HOURS.search(hours)
    days = [day.casefold() for day in LONG_DAYS]
    if found is None or found[1].casefold() not in days or found[2].casefold() not in days:
        return None
    local = moment.astimezone(LONDON)
    first, last = days.index(found[1].casefold()), days.index(found[2].casefold())
    opens, shuts = _minutes(found[3], found[4], found[5]), _minutes(found[6], found[7], found[8])
    now = local.hour * 60 + local.minute
    if not first <= local.weekday() <= last or not opens <= now < shuts:
        return False
    try:
        return calendar.is_working_day(local.date(), ENGLAND_AND_WALES)
    except CalendarUnknown:
        return None


def _minutes(hour: str, minute: str | None, half: str | None) -> int:
    hours = int(hour) % 12 if half else int(hour)
    return (hours + (12 if (half or "").casefold() == "pm" else 0)) * 60 + int(minute or 0)
