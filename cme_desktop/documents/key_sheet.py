"""The sheet with a register's recovery key: one page, large groups, and what to do with it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

if TYPE_CHECKING:
    from cme_desktop.documents.fonts import FontSet

_BODY = (
    "This key opens the case register if every passphrase is lost.",
    "Whoever uses it sets a new passphrase. It opens nothing else.",
    "Keep this sheet under lock, apart from the computer. Do not photograph or e-mail it.",
    "It can be tested at any time: Admin, Key and recovery, Test my recovery key.",
    "On a new computer: start the program and choose Bring back a register from a backup.",
    "If a newer sheet was made for this register, this one opens only backups made before that.",
)


def _named(fonts: FontSet, *, bold: bool) -> str:
    face = fonts.face("latin", bold=bold)
    pdfmetrics.registerFont(face.ttf)
    return face.name


def key_sheet(fonts: FontSet, key: str, council: str, made_on: str) -> bytes:
    """Return the sheet as PDF.

    Args:
        key: seven groups of four letters with hyphens.
        council: whose register it is.
        made_on: the day in words.
    """
    regular, bold = _named(fonts, bold=False), _named(fonts, bold=True)
    buffer = io.BytesIO()
    # The stubs take the font name for a number
    canvas = Canvas(buffer, pagesize=A4, invariant=1, initialFontName=regular, lang="en-GB")  # type: ignore[arg-type]
    canvas.setTitle("Recovery key of the case register")
    canvas.setAuthor(council)
    height = A4[1]
    canvas.setFont(bold, 17)
    canvas.drawString(22 * mm, height - 40 * mm, "Recovery key of the case register")
    canvas.setFont(regular, 11)
    canvas.drawString(22 * mm, height - 49 * mm, f"{council}. Made on {made_on}.")
    groups = key.split("-")
    for place, group in enumerate(groups):
        left, top = 22 * mm + (place % 4) * 42 * mm, height - (70 + 24 * (place // 4)) * mm
        canvas.rect(left, top - 4 * mm, 36 * mm, 14 * mm)
        canvas.setFont(regular, 8)
        canvas.drawString(left, top + 11.5 * mm, f"Group {place + 1}")
        canvas.setFont(bold, 20)
        canvas.drawCentredString(left + 18 * mm, top, group)
    canvas.setFont(regular, 11)
    for place, line in enumerate(_BODY):
        canvas.drawString(22 * mm, height - (125 + 7.5 * place) * mm, line)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()
