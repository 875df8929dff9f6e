"""The lists of the case page under the pointer, and the school that is looked up as its name is typed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QStyleOptionViewItem, QToolTip, QWidget

from cme_desktop.casework import notes
from cme_desktop.ui.case.forms.closing import CloseForm
from cme_desktop.ui.case.tabs.overview import OverviewTab
from cme_desktop.ui.case.tabs.timeline import TimelineTab
from cme_desktop.ui.grab import picture
from cme_desktop.ui.theme import Scheme, Theme
from tests.ui import walk
from tests.ui.case.conftest import MakeStage
from tests.ui.case.stage import Stage, focus, press, write


def move(view: QAbstractItemView, place: QPoint) -> None:
    """Move the pointer over a list."""
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove,
        QPointF(place),
        view.viewport().mapToGlobal(QPointF(place)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(view.viewport(), event)


def tip(view: QAbstractItemView, row: int) -> str:
    """Ask for the tooltip of a row and return what it says."""
    index = view.model().index(row, 0)
    place = view.visualRect(index).center()
    event = QHelpEvent(QHelpEvent.Type.ToolTip, place, view.viewport().mapToGlobal(place))
    assert view.itemDelegate().helpEvent(event, view, QStyleOptionViewItem(), index)
    words = QToolTip.text()
    QToolTip.hideText()
    return words


def overview(stage: Stage) -> OverviewTab:
    """Return the overview."""
    walk.settle()
    tab = stage.screen.stack.currentWidget()
    assert isinstance(tab, OverviewTab)
    return tab


def test_a_line_says_all_of_itself_under_the_pointer_and_opens_on_a_double_press(stage: Stage) -> None:
    view = overview(stage).timeline.list
    move(view, view.visualRect(view.events.index(1)).center())
    assert view.hovered_row == 1
    assert tip(view, 0).startswith("Call to Isatu Kamara, waiting for an answer\n")
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert view.hovered_row == -1
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.events.index(0)).center())
    assert stage.screen.tabs.key() == "timeline"


def test_load_earlier_is_pressed_with_the_pointer(stage: Stage) -> None:
    for number in range(45):
        notes.add_note(stage.register.store, stage.register.officer, stage.ref, f"Note {number}")
    stage.screen.refresh()
    view = overview(stage).timeline.list
    view.scrollTo(view.events.index(view.events.rowCount() - 1))
    walk.settle()
    assert view.events.more
    place = view.visualRect(view.events.index(view.events.rowCount() - 1)).center()
    move(view, place)
    assert view.cursor().shape() == Qt.CursorShape.PointingHandCursor
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert not view.events.more


def test_steps_and_questions_say_all_of_themselves(set_stage: MakeStage) -> None:
    stage = set_stage()
    steps = overview(stage).steps.list
    assert tip(steps, 0).startswith(steps.steps.tasks[0].title)
    move(steps, steps.visualRect(steps.steps.index(0)).center())
    assert steps.hovered_row == 0
    steps.setFocus()
    press("K", "End", "J", "Ctrl+J")
    assert steps.currentIndex().row() == steps.steps.rowCount() - 1, "the list ends where it ends"
    stage.screen.show_tab("risk")
    walk.settle()
    questions = stage.screen.stack.currentWidget().list  # type: ignore[union-attr]
    assert tip(questions, 13).startswith("14. Is the child at risk of CSE?")
    move(questions, questions.visualRect(questions.questions.index(2)).center())
    questions.setFocus()
    press("Enter")
    assert focus() is stage.screen.stack.currentWidget().answers.focus()  # type: ignore[union-attr]


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
@pytest.mark.parametrize("tab", ["overview", "timeline", "enquiries", "risk:3", "people", "history"])
def test_every_tab_paints_its_ground_in_both_schemes(set_stage: MakeStage, tab: str, scheme: Scheme) -> None:
    stage = set_stage(tab)
    Theme.of().set_choice(scheme)
    image = picture(stage.window, stage.window.size())
    ground = Theme.of().color("bg").rgb()
    assert image.pixel(4, image.height() - 4) == ground
    assert image.pixel(image.width() // 2, 10) == Theme.of().color("surface").rgb(), "the identity bar"


def test_the_timeline_keeps_its_line_when_something_is_added(set_stage: MakeStage) -> None:
    stage = set_stage("timeline")
    walk.settle()
    tab = stage.screen.stack.currentWidget()
    assert isinstance(tab, TimelineTab)
    tab.timeline.list.setFocus()
    press("J", "J")
    before = tab.timeline.model.event_at(tab.timeline.list.currentIndex().row())
    notes.add_note(stage.register.store, stage.register.officer, stage.ref, "Aunt rang")
    stage.desk.cases_changed.emit((stage.ref,))
    assert tab.timeline.model.event_at(tab.timeline.list.currentIndex().row()) == before


# The school picker


@pytest.fixture
def closing(stage: Stage) -> CloseForm:
    """Return the closing form, at its school."""
    stage.screen.acts.close_case()
    form = stage.panel
    assert isinstance(form, CloseForm)
    form.outcome.pick("school-place")
    form.school.input.setFocus()
    return form


def look(form: CloseForm) -> None:
    """Let the directory be looked through at once."""
    form.school._pause.stop()
    form.school._on_pause()
    walk.settle()


def test_a_school_is_chosen_with_the_arrows(closing: CloseForm) -> None:
    write("park")
    look(closing)
    names = [closing.school.hits.hits.found_at(row).text for row in range(3)]  # type: ignore[union-attr]
    press("Down", "Down", "Up", "Enter")
    assert closing.school.name() == names[1]
    assert closing.school.below.text() == f"URN {closing.school.urn()}"
    assert not closing.school.hits.isVisible()


def test_typing_on_lets_the_school_go(closing: CloseForm) -> None:
    closing.school.show_school("999003", "Example High School")
    press("End")
    write("s")
    assert closing.school.urn() == ""
    assert closing.school.name() == "Example High Schools"


def test_esc_closes_the_hits_and_not_the_form(stage: Stage, closing: CloseForm) -> None:
    write("park")
    look(closing)
    press("Esc")
    assert not closing.school.hits.isVisible()
    assert stage.screen.acts.panel is closing
    assert not closing.strip.isVisible()


def test_a_school_that_is_not_there_is_said(closing: CloseForm) -> None:
    write("zzzz")
    look(closing)
    assert closing.school.below.text() == "No school found. Try a part of the name, or the URN."
    press("Back", "Back", "Back")
    look(closing)
    assert not closing.school.hits.isVisible()


def test_a_press_chooses_a_school(closing: CloseForm) -> None:
    write("park")
    look(closing)
    hits = closing.school.hits
    QTest.mouseClick(hits.viewport(), Qt.MouseButton.LeftButton, pos=hits.visualRect(hits.hits.index(2, 0)).center())
    assert closing.school.urn()


def test_the_error_edge_of_a_school_is_the_inputs(closing: CloseForm) -> None:
    press("Ctrl+S")
    inner: QWidget = closing.school.input
    assert inner.property("wrong") is True
    assert inner.accessibleDescription().startswith("Error: Choose the school from the directory")
