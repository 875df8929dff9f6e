"""The page against letters/README.md, measured in the finished file: window, margins, marks, sizes."""

from __future__ import annotations

from functools import cache

import pdfplumber
import pytest

from tests.documents.factories import CODES, letter, render
from tests.documents.reading import MM, plumbed

WINDOWED = [code for code in CODES if code != "L08"]
ADDRESS = (10 * MM, 46 * MM, 110 * MM, 92 * MM)


@cache
def measured(code: str, *, form_confirmed: bool = False) -> pdfplumber.PDF:
    """Return a finished letter opened for measuring, once for all tests."""
    return plumbed(render(letter(code), form_confirmed=form_confirmed).content)


def mm(points: float) -> float:
    return points / MM


@pytest.mark.parametrize("code", WINDOWED)
def test_only_the_address_stands_in_the_window(code: str) -> None:
    made = letter(code)
    pdf = measured(code)
    page = pdf.pages[0]
    lines = page.within_bbox(ADDRESS, strict=False).extract_text_lines()
    assert [line["text"] for line in lines] == list(made.furniture.address_lines)
    assert mm(lines[0]["x0"]) == pytest.approx(22, abs=0.5)
    assert lines[0]["chars"][0]["size"] == 10.5
    baseline = page.height - lines[0]["chars"][0]["matrix"][5]
    assert mm(baseline) == pytest.approx(57.6, abs=0.1)
    assert mm(max(line["x1"] for line in lines)) <= 100
    rules = [rule for rule in page.lines if rule["x0"] < 110 * MM and 46 * MM < rule["top"] < 92 * MM]
    assert rules == []


@pytest.mark.parametrize("code", WINDOWED)
def test_the_reference_block_stands_beside_the_window(code: str) -> None:
    pdf = measured(code)
    page = pdf.pages[0]
    (date,) = [word for word in page.extract_words() if word["text"] == "Date"]
    assert mm(date["x0"]) == pytest.approx(124, abs=0.3)
    chars = [char for char in page.chars if char["text"] == "D" and abs(char["x0"] - date["x0"]) < 0.1]
    assert chars[0]["size"] == 8
    assert mm(page.height - chars[0]["matrix"][5]) == pytest.approx(43, abs=0.1)


@pytest.mark.parametrize("code", CODES)
def test_the_body_starts_where_it_should(code: str) -> None:
    made = letter(code)
    pdf = measured(code)
    first = _char_of(pdf.pages[0], made.line_above[0].text)
    top = 95 if made.window else 33
    assert mm(pdf.pages[0].height - first["matrix"][5] - first["size"]) == pytest.approx(top, abs=0.1)
    assert first["size"] == (11 if made.statutory else 9.5)
    for page in pdf.pages[1:]:
        below_head = min(char["top"] for char in page.chars if char["top"] > 19 * MM)
        assert 25 <= mm(below_head) < 30


@pytest.mark.parametrize("code", CODES)
def test_nothing_stands_outside_the_margins(code: str) -> None:
    pdf = measured(code, form_confirmed=True)
    for page in pdf.pages:
        for char in page.chars:
            assert mm(char["x0"]) >= 22 - 0.3
            if char["text"] != " ":
                assert mm(char["x1"]) <= 184 + 0.3
        body = [char for char in page.chars if 60 * MM < char["top"] < page.height - 18 * MM]
        assert mm(max(char["bottom"] for char in body)) <= 277.5


@pytest.mark.parametrize("code", CODES)
def test_heads_and_feet_stand_where_they_should(code: str) -> None:
    pdf = measured(code)
    for number, page in enumerate(pdf.pages):
        foot = [char for char in page.chars if char["top"] > page.height - 17 * MM]
        assert {char["size"] for char in foot} == {7.5}
        assert mm(foot[0]["matrix"][5]) == pytest.approx(12.8, abs=0.05)
        rules = {round(mm(rule["top"]), 1): rule["linewidth"] for rule in page.lines if mm(rule["x1"]) > 183}
        assert rules[280.0] == 0.5
        if number:
            assert rules[18.6] == 0.5
            head = [char for char in page.chars if 10 * MM < char["top"] < 17 * MM]
            assert {char["size"] for char in head} == {9.5, 8.5}
        else:
            assert rules[31.5 if code != "L08" else 28.4] == 1.4


@pytest.mark.parametrize("code", CODES)
def test_fold_and_punch_marks_are_on_windowed_first_pages_only(code: str) -> None:
    pdf = measured(code)
    for number, page in enumerate(pdf.pages):
        marks = sorted(
            (round(mm(rule["top"]), 1), round(mm(rule["x0"]), 1), round(mm(rule["x1"]), 1), rule["linewidth"])
            for rule in page.lines
            if rule["x1"] < 20 * MM
        )
        wanted = [(99.0, 4.0, 8.0, 0.3), (148.5, 4.0, 6.0, 0.3), (198.0, 4.0, 8.0, 0.3)]
        assert marks == (wanted if number == 0 and code != "L08" else [])


@pytest.mark.parametrize("code", CODES)
def test_only_the_sizes_of_the_styles_are_used(code: str) -> None:
    made = letter(code)
    pdf = measured(code, form_confirmed=True)
    sizes = {round(char["size"], 2) for page in pdf.pages for char in page.chars}
    title = _char_of(pdf.pages[0], made.title[0].text)
    assert title["size"] == {"L08": 24, "parent": 17, "school": 16.5}["L08" if code == "L08" else made.style]
    allowed = {7.5, 8, 8.5, 9, 9.5, 10, 10.5, 11, 11.5, 12, 12.5, 13, 15, 16.5, 17, 24}
    assert sizes <= allowed
    assert {"parent": 11, "school": 10.5}[made.style] in sizes


@pytest.mark.parametrize(
    ("code", "room"),
    [("L01", 13), ("L04", 15), ("L05", 13), ("L06", 15), ("L07", 15), ("L08", 17), ("L09", 14), ("L24", 16)],
)
def test_there_is_room_for_a_wet_signature(code: str, room: float) -> None:
    pdf = measured(code, form_confirmed=True)
    found = [
        (page, rule)
        for page in pdf.pages
        for rule in page.lines
        if round(mm(rule["x1"] - rule["x0"]), 1) == 70 and mm(rule["x0"]) == pytest.approx(22, abs=0.05)
    ]
    ((page, rule),) = found
    above = max(char["bottom"] for char in page.chars if char["bottom"] < rule["top"] and char["x0"] < 92 * MM)
    assert room <= mm(rule["top"] - above) < room + 8


def test_tick_boxes_are_drawn_squares() -> None:
    for code, count in (("L01", 6), ("L05", 2), ("L09", 3)):
        pdf = measured(code)
        squares = [
            rect
            for page in pdf.pages
            for rect in page.rects
            if round(rect["width"], 2) == round(rect["height"], 2) == 9.5
        ]
        assert len(squares) == count
        assert {rect["linewidth"] for rect in squares} == {0.8}


def test_the_box_has_its_tint_and_bar() -> None:
    pdf = measured("L01")
    (tint,) = [rect for rect in pdf.pages[0].rects if rect["width"] > 400]
    assert tint["non_stroking_color"] == pytest.approx((0xEE / 255, 0xF3 / 255, 0xF9 / 255), abs=0.002)
    (bar,) = [rule for rule in pdf.pages[0].lines if rule["linewidth"] == 3.2]
    assert bar["height"] == pytest.approx(tint["height"])
    title = _char_of(pdf.pages[0], "What you need to do by Wed")
    assert title["size"] == 12.5
    assert title["x0"] - tint["x0"] == pytest.approx(12, abs=0.6)


def _char_of(page: object, words: str) -> dict[str, object]:
    """Return the first character of a line that begins with these words."""
    for line in page.extract_text_lines():  # type: ignore[attr-defined]
        if line["text"].startswith(words[:20]):
            first: dict[str, object] = line["chars"][0]
            return first
    raise AssertionError(f"no line begins with {words!r}")
