"""Fields, the error by each field, and the summary that takes the focus."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cme_desktop.ui.widgets.form import HIDDEN_REMOVED, Field, Form
from cme_desktop.ui.widgets.inputs import Choice, DateInput, PassphraseInput, Radio, TextArea, TextInput, Tick
from tests.ui import walk


def a_form(qtbot: QtBot) -> tuple[QWidget, Form]:
    holder = QWidget()
    form = Form("Log enquiry")
    when = Field("When", DateInput(date(2026, 11, 24)))
    how = Field("How", Choice([("phone", "Phone"), ("visit", "Home visit")]), width=130)
    form.add_row(("when", when), ("how", how), stretch=(1, 0))
    form.body.addWidget(form.add("team", Field("Name or team you spoke to", TextInput(), hint="As it was given")))
    form.body.addWidget(form.add("outcome", Field("Outcome", TextArea(2))))
    box = QVBoxLayout(holder)
    box.addWidget(form)
    box.addStretch(1)
    qtbot.addWidget(holder)
    holder.resize(640, 500)
    holder.show()
    return holder, form


ERRORS = {"team": "Enter the name or team you spoke to", "when": "When must be today or earlier"}


@pytest.mark.feature("F83")
def test_errors_stand_by_the_field_and_in_the_summary_which_has_the_focus(qtbot: QtBot) -> None:
    holder, form = a_form(qtbot)
    team = form.fields["team"]
    assert isinstance(team.editor, TextInput)
    team.editor.setText("Housing")
    form.show_errors(ERRORS)
    assert team.error == ERRORS["team"]
    assert form.fields["how"].error == ""
    assert team.editor.property("wrong") is True
    assert team.editor.accessibleDescription() == "Error: Enter the name or team you spoke to. As it was given"
    assert holder.focusWidget() is form.summary
    assert form.summary.accessibleName().startswith("There is a problem. Enter the name")
    assert team.editor.text() == "Housing"


@pytest.mark.feature("F82")
def test_each_line_of_the_summary_jumps_to_its_field(qtbot: QtBot) -> None:
    holder, form = a_form(qtbot)
    form.show_errors(ERRORS)
    link = next(link for link in form.summary.findChildren(QWidget) if link.property("key") == "team")
    link.setFocus()
    qtbot.keyClick(link, Qt.Key.Key_Return)
    assert holder.focusWidget() is form.fields["team"].editor


def test_errors_go_when_they_are_put_right(qtbot: QtBot) -> None:
    _holder, form = a_form(qtbot)
    form.show_errors(ERRORS)
    form.show_errors({})
    assert not form.summary.isVisible()
    assert form.fields["team"].error == ""
    assert form.fields["team"].editor.property("wrong") is False
    assert form.fields["team"].editor.accessibleDescription() == "As it was given"


def test_a_form_with_errors_passes_the_walk(qtbot: QtBot) -> None:
    holder, form = a_form(qtbot)
    form.show_errors(ERRORS)
    walk.check(qtbot, holder)


def test_tab_leaves_a_text_of_several_lines_and_enter_stays(qtbot: QtBot) -> None:
    holder, form = a_form(qtbot)
    area = form.fields["outcome"].editor
    assert isinstance(area, TextArea)
    area.setFocus()
    qtbot.keyClicks(area, "no tenancy")
    qtbot.keyClick(area, Qt.Key.Key_Return)
    assert area.text() == "no tenancy\n"
    qtbot.keyClick(area, Qt.Key.Key_Tab)
    assert holder.focusWidget() is not area


def test_a_text_is_never_longer_than_it_may_be(qtbot: QtBot) -> None:
    area = TextArea(longest=5)
    qtbot.addWidget(area)
    area.setText("123456789")
    assert area.text() == "12345"


def _wheel() -> QWheelEvent:
    return QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(0, -120),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )


def test_the_wheel_changes_neither_choice_nor_date(qtbot: QtBot) -> None:
    choice = Choice([("a", "One"), ("b", "Two")])
    day = DateInput(date(2026, 11, 24))
    for widget in (choice, day):
        qtbot.addWidget(widget)
        widget.show()
        event = _wheel()
        QApplication.sendEvent(widget, event)
        assert not event.isAccepted()
    assert choice.key() == "a"
    assert day.day() == date(2026, 11, 24)


def test_a_choice_says_its_key(qtbot: QtBot) -> None:
    choice = Choice([("a", "One"), ("b", "Two")])
    qtbot.addWidget(choice)
    with qtbot.waitSignal(choice.picked) as picked:
        choice.pick("b")
    assert picked.args == ["b"]
    choice.pick("nothing")
    assert choice.key() == "b"


def test_a_date_is_typed_in_british_words(qtbot: QtBot) -> None:
    day = DateInput(date(2026, 11, 9), weekday=True)
    qtbot.addWidget(day)
    assert day.text() == "Mon 9 Nov 2026"
    with qtbot.waitSignal(day.picked) as picked:
        day.set_day(date(2026, 12, 1))
    assert picked.args == [date(2026, 12, 1)]
    assert DateInput(date(2026, 11, 9), year=False).text() == "9 Nov"


def test_the_passphrase_is_hidden_until_asked_and_can_be_forgotten(qtbot: QtBot) -> None:
    field = PassphraseInput()
    qtbot.addWidget(field)
    field.setText("four words and more")
    assert field.displayText() != field.text()
    field.eye.click()
    assert field.displayText() == field.text()
    assert field.eye.accessibleName() == "Hide the passphrase (Ctrl+H)"
    field.forget()
    assert field.text() == ""
    assert field.eye.accessibleName() == "Show the passphrase (Ctrl+H)"
    field.undo()
    assert field.text() == ""


def test_a_check_appears_when_a_text_is_right(qtbot: QtBot) -> None:
    field = TextInput()
    qtbot.addWidget(field)
    field.set_right(True)
    assert field.right
    assert field.accessibleDescription() == "Right"


def test_ticks_and_radios_are_only_as_wide_as_their_words(qtbot: QtBot) -> None:
    holder = QWidget()
    box = QVBoxLayout(holder)
    tick, radio = Tick("Admissions checked", ticked=True), Radio("keep ours")
    for widget in (tick, radio):
        box.addWidget(widget)
    qtbot.addWidget(holder)
    holder.resize(500, 200)
    holder.show()
    assert tick.isChecked()
    assert tick.width() < 250
    assert radio.width() < 250


@pytest.mark.parametrize("editor", [TextInput, TextArea])
def test_what_nobody_sees_is_taken_out_of_what_is_pasted_and_that_is_said(
    qtbot: QtBot, editor: type[TextInput] | type[TextArea]
) -> None:
    made = editor()
    field = Field("Surname", made)
    qtbot.addWidget(field)
    field.show()
    made.setText("می\u200c")
    assert made.text() == "می\u200c", "a joiner waits for its letter"
    assert field.hidden is None
    made.setText("An\u200bn\u202e\ud800")
    assert made.text() == "Ann"
    assert field.hidden is not None
    assert field.hidden.text() == HIDDEN_REMOVED
    made.setText("Łukasz 😀")
    assert made.text() == "Łukasz 😀"
