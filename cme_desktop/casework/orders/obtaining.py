"""Get one document, issued and filed: the copy that is filed already, the draft that waits, or a new one."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from cme_desktop.access import requires
from cme_desktop.casework.documents.drafting import Wanted, draft_document, prepare
from cme_desktop.casework.documents.filed import DRAFT, DocumentRow, find_document, moved, view
from cme_desktop.casework.documents.issuing import issue_document
from cme_desktop.casework.documents.letters.council import Council
from cme_desktop.casework.documents.letters.filling import CODES, SERVED
from cme_desktop.casework.documents.letters.sources import CaseSources
from cme_desktop.casework.orders.particulars import LETTERS
from cme_desktop.casework.orders.serving import first_day_passed, issued_paper
from cme_desktop.casework.orders.steps import take_step
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.order_process import Action, Paper
from cme_desktop.domain.roles import Person
from cme_desktop.models.document import Document
from cme_desktop.models.order import Approval
from cme_desktop.storage.store import Store
from cme_desktop.system import LONDON

ACTIONS = {code: action for action, code in LETTERS.items()}


@requires("document.issue")
def obtain_document(
    store: Store, actor: Person, ref: str, code: str, wanted: Wanted | None = None, *, usual_method: str | None = None
) -> DocumentRow:
    """Return one document of a case, issued and filed, making only what is not there yet.

    L05, L06 and L09 are the copies that their acts filed; before the act, where it is lawful, the act is done, dated
    today. Of the others, an issued one that still stands and is not served is returned; a draft that still stands is
    issued; else a new one is drafted and issued.

    Args:
        usual_method: how a new document is planned to be sent where ``wanted`` does not say.

    Raises:
        StepRefused: not lawful, or a particular is missing.
        ApprovalNeeded: it is drafted and waits for a second person.
        UserError: there is no such document, or it is not said for which parent.
    """
    if code not in CODES:
        raise UserError(f"There is no document {code}. Choose one of: {', '.join(CODES)}.", code="document-unknown")
    asked = wanted or Wanted()
    sources, council, ask = prepare(store, actor, ref, code, asked)
    if code in ACTIONS:
        return _by_its_act(store, actor, ref, code, asked, sources)
    standing = _issued(sources, council, replace(asked, parent_id=ask.parent_id), code, store)
    if standing is not None:
        return _view(store, actor, standing.id)
    draft = _draft(store, sources, council, replace(asked, parent_id=ask.parent_id), code)
    if draft is None:
        made = draft_document(
            store,
            actor,
            ref,
            code,
            ask.parent_id,
            asked.urn,
            planned_method=asked.method or usual_method,
            planned_sent_on=asked.sent_on,
            texts=asked.texts,
            alternatives=asked.alternatives,
            signatory_id=asked.signatory_id,
        )
        draft = made.id
    return issue_document(store, actor, draft)


def _by_its_act(store: Store, actor: Person, ref: str, code: str, wanted: Wanted, sources: CaseSources) -> DocumentRow:
    filed = [
        row
        for row in sources.records.documents
        if row.code == code and row.issued_at is not None and wanted.urn in (None, row.school_urn)
    ]
    if filed:
        return _view(store, actor, filed[-1].id)
    action = ACTIONS[code]
    given = dict(wanted.texts)
    if wanted.urn is not None:
        given["urn"] = wanted.urn
    if action is Action.NOTIFY_SCHOOL_439:
        given["received"] = store.clock.today().isoformat()
        if wanted.urn is None:
            given |= _consulted(sources)
    taken = take_step(store, actor, ref, action, given)
    return _view(store, actor, taken.documents[-1])


def _consulted(sources: CaseSources) -> dict[str, str]:
    """Name the school that was consulted last: the one whose notice of decision is asked for."""
    steps = sources.order.steps if sources.order is not None else ()
    found = [step.urn for step in steps if step.action is Action.CONSULT_SCHOOL and step.urn is not None]
    return {"urn": found[-1]} if found else {}


def _issued(sources: CaseSources, council: Council, wanted: Wanted, code: str, store: Store) -> Document | None:
    """Return an issued document of the kind that is still to be sent and says what it would say now."""
    if code in SERVED:
        row = issued_paper(sources, Paper(code), wanted.parent_id)
    else:
        today = store.clock.today()
        found = [
            row
            for row in sources.records.documents
            if row.code == code
            and row.parent_id == wanted.parent_id
            and row.issued_at is not None
            and row.issued_at.astimezone(LONDON).date() == today
        ]
        row = found[-1] if found else None
    stale = row is not None and first_day_passed(row, store.clock.today()) is not None
    if row is None or stale or not _same(row, wanted) or moved(row, sources, council):
        return None
    return row


def _draft(store: Store, sources: CaseSources, council: Council, wanted: Wanted, code: str) -> int | None:
    """Return the draft that still stands and was not refused, None where a new one has to be made."""
    found = [
        row
        for row in sources.records.documents
        if row.code == code and row.parent_id == wanted.parent_id and row.state == DRAFT
    ]
    stale = bool(found) and first_day_passed(found[-1], store.clock.today()) is not None
    if not found or stale or not _same(found[-1], wanted) or moved(found[-1], sources, council):
        return None
    with store.read() as session:
        decision = session.scalar(
            select(Approval.decision).where(Approval.document_id == found[-1].id).order_by(Approval.id.desc()).limit(1)
        )
    return None if decision == "refused" else found[-1].id


def _same(row: Document, wanted: Wanted) -> bool:
    """Say whether a document was made as it is wanted; what is left open fits anything."""
    kept = row.facts
    return (
        wanted.method in (None, row.planned_method)
        and wanted.sent_on in (None, row.planned_sent_on)
        and wanted.urn in (None, row.school_urn)
        and (not wanted.texts or dict(wanted.texts) == kept.get("texts"))
        and (not wanted.alternatives or list(wanted.alternatives) == kept.get("alternatives"))
    )


def _view(store: Store, actor: Person, document_id: int) -> DocumentRow:
    with store.read() as session:
        row, episode = find_document(session, actor, document_id)
        return view(session, row, episode)
