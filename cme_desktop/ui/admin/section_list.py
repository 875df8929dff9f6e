"""The list of sections at the left of Admin, each with what of it wants a look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QWidget

from cme_desktop.ui import icons
from cme_desktop.ui.lists.rows import RowDelegate, RowList
from cme_desktop.ui.qt import Index
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.tags import draw_line

ENTRY: Final = int(Qt.ItemDataRole.UserRole)
_ROW, _ROW_NOTICE = 36, 50
_LEFT, _GAP, _RIGHT = 12, 8, 12


@dataclass(frozen=True)
class Entry:
    """One section: its key, title and icon, and what of it wants a look today."""

    key: str
    title: str
    icon: str
    notice: str = ""


class SectionModel(QAbstractListModel):
    """The sections; their notices change."""

    def __init__(self, entries: Sequence[Entry], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries = list(entries)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the sections."""
        return tuple(self._entries)

    def show_notices(self, notices: Mapping[str, str]) -> None:
        """Show what wants a look."""
        for place, entry in enumerate(self._entries):
            wanted = notices.get(entry.key, "")
            if wanted != entry.notice:
                self._entries[place] = Entry(entry.key, entry.title, entry.icon, wanted)
                self.dataChanged.emit(self.index(place), self.index(place))

    def place_of(self, key: str) -> int:
        """Return the row of a section, or -1."""
        return next((place for place, entry in enumerate(self._entries) if entry.key == key), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many sections there are."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a section, its title, or what a screen reader says."""
        if not index.isValid():
            return None
        entry = self._entries[index.row()]
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{entry.title}: {entry.notice}" if entry.notice else entry.title
        return None


class _SectionDelegate(RowDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        entry = index.data(ENTRY)
        return QSize(100, Theme.of().px(_ROW_NOTICE if entry.notice else _ROW))

    def ring(self, area: QRect) -> QRect:
        return area

    def tip(self, index: Index) -> str:
        """Return a section's notice: it may have been cut."""
        entry = index.data(ENTRY)
        return entry.notice if isinstance(entry, Entry) else ""

    def paint_row(self, painter: QPainter, area: QRect, index: Index) -> None:
        theme, entry, current = Theme.of(), index.data(ENTRY), self.is_current(index)
        side = theme.px(16)
        high = theme.line("body")
        top = area.top() + (theme.px(8) if entry.notice else (area.height() - high) // 2)
        token = "accent" if current else "muted"
        icons.paint(painter, entry.icon, area.left() + _LEFT, top + (high - side) / 2, token)
        left = area.left() + _LEFT + side + _GAP
        room = area.right() + 1 - _RIGHT - left
        _words(painter, entry.title, "strong" if current else "body", "text", QRect(left, top, room, high))
        if entry.notice:
            low = QRect(left, top + high - 1, room, theme.line("hint"))
            glyph = theme.px(12)
            icons.paint(painter, "alert", left, low.top() + (low.height() - glyph) / 2, "amber_fg", 12)
            shift = glyph + 5
            _words(painter, entry.notice, "hint", "amber_fg", low.adjusted(shift, 0, 0, 0))


def _words(painter: QPainter, words: str, step: str, token: str, area: QRect) -> None:
    theme = Theme.of()
    painter.setFont(theme.font(step))
    painter.setPen(theme.color(token))
    shown = theme.metrics(step).elidedText(words, Qt.TextElideMode.ElideRight, area.width())
    draw_line(painter, shown, area.left(), area)


class SectionList(RowList):
    """J K or arrows choose, Enter goes into the section. ``chosen`` carries its key."""

    chosen = Signal(str)
    entered_section = Signal()

    def __init__(self, entries: Sequence[Entry], parent: QWidget | None = None) -> None:
        super().__init__("Sections of Admin", parent)
        self.sections = SectionModel(entries, self)
        self.setModel(self.sections)
        self.setItemDelegate(_SectionDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)

    def key(self) -> str:
        """Return the key of the chosen section, or an empty text."""
        entry = self.currentIndex().data(ENTRY)
        return entry.key if isinstance(entry, Entry) else ""

    def choose(self, key: str) -> bool:
        """Choose a section and say whether there is one of that key."""
        place = self.sections.place_of(key)
        self.go_to(place)
        return place >= 0

    def show_notices(self, notices: Mapping[str, str]) -> None:
        """Show what wants a look."""
        self.sections.show_notices(notices)
        self.scheduleDelayedItemsLayout()

    def open_row(self, _row: int) -> None:
        """Go into the section."""
        self.entered_section.emit()

    def currentChanged(self, current: QModelIndex | Index, previous: QModelIndex | Index) -> None:
        """Say which section is chosen."""
        super().currentChanged(current, previous)
        if self.key():
            self.chosen.emit(self.key())
