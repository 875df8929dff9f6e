"""The particulars of an act as they are given, key and value, read into what the law is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from cme_desktop.casework.documents.letters.filling import TEXTS, check_texts
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.order_process import Action, Basis, Request, Result
from cme_desktop.domain.service import Method

Kind = TypeVar("Kind", bound=StrEnum)

YES_NO = {"yes": True, "no": False}
PLACES = frozenset({"over_number", "class_size_prejudice", "only_reasonable_school"})
"""What is known of room in a school (s439(1) to (4A)); each is yes or no."""
SOS = ("applied", "directed", "withdrawn")
"""What became of an application to the Secretary of State (s439(7) and (8))."""

KEYS: Mapping[Action, frozenset[str]] = {
    Action.SERVE_437: frozenset({"parent", "method", "proof", "address"}),
    Action.ASSESS_RESPONSE: frozenset({"parent", "result", "reasons"}),
    Action.DECIDE_EXPEDIENT: frozenset({"expedient", "reasons"}),
    Action.CONSULT_SCHOOL: frozenset({"urn"}) | PLACES,
    Action.AGREE_ACADEMY: frozenset({"urn", "agreed_by"}),
    Action.NOTIFY_SCHOOL_439: frozenset({"urn", "received"}) | PLACES,
    Action.RECORD_SCHOOL_ANSWER: frozenset({"urn", "answer", "sos", "directed_urn", "received"}) | PLACES,
    Action.SERVE_438: frozenset({"parent", "method", "urn", "proof", "address"}),
    Action.DETERMINE_SCHOOL: frozenset({"urn", "basis", "parent", "applied", "notified", "offered", "evidence"}),
    Action.SERVE_ORDER: frozenset({"parent", "method", "proof", "address"}),
    Action.INFORM_SCHOOL: frozenset({"urn"}),
    Action.DECIDE_NOT_TO_SERVE: frozenset({"parent", "reason"}),
    Action.CLOSE: frozenset({"outcome", "how_confirmed", "school", "start_date"}),
}
LETTERS: Mapping[Action, str] = {
    Action.CONSULT_SCHOOL: "L05",
    Action.NOTIFY_SCHOOL_439: "L06",
    Action.INFORM_SCHOOL: "L09",
}
"""The acts that make and file their paper; words for it may be given with the act."""


@dataclass(frozen=True)
class Particulars:
    """What was given with an act: the request that the law is asked about, and what is only recorded."""

    request: Request
    method: Method | None = None
    proof: str = ""
    address: str = ""
    recorded: Mapping[str, object] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


def read(action: Action, given: Mapping[str, str]) -> Particulars:
    """Read the particulars of an act.

    Raises:
        UserError: ``particular-unknown`` or ``particular-unclear``, with the words that can be used.
    """
    code = LETTERS.get(action)
    texts = {name: value for name, value in given.items() if code and name in TEXTS[code] and name not in KEYS[action]}
    rest = {name: value.strip() for name, value in given.items() if name not in texts}
    unknown = sorted(set(rest) - KEYS[action])
    if unknown:
        known = ", ".join(sorted(KEYS[action] | (TEXTS[code] if code else frozenset())))
        raise UserError(
            f"{action.value} has no particular called {', '.join(unknown)}. It takes: {known}.",
            code="particular-unknown",
        )
    if code:
        check_texts(code, texts)
    request = Request(
        action,
        parent=_number(rest.get("parent")),
        urn=rest.get("urn") or None,
        result=_one_of(Result, "result", rest.get("result")),
        expedient=_yes_no("expedient", rest.get("expedient")),
        reasons=rest.get("reasons", rest.get("reason", "")),
        basis=_one_of(Basis, "basis", rest.get("basis")),
        received=_day("received", rest.get("received")),
        applied=_day("applied", rest.get("applied")),
        offered=_day("offered", rest.get("offered")),
        agreed_by=rest.get("agreed_by", ""),
        outcome=rest.get("outcome", ""),
        how_confirmed=rest.get("how_confirmed", ""),
    )
    return Particulars(
        request,
        method=_one_of(Method, "method", rest.get("method")),
        proof=rest.get("proof", ""),
        address=rest.get("address", ""),
        recorded=_recorded(rest),
        texts=texts,
    )


def _recorded(rest: Mapping[str, str]) -> dict[str, object]:
    """Return what an act records besides what the law is asked about, as plain data."""
    found: dict[str, object] = {name: _yes_no(name, rest[name]) for name in sorted(PLACES & rest.keys())}
    for name in ("applied", "notified", "offered", "start_date"):
        day = _day(name, rest.get(name))
        if day is not None:
            found[name] = day.isoformat()
    found |= {name: rest[name] for name in ("evidence", "answer", "directed_urn", "school") if rest.get(name)}
    sos = rest.get("sos")
    if sos:
        if sos not in SOS:
            raise UserError(f"sos must be one of: {', '.join(SOS)}.", code="particular-unclear")
        found["sos"] = sos
    return found


def _number(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise UserError(
            "parent must be the number of a parent or carer of the case. Look at the case for it.",
            code="particular-unclear",
        )
    return int(text)


def _yes_no(name: str, text: str | None) -> bool | None:
    if not text:
        return None
    if text.casefold() not in YES_NO:
        raise UserError(f"{name} must be yes or no.", code="particular-unclear")
    return YES_NO[text.casefold()]


def _day(name: str, text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"{name} must be a day written as 2027-01-15.", code="particular-unclear") from error


def _one_of(kind: type[Kind], name: str, text: str | None) -> Kind | None:
    if not text:
        return None
    if text not in kind.__members__.values():
        words = ", ".join(member.value for member in kind)
        raise UserError(f"{name} must be one of: {words}.", code="particular-unclear")
    return kind(text)
