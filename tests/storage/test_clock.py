"""A clock that went back is noticed: the officer is warned, what is entered is marked, the order stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from cme_desktop.models.audit import AuditEvent
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import verify
from tests.storage.registers import NOW, clock_at, fill, log_in, new_register, reopen

LONDON = ZoneInfo("Europe/London")


def marks(store: Store) -> list[bool]:
    with store.read() as session:
        return list(session.scalars(select(AuditEvent.clock_doubtful).order_by(AuditEvent.seq)))


def test_clock(tmp_path: Path) -> None:
    store = new_register(tmp_path / "register")
    fill(store, 2)
    assert store.clock_warning is None
    before = len(marks(store))
    store.close()

    store = reopen(store.folder, clock=clock_at(NOW - timedelta(days=1)))
    assert store.clock_warning is not None
    assert "clock" in store.clock_warning
    assert "Ask IT" in store.clock_warning
    first = store.seen(store.person, "case.look", "episode:1")
    store.clock.moment = NOW - timedelta(hours=23)
    second = store.seen(store.person, "case.look", "episode:1")
    store.clock.moment = NOW + timedelta(minutes=1)
    third = store.seen(store.person, "case.look", "episode:1")
    assert marks(store)[before:] == [True, True, False]
    assert (first, second, third) == (before + 1, before + 2, before + 3), "the order is that of the acts"
    store.close()
    assert verify(store.folder, log_in(store.folder)).ok

    store = reopen(store.folder, clock=clock_at(NOW + timedelta(days=1)))
    assert store.clock_warning is None
    store.close()


@pytest.mark.parametrize(
    ("back", "doubtful"),
    [(timedelta(minutes=5), False), (timedelta(minutes=5, seconds=1), True), (timedelta(seconds=-1), False)],
)
def test_five_minutes_are_let_pass(tmp_path: Path, back: timedelta, doubtful: bool) -> None:
    store = new_register(tmp_path / "register")
    store.clock.moment = NOW - back
    store.seen(store.person, "case.look", "episode:1")
    assert marks(store)[-1] is doubtful
    store.close()


def test_the_marks_are_under_the_signature(tmp_path: Path) -> None:
    store = new_register(tmp_path / "register")
    fill(store, 1)
    store.clock.moment = NOW - timedelta(days=1)
    seq = store.seen(store.person, "case.look", "episode:1")
    with store.read() as session:
        assert session.get_one(AuditEvent, seq).clock_doubtful
    store.close()
    assert verify(store.folder, log_in(store.folder)).ok


def test_a_training_register_is_not_warned_of(tmp_path: Path) -> None:
    """Its clock is set back and forth on purpose (``--today``); the marks are kept all the same."""
    store = new_register(tmp_path / "register", demonstration=True)
    store.close()
    store = reopen(store.folder, clock=clock_at(NOW - timedelta(days=30)))
    assert store.clock_warning is None
    store.seen(store.person, "case.look", "episode:1")
    assert marks(store)[-1]
    store.close()


def test_the_hour_that_comes_twice_keeps_its_order(tmp_path: Path) -> None:
    """On 25 October 2026 London's clocks go from 02:00 back to 01:00; instants are kept in UTC, so nothing doubts."""
    first = datetime(2026, 10, 25, 1, 50, tzinfo=LONDON)
    again = datetime(2026, 10, 25, 1, 10, fold=1, tzinfo=LONDON)
    store = new_register(tmp_path / "register", clock=clock_at(first))
    store.clock.moment = again
    seq = store.seen(store.person, "case.look", "episode:1")
    with store.read() as session:
        event = session.get_one(AuditEvent, seq)
    assert not event.clock_doubtful
    assert event.at == again.astimezone(UTC)
    assert event.at.utcoffset() == timedelta(0)
    store.close()
