"""The pupils of a file as tabs: as many as fit round the present one, however many the file holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from cme_desktop.domain.names import first_last
from cme_desktop.register.inbox import PupilRow
from cme_desktop.ui.inbox.lines import tag_of
from cme_desktop.ui.qt import row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.tabs import TabRow, Tabs
from cme_desktop.ui.widgets.tags import tag_width
from cme_desktop.ui.widgets.text import Label

_SIDE, _END = 8, 20
_AROUND_TAB: Final = 2 * 12 + 4 + 6 + 2
_SHORTEST_NAME: Final = 60


class PupilTabs(QWidget):
    """A tab for each pupil with a tag, and "2 of 3" at the right; ``picked`` carries the pupil."""

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pupils: tuple[PupilRow, ...] = ()
        self._current = 0
        self._shown: tuple[int, ...] = ()
        self.tabs = Tabs("Pupils of this file")
        self.tabs.setUsesScrollButtons(False)
        self.place = Label("", "hint", "muted").set_tabular()
        bar = TabRow(self.tabs, self.place)
        bar.setContentsMargins(_SIDE, 0, _END, 0)
        self.setLayout(row(bar, gap=0))
        self.tabs.picked.connect(self._on_picked)
        Theme.of().changed.connect(self._fit)

    @property
    def current(self) -> int:
        """Return the pupil whose tab is chosen, 0 for none."""
        return self._current

    def show_pupils(self, pupils: Sequence[PupilRow], current: int) -> None:
        """Show pupils, one of them chosen."""
        self._pupils, self._current = tuple(pupils), current
        self._fit(anew=True)

    def step(self, by: int) -> None:
        """Choose the next pupil (1) or the one before (-1)."""
        here = self._here() + by
        if 0 <= here < len(self._pupils):
            self.picked.emit(self._pupils[here].id)

    def _here(self) -> int:
        return next((place for place, one in enumerate(self._pupils) if one.id == self._current), 0)

    @Slot()
    def _fit(self, *, anew: bool = True) -> None:
        """Show the tabs that fit: the present one, then its neighbours on both sides."""
        here = self._here()
        total = len(self._pupils)
        self.place.setText(f"{here + 1:,} of {total:,}" if total else "")
        room = self.width() - _SIDE - _END - self.place.sizeHint().width() - 8
        first = last = here
        used = self._width(here) if total else 0
        grown = True
        while grown:
            grown = False
            for place in (last + 1, first - 1):
                if 0 <= place < total and used + self._width(place) <= room:
                    used += self._width(place)
                    first, last = min(first, place), max(last, place)
                    grown = True
        shown = tuple(range(first, last + 1)) if total else ()
        if anew or shown != self._shown:
            self._shown = shown
            self._show(room)

    def _width(self, place: int) -> int:
        pupil = self._pupils[place]
        words = Theme.of().metrics("strong").horizontalAdvance(_name(pupil))
        return words + tag_width(tag_of(pupil), bold=True) + _AROUND_TAB

    def _show(self, room: int) -> None:
        metrics = Theme.of().metrics("strong")
        self.tabs.blockSignals(True)
        names = []
        for place in self._shown:
            pupil = self._pupils[place]
            least = Theme.of().px(_SHORTEST_NAME)
            most = max(room - tag_width(tag_of(pupil), bold=True) - _AROUND_TAB, least)
            names.append((str(pupil.id), metrics.elidedText(_name(pupil), Qt.TextElideMode.ElideRight, most)))
        self.tabs.show_tabs(names)
        for number, place in enumerate(self._shown):
            self.tabs.set_tag(str(self._pupils[place].id), tag_of(self._pupils[place]))
            self.tabs.setTabToolTip(number, _name(self._pupils[place]))
        self.tabs.pick(str(self._current))
        self.tabs.blockSignals(False)
        for number in range(self.tabs.count()):
            self.tabs.setTabText(number, self.tabs.tabText(number))
        self.tabs.setFixedWidth(sum(self.tabs.tabSizeHint(number).width() for number in range(self.tabs.count())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show more or fewer tabs."""
        super().resizeEvent(event)
        self._fit(anew=False)

    @Slot(str)
    def _on_picked(self, key: str) -> None:
        if key and int(key) != self._current:
            self.picked.emit(int(key))


def _name(pupil: PupilRow) -> str:
    return first_last(pupil.forename, pupil.surname)
