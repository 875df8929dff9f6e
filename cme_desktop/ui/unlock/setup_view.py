"""First run: five short steps at the right, how far it is at the left (mock-up 12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cme_desktop.ui.frame.rail import Brand
from cme_desktop.ui.qt import announce, row
from cme_desktop.ui.theme import hold_width
from cme_desktop.ui.tokens import PAGE_PADDING
from cme_desktop.ui.unlock.setup_steps import (
    BackupStep,
    FolderStep,
    KeyStep,
    OutOfHoursStep,
    PassphraseStep,
    Step,
)
from cme_desktop.ui.unlock.step_rail import StepRail
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import Scroll, part
from cme_desktop.ui.widgets.text import Label

STEPS: Final[tuple[tuple[str, str], ...]] = (
    ("Your passphrase", "Who you are"),
    ("Recovery key", "The only other way in"),
    ("S2S folder", "Where files arrive"),
    ("Backup place", "A copy, opened and checked"),
    ("Out-of-hours number", "For the danger page"),
)
_LEFT: Final = 300
_WIDE: Final = 760


class SetupView(QWidget):
    """The frame of set-up: it shows one step and emits ``continued`` and ``went_back``; the presenter decides."""

    continued = Signal()
    went_back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Set up the case register")
        self.rail = StepRail(STEPS)
        self.passphrase, self.key, self.folder = PassphraseStep(), KeyStep(), FolderStep()
        self.backup, self.out_of_hours = BackupStep(), OutOfHoursStep()
        self.steps: Sequence[Step] = (self.passphrase, self.key, self.folder, self.backup, self.out_of_hours)
        self._number = 1
        self._busy = ""
        self.where = Label("", "hint", "muted")
        self.title = Label("", "title", wrap=True)
        self.words = Label("", wrap=True)
        hold_width(self.words, 640)
        for step in self.steps:
            step.ready_changed.connect(self._on_ready_changed)
            step.submitted.connect(self._on_continue)
        self.back = Button("Back", on_click=self.went_back.emit)
        self.go_on = Button("Continue", Kind.PRIMARY, on_click=self._on_continue)
        self.reason = Label("", "hint", "muted")
        self._lay_out()
        self.show_step(1)

    def _lay_out(self) -> None:
        left = part("rail")
        hold_width(left, _LEFT)
        foot = Label("Nothing is sent anywhere. You can stop and go on later.", "hint", "muted", wrap=True)
        side = QVBoxLayout(left)
        side.setContentsMargins(PAGE_PADDING, 32, PAGE_PADDING, 20)
        side.setSpacing(0)
        side.addWidget(Brand())
        side.addSpacing(28)
        side.addWidget(self.rail)
        side.addStretch(1)
        side.addWidget(foot)
        column = QWidget()
        hold_width(column, _WIDE)
        inner = QVBoxLayout(column)
        inner.setContentsMargins(0, 47, 0, 24)
        inner.setSpacing(0)
        inner.addWidget(self.where)
        inner.addWidget(self.title)
        inner.addSpacing(7)
        inner.addWidget(self.words)
        inner.addSpacing(16)
        for step in self.steps:
            inner.addWidget(step)
        inner.addSpacing(16)
        inner.addLayout(row(self.back, self.go_on, 8, self.reason, None, gap=8))
        inner.addStretch(1)
        page = QWidget()
        page.setLayout(row(column, None, margins=(64, 0, 24, 0)))
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(left)
        whole.addWidget(Scroll(page, name="Set up"), 1)

    @property
    def number(self) -> int:
        """Return which step is shown, from 1."""
        return self._number

    def step(self) -> Step:
        """Return the step that is shown."""
        return self.steps[self._number - 1]

    def show_step(self, number: int) -> None:
        """Show a step and put the focus into its first field."""
        self._number = number
        step = self.step()
        self.where.setText(f"Step {number} of {len(self.steps)}")
        self.title.setText(step.title)
        self.words.setText(step.words)
        self.words.setVisible(bool(step.words))
        self.rail.show_step(number)
        for other in self.steps:
            other.setVisible(other is step)
        self.back.setVisible(number > 1)
        self.go_on.setText(step.go_on)
        self._on_ready_changed()
        step.focus_first()
        announce(self, f"Step {number} of {len(self.steps)}: {step.title}")

    def show_busy(self, words: str) -> None:
        """Say what is being done, and take no second press meanwhile; an empty text ends it."""
        self._busy = words
        self._on_ready_changed()
        if words:
            announce(self, words)

    def show_error(self, words: str) -> None:
        """Say what went wrong, in the step it is about."""
        self.show_busy("")
        self.step().show_error(words)

    @Slot()
    def _on_ready_changed(self) -> None:
        reason = self._busy or self.step().missing()
        self.go_on.set_reason(reason)
        self.reason.setText(reason)
        self.back.setEnabled(not self._busy)

    @Slot()
    def _on_continue(self) -> None:
        if self.go_on.isEnabled() and self.step().check():
            self.continued.emit()

    def forget(self) -> None:
        """Forget everything secret that was typed or shown."""
        for step in self.steps:
            step.forget()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
