"""What the case page says: names, tags, dates and steps in her words, without a widget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from cme_desktop.domain.next_steps import Group
from cme_desktop.domain.risk import QUESTIONS
from cme_desktop.register.case_page import CaseHead
from cme_desktop.register.case_rows import AdultRow, DocumentRow, EventRow, TaskRow
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.tags import TagLook
from cme_desktop.ui.words import LONDON, MONTHS, clock_time, count, day_date, days_from, short_date, with_short_dates

FOUR_WEEKS: Final = 28
_RISKS: Final = {
    "high": TagLook("High risk", Tone.RED, "triangle"),
    "medium": TagLook("Medium risk", Tone.AMBER, "diamond"),
    "standard": TagLook("Standard risk", Tone.GREY, "circle"),
}
_ICONS: Final = {
    "opened": "flag",
    "status": "arrow-right",
    "closed": "check",
    "enquiry": "phone",
    "contact": "phone",
    "reply": "check",
    "decision": "check",
    "risk": "shield",
    "note": "pencil",
    "file": "file",
    "letter": "mail",
    "document": "file",
    "service": "mail",
    "order": "scales",
    "approval": "person",
}
_METHODS: Final = {
    "phone": "call to",
    "email": "e-mail to",
    "visit": "visit to",
    "letter": "letter to",
    "meeting": "meeting with",
    "text": "text message to",
    "system-check": "check with",
    "s2s-message": "S2S message to",
}
_METHOD_ICONS: Final = {
    "visit": "house",
    "letter": "mail",
    "email": "mail",
    "meeting": "people",
    "text": "phone",
    "system-check": "check",
    "s2s-message": "send",
}


def plain_day(day: date, today: date) -> str:
    """Return "20 Nov", with the year when it is another."""
    words = f"{day.day} {MONTHS[day.month - 1]}"
    return words if day.year == today.year else f"{words} {day.year}"


def short_person(name: str) -> str:
    """Return "A. Patel" for "Asha Patel"; one word stays as it is."""
    parts = name.split()
    return f"{parts[0][0]}. {' '.join(parts[1:])}" if len(parts) > 1 else name


def lower_first(words: str) -> str:
    """Return the words with a small first letter, unless they begin with an abbreviation."""
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


# The identity bar


def age_words(head: CaseHead) -> str:
    """Return "14, Year 10", as far as it is known."""
    if head.age is None:
        return "age not known"
    year = {"": "", "R": "Reception"}.get(head.year, f"Year {head.year}")
    return f"{head.age}, {year}" if year else f"{head.age}, not of school age"


def year_words(head: CaseHead) -> str:
    """Return "Year 10", or an empty text outside school age."""
    return {"": "", "R": "Reception"}.get(head.year, f"Year {head.year}")


def born_words(head: CaseHead) -> str:
    """Return "born 2 Mar 2012, age 14"."""
    return "date of birth not known" if head.dob is None else f"born {short_date(head.dob)}, age {head.age}"


def status_tag(head: CaseHead) -> TagLook:
    """Return the tag of the case's status."""
    if head.is_open:
        return TagLook(f"Open: {lower_first(head.status_label)}", Tone.BLUE)
    outcome = lower_first(head.outcome_label) if head.outcome_label else "no outcome kept"
    tone = Tone.AMBER if head.status == "closed-alert-remains" else Tone.GREEN
    return TagLook(f"Closed: {outcome}", tone)


def risk_tag(head: CaseHead) -> TagLook:
    """Return the tag of the case's risk; before a rating it says how many questions are not asked yet."""
    if head.risk in _RISKS:
        return _RISKS[head.risk]
    left = QUESTIONS - head.risk_answered
    return TagLook(f"Not rated: {left} not asked yet" if left else "Not rated", Tone.GREY, "dash")


@dataclass(frozen=True)
class DayLook:
    """How far the four weeks of a case have come: words before the blocks, filled blocks (or none), words after.

    ``late`` where the review was due on an earlier day.
    """

    before: str
    filled: int | None
    after: str
    late: bool = False

    def says(self) -> str:
        """Return both as one sentence."""
        return ", ".join(part for part in (self.before, self.after) if part)


def day_look(head: CaseHead, today: date) -> DayLook:
    """Return how far the four weeks of a case have come (SD56)."""
    if not head.is_open:
        closed = f"Closed {short_date(head.closed_on)}" if head.closed_on else "Closed"
        return DayLook(closed, None, f"after {count(head.days, 'day')}")
    late = head.review_on is not None and head.review_on < today
    review = f"review {'was due ' if late else ''}{day_date(head.review_on)}" if head.review_on else ""
    if head.days > FOUR_WEEKS:
        return DayLook(f"Day {head.days}", None, review, late)
    return DayLook(f"Day {head.days} of {FOUR_WEEKS}", head.days, review, late)


# The timeline


def event_when(row: EventRow, today: date) -> str:
    """Return "Today 10:12", "20 Nov" or "14 Sep 2025"."""
    if row.happened_on != today:
        return plain_day(row.happened_on, today)
    moment = row.happened_at or row.recorded_at
    same_day = moment.astimezone(LONDON).date() == today
    return f"Today {clock_time(moment)}" if same_day else "Today"


def event_title(row: EventRow) -> str:
    """Return what happened; an enquiry reads "Call to mother, no answer", and whose it was where not the council’s."""
    verb = _METHODS.get(row.method)
    _, colon, rest = row.title.partition(": ")
    if row.kind != "enquiry" or verb is None or not colon:
        return row.title
    words = lower_first(rest) if rest.startswith(("Mother", "Father", "Carer", "Parent")) else rest
    whose = "School’s " if row.side == "school" else ""
    named = row.method == "visit" and "visit" in words.casefold()  # "Home visit" says by itself what was made
    made = f"{whose}{lower_first(words) if whose else words}" if named else f"{whose}{verb} {words}"
    return made[:1].upper() + made[1:]


def event_icon(row: EventRow) -> str:
    """Return the icon of a line: by how contact was made, else by what kind of line it is."""
    return _METHOD_ICONS.get(row.method) or _ICONS.get(row.kind, "circle")


def recorded_words(row: EventRow, today: date) -> str:
    """Return "Recorded 20 Nov 11:30" where a line was recorded on another day than it happened on, or by a file."""
    day = row.recorded_at.astimezone(LONDON).date()
    if day == row.happened_on and row.kind != "file":
        return ""
    return f"Recorded {plain_day(day, today)} {clock_time(row.recorded_at)}"


def event_detail(row: EventRow, today: date) -> str:
    """Return the second line: how contact was made, what was said, when it was recorded, and by whom."""
    parts = [row.contact, with_short_dates(" ".join(row.detail.split()), today), recorded_words(row, today)]
    words = " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if part)
    return f"{words} {short_person(row.by)}".strip()


# Steps


@dataclass(frozen=True)
class Due:
    """When a step is due, in words, with weight and token."""

    words: str
    token: str = "muted"
    strong: bool = False


def step_day(task: TaskRow) -> date:
    """Return the day from which a step asks for attention: its due day, or the later day it was put off to."""
    return max(task.due, task.put_off_until or task.due)


def due_of(task: TaskRow, today: date) -> Due:
    """Return when a step is due: late and safeguarding in red, today bold, later muted."""
    if task.state == "done":
        return Due(plain_day(task.done_on or task.due, today))
    day = step_day(task)
    urgent = task.band == Group.SAFEGUARDING
    if day < today:
        return Due(days_from(day, today), "danger", strong=True)
    if day == today:
        return Due("today", "danger" if urgent else "text", strong=True)
    return Due(plain_day(day, today), "danger" if urgent else "muted", strong=urgent)


def why_of(task: TaskRow, today: date) -> str:
    """Return why a step is there, with the day it was put off to and whom it waits on."""
    parts = [] if task.state == "done" else [with_short_dates(task.why, today)]
    if task.put_off_until is not None and task.state == "open" and task.put_off_until > task.due:
        parts = [f"Put off from {plain_day(task.due, today)}"]
    if task.waits_on and task.waits_on != "LOCME" and task.state == "open":
        parts.append(f"waiting on {task.waits_on}")
    return ", ".join(part for part in parts if part)


def step_says(task: TaskRow, today: date) -> str:
    """Return a step as a screen reader says it."""
    done = task.state == "done"
    due = f"done {due_of(task, today).words}" if done else f"due {due_of(task, today).words}"
    return ", ".join(part for part in (task.title, due, why_of(task, today)) if part)


def shown_steps(tasks: tuple[TaskRow, ...], today: date, *, whole: bool, most: int = 6) -> tuple[TaskRow, ...]:
    """Return the open steps, the next due first and those about safety before all, then the step done last."""
    standing = sorted(
        (task for task in tasks if task.state == "open"),
        key=lambda task: (task.band != Group.SAFEGUARDING, step_day(task), task.id),
    )
    done = sorted(
        (task for task in tasks if task.state == "done"),
        key=lambda task: (task.done_on or today, task.id),
        reverse=True,
    )
    return (*(standing if whole else standing[:most]), *(done if whole else done[:1]))


# People


def adult_words(adult: AdultRow) -> str:
    """Return "mother, has care"."""
    care = "has care" if adult.has_care else "parental responsibility" if adult.parental_responsibility else ""
    return ", ".join(part for part in (lower_first(adult.relationship), care) if part)


def adult_tags(adult: AdultRow, *, whole: bool = False) -> tuple[TagLook, ...]:
    """Return what may be done towards an adult; in short, "may be written to" only where nothing forbids more."""
    tags: list[TagLook] = []
    if adult.no_contact:
        tags.append(TagLook("No contact", Tone.RED, "stop"))
    if adult.must_not_be_told:
        tags.append(TagLook("Must not be told where the child is", Tone.RED, "eye"))
    if adult.may_be_written_to:
        if whole or not tags:
            tags.append(TagLook("May be written to", Tone.GREEN, "mail"))
    elif not adult.no_contact:
        tags.append(TagLook("Must not be written to", Tone.RED, "mail"))
    if adult.address_confidential:
        tags.append(TagLook("Address confidential", Tone.AMBER, "lock"))
    return tuple(tags)


def people_words(adults: int, siblings: int) -> str:
    """Return "2 adults, 1 sibling"."""
    words = count(adults, "adult") if adults else "no adult"
    return f"{words}, {count(siblings, 'sibling')}" if siblings else words


# Documents


def document_tag(row: DocumentRow) -> TagLook:
    """Return how far a document has come, as a tag."""
    if row.printed_at is not None:
        return TagLook("Printed", Tone.GREEN, "print")
    if row.issued_at is not None:
        return TagLook("Issued", Tone.BLUE, "check")
    if row.approved_at is not None:
        return TagLook("Approved, not issued yet", Tone.AMBER, "check")
    return TagLook("Draft", Tone.GREY, "pencil")


def next_weekday(after: date) -> date:
    """Return the first Monday to Friday after a day."""
    day = after + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day
