"""The theme: scheme, text size, fonts, and a contrast theme that takes everything over."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette, QRawFont
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cme_desktop.ui.grab import picture
from cme_desktop.ui.theme import OUR_FONTS, Scheme, Theme, bold_weight, families, qpalette, system_palette
from cme_desktop.ui.tokens import DARK, LIGHT, TYPE, Tone, contrast
from cme_desktop.ui.widgets.tags import Tag


def test_the_theme_belongs_to_the_application(theme: Theme) -> None:
    assert Theme.of() is theme


@pytest.mark.feature("F85")
def test_changing_the_scheme_changes_palette_and_style_sheet(qtbot: QtBot, qapp: QApplication, theme: Theme) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.set_choice(Scheme.DARK)
    assert theme.palette is DARK
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK.bg)
    assert DARK.surface in qapp.styleSheet()
    theme.set_choice(Scheme.LIGHT)
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(LIGHT.bg)


def test_the_same_scheme_again_changes_nothing(qtbot: QtBot, theme: Theme) -> None:
    with qtbot.assertNotEmitted(theme.changed):
        theme.set_choice(Scheme.LIGHT)


@pytest.mark.parametrize(("asked", "held"), [(90, 90), (150, 150), (40, 90), (400, 200)])
def test_the_text_size_stays_within_its_limits(theme: Theme, asked: int, held: int) -> None:
    theme.set_text_percent(asked)
    assert theme.text_percent == held
    assert theme.px(100) == held


def test_measures_and_fonts_follow_the_text_size(theme: Theme) -> None:
    before = theme.font("body").pixelSize()
    theme.set_text_percent(150)
    assert (before, theme.font("body").pixelSize()) == (13, 20)
    assert theme.px(32) == 48


def test_the_type_scale_is_the_one_of_the_pictures() -> None:
    sizes = {step: (size.size, size.line, size.bold) for step, size in TYPE.items()}
    assert sizes["title"] == (20, 28, True)
    assert sizes["section"] == (15, 20, True)
    assert sizes["body"] == (13, 18, False)
    assert sizes["hint"] == (12, 16, False)


def test_windows_prefers_segoe_and_others_noto() -> None:
    assert families("win32", frozenset({"Segoe UI", "Arial"}))[0] == "Segoe UI"
    assert families("win32", frozenset({"Arial"}))[0] == "Noto Sans"
    assert families("linux", frozenset({"Segoe UI"})) == list(OUR_FONTS)
    assert bold_weight("Segoe UI") < bold_weight("Noto Sans")


def test_the_shipped_fonts_are_used_and_draw_every_name(theme: Theme) -> None:
    assert set(OUR_FONTS) <= set(QFontDatabase.families())
    assert QFontInfo(theme.font("body")).family() == "Noto Sans"
    drawn = [QRawFont.fromFont(QFont(name)) for name in OUR_FONTS]
    for name in ("Łukasz Wiśniewski", "Ștefan", "ગુજરાતી", "தமிழ்", "علي", "हिन्दी", "বাংলা"):
        assert all(any(font.supportsCharacter(ord(sign)) for font in drawn) for sign in name), name


def test_figures_in_tables_have_one_width(theme: Theme) -> None:
    assert theme.font("body", tabular=True).featureTags()
    assert not theme.font("body").featureTags()


@pytest.mark.feature("F84")
def test_a_contrast_theme_takes_over_every_colour() -> None:
    system = QPalette()
    role = QPalette.ColorRole
    for name, colour in {
        role.Window: "black",
        role.WindowText: "white",
        role.Base: "black",
        role.ButtonText: "yellow",
        role.Highlight: "cyan",
        role.HighlightedText: "black",
        role.Link: "yellow",
    }.items():
        system.setColor(name, QColor(colour))
    made = system_palette(system)
    ours = {LIGHT.get(name) for name in LIGHT.__dataclass_fields__} | {
        DARK.get(name) for name in DARK.__dataclass_fields__
    }
    used = {made.get(name) for name in made.__dataclass_fields__}
    assert used - {"#FFFFFF", "#000000"} <= {"#FFFF00", "#00FFFF"}
    assert not (used - {"#FFFFFF", "#000000"}) & ours
    for fore, back in (("text", "bg"), ("red_fg", "red_bg"), ("on_accent", "accent"), ("on_danger", "danger")):
        assert contrast(made.get(fore), made.get(back)) >= 7


def test_what_is_off_is_muted() -> None:
    palette = qpalette(LIGHT)
    off = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
    assert off == QColor(LIGHT.muted)


class Contrast:
    """A system that wants high contrast, or not."""

    def __init__(self, wanted: bool) -> None:
        self.wanted = wanted

    def contrastPreference(self) -> Qt.ContrastPreference:
        return Qt.ContrastPreference.HighContrast if self.wanted else Qt.ContrastPreference.NoPreference


@pytest.mark.feature("F84")
def test_our_palette_is_dropped_while_the_system_wants_contrast(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = Contrast(True)
    monkeypatch.setattr(theme, "_accessibility", system)
    with qtbot.waitSignal(theme.changed):
        theme._on_system_changed()
    assert theme.contrast
    assert theme.palette not in (LIGHT, DARK)
    tag = Tag("High", Tone.RED, "triangle")
    qtbot.addWidget(tag)
    image = picture(tag, tag.sizeHint())
    assert image.pixelColor(image.width() // 2, 0) == theme.color("text")
    system.wanted = False
    theme._on_system_changed()
    assert not theme.contrast
    assert theme.palette is LIGHT


def test_as_the_system_shows_follows_the_system(theme: Theme) -> None:
    theme.set_choice(Scheme.SYSTEM)
    assert theme.palette is (DARK if theme.dark else LIGHT)
    theme.set_choice(Scheme.DARK)
    assert theme.dark


def test_without_a_theme_a_widget_says_so(monkeypatch: pytest.MonkeyPatch, qapp: QApplication, theme: Theme) -> None:
    theme.setParent(None)
    try:
        with pytest.raises(RuntimeError, match="no theme yet"):
            Theme.of()
    finally:
        theme.setParent(qapp)
    assert Theme.of() is theme
