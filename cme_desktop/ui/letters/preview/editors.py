"""What a row of *To fill in* is filled in with, once it is chosen; each says when its value has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cme_desktop.casework.documents.signing import SignatoryInfo
from cme_desktop.ui.case.forms.inputs import Day
from cme_desktop.ui.case.forms.school import SchoolPicker
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.letters.preview.fields import METHODS, Editor, FillRow
from cme_desktop.ui.qt import clear, column, row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.buttons import Button, Link
from cme_desktop.ui.widgets.chips import Chip
from cme_desktop.ui.widgets.inputs import Choice, TextArea, TextInput, Tick
from cme_desktop.ui.widgets.text import Label

PAUSE: Final = 450
"""Milliseconds after the last letter until the page is made anew."""
_CHIP: Final = 232
"""Room for the words of a chip, in px at 100 %."""


@dataclass(frozen=True)
class Given:
    """What the editors of one document begin with besides their row."""

    today: date
    method: str = ""
    methods: tuple[str, ...] = ()
    sent_on: date | None = None
    signatories: tuple[SignatoryInfo, ...] = ()
    address: tuple[str, ...] = ()
    postcode: str = ""
    schools: tuple[tuple[str, str], ...] = field(default=())


class RowEditor(QWidget):
    """Base of the editors. ``changed`` carries the values, a text each, under the names that the preview knows."""

    changed = Signal(object)
    saved = Signal(object)
    goes = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._say)

    def values(self) -> dict[str, str]:
        """Return what stands in the editor."""
        return {}

    def first(self) -> QWidget | None:
        """Return where the focus goes."""
        return None

    @Slot()
    def soon(self, *_values: object) -> None:
        """Say the change once the typing pauses."""
        self._pause.start()

    def settle(self) -> None:
        """Say a change that waits for its pause at once."""
        if self._pause.isActive():
            self._pause.stop()
            self._say()

    @Slot()
    def _say(self) -> None:
        self.changed.emit(self.values())


class TextEditor(RowEditor):
    """Words of the officer: several lines, or one."""

    def __init__(self, given: FillRow) -> None:
        super().__init__()
        self._key = given.key
        one = given.editor is Editor.LINE
        self.input: TextArea | TextInput = TextInput() if one else TextArea(5 if given.editor is Editor.FACTS else 3)
        self.input.setText(given.value)
        self.input.setAccessibleName(given.title)
        self.input.setAccessibleDescription(given.hint)
        self.input.textChanged.connect(self.soon)
        parts: list[QWidget] = [self.input]
        if given.hint:
            parts.append(Label(given.hint, "hint", "muted", wrap=True))
        self.setLayout(column(*parts, gap=4))

    def values(self) -> dict[str, str]:
        """Return the words."""
        return {self._key: self.input.text()}

    def first(self) -> QWidget | None:
        """Return the input."""
        return self.input


class DayEditor(RowEditor):
    """A day."""

    def __init__(self, given: FillRow, today: date) -> None:
        super().__init__()
        self._key = given.key
        try:
            begins = date.fromisoformat(given.value)
        except ValueError:
            begins = today
        self.input = Day(begins, weekday=True)
        self.input.setAccessibleName(given.title)
        self.input.picked.connect(self.soon)
        self.setLayout(row(self.input, None))

    def values(self) -> dict[str, str]:
        """Return the day."""
        return {self._key: self.input.day().isoformat()}

    def first(self) -> QWidget | None:
        """Return the input."""
        return self.input


class TickEditor(RowEditor):
    """Whether something is asked for."""

    def __init__(self, given: FillRow) -> None:
        super().__init__()
        self._key = given.key
        self.input = Tick(given.title, ticked=given.value == "yes")
        self.input.toggled.connect(self.soon)
        self.setLayout(row(self.input, None))

    def values(self) -> dict[str, str]:
        """Return yes, or nothing."""
        return {self._key: "yes" if self.input.isChecked() else ""}

    def first(self) -> QWidget | None:
        """Return the tick."""
        return self.input


class SentEditor(RowEditor):
    """How a document is sent, and on which day."""

    def __init__(self, given: Given) -> None:
        super().__init__()
        self.method = Choice([(key, METHODS[key]) for key in given.methods])
        self.method.pick(given.method)
        self.method.setAccessibleName("How it is sent")
        self.day = Day(given.sent_on or given.today, weekday=True)
        self.day.setAccessibleName("Day of sending")
        self.method.picked.connect(self.soon)
        self.day.picked.connect(self.soon)
        words = Label("Posted, handed over or sent on", "hint", "muted")
        words.setBuddy(self.day)
        self.setLayout(column(self.method, words, row(self.day, None), gap=4))

    def values(self) -> dict[str, str]:
        """Return the way and the day."""
        return {"method": self.method.key(), "sent_on": self.day.day().isoformat()}

    def first(self) -> QWidget | None:
        """Return the way."""
        return self.method


class SignatoryEditor(RowEditor):
    """Who signs, of those who may on this day."""

    def __init__(self, given: FillRow, signatories: Sequence[SignatoryInfo], today: date) -> None:
        super().__init__()
        self.input = Choice([(str(one.id), f"{one.name}, {one.post}") for one in signatories if one.valid_on(today)])
        self.input.setAccessibleName("Signatory")
        self.input.pick(given.value)
        self.input.picked.connect(self.soon)
        self.setLayout(column(self.input, gap=0))

    def values(self) -> dict[str, str]:
        """Return who signs."""
        return {"signatory": self.input.key()}

    def first(self) -> QWidget | None:
        """Return the choice."""
        return self.input


class SchoolEditor(RowEditor):
    """One school of the directory."""

    def __init__(self, desk: Desk, given: FillRow) -> None:
        super().__init__()
        self.input = SchoolPicker(desk)
        self.input.setAccessibleName(given.title)
        if given.value:
            self.input.show_school("", given.value)
        self.input.picked.connect(self._on_picked)
        self.setLayout(column(self.input, gap=0))

    @Slot(str)
    def _on_picked(self, urn: str) -> None:
        if urn:
            self.soon()

    def values(self) -> dict[str, str]:
        """Return the URN."""
        return {"urn": self.input.urn()}

    def first(self) -> QWidget | None:
        """Return the input."""
        return self.input.input


class SchoolsEditor(RowEditor):
    """Several schools, each a chip that can be taken away."""

    def __init__(self, desk: Desk, given: FillRow, names: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        known = dict(names)
        self._chosen = {urn: known.get(urn, f"URN {urn}") for urn in given.value.splitlines() if urn}
        self.chips = QWidget()
        self.chips.setAccessibleName("Schools offered")
        self._column = QVBoxLayout(self.chips)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.input = SchoolPicker(desk)
        self.input.setAccessibleName("Add a school")
        self.input.picked.connect(self._on_picked)
        self.setLayout(column(self.chips, self.input, gap=8))
        self._show()

    def _show(self) -> None:
        clear(self._column)
        theme = Theme.of()
        for urn, name in self._chosen.items():
            words = theme.metrics("body").elidedText(name, Qt.TextElideMode.ElideRight, theme.px(_CHIP))
            chip = Chip(words)
            chip.setToolTip(f"Take away {name}")
            chip.setAccessibleName(f"Take away {name}")
            chip.clicked.connect(partial(self._on_removed, urn))
            self._column.addWidget(chip, 0, Qt.AlignmentFlag.AlignLeft)
        self.chips.setVisible(bool(self._chosen))

    @Slot(str)
    def _on_picked(self, urn: str) -> None:
        if urn and urn not in self._chosen:
            self._chosen[urn] = self.input.name()
            self._show()
            self.soon()
        if urn:
            self.input.show_school("", "")

    def _on_removed(self, urn: str, _checked: bool = False) -> None:
        self._chosen.pop(urn, None)
        self._show()
        self.input.input.setFocus(Qt.FocusReason.OtherFocusReason)
        self.soon()

    def values(self) -> dict[str, str]:
        """Return the URNs, one in a line, with the names that belong to them."""
        return {"alternatives": "\n".join(self._chosen), "names": "\n".join(self._chosen.values())}

    def first(self) -> QWidget | None:
        """Return the input."""
        return self.input.input


class AddressEditor(RowEditor):
    """The address of a parent: saved on the case, since every letter to that parent uses it."""

    def __init__(self, given: Given) -> None:
        super().__init__()
        self.lines = TextArea(3)
        self.lines.setText("\n".join(given.address))
        self.lines.setAccessibleName("Address, one line for each line of the envelope")
        self.postcode = TextInput(longest=10)
        self.postcode.setText(given.postcode)
        label = Label("Postcode", "hint", "muted")
        label.setBuddy(self.postcode)
        self.postcode.setAccessibleName("Postcode")
        self.save = Button("Save on the case", small=True, on_click=self._on_save)
        self.setLayout(column(self.lines, label, row(self.postcode, None, self.save), gap=4))

    def _on_save(self) -> None:
        self.saved.emit(self.values())

    def values(self) -> dict[str, str]:
        """Return the lines and the postcode."""
        return {"address": self.lines.text().strip(), "postcode": self.postcode.text().strip()}

    def first(self) -> QWidget | None:
        """Return the lines."""
        return self.lines


class LinkEditor(RowEditor):
    """Where something is filled in that is not the letter's own."""

    def __init__(self, given: FillRow) -> None:
        super().__init__()
        page, what = given.goes_to
        self.link = Link(
            _LINKS.get(what, "Open Admin" if page == "admin" else "Open the case"), on_click=self.goes.emit
        )
        self.setLayout(row(self.link, None))

    def first(self) -> QWidget | None:
        """Return the link."""
        return self.link


_LINKS: Final = {
    "people": "Open People and addresses",
    "order": "Open Order process",
    "signatories": "Open Admin, signatories",
    "contacts": "Open Admin, contacts",
    "council": "Open Admin, council",
    "letters": "Open Admin, letters",
}


def editor_for(desk: Desk, given: FillRow, more: Given) -> RowEditor | None:
    """Return the editor of a row, None for a row that only says something."""
    if given.editor in (Editor.FACTS, Editor.TEXT, Editor.LINE):
        return TextEditor(given)
    if given.editor is Editor.DAY:
        return DayEditor(given, more.today)
    if given.editor is Editor.TICK:
        return TickEditor(given)
    if given.editor is Editor.SENT:
        return SentEditor(more)
    if given.editor is Editor.SIGNATORY:
        return SignatoryEditor(given, more.signatories, more.today)
    if given.editor is Editor.SCHOOL:
        return SchoolEditor(desk, given)
    if given.editor is Editor.SCHOOLS:
        return SchoolsEditor(desk, given, more.schools)
    if given.editor is Editor.ADDRESS:
        return AddressEditor(more)
    return LinkEditor(given) if given.editor is Editor.LINK else None
