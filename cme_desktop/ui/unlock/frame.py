"""The frame of every locked screen: the mark at the left, when it was locked at the right, and the status below."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cme_desktop.ui.frame.rail import Brand
from cme_desktop.ui.qt import row
from cme_desktop.ui.theme import hold_width
from cme_desktop.ui.tokens import PAGE_PADDING, STATUS_BAR
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import Card, Scroll, part
from cme_desktop.ui.widgets.tags import TrainingTag
from cme_desktop.ui.widgets.text import Glyph, Label

CARD_WIDTH = 440


class LockedFrame(QWidget):
    """One card in the middle of an empty window. It never shows anything of a case."""

    def __init__(
        self, locked: str, card: Card, note: str = "", parent: QWidget | None = None, *, wide: int = CARD_WIDTH
    ) -> None:
        super().__init__(parent)
        self.card = card
        hold_width(card, wide)
        self.locked = Label(locked, token="muted")
        glyph = Glyph("lock", "muted", 16)
        glyph.setVisible(bool(locked))
        self.note = Label(note, "hint", "muted", wrap=True)
        self.note.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        hold_width(self.note, 560)
        self.training = TrainingTag()
        top = row(gap=8, margins=(PAGE_PADDING, PAGE_PADDING, PAGE_PADDING, 0))
        for part_of_top in (Brand(), self.training, None, glyph, self.locked):
            if part_of_top is None:
                top.addStretch(1)
            else:
                top.addWidget(part_of_top)
        self.training.hide()
        middle = QWidget()
        inner = QVBoxLayout(middle)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addStretch(8)
        inner.addLayout(row(None, card, None))
        inner.addSpacing(15)
        inner.addLayout(row(None, self.note, None))
        inner.addStretch(9)
        self._status = part("status")
        self.status_row = row(gap=16, margins=(PAGE_PADDING, 0, PAGE_PADDING - 4, 0))
        self._status.setLayout(self.status_row)
        self._status.setMinimumHeight(STATUS_BAR)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(top)
        outer.addWidget(Scroll(middle, name="Unlock"), 1)
        outer.addWidget(self._status)

    def show_training(self, training: bool) -> None:
        """Say whether this is a training register."""
        self.training.setVisible(training)

    def show_status(self, saved: str, backup: str, change: Button | None = None) -> None:
        """Show when was last saved and how old the copy is, as the status bar did."""
        for icon, words in (("check", saved), ("store", backup)):
            if words:
                self.status_row.addLayout(row(Glyph(icon, "muted", 14), Label(words, "hint", "muted"), gap=6))
        self.status_row.addStretch(1)
        if change is not None:
            self.status_row.addWidget(change)


def change_button() -> Button:
    """Return "Change person" for the status bar of a locked screen."""
    return Button("Change person", Kind.QUIET, key="Ctrl+Shift+L", tight=True)
