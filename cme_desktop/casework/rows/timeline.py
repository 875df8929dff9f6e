"""Add lines to a case's timeline, searchable at once."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from cme_desktop.domain.roles import Person
from cme_desktop.models.episode import Episode
from cme_desktop.models.timeline import Event
from cme_desktop.storage.search import put_text


def add_event(
    session: Session,
    actor: Person,
    episode: Episode,
    kind: str,
    title: str,
    *,
    on: date,
    now: datetime,
    detail: str = "",
    at: datetime | None = None,
    enquiry_id: int | None = None,
    document_id: int | None = None,
    source_file_id: int | None = None,
) -> Event:
    """Add one line to a case's timeline inside an act.

    Args:
        kind: ``opened``, ``status``, ``closed``, ``enquiry``, ``contact``, ``reply``, ``decision``, ``risk``,
            ``note``, ``file``, ``letter``, ``document``, ``service``, ``order`` or ``approval``.
        on: the day it happened; ``at`` the instant, where it is known.
        now: the instant of recording.
    """
    event = Event(
        episode_id=episode.id,
        kind=kind,
        happened_on=on,
        happened_at=at,
        recorded_at=now,
        user_id=actor.id,
        title=title,
        detail=detail,
        enquiry_id=enquiry_id,
        document_id=document_id,
        source_file_id=source_file_id,
    )
    session.add(event)
    session.flush()
    put_text(
        session,
        "event",
        event.id,
        f"{title}\n{detail}",
        child_id=episode.child_id,
        episode_id=episode.id,
        on_day=on,
    )
    return event
