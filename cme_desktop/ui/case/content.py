"""What scrolls inside a card of the case page: as high as its words need at the width it has, and no higher."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget


class Content(QWidget):
    """A holder for a scroll area: its wrapped words count at their real width, so that no empty bar shows."""

    def minimumSizeHint(self) -> QSize:
        """Return no height of its own where words wrap: the height for the width decides there."""
        least = super().minimumSizeHint()
        return QSize(least.width(), 0) if self.hasHeightForWidth() else least
