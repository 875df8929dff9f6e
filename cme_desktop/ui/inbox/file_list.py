"""The list of files: rows of 50 with what each holds, the head "Problem files", and files that could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QTextLayout
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from cme_desktop.ui import icons
from cme_desktop.ui.focus import paint_ring
from cme_desktop.ui.inbox.lines import FileLine, InboxLine, ProblemHead, ProblemLine
from cme_desktop.ui.qt import Index, wrapped
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.tags import draw_line

LINE: Final = int(Qt.ItemDataRole.UserRole)
SAVE_COPY: Final = "Save a copy"
ROW: Final = 50
HEAD: Final = 30
_LEFT, _GAP, _RIGHT = 12, 8, 16
_ICON: Final = 16
_MOST_REASON: Final = 4


class FileModel(QAbstractListModel):
    """The lines of the list; a refresh replaces them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[InboxLine, ...] = ()

    @property
    def lines(self) -> tuple[InboxLine, ...]:
        """Return what is shown."""
        return self._lines

    def show_lines(self, lines: Sequence[InboxLine]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self._lines = tuple(lines)
        self.endResetModel()

    def line_at(self, row: int) -> InboxLine | None:
        """Return one line, or None outside the list."""
        return self._lines[row] if 0 <= row < len(self._lines) else None

    def place_of(self, file_id: int) -> int:
        """Return the row number of a file, or -1."""
        return next((place for place, line in enumerate(self._lines) if id_of(line) == file_id), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many lines there are."""
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a line, its name, or what a screen reader says of it."""
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == LINE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return "Problem files" if isinstance(line, ProblemHead) else line.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return line.spoken
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let files be selected and the head not."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if isinstance(self._lines[index.row()], ProblemHead):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren


def id_of(line: InboxLine | None) -> int | None:
    """Return the file of a line; the head has none."""
    return line.row.id if isinstance(line, FileLine | ProblemLine) else None


class FileDelegate(QStyledItemDelegate):
    """Paint files, the head and problem files."""

    def __init__(self, view: FileList) -> None:
        super().__init__(view)
        self._view = view
        self._layout = QTextLayout()
        self.hovered_row = -1
        self.pointer = QPoint(-1, -1)
        self.may_save = True

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a line."""
        theme, line = Theme.of(), index.data(LINE)
        if isinstance(line, FileLine):
            return QSize(100, theme.px(ROW))
        if isinstance(line, ProblemHead):
            above = 8 if index.row() else 0
            return QSize(100, theme.px(HEAD) + above)
        lines = len(self._reason(line)) if isinstance(line, ProblemLine) else 1
        link = theme.line("body") + theme.px(8) if self.may_save else 0
        return QSize(100, theme.px(8) + theme.line("body") + lines * theme.line("hint") + link + theme.px(9))

    def _words_left(self) -> int:
        return _LEFT + Theme.of().px(_ICON) + _GAP

    def _reason(self, line: ProblemLine) -> list[str]:
        theme = Theme.of()
        self._layout.setFont(theme.font("hint"))
        width = self._view.viewport().width() - self._words_left() - _RIGHT
        return wrapped(line.words, theme.metrics("hint"), self._layout, max(width, 40), _MOST_REASON)

    def link_area(self, area: QRect) -> QRect:
        """Return where the link of a problem file is."""
        theme = Theme.of()
        high = theme.line("body")
        width = theme.metrics("body").horizontalAdvance(SAVE_COPY)
        return QRect(area.left() + self._words_left(), area.bottom() + 1 - theme.px(8) - high, width, high)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one line."""
        line, area = index.data(LINE), QRect(option.rect)
        painter.save()
        painter.setClipRect(area)
        if isinstance(line, ProblemHead):
            self._paint_head(painter, area, line)
        else:
            self._paint_file(painter, area, index.row(), line)
        painter.restore()

    def _paint_head(self, painter: QPainter, area: QRect, head: ProblemHead) -> None:
        theme = Theme.of()
        body = area.adjusted(0, area.height() - theme.px(HEAD), 0, 0)
        painter.fillRect(body, theme.color("bg"))
        painter.fillRect(QRect(body.left(), body.top(), body.width(), 1), theme.color("line"))
        painter.fillRect(QRect(body.left(), body.bottom(), body.width(), 1), theme.color("line"))
        painter.setFont(theme.font("hint-strong"))
        painter.setPen(theme.color("muted"))
        draw_line(painter, "Problem files", body.left() + 16, body)
        left = body.left() + 16 + theme.metrics("hint-strong").horizontalAdvance("Problem files") + 8
        painter.setFont(theme.font("hint", tabular=True))
        draw_line(painter, f"{head.count:,}", left, body)

    def _paint_file(self, painter: QPainter, area: QRect, row: int, line: FileLine | ProblemLine) -> None:
        theme = Theme.of()
        current = row == self._view.currentIndex().row()
        if current or row == self.hovered_row:
            painter.fillRect(area, theme.color("selection" if current else "hover"))
        problem = isinstance(line, ProblemLine)
        token = "danger" if problem else ("accent" if current else "muted")
        top = area.top() + theme.px(8)
        high = theme.line("body")
        side = theme.px(_ICON)
        icon = "alert" if problem else "file"
        icons.paint(painter, icon, area.left() + _LEFT, top + (high - side) / 2, token)
        left = area.left() + self._words_left()
        room = area.right() + 1 - _RIGHT - left
        step = "strong" if current else "body"
        _words(painter, line.name, step, "text", QRect(left, top, room, high))
        top += high
        reason = self._reason(line) if isinstance(line, ProblemLine) else [line.words]
        for words in reason:
            _words(painter, words, "hint", "muted", QRect(left, top - 1, room, theme.line("hint")))
            top += theme.line("hint")
        if problem and self.may_save:
            link = self.link_area(area)
            font = theme.font("body")
            font.setUnderline(link.contains(self.pointer))
            painter.setFont(font)
            painter.setPen(theme.color("accent"))
            draw_line(painter, SAVE_COPY, link.left(), link)
        if current and self._view.hasFocus():
            paint_ring(painter, area, 4)


def _words(painter: QPainter, words: str, step: str, token: str, area: QRect) -> None:
    theme = Theme.of()
    painter.setFont(theme.font(step))
    painter.setPen(theme.color(token))
    shown = theme.metrics(step).elidedText(words, Qt.TextElideMode.ElideMiddle, area.width())
    draw_line(painter, shown, area.left(), area)


class FileList(QListView):
    """J K or arrows move over the files; Enter goes to the pupils, or to what to do about a problem file.

    ``moved`` carries the file, ``opened`` too; ``copy_wanted`` the problem file of which a copy is wanted.
    """

    moved = Signal(int)
    opened = Signal(int)
    copy_wanted = Signal(int)

    def __init__(self, model: FileModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._files = model
        self.setModel(model)
        self.delegate = FileDelegate(self)
        self.setItemDelegate(self.delegate)
        self.setAccessibleName("S2S files")
        self.setProperty("in", "card")
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        Theme.of().changed.connect(self._on_theme_changed)

    def current_file(self) -> int | None:
        """Return the file that is chosen, or None."""
        return id_of(self._files.line_at(self.currentIndex().row()))

    def show_current(self, row: int) -> None:
        """Choose a line and bring it into view."""
        self.setCurrentIndex(self._files.index(row))
        self.scrollTo(self.currentIndex())

    def step(self, by: int) -> None:
        """Choose the next file (1) or the one before (-1), over the head."""
        row = self.currentIndex().row() + by
        while isinstance(self._files.line_at(row), ProblemHead):
            row += by
        if self._files.line_at(row) is not None:
            self.show_current(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move and open; any other letter is left to the page."""
        key = Qt.Key(event.key())
        moves = {Qt.Key.Key_J: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_K: -1, Qt.Key.Key_Up: -1}
        here = self.current_file()
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            event.ignore()
        elif key in moves:
            self.step(moves[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and here is not None:
            self.opened.emit(here)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            super().keyPressEvent(event)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Choose the first file when none is."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._files.rowCount():
            self.show_current(1 if isinstance(self._files.line_at(0), ProblemHead) else 0)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer with the hovered row; over a link it is a hand."""
        place = event.position().toPoint()
        self._follow(place)
        hand = self._link_at(place) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Let go of the hovered row."""
        self._follow(QPoint(-1, -1))
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Press the link of a problem file."""
        super().mouseReleaseEvent(event)
        found = self._link_at(event.position().toPoint())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.copy_wanted.emit(found)

    def _link_at(self, place: QPoint) -> int | None:
        index = self.indexAt(place)
        line = self._files.line_at(index.row())
        if not isinstance(line, ProblemLine) or not self.delegate.may_save:
            return None
        return line.row.id if self.delegate.link_area(self.visualRect(index)).contains(place) else None

    def _follow(self, place: QPoint) -> None:
        self.delegate.pointer = place
        self.delegate.hovered_row = self.indexAt(place).row() if place.y() >= 0 else -1
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        """Show the whole of a line as a tooltip: its words may have been cut."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            line = self._files.line_at(index.row())
            words = "" if line is None or isinstance(line, ProblemHead) else f"{line.name}\n{line.words}"
            QToolTip.showText(event.globalPos(), words, self, self.visualRect(index))
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap reasons anew."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, _current: QModelIndex, _before: QModelIndex) -> None:
        self.viewport().update()
        here = self.current_file()
        if here is not None:
            self.moved.emit(here)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.scheduleDelayedItemsLayout()
        self.viewport().update()
