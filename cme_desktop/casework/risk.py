"""Answer the 22 risk questions, say what was done about an answer, and keep every version (F38 to F42).

A version takes answers one by one, over days if need be, and is finished by its last answer: from then on it never
changes. The next answer begins a new version; on the same day it takes that day's answers over, so that a slip can be
put right, and later it starts with none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop import shipped
from cme_desktop.access import requires
from cme_desktop.casework import next_steps
from cme_desktop.casework.reference.policy import policy_of
from cme_desktop.casework.rows import periods
from cme_desktop.casework.rows.lookup import case_of, open_case_of
from cme_desktop.casework.rows.timeline import add_event
from cme_desktop.domain.errors import NotAllowed, Refusal, StepRefused, UserError
from cme_desktop.domain.risk import (
    QUESTIONS,
    RATING_ORDER,
    RATING_WORDS,
    Answer,
    Banner,
    Demand,
    Rating,
    answer_words,
    check_outcome,
    check_rating_change,
    raises_concern,
)
from cme_desktop.domain.roles import Person
from cme_desktop.models.episode import Episode, EpisodeRisk
from cme_desktop.models.order import Approval
from cme_desktop.models.timeline import RiskAnswer, RiskAssessment, RiskResponse
from cme_desktop.storage.store import Store
from cme_desktop.system import LONDON

LOWER = "risk-lower"
WAITING, APPROVED = "waiting", "approved"


@dataclass(frozen=True)
class AnswerEntry:
    """The answer to one question, 1 to 22: yes, no or not-sure, with its evidence and who gave it."""

    question: int
    answer: str
    evidence: str = ""
    told_by: str = ""
    on: date | None = None


@dataclass(frozen=True)
class ResponseEntry:
    """What was done about an answer: referred, discussed or no-action, with whom and when, or why not."""

    question: int
    outcome: str
    told: str = ""
    contact_detail: str = ""
    called_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class AnswerSaved:
    """What the page shows once an answer is saved; ``danger`` opens the danger screen (F42)."""

    ref: str
    version: int
    answered: int
    rating: str
    banner: Banner | None
    demands: tuple[Demand, ...]
    danger: bool


@requires("risk.answer")
def answer_question(store: Store, actor: Person, ref: str, entry: AnswerEntry) -> AnswerSaved:
    """Save the answer to one question of an open case; the 22nd finishes the version and rates the case.

    Raises:
        UserError: there is no such question or answer, the day lies in the future, or the case is closed.
    """
    book, answer = shipped.questions(), _answer(entry, store.clock.today())
    next_steps.attach(store)
    with store.action(actor, "risk.answer") as session:
        episode = open_case_of(session, actor, ref)
        now, today = store.clock.now(), store.clock.today()
        version = _version_to_fill(session, actor, episode, now, today)
        rows = _answers(session, version)
        _put_answer(session, actor, version, rows.get(entry.question), entry, on=entry.on or today, now=now)
        rows = _answers(session, version)
        answers = {number: Answer(row.answer) for number, row in rows.items()}
        question = book.question(entry.question)
        if raises_concern(answer):
            title = f"Risk question {question.number}, {question.short}: {answer_words(answer)}"
            add_event(session, actor, episode, "risk", title, on=today, now=now, detail=entry.evidence)
        if not book.not_asked(answers):
            _finish(session, actor, episode, version, book.rating(answers), now, today)
        return AnswerSaved(
            episode.ref,
            version.version,
            len(rows),
            version.rating,
            book.banner(entry.question, answer),
            tuple(demand for demand in book.demands({entry.question: answer}) if demand.question == entry.question),
            book.opens_danger_screen(entry.question, answer),
        )


def _answer(entry: AnswerEntry, today: date) -> Answer:
    if not 1 <= entry.question <= QUESTIONS:
        raise UserError(f"There are {QUESTIONS} questions, numbered from 1. Nothing was saved.")
    if entry.answer not in Answer.__members__.values():
        raise UserError("Answer Yes, No or Not sure. Nothing was saved.")
    if entry.on is not None and entry.on > today:
        raise UserError("An answer was given today or earlier. Choose another day.")
    return Answer(entry.answer)


def newest(session: Session, episode: Episode) -> RiskAssessment | None:
    """Return the newest version of a case's assessment, finished or not."""
    return session.scalar(
        select(RiskAssessment)
        .where(RiskAssessment.episode_id == episode.id)
        .order_by(RiskAssessment.version.desc())
        .limit(1)
    )


def _answers(session: Session, version: RiskAssessment) -> dict[int, RiskAnswer]:
    session.flush()
    rows = session.scalars(
        select(RiskAnswer).where(RiskAnswer.assessment_id == version.id).order_by(RiskAnswer.question)
    )
    return {row.question: row for row in rows}


def _version_to_fill(session: Session, actor: Person, episode: Episode, now: datetime, today: date) -> RiskAssessment:
    last = newest(session, episode)
    if last is not None and last.finished_at is None:
        return last
    version = RiskAssessment(
        episode_id=episode.id, version=last.version + 1 if last else 1, started_at=now, started_by=actor.id
    )
    session.add(version)
    session.flush()
    if last is not None and last.finished_at is not None and last.finished_at.astimezone(LONDON).date() == today:
        for row in _answers(session, last).values():
            session.add(
                RiskAnswer(
                    assessment_id=version.id,
                    question=row.question,
                    answer=row.answer,
                    evidence=row.evidence,
                    told_by=row.told_by,
                    answered_on=row.answered_on,
                    user_id=row.user_id,
                    recorded_at=row.recorded_at,
                )
            )
        for done in session.scalars(select(RiskResponse).where(RiskResponse.assessment_id == last.id)):
            session.add(
                RiskResponse(
                    assessment_id=version.id,
                    question=done.question,
                    outcome=done.outcome,
                    told=done.told,
                    contact_detail=done.contact_detail,
                    called_at=done.called_at,
                    reason=done.reason,
                    user_id=done.user_id,
                    recorded_at=done.recorded_at,
                )
            )
    return version


def _put_answer(
    session: Session,
    actor: Person,
    version: RiskAssessment,
    known: RiskAnswer | None,
    entry: AnswerEntry,
    *,
    on: date,
    now: datetime,
) -> None:
    values = {
        "answer": entry.answer,
        "evidence": entry.evidence.strip(),
        "told_by": entry.told_by.strip(),
        "answered_on": on,
        "user_id": actor.id,
        "recorded_at": now,
    }
    if known is None:
        session.add(RiskAnswer(assessment_id=version.id, question=entry.question, **values))
        return
    for name, value in values.items():
        setattr(known, name, value)


def _finish(
    session: Session,
    actor: Person,
    episode: Episode,
    version: RiskAssessment,
    rating: Rating,
    now: datetime,
    today: date,
) -> None:
    version.finished_at, version.finished_by, version.rating = now, actor.id, rating.value
    put_rating(session, episode, rating, why="all 22 questions answered", on=today, now=now)
    title = f"Risk assessment finished: {RATING_WORDS[rating]}"
    add_event(session, actor, episode, "risk", title, on=today, now=now)


def put_rating(session: Session, episode: Episode, rating: Rating, *, why: str, on: date, now: datetime) -> None:
    """Record the risk rating of a case from a day, inside an act."""
    if episode.risk != rating.value:
        episode.risk = rating.value
        periods.change(session, EpisodeRisk, {"episode_id": episode.id}, on=on, now=now, risk=rating.value, why=why)


@requires("risk.respond")
def record_response(store: Store, actor: Person, ref: str, entry: ResponseEntry) -> None:
    """Record what was done about a Yes or Not sure: who was told and when, or why nobody was (SD73, F42).

    Raises:
        StepRefused: what was done is not said, or nothing was done and no reason is given.
        UserError: who was told is missing, or the question was not answered Yes or Not sure.
    """
    refusal = check_outcome(entry.outcome, entry.reason)
    if refusal is not None:
        raise StepRefused(refusal)
    if entry.outcome != "no-action" and not (entry.told.strip() and entry.contact_detail.strip()):
        raise UserError("Enter the name or team you told, and the phone number or address you used.")
    next_steps.attach(store)
    with store.action(actor, "risk.respond") as session:
        episode = case_of(session, actor, ref)
        now, today = store.clock.now(), store.clock.today()
        version = newest(session, episode)
        row = _answers(session, version).get(entry.question) if version else None
        if version is None or row is None or not raises_concern(Answer(row.answer)):
            version = _finished_with_concern(session, episode, entry.question)
        session.add(
            RiskResponse(
                assessment_id=version.id,
                question=entry.question,
                outcome=entry.outcome,
                told=entry.told.strip(),
                contact_detail=entry.contact_detail.strip(),
                called_at=entry.called_at,
                reason=entry.reason.strip(),
                user_id=actor.id,
                recorded_at=now,
            )
        )
        question = shipped.questions().question(entry.question)
        known = shipped.code_lists()["risk-outcome"].get(entry.outcome)
        words = known.label if known else entry.outcome
        told = f", {entry.told.strip()}" if entry.told.strip() else ""
        title = f"Risk question {question.number}, {question.short}: {words.lower()}{told}"
        add_event(session, actor, episode, "risk", title, on=today, now=now, at=entry.called_at, detail=entry.reason)


def _finished_with_concern(session: Session, episode: Episode, question: int) -> RiskAssessment:
    """Return the last finished version whose answer to a question is Yes or Not sure."""
    versions = session.scalars(
        select(RiskAssessment)
        .where(RiskAssessment.episode_id == episode.id, RiskAssessment.finished_at.is_not(None))
        .order_by(RiskAssessment.version.desc())
        .limit(1)
    )
    for version in versions:
        row = _answers(session, version).get(question)
        if row is not None and raises_concern(Answer(row.answer)):
            return version
    raise UserError("This question was not answered Yes or Not sure, so there is nothing to record about it.")


@requires("risk.raise")
def raise_rating(store: Store, actor: Person, ref: str, rating: str, *, reason: str) -> None:
    """Raise the risk rating of a case above what the answers give; needs a reason.

    Raises:
        UserError: the rating would not be higher, the case is not rated yet, or there is no reason.
    """
    wanted = _rating(rating)
    if not reason.strip():
        raise UserError("Say why the rating is raised. The reason is kept on the case.")
    next_steps.attach(store)
    with store.action(actor, "risk.raise", reason=reason) as session:
        episode = open_case_of(session, actor, ref)
        if RATING_ORDER.index(wanted) <= RATING_ORDER.index(Rating(episode.risk)):
            raise UserError("That is not higher than the present rating. To lower it, ask for the manager’s approval.")
        _refuse(check_rating_change(_by_answers(session, episode), wanted, reason, approved=True))
        now, today = store.clock.now(), store.clock.today()
        put_rating(session, episode, wanted, why=reason, on=today, now=now)
        title = f"Risk raised to {RATING_WORDS[wanted]}"
        add_event(session, actor, episode, "risk", title, on=today, now=now, detail=reason)


@requires("risk.ask-lower")
def ask_to_lower(store: Store, actor: Person, ref: str, rating: str, *, reason: str) -> int | None:
    """Ask the manager to lower the risk rating of a case; return the number of what now waits.

    Where the council's settings ask for no approval, the rating is lowered at once and None is returned.

    Raises:
        StepRefused: there is no reason.
        UserError: the rating would not be lower.
    """
    wanted = _rating(rating)
    next_steps.attach(store)
    with store.action(actor, "risk.ask-lower", reason=reason or None) as session:
        episode = open_case_of(session, actor, ref)
        _check_lower(episode, wanted, reason)
        now = store.clock.now()
        if not policy_of(session).needs_approval(LOWER):
            apply_lower(session, actor, episode, wanted, reason=reason, on=store.clock.today(), now=now)
            return None
        words = f"Risk rating lowered from {RATING_WORDS[Rating(episode.risk)]} to {RATING_WORDS[wanted]}"
        approval = Approval(
            episode_id=episode.id,
            kind=LOWER,
            data={"what": words, "rating": wanted.value, "reason": reason.strip()},
            asked_by=actor.id,
            asked_at=now,
        )
        session.add(approval)
        session.flush()
        add_event(
            session, actor, episode, "approval", f"Asked: {words}", on=store.clock.today(), now=now, detail=reason
        )
        return approval.id


@requires("risk.lower")
def lower_rating(store: Store, actor: Person, ref: str, approval_id: int) -> None:
    """Approve, as manager, that a risk rating is lowered; never by the person who asked.

    Raises:
        NotAllowed: the person asked for it.
        UserError: nothing of that kind waits on the case.
    """
    next_steps.attach(store)
    with store.action(actor, "risk.lower") as session:
        episode = open_case_of(session, actor, ref)
        approval = session.get(Approval, approval_id)
        if approval is None or approval.episode_id != episode.id or approval.kind != LOWER:
            raise UserError("No lower rating waits for approval on this case. Look at the case again.")
        if approval.decision != WAITING:
            raise UserError("This was decided before. Look at the case again.")
        if approval.asked_by == actor.id:
            raise NotAllowed("You asked for this, so a second person decides. Ask another manager.")
        now, today = store.clock.now(), store.clock.today()
        approval.decision, approval.decided_by, approval.decided_at = APPROVED, actor.id, now
        wanted, reason = Rating(str(approval.data["rating"])), str(approval.data["reason"])
        apply_lower(session, actor, episode, wanted, reason=reason, on=today, now=now)


def apply_lower(
    session: Session, actor: Person, episode: Episode, wanted: Rating, *, reason: str, on: date, now: datetime
) -> None:
    """Lower the risk rating of a case inside an act, once it may be."""
    _check_lower(episode, wanted, reason)
    put_rating(session, episode, wanted, why=reason, on=on, now=now)
    title = f"Risk lowered to {RATING_WORDS[wanted]}"
    add_event(session, actor, episode, "risk", title, on=on, now=now, detail=reason)


def _check_lower(episode: Episode, wanted: Rating, reason: str) -> None:
    present = Rating(episode.risk)
    if wanted is Rating.NOT_RATED or RATING_ORDER.index(wanted) >= RATING_ORDER.index(present):
        raise UserError(f"The rating is {RATING_WORDS[present]}: choose a lower one.")
    _refuse(check_rating_change(present, wanted, reason, approved=True))


def _by_answers(session: Session, episode: Episode) -> Rating:
    rated = session.scalar(
        select(RiskAssessment.rating)
        .where(RiskAssessment.episode_id == episode.id, RiskAssessment.finished_at.is_not(None))
        .order_by(RiskAssessment.version.desc())
        .limit(1)
    )
    return Rating(rated or Rating.NOT_RATED.value)


def _rating(rating: str) -> Rating:
    if rating not in Rating.__members__.values():
        raise UserError("Choose High, Medium or Standard.")
    return Rating(rating)


def _refuse(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise StepRefused(refusal)
