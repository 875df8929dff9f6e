"""Read the rows that the facts of many cases are made from, a table at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cme_desktop.models.base import Base
from cme_desktop.models.child import Child, SchoolRegistration
from cme_desktop.models.document import Document
from cme_desktop.models.episode import Episode, EpisodeStatus, Parent, Referral
from cme_desktop.models.order import Approval, OrderProcess, OrderStep, Service
from cme_desktop.models.reference import School
from cme_desktop.models.timeline import Enquiry, RiskAnswer, RiskAssessment, RiskResponse, Task

BATCH = 500
Row = TypeVar("Row", bound=Base)


@dataclass
class CaseRecords:
    """The rows of one case, each list in the order in which it was made."""

    episode: Episode
    child: Child
    referrals: list[Referral] = field(default_factory=list)
    parents: list[Parent] = field(default_factory=list)
    registrations: list[SchoolRegistration] = field(default_factory=list)
    statuses: list[EpisodeStatus] = field(default_factory=list)
    enquiries: list[Enquiry] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    assessments: list[RiskAssessment] = field(default_factory=list)
    answers: dict[int, list[RiskAnswer]] = field(default_factory=dict)
    responses: dict[int, list[RiskResponse]] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)
    services: dict[int, list[Service]] = field(default_factory=dict)
    processes: list[OrderProcess] = field(default_factory=list)
    steps: dict[int, list[OrderStep]] = field(default_factory=dict)
    approvals: list[Approval] = field(default_factory=list)
    schools: dict[str, School] = field(default_factory=dict)


def records_of(session: Session, episodes: Sequence[Episode]) -> list[CaseRecords]:
    """Return the rows of some cases, in the order given; a few queries for each 500 cases."""
    found: list[CaseRecords] = []
    for start in range(0, len(episodes), BATCH):
        found += _read(session, episodes[start : start + BATCH])
    return found


def _read(session: Session, episodes: Sequence[Episode]) -> list[CaseRecords]:
    ids = [episode.id for episode in episodes]
    children = {row.id: row for row in _in(session, Child, Child.id, [episode.child_id for episode in episodes])}
    cases = {episode.id: CaseRecords(episode, children[episode.child_id]) for episode in episodes}
    for case_id, referral in _by(session, Referral, Referral.episode_id, ids):
        cases[case_id].referrals.append(referral)
    for case_id, parent in _by(session, Parent, Parent.episode_id, ids):
        cases[case_id].parents.append(parent)
    now = EpisodeStatus.superseded_at.is_(None)
    for case_id, status in _by(session, EpisodeStatus, EpisodeStatus.episode_id, ids, now):
        cases[case_id].statuses.append(status)
    for case_id, enquiry in _by(session, Enquiry, Enquiry.episode_id, ids):
        cases[case_id].enquiries.append(enquiry)
    for case_id, task in _by(session, Task, Task.episode_id, ids):
        cases[case_id].tasks.append(task)
    for case_id, approval in _by(session, Approval, Approval.episode_id, ids):
        cases[case_id].approvals.append(approval)
    _read_stays(session, cases)
    _read_risk(session, cases)
    _read_papers(session, cases)
    _read_schools(session, cases)
    return list(cases.values())


def _read_stays(session: Session, cases: dict[int, CaseRecords]) -> None:
    of_child: dict[int, list[CaseRecords]] = defaultdict(list)
    for case in cases.values():
        of_child[case.child.id].append(case)
    now = SchoolRegistration.superseded_at.is_(None)
    for child_id, stay in _by(session, SchoolRegistration, SchoolRegistration.child_id, list(of_child), now):
        for case in of_child[child_id]:
            case.registrations.append(stay)


def _read_risk(session: Session, cases: dict[int, CaseRecords]) -> None:
    owner: dict[int, CaseRecords] = {}
    for case_id, assessment in _by(session, RiskAssessment, RiskAssessment.episode_id, list(cases)):
        cases[case_id].assessments.append(assessment)
        owner[assessment.id] = cases[case_id]
    for version, answer in _by(session, RiskAnswer, RiskAnswer.assessment_id, list(owner)):
        owner[version].answers.setdefault(version, []).append(answer)
    for version, response in _by(session, RiskResponse, RiskResponse.assessment_id, list(owner)):
        owner[version].responses.setdefault(version, []).append(response)


def _read_papers(session: Session, cases: dict[int, CaseRecords]) -> None:
    papers: dict[int, CaseRecords] = {}
    kept = Document.state != "withdrawn"
    for case_id, document in _by(session, Document, Document.episode_id, list(cases), kept):
        cases[case_id].documents.append(document)
        papers[document.id] = cases[case_id]
    for document_id, service in _by(session, Service, Service.document_id, list(papers)):
        papers[document_id].services.setdefault(document_id, []).append(service)
    runs: dict[int, CaseRecords] = {}
    for case_id, process in _by(session, OrderProcess, OrderProcess.episode_id, list(cases)):
        cases[case_id].processes.append(process)
        runs[process.id] = cases[case_id]
    stands = OrderStep.withdrawn_at.is_(None)
    for process_id, step in _by(session, OrderStep, OrderStep.process_id, list(runs), stands):
        runs[process_id].steps.setdefault(process_id, []).append(step)


def _read_schools(session: Session, cases: dict[int, CaseRecords]) -> None:
    wanted = {case.episode.id: _urns(case) for case in cases.values()}
    found = {row.urn: row for row in _in(session, School, School.urn, sorted(set().union(*wanted.values())))}
    for case_id, urns in wanted.items():
        cases[case_id].schools = {urn: found[urn] for urn in sorted(urns) if urn in found}


def _urns(case: CaseRecords) -> set[str]:
    urns = {row.school_urn for rows in case.steps.values() for row in rows}
    urns |= {row.school_urn for row in case.documents} | {row.school_urn for row in case.processes}
    urns |= {case.episode.placed_school_urn, case.child.ehcp_school_urn}
    return {urn for urn in urns if urn}


def _in(session: Session, model: type[Row], column: Any, values: Sequence[Any]) -> list[Row]:
    return list(session.scalars(select(model).where(column.in_(values)))) if values else []


def _by(
    session: Session, model: type[Row], column: Any, values: Sequence[int], *conditions: ColumnElement[bool]
) -> Iterator[tuple[int, Row]]:
    """Give each row with the value of its column, in the order in which the rows were made."""
    if not values:
        return
    key = next(iter(model.__table__.primary_key))
    for row in session.scalars(select(model).where(column.in_(values), *conditions).order_by(key)):
        yield getattr(row, column.key), row
