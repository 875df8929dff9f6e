"""Undo one act: what its rows were before is put back as a new act, or nothing is (design.md 4)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Mapper, Session, aliased

from cme_desktop.domain.errors import UserError
from cme_desktop.models.audit import AuditChange
from cme_desktop.models.base import Base
from cme_desktop.storage.audit_format import NOT_AUDITED, row_key
from cme_desktop.storage.bulk import BATCH, row_now, write_row
from cme_desktop.storage.capture import action_of, table_info
from cme_desktop.storage.search import forget_child

Derived = Mapping[str, frozenset[str] | None]
"""What is worked out from other rows: whole tables (None) or columns; an undo does not wait for them."""

Place = tuple[str, str]


class CannotUndo(UserError):
    """Say why an act cannot be undone; nothing was changed."""

    code = "cannot-undo"


@dataclass
class _Plan:
    """What stands in the database before and after an undo, for each row."""

    restored: dict[Place, dict[str, Any]] = field(default_factory=dict)
    inserted: set[Place] = field(default_factory=set)
    deleted: dict[Place, dict[str, Any]] = field(default_factory=dict)


def undo_event(session: Session, seq: int, *, derived: Derived | None = None, cancelled: Collection[int] = ()) -> int:
    """Put back what the rows of event ``seq`` were before it, inside a new act, and return how many rows changed.

    Args:
        session: the session of the new act.
        seq: the number of the event to undo.
        derived: tables or columns that the caller works out anew afterwards (tasks, next dates): later changes of
            them do not stand in the way, and rows of such tables that hang on a removed row go with it.
        cancelled: later events that cancel each other out, acts already undone with their undoing; they do not stand
            in the way either.

    Raises:
        CannotUndo: the event changed nothing, was erased, holds a key, or a later event touched the same.
    """
    action = action_of(session)
    session.flush()
    worked_out = derived or {}
    changes = session.scalars(select(AuditChange).where(AuditChange.seq == seq).order_by(AuditChange.id.desc())).all()
    changes = [change for change in changes if worked_out.get(change.table_name, frozenset()) is not None]
    if not changes:
        raise CannotUndo("That step changed nothing that can be put back. Correct it by hand if it was wrong.")
    plan = _plan(changes, worked_out)
    _check_later(session, seq, changes, worked_out, frozenset(cancelled))
    hanging = _check_hanging(session, plan, worked_out)
    done = 0
    for place in [*hanging, *plan.inserted, *plan.deleted, *plan.restored]:
        done += _put_back(session, place, plan)
    action.write()
    session.expire_all()
    return done


def _plan(changes: Sequence[AuditChange], derived: Derived) -> _Plan:
    """Take the changes from the last to the first, so that what is left for each row is how it was before."""
    plan = _Plan()
    for change in changes:
        place = (change.table_name, change.row_id)
        before = _content(change.before)
        if change.erased_by is not None:
            raise CannotUndo("What that step changed has been erased since, so it cannot be put back.")
        if any(isinstance(value, dict) for value in before.values()):
            raise CannotUndo("That step changed a sealed file or a key, which cannot be put back. Correct it by hand.")
        if change.operation == "insert":
            plan.restored.pop(place, None)
            if plan.deleted.pop(place, None) is None:
                plan.inserted.add(place)
        elif change.operation == "delete":
            plan.deleted[place] = before
        else:
            skipped = derived.get(change.table_name) or frozenset()
            target = plan.deleted if place in plan.deleted else plan.restored
            target.setdefault(place, {}).update({name: v for name, v in before.items() if name not in skipped})
    return plan


def _content(text: str | None) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(text) if text else {}
    return values


def _check_later(
    session: Session, seq: int, changes: Sequence[AuditChange], derived: Derived, cancelled: frozenset[int]
) -> None:
    """Raise CannotUndo if a later event touched the same columns of the same row."""
    mine, theirs = aliased(AuditChange), aliased(AuditChange)
    pairs = session.execute(
        select(mine, theirs)
        .join(theirs, (theirs.table_name == mine.table_name) & (theirs.row_id == mine.row_id))
        .where(mine.seq == seq, theirs.seq > seq)
    )
    wanted = {change.id for change in changes}
    for change, other in pairs:
        if change.id not in wanted or other.seq in cancelled:
            continue
        skipped = derived.get(change.table_name) or frozenset()
        touched = _columns(other) - skipped
        whole = change.operation != "update" or other.operation != "update"
        if (whole and touched) or (_columns(change) - skipped) & touched or other.erased_by is not None:
            raise CannotUndo(
                "Something that this step changed has been changed again since, so it cannot be undone as a whole. "
                "Nothing was changed. Correct the entry by hand.",
                code="changed-since",
            )


def _columns(change: AuditChange) -> set[str]:
    return _content(change.before).keys() | _content(change.after).keys()


def _check_hanging(session: Session, plan: _Plan, derived: Derived) -> list[Place]:
    """Return the worked-out rows that hang on rows to be removed; raise CannotUndo if any other row does."""
    hanging: list[Place] = []
    known: set[Place] = set()
    connection = action_of(session).connection
    for table in Base.metadata.sorted_tables:
        if table.name in NOT_AUDITED:
            continue
        for key in table.foreign_keys:
            gone = [_key(row_id)[0] for name, row_id in plan.inserted if name == key.column.table.name]
            for start in range(0, len(gone), BATCH):
                query = select(*table.primary_key).where(key.parent.in_(gone[start : start + BATCH]))
                for row in connection.execute(query):
                    place = (table.name, row_key(tuple(row)))
                    if place in plan.inserted or place in known or _lets_go(plan, place, key.parent.name):
                        continue
                    if derived.get(table.name, frozenset()) is not None:
                        raise CannotUndo(
                            "Something was added since that depends on this step, so it cannot be undone. "
                            "Nothing was changed. Undo the later step first, or correct the entry by hand.",
                            code="changed-since",
                        )
                    known.add(place)
                    hanging.append(place)
    return hanging


def _lets_go(plan: _Plan, place: Place, column: str) -> bool:
    """Say whether the undo itself takes the reference away: the same act had put it there."""
    return column in plan.restored.get(place, {})


def _key(row_id: str) -> tuple[Any, ...]:
    return tuple(json.loads(row_id)) if row_id.startswith("[") else (int(row_id),)


def _put_back(session: Session, place: Place, plan: _Plan) -> int:
    action, mapper = action_of(session), _mapper(place[0])
    info, key = table_info(mapper), _key(place[1])
    present = row_now(action, mapper.class_, key)
    if place in plan.deleted:
        if present is not None:
            raise CannotUndo("What that step removed is there again, so it cannot be put back.", code="changed-since")
        write_row(action, info, key, None, plan.deleted[place])
        return 1
    if present is None:
        return 0
    if place not in plan.restored:
        write_row(action, info, key, present, None)
        if place[0] == "child":
            forget_child(session, int(key[0]))
        return 1
    wanted = {name: value for name, value in plan.restored[place].items() if present.get(name) != value}
    if wanted:
        write_row(action, info, key, {name: present.get(name) for name in wanted}, wanted)
    return int(bool(wanted))


def _mapper(table: str) -> Mapper[Any]:
    for mapper in Base.registry.mappers:
        if mapper.local_table.name == table:  # type: ignore[attr-defined]
            return mapper
    raise CannotUndo("That step belongs to an earlier version of the program and cannot be put back.")
