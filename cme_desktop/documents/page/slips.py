"""The parts written on by hand: signature block, tick boxes, lines to fill in, cut line; and the language line."""

from __future__ import annotations

from dataclasses import replace

from cme_desktop.documents.fonts import FontSet
from cme_desktop.documents.letters import FillIn, LanguageLine, Signature, TickBoxes
from cme_desktop.documents.page.lines import natural_width, set_lines
from cme_desktop.documents.page.pen import Pen
from cme_desktop.documents.page.pieces import Whole
from cme_desktop.documents.page.styles import (
    HAIRLINE,
    HAIRLINE_WIDTH,
    INK,
    LANGUAGE,
    LEFT,
    MM,
    SMALL,
    TEXT_WIDTH,
    WRITING,
    TextStyle,
)
from cme_desktop.documents.page.tags import Element
from cme_desktop.documents.words import Words


class SignaturePiece(Whole):
    """Closing words, room for a wet signature over a 70 mm line, name, post, authority and copies."""

    LINE_WIDTH, BELOW_LINE, AFTER_CLOSE, ABOVE_COPY = 70 * MM, 2.0, 9.0, 2.6

    def __init__(self, block: Signature, body: TextStyle, fonts: FontSet) -> None:
        self._body = replace(body, after=0.0)
        self._small = replace(SMALL, after=0.0)
        self._room = block.room_mm * MM
        self._close = set_lines(block.close, body, TEXT_WIDTH, fonts)
        bold = replace(self._body, bold=True)
        below = [(block.name, bold), (block.post, self._body), (block.authority, self._small)]
        below.append((block.copy, self._small))
        self._copy_gap = self.ABOVE_COPY if block.authority and block.copy else 0.0
        self._below = [(set_lines(words, style, TEXT_WIDTH, fonts), style) for words, style in below if words]
        self.before = 10.0 if block.close else 11.6
        self.height = len(self._close) * body.leading + self._gap() + self._room
        self.height += self.BELOW_LINE + self._copy_gap
        self.height += sum(len(lines) * style.leading for lines, style in self._below)
        self.after = 9.0 if block.authority else 6.5

    def _gap(self) -> float:
        return self.AFTER_CLOSE if self._close else 0.0

    def draw(self, pen: Pen, top: float) -> None:
        """Draw the block; the line to sign on is an artifact."""
        if self._close:
            pen.tagged_lines("P", self._close, LEFT, top, self._body)
        top += len(self._close) * self._body.leading + self._gap() + self._room
        with pen.canvas.artifact():
            pen.rule(LEFT, top, LEFT + self.LINE_WIDTH, WRITING, 0.6)
        top += self.BELOW_LINE
        for number, (lines, style) in enumerate(self._below):
            if number == len(self._below) - 1:
                top += self._copy_gap
            pen.tagged_lines("P", lines, LEFT, top, style)
            top += len(lines) * style.leading


class LanguagePiece(Whole):
    """The offer of other formats and languages, under its own rule."""

    PAD, BETWEEN = 4.0, 3.3

    def __init__(self, block: LanguageLine, fonts: FontSet, *, after_signature: bool) -> None:
        self._lines = [set_lines(_spread(words), LANGUAGE, TEXT_WIDTH, fonts) for words in block.lines]
        self.height = self.PAD + sum(len(lines) for lines in self._lines) * LANGUAGE.leading
        self.height += self.BETWEEN * (len(self._lines) - 1)
        self.before, self.after = 3.0 if after_signature else 12.4, 6.5

    def draw(self, pen: Pen, top: float) -> None:
        """Draw the rule and the lines."""
        with pen.canvas.artifact():
            pen.rule(LEFT, top, LEFT + TEXT_WIDTH, HAIRLINE, HAIRLINE_WIDTH)
        top += self.PAD
        for lines in self._lines:
            pen.tagged_lines("P", lines, LEFT, top, LANGUAGE)
            top += len(lines) * LANGUAGE.leading + self.BETWEEN


def _spread(words: Words) -> Words:
    """Set the dots between the names of languages wider apart; a line still breaks beside them."""
    return tuple(replace(span, text=span.text.replace(" · ", " \u00a0·\u00a0 ")) for span in words)


class CutPiece(Whole):
    """The dashed line above a slip."""

    def __init__(self) -> None:
        self.before, self.height, self.after = 16.0, 10.8, 0.8

    def draw(self, pen: Pen, top: float) -> None:
        """Draw the dashes."""
        with pen.canvas.artifact():
            pen.rule(LEFT, top, LEFT + TEXT_WIDTH, WRITING, 0.7, dash="[3 3]")


class TickPiece(Whole):
    """Squares to tick, drawn rather than set, in columns that are read downwards."""

    SQUARE, STROKE, GAP = 9.5, 0.8, 3.1

    def __init__(self, block: TickBoxes, style: TextStyle, fonts: FontSet) -> None:
        self._style = style
        self._indent = 18.3 if block.columns > 1 else 19.8
        width = TEXT_WIDTH / block.columns
        self._items = [set_lines(words, style, width - self._indent - 4, fonts) for words in block.items]
        per_column = -(-len(self._items) // block.columns)
        self._cells = [(number % per_column, LEFT + number // per_column * width) for number in range(len(self._items))]
        self._row_heights = [
            max(len(lines) for lines, (place, _) in zip(self._items, self._cells, strict=True) if place == row)
            * style.leading
            + self.GAP
            for row in range(per_column)
        ]
        self.height = sum(self._row_heights)
        self.after = 1.9 if block.columns > 1 else 4.5

    def draw(self, pen: Pen, top: float) -> None:
        """Draw each square with its words; the square reads as an empty tick box."""
        with pen.canvas.element(Element("L")):
            for lines, (row, x) in zip(self._items, self._cells, strict=True):
                at = top + sum(self._row_heights[:row])
                with pen.canvas.element(Element("LI")):
                    with pen.canvas.element(Element("Lbl", alt="Empty tick box")), pen.canvas.content():
                        down = (self._style.leading - self.SQUARE) / 2 - 0.2
                        pen.square(x + self.STROKE / 2, at + down, self.SQUARE, INK, self.STROKE)
                    pen.tagged_lines("LBody", lines, x + self._indent, at, self._style)


class FillInPiece(Whole):
    """Lines to write on, each with its label or over the whole width."""

    STEP, BLANK_STEP, BETWEEN = 21.6, 22.6, 5.2

    def __init__(self, block: FillIn, fonts: FontSet) -> None:
        style = replace(SMALL, after=0.0)
        self._style = style
        widest = max((natural_width(words, style, fonts) for words in block.labels), default=0.0)
        self._indent = max(block.label_mm * MM, widest + 8)
        self._labels = [set_lines(words, style, self._indent, fonts) for words in block.labels]
        self.before = 0.0
        self._steps = [
            (self.STEP if label else self.BLANK_STEP) + (self.BETWEEN if label and above == () else 0.0)
            for above, label in zip([None, *self._labels], self._labels, strict=False)
        ]
        self.height = sum(self._steps)
        self.after = 5.6

    def draw(self, pen: Pen, top: float) -> None:
        """Draw the labels and the lines."""
        for lines, step in zip(self._labels, self._steps, strict=True):
            if lines:
                pen.tagged_lines("P", lines, LEFT, top + step - 13.6, self._style)
            with pen.canvas.artifact():
                start = LEFT + (self._indent if lines else 2.5)
                pen.rule(start, top + step, LEFT + TEXT_WIDTH, WRITING, 0.6)
            top += step
