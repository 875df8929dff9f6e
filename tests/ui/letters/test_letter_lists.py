"""The lists of letters: what stands in each, one print for all of them, masked names, and where a row leads."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from cme_desktop.casework import approvals
from cme_desktop.casework.orders.not_serving import ask_not_to_serve
from cme_desktop.register.letters import DRAFTS, ISSUED, TO_PRINT, WAITING
from cme_desktop.ui.letters.columns import LISTS
from cme_desktop.ui.page import Page
from cme_desktop.ui.widgets.pdf_view import page_sizes
from cme_desktop.ui.widgets.states import Empty, NotAllowedPage
from tests.factories import Register, child_facts, make_case, parent_facts
from tests.ui import walk
from tests.ui.case.stage import focus, press
from tests.ui.letters.conftest import OpenOffice
from tests.ui.letters.scene import Office
from tests.ui.order.scene import issue

MOTHER, FATHER = 1, 2


def letters_of(office: Office, number: int, code: str = "L01") -> list[int]:
    """Issue letters about children of their own, and return their numbers."""
    made = []
    for place in range(number):
        surname = ("Adeyemi", "Ćosić", "Featherstonehaugh-Cholmondeley")[place % 3]
        case = make_case(
            office.register, child=child_facts(surname, f"Example {place}"), parents=(parent_facts(surname),)
        )
        made.append(issue(office.register, case.ref, code, 3 + place, "first-class"))
    return made


def shown(office: Office) -> list[list[str]]:
    """Return the words of the table, row by row."""
    model = office.screen.list.model
    return [
        [str(model.index(line, column).data() or "") for column in range(model.columnCount(QModelIndex()))]
        for line in range(model.rowCount(QModelIndex()))
    ]


def front(office: Office) -> Page:
    """Return what is in front."""
    return office.screen.front


def counts(office: Office) -> dict[str, str]:
    """Return the counts beside the names of the lists."""
    tabs = office.screen.list.tabs
    return {key: tabs._counts.get(key, "") for key, _title in LISTS}


def look(office: Office) -> None:
    """Come back to the page."""
    office.screen.on_shown()
    walk.settle()


# What stands in which list


def test_every_list_says_so_when_it_is_empty(office: Office) -> None:
    said = []
    for key, _title in LISTS:
        office.screen.show_what(f"list:{key}")
        walk.settle()
        assert office.screen.list.key == key
        empty = office.screen.list.place.findChild(Empty)
        assert empty is not None
        said.append(empty.accessibleName())
        assert focus() is office.screen.list.tabs
    assert [words.partition(".")[0] for words in said] == [
        "Nothing to print",
        "No drafts",
        "Nothing waits for approval",
        "Nothing was issued yet",
    ]
    assert office.screen.list.print_button.isEnabled() is False


def test_each_letter_stands_in_its_list(office: Office, register: Register) -> None:
    issue(register, office.ref, "L01", MOTHER, "first-class")
    office.screen.write(office.ref, f"L04:{MOTHER}")
    office.preview.presenter.tick(FATHER, False)
    office.press_head("go")
    office.screen.show_list()
    walk.settle()
    assert counts(office) == {TO_PRINT: "1", DRAFTS: "", WAITING: "1", ISSUED: "1"}
    [row] = shown(office)
    assert row[:4] == ["Ioana Munteanu", "First enquiry letter", "Ms Ioana-Maria Munteanu", "Today 10:31"]
    office.screen.show_what(f"list:{WAITING}")
    [row] = shown(office)
    assert row[1] == "Notice s437(1)"
    [document] = [one for one in office.documents() if one.state == "draft"]
    approvals.refuse(register.store, register.manager, office.ref, reason="Say more", document_id=document.id)
    office.screen.show_what(f"list:{DRAFTS}")
    assert counts(office) == {TO_PRINT: "1", DRAFTS: "1", WAITING: "", ISSUED: "1"}
    model = office.screen.list.model
    assert "Refused" in str(model.index(0, 4).data(Qt.ItemDataRole.AccessibleTextRole))


def test_the_newest_is_on_top_and_the_place_is_kept_when_the_list_is_read_again(
    office: Office, register: Register
) -> None:
    letters_of(office, 4)
    look(office)
    table = office.screen.list.table
    table.setFocus()
    press("J", "J")
    kept = office.screen.list.model.ids[table.currentIndex().row()]
    issue(register, office.ref, "L01", MOTHER, "first-class")
    office.desk.letters_changed.emit()
    walk.settle()
    assert office.screen.list.model.ids[table.currentIndex().row()] == kept
    assert shown(office)[0][0] == "Ioana Munteanu"


# Printing


@pytest.mark.feature("F55")
def test_all_that_is_to_be_printed_goes_out_as_one_job_but_for_what_is_left_out(office: Office) -> None:
    made = letters_of(office, 5)
    look(office)
    face = office.screen.list
    assert face.print_button.text() == "Print 5 letters"
    face.table.cell_pressed.emit(made[1], "leave")
    assert face.print_button.text() == "Print 4 letters"
    assert [row[4] for row in shown(office)] == ["Leave out", "Leave out", "Leave out", "Print too", "Leave out"]
    face.table.setFocus()
    press("Ctrl+P")
    assert len(office.printer.printed) == 1
    each = office.documents()[0].pages
    assert len(page_sizes(office.printer.printed[0])) == 4 * each
    assert office.said[-1] == "4 documents sent to the printer"
    assert {row.id for row in office.documents() if row.printed_at is None} == {made[1]}
    assert face.model.ids == (made[1],), "what was printed has left the list"
    assert face.print_button.text() == "Print", "and what was left out stays left out"
    assert not face.print_button.isEnabled()


def test_a_second_press_prints_nothing_twice(office_of: OpenOffice) -> None:
    office = office_of(held=True)
    letters_of(office, 1)
    office.screen.on_shown()
    while office.runner.release():
        walk.settle()
    office.screen.list.print_all()
    office.screen.list.print_all()
    while office.runner.release():
        walk.settle()
    assert len(office.printer.printed) == 1
    office.screen.list.print_all()
    while office.runner.release():
        walk.settle()
    assert len(office.printer.printed) == 1, "it has left the list"


# A manager


@pytest.mark.feature("F97")
def test_a_managers_list_is_masked_and_each_name_is_shown_by_an_act_of_its_own(
    office: Office, office_of: OpenOffice, register: Register
) -> None:
    issue(register, office.ref, "L01", MOTHER, "first-class")
    manager = office_of("manager")
    manager.screen.show_what(f"list:{ISSUED}")
    walk.settle()
    face = manager.screen.list
    assert shown(manager)[0][2] == "One parent"
    said = str(shown(manager))
    assert "Munteanu" not in said
    assert not face.make_button.isVisible()
    assert not face.print_button.isVisible()
    face.table.setFocus()
    before = len(manager.events("access.reveal"))
    press("Space")
    assert len(manager.events("access.reveal")) == before + 1
    assert shown(manager)[0][0] == "Ioana Munteanu"
    assert shown(manager)[0][2] == "Ms Ioana-Maria Munteanu"
    press("Space")
    assert len(manager.events("access.reveal")) == before + 1, "once"
    face.hide()
    manager.screen.hide()
    manager.screen.show()
    look(manager)
    assert "Munteanu" not in str(shown(manager)), "masked again once the page was left"


def test_what_waits_and_is_no_letter_leads_to_its_place(
    office: Office, office_of: OpenOffice, register: Register
) -> None:
    ask_not_to_serve(register.store, register.officer, office.ref, FATHER, "No address was found for him")
    manager = office_of("manager")
    assert manager.screen.list.key == WAITING
    assert shown(manager)[0][1] == "Decision not to serve"
    manager.screen.list.table.setFocus()
    press("Enter")
    assert manager.cases == [(office.ref, "order")]
    [waits] = [row.id for row in manager.screen.list._rows.values()]
    manager.screen.show_what(f"approval:{-waits}")
    assert manager.cases == [(office.ref, "order")] * 2
    manager.screen.show_what("approval:4711")
    assert "does not wait any more" in manager.said[-1]


def test_an_administrator_has_no_letters(office_of: OpenOffice) -> None:
    office = office_of("administrator")
    refusal = office.screen.list.place.findChild(NotAllowedPage)
    assert refusal is not None
    assert shown(office) == []
    assert not any(counts(office).values())
    office.screen.write(office.ref, "L01")
    assert front(office) is office.screen.list


# Where to


def test_a_row_opens_and_the_way_back_is_the_row(office: Office, register: Register) -> None:
    letters_of(office, 3)
    look(office)
    table = office.screen.list.table
    table.setFocus()
    press("J", "Enter")
    assert front(office) is office.preview
    assert office.screen.go_back()
    walk.settle()
    assert front(office) is office.screen.list
    assert focus() is table
    assert table.currentIndex().row() == 1
    assert not office.screen.go_back(), "from the list the frame goes back"


def test_the_page_opens_what_it_is_told(office: Office, register: Register) -> None:
    number = issue(register, office.ref, "L01", MOTHER, "first-class")
    office.screen.show_what(f"document:{number}")
    assert front(office) is office.preview
    assert office.heads()["print"] == ("Print letter", True)
    office.screen.show_what(f"case:{office.ref}")
    assert front(office) is office.screen.choose
    office.screen.show_what(f"case:{office.ref}:L01")
    assert front(office) is office.preview
    assert office.preview.presenter.making
    office.screen.show_what("document:4711")
    assert front(office) is office.screen.list
    assert office.said


def test_keys_are_told_for_what_is_in_front(office: Office) -> None:
    assert dict(office.screen.keys())["Ctrl+P"] == "Print all of the list"
    office.screen.list.tabs.setFocus()
    press("P")
    assert front(office) is office.screen.choose
    assert dict(office.screen.keys())["J K, Enter"] == "Choose a letter"


# The widget tree


def test_the_lists_pass_the_widget_tree_test(qtbot: QtBot, office: Office) -> None:
    letters_of(office, 6)
    look(office)
    walk.check(qtbot, office.screen)


def test_a_list_passes_the_model_tester(office: Office, qtmodeltester: ModelTester) -> None:
    letters_of(office, 3)
    office.screen.show_what(f"list:{ISSUED}")
    walk.settle()
    qtmodeltester.check(office.screen.list.model)  # type: ignore[no-untyped-call]  # pytest-qt has no types here
