"""What the register itself can say of why a letter is written; the officer may put it in other words (wording.md)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from cme_desktop.casework.documents.letters.printed import listed, plain_day
from cme_desktop.casework.documents.letters.sources import CaseSources
from cme_desktop.domain.enquiries import Side
from cme_desktop.models.child import SchoolRegistration
from cme_desktop.models.episode import Parent
from cme_desktop.models.reference import School
from cme_desktop.models.timeline import Enquiry
from cme_desktop.system import LONDON

ANSWERED = frozenset({"found", "useful", "nothing"})


def last_stay(sources: CaseSources) -> SchoolRegistration | None:
    """Return the school that the child left last, None where no leaving is known."""
    left = [row for row in sources.records.registrations if row.leaving_date is not None and row.school_name]
    return max(left, key=lambda row: (row.leaving_date or date.min, row.id), default=None)


def how_we_know(sources: CaseSources) -> str:
    """Return how the council knows that no school is known, without naming who referred (L01)."""
    first, stay = sources.first_name, last_stay(sources)
    if stay is not None and stay.leaving_date is not None:
        return f"The records of {stay.school_name} show that {first} left on {plain_day(stay.leaving_date)}."
    if sources.records.referrals:
        received = min(row.received_on for row in sources.records.referrals)
        return f"We were told on {plain_day(received)} that {first} may not have a school place."
    return f"We have no record of a school place for {first}."


def facts_relied_on(sources: CaseSources, parent: Parent, on: date) -> tuple[str, ...]:
    """Return up to three facts of the case record that a section 437(1) notice may rest on, what was done in order."""
    return tuple(_facts(sources, parent, on))


def _facts(sources: CaseSources, parent: Parent, on: date) -> Iterator[str]:
    first, stay = sources.first_name, last_stay(sources)
    nothing = (
        f"We know of no school that has {first} on its register, and of no other education that {first} is getting."
    )
    if stay is not None and stay.leaving_date is not None:
        yield f"{stay.school_name} took {first} off its register on {plain_day(stay.leaving_date)}. {nothing}"
    else:
        yield nothing
    done: list[tuple[date, str]] = []
    asked = [row for row in _council(sources, on) if row.agency == "admissions" and row.outcome == "nothing"]
    if asked:
        day = asked[-1].answered_on or asked[-1].made_on
        done.append(
            (day, f"School Admissions told us on {plain_day(day)} that it knew of no school place for {first}.")
        )
    done += _contacts(sources, parent, on)
    yield from (words for _, words in sorted(done))


def _council(sources: CaseSources, on: date) -> list[Enquiry]:
    return [row for row in sources.records.enquiries if row.side == Side.COUNCIL and row.made_on <= on]


def _contacts(sources: CaseSources, parent: Parent, on: date) -> Iterator[tuple[date, str]]:
    """Give the sentence of the letters and visits to a parent, in order of time, with the day of the first."""
    letters = {
        row.issued_at.astimezone(LONDON).date()
        for row in sources.records.documents
        if row.code == "L01" and row.parent_id == parent.id and row.issued_at is not None
    }
    made = {(day, "wrote to you") for day in letters if day < on}
    made |= {(row.made_on, "visited") for row in _council(sources, on) if row.method == "visit"}
    if not made:
        return
    in_order = sorted(made, key=lambda one: (one[0], one[1] == "visited"))
    parts = []
    for what, group in groupby(in_order, key=lambda one: one[1]):
        parts.append(f"{what} on {listed([plain_day(day) for day, _ in group])}")
    silent = not any(_is_answer(row, parent) for row in _council(sources, on))
    yield in_order[0][0], f"We {listed(parts)}{', and have not heard from you' if silent else ''}."


def _is_answer(row: Enquiry, parent: Parent) -> bool:
    about_parent = row.parent_id == parent.id or (row.parent_id is None and row.agency == "parent")
    return about_parent and (row.outcome in ANSWERED or row.answered_on is not None)


def why_this_school(sources: CaseSources, school: School, age: int) -> str:
    """Return why a school is asked, as far as the directory shows it (L05)."""
    first = sources.first_name
    fits = school.low_age is not None and school.high_age is not None and school.low_age <= age <= school.high_age
    words = (
        f"Your school teaches children of {first}’s age."
        if fits
        else f"We think that your school may suit {first}’s age, ability and aptitude."
    )
    if school.admission_number is not None:
        words += f" Our records show a published admission number of {school.admission_number}."
    return words


def needs(sources: CaseSources) -> str:
    """Return what the register knows of the child's needs in a sentence, nothing where it knows of none (L05, L09)."""
    first, provision = sources.first_name, sources.records.child.sen_provision
    if provision == "K":
        return f"{first} has had special educational needs support at school."
    return ""
