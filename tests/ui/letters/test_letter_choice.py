"""Making a letter: the child by keyboard, every document with why it cannot be made yet, a restricted record."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from cme_desktop.casework.children import restrict
from cme_desktop.models.episode import Parent
from cme_desktop.register.case_rows import DOCUMENT_TITLES
from cme_desktop.ui.letters.documents import CAN, FILL, NOT, Choice
from cme_desktop.ui.widgets.cover import Cover
from tests.factories import Register
from tests.ui import walk
from tests.ui.case.stage import focus, press, write
from tests.ui.letters.scene import Office

TEXT = int(Qt.ItemDataRole.AccessibleTextRole)


def choices(office: Office) -> dict[str, Choice]:
    """Return the documents that are listed, by their code."""
    return {one.code: one for one in office.screen.choose.list.documents.choices}


def chosen(office: Office) -> Office:
    """Have the case chosen."""
    office.screen.write(office.ref)
    walk.settle()
    return office


@pytest.mark.feature("F82")
def test_a_child_is_looked_up_and_a_letter_chosen_by_keyboard_alone(office: Office, qtbot: QtBot) -> None:
    press("P")
    face = office.screen.choose
    assert focus() is face.search
    write("munte")
    qtbot.waitUntil(lambda: face.hits.hits.rowCount() == 1)
    press("Down", "Enter")
    assert face.child.text() == "Ioana Munteanu"
    born, status, ref = face.about.text().splitlines()
    assert (born, status, ref) == ("Born 2 Mar 2012, age 14", "Whereabouts unknown", office.ref)
    assert office.events("access.search", "access.open-case") == ["access.search", "access.open-case"]
    assert focus() is face.list
    current = face.list.currentIndex().row()
    assert face.list.documents.choices[current].tag is CAN, "it stands on the first that can be made"
    press("Enter")
    assert office.screen.front is office.preview
    assert office.preview.presenter.case is not None
    assert office.preview.presenter.case.code == "L01"


def test_every_document_is_listed_with_why_it_cannot_be_made(office: Office) -> None:
    found = choices(chosen(office))
    assert tuple(found) == tuple(DOCUMENT_TITLES)
    assert found["L01"].tag is CAN
    assert found["L08"].tag is NOT
    assert "No parent has been served with the section 437(1) notice" in found["L08"].second
    assert found["L24"].tag is not CAN
    assert all(one.why for one in found.values() if one.tag is NOT)


def test_what_is_only_to_be_filled_in_can_be_opened(office: Office, register: Register) -> None:
    with register.store.action(register.officer, "test.no-address", hooks=False) as session:
        for one in session.scalars(select(Parent)):
            one.address, one.postcode = [], ""
    found = choices(chosen(office))["L04"]
    assert found.tag is FILL
    assert found.second.startswith("Fill in first: ")


def test_a_row_is_read_out_whole(office: Office) -> None:
    model = chosen(office).screen.choose.list.documents
    said = [str(model.data(model.index(row), TEXT)) for row in range(model.rowCount())]
    assert said[0].startswith("First enquiry letter. Can be made.")


def test_nobody_is_found(office: Office, qtbot: QtBot) -> None:
    press("P")
    write("zzzz")
    qtbot.wait(400)
    face = office.screen.choose
    assert face.hits.hits.rowCount() == 0
    assert face.search.text() == "zzzz"


def test_a_restricted_record_asks_why_before_its_letters_are_listed(office: Office, register: Register) -> None:
    restrict(register.store, register.officer, office.ref, restricted=True, reason="Family is at risk")
    office.screen.write(office.ref)
    walk.settle()
    cover = office.screen.choose.findChild(Cover)
    assert cover is not None
    assert choices(office) == {}
    write("A letter is to go out today")
    press("Tab", "Enter")
    assert "L01" in choices(office)


def test_going_back_from_the_question_shows_nobody(office: Office, register: Register) -> None:
    restrict(register.store, register.officer, office.ref, restricted=True, reason="Family is at risk")
    office.screen.write(office.ref)
    walk.settle()
    press("Esc")
    assert office.screen.choose.child.isVisible() is False
    assert office.screen.go_back()
    assert office.screen.front is office.screen.list


def test_the_choice_passes_the_widget_tree_test(qtbot: QtBot, office: Office) -> None:
    walk.check(qtbot, chosen(office).screen)


def test_the_empty_choice_passes_the_widget_tree_test(qtbot: QtBot, office: Office) -> None:
    press("P")
    walk.check(qtbot, office.screen)


def test_the_documents_pass_the_model_tester(office: Office, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(chosen(office).screen.choose.list.documents)  # type: ignore[no-untyped-call]  # no types there
