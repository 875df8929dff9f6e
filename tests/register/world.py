"""A small register with cases on every pathway, open and closed, one of them restricted: made by casework's acts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from cme_desktop.access import Receipt
from cme_desktop.casework import access_log, cases, children, risk
from cme_desktop.casework.cases import CaseRow, CloseCase
from cme_desktop.casework.children import AddressFacts, RegistrationFacts
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.risk import AnswerEntry
from tests.factories import (
    ACADEMY,
    PRIMARY,
    SECONDARY,
    TODAY,
    Register,
    child_facts,
    make_case,
    make_upn,
    parent_facts,
)

HIDDEN_SURNAME, HIDDEN_FORENAME, HIDDEN_UPN = "Verborgen", "Quirina", make_upn("310201529001")
"""The restricted child: nothing of this may reach a manager."""
HIDDEN_STREET, HIDDEN_PARENT = "99 Sheltered Row", "Ottoline"


@dataclass
class World:
    """The register, its cases by a short name, and the reference of the restricted one."""

    register: Register
    cases: dict[str, CaseRow] = field(default_factory=dict)

    def ref(self, name: str) -> str:
        """Return the reference of a case."""
        return self.cases[name].ref

    @property
    def hidden(self) -> str:
        """Return the reference of the restricted case."""
        return self.ref("hidden")


def at(day: date, hour: int = 12) -> datetime:
    """Return an hour of a day in UTC."""
    return datetime.combine(day, time(hour), tzinfo=UTC)


def _stay(urn: str, name: str) -> tuple[RegistrationFacts, ...]:
    return (RegistrationFacts(name, urn, "310", entry_date=date(2023, 9, 4), leaving_date=date(2026, 9, 30)),)


def people(register: Register) -> World:
    """Fill a register, day by day, and set its clock to the day of the tests."""
    world = World(register)
    clock, store, officer = register.clock, register.store, register.officer
    high, primary, academy = (
        _stay(SECONDARY, "Example High School"),
        _stay(PRIMARY, "Example Primary School"),
        _stay(ACADEMY, "Example Academy"),
    )

    def add(name: str, day: date, **changes: object) -> CaseRow:
        clock.moment = at(day)
        world.cases[name] = make_case(register, **{"referral": None, **changes})
        return world.cases[name]

    add("kamara", date(2026, 9, 1), child=child_facts("Kamara", "Amara", registrations=high))
    add("smith-jones", date(2026, 9, 7), child=child_facts("Smith-Jones", "Éloïse", registrations=primary))
    add(
        "stefan",
        date(2026, 10, 5),
        child=child_facts("Ștefan", "Łukasz", dob=date(2019, 5, 6), sex="M", registrations=primary),
        status="known-not-in-education",
    )
    add(
        "obrien",
        date(2026, 10, 5),
        child=child_facts("O’Brien", "Niamh", dob=date(2021, 12, 1), registrations=()),
        status="school-applied",
    )
    add(
        "warsame",
        date(2026, 10, 19),
        child=child_facts("Warsame", "Ayaan", registrations=academy),
        status="ehe-to-check",
    )
    add(
        "farah",
        date(2026, 11, 2),
        child=child_facts("Farah", "Liban", dob=None, sex="M", registrations=high),
        status="out-of-borough",
    )
    add("newest", TODAY, child=child_facts("Abdi", "Zahra", registrations=high), status="new-referral")
    add(
        "closed-long-ago",
        date(2025, 3, 3),
        child=child_facts("Gone", "Gulliver", registrations=primary),
    )
    _close(register, world, "closed-long-ago", date(2025, 6, 2))
    add("closed-quick", date(2026, 5, 4), child=child_facts("Quick", "Quentin", registrations=primary))
    _close(register, world, "closed-quick", date(2026, 5, 11))
    add("closed-slow", date(2026, 1, 12), child=child_facts("Slow", "Selma", registrations=academy))
    _close(register, world, "closed-slow", date(2026, 7, 6))
    add(
        "hidden",
        date(2026, 10, 12),
        child=child_facts(
            HIDDEN_SURNAME,
            HIDDEN_FORENAME,
            dob=date(2013, 7, 8),
            upns=(HIDDEN_UPN,),
            registrations=high,
            address=AddressFacts((HIDDEN_STREET, "Harrow"), "ZZ9 9ZZ"),
        ),
        parents=(parent_facts(HIDDEN_SURNAME, HIDDEN_PARENT),),
    )
    children.restrict(store, officer, world.hidden, restricted=True, reason="Family of a colleague")
    children.link_siblings(store, officer, world.ref("kamara"), world.cases["hidden"].child_id, source="referral")
    clock.moment = at(date(2026, 11, 3))
    for name in ("stefan", "warsame", "obrien"):
        rate(register, world.ref(name))
    risk.raise_rating(store, officer, world.ref("stefan"), "high", reason="Said to be at risk")
    risk.raise_rating(store, officer, world.ref("warsame"), "medium", reason="A younger sibling is at risk")
    clock.moment = at(TODAY)
    cases.change_owner(store, officer, world.ref("stefan"), register.administrator.id)
    return world


def _close(register: Register, world: World, name: str, day: date) -> None:
    register.clock.moment = at(day)
    closing = CloseCase("school-place", "S2S joiner file", school_urn=PRIMARY, started_on=day - timedelta(days=1))
    close_case(register.store, register.officer, world.ref(name), closing)


def rate(register: Register, ref: str, *yes: int) -> None:
    """Answer all 22 questions of a case: yes to some of them, no to the others."""
    for question in range(1, 23):
        answer = AnswerEntry(question, "yes" if question in yes else "no", evidence="said by the school")
        risk.answer_question(register.store, register.officer, ref, answer)


def receipt_for(register: Register, ref: str) -> Receipt:
    """Return the receipt of the officer's recorded look at a case."""
    return access_log.open_case_page(register.store, register.officer, ref, reason="a test looks")
