"""Clean one text value from a file (safety.md 5): composed letters, no control characters, no outer blanks."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_BREAKS = re.compile(r"[\t\r\n]+")
_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A value fit to keep, and what was done to it."""

    text: str
    trimmed: bool
    stripped: bool


def clean(text: str) -> Cleaned:
    """Return the value composed (NFC), without control characters, bidi overrides and outer blanks.

    Line breaks and tabs inside a value become one blank, so that words on two lines stay two words.
    """
    if text.isascii() and text.isprintable():
        plain = text.strip()
        return Cleaned(plain, len(plain) != len(text), False)
    outer = text.strip()
    trimmed = len(outer) != len(text)
    joined = _BREAKS.sub(" ", outer)
    kept = _UNWANTED.sub("", joined)
    plain = unicodedata.normalize("NFC", kept).strip()
    return Cleaned(plain, trimmed, len(kept) != len(joined))
