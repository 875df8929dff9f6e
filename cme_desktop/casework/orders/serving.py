"""Record how a notice or an order was served: the deemed day, the days counted again, and whether the paper holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cme_desktop.casework.documents.letters.council import Council
from cme_desktop.casework.documents.letters.filling import consent_of
from cme_desktop.casework.documents.letters.printed import full_day
from cme_desktop.casework.documents.letters.sources import CaseSources
from cme_desktop.casework.orders.particulars import Particulars
from cme_desktop.casework.orders.process import REGIME, Acting
from cme_desktop.domain.errors import Refusal, StepRefused
from cme_desktop.domain.order_process import Action, Paper
from cme_desktop.domain.order_process.guards import FORM
from cme_desktop.domain.order_process.steps import SECTIONS
from cme_desktop.domain.rules import Rule
from cme_desktop.domain.service import METHOD_WORDS, POSTAL_RULES, Method, Served, deemed, recount
from cme_desktop.models.document import Document
from cme_desktop.models.order import Service

PAPER_SERVED = {
    Action.SERVE_437: Paper.NOTICE_437,
    Action.SERVE_438: Paper.NOTICE_438,
    Action.SERVE_ORDER: Paper.ORDER,
}
PERIODS = {Paper.NOTICE_437: "SAO-A.notice_437_min", Paper.NOTICE_438: "SAO-A.notice_438_choice"}
DEFECTIVE = "Defective: serve again"
NAMES = {
    Paper.NOTICE_437: "Section 437(1) notice",
    Paper.NOTICE_438: "Section 438(2) notice",
    Paper.ORDER: "School attendance order",
}


@dataclass(frozen=True)
class ToServe:
    """A paper about to be recorded as served: which one, how, to which address, and the day it counts as served."""

    document: Document
    method: Method
    address: str
    served: Served


def issued_paper(sources: CaseSources, paper: Paper, parent_id: int | None) -> Document | None:
    """Return the newest issued paper of a kind for a parent whose service has not been recorded."""
    found = [
        row
        for row in sources.records.documents
        if row.code == paper.value
        and row.parent_id == parent_id
        and row.issued_at is not None
        and not sources.records.services.get(row.id)
    ]
    return found[-1] if found else None


def first_day_passed(document: Document, on: date) -> date | None:
    """Return the first school day that an order names where it lies before a day, None where it does not."""
    first = str(document.facts.get("start_on") or "") if document.code == Paper.ORDER.value else ""
    return date.fromisoformat(first) if first and date.fromisoformat(first) < on else None


def plan_service(sources: CaseSources, council: Council, given: Particulars, on: date) -> ToServe:
    """Return how a paper counts as served, before anything is recorded.

    Raises:
        StepRefused: no method is given, it is electronic without consent to that address, or the paper says DRAFT.
    """
    action = given.request.action
    paper = PAPER_SERVED[action]
    document = issued_paper(sources, paper, given.request.parent)
    if document is None:  # the law's own check comes first and refuses this
        raise LookupError("a paper that was not issued cannot be served")
    if given.method is None:
        raise StepRefused(
            Refusal(
                f"Enter how the paper was served first: {', '.join(method.value for method in Method)}.",
                SECTIONS[action],
                on,
                ("method",),
                "particulars-missing",
            )
        )
    if document.watermark == "DRAFT":
        raise StepRefused(
            Refusal(
                "This order carries DRAFT on every page, because Legal had not confirmed the form when it was made. "
                "Make it again, then serve that.",
                FORM,
                on,
                (paper.value,),
                "form-not-confirmed",
            )
        )
    first = first_day_passed(document, on)
    if first is not None:
        raise StepRefused(
            Refusal(
                f"This order tells the child to start on {full_day(first)}, which has passed. "
                "Make the order again, with a day to come, then serve that.",
                SECTIONS[action],
                on,
                (paper.value,),
                "order-stale",
            )
        )
    consent = consent_of(sources.parent(given.request.parent))
    electronic = given.method is Method.ELECTRONIC
    address = given.address or (consent.address if consent and electronic else "")
    served = deemed(given.method, on, council.calendar, council.rules, consent=consent, address=address)
    printed = str(document.facts.get("fields", {}).get("parent_address", ""))
    return ToServe(document, given.method, address or printed, served)


def record_service(acting: Acting) -> None:
    """Record the service of a notice or an order on one parent, inside an act (s572; law-and-process.md 2.6)."""
    plan = plan_service(acting.sources, acting.council, acting.given, acting.on)
    paper = PAPER_SERVED[acting.given.request.action]
    document, served = acting.session.get_one(Document, plan.document.id), plan.served
    service = Service(
        document_id=document.id,
        parent_id=document.parent_id,
        method=plan.method.value,
        sent_on=acting.on,
        deemed_on=served.served_on,
        printed_last_day=document.printed_last_day,
        address_used=[plan.address] if plan.address else [],
        proof=acting.given.proof,
        derivation=list(served.derivation),
        user_id=acting.actor.id,
        recorded_at=acting.now,
    )
    if paper in PERIODS:
        _count_again(acting, service, document, acting.council.rules.rule(PERIODS[paper], served.served_on))
    if plan.method in POSTAL_RULES and document.posted_on is None:
        document.posted_on = acting.on
    acting.session.add(service)
    first = not any(acting.sources.records.services.get(row.id) for row in acting.sources.records.documents)
    process = acting.step(parent_id=document.parent_id, urn=document.school_urn, document=document)
    if first:
        process.ruleset = acting.council.ruleset(REGIME, served.served_on)
    if document.school_urn is not None:
        process.school_urn = document.school_urn
    acting.documents.append(document.id)
    acting.served_on = served.served_on
    acting.derivation = tuple(service.derivation)
    words = f"{METHOD_WORDS[plan.method]} on {full_day(acting.on)}; counts as served on {full_day(served.served_on)}."
    if service.last_day is not None:
        words += f" Last day: {full_day(service.last_day)}."
    acting.event(
        "service",
        f"{NAMES[paper]} served on {document.addressee}" + (f". {DEFECTIVE}" if service.defective else ""),
        detail=" ".join(part for part in (words, acting.defective, acting.given.proof) if part),
        document=document,
    )


def _count_again(acting: Acting, service: Service, document: Document, period: Rule) -> None:
    printed = document.printed_last_day
    if printed is None:
        raise LookupError("a notice is never issued without its last day")
    counted = recount(printed, service.deemed_on, period)
    service.derivation = [*service.derivation, *counted.derivation]
    service.defective = counted.defective
    if counted.defective:
        acting.defective = (
            f"{DEFECTIVE}. The notice says {full_day(printed)}, which gives {counted.days_given} days from "
            f"{full_day(service.deemed_on)}, and the law asks for {period.count}. Make a new notice and serve that."
        )
    else:
        service.last_day = max(printed, counted.least_last_day)
        acting.last_day = service.last_day
