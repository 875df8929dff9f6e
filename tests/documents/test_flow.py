"""What belongs together stays on one page; no page holds a signature alone; nothing is split that must be whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cme_desktop.documents.letters import Paragraph
from cme_desktop.documents.page.flow import PAGE_ROOM, Placed, Together, TooLong, lay_out, paginate
from cme_desktop.documents.page.pieces import BoxPiece, Piece, TablePiece, TextPiece, Whole, list_items
from cme_desktop.documents.page.slips import CutPiece, FillInPiece, LanguagePiece, SignaturePiece
from cme_desktop.documents.page.styles import (
    BODY_TOP_LATER,
    BODY_TOP_LETTER,
    BODY_TOP_PLAIN,
    BOTTOM,
    TextStyle,
    sheet_of,
)
from cme_desktop.documents.words import Span
from tests.documents.factories import CODES, fonts, letter, render

BODY = TextStyle(11, 15.5, after=6.5)
CHILD, PARENT = "Maximiliana-Alexandrina Featherstonehaugh-Wot", "Mr Bartholomew-Emmanuel Featherstonehaugh-Wot"
SCHOOL = "The Blessed Saint Catherine of Alexandria Church of England Voluntary Aided Primary School and Nursery"
LONG = {
    "child_name": CHILD,
    "child_first": "Maximiliana-Alexandrina",
    "parent_name": PARENT,
    "parent_salutation": "Mr Featherstonehaugh-Wot",
    "school_name": SCHOOL,
}


class Block(Whole):
    """A piece of a given height that draws nothing."""

    def __init__(self, height: float, before: float = 0.0, after: float = 0.0) -> None:
        self.height, self.before, self.after = height, before, after

    def draw(self, pen: object, top: float) -> None:
        """Draw nothing."""


def kinds(page: list[Placed]) -> list[str]:
    return [type(placed.piece).__name__ for placed in page]


def paragraph(count: int) -> TextPiece:
    return TextPiece.of((Span("word " * count),), BODY, fonts())


@pytest.mark.parametrize("code", CODES)
def test_pages_are_as_many_as_drawn(code: str) -> None:
    assert render(letter(code)).pages == (1 if code == "L24" else 2)


@pytest.mark.parametrize("code", CODES)
def test_long_names_take_one_page_more_at_most(code: str) -> None:
    assert len(CHILD) == len(PARENT) == 45
    pages = render(letter(code, LONG)).pages
    assert pages == 3 if code in ("L04", "L07") else pages <= 2


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("size", range(0, 2400, 300))
def test_a_signature_never_stands_alone(code: str, size: int) -> None:
    made = letter(code, LONG)
    filler = Paragraph((Span("A sentence of the officer that takes some room here. " * (size // 50 + 1)),))
    longer = replace(made, blocks=(made.blocks[0], filler, *made.blocks[1:]))
    pages = lay_out(longer, fonts())
    for page in pages:
        signed = [number for number, placed in enumerate(page) if isinstance(placed.piece, SignaturePiece)]
        for number in signed:
            assert number > 0
            assert kinds(page)[number - 1] in ("TextPiece", "ListItem", "BoxPiece")
        for number, placed in enumerate(page):
            assert placed.top + placed.piece.height <= BOTTOM + 0.01
            if isinstance(placed.piece, LanguagePiece) and code != "L08":
                assert isinstance(page[number - 1].piece, SignaturePiece)
            if isinstance(placed.piece, CutPiece):
                assert not any(isinstance(later.piece, CutPiece) for later in page[number + 1 :])
        last_style = getattr(page[-1].piece, "_style", None)
        assert not (isinstance(page[-1].piece, TextPiece) and last_style and last_style.before == 9), "heading alone"
    slips = [page for page in pages for placed in page if isinstance(placed.piece, FillInPiece)]
    if slips:
        assert "CutPiece" in kinds(slips[-1])


def test_bodies_start_where_they_are_measured() -> None:
    assert lay_out(letter("L04"), fonts())[0][0].top == pytest.approx(BODY_TOP_LETTER)
    assert lay_out(letter("L08"), fonts())[0][0].top == pytest.approx(BODY_TOP_PLAIN)
    assert lay_out(letter("L04"), fonts())[1][0].top == pytest.approx(BODY_TOP_LATER)


def test_a_group_that_does_not_fit_goes_to_the_next_page_whole() -> None:
    pages = paginate([Together((Block(600),)), Together((Block(100, before=9), Block(100)))], BODY_TOP_LATER)
    assert [len(page) for page in pages] == [1, 2]
    assert pages[1][0].top == BODY_TOP_LATER


def test_the_larger_of_two_gaps_counts() -> None:
    (page,) = paginate([Together((Block(10, after=6),)), Together((Block(10, before=9),))], 100.0)
    assert [placed.top for placed in page] == [100.0, 119.0]


def test_a_new_page_begins_where_asked_and_is_never_empty() -> None:
    pages = paginate([Together((Block(10),), new_page=True), Together((Block(10),), new_page=True)], 100.0)
    assert [len(page) for page in pages] == [1, 1]


def test_a_short_paragraph_moves_and_a_long_one_splits() -> None:
    short, long = paragraph(60), paragraph(300)
    assert short.split(PAGE_ROOM) is None
    filled = Together((Block(PAGE_ROOM - 60),))
    assert kinds(paginate([filled, Together((short,))], BODY_TOP_LATER)[0]) == ["Block"]
    pages = paginate([filled, Together((long,))], BODY_TOP_LATER)
    assert kinds(pages[0]) == ["Block", "TextPiece"]
    first, second = pages[0][1].piece, pages[1][0].piece
    assert first.height + second.height == long.height
    assert first.height >= 3 * BODY.leading


def test_a_group_longer_than_a_page_is_divided() -> None:
    pages = paginate([Together((Block(400), Block(400)))], BODY_TOP_LATER)
    assert [len(page) for page in pages] == [1, 1]


def test_a_part_longer_than_a_page_is_refused() -> None:
    with pytest.raises(TooLong, match="longer than a page"):
        paginate([Together((Block(900),))], BODY_TOP_LATER)


def test_a_long_table_goes_on_under_the_same_head() -> None:
    rows = [(((Span(f"row {number}"),), (Span("x"),)), False) for number in range(60)]
    table = TablePiece([(Span("A"),), (Span("B"),)], rows, (92, 70), fonts())
    pages = paginate([Together((table,))], BODY_TOP_LATER)
    assert [kinds(page) for page in pages] == [["TablePiece"], ["TablePiece"]]
    heads = [page[0].piece.height for page in pages]
    assert sum(heads) == pytest.approx(table.height + table.head_height)
    assert table.split(20) is None


def test_a_table_that_fits_on_a_page_is_never_split() -> None:
    rows = [(((Span("row"),),), False)] * 10
    table = TablePiece([(Span("A"),)], rows, (162,), fonts())
    pages = paginate([Together((Block(PAGE_ROOM - 100),)), Together((table,))], BODY_TOP_LATER)
    assert kinds(pages[1]) == ["TablePiece"]


def test_a_tall_row_and_an_empty_answer_leave_room_to_write() -> None:
    def height(cell: str, tall: bool = False) -> float:
        row = [((Span("Question"),), (Span(cell),) if cell else ())]
        return TablePiece([(Span("A"),), (Span("B"),)], [(row[0], tall)], (92, 70), fonts()).height

    assert height("") - height("x") == pytest.approx(12.6)
    assert height("", tall=True) - height("x") == pytest.approx(3 * 12.6)


def test_a_list_may_go_over_the_page_between_two_points() -> None:
    items: list[Piece] = [*list_items([(Span("point"),)] * 4, BODY, 3.25, fonts(), numbered=True)]
    assert [item.after for item in items] == [3.25, 3.25, 3.25, 6.5]
    assert items[0].split(100) is None


def test_an_empty_box_is_its_title() -> None:
    title = sheet_of(style="parent", statutory=False, window=True).box_title
    box = BoxPiece((Span("Do"),), title, [], fonts())
    assert box.height == pytest.approx(8 + title.leading + title.after + 7.5)
