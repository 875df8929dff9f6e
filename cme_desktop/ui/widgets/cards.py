"""Cards: a surface with a 1 px line, an optional head, content, and a foot for buttons."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.ui.qt import Part, column, row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import CARD_RADIUS
from cme_desktop.ui.widgets.text import Label

FOOT_MOVED: Final = QEvent.Type(QEvent.registerEventType())
"""Posted to a window when a foot with buttons in it came, went or moved: toasts keep clear of feet."""
_MOVES: Final = frozenset({QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.Move, QEvent.Type.Resize})


def part(name: str, parent: QWidget | None = None) -> QFrame:
    """Return a frame that the style sheet dresses by its part ("card", "card-foot", "page", "sunken" ...)."""
    frame = QFrame(parent)
    frame.setProperty("part", name)
    return frame


class Foot(QFrame):
    """Hold buttons that no toast may cover: the foot of a form or a card, or a question above it."""

    def __init__(self, name: str = "status", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("part", name)

    def event(self, event: QEvent) -> bool:
        """Tell the window, once layouts have come to rest, that this foot is elsewhere."""
        if event.type() in _MOVES:
            QCoreApplication.postEvent(self.window(), QEvent(FOOT_MOVED))
        return super().event(event)


class Card(QFrame):
    """A card; put content into ``body``, and make head and foot when there is something to say in them."""

    def __init__(
        self, title: str = "", *, stacked: bool = False, padding: int = 16, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("part", "card")
        self._stacked = stacked
        self._head: QFrame | None = None
        self._head_row: QHBoxLayout | None = None
        self.title_label: Label | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._outer = outer
        self.body = QVBoxLayout()
        self.body.setContentsMargins(padding, padding, padding, padding)
        self.body.setSpacing(8)
        outer.addLayout(self.body, 1)
        if title:
            self.set_title(title)
        Theme.of().changed.connect(self._on_theme_changed)

    def set_title(self, title: str) -> None:
        """Show a title in the head; it also names the card for a screen reader."""
        self.setAccessibleName(title)
        if self.title_label is None:
            self.title_label = Label(title, "section")
            self.head().insertWidget(0, self.title_label)
        else:
            self.title_label.setText(title)

    def head(self) -> QHBoxLayout:
        """Return the head's row, made at first use: title, stretch, then what is added."""
        if self._head_row is None:
            self._head = part("card-head", self)
            self._head_row = row(None, gap=8, margins=(16, 0, 16, 0))
            self._head.setLayout(self._head_row)
            self._outer.insertWidget(0, self._head)
            self._on_theme_changed()
        return self._head_row

    def add_close(self, button: QWidget) -> None:
        """Put a close button at the end of the head, its icon where the text of the card ends."""
        self.head().addWidget(button)
        self.head().setContentsMargins(16, 0, 10, 0)

    def foot(self, *parts: Part) -> Foot:
        """Add a foot with the given parts and return it."""
        frame = Foot("card-foot", self)
        frame.setLayout(row(*parts, gap=8, margins=(16, 12, 16, 12)))
        self._outer.addWidget(frame)
        return frame

    @Slot()
    def _on_theme_changed(self) -> None:
        if self._head is not None:
            self._head.setMinimumHeight(Theme.of().px(36 if self._stacked else 40))


class Corners(QWidget):
    """Round the corners of a card over what it holds: a list that paints to the edges has square ones."""

    def __init__(self, card: QFrame) -> None:
        super().__init__(card)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        card.installEventFilter(self)
        self.setGeometry(card.rect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay above what the card holds, as large as the card."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.ChildAdded, QEvent.Type.Show):
            parent = self.parentWidget()
            if parent is not None:
                self.setGeometry(parent.rect())
            self.raise_()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint what lies outside the round corners, and the line along them."""
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        outside, card = QPainterPath(), QPainterPath()
        outside.addRect(area)
        card.addRoundedRect(area, CARD_RADIUS, CARD_RADIUS)
        painter.fillPath(outside.subtracted(card), theme.color("bg"))
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), CARD_RADIUS - 0.5, CARD_RADIUS - 0.5)


class Scroll(QScrollArea):
    """A page or a card's content that scrolls up and down when there is no room; the content keeps its tokens."""

    def __init__(self, content: QWidget | None = None, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.viewport().setAutoFillBackground(False)
        if name:
            self.setAccessibleName(name)
        if content is not None:
            self.hold(content)

    def hold(self, content: QWidget) -> None:
        """Show a content."""
        content.setProperty("scrolled", "true")
        content.setAutoFillBackground(False)
        self.setWidget(content)


class CardColumn(QWidget):
    """Cards one below the other inside a Scroll, as high as their words need at the present width and no higher."""

    def __init__(self, *cards: QWidget, gap: int = 12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        inner = column(*cards, gap=gap)
        self.setLayout(column(inner, None, gap=0))

    def minimumSizeHint(self) -> QSize:
        """Return the least width; the height follows from it, and is not that of words broken at their narrowest."""
        least, layout = super().minimumSizeHint(), self.layout()
        follows = layout is not None and layout.hasHeightForWidth()
        return QSize(least.width(), 0 if follows else least.height())


class PaneScroll(Scroll):
    """Scroll a pane whose words wrap: the bar is there only when the content is too long without it.

    Qt measures wrapped words at the width that a bar leaves, and so never takes a bar away again.
    """

    def hold(self, content: QWidget) -> None:
        """Show a content, and measure it anew whenever it is laid out."""
        super().hold(content)
        content.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Measure the content when it changes."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._measure()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Measure the content at the new size."""
        super().resizeEvent(event)
        self._measure()

    def _measure(self) -> None:
        content = self.widget()
        layout = content.layout() if content is not None else None
        if layout is None:
            return
        need = layout.heightForWidth(self.width()) if layout.hasHeightForWidth() else layout.sizeHint().height()
        off, on = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAlwaysOn
        self.setVerticalScrollBarPolicy(on if need > self.height() else off)
