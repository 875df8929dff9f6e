"""The review table: a field of the file beside that of the register, how they compare, why, and what to keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent, QTextLayout
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from cme_desktop.ui.focus import paint_ring
from cme_desktop.ui.inbox.compare import TAGS, Line, Result
from cme_desktop.ui.qt import Index, wrapped
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import CELL_OUTER, CELL_PADDING, TABLE_HEAD
from cme_desktop.ui.widgets.tags import draw_line, paint_tag

TITLES: Final = ("Field", "In the file", "In the register", "", "Why")
FIELD, FILE, REGISTER, RESULT, WHY = range(5)
WIDTHS: Final = (86, 168, 178, 116)
ROW, CHOICE_ROW = 42, 54
LINE_ROLE: Final = int(Qt.ItemDataRole.UserRole)
_LEAST_WHY: Final = 208
_WIDE_WHY: Final = 320
_PITCH: Final = 15
_RADIO: Final = 16


class ReviewModel(QAbstractTableModel):
    """The lines of one review and what is chosen in them; ``chosen_changed`` carries the key of a choice."""

    chosen_changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[Line, ...] = ()
        self._second: set[str] = set()

    @property
    def lines(self) -> tuple[Line, ...]:
        """Return what is shown."""
        return self._lines

    @property
    def second(self) -> frozenset[str]:
        """Return the keys of the choices where the second answer is chosen."""
        return frozenset(self._second)

    def show_lines(self, lines: Sequence[Line], second: frozenset[str] = frozenset()) -> None:
        """Show other lines; of the choices those in ``second`` have their second answer chosen."""
        self.beginResetModel()
        self._lines, self._second = tuple(lines), set(second)
        self.endResetModel()

    def choose(self, row: int, *, second: bool) -> None:
        """Choose the first or second answer of a line that has a choice."""
        choice = self._lines[row].choice if 0 <= row < len(self._lines) else None
        if choice is None or (choice.key in self._second) == second:
            return
        (self._second.add if second else self._second.discard)(choice.key)
        self.dataChanged.emit(self.index(row, 0), self.index(row, WHY))
        self.chosen_changed.emit(choice.key)

    def is_second(self, row: int) -> bool:
        """Say whether the second answer of a line is chosen."""
        choice = self._lines[row].choice
        return choice is not None and choice.key in self._second

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many lines there are."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many columns there are."""
        return 0 if parent.isValid() else len(TITLES)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the words of a cell, the line, or what a screen reader says."""
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == LINE_ROLE:
            return line
        texts = (line.field, line.file, line.register, TAGS[line.result].text, line.why)
        if role == Qt.ItemDataRole.DisplayRole:
            return texts[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            title = "Comparison" if index.column() == RESULT else TITLES[index.column()]
            said = f"{title}: {texts[index.column()]}"
            if index.column() == WHY and line.choice is not None:
                chosen = line.choice.second if self.is_second(index.row()) else line.choice.first
                said += f". Chosen: {chosen}. Space changes it."
            return said
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's title."""
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(TITLES):
            if role == Qt.ItemDataRole.DisplayRole:
                return TITLES[section]
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return TITLES[section] or "Comparison"
        return None


class _Head(QHeaderView):
    """The head of the table: 12 bold muted."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Column heads")

    def sizeHint(self) -> QSize:
        """Return the height of the head and its line."""
        return QSize(super().sizeHint().width(), Theme.of().px(TABLE_HEAD) + 1)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """Paint one title and the line below."""
        theme = Theme.of()
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.color("line"))
        painter.setFont(theme.font("hint-strong"))
        painter.setPen(theme.color("muted"))
        left = rect.left() + (CELL_OUTER if section == FIELD else CELL_PADDING)
        words = theme.metrics("hint-strong").elidedText(
            TITLES[section], Qt.TextElideMode.ElideRight, rect.right() + 1 - left
        )
        draw_line(painter, words, left, rect.adjusted(0, 0, 0, -1))


class ReviewDelegate(QStyledItemDelegate):
    """Paint the cells; ``radios`` tells where the two answers of a choice are."""

    def __init__(self, view: ReviewTable, model: ReviewModel) -> None:
        super().__init__(view)
        self._view, self._model = view, model
        self._layout = QTextLayout()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return the smallest row."""
        return QSize(40, Theme.of().px(ROW))

    def radios(self, area: QRect, line: Line) -> tuple[QRect, QRect]:
        """Return where the two answers of a choice are, ring and words together; empty without a choice."""
        if line.choice is None:
            return QRect(), QRect()
        theme = Theme.of()
        side, metrics = theme.px(_RADIO), theme.metrics("second")
        top = area.top() + (area.height() - 1) // 2 + theme.px(2)
        left = area.left() + CELL_PADDING
        first = QRect(left, top, side + theme.px(6) + metrics.horizontalAdvance(line.choice.first), side)
        second = QRect(
            first.right() + 1 + theme.px(15),
            top,
            side + theme.px(6) + metrics.horizontalAdvance(line.choice.second),
            side,
        )
        return first, second

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a cell, its mark where the two sides differ, and the line below."""
        line, area, theme = index.data(LINE_ROLE), QRect(option.rect), Theme.of()
        painter.save()
        painter.setClipRect(area)
        body = area.adjusted(0, 0, 0, -1)
        column = index.column()
        if line.result is Result.DIFFERS and column in (FILE, REGISTER):
            painter.fillRect(body, theme.color("mark"))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), theme.color("line"))
        inner = body.adjusted(CELL_OUTER if column == FIELD else CELL_PADDING, 0, 0, 0)
        if column == RESULT:
            paint_tag(painter, inner, TAGS[line.result])
        elif column == WHY:
            self._paint_why(painter, area, index.row(), line)
        else:
            token = "muted" if column == FIELD else "text"
            self._paint_words(painter, inner.adjusted(0, 0, -CELL_PADDING, 0), str(index.data()), "body", token, 2)
        if self._view.hasFocus() and index.row() == self._view.currentIndex().row():
            self._paint_focus(painter, body, column)
        painter.restore()

    def _paint_words(self, painter: QPainter, inner: QRect, words: str, step: str, token: str, most: int) -> None:
        theme = Theme.of()
        self._layout.setFont(theme.font(step))
        lines = wrapped(words, theme.metrics(step), self._layout, inner.width(), most)
        pitch = theme.px(_PITCH)
        top = inner.top() + (inner.height() - pitch * len(lines)) // 2
        painter.setFont(theme.font(step, tabular=True))
        painter.setPen(theme.color(token))
        for place, part in enumerate(lines):
            draw_line(painter, part, inner.left(), QRect(inner.left(), top + place * pitch, inner.width(), pitch))

    def _paint_why(self, painter: QPainter, area: QRect, row: int, line: Line) -> None:
        theme = Theme.of()
        inner = area.adjusted(CELL_PADDING, 0, -CELL_OUTER, -1)
        if line.choice is None:
            self._paint_words(painter, inner, line.why, "hint", "text", 2)
            return
        first, second = self.radios(area, line)
        high = theme.px(16)
        above = QRect(inner.left(), first.top() - theme.px(3) - high, inner.width(), high)
        self._paint_words(painter, above, line.why, "hint", "text", 1)
        chosen = self._model.is_second(row)
        for place, words, on in ((first, line.choice.first, not chosen), (second, line.choice.second, chosen)):
            self._paint_radio(painter, place, words, on=on)

    def _paint_radio(self, painter: QPainter, place: QRect, words: str, *, on: bool) -> None:
        theme = Theme.of()
        side = theme.px(_RADIO)
        ring = QRectF(place.left(), place.top(), side, side).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("accent" if on else "border"), 1))
        painter.setBrush(theme.color("accent" if on else "surface"))
        painter.drawEllipse(ring)
        if on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("on_accent"))
            dot = theme.px(6)
            painter.drawEllipse(QRectF(ring.center().x() - dot / 2, ring.center().y() - dot / 2, dot, dot))
        painter.setFont(theme.font("second"))
        painter.setPen(theme.color("text"))
        draw_line(painter, words, place.left() + side + theme.px(6), place)

    def _paint_focus(self, painter: QPainter, body: QRect, column: int) -> None:
        whole = QRect(body)
        if column != FIELD:
            whole.setLeft(body.left() - 20)
        if column != WHY:
            whole.setRight(body.right() + 20)
        paint_ring(painter, whole, 4)

    def cut(self, area: QRect, index: Index) -> str:
        """Return the words of a cell that does not show them all, or an empty text."""
        words, column = str(index.data()), index.column()
        if column == RESULT:
            return ""
        line = index.data(LINE_ROLE)
        step = "hint" if column == WHY else "body"
        most = 1 if column == WHY and line.choice is not None else 2
        inset = CELL_OUTER if column in (FIELD, WHY) else CELL_PADDING
        self._layout.setFont(Theme.of().font(step))
        shown = wrapped(words, Theme.of().metrics(step), self._layout, area.width() - CELL_PADDING - inset, most)
        return words if shown and shown[-1].endswith("…") else ""

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """Show the whole of a cell that was cut, as a tooltip."""
        if event.type() == QEvent.Type.ToolTip and index.isValid():
            QToolTip.showText(event.globalPos(), self.cut(view.visualRect(index), index), view)
            return True
        return super().helpEvent(event, view, option, index)


class ReviewTable(QTableView):
    """The table: arrows move, Left and Right choose in a line that has a choice, Space changes it."""

    def __init__(self, model: ReviewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._review = model
        self.setAccessibleName("The file beside the register")
        self.setAccessibleDescription("Space changes what is kept in a line that differs")
        self.setProperty("in", "card")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setHorizontalHeader(_Head(self))
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(8)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setModel(model)
        self.delegate = ReviewDelegate(self, model)
        self.setItemDelegate(self.delegate)
        model.modelReset.connect(self._on_reset)
        Theme.of().changed.connect(self._on_reset)
        self._on_reset()

    def whole_height(self) -> int:
        """Return the height in px of the head and all rows."""
        rows = sum(self.rowHeight(row) for row in range(self._review.rowCount()))
        return self.horizontalHeader().sizeHint().height() + rows

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with Left, Right and Space; move with the arrows, J and K; letters are left to the page."""
        key, row = Qt.Key(event.key()), self.currentIndex().row()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._review.choose(row, second=key == Qt.Key.Key_Right)
        elif key == Qt.Key.Key_Space and row >= 0:
            self._review.choose(row, second=not self._review.is_second(row))
        elif key in (Qt.Key.Key_J, Qt.Key.Key_K):
            self._go(row + (1 if key == Qt.Key.Key_J else -1))
        elif event.text() and event.text().isprintable():
            event.ignore()
        else:
            super().keyPressEvent(event)
        self.viewport().update()

    def _go(self, row: int) -> None:
        if 0 <= row < self._review.rowCount():
            self.setCurrentIndex(self._review.index(row, max(self.currentIndex().column(), 0)))

    def focusInEvent(self, event: Any) -> None:
        """Begin at the first line that has a choice, else at the first."""
        fresh = not self.currentIndex().isValid()
        super().focusInEvent(event)
        if fresh:
            lines = self._review.lines
            self._go(next((row for row, line in enumerate(lines) if line.choice is not None), 0))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over what can be chosen."""
        hand = self._hit(event.position().toPoint()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the answer under the pointer."""
        super().mouseReleaseEvent(event)
        found = self._hit(event.position().toPoint())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self._review.choose(found[0], second=found[1])

    def _hit(self, place: QPoint) -> tuple[int, bool] | None:
        index = self.indexAt(place)
        if not index.isValid() or index.column() != WHY:
            return None
        areas = self.delegate.radios(self.visualRect(index), index.data(LINE_ROLE))
        for second, area in enumerate(areas):
            if area.adjusted(-2, -4, 4, 4).contains(place):
                return index.row(), bool(second)
        return None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width anew."""
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        """Give each column its width: a narrow table keeps room for why, a wide one lets the two sides grow."""
        theme, room = Theme.of(), self.viewport().width()
        widths = [theme.px(width) for width in WIDTHS]
        why = room - sum(widths)
        if why < theme.px(_LEAST_WHY):
            lack = min(theme.px(_LEAST_WHY) - why, round((widths[FILE] + widths[REGISTER]) * 0.4))
            widths[FILE] -= lack // 2
            widths[REGISTER] -= lack - lack // 2
        elif why > theme.px(_WIDE_WHY):
            extra = (why - theme.px(_WIDE_WHY)) // 3
            widths[FILE] += extra
            widths[REGISTER] += extra
        for column, width in enumerate((*widths, room - sum(widths))):
            self.setColumnWidth(column, width)

    @Slot()
    def _on_reset(self) -> None:
        theme = Theme.of()
        for row, line in enumerate(self._review.lines):
            self.setRowHeight(row, theme.px(CHOICE_ROW if line.choice is not None else ROW))
        self._share()
        self.setMaximumHeight(self.whole_height())
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the height of all rows."""
        return QSize(400, self.whole_height())

    def minimumSizeHint(self) -> QSize:
        """Return room for the head and two rows."""
        return QSize(
            200, min(self.whole_height(), self.horizontalHeader().sizeHint().height() + 2 * Theme.of().px(ROW))
        )
