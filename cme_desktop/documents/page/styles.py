"""The measures and styles of the printed page: the one place of sizes and colours (letters/README.md)."""

from __future__ import annotations

from dataclasses import dataclass, replace

MM = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = 210 * MM, 297 * MM
LEFT, RIGHT = 22 * MM, 184 * MM
TEXT_WIDTH = RIGHT - LEFT
BOTTOM = PAGE_HEIGHT - 20 * MM
BODY_TOP_LETTER, BODY_TOP_PLAIN, BODY_TOP_LATER = 95 * MM, 33 * MM, 25 * MM

Colour = tuple[float, float, float]


def _colour(code: str) -> Colour:
    red, green, blue = (int(code[place : place + 2], 16) / 255 for place in (0, 2, 4))
    return red, green, blue


INK = _colour("16202B")
MUTED = _colour("4F5B68")
ACCENT = _colour("174A84")
HAIRLINE = _colour("C3CAD2")
TINT = _colour("EEF3F9")
WATERMARK = _colour("F0E2E0")
WARNING = _colour("802B27")
WRITING = MUTED

HAIRLINE_WIDTH = 0.5


@dataclass(frozen=True)
class TextStyle:
    """Size, leading and space around words, in points."""

    size: float
    leading: float
    bold: bool = False
    colour: Colour = INK
    before: float = 0.0
    after: float = 0.0


@dataclass(frozen=True)
class Sheet:
    """The styles of one kind of document."""

    line_above: TextStyle
    title: TextStyle
    body: TextStyle
    operative: TextStyle
    heading: TextStyle
    box_title: TextStyle
    slip_title: TextStyle
    item_after: float
    tick: TextStyle


SECOND_TITLE = TextStyle(17, 21, bold=True, after=8.2)
SMALL = TextStyle(9, 12.5, colour=MUTED, after=3)
LABEL = TextStyle(9, 13.5, colour=MUTED)
VALUE = TextStyle(10.5, 13.5)
TABLE_HEAD = TextStyle(8.5, 12.6, bold=True)
TABLE_CELL = TextStyle(9.5, 12.6)
LANGUAGE = TextStyle(10.5, 13)


def sheet_of(*, style: str, statutory: bool, window: bool) -> Sheet:
    """Return the styles of a document.

    Letters to schools are set half a point smaller than those to parents; the order, which has no envelope window,
    has larger type.
    """
    less = {"parent": 0.0, "school": 0.5}[style]
    line_above = TextStyle(11, 14, bold=True, colour=ACCENT, after=3)
    title = TextStyle(17 - less, 21 - less, bold=True, after=8)
    operative = TextStyle(11.5 - less, 16.3 - 2 * less, bold=True, after=7)
    box_title = TextStyle(12.5 - less, 16.5 - less, bold=True, colour=ACCENT, after=3.2)
    if not window:
        title = TextStyle(24, 30, bold=True, after=10)
        operative = TextStyle(13, 18.5, bold=True, before=11, after=11.3)
    return Sheet(
        line_above=line_above if statutory else replace(line_above, size=9.5, leading=12),
        title=title,
        body=TextStyle(11 - less, 15.5 - 2 * less, after=6.5),
        operative=operative,
        heading=TextStyle(12 - less, 16 - less, bold=True, before=9, after=3),
        box_title=box_title,
        slip_title=box_title,
        item_after=3.25,
        tick=TextStyle(9.5, 12.6),
    )
