"""The parts of a page: each knows its height, how to draw itself, and how to split when it must."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cme_desktop.documents.fonts import FontSet
from cme_desktop.documents.page.lines import Line, set_lines
from cme_desktop.documents.page.pen import Pen
from cme_desktop.documents.page.styles import (
    ACCENT,
    HAIRLINE,
    HAIRLINE_WIDTH,
    LABEL,
    LEFT,
    MM,
    TABLE_CELL,
    TABLE_HEAD,
    TEXT_WIDTH,
    TINT,
    VALUE,
    TextStyle,
)
from cme_desktop.documents.page.tags import Element
from cme_desktop.documents.words import Span, Words


class Piece(Protocol):
    """What the flow puts on a page."""

    height: float
    before: float
    after: float

    def draw_under(self, pen: Pen, top: float) -> None:
        """Draw what lies under the watermark: tints."""

    def draw(self, pen: Pen, top: float) -> None:
        """Draw the piece with its upper edge at ``top``."""

    def split(self, room: float) -> tuple[Piece, Piece] | None:
        """Return the piece in two, the first of them within ``room``; None when it is kept whole."""


class Whole:
    """A piece that is never split."""

    height = 0.0
    before = 0.0
    after = 0.0

    def draw_under(self, pen: Pen, top: float) -> None:
        """Draw nothing: this piece has no tint."""

    def split(self, room: float) -> tuple[Piece, Piece] | None:
        """Return None: this piece stays whole."""
        return None


class TextPiece(Whole):
    """Lines of words in one style; only a long paragraph splits, with three lines or more on either side."""

    KEPT_LINES = 3

    def __init__(self, lines: Sequence[Line], style: TextStyle, element: Element, indent: float = 0.0) -> None:
        self._lines, self._style, self._element, self._indent = lines, style, element, indent
        self.height = len(lines) * style.leading
        self.before, self.after = style.before, style.after

    @classmethod
    def of(
        cls,
        words: Words,
        style: TextStyle,
        fonts: FontSet,
        *,
        role: str = "P",
        width: float = TEXT_WIDTH,
        indent: float = 0.0,
    ) -> TextPiece:
        """Return the words set to a width."""
        return cls(set_lines(words, style, width, fonts), style, Element(role), indent)

    def draw(self, pen: Pen, top: float) -> None:
        """Draw the lines; the two halves of a split paragraph are one element."""
        with pen.canvas.element(self._element), pen.canvas.content():
            pen.lines(self._lines, LEFT + self._indent, top, self._style)

    def split(self, room: float) -> tuple[Piece, Piece] | None:
        """Return two halves when at least three lines stand in each."""
        fit = min(int(room / self._style.leading), len(self._lines) - self.KEPT_LINES)
        if fit < self.KEPT_LINES:
            return None
        first = TextPiece(self._lines[:fit], self._style, self._element, self._indent)
        second = TextPiece(self._lines[fit:], self._style, self._element, self._indent)
        first.after = second.before = 0.0
        return first, second


class ListItem(Whole):
    """One point of a list, under the list's own element."""

    def __init__(
        self, mark: str, words: Words, style: TextStyle, fonts: FontSet, group: Element, *, left: float, width: float
    ) -> None:
        numbered = mark != "•"
        self._indent = 17.0 if numbered else 13.0
        self._mark = set_lines((Span(mark),), style, width, fonts)
        self._lines = set_lines(words, style, width - self._indent, fonts)
        self._style, self._group, self._left = style, group, left
        self._mark_shift = 0.0 if numbered else 1.0
        self.height = len(self._lines) * style.leading

    def draw(self, pen: Pen, top: float) -> None:
        """Draw the mark and the words beside it."""
        with pen.canvas.element(self._group), pen.canvas.element(Element("LI")):
            pen.tagged_lines("Lbl", self._mark, self._left + self._mark_shift, top, self._style)
            pen.tagged_lines("LBody", self._lines, self._left + self._indent, top, self._style)


def list_items(
    items: Sequence[Words],
    style: TextStyle,
    item_after: float,
    fonts: FontSet,
    *,
    numbered: bool,
    left: float = LEFT,
    width: float = TEXT_WIDTH,
) -> list[ListItem]:
    """Return the points of a list as pieces of their own, so that a list may go over a page between two of them."""
    group = Element("L")
    pieces = []
    for number, words in enumerate(items, start=1):
        mark = f"{number}." if numbered else "•"
        piece = ListItem(mark, words, style, fonts, group, left=left, width=width)
        piece.after = item_after if number < len(items) else style.after
        pieces.append(piece)
    return pieces


class ParticularsPiece(Whole):
    """Label and value between hairlines."""

    PAD_ABOVE, PAD_BELOW, ROOM_BELOW = 2.9, 3.3, 8.5

    def __init__(self, rows: Sequence[tuple[str, Words]], label_mm: float, fonts: FontSet) -> None:
        self._indent = label_mm * MM
        self._rows = [
            (
                set_lines((Span(label),), LABEL, self._indent - 4, fonts),
                set_lines(value, VALUE, TEXT_WIDTH - self._indent, fonts),
            )
            for label, value in rows
        ]
        self._heights = [
            max(len(label), len(value)) * VALUE.leading + self.PAD_ABOVE + self.PAD_BELOW for label, value in self._rows
        ]
        self.height = sum(self._heights) + self.ROOM_BELOW
        self.before, self.after = 1.5, 0.0

    def draw(self, pen: Pen, top: float) -> None:
        """Draw the rows, each a header cell and a value cell."""
        self._hairline(pen, top)
        with pen.canvas.element(Element("Table")):
            for (label, value), height in zip(self._rows, self._heights, strict=True):
                with pen.canvas.element(Element("TR")):
                    inner = top + self.PAD_ABOVE
                    with pen.canvas.element(Element("TH", scope="Row")), pen.canvas.content():
                        pen.lines(label, LEFT, inner + (VALUE.size - LABEL.size), LABEL)
                    pen.tagged_lines("TD", value, LEFT + self._indent, inner, VALUE)
                top += height
                self._hairline(pen, top)

    @staticmethod
    def _hairline(pen: Pen, y: float) -> None:
        with pen.canvas.artifact():
            pen.rule(LEFT, y, LEFT + TEXT_WIDTH, HAIRLINE, HAIRLINE_WIDTH)


class BoxPiece(Whole):
    """The tinted box with its accent bar; never split."""

    PAD_LEFT, PAD_ABOVE, PAD_BELOW, BAR = 12.0, 8.0, 7.5, 3.2

    def __init__(self, title: Words, style: TextStyle, parts: Sequence[Sequence[Piece]], fonts: FontSet) -> None:
        inner = [piece for part in parts for piece in part]
        self._title = set_lines(title, style, self.width(), fonts)
        self._style = style
        self._parts = inner
        title_height = len(self._title) * style.leading + style.after
        body = sum(piece.height + piece.after for piece in inner) - (inner[-1].after if inner else 0.0)
        self.height = self.PAD_ABOVE + title_height + body + self.PAD_BELOW
        self.before, self.after = 3.7, 8.5

    @classmethod
    def left(cls) -> float:
        """Return where the words inside begin."""
        return LEFT + cls.PAD_LEFT

    @classmethod
    def width(cls) -> float:
        """Return the width of the words inside."""
        return TEXT_WIDTH - 2 * cls.PAD_LEFT

    def draw_under(self, pen: Pen, top: float) -> None:
        """Draw the tint."""
        with pen.canvas.artifact():
            pen.tint(LEFT, top, TEXT_WIDTH, self.height, TINT)

    def draw(self, pen: Pen, top: float) -> None:
        """Draw the bar, then the words."""
        with pen.canvas.artifact():
            pen.bar(LEFT, top, top + self.height, ACCENT, self.BAR)
        with pen.canvas.element(Element("Div")):
            at = top + self.PAD_ABOVE
            pen.tagged_lines("H2", self._title, self.left(), at, self._style)
            at += len(self._title) * self._style.leading + self._style.after
            for piece in self._parts:
                piece.draw(pen, at)
                at += piece.height + piece.after


class TablePiece(Whole):
    """A table with a head row; a row never splits, and the head row repeats where a long table goes on."""

    PAD_ABOVE, PAD_BELOW, PAD_SIDE, GUTTER = 3.4, 4.0, 4.0, 1.6

    def __init__(
        self,
        head: Sequence[Words],
        rows: Sequence[tuple[Sequence[Words], bool]],
        columns_mm: Sequence[float],
        fonts: FontSet,
    ) -> None:
        widths = [column * MM for column in columns_mm]
        edges = [LEFT + sum(widths[:number]) for number in range(len(widths))]
        self._columns = [
            (edge + self.PAD_SIDE, width - 2 * self.PAD_SIDE) for edge, width in zip(edges, widths, strict=True)
        ]
        self._head = self._set(head, TABLE_HEAD, fonts)
        self._rows = [self._set(cells, TABLE_CELL, fonts) for cells, _ in rows]
        self._heights = [self._row_height(lines, tall) for lines, (_, tall) in zip(self._rows, rows, strict=True)]
        self._element = Element("Table")
        self._measure()
        self.before, self.after = 1.0, 7.6

    def draw_under(self, pen: Pen, top: float) -> None:
        """Draw the tint of the head row."""
        with pen.canvas.artifact():
            pen.tint(LEFT, top, TEXT_WIDTH, self.head_height, TINT)

    def draw(self, pen: Pen, top: float) -> None:
        """Draw the head row, then the rows with hairlines."""
        with pen.canvas.element(self._element):
            self._draw_row(pen, self._head, top, "TH", TABLE_HEAD)
            top += self.head_height
            with pen.canvas.artifact():
                pen.rule(LEFT, top, LEFT + TEXT_WIDTH, ACCENT, 0.6)
            for lines, height in zip(self._rows, self._heights, strict=True):
                self._draw_row(pen, lines, top, "TD", TABLE_CELL)
                top += height
                with pen.canvas.artifact():
                    pen.rule(LEFT, top, LEFT + TEXT_WIDTH, HAIRLINE, HAIRLINE_WIDTH)

    def split(self, room: float) -> tuple[Piece, Piece] | None:
        """Return the rows that fit and the rest under the same head; None when not one row fits."""
        used, fit = self.head_height, 0
        while fit < len(self._rows) and used + self._heights[fit] <= room:
            used += self._heights[fit]
            fit += 1
        if not 0 < fit < len(self._rows):
            return None
        return self._part(slice(0, fit)), self._part(slice(fit, None))

    def _part(self, rows: slice) -> TablePiece:
        part = object.__new__(TablePiece)
        part.__dict__.update(self.__dict__)
        part._rows, part._heights = self._rows[rows], self._heights[rows]
        part._measure()
        return part

    def _measure(self) -> None:
        lines = max(len(cell) for cell in self._head)
        self.head_height = lines * TABLE_HEAD.leading + self.PAD_ABOVE + self.PAD_BELOW - 1.2
        self.height = self.head_height + sum(self._heights)

    def _set(self, cells: Sequence[Words], style: TextStyle, fonts: FontSet) -> list[tuple[Line, ...]]:
        """Set the cells of a row; a wider gap stands before words, else readers of the file run the two together."""
        beside = [bool(cell) for cell in cells[1:]] + [False]
        return [
            set_lines(cell, style, width - (self.GUTTER if words_follow and width > 100 else 0.0), fonts)
            for cell, (_, width), words_follow in zip(cells, self._columns, beside, strict=True)
        ]

    def _row_height(self, lines: list[tuple[Line, ...]], tall: bool) -> float:
        least = 4 if tall else 1 if lines[-1] else 2  # an answer to be written by hand needs room
        return max(least, *(len(cell) for cell in lines)) * TABLE_CELL.leading + self.PAD_ABOVE + self.PAD_BELOW

    def _draw_row(self, pen: Pen, cells: list[tuple[Line, ...]], top: float, role: str, style: TextStyle) -> None:
        with pen.canvas.element(Element("TR")):
            for lines, (x, _) in zip(cells, self._columns, strict=True):
                scope = "Column" if role == "TH" else ""
                with pen.canvas.element(Element(role, scope=scope)), pen.canvas.content():
                    pen.lines(lines, x, top + self.PAD_ABOVE, style)
