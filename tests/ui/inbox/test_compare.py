"""The review in words: which fields agree, why, and what can be chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cme_desktop.register.case_rows import AddressRow, RegistrationRow
from cme_desktop.register.inbox import CandidateRow, InboxItem
from cme_desktop.ui.inbox.compare import Line, Result, Review, other_words, pupil_name, review_of

TODAY = date(2026, 11, 24)
SCHOOL = {"LEA": "310", "Estab": "4999", "URN": "999003", "SchoolName": "Example High School"}
RECORD = {
    "Surname": "Warsame",
    "Forename": "Ayan",
    "DOB": "2014-05-04",
    "Sex": "M",
    "Address": {"PAON": "3", "Street": "Station Rd", "Town": "Harrow", "PostCode": "HA1 9ZZ"},
    "Contacts": [{"Surname": "Warsame", "Forename": "H.", "Relationship": "PAM"}],
    "SchoolHistory": [{**SCHOOL, "LeavingDate": "2026-07-17", "RemovalGrounds": "9(1)(i)"}],
    "problems": [],
}


def reason(field: str, outcome: str, weight: int, text: str) -> dict[str, object]:
    return {"field": field, "outcome": outcome, "weight": weight, "text": text}


REASONS = (
    reason("dob", "exchanged", 20, "day and month of birth exchanged"),
    reason("surname", "same", 12, "same surname"),
    reason("forename", "variant", 9, "forename sounds the same"),
    reason("address", "same", 9, "same address"),
)
KNOWN = CandidateRow(
    child_id=7,
    ref="CME-2026-00004",
    episode_id=4,
    score=50,
    match_class="review",
    reasons=REASONS,
    name="Ayaan Warsame",
    dob=date(2014, 4, 5),
    sex="M",
    upn="L801200014027",
    upns=("L801200014027",),
    address=AddressRow(("3 Station Road", "Harrow"), "HA1 9ZZ", "", date(2024, 9, 1), None, False, ""),
    adults=("Hodan Warsame, mother",),
    last_registration=None,
    is_open=True,
    closed_on=None,
    forename="Ayaan",
    surname="Warsame",
)
ITEM = InboxItem(
    id=1,
    file_id=1,
    file_name="3104999_CML_310LLLL_001.xml",
    file_sha256="0" * 64,
    file_kind="CML",
    number=1,
    record=RECORD,
    meaning="off roll on 9(1)(i), destination unknown",
    meaning_code="tracing",
    proposed="later",
    decision=None,
    event_date=date(2026, 7, 17),
    candidates=(KNOWN,),
    source_school=SCHOOL,
)


def line(review: Review, field: str) -> Line:
    [found] = [one for one in review.lines if one.field == field]
    return found


def with_record(**changes: object) -> InboxItem:
    return replace(ITEM, record={**RECORD, **changes})


@pytest.mark.feature("F14")
def test_the_pupil_of_the_drawn_screen() -> None:
    review = review_of(ITEM, KNOWN, TODAY)
    assert review.title == "Probably the same child. Check the date of birth."
    assert review.why == ("Same surname, forename sounds the same, same address, but day and month of birth exchanged.")
    told = [(one.field, one.file, one.register, one.result, one.why) for one in review.lines]
    assert told == [
        ("Name", "Ayan WARSAME", "Ayaan WARSAME", Result.AGREES, "Forename sounds the same"),
        ("Born", "4 May 2014, age 12", "5 Apr 2014, age 12", Result.DIFFERS, "Day and month changed places"),
        ("Sex", "Male", "Male", Result.AGREES, "The same"),
        ("UPN", "none", "L801200014027", Result.ONLY_OURS, "CML files may leave it out"),
        (
            "Address",
            "3 Station Rd, Harrow, HA1 9ZZ",
            "3 Station Road, Harrow, HA1 9ZZ",
            Result.AGREES,
            "Same house and postcode",
        ),
        ("Adult", "H. Warsame", "Hodan Warsame, mother", Result.AGREES, "Same initial and family name"),
        (
            "Off roll",
            "17 Jul 2026, 9(1)(i)",
            "not recorded",
            Result.ONLY_FILE,
            "Destination unknown. New fact: will be added",
        ),
    ]
    assert [choice.key for choice in review.choices] == ["dob"]


@pytest.mark.feature("F13")
def test_every_part_of_the_score_is_told_in_words() -> None:
    review = review_of(ITEM, KNOWN, TODAY)
    assert review.score == sum(points for _, points in review.counted)
    assert review.counted[0] == ("Day and month of birth exchanged", 20)


def test_what_differs_can_be_taken_from_the_file_and_what_agrees_cannot() -> None:
    known = replace(
        KNOWN,
        sex="F",
        forename="Omar",
        address=AddressRow(("8 Low Street",), "HA2 9ZZ", "", date(2024, 9, 1), None, False, ""),
        reasons=(
            reason("dob", "same", 30, "same date of birth"),
            reason("surname", "same", 12, "same surname"),
            reason("forename", "differs", -16, "another forename"),
            reason("sex", "differs", -6, "recorded with another sex"),
            reason("address", "differs", 0, "another address"),
        ),
    )
    review = review_of(replace(ITEM, record={**RECORD, "DOB": "2014-04-05"}), known, TODAY)
    assert [choice.key for choice in review.choices] == ["name", "sex", "address"]
    assert review.title == "Probably the same child. Check the name and the sex."
    assert line(review, "Address").why == "Another address"
    assert line(review, "Born").result is Result.AGREES
    assert "another address" not in review.why


@pytest.mark.parametrize(
    ("lines", "postcode", "result", "why"),
    [
        (("3, STATION ROAD",), "ha1 9zz", Result.AGREES, "Same house and postcode"),
        (("Flat 2", "3 Station Road"), "HA1 9ZZ", Result.DIFFERS, "Another address"),
        (("3 Station Road",), "HA1 9AA", Result.DIFFERS, "Another address"),
    ],
)
def test_an_address_agrees_by_house_numbers_and_postcode(
    lines: tuple[str, ...], postcode: str, result: Result, why: str
) -> None:
    home = AddressRow(lines, postcode, "", date(2024, 9, 1), None, False, "")
    reasons = tuple(one for one in REASONS if one["field"] != "address")
    found = line(review_of(ITEM, replace(KNOWN, address=home, reasons=reasons), TODAY), "Address")
    assert (found.result, found.why) == (result, why)


def test_an_earlier_address_of_ours_is_said_to_be_one() -> None:
    home = AddressRow(("8 Low Street",), "HA2 9ZZ", "", date(2024, 9, 1), None, False, "")
    found = line(review_of(ITEM, replace(KNOWN, address=home), TODAY), "Address")
    assert (found.result, found.why) == (Result.DIFFERS, "The same as an earlier address of ours")


@pytest.mark.parametrize(
    ("theirs", "outcome", "text", "result", "why"),
    [
        ("L801200014027", "same", "same UPN", Result.AGREES, "The same"),
        ("H801200001001", "differs", "another UPN", Result.DIFFERS, "Another UPN. Both are kept"),
        ("M801200014027", "same-doubtful", "same UPN, but it is wrongly formed", Result.DIFFERS, None),
    ],
)
def test_numbers_are_compared(theirs: str, outcome: str, text: str, result: Result, why: str | None) -> None:
    known = replace(KNOWN, reasons=(*REASONS, reason("upn", outcome, 0, text)))
    found = line(review_of(with_record(UPN=theirs), known, TODAY), "UPN")
    assert found.result is result
    assert why is None or found.why == why
    assert found.choice is None


def test_an_earlier_upn_agrees() -> None:
    known = replace(KNOWN, upns=("L801200014027", "H801200001001"))
    assert line(review_of(with_record(UPN="H801200001001"), known, TODAY), "UPN").why == "The same as an earlier one"


def test_a_date_that_is_no_day_is_shown_as_written() -> None:
    known = replace(KNOWN, reasons=(reason("dob", "missing", 0, "no date of birth to compare"), *REASONS[1:]))
    found = line(review_of(with_record(DOB="2014-13-40"), known, TODAY), "Born")
    assert (found.file, found.result, found.choice) == ("2014-13-40", Result.DIFFERS, None)


def test_a_certain_match_and_two_alike() -> None:
    certain = replace(KNOWN, match_class="certain", score=98)
    assert review_of(ITEM, certain, TODAY).title == "The same child."
    doubt = reason("register", "two-alike", 0, "more than one child of the register fits: look at both")
    both = replace(KNOWN, reasons=(*REASONS, doubt))
    review = review_of(ITEM, both, TODAY)
    assert review.title == "More than one child of the register fits. Look at both."
    assert "look at both" not in review.why


@pytest.mark.feature("F15")
def test_a_closed_case_says_when_and_how_it_was_closed() -> None:
    closed = replace(
        KNOWN, is_open=False, closed_on=date(2026, 7, 20), outcome="Moved abroad, verified", match_class="certain"
    )
    review = review_of(replace(ITEM, proposed="match"), closed, TODAY)
    assert review.why.endswith("The case was closed 4 months ago: Moved abroad, verified.")
    found = line(review, "Case")
    assert found.register == "CME-2026-00004, closed 20 Jul 2026"
    assert found.why == "Same child opens a new case, with this one before it"
    lately = replace(closed, closed_on=date(2026, 11, 20))
    assert "closed on 20 Nov 2026" in review_of(ITEM, lately, TODAY).why
    long_ago = replace(closed, closed_on=date(2023, 11, 20))
    assert "closed 3 years ago" in review_of(ITEM, long_ago, TODAY).why


@pytest.mark.feature("F6")
def test_a_joiner_proposes_to_close_the_open_case_with_its_evidence() -> None:
    joined = {**SCHOOL, "URN": "999001", "Estab": "2999", "SchoolName": "Example Primary School"}
    item = replace(
        ITEM,
        meaning="on roll at Example Primary School from 3 Nov 2026",
        meaning_code="joiner",
        proposed="match",
        event_date=date(2026, 11, 3),
        file_kind="CMJ",
        source_school=joined,
        record={**RECORD, "SchoolHistory": [{**joined, "EntryDate": "2026-11-03"}]},
    )
    review = review_of(item, KNOWN, TODAY)
    assert line(review, "On roll").file == "3 Nov 2026, Example Primary School"
    found = line(review, "Case")
    assert found.choice is not None
    assert (found.choice.key, found.choice.first, found.choice.second) == ("close", "leave it open", "close the case")
    stay = RegistrationRow("999001", "Example Primary School", date(2026, 11, 3), None, None, "", "", "", "")
    again = review_of(item, replace(KNOWN, last_registration=stay), TODAY)
    assert line(again, "On roll").why == "The same school and day"


@pytest.mark.parametrize(
    ("proposed", "title"),
    [("new", "A new child."), ("not-cme", "Not missing education."), ("later", "Wait, or look at it now.")],
)
def test_a_pupil_nobody_fits(proposed: str, title: str) -> None:
    review = review_of(replace(ITEM, proposed=proposed, candidates=()), None, TODAY)
    assert review.title == title
    assert review.why.startswith("Off roll on 9(1)(i), destination unknown. Nobody in the register shares")
    assert {one.result for one in review.lines} == {Result.ONLY_FILE}
    assert not review.choices
    assert not review.counted


def test_adults_who_differ_are_added_and_more_are_counted() -> None:
    contacts = [{"Surname": "Diaz", "Forename": "Eva", "Relationship": "PAM"}, *RECORD["Contacts"]]  # type: ignore[misc]
    found = line(review_of(with_record(Contacts=contacts), replace(KNOWN, adults=("A B", "C D")), TODAY), "Adult")
    assert (found.file, found.register) == ("Eva Diaz and 1 more", "A B and 1 more")
    assert (found.result, found.why) == (Result.DIFFERS, "Another adult: will be added")
    none = line(review_of(with_record(Contacts=[]), KNOWN, TODAY), "Adult")
    assert (none.result, none.why) == (Result.ONLY_OURS, "Not in the file")
    same = line(review_of(with_record(Contacts=[{"Surname": "WARSAME", "Forename": "Hodan"}]), KNOWN, TODAY), "Adult")
    assert same.why == "The same name"


def test_the_day_off_roll_is_compared_with_ours() -> None:
    stay = RegistrationRow("999003", "Example High School", None, date(2026, 7, 17), None, "9(1)(i)", "", "", "")
    known = replace(KNOWN, last_registration=stay)
    assert line(review_of(ITEM, known, TODAY), "Off roll").why == "Destination unknown. The same day"
    other = replace(known, last_registration=replace(stay, leaving_date=date(2026, 7, 20)))
    assert line(review_of(ITEM, other, TODAY), "Off roll").result is Result.DIFFERS


def test_other_children_are_named_with_their_points() -> None:
    other = replace(KNOWN, name="Ayub Warsame", dob=date(2016, 4, 5), score=41)
    assert other_words((other,)) == "1 other possible child: Ayub Warsame, born 5 Apr 2016, match 41."
    many = other_words((other, replace(other, dob=None), other, other))
    assert many.startswith("4 other possible children: Ayub Warsame, born 5 Apr 2016, match 41; Ayub Warsame, match 41")
    assert many.endswith("and 2 more.")
    assert other_words(()) == ""


def test_a_pupil_is_named_for_reading() -> None:
    assert pupil_name(ITEM) == "Ayan Warsame"
    assert pupil_name(with_record(Forename=".", Surname="")) == "Name not known"
