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


def tidy(text: str) -> str:
    """Return text as it is kept: composed (NFC), with single blanks and no outer ones; letters are not changed."""
    return BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()


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
