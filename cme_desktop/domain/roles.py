"""Who a person is to the register, and which role may do which act (safety.md 7; command-line.md 9)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The three roles; a person may hold several, and the first person holds Officer and Administrator."""

    OFFICER = "officer"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Person:
    """A person of the register, as every act and question names them."""

    id: int
    name: str
    roles: frozenset[Role]

    def holds(self, role: Role) -> bool:
        """Say whether the person holds a role."""
        return role in self.roles
