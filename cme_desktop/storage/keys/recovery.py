"""The printed recovery key: how it is written, how typing errors show, and what it opens."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from cme_desktop.storage.keys.errors import (
    KeysDamaged,
    KeysTooWeak,
    RecoveryKeyMistyped,
    RecoveryKeyReplaced,
    RecoveryKeyWrong,
    UserDisabled,
)
from cme_desktop.storage.keys.history import FormerPaper
from cme_desktop.storage.keys.key_file import KeyFile, PersonEntry, RecoverySlot, read_key_file, write_key_file
from cme_desktop.storage.keys.paper import signer_of, statement
from cme_desktop.storage.keys.sealing import (
    FLOORS,
    STANDARD,
    DoesNotOpen,
    Floors,
    Kdf,
    calibrated,
    stretch,
    unwrap_with,
    wrap_to,
)
from cme_desktop.storage.keys.slots import StoreMark, fresh_person, instant, new_slot_id, open_person
from cme_desktop.storage.keys.unlocked import Unlocked

GROUPS = 7
GROUP_LETTERS = 4
SECRET_BYTES = 16
CHECK_BITS = 12
PAPERS_KEPT = 20
"""How many earlier papers the key file can still tell from one of another register."""
_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_NEVER_USED = frozenset("0189")
_DASHES = dict.fromkeys(map(ord, " \t\n-‐‑‒–—"))


def format_recovery_key(secret: bytes) -> str:
    """Return 16 random bytes and the first 12 bits of their SHA-256 as seven groups of four letters."""
    bits = int.from_bytes(secret, "big") << CHECK_BITS | _check_bits(secret)
    # 140 bits are 28 letters of five; whole bytes are wanted, so 20 zero bits follow and their four letters go
    letters = base64.b32encode((bits << 20).to_bytes(20, "big")).decode("ascii")[: GROUPS * GROUP_LETTERS]
    return "-".join(letters[start : start + GROUP_LETTERS] for start in range(0, len(letters), GROUP_LETTERS))


def parse_recovery_key(typed: str) -> bytes:
    """Return the 16 bytes of a recovery key as typed, in any case, with or without hyphens and blanks.

    Raises:
        RecoveryKeyMistyped: a letter is missing, too many or wrong; 1 typing error in 4,096 is not seen here.
    """
    letters = typed.translate(_DASHES).upper()
    if found := sorted(_NEVER_USED & set(letters)):
        raise RecoveryKeyMistyped(
            f"A recovery key has no {' or '.join(found)}. Look at the paper again: it may be a letter, such as O, I or "
            "B."
        )
    if not set(letters) <= _ALPHABET:
        raise RecoveryKeyMistyped("A recovery key has only the letters A to Z and the figures 2 to 7. Type it again.")
    if len(letters) != GROUPS * GROUP_LETTERS:
        raise RecoveryKeyMistyped(
            f"A recovery key has {GROUPS} groups of {GROUP_LETTERS}: {GROUPS * GROUP_LETTERS} letters and figures. "
            f"You typed {len(letters)}. Compare with the paper."
        )
    bits = int.from_bytes(base64.b32decode(letters + "AAAA"), "big") >> 20
    secret = (bits >> CHECK_BITS).to_bytes(SECRET_BYTES, "big")
    if bits & (1 << CHECK_BITS) - 1 != _check_bits(secret):
        raise RecoveryKeyMistyped(
            "The recovery key does not fit together, so at least one letter is not as printed. Compare each group with "
            "the paper."
        )
    return secret


def groups_to_type_back(*, choose: secrets.SystemRandom | None = None) -> tuple[int, int]:
    """Return two different groups, 1 to 7 in order, that set-up asks to be typed back."""
    first, second = sorted((choose or secrets.SystemRandom()).sample(range(1, GROUPS + 1), 2))
    return first, second


def group_matches(recovery_key: str, group: int, typed: str) -> bool:
    """Say whether what was typed is that group (1 to 7) of the key, in any case."""
    return typed.translate(_DASHES).upper() == recovery_key.split("-")[group - 1]


def make_recovery(mark: StoreMark, data_key: bytes, *, now: datetime) -> tuple[str, RecoverySlot]:
    """Return a new recovery key, as printed, and its slot; the key itself is kept nowhere."""
    secret, slot_id = os.urandom(SECRET_BYTES), new_slot_id()
    public = _private(mark, slot_id, secret).public_key().public_bytes_raw()
    box = wrap_to(public, data_key, _circumstances(mark, slot_id))
    signing = signer_of(mark.store_id, slot_id, secret).public_key().public_bytes_raw()
    return format_recovery_key(secret), RecoverySlot(slot_id, public, instant(now), box, signing=signing)


def seal_recovery(mark: StoreMark, slot: RecoverySlot, data_key: bytes) -> RecoverySlot:
    """Return the slot around a new data key: the same paper opens it."""
    return replace(slot, data_key=wrap_to(slot.public, data_key, _circumstances(mark, slot.slot_id)))


def check_recovery_key(folder: Path, typed: str) -> None:
    """Test a recovery key against a register without opening anything for work.

    Raises:
        RecoveryKeyMistyped: it cannot be any recovery key.
        RecoveryKeyWrong: it is not this register's.
    """
    _data_key(read_key_file(folder), typed)


def draft_recovery_key(unlocked: Unlocked, *, now: datetime) -> tuple[str, RecoverySlot]:
    """Return a new recovery key, as printed, and its slot; until ``put_recovery_key`` the old paper opens."""
    key_file = read_key_file(unlocked.folder)
    key_file.check_proof(unlocked.data_key)
    return make_recovery(StoreMark.of(key_file), unlocked.data_key, now=now)


def put_recovery_key(unlocked: Unlocked, slot: RecoverySlot) -> None:
    """Let a drafted recovery key open the register; the old paper opens nothing from now on, and is known as that."""
    write_key_file(unlocked.folder, with_recovery_key(unlocked, slot).sealed_with(unlocked.data_key))


def with_recovery_key(unlocked: Unlocked, slot: RecoverySlot) -> KeyFile:
    """Return the key file with a drafted recovery key in the place of the present one, which it knows as a former."""
    key_file = read_key_file(unlocked.folder)
    key_file.check_proof(unlocked.data_key)
    old = key_file.recovery
    former = FormerPaper(old.slot_id, old.public, old.made_at, slot.made_at)
    return replace(key_file, recovery=replace(slot, former=(*old.former, former)[-PAPERS_KEPT:]))


def replace_recovery_key(unlocked: Unlocked, *, now: datetime) -> str:
    """Return a new recovery key, as printed; the old paper opens nothing from now on."""
    printed, slot = draft_recovery_key(unlocked, now=now)
    put_recovery_key(unlocked, slot)
    return printed


@dataclass(frozen=True)
class Recovered:
    """What a recovery key gives: a person with new keys, and the key file that knows them, which is not written yet."""

    key_file: KeyFile
    unlocked: Unlocked


def draft_recovered(
    folder: Path,
    name: str,
    recovery_key: str,
    new_passphrase: str,
    *,
    now: datetime,
    kdf: Kdf | None = None,
    floors: Floors = FLOORS,
) -> Recovered:
    """Open a register or a backup with the recovery key of its time for a person, without writing anything there.

    The person has a new passphrase and new signing keys; the old public keys stay with an end date, and quick unlock
    has to be set up again.

    Raises:
        CannotUnlock: RecoveryKeyMistyped, RecoveryKeyWrong, UnknownUser, UserDisabled, or a fault of the key file.
        PassphraseRefused: the new passphrase is too easy to guess.
    """
    key_file = read_key_file(folder)
    mark, person = StoreMark.of(key_file), key_file.person_named(name)
    data_key = _data_key(key_file, recovery_key)
    if person.passphrase is None:
        raise UserDisabled
    cost = kdf or (calibrated(STANDARD) if not mark.demonstration else person.passphrase.kdf)
    if not floors.allow(cost, demonstration=mark.demonstration):
        raise KeysTooWeak
    renewed, user_key = fresh_person(mark, person, new_passphrase, data_key, now=now, kdf=cost)
    renewed = _vouched_for(key_file, renewed, parse_recovery_key(recovery_key))
    changed = key_file.with_person(renewed).sealed_with(data_key)
    return Recovered(changed, open_person(folder, changed, renewed, user_key))


def recover(
    folder: Path,
    name: str,
    recovery_key: str,
    new_passphrase: str,
    *,
    now: datetime,
    kdf: Kdf | None = None,
    floors: Floors = FLOORS,
) -> Unlocked:
    """Open a register with its recovery key and give this person a new passphrase and new signing keys.

    Raises:
        UserError: what ``draft_recovered`` raises; nothing was changed.
    """
    drafted = draft_recovered(folder, name, recovery_key, new_passphrase, now=now, kdf=kdf, floors=floors)
    write_key_file(folder, drafted.key_file)
    return drafted.unlocked


def _vouched_for(key_file: KeyFile, person: PersonEntry, secret: bytes) -> PersonEntry:
    """Return a person whose new keys the recovery key has signed: the audit takes no other word for them."""
    signer = signer_of(key_file.store_id, key_file.recovery.slot_id, secret)
    *former, new = person.public_keys
    signed = replace(new, paper=signer.sign(statement(key_file.store_id, person.person_id, new)))
    return replace(person, public_keys=(*former, signed))


def _data_key(key_file: KeyFile, typed: str) -> bytes:
    mark, slot = StoreMark.of(key_file), key_file.recovery
    secret = parse_recovery_key(typed)
    private = _private(mark, slot.slot_id, secret)
    if private.public_key().public_bytes_raw() != slot.public:
        for paper in slot.former:
            if _private(mark, paper.slot_id, secret).public_key().public_bytes_raw() == paper.public:
                raise RecoveryKeyReplaced(paper.made_at, paper.until)
        raise RecoveryKeyWrong
    try:
        data_key = unwrap_with(private, slot.data_key, _circumstances(mark, slot.slot_id))
    except DoesNotOpen:
        raise KeysDamaged from None
    key_file.check_proof(data_key)
    return data_key


def _private(mark: StoreMark, slot_id: str, secret: bytes) -> X25519PrivateKey:
    salt = f"{mark.store_id} {slot_id}".encode()
    return X25519PrivateKey.from_private_bytes(stretch(secret, salt=salt, purpose="cme-desktop recovery key v1"))


def _circumstances(mark: StoreMark, slot_id: str) -> dict[str, object]:
    return mark.circumstances("recovery", slot_id=slot_id)


def _check_bits(secret: bytes) -> int:
    return int.from_bytes(hashlib.sha256(secret).digest()[:2], "big") >> (16 - CHECK_BITS)
