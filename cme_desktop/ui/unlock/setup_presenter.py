"""Decide how set-up goes on: each step is done by the service before the next is shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from cme_desktop.system import Clock
from cme_desktop.ui.failures import failure_words
from cme_desktop.ui.runner import Lane, Runner
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.unlock.service import PlaceAnswer, SetupProgress, SetupService
from cme_desktop.ui.unlock.setup_view import SetupView
from cme_desktop.ui.words import clock_time


class Desk(Protocol):
    """What needs a dialog of the system: printing, and asking for a place."""

    def print_pdf(self, sheet: bytes, on_done: Callable[[bool], object]) -> None:
        """Print a PDF and say whether it went to a printer."""
        ...

    def ask_file(self, title: str, name: str) -> str:
        """Return where to save, or an empty text when nothing was chosen."""
        ...

    def ask_folder(self, title: str) -> str:
        """Return a folder, or an empty text when nothing was chosen."""
        ...


class SetupPresenter(QObject):
    """Carry the officer from the passphrase to an open register. ``finished`` carries the session."""

    finished = Signal(object)
    bring_back_wanted = Signal()

    def __init__(
        self,
        view: SetupView,
        service: SetupService,
        runner: Runner,
        desk: Desk,
        clock: Clock,
    ) -> None:
        super().__init__(view)
        self._view, self._service, self._runner = view, service, runner
        self._desk, self._clock = desk, clock
        self._key = ""
        view.continued.connect(self._on_continued)
        view.went_back.connect(self._on_went_back)
        view.passphrase.bring_back_wanted.connect(self.bring_back_wanted)
        view.key.card.print_wanted.connect(self._on_print)
        view.key.card.save_wanted.connect(self._on_save)
        view.folder.choose_wanted.connect(self._on_choose_folder)
        view.folder.confirm_wanted.connect(self._on_confirm_folder)
        view.backup.choose_wanted.connect(self._on_choose_backup)

    def start(self) -> None:
        """Go on where set-up was stopped."""
        self._runner.submit(Lane.COMPUTE, self._service.progress, self._on_progress, self._on_error)

    def _on_progress(self, progress: SetupProgress) -> None:
        if progress.officer:
            self._view.rail.set_words(1, f"{progress.officer}, officer")
        self._view.passphrase.note.say(progress.note if progress.step == 1 else "")
        self._view.key.note.say(progress.note if progress.step > 1 else "", Tone.AMBER)
        self._to(progress.step)

    def _to(self, number: int) -> None:
        self._view.show_busy("")
        self._view.show_step(number)
        if number == 2 and not self._key:
            self._do("Making the recovery key…", self._service.recovery_key, self._on_key)

    @Slot()
    def _on_continued(self) -> None:
        view = self._view
        if view.number == 1:
            name = view.passphrase.name.text().strip()
            work = partial(self._service.create, name, view.passphrase.passphrase.text())
            self._do("Making the register, this takes some seconds…", work, partial(self._on_created, name))
        elif view.number == 2 and not view.key.paper.hidden:
            view.key.paper.hide_key()
            view.show_step(2)
        elif view.number == 2:
            self._do("Keeping the key…", self._service.confirm_key, self._on_confirmed)
        elif view.number == 5:
            self._do("Opening the register…", self._finish, self._on_finished)
        else:
            self._to(view.number + 1)

    def _finish(self) -> object:
        number = self._view.out_of_hours.value()
        if number:
            self._service.use_out_of_hours(number)
        return self._service.finish()

    @Slot()
    def _on_went_back(self) -> None:
        paper = self._view.key.paper
        if paper.hidden and self._view.number in (2, 3):
            paper.show_again()
            self._to(2)
        else:
            self._to(self._view.number - 1)

    def _on_confirmed(self, _nothing: None) -> None:
        self._view.key.note.say("")
        self._to(3)

    def _on_created(self, name: str, _made: None) -> None:
        self._view.passphrase.forget()
        self._view.rail.set_words(1, f"{name}, officer")
        self._key = ""
        self._to(2)

    def _on_key(self, key: str) -> None:
        self._key = key
        groups = tuple(key.split("-"))
        self._view.show_busy("")
        self._view.key.show_key(groups)

    def _on_finished(self, session: object) -> None:
        self._key = ""
        self._view.show_busy("")
        self._view.forget()
        self.finished.emit(session)

    # Printing and places

    @Slot()
    def _on_print(self) -> None:
        self._do("Making the sheet…", partial(self._service.key_sheet, self._key), self._on_sheet_to_print)

    def _on_sheet_to_print(self, sheet: bytes) -> None:
        self._view.show_busy("")
        self._desk.print_pdf(sheet, self._on_printed)

    def _on_printed(self, printed: bool) -> None:
        if printed:
            self._view.key.show_done(f"Printed {clock_time(self._clock.now())}")

    @Slot()
    def _on_save(self) -> None:
        place = self._desk.ask_file("Save the recovery key", "Case register recovery key.pdf")
        if place:
            self._do("Saving the sheet…", partial(self._save, self._key, place), self._on_saved)

    def _save(self, key: str, place: str) -> None:
        self._service.save_key_sheet(self._service.key_sheet(key), place)

    def _on_saved(self, _nothing: None) -> None:
        self._view.show_busy("")
        self._view.key.show_done(f"Saved {clock_time(self._clock.now())}: print it, then delete the file")

    @Slot()
    def _on_choose_folder(self) -> None:
        place = self._desk.ask_folder("Choose the S2S folder")
        if place:
            self._view.folder.show_place(place)
            self._do("Looking at the folder…", partial(self._service.use_folder, place), self._on_place)

    @Slot()
    def _on_confirm_folder(self) -> None:
        work = partial(self._service.confirm_folder, self._view.folder.place.text())
        self._do("Looking at the folder…", work, self._on_place)

    @Slot()
    def _on_choose_backup(self) -> None:
        place = self._desk.ask_folder("Choose where backups go")
        if place:
            self._view.backup.show_place(place)
            work = partial(self._service.use_backup_place, place)
            self._do("Making a copy, opening it and checking it…", work, self._on_place)

    def _on_place(self, answer: PlaceAnswer) -> None:
        self._view.show_busy("")
        step = self._view.backup if self._view.number == 4 else self._view.folder
        step.show_answer(answer)

    def _do(self, words: str, work: Callable[[], object], on_done: Callable[..., object]) -> None:
        self._view.show_busy(words)
        self._runner.submit(Lane.WRITE, work, on_done, self._on_error)

    def _on_error(self, error: Exception) -> None:
        self._view.show_busy("")
        self._view.show_error(failure_words(error))
