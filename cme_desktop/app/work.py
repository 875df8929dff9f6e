"""One person's time at the window: the frame with its pages, what runs beside them, and the end at lock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from cme_desktop.access import may
from cme_desktop.app.pages import Furnishing, pages_for
from cme_desktop.app.register_place import RegisterPlace
from cme_desktop.app.session import Session
from cme_desktop.casework import keeping, next_steps, undo
from cme_desktop.casework.intake.accept import bring_back
from cme_desktop.casework.reference.policy import read_settings
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person, Role
from cme_desktop.importers.worker import Worker
from cme_desktop.register.came_in import RecordsSafe
from cme_desktop.register.inbox import InboxPage, inbox_page
from cme_desktop.register.letters import LetterCounts, letter_counts
from cme_desktop.register.today import TodayPage, today_page
from cme_desktop.storage.keys import Unlocked
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import VerifyCancelled
from cme_desktop.system import this_machine
from cme_desktop.ui.case.forms.referral import ReferralForm
from cme_desktop.ui.desk import Desk, Preferences
from cme_desktop.ui.finding import Finder, commands_of
from cme_desktop.ui.inbox.importer import Importer, ImportProgress, ImportSummary
from cme_desktop.ui.letters.view import LettersScreen
from cme_desktop.ui.qt import forget_copied
from cme_desktop.ui.runner import CancelToken, Lane, Runner
from cme_desktop.ui.shell import Shell
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.window import Window
from cme_desktop.ui.words import clock_time, when

SCAN_EVERY_MS = 5_000
LOOK_EVERY_MS = 2_000
DAY_EVERY_MS = 60_000


class Workplace(QObject):
    """Put the frame and its pages together for one session; ``locked`` says that it has ended.

    So do ``damaged``, because the register cannot be worked in, and ``restore_wanted``; both hand over the keys.
    """

    leaving = Signal()
    locked = Signal()
    change_person_wanted = Signal()
    damaged = Signal(object)
    restore_wanted = Signal(object)

    def __init__(
        self,
        session: Session,
        preferences: Preferences,
        window: Window,
        *,
        timers: bool = True,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.session, self.preferences = session, preferences
        self.runner = Runner(self)
        self._worker = Worker()
        self._since_seq = 0
        self._day: date = session.store.clock.today()
        self._closed = self._checking = False
        self._window = window
        specs = pages_for(session.person, self._furnishing)
        self.shell = Shell(specs, session.person.name, session.store.clock)
        self.shell.set_training(session.store.demonstration)
        self.desk = Desk(session.store, session.person, self.runner, self.shell.toasts, preferences, self)
        self.importer = Importer(self.desk, self._worker, self)
        self._finder = Finder(self.desk, self.shell, commands_of(self.shell, self.desk, specs), self)
        self._connect()
        self._timers = [
            self._timer(SCAN_EVERY_MS, self.look_in_folder),
            self._timer(LOOK_EVERY_MS, self._look_at_screen_lock),
            self._timer(DAY_EVERY_MS, self.look_at_day),
        ]
        if timers:
            for timer in self._timers:
                timer.start()
        self._begin()

    @property
    def person(self) -> Person:
        """Return who is at work."""
        return self.session.person

    def _furnishing(self) -> Furnishing:
        return Furnishing(self.desk, self.importer, self._window, self.session.unlocked)

    def _timer(self, every: int, act: Callable[[], object]) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(every)
        timer.timeout.connect(act)
        return timer

    def _connect(self) -> None:
        shell, desk = self.shell, self.desk
        shell.lock_wanted.connect(self.lock)
        shell.change_person_wanted.connect(self._on_change_person)
        shell.undo_wanted.connect(self._on_undo)
        shell.look_in_folder_wanted.connect(self.look_in_folder)
        shell.new_referral_wanted.connect(self.new_referral)
        desk.referral_wanted.connect(self.new_referral)
        desk.look_wanted.connect(self.look_in_folder)
        desk.case_wanted.connect(self.open_case)
        desk.letter_wanted.connect(self.write_letter)
        self.importer.progressed.connect(self._on_import_progress)
        self.importer.troubled.connect(self._on_import_trouble)
        self.importer.stopped.connect(self._on_import_stopped)
        self.importer.finished.connect(self._on_imported)
        shell.preferences_changed.connect(self._on_preferences)
        desk.saved.connect(self._on_saved)
        desk.cases_changed.connect(self._count)
        desk.inbox_changed.connect(self._count)
        desk.letters_changed.connect(self._count)
        desk.counted.connect(self._on_counted)
        desk.page_wanted.connect(self.open_page)
        desk.restore_wanted.connect(self._on_restore_wanted)
        desk.damage_suspected.connect(self._on_damage_suspected)

    def _begin(self) -> None:
        """Bring the steps up to the day, then show the first page that this person has."""
        self._say_room()
        self.desk.ask(_last_seq, self._on_seq)
        self._bring_up_to_the_day()
        self._count()

    def _bring_up_to_the_day(self) -> None:
        """Work out the next steps anew, and bring back what was put off in the inbox until today."""
        if self.person.holds(Role.OFFICER):
            self.desk.look(next_steps.recompute_all, self._on_recomputed)
            self.desk.look(bring_back, self._on_brought_back)

    def _on_seq(self, seq: int) -> None:
        self._since_seq = seq

    def _on_recomputed(self, changed: int) -> None:
        if changed:
            self.desk.cases_changed.emit(None)

    def _on_brought_back(self, number: int) -> None:
        if number:
            self.desk.inbox_changed.emit()

    @Slot()
    def _count(self) -> None:
        if self._closed or not (self.person.holds(Role.OFFICER) or self.person.holds(Role.MANAGER)):
            return
        self.desk.ask(today_page, self._on_today)
        if self.person.holds(Role.OFFICER):
            self.desk.ask(inbox_page, self._on_inbox)
        self.desk.ask(letter_counts, self._on_letters)

    @Slot(object)
    def _on_counted(self, answer: object) -> None:
        """Count in the frame by what a page has just shown."""
        if isinstance(answer, TodayPage):
            self._on_today(answer)
        elif isinstance(answer, InboxPage):
            self._on_inbox(answer)
        elif isinstance(answer, LetterCounts):
            self._on_letters(answer)

    def _on_inbox(self, page: InboxPage) -> None:
        self.shell.set_count("inbox", page.waiting)

    def _on_letters(self, counts: LetterCounts) -> None:
        """Count what waits for this person on the Letters page: to print for the officer, to decide for a manager."""
        to_print = counts.to_print if self.person.holds(Role.OFFICER) else 0
        self.shell.set_count("letters", to_print + counts.to_decide)

    def _on_today(self, page: TodayPage) -> None:
        self.shell.set_count("today", page.due_count)
        self.shell.set_due_today(len(dict(page.groups).get("today", ())))
        self._say_backup(page.records)

    def _say_backup(self, records: RecordsSafe) -> None:
        if records.backup_at is None or records.copy == "none":
            self.shell.set_backup("No backup in a second place yet", Tone.AMBER)
            return
        made = when(records.backup_at, self.desk.today)
        if records.copy == "very-late":
            self.shell.set_backup(f"No backup since {made}", Tone.RED)
        else:
            self.shell.set_backup(f"Backup OK {made}", Tone.AMBER if records.copy == "late" else Tone.PLAIN)

    # The watched folder

    @Slot()
    def look_in_folder(self) -> None:
        """Look into the watched folder once, off the window's thread; nothing while one look is under way."""
        if not self._closed:
            self.importer.look()

    def _on_import_progress(self, now: ImportProgress) -> None:
        self.shell.set_import(now.words)

    def _on_import_stopped(self) -> None:
        self.shell.set_import(
            self.importer.trouble or "Import idle", Tone.AMBER if self.importer.trouble else Tone.PLAIN
        )

    def _on_imported(self, summary: ImportSummary) -> None:
        """Say what came in wherever the officer is at work; the inbox says it on its own page."""
        if self.shell.key != "inbox":
            self.desk.toasts.say(summary.words, note=not summary.whole)

    def _on_import_trouble(self, words: str) -> None:
        self.shell.set_import(words or "Import idle", Tone.AMBER if words else Tone.PLAIN)

    # Forms and places

    @Slot()
    def new_referral(self) -> None:
        """Open the form of a new referral over the page in front."""
        page = self.shell.stack.currentWidget()
        if page is not None and may(self.person, "case.open"):
            form = ReferralForm(self.desk, page)
            form.saved.connect(lambda _row: self.desk.cases_changed.emit(None))
            form.open()

    @Slot(str, str)
    def open_case(self, ref: str, tab: str) -> None:
        """Bring a case to the front at one of its tabs."""
        place = self.shell.page("register")
        assert isinstance(place, RegisterPlace)
        place.open_case(ref, tab)
        self.shell.go("register")

    @Slot(str, str)
    def write_letter(self, ref: str, code: str) -> None:
        """Begin a letter of a case on the Letters page."""
        page = self.shell.page("letters")
        assert isinstance(page, LettersScreen)
        page.write(ref, code)
        self.shell.go("letters")

    @Slot(str, str)
    def open_page(self, key: str, what: str) -> None:
        """Bring a page to the front, at what it is to show."""
        if key not in self.shell.page_keys():
            return
        show = getattr(self.shell.page(key), "show_what", None)
        if what and callable(show):
            show(what)
        self.shell.go(key)

    # What the frame asks for

    @Slot(int)
    def _on_undo(self, _number: int) -> None:
        since = self._since_seq

        def back(store: Store, actor: Person) -> undo.LastAct:
            return undo.undo_last(store, actor, since_seq=since)

        self.desk.do(back, self._on_undone)

    def _on_undone(self, act: undo.LastAct) -> None:
        self.desk.toasts.say(f"Undone: {act.words}")
        self.desk.cases_changed.emit(None)
        self.desk.inbox_changed.emit()

    @Slot(object)
    def _on_saved(self, at: datetime) -> None:
        self.shell.set_saved(f"Saved {clock_time(at)}")
        self._say_room()

    def _say_room(self) -> None:
        """Keep it in view that the disk is full: what is entered may not be saved."""
        if self.session.store.room.warning:
            self.shell.set_saved("Disk full: nothing more may be saved", Tone.RED)

    @Slot(str, int)
    def _on_preferences(self, scheme: str, percent: int) -> None:
        self.preferences.change(theme=str(scheme), text_size=percent)

    @Slot()
    def _on_change_person(self) -> None:
        self.leaving.emit()
        self.close()
        self.change_person_wanted.emit()

    @Slot()
    def _look_at_screen_lock(self) -> None:
        if this_machine().session().locked:
            self.lock()

    @Slot()
    def look_at_day(self) -> None:
        """Bring everything up to the day where another one has begun."""
        today = self.desk.today
        if today == self._day:
            return
        self._day = today
        if self.person.holds(Role.OFFICER):
            self.desk.look(bring_back, self._on_brought_back)
            self.desk.look(next_steps.recompute_all, self._on_new_day)
        else:
            self._on_new_day()

    def _on_new_day(self, _changed: int = 0) -> None:
        """Show everything anew: what was due yesterday is late now, whether or not a step has changed."""
        self.desk.cases_changed.emit(None)
        self.daily_backup()

    # The end

    @Slot()
    def lock(self) -> None:
        """End the session: finish what is being written, close the register, drop the keys."""
        if not self._closed:
            self.leaving.emit()
            self.close()
            self.locked.emit()

    def close(self) -> None:
        """Close the register and everything that looked at it, and drop the keys."""
        if not self._closed:
            self._leave().forget()

    def _leave(self) -> Unlocked:
        """Close the register and everything that looked at it, and hand over the keys."""
        self._closed = True
        for timer in self._timers:
            timer.stop()
        self.desk.keep_wanted.emit()
        self.runner.drain()
        self._worker.close()
        forget_copied()
        self.shell.toasts.forget()
        return self.session.leave()

    @Slot()
    def _on_restore_wanted(self) -> None:
        if not self._closed:
            self.restore_wanted.emit(self._leave())

    # Keeping the register safe

    def check_register(self, *, whole: bool = False) -> None:
        """Check the database beside the work, with a connection of its own; damage ends the work (safety.md 8)."""
        if self._closed or self._checking:
            return
        self._checking = True
        token = CancelToken()
        store, person, unlocked = self.session.store, self.person, self.session.unlocked

        def check() -> bool:
            return keeping.check_at_start(store, person, unlocked, whole=whole, cancelled=lambda: token.cancelled)

        self.runner.submit(Lane.BESIDE, check, self._on_checked, self._on_not_checked, token=token)

    def _on_checked(self, sound: bool) -> None:
        self._checking = False
        if not sound and not self._closed:
            self.damaged.emit(self._leave())

    def _on_not_checked(self, error: Exception) -> None:
        """Let the work go on: what kept the check from being made says nothing about the file."""
        self._checking = False
        if not isinstance(error, (UserError, VerifyCancelled)):
            raise error

    @Slot()
    def _on_damage_suspected(self) -> None:
        self.check_register(whole=True)

    def daily_backup(self) -> None:
        """Make the backup of the day in the second place, if there is one and something changed.

        It has a connection of its own, so it runs beside the work: saving does not wait for it.
        """
        if self._closed or not may(self.person, "backup.make"):
            return
        store, person, unlocked = self.session.store, self.person, self.session.unlocked

        def make() -> tuple[str, keeping.Daily]:
            place = read_settings(store, person).text("backup.place")
            if not place:
                return place, keeping.Daily(made=False)
            return place, keeping.back_up_daily(store, person, unlocked, Path(place))

        self.runner.submit(Lane.BESIDE, make, self._on_backed_up, self._on_backup_failed)

    def _on_backed_up(self, answer: tuple[str, keeping.Daily]) -> None:
        """Remember outside the register where its backups are, for the day on which it cannot be opened."""
        place, daily = answer
        if place and place != self.preferences.settings.backup_place:
            self.preferences.change(backup_place=place)
        if daily.made:
            self._count()
        for words in daily.said:
            self.desk.toasts.say(words, note=True)

    def _on_backup_failed(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self.shell.set_backup(error.message, Tone.AMBER)


def _last_seq(store: Store, _viewer: Person) -> int:
    with store.read() as session:
        return undo.last_seq(session)
