"""One person at work on the open register, from unlock to lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cme_desktop.casework.next_steps import attach
from cme_desktop.domain.errors import CannotUnlock
from cme_desktop.domain.roles import Person
from cme_desktop.storage import keys
from cme_desktop.storage.schema import RegisterTooOld
from cme_desktop.storage.store import Store
from cme_desktop.system import Clock

PROGRAM = "window"


@dataclass
class Session:
    """The open register and what unlocked it; ``close`` ends both."""

    store: Store
    unlocked: keys.Unlocked

    @property
    def person(self) -> Person:
        """Return who is at work."""
        return self.store.person

    def close(self) -> None:
        """Close the register and drop the keys."""
        self.store.close()
        self.unlocked.forget()


class Opener:
    """Open the register of one folder for a person, and note what went wrong for the audit."""

    def __init__(self, folder: Path, clock: Clock, state: Path, window_thread: int) -> None:
        self.folder, self.clock = folder, clock
        self._state, self._window_thread = state, window_thread
        self.attempts = keys.Attempts()

    def open(self, name: str, unlock: Callable[[], keys.Unlocked]) -> Session:
        """Unlock the keys and open the register, bringing an older one up to date behind a backup.

        Raises:
            CannotUnlock: the keys did not open; the delay before the next try grows.
            UserError: another process holds the register, or the folder cannot hold a live one.
        """
        self.attempts.check()
        try:
            unlocked = unlock()
        except CannotUnlock as error:
            if error.code in {"wrong-passphrase", "recovery-key-wrong"}:
                self.attempts.failed()
            keys.record_failure(self._state, self.folder, name, error, now=self.clock.now())
            raise
        self.attempts.succeeded()
        session = Session(self._open(unlocked, unlock), unlocked)
        attach(session.store)
        self._audit_failures(session)
        return session

    def _open(self, unlocked: keys.Unlocked, unlock: Callable[[], keys.Unlocked]) -> Store:
        try:
            return self._store(unlocked)
        except RegisterTooOld:
            from cme_desktop.storage.migrations.runner import upgrade

            upgrade(self.folder, unlocked, self.clock, program=PROGRAM)
            return self._store(unlock())

    def _store(self, unlocked: keys.Unlocked) -> Store:
        return Store.open(self.folder, unlocked, self.clock, forbidden_thread=self._window_thread, program=PROGRAM)

    def _audit_failures(self, session: Session) -> None:
        record = keys.FailureRecord(self._state, session.store.store_id)
        for failure in record.pending():
            session.store.seen(session.person, "unlock.failed", f"person:{failure.person_id}", reason=failure.code)
        record.clear()
