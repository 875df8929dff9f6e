"""The 22 questions in their exact words, what answers ask for, the rating that is no score, and its changes."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop import resources
from cme_desktop.domain.risk import (
    RATING_ORDER,
    RATING_WORDS,
    Answer,
    DemandKind,
    Rating,
    ReviewDays,
    answer_words,
    check_outcome,
    check_rating_change,
    parse_questions,
    raises_concern,
    review_due,
)
from tests.domain.books import questions

IMMEDIATE = {2, 3, 4, 14, 15}
ANSWERS = st.dictionaries(st.integers(1, 22), st.sampled_from([*Answer, None]))
ALL = st.fixed_dictionaries({number: st.sampled_from(list(Answer)) for number in range(1, 23)})

# The words of the policy, pinned: the digest of the 22 texts joined by line ends.
WORDS = "7ac6722e8743a4d472d256a7ac23e5d58cef4c30f895e991825cf5e96ddc956f"


@pytest.mark.rule("SD72")
@pytest.mark.feature("F38")
def test_the_22_questions_are_in_the_policys_exact_words_and_order() -> None:
    texts = [question.text for question in questions().questions]
    assert len(texts) == 22
    assert texts[1] == "Is the child looked after?"
    assert texts[21] == "Is there an indication that the child may be subject to radicalisation or extremism?"
    assert hashlib.sha256("\n".join(texts).encode()).hexdigest() == WORDS
    assert [question.number for question in questions().questions] == list(range(1, 23))
    assert {question.number for question in questions().questions if question.immediate} == IMMEDIATE
    assert all(question.short and question.demands for question in questions().questions)


def test_file_without_all_22_questions_is_refused() -> None:
    text = resources.read_text("codes/risk-questions.toml")
    with pytest.raises(ValueError, match="22 questions"):
        parse_questions(text[: text.index("[[question]]\nnumber = 22")])


def test_answers_in_words() -> None:
    shown = [answer_words(one) for one in (*Answer, None)]
    assert shown == ["Yes", "No", "Not sure", "Not asked yet"]


@pytest.mark.feature("F42")
@given(st.integers(1, 22), st.sampled_from([*Answer, None]))
def test_danger_screen_opens_for_yes_or_not_sure_to_five_questions(number: int, answer: Answer | None) -> None:
    opens = questions().opens_danger_screen(number, answer)
    assert opens == (number in IMMEDIATE and answer in (Answer.YES, Answer.NOT_SURE))
    banner = questions().banner(number, answer)
    assert (banner is not None) == raises_concern(answer)
    if banner is not None:
        assert banner.immediate == (number in IMMEDIATE)
        if not banner.immediate:
            assert banner.title == "Discuss with the safeguarding lead or your manager"


@pytest.mark.rule("SD45")
@pytest.mark.rule("SD74")
@pytest.mark.rule("SD08")
@pytest.mark.feature("F39")
def test_what_the_immediate_questions_ask_for() -> None:
    found = {
        number: {(one.kind, one.rule) for one in questions().demands({number: Answer.YES})} for number in IMMEDIATE
    }
    assert found == {
        2: {(DemandKind.CALL_SOCIAL_WORKER, "SD45")},
        3: {(DemandKind.TELL_MASH, "SD74"), (DemandKind.CALL_SOCIAL_WORKER, "SD45")},
        4: {(DemandKind.TELL_MASH, "SD74")},
        14: {(DemandKind.DISCUSS_CSE, "SD73")},
        15: {(DemandKind.TELL_MASH, "SD08"), (DemandKind.TELL_POLICE, "SD08")},
    }


@pytest.mark.rule("SD73")
@pytest.mark.feature("F39")
@given(ANSWERS)
def test_every_yes_or_not_sure_asks_for_something_and_nothing_else_does(answers: dict[int, Answer | None]) -> None:
    asked = {demand.question for demand in questions().demands(answers)}
    assert asked == {number for number, answer in answers.items() if answer in (Answer.YES, Answer.NOT_SURE)}
    for demand in questions().demands(answers):
        assert demand.immediate == (demand.question in IMMEDIATE)
        assert demand.words


@pytest.mark.feature("F41")
@given(ANSWERS)
def test_not_rated_until_all_22_are_answered(answers: dict[int, Answer | None]) -> None:
    left = questions().not_asked(answers)
    assert (questions().rating(answers) is Rating.NOT_RATED) == bool(left)
    assert set(left) == {number for number in range(1, 23) if answers.get(number) is None}


@pytest.mark.feature("F41")
@given(ALL)
def test_rating_by_the_rule_and_never_by_a_count(answers: dict[int, Answer]) -> None:
    raised = {number for number, answer in answers.items() if answer is not Answer.NO}
    expected = Rating.HIGH if raised & IMMEDIATE else Rating.MEDIUM if raised else Rating.STANDARD
    assert questions().rating(answers) is expected


@pytest.mark.feature("F41")
@pytest.mark.parametrize("by_answers", list(Rating))
@pytest.mark.parametrize("wanted", list(Rating))
def test_raising_is_free_and_lowering_needs_a_reason_and_a_manager(by_answers: Rating, wanted: Rating) -> None:
    free = check_rating_change(by_answers, wanted, "", approved=False)
    if by_answers is Rating.NOT_RATED:
        assert (free is None) == (wanted is Rating.NOT_RATED)
        return
    lowers = RATING_ORDER.index(wanted) < RATING_ORDER.index(by_answers)
    assert (free is None) == (not lowers)
    if lowers:
        assert free is not None
        assert free.missing == ("reason",)
        unapproved = check_rating_change(by_answers, wanted, "The plan ended.", approved=False)
        assert unapproved is not None
        assert unapproved.code == "approval-needed"
        assert check_rating_change(by_answers, wanted, "The plan ended.", approved=True) is None
    assert set(RATING_WORDS) == set(Rating)


@pytest.mark.rule("SD73")
@pytest.mark.parametrize(
    ("outcome", "reason", "missing"),
    [
        ("referred", "", None),
        ("discussed", "", None),
        ("no-action", "The worker was told yesterday", None),
        ("no-action", "no", ("reason",)),
        ("", "", ("outcome",)),
        ("nothing", "", ("outcome",)),
    ],
)
def test_what_was_done_about_an_answer(outcome: str, reason: str, missing: tuple[str, ...] | None) -> None:
    refusal = check_outcome(outcome, reason)
    assert (refusal.missing if refusal else None) == missing


@pytest.mark.feature("F43")
def test_review_dates_follow_the_rating_and_the_councils_settings() -> None:
    day = date(2026, 11, 24)
    assert review_due(Rating.HIGH, day, ReviewDays()) == date(2026, 12, 1)
    assert review_due(Rating.MEDIUM, day, ReviewDays()) == date(2026, 12, 8)
    assert review_due(Rating.STANDARD, day, ReviewDays()) == date(2026, 12, 24)
    assert review_due(Rating.STANDARD, day, ReviewDays(standard=10)) == date(2026, 12, 4)
    assert review_due(Rating.NOT_RATED, day, ReviewDays()) is None
