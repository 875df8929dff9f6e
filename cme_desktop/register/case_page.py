"""One case, as its page and its tabs show it; every function asks for the receipt of the recorded look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from cme_desktop.access import Receipt, check_receipt, requires
from cme_desktop.domain.errors import NotFound
from cme_desktop.domain.roles import Person
from cme_desktop.domain.school_age import age_on, year_group
from cme_desktop.models.child import Child, ChildIdentifier, ChildName, SiblingLink
from cme_desktop.models.episode import Episode, Referral
from cme_desktop.models.people import PersonRow
from cme_desktop.models.reference import OutcomeCode, StatusCode
from cme_desktop.models.timeline import Enquiry, Event, RiskAnswer, RiskAssessment
from cme_desktop.register.case_rows import (
    AddressRow,
    AdultRow,
    DocumentRow,
    EnquiryRow,
    EventRow,
    RegistrationRow,
    SiblingRow,
    TaskRow,
    address_rows,
    adult_rows,
    document_rows,
    enquiry_rows,
    registration_rows,
    task_rows,
)
from cme_desktop.register.periods import current_name, full_name
from cme_desktop.register.visibility import visible
from cme_desktop.storage.store import Store

REVIEW_DAYS = 28


def entity_of(ref: str) -> str:
    """Return the name under which looks at a case are recorded."""
    return f"case:{ref}"


@dataclass(frozen=True)
class CaseHead:
    """The identity bar of a case."""

    episode_id: int
    ref: str
    child_id: int
    forename: str
    surname: str
    preferred: str
    other_script: str
    dob: date | None
    age: int | None
    year: str
    sex: str
    upn: str
    status: str
    status_label: str
    pathway: str
    is_open: bool
    risk: str
    risk_answered: int
    restricted: bool
    has_ehcp: bool
    last_school: str
    off_roll_on: date | None
    address: str
    opened_on: date
    closed_on: date | None
    missing_since: date | None
    days: int
    review_on: date | None
    outcome_label: str
    waiting_on: str
    owner: str
    placed_school_urn: str = ""


@dataclass(frozen=True)
class CasePage:
    """What the case page shows before any tab is chosen."""

    head: CaseHead
    tasks: tuple[TaskRow, ...]
    adults: tuple[AdultRow, ...]
    siblings: tuple[SiblingRow, ...]
    documents: tuple[DocumentRow, ...]
    events: tuple[EventRow, ...]
    event_count: int
    enquiry_count: int
    previous_cases: tuple[tuple[str, date, date | None], ...]
    referrer: str


EVENT_GROUPS: dict[str, tuple[str, ...]] = {
    "contact": ("enquiry", "contact", "reply"),
    "decision": ("decision", "status", "risk", "order", "approval", "opened", "closed"),
    "file": ("file",),
    "letter": ("letter", "document", "service"),
}


def find_episode(session: Session, viewer: Person, ref: str) -> tuple[Episode, Child]:
    """Return a case and its child; raise NotFound where there is none that this viewer may see."""
    row = session.execute(
        select(Episode, Child)
        .join(Child, Child.id == Episode.child_id)
        .where(Episode.ref == ref.strip().upper(), visible(viewer))
    ).first()
    if row is None:
        raise NotFound(f"No case has the reference {ref}. Look it up by name in the register.", code="case-unknown")
    return row[0], row[1]


@requires("ask.case")
def case_page(store: Store, viewer: Person, ref: str, receipt: Receipt, *, events: int = 40) -> CasePage:
    """Return a case's page; the receipt proves that this look was recorded first (design.md 4)."""
    check_receipt(receipt, viewer, entity_of(ref))
    today = store.clock.today()
    with store.read() as session:
        episode, child = find_episode(session, viewer, ref)
        adults = adult_rows(session, episode.id)
        return CasePage(
            head=case_head(session, episode, child, today),
            tasks=task_rows(session, episode.id),
            adults=adults,
            siblings=_siblings(session, viewer, child.id),
            documents=document_rows(session, episode.id),
            events=_events(session, episode.id, None, events, None),
            event_count=_count(session, Event, episode.id),
            enquiry_count=_count(session, Enquiry, episode.id),
            previous_cases=_previous(session, episode),
            referrer=_referrer(session, episode.id),
        )


@requires("ask.case")
def timeline(
    store: Store,
    viewer: Person,
    ref: str,
    receipt: Receipt,
    *,
    group: str = "",
    before: EventRow | None = None,
    limit: int = 60,
) -> tuple[EventRow, ...]:
    """Return events of a case newest first, of one group or all, before another event."""
    check_receipt(receipt, viewer, entity_of(ref))
    with store.read() as session:
        episode, _ = find_episode(session, viewer, ref)
        return _events(session, episode.id, EVENT_GROUPS.get(group), limit, before)


@requires("ask.case")
def enquiries(store: Store, viewer: Person, ref: str, receipt: Receipt) -> tuple[EnquiryRow, ...]:
    """Return the enquiries of a case, the school's and the council's, newest first."""
    check_receipt(receipt, viewer, entity_of(ref))
    with store.read() as session:
        episode, _ = find_episode(session, viewer, ref)
        return enquiry_rows(session, episode.id)


@requires("ask.case")
def addresses(store: Store, viewer: Person, ref: str, receipt: Receipt) -> tuple[AddressRow, ...]:
    """Return where the child lives and lived, newest first."""
    check_receipt(receipt, viewer, entity_of(ref))
    with store.read() as session:
        _, child = find_episode(session, viewer, ref)
        return address_rows(session, child.id)


@requires("ask.case")
def registrations(store: Store, viewer: Person, ref: str, receipt: Receipt) -> tuple[RegistrationRow, ...]:
    """Return the schools whose registers hold or held the child, newest first."""
    check_receipt(receipt, viewer, entity_of(ref))
    with store.read() as session:
        _, child = find_episode(session, viewer, ref)
        return registration_rows(session, child.id)


def case_head(session: Session, episode: Episode, child: Child, today: date) -> CaseHead:
    """Build the identity bar of a case inside an open read."""
    names = session.scalars(
        select(ChildName).where(
            ChildName.child_id == child.id, ChildName.valid_to.is_(None), ChildName.superseded_at.is_(None)
        )
    ).all()
    by_kind = {name.kind: name for name in names}
    legal = by_kind.get("legal")
    places = address_rows(session, child.id)
    schools = registration_rows(session, child.id)
    left = next((row for row in schools if row.leaving_date is not None), None)
    answered, rating_open = _risk_progress(session, episode.id)
    end = episode.closed_on or today
    return CaseHead(
        episode_id=episode.id,
        ref=episode.ref,
        child_id=child.id,
        forename=legal.forename if legal else "",
        surname=legal.surname if legal else "",
        preferred=full_name(by_kind.get("preferred")),
        other_script=full_name(by_kind.get("other-script")),
        dob=child.dob,
        age=age_on(child.dob, today) if child.dob else None,
        year=(year_group(child.dob, today) or "") if child.dob else "",
        sex=child.sex,
        upn=_current_upn(session, child.id),
        status=episode.status,
        status_label=session.scalar(select(StatusCode.label).where(StatusCode.code == episode.status)) or "",
        pathway=episode.pathway,
        is_open=episode.closed_on is None,
        risk="not-rated" if rating_open and episode.risk == "not-rated" else episode.risk,
        risk_answered=answered,
        restricted=child.restricted,
        has_ehcp=child.has_ehcp,
        last_school=episode.last_school_name,
        off_roll_on=left.leaving_date if left else None,
        address=places[0].one_line if places else "",
        opened_on=episode.opened_on,
        closed_on=episode.closed_on,
        missing_since=episode.missing_since,
        days=(end - episode.opened_on).days,
        review_on=episode.review_on,
        outcome_label=session.scalar(select(OutcomeCode.label).where(OutcomeCode.code == episode.outcome)) or "",
        waiting_on=episode.waiting_on,
        owner=session.scalar(select(PersonRow.name).where(PersonRow.id == episode.owner_id)) or "",
        placed_school_urn=episode.placed_school_urn or "",
    )


def _current_upn(session: Session, child_id: int) -> str:
    return (
        session.scalar(
            select(ChildIdentifier.value)
            .where(
                ChildIdentifier.child_id == child_id,
                ChildIdentifier.scheme == "upn",
                ChildIdentifier.is_current.is_(True),
            )
            .order_by(ChildIdentifier.id.desc())
        )
        or ""
    )


def _risk_progress(session: Session, episode_id: int) -> tuple[int, bool]:
    """Return how many of the 22 questions the newest assessment answers, and whether it is unfinished."""
    newest = session.execute(
        select(RiskAssessment.id, RiskAssessment.finished_at)
        .where(RiskAssessment.episode_id == episode_id)
        .order_by(RiskAssessment.version.desc())
        .limit(1)
    ).first()
    if newest is None:
        return 0, True
    count = session.scalar(select(func.count()).select_from(RiskAnswer).where(RiskAnswer.assessment_id == newest.id))
    return count or 0, newest.finished_at is None


def _siblings(session: Session, viewer: Person, child_id: int) -> tuple[SiblingRow, ...]:
    newest = aliased(Episode)
    statement = (
        select(Child, ChildName, SiblingLink.source, func.max(newest.ref))
        .join(
            SiblingLink,
            or_(
                and_(SiblingLink.child_id == child_id, SiblingLink.other_child_id == Child.id),
                and_(SiblingLink.other_child_id == child_id, SiblingLink.child_id == Child.id),
            ),
        )
        .outerjoin(ChildName, current_name())
        .outerjoin(newest, newest.child_id == Child.id)
        .where(visible(viewer))
        .group_by(Child.id)
    )
    return tuple(
        SiblingRow(child.id, full_name(name), child.dob, ref, source)
        for child, name, source, ref in session.execute(statement)
    )


def _events(
    session: Session, episode_id: int, kinds: tuple[str, ...] | None, limit: int, before: EventRow | None
) -> tuple[EventRow, ...]:
    statement = (
        select(Event, PersonRow.name, Enquiry.method, Enquiry.contact_detail, Enquiry.side)
        .join(PersonRow, PersonRow.id == Event.user_id)
        .outerjoin(Enquiry, Enquiry.id == Event.enquiry_id)
        .where(Event.episode_id == episode_id)
        .order_by(Event.happened_on.desc(), Event.recorded_at.desc(), Event.id.desc())
        .limit(limit)
    )
    if kinds is not None:
        statement = statement.where(Event.kind.in_(kinds))
    if before is not None:
        statement = statement.where(
            or_(
                Event.happened_on < before.happened_on,
                and_(Event.happened_on == before.happened_on, Event.recorded_at < before.recorded_at),
                and_(
                    Event.happened_on == before.happened_on,
                    Event.recorded_at == before.recorded_at,
                    Event.id < before.id,
                ),
            )
        )
    return tuple(
        EventRow(
            id=event.id,
            kind=event.kind,
            happened_on=event.happened_on,
            happened_at=event.happened_at,
            recorded_at=event.recorded_at,
            title=event.title,
            detail=event.detail,
            by=by,
            document_id=event.document_id,
            source_file_id=event.source_file_id,
            method=method or "",
            contact=contact or "",
            side=side or "",
        )
        for event, by, method, contact, side in session.execute(statement)
    )


def _previous(session: Session, episode: Episode) -> tuple[tuple[str, date, date | None], ...]:
    rows = session.execute(
        select(Episode.ref, Episode.opened_on, Episode.closed_on)
        .where(Episode.child_id == episode.child_id, Episode.id != episode.id)
        .order_by(Episode.opened_on.desc())
    )
    return tuple((ref, opened, closed) for ref, opened, closed in rows)


def _referrer(session: Session, episode_id: int) -> str:
    row = session.scalar(select(Referral).where(Referral.episode_id == episode_id).order_by(Referral.id))
    return ", ".join(part for part in (row.referrer_name, row.referrer_kind) if part) if row else ""


def _count(session: Session, table: type[Event] | type[Enquiry], episode_id: int) -> int:
    return session.scalar(select(func.count()).select_from(table).where(table.episode_id == episode_id)) or 0
