"""The walk itself: it finds what it is there to find."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cme_desktop.ui.widgets.buttons import Button, IconButton
from cme_desktop.ui.widgets.chips import Segments
from cme_desktop.ui.widgets.inputs import TextInput
from cme_desktop.ui.widgets.text import Label
from tests.ui import walk


class Trap(QLineEdit):
    """A field that swallows Tab."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Trap")

    def event(self, event: object) -> bool:
        if isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return True
        return super().event(event)


def holder_of(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    box = QVBoxLayout(holder)
    for widget in widgets:
        box.addWidget(widget)
    return holder


def named_input(name: str) -> TextInput:
    made = TextInput()
    made.setAccessibleName(name)
    return made


def fault_of(qtbot: QtBot, root: QWidget) -> str:
    with pytest.raises(AssertionError) as caught:
        walk.check(qtbot, root)
    return str(caught.value)


def test_a_good_form_passes(qtbot: QtBot) -> None:
    label, field = Label("Name", "strong"), TextInput()
    label.setBuddy(field)
    walk.check(qtbot, holder_of(label, field, Button("Save"), Segments("Size", [("a", "A"), ("b", "B")])))


def test_a_field_without_a_name_is_found(qtbot: QtBot) -> None:
    assert "no name: TextInput" in fault_of(qtbot, holder_of(TextInput(), Button("Save")))


def test_an_icon_button_without_a_name_is_found(qtbot: QtBot) -> None:
    button = IconButton("close", "")
    assert "no name: IconButton" in fault_of(qtbot, holder_of(button, Button("Save")))


def test_a_keyboard_trap_is_found(qtbot: QtBot) -> None:
    assert "Tab does not leave Trap" in fault_of(qtbot, holder_of(named_input("One"), Trap(), named_input("Two")))


def test_what_tab_passes_over_is_found(qtbot: QtBot) -> None:
    class Skipped(Trap):
        def focusInEvent(self, _event: object) -> None:
            self.nextInFocusChain().setFocus()

        def event(self, event: object) -> bool:
            return QLineEdit.event(self, event)

    assert "does not reach" in fault_of(qtbot, holder_of(named_input("One"), Skipped(), named_input("Two")))


def test_a_cut_text_is_found(qtbot: QtBot) -> None:
    label = Label("A sentence that needs far more room than it is given here")
    label.setFixedWidth(60)
    assert "cut: Label" in fault_of(qtbot, holder_of(label))


def test_a_text_cut_only_when_it_is_large_is_found(qtbot: QtBot) -> None:
    label = Label("Whereabouts unknown")
    label.setFixedSize(200, 20)
    faults = fault_of(qtbot, holder_of(label))
    assert "200 %: cut" in faults
    assert "100 %: cut" not in faults


def test_wrapped_words_without_height_are_found(qtbot: QtBot) -> None:
    label = Label("One two three four five six seven eight nine ten eleven twelve " * 4, wrap=True)
    label.setFixedSize(300, 18)
    assert "high, has 18" in fault_of(qtbot, holder_of(label))


def test_what_sticks_out_is_found(qtbot: QtBot) -> None:
    holder = QWidget()
    label = QLabel("outside", holder)
    label.move(3000, 0)
    assert "sticks out: QLabel" in fault_of(qtbot, holder)


def test_a_small_target_is_found(qtbot: QtBot) -> None:
    button = IconButton("close", "Close")
    button.setFixedSize(16, 16)
    assert "under 28 px" in fault_of(qtbot, holder_of(button))


def test_qts_own_controls_are_found(qtbot: QtBot) -> None:
    choice = QComboBox()
    choice.setAccessibleName("How")
    faults = fault_of(qtbot, holder_of(QPushButton("OK"), choice))
    assert "Qt's own control: QPushButton 'OK'" in faults
    assert "Qt's own control: QComboBox" in faults
