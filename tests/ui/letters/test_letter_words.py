"""What the head, the list and the card say for each stage of a letter, without a window."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from cme_desktop.casework.documents.drafting import Wanted
from cme_desktop.domain.roles import Person, Role
from cme_desktop.register.letters import LetterRow
from cme_desktop.ui.letters.columns import row_of, tag_of
from cme_desktop.ui.letters.preview.approval import DONE, NOW, WRONG, progress_of
from cme_desktop.ui.letters.preview.notices import NoticeLine, title_of
from cme_desktop.ui.letters.preview.subject import Entry, LetterCase, Stage, heading, noun, state_words, together
from cme_desktop.ui.letters.preview.wishes import from_draft, to_draft, with_values

TODAY = date(2026, 11, 24)
TEN = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
OFFICER = Person(1, "Ann Example", frozenset({Role.OFFICER}))
MANAGER = Person(2, "Bernard Hall", frozenset({Role.MANAGER}))
CASE = LetterCase("CME-2026-00001", "L04", "Ioana Munteanu", (), (), ("Bernard Hall",), True, TODAY)
ROW = LetterRow(
    document_id=7,
    ref=CASE.ref,
    child="Ioana Munteanu",
    code="L04",
    title="Notice s437(1)",
    addressee="Mr Dan Munteanu",
    state="draft",
    approval="",
    number="",
    drafted_by="Ann Example",
    drafted_at=TEN,
    asked_by="",
    issued_at=None,
    printed_at=None,
    posted_on=None,
    served=0,
    parent_id=2,
)


def entry(**changes: object) -> Entry:
    """Return an entry of the father, filed as a draft with some changes."""
    return Entry(2, "Dan Munteanu", "Father", row=replace(ROW, **changes))  # type: ignore[arg-type]


STAGES = [
    (entry(), Stage.DRAFT, ["withdraw", "print", "issue"]),
    (entry(approval="waiting"), Stage.WAITING, ["save", "print", "withdraw"]),
    (entry(approval="refused"), Stage.REFUSED, ["save", "print", "again"]),
    (entry(approval="approved"), Stage.APPROVED, ["save", "issue", "issue-print"]),
    (entry(state="issued", issued_at=TEN), Stage.ISSUED, ["more", "save", "print", "serve"]),
    (entry(state="issued", issued_at=TEN, printed_at=TEN), Stage.PRINTED, ["more", "save", "print", "serve"]),
    (entry(state="issued", issued_at=TEN, printed_at=TEN, served=1), Stage.PRINTED, ["more", "save", "print"]),
]


@pytest.mark.parametrize(("one", "stage", "keys"), STAGES)
def test_the_buttons_of_each_stage(one: Entry, stage: Stage, keys: list[str]) -> None:
    assert one.stage is stage
    shown = heading(CASE, (one,), 2, OFFICER, 0)
    assert [button.key for button in shown.buttons] == keys
    assert sum(button.primary for button in shown.buttons) <= 1, "one fill at most"


@pytest.mark.parametrize(("one", "stage", "keys"), STAGES)
def test_a_manager_decides_and_does_nothing_else(one: Entry, stage: Stage, keys: list[str]) -> None:
    assert one.row is not None
    shown = heading(CASE, (replace(one, row=replace(one.row, mine=True)),), 2, MANAGER, 0)
    decides = ["refuse", "approve"] if stage is Stage.WAITING else []
    assert [button.key for button in shown.buttons] == decides
    assert "approve" not in keys


def test_a_manager_who_asked_does_not_decide() -> None:
    shown = heading(CASE, (entry(approval="waiting"),), 2, MANAGER, 0)
    assert not shown.buttons
    assert "another manager decides" in shown.beside


def test_what_has_come_as_far_is_acted_on_together() -> None:
    mother = Entry(1, "Ioana-Maria Munteanu", "Mother", row=replace(ROW, document_id=6, parent_id=1))
    father, printed = entry(), entry(state="issued", issued_at=TEN)
    assert together((mother, father), 2) == (mother, father)
    assert together((replace(mother, ticked=False), father), 2) == (father,)
    assert together((mother, printed), 2) == (printed,)
    assert together((mother, father), 9) == ()


def test_the_card_tells_who_and_when() -> None:
    nodes = progress_of(CASE, entry(approval="waiting", asked_at=TEN), "Ann Example").nodes
    assert [(node.words, node.right, node.mark) for node in nodes[:3]] == [
        ("Draft by Ann Example", "today 10:00", DONE),
        ("Asked", "today 10:00", DONE),
        ("Approved by a second person", "Bernard Hall", NOW),
    ]
    refused = progress_of(CASE, entry(approval="refused", refused_because="Say more"), "Ann Example")
    assert WRONG in [node.mark for node in refused.nodes]
    assert refused.note == "The reason: Say more"
    assert "Refused by a second person" in refused.says()


def test_no_second_person_is_named_where_none_is_needed() -> None:
    case = replace(CASE, code="L01", needs_approval=False)
    making = progress_of(case, Entry(2, "Dan Munteanu"), "Ann Example")
    assert making.note == "This letter needs no second person."
    assert not any("second person" in node.words for node in making.nodes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Draft"),
        ({"approval": "waiting"}, "Waits for approval"),
        ({"approval": "approved"}, "Approved, not issued"),
        ({"approval": "refused"}, "Refused"),
        ({"state": "issued"}, "To print"),
        ({"state": "issued", "printed_at": TEN}, "Printed"),
        ({"state": "issued", "sent": True}, "Sent by school2school"),
        ({"state": "issued", "printed_at": TEN, "served": 1}, "Served"),
        ({"state": "issued", "printed_at": TEN, "posted_on": TODAY}, "Printed"),
        ({"state": "issued", "printed_at": TEN, "posted_on": TODAY, "code": "L01"}, "Posted"),
        ({"state": "issued", "posted_on": TODAY, "code": "L01"}, "Posted"),
        ({"state": "issued", "served": 1}, "Served"),
        ({"state": "issued", "printed_at": TEN, "returned_on": TODAY, "served": 1}, "Came back"),
    ],
)
def test_the_tag_of_a_letter_in_its_list(changes: dict[str, object], words: str) -> None:
    row = replace(ROW, **changes)  # type: ignore[arg-type]
    assert tag_of(row).text == words
    assert row_of(row, TODAY).ref == CASE.ref


@pytest.mark.parametrize(
    ("relations", "words"),
    [
        (("Mother", "Father"), "Mother and father"),
        (("Mother", ""), "2 parents and carers"),
        (("Mother", "Father", "Aunt"), "3 parents and carers"),
    ],
)
def test_the_card_of_the_notices_is_named_for_whom_they_are(relations: tuple[str, ...], words: str) -> None:
    lines = [NoticeLine(number, "A", one, True, True, False, "") for number, one in enumerate(relations)]
    assert title_of(lines) == words


def test_words_for_how_one_stands() -> None:
    assert state_words(Entry(2, "Dan", may_be_written_to=False), 0) == "not written to"
    assert state_words(Entry(2, "Dan"), 1) == "1 missing"
    assert state_words(Entry(2, "Dan"), 3) == "3 missing"
    assert state_words(entry(approval="waiting"), 0) == "waits"
    assert (noun("L04"), noun("L08", 2), noun("L01")) == ("notice", "orders", "letter")


def test_what_was_typed_comes_back_as_it_was() -> None:
    wanted = Wanted(parent_id=2)
    for key, values in (
        ("facts", {"facts": "One.\n\nTwo."}),
        ("sent", {"method": "hand", "sent_on": "2026-11-25"}),
        ("signatory", {"signatory": "3"}),
        ("school", {"urn": "999001"}),
        ("alternatives", {"alternatives": "999002\n999003"}),
        ("received", {"received": "2026-11-24"}),
    ):
        wanted = with_values(wanted, key, values)
    assert wanted.texts == {"fact_1": "One.", "fact_2": "Two."}
    assert from_draft(Wanted(parent_id=2), to_draft(wanted), TODAY) == wanted
    later = from_draft(Wanted(parent_id=2), to_draft(wanted), date(2026, 11, 26))
    assert later.sent_on is None, "a day that has passed is not proposed again"


def test_an_emptied_line_is_the_cases_own_again_but_where_nothing_may_be_said() -> None:
    wanted = with_values(Wanted(), "reasons", {"reasons": "Words"})
    assert with_values(wanted, "reasons", {"reasons": " "}).texts == {}
    assert with_values(Wanted(), "support_summary", {"support_summary": ""}).texts == {"support_summary": ""}
