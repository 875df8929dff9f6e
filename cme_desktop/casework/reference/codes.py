"""The dated code lists, read from the shipped files into a new register (law-and-process.md 5 to 8)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from cme_desktop import resources
from cme_desktop.models import reference
from cme_desktop.models.base import Base
from cme_desktop.storage import bulk

LISTS: tuple[tuple[type[Base], str], ...] = (
    (reference.StatusCode, "status"),
    (reference.OutcomeCode, "outcome"),
    (reference.GroundCode, "ground"),
    (reference.DfeReasonCode, "dfe-reason"),
    (reference.ReasonCode, "reason"),
    (reference.MethodCode, "method"),
    (reference.EnquiryCode, "enquiry"),
    (reference.RiskGroupCode, "risk-group"),
)
"""Each list with its file under ``codes/``; a list stands after those that it points at."""

_FLAGS = frozenset({"is_open", "serves"})
_DAYS = frozenset({"valid_from", "valid_to"})
_EMPTY_IS_NONE = frozenset({"dfe_reason"})


def shipped(name: str) -> Iterator[dict[str, Any]]:
    """Give the rows of one shipped list, in the order in which they are offered."""
    for number, line in enumerate(csv.DictReader(io.StringIO(resources.read_text(f"codes/{name}.csv"))), start=1):
        yield {**_read(line), "sort_order": number}


def _read(line: Mapping[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column, text in line.items():
        if column in _DAYS:
            row[column] = date.fromisoformat(text) if text else None
        elif column in _FLAGS:
            row[column] = text == "yes"
        else:
            row[column] = text or (None if column in _EMPTY_IS_NONE else "")
    return row


def put_lists(session: Session) -> int:
    """Write every shipped list into a new register, inside an act, and return how many codes that are."""
    return sum(len(bulk.insert_many(session, model, shipped(name))) for model, name in LISTS)
