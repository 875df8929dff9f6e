"""keys.json: who can unlock, what it says when they cannot, and how it changes."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.domain.roles import Role
from cme_desktop.storage import keys
from cme_desktop.storage.keys import (
    LIGHT,
    STANDARD,
    Kdf,
    KeysAltered,
    KeysDamaged,
    KeysMissing,
    KeysTooNew,
    KeysTooWeak,
    StoreMissing,
    UnknownUser,
    WrongPassphrase,
)
from cme_desktop.storage.keys.sealing import calibrated, canonical, unwrap
from cme_desktop.system import DiskFull
from tests.storage.keys_kit import (
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


class TestUnlock:
    @pytest.mark.feature("F76")
    def test_opens_with_name_and_passphrase(self, register: Register) -> None:
        unlocked = register.unlock()
        assert unlocked.name == OFFICER
        assert unlocked.roles == {Role.OFFICER, Role.ADMINISTRATOR}
        assert unlocked.data_key == register.made.unlocked.data_key
        assert len(unlocked.data_key) == 32
        assert unlocked.person_id == 1
        assert unlocked.store_id == register.made.key_file.store_id
        assert unlocked.database_path == register.folder / register.made.key_file.database

    @pytest.mark.parametrize("name", ["asha patel", "  ASHA   PATEL ", "Ａｓｈａ Ｐａｔｅｌ"])
    def test_name_in_any_case(self, register: Register, name: str) -> None:
        assert register.unlock(name).name == OFFICER

    def test_passphrase_in_either_unicode_form(self, tmp_path: Path) -> None:
        keys.create_store_keys(tmp_path, OFFICER, "Łukasz café twelve", now=NOW, kdf=TINY, floors=NO_FLOOR)
        assert keys.unlock(tmp_path, OFFICER, "Łukasz café twelve", floors=NO_FLOOR).name == OFFICER

    @given(wrong=st.text(max_size=40).filter(lambda text: text != PASSPHRASE))
    def test_no_other_passphrase_opens(self, tmp_path_factory: pytest.TempPathFactory, wrong: str) -> None:
        register = make_register(tmp_path_factory.mktemp("register"))
        before = register.bytes
        with pytest.raises(WrongPassphrase) as caught:
            register.unlock(passphrase=wrong)
        assert caught.value.code == "wrong-passphrase"
        assert register.bytes == before

    def test_unknown_person(self, register: Register) -> None:
        with pytest.raises(UnknownUser) as caught:
            register.unlock("Nobody Here")
        assert caught.value.code == "unknown-user"

    def test_no_folder_and_no_register(self, tmp_path: Path) -> None:
        for folder in (tmp_path / "nowhere", tmp_path):
            with pytest.raises(StoreMissing) as caught:
                keys.unlock(folder, OFFICER, PASSPHRASE)
            assert caught.value.code == "store-missing"
        assert list(tmp_path.iterdir()) == []

    def test_key_file_gone_but_database_there(self, register: Register) -> None:
        register.key_path.unlink()
        with pytest.raises(KeysMissing) as caught:
            register.unlock()
        assert caught.value.code == "keys-missing"
        assert [entry.suffix for entry in register.folder.iterdir()] == [".db"]

    def test_every_refusal_is_a_cannot_unlock_with_words_for_the_officer(self, register: Register) -> None:
        for kind in (WrongPassphrase, UnknownUser, StoreMissing, KeysDamaged, KeysAltered, KeysMissing, KeysTooNew):
            error = kind()
            assert isinstance(error, CannotUnlock)
            assert len(error.message.split(". ")) >= 2
            assert not {"invalid", "please", "sorry"} & set(error.message.lower().split())


class TestForget:
    def test_keys_are_gone_after_the_lock(self, register: Register) -> None:
        unlocked = register.unlock()
        held = unlocked._data_key
        unlocked.forget()
        assert bytes(held) == bytes(32)
        assert not unlocked.open
        for use in (
            lambda: unlocked.data_key,
            lambda: unlocked.user_key,
            lambda: unlocked.exchange_key,
            lambda: unlocked.sign(b"x"),
        ):
            with pytest.raises(keys.Locked):
                use()

    def test_shows_no_secret(self, register: Register) -> None:
        unlocked = register.unlock()
        assert repr(unlocked) == "<Unlocked person 1>"

    def test_no_secret_in_the_file(self, register: Register) -> None:
        unlocked = register.unlock()
        raw = register.bytes
        for secret in (unlocked.data_key, unlocked.user_key):
            assert secret not in raw
            assert base64.b64encode(secret) not in raw
            assert secret.hex().encode() not in raw
        assert PASSPHRASE.encode() not in raw
        assert register.made.recovery_key.encode() not in raw


class TestSignatures:
    def test_signs_and_is_checked_by_public_key(self, register: Register) -> None:
        unlocked = register.unlock()
        signature = unlocked.sign(b"an event")
        public = keys.public_key_of(register.folder, unlocked.key_id)
        assert len(public) == 32
        assert keys.signature_holds(public, signature, b"an event")
        assert not keys.signature_holds(public, signature, b"another event")
        assert not keys.signature_holds(bytes(32), signature, b"an event")
        assert unlocked.public_key_of(unlocked.key_id) == public

    def test_unknown_key_id(self, register: Register) -> None:
        with pytest.raises(KeyError):
            register.made.key_file.public_key_of("0" * 16)
        with pytest.raises(KeyError):
            register.made.key_file.owner_of("0" * 16)

    def test_key_belongs_to_its_person(self, register: Register) -> None:
        unlocked = register.unlock()
        added = keys.add_person(unlocked, MANAGER, [Role.MANAGER], OTHER_PASSPHRASE, now=NOW)
        file = keys.read_key_file(register.folder)
        assert file.owner_of(unlocked.key_id) == 1
        assert added.current is not None
        assert file.owner_of(added.current.key_id) == added.person_id


class TestCost:
    def test_standard_is_at_least_what_safety_asks(self) -> None:
        assert (STANDARD.memory_kib, STANDARD.passes, STANDARD.lanes) == (128 * 1024, 3, 1)
        assert (LIGHT.memory_kib, LIGHT.passes, LIGHT.lanes) == (19 * 1024, 2, 1)

    @pytest.mark.parametrize(("seconds", "passes"), [(0.001, 64), (0.1, 24), (0.2, 12), (0.32, 7), (0.8, 3), (5.0, 3)])
    def test_calibrated_upwards_only_and_under_a_second(self, seconds: float, passes: int) -> None:
        ticks = iter([10.0, 10.0 + seconds])
        found = calibrated(Kdf(8, 3), clock=lambda: next(ticks))
        assert found == Kdf(8, passes)
        assert found.passes == 3 or found.passes / 3 * seconds <= 1.0

    def test_real_register_refuses_a_light_cost(self, tmp_path: Path) -> None:
        with pytest.raises(KeysTooWeak):
            keys.create_store_keys(tmp_path, OFFICER, PASSPHRASE, now=NOW, kdf=LIGHT)
        with pytest.raises(KeysTooWeak):
            keys.create_store_keys(tmp_path, OFFICER, PASSPHRASE, now=NOW, kdf=Kdf(64 * 1024 - 1, 3))
        assert list(tmp_path.iterdir()) == []

    def test_demonstration_register_takes_light_but_not_less(self, tmp_path: Path) -> None:
        made = keys.create_store_keys(tmp_path, OFFICER, "learn", now=NOW, demonstration=True, kdf=LIGHT)
        assert made.unlocked.demonstration
        assert keys.unlock(tmp_path, OFFICER, "learn").demonstration
        with pytest.raises(KeysTooWeak):
            keys.draft_store_keys(tmp_path, OFFICER, "learn", now=NOW, demonstration=True, kdf=TINY)

    def test_weak_slot_is_refused_before_it_is_tried(self, register: Register) -> None:
        with pytest.raises(KeysTooWeak):
            keys.unlock(register.folder, OFFICER, PASSPHRASE)

    def test_weakened_by_an_intruder(self, tmp_path: Path) -> None:
        register = make_register(tmp_path)

        def weaken(body: dict[str, Any]) -> None:
            body["people"][0]["passphrase"]["kdf"]["passes"] = 2

        register.rewrite(weaken)
        with pytest.raises(WrongPassphrase):
            register.unlock()

    @pytest.mark.parametrize("field", ["memory_kib", "passes", "lanes"])
    @pytest.mark.parametrize("value", [0, -1, 2**40, 1.5, True, "8", None])
    def test_absurd_cost_is_damage_not_work(self, register: Register, field: str, value: Any) -> None:
        def absurd(body: dict[str, Any]) -> None:
            body["people"][0]["passphrase"]["kdf"][field] = value

        register.rewrite(absurd)
        with pytest.raises(KeysDamaged):
            register.unlock()


class TestAuthenticated:
    def test_demonstration_mark_cannot_be_set_or_unset(self, tmp_path: Path) -> None:
        for demonstration in (False, True):
            register = make_register(tmp_path / str(demonstration), demonstration=demonstration)

            def flip(body: dict[str, Any]) -> None:
                body["demonstration"] = not body["demonstration"]

            register.rewrite(flip)
            with pytest.raises(WrongPassphrase):
                register.unlock()
            with pytest.raises(KeysDamaged):
                keys.check_recovery_key(register.folder, register.made.recovery_key)

    def test_roles_names_and_database_cannot_be_changed_without_a_log_in(self, register: Register) -> None:
        original = register.bytes
        changes: list[Any] = [
            lambda body: body["people"][0].update(roles=["administrator", "manager", "officer"]),
            lambda body: body["people"][0].update(name="Asha Patel 2"),
            lambda body: body.update(database="other.db"),
            lambda body: body.update(created_at="2020-01-01T00:00:00Z"),
            lambda body: body["people"][0]["public_keys"][0].update(since="2020-01-01T00:00:00Z"),
            lambda body: body["recovery"].update(public=base64.b64encode(bytes(32)).decode()),
        ]
        for change in changes:
            register.key_path.write_bytes(original)
            register.rewrite(change)
            name = register.body()["people"][0]["name"]
            with pytest.raises(KeysAltered):
                register.unlock(name)

    def test_public_key_cannot_be_replaced(self, register: Register) -> None:
        def replace(body: dict[str, Any]) -> None:
            body["people"][0]["public_keys"][0]["signing"] = base64.b64encode(bytes(32)).decode()

        register.rewrite(replace)
        with pytest.raises(KeysAltered):
            register.unlock()

    def test_slots_of_two_people_cannot_be_exchanged(self, register: Register) -> None:
        keys.add_person(register.unlock(), MANAGER, [Role.MANAGER], OTHER_PASSPHRASE, now=NOW)

        def swap(body: dict[str, Any]) -> None:
            first, second = body["people"]
            first["passphrase"], second["passphrase"] = second["passphrase"], first["passphrase"]

        register.rewrite(swap)
        for name, passphrase in ((OFFICER, OTHER_PASSPHRASE), (MANAGER, PASSPHRASE)):
            with pytest.raises(WrongPassphrase):
                register.unlock(name, passphrase)

    def test_keys_of_another_register_do_not_fit(self, register: Register, tmp_path: Path) -> None:
        other = make_register(tmp_path / "other")
        foreign = other.body()["people"][0]

        def bring(body: dict[str, Any]) -> None:
            body["people"][0] = foreign

        register.rewrite(bring)
        with pytest.raises(WrongPassphrase):
            register.unlock()

    @pytest.mark.parametrize("box", ["data_key", "signing_key", "exchange_key"])
    def test_damaged_box_behind_a_right_passphrase(self, register: Register, box: str) -> None:
        def damage(body: dict[str, Any]) -> None:
            body["people"][0][box]["sealed"] = base64.b64encode(bytes(48)).decode()

        register.rewrite(damage)
        with pytest.raises(KeysDamaged):
            register.unlock()


class TestDamage:
    def test_every_flipped_bit_is_found(self, register: Register) -> None:
        original = register.bytes
        for position in range(0, len(original), 7):
            raw = bytearray(original)
            raw[position] ^= 1 << (position % 8)
            register.key_path.write_bytes(bytes(raw))
            with pytest.raises((KeysDamaged, KeysAltered)):
                register.unlock()

    @given(st.binary(max_size=300))
    def test_any_bytes_are_refused_in_words(self, raw: bytes) -> None:
        with pytest.raises(KeysDamaged):
            keys.key_file.parse_key_file(raw)

    @pytest.mark.parametrize(
        "text", ["", "{}", "[]", "null", '{"body": 3}', '{"body": {}, "sha256": "", "mac": ""}', "[" * 100_000]
    )
    def test_foreign_json(self, text: str) -> None:
        with pytest.raises(KeysDamaged):
            keys.key_file.parse_key_file(text.encode())

    def test_cut_short(self, register: Register) -> None:
        raw = register.bytes
        for length in (0, 1, len(raw) // 2, len(raw) - 2):
            register.key_path.write_bytes(raw[:length])
            with pytest.raises(KeysDamaged) as caught:
                register.unlock()
            assert caught.value.code == "keys-damaged"

    def test_far_too_large(self, register: Register) -> None:
        with register.key_path.open("r+b") as handle:
            handle.truncate(keys.key_file.LARGEST_BYTES + 1)
        with pytest.raises(KeysDamaged):
            register.unlock()

    @pytest.mark.parametrize("name", ["../x.db", "a/b.db", "C:\\x.db", "", ".hidden"])
    def test_database_name_that_leads_out_of_the_folder(self, register: Register, name: str) -> None:
        register.rewrite(lambda body: body.update(database=name))
        with pytest.raises(KeysDamaged):
            register.unlock()

    def test_unknown_entry_is_not_ours(self, register: Register) -> None:
        register.rewrite(lambda body: body.update(extra=1))
        with pytest.raises(KeysDamaged):
            register.unlock()

    def test_same_person_twice(self, register: Register) -> None:
        register.rewrite(lambda body: body.update(people=body["people"] * 2))
        with pytest.raises(KeysDamaged):
            register.unlock()

    def test_newer_version_is_left_alone(self, register: Register) -> None:
        register.rewrite(lambda body: body.update(version=4))
        before = register.bytes
        with pytest.raises(KeysTooNew) as caught:
            register.unlock()
        assert caught.value.code == "register-too-new"
        assert register.bytes == before

    def test_earlier_version_is_put_back(self, register: Register) -> None:
        good = register.bytes
        change_passphrase(register.unlock(), PASSPHRASE, OTHER_PASSPHRASE)
        register.key_path.write_bytes(b"damaged")
        assert keys.put_back_earlier(register.folder) == register.folder / "keys.json.1"
        assert register.bytes == good
        assert register.unlock().name == OFFICER
        assert (register.folder / "keys.json.damaged").read_bytes() == b"damaged"

    def test_earlier_version_of_a_database_that_is_gone_is_not_put_back(self, register: Register) -> None:
        change_passphrase(register.unlock(), PASSPHRASE, OTHER_PASSPHRASE)
        (register.folder / register.made.key_file.database).unlink()
        (register.folder / "keys.json.2").write_bytes(b"damaged too")
        before = register.bytes
        with pytest.raises(KeysDamaged):
            keys.put_back_earlier(register.folder)
        assert register.bytes == before


class TestWriting:
    def test_create_refuses_a_second_time(self, register: Register) -> None:
        before = register.bytes
        with pytest.raises(UserError) as caught:
            keys.create_store_keys(register.folder, OFFICER, PASSPHRASE, now=NOW, kdf=TINY, floors=NO_FLOOR)
        assert caught.value.code == "store-exists"
        assert register.bytes == before

    def test_draft_writes_nothing_until_asked(self, tmp_path: Path) -> None:
        draft = keys.draft_store_keys(tmp_path, OFFICER, PASSPHRASE, now=NOW, kdf=TINY, floors=NO_FLOOR)
        assert list(tmp_path.iterdir()) == []
        keys.write_key_file(tmp_path, draft.key_file)
        assert keys.unlock(tmp_path, OFFICER, PASSPHRASE, floors=NO_FLOOR).data_key == draft.unlocked.data_key

    def test_last_three_versions_are_kept(self, register: Register) -> None:
        versions = [register.bytes]
        current, other = PASSPHRASE, OTHER_PASSPHRASE
        for _ in range(5):
            change_passphrase(register.unlock(passphrase=current), current, other)
            current, other = other, current
            versions.append(register.bytes)
        assert register.unlock(passphrase=current).name == OFFICER
        kept = keys.kept_versions(register.folder)
        assert [place.name for place in kept] == ["keys.json.1", "keys.json.2", "keys.json.3"]
        assert [place.read_bytes() for place in kept] == versions[-2:-5:-1]

    def test_only_this_user_may_read_it(self, register: Register) -> None:
        mode = stat.S_IMODE(register.key_path.stat().st_mode)
        # Windows has no such modes: there the folder's own list of users does it
        assert mode == (0o600 if os.name == "posix" else 0o666)

    def test_a_write_that_fails_leaves_the_old_file(self, register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
        unlocked = register.unlock()
        before = register.bytes

        def full(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(DiskFull, match="log-ins of the register were not changed"):
            change_passphrase(unlocked, PASSPHRASE, OTHER_PASSPHRASE)
        monkeypatch.undo()
        assert register.bytes == before
        assert register.unlock().name == OFFICER
        assert not list(register.folder.glob(".*cme-part"))

    def test_format_is_as_the_decision_says(self, register: Register) -> None:
        outer = json.loads(register.bytes)
        assert set(outer) == {"body", "sha256", "mac"}
        assert outer["sha256"] == hashlib.sha256(canonical(outer["body"])).hexdigest()
        body = outer["body"]
        assert body["format"] == "cme-desktop-keys"
        assert (body["version"], body["earlier"]) == (3, [])
        slot = body["people"][0]["passphrase"]
        assert slot["kdf"]["name"] == "argon2id"
        where = {
            "what": "user-key",
            "store_id": body["store_id"],
            "demonstration": False,
            "slot_id": slot["slot_id"],
            "person_id": 1,
            "kdf": slot["kdf"],
        }
        key = TINY.derive(PASSPHRASE, base64.b64decode(slot["kdf"]["salt"]))
        box = keys.sealing.Box(
            base64.b64decode(slot["user_key"]["nonce"]), base64.b64decode(slot["user_key"]["sealed"])
        )
        assert unwrap(key, box, where) == register.unlock().user_key
