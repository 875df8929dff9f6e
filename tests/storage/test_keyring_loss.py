"""Whatever happens to the keyring, passphrase and recovery key work, and the failure changes nothing (safety.md 9)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import keyring.backends.SecretService
import pytest

from cme_desktop.domain.roles import Role
from cme_desktop.storage import keys
from cme_desktop.storage.keys import QuickUnlockUnavailable, UnknownUser, UserDisabled
from cme_desktop.storage.keys.keyring_slot import ALLOWED_BACKENDS, SERVICE
from tests.plugin_keyring import MemoryKeyring
from tests.storage.keys_kit import (
    LATER,
    MANAGER,
    NO_FLOOR,
    NOW,
    OFFICER,
    OTHER_PASSPHRASE,
    TINY,
    Register,
)


class BrokenKeyring(MemoryKeyring):
    """Fail as a desktop's bus fails: with an error that is no keyring error."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("org.freedesktop.DBus.Error.NoReply")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise OSError("no bus")

    def delete_password(self, service: str, username: str) -> None:
        raise OSError("no bus")


class ForgetfulKeyring(MemoryKeyring):
    """Take a secret without a word and not keep it."""

    def set_password(self, service: str, username: str, password: str) -> None:
        return


class AbsentKeyring(MemoryKeyring):
    """Answer every call as the library does where there is no keyring at all."""

    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.NoKeyringError("No recommended backend was available.")


def empty(ring: MemoryKeyring) -> MemoryKeyring:
    ring.secrets.clear()
    return ring


def wrong(ring: MemoryKeyring) -> MemoryKeyring:
    ring.secrets = {name: base64.b64encode(bytes(32)).decode() for name in ring.secrets}
    return ring


def rubbish(ring: MemoryKeyring) -> MemoryKeyring:
    ring.secrets = dict.fromkeys(ring.secrets, "not base64 at all ł")
    return ring


def short(ring: MemoryKeyring) -> MemoryKeyring:
    ring.secrets = dict.fromkeys(ring.secrets, base64.b64encode(b"short").decode())
    return ring


def locked(ring: MemoryKeyring) -> MemoryKeyring:
    ring.locked = True
    return ring


def raising(ring: MemoryKeyring) -> MemoryKeyring:
    return BrokenKeyring()


def absent(ring: MemoryKeyring) -> MemoryKeyring:
    return AbsentKeyring()


LOSSES: list[tuple[Callable[[MemoryKeyring], MemoryKeyring], str]] = [
    (empty, "quick-unlock-empty"),
    (wrong, "quick-unlock-wrong"),
    (rubbish, "quick-unlock-wrong"),
    (short, "quick-unlock-wrong"),
    (locked, "quick-unlock-unavailable"),
    (raising, "quick-unlock-unavailable"),
    (absent, "quick-unlock-unavailable"),
]


@pytest.fixture
def ring(register: Register, fake_keyring: MemoryKeyring) -> MemoryKeyring:
    keys.store_quick_secret(register.unlock(), fake_keyring)
    return fake_keyring


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.feature("F76")
@pytest.mark.parametrize(("lose", "code"), LOSSES, ids=[lose.__name__ for lose, _ in LOSSES])
def test_keyring_loss(
    register: Register, ring: MemoryKeyring, lose: Callable[[MemoryKeyring], MemoryKeyring], code: str
) -> None:
    data_key = register.unlock().data_key
    lost = lose(ring)
    before = contents(register.folder)
    with pytest.raises(QuickUnlockUnavailable) as caught:
        keys.unlock_quick(register.folder, OFFICER, lost)
    assert caught.value.code == code
    assert "passphrase" in caught.value.message
    assert contents(register.folder) == before
    assert register.unlock().data_key == data_key
    assert contents(register.folder) == before
    recovered = keys.recover(
        register.folder,
        OFFICER,
        register.made.recovery_key,
        "after the loss of it",
        now=LATER,
        kdf=TINY,
        floors=NO_FLOOR,
    )
    assert recovered.data_key == data_key
    database = register.made.key_file.database
    assert contents(register.folder)[database] == before[database]


@pytest.mark.feature("F76")
def test_quick_unlock_opens_the_same_as_the_passphrase(register: Register, ring: MemoryKeyring) -> None:
    by_passphrase = register.unlock()
    before = contents(register.folder)
    quick = keys.unlock_quick(register.folder, OFFICER, ring)
    assert (quick.data_key, quick.key_id, quick.roles) == (
        by_passphrase.data_key,
        by_passphrase.key_id,
        by_passphrase.roles,
    )
    assert contents(register.folder) == before


def test_keyring_holds_one_secret_that_is_no_key_of_ours(register: Register, ring: MemoryKeyring) -> None:
    unlocked = register.unlock()
    assert [service for service, _ in ring.secrets] == [SERVICE]
    (held,) = ring.secrets.values()
    assert base64.b64decode(held) not in (unlocked.data_key, unlocked.user_key)
    assert len(held.encode("utf-16-le")) <= 2560


def test_offered_again_after_a_loss(register: Register, ring: MemoryKeyring) -> None:
    empty(ring)
    keys.store_quick_secret(register.unlock(), ring)
    assert keys.unlock_quick(register.folder, OFFICER, ring).name == OFFICER
    assert len(ring.secrets) == 1


def test_set_up_again_drops_the_old_secret(register: Register, ring: MemoryKeyring) -> None:
    first = dict(ring.secrets)
    keys.store_quick_secret(register.unlock(), ring)
    assert len(ring.secrets) == 1
    assert ring.secrets.keys().isdisjoint(first)


def test_quick_unlock_is_for_its_own_person(register: Register, ring: MemoryKeyring) -> None:
    keys.add_person(register.unlock(), MANAGER, [Role.MANAGER], OTHER_PASSPHRASE, now=NOW)
    with pytest.raises(QuickUnlockUnavailable) as caught:
        keys.unlock_quick(register.folder, MANAGER, ring)
    assert caught.value.code == "quick-unlock-off"
    with pytest.raises(UnknownUser):
        keys.unlock_quick(register.folder, "Nobody Here", ring)
    keys.store_quick_secret(register.unlock(MANAGER, OTHER_PASSPHRASE), ring)
    assert keys.unlock_quick(register.folder, MANAGER, ring).person_id == 2
    assert keys.unlock_quick(register.folder, OFFICER, ring).person_id == 1


def test_ended_log_in_ends_quick_unlock(register: Register, ring: MemoryKeyring) -> None:
    officer = register.unlock()
    keys.add_person(officer, MANAGER, [Role.MANAGER], OTHER_PASSPHRASE, now=NOW)
    manager = register.unlock(MANAGER, OTHER_PASSPHRASE)
    keys.store_quick_secret(manager, ring)
    keys.disable_person(officer, 2, now=NOW)
    with pytest.raises(UserDisabled):
        keys.unlock_quick(register.folder, MANAGER, ring)
    with pytest.raises(UserDisabled):
        keys.store_quick_secret(manager, ring)


@pytest.mark.parametrize("broken", [BrokenKeyring, ForgetfulKeyring])
def test_set_up_with_a_broken_keyring_changes_nothing(register: Register, broken: type[MemoryKeyring]) -> None:
    before = contents(register.folder)
    with pytest.raises(QuickUnlockUnavailable):
        keys.store_quick_secret(register.unlock(), broken())
    assert contents(register.folder) == before


@pytest.mark.parametrize("away", [None, BrokenKeyring()], ids=["none", "broken"])
def test_can_be_ended_while_the_keyring_is_away(
    register: Register, ring: MemoryKeyring, away: MemoryKeyring | None
) -> None:
    keys.forget_quick_secret(register.unlock(), away)
    with pytest.raises(QuickUnlockUnavailable) as caught:
        keys.unlock_quick(register.folder, OFFICER, ring)
    assert caught.value.code == "quick-unlock-off"
    assert len(ring.secrets) == 1
    keys.forget_quick_secret(register.unlock(), ring)
    assert len(ring.secrets) == 1


def test_ending_it_drops_the_secret(register: Register, ring: MemoryKeyring) -> None:
    keys.forget_quick_secret(register.unlock(), ring)
    assert ring.secrets == {}


class TestBackends:
    @pytest.mark.parametrize(
        "backend", [keyring.backends.fail.Keyring(), keyring.backends.null.Keyring(), MemoryKeyring(), object()]
    )
    def test_others_are_refused(self, backend: object) -> None:
        with pytest.raises(QuickUnlockUnavailable) as caught:
            keys.system_keyring(find=lambda: backend)
        assert caught.value.code == "quick-unlock-unavailable"
        assert "Credential Manager" in caught.value.message

    def test_this_test_machine_has_none(self) -> None:
        with pytest.raises(QuickUnlockUnavailable):
            keys.system_keyring()

    def test_a_search_that_fails_is_no_keyring(self) -> None:
        def fail() -> object:
            raise RuntimeError("no bus")

        with pytest.raises(QuickUnlockUnavailable):
            keys.system_keyring(find=fail)

    def test_listed_ones_are_taken(self) -> None:
        secret_service = keyring.backends.SecretService.Keyring()
        assert keys.system_keyring(find=lambda: secret_service) is secret_service

    def test_within_a_chain_the_listed_one_is_taken(self) -> None:
        secret_service = keyring.backends.SecretService.Keyring()

        class Chain:
            backends = (keyring.backends.null.Keyring(), secret_service)

        assert keys.system_keyring(find=Chain) is secret_service

    def test_every_listed_name_is_one_of_the_library(self) -> None:
        import importlib

        for name in ALLOWED_BACKENDS:
            module, _, kind = name.rpartition(".")
            assert hasattr(importlib.import_module(module), kind), name
