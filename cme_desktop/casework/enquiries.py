"""Log enquiries: the school's and the council's apart, each with name or team, contact details and date (SD39)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from cme_desktop import shipped
from cme_desktop.access import requires
from cme_desktop.casework import next_steps
from cme_desktop.casework.facts.case import UNANSWERED
from cme_desktop.casework.reference.policy import policy_of
from cme_desktop.casework.rows.lookup import case_of, parent_of
from cme_desktop.casework.rows.timeline import add_event
from cme_desktop.domain.enquiries import Side, check_entry
from cme_desktop.domain.errors import NotFound, Refusal, StepRefused, UserError
from cme_desktop.domain.names import tidy
from cme_desktop.domain.roles import Person
from cme_desktop.models.episode import Episode
from cme_desktop.models.reference import MethodCode
from cme_desktop.models.timeline import Enquiry
from cme_desktop.storage.store import Store

LIST_SECTION = "Harrow CME policy 2023, page 9"


@dataclass(frozen=True)
class EnquiryEntry:
    """One enquiry: whose it is, who was asked and how, when, and what came of it.

    ``enquiry_code`` is a line of the checklist (RE01 to RE16), ``agency`` a code of the contact types, ``method`` of
    the methods and ``outcome`` of the enquiry outcomes. ``chase_on`` is the day to ask again; without it, an entry
    still waiting is chased after the council's number of days.
    """

    side: str
    asked: str
    contact_detail: str
    method: str
    made_on: date
    outcome: str
    enquiry_code: str | None = None
    agency: str = ""
    outcome_detail: str = ""
    made_at: datetime | None = None
    answered_on: date | None = None
    chase_on: date | None = None
    parent_id: int | None = None


@dataclass(frozen=True)
class StepAfter:
    """What is to be done after an enquiry, by when, and on whom it waits."""

    title: str
    due: date
    waits_on: str = next_steps.OFFICER


@dataclass(frozen=True)
class EnquiryRow:
    """An enquiry as it was saved."""

    id: int
    ref: str
    outcome: str
    chase_on: date | None
    answered_on: date | None


@requires("enquiry.record")
def record_enquiry(
    store: Store, actor: Person, ref: str, entry: EnquiryEntry, *, then: StepAfter | None = None
) -> EnquiryRow:
    """Log one enquiry on a case, and the step after it if any; failed attempts count as well as answered ones.

    Raises:
        StepRefused: name or team, contact details or date is missing (SD39), or a code is not on its list.
        NotFound: the case has no such adult.
        UserError: the step after it lies in the past.
    """
    next_steps.attach(store)
    if then is not None and then.due < store.clock.today():
        raise UserError("A step is for today or a later day. Choose another day.")
    with store.action(actor, "enquiry.record") as session:
        episode = case_of(session, actor, ref)
        now, today = store.clock.now(), store.clock.today()
        row = make_enquiry(session, actor, episode, entry, now=now, today=today)
        if then is not None and then.title.strip():
            next_steps.put_task(session, episode, then.title, due=then.due, waits_on=then.waits_on, now=now)
    return _row(row, episode)


def make_enquiry(
    session: Session, actor: Person, episode: Episode, entry: EnquiryEntry, *, now: datetime, today: date
) -> Enquiry:
    """Log one enquiry inside an act; raises what ``record_enquiry`` raises."""
    _refuse(check_entry(who=entry.asked, contact=entry.contact_detail, on=entry.made_on, today=today))
    _check_codes(session, entry)
    if entry.parent_id is not None:
        parent_of(session, episode, entry.parent_id)
    unanswered = entry.outcome in UNANSWERED and entry.answered_on is None
    chase_on = entry.chase_on
    if unanswered and chase_on is None:
        chase_on = entry.made_on + timedelta(days=policy_of(session).days("chase.days"))
    row = Enquiry(
        episode_id=episode.id,
        side=entry.side,
        enquiry_code=entry.enquiry_code,
        asked=tidy(entry.asked),
        contact_detail=entry.contact_detail.strip(),
        method=entry.method,
        agency=entry.agency,
        made_on=entry.made_on,
        made_at=entry.made_at,
        parent_id=entry.parent_id,
        outcome=entry.outcome,
        outcome_detail=entry.outcome_detail.strip(),
        answered_on=entry.answered_on,
        chase_on=chase_on if unanswered else entry.chase_on,
        user_id=actor.id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    title = f"{_method_words(session, entry.method)}: {row.asked}, {_outcome_words(entry.outcome)}"
    if entry.side == Side.SCHOOL:
        title = f"School’s enquiry. {title}"
    add_event(
        session,
        actor,
        episode,
        "enquiry",
        title,
        on=entry.made_on,
        now=now,
        at=entry.made_at,
        detail=row.outcome_detail,
        enquiry_id=row.id,
    )
    return row


@requires("enquiry.answer")
def record_answer(
    store: Store, actor: Person, ref: str, enquiry_id: int, *, outcome: str, detail: str, on: date
) -> EnquiryRow:
    """Record the answer to an enquiry; it then waits no longer.

    Raises:
        StepRefused: the outcome is none of an answer, or the day lies in the future or before the enquiry.
        NotFound: the case has no such enquiry.
    """
    next_steps.attach(store)
    with store.action(actor, "enquiry.answer") as session:
        episode = case_of(session, actor, ref)
        row = session.get(Enquiry, enquiry_id)
        if row is None or row.episode_id != episode.id:
            raise NotFound(f"{episode.ref} has no such enquiry. Look under Enquiries on the case.")
        _check_answer(outcome, on, row, store.clock.today())
        row.outcome, row.answered_on, row.chase_on = outcome, on, None
        row.outcome_detail = "\n".join(part for part in (row.outcome_detail, detail.strip()) if part)
        title = f"Answer from {row.asked}: {_outcome_words(outcome)}"
        add_event(
            session, actor, episode, "reply", title, on=on, now=store.clock.now(), detail=detail, enquiry_id=row.id
        )
    return _row(row, episode)


def _check_codes(session: Session, entry: EnquiryEntry) -> None:
    problems: list[tuple[str, str]] = []
    if entry.side not in Side.__members__.values():
        problems.append(("side", "Say whose enquiry it is: the school’s or the council’s."))
    if entry.enquiry_code and shipped.checklist().get(entry.enquiry_code) is None:
        problems.append(("enquiry_code", "Choose the enquiry from the list."))
    if session.get(MethodCode, entry.method) is None:
        problems.append(("method", "Choose how contact was made from the list."))
    if shipped.code_lists()["enquiry-outcome"].get(entry.outcome) is None:
        problems.append(("outcome", "Choose what came of it from the list."))
    if entry.agency and shipped.code_lists()["contact-type"].get(entry.agency) is None:
        problems.append(("agency", "Choose who was contacted from the list."))
    if problems:
        words = " ".join(message for _, message in problems)
        fields = tuple(name for name, _ in problems)
        raise StepRefused(Refusal(words, LIST_SECTION, missing=fields, code="particulars-missing"))


def _check_answer(outcome: str, on: date, row: Enquiry, today: date) -> None:
    if outcome in UNANSWERED or shipped.code_lists()["enquiry-outcome"].get(outcome) is None:
        raise StepRefused(Refusal("Choose what the answer was from the list.", LIST_SECTION, missing=("outcome",)))
    if not row.made_on <= on <= today:
        raise StepRefused(
            Refusal("An answer comes on or after the day of the enquiry, up to today.", LIST_SECTION, missing=("on",))
        )


def _method_words(session: Session, method: str) -> str:
    return session.get_one(MethodCode, method).label


def _outcome_words(outcome: str) -> str:
    known = shipped.code_lists()["enquiry-outcome"].get(outcome)
    return known.label.lower() if known else outcome


def _row(row: Enquiry, episode: Episode) -> EnquiryRow:
    return EnquiryRow(row.id, episode.ref, row.outcome, row.chase_on, row.answered_on)


def _refuse(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise StepRefused(refusal)
