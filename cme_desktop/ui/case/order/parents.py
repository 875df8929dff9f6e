"""The parents' table: one line for each of them, and the date that explains itself (mock-ups 08 and 04)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRect, Qt, Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QWidget

from cme_desktop.ui.case.order.lines import FIRST, SECOND, ParentLine
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import TABLE_HEAD
from cme_desktop.ui.widgets.cards import Card, Corners
from cme_desktop.ui.widgets.cells import TableView
from cme_desktop.ui.widgets.chips import Segments
from cme_desktop.ui.widgets.table import Cell, Column, PagedModel
from cme_desktop.ui.widgets.text import Label

ROW: Final = 48
TABLE: Final = 650
"""Px at 100 % that the table needs, so that no day in it is cut."""
_TITLES: Final = {FIRST: ("Notice s437(1)", "Reply"), SECOND: ("Notice s438(2)", "Choice")}


def _columns(code: Callable[[], str]) -> tuple[Column[ParentLine], ...]:
    notice, reply = _TITLES[code()]

    def column(key: str, title: str, cell: Callable[[ParentLine], Cell], width: int = 0) -> Column[ParentLine]:
        return Column(key, title, cell, width=width, sortable=False, least=138)

    return (
        column("person", "Person", lambda row: row.person, 152),
        column("notice", notice, lambda row: row.notice),
        column("last-day", "Last day", lambda row: row.last_day, 134),
        column("reply", reply, lambda row: row.reply, 146),
        column("order", "Order", lambda row: row.order, 76),
    )


class Anchor(QWidget):
    """Where a popover points to inside a table; the focus it is given goes to the table."""

    def __init__(self, table: TableView) -> None:
        super().__init__(table.viewport())
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusProxy(table)
        self.hide()


class ParentsCard(Card):
    """The card with the table; ``date_wanted`` carries the parent, ``paper_wanted`` the document of a line.

    ``asked_wanted`` carries a parent for whom a decision not to serve was asked.
    """

    date_wanted = Signal(int)
    paper_wanted = Signal(int)
    stage_wanted = Signal(str)
    asked_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Each parent has an own line", padding=0, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._lines: dict[int, ParentLine] = {}
        self.count = Label("", "hint", "muted")
        self.stage = Segments("Notice", [(FIRST, "s437(1)"), (SECOND, "s438(2)")])
        self.stage.chosen.connect(self.stage_wanted)
        self.head().addWidget(self.count)
        self.head().addWidget(self.stage)
        self.table = self._table()
        self.body.addWidget(self.table)
        self.anchor = Anchor(self.table)
        Corners(self)
        Theme.of().changed.connect(self._on_theme)

    def _table(self) -> TableView:
        self.model: PagedModel[ParentLine] = PagedModel(_columns(self.stage.key), self)
        table = TableView(self.model, "Parents, one line each", row=ROW)
        table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        table.cell_pressed.connect(self._on_pressed)
        table.opened.connect(self._on_opened)
        return table

    def show_lines(self, lines: tuple[ParentLine, ...], words: str, stages: tuple[str, ...]) -> None:
        """Show the lines, how many people they are, and the notices that can be chosen between."""
        self._lines = {line.parent_id: line for line in lines}
        self.count.setText(words)
        several = len(stages) > 1
        self.stage.setVisible(several)
        self.count.setVisible(not several)
        focused = self.table.hasFocus()
        if self.model.columns[1].title != _TITLES[self.stage.key()][0]:
            self._renew()
        self.table.show_ids([line.parent_id for line in lines])
        self.model.put_rows(self._lines)
        if focused:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._on_theme()

    def _renew(self) -> None:
        """Put a table with other titles in the place of the present one."""
        old = self.table
        self.table = self._table()
        self.body.replaceWidget(old, self.table)
        self.anchor = Anchor(self.table)
        QWidget.setTabOrder(self.stage, self.table)
        old.hide()
        old.deleteLater()

    def line(self, parent_id: int) -> ParentLine | None:
        """Return a parent's line."""
        return self._lines.get(parent_id)

    def anchor_at(self, parent_id: int) -> QWidget:
        """Return a widget that lies on the words "Why this date" of a parent."""
        theme = Theme.of()
        place = self.model.place_of(parent_id)
        column = next(at for at, one in enumerate(self.model.columns) if one.key == "last-day")
        cell = self.table.visualRect(self.model.index(place, column))
        height = theme.px(14)
        middle = cell.top() + cell.height() // 2
        wide = theme.metrics("second").horizontalAdvance("Why this date")
        self.anchor.setGeometry(QRect(cell.left() + 8, middle + 2, wide, height))
        self.anchor.show()
        return self.anchor

    @Slot(int, str)
    def _on_pressed(self, parent_id: int, key: str) -> None:
        line = self._lines.get(parent_id)
        if line is None:
            return
        if key == "last-day":
            self._open(line)
        elif key == "notice" and line.paper_id is not None:
            self.paper_wanted.emit(line.paper_id)

    @Slot(int)
    def _on_opened(self, parent_id: int) -> None:
        line = self._lines.get(parent_id)
        if line is not None:
            self._open(line)

    def _open(self, line: ParentLine) -> None:
        """Say why the last day is that day, else show what was asked, else the paper."""
        if line.explains:
            self.date_wanted.emit(line.parent_id)
        elif line.asked:
            self.asked_wanted.emit(line.parent_id)
        elif line.paper_id is not None:
            self.paper_wanted.emit(line.paper_id)

    @Slot()
    def _on_theme(self) -> None:
        theme = Theme.of()
        self.table.setFixedHeight(theme.px(TABLE_HEAD) + max(len(self._lines), 1) * self.table.row_height)
