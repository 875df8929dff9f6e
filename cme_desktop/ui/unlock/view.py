"""The unlock screen: who is working now, and the passphrase (mock-up 10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cme_desktop.ui.qt import announce, row, shortcut
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.unlock.frame import LockedFrame, change_button
from cme_desktop.ui.unlock.people_list import PeopleList
from cme_desktop.ui.unlock.service import PersonRow
from cme_desktop.ui.widgets.buttons import Button, Kind, Link
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.form import Field
from cme_desktop.ui.widgets.inputs import PassphraseInput, mark_wrong
from cme_desktop.ui.widgets.text import Glyph, Label, line
from cme_desktop.ui.words import count

_TALL: Final = 36
UNFINISHED: Final = (
    "Set-up was interrupted before it was finished. Unlock to go on with it, or begin again. No case is in it yet."
)
NOTE: Final = "Names of children are never shown here."


class UnlockView(LockedFrame):
    """Choose a person, type the passphrase. Signals say what was wanted; the presenter answers with ``show_*``."""

    unlock_wanted = Signal(int, str)
    quick_wanted = Signal(int)
    recovery_wanted = Signal(int)
    set_up_wanted = Signal()

    def __init__(
        self, locked: str = "", saved: str = "", backup: str = "", note: str = NOTE, parent: QWidget | None = None
    ) -> None:
        card = Card(padding=0)
        super().__init__(locked, card, note, parent)
        self.people = PeopleList()
        self.people.chosen.connect(self._on_chosen)
        self.people.typed.connect(self._on_typed)
        self.passphrase = PassphraseInput()
        self.passphrase.returnPressed.connect(self._on_unlock)
        self.passphrase.textEdited.connect(self._on_edited)
        self.passphrase.installEventFilter(self)
        self.field = Field("Passphrase", self.passphrase)
        self.hint = Label("", "hint", "muted", wrap=True)
        self.unlock = Button("Unlock", Kind.PRIMARY, on_click=self._on_unlock)
        self.quick = Button("Quick unlock", Kind.PLAIN, on_click=self._on_quick)
        self.forgotten = Link("Passphrase forgotten: use the recovery key", on_click=self._on_forgotten)
        self._caps: bool | None = None
        self._seconds = 0
        self._busy = False
        self._clock = QTimer(self)
        self._clock.setInterval(1_000)
        self._clock.timeout.connect(self._on_second)
        self.unfinished = Banner(
            UNFINISHED, Tone.AMBER, button="Begin again", on_click=self.set_up_wanted.emit, icon="alert"
        )
        self.unfinished.hide()
        self._fill(card)
        change = change_button()
        change.clicked.connect(self._on_change)
        self.show_status(saved, backup, change)
        shortcut(self, "Ctrl+Shift+L", self._on_change)
        Theme.of().changed.connect(self._on_sized)
        self._on_sized()
        self._say_hint()

    def _fill(self, card: Card) -> None:
        inner = self._inner = QVBoxLayout()
        inner.setContentsMargins(24, 24, 24, 19)
        inner.setSpacing(0)
        inner.addWidget(Label("Who is working now?", "title"))
        inner.addSpacing(4)
        inner.addWidget(Label("Each person opens the register with their own passphrase.", token="muted", wrap=True))
        inner.addSpacing(15)
        inner.addWidget(self.unfinished)
        inner.addWidget(self.people)
        inner.addSpacing(16)
        inner.addWidget(self.field)
        inner.addSpacing(8)
        inner.addWidget(self.hint)
        inner.addSpacing(20)
        inner.addLayout(row(self.unlock, self.quick, None, gap=8))
        foot = row(Glyph("key", "muted"), self.forgotten, None, gap=8, margins=(25, 16, 24, 24))
        card.body.setSpacing(0)
        card.body.addLayout(inner)
        card.body.addWidget(line())
        card.body.addLayout(foot)
        card.body.addStretch(1)

    # What the presenter says

    def show_people(self, people: Sequence[PersonRow], chosen: int | None = None) -> None:
        """Show who may unlock; the focus goes to the passphrase."""
        self.people.show_people(people, chosen)
        self._on_chosen(0)
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_unfinished(self) -> None:
        """Say that set-up was interrupted, and offer to begin again."""
        self._inner.insertSpacing(self._inner.indexOf(self.unfinished) + 1, 12)
        self.unfinished.show()
        self.unfinished.say()

    def show_known(self, passphrase: str) -> None:
        """Say the passphrase of a training register, which guards nothing real."""
        words = (
            f"This is a training register: everyone in it is invented. The passphrase of each person is: {passphrase}"
        )
        self.note.setText(words)
        announce(self, words)

    def show_busy(self, busy: bool) -> None:
        """Say that the register is being opened, and take no second try meanwhile."""
        self._busy = busy
        self._say_hint()
        if busy:
            announce(self, "Opening the register")

    def show_wrong(self, words: str, seconds: int = 0) -> None:
        """Say above the field why it did not open, select what was typed, and count the time to wait in words."""
        self.show_busy(False)
        self.field.show_error(words)
        self._seconds = seconds
        if seconds:
            self._clock.start()
        self.passphrase.selectAll()
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)
        self._say_hint()
        wait = f" You can try again in {count(seconds, 'second')}." if seconds else ""
        announce(self, f"{words}{wait}", urgent=True)

    def forget(self) -> None:
        """Forget what was typed."""
        self.passphrase.forget()
        self.field.show_error("")
        self._clock.stop()
        self._seconds = 0

    @property
    def waiting(self) -> int:
        """Return how many seconds are left to wait."""
        return self._seconds

    # What the person does

    def _say_hint(self) -> None:
        if self._busy:
            words, token = "Opening the register…", "muted"
        elif self._seconds:
            words, token = f"Wait {count(self._seconds, 'second')}, then try again. Nothing is locked out.", "text"
        elif self._caps:
            words, token = "Caps Lock is on.", "amber_fg"
        else:
            off = "Caps Lock is off. " if self._caps is False else ""
            words, token = f"{off}After a wrong try the wait grows, from 1 to 30 seconds.", "muted"
        self.hint.setText(words)
        self.hint.set_tone(token)
        stopped = self._busy or self._seconds > 0 or self.people.person() is None
        self.unlock.set_reason(words if stopped else "")
        self.quick.setEnabled(not self._busy)

    @Slot(int)
    def _on_chosen(self, _person: int) -> None:
        person = self.people.person()
        if person is None:
            return
        self.field.label.setWordWrap(True)  # a long name
        self.field.label.setText(f"Passphrase of {person.name}")
        self.passphrase.setAccessibleName(f"Passphrase of {person.name}")
        self.quick.setVisible(person.quick)
        self.field.show_error("")
        mark_wrong(self.passphrase, False)
        self.passphrase.clear()
        self._say_hint()

    @Slot(str)
    def _on_typed(self, letters: str) -> None:
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)
        self.passphrase.insert(letters)

    @Slot(str)
    def _on_edited(self, _words: str) -> None:
        if self.field.error and not self._seconds:
            self.field.show_error("")

    @Slot()
    def _on_unlock(self) -> None:
        person = self.people.person()
        if person is None or self._busy or self._seconds:
            return
        if not self.passphrase.text():
            self.show_wrong(f"Enter the passphrase of {person.name}")
            return
        self.unlock_wanted.emit(person.id, self.passphrase.text())

    @Slot()
    def _on_quick(self) -> None:
        person = self.people.person()
        if person is not None and not self._busy:
            self.quick_wanted.emit(person.id)

    @Slot()
    def _on_forgotten(self) -> None:
        person = self.people.person()
        if person is not None:
            self.recovery_wanted.emit(person.id)

    @Slot()
    def _on_change(self) -> None:
        self.people.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def _on_second(self) -> None:
        self._seconds = max(self._seconds - 1, 0)
        if not self._seconds:
            self._clock.stop()
            announce(self, "You can try again now")
        self._say_hint()

    @Slot()
    def _on_sized(self) -> None:
        for button in (self.unlock, self.quick):
            button.setFixedHeight(Theme.of().px(_TALL))
        self.unlock.setFixedWidth(self.unlock.sizeHint().width() + 16)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Choose a person with Up and Down from the passphrase, and notice Caps Lock by what is typed."""
        if watched is self.passphrase and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                self.people.step(-1 if event.key() == Qt.Key.Key_Up else 1)
                return True
            self._notice_caps(event)
        return super().eventFilter(watched, event)

    def _notice_caps(self, event: QKeyEvent) -> None:
        letters = event.text()
        if len(letters) == 1 and letters.isalpha() and letters.lower() != letters.upper():
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            caps = letters.isupper() != shifted
            if caps != self._caps:
                self._caps = caps
                self._say_hint()
                if caps:
                    announce(self, "Caps Lock is on")
