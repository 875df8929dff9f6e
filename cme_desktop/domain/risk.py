"""The 22 risk questions: answers, what each answer asks for at once, and the rating that replaces a score (F38-F43)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from cme_desktop.domain.errors import Refusal

NOT_ASKED = "Not asked yet"
QUESTIONS = 22
SHORTEST_REASON = 10


class Answer(StrEnum):
    """What was answered to a risk question; a question without one has not been asked yet."""

    YES = "yes"
    NO = "no"
    NOT_SURE = "not-sure"


ANSWER_WORDS = {Answer.YES: "Yes", Answer.NO: "No", Answer.NOT_SURE: "Not sure"}
Answers = Mapping[int, Answer | None]


class Rating(StrEnum):
    """How a case is rated; there is no score."""

    NOT_RATED = "not-rated"
    STANDARD = "standard"
    MEDIUM = "medium"
    HIGH = "high"


RATING_WORDS = {
    Rating.NOT_RATED: "Not rated",
    Rating.STANDARD: "Standard",
    Rating.MEDIUM: "Medium",
    Rating.HIGH: "High",
}
RATING_ORDER = (Rating.NOT_RATED, Rating.STANDARD, Rating.MEDIUM, Rating.HIGH)


class DemandKind(StrEnum):
    """What an answer of Yes or Not sure asks for."""

    TELL_MASH = "tell-mash"
    CALL_SOCIAL_WORKER = "call-social-worker"
    DISCUSS_CSE = "discuss-cse"
    TELL_POLICE = "tell-police"
    DISCUSS = "discuss"


DEMAND_WORDS = {
    DemandKind.TELL_MASH: "Tell MASH",
    DemandKind.CALL_SOCIAL_WORKER: "Call the case or duty social worker",
    DemandKind.DISCUSS_CSE: "Discuss a CSE risk assessment with MASH or the allocated social worker",
    DemandKind.TELL_POLICE: "Tell the police",
    DemandKind.DISCUSS: "Discuss with the safeguarding lead or your manager",
}

DEMAND_RULES = {
    DemandKind.TELL_MASH: "SD74",
    DemandKind.CALL_SOCIAL_WORKER: "SD45",
    DemandKind.DISCUSS_CSE: "SD73",
    DemandKind.TELL_POLICE: "SD08",
    DemandKind.DISCUSS: "SD73",
}


@dataclass(frozen=True)
class Question:
    """One question in the policy's words; an ``immediate`` one opens the danger screen on Yes or Not sure."""

    number: int
    text: str
    short: str
    immediate: bool
    rule: str
    prompt: str
    demands: tuple[DemandKind, ...]


@dataclass(frozen=True)
class Demand:
    """What one answer asks for: the act, the policy rule, and whether it is for at once."""

    question: int
    kind: DemandKind
    rule: str
    immediate: bool
    words: str


@dataclass(frozen=True)
class Banner:
    """What the page says at once under an answer."""

    immediate: bool
    title: str
    detail: str


@dataclass(frozen=True)
class ReviewDays:
    """After how many days a rated case is reviewed: the council's choice, not the policy."""

    high: int = 7
    medium: int = 14
    standard: int = 30


@dataclass(frozen=True)
class QuestionBook:
    """All 22 questions, in the policy's order, and the advice that any Yes or Not sure brings."""

    questions: tuple[Question, ...]
    advice: str

    def question(self, number: int) -> Question:
        """Return a question by its number, 1 to 22."""
        return self.questions[number - 1]

    def banner(self, number: int, answer: Answer | None) -> Banner | None:
        """Return what to show at once under an answer, None for No and for a question not asked yet."""
        if not raises_concern(answer):
            return None
        question = self.question(number)
        if question.immediate:
            return Banner(True, question.prompt, "")
        return Banner(False, self.advice, question.prompt)

    def demands(self, answers: Answers) -> tuple[Demand, ...]:
        """Return everything the answers ask for, question by question (SD08, SD45, SD73, SD74)."""
        return tuple(
            Demand(question.number, kind, _rule(question, kind), question.immediate, DEMAND_WORDS[kind])
            for question in self.questions
            if raises_concern(answers.get(question.number))
            for kind in question.demands
        )

    def not_asked(self, answers: Answers) -> tuple[int, ...]:
        """Return the numbers of the questions not asked yet."""
        return tuple(one.number for one in self.questions if answers.get(one.number) is None)

    def opens_danger_screen(self, number: int, answer: Answer | None) -> bool:
        """Say whether saving an answer opens the danger screen (F42)."""
        return self.question(number).immediate and raises_concern(answer)

    def rating(self, answers: Answers) -> Rating:
        """Return the rating that the answers give (F41): not rated until all 22 are answered."""
        if self.not_asked(answers):
            return Rating.NOT_RATED
        raised = [one for one in self.questions if raises_concern(answers[one.number])]
        if any(one.immediate for one in raised):
            return Rating.HIGH
        return Rating.MEDIUM if raised else Rating.STANDARD


def _rule(question: Question, kind: DemandKind) -> str:
    return question.rule if question.rule != "SD73" and kind is DemandKind.TELL_MASH else DEMAND_RULES[kind]


def raises_concern(answer: Answer | None) -> bool:
    """Say whether an answer brings the policy's advice: Yes and Not sure do."""
    return answer in (Answer.YES, Answer.NOT_SURE)


def answer_words(answer: Answer | None) -> str:
    """Return an answer as it is shown; a question without one is "Not asked yet"."""
    return NOT_ASKED if answer is None else ANSWER_WORDS[answer]


def check_rating_change(by_answers: Rating, wanted: Rating, reason: str, *, approved: bool) -> Refusal | None:
    """Return why a rating may not be set to another than the answers give, None if it may.

    Raising is free; lowering needs a reason and a manager's approval (F41, F73). A case not rated stays so.
    """
    section = "Harrow CME policy 2023; the council's rating rule"
    if by_answers is Rating.NOT_RATED and wanted is not Rating.NOT_RATED:
        return Refusal("A rating is given when all 22 questions are answered.", section, missing=("answers",))
    if RATING_ORDER.index(wanted) >= RATING_ORDER.index(by_answers):
        return None
    if not reason.strip():
        return Refusal("Enter why the rating is lowered.", section, missing=("reason",), code="particulars-missing")
    if not approved:
        return Refusal(
            "Lowering a rating needs a manager's approval. Ask for it; until then the rating stays as it is.",
            section,
            missing=("approval",),
            code="approval-needed",
        )
    return None


def check_outcome(outcome: str, reason: str) -> Refusal | None:
    """Return why what was done about an answer cannot be recorded, None if it can; no action needs a reason."""
    section = "Harrow CME policy 2023, page 15 (SD73)"
    if outcome not in ("referred", "discussed", "no-action"):
        return Refusal(
            "Record what was done: referred, discussed with safeguarding lead, or no action with the reason.",
            section,
            missing=("outcome",),
            code="particulars-missing",
        )
    if outcome == "no-action" and len(reason.strip()) < SHORTEST_REASON:
        return Refusal(
            f"Enter why no action was taken, in at least {SHORTEST_REASON} characters.",
            section,
            missing=("reason",),
            code="particulars-missing",
        )
    return None


def review_due(rating: Rating, assessed_on: date, days: ReviewDays) -> date | None:
    """Return when a rated case is to be assessed again; None while it is not rated."""
    wait = {Rating.HIGH: days.high, Rating.MEDIUM: days.medium, Rating.STANDARD: days.standard}.get(rating)
    return None if wait is None else assessed_on + timedelta(days=wait)


def parse_questions(text: str) -> QuestionBook:
    """Read the 22 questions from the text of the code file; raise ValueError unless there are 22 in order."""
    data = tomllib.loads(text)
    questions = tuple(
        Question(**{**row, "demands": tuple(DemandKind(kind) for kind in row["demands"])}) for row in data["question"]
    )
    if [one.number for one in questions] != list(range(1, QUESTIONS + 1)):
        raise ValueError("the policy asks 22 questions, numbered in order")
    return QuestionBook(questions, data["advice"])
