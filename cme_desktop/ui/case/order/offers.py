"""What each step offers to do, and what its card says: decided from the law's answer, without a widget."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from cme_desktop.access import may
from cme_desktop.casework.orders.page import OrderPage, PaperRow, ParentRow
from cme_desktop.domain.roles import Person
from cme_desktop.ui.case.order.path import (
    NAMES,
    PAPERS,
    Key,
    Mark,
    PathStep,
    can_make,
    newest,
    parents_of,
    school_urn,
    served_parents,
    waiting_paper,
)
from cme_desktop.ui.case.order.recorded import recorded_words
from cme_desktop.ui.case.wording import lower_first
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.tags import TagLook
from cme_desktop.ui.words import count, day_date, page_date

ACT: Final = "Education Act 1996 "
_MANY: Final = {"L04": "notices", "L07": "notices of intention", "L08": "orders"}


class Do(StrEnum):
    """What a button of the page does."""

    LETTER = "letter"
    DOCUMENT = "document"
    SERVE = "serve"
    RETURNED = "returned"
    CORRECT = "correct"
    SET_ASIDE = "set-aside"
    NOT_SERVE = "not-serve"
    ENQUIRY = "enquiry"
    ASSESS = "assess"
    NO_REPLY = "no-reply"
    EXPEDIENT = "expedient"
    CONSULT = "consult"
    TELL = "tell"
    AGREE = "agree"
    ANSWER = "answer"
    SETTLE = "settle"
    INFORM = "inform"
    CLOSE = "close"
    WHY = "why"
    REPLIES = "replies"


_BY_STEP: Final = (
    *(Do.ASSESS, Do.NO_REPLY, Do.EXPEDIENT, Do.CONSULT, Do.TELL),
    *(Do.AGREE, Do.ANSWER, Do.SETTLE, Do.INFORM, Do.SERVE),
)
_ACTS: Final[Mapping[Do, str]] = {
    Do.LETTER: "document.draft",
    Do.RETURNED: "document.posted",
    **dict.fromkeys((Do.CORRECT, Do.SET_ASIDE), "order.correct"),
    Do.ENQUIRY: "enquiry.record",
    Do.CLOSE: "case.close",
    **dict.fromkeys(_BY_STEP, "order.act"),
}


@dataclass(frozen=True)
class Offer:
    """One thing to do: the words of its button or link, and why it is off while it is."""

    do: Do
    words: str
    primary: bool = False
    link: bool = False
    icon: str = ""
    reason: str = ""
    parent_id: int | None = None
    code: str = ""
    document_id: int | None = None


@dataclass(frozen=True)
class CardLook:
    """What a step's card says: title and tag, sentences, why not with its section, from when, and what to do."""

    title: str
    tag: TagLook
    sentences: tuple[str, ...] = ()
    refused: str = ""
    section: str = ""
    when: str = ""
    offers: tuple[Offer, ...] = ()

    @property
    def buttons(self) -> tuple[Offer, ...]:
        """Return the offers that are buttons."""
        return tuple(one for one in self.offers if not one.link)

    @property
    def links(self) -> tuple[Offer, ...]:
        """Return the offers that are links."""
        return tuple(one for one in self.offers if one.link)


DONE_TAG: Final = TagLook("Done", Tone.GREEN, "check")
NOW_TAG: Final = TagLook("Allowed now", Tone.GREEN, "check")
NOT_TAG: Final = TagLook("Not yet", Tone.GREY, "lock")
WAITS_TAG: Final = TagLook("Waits for approval", Tone.AMBER, "clock")


def card_of(page: OrderPage, step: PathStep, viewer: Person, today: date) -> CardLook:
    """Return what the card of a step says and offers to a person."""
    title = f"Step {step.number}. {step.title}"
    if step.mark is Mark.DONE:
        offers = tuple(_allowed_to(viewer, _after(page, step)))
        return CardLook(title, DONE_TAG, recorded_words(page, step), offers=offers)
    if not step.allowed:
        return _refused(page, step, title, viewer, today)
    say, offer = _CARDS[step.key]
    found = list(_allowed_to(viewer, offer(page, step, today)))
    return CardLook(title, _tag(page, step), tuple(say(page, step, today)), offers=_one_primary(found))


def _tag(page: OrderPage, step: PathStep) -> TagLook:
    code = PAPERS.get(step.key)
    if code is None:
        return NOW_TAG
    rows = [row for parent in parents_of(page) if (row := waiting_paper(page, code, parent.id)) is not None]
    waits = bool(rows) and all(row.waits for row in rows)
    more = any(can_make(page, code, parent.id) for parent in parents_of(page))
    return WAITS_TAG if waits and not more else NOW_TAG


def _allowed_to(viewer: Person, offers: Iterator[Offer]) -> Iterator[Offer]:
    for one in offers:
        if one.do is Do.NOT_SERVE:
            if may(viewer, "approval.ask") or may(viewer, "order.decide-not-to-serve"):
                yield one if may(viewer, "approval.ask") else _decides(one)
        elif one.do not in _ACTS or may(viewer, _ACTS[one.do]):
            yield one


def _decides(offer: Offer) -> Offer:
    words = offer.words.replace("Ask not to serve", "Decide not to serve")
    return Offer(offer.do, words, link=offer.link, parent_id=offer.parent_id)


def _one_primary(offers: list[Offer]) -> tuple[Offer, ...]:
    """Keep the fill for the first that asks for it."""
    first = next((one for one in offers if one.primary), None)
    return tuple(one if one is first else replace(one, primary=False) for one in offers)


def _refused(page: OrderPage, step: PathStep, title: str, viewer: Person, today: date) -> CardLook:
    act = step.act
    if act is None:
        why = page.lawful.documents.blocked.get("L04", ("This step is not possible on this case.",))
        return CardLook(title, NOT_TAG, refused=why[0])
    said = act.from_date is not None and page_date(act.from_date) in act.why
    when = "" if said else _when(page, step, act.from_date, today)
    offers = tuple(_allowed_to(viewer, _ways_out(page, step)))
    return CardLook(title, NOT_TAG, (), act.why, short_section(act.section), when, offers)


def _when(page: OrderPage, step: PathStep, day: date | None, today: date) -> str:
    if day is not None and day > today:
        return f"Possible from {day_date(day, year=day.year != today.year)}."
    asked = [one.asked_on for one in page.waiting if one.kind == "not-to-serve"]
    if asked and step.key in (Key.EXPEDIENT, Key.NOTICE_438, Key.ORDER):
        return f"Possible on the day that is approved, asked {day_date(min(asked))}."
    return ""


def short_section(section: str) -> str:
    """Return "s437(3) and s576; council rule until Legal confirms" without the name of the Act."""
    return section.removeprefix(ACT)


def _ways_out(page: OrderPage, step: PathStep) -> Iterator[Offer]:
    """Give what would take the reason away: serve or decide on a parent, record the school's answer."""
    if step.key in (Key.EXPEDIENT, Key.NOTICE_438, Key.ORDER):
        for row in _uncovered(page):
            yield from _towards(page, row, link=True)
    if step.key is Key.NOTICE_438 and page.last("notify-school-439", school_urn(page)) is not None:
        yield Offer(Do.WHY, "Why this date", link=True, code="school")
        yield Offer(Do.ANSWER, "Record the school’s answer", link=True)


def _uncovered(page: OrderPage) -> tuple[ParentRow, ...]:
    return tuple(row for row in parents_of(page) if row.id in page.notices_437.uncovered)


def _towards(page: OrderPage, row: ParentRow, *, link: bool = False) -> Iterator[Offer]:
    """Give what can be done towards a parent who has neither service nor a decision."""
    asked = any(one.kind == "not-to-serve" and one.parent_id == row.id for one in page.waiting)
    if not asked:
        yield Offer(Do.NOT_SERVE, f"Ask not to serve {row.name}", link=link, parent_id=row.id)
    paper = waiting_paper(page, "L04", row.id)
    if paper is not None and paper.state == "issued":
        yield Offer(Do.SERVE, f"Serve {row.name}", link=link, parent_id=row.id, code="L04", document_id=paper.id)
    elif paper is not None:
        yield Offer(Do.DOCUMENT, f"Open the notice to {row.name}", link=link, document_id=paper.id)
    elif can_make(page, "L04", row.id):
        yield Offer(Do.LETTER, f"Serve {row.name}", link=link, parent_id=row.id, code="L04")


# Papers: made, approved, issued, served


def _say_papers(page: OrderPage, step: PathStep, _today: date) -> Iterator[str]:
    code = PAPERS[step.key]
    name = NAMES[code]
    for row in parents_of(page):
        paper = newest(page, code, row.id)
        if paper is None:
            continue
        if paper.approval == "refused" and paper.served is None:
            yield f"The {name} to {row.name} was refused: {paper.refused_because} Make it again."
        elif paper.waits:
            asked = f" on {day_date(paper.asked_on)}" if paper.asked_on else ""
            yield f"The {name} to {row.name} waits for a second person. {paper.asked_by} asked{asked}."
        elif paper.served is not None and (paper.served.defective or paper.served.returned_on):
            why = "came back" if paper.served.returned_on else "gave fewer days than the law"
            yield f"The {name} to {row.name} {why}, so it does not hold. Serve it again."
    made = any(waiting_paper(page, code, row.id) is not None for row in parents_of(page))
    if not made:
        yield _FIRST_WORDS[step.key]


_FIRST_WORDS: Final = {
    Key.NOTICE_437: "The notice requires the parents to satisfy the council, within 15 days or more, that the child is "
    "receiving suitable education. Each parent gets an own notice.",
    Key.NOTICE_438: "The notice names the school, and gives each parent 15 days or more to choose another.",
    Key.ORDER: "The order names the school that was settled on. Each parent who was served gets an own order.",
}


def _offer_papers(page: OrderPage, step: PathStep, _today: date) -> Iterator[Offer]:
    code = PAPERS[step.key]
    yield from _ready(page, code)
    name = NAMES[code]
    makeable = [row for row in parents_of(page) if can_make(page, code, row.id)]
    if makeable:
        first = makeable[0]
        words = f"Make {name} to {first.name}"
        if len(makeable) > 1:
            words = f"Make {count(len(makeable), name, _MANY[code])}"
        elif newest(page, code, first.id) is not None:
            words = f"Make the {name} to {first.name} again"
        yield Offer(Do.LETTER, words, primary=True, icon="mail", parent_id=first.id, code=code)
    if code == "L04":
        for row in parents_of(page):
            blocked = row.id in page.notices_437.uncovered and not can_make(page, code, row.id)
            asked = any(one.kind == "not-to-serve" and one.parent_id == row.id for one in page.waiting)
            if blocked and not asked and waiting_paper(page, code, row.id) is None:
                yield Offer(Do.NOT_SERVE, f"Ask not to serve {row.name}", parent_id=row.id)
    if code == "L07" and page.last("notify-school-439", school_urn(page)) is not None:
        yield Offer(Do.ANSWER, "Record the school’s answer", link=True)


def _ready(page: OrderPage, code: str) -> Iterator[Offer]:
    """Give what is next with each paper that stands ready: serve it, issue it, read it."""
    for row in parents_of(page):
        paper = waiting_paper(page, code, row.id)
        if paper is None:
            continue
        if paper.state == "issued":
            words = f"Record how {row.name} was served"
            yield Offer(Do.SERVE, words, primary=True, parent_id=row.id, code=code, document_id=paper.id)
        else:
            yield Offer(Do.DOCUMENT, _draft_words(paper, code, row), not paper.waits, document_id=paper.id)


def _draft_words(paper: PaperRow, code: str, row: ParentRow) -> str:
    verb = "Read" if paper.waits else "Issue" if paper.approval == "approved" else "Open"
    return f"{verb} the {NAMES[code]} to {row.name}"


# The other steps


def _say_enquiry(_page: OrderPage, _step: PathStep, _today: date) -> Iterator[str]:
    yield "Ask informally before a notice: a letter, a call or a visit. The Act sets no least time for it."


def _offer_enquiry(_page: OrderPage, _step: PathStep, _today: date) -> Iterator[Offer]:
    yield Offer(Do.LETTER, "Make first letter", primary=True, icon="mail", code="L01")
    yield Offer(Do.ENQUIRY, "Log enquiry", icon="phone")


def _say_assess(page: OrderPage, _step: PathStep, _today: date) -> Iterator[str]:
    left = _to_assess(page)
    said = [_replied(row, row.replied_on) for row in left if row.replied_on is not None]
    first = page.child_first or "the child"
    each = "for each person " if len(served_parents(page)) > 1 else ""
    yield " ".join(
        [*said, f"Record {each}whether the council is satisfied that {first} is receiving suitable education, and why."]
    )


def _to_assess(page: OrderPage) -> tuple[ParentRow, ...]:
    """Return the served parents whose reply, or want of one, has not been assessed."""
    return tuple(row for row in served_parents(page) if not row.assessed)


def _replied(row: ParentRow, on: date) -> str:
    words = f"{row.name} replied on {day_date(on)}"
    return f"{words}: {row.reply.rstrip('.')}." if row.reply else f"{words}."


def _offer_assess(page: OrderPage, _step: PathStep, today: date) -> Iterator[Offer]:
    replied = any(row.replied_on is not None for row in served_parents(page))
    if len(served_parents(page)) > 1:
        yield from _assess_each(page, today)
    else:
        last = page.notices_437.last_day
        running = last is not None and last >= today
        reason = f"The last reply period ends on {day_date(last)}" if running and last else ""
        yield Offer(Do.ASSESS, "Assess the reply", primary=replied or running)
        yield Offer(Do.NO_REPLY, "Record no reply", primary=not replied and not running, reason=reason)
    if replied:
        yield Offer(Do.REPLIES, "Look at the replies", link=True, icon="file")


def _assess_each(page: OrderPage, today: date) -> Iterator[Offer]:
    """Offer each served parent's own assessment: of the reply, or once the time is over that none came."""
    for row in _to_assess(page):
        last = page.notices_437.last_days.get(row.id)
        over = last is not None and last < today
        if row.replied_on is None and over:
            yield Offer(Do.NO_REPLY, f"Record no reply from {_called(page, row)}", parent_id=row.id)
        else:
            yield Offer(Do.ASSESS, f"Assess {_called(page, row)}’s reply", primary=True, parent_id=row.id)


def _called(page: OrderPage, row: ParentRow) -> str:
    """Return "mother" where only one served parent is that, else the name."""
    relation = lower_first(row.relationship)
    alone = sum(1 for one in served_parents(page) if lower_first(one.relationship) == relation) == 1
    return relation if alone and relation in ("mother", "father", "grandmother", "grandfather") else row.name


def _say_expedient(_page: OrderPage, _step: PathStep, _today: date) -> Iterator[str]:
    yield (
        "The parents’ time is over and their replies are assessed. Record whether it is expedient, the right step in "
        "this child’s case, that the child attends school, and why."
    )


def _say_consult(page: OrderPage, _step: PathStep, _today: date) -> Iterator[str]:
    school = page.school(school_urn(page))
    if school is not None and not school.is_maintained:
        yield "An academy cannot be made to admit a child, so its trust is asked to agree in writing."
    else:
        yield "Before a maintained school is named, its governing body is asked for its views. Nothing is decided yet."


def _answers_until(page: OrderPage, today: date) -> date | None:
    """Return the day by which the consulted school was asked to answer, while it is to come and no answer is there."""
    urn = school_urn(page)
    asked = [paper.printed_last_day for paper in page.papers_of("L05") if paper.urn == urn]
    last = asked[-1] if asked else None
    waits = last is not None and last >= today and page.last("record-school-answer", urn) is None
    return last if waits else None


def _say_tell(page: OrderPage, _step: PathStep, today: date) -> Iterator[str]:
    until = _answers_until(page, today)
    if until is not None:
        yield f"The school was asked to answer by {day_date(until)}. Record its answer, or wait until then."
    yield (
        "Give the governing body and the head teacher notice of the decision. The school then has 15 days to go to "
        "the Secretary of State; the council waits for that, or for the governing body’s written answer."
    )


def _say_agree(_page: OrderPage, _step: PathStep, _today: date) -> Iterator[str]:
    yield "Record who agreed for the trust, in writing. Without it an academy is not named."


def _say_settle(page: OrderPage, _step: PathStep, _today: date) -> Iterator[str]:
    if page.has_plan:
        yield "The child has an education, health and care plan: the order names the school in the plan."
    else:
        yield "Record which school the order names, and why: what the parents chose comes before what the notice said."


def _say_inform(_page: OrderPage, _step: PathStep, _today: date) -> Iterator[str]:
    yield "Tell the governing body and the head teacher on the day the order is served, and ask when the child starts."


def _only(do: Do, words: str) -> Callable[[OrderPage, PathStep, date], Iterator[Offer]]:
    def offer(_page: OrderPage, _step: PathStep, _today: date) -> Iterator[Offer]:
        yield Offer(do, words, primary=True)

    return offer


def _offer_consult(page: OrderPage, _step: PathStep, _today: date) -> Iterator[Offer]:
    school = page.school(school_urn(page))
    yield Offer(Do.CONSULT, f"Consult {school.name}" if school else "Choose a school and consult it", primary=True)


def _offer_tell(page: OrderPage, _step: PathStep, today: date) -> Iterator[Offer]:
    waits = _answers_until(page, today) is not None
    if waits:
        yield Offer(Do.ANSWER, "Record the school’s answer", primary=True)
    yield Offer(Do.TELL, "Give notice of the decision", primary=not waits)
    yield Offer(Do.CONSULT, "Consult another school")


def _offer_agree(_page: OrderPage, _step: PathStep, _today: date) -> Iterator[Offer]:
    yield Offer(Do.AGREE, "Record the agreement", primary=True)
    yield Offer(Do.CONSULT, "Consult another school")


def _after(page: OrderPage, step: PathStep) -> Iterator[Offer]:
    """Give what can still be done on a step that is done: look at its papers, record that one came back."""
    code = PAPERS.get(step.key)
    if code is not None:
        for row in parents_of(page):
            paper = newest(page, code, row.id)
            if paper is None:
                continue
            yield Offer(Do.DOCUMENT, f"Open the {NAMES[code]} to {row.name}", icon="file", document_id=paper.id)
            if paper.served is not None and paper.served.method.endswith("class") and not paper.served.returned_on:
                words = f"Record that it came back from {row.name}"
                yield Offer(Do.RETURNED, words, link=True, parent_id=row.id, document_id=paper.id)
            if paper.served is not None and not paper.served.defective and not page.orders:
                last = bool(page.steps) and page.steps[-1].action == _SERVED[code]
                words = f"Correct how {row.name} was served" if last else f"Say that {row.name} was not served so"
                do = Do.CORRECT if last else Do.SET_ASIDE
                yield Offer(do, words, link=True, parent_id=row.id, document_id=paper.id)
            if paper.state == "issued" and paper.served is None:
                words = f"Record how {row.name} was served"
                yield Offer(Do.SERVE, words, parent_id=row.id, code=code, document_id=paper.id)
    else:
        taken = page.last(_TAKEN[step.key]) if step.key in _TAKEN else None
        if taken is not None and taken.document_id is not None:
            yield Offer(Do.DOCUMENT, "Open the letter", icon="file", document_id=taken.document_id)
    if step.key is Key.CONSULT and page.last("serve-438") is None:
        yield Offer(Do.CONSULT, "Consult another school")
    if step.key is Key.TELL:
        yield Offer(Do.WHY, "Why this date", link=True, code="school")
    if step.key is Key.ASSESS and page.expedient is None:
        yield Offer(Do.ASSESS, "Assess again")
    if step.key is Key.EXPEDIENT and not page.orders:
        yield Offer(Do.EXPEDIENT, "Record a new decision")
    if step.key is Key.INFORM:
        yield Offer(Do.CLOSE, "Close case")


_SERVED: Final = {"L04": "serve-437", "L07": "serve-438", "L08": "serve-order"}
_TAKEN: Final = {Key.CONSULT: "consult-school", Key.TELL: "notify-school-439", Key.INFORM: "inform-school"}

_Say = Callable[[OrderPage, PathStep, date], Iterator[str]]
_Give = Callable[[OrderPage, PathStep, date], Iterator[Offer]]
_CARDS: Final[Mapping[Key, tuple[_Say, _Give]]] = {
    Key.ENQUIRY: (_say_enquiry, _offer_enquiry),
    Key.NOTICE_437: (_say_papers, _offer_papers),
    Key.ASSESS: (_say_assess, _offer_assess),
    Key.EXPEDIENT: (_say_expedient, _only(Do.EXPEDIENT, "Record the decision")),
    Key.CONSULT: (_say_consult, _offer_consult),
    Key.TELL: (_say_tell, _offer_tell),
    Key.AGREE: (_say_agree, _offer_agree),
    Key.NOTICE_438: (_say_papers, _offer_papers),
    Key.SETTLE: (_say_settle, _only(Do.SETTLE, "Settle the school")),
    Key.ORDER: (_say_papers, _offer_papers),
    Key.INFORM: (_say_inform, _only(Do.INFORM, "Tell the school")),
}
