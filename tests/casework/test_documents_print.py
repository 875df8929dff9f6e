"""What the documents of a worked case print, read back from their PDFs: every particular of law-and-process.md 2.7."""

from __future__ import annotations

from datetime import date

import pytest

from cme_desktop.casework import cases
from cme_desktop.casework.children import AddressFacts, NameFacts, RegistrationFacts
from cme_desktop.casework.orders.closing import close_case
from tests.casework.order_path import start
from tests.documents.reading import poppler, text
from tests.factories import ACADEMY, PRIMARY, Register, child_facts, parent_facts, referral_facts

CHILD = child_facts(
    names=(NameFacts("Ștefan", "Mara", "Ioana"), NameFacts("Ștefan", "Mara", kind="preferred")),
    dob=date(2017, 5, 9),
    address=AddressFacts(("Flat 2", "14 Invented Road", "Harrow"), "ZZ1 1ZZ"),
    registrations=(
        RegistrationFacts("Test Park Primary School", la="310", estab="2998", leaving_date=date(2026, 10, 2)),
    ),
)
FATHER = parent_facts(
    "Ștefan",
    "Łukasz",
    title="Mr",
    relationship="Father",
    relationship_code="PAF",
    address=("Flat 2", "14 Invented Road", "Harrow"),
    postcode="ZZ1 1ZZ",
)
REFERRAL = referral_facts(
    date(2026, 10, 5), referrer_name="Ms Joanne Okafor", referrer_school_urn=PRIMARY, their_reference="TPP/26/118"
)
COUNCIL = "The London Borough of Harrow (“the council”)"


@pytest.fixture
def worked(register: Register) -> dict[str, str]:
    """Return the words of each document of one case, worked from the first letter to the closing."""
    path = start(register, child=CHILD, parents=(FATHER,), referral=REFERRAL)
    words: dict[str, str] = {}

    def put(document_id: int, code: str) -> None:
        data = path.pdf(document_id)
        words[code] = text(data)
        fonts = poppler("pdffonts", data).splitlines()[2:]
        assert fonts
        assert all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in fonts)

    put(path.letter("L01").id, "L01")
    path.at(date(2026, 11, 27))
    put(path.letter("L04", method="first-class").id, "L04")
    path.step("serve-437", method="first-class", proof="Certificate of posting 0001")
    path.at(date(2026, 12, 16)).step("assess-response", result="none")
    path.step("decide-expedient", expedient="yes", reasons="No education since 2 October.")
    put(path.step("consult-school", urn=PRIMARY).documents[0], "L05")
    path.at(date(2027, 1, 18))
    put(path.step("notify-school-439", urn=PRIMARY, received="2027-01-18").documents[0], "L06")
    path.at(date(2027, 2, 2))
    path.step("consult-school", urn=ACADEMY)
    path.step("agree-academy", urn=ACADEMY, agreed_by="Example Learning Trust")
    put(path.letter("L07", urn=PRIMARY, method="hand", alternatives=(ACADEMY,)).id, "L07")
    path.step("serve-438", method="hand", urn=PRIMARY)
    path.at(date(2027, 2, 22)).step("determine-school", urn=PRIMARY, basis="specified")
    put(path.letter("L08").id, "L08")
    path.step("serve-order", method="hand")
    put(path.step("inform-school").documents[0], "L09")
    path.at(date(2027, 3, 9))
    close_case(
        register.store, register.officer, path.ref, cases.CloseCase("school-place", "S2S joiner", school_urn=PRIMARY)
    )
    put(path.letter("L24").id, "L24")
    return words


@pytest.mark.feature("F54")
@pytest.mark.feature("F58")
def test_every_particular_that_the_law_asks_for_is_printed(worked: dict[str, str]) -> None:
    wanted = {
        "L01": (
            "Dear Mr Ștefan",
            "The records of Test Park Primary School show that Mara left on 2 October 2026.",
            "Mara Ioana Ștefan, born 9 May 2017 (age 9), Year 5",
            "section 436A of the Education Act 1996",
            "What you need to do by Thursday 10 December 2026",
        ),
        "L04": (
            "Notice under section 437(1) of the Education Act 1996",
            "Mr Łukasz Ștefan, Flat 2, 14 Invented Road, Harrow ZZ1 1ZZ",
            "Mara Ioana Ștefan, born 9 May 2017 (age 9)",
            "Child’s address Flat 2, 14 Invented Road, Harrow ZZ1 1ZZ",
            "It appears to the council that Mara Ioana Ștefan is not receiving suitable education",
            "You are required to satisfy the council, within the period below",
            "15 days beginning with the day on which this notice is served",
            "We are posting it first class on Friday 27 November 2026 and expect that day to be Tuesday 1 December "
            "2026",
            "The last day is Tuesday 15 December 2026.",
            "Test Park Primary School took Mara off its register on 2 October 2026.",
            "section 437(3) says we must serve a school attendance order on you",
            "Authorised to sign this document for the council (section 566 of the Education Act 1996)",
            "27 November 2026",
        ),
        "L05": (
            "section 439(5) requires it to consult the governing body",
            "Example Primary School (URN 999001)",
            "Year 5",
            "Your school teaches children of Mara’s age.",
            "expedient that Mara should attend school (16 December 2026)",
            "Copy to: Ms Ruth Osei, head teacher.",
        ),
        "L06": (
            "has decided to specify Example Primary School in a notice under section 438(2)",
            "The governing body and the head teacher, Example Primary School (URN 999001)",
            "Mara Ioana Ștefan, born 9 May 2017 (age 9), Year 5",
            "within 15 days beginning with the day on which you receive this notice",
            "If you apply, the law requires you to tell the council.",
            "Day 1 Monday 18 January 2027",
            "Last day to apply Monday 1 February 2027",
        ),
        "L07": (
            "The council intends to serve a school attendance order on you.",
            "You were served with a notice under section 437(1) on 1 December 2026.",
            "The school we intend to name is Example Primary School (URN 999001), 2 Sample Lane, Harrow ZZ1 2ZZ.",
            "Other suitable schools you may choose: Example Academy (URN 999002), 4 Sample Lane, Harrow ZZ1 2ZZ.",
            "section 438(3) to (6)",
            "The last day is Tuesday 16 February 2027.",
        ),
        "L08": (
            "Education Act 1996, section 437(3)",
            "School attendance order",
            f"Authority {COUNCIL.removeprefix('The ')}",
            "To Mr Łukasz Ștefan, Flat 2, 14 Invented Road, Harrow ZZ1 1ZZ",
            "Child Mara Ioana Ștefan, born 9 May 2017, of Flat 2, 14 Invented Road, Harrow ZZ1 1ZZ",
            "Order SAO-2027-0001, made on 22 February 2027",
            "served a notice on you under section 437(1) of the Education Act 1996 on 1 December 2026",
            "You have failed to satisfy the council",
            "it is expedient that Mara Ioana Ștefan should attend school",
            "to cause Mara Ioana Ștefan to become a registered pupil at Example Primary School, 2 Sample Lane, Harrow "
            "ZZ1 2ZZ",
            "in the notice served on you under section 438(2) on 2 February 2027",
            "offence under section 443",
            "Section 440 says when the council must agree",
            "refer the question to the Secretary of State (section 442)",
            "level 3 on the standard scale",
        ),
        "L09": (
            "Section 437(5) requires us to inform the governing body and the head teacher.",
            "the governing body must admit the child (section 437(6))",
            "SAO-2027-0001, made on 22 February 2027, served on 22 February 2027",
            "First day Monday 1 March 2027",
            "By Thursday 25 February 2027: ring the parent",
            "ask Test Park Primary School for the common transfer file",
            "By Friday 5 March 2027: send us the slip below",
        ),
        "L24": (
            "Dear Ms Okafor",
            "Your referral 5 October 2026, your reference TPP/26/118",
            "Case closed on 9 March 2027",
            "Outcome School place taken up",
        ),
    }
    assert sorted(worked) == sorted(wanted)
    for code, phrases in wanted.items():
        for phrase in phrases:
            assert phrase in worked[code], f"{code} lacks: {phrase}"


@pytest.mark.feature("F56")
def test_every_page_names_case_template_rule_set_and_training(worked: dict[str, str]) -> None:
    for code, words in worked.items():
        rule_set = "HARROW-2023 version 1" if code in ("L01", "L24") else "SAO-A version 1"
        pages = words.count("Page 1 of")
        assert pages == 1
        assert f"CME-2026-00001 · {code}, template 1.0 (" in words
        assert f"rule set {rule_set}" in words
        whole = int(words.partition("Page 1 of ")[2].split()[0])
        assert words.count("TRAINING: made in a training register from invented data.") == whole
