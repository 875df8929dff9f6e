"""Keep the next steps of every case right: worked out anew inside each act, done, put off or added by hand.

A step worked out by a rule is one task row. It stays the same row while its rule and words stay (so that putting it
off is kept), is dropped when the facts no longer ask for it, and stays done while they have not changed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from weakref import WeakSet

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop import shipped
from cme_desktop.access import requires
from cme_desktop.casework.facts import CaseRecords, episode_facts, records_of
from cme_desktop.casework.facts.case import REVIEWS
from cme_desktop.casework.reference.calendars import calendar_of
from cme_desktop.casework.reference.policy import Policy, policy_of
from cme_desktop.casework.rows import periods
from cme_desktop.casework.rows.lookup import NAMED, open_case_of
from cme_desktop.casework.rows.standing import refresh_standing
from cme_desktop.casework.rows.timeline import add_event
from cme_desktop.domain.calendar import long_date
from cme_desktop.domain.errors import NotFound, UserError
from cme_desktop.domain.next_steps import DueTask, Group, StepBooks, next_steps
from cme_desktop.domain.risk import ReviewDays
from cme_desktop.domain.roles import Person
from cme_desktop.models.episode import Episode, EpisodeWaiting
from cme_desktop.models.timeline import Task
from cme_desktop.storage.capture import action_of
from cme_desktop.storage.store import Store

OPEN, DONE, DROPPED = "open", "done", "dropped"
OFFICER = "LOCME"
MANUAL = "manual"
TELL_REFERRER, CONFIRM = "SD35", "F6"
_FIGURES = re.compile(r"\d+")
_attached: WeakSet[Store] = WeakSet()

_NOT_BY_HAND = {
    Group.SAFEGUARDING.value: "Record whom you told, or why nobody was told: open the risk questions of the case.",
    Group.ORDER.value: "This step is taken on the order process page of the case, with its date and proof.",
}
_NOT_BY_HAND_RULES = {
    "SD72": "This step is done when all 22 risk questions are answered.",
    "F43": "This step is done by answering the risk questions again.",
    CONFIRM: "This step is done by closing the case, with the school and its start date.",
    TELL_REFERRER: "Record on which day the referrer was told, or issue the closure letter (L24).",
}


@dataclass(frozen=True)
class TaskRow:
    """One step of a case."""

    id: int
    ref: str
    title: str
    due: date
    state: str
    waits_on: str
    put_off_until: date | None


def attach(store: Store) -> None:
    """Have every act on this register work out the next steps of the cases it touched; once for each register."""
    if store in _attached:
        return
    _attached.add(store)
    clock, training = store.clock, store.demonstration

    def _recompute(session: Session, touched: frozenset[int]) -> None:
        if touched:
            recompute(session, touched, today=clock.today(), now=clock.now(), training=training)
        about = next(iter(touched)) if len(touched) == 1 else session.info.get(NAMED)
        if about in touched:
            action_of(session).about(about)

    store.on_commit_of_action(_recompute)


def step_books(session: Session, policy: Policy) -> StepBooks:
    """Return the rules, lists, calendar and day counts of this register."""
    return StepBooks(
        shipped.rulebook(),
        shipped.questions(),
        shipped.checklist(),
        calendar_of(session),
        review_days=ReviewDays(
            policy.days("review.high"), policy.days("review.medium"), policy.days("review.standard")
        ),
    )


def recompute(session: Session, episode_ids: Collection[int], *, today: date, now: datetime, training: bool) -> int:
    """Work out the next steps of some cases inside an act and return how many cases that changed."""
    policy = policy_of(session)
    books = step_books(session, policy)
    episodes = [row for row in (session.get(Episode, number) for number in sorted(episode_ids)) if row is not None]
    changed = 0
    for records in records_of(session, episodes):
        facts = episode_facts(session, records, policy, training=training)
        wanted = (*next_steps(facts, today, books), *_on_roll(records), *_after_closing(records))
        refresh_standing(session, records.episode, records.child, on=today, now=now)
        changed += _sync(session, records, wanted, today, now)
    session.flush()
    return changed


def _on_roll(records: CaseRecords) -> Iterable[DueTask]:
    """Give the step of an open case whose child is on a school's roll: a person confirms that and closes it (F6)."""
    episode = records.episode
    stays = [stay for stay in records.registrations if stay.leaving_date is None and stay.entry_date is not None]
    if episode.closed_on is not None or not episode.on_roll or not stays:
        return
    stay = max(stays, key=lambda row: (row.entry_date or row.valid_from, row.id))
    starts = stay.entry_date or stay.valid_from
    why = (f"On roll at {stay.school_name} from {starts.day} {starts:%b} {starts.year}", f"Told by {stay.source}")
    yield DueTask(CONFIRM, f"Confirm and close: on roll at {stay.school_name}", starts, OFFICER, why)


def _after_closing(records: CaseRecords) -> Iterable[DueTask]:
    """Give the step that a closed case still has: to tell the referrer (SD35), unless nothing may be sent by itself."""
    episode = records.episode
    outcome = shipped.lifecycle().outcomes.get(episode.outcome or "")
    if episode.closed_on is None or outcome is None or not outcome.letters:
        return
    for referral in records.referrals:
        if referral.told_of_closure_on is None:
            who = referral.referrer_name or "the referrer"
            why = (f"The case was closed on {long_date(episode.closed_on)}", "Harrow CME policy 2023, page 8 (SD35)")
            yield DueTask(TELL_REFERRER, f"Tell {who} that the case is closed", episode.closed_on, OFFICER, why)


def _key(rule: str, title: str) -> tuple[str, str]:
    return rule, _FIGURES.sub("#", title)


def _sync(session: Session, records: CaseRecords, wanted: Iterable[DueTask], today: date, now: datetime) -> int:
    by_rule = [task for task in records.tasks if not task.is_manual]
    settled = {(task.rule, task.facts_hash) for task in by_rule if task.state == DONE and task.rule not in REVIEWS}
    standing = {_key(task.rule, task.title): task for task in by_rule if task.state == OPEN}
    changed = False
    for step in wanted:
        if (step.rule, step.facts_hash) in settled:
            continue
        row = standing.pop(_key(step.rule, step.title), None)
        if row is None:
            row = Task(episode_id=records.episode.id, is_manual=False, state=OPEN, created_at=now, **_said(step))
            session.add(row)
            records.tasks.append(row)
            changed = True
        elif row.facts_hash != step.facts_hash:
            for name, value in _said(step).items():
                setattr(row, name, value)
            changed = True
        if row.put_off_until is not None and row.put_off_until <= row.due:
            row.put_off_until, row.put_off_reason = None, ""
    for row in standing.values():
        row.state = DROPPED
        changed = True
    if records.episode.closed_on is not None:
        for row in records.tasks:
            if row.is_manual and row.state == OPEN:
                row.state = DROPPED
                changed = True
    return _headline(session, records, today, now) or changed


def _said(step: DueTask) -> dict[str, object]:
    return {
        "rule": step.rule,
        "title": step.title,
        "why": step.derivation[0] if step.derivation else "",
        "due": step.due,
        "band": step.group.value,
        "waits_on": step.waits_on,
        "derivation": list(step.derivation),
        "facts_hash": step.facts_hash,
    }


def effective(task: Task) -> date:
    """Return the day from which a task asks for attention: its due day, or the later day it was put off to."""
    return max(task.due, task.put_off_until or task.due)


def _headline(session: Session, records: CaseRecords, today: date, now: datetime) -> bool:
    episode = records.episode
    standing = [task for task in records.tasks if task.state == OPEN]
    first = min(standing, key=_urgency, default=None)
    if episode.closed_on is not None:
        first = None
    values = {
        "open_actions": len(standing),
        "next_action": first.title if first else "",
        "next_date": effective(first) if first else None,
        "waiting_on": first.waits_on if first else "",
        "review_on": min((task.due for task in standing if task.rule in REVIEWS), default=None),
    }
    changed = False
    for name, value in values.items():
        if getattr(episode, name) != value:
            setattr(episode, name, value)
            changed = True
    _put_waiting(session, episode, today, now)
    return changed


def _urgency(task: Task) -> tuple[bool, date, str, str]:
    return task.band != Group.SAFEGUARDING.value, effective(task), task.rule, task.title


def _put_waiting(session: Session, episode: Episode, today: date, now: datetime) -> None:
    owner = {"episode_id": episode.id}
    known = periods.current(session, EpisodeWaiting, owner)
    if episode.closed_on is not None:
        if known is not None:
            periods.end(session, EpisodeWaiting, owner, on=episode.closed_on, now=now)
    elif known is None:
        periods.change(session, EpisodeWaiting, owner, on=episode.opened_on, now=now, waiting_on=episode.waiting_on)
    elif known.waiting_on != episode.waiting_on:
        periods.change(
            session, EpisodeWaiting, owner, on=max(today, known.valid_from), now=now, waiting_on=episode.waiting_on
        )


@requires("tasks.recompute")
def recompute_all(store: Store, actor: Person) -> int:
    """Work out the next steps of every open case as one act and return how many cases that changed.

    For a new day, a new calendar or a new rule set; run it in the background.
    """
    with store.action(actor, "tasks.recompute", entity="register", hooks=False) as session:
        ids: Sequence[int] = session.scalars(select(Episode.id).where(Episode.closed_on.is_(None))).all()
        return recompute(session, ids, today=store.clock.today(), now=store.clock.now(), training=store.demonstration)


@requires("task.done")
def mark_done(store: Store, actor: Person, task_id: int, *, note: str = "") -> TaskRow:
    """Mark a step as done today.

    Raises:
        UserError: the step is done by doing something else first, and the message says what.
    """
    with store.action(actor, "task.done", reason=note or None) as session:
        task, episode = _open_task(session, task_id)
        refused = _NOT_BY_HAND.get(task.band) or _NOT_BY_HAND_RULES.get(task.rule)
        if refused and not task.is_manual:
            raise UserError(refused)
        now, today = store.clock.now(), store.clock.today()
        task.state, task.done_on, task.done_by = DONE, today, actor.id
        add_event(session, actor, episode, "note", f"Done: {task.title}", on=today, now=now, detail=note)
    return _row(task, episode)


@requires("task.put-off")
def put_off(store: Store, actor: Person, task_id: int, *, until: date, reason: str) -> TaskRow:
    """Put a step off to a later day; needs a reason.

    Raises:
        UserError: the day is not later, there is no reason, or the step is about safety.
    """
    if not reason.strip():
        raise UserError("Say why this step is put off. The reason is kept on the case.")
    with store.action(actor, "task.put-off", reason=reason) as session:
        task, episode = _open_task(session, task_id)
        if task.band == Group.SAFEGUARDING.value:
            raise UserError("This step is about the child's safety and cannot be put off. Record whom you told.")
        now, today = store.clock.now(), store.clock.today()
        if until <= max(today, task.due):
            raise UserError("Choose a later day: after today, and after the day on which the step is due.")
        task.put_off_until, task.put_off_reason = until, reason.strip()
        title = f"Put off to {until.day} {until:%b} {until.year}: {task.title}"
        add_event(session, actor, episode, "note", title, on=today, now=now, detail=reason)
    return _row(task, episode)


@requires("task.add")
def add_task(
    store: Store, actor: Person, ref: str, title: str, *, due: date, waits_on: str = OFFICER, why: str = ""
) -> TaskRow:
    """Add a step by hand to an open case.

    Raises:
        UserError: the step has no words, or lies in the past.
    """
    if not title.strip():
        raise UserError("Write what is to be done. Nothing was saved.")
    if due < store.clock.today():
        raise UserError("A step is for today or a later day. Choose another day.")
    with store.action(actor, "task.add") as session:
        episode = open_case_of(session, actor, ref)
        task = put_task(session, episode, title, due=due, waits_on=waits_on, why=why, now=store.clock.now())
    return _row(task, episode)


def put_task(
    session: Session, episode: Episode, title: str, *, due: date, waits_on: str, why: str = "", now: datetime
) -> Task:
    """Add a step by hand inside an act."""
    task = Task(
        episode_id=episode.id,
        rule=MANUAL,
        title=title.strip(),
        why=why.strip(),
        due=due,
        band=Group.STEP.value,
        waits_on=waits_on.strip() or OFFICER,
        is_manual=True,
        created_at=now,
    )
    session.add(task)
    session.flush()
    return task


def _open_task(session: Session, task_id: int) -> tuple[Task, Episode]:
    task = session.get(Task, task_id)
    if task is None or task.state != OPEN:
        raise NotFound("This step is no longer open: something done since has settled it. Look at the case again.")
    return task, session.get_one(Episode, task.episode_id)


def _row(task: Task, episode: Episode) -> TaskRow:
    return TaskRow(task.id, episode.ref, task.title, task.due, task.state, task.waits_on, task.put_off_until)
