"""What the school is told of the orders that name it (L09)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from cme_desktop.casework.documents.letters.council import Council
from cme_desktop.casework.documents.letters.filling import Ask, Filling, begin, day_of, school_kind, to_school
from cme_desktop.casework.documents.letters.grounds import last_stay, needs
from cme_desktop.casework.documents.letters.order_paper import determined, first_day, last_step
from cme_desktop.casework.documents.letters.printed import full_day, full_name, listed, plain_day
from cme_desktop.casework.documents.letters.sources import CaseSources
from cme_desktop.domain.calendar import Calendar
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.order_process import Action, Paper
from cme_desktop.domain.service import Method
from cme_desktop.models.document import Document
from cme_desktop.models.episode import Parent
from cme_desktop.models.order import Service

CONTACT_WORKING_DAYS = 3
CONFIRM_WORKING_DAYS = 4
SENT = {
    Method.HAND.value: "delivered",
    Method.LEFT.value: "left at the home",
    Method.FIRST_CLASS.value: "posted",
    Method.SECOND_CLASS.value: "posted",
    Method.ELECTRONIC.value: "sent electronically",
}


def order_notice(sources: CaseSources, council: Council, ask: Ask) -> Filling:
    """Fill in the notice of the order to the school (L09), for every parent on whom an order was served."""
    filling = begin(sources, council, ask)
    chosen = determined(sources, ask.dated)
    school = sources.school(chosen.urn if chosen else ask.urn)
    to_school(filling, sources, ask, school)
    filling.conditions.add(school_kind(school))
    _put_orders(filling, sources, _served_orders(sources), ask.dated)
    if school is not None and "academy" in filling.conditions:
        agreed = last_step(sources, Action.AGREE_ACADEMY, ask.dated, school.urn)
        if agreed is not None:
            filling.fields["trust_agreed_date"] = plain_day(agreed.on)
    _put_days(filling, council.calendar, ask)
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


def _served_orders(sources: CaseSources) -> list[tuple[Document, Service]]:
    """Return the order of each parent that was served and neither came back nor failed, the newest of each."""
    served: dict[int | None, tuple[Document, Service]] = {}
    for row in sources.records.documents:
        if row.code == Paper.ORDER.value and row.returned_on is None:
            holds = [s for s in sources.records.services.get(row.id, []) if s.returned_on is None and not s.defective]
            if holds:
                served[row.parent_id] = (row, holds[-1])
    return list(served.values())


def _put_orders(
    filling: Filling, sources: CaseSources, orders: Sequence[tuple[Document, Service]], dated: date
) -> None:
    if not orders:
        return
    parents = [one for one in (sources.parent(row.parent_id) for row, _ in orders) if one is not None]
    filling.fields |= {
        "parent_name": listed([_name(one) for one in parents]),
        "order_no": listed([row.number for row, _ in orders]),
        "order_date": _days([row.dated for row, _ in orders]),
        "order_served": _days([service.deemed_on for _, service in orders]),
    }
    if len(orders) > 1:
        filling.conditions.add("several_orders")
    if any(service.deemed_on > dated for _, service in orders):
        filling.conditions.add("service_to_come")
        filling.fields["order_service"] = _service_words(orders, dated)
    phones = _phones(parents)
    if phones:
        filling.conditions.add("parent_phone_known")
        filling.fields["parent_phone"] = phones
    starts = [str(row.facts["start_on"]) for row, _ in orders if row.facts.get("start_on")]
    if starts:
        filling.start_on = date.fromisoformat(max(starts))
        filling.fields["start_date"] = full_day(filling.start_on)


def _name(parent: Parent) -> str:
    return full_name(parent.title, parent.forename, parent.surname)


def _days(days: Sequence[date]) -> str:
    return listed([plain_day(day) for day in dict.fromkeys(days)])


def _service_words(orders: Sequence[tuple[Document, Service]], dated: date) -> str:
    """Return how and when each order was sent and counts as served; those of one way and day are said together."""
    ways: dict[tuple[str, date, date], list[str]] = defaultdict(list)
    for row, service in orders:
        ways[SENT[service.method], service.sent_on, service.deemed_on].append(row.number)
    said = []
    for (sent, sent_on, deemed_on), numbers in ways.items():
        which = f"{listed(numbers)} " if len(ways) > 1 else ""
        if deemed_on > dated:
            counts = "counts" if len(numbers) == 1 else "count"
            said.append(f"{which}{sent} on {plain_day(sent_on)} and {counts} as served on {plain_day(deemed_on)}")
        else:
            said.append(f"{which}served on {plain_day(deemed_on)}")
    return "; ".join(said)


def _phones(parents: Sequence[Parent]) -> str:
    """Return the first phone of each parent, each number once; with whose it is where they are not all the same."""
    whose: dict[str, list[str]] = defaultdict(list)
    for parent in parents:
        for phone in parent.phones[:1]:
            number = str(phone.get("PhoneNo", "")) if isinstance(phone, dict) else str(phone)
            whose[number].append(_name(parent))
    whose.pop("", None)
    if len(whose) == 1 and len(next(iter(whose.values()))) == len(parents):
        return next(iter(whose))
    return listed([f"{number} ({listed(names)})" for number, names in whose.items()])


def _put_days(filling: Filling, calendar: Calendar, ask: Ask) -> None:
    """Fill in the days the school is asked for: none before the letter, the call by the day of entry at the latest."""
    entry = filling.start_on
    if entry is not None and entry <= ask.dated:
        entry = first_day(calendar, ask.dated, 1)
        filling.conditions.add("first_day_come")
        filling.fields["enter_on"] = full_day(entry)
    contact = calendar.add_working_days(ask.dated, CONTACT_WORKING_DAYS)
    filling.fields["contact_by"] = full_day(_written("contact_by", ask) or min(contact, entry or contact))
    confirm = _written("confirm_by", ask)
    if confirm is None and entry is not None:
        confirm = calendar.add_working_days(entry, CONFIRM_WORKING_DAYS)
    if confirm is not None:
        filling.fields["confirm_by"] = full_day(confirm)


def _written(name: str, ask: Ask) -> date | None:
    """Return the officer's own day; raise UserError (``date-past``) for one before the letter's."""
    if name not in ask.texts:
        return None
    day = day_of(name, ask.texts[name])
    if day < ask.dated:
        raise UserError(
            f"{name.replace('_', ' ')} lies before the day of the letter, {full_day(ask.dated)}. Choose a later day.",
            code="date-past",
        )
    return day
