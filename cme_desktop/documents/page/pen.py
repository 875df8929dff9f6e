"""The pen: set lines, rules and tints drawn on a tagged canvas, measured from the top left corner of the page."""

from __future__ import annotations

from collections.abc import Sequence

from cme_desktop.documents.fonts import Face, FontSet
from cme_desktop.documents.look import FieldPlace
from cme_desktop.documents.page.lines import Line, Segment, Turned
from cme_desktop.documents.page.styles import PAGE_HEIGHT, Colour, TextStyle
from cme_desktop.documents.page.tags import Element, TaggedCanvas
from cme_desktop.documents.runs import Run

_ASCENT, _DESCENT = 0.95, 0.28


class Pen:
    """Draw on one document and remember where its fields were printed."""

    def __init__(self, canvas: TaggedCanvas, fonts: FontSet) -> None:
        self.canvas = canvas
        self.fonts = fonts
        self.page = 1
        self.places: list[FieldPlace] = []

    def next_page(self) -> None:
        """Finish the page."""
        self.canvas.end_page()
        self.page += 1

    def tagged_lines(self, role: str, lines: Sequence[Line], x: float, top: float, style: TextStyle) -> None:
        """Draw lines as the content of one new element."""
        with self.canvas.element(Element(role)), self.canvas.content():
            self.lines(lines, x, top, style)

    def lines(self, lines: Sequence[Line], x: float, top: float, style: TextStyle) -> None:
        """Draw lines one below another; the first baseline lies one font size under ``top``."""
        baseline = top + style.size
        for line in lines:
            self.line(line, x, baseline, style)
            baseline += style.leading

    def line(self, line: Line, x: float, baseline: float, style: TextStyle) -> None:
        """Draw one line on a baseline and note the frames of its fields."""
        for part in line.parts:
            if isinstance(part, Segment):
                self._segment(part, x, baseline, style, line.word_space)
            else:
                self._turned(part, x, baseline, style)
        for field, left, right in line.fields:
            top, height = baseline - _ASCENT * style.size, (_ASCENT + _DESCENT) * style.size
            self.places.append(FieldPlace(field, self.page, x + left, top, right - left, height))

    def rule(self, x0: float, y: float, x1: float, colour: Colour, width: float, dash: str = "") -> None:
        """Draw a line across; ``dash`` is a PDF dash pattern."""
        pattern = f"{dash} 0 d " if dash else ""
        at = PAGE_HEIGHT - y
        self.canvas.draw(f"q {rgb(colour)} RG {width:g} w {pattern}{x0:.2f} {at:.2f} m {x1:.2f} {at:.2f} l S Q")

    def bar(self, x: float, y0: float, y1: float, colour: Colour, width: float) -> None:
        """Draw a line downwards with round ends."""
        begin, end = PAGE_HEIGHT - y0, PAGE_HEIGHT - y1
        self.canvas.draw(f"q {rgb(colour)} RG {width:g} w 1 J {x:.2f} {begin:.2f} m {x:.2f} {end:.2f} l S Q")

    def tint(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """Fill a rectangle."""
        self.canvas.draw(f"q {rgb(colour)} rg {x:.2f} {PAGE_HEIGHT - y - height:.2f} {width:.2f} {height:.2f} re f Q")

    def square(self, x: float, y: float, size: float, colour: Colour, width: float) -> None:
        """Draw the outline of a square."""
        self.canvas.draw(
            f"q {rgb(colour)} RG {width:g} w {x:.2f} {PAGE_HEIGHT - y - size:.2f} {size:.2f} {size:.2f} re S Q"
        )

    def _segment(self, segment: Segment, x: float, baseline: float, style: TextStyle, word_space: float) -> None:
        run = segment.run
        if run.glyphs is None:
            state = f"{word_space:.4f} Tw " if word_space else ""
            self.show(run.text, run.face, x + segment.x, baseline, style.size, style.colour, state)
        else:
            with self.canvas.actual_text(run.text):
                self._glyphs(run, x + segment.x, baseline, style)

    def _turned(self, part: Turned, x: float, baseline: float, style: TextStyle) -> None:
        """Draw text that reads from right to left.

        Readers of a PDF take the characters of such text from left to right as they stand and turn them; so each
        cluster says what it reads as, in that order, and the element around it holds the text in reading order.
        """
        with self.canvas.inline(Element("Span", actual=part.text)):
            for segment in part.segments:
                at = x + segment.x
                if segment.run.glyphs is None:
                    self.show(segment.run.text, segment.run.face, at, baseline, style.size, style.colour)
                else:
                    self._clusters(segment.run, at, baseline, style)

    def _clusters(self, run: Run, x: float, baseline: float, style: TextStyle) -> None:
        latin = self.fonts.face("latin", bold=run.face.bold)
        for text, glyphs in run.clusters():
            width = sum(glyph.advance for glyph in glyphs) * style.size / 1000
            drawn = Run(text, run.face, width, True, glyphs)
            with self.canvas.actual_text(text if len(text) == 1 else ""):
                self._glyphs(drawn, x, baseline, style)
            if len(text) > 1:  # a ligature, or a letter with its marks: one unseen space for each character
                share = width / len(text)
                scale = 100 * share / (latin.width(" ") * style.size / 1000)
                for place, char in enumerate(reversed(text)):
                    with self.canvas.actual_text(char):
                        at = x + place * share
                        self.show(" ", latin, at, baseline, style.size, style.colour, f"3 Tr {scale:.2f} Tz ")
            x += width

    def _glyphs(self, run: Run, x: float, baseline: float, style: TextStyle) -> None:
        scale = style.size / 1000
        for glyph in run.glyphs or ():
            at_x, at_y = x + glyph.dx * scale, baseline - glyph.dy * scale
            self.show(run.face.glyph_code(glyph.number), run.face, at_x, at_y, style.size, style.colour)
            x += glyph.advance * scale

    def show(
        self, text: str, face: Face, x: float, baseline: float, size: float, colour: Colour, state: str = ""
    ) -> None:
        """Draw one text in one face at one place; ``state`` holds text operators that end with it."""
        document = self.canvas.document
        shown = []
        for subset, codes in face.ttf.splitString(text, document):
            name = face.ttf.getSubsetInternalName(subset, document)
            shown.append(f"{name} {size:g} Tf <{codes.hex()}> Tj")
        matrix = f"1 0 0 1 {x:.2f} {PAGE_HEIGHT - baseline:.2f} Tm"
        reset = " 0 Tr 100 Tz 0 Tw" if state else ""
        self.canvas.draw(f"BT {rgb(colour)} rg {state}{matrix} {' '.join(shown)}{reset} ET")


def rgb(colour: Colour) -> str:
    """Return a colour as the numbers of a PDF operator."""
    return "{:.3f} {:.3f} {:.3f}".format(*colour)
