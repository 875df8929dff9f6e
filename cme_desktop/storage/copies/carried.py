"""What a restore keeps of today: the people with their keys, and the numbers that were given (safety.md 10).

The key file of today stays in force, so the rows are made to say what it says. No number is given twice: the counters
go on from the higher of then and now, and where now cannot be read, from the next thousand.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlcipher3 import dbapi2

from cme_desktop.domain.errors import UserError
from cme_desktop.models.episode import CaseCounter
from cme_desktop.models.people import PersonRow, SigningKey
from cme_desktop.storage import engine
from cme_desktop.storage.audit_format import RESTORED
from cme_desktop.storage.capture import Act, Action, ActionSession, Gate
from cme_desktop.storage.keys import KeyFile, PersonEntry, Unlocked
from cme_desktop.storage.migrations.runner import bind
from cme_desktop.system import Clock

LEAP = 1000
"""Where today's counters cannot be read, numbers go on from the next multiple of this."""
Counters = dict[tuple[str, int], int]


@dataclass(frozen=True)
class Today:
    """What the register that is replaced says of itself: its counters, its acts by hash, and its cases."""

    counters: Counters
    acts: dict[bytes, str]
    cases: frozenset[str]


@dataclass(frozen=True)
class LeftOut:
    """What was entered after the backup and is not in it: how many acts, from when to when, and which cases."""

    acts: int = 0
    first: datetime | None = None
    last: datetime | None = None
    cases: tuple[str, ...] = ()


def today_of(database: Path, key: bytes) -> Today | None:
    """Return what a register's database says of itself; None where it cannot be read."""
    try:
        with closing(engine.connect(database, key, mode="ro")) as connection:
            return _read(connection)
    except (UserError, dbapi2.DatabaseError, OSError):
        return None


def left_out(database: Path, key: bytes, today: Today) -> LeftOut:
    """Return what today's register has and the one of a backup has not."""
    with closing(engine.connect(database, key, mode="ro")) as connection:
        then = _read(connection)
    times = sorted(datetime.fromisoformat(at) for digest, at in today.acts.items() if digest not in then.acts)
    if not times:
        return LeftOut()
    return LeftOut(len(times), times[0], times[-1], tuple(sorted(today.cases - then.cases)))


def _read(connection: dbapi2.Connection) -> Today:
    counters = connection.execute("SELECT series, year, last FROM case_counter").fetchall()
    acts = connection.execute("SELECT hash, at FROM audit_event").fetchall()
    cases = connection.execute("SELECT ref FROM episode").fetchall()
    return Today(
        {(series, year): last for series, year, last in counters},
        {bytes(digest): at for digest, at in acts},
        frozenset(ref for (ref,) in cases),
    )


def record_restore(
    database: Path, unlocked: Unlocked, key_file: KeyFile, clock: Clock, backup: str, today: Today | None
) -> None:
    """Record a restore as the next act of the register that is put back, with the people and numbers of today in it.

    It is the first act after the backup's last one: from there on the chain may differ from later backups of before.
    """
    with closing(engine.connect(database, unlocked.data_key)) as connection, bind(connection) as bound:
        bound.exec_driver_sql("BEGIN IMMEDIATE")
        gate = Gate(bound.engine)
        act = Act(RESTORED, entity=f"backup:{backup}")
        action = Action(bound, unlocked, gate, act, now=clock.now(), newest=None)
        session = ActionSession(bound, expire_on_commit=False)
        session.info["action"] = action
        for entry in key_file.people:
            _person(session, entry)
        _counters(session, today)
        session.flush()
        action.close()
        bound.commit()


def _person(session: ActionSession, entry: PersonEntry) -> None:
    row = session.get(PersonRow, entry.person_id)
    roles, active = sorted(role.value for role in entry.roles), entry.disabled_at is None
    if row is None:
        added = datetime.fromisoformat(entry.added_at)
        row = PersonRow(id=entry.person_id, name=entry.name, roles=roles, active=active, added_at=added)
        session.add(row)
    if (row.roles, row.active) != (roles, active):
        row.roles, row.active = roles, active
    session.flush()
    known = {
        key.key_id: key
        for key in session.scalars(select(SigningKey).where(SigningKey.person_id == entry.person_id)).all()
    }
    for keys in entry.public_keys:
        if keys.key_id in known and keys.until is not None and known[keys.key_id].retired_at is None:
            known[keys.key_id].retired_at = datetime.fromisoformat(keys.until)
    session.flush()  # the index allows one key in use, so the old one goes first
    for keys in entry.public_keys:
        if keys.key_id not in known:
            until = None if keys.until is None else datetime.fromisoformat(keys.until)
            since = datetime.fromisoformat(keys.since)
            session.add(
                SigningKey(
                    key_id=keys.key_id,
                    person_id=entry.person_id,
                    public_key=keys.signing,
                    added_at=since,
                    retired_at=until,
                )
            )
    session.flush()


def _counters(session: ActionSession, today: Today | None) -> None:
    rows = {(row.series, row.year): row for row in session.scalars(select(CaseCounter))}
    if today is None:
        for row in rows.values():
            row.last = (row.last // LEAP + 1) * LEAP
        return
    for (series, year), last in today.counters.items():
        found = rows.get((series, year))
        if found is None:
            session.add(CaseCounter(series=series, year=year, last=last))
        elif found.last < last:
            found.last = last
