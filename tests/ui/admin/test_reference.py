"""Calendars, settings, signing and the audit, done by hand on a real register."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cme_desktop.casework.documents.signing import confirmed_forms, signatories
from cme_desktop.casework.reference.calendars import calendar_of
from cme_desktop.casework.reference.forms import enter_confirmation, waiting_form
from cme_desktop.casework.reference.policy import SETTINGS, read_settings
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.reference import BankHoliday, Term
from cme_desktop.ui.admin.audit import AuditSection
from cme_desktop.ui.admin.calendars import CalendarSection, year_of
from cme_desktop.ui.admin.section import Section
from cme_desktop.ui.admin.setting_words import CARDS, ELSEWHERE, settings_of, shown, source_words, value_of
from cme_desktop.ui.admin.settings import NOT_SET, SettingsSection
from cme_desktop.ui.admin.signing import ScanDialog, SigningSection
from tests.casework.look import rows
from tests.factories import Register, make_case
from tests.ui import walk
from tests.ui.admin.conftest import Admin, MakeAdmin

CSV = """academic_year,term,term_start,term_end,half_term_start,half_term_end,status
2026-27,Autumn,2026-09-01,2026-12-18,2026-10-26,2026-10-30,entered
2026-27,Spring,2027-01-04,2027-03-25,2027-02-15,2027-02-19,entered
,INSET,2026-09-01,2026-09-01,,,entered
"""
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)


# Calendars


def calendars(admin: Admin) -> CalendarSection:
    section = admin.open("calendars")
    assert isinstance(section, CalendarSection)
    return section


def fill(section: CalendarSection, admin: Admin, **days: date) -> None:
    """Fill the days of the open form."""
    fields = admin.dialog().form.fields
    for key, day in days.items():
        fields[key.replace("_", "-")].editor.set_day(day)


@pytest.mark.feature("F46")
def test_terms_are_entered_changed_and_removed(make_admin: MakeAdmin) -> None:
    admin = make_admin(real=True)
    section = calendars(admin)
    section.add.click()
    dialog = admin.dialog()
    fill(section, admin, start=date(2026, 9, 1), end=date(2026, 8, 1))
    dialog.go_on.click()
    assert dialog.form.fields["end"].error == "Autumn 2026-27 ends before it starts. Correct one of its two days."
    fill(
        section,
        admin,
        start=date(2026, 9, 1),
        end=date(2026, 12, 18),
        half=date(2026, 10, 26),
        half_end=date(2026, 10, 30),
    )
    dialog.go_on.click()
    walk.settle()
    assert [(row.term, row.term_end, row.status) for row in rows(admin.register, Term)] == [
        ("Autumn", date(2026, 12, 18), "entered")
    ]
    with admin.register.store.read() as session:
        assert calendar_of(session).is_school_day(date(2026, 11, 24))
    assert len(admin.bench.events("tasks.recompute")) == 1

    section.add.click()
    fill(section, admin, start=date(2026, 12, 1), end=date(2027, 3, 25))
    admin.dialog().go_on.click()
    assert "begins before" in admin.dialog().form.fields["start"].error
    admin.dialog().reject()
    walk.settle()

    section.table.go_to(0)
    section.change.click()
    fill(section, admin, end=date(2026, 12, 17))
    admin.dialog().go_on.click()
    walk.settle()
    assert rows(admin.register, Term)[0].term_end == date(2026, 12, 17)
    section.table.go_to(0)
    section.remove.click()
    admin.dialog().go_on.click()
    walk.settle()
    assert rows(admin.register, Term) == []


@pytest.mark.feature("F46")
def test_a_csv_file_of_terms_is_loaded_after_a_look(admin: Admin, tmp_path: Path) -> None:
    section = calendars(admin)
    assert section.banner is not None
    assert section.banner.words.text().startswith("These are placeholder term dates")
    (tmp_path / "terms.csv").write_text(CSV, encoding="utf-8")
    admin.chooser.file = str(tmp_path / "terms.csv")
    section.load.click()
    admin.dialog().go_on.click()
    walk.settle()
    assert [row.term for row in rows(admin.register, Term)] == ["Autumn", "Spring", "INSET"]
    assert section.banner is None
    (tmp_path / "terms.csv").write_text(CSV.replace("2026-12-18", "18 December"), encoding="utf-8")
    section.load.click()
    assert section.banner is not None
    assert "terms.csv, row 2: term_end must be a date written as 2026-09-01" in section.banner.words.text()
    (tmp_path / "terms.csv").write_bytes(b"\xff\xfe\x00")
    section.load.click()
    assert "could not be read as text" in section.banner.words.text()


def test_inset_days_come_and_go(admin: Admin) -> None:
    section = calendars(admin)
    section.day.set_day(date(2027, 1, 5))
    section.add_day.click()
    walk.settle()
    inset = [row.term_start for row in rows(admin.register, Term) if row.term == "INSET"]
    assert date(2027, 1, 5) in inset
    section.add_day.click()
    assert len([row for row in rows(admin.register, Term) if row.term == "INSET"]) == len(inset)
    section.chips.removed.emit("2027-01-05")
    walk.settle()
    assert date(2027, 1, 5) not in [row.term_start for row in rows(admin.register, Term) if row.term == "INSET"]


def test_newer_bank_holidays_are_added_and_none_is_lost(admin: Admin, tmp_path: Path) -> None:
    section = calendars(admin)
    before = len(rows(admin.register, BankHoliday))
    parts = ", ".join(
        f'"{division}": {{"division": "{division}", "events": [{{"title": "A new day", "date": "2031-05-05"}}]}}'
        for division in ("england-and-wales", "scotland", "northern-ireland")
    )
    (tmp_path / "bank-holidays.json").write_text(f"{{{parts}}}", encoding="utf-8")
    admin.chooser.file = str(tmp_path / "bank-holidays.json")
    section.load_days.click()
    walk.settle()
    assert admin.bench.said[-1] == "3 bank holidays added"
    assert len(rows(admin.register, BankHoliday)) == before + 3
    section.load_days.click()
    assert admin.bench.said[-1] == "Nothing new was in that file"
    (tmp_path / "bank-holidays.json").write_text("[]", encoding="utf-8")
    section.load_days.click()
    assert section.banner is not None


def test_a_school_year_is_named_from_september() -> None:
    assert (year_of(date(2026, 8, 31)), year_of(date(2026, 9, 1))) == ("2025-26", "2026-27")


# Council settings


def settings(admin: Admin) -> SettingsSection:
    section = admin.open("settings")
    assert isinstance(section, SettingsSection)
    return section


def test_every_setting_has_one_place() -> None:
    placed = [info.key for _, starts in CARDS for info in settings_of(starts)]
    assert sorted(placed) == sorted({info.key for info in SETTINGS} - ELSEWHERE)


def test_each_setting_says_its_default_and_where_that_comes_from(admin: Admin) -> None:
    section = settings(admin)
    for info in SETTINGS:
        if info.key in ELSEWHERE:
            continue
        hint = section.fields[info.key].editor.accessibleDescription()
        assert hint == source_words(info)
        assert info.source in hint
    assert source_words(next(one for one in SETTINGS if one.key == "reply.days")) == (
        "Default: 15 days (proposed, the council decides)"
    )
    approvals = next(one for one in SETTINGS if one.key == "approval.kinds")
    assert shown(approvals, ["L04", "close"]) == "Notice s437(1) (L04), Closing a case"


def test_settings_are_changed_as_one_act(qtbot: QtBot, admin: Admin) -> None:
    section = settings(admin)
    assert not section.save.isEnabled()
    section.editors["reply.days"].setText("20")
    section.editors["order.wait-for-school"].setChecked(False)
    section.editors["four-weeks.from"].pick("last-attendance")
    section.editors["languages"].setText("Polski\n\nRomână ")
    section.editors["approval.kinds"].ticks["L07"].setChecked(True)
    section.editors["approval.kinds"].ticks["L12"].setChecked(False)
    assert section.save.text() == "Save 5 changes"
    before = len(rows(admin.register, AuditEvent))
    section.editors["reply.days"].setFocus()
    qtbot.keyClick(section.editors["reply.days"], Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    walk.settle()
    policy = read_settings(admin.register.store, admin.register.officer)
    assert (policy.days("reply.days"), policy.yes("order.wait-for-school")) == (20, False)
    assert policy.text("four-weeks.from") == "last-attendance"
    assert policy.lines("languages") == ("Polski", "Română")
    assert policy.needs_approval("L07")
    assert not policy.needs_approval("L12")
    acts = [event.action for event in rows(admin.register, AuditEvent)[before:]]
    assert acts == ["settings.change", "tasks.recompute"]
    assert admin.bench.said == ["5 settings saved"]
    assert not section.save.isEnabled()


def test_what_cannot_be_kept_is_told_at_its_field_and_at_the_top(admin: Admin) -> None:
    section = settings(admin)
    section.editors["reply.days"].setText("soon")
    section.editors["chase.days"].setText("0")
    section.save.click()
    words = "Days a parent has to answer a first letter: enter a whole number of days, 1 or more"
    assert section.fields["reply.days"].error == words
    assert section.fields["chase.days"].error
    assert section.summary.isVisibleTo(section)
    section.summary.jumped.emit("reply.days")
    assert section.window().focusWidget() is section.editors["reply.days"]
    section.back.click()
    assert section.fields["reply.days"].error == ""
    assert section.editors["reply.days"].text() == "15"
    assert read_settings(admin.register.store, admin.register.officer).days("reply.days") == 15


def test_what_was_typed_stays_when_the_section_is_fetched_anew(admin: Admin) -> None:
    section = settings(admin)
    section.editors["council.team"].setText("Another team")
    section.refresh()
    walk.settle()
    assert section.editors["council.team"].text() == "Another team"


def test_a_missing_out_of_hours_number_is_said_in_red(make_admin: MakeAdmin) -> None:
    admin = make_admin(real=True)
    section = settings(admin)
    assert section.banner is not None
    assert section.banner.words.text() == NOT_SET
    section.editors["out-of-hours.phone"].setText("020 7946 0999")
    section.save.click()
    walk.settle()
    assert section.banner is None


@pytest.mark.parametrize("typed", ["", "-1", "1.5", "4000", "x"])
def test_days_are_whole_numbers(typed: str) -> None:
    with pytest.raises(ValueError, match="enter a whole number of days"):
        value_of("reply.days", typed)


# Signing


def signing(admin: Admin) -> SigningSection:
    section = admin.open("signing")
    assert isinstance(section, SigningSection)
    return section


def test_a_signatory_is_added_and_ended(admin: Admin) -> None:
    section = signing(admin)
    section.add.click()
    dialog = admin.dialog()
    dialog.go_on.click()
    assert set(dialog.form.fields) >= {"name", "post", "authority"}
    assert dialog.form.fields["post"].error == "Enter the post of the officer"
    for key, words in (("name", "Dee Stone"), ("post", "Head of Service"), ("authority", "scheme of delegation")):
        dialog.form.fields[key].editor.setText(words)
    dialog.go_on.click()
    walk.settle()
    found = signatories(admin.register.store, admin.register.officer)
    assert [(one.name, one.post, one.valid_from, one.valid_to) for one in found][-1] == (
        "Dee Stone",
        "Head of Service",
        date(2026, 11, 24),
        None,
    )
    section.table.go_to(section.table.rows.place_of(found[-1].id))
    section.end.click()
    again = admin.dialog()
    again.go_on.click()
    assert again.form.fields["why"].error == "Say why this authority ends"
    again.form.fields["why"].editor.setText("retires")
    again.form.fields["last"].editor.set_day(date(2026, 11, 1))
    again.go_on.click()
    assert again.form.summary.isVisible()
    again.form.fields["last"].editor.set_day(date(2026, 11, 30))
    again.go_on.click()
    walk.settle()
    assert signatories(admin.register.store, admin.register.officer)[-1].valid_to == date(2026, 11, 30)


def enter(register: Register) -> None:
    """Enter a confirmation as the administrator."""
    enter_confirmation(
        register.store,
        register.administrator,
        confirmed_by="Priya Nair",
        post="Principal solicitor",
        confirmed_on=date(2026, 11, 20),
        scan=PDF,
        media_type="application/pdf",
    )


@pytest.mark.feature("F58")
def test_an_administrator_enters_the_confirmation_and_it_does_not_count_yet(
    make_admin: MakeAdmin, tmp_path: Path
) -> None:
    admin = make_admin("administrator")
    section = signing(admin)
    assert section.form_state.text() == "Not confirmed"
    section.enter.click()
    dialog = admin.dialog()
    dialog.go_on.click()
    assert dialog.form.fields["scan"].error == "Choose the scan of the signed confirmation"
    for key, words in (("name", "Priya Nair"), ("post", "Principal solicitor")):
        dialog.form.fields[key].editor.setText(words)
    (tmp_path / "scan.pdf").write_text("no pdf")
    dialog.form.fields["scan"].editor.setText(str(tmp_path / "scan.pdf"))
    dialog.go_on.click()
    assert dialog.form.summary.isVisible()
    (tmp_path / "scan.pdf").write_bytes(PDF)
    dialog.form.fields["name"].editor.setText("Bernard Hall")
    dialog.go_on.click()
    assert dialog.form.summary.isVisible()
    dialog.form.fields["name"].editor.setText("Priya Nair")
    dialog.go_on.click()
    walk.settle()
    assert section.form_state.text() == "Waits for a second person"
    assert not section.agree.isVisibleTo(section)
    assert confirmed_forms(admin.register.store, admin.register.officer) == ()
    waiting = waiting_form(admin.register.store, admin.register.officer)
    assert waiting is not None
    assert (waiting.confirmed_by, waiting.entered_by_name) == ("Priya Nair", "Cora Flint")


@pytest.mark.feature("F58")
def test_a_manager_looks_at_the_scan_and_agrees(make_admin: MakeAdmin) -> None:
    admin = make_admin("manager")
    enter(admin.register)
    section = signing(admin)
    section.see.click()
    walk.settle()
    [dialog] = admin.dialogs()
    assert isinstance(dialog, ScanDialog)
    dialog.reject()
    assert len(admin.bench.events("form.scan")) == 1
    section.agree.click()
    walk.settle()
    assert section.form_state.text() == "Confirmed"
    [form] = confirmed_forms(admin.register.store, admin.register.officer)
    assert (form.confirmed_by, form.post, form.confirmed_on) == (
        "Priya Nair",
        "Principal solicitor",
        date(2026, 11, 20),
    )
    assert waiting_form(admin.register.store, admin.register.officer) is None


def test_a_manager_refuses_with_a_reason(make_admin: MakeAdmin) -> None:
    admin = make_admin("manager")
    enter(admin.register)
    section = signing(admin)
    section.refuse.click()
    dialog = admin.dialog()
    dialog.go_on.click()
    assert dialog.form.fields["why"].error == "Say what has to be put right"
    dialog.form.fields["why"].editor.setText("the paper is not signed")
    dialog.go_on.click()
    walk.settle()
    assert section.form_state.text() == "Not confirmed"
    assert confirmed_forms(admin.register.store, admin.register.officer) == ()


# The audit


def audit(admin: Admin) -> AuditSection:
    section = admin.open("audit")
    assert isinstance(section, AuditSection)
    return section


@pytest.mark.feature("F74")
def test_the_audit_is_searched_by_person_and_words(qtbot: QtBot, make_admin: MakeAdmin) -> None:
    admin = make_admin("manager")
    case = make_case(admin.register)
    section = audit(admin)
    assert section.table.rows.row_at(0).doing == "Opening a case"
    assert section.table.rows.row_at(0).about == case.ref
    section.words.setText("adding a person")
    qtbot.waitUntil(lambda: section.table.rows.rowCount() == 2)
    section.words.setText("no such thing at all")
    qtbot.waitUntil(lambda: section.table.isHidden())
    section.words.setText("")
    qtbot.waitUntil(lambda: section.table.rows.rowCount() > 2)
    section.who.pick(str(admin.register.officer.id))
    names = {section.table.rows.row_at(row).by for row in range(section.table.rows.rowCount())}
    assert names == {"Anita Patel"}


def test_older_events_come_when_they_are_asked_for(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cme_desktop.ui.admin.audit.PAGE", 3)
    section = audit(admin)
    assert section.table.rows.rowCount() == 3
    assert section.older.isEnabled()
    while section.older.isEnabled():
        section.older.click()
    assert section.table.rows.rowCount() == len(rows(admin.register, AuditEvent))
    assert isinstance(section, Section)
