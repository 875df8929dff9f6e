"""The rescue screen: one card in an empty window, when the register cannot be worked in (safety.md 8)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from cme_desktop.ui.qt import announce, shortcut, tab_stops
from cme_desktop.ui.unlock.frame import LockedFrame
from cme_desktop.ui.widgets.cards import Card

_WIDE = 600


class RescueView(LockedFrame):
    """Show one panel at a time. It never shows anything of a case."""

    escaped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        card = Card(padding=24)
        super().__init__("", card, "Names of children are never shown here.", parent, wide=_WIDE)
        self.setAccessibleName("Rescue of the case register")
        self.show_status("", "")
        self._panel: QWidget | None = None
        shortcut(self, "Esc", self.escaped.emit)

    @property
    def panel(self) -> QWidget | None:
        """Return what is shown."""
        return self._panel

    def show_panel(self, panel: QWidget) -> None:
        """Show a panel in place of the one before, say it, and put the focus into it."""
        before, self._panel = self._panel, panel
        if before is panel:
            return
        if before is not None:
            self.card.body.removeWidget(before)
            before.hide()
        self.card.body.addWidget(panel)
        panel.show()
        stops = tab_stops(panel)
        if stops:
            stops[0].setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, panel.accessibleName(), urgent=True)
