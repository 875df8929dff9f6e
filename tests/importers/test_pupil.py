"""A pupil's values are found at any depth, but never taken from another person, time or school (s2s-files.md 9)."""

from __future__ import annotations

import json

import pytest

from cme_desktop.importers.s2s.reading import ContactReading, FileReading, PupilReading, SchoolEntry
from tests.importers.files import DECLARATION, SOURCE, STAY, ctf, document, header, one, pupil, read

SENDER = {"LEA": "310", "Estab": "2999", "URN": "999001"}


def unused(extra: str, **changed: str | None) -> list[str]:
    """Return what is not used of a pupil with these further elements, by path below the pupil."""
    lead = "CTfile/CTFpupilData/Pupil/"
    return [path.removeprefix(lead) for path in read(ctf(pupil(extra, **changed))).unused_elements]


def test_values_are_found_wherever_they_stand() -> None:
    found = one(ctf(pupil("<Leaver><Details><Email>a@example.org</Email></Details></Leaver>", UPN=None)))
    assert found.values["Email"] == "a@example.org"
    deep = one(ctf(pupil("<Details><UPN>Z310201518042</UPN></Details>", UPN=None)))
    assert deep.values["UPN"] == "Z310201518042"


def test_the_value_that_stands_highest_counts_and_another_is_listed() -> None:
    extra = "<BasicDetails><Details><Surname>Deeper</Surname></Details></BasicDetails>"
    assert one(ctf(pupil(extra))).values["Surname"] == "Testpupil"
    assert unused(extra) == ["BasicDetails/Details", "BasicDetails/Details/Surname"]
    assert unused("<BasicDetails><LegalSurname>Testpupil</LegalSurname></BasicDetails>") == []


@pytest.mark.parametrize(
    "block",
    [
        "Parent",
        "Carer",
        "Guardian",
        "EmergencyContact",
        "Sibling",
        "Doctor",
        "FutureAddress",
        "NewSchool",
        "Attendance",
    ],
)
def test_another_person_time_or_school_lends_nothing(block: str) -> None:
    inside = (
        "<Surname>Other</Surname><Forename>Other</Forename><DOB>1980-01-01</DOB><Email>o@example.org</Email>"
        "<Address><PostCode>HA9 3ZZ</PostCode></Address><Phones><Phone><PhoneNo>07700900001</PhoneNo></Phone></Phones>"
    )
    found = one(ctf(pupil(f"<{block}>{inside}</{block}>", Surname=None, Forename=None)))
    assert "Surname" not in found.values
    assert "Email" not in found.values
    assert found.address == {}
    assert found.phones == ()
    assert f"{block}/Surname" in unused(f"<{block}>{inside}</{block}>")


def test_a_contact_keeps_its_own_values() -> None:
    contact = (
        "<Contacts><Contact><Surname>Parent</Surname><Email>p@example.org</Email>"
        "<Address><PAON>9</PAON></Address><Phone><PhoneNo>07700900002</PhoneNo></Phone></Contact><Contact/></Contacts>"
    )
    found = one(ctf(pupil(contact)))
    assert found.values["Surname"] == "Testpupil"
    assert "Email" not in found.values
    assert found.address == {}
    assert found.contacts[0] == ContactReading(
        {"Surname": "Parent", "Email": "p@example.org"}, {"PAON": "9"}, ({"PhoneNo": "07700900002"},)
    )
    assert found.contacts[1] == ContactReading({})


def test_contacts_and_stays_may_stand_straight_under_the_pupil() -> None:
    extra = "<Contact><Surname>Parent</Surname></Contact><School><LEA>304</LEA><Estab>2999</Estab></School>"
    found = one(ctf(pupil(extra)))
    assert [contact.values for contact in found.contacts] == [{"Surname": "Parent"}]
    assert [entry.values.get("LEA") for entry in found.history] == ["310", "304"]


def test_wrapped_parts_are_found_in_their_blocks() -> None:
    extra = (
        "<Contacts><List><Contact><Surname>Parent</Surname></Contact></List></Contacts>"
        "<Phones><List><Phone><PhoneNo>07700900003</PhoneNo></Phone></List></Phones>"
        "<SENneeds><SENneed><SENtype>SLCN</SENtype></SENneed></SENneeds>"
        "<Languages><LanguageType>F</LanguageType><Language>POL</Language></Languages>"
    )
    found = one(ctf(pupil(extra)))
    assert [contact.values for contact in found.contacts] == [{"Surname": "Parent"}]
    assert found.phones == ({"PhoneNo": "07700900003"},)
    assert found.sen_needs == ({"SENtype": "SLCN"},)
    assert found.languages == ({"LanguageType": "F", "Language": "POL"},)


def test_the_first_address_that_holds_anything_counts() -> None:
    extra = "<Address><Town/></Address><Address><Town>Harrow</Town></Address><Address><Town>Pinner</Town></Address>"
    assert one(ctf(pupil(extra))).address == {"Town": "Harrow"}
    assert unused(extra) == ["Address/Town"]
    assert one(ctf(pupil("<Address><Town/></Address>"))).address == {}


def test_an_address_or_telephone_that_is_mere_text_is_listed_not_lost() -> None:
    assert unused("<Address>12 Sample Road</Address><Phones>07700900004</Phones>") == ["Address", "Phones"]


def test_every_former_upn_is_kept_once() -> None:
    extra = (
        "<BasicDetails><FormerUPN>E310200124017</FormerUPN><FormerUPN/><FormerUPN>X31020262003A</FormerUPN>"
        "<FormerUPN>E310200124017</FormerUPN></BasicDetails>"
    )
    assert one(ctf(pupil(extra))).former_upns == ("E310200124017", "X31020262003A")


def test_empty_elements_are_absent() -> None:
    found = one(ctf(pupil("<BasicDetails><PreferredSurname/><EnrolStatus>  </EnrolStatus></BasicDetails>", UPN="")))
    assert set(found.values) == {"Surname", "Forename", "DOB", "Sex"}
    assert unused("<BasicDetails><PreferredSurname/></BasicDetails>") == []


def test_values_are_composed_and_lose_what_cannot_be_seen() -> None:
    found = one(ctf(pupil(Surname="Zoe\u0308 \u202eevil\u2069", Forename="A\nB", MiddleNames="\u00a0C\u00a0")))
    assert found.values["Surname"] == "Zoë evil"
    assert found.values["Forename"] == "A B"
    assert one(ctf(pupil("<BasicDetails><MiddleNames>\u00a0C\u00a0</MiddleNames></BasicDetails>"))).values[
        "MiddleNames"
    ] == ("C")


def test_names_match_without_regard_to_case_and_namespace() -> None:
    text = document(pupil("<basicdetails><ncyearactual>6</ncyearactual></basicdetails>", UPN=None))
    text = text.replace("<CTfile>", '<x:CTfile xmlns:x="urn:x">').replace("</CTfile>", "</x:CTfile>")
    text = text.replace("<Surname>", "<x:surname>").replace("</Surname>", "</x:surname>")
    found = one(DECLARATION + text)
    assert (found.values["Surname"], found.values["NCyearActual"]) == ("Testpupil", "6")


def test_a_pupil_inside_a_pupil_is_not_a_pupil() -> None:
    reading = read(ctf(pupil("<Pupil><Surname>Inner</Surname></Pupil>")))
    assert len(reading.pupils) == 1
    assert "CTfile/CTFpupilData/Pupil/Pupil/Surname" in reading.unused_elements


def test_what_stands_around_the_pupils_is_listed() -> None:
    data = document().replace("<CTFpupilData>", "<CTFschoolData><Note>x</Note></CTFschoolData><CTFpupilData>")
    assert read(data).unused_elements == ("CTfile/CTFschoolData", "CTfile/CTFschoolData/Note")
    head = header(more="<ReleaseDate>2025-11-14</ReleaseDate>")
    assert read(ctf(head=head)).unused_elements == ("CTfile/Header/ReleaseDate",)


def test_the_list_of_unused_elements_is_bounded() -> None:
    extra = "".join(f"<Unknown{number}/>" for number in range(3_000)) + f"<{'N' * 5_000}/>"
    paths = read(ctf(pupil(extra))).unused_elements
    assert len(paths) == 1_000
    assert max(map(len, paths)) <= 300


def test_contacts_in_order_of_priority() -> None:
    contacts = "".join(
        f"<Contact><Order>{order}</Order><Forename>{name}</Forename></Contact>"
        for order, name in (("3", "C"), ("10", "D"), ("first", "E"), ("1", "A"), ("", "F"), ("2", "B"))
    )
    found = one(ctf(pupil(f"<Contacts>{contacts}</Contacts>")))
    assert [contact.values["Forename"] for contact in found.contacts] == ["C", "D", "E", "A", "F", "B"]
    assert [contact.values["Forename"] for contact in found.contacts_by_priority()] == ["A", "B", "C", "D", "E", "F"]


def stay(lea: str, entry: str, left: str = "") -> SchoolEntry:
    """Return a stay at a school of this council."""
    values = {"LEA": lea, "Estab": "2999", "EntryDate": entry} | ({"LeavingDate": left} if left else {})
    return SchoolEntry(values)


def test_stays_are_sorted_by_date_and_the_newest_at_the_sender_counts() -> None:
    old, middle, new = stay("310", "2014-09-01", "2016-07-01"), stay("304", "2016-09-01"), stay("310", "2018-09-01")
    found = PupilReading(number=1, history=(middle, old, new))
    assert found.history_by_date() == (new, middle, old)
    assert found.stay_at(SENDER) == new
    assert found.stay_at({"LEA": "312", "Estab": "2999"}) is None
    assert found.leaving({"LEA": "312", "Estab": "2999"}) == old
    assert found.leaving(SENDER) == new
    assert PupilReading(number=1).leaving(SENDER) is None


@pytest.mark.parametrize(
    ("school", "at_it"),
    [
        ({"LEA": "310", "Estab": "2999"}, True),
        ({"LEA": "304", "Estab": "9999", "URN": "999001"}, True),
        ({"LEA": "310"}, False),
        ({"URN": "XXXXXX"}, False),
        ({}, False),
    ],
)
def test_a_school_is_known_by_number_or_by_urn(school: dict[str, str], at_it: bool) -> None:
    assert SchoolEntry({"LEA": "310", "Estab": "2999", "URN": "999001"}).is_at(school) is at_it
    assert not SchoolEntry({"URN": "XXXXXX"}).is_at({"URN": "XXXXXX"})


def test_a_ground_outside_the_history_tells_of_leaving() -> None:
    extra = "<LeavingDate>2025-11-13</LeavingDate><RemovalGrounds>H</RemovalGrounds>"
    found = one(ctf(pupil(extra, stays=STAY)))
    leaving = found.leaving(SENDER)
    assert leaving is not None
    assert (leaving.ground, found.stays[-1]) == ("2024:9(1)(h)", leaving)
    joined = one(ctf(pupil("<EntryDate>2025-11-13</EntryDate>", stays="")))
    assert joined.stay_at(SENDER) == SchoolEntry({"EntryDate": "2025-11-13"})
    assert joined.problems == ()


def test_plain_data_there_and_back() -> None:
    extra = (
        "<BasicDetails><FormerUPN>E310200124017</FormerUPN><Disabilities><Disability>HEAR</Disability></Disabilities>"
        "</BasicDetails><LookedAfter><InCare>true</InCare></LookedAfter><LeavingDate>2025-11-13</LeavingDate>"
        "<RemovalGrounds>H</RemovalGrounds><Email>a@example.org</Email>"
        "<Contacts><Contact><Order>1</Order><Address><PAON>1</PAON></Address></Contact></Contacts>"
    )
    reading = read(ctf(pupil(extra, DOB=None), pupil(UPN="E310200124017"), head=header(source=SOURCE)))
    form = json.loads(json.dumps(reading.as_json()))
    assert FileReading.from_json(form) == reading


@pytest.mark.parametrize("swapped", [False, True])
def test_the_standard_name_counts_before_another_in_any_order(swapped: bool) -> None:
    both = ["<Sex>F</Sex>", "<Gender>M</Gender>"]
    reading = read(ctf(pupil("".join(reversed(both) if swapped else both), Sex=None)))
    assert reading.pupils[0].values["Sex"] == "F"
    assert reading.repairs == ()
    assert reading.unused_elements == ("CTfile/CTFpupilData/Pupil/Gender",)


def test_attributes_are_listed_because_nothing_is_taken_from_them() -> None:
    data = document(pupil("<Note kind='x'/>")).replace("<Pupil>", "<Pupil UPN='Z310201518042'>")
    assert read(data).unused_elements == (
        "CTfile/CTFpupilData/Pupil/@UPN",
        "CTfile/CTFpupilData/Pupil/Note",
        "CTfile/CTFpupilData/Pupil/Note/@kind",
    )


@pytest.mark.parametrize("block", ["Contacts", "SchoolHistory", "Phones", "Address", "Languages", "Details", "Contact"])
def test_blocks_may_be_nested_as_deep_as_a_file_may_be(block: str) -> None:
    inside = "<Contact><School><Phone><PhoneNo>1</PhoneNo></Phone></School></Contact>"
    assert read(ctf(pupil(f"<{block}>{'<a>' * 245}{inside}{'</a>' * 245}</{block}>"))).status == "read"
    assert read(ctf(pupil(f"<{block}>" * 248 + f"</{block}>" * 248))).status == "read"
