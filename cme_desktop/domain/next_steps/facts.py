"""What the next steps of a case are worked out from: frozen facts, so that the same facts give the same steps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum

from cme_desktop.domain.enquiries import Condition, Made
from cme_desktop.domain.lifecycle import Pathway
from cme_desktop.domain.order_process import OrderFacts
from cme_desktop.domain.risk import Answer, Rating


class Group(StrEnum):
    """Which part of Today a step belongs to; whether it is late or due is told by its date."""

    SAFEGUARDING = "safeguarding"
    STEP = "step"
    ORDER = "order"
    WAITING = "waiting"


@dataclass(frozen=True)
class RiskFacts:
    """The newest risk assessment: its answers, the day each was given, and the questions with a recorded outcome."""

    answers: Mapping[int, Answer | None]
    answered_on: Mapping[int, date]
    outcomes: frozenset[int] = frozenset()
    rating: Rating = Rating.NOT_RATED
    assessed_on: date | None = None


@dataclass(frozen=True)
class Waiting:
    """Something asked of somebody: whom, about what, when, and when to ask again."""

    on_whom: str
    about: str
    asked_on: date
    chase_on: date


@dataclass(frozen=True)
class ExpectedSchool:
    """A school the child is said to be going to, and when its joiner record is to be expected from."""

    name: str
    start: date


@dataclass(frozen=True)
class EpisodeFacts:
    """Everything the next steps of one case depend on; manual steps are not worked out and not in here.

    ``clock_start`` is the day the four weeks count from (referral or last attendance: a setting). ``reviewed_on`` is
    the last four-week or later review; ``first_absent`` the first absent school day of a child still on roll.
    """

    pathway: Pathway
    status: str
    opened: date
    clock_start: date
    dob: date
    open: bool = True
    on_roll: bool = False
    first_absent: date | None = None
    reviewed_on: date | None = None
    has_parent_to_write_to: bool = False
    first_letter_on: date | None = None
    visits: tuple[date, ...] = ()
    last_visit_found_nobody: bool = False
    enquiries: tuple[Made, ...] = ()
    conditions: tuple[Condition, ...] = ()
    risk: RiskFacts | None = None
    waiting: tuple[Waiting, ...] = ()
    expected_school: ExpectedSchool | None = None
    passed_to_ehe_on: date | None = None
    handed_over_on: date | None = None
    offered_on: date | None = None
    order: OrderFacts | None = None


@dataclass(frozen=True)
class StepDays:
    """After how many calendar days each step is due: the council's choice, not the policy."""

    risk_assessment: int = 3
    discuss: int = 1
    first_letter: int = 2
    home_visit: int = 7
    second_visit: int = 7
    giap: int = 7
    housing: int = 10
    placement: int = 10
    pass_on: int = 2
    confirmation: int = 10
    review: int = 28
    admission: int = 10


@dataclass(frozen=True)
class DueTask:
    """One step that is due: by which rule, what to do, when, on whom it waits, and why that date."""

    rule: str
    title: str
    due: date
    waits_on: str
    derivation: tuple[str, ...]
    group: Group = Group.STEP

    @property
    def facts_hash(self) -> str:
        """Return a fingerprint of the step, the same as long as nothing it says has changed."""
        return _hash(self)


def facts_hash(facts: EpisodeFacts) -> str:
    """Return a fingerprint of the facts: SHA-256 over their canonical form."""
    return _hash(facts)


def _hash(value: object) -> str:
    text = json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(str(item) for item in value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
