"""What every importer answers: the records it read, what it repaired on the way, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Record = TypeVar("Record")


class Severity(StrEnum):
    """Whether a problem leaves something out (``error``) or only wants a look (``warning``)."""

    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Repair:
    """One kind of damage that was mended before reading, with a sentence for the officer."""

    code: str
    message: str

    def as_json(self) -> dict[str, object]:
        """Return the repair as plain data."""
        return {"code": self.code, "message": self.message}

    @classmethod
    def from_json(cls, form: Mapping[str, object]) -> Repair:
        """Return the repair that ``as_json`` wrote."""
        return cls(str(form["code"]), str(form["message"]))


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: with the file, or with the pupil whose number (from 1) is given.

    ``path`` names the element by its place in the file, ``value`` is its text as the file has it.
    """

    code: str
    severity: Severity
    message: str
    pupil: int | None = None
    path: str | None = None
    value: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the problem as plain data."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "message": self.message,
            "pupil": self.pupil,
            "path": self.path,
            "value": self.value,
        }

    @classmethod
    def from_json(cls, form: Mapping[str, object]) -> Problem:
        """Return the problem that ``as_json`` wrote."""
        number, path, value = form["pupil"], form["path"], form["value"]
        return cls(
            str(form["code"]),
            Severity(str(form["severity"])),
            str(form["message"]),
            number if isinstance(number, int) else None,
            path if isinstance(path, str) else None,
            value if isinstance(value, str) else None,
        )


@dataclass(frozen=True, kw_only=True)
class ImportResult(Generic[Record]):
    """The records of one file, in file order, with its repairs and problems: never all or nothing."""

    records: tuple[Record, ...] = ()
    repairs: tuple[Repair, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def repair_codes(self) -> frozenset[str]:
        """Return the code of each repair."""
        return frozenset(repair.code for repair in self.repairs)

    @property
    def problem_codes(self) -> frozenset[str]:
        """Return the code of each problem."""
        return frozenset(problem.code for problem in self.problems)
