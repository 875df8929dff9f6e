"""What stands in the window while nobody works: no names, and two ways on. And the 30 seconds' warning before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QWidget

from cme_desktop.ui.qt import announce, application, row, shortcut
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.unlock.frame import LockedFrame
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import count

WARNING_SECONDS: Final = 30
_INPUT: Final = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
    }
)


class LockedView(LockedFrame):
    """The window while it is locked: when and why, Unlock for the person who worked, Change person for another."""

    unlock_wanted = Signal()
    change_person_wanted = Signal()

    def __init__(self, locked: str, saved: str = "", backup: str = "", parent: QWidget | None = None) -> None:
        card = Card(padding=24)
        super().__init__(locked, card, "", parent)
        card.body.addWidget(Label("The register is locked", "title"))
        words = "The cases are closed. What was not finished is kept as a draft inside the register."
        card.body.addWidget(Label(words, token="muted", wrap=True))
        card.body.addSpacing(8)
        self.unlock = Button("Unlock", Kind.PRIMARY, icon="unlock", on_click=self.unlock_wanted.emit)
        change = Button("Change person", key="Ctrl+Shift+L", on_click=self.change_person_wanted.emit)
        card.body.addLayout(row(self.unlock, change, None))
        self.show_status(saved, backup)
        shortcut(self, "Ctrl+Shift+L", self.change_person_wanted.emit)
        self.unlock.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setFocusProxy(self.unlock)


class IdleWatch(QObject):
    """Watch keys and pointer of one window and say when it has been left alone: a warning 30 s before, then lock.

    It filters the input of our windows, not every event of the program. ``seconds`` tells the time and must not go
    back (``time.monotonic``); minutes are 1 to 30 (safety.md 3). ``touched`` is emitted by each input.
    """

    touched = Signal()
    warned = Signal(int)
    stayed = Signal()
    lock_wanted = Signal()

    def __init__(self, window: QWidget, minutes: int, seconds: Callable[[], float]) -> None:
        super().__init__(window)
        self._seconds = seconds
        self._limit = 0.0
        self._warning = False
        self.set_minutes(minutes)
        self._last = seconds()
        self._timer = QTimer(self)
        self._timer.setInterval(1_000)
        self._timer.timeout.connect(self.check)
        window.winId()
        self._on_window(window.windowHandle())
        app = application()
        assert isinstance(app, QGuiApplication)
        app.focusWindowChanged.connect(self._on_window)

    @Slot(QWindow)
    def _on_window(self, window: QWindow | None) -> None:
        """Watch this window too: a dialog has its own input."""
        if window is not None:
            window.installEventFilter(self)

    def set_minutes(self, minutes: int) -> None:
        """Change how long the window may be left alone; raise ValueError outside 1 to 30 minutes."""
        if not 1 <= minutes <= 30:
            raise ValueError("Auto-lock is set between 1 and 30 minutes.")
        self._limit = minutes * 60.0

    @property
    def left_alone(self) -> float:
        """Return for how many seconds nobody has touched the window."""
        return self._seconds() - self._last

    def start(self) -> None:
        """Begin to watch, as someone has just unlocked."""
        self.stay()
        self._timer.start()

    def stop(self) -> None:
        """Stop watching, as the register is locked."""
        self._timer.stop()
        self._warning = False

    @Slot()
    def stay(self) -> None:
        """Begin to count anew."""
        self._last = self._seconds()
        if self._warning:
            self._warning = False
            self.stayed.emit()

    @Slot()
    def check(self) -> None:
        """Say the warning, or that it is time to lock; the timer calls this each second."""
        left = self._limit - (self._seconds() - self._last)
        if left <= 0:
            self.stop()
            self.lock_wanted.emit()
        elif left <= WARNING_SECONDS:
            self._warning = True
            self.warned.emit(max(1, round(left)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Count anew at each key and each movement of the pointer."""
        if event.type() in _INPUT:
            self.stay()
            self.touched.emit()
        return super().eventFilter(watched, event)


class LockWarning(QWidget):
    """ "Locks in 20 seconds" at the top of the window, with Stay open."""

    stay_wanted = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self.banner = Banner(
            "The register locks soon", Tone.AMBER, button="Stay open", on_click=self.stay_wanted.emit, icon="lock"
        )
        self.setLayout(row(self.banner, margins=(0, 0, 0, 0)))
        self.hide()

    def show_seconds(self, seconds: int) -> None:
        """Show how many seconds are left; the first time also says it."""
        words = f"Nobody has worked for a while: the register locks in {count(seconds, 'second')}"
        self.banner.words.setText(words)
        if not self.isVisible():
            width = min(640, self._host.width() - 48)
            self.setGeometry((self._host.width() - width) // 2, 8, width, self.sizeHint().height())
            self.show()
            self.raise_()
            announce(self._host, f"{words}. Press any key to stay.", urgent=True)
