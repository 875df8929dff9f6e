"""People of the key file, the database it names, and how secrets are sealed."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.domain.errors import NotAllowed, UserError
from cme_desktop.domain.roles import Role
from cme_desktop.storage import keys
from cme_desktop.storage.keys import (
    KeysAltered,
    LastAdministrator,
    NameTaken,
    PassphraseRefused,
    UserDisabled,
    WrongPassphrase,
)
from cme_desktop.storage.keys.sealing import DoesNotOpen, canonical, unwrap, wrap, wrap_to
from tests.storage.keys_kit import (
    LATER,
    MANAGER,
    NO_FLOOR,
    NOW,
    OFFICER,
    OTHER_PASSPHRASE,
    PASSPHRASE,
    TINY,
    Register,
    change_passphrase,
    make_register,
)


class TestPeople:
    @pytest.mark.feature("F76")
    def test_second_person_has_an_own_passphrase_and_key(self, register: Register) -> None:
        officer = register.unlock()
        keys.add_person(officer, MANAGER, [Role.MANAGER], OTHER_PASSPHRASE, now=LATER)
        manager = register.unlock(MANAGER, OTHER_PASSPHRASE)
        assert manager.data_key == officer.data_key
        assert manager.user_key != officer.user_key
        assert manager.key_id != officer.key_id
        assert manager.roles == {Role.MANAGER}
        assert manager.person_id == 2
        with pytest.raises(WrongPassphrase):
            register.unlock(MANAGER, PASSPHRASE)

    def test_names_are_told_apart(self, register: Register) -> None:
        with pytest.raises(NameTaken):
            keys.add_person(register.unlock(), "asha  PATEL", [Role.OFFICER], OTHER_PASSPHRASE, now=NOW)

    @pytest.mark.parametrize("name", ["", "   ", "x" * 101, "\x00", "\u202e"])
    def test_name_that_cannot_be_shown(self, register: Register, name: str) -> None:
        with pytest.raises(UserError) as caught:
            keys.add_person(register.unlock(), name, [Role.OFFICER], OTHER_PASSPHRASE, now=NOW)
        assert caught.value.code == "name-missing"

    def test_what_nobody_sees_is_taken_out_of_a_name(self, register: Register) -> None:
        added = keys.add_person(register.unlock(), "A\x00B\u202eC", [Role.OFFICER], OTHER_PASSPHRASE, now=NOW)
        assert added.name == "ABC"

    def test_a_person_needs_a_role(self, register: Register) -> None:
        with pytest.raises(UserError) as caught:
            keys.add_person(register.unlock(), MANAGER, [], OTHER_PASSPHRASE, now=NOW)
        assert caught.value.code == "role-missing"

    @pytest.mark.parametrize("passphrase", ["", "short", "eleven char", "   padded    "])
    def test_short_passphrase(self, register: Register, passphrase: str) -> None:
        before = register.bytes
        unlocked = register.unlock()
        with pytest.raises(PassphraseRefused):
            keys.add_person(unlocked, MANAGER, [Role.MANAGER], passphrase, now=NOW)
        with pytest.raises(PassphraseRefused):
            change_passphrase(unlocked, PASSPHRASE, passphrase)
        assert register.bytes == before

    def test_twenty_characters_with_spaces(self, register: Register) -> None:
        passphrase = "a b c d e f g h i j "
        assert len(passphrase) == 20
        keys.add_person(register.unlock(), MANAGER, [Role.MANAGER], passphrase, now=NOW)
        assert register.unlock(MANAGER, passphrase).name == MANAGER
        with pytest.raises(WrongPassphrase):
            register.unlock(MANAGER, passphrase.strip())

    def test_absurdly_long_passphrase(self, register: Register) -> None:
        with pytest.raises(PassphraseRefused) as caught:
            keys.add_person(register.unlock(), MANAGER, [Role.MANAGER], "x" * 1025, now=NOW)
        assert caught.value.code == "passphrase-too-long"

    def test_only_an_administrator_changes_people(self, register: Register) -> None:
        keys.add_person(register.unlock(), MANAGER, [Role.MANAGER, Role.OFFICER], OTHER_PASSPHRASE, now=NOW)
        manager = register.unlock(MANAGER, OTHER_PASSPHRASE)
        before = register.bytes
        with pytest.raises(NotAllowed):
            keys.add_person(manager, "Sam Rowe", [Role.OFFICER], PASSPHRASE, now=NOW)
        with pytest.raises(NotAllowed):
            keys.set_roles(manager, 2, [Role.ADMINISTRATOR])
        with pytest.raises(NotAllowed):
            keys.disable_person(manager, 1, now=NOW)
        with pytest.raises(NotAllowed):
            keys.renew_person(manager, 1, OTHER_PASSPHRASE, now=NOW)
        assert register.bytes == before

    def test_roles_change_at_the_next_unlock(self, register: Register) -> None:
        officer = register.unlock()
        keys.add_person(officer, MANAGER, [Role.MANAGER], OTHER_PASSPHRASE, now=NOW)
        keys.set_roles(officer, 2, [Role.MANAGER, Role.ADMINISTRATOR])
        assert register.unlock(MANAGER, OTHER_PASSPHRASE).roles == {Role.MANAGER, Role.ADMINISTRATOR}
        keys.set_roles(officer, 1, [Role.OFFICER])
        with pytest.raises(NotAllowed):
            keys.set_roles(officer, 1, [Role.OFFICER, Role.ADMINISTRATOR])

    def test_last_administrator_stays(self, register: Register) -> None:
        officer = register.unlock()
        keys.add_person(officer, MANAGER, [Role.MANAGER], OTHER_PASSPHRASE, now=NOW)
        before = register.bytes
        with pytest.raises(LastAdministrator):
            keys.set_roles(officer, 1, [Role.OFFICER])
        with pytest.raises(LastAdministrator):
            keys.disable_person(officer, 1, now=NOW)
        assert register.bytes == before

    def test_an_ended_administrator_does_not_count(self, register: Register) -> None:
        officer = register.unlock()
        keys.add_person(officer, MANAGER, [Role.ADMINISTRATOR], OTHER_PASSPHRASE, now=NOW)
        keys.disable_person(officer, 2, now=NOW)
        with pytest.raises(LastAdministrator):
            keys.set_roles(officer, 1, [Role.OFFICER])

    def test_ended_log_in(self, register: Register) -> None:
        officer = register.unlock()
        added = keys.add_person(officer, MANAGER, [Role.MANAGER], OTHER_PASSPHRASE, now=NOW)
        signature = register.unlock(MANAGER, OTHER_PASSPHRASE).sign(b"approved")
        keys.disable_person(officer, 2, now=LATER)
        with pytest.raises(UserDisabled) as caught:
            register.unlock(MANAGER, OTHER_PASSPHRASE)
        assert caught.value.code == "user-disabled"
        assert added.current is not None
        public = keys.public_key_of(register.folder, added.current.key_id)
        assert keys.signature_holds(public, signature, b"approved")
        ended = keys.read_key_file(register.folder).person(2)
        assert ended.disabled_at == "2026-12-01T09:00:00Z"
        assert [entry.until for entry in ended.public_keys] == ["2026-12-01T09:00:00Z"]

    def test_a_person_who_comes_back_has_new_keys(self, register: Register) -> None:
        officer = register.unlock()
        keys.add_person(officer, MANAGER, [Role.MANAGER], OTHER_PASSPHRASE, now=NOW)
        first = register.unlock(MANAGER, OTHER_PASSPHRASE)
        keys.disable_person(officer, 2, now=LATER)
        keys.renew_person(officer, 2, "yet another long one", now=LATER + timedelta(days=1))
        second = register.unlock(MANAGER, "yet another long one")
        assert second.key_id != first.key_id
        assert second.person_id == 2
        assert keys.public_key_of(register.folder, first.key_id)

    def test_nobody_renews_themself(self, register: Register) -> None:
        with pytest.raises(NotAllowed):
            keys.renew_person(register.unlock(), 1, OTHER_PASSPHRASE, now=NOW)

    def test_change_of_passphrase_makes_other_keys_and_touches_nobody_else(self, register: Register) -> None:
        officer = register.unlock()
        keys.add_person(officer, MANAGER, [Role.MANAGER], OTHER_PASSPHRASE, now=NOW)
        before = register.body()
        change_passphrase(officer, PASSPHRASE, "a wholly different one")
        after = register.body()
        then, now = before["people"].pop(0), after["people"].pop(0)
        assert before == after
        assert all(then[part] != now[part] for part in ("passphrase", "data_key", "signing_key", "exchange_key"))
        renewed = register.unlock(passphrase="a wholly different one")
        assert renewed.user_key != officer.user_key
        assert renewed.public_key_of(officer.key_id) == officer.public_key, "what was signed can still be checked"
        with pytest.raises(WrongPassphrase):
            register.unlock()

    def test_change_of_passphrase_needs_the_present_one(self, register: Register) -> None:
        before = register.bytes
        with pytest.raises(WrongPassphrase):
            change_passphrase(register.unlock(), "not the present one", OTHER_PASSPHRASE)
        assert register.bytes == before

    def test_change_on_an_altered_file_is_refused(self, register: Register) -> None:
        unlocked = register.unlock()
        register.rewrite(lambda body: body["people"][0].update(roles=["administrator", "manager", "officer"]))
        with pytest.raises(KeysAltered):
            change_passphrase(unlocked, PASSPHRASE, OTHER_PASSPHRASE)


class TestRepoint:
    def test_names_another_database(self, register: Register) -> None:
        unlocked = register.unlock()
        name = keys.new_database_name()
        (register.folder / name).write_bytes(b"the migrated database")
        keys.repoint(unlocked, name)
        again = register.unlock()
        assert again.database == name
        assert again.data_key == unlocked.data_key

    def test_never_names_a_database_that_is_not_there(self, register: Register) -> None:
        before = register.bytes
        with pytest.raises(FileNotFoundError):
            keys.repoint(register.unlock(), "register-gone.db")
        assert register.bytes == before

    def test_a_backups_keys_go_into_the_live_folder(self, register: Register, tmp_path: Path) -> None:
        backup = tmp_path / "backup"
        backup.mkdir()
        (backup / "keys.json").write_bytes(register.bytes)
        change_passphrase(register.unlock(), PASSPHRASE, OTHER_PASSPHRASE)
        of_its_time = keys.unlock(backup, OFFICER, PASSPHRASE, floors=NO_FLOOR)
        (register.folder / "register-restored.db").write_bytes(b"the restored database")
        keys.repoint(of_its_time, "register-restored.db", folder=register.folder)
        assert register.unlock().database == "register-restored.db"
        with pytest.raises(WrongPassphrase):
            register.unlock(passphrase=OTHER_PASSPHRASE)
        assert keys.unlock(backup, OFFICER, PASSPHRASE, floors=NO_FLOOR).database != "register-restored.db"

    def test_rotation_reaches_everybody_and_the_paper(self, register: Register) -> None:
        officer = register.unlock()
        keys.add_person(officer, MANAGER, [Role.MANAGER], OTHER_PASSPHRASE, now=NOW)
        keys.add_person(officer, "Sam Rowe", [Role.OFFICER], OTHER_PASSPHRASE, now=NOW)
        keys.disable_person(officer, 3, now=NOW)
        new_key = os.urandom(32)
        old = officer.data_key
        keys.put_rotated(
            register.folder,
            keys.rotated(keys.read_key_file(register.folder), old, new_key, "register-rotated.db", now=NOW),
        )
        assert register.unlock().data_key == new_key
        assert register.unlock(MANAGER, OTHER_PASSPHRASE).data_key == new_key
        with pytest.raises(UserDisabled):
            register.unlock("Sam Rowe", OTHER_PASSPHRASE)
        recovered = keys.recover(
            register.folder,
            OFFICER,
            register.made.recovery_key,
            "after the rotation",
            now=LATER,
            kdf=TINY,
            floors=NO_FLOOR,
        )
        assert recovered.data_key == new_key
        with pytest.raises(KeysAltered):
            keys.add_person(officer, "Late Comer", [Role.OFFICER], OTHER_PASSPHRASE, now=LATER)


class TestSealing:
    @given(secret=st.binary(max_size=100), what=st.text(max_size=20))
    def test_box_opens_only_in_its_circumstances(self, secret: bytes, what: str) -> None:
        key = bytes(range(32))
        box = wrap(key, secret, {"what": what})
        assert unwrap(key, box, {"what": what}) == secret
        with pytest.raises(DoesNotOpen):
            unwrap(key, box, {"what": what + "x"})
        with pytest.raises(DoesNotOpen):
            unwrap(bytes(32), box, {"what": what})

    def test_box_to_a_public_key_opens_for_its_holder_only(self, register: Register, tmp_path: Path) -> None:
        mine, other = register.unlock(), make_register(tmp_path / "other").unlock()
        box = wrap_to(mine.exchange_key.public_key().public_bytes_raw(), b"secret", {"for": 1})
        assert keys.sealing.unwrap_with(mine.exchange_key, box, {"for": 1}) == b"secret"
        for key, where in ((other.exchange_key, {"for": 1}), (mine.exchange_key, {"for": 2})):
            with pytest.raises(DoesNotOpen):
                keys.sealing.unwrap_with(key, box, where)
        with pytest.raises(DoesNotOpen):
            keys.sealing.unwrap_with(mine.exchange_key, wrap(bytes(32), b"x", {}), {})

    def test_canonical_form_is_the_documented_one(self) -> None:
        assert canonical({"b": [1, None], "a": "é"}) == '{"a":"é","b":[1,null]}'.encode()
