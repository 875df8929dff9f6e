"""Find out in which encoding the bytes of an XML file really are; no parser is needed for it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_DECLARED = re.compile(rb"""^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_UNMARKED = (
    (re.compile(rb"[<\s]\x00\x00\x00"), "utf-32-le"),
    (re.compile(rb"\x00\x00\x00[<\s]"), "utf-32-be"),
    (re.compile(rb"[<\s]\x00[^\x00]\x00"), "utf-16-le"),
    (re.compile(rb"\x00[<\s]\x00[^\x00]"), "utf-16-be"),
)
_SINGLE_BYTE = re.compile(
    r"(?:iso-?8859-(?:1[013-6]?|[2-9])|(?:windows-|cp)125[0-8]|koi8-[ru]|latin-?1|us-ascii|ascii)"
)
_NEARLY_1252 = re.compile(r"(?:iso-?8859-1|latin-?1|us-ascii|ascii|(?:windows-|cp)1252)")
_STRAY_BYTES = 10_000


@dataclass(frozen=True)
class Decoded:
    """The text of a file, and how its bytes had to be read to get it.

    ``mended`` is None where the bytes were what they said they were, else the encoding that they really had.
    """

    text: str
    codec: str
    marked: bool = False
    mended: str | None = None


def _windows_1252(data: bytes) -> str:
    """Decode Windows-1252; the five bytes that it leaves open stand for control characters and are dropped."""
    return data.decode("cp1252", errors="ignore")


def _stray(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are no UTF-8 as Windows-1252."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _windows_1252(error.object[error.start : error.end]), error.end


codecs.register_error("cme-windows-1252", _stray)


def _mostly_utf_8(data: bytes) -> str | None:
    """Return the text of UTF-8 with a few Windows-1252 bytes between, or None if the bytes are not like that."""
    whole = data.decode("utf-8", errors="ignore")
    fitting = whole.encode("utf-8")
    strays = len(data) - len(fitting)
    if strays > _STRAY_BYTES or strays >= len(fitting) - len(whole):
        return None
    return data.decode("utf-8", errors="cme-windows-1252")


def decode(data: bytes) -> Decoded:
    """Return the text of XML bytes, by their mark, by what they claim, and by what they prove to be.

    Order: byte order mark, UTF-16 or UTF-32 without one, UTF-8 if every byte fits, the claimed single-byte encoding,
    Windows-1252. Never raises: bytes that fit nothing become replacement characters, which the parser then judges.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            if codec != "utf-8":
                return Decoded(data[len(mark) :].decode(codec, errors="replace"), codec, marked=True)
            data = data[len(mark) :]
            return _bytewise(data, None, marked=True)
    for shape, codec in _UNMARKED:
        if shape.match(data):
            return Decoded(data.decode(codec, errors="replace"), codec)
    claim = _DECLARED.match(data[:1000])
    return _bytewise(data, claim[1].decode("ascii").lower() if claim else None, marked=False)


def _bytewise(data: bytes, claimed: str | None, *, marked: bool) -> Decoded:
    """Decode bytes that are UTF-8 or one byte a character."""
    single = claimed is not None and _SINGLE_BYTE.fullmatch(claimed) is not None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        really = "utf-8" if single and not text.isascii() else None
        return Decoded(text, "utf-8", marked, really)
    if claimed is not None and single:
        if not _NEARLY_1252.fullmatch(claimed):
            return Decoded(data.decode(claimed, errors="replace"), claimed, marked)
        true = claimed in ("windows-1252", "cp1252") or (
            "ascii" not in claimed and re.search(rb"[\x80-\x9f]", data) is None
        )
        return Decoded(_windows_1252(data), "windows-1252", marked, None if true else "windows-1252")
    mixed = _mostly_utf_8(data)
    return Decoded(_windows_1252(data) if mixed is None else mixed, "windows-1252", marked, "windows-1252")


def load_all() -> None:
    """Load every encoding that ``decode`` may need: later, in its cage, the reading process can open no file."""
    latin = (f"iso8859-{part}" for part in range(1, 17) if part != 12)
    windows = (f"cp125{part}" for part in range(9))
    for name in (
        *latin,
        *windows,
        "koi8-r",
        "koi8-u",
        "ascii",
        "utf-8",
        *(codec for _, codec in (*_MARKS, *_UNMARKED)),
    ):
        codecs.lookup(name)
