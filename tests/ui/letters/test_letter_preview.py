"""The preview at work: the real pages at once, what is missing, a second person, print and copy; by keyboard alone."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from cme_desktop.casework import access_log, drafts
from cme_desktop.casework.children import restrict
from cme_desktop.casework.documents.filed import DocumentRow
from cme_desktop.casework.documents.signing import add_signatory
from cme_desktop.casework.parents import ParentChanges, Restrictions, change_parent, restrict_parent
from cme_desktop.casework.reference.policy import change_settings
from cme_desktop.models.document import Attachment, Document, Sharing
from cme_desktop.models.episode import Parent
from cme_desktop.register.letters import document_bytes
from cme_desktop.ui.letters.preview.fields import Editor
from cme_desktop.ui.letters.preview.subject import Stage
from cme_desktop.ui.widgets.cover import Cover
from cme_desktop.ui.widgets.pdf_view import page_sizes
from tests.casework.look import rows
from tests.documents.reading import text
from tests.factories import Register
from tests.ui import walk
from tests.ui.case.stage import focus, press, write
from tests.ui.letters.conftest import OpenOffice
from tests.ui.letters.notices import FATHER, approved, give_address
from tests.ui.letters.scene import Office, file_at, words

MOTHER = 1


def titles(office: Office, *, missing: bool | None = None) -> list[str]:
    """Return the rows of *To fill in*, all or only those that are missing or not."""
    return [row.title for row in office.preview.fill.rows() if missing is None or row.missing == missing]


def banner_of(office: Office) -> str:
    """Return what the banner of the preview says."""
    banner = office.preview.banner
    return banner.accessibleName() if banner is not None else ""


# Making


def test_the_real_page_is_there_at_once_with_what_is_missing(office: Office) -> None:
    office.screen.write(office.ref, "L04")
    view = office.preview.view
    assert (view.pages, view.page) == (2, 0)
    assert view.paper.sheet is not None
    assert titles(office, missing=True) == ["Address of Dan Munteanu"]
    assert titles(office, missing=False) == ["Facts relied on", "Last day Thu 10 Dec 2026", "Signatory"]
    assert office.preview.beside.text() == "Fill in 1 field first"
    assert office.heads() == {
        "save": ("Save PDF", False),
        "print": ("Print 2 notices", False),
        "go": ("Ask for approval", False),
    }
    assert office.documents() == [], "nothing is kept before it is asked for"
    assert "an own notice each" in words(office.preview.notices)
    assert office.preview.notices.title.text() == "Mother and father"


@pytest.mark.feature("F54")
@pytest.mark.feature("F82")
def test_a_notice_is_filled_in_and_asked_for_by_keyboard_alone(office: Office, register: Register) -> None:
    office.screen.write(office.ref, "L04")
    walk.settle()
    assert focus().accessibleName().startswith("Address of Dan Munteanu, missing"), "it begins at what is missing"
    press("Enter")
    assert office.preview.presenter.entry is not None
    assert office.preview.presenter.entry.name == "Dan Munteanu", "the page of that notice is shown"
    chosen = office.preview.view.paper.chosen
    assert chosen is not None
    assert chosen in office.preview.view.paper.spots, "the place is framed"
    write("9 Other Street")
    press("Enter")
    write("Harrow")
    press("Tab")
    write("HA3 9ZZ")
    press("Tab", "Enter")
    assert office.said[-1] == "Address of Dan Munteanu saved on the case"
    assert rows(register, Parent)[1].postcode == "HA3 9ZZ"
    assert titles(office, missing=True) == []
    assert office.preview.fill.tag.text() == "Complete"
    while focus().accessibleName() != "Ask for approval":
        press("Shift+Tab")
    press("Enter")
    assert office.said[-1] == "Asked for approval of 2 notices"
    assert [(row.code, row.state) for row in office.documents()] == [("L04", "draft"), ("L04", "draft")]
    assert office.preview.beside.text() == "Bernard Hall has not decided yet"
    assert office.preview.stage is Stage.WAITING
    assert "Send it by Tue 24 Nov 2026" in banner_of(office)


def test_tab_goes_through_the_preview_as_it_reads(office: Office) -> None:
    office.screen.write(office.ref, "L04")
    office.preview.fill.choose("sent", focus=True)
    walk.settle()
    passed = [focus().accessibleName()]
    for _ in range(5):
        press("Tab")
        passed.append(focus().accessibleName().partition(",")[0])
    assert passed == [
        "How it is sent",
        "Day of sending",
        "Signatory",
        "Ioana-Maria Munteanu",
        "Dan Munteanu",
        "Show the page for Dan Munteanu",
    ]


def test_choosing_a_row_frames_its_place_and_puts_the_editor_in_it(office: Office) -> None:
    office.screen.write(office.ref, "L04")
    fill = office.preview.fill
    fill.choose("facts", focus=True)
    editor = fill.editor()
    assert editor is not None
    assert isinstance(editor.first(), QPlainTextEdit)
    assert focus() is editor.first()
    write("One fact. ")
    editor.settle()
    spot = office.preview.view.paper.chosen
    assert spot is not None
    assert spot.page == 0
    press("Esc")
    assert fill.key == ""
    assert focus() is fill.line("facts")


def test_the_words_of_the_officer_are_on_the_page(office: Office) -> None:
    office.screen.write(office.ref, "L04")
    office.preview.fill.choose("facts")
    office.preview.presenter.change("facts", {"facts": "Fact in my words.\n\nAnother fact."})
    entry = office.preview.presenter.entry
    assert entry is not None
    assert entry.preview is not None
    assert "Fact in my words." in text(entry.preview.content)
    assert office.preview.fill.rows()[1].second == "2 facts in your words"


def test_how_it_is_sent_changes_the_printed_day_of_every_notice(office: Office) -> None:
    office.screen.write(office.ref, "L04")
    office.preview.fill.choose("sent")
    office.preview.presenter.change("sent", {"method": "hand", "sent_on": "2026-11-25"})
    days = [one.preview.last_day for one in office.preview.presenter.entries if one.preview is not None]
    assert days == [date(2026, 12, 9)] * 2
    assert "Last day Wed 9 Dec 2026" in titles(office)


def test_who_signs_can_be_chosen(office: Office, register: Register) -> None:
    second = add_signatory(
        register.store,
        register.officer,
        name="Joy Okafor",
        post="Head of Service",
        authority="scheme of delegation",
        valid_from=date(2026, 1, 1),
    )
    office.screen.write(office.ref, "L04")
    office.preview.presenter.change("signatory", {"signatory": str(second.id)})
    assert [row.second for row in office.preview.fill.rows() if row.key == "signatory"] == [
        "J. Okafor, Head of Service, valid today"
    ]


def test_a_parent_who_may_not_be_written_to_is_left_out(office: Office, register: Register) -> None:
    no = Restrictions(may_be_written_to=False, reason="Court order, copy on file")
    restrict_parent(register.store, register.officer, office.ref, FATHER, no)
    office.screen.write(office.ref, "L04")
    tick = office.preview.notices.ticks[FATHER]
    assert (tick.isChecked(), tick.isEnabled()) == (False, False)
    assert office.heads()["go"] == ("Ask for approval", True)
    office.preview.notices.links[FATHER].click()
    walk.settle()
    assert office.preview.banner is not None
    assert "may not be written to" in office.preview.banner.accessibleName()
    assert not office.heads()["go"][1]


def test_what_the_law_does_not_let_out_yet_says_why_and_from_when(office: Office) -> None:
    office.screen.write(office.ref, "L08")
    assert "No parent has been served with the section 437(1) notice" in banner_of(office)
    assert ".." not in banner_of(office)
    assert office.preview.beside.text().startswith("Possible from")
    assert not any(enabled for _words, enabled in office.heads().values())
    assert not any(row.goes_to[1] == "order" for row in office.preview.fill.rows())


def test_what_is_filled_in_elsewhere_says_where(office: Office, register: Register) -> None:
    change_settings(register.store, register.officer, {"admissions.phone": ""})
    office.screen.write(office.ref, "L01")
    row = next(one for one in office.preview.fill.rows() if one.missing and one.editor is Editor.LINK)
    assert row.goes_to == ("admin", "contacts")
    office.preview.fill.choose(row.key, focus=True)
    assert focus().accessibleName() == "Open Admin, contacts"
    press("Enter")
    assert office.pages == [("admin", "contacts")]


def test_what_is_typed_is_kept_and_comes_back(office: Office, register: Register) -> None:
    office.screen.write(office.ref, "L04")
    office.preview.presenter.change("facts", {"facts": "Typed before the lock."})
    office.desk.keep_wanted.emit()
    assert drafts.own_drafts(register.store, register.officer) == (f"letter:{office.ref}:L04:{MOTHER}",)
    office.screen.show_list()
    office.screen.write(office.ref, "L04")
    entry = office.preview.presenter.entry
    assert entry is not None
    assert entry.wanted.texts == {"fact_1": "Typed before the lock."}
    give_address(register, office.ref)
    office.screen.write(office.ref, "L04")
    office.press_head("go")
    assert drafts.own_drafts(register.store, register.officer) == (), "once it is made nothing is left over"


def test_a_letter_that_needs_no_second_person_is_issued_at_once(office: Office, register: Register) -> None:
    office.screen.write(office.ref, f"L01:{MOTHER}")
    office.preview.presenter.tick(FATHER, False)
    office.press_head("go")
    assert office.said[-1] == "1 letter issued and filed"
    [made] = office.documents()
    assert (made.code, made.state, made.parent_id) == ("L01", "issued", MOTHER)
    assert office.heads()["print"] == ("Print letter", True)
    assert "This letter needs no second person" not in words(office.preview.approval)


# Paper


@pytest.mark.feature("F86")
@pytest.mark.feature("F74")
def test_what_is_printed_is_what_was_shown_and_filed(office: Office, office_of: OpenOffice, register: Register) -> None:
    approved(office, office_of)
    assert office.heads()["issue-print"] == ("Issue and print 2 notices", True)
    office.press_head("issue-print")
    assert office.said[-2:] == ["2 notices issued", "2 documents sent to the printer"]
    [sheet] = office.printer.printed
    filed = [
        document_bytes(
            register.store,
            register.officer,
            row.id,
            access_log.open_document(register.store, register.officer, row.id),
        )
        for row in office.documents()
    ]
    assert len(page_sizes(sheet)) == sum(len(page_sizes(one)) for one in filed), "one job for both"
    assert text(sheet).split() == " ".join(text(one) for one in filed).split()
    assert office.preview.view._content in filed, "the page shown is the filed one"
    order = office.events("access.print", "document.printed")
    assert order == ["access.print", "access.print", "document.printed"], "the look comes before the paper"
    assert all(row.printed_at is not None for row in office.documents())
    assert list(office.heads()) == ["more", "save", "print", "serve"]


def test_a_print_that_was_called_off_is_no_printing(office: Office, office_of: OpenOffice) -> None:
    approved(office, office_of)
    office.printer.goes = False
    office.press_head("issue-print")
    assert office.said[-1] == "Nothing was printed"
    assert all(row.printed_at is None for row in office.documents())
    assert all(row.state == "issued" for row in office.documents())


def test_a_copy_to_send_enters_the_sharing_log_and_names_no_child(
    office: Office, register: Register, tmp_path: Path
) -> None:
    office.screen.write(office.ref, f"L01:{MOTHER}")
    office.preview.presenter.tick(FATHER, False)
    office.press_head("go")
    office.printer.place = str(tmp_path / f"{office.ref}.pdf")
    office.press_head("save")
    form = office.preview._form
    assert form is not None
    press("Ctrl+S")
    assert form.form.fields["recipient"].error == "Enter who gets the copy"  # type: ignore[attr-defined]
    form.recipient.setFocus()  # type: ignore[attr-defined]
    write("Ms Example, Wealdstone Council")
    press("Tab")
    write("Education Act 1996 s436A")
    press("Ctrl+S")
    [shared] = rows(register, Sharing)
    assert (shared.recipient, shared.method) == ("Ms Example, Wealdstone Council", "s2s")
    saved = Path(office.printer.place)
    assert hashlib.sha256(saved.read_bytes()).hexdigest() == office.documents()[0].sha256
    assert office.events("access.export", "document.share") == ["access.export", "document.share"]


def test_no_place_chosen_records_nothing(office: Office, register: Register) -> None:
    office.screen.write(office.ref, f"L01:{MOTHER}")
    office.preview.presenter.tick(FATHER, False)
    office.press_head("go")
    office.press_head("save")
    form = office.preview._form
    assert form is not None
    form.recipient.setText("Ms Example")  # type: ignore[attr-defined]
    form.basis.setText("s436A")  # type: ignore[attr-defined]
    press("Ctrl+S")
    assert rows(register, Sharing) == []
    assert office.events("access.export") == []
    assert "no place was chosen" in form.kept.text()  # type: ignore[attr-defined]


def test_posting_and_a_signed_scan_are_filed_beside_it(office: Office, register: Register, tmp_path: Path) -> None:
    office.screen.write(office.ref, f"L01:{MOTHER}")
    office.preview.presenter.tick(FATHER, False)
    office.press_head("go")
    office.press_head("posted")
    press("Ctrl+S")
    assert office.documents()[0].posted_on == date(2026, 11, 24)
    office.printer.scan = file_at(tmp_path, "signed.pdf", b"%PDF-1.7 invented scan")
    office.preview.menu.actions()[0].trigger()
    assert [row.title for row in rows(register, Attachment)] == ["Signed: Initial enquiry letter"]
    office.printer.scan = file_at(tmp_path, "notes.txt", b"not a scan")
    office.preview.menu.actions()[0].trigger()
    assert office.preview.banner is not None
    assert "A scan is a PDF or a picture" in office.preview.banner.accessibleName()


def test_service_is_recorded_on_the_order_process(office: Office, office_of: OpenOffice) -> None:
    approved(office, office_of)
    office.press_head("issue-print")
    office.press_head("serve")
    assert office.cases == [(office.ref, "order:notice-437")]


def test_a_restricted_record_asks_for_the_reason_first(office: Office, register: Register) -> None:
    restrict(register.store, register.officer, office.ref, restricted=True, reason="Family is at risk")
    office.screen.write(office.ref, "L04")
    cover = office.preview.findChild(Cover)
    assert cover is not None
    assert office.preview.presenter.entry is None
    write("A notice has to be made today")
    press("Tab", "Enter")
    assert office.preview.presenter.entry is not None


# The widget tree


def test_the_preview_passes_the_widget_tree_test(qtbot: QtBot, office: Office) -> None:
    office.screen.write(office.ref, "L04")
    walk.check(qtbot, office.screen)


def test_each_open_editor_passes_the_widget_tree_test(qtbot: QtBot, office: Office) -> None:
    office.screen.write(office.ref, "L04")
    for key in ("facts", "sent", "signatory", f"address@{FATHER}"):
        office.preview.fill.choose(key)
        walk.settle()
        assert walk.unnamed(office.preview) == []
        assert walk.clipped(office.preview) == []
        assert walk.tab_faults(office.preview) == []


def test_long_names_are_cut_and_told(office: Office, register: Register) -> None:
    long_name = "Wilhelmina-Alexandrina Featherstonehaugh-Cholmondeley"
    change_parent(
        register.store,
        register.officer,
        office.ref,
        FATHER,
        ParentChanges(forename=long_name, address=("1 Long Road",)),
    )
    office.screen.write(office.ref, "L04")
    walk.settle()
    tick = office.preview.notices.ticks[FATHER]
    assert tick.text().endswith("…")
    assert tick.toolTip().startswith(long_name)
    assert walk.clipped(office.preview) == []


def test_the_row_of_a_document_tells_its_send_by_day(office: Office, register: Register) -> None:
    """The warning comes from the draft's own row, as casework counts it."""
    give_address(register, office.ref)
    office.screen.write(office.ref, "L04")
    made: list[DocumentRow] = []
    office.preview.presenter.warned.connect(made.append)
    office.press_head("go")
    assert len(made) == 1
    assert rows(register, Document)[0].planned_service_on == date(2026, 11, 26)


def test_an_address_that_does_not_fit_the_window_is_shortened_in_its_row(office: Office) -> None:
    lines = (
        "Flat 1204, The Old Telephone Exchange and Sorting Office",
        "Upper Wealdstone High Street North, behind the station",
        "Harrow on the Hill and its neighbourhood, near Wealdstone",
    )
    change_parent(
        office.register.store,
        office.register.officer,
        office.ref,
        MOTHER,
        ParentChanges(address=lines, postcode="HA2 9ZZ"),
    )
    office.screen.write(office.ref, "L01")
    assert "Shorten the address" in banner_of(office)
    assert titles(office, missing=True)[0] == "Address of Ioana-Maria Munteanu"
    assert office.preview.beside.text().startswith("Fill in")
    assert not office.heads()["go"][1]
    assert [line.state for line in office.preview.presenter.lines() if line.parent_id == MOTHER] == ["address too long"]
    office.preview.fill.choose("address", focus=True)
    editor = office.preview.fill.editor()
    assert editor is not None
    area = editor.findChild(QPlainTextEdit)
    assert area is not None
    assert area.toPlainText().splitlines()[0] == lines[0]
    office.preview.presenter.save_address({"address": "8 Low Street", "postcode": "HA2 9ZZ"})
    walk.settle()
    assert office.preview.view.pages == 2
    assert "Address of Ioana-Maria Munteanu" not in titles(office)
    assert banner_of(office) == ""
