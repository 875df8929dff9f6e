"""Statuses and their lawful moves, opening and closing, and whether a child counts as missing education (s436A)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cme_desktop.domain.calendar import long_date
from cme_desktop.domain.errors import Refusal
from cme_desktop.domain.school_age import csa_end, csa_start, is_csa

POLICY = "Harrow CME policy 2023"
S436A = "Education Act 1996 s436A"


class Pathway(StrEnum):
    """The four ways a case can go; the register is read by them."""

    WHEREABOUTS_UNKNOWN = "whereabouts-unknown"
    KNOWN_NOT_IN_EDUCATION = "known-not-in-education"
    EHE = "ehe"
    OUT_OF_BOROUGH = "out-of-borough"


PATHWAY_WORDS = {
    Pathway.WHEREABOUTS_UNKNOWN: "Whereabouts unknown",
    Pathway.KNOWN_NOT_IN_EDUCATION: "Known, not in education",
    Pathway.EHE: "EHE",
    Pathway.OUT_OF_BOROUGH: "Out of borough",
}


@dataclass(frozen=True)
class Status:
    """One status: its pathway (none once closed), the statuses it may move to, and whether a case may open in it."""

    code: str
    label: str
    to: tuple[str, ...]
    pathway: Pathway | None = None
    open: bool = True
    entry: bool = False
    suitably_educated: bool = False


@dataclass(frozen=True)
class Outcome:
    """One outcome of closing; ``true_closure`` is False where the search goes on under an alert.

    ``letters`` is False where nothing may be sent by itself; ``asks_for`` names what the window asks besides.
    """

    code: str
    label: str
    true_closure: bool = True
    letters: bool = True
    asks_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lifecycle:
    """All statuses and outcomes, in the order in which they are offered."""

    statuses: Mapping[str, Status]
    outcomes: Mapping[str, Outcome]

    def pathway_of(self, status: str) -> Pathway | None:
        """Return the pathway of a status, None for a closed one or a code not on the list."""
        found = self.statuses.get(status)
        return found.pathway if found else None

    def entry_statuses(self) -> tuple[Status, ...]:
        """Return the statuses a case may open in."""
        return tuple(status for status in self.statuses.values() if status.entry)

    def moves_from(self, status: str) -> tuple[Status, ...]:
        """Return the statuses that a case in one status may move to without being closed or reopened."""
        found = self.statuses.get(status)
        if found is None or not found.open:
            return ()
        return tuple(self.statuses[code] for code in found.to if self.statuses[code].open)

    def check_move(self, from_: str, to: str, reason: str) -> Refusal | None:
        """Return why a case may not move from one status to another, None if it may; every move needs a reason.

        Closing is not a move: it has its own outcome and proof (check_close), and reopening is check_reopen.
        """
        known = self._check_known(from_, to)
        if known is not None:
            return known
        before, after = self.statuses[from_], self.statuses[to]
        if from_ == to:
            return Refusal(f'The case is already "{after.label}".', POLICY, code="already-done")
        if not before.open:
            return Refusal("The case is closed. Reopen it before changing its status.", POLICY)
        if not after.open:
            return Refusal("To close the case, give its outcome and how it was confirmed.", POLICY)
        if to not in before.to:
            return Refusal(f'A case cannot go from "{before.label}" to "{after.label}".', POLICY)
        return _needs_reason(reason, "Enter why the status changes.")

    def check_open(self, status: str, dob: date | None, on: date) -> Refusal | None:
        """Return why a case may not open in a status, None if it may.

        A child over compulsory school age, or younger, is no bar: opening_question gives the words to ask first.
        """
        found = self.statuses.get(status)
        if found is None or not found.entry:
            return Refusal(
                "A case cannot start in that status. Choose one of: "
                + "; ".join(one.label for one in self.entry_statuses())
                + ".",
                POLICY,
            )
        if dob is not None and dob > on:
            return Refusal("Date of birth must be in the past.", POLICY, missing=("dob",))
        return None

    def check_reopen(self, from_: str, to: str, reason: str) -> Refusal | None:
        """Return why a closed case may not be reopened in a status, None if it may."""
        known = self._check_known(from_, to)
        if known is not None:
            return known
        if self.statuses[from_].open:
            return Refusal("The case is open already.", POLICY, code="already-done")
        if not self.statuses[to].open or to not in self.statuses[from_].to:
            return Refusal(f'A case cannot be reopened as "{self.statuses[to].label}".', POLICY)
        return _needs_reason(reason, "Enter why the case is reopened.")

    def check_close(self, status: str, outcome: str, how_confirmed: str, dob: date | None, on: date) -> Refusal | None:
        """Return why a case may not be closed, None if it may: it needs an outcome and how that was confirmed."""
        found = self.outcomes.get(outcome)
        if found is None:
            return Refusal(
                "Choose the outcome from the list: " + ", ".join(self.outcomes) + ".",
                POLICY,
                missing=("outcome",),
                code="particulars-missing",
            )
        before = self.statuses.get(status)
        if before is None or not before.open:
            return Refusal("The case is closed already.", POLICY, code="already-done")
        if not how_confirmed.strip():
            return Refusal(
                "Enter how the outcome was confirmed: who said so, when, and what shows it.",
                POLICY,
                missing=("how_confirmed",),
                code="particulars-missing",
            )
        if outcome == "over-age" and dob is not None and on <= csa_end(dob):
            return Refusal(
                f"Compulsory school age ends on {long_date(csa_end(dob))}, so the child is not over it.",
                "Education Act 1996 s8",
                date.fromordinal(csa_end(dob).toordinal() + 1),
            )
        return None

    def closed_status(self, outcome: str) -> str:
        """Return the status a case has after closing: an outcome that is no true closure leaves its alert standing."""
        return "closed" if self.outcomes[outcome].true_closure else "closed-alert-remains"

    def _check_known(self, *codes: str) -> Refusal | None:
        for code in codes:
            if code not in self.statuses:
                return Refusal(f'"{code}" is not on the list of statuses.', POLICY, code="status-unknown")
        return None


@dataclass(frozen=True)
class CmeAnswer:
    """Whether a child counts as missing education, with each of the four tests in words."""

    counts: bool
    tests: tuple[tuple[str, bool], ...]


def counts_as_cme(
    *, dob: date, on: date, in_area: bool | None, on_roll: bool | None, suitably_educated: bool | None
) -> CmeAnswer:
    """Return whether a child counts as missing education on a day: all four tests of s436A.

    None stands for not known. A child not known to have left the area counts as in it, and one not known to be
    educated counts as not educated (whereabouts unknown, place awaited, offered but not started, home education not
    shown to be suitable).
    """
    tests = (
        ("Not known to have left the council's area", in_area is not False),
        ("Of compulsory school age", is_csa(dob, on)),
        ("Not a registered pupil at a school", on_roll is not True),
        ("Not known to be receiving suitable education", suitably_educated is not True),
    )
    return CmeAnswer(all(holds for _, holds in tests), tests)


def opening_question(first_name: str, dob: date, on: date) -> str | None:
    """Return the question to ask before a case is opened for a child outside school age, None where none is needed."""
    starts, ends = csa_start(dob), csa_end(dob)
    if on > ends:
        return f"Compulsory school age ended for {first_name} on {long_date(ends)}. Open a case anyway?"
    if on < starts:
        return f"Compulsory school age begins for {first_name} on {long_date(starts)}. Open a case anyway?"
    return None


def _needs_reason(reason: str, message: str) -> Refusal | None:
    if reason.strip():
        return None
    return Refusal(message, POLICY, missing=("reason",), code="particulars-missing")


def parse_lifecycle(text: str) -> Lifecycle:
    """Read statuses and outcomes from the text of the code file."""
    data = tomllib.loads(text)
    statuses = [
        Status(
            **{**row, "to": tuple(row["to"]), "pathway": Pathway(row["pathway"]) if "pathway" in row else None},
        )
        for row in data["status"]
    ]
    outcomes = [Outcome(**{**row, "asks_for": tuple(row.get("asks_for", ()))}) for row in data["outcome"]]
    return Lifecycle({one.code: one for one in statuses}, {one.code: one for one in outcomes})
