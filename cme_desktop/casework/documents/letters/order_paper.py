"""The school attendance order to one served parent (L08), and what the school is told of it (L09)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from cme_desktop.casework.documents.letters.council import Council
from cme_desktop.casework.documents.letters.filling import (
    MAINTAINED,
    Ask,
    Filling,
    about_school,
    begin,
    day_of,
    school_kind,
    to_parent,
    to_school,
)
from cme_desktop.casework.documents.letters.grounds import last_stay, needs
from cme_desktop.casework.documents.letters.parent_papers import served_on
from cme_desktop.casework.documents.letters.printed import full_day, full_name, listed, plain_day
from cme_desktop.casework.documents.letters.sources import CaseSources
from cme_desktop.domain.calendar import ENGLAND_AND_WALES, ONE_DAY, Calendar
from cme_desktop.domain.errors import CalendarUnknown
from cme_desktop.domain.order_process import Action, Basis, Paper, Step
from cme_desktop.models.document import Document
from cme_desktop.models.reference import School

CONTACT_WORKING_DAYS = 3
CONFIRM_WORKING_DAYS = 4


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
    basis = chosen.basis if chosen and chosen.basis else Basis.SPECIFIED
    filling.conditions.add(f"basis_{basis.value.replace('-', '_')}")
    if filling.withheld:
        filling.conditions.add("address_withheld")
    return filling


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


def order_notice(sources: CaseSources, council: Council, ask: Ask) -> Filling:
    """Fill in the notice of the order to the school (L09), for every parent on whom an order was served."""
    filling = begin(sources, council, ask)
    chosen = determined(sources, ask.dated)
    school = sources.school(chosen.urn if chosen else ask.urn)
    to_school(filling, sources, ask, school)
    filling.conditions.add(school_kind(school))
    _put_orders(filling, sources, served_orders(sources))
    if school is not None and "academy" in filling.conditions:
        agreed = last_step(sources, Action.AGREE_ACADEMY, ask.dated, school.urn)
        if agreed is not None:
            filling.fields["trust_agreed_date"] = plain_day(agreed.on)
    _put_days(filling, council.calendar, sources, ask)
    if filling.fields["child_upn"]:
        filling.conditions.add("upn_known")
    stay = last_stay(sources)
    before = ask.texts.get("previous_school", stay.school_name if stay else sources.episode.last_school_name)
    if before and (school is None or before != school.name):
        filling.conditions.add("school_before")
        filling.fields["previous_school"] = before
    summary = ask.texts.get("support_summary", needs(sources))
    if summary:
        filling.conditions.add("support")
        filling.fields["support_summary"] = summary
    return filling


def served_orders(sources: CaseSources) -> list[Document]:
    """Return the order of each parent that was served and neither came back nor failed, the newest of each."""
    served = {
        row.parent_id: row
        for row in sources.records.documents
        if row.code == Paper.ORDER.value
        and row.returned_on is None
        and any(s.returned_on is None and not s.defective for s in sources.records.services.get(row.id, []))
    }
    return list(served.values())


def _put_orders(filling: Filling, sources: CaseSources, orders: Sequence[Document]) -> None:
    if not orders:
        return
    parents = [sources.parent(row.parent_id) for row in orders]
    names = [full_name(one.title, one.forename, one.surname) for one in parents if one is not None]
    phones = [phone for one in parents if one is not None for phone in one.phones[:1]]
    numbers = [str(one.get("PhoneNo", "")) if isinstance(one, dict) else str(one) for one in phones]
    served = [sources.records.services[row.id][-1].deemed_on for row in orders]
    filling.fields |= {
        "parent_name": listed(names),
        "order_no": listed([row.number for row in orders]),
        "order_date": listed(list(dict.fromkeys(plain_day(row.dated) for row in orders))),
        "order_served": listed(list(dict.fromkeys(plain_day(day) for day in served))),
    }
    known = [number for number in numbers if number]
    if known:
        filling.conditions.add("parent_phone_known")
        filling.fields["parent_phone"] = listed(known)
    starts = [str(row.facts["start_on"]) for row in orders if row.facts.get("start_on")]
    if starts:
        filling.start_on = date.fromisoformat(max(starts))
        filling.fields["start_date"] = full_day(filling.start_on)


def _put_days(filling: Filling, calendar: Calendar, sources: CaseSources, ask: Ask) -> None:
    contact = calendar.add_working_days(ask.dated, CONTACT_WORKING_DAYS)
    if "contact_by" in ask.texts:
        contact = day_of("contact_by", ask.texts["contact_by"])
    filling.fields["contact_by"] = full_day(contact)
    if "confirm_by" in ask.texts:
        filling.fields["confirm_by"] = full_day(day_of("confirm_by", ask.texts["confirm_by"]))
    elif filling.start_on is not None:
        filling.fields["confirm_by"] = full_day(calendar.add_working_days(filling.start_on, CONFIRM_WORKING_DAYS))
