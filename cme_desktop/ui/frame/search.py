"""The search of the top bar: it says what was typed after a short pause, and shows below what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QRect, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QListView, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from cme_desktop.ui import icons
from cme_desktop.ui.qt import Index, announce
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import CARD_RADIUS
from cme_desktop.ui.widgets.inputs import TextInput
from cme_desktop.ui.widgets.tags import TagLook, draw_line, key_width, paint_key, paint_tag, tag_width
from cme_desktop.ui.words import count

PAUSE: Final = 120
"""Milliseconds after the last letter before the search is asked for."""
SETTLED: Final = 1_000
"""Milliseconds after which a search is one event of the access log (design.md 4)."""
_ROW: Final = 44
_MOST: Final = 10
_FOUND: Final = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True)
class Found:
    """One hit, or a command: what it opens, two lines of words, an icon and a tag."""

    key: str
    text: str
    second: str = ""
    icon: str = "person"
    tag: TagLook | None = None


class SearchBox(TextInput):
    """The input. ``typed`` after a pause, ``settled`` after a second, ``chosen`` with the key of the hit opened."""

    typed = Signal(str)
    settled = Signal(str)
    chosen = Signal(str)

    def __init__(self, hint: str = "Search name, UPN, school, reference", parent: QWidget | None = None) -> None:
        super().__init__(icon="search", hint=hint, parent=parent)
        self.setAccessibleName(hint)
        self.setAccessibleDescription("Control K")
        self.popup: FoundList | None = None
        self._shown_for = ""
        self._open_first = False
        self._pause = self._timer(PAUSE, self._on_pause)
        self._second = self._timer(SETTLED, self._on_settled)
        self.textEdited.connect(self._on_edited)

    def _timer(self, milliseconds: int, slot: Any) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    def show_found(self, found: Sequence[Found], more: str = "", *, typed: str = "") -> None:
        """Show hits below the input; without hits it says that nothing was found.

        Args:
            more: says what was left out.
            typed: what the hits answer; an answer to something typed before is not shown.
        """
        now = self.text().strip()
        if typed and typed != now:
            return
        if self.popup is None:
            self.popup = FoundList(self)
            self.popup.list.clicked.connect(self._on_clicked)
        if not now:
            self.popup.hide()
            return
        self._shown_for = now
        if self._open_first and found:
            self._open(found[0])
            return
        self.popup.show_found(found, more)
        announce(self, count(len(found), "result") if found else "Nothing found")

    def close_found(self) -> None:
        """Take the hits away."""
        if self.popup is not None:
            self.popup.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move in the hits with the arrows, open with Enter, close with Esc."""
        shown = self.popup if self.popup is not None and self.popup.isVisible() else None
        if shown is not None and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            announce(self, shown.step(1 if event.key() == Qt.Key.Key_Down else -1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            answered = self._shown_for == self.text().strip()
            self._open(shown.current() if shown is not None and answered else None)
        elif event.key() == Qt.Key.Key_Escape and (shown is not None or self.text()):
            self.clear()
            self.close_found()
            self._pause.stop()
            self._second.stop()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Close the hits when the focus goes elsewhere."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self.close_found()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the input and, while it is empty, its key."""
        super().paintEvent(event)
        if not self.text():
            width = key_width("Ctrl+K")
            paint_key(QPainter(self), QRect(self.width() - 9 - width, 0, width, self.height()), "Ctrl+K")

    def _open(self, found: Found | None) -> None:
        if found is None:  # no answer to what is typed yet: open the first hit of it when it comes
            self._open_first = True
            if self._pause.isActive() or self._shown_for != self.text().strip():
                self._pause.stop()
                self._on_pause()
            return
        words = self.text()
        self._open_first, self._shown_for = False, ""
        self._pause.stop()
        if self._second.isActive():
            self._second.stop()
            self.settled.emit(words)
        self.clear()
        self.close_found()
        self.chosen.emit(found.key)

    @Slot(str)
    def _on_edited(self, _words: str) -> None:
        self._open_first = False
        self._pause.start()
        self._second.start()

    @Slot()
    def _on_pause(self) -> None:
        if self.text().strip():
            self.typed.emit(self.text().strip())
        else:
            self.close_found()

    @Slot()
    def _on_settled(self) -> None:
        if self.text().strip():
            self.settled.emit(self.text().strip())

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        found = index.data(_FOUND)
        if isinstance(found, Found):
            self._open(found)


class FoundModel(QAbstractListModel):
    """The hits of one search."""

    def __init__(self) -> None:
        super().__init__()
        self._found: tuple[Found, ...] = ()

    def show_found(self, found: Sequence[Found]) -> None:
        """Show other hits."""
        self.beginResetModel()
        self._found = tuple(found)
        self.endResetModel()

    def found_at(self, row: int) -> Found | None:
        """Return a hit, or None outside the list."""
        return self._found[row] if 0 <= row < len(self._found) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many hits there are."""
        return 0 if parent.isValid() else len(self._found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a hit, or its words."""
        if not index.isValid():
            return None
        found = self._found[index.row()]
        if role == _FOUND:
            return found
        if role == Qt.ItemDataRole.DisplayRole:
            return found.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (found.text, found.second, found.tag.text if found.tag else "")))
        return None


class FoundDelegate(QStyledItemDelegate):
    """Paint a hit: its icon, two lines of words, and its tag at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a hit."""
        return QSize(100, Theme.of().px(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one hit."""
        theme, found = Theme.of(), index.data(_FOUND)
        area: QRect = option.rect
        view = self.parent()
        if isinstance(view, QListView) and view.currentIndex().row() == index.row():
            painter.fillRect(area, theme.color("selection"))
        icons.paint(painter, found.icon, area.left() + 12, area.top() + (area.height() - theme.px(16)) // 2, "muted")
        left = area.left() + 12 + theme.px(16) + 12
        room = area.right() - 12 - left
        if found.tag is not None:
            width = tag_width(found.tag)
            paint_tag(painter, QRect(area.right() - 12 - width, area.top(), width, area.height()), found.tag)
            room -= width + 8
        one, two = theme.line("body"), theme.line("hint") if found.second else 0
        top = area.top() + (area.height() - one - two) // 2
        for words, step, token, height in ((found.text, "strong", "text", one), (found.second, "hint", "muted", two)):
            painter.setFont(theme.font(step))
            painter.setPen(theme.color(token))
            shown = theme.metrics(step).elidedText(words, Qt.TextElideMode.ElideRight, room)
            draw_line(painter, shown, left, QRect(left, top, room, height))
            top += height


class FoundList(QFrame):
    """The list below the search; the focus stays in the input."""

    def __init__(self, box: SearchBox) -> None:
        super().__init__(box.window())
        self._box = box
        self._model = FoundModel()
        self._foot = ""
        self.list = QListView(self)
        self.list.setModel(self._model)
        self.list.setItemDelegate(FoundDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setProperty("in", "card")
        self.list.setAccessibleName("Search results")
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self._layout = QVBoxLayout(self)
        self._layout.setSpacing(0)
        self._layout.addWidget(self.list)
        self.hide()
        box.window().installEventFilter(self)

    def show_found(self, found: Sequence[Found], more: str) -> None:
        """Show hits, the first of them current."""
        self._model.show_found(found[:_MOST])
        self._foot = more if found else "Nothing found. Try a part of the name, the UPN or the reference."
        if found:
            self.list.setCurrentIndex(self._model.index(0, 0))
        self.list.setVisible(bool(found))
        self._place()
        self.show()
        self.raise_()

    def step(self, by: int) -> str:
        """Move up or down, round the ends, and return what a screen reader says."""
        rows = self._model.rowCount()
        if not rows:
            return self._foot
        place = (self.list.currentIndex().row() + by) % rows
        self.list.setCurrentIndex(self._model.index(place, 0))
        return str(self._model.data(self._model.index(place, 0), Qt.ItemDataRole.AccessibleTextRole))

    def current(self) -> Found | None:
        """Return the current hit."""
        found = self.list.currentIndex().data(_FOUND)
        return found if isinstance(found, Found) else None

    def _place(self) -> None:
        theme = Theme.of()
        foot = theme.px(36) if self._foot else 0
        self._layout.setContentsMargins(1, 5, 1, 5 + foot)
        height = self._model.rowCount() * theme.px(_ROW) + 10 + foot
        corner = self._box.mapTo(self._box.window(), self._box.rect().bottomLeft())
        self.setGeometry(corner.x(), corner.y() + 6, self._box.width(), height)

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        """Close when the window changes size."""
        if event.type() == QEvent.Type.Resize:
            self.hide()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the surface, its edge, and the line of words at the foot."""
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("edge"), 1))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), CARD_RADIUS, CARD_RADIUS)
        if self._foot:
            height = theme.px(36)
            area = QRect(16, self.height() - height - 3, self.width() - 32, height)
            painter.setFont(theme.font("hint"))
            painter.setPen(theme.color("muted"))
            words = theme.metrics("hint").elidedText(self._foot, Qt.TextElideMode.ElideRight, area.width())
            draw_line(painter, words, area.left(), area)
