"""What the one window shows when: set-up, unlock, a person at work, locked; and how one becomes the next."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from cme_desktop import logs
from cme_desktop.app.collector import Collector, calm_collector
from cme_desktop.app.loading import LOADING, load_workplace
from cme_desktop.app.locking.first_paint import FirstPaint
from cme_desktop.app.locking.handover import Face, Handover, Relaunch
from cme_desktop.app.locking.successor import Successor
from cme_desktop.app.session import Opener, Session
from cme_desktop.app.training import is_training, known_passphrase
from cme_desktop.app.unlocking import FirstPassphrase, RegisterUnlock
from cme_desktop.settings import SettingsFile
from cme_desktop.storage.keys import Unlocked
from cme_desktop.storage.keys.marks import MAKING, holds_register, interrupted
from cme_desktop.system import Clock, ProgramFolders, atomic_write, program_folders
from cme_desktop.ui import mark
from cme_desktop.ui.desk import Preferences
from cme_desktop.ui.focus import FocusRing
from cme_desktop.ui.runner import Lane, Runner
from cme_desktop.ui.theme import Scheme, Theme
from cme_desktop.ui.unlock.frame import LockedFrame
from cme_desktop.ui.unlock.locked import IdleWatch, LockedView, LockWarning
from cme_desktop.ui.unlock.own_passphrase import OwnPassphrasePresenter, OwnPassphraseView
from cme_desktop.ui.unlock.presenter import RecoveryPresenter, UnlockPresenter
from cme_desktop.ui.unlock.recovery import RecoveryView
from cme_desktop.ui.unlock.service import PersonRow
from cme_desktop.ui.unlock.view import UnlockView
from cme_desktop.ui.widgets.feedback import Toasts
from cme_desktop.ui.window import Window
from cme_desktop.ui.words import when

if TYPE_CHECKING:  # what comes after the unlock page is loaded beside it (app/loading.py)
    from cme_desktop.app.rescuing import RegisterRescue
    from cme_desktop.app.setting_up import RegisterSetup
    from cme_desktop.app.work import Workplace
    from cme_desktop.ui.rescue.presenter import RescuePresenter

QUIET_AFTER_S = 5.0
PREPARE_AFTER_MS = 6_000
DAMAGE_FOUND = (
    "The check of the register found damage in its file. A failing disk, or a computer switched off while it was "
    "saving, can cause it."
)


class Program(QObject):
    """The window and what it shows."""

    def __init__(
        self,
        app: QApplication,
        clock: Clock,
        store: Path | None,
        preferences: Preferences,
        folders: ProgramFolders,
        *,
        timers: bool = True,
        news: str | None = None,
        relaunch: Relaunch | None = None,
    ) -> None:
        super().__init__(app)
        self._clock, self._folders, self._timers = clock, folders, timers
        self.preferences = preferences
        self._news = news
        self._relaunch = relaunch
        self._folder = store or self._known_folder()
        self.opener = Opener(self._folder, clock, folders.state, threading.get_ident())
        self._runner = Runner(self)
        self.window = Window()
        self._toasts = Toasts(self.window, clock.now)
        self.work: Workplace | None = None
        self._setup: RegisterSetup | None = None
        self._rescue: RegisterRescue | None = None
        self._first: FirstPassphrase | None = None
        self._rescuing: RescuePresenter | None = None
        self._last_person: int | None = None
        self._locked = ""
        self._training = False
        settings = preferences.settings
        self.window.fit(settings.window_width, settings.window_height)
        self._idle = IdleWatch(self.window, settings.idle_minutes, time.monotonic)
        calm_collector()
        self._collector = Collector(self._is_quiet, self)
        self._warning = LockWarning(self.window)
        self._idle.warned.connect(self._warning.show_seconds)
        self._idle.stayed.connect(self._warning.hide)
        self._idle.touched.connect(self._load_beside)
        self._idle.lock_wanted.connect(self._on_idle)
        self._warning.stay_wanted.connect(self._idle.stay)

    def _known_folder(self) -> Path:
        known = self.preferences.settings.last_store
        return Path(known) if known else self._folders.data / "case-register"

    def _is_quiet(self) -> bool:
        """Say whether a full collection would stop nobody: no work is under way and the window is left alone."""
        busy = self._runner.busy or (self.work is not None and self.work.runner.busy)
        return not busy and self._idle.left_alone > QUIET_AFTER_S

    def start(self) -> None:
        """Show what comes first: unlock where there is a register, else set-up.

        A register that was known and is not there now, or whose key file is away, is missed, never made anew; what an
        interrupted set-up left is made anew.
        """
        known = str(self._folder) == self.preferences.settings.last_store
        making = interrupted(self._folder) == MAKING
        if not making and (known or holds_register(self._folder)):
            self.show_unlock()
        else:
            self.show_setup()
        self.window.show()

    def take_over(self, handover: Handover, shown: Callable[[], None]) -> None:
        """Show the window where the process that locked had it; ``shown`` is called when it is on the screen."""
        self._locked, self._last_person = handover.locked, handover.last_person
        self._training = handover.training
        self.window.restoreGeometry(handover.geometry)
        if handover.face is Face.LOCKED:
            self._show_locked_view()
        first = FirstPaint(self.window, shown)
        if handover.face is Face.START:
            self.start()
        if handover.minimised:
            self.window.showMinimized()
            first.tell()
        elif handover.face is Face.LOCKED:
            self.window.show()
        self.window.activateWindow()

    def show_unlock(self) -> None:
        """Show who may unlock the register."""
        view = UnlockView(self._locked)
        presenter = UnlockPresenter(view, RegisterUnlock(self.opener), self._runner, self._last_person)
        presenter.unlocked.connect(self.show_work)
        presenter.damaged.connect(self._on_damaged_unlock)
        presenter.recovery_wanted.connect(self.show_recovery)
        presenter.set_up_wanted.connect(self.show_setup)
        self._show_locked_face(view)
        if interrupted(self._folder):
            view.show_unfinished()
        self._runner.submit(Lane.COMPUTE, partial(is_training, self._folder), self._on_training, lambda _error: None)
        self._runner.submit(
            Lane.COMPUTE, partial(known_passphrase, self._folder), partial(self._on_known, view), lambda _error: None
        )
        presenter.start()

    @Slot()
    def _load_beside(self) -> None:
        """Load the workplace once somebody touches a page before it: neither the start nor the unlock waits for it."""
        self._idle.touched.disconnect(self._load_beside)
        self._runner.submit(Lane.BESIDE, load_workplace, lambda _loaded: None)

    def _show_locked_face(self, view: LockedFrame) -> None:
        view.show_training(self._training)
        self.window.show_face(view)

    def _on_known(self, view: UnlockView, passphrase: str | None) -> None:
        if passphrase is not None and self.window.face is view:
            view.show_known(passphrase)

    def _on_training(self, training: bool) -> None:
        """Say on the locked screen in front, and on those that follow, what the key file says without unlocking."""
        self._training = training
        face = self.window.face
        if isinstance(face, LockedFrame):
            face.show_training(training)

    @Slot(object)
    def show_recovery(self, person: PersonRow) -> None:
        """Show where the recovery key is typed."""
        view = RecoveryView(person)
        presenter = RecoveryPresenter(view, person, RegisterUnlock(self.opener), self._runner)
        presenter.unlocked.connect(self.show_work)
        presenter.damaged.connect(self._on_damaged_unlock)
        presenter.went_back.connect(self.show_unlock)
        self._show_locked_face(view)

    @Slot()
    def show_setup(self, unfinished: Session | None = None) -> None:
        """Show the steps that make a new register, or those that are left of a set-up that was stopped."""
        with LOADING:
            from cme_desktop.app.setting_up import RegisterSetup
            from cme_desktop.ui.printing import SystemDesk
            from cme_desktop.ui.unlock.setup_presenter import SetupPresenter
            from cme_desktop.ui.unlock.setup_view import SetupView

        self._setup = RegisterSetup(self._folder, self._clock, threading.get_ident(), self._remember, unfinished)
        view = SetupView()
        desk = SystemDesk(self.window, self._runner)
        presenter = SetupPresenter(view, self._setup, self._runner, desk, self._clock)
        presenter.finished.connect(self.show_work)
        presenter.bring_back_wanted.connect(self.show_bring_back)
        self.window.show_face(view)
        presenter.start()

    @Slot()
    def show_bring_back(self) -> None:
        """Show where a register comes back from a backup, on a computer that has none."""
        if self._setup is not None:
            self._setup.give_up()
            self._setup = None
        self._show_rescue(None, "", new=True)

    def _remember(self, folder: Path, watched: str) -> None:
        self.preferences.change(last_store=str(folder), watched_folder=watched or None)

    @Slot(object)
    def show_work(self, session: Session) -> None:
        """Show the frame with a person's pages, or first what is left of set-up."""
        load_workplace()
        from cme_desktop.app.work import Workplace

        if self._setup is None and interrupted(self._folder):
            self.show_setup(session)
            return
        self._setup = None
        if session.unlocked.given is not None:
            self._show_own_passphrase(session)
            return
        self._last_person = session.person.id
        self._training = session.store.demonstration
        self.work = Workplace(session, self.preferences, self.window, timers=self._timers, parent=self)
        self.work.leaving.connect(self._cover)
        self.work.locked.connect(self.show_locked)
        self.work.change_person_wanted.connect(self._on_change_person)
        self.work.damaged.connect(self._on_damaged_at_work)
        self.work.restore_wanted.connect(self._on_restore_wanted)
        shell = self.work.shell
        self.window.show_face(shell)
        keys = shell.page_keys()
        if keys:
            shell.go(keys[0])
            shell.page(keys[0]).focus_content()
        for news in filter(None, (self._news, session.older, session.store.clock_warning, session.store.room.warning)):
            shell.toasts.say(news, urgent=True)
        self._news = None
        self._idle.start()
        if self._timers:
            self._collector.start()
        if self._relaunch is not None:
            QTimer.singleShot(PREPARE_AFTER_MS, self._relaunch.prepare)
        if self._timers:
            QTimer.singleShot(3_000, self.work.check_register)
            QTimer.singleShot(4_000, self.work.daily_backup)

    def _show_own_passphrase(self, session: Session) -> None:
        """Show where a person who was given a passphrase chooses an own one, before anything else is shown."""
        self._first = FirstPassphrase(self.opener, session)
        view = OwnPassphraseView(session.person.name)
        presenter = OwnPassphrasePresenter(view, self._first, self._runner, self._clock.today)
        presenter.unlocked.connect(self.show_work)
        presenter.went_back.connect(self._on_not_chosen)
        self._show_locked_face(view)
        self._idle.start()
        presenter.start()

    @Slot()
    def _on_not_chosen(self) -> None:
        self._idle.stop()
        if self._first is not None:
            self._first.give_up()
        self._first = None
        if not self._hand_over(Face.START):
            self.show_unlock()

    # The register cannot be worked in, or is to be replaced

    @Slot(str)
    def _on_damaged_unlock(self, words: str) -> None:
        self._show_rescue(self.opener.keys_left(), words)

    @Slot(object)
    def _on_damaged_at_work(self, unlocked: Unlocked) -> None:
        self._show_rescue(unlocked, DAMAGE_FOUND)

    @Slot(object)
    def _on_restore_wanted(self, unlocked: Unlocked) -> None:
        self._show_rescue(unlocked, "")

    def _show_rescue(self, unlocked: Unlocked | None, damage: str, *, new: bool = False) -> None:
        """Show the ways on while the register is closed; the keys are kept until it is left."""
        with LOADING:
            from cme_desktop.app.rescuing import RegisterRescue
            from cme_desktop.ui.printing import SystemDesk
            from cme_desktop.ui.rescue.presenter import RescuePresenter
            from cme_desktop.ui.rescue.view import RescueView

        self._let_work_go()
        self._rescue = RegisterRescue(
            self._folder,
            self._clock,
            self.opener.attempts,
            self._folders.state,
            unlocked,
            self.preferences.settings.backup_place,
        )
        view = RescueView()
        self._rescuing = RescuePresenter(
            view, self._rescue, self._runner, SystemDesk(self.window, self._runner), damage, new=new
        )
        self._rescuing.left.connect(self._on_rescue_left)
        self._show_locked_face(view)
        self._rescuing.start()
        self._idle.start()

    @Slot()
    def _on_rescue_left(self) -> None:
        self._idle.stop()
        self._end_rescue()
        if holds_register(self._folder) and not self.preferences.settings.last_store:
            self._remember(self._folder, "")
        if not self._hand_over(Face.START):
            self.start()

    def _end_rescue(self) -> None:
        if self._rescue is not None:
            self._rescue.forget()
        self._rescue = self._rescuing = None

    @Slot()
    def show_locked(self) -> None:
        """Show that the register is locked: no name of a child, and two ways on."""
        self._idle.stop()
        self._locked = f"Locked {when(self._clock.now(), self._clock.today())}"
        self._let_work_go()
        if not self._hand_over(Face.LOCKED):
            self._show_locked_view()

    def _show_locked_view(self) -> None:
        view = LockedView(self._locked)
        view.unlock_wanted.connect(self.show_unlock)
        view.change_person_wanted.connect(self._on_change_person)
        self._show_locked_face(view)

    @Slot()
    def _on_change_person(self) -> None:
        self._idle.stop()
        knew = self.work is not None
        self._let_work_go()
        self._last_person = None
        if not (knew and self._hand_over(Face.START)):
            self.show_unlock()

    @Slot()
    def _cover(self) -> None:
        """Hide the cases at once: closing the register waits for what is being written."""
        self._warning.hide()
        self.window.cover(self._curtain())
        self.window.repaint()

    def _curtain(self) -> LockedView:
        """Return the locked screen as it stands until the next process shows the one that answers."""
        view = LockedView(f"Locked {when(self._clock.now(), self._clock.today())}")
        view.show_training(self._training)
        view.setEnabled(False)
        return view

    def _hand_over(self, face: Face) -> bool:
        """Have another process show the window and end this one, which knew the key; say whether there is a way."""
        if self._relaunch is None:
            return False
        self.window.show_face(self._curtain())
        self._remember_size()
        self._relaunch.hand_over(
            Handover(
                self._folder,
                face,
                self._locked,
                self._last_person,
                self._training,
                bytes(self.window.saveGeometry().data()),
                self.window.isMinimized(),
            )
        )
        return True

    def _let_work_go(self) -> None:
        """Let the workplace go whose session has ended, with its threads and all it held."""
        ended, self.work = self.work, None
        if ended is not None:
            ended.deleteLater()

    @Slot()
    def _on_idle(self) -> None:
        self._warning.hide()
        if self.work is not None:
            self.work.lock()
        elif self._first is not None and self._first.session is not None:
            self._on_not_chosen()
        elif self._rescuing is not None and self._rescuing.busy:
            self._idle.start()
        elif self._rescuing is not None:
            self._on_rescue_left()

    def say_failure(self, words: str) -> None:
        """Say that something failed that nobody expected, whatever the window shows."""
        toasts = self.work.shell.toasts if self.work is not None else self._toasts
        toasts.say(words, urgent=True)

    @Slot()
    def close(self) -> None:
        """Close the register: the program ends."""
        self._remember_size()
        if self.work is not None:
            self.work.close()
        if self._setup is not None:
            self._setup.give_up()
        self._runner.drain()
        if self._first is not None:
            self._first.give_up()
        self._end_rescue()

    def _remember_size(self) -> None:
        size = self.window.size()
        if size.width() >= 800 and size.height() >= 500:
            self.preferences.change(window_width=size.width(), window_height=size.height())


def dress(app: QApplication, scheme: Scheme, text_percent: int) -> None:
    """Give the application its theme, its mark and its focus ring, once."""
    Theme(app, scheme, text_percent)
    app.setWindowIcon(mark.icon())
    FocusRing(app)


def load_preferences(folders: ProgramFolders) -> tuple[Preferences, str | None]:
    """Return this machine's settings, and a sentence if the file could not be used as it was."""
    file = SettingsFile(folders.config, atomic_write)
    loaded = file.load()
    return Preferences(loaded.settings, file.save), loaded.warning


def run_window(
    clock: Clock,
    store: Path | None,
    *,
    handover: Handover | None = None,
    shown: Callable[[], None] = lambda: None,
) -> int:
    """Open the window, or take over the one of a process that locked, and return the exit code."""
    folders = program_folders()
    log = logs.start(folders.state)
    log.catch_crashes()
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    app.setApplicationDisplayName("Case register")
    preferences, warning = load_preferences(folders)
    dress(app, Scheme(preferences.settings.theme), preferences.settings.text_size)
    successor = Successor()
    program = Program(app, clock, store, preferences, folders, news=warning, relaunch=successor)
    logs.watch(lambda reference: _tell(program, reference), exits=False)
    app.aboutToQuit.connect(program.close)
    if handover is None:
        program.start()
    else:
        program.take_over(handover, shown)
    try:
        return app.exec()
    finally:
        successor.close()


def _tell(program: Program, reference: int) -> None:
    """Say that something went wrong, on the window's own thread: where somebody works, and on every page before it."""
    QTimer.singleShot(0, program, lambda: program.say_failure(logs.bug_sentence(reference)))
