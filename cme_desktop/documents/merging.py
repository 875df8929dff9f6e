"""Several finished documents as one file for the printer; each keeps its own pages, numbers and bytes of text."""

from __future__ import annotations

import io
from collections.abc import Sequence

from pypdf import PdfReader, PdfWriter


def merge(documents: Sequence[bytes]) -> bytes:
    """Return one PDF with the pages of all, in order; raise ValueError when there is nothing to merge.

    The copies that are filed stay the single documents: the merged file is for one print job only.
    """
    if not documents:
        raise ValueError("There are no documents to put together.")
    writer = PdfWriter()
    for content in documents:
        writer.append(PdfReader(io.BytesIO(content)), import_outline=False)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
