"""The table view and its one delegate: tags, two-line dates and names, hover, selection and focus of a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QEvent, QModelIndex, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QTextLayout
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from cme_desktop.ui import icons
from cme_desktop.ui.focus import paint_ring
from cme_desktop.ui.qt import Index, wrapped
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import CELL_OUTER, CELL_PADDING, ROW, ROW_COMPACT, TABLE_HEAD
from cme_desktop.ui.widgets.table import CELL, Cell, PagedModel
from cme_desktop.ui.widgets.tags import draw_line, paint_tag, tag_width

_NAME_LINE: Final = 15
_MASK: Final = (84, 8)
_TIGHTEST: Final = 0.85
"""How much narrower than in the pictures columns get at large text before a table scrolls sideways."""
_SORT: Final = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class CellDelegate(QStyledItemDelegate):
    """Paint any Cell; one delegate for the whole table."""

    def __init__(self, view: TableView) -> None:
        super().__init__(view)
        self._view = view
        self._theme = Theme.of()
        self._layout = QTextLayout()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the fixed height of rows."""
        return QSize(40, self._view.row_height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row's state, its line, and the cell."""
        view, theme = self._view, self._theme
        area: QRect = option.rect
        chosen = view.selectionModel().isRowSelected(index.row(), QModelIndex())
        cell = index.data(CELL)
        body = area.adjusted(0, 0, 0, -1)
        if chosen:
            painter.fillRect(body, theme.color("selection"))
        elif index.row() == view.hovered_row:
            painter.fillRect(body, theme.color("hover"))
        elif isinstance(cell, Cell) and cell.marked:
            painter.fillRect(body, theme.color("mark"))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), theme.color("line"))
        if isinstance(cell, Cell):
            self._paint_cell(painter, self._inner(area, index), cell, right=view.is_right(index.column()))
        if view.hasFocus() and index.row() == view.currentIndex().row():
            self._paint_focus(painter, body, index)

    def _paint_focus(self, painter: QPainter, body: QRect, index: Index) -> None:
        """Paint this cell's piece of one ring round the whole row."""
        first, last = self._view.edge_columns()
        whole = QRect(body)
        if index.column() != first:
            whole.setLeft(body.left() - 20)
        if index.column() != last:
            whole.setRight(body.right() + 20)
        painter.save()
        painter.setClipRect(body)
        paint_ring(painter, whole, 4)
        if index.column() == self._view.currentIndex().column():
            under = QRect(body.left() + CELL_PADDING, body.bottom() - 4, body.width() - 2 * CELL_PADDING, 1)
            painter.fillRect(under, self._theme.color("accent"))
        painter.restore()

    def _inner(self, area: QRect, index: Index) -> QRect:
        first, last = self._view.edge_columns()
        left = CELL_OUTER if index.column() == first else CELL_PADDING
        right = CELL_OUTER if index.column() == last else CELL_PADDING
        return area.adjusted(left, 0, -right, -1)

    def _paint_cell(self, painter: QPainter, inner: QRect, cell: Cell, *, right: bool) -> None:
        theme = self._theme
        if cell.icon:
            side = theme.px(16)
            icons.paint(painter, cell.icon, inner.left(), inner.top() + (inner.height() - side) // 2, cell.icon_token)
            inner = inner.adjusted(side + 6, 0, 0, 0)
        if cell.hidden_words:
            self._paint_mask(painter, inner, cell)
        elif cell.tag is not None and not cell.text:
            paint_tag(painter, inner.adjusted(0, 0, CELL_PADDING - 2, 0), cell.tag)  # a tag has its own padding
        elif cell.second and not self._view.compact:
            self._paint_two(painter, inner, cell, right=right)
        else:
            self._paint_words(painter, inner, cell, right=right)

    def _paint_mask(self, painter: QPainter, inner: QRect, cell: Cell) -> None:
        theme = self._theme
        width, height = theme.px(_MASK[0]), theme.px(_MASK[1])
        bar = QRect(inner.left(), inner.top() + (inner.height() - height) // 2, width, height)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("track"))
        painter.drawRoundedRect(bar, height / 2, height / 2)
        painter.restore()
        painter.setFont(theme.font("body"))
        painter.setPen(theme.color("accent"))
        draw_line(painter, cell.hidden_words, bar.right() + 9, inner)

    def _paint_two(self, painter: QPainter, inner: QRect, cell: Cell, *, right: bool) -> None:
        theme = self._theme
        one, two = theme.line("body") - 1, theme.px(14)
        top = inner.top() + (inner.height() - 1 - one - two) // 2
        step = "strong" if cell.strong else "body"
        self._line(painter, cell.text, step, cell.token, QRect(inner.left(), top, inner.width(), one), right=right)
        below = QRect(inner.left(), top + one, inner.width(), two)
        self._line(painter, cell.second, "second", cell.second_token, below, right=right)

    def _paint_words(self, painter: QPainter, inner: QRect, cell: Cell, *, right: bool) -> None:
        theme = self._theme
        step = "strong" if cell.strong else "body"
        room = inner
        if cell.tag is not None:
            room = inner.adjusted(0, 0, -tag_width(cell.tag) - 6, 0)
        metrics = theme.metrics(step)
        if metrics.horizontalAdvance(cell.text) <= room.width() or self._view.compact or right:
            self._line(painter, cell.text, step, "accent" if cell.link else cell.token, room, right=right)
        else:
            self._paint_wrapped(painter, room, cell, step)
        if cell.tag is not None:
            left = min(inner.left() + metrics.horizontalAdvance(cell.text) + 6, room.right() + 6)
            paint_tag(painter, QRect(left, inner.top(), inner.right() - left + 1, inner.height()), cell.tag)

    def _paint_wrapped(self, painter: QPainter, room: QRect, cell: Cell, step: str) -> None:
        theme = self._theme
        self._layout.setFont(theme.font(step))
        lines = wrapped(cell.text, theme.metrics(step), self._layout, room.width(), 2)
        pitch = theme.px(_NAME_LINE)
        top = room.top() + (room.height() - 1 - pitch * len(lines)) // 2
        for place, words in enumerate(lines):
            self._line(painter, words, step, cell.token, QRect(room.left(), top + place * pitch, room.width(), pitch))

    def _line(self, painter: QPainter, words: str, step: str, token: str, area: QRect, *, right: bool = False) -> None:
        theme = self._theme
        metrics = theme.metrics(step)
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, area.width() + 1)
        painter.setFont(theme.font(step, tabular=True))
        painter.setPen(theme.color(token))
        left = area.right() + 1 - metrics.horizontalAdvance(shown) if right else area.left()
        draw_line(painter, shown, left, area)

    def cut(self, option_area: QRect, index: Index) -> str:
        """Return the whole words of a cell that does not show them all, or an empty text."""
        cell = index.data(CELL)
        if not isinstance(cell, Cell) or cell.hidden_words:
            return ""
        inner = self._inner(option_area, index)
        metrics = self._theme.metrics("strong" if cell.strong else "body")
        lines = 1 if self._view.compact or cell.second else 2
        self._layout.setFont(self._theme.font("strong" if cell.strong else "body"))
        shown = wrapped(cell.text, metrics, self._layout, inner.width(), lines) if lines == 2 else []
        too_long = (
            bool(shown) and shown[-1].endswith("…")
            if lines == 2
            else metrics.horizontalAdvance(cell.text) > inner.width() + 1
        )
        second = bool(cell.second) and (
            self._view.compact or self._theme.metrics("second").horizontalAdvance(cell.second) > inner.width() + 1
        )
        return "\n".join(filter(None, (cell.text, cell.second))) if too_long or second else ""

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Show the whole of a cell that was cut, as a tooltip."""
        if event.type() == QEvent.Type.ToolTip and index.isValid():
            area = view.visualRect(index)
            QToolTip.showText(event.globalPos(), self.cut(area, index), view)
            return True
        return super().helpEvent(event, view, option, index)


class Header(QHeaderView):
    """The head of a table: 12 bold muted, the sorted column in ``text`` with an arrow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionsMovable(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Column heads")

    def sizeHint(self) -> QSize:
        """Return the height of the head and its line."""
        return QSize(super().sizeHint().width(), Theme.of().px(TABLE_HEAD) + 1)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """Paint one title, the arrow of the sorted column, and the line below."""
        model = self.model()
        if not isinstance(model, PagedModel):
            super().paintSection(painter, rect, section)
            return
        theme = Theme.of()
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.color("line"))
        column = model.columns[section]
        key, descending = model.sorted_by
        current = key == column.key
        first, last = section == 0, section == len(model.columns) - 1
        inner = rect.adjusted(
            CELL_OUTER if first else CELL_PADDING, 0, -(CELL_OUTER if last and column.right else CELL_PADDING), -1
        )
        metrics = theme.metrics("hint-strong")
        arrow = theme.px(12) + 5 if current else 0
        words = metrics.elidedText(column.title, Qt.TextElideMode.ElideRight, inner.width() - arrow + 4)
        width = metrics.horizontalAdvance(words)
        left = inner.right() + 1 - width - arrow if column.right else inner.left()
        painter.save()
        painter.setFont(theme.font("hint-strong"))
        painter.setPen(theme.color("text" if current else "muted"))
        draw_line(painter, words, left, inner)
        if current:
            top = inner.top() + (inner.height() - theme.px(12)) // 2 - 1
            icons.paint(painter, "chevron-down" if descending else "chevron-up", left + width + 5, top, "text", 12)
        painter.restore()


class TableView(QTableView):
    """A table of fixed rows: J K or arrows move, Enter opens, Space presses a cell, Ctrl+Shift+S sorts by it."""

    opened = Signal(int)
    moved = Signal(int)
    cell_pressed = Signal(int, str)

    def __init__(self, model: PagedModel[Any], name: str, *, row: int = ROW, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._paged = model
        self._roomy, self.compact, self.hovered_row = row, False, -1
        self._full: dict[int, int] = {}
        self._sharing = False
        self.setAccessibleName(name)
        self.setProperty("in", "card")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalHeader(Header(self))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setModel(model)
        self.delegate = CellDelegate(self)
        self.setItemDelegate(self.delegate)
        self.horizontalHeader().sectionClicked.connect(self._on_head_clicked)
        self.horizontalHeader().sectionResized.connect(self._on_section_resized)
        self.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self.doubleClicked.connect(self._on_double_clicked)
        self.clicked.connect(self._on_clicked)
        Theme.of().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @property
    def row_height(self) -> int:
        """Return the height of rows in px at the present text size."""
        return Theme.of().px(ROW_COMPACT if self.compact else self._roomy)

    def set_compact(self, compact: bool) -> None:
        """Show rows of 28 px instead of 36."""
        self.compact = compact
        self._on_theme_changed()

    def is_right(self, column: int) -> bool:
        """Say whether a column is set to the right."""
        return self._paged.columns[column].right

    def edge_columns(self) -> tuple[int, int]:
        """Return the first and last visible column."""
        shown = [place for place in range(len(self._paged.columns)) if not self.isColumnHidden(place)]
        return shown[0], shown[-1]

    def current_id(self) -> int | None:
        """Return the id of the current row, or None."""
        return self._paged.id_at(self.currentIndex().row()) if self.currentIndex().isValid() else None

    def show_ids(self, ids: Sequence[int], *, sorted_by: tuple[str, bool] | None = None) -> None:
        """Show other ids and stay on the same child where it is still there."""
        before, place = self.current_id(), self.currentIndex().row()
        self._paged.set_ids(ids, sorted_by=sorted_by)
        if before is not None and ids:
            found = self._paged.place_of(before)
            self.go_to(found if found >= 0 else min(place, len(ids) - 1))

    def go_to(self, row: int) -> None:
        """Make a row current and bring it into view."""
        if 0 <= row < self._paged.rowCount():
            column = max(self.currentIndex().column(), 0)
            self.setCurrentIndex(self._paged.index(row, column))
            self.scrollTo(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with J and K, open with Enter, press with Space; letters never jump about."""
        key, here = event.key(), self.currentIndex().row()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(here)
        elif key == Qt.Key.Key_J:
            self.go_to(here + 1)
        elif key == Qt.Key.Key_K:
            self.go_to(max(here - 1, 0))
        elif key == Qt.Key.Key_S and event.modifiers() == _SORT:
            self._on_head_clicked(self.currentIndex().column())
        elif key == Qt.Key.Key_Space:
            self._press(self.currentIndex())
        elif (
            event.text() and event.text().isprintable() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: Any) -> None:
        """Make the first row current when none is; a press of the pointer chooses its own."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.MouseFocusReason and not self.currentIndex().isValid():
            self.go_to(0)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer with the hovered row."""
        self._hover(self.rowAt(event.position().toPoint().y()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Let go of the hovered row."""
        self._hover(-1)
        super().leaveEvent(event)

    def _hover(self, row: int) -> None:
        if row != self.hovered_row:
            self.hovered_row = row
            self.viewport().update()

    def _open(self, row: int) -> None:
        number = self._paged.id_at(row)
        if number is not None:
            self.opened.emit(number)

    def _press(self, index: Index) -> None:
        number = self._paged.id_at(index.row())
        if number is not None and index.isValid():
            self.cell_pressed.emit(number, self._paged.columns[index.column()].key)

    @Slot(int)
    def _on_head_clicked(self, section: int) -> None:
        key, descending = self._paged.sorted_by
        again = key == self._paged.columns[section].key and not descending
        self._paged.sort(section, Qt.SortOrder.DescendingOrder if again else Qt.SortOrder.AscendingOrder)

    @Slot(QModelIndex, QModelIndex)
    def _on_row_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        number = self._paged.id_at(current.row())
        if number is not None and current.isValid():
            self.moved.emit(number)
        self.viewport().update()

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        self._open(index.row())

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self._press(index)

    @Slot()
    def _on_theme_changed(self) -> None:
        theme = Theme.of()
        self.verticalHeader().setMinimumSectionSize(8)
        self.verticalHeader().setDefaultSectionSize(self.row_height)
        self.horizontalHeader().setMinimumSectionSize(24)
        self._full = {p: theme.px(column.width) for p, column in enumerate(self._paged.columns) if column.width}
        self._share_rest()
        self.viewport().update()

    @Slot(int, int, int)
    def _on_section_resized(self, place: int, before: int, width: int) -> None:
        """Keep the width that somebody gave a column."""
        if width and before and place in self._full and not self._sharing:
            self._full[place] = width

    def _share_rest(self) -> None:
        """Give what the other columns leave to those without a width, but never too little to read.

        Where not even that is there, all columns get narrower alike, down to a limit; then the table scrolls sideways.
        """
        columns = self._paged.columns
        shown = [place for place in range(len(columns)) if not self.isColumnHidden(place)]
        open_ones = [place for place in shown if place not in self._full]
        least = {place: Theme.of().px(columns[place].least) for place in open_ones}
        fixed = {place: self._full[place] for place in shown if place in self._full}
        room, need = self.viewport().width(), sum(fixed.values()) + sum(least.values())
        tight = 1.0 if need <= room else max(room / need, _TIGHTEST)
        widths = {place: int(width * tight) for place, width in fixed.items()}
        rest = room - sum(widths.values())
        for count, place in enumerate(open_ones):
            widths[place] = max(rest // (len(open_ones) - count), int(least[place] * tight))
            rest -= widths[place]
        self._sharing = True
        for place, width in widths.items():
            self.setColumnWidth(place, width)
        self._sharing = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width anew."""
        super().resizeEvent(event)
        self._share_rest()
