"""Small helpers over Qt that every screen needs: index types, names, announcements, layouts, shortcuts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final, TypeAlias, TypeVar

from PySide6.QtCore import QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFontMetrics,
    QGuiApplication,
    QKeySequence,
    QShortcut,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

Index: TypeAlias = QModelIndex | QPersistentModelIndex
WidgetT = TypeVar("WidgetT", bound=QWidget)
Part: TypeAlias = QWidget | QLayout | int | None
"""What a row or a column is made of: a widget, a layout, a gap in px, or None for the stretch."""


def named(widget: WidgetT, name: str, description: str = "") -> WidgetT:
    """Give a widget the name (and description) a screen reader says, and return it."""
    widget.setAccessibleName(name)
    if description:
        widget.setAccessibleDescription(description)
    return widget


def announce(widget: QWidget, words: str, *, urgent: bool = False) -> None:
    """Say live news to a screen reader; urgent news interrupts what it is saying."""
    event = QAccessibleAnnouncementEvent(widget, words)
    event.setPoliteness(
        QAccessible.AnnouncementPoliteness.Assertive if urgent else QAccessible.AnnouncementPoliteness.Polite
    )
    QAccessible.updateAccessibility(event)


def alive(thing: object) -> bool:
    """Say whether a Qt object still has its C++ half (anything else is alive)."""
    return not isinstance(thing, QObject) or isValid(thing)


def shortcut(
    owner: QWidget,
    keys: str,
    slot: Callable[[], object],
    *,
    context: Qt.ShortcutContext = Qt.ShortcutContext.WidgetWithChildrenShortcut,
) -> QShortcut:
    """Let a key do something while the owner or a child has focus; a focused text field keeps single letters."""
    made = QShortcut(QKeySequence(keys), owner)
    made.setContext(context)
    made.activated.connect(slot)
    made.setProperty("keys", keys)
    return made


def row(*parts: Part, gap: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QHBoxLayout:
    """Lay parts out from left to right."""
    return _fill(QHBoxLayout(), parts, gap, margins)


def column(*parts: Part, gap: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QVBoxLayout:
    """Lay parts out from top to bottom."""
    return _fill(QVBoxLayout(), parts, gap, margins)


BoxT = TypeVar("BoxT", bound=QBoxLayout)


def _fill(box: BoxT, parts: tuple[Part, ...], gap: int, margins: tuple[int, int, int, int]) -> BoxT:
    box.setSpacing(gap)
    box.setContentsMargins(*margins)
    for part in parts:
        if part is None:
            box.addStretch(1)
        elif isinstance(part, int):
            box.addSpacing(part)
        elif isinstance(part, QWidget):
            box.addWidget(part)
        else:
            box.addLayout(part)
    return box


def clear(layout: QLayout) -> None:
    """Empty a layout and let its widgets go."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        inner = item.layout()
        if inner is not None:
            clear(inner)


def tab_stops(root: QWidget) -> list[QWidget]:
    """Return what Tab may stop at inside a widget, in the order in which its layouts lay it out, hidden parts too."""
    found = [root] if root.focusPolicy() & Qt.FocusPolicy.TabFocus and root.focusProxy() is None else []
    layout = root.layout()
    if isinstance(root, QScrollArea):
        inside = root.widget()
        return found + (tab_stops(inside) if inside is not None else [])
    return found + (_stops_of(layout) if layout is not None else [])


def _stops_of(layout: QLayout) -> list[QWidget]:
    found: list[QWidget] = []
    for place in range(layout.count()):
        item = layout.itemAt(place)
        widget, inner = (item.widget(), item.layout()) if item is not None else (None, None)
        if widget is not None:
            found += tab_stops(widget)
        elif inner is not None:
            found += _stops_of(inner)
    return found


def follow_layout(root: QWidget) -> None:
    """Let Tab go through a widget as it reads, whatever the order in which its parts were made."""
    stops = tab_stops(root)
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)


def wrapped(text: str, metrics_font: QFontMetrics, layout: QTextLayout, width: int, most: int) -> list[str]:
    """Break a text into at most so many lines of a width in px; the last line is elided when more was to come."""
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setText(text)
    layout.setTextOption(option)
    layout.beginLayout()
    starts: list[tuple[int, int]] = []
    while True:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        starts.append((line.textStart(), line.textLength()))
    layout.endLayout()
    lines = [text[start : start + length].strip() for start, length in starts[:most]]
    if len(starts) > most:
        rest = text[starts[most - 1][0] :]
        lines[-1] = metrics_font.elidedText(rest, Qt.TextElideMode.ElideRight, width)
    return lines


_COPIED: Final = "copiedByUs"


def copy_text(text: str) -> None:
    """Put a text on the clipboard and remember that it is ours, so that locking can take it away."""
    QGuiApplication.clipboard().setText(text)
    application().setProperty(_COPIED, text)


def forget_copied() -> None:
    """Empty the clipboard if it still holds our text: at lock (safety.md 3)."""
    ours = application().property(_COPIED)
    if ours and QGuiApplication.clipboard().text() == ours:
        QGuiApplication.clipboard().clear()
    application().setProperty(_COPIED, None)


def application() -> QCoreApplication:
    """Return the running application; raise RuntimeError when there is none."""
    found = QCoreApplication.instance()
    if found is None:
        raise RuntimeError("There is no application yet.")
    return found
