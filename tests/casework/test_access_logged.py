"""Nothing is shown without its event, recorded first for this person and this thing; the register writes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cme_desktop.access import Receipt
from cme_desktop.casework import access_log
from cme_desktop.domain.errors import NotAllowed
from cme_desktop.models.audit import AuditEvent
from cme_desktop.register import case_page, cases, find, history, inbox, today
from cme_desktop.storage import keys
from cme_desktop.storage.store import Store
from tests.casework.look import rows
from tests.casework.s2s import leaver_file, new_pupil
from tests.casework.test_intake_files import put
from tests.factories import NO_FLOOR, PASSPHRASE, Register, child_facts, make_case

Show = Callable[..., object]
CASE_VIEWS: tuple[Show, ...] = (
    case_page.case_page,
    case_page.timeline,
    case_page.enquiries,
    case_page.addresses,
    case_page.registrations,
    history.history,
)


@pytest.mark.feature("F74")
@pytest.mark.parametrize("show", CASE_VIEWS, ids=lambda show: show.__name__)
def test_access_logged_a_case_is_shown_only_to_whom_the_look_was_recorded(register: Register, show: Show) -> None:
    case, other = make_case(register), make_case(register, child=child_facts(forename="Two"))
    receipt = access_log.open_case_page(register.store, register.officer, case.ref)
    assert show(register.store, register.officer, case.ref, receipt) is not None
    for viewer, ref in ((register.manager, case.ref), (register.officer, other.ref)):
        with pytest.raises(NotAllowed, match="has not been recorded"):
            show(register.store, viewer, ref, receipt)


@pytest.mark.feature("F74")
def test_access_logged_the_register_itself_writes_nothing(register: Register) -> None:
    case = make_case(register)
    put(register, leaver_file(new_pupil()))
    receipt = access_log.open_case_page(register.store, register.officer, case.ref)
    before = [event.seq for event in rows(register, AuditEvent)]
    store, officer = register.store, register.officer
    for show in CASE_VIEWS:
        show(store, officer, case.ref, receipt)
    today.today_page(store, officer)
    cases.cases_at(store, officer, store.clock.today())
    inbox.inbox_page(store, officer)
    inbox.waiting_items(store, officer)
    assert [event.seq for event in rows(register, AuditEvent)] == before
    with pytest.raises(Exception, match="readonly"), store.read() as session:  # noqa: PT012
        session.add(AuditEvent())
        session.flush()


_KILLED = """
import os, sys
from pathlib import Path
from cme_desktop.casework import access_log
from cme_desktop.storage import keys
from cme_desktop.storage.store import Store
from tests.factories import NO_FLOOR, NOON, PASSPHRASE
from cme_desktop.system import FixedClock
folder, ref = Path(sys.argv[1]), sys.argv[2]
unlocked = keys.unlock(folder, "Anita Patel", PASSPHRASE, floors=NO_FLOOR)
store = Store.open(folder, unlocked, FixedClock(NOON))
access_log.open_case_page(store, store.person, ref)
os.kill(os.getpid(), 9)
print("content")
"""


@pytest.mark.feature("F74")
def test_access_logged_a_kill_between_event_and_content_leaves_the_event(register: Register) -> None:
    case = make_case(register)
    before = len(rows(register, AuditEvent))
    register.close()
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    died = subprocess.run(
        [sys.executable, "-c", _KILLED, str(register.folder), case.ref],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": path},
        timeout=60,
        check=False,
    )
    assert died.returncode in (-9, 9), died.stderr.decode()
    assert b"content" not in died.stdout
    register.unlocked = keys.unlock(register.folder, register.officer.name, PASSPHRASE, floors=NO_FLOOR)
    register.store = Store.open(register.folder, register.unlocked, register.clock)
    events = rows(register, AuditEvent)
    assert len(events) == before + 1
    assert (events[-1].action, events[-1].entity) == ("access.open-case", f"case:{case.ref}")


def test_access_logged_a_search_is_one_event_and_finding_writes_none(register: Register) -> None:
    make_case(register)
    before = len(rows(register, AuditEvent))
    find.find(register.store, register.officer, "kamara")
    assert len(rows(register, AuditEvent)) == before
    receipt = access_log.searched(register.store, register.officer, "kamara", hits=1)
    assert isinstance(receipt, Receipt)
    assert len(rows(register, AuditEvent)) == before + 1
