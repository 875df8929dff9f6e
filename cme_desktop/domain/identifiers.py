"""UPN and ULN: tidied, told apart, and checked by their check letter or digit; a wrong one is only ever a warning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

CHECK_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # I, O and S are never used
UPN_SHAPE = re.compile(r"(?P<check>[A-Z])(?P<body>[0-9]{11}(?P<last>[0-9A-Z]))")
ULN_SHAPE = re.compile(r"[0-9]{10}")
ULN_NOT_YET_KNOWN = "9999999999"


class UpnKind(StrEnum):
    """What a value is as a UPN: by its form alone."""

    PERMANENT = "permanent"
    TEMPORARY = "temporary"
    NONE = "none"


class UpnProblem(StrEnum):
    """What is wrong with a UPN: its check letter, its form, or a letter that UPNs never use."""

    CHECK_LETTER = "check-letter"
    FORMAT = "format"
    LETTERS = "letters"


@dataclass(frozen=True)
class UpnCheck:
    """A value read as a UPN: ``valid`` speaks of form and check letter only."""

    input: str
    upn: str
    valid: bool
    kind: UpnKind
    expected_letter: str | None
    problem: UpnProblem | None


@dataclass(frozen=True)
class UlnCheck:
    """A value read as a ULN; ``not_yet_known`` is the agreed filler, which belongs to nobody."""

    input: str
    uln: str
    valid: bool
    not_yet_known: bool


def tidy_identifier(value: str) -> str:
    """Return a UPN or ULN in capitals without any blanks."""
    return "".join(value.split()).upper()


def check_letter(body: str) -> str | None:
    """Return the check letter of the 12 characters after it, None if they hold a letter that UPNs never use.

    Each character is multiplied by its place 2 to 13; the sum modulo 23 picks the letter. A final letter counts with
    the same table (common basic data set).
    """
    total = 0
    for place, character in enumerate(body, start=2):
        worth = int(character) if character.isdecimal() else CHECK_LETTERS.find(character)
        if worth < 0:
            return None
        total += place * worth
    return CHECK_LETTERS[total % len(CHECK_LETTERS)]


def check_upn(value: str) -> UpnCheck:
    """Check a UPN after tidying it; an unknown council code is no fault here."""
    upn = tidy_identifier(value)
    shape = UPN_SHAPE.fullmatch(upn)
    if shape is None:
        return UpnCheck(value, upn, False, UpnKind.NONE, None, UpnProblem.FORMAT)
    kind = UpnKind.PERMANENT if shape["last"].isdecimal() else UpnKind.TEMPORARY
    expected = check_letter(shape["body"])
    if expected is None or shape["check"] not in CHECK_LETTERS:
        return UpnCheck(value, upn, False, kind, expected, UpnProblem.LETTERS)
    right = shape["check"] == expected
    return UpnCheck(value, upn, right, kind, expected, None if right else UpnProblem.CHECK_LETTER)


def upn_authority(upn: str) -> str | None:
    """Return the three-digit council code inside a UPN of the right form, else None."""
    tidied = tidy_identifier(upn)
    return tidied[1:4] if UPN_SHAPE.fullmatch(tidied) else None


def check_uln(value: str) -> UlnCheck:
    """Check a ULN: weights 10 to 2 on nine digits, sum modulo 11 gives r, the last digit is 10 - r, r is never 0."""
    uln = tidy_identifier(value)
    if uln == ULN_NOT_YET_KNOWN:
        return UlnCheck(value, uln, False, True)
    valid = False
    if ULN_SHAPE.fullmatch(uln):
        rest = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), uln[:9], strict=True)) % 11
        valid = rest != 0 and int(uln[9]) == 10 - rest
    return UlnCheck(value, uln, valid, False)
