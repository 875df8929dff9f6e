"""Lay a pupil of a file beside a child of the register, field by field, with the stored reasons in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from cme_desktop.casework.intake.meaning import JOINER, MATCH, NEW, NOT_CME, day_of
from cme_desktop.casework.intake.pupil_facts import address_of, names_of, parents_of
from cme_desktop.domain.names import first_last, identity_bar, search_key
from cme_desktop.domain.school_age import age_on
from cme_desktop.importers.s2s.reading import PupilReading
from cme_desktop.matching.keys import postcode_key
from cme_desktop.register.inbox import CandidateRow, InboxItem
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.tags import TagLook
from cme_desktop.ui.words import capital, count, short_date

ADDRESS, NAME, DOB, SEX, CLOSE = "address", "name", "dob", "sex", "close"
NOT_SAID: Final = "none"
ADDED: Final = "New fact: will be added"
_SEXES: Final = {"M": "Male", "F": "Female"}
_PROBABLY_FROM: Final = 50
"""Points from which a doubtful match is called probable; below it is only possible."""


class Result(StrEnum):
    """How the file and the register compare in one field."""

    AGREES = "agrees"
    DIFFERS = "differs"
    ONLY_OURS = "only-ours"
    ONLY_FILE = "only-file"


TAGS: Final[Mapping[Result, TagLook]] = {
    Result.AGREES: TagLook("Agrees", Tone.GREEN, "equals"),
    Result.DIFFERS: TagLook("Differs", Tone.AMBER, "differs"),
    Result.ONLY_OURS: TagLook("Only ours", Tone.GREY, "minus"),
    Result.ONLY_FILE: TagLook("Only in file", Tone.GREY, "minus"),
}


@dataclass(frozen=True)
class Choice:
    """What the officer chooses in one line: the first answer is what happens without a choice."""

    key: str
    first: str = "keep ours"
    second: str = "take file’s"


@dataclass(frozen=True)
class Line:
    """One field of the review."""

    field: str
    file: str
    register: str
    result: Result
    why: str
    choice: Choice | None = None


@dataclass(frozen=True)
class Review:
    """A pupil beside one possible child (or nobody): the sentence, why, the score, and the fields."""

    title: str
    why: str
    lines: tuple[Line, ...]
    counted: tuple[tuple[str, int], ...] = ()
    score: int = 0

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Return what can be chosen."""
        return tuple(line.choice for line in self.lines if line.choice is not None)


def review_of(item: InboxItem, candidate: CandidateRow | None, today: date) -> Review:
    """Return how a pupil compares with one of the possible children; None where nobody fits."""
    pupil = PupilReading.from_json(item.number, item.record)
    lines = tuple(line for line in _Compared(item, pupil, candidate, today).lines() if line is not None)
    if candidate is None:
        title, why = _nobody(item)
        return Review(title, why, lines)
    return Review(
        title=_title(candidate, lines),
        why=_why(candidate, today),
        lines=lines,
        counted=tuple((capital(str(one["text"])), int(one["weight"])) for one in candidate.reasons),
        score=candidate.score,
    )


def pupil_name(item: InboxItem) -> str:
    """Return a pupil's name for reading."""
    return first_last(str(item.record.get("Forename", "")), str(item.record.get("Surname", "")))


def other_words(others: tuple[CandidateRow, ...]) -> str:
    """Return who else it may be: "1 other possible child: Ayub Warsame, born 5 Apr 2016, match 41."."""
    if not others:
        return ""
    named = "; ".join(_named(one) for one in others[:2])
    more = f" and {len(others) - 2} more" if len(others) > 2 else ""
    return f"{count(len(others), 'other possible child', 'other possible children')}: {named}{more}."


def _named(one: CandidateRow) -> str:
    born = f", born {short_date(one.dob)}" if one.dob else ""
    return f"{one.name}{born}, match {one.score}"


def _nobody(item: InboxItem) -> tuple[str, str]:
    titles = {NEW: "A new child.", NOT_CME: "Not missing education.", MATCH: "A new child."}
    title = titles.get(item.proposed, "Wait, or look at it now.")
    why = f"{capital(item.meaning)}. Nobody in the register shares a number, or a name with a birthday or an address."
    return title, why


def _title(candidate: CandidateRow, lines: tuple[Line, ...]) -> str:
    if any(one["outcome"] == "two-alike" for one in candidate.reasons):
        return "More than one child of the register fits. Look at both."
    if candidate.match_class == "certain":
        return "The same child."
    doubtful = [_CHECK[line.field] for line in lines if line.result is Result.DIFFERS and line.field in _CHECK]
    likely = "Probably" if candidate.score >= _PROBABLY_FROM else "Possibly"
    if not doubtful:
        return f"{likely} the same child. Look before you decide."
    what = doubtful[0] if len(doubtful) == 1 else f"{', '.join(doubtful[:-1])} and {doubtful[-1]}"
    return f"{likely} the same child. Check {what}."


_CHECK: Final = {"Name": "the name", "Born": "the date of birth", "Sex": "the sex", "UPN": "the UPN"}
_SILENT: Final = frozenset({"missing", "none", "two-alike"})
_DOUBTS: Final = frozenset({"exchanged", "one-off", "other-year", "same-month", "similar", "differs", "same-doubtful"})


def _why(candidate: CandidateRow, today: date) -> str:
    agree: list[str] = []
    doubt: list[str] = []
    for one in candidate.reasons:
        if one["outcome"] in _SILENT or (one["field"] == "address" and one["outcome"] == "differs"):
            continue
        doubtful = one["outcome"] in _DOUBTS and (one["field"], one["outcome"]) != ("name", "exchanged")
        (doubt if doubtful else agree).append(str(one["text"]))
    said = ", ".join(agree)
    if doubt:
        said = f"{said}, but {' and '.join(doubt)}" if said else " and ".join(doubt)
    closed = ""
    if candidate.closed_on is not None and not candidate.is_open:
        closed = f" The case was closed {_ago(candidate.closed_on, today)}: {candidate.outcome or 'outcome not known'}."
    return f"{capital(said)}.{closed}"


def _ago(day: date, today: date) -> str:
    months = (today.year - day.year) * 12 + today.month - day.month - (today.day < day.day)
    if months < 1:
        return f"on {short_date(day)}"
    return f"{count(months, 'month')} ago" if months < 24 else f"{months // 12} years ago"


class _Compared:
    """Build the lines of a review."""

    def __init__(self, item: InboxItem, pupil: PupilReading, candidate: CandidateRow | None, today: date) -> None:
        self._item, self._pupil, self._known, self._today = item, pupil, candidate, today
        reasons = candidate.reasons if candidate else ()
        self._reasons: dict[str, dict[str, Any]] = {str(one["field"]): one for one in reasons}

    def lines(self) -> Iterator[Line | None]:
        yield self._name()
        yield self._born()
        yield self._sex()
        yield self._upn()
        yield self._address()
        yield self._adult()
        yield self._school()
        yield self._case()

    def _outcome(self, field: str) -> str:
        return str(self._reasons.get(field, {}).get("outcome", ""))

    def _text(self, field: str) -> str:
        return capital(str(self._reasons.get(field, {}).get("text", "")))

    def _line(
        self, field: str, file: str, ours: str, compare: Callable[[], tuple[Result, str]], key: str = ""
    ) -> Line | None:
        """Return a line where one side or both say something; what only the file has fills a gap."""
        if not file and not ours:
            return None
        if not ours:
            return Line(field, file, "not recorded" if self._known else "", Result.ONLY_FILE, ADDED)
        if not file:
            return Line(field, NOT_SAID, ours, Result.ONLY_OURS, "Not in the file")
        result, why = compare()
        choice = Choice(key) if key and result is Result.DIFFERS else None
        return Line(field, file, ours, result, why, choice)

    def _name(self) -> Line | None:
        legal = next(iter(names_of(self._pupil)), None)
        theirs = identity_bar(legal.forename, legal.surname) if legal else ""
        ours = identity_bar(self._known.forename, self._known.surname) if self._known else ""
        return self._line("Name", theirs, ours, self._names_compared, NAME)

    def _names_compared(self) -> tuple[Result, str]:
        whole = self._outcome("name")
        if whole:
            return (Result.AGREES, "The same") if whole == "same" else (Result.AGREES, self._text("name"))
        told = [name for name in ("forename", "surname") if self._outcome(name) not in ("same", "none", "")]
        why = "; ".join(self._text(name) for name in told) or "The same"
        agree = all(self._outcome(name) in ("variant", "part") for name in told)
        return (Result.AGREES if agree else Result.DIFFERS), why

    def _born(self) -> Line | None:
        born = day_of(self._pupil.values, "DOB")
        theirs = self._with_age(born) or self._pupil.values.get("DOB", "")
        ours = self._with_age(self._known.dob) if self._known else ""
        return self._line("Born", theirs, ours, self._births_compared, DOB if born else "")

    def _with_age(self, born: date | None) -> str:
        if born is None:
            return ""
        return f"{short_date(born)}, age {age_on(born, self._today)}" if born <= self._today else short_date(born)

    def _births_compared(self) -> tuple[Result, str]:
        outcome = self._outcome("dob")
        if outcome == "same":
            return Result.AGREES, "The same"
        if outcome == "missing":
            return Result.DIFFERS, "The file’s date is not a real day"
        return Result.DIFFERS, "Day and month changed places" if outcome == "exchanged" else self._text("dob")

    def _sex(self) -> Line | None:
        theirs = _SEXES.get(self._pupil.values.get("Sex", ""), "")
        ours = _SEXES.get(self._known.sex, "") if self._known else ""
        same = (Result.AGREES, "The same") if theirs == ours else (Result.DIFFERS, "Recorded with another sex")
        return self._line("Sex", theirs, ours, lambda: same, SEX)

    def _upn(self) -> Line | None:
        theirs, known = self._pupil.values.get("UPN", ""), self._known
        line = self._line("UPN", theirs, known.upn if known else "", lambda: self._upns_compared(theirs))
        if line is not None and line.result is Result.ONLY_OURS and self._item.file_kind in ("CML", "CMJ"):
            return Line(
                line.field, line.file, line.register, line.result, f"{self._item.file_kind} files may leave it out"
            )
        return line

    def _upns_compared(self, theirs: str) -> tuple[Result, str]:
        assert self._known is not None
        if theirs == self._known.upn:
            doubtful = self._outcome("upn") not in ("same", "")
            return Result.AGREES, self._text("upn") if doubtful else "The same"
        if theirs in self._known.upns:
            return Result.AGREES, "The same as an earlier one"
        return Result.DIFFERS, f"{self._text('upn') or 'Another UPN'}. Both are kept"

    def _address(self) -> Line | None:
        home, known = address_of(self._pupil.address), self._known
        theirs = ", ".join((*home.lines, home.postcode) if home.postcode else home.lines) if home else ""
        ours = known.address.one_line if known and known.address else ""

        def compared() -> tuple[Result, str]:
            assert home is not None
            assert known is not None
            assert known.address is not None
            if _one_house(home.lines, home.postcode, known.address.lines, known.address.postcode):
                return Result.AGREES, "Same house and postcode"
            if self._outcome("address") == "same":
                return Result.DIFFERS, "The same as an earlier address of ours"
            same_postcode = self._outcome("address") == "same-postcode"
            return Result.DIFFERS, "Same postcode, another house" if same_postcode else "Another address"

        return self._line("Address", theirs, ours, compared, ADDRESS)

    def _adult(self) -> Line | None:
        adults = parents_of(self._pupil, self._item.file_name)
        known = self._known.adults if self._known else ()
        if not adults:
            return self._line("Adult", "", _and_more(known), lambda: (Result.AGREES, ""))
        first = adults[0]
        name = first_last(first.forename, first.surname)
        named = tuple(first_last(one.forename, one.surname) for one in adults)
        match = next((one for one in known if _same_adult(name, one)), None)

        def compared() -> tuple[Result, str]:
            if match is None:
                return Result.DIFFERS, "Another adult: will be added"
            whole = search_key(match.partition(",")[0]) == search_key(name)
            return Result.AGREES, "The same name" if whole else "Same initial and family name"

        ours = _and_more((match, *(one for one in known if one is not match))) if match else _and_more(known)
        return self._line("Adult", _and_more(named), ours, compared)

    def _school(self) -> Line | None:
        if self._item.meaning_code == JOINER:
            return self._on_roll()
        entry, known = self._pupil.leaving(self._item.source_school), self._known
        left = self._item.event_date
        ground = entry.values.get("RemovalGrounds", "") if entry else ""
        theirs = ", ".join(part for part in (short_date(left) if left else "", ground) if part)
        stay = known.last_registration if known else None
        ours = ""
        if stay is not None and stay.leaving_date is not None:
            ours = ", ".join(part for part in (short_date(stay.leaving_date), stay.ground_text) if part)

        def compared() -> tuple[Result, str]:
            same = stay is not None and stay.leaving_date == left
            return (Result.AGREES, "The same day") if same else (Result.DIFFERS, "Another day: the file’s is kept too")

        line = self._line("Off roll", theirs, ours, compared)
        return _with_meaning(line, self._item.meaning) if line is not None else None

    def _on_roll(self) -> Line | None:
        entry = self._pupil.stay_at(self._item.source_school)
        values = dict(entry.values) if entry else {}
        school = values.get("SchoolName") or str(self._item.source_school.get("SchoolName", ""))
        starts = self._item.event_date
        theirs = ", ".join(part for part in (short_date(starts) if starts else "", school) if part)
        stay = self._known.last_registration if self._known else None
        joined = stay is not None and stay.entry_date == starts and stay.leaving_date is None
        ours = stay.school if stay is not None and joined else ""
        return self._line("On roll", theirs, ours, lambda: (Result.AGREES, "The same school and day"))

    def _case(self) -> Line | None:
        """Return the case where it matters what becomes of it: a joiner's open case, and a case closed before."""
        known = self._known
        if known is None or known.ref is None:
            return None
        if known.is_open:
            if self._item.meaning_code != JOINER:
                return None
            choice = Choice(CLOSE, "leave it open", "close the case")
            return Line("Case", "on roll", f"{known.ref}, open", Result.DIFFERS, "The child is on roll again", choice)
        closed = f", closed {short_date(known.closed_on)}" if known.closed_on else ""
        opens = self._item.meaning_code != JOINER and self._item.proposed == MATCH
        why = (
            "Same child opens a new case, with this one before it" if opens else "The file is noted, no case is opened"
        )
        return Line("Case", NOT_SAID, f"{known.ref}{closed}", Result.ONLY_OURS, why)


def _with_meaning(line: Line, meaning: str) -> Line:
    """Put the rest of what the record means ("destination unknown") before the reason of its line."""
    rest = meaning.partition(", ")[2]
    if not rest:
        return line
    return Line(line.field, line.file, line.register, line.result, f"{capital(rest)}. {line.why}", line.choice)


def _and_more(names: tuple[str, ...]) -> str:
    if not names:
        return ""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _one_house(theirs: Sequence[str], postcode: str, ours: Sequence[str], our_postcode: str) -> bool:
    """Say whether two addresses have one postcode and the same house and flat numbers, or read the same."""
    numbers, our_numbers = (
        {word for word in search_key(" ".join(lines)).split() if any(map(str.isdigit, word))}
        for lines in (theirs, ours)
    )
    if postcode_key(postcode) != postcode_key(our_postcode):
        return False
    alike = search_key(" ".join(theirs)) == search_key(" ".join(ours))
    return alike or (bool(postcode_key(postcode)) and bool(numbers) and numbers == our_numbers)


def _same_adult(name: str, known: str) -> bool:
    """Say whether two adults have one family name and forenames that are the same or begin with the same letter."""
    theirs, ours = search_key(name).split(), search_key(known.partition(",")[0]).split()
    if not theirs or not ours or theirs[-1] != ours[-1]:
        return False
    first, second = theirs[0], ours[0]
    return first == second or (min(len(first), len(second)) == 1 and first[0] == second[0])
