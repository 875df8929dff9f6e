"""Code lists of the casework: dated, editable, in the policy's words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Code:
    """One entry of a code list; ``aliases`` are older names that still turn up in letters."""

    code: str
    label: str
    source: str
    aliases: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None

    def valid_on(self, day: date) -> bool:
        """Say whether the entry may be chosen on a day, both ends included."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class CodeList:
    """A titled list of codes, in the order in which they are offered."""

    name: str
    title: str
    entries: tuple[Code, ...]

    def get(self, code: str) -> Code | None:
        """Return an entry by its code, or None."""
        return next((entry for entry in self.entries if entry.code == code), None)

    def on(self, day: date) -> tuple[Code, ...]:
        """Return the entries that may be chosen on a day."""
        return tuple(entry for entry in self.entries if entry.valid_on(day))


def parse_code_lists(text: str) -> Mapping[str, CodeList]:
    """Read all code lists by name from the text of the code file."""
    return {
        name: CodeList(
            name,
            fields["title"],
            tuple(Code(**{**row, "aliases": tuple(row.get("aliases", ()))}) for row in fields["entries"]),
        )
        for name, fields in tomllib.loads(text)["lists"].items()
    }
