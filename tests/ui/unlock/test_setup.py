"""First run: from the passphrase to an open register."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cme_desktop.domain.errors import UserError
from cme_desktop.system import FixedClock
from cme_desktop.ui.runner import InlineRunner
from cme_desktop.ui.unlock.key_card import two_places
from cme_desktop.ui.unlock.service import PlaceAnswer, SetupProgress
from cme_desktop.ui.unlock.setup_presenter import SetupPresenter
from cme_desktop.ui.unlock.setup_steps import NOT_SET
from cme_desktop.ui.unlock.setup_view import SetupView
from tests.ui import walk

CLOCK = FixedClock(datetime(2026, 11, 24, 10, 21, tzinfo=UTC))
KEY = "7KQ4-M2XD-HV5R-3TAB-QW6N-Y4PE-J5CF"
WORDS = "four words of mine"


class FakeSetup:
    """A set-up that remembers what it was told."""

    def __init__(self) -> None:
        self.did: list[tuple[str, ...]] = []
        self.at = SetupProgress()
        self.refuse: dict[str, str] = {}
        self.fails: Exception | None = None

    def _do(self, name: str, *what: str) -> None:
        if self.fails is not None:
            raise self.fails
        if name in self.refuse:
            raise UserError(self.refuse[name])
        self.did.append((name, *what))

    def progress(self) -> SetupProgress:
        return self.at

    def create(self, name: str, passphrase: str) -> None:
        self._do("create", name, passphrase)

    def recovery_key(self) -> str:
        self._do("recovery_key")
        return KEY

    def confirm_key(self) -> None:
        self._do("confirm")

    def key_sheet(self, key: str) -> bytes:
        self._do("key_sheet", key)
        return key.encode()

    def save_key_sheet(self, sheet: bytes, place: str) -> None:
        self._do("save", sheet.decode(), place)

    def use_folder(self, place: str) -> PlaceAnswer:
        self._do("folder", place)
        return PlaceAnswer("network" not in place, "The folder can be used.")

    def use_backup_place(self, place: str) -> PlaceAnswer:
        self._do("backup", place)
        return PlaceAnswer(True, "Copy made, opened and checked 10:31.")

    def use_out_of_hours(self, number: str) -> None:
        self._do("number", number)

    def finish(self) -> object:
        self._do("finish")
        return "session"


class FakeDesk:
    """Dialogs that answer by themselves."""

    def __init__(self) -> None:
        self.file, self.folder, self.prints = "", "S2S", True
        self.printed: list[bytes] = []

    def print_pdf(self, sheet: bytes, on_done: Callable[[bool], object]) -> None:
        self.printed.append(sheet)
        on_done(self.prints)

    def ask_file(self, _title: str, name: str) -> str:
        assert name.endswith(".pdf")
        return self.file

    def ask_folder(self, _title: str) -> str:
        return self.folder


class Run:
    """A set-up under way."""

    def __init__(self, qtbot: QtBot, service: FakeSetup | None = None) -> None:
        self.service, self.desk, self.view = service or FakeSetup(), FakeDesk(), SetupView()
        qtbot.addWidget(self.view)
        self.view.resize(1366, 768)
        self.view.show()
        self.view.activateWindow()
        qtbot.waitUntil(self.view.isActiveWindow)
        runner = InlineRunner(self.view)
        self.presenter = SetupPresenter(self.view, self.service, runner, self.desk, CLOCK)
        self.presenter.start()

    def name(self, name: str = "Asha Patel", one: str = WORDS, two: str = WORDS) -> None:
        self.view.passphrase.name.setText(name)
        self.view.passphrase.passphrase.setText(one)
        self.view.passphrase.again.setText(two)
        self.view.go_on.click()

    def asked(self) -> list[int]:
        """Return which groups are asked for."""
        return [int(field.label.text().removeprefix("Group ")) for field in self.view.key.type_back.fields]

    def type_back(self, qtbot: QtBot, wrong: str = "") -> None:
        """Type the groups that are asked for, the second with another ending if one is named."""
        words = [KEY.split("-")[number - 1].lower() for number in self.asked()]
        if wrong:
            words[1] = words[1][:3] + wrong
        for editor, typed in zip(self.view.key.type_back.inputs, words, strict=True):
            editor.clear()
            qtbot.keyClicks(editor, typed)


@pytest.mark.feature("F82")
def test_set_up_goes_from_the_passphrase_to_an_open_register(qtbot: QtBot) -> None:
    run = Run(qtbot)
    view = run.view
    run.name()
    assert view.number == 2
    view.key.card.print_button.click()
    view.go_on.click()
    run.type_back(qtbot)
    view.go_on.click()
    view.folder.choose.click()
    view.go_on.click()
    run.desk.folder = "office drive"
    view.backup.choose.click()
    view.go_on.click()
    view.out_of_hours.number.setText("020 7946 0999")
    with qtbot.waitSignal(run.presenter.finished) as finished:
        view.go_on.click()
    assert finished.args == ["session"]
    assert run.service.did == [
        ("create", "Asha Patel", WORDS),
        ("recovery_key",),
        ("key_sheet", KEY),
        ("confirm",),
        ("folder", "S2S"),
        ("backup", "office drive"),
        ("number", "020 7946 0999"),
        ("finish",),
    ]
    assert view.passphrase.passphrase.text() == ""


def test_the_first_step_says_what_is_missing_and_keeps_what_was_typed(qtbot: QtBot) -> None:
    run = Run(qtbot)
    run.name("", "short", "short")
    form = run.view.passphrase.form
    assert form.fields["name"].error == "Enter your name"
    assert form.fields["passphrase"].error.startswith("A passphrase needs at least 12 characters.")
    assert run.view.passphrase.passphrase.text() == "short"
    run.name("Asha Patel", "L1verpool Football 2026!", "L1verpool Football 2026!")
    assert "many people use" in form.fields["passphrase"].error
    run.name("Asha Patel", WORDS, "four words of yours")
    assert "differ" in form.fields["again"].error
    assert run.service.did == []
    assert run.view.number == 1


def test_tab_leads_from_one_typing_of_the_passphrase_to_the_other(qtbot: QtBot) -> None:
    run = Run(qtbot)
    step = run.view.passphrase
    step.passphrase.setFocus()
    qtbot.keyClick(step.passphrase, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is step.again
    qtbot.keyClicks(step.again, "seen")
    qtbot.keyClick(step.again, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert step.again.displayText() == "seen"
    qtbot.keyClick(step.again, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.focusWidget() is step.passphrase


def test_what_the_service_refuses_is_said_in_its_step(qtbot: QtBot) -> None:
    run = Run(qtbot)
    run.service.refuse = {"create": "There is already a register here. Choose another folder."}
    run.name()
    assert run.view.number == 1
    assert run.view.passphrase.form.fields["passphrase"].error.startswith("There is already a register")


def test_go_on_opens_only_when_the_key_is_on_paper_and_both_groups_are_right(qtbot: QtBot) -> None:
    run = Run(qtbot)
    run.name()
    view = run.view
    assert (view.go_on.isEnabled(), view.reason.text()) == (False, "Print or save the key first")
    run.desk.prints = False
    view.key.card.print_button.click()
    assert not view.go_on.isEnabled()
    run.desk.prints = True
    view.key.card.print_button.click()
    assert view.key.card.printed.text() == "Printed 10:21"
    assert run.desk.printed[-1] == KEY.encode()
    assert view.go_on.isEnabled()
    view.go_on.click()
    assert (view.number, view.go_on.isEnabled()) == (2, False)
    assert view.reason.text() == "Opens when both groups are typed"
    run.type_back(qtbot, "0")
    assert view.key.type_back.fields[1].error == f"This is not group {run.asked()[1]} of the paper"
    assert not view.go_on.isEnabled()
    run.type_back(qtbot)
    assert view.go_on.isEnabled()


def test_the_key_is_off_the_screen_while_its_groups_are_typed(qtbot: QtBot) -> None:
    run = Run(qtbot)
    run.name()
    view = run.view
    view.key.card.print_button.click()
    assert not view.key.type_back.isVisible()
    view.go_on.click()
    assert not view.key.card.isVisible()
    assert view.key.card.groups.accessibleName() == "Recovery key"
    first = run.asked()
    run.type_back(qtbot)
    view.key.type_back.again.click()
    assert view.key.card.groups.accessibleName().endswith("Group 7: J 5 C F")
    assert not view.key.type_back.isVisible()
    view.go_on.click()
    second = run.asked()
    assert not set(first) & set(second), "what was just read from the screen is not asked for"
    assert not view.go_on.isEnabled()
    view.back.click()
    assert (view.number, view.key.card.isVisible()) == (2, True)
    view.go_on.click()
    assert not set(second) & set(run.asked())
    run.type_back(qtbot)
    view.go_on.click()
    assert view.number == 3
    assert ("confirm",) in run.service.did
    view.back.click()
    assert view.number == 2
    assert not view.key.paper.right


def test_what_set_up_says_after_a_stop_stands_in_its_step(qtbot: QtBot) -> None:
    service = FakeSetup()
    service.at = SetupProgress(1, "", "It was interrupted.")
    assert Run(qtbot, service).view.passphrase.note.words == "It was interrupted."
    service.at = SetupProgress(2, "Asha Patel", "A sheet that you printed before opens nothing.")
    run = Run(qtbot, service)
    assert run.view.key.note.words == "A sheet that you printed before opens nothing."
    walk.check(qtbot, run.view)


@pytest.mark.parametrize("failure", [PermissionError(13, "no", "/folder"), OSError(28, "full"), ValueError("a bug")])
@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_whatever_fails_is_said_in_its_step(qtbot: QtBot, step: int, failure: Exception) -> None:
    run = Run(qtbot, _stopped_at(step))
    run.service.fails = failure
    view = run.view
    if step == 1:
        run.name()
        said = view.passphrase.form.fields["passphrase"].error
    elif step == 2:
        view.key.card.print_button.click()
        said = view.key.error.text()
    elif step == 5:
        view.out_of_hours.without.setChecked(True)
        view.go_on.click()
        said = view.out_of_hours.form.fields["number"].error
    else:
        place = view.folder if step == 3 else view.backup
        place.choose.click()
        said = place.answer.words
    expected = {
        PermissionError: "/folder may not be read",
        OSError: "The disk is full",
        ValueError: "reference",
    }
    assert expected[type(failure)] in said
    assert view.number == step


def test_the_key_can_be_saved_instead(qtbot: QtBot) -> None:
    run = Run(qtbot)
    run.name()
    run.view.key.card.save_button.click()
    assert not run.view.key.card.printed.isVisible()
    run.desk.file = "safe/key.pdf"
    run.view.key.card.save_button.click()
    assert run.service.did[-1] == ("save", KEY, "safe/key.pdf")
    assert run.view.key.card.printed.text() == "Saved 10:21: print it, then delete the file"
    run.service.refuse = {"save": "The file could not be written. Choose another place."}
    run.view.key.card.save_button.click()
    assert run.view.key.error.text() == "The file could not be written. Choose another place."


def test_nothing_of_the_key_reaches_the_clipboard(qtbot: QtBot) -> None:
    QApplication.clipboard().setText("before")
    run = Run(qtbot)
    run.name()
    groups = run.view.key.card.groups
    groups.setFocus()
    qtbot.keyClick(groups, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "before"
    assert groups.accessibleName().endswith("Group 7: J 5 C F")


def test_a_folder_that_cannot_be_used_holds_the_step(qtbot: QtBot) -> None:
    run = Run(qtbot, _stopped_at(3))
    run.desk.folder = "network drive"
    run.view.folder.choose.click()
    assert not run.view.go_on.isEnabled()
    assert run.view.reason.text() == "Choose the folder first"
    run.desk.folder = ""
    run.view.folder.choose.click()
    assert run.service.did == [("folder", "network drive")]
    run.desk.folder = "S2S"
    run.view.folder.choose.click()
    assert run.view.go_on.isEnabled()


def test_set_up_waits_for_a_checked_copy(qtbot: QtBot) -> None:
    run = Run(qtbot, _stopped_at(4))
    assert run.view.reason.text() == "Opens when a copy has been checked"
    run.service.refuse = {"backup": "The copy could not be opened. Choose another place."}
    run.view.backup.choose.click()
    assert not run.view.go_on.isEnabled()
    run.service.refuse = {}
    run.view.backup.choose.click()
    assert run.view.go_on.isEnabled()


def test_without_a_number_it_is_said_in_red_and_set_up_still_ends(qtbot: QtBot) -> None:
    run = Run(qtbot, _stopped_at(5))
    step = run.view.out_of_hours
    run.view.go_on.click()
    assert "Enter a phone number" in step.form.fields["number"].error
    step.number.setText("ask Bharti")
    assert not step.check()
    step.without.setChecked(True)
    assert step.warning.isVisible()
    assert step.warning.words.text() == NOT_SET == "Out-of-hours number not set: ask your manager"
    with qtbot.waitSignal(run.presenter.finished):
        run.view.go_on.click()
    assert run.service.did == [("finish",)]


def test_set_up_goes_on_where_it_was_stopped_and_back(qtbot: QtBot) -> None:
    run = Run(qtbot, _stopped_at(3))
    assert run.view.number == 3
    run.view.back.click()
    assert run.view.number == 2
    assert run.service.did == [("recovery_key",)]
    run.view.back.click()
    assert run.view.number == 1
    assert not run.view.back.isVisible()


def _stopped_at(step: int) -> FakeSetup:
    service = FakeSetup()
    service.at = SetupProgress(step, "Asha Patel")
    return service


@pytest.mark.feature("F82")
@pytest.mark.feature("F83")
@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_every_step_passes_the_walk(qtbot: QtBot, step: int) -> None:
    run = Run(qtbot, _stopped_at(step))
    if step == 1:
        run.name("", "", "")
    if step in (3, 4):
        run.view.steps[step - 1].show_error("This folder is on a network drive. Choose one on this computer.")
    if step == 5:
        run.view.out_of_hours.without.setChecked(True)
    walk.check(qtbot, run.view)


def test_the_rail_says_how_far_it_is(qtbot: QtBot) -> None:
    run = Run(qtbot, _stopped_at(4))
    assert run.view.rail.accessibleName() == "Step 4 of 5: Backup place"


def test_two_different_groups_are_drawn_each_time() -> None:
    groups = KEY.split("-")
    drawn = {two_places(groups) for _ in range(200)}
    assert all(1 <= first < second <= 7 for first, second in drawn)
    assert len(drawn) > 10
