"""A letter drawn: the pages, their furniture and their tags, as the bytes of one PDF."""

from __future__ import annotations

from collections.abc import Sequence

from cme_desktop.documents.fonts import FontSet
from cme_desktop.documents.letters import Letter, words_of
from cme_desktop.documents.look import PageLook, RenderedPdf
from cme_desktop.documents.page.flow import lay_out
from cme_desktop.documents.page.furniture import (
    draw_first_heading,
    draw_footer,
    draw_reason,
    draw_running_head,
    draw_watermark,
)
from cme_desktop.documents.page.pen import Pen
from cme_desktop.documents.page.tags import TaggedCanvas
from cme_desktop.documents.runs import runs_of
from cme_desktop.documents.words import Span, Words


def render_pdf(letter: Letter, look: PageLook, copies: Sequence[Letter] = ()) -> RenderedPdf:
    """Draw a letter on A4 pages; the same letter and look give the same bytes.

    ``copies``: the same letter to others who must have it too; each begins on a page of its own after the one before,
    and the page numbers run over all.

    Raises AddressTooLong when the address does not fit the envelope window, TooLong when a part that must stay whole
    is longer than a page. The title in the file's description holds no name of a child.
    """
    fonts = look.fonts
    watermark = look.watermark(draft_until_confirmed=letter.draft_until_confirmed, missing=len(letter.missing))
    with fonts.lock:
        laid_out = [(one, lay_out(one, fonts)) for one in (letter, *copies)]
        pages = sum(len(placed) for _, placed in laid_out)
        canvas = TaggedCanvas(
            title=f"{letter.name}, {letter.case_ref}",
            author=letter.council,
            subject=f"{letter.code}, template {letter.template_version}, rule set {letter.rule_set}",
            base_font=fonts.face("latin", bold=False).name,
        )
        pen = Pen(canvas, fonts)
        for one, sheets in laid_out:
            for number, placed in enumerate(sheets):
                for part in placed:
                    part.piece.draw_under(pen, part.top)
                draw_watermark(pen, watermark)
                draw_reason(pen, watermark)
                if number == 0:
                    draw_first_heading(pen, one)
                else:
                    draw_running_head(pen, one)
                for part in placed:
                    part.piece.draw(pen, part.top)
                draw_footer(pen, one, pages)
                pen.next_page()
        return RenderedPdf(canvas.finish(), pages, tuple(pen.places))


def missing_glyphs(letter: Letter, fonts: FontSet) -> tuple[str, ...]:
    """Return the characters of a letter that no font draws, each once, in the order of the page.

    They would print as empty boxes: the officer is told before printing and gives the Latin spelling (safety.md 6).
    """
    furniture = letter.furniture
    lines = (
        letter.council,
        letter.case_ref,
        letter.officer_name,
        letter.council_email,
        furniture.team,
        *furniture.heading_lines,
        *furniture.address_lines,
        furniture.letter_date,
        furniture.delivery,
    )
    parts: list[Words] = [letter.line_above, letter.title, *((Span(line),) for line in lines)]
    parts += [words for block in letter.blocks for words in words_of(block)]
    with fonts.lock:
        found = [
            char
            for words in parts
            for span in words
            for run in runs_of(span.text, fonts, bold=span.bold)
            for char in run.missing
        ]
    return tuple(dict.fromkeys(found))
