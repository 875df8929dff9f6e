"""A name of any characters prints in every document, and what no font draws is told beforehand (safety.md 6 and 10)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cme_desktop.documents import missing_glyphs
from cme_desktop.documents.particulars import MissingParticulars
from cme_desktop.documents.runs import levels, runs_of
from cme_desktop.documents.words import safe_text
from tests.documents.factories import CODES, fonts, letter, render

AWKWARD = [
    "محمد \U0001fae9",  # a picture younger than Python's tables, beside a script from right to left
    "שלום \U0001fadf כהן",
    "م\u0378ن",
    "م\U000e1000ن",
    "م\ue000ن",
    "م\U0010fffdن",
    "م\u0301\u0302\u0303ن",
    "\u0301",
    "ગ\u200dુ\u200c\U0001fae8",
    "👩\u200d👧\ufe0f محمد",
    "ﷺ",
    "\U0001e900\U0001e943",
    "\U00010a00\U00010a0f",
    "a\u0660\u06f1١2",
    "(محمد) [Ann] {\U0001fae9}",
    "王小明 김민수 ひらがな",
    "\ufdfd" * 8,
]
_BASIC = [(0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x590, 0x8FF), (0x900, 0xDFF), (0x1E00, 0x1FFF)]
_REST = [(0x2000, 0xD7FF), (0xD800, 0xDFFF), (0xE000, 0xFFFF), (0x10000, 0x1FFFF), (0x20000, 0x10FFFF)]
_PLANES = st.sampled_from([*_BASIC, *_REST])
ANY_NAME = st.lists(_PLANES.flatmap(lambda ends: st.integers(*ends)).map(chr), min_size=1, max_size=16).map("".join)


def drawn(code: str, name: str) -> None:
    try:
        made = letter(code, {"child_name": name, "parent_name": name, "officer_name": name, "school_name": name})
    except MissingParticulars:
        assert not safe_text(name), "only a name of nothing is missing"
        return
    content = render(made).content
    assert content.startswith(b"%PDF")
    undrawable = {char for char in safe_text(name) if not any(map(_has, runs_of(char, fonts(), bold=False)))}
    assert undrawable - set("\u200c\u200d") <= set(missing_glyphs(made, fonts()))


def _has(run: object) -> bool:
    return not getattr(run, "missing", "")


@pytest.mark.parametrize("code", CODES)
def test_awkward_names_print_in_every_document(code: str) -> None:
    for name in AWKWARD:
        drawn(code, name)


@settings(max_examples=40)
@given(st.sampled_from(CODES), ANY_NAME)
def test_any_name_prints_in_any_document(code: str, name: str) -> None:
    drawn(code, name)


def test_every_code_point_has_a_direction() -> None:
    """Beside Arabic and Latin letters, in lines of 500, so that each plane is gone through quickly."""
    for start in range(0, 0x110000, 500):
        line = "م" + safe_text("".join(map(chr, range(start, min(start + 500, 0x110000))))) + "a1"
        assert len(levels(line)) == len(line)


def test_what_python_knows_no_direction_for_is_read_like_its_block() -> None:
    unknown = next(char for char in map(chr, range(0x590, 0x8FF)) if unicodedata.category(char) == "Cn")
    assert levels(unknown)[0] % 2 == 1
    assert levels("\u0378") == [0]
