"""Dated facts: no day has two answers, nothing is overwritten, and what was known then stays readable."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from cme_desktop.casework.rows import periods
from cme_desktop.models.episode import EpisodeRisk
from cme_desktop.storage.store import Store
from tests.casework.look import rows
from tests.factories import Register, child_facts, make_case

FIRST = date(2026, 1, 1)
days = st.integers(0, 60).map(lambda number: FIRST + timedelta(days=number))
changes = st.lists(
    st.tuples(days, st.one_of(st.none(), st.integers(1, 20)), st.sampled_from(("high", "medium", "standard"))),
    min_size=1,
    max_size=7,
)


def said(known: list[EpisodeRisk], day: date, at: datetime) -> list[str]:
    """Return what the rows say of a day as known at an instant."""
    return [
        row.risk
        for row in known
        if row.valid_from <= day
        and (row.valid_to is None or day < row.valid_to)
        and row.recorded_at <= at
        and (row.superseded_at is None or row.superseded_at > at)
    ]


def change_all(
    store: Store, register: Register, case_id: int, wanted: list[tuple[date, int | None, str]]
) -> list[tuple[datetime, dict[date, str]]]:
    """Make changes one after another; return what each day should say after each of them."""
    owner = {"episode_id": case_id}
    truth: dict[date, str] = {}
    history: list[tuple[datetime, dict[date, str]]] = []
    for number, (on, length, risk) in enumerate(wanted):
        now = datetime(2026, 6, 1, 12, number, tzinfo=UTC)
        with store.action(register.officer, "case.facts", hooks=False) as session:
            starts = [row.valid_from for row in periods.live(session, EpisodeRisk, owner) if row.valid_from > on]
            until = on + timedelta(days=length) if length else min(starts, default=None)
            periods.change(
                session,
                EpisodeRisk,
                owner,
                on=on,
                now=now,
                until=on + timedelta(days=length) if length else None,
                risk=risk,
                why="",
            )
        day = on
        while day < (until or FIRST + timedelta(days=100)):
            truth[day] = risk
            day += timedelta(days=1)
        history.append((now, dict(truth)))
    return history


@settings(max_examples=25)
@given(wanted=changes)
def test_every_day_has_the_answer_of_the_last_change_that_spoke_of_it(
    wanted: list[tuple[date, int | None, str]], shared: Register
) -> None:
    store = shared.store
    case = make_case(shared, child=child_facts(forename="Period", upns=()))
    with store.action(shared.officer, "case.facts", hooks=False) as session:
        for row in periods.live(session, EpisodeRisk, {"episode_id": case.episode_id}):
            session.delete(row)
    history = change_all(store, shared, case.episode_id, wanted)
    known = rows(shared, EpisodeRisk, EpisodeRisk.episode_id == case.episode_id)
    for at, truth in history:
        for number in range(0, 100, 3):
            day = FIRST + timedelta(days=number)
            expected = [truth[day]] if day in truth else []
            assert said(known, day, at) == expected, (day, at)


def test_saying_the_same_again_writes_nothing(register: Register) -> None:
    case = make_case(register)
    owner = {"episode_id": case.episode_id}
    with register.store.action(register.officer, "case.facts", hooks=False) as session:
        same = periods.change(
            session, EpisodeRisk, owner, on=case.opened_on, now=register.clock.now(), risk="not-rated",
            why="case opened",
        )  # fmt: skip
        assert same is None
    assert len(rows(register, EpisodeRisk)) == 1


def test_a_fact_that_ends_says_nothing_of_later_days(register: Register) -> None:
    case = make_case(register, opened_on=date(2026, 11, 1))
    owner = {"episode_id": case.episode_id}
    with register.store.action(register.officer, "case.facts", hooks=False) as session:
        periods.end(session, EpisodeRisk, owner, on=date(2026, 11, 10), now=register.clock.now())
        assert periods.current(session, EpisodeRisk, owner) is None
    known = rows(register, EpisodeRisk)
    now = register.clock.now()
    assert said(known, date(2026, 11, 9), now) == ["not-rated"]
    assert said(known, date(2026, 11, 10), now) == []
