"""The risk assessment of a case as its tab shows it: each of the 22 questions, now and last time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.access import Receipt, check_receipt, requires
from cme_desktop.domain.roles import Person
from cme_desktop.models.people import PersonRow
from cme_desktop.models.timeline import RiskAnswer, RiskAssessment, RiskResponse
from cme_desktop.register.case_page import entity_of, find_episode
from cme_desktop.storage.store import Store


@dataclass(frozen=True)
class AnswerRow:
    """The answer to one question, with its evidence and who gave it."""

    question: int
    answer: str
    evidence: str
    told_by: str
    answered_on: date
    by: str


@dataclass(frozen=True)
class ResponseRow:
    """What was done about a Yes or Not sure."""

    question: int
    outcome: str
    told: str
    contact_detail: str
    called_at: datetime | None
    reason: str
    by: str
    recorded_at: datetime


@dataclass(frozen=True)
class AssessmentRow:
    """One version of the assessment."""

    id: int
    version: int
    started_at: datetime
    finished_at: datetime | None
    finished_by: str
    rating: str
    answers: tuple[AnswerRow, ...]
    responses: tuple[ResponseRow, ...]

    def answer_to(self, question: int) -> AnswerRow | None:
        """Return the answer to a question, or None while it was not asked."""
        return next((row for row in self.answers if row.question == question), None)


@dataclass(frozen=True)
class RiskPage:
    """The versions of a case's assessment, newest first; the first is unfinished while questions are open."""

    versions: tuple[AssessmentRow, ...]

    @property
    def current(self) -> AssessmentRow | None:
        """Return the version being worked on, or the newest finished one."""
        return self.versions[0] if self.versions else None

    @property
    def last_finished(self) -> AssessmentRow | None:
        """Return the newest finished version before the current one."""
        return next((row for row in self.versions[1:] if row.finished_at is not None), None)


@requires("ask.case")
def risk_page(store: Store, viewer: Person, ref: str, receipt: Receipt) -> RiskPage:
    """Return every version of the assessment of a case, newest first."""
    check_receipt(receipt, viewer, entity_of(ref))
    with store.read() as session:
        episode, _ = find_episode(session, viewer, ref)
        return RiskPage(assessment_rows(session, episode.id))


def assessment_rows(session: Session, episode_id: int) -> tuple[AssessmentRow, ...]:
    """Return the versions of a case's assessment inside an open read, newest first."""
    names: dict[int, str] = dict(session.execute(select(PersonRow.id, PersonRow.name)).all())
    versions = session.scalars(
        select(RiskAssessment).where(RiskAssessment.episode_id == episode_id).order_by(RiskAssessment.version.desc())
    )
    return tuple(_version(session, row, names) for row in versions.all())


def _version(session: Session, row: RiskAssessment, names: dict[int, str]) -> AssessmentRow:
    answers = session.scalars(
        select(RiskAnswer).where(RiskAnswer.assessment_id == row.id).order_by(RiskAnswer.question)
    )
    responses = session.scalars(
        select(RiskResponse).where(RiskResponse.assessment_id == row.id).order_by(RiskResponse.id)
    )
    return AssessmentRow(
        id=row.id,
        version=row.version,
        started_at=row.started_at,
        finished_at=row.finished_at,
        finished_by=names.get(row.finished_by or 0, ""),
        rating=row.rating,
        answers=tuple(
            AnswerRow(
                question=answer.question,
                answer=answer.answer,
                evidence=answer.evidence,
                told_by=answer.told_by,
                answered_on=answer.answered_on,
                by=names.get(answer.user_id, ""),
            )
            for answer in answers
        ),
        responses=tuple(
            ResponseRow(
                question=response.question,
                outcome=response.outcome,
                told=response.told,
                contact_detail=response.contact_detail,
                called_at=response.called_at,
                reason=response.reason,
                by=names.get(response.user_id, ""),
                recorded_at=response.recorded_at,
            )
            for response in responses
        ),
    )
