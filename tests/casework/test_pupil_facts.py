"""What a file says of a pupil, as the matcher compares it and as a case is opened with it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cme_desktop.casework.intake.meaning import meaning_of, stages
from cme_desktop.casework.intake.pupil_facts import (
    address_of,
    child_facts,
    find_school,
    house_of,
    identity_of,
    names_of,
    parents_of,
    pupil_key,
    relationship_words,
)
from cme_desktop.importers.result import Problem, Severity
from cme_desktop.importers.s2s.reading import ContactReading, FileReading, PupilReading, SchoolEntry
from tests.casework.s2s import JOINED, SENDER
from tests.factories import Register


def pupil(**more: Any) -> PupilReading:
    """Return a pupil as read from a file."""
    values = {"Surname": "Kamara", "Forename": "Amara", "DOB": "2012-03-02", **more.pop("values", {})}
    return PupilReading(number=1, values=values, **more)


def reading(**more: Any) -> FileReading:
    """Return a file as read."""
    return FileReading(**{"name": "x.xml", "sha256": "0", "status": "read", "kind": "CML", "source": SENDER, **more})


@pytest.mark.feature("F20")
@pytest.mark.parametrize(
    ("values", "lines", "postcode"),
    [
        (
            {"SAON": "Flat 2", "PAON": "14", "Street": "Low Road", "Locality": "Wealdstone", "Town": "Harrow",
             "PostTown": "HARROW", "PostCode": "HA1 9ZZ"},
            ("Flat 2", "14 Low Road", "Wealdstone", "Harrow"),
            "HA1 9ZZ",
        ),
        ({"PAON": "14", "Street": "Low Road", "PostTown": "Harrow"}, ("14 Low Road", "Harrow"), ""),
        ({"AddressLine1": "1 Rue Neuve", "AddressLine3": "Lyon", "ZIP": "69001", "PostCode": "HA1 9ZZ"},
         ("1 Rue Neuve", "Lyon"), "69001"),
        ({"PostCode": "HA1 9ZZ"}, (), "HA1 9ZZ"),
    ],
)  # fmt: skip
def test_an_address_becomes_lines(values: dict[str, str], lines: tuple[str, ...], postcode: str) -> None:
    home = address_of(values)
    assert home is not None
    assert (home.lines, home.postcode) == (lines, postcode)


def test_no_address_is_none_and_a_house_is_told_by_its_number() -> None:
    assert address_of({}) is None
    assert address_of({"Country": "United Kingdom"}) is None
    assert house_of(("The Cottage", "14 Low Road")) == "14 Low Road"
    assert house_of(("The Cottage", "Low Road")) == "The Cottage"
    assert house_of(()) == ""


def test_all_names_are_kept_and_fillers_are_none() -> None:
    named = pupil(
        values={
            "MiddleNames": "Jane",
            "PreferredForename": "Ama",
            "FormerSurname": "Conteh",
            "Sex": "F",
        }
    )
    assert [(name.kind, name.surname, name.forename) for name in names_of(named)] == [
        ("legal", "Kamara", "Amara"),
        ("preferred", "Kamara", "Ama"),
        ("former", "Conteh", "Amara"),
    ]
    assert names_of(pupil(values={"Surname": ".", "Forename": "-"})) == ()
    same = pupil(values={"PreferredSurname": "Kamara", "PreferredForename": "Amara"})
    assert len(names_of(same)) == 1


def test_an_identity_has_every_number_and_phone() -> None:
    one = identity_of(
        pupil(
            values={"UPN": "A1", "UniqueLearnerNumber": "7000000014"},
            former_upns=("B2",),
            phones=({"PhoneNo": "020 7946 0001"},),
            contacts=(ContactReading({"Surname": "K"}, phones=({"PhoneNo": "07700 900123"}, {})),),
            history=(SchoolEntry(SENDER), SchoolEntry({"SchoolName": "Far"}), SchoolEntry({"URN": "XXXXXX"})),
        )
    )
    assert one.upns == ("A1", "B2")
    assert one.phones == ("020 7946 0001", "07700 900123")
    assert one.schools == ("999003",)
    assert one.sex == "U"


def test_a_fingerprint_changes_with_who_the_pupil_is() -> None:
    keys = {
        pupil_key(pupil()),
        pupil_key(pupil(values={"DOB": "2012-03-03"})),
        pupil_key(pupil(values={"DOB": "not known"})),
        pupil_key(pupil(values={"UPN": "A1"})),
        pupil_key(pupil(values={"Forename": "Amira"})),
    }
    assert len(keys) == 5
    assert pupil_key(pupil(values={"Forename": "AMARA"})) == pupil_key(pupil())


def test_a_child_s_facts_come_from_the_whole_record(register: Register) -> None:
    whole = pupil(
        values={"UPN": "A1", "Ethnicity": "BAFR", "UCI": "C1"},
        languages=({"LanguageType": "F", "Language": "KRI"},),
        care={"InCare": "true"},
        sen=({"SENprovision": "K", "EndDate": "2025-01-01"}, {"SENprovision": "E"}),
        history=(
            SchoolEntry({**SENDER, "EntryDate": "2023-09-04"}),
            SchoolEntry({"LEA": "310", "Estab": "2999", "EntryDate": "2018-09-04", "LeavingDate": "2023-07-20"}),
            SchoolEntry({"LEA": "999", "Estab": "1111", "EntryDate": "2017-09-04"}),
            SchoolEntry({"EntryDate": "2016-09-04"}),
        ),
        own_entry=SchoolEntry({"LeavingDate": "2026-11-03", "RemovalGrounds": "9(1)(i)"}, "2024:9(1)(i)"),
    )
    with register.store.read() as session:
        facts = child_facts(session, whole, SENDER)
    assert (facts.has_ehcp, facts.sen_provision, facts.looked_after) == (True, "E", True)
    assert (facts.first_language, facts.ethnicity, facts.uci) == ("KRI", "BAFR", "C1")
    assert [(stay.school_name, stay.school_urn) for stay in facts.registrations] == [
        ("School 999/1111", None),
        ("Example Primary School", "999001"),
        ("Example High School", "999003"),
        ("Example High School", "999003"),
    ]
    assert facts.registrations[-1].leaving_date == date(2026, 11, 3)
    assert facts.registrations[-1].ground == "2024:9(1)(i)"


def test_a_school_is_found_by_urn_then_by_number_and_an_open_one_first(register: Register) -> None:
    with register.store.read() as session:
        fisher = find_school(session, {"LEA": "310", "Estab": "3505"})
        assert fisher is not None
        assert fisher.urn == "146178"
        by_urn = find_school(session, {"URN": "102232", "LEA": "310", "Estab": "3505"})
        assert by_urn is not None
        assert by_urn.urn == "102232"
        assert find_school(session, {"URN": "XXXXXX"}) is None
        assert find_school(session, {"URN": "123", "LEA": "310", "Estab": "0000"}) is None


def contact(**values: str) -> ContactReading:
    """Return a contact with an address of its own."""
    return ContactReading({"Surname": "Kamara", "Forename": "Isatu", **values}, {"PAON": "9", "PostCode": "HA3 9ZZ"})


def test_adults_come_by_priority_and_only_a_file_s_own_word_gives_an_address() -> None:
    home = {"PAON": "8", "Street": "Low Street", "PostCode": "HA2 9ZZ"}
    read = pupil(
        address=home,
        contacts=(
            contact(Order="3", Relationship="SWR"),
            contact(Order="2", Forename="Abu", Relationship="FAM"),
            ContactReading({"Order": "1", "Surname": "Sesay", "Relationship": "STP"}, {"AddressAsPupil": "true"}),
            ContactReading({"Order": "4", "Surname": "-", "Forename": "."}),
            ContactReading({"Order": "5", "Surname": "Koroma", "Responsibility": "Y", "CourtOrder": "N"}),
        ),
    )
    adults = parents_of(read, "x.xml")
    assert [adult.surname for adult in adults] == ["Sesay", "Kamara", "Koroma"]
    step, aunt, father = adults
    assert (step.has_care, step.may_be_written_to, step.postcode) == (True, True, "HA2 9ZZ")
    assert (aunt.has_care, aunt.may_be_written_to, aunt.postcode) == (False, False, "HA3 9ZZ")
    assert aunt.relationship == "Other family member"
    assert (father.parental_responsibility, father.may_be_written_to, father.address) == (True, True, ())
    assert father.court_order == ""
    assert relationship_words("ZZZ") == "ZZZ"


@pytest.mark.parametrize(
    ("file", "entry", "code", "proposed"),
    [
        ({"kind": "unknown"}, None, "kind-unsure", "later"),
        ({"kind": "CML"}, None, "destination-unknown", "new"),
        ({"kind": "CTF", "destination": {"LEA": "MMM", "Estab": "MMMM"}}, {"LeavingDate": "2026-11-03"},
         "destination-to-confirm", "later"),
        ({"kind": "CTF", "destination": {"LEA": "XXX", "Estab": "XXXX", "SchoolName": "Lycée Neuf"}},
         {"LeavingDate": "2026-11-03"}, "destination-to-confirm", "later"),
        ({"kind": "CTF", "destination": {"LEA": "310", "Estab": "LLLL"}}, {"LeavingDate": "2026-11-03"},
         "destination-unknown", "new"),
        ({"kind": "CML"}, {"LeavingDate": "2026-11-03", "RemovalGrounds": "9(1)(a)"}, "destination-to-confirm",
         "later"),
        ({"kind": "CTF", "lost": True}, {"LeavingDate": "2026-11-03", "RemovalGrounds": "9(1)(a)"},
         "destination-unknown", "new"),
        ({"kind": "CML"}, {"LeavingDate": "2026-11-03", "RemovalGrounds": "9(1)(e)"}, "order-revoked", "new"),
        ({"kind": "CML"}, {"LeavingDate": "2026-11-03", "LeavingReason": "DD"}, "died", "not-cme"),
    ],
)  # fmt: skip
def test_less_usual_records_mean_what_they_should(
    file: dict[str, Any], entry: dict[str, str] | None, code: str, proposed: str
) -> None:
    history = (SchoolEntry({**SENDER, **entry}),) if entry else ()
    meaning = meaning_of(reading(**file), pupil(history=history))
    assert (meaning.code, meaning.proposed) == (code, proposed)


def test_a_later_stay_elsewhere_names_the_new_school() -> None:
    stays = (
        SchoolEntry({**SENDER, "EntryDate": "2023-09-04", "LeavingDate": "2026-11-03"}),
        SchoolEntry({**JOINED, "EntryDate": "2026-11-10"}),
    )
    meaning = meaning_of(reading(), pupil(history=stays))
    assert meaning.code == "destination-to-confirm"
    assert meaning.words.endswith("going to Example Primary School")


def test_a_joiner_without_a_stay_is_still_a_joiner() -> None:
    meaning = meaning_of(reading(kind="CMJ", source={"LEA": "310", "Estab": "2999"}), pupil())
    assert (meaning.words, meaning.event_date) == ("on roll at the school that sent the file", None)


def test_a_kind_that_is_only_guessed_is_to_be_looked_at() -> None:
    guessed = Problem("kind-unsure", Severity.WARNING, "It is not certain what this file is.")
    left = (SchoolEntry({**SENDER, "LeavingDate": "2026-11-03", "RemovalGrounds": "9(1)(i)"}, "2024:9(1)(i)"),)
    leaver = meaning_of(reading(problems=(guessed,)), pupil(history=left))
    assert leaver.words == ("off roll on 9(1)(i), destination unknown; it is not certain that this is a leaver file")
    assert (leaver.proposed, leaver.opens_case) == ("later", True)
    joiner = meaning_of(reading(kind="CMJ", problems=(guessed,)), pupil(history=left))
    assert joiner.words.endswith("it is not certain that this is a joiner file")


def test_a_record_from_nowhere_is_no_move() -> None:
    meaning = meaning_of(reading(kind="CTF", source={"LEA": "XXX", "Estab": "XXXX"}), pupil())
    assert (meaning.code, meaning.proposed, meaning.opens_case) == ("not-a-move", "later", False)


def test_a_new_school_without_a_name_is_told_by_its_number() -> None:
    left = (SchoolEntry({**SENDER, "LeavingDate": "2026-11-03"}),)
    meaning = meaning_of(reading(kind="CTF", destination={"LEA": "302", "Estab": "2999"}), pupil(history=left))
    assert meaning.words == "off roll, no ground given, going to school 302/2999"


def test_results_and_admissions_stage_nobody() -> None:
    assert not stages(reading(kind="results"))
    assert not stages(reading(kind="ATF"))
    assert stages(reading(kind="unknown"))
