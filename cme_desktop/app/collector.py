"""Keep Python's memory collector from stopping the window: a full collection waits until nobody works.

A full collection stops every thread for a quarter of a second once a large file is being taken in (measured), and the
window answers within a tenth.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cache
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

YOUNG, MIDDLE, NEVER_BY_ITSELF = 10_000, 20, 1_000_000
LOOK_EVERY_MS: Final = 15_000


@cache
def calm_collector() -> None:
    """Leave what was imported out of every collection, and leave full collections to ``Collector``; once a process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, NEVER_BY_ITSELF)


class Collector(QObject):
    """Make a full collection now and then, when no work is under way and nobody has touched the window lately."""

    def __init__(self, is_quiet: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._is_quiet = is_quiet
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Begin to look for quiet moments."""
        self._timer.start()

    @Slot()
    def look(self) -> None:
        """Collect if it is quiet."""
        if self._is_quiet():
            gc.collect()
