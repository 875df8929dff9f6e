"""Read what the name of an S2S file says: who sent it, to whom, what kind it is and its number."""

from __future__ import annotations

import re
from dataclasses import dataclass

# The form is that of s2s-files.md 3: SSSSSSS_CTF_DDDDDDD_NNN.xml, and the damage is what that section lists.
_SENDER = r"(?P<src>[0-9A-Z]{3}(?:[0-9]{4}|LLLL|XXXX))"
_RECEIVER = r"(?P<dst>[0-9A-Z]{3}(?:[0-9]{4}|LLLL|XXXX|MMMM))"
_KIND = r"(?P<kind>[A-Z0-9]{3})"
_STANDARD = re.compile(rf"{_SENDER}_{_KIND}_{_RECEIVER}_(?P<seq>[0-9]{{3}})(?:_[0-9]+)?\.(?:XML|CTF)")
_SWAPPED = re.compile(rf"{_SENDER}_{_RECEIVER}_{_KIND}_(?P<seq>[0-9]{{3,14}})(?:_[0-9]+)?\.(?:XML|CTF)")
_BARE = re.compile(r"(?P<kind>CTF|CML|CMJ|ATF)\.(?:XML|CTF)")
_COPY = re.compile(r"(?:\s*\(\d{1,4}\)|\s*-\s*COPY)+\s*(?=\.[A-Z]{3}$)")
_GAP = re.compile(r"\s+(?=\.[A-Z]{3}$)")

_LONGEST = 1_000
_RESULTS = frozenset({"FSP", "PHO", "KS1", "KS2"})
_MOVES = frozenset({"CTF", "CML", "CMJ", "ATF"})


@dataclass(frozen=True)
class SchoolNumber:
    """A school as file names and headers number it; ``LLLL`` is a council, ``X`` is nobody known."""

    lea: str
    estab: str


@dataclass(frozen=True)
class FileName:
    """What a file's name says; everything is None where the name follows no known form."""

    kind: str | None = None
    source: SchoolNumber | None = None
    destination: SchoolNumber | None = None
    sequence: str | None = None
    damaged: bool = False


def _kind(code: str) -> str:
    if code in _MOVES:
        return code
    return "results" if code in _RESULTS else "other"


def _number(text: str) -> SchoolNumber:
    return SchoolNumber(text[:3], text[3:])


def base_name(name: str) -> str:
    """Return the last part of a name or path, whichever system wrote it."""
    return re.split(r"[\\/]", name)[-1]


def read_name(name: str) -> FileName:
    """Read a file's name, with or without a path and with the usual damage of copying and downloading."""
    if len(name) > _LONGEST:
        return FileName()
    base = base_name(name)
    damaged = "fakepath" in name.lower()
    tidy = _COPY.sub("", _GAP.sub("", base.strip().upper()))
    for shape in (_STANDARD, _SWAPPED):
        match = shape.fullmatch(tidy)
        if match:
            source, destination = _number(match["src"]), _number(match["dst"])
            proper = f"{match['src']}_{match['kind']}_{match['dst']}_{match['seq']}.xml"
            return FileName(_kind(match["kind"]), source, destination, match["seq"], damaged=damaged or base != proper)
    bare = _BARE.fullmatch(tidy)
    return FileName(kind=_kind(bare["kind"]), damaged=True) if bare else FileName()
