"""People, keys, backup, folder and the check of the records, done by hand on a real register."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from cme_desktop.casework import users
from cme_desktop.casework.reference.policy import read_settings
from cme_desktop.domain.roles import Role
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.document import ContentFile
from cme_desktop.models.people import PersonRow
from cme_desktop.models.reference import RoutineCheck
from cme_desktop.storage import keys
from cme_desktop.storage.backup import list_backups
from cme_desktop.storage.keys import WrongPassphrase
from cme_desktop.ui.admin.backup import BackupSection
from cme_desktop.ui.admin.check import CheckSection
from cme_desktop.ui.admin.folder import FolderSection
from cme_desktop.ui.admin.new_key import NewKeyDialog
from cme_desktop.ui.admin.own_key import OwnKeySection
from cme_desktop.ui.admin.people import PeopleSection
from cme_desktop.ui.runner import Runner
from tests.casework.look import rows
from tests.documents.reading import text as pdf_text
from tests.factories import PASSPHRASE
from tests.ui import walk
from tests.ui.admin.conftest import Admin, MakeAdmin

NEW = "four other invented words"


def people(admin: Admin) -> PeopleSection:
    section = admin.open("people")
    assert isinstance(section, PeopleSection)
    return section


def choose(section: PeopleSection, name: str) -> None:
    """Choose a person in the list."""
    for row in range(section.table.rows.rowCount()):
        section.table.go_to(row)
        if section.table.current().name == name:
            return
    raise AssertionError(f"{name} is not listed")


@pytest.mark.feature("F72")
def test_a_person_is_added_by_keyboard_and_can_unlock(qtbot: QtBot, admin: Admin) -> None:
    section = people(admin)
    section.add.setFocus()
    qtbot.keyClick(section.add, Qt.Key.Key_Return)
    dialog = admin.dialog()
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert dialog.form.fields["name"].error == "Enter the person’s name"
    assert dialog.form.fields["roles"].error == "Choose at least one role"
    assert dialog.form.fields["passphrase"].error
    qtbot.keyClicks(dialog.form.fields["name"].editor, "Dee Stone")
    dialog.form.fields["roles"].editor.ticks[Role.MANAGER].setChecked(True)
    qtbot.keyClicks(dialog.form.fields["passphrase"].editor, NEW)
    qtbot.keyClicks(dialog.form.fields["again"].editor, NEW)
    qtbot.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    walk.settle()
    assert admin.bench.said == ["Dee Stone has a log-in"]
    assert keys.unlock(admin.register.folder, "Dee Stone", NEW).roles == {Role.MANAGER}
    choose(section, "Dee Stone")
    assert section.table.current().roles == {Role.MANAGER}


def test_a_name_that_is_taken_is_refused_in_the_form(admin: Admin) -> None:
    section = people(admin)
    section.ask_add()
    dialog = admin.dialog()
    dialog.form.fields["name"].editor.setText("Bernard Hall")
    dialog.form.fields["roles"].editor.ticks[Role.OFFICER].setChecked(True)
    dialog.form.fields["passphrase"].editor.setText(NEW)
    dialog.form.fields["again"].editor.setText(NEW)
    dialog.go_on.click()
    assert dialog.isVisible()
    assert dialog.form.summary.isVisible()
    assert dialog.go_on.isEnabled()
    dialog.reject()


def test_roles_change_and_the_last_administrator_stays(admin: Admin) -> None:
    section = people(admin)
    choose(section, "Bernard Hall")
    section.change.click()
    dialog = admin.dialog()
    for tick in dialog.form.fields["roles"].editor.ticks.values():
        tick.setChecked(False)
    dialog.go_on.click()
    assert dialog.form.fields["roles"].error == "Choose at least one role"
    dialog.form.fields["roles"].editor.ticks[Role.MANAGER].setChecked(True)
    dialog.form.fields["roles"].editor.ticks[Role.ADMINISTRATOR].setChecked(True)
    dialog.form.fields["why"].editor.setText("covers for the administrator")
    dialog.go_on.click()
    assert admin.bench.said[-1] == "Bernard Hall: Manager, Administrator from the next unlock"
    assert rows(admin.register, AuditEvent)[-1].reason == "covers for the administrator"


def test_a_log_in_ends_with_a_reason_and_comes_back_with_a_new_passphrase(admin: Admin) -> None:
    section = people(admin)
    choose(section, "Cora Flint")
    section.end.click()
    dialog = admin.dialog()
    dialog.go_on.click()
    assert dialog.form.fields["why"].error == "Say why this log-in ends"
    dialog.form.fields["why"].editor.setText("moved to another team")
    dialog.go_on.click()
    [row] = [one for one in rows(admin.register, PersonRow) if one.name == "Cora Flint"]
    assert row.active is False
    choose(section, "Cora Flint")
    assert not section.change.isEnabled()
    section.renew.click()
    again = admin.dialog()
    again.form.fields["passphrase"].editor.setText(NEW)
    again.form.fields["again"].editor.setText(NEW + "x")
    again.go_on.click()
    assert again.form.fields["again"].error
    again.form.fields["again"].editor.setText(NEW)
    again.go_on.click()
    assert keys.unlock(admin.register.folder, "Cora Flint", NEW).name == "Cora Flint"


def test_one_s_own_passphrase_is_changed_elsewhere(admin: Admin) -> None:
    section = people(admin)
    choose(section, "Anita Patel")
    assert section.renew.accessibleDescription() == "Use Key and recovery for your own passphrase"


# Key and recovery


def own_key(admin: Admin) -> OwnKeySection:
    section = admin.open("keys")
    assert isinstance(section, OwnKeySection)
    return section


def test_the_recovery_key_is_tested_from_its_paper(qtbot: QtBot, admin: Admin) -> None:
    section = own_key(admin)
    assert section.tested.text() == "Not tested since it was made"
    section.key.setFocus()
    qtbot.keyClick(section.key, Qt.Key.Key_Return)
    assert section.key_form.fields["key"].error == "Enter the recovery key from the paper"
    wrong = list(admin.register.recovery_key)
    wrong[0] = "A" if wrong[0] != "A" else "B"
    section.key.setText("".join(wrong))
    section.test.click()
    assert "does not fit together" in section.key_form.fields["key"].error
    section.key.setText(admin.register.recovery_key.lower())
    section.test.click()
    walk.settle()
    assert section.answer.isVisibleTo(section)
    assert section.key.text() == ""
    assert section.tested.text() == "Last tested today 12:00"
    assert [event.reason for event in admin.bench.events("people.key-tested")] == [None]


@pytest.mark.feature("F76")
def test_a_new_recovery_key_replaces_the_old_one_once_it_is_printed_and_typed_back(
    qtbot: QtBot, admin: Admin, tmp_path: Path
) -> None:
    old = admin.register.recovery_key
    section = own_key(admin)
    section.renew.click()
    dialog = admin.dialog()
    assert isinstance(dialog, NewKeyDialog)
    walk.check(qtbot, dialog, sizes=((100, QSize(800, 620)),))
    dialog.go_on.click()
    assert "Print or save the key first" in dialog.form.summary.findChildren(QAbstractButton)[0].text()
    admin.chooser.file = str(admin.register.folder.parent / "key.pdf")
    dialog.card.save_button.click()
    walk.settle()
    assert "beside the register" in dialog.form.summary.findChildren(QAbstractButton)[0].text()
    assert not Path(admin.chooser.file).exists()
    (tmp_path / "stick").mkdir()
    admin.chooser.file = str(tmp_path / "stick" / "key.pdf")
    dialog.card.save_button.click()
    walk.settle()
    printed = pdf_text(Path(admin.chooser.file).read_bytes())
    groups = dialog.card.groups.accessibleName().removeprefix("Recovery key. ").split(". ")
    spelled = [group.partition(": ")[2].replace(" ", "") for group in groups]
    assert all(group in printed for group in spelled), "the sheet has the key that is shown"
    dialog.go_on.click()
    keys.check_recovery_key(admin.register.folder, old)
    assert dialog.card.groups.accessibleName() == "Recovery key", "it is hidden while it is typed"
    walk.check(qtbot, dialog, sizes=((100, QSize(800, 620)),))
    for editor, field in zip(dialog.type_back.inputs, dialog.type_back.fields, strict=True):
        number = int(field.label.text().removeprefix("Group "))
        qtbot.keyClicks(editor, spelled[number - 1].lower())
    dialog.go_on.click()
    walk.settle()
    keys.check_recovery_key(admin.register.folder, "-".join(spelled))
    with pytest.raises(keys.RecoveryKeyWrong):
        keys.check_recovery_key(admin.register.folder, old)
    assert len(admin.bench.events("key.renew")) == 1
    assert section.tested.text() == "Not tested since it was made"


def test_a_new_recovery_key_that_is_given_up_changes_nothing(admin: Admin) -> None:
    section = own_key(admin)
    section.renew.click()
    dialog = admin.dialog()
    assert isinstance(dialog, NewKeyDialog)
    dialog.card.print_button.click()
    assert admin.chooser.printed
    dialog.cancel.click()
    keys.check_recovery_key(admin.register.folder, admin.register.recovery_key)
    assert admin.bench.events("key.renew") == []


@pytest.mark.feature("F76")
def test_quick_unlock_is_switched_on_and_off(admin: Admin) -> None:
    section = own_key(admin)
    assert section.quick.text() == "Off"
    section.turn.click()
    assert section.quick.text() == "On"
    assert keys.unlock_quick(admin.register.folder, "Anita Patel", admin.ring).name == "Anita Patel"
    assert users.quick_unlock_is_on(admin.register.store, admin.register.officer)
    section.turn.click()
    assert section.quick.text() == "Off"
    assert admin.ring.secrets == {}
    assert [event.reason for event in admin.bench.events("people.quick-unlock")] == ["on", "off"]


def test_a_keyring_that_is_locked_is_said(admin: Admin) -> None:
    section = own_key(admin)
    admin.ring.locked = True
    section.turn.click()
    assert section.quick.text() == "Off"
    assert section.banner is not None
    assert "no safe place for the quick-unlock secret" in section.banner.words.text()


def test_the_own_passphrase_is_changed(admin: Admin) -> None:
    section = own_key(admin)
    section.change.click()
    assert section.form.fields["present"].error == "Enter your present passphrase"
    section.present.setText("not the right one at all")
    section.new.setText(NEW)
    section.again.setText(NEW)
    section.change.click()
    assert section.form.fields["present"].error.startswith("That passphrase does not open")
    section.present.setText(PASSPHRASE)
    section.change.click()
    walk.settle()
    assert admin.bench.said[-1] == "Your passphrase was changed. Use the new one from now on."
    assert section.new.text() == ""
    assert keys.unlock(admin.register.folder, "Anita Patel", NEW).name == "Anita Patel"
    with pytest.raises(WrongPassphrase):
        keys.unlock(admin.register.folder, "Anita Patel", PASSPHRASE)


def test_a_changed_passphrase_switches_quick_unlock_off_and_says_so(admin: Admin) -> None:
    section = own_key(admin)
    section.turn.click()
    assert section.quick.text() == "On"
    section.present.setText(PASSPHRASE)
    section.new.setText(NEW)
    section.again.setText(NEW)
    section.change.click()
    walk.settle()
    assert section.quick.text() == "Off"
    assert "Quick unlock is off: switch it on again" in admin.bench.said[-1]
    section.turn.click()
    assert keys.unlock_quick(admin.register.folder, "Anita Patel", admin.ring).name == "Anita Patel"


# Backup


def backup(admin: Admin) -> BackupSection:
    section = admin.open("backup")
    assert isinstance(section, BackupSection)
    return section


@pytest.mark.feature("F92")
def test_a_place_is_chosen_with_a_verified_backup_and_another_is_made(admin: Admin, tmp_path: Path) -> None:
    section = backup(admin)
    assert not section.now.isEnabled()
    assert section.made.text() == "None made yet."
    admin.chooser.folder = str(admin.register.folder / "inside")
    section.change.click()
    assert section.banner is not None
    assert "inside the register’s own folder" in section.banner.words.text()
    admin.chooser.folder = str(tmp_path / "share")
    section.change.click()
    walk.settle()
    policy = read_settings(admin.register.store, admin.register.officer)
    assert policy.text("backup.place") == str(tmp_path / "share")
    assert section.state.text() == "OK"
    assert section.made.text() == "today 12:00, by Anita Patel, opened again and checked."
    section.now.click()
    walk.settle()
    assert len(list_backups(tmp_path / "share")) == 2
    assert section.table.rows.rowCount() == 2
    assert not section.bar.isVisibleTo(section)
    wanted: list[bool] = []
    admin.bench.desk.restore_wanted.connect(lambda: wanted.append(True))
    section.restore.click()
    assert wanted == [True]


def test_a_place_that_is_away_makes_no_backup_and_says_so(admin: Admin, tmp_path: Path) -> None:
    section = backup(admin)
    (tmp_path / "file").write_text("x")
    admin.chooser.folder = str(tmp_path / "file")
    section.change.click()
    assert section.banner is not None
    assert section.banner.words.text().startswith("The folder for backups could not be reached")
    assert read_settings(admin.register.store, admin.register.officer).text("backup.place") == ""
    assert section.now.accessibleDescription() == "Choose a place first"


def test_a_file_that_rotted_in_the_register_is_named_and_put_back(admin: Admin, tmp_path: Path) -> None:
    sealed = admin.register.store.content.seal(b"a held file")
    with admin.register.store.action(admin.register.officer, "test.file") as session:
        session.add(
            ContentFile(
                stored_name=sealed.name,
                file_key=sealed.key,
                sha256=sealed.sha256,
                size=sealed.size,
                media_type="application/pdf",
                sealed_at=admin.register.store.clock.now(),
            )
        )
    section = backup(admin)
    admin.chooser.folder = str(tmp_path / "share")
    section.change.click()
    walk.settle()
    held = admin.register.folder / "content" / sealed.name
    whole = held.read_bytes()
    held.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    section.now.click()
    walk.settle()
    assert section.banner is not None
    assert str(held) in section.banner.accessibleName()
    assert section.banner.button is not None
    section.banner.button.click()
    walk.settle()
    assert held.read_bytes() == whole
    assert section.banner.words.text() == "1 file was put back in the register from the backups."


# Folder


def test_the_watched_folder_and_how_long_files_stay(admin: Admin, tmp_path: Path) -> None:
    section = admin.open("folder")
    assert isinstance(section, FolderSection)
    assert section.change.text() == "Choose folder"
    (tmp_path / "In").mkdir()
    admin.chooser.folder = str(tmp_path / "In")
    section.change.click()
    assert admin.bench.desk.preferences.settings.watched_folder == str(tmp_path / "In")
    assert section.place.text() == str(tmp_path / "In")
    section.days.setText("many")
    section.save.click()
    assert section.form.fields["days"].error == "Enter a whole number of days, 0 or more"
    section.days.setText("3")
    section.save.click()
    assert read_settings(admin.register.store, admin.register.officer).days("folder.keep-days") == 3
    assert "3 days later" in section.truth.text()
    admin.chooser.folder = str(admin.register.folder)
    section.change.click()
    assert section.banner is not None


# The check of the records


def check(admin: Admin) -> CheckSection:
    section = admin.open("check")
    assert isinstance(section, CheckSection)
    return section


def said(section: CheckSection) -> list[str]:
    return [label.text() for label in section.answer.findChildren(QLabel)]


@pytest.mark.feature("F75")
def test_records_that_are_intact_are_said_to_be(admin: Admin) -> None:
    section = check(admin)
    section.now.click()
    walk.settle()
    assert "Records intact" in said(section)
    assert section.last.text() == "Last checked today 12:00 by Anita Patel: Records intact."
    assert [row.kind for row in rows(admin.register, RoutineCheck)] == ["verify"]


@pytest.mark.feature("F75")
def test_the_first_row_that_is_not_as_it_was_left_is_named(admin: Admin) -> None:
    section = check(admin)
    with admin.register.store._gate.writing(), admin.register.store._write.begin() as connection:
        connection.execute(text("UPDATE person SET name = 'Somebody Else' WHERE id = 2"))
    section.now.click()
    walk.settle()
    words = said(section)
    assert "The records are not as they were left" in words
    assert any("person" in one for one in words)
    assert section.last.text().endswith("2 things found wrong."), "the row is not as left, and not as keys.json has it"


def test_a_check_can_be_stopped_and_notes_nothing(qtbot: QtBot, make_admin: MakeAdmin) -> None:
    admin = make_admin()
    runner = Runner(admin.bench.host)
    admin.bench.desk.runner = runner
    section = check(admin)
    section.now.click()
    section.stop.click()
    qtbot.waitUntil(lambda: section.now.isEnabled(), timeout=20_000)
    assert admin.bench.said[-1] == "The check was stopped. Nothing was noted."
    assert rows(admin.register, RoutineCheck) == []
    runner.drain()


def test_an_office_routine_is_marked_as_done(admin: Admin) -> None:
    section = check(admin)
    assert section.routine_words["s2s-messages"].text() == "Not done yet. Due Tue 24 Nov, today."
    section.routine_buttons["s2s-messages"].click()
    assert section.routine_words["s2s-messages"].text() == "Done today 12:00 by Anita Patel. Due Tue 1 Dec, in 7 days."
    section.go_to("weekly-report")
    assert section.window().focusWidget() is section.routine_buttons["weekly-report"]
