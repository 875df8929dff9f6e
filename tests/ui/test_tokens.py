"""The tokens: the figures of ux.md 6, and no colour anywhere else in the window."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cme_desktop.ui
from cme_desktop.ui.stylesheet import stylesheet
from cme_desktop.ui.tokens import DARK, LIGHT, NAMES, Palette, contrast, luminance, mix
from tests.ui import walk

COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06X}")
ROOM = Path(cme_desktop.ui.__file__).parent


@pytest.mark.feature("F84")
@pytest.mark.parametrize(
    ("palette", "fore", "back", "figure"),
    [
        (LIGHT, "text", "bg", 15.2),
        (LIGHT, "muted", "bg", 6.5),
        (LIGHT, "muted", "hover", 6.2),
        (LIGHT, "border", "bg", 3.7),
        (LIGHT, "accent", "bg", 6.4),
        (LIGHT, "on_accent", "accent", 7.0),
        (LIGHT, "text", "selection", 13.7),
        (LIGHT, "muted", "selection", 5.8),
        (LIGHT, "text", "mark", 14.9),
        (LIGHT, "danger", "bg", 6.0),
        (LIGHT, "on_danger", "danger", 6.5),
        (LIGHT, "red_fg", "red_bg", 7.6),
        (LIGHT, "amber_fg", "amber_bg", 7.6),
        (LIGHT, "green_fg", "green_bg", 7.8),
        (LIGHT, "blue_fg", "blue_bg", 8.0),
        (LIGHT, "grey_fg", "grey_bg", 8.2),
        (DARK, "text", "bg", 14.8),
        (DARK, "muted", "bg", 8.1),
        (DARK, "muted", "hover", 6.8),
        (DARK, "border", "surface", 4.5),
        (DARK, "accent", "bg", 9.1),
        (DARK, "on_accent", "accent", 8.5),
        (DARK, "text", "selection", 9.0),
        (DARK, "muted", "selection", 5.0),
        (DARK, "text", "mark", 9.0),
        (DARK, "danger", "bg", 10.5),
        (DARK, "on_danger", "danger", 10.1),
        (DARK, "red_fg", "red_bg", 8.6),
        (DARK, "amber_fg", "amber_bg", 9.1),
        (DARK, "green_fg", "green_bg", 8.3),
        (DARK, "blue_fg", "blue_bg", 7.9),
        (DARK, "grey_fg", "grey_bg", 7.6),
    ],
)
def test_the_figures_of_the_design_are_kept(palette: Palette, fore: str, back: str, figure: float) -> None:
    assert contrast(palette.get(fore), palette.get(back)) == pytest.approx(figure, abs=0.1)


@pytest.mark.feature("F84")
def test_every_text_and_edge_has_enough_contrast() -> None:
    assert walk.contrast_faults() == []


def test_a_palette_with_grey_on_grey_is_found() -> None:
    values = {name: LIGHT.get(name) for name in NAMES} | {"muted": "#AAA69E"}
    assert any("muted on bg" in fault for fault in walk.contrast_faults([Palette(**values)]))


@given(COLOURS, COLOURS)
def test_contrast_is_symmetric_and_between_1_and_21(one: str, other: str) -> None:
    assert contrast(one, other) == pytest.approx(contrast(other, one))
    assert 1.0 <= contrast(one, other) <= 21.0


def test_black_on_white_is_21() -> None:
    assert luminance("#000000") == 0.0
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)


@given(COLOURS, COLOURS)
def test_mixing_all_of_one_gives_that_one(one: str, other: str) -> None:
    assert mix(one, other, 1.0) == one
    assert mix(one, other, 0.0) == other


def test_an_unknown_token_is_an_error() -> None:
    with pytest.raises(KeyError):
        LIGHT.get("petrol")


LITERAL = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|QColor\(\s*[\"'\d]|GlobalColor\.(?!transparent)")


def test_no_colour_stands_outside_the_tokens() -> None:
    found = {
        f"{place.relative_to(ROOM)}: {hit.group()}"
        for place in ROOM.rglob("*.py")
        if place.name != "tokens.py"
        for hit in LITERAL.finditer(place.read_text(encoding="utf-8"))
    }
    assert found == set()


@pytest.mark.parametrize(
    "line", ['QColor("red")', "QColor(12, 3, 4)", "color: #fff;", "Qt.GlobalColor.red", "rgb(1,2,3)"]
)
def test_the_search_for_colours_would_find_one(line: str) -> None:
    assert LITERAL.search(line)


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_the_style_sheet_is_made_of_tokens_only(palette: Palette) -> None:
    sheet = stylesheet(palette, round)
    assert "$" not in sheet
    used = set(re.findall(r"#[0-9a-fA-F]{6}", sheet))
    assert used
    assert used <= {palette.get(name) for name in NAMES}


def test_the_style_sheet_grows_with_the_text() -> None:
    big = stylesheet(LIGHT, lambda measure: round(measure * 1.5))
    assert "min-height: 46px" in big
    assert "min-height: 30px" in stylesheet(LIGHT, round)
