"""The people of the register: added with roles and keys, changed, ended; never without an administrator."""

from __future__ import annotations

import pytest

from cme_desktop.casework import notes, users
from cme_desktop.domain.errors import NotAllowed, UserError
from cme_desktop.domain.roles import Role
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.people import SigningKey
from cme_desktop.storage import keys
from cme_desktop.storage.keys import LastAdministrator, NameTaken, UserDisabled
from tests.casework.look import rows
from tests.factories import NO_FLOOR, PASSPHRASE, TINY, Register, make_case


def test_a_person_is_added_and_acts_with_an_own_key(register: Register) -> None:
    made = users.add_person(
        register.store, register.officer, register.unlocked, "Dee Stone", [Role.OFFICER], PASSPHRASE, kdf=TINY
    )
    person = register.store.admit(keys.unlock(register.folder, "Dee Stone", PASSPHRASE, floors=NO_FLOOR))
    assert (made.id, made.roles, made.active) == (person.id, frozenset({Role.OFFICER}), True)
    case = make_case(register)
    notes.add_note(register.store, person, case.ref, "Hello")
    event = rows(register, AuditEvent)[-1]
    [key] = rows(register, SigningKey, SigningKey.person_id == person.id)
    assert (event.user_id, event.key_id) == (person.id, key.key_id)


@pytest.mark.feature("F72")
def test_only_an_administrator_adds_people(register: Register) -> None:
    with pytest.raises(NotAllowed, match="is for an administrator"):
        users.add_person(
            register.store, register.manager, register.unlocked, "Dee Stone", [Role.OFFICER], PASSPHRASE, kdf=TINY
        )
    assert rows(register, AuditEvent)[-1].action == "user.add.refused"


def test_a_person_needs_an_own_name_and_a_role(register: Register) -> None:
    add = users.add_person
    with pytest.raises(NameTaken):
        add(register.store, register.officer, register.unlocked, "bernard  hall", [Role.OFFICER], PASSPHRASE, kdf=TINY)
    with pytest.raises(UserError, match="at least one role"):
        add(register.store, register.officer, register.unlocked, "Dee Stone", [], PASSPHRASE, kdf=TINY)
    assert len(users.list_people(register.store, register.manager)) == 3


def test_roles_change_and_the_last_administrator_stays(register: Register) -> None:
    store, officer, unlocked = register.store, register.officer, register.unlocked
    changed = users.set_roles(store, officer, unlocked, register.manager.id, [Role.MANAGER, Role.ADMINISTRATOR])
    assert changed.roles == {Role.MANAGER, Role.ADMINISTRATOR}
    users.set_roles(store, officer, unlocked, register.manager.id, [Role.MANAGER])
    users.disable_person(store, officer, unlocked, register.administrator.id, reason="Left the council")
    with pytest.raises(LastAdministrator):
        users.set_roles(store, officer, unlocked, officer.id, [Role.OFFICER])
    with pytest.raises(LastAdministrator):
        users.disable_person(store, officer, unlocked, officer.id, reason="x")


def test_a_person_whose_log_in_ended_comes_back_with_new_keys(register: Register) -> None:
    store, officer, unlocked = register.store, register.officer, register.unlocked
    ended = users.disable_person(store, officer, unlocked, register.manager.id, reason="Left")
    assert not ended.active
    with pytest.raises(UserDisabled):
        keys.unlock(register.folder, register.manager.name, PASSPHRASE, floors=NO_FLOOR)
    back = users.renew_person(store, officer, unlocked, register.manager.id, "another invented phrase", kdf=TINY)
    assert back.active
    again = keys.unlock(register.folder, register.manager.name, "another invented phrase", floors=NO_FLOOR)
    person = store.admit(again)
    case = make_case(register)
    notes.comment(store, person, case.ref, "Back")
    known = rows(register, SigningKey, SigningKey.person_id == person.id)
    assert [key.retired_at is None for key in sorted(known, key=lambda key: key.retired_at is None)] == [False, True]
    assert users.list_people(store, officer)[0].name == "Anita Patel"


def test_a_passphrase_changes_and_the_act_is_kept(register: Register) -> None:
    users.change_passphrase(
        register.store, register.officer, register.unlocked, PASSPHRASE, "seven quiet otters swim", floors=NO_FLOOR
    )
    assert rows(register, AuditEvent)[-1].action == "people.passphrase"
    keys.unlock(register.folder, register.officer.name, "seven quiet otters swim", floors=NO_FLOOR)
