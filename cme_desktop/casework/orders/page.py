"""What the order process page of a case shows: the law's answer today, every parent's papers, the steps taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.access import Receipt, check_receipt, requires
from cme_desktop.casework.access_log import case_entity
from cme_desktop.casework.documents.letters.council import Council, council_of
from cme_desktop.casework.documents.letters.grounds import ANSWERED
from cme_desktop.casework.documents.letters.sources import CaseSources, sources_of
from cme_desktop.casework.orders.lawful import Lawful, lawful_of
from cme_desktop.casework.rows.lookup import case_of
from cme_desktop.domain.enquiries import Side
from cme_desktop.domain.errors import Refusal
from cme_desktop.domain.names import first_last
from cme_desktop.domain.order_process import Notices, Paper, check_paper
from cme_desktop.domain.order_process.standing import Standing
from cme_desktop.domain.roles import Person, Role
from cme_desktop.models.document import Document
from cme_desktop.models.episode import Parent
from cme_desktop.models.order import Approval, OrderStep, Service
from cme_desktop.models.people import PersonRow
from cme_desktop.models.reference import School
from cme_desktop.storage.store import Store
from cme_desktop.system import LONDON

MAINTAINED = frozenset({"maintained", "special"})
SERVED_PAPERS = (Paper.NOTICE_437, Paper.NOTICE_438, Paper.ORDER)


@dataclass(frozen=True)
class ServedRow:
    """How a paper was served; ``deemed_on`` is the day it counts as served, ``last_day`` none for a defective one."""

    document_id: int
    method: str
    sent_on: date
    deemed_on: date
    last_day: date | None
    printed_last_day: date | None
    defective: bool
    returned_on: date | None
    proof: str
    address: str
    derivation: tuple[str, ...]
    by: str


@dataclass(frozen=True)
class PaperRow:
    """One paper of the order process, or a first enquiry letter, that is drafted or issued."""

    id: int
    code: str
    number: str
    parent_id: int | None
    urn: str | None
    state: str
    approval: str
    asked_by: str
    asked_on: date | None
    refused_because: str
    dated: date
    issued_on: date | None
    printed: bool
    posted_on: date | None
    planned_method: str
    planned_sent_on: date | None
    printed_last_day: date | None
    watermark: str
    alternatives: tuple[str, ...]
    served: ServedRow | None

    @property
    def waits(self) -> bool:
        """Say whether a second person has still to approve it."""
        return self.state == "draft" and self.approval == "waiting"


@dataclass(frozen=True)
class TakenRow:
    """One step that was taken in the present order process."""

    action: str
    on: date
    parent_id: int | None
    urn: str | None
    document_id: int | None
    data: Mapping[str, Any]
    by: str


@dataclass(frozen=True)
class ParentRow:
    """An adult of the case in the order process; ``is_parent`` says whether section 576 makes them one."""

    id: int
    name: str
    relationship: str
    has_care: bool
    responsible: bool
    is_parent: bool
    may_be_written_to: bool
    restriction_reason: str
    address: str
    electronic_address: str
    consent_on: date | None
    replied_on: date | None
    reply: str
    assessed: bool


@dataclass(frozen=True)
class WaitingRow:
    """Something that waits for a second person; ``mine`` says whether this viewer may decide it."""

    id: int
    kind: str
    what: str
    parent_id: int | None
    document_id: int | None
    asked_by: str
    asked_on: date
    reason: str
    mine: bool


@dataclass(frozen=True)
class SchoolLine:
    """A school that the order process has to do with."""

    urn: str
    name: str
    sector: str

    @property
    def is_maintained(self) -> bool:
        """Say whether sections 437(5), 437(6) and 439 bite on it."""
        return self.sector in MAINTAINED


@dataclass(frozen=True)
class OrderPage:
    """Everything that the order process page shows.

    ``refusals`` say by document and parent why the law does not let a notice or order be made today, nothing where it
    does; ``approvals`` are the kinds that a second person approves; ``extra_days`` the council's beyond the law's 15.
    """

    lawful: Lawful
    refusals: Mapping[str, Mapping[int, Refusal | None]]
    child_first: str
    has_plan: bool
    plan_school: str | None
    parents: tuple[ParentRow, ...]
    papers: tuple[PaperRow, ...]
    steps: tuple[TakenRow, ...]
    waiting: tuple[WaitingRow, ...]
    schools: Mapping[str, SchoolLine]
    letters_on: tuple[date, ...]
    visits_on: tuple[date, ...]
    calls: int
    notices_437: Notices
    notices_438: Notices
    not_to_be_served: frozenset[int]
    orders: frozenset[int]
    assessed: bool
    expedient: bool | None
    approvals: frozenset[str]
    extra_days: int
    managers: tuple[str, ...]

    def parent(self, parent_id: int | None) -> ParentRow | None:
        """Return an adult of the case by number."""
        return next((row for row in self.parents if row.id == parent_id), None)

    def last(self, action: str, urn: str | None = None) -> TakenRow | None:
        """Return the latest step of a kind, about one school if asked."""
        found = [row for row in self.steps if row.action == action and urn in (None, row.urn)]
        return found[-1] if found else None

    def papers_of(self, code: str, parent_id: int | None = None) -> tuple[PaperRow, ...]:
        """Return the papers of a kind, for one parent if asked, oldest first."""
        return tuple(row for row in self.papers if row.code == code and parent_id in (None, row.parent_id))

    def school(self, urn: str | None) -> SchoolLine | None:
        """Return a school of the case by its URN."""
        return self.schools.get(urn or "")


_NO_NOTICES = Notices({}, (), (), {})


@requires("ask.case")
def order_page(store: Store, viewer: Person, ref: str, receipt: Receipt) -> OrderPage:
    """Return what the order process page of a case shows; the receipt proves that this look was recorded first."""
    check_receipt(receipt, viewer, case_entity(ref))
    with store.read() as session:
        episode = case_of(session, viewer, ref)
        council = council_of(session, training=store.demonstration)
        sources = sources_of(session, [episode], council)[0]
        today = store.clock.today()
        return _page(session, viewer, sources, council, today)


def _page(session: Session, viewer: Person, sources: CaseSources, council: Council, today: date) -> OrderPage:
    records = sources.records
    people = {number: name for number, name in session.execute(select(PersonRow.id, PersonRow.name))}
    standing = Standing(sources.order, today, council.rules) if sources.order is not None else None
    schools = {**sources.more_schools, **records.schools}
    decisions: dict[int, Approval] = {row.document_id: row for row in records.approvals if row.document_id is not None}
    return OrderPage(
        lawful=lawful_of(viewer, sources, council, today),
        refusals={paper.value: _refusals(sources, council, paper, today) for paper in SERVED_PAPERS},
        child_first=sources.first_name,
        has_plan=records.child.has_ehcp,
        plan_school=records.child.ehcp_school_urn,
        parents=_parents(sources, standing),
        papers=tuple(
            _paper(row, decisions.get(row.id), records.services.get(row.id, []), people) for row in records.documents
        ),
        steps=_steps(sources, standing, people),
        waiting=_waiting(records.approvals, records.documents, people, viewer),
        schools={urn: _school(row) for urn, row in schools.items()},
        letters_on=_letters(records.documents),
        visits_on=_days(row.made_on for row in records.enquiries if _council(row.side) and row.method == "visit"),
        calls=sum(1 for row in records.enquiries if _council(row.side) and row.method == "phone"),
        notices_437=standing.notices_437 if standing else _NO_NOTICES,
        notices_438=standing.notices_438 if standing else _NO_NOTICES,
        not_to_be_served=standing.not_to_be_served if standing else frozenset(),
        orders=frozenset(standing.orders) if standing else frozenset(),
        assessed=standing is not None and standing.assessment is not None,
        expedient=standing.decision.expedient if standing and standing.decision else None,
        approvals=frozenset(council.policy.lines("approval.kinds")),
        extra_days=council.policy.days("order.extra-days"),
        managers=_managers(session, viewer),
    )


def _refusals(sources: CaseSources, council: Council, paper: Paper, today: date) -> dict[int, Refusal | None]:
    """Return why a paper cannot be made for each parent today, None where it can."""
    order = sources.order
    if order is None:
        return {}
    return {one.id: check_paper(order, paper, today, council.rules, parent=one.id) for one in order.parents}


def _managers(session: Session, viewer: Person) -> tuple[str, ...]:
    """Return the names of the people who could decide what this viewer asks for."""
    rows = session.scalars(select(PersonRow).where(PersonRow.id != viewer.id).order_by(PersonRow.id))
    return tuple(row.name for row in rows if Role.MANAGER.value in row.roles and row.active)


def _parents(sources: CaseSources, standing: Standing | None) -> tuple[ParentRow, ...]:
    known = {one.id for one in sources.order.parents} if sources.order is not None else set()
    rows = sorted(sources.records.parents, key=lambda row: (row.id not in known, row.id))
    return tuple(_parent(row, sources, standing, is_parent=row.id in known) for row in rows)


def _parent(row: Parent, sources: CaseSources, standing: Standing | None, *, is_parent: bool) -> ParentRow:
    notice = standing.notices_437.valid.get(row.id) if standing else None
    since = notice.served_on if notice is not None else None
    reply = _reply(sources, row.id, since) if since is not None else None
    lines = [str(line) for line in row.address] + ([row.postcode] if row.postcode else [])
    return ParentRow(
        id=row.id,
        name=first_last(row.forename, row.surname),
        relationship=row.relationship,
        has_care=row.has_care,
        responsible=row.parental_responsibility,
        is_parent=is_parent,
        may_be_written_to=row.may_be_written_to and not row.no_contact,
        restriction_reason=row.restriction_reason,
        address=", ".join(lines),
        electronic_address=row.electronic_address if row.electronic_consent else "",
        consent_on=row.electronic_consent_on if row.electronic_consent else None,
        replied_on=reply[0] if reply is not None else None,
        reply=reply[1] if reply is not None else "",
        assessed=standing is not None and row.id in standing.assessments,
    )


def _reply(sources: CaseSources, parent_id: int, since: date) -> tuple[date, str] | None:
    """Return the newest day since a notice was served on which a parent answered the council, and what was said."""
    found = [
        (row.answered_on or row.made_on, " ".join(row.outcome_detail.split()))
        for row in sources.records.enquiries
        if row.parent_id == parent_id and _council(row.side) and row.outcome in ANSWERED
    ]
    return max((one for one in found if one[0] >= since), default=None)


def _paper(row: Document, approval: Approval | None, services: list[Service], people: Mapping[int, str]) -> PaperRow:
    return PaperRow(
        id=row.id,
        code=row.code,
        number=row.number,
        parent_id=row.parent_id,
        urn=row.school_urn,
        state=row.state,
        approval=approval.decision if approval else "",
        asked_by=people.get(approval.asked_by, "") if approval else "",
        asked_on=_day(approval.asked_at) if approval else None,
        refused_because=approval.reason if approval and approval.decision == "refused" else "",
        dated=row.dated,
        issued_on=_day(row.issued_at) if row.issued_at else None,
        printed=row.printed_at is not None,
        posted_on=row.posted_on,
        planned_method=row.planned_method or "",
        planned_sent_on=row.planned_sent_on,
        printed_last_day=row.printed_last_day,
        watermark=row.watermark,
        alternatives=tuple(str(urn) for urn in row.facts.get("alternatives", ())),
        served=_served(services[-1], people) if services else None,
    )


def _served(row: Service, people: Mapping[int, str]) -> ServedRow:
    return ServedRow(
        document_id=row.document_id,
        method=row.method,
        sent_on=row.sent_on,
        deemed_on=row.deemed_on,
        last_day=row.last_day,
        printed_last_day=row.printed_last_day,
        defective=row.defective,
        returned_on=row.returned_on,
        proof=row.proof,
        address=", ".join(str(line) for line in row.address_used),
        derivation=tuple(row.derivation),
        by=people.get(row.user_id, ""),
    )


def _steps(sources: CaseSources, standing: Standing | None, people: Mapping[int, str]) -> tuple[TakenRow, ...]:
    """Return the steps of the present process: those before a satisfied council belong to an ended one."""
    rows: list[OrderStep] = [
        row for process in sources.records.processes for row in sources.records.steps.get(process.id, [])
    ]
    kept = rows[len(rows) - len(standing.steps) :] if standing else rows
    return tuple(
        TakenRow(
            row.action,
            row.on_day,
            row.parent_id,
            row.school_urn,
            row.document_id,
            dict(row.data),
            people.get(row.user_id, ""),
        )
        for row in kept
    )


def _waiting(
    approvals: list[Approval], documents: list[Document], people: Mapping[int, str], viewer: Person
) -> tuple[WaitingRow, ...]:
    drafters = {row.id: row.drafted_by for row in documents}
    return tuple(
        WaitingRow(
            id=row.id,
            kind=row.kind,
            what=str(row.data.get("what") or row.kind),
            parent_id=row.parent_id,
            document_id=row.document_id,
            asked_by=people.get(row.asked_by, ""),
            asked_on=_day(row.asked_at),
            reason=str(row.data.get("reason", "")),
            mine=viewer.holds(Role.MANAGER) and viewer.id not in (row.asked_by, drafters.get(row.document_id or 0)),
        )
        for row in approvals
        if row.decision == "waiting"
    )


def _school(row: School) -> SchoolLine:
    return SchoolLine(row.urn, row.name, row.sector)


def _letters(documents: list[Document]) -> tuple[date, ...]:
    return _days(_day(row.issued_at) for row in documents if row.code == "L01" and row.issued_at is not None)


def _days(days: Iterable[date]) -> tuple[date, ...]:
    return tuple(sorted(set(days)))


def _council(side: str) -> bool:
    return side == Side.COUNCIL


def _day(at: datetime) -> date:
    return at.astimezone(LONDON).date()
