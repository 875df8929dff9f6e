"""Scripts are told apart, shaped, and put in the order in which a line shows them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.documents.runs import has_rtl, levels, runs_of, visual_order
from tests.documents.factories import fonts


def faces(text: str, *, bold: bool = False) -> list[tuple[str, str, bool]]:
    return [(run.text, run.face.name, run.rtl) for run in runs_of(text, fonts(), bold=bold)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Łukasz", [("Łukasz", "NotoSans-Regular", False)]),
        ("દિયા", [("દિયા", "NotoSansGujarati-Regular", False)]),
        ("தமிழ்", [("தமிழ்", "NotoSansTamil-Regular", False)]),
        ("हिन्दी।", [("हिन्दी।", "NotoSansDevanagari-Regular", False)]),
        ("বাংলা॥", [("বাংলা॥", "NotoSansBengali-Regular", False)]),
        ("العربية", [("العربية", "NotoSansArabic-Regular", True)]),
        ("می\u200cخواهم", [("می\u200cخواهم", "NotoSansArabic-Regular", True)]),
        ("٢٠٢٦", [("٢٠٢٦", "NotoSansArabic-Regular", False)]),
        (
            "(દિયા)",
            [
                ("(", "NotoSans-Regular", False),
                ("દિયા", "NotoSansGujarati-Regular", False),
                (")", "NotoSans-Regular", False),
            ],
        ),
        ("Adé̩", [("Adé̩", "NotoSans-Regular", False)]),
        ("שלום", [("שלום", "NotoSans-Regular", True)]),
        ("हि\u200dन्", [("हि\u200dन्", "NotoSansDevanagari-Regular", False)]),
        ("a\u200cb", [("a\u200cb", "NotoSans-Regular", False)]),
    ],
)
def test_each_script_has_its_font(text: str, expected: list[tuple[str, str, bool]]) -> None:
    assert faces(text) == expected


def test_bold_text_has_bold_faces() -> None:
    assert [face for _, face, _ in faces("Diya દિયા", bold=True)] == ["NotoSans-Bold", "NotoSansGujarati-Bold"]


def test_shaping_joins_and_reorders() -> None:
    (gujarati,) = runs_of("દિ", fonts(), bold=False)
    assert gujarati.glyphs is not None
    assert [glyph.cluster for glyph in gujarati.glyphs] == [0, 0]  # the vowel sign goes before the letter: one cluster
    (joined,) = runs_of("لا", fonts(), bold=False)
    assert [text for text, _ in joined.clusters()] == ["لا"]  # a ligature: one glyph for two letters
    (marked,) = runs_of("e\u0329", fonts(), bold=False)
    assert marked.glyphs is not None
    assert len(marked.glyphs) == 2
    (plain,) = runs_of("Mara", fonts(), bold=False)
    assert plain.glyphs is None
    assert list(plain.clusters()) == []


def test_missing_glyphs_are_named() -> None:
    assert [run.missing for run in runs_of("王 Ann 😀", fonts(), bold=False)] == ["王😀"]
    assert [run.missing for run in runs_of("می\u200cخ", fonts(), bold=False)] == [""]


def test_levels_follow_the_direction_of_the_text() -> None:
    assert levels("ab אב") == [0, 0, 0, 1, 1]
    assert levels("אב 12") == [1, 1, 1, 2, 2]
    assert levels("אב  ") == [1, 1, 0, 0]
    assert levels("ا\u200cب") == [1, 1, 1]
    assert levels("") == []


def test_units_are_turned_by_level() -> None:
    assert visual_order([0, 1, 1, 0]) == [0, 2, 1, 3]
    assert visual_order([1, 1, 2]) == [2, 1, 0]
    assert visual_order([0, 0]) == [0, 1]
    assert visual_order([]) == []


@given(st.lists(st.integers(min_value=0, max_value=3), max_size=12))
def test_turning_loses_no_unit(unit_levels: list[int]) -> None:
    assert sorted(visual_order(unit_levels)) == list(range(len(unit_levels)))


@given(st.text(alphabet="abદિયاבب1٢ ()\u200d\u0301", min_size=1, max_size=20))
def test_runs_hold_every_character_in_order(text: str) -> None:
    runs = runs_of(text, fonts(), bold=False)
    assert "".join(run.text for run in runs) == text
    for run in runs:
        assert run.width >= 0
        if run.glyphs is not None:
            assert sorted("".join(part for part, _ in run.clusters())) == sorted(run.text)
    assert len(levels(text)) == len(text)


def test_right_to_left_is_seen() -> None:
    assert has_rtl("Mr العلي")
    assert has_rtl("שלום")
    assert not has_rtl("Łukasz દિયા (1)")
