"""The three faces of the rescue screen: what can be done, which backup to put back, and that it is back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QProgressBar, QVBoxLayout, QWidget

from cme_desktop.ui.qt import clear, named, row
from cme_desktop.ui.rescue.service import BackupLook, BackupRow
from cme_desktop.ui.unlock.recovery import PASSPHRASE_HINT, key_errors, passphrase_errors
from cme_desktop.ui.widgets.buttons import Button, Kind, Link
from cme_desktop.ui.widgets.form import Field, Form
from cme_desktop.ui.widgets.inputs import Choice, PassphraseInput, Radio, TextInput
from cme_desktop.ui.widgets.text import Glyph, Label, line
from cme_desktop.ui.words import capital, count, when

KINDS: Final = {
    "daily": "start of the day",
    "by-hand": "by hand",
    "pre-upgrade": "before an update",
    "pre-import": "before an import",
}


_PUT_BACK, _BRING_BACK = "Put a backup back", "Bring back a register from a backup"
_OVER_WORDS = (
    "The register will be as it was when the backup was made; what was entered since then has to be entered again. "
    "What is there now is kept beside it, never deleted."
)
_KEEPS_TODAY = " Log-ins and recovery key stay as they are today, and no case reference is given twice."
_NEW_WORDS = (
    "For a new computer, or one that lost its register. Plug in the drive with the backups, or open the office share. "
    "You need your passphrase of that time, or the sheet with the recovery key. The backup itself is not changed."
)
_NONE_FOUND = "No backup of this register was found. Plug the drive in, or look in another folder."
_OF_TODAY, _OF_THEN = (
    ("Your passphrase of today.", "Seven groups of four, from the newest sheet."),
    (
        "The passphrase that was yours when the backup was made.",
        "Seven groups of four, from the sheet that was the newest when the backup was made.",
    ),
)
_FRESH: Final = {"passphrase": "fresh"}


class _Panel(QWidget):
    """A column of the card."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(12)

    def head(self, words: str, icon: str = "", token: str = "danger") -> None:
        """Put the title at the top, with a picture where there is one."""
        title = row(gap=12)
        if icon:
            title.addWidget(Glyph(icon, token, 20), 0, Qt.AlignmentFlag.AlignVCenter)
        title.addWidget(Label(words, "title", wrap=True), 1)
        self.box.addLayout(title)

    def say(self, words: str, token: str = "text") -> Label:
        """Put a paragraph below what is there."""
        label = Label(words, token=token, wrap=True)
        self.box.addWidget(label)
        return label


class ChoicesPanel(_Panel):
    """What is the matter, and the three things that can be done: none of them changes the damaged file."""

    restore_wanted, export_wanted, copy_wanted, left = Signal(), Signal(), Signal(), Signal()

    def __init__(self, words: str) -> None:
        super().__init__("The register cannot be worked in")
        self.head("Part of the case register cannot be read", "alert")
        self.say(words)
        self.say(
            "Work has stopped so that nothing gets worse. Nothing was repaired and nothing was changed. "
            "Tell your manager and IT."
        )
        self.restore = Button("Choose a backup", Kind.PRIMARY, on_click=self.restore_wanted.emit)
        self.export = Button("Choose a folder", on_click=self.export_wanted.emit)
        self.copy = Button("Choose a folder", on_click=self.copy_wanted.emit)
        self.export.setAccessibleName("Save what can be read: choose a folder")
        self.copy.setAccessibleName("Save a copy for IT: choose a folder")
        self.why = self._choice(
            "Put a backup back",
            "The register as it was when the backup was made. What is there now is kept beside it.",
            self.restore,
        )
        self.why_no_export = self._choice(
            "Save what can be read",
            "A list of the cases, and every table and letter that can still be read. These files are not encrypted.",
            self.export,
        )
        self._choice("Save a copy for IT", "The register as it is, still encrypted, for IT to look at.", self.copy)
        self.box.addWidget(line())
        self.back = Button("Back to unlock", key="Esc", on_click=self.left.emit)
        self.box.addLayout(row(self.back, None))

    def _choice(self, title: str, words: str, button: Button) -> Label:
        self.box.addWidget(line())
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(Label(title, "strong"))
        texts.addWidget(Label(words, token="muted", wrap=True))
        why = Label("", "hint", "muted", wrap=True)
        why.hide()
        texts.addWidget(why)
        across = row(gap=16)
        across.addLayout(texts, 1)
        across.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.box.addLayout(across)
        return why

    def forbid_export(self, why: str) -> None:
        """Say why what can be read may not be saved; an empty text allows it."""
        self.export.set_reason(why)
        self.why_no_export.setText(why)
        self.why_no_export.setVisible(bool(why))


class RestorePanel(_Panel):
    """Choose a backup, see what would differ, and put it back with a passphrase or the recovery key.

    Args:
        new: there is no register on this computer: one is brought back.
    """

    chosen = Signal(object)
    folder_wanted, left = Signal(), Signal()
    put_back_wanted = Signal(object, int, str)
    bring_back_wanted = Signal(object, int, str, str)

    def __init__(self, *, new: bool = False) -> None:
        super().__init__(_BRING_BACK if new else _PUT_BACK)
        self._rows: tuple[BackupRow, ...] = ()
        self._busy, self._new = False, new
        self._looked = self._refused = False
        self.head(_BRING_BACK if new else _PUT_BACK)
        self.intro = self.say(_NEW_WORDS if new else _OVER_WORDS)
        self.form = Form(_BRING_BACK if new else _PUT_BACK)
        self.backup, self.who, self.passphrase = Choice(), Choice(), PassphraseInput()
        self.backup.picked.connect(self._on_picked)
        self.passphrase.returnPressed.connect(self._on_put_back)
        self.form.put("backup", Field("Backup", self.backup))
        words = "Choose the folder with the backups" if new else "Look in another folder"
        self.elsewhere = Link(words, on_click=self.folder_wanted.emit)
        self.form.body.addLayout(row(self.elsewhere, None))
        self.table = QWidget()
        self._grid = QGridLayout(self.table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self.form.body.addWidget(self.table)
        self.form.put("who", Field("Who are you?", self.who))
        self._ways()
        self.box.addWidget(self.form)
        self.bar = named(QProgressBar(), "How far it is")
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 100)
        self.bar.hide()
        self.box.addWidget(self.bar)
        act = "Bring this register back" if new else "Put this backup back"
        self.put_back = Button(act, Kind.PRIMARY, on_click=self._on_put_back)
        self.back = Button("Back", key="Esc", on_click=self.left.emit)
        self.why = Label("", "hint", "muted", wrap=True)
        self.box.addLayout(row(self.put_back, self.back, None))
        self.box.addWidget(self.why)
        self.show_backups((), date.min)

    def _ways(self) -> None:
        """Put the two ways in: a passphrase, or the paper and a new passphrase."""
        self.by_passphrase, self.by_paper = Radio("With my passphrase"), Radio("With the recovery key")
        self.by_passphrase.setChecked(True)
        self.by_paper.toggled.connect(self._on_way)
        self.form.body.addLayout(row(self.by_passphrase, self.by_paper, None, gap=20))
        self.key, self.fresh, self.again = TextInput(longest=80), PassphraseInput(), PassphraseInput()
        self.key.for_key()
        self.again.returnPressed.connect(self._on_put_back)
        self._own = Field("Passphrase", self.passphrase, hint=_OF_THEN[0])
        self._paper = Field("Recovery key", self.key, hint=_OF_THEN[1])
        self.form.put("passphrase", self._own)
        self.form.put("key", self._paper)
        self.form.put("fresh", Field("Your new passphrase", self.fresh, hint=PASSPHRASE_HINT))
        self.form.put("again", Field("The same passphrase again", self.again))
        self._on_way(False)

    @Slot(bool)
    def _on_way(self, paper: bool) -> None:
        for name in ("key", "fresh", "again"):
            self.form.fields[name].setVisible(paper)
        self.form.fields["passphrase"].setVisible(not paper)
        self.form.show_errors({})

    def show_backups(self, rows: Sequence[BackupRow], today: date, chosen: Path | None = None) -> None:
        """Show backups, the newest chosen or the one that is named."""
        self._rows = tuple(rows)
        self.backup.show_options([(str(place), _in_a_line(one, today)) for place, one in enumerate(self._rows)])
        self.backup.setEnabled(bool(rows))
        self.show_look(None)
        place = next((place for place, one in enumerate(self._rows) if one.path == chosen), 0)
        if self._rows:
            self.backup.pick(str(place))
            self.chosen.emit(self._rows[place].path)

    @property
    def rows(self) -> tuple[BackupRow, ...]:
        """Return the backups to choose from."""
        return self._rows

    @property
    def picked(self) -> Path | None:
        """Return the folder of the backup that is chosen."""
        key = self.backup.key()
        return self._rows[int(key)].path if key else None

    def show_look(self, look: BackupLook | None) -> None:
        """Show whose log-in can put the backup back and what would differ, or that it is not known yet."""
        clear(self._grid)
        self._looked, self._refused = look is not None, False
        differences = look.differences if look is not None and not self._new else ()
        self.table.hide()
        if differences:
            for place, words in enumerate(("", "In the register now", "In this backup")):
                self._put(0, place, Label(words, "hint", "muted"))
        for number, one in enumerate(differences, start=1):
            now = "cannot be counted" if one.now is None else f"{one.now:,}"
            changed = "strong" if one.now != one.then else "body"
            self._put(number, 0, Label(one.what, token="muted"))
            self._put(number, 1, Label(now, changed))
            self._put(number, 2, Label(f"{one.then:,}", changed))
        self.table.setVisible(bool(differences))
        self.who.show_options([(str(one.id), one.name) for one in look.people] if look is not None else [])
        of_today = look is not None and look.of_today
        if not self._new:
            self.intro.setText(_OVER_WORDS + (_KEEPS_TODAY if of_today else ""))
        hints = _OF_TODAY if of_today else _OF_THEN
        for field, words in zip((self._own, self._paper), hints, strict=True):
            field.show_hint(words)
        self._allow()
        if look is not None and not self.backup.hasFocus():
            self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def _put(self, line_number: int, place: int, label: Label) -> None:
        side = Qt.AlignmentFlag.AlignLeft if place == 0 else Qt.AlignmentFlag.AlignRight
        self._grid.addWidget(label, line_number, place, side)

    def show_step(self, words: str, part: float = 0.0) -> None:
        """Say how far putting back is; an empty text: it has ended."""
        self._busy = bool(words)
        self.bar.setVisible(self._busy)
        self.bar.setValue(round(part * 100))
        self._allow(words)

    def refuse(self, field: str, words: str) -> None:
        """Say at a field why it was not put back, or why the backup cannot be; what was typed is kept."""
        self._refused = field == "backup"
        self._allow()
        self.form.show_errors({field: words})

    def forget(self) -> None:
        """Forget the passphrase and the key."""
        for editor in (self.passphrase, self.fresh, self.again):
            editor.forget()
        self.key.clear()

    def _allow(self, step: str = "") -> None:
        words = step
        if not words and not self._rows:
            words = "Choose the folder with the backups first" if self._new else _NONE_FOUND
        elif not words and not self._looked:
            words = "Choose another backup" if self._refused else "Looking at the backup"
        self.backup.setEnabled(not self._busy and bool(self._rows))
        ways = (self.by_passphrase, self.by_paper, self.passphrase, self.key, self.fresh, self.again)
        for part in (self.who, *ways):
            part.setEnabled(not self._busy and self._looked)
        self.elsewhere.setEnabled(not self._busy)
        self.back.setEnabled(not self._busy)
        self.put_back.set_reason(words)
        self.why.setText(words)
        self.why.setVisible(bool(words))

    @Slot(str)
    def _on_picked(self, _key: str) -> None:
        path = self.picked
        if path is not None:
            self.form.show_errors({})
            self.show_look(None)
            self.chosen.emit(path)

    @Slot()
    def _on_put_back(self) -> None:
        path = self.picked
        if self._busy or not self._looked or path is None:
            return
        if self.by_paper.isChecked():
            wrong = passphrase_errors(self.fresh.text(), self.again.text())
            errors = key_errors(self.key.text()) | {_FRESH.get(name, name): words for name, words in wrong.items()}
        else:
            errors = {} if self.passphrase.text() else {"passphrase": "Type the passphrase"}
        self.form.show_errors(errors)
        if errors:
            return
        person = int(self.who.key())
        if self.by_paper.isChecked():
            self.bring_back_wanted.emit(path, person, self.key.text(), self.fresh.text())
        else:
            self.put_back_wanted.emit(path, person, self.passphrase.text())


class DonePanel(_Panel):
    """That the backup is back, or what was saved where, and the way on."""

    unlock_wanted, back_wanted = Signal(), Signal()

    def __init__(self, title: str, sentences: Sequence[str], *, back: bool, well: bool = True) -> None:
        super().__init__(title)
        self.head(title, "check" if well else "alert", "green_fg" if well else "danger")
        for words in sentences:
            self.say(words).selectable()
        self.go_on = Button("Back", Kind.PRIMARY, on_click=self.back_wanted.emit)
        if not back:
            self.go_on = Button("Unlock", Kind.PRIMARY, icon="unlock", on_click=self.unlock_wanted.emit)
        self.box.addLayout(row(self.go_on, None))


class WorkingPanel(_Panel):
    """Something long is under way, with a way to stop it where it can be stopped."""

    stop_wanted = Signal()

    def __init__(self, title: str, *, can_stop: bool) -> None:
        super().__init__(title)
        self.head(title)
        self.bar = named(QProgressBar(), "How far it is")
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 100 if can_stop else 0)
        self.box.addWidget(self.bar)
        self.stop = Button("Stop", on_click=self.stop_wanted.emit)
        self.stop.setVisible(can_stop)
        self.box.addLayout(row(self.stop, None))

    def show_part(self, part: float) -> None:
        """Show how far it is, 0 to 1."""
        self.bar.setValue(round(part * 100))


def _in_a_line(one: BackupRow, today: date) -> str:
    holds = f"{count(one.children, 'child', 'children')}, {count(one.cases, 'case')}"
    return f"{capital(when(one.made_at, today))}, {KINDS.get(one.kind, one.kind)}: {holds}"
