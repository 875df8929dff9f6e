"""The school attendance order to one served parent (L08)."""

from __future__ import annotations

from datetime import date, timedelta

from cme_desktop.casework.documents.letters.council import Council
from cme_desktop.casework.documents.letters.filling import (
    MAINTAINED,
    Ask,
    Filling,
    about_school,
    begin,
    day_of,
    to_parent,
)
from cme_desktop.casework.documents.letters.parent_papers import served_on
from cme_desktop.casework.documents.letters.printed import full_day, full_name, plain_day
from cme_desktop.casework.documents.letters.sources import CaseSources
from cme_desktop.domain.calendar import ENGLAND_AND_WALES, ONE_DAY, Calendar
from cme_desktop.domain.errors import CalendarUnknown
from cme_desktop.domain.order_process import Action, Basis, Paper, Step
from cme_desktop.domain.order_process.school_guards import CHOICES
from cme_desktop.models.reference import School


def order(sources: CaseSources, council: Council, ask: Ask) -> Filling:
    """Fill in the school attendance order (L08): the school and the basis are those that were settled on."""
    filling = begin(sources, council, ask)
    to_parent(filling, sources, sources.parent(ask.parent_id))
    filling.window = ()
    chosen = determined(sources, ask.dated)
    school = sources.school(chosen.urn) if chosen else None
    if school is not None:
        about_school(filling, school)
        filling.urn = school.urn
        if "school_phone" in ask.texts:
            filling.fields["school_phone"] = ask.texts["school_phone"]
    filling.fields |= {
        "order_no": ask.order_no,
        "order_date": plain_day(ask.dated),
        "fine_level": council.policy.text("court.fine-level"),
        **_notices(sources, council, ask),
        **_basis(sources, chosen, school),
    }
    filling.start_on = (
        day_of("start_date", ask.texts["start_date"])
        if "start_date" in ask.texts
        else first_day(council.calendar, ask.dated, council.policy.days("order.first-day"))
    )
    filling.fields["start_date"] = full_day(filling.start_on)
    filling.conditions.add(_recital(filling, sources, chosen, ask.parent_id))
    if filling.withheld:
        filling.conditions.add("address_withheld")
    return filling


def _recital(filling: Filling, sources: CaseSources, chosen: Step | None, parent_id: int | None) -> str:
    """Return which recital the order has: a choice is recited as the addressee's own, or as the other parent's."""
    basis = chosen.basis if chosen and chosen.basis else Basis.SPECIFIED
    recital = f"basis_{basis.value.replace('-', '_')}"
    chooser = sources.parent(chosen.parent) if chosen is not None and basis in CHOICES else None
    if chooser is None or chooser.id == parent_id:
        return recital
    filling.fields["chooser_name"] = full_name(chooser.title, chooser.forename, chooser.surname)
    return f"{recital}_other"


def determined(sources: CaseSources, on: date) -> Step | None:
    """Return the newest settlement of the school that an order names, up to a day."""
    return last_step(sources, Action.DETERMINE_SCHOOL, on)


def last_step(sources: CaseSources, action: Action, on: date, urn: str | None = None) -> Step | None:
    """Return the newest step of a kind up to a day, about one school if asked."""
    if sources.order is None:
        return None
    found = [s for s in sources.order.steps if s.action is action and s.on <= on and (urn is None or s.urn == urn)]
    return found[-1] if found else None


def _notices(sources: CaseSources, council: Council, ask: Ask) -> dict[str, str]:
    days = {
        "s437_served": served_on(sources, council, ask, Paper.NOTICE_437),
        "s438_served": served_on(sources, council, ask, Paper.NOTICE_438),
    }
    return {name: plain_day(day) for name, day in days.items() if day is not None}


def _basis(sources: CaseSources, chosen: Step | None, school: School | None) -> dict[str, str]:
    if chosen is None or school is None:
        return {}
    if chosen.basis is Basis.APPLIED:
        return {"choice_section": "438(4)" if school.sector in MAINTAINED else "438(6)"}
    if chosen.basis is Basis.DIRECTION:
        rows = [row for rows in sources.records.steps.values() for row in rows if row.data.get("direction")]
        day = rows[-1].data.get("direction_on") if rows else None
        return {"sos_date": plain_day(date.fromisoformat(str(day)))} if day else {}
    return {}


def first_day(calendar: Calendar, after: date, days: int) -> date:
    """Return the first school day a number of days after another; the first working day where no terms are known."""
    day = after + timedelta(days=days)
    try:
        return calendar.first_school_day(day)
    except CalendarUnknown:
        return calendar.add_working_days(day - ONE_DAY, 1, ENGLAND_AND_WALES)
