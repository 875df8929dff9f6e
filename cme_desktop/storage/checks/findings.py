"""What the checks of a register found, and what they report with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

MOST_PROBLEMS = 1000
OUTSIDE = "It was changed by something other than this program. Tell your manager, and compare with the latest backup."
"""What to say of an edit by other tools, after what was found."""


@dataclass(frozen=True)
class Problem:
    """One thing that a check found: which check, where, at which event, and a sentence without case data."""

    check: str
    where: str
    seq: int | None
    message: str


@dataclass(frozen=True)
class Head:
    """The end of the chain as it was at some time (UTC): the number of the newest event, its hash (hexadecimal)."""

    seq: int
    hash: str
    at: str = ""


@dataclass
class Findings:
    """What the checks found so far, capped: a thousand problems say no more than a hundred."""

    problems: list[Problem] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)

    def add(self, check: str, where: str, seq: int | None, message: str) -> None:
        """Note one problem."""
        self.failed.add(check)
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(check, where, seq, message))


Step = Callable[[float], None]
