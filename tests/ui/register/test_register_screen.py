"""The register at work: find a child by keyboard, look, open, and come back to the same row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStackedWidget, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from cme_desktop.casework import children, risk
from cme_desktop.domain.errors import UserError
from cme_desktop.register.cases import RegisterQuery
from cme_desktop.ui.desk import LOG
from cme_desktop.ui.register.columns import WIDTHS
from cme_desktop.ui.register.keeper import AFTER
from cme_desktop.ui.register.presenter import REST
from cme_desktop.ui.register.preview import StepTick
from cme_desktop.ui.register.view import RegisterScreen
from cme_desktop.ui.widgets.chips import Chip
from cme_desktop.ui.widgets.states import LOADING_AFTER, Empty, NotAllowedPage
from tests.factories import PRIMARY, TODAY, Register, child_facts, make_case, make_register
from tests.ui import walk
from tests.ui.today.bench import Bench, make_bench

CHILDREN = (
    ("Kamara", "Amara", date(2012, 3, 2)),
    ("Nowak", "Jan", date(2018, 5, 4)),
    ("Subramaniam-Thirunavukkarasu", "Kavya Anandhi", date(2014, 1, 9)),
    ("O’Sullivan", "Niamh", date(2010, 10, 10)),
)


def fill(register: Register) -> None:
    """Open a case for each child, each on another day."""
    for place, (surname, forename, born) in enumerate(CHILDREN):
        status = "ehe-to-check" if surname == "Nowak" else "whereabouts-unknown"
        make_case(
            register,
            child=child_facts(surname, forename, dob=born),
            status=status,
            opened_on=TODAY - timedelta(days=10 * place),
        )


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    made = make_bench(qtbot, tmp_path / "store")
    fill(made.register)
    yield made
    made.register.close()


def shown(qtbot: QtBot, bench: Bench, *, width: int = 1110, height: int = 640) -> RegisterScreen:
    """Show the register with the focus in its table."""
    screen = RegisterScreen(bench.desk)
    stack = QStackedWidget()
    qtbot.addWidget(stack)
    bench.windows.append(stack)
    stack.addWidget(screen)
    stack.addWidget(QWidget())
    stack.resize(width, height)
    stack.show()
    screen.on_shown()
    walk.settle()
    if screen.table.isVisible():
        screen.table.setFocus()
    return screen


def leave_and_come_back(screen: RegisterScreen) -> None:
    """Go to another page and back, as the frame does it."""
    stack = screen.window()
    assert isinstance(stack, QStackedWidget)
    stack.setCurrentIndex(1)
    walk.settle()
    stack.setCurrentIndex(0)
    screen.on_shown()
    screen.focus_content()
    walk.settle()


def names(screen: RegisterScreen) -> list[str]:
    """Return the first cell of each row as it is said."""
    model = screen.model
    role = Qt.ItemDataRole.AccessibleTextRole
    return [str(model.data(model.index(row, 0), role)).removeprefix("Child: ") for row in range(model.rowCount())]


def words(screen: RegisterScreen) -> str:
    """Return all that the preview says."""
    walk.settle()
    return "\n".join(label.text() for label in screen.preview.findChildren(QLabel) if label.isVisibleTo(screen))


def previewed(qtbot: QtBot, screen: RegisterScreen, what: str) -> None:
    """Wait until the preview has followed."""
    qtbot.waitUntil(lambda: what in words(screen))


@pytest.mark.feature("F82")
def test_find_look_open_and_come_back_by_keyboard(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    assert screen.bar.found.text() == "4 children, next due first"
    assert {name.split()[0] for name in names(screen)} == {"Amara", "Jan", "Kavya", "Niamh"}
    qtbot.keyClick(screen.table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert screen.bar.typed.hasFocus()
    qtbot.keyClicks(screen.bar.typed, "niamh")
    qtbot.waitUntil(lambda: names(screen) == ["Niamh O’Sullivan"])
    qtbot.keyClick(screen.bar.typed, Qt.Key.Key_Return)
    assert screen.table.hasFocus()
    assert chips(screen) == ["Has “niamh”"]
    previewed(qtbot, screen, "16, Year 11. Born 10 Oct 2010")
    qtbot.keyClick(screen.table, Qt.Key.Key_Return)
    assert bench.cases == [("CME-2026-00004", "")]
    # She comes back: the same row, and the case is looked at anew when its preview shows.
    leave_and_come_back(screen)
    row = screen.model.row_at(screen.table.currentIndex().row())
    assert row is not None
    assert row.ref == "CME-2026-00004"
    qtbot.keyClick(screen.table, Qt.Key.Key_L)
    assert bench.cases[1:] == [("CME-2026-00004", LOG)]


def test_the_row_stays_when_the_list_is_fetched_anew(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    screen.table.go_to(2)
    before = screen.table.current_id()
    bench.desk.cases_changed.emit(("CME-2026-00001",))
    assert screen.table.current_id() == before
    make_case(bench.register, child=child_facts("Aaron", "Zoe"))
    bench.desk.cases_changed.emit(None)
    assert screen.model.rowCount() == 5
    assert screen.table.current_id() == before


def test_saved_views_show_their_cases_and_counts(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    tabs = [screen.tabs.accessibleTabName(place) for place in range(screen.tabs.count())]
    assert tabs[:4] == ["Open 4", "Whereabouts unknown 3", "Known, not in education 0", "EHE 1"]
    screen.tabs.setFocus()
    for _ in range(3):
        qtbot.keyClick(screen.tabs, Qt.Key.Key_Right)
    assert names(screen) == ["Jan Nowak"]
    screen.tabs.pick("closed-this-year")
    assert screen.presenter.query.descending
    assert empty(screen).title.text() == "No case under “Closed this year”."


def test_heads_sort_in_the_query_and_again_the_other_way(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    screen.table.setCurrentIndex(screen.model.index(0, 0))
    control_shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(screen.table, Qt.Key.Key_S, control_shift)
    assert [name.split()[0] for name in names(screen)] == ["Amara", "Jan", "Niamh", "Kavya"]
    assert screen.bar.found.text() == "4 children, by name"
    qtbot.keyClick(screen.table, Qt.Key.Key_S, control_shift)
    assert [name.split()[0] for name in names(screen)] == ["Kavya", "Niamh", "Jan", "Amara"]
    assert screen.presenter.query == RegisterQuery(sort="child", descending=True)


def empty(screen: RegisterScreen) -> Empty:
    """Return what is shown in place of rows."""
    walk.settle()
    return next(one for one in screen.findChildren(Empty) if one.isVisible())


def chips(screen: RegisterScreen) -> list[str]:
    """Return the filters that are shown."""
    walk.settle()
    return [chip.text() for chip in screen.bar.findChildren(Chip) if chip.isVisible()]


def pick(screen: RegisterScreen, title: str, words_: str) -> None:
    """Choose a filter in the menu."""
    menu = screen.bar.menu
    actions = [*menu.actions(), *(one for sub in menu.actions() if sub.menu() for one in sub.menu().actions())]
    found = [one for one in actions if one.text().startswith(words_) and (not title or one.parent().title() == title)]
    found[0].trigger()


def test_filters_come_from_the_menu_and_go_by_their_chips(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    menu = screen.bar.menu
    assert [one.text().split("\t")[0] for one in menu.actions() if one.text()] == [
        "Words in name, school or reference",
        "Overdue",
        "Risk",
        "Year",
        "Days open",
        "Status",
        "Owner",
        "Last school",
    ]
    pick(screen, "Days open", "14 days")
    assert len(names(screen)) == 2
    pick(screen, "Year", "Year 11")
    assert names(screen) == ["Niamh O’Sullivan"]
    pick(screen, "Risk", "High")
    assert empty(screen).title.text() == "No child fits these filters."
    assert chips(screen) == [
        "Risk: high",
        "Year 11",
        "14 days or more",
    ]
    chip = next(chip for chip in screen.bar.findChildren(Chip) if chip.text() == "Risk: high")
    chip.setFocus()
    qtbot.keyClick(chip, Qt.Key.Key_Delete)
    assert names(screen) == ["Niamh O’Sullivan"]
    assert screen.bar.add_filter.hasFocus()
    screen.bar.clear_filters.click()
    assert len(names(screen)) == 4
    assert screen.table.hasFocus()
    assert not screen.bar.clear_filters.isVisible()
    pick(screen, "Owner", "Anita Patel")
    pick(screen, "Last school", "Example High School")
    assert screen.bar.found.text() == "4 children, next due first"
    pick(screen, "", "Overdue")
    assert chips(screen)[-1] == "School: Example High School"


def test_the_text_filter_goes_with_escape(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    screen.bar.start_typing()
    qtbot.keyClicks(screen.bar.typed, "zzz")
    qtbot.waitUntil(lambda: screen.model.rowCount() == 0)
    qtbot.keyClick(screen.bar.typed, Qt.Key.Key_Escape)
    assert len(names(screen)) == 4
    assert not screen.bar.typing


@pytest.mark.feature("F74")
def test_the_list_and_each_look_are_recorded_once_for_a_stay(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    previewed(qtbot, screen, "Born")
    assert [event.reason for event in bench.events("access.list")] == ["no filters (4 rows)"]
    looks = bench.events("access.open-case")
    assert len(looks) == 1
    bench.desk.cases_changed.emit(None)
    screen.keeper.show_now()
    assert len(bench.events("access.open-case")) == 1
    pick(screen, "Year", "Year 11")
    assert REST == 1_000
    screen.presenter._on_rest()
    assert [event.reason for event in bench.events("access.list")][1:] == ["Year 11 (1 rows)"]
    leave_and_come_back(screen)
    assert len(bench.events("access.list")) == 3
    screen.keeper.show_now()
    assert len(bench.events("access.open-case")) == 2


def test_the_preview_waits_for_rest_and_can_be_hidden(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    assert AFTER == 150
    screen.keeper.show_now()
    before = len(bench.events("access.open-case"))
    qtbot.keyClick(screen.table, Qt.Key.Key_J)
    qtbot.keyClick(screen.table, Qt.Key.Key_J)
    assert len(bench.events("access.open-case")) == before
    qtbot.keyClick(screen.table, Qt.Key.Key_F4)
    assert not screen.preview.isVisible()
    assert not bench.saved[-1].register_preview
    screen.keeper.show_now()
    assert len(bench.events("access.open-case")) == before
    qtbot.keyClick(screen.table, Qt.Key.Key_F4)
    assert screen.preview.isVisible()
    assert len(bench.events("access.open-case")) == before + 1
    screen.preview.open_button.setFocus()
    qtbot.keyClick(screen.preview.open_button, Qt.Key.Key_F4)
    assert screen.table.hasFocus()


def test_the_preview_says_what_is_wrong_and_what_is_next(qtbot: QtBot, bench: Bench) -> None:
    register = bench.register
    risk.answer_question(register.store, register.officer, "CME-2026-00001", risk.AnswerEntry(2, "yes"))
    screen = shown(qtbot, bench)
    pick(screen, "Year", "Year 10")
    screen.keeper.show_now()
    said = words(screen)
    assert "Amara Kamara" in said
    assert "0 of 28, review 22 Dec" in said
    assert "Example High School, off roll 3 Nov" in said
    assert "8 Low Street, Harrow, HA2 9ZZ" in said
    assert "Isatu Kamara" in said
    assert "Question 2" in said
    assert said.index("today") < said.index("26 Nov")
    tick = next(
        tick for tick in screen.preview.findChildren(StepTick) if "first enquiry letter" in tick.accessibleName()
    )
    tick.click()
    assert bench.said == ["Done: Write the first enquiry letter to each parent"]
    assert bench.task("Write the first enquiry letter to each parent", "CME-2026-00001").state == "done"
    screen.keeper.show_now()
    walk.settle()
    first = next(tick for tick in screen.preview.findChildren(StepTick) if tick.isVisible())
    first.click()
    assert bench.said[-1].startswith("Record whom you told")
    screen.preview.log_button.click()
    assert bench.cases == [("CME-2026-00001", LOG)]


def test_a_restricted_case_is_not_previewed_without_a_reason(qtbot: QtBot, bench: Bench) -> None:
    register = bench.register
    children.restrict(register.store, register.officer, "CME-2026-00001", restricted=True, reason="staff family")
    screen = shown(qtbot, bench)
    pick(screen, "Year", "Year 10")
    screen.keeper.show_now()
    assert "This record is restricted. Say why you open it" in words(screen)
    assert screen.preview.open_button.isVisible()
    assert "Isatu" not in words(screen)


@pytest.mark.feature("F64")
@pytest.mark.feature("F74")
def test_a_manager_asks_for_a_name_and_the_look_is_recorded(qtbot: QtBot, bench: Bench) -> None:
    other = make_bench(qtbot, Path(), who="manager", register=bench.register)
    screen = shown(qtbot, other)
    screen.table.setCurrentIndex(screen.model.index(0, 0))
    qtbot.keyClick(screen.table, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert names(screen) == [f"Name hidden, CME-2026-0000{n}. Space shows it" for n in range(1, 5)]
    screen.table.go_to(0)
    screen.keeper.show_now()
    assert "CME-2026-00001" in words(screen)
    assert "Kamara" not in words(screen)
    assert screen.findChildren(StepTick) == []
    screen.table.setFocus()
    screen.table.setCurrentIndex(screen.model.index(0, 0))
    qtbot.keyClick(screen.table, Qt.Key.Key_Space)
    assert [event.entity for event in other.events("access.reveal")] == ["case:CME-2026-00001"]
    assert names(screen)[0] == "Amara Kamara"
    assert "Isatu Kamara" in words(screen)
    assert names(screen)[1].startswith("Name hidden")
    leave_and_come_back(screen)
    assert names(screen)[0].startswith("Name hidden")
    qtbot.keyClick(screen.table, Qt.Key.Key_L)
    assert other.cases == []
    assert dict(screen.keys())["Space"] == "Show the name of this row"


def test_an_administrator_is_told_for_whom_the_page_is(qtbot: QtBot, bench: Bench) -> None:
    other = make_bench(qtbot, Path(), who="administrator", register=bench.register)
    screen = shown(qtbot, other)
    page = screen.findChild(NotAllowedPage)
    assert page is not None
    assert "is for an officer or a manager" in page.accessibleName()
    assert not screen.preview.isVisible()


def test_other_pages_open_the_register_narrowed(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    pick(screen, "Year", "Year 11")
    screen.show_what("school:999003")
    assert chips(screen) == ["School: Example High School"]
    assert len(names(screen)) == 4
    screen.show_what(f"school:{PRIMARY}")
    assert names(screen) == []
    screen.show_what("view:ehe")
    assert (screen.tabs.key(), names(screen)) == ("ehe", ["Jan Nowak"])
    screen.show_what("status:whereabouts-unknown")
    assert (screen.tabs.key(), len(names(screen))) == ("open", 3)
    screen.show_what("nothing:known")
    screen.show_what("view:nowhere")
    assert len(names(screen)) == 3


def test_roomy_and_compact_and_the_width_are_remembered(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    assert screen.table.row_height == 36
    screen.bar.density.choose("compact")
    assert screen.table.row_height == 28
    assert bench.saved[-1].compact_rows
    screen.split.setSizes([700, 400])
    screen.split.splitterMoved.emit(700, 1)
    qtbot.waitUntil(lambda: bench.saved[-1].register_preview_width != 268)
    assert 380 <= bench.saved[-1].register_preview_width <= 410
    again = RegisterScreen(bench.desk)
    qtbot.addWidget(again)
    assert again.table.compact
    assert again.bar.density.key() == "compact"


def test_a_narrow_table_gives_up_the_owner_first(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench, width=1110)
    columns = [column.key for column in screen.model.columns]
    assert screen.table.columnWidth(columns.index("status")) == WIDTHS["status"]
    screen.window().resize(980, 600)
    walk.settle()
    assert screen.table.isColumnHidden(columns.index("owner"))
    assert screen.table.columnWidth(0) >= 130


def test_a_newer_question_ends_the_older_one(qtbot: QtBot, bench: Bench) -> None:
    held = make_bench(qtbot, Path(), register=bench.register, held=True)
    screen = RegisterScreen(held.desk)
    qtbot.addWidget(screen)
    screen.resize(1110, 640)
    screen.show()
    screen.presenter.ask(RegisterQuery(text="jan"))
    old = screen.presenter._ticket
    screen.presenter.ask(RegisterQuery(text="amara"))
    assert old is not None
    assert old.cancelled
    held.runner.release()
    assert names(screen) == ["Amara Kamara"]


def test_bars_show_while_the_first_answer_is_on_its_way(qtbot: QtBot, bench: Bench) -> None:
    held = make_bench(qtbot, Path(), register=bench.register, held=True)
    screen = shown(qtbot, held)
    assert not screen.table.isVisible()
    assert screen.place.loading.isVisible()
    assert LOADING_AFTER == 300
    held.runner.release()
    held.runner.release()
    assert screen.table.isVisible()


def test_trouble_with_the_disk_is_said_and_a_bug_is_not_hidden(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    screen._on_refused(UserError("The disk refused to read. Try again."))
    assert bench.said == ["The disk refused to read. Try again."]
    with pytest.raises(KeyError):
        screen._on_refused(KeyError("a slip"))
    assert len(names(screen)) == 4


def test_a_page_further_down_is_asked_for_when_it_is_shown(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    ids = screen.model.ids
    screen.model.set_ids(ids)
    assert names(screen)[0] == "Loading"  # and asks
    assert names(screen)[0] != "Loading"
    screen.model.set_ids(ids)
    screen.presenter.page_failed.emit(0)
    assert [screen.model.row_at(row) is None for row in range(4)] == [True] * 4
    screen.presenter.ask_page(0, ids)
    assert all(screen.model.row_at(row) is not None for row in range(4))


def test_the_model_keeps_the_rules_of_qt(qtbot: QtBot, bench: Bench, qtmodeltester: ModelTester) -> None:
    screen = shown(qtbot, bench)
    qtmodeltester.check(screen.model)


@pytest.mark.feature("F83")
def test_the_register_passes_the_walk(qtbot: QtBot, bench: Bench) -> None:
    screen = shown(qtbot, bench)
    pick(screen, "Days open", "3 days")
    previewed(qtbot, screen, "Born")
    walk.check(qtbot, screen)


def test_an_empty_register_passes_the_walk(qtbot: QtBot, tmp_path: Path) -> None:
    bench = make_bench(qtbot, tmp_path / "store", register=make_register(tmp_path / "store"))
    screen = shown(qtbot, bench)
    assert screen.first_focus() is screen.tabs
    walk.check(qtbot, screen)
    assert "Choose a child to see the case here." in words(screen)
    bench.register.close()
