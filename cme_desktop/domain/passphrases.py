"""What a new passphrase must be: long enough, and none of those that are tried first."""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterable
from itertools import pairwise

SHORTEST = 12
LONGEST = 1024
TOO_SHORT, TOO_LONG, TOO_COMMON = "passphrase-too-short", "passphrase-too-long", "passphrase-common"
_FEWEST_DIFFERENT = 5
_MAY_BE_LETTERS = 2
"""How many figures beside the first and the last letter are also tried as letters."""
_STANDS_FOR = (
    str.maketrans("0134578@$!|+", "oieastbasiit"),
    str.maketrans("0134578@$!|+", "oleastbasllt"),
)
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")


def parse_common(text: str) -> frozenset[str]:
    """Return the common words and phrases of a list, one in a line, as they are compared."""
    lines = (line.strip() for line in text.splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


def why_not(passphrase: str, common: Container[str], *, training: bool = False) -> tuple[str, str] | None:
    """Return the code of what is wrong with a new passphrase and a sentence that says why, or None if it will do.

    Args:
        common: what people choose most, as ``parse_common`` returns it.
        training: a training register guards nothing, so any passphrase will do there.
    """
    if len(passphrase) > LONGEST:
        return TOO_LONG, f"A passphrase can have at most {LONGEST} characters. Choose a shorter one."
    if training:
        return None if passphrase.strip() else (TOO_SHORT, "The passphrase is empty. Type one.")
    if len(passphrase.strip()) < SHORTEST:
        return (
            TOO_SHORT,
            f"A passphrase needs at least {SHORTEST} characters. Three or four words with spaces between them are easy "
            "to remember and hard to guess.",
        )
    reason = _easily_guessed(passphrase, common)
    if not reason:
        return None
    return TOO_COMMON, f"{reason} Choose three or four words that do not belong together, with spaces between them."


def _easily_guessed(passphrase: str, common: Container[str]) -> str:
    """Return in what way a passphrase is one of those that are tried first, or an empty text."""
    plain = "".join(unicodedata.normalize("NFKC", passphrase).casefold().split())
    if len(set(plain)) < _FEWEST_DIFFERENT:
        return "This passphrase is the same few characters over and over, so it is guessed at once."
    if not any(sign.isalpha() for sign in plain):
        return "This passphrase has no letters: dates and numbers are tried first."
    if any(_is_common(form, common) for form in _forms(plain)):
        return (
            "This passphrase is one that many people use, or such words run together. Those are tried first, whatever "
            "figures and signs stand in it."
        )
    if _runs(passphrase.casefold()):
        return "This passphrase follows the keyboard or the alphabet, so it is guessed at once."
    return ""


def _forms(plain: str) -> Iterable[str]:
    """Return the words that a passphrase may stand for: less the figures at its ends, with letters for some."""
    start = next((place for place, sign in enumerate(plain) if sign.isalpha()), 0)
    end = len(plain) - next((place for place, sign in enumerate(reversed(plain)) if sign.isalpha()), 0)
    for first in {0, *range(max(0, start - _MAY_BE_LETTERS), start + 1)}:
        for last in {len(plain), *range(end, min(end + _MAY_BE_LETTERS, len(plain)) + 1)}:
            part = plain[first:last]
            yield _letters(part)
            for table in _STANDS_FOR:
                yield _only_letters(part.translate(table))
    yield _only_letters(plain)


def _letters(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum())


def _only_letters(text: str) -> str:
    return "".join(sign for sign in text if sign.isalpha())


def _is_common(text: str, common: Container[str]) -> bool:
    """Say whether a text is a common word or phrase, two of them run together, or one of them over and over."""
    if not text or text in common:
        return True
    if any(text[:cut] in common and text[cut:] in common for cut in range(2, len(text) - 1)):
        return True
    unit = (text + text).find(text, 1)
    return unit < len(text) and (text[:unit] in common or unit < _FEWEST_DIFFERENT)


def _runs(text: str) -> bool:
    """Say whether nearly all of a passphrase are neighbours of the alphabet, the figures or the keyboard, in order."""
    pairs = {pair for line in _ROWS for row in (line, line[::-1]) for pair in pairwise(row)}
    steps = sum(pair in pairs for pair in pairwise(text))
    return len(text) > 1 and steps >= 0.8 * (len(text) - 1)
