"""The facts that the next steps of a case are worked out from."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from cme_desktop import shipped
from cme_desktop.casework.facts.order import has_order, order_facts
from cme_desktop.casework.facts.records import CaseRecords
from cme_desktop.casework.reference.policy import Policy
from cme_desktop.domain.enquiries import Condition, Made, Side
from cme_desktop.domain.lifecycle import Pathway
from cme_desktop.domain.next_steps import EpisodeFacts, ExpectedSchool, RiskFacts, Waiting
from cme_desktop.domain.risk import Answer, Rating, raises_concern
from cme_desktop.models.timeline import Enquiry, RiskAnswer, Task
from cme_desktop.system import LONDON

UNANSWERED = frozenset({"waiting", "no-answer"})
NOBODY_IN = "nobody-in"
REVIEWS = frozenset({"SD56", "SD80"})
PASSED_TO_EHE, HANDED_OVER = "SD13", "SD18"
DOB_NOT_KNOWN = date.min


def episode_facts(session: Session, records: CaseRecords, policy: Policy, *, training: bool) -> EpisodeFacts:
    """Return the frozen facts of one case; the same rows give the same facts."""
    episode = records.episode
    visits = [row for row in records.enquiries if row.method == "visit" and row.side == Side.COUNCIL]
    stay = next((row for row in reversed(records.registrations) if row.leaving_date is None), None)
    return EpisodeFacts(
        pathway=Pathway(episode.pathway),
        status=episode.status,
        opened=episode.opened_on,
        clock_start=_clock_start(records, policy),
        dob=records.child.dob or DOB_NOT_KNOWN,
        open=episode.closed_on is None,
        on_roll=episode.on_roll,
        first_absent=stay.first_absent_day if stay else None,
        reviewed_on=_last_done(records.tasks, REVIEWS),
        has_parent_to_write_to=any(row.may_be_written_to and row.address for row in records.parents),
        first_letter_on=_first_letter(records),
        visits=tuple(sorted(row.made_on for row in visits)),
        last_visit_found_nobody=bool(visits) and max(visits, key=lambda row: row.made_on).outcome == NOBODY_IN,
        enquiries=tuple(_made(row) for row in records.enquiries if row.enquiry_code),
        conditions=_conditions(records),
        risk=_risk(records),
        waiting=tuple(_waiting(row) for row in records.enquiries if _is_waiting(row)),
        expected_school=_expected(records),
        passed_to_ehe_on=_last_done(records.tasks, {PASSED_TO_EHE}) or _issued(records, "L30"),
        handed_over_on=_last_done(records.tasks, {HANDED_OVER}) or _issued(records, "L19"),
        offered_on=_offered_on(records),
        order=order_facts(session, records, policy, training=training) if has_order(records) else None,
    )


def _clock_start(records: CaseRecords, policy: Policy) -> date:
    """Return the day the four weeks count from: the referral, or the last attendance where the council says so."""
    referred = min((row.received_on for row in records.referrals), default=records.episode.opened_on)
    if policy.text("four-weeks.from") == "last-attendance":
        absent = [row.first_absent_day or row.leaving_date for row in records.registrations]
        return max((day for day in absent if day is not None), default=referred)
    return referred


def _last_done(tasks: list[Task], rules: frozenset[str] | set[str]) -> date | None:
    return max((task.done_on for task in tasks if task.rule in rules and task.done_on is not None), default=None)


def _first_letter(records: CaseRecords) -> date | None:
    days = [_issued(records, "L01")]
    days += [row.made_on for row in records.enquiries if row.method == "letter" and row.parent_id is not None]
    return min((day for day in days if day is not None), default=None)


def _issued(records: CaseRecords, code: str) -> date | None:
    days = [row.issued_at.astimezone(LONDON).date() for row in records.documents if row.code == code and row.issued_at]
    return min(days, default=None)


def _made(row: Enquiry) -> Made:
    return Made(
        enquiry=row.enquiry_code or "",
        side=Side(row.side),
        on=row.made_on,
        agency=row.agency,
        answered=row.outcome not in UNANSWERED or row.answered_on is not None,
        outcome=row.outcome,
    )


def _is_waiting(row: Enquiry) -> bool:
    return row.outcome in UNANSWERED and row.answered_on is None and row.chase_on is not None


def _waiting(row: Enquiry) -> Waiting:
    known = shipped.checklist().get(row.enquiry_code or "")
    return Waiting(row.asked, known.short if known else "enquiry", row.made_on, row.chase_on or row.made_on)


def _conditions(records: CaseRecords) -> tuple[Condition, ...]:
    risk = _risk(records)
    immediate = {question.number for question in shipped.questions().questions if question.immediate}
    holds = {
        Condition.PREVIOUS_PLACE_KNOWN: bool(records.registrations or records.episode.last_school_name),
        Condition.POSSIBLE_PLACE_KNOWN: records.episode.placed_school_urn is not None,
        Condition.OTHER_HOME_COUNCIL: records.episode.pathway == Pathway.OUT_OF_BOROUGH,
        Condition.RISK_OF_HARM: risk is not None and any(raises_concern(risk.answers.get(one)) for one in immediate),
    }
    return tuple(condition for condition, true in holds.items() if true)


def _risk(records: CaseRecords) -> RiskFacts | None:
    """Return the answers as they stand: those of the last finished version, and over them those given since."""
    if not records.assessments:
        return None
    finished = [row for row in records.assessments if row.finished_at is not None]
    versions = [*finished[-1:], *(row for row in records.assessments[-1:] if row.finished_at is None)]
    rows: dict[int, RiskAnswer] = {
        answer.question: answer for version in versions for answer in records.answers.get(version.id, [])
    }
    outcomes = {
        response.question
        for version in versions
        for response in records.responses.get(version.id, [])
        if response.question in rows and rows[response.question].assessment_id == version.id
    }
    rated = finished[-1] if finished else None
    return RiskFacts(
        answers={number: Answer(row.answer) for number, row in sorted(rows.items())},
        answered_on={number: row.answered_on for number, row in sorted(rows.items())},
        outcomes=frozenset(outcomes),
        rating=Rating(records.episode.risk),
        assessed_on=rated.finished_at.astimezone(LONDON).date() if rated and rated.finished_at else None,
    )


def _expected(records: CaseRecords) -> ExpectedSchool | None:
    urn, starts = records.episode.placed_school_urn, records.episode.placed_on
    if urn is None or starts is None or records.episode.closed_on is not None or records.episode.on_roll:
        return None
    school = records.schools.get(urn)
    return ExpectedSchool(school.name if school else f"the school with URN {urn}", starts)


def _offered_on(records: CaseRecords) -> date | None:
    days = [row.valid_from for row in records.statuses if row.status == "place-offered" and row.valid_to is None]
    return max(days, default=None)
