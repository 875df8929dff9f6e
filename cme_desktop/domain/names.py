"""Names as people write them: tidied for keeping, folded for searching and matching, and set out for reading."""

from __future__ import annotations

import re
import unicodedata

APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼʻ‛`´ʹ′ʿʾ", "'"))
HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—−﹣-", "-"))
# Letters that carry no separable mark, so that decomposition alone leaves them as they are.
PLAIN_LETTERS = str.maketrans(
    {
        "ł": "l", "đ": "d", "ð": "d", "ø": "o", "ß": "ss", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h",
        "ŋ": "n", "ŧ": "t", "ĸ": "k", "ə": "e", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ɛ": "e", "ɔ": "o", "ŀ": "l",
        "ŉ": "n", "ſ": "s", "ɣ": "g", "ɖ": "d", "ƒ": "f", "ʋ": "v",
    }
)  # fmt: skip
NO_NAME = frozenset({"", ".", "-", "..", "--", "...", "n/a", "na", "none", "unknown", "nil", "null", "x", "xx", "xxx"})
BLANKS = re.compile(r"\s+")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
    + "]"
)
_JOINERS = "\u200c\u200d"
_UNJOINED = "\x00-\u024f\u1e00-\u1eff\\s"
_STRAY_JOINERS = re.compile(
    f"^[{_JOINERS}]+|(?<=[{_UNJOINED}])[{_JOINERS}]+|[{_JOINERS}]+(?=[{_UNJOINED}])|[{_JOINERS}]+$"
    f"|(?<=[{_JOINERS}])[{_JOINERS}]+"
)


def without_invisible(text: str, *, typing: bool = False) -> str:
    """Return text composed (NFC) and without characters that nobody sees; letters, blanks and line ends stay.

    Controls, marks that turn the reading order, fillers, selectors, half characters and code points that are none go.
    Joiners stay where they shape letters (Persian, Indic scripts); beside Latin letters or a blank they do nothing.
    This is the one rule for files, forms and the command line (safety.md 5 and 10).

    Args:
        typing: leave every joiner, because the letter after it is still to be typed.
    """
    if text.isascii() and text.isprintable():
        return text
    kept = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    if typing:
        return kept
    while True:  # what is composed now may have stood apart by a joiner
        settled = unicodedata.normalize("NFC", _STRAY_JOINERS.sub("", kept))
        if settled == kept:
            return settled
        kept = settled


def hides(text: str, *, typing: bool = False) -> bool:
    """Say whether text holds characters that nobody sees and that ``without_invisible`` takes away."""
    if text.isascii() and text.isprintable():
        return False
    return without_invisible(text, typing=typing) != unicodedata.normalize("NFC", text)


def tidy(text: str) -> str:
    """Return text as it is kept: composed, nothing invisible, single blanks and no outer ones; letters stay."""
    return BLANKS.sub(" ", without_invisible(text)).strip()


def is_no_name(text: str) -> bool:
    """Say whether a name field holds only a filler, as schools write for a person with a single name."""
    return tidy(text).translate(HYPHENS).casefold() in NO_NAME


def real_name(text: str) -> str:
    """Return a tidied name, or nothing where the field holds only a filler."""
    tidied = tidy(text)
    return "" if is_no_name(tidied) else tidied


def fold(text: str) -> str:
    """Return text in lower case without marks: Łukasz as lukasz, İpek as ipek, Ștefan as stefan; NFKD first.

    Marks are taken only from Latin letters: in other scripts they are part of the word.
    """
    decomposed = _decomposed(_decomposed(text.translate(APOSTROPHES)).casefold())
    kept: list[str] = []
    latin = False
    for character in decomposed:
        if unicodedata.category(character) == "Mn":
            if not latin:
                kept.append(character)
            continue
        latin = _is_latin(character)
        kept.append(character)
    plain = "".join(kept).translate(PLAIN_LETTERS).translate(APOSTROPHES).translate(HYPHENS)
    return unicodedata.normalize("NFC", plain)


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFKD", text)


def _is_latin(character: str) -> bool:
    return character.isascii() or unicodedata.name(character, "").startswith("LATIN")


def search_key(text: str) -> str:
    """Return text as search rows hold it: folded, apostrophes dropped, other marks as blanks, St. as st.

    O'Brien and O’Brien give obrien; Smith-Jones gives smith jones; St. John gives st john.
    """
    folded = fold(text).replace("'", "")
    return " ".join(_words(folded))


def _words(folded: str) -> list[str]:
    # Marks of other scripts are not "word" characters to a pattern, so words are split by category instead.
    spaced = "".join(c if c.isalnum() or unicodedata.category(c).startswith("M") else " " for c in folded)
    return spaced.split()


def compact_key(text: str) -> str:
    """Return the search form without blanks, so that Mc Donald meets McDonald and Saint John meets St John."""
    words = ["st" if word == "saint" else word for word in search_key(text).split()]
    return "".join(words)


def name_parts(forename: str, surname: str) -> tuple[str, ...]:
    """Return the search words of a whole name in the order written; a filler gives none."""
    return tuple(search_key(f"{real_name(forename)} {real_name(surname)}").split())


def first_last(forename: str, surname: str) -> str:
    """Return a name for reading, first name first; a single name stands alone; never an empty text."""
    name = " ".join(part for part in (real_name(forename), real_name(surname)) if part)
    return name or "Name not known"


def identity_bar(forename: str, surname: str) -> str:
    """Return a name with the family name in capitals, as the identity bar shows it."""
    return first_last(forename, real_name(surname).upper())
