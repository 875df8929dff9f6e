"""The widget-tree test of ux.md 5: names, Tab order, no trap, contrast from the tokens, nothing clipped.

A screen's test is one line: ``walk.check(qtbot, view)``. It raises AssertionError with every fault it found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QTextDocumentFragment
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QCalendarWidget,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QRadioButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from cme_desktop.ui.theme import Theme
from cme_desktop.ui.tokens import DARK, LIGHT, Palette, contrast
from cme_desktop.ui.widgets.tags import KeyHint, Tag
from cme_desktop.ui.widgets.text import Elided

SIZES = ((100, QSize(1366, 768)), (150, QSize(1920, 1080)), (200, QSize(2560, 1440)))
"""Text size in per cent and the window it must fit, as in a 1366, 1920 and 2560 px wide screen."""
_ROUND = 400
_SECTIONS = 5


def check(qtbot: QtBot, root: QWidget, *, sizes: Iterable[tuple[int, QSize]] = SIZES) -> None:
    """Show a screen, walk its widgets at each text size, and raise with every fault."""
    theme = Theme.of()
    if root.parentWidget() is None:
        qtbot.addWidget(root)
    faults: list[str] = []
    for percent, size in sizes:
        theme.set_text_percent(percent)
        root.window().resize(size)
        root.window().show()
        settle()
        faults += [f"{percent} %: {fault}" for fault in clipped(root)]
        if percent == 100:
            faults += [*unnamed(root), *small_targets(root), *bare_controls(root), *tab_faults(root)]
    theme.set_text_percent(100)
    settle()
    faults += contrast_faults()
    assert not faults, "\n".join(faults)


def settle() -> None:
    """Let layouts come to rest."""
    for _ in range(3):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def widgets(root: QWidget) -> Iterator[QWidget]:
    """Yield the root and everything visible in it."""
    yield root
    for child in root.findChildren(QWidget):
        if child.isVisibleTo(root) and not child.isWindow():
            yield child


def describe(widget: QWidget) -> str:
    """Return enough to find a widget again."""
    words = getattr(widget, "text", None)
    said = words() if callable(words) else widget.accessibleName()
    return f"{type(widget).__name__} {str(said)[:60]!r}"


def focusable(root: QWidget) -> list[QWidget]:
    """Return what Tab may stop at."""
    tab = Qt.FocusPolicy.TabFocus
    return [
        widget
        for widget in widgets(root)
        if widget.focusPolicy() & tab and widget.isEnabled() and widget.focusProxy() is None
    ]


def unnamed(root: QWidget) -> list[str]:
    """Return controls that a screen reader cannot name."""
    return [f"no name: {describe(widget)}" for widget in focusable(root) if not spoken_name(widget)]


def spoken_name(widget: QWidget) -> str:
    """Return the name a screen reader says: accessible name, buddy label, or its own words."""
    if isinstance(widget, (QLineEdit, QComboBox, QAbstractSpinBox)) and not widget.accessibleName():
        return _buddy(widget)
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip() if interface is not None else widget.accessibleName()


def _buddy(widget: QWidget) -> str:
    labels = widget.window().findChildren(QLabel)
    return next((label.text() for label in labels if label.buddy() is widget), "")


def small_targets(root: QWidget) -> list[str]:
    """Return icon buttons and inputs under 28 px; words in a sentence, ticks and painted rows are another matter."""
    faults = []
    for widget in focusable(root):
        box = isinstance(widget, (QLineEdit, QComboBox, QAbstractSpinBox))
        icon = isinstance(widget, QAbstractButton) and not widget.text()
        if (box or icon) and min(widget.width(), widget.height()) < 28 and not widget.property("bare"):
            faults.append(f"under 28 px: {describe(widget)} {widget.width()} x {widget.height()}")
    return faults


def bare_controls(root: QWidget) -> list[str]:
    """Return Qt's own controls where ours, which carry glyphs and ring, should stand."""
    bare = {"QPushButton", "QComboBox", "QCheckBox", "QRadioButton", "QDateEdit", "QToolButton"}
    found = [widget for widget in widgets(root) if type(widget).__name__ in bare]
    return [f"Qt's own control: {describe(widget)}" for widget in found if not _inside_qt(widget)]


def _inside_qt(widget: QWidget) -> bool:
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, (QCalendarWidget, QComboBox, QAbstractSpinBox, QDialog)):
            return type(widget).__module__.startswith("PySide6")
        above = above.parentWidget()
    return False


def tab_faults(root: QWidget) -> list[str]:
    """Press Tab all the way round, and back: everything is reached and nothing keeps the focus."""
    wanted = {widget for widget in focusable(root) if not _only_by_arrows(widget)}
    if not wanted:
        return []
    window = root.window()
    window.activateWindow()
    settle()
    faults = []
    for key, way in ((Qt.Key.Key_Tab, "Tab"), (Qt.Key.Key_Backtab, "Shift+Tab")):
        start = next(iter(focusable(root)))
        start.setFocus(Qt.FocusReason.TabFocusReason)
        seen: set[QWidget] = set()
        here: QWidget | None = start
        for _ in range(_ROUND):
            if here is None or here in seen:
                break
            seen.add(here)
            after = _press(here, key)
            if after is here and len(wanted) > 1:
                faults.append(f"{way} does not leave {describe(here)}")
                break
            here = after
        faults += [f"{way} does not reach {describe(widget)}" for widget in wanted - seen]
    return faults


def _press(here: QWidget, key: Qt.Key) -> QWidget | None:
    """Press a key and return where the focus went; a date is left after its day, month and year."""
    for _ in range(_SECTIONS if isinstance(here, QAbstractSpinBox) else 1):
        QTest.keyClick(here, key)
        if QApplication.focusWidget() is not here:
            break
    return QApplication.focusWidget()


def _only_by_arrows(widget: QWidget) -> bool:
    """Say whether a button is one of an exclusive group, of which Tab stops at the chosen one only."""
    if not isinstance(widget, QAbstractButton):
        return False
    group = widget.group()
    exclusive = widget.autoExclusive() or (group is not None and group.exclusive())
    chosen = group.checkedButton() if group is not None else None
    return exclusive and widget is not chosen and (chosen is not None or isinstance(widget, QRadioButton))


def clipped(root: QWidget) -> list[str]:
    """Return texts and controls that are cut at the present size."""
    faults = []
    for widget in widgets(root):
        short = _too_small(widget)
        if short:
            faults.append(f"cut: {describe(widget)} {short}")
        elif isinstance(widget, (QLabel, QAbstractButton, Tag, QLineEdit, QComboBox)) and _sticks_out(root, widget):
            faults.append(f"sticks out: {describe(widget)}")
    return faults


def _too_small(widget: QWidget) -> str:
    if isinstance(widget, Elided):
        return ""
    if isinstance(widget, QLabel):
        return _label_cut(widget)
    if isinstance(widget, (QAbstractButton, Tag, KeyHint)):
        need = widget.minimumSizeHint()
        if isinstance(widget, (QCheckBox, QRadioButton)):
            need = widget.sizeHint()
        return _short_of(widget, need)
    if isinstance(widget, (QLineEdit, QComboBox, QAbstractSpinBox)):
        need = QSize(0, widget.fontMetrics().height())
        return _short_of(widget, need)
    return ""


def _label_cut(label: QLabel) -> str:
    words = label.text()
    if not words:
        return ""
    if label.textFormat() == Qt.TextFormat.RichText:
        words = QTextDocumentFragment.fromHtml(words).toPlainText()
    have = label.contentsRect().size()
    if label.wordWrap():
        need = label.heightForWidth(label.width())
        return f"needs {need} high, has {label.height()}" if need > label.height() + 1 else ""
    size = label.fontMetrics().size(0, words)
    return _short_of(label, size) if size.width() > have.width() + 1 or size.height() > have.height() + 1 else ""


def _short_of(widget: QWidget, need: QSize) -> str:
    if need.width() <= widget.width() + 1 and need.height() <= widget.height() + 1:
        return ""
    return f"needs {need.width()} x {need.height()}, has {widget.width()} x {widget.height()}"


def _sticks_out(root: QWidget, widget: QWidget) -> bool:
    """Say whether a part lies outside what holds it; what scrolls may be longer, but not wider."""
    above = widget.parentWidget()
    while above is not None and widget is not root:
        place = QRect(widget.mapTo(above, QPoint(0, 0)), widget.size())
        holder = above.parentWidget()
        scrolls = isinstance(holder, QAbstractScrollArea) and above is holder.viewport()
        if scrolls:
            return place.right() > above.rect().right() + 1 or place.left() < -1
        if not above.rect().adjusted(-1, -1, 1, 1).contains(place):
            return True
        if above is root:
            return False
        above = holder
    return False


TEXT_PAIRS = (
    *((fore, back) for fore in ("text", "muted") for back in ("bg", "surface", "sunken", "hover", "selection")),
    ("text", "mark"),
    ("accent", "bg"),
    ("accent", "surface"),
    ("accent_hover", "hover"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("danger", "bg"),
    ("danger", "surface"),
    ("danger", "selection"),
    ("on_danger", "danger"),
    ("on_danger", "danger_hover"),
    *((f"{tone}_fg", f"{tone}_bg") for tone in ("red", "amber", "green", "blue", "grey")),
    ("green_fg", "surface"),
    ("bg", "text"),
)
"""Every text colour on every fill that it is set on: at least 4.5 to 1."""
EDGE_PAIRS = (("border", "bg"), ("border", "surface"), ("accent", "surface"), ("accent", "bg"), ("danger", "surface"))
"""Borders of inputs, the ring and the edge of errors: at least 3 to 1."""


def contrast_faults(palettes: Iterable[Palette] = (LIGHT, DARK)) -> list[str]:
    """Return pairs of tokens that are too near to each other."""
    faults = []
    for palette in palettes:
        for pairs, least in ((TEXT_PAIRS, 4.5), (EDGE_PAIRS, 3.0)):
            for fore, back in pairs:
                ratio = contrast(palette.get(fore), palette.get(back))
                if ratio < least:
                    faults.append(f"contrast {fore} on {back}: {ratio:.1f}, needs {least}")
    return faults
