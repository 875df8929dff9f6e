"""The rows of an order process: its run, its steps, and its state worked out anew after each act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.casework.documents.filed import Made
from cme_desktop.casework.documents.letters.council import Council
from cme_desktop.casework.documents.letters.sources import CaseSources, sources_of
from cme_desktop.casework.orders.particulars import Particulars
from cme_desktop.casework.rows.timeline import add_event
from cme_desktop.domain.order_process import Action, NextAct, OrderFacts, State, next_act, state_of
from cme_desktop.domain.roles import Person
from cme_desktop.models.document import Document
from cme_desktop.models.episode import Episode
from cme_desktop.models.order import OrderProcess, OrderStep

REGIME = "SAO-A"
OVER = frozenset({State.SATISFIED, State.COMPLIED, State.ENDED})


@dataclass(frozen=True)
class StepTaken:
    """What an act left behind: the state, what comes next and when, and the papers it made.

    ``defective`` says why a served notice does not hold; ``served_on`` and ``last_day`` are those of a service.
    """

    ref: str
    action: str
    on: date
    state: str
    next_date: date | None
    next_action: str
    documents: tuple[int, ...] = ()
    served_on: date | None = None
    last_day: date | None = None
    derivation: tuple[str, ...] = ()
    defective: str = ""


@dataclass
class Acting:
    """One act while its transaction is open: who, on which case, with what, and what it has left so far."""

    session: Session
    actor: Person
    episode: Episode
    sources: CaseSources
    council: Council
    given: Particulars
    on: date
    now: datetime
    made: Made | None = None
    documents: list[int] = field(default_factory=list)
    served_on: date | None = None
    last_day: date | None = None
    derivation: tuple[str, ...] = ()
    defective: str = ""

    def event(self, kind: str, title: str, *, detail: str = "", document: Document | None = None) -> None:
        """Add a line to the timeline of the case, on the day of the act."""
        add_event(
            self.session,
            self.actor,
            self.episode,
            kind,
            title,
            on=self.on,
            now=self.now,
            detail=detail,
            document_id=document.id if document else None,
        )

    def step(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        parent_id: int | None = None,
        urn: str | None = None,
        document: Document | None = None,
    ) -> OrderProcess:
        """Record the act as a step of the process that runs, or of a new one, and return that process."""
        process = running(self.session, self.episode, self.council, self.on)
        put_step(
            self.session,
            self.actor,
            process,
            self.given.request.action,
            self.on,
            now=self.now,
            parent_id=parent_id,
            urn=urn,
            document_id=document.id if document else None,
            data={**self.given.recorded, **(data or {})},
        )
        return process


def taken(
    episode: Episode,
    action: Action,
    on: date,
    stands: tuple[State, NextAct | None],
    acting: Acting | None = None,
) -> StepTaken:
    """Return what an act left behind, with the papers and days that it made where it made any."""
    state, following = stands
    left = StepTaken(
        episode.ref,
        action.value,
        on,
        state.value,
        following.due if following else episode.next_date,
        following.title if following else episode.next_action,
    )
    if acting is None:
        return left
    return replace(
        left,
        documents=tuple(acting.documents),
        served_on=acting.served_on,
        last_day=acting.last_day,
        derivation=acting.derivation,
        defective=acting.defective,
    )


def running(session: Session, episode: Episode, council: Council, on: date) -> OrderProcess:
    """Return the run of the order process that has not ended, made if there is none."""
    found = session.scalar(
        select(OrderProcess)
        .where(OrderProcess.episode_id == episode.id, OrderProcess.ended_on.is_(None))
        .order_by(OrderProcess.id.desc())
        .limit(1)
    )
    if found is None:
        found = OrderProcess(
            episode_id=episode.id,
            regime=REGIME,
            ruleset=council.ruleset(REGIME, on),
            state=State.INFORMAL_ENQUIRY.value,
            started_on=on,
        )
        session.add(found)
        session.flush()
    return found


def put_step(
    session: Session,
    actor: Person,
    process: OrderProcess,
    action: Action,
    on: date,
    *,
    now: datetime,
    parent_id: int | None = None,
    urn: str | None = None,
    document_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> OrderStep:
    """Enter one step of an order process inside an act."""
    row = OrderStep(
        process_id=process.id,
        action=action.value,
        on_day=on,
        parent_id=parent_id,
        school_urn=urn,
        document_id=document_id,
        data=dict(data or {}),
        user_id=actor.id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    return row


def facts_now(session: Session, episode: Episode, council: Council, *, also: tuple[str, ...] = ()) -> CaseSources:
    """Return what a case is decided from, as its rows stand in this transaction."""
    session.flush()
    return sources_of(session, [episode], council, also=also)[0]


def refresh(session: Session, episode: Episode, council: Council, today: date) -> tuple[State, NextAct | None]:
    """Work out the state of the order process inside an act, keep it on its row, and return it with what comes next."""
    order: OrderFacts | None = facts_now(session, episode, council).order
    if order is None:
        return State.INFORMAL_ENQUIRY, None
    state = state_of(order, today, council.rules)
    process = session.scalar(
        select(OrderProcess).where(OrderProcess.episode_id == episode.id).order_by(OrderProcess.id.desc()).limit(1)
    )
    if process is not None:
        if process.state != state.value and process.ended_on is None:
            process.state = state.value
        if state in OVER and process.ended_on is None:
            process.ended_on = today
    return state, next_act(order, today, council.rules)
