"""Read one file that may be an S2S file: bytes in, what it holds and what is wrong with it out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from cme_desktop import shipped
from cme_desktop.importers.content import is_read_as_s2s
from cme_desktop.importers.limits import LIMITS, ZIP_LIMITS, Limits, ZipLimits
from cme_desktop.importers.result import Problem, Severity
from cme_desktop.importers.s2s import words
from cme_desktop.importers.s2s.archive import Member, is_zip, open_zip
from cme_desktop.importers.s2s.checks import Context, pupil_problems, shared_upns
from cme_desktop.importers.s2s.elements import is_variant
from cme_desktop.importers.s2s.grounds import with_grounds
from cme_desktop.importers.s2s.header import Header, read_header
from cme_desktop.importers.s2s.kind import Kind, is_lost, names_disagree, root_kind, tell_kind, within_one_school
from cme_desktop.importers.s2s.names import FileName, base_name, read_name
from cme_desktop.importers.s2s.pupil import read_pupil
from cme_desktop.importers.s2s.reading import FileReading, PupilReading
from cme_desktop.importers.s2s.refusal import refused
from cme_desktop.importers.s2s.repair import Prepared, escape_references, prepare
from cme_desktop.importers.s2s.unused import Unused
from cme_desktop.importers.untrusted import Found, Node, Refused, parse_untrusted

_ROOT, _PUPIL_DATA = "CTfile", "CTFpupilData"


@dataclass
class _Document:
    """What one pass over the file gathers."""

    root: Node | None = None
    header: Node | None = None
    pupils: list[PupilReading] = field(default_factory=list)
    repairs: set[str] = field(default_factory=set)
    unused: Unused = field(default_factory=Unused)
    assessed: int = 0


def inspect_bytes(
    data: bytes, name: str, today: date, limits: Limits = LIMITS, zip_limits: ZipLimits = ZIP_LIMITS
) -> FileReading:
    """Read a file's bytes as S2S: a CTF, CML or CMJ file, or a zip of them. Never raises for what the bytes hold.

    Args:
        data: the whole file, read once.
        name: the file's name, with or without a path.
        today: the legal date, for dates of birth in the future and ages.
        limits: how much of the XML is read before the file is refused.
        zip_limits: how much of a zip is unpacked before it is refused.

    Returns:
        The reading with status ``read``, ``partial``, ``refused`` or ``ignored`` (command-line.md 3).
    """
    if len(data) > limits.bytes:
        return refused(data, name, words.refusal("too-large"))
    if is_zip(data):
        return _inspect_zip(data, name, today, limits, zip_limits)
    return _inspect_xml(data, name, today, limits)


def _inspect_zip(data: bytes, name: str, today: date, limits: Limits, zip_limits: ZipLimits) -> FileReading:
    opened = open_zip(data, zip_limits)
    if opened.refusals:
        problems = [_zip_refusal(code) for code in opened.refusals]
        return refused(data, name, *problems, kind="other" if "office" in opened.refusals else "zip")
    members = tuple(_inspect_member(member, name, today, limits) for member in opened.members)
    return FileReading(
        name=base_name(name),
        path=name,
        sha256=hashlib.sha256(data).hexdigest(),
        status=_status_of_zip(members),
        kind="zip",
        kind_from="content",
        is_s2s=opened.only_transfer_files and all(member.is_s2s for member in members),
        members=members,
    )


def _zip_refusal(code: str) -> Problem:
    return words.special(code) if code in ("office", "damaged-zip") else words.refusal(code)


def _inspect_member(member: Member, name: str, today: date, limits: Limits) -> FileReading:
    if member.data is None:
        reading = refused(b"", member.name, words.special("damaged-zip"))
    else:
        reading = _inspect_xml(member.data, member.name, today, limits)
    return replace(reading, path=f"{name}/{member.name}")


def _status_of_zip(members: Sequence[FileReading]) -> str:
    statuses = {member.status for member in members}
    if statuses <= {"read", "ignored"}:
        return "read"
    return "refused" if statuses == {"refused"} else "partial"


def _inspect_xml(data: bytes, name: str, today: date, limits: Limits) -> FileReading:
    said = read_name(name)
    try:
        document = _read(prepare(data), said, limits)
    except Refused as refusal:
        return refused(data, name, words.refusal(refusal.code))
    reading = FileReading(
        name=base_name(name),
        path=name,
        sha256=hashlib.sha256(data).hexdigest(),
        status="ignored",
        kind="ATF",
        kind_from="name" if said.kind == "ATF" else "header",
        problems=(words.special("admissions"),),
    )
    if document.root is None:
        return replace(reading, is_s2s=True)
    return _reading(reading, document, document.root, said, today)


def _read(prepared: Prepared, said: FileName, limits: Limits) -> _Document:
    """Gather the document; if it is not well-formed and references can be mended, gather it again."""
    try:
        return _gather(prepared, said, limits)
    except Refused as refusal:
        mended = escape_references(prepared) if refusal.code in ("not-xml", "truncated") else None
        if mended is None:
            raise
    return _gather(mended, said, limits)


def _gather(prepared: Prepared, said: FileName, limits: Limits) -> _Document:
    """Read the document once; an admissions file is recognised by its root and not read further."""
    document = _Document(repairs=set(prepared.repairs))
    for found in parse_untrusted(prepared.data, _is_record, limits):
        if not found.whole:
            if len(found.path) == 1:
                kind = root_kind(found.node.name, said)
                if kind is None:
                    raise Refused("root-unknown")
                if kind == "ATF":
                    return document
                _take_root(document, found.node)
            else:
                _pass_by(document, found)
        elif found.path[-1].lower() == "pupil":
            _take_pupil(document, found)
        elif document.header is None:
            document.header = found.node
    return document


def _is_record(path: tuple[str, ...]) -> bool:
    """Return whether an element comes whole: a pupil wherever it stands, and the header under the root."""
    last = path[-1].lower()
    return (last == "pupil" and len(path) > 1) or (last == "header" and len(path) == 2)


def _take_root(document: _Document, node: Node) -> None:
    document.root = node
    if node.name != _ROOT:
        document.repairs.add("root-name")
    if node.foreign:
        document.repairs.add("element-name")


def _pass_by(document: _Document, found: Found) -> None:
    """Note an element around the pupils; any other is one that was not used."""
    lower = found.node.name.lower()
    if len(found.path) == 2 and lower in (_PUPIL_DATA.lower(), "pupils"):
        if lower == _PUPIL_DATA.lower() and is_variant(found.node.name, _PUPIL_DATA, foreign=found.node.foreign):
            document.repairs.add("element-name")
    else:
        document.unused.note("/".join(found.path))


def _take_pupil(document: _Document, found: Found) -> None:
    if len(found.path) != 3 or found.path[1].lower() != _PUPIL_DATA.lower():
        document.repairs.add("pupil-place")
    result = read_pupil(found.node, len(document.pupils) + 1)
    document.pupils.append(result.pupil)
    document.repairs |= result.repairs
    document.assessed += any(child.name.lower() == "stageassessments" for child in found.node.children)
    document.unused.note_within(found.node, "/".join(found.path))


def _reading(frame: FileReading, document: _Document, root: Node, said: FileName, today: date) -> FileReading:
    """Put together what was gathered, and check it."""
    header = read_header(root, document.header)
    if document.header is not None:
        document.unused.note_within(document.header, f"{root.name}/{document.header.name}")
    book = shipped.grounds()
    pupils = [with_grounds(pupil, book) for pupil in document.pupils]
    assessed = bool(pupils) and document.assessed == len(pupils)
    kind = tell_kind(said, root.name, header, pupils, assessed)
    lost = is_lost(kind, said, header, pupils, book)
    repairs = document.repairs | header.repairs | ({"name-damaged"} if said.damaged else set())
    problems = _file_problems(kind, header, said, lost=lost and len(pupils) > 1)
    context = Context(kind.kind, header, today, shared_upns(pupils), book)
    checked: list[PupilReading] = []
    for pupil in pupils:
        found = pupil_problems(pupil, context)
        problems += found
        checked.append(replace(pupil, problems=tuple(dict.fromkeys(problem.code for problem in found))))
    return replace(
        frame,
        status="partial" if any(problem.severity is Severity.ERROR for problem in problems) else "read",
        kind=kind.kind,
        kind_from=kind.found_in,
        lost=lost,
        is_s2s=is_read_as_s2s(root.name, header, pupils),
        version=header.version,
        version_as_written=header.version_as_written,
        qualifier=header.values.get("DocumentQualifier"),
        descriptor=header.values.get("DataDescriptor"),
        supplier=header.values.get("SupplierID"),
        made_at=header.values.get("DateTime"),
        source=header.source,
        destination=header.destination,
        records=tuple(checked),
        repairs=tuple(words.repair(code) for code in words.REPAIRS if code in repairs),
        problems=tuple(problems),
        unused_elements=document.unused.paths,
    )


def _file_problems(kind: Kind, header: Header, said: FileName, *, lost: bool) -> list[Problem]:
    """Return what is wrong with the file as a whole."""
    codes = list(kind.problems)
    if names_disagree(said, header) and "name-header-disagree" not in codes:
        codes.append("name-header-disagree")
    if kind.kind == "other":
        codes.append("kind-unsure")
    if header.version_as_written is None:
        codes.append("version-missing")
    elif not header.version_known:
        codes.append("version-unknown")
    if lost:
        codes.append("lost-several-pupils")
    problems = [words.problem(code) for code in codes]
    if kind.kind == "results":
        problems.append(words.problem("not-a-move"))
    elif within_one_school(header):
        problems.append(words.special("same-school"))
    return problems
