"""``act``: every step of the order process from the command line, with its refusals (command-line.md 9)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.case_kit import MANAGER, OFFICER, Desk, copy_desk, make_desk_folder
from tests.cli.conftest import Ran


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a closed register with a case of one parent."""
    folder = tmp_path_factory.mktemp("desk") / "register"
    make_desk_folder(folder)
    return folder


@pytest.fixture
def desk(template: Path, tmp_path: Path, admin: Callable[..., Ran]) -> Desk:
    """Return a desk on a copy of the register."""
    return copy_desk(template, tmp_path, admin)


@pytest.mark.feature("F57")
def test_the_maintained_school_path_in_the_least_time(desk: Desk, tmp_path: Path) -> None:
    desk.today = "2026-12-01"
    desk.letter("L04", tmp_path / "L04.pdf")
    served = desk.act("serve-437", on="2026-12-01", parent=1, method="hand", proof="seen")
    assert {"ok", "case", "action", "on", "state", "next_date"} <= set(served)
    assert (served["case"], served["action"], served["on"]) == (desk.ref, "serve-437", "2026-12-01")
    assert (served["state"], served["next_date"]) == ("notice-437-served", "2026-12-16")
    desk.today = "2026-12-15"
    early = desk.refused("assess-response", on="2026-12-15", result="none")
    assert (early["code"], early["allowed_from"]) == ("too-early", "2026-12-16")
    desk.today = "2026-12-16"
    assert desk.act("assess-response", result="none")["state"] == "response-assessed"
    assert desk.act("decide-expedient", expedient="yes", reasons="No education.")["state"] == "expedient-decision"
    assert desk.act("consult-school", urn="999003")["state"] == "school-consulted"
    told = desk.act("notify-school-439", urn="999003", received="2026-12-16")
    assert (told["state"], told["next_date"]) == ("school-decision-notice", "2026-12-31")
    desk.today = "2026-12-31"
    desk.letter("L07", tmp_path / "L07.pdf", "--parent", 1)
    assert desk.act("serve-438", parent=1, method="hand", urn="999003")["next_date"] == "2027-01-15"
    desk.today = "2027-01-14"
    for refused in (
        desk.refused("determine-school", urn="999003", basis="specified"),
        desk.refused("serve-order", parent=1, method="hand"),
        desk.letter_refused("L08", tmp_path / "early.pdf", "--parent", 1),
    ):
        assert refused["allowed_from"] == "2027-01-15"
        assert refused["section"] == "Education Act 1996 s438(3) to (6)"
    desk.today = "2027-01-15"
    assert desk.act("determine-school", urn="999003", basis="specified")["state"] == "school-determined"
    desk.letter("L08", tmp_path / "L08.pdf", "--parent", 1)
    assert desk.act("serve-order", parent=1, method="hand")["state"] == "sao-served"
    assert desk.act("inform-school")["state"] == "sao-served"
    desk.letter("L09", tmp_path / "L09.pdf")
    assert desk.act("close", outcome="school-place", how_confirmed="S2S joiner", school="999003")["state"] == "ended"
    documents = desk.run("case", desk.ref)["documents"]
    assert [row["code"] for row in documents] == ["L04", "L05", "L06", "L07", "L08", "L09"]
    for row in documents:
        assert row["filed_at"]


@pytest.mark.feature("F57")
def test_the_academy_path_goes_by_agreement(desk: Desk, tmp_path: Path) -> None:
    desk.today = "2026-12-01"
    desk.letter("L04", tmp_path / "L04.pdf")
    desk.act("serve-437", method="hand")
    desk.today = "2026-12-16"
    desk.act("assess-response", result="not-satisfied")
    desk.act("decide-expedient", expedient="yes", reasons="No education.")
    desk.letter("L05", tmp_path / "L05.pdf", "--school", "999002")
    assert desk.refused("notify-school-439", urn="999002", received="2026-12-16")["section"].endswith("s439(6)")
    desk.act("agree-academy", urn="999002", agreed_by="Example Learning Trust")
    desk.letter("L07", tmp_path / "L07.pdf")
    desk.act("serve-438", method="hand")
    desk.today = "2026-12-31"
    desk.act("determine-school", urn="999002", basis="specified")
    desk.letter("L08", tmp_path / "L08.pdf")
    desk.act("serve-order", method="hand")
    desk.letter("L09", tmp_path / "L09.pdf")
    codes = [row["code"] for row in desk.run("case", desk.ref)["documents"]]
    assert codes == ["L04", "L05", "L07", "L08", "L09"]


def test_without_an_action_it_lists_what_is_lawful_and_when(desk: Desk) -> None:
    answer = desk.run("act", "--case", desk.ref)
    acts = {row["action"]: row for row in answer["actions"]}
    assert acts["close"]["allowed"] is True
    assert acts["serve-order"]["allowed"] is False
    assert acts["serve-order"]["from"] == "2027-01-08"
    assert acts["serve-order"]["why"]
    assert desk.error("act", "--case", desk.ref, "--set", "method=hand")["code"] == "usage"


def test_a_refusal_has_code_message_section_and_day_and_changes_nothing(desk: Desk) -> None:
    before = desk.run("case", desk.ref)
    error = desk.refused("serve-order", parent=1, method="hand")
    assert {"code", "message", "section", "allowed_from"} <= set(error)
    assert error["section"] == "Education Act 1996 s437(1)"
    assert error["allowed_from"] == "2027-01-08"
    assert desk.run("case", desk.ref) == before


def test_a_defective_notice_is_recorded_and_shuts_the_next_step(desk: Desk, tmp_path: Path) -> None:
    desk.letter("L04", tmp_path / "L04.pdf", "--method", "first-class")
    desk.today = "2026-11-27"
    taken = desk.act("serve-437", method="first-class")
    assert (taken["defective"], taken["state"]) == (True, "informal-enquiry")
    desk.today = "2026-12-30"
    error = desk.refused("assess-response", result="none")
    assert error["code"] == "notice-defective"
    assert "437(2)" in error["section"]


@pytest.mark.feature("F73")
def test_approval_by_a_second_person_then_the_same_command_issues_that_draft(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "L04.pdf"
    error = desk.letter_refused("L04", out)
    assert error["code"] == "approval-needed"
    [draft] = desk.run("case", desk.ref)["documents"]
    assert (draft["filed_at"], draft["approval"]) == (None, "waiting")
    assert desk.letter_refused("L04", out)["code"] == "approval-needed"
    assert desk.refused("approve")["code"] == "not-allowed"
    assert desk.refused("approve", user=MANAGER, document=99)["code"] == "nothing-waits"
    approved = desk.act("approve", user=MANAGER, document=draft["id"])
    assert approved["action"] == "approve"
    done = desk.run("letter", "--case", desk.ref, "--document", "L04", "--out", out)
    assert done["sha256"] == draft["sha256"]


@pytest.mark.feature("F73")
def test_what_is_refused_is_made_again(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "L04.pdf"
    desk.letter_refused("L04", out)
    assert desk.refused("refuse", user=MANAGER)["message"].startswith("Say why this is refused")
    desk.act("refuse", user=MANAGER, reason="Say when we visited.")
    again = desk.letter_refused("L04", out, "--set", "fact_1=We visited on 20 November 2026.")
    assert again["code"] == "approval-needed"
    states = [(row["state"], row["approval"]) for row in desk.run("case", desk.ref)["documents"]]
    assert states == [("draft", "waiting")]


@pytest.mark.feature("F73")
def test_a_decision_not_to_serve_waits_for_a_manager_and_by_one_holds_at_once(desk: Desk) -> None:
    given = {"parent": 1, "reason": "No address after enquiries"}
    assert desk.refused("decide-not-to-serve", **given)["code"] == "approval-needed"
    desk.act("approve", user=MANAGER)
    assert desk.act("decide-not-to-serve", **given)["action"] == "decide-not-to-serve"
    assert desk.refused("decide-not-to-serve", user=MANAGER, **given)["code"] == "already-done"


def test_a_manager_decides_not_to_serve_at_once(desk: Desk) -> None:
    taken = desk.act("decide-not-to-serve", user=MANAGER, parent=1, reason="Not safe")
    assert taken["state"] == "informal-enquiry"
    assert desk.refused("decide-not-to-serve", parent=9, reason="x")["code"] == "not-found"


@pytest.mark.parametrize(
    ("outcome", "words"),
    [("nowhere", "Choose the outcome from the list"), ("over-age", "not over it"), ("lost", "how the outcome was")],
)
def test_closing_needs_an_outcome_of_the_list_and_how_it_was_confirmed(desk: Desk, outcome: str, words: str) -> None:
    given = {} if outcome == "lost" else {"how_confirmed": "Told by the school"}
    error = desk.refused("close", outcome=outcome, **given)
    assert words in error["message"]
    assert "section" in error


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--action", "serve-437", "--set", "method"), "usage"),
        (("--action", "serve-437", "--set", "method=hand", "--set", "method=left"), "usage"),
        (("--action", "serve-437", "--set", "method=owl"), "particular-unclear"),
        (("--action", "approve", "--set", "document=first"), "particular-unclear"),
        (("--action", "approve", "--set", "colour=blue"), "particular-unknown"),
        (("--action", "fly"), "action-unknown"),
        (("--action", "serve-437", "--on", "tomorrow"), "usage"),
    ],
)
def test_a_slip_in_the_command_line_is_named(desk: Desk, words: tuple[str, ...], code: str) -> None:
    user = MANAGER if "approve" in words else OFFICER
    assert desk.error("act", "--case", desk.ref, *words, user=user)["code"] == code


def test_every_refusal_says_its_section_and_day_if_only_that_there_is_none(desk: Desk) -> None:
    error = desk.refused("approve")
    assert (error["code"], error["section"], error["allowed_from"]) == ("not-allowed", None, None)
    unknown = desk.refused("fly")["message"]
    assert all(name in unknown for name in ("serve-437", "decide-not-to-serve", "close", "approve", "refuse"))
