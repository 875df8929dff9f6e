"""An operating system's keyring that lives in memory, for the tests that need one."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


class MemoryKeyring(KeyringBackend):
    """Keep secrets in memory; be locked, or lose them, when a test says so."""

    priority = 0.1  # type: ignore[assignment]  # the library declares a property of its own kind here

    def __init__(self) -> None:
        super().__init__()
        self.secrets: dict[tuple[str, str], str] = {}
        self.locked = False

    def _check(self) -> None:
        if self.locked:
            raise KeyringLocked("The keyring is locked.")

    def get_password(self, service: str, username: str) -> str | None:
        """Return the secret kept under these two names, if there is one."""
        self._check()
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""
        self._check()
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget a secret."""
        self._check()
        if self.secrets.pop((service, username), None) is None:
            raise PasswordDeleteError("There is no such secret.")


@pytest.fixture
def fake_keyring() -> Iterator[MemoryKeyring]:
    """Put an empty keyring in memory in the place of the machine's own for one test."""
    before = keyring.get_keyring()
    fake = MemoryKeyring()
    keyring.set_keyring(fake)
    yield fake
    keyring.set_keyring(before)
