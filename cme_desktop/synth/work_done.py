"""The risk assessments and reviews of invented cases, as rows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop import shipped
from cme_desktop.domain.roles import Person
from cme_desktop.models.timeline import RiskAnswer, RiskAssessment, RiskResponse, Task
from cme_desktop.storage import bulk
from cme_desktop.storage.store import Store

if TYPE_CHECKING:
    from cme_desktop.synth.histories import InventedCase

_KEPT_UP = 0.94
_REASONS = (
    "Waiting for the family's answer",
    "The school asked for another week",
    "The parent is back from abroad next week",
    "Place offered, start agreed",
)
_MEDIUM, _HIGH = 8, 3
"""A question answered Yes that makes a case Medium, and one that makes it High."""


@dataclass(frozen=True)
class Rated:
    """A finished risk assessment: of which case, with what rating, on which day, and who told the officer."""

    episode_id: int
    rating: str
    day: date
    told_by: str


def write_work(session: Session, cases: Sequence[InventedCase], officer: Person) -> None:
    """Write the finished risk assessments and the reviews of a batch, inside an act."""
    write_ratings(
        session,
        [
            Rated(case.episode_id, case.risk, case.rated, case.child.school.name)
            for case in cases
            if case.rated is not None
        ],
        officer,
    )
    bulk.insert_many(session, Task, (_review(case, officer) for case in cases if case.reviewed is not None))


def write_ratings(session: Session, rated: Sequence[Rated], officer: Person) -> None:
    """Write finished risk assessments, each with its 22 answers and what was done about them, inside an act."""
    ids = bulk.insert_many(session, RiskAssessment, (_assessment(one, officer) for one in rated))
    pairs = list(zip(rated, ids, strict=True))
    bulk.insert_many(session, RiskAnswer, (row for one, number in pairs for row in _answers(one, number, officer)))
    bulk.insert_many(
        session, RiskResponse, (_response(one, number, officer) for one, number in pairs if one.rating != "standard")
    )


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12, 0), tzinfo=UTC)


def _assessment(one: Rated, officer: Person) -> dict[str, Any]:
    return {
        "episode_id": one.episode_id,
        "version": 1,
        "started_at": _noon(one.day),
        "started_by": officer.id,
        "finished_at": _noon(one.day),
        "finished_by": officer.id,
        "rating": one.rating,
    }


def _concern(one: Rated) -> int:
    return _HIGH if one.rating == "high" else _MEDIUM


def _answers(one: Rated, assessment: int, officer: Person) -> list[dict[str, Any]]:
    worry = None if one.rating == "standard" else _concern(one)
    return [
        {
            "assessment_id": assessment,
            "question": question.number,
            "answer": "yes" if question.number == worry else "no",
            "evidence": "From the referral and the checks made.",
            "told_by": one.told_by,
            "answered_on": one.day,
            "user_id": officer.id,
            "recorded_at": _noon(one.day),
        }
        for question in shipped.questions().questions
    ]


def _response(one: Rated, assessment: int, officer: Person) -> dict[str, Any]:
    return {
        "assessment_id": assessment,
        "question": _concern(one),
        "outcome": "referred" if one.rating == "high" else "discussed",
        "told": "MASH" if one.rating == "high" else "Safeguarding lead of the school",
        "contact_detail": "020 7946 0690",
        "called_at": _noon(one.day),
        "user_id": officer.id,
        "recorded_at": _noon(one.day),
    }


def _review(case: InventedCase, officer: Person) -> dict[str, Any]:
    return {
        "episode_id": case.episode_id,
        "rule": "SD56",
        "title": "Four-week review",
        "due": case.reviewed,
        "waits_on": "LOCME",
        "state": "done",
        "done_on": case.reviewed,
        "done_by": officer.id,
        "created_at": _noon(case.opened),
    }


def put_off_some(store: Store, officer: Person, rng: random.Random, today: date) -> int:
    """Put off most steps that would be overdue, each with its reason, as an officer who keeps up with the work does."""
    with store.action(officer, "training.steps", entity="register") as session:
        late = session.scalars(
            select(Task).where(Task.state == "open", Task.due <= today, Task.band == "step").order_by(Task.id)
        ).all()
        chosen = [task for task in late if rng.random() < _KEPT_UP]
        for task in chosen:
            task.put_off_until = today + timedelta(days=rng.randint(1, 28))
            task.put_off_reason = rng.choice(_REASONS)
        return len(chosen)
