"""What is wrong with a pupil or a file, by the problem codes of command-line.md 3; none of it rejects the file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from cme_desktop.domain.grounds import GroundBook
from cme_desktop.domain.identifiers import UpnKind, UpnProblem, check_uln, tidy_identifier
from cme_desktop.domain.names import is_no_name
from cme_desktop.importers.result import Problem
from cme_desktop.importers.s2s import words
from cme_desktop.importers.s2s.header import Header
from cme_desktop.importers.s2s.reading import PupilReading, SchoolEntry

MOVES = frozenset({"CTF", "CML", "CMJ", "unknown"})
YOUNGEST, OLDEST = 2, 19
_DAY = re.compile(r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:T00:00:00(?:\.0+)?)?Z?")
_STAY = "Pupil/SchoolHistory/School"


@dataclass(frozen=True)
class Context:
    """What the checks of a pupil need to know of its file and of the day."""

    kind: str
    header: Header
    today: date
    shared_upns: frozenset[str]
    book: GroundBook

    @property
    def asked_on(self) -> date:
        """Return the day by which ages are judged: the day the file was made, or today where that is not known."""
        made = read_date(self.header.values.get("DateTime", "")[:10])
        return self.today if made is None else min(made, self.today)


def read_date(text: str) -> date | None:
    """Return the date that ``YYYY-MM-DD`` names, alone or with midnight after it; None if there is no such day."""
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    try:
        return date.fromisoformat(match["day"])
    except ValueError:
        return None


def shared_upns(pupils: Sequence[PupilReading]) -> frozenset[str]:
    """Return the UPNs, tidied, that more than one pupil of the file has."""
    counts = Counter(tidy_identifier(pupil.values["UPN"]) for pupil in pupils if "UPN" in pupil.values)
    return frozenset(upn for upn, count in counts.items() if count > 1)


def pupil_problems(pupil: PupilReading, context: Context) -> list[Problem]:
    """Return what is wrong with one pupil, in the order of the fields."""
    problems = [*_numbers(pupil, context), *_names(pupil), *_birth(pupil, context)]
    if context.kind in MOVES:
        problems += _history(pupil, context)
    return problems


def _numbers(pupil: PupilReading, context: Context) -> Iterator[Problem]:
    number, upn, uln = pupil.number, pupil.values.get("UPN"), pupil.values.get("UniqueLearnerNumber")
    if upn is None:
        yield words.problem("upn-missing", number, "Pupil/UPN")
    else:
        check = pupil.upn_check
        if check.problem is UpnProblem.CHECK_LETTER:
            yield words.problem("upn-check-letter", number, "Pupil/UPN", upn)
        elif check.problem is not None:
            yield words.problem("upn-format", number, "Pupil/UPN", upn)
        if check.kind is UpnKind.TEMPORARY:
            yield words.problem("upn-temporary", number, "Pupil/UPN", upn)
        if check.upn in context.shared_upns:
            yield words.problem("upn-shared", number, "Pupil/UPN", upn)
    if uln is not None:
        learner = check_uln(uln)
        if not learner.valid and not learner.not_yet_known:
            yield words.problem("uln-invalid", number, "Pupil/UniqueLearnerNumber", uln)


def _names(pupil: PupilReading) -> Iterator[Problem]:
    """A filler, such as the dash that some systems ask for, counts as missing."""
    missing = {name: is_no_name(pupil.values.get(name, "")) for name in ("Surname", "Forename")}
    if missing["Surname"]:
        code = "name-missing" if missing["Forename"] else "surname-missing"
        yield words.problem(code, pupil.number, "Pupil/Surname", pupil.values.get("Surname"))
    if missing["Forename"]:
        yield words.problem("forename-missing", pupil.number, "Pupil/Forename", pupil.values.get("Forename"))


def _birth(pupil: PupilReading, context: Context) -> Iterator[Problem]:
    written = pupil.values.get("DOB")
    if written is None:
        yield words.problem("dob-missing", pupil.number, "Pupil/DOB")
        return
    born = read_date(written)
    if born is None:
        yield words.problem("dob-invalid", pupil.number, "Pupil/DOB", written)
    elif born > context.today:
        yield words.problem("dob-future", pupil.number, "Pupil/DOB", written)
    elif not YOUNGEST <= _age(born, context.asked_on) <= OLDEST:
        yield words.problem("age-unlikely", pupil.number, "Pupil/DOB", written)


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _history(pupil: PupilReading, context: Context) -> Iterator[Problem]:
    number, header = pupil.number, context.header
    known_sender = header.source.get("LEA", "XXX").upper() != "XXX" or header.source.get("URN", "X").isdecimal()
    found = pupil.own_entry is not None or (
        any(entry.is_at(header.source) for entry in pupil.history) if known_sender else bool(pupil.history)
    )
    if not found:
        yield words.problem("history-missing", number, "Pupil/SchoolHistory")
    for entry in pupil.stays:
        written, reason = entry.values.get("RemovalGrounds"), entry.values.get("LeavingReason")
        if written is not None and entry.ground is None:
            yield words.problem("ground-unknown", number, f"{_STAY}/RemovalGrounds", written)
        if reason is not None and context.book.leaving_reason(reason) is None:
            yield words.problem("leaving-reason-unknown", number, f"{_STAY}/LeavingReason", reason)
    if _twice(pupil.history):
        yield words.problem("several-same-school", number, _STAY)


def _twice(history: Sequence[SchoolEntry]) -> bool:
    """Return whether one school stands more than once, by LEA and Estab, or by URN where it has no number."""
    schools = [_school(entry) for entry in history]
    known = [school for school in schools if school is not None]
    return len(set(known)) != len(known)


def _school(entry: SchoolEntry) -> tuple[str, ...] | None:
    lea, estab, urn = (entry.values.get(name) for name in ("LEA", "Estab", "URN"))
    if lea and estab:
        return lea, estab
    return (urn,) if urn else None
