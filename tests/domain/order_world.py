"""A small world in which an order process is worked: facts that grow by acts, papers issued and served on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from cme_desktop.domain.errors import Refusal
from cme_desktop.domain.order_process import (
    Action,
    Basis,
    Decisions,
    Document,
    OrderFacts,
    Paper,
    Parent,
    Request,
    Result,
    School,
    SchoolKind,
    Settings,
    Step,
    check,
    check_paper,
    decide,
)
from tests.domain.books import rules

MAINTAINED = School("999001", SchoolKind.MAINTAINED)
ACADEMY = School("999002", SchoolKind.ACADEMY)
SPECIAL = School("999004", SchoolKind.SPECIAL)
INDEPENDENT = School("999005", SchoolKind.INDEPENDENT)
SCHOOLS = (MAINTAINED, ACADEMY, SPECIAL, INDEPENDENT)
CHILD = date(2014, 3, 3)
FIRST = date(2026, 12, 1)


def day(text: str) -> date:
    """Return a date of the worked timetable, such as "2026-12-16"."""
    return date.fromisoformat(text)


class World:
    """Work one case: each act is checked by the program first and carried out only if it is lawful."""

    def __init__(self, *parents: int, dob: date = CHILD, **facts: object) -> None:
        self.facts = OrderFacts(
            dob=dob,
            parents=tuple(Parent(one) for one in parents or (1,)),
            schools=SCHOOLS,
            form_confirmed=True,
            **facts,  # type: ignore[arg-type]
        )

    def change(self, **facts: object) -> None:
        """Change a fact that no act of the process changes."""
        self.facts = replace(self.facts, **facts)  # type: ignore[arg-type]

    def set(self, **settings: object) -> None:
        """Change a setting of the council."""
        self.change(settings=replace(Settings(), **settings))  # type: ignore[arg-type]

    def decisions(self, on: date) -> Decisions:
        """Return everything the program says about a day."""
        return decide(self.facts, on, rules())

    def why_not(self, on: date, action: Action, **given: object) -> Refusal | None:
        """Return why an act is refused on a day, None if it is lawful."""
        given.pop("approved", None)  # a second person's answer, not a particular of the request
        return check(self.facts, Request(action, **given), on, rules())  # type: ignore[arg-type]

    def refused(self, on: date, action: Action, **given: object) -> Refusal:
        """Return the refusal of an act that must be refused."""
        refusal = self.why_not(on, action, **given)
        assert refusal is not None, f"{action} was lawful on {on}"
        assert refusal.section
        assert refusal.message.endswith(".")
        return refusal

    def paper(self, on: date, code: Paper, parent: int = 1, urn: str | None = None) -> Refusal | None:
        """Return why a paper cannot be made on a day."""
        return check_paper(self.facts, code, on, rules(), parent=parent, urn=urn)

    def issue(self, on: date, code: Paper, parent: int = 1, urn: str | None = None, **more: object) -> None:
        """Issue a paper without asking: what may be issued is tested by itself."""
        document = Document(code, parent, urn, issued_on=on, **more)  # type: ignore[arg-type]
        self.change(documents=(*self.facts.documents, document))

    def do(self, on: date, action: Action, **given: object) -> None:
        """Carry out an act that must be lawful."""
        refusal = self.why_not(on, action, **given)
        assert refusal is None, refusal
        self.apply(on, action, **given)

    def apply(self, on: date, action: Action, **given: object) -> None:
        """Write an act down, as casework would."""
        kept = {k: v for k, v in given.items() if k in ("parent", "urn", "result", "expedient", "basis", "received")}
        step = Step(action, on, approved=bool(given.get("approved")), **kept)  # type: ignore[arg-type]
        self.change(steps=(*self.facts.steps, step))

    def serve(
        self, code: Paper, on: date, parent: int = 1, served: date | None = None, printed: date | None = None
    ) -> None:
        """Record the service of the newest issued paper of a kind for a parent."""
        papers = list(self.facts.documents)
        place = max(n for n, p in enumerate(papers) if p.code is code and p.parent == parent and p.served_on is None)
        papers[place] = replace(papers[place], served_on=served or on, printed_last_day=printed)
        self.change(documents=tuple(papers))

    def notice_437(self, on: date, parent: int = 1, served: date | None = None, printed: date | None = None) -> None:
        """Issue and serve a section 437(1) notice."""
        self.issue(on, Paper.NOTICE_437, parent)
        self.do(on, Action.SERVE_437, parent=parent)
        self.serve(Paper.NOTICE_437, on, parent, served, printed)

    def notice_438(self, on: date, urn: str, parent: int = 1, printed: date | None = None, **more: object) -> None:
        """Issue and serve a section 438(2) notice."""
        self.issue(on, Paper.NOTICE_438, parent, urn, **more)
        self.do(on, Action.SERVE_438, parent=parent, urn=urn)
        self.serve(Paper.NOTICE_438, on, parent, printed=printed)

    def order(self, on: date, parent: int = 1) -> None:
        """Issue and serve the order."""
        self.issue(on, Paper.ORDER, parent)
        self.do(on, Action.SERVE_ORDER, parent=parent)
        self.serve(Paper.ORDER, on, parent)

    def decided(self, on: date = FIRST + timedelta(days=15)) -> None:
        """Record no reply and the decision that school is expedient."""
        self.do(on, Action.ASSESS_RESPONSE, result=Result.NO_REPLY)
        self.do(on, Action.DECIDE_EXPEDIENT, expedient=True, reasons="No reply, and no education seen.")

    def maintained_ready(self, on: date, urn: str = MAINTAINED.urn) -> None:
        """Consult a maintained school and give it notice, received the same day."""
        self.do(on, Action.CONSULT_SCHOOL, urn=urn)
        self.do(on, Action.NOTIFY_SCHOOL_439, urn=urn, received=on)

    def academy_ready(self, on: date) -> None:
        """Ask an academy's trust and record its agreement."""
        self.do(on, Action.CONSULT_SCHOOL, urn=ACADEMY.urn)
        self.do(on, Action.AGREE_ACADEMY, urn=ACADEMY.urn, agreed_by="A. Trustee")


def to_notice_438(*parents: int) -> World:
    """Return a world on the maintained path with everything done up to the parents' choice (worked timetable)."""
    world = World(*parents)
    for one in parents or (1,):
        world.notice_437(FIRST, one)
    world.decided()
    world.maintained_ready(day("2026-12-16"))
    for one in parents or (1,):
        world.notice_438(day("2026-12-31"), MAINTAINED.urn, one)
    return world


def to_order(*parents: int) -> World:
    """Return a world in which the order may be served on 15 January 2027."""
    world = to_notice_438(*parents)
    world.do(day("2027-01-15"), Action.DETERMINE_SCHOOL, urn=MAINTAINED.urn, basis=Basis.SPECIFIED)
    return world
