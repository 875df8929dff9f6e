"""What the law does not allow is refused from the command line with its section and first lawful day, on both paths.

The six of the task: a day early, without the decision, without a school, with a parent left out, on a notice that does
not hold, for a child out of school age. Each is read as a program reads it and as a person does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.case_kit import OFFICER, Desk, copy_desk, make_desk_folder
from tests.cli.conftest import Ran
from tests.factories import ACADEMY, SECONDARY

ACT = "Education Act 1996 "
PRACTICE = "council practice: an academy trust's written agreement takes the place of s439(6)"
COVERED = ACT + "s437(3) and s576; council rule until Legal confirms"


@dataclass
class Walk:
    """One path to an order: by notice to a maintained school, or by the agreement of an academy trust."""

    desk: Desk
    place: Path
    urn: str

    @property
    def maintained(self) -> bool:
        """Say whether the school is a maintained one."""
        return self.urn == SECONDARY

    def at(self, day: str) -> Walk:
        """Go to a day."""
        self.desk.today = day
        return self

    def letter(self, code: str, parent: int) -> None:
        """Make and issue a paper for a parent."""
        number = len(list(self.place.glob("*.pdf")))
        self.desk.letter(code, self.place / f"{number}.pdf", "--parent", parent)

    def serve_notice(self, *parents: int) -> Walk:
        """Serve the first notice on some parents by hand, on 1 December 2026."""
        self.at("2026-12-01")
        for parent in parents:
            self.letter("L04", parent)
            self.desk.act("serve-437", parent=parent, method="hand")
        return self.at("2026-12-16")

    def decide(self) -> Walk:
        """Decide, on 16 December, that school is expedient."""
        self.desk.act("assess-response", result="none")
        self.desk.act("decide-expedient", expedient="yes", reasons="No education since 3 November.")
        return self

    def propose(self) -> Walk:
        """Bring the school so far that it can be proposed: on the day on which that is possible."""
        self.desk.act("consult-school", urn=self.urn)
        if not self.maintained:
            self.desk.act("agree-academy", urn=self.urn, agreed_by="Example Learning Trust")
            return self
        self.desk.act("notify-school-439", urn=self.urn, received="2026-12-16")
        return self.at("2026-12-31")

    def offer(self, *parents: int) -> Walk:
        """Serve the second notice on some parents by hand."""
        for parent in parents:
            self.letter("L07", parent)
            self.desk.act("serve-438", parent=parent, method="hand")
        return self

    def later(self, days: int) -> str:
        """Return the day so many days on."""
        return (date.fromisoformat(self.desk.today) + timedelta(days=days)).isoformat()

    def refused(self, action: str, **given: object) -> dict[str, Any]:
        """Try a step and return the error; a person reads the same sentence, the section and the day."""
        error = self.desk.refused(action, **given)
        words = ["--case", self.desk.ref, "--action", action]
        for name, value in given.items():
            words += ["--set", f"{name}={value}"]
        who = ("--user", OFFICER, "--passphrase-file", self.desk.passphrase, "--today", self.desk.today)
        ran = self.desk.admin("act", self.desk.folder, *words, *who)
        said = ran.err.splitlines()
        assert (ran.code, ran.out) == (2, b"")
        assert said[0] == error["message"]
        assert said[1].startswith(f"Section: {error['section']}.")
        day = error["allowed_from"]
        assert (f"First lawful day: {day}" in said[1]) if day else ("First lawful day" not in said[1])
        return error

    def no_order(self) -> dict[str, Any]:
        """Try to serve the order on the first parent and to have it made; both are refused for the same reason."""
        error = self.refused("serve-order", parent=1, method="hand")
        made = self.desk.letter_refused("L08", self.place / "order.pdf", "--parent", 1)
        assert {**made, "code": error["code"]} == error
        assert made["code"] == "not-lawful"
        return error


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Return the folders of two closed registers, with a case of one parent and of two."""
    made = {number: tmp_path_factory.mktemp("desk") / "register" for number in (1, 2)}
    for number, folder in made.items():
        make_desk_folder(folder, parents=number)
    return made


@pytest.fixture(params=[SECONDARY, ACADEMY], ids=["maintained", "academy"])
def walk(request: pytest.FixtureRequest, templates: dict[int, Path], tmp_path: Path, admin: Callable[..., Ran]) -> Walk:
    """Return a walk towards each kind of school, for a child with one parent."""
    return Walk(copy_desk(templates[1], tmp_path, admin), tmp_path, request.param)


@pytest.fixture(params=[SECONDARY, ACADEMY], ids=["maintained", "academy"])
def two(request: pytest.FixtureRequest, templates: dict[int, Path], tmp_path: Path, admin: Callable[..., Ran]) -> Walk:
    """Return a walk towards each kind of school, for a child with two parents."""
    return Walk(copy_desk(templates[2], tmp_path, admin), tmp_path, request.param)


@pytest.mark.feature("F57")
def test_an_order_one_day_early(walk: Walk) -> None:
    walk.serve_notice(1).decide().propose().offer(1)
    first = walk.later(15)
    walk.at(walk.later(14))
    error = walk.no_order()
    assert (error["code"], error["section"], error["allowed_from"]) == ("too-early", f"{ACT}s438(3) to (6)", first)
    assert walk.refused("determine-school", urn=walk.urn, basis="specified")["allowed_from"] == first
    walk.at(first).desk.act("determine-school", urn=walk.urn, basis="specified")
    walk.letter("L08", 1)
    late = walk.desk.refused("serve-order", parent=1, method="hand", on=walk.later(-1))
    assert (late["code"], late["allowed_from"]) == ("too-early", first)
    assert walk.desk.act("serve-order", parent=1, method="hand")["state"] == "sao-served"


@pytest.mark.feature("F57")
def test_an_order_without_the_decision_that_school_is_expedient(walk: Walk) -> None:
    error = walk.serve_notice(1).no_order()
    assert (error["section"], error["allowed_from"]) == (f"{ACT}s437(3)", "2027-01-15")
    assert error["missing"] == ["assess-response", "decide-expedient"]


@pytest.mark.feature("F57")
@pytest.mark.feature("F60")
def test_an_order_without_a_consulted_school(walk: Walk) -> None:
    walk.serve_notice(1).decide()
    error = walk.no_order()
    assert (error["section"], error["allowed_from"]) == (f"{ACT}s439(5)", "2027-01-15")
    assert error["missing"] == ["consult-school"]
    notice = walk.desk.letter_refused("L07", walk.place / "early.pdf", "--parent", 1)
    assert (notice["section"], notice["missing"]) == (f"{ACT}s439(5)", ["consult-school"])
    assert notice["message"].startswith("No school has been consulted.")
    assert notice["allowed_from"] == "2026-12-31"
    named = walk.refused("serve-438", parent=1, method="hand", urn=walk.urn)
    assert named["section"] == (f"{ACT}s439(5)" if walk.maintained else PRACTICE)
    assert named["allowed_from"] == ("2026-12-31" if walk.maintained else "2026-12-16")


@pytest.mark.feature("F57")
def test_an_order_with_a_parent_neither_served_nor_decided_on(two: Walk) -> None:
    two.serve_notice(1)
    two.desk.act("assess-response", result="none")
    first = two.no_order()
    assert (first["code"], first["section"], first["missing"]) == ("parent-not-served", COVERED, ["2"])
    assert first["allowed_from"] == "2027-01-15"
    two.desk.refused("decide-not-to-serve", parent=2, reason="No address after enquiries")
    two.desk.act("approve", user="Bernard Hall")
    two.desk.act("decide-expedient", expedient="yes", reasons="No education since 3 November.")
    assert two.propose().offer(1).refused("serve-order", parent=2, method="hand")["section"]
    two.at(two.later(15)).desk.act("determine-school", urn=two.urn, basis="specified")


@pytest.mark.feature("F57")
def test_an_order_with_a_parent_left_out_of_the_second_notice(two: Walk) -> None:
    two.serve_notice(1, 2).decide().propose().offer(1)
    day = two.at(two.later(20)).desk.today
    error = two.no_order()
    assert (error["code"], error["section"], error["missing"]) == ("parent-not-served", COVERED, ["2"])
    assert "counts at once" in error["message"]
    assert error["allowed_from"] == day  # by a decision not to serve, which a second person takes the same day


@pytest.mark.feature("F57")
def test_an_order_on_a_notice_that_does_not_hold(walk: Walk) -> None:
    walk.at("2026-12-01").letter("L04", 1)
    walk.at("2026-12-05")
    assert walk.desk.act("serve-437", parent=1, method="first-class")["defective"] is True
    walk.at("2026-12-30")
    error = walk.no_order()
    assert (error["code"], error["missing"]) == ("notice-defective", ["1"])
    assert error["section"] == f"{ACT}s437(2); council rule on the printed last day"
    assert error["allowed_from"] == "2027-02-13"
    assert walk.refused("decide-expedient", expedient="yes", reasons="x")["allowed_from"] == "2027-01-14"


@pytest.mark.feature("F57")
def test_an_order_for_a_child_out_of_school_age(walk: Walk) -> None:
    """The child of the desk was born on 2 March 2012."""
    over = walk.at("2028-07-03").no_order()
    assert (over["section"], over["allowed_from"]) == (f"{ACT}s8", None)
    assert "ended on Friday 30 June 2028" in over["message"]
    early = walk.at("2017-03-30").refused("serve-437", parent=1, method="hand")
    assert (early["section"], early["allowed_from"]) == (f"{ACT}s8", "2017-03-31")
