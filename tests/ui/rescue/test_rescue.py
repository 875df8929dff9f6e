"""The rescue screen: what it offers, that nothing is done by accident, and that each answer is a sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.ui.rescue.panels import ChoicesPanel, DonePanel, RestorePanel, WorkingPanel
from cme_desktop.ui.rescue.presenter import RescuePresenter
from cme_desktop.ui.rescue.service import BackupLook, BackupRow, Difference, Progress, PutBack, Saved
from cme_desktop.ui.rescue.view import RescueView
from cme_desktop.ui.runner import InlineRunner
from cme_desktop.ui.unlock.service import PersonRow
from tests.ui import walk

DAMAGE = "The check of the register found damage in its file."
RIGHT = "four words that open"
PEOPLE = (PersonRow(1, "Asha Patel", "Officer, Administrator"), PersonRow(2, "Jordan Ellis", "Manager"))
NEW = BackupRow(Path("/usb/backup-2"), datetime(2026, 11, 24, 8, 59, tzinfo=UTC), "daily", 1204, 1310)
OLD = BackupRow(Path("/usb/backup-1"), datetime(2026, 11, 20, 9, 1, tzinfo=UTC), "by-hand", 1, 1)


class FakeService:
    """Two backups, of which the older is damaged, and a register that holds a little more than the newer."""

    def __init__(self) -> None:
        self.rows: tuple[BackupRow, ...] = (NEW, OLD)
        self.no_export = ""
        self.damage = ""
        self.of_today = False
        self.done: list[object] = []
        self.fails: Exception | None = None

    def today(self) -> date:
        return date(2026, 11, 24)

    def why_no_export(self) -> str:
        return self.no_export

    def backups(self, place: Path | None) -> tuple[BackupRow, ...]:
        self.done.append(("backups", place))
        return self.rows

    def look(self, backup: Path) -> BackupLook:
        if backup == OLD.path:
            raise UserError("This backup is damaged or not complete, so it was not used. Choose another backup.")
        different = (Difference("Children", 1206, 1204), Difference("Cases", None, 1310))
        return BackupLook(PEOPLE, different, of_today=self.of_today)

    def put_back(self, backup: Path, person_id: int, passphrase: str, progress: Progress) -> PutBack:
        progress("rows", 0.5)
        if passphrase != RIGHT:
            raise CannotUnlock("That passphrase did not open the backup. Nothing was changed. Try again.")
        if self.fails is not None:
            raise self.fails
        self.done.append(("put back", backup, person_id))
        return PutBack(Path("/register/replaced/1"), self.damage)

    def bring_back(self, backup: Path, person_id: int, key: str, passphrase: str, progress: Progress) -> Path | None:
        progress("rows", 0.5)
        if self.fails is not None:
            raise self.fails
        self.done.append(("bring back", backup, person_id, key, passphrase))
        return None

    def copy_as_it_is(self, place: Path) -> Path:
        if self.fails is not None:
            raise self.fails
        return place / "copy"

    def save_readable(self, place: Path, progress: Progress, cancelled: Callable[[], bool]) -> Saved:
        progress("child", 0.5)
        if self.fails is not None:
            raise self.fails
        return Saved(place / "readable", 12, 1, ("child_name.csv: rows 4 to 9 could not be read.",))


class FakeFolders:
    """Answer every question for a folder with the same one."""

    def __init__(self, answer: str = "/usb") -> None:
        self.answer = answer
        self.titles: list[str] = []

    def ask_folder(self, title: str) -> str:
        self.titles.append(title)
        return self.answer


class Rescue:
    """The screen with its parts."""

    def __init__(self, qtbot: QtBot, service: FakeService | None = None, damage: str = DAMAGE, *, held: bool = False):
        self.service, self.folders = service or FakeService(), FakeFolders()
        self.view = RescueView()
        qtbot.addWidget(self.view)
        self.view.resize(1366, 768)
        self.view.show()
        self.view.activateWindow()
        qtbot.waitUntil(self.view.isActiveWindow)
        self.runner = InlineRunner(self.view, held=held)
        self.presenter = RescuePresenter(self.view, self.service, self.runner, self.folders, damage)
        self.presenter.start()

    @property
    def choices(self) -> ChoicesPanel:
        panel = self.view.panel
        assert isinstance(panel, ChoicesPanel)
        return panel

    @property
    def restore(self) -> RestorePanel:
        panel = self.view.panel
        assert isinstance(panel, RestorePanel)
        return panel

    @property
    def done(self) -> DonePanel:
        panel = self.view.panel
        assert isinstance(panel, DonePanel)
        return panel

    def words(self) -> str:
        """Return all that can be read in the window."""
        return "\n".join(label.text() for label in self.view.findChildren(QLabel) if label.isVisible())


@pytest.mark.feature("F83")
@pytest.mark.parametrize("face", ["choices", "restore", "paper", "done", "working"])
def test_each_face_passes_the_walk(qtbot: QtBot, face: str) -> None:
    rescue = Rescue(qtbot)
    if face == "restore":
        rescue.choices.restore.click()
    elif face == "paper":
        rescue.choices.restore.click()
        rescue.restore.by_paper.setChecked(True)
    elif face == "done":
        rescue.choices.export.click()
    elif face == "working":
        rescue.view.show_panel(WorkingPanel("Saving what can be read", can_stop=True))
    walk.check(qtbot, rescue.view)


@pytest.mark.parametrize("of_today", [True, False])
def test_whose_passphrase_it_takes_is_said(qtbot: QtBot, of_today: bool) -> None:
    service = FakeService()
    service.of_today = of_today
    rescue = Rescue(qtbot, service)
    rescue.choices.restore.click()
    words = rescue.words()
    assert ("Your passphrase of today." in words) is of_today
    assert ("stay as they are today" in words) is of_today
    assert ("yours when the backup was made" in words) is not of_today
    assert ("today" in rescue.restore.passphrase.accessibleDescription()) is of_today


def test_damage_is_said_with_three_ways_on(qtbot: QtBot) -> None:
    rescue = Rescue(qtbot)
    words = rescue.words()
    for part in (DAMAGE, "Nothing was repaired", "Put a backup back", "Save what can be read", "Save a copy for IT"):
        assert part in words
    assert rescue.view.focusWidget() is rescue.choices.restore


def test_who_may_not_export_is_told_why(qtbot: QtBot) -> None:
    service = FakeService()
    service.no_export = "Saving what can be read is for an officer."
    rescue = Rescue(qtbot, service)
    assert not rescue.choices.export.isEnabled()
    assert service.no_export in rescue.words()


def test_the_newest_backup_is_chosen_and_what_would_differ_is_shown(qtbot: QtBot) -> None:
    rescue = Rescue(qtbot)
    rescue.choices.restore.click()
    assert rescue.restore.picked == NEW.path
    assert rescue.restore.backup.currentText() == "Today 08:59, start of the day: 1,204 children, 1,310 cases"
    words = rescue.words()
    for part in ("In the register now", "1,206", "1,204", "cannot be counted", "1,310"):
        assert part in words
    assert rescue.restore.put_back.isEnabled()


def test_a_damaged_backup_cannot_be_put_back(qtbot: QtBot) -> None:
    rescue = Rescue(qtbot)
    rescue.choices.restore.click()
    rescue.restore.backup.pick("1")
    assert "This backup is damaged" in rescue.restore.form.fields["backup"].error
    assert not rescue.restore.put_back.isEnabled()
    qtbot.keyClicks(rescue.restore.passphrase, RIGHT)
    qtbot.keyClick(rescue.restore.passphrase, Qt.Key.Key_Return)
    assert ("put back", OLD.path, 1) not in rescue.service.done


def test_without_a_backup_it_says_where_to_look(qtbot: QtBot) -> None:
    service = FakeService()
    service.rows = ()
    rescue = Rescue(qtbot, service)
    rescue.choices.restore.click()
    assert "Plug the drive in, or look in another folder" in rescue.words()
    assert not rescue.restore.put_back.isEnabled()
    service.rows = (NEW,)
    rescue.restore.elsewhere.click()
    assert rescue.service.done[-1] == ("backups", Path("/usb"))
    assert rescue.restore.put_back.isEnabled()


def test_enter_puts_the_backup_back_and_says_what_is_lost_and_where_the_rest_is(qtbot: QtBot) -> None:
    rescue = Rescue(qtbot)
    rescue.choices.restore.click()
    qtbot.keyClicks(rescue.restore.passphrase, RIGHT)
    qtbot.keyClick(rescue.restore.passphrase, Qt.Key.Key_Return)
    assert ("put back", NEW.path, 1) in rescue.service.done
    words = rescue.words()
    assert "What was entered after today 08:59 is not in it and has to be entered again." in words
    assert str(Path("/register/replaced/1")) in words
    with qtbot.waitSignal(rescue.presenter.left):
        rescue.done.go_on.click()
    assert rescue.presenter.restore.passphrase.text() == ""


def test_an_empty_and_a_wrong_passphrase_put_nothing_back(qtbot: QtBot) -> None:
    rescue = Rescue(qtbot)
    rescue.choices.restore.click()
    rescue.restore.put_back.click()
    assert rescue.restore.form.fields["passphrase"].error == "Type the passphrase"
    qtbot.keyClicks(rescue.restore.passphrase, "wrong")
    rescue.restore.put_back.click()
    assert "did not open the backup" in rescue.restore.form.fields["passphrase"].error
    assert rescue.restore.passphrase.text() == "wrong", "what was typed is kept"
    assert not any(act[0] == "put back" for act in rescue.service.done if isinstance(act, tuple))


def test_while_it_is_put_back_nothing_else_can_be_begun(qtbot: QtBot) -> None:
    rescue = Rescue(qtbot, held=True)
    rescue.choices.restore.click()
    rescue.runner.release()
    rescue.runner.release()
    qtbot.keyClicks(rescue.restore.passphrase, RIGHT)
    rescue.restore.put_back.click()
    assert rescue.presenter.busy
    for part in (rescue.restore.put_back, rescue.restore.back, rescue.restore.backup, rescue.restore.passphrase):
        assert not part.isEnabled()
    rescue.view.escaped.emit()
    assert isinstance(rescue.view.panel, RestorePanel)
    rescue.runner.release()
    assert isinstance(rescue.view.panel, DonePanel)


def test_what_was_saved_and_what_was_not_is_said(qtbot: QtBot) -> None:
    rescue = Rescue(qtbot)
    rescue.choices.export.click()
    words = rescue.words()
    for part in (
        f"12 rows and 1 file are in {Path('/usb/readable')}",
        "not encrypted",
        "rows 4 to 9 could not be read",
    ):
        assert part in words
    rescue.done.go_on.click()
    rescue.choices.copy.click()
    assert str(Path("/usb/copy")) in rescue.words()


def test_a_question_left_open_begins_nothing(qtbot: QtBot) -> None:
    rescue = Rescue(qtbot)
    rescue.folders.answer = ""
    rescue.choices.export.click()
    rescue.choices.copy.click()
    assert isinstance(rescue.view.panel, ChoicesPanel)
    assert len(rescue.folders.titles) == 2


def test_why_nothing_was_saved_is_said(qtbot: QtBot) -> None:
    service = FakeService()
    service.fails = UserError("There is not enough room there.")
    rescue = Rescue(qtbot, service)
    rescue.choices.copy.click()
    assert "Nothing was saved" in rescue.words()
    assert "There is not enough room there." in rescue.words()


def test_saving_can_be_stopped(qtbot: QtBot) -> None:
    rescue = Rescue(qtbot, held=True)
    rescue.choices.export.click()
    panel = rescue.view.panel
    assert isinstance(panel, WorkingPanel)
    panel.stop.click()
    assert isinstance(rescue.view.panel, ChoicesPanel)
    rescue.runner.release()
    assert isinstance(rescue.view.panel, ChoicesPanel), "the answer comes too late to be shown"


def test_escape_goes_back_a_step_at_a_time(qtbot: QtBot) -> None:
    rescue = Rescue(qtbot)
    rescue.choices.restore.click()
    rescue.view.escaped.emit()
    assert isinstance(rescue.view.panel, ChoicesPanel)
    with qtbot.waitSignal(rescue.presenter.left):
        rescue.view.escaped.emit()


def test_asked_for_only_the_backups_are_shown(qtbot: QtBot) -> None:
    rescue = Rescue(qtbot, damage="")
    assert rescue.restore.picked == NEW.path
    with qtbot.waitSignal(rescue.presenter.left):
        rescue.restore.back.click()
