"""The five steps of set-up: passphrase, recovery key, S2S folder, backup place, out-of-hours number."""

from __future__ import annotations

from typing import ClassVar, Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cme_desktop.ui.qt import row
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.unlock.key_card import PaperCheck
from cme_desktop.ui.unlock.recovery import PASSPHRASE_HINT, passphrase_errors
from cme_desktop.ui.unlock.service import PlaceAnswer
from cme_desktop.ui.widgets.buttons import Button, Link
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.form import Field, Form
from cme_desktop.ui.widgets.inputs import PassphraseInput, TextInput, Tick
from cme_desktop.ui.widgets.text import Glyph, Label

_WIDE: Final = 440
NOT_SET = "Out-of-hours number not set: ask your manager"
"""The danger screen and set-up say this in red until the number is entered (ux.md 2)."""


class Step(QWidget):
    """Base of a step: its words, what is still missing, and its error."""

    ready_changed = Signal()
    submitted = Signal()
    title: str = ""
    words: str = ""
    go_on: ClassVar[str] = "Continue"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(16)

    def missing(self) -> str:
        """Return why Continue is off, in words; an empty text switches it on."""
        return ""

    def check(self) -> bool:
        """Check what was typed, show what is wrong, and say whether to go on."""
        return True

    def show_error(self, words: str) -> None:
        """Show what went wrong."""

    def focus_first(self) -> None:
        """Put the focus into the first field."""

    def forget(self) -> None:
        """Forget what was typed."""


class PassphraseStep(Step):
    """Who the officer is, and the passphrase typed twice; or a register that was there before is brought back."""

    bring_back_wanted = Signal()

    title = "Choose your passphrase"
    words = (
        "It opens the register each morning. Nobody can read it or send it to you again: if it is forgotten, "
        "only the recovery key of the next step helps."
    )

    def __init__(self) -> None:
        super().__init__()
        self.name, self.passphrase, self.again = TextInput(longest=120), PassphraseInput(), PassphraseInput()
        self.form = Form("Your passphrase")
        self.note = NoteLine()
        self.box.addWidget(self.note)
        card = Card()
        name = Field(
            "Your name", self.name, hint="As colleagues know you. It stands beside everything that you record."
        )
        self.form.put("name", name, _WIDE)
        self.form.put("passphrase", Field("Passphrase", self.passphrase, hint=PASSPHRASE_HINT), _WIDE)
        self.form.put("again", Field("The same passphrase again", self.again), _WIDE)
        card.body.addWidget(self.form)
        self.box.addWidget(card)
        back = Link("Bring back a register from a backup instead", on_click=self.bring_back_wanted.emit)
        self.bring_back = back
        self.box.addLayout(row(Glyph("undo", "muted", 16), back, None, gap=8))
        self.again.returnPressed.connect(self.submitted)

    def check(self) -> bool:
        """Say whether there is a name and the same passphrase twice."""
        errors = {} if self.name.text().strip() else {"name": "Enter your name"}
        errors |= passphrase_errors(self.passphrase.text(), self.again.text())
        self.form.show_errors(errors)
        self.ready_changed.emit()
        return not errors

    def show_error(self, words: str) -> None:
        """Show why the register was not made."""
        self.form.show_errors({"passphrase": words})

    def focus_first(self) -> None:
        """Begin with the name."""
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def forget(self) -> None:
        """Forget both passphrases."""
        self.passphrase.forget()
        self.again.forget()


_KEY_TITLE, _KEY_WORDS = (
    "Print your recovery key",
    "If you forget your passphrase or lose this computer, this key opens the register. "
    "Without both, nobody can: not the council’s IT, not us.",
)


class KeyStep(Step):
    """The recovery key: printed or saved, then hidden, and two groups typed back."""

    title = _KEY_TITLE
    words = _KEY_WORDS

    def __init__(self) -> None:
        super().__init__()
        self.paper = PaperCheck()
        self.card, self.type_back = self.paper.card, self.paper.type_back
        self.note = NoteLine()
        self.error = Label("", "hint-strong", "danger", wrap=True)
        self.error.hide()
        keep = Label(
            "Keep the paper where your manager can find it, for example the team’s safe. "
            "Do not keep it with this computer or photograph it.",
            token="muted",
            wrap=True,
        )
        note = row(gap=10)
        note.addWidget(Glyph("info", "muted", 16), 0, Qt.AlignmentFlag.AlignTop)
        note.addWidget(keep, 1)
        self.box.addWidget(self.note)
        self.box.addWidget(self.paper)
        self.box.addWidget(self.error)
        self.box.addLayout(note)
        self.paper.changed.connect(self._on_changed)

    def show_key(self, groups: tuple[str, ...]) -> None:
        """Show the key, which is not on paper yet."""
        self.paper.show_key(groups)

    def show_done(self, words: str) -> None:
        """Say that the key was printed or saved ("Printed 10:21")."""
        self.error.hide()
        self.paper.show_done(words)

    def missing(self) -> str:
        """Return what is still to be done with the paper."""
        return self.paper.missing()

    def show_error(self, words: str) -> None:
        """Show why the key could not be printed or saved."""
        self.error.setText(words)
        self.error.setVisible(bool(words))

    def focus_first(self) -> None:
        """Begin with printing, or with the first group."""
        first = self.type_back.inputs[0] if self.paper.hidden else self.card.print_button
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def forget(self) -> None:
        """Forget the key."""
        self.paper.forget()

    @Slot()
    def _on_changed(self) -> None:
        self.error.hide()
        self.title = "Type the key back" if self.paper.hidden else _KEY_TITLE
        self.words = "So that you know the paper is readable and is the right one." if self.paper.hidden else _KEY_WORDS
        self.ready_changed.emit()


class NoteLine(QWidget):
    """A banner above a step, while there is something to know of it."""

    def __init__(self) -> None:
        super().__init__()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._banner: Banner | None = None
        self.hide()

    @property
    def words(self) -> str:
        """Return what it says."""
        return self._banner.words.text() if self._banner is not None else ""

    def say(self, words: str, tone: Tone = Tone.BLUE, icon: str = "") -> None:
        """Say something, or nothing any more."""
        if self._banner is not None:
            self._box.removeWidget(self._banner)
            self._banner.hide()
            self._banner.deleteLater()
            self._banner = None
        if words:
            self._banner = Banner(words, tone, icon=icon)
            self._box.addWidget(self._banner)
            self._banner.say()
        self.setVisible(bool(words))


class _PlaceStep(Step):
    """Choose a folder and hear what came of it."""

    choose_wanted = Signal()
    label: ClassVar[str] = ""
    choose_words: ClassVar[str] = "Choose folder"
    needed: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__()
        self._answer: PlaceAnswer | None = None
        self.place = TextInput(longest=4096)
        self.place.setReadOnly(True)
        self.place.setPlaceholderText("No folder chosen yet")
        self.choose = Button(self.choose_words, icon="folder", on_click=self.choose_wanted.emit)
        card = self.card = Card()
        field = Field(self.label, self.place)
        line = row(gap=8)
        line.addWidget(field, 1)
        line.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignBottom)
        card.body.addLayout(line)
        self.answer = NoteLine()
        card.body.addWidget(self.answer)
        self.box.addWidget(card)

    def show_place(self, place: str) -> None:
        """Show which folder was chosen; what is known of it comes later."""
        self.place.setText(place)
        self._show(None, "", Tone.BLUE)

    def show_answer(self, answer: PlaceAnswer) -> None:
        """Show what came of it."""
        self._show(answer, answer.words, Tone.GREEN if answer.usable else Tone.RED)

    def _show(self, answer: PlaceAnswer | None, words: str, tone: Tone) -> None:
        self._answer = answer
        self.answer.say(words, tone, "check" if tone is Tone.GREEN else "")
        self.ready_changed.emit()

    def missing(self) -> str:
        """Return what is still missing."""
        return "" if self._answer is not None and self._answer.usable else self.needed

    def show_error(self, words: str) -> None:
        """Show why the folder cannot be used."""
        self.show_answer(PlaceAnswer(False, words))

    def focus_first(self) -> None:
        """Begin with choosing."""
        self.choose.setFocus(Qt.FocusReason.OtherFocusReason)


class FolderStep(_PlaceStep):
    """The folder that S2S files are saved to."""

    title = "Choose the S2S folder"
    words = (
        "Save files from School to School here. They are sealed in the register and then deleted from the folder, "
        "so that no child’s name stays on the disk."
    )
    label = "S2S folder"
    needed = "Choose the folder first"
    confirm_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.confirm = Button("Watch this folder all the same", on_click=self.confirm_wanted.emit)
        self.confirm.hide()
        self.card.body.addLayout(row(self.confirm, None))

    def _show(self, answer: PlaceAnswer | None, words: str, tone: Tone) -> None:
        """Offer to confirm a folder in which other files lie; the focus stays at choosing another, which is safer."""
        asks = answer is not None and answer.asks
        super()._show(answer, words, Tone.AMBER if asks else tone)
        self.confirm.setVisible(asks)
        if asks:
            self.choose.setFocus(Qt.FocusReason.OtherFocusReason)


class BackupStep(_PlaceStep):
    """The second place, with a copy that was opened and checked."""

    title = "Choose where backups go"
    words = (
        "A second place, such as the office drive or a stick kept elsewhere. The copy is encrypted as the register is. "
        "Set-up goes on when a copy there has been opened and checked."
    )
    label = "Backup place"
    choose_words = "Choose place"
    needed = "Opens when a copy has been checked"


class OutOfHoursStep(Step):
    """The number of the duty team for evenings and weekends."""

    title = "Enter the out-of-hours number"
    words = "The danger page shows it in the evening and at weekends. In office hours it shows MASH, 020 8901 2690."
    go_on = "Finish"

    def __init__(self) -> None:
        super().__init__()
        self.number = TextInput(longest=40)
        self.without = Tick("I do not have the number yet")
        self.form = Form("Out-of-hours number")
        hint = "As your manager gave it, for example 020 7946 0999. It can be changed in Admin."
        self.form.put("number", Field("Out-of-hours duty team", self.number, hint=hint), _WIDE)
        self.form.body.addWidget(self.without)
        self.warning = Banner(NOT_SET, Tone.RED)
        self.warning.hide()
        self.form.body.addWidget(self.warning)
        card = Card()
        card.body.addWidget(self.form)
        self.box.addWidget(card)
        self.without.toggled.connect(self._on_without)
        self.number.textEdited.connect(self._on_edited)
        self.number.returnPressed.connect(self.submitted)

    def value(self) -> str:
        """Return the number, or an empty text when it is not known yet."""
        return "" if self.without.isChecked() else self.number.text().strip()

    def check(self) -> bool:
        """Say whether there is a number, or it was said that there is none yet."""
        if self.without.isChecked():
            self.form.show_errors({})
            return True
        figures = [sign for sign in self.number.text() if sign.isdigit()]
        strange = [sign for sign in self.number.text() if not (sign.isdigit() or sign in " +()-" or sign.isspace())]
        if strange or not 3 <= len(figures) <= 15:
            words = "Enter a phone number with 3 to 15 figures, or tick that you do not have it yet"
            self.form.show_errors({"number": words})
            self.ready_changed.emit()
            return False
        self.form.show_errors({})
        return True

    def show_error(self, words: str) -> None:
        """Show why the number was not kept."""
        self.form.show_errors({"number": words})

    def focus_first(self) -> None:
        """Begin with the number."""
        self.number.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(bool)
    def _on_without(self, without: bool) -> None:
        self.number.setEnabled(not without)
        self.warning.setVisible(without)
        if without:
            self.form.show_errors({})
            self.warning.say()
        self.ready_changed.emit()

    @Slot()
    def _on_edited(self) -> None:
        self.ready_changed.emit()
