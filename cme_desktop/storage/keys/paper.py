"""What the recovery key signs: it vouches for the keys that a person got by it, which nobody else is there to do.

The register's audit names the public half that may (``paper:`` and its hexadecimal) where the paper was made, so that
the data key alone makes no key that counts (docs/decisions/0004-audit-rows.md).
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from cme_desktop.storage.keys.key_file import KeyFile, PublicKeys, RecoverySlot
from cme_desktop.storage.keys.sealing import canonical, stretch

MARK = "paper:"
_DIGITS = 64


def signer_of(store_id: str, slot_id: str, secret: bytes) -> Ed25519PrivateKey:
    """Return the signing key that a recovery key makes."""
    salt = f"{store_id} {slot_id}".encode()
    return Ed25519PrivateKey.from_private_bytes(stretch(secret, salt=salt, purpose="cme-desktop recovery signing v1"))


def paper_mark(slot: RecoverySlot) -> str | None:
    """Return what the act that makes a recovery key known says of it; None for one of before they signed."""
    return None if slot.signing is None else f"{MARK}{slot.signing.hex()}"


def paper_named(*said: str | None) -> bytes | None:
    """Return the public half that an act names, or None where it names none."""
    for text in said:
        if text is not None and text.startswith(MARK) and len(text) == len(MARK) + _DIGITS:
            try:
                return bytes.fromhex(text.removeprefix(MARK))
            except ValueError:
                return None
    return None


def statement(store_id: str, person_id: int, keys: PublicKeys) -> bytes:
    """Return what is signed for a person's new keys."""
    return canonical(
        {
            "what": "key-by-paper",
            "store_id": store_id,
            "person_id": person_id,
            "key_id": keys.key_id,
            "signing": keys.signing.hex(),
            "exchange": keys.exchange.hex(),
        }
    )


def is_certified(key_file: KeyFile, key_id: str, paper: bytes) -> bool:
    """Say whether a recovery key vouches for one of the keys of a key file."""
    for person in key_file.people:
        for keys in person.public_keys:
            if keys.key_id == key_id and keys.paper is not None:
                try:
                    public = Ed25519PublicKey.from_public_bytes(paper)
                    public.verify(keys.paper, statement(key_file.store_id, person.person_id, keys))
                except (InvalidSignature, ValueError):
                    return False
                return True
    return False
