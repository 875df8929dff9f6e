"""Nothing is shown without its event: killed between the two, the event is there and the content was not (F74)."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from cme_desktop.casework.documents.drafting import draft_document
from cme_desktop.models.audit import AuditEvent
from cme_desktop.storage import keys
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import verify
from tests.casework.look import rows
from tests.factories import NO_FLOOR, PASSPHRASE, Register, make_case
from tests.safety.killing import Killer, killer
from tests.safety.victims import KINDS

CODES = {
    "open": "access.open-case",
    "reveal": "access.reveal",
    "document": "access.document",
    "print": "access.print",
    "export": "access.export",
    "search": "access.search",
    "list": "access.list",
}


@pytest.fixture(scope="module")
def parent() -> Iterator[Killer]:
    """Return the parent of the victims of this module."""
    with killer() as made:
        yield made


def reopened(register: Register) -> Register:
    """Open a closed register again as its officer."""
    register.unlocked = keys.unlock(register.folder, register.officer.name, PASSPHRASE, floors=NO_FLOOR)
    register.store = Store.open(register.folder, register.unlocked, register.clock)
    return register


@pytest.mark.feature("F74")
@pytest.mark.parametrize("kind", KINDS)
def test_access_logged_with_a_kill_around_the_event(parent: Killer, register: Register, kind: str) -> None:
    """Before the event is saved: neither event nor content. After: the event, and no content. Not killed: both."""
    case = make_case(register)
    document = draft_document(register.store, register.officer, case.ref, "L01").id
    known = len(rows(register, AuditEvent))
    shown: dict[str, bool] = {}
    logged: dict[str, list[str]] = {}
    for when in ("before", "after", "never"):
        register.close()
        death = parent.ask("look", str(register.folder), kind, when, case.ref, document)
        assert death.signal == (0 if when == "never" else signal.SIGKILL)
        assert death.outlived == []
        shown[when] = bool(death.lines)
        reopened(register)
        events = rows(register, AuditEvent)
        logged[when] = [event.action for event in events[known:]]
        known = len(events)
        if logged[when]:
            assert events[-1].user_id == register.officer.id
    assert shown == {"before": False, "after": False, "never": True}
    assert logged == {"before": [], "after": [CODES[kind]], "never": [CODES[kind]]}
    assert verify(register.folder, register.unlocked).ok
