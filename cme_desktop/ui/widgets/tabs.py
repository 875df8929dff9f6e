"""Tabs 40 high with counts beside their names, and a 2 px line under the current one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QTabBar, QToolTip, QWidget

from cme_desktop.ui.focus import OWN_RING, paint_ring
from cme_desktop.ui.qt import row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.tags import TagLook, draw_line, paint_tag, tag_width

_PAD: Final = 12
_GAP: Final = 4
_HEIGHT: Final = 40


class Tabs(QTabBar):
    """A bar of tabs by key; Left and Right move, ``picked`` carries the key."""

    picked = Signal(str)

    def __init__(self, name: str, tabs: Sequence[tuple[str, str]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setProperty(OWN_RING, True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._counts: dict[str, str] = {}
        self._tags: dict[str, TagLook] = {}
        self._pointer = QPoint(-1, -1)
        self.show_tabs(tabs)
        self.currentChanged.connect(self._on_current_changed)
        Theme.of().changed.connect(self._on_theme_changed)

    def show_tabs(self, tabs: Sequence[tuple[str, str]]) -> None:
        """Show tabs as (key, words) in place of those before."""
        while self.count():
            self.removeTab(0)
        self._counts.clear()
        self._tags.clear()
        for key, words in tabs:
            self.setTabData(self.addTab(words), key)

    def set_count(self, key: str, count: str) -> None:
        """Show a count ("43", "22 of 22") after a tab's name; an empty text shows none."""
        self._counts[key] = count
        self._renamed(key)

    def set_tag(self, key: str, look: TagLook) -> None:
        """Show a tag after a tab's name."""
        self._tags[key] = look
        self._renamed(key)

    def key(self) -> str:
        """Return the key of the current tab."""
        return str(self.tabData(self.currentIndex()) or "")

    def pick(self, key: str) -> None:
        """Make a tab current; a key that is not there changes nothing."""
        place = self._place(key)
        if place >= 0:
            self.setCurrentIndex(place)

    def _place(self, key: str) -> int:
        return next((place for place in range(self.count()) if self.tabData(place) == key), -1)

    def _renamed(self, key: str) -> None:
        place = self._place(key)
        if place >= 0:
            extra = self._counts.get(key, "") or (self._tags[key].text if key in self._tags else "")
            self.setAccessibleTabName(place, f"{self.tabText(place)} {extra}".strip())
            self.setTabText(place, self.tabText(place))
            self.updateGeometry()
            self.update()

    def _extra_width(self, key: str) -> int:
        if key in self._tags:
            return 6 + tag_width(self._tags[key], bold=True)
        count = self._counts.get(key, "")
        return 6 + QFontMetrics(Theme.of().font("hint")).horizontalAdvance(count) if count else 0

    def _words_width(self, index: int) -> int:
        return QFontMetrics(Theme.of().font("strong")).horizontalAdvance(self.tabText(index))

    def tabSizeHint(self, index: int) -> QSize:
        """Return a tab's size, with room for its name in bold."""
        current = index == self.currentIndex()
        metrics = QFontMetrics(Theme.of().font("strong" if current else "body"))
        words = metrics.horizontalAdvance(self.tabText(index))
        width = words + self._extra_width(str(self.tabData(index))) + 2 * _PAD + _GAP
        return QSize(width, Theme.of().px(_HEIGHT))

    def minimumTabSizeHint(self, index: int) -> QSize:
        """Return a tab's own size: names are never cut, the bar scrolls."""
        return self.tabSizeHint(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Remember where the pointer is."""
        self._pointer = event.position().toPoint()
        self.update()
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the pointer."""
        self._pointer = QPoint(-1, -1)
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the line below, the tabs, and the accent line of the current one."""
        theme = Theme.of()
        painter = QPainter(self)
        if not isinstance(self.parentWidget(), TabRow):
            painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), theme.color("line"))
        for index in range(self.count()):
            self._paint_tab(painter, index)

    def _paint_tab(self, painter: QPainter, index: int) -> None:
        theme = Theme.of()
        area = self.tabRect(index)
        key, current = str(self.tabData(index)), index == self.currentIndex()
        hovered = area.contains(self._pointer)
        painter.setFont(theme.font("strong" if current else "body"))
        painter.setPen(theme.color("text" if current or hovered else "muted"))
        left = area.left() + _PAD
        draw_line(painter, self.tabText(index), left, area)
        left += QFontMetrics(painter.font()).horizontalAdvance(self.tabText(index))
        if key in self._tags:
            paint_tag(
                painter, QRect(left + 6, area.top(), area.right() - left, area.height()), self._tags[key], bold=current
            )
        elif self._counts.get(key):
            painter.setFont(theme.font("hint"))
            painter.setPen(theme.color("muted"))
            draw_line(painter, self._counts[key], left + 7, area)
        if current:
            under = QRect(area.left() + _PAD, self.height() - 2, area.width() - 2 * _PAD - _GAP, 2)
            painter.fillRect(under, theme.color("accent"))
            if self.hasFocus():
                paint_ring(painter, area.adjusted(2, 4, -2 - _GAP, -5))

    def event(self, event: QEvent) -> bool:
        """Show the full name of a tab as its tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self.tabAt(event.pos())
            words = self.tabToolTip(place) if place >= 0 else ""
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    @Slot(int)
    def _on_current_changed(self, index: int) -> None:
        for place in range(self.count()):
            self.setTabText(place, self.tabText(place))
        if index >= 0:
            self.picked.emit(self.key())

    @Slot()
    def _on_theme_changed(self) -> None:
        for place in range(self.count()):
            self.setTabText(place, self.tabText(place))
        self.updateGeometry()


class TabRow(QWidget):
    """Tabs with buttons after them, over one line that runs the whole width."""

    def __init__(self, tabs: Tabs, *trailing: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs = tabs
        self.setLayout(row(tabs, None, *trailing, gap=8))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the line."""
        QPainter(self).fillRect(QRect(0, self.height() - 1, self.width(), 1), Theme.of().color("line"))
