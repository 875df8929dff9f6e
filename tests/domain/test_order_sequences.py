"""Whatever is done in whatever order, no order is ever lawful before the day that plain arithmetic gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from cme_desktop.domain.order_process import Action, Basis, Paper, Result, State, next_act
from tests.domain.books import rules
from tests.domain.order_world import ACADEMY, MAINTAINED, SPECIAL, World, day, to_order

FIFTEEN = timedelta(days=14)  # the last of fifteen days beginning with day 1
ONE = timedelta(days=1)
SCHOOLS = st.sampled_from([MAINTAINED.urn, ACADEMY.urn, SPECIAL.urn])
REACHED: list[date] = []
PARENTS = st.sampled_from([1, 2])


@dataclass
class Ledger:
    """What the test itself writes down, to count the earliest lawful day without the program's help."""

    served_437: dict[int, date] = field(default_factory=dict)
    printed_437: dict[int, date | None] = field(default_factory=dict)
    served_438: dict[int, tuple[date, str]] = field(default_factory=dict)
    decided_against: dict[int, date] = field(default_factory=dict)
    assessed: list[tuple[date, Result, int | None]] = field(default_factory=list)
    decided: list[tuple[date, bool]] = field(default_factory=list)
    consulted: dict[str, date] = field(default_factory=dict)
    received: dict[str, date] = field(default_factory=dict)
    answered: dict[str, date] = field(default_factory=dict)
    agreed: dict[str, date] = field(default_factory=dict)
    determined: list[tuple[date, str]] = field(default_factory=list)


class OrderSequences(RuleBasedStateMachine):
    """Try acts in any sequence; carry out the lawful ones; check each order served against the ledger."""

    @initialize(leaves=st.booleans())
    def begin(self, leaves: bool) -> None:
        # A child born on 31 August 2011 is of school age until 25 June 2027.
        self.ends = date(2027, 6, 25) if leaves else date(2030, 6, 28)
        self.world = World(1, 2, dob=date(2011, 8, 31) if leaves else date(2014, 3, 3))
        self.today = day("2027-03-01")
        self.book = Ledger()

    def lawful(self, action: Action, **given: object) -> bool:
        """Carry out an act if the program lets it, and say whether it did."""
        if self.world.why_not(self.today, action, **given) is not None:
            return False
        self.world.apply(self.today, action, **given)
        return True

    @rule(days=st.sampled_from([1, 1, 2, 5, 13, 14, 15, 16]))
    def wait(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(parent=PARENTS, delay=st.integers(0, 6), printed=st.one_of(st.none(), st.integers(10, 25)))
    def serve_437(self, parent: int, delay: int, printed: int | None) -> None:
        if self.world.paper(self.today, Paper.NOTICE_437, parent) is not None:
            return
        self.world.issue(self.today, Paper.NOTICE_437, parent)
        if self.world.why_not(self.today, Action.SERVE_437, parent=parent) is None:
            served = self.today + timedelta(days=delay)
            last = None if printed is None else self.today + timedelta(days=printed)
            self.world.serve(Paper.NOTICE_437, self.today, parent, served, last)
            self.book.served_437[parent], self.book.printed_437[parent] = served, last

    @rule(result=st.sampled_from([Result.NO_REPLY, Result.NOT_SATISFIED]), parent=st.none() | PARENTS)
    def assess(self, result: Result, parent: int | None = None) -> None:
        if self.lawful(Action.ASSESS_RESPONSE, result=result, parent=parent):
            self.book.assessed.append((self.today, result, parent))

    @rule(expedient=st.sampled_from([True, True, True, False]))
    def decide(self, expedient: bool) -> None:
        if self.lawful(Action.DECIDE_EXPEDIENT, expedient=expedient, reasons="Reasons."):
            self.book.decided.append((self.today, expedient))

    @rule(urn=SCHOOLS)
    def consult(self, urn: str) -> None:
        if self.lawful(Action.CONSULT_SCHOOL, urn=urn):
            self.book.consulted.setdefault(urn, self.today)

    @rule(urn=SCHOOLS, later=st.integers(0, 3))
    def notify(self, urn: str, later: int) -> None:
        received = self.today + timedelta(days=later)
        if self.lawful(Action.NOTIFY_SCHOOL_439, urn=urn, received=received):
            self.book.received[urn] = received
            self.book.answered.pop(urn, None)

    @rule(urn=SCHOOLS)
    def answer(self, urn: str) -> None:
        if self.lawful(Action.RECORD_SCHOOL_ANSWER, urn=urn):
            self.book.answered[urn] = self.today

    @rule(urn=SCHOOLS)
    def agree(self, urn: str) -> None:
        if self.lawful(Action.AGREE_ACADEMY, urn=urn, agreed_by="A. Trustee"):
            self.book.agreed.setdefault(urn, self.today)

    @rule(parent=PARENTS, urn=SCHOOLS)
    def serve_438(self, parent: int, urn: str) -> None:
        if self.world.paper(self.today, Paper.NOTICE_438, parent, urn) is not None:
            return
        self.world.issue(self.today, Paper.NOTICE_438, parent, urn)
        if self.world.why_not(self.today, Action.SERVE_438, parent=parent, urn=urn) is None:
            self.world.serve(Paper.NOTICE_438, self.today, parent)
            self.book.served_438[parent] = (self.today, urn)

    @rule(urn=SCHOOLS)
    def determine(self, urn: str) -> None:
        if self.lawful(Action.DETERMINE_SCHOOL, urn=urn, basis=Basis.SPECIFIED):
            self.book.determined.append((self.today, urn))

    @rule(parent=PARENTS, approved=st.booleans())
    def decide_not_to_serve(self, parent: int, approved: bool) -> None:
        if (
            self.lawful(Action.DECIDE_NOT_TO_SERVE, parent=parent, reasons="No address.", approved=approved)
            and approved
        ):
            self.book.decided_against[parent] = self.today

    @rule(times=st.integers(1, 9))
    def work_on(self, times: int) -> None:
        """Take the next steps of the straight line, each on its first lawful day, so that orders are reached at all."""
        for _ in range(times):
            self.try_all()
            act = next_act(self.world.facts, self.today, rules())
            if act is not None and act.due > self.today:
                self.today = act.due - ONE  # one day early is the mistake to catch
                self.try_all()
                self.today = max(self.today, act.due)

    def try_all(self) -> None:
        """Try every step of the straight line on the present day."""
        for parent in (1, 2):
            self.serve_437(parent, 0, None)
        standing = self.world.decisions(self.today).state
        if standing is State.NOTICE_437_SERVED:
            self.assess(Result.NO_REPLY)
        if standing in (State.NOTICE_437_SERVED, State.RESPONSE_ASSESSED):
            self.decide(True)
        self.consult(MAINTAINED.urn)
        if MAINTAINED.urn not in self.book.received:
            self.notify(MAINTAINED.urn, 0)
        for parent in (1, 2):
            self.serve_438(parent, MAINTAINED.urn)
        self.determine(MAINTAINED.urn)
        for parent in (1, 2):
            self.serve_order(parent)

    @rule(parent=PARENTS)
    def serve_order(self, parent: int) -> None:
        if self.world.paper(self.today, Paper.ORDER, parent) is not None:
            return
        self.world.issue(self.today, Paper.ORDER, parent)
        told = self.world.decisions(self.today).action(Action.SERVE_ORDER)
        if self.world.why_not(self.today, Action.SERVE_ORDER, parent=parent) is not None:
            return
        assert told.allowed
        self.check_lawful(parent)
        self.world.serve(Paper.ORDER, self.today, parent)
        REACHED.append(self.today)

    def last_437(self, parent: int) -> date:
        """Return the last day of a parent's first notice, by arithmetic."""
        least = self.book.served_437[parent] + FIFTEEN
        return max(least, self.book.printed_437[parent] or least)

    def served_since(self, parent: int, decided: date) -> bool:
        """Say whether a parent who was not to be served was served after all, with a notice that holds."""
        served, printed = self.book.served_437.get(parent), self.book.printed_437.get(parent)
        return served is not None and served >= decided and (printed is None or printed >= served + FIFTEEN)

    def check_lawful(self, parent: int) -> None:
        """Check an order against the ledger, by arithmetic only."""
        book, today = self.book, self.today
        assert today <= self.ends
        left_out = {one for one, decided in book.decided_against.items() if not self.served_since(one, decided)}
        assert parent not in left_out
        for one in {1, 2} - left_out:
            assert one in book.served_437
            assert one in book.served_438
        for one, served in book.served_437.items():
            printed = book.printed_437[one]
            if one not in left_out:
                assert printed is None or printed >= served + FIFTEEN, "served on a defective notice"
        held = [p for p, s in book.served_437.items() if (book.printed_437[p] or s + FIFTEEN) >= s + FIFTEEN]
        over = max(self.last_437(one) for one in held) + ONE
        on, expedient = book.decided[-1]
        assert expedient
        assert on >= over
        for one in held:
            own = self.last_437(one) + ONE
            assert any(
                when <= on and whose in (None, one) and (result is not Result.NO_REPLY or when >= own)
                for when, result, whose in book.assessed
            ), "a decision before a parent's reply was assessed"
        settled_on, urn = book.determined[-1]
        assert book.consulted[urn] >= min(when for when, yes in book.decided if yes)
        choice_over = max(when + FIFTEEN for when, _ in book.served_438.values()) + ONE
        assert settled_on >= choice_over or settled_on >= book.served_438[parent][0] + FIFTEEN + ONE
        first_438 = min(when for one, (when, named) in book.served_438.items() if named == urn)
        if urn == ACADEMY.urn:
            assert first_438 >= book.agreed[urn]
            least = over + FIFTEEN + ONE
        else:
            assert urn in book.received
            least = over + FIFTEEN + ONE
            if urn not in book.answered:
                least += FIFTEEN + ONE
        if len(book.decided) == 1 and len(held) == len(book.served_437):
            assert today >= least

    @rule()
    def the_day_named_is_never_before_today(self) -> None:
        told = self.world.decisions(self.today).action(Action.SERVE_ORDER)
        assert told.from_date is None or self.today <= told.from_date <= self.ends


@pytest.mark.feature("F57")
@pytest.mark.rule("SD88")
def test_no_sequence_of_acts_makes_an_order_lawful_too_early() -> None:
    REACHED.clear()
    run_state_machine_as_test(
        OrderSequences, settings=settings(max_examples=120, stateful_step_count=20, deadline=None, derandomize=True)
    )
    assert len(REACHED) >= 20, "the sequences must reach orders, or they prove nothing"


def test_the_straight_line_reaches_an_order_on_the_first_lawful_day() -> None:
    """Guard the machine above: the line it takes does end in an order, on the day of the worked timetable."""
    world = to_order()
    assert world.decisions(day("2027-01-15")).action(Action.SERVE_ORDER).from_date == day("2027-01-15")
    world.order(day("2027-01-15"))
