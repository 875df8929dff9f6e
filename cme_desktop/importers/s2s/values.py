"""Clean one text value from a file (safety.md 5): composed letters, no control characters, no outer blanks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cme_desktop.domain.names import hides, without_invisible

_ODD_BREAKS = re.compile(r"[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]+")
_BREAKS = re.compile(r"[\t\r\n\x0b\x0c\x1c-\x1f\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A value fit to keep, and what was done to it."""

    text: str
    trimmed: bool
    stripped: bool


def clean(text: str) -> Cleaned:
    """Return the value composed (NFC), without invisible characters and outer blanks (``names.without_invisible``).

    Line breaks and tabs inside a value become one blank, so that words on two lines stay two words.
    """
    if text.isascii() and text.isprintable():
        plain = text.strip()
        return Cleaned(plain, len(plain) != len(text), False)
    outer = text.strip()
    trimmed = len(outer) != len(text)
    joined = _BREAKS.sub(" ", outer)
    plain = without_invisible(joined).strip()
    return Cleaned(plain, trimmed, hides(joined) or bool(_ODD_BREAKS.search(outer)))
