"""The fonts of the printed documents, read from bytes on first use; every one is embedded as a subset."""

from __future__ import annotations

import io
import threading
from collections.abc import Mapping
from functools import cached_property, lru_cache

import uharfbuzz
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

LATIN = "NotoSans"
SCRIPT_FONTS = {
    "latin": LATIN,
    "arabic": "NotoSansArabic",
    "devanagari": "NotoSansDevanagari",
    "bengali": "NotoSansBengali",
    "gujarati": "NotoSansGujarati",
    "tamil": "NotoSansTamil",
}

# Shaped glyphs have no character of their own. Each gets the private-use code of its number in the font: the same in
# every document, so that the bytes are the same, and within the four digits that the character map of the PDF holds.
_PRIVATE_USE = 0xE000
_PRIVATE_USE_SIZE = 0xF900 - _PRIVATE_USE


class Face:
    """One weight of one font: widths in thousandths of the size, shaping, and the codes of its glyphs."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self._content = content
        self.bold = name.endswith("-Bold")
        self.ttf = TTFont(name, io.BytesIO(content), asciiReadable=False)
        # The same glyphs are wanted again and again, those of the language line in every letter.
        subset = lru_cache(maxsize=32)(self.ttf.face.makeSubset)
        vars(self.ttf.face)["makeSubset"] = lambda codes: subset(tuple(codes))
        widths = self.ttf.face.charWidths
        missing = float(self.ttf.face.defaultWidth)
        self._widths = {chr(c): float(widths.get(c, missing)) for c in self.ttf.face.charToGlyph if c != 0xFFFF}
        if len(self.ttf.face.glyphPos) - 1 > _PRIVATE_USE_SIZE:
            raise ValueError(f"The font {name} has more glyphs than there are private-use codes.")

    def has(self, text: str) -> bool:
        """Return whether the font draws every character of the text."""
        return self._widths.keys() >= set(text)

    def width(self, text: str) -> float:
        """Return the width of unshaped text, in thousandths of the size; KeyError when a character is missing."""
        widths = self._widths
        return sum([widths[char] for char in text])

    def width_if_drawn(self, text: str) -> float | None:
        """Return the width of unshaped text; None when the font lacks a character of it."""
        try:
            return self.width(text)
        except KeyError:
            return None

    def glyph_code(self, glyph: int) -> str:
        """Return the character that stands for a glyph in this program's PDF files."""
        code = _PRIVATE_USE + glyph
        face = self.ttf.face
        if face.charToGlyph.get(code) != glyph:
            face.charToGlyph[code] = glyph
            face.charWidths[code] = self.shaper.get_glyph_h_advance(glyph) * 1000 / face.unitsPerEm
        return chr(code)

    @cached_property
    def shaper(self) -> uharfbuzz.Font:
        """Return the font as HarfBuzz reads it."""
        return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob(self._content)))


def outline(face: Face, text: str) -> str:
    """Return text as a path in PDF operators, in thousandths of the size: what is drawn so reads as no words."""
    path: list[str] = []
    at = [0.0, 0.0, 0.0]  # where the glyph begins, and the pen's own place in it

    def move(x: float, y: float, _: object) -> None:
        at[1:] = x, y
        path.append(f"{at[0] + x:g} {y:g} m")

    def line(x: float, y: float, _: object) -> None:
        at[1:] = x, y
        path.append(f"{at[0] + x:g} {y:g} l")

    def curve(cx: float, cy: float, x: float, y: float, _: object) -> None:
        first = at[1] + (cx - at[1]) * 2 / 3, at[2] + (cy - at[2]) * 2 / 3
        second = x + (cx - x) * 2 / 3, y + (cy - y) * 2 / 3
        at[1:] = x, y
        path.append(
            f"{at[0] + first[0]:.2f} {first[1]:.2f} {at[0] + second[0]:.2f} {second[1]:.2f} {at[0] + x:g} {y:g} c"
        )

    pens = uharfbuzz.DrawFuncs()
    pens.set_move_to_func(move)
    pens.set_line_to_func(line)
    pens.set_quadratic_to_func(curve)
    pens.set_close_path_func(lambda _: path.append("h"))
    for char in text:
        face.shaper.draw_glyph(face.shaper.get_nominal_glyph(ord(char)), pens, None)
        at[0] += face.width(char)
    return " ".join(path)


class FontSet:
    """The faces of all scripts in regular and bold; only those that a document needs are read.

    ``files`` maps the names of ``look.FONT_FILES`` to their bytes. The lock is held while a document is drawn:
    ReportLab keeps reading positions inside a font.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = dict(files)
        self._faces: dict[tuple[str, bool], Face] = {}
        self.lock = threading.RLock()
        # The canvas asks for a registered base font at its start; this keeps its Helvetica out.
        pdfmetrics.registerFont(self.face("latin", bold=False).ttf)

    def face(self, script: str, *, bold: bool) -> Face:
        """Return the face of a script; KeyError when its file was not passed in."""
        face = self._faces.get((script, bold))
        if face is None:
            with self.lock:
                name = f"{SCRIPT_FONTS[script]}-{'Bold' if bold else 'Regular'}"
                face = self._faces[script, bold] = Face(name, self._files[f"{name}.ttf"])
        return face
