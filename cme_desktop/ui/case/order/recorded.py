"""What was recorded of a step that is done: how each paper was served, what was decided, by whom and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cme_desktop.casework.orders.page import OrderPage, ServedRow, TakenRow
from cme_desktop.ui.case.order.path import ACTS, BASIS_WORDS, PAPERS, Key, PathStep, assessments_of, newest, parents_of
from cme_desktop.ui.words import day_date, short_date

METHODS: Final = {
    "hand": "handed to the person",
    "left": "left at the home",
    "first-class": "posted first class",
    "second-class": "posted second class",
    "electronic": "sent electronically, with written consent",
}
_RESULTS: Final = {
    "satisfied": "The council was satisfied with the education described.",
    "not-satisfied": "The council was not satisfied.",
    "none": "No reply came by the end of the period.",
}


def recorded_words(page: OrderPage, step: PathStep) -> tuple[str, ...]:
    """Return the sentences of a step that is done."""
    if step.key is Key.ENQUIRY:
        return (f"{step.words}.",)
    code = PAPERS.get(step.key)
    if code is not None:
        return tuple(_papers(page, code))
    taken = page.last(ACTS[step.key])
    return tuple(_step(page, step.key, taken)) if taken is not None else (f"{step.words}.",)


def served_sentence(name: str, served: ServedRow) -> str:
    """Return "Hodan Warsame: posted first class on 4 Nov 2026, counts as served on Fri 6 Nov. Last day Fri 20 Nov."."""
    words = f"{name}: {METHODS.get(served.method, served.method)} on {short_date(served.sent_on)}, "
    words += f"counts as served on {day_date(served.deemed_on)}."
    if served.returned_on is not None:
        return f"{words} It came back on {day_date(served.returned_on)}, so it does not count as served."
    if served.defective:
        return f"{words} It gave fewer days than the law, so it does not hold."
    if served.last_day is not None:
        words += f" Last day {day_date(served.last_day)}."
    return f"{words} Proof: {served.proof}." if served.proof else words


def _papers(page: OrderPage, code: str) -> Iterator[str]:
    for row in parents_of(page):
        if row.id in page.not_to_be_served:
            yield f"{row.name}: decided, and approved, not to serve. {_reason(page, row.id)}".strip()
            continue
        paper = newest(page, code, row.id)
        if paper is not None and paper.served is not None:
            yield served_sentence(row.name, paper.served)
        elif code == "L04":
            yield f"{row.name}: not served."


def _reason(page: OrderPage, parent_id: int) -> str:
    found = [one for one in page.steps if one.action == "decide-not-to-serve" and one.parent_id == parent_id]
    return str(found[-1].data.get("reason", "")) if found else ""


def _step(page: OrderPage, key: Key, taken: TakenRow) -> Iterator[str]:
    reasons = str(taken.data.get("reasons", "")).strip()
    by = f"Recorded by {taken.by} on {short_date(taken.on)}."
    school = page.school(taken.urn)
    name = school.name if school else "the school"
    if key is Key.ASSESS:
        yield from _assessments(page)
        return
    elif key is Key.EXPEDIENT:
        words = "It is expedient" if taken.data.get("expedient") else "It is not expedient"
        yield f"{words} that the child attends school. {by}"
    elif key is Key.CONSULT:
        yield f"{name} was asked for its views. {by}"
        yield from _answered(page, taken, before=page.last(ACTS[Key.TELL], taken.urn))
    elif key is Key.TELL:
        yield f"{name} was given notice of the decision. {by}"
        yield from _answered(page, taken, after=taken)
    elif key is Key.AGREE:
        yield f"{taken.data.get('agreed_by', 'The trust')} agreed for {name}, in writing. {by}"
    elif key is Key.SETTLE:
        yield f"The order names {name}: {BASIS_WORDS.get(str(taken.data.get('basis')), '').lower()}. {by}"
    elif key is Key.INFORM:
        yield f"{name} was told of the order. {by}"
    if reasons:
        yield reasons


def _assessments(page: OrderPage) -> Iterator[str]:
    for taken in assessments_of(page):
        parent = page.parent(taken.parent_id)
        whose = f"{parent.name}: " if parent is not None else ""
        result = _RESULTS.get(str(taken.data.get("result")), "Assessed.")
        yield f"{whose}{result} Recorded by {taken.by} on {short_date(taken.on)}."
        reasons = str(taken.data.get("reasons", "")).strip()
        if reasons:
            yield reasons


def _answered(
    page: OrderPage, asked: TakenRow, *, before: TakenRow | None = None, after: TakenRow | None = None
) -> Iterator[str]:
    """Tell the school's answer beside what it answers: the consultation until the notice of decision, then that."""
    answer = page.last("record-school-answer", asked.urn)
    if (
        answer is None
        or (before is not None and answer.on >= before.on)
        or (after is not None and answer.on < after.on)
    ):
        return
    words = {
        "applied": "The school has applied to the Secretary of State; no direction yet.",
        "directed": "The Secretary of State has given a direction.",
        "withdrawn": "The school no longer asks the Secretary of State.",
    }.get(str(answer.data.get("sos", "")), "The governing body answered in writing.")
    yield f"{words} {day_date(answer.on)}. {answer.data.get('answer', '')}".strip()
