"""Read a finished PDF back with poppler and pdfplumber, as a person or another program would."""

from __future__ import annotations

import io
import os
import re
import subprocess

import pdfplumber
import pypdfium2

MM = 72 / 25.4
_DIRECTION_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def poppler(tool: str, content: bytes, *options: str) -> str:
    """Return what a poppler tool says of a PDF."""
    command = [tool, *options, "-", *(["-"] if tool == "pdftotext" else [])]
    done = subprocess.run(command, input=content, capture_output=True, check=True)
    return done.stdout.decode()


def raw_text(content: bytes, page: int | None = None) -> str:
    """Return the text of a PDF, or of one page of it, without the direction marks that poppler adds."""
    if os.name == "nt":  # poppler is not there; what a test looks for reads the same
        return _DIRECTION_MARKS.sub("", _pdfium(content, page))
    pages = () if page is None else ("-f", str(page), "-l", str(page))
    return _DIRECTION_MARKS.sub("", poppler("pdftotext", content, *pages))


def _pdfium(content: bytes, page: int | None) -> str:
    with pypdfium2.PdfDocument(content) as document:
        numbers = range(len(document)) if page is None else [page - 1]
        return "\f".join(document[number].get_textpage().get_text_range() for number in numbers)


def text(content: bytes, page: int | None = None) -> str:
    """Return the text with single spaces for all line ends and gaps."""
    return " ".join(raw_text(content, page).split())


def squeezed(words: str) -> str:
    """Return words without any space: what a line break cannot change."""
    return re.sub(r"\s", "", words)


def plumbed(content: bytes) -> pdfplumber.PDF:
    """Open a PDF for measuring; it lives in memory only."""
    return pdfplumber.open(io.BytesIO(content))
