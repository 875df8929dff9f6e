"""Every particular of law-and-process.md 2.7, read back from the finished file by another program."""

from __future__ import annotations

import pytest

from tests.documents.factories import letter, render
from tests.documents.reading import text

CHILD, BORN, HOME = "Mara Ștefan", "born 9 May 2017", "Flat 2, 14 Invented Road, Harrow ZZ1 1ZZ"
PARENT, SCHOOL = "Mr Łukasz Ștefan", "Example Primary School"
SIGNED = (
    "Anita Patel Lead Officer, Children Missing Education Authorised to sign this document for the council "
    "(section 566 of the Education Act 1996): scheme of delegation, 1 September 2026"
)
REACH_US = ("020 7946 0461", "cme@council.example", "Anita Patel")
EVERY_WORD = ("L01", "L04", "L05", "L06", "L07", "L08", "L09", "L24")

PARTICULARS = {
    "L01": (
        "section 436A of the Education Act 1996",
        CHILD,
        "by Wednesday 28 October 2026",
        "Tell us its name, its town and the first day there.",
        "You teach Mara at home, or someone else does.",
        "Tell us the new address",
        "School Admissions, 020 7946 0462, council.example/admissions.",
        "Worried about someone’s safety: 020 7946 0690. If anyone is in danger now, ring 999.",
        "Reply slip · CME-2026-00042",
        *REACH_US,
    ),
    "L04": (
        f"{PARENT}, {HOME}",
        CHILD,
        BORN,
        f"Child’s address {HOME}",
        "It appears to the council that Mara Ștefan is not receiving suitable education, either by regular attendance "
        "at school or otherwise.",
        "Test Park Primary School took Mara off its register on 2 October 2026",
        "You are required to satisfy the council, within the period below, that Mara Ștefan is receiving suitable "
        "education.",
        "The period is 15 days beginning with the day on which this notice is served on you, and that day counts as "
        "day 1.",
        "The last day is Tuesday 15 December 2026.",
        "Any of these can help",
        "write to Example House, 1 Sample Way, Harrow ZZ1 1ZZ",
        "under section 437(1) of the Education Act 1996",
        "section 437(3) says we must serve a school attendance order on you",
        "Date 27 November 2026",
        SIGNED,
        *REACH_US,
    ),
    "L05": (
        "section 439(5) requires it to consult the governing body",
        CHILD,
        BORN,
        HOME,
        "Year 5",
        "Your school is 0.6 miles from Mara’s home",
        "by Friday 15 January 2027",
        "Date 16 December 2026",
        *REACH_US,
    ),
    "L06": (
        CHILD,
        BORN,
        "Year 5",
        HOME,
        "has decided to specify Example Primary School in a notice under section 438(2) of the Education Act 1996",
        "You may apply to the Secretary of State for a direction within 15 days beginning with the day on which you "
        "receive this notice.",
        "If you apply, the law requires you to tell the council.",
        "The governing body and the head teacher, Example Primary School (URN 999001)",
        "Last day to apply Monday 1 February 2027",
        "Date 18 January 2027",
        SIGNED,
        *REACH_US,
    ),
    "L07": (
        f"{PARENT}, {HOME}",
        CHILD,
        BORN,
        "The council intends to serve a school attendance order on you.",
        "The school we intend to name is Example Primary School (URN 999001), 2 Sample Lane, Harrow ZZ1 2ZZ.",
        "Other suitable schools you may choose: Sample Primary Academy (URN 999002), 8 Test Street, Harrow ZZ1 3ZZ.",
        "what each one does (section 438(3) to (6))",
        "Pick a school from our list.",
        "Apply to a school that a council maintains,",
        "Ask us to pay for a place at a school that no council maintains.",
        "Apply yourself to an academy or independent school",
        "None of these",
        "The last day is Tuesday 16 February 2027.",
        "15 days beginning with the day on which this notice is served on you",
        "phone 020 7946 0461 or write to Example House",
        "Date 2 February 2027",
        SIGNED,
    ),
    "L08": (
        "School attendance order",
        "Education Act 1996, section 437(3)",
        "Authority London Borough of Harrow",
        f"{PARENT}, {HOME}",
        f"{CHILD}, {BORN}, of {HOME}",
        "The council served a notice on you under section 437(1) of the Education Act 1996 on 1 December 2026.",
        "You have failed to satisfy the council, within the period the notice gave, that Mara Ștefan is receiving "
        "suitable education.",
        "In the opinion of the council it is expedient that Mara Ștefan should attend school.",
        "The council therefore orders you to cause Mara Ștefan to become a registered pupil at Example Primary School, "
        "2 Sample Lane, Harrow ZZ1 2ZZ.",
        "Example Primary School is named because the council specified it in the notice",
        "SAO-2027-0003, made on 22 February 2027",
        SIGNED,
        "guilty of an offence under section 443 of the Education Act 1996, unless the parent proves that the child is "
        "receiving suitable education otherwise than at school.",
        "You may ask the council to amend the order",
        "revoke (cancel) the order",
        "refer the question to the Secretary of State (section 442)",
        "continues in force for as long as Mara Ștefan is of compulsory school age",
        "Our reference CME-2026-00042",
    ),
    "L09": (
        "SAO-2027-0003, made on 22 February 2027, served on 22 February 2027",
        "the governing body must admit the child (section 437(6))",
        "inform the governing body and the head teacher",
        f"{CHILD}, {BORN}",
        "W999001017001",
        HOME,
        f"{PARENT}, 07700 900142",
        "First day Monday 1 March 2027",
        "By Friday 5 March 2027: send us the slip below.",
        "Entered in the admission register",
        SIGNED,
        *REACH_US,
    ),
    "L24": (
        CHILD,
        BORN,
        "5 October 2026, your reference TPP/26/118",
        "Case closed on 9 March 2027",
        "Outcome School place taken up",
        "ring 020 7946 0690; in danger now, ring 999.",
        "Date 10 March 2027",
        "Anita Patel Lead Officer, Children Missing Education",
        *REACH_US,
    ),
}


@pytest.mark.parametrize("code", PARTICULARS)
@pytest.mark.parametrize("training", [False, True])
def test_every_particular_reads_back(code: str, training: bool) -> None:
    read = text(render(letter(code), training=training).content)
    for particular in PARTICULARS[code]:
        assert particular in read
    assert "CME-2026-00042" in read
    assert "{" not in read
    assert "**" not in read


@pytest.mark.parametrize(
    ("code", "changes", "on", "off", "there"),
    [
        (
            "L04",
            {"child_address": ""},
            ["address_withheld", "ehc_plan"],
            [],
            [
                "Child’s address address known to the council",
                "an order would name the school in the plan (section 441)",
            ],
        ),
        (
            "L05",
            {"reply_body": "trust"},
            ["academy"],
            ["maintained"],
            ["we ask for the trust’s written agreement", HOME],
        ),
        ("L07", {"child_address": ""}, ["address_withheld"], [], ["address known to the council"]),
        ("L07", {}, [], ["alternatives"], ["We list no other school in this notice, so this choice does not arise."]),
        ("L08", {"child_address": ""}, ["address_withheld"], [], [f"{BORN}, address known to the council"]),
        ("L08", {}, ["basis_plan"], ["basis_specified"], ["education, health and care plan (section 441)"]),
        (
            "L09",
            {"trust_agreed_date": "14 January 2027"},
            ["academy"],
            ["maintained"],
            ["The trust agreed in writing on 14 January 2027 to admit the child"],
        ),
        ("L24", {}, ["lost"], ["file_wanted"], ["We have not found the child. The alert stays on our records."]),
    ],
)
def test_the_variants_read_back(
    code: str, changes: dict[str, str], on: list[str], off: list[str], there: list[str]
) -> None:
    made = letter(code, changes, on=on, off=off)
    read = text(render(made).content)
    for words in there:
        assert words in read
    if "address_withheld" in on:
        assert read.count(HOME) == 1  # the parent's own address, and no other


@pytest.mark.parametrize("code", EVERY_WORD)
def test_every_word_of_the_letter_reads_back_in_its_order(code: str) -> None:
    made = letter(code, {"language_names": "Română · Polski · Shqip"})
    read = text(render(made, form_confirmed=True).content).replace(" • ", " ")
    for part in made.text().split("\n"):
        words = part.replace(" · ", " ").split(": ", 1)
        assert all(word in read.replace(" · ", " ") for word in words), part
