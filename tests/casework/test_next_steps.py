"""Next steps: an open case always has one, each has its date and why, and a recount from the facts finds the same."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cme_desktop.casework import cases, enquiries, next_steps, risk
from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.enquiries import EnquiryEntry
from cme_desktop.casework.facts import episode_facts, records_of
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.reference import policy
from cme_desktop.casework.reference.policy import policy_of
from cme_desktop.casework.risk import AnswerEntry, ResponseEntry
from cme_desktop.domain.errors import NotFound, UserError
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.episode import Episode, EpisodeWaiting
from cme_desktop.models.timeline import Task
from tests.casework.look import episode, open_tasks, rows, task_of
from tests.factories import TODAY, Register, child_facts, make_case, make_register, parent_facts


def later(register: Register, days: int) -> None:
    """Let some days pass."""
    register.clock.moment += timedelta(days=days)


def test_each_step_says_why_that_date(register: Register) -> None:
    case = make_case(register)
    for task in open_tasks(register, case.ref):
        assert task.why
        assert task.derivation
        assert task.facts_hash
        assert task.waits_on
    review = task_of(register, case.ref, "SD56")
    assert review.due == date(2026, 12, 22)
    assert "Tuesday 24 November 2026" in review.derivation[0]


@pytest.mark.feature("F32")
def test_the_headline_is_the_first_step_due(register: Register) -> None:
    case = make_case(register)
    first = open_tasks(register, case.ref)[0]
    row = episode(register, case.ref)
    assert (row.next_action, row.next_date, row.open_actions) == (
        first.title,
        first.due,
        len(open_tasks(register, case.ref)),
    )
    assert row.review_on == date(2026, 12, 22)


def test_a_logged_visit_settles_its_step_and_brings_the_second(register: Register) -> None:
    case = make_case(register)
    visit = EnquiryEntry("council", "Neighbour at 10", "8 Low Street", "visit", TODAY, "nobody-in", "RE04")
    enquiries.record_enquiry(register.store, register.officer, case.ref, visit)
    visits = [task.title for task in open_tasks(register, case.ref) if task.rule == "SD37"]
    assert visits == ["Second home visit"]


def test_a_step_is_marked_done_and_stays_done(register: Register) -> None:
    case = make_case(register)
    task = task_of(register, case.ref, "SD55")
    done = next_steps.mark_done(register.store, register.officer, task.id, note="Housing phoned back")
    assert done.state == "done"
    assert "SD55" not in {one.rule for one in open_tasks(register, case.ref)}
    later(register, 1)
    next_steps.recompute_all(register.store, register.officer)
    assert "SD55" not in {one.rule for one in open_tasks(register, case.ref)}
    with pytest.raises(NotFound, match="no longer open"):
        next_steps.mark_done(register.store, register.officer, task.id)


def test_a_review_done_brings_the_next_and_the_case_is_never_without_a_step(register: Register) -> None:
    case = make_case(register)
    for _ in range(3):
        review = next(task for task in open_tasks(register, case.ref) if task.rule in ("SD56", "SD80"))
        next_steps.mark_done(register.store, register.officer, review.id)
        assert episode(register, case.ref).open_actions > 0
    assert task_of(register, case.ref, "SD80").due == TODAY + timedelta(days=28)


@pytest.mark.parametrize("rule", ["SD72"])
def test_some_steps_are_done_only_by_doing_them(register: Register, rule: str) -> None:
    case = make_case(register)
    with pytest.raises(UserError, match="all 22 risk questions"):
        next_steps.mark_done(register.store, register.officer, task_of(register, case.ref, rule).id)


def test_a_step_about_safety_is_neither_done_by_hand_nor_put_off(register: Register) -> None:
    case = make_case(register)
    risk.answer_question(register.store, register.officer, case.ref, AnswerEntry(3, "yes", "Plan of 3 Nov"))
    urgent = [task for task in open_tasks(register, case.ref) if task.band == "safeguarding"]
    assert urgent
    assert episode(register, case.ref).next_action == urgent[0].title
    with pytest.raises(UserError, match="Record whom you told"):
        next_steps.mark_done(register.store, register.officer, urgent[0].id)
    with pytest.raises(UserError, match="safety and cannot be put off"):
        next_steps.put_off(
            register.store, register.officer, urgent[0].id, until=TODAY + timedelta(days=9), reason="away"
        )
    told = ResponseEntry(3, "referred", "MASH, duty desk", "020 7946 0690")
    risk.record_response(register.store, register.officer, case.ref, told)
    assert [task for task in open_tasks(register, case.ref) if task.band == "safeguarding"] == []


@pytest.mark.feature("F32")
def test_putting_off_needs_a_later_day_and_a_reason_and_is_kept(register: Register) -> None:
    case = make_case(register)
    task = task_of(register, case.ref, "SD55")
    with pytest.raises(UserError, match="Say why"):
        next_steps.put_off(register.store, register.officer, task.id, until=task.due + timedelta(days=3), reason=" ")
    for day in (TODAY, task.due):
        with pytest.raises(UserError, match="Choose a later day"):
            next_steps.put_off(register.store, register.officer, task.id, until=day, reason="holiday")
    until = task.due + timedelta(days=3)
    row = next_steps.put_off(register.store, register.officer, task.id, until=until, reason="Housing closed")
    assert row.put_off_until == until
    next_steps.recompute_all(register.store, register.officer)
    kept = task_of(register, case.ref, "SD55")
    assert (kept.put_off_until, kept.put_off_reason) == (until, "Housing closed")


def test_a_step_put_off_past_all_others_moves_the_headline(register: Register) -> None:
    case = make_case(register)
    first = open_tasks(register, case.ref)[0]
    next_steps.put_off(register.store, register.officer, first.id, until=first.due + timedelta(days=60), reason="away")
    assert episode(register, case.ref).next_action != first.title


def test_a_manual_step_stays_until_done_and_goes_with_the_case(register: Register) -> None:
    case = make_case(register)
    added = next_steps.add_task(
        register.store, register.officer, case.ref, "Ask the aunt", due=TODAY, waits_on="Aunt", why="She may know"
    )
    assert episode(register, case.ref).next_action == "Ask the aunt"
    assert episode(register, case.ref).waiting_on == "Aunt"
    next_steps.recompute_all(register.store, register.officer)
    assert added.id in {task.id for task in open_tasks(register, case.ref)}
    close_case(register.store, register.officer, case.ref, CloseCase("deceased", "Told by the hospital"))
    assert open_tasks(register, case.ref) == []


def test_a_manual_step_needs_words_and_a_day_to_come(register: Register) -> None:
    case = make_case(register)
    with pytest.raises(UserError, match="Write what is to be done"):
        next_steps.add_task(register.store, register.officer, case.ref, " ", due=TODAY)
    with pytest.raises(UserError, match="today or a later day"):
        next_steps.add_task(register.store, register.officer, case.ref, "Ask", due=TODAY - timedelta(days=1))


def test_whom_a_case_waits_on_is_a_dated_fact(register: Register) -> None:
    case = make_case(register)
    later(register, 1)
    next_steps.add_task(
        register.store, register.officer, case.ref, "Ask the aunt", due=date(2026, 11, 25), waits_on="Aunt"
    )
    live = [row for row in rows(register, EpisodeWaiting) if row.superseded_at is None]
    assert [(row.valid_from, row.valid_to, row.waiting_on) for row in live] == [
        (date(2026, 11, 24), date(2026, 11, 25), "LOCME"),
        (date(2026, 11, 25), None, "Aunt"),
    ]


def test_an_unanswered_enquiry_is_chased_until_it_is_answered(register: Register) -> None:
    case = make_case(register)
    asked = EnquiryEntry("council", "Housing", "housing@council.example", "email", TODAY, "waiting", "RE08", "housing")
    made = enquiries.record_enquiry(register.store, register.officer, case.ref, asked)
    chase = task_of(register, case.ref, "waiting")
    assert (chase.due, chase.waits_on, chase.band) == (TODAY + timedelta(days=5), "Housing", "waiting")
    enquiries.record_answer(
        register.store, register.officer, case.ref, made.id, outcome="nothing", detail="Not known", on=TODAY
    )
    assert "waiting" not in {task.rule for task in open_tasks(register, case.ref)}


def test_a_new_day_brings_new_standings_as_one_act(register: Register) -> None:
    child = child_facts(dob=date(2011, 6, 20))  # over school age after 25 June 2027
    case = make_case(register, child=child)
    assert episode(register, case.ref).counts_as_cme
    before = len(rows(register, AuditEvent))
    register.clock.moment = datetime(2027, 6, 26, 9, 0, tzinfo=UTC)
    assert next_steps.recompute_all(register.store, register.manager) >= 0
    assert not episode(register, case.ref).counts_as_cme
    assert [event.action for event in rows(register, AuditEvent)[before:]] == ["tasks.recompute"]


def test_a_recount_on_the_same_day_changes_nothing(register: Register) -> None:
    make_case(register)
    make_case(register, child=child_facts(forename="Two"))
    assert next_steps.recompute_all(register.store, register.officer) == 0


@pytest.mark.rule("SD56")
def test_the_four_weeks_count_from_the_referral_or_from_the_last_attendance(register: Register) -> None:
    case = make_case(register)
    assert task_of(register, case.ref, "SD56").due == date(2026, 12, 22)
    policy.change_settings(register.store, register.administrator, {"four-weeks.from": "last-attendance"})
    next_steps.recompute_all(register.store, register.officer)
    assert task_of(register, case.ref, "SD56").due == date(2026, 12, 1)


def _recounted(register: Register) -> dict[str, list[tuple[str, str, date, str]]]:
    """Work out every step from the facts alone, as rows would hold them."""
    found: dict[str, list[tuple[str, str, date, str]]] = {}
    with register.store.read() as session:
        settings_now = policy_of(session)
        books = next_steps.step_books(session, settings_now)
        episodes = list(session.scalars(select(Episode).order_by(Episode.id)))
        for records in records_of(session, episodes):
            facts = episode_facts(session, records, settings_now, training=True)
            steps = next_steps.next_steps(facts, register.clock.today(), books)
            done = {
                (task.rule, task.facts_hash)
                for task in records.tasks
                if task.state == "done" and not task.is_manual and task.rule not in ("SD56", "SD80")
            }
            found[records.episode.ref] = sorted(
                (step.rule, step.title, step.due, step.facts_hash)
                for step in steps
                if (step.rule, step.facts_hash) not in done
            )
    return found


def _held(register: Register) -> dict[str, list[tuple[str, str, date, str]]]:
    found: dict[str, list[tuple[str, str, date, str]]] = {}
    for one in rows(register, Episode):
        found[one.ref] = sorted(
            (task.rule, task.title, task.due, task.facts_hash)
            for task in rows(register, Task, Task.episode_id == one.id, Task.state == "open")
            if not task.is_manual and task.rule not in ("SD35", "F6")
        )
    return found


def _act(register: Register, chance: random.Random, refs: list[str]) -> None:
    """Do one act of casework, chosen by chance."""
    store, officer, ref = register.store, register.officer, chance.choice(refs)
    day = register.clock.today()
    kind = chance.randrange(8)
    try:
        if kind == 0:
            outcome = chance.choice(["waiting", "nobody-in", "nothing", "useful"])
            code, agency = chance.choice([("RE04", ""), ("RE07", ""), ("RE08", "housing"), (None, "")])
            method = chance.choice(["visit", "phone", "letter"])
            entry = EnquiryEntry("council", "Somebody", "a phone", method, day, outcome, code, agency)
            enquiries.record_enquiry(store, officer, ref, entry)
        elif kind == 1:
            answer = chance.choice(["yes", "no", "not-sure"])
            risk.answer_question(store, officer, ref, AnswerEntry(chance.randint(1, 22), answer))
        elif kind == 2:
            status = chance.choice(["known-not-in-education", "ehe-to-check", "place-offered", "out-of-borough"])
            cases.change_status(store, officer, ref, status, reason="heard so")
        elif kind == 3:
            tasks = open_tasks(register, ref)
            if tasks:
                next_steps.mark_done(store, officer, chance.choice(tasks).id)
        elif kind == 4:
            close_case(store, officer, ref, CloseCase(chance.choice(["lost", "moved-abroad"]), "seen"))
        elif kind == 5:
            register.clock.moment += timedelta(days=chance.randint(1, 20))
        elif kind == 6:
            next_steps.add_task(store, officer, ref, "Ask the aunt", due=day)
        else:
            cases.change_facts(store, officer, ref, reason="heard", on_roll=chance.random() < 0.5)
    except UserError:
        return


@settings(max_examples=6)
@given(seed=st.integers(0, 10_000))
def test_a_recount_from_the_facts_finds_the_same_rows(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    register = make_register(tmp_path_factory.mktemp("recount") / "register", people=False)
    try:
        chance = random.Random(seed)
        refs = [make_case(register, child=child_facts(forename=f"Child {n}")).ref for n in ("A", "B", "C")]
        for _ in range(25):
            _act(register, chance, refs)
        next_steps.recompute_all(register.store, register.officer)
        assert _held(register) == _recounted(register)
        for one in rows(register, Episode):
            assert one.closed_on is not None or one.open_actions > 0
    finally:
        register.close()


def test_a_parent_who_may_not_be_written_to_gets_no_letter_step(register: Register) -> None:
    case = make_case(register, parents=(parent_facts(may_be_written_to=False),))
    titles = {task.title for task in open_tasks(register, case.ref)}
    assert "Write the first enquiry letter to each parent" not in titles
