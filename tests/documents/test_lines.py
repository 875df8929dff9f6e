"""Lines hold what fits, break where they may, and know where each field stands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cme_desktop.documents.page.lines import Line, Segment, Turned, natural_width, one_line, set_lines
from cme_desktop.documents.page.styles import TextStyle
from cme_desktop.documents.words import Span
from tests.documents.factories import fonts

BODY = TextStyle(11, 15.5)


def shown(line: Line) -> str:
    """Return what a line shows, its parts from left to right, turned parts in reading order."""
    return "".join(part.run.text if isinstance(part, Segment) else part.text for part in line.parts).rstrip()


def texts(words: str, width: float, style: TextStyle = BODY) -> list[str]:
    return [shown(line) for line in set_lines((Span(words),), style, width, fonts())]


def test_a_line_breaks_at_a_space() -> None:
    assert texts("We do not know which school Mara goes to.", 120) == ["We do not know which", "school Mara goes to."]


def test_a_phone_number_goes_to_the_next_line_whole() -> None:
    assert texts("Phone us now on 020 7946 0461", 145) == ["Phone us now on", "020 7946 0461"]


def test_a_date_and_a_title_with_its_name_go_to_the_next_line_whole() -> None:
    assert texts("answer by Thursday 28 January 2027", 150) == ["answer by Thursday", "28 January 2027"]
    assert texts("we wrote to Mrs Ștefan", 88) == ["we wrote to", "Mrs Ștefan"]


def test_hyphens_are_no_break() -> None:
    assert texts("efficient full-time education", 75) == ["efficient", "full-time", "education"]


def test_a_word_longer_than_the_line_breaks_inside() -> None:
    lines = texts("Rhosllanerchrugog" * 4, 100)
    assert len(lines) > 3
    assert "".join(lines) == "Rhosllanerchrugog" * 4


def test_words_that_should_stay_together_part_when_the_line_is_too_short() -> None:
    assert texts("call 020 7946 0461", 40) == ["call", "020", "7946", "0461"]
    assert texts("ab section 437(1)", 45) == ["ab", "section", "437(1)"]


def test_spaces_shrink_a_little_for_one_more_word() -> None:
    words = "receive it counts as day 1. If you apply, the law requires you to tell the council. If the Secretary"
    style = TextStyle(10.5, 14.5)
    natural = natural_width((Span(words),), style, fonts())
    (line,) = set_lines((Span(words),), style, natural - 1.2, fonts())
    assert line.word_space < 0
    assert line.width == pytest.approx(natural - 1.2, abs=0.05)
    (loose,) = set_lines((Span(words),), style, natural, fonts())
    assert loose.word_space == 0


def test_fields_are_where_they_stand() -> None:
    words = (
        Span("Dear "),
        Span("Mr Ștefan", field="parent_salutation"),
        Span(" and "),
        Span("Mara", True, "child_first"),
    )
    (line,) = set_lines(words, BODY, 400, fonts())
    (first, left, right), (second, left2, right2) = line.fields
    assert (first, second) == ("parent_salutation", "child_first")
    assert left == pytest.approx(natural_width((Span("Dear "),), BODY, fonts()))
    assert right - left == pytest.approx(natural_width((Span("Mr Ștefan"),), BODY, fonts()))
    assert right2 == pytest.approx(line.width)
    assert left2 > right


def test_a_field_over_two_lines_has_two_places() -> None:
    lines = set_lines((Span("Flat 2, 14 Invented Road, Harrow", field="child_address"),), BODY, 110, fonts())
    assert [[name for name, _, _ in line.fields] for line in lines] == [["child_address"], ["child_address"]]


def test_arabic_words_stand_from_right_to_left() -> None:
    (line,) = set_lines((Span("Mr محمد العلي and"),), BODY, 400, fonts())
    (turned,) = [part for part in line.parts if isinstance(part, Turned)]
    assert turned.text == "محمد العلي"
    drawn = [segment.run.text for segment in turned.segments]
    assert drawn == ["العلي", " ", "محمد"]
    starts = [segment.x for segment in turned.segments]
    assert starts == sorted(starts)


def test_brackets_inside_right_to_left_text_are_mirrored() -> None:
    (line,) = set_lines((Span("אב (גד) הו"),), BODY, 400, fonts())
    (turned,) = line.parts
    assert isinstance(turned, Turned)
    assert turned.text == "אב (גד) הו"
    assert "".join(segment.run.text for segment in turned.segments if segment.run.glyphs is None).count("(") == 1


def test_one_line_keeps_its_double_spaces_and_its_field() -> None:
    line = one_line("CME-2026-00042  ·  L04", BODY, fonts(), "case_ref")
    assert shown(line) == "CME-2026-00042  ·  L04"
    assert line.fields[0][0] == "case_ref"
    turned = one_line("قضية", BODY, fonts())
    assert isinstance(turned.parts[0], Turned)


def test_no_words_are_no_lines() -> None:
    assert set_lines((), BODY, 100, fonts()) == ()


words = st.lists(st.text(alphabet="abcĄșદિયதعلמ19.,()-", min_size=1, max_size=25), min_size=1, max_size=12).map(
    " ".join
)


@settings(max_examples=60, deadline=None)
@given(words, st.floats(min_value=30, max_value=300), st.booleans())
def test_no_line_is_wider_than_its_measure_and_no_word_is_lost(text: str, width: float, bold: bool) -> None:
    style = TextStyle(11, 15.5, bold=bold)
    lines = set_lines((Span(text, field="x"),), style, width, fonts())
    space = fonts().face("latin", bold=bold).width(" ") * 11 / 1000
    for line in lines:
        assert line.width <= width + space + 0.1
    drawn = "".join(segment.run.text for line in lines for segment in _segments(line))
    assert sorted(_without_mirrors(drawn)) == sorted(_without_mirrors(text))


def _segments(line: Line) -> list[Segment]:
    return [segment for part in line.parts for segment in (part.segments if isinstance(part, Turned) else (part,))]


def _without_mirrors(text: str) -> str:
    return text.replace(" ", "").replace(")", "(")
