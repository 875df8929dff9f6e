"""Make a register's keys, unlock them, and change who holds them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cme_desktop.domain import names
from cme_desktop.domain.errors import NotAllowed, UserError
from cme_desktop.domain.roles import Role
from cme_desktop.storage.keys.errors import (
    KeysTooWeak,
    LastAdministrator,
    NameTaken,
    PassphraseRefused,
    UnknownUser,
    WrongPassphrase,
)
from cme_desktop.storage.keys.history import Given
from cme_desktop.storage.keys.key_file import (
    FILE_NAME,
    KeyFile,
    PersonEntry,
    read_key_file,
    same_name,
    write_key_file,
)
from cme_desktop.storage.keys.recovery import make_recovery
from cme_desktop.storage.keys.sealing import FLOORS, STANDARD, Floors, Kdf, calibrated, new_key
from cme_desktop.storage.keys.slots import (
    StoreMark,
    check_passphrase,
    fresh_person,
    instant,
    new_slot_id,
    open_passphrase,
    open_person,
    retired,
)
from cme_desktop.storage.keys.unlocked import Unlocked

FIRST_ROLES = frozenset({Role.OFFICER, Role.ADMINISTRATOR})
LONGEST_NAME = 100


@dataclass(frozen=True)
class NewKeys:
    """The keys of a register being made, and the recovery key, which is shown now or never."""

    key_file: KeyFile
    unlocked: Unlocked
    recovery_key: str


def draft_store_keys(
    folder: Path,
    name: str,
    passphrase: str,
    *,
    now: datetime,
    demonstration: bool = False,
    kdf: Kdf | None = None,
    floors: Floors = FLOORS,
) -> NewKeys:
    """Make the keys of a new register without writing them: ``write_key_file`` is what brings the register to life.

    Args:
        kdf: the cost of a passphrase; without it the standard one, calibrated upwards on this machine.

    Raises:
        PassphraseRefused: the passphrase is too short.
        KeysTooWeak: a real register was asked for with less than 64 MiB.
    """
    cost = kdf or calibrated(STANDARD)
    if not floors.allow(cost, demonstration=demonstration):
        raise KeysTooWeak
    check_passphrase(passphrase, demonstration=demonstration)
    mark, data_key, at = StoreMark(new_slot_id(), demonstration), new_key(), instant(now)
    blank = _blank(1, _tidy_name(name), FIRST_ROLES, at)
    person, user_key = fresh_person(mark, blank, passphrase, data_key, now=now, kdf=cost)
    recovery_key, recovery = make_recovery(mark, data_key, now=now)
    key_file = KeyFile(
        store_id=mark.store_id,
        database=new_database_name(),
        demonstration=demonstration,
        created_at=at,
        people=(person,),
        recovery=recovery,
    ).sealed_with(data_key)
    return NewKeys(key_file, open_person(folder, key_file, person, user_key), recovery_key)


def create_store_keys(
    folder: Path,
    name: str,
    passphrase: str,
    *,
    now: datetime,
    demonstration: bool = False,
    kdf: Kdf | None = None,
    floors: Floors = FLOORS,
) -> NewKeys:
    """Make and write the keys of a new register; refuse a folder that has a key file.

    Raises:
        UserError: code ``store-exists``.
        PassphraseRefused: the passphrase is too short.
        KeysTooWeak: a real register was asked for with less than 64 MiB.
    """
    if (folder / FILE_NAME).exists():
        raise UserError(
            "That folder already holds a case register. Nothing was changed. Choose an empty folder.",
            code="store-exists",
        )
    made = draft_store_keys(folder, name, passphrase, now=now, demonstration=demonstration, kdf=kdf, floors=floors)
    write_key_file(folder, made.key_file)
    return made


def new_database_name() -> str:
    """Return a new name for a database file; each rotation, restore and migration makes one."""
    return f"register-{secrets.token_hex(6)}.db"


def unlock(folder: Path, name: str, passphrase: str, *, floors: Floors = FLOORS) -> Unlocked:
    """Open a register's keys with a person's name and passphrase; nothing is written.

    Raises:
        CannotUnlock: one of StoreMissing, KeysMissing, KeysDamaged, KeysAltered, KeysTooWeak, KeysTooNew,
            UnknownUser, UserDisabled, WrongPassphrase; each has its own code.
    """
    key_file = read_key_file(folder)
    person = key_file.person_named(name)
    user_key = open_passphrase(StoreMark.of(key_file), person, passphrase, floors)
    return open_person(folder, key_file, person, user_key)


def public_key_of(folder: Path, key_id: str) -> bytes:
    """Return the 32 bytes of an Ed25519 public key of a register, retired ones included; raise KeyError."""
    return read_key_file(folder).public_key_of(key_id)


def signature_holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether an Ed25519 signature of a message was made with this public key's private half."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True)
class PeopleDraft:
    """A change of who has a log-in that is not written yet: the whole key file, and the person it is about."""

    key_file: KeyFile
    person: PersonEntry
    user_key: bytes | None = field(default=None, repr=False)
    """The key of a person who changed their own log-in, so that they go on with it."""


def draft_person(
    unlocked: Unlocked,
    name: str,
    roles: Iterable[Role],
    passphrase: str,
    *,
    now: datetime,
    kdf: Kdf | None = None,
    one_use: bool = False,
) -> PeopleDraft:
    """Draft a log-in for a further person, with an own passphrase and own keys.

    Args:
        one_use: the person chooses an own passphrase at the first unlock, before anything else.

    Raises:
        NotAllowed: the acting person is no administrator.
        NameTaken: a person of that name is there already.
        PassphraseRefused: the passphrase is too easy to guess.
    """
    key_file = _as_administrator(unlocked)
    tidy = _tidy_name(name)
    if any(same_name(person.name) == same_name(tidy) for person in key_file.people):
        raise NameTaken("There is a person of that name already. Add a middle name or a team to tell them apart.")
    number = max(person.person_id for person in key_file.people) + 1
    blank = _blank(number, tidy, _some_roles(roles), instant(now))
    person, _ = fresh_person(
        StoreMark.of(key_file),
        blank,
        passphrase,
        unlocked.data_key,
        now=now,
        kdf=kdf or own_cost(unlocked, key_file),
    )
    if one_use:
        person = replace(person, given=Given(unlocked.person_id, instant(now), reset=False))
    return PeopleDraft(key_file.with_person(person), person)


def add_person(
    unlocked: Unlocked,
    name: str,
    roles: Iterable[Role],
    passphrase: str,
    *,
    now: datetime,
    kdf: Kdf | None = None,
) -> PersonEntry:
    """Give a further person a log-in in the key file alone; raise what ``draft_person`` raises."""
    drafted = draft_person(unlocked, name, roles, passphrase, now=now, kdf=kdf)
    _write(unlocked, drafted.key_file)
    return drafted.person


def draft_roles(unlocked: Unlocked, person_id: int, roles: Iterable[Role]) -> PeopleDraft:
    """Draft other roles for a person; they hold from that person's next unlock.

    Raises:
        NotAllowed: the acting person is no administrator.
        LastAdministrator: nobody would be administrator any more.
    """
    key_file = _as_administrator(unlocked)
    person = replace(key_file.person(person_id), roles=_some_roles(roles))
    changed = key_file.with_person(person)
    _check_administrator_left(changed)
    return PeopleDraft(changed, person)


def set_roles(unlocked: Unlocked, person_id: int, roles: Iterable[Role]) -> PersonEntry:
    """Give a person other roles in the key file alone; raise what ``draft_roles`` raises."""
    drafted = draft_roles(unlocked, person_id, roles)
    _write(unlocked, drafted.key_file)
    return drafted.person


def draft_ended(unlocked: Unlocked, person_id: int, *, now: datetime) -> PeopleDraft:
    """Draft the end of a log-in: the slots go, the public keys stay with an end date so that signatures can be read.

    Raises:
        NotAllowed: the acting person is no administrator.
        LastAdministrator: nobody would be administrator any more.
    """
    key_file = _as_administrator(unlocked)
    person, at = key_file.person(person_id), instant(now)
    ended = replace(
        person,
        disabled_at=person.disabled_at or at,
        passphrase=None,
        quick=None,
        data_key=None,
        signing_key=None,
        exchange_key=None,
        public_keys=retired(person.public_keys, at),
    )
    changed = key_file.with_person(ended)
    _check_administrator_left(changed)
    return PeopleDraft(changed, ended)


def disable_person(unlocked: Unlocked, person_id: int, *, now: datetime) -> PersonEntry:
    """End a person's log-in in the key file alone; raise what ``draft_ended`` raises."""
    drafted = draft_ended(unlocked, person_id, now=now)
    _write(unlocked, drafted.key_file)
    return drafted.person


def draft_renewed(
    unlocked: Unlocked,
    person_id: int,
    passphrase: str,
    *,
    now: datetime,
    kdf: Kdf | None = None,
    one_use: bool = False,
) -> PeopleDraft:
    """Draft a new passphrase and new keys by the administrator: for one who forgot it, or who came back.

    Args:
        one_use: the person chooses an own passphrase at the next unlock, before anything else.

    Raises:
        NotAllowed: the acting person is no administrator, or means themself (who changes the passphrase instead).
        PassphraseRefused: the passphrase is too easy to guess.
    """
    key_file = _as_administrator(unlocked)
    if person_id == unlocked.person_id:
        raise NotAllowed("Use Change passphrase for your own log-in: it keeps your keys.")
    cost = kdf or own_cost(unlocked, key_file)
    person, _ = fresh_person(
        StoreMark.of(key_file), key_file.person(person_id), passphrase, unlocked.data_key, now=now, kdf=cost
    )
    if one_use:
        person = replace(person, given=Given(unlocked.person_id, instant(now), reset=True))
    return PeopleDraft(key_file.with_person(person), person)


def renew_person(
    unlocked: Unlocked, person_id: int, passphrase: str, *, now: datetime, kdf: Kdf | None = None
) -> PersonEntry:
    """Give a person a new passphrase and new keys in the key file alone; raise what ``draft_renewed`` raises."""
    drafted = draft_renewed(unlocked, person_id, passphrase, now=now, kdf=kdf)
    _write(unlocked, drafted.key_file)
    return drafted.person


def draft_chosen(
    unlocked: Unlocked, passphrase: str, *, now: datetime, kdf: Kdf | None = None, floors: Floors = FLOORS
) -> PeopleDraft:
    """Draft the own passphrase of a person who was given one for one use, with keys that nobody else ever held.

    Raises:
        PassphraseRefused: it is too easy to guess, or the one that was given (``passphrase-used``).
    """
    key_file = read_own(unlocked)
    mark, person = StoreMark.of(key_file), key_file.person(unlocked.person_id)
    check_passphrase(passphrase, demonstration=mark.demonstration)
    with suppress(WrongPassphrase):
        open_passphrase(mark, person, passphrase, floors)
        raise PassphraseRefused(
            "That is the passphrase that was given to you, and somebody else knows it. Choose another.",
            code="passphrase-used",
        )
    cost = kdf or own_cost(unlocked, key_file)
    chosen, user_key = fresh_person(mark, person, passphrase, unlocked.data_key, now=now, kdf=cost)
    return PeopleDraft(key_file.with_person(chosen), chosen, user_key)


def draft_changed(
    unlocked: Unlocked, present: str, new: str, *, now: datetime, kdf: Kdf | None = None, floors: Floors = FLOORS
) -> PeopleDraft:
    """Draft another passphrase of the acting person, with keys that the present one never opened.

    Raises:
        WrongPassphrase: the present passphrase is not right.
        PassphraseRefused: the new one is too easy to guess.
    """
    key_file = read_own(unlocked)
    mark, person = StoreMark.of(key_file), key_file.person(unlocked.person_id)
    open_passphrase(mark, person, present, floors)
    cost = kdf or own_cost(unlocked, key_file)
    changed, user_key = fresh_person(mark, person, new, unlocked.data_key, now=now, kdf=cost)
    return PeopleDraft(key_file.with_person(changed), changed, user_key)


def repoint(unlocked: Unlocked, database: str, *, folder: Path | None = None) -> None:
    """Make another database file the register's own: the one commit point of restore and migration.

    Args:
        unlocked: a person of the key file to be kept.
        database: the plain name of a file that is already written and verified in ``folder``.
        folder: the register's folder; by default the one that was unlocked.

    Raises:
        FileNotFoundError: the database is not in the folder.
    """
    place = folder or unlocked.folder
    if not (place / database).is_file():
        raise FileNotFoundError("the new database is not in the register's folder")
    write_key_file(place, replace(read_own(unlocked), database=database).sealed_with(unlocked.data_key))


def read_own(unlocked: Unlocked) -> KeyFile:
    """Return the key file as it now stands, proved with the data key of an unlocked person.

    Raises:
        KeysAltered: something else changed it.
    """
    key_file = read_key_file(unlocked.folder)
    key_file.check_proof(unlocked.data_key)
    return key_file


def own_cost(unlocked: Unlocked, key_file: KeyFile) -> Kdf:
    """Return the passphrase cost of the acting person's own slot: calibrated on this machine at set-up."""
    slot = key_file.person(unlocked.person_id).passphrase
    return slot.kdf if slot else STANDARD


def _write(unlocked: Unlocked, key_file: KeyFile) -> None:
    write_key_file(unlocked.folder, key_file.sealed_with(unlocked.data_key))


def _as_administrator(unlocked: Unlocked) -> KeyFile:
    key_file = read_own(unlocked)
    try:
        roles = key_file.person(unlocked.person_id).roles
    except UnknownUser:
        roles = frozenset()
    if Role.ADMINISTRATOR not in roles:
        raise NotAllowed("Only an administrator can change who has a log-in. Ask the administrator.")
    return key_file


def _check_administrator_left(key_file: KeyFile) -> None:
    if not any(Role.ADMINISTRATOR in person.roles and person.passphrase for person in key_file.people):
        raise LastAdministrator


def _some_roles(roles: Iterable[Role]) -> frozenset[Role]:
    held = frozenset(roles)
    if not held:
        raise UserError(
            "A person needs at least one role. Choose Officer, Manager or Administrator.", code="role-missing"
        )
    return held


def _tidy_name(name: str) -> str:
    tidy = names.tidy(name)
    if not tidy or len(tidy) > LONGEST_NAME:
        raise UserError(
            f"Enter the person's name, at most {LONGEST_NAME} characters. It is shown where people unlock.",
            code="name-missing",
        )
    return tidy


def _blank(person_id: int, name: str, roles: frozenset[Role], at: str) -> PersonEntry:
    return PersonEntry(
        person_id=person_id,
        name=name,
        roles=roles,
        added_at=at,
        disabled_at=None,
        passphrase=None,
        quick=None,
        data_key=None,
        signing_key=None,
        exchange_key=None,
        public_keys=(),
    )
