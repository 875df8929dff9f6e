"""The printed recovery key: typing errors show, it opens the data key only, and it gives new signing keys."""

from __future__ import annotations

import random
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop.domain.roles import Role
from cme_desktop.storage import keys
from cme_desktop.storage.keys import (
    LIGHT,
    KeysDamaged,
    KeysTooWeak,
    PassphraseRefused,
    RecoveryKeyMistyped,
    RecoveryKeyWrong,
    UnknownUser,
    UserDisabled,
    WrongPassphrase,
)
from cme_desktop.storage.keys.recovery import format_recovery_key, parse_recovery_key
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
    make_register,
)

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
NEW_PASSPHRASE = "a new one after the loss"
SECRETS = st.binary(min_size=16, max_size=16)


def recover(register: Register, typed: str, name: str = OFFICER, passphrase: str = NEW_PASSPHRASE) -> keys.Unlocked:
    return keys.recover(register.folder, name, typed, passphrase, now=LATER, kdf=TINY, floors=NO_FLOOR)


class TestForm:
    @given(SECRETS)
    def test_seven_groups_of_four_and_back(self, secret: bytes) -> None:
        printed = format_recovery_key(secret)
        groups = printed.split("-")
        assert [len(group) for group in groups] == [4] * 7
        assert set("".join(groups)) <= set(ALPHABET)
        assert parse_recovery_key(printed) == secret

    def test_known_value(self) -> None:
        # 128 zero bits, then 0x374, the first 12 bits of their SHA-256: after 26 letters A come 11011 and 10100
        assert format_recovery_key(bytes(16)) == "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AA3U"

    @given(secret=SECRETS, joint=st.sampled_from(["-", " ", "", " - ", "\n", "–"]), lower=st.booleans())
    def test_read_however_it_is_spaced(self, secret: bytes, joint: str, lower: bool) -> None:
        typed = joint.join(format_recovery_key(secret).split("-"))
        assert parse_recovery_key(typed.lower() if lower else typed) == secret

    def test_typing_errors_are_found(self) -> None:
        chance = random.Random(20261124)
        tried = missed = 0
        for _ in range(2_000):
            letters = list(format_recovery_key(chance.randbytes(16)).replace("-", ""))
            right = "".join(letters)
            spot = chance.randrange(27)
            if chance.random() < 0.5:
                letters[spot] = chance.choice(ALPHABET)
            else:
                letters[spot], letters[spot + 1] = letters[spot + 1], letters[spot]
            typed = "".join(letters)
            if typed == right:
                continue
            tried += 1
            try:
                parse_recovery_key(typed)
            except RecoveryKeyMistyped:
                continue
            missed += 1
        # Twelve check bits let 1 wrong key in 4,096 through: 4 of these at the very most
        assert tried > 1_800
        assert missed <= 4

    @given(secret=SECRETS, cut=st.integers(min_value=0, max_value=27))
    def test_a_letter_left_out_or_doubled_is_found(self, secret: bytes, cut: int) -> None:
        letters = format_recovery_key(secret).replace("-", "")
        for typed in (letters[:cut] + letters[cut + 1 :], letters[: cut + 1] + letters[cut:]):
            with pytest.raises(RecoveryKeyMistyped) as caught:
                parse_recovery_key(typed)
            assert f"You typed {len(typed)}." in caught.value.message

    @pytest.mark.parametrize("figure", "0189")
    def test_figures_that_no_key_has_are_named(self, figure: str) -> None:
        with pytest.raises(RecoveryKeyMistyped) as caught:
            parse_recovery_key(figure + "A" * 27)
        assert f"no {figure}" in caught.value.message

    @given(st.text(alphabet=string.printable + "ÄŁ", max_size=60))
    def test_any_text_is_answered_in_words(self, typed: str) -> None:
        with pytest.raises(RecoveryKeyMistyped) as caught:
            parse_recovery_key(typed)
        assert caught.value.message.endswith(".")

    def test_groups_to_type_back(self, register: Register) -> None:
        printed = register.made.recovery_key
        seen = set()
        for _ in range(100):
            first, second = keys.groups_to_type_back()
            assert 1 <= first < second <= 7
            seen |= {first, second}
            assert keys.group_matches(printed, first, f" {printed.split('-')[first - 1].lower()} ")
            assert not keys.group_matches(printed, first, "AAA")
        assert seen == set(range(1, 8))


class TestRecover:
    @pytest.mark.feature("F76")
    def test_opens_and_sets_a_new_passphrase_and_new_signing_keys(self, register: Register) -> None:
        before = register.unlock()
        unlocked = recover(register, register.made.recovery_key.lower())
        assert unlocked.data_key == before.data_key
        assert unlocked.user_key != before.user_key
        assert unlocked.key_id != before.key_id
        assert unlocked.roles == before.roles
        assert register.unlock(passphrase=NEW_PASSPHRASE).key_id == unlocked.key_id
        with pytest.raises(WrongPassphrase):
            register.unlock(passphrase=PASSPHRASE)

    def test_old_public_keys_stay_with_dates(self, register: Register) -> None:
        before = register.unlock()
        signature = before.sign(b"an old event")
        recover(register, register.made.recovery_key)
        public = keys.read_key_file(register.folder).person(1).public_keys
        assert [(entry.since, entry.until) for entry in public] == [
            ("2026-11-24T10:12:00Z", "2026-12-01T09:00:00Z"),
            ("2026-12-01T09:00:00Z", None),
        ]
        assert keys.signature_holds(keys.public_key_of(register.folder, before.key_id), signature, b"an old event")

    def test_other_people_are_untouched(self, register: Register) -> None:
        keys.add_person(register.unlock(), MANAGER, [Role.MANAGER], OTHER_PASSPHRASE, now=NOW)
        manager = register.unlock(MANAGER, OTHER_PASSPHRASE)
        recover(register, register.made.recovery_key)
        again = register.unlock(MANAGER, OTHER_PASSPHRASE)
        assert (again.key_id, again.user_key) == (manager.key_id, manager.user_key)

    def test_the_paper_works_again_later(self, register: Register) -> None:
        recover(register, register.made.recovery_key)
        assert recover(register, register.made.recovery_key, passphrase="and once more lost").name == OFFICER

    def test_refusals_change_nothing(self, register: Register, tmp_path: Path) -> None:
        officer = register.unlock()
        keys.add_person(officer, MANAGER, [Role.MANAGER], OTHER_PASSPHRASE, now=NOW)
        keys.disable_person(officer, 2, now=NOW)
        foreign = make_register(tmp_path / "other").made.recovery_key
        before = register.bytes
        right = register.made.recovery_key
        with pytest.raises(RecoveryKeyWrong) as caught:
            recover(register, foreign)
        assert caught.value.code == "recovery-key-wrong"
        with pytest.raises(RecoveryKeyMistyped):
            recover(register, right[:-1])
        with pytest.raises(UnknownUser):
            recover(register, right, name="Nobody Here")
        with pytest.raises(UserDisabled):
            recover(register, right, name=MANAGER)
        with pytest.raises(PassphraseRefused):
            recover(register, right, passphrase="short")
        with pytest.raises(KeysTooWeak):
            keys.recover(register.folder, OFFICER, right, NEW_PASSPHRASE, now=LATER, kdf=LIGHT)
        assert register.bytes == before

    def test_damaged_recovery_slot_is_named_as_damage(self, register: Register) -> None:
        file = register.made.key_file
        slot = file.recovery
        broken = keys.recovery.replace(
            file, recovery=keys.recovery.replace(slot, data_key=keys.sealing.wrap(bytes(32), b"x", {}))
        )
        keys.write_key_file(register.folder, broken.sealed_with(register.made.unlocked.data_key))
        with pytest.raises(KeysDamaged):
            recover(register, register.made.recovery_key)

    def test_training_register_keeps_its_light_cost(self, tmp_path: Path) -> None:
        made = keys.create_store_keys(tmp_path, OFFICER, "learn", now=NOW, demonstration=True, kdf=LIGHT)
        keys.recover(tmp_path, OFFICER, made.recovery_key, "learn again", now=LATER)
        slot = keys.read_key_file(tmp_path).person(1).passphrase
        assert slot is not None
        assert slot.kdf == LIGHT


class TestMyRecoveryKey:
    def test_is_tested_without_opening_or_writing(self, register: Register, tmp_path: Path) -> None:
        before = register.bytes
        keys.check_recovery_key(register.folder, register.made.recovery_key)
        with pytest.raises(RecoveryKeyWrong):
            keys.check_recovery_key(register.folder, make_register(tmp_path / "other").made.recovery_key)
        assert register.bytes == before

    def test_a_new_paper_ends_the_old_one(self, register: Register) -> None:
        printed = keys.replace_recovery_key(register.unlock(), now=LATER)
        keys.check_recovery_key(register.folder, printed)
        with pytest.raises(RecoveryKeyWrong):
            keys.check_recovery_key(register.folder, register.made.recovery_key)
        assert keys.read_key_file(register.folder).recovery.made_at == "2026-12-01T09:00:00Z"
        assert register.unlock().name == OFFICER
