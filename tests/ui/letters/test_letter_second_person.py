"""The letter preview and the second person: who approves, what a refusal carries, what has moved since."""

from __future__ import annotations

import hashlib

import pytest

from cme_desktop.casework.parents import ParentChanges, change_parent
from cme_desktop.ui.letters.preview.subject import Stage
from cme_desktop.ui.widgets.cover import Cover
from tests.factories import Register
from tests.ui import walk
from tests.ui.case.stage import focus, press, write
from tests.ui.letters.conftest import OpenOffice
from tests.ui.letters.notices import approved, give_address, written
from tests.ui.letters.scene import Office, words

MOTHER, FATHER = 1, 2


@pytest.mark.feature("F73")
def test_a_manager_reads_the_exact_page_and_approves_both(
    office: Office, office_of: OpenOffice, register: Register
) -> None:
    written(office)
    manager = office_of("manager")
    assert manager.screen.list.key == "waiting"
    before = manager.events("access.document")
    manager.screen.list.table.setFocus()
    press("Enter")
    assert len(manager.events("access.document")) == len(before) + 1, "the look is recorded"
    assert manager.heads() == {"refuse": ("Refuse 2 notices", True), "approve": ("Approve 2 notices", True)}
    document = office.documents()[-1]
    assert hashlib.sha256(manager.preview.view._content).hexdigest() == document.sha256
    manager.press_head("approve")
    assert [row.approved_by for row in office.documents()] == [register.manager.id] * 2
    assert manager.heads() == {}
    assert "an officer issues and prints it" in manager.preview.beside.text()


def test_a_refusal_carries_its_reason_and_the_notice_is_made_again(office: Office, office_of: OpenOffice) -> None:
    written(office)
    manager = office_of("manager")
    manager.screen.show_what(f"document:{office.documents()[0].id}")
    manager.press_head("refuse")
    cover = manager.preview.findChild(Cover)
    assert cover is not None
    assert focus() is cover.asks.reason
    write("The second fact is not shown by the case")
    press("Tab", "Enter")
    office.preview.presenter.refresh()
    walk.settle()
    assert office.preview.stage is Stage.REFUSED
    assert "The second fact is not shown by the case" in words(office.preview.approval)
    office.press_head("again")
    assert office.preview.presenter.making
    office.press_head("go")
    assert [row.state for row in office.documents()] == ["withdrawn", "withdrawn", "draft", "draft"]


def test_the_drafter_never_decides(office: Office) -> None:
    written(office)
    assert set(office.heads()) == {"save", "print", "withdraw"}
    assert "The drafter cannot approve." in words(office.preview.approval)


def test_a_draft_is_withdrawn_and_its_words_stay(office: Office, register: Register) -> None:
    give_address(register, office.ref)
    office.screen.write(office.ref, "L04")
    office.preview.presenter.change("facts", {"facts": "Kept words."})
    office.press_head("go")
    office.press_head("withdraw")
    assert [row.state for row in office.documents()] == ["withdrawn"] * 2
    assert office.said[-1] == "2 notices withdrawn"
    assert office.preview.presenter.making
    assert office.preview.fill.rows()[0].second == "Kept words."


def test_an_approved_draft_whose_facts_have_moved_is_made_again(
    office: Office, office_of: OpenOffice, register: Register
) -> None:
    approved(office, office_of)
    changes = ParentChanges(address=("1 Moved Street", "Harrow"), postcode="HA1 9ZZ")
    change_parent(register.store, register.officer, office.ref, MOTHER, changes)
    office.press_head("issue")
    banner = office.preview.banner
    assert banner is not None
    assert "changed since the document was drafted" in banner.accessibleName()
    assert banner.button is not None
    assert banner.button.text() == "Make it again"
