"""Files written by hand in the style of real school systems, checked field for field (issue: CTF 19 and later)."""

from __future__ import annotations

from datetime import date

import pytest

from cme_desktop.importers.s2s.reader import inspect_bytes
from cme_desktop.importers.s2s.reading import FileReading
from tests.importers.files import FIXTURES

TODAY = date(2026, 11, 24)
RECORDS = {
    ("sims-ctf19.xml", "3102999_CTF_3042999_001.xml"): {
        "version": "19.0",
        "supplier": "SIMS",
        "made_at": "2019-11-05T14:02:17",
        "qualifier": "full",
        "kind": "CTF",
        "source": {
            "LEA": "310",
            "Estab": "2999",
            "URN": "999001",
            "SchoolName": "Example Primary School",
            "AcademicYear": "2019",
        },
        "destination": {"LEA": "304", "Estab": "2999", "URN": "999021"},
        "repairs": {"element-name", "padding-trimmed"},
        "problems": set(),
        "lost": False,
    },
    ("arbor-ctf20.xml", "3102998_KS1_NAALLLL_001.xml"): {
        "version": "20.0",
        "supplier": "Arbor",
        "kind": "results",
        "descriptor": "Partial CTF containing Key Stage 1 data",
        "destination": {"LEA": "NAA", "Estab": "LLLL"},
        "repairs": {"element-name"},
        "problems": {"not-a-move"},
        "lost": False,
    },
    ("scholarpack-ctf22.xml", "3042999_CTF_XXXXXXX_001 (1).xml"): {
        "version": "22.0",
        "supplier": "ScholarPack",
        "kind": "CTF",
        "repairs": {"element-name", "name-damaged"},
        "problems": {"upn-temporary"},
        # The destination is X, but the leaving reason says abroad.
        "lost": False,
    },
    ("giap-ctf25.xml", "CTF.xml"): {
        "version": "25.0",
        "supplier": "GIAP",
        "kind": "CTF",
        "source": {"LEA": "XXX", "Estab": "XXXX", "AcademicYear": "2025"},
        "repairs": {"name-damaged"},
        "problems": {"history-missing", "upn-temporary"},
        "lost": False,
    },
    ("mtc-ctf24.xml", "3102999_CTF_3102999_001.xml"): {
        "version": "24.0",
        "version_as_written": "24",
        "kind": "results",
        "kind_from": "content",
        "repairs": {"version-form"},
        "problems": {"not-a-move"},
        "lost": False,
    },
    ("aspen-ctf12.xml", "aspen export.xml"): {
        "version": "12.0",
        "supplier": "Aspen",
        "kind": "CTF",
        "kind_from": "header",
        "repairs": {"element-name"},
        "problems": set(),
        "lost": False,
    },
    ("model-cml25.xml", "leavers.xml"): {
        "version": "25.0",
        "supplier": "Bromcom",
        "kind": "CML",
        "kind_from": "header",
        "destination": {"LEA": "310", "Estab": "LLLL"},
        "repairs": {"element-name"},
        "problems": {"upn-missing"},
        "lost": False,
    },
}


def reading(fixture: str, name: str) -> FileReading:
    """Read a fixture under the name that its system would have given it."""
    return inspect_bytes((FIXTURES / fixture).read_bytes(), name, TODAY)


@pytest.mark.feature("F4")
@pytest.mark.parametrize(("fixture", "name"), RECORDS)
def test_the_header_of_each_style(fixture: str, name: str) -> None:
    found = reading(fixture, name)
    form = found.as_json()
    expected = dict(RECORDS[fixture, name])
    assert found.status == "read"
    assert found.repair_codes == expected.pop("repairs")
    assert found.problem_codes == expected.pop("problems")
    assert {key: form[key] for key in expected} == expected


def test_every_field_of_a_sims_ctf_19() -> None:
    (pupil,) = reading("sims-ctf19.xml", "3102999_CTF_3042999_001.xml").pupils
    assert pupil.as_json() == {
        "UPN": "Z310201518042",
        "UniqueLearnerNumber": "3104567890",
        "UCI": "310299915001A",
        "Surname": "TESTPUPIL",
        "Forename": "Zoë",
        "DOB": "2010-09-14",
        "Sex": "F",
        "FormerUPN": ["X31020262003A"],
        "PreferredSurname": "Testpupil-Example",
        "PreferredForename": "Zoë",
        "FormerSurname": "Oldname",
        "MiddleNames": "Anne Marie",
        "NCyearActual": "4",
        "Ethnicity": "WBRI",
        "EthnicitySource": "P",
        "ServiceChild": "N",
        "MedicalFlag": "true",
        "EnrolStatus": "C",
        "Languages": [
            {"LanguageType": "F", "Language": "ENG"},
            {"LanguageType": "H", "Language": "GUJ"},
        ],
        "Disabilities": ["NONE"],
        "LookedAfter": {"InCare": "true", "CareAuthority": "310"},
        "Address": {
            "SAON": "Flat 2",
            "PAON": "12",
            "Street": "Sample Road",
            "Locality": "Wealdstone",
            "Town": "Harrow",
            "AdministrativeArea": "Harrow",
            "PostTown": "HARROW",
            "UniquePropertyReferenceNumber": "010070000001",
            "County": "Middlesex",
            "PostCode": "HA1 9ZZ",
            "Country": "United Kingdom",
            "Easting": "515000.0",
            "Northing": "189000.0",
        },
        "Phones": [{"TelephoneType": "H", "PhoneNo": "020 7946 0 12"}],
        "Email": "zoe@example.org",
        "Contacts": [
            {
                "Order": "2",
                "Title": "Mr",
                "Surname": "Testparent",
                "Forename": "Alan",
                "Sex": "M",
                "Relationship": "PAF",
                "Responsibility": "true",
                "Email": "alan@example.org",
                "CourtOrder": "Y",
                "Address": {
                    "PAON": "7",
                    "Street": "Specimen Avenue",
                    "Town": "Pinner",
                    "PostCode": "HA5 9ZZ",
                },
                "Phones": [
                    {"TelephoneType": "M", "PhoneNo": "07700 900 456"},
                    {"TelephoneType": "W", "PhoneNo": "02079460111"},
                ],
            },
            {
                "Order": "1",
                "Title": "Ms",
                "Surname": "Testpupil",
                "Forename": "Rina",
                "MiddleNames": "Jo",
                "Sex": "F",
                "Relationship": "PAM",
                "Responsibility": "true",
                "Address": {"AddressAsPupil": "true"},
            },
        ],
        "SENhistory": [
            {"StartDate": "2017-01-09", "SENprovision": "N", "EndDate": "2018-09-03"},
            {"StartDate": "2018-09-04", "SENprovision": "K"},
        ],
        "SENneeds": [{"NeedStartDate": "2018-09-04", "SENtypeRank": "1", "SENtype": "NSA"}],
        "SchoolHistory": [
            {
                "LEA": "310",
                "Estab": "2999",
                "URN": "999001",
                "SchoolName": "Example Primary School",
                "EntryDate": "2017-01-09",
                "LeavingDate": "2019-11-01",
                "LeavingReason": "ST",
                "RemovalGrounds": "8(1)(b)",
                "LastSchool": "true",
                "ground": "2006:8(1)(b)",
                "ground_read_because": "regulation 8 is the numbering of the 2006 Regulations",
            },
            {
                "LEA": "835",
                "Estab": "2999",
                "SchoolName": "Fable First School",
                "EntryDate": "2014-09-03",
                "LeavingDate": "2016-12-16",
                "LeavingReason": "IM",
            },
        ],
        "upn_check": {"kind": "permanent", "valid": True, "expected_letter": "Z"},
        "problems": [],
    }


def test_what_a_sims_ctf_19_holds_and_nobody_used_is_listed() -> None:
    unused = reading("sims-ctf19.xml", "3102999_CTF_3042999_001.xml").unused_elements
    pupil = "CTfile/CTFpupilData/Pupil"
    tops = [path for path in unused if path.rpartition("/")[0] not in unused]
    assert tops == [
        f"{pupil}/BasicDetails/SuppInfo",
        f"{pupil}/FSMhistory",
        f"{pupil}/Contacts/Contact/SuppInfo/SuppID",
        f"{pupil}/Attendance",
        f"{pupil}/StageAssessments",
        f"{pupil}/SuppInfo",
    ]
    assert f"{pupil}/Attendance/YearData/SessionsPossible" in unused


def test_every_field_of_an_aspen_ctf_12() -> None:
    (pupil,) = reading("aspen-ctf12.xml", "aspen export.xml").pupils
    assert pupil.as_json() == {
        "UPN": "E310200124017",
        "UniqueLearnerNumber": "4122334429",
        "Surname": "Fable",
        "Forename": "Besnik",
        "DOB": "1999-12-31",
        "Sex": "U",
        "PreferredSurname": "Fable",
        "PreferredForename": "Ben",
        "FormerSurname": "Fabl",
        "NCyearActual": "8",
        "EnrolStatus": "C",
        "Address": {"AddressLine1": "3 Model Drive", "PostCode": "HA7 9ZZ", "ZIP": "Stanmore"},
        "SENhistory": [{"StartDate": "2010-09-06", "SENprovision": "A"}],
        "SchoolHistory": [
            {"LEA": "310", "Estab": "4999", "SchoolName": "Example High School", "EntryDate": "2011-09-05"}
        ],
        "upn_check": {"kind": "permanent", "valid": True, "expected_letter": "E"},
        "problems": [],
    }


def test_every_field_of_a_scholarpack_ctf_22() -> None:
    (pupil,) = reading("scholarpack-ctf22.xml", "3042999_CTF_XXXXXXX_001 (1).xml").pupils
    form = pupil.as_json()
    assert (form["Surname"], form["Forename"], form["PreferredForename"], form["FormerForename"]) == (
        "O’Sample",
        "Ștefan",
        "Stef",
        "Stephan",
    )
    assert form["Address"] == {
        "AddressLine1": "9 Trial Crescent",
        "AddressLine2": "Wembley",
        "AddressLine3": "Middlesex",
        "PostCode": "ZZ99 9ZZ",
        "ZIP": "400000",
        "Country": "Romania",
    }
    assert form["Contacts"] == [
        {
            "Order": "1",
            "Surname": "O’Sample",
            "Forename": "Ioana",
            "Relationship": "PAM",
            "Responsibility": "Y",
            "Phones": [{"TelephoneType": "M", "PhoneNo": "07700 900789"}],
        }
    ]
    (stay,) = pupil.history
    assert (stay.values["LeavingReason"], stay.values["RemovalGrounds"], stay.ground) == ("EM", "E", "2006:8(1)(e)")
    assert form["upn_check"] == {"kind": "temporary", "valid": True, "expected_letter": "X"}


def test_every_field_of_a_giap_download() -> None:
    first, second = reading("giap-ctf25.xml", "CTF.xml").pupils
    assert first.as_json() == {
        "UPN": "R201100018042",
        "Surname": "Specimen",
        "Forename": "Ayaan",
        "DOB": "2012-06-30",
        "Sex": "M",
        "upn_check": {"kind": "permanent", "valid": True, "expected_letter": "R"},
        "problems": ["history-missing"],
    }
    assert (second.number, second.problems) == (2, ("upn-temporary", "history-missing"))


def test_a_leaver_file_by_the_working_model() -> None:
    """Dates and ground outside any history are kept; a future address is nobody's present one (s2s-files.md 9)."""
    found = reading("model-cml25.xml", "leavers.xml")
    (pupil,) = found.pupils
    form = pupil.as_json()
    assert form["Address"] == {"AddressLine1": "5 Fiction Gardens", "PostCode": "HA2 5ZZ"}
    assert (form["LeavingDate"], form["RemovalGrounds"], form["ground"]) == (
        "2025-11-07",
        "9(1)(g)",
        "2024:9(1)(g)",
    )
    leaving = pupil.leaving(found.source)
    assert leaving is not None
    assert leaving.ground == "2024:9(1)(g)"
    assert "CTfile/CTFpupilData/Pupil/FutureAddress" in found.unused_elements
    assert "CTfile/CTFpupilData/Pupil/FutureAddress/ExpectedDate" in found.unused_elements
