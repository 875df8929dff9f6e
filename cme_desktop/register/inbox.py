"""The inbox: which files wait, what each pupil in them means, and who in the register each may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from cme_desktop.access import requires
from cme_desktop.domain.errors import NotFound
from cme_desktop.domain.names import first_last
from cme_desktop.domain.roles import Person
from cme_desktop.models.child import Child, ChildIdentifier, ChildName
from cme_desktop.models.episode import Episode, Parent
from cme_desktop.models.intake import FolderFile, MatchCandidate, SourceFile, StagedPupil
from cme_desktop.models.reference import OutcomeCode, Setting
from cme_desktop.register.case_rows import AddressRow, RegistrationRow, address_rows, registration_rows
from cme_desktop.register.periods import current_name, full_name
from cme_desktop.register.visibility import visible, visible_pupil
from cme_desktop.storage.store import Store


@dataclass(frozen=True)
class FileRow:
    """One file that holds pupils still to be decided."""

    id: int
    name: str
    kind: str
    received_at: datetime
    pupils: int
    waiting: int
    same: int
    check: int
    new: int
    problems: tuple[str, ...]
    repairs: tuple[str, ...]
    not_cme: int = 0


@dataclass(frozen=True)
class ProblemRow:
    """One file that could not be read: held encrypted, with a plain reason."""

    id: int
    name: str
    reason: str
    received_at: datetime


@dataclass(frozen=True)
class PupilRow:
    """One pupil of a file that nobody has decided yet, as the tabs name them."""

    id: int
    number: int
    forename: str
    surname: str
    proposed: str
    has_match: bool


@dataclass(frozen=True)
class ReportLine:
    """One thing that reading a file put right or found wrong, with the pupil and the value it is about.

    ``kind`` is ``put-right``, ``set-aside`` or ``look-at``.
    """

    kind: str
    message: str
    pupil: int | None = None
    name: str = ""
    value: str = ""


@dataclass(frozen=True)
class FileReport:
    """What became of one file, line by line (F2)."""

    file_id: int
    name: str
    kind: str
    received_at: datetime
    staged: int
    lines: tuple[ReportLine, ...]


@dataclass(frozen=True)
class CandidateRow:
    """A child of the register who may be the pupil, as the review lays it beside the file."""

    child_id: int
    ref: str | None
    episode_id: int | None
    score: int
    match_class: str
    reasons: tuple[dict[str, Any], ...]
    name: str
    dob: date | None
    sex: str
    upn: str
    upns: tuple[str, ...]
    address: AddressRow | None
    adults: tuple[str, ...]
    last_registration: RegistrationRow | None
    is_open: bool
    closed_on: date | None
    forename: str = ""
    surname: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class ZipFile:
    """The zip that a file came in."""

    name: str
    sha256: str
    kind: str


@dataclass(frozen=True)
class InboxItem:
    """One staged pupil with what the record means and the possible children, best first.

    ``came_in`` is the zip that its file was part of, None for a file that came by itself.
    """

    id: int
    file_id: int
    file_name: str
    file_sha256: str
    file_kind: str
    number: int
    record: dict[str, Any]
    meaning: str
    meaning_code: str
    proposed: str
    decision: str | None
    event_date: date | None
    candidates: tuple[CandidateRow, ...]
    source_school: dict[str, Any] = field(default_factory=dict)
    came_in: ZipFile | None = None


@dataclass(frozen=True)
class InboxPage:
    """The list at the left of the inbox."""

    files: tuple[FileRow, ...]
    problems: tuple[ProblemRow, ...]
    waiting: int
    to_check: int
    not_deleted: tuple[tuple[str, str], ...]
    put_off: int = 0
    keep_days: int = 0


@requires("ask.inbox")
def inbox_page(store: Store, viewer: Person) -> InboxPage:
    """Return the files with pupils to decide, newest first, and the problem files."""
    with store.read() as session:
        files = _file_rows(session, viewer)
        problems = tuple(
            ProblemRow(row.id, row.name, _first_message(row.problems), row.received_at)
            for row in session.scalars(
                select(SourceFile)
                .where(SourceFile.is_problem.is_(True), SourceFile.problem_settled_at.is_(None))
                .order_by(SourceFile.id.desc())
            )
        )
        stuck = tuple(
            (row.path, row.refusal) for row in session.scalars(select(FolderFile).where(FolderFile.refusal != ""))
        )
        put_off = (
            session.scalar(select(func.count()).where(StagedPupil.decision == "later", visible_pupil(viewer))) or 0
        )
        keep = session.get(Setting, "folder.keep-days")
    return InboxPage(
        files=files,
        problems=problems,
        waiting=sum(row.waiting for row in files),
        to_check=sum(row.check for row in files),
        not_deleted=stuck,
        put_off=put_off,
        keep_days=int(keep.value.get("value", 0)) if keep is not None else 0,
    )


def _file_rows(session: Session, viewer: Person) -> tuple[FileRow, ...]:
    proposals: dict[int, dict[str, int]] = {}
    for file_id, proposed, count in session.execute(
        select(StagedPupil.source_file_id, StagedPupil.proposed, func.count())
        .where(StagedPupil.decision.is_(None), visible_pupil(viewer))
        .group_by(StagedPupil.source_file_id, StagedPupil.proposed)
    ):
        proposals.setdefault(file_id, {})[proposed] = count
    totals: dict[int, int] = {
        file_id: count
        for file_id, count in session.execute(
            select(StagedPupil.source_file_id, func.count())
            .where(StagedPupil.source_file_id.in_(proposals), visible_pupil(viewer))
            .group_by(StagedPupil.source_file_id)
        )
    }
    rows = session.scalars(select(SourceFile).where(SourceFile.id.in_(proposals)).order_by(SourceFile.id.desc()))
    return tuple(
        FileRow(
            id=row.id,
            name=row.name,
            kind=row.kind,
            received_at=row.received_at,
            pupils=totals.get(row.id, 0),
            waiting=sum(proposals[row.id].values()),
            same=proposals[row.id].get("match", 0),
            check=proposals[row.id].get("later", 0),
            new=proposals[row.id].get("new", 0),
            not_cme=proposals[row.id].get("not-cme", 0),
            problems=tuple(entry.get("message", "") for entry in row.problems),
            repairs=tuple(entry.get("message", "") for entry in row.repairs),
        )
        for row in rows
    )


def _first_message(problems: list[Any]) -> str:
    errors = [entry for entry in problems if entry.get("severity") == "error"] or problems
    return str(errors[0].get("message", "")) if errors else "It could not be read. It is held safely and not used."


@requires("ask.inbox")
def file_pupils(store: Store, viewer: Person, file_id: int) -> tuple[PupilRow, ...]:
    """Return the pupils of one file that nobody has decided yet, without what each is compared with."""
    with store.read() as session:
        return _pupil_rows(session, StagedPupil.source_file_id == file_id, visible_pupil(viewer))


@requires("ask.inbox")
def same_children(store: Store, viewer: Person) -> tuple[int, ...]:
    """Return the pupils of all files who are proposed as certainly the same child, oldest first."""
    with store.read() as session:
        waiting = (StagedPupil.decision.is_(None), StagedPupil.proposed == "match", visible_pupil(viewer))
        certain = MatchCandidate.match_class == "certain"
        return tuple(
            session.scalars(
                select(StagedPupil.id)
                .join(MatchCandidate, (MatchCandidate.staged_id == StagedPupil.id) & (MatchCandidate.rank == 1))
                .where(*waiting, certain)
                .order_by(StagedPupil.id)
            )
        )


@requires("ask.inbox")
def held_files(store: Store, viewer: Person, file_ids: Sequence[int]) -> frozenset[int]:
    """Return which of some files the register holds: one whose import was undone is gone."""
    with store.read() as session:
        return frozenset(session.scalars(select(SourceFile.id).where(SourceFile.id.in_(file_ids))))


def _pupil_rows(session: Session, *conditions: ColumnElement[bool]) -> tuple[PupilRow, ...]:
    text = func.json_extract
    matched = select(MatchCandidate.id).where(MatchCandidate.staged_id == StagedPupil.id).exists()
    rows = session.execute(
        select(
            StagedPupil.id,
            StagedPupil.number,
            text(StagedPupil.record, "$.Forename"),
            text(StagedPupil.record, "$.Surname"),
            StagedPupil.proposed,
            matched,
        )
        .where(*conditions, StagedPupil.decision.is_(None))
        .order_by(StagedPupil.id)
    )
    return tuple(
        PupilRow(number, place, forename or "", surname or "", proposed, bool(has_match))
        for number, place, forename, surname, proposed, has_match in rows
    )


@requires("ask.inbox")
def file_report(store: Store, viewer: Person, file_id: int) -> FileReport:
    """Return what reading a file put right, set aside and wants looked at; raise NotFound if there is no such file."""
    with store.read() as session:
        file = session.get(SourceFile, file_id)
        if file is None:
            raise NotFound("This file is not in the register. Look at the inbox again.", code="file-unknown")
        names: dict[int, str] = {}
        hidden: set[int] = set()
        for number, forename, surname, shown in session.execute(
            select(
                StagedPupil.number,
                func.json_extract(StagedPupil.record, "$.Forename"),
                func.json_extract(StagedPupil.record, "$.Surname"),
                visible_pupil(viewer),
            ).where(StagedPupil.source_file_id == file_id)
        ):
            if shown:
                names[number] = first_last(forename or "", surname or "")
            else:
                hidden.add(number)
    lines = [ReportLine("put-right", str(entry.get("message", ""))) for entry in file.repairs]
    for entry in file.problems:
        number = entry.get("pupil")
        if number in hidden:
            continue
        kind = "set-aside" if entry.get("severity") == "error" else "look-at"
        words, value = str(entry.get("message", "")), str(entry.get("value") or "")
        lines.append(ReportLine(kind, words, number, names.get(number, "") if number else "", value))
    return FileReport(file.id, file.name, file.kind, file.received_at, len(names), tuple(lines))


@requires("ask.inbox")
def file_items(store: Store, viewer: Person, file_id: int) -> tuple[InboxItem, ...]:
    """Return the pupils of one file that nobody has decided yet, with their possible children."""
    with store.read() as session:
        return _items(session, viewer, StagedPupil.source_file_id == file_id, StagedPupil.decision.is_(None))


@requires("ask.inbox")
def waiting_items(store: Store, viewer: Person) -> tuple[InboxItem, ...]:
    """Return every staged pupil that nobody has decided yet, oldest first."""
    with store.read() as session:
        return _items(session, viewer, StagedPupil.decision.is_(None))


@requires("ask.inbox")
def inbox_item(store: Store, viewer: Person, item_id: int) -> InboxItem:
    """Return one staged pupil; raise NotFound if there is none with this number."""
    with store.read() as session:
        found = _items(session, viewer, StagedPupil.id == item_id)
    if not found:
        raise NotFound(f"The inbox holds no item {item_id}. Look at the inbox again.", code="item-unknown")
    return found[0]


def _items(session: Session, viewer: Person, *conditions: Any) -> tuple[InboxItem, ...]:
    whole = aliased(SourceFile)
    staged = session.execute(
        select(StagedPupil, SourceFile, whole)
        .join(SourceFile, SourceFile.id == StagedPupil.source_file_id)
        .outerjoin(whole, whole.id == SourceFile.part_of_id)
        .where(*conditions, visible_pupil(viewer))
        .order_by(StagedPupil.id)
    ).all()
    ids = [pupil.id for pupil, _, _ in staged]
    candidates = _candidates(session, viewer, ids)
    return tuple(
        InboxItem(
            id=pupil.id,
            file_id=file.id,
            file_name=file.name,
            file_sha256=file.sha256,
            file_kind=file.kind,
            number=pupil.number,
            record=pupil.record,
            meaning=pupil.meaning,
            meaning_code=pupil.meaning_code,
            proposed=pupil.proposed,
            decision=pupil.decision,
            event_date=pupil.event_date,
            candidates=candidates.get(pupil.id, ()),
            source_school=dict(file.source_school),
            came_in=ZipFile(zipped.name, zipped.sha256, zipped.kind) if zipped is not None else None,
        )
        for pupil, file, zipped in staged
    )


def _candidates(session: Session, viewer: Person, staged_ids: list[int]) -> dict[int, tuple[CandidateRow, ...]]:
    found: dict[int, list[CandidateRow]] = {}
    for start in range(0, len(staged_ids), 500):
        part = staged_ids[start : start + 500]
        statement = (
            select(MatchCandidate, Child, ChildName, Episode)
            .join(Child, Child.id == MatchCandidate.child_id)
            .outerjoin(ChildName, current_name())
            .outerjoin(Episode, Episode.id == MatchCandidate.episode_id)
            .where(MatchCandidate.staged_id.in_(part), visible(viewer))
            .order_by(MatchCandidate.staged_id, MatchCandidate.rank)
        )
        for candidate, child, name, episode in session.execute(statement).all():
            found.setdefault(candidate.staged_id, []).append(_candidate(session, candidate, child, name, episode))
    return {key: tuple(rows) for key, rows in found.items()}


def _candidate(
    session: Session, candidate: MatchCandidate, child: Child, name: ChildName | None, episode: Episode | None
) -> CandidateRow:
    places = address_rows(session, child.id)
    schools = registration_rows(session, child.id)
    upns = tuple(
        session.scalars(
            select(ChildIdentifier.value)
            .where(ChildIdentifier.child_id == child.id, ChildIdentifier.scheme == "upn")
            .order_by(ChildIdentifier.is_current.desc(), ChildIdentifier.id.desc())
        )
    )
    adults: tuple[str, ...] = ()
    if episode is not None:
        adults = tuple(
            " ".join(part for part in (adult.forename, adult.surname) if part)
            + (f", {adult.relationship}" if adult.relationship else "")
            for adult in session.scalars(select(Parent).where(Parent.episode_id == episode.id).order_by(Parent.id))
        )
    return CandidateRow(
        child_id=child.id,
        ref=episode.ref if episode else None,
        episode_id=episode.id if episode else None,
        score=candidate.score,
        match_class=candidate.match_class,
        reasons=tuple(candidate.reasons),
        name=full_name(name),
        dob=child.dob,
        sex=child.sex,
        upn=upns[0] if upns else "",
        upns=upns,
        address=places[0] if places else None,
        adults=adults,
        last_registration=schools[0] if schools else None,
        is_open=episode is not None and episode.closed_on is None,
        closed_on=episode.closed_on if episode else None,
        forename=name.forename if name else "",
        surname=name.surname if name else "",
        outcome=_outcome_label(session, episode.outcome) if episode and episode.outcome else "",
    )


def _outcome_label(session: Session, code: str) -> str:
    row = session.get(OutcomeCode, code)
    return row.label if row else code
