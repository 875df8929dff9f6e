"""The row above the table: filters in force, the text filter, how many were found, and the height of rows."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from cme_desktop.register.cases import FilterChoices, RegisterQuery
from cme_desktop.ui.qt import named, row
from cme_desktop.ui.register import filters
from cme_desktop.ui.register.add_filter import FilterMenu
from cme_desktop.ui.register.filters import Names
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.chips import ChipRow, Segments
from cme_desktop.ui.widgets.inputs import TextInput
from cme_desktop.ui.widgets.text import Label

TYPED_AFTER: Final = 200
"""Milliseconds after the last letter before the table is narrowed."""
_HEIGHT: Final = 52


class FilterBar(QWidget):
    """``filter_set`` carries a filter's key and value (empty: taken away); ``left`` gives the focus to the table."""

    filter_set = Signal(str, str)
    cleared = Signal()
    left = Signal()
    compact_chosen = Signal(bool)

    def __init__(self, *, compact: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Filters")
        self._query = RegisterQuery()
        self._names: Names = {}
        self.chips = ChipRow()
        self.menu = FilterMenu(self)
        self.add_filter = Button("Add filter", Kind.PLAIN, icon="filter")
        self.add_filter.setMenu(self.menu)
        self.clear_filters = Button("Clear", Kind.QUIET, on_click=self.cleared.emit)
        self.clear_filters.setAccessibleName("Clear all filters")
        self.typed = TextInput(icon="search", hint="Name, school or reference", longest=80)
        named(self.typed, "Filter this table", "Name, school or reference. Escape takes the filter away")
        self.typed.installEventFilter(self)
        self._typing = QWidget()
        self._typing.setLayout(row(self.typed, margins=(0, 0, 8, 0)))
        self._typing.hide()
        self.chips.setContentsMargins(0, 0, 8, 0)
        self.found = Label("", "hint", "muted")
        self.density = Segments("Rows", (("roomy", "Roomy"), ("compact", "Compact")))
        if compact:
            self.density.choose("compact")
        parts = (self.chips, self._typing, self.add_filter, 4, self.clear_filters, None, self.found, 10, self.density)
        self.setLayout(row(*parts, gap=0))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPED_AFTER)
        self._pause.timeout.connect(self._on_pause)
        self.chips.removed.connect(self._on_chip_removed)
        self.menu.picked.connect(self.filter_set)
        self.menu.typing_wanted.connect(self.start_typing)
        self.typed.textEdited.connect(self._on_edited)
        self.density.chosen.connect(self._on_density_chosen)
        Theme.of().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def show_query(self, query: RegisterQuery, names: Names, choices: FilterChoices) -> None:
        """Show the filters in force and offer the others; the words being typed are no chip yet."""
        self._query, self._names = query, names
        chips = filters.chips(query, names)
        self.clear_filters.setVisible(bool(chips))
        self.chips.show_chips([chip for chip in chips if not (self.typing and chip[0] == "text")])
        self.menu.rebuild(choices, query)

    @property
    def typing(self) -> bool:
        """Say whether the text filter is open."""
        return not self._typing.isHidden()

    def show_found(self, words: str) -> None:
        """Say how many were found, and in which order."""
        self.found.setText(words)

    @Slot()
    def start_typing(self) -> None:
        """Show the text filter and put the focus into it."""
        self._typing.show()
        self.typed.setText(self._query.text)
        self.chips.show_chips([chip for chip in filters.chips(self._query, self._names) if chip[0] != "text"])
        self.typed.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.typed.selectAll()

    def stop_typing(self, *, keep: bool) -> None:
        """Leave the text filter: its words stay as a chip, or go."""
        self._pause.stop()
        text = self.typed.text().strip() if keep else ""
        self._typing.hide()
        self.filter_set.emit("text", text)
        self.left.emit()

    def close_typing(self) -> None:
        """Close the text filter without a word: all filters were cleared."""
        self._pause.stop()
        self._typing.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave the text filter with Enter or Down (it stays) and Escape (it goes)."""
        if watched is self.typed and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                self.stop_typing(keep=False)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
                self.stop_typing(keep=True)
                return True
        return super().eventFilter(watched, event)

    @Slot(str)
    def _on_edited(self, _words: str) -> None:
        self._pause.start()

    @Slot()
    def _on_pause(self) -> None:
        self.filter_set.emit("text", self.typed.text().strip())

    @Slot(str)
    def _on_chip_removed(self, key: str) -> None:
        self.filter_set.emit(key, "")
        self.add_filter.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def _on_density_chosen(self, key: str) -> None:
        self.compact_chosen.emit(key == "compact")

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setFixedHeight(Theme.of().px(_HEIGHT))
        self.typed.setFixedWidth(Theme.of().px(240))
