"""How the window opens a register: who may unlock, with what, what is noted of a failure, and an older register."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from cme_desktop.app.session import Opener, RegisterDamaged, Session
from cme_desktop.app.unlocking import RegisterUnlock
from cme_desktop.casework import users
from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.models.audit import AuditEvent
from cme_desktop.storage import keys
from cme_desktop.storage.migrations import runner
from cme_desktop.storage.schema import RegisterTooOld
from cme_desktop.storage.store import Store
from cme_desktop.system import FixedClock
from tests.app.bench import ADMINISTRATOR, MANAGER, OFFICER
from tests.factories import NOON, PASSPHRASE
from tests.plugin_keyring import MemoryKeyring

NEW = "quite another passphrase"


@pytest.fixture
def opener(place: Path) -> Opener:
    """Return what opens the copy of the training register."""
    return Opener(place / "register", FixedClock(NOON), place / "state", window_thread=0)


def number_of(unlock: RegisterUnlock, name: str) -> int:
    return next(row.id for row in unlock.people() if row.name == name)


def failures(session: Session) -> list[str | None]:
    with session.store.read() as reading:
        return [row.reason for row in reading.query(AuditEvent).filter(AuditEvent.action == "unlock.failed")]


def test_the_people_are_told_with_their_roles(opener: Opener) -> None:
    unlock = RegisterUnlock(opener)
    assert [(row.name, row.roles, row.quick) for row in unlock.people()] == [
        (OFFICER, "Officer, Administrator", False),
        (MANAGER, "Manager", False),
        (ADMINISTRATOR, "Administrator", False),
    ]
    session = unlock.unlock(number_of(unlock, OFFICER), PASSPHRASE)
    users.disable_person(session.store, session.person, session.unlocked, number_of(unlock, MANAGER), reason="Left")
    session.close()
    assert [row.name for row in unlock.people()] == [OFFICER, ADMINISTRATOR]
    with pytest.raises(UserError, match="no log-in"):
        unlock.unlock(99, PASSPHRASE)


@pytest.mark.feature("F76")
def test_each_failure_makes_the_wait_grow_and_is_audited_at_the_next_unlock(opener: Opener) -> None:
    unlock = RegisterUnlock(opener)
    officer = number_of(unlock, OFFICER)
    assert unlock.seconds_to_wait() == 0
    with pytest.raises(CannotUnlock):
        unlock.unlock(officer, "not this one")
    assert unlock.seconds_to_wait() == 1
    with pytest.raises(UserError):
        unlock.unlock(officer, PASSPHRASE)
    opener.attempts.succeeded()
    session = unlock.unlock(officer, PASSPHRASE)
    assert failures(session) == ["wrong-passphrase, 2026-11-24T12:00:00Z"]
    session.close()
    again = unlock.unlock(officer, PASSPHRASE)
    assert failures(again) == ["wrong-passphrase, 2026-11-24T12:00:00Z"], "told once"
    again.close()


@pytest.mark.feature("F76")
def test_quick_unlock_and_the_recovery_key_open_it_too(
    opener: Opener, fake_keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "system_keyring", lambda: fake_keyring)
    unlock = RegisterUnlock(opener)
    officer = number_of(unlock, OFFICER)
    session = unlock.unlock(officer, PASSPHRASE)
    keys.store_quick_secret(session.unlocked, fake_keyring)
    recovery = keys.replace_recovery_key(session.unlocked, now=NOON)
    session.close()
    assert [row.quick for row in unlock.people()] == [True, False, False]
    quick = unlock.unlock_quick(officer)
    assert quick.person.name == OFFICER
    quick.close()
    fake_keyring.secrets.clear()
    with pytest.raises(CannotUnlock):
        unlock.unlock_quick(officer)
    recovered = unlock.recover(officer, recovery, NEW)
    assert recovered.person.name == OFFICER
    recovered.close()
    unlock.unlock(officer, NEW).close()


def test_a_closed_session_lets_the_register_and_the_keys_go(opener: Opener, place: Path) -> None:
    unlock = RegisterUnlock(opener)
    session = unlock.unlock(number_of(unlock, OFFICER), PASSPHRASE)
    session.close()
    assert not session.unlocked.open
    Store.open(place / "register", keys.unlock(place / "register", OFFICER, PASSPHRASE), FixedClock(NOON)).close()


def test_the_register_is_never_touched_on_the_windows_thread(place: Path) -> None:
    opener = Opener(place / "register", FixedClock(NOON), place / "state", threading.get_ident())
    with pytest.raises(RuntimeError, match="window's thread"):
        RegisterUnlock(opener).unlock(1, PASSPHRASE)


def test_an_older_register_is_brought_up_to_date_first(opener: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps themselves are proved by ``test_migrate_all``; here, that the window takes them and opens anew."""
    real, upgraded = Store.open.__func__, []  # type: ignore[attr-defined]  # the function under the class method

    def old(cls: type[Store], *args: object, **options: object) -> Store:
        if not upgraded:
            raise RegisterTooOld("older")
        made = real(cls, *args, **options)
        assert isinstance(made, Store)
        return made

    monkeypatch.setattr(Store, "open", classmethod(old))
    monkeypatch.setattr(runner, "upgrade", lambda folder, *_args, **options: upgraded.append((folder, options)))
    unlock = RegisterUnlock(opener)
    session = unlock.unlock(number_of(unlock, OFFICER), PASSPHRASE)
    session.close()
    assert upgraded == [(opener.folder, {"program": "window"})]


def test_a_database_without_a_byte_leads_to_the_rescue_screen(opener: Opener) -> None:
    unlock = RegisterUnlock(opener)
    officer = number_of(unlock, OFFICER)
    database = opener.folder / keys.read_key_file(opener.folder).database
    os.truncate(database, 0)
    with pytest.raises(RegisterDamaged, match="Restore the latest backup"):
        unlock.unlock(officer, PASSPHRASE)
    assert database.stat().st_size == 0
    left = opener.keys_left()
    assert left is not None
    left.forget()
