"""The overview at work: steps done and put off by keyboard, dates that say why, people with what may be done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from cme_desktop.casework import next_steps, undo
from cme_desktop.ui.case.tabs.overview import OverviewTab
from cme_desktop.ui.case.tabs.steps import StepDelegate
from cme_desktop.ui.theme import Scheme, Theme
from cme_desktop.ui.widgets.buttons import Link
from cme_desktop.ui.widgets.tags import Tag
from cme_desktop.ui.widgets.text import Label
from tests.factories import TODAY
from tests.ui import walk
from tests.ui.case.stage import Stage, focus, press, write


def overview(stage: Stage) -> OverviewTab:
    """Return the overview."""
    tab = stage.screen.stack.currentWidget()
    assert isinstance(tab, OverviewTab)
    return tab


def titles(stage: Stage) -> list[str]:
    """Return the steps that are shown."""
    return [task.title for task in overview(stage).steps.list.steps.tasks]


def go_to(stage: Stage, title: str) -> None:
    """Move with J to a step."""
    steps = overview(stage).steps.list
    steps.setFocus()
    press("Home")
    while steps.steps.tasks[steps.currentIndex().row()].title != title:
        press("J")


def words(place: QWidget) -> list[str]:
    """Return the words of a place, in their order."""
    return [label.text() for label in place.findChildren(QLabel) if label.isVisibleTo(place) and label.text()]


def test_the_focus_begins_at_the_next_steps(stage: Stage) -> None:
    assert focus() is overview(stage).steps.list


def test_a_step_is_done_by_its_key_and_can_be_undone(stage: Stage) -> None:
    title = "Ask Housing"
    assert title in titles(stage)
    go_to(stage, title)
    press("D")
    assert stage.said == [f"Done: {title}"]
    done = [task for task in overview(stage).steps.list.steps.tasks if task.state == "done"]
    assert [task.title for task in done] == [title]
    assert stage.desk.toasts.news[0].undo == 0
    undo.undo_last(stage.register.store, stage.register.officer, since_seq=0)
    stage.desk.cases_changed.emit(None)
    assert title in titles(stage)


def test_a_step_that_is_settled_otherwise_says_how(stage: Stage) -> None:
    go_to(stage, "Finish the risk assessment: 22 not asked yet")
    press("D")
    assert stage.said == ["This step is done when all 22 risk questions are answered."]
    press("Enter")
    assert stage.screen.tabs.key() == "risk"


def test_a_step_is_put_off_with_a_day_and_a_reason(stage: Stage) -> None:
    go_to(stage, "Ask Housing")
    press("U")
    assert stage.panel.accessibleName() == "Put off until"
    press("Ctrl+S")
    assert stage.panel.form.fields["reason"].error == "Say why this step is put off"
    stage.panel.form.fields["reason"].editor.setFocus()
    write("Housing answers on Mondays only")
    press("Ctrl+S")
    assert stage.screen.acts.panel is None
    assert stage.said == ["Put off until 25 Nov 2026: Ask Housing"]
    task = next(task for task in stage.screen.case.page.tasks if task.title == "Ask Housing")  # type: ignore[union-attr]
    assert task.put_off_until == date(2026, 11, 25)
    assert focus() is overview(stage).steps.list, "the focus goes back where it was"


@pytest.mark.parametrize(
    ("title", "form", "line"),
    [("Home visit", "visit", "RE04"), ("Ask for a GIAP search", "system-check", "RE07")],
)
def test_enter_on_a_step_opens_the_form_that_does_it(stage: Stage, title: str, form: str, line: str) -> None:
    go_to(stage, title)
    press("Enter")
    values = stage.panel.values()
    assert (values["how"], values["line"]) == (form, line)


def test_the_first_letter_is_asked_for_by_its_step(stage: Stage) -> None:
    go_to(stage, "Write the first enquiry letter to each parent")
    press("Enter")
    assert stage.letters == [(stage.ref, "L01")]


def test_the_pointer_ticks_a_step_and_puts_one_off(stage: Stage) -> None:
    steps = overview(stage).steps.list
    delegate = steps.itemDelegate()
    assert isinstance(delegate, StepDelegate)
    row = titles(stage).index("Ask Housing")
    walk.settle()
    area = steps.visualRect(steps.steps.index(row))
    QTest.mouseMove(steps.viewport(), area.topLeft())  # the pointer may lie where it is to go: then nothing is told
    QTest.mouseMove(steps.viewport(), area.center())
    QTest.mouseClick(steps.viewport(), Qt.MouseButton.LeftButton, pos=delegate.put_off_area(area).center())
    assert stage.panel.accessibleName() == "Put off until"
    stage.panel.shut()
    QTest.mouseClick(steps.viewport(), Qt.MouseButton.LeftButton, pos=delegate.box(area).center())
    assert stage.said == ["Done: Ask Housing"]
    QTest.mouseClick(steps.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(area.center().x(), area.bottom()))
    assert stage.said == ["Done: Ask Housing"], "a press on the words only chooses the step"


def test_a_step_is_added_by_hand(stage: Stage) -> None:
    overview(stage).steps.add_button.click()
    write("Ask the school nurse")
    press("Ctrl+S")
    assert stage.said == ["Step added: Ask the school nurse"]
    assert stage.screen.case is not None
    assert "Ask the school nurse" in [task.title for task in stage.screen.case.page.tasks]


def test_steps_that_do_not_fit_are_shown_on_demand(stage: Stage) -> None:
    for number in range(8):
        next_steps.add_task(
            stage.register.store, stage.register.officer, stage.ref, f"Step {number}", due=TODAY + timedelta(days=30)
        )
    stage.screen.refresh()
    card = overview(stage).steps
    assert len(titles(stage)) == 6
    assert card.more.text().startswith("Show ")
    card.more.click()
    assert len(titles(stage)) > 12
    assert card.more.text() == "Show fewer"


@pytest.mark.feature("F48")
def test_every_date_says_why(stage: Stage) -> None:
    dates = overview(stage).dates
    shown = words(dates)
    assert shown[shown.index("20 school days") + 1] == "Wed 25 Nov"
    assert shown[shown.index("4-week review") + 1] == "Tue 1 Dec"
    link = next(one for one in dates.findChildren(Link) if "4-week review" in one.accessibleName())
    link.setFocus()
    press("Enter")
    popover = stage.screen.acts.popover
    assert popover is not None
    said = popover.accessibleName()
    assert "From: Tue 3 Nov: that day does not count" in said
    assert "Count: 28 calendar days (20 of them school days)" in said
    assert "Rule: Harrow CME policy 2023, page 10 (SD56), HARROW-2023 version 1" in said
    assert popover.what_if is not None
    popover.what_if.set_day(date(2026, 11, 10))
    assert popover.answer.text() == "Tue 8 Dec"
    press("Esc")
    assert stage.screen.acts.popover is None
    assert focus() is link
    stage.desk.cases_changed.emit(None)
    walk.settle()
    assert focus() is link, "what did not change is not made anew"


def test_a_name_taken_off_too_early_is_said(stage: Stage) -> None:
    dates = overview(stage).dates
    link = next(one for one in dates.findChildren(Link) if "20 school days" in one.accessibleName())
    link.click()
    popover = stage.screen.acts.popover
    assert popover is not None
    assert (
        "took the name off its roll on Tue 3 Nov under 9(1)(i), before these 20 school days" in popover.accessibleName()
    )


def test_a_step_says_why_its_date(stage: Stage) -> None:
    go_to(stage, "Ask Housing")
    press("W")
    popover = stage.screen.acts.popover
    assert popover is not None
    assert "Count: 10 days" in popover.accessibleName()
    assert "The council’s choice, not the policy" in popover.accessibleName()
    assert stage.screen.go_back(), "going back closes the explanation first"
    assert stage.went_back == []


def test_people_carry_what_may_be_done(stage: Stage) -> None:
    people = overview(stage).people
    assert people.counted.text() == "2 adults"
    assert [tag.text() for tag in people.findChildren(Tag)] == [
        "May be written to",
        "Must not be told where the child is",
    ]
    assert "no phone" in words(people)


def test_a_wide_window_gives_people_and_documents_a_column(stage: Stage) -> None:
    tab = overview(stage)
    assert not tab.documents.isVisible()
    stage.window.resize(1712, 1004)
    walk.settle()
    assert tab.documents.isVisible()
    assert tab.people.mapTo(tab, QPoint(0, 0)).x() > tab.steps.mapTo(tab, QPoint(0, 0)).x() + tab.steps.width()
    assert abs(tab.people.width() - 372) <= 1
    assert abs(tab.steps.width() - 372) <= 1


def test_the_timeline_is_filtered_and_its_lines_lead_on(stage: Stage) -> None:
    tab = overview(stage)
    first = [row.title for row in tab.timeline.model.rows]
    assert any("Case opened" in title for title in first)
    tab.timeline.groups.choose("contact")
    assert {row.kind for row in tab.timeline.model.rows} == {"enquiry"}
    tab.timeline.groups.choose("letter")
    assert tab.timeline.model.rows == ()
    assert not tab.timeline.list.isVisible()
    tab.timeline.groups.choose("")
    tab.timeline.list.setFocus()
    press("J", "Enter")
    assert stage.screen.tabs.key() == "timeline"


def test_earlier_lines_are_loaded_on_demand(stage: Stage) -> None:
    from cme_desktop.casework import notes

    for number in range(45):
        notes.add_note(stage.register.store, stage.register.officer, stage.ref, f"Note {number}")
    stage.screen.refresh()
    timeline = overview(stage).timeline
    assert len(timeline.model.rows) == 40
    assert timeline.model.more
    timeline.list.setFocus()
    press("End", "Enter")
    assert len(timeline.model.rows) > 45
    assert not timeline.model.more
    assert timeline.list.currentIndex().row() == 40, "reading goes on where it stopped"


def test_the_third_column_has_the_colours_of_now(stage: Stage, theme: Theme) -> None:
    theme.set_choice(Scheme.DARK)
    walk.settle()
    stage.window.resize(1712, 1004)
    walk.settle()
    names = [label for label in overview(stage).people.findChildren(Label) if label.text() == "Isatu Kamara"]
    assert [label.palette().color(QPalette.ColorRole.WindowText) for label in names] == [theme.color("text")]


def test_a_last_step_of_two_lines_has_room_below_it(stage: Stage) -> None:
    card = overview(stage).steps
    standing = [task for task in card._tasks if task.state == "open"][:2]
    done = replace(standing[1], state="done", done_on=TODAY)
    for last, below in ((standing[1], 6), (done, 0)):
        card._tasks = (standing[0], last)
        card._show(TODAY)
        walk.settle()
        assert card.list.steps.rowCount() == 2
        assert card.height() - 1 - card.list.geometry().bottom() >= below
        assert card.body.contentsMargins().bottom() == below
