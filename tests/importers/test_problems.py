"""Each problem of command-line.md 3 by the smallest file that has it, with its severity, pupil, place and value."""

from __future__ import annotations

from datetime import date

import pytest

from cme_desktop.importers.result import Severity
from cme_desktop.importers.s2s import words
from tests.importers.files import COUNCIL, NOWHERE, SOURCE, STAY, ctf, document, header, one, pupil, read

OTHER_STAY = "<School><LEA>304</LEA><Estab>2999</Estab><EntryDate>2015-09-04</EntryDate></School>"
LEFT_AGAIN = "<School><LEA>310</LEA><Estab>2999</Estab><EntryDate>2014-09-04</EntryDate></School>"
NEWER = pupil(UPN="E310200124017", Surname="Example")


@pytest.mark.feature("F4")
@pytest.mark.parametrize(
    ("code", "severity", "data", "value"),
    [
        ("upn-missing", "warning", ctf(pupil(UPN=None)), None),
        ("upn-missing", "warning", ctf(pupil(UPN="  ")), None),
        ("upn-check-letter", "warning", ctf(pupil(UPN="A310201518042")), "A310201518042"),
        ("upn-format", "warning", ctf(pupil(UPN="12345")), "12345"),
        ("upn-format", "warning", ctf(pupil(UPN="I310201518042")), "I310201518042"),
        ("upn-temporary", "warning", ctf(pupil(UPN="X31020262003A")), "X31020262003A"),
        ("uln-invalid", "warning", ctf(pupil(UniqueLearnerNumber="3104567891")), "3104567891"),
        ("surname-missing", "warning", ctf(pupil(Surname=None)), None),
        ("surname-missing", "warning", ctf(pupil(Surname="-")), "-"),
        ("surname-missing", "error", ctf(pupil(Surname="", Forename="")), None),
        ("forename-missing", "warning", ctf(pupil(Forename=None)), None),
        ("dob-missing", "error", ctf(pupil(DOB=None)), None),
        ("dob-invalid", "error", ctf(pupil(DOB="2014-02-30")), "2014-02-30"),
        ("dob-invalid", "error", ctf(pupil(DOB="09/03/2014")), "09/03/2014"),
        ("dob-future", "error", ctf(pupil(DOB="2027-01-01")), "2027-01-01"),
        ("age-unlikely", "warning", ctf(pupil(DOB="2005-11-13")), "2005-11-13"),
        ("age-unlikely", "warning", ctf(pupil(DOB="2023-11-15")), "2023-11-15"),
        ("age-unlikely", "warning", ctf(pupil(DOB="2026-01-15")), "2026-01-15"),
        ("history-missing", "warning", ctf(pupil(stays="")), None),
        ("history-missing", "warning", ctf(pupil(stays=OTHER_STAY)), None),
        ("ground-unknown", "warning", ctf(pupil(stays=STAY.replace("9(1)(i)", "see letter"))), "see letter"),
        ("leaving-reason-unknown", "warning", ctf(pupil(stays=STAY.replace(">OT<", ">QQ<"))), "QQ"),
        ("several-same-school", "warning", ctf(pupil(stays=STAY + LEFT_AGAIN)), None),
        (
            "several-same-school",
            "warning",
            ctf(pupil(stays=STAY + 2 * "<School><URN>999021</URN><EntryDate>2016-09-05</EntryDate></School>")),
            None,
        ),
    ],
)
def test_each_problem_of_a_pupil(code: str, severity: str, data: bytes, value: str | None) -> None:
    reading = read(data)
    (problem,) = [problem for problem in reading.problems if problem.code == code]
    assert (problem.severity, problem.pupil, problem.value) == (Severity(severity), 1, value)
    assert problem.path is not None
    assert problem.path.startswith("Pupil/")
    assert code in reading.pupils[0].problems
    assert reading.status == ("partial" if severity == "error" else "read")


@pytest.mark.parametrize(
    ("code", "data", "name"),
    [
        ("name-header-disagree", ctf(), "3102999_CTF_3042999_001.xml"),
        ("name-header-disagree", ctf(), "3049999_CTF_3044001_001.xml"),
        ("name-header-disagree", ctf(), "3102999_CTF_XXXXXXX_001.xml"),
        (
            "name-header-disagree",
            ctf(head=header(document="Children Missing Education Leavers", destination=COUNCIL)),
            "3102999_CMJ_310LLLL_001.xml",
        ),
        (
            "name-header-disagree",
            ctf(head=header(more="<DataDescriptor>Joiner</DataDescriptor>")),
            "3102999_CTF_3044001_001.xml",
        ),
        (
            "lost-several-pupils",
            ctf(pupil(), NEWER, head=header(destination=NOWHERE)),
            "3102999_CTF_XXXXXXX_001.xml",
        ),
        ("kind-unsure", ctf(head=header(destination=COUNCIL)), "leavers.xml"),
        ("kind-unsure", ctf(), "3102999_QQ7_3044001_001.xml"),
        ("kind-unsure", document(root="CMEfile").encode(), "file.xml"),
        ("version-missing", ctf(head=header(version="")), "file.xml"),
        ("version-unknown", ctf(head=header(version="<CTFversion>27.0</CTFversion>")), "file.xml"),
        ("version-unknown", ctf(head=header(version="<CTFversion>11.0</CTFversion>")), "file.xml"),
        ("version-unknown", ctf(head=header(version="<CTFversion>new</CTFversion>")), "file.xml"),
        ("not-a-move", ctf(), "3102999_KS2_3044001_001.xml"),
        ("not-a-move", ctf(head=header(destination=SOURCE)), "file.xml"),
    ],
)
def test_each_problem_of_a_file(code: str, data: bytes, name: str) -> None:
    reading = read(data, name)
    (problem,) = [problem for problem in reading.problems if problem.code == code]
    assert (problem.severity, problem.pupil, problem.path, problem.value) == (Severity.WARNING, None, None, None)
    assert reading.status == "read"


def test_a_upn_that_two_pupils_share_is_named_at_both() -> None:
    reading = read(ctf(pupil(), pupil(UPN="z3102 0151 8042", Surname="Other"), NEWER))
    assert [problem.pupil for problem in reading.problems if problem.code == "upn-shared"] == [1, 2]
    assert [each.problems for each in reading.pupils] == [("upn-shared",), ("upn-shared",), ()]


def test_one_bad_pupil_leaves_the_others_whole() -> None:
    reading = read(ctf(pupil(DOB="yesterday"), NEWER))
    assert reading.status == "partial"
    assert [each.values["Surname"] for each in reading.pupils] == ["Testpupil", "Example"]
    assert reading.pupils[0].values["DOB"] == "yesterday"
    assert reading.pupils[1].problems == ()


@pytest.mark.parametrize(
    "data",
    [
        ctf(pupil(UniqueLearnerNumber="9999999999")),
        ctf(pupil(UniqueLearnerNumber="3104567890")),
        ctf(pupil(DOB="2014-03-09T00:00:00")),
        ctf(pupil(DOB="2014-03-09Z")),
        ctf(pupil(DOB="2005-11-15")),
        ctf(pupil(DOB="2023-11-14")),
        ctf(pupil(UPN="z310 201 518 042")),
        ctf(pupil(stays=STAY.replace(">OT<", ">im<"))),
        ctf(pupil(stays=STAY + OTHER_STAY)),
        ctf(pupil(stays="<School><URN>999001</URN><EntryDate>2018-09-04</EntryDate></School>")),
    ],
)
def test_what_is_no_problem(data: bytes) -> None:
    assert read(data).problems == ()


@pytest.mark.parametrize("version", range(12, 27))
def test_every_version_from_12_to_26_is_known(version: int) -> None:
    reading = read(ctf(head=header(version=f"<CTFversion>{version}.0</CTFversion>")))
    assert reading.version == f"{version}.0"
    assert reading.problems == ()


def test_ages_are_judged_by_the_day_the_file_was_made() -> None:
    """An old file found again is about children as they were: nobody in it has grown too old."""
    data = ctf(pupil(DOB="2007-01-10"))
    assert read(data, today=date(2026, 11, 24)).problems == ()
    assert read(data, today=date(2036, 11, 24)).problems == ()
    undated = ctf(pupil(DOB="2007-01-10"), head=header().replace("2025-11-14T10:22:31", "soon"))
    assert read(undated, today=date(2036, 11, 24)).problem_codes == {"age-unlikely"}


def test_history_is_not_asked_of_results() -> None:
    assert read(ctf(pupil(stays="")), "3102999_PHO_310LLLL_001.xml").pupils[0].problems == ()


def test_an_unknown_sender_only_needs_some_history() -> None:
    head = header(source="<LEA>XXX</LEA><Estab>XXXX</Estab>")
    assert read(ctf(pupil(stays=OTHER_STAY), head=head), "CTF.xml").problem_codes == set()
    assert read(ctf(pupil(stays=""), head=head), "CTF.xml").problem_codes == {"history-missing"}


@pytest.mark.parametrize(
    ("written", "left", "code", "because"),
    [
        ("9(1)(f)", "2025-11-13", "2024:9(1)(f)", "numbering of the 2024 Regulations"),
        ("8(1)(d)", "2023-11-13", "2006:8(1)(d)", "numbering of the 2006 Regulations"),
        ("9f", "2025-11-13", "2024:9(1)(f)", "numbering of the 2024 Regulations"),
        ("8D", "2023-11-13", "2006:8(1)(d)", "numbering of the 2006 Regulations"),
        ("F", "2025-11-13", "2024:9(1)(f)", "13 November 2025, "),
        ("F", "2024-08-18", "2006:8(1)(f)", "18 August 2024, "),
        ("F", "2024-08-19", "2024:9(1)(f)", "19 August 2024, "),
    ],
)
def test_a_ground_keeps_its_text_and_says_what_it_was_read_as(written: str, left: str, code: str, because: str) -> None:
    stay = STAY.replace("9(1)(i)", written).replace("2025-11-13", left)
    (entry,) = one(ctf(pupil(stays=stay))).history
    assert entry.values["RemovalGrounds"] == written
    assert entry.ground == code
    assert because in (entry.ground_read_because or "")


def test_a_letter_without_a_leaving_date_is_not_guessed() -> None:
    stay = STAY.replace("9(1)(i)", "F").replace("<LeavingDate>2025-11-13</LeavingDate>", "")
    reading = read(ctf(pupil(stays=stay)))
    assert reading.problem_codes == {"ground-unknown"}
    (entry,) = reading.pupils[0].history
    assert entry.ground is None
    assert entry.ground_read_because


@pytest.mark.parametrize("code", [*words._WARNINGS, *words._ERRORS, *words.REFUSALS])
def test_each_sentence_says_what_to_do_in_plain_words(code: str) -> None:
    problem = words.refusal(code) if code in words.REFUSALS else words.problem(code)
    assert problem.message.endswith(".")
    assert len(problem.message) <= 200
    assert not {"invalid", "please", "sorry", "error"} & set(problem.message.lower().replace(",", "").split())
