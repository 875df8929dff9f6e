"""Find the case, the child, the adult or the school that an act is about, or say that there is none."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.domain.errors import NotFound, UserError
from cme_desktop.domain.roles import Person, Role
from cme_desktop.models.child import Child
from cme_desktop.models.episode import Episode, Parent
from cme_desktop.models.people import PersonRow
from cme_desktop.models.reference import School

NAMED = "case"
"""Under what a session keeps the case that was named first: an act that touches several is told as about that one."""


def case_of(session: Session, actor: Person, ref: str) -> Episode:
    """Return a case by its reference; to a manager a restricted child's case is not there (safety.md 7).

    Raises:
        NotFound: no case that this person may see has the reference.
    """
    tidy = ref.strip().upper()
    episode = session.scalar(select(Episode).where(Episode.ref == tidy))
    if episode is None or _hidden(session, actor, episode):
        raise NotFound(f"No case has the reference {tidy}. Look it up by name in the register.", code="case-unknown")
    session.info.setdefault(NAMED, episode.id)
    return episode


def _hidden(session: Session, actor: Person, episode: Episode) -> bool:
    return not actor.holds(Role.OFFICER) and session.get_one(Child, episode.child_id).restricted


def open_case_of(session: Session, actor: Person, ref: str) -> Episode:
    """Return an open case by its reference.

    Raises:
        NotFound: no case has the reference.
        UserError: the case is closed.
    """
    episode = case_of(session, actor, ref)
    if episode.closed_on is not None:
        raise UserError(
            f"{episode.ref} is closed, so this was not saved. Open the case again first, or add a note to it.",
            code="case-closed",
        )
    return episode


def child_of(session: Session, child_id: int) -> Child:
    """Return a child by number.

    Raises:
        NotFound: the register has no such child.
    """
    child = session.get(Child, child_id)
    if child is None:
        raise NotFound("This child is not in the register. Look the child up by name.", code="child-unknown")
    return child


def parent_of(session: Session, episode: Episode, parent_id: int) -> Parent:
    """Return an adult of a case by number.

    Raises:
        NotFound: the case has no such adult.
    """
    parent = session.get(Parent, parent_id)
    if parent is None or parent.episode_id != episode.id:
        raise NotFound(
            f"{episode.ref} has no parent or carer with number {parent_id}. Look under People on the case.",
            code="parent-unknown",
        )
    return parent


def known_person(session: Session, person_id: int) -> PersonRow:
    """Return a person of the register who has a log-in; raise UserError where there is none of that number."""
    person = session.get(PersonRow, person_id)
    if person is None or not person.active:
        raise UserError(
            "Only a person with a log-in can be given a case. Nothing was changed. Choose another person.",
            code="owner-unknown",
        )
    return person


def known_school(session: Session, urn: str) -> School:
    """Return a school of the directory by its URN; raise UserError where there is none."""
    school = session.get(School, urn)
    if school is None:
        raise UserError(
            f"The directory has no school with URN {urn}. Look it up by name under Schools.", code="school-unknown"
        )
    return school
