"""Where an order process stands on a day: which notices hold, whose time is over, what was decided and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from cme_desktop.domain.calendar import ONE_DAY
from cme_desktop.domain.deadlines import last_day_of
from cme_desktop.domain.order_process.facts import Action, Document, OrderFacts, Paper, Result, School, State, Step
from cme_desktop.domain.rules import RuleBook
from cme_desktop.domain.school_age import csa_end, csa_start


@dataclass(frozen=True)
class Notices:
    """The notices of one kind: those that hold, by parent, and the parents still to be served or decided on."""

    valid: Mapping[int, Document]
    faulty: tuple[int, ...]
    uncovered: tuple[int, ...]
    last_days: Mapping[int, date]

    @property
    def last_day(self) -> date | None:
        """Return the latest last day of all parents served, None while nobody is."""
        return max(self.last_days.values(), default=None)

    @property
    def covered(self) -> bool:
        """Say whether one parent at least is served and every other served or decided on."""
        return bool(self.valid) and not self.uncovered

    @property
    def over_from(self) -> date | None:
        """Return the first day on which every served parent's time is over."""
        return None if self.last_day is None else self.last_day + ONE_DAY


@dataclass(frozen=True)
class Standing:
    """The facts read as on one day; steps and papers dated later are not looked at."""

    facts: OrderFacts
    on: date
    rules: RuleBook = field(repr=False)

    @cached_property
    def satisfied_step(self) -> Step | None:
        """Return the last assessment that satisfied the council: what came before it belongs to an ended process."""
        found = [s for s in self.facts.steps if s.on <= self.on and s.result is Result.SATISFIED]
        return found[-1] if found else None

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Return the steps of the present process taken up to the day."""
        steps = tuple(step for step in self.facts.steps if step.on <= self.on)
        ended = self.satisfied_step
        return steps if ended is None else steps[len(steps) - 1 - steps[::-1].index(ended) + 1 :]

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """Return the papers of the present process, those not yet issued included."""
        ended = self.satisfied_step
        return tuple(
            paper
            for paper in self.facts.documents
            if paper.issued_on is None or (paper.issued_on <= self.on and (ended is None or paper.issued_on > ended.on))
        )

    @cached_property
    def school_age(self) -> tuple[date, date]:
        """Return the first and last day of compulsory school age."""
        return csa_start(self.facts.dob), csa_end(self.facts.dob)

    @cached_property
    def not_to_be_served(self) -> frozenset[int]:
        """Return the parents whom a second person's approval says not to serve."""
        return frozenset(
            step.parent
            for step in self.facts.steps
            if step.action is Action.DECIDE_NOT_TO_SERVE
            and step.approved
            and step.on <= self.on
            and step.parent is not None
            and not self._served_since(step)
        )

    def _served_since(self, decided: Step) -> bool:
        """Say whether a parent who was not to be served was found and served with the first notice after all."""
        return any(
            paper.code is Paper.NOTICE_437
            and paper.parent == decided.parent
            and paper.served_on is not None
            and decided.on <= paper.served_on <= self.on
            and not self.is_faulty(paper)
            for paper in self.facts.documents
        )

    def last(self, action: Action, urn: str | None = None) -> Step | None:
        """Return the latest step of a kind in the present process, for one school if asked."""
        found = [s for s in self.steps if s.action is action and (urn is None or s.urn == urn)]
        return found[-1] if found else None

    def issued(self, code: Paper, parent: int | None) -> Document | None:
        """Return the newest issued paper of a kind for a parent that has not been served yet."""
        found = [
            paper
            for paper in self.documents
            if paper.code is code
            and paper.parent == parent
            and paper.issued_on is not None
            and paper.served_on is None
            and not paper.defective
        ]
        return found[-1] if found else None

    def issued_later(self, code: Paper, parent: int | None) -> date | None:
        """Return the first day after this one on which a paper of a kind was issued for a parent, None if on none."""
        days = [
            paper.issued_on
            for paper in self.facts.documents
            if paper.code is code and paper.parent == parent and paper.issued_on is not None
        ]
        return min((day for day in days if day > self.on), default=None)

    def waits_for_approval(self, code: Paper, parent: int | None) -> bool:
        """Say whether a paper of a kind for a parent waits for a second person."""
        return any(p.code is code and p.parent == parent and p.waits_for_approval for p in self.documents)

    def least_last_day(self, code: Paper, served_on: date) -> date:
        """Return the earliest last day the law lets a notice served on a day have."""
        key = "notice_437_min" if code is Paper.NOTICE_437 else "notice_438_choice"
        return last_day_of(self.rules.rule(f"SAO-A.{key}"), served_on)

    def parents_time(self, served_on: date) -> date:
        """Return the first day after the time a parent would have, if served on a day, the council's days included."""
        last = self.least_last_day(Paper.NOTICE_437, served_on)
        return last + timedelta(days=self.facts.settings.extra_days + 1)

    def is_faulty(self, notice: Document) -> bool:
        """Say whether a served notice does not hold: returned, marked, or printed with fewer days than the law's."""
        if notice.returned or notice.defective or notice.served_on is None:
            return True
        printed = notice.printed_last_day
        return printed is not None and printed < self.least_last_day(notice.code, notice.served_on)

    def last_day(self, notice: Document) -> date:
        """Return the last day of a served notice: the one printed, never before the law's own."""
        if notice.served_on is None:
            raise ValueError("a notice has a last day only once it is served")
        least = self.least_last_day(notice.code, notice.served_on)
        if notice.printed_last_day is None:
            return least + timedelta(days=self.facts.settings.extra_days)
        return max(notice.printed_last_day, least)

    @cached_property
    def proposed_school(self) -> str | None:
        """Return the school that the newest served section 438 notice says the order will name."""
        served = [p for p in self.documents if p.code is Paper.NOTICE_438 and p.served_on is not None]
        return served[-1].urn if served else None

    @cached_property
    def notices_437(self) -> Notices:
        """Return how the section 437(1) notices stand."""
        return self._notices(Paper.NOTICE_437, None)

    @cached_property
    def notices_438(self) -> Notices:
        """Return how the section 438(2) notices of the proposed school stand."""
        return self._notices(Paper.NOTICE_438, self.proposed_school)

    def _notices(self, code: Paper, urn: str | None) -> Notices:
        valid: dict[int, Document] = {}
        faulty: list[int] = []
        for parent in self.facts.parents:
            served = [
                paper
                for paper in self.documents
                if paper.code is code
                and paper.parent == parent.id
                and paper.served_on is not None
                and (urn is None or paper.urn == urn)
            ]
            if served and not self.is_faulty(served[-1]):
                valid[parent.id] = served[-1]
            elif served and parent.id not in self.not_to_be_served:
                faulty.append(parent.id)
        uncovered = tuple(
            parent.id
            for parent in self.facts.parents
            if parent.id not in valid and parent.id not in self.not_to_be_served
        )
        return Notices(
            valid, tuple(faulty), uncovered, {parent: self.last_day(paper) for parent, paper in valid.items()}
        )

    @cached_property
    def assessments(self) -> Mapping[int, Step]:
        """Return, for each served parent, the assessment that stands.

        It was made after that parent's service, and a "no reply" after that parent's own time. One that names no
        parent speaks of all who were served by then.
        """
        notices = self.notices_437
        found: dict[int, Step] = {}
        for parent, paper in notices.valid.items():
            about = [s for s in self.steps if s.action is Action.ASSESS_RESPONSE and s.parent in (None, parent)]
            if not about or paper.served_on is None:
                continue
            no_reply = about[-1].result is Result.NO_REPLY
            if about[-1].on >= (notices.last_days[parent] + ONE_DAY if no_reply else paper.served_on):
                found[parent] = about[-1]
        return found

    @cached_property
    def assessment(self) -> Step | None:
        """Return the last assessment once every served parent's reply, or want of one, has been assessed."""
        made = self.assessments
        if not made or len(made) < len(self.notices_437.valid):
            return None
        return max(made.values(), key=self.steps.index)

    @cached_property
    def decision(self) -> Step | None:
        """Return the decision on expediency that stands: after every served parent's time and after the assessment."""
        step = self.last(Action.DECIDE_EXPEDIENT)
        over = self.notices_437.over_from
        if step is None or over is None or self.assessment is None:
            return None
        return step if step.on >= over and self.steps.index(step) > self.steps.index(self.assessment) else None

    @property
    def expedient(self) -> bool:
        """Say whether it stands decided that the child should attend school."""
        return self.decision is not None and self.decision.expedient is True

    def school_may_be_proposed_from(self, school: School) -> date | None:
        """Return the first day a section 438 notice may name a school, None while a step towards it is missing.

        A maintained school has its 15 days from the notice's receipt (council practice), fewer if its governing body
        has answered in writing; an academy's trust has agreed.
        """
        if self.facts.direction == school.urn:
            return self.on
        consulted = self.last(Action.CONSULT_SCHOOL, school.urn)
        if consulted is None:
            return None
        if not school.is_maintained:
            agreed = self.last(Action.AGREE_ACADEMY, school.urn)
            if not self.facts.settings.academy_must_agree:
                return consulted.on
            return None if agreed is None else agreed.on
        told = self.last(Action.NOTIFY_SCHOOL_439, school.urn)
        if told is None:
            return None
        since = [
            step
            for step in self.steps[self.steps.index(told) + 1 :]
            if step.action is Action.RECORD_SCHOOL_ANSWER and step.urn == school.urn
        ]
        received = next((step.received for step in reversed(since) if step.received), told.received or told.on)
        if not self.facts.settings.wait_for_school:
            return received
        waits_to = last_day_of(self.rules.rule("SAO-A.sos_application"), received) + ONE_DAY
        answers = [step.on for step in since if step.received is None and step.on >= received]
        return min(waits_to, answers[-1]) if answers else waits_to

    @cached_property
    def orders(self) -> Mapping[int, Document]:
        """Return the orders served, by parent."""
        return {
            paper.parent: paper
            for paper in self.documents
            if paper.code is Paper.ORDER
            and paper.parent is not None
            and paper.served_on is not None
            and not paper.returned
            and not paper.defective
        }

    @property
    def state(self) -> State:
        """Return the name of the furthest step that stands."""
        for state, reached in (
            (State.ENDED, self.facts.closed or (bool(self.orders) and self.on > self.school_age[1])),
            (State.COMPLIED, bool(self.orders) and self.facts.on_roll),
            (State.SAO_SERVED, bool(self.orders)),
            (State.SCHOOL_DETERMINED, self._chosen()),
            (State.NOTICE_438_SERVED, self.expedient and bool(self.notices_438.valid) and not self.facts.has_plan),
            (State.EHCP_ROUTE, self.expedient and self.facts.has_plan),
            (State.SOS_DIRECTION_PENDING, self.expedient and self.facts.direction_pending),
            (State.SCHOOL_DECISION_NOTICE, self.expedient and self.last(Action.NOTIFY_SCHOOL_439) is not None),
            (State.SCHOOL_CONSULTED, self.expedient and self.last(Action.CONSULT_SCHOOL) is not None),
            (State.EXPEDIENT_DECISION, self.decision is not None),
            (State.RESPONSE_ASSESSED, self.assessment is not None),
            (State.NOTICE_437_SERVED, bool(self.notices_437.valid)),
            (State.SATISFIED, self.satisfied_step is not None),
        ):
            if reached:
                return state
        return State.INFORMAL_ENQUIRY

    def _chosen(self) -> bool:
        return self.expedient and self.last(Action.DETERMINE_SCHOOL) is not None
