"""One theme for the application: scheme, text size, fonts and the palette, all made from the tokens."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from cme_desktop import resources
from cme_desktop.ui.qt import application
from cme_desktop.ui.stylesheet import stylesheet
from cme_desktop.ui.tokens import DARK, LIGHT, TYPE, Palette, contrast

OUR_FONTS: Final = (
    "Noto Sans",
    "Noto Sans Gujarati",
    "Noto Sans Tamil",
    "Noto Sans Arabic",
    "Noto Sans Devanagari",
    "Noto Sans Bengali",
)
WINDOWS_FONTS: Final = ("Segoe UI Variable Text", "Segoe UI")
_OWN_FONTS: Final = (
    *("QMenu", "QMenuBar", "QMenuItem", "QMessageBox", "QStatusBar", "QPushButton", "QCheckBox", "QRadioButton"),
    *("QLabel", "QToolButton", "QAbstractItemView", "QListView", "QHeaderView", "QComboMenuItem", "QComboLineEdit"),
)
"""Kinds for which a desktop may set a font of its own: Windows does, and they would ignore the text size."""
LARGEST_TEXT: Final = 200
SMALLEST_TEXT: Final = 90


class Scheme(StrEnum):
    """What the person chose in Settings: one scheme, or what the system shows."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def load_fonts() -> None:
    """Let Qt use the Noto files that ship with the program; loading twice does no harm."""
    known = set(QFontDatabase.families())
    for place in sorted(resources.path("fonts").glob("NotoSans*.ttf")):
        if place.stem.split("-")[0].replace("NotoSans", "Noto Sans ").strip() in known and sys.platform != "win32":
            continue
        QFontDatabase.addApplicationFont(str(place))


def families(platform: str, known: frozenset[str]) -> list[str]:
    """Return the font families to try in order: Segoe UI first on Windows, our Noto Sans files everywhere."""
    windows = [name for name in WINDOWS_FONTS if name in known] if platform == "win32" else []
    return [*windows, *OUR_FONTS]


def bold_weight(family: str) -> QFont.Weight:
    """Return 600 with Segoe UI and 700 with Noto Sans, of which only regular and bold are shipped."""
    return QFont.Weight.DemiBold if family.startswith("Segoe") else QFont.Weight.Bold


def system_palette(system: QPalette) -> Palette:
    """Return tokens made only of the colours of a contrast theme, so that nothing of ours stands in its way."""

    def of(role: QPalette.ColorRole) -> str:
        return system.color(QPalette.ColorGroup.Active, role).name(QColor.NameFormat.HexRgb).upper()

    role = QPalette.ColorRole
    window, base, text, button = of(role.Window), of(role.Base), of(role.WindowText), of(role.ButtonText)
    chosen, on_chosen = of(role.Highlight), of(role.HighlightedText)
    link = max((chosen, of(role.Link), text), key=lambda colour: contrast(colour, base))
    values = dict.fromkeys(Palette.__dataclass_fields__, text)
    values |= dict.fromkeys(("bg", "surface", "sunken", "hover", "selection", "mark", "track"), base)
    values |= dict.fromkeys((f"{tone}_bg" for tone in ("red", "amber", "green", "blue", "grey")), window)
    values |= {"accent": link, "accent_hover": text, "edge": button, "on_danger": base, "danger": text}
    values["on_accent"] = on_chosen if link == chosen else base
    values["bg"] = window
    return Palette(**values)


class Theme(QObject):
    """Hold the scheme and the text size, give colours, fonts and measures, and dress the application in them.

    It belongs to the QApplication, as the style and the palette do: ``Theme.of()`` finds it.
    """

    changed = Signal()

    def __init__(self, app: QApplication, choice: Scheme = Scheme.SYSTEM, text_percent: int = 100) -> None:
        super().__init__(app)
        self._app = app
        self._hints = QGuiApplication.styleHints()
        self._choice = choice
        self._percent = text_percent
        self._busy = False
        self._fonts: dict[tuple[str, bool], QFont] = {}
        self._metrics: dict[tuple[str, bool | None], QFontMetrics] = {}
        load_fonts()
        self._families = families(sys.platform, frozenset(QFontDatabase.families()))
        app.setStyle("Fusion")
        self._hints.colorSchemeChanged.connect(self._on_system_changed)
        self._accessibility = self._hints.accessibility()
        self._accessibility.contrastPreferenceChanged.connect(self._on_system_changed)
        self.palette = LIGHT
        self.dark = False
        self.contrast = False
        self._apply()

    @staticmethod
    def of() -> Theme:
        """Return the theme of the running application; raise RuntimeError when it has none yet."""
        theme = application().findChild(Theme, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if theme is None:
            raise RuntimeError("The application has no theme yet: make Theme(app) first.")
        return theme

    # What widgets ask

    def hex(self, token: str) -> str:
        """Return a token's colour as ``#RRGGBB``."""
        return self.palette.get(token)

    def color(self, token: str) -> QColor:
        """Return a token's colour."""
        return QColor(self.palette.get(token))

    def px(self, measure: float) -> int:
        """Return a measure of the mock-ups (px at 100 %) at the present text size."""
        return round(measure * self._percent / 100)

    def font(self, step: str = "body", *, tabular: bool = False, bold: bool | None = None) -> QFont:
        """Return the font of a step of the type scale, with figures of one width if asked."""
        size = TYPE[step]
        heavy = size.bold if bold is None else bold
        key = (f"{step}{heavy}", tabular)
        if key not in self._fonts:
            font = QFont()
            font.setFamilies(self._families)
            font.setPixelSize(max(1, round(size.size * self._percent / 100)))
            if size.size != int(size.size):
                font.setPointSizeF(size.size * self._percent / 100 * 72 / self._dots())
            font.setWeight(bold_weight(self._families[0]) if heavy else QFont.Weight.Normal)
            if tabular:
                font.setFeature(QFont.Tag("tnum"), 1)
            self._fonts[key] = font
        return QFont(self._fonts[key])

    def metrics(self, step: str = "body", *, bold: bool | None = None) -> QFontMetrics:
        """Return the measures of a step of the type scale."""
        made = self._metrics.get((step, bold))
        if made is None:
            made = self._metrics[step, bold] = QFontMetrics(self.font(step, bold=bold))
        return made

    def line(self, step: str = "body") -> int:
        """Return the height in px of one line of a step of the type scale."""
        return max(self.px(TYPE[step].line), self.metrics(step).height())

    @property
    def text_percent(self) -> int:
        """Return the text size in per cent."""
        return self._percent

    @property
    def choice(self) -> Scheme:
        """Return what the person chose in Settings."""
        return self._choice

    # What Settings and the system change

    def set_choice(self, choice: Scheme) -> None:
        """Change to light, dark, or what the system shows."""
        if choice is not self._choice:
            self._choice = choice
            self._apply()

    def set_text_percent(self, percent: int) -> None:
        """Change the text size; Settings offers 90 to 150 %, up to 200 % can be shown."""
        held = min(max(percent, SMALLEST_TEXT), LARGEST_TEXT)
        if held != self._percent:
            self._percent = held
            self._apply()

    @Slot()
    def _on_system_changed(self) -> None:
        if not self._busy:
            self._apply()

    def _dots(self) -> float:
        screen = QGuiApplication.primaryScreen()
        return screen.logicalDotsPerInchY() if screen is not None else 96.0

    def _apply(self) -> None:
        """Make palette, fonts and style sheet anew; widgets follow ``changed``."""
        self._busy = True
        try:
            scheme = {Scheme.LIGHT: Qt.ColorScheme.Light, Scheme.DARK: Qt.ColorScheme.Dark}.get(self._choice)
            if scheme is None:
                self._hints.unsetColorScheme()
            else:
                self._hints.setColorScheme(scheme)
            self.contrast = self._accessibility.contrastPreference() == Qt.ContrastPreference.HighContrast
            self.dark = (scheme or self._hints.colorScheme()) == Qt.ColorScheme.Dark
            self.palette = DARK if self.dark else LIGHT
            if self.contrast:
                self._app.setPalette(QPalette())
                self.palette = system_palette(self._app.palette())
            self._fonts.clear()
            self._metrics.clear()
            self._app.setFont(self.font("body"))
            for kind in _OWN_FONTS:
                self._app.setFont(self.font("body"), kind)  # type: ignore[arg-type]  # its own text says bytes and refuses them
            self._app.setPalette(qpalette(self.palette))
            QToolTip.setPalette(qpalette(self.palette))
            QToolTip.setFont(self.font("hint"))
            self._app.setStyleSheet(stylesheet(self.palette, self.px))
        finally:
            self._busy = False
        self.changed.emit()


class _Width(QObject):
    """Keep one widget at a width of the mock-ups whatever the text size."""

    def __init__(self, widget: QWidget, measure: float) -> None:
        super().__init__(widget)
        self._widget, self._measure = widget, measure
        Theme.of().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._widget.setFixedWidth(Theme.of().px(self._measure))


def hold_width(widget: QWidget, measure: float) -> None:
    """Fix a widget's width (px at 100 %) and let it grow with the text size."""
    _Width(widget, measure)


def qpalette(tokens: Palette) -> QPalette:
    """Return the QPalette of a scheme, for what is drawn by Fusion itself."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    made = QPalette()
    for name, token in {
        role.Window: tokens.bg,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.hover,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Button: tokens.surface,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.on_accent,
        role.ToolTipBase: tokens.text,
        role.ToolTipText: tokens.bg,
        role.Highlight: tokens.selection,
        role.HighlightedText: tokens.text,
        role.Accent: tokens.accent,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Light: tokens.surface,
        role.Midlight: tokens.line,
        role.Mid: tokens.edge,
        role.Dark: tokens.border,
        role.Shadow: tokens.shadow,
    }.items():
        made.setColor(name, QColor(token))
    for name in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(group.Disabled, name, QColor(tokens.muted))
    made.setColor(group.Disabled, role.Base, QColor(tokens.sunken))
    return made
