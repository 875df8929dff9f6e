"""Admin as a whole: sections by keyboard, what wants a look, roles, names and Tab order."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from cme_desktop.casework import keeping
from cme_desktop.casework.documents.signing import end_signatory, signatories
from cme_desktop.casework.reference.policy import change_settings
from cme_desktop.domain.roles import Person, Role
from cme_desktop.ui.admin.audit import AuditSection
from cme_desktop.ui.admin.section import Office, why_not
from cme_desktop.ui.admin.view import SECTIONS
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.buttons import Button
from cme_desktop.ui.widgets.states import NotAllowedPage
from tests.ui import walk
from tests.ui.admin.conftest import Admin, MakeAdmin

KEYS = [entry.key for entry, _ in SECTIONS]


@pytest.mark.feature("F82")
def test_sections_are_gone_through_and_entered_by_keyboard(qtbot: QtBot, admin: Admin) -> None:
    admin.open("people")
    admin.screen.list.setFocus()
    for key in KEYS[1:]:
        qtbot.keyClick(admin.screen.list, Qt.Key.Key_J)
        assert admin.screen.list.key() == key
        assert admin.screen.stack.currentWidget() is admin.screen.section(key)
    qtbot.keyClick(admin.screen.list, Qt.Key.Key_Down)
    assert admin.screen.list.key() == KEYS[-1]
    qtbot.keyClick(admin.screen.list, Qt.Key.Key_K)
    assert admin.screen.list.key() == "check"
    qtbot.keyClick(admin.screen.list, Qt.Key.Key_Return)
    focus = admin.screen.window().focusWidget()
    assert focus is not None
    assert admin.screen.section().isAncestorOf(focus)
    assert admin.screen.go_back()
    assert admin.screen.window().focusWidget() is admin.screen.list
    assert not admin.screen.go_back()
    assert admin.screen.first_focus() is admin.screen.list
    own = admin.screen.keys()
    assert {key for key, _ in own} >= {"J K, Enter", "Esc"}


@pytest.mark.parametrize(
    ("what", "key"),
    [
        ("backup", "backup"),
        ("audit", "check"),
        ("routine:s2s-messages", "check"),
        ("settings:out-of-hours.phone", "settings"),
        ("nowhere", "people"),
    ],
)
def test_other_pages_open_a_section(admin: Admin, what: str, key: str) -> None:
    admin.open("people")
    admin.screen.show_what(what)
    walk.settle()
    assert admin.screen.list.key() == key


def test_what_wants_a_look_is_told_at_its_section(make_admin: MakeAdmin, tmp_path: Path) -> None:
    admin = make_admin(real=True)
    admin.open("people")
    notices = {entry.key: entry.notice for entry in admin.screen.list.sections.entries if entry.notice}
    assert notices == {
        "backup": "No copy in a second place yet",
        "calendars": "No term dates entered",
        "settings": "Out-of-hours number not set",
        "signing": "Nobody may sign today",
        "check": "Records not checked yet",
    }
    assert admin.screen.head is not None
    assert admin.screen.head.subtitle.text() == "5 things want a look"
    register = admin.register
    change_settings(register.store, register.officer, {"out-of-hours.phone": "020 7946 0999"})
    keeping.back_up(register.store, register.officer, admin.unlocked, tmp_path / "b", second_place=True)
    keeping.check_records(register.store, register.officer, admin.unlocked)
    admin.bench.desk.reference_changed.emit()
    assert admin.screen.head.subtitle.text() == "2 things want a look"
    told = admin.screen.list.sections.index(KEYS.index("calendars")).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told == "Calendars: No term dates entered"


def test_a_training_register_s_calendar_and_ended_signatory_are_told(admin: Admin) -> None:
    register = admin.register
    [one] = signatories(register.store, register.officer)
    end_signatory(register.store, register.officer, one.id, last_day=date(2026, 11, 20), reason="moved")
    admin.open("people")
    notices = {entry.key: entry.notice for entry in admin.screen.list.sections.entries}
    assert notices["calendars"] == "Placeholder term dates"
    assert notices["signing"] == "Nobody may sign today"


@pytest.mark.feature("F72")
@pytest.mark.parametrize("who", ["manager", "administrator"])
def test_each_role_sees_every_section_and_why_a_button_is_off(make_admin: MakeAdmin, who: str) -> None:
    admin = make_admin(who)
    for key in KEYS:
        section = admin.open(key)
        for button in section.findChildren(Button):
            if button.isVisibleTo(section) and not button.isEnabled():
                assert button.accessibleDescription(), f"{key}: {button.text()} is off without a reason"
    assert admin.bench.said == []


def test_a_reason_names_who_does_it(make_admin: MakeAdmin) -> None:
    admin = make_admin("manager")
    person = admin.bench.desk.person
    assert why_not(person, "user.add") == "Adding a person is for an administrator."
    assert why_not(person, "note.comment") == ""


def test_a_manager_reads_the_audit_and_an_officer_alone_is_told_who_does(make_admin: MakeAdmin) -> None:
    admin = make_admin("manager")
    assert admin.open("audit").findChildren(NotAllowedPage) == []
    officer = Person(admin.bench.desk.person.id, "Dee Stone", frozenset({Role.OFFICER}))
    admin.bench.desk.person = officer
    office = Office(admin.bench.desk, admin.unlocked, admin.chooser, lambda: admin.ring)
    section = AuditSection(office)
    [page] = section.findChildren(NotAllowedPage)
    assert page.words.text() == "Reading the audit is for a manager or an administrator."


@pytest.mark.feature("F83")
@pytest.mark.feature("F84")
def test_every_section_is_named_reached_and_whole(qtbot: QtBot, admin: Admin) -> None:
    """Walk every section at 100 %, then look for what is cut at 150 and 200 %: the theme changes once for all."""
    for key in KEYS:
        admin.open(key)
        walk.check(qtbot, admin.screen, sizes=walk.SIZES[:1])
    faults = []
    for percent, size in walk.SIZES[1:]:
        Theme.of().set_text_percent(percent)
        admin.screen.resize(size)
        for key in KEYS:
            admin.open(key)
            faults += [f"{key} at {percent} %: {fault}" for fault in walk.clipped(admin.screen)]
    assert faults == []


def test_the_list_keeps_qt_s_rules(admin: Admin, qtmodeltester: ModelTester) -> None:
    admin.open("people")
    qtmodeltester.check(admin.screen.list.sections)


def test_secrets_are_forgotten_when_the_page_is_left(admin: Admin) -> None:
    section = admin.open("keys")
    section.present.setText("something secret")  # type: ignore[attr-defined]  # the section of the key
    admin.open("people")
    assert section.present.text() == ""  # type: ignore[attr-defined]  # the section of the key
    admin.open("keys")
    section.key.setText("ABCD")  # type: ignore[attr-defined]  # the section of the key
    admin.screen.hide()
    assert section.key.text() == ""  # type: ignore[attr-defined]  # the section of the key


@pytest.mark.parametrize("key", KEYS)
def test_no_word_is_left_that_she_does_not_use(admin: Admin, key: str) -> None:
    section = admin.open(key)
    words = " ".join(label.text() for label in section.findChildren(QLabel)).casefold()
    for never in ("store", "vault", "quarantine", "invalid", "please", "sorry", "merge", "chain verified", "untraced"):
        assert f" {never} " not in f" {words} "
