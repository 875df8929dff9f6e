"""The facts of an order process, from its steps, papers, services and approvals.

Each ``OrderStep`` row has the domain's action; its ``data`` holds what only that action has: ``result``,
``expedient``, ``basis``, ``received`` (a date), ``approved``, ``over_number``, ``class_size_prejudice``,
``only_reasonable_school``. A document's ``facts`` hold ``alternatives``, the URNs a section 438 notice offers.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.casework.facts.records import CaseRecords
from cme_desktop.casework.reference.policy import Policy
from cme_desktop.domain.names import real_name
from cme_desktop.domain.order_process import (
    Action,
    Basis,
    Document,
    OrderFacts,
    Paper,
    Parent,
    Result,
    School,
    SchoolKind,
    Settings,
    Step,
)
from cme_desktop.models import document as documents
from cme_desktop.models import reference
from cme_desktop.models.order import OrderStep, Service
from cme_desktop.system import LONDON

PAPERS = frozenset(paper.value for paper in Paper)
NATURAL_PARENTS = frozenset({"PAM", "PAF"})
WAITING = "waiting"


def order_facts(
    session: Session,
    records: CaseRecords,
    policy: Policy,
    *,
    training: bool,
    also: Iterable[str] = (),
    form_confirmed: bool | None = None,
) -> OrderFacts | None:
    """Return what the order process of a case is decided from, None while the date of birth is not known.

    Args:
        also: URNs of further schools that are asked about.
        form_confirmed: whether Legal has confirmed the form of the order, where the caller knows it already.
    """
    episode, child = records.episode, records.child
    if child.dob is None:
        return None
    known = dict(records.schools)
    for urn in set(also) - known.keys():
        school = session.get(reference.School, urn)
        if school is not None:
            known[urn] = school
    steps = [row for process in records.processes for row in records.steps.get(process.id, [])]
    papers = [row for row in records.documents if row.code in PAPERS]
    return OrderFacts(
        dob=child.dob,
        parents=tuple(Parent(row.id, row.may_be_written_to) for row in records.parents if _is_parent(row)),
        in_area=episode.in_area,
        on_roll=episode.on_roll,
        closed=episode.closed_on is not None,
        has_plan=child.has_ehcp,
        plan_school=child.ehcp_school_urn,
        schools=tuple(_school(row, records, steps) for row in known.values()),
        documents=tuple(_document(row, records) for row in papers),
        steps=tuple(_step(row) for row in steps),
        direction_pending=bool(_last([row.data for row in steps], "direction_pending")),
        direction=next((row.data["direction"] for row in reversed(steps) if row.data.get("direction")), None),
        form_confirmed=_form_confirmed(session) if form_confirmed is None else form_confirmed,
        training=training,
        settings=Settings(
            policy.days("order.extra-days"),
            policy.yes("order.wait-for-school"),
            policy.yes("order.academy-must-agree"),
        ),
    )


def has_order(records: CaseRecords) -> bool:
    """Say whether an order process has begun, or a paper of it was drafted."""
    return bool(records.processes) or any(row.code in PAPERS for row in records.documents)


def _is_parent(row: Any) -> bool:
    """Say whether an adult is a parent in the sense of section 576: mother, father, responsible for or caring."""
    by_law = row.relationship_code in NATURAL_PARENTS or row.parental_responsibility or row.has_care
    return bool(by_law and (real_name(row.surname) or real_name(row.forename)))


def _school(row: reference.School, records: CaseRecords, steps: list[OrderStep]) -> School:
    about = [step.data for step in steps if step.school_urn == row.urn]
    excluded = any(
        stay.school_urn == row.urn and stay.ground in ("2024:9(1)(o)", "2006:8(1)(m)") for stay in records.registrations
    )
    return School(
        urn=row.urn,
        kind=_kind(row.sector),
        council_admits=row.admission_authority == "council",
        over_number=_last(about, "over_number"),
        class_size_prejudice=_last(about, "class_size_prejudice"),
        permanently_excluded=excluded,
        closed=row.status == "closed",
        only_reasonable_school=bool(_last(about, "only_reasonable_school")),
    )


def _kind(sector: str) -> SchoolKind:
    return SchoolKind(sector) if sector in SchoolKind.__members__.values() else SchoolKind.OTHER


def _last(rows: list[dict[str, Any]], name: str) -> Any:
    return next((row[name] for row in reversed(rows) if row.get(name) is not None), None)


def _document(row: documents.Document, records: CaseRecords) -> Document:
    served = [service for service in records.services.get(row.id, []) if _for(service, row)]
    last = served[-1] if served else None
    waits = any(item.document_id == row.id and item.decision == WAITING for item in records.approvals)
    return Document(
        code=Paper(row.code),
        parent=row.parent_id,
        urn=row.school_urn,
        issued_on=_day(row.issued_at),
        waits_for_approval=waits,
        served_on=last.deemed_on if last else None,
        printed_last_day=row.printed_last_day,
        defective=bool(last and last.defective),
        returned=bool(last and last.returned_on) or row.returned_on is not None,
        alternatives=tuple(str(urn) for urn in row.facts.get("alternatives", ())),
    )


def _for(service: Service, row: documents.Document) -> bool:
    return service.parent_id is None or service.parent_id == row.parent_id


def _day(at: datetime | None) -> date | None:
    return None if at is None else at.astimezone(LONDON).date()


def _step(row: OrderStep) -> Step:
    data = row.data
    return Step(
        action=Action(row.action),
        on=row.on_day,
        parent=row.parent_id,
        urn=row.school_urn,
        result=Result(data["result"]) if data.get("result") else None,
        expedient=data.get("expedient"),
        basis=Basis(data["basis"]) if data.get("basis") else None,
        received=date.fromisoformat(data["received"]) if data.get("received") else None,
        approved=bool(data.get("approved")),
    )


def _form_confirmed(session: Session) -> bool:
    """Say whether Legal has confirmed the newest shipped form of the order."""
    newest = session.scalar(
        select(reference.TemplateVersion.version)
        .where(reference.TemplateVersion.document_code == Paper.ORDER.value)
        .order_by(reference.TemplateVersion.id.desc())
        .limit(1)
    )
    return newest is not None and (
        session.scalar(
            select(reference.ConfirmedForm.id)
            .where(
                reference.ConfirmedForm.document_code == Paper.ORDER.value,
                reference.ConfirmedForm.template_version == newest,
            )
            .limit(1)
        )
        is not None
    )
