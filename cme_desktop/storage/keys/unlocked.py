"""An unlocked person: the data key and that person's own keys, held until the lock."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from cme_desktop.domain.errors import CannotUnlock
from cme_desktop.domain.roles import Person, Role
from cme_desktop.storage.keys.key_file import KeyFile, PersonEntry, read_key_file
from cme_desktop.storage.keys.paper import paper_mark


class Locked(CannotUnlock):
    """Say that the keys were dropped at the lock."""

    code = "locked"

    def __init__(self) -> None:
        super().__init__("The register is locked. Unlock it to go on.")


class Unlocked:
    """Hold what one person's log-in opens; ``forget`` drops all of it.

    ``given`` says that an administrator gave the passphrase for one use: the person chooses an own one first of all.
    ``paper`` is what the first act of a register says of its recovery key.
    """

    def __init__(
        self,
        folder: Path,
        key_file: KeyFile,
        person: PersonEntry,
        *,
        data_key: bytes,
        user_key: bytes,
        signing_key: Ed25519PrivateKey,
        exchange_key: X25519PrivateKey,
    ) -> None:
        current = person.current
        if current is None:
            raise ValueError("a person without public keys cannot be unlocked")
        self.folder = folder
        self.store_id = key_file.store_id
        self.database = key_file.database
        self.demonstration = key_file.demonstration
        self.person_id = person.person_id
        self.name = person.name
        self.roles: frozenset[Role] = person.roles
        self.key_id = current.key_id
        self.given = person.given
        self.paper = paper_mark(key_file.recovery)
        self._data_key = bytearray(data_key)
        self._user_key = bytearray(user_key)
        self._signing_key: Ed25519PrivateKey | None = signing_key
        self._exchange_key: X25519PrivateKey | None = exchange_key

    def __repr__(self) -> str:
        return f"<Unlocked person {self.person_id}>"

    @property
    def database_path(self) -> Path:
        """Return the place of the database that the key file named at the unlock."""
        return self.folder / self.database

    @property
    def person(self) -> Person:
        """Return the person as casework and register name them."""
        return Person(self.person_id, self.name, self.roles)

    @property
    def data_key(self) -> bytes:
        """Return the 32-byte key of the database; raise Locked after ``forget``."""
        self._check()
        return bytes(self._data_key)

    @property
    def user_key(self) -> bytes:
        """Return the person's own 32-byte key, for ``storage/keys`` alone; raise Locked after ``forget``."""
        self._check()
        return bytes(self._user_key)

    @property
    def exchange_key(self) -> X25519PrivateKey:
        """Return the person's key for packages addressed to them; raise Locked after ``forget``."""
        if self._exchange_key is None:
            raise Locked
        return self._exchange_key

    @property
    def open(self) -> bool:
        """Say whether the keys are still held."""
        return self._signing_key is not None

    def sign(self, message: bytes) -> bytes:
        """Return this person's 64-byte Ed25519 signature of a message; raise Locked after ``forget``."""
        if self._signing_key is None:
            raise Locked
        return self._signing_key.sign(message)

    @property
    def public_key(self) -> bytes:
        """Return the 32-byte public half of the signing key; raise Locked after ``forget``."""
        if self._signing_key is None:
            raise Locked
        return self._signing_key.public_key().public_bytes_raw()

    def public_key_of(self, key_id: str) -> bytes:
        """Return an Ed25519 public key of this register, retired ones included; raise KeyError."""
        return read_key_file(self.folder).public_key_of(key_id)

    def become(self, other: Unlocked) -> None:
        """Take over what the same person's log-in opens after the data key was rotated; the old keys are overwritten.

        Whoever holds this object goes on with the new keys.
        """
        if other.person_id != self.person_id:
            raise ValueError("the keys of another person")
        old = (self._data_key, self._user_key)
        self.__dict__.update(other.__dict__)
        for secret in old:
            secret[:] = bytes(len(secret))

    def looking_at(self, folder: Path, database: str, data_key: bytes) -> Unlocked:
        """Return the same person with the data key of another copy of the register: a backup, or one being made."""
        twin = object.__new__(Unlocked)
        twin.__dict__.update(self.__dict__)
        twin.folder, twin.database = folder, database
        twin._data_key, twin._user_key = bytearray(data_key), bytearray(self._user_key)
        return twin

    def forget(self) -> None:
        """Overwrite and drop every key; the object cannot be used again."""
        for secret in (self._data_key, self._user_key):
            secret[:] = bytes(len(secret))
        self._signing_key = self._exchange_key = None

    def _check(self) -> None:
        if not self.open:
            raise Locked
