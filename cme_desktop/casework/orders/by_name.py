"""Take a step of a case by its name, whichever function it belongs to: what the command line calls."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from cme_desktop.access import requires
from cme_desktop.casework.approvals import WAITING, approve, refuse
from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.orders.lawful import what_is_lawful
from cme_desktop.casework.orders.not_serving import ask_not_to_serve, decide_not_to_serve, waits
from cme_desktop.casework.orders.particulars import read
from cme_desktop.casework.orders.process import StepTaken
from cme_desktop.casework.orders.steps import take_step
from cme_desktop.casework.rows.lookup import case_of
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.order_process import Action
from cme_desktop.domain.roles import Person, Role
from cme_desktop.models.document import Document
from cme_desktop.models.order import Approval
from cme_desktop.storage.store import Store

APPROVE, REFUSE = "approve", "refuse"
NAMES = (*(action.value for action in Action), APPROVE, REFUSE)


@requires("ask.case")
def take_by_name(
    store: Store, actor: Person, ref: str, name: str, given: Mapping[str, str], *, on: date | None = None
) -> StepTaken:
    """Take the step of that name; each is guarded by its own function.

    Raises:
        StepRefused: not lawful, with its section and the first lawful day.
        ApprovalNeeded: it waits for a second person.
        NotAllowed: the step is not for this person.
        UserError: a particular is unknown or unclear, or there is no such step.
    """
    if name not in NAMES:
        raise UserError(f"There is no step called {name}. The steps are: {', '.join(NAMES)}.", code="action-unknown")
    if name in (APPROVE, REFUSE):
        return _second_person(store, actor, ref, name, given, on)
    if name == Action.DECIDE_NOT_TO_SERVE:
        request = read(Action.DECIDE_NOT_TO_SERVE, given).request
        if actor.holds(Role.MANAGER):
            return decide_not_to_serve(store, actor, ref, request.parent, request.reasons, on=on)
        asked = ask_not_to_serve(store, actor, ref, request.parent, request.reasons, on=on)
        if asked:
            raise waits(asked)
        return _stands(store, actor, ref, name, on)
    if name == Action.CLOSE:
        close_case(store, actor, ref, _closing(given, on))
        return _stands(store, actor, ref, name, on)
    return take_step(store, actor, ref, name, given, on=on)


def _second_person(
    store: Store, actor: Person, ref: str, name: str, given: Mapping[str, str], on: date | None
) -> StepTaken:
    known = {"document", "proof"} if name == APPROVE else {"document", "reason"}
    unknown = sorted(set(given) - known)
    if unknown:
        raise UserError(
            f"{name} has no particular called {', '.join(unknown)}. It takes: {', '.join(sorted(known))}.",
            code="particular-unknown",
        )
    number = given.get("document", "")
    if number and not (number.isascii() and number.isdigit()):
        raise UserError("document must be the number of a document of the case.", code="particular-unclear")
    document_id = int(number) if number else None
    for approval_id in _meant(store, actor, ref) if document_id is None else (None,):
        if name == APPROVE:
            proof = given.get("proof", "")
            approve(store, actor, ref, document_id=document_id, approval_id=approval_id, on=on, outside_proof=proof)
        else:
            reason = given.get("reason", "")
            refuse(store, actor, ref, reason=reason, document_id=document_id, approval_id=approval_id)
    return _stands(store, actor, ref, name, on)


def _meant(store: Store, actor: Person, ref: str) -> tuple[int | None, ...]:
    """Return what waits on a case and is this person's to decide; where nothing is, the first that is not."""
    with store.read() as session:
        rows = session.execute(
            select(Approval.id, Approval.asked_by, Document.drafted_by)
            .outerjoin(Document, Document.id == Approval.document_id)
            .where(Approval.episode_id == case_of(session, actor, ref).id, Approval.decision == WAITING)
            .order_by(Approval.id)
        ).all()
    others = tuple(number for number, *own in rows if actor.id not in own)
    return others or tuple(number for number, *_ in rows[:1]) or (None,)


def _closing(given: Mapping[str, str], on: date | None) -> CloseCase:
    read_ = read(Action.CLOSE, given)
    started = read_.recorded.get("start_date")
    return CloseCase(
        read_.request.outcome,
        read_.request.how_confirmed,
        on=on,
        school_urn=str(read_.recorded["school"]) if "school" in read_.recorded else None,
        started_on=date.fromisoformat(str(started)) if started else None,
    )


def _stands(store: Store, actor: Person, ref: str, name: str, on: date | None) -> StepTaken:
    """Return where a case stands after a step that is not one of the order process."""
    lawful = what_is_lawful(store, actor, ref)
    return StepTaken(lawful.ref, name, on or lawful.on, lawful.state, lawful.next_date, lawful.next_action)
