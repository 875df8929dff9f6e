"""The side of Today: what came in, answers, routines, and how old the copy in the second place is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from cme_desktop.casework import keeping
from cme_desktop.models.order import Approval
from cme_desktop.models.reference import BankHoliday, RoutineCheck
from cme_desktop.register.came_in import CameIn, records_safe, routines
from cme_desktop.register.today import today_page
from tests.factories import NOON, TODAY, Register, child_facts, make_case, make_register, referral_facts


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    made = make_register(tmp_path / "store")
    yield made
    made.close()


def came(register: Register) -> CameIn:
    return today_page(register.store, register.officer).came_in


def test_nothing_came_in(register: Register) -> None:
    assert came(register).nothing
    assert came(register).oldest_at is None


def test_a_new_referral_is_told_without_a_name(register: Register) -> None:
    make_case(
        register,
        child=child_facts(dob=date(2019, 3, 2)),
        status="new-referral",
        referral=referral_facts(referrer_kind="housing", referrer_school_urn=None, referrer_name=""),
    )
    one = came(register)
    assert (one.referrals, one.referral_ref) == (1, "CME-2026-00001")
    assert one.referral_words.endswith("a girl of 7, Harrow")
    assert "Kamara" not in one.referral_words
    assert not one.nothing


def ask(register: Register, **changes: object) -> None:
    """Put an approval on the first case that was asked by the officer."""
    values: dict[str, object] = {
        "episode_id": 1,
        "kind": "risk-lower",
        "data": {"what": "Lower risk rating"},
        "asked_by": register.officer.id,
        "asked_at": NOON,
    }
    with register.store.action(register.officer, "test.ask", hooks=False) as session:
        session.add(Approval(**{**values, **changes}))


def test_an_answer_is_news_for_a_week_to_who_asked(register: Register) -> None:
    make_case(register)
    ask(register)
    assert came(register).answers == 0
    ask(register, decision="approved", decided_by=register.manager.id, decided_at=NOON)
    one = came(register)
    assert (one.answers, one.answer_by, one.answer_ref) == (1, "Bernard Hall", "CME-2026-00001")
    assert one.answer_words == "Lower risk rating approved: Amara Kamara"
    assert today_page(register.store, register.manager).came_in.answers == 0
    register.clock.moment = NOON + timedelta(days=8)
    assert came(register).answers == 0


def test_what_waits_for_the_manager_is_the_managers_decision(register: Register) -> None:
    make_case(register)
    ask(register)
    mine = today_page(register.store, register.manager).rows("decision")
    assert [(row.kind, row.since) for row in mine] == [("approval", NOON)]
    waiting = [row for row in today_page(register.store, register.officer).rows("waiting") if row.kind == "approval"]
    assert [row.waits_on for row in waiting] == ["the manager"]


def backup(register: Register, at: datetime, **result: object) -> None:
    with register.store.action(register.officer, "test.backup", hooks=False) as session:
        session.add(RoutineCheck(kind="backup", done_at=at, user_id=1, result=result))


def copy_on(register: Register, day: date) -> str:
    with register.store.read() as session:
        return records_safe(session, day).copy


def test_the_copy_is_late_after_one_working_day_and_very_late_after_seven_days(register: Register) -> None:
    """Safety.md 8: amber after one working day without a copy in the second place, red at 7 days."""
    assert copy_on(register, TODAY) == "none"
    friday = datetime(2026, 11, 20, 8, 59, tzinfo=UTC)
    backup(register, friday, ok=True, second_place=True)
    backup(register, friday + timedelta(days=1), ok=True, second_place=False)
    assert copy_on(register, date(2026, 11, 20)) == "ok"
    assert copy_on(register, date(2026, 11, 23)) == "ok"
    assert copy_on(register, date(2026, 11, 24)) == "late"
    assert copy_on(register, date(2026, 11, 26)) == "late"
    assert copy_on(register, date(2026, 11, 27)) == "very-late"
    backup(register, friday + timedelta(days=3), ok=False, second_place=True)
    assert copy_on(register, date(2026, 11, 24)) == "late"


def test_a_copy_dated_ahead_of_the_clock_is_no_green_light(register: Register) -> None:
    backup(register, datetime(2026, 12, 24, 9, tzinfo=UTC), ok=True, second_place=True)
    assert copy_on(register, TODAY) == "late"
    backup(register, NOON, ok=True, second_place=True)
    assert copy_on(register, TODAY) == "ok"


def test_a_bank_holiday_is_no_working_day_without_a_copy(register: Register) -> None:
    backup(register, datetime(2026, 12, 24, 9, tzinfo=UTC), ok=True, second_place=True)
    assert copy_on(register, date(2026, 12, 29)) == "ok"
    assert copy_on(register, date(2026, 12, 30)) == "late"


def test_without_bank_holidays_the_warning_comes_early_rather_than_late(register: Register) -> None:
    backup(register, datetime(2026, 11, 20, 9, tzinfo=UTC), ok=True, second_place=True)
    with register.store.action(register.officer, "test.forget", hooks=False) as session:
        for row in session.query(BankHoliday).all():
            session.delete(row)
    assert copy_on(register, date(2026, 11, 21)) == "ok"
    assert copy_on(register, date(2026, 11, 22)) == "late"


def test_the_routines_are_due_weekly_from_when_they_were_done(register: Register) -> None:
    with register.store.read() as session:
        assert [(one.kind, one.done_at, one.due) for one in routines(session, TODAY)] == [
            ("s2s-messages", None, TODAY),
            ("weekly-report", None, TODAY),
        ]
    keeping.routine_done(register.store, register.officer, "s2s-messages")
    with register.store.read() as session:
        first, second = routines(session, TODAY)
    assert (first.done_at, first.by, first.due) == (NOON, "Anita Patel", TODAY + timedelta(days=7))
    assert second.due == TODAY


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2026, 11, 22), date(2026, 11, 23)),
        (date(2026, 12, 25), date(2026, 12, 29)),
        (date(2026, 11, 24), date(2026, 11, 24)),
    ],
    ids=["a Sunday", "Christmas, its Monday a bank holiday", "a Tuesday"],
)
def test_a_routine_is_due_on_a_working_day(register: Register, today: date, due: date) -> None:
    with register.store.read() as session:
        assert {one.due for one in routines(session, today)} == {due}


def test_a_routine_done_on_a_sunday_is_due_on_the_monday_after_a_week(register: Register) -> None:
    register.clock.moment = datetime(2026, 11, 22, 12, tzinfo=UTC)
    keeping.routine_done(register.store, register.officer, "s2s-messages")
    with register.store.read() as session:
        first, _ = routines(session, date(2026, 11, 29))
    assert first.due == date(2026, 11, 30)
