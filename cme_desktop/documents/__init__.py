"""Facts and template text become the bytes of a printed document; this room knows neither the store nor a folder.

ReportLab, HarfBuzz and pypdf are loaded when the first document is drawn, not when the room is entered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cme_desktop.documents.letters import ChildInWindow, Letter, build_letter, build_preview
from cme_desktop.documents.look import FONT_FILES, FieldPlace, PageLook, RenderedPdf
from cme_desktop.documents.particulars import (
    Furniture,
    LetterFacts,
    MissingParticulars,
    missing_labels,
    missing_particulars,
)
from cme_desktop.documents.template import Template, parse_template
from cme_desktop.documents.words import TemplateFault, safe_text

if TYPE_CHECKING:
    from cme_desktop.documents.fonts import FontSet

__all__ = [
    "FONT_FILES",
    "ChildInWindow",
    "FieldPlace",
    "Furniture",
    "Letter",
    "LetterFacts",
    "MissingParticulars",
    "PageLook",
    "RenderedPdf",
    "Template",
    "TemplateFault",
    "build_letter",
    "build_preview",
    "load_fonts",
    "merge",
    "missing_glyphs",
    "missing_labels",
    "missing_particulars",
    "parse_template",
    "render_pdf",
    "safe_text",
]


def load_fonts(files: Mapping[str, bytes]) -> FontSet:
    """Return the fonts of the printed documents, read from the bytes of the files named in FONT_FILES."""
    from cme_desktop.documents.fonts import FontSet

    return FontSet(files)


def render_pdf(letter: Letter, look: PageLook, copies: Sequence[Letter] = ()) -> RenderedPdf:
    """Draw a letter, and its copies to others, on A4 pages (see ``render.render_pdf``)."""
    from cme_desktop.documents import render

    return render.render_pdf(letter, look, copies)


def missing_glyphs(letter: Letter, fonts: FontSet) -> tuple[str, ...]:
    """Return the characters of a letter that no font draws (see ``render.missing_glyphs``)."""
    from cme_desktop.documents import render

    return render.missing_glyphs(letter, fonts)


def merge(documents: Sequence[bytes]) -> bytes:
    """Return several finished documents as one file for the printer (see ``merging.merge``)."""
    from cme_desktop.documents import merging

    return merging.merge(documents)
