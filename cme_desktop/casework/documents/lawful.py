"""Which documents can be made for a case now, and for the rest why not: the law first, then what is not filled in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from cme_desktop import shipped
from cme_desktop.casework.documents.letters.closing_letter import closing_letter, referral_to_answer, usual_method
from cme_desktop.casework.documents.letters.council import Council
from cme_desktop.casework.documents.letters.filling import (
    CODES,
    PAPERS,
    TO_PARENTS,
    USUAL_METHOD,
    Ask,
    Filling,
    letter_facts,
)
from cme_desktop.casework.documents.letters.order_notice import order_notice
from cme_desktop.casework.documents.letters.order_paper import determined, last_step, order
from cme_desktop.casework.documents.letters.parent_papers import enquiry_letter, notice_437, notice_438, planned
from cme_desktop.casework.documents.letters.school_papers import consultation, decision_notice, to_head
from cme_desktop.casework.documents.letters.sources import CaseSources
from cme_desktop.casework.documents.letters.telling import check_words, may_write_to
from cme_desktop.casework.documents.shipped_letters import template
from cme_desktop.documents import LetterFacts, missing_labels, missing_particulars
from cme_desktop.domain.calendar import long_date
from cme_desktop.domain.errors import Refusal, StepRefused, UserError
from cme_desktop.domain.order_process import Action, Decisions, Paper, check_paper, decide
from cme_desktop.domain.order_process.decide import PAPER_ACTIONS
from cme_desktop.domain.school_age import csa_end, csa_start

S436A = "Education Act 1996 s436A"
S8 = "Education Act 1996 s8"
SD35 = "Harrow CME policy 2023, page 8 (SD35)"
TO_BE_RESERVED = "SAO-0000-0000"
"""Stands for the order's number while it is only asked whether an order could be made."""

BUILDERS: Mapping[str, Callable[[CaseSources, Council, Ask], Filling]] = {
    "L01": enquiry_letter,
    "L04": notice_437,
    "L05": consultation,
    "L06": decision_notice,
    "L07": notice_438,
    "L08": order,
    "L09": order_notice,
    "L24": closing_letter,
}
COPIES: Mapping[str, tuple[Callable[[LetterFacts], LetterFacts], ...]] = {"L06": (to_head,)}
"""The documents that others must have too, as copies of their own: section 439(6) names governing body and head."""
OF_THE_SCHOOL = frozenset(
    {"address_lines", "head_name", "reasons", "school_name", "school_salutation", "school_urn", "school_address"}
)


@dataclass(frozen=True)
class Possible:
    """The documents that can be made for a case now, and the reasons why each of the others cannot."""

    codes: tuple[str, ...]
    blocked: Mapping[str, tuple[str, ...]]


def section_of(code: str) -> str:
    """Return the section or rule under which a document is sent."""
    if code in PAPERS:
        return PAPER_ACTIONS[Paper(code)][1]
    return SD35 if code == "L24" else S436A


def complete(
    sources: CaseSources,
    code: str,
    *,
    on: date,
    parent_id: int | None = None,
    urn: str | None = None,
    method: str | None = None,
    sent_on: date | None = None,
    user_id: int | None = None,
) -> Ask:
    """Return a document asked for, with what was left open filled in: the only parent, the school in hand, the way."""
    if parent_id is None and code in TO_PARENTS and len(sources.records.parents) == 1:
        parent_id = sources.records.parents[0].id
    usual = (usual_method(sources) if code == "L24" else None) or USUAL_METHOD[code]
    return Ask(
        code,
        dated=on,
        method=method or usual,
        sent_on=sent_on or on,
        parent_id=parent_id if code in TO_PARENTS else None,
        urn=urn or school_in_hand(sources, code, on),
        user_id=user_id,
    )


def school_in_hand(sources: CaseSources, code: str, on: date) -> str | None:
    """Return the school that a paper is about unless another is named: settled on, ready, or consulted last."""
    chosen = determined(sources, on)
    if code in ("L08", "L09"):
        return chosen.urn if chosen else None
    if code == "L06":
        asked = last_step(sources, Action.CONSULT_SCHOOL, on)
        return asked.urn if asked else None
    if code == "L07":
        if sources.order is not None and sources.order.direction is not None:
            return sources.order.direction
        for action in (Action.NOTIFY_SCHOOL_439, Action.AGREE_ACADEMY, Action.CONSULT_SCHOOL):
            step = last_step(sources, action, on)
            if step is not None:
                return step.urn
    return None


def fill(sources: CaseSources, council: Council, ask: Ask) -> tuple[Filling, LetterFacts]:
    """Return what a document prints; nothing is checked but how it is sent."""
    filling = BUILDERS[ask.code](sources, council, ask)
    return filling, letter_facts(filling, council, ask)


def copies_of(code: str, facts: LetterFacts) -> tuple[LetterFacts, ...]:
    """Return what the copies of a document to others print."""
    return tuple(copy(facts) for copy in COPIES.get(code, ()))


def check(sources: CaseSources, council: Council, ask: Ask, on: date) -> None:
    """Refuse a document that the law or the rule of who may be told what does not let out on a day.

    Raises:
        StepRefused: with the section and, where there is one, the first day on which it is lawful.
    """
    refusal = why_not(sources, council, ask, on)
    if refusal is not None:
        raise StepRefused(refusal)


def why_not(sources: CaseSources, council: Council, ask: Ask, on: date) -> Refusal | None:
    """Return why a document cannot lawfully be made on a day, None if it can."""
    if ask.code in PAPERS:
        return _paper(sources, council, ask, on)
    return _closing(sources) if ask.code == "L24" else _enquiry(sources, ask, on)


def _expected(sources: CaseSources, council: Council, ask: Ask) -> date | None:
    """Return the day on which a notice is expected to count as served; None where its way is still to be settled."""
    if ask.code not in (Paper.NOTICE_437.value, Paper.NOTICE_438.value):
        return None
    try:
        return planned(sources, council, ask, Paper(ask.code)).served_on
    except UserError:
        return None


def _paper(sources: CaseSources, council: Council, ask: Ask, on: date) -> Refusal | None:
    section = section_of(ask.code)
    if sources.order is None:
        return _no_order(sources, section)
    refusal = check_paper(
        sources.order,
        Paper(ask.code),
        on,
        council.rules,
        parent=ask.parent_id,
        urn=ask.urn,
        alternatives=ask.alternatives,
        served_on=_expected(sources, council, ask),
    )
    if refusal is not None:
        return refusal
    if ask.code in TO_PARENTS:
        parent = sources.parent(ask.parent_id)
        if parent is not None:
            return may_write_to(parent)
    return None


def _no_order(sources: CaseSources, section: str) -> Refusal:
    if sources.episode.closed_on is not None:
        return Refusal("This case is closed. Reopen it before taking a step of the order process.", section)
    return Refusal(
        "The child’s date of birth is not known, so it cannot be said whether the child is of compulsory school age. "
        "Enter it first.",
        S8,
        missing=("child_dob",),
        code="particulars-missing",
    )


def _enquiry(sources: CaseSources, ask: Ask, on: date) -> Refusal | None:
    episode, dob = sources.episode, sources.records.child.dob
    if episode.closed_on is not None:
        return Refusal("This case is closed, so no first enquiry is sent. Reopen it first.", S436A)
    if episode.on_roll:
        return Refusal("The register says that the child is on a school’s roll, so there is nothing to ask.", S436A)
    if dob is not None and on > csa_end(dob):
        return Refusal(
            f"Compulsory school age ended on {long_date(csa_end(dob))}, so the duty to find out has ended.", S8
        )
    if dob is not None and on < csa_start(dob):
        starts = csa_start(dob)
        return Refusal(f"Compulsory school age begins on {long_date(starts)}: nothing is asked before.", S8, starts)
    parent = sources.parent(ask.parent_id)
    if parent is None:
        return Refusal(
            "Nobody is named to write to. Add a parent or carer under People, or choose one of those on the case.",
            S436A,
            missing=("parent",),
            code="particulars-missing",
        )
    return may_write_to(parent)


def _closing(sources: CaseSources) -> Refusal | None:
    outcome = shipped.lifecycle().outcomes.get(sources.episode.outcome or "")
    if sources.episode.closed_on is None or outcome is None:
        return Refusal("The case is open. The referrer is told once it is closed.", SD35, missing=("close",))
    if not outcome.letters:
        return Refusal(
            f"With the outcome “{outcome.label}” no letter goes out by itself. Decide with your manager who is told.",
            SD35,
        )
    if referral_to_answer(sources) is None:
        return Refusal("No person or school made a referral on this case, so there is nobody to tell.", SD35)
    return None


def words_refusal(sources: CaseSources, ask: Ask, filling: Filling) -> Refusal | None:
    """Return why the words of a document cannot go to whom it is for: they say where the child is."""
    said = {name: words for name, words in ask.texts.items() if name != "address_lines"}  # the reader's own address
    return check_words(sources, said, withheld=filling.withheld, to_referrer=ask.code == "L24")


def lacking(code: str, facts: LetterFacts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the fields that a document prints and that are not filled: their names, and what the officer reads."""
    used = template(code)
    missing = missing_particulars(used, facts)
    return missing, missing_labels(used, missing)


def particulars_missing(code: str, missing: tuple[str, ...], labels: tuple[str, ...]) -> Refusal:
    """Return the refusal of a document that lacks a particular: never a blank in print."""
    return Refusal(
        f"“{template(code).name}” cannot be made yet. Fill in first: {'; '.join(labels)}.",
        section_of(code),
        missing=missing,
        code="particulars-missing",
    )


def decisions(sources: CaseSources, council: Council, on: date) -> Decisions | None:
    """Return the whole answer of the order process on a day, None where no order could be thought of."""
    return None if sources.order is None else decide(sources.order, on, council.rules)


def possible(sources: CaseSources, council: Council, on: date, decided: Decisions | None) -> Possible:
    """Return which documents can be made for a case on a day, and why not the others, every particular looked at."""
    codes: list[str] = []
    blocked: dict[str, tuple[str, ...]] = {}
    for code in CODES:
        reasons = _reasons(sources, council, code, on, decided)
        if reasons:
            blocked[code] = reasons
        else:
            codes.append(code)
    return Possible(tuple(codes), blocked)


def _reasons(sources: CaseSources, council: Council, code: str, on: date, decided: Decisions | None) -> tuple[str, ...]:
    if code in PAPERS:
        if decided is None:
            return (_no_order(sources, section_of(code)).message,)
        paper = decided.paper(Paper(code))
        if not paper.possible:
            return paper.reasons
        if code not in TO_PARENTS and _is_filed(sources, code):
            return ()
    found: list[str] = []
    for ask in _asks(sources, code, on):
        reason = _reason(sources, council, ask, on)
        if reason is None:
            return ()
        found.append(reason)
    return tuple(dict.fromkeys(found))


def _is_filed(sources: CaseSources, code: str) -> bool:
    return any(row.code == code and row.issued_at is not None for row in sources.records.documents)


def _asks(sources: CaseSources, code: str, on: date) -> Iterator[Ask]:
    """Give the documents of one kind that could be asked for: one for each parent of the case, else one."""
    base = complete(sources, code, on=on)
    if code == "L08":
        base = replace(base, order_no=TO_BE_RESERVED)
    if code in TO_PARENTS and sources.records.parents:
        yield from (replace(base, parent_id=parent.id) for parent in sources.records.parents)
    else:
        yield base


def _reason(sources: CaseSources, council: Council, ask: Ask, on: date) -> str | None:
    refusal = why_not(sources, council, ask, on)
    if refusal is not None and not (ask.code == "L05" and refusal.code == "school-unknown"):
        return refusal.message
    try:
        _, facts = fill(sources, council, ask)
    except UserError as error:
        return error.message
    missing, labels = lacking(ask.code, facts)
    if ask.code == "L05" and ask.urn is None:
        kept = [(name, label) for name, label in zip(missing, labels, strict=True) if name not in OF_THE_SCHOOL]
        missing, labels = tuple(name for name, _ in kept), tuple(label for _, label in kept)
    return particulars_missing(ask.code, missing, labels).message if missing else None
