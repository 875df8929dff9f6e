"""Make a new recovery key: printed or saved, two groups typed back, and only then does the old paper open nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from cme_desktop.casework import users
from cme_desktop.casework.users import NewRecoveryKey
from cme_desktop.domain.errors import UserError
from cme_desktop.system import atomic_write, check_sheet_place
from cme_desktop.ui.admin.dialogs import FormDialog
from cme_desktop.ui.admin.section import Office
from cme_desktop.ui.failures import failure_words
from cme_desktop.ui.unlock.key_card import PaperCheck
from cme_desktop.ui.words import clock_time

SHEET_NAME = "Case register recovery key.pdf"
_WIDE = 740
_NEXT, _PUT = "Hide it and type it back", "Replace the old key"
_WORDS = (
    "Make a new key when the paper is lost, or when somebody has seen it who should not have.",
    "The old key opens this register until you choose “Replace the old key”. A backup made before opens by the old "
    "key still, so keep the old paper with the old backups.",
)


class NewKeyDialog(FormDialog):
    """Show a new key, have it printed or saved and typed back, and put it in the place of the old one."""

    def __init__(
        self, office: Office, new: NewRecoveryKey, on_put: Callable[[], object], parent: QWidget, backups: str = ""
    ) -> None:
        super().__init__("New recovery key", _NEXT, parent, words=_WORDS, width=_WIDE)
        self._office, self._new, self._on_put = office, new, on_put
        self._backups = Path(backups) if backups else None
        self.paper = PaperCheck()
        self.card, self.type_back = self.paper.card, self.paper.type_back
        self.form.body.addWidget(self.paper)
        self.card.print_wanted.connect(self._on_print)
        self.card.save_wanted.connect(self._on_save)
        self.paper.changed.connect(self._on_changed)
        self.paper.show_key(new.groups)
        self.finished.connect(self._forget)
        self.ask(self._missing, self._put)
        self.card.print_button.setFocus()

    def _missing(self) -> dict[str, str]:
        why = self.paper.missing()
        return {"": why} if why else {}

    def _on_changed(self) -> None:
        self.form.show_errors({})
        self.go_on.setText(_PUT if self.paper.hidden else _NEXT)

    def _on_print(self) -> None:
        self._office.system.print_pdf(self._new.sheet, lambda printed: self._keep("Printed") if printed else None)

    def _on_save(self) -> None:
        place = self._office.system.ask_file("Save the recovery key", SHEET_NAME)
        if place:
            self._office.desk.compute(
                partial(self._save, Path(place)),
                lambda _place: self._keep("Saved", ": print it, then delete the file"),
                self.refuse,
            )

    def _save(self, place: Path) -> Path:
        check_sheet_place(place, self._office.desk.store.folder, self._backups)
        return atomic_write(place, self._new.sheet)

    def _keep(self, how: str, then: str = "") -> None:
        self.form.show_errors({})
        self.paper.show_done(f"{how} {clock_time(self._office.desk.now)}{then}")

    def _put(self) -> None:
        if not self.paper.hidden:
            self.go_on.set_reason("")
            self.paper.hide_key()
            return
        unlocked, new = self._office.unlocked, self._new
        self._office.desk.look(
            lambda store, actor: users.put_recovery_key(store, actor, unlocked, new), self._on_done, self.refuse
        )

    def _on_done(self, _none: None) -> None:
        self.done_with()
        self._on_put()

    def refuse(self, error: Exception) -> None:
        """Show why it was not done; the old key still opens."""
        super().refuse(UserError(failure_words(error)))

    def _forget(self, _code: int) -> None:
        self.paper.forget()
