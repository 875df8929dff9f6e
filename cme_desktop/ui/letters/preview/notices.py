"""Each parent an own notice: which are made together, and which of them the page shows (mock-up 09)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.ui.qt import clear, row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.buttons import Link
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.inputs import Tick
from cme_desktop.ui.widgets.text import Label

_ROOM: Final = 308
_REST: Final = 82
"""Room of a line, and what its box, gaps and last word take of it, in px at 100 %."""


@dataclass(frozen=True)
class NoticeLine:
    """One addressee: name, whether ticked and whether that can change, whether shown, and how it stands."""

    parent_id: int
    name: str
    relation: str
    ticked: bool
    can_tick: bool
    shown: bool
    state: str


def title_of(lines: Sequence[NoticeLine]) -> str:
    """Return "Mother and father", or how many people they are."""
    relations = [line.relation.lower() for line in lines]
    if len(lines) == 2 and all(relations):
        words = " and ".join(relations)
        return words[:1].upper() + words[1:]
    return f"{len(lines)} parents and carers"


class NoticesCard(Card):
    """A line for each addressee. ``ticked`` carries the parent and whether it is made; ``shown`` the one to show."""

    ticked = Signal(int, bool)
    shown = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.title = Label("", "strong")
        self.each = Label("", "hint", "muted")
        self.body.setSpacing(0)
        self.body.addLayout(row(self.title, None, self.each))
        self._lines = QWidget()
        self.body.addSpacing(8)
        self._column = QVBoxLayout(self._lines)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.body.addWidget(self._lines)
        self.ticks: dict[int, Tick] = {}
        self.links: dict[int, Link] = {}

    def show_lines(self, lines: Sequence[NoticeLine], noun: str) -> None:
        """Show the addressees; with one alone the card is not needed."""
        self.setVisible(len(lines) > 1)
        self.title.setText(title_of(lines))
        self.each.setText(f"an own {noun} each")
        self.setAccessibleName(f"{self.title.text()}, {self.each.text()}")
        focus = self.window().focusWidget()
        had = next((number for number, one in {**self.ticks, **self.links}.items() if one is focus), None)
        on_link = focus in self.links.values()
        clear(self._column)
        self.ticks, self.links = {}, {}
        for line in lines:
            self._column.addWidget(self._line(line))
        again = (self.links if on_link else self.ticks).get(had) if had is not None else None
        if again is not None:
            again.setFocus()

    def _line(self, line: NoticeLine) -> QWidget:
        theme = Theme.of()
        words = theme.metrics("hint").horizontalAdvance(line.state) + theme.px(_REST)
        room = max(theme.px(_ROOM) - words, theme.px(80))
        shown = theme.metrics("body").elidedText(line.name, Qt.TextElideMode.ElideRight, room)
        tick = Tick(shown, ticked=line.ticked)
        tick.setEnabled(line.can_tick)
        tick.setToolTip(line.name if shown != line.name else line.state)
        tick.setAccessibleName(f"{line.name}, {line.state}" if line.state else line.name)
        tick.toggled.connect(partial(self.ticked.emit, line.parent_id))
        self.ticks[line.parent_id] = tick
        state = Label(line.state, "hint", "muted")
        holder = QWidget()
        if line.shown:
            holder.setLayout(row(tick, None, state, Label("shown", "hint-strong", "accent"), gap=8))
        else:
            link = Link("Show", step="hint", on_click=partial(self.shown.emit, line.parent_id))
            link.setAccessibleName(f"Show the page for {line.name}")
            self.links[line.parent_id] = link
            holder.setLayout(row(tick, None, state, link, gap=8))
        return holder
