"""The other tabs: enquiries of both sides, people and addresses, documents, the whole timeline, the history."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TypeVar

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.modeltest import ModelTester

from cme_desktop.casework import cases, children, enquiries, notes, parents
from cme_desktop.casework.children import AddressFacts
from cme_desktop.casework.enquiries import EnquiryEntry
from cme_desktop.casework.parents import Restrictions
from cme_desktop.register.case_rows import DocumentRow
from cme_desktop.ui.case.opened import CaseTab
from cme_desktop.ui.case.page import CaseScreen
from cme_desktop.ui.case.tabs.documents import DocumentsTab
from cme_desktop.ui.case.tabs.enquiries import EnquiriesTab, meter_of
from cme_desktop.ui.case.tabs.history import HistoryTab
from cme_desktop.ui.case.tabs.people import PeopleTab
from cme_desktop.ui.case.tabs.timeline import TimelineTab
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.buttons import Link
from cme_desktop.ui.widgets.states import Empty
from cme_desktop.ui.widgets.text import Glyph
from tests.factories import child_facts, make_case
from tests.ui import walk
from tests.ui.case.conftest import MakeStage
from tests.ui.case.stage import Stage, focus, press

TabT = TypeVar("TabT", bound=CaseTab)


def front(stage: Stage, kind: type[TabT]) -> TabT:
    """Return the tab in front, once it has come to rest."""
    walk.settle()
    tab = stage.screen.stack.currentWidget()
    assert isinstance(tab, kind)
    return tab


def words(place: QWidget) -> list[str]:
    """Return the words of a place, once it has come to rest."""
    walk.settle()
    return [label.text() for label in place.findChildren(QLabel) if label.isVisibleTo(place) and label.text()]


# Enquiries


@pytest.mark.feature("F27")
def test_the_schools_enquiries_stand_apart_from_the_councils(set_stage: MakeStage) -> None:
    stage = set_stage("enquiries")
    tab = front(stage, EnquiriesTab)
    assert len(tab.model.ids) == 3
    tab.sides.choose("school")
    walk.settle()
    assert len(tab.model.ids) == 1
    row = tab.model.row_at(0)
    assert row is not None
    assert row.how().second == "School’s"
    tab.sides.choose("council")
    assert len(tab.model.ids) == 2


def test_what_is_of_the_suggested_least_differs_by_shape_and_words(set_stage: MakeStage) -> None:
    card = front(set_stage("enquiries"), EnquiriesTab).reasonable
    shapes = {
        mark.accessibleName().endswith("of the suggested least"): mark.shown[0]
        for mark in card.findChildren(Glyph)
        if "still to make by" in mark.accessibleName()
    }
    assert shapes == {True: "diamond", False: "circle"}


@pytest.mark.feature("F25")
@pytest.mark.rule("SD36")
def test_what_is_reasonable_and_still_to_make_is_shown_for_each_side(set_stage: MakeStage) -> None:
    stage = set_stage("enquiries")
    card = front(stage, EnquiriesTab).reasonable
    names = [mark.accessibleName() for mark in card.findChildren(QWidget) if ": " in mark.accessibleName()]
    assert "Parents, by every known way: made by the school" in names
    assert "Parents, by every known way: not for the council" in names
    assert "Council’s own records: made by the council" in names
    assert "Home visit: still to make by the council, of the suggested least" in names
    assert "Housing, Health, Children’s social care" in card.missing.text()
    asked = ("council", "Housing", "020 7946 0301", "phone", date(2026, 11, 24), "nothing")
    entry = EnquiryEntry(*asked, enquiry_code="RE08", agency="housing")
    enquiries.record_enquiry(stage.register.store, stage.register.officer, stage.ref, entry)
    stage.desk.cases_changed.emit((stage.ref,))
    names = [mark.accessibleName() for mark in card.findChildren(QWidget) if ": " in mark.accessibleName()]
    assert any("made in part. Still to ask: Health, Children’s social care" in name for name in names)


def test_the_meter_counts_as_the_rules_do(set_stage: MakeStage) -> None:
    stage = set_stage("enquiries")
    tab = front(stage, EnquiriesTab)
    case = stage.screen.case
    assert case is not None
    meter = meter_of(tab._rows, case)
    assert (meter.school.done, meter.council.done) == (1, 1)
    assert "RE11" in meter.council.missing, "the school the child came from is known"


def test_an_enquiry_that_waits_says_when_to_ask_again(set_stage: MakeStage) -> None:
    stage = set_stage("enquiries:waiting")
    tab = front(stage, EnquiriesTab)
    row = tab.model.row_at(tab.table.currentIndex().row())
    assert row is not None
    cell = row.outcome()
    assert (cell.text, cell.second, cell.second_token) == ("Waiting for an answer", "ask again 8 Nov", "danger")


def test_a_case_without_enquiries_says_what_comes(stage: Stage) -> None:
    other = make_case(stage.register, child=child_facts("Nowak", "Jan"))
    stage.screen.open_case(other.ref, "enquiries")
    empty = front(stage, EnquiriesTab).findChild(Empty)
    assert empty is not None
    assert empty.title.text() == "No enquiry yet"


# People


def test_people_and_addresses_show_everything_that_is_known(set_stage: MakeStage) -> None:
    stage = set_stage("people")
    store, me = stage.register.store, stage.register.officer
    home = AddressFacts(("3 Station Road", "Harrow"), "HA1 9ZZ", confidential=True)
    children.change_address(store, me, stage.ref, home, on=date(2026, 11, 20), reason="Aunt, by phone")
    stage.desk.cases_changed.emit((stage.ref,))
    tab = front(stage, PeopleTab)
    shown = words(tab)
    for expected in (
        "Isatu Kamara",
        "mother, has care",
        "Court order of May 2026, copy on file",
        "3 Station Road, Harrow, HA1 9ZZ",
        "2 Mar 2012, age 14",
    ):
        assert expected in shown
    assert any("Confidential: never printed or passed on" in line for line in shown)
    assert any("off roll 3 Nov 2026 on 9(1)(i), absent from 22 Oct 2026" in line for line in shown)


def test_a_person_is_changed_from_the_tab(set_stage: MakeStage) -> None:
    stage = set_stage("people")
    assert focus().accessibleName() == "Change Isatu Kamara"
    press("Enter")
    assert stage.panel.accessibleName() == "Change person’s details"
    stage.panel.form.fields["email"].editor.setText("isatu@example.org")  # type: ignore[attr-defined]
    press("Ctrl+S")
    walk.settle()
    assert focus().accessibleName() == "Change Isatu Kamara", "the focus stays on the person"


def test_a_brother_or_sister_leads_to_the_other_case(set_stage: MakeStage) -> None:
    stage = set_stage("people")
    store, me = stage.register.store, stage.register.officer
    other = make_case(stage.register, child=child_facts("Kamara", "Sorie", dob=date(2015, 6, 1)))
    children.link_siblings(store, me, stage.ref, other.child_id, source="same address")
    stage.desk.cases_changed.emit((stage.ref,))
    link = next(one for one in front(stage, PeopleTab).siblings.findChildren(Link) if one.isVisible())
    link.click()
    assert stage.cases == [(other.ref, "")]


def test_a_manager_changes_nobody(set_stage: MakeStage) -> None:
    stage = set_stage("people", who="manager")
    tab = front(stage, PeopleTab)
    assert not tab.add_person.isVisible()
    assert not tab.new_address.isVisible()
    assert tab.first_focus() is None


# Documents


def test_documents_say_how_far_they_have_come_and_open(stage: Stage, qtmodeltester: ModelTester) -> None:
    stage.screen.show_tab("documents")
    tab = front(stage, DocumentsTab)
    empty = tab.findChild(Empty)
    assert empty is not None
    assert empty.title.text() == "No documents yet"
    at = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
    dates = (at.date(), at, at, None, at)
    row = DocumentRow(7, "L01", "First enquiry letter", "", "Isatu Kamara", 1, "issued", *dates, 2, "", "")
    tab._rows = {7: row}
    tab.table.show_ids((7,))
    tab.place.show_content()
    qtmodeltester.check(tab.model)
    tab.table.setFocus()
    press("Enter")
    assert stage.pages == [("letters", "document:7")]


# Timeline


@pytest.mark.feature("F24")
def test_a_line_is_read_in_full_with_both_of_its_dates(set_stage: MakeStage) -> None:
    stage = set_stage("timeline")
    notes.add_note(
        stage.register.store,
        stage.register.officer,
        stage.ref,
        "Aunt rang\nIn Leeds, she thinks",
        on=date(2026, 11, 20),
    )
    stage.desk.cases_changed.emit((stage.ref,))
    tab = front(stage, TimelineTab)
    tab.timeline.list.setFocus()
    press("Home", "J", "K")
    shown = words(tab.card)
    assert "Aunt rang" in shown
    assert "In Leeds, she thinks" in shown
    assert "Fri 20 Nov 2026" in shown
    assert "Tue 24 Nov 2026, 10:42" in shown


def test_a_line_asked_for_is_brought_into_view(set_stage: MakeStage) -> None:
    stage = set_stage()
    case = stage.screen.case
    assert case is not None
    wanted = case.page.events[-1]
    stage.screen.show_tab("timeline", str(wanted.id))
    tab = front(stage, TimelineTab)
    assert tab.timeline.model.event_at(tab.timeline.list.currentIndex().row()) == wanted


# History


def test_the_history_tells_each_change_in_words(set_stage: MakeStage, qtmodeltester: ModelTester) -> None:
    stage = set_stage()
    store, me = stage.register.store, stage.register.officer
    cases.change_status(store, me, stage.ref, "place-offered", reason="Offer letter")
    parents.restrict_parent(store, me, stage.ref, 1, Restrictions(no_contact=True, reason="Bail conditions"))
    stage.screen.show_tab("history")
    tab = front(stage, HistoryTab)
    lines = [line.says() for line in tab._lines]
    wanted = "Status changed from Whereabouts unknown to Place offered, not started, by Anita Patel, 24 Nov 10:42"
    assert wanted in lines
    assert any(line.startswith("No contact changed from") for line in lines)
    assert lines[0].startswith("No contact changed from") or lines[0].startswith("May be written to changed from")
    qtmodeltester.check(tab.model)
    assert not tab.earlier.isVisible()


def test_earlier_acts_are_fetched_on_demand(set_stage: MakeStage) -> None:
    stage = set_stage()
    for number in range(104):
        notes.add_note(stage.register.store, stage.register.officer, stage.ref, f"Note {number}")
    stage.screen.show_tab("history")
    tab = front(stage, HistoryTab)
    before = len(tab._lines)
    assert tab.earlier.isVisible()
    tab.earlier.click()
    assert len(tab._lines) > before
    assert not tab.earlier.isVisible()


def test_another_case_begins_with_its_own_overview(stage: Stage) -> None:
    stage.screen.show_tab("history")
    other = make_case(stage.register, child=child_facts("Nowak", "Jan", dob=date(2018, 5, 4)))
    stage.screen.open_case(other.ref)
    assert stage.screen.tabs.key() == "overview"
    assert stage.screen.bar.name.text() == "Jan NOWAK"
    stage.screen.show_tab("history")
    assert all("Amara" not in line.words for line in front(stage, HistoryTab)._lines)


def test_a_tab_from_outside_takes_its_place(stage: Stage) -> None:
    class Order(CaseTab):
        shown = ""

        def show_case(self, case) -> None:  # type: ignore[no-untyped-def]
            self.shown = case.ref

    screen = CaseScreen(stage.desk, stage.window, order_tab=lambda _desk, _acts: Order())
    stage.window.show_face(screen)
    screen.open_case(stage.ref, "order")
    tab = screen.stack.currentWidget()
    assert isinstance(tab, Order)
    assert tab.shown == stage.ref
    names = [screen.tabs.tabText(place) for place in range(screen.tabs.count())]
    assert names.index("Order process") == names.index("History") - 1


@pytest.mark.parametrize("percent", [100, 150])
def test_long_names_and_addresses_break_and_nothing_is_cut(set_stage: MakeStage, theme: Theme, percent: int) -> None:
    stage = set_stage(open_it=False)
    store, me = stage.register.store, stage.register.officer
    changes = parents.ParentChanges(
        forename="Balasubramaniam Ramachandran Iyer",
        surname="Venkatanarasimharajuvaripeta-Thirunavukkarasu",
        address=("Flat 1204, The Old Telephone Exchange and Sorting Office", "Upper Wealdstone High Street North"),
    )
    parents.change_parent(store, me, stage.ref, 1, changes)
    stage.screen.open_case(stage.ref, "people")
    theme.set_text_percent(percent)
    stage.window.resize(1310, 692)
    tab = front(stage, PeopleTab)
    assert walk.clipped(tab.adults) == []
    assert any(label.text().endswith("Thirunavukkarasu") for label in tab.adults.findChildren(QLabel))
