"""The acts towards a school: consult it, have an academy agree, give notice, settle on it, tell it of the order."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from cme_desktop.casework.documents.filed import put_document
from cme_desktop.casework.documents.letters.printed import full_day
from cme_desktop.casework.orders.process import Acting
from cme_desktop.casework.rows.lookup import known_school
from cme_desktop.domain.names import first_last
from cme_desktop.domain.order_process import Basis, Paper
from cme_desktop.domain.order_process.school_guards import CHOICES
from cme_desktop.domain.service import Method
from cme_desktop.models.document import Document
from cme_desktop.models.order import Service
from cme_desktop.models.reference import School

BASIS_WORDS = {
    Basis.SPECIFIED: "specified by the council in its notice",
    Basis.SELECTED: "selected by the parent from the notice (section 438(3))",
    Basis.APPLIED: "the parent applied and was offered a place (section 438(4) or (6))",
    Basis.COUNCIL_PAID: "a place at the council’s expense (section 438(5))",
    Basis.PLAN: "named in the education, health and care plan (section 441)",
    Basis.DIRECTION: "directed by the Secretary of State (section 439(8))",
}


def consult_school(acting: Acting) -> None:
    """Record the consultation of a school, with the letter that was made for it (L05)."""
    document = _file(acting)
    process = acting.step(urn=document.school_urn, document=document)
    if process.school_urn is None:
        process.school_urn = document.school_urn
    acting.event("order", f"School consulted: {document.addressee}", document=document)


def agree_academy(acting: Acting) -> None:
    """Record an academy trust's written agreement, and who gave it."""
    request = acting.given.request
    school = _school(acting)
    process = acting.step({"agreed_by": request.agreed_by}, urn=school.urn)
    process.school_urn = school.urn
    acting.event("order", f"Academy trust agreed in writing: {school.name}", detail=f"Agreed by {request.agreed_by}.")


def notify_school(acting: Acting) -> None:
    """Record the notice of decision to a maintained school, with its day of receipt, and the paper (L06)."""
    received = acting.given.request.received
    if received is None:
        raise LookupError("the law's own check asks for the day of receipt")
    document = _file(acting)
    process = acting.step({"received": received.isoformat()}, urn=document.school_urn, document=document)
    process.school_urn = document.school_urn
    acting.session.add(
        Service(
            document_id=document.id,
            school_urn=document.school_urn,
            method=Method.HAND.value,
            sent_on=acting.on,
            deemed_on=received,
            derivation=[f"Received by the school on {full_day(received)}"],
            user_id=acting.actor.id,
            recorded_at=acting.now,
        )
    )
    acting.event(
        "order",
        f"School told of the decision to name it: {document.addressee}",
        detail=f"Received on {full_day(received)}.",
        document=document,
    )


def record_answer(acting: Acting) -> None:
    """Record a governing body's written answer, or what became of an application to the Secretary of State."""
    recorded = acting.given.recorded
    school = _school(acting)
    data: dict[str, object] = {}
    sos = recorded.get("sos")
    if sos is not None:
        data["direction_pending"] = sos == "applied"
    if sos == "directed":
        data |= {"direction": recorded.get("directed_urn", school.urn), "direction_on": acting.on.isoformat()}
    received = acting.given.request.received
    if received is not None:
        _received_later(acting, school, received)
        return
    acting.step(data, urn=school.urn)
    words = {
        "applied": "has applied to the Secretary of State",
        "directed": "the Secretary of State has given a direction",
        "withdrawn": "no longer asks the Secretary of State",
    }
    said = words.get(str(sos), "answered in writing")
    acting.event("reply", f"{school.name}: {said}", detail=str(recorded.get("answer", "")))


def _received_later(acting: Acting, school: School, received: date) -> None:
    """Record the day on which a school had the notice of decision, where that is not the day it was made."""
    acting.step({"received": received.isoformat()}, urn=school.urn)
    told = acting.session.scalars(
        select(Service)
        .join(Document, Document.id == Service.document_id)
        .where(
            Document.episode_id == acting.episode.id,
            Document.code == Paper.NOTICE_439.value,
            Service.school_urn == school.urn,
        )
        .order_by(Service.id.desc())
    ).first()
    if told is not None:
        told.deemed_on = received
        told.derivation = [f"Received by the school on {full_day(received)}"]
    acting.event("order", f"{school.name}: had the notice of decision on {full_day(received)}")


def determine_school(acting: Acting) -> None:
    """Record which school the order names, and on which basis (s438(3) to (6), s439(8), s441)."""
    basis = acting.given.request.basis
    if basis is None:
        raise LookupError("the law's own check asks for the basis")
    school = _school(acting)
    chooser = acting.sources.parent(acting.given.request.parent) if basis in CHOICES else None
    process = acting.step({"basis": basis.value}, urn=school.urn, parent_id=chooser.id if chooser else None)
    process.school_urn = school.urn
    words = f"Because it is {BASIS_WORDS[basis]}." if basis is not Basis.APPLIED else f"{BASIS_WORDS[basis]}."
    if chooser is not None:
        words += f" Chosen by {first_last(chooser.forename, chooser.surname)}."
    acting.event("decision", f"School settled for the order: {school.name}", detail=words)


def inform_school(acting: Acting) -> None:
    """Record that the school was told of the order, with the paper (L09)."""
    document = _file(acting)
    acting.step(urn=document.school_urn, document=document)
    acting.event("order", f"School told of the order: {document.addressee}", document=document)


def _school(acting: Acting) -> School:
    return known_school(acting.session, acting.given.request.urn or "")


def _file(acting: Acting) -> Document:
    """Enter the paper that this act made, issued at once."""
    if acting.made is None:
        raise LookupError("this act makes its paper before it is recorded")
    document = put_document(acting.session, acting.actor, acting.episode, acting.made, now=acting.now, issued=True)
    acting.documents.append(document.id)
    return document
