"""What the order process looks at: the child, the parents, the schools, the papers and the steps taken, all frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Action(StrEnum):
    """The acts of the order process under the current law; the codes never change once released."""

    SERVE_437 = "serve-437"
    ASSESS_RESPONSE = "assess-response"
    DECIDE_EXPEDIENT = "decide-expedient"
    CONSULT_SCHOOL = "consult-school"
    AGREE_ACADEMY = "agree-academy"
    NOTIFY_SCHOOL_439 = "notify-school-439"
    RECORD_SCHOOL_ANSWER = "record-school-answer"
    SERVE_438 = "serve-438"
    DETERMINE_SCHOOL = "determine-school"
    SERVE_ORDER = "serve-order"
    INFORM_SCHOOL = "inform-school"
    DECIDE_NOT_TO_SERVE = "decide-not-to-serve"
    CLOSE = "close"


class State(StrEnum):
    """Where an order process stands: law-and-process.md 2.2, in lower case with hyphens."""

    INFORMAL_ENQUIRY = "informal-enquiry"
    NOTICE_437_SERVED = "notice-437-served"
    RESPONSE_ASSESSED = "response-assessed"
    SATISFIED = "satisfied"
    EXPEDIENT_DECISION = "expedient-decision"
    SCHOOL_CONSULTED = "school-consulted"
    SCHOOL_DECISION_NOTICE = "school-decision-notice"
    SOS_DIRECTION_PENDING = "sos-direction-pending"
    EHCP_ROUTE = "ehcp-route"
    NOTICE_438_SERVED = "notice-438-served"
    SCHOOL_DETERMINED = "school-determined"
    SAO_SERVED = "sao-served"
    COMPLIED = "complied"
    ENDED = "ended"


class SchoolKind(StrEnum):
    """What kind of school it is, for sections 437 to 439; a special school here is one a council maintains."""

    MAINTAINED = "maintained"
    ACADEMY = "academy"
    INDEPENDENT = "independent"
    SPECIAL = "special"
    OTHER = "other"


class Result(StrEnum):
    """How a parent's reply to the section 437(1) notice was assessed."""

    SATISFIED = "satisfied"
    NOT_SATISFIED = "not-satisfied"
    NO_REPLY = "none"


class Basis(StrEnum):
    """Why the order names the school it names: section 438(3) to (6), an EHC plan, or a direction."""

    SPECIFIED = "specified"
    SELECTED = "selected"
    APPLIED = "applied"
    COUNCIL_PAID = "council-paid"
    PLAN = "plan"
    DIRECTION = "direction"


class Paper(StrEnum):
    """The documents of the order process."""

    NOTICE_437 = "L04"
    CONSULTATION = "L05"
    NOTICE_439 = "L06"
    NOTICE_438 = "L07"
    ORDER = "L08"
    NOTICE_OF_ORDER = "L09"


@dataclass(frozen=True)
class Parent:
    """An adult of the case who is a parent in the sense of section 576."""

    id: int
    may_be_written_to: bool = True


@dataclass(frozen=True)
class School:
    """A school thought of for the order; None stands for what is not known."""

    urn: str
    kind: SchoolKind
    council_admits: bool = False
    over_number: bool | None = None
    class_size_prejudice: bool | None = None
    permanently_excluded: bool = False
    closed: bool = False
    only_reasonable_school: bool = False

    @property
    def is_maintained(self) -> bool:
        """Say whether a council maintains the school, so that sections 437(5), 437(6) and 439 bite on it."""
        return self.kind in (SchoolKind.MAINTAINED, SchoolKind.SPECIAL)


@dataclass(frozen=True)
class Document:
    """A paper of the order process made for one parent or one school.

    ``issued_on`` is set only once it has been issued, so approved where approval is asked for; ``served_on`` is the
    deemed day of service; ``returned`` rebuts a posted paper's service; ``alternatives`` are the other schools a
    section 438 notice offers.
    """

    code: Paper
    parent: int | None = None
    urn: str | None = None
    issued_on: date | None = None
    waits_for_approval: bool = False
    served_on: date | None = None
    printed_last_day: date | None = None
    defective: bool = False
    returned: bool = False
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One act taken, with the day it was taken; only the fields its action speaks of are filled."""

    action: Action
    on: date
    parent: int | None = None
    urn: str | None = None
    result: Result | None = None
    expedient: bool | None = None
    basis: Basis | None = None
    received: date | None = None
    approved: bool = False


@dataclass(frozen=True)
class Settings:
    """The council's choices, each to be confirmed by Legal.

    ``extra_days`` are given to parents beyond the law's 15; ``wait_for_school`` keeps the section 438 notice back for
    the school's 15 days under section 439(7); ``academy_must_agree`` asks for the trust's written agreement.
    """

    extra_days: int = 0
    wait_for_school: bool = True
    academy_must_agree: bool = True


@dataclass(frozen=True)
class OrderFacts:
    """Everything the order process of one case is decided from.

    ``plan_school`` is the URN of the school named in the EHC plan; ``direction`` is the URN the Secretary of State
    directed; ``steps`` and ``documents`` stand in the order in which they were made.
    """

    dob: date
    parents: tuple[Parent, ...]
    in_area: bool = True
    on_roll: bool = False
    closed: bool = False
    has_plan: bool = False
    plan_school: str | None = None
    schools: tuple[School, ...] = ()
    documents: tuple[Document, ...] = ()
    steps: tuple[Step, ...] = ()
    direction_pending: bool = False
    direction: str | None = None
    form_confirmed: bool = False
    training: bool = False
    settings: Settings = Settings()

    def school(self, urn: str | None) -> School | None:
        """Return what is known of a school thought of for this child."""
        return next((school for school in self.schools if school.urn == urn), None)


@dataclass(frozen=True)
class Request:
    """An act asked for, with the particulars the officer gave; None where none was given."""

    action: Action
    parent: int | None = None
    urn: str | None = None
    result: Result | None = None
    expedient: bool | None = None
    reasons: str = ""
    basis: Basis | None = None
    served_on: date | None = None
    received: date | None = None
    applied: date | None = None
    offered: date | None = None
    agreed_by: str = ""
    outcome: str = ""
    how_confirmed: str = ""


@dataclass(frozen=True)
class ActionDecision:
    """Whether an act is lawful on the day asked about, from when it would be, and why.

    ``from_date`` is the first lawful day if everything still missing were done as early as the law allows; None where
    no day can be named.
    """

    action: Action
    allowed: bool
    from_date: date | None
    why: str
    section: str


@dataclass(frozen=True)
class PaperDecision:
    """Whether a document can be made on the day asked about, or the reasons why it cannot."""

    code: Paper
    possible: bool
    reasons: tuple[str, ...]
    section: str
    from_date: date | None


@dataclass(frozen=True)
class Decisions:
    """The whole answer of the order process for one case on one day."""

    state: State
    actions: tuple[ActionDecision, ...]
    papers: tuple[PaperDecision, ...]

    def action(self, action: Action) -> ActionDecision:
        """Return the decision on one act."""
        return next(decision for decision in self.actions if decision.action is action)

    def paper(self, code: Paper) -> PaperDecision:
        """Return the decision on one document."""
        return next(decision for decision in self.papers if decision.code is code)
