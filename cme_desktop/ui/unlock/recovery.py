"""Getting back in with the printed recovery key: the key, then a new passphrase typed twice."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from cme_desktop.domain.passphrases import SHORTEST, why_not
from cme_desktop.shipped import common_passphrases
from cme_desktop.ui.qt import row, shortcut
from cme_desktop.ui.unlock.frame import LockedFrame
from cme_desktop.ui.unlock.service import PersonRow
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.form import Field, Form
from cme_desktop.ui.widgets.inputs import PassphraseInput, TextInput
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import count

PASSPHRASE_HINT: Final = f"At least {SHORTEST} characters. Three or four words with spaces are easy to remember."
_KEY_LETTERS: Final = 28


def passphrase_errors(passphrase: str, again: str, *, training: bool = False) -> dict[str, str]:
    """Return what is wrong with a new passphrase, by field ("passphrase", "again"); nothing when it can be used."""
    found = why_not(passphrase, common_passphrases(), training=training)
    if found is not None:
        return {"passphrase": found[1]}
    if passphrase != again:
        return {"again": "The two passphrases differ: type the same one twice"}
    return {}


def key_errors(key: str) -> dict[str, str]:
    """Return what is plainly wrong with a typed recovery key; whether it opens the register is asked elsewhere."""
    letters = [sign for sign in key if not sign.isspace() and sign != "-"]
    if not letters:
        return {"key": "Enter the recovery key from the paper"}
    strange = sorted({sign.upper() for sign in letters if sign.upper() not in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"})
    if strange:
        return {"key": f"A recovery key has only the letters A to Z and the figures 2 to 7, not {', '.join(strange)}"}
    if len(letters) != _KEY_LETTERS:
        return {
            "key": f"A recovery key has 7 groups of 4, together 28 letters: {count(len(letters), 'is', 'are')} typed"
        }
    return {}


class RecoveryView(LockedFrame):
    """The card to get back in. It says beforehand what the new passphrase changes."""

    recover_wanted = Signal(str, str)
    went_back = Signal()

    def __init__(self, person: PersonRow, parent: QWidget | None = None) -> None:
        card = Card(padding=24)
        super().__init__("", card, "The key stays the same. The manager’s monthly sheet says that it was used.", parent)
        self._busy, self._seconds = False, 0
        self._clock = QTimer(self)
        self._clock.setInterval(1_000)
        self._clock.timeout.connect(self._on_second)
        self.key = TextInput(longest=80)
        self.passphrase, self.again = PassphraseInput(), PassphraseInput()
        self.again.returnPressed.connect(self._on_recover)
        card.body.addWidget(Label("Use the recovery key", "title"))
        words = f"{person.name} gets a new passphrase. The old one opens nothing from then on."
        card.body.addWidget(Label(words, token="muted", wrap=True))
        self.form = Form("Recovery key")
        hint = "Seven groups of four from the paper. Capitals or small letters, both are fine."
        self.form.put("key", Field("Recovery key", self.key, hint=hint))
        new = Field(f"New passphrase of {person.name}", self.passphrase, hint=PASSPHRASE_HINT)
        self.form.put("passphrase", new)
        self.form.put("again", Field("The same passphrase again", self.again))
        card.body.addWidget(self.form)
        self.open = Button("Open the register", Kind.PRIMARY, on_click=self._on_recover)
        self.back = Button("Back", key="Esc", on_click=self._on_back)
        self.wait = Label("", "hint", "muted", wrap=True)
        card.body.addLayout(row(self.open, self.back, None, gap=8))
        card.body.addWidget(self.wait)
        self.wait.hide()
        self.show_status("", "")
        shortcut(self, "Esc", self._on_back)
        self.key.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_busy(self, busy: bool) -> None:
        """Say that the key is being tried."""
        self._busy = busy
        self._say_wait()

    def show_refused(self, code: str, words: str, seconds: int = 0) -> None:
        """Say why it did not open, by the field it is about; what was typed is kept."""
        field = "passphrase" if code.startswith("passphrase") else "key"
        self.form.show_errors({field: words})
        self._seconds = seconds
        if seconds:
            self._clock.start()
        self._say_wait()

    def forget(self) -> None:
        """Forget all that was typed."""
        self.key.clear()
        self.passphrase.forget()
        self.again.forget()
        self._clock.stop()

    def _say_wait(self) -> None:
        words = "Trying the key…" if self._busy else ""
        if self._seconds:
            words = f"Wait {count(self._seconds, 'second')}, then try again."
        self.wait.setText(words)
        self.wait.setVisible(bool(words))
        self.open.set_reason(words)

    @Slot()
    def _on_recover(self) -> None:
        if self._busy or self._seconds:
            return
        errors = key_errors(self.key.text()) | passphrase_errors(self.passphrase.text(), self.again.text())
        self.form.show_errors(errors)
        if not errors:
            self.recover_wanted.emit(self.key.text(), self.passphrase.text())

    @Slot()
    def _on_back(self) -> None:
        self.forget()
        self.went_back.emit()

    @Slot()
    def _on_second(self) -> None:
        self._seconds = max(self._seconds - 1, 0)
        if not self._seconds:
            self._clock.stop()
        self._say_wait()
