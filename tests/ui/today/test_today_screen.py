"""Today at work: the officer's morning by keyboard, on a real register."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot
from sqlalchemy import func, select

from cme_desktop.casework import keeping, risk
from cme_desktop.domain.errors import UserError
from cme_desktop.models.reference import RoutineCheck
from cme_desktop.models.timeline import Task
from cme_desktop.register.today import today_page
from cme_desktop.ui.desk import LOG
from cme_desktop.ui.grab import picture
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.today.delegate import Columns
from cme_desktop.ui.today.lines import Head, Step
from cme_desktop.ui.today.put_off import PutOffDialog, next_weekday
from cme_desktop.ui.today.view import TodayScreen
from cme_desktop.ui.widgets.buttons import Kind
from cme_desktop.ui.widgets.states import LOADING_AFTER, Empty, NotAllowedPage
from tests import factories
from tests.factories import TODAY, child_facts, make_case
from tests.ui import walk
from tests.ui.today.bench import Bench, make_bench

LETTER, VISIT = "Write the first enquiry letter to each parent", "Home visit"


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    """Give a register with two cases of the day: their first steps are due in the next days."""
    made = make_bench(qtbot, tmp_path / "store")
    make_case(made.register)
    make_case(made.register, child=child_facts("Nowak", "Jan", dob=date(2018, 5, 4)))
    yield made
    made.register.close()


def days_on(bench: Bench, days: int) -> None:
    """Let it be some days later."""
    bench.register.clock.moment += timedelta(days=days)


def shown(qtbot: QtBot, bench: Bench, *, width: int = 1110, height: int = 640) -> TodayScreen:
    """Show Today with the focus in its list."""
    screen = TodayScreen(bench.desk)
    qtbot.addWidget(screen)
    screen.resize(width, height)
    screen.show()
    screen.on_shown()
    walk.settle()
    if screen.list.isVisible():
        screen.list.setFocus()
    return screen


def steps(screen: TodayScreen) -> list[Step]:
    """Return the rows shown."""
    return [line for line in screen.model.lines if isinstance(line, Step)]


def go_to(qtbot: QtBot, screen: TodayScreen, next_step: str, name: str) -> Step:
    """Move with J to a step."""
    qtbot.keyClick(screen.list, Qt.Key.Key_Home)
    for _ in range(len(steps(screen))):
        here = screen.list.current_step()
        assert here is not None
        if (here.next_step, here.name) == (next_step, name):
            return here
        qtbot.keyClick(screen.list, Qt.Key.Key_J)
    raise AssertionError(f"{next_step} of {name} is not on Today")


@pytest.mark.feature("F51")
@pytest.mark.feature("F82")
def test_a_morning_by_keyboard(qtbot: QtBot, bench: Bench) -> None:
    """Open, log, done and put off, each by its key; the selection goes on to what is next."""
    days_on(bench, 7)
    screen = shown(qtbot, bench)
    assert [line.title for line in screen.model.lines if isinstance(line, Head)] == [
        "Overdue",
        "Due today",
        "Next 7 days",
    ]
    go_to(qtbot, screen, LETTER, "Jan Nowak")
    qtbot.keyClick(screen.list, Qt.Key.Key_Return)
    assert bench.cases == [("CME-2026-00002", "")]
    qtbot.keyClick(screen.list, Qt.Key.Key_L)
    assert bench.cases[1:] == [("CME-2026-00002", LOG)]
    before = len(steps(screen))
    qtbot.keyClick(screen.list, Qt.Key.Key_D)
    assert len(steps(screen)) == before - 1
    assert bench.said == [f"Done: {LETTER}"]
    assert bench.task(LETTER).state == "done"
    here = screen.list.current_step()
    assert here is not None
    assert here.row.key != ("task", bench.task(LETTER).id)

    go_to(qtbot, screen, VISIT, "Jan Nowak")
    qtbot.keyClick(screen.list, Qt.Key.Key_U)
    dialog = screen.findChild(PutOffDialog)
    assert dialog is not None
    dialog.until.set_day(TODAY + timedelta(days=10))
    qtbot.keyClicks(dialog.reason, "the family is away until then")
    dialog.save.setFocus()
    qtbot.keyClick(dialog.save, Qt.Key.Key_Return)
    assert bench.task(VISIT).put_off_until == TODAY + timedelta(days=10)
    assert bench.said[-1] == "Put off until 4 Dec 2026: Home visit"
    late = {step.row.key: step.row.group for step in steps(screen)}
    assert late["task", bench.task(VISIT).id] == "week"


def test_putting_off_asks_for_a_later_day_and_a_reason(qtbot: QtBot, bench: Bench) -> None:
    days_on(bench, 7)
    screen = shown(qtbot, bench)
    go_to(qtbot, screen, VISIT, "Jan Nowak")
    qtbot.keyClick(screen.list, Qt.Key.Key_U)
    dialog = screen.findChild(PutOffDialog)
    assert dialog is not None
    assert dialog.until.day() == date(2026, 12, 2)
    dialog.until.set_day(TODAY + timedelta(days=7))
    dialog.save.click()
    assert list(dialog.form.fields) == ["until", "reason"]
    assert dialog.form.fields["until"].error.startswith("Choose a later day")
    assert dialog.form.fields["reason"].error == "Say why this step is put off"
    assert bench.task(VISIT).put_off_until is None
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    walk.settle()
    assert screen.findChild(PutOffDialog) is None


def test_a_step_that_was_settled_meanwhile_is_refused_in_the_form(qtbot: QtBot, bench: Bench) -> None:
    days_on(bench, 7)
    screen = shown(qtbot, bench)
    step = go_to(qtbot, screen, VISIT, "Jan Nowak")
    qtbot.keyClick(screen.list, Qt.Key.Key_U)
    dialog = screen.findChild(PutOffDialog)
    assert dialog is not None
    with bench.register.store.action(bench.register.officer, "test.settle", hooks=False) as session:
        session.get_one(Task, step.row.task_id).state = "done"
    qtbot.keyClicks(dialog.reason, "the family is away")
    dialog.save.click()
    assert dialog.form.summary.accessibleName().startswith("There is a problem. This step is no longer open")
    assert dialog.reason.text() == "the family is away"


@pytest.mark.feature("F42")
def test_a_child_at_risk_stands_first_with_its_buttons(qtbot: QtBot, bench: Bench) -> None:
    """The one filled button of the page is in that row; its step is done by recording whom one told, not by a key."""
    register = bench.register
    risk.answer_question(register.store, register.officer, "CME-2026-00001", risk.AnswerEntry(2, "yes"))
    screen = shown(qtbot, bench)
    first = steps(screen)[0]
    assert (first.row.group, first.name, first.always) == ("safeguarding", "Amara Kamara", True)
    area = QRect(0, 0, 800, 40)
    buttons = screen.list.delegate.buttons(area, 1, first)
    assert [(act, look.text, look.kind) for act, _, look in buttons] == [
        ("log", "Log call", Kind.PRIMARY),
        ("open", "Call social worker", Kind.OUTLINED),
    ]
    assert screen.new_referral.look.kind is Kind.OUTLINED
    qtbot.keyClick(screen.list, Qt.Key.Key_D)
    assert bench.said == ["Record whom you told, or why nobody was told: open the risk questions of the case."]
    assert steps(screen)[0] == first


def test_rows_held_back_are_shown_by_key_and_by_pointer(qtbot: QtBot, bench: Bench) -> None:
    days_on(bench, 3)
    screen = shown(qtbot, bench, height=330)
    held = next(line for line in screen.model.lines if isinstance(line, Head) and line.more)
    assert held.more == f"Show all {held.count}"
    while (here := screen.list.current_step()) is not None and here.row.group != held.group:
        qtbot.keyClick(screen.list, Qt.Key.Key_J)
    qtbot.keyClick(screen.list, Qt.Key.Key_A)
    assert sum(step.row.group == held.group for step in steps(screen)) == held.count
    place = screen.model.lines.index(next(line for line in screen.model.lines if isinstance(line, Head) and line.more))
    head = screen.model.lines[place]
    assert isinstance(head, Head)
    screen.list.scrollTo(screen.model.index(place))
    link = screen.list.delegate.more_area(screen.list.visualRect(screen.model.index(place)), head)
    qtbot.mouseClick(screen.list.viewport(), Qt.MouseButton.LeftButton, pos=link.center())
    assert sum(step.row.group == held.group for step in steps(screen)) < held.count


def row_area(screen: TodayScreen, step: Step) -> tuple[int, QRect]:
    """Return the row number and the place of a step."""
    place = screen.model.place_of(step.row.key)
    screen.list.scrollTo(screen.model.index(place))
    return place, screen.list.visualRect(screen.model.index(place))


def hover(screen: TodayScreen, place: QPoint) -> None:
    """Move the pointer over a place of the list."""
    none = Qt.MouseButton.NoButton
    view = screen.list.viewport()
    at = QPointF(place)
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, at, view.mapToGlobal(at), none, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(view, event)


def test_the_pointer_shows_the_buttons_of_a_row_and_presses_them(qtbot: QtBot, bench: Bench) -> None:
    days_on(bench, 7)
    screen = shown(qtbot, bench)
    target = next(step for step in steps(screen) if step.next_step == VISIT and step.name == "Jan Nowak")
    place, area = row_area(screen, target)
    hover(screen, area.center())
    assert screen.list.delegate.active(place, target)
    done = {act: button for act, button, _ in screen.list.delegate.buttons(area, place, target)}["done"]
    picture(screen, screen.size())
    qtbot.mouseClick(screen.list.viewport(), Qt.MouseButton.LeftButton, pos=done.center())
    assert bench.task(VISIT).state == "done"
    assert len(bench.events("task.done")) == 1


def test_a_double_press_on_done_does_only_the_row_that_was_meant(qtbot: QtBot, bench: Bench) -> None:
    """After the first press the next row stands under the pointer."""
    days_on(bench, 7)
    screen = shown(qtbot, bench)
    first = steps(screen)[0]
    place, area = row_area(screen, first)
    button = {act: button for act, button, _ in screen.list.delegate.buttons(area, place, first)}["done"]
    view = screen.list.viewport()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=button.center())
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=button.center())
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=button.center())
    assert [event.action for event in bench.events("task.done")] == ["task.done"]


def test_a_name_and_a_double_click_open_the_case(qtbot: QtBot, bench: Bench) -> None:
    days_on(bench, 7)
    screen = shown(qtbot, bench)
    first = steps(screen)[0]
    _, area = row_area(screen, first)
    view = screen.list.viewport()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=screen.list.delegate.name_area(area).center())
    assert bench.cases == [(first.row.ref, "")]
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(area.left() + 4, area.center().y()))
    assert bench.cases == [(first.row.ref, "")] * 2
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(40, 10))
    assert screen.list.current_step() == first


def test_a_row_that_is_cut_is_told_whole_as_a_tooltip(qtbot: QtBot, bench: Bench) -> None:
    days_on(bench, 7)
    screen = shown(qtbot, bench)
    _, area = row_area(screen, steps(screen)[0])
    event = QHelpEvent(QHelpEvent.Type.ToolTip, area.center(), screen.list.viewport().mapToGlobal(area.center()))
    assert QApplication.sendEvent(screen.list.viewport(), event)


@pytest.mark.feature("F72")
def test_a_manager_sees_references_and_no_button_that_is_refused(qtbot: QtBot, bench: Bench) -> None:
    days_on(bench, 7)
    other = make_bench(qtbot, Path(), who="manager", register=bench.register)
    screen = shown(qtbot, other)
    assert {step.name for step in steps(screen)} == {"CME-2026-00001", "CME-2026-00002"}
    assert {step.acts for step in steps(screen)} == {("open",)}
    assert screen.new_referral.parent() is None
    qtbot.keyClick(screen.list, Qt.Key.Key_U)
    assert screen.findChild(PutOffDialog) is None
    qtbot.keyClick(screen.list, Qt.Key.Key_D)
    assert "is for an officer" in other.said[0]
    assert bench.task(LETTER).state == "open"


def test_an_administrator_is_told_for_whom_the_page_is(qtbot: QtBot, bench: Bench) -> None:
    other = make_bench(qtbot, Path(), who="administrator", register=bench.register)
    screen = shown(qtbot, other)
    page = screen.findChild(NotAllowedPage)
    assert page is not None
    assert "Reading Today is for an officer or a manager" in page.accessibleName()
    assert not screen.side.isVisible()


def test_a_quiet_day_says_so_and_shows_the_next_days_when_asked(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    empty = screen.findChild(Empty)
    assert empty is not None
    assert empty.title.text() == "Nothing overdue. Nothing due today."
    assert "Next: Write the first enquiry letter" in empty.words.text()
    assert screen.new_referral.look.kind is Kind.PRIMARY
    look = []
    bench.desk.look_wanted.connect(lambda: look.append(True))
    buttons = {button.text(): button for button in empty.findChildren(type(screen.new_referral))}
    buttons["Look in folder now"].click()
    assert look == [True]
    buttons["Show next 7 days"].click()
    assert {step.row.group for step in steps(screen)} == {"week"}
    assert screen.list.hasFocus()
    assert screen.go_back()
    assert not screen.list.isVisible()
    assert not screen.go_back()


def test_a_new_register_is_a_useful_empty_page(qtbot: QtBot, tmp_path: Path) -> None:
    bench = make_bench(qtbot, tmp_path / "store")
    screen = shown(qtbot, bench)
    empty = screen.findChild(Empty)
    assert empty is not None
    assert empty.words.text().startswith("No case is open yet.")
    assert [line.line.title for line in screen.side.routine.buttons] == [
        "Check S2S messages",
        "Capita One weekly report",
    ]
    screen.new_referral.click()
    assert bench.referrals == [True]
    walk.check(qtbot, screen)
    bench.register.close()


def test_an_office_routine_is_noted_from_its_line(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    line = screen.side.routine.buttons[0]
    assert line.line.second == "Due today. Not done yet"
    qtbot.keyClick(line, Qt.Key.Key_Return)
    menu = line.findChild(QMenu)
    assert menu is not None
    menu.actions()[0].trigger()
    menu.close()
    with bench.register.store.read() as session:
        kinds = session.scalars(select(RoutineCheck.kind)).all()
    assert kinds == ["s2s-messages"]
    assert bench.said == ["Noted: Check S2S messages, today"]
    assert screen.side.routine.buttons[0].line.second == "Tue 1 Dec"


def test_the_records_lead_to_their_place(qtbot: QtBot, bench: Bench) -> None:
    keeping.routine_done(bench.register.store, bench.register.officer, "weekly-report")
    screen = shown(qtbot, bench)
    for button in screen.side.safe.buttons:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert bench.pages == [("admin", "backup"), ("admin", "audit")]
    assert screen.side.backup.text() == "No backup yet"


def test_today_counts_for_the_rail_and_follows_the_news(qtbot: QtBot, bench: Bench) -> None:
    days_on(bench, 7)
    screen = shown(qtbot, bench)
    page = today_page(bench.register.store, bench.register.officer)
    with qtbot.waitSignal(bench.desk.counted) as counted:
        bench.desk.cases_changed.emit(None)
    assert counted.args == [page]
    step = screen.list.current_step()
    with qtbot.waitSignal(bench.desk.counted):
        bench.desk.inbox_changed.emit()
    assert screen.list.current_step() == step


def test_trouble_with_the_disk_is_said_and_a_bug_is_not_hidden(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    screen._on_refused(UserError("The disk refused to read. Try again."))
    assert bench.said == ["The disk refused to read. Try again."]
    with pytest.raises(KeyError):
        screen._on_refused(KeyError("a slip"))


def test_while_the_register_answers_bars_show_after_a_moment(qtbot: QtBot, bench: Bench) -> None:
    held = make_bench(qtbot, Path(), register=bench.register, held=True)
    screen = shown(qtbot, held)
    assert not screen.place.list_shown
    assert LOADING_AFTER == 300
    assert held.runner.release() == 1
    assert screen.place.list_shown or screen.findChild(Empty) is not None


def test_the_model_keeps_the_rules_of_qt(qtbot: QtBot, bench: Bench, qtmodeltester: ModelTester) -> None:
    days_on(bench, 7)
    screen = shown(qtbot, bench)
    qtmodeltester.check(screen.model)
    assert not screen.model.flags(screen.model.index(0)) & Qt.ItemFlag.ItemIsSelectable
    assert screen.model.data(screen.model.index(0), Qt.ItemDataRole.AccessibleTextRole) == "Overdue, 4"


@pytest.mark.feature("F83")
def test_today_passes_the_walk(qtbot: QtBot, bench: Bench) -> None:
    days_on(bench, 7)
    factories.make_case(
        bench.register, child=child_facts("Subramaniam-Thirunavukkarasu", "Kavya Anandhi Lakshmi", dob=date(2014, 1, 9))
    )
    screen = shown(qtbot, bench)
    walk.check(qtbot, screen)
    assert screen.keys()[1] == ("L", "Log an enquiry")
    assert screen.first_focus() is screen.list


def test_large_text_keeps_the_reason_readable(qtbot: QtBot, bench: Bench) -> None:
    days_on(bench, 7)
    screen = shown(qtbot, bench)
    Theme.of().set_text_percent(200)
    walk.settle()
    step = steps(screen)[0]
    place, area = row_area(screen, step)
    assert area.height() == 80
    buttons = screen.list.delegate.buttons(area, place, step)
    assert buttons
    assert all(area.contains(button) for _, button, _ in buttons)


def test_nothing_is_written_by_looking_at_today(qtbot: QtBot, bench: Bench) -> None:
    with bench.register.store.read() as session:
        from cme_desktop.models.audit import AuditEvent

        before = session.scalar(select(func.count()).select_from(AuditEvent))
    shown(qtbot, bench)
    with bench.register.store.read() as session:
        assert session.scalar(select(func.count()).select_from(AuditEvent)) == before


def test_the_first_day_offered_is_a_working_weekday() -> None:
    assert next_weekday(date(2026, 11, 27)) == date(2026, 11, 30)
    assert next_weekday(date(2026, 11, 24)) == date(2026, 11, 25)


def test_a_long_reason_and_step_take_two_lines(qtbot: QtBot, bench: Bench, theme: Theme) -> None:
    days_on(bench, 40)
    screen = shown(qtbot, bench)
    theme.set_text_percent(150)
    walk.settle()
    here = screen.list.currentIndex().row()  # this one shows its buttons
    rest = [(row, line) for row, line in enumerate(screen.model.lines) if isinstance(line, Step) and row != here]
    long = next(row for row, line in rest if line.next_step == LETTER)
    area = screen.list.visualRect(screen.model.index(long))
    left, width = Columns.of(area).next
    image = picture(screen.list, screen.list.size())
    rows = [
        y
        for y in range(area.top() + 2, area.bottom() - 2)
        if any(image.pixelColor(x, y).lightness() < 90 for x in range(left, left + width // 2))
    ]
    assert rows[-1] - rows[0] > theme.line("body"), "the step stands on one line"
    second = [y for y in rows if y > area.center().y()]
    inked = [x for x in range(left, left + width) if any(image.pixelColor(x, y).lightness() < 90 for y in second)]
    assert inked[-1] - left > width // 4, "a single short word stands in the second line"
