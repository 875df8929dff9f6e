"""The page furniture: heading, envelope window, reference block, marks, running head, footer and watermark."""

from __future__ import annotations

import math

from cme_desktop.documents.fonts import FontSet, outline
from cme_desktop.documents.letters import Letter
from cme_desktop.documents.look import Watermark
from cme_desktop.documents.page.lines import Line, one_line, set_lines
from cme_desktop.documents.page.pen import Pen, rgb
from cme_desktop.documents.page.styles import (
    ACCENT,
    HAIRLINE,
    HAIRLINE_WIDTH,
    LEFT,
    MM,
    MUTED,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    RIGHT,
    WARNING,
    WATERMARK,
    TextStyle,
)
from cme_desktop.documents.page.tags import Element
from cme_desktop.documents.words import Span
from cme_desktop.domain.errors import UserError

# An address line ends before the window does, wherever the letter lies in its envelope.
ADDRESS_WIDTH = 78 * MM
ADDRESS_LINES, ADDRESS_LINES_CLOSE = 5, 6
_ADDRESS = TextStyle(10.5, 12.5)
_ADDRESS_CLOSE = TextStyle(10.5, 11.5)


class AddressTooLong(UserError):
    """Say that an address does not fit the envelope window."""

    code = "address-too-long"


def address_in_window(letter: Letter, fonts: FontSet) -> tuple[list[Line], TextStyle]:
    """Return the lines of the address as they stand in the window; raise AddressTooLong beyond six."""
    lines = [
        line
        for text in letter.furniture.address_lines
        for line in set_lines((Span(text, field="address_lines"),), _ADDRESS, ADDRESS_WIDTH, fonts)
    ]
    if len(lines) > ADDRESS_LINES_CLOSE:
        raise AddressTooLong(
            f"The address takes {len(lines)} lines and the envelope window shows {ADDRESS_LINES_CLOSE}. "
            "Shorten the address, or join two of its lines."
        )
    return lines, _ADDRESS if len(lines) <= ADDRESS_LINES else _ADDRESS_CLOSE


def draw_watermark(pen: Pen, watermark: Watermark | None) -> None:
    """Draw the watermark: over the tints, under every word."""
    if watermark is None or not watermark.word:
        return
    with pen.canvas.artifact():
        _slanted(pen, watermark.word)


def draw_first_heading(pen: Pen, letter: Letter) -> None:
    """Draw the head of page 1, with address window, reference block, fold and punch marks where there is a window."""
    if letter.window:
        _letter_head(pen, letter)
        _window(pen, letter)
        _reference_block(pen, letter)
        _marks(pen)
    else:
        _plain_head(pen, letter)


def draw_running_head(pen: Pen, letter: Letter) -> None:
    """Draw the head of the pages after the first."""
    with pen.canvas.artifact():
        _put(pen, letter.council, LEFT, 16 * MM, TextStyle(9.5, 12, bold=True, colour=ACCENT))
        _put_right(pen, f"{letter.name}  ·  {letter.case_ref}", 16 * MM, TextStyle(8.5, 11, colour=MUTED))
        pen.rule(LEFT, 18.6 * MM, RIGHT, HAIRLINE, HAIRLINE_WIDTH)


def draw_footer(pen: Pen, letter: Letter, pages: int) -> None:
    """Draw reference, code, template version and rule set, and which page of how many."""
    style = TextStyle(7.5, 10, colour=MUTED)
    version = f"{letter.code}, template {letter.template_version}"
    with pen.canvas.artifact():
        pen.rule(LEFT, PAGE_HEIGHT - 17 * MM, RIGHT, HAIRLINE, HAIRLINE_WIDTH)
        at = PAGE_HEIGHT - 12.8 * MM
        _put(pen, f"{letter.case_ref}  ·  {version}  ·  rule set {letter.rule_set}", LEFT, at, style)
        _put_right(pen, f"Page {pen.page} of {pages}", at, TextStyle(7.5, 10, bold=True, colour=MUTED))


def draw_reason(pen: Pen, watermark: Watermark | None) -> None:
    """Draw the line at the top that says why the page has a watermark."""
    if watermark is None:
        return
    style = TextStyle(8.5, 11, bold=True, colour=WARNING)
    with pen.canvas.artifact():
        line = one_line(watermark.reason, style, pen.fonts)
        pen.line(line, (PAGE_WIDTH - line.width) / 2, 9.5 * MM, style)


def _letter_head(pen: Pen, letter: Letter) -> None:
    _tagged(pen, letter.council, LEFT, 22 * MM, TextStyle(15, 19, bold=True, colour=ACCENT))
    _tagged(pen, letter.furniture.team, LEFT, 27.4 * MM, TextStyle(10, 13))
    style = TextStyle(8, 10.5, colour=MUTED)
    for number, text in enumerate(letter.furniture.heading_lines):
        _tagged_right(pen, text, 18.58 * MM + number * style.leading, style)
    _head_rule(pen, 31.5 * MM)


def _plain_head(pen: Pen, letter: Letter) -> None:
    _tagged(pen, letter.council, LEFT, 20 * MM, TextStyle(13, 17, bold=True, colour=ACCENT))
    _tagged(pen, letter.furniture.team, LEFT, 25 * MM, TextStyle(9.5, 12))
    style = TextStyle(8.5, 12, colour=MUTED)
    _tagged_right(pen, f"Our reference {letter.case_ref}", 19.4 * MM, style)
    _tagged_right(pen, letter.council_phone, 23.6 * MM, style)
    _head_rule(pen, 28.4 * MM)


def _head_rule(pen: Pen, y: float) -> None:
    with pen.canvas.artifact():
        pen.rule(LEFT, y, RIGHT, ACCENT, 1.4)


def _window(pen: Pen, letter: Letter) -> None:
    lines, style = address_in_window(letter, pen.fonts)
    for number, line in enumerate(lines):
        pen.tagged_lines("P", [line], LEFT, 57.6 * MM - style.size + number * style.leading, style)


def _reference_block(pen: Pen, letter: Letter) -> None:
    furniture = letter.furniture
    label, value = TextStyle(8, 11, colour=MUTED), TextStyle(9.5, 12.5)
    strong = TextStyle(9.5, 12.5, bold=True)
    entries = [
        ("Date", [(furniture.letter_date, "letter_date")], strong),
        ("Our reference", [(letter.case_ref, "case_ref")], strong),
        (
            "Ask for",
            [
                (letter.officer_name, "officer_name"),
                (letter.council_phone, "council_phone"),
                (letter.council_email, "council_email"),
            ],
            value,
        ),
    ]
    if furniture.delivery:
        entries.append((furniture.delivery_label, [(furniture.delivery, "delivery")], value))
    x, at = 124 * MM, 43 * MM
    for name, texts, style in entries:
        _tagged(pen, name, x, at, label)
        at += 11.1
        for text, field in texts:
            lines = set_lines((Span(text, field=field),), style, RIGHT - x, pen.fonts)
            pen.tagged_lines("P", lines, x, at - style.size, style)
            at += style.leading * len(lines)
        at += 15.7 - style.leading


def _marks(pen: Pen) -> None:
    with pen.canvas.artifact():
        for millimetres, end in ((99, 8), (148.5, 6), (198, 8)):
            pen.rule(4 * MM, millimetres * MM, end * MM, MUTED, 0.3)


def _slanted(pen: Pen, word: str) -> None:
    size, angle = 128.0, math.radians(52)
    face = pen.fonts.face("latin", bold=True)
    width = face.width(word) * size / 1000
    cos, sin = math.cos(angle), math.sin(angle)
    centre_x, centre_y = 329.0, 353.7  # the middle of the word on its slanted baseline
    x, y = centre_x - cos * width / 2, centre_y - sin * width / 2
    scale = size / 1000
    matrix = f"{cos * scale:.6f} {sin * scale:.6f} {-sin * scale:.6f} {cos * scale:.6f} {x:.2f} {y:.2f}"
    # As outlines, not as text: a reader of the file would else find letters of it between the words of the page.
    pen.canvas.draw(f"q {matrix} cm {rgb(WATERMARK)} rg {outline(face, word)} f Q")


def _put(pen: Pen, text: str, x: float, baseline: float, style: TextStyle) -> None:
    pen.line(one_line(text, style, pen.fonts), x, baseline, style)


def _put_right(pen: Pen, text: str, baseline: float, style: TextStyle) -> None:
    line = one_line(text, style, pen.fonts)
    pen.line(line, RIGHT - line.width, baseline, style)


def _tagged(pen: Pen, text: str, x: float, baseline: float, style: TextStyle) -> None:
    with pen.canvas.element(Element("P")), pen.canvas.content():
        _put(pen, text, x, baseline, style)


def _tagged_right(pen: Pen, text: str, baseline: float, style: TextStyle) -> None:
    with pen.canvas.element(Element("P")), pen.canvas.content():
        _put_right(pen, text, baseline, style)
