"""Words of a document: cleaned data, runs of one weight, and the spaces at which a line must not break."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cme_desktop.domain import names
from cme_desktop.domain.errors import UserError

_APOSTROPHE = r"(?<=[^\W\d_])'(?=[^\W\d_])|(?<=s)'(?=[\s,.;:)]|$)"  # St Anselm's, St Thomas'


class TemplateFault(UserError):
    """Say which line of a letter template breaks the rules of the template language, or which name is unknown."""

    code = "template-fault"


@dataclass(frozen=True)
class Span:
    """Words of one weight; those filled in from the case or from settings carry the name of their field."""

    text: str
    bold: bool = False
    field: str | None = None


Words = tuple[Span, ...]

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"

# Nothing printed ever breaks at these spaces: phone numbers, postcodes, a number with the word that it counts,
# "section 437(1)", day with month and year, title with name, house number with street (letters/README.md, rules of
# the page).
_UNBROKEN = re.compile(
    r"(?:\+44 ?|\b0)\d[\d ]{6,12}\d\b"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"
    rf"|\b\d{{1,2}} (?:{_MONTHS})\b(?: \d{{4}}\b)?"
    r"|\b(?i:sections?|subsections?|regulations?|paragraphs?|level|urn|year|flat|day|pages?|act|ring) (?=\d)"
    r"|\b(?:Mrs?|Ms|Miss|Mx|Dr|Prof|Professor|Rev|Sir|Lady)\.? (?=\w)"
    r"|(?<![^ (])\d{1,4}[A-Za-z]? (?=[A-Z])"
)


def safe_text(value: str) -> str:
    """Return data fit to print: composed (NFC), on one line, without controls or marks that turn the reading order.

    Data never passes through a markup reader (each value is set as it stands), so ``<b>``, ``&`` or ``**`` need no
    escape: they print as typed (safety.md section 6).
    """
    return names.tidy(value)


def typographic(text: str, names: Iterable[str] = ()) -> str:
    """Return running text with its apostrophes as the letters' own words have them: ’ for a straight one.

    Args:
        names: names of people; each stays as it was typed wherever it stands in the text.
    """
    if "'" not in text:
        return text
    kept = sorted({part for name in names for part in name.split() if "'" in part}, key=len, reverse=True)
    found = re.compile("|".join([*(rf"(?<!\w){re.escape(name)}(?!\w)" for name in kept), _APOSTROPHE]))
    return found.sub(lambda match: "’" if match[0] == "'" else match[0], text)


def tidy(words: Iterable[Span]) -> Words:
    """Return the words with single spaces, none at either end, and neighbours of one kind joined."""
    tidied: list[Span] = []
    open_space = True
    for span in words:
        text = re.sub(" +", " ", span.text)
        if open_space:
            text = text.removeprefix(" ")
        if not text:
            continue
        open_space = text.endswith(" ")
        last = tidied[-1] if tidied else None
        if last and last.bold == span.bold and last.field is None and span.field is None:
            tidied[-1] = replace(last, text=last.text + text)
        else:
            tidied.append(replace(span, text=text))
    if tidied and tidied[-1].text.endswith(" "):
        last = tidied.pop()
        if last.text != " ":
            tidied.append(replace(last, text=last.text[:-1]))
    return tuple(tidied)


def plain(words: Words) -> str:
    """Return the words as a string, without weight."""
    return "".join(span.text for span in words)


def unbroken_spaces(text: str) -> frozenset[int]:
    """Return the places of the spaces at which a line must not break."""
    return frozenset(
        place for match in _UNBROKEN.finditer(text) for place in range(match.start(), match.end()) if text[place] == " "
    )
