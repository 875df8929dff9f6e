"""How a command opens a register: who, on which day, and what stands in the way (command-line.md 1 and 9)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from cme_desktop.models.audit import AuditEvent
from cme_desktop.storage import keys, schema
from cme_desktop.storage.migrations import runner
from cme_desktop.storage.store import Store
from cme_desktop.system import FixedClock, StoreLock, program_folders
from tests.cli.case_kit import NOON, OFFICER, PASSPHRASE, Desk, copy_desk, make_desk_folder
from tests.cli.conftest import Ran


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a closed training register."""
    folder = tmp_path_factory.mktemp("desk") / "register"
    make_desk_folder(folder)
    return folder


@pytest.fixture
def desk(template: Path, tmp_path: Path, admin: Callable[..., Ran]) -> Desk:
    """Return a desk on a copy of the register."""
    return copy_desk(template, tmp_path, admin)


def test_a_folder_without_a_register_is_an_absent_path(desk: Desk, tmp_path: Path) -> None:
    for place in (tmp_path / "nowhere", tmp_path):
        ran = desk.admin("cases", place, "--json")
        assert (ran.code, ran.json["error"]["code"]) == (2, "store-missing")


def test_nobody_named_opens_nothing(desk: Desk) -> None:
    ran = desk.admin("cases", desk.folder, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, "who-missing")


def test_a_wrong_passphrase_is_exit_three_and_noted_for_the_audit(desk: Desk) -> None:
    desk.passphrase.write_text("not the right words", encoding="utf-8")
    ran = desk.admin("cases", desk.folder, "--user", OFFICER, "--passphrase-file", desk.passphrase, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (3, "wrong-passphrase")
    [noted] = list(program_folders().state.glob("outside-*.jsonl"))
    assert json.loads(noted.read_text(encoding="utf-8"))["code"] == "wrong-passphrase"
    assert "not the right words" not in noted.read_text(encoding="utf-8")
    desk.passphrase.write_text(PASSPHRASE, encoding="utf-8")
    desk.run("cases")
    assert not noted.exists()
    store = Store.open(desk.folder, keys.unlock(desk.folder, OFFICER, PASSPHRASE), FixedClock(NOON))
    with store.read() as session:
        [event] = session.scalars(select(AuditEvent).where(AuditEvent.action == "unlock.failed"))
    store.close()
    assert event.reason is not None
    assert event.reason.startswith("wrong-passphrase, 2026-11-24T")


def test_a_register_that_is_open_elsewhere_is_refused_at_once_or_after_the_wait(desk: Desk) -> None:
    who = ("--user", OFFICER, "--passphrase-file", desk.passphrase, "--json")
    with StoreLock.take(desk.folder, program="window", now=NOON):
        ran = desk.admin("cases", desk.folder, *who)
        assert (ran.code, ran.json["error"]["code"]) == (2, "store-in-use")
        assert "the window" in ran.json["error"]["message"]
        waited = desk.admin("cases", desk.folder, *who, "--wait", "0.2")
        assert waited.json["error"]["code"] == "store-in-use"
    assert desk.admin("cases", desk.folder, *who, "--wait", "5").code == 0


def test_today_is_for_training_registers_only(tmp_path: Path, admin: Callable[..., Ran]) -> None:
    make_desk_folder(tmp_path / "real", demonstration=False)
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    who = ("--user", OFFICER, "--passphrase-file", passphrase, "--json")
    ran = admin("cases", tmp_path / "real", *who, "--today", "2026-12-01")
    assert (ran.code, ran.json["error"]["code"]) == (2, "not-a-demonstration")
    assert admin("cases", tmp_path / "real", *who).json["as_at"] == "2026-11-24"


def test_the_clock_stands_on_the_day_given(desk: Desk) -> None:
    desk.today = "2027-03-01"
    assert desk.run("cases")["as_at"] == "2027-03-01"


def test_an_older_register_is_brought_up_to_date_before_it_is_opened(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgraded: list[Path] = []
    opened = Store.open

    def old_until_upgraded(*args: object, **options: object) -> Store:
        if not upgraded:
            raise schema.RegisterTooOld(0)
        return opened(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "open", old_until_upgraded)
    monkeypatch.setattr(runner, "upgrade", lambda folder, *_, **__: upgraded.append(folder))
    assert desk.run("cases")["total"] == 1
    assert upgraded == [desk.folder]


def test_the_register_is_closed_again_whatever_happened(desk: Desk) -> None:
    desk.error("case", "CME-2026-09999")
    store = Store.open(desk.folder, keys.unlock(desk.folder, OFFICER, PASSPHRASE), FixedClock(NOON))
    store.close()
