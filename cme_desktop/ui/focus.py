"""The focus ring of ux.md 5: 2 px accent outside a 1 px surface gap, round every control that has the focus."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QAbstractScrollArea, QApplication, QWidget

from cme_desktop.ui.qt import alive
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import RADIUS

GAP: Final = 1
WIDTH: Final = 2
OUTSIDE: Final = GAP + WIDTH
OWN_RING: Final = "ownRing"
"""Property of a widget that shows its focus itself (tabs, item views, painted lists)."""
RING_RADIUS: Final = "ringRadius"
"""Property with the radius of a control that is not 6."""
_FOLLOW: Final = frozenset({QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide})


def paint_ring(painter: QPainter, rect: QRect, radius: int = RADIUS) -> None:
    """Paint the ring inside a rectangle: for rows and cells that have no room outside."""
    theme = Theme.of()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color("accent"), WIDTH))
    painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), radius, radius)
    painter.restore()


class _Ring(QWidget):
    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.radius = RADIUS
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the gap and the ring; the middle stays open."""
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        area = QRectF(self.rect())
        painter.setPen(QPen(theme.color("surface"), GAP))
        inner = area.adjusted(2.5, 2.5, -2.5, -2.5)
        painter.drawRoundedRect(inner, self.radius + 0.5, self.radius + 0.5)
        painter.setPen(QPen(theme.color("accent"), WIDTH))
        painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), self.radius + 2, self.radius + 2)


class FocusRing(QObject):
    """Keep one ring round whatever control has the focus."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._target: QWidget | None = None
        self._watched: list[QWidget] = []
        self._ring: _Ring | None = None
        app.focusChanged.connect(self._on_focus_changed)

    @property
    def ring(self) -> QWidget | None:
        """Return the ring that is shown, or None."""
        shown = self._ring is not None and alive(self._ring) and self._target is not None
        return self._ring if shown else None

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        self._let_go()
        if new is None or not self._wants_ring(new):
            return
        host: QWidget = new.window()
        watched: list[QWidget] = [new]
        above: QWidget | None = new.parentWidget()
        below: QWidget = new
        while above is not None and above is not host:
            if isinstance(above, QAbstractScrollArea):
                host = below
                break
            watched.append(above)
            below, above = above, above.parentWidget()
        self._target, self._watched = new, watched
        for widget in watched:
            widget.installEventFilter(self)
        if self._ring is None or not alive(self._ring):
            self._ring = _Ring(host)
        elif self._ring.parentWidget() is not host:
            self._ring.setParent(host)
        radius = new.property(RING_RADIUS)
        self._ring.radius = int(radius) if radius is not None else RADIUS
        self._place()

    @staticmethod
    def _wants_ring(widget: QWidget) -> bool:
        if widget.isWindow() or widget.window().windowType() == Qt.WindowType.Popup:
            return False
        return not isinstance(widget, QAbstractItemView) and not widget.property(OWN_RING)

    def _let_go(self) -> None:
        for widget in self._watched:
            if alive(widget):
                widget.removeEventFilter(self)
        self._target, self._watched = None, []
        if self._ring is not None and alive(self._ring):
            self._ring.hide()

    def _place(self) -> None:
        if self._target is None or self._ring is None or not alive(self._ring):
            return
        host = self._ring.parentWidget() or self._target.window()
        corner = self._target.mapTo(host, self._target.rect().topLeft())
        area = QRect(corner, self._target.size())
        self._ring.setGeometry(area.adjusted(-OUTSIDE, -OUTSIDE, OUTSIDE, OUTSIDE))
        self._ring.setVisible(self._target.isVisible())
        self._ring.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the control and what holds it when they move."""
        if event.type() in _FOLLOW:
            self._place()
        return super().eventFilter(watched, event)
