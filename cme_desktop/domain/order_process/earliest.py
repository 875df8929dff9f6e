"""The first lawful day of each step, if everything still missing were done as early as the law allows."""

from __future__ import annotations

from datetime import date

from cme_desktop.domain.calendar import ONE_DAY
from cme_desktop.domain.deadlines import last_day_of
from cme_desktop.domain.order_process.facts import Action, School
from cme_desktop.domain.order_process.standing import Standing


def earliest(standing: Standing, action: Action, urn: str | None = None) -> date | None:
    """Return the first day on which an act could be lawful, None if no day before the end of school age could.

    A day is named on the footing that papers are handed over and steps taken on the first day possible.
    """
    starts, ends = standing.school_age
    begin = max(standing.on, starts)
    day = _first_day(standing, action, begin, urn)
    return None if day is None or day > ends else day


def _first_day(standing: Standing, action: Action, begin: date, urn: str | None) -> date | None:
    facts = standing.facts
    if facts.closed or not facts.in_area or facts.on_roll:
        return None
    if action in (Action.SERVE_437, Action.DECIDE_NOT_TO_SERVE, Action.CLOSE):
        return begin
    if action is Action.ASSESS_RESPONSE:
        return begin if standing.notices_437.valid else _after(standing, begin)
    decided = begin if standing.expedient else _after(standing, begin)
    if action in (Action.DECIDE_EXPEDIENT, Action.CONSULT_SCHOOL, Action.AGREE_ACADEMY, Action.NOTIFY_SCHOOL_439):
        return decided
    if action is Action.RECORD_SCHOOL_ANSWER:
        return decided
    proposed = _proposed(standing, decided, urn)
    if action is Action.SERVE_438:
        return proposed
    determined = decided if facts.has_plan else _determined(standing, proposed)
    if facts.has_plan and facts.plan_school is None:
        return None
    return determined


def _after(standing: Standing, begin: date) -> date:
    """Return the first day after the reply period, a notice that does not hold being served again today."""
    notices = standing.notices_437
    over = notices.over_from
    if over is None or notices.faulty:
        again = standing.parents_time(begin)
        return again if over is None else max(over, again)
    return max(begin, over)


def _proposed(standing: Standing, decided: date, urn: str | None) -> date:
    """Return the first day of the section 438 notice: by the school asked about, else by the quickest one known."""
    known = [school for school in standing.facts.schools if urn is None or school.urn == urn]
    return min((_ready(standing, school, decided) for school in known), default=_told(standing, decided))


def _ready(standing: Standing, school: School, decided: date) -> date:
    ready = standing.school_may_be_proposed_from(school)
    if ready is not None:
        return max(decided, ready)
    return _told(standing, decided) if school.is_maintained else decided


def _told(standing: Standing, day: date) -> date:
    """Return when a maintained school told on a day has had its time under section 439(7)."""
    if not standing.facts.settings.wait_for_school:
        return day
    return last_day_of(standing.rules.rule("SAO-A.sos_application"), day) + ONE_DAY


def _determined(standing: Standing, proposed: date) -> date:
    notices = standing.notices_438
    if notices.over_from is None:
        return standing.parents_time(proposed)
    if notices.faulty:
        return max(notices.over_from, standing.parents_time(proposed))
    return max(standing.on, notices.over_from)
