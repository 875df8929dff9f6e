"""What must hold before each step of the order process: each guard returns the first reason why not, with its section.

The sections are those of the Education Act 1996; "council practice" and "council rule" mark what the Act does not say.
"""

from __future__ import annotations

from datetime import date

from cme_desktop.domain.calendar import ONE_DAY, long_date
from cme_desktop.domain.errors import Refusal
from cme_desktop.domain.order_process.earliest import earliest
from cme_desktop.domain.order_process.facts import Action, Paper, Request, Result
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
