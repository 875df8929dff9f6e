"""A lock ends the process that knew the key: what it hands over, and how the next one takes the window over."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from cme_desktop.app.locking.handover import Face, Handover
from cme_desktop.ui.unlock.locked import LockedView
from cme_desktop.ui.unlock.view import UnlockView
from tests.app.bench import MANAGER, OFFICER, Play, wait_for, words_shown
from tests.app.conftest import StartPlay
from tests.app.test_program import SURNAME, open_case, tags_shown
from tests.factories import PASSPHRASE


class Noted:
    """A way to another process that only notes what it was asked for."""

    def __init__(self) -> None:
        self.prepared = 0
        self.handed: list[Handover] = []

    def prepare(self) -> None:
        """Note the wish."""
        self.prepared += 1

    def hand_over(self, handover: Handover) -> None:
        """Note what was handed over."""
        self.handed.append(handover)


@pytest.fixture
def noted() -> Noted:
    """Return a way to another process."""
    return Noted()


def assert_covered(play: Play) -> None:
    """Assert that the window shows the locked screen, that nothing answers in it, and that no key is left here."""
    face = play.window.face
    assert isinstance(face, LockedView)
    assert not face.unlock.isEnabled(), "nobody works in the process that is about to end"
    assert play.program.work is None
    assert SURNAME not in words_shown(play.window)


def test_a_lock_hands_the_window_over_and_covers_it(begin: StartPlay, noted: Noted, place: Path) -> None:
    play = begin(relaunch=noted)
    play.unlock(OFFICER, PASSPHRASE)
    open_case(play)
    play.press("Ctrl+L")
    [handed] = noted.handed
    assert (handed.store, handed.face, handed.training) == (place / "register", Face.LOCKED, True)
    assert "Locked today" in handed.locked
    assert handed.last_person is not None
    assert_covered(play)


def test_nothing_that_is_handed_over_is_about_a_case(begin: StartPlay, noted: Noted) -> None:
    play = begin(relaunch=noted)
    play.unlock(OFFICER, PASSPHRASE)
    open_case(play)
    play.press("Ctrl+L")
    said = repr(noted.handed)
    assert SURNAME not in said
    assert PASSPHRASE not in said
    assert OFFICER not in said


def test_another_person_begins_in_another_process(begin: StartPlay, noted: Noted) -> None:
    play = begin(relaunch=noted)
    play.unlock(OFFICER, PASSPHRASE)
    play.press("Ctrl+Shift+L")
    [handed] = noted.handed
    assert (handed.face, handed.last_person) == (Face.START, None)
    assert_covered(play)


def test_the_next_process_shows_the_locked_screen_and_lets_somebody_in(begin: StartPlay, noted: Noted) -> None:
    before = begin(relaunch=noted)
    before.unlock(OFFICER, PASSPHRASE)
    before.window.resize(before.window.width(), 741)  # off-screen, Qt would shrink a wider one
    before.press("Ctrl+L")
    [handed] = noted.handed
    before.close()
    shown: list[bool] = []
    after = begin(relaunch=Noted(), begun=False)
    after.program.take_over(handed, lambda: shown.append(True))
    wait_for(lambda: shown == [True], "the window to be shown")
    face = after.window.face
    assert isinstance(face, LockedView)
    assert handed.locked in words_shown(after.window)
    assert tags_shown(after) == 1, "it knows that this is a training register, though nobody has unlocked it"
    assert after.window.height() == 741
    face.unlock.click()
    view = after.unlock_view
    assert view.people.person() is not None
    assert view.people.person().name == OFFICER  # type: ignore[union-attr]
    after.unlock(MANAGER, PASSPHRASE)
    assert after.work.person.name == MANAGER


def test_a_start_that_is_handed_over_asks_who_unlocks(begin: StartPlay, noted: Noted, place: Path) -> None:
    after = begin(relaunch=noted, begun=False)
    shown: list[bool] = []
    handover = Handover(place / "register", Face.START, "", None, training=True, geometry=b"", minimised=False)
    after.program.take_over(handover, lambda: shown.append(True))
    wait_for(lambda: shown == [True], "the window to be shown")
    assert isinstance(after.window.face, UnlockView)


def test_a_window_that_was_minimised_stays_so(begin: StartPlay, noted: Noted, place: Path) -> None:
    after = begin(relaunch=noted, begun=False)
    shown: list[bool] = []
    handover = Handover(place / "register", Face.LOCKED, "Locked", None, training=False, geometry=b"", minimised=True)
    after.program.take_over(handover, lambda: shown.append(True))
    assert shown == [True]
    assert after.window.isMinimized()
    wait_for(lambda: after.window.face is not None, "the locked screen")


def test_the_cases_are_hidden_before_what_is_being_written_ends(begin: StartPlay, noted: Noted) -> None:
    play = begin(relaunch=noted)
    play.unlock(OFFICER, PASSPHRASE)
    covers: list[QWidget | None] = []
    play.work.leaving.connect(lambda: covers.append(QApplication.focusWidget()))
    closed = play.work.close

    def close() -> None:
        covers.append(next((one for one in play.window.findChildren(LockedView) if one.isVisible()), None))
        closed()

    play.work.close = close  # type: ignore[method-assign]
    play.press("Ctrl+L")
    assert isinstance(covers[1], LockedView)
