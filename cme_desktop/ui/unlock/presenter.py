"""Decide what happens on the unlock and recovery screens; the work is done off the GUI thread."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from cme_desktop.domain.errors import UserError
from cme_desktop.ui.failures import failure_words
from cme_desktop.ui.runner import Lane, Runner
from cme_desktop.ui.unlock.recovery import RecoveryView
from cme_desktop.ui.unlock.service import DAMAGED, PersonRow, UnlockService
from cme_desktop.ui.unlock.view import UnlockView


class UnlockPresenter(QObject):
    """Bring people into the view, open the register, and say why not. ``unlocked`` carries the session.

    ``damaged`` carries what is the matter with a register that cannot be opened with the right keys.
    """

    unlocked = Signal(object)
    damaged = Signal(str)
    recovery_wanted = Signal(object)
    set_up_wanted = Signal()

    def __init__(self, view: UnlockView, service: UnlockService, runner: Runner, chosen: int | None = None) -> None:
        super().__init__(view)
        self._view, self._service, self._runner, self._chosen = view, service, runner, chosen
        view.unlock_wanted.connect(self._on_unlock)
        view.quick_wanted.connect(self._on_quick)
        view.recovery_wanted.connect(self._on_recovery)
        view.set_up_wanted.connect(self.set_up_wanted)

    def start(self) -> None:
        """Fetch who may unlock."""
        self._runner.submit(Lane.COMPUTE, self._service.people, self._on_people, self._on_error)

    def _on_people(self, people: tuple[PersonRow, ...]) -> None:
        self._view.show_people(people, self._chosen)
        self._chosen = None

    @Slot(int, str)
    def _on_unlock(self, person: int, passphrase: str) -> None:
        self._view.show_busy(True)
        work = partial(self._service.unlock, person, passphrase)
        self._runner.submit(Lane.COMPUTE, work, self._on_session, self._on_error)

    @Slot(int)
    def _on_quick(self, person: int) -> None:
        self._view.show_busy(True)
        work = partial(self._service.unlock_quick, person)
        self._runner.submit(Lane.COMPUTE, work, self._on_session, self._on_error)

    @Slot(int)
    def _on_recovery(self, person: int) -> None:
        row = next((row for row in self._view.people.people if row.id == person), None)
        if row is not None:
            self._view.forget()
            self.recovery_wanted.emit(row)

    def _on_session(self, session: object) -> None:
        self._view.forget()
        self._view.show_busy(False)
        self.unlocked.emit(session)

    def _on_error(self, error: Exception) -> None:
        self._view.show_busy(False)
        if isinstance(error, UserError) and error.code == DAMAGED:
            self._view.forget()
            self.damaged.emit(error.message)
            return
        self._view.show_wrong(failure_words(error), self._service.seconds_to_wait())


class RecoveryPresenter(QObject):
    """Open the register with the recovery key and a new passphrase. Its signals are those of the unlock screen."""

    unlocked = Signal(object)
    damaged = Signal(str)
    went_back = Signal()

    def __init__(self, view: RecoveryView, person: PersonRow, service: UnlockService, runner: Runner) -> None:
        super().__init__(view)
        self._view, self._person, self._service, self._runner = view, person, service, runner
        view.recover_wanted.connect(self._on_recover)
        view.went_back.connect(self.went_back)

    @Slot(str, str)
    def _on_recover(self, key: str, passphrase: str) -> None:
        self._view.show_busy(True)
        work = partial(self._service.recover, self._person.id, key, passphrase)
        self._runner.submit(Lane.COMPUTE, work, self._on_session, self._on_error)

    def _on_session(self, session: object) -> None:
        self._view.forget()
        self.unlocked.emit(session)

    def _on_error(self, error: Exception) -> None:
        self._view.show_busy(False)
        if isinstance(error, UserError) and error.code == DAMAGED:
            self._view.forget()
            self.damaged.emit(error.message)
            return
        code = error.code if isinstance(error, UserError) else ""
        self._view.show_refused(code, failure_words(error), self._service.seconds_to_wait())
