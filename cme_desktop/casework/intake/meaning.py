"""What a record of a file means to the council, in words, and what it proposes before any match is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from cme_desktop import shipped
from cme_desktop.domain.grounds import GroundReading, off_roll
from cme_desktop.importers.s2s.reading import FileReading, PupilReading, SchoolEntry, Values

MATCH, NEW, NOT_CME, LATER = "match", "new", "not-cme", "later"
JOINER, NOT_A_MOVE, DESTINATION, UNSURE = "joiner", "not-a-move", "destination-to-confirm", "kind-unsure"
UNKNOWN, HOME, ABROAD, DIED = "destination-unknown", "home-education", "abroad", "died"

_NOWHERE = frozenset({"XXX"})
_OUTSIDE = frozenset({"MMM"})
_COUNCIL = "LLLL"


@dataclass(frozen=True)
class Meaning:
    """What a record means: words, a code, what it proposes, the day it is about, and how a case would open.

    ``status`` and ``reason`` are those of a case opened from it; empty where no case follows. ``school`` is the
    school joined, or the one the child is said to go to.
    """

    words: str
    code: str
    proposed: str
    event_date: date | None = None
    status: str = ""
    reason: str = ""
    school: SchoolEntry | None = None

    @property
    def opens_case(self) -> bool:
        """Say whether a case follows when the child is new or has no open case."""
        return bool(self.status)


def stages(reading: FileReading) -> bool:
    """Say whether the pupils of a file wait for a decision: results and files within one school are no moves."""
    return reading.kind not in ("results", "ATF", "zip", "other") and "not-a-move" not in reading.problem_codes


def meaning_of(reading: FileReading, pupil: PupilReading) -> Meaning:
    """Return what one pupil's record in a file means; where the kind of file is a guess, a person looks first."""
    entry = pupil.leaving(reading.source)
    if reading.kind == "CMJ":
        meaning = _joiner(reading, pupil)
    elif entry is None and reading.kind in ("unknown", "other"):
        return Meaning("it is not certain what this record is: look at it", UNSURE, LATER)
    elif entry is None and reading.source.get("LEA", "").upper() in _NOWHERE:
        return Meaning("a record without a sending school: use it to check who the child is", NOT_A_MOVE, LATER)
    else:
        meaning = _leaver(reading, pupil, entry)
    if "kind-unsure" in reading.problem_codes:
        kind = "joiner" if meaning.code == JOINER else "leaver"
        return replace(meaning, words=f"{meaning.words}; it is not certain that this is a {kind} file", proposed=LATER)
    return meaning


def _joiner(reading: FileReading, pupil: PupilReading) -> Meaning:
    entry = pupil.stay_at(reading.source) or SchoolEntry(reading.source)
    name = entry.values.get("SchoolName") or reading.source.get("SchoolName") or "the school that sent the file"
    starts = day_of(entry.values, "EntryDate")
    words = f"on roll at {name}" + (f" from {starts.day} {starts:%b} {starts.year}" if starts else "")
    school = SchoolEntry({**reading.source, **entry.values, "SchoolName": name})
    return Meaning(words, JOINER, NOT_CME, starts, school=school)


def _leaver(reading: FileReading, pupil: PupilReading, entry: SchoolEntry | None) -> Meaning:
    book = shipped.grounds()
    left = day_of(entry.values, "LeavingDate") if entry else None
    written = entry.values.get("RemovalGrounds") if entry else None
    read = book.read(written, left) if written else None
    reason = entry.values.get("LeavingReason", "") if entry else ""
    where = book.says_where(read, reason)
    next_school = _next_school(reading, pupil, left)
    words = off_roll(read, destination_known=_destination_known(read, bool(where) or next_school is not None))
    if where and not (read and read.ground and read.ground.destination):
        known = book.leaving_reason(reason)
        words += f", leaving reason {known.code}: {known.short}" if known else ""
    if next_school is not None:
        words += f", going to {_school_words(next_school.values)}"
        return Meaning(words, DESTINATION, LATER, left, school=next_school)
    if where == DIED:
        return Meaning(words, DIED, NOT_CME, left)
    if where == HOME:
        return Meaning(words, HOME, NEW, left, "ehe-to-check", "ehe-leaver")
    if where == ABROAD:
        return Meaning(words, ABROAD, LATER, left, "whereabouts-unknown", "believed-moved-abroad")
    return _by_ground(reading, read, words, left)


def _school_words(school: Values) -> str:
    number = "/".join(part for part in (school.get("LEA", ""), school.get("Estab", "")) if part)
    return school.get("SchoolName") or f"school {number or school.get('URN', 'not named')}"


def _destination_known(read: GroundReading | None, named: bool) -> bool | None:
    """Say whether the destination is known; None where the ground is not about where the child is."""
    if named:
        return True
    about_place = read is None or read.ground is None or read.ground.pathway == "whereabouts-unknown"
    return False if about_place else None


_STATUS_OF_PATHWAY = {
    "whereabouts-unknown": "whereabouts-unknown",
    "known-not-in-education": "known-not-in-education",
    "ehe": "ehe-to-check",
}
_REASONS = {
    "moved-away": "believed-moved-uk",
    "council-provides": "permanently-excluded",
    "order-revoked": "ehe-leaver",
}


def _by_ground(reading: FileReading, read: GroundReading | None, words: str, left: date | None) -> Meaning:
    ground = read.ground if read else None
    if ground is None:
        lost = "lost pupil file: " if reading.lost else ""
        return Meaning(f"{lost}{words}", UNKNOWN, NEW, left, "whereabouts-unknown", "file-leaver")
    if ground.pathway:
        reason = _REASONS.get(ground.key, "file-leaver")
        return Meaning(words, ground.key, NEW, left, _STATUS_OF_PATHWAY[ground.pathway], reason)
    if ground.key in ("new-school", "order-changed"):
        if reading.lost:
            return Meaning(words, UNKNOWN, NEW, left, "whereabouts-unknown", "file-leaver")
        return Meaning(words, DESTINATION, LATER, left)
    return Meaning(words, ground.key, NOT_CME, left)


def _next_school(reading: FileReading, pupil: PupilReading, left: date | None) -> SchoolEntry | None:
    """Return the school that the file says the child goes to: its destination, or a later stay; never the sender."""
    destination = reading.destination
    if reading.kind == "CTF" and not reading.lost and _names_a_school(destination):
        return SchoolEntry(destination)
    if left is None:
        return None
    for entry in pupil.history_by_date():
        starts = day_of(entry.values, "EntryDate")
        if starts is not None and starts >= left and not entry.is_at(reading.source):
            return entry
    return None


def _names_a_school(school: Values) -> bool:
    number = school.get("LEA", "").upper()
    if number in _OUTSIDE:
        return True
    if number in _NOWHERE:
        return "SchoolName" in school
    return bool(number) and school.get("Estab", "").upper() not in ("", _COUNCIL, "XXXX")


def day_of(values: Values, name: str) -> date | None:
    """Return a date of a record, None where it is absent or no real date."""
    try:
        return date.fromisoformat(values.get(name, "")[:10])
    except ValueError:
        return None
