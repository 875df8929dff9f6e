"""What a place shows instead of rows: nothing yet, loading, not allowed; and the page before the irreversible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from cme_desktop.ui import icons
from cme_desktop.ui.qt import announce, column, row, shortcut
from cme_desktop.ui.theme import Theme, hold_width
from cme_desktop.ui.tokens import CELL_OUTER, ROW, Tone
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.inputs import TextArea
from cme_desktop.ui.widgets.text import Glyph, Label, line

LOADING_AFTER: Final = 300
"""Milliseconds before anything is shown while rows load (mock-ups, common measures)."""


class Round(QWidget):
    """A circle of 48 px in a tone with an icon in it."""

    def __init__(self, icon: str, tone: Tone = Tone.GREEN, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._tone = icon, tone
        self.setFixedSize(48, 48)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the circle and the icon."""
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(f"{self._tone}_bg"))
        painter.drawEllipse(QRectF(self.rect()))
        side = theme.px(18)
        icons.paint(painter, self._icon, (48 - side) / 2, (48 - side) / 2, f"{self._tone}_fg", 18)


class Empty(QWidget):
    """An empty place: what is true, what comes and what to do next, at most two buttons and a few quiet facts."""

    def __init__(
        self,
        title: str,
        words: str,
        *,
        icon: str = "check",
        tone: Tone = Tone.GREEN,
        buttons: Sequence[Button] = (),
        facts: Sequence[tuple[str, str]] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(f"{title} {words}")
        self.title = Label(title, "section", wrap=True)
        self.words = Label(words, "body", "muted", wrap=True)
        for label in (self.title, self.words):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        hold_width(self.words, 360)
        box = QVBoxLayout(self)
        box.setContentsMargins(32, 0, 32, 0)
        box.setSpacing(0)
        box.addStretch(2)
        box.addWidget(Round(icon, tone), 0, Qt.AlignmentFlag.AlignHCenter)
        box.addSpacing(15)
        box.addWidget(self.title)
        box.addSpacing(6)
        box.addLayout(row(None, self.words, None))
        if buttons:
            box.addSpacing(18)
            box.addLayout(row(None, *buttons, None, gap=8))
        if facts:
            box.addSpacing(46)
            box.addWidget(line())
            box.addSpacing(22)
            facts_row = row(None, gap=24)
            for glyph, fact in facts:
                facts_row.addLayout(row(Glyph(glyph), Label(fact, "hint", "muted"), gap=8))
            facts_row.addStretch(1)
            box.addLayout(facts_row)
        box.addStretch(5)


class NotAllowedPage(Empty):
    """A page that explains who may see this, where the person's role may not."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__("This page is for another role", words, icon="lock", tone=Tone.GREY, parent=parent)


class Loading(QWidget):
    """Three bars where rows will be, after 300 ms; before that, nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Loading")
        self._visible = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOADING_AFTER)
        self._timer.timeout.connect(self._on_timeout)

    def start(self) -> None:
        """Begin to wait."""
        self._visible = False
        self._timer.start()
        self.update()

    def stop(self) -> None:
        """Rows are there."""
        self._timer.stop()
        self._visible = False

    @Slot()
    def _on_timeout(self) -> None:
        self._visible = True
        announce(self, "Loading")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the bars."""
        if not self._visible:
            return
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("track"))
        height = theme.px(ROW)
        for place, share in enumerate((0.62, 0.48, 0.55)):
            top = place * height + (height - 8) / 2
            painter.drawRoundedRect(QRectF(CELL_OUTER, top, (self.width() - 2 * CELL_OUTER) * share, 8), 4, 4)


class Place(QWidget):
    """A place that shows its content, or loading, or an empty state, one at a time."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self.loading = Loading()
        self._empty: QWidget = QWidget()
        self._stack = QStackedLayout(self)
        for widget in (content, self.loading, self._empty):
            self._stack.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_content(self) -> None:
        """Show the rows."""
        self.loading.stop()
        self._stack.setCurrentWidget(self.content)

    def show_loading(self) -> None:
        """Show that rows are on their way."""
        self._stack.setCurrentWidget(self.loading)
        self.loading.start()

    def show_empty(self, empty: QWidget) -> None:
        """Show why there are no rows."""
        self.loading.stop()
        if empty is not self._empty:
            self._stack.removeWidget(self._empty)
            self._empty.deleteLater()
            self._empty = empty
            self._stack.addWidget(empty)
        self._stack.setCurrentWidget(empty)


class Interruption(QWidget):
    """The page before the irreversible: what will happen in plain facts, and two ways on that name the act.

    It covers its page (never a Yes/No box). A reason may be asked, of at least so many characters.
    """

    went_on = Signal(str)
    went_back = Signal()

    def __init__(
        self,
        title: str,
        facts: Sequence[str],
        go_on: str,
        go_back: str = "Go back",
        *,
        reason: str = "",
        shortest: int = 0,
        danger: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self._shortest = shortest if reason else 0
        card = Card()
        hold_width(card, 560)
        card.body.setContentsMargins(24, 24, 24, 24)
        card.body.setSpacing(12)
        card.body.addLayout(
            row(Glyph("alert", "danger" if danger else "amber_fg", 20), Label(title, "title", wrap=True), gap=12)
        )
        for fact in facts:
            card.body.addWidget(Label(fact, wrap=True))
        self.reason = TextArea(2)
        if reason:
            label = Label(reason, "strong")
            label.setBuddy(self.reason)
            self.reason.setAccessibleName(reason)
            card.body.addLayout(column(label, self.reason, gap=4))
            self.reason.textChanged.connect(self._on_reason_changed)
        self.go_on = Button(go_on, Kind.DANGER if danger else Kind.PRIMARY, on_click=self._on_go_on)
        self.go_back = Button(go_back, on_click=self.went_back.emit)
        self._why = Label("", "hint", "muted", wrap=True)
        card.foot(self.go_on, self.go_back, self._why)
        self.setLayout(column(None, row(None, card, None), None, None, margins=(24, 24, 24, 24)))
        shortcut(self, "Esc", self.went_back.emit)
        self._on_reason_changed()

    @property
    def first(self) -> QWidget:
        """Return where nothing happens by accident: the reason, or the way back."""
        return self.reason if self._shortest else self.go_back

    def focus_first(self) -> None:
        """Put the focus where nothing happens by accident."""
        self.first.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, self.accessibleName(), urgent=True)

    @Slot()
    def _on_reason_changed(self) -> None:
        missing = self._shortest - len(self.reason.text().strip())
        self.go_on.set_reason(f"Write at least {self._shortest} letters" if missing > 0 else "")
        self._why.setText(self.go_on.toolTip())

    def _on_go_on(self) -> None:
        self.went_on.emit(self.reason.text().strip())
