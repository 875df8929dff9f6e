"""One person at work on the open register, from unlock to lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cme_desktop.app.loading import load_workplace
from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.domain.roles import Person
from cme_desktop.storage import keys
from cme_desktop.system import Clock
from cme_desktop.ui.unlock.service import DAMAGED

if TYPE_CHECKING:  # the unlock page loads no database
    from cme_desktop.storage.store import Store

PROGRAM = "window"
_DATABASE_LOST = frozenset({"database-unreadable", "database-missing"})


class RegisterDamaged(UserError):
    """Say that the keys are right but the register cannot be opened: only the rescue screen leads on."""

    code = DAMAGED


@dataclass
class Session:
    """The open register and what unlocked it; ``close`` ends both."""

    store: Store
    unlocked: keys.Unlocked
    older: str | None = None
    """What to say where the register is older than the one last used on this computer."""

    @property
    def person(self) -> Person:
        """Return who is at work."""
        return self.store.person

    def close(self) -> None:
        """Close the register and drop the keys."""
        self.leave()
        self.unlocked.forget()

    def leave(self) -> keys.Unlocked:
        """Close the register and hand over the keys: whoever takes them forgets them."""
        self.store.close()
        return self.unlocked


class Opener:
    """Open the register of one folder for a person, and note what went wrong for the audit."""

    def __init__(self, folder: Path, clock: Clock, state: Path, window_thread: int) -> None:
        self.folder, self.clock = folder, clock
        self._state, self._window_thread = state, window_thread
        self.attempts = keys.Attempts()
        self._left: keys.Unlocked | None = None

    def open(self, name: str, unlock: Callable[[], keys.Unlocked]) -> Session:
        """Unlock the keys and open the register, bringing an older one up to date behind a backup.

        Raises:
            CannotUnlock: the keys did not open; the delay before the next try grows.
            RegisterDamaged: the keys opened and the database did not; ``keys_left`` has the keys.
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
        load_workplace()
        from cme_desktop.casework.next_steps import attach

        try:
            session = Session(self._open(unlocked, unlock), unlocked)
        except CannotUnlock as error:
            if error.code not in _DATABASE_LOST:
                raise
            self._left = unlocked
            raise RegisterDamaged(error.message) from None
        attach(session.store)
        if unlocked.given is None:
            session.store.audit_outside(self._state)
        session.older = session.store.watch(self._state)
        return session

    def choose_passphrase(self, session: Session, passphrase: str) -> Session:
        """Give a person who has a passphrase for one use an own one, and return the register opened with it.

        Raises:
            PassphraseRefused: it can be guessed, or is the one that was given; the session goes on.
        """
        from cme_desktop.casework import users

        name = session.person.name
        users.choose_passphrase(session.store, session.person, session.unlocked, passphrase)
        session.close()
        return self.open(name, lambda: keys.unlock(self.folder, name, passphrase))

    def keys_left(self) -> keys.Unlocked | None:
        """Hand over the keys of an unlock whose database did not open; whoever takes them forgets them."""
        left, self._left = self._left, None
        return left

    def _open(self, unlocked: keys.Unlocked, unlock: Callable[[], keys.Unlocked]) -> Store:
        from cme_desktop.storage.schema import RegisterTooOld

        try:
            return self._store(unlocked)
        except RegisterTooOld:
            from cme_desktop.storage.migrations.runner import upgrade

            upgrade(self.folder, unlocked, self.clock, program=PROGRAM)
            return self._store(unlock())

    def _store(self, unlocked: keys.Unlocked) -> Store:
        from cme_desktop.storage.store import Store

        return Store.open(
            self.folder,
            unlocked,
            self.clock,
            forbidden_thread=self._window_thread,
            program=PROGRAM,
            setting_up=True,
        )
