"""The unlock screen, recovery, and the locked page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.ui.runner import InlineRunner
from cme_desktop.ui.unlock.locked import IdleWatch, LockedView, LockWarning
from cme_desktop.ui.unlock.people_list import PeopleModel
from cme_desktop.ui.unlock.presenter import RecoveryPresenter, UnlockPresenter
from cme_desktop.ui.unlock.recovery import RecoveryView, key_errors, passphrase_errors
from cme_desktop.ui.unlock.service import PersonRow
from cme_desktop.ui.unlock.view import UnlockView
from tests.ui import walk

PEOPLE = (
    PersonRow(1, "Bharti Shah", "Manager", "last here Fri 20 Nov", quick=True),
    PersonRow(2, "Asha Patel", "Officer, Administrator", "locked 10:52, 1 draft kept"),
)
RIGHT = "correct horse battery"
KEY = "7KQ4-M2XD-HV5R-3TAB-QW6N-Y4PE-J5CF"


class FakeService:
    """A register of two people that waits 1, 2, 4 ... seconds after wrong tries."""

    def __init__(self) -> None:
        self.wrong = 0
        self.tried: list[tuple[int, str]] = []
        self.fault: Exception | None = None

    def people(self) -> tuple[PersonRow, ...]:
        return PEOPLE

    def unlock(self, person_id: int, passphrase: str) -> object:
        self.tried.append((person_id, passphrase))
        if self.fault is not None:
            raise self.fault
        if passphrase != RIGHT:
            self.wrong += 1
            raise CannotUnlock("That passphrase does not open the register for this person.", code="wrong-passphrase")
        return f"session of {person_id}"

    def unlock_quick(self, person_id: int) -> object:
        raise CannotUnlock("This computer keeps no secret for you. Type the passphrase.")

    def recover(self, person_id: int, key: str, new_passphrase: str) -> object:
        if self.fault is not None:
            raise self.fault
        if key != KEY:
            self.wrong += 1
            raise CannotUnlock("That is a recovery key, but not this register’s.", code="recovery-key-wrong")
        if new_passphrase == RIGHT:
            raise UserError("That was the last passphrase. Choose another.", code="passphrase-used")
        return f"recovered {person_id} {new_passphrase}"

    def seconds_to_wait(self) -> int:
        return (0, 1, 2, 4, 8, 16, 30)[min(self.wrong, 6)]


def unlocking(qtbot: QtBot, service: FakeService, chosen: int | None = None) -> tuple[UnlockView, UnlockPresenter]:
    view = UnlockView("Locked at 10:52 after 10 minutes", "Saved 10:42", "Backup OK today 08:59")
    qtbot.addWidget(view)
    view.resize(1366, 768)
    view.show()
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    presenter = UnlockPresenter(view, service, InlineRunner(view), chosen)
    presenter.start()
    return view, presenter


@pytest.mark.feature("F82")
@pytest.mark.feature("F83")
def test_the_unlock_screen_passes_the_walk(qtbot: QtBot) -> None:
    view, _presenter = unlocking(qtbot, FakeService())
    walk.check(qtbot, view)


def test_the_people_keep_the_rules_of_qt_and_are_said(qtmodeltester: ModelTester) -> None:
    model = PeopleModel()
    model.show_people(PEOPLE)
    qtmodeltester.check(model)
    said = model.data(model.index(1, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Asha Patel, Officer, Administrator, locked 10:52, 1 draft kept"


def test_a_training_register_says_its_passphrase(qtbot: QtBot) -> None:
    view, _presenter = unlocking(qtbot, FakeService())
    view.show_known("training register")
    assert "invented" in view.note.text()
    assert view.note.text().endswith("is: training register")
    walk.check(qtbot, view)


@pytest.mark.feature("F82")
def test_typing_and_enter_open_the_register(qtbot: QtBot) -> None:
    service = FakeService()
    view, presenter = unlocking(qtbot, service)
    assert view.focusWidget() is view.passphrase
    qtbot.keyClick(view.passphrase, Qt.Key.Key_Down)
    assert view.field.label.text() == "Passphrase of Asha Patel"
    qtbot.keyClicks(view.passphrase, RIGHT)
    with qtbot.waitSignal(presenter.unlocked) as unlocked:
        qtbot.keyClick(view.passphrase, Qt.Key.Key_Return)
    assert unlocked.args == ["session of 2"]
    assert view.passphrase.text() == ""


def test_the_person_who_worked_last_can_be_chosen_before(qtbot: QtBot) -> None:
    view, _presenter = unlocking(qtbot, FakeService(), chosen=2)
    person = view.people.person()
    assert person is not None
    assert person.id == 2
    assert not view.quick.isVisible()


def test_letters_on_the_list_go_to_the_passphrase(qtbot: QtBot) -> None:
    view, _presenter = unlocking(qtbot, FakeService())
    view.people.setFocus()
    qtbot.keyClick(view.people, Qt.Key.Key_X)
    assert view.passphrase.text() == "x"
    assert view.focusWidget() is view.passphrase


def test_a_wrong_passphrase_is_said_selected_and_waited_for_in_words(qtbot: QtBot) -> None:
    service = FakeService()
    view, _presenter = unlocking(qtbot, service)
    qtbot.keyClicks(view.passphrase, "not it")
    qtbot.keyClick(view.passphrase, Qt.Key.Key_Return)
    assert view.field.error == "That passphrase does not open the register for this person."
    assert view.passphrase.selectedText() != ""
    assert view.waiting == 1
    assert view.hint.text() == "Wait 1 second, then try again. Nothing is locked out."
    assert not view.unlock.isEnabled()
    qtbot.keyClick(view.passphrase, Qt.Key.Key_Return)
    assert len(service.tried) == 1
    view._on_second()
    assert view.unlock.isEnabled()
    for seconds in (2, 4, 8, 16, 30, 30):
        qtbot.keyClick(view.passphrase, Qt.Key.Key_Return)
        assert view.waiting == seconds
        assert f"Wait {seconds} seconds" in view.hint.text()
        for _ in range(seconds):
            view._on_second()
    assert view.waiting == 0


def test_the_seconds_count_down_by_themselves(qtbot: QtBot) -> None:
    view, _presenter = unlocking(qtbot, FakeService())
    view.show_wrong("Not it", 1)
    qtbot.waitUntil(lambda: view.waiting == 0, timeout=5_000)
    assert view.unlock.isEnabled()


def test_an_empty_passphrase_is_not_tried(qtbot: QtBot) -> None:
    service = FakeService()
    view, _presenter = unlocking(qtbot, service)
    view.unlock.click()
    assert view.field.error == "Enter the passphrase of Bharti Shah"
    assert service.tried == []


def test_changing_the_person_forgets_what_was_typed(qtbot: QtBot) -> None:
    view, _presenter = unlocking(qtbot, FakeService())
    qtbot.keyClicks(view.passphrase, "half a pass")
    view.people.step(1)
    assert view.passphrase.text() == ""
    assert view.field.error == ""


def test_quick_unlock_falls_back_to_the_passphrase(qtbot: QtBot) -> None:
    view, _presenter = unlocking(qtbot, FakeService())
    view.quick.click()
    assert "Type the passphrase" in view.field.error
    assert view.focusWidget() is view.passphrase


def test_a_bug_is_not_shown_as_a_wrong_passphrase(qtbot: QtBot) -> None:
    service = FakeService()
    service.fault = ZeroDivisionError()
    view, _presenter = unlocking(qtbot, service)
    view.passphrase.setText(RIGHT)
    view.unlock.click()
    assert view.field.error.startswith("Something went wrong inside the program.")
    assert "reference" in view.field.error


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (PermissionError(13, "no", "/register/store.lock"), "/register/store.lock may not be read or written"),
        (OSError(30, "no", "/register"), "/register can only be read"),
        (FileNotFoundError(2, "no", "/register"), "/register is not there"),
        (NotADirectoryError(20, "no", "/register"), "/register is a file where a folder is needed"),
        (OSError(24, "no"), "no room left for another open file"),
        (OSError(28, "no"), "The disk is full"),
    ],
)
def test_what_the_system_refuses_is_said_at_unlock_and_at_recovery(qtbot: QtBot, failure: OSError, said: str) -> None:
    service = FakeService()
    service.fault = failure
    view, _presenter = unlocking(qtbot, service)
    view.passphrase.setText(RIGHT)
    view.unlock.click()
    assert said in view.field.error
    recovery = RecoveryView(PEOPLE[0])
    qtbot.addWidget(recovery)
    presenter = RecoveryPresenter(recovery, PEOPLE[0], service, InlineRunner(recovery))
    presenter._on_recover("key", RIGHT)
    assert said in recovery.form.fields["key"].error


def _key(letter: str, *, shift: bool) -> QKeyEvent:
    modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    return QKeyEvent(QEvent.Type.KeyPress, ord(letter.upper()), modifier, letter)


@pytest.mark.parametrize(
    ("letter", "shift", "on"), [("A", False, True), ("a", True, True), ("A", True, False), ("a", False, False)]
)
def test_caps_lock_is_noticed_by_what_is_typed(qtbot: QtBot, letter: str, shift: bool, on: bool) -> None:
    view, _presenter = unlocking(qtbot, FakeService())
    QApplication.sendEvent(view.passphrase, _key(letter, shift=shift))
    assert view.hint.text().startswith("Caps Lock is on." if on else "Caps Lock is off.")


def test_control_shift_l_goes_to_the_people(qtbot: QtBot) -> None:
    view, _presenter = unlocking(qtbot, FakeService())
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(view.passphrase, Qt.Key.Key_L, both)
    assert view.focusWidget() is view.people


def test_the_recovery_key_is_asked_for_the_chosen_person(qtbot: QtBot) -> None:
    view, presenter = unlocking(qtbot, FakeService())
    view.passphrase.setText("forgotten")
    with qtbot.waitSignal(presenter.recovery_wanted) as wanted:
        view.forgotten.click()
    assert wanted.args == [PEOPLE[0]]
    assert view.passphrase.text() == ""


# Recovery


def recovering(qtbot: QtBot, service: FakeService) -> tuple[RecoveryView, RecoveryPresenter]:
    view = RecoveryView(PEOPLE[1])
    qtbot.addWidget(view)
    view.show()
    return view, RecoveryPresenter(view, PEOPLE[1], service, InlineRunner(view))


def typed(view: RecoveryView, key: str, passphrase: str, again: str) -> None:
    view.key.setText(key)
    view.passphrase.setText(passphrase)
    view.again.setText(again)
    view.open.click()


def test_the_recovery_screen_passes_the_walk(qtbot: QtBot) -> None:
    view, _presenter = recovering(qtbot, FakeService())
    typed(view, "", "", "")
    walk.check(qtbot, view)


def test_the_key_and_a_new_passphrase_open_the_register(qtbot: QtBot) -> None:
    view, presenter = recovering(qtbot, FakeService())
    with qtbot.waitSignal(presenter.unlocked) as unlocked:
        typed(view, KEY, "four new words here", "four new words here")
    assert unlocked.args == ["recovered 2 four new words here"]
    assert (view.key.text(), view.passphrase.text(), view.again.text()) == ("", "", "")


def test_what_was_typed_is_kept_when_it_does_not_open(qtbot: QtBot) -> None:
    service = FakeService()
    view, _presenter = recovering(qtbot, service)
    typed(view, KEY.replace("7", "2", 1), "four new words here", "four new words here")
    assert view.form.fields["key"].error == "That is a recovery key, but not this register’s."
    assert view.passphrase.text() == "four new words here"
    assert view.wait.text() == "Wait 1 second, then try again."
    view._on_second()
    typed(view, KEY, RIGHT, RIGHT)
    assert view.form.fields["passphrase"].error == "That was the last passphrase. Choose another."


def test_going_back_forgets_the_key(qtbot: QtBot) -> None:
    view, presenter = recovering(qtbot, FakeService())
    view.key.setText(KEY)
    with qtbot.waitSignal(presenter.went_back):
        view.back.click()
    assert view.key.text() == ""


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("", "Enter the recovery key from the paper"),
        ("7KQ4-M2XD", "A recovery key has 7 groups of 4, together 28 letters: 8 are typed"),
        ("7KQ4-M2XD-HV5R-3TAB-QW6N-Y4PE-J5C1", "not 1"),
        (KEY, ""),
        (KEY.lower().replace("-", " "), ""),
    ],
)
def test_a_key_that_cannot_be_one_is_said_at_once(key: str, said: str) -> None:
    errors = key_errors(key)
    assert (said in errors["key"]) if said else errors == {}


@pytest.mark.parametrize(
    ("one", "two", "field"),
    [
        ("short", "short", "passphrase"),
        ("            ", "            ", "passphrase"),
        ("long enough words", "long enough wods", "again"),
        ("long enough words", "long enough words", ""),
    ],
)
def test_a_new_passphrase_is_long_and_typed_twice(one: str, two: str, field: str) -> None:
    assert set(passphrase_errors(one, two)) == ({field} if field else set())


# Locked


@pytest.mark.feature("F90")
def test_the_locked_page_shows_no_names_and_two_ways_on(qtbot: QtBot) -> None:
    view = LockedView("Locked at 10:52 after 10 minutes", "Saved 10:42", "Backup OK today 08:59")
    walk.check(qtbot, view)
    words = " ".join(
        str(child.text()) for child in view.findChildren(QWidget) if callable(getattr(child, "text", None))
    )
    assert not any(person.name in words for person in PEOPLE)
    with qtbot.waitSignal(view.unlock_wanted):
        view.unlock.click()
    with qtbot.waitSignal(view.change_person_wanted):
        next(child for child in view.findChildren(QWidget) if child.accessibleName() == "Change person").click()


class Seconds:
    """A clock of seconds that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def watching(qtbot: QtBot, minutes: int = 10) -> tuple[QWidget, Seconds, IdleWatch]:
    window, seconds = QWidget(), Seconds()
    qtbot.addWidget(window)
    window.show()
    return window, seconds, IdleWatch(window, minutes, seconds)


@pytest.mark.feature("F90")
def test_the_register_locks_when_it_is_left_alone_after_a_warning(qtbot: QtBot) -> None:
    _window, seconds, watch = watching(qtbot)
    warned, locked = [], []
    watch.warned.connect(warned.append)
    watch.lock_wanted.connect(lambda: locked.append(seconds.now))
    watch.start()
    for second in range(1, 601):
        seconds.now = 1000.0 + second
        watch.check()
    assert warned == list(range(30, 0, -1))
    assert locked == [1600.0]


def _press(window: QWidget) -> None:
    QApplication.sendEvent(
        window.windowHandle(), QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "a")
    )


def _move(window: QWidget) -> None:
    point = QPointF(5, 5)
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(QEvent.Type.MouseMove, point, point, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window.windowHandle(), event)


@pytest.mark.feature("F90")
@pytest.mark.parametrize("act", [_press, _move])
def test_a_key_or_the_pointer_keeps_it_open(qtbot: QtBot, act: Callable[[QWidget], None]) -> None:
    window, seconds, watch = watching(qtbot)
    watch.start()
    seconds.now += 590
    with qtbot.waitSignal(watch.warned):
        watch.check()
    with qtbot.waitSignal(watch.stayed):
        act(window)
    with qtbot.assertNotEmitted(watch.lock_wanted):
        seconds.now += 560
        watch.check()


def test_auto_lock_is_between_1_and_30_minutes(qtbot: QtBot) -> None:
    _window, seconds, watch = watching(qtbot)
    for minutes in (0, 31):
        with pytest.raises(ValueError, match="between 1 and 30"):
            watch.set_minutes(minutes)
    watch.set_minutes(1)
    watch.start()
    seconds.now += 61
    with qtbot.waitSignal(watch.lock_wanted):
        watch.check()


def test_the_warning_offers_to_stay_open(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(1366, 768)
    host.show()
    warning = LockWarning(host)
    warning.show_seconds(30)
    warning.show_seconds(1)
    assert warning.isVisible()
    assert warning.banner.words.text().endswith("locks in 1 second")
    assert warning.banner.button is not None
    with qtbot.waitSignal(warning.stay_wanted):
        warning.banner.button.click()
