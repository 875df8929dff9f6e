"""The first unlock with a passphrase that an administrator gave: the person chooses an own one before anything else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Final, Protocol

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from cme_desktop.ui.failures import failure_words
from cme_desktop.ui.qt import row, shortcut
from cme_desktop.ui.runner import Lane, Runner
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.unlock.frame import LockedFrame
from cme_desktop.ui.unlock.recovery import PASSPHRASE_HINT, passphrase_errors
from cme_desktop.ui.unlock.service import GivenPassphrase
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.form import Field, Form
from cme_desktop.ui.widgets.inputs import PassphraseInput
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import when

_NOTE: Final = "Until you have chosen, nothing of the register is shown, and nothing can be done or approved."


class OwnPassphraseView(LockedFrame):
    """The card where an own passphrase is chosen. A reset that the person did not ask for is said in red."""

    chosen = Signal(str)
    went_back = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        card = Card(padding=24)
        super().__init__("", card, _NOTE, parent)
        self._busy = False
        self.passphrase, self.again = PassphraseInput(), PassphraseInput()
        self.again.returnPressed.connect(self._on_choose)
        card.body.addWidget(Label("Choose your own passphrase", "title"))
        self.words = Label("", token="muted", wrap=True)
        card.body.addWidget(self.words)
        self.reset: Banner | None = None
        self.form = Form("Your own passphrase")
        self.form.put("passphrase", Field(f"New passphrase for {name}", self.passphrase, hint=PASSPHRASE_HINT))
        self.form.put("again", Field("The same passphrase again", self.again))
        card.body.addWidget(self.form)
        self.use = Button("Use this passphrase", Kind.PRIMARY, on_click=self._on_choose)
        self.back = Button("Back", key="Esc", on_click=self._on_back)
        self.wait = Label("", "hint", "muted", wrap=True)
        card.body.addLayout(row(self.use, self.back, None, gap=8))
        card.body.addWidget(self.wait)
        self.wait.hide()
        self.show_status("", "")
        shortcut(self, "Esc", self._on_back)
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_given(self, given: Sequence[GivenPassphrase], today: date) -> None:
        """Say who gave the passphrase and when; for a reset also those before, which the person should know of."""
        latest = given[0]
        self.words.setText(
            f"{latest.by} gave you this passphrase {when(latest.at, today)}, for one use. From now on only you know it."
        )
        if not latest.reset:
            return
        words = f"{latest.by} set your passphrase anew {when(latest.at, today)}."
        earlier = "; ".join(f"{one.by}, {when(one.at, today)}" for one in given[1:] if one.reset)
        more = f" It was also set anew before: {earlier}." if earlier else ""
        second = "If you did not ask for that, press Back and tell your manager: somebody may have worked as you."
        self.reset = Banner(words, Tone.RED, second=f"{second}{more}")
        self.card.body.insertWidget(2, self.reset)
        self.reset.say()

    def show_busy(self, busy: bool) -> None:
        """Say that the passphrase is being kept."""
        self._busy = busy
        words = "Keeping your passphrase…" if busy else ""
        self.wait.setText(words)
        self.wait.setVisible(busy)
        self.use.set_reason(words)
        self.back.setEnabled(not busy)

    def refuse(self, words: str) -> None:
        """Say why it was not taken; what was typed is kept."""
        self.show_busy(False)
        self.form.show_errors({"passphrase": words})

    def forget(self) -> None:
        """Forget what was typed."""
        self.passphrase.forget()
        self.again.forget()

    @Slot()
    def _on_choose(self) -> None:
        if self._busy:
            return
        errors = passphrase_errors(self.passphrase.text(), self.again.text())
        self.form.show_errors(errors)
        if not errors:
            self.chosen.emit(self.passphrase.text())

    @Slot()
    def _on_back(self) -> None:
        if not self._busy:
            self.forget()
            self.went_back.emit()


class OwnPassphraseService(Protocol):
    """Keep an own passphrase. Both functions are called off the GUI thread."""

    def given(self) -> Sequence[GivenPassphrase]:
        """Return who gave the person a passphrase, the newest first."""
        ...

    def choose(self, passphrase: str) -> object:
        """Keep the own passphrase and return the session that it opens."""
        ...


class OwnPassphrasePresenter(QObject):
    """Carry a person from a passphrase for one use to their own. ``unlocked`` carries the session."""

    unlocked = Signal(object)
    went_back = Signal()

    def __init__(
        self, view: OwnPassphraseView, service: OwnPassphraseService, runner: Runner, today: Callable[[], date]
    ) -> None:
        super().__init__(view)
        self._view, self._service, self._runner, self._today = view, service, runner, today
        view.chosen.connect(self._on_chosen)
        view.went_back.connect(self.went_back)

    def start(self) -> None:
        """Fetch who gave the passphrase."""
        self._runner.submit(Lane.COMPUTE, self._service.given, self._on_given, self._on_error)

    def _on_given(self, given: Sequence[GivenPassphrase]) -> None:
        self._view.show_given(given, self._today())

    @Slot(str)
    def _on_chosen(self, passphrase: str) -> None:
        self._view.show_busy(True)
        work = partial(self._service.choose, passphrase)
        self._runner.submit(Lane.COMPUTE, work, self._on_session, self._on_error)

    def _on_session(self, session: object) -> None:
        self._view.forget()
        self._view.show_busy(False)
        self.unlocked.emit(session)

    def _on_error(self, error: Exception) -> None:
        self._view.refuse(failure_words(error))
