"""What is lawful on a case now, and for the rest from when and why not; which documents can be made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import Session

from cme_desktop.access import requires
from cme_desktop.casework.documents.in_bulk import alike, kinds
from cme_desktop.casework.documents.lawful import Possible, decisions, possible
from cme_desktop.casework.documents.letters.council import Council, council_of
from cme_desktop.casework.documents.letters.sources import CaseSources, sources_of
from cme_desktop.casework.facts import order_facts, records_of
from cme_desktop.casework.orders.process import REGIME
from cme_desktop.casework.rows.lookup import case_of
from cme_desktop.domain.order_process import OrderFacts, State, next_act
from cme_desktop.domain.roles import Person, Role
from cme_desktop.models.child import Child
from cme_desktop.models.episode import Episode
from cme_desktop.models.order import Approval
from cme_desktop.storage.store import Store

SECOND_PERSON = "council rule: a second person approves, never the drafter"


@dataclass(frozen=True)
class ActRow:
    """One act: whether it is lawful now, the first lawful day, why, and its section."""

    action: str
    allowed: bool
    from_date: date | None
    why: str
    section: str


@dataclass(frozen=True)
class ProcessSchool:
    """The school that an order process has to do with."""

    urn: str
    name: str
    address: tuple[str, ...]


@dataclass(frozen=True)
class Lawful:
    """The whole answer for one case on a day."""

    ref: str
    on: date
    regime: str
    state: str
    school: ProcessSchool | None
    acts: tuple[ActRow, ...]
    documents: Possible
    next_date: date | None
    next_action: str


@requires("ask.case")
def what_is_lawful(store: Store, viewer: Person, ref: str) -> Lawful:
    """Return every act of a case with whether it is lawful today, else from when and why not, and every document."""
    with store.read() as session:
        episode = case_of(session, viewer, ref)
        council = council_of(session, training=store.demonstration)
        return lawful_of(viewer, sources_of(session, [episode], council)[0], council, store.clock.today())


def lawful_of(viewer: Person, sources: CaseSources, council: Council, on: date) -> Lawful:
    """Return the whole answer for a case whose rows are read already."""
    waiting = [row for row in sources.records.approvals if row.decision == "waiting"]
    drafters = {row.id: row.drafted_by for row in sources.records.documents}
    return _answer(sources, council, on, [*_second_person(viewer, waiting, drafters)])


def _answer(sources: CaseSources, council: Council, on: date, more: list[ActRow]) -> Lawful:
    decided = decisions(sources, council, on)
    acts = [
        ActRow(one.action.value, one.allowed, one.from_date, one.why, one.section)
        for one in (decided.actions if decided else ())
    ]
    following = next_act(sources.order, on, council.rules) if sources.order is not None else None
    return Lawful(
        sources.episode.ref,
        on,
        REGIME,
        decided.state.value if decided else _state_without(sources),
        _school(sources),
        tuple(acts + more),
        possible(sources, council, on, decided),
        following.due if following else sources.episode.next_date,
        following.title if following else sources.episode.next_action,
    )


def _state_without(sources: CaseSources) -> str:
    return (State.ENDED if sources.records.processes else State.INFORMAL_ENQUIRY).value


def _school(sources: CaseSources) -> ProcessSchool | None:
    processes = sources.records.processes
    school = sources.school(processes[-1].school_urn) if processes else None
    if school is None:
        return None
    lines = (*school.address, *((school.postcode,) if school.postcode else ()))
    return ProcessSchool(school.urn, school.name, lines)


def _second_person(viewer: Person, waiting: list[Approval], drafters: dict[int, int]) -> tuple[ActRow, ...]:
    """Return whether this person may approve or refuse what waits on the case."""
    own = {row.id for row in waiting if viewer.id in (row.asked_by, drafters.get(row.document_id or 0))}
    if not waiting:
        allowed, why = False, "Nothing waits for a second person."
    elif not viewer.holds(Role.MANAGER):
        allowed, why = False, "A manager approves or refuses what waits."
    elif len(own) == len(waiting):
        allowed, why = False, "You drafted this or asked for it, so another manager decides."
    else:
        allowed, why = True, "; ".join(str(row.data.get("what") or row.kind) for row in waiting if row.id not in own)
    return tuple(ActRow(name, allowed, None, why, SECOND_PERSON) for name in ("approve", "refuse"))


@requires("ask.cases")
def possible_documents(store: Store, viewer: Person, refs: Sequence[str] | None = None) -> dict[str, Possible]:
    """Return which documents can be made now for each case that the viewer may see, or for those named."""
    today = store.clock.today()
    with store.read() as session:
        episodes = _visible(session, viewer, refs)
        council = council_of(session, training=store.demonstration)
        return {
            sources.episode.ref: possible(sources, council, today, decisions(sources, council, today))
            for sources in sources_of(session, episodes, council)
        }


@requires("ask.cases")
def possible_codes(store: Store, viewer: Person) -> dict[str, tuple[str, ...]]:
    """Return which documents can be made now for each case that the viewer may see, without the reasons of the others.

    The answer is that of ``possible_documents``; closed cases that are alike are asked about once.
    """
    today = store.clock.today()
    with store.read() as session:
        council = council_of(session, training=store.demonstration)
        refs: dict[int, list[str]] = {group[0][0]: [ref for _, ref in group] for group in kinds(session, _seen(viewer))}
        alone = session.scalars(_cases(viewer).where(~alike())).all()
        first = session.scalars(select(Episode).where(Episode.id.in_(refs))).all()
        found: dict[str, tuple[str, ...]] = {}
        for sources in sources_of(session, [*alone, *first], council):
            codes = possible(sources, council, today, decisions(sources, council, today)).codes
            found |= dict.fromkeys(refs.get(sources.episode.id, (sources.episode.ref,)), codes)
        return found


def _visible(session: Session, viewer: Person, refs: Sequence[str] | None) -> list[Episode]:
    statement = _cases(viewer)
    if refs is not None:
        statement = statement.where(Episode.ref.in_(refs))
    return list(session.scalars(statement))


def _cases(viewer: Person) -> Select[Episode]:
    return select(Episode).join(Child, Child.id == Episode.child_id).where(_seen(viewer)).order_by(Episode.ref)


def _seen(viewer: Person) -> ColumnElement[bool]:
    """Return the condition on Child for what this viewer may see (safety.md 7)."""
    return true() if viewer.holds(Role.OFFICER) else Child.restricted.is_(False)


def order_facts_of(session: Session, episode_ids: Sequence[int], *, training: bool) -> dict[int, OrderFacts]:
    """Return what the order processes of some cases are decided from, inside an open session.

    A case whose child's date of birth is not known has none.
    """
    council = council_of(session, training=training)
    episodes = list(session.scalars(select(Episode).where(Episode.id.in_(episode_ids))))
    found: dict[int, OrderFacts] = {}
    for records in records_of(session, episodes):
        facts = order_facts(session, records, council.policy, training=training, form_confirmed=council.form_confirmed)
        if facts is not None:
            found[records.episode.id] = facts
    return found
