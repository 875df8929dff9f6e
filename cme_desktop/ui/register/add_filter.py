"""The "Add filter" menu: what the present view can be narrowed by, one level down at most."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from cme_desktop.register.cases import FilterChoices, RegisterQuery
from cme_desktop.ui.register import filters
from cme_desktop.ui.words import count


class FilterMenu(QMenu):
    """``picked`` carries the key of a filter and its value; ``typing_wanted`` asks for the text filter."""

    picked = Signal(str, str)
    typing_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Add filter")
        self.rebuild(FilterChoices((), (), (), ()), RegisterQuery())

    def rebuild(self, choices: FilterChoices, query: RegisterQuery) -> None:
        """Offer what there is; what is chosen now carries a check."""
        self.clear()
        words = self.addAction("Words in name, school or reference\tCtrl+F")
        words.triggered.connect(lambda _on=False: self.typing_wanted.emit())
        overdue = self._add(self, "overdue", "" if query.overdue_only else "1", "Overdue")
        overdue.setCheckable(True)
        overdue.setChecked(query.overdue_only)
        self.addSeparator()
        self._sub("Risk", "risk", tuple(filters.RISK_WORDS.items()), query)
        years = [(year, "Reception" if year == "R" else f"Year {year}") for year in choices.years]
        self._sub("Year", "year", years, query)
        days = [(str(number), f"{count(number, 'day')} or more") for number in filters.DAYS]
        self._sub("Days open", "days", days, query)
        self._sub("Status", "status", choices.statuses, query)
        self._sub("Owner", "owner", [(str(number), name) for number, name in choices.owners], query)
        schools = [(urn, f"{name} ({cases})") for urn, name, cases in choices.schools]
        self._sub("Last school", "school", schools, query)

    def _sub(self, title: str, key: str, options: Sequence[tuple[str, str]], query: RegisterQuery) -> None:
        menu = QMenu(title, self)
        menu.setAccessibleName(title)
        now = filters.value_of(query, key)
        for value, words in options:
            action = self._add(menu, key, value, words)
            action.setCheckable(True)
            action.setChecked(value == now)
        menu.setEnabled(bool(options))
        self.addMenu(menu)

    def _add(self, menu: QMenu, key: str, value: str, words: str) -> QAction:
        action = menu.addAction(words.replace("&", "&&"))
        action.triggered.connect(partial(self._on_picked, key, value))
        return action

    def _on_picked(self, key: str, value: str, _checked: bool = False) -> None:
        self.picked.emit(key, value)
