"""Today: each task once, in the group that its date and its waiting say, and what waits for a decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cme_desktop.casework import cases, next_steps, risk
from cme_desktop.casework.intake.files import take
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.risk import AnswerEntry, ResponseEntry
from cme_desktop.domain.next_steps import Group
from cme_desktop.models.episode import Episode
from cme_desktop.models.timeline import Task
from cme_desktop.register.today import GROUPS, TodayPage, TodayRow, today_page
from tests.casework.look import rows
from tests.casework.s2s import READER, Pupil, joiner_file
from tests.factories import NOON, TODAY, Register, child_facts, make_case, make_upn, open_copy
from tests.register.world import at

KNOWN = make_upn("310201529333")


def page_of(register: Register) -> TodayPage:
    return today_page(register.store, register.officer)


def grouped(page: TodayPage) -> dict[int, str]:
    """Return the group of each task that is shown."""
    shown = [(row.task_id, group) for group, found in page.groups for row in found if row.task_id is not None]
    assert len({number for number, _ in shown}) == len(shown), "one row for one task"
    return dict(shown)


def wanted(task: Task, day: date) -> str | None:
    """Say, from a task's own row, where it should stand."""
    due = max(task.due, task.put_off_until or task.due)
    if task.state != "open":
        return None
    if task.band == Group.SAFEGUARDING.value and due <= day:
        return "safeguarding"
    if due < day:
        return "overdue"
    if task.waits_on not in (next_steps.OFFICER, ""):
        return "waiting"
    if due == day:
        return "today"
    return "week" if due <= day + timedelta(days=7) else None


@pytest.fixture(scope="module")
def plain(template: Register, tmp_path_factory: pytest.TempPathFactory) -> Register:
    """Return a register with one case, whose tasks the property below writes anew for each example."""
    made = open_copy(template, tmp_path_factory.mktemp("today") / "register")
    make_case(made)
    return made


task_facts = st.tuples(
    st.integers(-10, 12),
    st.none() | st.integers(-5, 20),
    st.sampled_from(("you", "the school", "")),
    st.sampled_from(("safeguarding", "step", "")),
    st.sampled_from(("open", "open", "open", "done", "dropped")),
)


@pytest.mark.feature("F51")
@settings(max_examples=25)
@given(facts=st.lists(task_facts, max_size=12))
def test_every_open_task_stands_once_in_the_group_its_facts_say(
    plain: Register, facts: list[tuple[int, int | None, str, str, str]]
) -> None:
    with plain.store.action(plain.officer, "test.tasks", hooks=False) as session:
        for row in session.query(Task).all():
            session.delete(row)
        for ahead, put_off, waits_on, band, state in facts:
            session.add(
                Task(
                    episode_id=1,
                    rule="by-hand",
                    title="Ring",
                    due=TODAY + timedelta(days=ahead),
                    put_off_until=None if put_off is None else TODAY + timedelta(days=put_off),
                    waits_on=next_steps.OFFICER if waits_on == "you" else waits_on,
                    band=band,
                    state=state,
                    created_at=NOON,
                )
            )
    page = page_of(plain)
    tasks = rows(plain, Task)
    expected = {task.id: wanted(task, TODAY) for task in tasks}
    assert grouped(page) == {number: group for number, group in expected.items() if group is not None}
    assert [group for group, _ in page.groups] == [key for key, _ in GROUPS if page.rows(key)]
    for _, found in page.groups:
        dues = [row.due for row in found if row.due is not None]
        assert dues == sorted(dues)
    assert page.due_count == sum(group in ("safeguarding", "overdue", "today") for group in expected.values())


@pytest.mark.feature("F51")
def test_a_row_says_who_why_and_what_is_next(register: Register) -> None:
    case = make_case(register, child=child_facts("Kamara", "Amara", dob=date(2012, 3, 2)))
    task = rows(register, Task, Task.state == "open")[0]
    register.clock.moment = at(task.due)
    page = page_of(register)
    row = next(row for _, found in page.groups for row in found if row.task_id == task.id)
    assert (row.ref, row.name, row.year, row.due) == (case.ref, "Amara Kamara", "10", task.due)
    assert (row.why, row.next_step, row.waits_on) == (task.why, task.title, task.waits_on)
    assert row.why
    assert row.key == ("task", task.id)
    assert page.day == task.due
    assert page.open_cases == 1
    assert page.rows("decision") == ()


@pytest.mark.feature("F51")
@pytest.mark.rule("SD74")
def test_a_danger_stands_first_until_it_is_answered(register: Register) -> None:
    case = make_case(register)
    store, officer = register.store, register.officer
    risk.answer_question(store, officer, case.ref, AnswerEntry(4, "yes", evidence="Told by the school"))
    page = page_of(register)
    assert page.groups[0][0] == "safeguarding"
    assert [(row.ref, row.next_step, row.due) for row in page.rows("safeguarding")] == [(case.ref, "Tell MASH", TODAY)]
    told = ResponseEntry(4, "referred", "MASH", "020 7946 0000", called_at=NOON)
    risk.record_response(store, officer, case.ref, told)
    assert page_of(register).rows("safeguarding") == ()


@pytest.mark.rule("SD35")
def test_a_closed_case_stays_on_today_until_the_referrer_is_told(register: Register) -> None:
    case = make_case(register)
    close_case(register.store, register.officer, case.ref, cases.CloseCase("school-place", "File"))
    page = page_of(register)
    refs = [row.ref for _, found in page.groups for row in found]
    assert refs == [case.ref]
    assert page.open_cases == 0
    cases.referrer_told(register.store, register.officer, case.ref, on=TODAY, how="By phone")
    assert page_of(register).groups == ()


@pytest.mark.feature("F6")
def test_a_joiner_of_an_open_case_waits_for_the_officers_decision(register: Register) -> None:
    case = make_case(register, child=child_facts("Kamara", "Amara", upns=(KNOWN,)))
    register.clock.moment = NOON + timedelta(minutes=5)
    name, data = joiner_file(Pupil(upn=KNOWN))
    take(register.store, register.officer, data, name, reader=READER)
    [row] = page_of(register).rows("decision")
    assert (row.kind, row.ref, row.name, row.next_step, row.since) == (
        "staged",
        case.ref,
        "Amara Kamara",
        "Look in the inbox",
        NOON + timedelta(minutes=5),
    )
    assert row.key == ("staged", row.staged_id)
    assert row.why
    assert today_page(register.store, register.manager).rows("decision") == ()


def test_the_key_of_a_row_outlives_a_refresh() -> None:
    row = TodayRow(7, 1, "CME-2026-00001", "A", "9", "today", "", "", TODAY, "you")
    assert row.key == replace(row, why="other", group="overdue").key
    assert replace(row, task_id=None).key == ("task", 0)


def test_a_case_is_on_today_as_its_own_row_says(register: Register) -> None:
    """The case's headline is the first of its tasks: list and case never disagree."""
    case = make_case(register)
    with register.store.read() as session:
        kept = session.scalars(select(Episode).where(Episode.ref == case.ref)).one()
    first = min((row for _, found in page_of(register).groups for row in found), key=lambda row: row.due or date.max)
    assert (first.due, first.next_step) == (kept.next_date, kept.next_action)
