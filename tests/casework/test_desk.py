"""Notes, comments, unsaved forms and looks: what a person does at the desk besides the casework itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cme_desktop.casework import access_log, children, drafts, notes
from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.domain.errors import NotFound, UserError
from cme_desktop.models.audit import AuditChange, AuditEvent
from cme_desktop.models.timeline import Event, FormDraft
from cme_desktop.register.visibility import visible
from cme_desktop.storage.search import find_text
from tests.casework.look import rows
from tests.factories import TODAY, Register, make_case


@pytest.mark.feature("F24")
def test_a_note_has_the_day_it_is_about_and_the_instant_it_was_written(register: Register) -> None:
    case = make_case(register)
    day = TODAY - timedelta(days=3)
    notes.add_note(register.store, register.officer, case.ref, "Seen at the park\nby a neighbour", on=day)
    line = rows(register, Event)[-1]
    assert (line.kind, line.happened_on, line.title, line.detail) == (
        "note",
        day,
        "Seen at the park",
        "by a neighbour",
    )
    assert line.recorded_at == register.clock.now()
    with register.store.read() as session:
        assert [hit.source_id for hit in find_text(session, "neighbour", visible(register.officer)).hits] == [line.id]


def test_a_note_needs_words_and_a_day_that_has_come(register: Register) -> None:
    case = make_case(register)
    with pytest.raises(UserError, match="Write the note first"):
        notes.add_note(register.store, register.officer, case.ref, " \n ")
    with pytest.raises(UserError, match="something that has happened"):
        notes.add_note(register.store, register.officer, case.ref, "x", on=TODAY + timedelta(days=1))
    with pytest.raises(UserError, match="Write the note first"):
        notes.comment(register.store, register.manager, case.ref, "")


def test_a_closed_case_takes_a_note_and_a_manager_comments(register: Register) -> None:
    case = make_case(register)
    close_case(register.store, register.officer, case.ref, CloseCase("lost", "all done"))
    notes.add_note(register.store, register.officer, case.ref, "Phoned once more")
    notes.comment(register.store, register.manager, case.ref, "Well traced")
    assert [(row.title, row.detail) for row in rows(register, Event)[-2:]] == [
        ("Phoned once more", ""),
        ("Comment by Bernard Hall", "Well traced"),
    ]


@pytest.mark.feature("F88")
def test_an_unsaved_form_is_kept_for_its_person_and_leaves_no_audit(register: Register) -> None:
    before = len(rows(register, AuditEvent))
    keep, read = drafts.keep_draft, drafts.read_draft
    keep(register.store, register.officer, "note:CME-2026-00001", {"words": "Amara was"})
    keep(register.store, register.officer, "note:CME-2026-00001", {"words": "Amara was seen"})
    keep(register.store, register.manager, "note:CME-2026-00001", {"words": "mine"})
    register.reopen()
    assert read(register.store, register.officer, "note:CME-2026-00001") == {"words": "Amara was seen"}
    assert drafts.own_drafts(register.store, register.officer) == ("note:CME-2026-00001",)
    drafts.erase_draft(register.store, register.officer, "note:CME-2026-00001")
    assert read(register.store, register.officer, "note:CME-2026-00001") is None
    drafts.erase_draft(register.store, register.officer, "note:CME-2026-00001")
    assert [row.user_id for row in rows(register, FormDraft)] == [register.manager.id]
    assert len(rows(register, AuditEvent)) == before


def test_nothing_but_forms_is_written_without_an_act(register: Register) -> None:
    case = make_case(register)
    with (
        pytest.raises(RuntimeError, match="only an unsaved form"),
        register.store.keep_form(register.officer) as session,
    ):
        session.get_one(Event, rows(register, Event)[0].id).title = "forged"
    assert rows(register, Event)[0].title.startswith("Case opened")
    assert case.ref


@pytest.mark.feature("F74")
def test_opening_a_case_is_committed_before_the_receipt_is_given(register: Register) -> None:
    case = make_case(register)
    receipt = access_log.open_case_page(register.store, register.manager, case.ref.lower())
    event = rows(register, AuditEvent)[-1]
    assert (event.seq, event.action, event.entity, event.user_id, event.episode_id) == (
        receipt.seq,
        "access.open-case",
        f"case:{case.ref}",
        register.manager.id,
        case.episode_id,
    )
    assert receipt.covers(register.manager, f"case:{case.ref}")
    assert not receipt.covers(register.officer, f"case:{case.ref}")
    assert rows(register, AuditChange, AuditChange.seq == event.seq) == []


@pytest.mark.feature("F77")
def test_a_restricted_record_opens_with_a_reason_and_not_for_the_manager(register: Register) -> None:
    case = make_case(register)
    children.restrict(register.store, register.officer, case.ref, restricted=True, reason="Staff family")
    with pytest.raises(UserError, match="Say why you open it") as caught:
        access_log.open_case_page(register.store, register.officer, case.ref)
    assert caught.value.code == "reason-needed"
    access_log.open_case_page(register.store, register.officer, case.ref, reason="Duty call")
    assert rows(register, AuditEvent)[-1].reason == "Duty call"
    with pytest.raises(NotFound):
        access_log.open_case_page(register.store, register.manager, case.ref, reason="Curious")
    with pytest.raises(NotFound):
        access_log.reveal_name(register.store, register.manager, case.ref)


def test_every_kind_of_look_is_one_event(register: Register) -> None:
    case = make_case(register)
    store, manager = register.store, register.manager
    access_log.reveal_name(store, manager, case.ref)
    access_log.searched(store, manager, "  kamara ", hits=1)
    access_log.opened_list(store, manager, "open", filters="", rows=12)
    access_log.export_rows(store, manager, "register", rows=12, columns=("ref", "year"), reason="Panel")
    assert [(event.action, event.entity, event.reason) for event in rows(register, AuditEvent)[-4:]] == [
        ("access.reveal", f"case:{case.ref}", None),
        ("access.search", "search", "kamara (1 found)"),
        ("access.list", "list:open", "no filters (12 rows)"),
        ("access.export", "list:register", "Panel (12 rows: ref, year)"),
    ]


def test_what_leaves_the_register_needs_a_reason_and_what_is_not_there_is_said(register: Register) -> None:
    store, officer = register.store, register.officer
    with pytest.raises(UserError, match="Say why a copy leaves"):
        access_log.export_rows(store, officer, "register", rows=1, columns=("ref",), reason=" ")
    with pytest.raises(UserError, match="Say why a copy leaves"):
        access_log.export_document(store, officer, 1, reason="")
    with pytest.raises(UserError, match="Say why a copy leaves"):
        access_log.open_source_file(store, officer, 1, reason="")
    for look in (access_log.open_document, access_log.print_document):
        with pytest.raises(NotFound, match="not in the register"):
            look(store, officer, 1)
    with pytest.raises(NotFound, match="not in the register"):
        access_log.open_source_file(store, officer, 1, reason="Ask the school")
