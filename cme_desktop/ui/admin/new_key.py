"""Make a new recovery key: printed or saved, two groups typed back, and only then does the old paper open nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from cme_desktop.casework import users
from cme_desktop.casework.users import NewRecoveryKey
from cme_desktop.domain.errors import UserError
from cme_desktop.system import atomic_write
from cme_desktop.ui.admin.dialogs import FormDialog
from cme_desktop.ui.admin.section import Office
from cme_desktop.ui.unlock.key_card import KeyCard, TypeBack
from cme_desktop.ui.unlock.setup_presenter import two_places
from cme_desktop.ui.words import clock_time

SHEET_NAME = "Case register recovery key.pdf"
_WIDE = 740
_WORDS = (
    "Make a new key when the paper is lost, or when somebody has seen it who should not have.",
    "The old key opens this register until you choose “Replace the old key”. A backup made before opens by the old "
    "key still, so keep the old paper with the old backups.",
)


class NewKeyDialog(FormDialog):
    """Show a new key, have it printed or saved and typed back, and put it in the place of the old one."""

    def __init__(
        self,
        office: Office,
        new: NewRecoveryKey,
        on_put: Callable[[], object],
        parent: QWidget,
        places: Callable[[Sequence[str]], tuple[int, int]] = two_places,
    ) -> None:
        super().__init__("New recovery key", "Replace the old key", parent, words=_WORDS, width=_WIDE)
        self._office, self._new, self._on_put = office, new, on_put
        self._kept = False
        self.card, self.type_back = KeyCard(), TypeBack()
        self.form.body.addWidget(self.card)
        self.form.body.addWidget(self.type_back)
        self.card.print_wanted.connect(self._on_print)
        self.card.save_wanted.connect(self._on_save)
        self.card.groups.show_groups(new.groups)
        self.type_back.ask(new.groups, places(new.groups))
        self.finished.connect(self._forget)
        self.ask(self._missing, self._put)
        self.card.print_button.setFocus()

    def _missing(self) -> dict[str, str]:
        if not self._kept:
            return {"": "Print or save the key first"}
        return {} if self.type_back.right else {"": "Type both groups from the paper"}

    def _on_print(self) -> None:
        self._office.system.print_pdf(self._new.sheet, lambda printed: self._keep("Printed") if printed else None)

    def _on_save(self) -> None:
        place = self._office.system.ask_file("Save the recovery key", SHEET_NAME)
        if place:
            self._office.desk.compute(
                partial(atomic_write, Path(place), self._new.sheet), lambda _place: self._keep("Saved"), self.refuse
            )

    def _keep(self, how: str) -> None:
        self._kept = True
        self.form.show_errors({})
        self.card.show_done(f"{how} {clock_time(self._office.desk.now)}")
        self.type_back.inputs[0].setFocus()

    def _put(self) -> None:
        unlocked, new = self._office.unlocked, self._new
        self._office.desk.look(
            lambda store, actor: users.put_recovery_key(store, actor, unlocked, new), self._on_done, self.refuse
        )

    def _on_done(self, _none: None) -> None:
        self.done_with()
        self._on_put()

    def refuse(self, error: Exception) -> None:
        """Show why it was not done; the old key still opens."""
        if isinstance(error, OSError):
            error = UserError("The sheet could not be saved there. Choose another place. The old key still opens.")
        super().refuse(error)

    def _forget(self, _code: int) -> None:
        self.card.groups.show_groups(())
        self.type_back.forget()
