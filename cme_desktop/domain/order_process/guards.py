"""What must hold before each step of the order process: each guard returns the first reason why not, with its section.

The sections are those of the Education Act 1996; "council practice" and "council rule" mark what the Act does not say.
"""

from __future__ import annotations

from datetime import date

from cme_desktop.domain.calendar import ONE_DAY, long_date
from cme_desktop.domain.errors import Refusal
from cme_desktop.domain.order_process.earliest import earliest
from cme_desktop.domain.order_process.facts import Action, Basis, Paper, Request, Result, School, SchoolKind
from cme_desktop.domain.order_process.standing import Notices, Standing

ACT = "Education Act 1996 "
S436A = ACT + "s436A"
S437_1 = ACT + "s437(1)"
S437_2 = ACT + "s437(2)"
S437_3 = ACT + "s437(3)"
S437_5 = ACT + "s437(5)"
S438 = ACT + "s438(2)"
S438_CHOICE = ACT + "s438(3) to (6)"
S439_NUMBER = ACT + "s439(1) to (3)"
S439_EXCLUDED = ACT + "s439(4)"
S439_CLASS = ACT + "s439(4A)"
S439_CONSULT = ACT + "s439(5)"
S439_NOTICE = ACT + "s439(6)"
S439_DIRECTION = ACT + "s439(7) and (8)"
S439_WAIT = "council practice (s439(7))"
S441 = ACT + "s441"
S440 = ACT + "s440"
S8 = ACT + "s8"
ACADEMY = "council practice: an academy trust's written agreement takes the place of s439(6)"
COVERED = ACT + "s437(3) and s576; council rule until Legal confirms"
DEFECTIVE = ACT + "s437(2); council rule on the printed last day"
FORM = ACT + "s437(3) (prescribed form)"
COUNCIL = "Harrow CME policy 2023"

PAPER_WORDS = {
    Paper.NOTICE_437: "The section 437(1) notice",
    Paper.NOTICE_438: "The section 438(2) notice",
    Paper.ORDER: "The school attendance order",
}


def refuse(
    message: str, section: str, from_: date | None = None, missing: tuple[str, ...] = (), code: str = "not-lawful"
) -> Refusal:
    """Return a refusal in one line."""
    return Refusal(message, section, from_, missing, code)


def child(standing: Standing, action: Action) -> Refusal | None:
    """Refuse a step for a child the order process cannot be used for, or who leaves school age before its day."""
    facts = standing.facts
    starts, ends = standing.school_age
    if facts.closed:
        return refuse("This case is closed. Reopen it before taking a step of the order process.", S436A)
    if standing.on > ends:
        return refuse(
            f"Compulsory school age ended on {long_date(ends)}, so no step of the order process is lawful any more.", S8
        )
    if standing.on < starts:
        return refuse(
            f"Compulsory school age begins on {long_date(starts)}. Until then no step of the order process is lawful.",
            S8,
            starts,
        )
    if facts.on_roll:
        return refuse(
            "The child is a registered pupil at a school, so the order process does not apply. "
            "Absence of a registered pupil is dealt with under the attendance policy.",
            S436A,
        )
    if not facts.in_area:
        return refuse(
            "The child does not live in this council's area. Pass the case to the council where the child lives.", S436A
        )
    if earliest(standing, action) is None and not (facts.has_plan and facts.plan_school is None):
        return refuse(
            f"Compulsory school age ends on {long_date(ends)}, before this step could be lawful.", S8, missing=("age",)
        )
    return None


def parent(standing: Standing, request: Request, action: Action) -> Refusal | None:
    """Refuse a paper for an adult who is no parent of this case, or must not be written to."""
    found = next((one for one in standing.facts.parents if one.id == request.parent), None)
    if found is None:
        return refuse(
            "That person is not a parent on this case. Add them under People first.",
            ACT + "s576",
            missing=("parent",),
            code="not-found",
        )
    if found.id in standing.not_to_be_served and action is not Action.SERVE_437:
        return refuse(
            "It was decided, and approved, not to serve this parent, so no notice of intention or order can name them. "
            "If they can be served now, begin with the section 437(1) notice.",
            COVERED,
        )
    if not found.may_be_written_to:
        return refuse(
            "This parent may not be written to. Ask for a decision not to serve them, with the reason.", COVERED
        )
    return None


def issued(standing: Standing, request: Request, paper: Paper, section: str) -> Refusal | None:
    """Refuse service of a paper that has not been issued for that parent."""
    if standing.issued(paper, request.parent) is not None:
        return None
    later = standing.issued_later(paper, request.parent)
    if later is not None:
        return refuse(
            f"{PAPER_WORDS[paper]} for this parent was issued on {long_date(later)}, so it cannot have been served "
            "before that day. Record the day on which it was served.",
            section,
            later,
            code="too-early",
        )
    if standing.waits_for_approval(paper, request.parent):
        return refuse(
            f"{PAPER_WORDS[paper]} for this parent waits for a second person's approval. "
            "It can be served once it is issued.",
            section,
            standing.on,
            (paper.value,),
            "approval-needed",
        )
    return refuse(
        f"{PAPER_WORDS[paper]} has not been issued for this parent. Make and issue it, then record how it was served.",
        section,
        standing.on,
        (paper.value,),
        "document-not-issued",
    )


def covered(standing: Standing, notices: Notices, paper: Paper, action: Action) -> Refusal | None:
    """Refuse while a notice does not hold, nobody is served, or a parent is neither served nor decided on."""
    name = "section 437(1) notice" if paper is Paper.NOTICE_437 else "section 438(2) notice"
    from_ = earliest(standing, action)
    if notices.faulty:
        return refuse(
            f"The {name} to {_people(len(notices.faulty))} does not hold: it gave fewer days than the law, "
            "or came back. Serve it again.",
            DEFECTIVE if paper is Paper.NOTICE_437 else ACT + "s438(3); council rule on the printed last day",
            from_,
            tuple(str(one) for one in notices.faulty),
            "notice-defective",
        )
    if not notices.valid and paper is Paper.NOTICE_437 and standing.satisfied_step is not None:
        return refuse(
            "The council was satisfied with the education described, so this order process has ended. "
            "A new concern needs a new notice.",
            S437_3,
            from_,
            (paper.value,),
        )
    if not notices.valid:
        return refuse(
            f"No parent has been served with the {name}. Serve it first.",
            S437_1 if paper is Paper.NOTICE_437 else S438,
            from_,
            (paper.value,),
        )
    if notices.uncovered:
        return refuse(
            f"{_people(len(notices.uncovered)).capitalize()} {_has(len(notices.uncovered))} neither service of the "
            f"{name} nor a decision not to serve. Serve them, and their own time to reply runs first; or have a "
            "decision not to serve approved, which counts at once.",
            COVERED,
            from_,
            tuple(str(one) for one in notices.uncovered),
            "parent-not-served",
        )
    return None


def _people(count: int) -> str:
    return "1 parent" if count == 1 else f"{count} parents"


def _has(count: int) -> str:
    return "has" if count == 1 else "have"


def no_order_yet(standing: Standing, action: Action) -> Refusal | None:
    """Refuse a step back once an order has been served: it is amended or revoked, not made again."""
    if standing.orders:
        return refuse("A school attendance order has been served. To change the school, amend the order.", S440)
    return None


def period_over(standing: Standing, notices: Notices, section: str) -> Refusal | None:
    """Refuse while the time of a served parent is still running."""
    over = notices.over_from
    if over is not None and standing.on < over:
        return refuse(
            f"The last parent's time ends on {long_date(over - ONE_DAY)}. This is possible from {long_date(over)}.",
            section,
            over,
            code="too-early",
        )
    return None


def expedient(standing: Standing, action: Action) -> Refusal | None:
    """Refuse while it does not stand decided that a parent failed to satisfy and that school is expedient."""
    if standing.expedient:
        return None
    notices = standing.notices_437
    faulty = covered(standing, notices, Paper.NOTICE_437, action)
    if faulty is not None:
        return faulty
    from_ = earliest(standing, action)
    if standing.decision is not None:
        return refuse(
            "It was decided that it is not expedient for the child to attend school, so no order can follow. "
            "If that has changed, record a new decision.",
            S437_3,
            from_,
            ("decide-expedient",),
        )
    return refuse(
        "It has not been decided that the parents failed to satisfy the council and that it is expedient for the "
        "child to attend school. Record that decision, with its reasons, after the reply period.",
        S437_3,
        from_,
        ("assess-response", "decide-expedient") if standing.assessment is None else ("decide-expedient",),
    )


def no_plan(standing: Standing, what: str) -> Refusal | None:
    """Refuse the steps that the Act does not have for a child with an education, health and care plan."""
    if standing.facts.has_plan:
        return refuse(
            f"The child has an education, health and care plan, so {what}. The school named in the plan is used.", S441
        )
    return None


def no_direction_pending(standing: Standing) -> Refusal | None:
    """Refuse while an application to the Secretary of State about the school has not been answered."""
    if standing.facts.direction_pending:
        return refuse(
            "An application to the Secretary of State about the school has not been answered. Wait for the direction.",
            S439_DIRECTION,
        )
    return None


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


def assessment(standing: Standing, result: Result | None, parent: int | None) -> Refusal | None:
    """Refuse to assess a reply before service, and to record no reply before the time of the parent, or of all."""
    notices = standing.notices_437
    if parent is not None and notices.valid:
        return _own_assessment(standing, result, parent)
    if notices.faulty or not notices.valid:
        return covered(standing, notices, Paper.NOTICE_437, Action.ASSESS_RESPONSE)
    if result is Result.NO_REPLY:
        return period_over(standing, notices, S437_3)
    return None


def _own_assessment(standing: Standing, result: Result | None, parent: int) -> Refusal | None:
    last = standing.notices_437.last_days.get(parent)
    if last is None:
        return refuse(
            "This parent has not been served with a section 437(1) notice that holds, so there is no reply to assess.",
            S437_1,
            earliest(standing, Action.ASSESS_RESPONSE),
            (Paper.NOTICE_437.value,),
            "parent-not-served",
        )
    if result is Result.NO_REPLY and standing.on <= last:
        return refuse(
            f"This parent's time ends on {long_date(last)}. That no reply came can be recorded from "
            f"{long_date(last + ONE_DAY)}.",
            S437_3,
            last + ONE_DAY,
            code="too-early",
        )
    return None
