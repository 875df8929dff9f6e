"""A table model over ids: the ids come up front, the rows a page of 200 at a time; the query sorts and filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal

from cme_desktop.ui.qt import Index
from cme_desktop.ui.widgets.tags import TagLook

PAGE: Final = 200
CELL: Final = int(Qt.ItemDataRole.UserRole)
"""The role under which the delegate finds the whole Cell."""
ID: Final = CELL + 1
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

R = TypeVar("R")


@dataclass(frozen=True)
class Cell:
    """What one cell shows: words, a second line, a tag or an icon, weight and colour, and what a screen reader says.

    ``hidden_words`` ("Show name") paints the grey bar of a masked name and the words as a link after it.
    """

    text: str
    second: str = ""
    strong: bool = False
    token: str = "text"
    second_token: str = "muted"
    tag: TagLook | None = None
    icon: str = ""
    icon_token: str = "muted"
    link: bool = False
    marked: bool = False
    hidden_words: str = ""
    spoken: str = ""

    def says(self) -> str:
        """Return what a screen reader says of the cell, without the column's name."""
        if self.spoken:
            return self.spoken
        words = self.hidden_words or self.text or (self.tag.text if self.tag else "")
        return f"{words}, {self.second}" if self.second else words


@dataclass(frozen=True)
class Column(Generic[R]):
    """One column: its key in the query, title, how a row fills it, and its width in px at 100 % (0 takes the rest).

    A column that takes the rest never gets narrower than ``least``; the table scrolls sideways instead.
    """

    key: str
    title: str
    cell: Callable[[R], Cell | str]
    width: int = 0
    right: bool = False
    sortable: bool = True
    hint: str = ""
    least: int = 120

    def of(self, row: R) -> Cell:
        """Return the cell of a row."""
        made = self.cell(row)
        return Cell(made) if isinstance(made, str) else made


class PagedModel(QAbstractTableModel, Generic[R]):
    """Rows by id. ``page_wanted(first, ids)`` asks for rows once a view needs them; ``put_rows`` answers.

    Sorting never reorders what is here: ``sort_wanted(key, descending)`` asks the query, ``set_ids`` answers.
    """

    page_wanted = Signal(int, object)
    sort_wanted = Signal(str, bool)

    def __init__(self, columns: Sequence[Column[R]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._ids: tuple[int, ...] = ()
        self._places: dict[int, int] = {}
        self._rows: dict[int, R] = {}
        self._asked: set[int] = set()
        self._sorted = ("", False)

    # What the presenter does

    @property
    def columns(self) -> tuple[Column[R], ...]:
        """Return the columns."""
        return self._columns

    @property
    def ids(self) -> tuple[int, ...]:
        """Return the ids in their order."""
        return self._ids

    @property
    def sorted_by(self) -> tuple[str, bool]:
        """Return the key of the sorted column and whether it is descending; the header paints its arrow from it."""
        return self._sorted

    def set_ids(self, ids: Sequence[int], *, sorted_by: tuple[str, bool] | None = None) -> None:
        """Show other ids in the query's order; rows known before are asked for again."""
        self.beginResetModel()
        self._ids = tuple(ids)
        self._places = {number: place for place, number in enumerate(self._ids)}
        self._rows.clear()
        self._asked.clear()
        if sorted_by is not None:
            self._sorted = sorted_by
        self.endResetModel()

    def put_rows(self, rows: Mapping[int, R]) -> None:
        """Fill in rows by id; ids that are no longer shown are passed over."""
        places = sorted(self._places[number] for number in rows if number in self._places)
        self._rows.update({number: row for number, row in rows.items() if number in self._places})
        for first, last in _runs(places):
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(self._columns) - 1))

    def page_failed(self, first: int) -> None:
        """Let a page that could not be fetched be asked for again when it is next shown."""
        self._asked.discard(first)

    def refresh(self, ids: Iterable[int]) -> None:
        """Ask again for rows that have changed; what is shown stays until they come."""
        known = [number for number in ids if number in self._places]
        if known:
            self.page_wanted.emit(self._places[known[0]], tuple(known))

    def clear(self) -> None:
        """Forget every row: at lock."""
        self.set_ids(())

    def id_at(self, row: int) -> int | None:
        """Return the id of a row number, or None outside the table."""
        return self._ids[row] if 0 <= row < len(self._ids) else None

    def place_of(self, number: int) -> int:
        """Return the row number of an id, or -1."""
        return self._places.get(number, -1)

    def row_at(self, row: int) -> R | None:
        """Return what is known of a row, or None while it is on its way."""
        number = self.id_at(row)
        return None if number is None else self._rows.get(number)

    # What Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many ids there are."""
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's words, alignment, spoken text or whole Cell; ask for its page when it is not here yet."""
        if not index.isValid():
            return None
        number = self._ids[index.row()]
        if role == ID:
            return number
        column = self._columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.right else _LEFT
        if role not in _ANSWERED:
            return None
        row = self._rows.get(number)
        if row is None:
            self._ask(index.row() // PAGE * PAGE)
            return _WAITING.get(role)
        cell = column.of(row)
        if role == CELL:
            return cell
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column.title}: {cell.says()}" if column.title else cell.says()
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return None
        return cell.hidden_words or cell.text

    def _ask(self, first: int) -> None:
        if first not in self._asked:
            self._asked.add(first)
            self.page_wanted.emit(first, self._ids[first : first + PAGE])

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's title, its tooltip, and what a screen reader says of it."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.hint or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.right else _LEFT
        if role == Qt.ItemDataRole.AccessibleTextRole:
            key, descending = self._sorted
            order = (", sorted, last first" if descending else ", sorted, first first") if key == column.key else ""
            return column.title + order
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Ask the query for another order."""
        if 0 <= column < len(self._columns) and self._columns[column].sortable:
            self._sorted = (self._columns[column].key, order == Qt.SortOrder.DescendingOrder)
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._columns) - 1)
            self.sort_wanted.emit(*self._sorted)


_ANSWERED: Final = frozenset({int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole), CELL})
_WAITING: Final[dict[int, object]] = {
    int(Qt.ItemDataRole.DisplayRole): "",
    int(Qt.ItemDataRole.AccessibleTextRole): "Loading",
}


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Return the unbroken runs of sorted row numbers as (first, last)."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs
