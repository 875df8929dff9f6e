"""Widgets side by side that go on in a new line where there is no more room: buttons and links of a card."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget


class FlowLayout(QLayout):
    """Lay items out from left to right, each at its own size, in as many lines as they need."""

    def __init__(self, gap: int = 8, line_gap: int = 8) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._gap, self._line_gap = gap, line_gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Add an item at the end."""
        self._items.append(item)

    def count(self) -> int:
        """Return how many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return an item, None past the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take an item out, None past the end."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Ask for no more room than is needed."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Say that the height follows from the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all lines at a width."""
        return self._lay_out(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, area: QRect) -> None:
        """Put each item in its place."""
        super().setGeometry(area)
        self._lay_out(area, move=True)

    def sizeHint(self) -> QSize:
        """Return the size of one line with everything in it."""
        sizes = [item.sizeHint() for item in self._shown()]
        width = sum(size.width() for size in sizes) + self._gap * max(len(sizes) - 1, 0)
        return QSize(width, max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:
        """Return the size of the widest item alone; words that break over lines ask for less."""
        sizes = [item.minimumSize() if item.hasHeightForWidth() else item.sizeHint() for item in self._shown()]
        return QSize(max((size.width() for size in sizes), default=0), max((s.height() for s in sizes), default=0))

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _lay_out(self, area: QRect, *, move: bool) -> int:
        left, top = area.left(), area.top()
        line: list[tuple[QLayoutItem, QRect]] = []
        high = 0
        for item in self._shown():
            size = item.sizeHint()
            width = min(size.width(), max(area.width(), 1))
            if line and left + width > area.right() + 1:
                self._place(line, high, move=move)
                top, left, line, high = top + high + self._line_gap, area.left(), [], 0
            broken = width < size.width() and item.hasHeightForWidth()
            height = item.heightForWidth(width) if broken else size.height()
            line.append((item, QRect(QPoint(left, top), QSize(width, height))))
            left += width + self._gap
            high = max(high, height)
        self._place(line, high, move=move)
        return top + high - area.top()

    @staticmethod
    def _place(line: list[tuple[QLayoutItem, QRect]], high: int, *, move: bool) -> None:
        """Put the items of a line in the middle of its height."""
        for item, place in line if move else ():
            item.setGeometry(place.translated(0, (high - place.height()) // 2))


class Flow(QWidget):
    """A widget that holds others in a flow."""

    def __init__(self, *widgets: QWidget, gap: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = FlowLayout(gap)
        for widget in widgets:
            layout.addWidget(widget)
        self.setLayout(layout)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
