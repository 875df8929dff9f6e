"""Key and recovery: test the printed recovery key, quick unlock on or off, and the person's own passphrase."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from cme_desktop.casework import users
from cme_desktop.casework.users import NewRecoveryKey
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.register.admin import SafetyPage, safety_page
from cme_desktop.storage.keys import Keyring, QuickUnlockUnavailable, WrongPassphrase
from cme_desktop.storage.store import Store
from cme_desktop.ui.admin.new_key import NewKeyDialog
from cme_desktop.ui.admin.section import Office, Section
from cme_desktop.ui.qt import row
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.unlock.recovery import PASSPHRASE_HINT, key_errors, passphrase_errors
from cme_desktop.ui.widgets.buttons import Button
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.form import Field, Form
from cme_desktop.ui.widgets.inputs import PassphraseInput, TextInput
from cme_desktop.ui.widgets.tags import Tag, TagLook
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import when

ON, OFF = TagLook("On", Tone.GREEN, "check"), TagLook("Off", Tone.GREY, "minus")
_KEY_HINT = "Seven groups of four, from the paper. Capitals or small letters, with or without hyphens."
_WIDE = 440
_PRESENT, _NEW, _AGAIN, _KEY = "present", "passphrase", "again", "key"


class OwnKeySection(Section):
    """What opens the register for this person. Nothing typed here is kept or shown again."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(office, "Key and recovery", parent)
        self._on, self._backups = False, ""
        self.hold(self._recovery_card(), self._quick_card(), self._passphrase_card())

    def _recovery_card(self) -> Card:
        card = Card("Recovery key")
        words = "One printed key opens the register when no passphrase is known. Test it now and then, from its paper."
        self.tested = Label("", "hint", "muted")
        self.key = TextInput(longest=60)
        self.key.for_key()
        self.key_form = Form("Test my recovery key")
        self.key_form.put(_KEY, Field("Recovery key", self.key, hint=_KEY_HINT), _WIDE)
        self.test = Button("Test my recovery key", icon="key", on_click=self._on_test)
        self.key.returnPressed.connect(self._on_test)
        self.answer = Tag("This is the key of this register", Tone.GREEN, "check")
        self.answer.hide()
        card.body.setSpacing(12)
        card.body.addWidget(Label(words, wrap=True))
        card.body.addWidget(self.key_form)
        card.body.addLayout(row(self.test, self.answer, None, self.tested, gap=12))
        self.renew = Button("Make a new recovery key", icon="refresh", on_click=self._on_renew)
        why = self.why_not("key.renew")
        self.renew.set_reason(why)
        card.foot(self.renew, Label(why, "hint", "muted", wrap=True))
        return card

    def _quick_card(self) -> Card:
        card = Card("Quick unlock")
        self.quick = Tag("", Tone.GREY)
        self.quick.show_look(OFF)
        card.head().addWidget(self.quick)
        words = (
            "This computer can keep a secret that opens your log-in without the passphrase, in Windows Credential "
            "Manager or the desktop’s keyring. It never holds the register’s key, and the passphrase always works too."
        )
        self.turn = Button("Switch quick unlock on", on_click=self._on_turn)
        card.body.setSpacing(12)
        card.body.addWidget(Label(words, wrap=True))
        card.body.addLayout(row(self.turn, None))
        return card

    def _passphrase_card(self) -> Card:
        card = Card("Your passphrase")
        self.form = Form("Change your passphrase")
        self.present, self.new, self.again = PassphraseInput(), PassphraseInput(), PassphraseInput()
        self.form.put(_PRESENT, Field("Present passphrase", self.present), _WIDE)
        self.form.put(_NEW, Field("New passphrase", self.new, hint=PASSPHRASE_HINT), _WIDE)
        self.form.put(_AGAIN, Field("The new one again", self.again), _WIDE)
        self.change = Button("Change passphrase", on_click=self._on_change)
        self.again.returnPressed.connect(self._on_change)
        card.body.setSpacing(14)
        card.body.addWidget(self.form)
        card.body.addLayout(row(self.change, None))
        return card

    # Showing

    def refresh(self) -> None:
        """Fetch whether quick unlock is on, and when the recovery key was tested last."""
        self.desk.ask(users.quick_unlock_is_on, self._on_quick, self.refused)
        self.desk.ask(safety_page, self._on_safety, self.refused)

    def forget(self) -> None:
        """Empty every field that holds a secret."""
        for editor in (self.present, self.new, self.again):
            editor.forget()
        self.key.clear()
        self.answer.hide()
        self.form.show_errors({})
        self.key_form.show_errors({})

    def _on_quick(self, on: bool) -> None:
        self._on = on
        self.quick.show_look(ON if on else OFF)
        self.turn.setText("Switch quick unlock off" if on else "Switch quick unlock on")
        self.turn.set_reason("")

    def _on_safety(self, page: SafetyPage) -> None:
        at, self._backups = page.key_tested_at, page.backup_place
        self.tested.setText(
            f"Last tested {when(at, self.desk.today)}" if at is not None else "Not tested since it was made"
        )

    # Recovery key

    def _on_test(self) -> None:
        typed = self.key.text()
        errors = key_errors(typed)
        self.answer.hide()
        self.key_form.show_errors(errors)
        if errors:
            return
        self.test.set_reason("Being tested")
        self.desk.look(
            lambda store, actor: users.try_recovery_key(store, actor, typed), self._on_right, self._on_wrong_key
        )

    def _on_right(self, _none: None) -> None:
        self.test.set_reason("")
        self.key.clear()
        self.answer.show()
        self.desk.toasts.say("The recovery key was tested: it is the key of this register")
        self.refresh()

    def _on_wrong_key(self, error: Exception) -> None:
        self.test.set_reason("")
        if not isinstance(error, UserError):
            raise error
        self.key_form.show_errors({_KEY: error.message})

    def _on_renew(self) -> None:
        self.renew.set_reason("Being made")
        unlocked = self.office.unlocked
        self.desk.ask(
            lambda store, actor: users.draft_recovery_key(store, actor, unlocked),
            self._on_drafted,
            self._on_not_drafted,
        )

    def _on_drafted(self, new: NewRecoveryKey) -> None:
        self.renew.set_reason("")
        NewKeyDialog(self.office, new, self._on_renewed, self, self._backups)

    def _on_not_drafted(self, error: Exception) -> None:
        self.renew.set_reason("")
        self.refused(error)

    def _on_renewed(self) -> None:
        self.desk.toasts.say(
            "The new recovery key opens this register. Destroy the old paper once no old backup needs it."
        )
        self.refresh()

    # Quick unlock

    def _on_turn(self) -> None:
        on, unlocked, ring = not self._on, self.office.unlocked, self.office.ring
        self.turn.set_reason("Being changed")

        def turn(store: Store, actor: Person) -> bool:
            users.set_quick_unlock(store, actor, unlocked, ring() if on else _if_there(ring), on=on)
            return on

        self.desk.look(turn, self._on_turned, self._on_not_turned)

    def _on_turned(self, on: bool) -> None:
        self.show_banner(None)
        self._on_quick(on)
        self.desk.toasts.say(f"Quick unlock is {'on' if on else 'off'} for you on this computer")

    def _on_not_turned(self, error: Exception) -> None:
        self.turn.set_reason("")
        if not isinstance(error, UserError):
            raise error
        self.show_banner(Banner(error.message, Tone.AMBER))

    # Passphrase

    def _on_change(self) -> None:
        present, new = self.present.text(), self.new.text()
        errors = {} if present else {_PRESENT: "Enter your present passphrase"}
        errors |= passphrase_errors(new, self.again.text(), training=self.desk.store.demonstration)
        self.form.show_errors(errors)
        if errors:
            return
        self.change.set_reason("Being changed")
        unlocked = self.office.unlocked
        self.desk.look(
            lambda store, actor: users.change_passphrase(store, actor, unlocked, present, new),
            self._on_changed,
            self._on_not_changed,
        )

    def _on_changed(self, _none: None) -> None:
        self.change.set_reason("")
        self.forget()
        quick = " Quick unlock is off: switch it on again if you use it." if self._on else ""
        self._on_quick(False)
        self.desk.toasts.say(f"Your passphrase was changed. Use the new one from now on.{quick}")
        self.change.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_not_changed(self, error: Exception) -> None:
        self.change.set_reason("")
        if not isinstance(error, UserError):
            raise error
        wrong = isinstance(error, WrongPassphrase)
        self.form.show_errors({_PRESENT if wrong else _NEW: error.message})


def _if_there(ring: Callable[[], Keyring]) -> Keyring | None:
    """Return the computer's keyring, or None where it is away: quick unlock is switched off all the same."""
    try:
        return ring()
    except QuickUnlockUnavailable:
        return None
