"""Another program, written from docs/decisions/0003-keys-json.md alone, opens and checks what ours wrote."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cme_desktop.domain.roles import Role
from cme_desktop.storage import keys
from tests.plugin_keyring import MemoryKeyring
from tests.storage.keys_kit import MANAGER, NOW, OTHER_PASSPHRASE, PASSPHRASE, Register, make_register


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def hkdf(secret: bytes, salt: bytes, info: str) -> bytes:
    return HKDF(SHA256(), 32, salt, info.encode()).derive(secret)


class OtherProgram:
    """Reads keys.json by its description."""

    def __init__(self, folder: Path) -> None:
        self.outer = json.loads((folder / "keys.json").read_bytes())
        self.body = self.outer["body"]
        assert hashlib.sha256(canonical(self.body)).hexdigest() == self.outer["sha256"]

    def where(self, what: str, **more: Any) -> bytes:
        base = {"what": what, "store_id": self.body["store_id"], "demonstration": self.body["demonstration"]}
        return canonical({**base, **more})

    def open(self, key: bytes, box: dict[str, str], where: bytes) -> bytes:
        return AESGCM(key).decrypt(base64.b64decode(box["nonce"]), base64.b64decode(box["sealed"]), where)

    def open_sealed_to(self, private: X25519PrivateKey, box: dict[str, str], where: bytes) -> bytes:
        ephemeral = base64.b64decode(box["ephemeral"])
        shared = private.exchange(X25519PublicKey.from_public_bytes(ephemeral))
        key = hkdf(shared, ephemeral + private.public_key().public_bytes_raw(), "cme-desktop box v1")
        return self.open(key, box, where)

    def user_key(self, person: dict[str, Any], passphrase: str) -> bytes:
        slot = person["passphrase"]
        kdf = slot["kdf"]
        key = Argon2id(
            salt=base64.b64decode(kdf["salt"]),
            length=32,
            iterations=kdf["passes"],
            lanes=kdf["lanes"],
            memory_cost=kdf["memory_kib"],
        ).derive(unicodedata.normalize("NFC", passphrase).encode())
        where = self.where("user-key", slot_id=slot["slot_id"], person_id=person["id"], kdf=kdf)
        return self.open(key, slot["user_key"], where)

    def open_person(self, person: dict[str, Any], user_key: bytes) -> tuple[bytes, Ed25519PrivateKey]:
        own = {"person_id": person["id"], "key_id": person["public_keys"][-1]["key_id"]}
        signing = self.open(user_key, person["signing_key"], self.where("signing-key", **own))
        exchange = self.open(user_key, person["exchange_key"], self.where("exchange-key", **own))
        where = self.where("data-key", person_id=person["id"])
        if "ephemeral" in person["data_key"]:
            private = X25519PrivateKey.from_private_bytes(exchange)
            data_key = self.open_sealed_to(private, person["data_key"], where)
        else:
            data_key = self.open(user_key, person["data_key"], where)
        return data_key, Ed25519PrivateKey.from_private_bytes(signing)

    def recover(self, printed: str) -> bytes:
        bits = int.from_bytes(base64.b32decode(printed.replace("-", "") + "AAAA"), "big") >> 20
        secret = (bits >> 12).to_bytes(16, "big")
        assert bits & 0xFFF == int.from_bytes(hashlib.sha256(secret).digest()[:2], "big") >> 4
        slot = self.body["recovery"]
        salt = f"{self.body['store_id']} {slot['slot_id']}".encode()
        private = X25519PrivateKey.from_private_bytes(hkdf(secret, salt, "cme-desktop recovery key v1"))
        assert private.public_key().public_bytes_raw() == base64.b64decode(slot["public"])
        return self.open_sealed_to(private, slot["data_key"], self.where("recovery", slot_id=slot["slot_id"]))

    def proved_by(self, data_key: bytes) -> bool:
        key = hkdf(data_key, self.body["store_id"].encode(), "cme-desktop keys.json v1")
        return hmac.digest(key, canonical(self.body), "sha256") == base64.b64decode(self.outer["mac"])


@pytest.fixture(params=[False, True], ids=["real", "training"])
def register(tmp_path: Path, request: pytest.FixtureRequest) -> Register:
    made = make_register(tmp_path / "register", demonstration=request.param)
    keys.add_person(made.unlock(), MANAGER, [Role.MANAGER], OTHER_PASSPHRASE, now=NOW)
    return made


def test_passphrase_opens_and_proves(register: Register) -> None:
    other = OtherProgram(register.folder)
    for person, passphrase in zip(other.body["people"], (PASSPHRASE, OTHER_PASSPHRASE), strict=True):
        data_key, signing = other.open_person(person, other.user_key(person, passphrase))
        ours = register.unlock(person["name"], passphrase)
        assert data_key == ours.data_key
        assert other.proved_by(data_key)
        public = signing.public_key().public_bytes_raw()
        assert base64.b64encode(public).decode() == person["public_keys"][-1]["signing"]
        assert hashlib.sha256(public).hexdigest()[:16] == ours.key_id
        assert signing.sign(b"an event") == ours.sign(b"an event")


def test_recovery_key_opens(register: Register) -> None:
    assert OtherProgram(register.folder).recover(register.made.recovery_key) == register.unlock().data_key


def test_after_a_rotation(register: Register) -> None:
    officer, new_key = register.unlock(), os.urandom(32)
    for at in (1, 2):
        before, key = keys.read_key_file(register.folder), new_key if at == 2 else bytes(32)
        old = officer.data_key if at == 1 else bytes(32)
        keys.put_rotated(register.folder, keys.rotated(before, old, key, f"register-new{at}.db", now=NOW))
    other = OtherProgram(register.folder)
    earlier = hkdf(new_key, other.body["store_id"].encode(), "cme-desktop earlier data keys v1")
    chain = [
        other.open(earlier, one["data_key"], other.where("earlier-data-key", until=one["until"]))
        for one in other.body["earlier"]
    ]
    assert chain == [officer.data_key, bytes(32)]
    manager = other.body["people"][1]
    assert other.open_person(manager, other.user_key(manager, OTHER_PASSPHRASE))[0] == new_key
    assert other.recover(register.made.recovery_key) == new_key
    assert other.proved_by(new_key)
    assert not other.proved_by(officer.data_key)


def test_quick_unlock_opens(register: Register, fake_keyring: MemoryKeyring) -> None:
    keys.store_quick_secret(register.unlock(), fake_keyring)
    other = OtherProgram(register.folder)
    person = other.body["people"][0]
    slot = person["quick"]
    secret = base64.b64decode(fake_keyring.secrets["cme-desktop quick unlock", slot["slot_id"]])
    key = hkdf(secret, base64.b64decode(slot["salt"]), "cme-desktop quick unlock v1")
    where = other.where("quick-user-key", slot_id=slot["slot_id"], person_id=1)
    assert other.open(key, slot["user_key"], where) == other.user_key(person, PASSPHRASE)
