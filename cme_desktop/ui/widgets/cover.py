"""An interruption page laid over its page: it follows its size, keeps Tab inside, and gives the focus back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from cme_desktop.ui.qt import alive
from cme_desktop.ui.widgets.states import Interruption


class Cover(QFrame):
    """Hold an interruption over a page until one of its two ways is taken; ``closed`` says that it is gone."""

    closed = Signal()

    def __init__(self, page: QWidget, asks: Interruption, on_go_on: Callable[[str], object]) -> None:
        super().__init__(page)
        self.setProperty("part", "page")
        self._page, self._on_go_on = page, on_go_on
        self._before = page.window().focusWidget()
        self.asks = asks
        asks.went_on.connect(self._on_went_on)
        asks.went_back.connect(self.shut)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(asks)
        page.installEventFilter(self)
        self.setGeometry(page.rect())
        self.show()
        self.raise_()
        asks.focus_first()

    @Slot(str)
    def _on_went_on(self, reason: str) -> None:
        self.shut()
        self._on_go_on(reason)

    @Slot()
    def shut(self) -> None:
        """Go away and give the focus back to where it was."""
        self._page.removeEventFilter(self)
        self.hide()
        if self._before is not None and alive(self._before) and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()
        self.deleteLater()

    @staticmethod
    def over(page: QWidget) -> Cover | None:
        """Return the cover that lies over a page, None if there is none."""
        found = [one for one in page.findChildren(Cover) if one.isVisibleTo(page)]
        return found[-1] if found else None

    def focusNextPrevChild(self, onward: bool) -> bool:
        """Keep Tab inside while the page below waits."""
        stops = [one for one in self.asks.findChildren(QWidget) if self._stops(one)]
        here = self.window().focusWidget()
        if not stops or here is None:
            return super().focusNextPrevChild(onward)
        place = stops.index(here) if here in stops else -1
        stops[(place + (1 if onward else -1)) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    @staticmethod
    def _stops(widget: QWidget) -> bool:
        tab = Qt.FocusPolicy.TabFocus
        return bool(widget.focusPolicy() & tab) and widget.isVisible() and widget.isEnabled()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the page when it changes size."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._page.rect())
        return super().eventFilter(watched, event)
