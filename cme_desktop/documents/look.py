"""How a document is to look, and what drawing it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cme_desktop.documents.fonts import FontSet

FONT_FILES = tuple(
    f"{family}-{weight}.ttf"
    for family in (
        "NotoSans",
        "NotoSansArabic",
        "NotoSansBengali",
        "NotoSansDevanagari",
        "NotoSansGujarati",
        "NotoSansTamil",
    )
    for weight in ("Regular", "Bold")
)


@dataclass(frozen=True)
class Watermark:
    """A word across every page (none where it is empty), with the line at the top that says why."""

    word: str
    reason: str


DRAFT = Watermark(
    "DRAFT", "DRAFT: wording of the prescribed form not yet confirmed by Legal. Not an order. Do not serve."
)
TRAINING = Watermark("TRAINING", "TRAINING: made in a training register from invented data. Do not send or serve.")


@dataclass(frozen=True)
class PageLook:
    """Fonts, and what decides the watermark.

    ``training``: the register is a training one, so every page says TRAINING. ``form_confirmed``: a named person from
    Legal has confirmed the prescribed form; until then a template marked so says DRAFT (law-and-process.md 2.7).
    """

    fonts: FontSet
    training: bool = False
    form_confirmed: bool = False

    def watermark(self, *, draft_until_confirmed: bool, missing: int = 0) -> Watermark | None:
        """Return the watermark of a document; TRAINING stands in the place of DRAFT.

        ``missing``: how many fields a preview lacks.
        """
        if missing:
            return Watermark("", f"PREVIEW: {missing} to fill in. Not a document.")
        if self.training:
            return TRAINING
        return DRAFT if draft_until_confirmed and not self.form_confirmed else None


@dataclass(frozen=True)
class FieldPlace:
    """Where a filled field was printed: page from 1, and a frame in points from the top left corner of the page."""

    field: str
    page: int
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class RenderedPdf:
    """A finished document: its bytes, how many pages it has, and where each field stands."""

    content: bytes
    pages: int
    field_places: tuple[FieldPlace, ...]
