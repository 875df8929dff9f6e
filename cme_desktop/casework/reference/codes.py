"""The dated code lists of a new register, from the shipped lists of the domain (law-and-process.md 4 to 8)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from cme_desktop import resources, shipped
from cme_desktop.domain.enquiries import Enquiry, Side
from cme_desktop.domain.service import METHOD_WORDS, SECTION
from cme_desktop.models import reference
from cme_desktop.models.base import Base
from cme_desktop.storage import bulk

Row = dict[str, Any]
_RISK_LISTS = ("at-risk-group", "outcome-risk")


def put_lists(session: Session) -> int:
    """Write every code list into a new register, inside an act, and return how many codes that are."""
    lists: tuple[tuple[type[Base], Iterator[Row]], ...] = (
        (reference.StatusCode, _statuses()),
        (reference.OutcomeCode, _outcomes()),
        (reference.GroundCode, _grounds()),
        (reference.DfeReasonCode, _from_file("dfe-reason")),
        (reference.ReasonCode, _from_file("reason")),
        (reference.MethodCode, _methods()),
        (reference.EnquiryCode, _enquiries()),
        (reference.RiskGroupCode, _risk_groups()),
    )
    return sum(len(bulk.insert_many(session, model, _numbered(rows))) for model, rows in lists)


def _numbered(rows: Iterator[Row]) -> Iterator[Row]:
    return ({**row, "sort_order": number} for number, row in enumerate(rows, start=1))


def _statuses() -> Iterator[Row]:
    for status in shipped.lifecycle().statuses.values():
        pathway = status.pathway.value if status.pathway else ""
        yield {"code": status.code, "label": status.label, "pathway": pathway, "is_open": status.open}


def _outcomes() -> Iterator[Row]:
    for outcome in shipped.lifecycle().outcomes.values():
        yield {"code": outcome.code, "label": outcome.label}


def _grounds() -> Iterator[Row]:
    book = shipped.grounds()
    for ground in book.grounds.values():
        in_2024 = ground.code.startswith("2024")
        yield {
            "code": ground.code,
            "label": ground.short,
            "valid_from": book.letters_moved_on if in_2024 else None,
            "valid_to": None if in_2024 else book.letters_moved_on,
            "source": "SI 2024/208" if in_2024 else "SI 2006/1751",
        }


def _methods() -> Iterator[Row]:
    for method, label in METHOD_WORDS.items():
        yield {"code": method.value, "label": label, "serves": True, "source": SECTION}
    for entry in shipped.code_lists()["contact-method"].entries:
        yield {"code": entry.code, "label": entry.label, "serves": False, "source": entry.source}


def _enquiries() -> Iterator[Row]:
    for enquiry in shipped.checklist().enquiries:
        yield {"code": enquiry.id, "label": enquiry.text, "side": side_of(enquiry)}


def side_of(enquiry: Enquiry) -> str:
    """Return whose an enquiry is: ``school``, ``council`` or ``both``."""
    return "both" if enquiry.sides == frozenset(Side) else next(iter(enquiry.sides)).value


def _risk_groups() -> Iterator[Row]:
    for name in _RISK_LISTS:
        for entry in shipped.code_lists()[name].entries:
            yield {"code": entry.code, "label": entry.label, "source": entry.source}


def _from_file(name: str) -> Iterator[Row]:
    for line in csv.DictReader(io.StringIO(resources.read_text(f"codes/{name}.csv"))):
        days = {key: date.fromisoformat(line[key]) if line[key] else None for key in ("valid_from", "valid_to")}
        yield {**line, **days}
