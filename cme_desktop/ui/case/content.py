"""What scrolls inside a card of the case page: as high as its words need at the width it has, and no higher."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget


class Content(QWidget):
    """A holder for a scroll area: its wrapped words count at their real width, so that no empty bar shows."""

    def minimumSizeHint(self) -> QSize:
        """Return no height of its own: the height for the width decides."""
        return QSize(super().minimumSizeHint().width(), 0)
