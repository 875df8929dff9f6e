"""The window from unlock to lock: who gets in, what they see, and that nothing of it is left afterwards."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from cme_desktop.app import work as work_module
from cme_desktop.app.work import DAY_EVERY_MS, LOOK_EVERY_MS, Workplace
from cme_desktop.casework import cases, notes
from cme_desktop.casework.documents.drafting import Wanted
from cme_desktop.casework.orders.obtaining import obtain_document
from cme_desktop.domain.errors import CannotUnlock
from cme_desktop.domain.roles import Person
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.episode import Episode
from cme_desktop.register.today import today_page
from cme_desktop.storage import keys
from cme_desktop.storage.store import Store
from cme_desktop.system import FakeMachine, FixedClock, StoreInUse
from cme_desktop.ui.focus import FocusRing
from cme_desktop.ui.qt import copy_text
from cme_desktop.ui.today.view import TodayScreen
from cme_desktop.ui.unlock.locked import IdleWatch, LockedView
from cme_desktop.ui.unlock.view import UnlockView
from cme_desktop.ui.widgets.tags import TrainingTag
from tests.app.bench import ADMINISTRATOR, MANAGER, OFFICER, Play, let_go, spin, wait_for, words_shown
from tests.app.conftest import StartPlay
from tests.factories import NOON, PASSPHRASE, child_facts, open_case_command

SURNAME = "Qwyxplorvuk"


def tick(play: Play, every: int) -> None:
    """Let the workplace's timer of an interval go off once."""
    [timer] = [timer for timer in play.work.findChildren(QTimer) if timer.interval() == every]
    timer.timeout.emit()
    play.settle()


def open_case(play: Play, surname: str = SURNAME) -> str:
    """Open a case as the officer at work and return its reference."""
    command = open_case_command(child=child_facts(surname, "Amara"))
    return play.do(lambda store, actor: cases.open_case(store, actor, command)).ref


def events(folder: Path) -> list[tuple[str, str | None]]:
    """Return the acts of a closed register."""
    unlocked = keys.unlock(folder, OFFICER, PASSPHRASE)
    store = Store.open(folder, unlocked, FixedClock(NOON))
    try:
        with store.read() as session:
            return [(row.action, row.reason) for row in session.query(AuditEvent).order_by(AuditEvent.seq)]
    finally:
        store.close()


def test_the_passphrase_opens_today(begin: StartPlay) -> None:
    play = begin()
    assert isinstance(play.window.face, UnlockView)
    play.unlock(OFFICER, PASSPHRASE)
    shell = play.work.shell
    assert play.window.face is shell
    assert shell.key == "today"
    assert isinstance(shell.page("today"), TodayScreen)
    assert {"today", "register", "inbox", "schools"} <= set(shell.page_keys())
    assert shell.person_button.text() == OFFICER
    focus = play.window.focusWidget()
    assert focus is not None
    assert shell.page("today").isAncestorOf(focus), "work begins in the page, not in the rail"
    assert play.window.windowTitle() == "Case register"


def test_a_wrong_passphrase_waits_and_is_in_the_audit_once_somebody_is_in(begin: StartPlay, place: Path) -> None:
    play = begin()
    play.type_passphrase(OFFICER, "not this one at all")
    view = play.unlock_view
    wait_for(lambda: bool(view.field.error), "the refusal")
    assert "passphrase" in view.field.error.lower()
    assert view.waiting <= 1
    assert play.program.work is None
    wait_for(lambda: view.waiting == 0, "the wait to end")
    spin(300)  # the seconds are counted by a coarse timer, which may be a little early
    play.unlock(OFFICER, PASSPHRASE)
    play.press("Ctrl+L")
    play.close()
    failed = [(action, reason) for action, reason in events(place / "register") if action == "unlock.failed"]
    assert failed == [("unlock.failed", "wrong-passphrase, 2026-11-24T12:00:00Z")]


def test_each_person_has_the_pages_of_the_role(begin: StartPlay) -> None:
    play = begin()
    play.unlock(MANAGER, PASSPHRASE)
    assert set(play.work.shell.page_keys()) == {"today", "register", "schools", "letters", "admin"}
    play.press("Ctrl+Shift+L")
    assert isinstance(play.window.face, UnlockView)
    play.unlock(ADMINISTRATOR, PASSPHRASE)
    assert not {"today", "register", "inbox", "letters"} & set(play.work.shell.page_keys())
    assert play.work.person.name == ADMINISTRATOR


def test_every_page_of_every_person_comes_to_the_front(begin: StartPlay) -> None:
    play = begin()
    for name in (OFFICER, MANAGER, ADMINISTRATOR):
        play.unlock(name, PASSPHRASE)
        for key in play.work.shell.page_keys():
            play.work.shell.go(key)
            play.settle()
            assert play.work.shell.key == key
        play.press("Ctrl+Shift+L")


def tags_shown(play: Play) -> int:
    """Return how many tags say that this is a training register."""
    return sum(tag.isVisible() for tag in play.window.findChildren(TrainingTag))


def test_a_training_register_says_so_on_every_screen_before_and_after_it_is_unlocked(begin: StartPlay) -> None:
    play = begin()
    play.window.resize(1366, 768)
    wait_for(lambda: tags_shown(play) == 1, "the tag on the unlock screen")
    play.unlock(OFFICER, PASSPHRASE)
    for key in play.work.shell.page_keys():
        play.work.shell.go(key)
        play.settle()
        assert tags_shown(play) == 1
    play.press("Ctrl+L")
    let_go()
    assert isinstance(play.window.face, LockedView)
    assert tags_shown(play) == 1


def test_a_register_in_earnest_does_not_say_that_it_is_one_for_training(begin: StartPlay, tmp_path: Path) -> None:
    earnest = tmp_path / "earnest"
    earnest.mkdir()
    keys.create_store_keys(earnest, OFFICER, PASSPHRASE, now=NOON, kdf=keys.STANDARD)
    play = begin(store=earnest)
    assert play.unlock_view.people.people
    play.settle()
    assert tags_shown(play) == 0


@pytest.mark.feature("F90")
def test_lock_closes_the_register_drops_the_keys_and_clears_every_name(begin: StartPlay, place: Path) -> None:
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    ref = open_case(play)
    play.work.desk.cases_changed.emit(None)
    for key in ("register", "today"):
        play.work.shell.go(key)
        play.settle()
    play.work.desk.case_wanted.emit(ref, "")
    play.settle()
    assert SURNAME.lower() in words_shown(play.window).lower()
    session = play.work.session
    with pytest.raises(StoreInUse):
        Store.open(place / "register", keys.unlock(place / "register", OFFICER, PASSPHRASE), FixedClock(NOON))
    copy_text(f"{SURNAME}, 8 Low Street")
    play.press("Ctrl+L")
    let_go()
    assert isinstance(play.window.face, LockedView)
    assert play.program.work is None
    assert QApplication.clipboard().text() == ""
    for widget in QApplication.allWidgets():
        assert SURNAME.lower() not in words_shown(widget).lower()
    with pytest.raises(CannotUnlock):
        session.unlocked.sign(b"x")
    unlocked = keys.unlock(place / "register", OFFICER, PASSPHRASE)
    Store.open(place / "register", unlocked, FixedClock(NOON)).close()


def test_what_others_copied_stays_on_the_clipboard(begin: StartPlay) -> None:
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    copy_text("ours")
    QApplication.clipboard().setText("theirs")
    play.press("Ctrl+L")
    assert QApplication.clipboard().text() == "theirs"


@pytest.mark.feature("F88")
def test_a_form_that_was_not_saved_is_there_after_lock_and_unlock(begin: StartPlay) -> None:
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    play.press("Ctrl+N")
    form = next(one for one in play.window.findChildren(QWidget) if type(one).__name__ == "ReferralForm")
    form.values()  # type: ignore[attr-defined]  # what is typed in the form
    field = next(one for one in form.findChildren(QWidget) if one.accessibleName().startswith("Family name"))
    field.setText(SURNAME)  # type: ignore[attr-defined]  # a line to type in
    play.press("Ctrl+L")
    let_go()
    assert isinstance(play.window.face, LockedView)
    play.window.face.unlock.click()
    play.unlock(OFFICER, PASSPHRASE)
    play.press("Ctrl+N")
    form = next(one for one in play.window.findChildren(QWidget) if type(one).__name__ == "ReferralForm")
    wait_for(lambda: SURNAME in str(form.values()), "what was typed before")  # type: ignore[attr-defined]


def test_locking_leaves_no_workplace_and_no_thread_behind(begin: StartPlay) -> None:
    play = begin()
    counts = []
    for _ in range(4):
        play.unlock(OFFICER, PASSPHRASE)
        play.press("Ctrl+L")
        assert isinstance(play.window.face, LockedView)
        play.window.face.unlock.click()
        let_go()
        counts.append((len(play.program.findChildren(Workplace)), threading.active_count()))
    assert counts[0][0] == 0
    assert counts[0] == counts[-1]


@pytest.mark.feature("F90")
def test_left_alone_it_locks(begin: StartPlay) -> None:
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    [watch] = play.window.findChildren(IdleWatch)
    watch.warned.emit(20)
    assert "locks in 20 seconds" in words_shown(play.window)
    watch.lock_wanted.emit()
    assert isinstance(play.window.face, LockedView)
    assert "locks in 20 seconds" not in "".join(
        words_shown(one) for one in play.window.findChildren(QWidget) if one.isVisible()
    )


@pytest.mark.feature("F90")
def test_it_locks_with_the_screen(begin: StartPlay, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = FakeMachine()
    monkeypatch.setattr(work_module, "this_machine", lambda: machine)
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    tick(play, LOOK_EVERY_MS)
    assert play.program.work is not None
    machine.screen_locked = True
    tick(play, LOOK_EVERY_MS)
    assert isinstance(play.window.face, LockedView)


@pytest.mark.feature("F87")
def test_ctrl_z_undoes_the_persons_last_act(begin: StartPlay) -> None:
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    ref = open_case(play)
    play.do(lambda store, actor: notes.add_note(store, actor, ref, "Seen"))
    said = play.work.shell.toasts
    play.press("Ctrl+Z")
    assert said.news[0].text == "Undone: Adding a note to a case"
    play.press("Ctrl+Z")
    assert said.news[0].text == "Undone: Opening a case"
    play.press("Ctrl+Z")
    assert said.news[0].text.startswith("There is nothing to undo")
    assert play.do(today_page).open_cases == 0


def test_what_was_done_before_this_unlock_is_not_undone(begin: StartPlay) -> None:
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    open_case(play)
    play.press("Ctrl+L")
    play.window.face.unlock.click()  # type: ignore[union-attr]  # the locked view
    play.unlock(OFFICER, PASSPHRASE)
    play.press("Ctrl+Z")
    assert play.work.shell.toasts.news[0].text.startswith("There is nothing to undo")
    assert play.do(today_page).open_cases == 1


@pytest.mark.feature("F49")
def test_a_new_day_brings_the_steps_up_to_it(begin: StartPlay) -> None:
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    open_case(play)
    play.work.desk.cases_changed.emit(None)
    play.settle()
    assert play.do(year_groups) == ["10"]
    tick(play, DAY_EVERY_MS)
    assert play.do(recomputings) == 1, "at the unlock, and not again on the same day"
    play.clock.moment = datetime(2027, 9, 1, 9, tzinfo=UTC)
    tick(play, DAY_EVERY_MS)
    assert play.do(year_groups) == ["11"]
    assert play.do(recomputings) == 2
    page = play.do(today_page)
    assert page.rows("overdue")
    assert play.work.shell.rail.item("today").count == page.due_count


def test_the_rail_counts_the_letters_that_wait_for_this_person(begin: StartPlay) -> None:
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    ref = open_case(play)
    play.do(lambda store, actor: obtain_document(store, actor, ref, "L01", Wanted(parent_id=1)))
    play.work.desk.letters_changed.emit()
    play.settle()
    assert play.work.shell.rail.item("letters").count == 1, "to print"
    play.work.shell.change_person_wanted.emit()
    play.unlock(MANAGER, PASSPHRASE)
    assert play.work.shell.rail.item("letters").count == 0, "nothing to decide"


def test_the_frame_counts_by_what_a_page_has_just_shown(begin: StartPlay) -> None:
    play = begin()
    play.unlock(OFFICER, PASSPHRASE)
    ref = open_case(play)
    play.do(lambda store, actor: obtain_document(store, actor, ref, "L01", Wanted(parent_id=1)))
    play.clock.moment += timedelta(days=6)  # nobody has told the frame of any of this
    rail = play.work.shell.rail
    for key in ("letters", "today"):
        play.work.shell.go(key)
        play.settle()
    page = play.do(today_page)
    assert page.due_count > 0
    assert rail.item("today").count == page.due_count
    assert play.work.shell.due.text() == f"{len(page.rows('today'))} due today"
    assert rail.item("letters").count == 1


def year_groups(store: Store, _viewer: Person) -> list[str]:
    """Return the year group that each case is filtered by."""
    with store.read() as session:
        return [row.year_group for row in session.query(Episode)]


def recomputings(store: Store, _viewer: Person) -> int:
    """Return how often all steps were brought up to a day."""
    with store.read() as session:
        return session.query(AuditEvent).filter(AuditEvent.action == "tasks.recompute").count()


def test_the_program_is_dressed_once(begin: StartPlay, qapp: QApplication) -> None:
    begin()
    assert len(qapp.findChildren(FocusRing)) == 1
    spin(1)
