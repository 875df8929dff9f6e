"""Mend what is wrong with a file before it is parsed, and say what was mended (s2s-files.md 4).

Each repair is made only where the file could not be parsed without it, or where its bytes are not what they claim.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from html.entities import html5

from cme_desktop.importers.decoding import decode
from cme_desktop.importers.untrusted import Refused

_DECLARATION = re.compile(r"<\?xml\s[^>]{0,1000}?\?>")
_BETWEEN = re.compile(r"[\s\ufeff]*(?:<!--.{0,10000}?-->[\s\ufeff]*)?", re.DOTALL)
_WEB_PAGE = re.compile(
    r"(?>\s+|<!--.*?-->|<\?.*?\?>)*+<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_MARKUP = re.compile(
    r"(?P<literal><!\[CDATA\[|<!--)"
    r"|&(?:(?P<plain>amp|lt|gt|quot|apos);|\#(?P<decimal>[0-9]{1,9});|\#x(?P<hex>[0-9a-fA-F]{1,8});"
    r"|(?P<entity>[A-Za-z][A-Za-z0-9]{1,31};))?"
)
_CLOSINGS = {"<![CDATA[": "]]>", "<!--": "-->"}
_HEAD = 20_000
_MOST_REFERENCES = 200_000


@dataclass(frozen=True)
class Prepared:
    """A file's text without its declaration, as UTF-8 bytes, and the codes of the repairs that led there."""

    data: bytes
    repairs: frozenset[str]


def prepare(data: bytes) -> Prepared:
    """Decode a file and clear its beginning: marks, blanks, repeated declarations, characters XML never has.

    Raises:
        Refused: ``empty`` or ``html``.
    """
    decoded = decode(data)
    repairs: set[str] = set()
    if decoded.codec.startswith("utf-16"):
        repairs.add("encoding-utf-16")
    elif decoded.marked:
        repairs.add("bom-removed")
    if decoded.mended is not None:
        repairs.add(f"encoding-{decoded.mended}")
    text = decoded.text
    if text.startswith("\ufeff"):
        text = text.lstrip("\ufeff")
        repairs.add("bom-removed")
    if _CONTROL.search(text):
        text = _CONTROL.sub("", text)
        repairs.add("control-characters-removed")
    if not text.strip("\ufeff \t\r\n"):
        raise Refused("empty")
    if _WEB_PAGE.match(text[:_HEAD]):
        raise Refused("html")
    return Prepared(_without_declarations(text, repairs).encode("utf-8", errors="replace"), frozenset(repairs))


def _without_declarations(text: str, repairs: set[str]) -> str:
    """Return the text after its declaration, and after any further one before the root."""
    start = text.lstrip("\ufeff \t\r\n")
    first = _DECLARATION.match(start)
    if not first:
        return text
    if len(start) != len(text):
        repairs.add("leading-space-removed")
    place = first.end()
    while True:
        between = _BETWEEN.match(start, place)
        again = _DECLARATION.match(start, between.end() if between else place)
        if not again:
            return start[place:]
        repairs.add("declaration-repeated")
        place = again.end()


def escape_references(prepared: Prepared) -> Prepared | None:
    """Return the file with bare ampersands escaped and references to unseen characters left out; None if it has none.

    None too where there are more than any real file has. A named reference of web pages (``&eacute;``) becomes the
    letter that it stands for.
    """
    text = prepared.data.decode("utf-8")
    repairs = set(prepared.repairs)
    pieces: list[str] = []
    place = 0
    mended = 0
    while found := _MARKUP.search(text, place):
        if found["literal"]:
            end = text.find(_CLOSINGS[found["literal"]], found.end())
            if end < 0:
                break
            pieces.append(text[place:end])
            place = end
            continue
        pieces.append(text[place : found.start()])
        pieces.append(_mended(found, repairs))
        mended += 1
        if mended > _MOST_REFERENCES:
            return None
        place = found.end()
    if repairs == prepared.repairs:
        return None
    pieces.append(text[place:])
    return Prepared("".join(pieces).encode("utf-8"), frozenset(repairs))


def _mended(found: re.Match[str], repairs: set[str]) -> str:
    """Return what stands for one reference in a well-formed file."""
    whole = found[0]
    if found["plain"]:
        return whole
    if found["decimal"] or found["hex"]:
        if _is_character(int(found["decimal"]) if found["decimal"] else int(found["hex"], 16)):
            return whole
        repairs.add("control-characters-removed")
        return ""
    repairs.add("ampersand-escaped")
    if found["entity"] in html5:
        return html.escape(html5[found["entity"]], quote=False)
    return "&amp;" + whole[1:]


def _is_character(number: int) -> bool:
    """Return whether XML 1.0 allows a reference to this character."""
    return (
        number in (0x9, 0xA, 0xD)
        or 0x20 <= number <= 0xD7FF
        or 0xE000 <= number <= 0xFFFD
        or 0x10000 <= number <= 0x10FFFF
    )
