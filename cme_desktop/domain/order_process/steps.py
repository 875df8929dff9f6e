"""The guard of each act and each paper of the order process, in the order in which the Act sets them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cme_desktop.domain.calendar import ONE_DAY, long_date
from cme_desktop.domain.errors import Refusal
from cme_desktop.domain.order_process import guards, school_guards
from cme_desktop.domain.order_process.earliest import earliest
from cme_desktop.domain.order_process.facts import Action, Basis, Paper, Request
from cme_desktop.domain.order_process.guards import refuse
from cme_desktop.domain.order_process.standing import Standing


def notice_437(standing: Standing, request: Request) -> Refusal | None:
    """Refuse a section 437(1) notice that cannot lawfully be made for this parent."""
    return (
        guards.child(standing, Action.SERVE_437)
        or guards.no_order_yet(standing, Action.SERVE_437)
        or guards.parent(standing, request, Action.SERVE_437)
        or _already_served(standing, request, Paper.NOTICE_437)
        or _just_satisfied(standing)
        or _time_after_age(standing, request)
    )


def _already_served(standing: Standing, request: Request, paper: Paper) -> Refusal | None:
    notices = standing.notices_437 if paper is Paper.NOTICE_437 else standing.notices_438
    last = None if request.parent is None else notices.last_days.get(request.parent)
    if last is not None:
        return refuse(
            f"This parent has been served. Their last day is {long_date(last)}.",
            guards.S437_1 if paper is Paper.NOTICE_437 else guards.S438,
            code="already-done",
        )
    return None


def _just_satisfied(standing: Standing) -> Refusal | None:
    ended = standing.satisfied_step
    if ended is not None and standing.on <= ended.on:
        return refuse(
            "The council was satisfied with the education described today. A new notice needs a new reason and a "
            "later day.",
            guards.S437_1,
            ended.on + ONE_DAY,
        )
    return None


def _time_after_age(standing: Standing, request: Request) -> Refusal | None:
    ends = standing.school_age[1]
    over = standing.parents_time(request.served_on or standing.on)
    if over > ends:
        return refuse(
            f"Compulsory school age ends on {long_date(ends)}, before the parents' time would be over "
            f"({long_date(over)} at the earliest). No order could follow.",
            guards.S8,
            missing=("age",),
        )
    return None


def serve_437(standing: Standing, request: Request) -> Refusal | None:
    """Refuse to record service of a section 437(1) notice that was not issued or not lawful."""
    return notice_437(standing, request) or guards.issued(standing, request, Paper.NOTICE_437, guards.S437_1)


def assess_response(standing: Standing, request: Request) -> Refusal | None:
    """Refuse an assessment before service, or one of no reply before the time is over."""
    return (
        guards.child(standing, Action.ASSESS_RESPONSE)
        or guards.no_order_yet(standing, Action.ASSESS_RESPONSE)
        or guards.assessment(standing, request.result, request.parent)
    )


def decide_expedient(standing: Standing, request: Request) -> Refusal | None:
    """Refuse the decision before every parent is served or decided on, the time is over and the reply assessed."""
    notices = standing.notices_437
    refusal = (
        guards.child(standing, Action.DECIDE_EXPEDIENT)
        or guards.no_order_yet(standing, Action.DECIDE_EXPEDIENT)
        or guards.covered(standing, notices, Paper.NOTICE_437, Action.DECIDE_EXPEDIENT)
        or guards.period_over(standing, notices, guards.S437_3)
    )
    if refusal is None and standing.assessment is None:
        return refuse(
            "Not every parent's reply, or want of one, has been assessed since that parent was served. "
            "Assess them first.",
            guards.S437_3,
            earliest(standing, Action.DECIDE_EXPEDIENT),
            ("assess-response",),
        )
    return refusal


def _towards_school(standing: Standing, request: Request, action: Action) -> Refusal | None:
    refusal = (
        guards.child(standing, action)
        or guards.no_order_yet(standing, action)
        or guards.no_plan(standing, "no school is consulted or told under section 439")
        or guards.expedient(standing, action)
    )
    if refusal is not None:
        return refusal
    school = school_guards.known_school(standing, request.urn)
    return school if isinstance(school, Refusal) else school_guards.may_be_specified(school)


def consult_school(standing: Standing, request: Request) -> Refusal | None:
    """Refuse to consult a school before the decision, or one that cannot be named."""
    return _towards_school(standing, request, Action.CONSULT_SCHOOL)


def notify_school_439(standing: Standing, request: Request) -> Refusal | None:
    """Refuse the notice of decision before the school was consulted, and for a school the section does not bite on."""
    refusal = _towards_school(standing, request, Action.NOTIFY_SCHOOL_439)
    school = standing.facts.school(request.urn)
    if refusal is not None or school is None:
        return refusal
    if not school.is_maintained:
        return refuse(
            "Section 439(6) is for maintained schools. For an academy, record the trust's written agreement instead.",
            guards.S439_NOTICE,
            missing=("agree-academy",),
        )
    if request.received is not None and request.received < standing.on:
        return refuse(
            f"The notice is made on {long_date(standing.on)}, so the school cannot have received it before. "
            "Its 15 days begin with the day on which it does.",
            guards.S439_NOTICE,
            standing.on,
            ("received",),
        )
    return _consulted(standing, request, guards.S439_CONSULT)


def _consulted(standing: Standing, request: Request, section: str) -> Refusal | None:
    if standing.last(Action.CONSULT_SCHOOL, request.urn) is None:
        return refuse("This school has not been consulted. Ask it first.", section, standing.on, ("consult-school",))
    return None


def agree_academy(standing: Standing, request: Request) -> Refusal | None:
    """Refuse to record a trust's agreement before it was asked, and for a maintained school."""
    refusal = _towards_school(standing, request, Action.AGREE_ACADEMY)
    school = standing.facts.school(request.urn)
    if refusal is not None or school is None:
        return refusal
    if school.is_maintained:
        return refuse(
            "This is a maintained school: it is given notice under section 439(6), and no agreement is needed.",
            guards.S439_NOTICE,
            missing=("notify-school-439",),
        )
    return _consulted(standing, request, guards.ACADEMY)


def _answering(standing: Standing, request: Request) -> Refusal | None:
    """Refuse what ``_towards_school`` refuses, but for what the answer itself may say of room in the school."""
    refusal = (
        guards.child(standing, Action.RECORD_SCHOOL_ANSWER)
        or guards.no_order_yet(standing, Action.RECORD_SCHOOL_ANSWER)
        or guards.no_plan(standing, "no school is consulted or told under section 439")
        or guards.expedient(standing, Action.RECORD_SCHOOL_ANSWER)
    )
    if refusal is not None:
        return refusal
    school = school_guards.known_school(standing, request.urn)
    return school if isinstance(school, Refusal) else None


def record_school_answer(standing: Standing, request: Request) -> Refusal | None:
    """Refuse the answer of a school that was not asked, or one from before it had the notice of decision."""
    refusal = _answering(standing, request)
    if refusal is not None:
        return refusal
    told = standing.last(Action.NOTIFY_SCHOOL_439, request.urn)
    if told is None:
        return _consulted(standing, request, guards.S439_CONSULT)
    if request.received is not None and not told.on <= request.received <= standing.on:
        return refuse(
            f"The notice was made on {long_date(told.on)}, so the school received it on that day or later, up to the "
            "day of this step.",
            guards.S439_NOTICE,
            told.on,
            ("received",),
        )
    received = told.received or told.on
    if standing.on < received:
        return refuse(
            f"The school receives the notice on {long_date(received)}. Its answer cannot be earlier.",
            guards.S439_WAIT,
            received,
        )
    return None


def notice_438(standing: Standing, request: Request) -> Refusal | None:
    """Refuse a section 438(2) notice that cannot lawfully be made for this parent and school."""
    refusal = (
        guards.child(standing, Action.SERVE_438)
        or guards.no_order_yet(standing, Action.SERVE_438)
        or guards.no_plan(standing, "no notice under section 438 is served")
        or guards.expedient(standing, Action.SERVE_438)
        or guards.no_direction_pending(standing)
        or school_guards.school_ready(standing, request.urn)
        or guards.parent(standing, request, Action.SERVE_438)
    )
    if refusal is not None:
        return refusal
    if request.parent not in standing.notices_437.valid:
        return refuse(
            "This parent was not served with the section 437(1) notice, so the order cannot name them.", guards.S437_3
        )
    if request.urn == standing.proposed_school:
        served = _already_served(standing, request, Paper.NOTICE_438)
        if served is not None:
            return served
    return _time_after_age(standing, request)


def serve_438(standing: Standing, request: Request) -> Refusal | None:
    """Refuse to record service of a section 438(2) notice that was not issued, or names a school not ready."""
    issued = standing.issued(Paper.NOTICE_438, request.parent)
    if request.urn is None and issued is not None:
        request = replace(request, urn=issued.urn)
    refusal = notice_438(standing, request) or guards.issued(standing, request, Paper.NOTICE_438, guards.S438)
    if refusal is not None or issued is None:
        return refusal
    if issued.urn != request.urn:
        return refuse(
            "The notice issued for this parent names another school. Make the notice for this school first.",
            guards.S438,
            standing.on,
            (Paper.NOTICE_438.value,),
            "document-not-issued",
        )
    return next(filter(None, (school_guards.school_ready(standing, urn) for urn in issued.alternatives)), None)


def determine_school(standing: Standing, request: Request) -> Refusal | None:
    """Refuse to settle on a school before the parents' time is over or on a basis the Act does not give."""
    return (
        guards.child(standing, Action.DETERMINE_SCHOOL)
        or guards.no_order_yet(standing, Action.DETERMINE_SCHOOL)
        or guards.expedient(standing, Action.DETERMINE_SCHOOL)
        or guards.no_direction_pending(standing)
        or school_guards.determination(standing, request.urn, request.basis, request.parent)
        or school_guards.choice(standing, request)
    )


def order(standing: Standing, request: Request) -> Refusal | None:
    """Refuse a school attendance order that cannot lawfully be made for this parent."""
    refusal = (
        guards.child(standing, Action.SERVE_ORDER)
        or guards.covered(standing, standing.notices_437, Paper.NOTICE_437, Action.SERVE_ORDER)
        or guards.expedient(standing, Action.SERVE_ORDER)
        or guards.no_direction_pending(standing)
        or _before_order(standing)
        or guards.parent(standing, request, Action.SERVE_ORDER)
    )
    if refusal is not None:
        return refusal
    if request.parent not in standing.notices_437.valid:
        return refuse("Only a parent served with the section 437(1) notice can be named on an order.", guards.S437_3)
    if not standing.facts.has_plan and request.parent not in standing.notices_438.valid:
        return refuse("Only a parent served with the section 438(2) notice can be named on an order.", guards.S438)
    if request.parent in standing.orders:
        return refuse("This parent has been served with the order.", guards.S437_3, code="already-done")
    ends = standing.school_age[1]
    if request.served_on is not None and request.served_on > ends:
        return refuse(
            f"The order would be served on {long_date(request.served_on)}, after compulsory school age ended on "
            f"{long_date(ends)}.",
            guards.S8,
        )
    return None


def _before_order(standing: Standing) -> Refusal | None:
    """Refuse while the section 438 notice, its time, or the choice of a school is missing or no longer holds."""
    chosen = standing.last(Action.DETERMINE_SCHOOL)
    if not standing.facts.has_plan:
        missing = guards.covered(standing, standing.notices_438, Paper.NOTICE_438, Action.SERVE_ORDER)
        if missing is not None:
            return _why_no_438(standing) or missing
    if chosen is not None:
        now = school_guards.determination(standing, chosen.urn, chosen.basis, chosen.parent)
        if now is not None:
            return now
        if (
            school_guards.determination(replace(standing, on=chosen.on), chosen.urn, chosen.basis, chosen.parent)
            is None
        ):
            named_by_council = chosen.basis in (Basis.SPECIFIED, Basis.SELECTED)
            return school_guards.school_ready(standing, chosen.urn) if named_by_council else None
    elif standing.facts.has_plan and standing.facts.plan_school is None:
        return school_guards.determination(standing, None, Basis.PLAN)
    early = None if standing.facts.has_plan else guards.period_over(standing, standing.notices_438, guards.S438_CHOICE)
    return early or refuse(
        "It has not been settled which school the order names. Record the school and why.",
        guards.S438_CHOICE if not standing.facts.has_plan else guards.S441,
        earliest(standing, Action.SERVE_ORDER),
        ("determine-school",),
    )


def _why_no_438(standing: Standing) -> Refusal | None:
    """Name the school's missing step rather than the parents' notice while no school has come far enough."""
    schools = [school.urn for school in standing.facts.schools]
    if standing.notices_438.valid or standing.notices_438.faulty:
        return None
    if not schools:
        return school_guards.nobody_consulted(standing, Action.SERVE_ORDER)
    refusals = [school_guards.school_ready(standing, urn) for urn in schools]
    if None in refusals:
        return None
    furthest = [urn for urn in schools if standing.last(Action.CONSULT_SCHOOL, urn) is not None]
    refusal = school_guards.school_ready(standing, furthest[-1] if furthest else schools[-1])
    return None if refusal is None else replace(refusal, allowed_from=earliest(standing, Action.SERVE_ORDER))


def serve_order(standing: Standing, request: Request) -> Refusal | None:
    """Refuse to record service of an order that is not lawful, not issued, or not in a form Legal has confirmed."""
    refusal = order(standing, request)
    if refusal is not None:
        return refusal
    if not (standing.facts.form_confirmed or standing.facts.training):
        return refuse(
            "Legal has not confirmed the prescribed form of the order, so it is a draft and cannot be served. "
            "Enter who confirmed it in Admin, Letters.",
            guards.FORM,
            standing.on,
            ("form",),
            "form-not-confirmed",
        )
    missing = guards.issued(standing, request, Paper.ORDER, guards.S437_3)
    if missing is not None:
        return missing
    chosen = standing.last(Action.DETERMINE_SCHOOL)
    issued = standing.issued(Paper.ORDER, request.parent)
    if chosen is not None and issued is not None and issued.urn is not None and issued.urn != chosen.urn:
        return refuse(
            "The order issued for this parent names another school than the one settled on. Make it again.",
            guards.S437_3,
            standing.on,
            (Paper.ORDER.value,),
            "document-not-issued",
        )
    return None


def inform_school(standing: Standing, request: Request) -> Refusal | None:
    """Refuse to tell a school of an order that has not been served, or twice."""
    refusal = guards.child(standing, Action.INFORM_SCHOOL)
    if refusal is not None:
        return refusal
    if not standing.orders:
        return refuse(
            "No order has been served yet. The school is told on the day it is.",
            guards.S437_5,
            earliest(standing, Action.SERVE_ORDER),
            ("serve-order",),
        )
    if standing.last(Action.INFORM_SCHOOL) is not None:
        return refuse("The school has been told of the order.", guards.S437_5, code="already-done")
    return None


def decide_not_to_serve(standing: Standing, request: Request) -> Refusal | None:
    """Refuse a decision not to serve a person who is no parent here, is decided on, or has had the order."""
    if standing.facts.closed:
        return guards.child(standing, Action.DECIDE_NOT_TO_SERVE)
    if request.parent not in {parent.id for parent in standing.facts.parents}:
        return guards.parent(standing, request, Action.DECIDE_NOT_TO_SERVE)
    if request.parent in standing.not_to_be_served or request.parent in standing.orders:
        return refuse(
            "This parent is already decided on, or has been served with the order.", guards.COVERED, code="already-done"
        )
    return None


def close(standing: Standing, request: Request) -> Refusal | None:
    """Refuse to close a case twice; the outcome and its proof are checked with the case's own rules."""
    if standing.facts.closed:
        return refuse("This case is already closed.", guards.COUNCIL, code="already-done")
    return None


GUARDS: dict[Action, Callable[[Standing, Request], Refusal | None]] = {
    Action.SERVE_437: serve_437,
    Action.ASSESS_RESPONSE: assess_response,
    Action.DECIDE_EXPEDIENT: decide_expedient,
    Action.CONSULT_SCHOOL: consult_school,
    Action.AGREE_ACADEMY: agree_academy,
    Action.NOTIFY_SCHOOL_439: notify_school_439,
    Action.RECORD_SCHOOL_ANSWER: record_school_answer,
    Action.SERVE_438: serve_438,
    Action.DETERMINE_SCHOOL: determine_school,
    Action.SERVE_ORDER: serve_order,
    Action.INFORM_SCHOOL: inform_school,
    Action.DECIDE_NOT_TO_SERVE: decide_not_to_serve,
    Action.CLOSE: close,
}

SECTIONS: dict[Action, str] = {
    Action.SERVE_437: guards.S437_1,
    Action.ASSESS_RESPONSE: guards.S437_3,
    Action.DECIDE_EXPEDIENT: guards.S437_3,
    Action.CONSULT_SCHOOL: guards.S439_CONSULT,
    Action.AGREE_ACADEMY: guards.ACADEMY,
    Action.NOTIFY_SCHOOL_439: guards.S439_NOTICE,
    Action.RECORD_SCHOOL_ANSWER: guards.S439_WAIT,
    Action.SERVE_438: guards.S438,
    Action.DETERMINE_SCHOOL: guards.S438_CHOICE,
    Action.SERVE_ORDER: guards.S437_3,
    Action.INFORM_SCHOOL: guards.S437_5,
    Action.DECIDE_NOT_TO_SERVE: guards.COVERED,
    Action.CLOSE: guards.COUNCIL,
}
