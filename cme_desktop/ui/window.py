"""The one window: what is locked, the frame at work, or a page that covers everything until it is answered."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from cme_desktop.ui.tokens import SMALLEST_WINDOW


class Window(QWidget):
    """Hold one face at a time (unlock, set-up or the shell) and, over it, a cover such as the danger screen."""

    def __init__(self, title: str = "Case register", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumSize(*SMALLEST_WINDOW)
        self._stack = QStackedLayout(self)
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

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close only when nothing has to be answered first."""
        if self.may_close():
            super().closeEvent(event)
        else:
            event.ignore()

    def sizeHint(self) -> QSize:
        """Return the size of the pictures."""
        return QSize(1366, 768)
