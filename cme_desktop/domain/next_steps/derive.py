"""Work out the next steps of a case from its facts: an open case always has at least one, with its date and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from cme_desktop.domain.calendar import Calendar, long_date
from cme_desktop.domain.deadlines import explain
from cme_desktop.domain.enquiries import Checklist, Side
from cme_desktop.domain.errors import CalendarUnknown
from cme_desktop.domain.lifecycle import Pathway
from cme_desktop.domain.next_steps.facts import DueTask, EpisodeFacts, Group, StepDays
from cme_desktop.domain.order_process.next_act import next_act
from cme_desktop.domain.risk import QuestionBook, Rating, ReviewDays, review_due
from cme_desktop.domain.rules import RuleBook

OFFICER = "LOCME"
COUNCILS_CHOICE = "council's choice, not the policy"
GROUP_ORDER = (Group.SAFEGUARDING, Group.ORDER, Group.STEP, Group.WAITING)


@dataclass(frozen=True)
class StepBooks:
    """The rules, questions, checklist and day counts that next steps are worked out with."""

    rules: RuleBook
    questions: QuestionBook
    checklist: Checklist
    calendar: Calendar
    days: StepDays = field(default_factory=StepDays)
    review_days: ReviewDays = field(default_factory=ReviewDays)


def next_steps(facts: EpisodeFacts, today: date, books: StepBooks) -> tuple[DueTask, ...]:
    """Return the steps that are due on a case, safeguarding first, then by date; none once the case is closed.

    The answer depends on nothing but its arguments, and an open case always has at least its review.
    """
    if not facts.open:
        return ()
    found = [
        *_safeguarding(facts, books),
        *_risk(facts, books),
        *_order(facts, today, books),
        *_letters_and_visits(facts, books),
        *_pathway(facts, books),
        *_expected(facts, books),
        *_absence(facts, books),
        *_waiting(facts),
        _review(facts, books),
    ]
    return tuple(sorted(found, key=lambda task: (GROUP_ORDER.index(task.group), task.due, task.rule, task.title)))


def _after(start: date, days: int, event: str) -> tuple[date, tuple[str, ...]]:
    due = start + timedelta(days=days)
    counted = "the same day" if days == 0 else f"{days} day{'' if days == 1 else 's'} later"
    return due, (f"{event} {long_date(start)}", f"Due {long_date(due)}, {counted} ({COUNCILS_CHOICE})")


def _safeguarding(facts: EpisodeFacts, books: StepBooks) -> Iterator[DueTask]:
    """Ask for what each answer demands until its outcome is recorded: at once for the immediate ones."""
    if facts.risk is None:
        return
    for demand in books.questions.demands(facts.risk.answers):
        if demand.question in facts.risk.outcomes:
            continue
        question = books.questions.question(demand.question)
        answered = facts.risk.answered_on.get(demand.question, facts.opened)
        if demand.immediate:
            why = (
                f"Question {question.number}, {question.short}, answered {long_date(answered)}",
                f"Due the same day: Harrow CME policy 2023 ({demand.rule})",
            )
            yield DueTask(demand.rule, demand.words, answered, OFFICER, why, Group.SAFEGUARDING)
        else:
            due, counted = _after(answered, books.days.discuss, f"Question {question.number} answered")
            yield DueTask(demand.rule, f"{demand.words}: {question.short}", due, OFFICER, counted)


def _risk(facts: EpisodeFacts, books: StepBooks) -> Iterator[DueTask]:
    answers = facts.risk.answers if facts.risk else {}
    left = len(books.questions.not_asked(answers))
    if left:
        due, why = _after(facts.opened, books.days.risk_assessment, "Case opened")
        yield DueTask("SD72", f"Finish the risk assessment: {left} not asked yet", due, OFFICER, why)
    elif facts.risk is not None and facts.risk.rating is not Rating.NOT_RATED and facts.risk.assessed_on is not None:
        again = review_due(facts.risk.rating, facts.risk.assessed_on, books.review_days)
        if again is not None:
            why = (
                f"Rated {facts.risk.rating.value} on {long_date(facts.risk.assessed_on)}",
                f"Look again by {long_date(again)} ({COUNCILS_CHOICE})",
            )
            yield DueTask("F43", "Look at the risk assessment again", again, OFFICER, why)


def _order(facts: EpisodeFacts, today: date, books: StepBooks) -> Iterator[DueTask]:
    act = None if facts.order is None else next_act(facts.order, today, books.rules)
    if act is not None:
        yield DueTask(act.action.value, act.title, act.due, OFFICER, (act.why, act.section), Group.ORDER)


def _letters_and_visits(facts: EpisodeFacts, books: StepBooks) -> Iterator[DueTask]:
    if facts.pathway is Pathway.OUT_OF_BOROUGH:
        return
    noticed = facts.order is not None and any(paper.issued_on is not None for paper in facts.order.documents)
    if facts.first_letter_on is None and facts.has_parent_to_write_to and not noticed:
        due, why = _after(facts.opened, books.days.first_letter, "Case opened")
        yield DueTask("SD36", "Write the first enquiry letter to each parent", due, OFFICER, why)
    if facts.pathway is not Pathway.WHEREABOUTS_UNKNOWN:
        return
    if not facts.visits:
        due, why = _after(facts.opened, books.days.home_visit, "Case opened")
        yield DueTask("SD37", "Home visit", due, OFFICER, why)
    elif facts.last_visit_found_nobody and len(facts.visits) == 1:
        due, why = _after(facts.visits[-1], books.days.second_visit, "Nobody in on")
        yield DueTask("SD37", "Second home visit", due, OFFICER, why)


def _pathway(facts: EpisodeFacts, books: StepBooks) -> Iterator[DueTask]:
    if facts.pathway is Pathway.WHEREABOUTS_UNKNOWN:
        yield from _tracing(facts, books)
    elif facts.pathway is Pathway.KNOWN_NOT_IN_EDUCATION:
        yield from _placement(facts, books)
    elif facts.pathway is Pathway.EHE:
        if facts.passed_to_ehe_on is None:
            due, why = _after(facts.opened, books.days.pass_on, "Case opened")
            yield DueTask("F29", "Pass the case to SALEHE", due, OFFICER, why)
        else:
            due, why = _after(facts.passed_to_ehe_on, books.days.confirmation, "Passed to SALEHE")
            yield DueTask("F29", "Ask SALEHE whether the education is suitable", due, "SALEHE", why)
    elif facts.handed_over_on is None:
        due, why = _after(facts.opened, books.days.pass_on, "Case opened")
        yield DueTask("SD18", "Pass the details to the home council", due, OFFICER, why)
    else:
        due, why = _after(facts.handed_over_on, books.days.confirmation, "Details passed on")
        yield DueTask("SD60", "Ask the home council to confirm", due, "Home council", why)


def _tracing(facts: EpisodeFacts, books: StepBooks) -> Iterator[DueTask]:
    by_council = {made.enquiry for made in facts.enquiries if made.side is Side.COUNCIL}
    if "RE07" not in by_council:
        due, why = _after(facts.opened, books.days.giap, "Case opened")
        yield DueTask("SD54", "Ask for a GIAP search", due, OFFICER, why)
    if not any(made.enquiry == "RE08" and made.agency == "housing" for made in facts.enquiries):
        due, why = _after(facts.opened, books.days.housing, "Case opened")
        yield DueTask("SD55", "Ask Housing", due, OFFICER, why)
    missing = books.checklist.meter(facts.enquiries, facts.conditions).minimum_missing
    if missing and facts.reviewed_on is None:
        four_weeks = explain(books.rules.rule("HARROW-2023.four_weeks"), facts.clock_start)
        named = [known.short if (known := books.checklist.get(code)) else code for code in missing]
        why = (f"Still to make: {'; '.join(named)}", *four_weeks.derivation)
        yield DueTask("SD36", "Finish the reasonable enquiries", four_weeks.last_day, OFFICER, why)


def _placement(facts: EpisodeFacts, books: StepBooks) -> Iterator[DueTask]:
    if facts.status == "place-offered":
        due, why = _after(facts.offered_on or facts.opened, books.days.placement, "Place offered")
        yield DueTask("SD27", "Check that the child has started", due, "Admissions", why)
    elif facts.status == "school-applied":
        due, why = _after(facts.opened, books.days.placement, "Case opened")
        yield DueTask("SD79", "Ask Admissions about the application", due, "Admissions", why)
    elif facts.order is None or not facts.order.documents:
        due, why = _after(facts.opened, books.days.placement, "Case opened")
        yield DueTask("SD79", "Agree the next step to a school place with the family", due, OFFICER, why)


def _expected(facts: EpisodeFacts, books: StepBooks) -> Iterator[DueTask]:
    if facts.expected_school is None:
        return
    counted = explain(books.rules.rule("PR-2024.new_pupil_return"), facts.expected_school.start)
    why = (f"Expected to start on {long_date(facts.expected_school.start)}", *counted.derivation)
    title = f"Check that {facts.expected_school.name} has admitted the child"
    yield DueTask("SD42", title, counted.last_day, facts.expected_school.name, why)


def _absence(facts: EpisodeFacts, books: StepBooks) -> Iterator[DueTask]:
    if not facts.on_roll or facts.first_absent is None:
        return
    try:
        counted = explain(books.rules.rule("PR-2024.ground_i"), facts.first_absent, books.calendar)
    except CalendarUnknown as unknown:
        title = "Enter the school terms, so that 20 school days can be counted"
        yield DueTask("SD66", title, facts.opened, OFFICER, (unknown.message,))
    else:
        title = "20 school days of absence end: compare efforts with the school"
        yield DueTask("SD66", title, counted.last_day, "School", counted.derivation)


def _waiting(facts: EpisodeFacts) -> Iterator[DueTask]:
    for one in facts.waiting:
        why = (f"Asked {long_date(one.asked_on)}: {one.about}", f"Ask again {long_date(one.chase_on)}")
        yield DueTask("waiting", f"Chase {one.on_whom}: {one.about}", one.chase_on, one.on_whom, why, Group.WAITING)


def _review(facts: EpisodeFacts, books: StepBooks) -> DueTask:
    """Return the review that every open case has: the policy's four weeks first, then at the council's interval."""
    if facts.reviewed_on is not None:
        due, why = _after(facts.reviewed_on, books.days.review, "Last reviewed")
        return DueTask("SD80", "Review the case", due, OFFICER, why)
    counted = explain(books.rules.rule("HARROW-2023.four_weeks"), facts.clock_start)
    if facts.pathway is Pathway.WHEREABOUTS_UNKNOWN:
        return DueTask("SD56", "Four-week review", counted.last_day, OFFICER, counted.derivation)
    return DueTask("SD80", "Review the case after four weeks", counted.last_day, OFFICER, counted.derivation)
