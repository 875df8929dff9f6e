"""Walk a case through the order process in a test, day by day, as the officer and the manager would."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from cme_desktop.casework import access_log, approvals
from cme_desktop.casework.documents.drafting import Wanted
from cme_desktop.casework.documents.filed import DocumentRow
from cme_desktop.casework.documents.issuing import ApprovalNeeded
from cme_desktop.casework.orders.lawful import Lawful, what_is_lawful
from cme_desktop.casework.orders.obtaining import obtain_document
from cme_desktop.casework.orders.process import StepTaken
from cme_desktop.casework.orders.steps import take_step
from cme_desktop.domain.errors import Refusal, StepRefused
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.base import Base
from cme_desktop.register.letters import document_bytes
from tests.casework.look import rows
from tests.factories import Register, make_case

OUTSIDE = frozenset({"audit_event", "audit_change"})


@dataclass
class Path:
    """One case on its way, and the register that it is in."""

    register: Register
    ref: str

    def at(self, day: date) -> Path:
        """Move the register's clock to noon of a day."""
        self.register.clock.moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        return self

    @property
    def today(self) -> date:
        """Return the day on which the register's clock stands."""
        return self.register.clock.today()

    def step(self, action: str, *, on: date | None = None, **given: object) -> StepTaken:
        """Take a step as the officer."""
        words = {name: str(value) for name, value in given.items()}
        return take_step(self.register.store, self.register.officer, self.ref, action, words, on=on)

    def letter(self, code: str, **wanted: Any) -> DocumentRow:
        """Make and issue a document as the officer; the manager approves what waits."""
        asked = Wanted(**wanted)
        try:
            return obtain_document(self.register.store, self.register.officer, self.ref, code, asked)
        except ApprovalNeeded as waits:
            approvals.approve(self.register.store, self.register.manager, self.ref, document_id=waits.document_id)
            return obtain_document(self.register.store, self.register.officer, self.ref, code, asked)

    def pdf(self, document_id: int) -> bytes:
        """Return the filed bytes of a document."""
        store, officer = self.register.store, self.register.officer
        receipt = access_log.open_document(store, officer, document_id)
        return document_bytes(store, officer, document_id, receipt)

    def lawful(self) -> Lawful:
        """Return what is lawful now."""
        return what_is_lawful(self.register.store, self.register.officer, self.ref)

    def refused(self, action: str, *, on: date | None = None, **given: object) -> Refusal:
        """Try a step that is refused; nothing may change but one audit row that says so."""
        before = everything(self.register)
        with pytest.raises(StepRefused) as caught:
            self.step(action, on=on, **given)
        only_an_audit_row(self.register, before, "order.act.refused")
        return caught.value.refusal

    def letter_refused(self, code: str, **wanted: Any) -> Refusal:
        """Try a document that is refused; nothing may change but one audit row that says so."""
        before = everything(self.register)
        with pytest.raises(StepRefused) as caught:
            obtain_document(self.register.store, self.register.officer, self.ref, code, Wanted(**wanted))
        code = "order.act.refused" if code in ("L05", "L06", "L09") else "document.draft.refused"
        only_an_audit_row(self.register, before, code)
        return caught.value.refusal


def start(register: Register, **changes: object) -> Path:
    """Open a case and return its path."""
    return Path(register, make_case(register, **changes).ref)


def everything(register: Register) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table but the audit's."""
    with register.store.read() as session:
        return {
            name: [tuple(row) for row in session.execute(select(table))]
            for name, table in Base.metadata.tables.items()
            if name not in OUTSIDE
        }


def only_an_audit_row(register: Register, before: dict[str, list[tuple[object, ...]]], code: str) -> None:
    """Check that nothing has changed since but one audit row, which holds no changes."""
    assert everything(register) == before
    last = rows(register, AuditEvent)[-1]
    assert (last.action, last.changes) == (code, 0)
    assert last.reason
