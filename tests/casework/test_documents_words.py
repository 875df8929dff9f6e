"""How facts read in print, the words the register finds by itself, and who may read where a child is."""

from __future__ import annotations

from datetime import date
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop import shipped
from cme_desktop.casework import access_log, cases, children
from cme_desktop.casework.documents.drafting import draft_document
from cme_desktop.casework.documents.letters.order_paper import first_day
from cme_desktop.casework.documents.letters.printed import (
    MOST_WINDOW_LINES,
    full_name,
    greeting,
    greeting_of,
    listed,
    one_line,
    window_lines,
    year_words,
)
from cme_desktop.casework.documents.letters.school_papers import longer_reply
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.casework.parents import Restrictions, restrict_parent
from cme_desktop.domain.calendar import Calendar
from cme_desktop.domain.errors import StepRefused, UserError
from tests.casework.order_path import Path, start
from tests.documents.reading import text
from tests.factories import Register, child_facts, parent_facts

LINE = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=18)


@given(st.lists(LINE, min_size=1, max_size=9), st.sampled_from(["", "HA2 9ZZ"]))
def test_an_address_fits_the_window_and_loses_nothing(lines: list[str], postcode: str) -> None:
    shown = window_lines("Ms Isatu Kamara", lines, postcode)
    assert len(shown) <= MOST_WINDOW_LINES
    assert shown[0] == "Ms Isatu Kamara"
    together = " ".join(shown).replace(",", " ").split()
    # letters are printed composed: some characters of a newer Unicode have another canonical form
    given_words = normalize("NFC", " ".join((*lines, postcode))).split()
    assert given_words == together[3:]


def test_a_name_without_an_address_gives_no_window() -> None:
    assert window_lines("Ms Isatu Kamara", (), "") == ()


@pytest.mark.parametrize(
    ("lines", "postcode", "words"),
    [
        (("Flat 2", "14 Invented Road", "Harrow"), "ZZ1 1ZZ", "Flat 2, 14 Invented Road, Harrow ZZ1 1ZZ"),
        (("Example House", "Harrow", "ZZ1 1ZZ"), "", "Example House, Harrow ZZ1 1ZZ"),
        (("Hotel Example", "Kraków"), "", "Hotel Example, Kraków"),
        ((" ",), "HA2 9ZZ", "HA2 9ZZ"),
        ((), "", ""),
    ],
)
def test_an_address_reads_on_one_line(lines: tuple[str, ...], postcode: str, words: str) -> None:
    assert one_line(lines, postcode) == words


@pytest.mark.parametrize(
    ("title", "forename", "surname", "name", "greets"),
    [
        ("Mr", "Łukasz", "Ștefan", "Mr Łukasz Ștefan", "Mr Ștefan"),
        ("", "Isatu", "Kamara", "Isatu Kamara", "Isatu Kamara"),
        ("Ms", "Sunita", ".", "Ms Sunita", "Sunita"),
        ("Ms", "unknown", "", "", ""),
    ],
)
def test_a_person_is_named_and_greeted(title: str, forename: str, surname: str, name: str, greets: str) -> None:
    assert full_name(title, forename, surname) == name
    assert greeting(title, forename, surname) == greets


def test_small_words() -> None:
    assert greeting_of("Ms Joanne Okafor") == "Ms Okafor"
    assert greeting_of("Joanne Okafor") == "Joanne Okafor"
    assert [year_words(group) for group in ("R", "5", "", None)] == ["Reception", "Year 5", "", ""]
    assert [listed(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_a_school_has_longer_where_its_time_would_end_in_a_holiday() -> None:
    calendar = shipped.placeholder_calendar()
    assert longer_reply(calendar, date(2026, 12, 11)) == (date(2026, 12, 11), "")
    by, why = longer_reply(calendar, date(2026, 12, 27))  # a Sunday in the holiday
    assert why == "school holiday"
    assert by > date(2027, 1, 10)
    assert calendar.is_school_day(by)


def test_a_first_day_is_a_school_day_or_a_working_day_where_no_terms_are_known() -> None:
    calendar = shipped.placeholder_calendar()
    assert calendar.is_school_day(first_day(calendar, date(2026, 12, 18), 7))
    unknown = Calendar("none", shipped.bank_holidays())
    assert first_day(unknown, date(2026, 12, 18), 7) == date(2026, 12, 29)  # past Christmas and the weekend


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "The records of Example High School show that Amara left on 3 November 2026."),
        ({"registrations": ()}, "We were told on 24 November 2026 that Amara may not have a school place."),
    ],
)
def test_how_the_council_knows_is_said_without_naming_who_referred(
    register: Register, changes: dict[str, object], words: str
) -> None:
    path = start(register, child=child_facts(**changes))
    assert words in text(path.pdf(path.letter("L01").id))


def _must_not_be_told(register: Register) -> Path:
    elsewhere = parent_facts(forename="Musa", title="Mr", address=("9 Other Street", "Harrow"), postcode="HA1 9ZZ")
    path = start(register, parents=(elsewhere,))
    restrictions = Restrictions(must_not_be_told=True, reason="Court order of 3 March")
    restrict_parent(register.store, register.officer, path.ref, 1, restrictions)
    return path


@pytest.mark.parametrize(
    "words",
    [
        "Amara lives at 8 Low Street now.",
        "She is in LOW STREET.",
        "Her postcode is ha2 9zz.",
        "Write to HA29ZZ.",
    ],
)
def test_words_that_say_where_the_child_is_never_reach_an_adult_who_must_not_know(
    register: Register, words: str
) -> None:
    path = _must_not_be_told(register)
    refusal = path.letter_refused("L04", method="hand", texts={"fact_1": words})
    assert refusal.section == "council rule: who may be told where the child is"
    assert refusal.missing == ("fact_1",)
    path.letter("L04", method="hand", texts={"fact_1": "Amara is on no school’s register in Harrow."})


def test_a_confidential_address_is_kept_from_a_parent_who_lives_elsewhere_and_from_a_school(register: Register) -> None:
    elsewhere = parent_facts(forename="Musa", title="Mr", address=("9 Other Street", "Harrow"), postcode="HA1 9ZZ")
    path = start(register, parents=(elsewhere,))
    children.hide_address(register.store, register.officer, path.ref, confidential=True, reason="Refuge")
    path.at(date(2026, 12, 1))
    notice = text(path.pdf(path.letter("L04", method="hand").id))
    assert "address known to the council" in notice
    path.step("serve-437", method="hand")
    path.at(date(2026, 12, 16)).step("assess-response", result="none")
    path.step("decide-expedient", expedient="yes", reasons="No education.")
    asked = text(path.pdf(path.step("consult-school", urn="999003").documents[0]))
    for words in (notice, asked):
        assert "Low Street" not in words
        assert "HA2 9ZZ" not in words
    assert "Child’s address known to the council" in asked


@pytest.mark.feature("F54")
def test_an_adult_who_may_not_be_written_to_gets_no_letter(register: Register) -> None:
    path = start(register)
    restrictions = Restrictions(may_be_written_to=False, reason="Injunction")
    restrict_parent(register.store, register.officer, path.ref, 1, restrictions)
    refusal = path.letter_refused("L01")
    assert "The reason on the case: Injunction." in refusal.message
    assert "may not be written to" in path.letter_refused("L04", method="hand").message
    assert {"L01", "L04"} <= set(path.lawful().documents.blocked)


def test_only_the_officers_own_fields_can_be_written(register: Register) -> None:
    path = start(register)
    with pytest.raises(UserError) as caught:
        draft_document(register.store, register.officer, path.ref, "L04", texts={"child_name": "Somebody Else"})
    assert caught.value.code == "text-unknown"
    with pytest.raises(UserError) as wrong:
        draft_document(register.store, register.officer, path.ref, "L01", texts={"reply_by": "next week"})
    assert wrong.value.code == "date-format"
    draft = draft_document(register.store, register.officer, path.ref, "L01", texts={"reply_by": "2026-12-15"})
    assert "What you need to do by Tuesday 15 December 2026" in text(path.pdf(draft.id))


def test_one_letter_speaks_for_a_brother_or_sister_on_the_same_enquiry(register: Register) -> None:
    path = start(register)
    other = start(register, child=child_facts("Kamara", "Ibrahim", dob=date(2015, 6, 1)))
    children.link_siblings(register.store, register.officer, path.ref, 2, source="Parent told us")
    assert "Please tell us about Ibrahim too." in text(path.pdf(path.letter("L01").id))
    restrict_parent(
        register.store, register.officer, other.ref, 2, Restrictions(must_not_be_told=True, reason="Court order")
    )
    path.at(date(2026, 11, 25))
    assert "Ibrahim" not in text(path.pdf(path.letter("L01").id))


def test_a_referrer_is_not_told_the_school_or_the_address(register: Register) -> None:
    path = start(register)
    close_case(
        register.store, register.officer, path.ref, cases.CloseCase("school-place", "S2S joiner", school_urn="999001")
    )
    for words in ("Now at Example Primary School", "of 8 Low Street"):
        with pytest.raises(StepRefused) as caught:
            draft_document(register.store, register.officer, path.ref, "L24", texts={"their_ref": words})
        assert "this goes to the referrer" in caught.value.message
    receipt = access_log.open_document(register.store, register.officer, path.letter("L24").id)
    assert receipt.entity.startswith("document:")


@pytest.mark.parametrize(("outcome", "refused"), [("deceased", True), ("lost", False)])
def test_no_letter_goes_out_by_itself_after_a_death(register: Register, outcome: str, refused: bool) -> None:
    path = start(register)
    close_case(register.store, register.officer, path.ref, cases.CloseCase(outcome, "Told by MASH"))
    if refused:
        assert "no letter goes out by itself" in path.letter_refused("L24").message
        return
    words = text(path.pdf(path.letter("L24").id))
    assert "We have not found the child." in words
    assert "Not found, alert remains" in words
