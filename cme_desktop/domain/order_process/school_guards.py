"""Which school an order may name, and on whose choice (s438(3) to (6), s439, s441): the first reason why not."""

from __future__ import annotations

from datetime import date

from cme_desktop.domain.calendar import ONE_DAY, long_date
from cme_desktop.domain.errors import Refusal
from cme_desktop.domain.order_process.earliest import earliest
from cme_desktop.domain.order_process.facts import Action, Basis, Paper, Request, School, SchoolKind
from cme_desktop.domain.order_process.guards import (
    ACADEMY,
    ACT,
    S437_5,
    S438_CHOICE,
    S439_CLASS,
    S439_CONSULT,
    S439_DIRECTION,
    S439_EXCLUDED,
    S439_NOTICE,
    S439_NUMBER,
    S439_WAIT,
    S441,
    covered,
    period_over,
    refuse,
)
from cme_desktop.domain.order_process.standing import Standing


def known_school(standing: Standing, urn: str | None) -> School | Refusal:
    """Return the school asked for, or the refusal if the facts do not hold it."""
    school = standing.facts.school(urn)
    if school is None:
        return refuse(
            "Choose the school from the directory first.", S439_CONSULT, missing=("urn",), code="school-unknown"
        )
    return school


def nobody_consulted(standing: Standing, action: Action) -> Refusal:
    """Return the refusal of a step that needs a school while none has been consulted."""
    return refuse(
        "No school has been consulted. Choose one and consult it before it can be named.",
        S439_CONSULT,
        earliest(standing, action),
        ("consult-school",),
    )


def may_be_specified(school: School) -> Refusal | None:
    """Refuse a school that the Act or its kind keeps the council from naming of its own accord."""
    if school.closed:
        return refuse(
            "The directory says that this school has closed, so it cannot admit the child. Choose another school.",
            S439_CONSULT,
            missing=("urn",),
            code="school-closed",
        )
    if school.permanently_excluded:
        return refuse("The child is permanently excluded from this school, so it cannot be named.", S439_EXCLUDED)
    if school.kind is SchoolKind.OTHER:
        return refuse(
            "This is neither a maintained school nor an academy (but, for example, a nursery, a pupil referral unit or "
            "a college), so the council cannot name it.",
            S437_5,
            missing=("urn",),
        )
    if school.kind is SchoolKind.INDEPENDENT:
        return refuse(
            "An independent school is named only by a parent's own choice, never by the council.", S438_CHOICE
        )
    if not school.is_maintained:
        return None
    if school.class_size_prejudice:
        return refuse("Admitting the child would break the infant class size, so it cannot be named.", S439_CLASS)
    if school.over_number and not school.council_admits and not school.only_reasonable_school:
        return refuse(
            "Admitting the child would take the year group over the published number. Choose another school, "
            "or record that no other maintained school is within a reasonable distance.",
            S439_NUMBER,
        )
    return None


def school_ready(standing: Standing, urn: str | None) -> Refusal | None:
    """Refuse the section 438 notice until the school proposed in it has been through its own path."""
    school = known_school(standing, urn)
    if isinstance(school, Refusal):
        nobody = urn is None and standing.last(Action.CONSULT_SCHOOL) is None
        return nobody_consulted(standing, Action.SERVE_438) if nobody else school
    if standing.facts.direction != school.urn:
        barred = may_be_specified(school)
        if barred is not None:
            return barred
    ready = standing.school_may_be_proposed_from(school)
    from_ = earliest(standing, Action.SERVE_438, urn)
    if ready is None:
        return _missing_step(standing, school, from_)
    if standing.on < ready:
        return refuse(
            f"The school may go to the Secretary of State until {long_date(ready - ONE_DAY)}. The notice is possible "
            f"from {long_date(ready)}, or once the governing body's written answer is recorded.",
            S439_WAIT,
            ready,
            code="too-early",
        )
    return None


def _missing_step(standing: Standing, school: School, from_: date | None) -> Refusal:
    if standing.last(Action.CONSULT_SCHOOL, school.urn) is None:
        whom = "Its governing body" if school.is_maintained else "Its trust"
        return refuse(
            f"This school has not been consulted. {whom} must be asked before it can be named.",
            S439_CONSULT if school.is_maintained else ACADEMY,
            from_,
            ("consult-school",),
        )
    if school.is_maintained:
        return refuse(
            "The school has not been told of the decision to name it. Give its governing body and head teacher notice.",
            S439_NOTICE,
            from_,
            ("notify-school-439",),
        )
    return refuse(
        "The academy trust has not agreed in writing. Record its agreement, and who gave it.",
        ACADEMY,
        from_,
        ("agree-academy",),
    )


def determination(
    standing: Standing, urn: str | None, basis: Basis | None, parent: int | None = None
) -> Refusal | None:
    """Refuse to settle on a school before the parents' time, or on a basis the Act does not give.

    ``parent`` is whose choice it is, where the basis is a parent's choice.
    """
    facts = standing.facts
    if facts.has_plan:
        if facts.plan_school is None:
            return refuse(
                "The child's plan names no school. Amend the plan first; the order then names the school in it.", S441
            )
        if basis is not Basis.PLAN or urn != facts.plan_school:
            return refuse("The child has a plan: the order must name the school in the plan.", S441, missing=("basis",))
        return None
    if basis is Basis.PLAN:
        return refuse("The child has no education, health and care plan, so none names a school.", S441)
    notices = standing.notices_438
    missing = covered(standing, notices, Paper.NOTICE_438, Action.DETERMINE_SCHOOL)
    if missing is not None:
        return missing
    by_choice = basis in (Basis.SELECTED, Basis.APPLIED, Basis.COUNCIL_PAID)
    if not (by_choice and len(notices.valid) == 1):
        early = period_over(standing, notices, S438_CHOICE)
        if early is not None:
            return early
    return _right_school(standing, urn, basis, parent)


def _right_school(standing: Standing, urn: str | None, basis: Basis | None, parent: int | None) -> Refusal | None:
    school = standing.facts.school(urn)
    if school is not None and (school.permanently_excluded or school.closed):
        return may_be_specified(school)
    if basis is Basis.SPECIFIED and urn != standing.proposed_school:
        return refuse("The notice to the parents said another school. Name the school in the notice.", S438_CHOICE)
    if basis is Basis.SPECIFIED and school is not None and standing.facts.direction != urn:
        return may_be_specified(school)
    offered = [
        paper.alternatives for one, paper in standing.notices_438.valid.items() if parent is None or one == parent
    ]
    if basis is Basis.SELECTED and not any(urn in alternatives for alternatives in offered):
        whose = "the notice to this parent" if parent is not None else "the notice to the parents"
        return refuse(f"That school is not one of the alternatives in {whose}.", S438_CHOICE)
    if basis is Basis.COUNCIL_PAID and school is not None and school.is_maintained:
        return refuse(
            "A place at the council's expense is for a school that no council maintains. Where a parent applied to a "
            "maintained school and was offered a place, the basis is “applied”.",
            ACT + "s438(5)",
            missing=("basis",),
        )
    if basis is Basis.DIRECTION and urn != standing.facts.direction:
        return refuse("The Secretary of State has not directed that school.", S439_DIRECTION)
    return None


CHOICES = (Basis.SELECTED, Basis.APPLIED, Basis.COUNCIL_PAID)
"""The bases that are a parent's own choice: an order recites it, so it must be known whose choice it was and when."""


def choice(standing: Standing, request: Request) -> Refusal | None:
    """Refuse a parent's choice without whose it is, or without the days that s438(4) to (6) turn on."""
    if request.basis not in CHOICES or standing.facts.has_plan:
        return None
    notices = standing.notices_438
    if request.parent is None or request.parent not in notices.valid:
        return refuse(
            "Enter which parent chose the school: only a parent served with the section 438(2) notice can.",
            S438_CHOICE,
            missing=("parent",),
            code="particulars-missing",
        )
    if request.basis is Basis.SELECTED:
        return None
    if request.applied is None or request.offered is None:
        missing = tuple(name for name in ("applied", "offered") if getattr(request, name) is None)
        return refuse(
            "Enter when the parent applied or asked, and when the place was offered: the order says so.",
            S438_CHOICE,
            missing=missing,
            code="particulars-missing",
        )
    served, last = notices.valid[request.parent].served_on, notices.last_days[request.parent]
    if served is not None and not served <= request.applied <= last:
        return refuse(
            f"The parent's time ran from {long_date(served)} to {long_date(last)}, so an application on "
            f"{long_date(request.applied)} does not count as made within it.",
            S438_CHOICE,
            missing=("applied",),
        )
    if not request.applied <= request.offered <= standing.on:
        return refuse(
            "A place is offered after it was applied for, and no later than the day on which the school is settled.",
            S438_CHOICE,
            missing=("offered",),
        )
    return None
