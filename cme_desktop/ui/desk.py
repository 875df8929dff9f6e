"""What a screen works with: the open register, the person, the runner, and the news of what has changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.settings import Settings
from cme_desktop.system import Clock
from cme_desktop.ui.runner import CancelToken, Lane, Runner
from cme_desktop.ui.widgets.feedback import Toasts

if TYPE_CHECKING:  # the start reads the preferences and loads no database
    from cme_desktop.storage.store import Store

T = TypeVar("T")

UNREADABLE: Final = "database-unreadable"
LOG: Final = "log"
"""What ``case_wanted`` carries in place of a tab when the enquiry form is wanted at once."""


class Preferences:
    """This machine's settings as the screens use them: read at any time, saved when changed."""

    def __init__(self, settings: Settings, save: Callable[[Settings], object]) -> None:
        self.settings, self._save = settings, save

    def change(self, **values: object) -> None:
        """Change and save some settings; raise ValueError if one is out of its range."""
        self.settings = self.settings.changed(**values)
        self._save(self.settings)


class Desk(QObject):
    """Give screens the register off the window's thread, and tell them what has changed.

    ``cases_changed`` and ``inbox_changed`` carry what a screen needs to fetch anew: the references of the cases, or
    nothing for all. ``case_wanted`` carries a reference and the key of a tab (``LOG`` for the enquiry form);
    ``page_wanted`` the key of a page and what to show there; ``letter_wanted`` a reference and what to write: a code
    ("L04"), a code with a parent ("L04:12") or nothing, to choose; ``look_wanted`` asks to look in the S2S folder now.
    ``restore_wanted`` asks to close the register and put a backup back; ``damage_suspected`` says that the database
    could not be read. ``counted`` carries an answer that a page has just shown, so that the frame counts by it too.
    ``keep_wanted`` says that the register is about to lock: forms keep what is typed as a draft.
    """

    cases_changed = Signal(object)
    inbox_changed = Signal()
    letters_changed = Signal()
    reference_changed = Signal()
    counted = Signal(object)
    case_wanted = Signal(str, str)
    page_wanted = Signal(str, str)
    letter_wanted = Signal(str, str)
    referral_wanted = Signal()
    look_wanted = Signal()
    keep_wanted = Signal()
    restore_wanted = Signal()
    damage_suspected = Signal()
    saved = Signal(object)
    trouble = Signal(str)

    def __init__(
        self,
        store: Store,
        person: Person,
        runner: Runner,
        toasts: Toasts,
        preferences: Preferences,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.store, self.person, self.runner = store, person, runner
        self.toasts, self.preferences = toasts, preferences

    @property
    def clock(self) -> Clock:
        """Return the register's clock."""
        return self.store.clock

    @property
    def today(self) -> date:
        """Return today's legal date."""
        return self.store.clock.today()

    @property
    def now(self) -> datetime:
        """Return the present instant."""
        return self.store.clock.now()

    def ask(
        self,
        question: Callable[[Store, Person], T],
        on_answer: Callable[[T], object],
        on_error: Callable[[Exception], object] | None = None,
        *,
        token: CancelToken | None = None,
    ) -> int:
        """Ask the register on the read lane; a refusal without ``on_error`` is said in a toast."""
        store, person = self.store, self.person
        return self.runner.submit(
            Lane.READ, lambda: question(store, person), on_answer, on_error or self.refuse, token=token
        )

    def look(
        self,
        act: Callable[[Store, Person], T],
        on_answer: Callable[[T], object],
        on_error: Callable[[Exception], object] | None = None,
    ) -> int:
        """Record a look first and then read, as one job of the write lane; nothing counts as changed."""
        store, person = self.store, self.person
        return self.runner.submit(Lane.WRITE, lambda: act(store, person), on_answer, on_error or self.refuse)

    def do(
        self,
        act: Callable[[Store, Person], T],
        on_done: Callable[[T], object] | None = None,
        on_error: Callable[[Exception], object] | None = None,
        *,
        said: str = "",
        undo: bool = False,
    ) -> int:
        """Act on the write lane; then the status bar says when it was saved, and a toast what was done.

        Args:
            said: the words of the toast; without them there is none.
            undo: offer to undo it (Ctrl+Z undoes the person's last action).
        """
        store, person = self.store, self.person

        def done(answer: T) -> None:
            self.saved.emit(self.now)
            if said:
                self.toasts.say(said, undo=0 if undo else None)
            if on_done is not None:
                on_done(answer)

        return self.runner.submit(Lane.WRITE, lambda: act(store, person), done, on_error or self.refuse)

    def compute(
        self,
        work: Callable[[], T],
        on_done: Callable[[T], object],
        on_error: Callable[[Exception], object] | None = None,
    ) -> int:
        """Work without the register (a page image, a score) on the compute lane."""
        return self.runner.submit(Lane.COMPUTE, work, on_done, on_error or self.refuse)

    @Slot(object)
    def refuse(self, error: Exception) -> None:
        """Say in a toast why something was not done; what is no refusal is raised."""
        if not isinstance(error, UserError):
            raise error
        if error.code == UNREADABLE:
            self.damage_suspected.emit()
        self.trouble.emit(error.message)
        self.toasts.say(error.message, urgent=True)
