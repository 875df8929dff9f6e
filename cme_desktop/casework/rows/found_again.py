"""Make again what searches go by and compare: a child or a note that was taken out of every search shows."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.casework.rows.finding import entries_of
from cme_desktop.domain.names import search_key
from cme_desktop.models.child import Child
from cme_desktop.models.episode import Episode
from cme_desktop.models.search import SearchText, SearchWho
from cme_desktop.models.timeline import Event
from cme_desktop.storage.search import values_of

_AT_ONCE = 500


def places_not_found(session: Session) -> Iterator[str]:
    """Yield each child and each line of a timeline that a search does not find as the program would let it."""
    yield from _children(session)
    yield from _lines(session)


def _children(session: Session) -> Iterator[str]:
    there: dict[int, set[tuple[str, str]]] = {}
    for kind, value, child_id in session.execute(select(SearchWho.kind, SearchWho.value, SearchWho.child_id)):
        there.setdefault(child_id, set()).add((kind, value))
    for child_id in session.scalars(select(Child.id).order_by(Child.id)).all():
        wanted = {pair for entry in entries_of(session, child_id) for pair in values_of(entry)}
        if there.pop(child_id, set()) != wanted:
            yield f"search_who:{child_id}"
        session.expunge_all()
    yield from (f"search_who:{child_id}" for child_id in sorted(there))


def _lines(session: Session) -> Iterator[str]:
    there = {
        (source, number): (child, episode, day, body)
        for source, number, child, episode, day, body in session.execute(
            select(
                SearchText.source,
                SearchText.source_id,
                SearchText.child_id,
                SearchText.episode_id,
                SearchText.on_day,
                SearchText.body,
            )
        )
    }
    lines = session.execute(
        select(Event.id, Episode.child_id, Event.episode_id, Event.happened_on, Event.title, Event.detail)
        .join(Episode, Episode.id == Event.episode_id)
        .order_by(Event.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for number, child_id, episode_id, day, title, detail in lines:
        body = search_key(f"{title}\n{detail}")
        wanted = (child_id, episode_id, day, body) if body else None
        if there.pop(("event", number), None) != wanted:
            yield f"search_text:event:{number}"
    yield from (f"search_text:{source}:{number}" for source, number in sorted(there))
