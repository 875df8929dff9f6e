"""The paged model and its view: ids up front, rows by page, the query sorts, every cell speaks."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QAccessible, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from cme_desktop.ui.grab import picture
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.cells import TableView
from cme_desktop.ui.widgets.table import CELL, ID, PAGE, Cell, Column, PagedModel, _runs
from cme_desktop.ui.widgets.tags import HIGH, NOT_RATED


@dataclass(frozen=True)
class Row:
    """An invented child."""

    name: str
    days: int
    late: bool = False


def cell_due(row: Row) -> Cell:
    return Cell("20 Nov 2026", "4 days late") if row.late else Cell("Today", "1 step")


COLUMNS = (
    Column[Row]("name", "Child", lambda row: Cell(row.name, strong=True)),
    Column[Row]("risk", "Risk", lambda row: Cell("", tag=HIGH if row.late else NOT_RATED), 96),
    Column[Row]("days", "Days", lambda row: str(row.days), 44, right=True, hint="Days open"),
    Column[Row]("due", "Next due", cell_due, 98),
    Column[Row]("more", "", lambda _row: "", 40, sortable=False),
)


def row_of(number: int) -> Row:
    return Row(f"Child {number}", number, late=number % 2 == 0)


def filled(count: int) -> PagedModel[Row]:
    model: PagedModel[Row] = PagedModel(COLUMNS)
    model.page_wanted.connect(lambda _first, ids: model.put_rows({number: row_of(number) for number in ids}))
    model.set_ids(range(1, count + 1), sorted_by=("due", False))
    return model


def shown(qtbot: QtBot, model: PagedModel[Row], width: int = 600, height: int = 400) -> TableView:
    view = TableView(model, "Children")
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show()
    return view


@pytest.mark.parametrize("count", [0, 1, 450])
def test_the_model_keeps_the_rules_of_qt(qtmodeltester: ModelTester, count: int) -> None:
    qtmodeltester.check(filled(count))


def test_a_page_is_asked_for_once_and_filled_by_id(qtbot: QtBot) -> None:
    model: PagedModel[Row] = PagedModel(COLUMNS)
    model.set_ids(range(1000, 1000 + 3 * PAGE))
    asked: list[tuple[int, tuple[int, ...]]] = []
    model.page_wanted.connect(lambda first, ids: asked.append((first, ids)))
    for row in (0, 5, PAGE + 1, PAGE + 7):
        assert model.data(model.index(row, 0)) == ""
        assert model.data(model.index(row, 0), Qt.ItemDataRole.AccessibleTextRole) == "Loading"
    assert [first for first, _ids in asked] == [0, PAGE]
    assert asked[0][1] == tuple(range(1000, 1000 + PAGE))
    with qtbot.waitSignal(model.dataChanged) as change:
        model.put_rows({1000: row_of(1), 1001: row_of(2), 99: row_of(3)})
    assert [index.row() for index in change.args[:2]] == [0, 1]
    assert model.data(model.index(0, 0)) == "Child 1"
    assert len(asked) == 2


def test_a_page_that_failed_is_asked_for_again() -> None:
    model: PagedModel[Row] = PagedModel(COLUMNS)
    model.set_ids((1, 2))
    asked: list[int] = []
    model.page_wanted.connect(lambda first, _ids: asked.append(first))
    model.data(model.index(0, 0))
    model.page_failed(0)
    model.data(model.index(0, 0))
    assert asked == [0, 0]


def test_changed_rows_are_asked_for_and_stay_until_they_come() -> None:
    model = filled(10)
    model.data(model.index(0, 0))
    asked: list[tuple[int, ...]] = []
    model.page_wanted.disconnect()
    model.page_wanted.connect(lambda _first, ids: asked.append(ids))
    model.refresh([4, 999])
    assert asked == [(4,)]
    assert model.data(model.index(3, 0)) == "Child 4"


def test_locking_forgets_every_row() -> None:
    model = filled(10)
    model.data(model.index(0, 0))
    model.clear()
    assert model.rowCount() == 0
    assert model.row_at(0) is None
    assert model.place_of(4) == -1


def test_sorting_asks_the_query_and_moves_nothing(qtbot: QtBot) -> None:
    model = filled(5)
    before = model.ids
    with qtbot.waitSignal(model.sort_wanted) as wanted:
        model.sort(2, Qt.SortOrder.DescendingOrder)
    assert wanted.args == ["days", True]
    assert model.ids == before
    with qtbot.assertNotEmitted(model.sort_wanted):
        model.sort(4)
    head = model.headerData(2, Qt.Orientation.Horizontal, Qt.ItemDataRole.AccessibleTextRole)
    assert head == "Days, sorted, last first"
    assert model.headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.AccessibleTextRole) == "Child"


@pytest.mark.feature("F83")
def test_every_cell_says_its_column_and_all_that_it_shows() -> None:
    model = filled(2)
    model.data(model.index(0, 0))
    said = [
        model.data(model.index(1, column), Qt.ItemDataRole.AccessibleTextRole) for column in range(len(COLUMNS) - 1)
    ]
    assert said == ["Child: Child 2", "Risk: High", "Days: 2", "Next due: 20 Nov 2026, 4 days late"]
    assert Cell("", hidden_words="Show name").says() == "Show name"
    assert Cell("x", spoken="in full").says() == "in full"


def test_alignment_ids_and_cells_are_told() -> None:
    model = filled(2)
    model.data(model.index(0, 0))
    assert model.data(model.index(0, 2), Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert model.data(model.index(1, 0), ID) == 2
    assert isinstance(model.data(model.index(0, 3), CELL), Cell)
    assert model.headerData(2, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole) == "Days open"


def test_runs_of_rows_are_told_apart() -> None:
    assert _runs([]) == []
    assert _runs([1, 2, 3, 7, 9, 10]) == [(1, 3), (7, 7), (9, 10)]


def test_rows_have_one_fixed_height(qtbot: QtBot, theme: Theme) -> None:
    view = shown(qtbot, filled(20), width=800)
    assert {view.rowHeight(row) for row in range(20)} == {36}
    view.set_compact(True)
    assert {view.rowHeight(row) for row in range(20)} == {28}
    view.set_compact(False)
    theme.set_text_percent(150)
    assert view.rowHeight(3) == 54
    assert view.columnWidth(1) == 144


@pytest.mark.feature("F82")
def test_the_keyboard_moves_opens_sorts_and_presses(qtbot: QtBot) -> None:
    view = shown(qtbot, filled(20))
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    assert view.current_id() == 1
    qtbot.keyClick(view, Qt.Key.Key_J)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.current_id() == 3
    qtbot.keyClick(view, Qt.Key.Key_K)
    assert view.current_id() == 2
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == [2]
    qtbot.keyClick(view, Qt.Key.Key_Right)
    with qtbot.waitSignal(view.cell_pressed) as pressed:
        qtbot.keyClick(view, Qt.Key.Key_Space)
    assert pressed.args == [2, "risk"]
    sort = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    with qtbot.waitSignal(view.model().sort_wanted) as wanted:
        qtbot.keyClick(view, Qt.Key.Key_S, sort)
    assert wanted.args == ["risk", False]
    with qtbot.waitSignal(view.model().sort_wanted) as wanted:
        qtbot.keyClick(view, Qt.Key.Key_S, sort)
    assert wanted.args == ["risk", True]


def test_letters_do_not_jump_about_in_the_table(qtbot: QtBot) -> None:
    view = shown(qtbot, filled(20))
    view.go_to(3)
    qtbot.keyClick(view, Qt.Key.Key_C)
    assert view.current_id() == 4


def test_new_ids_keep_the_same_child_current(qtbot: QtBot) -> None:
    view = shown(qtbot, filled(20))
    view.go_to(4)
    view.show_ids([9, 5, 3])
    assert view.current_id() == 5
    view.show_ids([9, 3])
    assert view.current_id() == 3


def test_a_click_opens_nothing_but_two_do(qtbot: QtBot) -> None:
    view = shown(qtbot, filled(5))
    place = view.visualRect(view.model().index(2, 0)).center()
    with qtbot.waitSignal(view.moved) as moved:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert moved.args == [3]
    with qtbot.waitSignal(view.opened) as opened:
        qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.args == [3]


def test_the_pointer_marks_one_row(qtbot: QtBot) -> None:
    view = shown(qtbot, filled(5))
    view._hover(view.rowAt(50))
    assert view.hovered_row == 1
    view._hover(-1)
    assert view.hovered_row == -1


def test_a_long_name_takes_two_lines_and_then_a_tooltip(qtbot: QtBot) -> None:
    long = "Kavya Subramaniam-Thirunavukkarasu of the Very Long Family Name Indeed"
    model: PagedModel[Row] = PagedModel(COLUMNS)
    model.set_ids((1, 2, 3))
    model.put_rows({1: Row(long, 1), 2: Row("Jan Nowak", 2), 3: Row("Kavya Subramaniam-Thirunavukkarasu", 3)})
    view = shown(qtbot, model, 460, 200)
    cut = [view.delegate.cut(view.visualRect(model.index(row, 0)), model.index(row, 0)) for row in range(3)]
    assert cut == [long, "", ""]
    view.set_compact(True)
    assert view.delegate.cut(view.visualRect(model.index(2, 0)), model.index(2, 0)).startswith("Kavya")


def test_selected_hovered_and_marked_rows_are_told_apart(qtbot: QtBot, theme: Theme) -> None:
    columns = (Column[Row]("name", "Child", lambda row: Cell(row.name, marked=row.late)),)
    model: PagedModel[Row] = PagedModel(columns)
    model.set_ids((1, 2, 3, 4))
    model.put_rows({number: row_of(number) for number in (1, 3)} | {2: Row("Marked", 1, late=True), 4: row_of(5)})
    view = shown(qtbot, model, 300, 240)
    view.go_to(0)
    view.hovered_row = 2
    image = picture(view, QSize(300, 240))
    head = view.horizontalHeader().height()
    inks = [image.pixelColor(280, head + row * 36 + 4).name().upper() for row in range(4)]
    tokens = ("selection", "mark", "hover")
    assert inks[:3] == [theme.hex(token) for token in tokens]
    assert inks[3] in (theme.hex("surface"), theme.hex("bg"))


def test_a_masked_name_paints_a_bar_and_no_letter_of_it(qtbot: QtBot, theme: Theme) -> None:
    columns = (Column[Row]("name", "Child", lambda _row: Cell("", hidden_words="Show name"), 240),)
    model: PagedModel[Row] = PagedModel(columns)
    model.set_ids((1,))
    model.put_rows({1: row_of(1)})
    view = shown(qtbot, model, 300, 120)
    image = picture(view, QSize(300, 120))
    middle = view.horizontalHeader().height() + 17
    assert image.pixelColor(60, middle).name().upper() == theme.hex("track")


@pytest.mark.feature("F83")
def test_the_view_speaks_through_qts_accessibility(qtbot: QtBot) -> None:
    view = shown(qtbot, filled(3))
    view.model().data(view.model().index(0, 0))
    interface = QAccessible.queryAccessibleInterface(view)
    assert interface.text(QAccessible.Text.Name) == "Children"
    said = {
        interface.child(place).text(QAccessible.Text.Name)
        for place in range(interface.childCount())
        if interface.child(place) is not None
    }
    assert "Child: Child 1" in said
    assert "Risk: High" in said


def test_a_large_table_is_shown_from_its_first_pages_only(qtbot: QtBot) -> None:
    model: PagedModel[Row] = PagedModel(COLUMNS)
    asked: list[int] = []
    model.page_wanted.connect(lambda first, _ids: asked.append(first))
    model.set_ids(range(100_000))
    view = shown(qtbot, model)
    picture(view, QSize(600, 400))
    assert asked == [0]
    view.scrollToBottom()
    picture(view, QSize(600, 400))
    assert asked == [0, 99_800]
    assert view.rowAt(QPoint(0, 10).y()) > 99_900


def tip(view: TableView, place: QPoint) -> str:
    """Rest the pointer on a place and return the tooltip that comes."""
    QToolTip.hideText()
    event = QHelpEvent(QEvent.Type.ToolTip, place, view.viewport().mapToGlobal(place))
    QApplication.sendEvent(view.viewport(), event)
    return QToolTip.text()


def test_a_cut_cell_shows_all_of_itself_as_a_tooltip(qtbot: QtBot) -> None:
    model: PagedModel[Row] = PagedModel(COLUMNS)
    long = "Kavya Subramaniam-Thirunavukkarasu of the Very Long Family Name Indeed"
    model.set_ids((1, 2))
    model.put_rows({1: Row(long, 1), 2: Row("Jan Nowak", 2)})
    view = shown(qtbot, model, 460, 200)
    assert tip(view, view.visualRect(model.index(0, 0)).center()) == long
    QToolTip.hideText()


def test_cells_with_icons_tags_and_links_are_painted(qtbot: QtBot, theme: Theme) -> None:
    cells = {
        1: Cell("Amara Kamara", tag=HIGH, icon="alert", icon_token="danger"),
        2: Cell("Open the file", link=True),
        3: Cell("Waiting", second="no reply", strong=True),
    }
    columns = (Column[int]("name", "Child", lambda row: cells[row]), Column[int]("n", "N", str, 60, right=True))
    model: PagedModel[int] = PagedModel(columns)
    model.set_ids((1, 2, 3))
    model.put_rows({1: 1, 2: 2, 3: 3})
    view = TableView(model, "Files")
    qtbot.addWidget(view)
    view.setFocus()
    image = picture(view, QSize(400, 200))
    top = view.horizontalHeader().height()
    inks = {
        row: {image.pixelColor(x, top + row * 36 + y).name().upper() for x in range(400) for y in range(36)}
        for row in range(3)
    }
    assert theme.hex("red_bg") in inks[0]
    assert theme.hex("danger") in inks[0]
    assert theme.hex("accent") in inks[1]
    assert theme.hex("accent") not in inks[2] or view.hasFocus()


def test_columns_without_a_width_share_the_rest_but_stay_readable(qtbot: QtBot) -> None:
    view = shown(qtbot, filled(3), 900, 300)
    assert view.columnWidth(0) == view.viewport().width() - 96 - 44 - 98 - 40
    view.resize(320, 300)
    assert view.columnWidth(0) == int(120 * 0.85)
    view.setColumnHidden(1, True)
    view.resize(900, 300)
    assert view.columnWidth(0) == view.viewport().width() - 44 - 98 - 40
    assert view.edge_columns() == (0, 4)


def test_columns_get_narrower_alike_before_the_table_scrolls_and_wide_again(qtbot: QtBot) -> None:
    view = shown(qtbot, filled(5), width=600)
    wide = [view.columnWidth(place) for place in range(len(COLUMNS))]
    view.resize(370, 400)
    narrow = [view.columnWidth(place) for place in range(len(COLUMNS))]
    assert not view.horizontalScrollBar().isVisible()
    assert all(0.85 * full - 1 <= now < full for now, full in zip(narrow[1:], wide[1:], strict=True))
    view.setColumnWidth(2, 60)  # as somebody drags it
    view.resize(600, 400)
    assert [view.columnWidth(place) for place in (1, 2, 3)] == [wide[1], 60, wide[3]]
    view.resize(200, 400)
    assert view.columnWidth(1) == int(0.85 * wide[1])


def test_the_head_sorts_by_a_click_and_turns_at_the_second(qtbot: QtBot) -> None:
    model = filled(3)
    view = shown(qtbot, model)
    asked: list[tuple[str, bool]] = []
    model.sort_wanted.connect(lambda key, descending: asked.append((key, descending)))
    head = view.horizontalHeader()
    place = QPoint(head.sectionViewportPosition(2) + 20, 15)
    for _ in range(2):
        qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert asked == [("days", False), ("days", True)]
