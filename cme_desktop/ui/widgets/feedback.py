"""What the window says back: toasts with Undo that are kept in a list, and the one banner of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.ui import words
from cme_desktop.ui.qt import announce, clear, column, row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import CARD_RADIUS, Tone
from cme_desktop.ui.widgets.buttons import Button, IconButton, Kind, Link
from cme_desktop.ui.widgets.cards import FOOT_MOVED, Foot
from cme_desktop.ui.widgets.text import Glyph, Label

TOAST_STAYS: Final = 10_000
"""Milliseconds a toast stays at least (ux.md 5)."""
_KEPT: Final = 50
_WIDEST: Final = 640
_EDGE: Final = 24
_GAP: Final = 16
_STATUS: Final = 28
DONE: Final = ("check", "green_fg")
NOTE: Final = ("info", "muted")
ALERT: Final = ("alert", "danger")
"""The icon of a toast and its token: the tick is for what was done, and for nothing else."""


@dataclass(frozen=True)
class News:
    """One thing that was said: its words, when, the number of the action it could undo, and the sign beside it."""

    text: str
    at: datetime
    undo: int | None = None
    sign: tuple[str, str] = DONE


class Toasts(QObject):
    """Say what was done, at the bottom of a window, and keep it in a list; Undo is offered where it can be.

    A toast never covers the foot of an open form or card: it gives way to the side, or else upwards.
    """

    undo_wanted = Signal(int)
    listed = Signal()

    def __init__(self, host: QWidget, now: Callable[[], datetime]) -> None:
        super().__init__(host)
        self._host, self._now = host, now
        self._news: list[News] = []
        self._toast: _Toast | None = None
        self._window = host
        host.installEventFilter(self)
        Theme.of().changed.connect(self._on_theme_changed)

    @property
    def news(self) -> tuple[News, ...]:
        """Return what was said in this session, newest first."""
        return tuple(reversed(self._news))

    @property
    def shown(self) -> QWidget | None:
        """Return the toast that is on screen, or None."""
        return self._toast

    def say(self, text: str, *, undo: int | None = None, urgent: bool = False, note: bool = False) -> None:
        """Say that something was done.

        Args:
            undo: the number of the action that can be undone.
            urgent: it went wrong or was refused: it has the alert, and a screen reader says it at once.
            note: nothing was done or went wrong: this is only to be known.
        """
        news = News(text, self._now(), undo, ALERT if urgent else NOTE if note else DONE)
        self._news = [*self._news, news][-_KEPT:]
        self.close()
        self._toast = _Toast(news, self._host)
        self._toast.undo_pressed.connect(self._on_undo)
        self._toast.gone.connect(self.close)
        self._window = self._host.window()
        if self._window is not self._host:
            self._window.installEventFilter(self)
        self._place()
        self._toast.show()
        self._toast.raise_()
        announce(self._host, f"{text}. Undo with Control Z" if undo is not None else text, urgent=urgent)
        self.listed.emit()

    def forget(self) -> None:
        """Forget all that was said: at lock."""
        self._news.clear()
        self.close()
        self.listed.emit()

    def undone(self, number: int) -> None:
        """Take the offer to undo away from news whose action was undone."""
        self._news = [replace(one, undo=None) if one.undo == number else one for one in self._news]
        self.listed.emit()

    @Slot()
    def close(self) -> None:
        """Take the toast away."""
        if self._toast is not None:
            self._toast.hide()
            self._toast.deleteLater()
            self._toast = None

    @Slot(int)
    def _on_undo(self, number: int) -> None:
        self.close()
        self.undo_wanted.emit(number)

    @Slot()
    def _on_theme_changed(self) -> None:
        QTimer.singleShot(0, self, self._place)

    @Slot()
    def _place(self) -> None:
        if self._toast is None:
            return
        host = self._host
        size = self._toast.fit(min(Theme.of().px(_WIDEST), host.width() - 2 * _EDGE))
        bottom = host.height() - size.height() - Theme.of().px(_STATUS) - _GAP
        feet = self._feet()
        usual = QRect(QPoint((host.width() - size.width()) // 2, bottom), size)
        self._toast.setGeometry(next((place for place in _places(usual, feet) if _is_clear(place, feet)), usual))

    def _feet(self) -> list[QRect]:
        """Return where the feet are that can be seen, in the host's own measure."""
        shown = (foot for foot in self._host.findChildren(Foot) if foot.isVisibleTo(self._host))
        return [seen for foot in shown if not (seen := self._seen(foot)).isEmpty()]

    def _seen(self, foot: QWidget) -> QRect:
        area, below, above = QRect(QPoint(), foot.size()), foot, foot.parentWidget()
        while above is not None and below is not self._host:
            area = area.translated(below.pos()) & above.rect()
            below, above = above, above.parentWidget()
        return area

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the toast in its place when the window changes size, and clear of feet that come and go."""
        resized = watched is self._host and event.type() == QEvent.Type.Resize
        if resized or event.type() == FOOT_MOVED:
            self._place()
        return super().eventFilter(watched, event)


def _is_clear(place: QRect, feet: list[QRect]) -> bool:
    return place.top() >= _EDGE and place.left() >= _EDGE and not any(place.intersects(foot) for foot in feet)


def _places(usual: QRect, feet: list[QRect]) -> Iterator[QRect]:
    """Yield where a toast may be, best first: its usual place, left of the feet there, then above one after another."""
    there = sorted((foot for foot in feet if usual.intersects(foot)), key=QRect.left, reverse=True)
    ups = [foot.top() - _GAP - usual.bottom() - 1 for foot in sorted(feet, key=QRect.top, reverse=True)]
    yield usual
    for foot in there:
        left = foot.left() - _GAP - usual.right() - 1
        yield from (usual.translated(left, up) for up in (0, *ups) if up <= 0)
    yield from (usual.translated(0, up) for up in ups)


class _Toast(QFrame):
    undo_pressed = Signal(int)
    gone = Signal()

    def __init__(self, news: News, host: QWidget) -> None:
        super().__init__(host)
        self._news = news
        self.setAccessibleName(news.text)
        self.words = Label(news.text, wrap=True)
        self.undo = Button("Undo", Kind.PLAIN, key="Ctrl+Z", small=True, on_click=self._on_undo)
        close = IconButton("close", "Close this message", on_click=self.gone.emit)
        self.sign = Glyph(*news.sign)
        self.setLayout(row(self.sign, self.words, 8, self.undo, close, gap=8, margins=(16, 8, 8, 8)))
        self.undo.setVisible(news.undo is not None)  # only now: shown without a parent it would be a window of its own
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start(TOAST_STAYS)

    def fit(self, most: int) -> QSize:
        """Break the words where the toast would be wider than this, and return its size."""
        words, layout = self.words, self.layout()
        others = self.sizeHint().width() - words.sizeHint().width()
        whole = words.fontMetrics().horizontalAdvance(words.text()) + 2
        words.setFixedWidth(max(min(whole, most - others), 0))
        width = self.sizeHint().width()
        return QSize(width, layout.heightForWidth(width) if layout is not None else self.sizeHint().height())

    def _on_undo(self) -> None:
        if self._news.undo is not None:
            self.undo_pressed.emit(self._news.undo)

    @Slot()
    def _on_timeout(self) -> None:
        inside = self.underMouse() or self.isAncestorOf(self.window().focusWidget() or self.window())
        if inside:
            self._timer.start(TOAST_STAYS)
        else:
            self.gone.emit()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Stay while the pointer is on it."""
        self._timer.start(TOAST_STAYS)
        super().enterEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the surface with the edge of menus."""
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), CARD_RADIUS, CARD_RADIUS)


class NewsList(QWidget):
    """All that was said in this session, newest first, with Undo where it can still be done."""

    undo_wanted = Signal(int)

    def __init__(self, toasts: Toasts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._toasts = toasts
        self.setAccessibleName("What was done in this session")
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(16, 12, 16, 12)
        self._box.setSpacing(8)
        toasts.listed.connect(self._on_listed)
        self._on_listed()

    @Slot()
    def _on_listed(self) -> None:
        clear(self._box)
        for news in self._toasts.news:
            line = QWidget()
            when = Label(words.clock_time(news.at), "hint", "muted").set_tabular()
            undo = Link("Undo", on_click=partial(self.undo_wanted.emit, news.undo or 0))
            undo.setAccessibleName(f"Undo: {news.text}")
            line.setLayout(row(when, Label(news.text, wrap=True), undo, gap=12))
            undo.setVisible(news.undo is not None)
            self._box.addWidget(line)
        if not self._toasts.news:
            self._box.addWidget(Label("Nothing was changed in this session yet.", token="muted"))
        self._box.addStretch(1)


class Banner(QFrame):
    """The one banner of a page: what is so, and at most one button. RED is said at once to a screen reader."""

    def __init__(
        self,
        text: str,
        tone: Tone = Tone.AMBER,
        *,
        second: str = "",
        button: str = "",
        danger_button: bool = False,
        on_click: Callable[[], object] | None = None,
        icon: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("part", f"banner-{tone}")
        self.setAccessibleName(f"{text.removesuffix('.')}. {second}" if second else text)
        token = f"{tone}_fg"
        glyph = Glyph(icon or ("info" if tone in (Tone.BLUE, Tone.GREY) else "alert"), token, 20 if second else 16)
        lines = QVBoxLayout()
        lines.setSpacing(2)
        self.words = Label(text, "strong" if second else "body", token, wrap=True)
        lines.addWidget(self.words)
        if second:
            lines.addWidget(Label(second, "body", token, wrap=True))
        inner = row(gap=12)
        inner.addWidget(glyph, 0, Qt.AlignmentFlag.AlignTop)
        inner.addLayout(lines, 1)
        box = row(gap=12, margins=(16, 12, 16, 12))
        box.addLayout(column(None, inner, None, gap=0), 1)
        self.button: Button | None = None
        if button:
            self.button = Button(button, Kind.DANGER if danger_button else Kind.OUTLINED, on_click=on_click)
            box.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        self.setLayout(box)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._urgent = tone is Tone.RED

    def say(self) -> None:
        """Say the banner to a screen reader."""
        announce(self, self.accessibleName(), urgent=self._urgent)

    def minimumSizeHint(self) -> QSize:
        """Return a size that lets the words wrap."""
        return QSize(160, super().minimumSizeHint().height())
