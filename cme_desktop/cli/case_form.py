"""A case as the command line writes it: the keys of command-line.md 7, from the register's and the casework's rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cme_desktop.casework.orders.lawful import ActRow, Lawful
    from cme_desktop.register.case_page import CaseHead
    from cme_desktop.register.case_record import CaseRecord
    from cme_desktop.register.case_rows import AddressRow, AdultRow, EnquiryRow, EventRow
    from cme_desktop.register.cases import CaseAtDay
    from cme_desktop.register.risk import AssessmentRow

Form = dict[str, object]


def case_row(case: CaseAtDay, possible: Sequence[str]) -> Form:
    """Return one row of the register; what can be made is known for the present day only."""
    return {
        "ref": case.ref,
        "child": case.child_id,
        "surname": case.surname,
        "forename": case.forename,
        "dob": case.dob,
        "sex": case.sex,
        "year_group": case.year_group,
        "status": case.status,
        "pathway": case.pathway,
        "open": case.is_open,
        "opened": case.opened,
        "closed": case.closed,
        "missing_since": case.missing_since,
        "reason": case.reason,
        "dfe_reason": case.dfe_reason,
        "counts_as_cme": case.counts_as_cme,
        "risk": case.risk,
        "waiting_on": case.waiting_on,
        "next_date": case.next_date,
        "next_action": case.next_action,
        "documents_possible": list(possible),
    }


def case_line(case: CaseAtDay) -> str:
    """Return one row of the register for a person to read."""
    name = " ".join(part for part in (case.forename, case.surname) if part) or "Name not known"
    state = "open" if case.is_open else f"closed {case.closed}"
    due = f", next {case.next_date}: {case.next_action}" if case.next_date else ""
    return f"{case.ref}  {name}, year {case.year_group or '-'}, {case.status}, {state}, risk {case.risk}{due}"


def head_form(head: CaseHead) -> Form:
    """Return what else the identity bar of a case says: the child's other names, and whether there is an EHC plan."""
    return {"preferred_name": head.preferred, "other_script_name": head.other_script, "ehc_plan": head.has_ehcp}


def lawful_form(lawful: Lawful) -> Form:
    """Return where the order process stands, and every act and document with why."""
    school = lawful.school
    return {
        "order": {
            "regime": lawful.regime,
            "state": lawful.state,
            "school": {"urn": school.urn, "name": school.name, "address": list(school.address)} if school else None,
        },
        "actions": [
            {
                "action": act.action,
                "allowed": act.allowed,
                "from": act.from_date,
                "why": act.why,
                "section": act.section,
            }
            for act in lawful.acts
        ],
        "documents_possible": list(lawful.documents.codes),
        "documents_blocked": {code: list(reasons) for code, reasons in lawful.documents.blocked.items()},
    }


def act_line(act: ActRow) -> str:
    """Return one act for a person to read."""
    if act.allowed:
        return f"{act.action}: possible now. {act.why}"
    when = f"from {act.from_date}" if act.from_date else "not possible"
    return f"{act.action}: {when}. {act.why} ({act.section})"


def adults_form(adults: Sequence[AdultRow]) -> list[Form]:
    """Return the parents and carers of a case, with what each may be told."""
    return [
        {
            "id": adult.id,
            "title": adult.title,
            "forename": adult.forename,
            "surname": adult.surname,
            "relationship": adult.relationship,
            "address": list(adult.address),
            "postcode": adult.postcode,
            "parental_responsibility": adult.parental_responsibility,
            "has_care": adult.has_care,
            "address_confidential": adult.address_confidential,
            "electronic_consent": adult.electronic_consent,
            "may_be_written_to": adult.may_be_written_to,
            "must_not_be_told": adult.must_not_be_told,
            "no_contact": adult.no_contact,
        }
        for adult in adults
    ]


def addresses_form(addresses: Sequence[AddressRow]) -> list[Form]:
    """Return where the child lives and lived."""
    return [
        {
            "address": list(home.lines),
            "postcode": home.postcode,
            "country": home.country,
            "from": home.valid_from,
            "to": home.valid_to,
            "confidential": home.confidential,
        }
        for home in addresses
    ]


def events_form(events: Sequence[EventRow]) -> list[Form]:
    """Return the timeline, oldest first."""
    return [
        {
            "on": event.happened_on,
            "recorded_at": event.recorded_at,
            "kind": event.kind,
            "text": f"{event.title}. {event.detail}" if event.detail else event.title,
        }
        for event in reversed(events)
    ]


def enquiries_form(enquiries: Sequence[EnquiryRow]) -> list[Form]:
    """Return the enquiries, the school's and the council's, newest first."""
    return [
        {
            "id": row.id,
            "side": row.side,
            "code": row.code,
            "asked": row.asked,
            "contact_detail": row.contact_detail,
            "method": row.method,
            "on": row.made_on,
            "outcome": row.outcome,
            "detail": row.outcome_detail,
            "answered": row.answered_on,
        }
        for row in enquiries
    ]


def risk_form(versions: Sequence[AssessmentRow]) -> list[Form]:
    """Return the versions of the risk assessment, newest first."""
    return [
        {
            "version": row.version,
            "rating": row.rating,
            "started_at": row.started_at,
            "finished_at": row.finished_at,
            "answers": [
                {
                    "question": answer.question,
                    "answer": answer.answer,
                    "evidence": answer.evidence,
                    "on": answer.answered_on,
                }
                for answer in row.answers
            ],
        }
        for row in versions
    ]


def record_form(record: CaseRecord) -> Form:
    """Return the UPNs of the child and the documents of the case."""
    return {
        "upns": [{"upn": row.upn, "kind": row.kind, "current": row.current} for row in record.upns],
        "documents": [
            {
                "id": row.id,
                "code": row.code,
                "number": row.number,
                "sha256": row.sha256,
                "state": row.state,
                "approval": row.approval or None,
                "for_parent": row.for_parent,
                "school": row.school_urn,
                "dated": row.dated,
                "pages": row.pages,
                "filed_at": row.filed_at,
                "last_day": row.printed_last_day,
                "services": [
                    {
                        "on": service.on,
                        "method": service.method,
                        "deemed": service.deemed,
                        "last_day": service.last_day,
                        "defective": service.defective,
                        "returned": service.returned,
                        "proof": service.proof,
                    }
                    for service in row.services
                ],
            }
            for row in record.documents
        ],
    }
