"""Tell by its bytes alone whether a file is an S2S file, whatever its name: only such a file may be taken away.

A file that is read is judged by what was read in it. One that cannot be read (cut off, damaged, too large) is still an
S2S file if it begins as one: it holds children's names, so it is held sealed like any other. What begins as something
else, or cannot be told, is none (docs/decisions/0012).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cme_desktop.importers.decoding import decode
from cme_desktop.importers.s2s.archive import is_zip
from cme_desktop.importers.s2s.reading import PupilReading

if TYPE_CHECKING:  # the program itself judges beginnings too, and never loads the parser that reading a header takes
    from cme_desktop.importers.s2s.header import Header

HEAD = 64 * 1024
"""How many bytes of a file are looked at where it is judged by its beginning."""
_SURE = frozenset({"ctfile", "atfile"})
_POSSIBLE = ("ctf", "cml", "cmj", "cme", "missingeducation", "leaver", "joiner")
_BLANK = "\ufeff \t\r\n"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ROOT = re.compile(
    r"(?>[\s\ufeff]+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?>[^\[>]*)(?>\[.*?\]\s*)?>)*+<(?:[\w.-]{1,100}:)?([\w.-]{1,200})[\s/>]",
    re.IGNORECASE | re.DOTALL,
)
_ITS_OWN = re.compile(
    r"<(?:[\w.-]{1,100}:)?(?:CTFpupilData|CTFversion|SourceSchool|DestSchool|DocumentQualifier|SupplierID|UPN)[\s/>]",
    re.IGNORECASE,
)


def could_be_s2s(head: bytes) -> bool:
    """Say whether a file that begins so is worth reading: anything but markup or a zip file is no S2S file."""
    if is_zip(head):
        return True
    return _CONTROL.sub("", decode(head[:HEAD]).text).lstrip(_BLANK).startswith("<")


def begins_as_s2s(data: bytes) -> bool:
    """Say whether a file begins as an S2S file, though it may be damaged further on."""
    text = _CONTROL.sub("", decode(data[:HEAD]).text)
    found = _ROOT.match(text)
    if found is None:
        return False
    root = found[1].lower()
    return root in _SURE or (any(word in root for word in _POSSIBLE) and _ITS_OWN.search(text) is not None)


def is_read_as_s2s(root: str, header: Header, pupils: Sequence[PupilReading]) -> bool:
    """Say whether what was read in a file is what an S2S file holds; a name that says so is not enough.

    Other programs use roots and words such as CTF, leaver and joiner too, so those take a header or a pupil besides.
    """
    if root.lower() in _SURE:
        return True
    if header.source or header.destination or header.version_as_written is not None:
        return True
    return any("UPN" in pupil.values or {"Surname", "DOB"} <= pupil.values.keys() for pupil in pupils)
