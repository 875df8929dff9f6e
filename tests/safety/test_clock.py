"""The day is the day in London: through both changes of the clocks, on 29 February, and when the clock goes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from cme_desktop.casework import access_log, cases, next_steps, notes
from cme_desktop.casework.children import NameFacts
from cme_desktop.casework.reference.seed import seed
from cme_desktop.domain.roles import Person
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.timeline import Event
from cme_desktop.register.case_page import CaseHead, case_page
from cme_desktop.register.history import history
from cme_desktop.register.today import today_page
from cme_desktop.storage import keys
from cme_desktop.storage.keys import Kdf
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import verify
from cme_desktop.system import FixedClock
from tests.app.bench import OFFICER, Play, start
from tests.casework.look import rows
from tests.casework.order_path import start as start_case
from tests.documents.reading import text
from tests.factories import NOON, PASSPHRASE, Register, child_facts, open_case_command, referral_facts


def utc(day: str, time: str) -> datetime:
    """Return an instant of UTC."""
    return datetime.fromisoformat(f"{day}T{time}+00:00")


def head(register: Register, ref: str) -> CaseHead:
    receipt = access_log.open_case_page(register.store, register.officer, ref)
    return case_page(register.store, register.officer, ref, receipt).head


@pytest.mark.parametrize(
    ("served", "day", "last", "too_early", "in_time"),
    [
        # Half past midnight in London, the day after the clocks went forward; the last day has 24 hours of its own.
        (
            utc("2026-03-29", "23:30:00"),
            date(2026, 3, 30),
            date(2026, 4, 13),
            utc("2026-04-13", "22:59:59"),
            utc("2026-04-13", "23:00:00"),
        ),
        # The evening before the clocks go forward is still that day, by either clock.
        (
            utc("2026-03-28", "23:30:00"),
            date(2026, 3, 28),
            date(2026, 4, 11),
            utc("2026-04-11", "22:59:59"),
            utc("2026-04-11", "23:00:00"),
        ),
        # Half past midnight on the day the clocks go back: begun in summer time, counted to an end in winter time.
        (
            utc("2026-10-24", "23:30:00"),
            date(2026, 10, 25),
            date(2026, 11, 8),
            utc("2026-11-08", "23:59:59"),
            utc("2026-11-09", "00:00:00"),
        ),
        # 29 February counts as a day like any other.
        (
            utc("2024-02-29", "09:00:00"),
            date(2024, 2, 29),
            date(2024, 3, 14),
            utc("2024-03-14", "23:59:59"),
            utc("2024-03-15", "00:00:00"),
        ),
    ],
    ids=["forward", "evening before", "back", "leap day"],
)
def test_clock_deadlines_are_counted_in_london_days(
    register: Register, served: datetime, day: date, last: date, too_early: datetime, in_time: datetime
) -> None:
    """A notice served by hand gives 15 days beginning with its day (s437(2)); the next step is lawful after them."""
    register.clock.moment = served
    path = start_case(
        register,
        child=child_facts(registrations=(), dob=date(2014, 2, 28)),
        referral=referral_facts(day),
        missing_since=day - timedelta(days=20),
    )
    notice = path.letter("L04", method="hand")
    path.step("serve-437", method="hand")
    assert (notice.dated, notice.printed_last_day) == (day, last)
    bar = head(register, path.ref)
    assert (bar.opened_on, bar.days) == (day, 0)
    assert {event.happened_on for event in rows(register, Event)} == {day}
    assert {event.recorded_at for event in rows(register, Event)} == {served}
    page = today_page(register.store, register.officer)
    assert page.day == day
    register.clock.moment = too_early
    assert register.clock.today() == last
    refusal = path.refused("assess-response", result="none")
    assert refusal.allowed_from == last + timedelta(days=1)
    register.clock.moment = in_time
    path.step("assess-response", result="none")
    assert head(register, path.ref).days == 15
    assert f"{day.day} {day:%B} {day.year}" in text(path.pdf(notice.id))


def test_clock_a_birthday_on_29_february(register: Register) -> None:
    """In other years it is taken as 1 March: the child is 12 through 28 February 2025 and 13 from 1 March."""
    register.clock.moment = utc("2024-02-29", "12:00:00")
    born = child_facts(names=(NameFacts("Leap", "Lena"),), dob=date(2012, 2, 29), registrations=())
    case = cases.open_case(
        register.store, register.officer, open_case_command(child=born, referral=None, missing_since=date(2024, 2, 1))
    )
    ages = {}
    for day in ("2024-02-29", "2025-02-28", "2025-03-01", "2028-02-28", "2028-02-29"):
        register.clock.moment = utc(day, "12:00:00")
        ages[day] = head(register, case.ref).age
    assert ages == {"2024-02-29": 12, "2025-02-28": 12, "2025-03-01": 13, "2028-02-28": 15, "2028-02-29": 16}


def test_clock_the_hour_that_comes_twice_keeps_the_order_of_the_acts(register: Register) -> None:
    register.clock.moment = utc("2027-10-31", "00:50:00")  # 01:50, summer time
    before = len(rows(register, AuditEvent))
    case = cases.open_case(register.store, register.officer, open_case_command(referral=None))
    register.clock.moment = utc("2027-10-31", "01:10:00")  # 01:10, winter time
    notes.add_note(register.store, register.officer, case.ref, "Written after, at an earlier time by the wall clock")
    receipt = access_log.open_case_page(register.store, register.officer, case.ref)
    page = case_page(register.store, register.officer, case.ref, receipt)
    assert [event.kind for event in page.events] == ["note", "opened"]
    events = rows(register, AuditEvent)[before:]
    assert [event.action for event in events] == ["case.open", "note.add", "access.open-case"]
    assert not any(event.clock_doubtful for event in events)


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """Return the folder of a closed register that is no training register, with a case in it."""
    folder = tmp_path / "register"
    folder.mkdir()
    cost = Kdf(memory_kib=64 * 1024, passes=1)
    made = keys.create_store_keys(folder, OFFICER, PASSPHRASE, now=NOON, kdf=cost)
    store = Store.create(folder, made.unlocked, FixedClock(NOON))
    next_steps.attach(store)
    seed(store, store.person)
    cases.open_case(store, store.person, open_case_command(child=child_facts(registrations=()), referral=None))
    store.close()
    return folder


def doubts(store: Store, _viewer: Person) -> list[tuple[str, bool]]:
    """Return which acts are marked as made while the clock was in doubt, in their order."""
    with store.read() as session:
        return [(row.action, row.clock_doubtful) for row in session.query(AuditEvent).order_by(AuditEvent.seq)]


@pytest.mark.usefixtures("theme")
def test_clock_back_by_a_day_is_said_and_marked_and_the_order_holds(
    qapp: QApplication, real: Path, tmp_path: Path
) -> None:
    play = start(qapp, real, tmp_path / "program", NOON - timedelta(days=1))
    try:
        play.unlock(OFFICER, PASSPHRASE)
        said = [news.text for news in play.work.shell.toasts.news]
        assert any("clock is behind the last entry" in words and "Ask IT" in words for words in said)
        before = len(play.do(doubts))
        ref = "CME-2026-00001"
        play.do(lambda store, actor: notes.add_note(store, actor, ref, "Written with the clock a day behind"))
        assert play.do(doubts)[before:] == [("note.add", True)]
        acts = play.do(history_of(ref))
        assert acts[0] == "Adding a note to a case"
        play.clock.moment = NOON + timedelta(minutes=1)
        play.do(lambda store, actor: notes.add_note(store, actor, ref, "Written with the clock put right"))
        assert play.do(doubts)[-1] == ("note.add", False)
        lock_and_look(play)
    finally:
        play.close()
    assert verify(real, keys.unlock(real, OFFICER, PASSPHRASE)).ok


def lock_and_look(play: Play) -> None:
    """Lock, unlock, and see that nothing is in doubt any more."""
    play.press("Ctrl+L")
    play.window.face.unlock.click()  # type: ignore[union-attr]  # the locked view
    play.unlock(OFFICER, PASSPHRASE)
    assert not any("clock is behind" in news.text for news in play.work.shell.toasts.news)


def history_of(ref: str) -> Callable[[Store, Person], list[str]]:
    """Return the question for the acts on a case, newest first."""

    def ask(store: Store, viewer: Person) -> list[str]:
        receipt = access_log.open_case_page(store, viewer, ref)
        return [row.doing for row in history(store, viewer, ref, receipt)][1:]

    return ask


def test_the_times_of_this_file_are_what_they_say() -> None:
    assert FixedClock(utc("2026-03-29", "23:30:00")).today() == date(2026, 3, 30)
    assert FixedClock(utc("2026-10-25", "23:30:00")).today() == date(2026, 10, 25)
    assert datetime(2026, 3, 29, tzinfo=UTC).weekday() == 6
