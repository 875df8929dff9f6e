"""The two lanes: acts follow each other, reads see one moment, the window's thread does neither."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cme_desktop.domain.errors import CannotUnlock
from cme_desktop.models.audit import AuditChange, AuditEvent
from cme_desktop.models.child import Child
from cme_desktop.models.episode import Episode
from cme_desktop.models.order import OrderProcess, OrderStep
from cme_desktop.storage import engine
from cme_desktop.storage.engine import ReadCancelled, ReadTicket
from cme_desktop.storage.keys import repoint
from cme_desktop.storage.store import Store
from cme_desktop.system import FakeMachine, Place, PlaceRefused, StoreInUse
from tests.factories import make_case, make_register
from tests.storage.registers import (
    NOW,
    add_case,
    add_child,
    clock_at,
    fill,
    log_in,
    new_register,
    reopen,
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = new_register(tmp_path / "register")
    yield made
    made.close()


def changes(store: Store, seq: int | None = None) -> list[AuditChange]:
    with store.read() as session:
        query = select(AuditChange).order_by(AuditChange.id)
        return list(session.scalars(query if seq is None else query.where(AuditChange.seq == seq)))


def events(store: Store) -> list[AuditEvent]:
    with store.read() as session:
        return list(session.scalars(select(AuditEvent).order_by(AuditEvent.seq)))


def test_acts_and_reads_are_refused_on_the_windows_thread(tmp_path: Path) -> None:
    made: list[Store] = []
    window = threading.get_ident()
    worker = threading.Thread(target=lambda: made.append(new_register(tmp_path / "r", forbidden_thread=window)))
    worker.start()
    worker.join()
    store = made[0]
    with pytest.raises(RuntimeError, match="window"), store.action(store.person, "x"):
        pass
    with pytest.raises(RuntimeError, match="window"), store.read():
        pass
    store.close()


def test_no_act_inside_an_act(store: Store) -> None:
    with (
        pytest.raises(RuntimeError, match="inside another"),
        store.action(store.person, "x"),
        store.action(store.person, "y"),
    ):
        pass
    with store.action(store.person, "z"):
        pass
    assert events(store)[-1].action == "z"


def test_acts_of_two_threads_follow_each_other(store: Store) -> None:
    def work() -> None:
        for _ in range(10):
            with store.action(store.person, "child.add") as session:
                session.add(Child(created_at=NOW))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.seq for event in events(store)] == list(range(1, len(events(store)) + 1))
    with store.read() as session:
        assert len(session.scalars(select(Child.id)).all()) == 30


def test_hooks_run_inside_the_act_and_know_what_it_touched(store: Store) -> None:
    seen: list[frozenset[int]] = []

    def hook(session: Session, touched: frozenset[int]) -> None:
        seen.append(touched)
        for episode_id in touched:
            session.get_one(Episode, episode_id).next_action = "Ring the school"

    store.on_commit_of_action(hook)
    with store.action(store.person, "case.open") as session:
        first = add_case(session, add_child(session, 1), 1)
        second = add_case(session, add_child(session, 2), 2)
    with store.action(store.person, "child.edit") as session:
        session.get_one(Child, second.child_id).sex = "F"
    with store.action(store.person, "order.step") as session:
        process = OrderProcess(
            episode_id=first.id, regime="SAO-A", ruleset="1", state="nothing-served", started_on=date(2026, 9, 2)
        )
        session.add(process)
    with store.action(store.person, "order.step") as session:
        session.add(OrderStep(process_id=process.id, action="x", on_day=date(2026, 9, 2), user_id=1, recorded_at=NOW))
    with store.action(store.person, "quiet", hooks=False) as session:
        session.get_one(Child, second.child_id).sex = "M"
    assert seen == [frozenset({first.id, second.id}), {second.id}, {first.id}, {first.id}]
    with store.read() as session:
        assert session.get_one(Episode, first.id).next_action == "Ring the school"
    assert "next_action" in changes(store, 3)[-1].after


def test_a_failing_hook_undoes_the_act(store: Store) -> None:
    def hook(session: Session, touched: frozenset[int]) -> None:
        raise ZeroDivisionError

    store.on_commit_of_action(hook)
    with pytest.raises(ZeroDivisionError), store.action(store.person, "child.add") as session:
        add_child(session, 1)
    with store.read() as session:
        assert session.scalar(select(Child)) is None


def test_the_read_lane_cannot_write(store: Store) -> None:
    with store.read() as session:
        session.add(Child(created_at=NOW))
        with pytest.raises(OperationalError, match="readonly"):
            session.flush()
        session.rollback()
        assert session.connection().exec_driver_sql("PRAGMA query_only").scalar_one() == 1


def test_a_read_sees_one_moment(store: Store) -> None:
    with store.read() as session:
        assert session.scalar(select(Child)) is None
        with store.action(store.person, "child.add") as writing:
            add_child(writing, 1)
        assert session.scalar(select(Child)) is None
    with store.read() as session:
        assert session.scalar(select(Child)) is not None


def test_a_read_that_nobody_wants_is_ended(store: Store) -> None:
    slow = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
    ticket = ReadTicket()
    ended = threading.Event()

    def read() -> None:
        with store.read(ticket) as session:
            reading.set()
            session.execute(slow)

    def watch() -> None:
        with pytest.raises(ReadCancelled):
            read()
        ended.set()

    reading = threading.Event()
    thread = threading.Thread(target=watch)
    thread.start()
    assert reading.wait(5)
    while not ended.wait(0.02):
        ticket.cancel()
    thread.join(5)
    with pytest.raises(ReadCancelled), store.read(ticket):
        pass
    with store.read() as session:
        assert session.scalar(select(Child)) is None


def test_one_process_holds_the_register(store: Store) -> None:
    with pytest.raises(StoreInUse):
        Store.open(store.folder, log_in(store.folder), clock_at())
    store.close()
    reopen(store.folder).close()


def test_a_failed_opening_lets_go(store: Store) -> None:
    store.close()
    unlocked = log_in(store.folder)
    with pytest.raises(PlaceRefused):
        Store.open(store.folder, unlocked, clock_at(), machine=FakeMachine(place=Place.NETWORK))
    moved = store.folder / "register-moved.db"
    moved.write_bytes(store.database.read_bytes())
    repoint(log_in(store.folder), moved.name)
    with pytest.raises(CannotUnlock) as refused:
        Store.open(store.folder, unlocked, clock_at())
    assert refused.value.code == "unlock-again"
    reopen(store.folder).close()


def test_what_a_crash_left_is_swept_at_the_next_opening(store: Store) -> None:
    fill(store, 1)
    orphan = store.content.seal(b"sealed, and then the computer stopped")

    store.close()
    reopen(store.folder, clock=clock_at(datetime.now(UTC))).close()
    assert store.content.holds(orphan.name), "a fresh one may be about to get its row"
    later = reopen(store.folder, clock=clock_at(datetime.now(UTC) + timedelta(days=2)))
    assert not later.content.holds(orphan.name)
    assert len(later.content.names()) == 1
    later.close()


def test_what_one_register_compiled_serves_the_next(tmp_path: Path) -> None:
    def work(folder: Path) -> None:
        register = make_register(folder, people=False)
        make_case(register)
        register.close()

    work(tmp_path / "first")
    known = len(engine._COMPILED)
    assert known > 20
    work(tmp_path / "second")
    assert len(engine._COMPILED) == known
