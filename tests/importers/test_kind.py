"""How a file's kind is told, and when its pupil is lost (s2s-files.md 3 and 5)."""

from __future__ import annotations

import pytest

from tests.importers.files import COUNCIL, NAME, NOWHERE, STAY, ctf, document, header, pupil, read

JOINED = "<School><LEA>310</LEA><Estab>2999</Estab><EntryDate>2025-11-03</EntryDate></School>"
ASSESSED = "<StageAssessments><KeyStage><Stage>KS1</Stage></KeyStage></StageAssessments>"
ADDRESSED = "<Address><PostCode>HA1 9ZZ</PostCode></Address>"
LOST_NAME = "3102999_CTF_XXXXXXX_001.xml"


def leaving(ground: str | None, reason: str | None, destination: str = NOWHERE) -> bytes:
    """Return a CTF to nowhere about a pupil who left on this ground and for this reason."""
    stay = STAY
    stay = stay.replace("<RemovalGrounds>9(1)(i)</RemovalGrounds>", f"<RemovalGrounds>{ground or ''}</RemovalGrounds>")
    stay = stay.replace("<LeavingReason>OT</LeavingReason>", f"<LeavingReason>{reason or ''}</LeavingReason>")
    return ctf(pupil(stays=stay), head=header(destination=destination))


@pytest.mark.parametrize(
    ("kind", "found_in", "name", "data"),
    [
        ("CTF", "name", NAME, ctf()),
        ("CML", "name", "3102999_CML_310LLLL_001.xml", ctf(head=header(destination=COUNCIL))),
        ("CMJ", "name", "3102999_CMJ_310LLLL_001.xml", ctf(pupil(stays=JOINED), head=header(destination=COUNCIL))),
        ("results", "name", "3102999_FSP_310LLLL_001.xml", ctf(head=header(destination=COUNCIL))),
        ("results", "name", "3102999_KS1_NAALLLL_001.xml", ctf(head=header(destination="<LEA>NAA</LEA>"))),
        ("other", "name", "3102999_QQ7_310LLLL_001.xml", ctf(head=header(destination=COUNCIL))),
        ("CML", "header", "a.xml", ctf(head=header(document="Children Missing Education Leavers"))),
        ("CMJ", "header", "a.xml", ctf(head=header(more="<DataDescriptor>CMJ</DataDescriptor>"))),
        ("CML", "header", "a.xml", document(root="CMLfile").encode()),
        ("CML", "header", "a.xml", document(root="Leavers").encode()),
        ("CML", "name", "3102999_CML_310LLLL_001.xml", document(root="Register", head=header(destination=COUNCIL))),
        ("CML", "content", "a.xml", ctf(head=header(destination=COUNCIL))),
        ("CMJ", "content", "a.xml", ctf(pupil(stays=JOINED), head=header(destination=COUNCIL))),
        ("CTF", "header", "a.xml", ctf(pupil(stays=""), head=header(destination=COUNCIL))),
        ("CTF", "header", "a.xml", ctf()),
        ("CTF", "header", "a.xml", ctf(pupil(stays=JOINED))),
        ("unknown", None, "a.xml", document(root="CMEfile").encode()),
        ("results", "content", NAME, ctf(pupil(ASSESSED, stays=JOINED)).replace(b">full<", b">Partial<")),
        ("CTF", "name", NAME, ctf(pupil(ASSESSED)).replace(b">full<", b">partial<")),
        ("CTF", "name", NAME, ctf(pupil(ASSESSED + ADDRESSED, stays=JOINED)).replace(b">full<", b">partial<")),
        ("CTF", "name", NAME, ctf(pupil(ASSESSED, stays=JOINED))),
        ("CTF", "name", NAME, ctf(pupil(ASSESSED, stays=JOINED), pupil()).replace(b">full<", b">partial<")),
    ],
)
def test_name_then_header_then_content(kind: str, found_in: str | None, name: str, data: bytes | str) -> None:
    reading = read(data, name)
    assert (reading.kind, reading.kind_from, reading.status) == (kind, found_in, "read")
    unsure = kind in ("other", "unknown") or (kind != "results" and found_in == "content")
    assert ("kind-unsure" in reading.problem_codes) is unsure


@pytest.mark.parametrize(
    ("lost", "ground", "reason"),
    [
        (True, "9(1)(i)", "OT"),
        (True, "9(1)(g)", None),
        (True, None, None),
        (True, "no words known", "ZZ"),
        (True, "9(1)(a)", "ST"),
        (False, "9(1)(f)", "OT"),
        (False, None, "EO"),
        (False, "9(1)(g)", "EM"),
        (False, "9(1)(k)", None),
        (False, None, "dd"),
        (False, "8(1)(d)", None),
        (False, "8(1)(j)", None),
    ],
)
def test_a_pupil_is_lost_unless_ground_or_reason_tell_where(lost: bool, ground: str | None, reason: str | None) -> None:
    assert read(leaving(ground, reason), LOST_NAME).lost is lost


def test_only_a_ctf_to_nowhere_from_a_known_school_is_lost() -> None:
    assert read(leaving("9(1)(i)", "OT"), "lost.xml").lost
    assert not read(leaving("9(1)(i)", "OT", "<LEA>304</LEA><Estab>2999</Estab>"), "a.xml").lost
    assert not read(leaving("9(1)(i)", "OT", NOWHERE + "<SchoolName>Home</SchoolName>"), LOST_NAME).lost
    assert not read(leaving("9(1)(i)", "OT"), "3102999_CML_XXXXXXX_001.xml").lost
    source = "<LEA>XXX</LEA><Estab>XXXX</Estab>"
    assert not read(ctf(head=header(source=source, destination=NOWHERE)), "CTF.xml").lost
    assert not read(ctf(pupil(), head=header(destination=NOWHERE)).replace(b"<Pupil>", b"<X>"), LOST_NAME).pupils


def test_a_name_stands_for_a_header_that_names_no_destination() -> None:
    head = header(destination="")
    assert read(ctf(head=head), LOST_NAME).lost
    assert not read(ctf(head=head), NAME).lost


def test_the_header_outweighs_the_name_for_schools() -> None:
    reading = read(ctf(), LOST_NAME)
    assert not reading.lost
    assert reading.problem_codes == {"name-header-disagree"}
    assert reading.destination == {"LEA": "304", "Estab": "4001"}


def test_one_pupil_without_a_destination_makes_the_file_lost() -> None:
    home = STAY.replace("9(1)(i)", "9(1)(f)")
    reading = read(
        ctf(pupil(stays=home), pupil(UPN="E310200124017"), head=header(destination=NOWHERE)),
        LOST_NAME,
    )
    assert reading.lost
    assert reading.problem_codes == {"lost-several-pupils"}


def test_a_header_in_any_place_and_a_second_one() -> None:
    text = document(head="").replace("</CTfile>", header() + header(version="") + "</CTfile>")
    reading = read(text)
    assert reading.version == "25.0"
    assert reading.source["Estab"] == "2999"


def test_a_file_without_a_header_or_pupils_is_still_read() -> None:
    reading = read("<CTfile><CTFpupilData/></CTfile>", "a.xml")
    assert (reading.status, reading.kind, reading.source, reading.pupils) == ("read", "CTF", {}, ())
    assert reading.problem_codes == {"version-missing"}


def test_a_file_for_a_council_whose_entries_tell_nothing_is_a_transfer() -> None:
    silent = "<School><LEA>310</LEA><Estab>2999</Estab></School>"
    reading = read(ctf(pupil(stays=silent), head=header(destination=COUNCIL)), "a.xml")
    assert (reading.kind, reading.kind_from) == ("CTF", "header")


def test_a_pupil_without_any_history_is_lost_too() -> None:
    reading = read(ctf(pupil(stays=""), head=header(destination=NOWHERE)), LOST_NAME)
    assert reading.lost
    assert reading.problem_codes == {"history-missing"}
