"""Text in its scripts: split by script, shaped, and put in the order in which a line shows it."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

import uharfbuzz
from bidi.algorithm import (
    explicit_embed_and_overrides,
    get_embedding_levels,
    get_empty_storage,
    resolve_implicit_levels,
    resolve_neutral_types,
    resolve_weak_types,
)

from cme_desktop.documents.fonts import Face, FontSet

_SCRIPT_BLOCKS = (
    (0x0600, 0x06FF, "arabic"),
    (0x0750, 0x077F, "arabic"),
    (0x08A0, 0x08FF, "arabic"),
    (0x0900, 0x097F, "devanagari"),
    (0x0980, 0x09FF, "bengali"),
    (0x0A80, 0x0AFF, "gujarati"),
    (0x0B80, 0x0BFF, "tamil"),
    (0xA8E0, 0xA8FF, "devanagari"),
    (0xFB50, 0xFDFF, "arabic"),
    (0xFE70, 0xFEFE, "arabic"),
)
_BLOCK_STARTS = [start for start, _, _ in _SCRIPT_BLOCKS]
_SHARED_DANDAS = "\u0964\u0965"
_JOINERS = "\u200c\u200d"

# Text that needs neither shaping nor ordering: one glyph a character, left to right.
_PLAIN = re.compile(
    "[ -\u02ff\u0370-\u0482\u048a-\u058f\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2100-\u214f]*"
)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]")


class Glyph(NamedTuple):
    """One shaped glyph: advance and offsets in thousandths of the size, and the first character that it draws."""

    number: int
    cluster: int
    advance: float
    dx: float
    dy: float


class Run(NamedTuple):
    """Text of one script in one face; ``glyphs`` is None where each character draws itself."""

    text: str
    face: Face
    width: float
    rtl: bool = False
    glyphs: tuple[Glyph, ...] | None = None

    @property
    def missing(self) -> str:
        """Return the characters that the font cannot draw."""
        return "".join(c for c in self.text if c not in _JOINERS and not self.face.has(c))

    def clusters(self) -> Iterator[tuple[str, tuple[Glyph, ...]]]:
        """Yield, from left to right, the characters that belong together with the glyphs that draw them."""
        glyphs = self.glyphs or ()
        starts = sorted({glyph.cluster for glyph in glyphs})
        ends = dict(pairwise([*starts, len(self.text)]))
        for start, group in groupby(glyphs, key=lambda glyph: glyph.cluster):
            yield self.text[start : ends[start]], tuple(group)


def runs_of(text: str, fonts: FontSet, *, bold: bool) -> list[Run]:
    """Split text by script and shape what needs it; the runs come in reading order."""
    latin = fonts.face("latin", bold=bold)
    width = latin.width_if_drawn(text) if _PLAIN.fullmatch(text) else None
    if width is not None:
        return [Run(text, latin, width)]
    return [
        _run("".join(c for c, _ in group), key, fonts, bold=bold)
        for key, group in groupby(_keyed(text), key=lambda pair: pair[1])
    ]


def has_rtl(text: str) -> bool:
    """Return whether any character of the text is read from right to left."""
    return bool(_RIGHT_TO_LEFT.search(text))


def levels(text: str) -> list[int]:
    """Return the embedding level of each character of a line in a left-to-right document (UAX 9)."""
    storage = get_empty_storage()
    storage["base_level"], storage["base_dir"] = 0, "L"
    get_embedding_levels(_with_directions(text), storage)
    for place, char in enumerate(storage["chars"]):
        char["place"] = place
    explicit_embed_and_overrides(storage)
    resolve_weak_types(storage)
    resolve_neutral_types(storage, False)
    resolve_implicit_levels(storage, False)
    found = [0] * len(text)
    for char in storage["chars"]:
        found[char["place"]] = char["level"]
    for place in range(1, len(text)):  # joiners were left out above: they go with what stands before them
        if text[place] in _JOINERS:
            found[place] = found[place - 1]
    for place in range(len(text) - 1, -1, -1):  # rule L1: spaces at the end of a line
        if text[place] != " ":
            break
        found[place] = 0
    return found


def _with_directions(text: str) -> str:
    """Return text with a stand-in for each character younger than this Python's tables, which name no direction for it.

    Unicode says what to take for such a one: from right to left in the blocks of such scripts, neutral among the
    pictures, from left to right elsewhere.
    """
    return "".join(char if unicodedata.bidirectional(char) else _stand_in(char) for char in text)


def _stand_in(char: str) -> str:
    if has_rtl(char):
        return "\u05d0"
    return "\u2603" if "\U0001f000" <= char <= "\U0001faff" else "a"


def visual_order(unit_levels: Sequence[int]) -> list[int]:
    """Return the units of a line from left to right, given the level of each in reading order (rule L2)."""
    order = list(range(len(unit_levels)))
    odd = [level for level in unit_levels if level % 2]
    for level in range(max(unit_levels, default=0), min(odd, default=1) - 1, -1):
        turned: list[int] = []
        high_units = [unit_level >= level for unit_level in unit_levels]
        for high, group in groupby(order, key=high_units.__getitem__):
            members = list(group)
            turned.extend(reversed(members) if high else members)
        order = turned
    return order


def _keyed(text: str) -> Iterator[tuple[str, str]]:
    """Yield each character with the key of its run: the script, and what sets a run apart inside it."""
    key = "latin"
    for char in text:
        own = _script(char)
        if char in _JOINERS or char in _SHARED_DANDAS:
            key = own if key == "latin" else key
        elif unicodedata.category(char)[0] == "M":
            key = key if own == "latin" else own
        elif own == "arabic" and unicodedata.bidirectional(char) in ("AN", "EN"):
            key = "arabic digits"
        elif own == "latin" and has_rtl(char):
            key = "latin rtl"
        else:
            key = own
        yield char, key


def _script(char: str) -> str:
    code = ord(char)
    place = bisect_right(_BLOCK_STARTS, code) - 1
    if place >= 0:
        _, end, script = _SCRIPT_BLOCKS[place]
        if code <= end:
            return script
    return "latin"


def _run(text: str, key: str, fonts: FontSet, *, bold: bool) -> Run:
    script = key.split()[0]
    face = fonts.face(script, bold=bold)
    if key == "latin" and _PLAIN.fullmatch(text) and face.has(text):
        return Run(text, face, face.width(text))
    rtl = key in ("arabic", "latin rtl")
    glyphs = _shaped(text, face, rtl=rtl)
    return Run(text, face, sum(glyph.advance for glyph in glyphs), rtl, glyphs)


def _shaped(text: str, face: Face, *, rtl: bool) -> tuple[Glyph, ...]:
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if rtl else "ltr"
    uharfbuzz.shape(face.shaper, buffer)
    scale = 1000 / face.ttf.face.unitsPerEm
    return tuple(
        Glyph(info.codepoint, info.cluster, at.x_advance * scale, at.x_offset * scale, at.y_offset * scale)
        for info, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    )
