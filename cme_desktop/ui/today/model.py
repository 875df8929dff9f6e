"""The lines of Today as a list model: heads, which take no selection, and steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from cme_desktop.ui.qt import Index
from cme_desktop.ui.today.lines import Head, Line, Step

LINE: Final = int(Qt.ItemDataRole.UserRole)
"""The role under which the delegate finds the whole line."""


class TodayModel(QAbstractListModel):
    """The lines shown; a refresh replaces them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[Line, ...] = ()

    @property
    def lines(self) -> tuple[Line, ...]:
        """Return what is shown."""
        return self._lines

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self._lines = tuple(lines)
        self.endResetModel()

    def line_at(self, row: int) -> Line | None:
        """Return one line, or None outside the list."""
        return self._lines[row] if 0 <= row < len(self._lines) else None

    def place_of(self, key: tuple[str, int]) -> int:
        """Return the row number of a step by its key, or -1."""
        for place, line in enumerate(self._lines):
            if isinstance(line, Step) and line.row.key == key:
                return place
        return -1

    def next_step(self, row: int, by: int) -> int:
        """Return the row number of the step so many steps on, stopping at the ends; -1 when there is none."""
        steps = [place for place, line in enumerate(self._lines) if isinstance(line, Step)]
        if not steps:
            return -1
        here = sum(place <= row for place in steps) - 1 if row >= 0 else -1
        if here >= 0 and steps[here] != row and by < 0:
            here += 1
        return steps[min(max(here + by, 0), len(steps) - 1)]

    # What Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many lines there are."""
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a line, its words, or what a screen reader says of it."""
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == LINE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line.title if isinstance(line, Head) else line.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            if isinstance(line, Step):
                return line.spoken
            return f"{line.title}, {line.count}" + (f". {line.more}: A" if line.more else "")
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let steps be selected and heads not."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if isinstance(self._lines[index.row()], Head):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
