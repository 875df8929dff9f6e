"""The forms by keyboard: what the policy asks for is asked for, what is typed is never lost."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from cme_desktop.casework import drafts, undo
from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.reference.policy import change_settings
from cme_desktop.models.episode import Episode, Parent
from cme_desktop.models.order import Approval
from cme_desktop.models.timeline import Enquiry, Task
from cme_desktop.ui.case.forms.enquiry import EnquiryForm
from cme_desktop.ui.case.forms.panel import KEEP_AFTER
from cme_desktop.ui.case.forms.person import PersonForm
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.inputs import Choice
from tests.casework.look import episode, rows
from tests.factories import SECONDARY, TODAY
from tests.ui import walk
from tests.ui.case.conftest import MakeStage
from tests.ui.case.stage import Stage, focus, press, write


def editor(stage: Stage, key: str) -> QWidget:
    """Return what a field is filled in with."""
    return stage.panel.form.fields[key].editor


def choose(stage: Stage, key: str, value: str) -> None:
    """Choose from a list."""
    box = editor(stage, key)
    assert isinstance(box, Choice)
    box.pick(value)
    assert box.key() == value


def fill(stage: Stage, key: str, words: str) -> None:
    """Type words into a field."""
    editor(stage, key).setFocus()
    write(words)


def errors(stage: Stage) -> dict[str, str]:
    """Return the errors that are shown."""
    return {key: field.error for key, field in stage.panel.form.fields.items() if field.error}


# Log enquiry


@pytest.mark.rule("SD39")
@pytest.mark.feature("F26")
def test_an_enquiry_is_logged_by_keyboard_alone(stage: Stage) -> None:
    press("L")
    write("Housing, front desk")
    press("Tab")
    write("020 7946 0301")
    press("Tab")
    write("Ans")  # the list goes to "Answered, nothing known"
    press("Tab")
    write("Hou")
    press("Tab")
    write("No tenancy in the mother’s name since August.")
    press("Tab")
    write("Ask GIAP to search")
    press("Ctrl+S")
    assert stage.screen.acts.panel is None
    assert stage.said == ["Enquiry logged: Housing, front desk, next step added"]
    row = rows(stage.register, Enquiry)[-1]
    assert (row.asked, row.contact_detail, row.outcome) == ("Housing, front desk", "020 7946 0301", "nothing")
    assert (row.enquiry_code, row.agency, row.side, row.method) == ("RE08", "housing", "council", "phone")
    assert row.made_at == datetime(2026, 11, 24, 10, 42, tzinfo=UTC)
    step = rows(stage.register, Task, Task.title == "Ask GIAP to search")[0]
    assert (step.due, step.is_manual) == (date(2026, 11, 25), True)
    assert stage.screen.case is not None
    assert stage.screen.case.page.events[0].title.startswith("Phone: Housing, front desk")
    undo.undo_last(stage.register.store, stage.register.officer, since_seq=0)
    assert rows(stage.register, Task, Task.title == "Ask GIAP to search") == [], "Undo takes the step away as well"


@pytest.mark.rule("SD39")
def test_what_is_missing_is_named_at_the_field_and_in_a_summary(stage: Stage) -> None:
    press("L")
    fill(stage, "detail", "Housing have no tenancy in the mother’s name since August.")
    fill(stage, "step", "Ask GIAP to search")
    editor(stage, "due").set_day(date(2026, 11, 20))  # type: ignore[attr-defined]
    press("Ctrl+S")
    assert errors(stage) == {
        "asked": "Enter the name or team you spoke to",
        "contact": "Enter a phone number or an email address",
        "outcome": "Choose what came of it",
        "due": "Due must be today or later",
    }
    assert focus() is stage.panel.form.summary
    assert "There is a problem" in focus().accessibleName()
    assert editor(stage, "detail").text().startswith("Housing have no tenancy")  # type: ignore[attr-defined]
    press("Tab", "Enter")
    assert focus() is editor(stage, "asked"), "each line jumps to its field"


def test_a_time_to_come_is_refused(stage: Stage) -> None:
    press("L")
    editor(stage, "when").set_moment(datetime(2026, 11, 25, 9, 0, tzinfo=UTC))  # type: ignore[attr-defined]
    press("Ctrl+S")
    assert errors(stage)["when"] == "When must be now or earlier"


def test_an_adult_of_the_case_is_completed_with_the_phone(stage: Stage) -> None:
    press("L")
    write("Isa")
    assert focus().text() == "Isatu Kamara"  # type: ignore[attr-defined]
    press("Tab")
    form = stage.panel
    assert isinstance(form, EnquiryForm)
    assert form.contact.text() == "07700 900123"
    assert form.entry().parent_id == 1


def test_save_and_next_begins_another_enquiry(stage: Stage) -> None:
    press("L")
    choose(stage, "side", "school")
    for who in ("Class teacher", "Head of year"):
        write(who)
        fill(stage, "contact", "020 7946 0200")
        choose(stage, "outcome", "nothing")
        press("Ctrl+Enter")
        assert focus() is editor(stage, "asked")
        assert editor(stage, "asked").text() == ""  # type: ignore[attr-defined]
    assert [row.side for row in rows(stage.register, Enquiry)[-2:]] == ["school", "school"]
    press("Esc")
    assert stage.screen.acts.panel is None, "nothing is left unsaved"


def test_an_answer_is_recorded_on_the_enquiry_that_waits(set_stage: MakeStage) -> None:
    stage = set_stage("enquiries:waiting")
    press("Enter")
    assert stage.panel.accessibleName() == "Record the answer"
    press("Ctrl+S")
    assert errors(stage) == {"outcome": "Choose what came of it"}
    choose(stage, "outcome", "useful")
    fill(stage, "detail", "The family is with an aunt")
    press("Ctrl+S")
    row = next(row for row in rows(stage.register, Enquiry) if row.asked == "Isatu Kamara")
    assert (row.outcome, row.answered_on) == ("useful", TODAY)


# Drafts


@pytest.mark.feature("F88")
def test_what_is_typed_is_kept_encrypted_and_comes_back(stage: Stage, qtbot: QtBot) -> None:
    store, me = stage.register.store, stage.register.officer
    press("L")
    write("School nurse")
    qtbot.waitUntil(lambda: stage.panel.kept.text() == "Draft kept 10:42", timeout=KEEP_AFTER * 5)
    kept = drafts.read_draft(store, me, f"enquiry:{stage.ref}")
    assert kept is not None
    assert kept["asked"] == "School nurse"
    stage.panel.shut()
    press("L")
    assert editor(stage, "asked").text() == "School nurse"  # type: ignore[attr-defined]
    assert stage.panel.kept.text() == "Your draft is back"
    fill(stage, "contact", "020 7946 0200")
    choose(stage, "outcome", "nothing")
    press("Ctrl+S")
    assert drafts.read_draft(store, me, f"enquiry:{stage.ref}") is None, "saving erases the draft"


@pytest.mark.feature("F88")
def test_a_lock_keeps_what_was_typed_last(stage: Stage) -> None:
    press("L")
    write("School nurse")
    stage.desk.keep_wanted.emit()
    assert drafts.own_drafts(stage.register.store, stage.register.officer) == (f"enquiry:{stage.ref}",)


def test_esc_asks_what_becomes_of_what_was_typed(stage: Stage) -> None:
    store, me = stage.register.store, stage.register.officer
    press("L")
    write("School nurse")
    press("Esc")
    assert stage.panel.strip.isVisible()
    press("Tab", "Tab", "Enter")
    assert not stage.panel.strip.isVisible()
    assert focus() is editor(stage, "asked"), "Go on writing"
    press("Esc", "Tab", "Enter")
    assert stage.screen.acts.panel is None, "Throw it away"
    assert drafts.own_drafts(store, me) == ()
    press("L")
    write("School nurse")
    press("Esc", "Enter")
    assert drafts.own_drafts(store, me) == (f"enquiry:{stage.ref}",)


# Note, status, closing, opening again


def test_a_note_keeps_its_first_line_as_title(stage: Stage) -> None:
    press("N")
    press("Ctrl+S")
    assert errors(stage) == {"words": "Write the note"}
    fill(stage, "words", "Aunt rang")
    press("Enter")
    write("The family is in Leeds, she thinks")
    press("Ctrl+S")
    assert stage.screen.case is not None
    event = stage.screen.case.page.events[0]
    assert (event.title, event.detail) == ("Aunt rang", "The family is in Leeds, she thinks")


@pytest.mark.feature("F23")
def test_a_status_changes_with_its_reason(stage: Stage) -> None:
    stage.screen.acts.change_status()
    press("Ctrl+S")
    assert set(errors(stage)) == {"status", "reason"}
    choose(stage, "status", "place-offered")
    assert editor(stage, "school").isVisible()
    fill(stage, "reason", "Offer letter of 20 November")
    press("Ctrl+S")
    assert episode(stage.register, stage.ref).status == "place-offered"
    assert stage.screen.bar.status.text() == "Open: place offered, not started"


def test_a_status_offers_only_what_may_follow(stage: Stage) -> None:
    stage.screen.acts.change_status()
    box = editor(stage, "status")
    assert isinstance(box, Choice)
    offered = {box.itemData(place) for place in range(box.count())}
    assert "order-process" not in offered
    assert "closed" not in offered, "a case closes with an outcome"


@pytest.mark.feature("F37")
@pytest.mark.rule("SD35")
def test_a_school_place_closes_with_school_start_and_proof_and_tells_the_referrer(stage: Stage) -> None:
    stage.screen.acts.close_case()
    choose(stage, "outcome", "school-place")
    press("Ctrl+S")
    assert errors(stage) == {
        "school": "Choose the school from the directory",
        "starts": "Enter the first day at the school",
        "confirmed": "Enter how the outcome was confirmed",
    }
    fill(stage, "school", "999003")
    picker = editor(stage, "school")
    picker._on_pause()  # type: ignore[attr-defined]
    press("Enter")
    assert picker.urn() == SECONDARY  # type: ignore[attr-defined]
    fill(stage, "starts", "23/11/26")
    fill(stage, "confirmed", "Admission register entry, told by the school office")
    press("Ctrl+S")
    closed = episode(stage.register, stage.ref)
    assert (closed.outcome, closed.placed_school_urn, closed.placed_on) == (
        "school-place",
        SECONDARY,
        date(2026, 11, 23),
    )
    banner = stage.screen.banner
    assert banner is not None
    assert banner.words.text() == "Tell Example High School, M. Keane that the case is closed."
    press("Enter")
    assert stage.letters == [(stage.ref, "L24")]


def test_the_council_that_confirmed_is_kept(stage: Stage) -> None:
    stage.screen.acts.close_case()
    choose(stage, "outcome", "moved-authority")
    fill(stage, "council", "Example Borough, CME team")
    fill(stage, "confirmed", "E-mail of 23 November")
    press("Ctrl+S")
    assert episode(stage.register, stage.ref).how_confirmed.endswith("Confirmed by Example Borough, CME team")


def test_a_closing_that_waits_for_a_second_person_says_so_and_is_not_asked_twice(stage: Stage) -> None:
    change_settings(stage.register.store, stage.register.officer, {"approval.kinds": ["close"]})
    stage.screen.acts.close_case()
    choose(stage, "outcome", "moved-abroad")
    fill(stage, "confirmed", "Boarding passes seen")
    press("Ctrl+S")
    assert stage.said == []
    assert episode(stage.register, stage.ref).closed_on is None
    [asked] = rows(stage.register, Approval)
    assert (asked.kind, asked.decision) == ("close", "waiting")
    strip = stage.panel.strip
    assert strip.words.text().startswith(f"The closing of {stage.ref} waits for a second person")
    press("Enter")
    assert stage.screen.acts.panel is None


@pytest.mark.feature("F35")
def test_a_closed_case_is_opened_again_as_a_new_one(stage: Stage) -> None:
    store, me = stage.register.store, stage.register.officer
    close_case(store, me, stage.ref, CloseCase("moved-abroad", "Boarding passes seen"))
    stage.screen.refresh()
    stage.screen.acts.reopen_case()
    choose(stage, "status", "whereabouts-unknown")
    fill(stage, "reason", "Seen at the station on Monday")
    press("Ctrl+S")
    new = [row.ref for row in rows(stage.register, Episode) if row.closed_on is None]
    assert stage.cases == [(new[0], "")]
    assert new[0] != stage.ref


def test_how_the_referrer_was_told_is_recorded(stage: Stage) -> None:
    close_case(
        stage.register.store, stage.register.officer, stage.ref, CloseCase("moved-abroad", "Boarding passes seen")
    )
    stage.screen.refresh()
    stage.screen.acts.tell_referrer()
    fill(stage, "how", "By phone to M. Keane")
    press("Ctrl+S")
    assert stage.said == ["Recorded that the referrer was told"]


# People and addresses


def test_a_restriction_needs_its_reason(stage: Stage) -> None:
    adult = stage.screen.case.page.adults[0] if stage.screen.case is not None else None
    stage.screen.acts.edit_person(adult)
    form = stage.panel
    assert isinstance(form, PersonForm)
    form.no_contact.setChecked(True)
    press("Ctrl+S")
    assert errors(stage) == {"why": "Say why this person is restricted"}
    fill(stage, "why", "Bail conditions until 1 March")
    press("Ctrl+S")
    parent = rows(stage.register, Parent)[0]
    assert (parent.no_contact, parent.may_be_written_to) == (True, False)
    assert parent.restriction_reason == "Bail conditions until 1 March"
    assert len(stage.events("parent.change")) == 0, "what did not change is not written"


def test_consent_to_electronic_service_needs_address_and_day(stage: Stage) -> None:
    adult = stage.screen.case.page.adults[0] if stage.screen.case is not None else None
    stage.screen.acts.edit_person(adult)
    form = stage.panel
    assert isinstance(form, PersonForm)
    assert not form.consent_address.isVisible()
    form.consent.setChecked(True)
    press("Ctrl+S")
    assert set(errors(stage)) == {"consent_address", "consent_on"}
    fill(stage, "consent_address", "isatu@example.org")
    fill(stage, "consent_on", "12 Nov 2026")
    press("Ctrl+S")
    parent = rows(stage.register, Parent)[0]
    assert (parent.electronic_consent, parent.electronic_address) == (True, "isatu@example.org")
    assert parent.electronic_consent_on == date(2026, 11, 12)


def test_a_person_is_added_by_keyboard(stage: Stage) -> None:
    stage.screen.acts.edit_person()
    write("Faduma")
    press("Tab")
    write("Ali")
    press("Tab")
    write("Carer")
    press("Tab")
    write("07700 900555, 020 7946 0555")
    press("Ctrl+S")
    parent = rows(stage.register, Parent)[-1]
    assert (parent.forename, parent.surname, parent.relationship) == ("Faduma", "Ali", "Carer")
    assert [phone["PhoneNo"] for phone in parent.phones] == ["07700 900555", "020 7946 0555"]
    assert stage.said == ["Faduma Ali added"]


def test_details_are_changed_only_where_they_differ(stage: Stage) -> None:
    adult = stage.screen.case.page.adults[0] if stage.screen.case is not None else None
    stage.screen.acts.edit_person(adult)
    fill(stage, "email", "isatu@example.org")
    press("Ctrl+S")
    assert rows(stage.register, Parent)[0].email == "isatu@example.org"
    assert len(stage.events("parent.restrict")) == 1, "the one that made the case"


def test_a_new_address_keeps_who_said_so(stage: Stage) -> None:
    stage.screen.acts.new_address()
    fill(stage, "lines", "3 Station Road")
    press("Ctrl+S")
    assert errors(stage) == {"source": "Enter who said so"}
    fill(stage, "source", "Aunt, by phone")
    press("Ctrl+S")
    assert stage.screen.bar.address.text() == "3 Station Road"


def test_the_childs_details_are_corrected(stage: Stage) -> None:
    stage.screen.acts.edit_child()
    editor(stage, "dob").setText("2 Mar 2099")  # type: ignore[attr-defined]
    fill(stage, "source", "Birth certificate")
    press("Ctrl+S")
    assert errors(stage) == {"dob": "Date of birth must be in the past"}
    editor(stage, "dob").setText("3/3/2012")  # type: ignore[attr-defined]
    press("Ctrl+S")
    assert stage.screen.case is not None
    assert stage.screen.case.head.dob == date(2012, 3, 3)


@pytest.mark.parametrize("name", ["log_enquiry", "add_note", "add_step", "change_status", "close_case", "edit_person"])
def test_every_form_can_be_walked_by_keyboard_and_read_aloud(stage: Stage, qtbot: QtBot, name: str) -> None:
    getattr(stage.screen.acts, name)()
    walk.check(qtbot, stage.panel)


@pytest.mark.parametrize("percent", [100, 150])
def test_no_toast_lies_over_the_foot_of_a_form_or_its_question(stage: Stage, theme: Theme, percent: int) -> None:
    theme.set_text_percent(percent)
    stage.window.resize(1366, 768)
    stage.desk.toasts.say("The letter was saved on the shared drive, and the case says so", undo=7)
    press("L")
    toast = stage.desk.toasts.shown
    assert toast is not None
    for place in (stage.panel.foot, stage.panel.save_button):
        assert not _area(toast, stage).intersects(_area(place, stage))
    fill(stage, "asked", "Mo")
    press("Esc")
    assert stage.panel.strip.isVisible()
    assert not _area(toast, stage).intersects(_area(stage.panel.strip, stage))
    assert stage.window.rect().contains(_area(toast, stage))


def _area(widget: QWidget, stage: Stage) -> QRect:
    return QRect(widget.mapTo(stage.window, QPoint()), widget.size())
