"""What a child is found by: made anew from the child's rows whenever one of them changed."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.models.child import Child, ChildAddress, ChildIdentifier, ChildName, SchoolRegistration
from cme_desktop.models.episode import Episode, Parent, Referral
from cme_desktop.storage import search
from cme_desktop.storage.search import WhoEntry, put_who

NOW, ONCE, ADULT = 0, 1, 2


def refresh_search(session: Session, child_id: int) -> None:
    """Write anew what one child is found by, inside an act."""
    session.flush()
    put_who(session, child_id, entries_of(session, child_id))


def entries_of(session: Session, child_id: int) -> Iterator[WhoEntry]:
    """Return what one child is found by, from the child's rows as they stand."""
    child = session.get_one(Child, child_id)
    if child.dob is not None:
        yield WhoEntry(search.DOB, child.dob.isoformat())
    for name in session.scalars(select(ChildName).where(ChildName.child_id == child_id)):
        if name.superseded_at is None:
            rank = NOW if name.valid_to is None else ONCE
            yield WhoEntry(search.NAME, f"{name.forename} {name.middle_names} {name.surname}", rank=rank)
    for number in session.scalars(select(ChildIdentifier).where(ChildIdentifier.child_id == child_id)):
        yield WhoEntry(search.NUMBER, number.value, rank=NOW if number.is_current else ONCE)
    for home in session.scalars(select(ChildAddress).where(ChildAddress.child_id == child_id)):
        if home.superseded_at is None:
            yield WhoEntry(search.POSTCODE, home.postcode, rank=NOW if home.valid_to is None else ONCE)
    for school in session.scalars(select(SchoolRegistration).where(SchoolRegistration.child_id == child_id)):
        if school.superseded_at is None:
            yield WhoEntry(search.SCHOOL, school.school_name, rank=NOW if school.leaving_date is None else ONCE)
    for episode in session.scalars(select(Episode).where(Episode.child_id == child_id)):
        yield from _case_entries(session, episode)


def _case_entries(session: Session, episode: Episode) -> Iterator[WhoEntry]:
    rank = NOW if episode.closed_on is None else ONCE
    yield WhoEntry(search.REFERENCE, episode.ref, episode.id, rank)
    for referral in session.scalars(select(Referral).where(Referral.episode_id == episode.id)):
        yield WhoEntry(search.REFERENCE, referral.their_reference, episode.id, ONCE)
    for adult in session.scalars(select(Parent).where(Parent.episode_id == episode.id)):
        yield WhoEntry(search.PARENT, f"{adult.forename} {adult.surname}", episode.id, ADULT)
        for phone in adult.phones:
            number = phone.get("PhoneNo", "") if isinstance(phone, dict) else str(phone)
            yield WhoEntry(search.PHONE, number, episode.id, ADULT)
