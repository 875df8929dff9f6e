"""The whole program off-screen: its window on a real register, worked by typing and by keys, folders of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from cme_desktop.app.locking.handover import Relaunch
from cme_desktop.app.program import Program, load_preferences
from cme_desktop.app.work import Workplace
from cme_desktop.casework import next_steps, users
from cme_desktop.casework.reference.seed import seed
from cme_desktop.domain.roles import Person, Role
from cme_desktop.storage import keys
from cme_desktop.storage.store import Store
from cme_desktop.system import FixedClock, ProgramFolders
from cme_desktop.ui.qt import alive
from cme_desktop.ui.unlock.view import UnlockView
from cme_desktop.ui.window import Window
from tests.factories import NOON, PASSPHRASE

T = TypeVar("T")
PATIENCE = 30.0
OFFICER, MANAGER, ADMINISTRATOR = "Anita Patel", "Bernard Hall", "Cora Flint"


def make_training(folder: Path) -> None:
    """Make a training register with an officer, a manager and an administrator, and close it."""
    folder.mkdir()
    made = keys.create_store_keys(folder, OFFICER, PASSPHRASE, now=NOON, demonstration=True, kdf=keys.LIGHT)
    store = Store.create(folder, made.unlocked, FixedClock(NOON))
    next_steps.attach(store)
    seed(store, store.person)
    for name, role in ((MANAGER, Role.MANAGER), (ADMINISTRATOR, Role.ADMINISTRATOR)):
        users.add_person(store, store.person, made.unlocked, name, [role], PASSPHRASE, kdf=keys.LIGHT)
    store.close()


def spin(milliseconds: int) -> None:
    """Let the window live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait_for(there: Callable[[], bool], what: str) -> None:
    """Let the window live until something has happened; fail when it does not."""
    until = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < until, f"waited in vain for {what}"
        spin(5)


def let_go() -> None:
    """Let everything go that was to be deleted."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        spin(5)


@dataclass
class Play:
    """The running program and the folders it keeps its own things in."""

    program: Program
    clock: FixedClock
    folders: ProgramFolders

    @property
    def window(self) -> Window:
        """Return the window."""
        return self.program.window

    @property
    def work(self) -> Workplace:
        """Return the place of the person at work."""
        assert self.program.work is not None, "nobody is at work"
        return self.program.work

    @property
    def unlock_view(self) -> UnlockView:
        """Return the unlock screen, once it knows who may unlock."""
        view = self.window.face
        assert isinstance(view, UnlockView)
        wait_for(lambda: bool(view.people.people), "the people who may unlock")
        return view

    def unlock(self, name: str, passphrase: str) -> None:
        """Choose a person with the arrow keys, type the passphrase, press Enter, and wait for the first page."""
        self.type_passphrase(name, passphrase)
        wait_for(lambda: self.program.work is not None, f"{name} to be let in")
        self.settle()

    def type_passphrase(self, name: str, passphrase: str) -> None:
        """Choose a person with the arrow keys, type a passphrase and press Enter."""
        view = self.unlock_view
        for _ in view.people.people:
            person = view.people.person()
            if person is not None and person.name == name:
                break
            QTest.keyClick(view.passphrase, Qt.Key.Key_Down)
        person = view.people.person()
        assert person is not None
        assert person.name == name
        QTest.keyClicks(view.passphrase, passphrase)
        QTest.keyClick(view.passphrase, Qt.Key.Key_Return)

    def settle(self) -> None:
        """Wait until no job runs."""
        quiet = 0
        until = time.monotonic() + PATIENCE
        while quiet < 4:
            assert time.monotonic() < until, "the window did not come to rest"
            spin(10)
            work = self.program.work
            quiet = 0 if work is not None and work.runner.busy else quiet + 1

    def do(self, act: Callable[[Store, Person], T]) -> T:
        """Act on the register as whoever is at work, off the window's thread, and return the answer."""
        answers: list[T] = []
        failures: list[Exception] = []
        self.work.desk.do(act, answers.append, failures.append)
        wait_for(lambda: bool(answers or failures), "an act to end")
        if failures:
            raise failures[0]
        return answers[0]

    def press(self, keys: str) -> None:
        """Press a shortcut of the frame, such as Ctrl+Z."""
        combination = QKeySequence(keys)[0]
        self.window.activateWindow()
        wait_for(lambda: QApplication.focusWidget() is not None, "the focus to be in the window")
        target = QApplication.focusWidget()
        assert target is not None
        QTest.keyClick(target, combination.key(), combination.keyboardModifiers())
        self.settle()

    def close(self) -> None:
        """End the program; a second time does nothing."""
        if not alive(self.program):
            return
        self.program.close()
        self.window.hide()
        self.window.deleteLater()
        self.program.deleteLater()
        let_go()


def folders_below(place: Path) -> ProgramFolders:
    """Return folders of the program's own below a place."""
    return ProgramFolders(*(place / name for name in ("config", "state", "cache", "data")))


def start(
    app: QApplication,
    store: Path | None,
    place: Path,
    now: datetime,
    *,
    watched: Path | None = None,
    relaunch: Relaunch | None = None,
    begun: bool = True,
) -> Play:
    """Start the program as ``run_window`` does, with a clock that is set and no timers; not ``begun``, it waits."""
    clock, folders = FixedClock(now), folders_below(place)
    preferences, warning = load_preferences(folders)
    if watched is not None:
        preferences.change(watched_folder=str(watched))
    program = Program(app, clock, store, preferences, folders, timers=False, news=warning, relaunch=relaunch)
    if not begun:
        return Play(program, clock, folders)
    program.start()
    program.window.activateWindow()
    wait_for(program.window.isActiveWindow, "the window to come to the front")
    return Play(program, clock, folders)


def words_shown(widget: QWidget) -> str:
    """Return every word that a widget and what is in it can show or say."""
    said: list[str] = []
    for one in [widget, *widget.findChildren(QWidget)]:
        said += [one.windowTitle(), one.accessibleName(), one.accessibleDescription(), one.toolTip()]
        for name in ("text", "words", "placeholderText", "toPlainText"):
            ask = getattr(one, name, None)
            if callable(ask):
                try:
                    said.append(str(ask()))
                except TypeError:
                    continue
    return "\n".join(said)
