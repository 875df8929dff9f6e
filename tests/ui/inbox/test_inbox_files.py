"""Whole files at hand: problem files, the folder, taking in, and undoing an import."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from cme_desktop.casework.intake.files import FileOutcome
from cme_desktop.models.intake import SourceFile, StagedPupil
from cme_desktop.ui.inbox.dialogs import ReasonDialog
from cme_desktop.ui.inbox.importer import ImportSummary
from cme_desktop.ui.inbox.lines import ProblemLine
from cme_desktop.ui.inbox.review import ProblemPage
from cme_desktop.ui.widgets.states import Empty, Interruption
from tests.casework.look import rows
from tests.casework.s2s import leaver_file, new_pupil
from tests.ui import walk
from tests.ui.inbox.conftest import Inbox, MakeInbox
from tests.ui.inbox.helpers import BROKEN, dialog_of, last_undo, press

# Problem files


@pytest.mark.feature("F1")
def test_a_problem_file_is_copied_out_with_a_reason_and_settled(qtbot: QtBot, inbox: Inbox, tmp_path: Path) -> None:
    inbox.put(BROKEN)
    screen = inbox.show()
    assert [type(line).__name__ for line in screen.folder.model.lines] == ["ProblemHead", "ProblemLine"]
    screen.folder.list.setFocus()
    press(qtbot, screen, Qt.Key.Key_Return)
    page = screen.review.place.findChild(ProblemPage)
    assert page is not None
    assert page.copy.hasFocus()
    press(qtbot, screen, Qt.Key.Key_Return)
    dialog = dialog_of(screen, ReasonDialog)
    assert isinstance(dialog, ReasonDialog)
    press(qtbot, screen, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert dialog.form.fields["reason"].error == "Say why a copy is needed"
    inbox.chooser.copy = str(tmp_path / "copy.xml")
    qtbot.keyClicks(dialog.reason, "the school asked for it")
    dialog.go_on.click()
    walk.settle()
    assert (tmp_path / "copy.xml").read_bytes() == BROKEN[1]
    assert [event.reason for event in inbox.bench.events("access.file")] == ["the school asked for it"]

    page.settle.click()
    settle = dialog_of(screen, ReasonDialog)
    assert isinstance(settle, ReasonDialog)
    qtbot.keyClicks(settle.reason, "asked the school to send it again")
    settle.go_on.click()
    walk.settle()
    assert rows(inbox.register, SourceFile)[0].problem_settled_at is not None
    assert isinstance(screen.stack.currentWidget().findChild(Empty), Empty)


def test_the_painted_link_of_a_problem_file_can_be_pressed(qtbot: QtBot, inbox: Inbox) -> None:
    inbox.put(BROKEN)
    screen = inbox.show()
    files = screen.folder.list
    row = next(n for n, line in enumerate(screen.folder.model.lines) if isinstance(line, ProblemLine))
    area = files.delegate.link_area(files.visualRect(screen.folder.model.index(row)))
    qtbot.mouseMove(files.viewport(), area.center())
    qtbot.mouseClick(files.viewport(), Qt.MouseButton.LeftButton, pos=area.center())
    assert screen.findChildren(ReasonDialog)
    qtbot.mouseClick(files.viewport(), Qt.MouseButton.LeftButton, pos=area.center() + QPoint(120, 0))
    assert len(screen.findChildren(ReasonDialog)) == 1


def test_problems_and_pupils_can_be_gone_to(inbox: Inbox) -> None:
    inbox.put(BROKEN, leaver_file(new_pupil(forename="A1", dob="2013-01-01"), new_pupil(forename="B1")))
    [first, second] = rows(inbox.register, StagedPupil)
    screen = inbox.show()
    screen.show_what("problems")
    walk.settle()
    assert screen.review.place.findChild(ProblemPage) is not None
    screen.show_what(f"pupil:{second.id}")
    walk.settle()
    assert screen.presenter.item is not None
    assert screen.presenter.item.id == second.id
    screen.show_what(f"file:{first.source_file_id}")
    screen.show_what("nothing:known")
    walk.settle()
    assert screen.presenter.file_id == first.source_file_id
    screen.show_what("pupil:999")
    walk.settle()
    assert screen.banner is not None


# Folder and imports


def test_the_foot_says_what_becomes_of_files_and_changes_the_folder(inbox: Inbox, tmp_path: Path) -> None:
    screen = inbox.show()
    assert screen.folder.truth.words().startswith("Files are sealed in the register, then deleted from ")
    other = tmp_path / "Dropbox" / "In"
    other.mkdir(parents=True)
    inbox.chooser.folder = str(other)
    looked: list[bool] = []
    inbox.bench.desk.look_wanted.connect(lambda: looked.append(True))
    screen.files.change_folder()
    walk.settle()
    assert inbox.importer.folder == str(other)
    assert looked == [True]
    assert screen.banner is not None
    assert "copied to the cloud" in screen.banner.words.text()
    inbox.chooser.folder = str(inbox.register.folder)
    screen.files.change_folder()
    assert inbox.bench.said[-1].startswith("The register itself lies there.")
    inbox.chooser.folder = ""
    screen.files.change_folder()
    assert inbox.importer.folder == str(other)


def test_without_a_folder_it_says_so_and_offers_to_choose_one(make_inbox: MakeInbox) -> None:
    inbox = make_inbox(watched=False)
    screen = inbox.show()
    assert screen.folder.truth.words() == "No folder is watched, so files are taken in by hand only."
    empty = screen.stack.currentWidget().findChild(Empty)
    assert isinstance(empty, Empty)
    assert empty.words.text() == "Choose the folder where they arrive."


@pytest.mark.feature("F1")
def test_a_file_chosen_by_hand_is_taken_in_told_and_undone(inbox: Inbox, tmp_path: Path) -> None:
    name, data = leaver_file(new_pupil())
    (tmp_path / name).write_bytes(data)
    screen = inbox.show()
    inbox.chooser.files = [str(tmp_path / name)]
    screen.take.click()
    walk.settle()
    assert screen.banner is not None
    assert screen.banner.words.text() == "1 S2S file came in, 1 pupil to decide."
    assert screen.undo.look.key == "Ctrl+Z"
    assert screen.undo.isVisible()
    assert screen.banner.button is not None
    screen.banner.button.click()
    walk.settle()
    assert rows(inbox.register, SourceFile) == []
    assert inbox.bench.said[-1] == "1 import undone: the register is as it was before."
    assert not screen.undo.isVisible()
    assert (tmp_path / name).exists()


def test_an_import_undone_by_its_key_is_not_offered_again(inbox: Inbox, tmp_path: Path) -> None:
    name, data = leaver_file(new_pupil())
    (tmp_path / name).write_bytes(data)
    screen = inbox.show()
    inbox.chooser.files = [str(tmp_path / name)]
    screen.take.click()
    walk.settle()
    assert screen.undo.isVisible()
    last_undo(inbox)
    assert not screen.undo.isVisible()
    assert inbox.importer.last is None


def test_undoing_what_came_from_the_folder_saves_a_copy_first(qtbot: QtBot, inbox: Inbox, tmp_path: Path) -> None:
    name, data = leaver_file(new_pupil())
    outcomes = inbox.put((name, data), from_folder=True)
    screen = inbox.show()
    inbox.importer.last = _summary(outcomes)
    screen.files.ask_undo()
    page = screen.stack.currentWidget()
    assert isinstance(page, Interruption)
    assert page.go_back.hasFocus()
    press(qtbot, screen, Qt.Key.Key_Escape)
    assert screen.stack.currentWidget() is not page
    screen.files.ask_undo()
    again = screen.stack.currentWidget()
    assert isinstance(again, Interruption)
    again.go_on.click()
    assert len(rows(inbox.register, SourceFile)) == 1
    inbox.chooser.copy = str(tmp_path / "kept.xml")
    again.go_on.click()
    walk.settle()
    assert (tmp_path / "kept.xml").read_bytes() == data
    assert rows(inbox.register, SourceFile) == []


def test_several_files_are_saved_to_a_folder_before_their_import_is_undone(inbox: Inbox, tmp_path: Path) -> None:
    outcomes = inbox.put(
        leaver_file(new_pupil(), number=1), leaver_file(new_pupil(forename="Bo"), number=2), from_folder=True
    )
    screen = inbox.show()
    inbox.importer.last = _summary(outcomes)
    screen.files.ask_undo()
    page = screen.stack.currentWidget()
    assert isinstance(page, Interruption)
    inbox.chooser.folder = str(tmp_path)
    page.go_on.click()
    walk.settle()
    assert sorted(path.name for path in tmp_path.glob("*.xml")) == sorted(outcome.name for outcome in outcomes)
    assert rows(inbox.register, SourceFile) == []


def _summary(outcomes: list[FileOutcome]) -> ImportSummary:
    return ImportSummary(tuple(outcomes))


def test_an_import_that_was_built_on_is_not_undone_and_says_why(inbox: Inbox, tmp_path: Path) -> None:
    name, data = leaver_file(new_pupil())
    (tmp_path / name).write_bytes(data)
    screen = inbox.show()
    inbox.chooser.files = [str(tmp_path / name)]
    screen.take.click()
    walk.settle()
    screen.presenter.answer("new")
    walk.settle()
    assert screen.undo.look.key == ""
    screen.undo.click()
    walk.settle()
    assert screen.banner is not None
    assert "has been changed again since" in screen.banner.words.text()
    assert len(rows(inbox.register, SourceFile)) == 1
