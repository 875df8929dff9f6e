"""Each letter in words: the golden text, every variant of the wording, the preview with its gaps."""

from __future__ import annotations

from pathlib import Path

import pytest

from cme_desktop.documents.letters import Box, ChildInWindow, Paragraph, build_letter, build_preview, words_of
from cme_desktop.documents.template import parse_template
from cme_desktop.documents.words import TemplateFault, plain
from tests.documents.factories import CODES, facts, letter, source, template

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("code", CODES)
def test_the_words_are_the_golden_words(code: str) -> None:
    assert letter(code).text() + "\n" == (GOLDEN / f"{code}.txt").read_text(encoding="utf-8")


def test_a_name_from_the_directory_reads_like_the_words_around_it_and_a_person_as_typed() -> None:
    people = {"child_first": "D'Arcy", "child_name": "D'Arcy O'Brien", "parent_name": "Mrs Úna O'Brien"}
    home = {"child_address": "2 St Mary's Road, Harrow ZZ1 1ZZ"}
    school = {"school_name": "St Anselm's School", "previous_school": "St John's", "support_summary": "D'Arcy's help."}
    window = ("The Chair of Governors", "St Anselm's School", "2 Sample Lane", "Harrow", "ZZ1 2ZZ")
    made = letter("L09", {**people, **home, **school}, address=window)
    words = made.text()
    for phrase in (
        "order that names St Anselm’s School (URN",
        "ask St John’s for the common",
        "D'Arcy’s help.",
        "enter D'Arcy in",
        "Child: D'Arcy O'Brien, born",
        "Parent on the order: Mrs Úna O'Brien, ",
        "Address: 2 St Mary's Road, ",
    ):
        assert phrase in words
    assert "St Anselm’s School" in made.furniture.address_lines
    home_window = ("Mrs Úna O'Brien", "2 St Mary's Road", "Harrow", "ZZ1 1ZZ")
    assert letter("L04", address=home_window).furniture.address_lines == home_window


VARIANTS = [
    ("L01", ["sibling"], [], {"sibling_first": "Ioan"}, ["Please tell us about Ioan too. You can use one reply"], []),
    ("L01", [], [], {}, [], ["You can use one reply"]),
    ("L04", [], [], {}, ["We would first send a second notice that names the school"], ["section 441"]),
    (
        "L04",
        ["ehc_plan"],
        [],
        {},
        ["Mara has an education, health and care plan, so an order would name the school in the plan (section 441)."],
        ["We would first send a second notice"],
    ),
    ("L04", ["address_withheld"], [], {}, ["Child’s address: address known to the council"], []),
    (
        "L04",
        ["fourth_fact", "fifth_fact"],
        ["second_fact", "third_fact"],
        {"fact_4": "Fourth.", "fact_5": "Fifth."},
        ["Test Park Primary School took Mara off its register", "Fourth.", "Fifth."],
        ["School Admissions has no application"],
    ),
    (
        "L05",
        [],
        [],
        {},
        [
            "Consultation under section 439(5) of the Education Act 1996",
            "May we have your views on naming your school?",
            "Before it decides, section 439(5) requires it to consult the governing body.",
            "She has no education, health and care plan.",
            "You have longer because of the Christmas holiday.",
            "If we hear nothing by then we decide without your answer.",
            "You then have 15 days to apply to the Secretary of State for a direction.",
            "Copy to: Ms Ruth Osei, head teacher.",
            "Reply of the governing body",
            "We have no objection",
        ],
        ["trust", "We agree to admit"],
    ),
    (
        "L05",
        ["academy"],
        ["maintained", "needs_known", "longer_period"],
        {"reply_body": "trust", "support_summary": "", "longer_reason": ""},
        [
            "Request for the trust’s written agreement",
            "Will you agree to admit a child under an order?",
            "give the council no power to make an academy admit a child, so we ask for the trust’s written agreement.",
            "Without a written answer we cannot name your school.",
            "we will talk to you about the Fair Access Protocol",
            "Copy to: Ms Ruth Osei, principal.",
            "Reply of the trust",
            "We agree to admit Mara",
            "We do not agree (say why below)",
        ],
        ["439(5)", "governing body", "Secretary of State", "You have longer", "care plan"],
    ),
    (
        "L07",
        [],
        [],
        {},
        ["Other suitable schools you may choose: Sample Primary Academy", "Pick a school from our list."],
        [],
    ),
    (
        "L07",
        [],
        ["alternatives"],
        {"alternative_list": ""},
        [
            "We list no other school in this notice. You still have choices 2, 3 and 4 below.",
            "We list no other school in this notice, so this choice does not arise.",
        ],
        ["Other suitable schools", "Pick a school from our list."],
    ),
    ("L07", ["address_withheld"], [], {}, ["born 9 May 2017 (age 9), address known to the council"], []),
    ("L08", ["address_withheld"], [], {}, ["born 9 May 2017, address known to the council"], ["of address known"]),
    (
        "L09",
        [],
        [],
        {},
        [
            "Information under section 437(5) of the Education Act 1996",
            "Section 437(5) requires us to inform the governing body and the head teacher.",
            "the governing body must admit the child (section 437(6))",
            "UPN: W999001017001",
            "Mr Łukasz Ștefan, 07700 900142",
            "made on 22 February 2027, served on 22 February 2027",
            "and ask Test Park Primary School for the common transfer file by school2school.",
            "Help for Mara",
        ],
        ["trust"],
    ),
    (
        "L09",
        ["academy"],
        ["maintained", "upn_known", "parent_phone_known", "school_before", "support"],
        {"trust_agreed_date": "14 January 2027"},
        [
            "Information about a school attendance order",
            "The trust agreed in writing on 14 January 2027 to admit the child, and we rely on that agreement.",
            "send the new pupil return.",
            "Copy to: Ms Ruth Osei, principal.",
        ],
        ["437(5)", "437(6)", "UPN", "07700", "common transfer file", "Help for"],
    ),
    (
        "L24",
        [],
        [],
        {},
        ["We have finished our enquiries.", "your reference TPP/26/118", "The pupil’s file."],
        ["not found"],
    ),
    (
        "L24",
        ["lost", "still_on_register"],
        ["their_reference", "file_wanted"],
        {"their_ref": "", "outcome_words": "Not found: the alert remains"},
        [
            "We have done what we can for now.",
            "We have not found the child. The alert stays on our records.",
            "This letter is not advice to remove the name.",
        ],
        ["We have finished our enquiries.", "your reference", "The pupil’s file."],
    ),
]


@pytest.mark.parametrize(("code", "on", "off", "changes", "there", "not_there"), VARIANTS)
def test_every_variant_of_the_wording(
    code: str, on: list[str], off: list[str], changes: dict[str, str], there: list[str], not_there: list[str]
) -> None:
    words = letter(code, changes, on=on, off=off).text()
    for sentence in there:
        assert sentence in words
    for sentence in not_there:
        assert sentence not in words


BASES = {
    "basis_specified": "the council specified it in the notice served on you under section 438(2) on 2 February 2027",
    "basis_selected": "you selected it, in the period of the notice served under section 438(2) on 2 February 2027",
    "basis_applied": "Mara Ștefan was offered one (section 438(4))",
    "basis_council_paid": "a place was offered under arrangements for which the council pays (section 438(5))",
    "basis_plan": "it is the school named in Mara Ștefan’s education, health and care plan (section 441)",
    "basis_direction": "the Secretary of State directed it on 20 January 2027 (section 439(8))",
}


@pytest.mark.parametrize("basis", BASES)
def test_the_order_says_how_the_school_was_chosen(basis: str) -> None:
    changes = {"choice_section": "438(4)", "sos_date": "20 January 2027"}
    words = (
        letter("L08", changes, on=[basis], off=["basis_specified"]).text()
        if basis != "basis_specified"
        else (letter("L08", changes).text())
    )
    assert words.count("How the school was chosen.") == 1
    assert BASES[basis] in words
    assert sum(sentence in words for sentence in BASES.values()) == 1
    planned = basis == "basis_plan"
    assert ("You cannot ask for revocation under section 442 while the plan names a school." in words) is planned
    assert ("a change of school is made by changing the plan first (section 441)" in words) is planned
    assert ("You may ask the council at any time to revoke (cancel) the order" in words) is not planned


@pytest.mark.feature("F58")
def test_the_operative_words_of_the_order_are_locked() -> None:
    order = letter("L08")
    page_one = order.blocks[: next(n for n, block in enumerate(order.blocks) if type(block).__name__ == "NewPage")]
    unlocked = [block for block in page_one if not getattr(block, "locked", True)]
    assert unlocked == []
    (operative,) = [block for block in page_one if isinstance(block, Paragraph) and block.kind == "operative"]
    assert plain(operative.words) == (
        "The council therefore orders you to cause Mara Ștefan to become a registered pupil at Example Primary School, "
        "2 Sample Lane, Harrow ZZ1 2ZZ."
    )


@pytest.mark.parametrize(
    ("code", "locked"),
    [
        ("L04", ["It appears to the council", "You are required", "The period is", "If you do not satisfy us"]),
        ("L05", ["requires it to consult"]),
        ("L06", ["has decided to specify", "Your right to apply"]),
        ("L07", ["The council intends", "The school we intend", "Other suitable", "The period to choose", "Pick a"]),
        ("L08", ["guilty of an offence", "amend the order", "revoke (cancel)"]),
        ("L09", ["Section 437(5) requires", "Your duty"]),
    ],
)
def test_what_the_law_requires_is_locked(code: str, locked: list[str]) -> None:
    parts = {" ".join(plain(words) for words in words_of(block)): block for block in letter(code).blocks}
    for start in locked:
        (block,) = [block for words, block in parts.items() if start in words]
        assert getattr(block, "locked", None) is True, start


@pytest.mark.parametrize("code", ["L01", "L24"])
def test_nothing_but_particulars_is_locked_where_the_law_asks_for_no_words(code: str) -> None:
    kinds = {type(block).__name__ for block in letter(code).blocks if getattr(block, "locked", False)}
    assert kinds == {"Particulars"}


@pytest.mark.rule("SD35")
def test_the_closure_letter_tells_the_referrer_the_outcome_and_no_more() -> None:
    words = letter("L24").text()
    assert "Outcome: School place taken up" in words
    for private in ("Flat 2", "Invented Road", "Example Primary School", "W999001017001", "Łukasz"):
        assert private not in words


@pytest.mark.parametrize("code", CODES)
def test_there_is_one_box_and_it_says_what_to_do(code: str) -> None:
    (box,) = [block for block in letter(code).blocks if isinstance(block, Box)]
    assert plain(box.title).startswith("What you need to do")


@pytest.mark.parametrize("code", CODES)
def test_the_title_names_no_child(code: str) -> None:
    made = letter(code)
    assert "Mara" not in plain(made.title) + plain(made.line_above) + made.name


def test_marks_in_the_facts_are_words() -> None:
    words = letter("L01", {"how_we_know": "**Bold** [IF sibling] {child_name} - [ ] # x."}).text()
    assert "**Bold** [IF sibling] {child_name} - [ ] # x." in words


def test_the_window_may_not_name_the_child() -> None:
    with pytest.raises(ChildInWindow, match="Take the name out of the address"):
        build_letter(template("L01"), facts("L01", address=("The parents of mara", "ștefan", "14 Invented Road")))


@pytest.mark.parametrize("addressee", ["Mr Mara Ștefan", "Mara Ștefan"])
def test_a_parent_who_bears_the_name_of_the_child_is_written_to(addressee: str) -> None:
    child = {"child_name": "Mara Ștefan"}
    made = build_letter(template("L01"), facts("L01", child, address=(addressee, "14 Invented Road")))
    assert addressee.split()[-1] in made.text()
    with pytest.raises(ChildInWindow):
        build_letter(template("L01"), facts("L01", child, address=(addressee, "c/o Mara Ștefan", "14 Invented Road")))


def test_a_preview_shows_its_gaps() -> None:
    gaps = facts("L04", {"fact_1": "", "notice_last_day": " "}, address=())
    preview = build_preview(template("L04"), gaps)
    assert preview.missing == ("address_lines", "notice_last_day", "fact_1")
    assert "Last day to reply: [Last day of the period: to be entered]" in preview.text()
    assert "[First fact relied on: to be entered]" in preview.text()
    assert preview.furniture.address_lines == ("[Name and address for the envelope window: to be entered]",)


def test_a_preview_of_complete_facts_is_the_letter() -> None:
    assert build_preview(template("L07"), facts("L07")) == letter("L07")


def test_a_box_holds_words_and_lists_only() -> None:
    odd = source("L24").replace("Nothing more.", "### A heading in a box\nNothing more.")
    with pytest.raises(TemplateFault, match="not a heading"):
        build_letter(parse_template(odd), facts("L24"))


def test_lists_that_a_condition_brings_together_are_numbered_on() -> None:
    joined = source("L24").replace(
        "Thank you for looking out for this child.", "1. one\n\n[IF lost]\nno\n[ELSE]\n2. two\n[END IF]\n\n3. three"
    )
    made = build_letter(parse_template(joined), facts("L24"))
    assert any([plain(item) for item in words_of(block)] == ["one", "two", "three"] for block in made.blocks)
