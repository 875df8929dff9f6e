"""Change what is known of a child: each change is dated, and what the register said before stays readable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from cme_desktop.access import requires
from cme_desktop.casework.rows import periods
from cme_desktop.casework.rows.child_rows import (
    AddressFacts,
    ChildFacts,
    NameFacts,
    RegistrationFacts,
    link,
    put_address,
    put_name,
    put_numbers,
    put_registration,
)
from cme_desktop.casework.rows.finding import refresh_search
from cme_desktop.casework.rows.lookup import case_of, child_of, known_school
from cme_desktop.casework.rows.timeline import add_event
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.names import first_last
from cme_desktop.domain.roles import Person
from cme_desktop.models.child import ChildAddress, ChildRiskGroup
from cme_desktop.storage.store import Store

__all__ = ["AddressFacts", "ChildFacts", "NameFacts", "RegistrationFacts"]


@dataclass(frozen=True)
class DetailChanges:
    """Facts of a child to change; None leaves a fact as it is."""

    dob: date | None = None
    sex: str | None = None
    ethnicity: str | None = None
    first_language: str | None = None
    sen_provision: str | None = None
    has_ehcp: bool | None = None
    ehcp_school_urn: str | None = None
    looked_after: bool | None = None


@requires("child.edit")
def change_name(store: Store, actor: Person, ref: str, name: NameFacts, *, on: date, reason: str) -> bool:
    """Record a name of a case's child from a day, and say whether that is news."""
    with store.action(actor, "child.name", reason=reason) as session:
        episode = case_of(session, actor, ref)
        now = store.clock.now()
        if not put_name(session, episode.child_id, name, on=on, now=now, source=reason):
            return False
        title = f"Name recorded: {first_last(name.forename, name.surname)} ({name.kind})"
        add_event(session, actor, episode, "note", title, on=on, now=now, detail=reason)
        refresh_search(session, episode.child_id)
        return True


@requires("child.edit")
def change_address(store: Store, actor: Person, ref: str, home: AddressFacts, *, on: date, reason: str) -> bool:
    """Record where a case's child lives from a day, and say whether that is news."""
    with store.action(actor, "child.address", reason=reason) as session:
        episode = case_of(session, actor, ref)
        now = store.clock.now()
        if not put_address(session, episode.child_id, home, on=on, now=now, source=reason):
            return False
        add_event(session, actor, episode, "note", "New address recorded", on=on, now=now, detail=reason)
        refresh_search(session, episode.child_id)
        return True


@requires("child.edit")
def hide_address(store: Store, actor: Person, ref: str, *, confidential: bool, reason: str) -> None:
    """Make the present address of a case's child confidential, or no longer so.

    Raises:
        UserError: no address is known.
    """
    with store.action(actor, "child.address-confidential", reason=reason) as session:
        episode = case_of(session, actor, ref)
        known = periods.current(session, ChildAddress, {"child_id": episode.child_id})
        if known is None:
            raise UserError("No address is known for this child, so there is nothing to keep confidential.")
        now, today = store.clock.now(), store.clock.today()
        if known.confidential != confidential:
            periods.correct(session, known, now=now, confidential=confidential)
            words = "Address made confidential" if confidential else "Address no longer confidential"
            add_event(session, actor, episode, "decision", words, on=today, now=now, detail=reason)


@requires("child.edit")
def add_number(store: Store, actor: Person, ref: str, scheme: str, value: str, *, reason: str) -> bool:
    """Keep a further UPN, ULN or other number of a case's child, and say whether it is new."""
    with store.action(actor, "child.number", reason=reason) as session:
        episode = case_of(session, actor, ref)
        facts = ChildFacts((), other_numbers=((scheme, value),))
        added = put_numbers(session, episode.child_id, facts, on=store.clock.today(), source=reason)
        refresh_search(session, episode.child_id)
        return bool(added)


@requires("child.edit")
def record_registration(store: Store, actor: Person, ref: str, registration: RegistrationFacts, *, reason: str) -> bool:
    """Record a school whose register holds or held a case's child, and say whether that is news."""
    with store.action(actor, "child.registration", reason=reason) as session:
        episode = case_of(session, actor, ref)
        now, today = store.clock.now(), store.clock.today()
        if not put_registration(session, episode.child_id, registration, on=today, now=now, source=reason):
            return False
        if registration.leaving_date is not None or not episode.last_school_name:
            episode.last_school_urn = registration.school_urn
            episode.last_school_name = registration.school_name
        title = f"School recorded: {registration.school_name}"
        add_event(session, actor, episode, "note", title, on=today, now=now, detail=reason)
        refresh_search(session, episode.child_id)
        return True


@requires("child.edit")
def change_details(store: Store, actor: Person, ref: str, changes: DetailChanges, *, reason: str) -> None:
    """Change the date of birth, sex, plan or other single facts of a case's child.

    Raises:
        UserError: the date of birth lies in the future, or the directory has no school with the plan's URN.
    """
    if changes.dob is not None and changes.dob > store.clock.today():
        raise UserError("Date of birth must be in the past. Correct it and save again.")
    with store.action(actor, "child.details", reason=reason) as session:
        episode = case_of(session, actor, ref)
        child = child_of(session, episode.child_id)
        if changes.ehcp_school_urn:
            known_school(session, changes.ehcp_school_urn)
        for name in vars(changes):
            value = getattr(changes, name)
            if value is not None and getattr(child, name) != value:
                setattr(child, name, value)
        now, today = store.clock.now(), store.clock.today()
        add_event(session, actor, episode, "note", "Details of the child changed", on=today, now=now, detail=reason)
        refresh_search(session, child.id)


@requires("child.edit")
def set_risk_groups(store: Store, actor: Person, ref: str, codes: frozenset[str], *, source: str) -> None:
    """Say to which groups at particular risk a case's child belongs (policy, page 4)."""
    with store.action(actor, "child.risk-groups", reason=source) as session:
        episode = case_of(session, actor, ref)
        rows = session.scalars(select(ChildRiskGroup).where(ChildRiskGroup.child_id == episode.child_id))
        known = {row.code: row for row in rows}
        for code in sorted(codes - known.keys()):
            session.add(ChildRiskGroup(child_id=episode.child_id, code=code, source=source))
        for code in known.keys() - codes:
            session.delete(known[code])


@requires("child.link")
def link_siblings(store: Store, actor: Person, ref: str, other_child_id: int, *, source: str) -> bool:
    """Link the child of a case with a brother or sister, and say whether that is news."""
    with store.action(actor, "child.link", reason=source) as session:
        episode = case_of(session, actor, ref)
        other = child_of(session, other_child_id)
        return link(session, episode.child_id, other.id, source)


@requires("case.restrict")
def restrict(store: Store, actor: Person, ref: str, *, restricted: bool, reason: str) -> None:
    """Restrict a child's record, or end the restriction; the reason is kept (F77)."""
    if not reason.strip():
        raise UserError("Say why this record is restricted, or why it no longer is. The reason is kept.")
    with store.action(actor, "case.restrict", reason=reason) as session:
        episode = case_of(session, actor, ref)
        child_of(session, episode.child_id).restricted = restricted
        words = "Record restricted" if restricted else "Restriction ended"
        now, today = store.clock.now(), store.clock.today()
        add_event(session, actor, episode, "decision", words, on=today, now=now, detail=reason)
