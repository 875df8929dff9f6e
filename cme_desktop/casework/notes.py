"""Notes on a case by the officer, and comments by the manager: each one line of the timeline."""

from __future__ import annotations

from datetime import date

from cme_desktop.access import requires
from cme_desktop.casework.rows.lookup import case_of
from cme_desktop.casework.rows.timeline import add_event
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.storage.store import Store

_NO_WORDS = "Write the note first. Nothing was saved."


@requires("note.add")
def add_note(store: Store, actor: Person, ref: str, words: str, *, on: date | None = None, kind: str = "note") -> int:
    """Add a note to a case, open or closed, and return the number of its line; ``kind`` may be ``contact``.

    Raises:
        UserError: there are no words, or the day lies in the future.
    """
    today = store.clock.today()
    if not words.strip():
        raise UserError(_NO_WORDS)
    if on is not None and on > today:
        raise UserError("A note is about something that has happened: choose today or an earlier day.")
    title, _, detail = words.strip().partition("\n")
    with store.action(actor, "note.add") as session:
        episode = case_of(session, actor, ref)
        now = store.clock.now()
        return add_event(session, actor, episode, kind, title, on=on or today, now=now, detail=detail.strip()).id


@requires("note.comment")
def comment(store: Store, actor: Person, ref: str, words: str) -> int:
    """Add a comment to a case as manager or officer and return the number of its line.

    Raises:
        UserError: there are no words.
    """
    if not words.strip():
        raise UserError(_NO_WORDS)
    with store.action(actor, "note.comment") as session:
        episode = case_of(session, actor, ref)
        now, today = store.clock.now(), store.clock.today()
        return add_event(
            session, actor, episode, "note", f"Comment by {actor.name}", on=today, now=now, detail=words.strip()
        ).id
