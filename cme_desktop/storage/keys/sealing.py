"""How one secret is sealed under another: Argon2id, AES-256-GCM, and X25519 boxes to a public key."""

from __future__ import annotations

import json
import os
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
SALT_BYTES = 16
NONCE_BYTES = 12
CEILING_KIB = 1024 * 1024
CEILING_PASSES = 64
CALIBRATION_SECONDS = 0.8


class DoesNotOpen(Exception):
    """Say that a box does not open with this key and these circumstances."""


@dataclass(frozen=True)
class Box:
    """A secret sealed by AES-256-GCM; ``ephemeral`` is set when it was sealed to a public key."""

    nonce: bytes
    sealed: bytes
    ephemeral: bytes | None = None


@dataclass(frozen=True)
class Kdf:
    """The cost of turning a passphrase into a key by Argon2id (RFC 9106); memory in KiB."""

    memory_kib: int
    passes: int
    lanes: int = 1

    def derive(self, passphrase: str, salt: bytes) -> bytes:
        """Return the 32-byte key of a passphrase, which is read in Unicode form NFC."""
        text = unicodedata.normalize("NFC", passphrase).encode()
        kdf = Argon2id(
            salt=salt, length=KEY_BYTES, iterations=self.passes, lanes=self.lanes, memory_cost=self.memory_kib
        )
        return kdf.derive(text)

    def sane(self) -> bool:
        """Say whether the figures lie in the range that the program would ever write."""
        return (
            1 <= self.lanes <= 16
            and 8 * self.lanes <= self.memory_kib <= CEILING_KIB
            and 1 <= self.passes <= CEILING_PASSES
        )


STANDARD = Kdf(memory_kib=128 * 1024, passes=3)
LIGHT = Kdf(memory_kib=19 * 1024, passes=2)


@dataclass(frozen=True)
class Floors:
    """The least Argon2id memory accepted, in KiB: of a real register and of a demonstration one (safety.md 3)."""

    real_kib: int = 64 * 1024
    demonstration_kib: int = 19 * 1024

    def allow(self, kdf: Kdf, *, demonstration: bool) -> bool:
        """Say whether this cost may guard a register of this sort."""
        return kdf.memory_kib >= (self.demonstration_kib if demonstration else self.real_kib)


FLOORS = Floors()


def calibrated(start: Kdf = STANDARD, *, clock: Callable[[], float] = time.perf_counter) -> Kdf:
    """Return at least the standard cost, with as many passes as this machine does in under a second."""
    began = clock()
    start.derive("a measured passphrase", bytes(SALT_BYTES))
    taken = max(clock() - began, 1e-6)
    passes = int(start.passes * CALIBRATION_SECONDS / taken)
    return Kdf(start.memory_kib, min(max(passes, start.passes), CEILING_PASSES), start.lanes)


def canonical(value: Any) -> bytes:
    """Return the one JSON form that is hashed, authenticated and signed: sorted keys, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def new_key() -> bytes:
    """Return 32 random bytes."""
    return os.urandom(KEY_BYTES)


def stretch(secret: bytes, *, salt: bytes, purpose: str) -> bytes:
    """Return a 32-byte key for one purpose from a secret that is already strong (HKDF-SHA256)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=purpose.encode()).derive(secret)


def wrap(key: bytes, secret: bytes, circumstances: dict[str, Any]) -> Box:
    """Seal a secret under a key; it opens again only in the same circumstances."""
    nonce = os.urandom(NONCE_BYTES)
    return Box(nonce, AESGCM(key).encrypt(nonce, secret, canonical(circumstances)))


def unwrap(key: bytes, box: Box, circumstances: dict[str, Any]) -> bytes:
    """Return the secret in a box.

    Raises:
        DoesNotOpen: the key or the circumstances are not those of the sealing, or the box was altered.
    """
    try:
        return AESGCM(key).decrypt(box.nonce, box.sealed, canonical(circumstances))
    except (InvalidTag, ValueError):
        raise DoesNotOpen from None


def wrap_to(public: bytes, secret: bytes, circumstances: dict[str, Any]) -> Box:
    """Seal a secret to the holder of an X25519 key, without needing anything of theirs but the public half."""
    ephemeral = X25519PrivateKey.generate()
    ephemeral_public = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    inner = wrap(_box_key(shared, ephemeral_public, public), secret, circumstances)
    return Box(inner.nonce, inner.sealed, ephemeral_public)


def unwrap_with(private: X25519PrivateKey, box: Box, circumstances: dict[str, Any]) -> bytes:
    """Return the secret in a box that was sealed to the public half of this key.

    Raises:
        DoesNotOpen: the box was sealed to another key or in other circumstances, or was altered.
    """
    if box.ephemeral is None:
        raise DoesNotOpen
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(box.ephemeral))
    except ValueError:
        raise DoesNotOpen from None
    key = _box_key(shared, box.ephemeral, private.public_key().public_bytes_raw())
    return unwrap(key, box, circumstances)


def _box_key(shared: bytes, ephemeral_public: bytes, public: bytes) -> bytes:
    return stretch(shared, salt=ephemeral_public + public, purpose="cme-desktop box v1")
