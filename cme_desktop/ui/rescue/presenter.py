"""Decide what happens on the rescue screen; the work is done off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.ui.failures import failure_words
from cme_desktop.ui.rescue.panels import ChoicesPanel, DonePanel, RestorePanel, WorkingPanel
from cme_desktop.ui.rescue.service import BackupLook, BackupRow, PutBack, RescueService, Saved
from cme_desktop.ui.rescue.view import RescueView
from cme_desktop.ui.runner import CancelToken, Lane, Runner
from cme_desktop.ui.words import count, when

STEPS = {
    "pages": "Checking the pages of the backup",
    "rows": "Checking its rows",
    "audit": "Checking its audit",
    "content": "Checking its files",
}


class Folders(Protocol):
    """Ask for a folder in the system's own window."""

    def ask_folder(self, title: str) -> str:
        """Return the folder chosen, or an empty text."""
        ...


class RescuePresenter(QObject):
    """Show what can be done and do it. ``left`` says that somebody wants to unlock (again).

    Args:
        damage: what was found, in a sentence; without it somebody only wants a backup put back.
        new: there is no register on this computer, and one is brought back.
    """

    left = Signal()

    def __init__(
        self,
        view: RescueView,
        service: RescueService,
        runner: Runner,
        folders: Folders,
        damage: str = "",
        *,
        new: bool = False,
    ) -> None:
        super().__init__(view)
        self._view, self._service, self._runner, self._folders = view, service, runner, folders
        self._number: int | None = None
        self.choices = ChoicesPanel(damage) if damage else None
        self._new = new
        self.restore = RestorePanel(new=new)
        if self.choices is not None:
            self.choices.restore_wanted.connect(self._on_restore)
            self.choices.export_wanted.connect(self._on_export)
            self.choices.copy_wanted.connect(self._on_copy)
            self.choices.left.connect(self._on_left)
            self.choices.forbid_export(service.why_no_export())
        self.restore.chosen.connect(self._on_chosen)
        self.restore.folder_wanted.connect(self._on_folder)
        self.restore.put_back_wanted.connect(self._on_put_back)
        self.restore.bring_back_wanted.connect(self._on_bring_back)
        self.restore.left.connect(self._on_back)
        view.escaped.connect(self._on_escaped)

    @property
    def busy(self) -> bool:
        """Say whether something long is under way that must not be left."""
        return self._number is not None

    def start(self) -> None:
        """Show the first panel."""
        if self.choices is not None:
            self._view.show_panel(self.choices)
        else:
            self._on_restore()

    # Putting a backup back

    @Slot()
    def _on_restore(self) -> None:
        self._view.show_panel(self.restore)
        self._runner.submit(Lane.COMPUTE, partial(self._service.backups, None), self._on_backups, self._on_no_backups)

    def _on_backups(self, rows: tuple[BackupRow, ...]) -> None:
        self.restore.show_backups(rows, self._service.today())

    def _on_no_backups(self, error: Exception) -> None:
        self.restore.show_backups((), self._service.today())
        self.restore.refuse("backup", failure_words(error))

    @Slot()
    def _on_folder(self) -> None:
        place = self._folders.ask_folder("Where are the backups?")
        if place:
            work = partial(self._service.backups, Path(place))
            self._runner.submit(Lane.COMPUTE, work, self._on_backups, self._on_no_backups)

    @Slot(object)
    def _on_chosen(self, backup: Path) -> None:
        def shown(look: BackupLook) -> None:
            if self.restore.picked == backup:
                self.restore.show_look(look)

        def refused(error: Exception) -> None:
            words = failure_words(error)
            if self.restore.picked == backup:
                self.restore.refuse("backup", words)

        self._runner.submit(Lane.COMPUTE, partial(self._service.look, backup), shown, refused)

    @Slot(object, int, str)
    def _on_put_back(self, backup: Path, person: int, passphrase: str) -> None:
        self.restore.show_step("Unlocking the backup")

        def work(report: Callable[[object], None], _token: CancelToken) -> PutBack:
            return self._service.put_back(backup, person, passphrase, lambda what, part: report((what, part)))

        self._put(backup, work)

    @Slot(object, int, str, str)
    def _on_bring_back(self, backup: Path, person: int, key: str, passphrase: str) -> None:
        self.restore.show_step("Trying the recovery key")

        def work(report: Callable[[object], None], _token: CancelToken) -> PutBack:
            told = lambda what, part: report((what, part))  # noqa: E731 - as short as it is
            return self._service.bring_back(backup, person, key, passphrase, told)

        self._put(backup, work)

    def _put(self, backup: Path, work: Callable[[Callable[[object], None], CancelToken], PutBack]) -> None:
        self._number = self._runner.submit_reporting(
            Lane.COMPUTE, work, partial(self._on_is_back, backup), self._on_not_back, on_progress=self._on_step
        )

    def _on_step(self, step: tuple[str, float]) -> None:
        what, part = step
        self.restore.show_step(STEPS.get(what, "Putting the backup back"), part)

    def _on_is_back(self, backup: Path, done: PutBack) -> None:
        self._number = None
        self.restore.show_step("")
        self.restore.forget()
        made = next((one.made_at for one in self.restore.rows if one.path == backup), None)
        since = f"What was entered after {when(made, self._service.today())}" if made else "What was entered since then"
        sentences = [f"{since} is not in it and has to be entered again."]
        if done.left_out:
            sentences.append(done.left_out)
        if self._new:
            sentences.append("Choose the S2S folder and look at the backup place in Admin: those belong to a computer.")
        if done.kept_at is not None:
            sentences.append(f"What was there before is kept, encrypted, in {done.kept_at}")
        if done.damage:
            sentences.append(done.damage)
        self._show_done("The backup is back", sentences, back=False)

    def _on_not_back(self, error: Exception) -> None:
        self._number = None
        self.restore.show_step("")
        self.restore.refuse(self._field_of(error), failure_words(error))

    def _field_of(self, error: Exception) -> str:
        code = error.code if isinstance(error, UserError) else ""
        if code.startswith("passphrase"):
            return "fresh"
        if isinstance(error, CannotUnlock):
            return "key" if self.restore.by_paper.isChecked() else "passphrase"
        return "backup"

    # Saving

    @Slot()
    def _on_copy(self) -> None:
        place = self._folders.ask_folder("Where is the copy for IT to be saved?")
        if place:
            self._work("Saving a copy of the register", can_stop=False)
            work = partial(self._service.copy_as_it_is, Path(place))
            self._number = self._runner.submit(Lane.COMPUTE, work, self._on_copied, self._on_not_saved)

    def _on_copied(self, folder: Path) -> None:
        words = "It is encrypted as the register is. IT needs no passphrase to look at the damage."
        self._show_done("The copy is saved", [f"It is in {folder}", words], back=True)

    @Slot()
    def _on_export(self) -> None:
        place = self._folders.ask_folder("Where is what can be read to be saved?")
        if not place:
            return
        panel = self._work("Saving what can be read", can_stop=True)

        def work(report: Callable[[object], None], token: CancelToken) -> Saved:
            return self._service.save_readable(Path(place), lambda _what, part: report(part), lambda: token.cancelled)

        self._number = self._runner.submit_reporting(
            Lane.COMPUTE, work, self._on_saved, self._on_not_saved, on_progress=panel.show_part
        )

    def _on_saved(self, saved: Saved) -> None:
        sentences = [
            f"{count(saved.rows, 'row')} and {count(saved.files, 'file')} are in {saved.folder}",
            "They are not encrypted. Keep them where only you can open them, and delete them once the register is "
            "back. The register’s audit will say that they were saved.",
            *saved.gaps,
        ]
        self._show_done("What can be read is saved", sentences, back=True)

    def _on_not_saved(self, error: Exception) -> None:
        self._show_done("Nothing was saved", [failure_words(error)], back=True, well=False)

    def _work(self, title: str, *, can_stop: bool) -> WorkingPanel:
        panel = WorkingPanel(title, can_stop=can_stop)
        panel.stop_wanted.connect(self._on_stop)
        self._view.show_panel(panel)
        return panel

    @Slot()
    def _on_stop(self) -> None:
        if self._number is not None:
            self._runner.cancel(self._number)
        self._number = None
        self.start()

    def _show_done(self, title: str, sentences: list[str], *, back: bool, well: bool = True) -> None:
        self._number = None
        panel = DonePanel(title, sentences, back=back, well=well)
        panel.unlock_wanted.connect(self._on_left)
        panel.back_wanted.connect(self.start)
        self._view.show_panel(panel)

    # Leaving

    @Slot()
    def _on_back(self) -> None:
        self.restore.forget()
        if self.choices is not None:
            self._view.show_panel(self.choices)
        else:
            self.left.emit()

    @Slot()
    def _on_left(self) -> None:
        self.restore.forget()
        self.left.emit()

    @Slot()
    def _on_escaped(self) -> None:
        if not self.busy:
            if self._view.panel is self.restore:
                self._on_back()
            elif self._view.panel is self.choices:
                self._on_left()
