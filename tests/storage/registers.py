"""Registers for the tests of this room: real keys of the least cost, a clock that stands still, invented children."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import true
from sqlalchemy.orm import Session

from cme_desktop.models.child import Child, ChildName
from cme_desktop.models.document import ContentFile
from cme_desktop.models.episode import Episode
from cme_desktop.models.reference import DfeReasonCode, OutcomeCode, StatusCode
from cme_desktop.models.timeline import Event
from cme_desktop.storage import search
from cme_desktop.storage.keys import Floors, Kdf, Unlocked, add_person, draft_store_keys, unlock, write_key_file
from cme_desktop.storage.store import Store
from cme_desktop.system import FixedClock

NOW = datetime(2026, 9, 3, 9, 30, tzinfo=UTC)
PASSPHRASE = "four words with spaces"
CHEAP = Kdf(memory_kib=64, passes=1)
LOW = Floors(real_kib=8, demonstration_kib=8)
EVERYONE = true()


def clock_at(moment: datetime = NOW) -> FixedClock:
    """Return a clock that stands at an instant."""
    return FixedClock(moment)


def new_register(
    folder: Path, *, clock: FixedClock | None = None, demonstration: bool = False, forbidden_thread: int | None = None
) -> Store:
    """Make a register with one person and the codes that cases need, and return it open."""
    made = draft_store_keys(
        folder, "Asha Patel", PASSPHRASE, now=NOW, demonstration=demonstration, kdf=CHEAP, floors=LOW
    )
    store = Store.create(folder, made.unlocked, clock or clock_at(), forbidden_thread=forbidden_thread)
    write_key_file(folder, made.key_file)
    with store.action(store.person, "codes.load") as session:
        session.add(StatusCode(code="enquiries", label="Enquiries", pathway="whereabouts-unknown", is_open=True))
        session.add(OutcomeCode(code="school-place", label="School place"))
        session.add(DfeReasonCode(code="unknown", label="Unknown"))
    return store


def log_in(folder: Path, name: str = "Asha Patel") -> Unlocked:
    """Return a person's keys, opened by passphrase."""
    return unlock(folder, name, PASSPHRASE, floors=LOW)


def reopen(folder: Path, *, clock: FixedClock | None = None, name: str = "Asha Patel") -> Store:
    """Open a register of these tests again."""
    return Store.open(folder, log_in(folder, name), clock or clock_at())


def second_person(store: Store, name: str, roles: Iterable[object]) -> Unlocked:
    """Give a second person a log-in and return it opened."""
    add_person(log_in(store.folder), name, roles, PASSPHRASE, now=NOW, kdf=CHEAP)  # type: ignore[arg-type]
    return log_in(store.folder, name)


def add_child(session: Session, number: int, *, surname: str = "Testcase", forename: str = "Ann") -> Child:
    """Add one invented child with a name and search rows, inside an act."""
    child = Child(dob=date(2015, 1, 1) + timedelta(days=number), created_at=NOW)
    session.add(child)
    session.flush()
    session.add(
        ChildName(child_id=child.id, surname=surname, forename=forename, valid_from=date(2026, 9, 1), recorded_at=NOW)
    )
    search.put_who(
        session,
        child.id,
        [
            search.WhoEntry(search.NAME, f"{forename} {surname}"),
            search.WhoEntry(search.DOB, str(child.dob)),
            search.WhoEntry(search.NUMBER, f"H999{number:09d}"),
        ],
    )
    return child


def add_case(session: Session, child: Child, number: int) -> Episode:
    """Open an invented case for a child, inside an act."""
    episode = Episode(
        ref=f"CME-2026-{number:05d}",
        child_id=child.id,
        opened_on=date(2026, 9, 1),
        status="enquiries",
        pathway="whereabouts-unknown",
        owner_id=1,
        open_actions=1,
    )
    session.add(episode)
    session.flush()
    return episode


def add_note(session: Session, episode: Episode, words: str) -> Event:
    """Put a note on a case with its search row, inside an act."""
    event = Event(
        episode_id=episode.id,
        kind="note",
        happened_on=date(2026, 9, 2),
        recorded_at=NOW,
        user_id=1,
        title="Note",
        detail=words,
    )
    session.add(event)
    session.flush()
    search.put_text(
        session,
        "event",
        event.id,
        words,
        child_id=episode.child_id,
        episode_id=episode.id,
        on_day=event.happened_on,
    )
    return event


def fill(store: Store, children: int = 5) -> None:
    """Put some children, cases, notes and one sealed file into a register, each child as one act."""
    with store.action(store.person, "file.add") as session:
        sealed = store.content.seal(b"a file from outside")
        session.add(
            ContentFile(
                stored_name=sealed.name,
                file_key=sealed.key,
                sha256=sealed.sha256,
                size=sealed.size,
                media_type="application/xml",
                sealed_at=NOW,
            )
        )
    for number in range(1, children + 1):
        with store.action(store.person, "child.add", reason=f"from a list, line {number}") as session:
            child = add_child(session, number, forename=f"Ann{number}")
            episode = add_case(session, child, number)
            add_note(session, episode, f"Rang the school about child {number}")


def tables_of(store: Store) -> dict[str, int]:
    """Return how many rows each table has."""
    with store.read() as session:
        connection = session.connection()
        names = [
            row[0]
            for row in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%fts%'"
            )
        ]
        return {n: connection.exec_driver_sql(f'SELECT count(*) FROM "{n}"').scalar_one() for n in names}
