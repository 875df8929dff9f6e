"""A new referral by keyboard, with what each kind of referrer must say, and a look at who is known already."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from cme_desktop.casework import cases, drafts
from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.models.child import Child, ChildName, SchoolRegistration
from cme_desktop.models.episode import Episode, Parent, Referral
from cme_desktop.ui.case.forms.matches import PAUSE, Typed, matches_of
from cme_desktop.ui.case.forms.referral import SOURCES, ReferralForm
from cme_desktop.ui.widgets.inputs import Choice
from tests.casework.look import rows
from tests.factories import SECONDARY, child_facts, make_upn
from tests.ui import walk
from tests.ui.case.stage import Stage, focus, press, write

Opened = Callable[[], ReferralForm]


@pytest.fixture
def form(stage: Stage) -> ReferralForm:
    """Return the form over the case page."""
    made = ReferralForm(stage.desk, stage.screen)
    made.open()
    walk.settle()
    return made


def errors(form: ReferralForm) -> dict[str, str]:
    """Return the errors that are shown."""
    return {key: field.error for key, field in form.form.fields.items() if field.error}


def put(form: ReferralForm, **values: str) -> None:
    """Fill in fields, choices by their key."""
    for key, words in values.items():
        editor: QWidget = form.form.fields[key].editor
        if isinstance(editor, Choice):
            editor.pick(words)
            assert editor.key() == words
        else:
            editor.setText(words)  # type: ignore[attr-defined]


def look(form: ReferralForm) -> None:
    """Let the register be looked through at once."""
    form._on_child()
    form.matches._on_pause()


@pytest.mark.feature("F7")
@pytest.mark.rule("SD80")
def test_a_referral_by_a_school_is_made_by_keyboard_alone(stage: Stage, form: ReferralForm, qtbot: QtBot) -> None:
    write("Ayaan")
    press("Tab")
    write("Warsame")
    press("Tab")
    write("14 6 14")
    press("Tab")
    assert form.dob.text() == "14 Jun 2014"
    write(make_upn("310201520901"))
    press("Tab")
    write("M")
    press("Tab")
    write("3 Station Road, Harrow")
    press("Tab")
    write("HA1 9ZZ")
    press("Tab")
    write("999003")
    qtbot.waitUntil(form.school.hits.isVisible, timeout=5_000)
    press("Enter")
    press("Tab")
    write("20/11/2026")
    press("Tab", "Tab", "Tab")
    write("Hodan")
    press("Tab")
    write("Warsame")
    press("Tab")
    write("Mother")
    press("Tab")
    write("07700 900666")
    press("Tab")
    assert focus() is form.source
    press("Tab", "Tab")
    write("Left")
    press("Tab")
    write("M. Keane")
    press("Tab")
    write("020 7946 0200")
    press("Ctrl+S")
    case = rows(stage.register, Episode)[-1]
    assert stage.cases == [(case.ref, "")]
    assert stage.said == ["Case opened: Ayaan Warsame"]
    child = rows(stage.register, Child)[-1]
    assert (child.dob, child.sex) == (date(2014, 6, 14), "M")
    stay = rows(stage.register, SchoolRegistration)[-1]
    assert (stay.school_urn, stay.leaving_date) == (SECONDARY, date(2026, 11, 20))
    assert rows(stage.register, Parent)[-1].relationship == "Mother"
    referral = rows(stage.register, Referral)[-1]
    assert (referral.referrer_kind, referral.referrer_school_urn) == ("school", SECONDARY)
    assert (referral.referrer_name, case.reason) == ("M. Keane", "left-no-new-school")


@pytest.mark.feature("F7")
@pytest.mark.parametrize(
    ("source", "needed"),
    [
        ("school", {"referrer", "contact", "school", "last_day"}),
        ("mash", {"referrer", "contact", "reference"}),
        ("admissions", {"referrer", "contact"}),
        ("other-council", {"referrer", "contact", "reference"}),
        ("housing", {"referrer", "contact"}),
        ("health", {"referrer", "contact"}),
        ("family", {"referrer"}),
        ("public", {"details"}),
    ],
)
def test_each_kind_of_referrer_must_say_its_own(form: ReferralForm, source: str, needed: set[str]) -> None:
    put(form, forename="Ayaan", source=source)
    press("Ctrl+S")
    assert set(errors(form)) == needed | {"reason"}


def test_the_fields_are_named_by_who_refers(form: ReferralForm) -> None:
    put(form, source="mash")
    assert form.form.fields["reference"].label.text() == "MASH reference"
    assert form.reference.accessibleName() == "MASH reference"
    put(form, source="school")
    assert form.form.fields["school"].label.text() == "School that refers"


def test_a_name_is_needed_and_dates_and_numbers_are_checked(form: ReferralForm) -> None:
    put(form, dob="31 Feb 2014", upn="Z310201520901", source="public", details="Seen in the park", reason="other")
    press("Ctrl+S")
    found = errors(form)
    assert found["forename"] == "Enter the child’s name, or the part of it that is known"
    assert found["dob"] == "Date of birth must be a date, such as 2 Mar 2012"
    assert found["upn"].startswith("UPN is not right: its check letter should be ")
    put(form, dob="1 Jan 2027")
    press("Ctrl+S")
    assert errors(form)["dob"] == "Date of birth must be in the past"


@pytest.mark.feature("F7")
def test_who_is_known_already_is_shown_while_typing(stage: Stage, form: ReferralForm, qtbot: QtBot) -> None:
    write("Ama")
    qtbot.waitUntil(lambda: bool(form.matches.matches), timeout=PAUSE * 20)
    match = form.matches.matches[0]
    assert match.hit.name == "Amara Kamara"
    assert not match.sure
    put(form, forename="Amara", surname="Kamara", dob="2 Mar 2012")
    look(form)
    assert form.matches.matches[0].sure
    assert form.matches.matches[0].why == "same name, birth date"
    form.matches.list.setFocus()
    press("Enter")
    press("Enter")
    assert stage.cases == [(stage.ref, "")], "the open case is opened instead"
    assert drafts.own_drafts(stage.register.store, stage.register.officer) == ("referral",)


@pytest.mark.feature("F12")
def test_a_upn_finds_its_child_whatever_the_name(stage: Stage, form: ReferralForm) -> None:
    case = stage.screen.case
    assert case is not None
    put(form, forename="Someone", surname="Else", upn=case.head.upn)
    look(form)
    assert [match.hit.ref for match in form.matches.matches if match.sure] == [stage.ref]
    assert form.matches.matches[0].why == "same UPN"


def test_a_sure_match_is_asked_about_before_a_second_case_is_opened(stage: Stage, form: ReferralForm) -> None:
    put(form, forename="Amara", surname="Kamara", dob="2 Mar 2012", source="public", details="Seen", reason="other")
    look(form)
    before = len(rows(stage.register, Episode))
    press("Ctrl+S")
    assert f"has an open case, {stage.ref}. Is this another child?" in form.strip.words.text()
    assert len(rows(stage.register, Episode)) == before
    press("Enter")
    assert len(rows(stage.register, Episode)) == before + 1, "the officer says that it is another child"


def test_a_child_past_school_age_is_asked_about(stage: Stage, form: ReferralForm) -> None:
    put(form, forename="Ayaan", dob="3 Mar 2010", source="public", details="Seen", reason="other")
    press("Ctrl+S")
    assert form.strip.words.text().startswith("Compulsory school age ended for Ayaan on Friday 26 June 2026.")
    press("Enter")
    assert rows(stage.register, ChildName)[-1].forename == "Ayaan"


@pytest.mark.feature("F15")
def test_a_closed_case_is_opened_again_with_the_referral(stage: Stage, form: ReferralForm) -> None:
    store, me = stage.register.store, stage.register.officer
    close_case(store, me, stage.ref, CloseCase("moved-abroad", "Boarding passes seen"))
    put(form, forename="Amara", surname="Kamara", source="public", details="Seen at the station", reason="other")
    look(form)
    form.matches._on_picked(str(form.matches.matches[0].hit.child_id))
    button = form.matches.below.itemAt(2).layout().itemAt(0).widget()  # type: ignore[union-attr]
    button.click()  # type: ignore[union-attr]
    assert not form.forename.isEnabled()
    assert "the previous one stays as it is" in form.matches.words.text()
    press("Ctrl+S")
    new = rows(stage.register, Episode)[-1]
    assert (new.status, new.closed_on) == ("whereabouts-unknown", None)
    assert new.child_id == rows(stage.register, Episode)[0].child_id
    assert rows(stage.register, Referral)[-1].details == "Seen at the station"


def test_a_child_still_on_roll_is_kept_on_roll(stage: Stage, form: ReferralForm) -> None:
    put(form, forename="Ayaan", surname="Warsame", source="public", details="Seen", reason="other", last_day="20/11/26")
    form.school.show_school(SECONDARY, "Example High School")
    form.on_roll.setChecked(True)
    press("Ctrl+S")
    stay = rows(stage.register, SchoolRegistration)[-1]
    assert (stay.leaving_date, stay.first_absent_day) == (None, date(2026, 11, 21))
    assert rows(stage.register, Episode)[-1].on_roll


def test_an_adult_shares_the_address_only_where_that_is_said(stage: Stage, form: ReferralForm) -> None:
    put(form, forename="Ayaan", lines="3 Station Road", adult_forename="Hodan")
    assert form.adults()[0].address == ()
    form.same_home.setChecked(True)
    assert form.adults()[0].address == ("3 Station Road",)
    assert form.adults()[0].has_care


def test_a_search_is_recorded_once_typing_stops(stage: Stage, form: ReferralForm) -> None:
    put(form, forename="Amara")
    look(form)
    form.matches._on_settled()
    assert [event.reason for event in stage.events("access.search")] == ["Amara (1 found)"]


def test_a_second_form_gives_way_to_the_first(stage: Stage, form: ReferralForm) -> None:
    put(form, forename="Ayaan")
    second = ReferralForm(stage.desk, stage.screen)
    second.open()
    assert not second.isVisible()
    assert focus() is form.forename


def test_matches_rank_the_surest_first(stage: Stage) -> None:
    store, me = stage.register.store, stage.register.officer
    other = child_facts("Kamara", "Amina", dob=date(2015, 1, 1))
    cases.open_case(store, me, cases.OpenCase(other, status="whereabouts-unknown"))
    found = matches_of(store, me, Typed("", "Kamara", date(2012, 3, 2)))
    assert [match.hit.name for match in found] == ["Amara Kamara", "Amina Kamara"]
    assert [match.sure for match in found] == [True, False]
    assert matches_of(store, me, Typed()) == ()


def test_every_named_source_is_on_the_list() -> None:
    from cme_desktop import shipped

    known = {entry.code for entry in shipped.code_lists()["referral-source"].entries}
    assert set(SOURCES) <= known


def test_it_can_be_walked_by_keyboard_and_read_aloud(form: ReferralForm, qtbot: QtBot) -> None:
    walk.check(qtbot, form)


def test_fields_keep_their_height_in_the_smallest_window(stage: Stage, form: ReferralForm) -> None:
    stage.window.resize(1100, 640)
    walk.settle()
    assert form.scrolled.verticalScrollBar().maximum() > 0, "what does not fit scrolls"
    assert {form.forename.height(), form.adult_surname.height(), form.contact.height()} == {32}
