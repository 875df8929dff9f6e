"""Tell what kind of file this is, how sure that is, and whether its pupil is lost (s2s-files.md 3 and 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cme_desktop.domain.grounds import GroundBook
from cme_desktop.importers.s2s.header import Header
from cme_desktop.importers.s2s.names import FileName
from cme_desktop.importers.s2s.reading import PupilReading

LOST_LEA, LOST_ESTAB = "XXX", "XXXX"
COUNCIL = "LLLL"
_ADMISSIONS_ROOT = "atfile"
_CTF_ROOTS = frozenset({"ctfile", "ctf"})
_MISSING_EDUCATION = ("cml", "cmj", "cme", "missingeducation", "leaver", "joiner")
_TRANSFER = "common transfer"


@dataclass(frozen=True)
class Kind:
    """The kind of a file, where that was read from, and the warnings that go with it."""

    kind: str
    found_in: str | None
    problems: tuple[str, ...] = ()


def root_kind(root: str, name: FileName) -> str | None:
    """Return what the root element says: ``CTF``, ``CML``, ``CMJ``, ``CME``, ``ATF``, or None for a stranger.

    The root of a CML or CMJ file is not published, so a file whose *name* says CML or CMJ may have any root.
    """
    lower = root.lower()
    if lower in _CTF_ROOTS:
        return "CTF"
    if lower == _ADMISSIONS_ROOT:
        return "ATF"
    if any(word in lower for word in _MISSING_EDUCATION):
        return _missing_education(root) or "CME"
    return name.kind if name.kind in ("CML", "CMJ") else None


def _missing_education(text: str) -> str | None:
    """Return CML or CMJ if a text of the header or the root names one of them."""
    lower = text.lower().replace(" ", "")
    leaver = "cml" in lower or "leaver" in lower
    joiner = "cmj" in lower or "joiner" in lower
    if leaver == joiner:
        return None
    return "CML" if leaver else "CMJ"


def tell_kind(name: FileName, root: str, header: Header, pupils: Sequence[PupilReading], assessed: bool) -> Kind:
    """Return the kind by the file's name, then its header and root, then its content.

    Args:
        name: what the file's name says.
        root: the name of the root element, already known not to be a stranger.
        header: the header as read.
        pupils: the pupils as read.
        assessed: whether there are pupils and each has assessments.
    """
    heading = (header.values.get("DataDescriptor", ""), header.values.get("DocumentName", ""), root)
    header_kind = next((kind for kind in map(_missing_education, heading) if kind), None)
    if name.kind is not None and name.kind != "CTF":
        unlike = header_kind is not None and header_kind != name.kind
        return Kind(name.kind, "name", ("name-header-disagree",) if unlike else ())
    if _only_assessments(header, pupils, assessed):
        return Kind("results", "content")
    if name.kind == "CTF":
        return Kind("CTF", "name", ("name-header-disagree",) if header_kind else ())
    if header_kind is not None:
        return Kind(header_kind, "header")
    hint = _by_content(header, pupils)
    if hint is not None:
        return Kind(hint, "content", ("kind-unsure",))
    if any(word in root.lower() for word in _MISSING_EDUCATION) and root.lower() not in _CTF_ROOTS:
        return Kind("unknown", None, ("kind-unsure",))
    return Kind("CTF", "header")


def _only_assessments(header: Header, pupils: Sequence[PupilReading], assessed: bool) -> bool:
    """Return whether this is a partial file with results: nobody in it leaves, and nobody can be written to."""
    if header.values.get("DocumentQualifier", "").lower() != "partial" or not assessed:
        return False
    return not any(pupil.contacts or pupil.address or _leaves(pupil, header.source) for pupil in pupils)


def _leaves(pupil: PupilReading, source: Mapping[str, str]) -> bool:
    entry = pupil.stay_at(source)
    return entry is not None and entry.tells_of_leaving


def _by_content(header: Header, pupils: Sequence[PupilReading]) -> str | None:
    """Return CML or CMJ for a file addressed to a council, by what the sender's own entries say."""
    if header.destination.get("Estab", "").upper() != COUNCIL or not pupils:
        return None
    entries = [pupil.stay_at(header.source) for pupil in pupils]
    if any(entry is not None and entry.tells_of_leaving for entry in entries):
        return "CML"
    if all(entry is not None and "EntryDate" in entry.values for entry in entries):
        return "CMJ"
    return None


def is_lost(kind: Kind, name: FileName, header: Header, pupils: Sequence[PupilReading], book: GroundBook) -> bool:
    """Return whether this is a lost CTF: nobody knows where at least one of its pupils went (command-line.md 3)."""
    destination = header.destination
    if not destination and name.destination is not None:
        destination = {"LEA": name.destination.lea, "Estab": name.destination.estab}
    nowhere = (
        destination.get("LEA", "").upper() == LOST_LEA
        and destination.get("Estab", LOST_ESTAB).upper() == LOST_ESTAB
        and "SchoolName" not in destination
    )
    if kind.kind != "CTF" or not nowhere or header.source.get("LEA", "").upper() == LOST_LEA:
        return False
    return any(not whereabouts_told(pupil, header.source, book) for pupil in pupils)


def whereabouts_told(pupil: PupilReading, source: Mapping[str, str], book: GroundBook) -> bool:
    """Return whether ground or leaving reason say home education, abroad or death, so that no school is missing."""
    entry = pupil.leaving(source)
    if entry is None:
        return False
    ground = book.ground(entry.ground) if entry.ground else None
    reason = book.leaving_reason(entry.values.get("LeavingReason", ""))
    return bool((ground and ground.destination) or (reason and reason.destination))


def names_disagree(name: FileName, header: Header) -> bool:
    """Return whether the file's name and its header name different senders or receivers."""
    pairs = ((name.source, header.source), (name.destination, header.destination))
    for said, read in pairs:
        if said is None or "LEA" not in read:
            continue
        if said.lea != read["LEA"].upper() or said.estab != read.get("Estab", said.estab).upper():
            return True
    return False


def within_one_school(header: Header) -> bool:
    """Return whether sender and receiver are the same school, so that nobody moves."""
    numbers = [(school.get("LEA"), school.get("Estab")) for school in (header.source, header.destination)]
    return numbers[0] == numbers[1] and None not in numbers[0] and numbers[0][0] != LOST_LEA
