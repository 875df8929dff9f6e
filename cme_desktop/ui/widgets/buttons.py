"""Buttons with icon, verb and key hint: filled, outlined, plain and links; as widgets and as painting for delegates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from cme_desktop.ui import icons
from cme_desktop.ui.focus import RING_RADIUS
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import CONTROL, CONTROL_SMALL, RADIUS
from cme_desktop.ui.widgets.tags import draw_line, key_width, paint_key

_PAD: Final = 13
_PAD_SMALL: Final = 11
_ICON: Final = 16


class Kind(StrEnum):
    """How loud a button is: one PRIMARY per view, DANGER only in a danger banner, the rest outlined or plain.

    PLAIN is accent text, QUIET muted text, BARE text in the page's own colour, all three without a frame.
    """

    PRIMARY = "primary"
    DANGER = "danger"
    OUTLINED = "outlined"
    PLAIN = "plain"
    QUIET = "quiet"
    BARE = "bare"


@dataclass(frozen=True)
class ButtonLook:
    """What a button shows: a verb with its object, an icon, the key that does the same, a chevron for a menu.

    ``small`` is 28 high for rows; ``tight`` also has 12 px text and hardly any padding, for the status bar.
    """

    text: str
    kind: Kind = Kind.OUTLINED
    icon: str = ""
    key: str = ""
    small: bool = False
    chevron: bool = False
    tight: bool = False

    @property
    def step(self) -> str:
        """Return the step of the type scale its words are set in."""
        return "hint" if self.tight else "body"

    @property
    def pad(self) -> int:
        """Return the padding at either side in px."""
        return 4 if self.tight else _PAD_SMALL if self.small else _PAD

    @property
    def glyph(self) -> int:
        """Return the side of its icon in px at 100 %."""
        return 14 if self.tight else _ICON

    @property
    def filled(self) -> bool:
        """Say whether the button has a strong fill."""
        return self.kind in (Kind.PRIMARY, Kind.DANGER)


def button_size(look: ButtonLook) -> QSize:
    """Return the size in px of a button at the present text size."""
    theme = Theme.of()
    width = 2 * look.pad + theme.metrics(look.step, bold=look.filled).horizontalAdvance(look.text)
    if look.icon:
        width += theme.px(look.glyph) + (6 if look.text else 0)
    if look.key:
        width += 6 + key_width(look.key, bold=look.filled)
    if look.chevron:
        width += 6 + theme.px(_ICON)
    return QSize(width, theme.px(CONTROL_SMALL if look.small or look.tight else CONTROL))


def _inks(look: ButtonLook, *, enabled: bool, hovered: bool, pressed: bool) -> tuple[QColor | None, str, str]:
    """Return fill, outline token and text token of a button in a state."""
    theme = Theme.of()
    strong = hovered or pressed
    if not enabled:
        flat = look.kind in (Kind.PLAIN, Kind.QUIET, Kind.BARE)
        return (None if flat else theme.color("sunken")), ("" if flat else "line"), "muted"
    if look.kind is Kind.PRIMARY:
        return theme.color("accent_hover" if strong else "accent"), "", "on_accent"
    if look.kind is Kind.DANGER:
        return theme.color("danger_hover" if strong else "danger"), "", "on_danger"
    fill = theme.color("sunken" if pressed else "hover")
    if look.kind is Kind.OUTLINED:
        return (fill if strong else theme.color("surface")), "edge", "text"
    inks = {Kind.PLAIN: "accent", Kind.QUIET: "text" if strong else "muted"}
    return (fill if strong else None), "", inks.get(look.kind, "text")


def paint_button(
    painter: QPainter,
    area: QRect,
    look: ButtonLook,
    *,
    enabled: bool = True,
    hovered: bool = False,
    pressed: bool = False,
) -> None:
    """Paint a button filling an area; delegates use it for the buttons of the selected row."""
    theme = Theme.of()
    fill, outline, ink = _inks(look, enabled=enabled, hovered=hovered, pressed=pressed)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color(outline), 1) if outline else Qt.PenStyle.NoPen)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    shape = QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5) if outline else QRectF(area)
    painter.drawRoundedRect(shape, RADIUS, RADIUS)
    need = button_size(look).width()
    left = area.left() + look.pad + max(0, (area.width() - need) // 2)
    if look.icon:
        side = theme.px(look.glyph)
        icons.paint(painter, look.icon, left, area.top() + (area.height() - side) // 2, ink, look.glyph)
        left += side + 6
    painter.setFont(theme.font(look.step, bold=look.filled))
    painter.setPen(theme.color(ink))
    words = look.text
    metrics = QFontMetrics(painter.font())
    if area.width() < need:
        words = metrics.elidedText(
            words, Qt.TextElideMode.ElideRight, metrics.horizontalAdvance(words) - need + area.width()
        )
    draw_line(painter, words, left, area)
    left += metrics.horizontalAdvance(words)
    if look.key:
        box = QRect(left + 6, area.top(), key_width(look.key, bold=look.filled), area.height())
        paint_key(painter, box, look.key, token=ink if look.filled else "", bold=look.filled)
    if look.chevron:
        side = theme.px(_ICON)
        top = area.top() + (area.height() - side) // 2
        icons.paint(painter, "chevron-down", area.right() + 1 - _PAD - side, top, ink, _ICON)
    painter.restore()


class _Push(QPushButton):
    """What all our buttons share: Enter presses as Space does, hover repaints, the size follows the text size."""

    def __init__(self, on_click: Callable[[], object] | None, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAutoDefault(False)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        if on_click is not None:
            self.clicked.connect(lambda _checked=False: on_click())
        Theme.of().changed.connect(self._on_theme_changed)

    def minimumSizeHint(self) -> QSize:
        """Return the button's own size: its words are never cut."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press on Enter as well as on Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.isEnabled():
            if self.menu() is not None:
                self.showMenu()
            else:
                self.click()
            return
        super().keyPressEvent(event)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


class Button(_Push):
    """A button that says a verb with its object, may show an icon and its key, and may open a menu.

    ``key`` is only the hint; make the key work with ``qt.shortcut`` on the page that owns it.
    """

    def __init__(
        self,
        text: str,
        kind: Kind = Kind.OUTLINED,
        *,
        icon: str = "",
        key: str = "",
        small: bool = False,
        tight: bool = False,
        on_click: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(on_click, parent)
        self._look = ButtonLook(text, kind, icon, key, small, tight=tight)
        self.setText(text)
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def look(self) -> ButtonLook:
        """Return what the button shows."""
        return self._look

    def show_look(self, look: ButtonLook) -> None:
        """Show other words, another icon or kind."""
        self._look = look
        super().setText(look.text)
        self.setAccessibleName(look.text)
        self._on_theme_changed()

    def setText(self, text: str) -> None:
        """Show other words."""
        self.show_look(replace(self._look, text=text))

    def set_reason(self, reason: str) -> None:
        """Switch the button off and say why; an empty reason switches it on. The view shows the reason beside it."""
        self.setEnabled(not reason)
        self.setToolTip(reason)
        self.setAccessibleDescription(reason)

    def set_menu(self, menu: QMenu) -> None:
        """Open a menu below, and show a chevron."""
        self.setMenu(menu)
        self._look = replace(self._look, chevron=True)
        self._on_theme_changed()

    def sizeHint(self) -> QSize:
        """Return the button's own size."""
        return button_size(self._shown())

    def _shown(self) -> ButtonLook:
        """Return the look as painted: what is switched off has neither fill nor bold words."""
        flat = self._look.filled and not self.isEnabled()
        return replace(self._look, kind=Kind.OUTLINED) if flat else self._look

    def changeEvent(self, event: QEvent) -> None:
        """Follow being switched on and off with the size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self._on_theme_changed()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the button in its state."""
        paint_button(
            QPainter(self),
            self.rect(),
            self._shown(),
            enabled=self.isEnabled(),
            hovered=self.underMouse() and self.isEnabled(),
            pressed=self.isDown(),
        )


class IconButton(_Push):
    """A button with only an icon; its name is said by a screen reader and shown as a tooltip."""

    def __init__(
        self,
        icon: str,
        name: str,
        *,
        side: int = CONTROL_SMALL,
        glyph: int = 16,
        token: str = "muted",
        on_click: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(on_click, parent)
        self._icon, self._side, self._glyph, self._token = icon, side, glyph, token
        self.set_name(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_name(self, name: str, icon: str = "") -> None:
        """Change what the button is called and, if given, its icon."""
        self.setAccessibleName(name)
        self.setToolTip(name)
        self._icon = icon or self._icon
        self.update()

    def sizeHint(self) -> QSize:
        """Return the target's size, never under 28 px."""
        return QSize(Theme.of().px(self._side), Theme.of().px(self._side))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the icon, on a fill under the pointer."""
        theme = Theme.of()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isEnabled() and (self.underMouse() or self.isDown()):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("sunken" if self.isDown() else "hover"))
            painter.drawRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        side = theme.px(self._glyph)
        token = self._token if self.isEnabled() else "muted"
        icons.paint(painter, self._icon, (self.width() - side) / 2, (self.height() - side) / 2, token, self._glyph)


class Link(_Push):
    """Words that open something: accent text without a frame, underlined under the pointer (or always, in red)."""

    def __init__(
        self,
        text: str,
        *,
        step: str = "body",
        danger: bool = False,
        icon: str = "",
        on_click: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(on_click, parent)
        self._step, self._danger, self._icon = step, danger, icon
        self.setText(text)
        self.setAccessibleName(text)
        self.setProperty(RING_RADIUS, 2)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_words(self, text: str) -> None:
        """Say something else."""
        self.setText(text)
        self.setAccessibleName(text)
        self._on_theme_changed()

    def sizeHint(self) -> QSize:
        """Return the size of the words."""
        theme = Theme.of()
        font = theme.font(self._step)
        icon = theme.px(_ICON) + 6 if self._icon else 0
        return QSize(QFontMetrics(font).horizontalAdvance(self.text()) + icon + 1, theme.line(self._step))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the words."""
        theme = Theme.of()
        painter = QPainter(self)
        strong = self.underMouse() and self.isEnabled()
        token = "danger" if self._danger else ("accent_hover" if strong else "accent")
        token = token if self.isEnabled() else "muted"
        font = theme.font(self._step)
        font.setUnderline(self._danger or strong)
        painter.setFont(font)
        painter.setPen(theme.color(token))
        left = 0
        if self._icon:
            side = theme.px(_ICON)
            icons.paint(painter, self._icon, 0, (self.height() - side) / 2, token, _ICON)
            left = side + 6
        draw_line(painter, self.text(), left, self.rect())
