"""Compare an incoming pupil with the children found by the keys: a score whose every part is told in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from rapidfuzz.distance import OSA, JaroWinkler

from cme_desktop.domain.identifiers import ULN_NOT_YET_KNOWN, UpnKind, check_upn, tidy_identifier
from cme_desktop.matching.keys import (
    fold,
    name_key,
    parts,
    phone_key,
    postcode_key,
    sound_key,
    swapped,
    variant_key,
)


class MatchClass(StrEnum):
    """What the comparison says: the same child, look at it, or nobody we know."""

    CERTAIN = "certain"
    REVIEW = "review"
    NEW = "new"


@dataclass(frozen=True)
class PersonName:
    """One name of a child: legal, preferred, former or in another script."""

    surname: str
    forename: str
    middle_names: str = ""


@dataclass(frozen=True)
class Identity:
    """What is known of one child, in a file or in the register; ``numbers`` are all UPNs, former ones included."""

    names: tuple[PersonName, ...]
    dob: date | None = None
    sex: str = "U"
    upns: tuple[str, ...] = ()
    uln: str = ""
    postcodes: tuple[str, ...] = ()
    houses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """A child of the register as a candidate, closed cases and earlier cases included."""

    child_id: int
    identity: Identity
    episode_id: int | None = None
    case: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Reason:
    """One part of a score: the field, how it compared, its points, and the sentence shown."""

    field: str
    outcome: str
    weight: int
    text: str


@dataclass(frozen=True)
class Match:
    """One candidate with its score from 0 to 100, its class and every reason, the telling ones first."""

    known: Known
    score: int
    match_class: MatchClass
    reasons: tuple[Reason, ...] = ()

    @property
    def sentence(self) -> str:
        """Return in words what carried points: "same UPN, same date of birth, name equal"."""
        return ", ".join(reason.text for reason in self.reasons if reason.weight)


REVIEW_FROM = 38
"""Points from which a candidate is shown; below it the child counts as new."""

_JW_SIMILAR, _JW_SOUND = 0.90, 0.80
_AGREE = frozenset({"same", "variant", "part", "exchanged", "none"})


def compare(incoming: Identity, known: Known) -> Match:
    """Compare one incoming pupil with one child of the register; the same input gives the same answer."""
    other = known.identity
    reasons = [
        _upn(incoming, other),
        _uln(incoming, other),
        _dob(incoming.dob, other.dob),
        *_names(incoming.names, other.names),
        _sex(incoming.sex, other.sex),
        _address(incoming, other),
        _shared("phone", incoming.phones, other.phones, phone_key, 4, "same phone number"),
        _shared("school", incoming.schools, other.schools, str, 2, "same school"),
    ]
    told = tuple(reason for reason in reasons if reason is not None)
    score = max(0, min(100, sum(reason.weight for reason in told)))
    outcome = {reason.field: reason.outcome for reason in told}
    return Match(known, score, _class_of(score, outcome), told)


def rank(incoming: Identity, candidates: Iterable[Known], *, limit: int = 10) -> list[Match]:
    """Return the candidates worth showing, best first; two that both look certain are both to be looked at."""
    matches = [compare(incoming, known) for known in candidates]
    shown = [match for match in matches if match.match_class is not MatchClass.NEW]
    certain = {match.known.child_id for match in shown if match.match_class is MatchClass.CERTAIN}
    if len(certain) > 1:
        doubt = Reason("register", "two-alike", 0, "more than one child of the register fits: look at both")
        shown = [
            replace(match, match_class=MatchClass.REVIEW, reasons=(*match.reasons, doubt))
            if match.match_class is MatchClass.CERTAIN
            else match
            for match in shown
        ]
    order = {MatchClass.CERTAIN: 0, MatchClass.REVIEW: 1}
    shown.sort(key=lambda match: (order[match.match_class], -match.score, match.known.child_id))
    return shown[:limit]


def _class_of(score: int, outcome: dict[str, str]) -> MatchClass:
    born, number, place = (outcome.get(name, "missing") for name in ("dob", "upn", "address"))
    last, first = (outcome.get(name, outcome.get("name", "missing")) for name in ("surname", "forename"))
    agree = last in _AGREE and first in _AGREE and (last, first) != ("none", "none")
    equal = {last, first} <= {"same", "exchanged", "none"} and agree
    contradicted = outcome.get("sex") == "differs" or outcome.get("uln") == "differs"
    if number == "same" and born == "same" and agree and not contradicted:
        return MatchClass.CERTAIN
    by_address = place == "same" and number in ("missing", "same-temporary")
    if born == "same" and equal and by_address and not contradicted:
        return MatchClass.CERTAIN
    if number in ("same", "same-doubtful") or outcome.get("uln") == "same":
        return MatchClass.REVIEW  # a shared number is always looked at, even when all else differs
    if born == "missing" and agree and place in ("same", "same-postcode"):
        return MatchClass.REVIEW
    return MatchClass.REVIEW if score >= REVIEW_FROM else MatchClass.NEW


def _upn(incoming: Identity, other: Identity) -> Reason | None:
    ours, theirs = _checked(other.upns), _checked(incoming.upns)
    if not ours or not theirs:
        return None
    shared = {upn: kind for upn, kind in theirs.items() if upn in ours}
    if UpnKind.PERMANENT in shared.values():
        current = next(iter(ours)) == next(iter(theirs))
        return Reason("upn", "same", 44 if current else 42, "same UPN" if current else "same UPN as an earlier one")
    if UpnKind.NONE in shared.values():
        return Reason("upn", "same-doubtful", 30, "same UPN, but it is wrongly formed")
    if shared:
        return Reason("upn", "same-temporary", 16, "same temporary UPN, which proves nothing by itself")
    lasting = [[upn for upn, kind in upns.items() if kind is UpnKind.PERMANENT] for upns in (theirs, ours)]
    if not all(lasting):
        return Reason("upn", "missing", 0, "no lasting UPN to compare")
    if any(OSA.distance(left[1:], right[1:]) == 1 for left in lasting[0] for right in lasting[1]):
        return Reason("upn", "one-off", -4, "UPN differs in one place: a slip, or a twin")
    return Reason("upn", "differs", -8, "another UPN")


def _checked(upns: tuple[str, ...]) -> dict[str, UpnKind]:
    """Return the UPNs in their order; one with a wrong check letter counts as no kind."""
    checks = [check_upn(upn) for upn in upns if tidy_identifier(upn)]
    return {check.upn: check.kind if check.valid else UpnKind.NONE for check in checks}


def _uln(incoming: Identity, other: Identity) -> Reason | None:
    ours, theirs = tidy_identifier(other.uln), tidy_identifier(incoming.uln)
    if not ours or not theirs or ULN_NOT_YET_KNOWN in (ours, theirs):
        return None
    if ours == theirs:
        return Reason("uln", "same", 20, "same ULN")
    return Reason("uln", "differs", -10, "another ULN")


def _dob(theirs: date | None, ours: date | None) -> Reason:
    if theirs is None or ours is None:
        return Reason("dob", "missing", 0, "no date of birth to compare")
    if theirs == ours:
        return Reason("dob", "same", 30, "same date of birth")
    if swapped(theirs) == ours:
        return Reason("dob", "exchanged", 20, "day and month of birth exchanged")
    if OSA.distance(theirs.isoformat(), ours.isoformat()) == 1:
        return Reason("dob", "one-off", 14, "date of birth differs in one figure")
    if (theirs.month, theirs.day) == (ours.month, ours.day) and abs(theirs.year - ours.year) <= 10:
        return Reason("dob", "other-year", 8, "same birthday in another year")
    if (theirs.year, theirs.month) == (ours.year, ours.month):
        return Reason("dob", "same-month", 4, "born in the same month")
    return Reason("dob", "differs", -20, "another date of birth")


def _names(theirs: tuple[PersonName, ...], ours: tuple[PersonName, ...]) -> tuple[Reason, ...]:
    best: tuple[Reason, ...] | None = None
    for incoming in theirs:
        for name in ours:
            for outcome in (_in_order(incoming, name), _exchanged(incoming, name)):
                if outcome and (best is None or _points(outcome) > _points(best)):
                    best = outcome
    return best or (Reason("name", "missing", 0, "no name to compare"),)


def _points(reasons: tuple[Reason, ...]) -> int:
    return sum(reason.weight for reason in reasons)


def _in_order(incoming: PersonName, name: PersonName) -> tuple[Reason, ...]:
    last = _one_name("surname", incoming.surname, name.surname)
    first = _one_name("forename", incoming.forename, name.forename, incoming.middle_names, name.middle_names)
    if last.outcome == first.outcome == "same":
        return (Reason("name", "same", last.weight + first.weight, "name equal"),)
    return last, first


def _exchanged(incoming: PersonName, name: PersonName) -> tuple[Reason, ...]:
    if name_key(incoming.surname) == name_key(incoming.forename):
        return ()
    turned = (
        _one_name("surname", incoming.forename, name.surname),
        _one_name("forename", incoming.surname, name.forename),
    )
    if any(reason.outcome not in ("same", "variant") for reason in turned):
        return ()
    return (Reason("name", "exchanged", 20, "first and last name exchanged"),)


def _one_name(which: str, theirs: str, ours: str, their_middle: str = "", our_middle: str = "") -> Reason:
    left, right = name_key(theirs), name_key(ours)
    if not left and not right:
        return Reason(which, "none", 0, f"no {which} on either side")
    if not left or not right:
        return Reason(which, "missing", 0, f"no {which} to compare")
    if left == right:
        return Reason(which, "same", 12, f"same {which}")
    left_parts, right_parts = parts(theirs), parts(ours)
    left_variants = [variant_key(part) for part in left_parts]
    right_variants = [variant_key(part) for part in right_parts]
    if left_variants == right_variants:
        return Reason(which, "variant", 10, f"{which} is a spelling of the same name")
    if sorted(left_variants) == sorted(right_variants):
        return Reason(which, "part", 9, f"parts of the {which} in another order")
    longer = {part for part in {*left_variants} & {*right_variants} if len(part) > 1}
    if longer and ({*left_variants} <= {*right_variants} or {*right_variants} <= {*left_variants}):
        return Reason(which, "part", 8, f"one part of the {which} is the same")
    closeness = JaroWinkler.similarity(left, right)
    if closeness >= _JW_SOUND and [sound_key(p) for p in left_variants] == [sound_key(p) for p in right_variants]:
        return Reason(which, "variant", 9, f"{which} sounds the same")
    middles = {variant_key(part) for part in (*parts(their_middle), *parts(our_middle)) if len(part) > 1}
    if which == "forename" and middles & ({*left_variants} | {*right_variants}):
        return Reason(which, "part", 7, "forename stands among the middle names")
    short = min(left, right, key=len)
    if which == "forename" and len(short) < 3 and left[0] == right[0]:
        return Reason(which, "initial", 4, "same first letter of the forename")
    if which == "forename" and len(short) >= 3 and (left.startswith(right) or right.startswith(left)):
        return Reason(which, "short", 7, "short form of the forename")
    if closeness >= _JW_SIMILAR:
        return Reason(which, "similar", 6, f"{which} alike ({closeness:.2f})")
    if longer:
        return Reason(which, "similar", 4, f"{which} shares one part")
    return Reason(which, "differs", -16 if which == "forename" else -8, f"another {which}")


def _sex(theirs: str, ours: str) -> Reason | None:
    if theirs not in ("M", "F") or ours not in ("M", "F"):
        return None
    return None if theirs == ours else Reason("sex", "differs", -6, "recorded with another sex")


def _address(incoming: Identity, other: Identity) -> Reason | None:
    theirs = {postcode_key(postcode) for postcode in incoming.postcodes if postcode_key(postcode)}
    ours = {postcode_key(postcode) for postcode in other.postcodes if postcode_key(postcode)}
    if not theirs or not ours:
        return None
    if theirs & ours:
        houses = {fold(house) for house in incoming.houses if house} & {fold(house) for house in other.houses if house}
        if houses:
            return Reason("address", "same", 9, "same address")
        return Reason("address", "same-postcode", 7, "same postcode")
    return Reason("address", "differs", 0, "another address")


def _shared(
    name: str, theirs: tuple[str, ...], ours: tuple[str, ...], key: Callable[[str], str], weight: int, text: str
) -> Reason | None:
    common = {key(value) for value in theirs} & {key(value) for value in ours}
    return Reason(name, "same", weight, text) if common - {""} else None
