"""Parents and carers of one case (s576): each belongs to that case and is never merged by machine with another."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from cme_desktop.access import requires
from cme_desktop.casework.rows.finding import refresh_search
from cme_desktop.casework.rows.lookup import case_of, open_case_of, parent_of
from cme_desktop.casework.rows.parent_rows import ParentFacts, Phone, put_parent
from cme_desktop.casework.rows.timeline import add_event
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.names import first_last, tidy
from cme_desktop.domain.roles import Person
from cme_desktop.models.episode import Parent
from cme_desktop.storage.store import Store

__all__ = ["ParentChanges", "ParentFacts", "Phone", "Restrictions"]


@dataclass(frozen=True)
class ParentChanges:
    """Facts of an adult to change; None leaves a fact as it is."""

    forename: str | None = None
    surname: str | None = None
    title: str | None = None
    relationship: str | None = None
    parental_responsibility: bool | None = None
    has_care: bool | None = None
    address: tuple[str, ...] | None = None
    postcode: str | None = None
    phones: tuple[Phone, ...] | None = None
    email: str | None = None
    court_order: str | None = None


@dataclass(frozen=True)
class Restrictions:
    """What may be done towards an adult (safety.md 6)."""

    may_be_written_to: bool = True
    must_not_be_told: bool = False
    no_contact: bool = False
    address_confidential: bool = False
    reason: str = ""


@requires("parent.add")
def add_parent(store: Store, actor: Person, ref: str, facts: ParentFacts) -> int:
    """Enter a parent or carer on an open case and return the adult's number.

    Raises:
        UserError: the adult has no name, or the case is closed.
    """
    with store.action(actor, "parent.add") as session:
        episode = open_case_of(session, actor, ref)
        now, today = store.clock.now(), store.clock.today()
        parent = put_parent(session, episode, facts, now=now)
        name = first_last(parent.forename, parent.surname)
        add_event(session, actor, episode, "note", f"Parent or carer added: {name}", on=today, now=now)
        refresh_search(session, episode.child_id)
        return parent.id


@requires("parent.edit")
def change_parent(
    store: Store, actor: Person, ref: str, parent_id: int, changes: ParentChanges, *, reason: str = ""
) -> None:
    """Change what is known of an adult of a case.

    Raises:
        UserError: no name would be left.
    """
    with store.action(actor, "parent.change", reason=reason or None) as session:
        episode = case_of(session, actor, ref)
        parent = parent_of(session, episode, parent_id)
        for entry in fields(changes):
            value = getattr(changes, entry.name)
            if value is not None:
                _set(parent, entry.name, value)
        if not parent.forename and not parent.surname:
            raise UserError("Enter the name of the parent or carer, or the part of it that is known.")
        refresh_search(session, episode.child_id)


def _set(parent: Parent, name: str, value: Any) -> None:
    if name == "phones":
        value = [phone.as_json() for phone in value]
    elif name == "address":
        value = [tidy(line) for line in value if tidy(line)]
    elif isinstance(value, str):
        value = tidy(value)
    if getattr(parent, name) != value:
        setattr(parent, name, value)


@requires("parent.restrict")
def restrict_parent(store: Store, actor: Person, ref: str, parent_id: int, restrictions: Restrictions) -> None:
    """Say what may be done towards an adult: written to, told where the child is, contacted at all.

    Raises:
        UserError: something is restricted and no reason is given.
    """
    restricted = (
        not restrictions.may_be_written_to
        or restrictions.must_not_be_told
        or restrictions.no_contact
        or restrictions.address_confidential
    )
    if restricted and not restrictions.reason.strip():
        raise UserError("Say why this adult is restricted. The reason is kept and shown to whoever prints a letter.")
    with store.action(actor, "parent.restrict", reason=restrictions.reason or None) as session:
        episode = case_of(session, actor, ref)
        parent = parent_of(session, episode, parent_id)
        parent.may_be_written_to = restrictions.may_be_written_to and not restrictions.no_contact
        parent.must_not_be_told = restrictions.must_not_be_told
        parent.no_contact = restrictions.no_contact
        parent.address_confidential = restrictions.address_confidential
        parent.restriction_reason = restrictions.reason.strip()
        now, today = store.clock.now(), store.clock.today()
        name = first_last(parent.forename, parent.surname)
        title = f"{name}: {_words(parent)}"
        add_event(session, actor, episode, "decision", title, on=today, now=now, detail=restrictions.reason)


def _words(parent: Parent) -> str:
    tags = [
        "no contact" if parent.no_contact else "",
        "may not be written to" if not parent.may_be_written_to and not parent.no_contact else "",
        "must not be told where the child is" if parent.must_not_be_told else "",
        "address confidential" if parent.address_confidential else "",
    ]
    return ", ".join(tag for tag in tags if tag) or "may be written to"


@requires("parent.edit")
def record_electronic_consent(
    store: Store, actor: Person, ref: str, parent_id: int, *, address: str, given_on: date | None
) -> None:
    """Record that an adult consented in writing to electronic service at one address, or withdrew it (s572).

    Raises:
        UserError: a consent names no address, or lies in the future.
    """
    if given_on is not None and (not address.strip() or given_on > store.clock.today()):
        raise UserError("Enter the address the person consented to, and the day of the written consent, not later.")
    with store.action(actor, "parent.electronic-consent") as session:
        episode = case_of(session, actor, ref)
        parent = parent_of(session, episode, parent_id)
        parent.electronic_consent = given_on is not None
        parent.electronic_consent_on = given_on
        parent.electronic_address = address.strip() if given_on is not None else ""
