"""A person's boxes in the key file: made together, opened together."""

from __future__ import annotations

import hashlib
import os
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from cme_desktop import shipped
from cme_desktop.domain import passphrases
from cme_desktop.storage.keys.errors import (
    KeysDamaged,
    KeysTooWeak,
    PassphraseRefused,
    UserDisabled,
    WrongPassphrase,
)
from cme_desktop.storage.keys.key_file import KeyFile, PassphraseSlot, PersonEntry, PublicKeys, kdf_out
from cme_desktop.storage.keys.sealing import (
    SALT_BYTES,
    DoesNotOpen,
    Floors,
    Kdf,
    new_key,
    unwrap,
    unwrap_with,
    wrap,
    wrap_to,
)
from cme_desktop.storage.keys.unlocked import Unlocked


@dataclass(frozen=True)
class StoreMark:
    """What every box of one register is bound to."""

    store_id: str
    demonstration: bool

    @classmethod
    def of(cls, key_file: KeyFile) -> StoreMark:
        """Return the mark of a key file."""
        return cls(key_file.store_id, key_file.demonstration)

    def circumstances(self, what: str, **more: Any) -> dict[str, Any]:
        """Return the authenticated data of a box: what it holds, and where it belongs."""
        return {"what": what, "store_id": self.store_id, "demonstration": self.demonstration, **more}


def new_slot_id() -> str:
    """Return a random id for a slot."""
    return str(uuid.uuid4())


def instant(moment: datetime) -> str:
    """Return an instant as it stands in the key file: UTC with a Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def key_id_of(signing_public: bytes) -> str:
    """Return the id of a signing key: the first 16 hex digits of the SHA-256 of its public half."""
    return hashlib.sha256(signing_public).hexdigest()[:16]


def check_passphrase(passphrase: str, *, demonstration: bool) -> None:
    """Refuse a new passphrase that is too short to guard a register, or one of those that are tried first.

    Raises:
        PassphraseRefused: with the reason; a training register takes any that is not empty.
    """
    found = passphrases.why_not(passphrase, shipped.common_passphrases(), training=demonstration)
    if found is not None:
        code, words = found
        raise PassphraseRefused(words, code=code)


def seal_passphrase(mark: StoreMark, person_id: int, passphrase: str, user_key: bytes, kdf: Kdf) -> PassphraseSlot:
    """Return a new passphrase slot around a user key."""
    slot_id, salt = new_slot_id(), os.urandom(SALT_BYTES)
    where = mark.circumstances("user-key", slot_id=slot_id, person_id=person_id, kdf=kdf_out(kdf, salt))
    return PassphraseSlot(slot_id, kdf, salt, wrap(kdf.derive(passphrase, salt), user_key, where))


def open_passphrase(mark: StoreMark, person: PersonEntry, passphrase: str, floors: Floors) -> bytes:
    """Return the user key behind a passphrase.

    Raises:
        UserDisabled: the person has no slot any more.
        KeysTooWeak: the slot asks for less than the floor.
        WrongPassphrase: it does not open.
    """
    slot = person.passphrase
    if slot is None:
        raise UserDisabled
    if not floors.allow(slot.kdf, demonstration=mark.demonstration):
        raise KeysTooWeak
    where = mark.circumstances(
        "user-key", slot_id=slot.slot_id, person_id=person.person_id, kdf=kdf_out(slot.kdf, slot.salt)
    )
    try:
        return unwrap(slot.kdf.derive(passphrase, slot.salt), slot.box, where)
    except DoesNotOpen:
        raise WrongPassphrase from None


def fresh_person(
    mark: StoreMark,
    blank: PersonEntry,
    passphrase: str,
    data_key: bytes,
    *,
    now: datetime,
    kdf: Kdf,
) -> tuple[PersonEntry, bytes]:
    """Give a person a new user key, signing key and exchange key, retire the old public keys, and return the user key.

    Raises:
        PassphraseRefused: the passphrase is too short to guard a register.
    """
    check_passphrase(passphrase, demonstration=mark.demonstration)
    user_key, signing, exchange = new_key(), Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
    public = signing.public_key().public_bytes_raw()
    at, person_id = instant(now), blank.person_id
    keys = PublicKeys(key_id_of(public), public, exchange.public_key().public_bytes_raw(), at, None)
    person = replace(
        blank,
        disabled_at=None,
        given=None,
        passphrase=seal_passphrase(mark, person_id, passphrase, user_key, kdf),
        quick=None,
        data_key=wrap(user_key, data_key, mark.circumstances("data-key", person_id=person_id)),
        signing_key=wrap(
            user_key,
            signing.private_bytes_raw(),
            mark.circumstances("signing-key", person_id=person_id, key_id=keys.key_id),
        ),
        exchange_key=wrap(
            user_key,
            exchange.private_bytes_raw(),
            mark.circumstances("exchange-key", person_id=person_id, key_id=keys.key_id),
        ),
        public_keys=(*retired(blank.public_keys, at), keys),
    )
    return person, user_key


def retired(public_keys: tuple[PublicKeys, ...], at: str) -> tuple[PublicKeys, ...]:
    """Return the public keys with an end date on those still in use."""
    return tuple(keys if keys.until else replace(keys, until=at) for keys in public_keys)


def with_data_key(mark: StoreMark, person: PersonEntry, data_key: bytes) -> PersonEntry:
    """Give a person a new data key, sealed to their public key: their next unlock opens it.

    A person whose log-in was ended gets none.
    """
    if person.current is None:
        return person
    where = mark.circumstances("data-key", person_id=person.person_id)
    return replace(person, data_key=wrap_to(person.current.exchange, data_key, where))


def open_person(folder: Path, key_file: KeyFile, person: PersonEntry, user_key: bytes) -> Unlocked:
    """Open everything a user key opens and check the proof of the whole file.

    Raises:
        KeysDamaged: a box does not open although the user key is right.
        KeysAltered: the file was changed by something that did not hold the data key.
    """
    mark, current = StoreMark.of(key_file), person.current
    if current is None or person.data_key is None or person.signing_key is None or person.exchange_key is None:
        raise UserDisabled
    own = {"person_id": person.person_id, "key_id": current.key_id}
    try:
        signing = Ed25519PrivateKey.from_private_bytes(
            unwrap(user_key, person.signing_key, mark.circumstances("signing-key", **own))
        )
        exchange = X25519PrivateKey.from_private_bytes(
            unwrap(user_key, person.exchange_key, mark.circumstances("exchange-key", **own))
        )
        where = mark.circumstances("data-key", person_id=person.person_id)
        if person.data_key.ephemeral is None:
            data_key = unwrap(user_key, person.data_key, where)
        else:
            data_key = unwrap_with(exchange, person.data_key, where)
    except (DoesNotOpen, ValueError):
        raise KeysDamaged from None
    key_file.check_proof(data_key)
    if not _same_key(signing.public_key(), current):
        raise KeysDamaged
    return Unlocked(
        folder,
        key_file,
        person,
        data_key=data_key,
        user_key=user_key,
        signing_key=signing,
        exchange_key=exchange,
    )


def _same_key(public: Ed25519PublicKey, current: PublicKeys) -> bool:
    raw = public.public_bytes_raw()
    return raw == current.signing and key_id_of(raw) == current.key_id
