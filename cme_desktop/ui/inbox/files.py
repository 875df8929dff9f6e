"""What the inbox does with whole files: a copy, a problem settled, the folder, taking in, and undoing an import."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final, Protocol

from PySide6.QtCore import QObject, Signal, Slot

from cme_desktop.casework.intake.watched import FolderChosen
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.frame.folder_choice import FolderChoice
from cme_desktop.ui.inbox.dialogs import ReasonDialog
from cme_desktop.ui.inbox.importer import Importer, ImportSummary
from cme_desktop.ui.inbox.lines import short_folder
from cme_desktop.ui.inbox.presenter import InboxPresenter
from cme_desktop.ui.page import Page
from cme_desktop.ui.qt import alive
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.states import Interruption
from cme_desktop.ui.words import count

KINDS: Final = "S2S files (*.xml *.zip);;All files (*)"


class System(Protocol):
    """What asks the person for places outside the register."""

    def ask_copy(self, title: str, name: str) -> str:
        """Return where to save, or an empty text when nothing was chosen."""
        ...

    def ask_files(self, title: str, kinds: str) -> list[str]:
        """Return files to read; none when nothing was chosen."""
        ...

    def ask_folder(self, title: str) -> str:
        """Return a folder, or an empty text when nothing was chosen."""
        ...


class InboxFiles(QObject):
    """Ask for what is needed and hand it to the presenter. The page before an undo is shown by the screen."""

    interruption_wanted = Signal(object)
    interruption_over = Signal()
    undone = Signal()

    def __init__(self, page: Page, desk: Desk, presenter: InboxPresenter, importer: Importer, system: System) -> None:
        super().__init__(page)
        self._page, self._desk, self._presenter = page, desk, presenter
        self._importer, self._system = importer, system
        self.choice = FolderChoice(page, desk, system)
        self.choice.chosen.connect(self._on_folder_chosen)

    # Problem files

    def ask_copy(self, file_id: int, name: str) -> None:
        """Ask why and where, then save a copy of a problem file."""
        dialog = ReasonDialog(
            "Save a copy",
            (f"A copy of {name} leaves the register. It is not encrypted and may hold names.",),
            "Why a copy is needed",
            "The reason is kept with the entry of the copy.",
            "Choose where",
            "Say why a copy is needed",
            self._page,
        )
        dialog.wanted.connect(partial(self._save_copy, dialog, file_id, name))
        dialog.open()

    def _save_copy(self, dialog: ReasonDialog, file_id: int, name: str, reason: str) -> None:
        place = self._system.ask_copy("Save a copy", name)
        if place:
            dialog.accept()
            self._presenter.save_copy(file_id, place, reason)

    def ask_settle(self, file_id: int, name: str) -> None:
        """Ask what was done about a problem file, then take it off the list."""
        dialog = ReasonDialog(
            "Take it off this list",
            (f"{name} stays held in the register, encrypted. It is only taken off the list.",),
            "What was done about it",
            "Such as: asked Example High School to send it again.",
            "Take it off the list",
            "Say what was done about this file",
            self._page,
        )

        def done() -> None:
            if alive(dialog):
                dialog.accept()

        def refused(error: Exception) -> None:
            if alive(dialog):
                dialog.refuse(error)

        dialog.wanted.connect(lambda reason: self._presenter.settle(file_id, reason, done, refused))
        dialog.open()

    # Folder and taking in

    def take(self) -> None:
        """Take in files that are chosen by hand; nothing while an import is under way."""
        if not self._importer.busy:
            self._importer.take(self._system.ask_files("Take in files", KINDS))

    @Slot()
    def change_folder(self) -> None:
        """Ask for the folder that is to be watched."""
        self.choice.ask()

    def _on_folder_chosen(self, chosen: FolderChosen) -> None:
        if chosen.warning:
            self._page.show_banner(Banner(chosen.warning, Tone.AMBER))
        self._desk.toasts.say(f"Watching {short_folder(chosen.place)}")
        self._desk.look_wanted.emit()
        self._desk.reference_changed.emit()

    # Undoing an import

    def ask_undo(self) -> None:
        """Undo the last import: at once where its files still lie where they came from, else after a copy is saved."""
        summary = self._importer.last
        if summary is None:
            return
        if summary.by_hand:
            self._undo(summary, {})
            return
        names = [outcome.name for outcome in summary.outcomes if outcome.seq]
        staged = sum(outcome.staged for outcome in summary.outcomes)
        page = Interruption(
            "Undo this import?",
            (
                f"{', '.join(names[:3])}{' and more' if len(names) > 3 else ''}: {count(staged, 'pupil')} in all.",
                "Once a file is held here it is deleted from the watched folder. So a copy is saved first, where you "
                "choose, and nothing is lost. The copy is not encrypted and holds names: keep it safe.",
            ),
            "Save a copy and undo",
        )
        page.went_on.connect(partial(self._undo_with_copies, summary))
        page.went_back.connect(self.interruption_over)
        self._page.show_banner(None)
        self.interruption_wanted.emit(page)
        page.focus_first()

    def _undo_with_copies(self, summary: ImportSummary, _reason: str) -> None:
        named = {outcome.source_file_id: outcome.name for outcome in summary.outcomes if outcome.seq}
        if len(named) == 1:
            [(file_id, name)] = named.items()
            place = self._system.ask_copy("Save a copy before the import is undone", name)
            copies = {file_id: place} if place else {}
        else:
            folder = self._system.ask_folder("Save copies before the import is undone")
            copies = {file_id: str(Path(folder) / name) for file_id, name in named.items()} if folder else {}
        if copies:
            self._undo(summary, copies)

    def _undo(self, summary: ImportSummary, copies: dict[int, str]) -> None:
        self.interruption_over.emit()
        self._presenter.undo_import(summary, copies, self._on_undone)

    def _on_undone(self) -> None:
        self._importer.forget_last()
        self.undone.emit()
