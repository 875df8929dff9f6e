"""The register as at any day, as known on any day: every answer against a recount by hand from all rows."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cme_desktop.casework import cases, children, risk
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.rows import periods
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.school_age import year_group
from cme_desktop.models.base import Period
from cme_desktop.models.child import Child, ChildName
from cme_desktop.models.episode import Episode, EpisodeReason, EpisodeRisk, EpisodeStatus, EpisodeWaiting
from cme_desktop.models.reference import StatusCode
from cme_desktop.register.cases import CaseAtDay, cases_at
from cme_desktop.storage.capture import action_of
from cme_desktop.system import LONDON
from tests.factories import NOON, TODAY, Register, child_facts, make_case, open_copy
from tests.register.world import at, rate

START = date(2026, 9, 1)
DAYS = 60
STATUSES = (("whereabouts-unknown", "whereabouts-unknown"), ("ehe-to-check", "ehe"), ("closed", "ehe"))
OWN = {
    EpisodeStatus: "episode_id",
    EpisodeRisk: "episode_id",
    EpisodeWaiting: "episode_id",
    EpisodeReason: "episode_id",
}


@dataclass(frozen=True)
class Change:
    """One thing recorded: of which fact, how, for which days, and how many hours after the one before."""

    what: int
    how: str
    on: int
    length: int | None
    value: int
    hours: int


changes = st.builds(
    Change,
    what=st.integers(0, 4),
    how=st.sampled_from(("change", "change", "correct", "end")),
    on=st.integers(0, DAYS),
    length=st.none() | st.integers(1, 20),
    value=st.integers(0, 2),
    hours=st.integers(1, 200),
)


def values_of(change: Change) -> tuple[type[Period], dict[str, Any]]:
    """Return the table and the values of a change."""
    number = change.value
    if change.what == 0:
        status, pathway = STATUSES[number]
        return EpisodeStatus, {"status": status, "pathway": pathway, "counts_as_cme": number != 1, "why": ""}
    if change.what == 1:
        return EpisodeRisk, {"risk": ("high", "medium", "standard")[number], "why": ""}
    if change.what == 2:
        return EpisodeWaiting, {"waiting_on": ("", "the school", "the manager")[number]}
    if change.what == 3:
        reason = ("left-no-new-school", "moved-in", "other")[number]
        return EpisodeReason, {"reason": reason, "dfe_reason": None}
    return ChildName, {"surname": f"Name{number}", "forename": "Child", "surname_key": "", "forename_key": ""}


def record(register: Register, episode: Episode, change: Change) -> None:
    """Record one change as an act of its own, at its instant."""
    register.clock.moment += timedelta(hours=change.hours)
    model, values = values_of(change)
    owner = {"child_id": episode.child_id, "kind": "legal"} if model is ChildName else {"episode_id": episode.id}
    on, now = START + timedelta(days=change.on), register.clock.now()
    with register.store.action(register.officer, "test.record", hooks=False) as session:
        if change.how == "end":
            periods.end(session, model, owner, on=on, now=now)
        elif change.how == "correct":
            live = periods.live(session, model, owner)
            if live:
                periods.correct(session, live[change.on % len(live)], now=now, **values)
        else:
            until = None if change.length is None else on + timedelta(days=change.length)
            periods.change(session, model, owner, on=on, now=now, until=until, **values)
        assert action_of(session)


def end_of(day: date) -> datetime:
    """Return the first instant after a day in London."""
    return datetime(day.year, day.month, day.day, tzinfo=LONDON) + timedelta(days=1)


def holding(rows: list[Any], as_at: date, known_at: date | None) -> Any:
    """Return the one row that held on a day, by what had been recorded by the end of another."""
    found = []
    for row in rows:
        if known_at is None:
            known = row.superseded_at is None
        else:
            gone = row.superseded_at is not None and row.superseded_at < end_of(known_at)
            known = row.recorded_at < end_of(known_at) and not gone
        if known and row.valid_from <= as_at and (row.valid_to is None or as_at < row.valid_to):
            found.append(row)
    assert len(found) <= 1, "two facts of one kind never hold on one day"
    return found[0] if found else None


def recount(register: Register, as_at: date, known_at: date | None) -> list[dict[str, Any]]:
    """Count every case by hand, from all the rows that the register has."""
    counted = []
    with register.store.read() as session:
        closed_codes = {row.code for row in session.scalars(select(StatusCode)) if not row.is_open}
        tables = {model: list(session.scalars(select(model))) for model in (*OWN, ChildName)}
        kids = {child.id: child for child in session.scalars(select(Child))}
        for episode in session.scalars(select(Episode).order_by(Episode.ref)):
            own = {
                model: holding([row for row in tables[model] if row.episode_id == episode.id], as_at, known_at)
                for model in OWN
            }
            names = [row for row in tables[ChildName] if row.child_id == episode.child_id and row.kind == "legal"]
            name, child = holding(names, as_at, known_at), kids[episode.child_id]
            status = own[EpisodeStatus]
            if status is None or episode.opened_on > as_at:
                continue
            is_open = status.status not in closed_codes
            counted.append(
                {
                    "ref": episode.ref,
                    "surname": name.surname if name else "",
                    "forename": name.forename if name else "",
                    "dob": child.dob,
                    "year_group": year_group(child.dob, as_at) or "",
                    "status": status.status,
                    "pathway": status.pathway,
                    "is_open": is_open,
                    "closed": None if is_open else status.valid_from,
                    "risk": own[EpisodeRisk].risk if own[EpisodeRisk] else "not-rated",
                    "waiting_on": own[EpisodeWaiting].waiting_on if own[EpisodeWaiting] else "",
                    "reason": own[EpisodeReason].reason if own[EpisodeReason] else None,
                    "counts_as_cme": status.counts_as_cme and is_open,
                }
            )
    return counted


def told(case: CaseAtDay) -> dict[str, Any]:
    """Return what the register answers of one case, as far as it is recounted."""
    names = [
        "ref",
        "surname",
        "forename",
        "dob",
        "year_group",
        "status",
        "pathway",
        "is_open",
        "closed",
        "risk",
        "waiting_on",
        "reason",
        "counts_as_cme",
    ]
    return {name: getattr(case, name) for name in names}


@pytest.fixture(scope="module")
def two_cases(template: Register, tmp_path_factory: pytest.TempPathFactory) -> Register:
    """Return a closed register with two cases, to be copied for each history."""
    made = open_copy(template, tmp_path_factory.mktemp("two") / "register", now=at(START))
    make_case(made)
    make_case(made, child=child_facts("Patel", "Ravi", dob=date(2016, 8, 31)), opened_on=date(2026, 8, 20))
    made.close()
    return made


@settings(max_examples=25)
@given(history=st.lists(st.tuples(st.integers(0, 1), changes), max_size=14), seed=st.integers(0, 10**6))
def test_any_history_is_read_as_at_and_as_known_at_any_day(
    two_cases: Register,
    tmp_path_factory: pytest.TempPathFactory,
    history: list[tuple[int, Change]],
    seed: int,
) -> None:
    register = open_copy(two_cases, tmp_path_factory.mktemp("history") / "register", now=at(START))
    chance = random.Random(seed)
    said: dict[tuple[date, date], list[dict[str, Any]]] = {}
    try:
        with register.store.read() as session:
            episodes = list(session.scalars(select(Episode).order_by(Episode.id)))
        for which, change in history:
            before = register.clock.today()
            record(register, episodes[which], change)
            if register.clock.today() > before:  # what was said at the end of a day that is over never changes
                as_at = START + timedelta(days=chance.randrange(-20, DAYS + 30))
                said[as_at, before] = [told(case) for case in asked(register, as_at, before)]
        last = register.clock.today()
        for _ in range(12):
            as_at = START + timedelta(days=chance.randrange(-20, DAYS + 30))
            known_at = chance.choice((None, START + timedelta(days=chance.randrange(0, (last - START).days + 2))))
            answer = asked(register, as_at, known_at)
            assert [told(case) for case in answer] == recount(register, as_at, known_at)
        for (as_at, known_at), answer_then in said.items():
            assert [told(case) for case in asked(register, as_at, known_at)] == answer_then
    finally:
        register.close()


def asked(register: Register, as_at: date, known_at: date | None) -> tuple[CaseAtDay, ...]:
    return cases_at(register.store, register.officer, as_at, known_at)


def test_the_acts_of_a_case_are_read_back_day_by_day(register: Register) -> None:
    """Opened, moved, rated, renamed and closed by casework: each day says what was so, and what was known then."""
    register.clock.moment = at(date(2026, 9, 1))
    case = make_case(register, child=child_facts("Kamara", "Amara"))
    store, officer = register.store, register.officer
    register.clock.moment = at(date(2026, 9, 10))
    cases.change_status(store, officer, case.ref, "known-not-in-education", reason="Found", on=date(2026, 9, 7))
    rate(register, case.ref)
    register.clock.moment = at(date(2026, 9, 15))
    risk.raise_rating(store, officer, case.ref, "high", reason="A concern")
    children.change_name(
        store, officer, case.ref, children.NameFacts("Koroma", "Amara"), reason="Parents married", on=date(2026, 9, 12)
    )
    register.clock.moment = at(date(2026, 9, 25))
    close_case(store, officer, case.ref, cases.CloseCase("school-place", "Joiner file", on=date(2026, 9, 21)))
    register.clock.moment = at(date(2026, 10, 1))

    def one(as_at: date, known_at: date | None = None) -> CaseAtDay:
        (found,) = asked(register, as_at, known_at)
        return found

    assert asked(register, date(2026, 8, 31), None) == ()
    assert asked(register, date(2026, 9, 30), date(2026, 8, 31)) == ()
    assert one(date(2026, 9, 6)).pathway == "whereabouts-unknown"
    assert one(date(2026, 9, 7)).pathway == "known-not-in-education"
    assert one(date(2026, 9, 7), date(2026, 9, 9)).pathway == "whereabouts-unknown"
    assert one(date(2026, 9, 7), date(2026, 9, 10)).pathway == "known-not-in-education"
    assert [one(date(2026, 9, day)).risk for day in (9, 10, 14, 15)] == ["not-rated", "standard", "standard", "high"]
    assert [one(date(2026, 9, day)).surname for day in (11, 12)] == ["Kamara", "Koroma"]
    assert one(date(2026, 9, 12), date(2026, 9, 14)).surname == "Kamara"
    assert [(day, one(date(2026, 9, day)).is_open) for day in (20, 21)] == [(20, True), (21, False)]
    assert one(date(2026, 9, 21)).closed == date(2026, 9, 21)
    assert one(date(2026, 9, 21), date(2026, 9, 24)).is_open
    assert one(date(2026, 9, 20)).counts_as_cme
    assert not one(date(2026, 9, 21)).counts_as_cme
    assert one(date(2026, 9, 20)).closed is None
    for day in range(1, 31):
        for known in (None, date(2026, 9, 9), date(2026, 9, 12), date(2026, 9, 24)):
            as_at = date(2026, 9, day)
            assert [told(found) for found in asked(register, as_at, known)] == recount(register, as_at, known)


def test_what_is_known_at_the_end_of_a_day_is_by_london_time(register: Register) -> None:
    """Midnight in summer is 23:00 UTC: what is recorded at 23:30 UTC on 10 September belongs to the 11th."""
    register.clock.moment = at(date(2026, 9, 1))
    case = make_case(register)
    register.clock.moment = datetime(2026, 9, 10, 22, 59, 59, tzinfo=UTC)
    cases.change_status(register.store, register.officer, case.ref, "ehe-to-check", reason="Told by the mother")
    register.clock.moment = datetime(2026, 9, 10, 23, 30, tzinfo=UTC)
    cases.change_status(register.store, register.officer, case.ref, "out-of-borough", reason="Lives in Barnet")
    register.clock.moment = at(date(2026, 9, 20))
    as_at = date(2026, 9, 19)
    assert [asked(register, as_at, date(2026, 9, day))[0].pathway for day in (9, 10, 11)] == [
        "whereabouts-unknown",
        "ehe",
        "out-of-borough",
    ]


def test_today_agrees_with_what_the_case_itself_says(register: Register) -> None:
    for number in range(3):
        make_case(register, child=child_facts("Kamara", f"Child {number}"))
    cases.change_status(register.store, register.officer, "CME-2026-00002", "ehe-to-check", reason="Told")
    close_case(register.store, register.officer, "CME-2026-00003", cases.CloseCase("school-place", "File"))
    with register.store.read() as session:
        episodes = {row.ref: row for row in session.scalars(select(Episode))}
    answer = asked(register, TODAY, None)
    assert [case.ref for case in answer] == sorted(episodes)
    for case in answer:
        kept = episodes[case.ref]
        assert (case.status, case.pathway, case.risk, case.waiting_on, case.reason, case.counts_as_cme) == (
            kept.status,
            kept.pathway,
            kept.risk,
            kept.waiting_on,
            kept.reason,
            kept.counts_as_cme,
        )
        assert case.closed == kept.closed_on
        assert (case.next_date, case.next_action) == (
            (kept.next_date, kept.next_action) if case.is_open else (None, "")
        )
    assert asked(register, TODAY - timedelta(days=1), None) == ()
    assert asked(register, TODAY, TODAY)[0].next_date is None
    some = cases_at(register.store, register.officer, TODAY, refs=["CME-2026-00002", "CME-2026-00099"])
    assert [case.ref for case in some] == ["CME-2026-00002"]


def test_opened_twice_is_two_rows(register: Register) -> None:
    case = make_case(register)
    close_case(register.store, register.officer, case.ref, cases.CloseCase("school-place", "File"))
    register.clock.moment = NOON + timedelta(days=30)
    again = cases.reopen_case(
        register.store, register.officer, case.ref, "whereabouts-unknown", reason="Not at the school"
    )
    with pytest.raises(UserError):
        cases.reopen_case(register.store, register.officer, case.ref, "whereabouts-unknown", reason="Again")
    found = asked(register, register.clock.today(), None)
    assert [(one.ref, one.is_open) for one in found] == [(case.ref, False), (again.ref, True)]
    assert {one.child_id for one in found} == {case.child_id}
    assert Path(register.folder).is_dir()
