"""``cases`` and ``case``: the register and one case, with the keys of command-line.md 7."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from cme_desktop.models.audit import AuditEvent
from cme_desktop.storage import keys
from cme_desktop.storage.store import Store
from cme_desktop.system import FixedClock
from tests.cli.case_kit import MANAGER, NOON, PASSPHRASE, Desk, copy_desk, make_desk_folder
from tests.cli.conftest import Ran

ROW_KEYS = {
    "ref", "child", "surname", "forename", "dob", "sex", "year_group", "status", "pathway", "open", "opened", "closed",
    "missing_since", "reason", "dfe_reason", "risk", "waiting_on", "next_date", "next_action", "documents_possible",
    "counts_as_cme",
}  # fmt: skip
CASE_KEYS = {
    "upns", "addresses", "parents", "events", "enquiries", "risk_assessments", "documents", "order", "actions",
    "documents_possible", "documents_blocked", "preferred_name", "other_script_name", "ehc_plan",
}  # fmt: skip
ACTIONS = [
    "serve-437", "assess-response", "decide-expedient", "consult-school", "agree-academy", "notify-school-439",
    "record-school-answer", "serve-438", "determine-school", "serve-order", "inform-school", "decide-not-to-serve",
    "close", "approve", "refuse",
]  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a closed register to copy from."""
    folder = tmp_path_factory.mktemp("desk") / "register"
    make_desk_folder(folder, parents=2)
    return folder


@pytest.fixture
def desk(template: Path, tmp_path: Path, admin: Callable[..., Ran]) -> Desk:
    """Return a desk on a copy of the register."""
    return copy_desk(template, tmp_path, admin)


def test_the_register_lists_each_case_with_its_keys(desk: Desk) -> None:
    answer = desk.run("cases")
    assert set(answer) == {"ok", "as_at", "total", "cases"}
    assert (answer["as_at"], answer["total"]) == ("2026-11-24", 1)
    [row] = answer["cases"]
    assert set(row) == ROW_KEYS
    assert row["ref"] == desk.ref
    assert (row["sex"], row["year_group"], row["pathway"], row["risk"]) == (
        "F",
        "10",
        "whereabouts-unknown",
        "not-rated",
    )
    assert (row["open"], row["opened"], row["closed"]) == (True, "2026-11-24", None)
    assert (row["counts_as_cme"], row["missing_since"]) == (True, "2026-11-03")
    assert row["documents_possible"] == ["L01", "L04"]
    assert row["next_date"] == "2026-11-26"


def test_the_register_as_at_an_earlier_and_a_later_day(desk: Desk) -> None:
    assert desk.run("cases", "--as-at", "2026-11-23")["cases"] == []
    desk.today = "2026-12-10"
    desk.act("close", outcome="lost", how_confirmed="All enquiries done")
    [now] = desk.run("cases")["cases"]
    assert (now["open"], now["closed"], now["counts_as_cme"]) == (False, "2026-12-10", False)
    assert now["documents_possible"] == ["L24"]
    [then] = desk.run("cases", "--as-at", "2026-12-09")["cases"]
    assert (then["open"], then["closed"], then["status"]) == (True, None, "whereabouts-unknown")
    assert then["documents_possible"] == []
    [known] = desk.run("cases", "--as-at", "2026-12-10", "--known-at", "2026-12-09")["cases"]
    assert known["open"] is True


def test_one_case_has_the_same_keys_and_more(desk: Desk) -> None:
    answer = desk.run("case", desk.ref)
    assert set(answer) == {"ok"} | ROW_KEYS | CASE_KEYS
    assert [row["action"] for row in answer["actions"]] == ACTIONS
    assert {"action", "allowed", "from", "why"} <= set(answer["actions"][0])
    assert answer["upns"][0]["kind"] == "permanent"
    assert [parent["id"] for parent in answer["parents"]] == [1, 2]
    assert {"title", "forename", "surname", "address", "postcode", "parental_responsibility"} <= set(
        answer["parents"][0]
    )
    assert answer["parents"][0]["address_confidential"] is False
    assert answer["parents"][0]["electronic_consent"] is False
    assert answer["order"] == {"regime": "SAO-A", "state": "informal-enquiry", "school": None}
    assert set(answer["documents_blocked"]) == {"L05", "L06", "L07", "L08", "L09", "L24"}
    assert answer["events"][0]["kind"] == "opened"
    assert {"on", "recorded_at", "kind", "text"} == set(answer["events"][0])
    assert answer["documents_possible"] == ["L01", "L04"]


def test_a_document_is_listed_with_its_parent_its_hash_and_each_service(desk: Desk, tmp_path: Path) -> None:
    desk.letter("L04", tmp_path / "notice.pdf", "--parent", 2, "--method", "first-class")
    desk.act("serve-437", parent=2, method="first-class", proof="0001")
    answer = desk.run("case", desk.ref)
    [document] = answer["documents"]
    assert {"id", "code", "sha256", "for_parent", "filed_at", "services"} <= set(document)
    assert (document["code"], document["for_parent"]) == ("L04", 2)
    [service] = document["services"]
    assert {"on", "method", "deemed"} <= set(service)
    assert (service["on"], service["method"], service["deemed"]) == ("2026-11-24", "first-class", "2026-11-26")
    assert answer["order"]["state"] == "notice-437-served"


def test_the_look_is_recorded_before_the_case_is_shown(desk: Desk) -> None:
    desk.run("case", desk.ref, user=MANAGER)

    store = Store.open(desk.folder, keys.unlock(desk.folder, MANAGER, PASSPHRASE), FixedClock(NOON))
    try:
        with store.read() as session:
            codes = [event.action for event in session.scalars(select(AuditEvent).order_by(AuditEvent.seq))]
    finally:
        store.close()
    assert codes[-1] == "access.open-case"


def test_a_case_that_is_not_there_is_said_so(desk: Desk) -> None:
    assert desk.error("case", "CME-2026-09999")["code"] == "case-unknown"
    assert desk.error("act", "--case", "CME-2026-09999")["code"] == "case-unknown"


def test_both_can_be_read_by_a_person(desk: Desk) -> None:
    who = ("--user", "Anita Patel", "--passphrase-file", desk.passphrase, "--today", "2026-11-24")
    listed = desk.admin("cases", desk.folder, *who)
    assert listed.code == 0
    assert listed.text.splitlines()[0].startswith("CME-2026-00001  Amara Kamara, year 10, whereabouts-unknown, open")
    shown = desk.admin("case", desk.folder, desk.ref, *who)
    assert "close: possible now." in shown.text
    assert "serve-order: from 2027-01-08." in shown.text


@pytest.mark.parametrize("option", ["--known-at", "--as-at", "--today"])
def test_a_day_that_is_too_far_off_is_named(desk: Desk, option: str) -> None:
    for day in ("0001-01-01", "9999-12-31"):
        error = desk.error("cases", option, day)
        assert (error["code"], day in error["message"]) == ("usage", True)
