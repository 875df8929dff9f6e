"""The one window: what is locked, the frame at work, or a page that covers everything until it is answered."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QScreen, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from cme_desktop.ui.tokens import SMALLEST_WINDOW

_FRAME = QSize(16, 40)
"""About what the frame and the title of a window take."""


class Window(QWidget):
    """Hold one face at a time (unlock, set-up or the shell) and, over it, a cover such as the danger screen."""

    def __init__(self, title: str = "Case register", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._follows = False
        self._fit_to(self.screen())
        # On a screen with less room than a page needs, the page scrolls in the window
        room = QScrollArea(self)
        room.setFrameShape(QFrame.Shape.NoFrame)
        room.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        room.setWidgetResizable(True)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(room)
        inner = QWidget()
        inner.setMinimumSize(*SMALLEST_WINDOW)
        room.setWidget(inner)
        self._stack = QStackedLayout(inner)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._face: QWidget | None = None
        self._cover: QWidget | None = None
        self._before: QWidget | None = None
        self.may_close: Callable[[], bool] = lambda: True

    @property
    def face(self) -> QWidget | None:
        """Return what is shown below a cover."""
        return self._face

    @property
    def cover_shown(self) -> QWidget | None:
        """Return the cover, or None."""
        return self._cover

    def show_face(self, face: QWidget) -> None:
        """Show another face; the one before, its cover and all they hold are destroyed, so that no name stays."""
        self.uncover()
        before = self._face
        self._face = face
        self._stack.addWidget(face)
        self._stack.setCurrentWidget(face)
        if before is not None and before is not face:
            self._stack.removeWidget(before)
            before.setParent(None)
            before.deleteLater()

    def cover(self, cover: QWidget) -> None:
        """Cover the whole window; keys and pointer reach only the cover until ``uncover``."""
        self.uncover()
        self._before = self.focusWidget()
        self._cover = cover
        self._stack.addWidget(cover)
        self._stack.setCurrentWidget(cover)

    def uncover(self) -> None:
        """Take the cover away and give the focus back to what had it."""
        if self._cover is None:
            return
        cover, self._cover = self._cover, None
        if self._face is not None:
            self._stack.setCurrentWidget(self._face)
        self._stack.removeWidget(cover)
        cover.setParent(None)
        cover.deleteLater()
        if self._before is not None and self._face is not None and self._face.isAncestorOf(self._before):
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._before = None

    def _fit_to(self, screen: QScreen | None) -> None:
        """Let the window be as small as the room that a screen has for it, beside its frame."""
        least = QSize(*SMALLEST_WINDOW)
        if screen is not None:
            least = least.boundedTo(screen.availableSize() - _FRAME)
        self.setMinimumSize(least)

    def fit(self, width: int, height: int) -> None:
        """Take a size, but none that its screen has no room for."""
        wanted, screen = QSize(width, height), self.screen()
        self.resize(wanted.boundedTo(screen.availableSize() - _FRAME) if screen is not None else wanted)

    def showEvent(self, event: QShowEvent) -> None:
        """Keep to the screen that the window is shown on, also when it is moved to another."""
        super().showEvent(event)
        handle = self.windowHandle()
        if handle is not None and not self._follows:
            self._follows = True
            handle.screenChanged.connect(self._fit_to)
        self._fit_to(self.screen())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close only when nothing has to be answered first."""
        if self.may_close():
            super().closeEvent(event)
        else:
            event.ignore()

    def sizeHint(self) -> QSize:
        """Return the size of the pictures."""
        return QSize(1366, 768)
