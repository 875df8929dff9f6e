"""Draft a document: filled in and drawn once, outside any transaction, and those bytes sealed (design.md 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cme_desktop.access import requires
from cme_desktop.casework import next_steps
from cme_desktop.casework.documents.filed import (
    DRAFT,
    WITHDRAWN,
    DocumentRow,
    Made,
    find_document,
    open_case_sources,
    put_document,
    view,
)
from cme_desktop.casework.documents.lawful import (
    check,
    complete,
    copies_of,
    fill,
    lacking,
    particulars_missing,
    words_refusal,
)
from cme_desktop.casework.documents.letters.council import Council
from cme_desktop.casework.documents.letters.filling import CODES, TO_PARENTS, Ask, check_texts, service_method
from cme_desktop.casework.documents.letters.sources import CaseSources
from cme_desktop.casework.documents.shipped_letters import fonts, template
from cme_desktop.casework.documents.signing import SignatoryInfo
from cme_desktop.casework.rows.lookup import case_of
from cme_desktop.casework.rows.numbers import next_number
from cme_desktop.documents import (
    FieldPlace,
    PageLook,
    RenderedPdf,
    build_letter,
    build_preview,
    missing_glyphs,
    render_pdf,
)
from cme_desktop.domain.errors import NotFound, Refusal, StepRefused, UserError
from cme_desktop.domain.order_process import Paper
from cme_desktop.domain.roles import Person
from cme_desktop.domain.service import METHOD_WORDS, Method, latest_posting
from cme_desktop.models.document import Document
from cme_desktop.models.order import Approval
from cme_desktop.storage.store import Store

ORDERS = "SAO"


@dataclass(frozen=True)
class Wanted:
    """What the officer says of a document to be made; what is left out is filled in from the case.

    ``sent_on``: the day it is to be handed over, left, posted or sent; ``texts``: the officer's own words by field, in
    place of those that the case record gives; ``alternatives``: URNs of the schools a section 438(2) notice offers;
    ``received``: the day on which a school has a notice of decision.
    """

    parent_id: int | None = None
    urn: str | None = None
    method: str | None = None
    sent_on: date | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    alternatives: tuple[str, ...] = ()
    signatory_id: int | None = None
    received: date | None = None


@dataclass(frozen=True)
class Preview:
    """The pages of a document before it is drafted: never filed; what it still lacks, and where each field stands.

    ``fields`` are those that are filled, ``window`` the address for the envelope; ``served_on`` and ``last_day`` what a
    notice expects and prints, or the day by which an answer is asked for; ``content`` is empty where only the facts
    were asked for.
    """

    content: bytes
    pages: int
    missing: tuple[str, ...]
    labels: tuple[str, ...]
    places: tuple[FieldPlace, ...]
    why_not: Refusal | None
    fields: Mapping[str, str] = field(default_factory=dict)
    method: str = ""
    sent_on: date | None = None
    served_on: date | None = None
    last_day: date | None = None
    urn: str | None = None
    signatory: SignatoryInfo | None = None
    withheld: bool = False
    window: tuple[str, ...] = ()


@requires("document.draft")
def draft_document(
    store: Store,
    actor: Person,
    ref: str,
    code: str,
    parent_id: int | None = None,
    school_urn: str | None = None,
    *,
    planned_method: str | None = None,
    planned_sent_on: date | None = None,
    texts: Mapping[str, str] | None = None,
    alternatives: Sequence[str] = (),
    signatory_id: int | None = None,
) -> DocumentRow:
    """Draw a document once, seal those bytes and keep them as a draft; an earlier draft of the same is withdrawn.

    Args:
        code: L01, L04, L07, L08 or L24; L05, L06 and L09 are made by their acts of the order process.
        parent_id: for whom a letter to a parent is; may be left out where the case has one adult only.
        planned_method: how it is to be sent; the printed days come from it and from ``planned_sent_on``.
        texts: the officer's own words by field, in place of those that the case record gives.
        alternatives: URNs of the other schools that a section 438(2) notice offers.

    Raises:
        StepRefused: not lawful now (``not-lawful`` and finer codes), or a particular is missing
            (``particulars-missing``); an audit row is all that is kept.
        UserError: there is no such document, field or method.
    """
    if code not in ("L01", "L04", "L07", "L08", "L24"):
        raise UserError(
            f"{code} is made by its act of the order process, or there is no such document.", code="document-unknown"
        )
    wanted = Wanted(
        parent_id, school_urn, planned_method, planned_sent_on, dict(texts or {}), tuple(alternatives), signatory_id
    )
    sources, council, ask = prepare(store, actor, ref, code, wanted)
    today = store.clock.today()
    _check_method(ask, today)
    try:
        check(sources, council, ask, today)
        if code == Paper.ORDER.value:
            ask = replace(ask, order_no=_reserve_number(store, actor, ref, sources, council, ask))
        made = make(store, sources, council, ask)
    except StepRefused as refused:
        store.refused(actor, "document.draft", f"{code}: {refused.message}", episode_id=sources.episode.id)
        raise
    next_steps.attach(store)
    with store.action(actor, "document.draft") as session:
        episode = case_of(session, actor, ref)
        now = store.clock.now()
        _withdraw_earlier(session, episode.id, ask)
        row = put_document(session, actor, episode, made, now=now, issued=False)
        return view(session, row, episode, missing_glyphs=made.missing_glyphs, send_by=send_by(row, council))


@requires("document.draft")
def prepare(store: Store, actor: Person, ref: str, code: str, wanted: Wanted) -> tuple[CaseSources, Council, Ask]:
    """Read the case and return the document as it is to be made, dated today, with what was left out filled in.

    Raises:
        UserError: words for a field that is not the officer's to write, or ``parent-needed``.
        NotFound: the case or the parent is not there.
    """
    check_texts(code, wanted.texts)
    also = (*wanted.alternatives, *(() if wanted.urn is None else (wanted.urn,)))
    with store.read() as session:
        sources, council = open_case_sources(store, session, actor, ref, also=also)
        check_parent(sources, code, wanted.parent_id)
        base = complete(
            sources,
            code,
            on=store.clock.today(),
            parent_id=wanted.parent_id,
            urn=wanted.urn,
            method=wanted.method,
            sent_on=wanted.sent_on,
            user_id=actor.id,
        )
    return (
        sources,
        council,
        replace(
            base,
            texts=wanted.texts,
            alternatives=wanted.alternatives,
            signatory_id=wanted.signatory_id,
            received=wanted.received,
        ),
    )


def check_parent(sources: CaseSources, code: str, parent_id: int | None) -> None:
    """Refuse a letter to a parent where it is not said which, or to nobody of the case.

    Raises:
        UserError: ``parent-needed``.
        NotFound: ``parent-unknown``.
    """
    if code not in TO_PARENTS:
        return
    parents = sources.records.parents
    if parent_id is None and len(parents) > 1:
        raise UserError(
            "This case has more than one parent or carer, and each gets an own letter. Say which one it is for.",
            code="parent-needed",
        )
    if parent_id is not None and sources.parent(parent_id) is None:
        raise NotFound(
            f"{sources.episode.ref} has no parent or carer with number {parent_id}. Look under People on the case.",
            code="parent-unknown",
        )


def _check_method(ask: Ask, today: date) -> None:
    if ask.code in ("L04", "L07", "L08") or ask.method not in (*METHOD_WORDS, "s2s-message"):
        service_method(ask)
    if ask.sent_on < today:
        raise UserError("The day of sending lies in the past. Choose today or a later day.", code="date-past")


def _reserve_number(store: Store, actor: Person, ref: str, sources: CaseSources, council: Council, ask: Ask) -> str:
    """Reserve the number of an order once nothing else is missing: it is printed, so it is known at drafting."""
    stand_in = replace(ask, order_no=ORDERS)
    _, facts = fill(sources, council, stand_in)
    missing, labels = lacking(ask.code, facts)
    if missing:
        raise StepRefused(particulars_missing(ask.code, missing, labels))
    with store.action(actor, "document.draft", entity="order-number", hooks=False) as session:
        case_of(session, actor, ref)
        year = store.clock.today().year
        return f"{ORDERS}-{year}-{next_number(session, ORDERS, year):04d}"


def make(store: Store, sources: CaseSources, council: Council, ask: Ask) -> Made:
    """Fill in a document, draw it and seal its bytes; nothing names them yet (a crash leaves an orphan, swept later).

    Raises:
        StepRefused: a particular is missing, or the words say what this person must not read.
    """
    filling, facts = fill(sources, council, ask)
    used = template(ask.code)
    missing, labels = lacking(ask.code, facts)
    if missing:
        raise StepRefused(particulars_missing(ask.code, missing, labels))
    refusal = words_refusal(sources, ask, filling)
    if refusal is not None:
        raise StepRefused(refusal)
    letter = build_letter(used, facts)
    look = _look(council)
    drawn = render_pdf(letter, look, [build_letter(used, copy) for copy in copies_of(ask.code, facts)])
    mark = look.watermark(draft_until_confirmed=letter.draft_until_confirmed)
    return Made(
        ask,
        used,
        facts,
        filling,
        drawn.pages,
        mark.word if mark else "",
        store.content.seal(drawn.content),
        missing_glyphs(letter, look.fonts),
    )


def _look(council: Council) -> PageLook:
    return PageLook(fonts(), training=council.training, form_confirmed=council.form_confirmed)


def _withdraw_earlier(session: Session, episode_id: int, ask: Ask) -> None:
    """Withdraw the open drafts that a new draft of the same document takes the place of."""
    for row in session.scalars(
        select(Document).where(
            Document.episode_id == episode_id,
            Document.code == ask.code,
            Document.parent_id.is_(None) if ask.parent_id is None else Document.parent_id == ask.parent_id,
            Document.state == DRAFT,
        )
    ):
        withdraw(session, row)


def withdraw(session: Session, row: Document) -> None:
    """Withdraw a draft inside an act, and what waits for a second person's approval of it."""
    row.state = WITHDRAWN
    for approval in session.scalars(
        select(Approval).where(Approval.document_id == row.id, Approval.decision == "waiting")
    ):
        approval.decision = "withdrawn"


@requires("document.withdraw")
def withdraw_draft(store: Store, actor: Person, document_id: int, *, reason: str = "") -> DocumentRow:
    """Withdraw a draft; it stays in the register, and its number is not used again.

    Raises:
        UserError: the document is issued or withdrawn already.
    """
    next_steps.attach(store)
    with store.action(actor, "document.withdraw", reason=reason or None) as session:
        row, episode = find_document(session, actor, document_id)
        if row.state != DRAFT:
            raise UserError("Only a draft can be withdrawn. What was issued is corrected by a new document.")
        withdraw(session, row)
        return view(session, row, episode)


@requires("document.draft")
def preview_document(
    store: Store,
    actor: Person,
    ref: str,
    code: str,
    parent_id: int | None = None,
    school_urn: str | None = None,
    *,
    planned_method: str | None = None,
    planned_sent_on: date | None = None,
    texts: Mapping[str, str] | None = None,
    alternatives: Sequence[str] = (),
) -> Preview:
    """Draw a document for the screen as it would be drafted now, with stand-ins for what is missing; keep nothing."""
    wanted = Wanted(parent_id, school_urn, planned_method, planned_sent_on, dict(texts or {}), tuple(alternatives))
    return foresee_document(store, actor, ref, code, wanted)


@requires("document.draft")
def foresee_document(store: Store, actor: Person, ref: str, code: str, wanted: Wanted, *, draw: bool = True) -> Preview:
    """Return a document as it would be drafted now, drawn with stand-ins for what is missing; keep nothing.

    Args:
        draw: without it only the facts are filled in, and the preview has no pages.
    """
    if code not in CODES:
        raise UserError(f"There is no document {code}. Choose one of: {', '.join(CODES)}.", code="document-unknown")
    sources, council, ask = prepare(store, actor, ref, code, wanted)
    today = store.clock.today()
    if code == Paper.ORDER.value:
        ask = replace(ask, order_no=f"{ORDERS}-{today.year}-____")
    filling, facts = fill(sources, council, ask)
    refusal = words_refusal(sources, ask, filling)
    try:
        check(sources, council, ask, today)
    except StepRefused as refused:
        refusal = refused.refusal
    missing, labels = lacking(code, facts)
    drawn = RenderedPdf(b"", 0, ())
    if draw:
        shown, *copies = (build_preview(template(code), one) for one in (facts, *copies_of(code, facts)))
        drawn = render_pdf(shown, _look(council), copies)
    return Preview(
        drawn.content,
        drawn.pages,
        missing,
        labels,
        drawn.field_places,
        refusal,
        fields=dict(facts.fields),
        method=ask.method,
        sent_on=ask.sent_on,
        served_on=filling.served_on,
        last_day=filling.last_day,
        urn=filling.urn,
        signatory=council.signatory(ask.dated, user_id=ask.user_id, wanted=ask.signatory_id),
        withheld=filling.withheld,
        window=tuple(filling.window),
    )


def send_by(row: Document, council: Council) -> date | None:
    """Return the last day on which a drafted notice can be sent as planned and still give the days it prints."""
    method = row.planned_method
    if row.printed_last_day is None or method is None or method not in Method.__members__.values():
        return None
    key = "notice_437_min" if row.code == Paper.NOTICE_437.value else "notice_438_choice"
    return latest_posting(
        row.printed_last_day,
        Method(method),
        council.rules.rule(f"SAO-A.{key}", row.dated),
        council.calendar,
        council.rules,
    )
