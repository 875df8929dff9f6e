"""The steps of the order process of one case as the page lists them: what is done, what is now, what is not yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from cme_desktop.casework.orders.lawful import ActRow
from cme_desktop.casework.orders.page import OrderPage, PaperRow, ParentRow, TakenRow
from cme_desktop.ui.words import count, day_date


class Key(StrEnum):
    """The steps by name; which of them a case has depends on its school and on whether the child has a plan."""

    ENQUIRY = "enquiry"
    NOTICE_437 = "notice-437"
    ASSESS = "assess"
    EXPEDIENT = "expedient"
    CONSULT = "consult"
    TELL = "tell"
    AGREE = "agree"
    NOTICE_438 = "notice-438"
    SETTLE = "settle"
    ORDER = "order"
    INFORM = "inform"


class Mark(StrEnum):
    """How a step stands."""

    DONE = "done"
    NOW = "now"
    LATER = "later"


@dataclass(frozen=True)
class PathStep:
    """One step: its number, title and section, how it stands, what or when in words, and whether it is lawful now."""

    key: Key
    number: int
    title: str
    section: str
    mark: Mark = Mark.LATER
    words: str = ""
    urgent: bool = False
    allowed: bool = False
    act: ActRow | None = field(default=None, compare=False)

    def says(self) -> str:
        """Return the step as a screen reader says it."""
        how = {Mark.DONE: "done", Mark.NOW: "now", Mark.LATER: "not yet"}[self.mark]
        return f"Step {self.number}, {self.title}, {self.section}, {how}. {self.words}"


ACTS: Final[Mapping[Key, str]] = {
    Key.NOTICE_437: "serve-437",
    Key.ASSESS: "assess-response",
    Key.EXPEDIENT: "decide-expedient",
    Key.CONSULT: "consult-school",
    Key.TELL: "notify-school-439",
    Key.AGREE: "agree-academy",
    Key.NOTICE_438: "serve-438",
    Key.SETTLE: "determine-school",
    Key.ORDER: "serve-order",
    Key.INFORM: "inform-school",
}
PAPERS: Final[Mapping[Key, str]] = {Key.NOTICE_437: "L04", Key.NOTICE_438: "L07", Key.ORDER: "L08"}
"""The steps whose paper is made, approved and issued before its service is recorded."""
NAMES: Final = {"L01": "first letter", "L04": "notice", "L07": "notice of intention", "L08": "order"}
BASIS_WORDS: Final = {
    "specified": "Specified by the council",
    "selected": "Selected by the parent",
    "applied": "The parent was offered a place",
    "council-paid": "A place at the council’s expense",
    "plan": "Named in the plan",
    "direction": "Directed by the Secretary of State",
}
_ENDED: Final = frozenset({"complied", "ended"})


def school_urn(page: OrderPage) -> str | None:
    """Return the school that the order process is about now: settled, consulted last, or named in the plan."""
    if page.has_plan:
        return page.plan_school
    for action in ("determine-school", "consult-school"):
        step = page.last(action)
        if step is not None and step.urn:
            return step.urn
    return page.lawful.school.urn if page.lawful.school else None


def parents_of(page: OrderPage) -> tuple[ParentRow, ...]:
    """Return the adults who are parents in the sense of section 576."""
    return tuple(row for row in page.parents if row.is_parent)


def served_parents(page: OrderPage) -> tuple[ParentRow, ...]:
    """Return the parents on whom a first notice that holds was served."""
    return tuple(row for row in parents_of(page) if row.id in page.notices_437.valid)


def newest(page: OrderPage, code: str, parent_id: int) -> PaperRow | None:
    """Return the newest paper of a kind for a parent, None where none was made."""
    found = page.papers_of(code, parent_id)
    return found[-1] if found else None


def waiting_paper(page: OrderPage, code: str, parent_id: int) -> PaperRow | None:
    """Return the paper of a kind for a parent that is drafted or issued and not served yet."""
    row = newest(page, code, parent_id)
    return row if row is not None and row.served is None and row.approval != "refused" else None


def can_make(page: OrderPage, code: str, parent_id: int) -> bool:
    """Say whether the law lets a paper be made for a parent today, and none stands ready."""
    lawful = page.refusals.get(code, {}).get(parent_id, False) is None
    return lawful and waiting_paper(page, code, parent_id) is None


def steps_of(page: OrderPage, today: date) -> tuple[PathStep, ...]:
    """Return the steps of a case in their order, one of them now unless the process is over."""
    found: list[PathStep] = []
    current = False
    for number, (key, title, section) in enumerate(_titles(page), start=1):
        step = PathStep(key, number, title, section, act=_act(page, key))
        if _is_done(page, key):
            step = replace(step, mark=Mark.DONE, words=_DONE[key](page))
        elif not current and page.lawful.state not in _ENDED:
            current = True
            step = _now(page, step, today)
        else:
            step = replace(step, allowed=_allowed(page, step))
        found.append(step)
    return _with_later(page, found, today)


def _titles(page: OrderPage) -> list[tuple[Key, str, str]]:
    school = page.school(school_urn(page))
    name = school.name if school else ""
    first = [
        (Key.ENQUIRY, "Informal enquiry", "s436A"),
        (Key.NOTICE_437, "Notice to the parents", "s437(1)"),
        (Key.ASSESS, "Assess what the parents replied", "s437(3)(a)"),
        (Key.EXPEDIENT, "Decide if school is expedient", "s437(3)(b)"),
    ]
    last = [
        (Key.ORDER, "School attendance order", "s437(3)"),
        (Key.INFORM, "Tell the school, check it admits", "s437(5)"),
    ]
    if page.has_plan:
        return [*first, (Key.SETTLE, f"Name {name or 'the school'} from the plan", "s441"), *last]
    maintained = school is None or school.is_maintained
    asked = (Key.CONSULT, f"Consult {name}" if name else "Consult a school", "s439(5)" if maintained else "practice")
    told = (
        (Key.TELL, "Decision notice to the school", "s439(6)")
        if maintained
        else (Key.AGREE, "The trust’s written agreement", "practice")
    )
    return [
        *first,
        asked,
        told,
        (Key.NOTICE_438, "Notice of intention to the parents", "s438(2)"),
        (Key.SETTLE, "Settle which school the order names", "s438(3)–(6)"),
        *last,
    ]


def _act(page: OrderPage, key: Key) -> ActRow | None:
    return next((row for row in page.lawful.acts if row.action == ACTS.get(key)), None)


def _is_done(page: OrderPage, key: Key) -> bool:
    urn = school_urn(page)
    notices, intents = page.notices_437, page.notices_438
    if key is Key.ENQUIRY:
        return bool(page.letters_on or page.visits_on or page.calls or page.papers_of("L04"))
    if key is Key.NOTICE_437:
        return bool(notices.valid) and not notices.faulty
    if key is Key.ASSESS:
        return page.assessed
    if key is Key.EXPEDIENT:
        return page.expedient is not None
    if key is Key.NOTICE_438:
        return bool(intents.valid) and not intents.faulty and not intents.uncovered
    if key is Key.ORDER:
        return bool(page.orders) and not _order_left(page)
    return page.expedient is True and page.last(ACTS[key], urn if key in (Key.TELL, Key.AGREE) else None) is not None


def _order_left(page: OrderPage) -> tuple[int, ...]:
    """Return the parents who could be named on an order and have none yet."""
    served = page.notices_437.valid if page.has_plan else page.notices_438.valid
    return tuple(one for one in served if one not in page.orders)


def _allowed(page: OrderPage, step: PathStep) -> bool:
    if step.key is Key.ENQUIRY:
        return True
    if step.act is not None and step.act.allowed:
        return True
    code = PAPERS.get(step.key)
    return code is not None and any(
        can_make(page, code, row.id) or waiting_paper(page, code, row.id) is not None for row in parents_of(page)
    )


def _now(page: OrderPage, step: PathStep, today: date) -> PathStep:
    allowed = _allowed(page, step)
    words, urgent = _now_words(page, step, today, allowed=allowed)
    return replace(step, mark=Mark.NOW, allowed=allowed, words=words, urgent=urgent)


def _now_words(page: OrderPage, step: PathStep, today: date, *, allowed: bool) -> tuple[str, bool]:
    if step.key is Key.ENQUIRY:
        return "No letter, call or visit is recorded yet", False
    code = PAPERS.get(step.key)
    if code is not None:
        ready = _paper_words(page, step, code)
        if ready:
            return ready
    if step.key is Key.ASSESS and allowed:
        last = page.notices_437.last_day
        if last is not None:
            done = sum(1 for row in served_parents(page) if row.assessed)
            now = f"{done} of {count(len(served_parents(page)), 'parent')} assessed" if done else "Allowed now"
            ended = "ended" if last < today else "ends"
            return f"{now}. Last reply period {ended} {day_date(last)}", False
    if allowed:
        return "Allowed now", False
    return _not_yet(page, step, today), True


def _paper_words(page: OrderPage, step: PathStep, code: str) -> tuple[str, bool] | None:
    """Return how far the papers of a step have come, None where none is made."""
    faulty = page.notices_437.faulty if code == "L04" else page.notices_438.faulty if code == "L07" else ()
    rows = [row for parent in parents_of(page) if (row := waiting_paper(page, code, parent.id)) is not None]
    if faulty and not rows:
        return "Does not hold: serve again", True
    if any(row.state == "issued" for row in rows):
        return "Issued. Record how it was served", False
    asked = [row.asked_on for row in rows if row.waits and row.asked_on]
    if asked:
        return f"Waits for approval, asked {day_date(min(asked))}", False
    if any(row.approval == "approved" for row in rows):
        return "Approved. Issue it next", False
    if rows:
        return "Drafted. Ask for approval or issue it next", False
    if step.key is Key.ORDER and page.orders:
        left = len(_order_left(page))
        return f"Served on {len(page.orders)} of {count(left + len(page.orders), 'parent')}", False
    return None


def _not_yet(page: OrderPage, step: PathStep, today: date) -> str:
    """Return why a step is not lawful yet in a few words."""
    uncovered = len(page.notices_437.uncovered)
    if step.key is Key.EXPEDIENT and page.notices_437.valid and uncovered:
        has = "has" if uncovered == 1 else "have"
        return f"Not yet: {count(uncovered, 'parent')} {has} neither service nor a decision"
    act = step.act
    if act is None:
        return "Not possible on this case"
    if act.from_date is not None and act.from_date > today:
        practice = ". Council practice, s439(7)" if act.section.startswith("council practice (s439") else ""
        return f"Not yet: possible from {day_date(act.from_date)}{practice}"
    return f"Not yet: {lower(first_sentence(act.why))}"


def first_sentence(words: str) -> str:
    """Return the first sentence of a reason, without its full stop."""
    head, dot, _rest = words.partition(". ")
    return head if dot else words.rstrip(".")


def lower(words: str) -> str:
    """Return words with a small first letter, for the middle of a sentence."""
    return words[:1].lower() + words[1:]


def _with_later(page: OrderPage, steps: list[PathStep], today: date) -> tuple[PathStep, ...]:
    """Give the steps after the present one their words: why the next is refused, and from when the others."""
    over = page.expedient is False
    told = False
    before: PathStep | None = None
    found: list[PathStep] = []
    for step in steps:
        if step.mark is Mark.LATER:
            if over and step.number > 4:
                step = replace(step, words="Not needed while school is not expedient", allowed=False)
            elif step.allowed:
                step = replace(step, words="Allowed now")
            elif not told:
                told = True
                step = replace(step, words=_next_refused(page, step, before, today), urgent=True)
            else:
                step = replace(step, words=_from(page, step, before, today))
        before = step
        found.append(step)
    return tuple(found)


def _next_refused(page: OrderPage, step: PathStep, before: PathStep | None, today: date) -> str:
    now = before is not None and before.mark is Mark.NOW
    waits = step.act is not None and step.act.from_date is not None and step.act.from_date > today
    if now and before is not None and not waits and not (step.key is Key.EXPEDIENT and page.notices_437.uncovered):
        return f"Not yet: after step {before.number}"
    return _not_yet(page, step, today)


def _from(page: OrderPage, step: PathStep, before: PathStep | None, today: date) -> str:
    if step.key is Key.INFORM:
        return "Same day as the order"
    day = step.act.from_date if step.act else None
    if day is None or before is None:
        return f"After step {step.number - 1}"
    earlier = before.act.from_date if before.act else None
    if earlier is None and before.mark is not Mark.LATER:
        earlier = today
    if day <= today or earlier == day:
        return f"Same day as step {before.number} at the earliest"
    words = f"Possible from {day_date(day)}"
    if step.key is Key.NOTICE_438 and page.last("notify-school-439") is None and not page.has_plan:
        words += ". Council practice, s439(7)"
    elif page.extra_days and step.key in (Key.SETTLE, Key.ORDER):
        words += f", {count(page.extra_days, 'extra day')} counted"
    return words


# What is done, in words


def _enquired(page: OrderPage) -> str:
    parts = []
    if page.letters_on:
        parts.append(f"letter{'s' if len(page.letters_on) > 1 else ''} {_listed(page.letters_on)}")
    if page.visits_on:
        parts.append(f"visit{'s' if len(page.visits_on) > 1 else ''} {_listed(page.visits_on)}")
    if page.calls and len(parts) < 2:
        parts.append(count(page.calls, "call"))
    words = ", ".join(parts)
    return words[:1].upper() + words[1:] if words else "Before the notice"


def _listed(days: tuple[date, ...]) -> str:
    shown = [day_date(day).partition(" ")[2] for day in days[-3:]]
    more = "earlier, " if len(days) > len(shown) else ""
    return more + (" and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0])


def _noticed(page: OrderPage) -> str:
    served, all_there = len(page.notices_437.valid), len(parents_of(page))
    of = "" if served == all_there else f"{served} of "
    return f"Served on {of}{count(all_there, 'parent')}"


def assessments_of(page: OrderPage) -> tuple[TakenRow, ...]:
    """Return the newest assessment of each served parent, each once, oldest first."""
    made = [row for row in page.steps if row.action == ACTS[Key.ASSESS]]
    found = {}
    for parent in served_parents(page):
        own = [place for place, row in enumerate(made) if row.parent_id in (None, parent.id)]
        if own:
            found[own[-1]] = made[own[-1]]
    return tuple(found[place] for place in sorted(found))


def _assessed(page: OrderPage) -> str:
    steps = assessments_of(page)
    if not steps:
        return "Assessed"
    words = {"satisfied": "Satisfied", "not-satisfied": "Not satisfied", "none": "No reply"}
    results = dict.fromkeys(words.get(str(step.data.get("result")), "Assessed") for step in steps)
    said = " and ".join(results)
    return f"{said[0]}{said[1:].lower()}, {day_date(steps[-1].on)}"


def _decided(page: OrderPage) -> str:
    step = page.last("decide-expedient")
    words = "Expedient" if page.expedient else "Not expedient: no order can follow"
    return f"{words}, decided {day_date(step.on)}" if step else words


def _asked(page: OrderPage) -> str:
    step = page.last("consult-school")
    return f"Asked {day_date(step.on)}" if step else "Asked"


def _told(page: OrderPage) -> str:
    step = page.last("notify-school-439")
    received = str(step.data.get("received", "")) if step else ""
    return f"Received {day_date(date.fromisoformat(received))}" if received else "Given"


def _agreed(page: OrderPage) -> str:
    step = page.last("agree-academy")
    return f"Agreed {day_date(step.on)} by {step.data.get('agreed_by', '')}".rstrip(" by") if step else "Agreed"


def _intended(page: OrderPage) -> str:
    last = page.notices_438.last_day
    words = f"Served on {count(len(page.notices_438.valid), 'parent')}"
    return f"{words}, last day {day_date(last)}" if last else words


def _settled(page: OrderPage) -> str:
    step = page.last("determine-school")
    if step is None:
        return "Settled"
    return f"{BASIS_WORDS.get(str(step.data.get('basis')), 'Settled')}, {day_date(step.on)}"


def _ordered(page: OrderPage) -> str:
    rows = [row for row in page.papers_of("L08") if row.served is not None and row.parent_id in page.orders]
    days = [row.served.deemed_on for row in rows if row.served is not None]
    numbers = ", ".join(row.number for row in rows if row.number)
    return f"{numbers} served {day_date(max(days))}" if days else "Served"


def _informed(page: OrderPage) -> str:
    step = page.last("inform-school")
    return f"Told {day_date(step.on)}" if step else "Told"


_DONE: Final[Mapping[Key, Callable[[OrderPage], str]]] = {
    Key.ENQUIRY: _enquired,
    Key.NOTICE_437: _noticed,
    Key.ASSESS: _assessed,
    Key.EXPEDIENT: _decided,
    Key.CONSULT: _asked,
    Key.TELL: _told,
    Key.AGREE: _agreed,
    Key.NOTICE_438: _intended,
    Key.SETTLE: _settled,
    Key.ORDER: _ordered,
    Key.INFORM: _informed,
}


def current_of(steps: tuple[PathStep, ...]) -> PathStep | None:
    """Return the step that is now, None where the process is over."""
    return next((step for step in steps if step.mark is Mark.NOW), None)


def next_refused(steps: tuple[PathStep, ...], after: PathStep | None) -> PathStep | None:
    """Return the first later step that is not lawful yet, None where there is none."""
    number = after.number if after is not None else 0
    return next((step for step in steps if step.number > number and step.mark is Mark.LATER and not step.allowed), None)


def beside(steps: tuple[PathStep, ...], chosen: PathStep) -> PathStep | None:
    """Return the refused step to show beside a chosen one: the present step where that is refused, else the next."""
    current = current_of(steps)
    other = current if current is not None and not current.allowed else None
    if other is None:
        other = next_refused(steps, chosen if chosen.mark is not Mark.DONE else current)
    return other if other is not None and other.key is not chosen.key else None
