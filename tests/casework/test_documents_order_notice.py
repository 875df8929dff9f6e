"""What the school is told of the orders that name it (L09): service to come, a first day that has come, two orders."""

from __future__ import annotations

from datetime import date

import pytest

from cme_desktop.casework.parents import Phone
from cme_desktop.domain.errors import UserError
from cme_desktop.models.document import Document
from tests.casework.look import rows
from tests.casework.order_path import Path, start
from tests.documents.reading import text
from tests.factories import SECONDARY, Register, parent_facts

ORDERED = date(2027, 1, 4)


def _settled(register: Register, **changes: object) -> Path:
    """Walk a case with one parent or two to the day on which the school is settled on."""
    path = start(register, **changes)
    parents = range(1, len(changes.get("parents", (None,))) + 1)  # type: ignore[arg-type]
    path.at(date(2026, 12, 1))
    for parent in parents:
        path.letter("L04", parent_id=parent, method="hand")
        path.step("serve-437", parent=parent, method="hand")
    path.at(date(2026, 12, 16)).step("assess-response", result="none")
    path.step("decide-expedient", expedient="yes", reasons="No education.")
    path.step("consult-school", urn=SECONDARY)
    path.step("notify-school-439", urn=SECONDARY, received="2026-12-16")
    path.step("record-school-answer", urn=SECONDARY, answer="No application.")
    for parent in parents:
        path.letter("L07", parent_id=parent, method="hand")
        path.step("serve-438", parent=parent, method="hand", urn=SECONDARY)
    path.at(ORDERED).step("determine-school", urn=SECONDARY, basis="specified")
    return path


def _order(path: Path, method: str, parent: int = 1) -> None:
    path.letter("L08", parent_id=parent, method=method, texts={"start_date": "2027-01-11"})
    path.step("serve-order", parent=parent, method=method)


def _told(path: Path) -> str:
    return text(path.pdf(path.step("inform-school").documents[0]))


def test_an_order_that_is_in_the_post_is_said_to_be_served_later(register: Register) -> None:
    path = _settled(register)
    _order(path, "first-class")
    words = _told(path)
    assert "has made a school attendance order that names Example High School" in words
    assert (
        "SAO-2027-0001, made on 4 January 2027, posted on 4 January 2027 and counts as served on 6 January 2027"
    ) in words
    assert "has served" not in words


@pytest.mark.parametrize(("method", "day"), [("hand", ORDERED), ("first-class", date(2027, 1, 6))])
def test_an_order_that_counts_as_served_is_said_to_be_served(register: Register, method: str, day: date) -> None:
    path = _settled(register)
    _order(path, method)
    words = _told(path.at(day))
    assert "has served a school attendance order that names" in words
    assert f"made on 4 January 2027, served on {day.day} January 2027" in words
    assert "posted" not in words


def test_in_good_time_the_school_rings_before_the_first_day(register: Register) -> None:
    path = _settled(register)
    _order(path, "hand")
    words = _told(path)
    assert "First day Monday 11 January 2027" in words
    assert "By Thursday 7 January 2027: ring the parent and agree the first morning." in words
    assert "On Monday 11 January 2027: enter Amara in the admission register from the first day agreed" in words
    assert "By Friday 15 January 2027: send us the slip" in words


def test_the_school_rings_by_the_first_day_at_the_latest(register: Register) -> None:
    path = _settled(register)
    _order(path, "hand")
    words = _told(path.at(date(2027, 1, 8)))
    assert "By Monday 11 January 2027: ring the parent" in words
    assert "On Monday 11 January 2027: enter Amara" in words


@pytest.mark.parametrize(
    ("day", "entry", "slip"),
    [
        (date(2027, 1, 11), "Tuesday 12 January 2027", "Monday 18 January 2027"),
        (date(2027, 1, 15), "Monday 18 January 2027", "Friday 22 January 2027"),
    ],
)
def test_when_the_first_day_has_come_the_child_is_entered_at_once(
    register: Register, day: date, entry: str, slip: str
) -> None:
    path = _settled(register)
    _order(path, "hand")
    words = _told(path.at(day))
    assert "First day ordered Monday 11 January 2027" in words
    assert f"By {entry}: ring the parent and agree the first morning." in words
    assert f"At once, on {entry}: enter Amara in the admission register, whether or not Amara comes that day." in words
    assert "The first day in the order has come already." in words
    assert f"By {slip}: send us the slip below." in words
    assert "On Monday 11 January 2027" not in words


def test_the_officer_asks_the_school_for_nothing_before_the_letter(register: Register) -> None:
    path = _settled(register)
    _order(path, "hand")
    for name in ("contact_by", "confirm_by"):
        with pytest.raises(UserError, match=f"{name.replace('_', ' ')} lies before the day of the letter, Friday 8"):
            path.at(date(2027, 1, 8)).step("inform-school", on=None, **{name: "2027-01-07"})
    assert "L09" not in {row.code for row in rows(register, Document)}


def _father(*phones: Phone) -> object:
    return parent_facts(
        forename="Musa", title="Mr", relationship="Father", relationship_code="PAF", phones=phones, address=("9 Other",)
    )


def test_two_orders_are_spoken_of_as_two_and_a_shared_phone_is_named_once(register: Register) -> None:
    path = _settled(register, parents=(parent_facts(), _father(Phone("07700 900123", "M"))))
    for parent in (1, 2):
        _order(path, "first-class", parent)
    words = _told(path)
    for phrase in (
        "School attendance orders name your school",
        "has made school attendance orders that name Example High School",
        "Parents on the orders Ms Isatu Kamara and Mr Musa Kamara, 07700 900123 Orders",
        "Orders SAO-2027-0001 and SAO-2027-0002, made on 4 January 2027, posted on 4 January 2027 and count as served "
        "on 6 January 2027",
        "ring the parents and agree",
        "If the parents have not been in touch, tell us then",
        "while the orders are in force",
        "Not yet: the parents have not been in touch",
    ):
        assert phrase in words
    assert words.count("07700 900123") == 1
    for single in ("ring the parent and", "the order is in force", "a school attendance order", "the parent has"):
        assert single not in words


def test_each_order_and_each_phone_is_told_apart(register: Register) -> None:
    path = _settled(register, parents=(parent_facts(), _father(Phone("07700 900456", "M"))))
    _order(path, "hand", 1)
    _order(path, "first-class", 2)
    words = _told(path)
    assert "07700 900123 (Ms Isatu Kamara) and 07700 900456 (Mr Musa Kamara)" in words
    assert (
        "made on 4 January 2027, SAO-2027-0001 served on 4 January 2027; SAO-2027-0002 posted on 4 January 2027 and "
        "counts as served on 6 January 2027"
    ) in words


def test_the_phone_of_one_of_two_parents_says_whose_it_is(register: Register) -> None:
    path = _settled(register, parents=(parent_facts(), _father()))
    for parent in (1, 2):
        _order(path, "hand", parent)
    words = _told(path)
    assert "Ms Isatu Kamara and Mr Musa Kamara, 07700 900123 (Ms Isatu Kamara)" in words
    assert "has served school attendance orders that name" in words
