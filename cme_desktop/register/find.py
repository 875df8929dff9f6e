"""Search as the officer types: children first, by who they are, then what was written about them (F81)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from cme_desktop.access import requires
from cme_desktop.domain.roles import Person
from cme_desktop.domain.school_age import year_group
from cme_desktop.models.child import Child, ChildName
from cme_desktop.models.episode import Episode
from cme_desktop.models.timeline import Event
from cme_desktop.register.periods import current_name, full_name
from cme_desktop.register.visibility import visible
from cme_desktop.storage import search
from cme_desktop.storage.engine import ReadTicket
from cme_desktop.storage.store import Store

_KIND_WORDS = {
    search.NUMBER: "number",
    search.REFERENCE: "reference",
    search.POSTCODE: "postcode",
    search.PHONE: "phone",
    search.DOB: "date of birth",
    search.PARENT: "parent",
    search.SCHOOL: "school",
    search.WORD: "name",
    search.NAME: "name",
}


@dataclass(frozen=True)
class PersonHit:
    """A child found, with the newest case if any, and what was found."""

    child_id: int
    ref: str | None
    name: str
    dob: date | None
    year: str
    is_open: bool
    found_by: str
    spelling: bool


@dataclass(frozen=True)
class WordHit:
    """A line of a timeline found by its words."""

    ref: str
    name: str
    title: str
    on_day: date


@dataclass(frozen=True)
class Found:
    """What a search found; ``more_words`` says that older lines were left out."""

    people: tuple[PersonHit, ...]
    words: tuple[WordHit, ...]
    more_words: bool


@requires("ask.find")
def find(
    store: Store, viewer: Person, typed: str, *, limit: int = 12, words: bool = True, ticket: ReadTicket | None = None
) -> Found:
    """Return the children, then the timeline lines, that what was typed may mean; a newer search cancels this one."""
    today = store.clock.today()
    with store.read(ticket) as session:
        condition = visible(viewer)
        hits = search.find_who(session, typed, condition, limit)
        people = _people(session, hits, today)
        lines, more = _lines(session, typed, viewer, limit) if words else ((), False)
    return Found(people, lines, more)


def _people(session: Session, hits: tuple[search.WhoHit, ...], today: date) -> tuple[PersonHit, ...]:
    ids = [hit.child_id for hit in hits]
    newest = select(Episode.child_id, func.max(Episode.id).label("id")).group_by(Episode.child_id).subquery()
    rows = {
        child.id: (child, name, episode)
        for child, name, episode in session.execute(
            select(Child, ChildName, Episode)
            .outerjoin(ChildName, current_name())
            .outerjoin(newest, newest.c.child_id == Child.id)
            .outerjoin(Episode, Episode.id == newest.c.id)
            .where(Child.id.in_(ids))
        )
    }
    found = []
    for hit in hits:
        child, name, episode = rows[hit.child_id]
        found.append(
            PersonHit(
                child_id=child.id,
                ref=episode.ref if episode else None,
                name=full_name(name),
                dob=child.dob,
                year=(year_group(child.dob, today) or "") if child.dob else "",
                is_open=episode is not None and episode.closed_on is None,
                found_by=_KIND_WORDS.get(hit.kind, hit.kind),
                spelling=hit.tier is search.Tier.SPELLING,
            )
        )
    return tuple(found)


def _lines(session: Session, typed: str, viewer: Person, limit: int) -> tuple[tuple[WordHit, ...], bool]:
    hits = search.find_text(session, typed, visible(viewer), limit)
    ids = [hit.source_id for hit in hits.hits if hit.source == "event"]
    rows = {
        event.id: WordHit(ref, full_name(name), event.title, event.happened_on)
        for event, ref, name in session.execute(
            select(Event, Episode.ref, ChildName)
            .join(Episode, Episode.id == Event.episode_id)
            .join(Child, and_(Child.id == Episode.child_id))
            .outerjoin(ChildName, current_name())
            .where(Event.id.in_(ids))
        )
    }
    return tuple(rows[key] for key in ids if key in rows), hits.more
