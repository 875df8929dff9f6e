"""Undo the person's own last acts of this session, newest first, each by a new act that puts the rows back (F87).

Serving, issuing, printing and deleting are never undone, only corrected (design.md 4).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.access import requires, words_of
from cme_desktop.casework import next_steps
from cme_desktop.casework.rows.finding import refresh_search
from cme_desktop.domain.roles import Person
from cme_desktop.models.audit import AuditChange, AuditEvent
from cme_desktop.models.child import Child
from cme_desktop.models.episode import Episode
from cme_desktop.models.intake import SourceFile
from cme_desktop.models.timeline import Event, Task
from cme_desktop.storage.search import put_text
from cme_desktop.storage.store import Store
from cme_desktop.storage.undo import CannotUndo, Derived, undo_event

UNDOABLE = frozenset(
    {
        "case.open",
        "case.status",
        "case.facts",
        "case.reason",
        "case.close",
        "case.reopen",
        "case.owner",
        "case.restrict",
        "child.name",
        "child.address",
        "child.address-confidential",
        "child.number",
        "child.registration",
        "child.details",
        "child.risk-groups",
        "child.link",
        "parent.add",
        "parent.change",
        "parent.restrict",
        "parent.electronic-consent",
        "referral.told",
        "enquiry.record",
        "enquiry.answer",
        "note.add",
        "note.comment",
        "risk.answer",
        "risk.respond",
        "risk.raise",
        "risk.ask-lower",
        "task.add",
        "task.done",
        "task.put-off",
        "import.file",
        "import.accept",
        "import.not-same",
        "import.problem",
    }
)
"""The acts that can be undone; every other act is only corrected."""

_STEPS = frozenset({"task.add", "task.done", "task.put-off"})
_DERIVED: Derived = {
    "task": None,
    "episode_waiting": None,
    "match_candidate": None,
    "episode": frozenset({"open_actions", "next_action", "next_date", "waiting_on", "review_on", "year_group"}),
    "case_counter": None,
}
"""What is worked out anew after an undo, and the counter of references, which are never given twice."""

_DERIVED_OF_STEPS: Derived = {name: rows for name, rows in _DERIVED.items() if name != "task"}


@dataclass(frozen=True)
class LastAct:
    """The newest act of a person that can be undone, in words."""

    seq: int
    at: datetime
    words: str


@requires("ask.undo")
def last_act(store: Store, actor: Person, *, since_seq: int) -> LastAct | None:
    """Return the newest act of the person since the unlock that can be undone and is not undone yet, or None.

    A file that came in from the watched folder by itself is passed over: ``undo_act`` undoes it by its number.

    Args:
        since_seq: the number of the last event before this session began.
    """
    with store.read() as session:
        event = _newest(session, actor, since_seq)
        return None if event is None else LastAct(event.seq, event.at, _words(event))


@requires("undo.last")
def undo_last(store: Store, actor: Person, *, since_seq: int) -> LastAct:
    """Undo the newest act of the person since the unlock, and return it.

    Raises:
        CannotUndo: there is none, or a later act built on it; nothing was changed.
    """
    with store.read() as session:
        event = _newest(session, actor, since_seq)
    if event is None:
        raise CannotUndo("There is nothing to undo: what you did since unlocking is undone, or can only be corrected.")
    return _undo(store, actor, event)


@requires("undo.last")
def undo_act(store: Store, actor: Person, seq: int) -> LastAct:
    """Undo one act of the person by its number, such as the import just made, and return it.

    Raises:
        CannotUndo: it is another person's, is one that is only corrected, or a later act built on it.
    """
    with store.read() as session:
        event = session.get(AuditEvent, seq)
        undone = _undone(session)
    if event is None or event.user_id != actor.id or event.seq in undone:
        raise CannotUndo("This is not an act of yours that still stands, so it was not undone.")
    if event.action not in UNDOABLE:
        raise CannotUndo("This was served, issued, printed or deleted, so it is only corrected, never undone.")
    return _undo(store, actor, event)


def last_seq(session: Session) -> int:
    """Return the number of the newest event: a session begins after it."""
    return session.scalar(select(AuditEvent.seq).order_by(AuditEvent.seq.desc()).limit(1)) or 0


def _newest(session: Session, actor: Person, since_seq: int) -> AuditEvent | None:
    undone = _undone(session)
    events = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.user_id == actor.id, AuditEvent.seq > since_seq, AuditEvent.action.in_(UNDOABLE))
        .order_by(AuditEvent.seq.desc())
    )
    standing = (event for event in events if event.seq not in undone and event.changes > 0)
    return next((event for event in standing if not _from_folder(session, event)), None)


def _from_folder(session: Session, event: AuditEvent) -> bool:
    """Say whether an act took in a file of the watched folder: that came by itself, and is undone only by name."""
    if event.action != "import.file":
        return False
    digest = (event.entity or "").partition(":")[2]
    found = select(SourceFile.id).where(SourceFile.sha256.startswith(digest), SourceFile.from_folder.is_(True))
    return session.scalar(found.limit(1)) is not None


def _undone(session: Session) -> dict[int, int]:
    """Return which acts were undone, each with the number of its undoing."""
    rows = session.execute(select(AuditEvent.entity, AuditEvent.seq).where(AuditEvent.action == "undo"))
    return {int(entity.partition(":")[2]): seq for entity, seq in rows if entity}


def _cancelled(session: Session, seq: int) -> set[int]:
    return {number for pair in _undone(session).items() if pair[0] > seq for number in pair}


def _undo(store: Store, actor: Person, event: AuditEvent) -> LastAct:
    next_steps.attach(store)
    with store.action(actor, "undo", entity=f"event:{event.seq}", episode_id=event.episode_id) as session:
        children = _children(session, event.seq)
        gone = _lines(session, event.seq)
        _keep_open_cases_whole(session, event.seq)
        undo_event(
            session,
            event.seq,
            derived=_DERIVED_OF_STEPS if event.action in _STEPS else _DERIVED,
            cancelled=_cancelled(session, event.seq),
        )
        if event.action not in _STEPS:
            _drop_steps(session, event.seq)
        _forget_lines(session, gone)
        for child_id in children:
            if session.get(Child, child_id) is not None:
                refresh_search(session, child_id)
    return LastAct(event.seq, event.at, _words(event))


def _keep_open_cases_whole(session: Session, seq: int) -> None:
    """Give a closed case that the undo opens again one step, until its steps are worked out at the end of the act."""
    closed = session.scalars(
        select(AuditChange.row_id).where(
            AuditChange.seq == seq, AuditChange.table_name == "episode", AuditChange.operation == "update"
        )
    )
    for number in closed:
        episode = session.get(Episode, int(number))
        if episode is not None and episode.closed_on is not None and episode.open_actions == 0:
            episode.open_actions = 1


def _words(event: AuditEvent) -> str:
    words = words_of(event.action)
    return words[0].upper() + words[1:]


def _children(session: Session, seq: int) -> set[int]:
    """Return the children whose rows an act touched, itself or through a case."""
    found: set[int] = set()
    cases: set[int] = set()
    for change in session.scalars(select(AuditChange).where(AuditChange.seq == seq)):
        values = {**_read(change.before), **_read(change.after)}
        if change.table_name == "child":
            found.add(int(change.row_id))
        if isinstance(values.get("child_id"), int):
            found.add(values["child_id"])
        if change.table_name == "episode":
            cases.add(int(change.row_id))
        if isinstance(values.get("episode_id"), int):
            cases.add(values["episode_id"])
    found.update(session.scalars(select(Episode.child_id).where(Episode.id.in_(cases))))
    return found


def _read(text: str | None) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(text) if text else {}
    return values


def _lines(session: Session, seq: int) -> list[tuple[int, int, date]]:
    """Return the timeline lines that an act added: number, child and day."""
    added = session.scalars(
        select(AuditChange.row_id).where(
            AuditChange.seq == seq, AuditChange.table_name == "event", AuditChange.operation == "insert"
        )
    )
    rows = session.execute(
        select(Event.id, Episode.child_id, Event.happened_on)
        .join(Episode, Episode.id == Event.episode_id)
        .where(Event.id.in_([int(number) for number in added]))
    )
    return [(number, child_id, day) for number, child_id, day in rows]


def _drop_steps(session: Session, seq: int) -> None:
    """Take away the steps by hand that an act added beside what it was for, unless they were done since."""
    added = session.scalars(
        select(AuditChange.row_id).where(
            AuditChange.seq == seq, AuditChange.table_name == "task", AuditChange.operation == "insert"
        )
    )
    for number in added.all():
        task = session.get(Task, int(number))
        if task is not None and task.is_manual and task.state == next_steps.OPEN:
            session.delete(task)


def _forget_lines(session: Session, lines: Collection[tuple[int, int, date]]) -> None:
    for number, child_id, day in lines:
        put_text(session, "event", number, "", child_id=child_id, episode_id=None, on_day=day)
