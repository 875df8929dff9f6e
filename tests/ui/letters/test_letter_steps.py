"""The papers of the order process from the preview: those a step files with itself, and those that are served."""

from __future__ import annotations

from datetime import date

import pytest
from pytestqt.qtbot import QtBot

from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.models.order import OrderStep
from cme_desktop.ui.letters.preview.editors import DayEditor
from cme_desktop.ui.letters.preview.fields import Editor
from cme_desktop.ui.words import day_date
from tests.casework.look import rows
from tests.casework.order_path import Path, start
from tests.documents.reading import text
from tests.factories import ACADEMY, SECONDARY, Register
from tests.ui import walk
from tests.ui.case.stage import focus, press
from tests.ui.letters.conftest import OpenOffice
from tests.ui.letters.scene import Office

DECIDED, CONSULTED, SERVED = date(2026, 12, 16), date(2026, 12, 31), date(2027, 1, 15)


@pytest.fixture
def path(register: Register) -> Path:
    """Return a case with the notice served and the decision taken that school is expedient."""
    path = start(register)
    path.at(date(2026, 12, 1)).letter("L04", method="hand")
    path.step("serve-437", method="hand", proof="Handed over at the door")
    path.at(DECIDED).step("assess-response", result="none")
    path.step("decide-expedient", expedient="yes", reasons="No education since 3 November.")
    return path


def consulted(path: Path) -> Path:
    """Have the school consulted and told."""
    path.step("consult-school", urn=SECONDARY)
    path.step("notify-school-439", urn=SECONDARY, received="2026-12-16")
    return path.at(CONSULTED)


def settled(path: Path) -> Path:
    """Have the school settled that the order names."""
    consulted(path).letter("L07", method="hand")
    path.step("serve-438", method="hand", urn=SECONDARY)
    path.at(SERVED).step("determine-school", urn=SECONDARY, basis="specified")
    return path


def filled(office: Office, key: str) -> str:
    """Return what a row of *To fill in* says."""
    return next(row.second for row in office.preview.fill.rows() if row.key == key)


def steps(register: Register) -> list[str]:
    """Return the steps that were recorded."""
    return [step.action for step in rows(register, OrderStep)]


def test_a_school_is_consulted_from_its_letter(path: Path, office_of: OpenOffice, register: Register) -> None:
    office = office_of()
    office.screen.write(path.ref, "L05")
    missing = [row.title for row in office.preview.fill.rows() if row.missing]
    assert missing == ["School", "Why this school"], "the reason follows from the school"
    assert office.preview.fill.rows()[0].editor is Editor.SCHOOL
    assert office.heads()["go"] == ("Consult and file", False)
    assert office.preview.beside.text() == "Fill in 2 fields first"
    assert office.preview.banner is None
    assert office.preview.view.paper.sheet is not None, "the page is there before the school is chosen"
    office.preview.presenter.change("school", {"urn": SECONDARY})
    assert filled(office, "school") == "Example High School"
    assert office.heads()["go"] == ("Consult and file", True)
    proposed = filled(office, "reply_by")
    office.preview.fill.choose("reply_by")
    editor = office.preview.fill.editor()
    assert isinstance(editor, DayEditor)
    assert day_date(editor.input.day(), year=True) == proposed, "the editor begins with the day that is printed"
    office.press_head("go")
    assert steps(register)[-1] == "consult-school"
    [made] = [row for row in office.documents() if row.code == "L05"]
    assert (made.state, made.school_urn) == ("issued", SECONDARY)
    assert office.said[-1] == "1 letter issued and filed"
    assert office.heads()["print"] == ("Print letter", True)


def test_the_school_is_told_of_the_decision_with_the_day_it_got_it(
    path: Path, office_of: OpenOffice, register: Register
) -> None:
    path.step("consult-school", urn=SECONDARY)
    office = office_of()
    office.screen.write(path.ref, "L06")
    assert filled(office, "school") == "Example High School"
    assert filled(office, "received") == "Wed 16 Dec 2026", "today, unless it is said otherwise"
    office.preview.presenter.change("received", {"received": "2026-12-16"})
    office.press_head("go")
    step = rows(register, OrderStep)[-1]
    assert step.action == "notify-school-439"
    assert step.data["received"] == "2026-12-16"
    assert [row.state for row in office.documents() if row.code == "L06"] == ["issued"]


def test_what_a_step_has_filed_is_opened_where_no_other_can_be_made(path: Path, office_of: OpenOffice) -> None:
    settled(path).letter("L08")
    path.step("serve-order", method="hand")
    office = office_of()
    office.screen.write(path.ref)
    walk.settle()
    found = {one.code: one for one in office.screen.choose.list.documents.choices}
    assert found["L05"].tag.text == "Filed"
    assert found["L05"].second == "Issued 16 Dec 2026. Opens as it was issued."
    office.screen.choose.list.picked.emit(found["L05"])
    assert office.screen.front is office.preview
    assert office.heads()["print"] == ("Print letter", True)
    assert not office.preview.presenter.making


def test_an_academy_is_asked_for_its_agreement_and_never_told_of_a_decision(path: Path, office_of: OpenOffice) -> None:
    office = office_of()
    office.screen.write(path.ref, "L05")
    office.preview.presenter.change("school", {"urn": ACADEMY})
    entry = office.preview.presenter.entry
    assert entry is not None
    assert entry.preview is not None
    assert "Request for the trust’s written agreement" in text(entry.preview.content)
    office.press_head("go")
    office.screen.write(path.ref, "L06")
    banner = office.preview.banner
    assert banner is not None
    assert "s439(6)" in banner.accessibleName()
    assert not office.heads()["go"][1]


def test_the_notice_of_intention_offers_other_schools(path: Path, office_of: OpenOffice) -> None:
    consulted(path)
    office = office_of()
    office.screen.write(path.ref, "L07")
    assert filled(office, "alternatives") == "None offered"
    assert [row.title for row in office.preview.fill.rows() if row.key == "sent"] == ["Last day Tue 19 Jan 2027"]
    offer = {"alternatives": ACADEMY, "names": "Example Academy"}
    office.preview.presenter.change("alternatives", offer)
    banner = office.preview.banner
    assert banner is not None
    assert banner.accessibleName() == (
        "This school has not been consulted. Its trust must be asked before it can be named. Council practice: an "
        "academy trust's written agreement takes the place of s439(6). Possible today, once that is done."
    )
    assert office.preview.beside.text() == "Not lawful yet"
    path.step("consult-school", urn=ACADEMY)
    path.step("agree-academy", urn=ACADEMY, agreed_by="Example Learning Trust, J. Trial")
    office.preview.fill.choose("alternatives")
    office.preview.presenter.change("alternatives", offer)
    walk.settle()
    assert office.preview.banner is None
    assert filled(office, "alternatives") == "1 school"
    assert office.preview.presenter.given().schools == ((ACADEMY, "Example Academy"),)
    office.preview.fill.choose("")
    office.preview.fill.choose("alternatives", focus=True)
    walk.settle()
    assert walk.clipped(office.preview) == []
    assert walk.unnamed(office.preview) == []
    entry = office.preview.presenter.entry
    assert entry is not None
    assert entry.preview is not None
    assert "Example Academy" in text(entry.preview.content)
    office.screen.show_list()
    office.screen.write(path.ref, "L07")
    assert office.preview.presenter.given().schools == ((ACADEMY, "Example Academy"),), "kept, with its name"
    office.preview.fill.choose("alternatives", focus=True)
    walk.settle()
    press("Shift+Tab")
    assert focus().accessibleName() == "Take away Example Academy"
    press("Enter")
    assert focus().accessibleName() == "Add a school"
    press("Esc")
    assert filled(office, "alternatives") == "None offered"


def test_the_order_is_numbered_approved_and_printed(path: Path, office_of: OpenOffice) -> None:
    settled(path)
    office = office_of()
    office.screen.write(path.ref, "L08")
    assert office.heads()["go"] == ("Ask for approval", True)
    office.press_head("go")
    rows_shown = {row.key: row for row in office.preview.fill.rows()}
    assert rows_shown["number"].second == "SAO-2027-0001"
    manager = office_of("manager")
    manager.screen.show_what(f"document:{office.documents()[-1].id}")
    manager.press_head("approve")
    office.preview.presenter.refresh()
    office.press_head("issue-print")
    assert len(office.printer.printed) == 1
    assert "SAO-2027-0001" in text(office.printer.printed[0])
    office.press_head("serve")
    assert office.cases == [(path.ref, "order:order")]


def test_the_school_is_told_that_the_order_was_served(path: Path, office_of: OpenOffice, register: Register) -> None:
    settled(path).letter("L08")
    path.step("serve-order", method="hand")
    office = office_of()
    office.screen.write(path.ref, "L09")
    office.preview.presenter.change("contact_by", {"contact_by": "2027-01-20"})
    assert filled(office, "contact_by") == "Wed 20 Jan 2027"
    office.press_head("go")
    assert steps(register)[-1] == "inform-school"
    assert [row.state for row in office.documents() if row.code == "L09"] == ["issued"]


def test_the_referrer_is_told_of_the_closing(path: Path, office_of: OpenOffice, register: Register) -> None:
    settled(path).letter("L08")
    path.step("serve-order", method="hand")
    path.step("inform-school")
    closing = CloseCase("school-place", "The school’s S2S joiner record", school_urn=SECONDARY)
    close_case(register.store, register.officer, path.ref, closing)
    office = office_of()
    office.screen.write(path.ref, "L24")
    office.preview.presenter.change("file_wanted", {"file_wanted": "yes"})
    assert filled(office, "file_wanted") == "Asked for"
    assert filled(office, "address_lines").count(",") >= 1, "the address that is printed, to begin with"
    office.preview.presenter.change("address_lines", {"address_lines": "1 Trial Street\nHarrow"})
    office.press_head("go")
    assert [row.state for row in office.documents() if row.code == "L24"] == ["issued"]


@pytest.mark.parametrize("code", ["L05", "L07", "L08"])
def test_the_papers_of_the_process_pass_the_widget_tree_test(
    qtbot: QtBot, path: Path, office_of: OpenOffice, code: str
) -> None:
    office = office_of()
    office.screen.write(path.ref, code)
    walk.check(qtbot, office.screen)


@pytest.mark.parametrize("code", ["L05", "L24"])
def test_each_editor_of_a_paper_can_be_used(path: Path, office_of: OpenOffice, code: str) -> None:
    office = office_of()
    office.screen.write(path.ref, code)
    for row in office.preview.fill.rows():
        office.preview.fill.choose(row.key, focus=True)
        walk.settle()
        assert walk.unnamed(office.preview) == []
        assert walk.clipped(office.preview) == [], row.key
