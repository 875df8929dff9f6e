"""Choose the watched folder: one way of asking, for Admin and the Inbox alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from cme_desktop.casework.intake.watched import FolderChosen, FolderHasOthers, choose_folder, others_in_words
from cme_desktop.ui.admin.dialogs import FormDialog
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import alive

USE_IT: Final = "Watch this folder"


class AsksFolder(Protocol):
    """What asks the person for a folder."""

    def ask_folder(self, title: str) -> str:
        """Return a folder, or an empty text when nothing was chosen."""
        ...


class FolderChoice(QObject):
    """Ask for a folder, have it judged, and where other files lie in it show them and ask once more.

    ``chosen`` carries a FolderChosen that this computer already remembers for the register.
    """

    chosen = Signal(object)

    def __init__(
        self,
        page: QWidget,
        desk: Desk,
        system: AsksFolder,
        refused: Callable[[Exception], object] | None = None,
    ) -> None:
        super().__init__(page)
        self._page, self._desk, self._system, self._refused = page, desk, system, refused
        self.dialog: FormDialog | None = None

    def ask(self) -> None:
        """Ask for the folder that is to be watched; nothing happens where none is chosen."""
        place = self._system.ask_folder("Choose the folder where S2S files arrive")
        if place:
            self._choose(place)

    def _choose(self, place: str, *, confirmed: bool = False) -> None:
        def on_refused(error: Exception) -> None:
            if isinstance(error, FolderHasOthers):
                self._confirm(place, error)
                return
            self._close()
            if self._refused is not None:
                self._refused(error)
            else:
                self._desk.refuse(error)

        self._desk.ask(
            lambda store, actor: choose_folder(store, actor, Path(place), confirmed=confirmed),
            self._on_chosen,
            on_refused,
        )

    def _confirm(self, place: str, found: FolderHasOthers) -> None:
        dialog = self.dialog = FormDialog(
            "Other files lie in that folder",
            USE_IT,
            self._page,
            words=(
                place,
                f"{others_in_words(found.others)}.",
                "They would stay as they are: only what is an S2S file by its content is taken in and then deleted "
                "there. A folder for S2S files alone is safer.",
            ),
        )
        dialog.form.hide()
        dialog.ask(dict, lambda: self._choose(place, confirmed=True))
        dialog.cancel.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_chosen(self, chosen: FolderChosen) -> None:
        self._close()
        settings = self._desk.preferences.settings
        self._desk.preferences.change(**settings.watching(self._desk.store.folder, chosen.place))
        self.chosen.emit(chosen)

    def _close(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None and alive(dialog):
            dialog.done_with()
