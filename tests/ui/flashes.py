"""Sees a widget that shows itself as a window of its own for a moment: it flashes, and it takes the focus away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

from cme_desktop.ui.window import Window


class _Watch(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.others: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            window = watched.windowType() in (Qt.WindowType.Widget, Qt.WindowType.Window)
            if window and not isinstance(watched, Window):
                self.others.append(repr(watched))
        return False


@contextmanager
def no_other_window() -> Iterator[None]:
    """Raise AssertionError if anything but a Window of ours was shown as a window; menus and tips may be."""
    app = QApplication.instance()
    assert app is not None
    watch = _Watch()
    app.installEventFilter(watch)
    try:
        yield
    finally:
        app.removeEventFilter(watch)
    assert not watch.others, f"shown as windows of their own for a moment: {watch.others}"
