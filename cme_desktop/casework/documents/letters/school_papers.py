"""What goes to a school before an order: the consultation (L05) and the notice of decision (L06)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from cme_desktop.casework.documents.letters.council import Council
from cme_desktop.casework.documents.letters.filling import (
    Ask,
    Filling,
    begin,
    day_of,
    school_kind,
    to_school,
)
from cme_desktop.casework.documents.letters.grounds import needs, why_this_school
from cme_desktop.casework.documents.letters.order_paper import last_step
from cme_desktop.casework.documents.letters.printed import full_day, plain_day
from cme_desktop.casework.documents.letters.sources import CaseSources
from cme_desktop.documents import LetterFacts
from cme_desktop.domain.calendar import ONE_DAY, Calendar
from cme_desktop.domain.deadlines import explain
from cme_desktop.domain.errors import CalendarUnknown
from cme_desktop.domain.order_process import Action
from cme_desktop.domain.school_age import age_on
from cme_desktop.domain.service import Method

HOLIDAY = frozenset({"school holidays", "half term"})
HEAD = "Head Teacher"
SCHOOL_DAYS_BACK = 10
"""School days that a school has after a holiday in which its time to answer would have ended (our practice)."""


def consultation(sources: CaseSources, council: Council, ask: Ask) -> Filling:
    """Fill in the consultation of a maintained school, or the request for an academy trust's agreement (L05)."""
    filling = begin(sources, council, ask)
    school = sources.school(ask.urn)
    to_school(filling, sources, ask, school)
    kind = school_kind(school)
    filling.conditions.add(kind)
    filling.fields["reply_body"] = "governing body" if kind == "maintained" else "trust"
    dob = sources.records.child.dob
    if school is not None and dob is not None:
        default = why_this_school(sources, school, age_on(dob, ask.dated))
        filling.fields["reasons"] = ask.texts.get("reasons", default)
    decided = last_step(sources, Action.DECIDE_EXPEDIENT, ask.dated)
    if decided is not None:
        filling.fields["decision_date"] = plain_day(decided.on)
    summary = ask.texts.get("support_summary", needs(sources))
    if summary:
        filling.conditions.add("needs_known")
        filling.fields["support_summary"] = summary
    _put_reply(filling, council, ask)
    return filling


def _put_reply(filling: Filling, council: Council, ask: Ask) -> None:
    usual = ask.dated + timedelta(days=council.policy.days("reply.school-days"))
    by, reason = longer_reply(council.calendar, usual)
    if "reply_by" in ask.texts:
        by = day_of("reply_by", ask.texts["reply_by"])
        reason = reason if by > usual else ""
    reason = ask.texts.get("longer_reason", reason)
    filling.last_day = by
    filling.fields["reply_by"] = full_day(by)
    if reason:
        filling.conditions.add("longer_period")
        filling.fields["longer_reason"] = reason


def longer_reply(calendar: Calendar, usual: date) -> tuple[date, str]:
    """Return the day by which a school answers, and why it is later than usual where its holiday falls on that day."""
    try:
        why = _holiday(calendar, usual)
        if why is None:
            return usual, ""
        return calendar.add_school_days(usual, SCHOOL_DAYS_BACK), why
    except CalendarUnknown:
        return usual, ""


def _holiday(calendar: Calendar, day: date) -> str | None:
    """Return the holiday a day lies in; a weekend counts as part of the days on both its sides."""
    before, after = day, day
    while calendar.why_no_school(before) == "weekend":
        before -= ONE_DAY
    while calendar.why_no_school(after) == "weekend":
        after += ONE_DAY
    reasons = (calendar.why_no_school(before), calendar.why_no_school(after))
    if all(reason in HOLIDAY for reason in reasons):
        return "half term" if "half term" in reasons else "school holiday"
    return None


def decision_notice(sources: CaseSources, council: Council, ask: Ask) -> Filling:
    """Fill in the notice of the decision to specify a maintained school (L06); its 15 days begin on receipt."""
    filling = begin(sources, council, ask)
    to_school(filling, sources, ask, sources.school(ask.urn))
    received = ask.received or ask.dated
    counted = explain(council.rules.rule("SAO-A.sos_application", received), received)
    how = "by school2school" if ask.method not in Method.__members__.values() else "by hand to the school office"
    filling.served_on, filling.last_day = received, counted.last_day
    filling.fields |= {
        "delivery_how": ask.texts.get("delivery_how", f"{how}, {full_day(received)}"),
        "received_day": full_day(received),
        "sos_last_day": full_day(counted.last_day),
        "consultation_outcome": ask.texts.get("consultation_outcome", _outcome(sources, ask)),
    }
    return filling


def to_head(facts: LetterFacts) -> LetterFacts:
    """Return the copy of the notice of decision for the head teacher: the same words to an addressee of its own."""
    _, *where = facts.furniture.address_lines or ("",)
    window = (f"The {HEAD}", *where) if where else ()
    return replace(
        facts,
        fields={**facts.fields, "school_salutation": HEAD},
        furniture=replace(facts.furniture, address_lines=window),
    )


def _outcome(sources: CaseSources, ask: Ask) -> str:
    asked = last_step(sources, Action.CONSULT_SCHOOL, ask.dated, ask.urn)
    if asked is None:
        return ""
    return (
        f"We asked for your views on {plain_day(asked.on)}, and weighed every answer that reached us before deciding."
    )
