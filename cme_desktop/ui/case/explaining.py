"""Why each date of a case is what it is: what a step kept of its counting, made into the popover's facts (F48)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from cme_desktop import shipped
from cme_desktop.domain.calendar import ENGLAND_AND_WALES, WHOLE_UK, Calendar
from cme_desktop.domain.deadlines import UNIT_WORDS, Deadline, explain, last_day_of
from cme_desktop.domain.errors import CalendarUnknown
from cme_desktop.domain.next_steps import Group
from cme_desktop.domain.rules import DayOne, Rule, Unit
from cme_desktop.register.case_rows import RegistrationRow, TaskRow
from cme_desktop.ui.case.date_explained import ExplainedDate
from cme_desktop.ui.case.opened import OpenedCase
from cme_desktop.ui.case.wording import plain_day
from cme_desktop.ui.words import LONG_MONTHS, count, day_date

ABSENCE: Final = "PR-2024.ground_i"
_RULE: Final = re.compile(r"Rule (\S+) version (\d+),")
_DAY: Final = re.compile(r"(\d{1,2}) (" + "|".join(LONG_MONTHS) + r") (\d{4})")
_DUE: Final = re.compile(r"(?:Due|Look again by|Ask again) (.+?)(?:, |\s*\(|$)")
_TITLES: Final = {
    "SD56": "4-week review",
    "SD66": "20 school days",
    "SD80": "Review after 4 weeks",
    "SD42": "School’s admission return",
    "F43": "Risk review",
}
_SHOWN: Final = ("SD56", "SD80", "SD66", "SD42", "F43")
_CALENDAR: Final = (Unit.CALENDAR_DAYS, Unit.WEEKS)


@dataclass(frozen=True)
class CaseDate:
    """A date that matters on a case; without a day the words say what is missing to count it."""

    title: str
    day: date | None
    explained: ExplainedDate | None
    missing: str = ""


def read_days(words: str) -> tuple[date, ...]:
    """Return the dates written out in a text, such as "3 November 2026", in their order."""
    return tuple(date(int(found[3]), LONG_MONTHS.index(found[2]) + 1, int(found[1])) for found in _DAY.finditer(words))


def explained(task: TaskRow, calendar: Calendar, today: date) -> ExplainedDate:
    """Return why a step is due when it is; where it was counted by a rule, with the days that were counted."""
    deadline = recount(task.derivation, calendar)
    if deadline is not None and deadline.last_day == task.due:
        made = of_deadline(deadline, calendar)
    else:
        made = _of_words(task)
    if task.put_off_until is not None and task.put_off_until > task.due:
        note = f"Put off to {plain_day(task.put_off_until, today)}; the date itself has not changed."
        return _with_note(made, note)
    return made


def recount(derivation: Sequence[str], calendar: Calendar) -> Deadline | None:
    """Return the deadline that gives exactly these words, None where none does: nothing is explained by guess."""
    if not derivation:
        return None
    found = _RULE.match(derivation[-1])
    if found is None:
        return None
    rules = [rule for one in shipped.rulebook().sets for rule in one.rules.values()]
    for rule in (rule for rule in rules if rule.name == found[1] and rule.version == int(found[2])):
        starts = [read_days(words)[:1] for words in derivation if words.startswith(rule.event)]
        for start in (days[0] for days in starts if days):
            try:
                deadline = explain(rule, start, calendar)
            except CalendarUnknown:
                continue
            if tuple(derivation[-len(deadline.derivation) :]) == deadline.derivation:
                return deadline
    return None


def of_deadline(deadline: Deadline, calendar: Calendar, note: str = "") -> ExplainedDate:
    """Return the popover's facts of a date that a rule counted."""
    rule = deadline.rule
    counted = _counted(deadline, calendar)
    begins = "that day counts" if rule.day_one is DayOne.SAME_DAY else "that day does not count"
    if rule.day_one is DayOne.SAME_IF_SCHOOL_DAY:
        begins = "that day counts" if deadline.first_day == deadline.start else "no school day"
    amount = f"{rule.count} {UNIT_WORDS[rule.unit]}"
    left_out = [words for words in deadline.derivation if words.startswith(("Weekends", "Not counted", "Term dates"))]
    what_if = (lambda day: last_day_of(rule, day)) if rule.unit in _CALENDAR else None
    return ExplainedDate(
        day=deadline.last_day,
        lines=(
            ("From", f"{day_date(deadline.start)}: {begins}"),
            ("Count", f"{amount}{_also(deadline, calendar)}"),
            ("Ends", f"end of {day_date(deadline.last_day)}"),
        ),
        counted=counted,
        next_step=deadline.next_step_from,
        next_words="the next step is possible from",
        note=" ".join([*(f"{words.rstrip('.')}." for words in left_out), note]).strip(),
        rule=_rule_words(rule),
        what_if=what_if,
        what_if_words=("What if counted from", "last day would be"),
    )


def _rule_words(rule: Rule) -> str:
    words = f"{rule.citation}, {rule.ruleset} version {rule.version}"
    words += f" ({rule.basis})" if rule.basis else ""
    return words if rule.verified else f"{words}. Not yet checked against its source"


def _counted(deadline: Deadline, calendar: Calendar) -> tuple[date, ...]:
    rule = deadline.rule
    length = (deadline.last_day - deadline.first_day).days + 1
    days = [deadline.first_day + timedelta(days=place) for place in range(length)]
    if rule.unit is Unit.SCHOOL_DAYS:
        days = [day for day in days if calendar.is_school_day(day)]
    elif rule.unit is Unit.WORKING_DAYS:
        divisions = WHOLE_UK if rule.whole_uk else ENGLAND_AND_WALES
        days = [day for day in days if calendar.is_working_day(day, divisions)]
    return tuple(days)


def _also(deadline: Deadline, calendar: Calendar) -> str:
    """Return how many school days a count of calendar days holds, or the other way round (F45)."""
    if deadline.rule.unit is Unit.SCHOOL_DAYS:
        return f" ({count(deadline.calendar_days, 'calendar day')})"
    try:
        school = calendar.school_days_between(deadline.first_day, deadline.last_day)
    except CalendarUnknown:
        return ""
    return f" ({school} of them school days)"


def _of_words(task: TaskRow) -> ExplainedDate:
    """Return the popover's facts of a date that the council's own interval gives, or that a person chose."""
    start = next(iter(read_days(task.derivation[0])), None) if task.derivation else None
    ends = [read_days(words) for words in task.derivation[1:] if _DUE.match(words)]
    due = ends[0][0] if ends and ends[0] else None
    lines: list[tuple[str, str]] = []
    counted: tuple[date, ...] = ()
    if start is not None and due == task.due and start <= due:
        days = (due - start).days
        counted = tuple(start + timedelta(days=place) for place in range(1, days + 1))
        lines = [("From", task.derivation[0]), ("Count", count(days, "day") if days else "the same day")]
        lines.append(("Ends", f"end of {day_date(due)}"))
    else:
        lines = [("Then" if place else "Why", words) for place, words in enumerate(task.derivation)]
        lines.append(("Due", day_date(task.due, year=True)))
    if task.is_manual:
        lines = [("Why", task.why or "Entered by hand"), ("Due", f"{day_date(task.due, year=True)}, chosen by hand")]
    chosen = "council's choice" in " ".join(task.derivation)
    return ExplainedDate(
        day=task.due,
        lines=tuple(lines),
        counted=counted,
        rule="The council’s choice, not the policy" if chosen else "",
    )


def _with_note(made: ExplainedDate, note: str) -> ExplainedDate:
    return ExplainedDate(
        day=made.day,
        lines=made.lines,
        counted=made.counted,
        next_step=made.next_step,
        next_words=made.next_words,
        note=f"{made.note} {note}".strip(),
        rule=made.rule,
        what_if=made.what_if,
        what_if_words=made.what_if_words,
    )


def dates_of(case: OpenedCase, today: date) -> tuple[CaseDate, ...]:
    """Return the dates of a case in their order, each with why it is so."""
    standing = [task for task in case.page.tasks if task.state == "open"]
    wanted = [task for task in standing if task.rule in _SHOWN or task.band == Group.ORDER]
    found = [
        CaseDate(_TITLES.get(task.rule, task.title), task.due, explained(task, case.calendar, today)) for task in wanted
    ]
    if case.head.is_open and not any(task.rule == "SD66" for task in wanted):
        absence = _absence(case)
        found += [absence] if absence is not None else []
    return tuple(sorted(found, key=lambda one: (one.day is None, one.day or today)))


def _absence(case: OpenedCase) -> CaseDate | None:
    """Return the end of 20 school days of absence, whether or not the name is still on the roll (reg 9(1)(i))."""
    stay = next((one for one in case.registrations if one.first_absent_day is not None), None)
    if stay is None or stay.first_absent_day is None:
        return None
    rule = shipped.rulebook().rule(ABSENCE)
    try:
        deadline = explain(rule, stay.first_absent_day, case.calendar)
    except CalendarUnknown as unknown:
        return CaseDate(_TITLES["SD66"], None, None, unknown.message)
    return CaseDate(
        _TITLES["SD66"],
        deadline.last_day,
        of_deadline(deadline, case.calendar, _too_early(stay, deadline)),
    )


def _too_early(stay: RegistrationRow, deadline: Deadline) -> str:
    left = stay.leaving_date
    if left is None or left > deadline.last_day or not (stay.ground or "").endswith("9(1)(i)"):
        return ""
    return (
        f"The school took the name off its roll on {day_date(left)} under 9(1)(i), before these 20 school days had "
        "passed: ask the school about it."
    )
