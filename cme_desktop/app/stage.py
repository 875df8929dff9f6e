"""An off-screen stage: the real window on a register at a set time, for the tour and the pictures."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from datetime import time as clock_time
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from cme_desktop.app.program import Program, dress
from cme_desktop.app.work import Workplace
from cme_desktop.domain.roles import Person
from cme_desktop.settings import Settings
from cme_desktop.storage.store import Store
from cme_desktop.system import FixedClock, ProgramFolders
from cme_desktop.ui.desk import Preferences
from cme_desktop.ui.grab import Shot, save
from cme_desktop.ui.theme import Scheme, Theme
from cme_desktop.ui.unlock.view import UnlockView

T = TypeVar("T")
PATIENCE_S = 60.0


class StageTroubled(RuntimeError):
    """Say that something which should have come on stage did not."""


def application() -> QApplication:
    """Return the application with the program's theme, making both at first use."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    if app.findChild(Theme) is None:
        dress(app, Scheme.LIGHT, 100)
    return app


class Stage:
    """The window on one register, at a time that is set, worked by a script."""

    def __init__(self, store: Path, on: date, place: Path, watched: Path | None = None) -> None:
        self.app = application()
        self.clock = FixedClock(self.at(on))
        folders = ProgramFolders(*(place / name for name in ("config", "state", "cache", "data")))
        settings = Settings(watched_folder=str(watched) if watched else None)
        self.preferences = Preferences(settings, lambda _settings: None)
        self.program = Program(self.app, self.clock, store, self.preferences, folders, timers=False)
        self.store = store
        self.program.start()

    @staticmethod
    def at(day: date) -> datetime:
        """Return the time of a day at which the play goes on: in the middle of the morning."""
        return datetime.combine(day, clock_time(10, 42), tzinfo=UTC)

    @property
    def window(self) -> QWidget:
        """Return the window."""
        return self.program.window

    @property
    def work(self) -> Workplace:
        """Return the place of the person at work; raise StageTroubled while nobody is."""
        if self.program.work is None:
            raise StageTroubled("nobody is at work")
        return self.program.work

    def go_to(self, day: date) -> None:
        """Let it be another day, with everything brought up to it."""
        self.clock.moment = self.at(day)
        if self.program.work is not None:
            self.work.look_at_day()
            self.settle()

    def unlock(self, person: str, passphrase: str) -> None:
        """Unlock as a person by the unlock screen's own way: the list, the passphrase, Unlock."""
        view = self._unlock_view()
        self.wait_for(lambda: bool(view.people.people), "the people who may unlock")
        number = next(row.id for row in view.people.people if row.name == person)
        view.unlock_wanted.emit(number, passphrase)
        self.wait_for(lambda: self.program.work is not None, f"{person} to be let in")
        self.settle()

    def _unlock_view(self) -> UnlockView:
        view = self.program.window.face
        if not isinstance(view, UnlockView):
            raise StageTroubled("the unlock screen is not in front")
        return view

    def change_person(self, person: str, passphrase: str) -> None:
        """Lock, and unlock as another person in the same window."""
        self.work.shell.change_person_wanted.emit()
        self.settle()
        self.unlock(person, passphrase)

    def settle(self, quiet_ms: int = 120) -> None:
        """Wait until no job runs and the window has been quiet for a moment."""
        until = time.monotonic() + PATIENCE_S
        quiet = 0.0
        while time.monotonic() < until:
            self._spin(20)
            work = self.program.work
            busy = work is not None and work.runner.busy
            quiet = 0.0 if busy else quiet + 20
            if quiet >= quiet_ms:
                return
        raise StageTroubled("the window did not come to rest")

    def wait_for(self, there: Callable[[], bool], what: str) -> None:
        """Wait until something has happened; raise StageTroubled when it does not."""
        until = time.monotonic() + PATIENCE_S
        while not there():
            if time.monotonic() > until:
                raise StageTroubled(f"waited in vain for {what}")
            self._spin(20)

    def show(self, page: str) -> None:
        """Bring a page to the front and wait for it."""
        self.work.shell.go(page)
        self.settle()

    def open_case(self, ref: str, tab: str = "") -> None:
        """Open a case at one of its tabs and wait for it."""
        self.work.desk.case_wanted.emit(ref, tab)
        self.settle()

    def do(self, act: Callable[[Store, Person], T]) -> T:
        """Act on the register as whoever is at work, on the write lane; let every page know, and return the answer."""
        answers: list[T] = []
        failures: list[Exception] = []
        self.work.desk.do(act, answers.append, failures.append)
        self.wait_for(lambda: bool(answers or failures), "an act to end")
        if failures:
            raise failures[0]
        desk = self.work.desk
        desk.cases_changed.emit(None)
        desk.inbox_changed.emit()
        desk.letters_changed.emit()
        return answers[0]

    def picture(self, place: Path, shot: Shot | None = None) -> Path:
        """Write a picture of the window as it is, without a toast over it."""
        self.settle()
        if self.program.work is not None:
            self.work.shell.toasts.close()
        return save(self.window, shot or Shot(), place)

    def close(self) -> None:
        """End the play."""
        self.program.close()
        self.window.hide()
        self.window.deleteLater()
        self._spin(20)

    def _spin(self, milliseconds: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()
