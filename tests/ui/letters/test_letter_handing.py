"""What leaves the register and what comes back: an encrypted copy, a place that cannot be written, returned post."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from cme_desktop.models.document import Sharing
from cme_desktop.register.letters import letter_rows
from cme_desktop.ui.letters.columns import tag_of
from cme_desktop.ui.letters.sending import ENCRYPTED, CameBackForm, PostedForm, SaveForm
from cme_desktop.ui.qt import alive
from cme_desktop.ui.widgets.buttons import Link
from cme_desktop.ui.widgets.form import ErrorLine
from tests.casework.look import rows
from tests.factories import Register
from tests.ui import walk
from tests.ui.case.stage import focus, press, write
from tests.ui.letters.scene import Office, words
from tests.ui.order.scene import issue

MOTHER = 1


@pytest.fixture
def sent(office: Office, register: Register) -> Office:
    """Return the office with an issued letter open."""
    number = issue(register, office.ref, "L01", MOTHER, "first-class")
    office.screen.show_what(f"document:{number}")
    return office


def save_form(office: Office) -> SaveForm:
    """Open the form for a copy, filled in but for how it is sent."""
    office.press_head("save")
    form = office.preview._form
    assert isinstance(form, SaveForm)
    form.recipient.setText("Ms Example, Wealdstone Council")
    form.basis.setText("Education Act 1996 s436A")
    return form


def test_a_copy_is_encrypted_with_a_password_that_is_long_enough(sent: Office, tmp_path: Path) -> None:
    place = tmp_path / "copy.pdf"
    sent.printer.place = str(place)
    form = save_form(sent)
    form.method.pick(ENCRYPTED)
    form._on_method(ENCRYPTED)
    walk.settle()
    form.password.setText("short")
    press("Ctrl+S")
    assert form.isVisible()
    assert not place.exists()
    assert walk.clipped(sent.preview) == []
    form.password.setText("three invented words")
    press("Ctrl+S")
    assert sent.said[-1] == "Copy saved and entered in the sharing log"
    reader = PdfReader(place)
    assert reader.is_encrypted
    assert not reader.decrypt("short")
    assert reader.decrypt("three invented words")
    assert [row.method for row in rows(sent.register, Sharing)] == [ENCRYPTED]


def test_a_place_that_cannot_be_written_is_said_in_the_form(sent: Office, tmp_path: Path) -> None:
    sent.printer.place = str(tmp_path / "no-such-folder" / "copy.pdf")
    form = save_form(sent)
    press("Ctrl+S")
    assert form.isVisible()
    said = [link.text() for link in form.findChildren(Link) if link.isVisibleTo(form)]
    assert any("could not be written there" in one for one in (*said, words(form)))
    assert form.recipient.text() == "Ms Example, Wealdstone Council", "nothing typed is lost"
    walk.settle()
    lines = [one for one in form.findChildren(ErrorLine) if one.isVisibleTo(form)]
    assert all(one.height() >= one.heightForWidth(one.width()) for one in lines), "every line of it is seen"
    assert walk.clipped(form) == []


def test_a_letter_that_came_back_is_marked_everywhere(sent: Office, register: Register) -> None:
    sent.press_head("posted")
    assert isinstance(sent.preview._form, PostedForm)
    press("Ctrl+S")
    assert sent.said[-1] == "Posting on 24 Nov 2026 recorded"
    sent.preview.menu.actions()[1].trigger()
    form = sent.preview._form
    assert isinstance(form, CameBackForm)
    assert focus() is form.day
    press("Tab")
    write("Gone away")
    press("Ctrl+S")
    assert sent.said[-1] == "Recorded that it came back"
    [row] = letter_rows(register.store, register.officer)
    assert row.returned_on == date(2026, 11, 24)
    assert tag_of(row).text == "Came back"
    assert "Came back" in sent.preview.approval.accessibleName()


def test_a_day_that_cannot_be_is_refused_before_anything_is_recorded(sent: Office) -> None:
    sent.press_head("posted")
    form = sent.preview._form
    assert isinstance(form, PostedForm)
    for day in (date(2026, 11, 23), date(2026, 11, 25)):
        form.day.set_day(day)
        press("Ctrl+S")
        assert form.form.fields["on"].error == "Posted or sent on must be from 24 Nov 2026 up to today"
    assert sent.documents()[0].posted_on is None


def test_esc_leaves_a_form_and_gives_the_focus_back(sent: Office) -> None:
    button = sent.preview.buttons["save"]
    button.setFocus()
    press("Enter")
    form = sent.preview._form
    assert isinstance(form, SaveForm)
    press("Esc")
    assert not alive(form) or not form.isVisible()
    assert focus() is button


@pytest.mark.parametrize("key", ["save", "posted"])
def test_each_form_passes_the_widget_tree_test(sent: Office, key: str) -> None:
    sent.press_head(key)
    walk.settle()
    form = sent.preview._form
    assert form is not None
    assert walk.unnamed(form) == []
    assert walk.clipped(form) == []
    assert walk.tab_faults(form) == []
