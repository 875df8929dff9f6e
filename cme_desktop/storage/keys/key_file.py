"""The form of ``keys.json``, versions 1 to 3: read it strictly, write it atomically, keep the last three versions.

The format is stated for other programs in ``docs/decisions/0003-keys-json.md``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cme_desktop.domain import names
from cme_desktop.domain.roles import Role
from cme_desktop.storage.keys.errors import (
    KeysAltered,
    KeysDamaged,
    KeysMissing,
    KeysTooNew,
    StoreMissing,
    UnknownUser,
)
from cme_desktop.storage.keys.history import FormerPaper, Given, former_in, former_out, given_in, given_out, instant_in
from cme_desktop.storage.keys.sealing import KEY_BYTES, Box, Kdf, canonical, stretch
from cme_desktop.system import atomic_write, needing_room, reaching

FILE_NAME = "keys.json"
FORMAT = "cme-desktop-keys"
VERSION = 3
"""What is written; version 2 is read, and has no ``earlier``; so is 1, which has neither ``given`` nor ``former``."""
KEPT_VERSIONS = 3
SIGNATURE_BYTES = 64
LARGEST_BYTES = 4 * 1024 * 1024

_FILE_NAME_RULE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class PassphraseSlot:
    """A person's user key, sealed by their passphrase."""

    slot_id: str
    kdf: Kdf
    salt: bytes
    box: Box


@dataclass(frozen=True)
class QuickSlot:
    """A person's user key, sealed by a secret that the operating system's keyring holds."""

    slot_id: str
    salt: bytes
    box: Box


@dataclass(frozen=True)
class PublicKeys:
    """The public halves of a person's keys, and from when to when they were in use."""

    key_id: str
    signing: bytes
    exchange: bytes
    since: str
    until: str | None
    paper: bytes | None = None
    """The signature of the recovery key by which a person got them, where that was so."""


@dataclass(frozen=True)
class PersonEntry:
    """A person of the key file; a person whose log-in was ended has no slots left."""

    person_id: int
    name: str
    roles: frozenset[Role]
    added_at: str
    disabled_at: str | None
    passphrase: PassphraseSlot | None
    quick: QuickSlot | None
    data_key: Box | None
    signing_key: Box | None
    exchange_key: Box | None
    public_keys: tuple[PublicKeys, ...]
    given: Given | None = None

    @property
    def current(self) -> PublicKeys | None:
        """Return the public keys now in use, or None for a person whose log-in was ended."""
        return next((keys for keys in self.public_keys if keys.until is None), None)


@dataclass(frozen=True)
class RecoverySlot:
    """The data key, sealed to the public key that the printed recovery key makes."""

    slot_id: str
    public: bytes
    made_at: str
    data_key: Box
    former: tuple[FormerPaper, ...] = ()
    signing: bytes | None = None
    """The public half of what the recovery key signs with; one of an earlier program has none."""


@dataclass(frozen=True)
class EarlierKey:
    """A data key that a rotation took out of use, sealed under the present one: so older backups open."""

    until: str
    data_key: Box


@dataclass(frozen=True)
class KeyFile:
    """What ``keys.json`` says; ``mac`` proves that a holder of the data key wrote it."""

    store_id: str
    database: str
    demonstration: bool
    created_at: str
    people: tuple[PersonEntry, ...]
    recovery: RecoverySlot
    earlier: tuple[EarlierKey, ...] = ()
    mac: bytes = b""
    version: int = VERSION

    def person_named(self, name: str) -> PersonEntry:
        """Return the person of this name, in any case of letters; raise UnknownUser."""
        wanted = same_name(name)
        for person in self.people:
            if same_name(person.name) == wanted:
                return person
        raise UnknownUser

    def person(self, person_id: int) -> PersonEntry:
        """Return the person of this id; raise UnknownUser."""
        for person in self.people:
            if person.person_id == person_id:
                return person
        raise UnknownUser

    def with_person(self, changed: PersonEntry) -> KeyFile:
        """Return the file with one person changed or added."""
        others = [person for person in self.people if person.person_id != changed.person_id]
        return replace(self, people=tuple(sorted([*others, changed], key=lambda person: person.person_id)))

    def public_key_of(self, key_id: str) -> bytes:
        """Return the 32 bytes of an Ed25519 public key, retired ones included; raise KeyError."""
        for person in self.people:
            for keys in person.public_keys:
                if keys.key_id == key_id:
                    return keys.signing
        raise KeyError(key_id)

    def owner_of(self, key_id: str) -> int:
        """Return the id of the person whose signing key this is or was; raise KeyError."""
        for person in self.people:
            if any(keys.key_id == key_id for keys in person.public_keys):
                return person.person_id
        raise KeyError(key_id)

    def body(self) -> dict[str, Any]:
        """Return the part of the file that is hashed and authenticated."""
        recovery: dict[str, Any] = {
            "slot_id": self.recovery.slot_id,
            "public": _text(self.recovery.public),
            "made_at": self.recovery.made_at,
            "data_key": _box_out(self.recovery.data_key),
        }
        if self.recovery.signing is not None:
            recovery["signing"] = _text(self.recovery.signing)
        people = [_person_out(person) for person in self.people]
        if self.version > 1:
            recovery["former"] = former_out(self.recovery.former)
            for out, person in zip(people, self.people, strict=True):
                out["given"] = given_out(person.given)
        body: dict[str, Any] = {
            "format": FORMAT,
            "version": self.version,
            "store_id": self.store_id,
            "database": self.database,
            "demonstration": self.demonstration,
            "created_at": self.created_at,
            "people": people,
            "recovery": recovery,
        }
        if self.version > 2:
            body["earlier"] = [{"until": one.until, "data_key": _box_out(one.data_key)} for one in self.earlier]
        return body

    def sealed_with(self, data_key: bytes) -> KeyFile:
        """Return the file in its newest form with its proof made anew."""
        newest = replace(self, version=VERSION)
        return replace(newest, mac=newest._proof(data_key))

    def check_proof(self, data_key: bytes) -> None:
        """Raise KeysAltered unless a holder of the data key wrote the file as it stands."""
        if not hmac.compare_digest(self.mac, self._proof(data_key)):
            raise KeysAltered

    def _proof(self, data_key: bytes) -> bytes:
        key = stretch(data_key, salt=self.store_id.encode(), purpose="cme-desktop keys.json v1")
        return hmac.new(key, canonical(self.body()), hashlib.sha256).digest()


def same_name(name: str) -> str:
    """Return the form in which two people's names are compared."""
    return unicodedata.normalize("NFKC", names.tidy(name)).casefold()


def read_key_file(folder: Path) -> KeyFile:
    """Return what the key file of a register says, without any secret.

    Raises:
        StoreMissing: there is no register there.
        KeysMissing: there is a database, but no key file.
        KeysDamaged: the file is not as it was written.
        KeysTooNew: a later program wrote it.
        OutsideTrouble: the system did not let it be read; that says nothing about the file.
    """
    path = folder / FILE_NAME
    with reaching():
        if not path.is_file():
            if folder.is_dir() and (any(folder.glob("*.db")) or kept_versions(folder)):
                raise KeysMissing
            raise StoreMissing
        raw = _read_limited(path)
    return parse_key_file(raw)


def parse_key_file(raw: bytes) -> KeyFile:
    """Return what these bytes of a key file say; raise KeysDamaged or KeysTooNew."""
    try:
        outer = json.loads(raw)
        body = _mapping(outer["body"])
        if body["format"] != FORMAT or outer["sha256"] != hashlib.sha256(canonical(body)).hexdigest():
            raise KeysDamaged
        version = _integer(body["version"])
        if version > VERSION:
            raise KeysTooNew
        key_file = _file_in(body, _bytes(outer["mac"], 32))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise KeysDamaged from None
    if key_file.body() != body:
        raise KeysDamaged
    return key_file


def raw_key_file(key_file: KeyFile) -> bytes:
    """Return the bytes of a key file."""
    body = key_file.body()
    outer = {
        "body": body,
        "sha256": hashlib.sha256(canonical(body)).hexdigest(),
        "mac": _text(key_file.mac),
    }
    return json.dumps(outer, indent=1, ensure_ascii=False).encode() + b"\n"


def write_key_file(folder: Path, key_file: KeyFile) -> None:
    """Put the key file in place atomically and keep the last three versions beside it as ``keys.json.1`` to ``.3``."""
    raw, path = raw_key_file(key_file), folder / FILE_NAME
    with needing_room(
        "The disk is full, so the log-ins of the register were not changed. Free some space on the disk, then do it "
        "again."
    ):
        if path.is_file():
            _keep(folder, path.read_bytes())
        atomic_write(path, raw, other_name=False)


def kept_versions(folder: Path) -> tuple[Path, ...]:
    """Return the earlier key files kept beside the present one, newest first."""
    places = [folder / f"{FILE_NAME}.{number}" for number in range(1, KEPT_VERSIONS + 1)]
    return tuple(place for place in places if place.is_file())


def put_back_earlier(folder: Path) -> Path:
    """Put back the newest earlier key file that reads well and names a database that is there; return what it was.

    The file that was in place is kept as ``keys.json.damaged``.

    Raises:
        KeysDamaged: no earlier key file will do; restore a backup instead.
    """
    for place in kept_versions(folder):
        raw = place.read_bytes()
        try:
            database = parse_key_file(raw).database
        except (KeysDamaged, KeysTooNew):
            continue
        if not (folder / database).is_file():
            continue
        present = folder / FILE_NAME
        if present.is_file():
            atomic_write(folder / f"{FILE_NAME}.damaged", present.read_bytes(), other_name=False)
        atomic_write(present, raw, other_name=False)
        return place
    raise KeysDamaged


def _keep(folder: Path, raw: bytes) -> None:
    for number in range(KEPT_VERSIONS, 1, -1):
        younger = folder / f"{FILE_NAME}.{number - 1}"
        if younger.is_file():
            atomic_write(folder / f"{FILE_NAME}.{number}", younger.read_bytes(), other_name=False)
    atomic_write(folder / f"{FILE_NAME}.1", raw, other_name=False)


def _read_limited(path: Path) -> bytes:
    if path.stat().st_size > LARGEST_BYTES:
        raise KeysDamaged
    return path.read_bytes()


def _person_out(person: PersonEntry) -> dict[str, Any]:
    out: dict[str, Any] = {
        "id": person.person_id,
        "name": person.name,
        "roles": sorted(person.roles),
        "added_at": person.added_at,
        "disabled_at": person.disabled_at,
        "passphrase": None,
        "quick": None,
        "data_key": _box_out(person.data_key),
        "signing_key": _box_out(person.signing_key),
        "exchange_key": _box_out(person.exchange_key),
        "public_keys": [_public_out(keys) for keys in person.public_keys],
    }
    if person.passphrase is not None:
        slot = person.passphrase
        out["passphrase"] = {
            "slot_id": slot.slot_id,
            "kdf": kdf_out(slot.kdf, slot.salt),
            "user_key": _box_out(slot.box),
        }
    if person.quick is not None:
        out["quick"] = {
            "slot_id": person.quick.slot_id,
            "salt": _text(person.quick.salt),
            "user_key": _box_out(person.quick.box),
        }
    return out


def _public_out(keys: PublicKeys) -> dict[str, Any]:
    out: dict[str, Any] = {
        "key_id": keys.key_id,
        "signing": _text(keys.signing),
        "exchange": _text(keys.exchange),
        "since": keys.since,
        "until": keys.until,
    }
    if keys.paper is not None:
        out["paper"] = _text(keys.paper)
    return out


def kdf_out(kdf: Kdf, salt: bytes) -> dict[str, Any]:
    """Return the cost and salt of a passphrase slot as they stand in the file and in the authenticated data."""
    return {
        "name": "argon2id",
        "memory_kib": kdf.memory_kib,
        "passes": kdf.passes,
        "lanes": kdf.lanes,
        "salt": _text(salt),
    }


def _file_in(body: Mapping[str, Any], mac: bytes) -> KeyFile:
    recovery = _mapping(body["recovery"])
    version = _integer(body["version"])
    people = tuple(_person_in(_mapping(person), version) for person in body["people"])
    if len({person.person_id for person in people}) != len(people) or not people:
        raise KeysDamaged
    return KeyFile(
        store_id=_string(body["store_id"]),
        database=_plain_file_name(body["database"]),
        demonstration=_boolean(body["demonstration"]),
        created_at=instant_in(body["created_at"]),
        people=people,
        recovery=RecoverySlot(
            slot_id=_string(recovery["slot_id"]),
            public=_bytes(recovery["public"], KEY_BYTES),
            made_at=instant_in(recovery["made_at"]),
            data_key=_box_in(recovery["data_key"]),
            former=former_in(recovery["former"]) if version > 1 else (),
            signing=_bytes(recovery["signing"], KEY_BYTES) if "signing" in recovery else None,
        ),
        earlier=tuple(_earlier_in(_mapping(one)) for one in body["earlier"]) if version > 2 else (),
        mac=mac,
        version=version,
    )


def _earlier_in(entry: Mapping[str, Any]) -> EarlierKey:
    return EarlierKey(instant_in(entry["until"]), _box_in(entry["data_key"]))


def _person_in(entry: Mapping[str, Any], version: int) -> PersonEntry:
    passphrase, quick = entry["passphrase"], entry["quick"]
    return PersonEntry(
        person_id=_integer(entry["id"]),
        name=_string(entry["name"]),
        roles=frozenset(Role(role) for role in entry["roles"]),
        added_at=instant_in(entry["added_at"]),
        disabled_at=None if entry["disabled_at"] is None else instant_in(entry["disabled_at"]),
        passphrase=None if passphrase is None else _passphrase_in(_mapping(passphrase)),
        quick=None if quick is None else _quick_in(_mapping(quick)),
        data_key=_maybe_box_in(entry["data_key"]),
        signing_key=_maybe_box_in(entry["signing_key"]),
        exchange_key=_maybe_box_in(entry["exchange_key"]),
        public_keys=tuple(_public_in(_mapping(keys)) for keys in entry["public_keys"]),
        given=given_in(entry["given"]) if version > 1 else None,
    )


def _passphrase_in(slot: Mapping[str, Any]) -> PassphraseSlot:
    kdf = _mapping(slot["kdf"])
    cost = Kdf(_integer(kdf["memory_kib"]), _integer(kdf["passes"]), _integer(kdf["lanes"]))
    if kdf["name"] != "argon2id" or not cost.sane():
        raise KeysDamaged
    return PassphraseSlot(_string(slot["slot_id"]), cost, _bytes(kdf["salt"]), _box_in(slot["user_key"]))


def _quick_in(slot: Mapping[str, Any]) -> QuickSlot:
    return QuickSlot(_string(slot["slot_id"]), _bytes(slot["salt"]), _box_in(slot["user_key"]))


def _public_in(keys: Mapping[str, Any]) -> PublicKeys:
    return PublicKeys(
        key_id=_string(keys["key_id"]),
        signing=_bytes(keys["signing"], KEY_BYTES),
        exchange=_bytes(keys["exchange"], KEY_BYTES),
        since=instant_in(keys["since"]),
        until=None if keys["until"] is None else instant_in(keys["until"]),
        paper=_bytes(keys["paper"], SIGNATURE_BYTES) if "paper" in keys else None,
    )


def _box_out(box: Box | None) -> dict[str, str] | None:
    if box is None:
        return None
    out = {"nonce": _text(box.nonce), "sealed": _text(box.sealed)}
    if box.ephemeral is not None:
        out["ephemeral"] = _text(box.ephemeral)
    return out


def _maybe_box_in(value: Any) -> Box | None:
    return None if value is None else _box_in(value)


def _box_in(value: Any) -> Box:
    box = _mapping(value)
    ephemeral = box.get("ephemeral")
    return Box(
        _bytes(box["nonce"], 12), _bytes(box["sealed"]), None if ephemeral is None else _bytes(ephemeral, KEY_BYTES)
    )


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _bytes(value: Any, length: int | None = None) -> bytes:
    try:
        raw = base64.b64decode(_string(value), validate=True)
    except binascii.Error:
        raise KeysDamaged from None
    if not raw or (length is not None and len(raw) != length):
        raise KeysDamaged
    return raw


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise KeysDamaged
    return value


def _string(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise KeysDamaged
    return value


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise KeysDamaged
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise KeysDamaged
    return value


def _plain_file_name(value: Any) -> str:
    if not _FILE_NAME_RULE.fullmatch(_string(value)):
        raise KeysDamaged
    return _string(value)
