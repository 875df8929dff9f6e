"""Undo: the person's own last acts of the session, newest first; what is only corrected is refused."""

from __future__ import annotations

import pytest

from cme_desktop.casework import access_log, cases, enquiries, next_steps, notes, risk, undo
from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.enquiries import EnquiryEntry
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.reference import policy
from cme_desktop.casework.risk import AnswerEntry
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.episode import CaseCounter, Episode, EpisodeStatus
from cme_desktop.models.timeline import Enquiry, Event, RiskAnswer, Task
from cme_desktop.register.visibility import visible
from cme_desktop.storage.search import find_text, find_who
from cme_desktop.storage.undo import CannotUndo
from cme_desktop.storage.verify import verify
from tests.casework.look import episode, open_tasks, rows, task_of, titles
from tests.factories import TODAY, Register, child_facts, make_case


@pytest.fixture
def since(register: Register) -> int:
    """Return the number of the last event before the session."""
    with register.store.read() as session:
        return undo.last_seq(session)


@pytest.mark.feature("F87")
def test_acts_are_undone_newest_first_and_the_case_is_as_it_was(register: Register, since: int) -> None:
    case = make_case(register)
    before = (episode(register, case.ref).next_action, [task.title for task in open_tasks(register, case.ref)])
    notes.add_note(register.store, register.officer, case.ref, "Seen at the park")
    cases.change_status(register.store, register.officer, case.ref, "known-not-in-education", reason="Phoned")
    visit = EnquiryEntry("council", "Neighbour", "8 Low Street", "visit", TODAY, "nobody-in", "RE04")
    enquiries.record_enquiry(register.store, register.officer, case.ref, visit)
    words = [undo.undo_last(register.store, register.officer, since_seq=since).words for _ in range(3)]
    assert words == ["Recording an enquiry", "Changing the status of a case", "Adding a note to a case"]
    assert episode(register, case.ref).status == "whereabouts-unknown"
    assert rows(register, Enquiry) == []
    assert titles(register, case.ref) == ["Case opened (School or alternative provider, Example High School)"]
    assert (episode(register, case.ref).next_action, [t.title for t in open_tasks(register, case.ref)]) == before
    assert verify(register.folder, register.unlocked).ok


def test_what_is_undone_is_found_no_more(register: Register, since: int) -> None:
    case = make_case(register)
    notes.add_note(register.store, register.officer, case.ref, "Seen near the watermill")

    def found(word: str) -> int:
        with register.store.read() as session:
            shown = visible(register.officer)
            return len(find_text(session, word, shown).hits) + len(find_who(session, word, shown))

    assert found("watermill") == 1
    undo.undo_last(register.store, register.officer, since_seq=since)
    assert found("watermill") == 0
    assert found("Kamara") > 0
    undo.undo_last(register.store, register.officer, since_seq=since)
    assert found("Kamara") == 0
    assert rows(register, Episode) == []


def test_a_reference_is_never_given_twice_even_when_its_case_is_undone(register: Register, since: int) -> None:
    first = make_case(register)
    undo.undo_last(register.store, register.officer, since_seq=since)
    second = make_case(register)
    assert (first.ref, second.ref) == ("CME-2026-00001", "CME-2026-00002")
    assert rows(register, CaseCounter)[0].last == 2


def test_a_closing_is_undone_with_its_dated_rows(register: Register, since: int) -> None:
    case = make_case(register)
    for outcome in ("deceased", "moved-abroad"):
        close_case(register.store, register.officer, case.ref, CloseCase(outcome, "told so"))
        undo.undo_last(register.store, register.officer, since_seq=since)
        row = episode(register, case.ref)
        assert (row.closed_on, row.outcome, row.counts_as_cme) == (None, None, True)
        assert row.open_actions == len(open_tasks(register, case.ref)) > 0
    live = [row for row in rows(register, EpisodeStatus) if row.superseded_at is None]
    assert [(row.status, row.valid_to) for row in live] == [("whereabouts-unknown", None)]


def test_a_step_marked_done_comes_back(register: Register, since: int) -> None:
    case = make_case(register)
    task = task_of(register, case.ref, "SD55")
    next_steps.mark_done(register.store, register.officer, task.id)
    undo.undo_last(register.store, register.officer, since_seq=since)
    assert task_of(register, case.ref, "SD55").id == task.id
    added = next_steps.add_task(register.store, register.officer, case.ref, "Ask the aunt", due=TODAY)
    undo.undo_last(register.store, register.officer, since_seq=since)
    assert rows(register, Task, Task.id == added.id) == []


def test_a_risk_answer_is_undone(register: Register, since: int) -> None:
    case = make_case(register)
    risk.answer_question(register.store, register.officer, case.ref, AnswerEntry(3, "yes"))
    undo.undo_last(register.store, register.officer, since_seq=since)
    assert rows(register, RiskAnswer) == []
    assert all(task.band != "safeguarding" for task in open_tasks(register, case.ref))


def test_nobody_undoes_another_person_s_act_or_one_of_an_earlier_session(register: Register, since: int) -> None:
    case = make_case(register)
    assert undo.last_act(register.store, register.manager, since_seq=since) is None
    with pytest.raises(CannotUndo, match="There is nothing to undo"):
        undo.undo_last(register.store, register.manager, since_seq=since)
    opened = rows(register, AuditEvent)[-1].seq
    with pytest.raises(CannotUndo, match="not an act of yours"):
        undo.undo_act(register.store, register.manager, opened)
    with register.store.read() as session:
        now = undo.last_seq(session)
    assert undo.last_act(register.store, register.officer, since_seq=now) is None
    assert episode(register, case.ref).open_actions > 0


def test_an_act_is_undone_once(register: Register, since: int) -> None:
    make_case(register)
    last = undo.last_act(register.store, register.officer, since_seq=since)
    assert last is not None
    assert last.words == "Opening a case"
    undo.undo_act(register.store, register.officer, last.seq)
    assert undo.last_act(register.store, register.officer, since_seq=since) is None
    with pytest.raises(CannotUndo, match="not an act of yours that still stands"):
        undo.undo_act(register.store, register.officer, last.seq)


def test_looks_settings_and_the_like_are_not_undone(register: Register, since: int) -> None:
    case = make_case(register)
    receipt = access_log.open_case_page(register.store, register.officer, case.ref)
    with pytest.raises(CannotUndo, match="only corrected"):
        undo.undo_act(register.store, register.officer, receipt.seq)
    policy.change_settings(register.store, register.officer, {"chase.days": 9})
    last = undo.last_act(register.store, register.officer, since_seq=since)
    assert last is not None
    assert last.words == "Opening a case"


def test_what_a_later_act_built_on_is_not_undone_out_of_order(register: Register, since: int) -> None:
    case = make_case(register)
    opened = undo.last_act(register.store, register.officer, since_seq=since)
    assert opened is not None
    notes.add_note(register.store, register.officer, case.ref, "Seen at the park")
    with pytest.raises(CannotUndo):
        undo.undo_act(register.store, register.officer, opened.seq)
    assert len(rows(register, Event)) == 2


def test_the_manager_undoes_an_own_comment(register: Register, since: int) -> None:
    case = make_case(register)
    notes.comment(register.store, register.manager, case.ref, "Well traced")
    undo.undo_last(register.store, register.manager, since_seq=since)
    assert len(titles(register, case.ref)) == 1
    make_case(register, child=child_facts(forename="Two"))
