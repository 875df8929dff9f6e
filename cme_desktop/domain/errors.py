"""The errors that are the world going wrong, each with a sentence fit to show the officer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


class UserError(Exception):
    """Carry a stable code and a sentence that says what happened, what it means and what to do next."""

    code = "refused"

    def __init__(self, message: str, *, code: str | None = None, details: Mapping[str, object] | None = None) -> None:
        """Take the sentence, and what a program is told beside it: ``details`` are further keys of the error's JSON."""
        super().__init__(message)
        self.message = message
        self.details = dict(details or {})
        if code is not None:
            self.code = code


class NotAllowed(UserError):
    """Refuse an act that the person's role does not hold."""

    code = "not-allowed"


class NotFound(UserError):
    """Say that what was asked for is not in this register, or not visible to this person."""

    code = "not-found"


@dataclass(frozen=True)
class Refusal:
    """Why a step is refused: a sentence, the section or rule behind it, and the first day on which it is lawful."""

    message: str
    section: str
    allowed_from: date | None = None
    missing: tuple[str, ...] = ()
    code: str = "not-lawful"


class StepRefused(UserError):
    """Refuse a step of the casework or of the order process, with its section and its earliest date."""

    code = "not-lawful"

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message, code=refusal.code)
        self.refusal = refusal


class CannotUnlock(UserError):
    """Say why a case register could not be unlocked; nothing in it was changed."""

    code = "cannot-unlock"


class CalendarUnknown(UserError):
    """Say that a date lies outside the known term dates or bank holidays: never guess one."""

    code = "calendar-unknown"
