"""When a window is on the screen for the first time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer

from cme_desktop.ui.window import Window

SHOWN_AT_THE_LATEST_MS = 1_000


class FirstPaint(QObject):
    """Tell once that a window has been painted, or after a while, as a window that is hidden may never be."""

    def __init__(self, window: Window, shown: Callable[[], None]) -> None:
        super().__init__(window)
        self._shown: Callable[[], None] | None = shown
        window.installEventFilter(self)
        QTimer.singleShot(SHOWN_AT_THE_LATEST_MS, self, self.tell)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell after the paint that is about to be done."""
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self, self.tell)
        return False

    def tell(self) -> None:
        """Tell, the first time."""
        shown, self._shown = self._shown, None
        if shown is not None:
            shown()
