"""Decide about a staged pupil: the same child, a new child, not a case, or later; a person always decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from cme_desktop.access import requires
from cme_desktop.casework import next_steps
from cme_desktop.casework.intake.applying import TAKEABLE, Record, apply_to_child, open_new
from cme_desktop.casework.intake.candidates import Found, find, find_many, propose, replace_candidates
from cme_desktop.casework.intake.files import pointed_at
from cme_desktop.casework.intake.meaning import DESTINATION, LATER, MATCH, NEW, NOT_CME
from cme_desktop.casework.intake.pupil_facts import pupil_key
from cme_desktop.casework.intake.siblings import Sibling, likely_siblings
from cme_desktop.casework.rows.lookup import case_of, child_of
from cme_desktop.domain.errors import NotFound, UserError
from cme_desktop.domain.roles import Person
from cme_desktop.matching.score import MatchClass
from cme_desktop.models.child import Child, ChildIdentifier
from cme_desktop.models.intake import MatchCandidate, NotSame, StagedPupil
from cme_desktop.storage.store import Store

KINDS = (MATCH, NEW, NOT_CME, LATER)
LATER_DAYS = 7


@dataclass(frozen=True)
class Decision:
    """What a person decided about a staged pupil.

    ``ref`` or ``child_id`` name the child of ``match``; ``take`` names what of the file replaces what the register has;
    ``close`` closes the open case of a joiner; ``until`` is the day on which ``later`` comes back.
    """

    kind: str
    ref: str | None = None
    child_id: int | None = None
    take: frozenset[str] = frozenset()
    close: bool = False
    until: date | None = None
    reason: str = ""

    @classmethod
    def parse(cls, text: str) -> Decision:
        """Return the decision written as ``match:REF``, ``new``, ``not-cme`` or ``later`` (command-line.md)."""
        kind, _, ref = text.strip().partition(":")
        if kind not in KINDS or (kind == MATCH) != bool(ref):
            raise UserError("Say match:REFERENCE, new, not-cme or later. Nothing was decided.", code="decision-unknown")
        return cls(kind, ref or None)


@dataclass(frozen=True)
class Accepted:
    """What became of a staged pupil, and who may be its brothers and sisters in the register."""

    item: int
    decision: str
    case: str | None
    child_id: int | None
    siblings: tuple[Sibling, ...] = ()


@requires("import.accept")
def accept(store: Store, actor: Person, item_id: int, decision: Decision) -> Accepted:
    """Carry out a decision about a staged pupil in one act, which can be undone as one.

    Raises:
        NotFound: there is no such item, case or child.
        UserError: the item was decided before; or, for ``new``, a child of the register has come to look like the
            pupil since the file came in (code ``match-found``): nothing is decided then, and the item shows it.
    """
    _check(decision, store.clock.today())
    next_steps.attach(store)
    if decision.kind == NEW:
        _look_again(store, actor, item_id)
    with store.action(actor, "import.accept", reason=decision.reason or None, entity=f"staged:{item_id}") as session:
        staged = _undecided(session, item_id)
        record = Record.of(session, staged)
        now, today = store.clock.now(), store.clock.today()
        staged.decided_at, staged.decided_by = now, actor.id
        siblings: tuple[Sibling, ...] = ()
        episode, child = None, None
        if decision.kind in (MATCH, NEW):
            if decision.kind == NEW:
                episode = open_new(session, actor, record, now=now, today=today)
                child = session.get_one(Child, episode.child_id)
            else:
                child = _child(session, actor, decision)
                episode = apply_to_child(
                    session, actor, record, child, take=decision.take, close_case=decision.close, now=now, today=today
                )
            staged.child_id, staged.episode_id = child.id, episode.id if episode else None
            siblings = likely_siblings(session, child.id)
        elif decision.kind == LATER:
            ahead = staged.later_until if staged.later_until and staged.later_until > today else None
            staged.later_until = decision.until or ahead or today + timedelta(days=LATER_DAYS)
        staged.decision = decision.kind
        session.flush()
        if child is not None:
            _rematch_waiting(session, child)
    ref, child_id = (episode.ref if episode else None), (child.id if child else None)
    return Accepted(item_id, decision.kind, ref, child_id, siblings)


@requires("import.accept")
def accept_same(store: Store, actor: Person, item_ids: Sequence[int]) -> tuple[Accepted, ...]:
    """Accept pupils who are certainly the same children as the register's, in one act that is undone as one.

    What the register has is kept, gaps are filled, and no case is closed: that is decided pupil by pupil. A pupil
    who was decided meanwhile, or whose match is not certain any more, is passed over.
    """
    next_steps.attach(store)
    done: list[Accepted] = []
    with store.action(actor, "import.accept", entity="inbox") as session:
        now, today = store.clock.now(), store.clock.today()
        for item_id in item_ids:
            staged = session.get(StagedPupil, item_id)
            child = None if staged is None or staged.decision is not None else _certain_child(session, staged)
            if staged is None or child is None:
                continue
            record = Record.of(session, staged)
            staged.decision, staged.decided_at, staged.decided_by = MATCH, now, actor.id
            episode = apply_to_child(
                session, actor, record, child, take=frozenset(), close_case=False, now=now, today=today
            )
            staged.child_id, staged.episode_id = child.id, episode.id if episode else None
            session.flush()
            _rematch_waiting(session, child)
            done.append(Accepted(item_id, MATCH, episode.ref if episode else None, child.id))
    return tuple(done)


def _certain_child(session: Session, staged: StagedPupil) -> Child | None:
    """Return the child that a pupil proposed as the same certainly is, or None."""
    if staged.proposed != MATCH:
        return None
    child_id = session.scalar(
        select(MatchCandidate.child_id).where(
            MatchCandidate.staged_id == staged.id,
            MatchCandidate.rank == 1,
            MatchCandidate.match_class == MatchClass.CERTAIN.value,
        )
    )
    return None if child_id is None else session.get(Child, child_id)


def _check(decision: Decision, today: date) -> None:
    if decision.kind not in KINDS:
        raise UserError("Say match, new, not-cme or later. Nothing was decided.", code="decision-unknown")
    if decision.kind == MATCH and decision.ref is None and decision.child_id is None:
        raise UserError("Say which child of the register it is. Nothing was decided.", code="decision-unknown")
    if decision.take - TAKEABLE:
        raise UserError("Only address, name, date of birth and sex can be taken from a file.", code="decision-unknown")
    if decision.until is not None and decision.until <= today:
        raise UserError("Choose a later day on which this comes back.")


def _undecided(session: Session, item_id: int) -> StagedPupil:
    staged = session.get(StagedPupil, item_id)
    if staged is None:
        raise NotFound(f"The inbox holds no item {item_id}. Look at the inbox again.", code="item-unknown")
    if staged.decision is not None and staged.decision != LATER:
        raise UserError(
            "This was decided before. To decide it otherwise, undo the first decision.", code="already-decided"
        )
    return staged


def _child(session: Session, actor: Person, decision: Decision) -> Child:
    if decision.ref is not None:
        return session.get_one(Child, case_of(session, actor, decision.ref).child_id)
    assert decision.child_id is not None
    return child_of(session, decision.child_id)


def _look_again(store: Store, actor: Person, item_id: int) -> None:
    """Refuse a new child while somebody in the register, not shown yet, looks like the pupil; show that child first."""
    with store.read() as session:
        staged = _undecided(session, item_id)
        found = find(session, Record.of(session, staged).pupil)
        shown = set(session.scalars(select(MatchCandidate.child_id).where(MatchCandidate.staged_id == item_id)))
    if {match.known.child_id for match in found.matches} <= shown:
        return
    with store.action(actor, "import.rematch", entity=f"staged:{item_id}", hooks=False) as session:
        staged = _undecided(session, item_id)
        _put_found(session, staged, Record.of(session, staged), found)
    raise UserError(
        "Since this file came in, a child was entered who may be the same. Nothing was decided: look at the match "
        "that is shown now, and decide again.",
        code="match-found",
    )


def _put_found(session: Session, staged: StagedPupil, record: Record, found: Found) -> None:
    replace_candidates(session, staged.id, found)
    staged.proposed = propose(record.meaning, found)
    staged.child_id, staged.episode_id = pointed_at(record.meaning, found)


def _rematch_waiting(session: Session, child: Child) -> None:
    """Match anew, inside the act, the waiting pupils that share a number or the birthday with a child just changed."""
    waiting = list(session.scalars(_sharing(session, child)))
    if not waiting:
        return
    records = [Record.of(session, staged) for staged in waiting]
    found = find_many(session, [record.pupil for record in records])
    for staged, record, own in zip(waiting, records, found, strict=True):
        _put_found(session, staged, record, own)


def _sharing(session: Session, child: Child) -> Select[StagedPupil]:
    numbers = list(session.scalars(select(ChildIdentifier.value).where(ChildIdentifier.child_id == child.id)))
    same: list[ColumnElement[bool]] = [func.json_extract(StagedPupil.record, "$.UPN").in_(numbers)]
    if child.dob is not None:
        same.append(func.json_extract(StagedPupil.record, "$.DOB") == child.dob.isoformat())
    return select(StagedPupil).where(StagedPupil.decision.is_(None), or_(*same)).order_by(StagedPupil.id)


@requires("import.not-same")
def not_same(store: Store, actor: Person, item_id: int, child_id: int, *, why: str = "") -> None:
    """Remember that a staged pupil is not this child of the register, and show the next candidate (F16).

    Raises:
        NotFound: there is no such item.
    """
    with store.action(actor, "import.not-same", reason=why or None, entity=f"staged:{item_id}", hooks=False) as session:
        staged = _undecided(session, item_id)
        record = Record.of(session, staged)
        key = pupil_key(record.pupil)
        known = session.scalar(select(NotSame).where(NotSame.pupil_key == key, NotSame.child_id == child_id))
        if known is None:
            session.add(
                NotSame(pupil_key=key, child_id=child_id, said_by=actor.id, said_at=store.clock.now(), why=why.strip())
            )
            session.flush()
        _put_found(session, staged, record, find(session, record.pupil))


@requires("import.accept")
def bring_back(store: Store, actor: Person) -> int:
    """Bring back what was put off until today, and propose a case for each leaver whose new school stayed silent.

    Nothing is written where nothing is due. Returns how many items came back.
    """
    today = store.clock.today()
    due = (StagedPupil.later_until <= today) & or_(
        StagedPupil.decision == LATER,
        StagedPupil.decision.is_(None) & (StagedPupil.meaning_code == DESTINATION) & (StagedPupil.proposed == LATER),
    )
    with store.read() as session:
        ids: Sequence[int] = session.scalars(select(StagedPupil.id).where(due)).all()
    if not ids:
        return 0
    with store.action(actor, "import.bring-back", entity="inbox", hooks=False) as session:
        for staged in session.scalars(select(StagedPupil).where(StagedPupil.id.in_(ids))):
            _bring_back(staged)
    return len(ids)


def _bring_back(staged: StagedPupil) -> None:
    if staged.meaning_code == DESTINATION and staged.proposed == LATER:
        staged.proposed = NEW
    staged.decision, staged.decided_at, staged.decided_by, staged.later_until = None, None, None, None
