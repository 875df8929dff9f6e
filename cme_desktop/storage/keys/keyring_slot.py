"""Quick unlock: a secret in the operating system's keyring opens one person's slot, never the data key itself."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from cme_desktop.storage.keys.errors import QuickUnlockUnavailable, UserDisabled
from cme_desktop.storage.keys.key_file import KeyFile, PersonEntry, QuickSlot, read_key_file, write_key_file
from cme_desktop.storage.keys.people import read_own
from cme_desktop.storage.keys.sealing import KEY_BYTES, SALT_BYTES, DoesNotOpen, stretch, unwrap, wrap
from cme_desktop.storage.keys.slots import StoreMark, new_slot_id, open_person
from cme_desktop.storage.keys.unlocked import Unlocked

T = TypeVar("T")

SERVICE = "cme-desktop quick unlock"
ALLOWED_BACKENDS = frozenset(
    {
        "keyring.backends.Windows.WinVaultKeyring",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.kwallet.DBusKeyringKWallet4",
    }
)


class Keyring(Protocol):
    """What is asked of a keyring backend."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return the secret kept under a name, or None."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret under a name."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Drop the secret kept under a name."""
        ...


def system_keyring(*, allowed: frozenset[str] = ALLOWED_BACKENDS, find: Callable[[], object] | None = None) -> Keyring:
    """Return the keyring of this computer, if it is one that keeps secrets properly.

    Raises:
        QuickUnlockUnavailable: there is none, or it is one that might keep the secret in a plain file.
    """
    try:
        backend = (find or _installed)()
    except Exception as error:
        # A broken keyring service raises whatever its bus raises
        raise _no_service() from error
    chosen: list[Any] = [backend, *getattr(backend, "backends", ())]
    for candidate in chosen:
        if f"{type(candidate).__module__}.{type(candidate).__qualname__}" in allowed:
            ring: Keyring = candidate
            return ring
    raise _no_service()


def unlock_quick(folder: Path, name: str, ring: Keyring) -> Unlocked:
    """Open a register with the secret that the keyring holds for this person; nothing is written.

    Raises:
        QuickUnlockUnavailable: codes ``quick-unlock-off`` (not set up), ``quick-unlock-empty`` (the keyring lost the
            secret), ``quick-unlock-wrong`` (it holds another one), ``quick-unlock-unavailable`` (it is locked, absent
            or failing). The passphrase works in each case; offer to store the secret again after it.
        CannotUnlock: what ``unlock`` raises about the key file.
    """
    key_file = read_key_file(folder)
    person = key_file.person_named(name)
    if person.passphrase is None:
        raise UserDisabled
    if person.quick is None:
        raise QuickUnlockUnavailable(
            "Quick unlock is not set up for this person. Use the passphrase; quick unlock can be set up afterwards.",
            code="quick-unlock-off",
        )
    secret = _secret(ring, person.quick)
    where = _circumstances(key_file, person, person.quick.slot_id)
    try:
        user_key = unwrap(_key(secret, person.quick), person.quick.box, where)
    except DoesNotOpen:
        raise _wrong_secret() from None
    return open_person(folder, key_file, person, user_key)


def store_quick_secret(unlocked: Unlocked, ring: Keyring) -> None:
    """Set up quick unlock for the unlocked person, or set it up again.

    Raises:
        QuickUnlockUnavailable: the keyring does not take the secret or does not give it back; nothing was changed.
    """
    key_file = read_own(unlocked)
    person = key_file.person(unlocked.person_id)
    secret, salt, slot_id = os.urandom(KEY_BYTES), os.urandom(SALT_BYTES), new_slot_id()
    written = base64.b64encode(secret).decode("ascii")
    if _ask(lambda: _put(ring, slot_id, written)) != written:
        raise _no_service()
    empty = QuickSlot(slot_id, salt, person.passphrase.box) if person.passphrase else None
    if empty is None:
        raise UserDisabled
    box = wrap(_key(secret, empty), unlocked.user_key, _circumstances(key_file, person, slot_id))
    changed = key_file.with_person(replace(person, quick=replace(empty, box=box)))
    write_key_file(unlocked.folder, changed.sealed_with(unlocked.data_key))
    if person.quick is not None:
        _drop(ring, person.quick.slot_id)


def forget_quick_secret(unlocked: Unlocked, ring: Keyring | None) -> None:
    """End quick unlock for the unlocked person, even when the keyring is away."""
    key_file = read_own(unlocked)
    person = key_file.person(unlocked.person_id)
    if person.quick is None:
        return
    changed = key_file.with_person(replace(person, quick=None))
    write_key_file(unlocked.folder, changed.sealed_with(unlocked.data_key))
    if ring is not None:
        _drop(ring, person.quick.slot_id)


def _installed() -> object:
    # Imported only when asked for: it looks through every installed package
    import keyring

    return keyring.get_keyring()


def _secret(ring: Keyring, slot: QuickSlot) -> bytes:
    written = _ask(lambda: ring.get_password(SERVICE, slot.slot_id))
    if written is None:
        raise QuickUnlockUnavailable(
            "The computer no longer holds the quick-unlock secret. Nothing in the register was changed. Use the "
            "passphrase; quick unlock can be set up again afterwards.",
            code="quick-unlock-empty",
        )
    try:
        secret = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        raise _wrong_secret() from None
    if len(secret) != KEY_BYTES:
        raise _wrong_secret()
    return secret


def _put(ring: Keyring, slot_id: str, written: str) -> str | None:
    ring.set_password(SERVICE, slot_id, written)
    return ring.get_password(SERVICE, slot_id)


def _drop(ring: Keyring, slot_id: str) -> None:
    # The slot is gone from the key file, so a secret that the keyring will not drop opens nothing
    try:
        _ask(lambda: ring.delete_password(SERVICE, slot_id))
    except QuickUnlockUnavailable:
        return


def _ask(question: Callable[[], T]) -> T:
    try:
        return question()
    except Exception as error:
        # Backends let errors of the bus and of the system through
        raise _no_service() from error


def _key(secret: bytes, slot: QuickSlot) -> bytes:
    return stretch(secret, salt=slot.salt, purpose="cme-desktop quick unlock v1")


def _circumstances(key_file: KeyFile, person: PersonEntry, slot_id: str) -> dict[str, object]:
    return StoreMark.of(key_file).circumstances("quick-user-key", person_id=person.person_id, slot_id=slot_id)


def _wrong_secret() -> QuickUnlockUnavailable:
    return QuickUnlockUnavailable(
        "The quick-unlock secret that this computer holds does not fit this register. Nothing was changed. Use the "
        "passphrase; quick unlock can be set up again afterwards.",
        code="quick-unlock-wrong",
    )


def _no_service() -> QuickUnlockUnavailable:
    return QuickUnlockUnavailable(
        "This computer offers no safe place for the quick-unlock secret just now (Windows Credential Manager, or the "
        "desktop's keyring). Nothing in the register was changed. Use the passphrase."
    )
