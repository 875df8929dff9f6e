"""What the risk tab says of answers: who gave them, what was done, what changed since the last assessment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from cme_desktop import shipped
from cme_desktop.domain.risk import Answer, QuestionBook, answer_words
from cme_desktop.register.risk import AnswerRow, AssessmentRow, ResponseRow
from cme_desktop.ui.case.wording import plain_day
from cme_desktop.ui.words import LONDON, clock_time, count

WHO: Final = [
    ("professional", "Professional"),
    ("school", "School"),
    ("family", "Parent or family"),
    ("child", "The child"),
    ("records", "Council’s records"),
]
_OUTCOMES: Final = {"referred": "Referred", "discussed": "Discussed", "no-action": "No action"}


def told_by(kind: str, name: str) -> str:
    """Return who answered as the register keeps it: "Professional: R. Mensah, social worker"."""
    words = dict(WHO).get(kind, "")
    return f"{words}: {name.strip()}" if name.strip() else words


def read_told_by(words: str) -> tuple[str, str]:
    """Return the kind and the name of who answered; words of another kind are a name."""
    for kind, label in WHO:
        if words == label:
            return kind, ""
        if words.startswith(f"{label}: "):
            return kind, words.removeprefix(f"{label}: ")
    return WHO[0][0], words


def answers_of(version: AssessmentRow | None) -> dict[int, Answer]:
    """Return the answers of a version."""
    return {row.question: Answer(row.answer) for row in version.answers} if version is not None else {}


def progress_words(answered: int, total: int) -> str:
    """Return "9 answered, 13 to ask"."""
    return f"{answered} answered, {total - answered} to ask" if answered < total else f"all {total} answered"


def last_words(row: AnswerRow | None, today: date) -> str:
    """Return what was answered last time, and by whom; an empty text where there was no last time."""
    if row is None:
        return ""
    _, name = read_told_by(row.told_by)
    who = f", answered by {name or row.told_by}" if row.told_by else ""
    return f"Last assessment, {plain_day(row.answered_on, today)}: {answer_words(Answer(row.answer))}{who}."


def response_words(row: ResponseRow, today: date) -> str:
    """Return what was done about an answer: "Referred, MASH: J. Hill, 24 Nov 09:05"."""
    moment = row.called_at or row.recorded_at
    day = plain_day(moment.astimezone(LONDON).date(), today)
    told = row.told or row.reason
    return ", ".join(
        part for part in (_OUTCOMES.get(row.outcome, row.outcome), told, f"{day} {clock_time(moment)}") if part
    )


def responses_to(version: AssessmentRow | None, question: int) -> tuple[ResponseRow, ...]:
    """Return what was done about the answer to a question, newest first."""
    found = [row for row in version.responses if row.question == question] if version is not None else []
    return tuple(reversed(found))


@dataclass(frozen=True)
class Changed:
    """One question whose answer differs between two versions."""

    number: int
    short: str
    before: str
    after: str

    def says(self) -> str:
        """Return the change in words."""
        return f"{self.number}. {self.short}: {self.before} before, {self.after} now"


def changes_of(book: QuestionBook, before: AssessmentRow | None, now: AssessmentRow | None) -> tuple[Changed, ...]:
    """Return the questions whose answer differs between two versions, those not asked yet left out."""
    old, new = answers_of(before), answers_of(now)
    return tuple(
        Changed(one.number, one.short, answer_words(old.get(one.number)), answer_words(new[one.number]))
        for one in book.questions
        if one.number in new and new[one.number] is not old.get(one.number)
    )


def changed_words(changes: tuple[Changed, ...]) -> str:
    """Return how much has changed, as one sentence."""
    return (
        f"{count(len(changes), 'answer has', 'answers have')} changed." if changes else "No answer has changed so far."
    )


def unanswered_danger(version: AssessmentRow | None) -> int:
    """Return the first immediate question answered Yes or Not sure about which nothing is recorded, 0 for none."""
    if version is None:
        return 0
    done = {row.question for row in version.responses}
    book = shipped.questions()
    return next(
        (
            row.question
            for row in version.answers
            if book.opens_danger_screen(row.question, Answer(row.answer)) and row.question not in done
        ),
        0,
    )
