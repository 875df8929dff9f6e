"""Words on the page: labels by step and token, elided names with a tooltip, and terms with their values."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QWidget

from cme_desktop.ui import icons
from cme_desktop.ui.focus import RING_RADIUS
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.tags import draw_line


class Label(QLabel):
    """A text in a step of the type scale and a token's colour; wraps when told, and never takes the focus."""

    _step, _token, _tabular = "body", "text", False  # a style may change before the label is made

    def __init__(
        self,
        text: str = "",
        step: str = "body",
        token: str = "text",
        *,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._step, self._token, self._tabular = step, token, False
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        Theme.of().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @property
    def tone(self) -> str:
        """Return the token of the colour."""
        return self._token

    def set_tone(self, token: str, step: str = "") -> None:
        """Change the colour and, if given, the step."""
        self._token, self._step = token, step or self._step
        self._on_theme_changed()

    def set_tabular(self) -> Label:
        """Show figures of one width."""
        self._tabular = True
        self._on_theme_changed()
        return self

    def set_rich(self, html: str) -> Label:
        """Show our own markup (``<b>``); data in it must have been escaped."""
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setText(html)
        return self

    def selectable(self) -> Label:
        """Let the words be copied, as telephone numbers are."""
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName(self.text())
        return self

    def changeEvent(self, event: QEvent) -> None:
        """Put font and colour on again: a part that gets another parent is given back those of an earlier theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and not self._is_dressed():
            self._on_theme_changed()

    def _is_dressed(self) -> bool:
        theme = Theme.of()
        inked = self.palette().color(QPalette.ColorRole.WindowText) == theme.color(self._token)
        return inked and self.font().pixelSize() == theme.font(self._step).pixelSize()

    @Slot()
    def _on_theme_changed(self) -> None:
        theme = Theme.of()
        self.setFont(theme.font(self._step, tabular=self._tabular))
        colours = self.palette()
        colours.setColor(QPalette.ColorRole.WindowText, theme.color(self._token))
        colours.setColor(QPalette.ColorRole.Link, theme.color("accent"))
        self.setPalette(colours)


class Linked(Label):
    """Words that end in a link: it is pressed with the pointer, Enter or Space, and named for a screen reader."""

    pressed = Signal()

    def __init__(
        self, words: str = "", link: str = "", step: str = "body", token: str = "muted", parent: QWidget | None = None
    ) -> None:
        super().__init__("", step, token, wrap=True, parent=parent)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse)
        self.setProperty(RING_RADIUS, 2)
        self._words = self._link = ""
        self.linkActivated.connect(self._on_link_activated)
        Theme.of().changed.connect(self._on_ink_changed)
        self.say(words, link)

    def words(self) -> str:
        """Return the words before the link."""
        return self._words

    def say(self, words: str, link: str = "") -> None:
        """Say something else; without a link the words are only read."""
        self._words, self._link = words, link
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if link else Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(f"{words} {link}".strip())
        self._on_ink_changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the link."""
        if self._link and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.pressed.emit()
            return
        super().keyPressEvent(event)

    @Slot(str)
    def _on_link_activated(self, _target: str) -> None:
        self.pressed.emit()

    @Slot()
    def _on_ink_changed(self) -> None:
        ink = Theme.of().hex("accent")
        link = f'<a href="#" style="color:{ink};text-decoration:none">{escape(self._link)}</a>' if self._link else ""
        self.setText(" ".join(part for part in (escape(self._words), link) if part))


class Breaking(Label):
    """Words on one line where there is room for it, and broken over lines where there is not: for a Flow."""

    def __init__(self, text: str = "", step: str = "body", token: str = "text", parent: QWidget | None = None) -> None:
        super().__init__(text, step, token, wrap=True, parent=parent)

    def sizeHint(self) -> QSize:
        """Return the size of one line."""
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 4, Theme.of().line(self._step))

    def minimumSizeHint(self) -> QSize:
        """Return the width of a word or two."""
        return QSize(min(self.sizeHint().width(), Theme.of().px(120)), self.sizeHint().height())


class Elided(Label):
    """One line that is cut with an ellipsis when there is no room, with the whole text as its tooltip."""

    def __init__(self, text: str = "", step: str = "body", token: str = "text", parent: QWidget | None = None) -> None:
        super().__init__(text, step, token, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """Return a width of a few letters: the rest is elided."""
        return QSize(self.fontMetrics().horizontalAdvance("Mmm…"), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the tooltip in step with what is cut."""
        cut = self.fontMetrics().horizontalAdvance(self.text()) > self.width()
        self.setToolTip(self.text() if cut else "")
        super().resizeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint what fits."""
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        draw_line(painter, words, 0, self.rect())


class Glyph(QWidget):
    """An icon beside words that say the same; a screen reader passes over it."""

    def __init__(self, icon: str, token: str = "muted", side: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._token, self._side = icon, token, side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        Theme.of().changed.connect(self._on_theme_changed)

    @property
    def shown(self) -> tuple[str, str]:
        """Return the icon and the token of its colour."""
        return self._icon, self._token

    def show_icon(self, icon: str, token: str = "") -> None:
        """Show another icon or colour."""
        self._icon, self._token = icon, token or self._token
        self.update()

    def sizeHint(self) -> QSize:
        """Return the icon's size."""
        return icons.size(self._side)

    def minimumSizeHint(self) -> QSize:
        """Return the icon's size."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the icon."""
        icons.paint(QPainter(self), self._icon, 0, 0, self._token, self._side)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


class _TermColumn(QObject):
    """Keep the first column of a grid at a width of the mock-ups whatever the text size."""

    def __init__(self, owner: QWidget, grid: QGridLayout, measure: float) -> None:
        super().__init__(owner)
        self._grid, self._measure = grid, measure
        Theme.of().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._grid.setColumnMinimumWidth(0, Theme.of().px(self._measure))


def hold_terms(owner: QWidget, grid: QGridLayout, measure: float) -> None:
    """Give the terms in a grid's first column a least width (px at 100 %) that grows with the text size."""
    _TermColumn(owner, grid, measure)


class Terms(QWidget):
    """Term and value pairs in two columns ("School", "Example High School, off roll 3 Nov")."""

    def __init__(self, width: int = 64, gap: int = 6, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(0)
        self._grid.setVerticalSpacing(gap)
        self._grid.setColumnStretch(1, 1)
        hold_terms(self, self._grid, width)

    def add(self, term: str, value: str | QWidget, token: str = "text") -> QWidget:
        """Add a line and return the widget of its value."""
        line = self._grid.rowCount()
        label = Label(term, token="muted")
        words = value if isinstance(value, QWidget) else Label(value, token=token, wrap=True)
        if isinstance(value, str):
            words.setAccessibleName(f"{term}: {value}")
        self._grid.addWidget(label, line, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(words, line, 1)
        return words


def line(*, vertical: bool = False) -> QFrame:
    """Return a 1 px line of the token ``line``."""
    made = QFrame()
    made.setProperty("part", "line")
    if vertical:
        made.setFixedWidth(1)
    else:
        made.setFixedHeight(1)
    return made
