"""The rail at the left: the pages in their order, each with an icon, its name and how much waits there."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.ui import icons
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import RADIUS, RAIL, RAIL_NARROW
from cme_desktop.ui.widgets.tags import draw_line

_ITEM: Final = 36
_EDGE: Final = 8


class Brand(QWidget):
    """The program's mark, a shield of 24 px, with its name where there is room."""

    def __init__(self, name: str = "Case register", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self.narrow = name, False
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        Theme.of().changed.connect(self._on_theme_changed)

    def set_narrow(self, narrow: bool) -> None:
        """Show only the shield."""
        self.narrow = narrow
        self._on_theme_changed()

    def sizeHint(self) -> QSize:
        """Return the room of the shield and the name."""
        theme = Theme.of()
        side = theme.px(24)
        return QSize(
            side if self.narrow else side + 8 + theme.metrics("strong").horizontalAdvance(self._name) + 2, side
        )

    def minimumSizeHint(self) -> QSize:
        """Return the room of the shield and the name."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the mark."""
        theme = Theme.of()
        side = theme.px(24)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawRoundedRect(QRectF(0, 0, side, side), RADIUS, RADIUS)
        glyph = theme.px(16)
        icons.paint(painter, "shield", (side - glyph) / 2, (side - glyph) / 2, "on_accent", 16)
        if not self.narrow:
            painter.setFont(theme.font("strong"))
            painter.setPen(theme.color("text"))
            draw_line(painter, self._name, side + 8, self.rect())

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


class RailItem(QAbstractButton):
    """One page in the rail."""

    def __init__(self, key: str, title: str, icon: str, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key, self._icon, self._number = key, icon, number
        self._count, self._narrow = 0, False
        self.setText(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._named()
        Theme.of().changed.connect(self._on_theme_changed)

    @property
    def count(self) -> int:
        """Return how much waits on the page."""
        return self._count

    def set_count(self, count: int) -> None:
        """Show how much waits on the page; nothing is shown for 0."""
        self._count = count
        self._named()
        self.update()

    def set_narrow(self, narrow: bool) -> None:
        """Show the icon only, with the name as tooltip."""
        self._narrow = narrow
        self._named()
        self.update()

    def _named(self) -> None:
        self.setAccessibleName(f"{self.text()}, {self._count}" if self._count else self.text())
        self.setAccessibleDescription(f"Control {self._number}")
        self.setToolTip(f"{self.text()} (Ctrl+{self._number})" if self._narrow else "")

    def sizeHint(self) -> QSize:
        """Return the height of an item; the width is the rail's."""
        return QSize(Theme.of().px(RAIL_NARROW) - 2 * _EDGE - 1, Theme.of().px(_ITEM))

    def minimumSizeHint(self) -> QSize:
        """Return the height of an item."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the item: current on ``surface`` with the accent bar, hovered on ``hover``."""
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        current = self.isChecked()
        if current:
            painter.setPen(QPen(theme.color("line"), 1))
            painter.setBrush(theme.color("surface"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
            bar = theme.px(18)
            painter.fillRect(QRect(0, (self.height() - bar) // 2, 3, bar), theme.color("accent"))
        elif self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("hover"))
            painter.drawRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        side = theme.px(20)
        left = 10 if not self._narrow else (self.width() - side + 1) // 2
        icons.paint(painter, self._icon, left, (self.height() - side) / 2, "accent" if current else "muted", 20)
        if self._narrow:
            return
        painter.setFont(theme.font("strong" if current else "body"))
        painter.setPen(theme.color("text"))
        draw_line(painter, self.text(), left + side + 12, self.rect())
        if self._count:
            painter.setFont(theme.font("hint-strong" if current else "hint", tabular=True))
            painter.setPen(theme.color("text" if current else "muted"))
            words = f"{self._count:,}"
            width = QFontMetrics(painter.font()).horizontalAdvance(words)
            draw_line(painter, words, self.width() - 10 - width, self.rect())

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


class Rail(QFrame):
    """The pages that are built, in their order; ``picked`` carries the key."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", "rail")
        self.setAccessibleName("Pages")
        self._items: dict[str, RailItem] = {}
        self._group = QButtonGroup(self)
        self._narrow = False
        self.brand = Brand()
        box = QVBoxLayout(self)
        box.setContentsMargins(_EDGE, 12, _EDGE, 12)
        box.setSpacing(2)
        inset = QVBoxLayout()
        inset.setContentsMargins(_EDGE, 0, 0, 0)
        inset.addWidget(self.brand)
        box.addLayout(inset)
        box.addSpacing(18)
        self._box = QVBoxLayout()
        self._box.setSpacing(2)
        box.addLayout(self._box)
        box.addStretch(1)
        self._group.buttonToggled.connect(self._on_toggled)
        Theme.of().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @property
    def narrow(self) -> bool:
        """Say whether only the icons are shown."""
        return self._narrow

    def add(self, key: str, title: str, icon: str, number: int) -> RailItem:
        """Add a page at the end."""
        item = RailItem(key, title, icon, number)
        item.set_narrow(self._narrow)
        self._items[key] = item
        self._group.addButton(item)
        self._box.addWidget(item)
        return item

    def item(self, key: str) -> RailItem:
        """Return a page's item; raise KeyError when the page is not built."""
        return self._items[key]

    def show_current(self, key: str) -> None:
        """Show which page is in front, without asking for it."""
        self._group.blockSignals(True)
        self._items[key].setChecked(True)
        self._group.blockSignals(False)
        for item in self._items.values():
            item.update()

    def set_narrow(self, narrow: bool) -> None:
        """Collapse to 56 px with icons, or open to 208 px."""
        if narrow != self._narrow:
            self._narrow = narrow
            self.brand.set_narrow(narrow)
            for item in self._items.values():
                item.set_narrow(narrow)
            self._on_theme_changed()

    @Slot(QAbstractButton, bool)
    def _on_toggled(self, button: QAbstractButton, on: bool) -> None:
        if on and isinstance(button, RailItem):
            self.picked.emit(button.key)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setFixedWidth(Theme.of().px(RAIL_NARROW if self._narrow else RAIL))
