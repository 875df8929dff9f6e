"""A restore keeps the people, the paper and the numbers of today, and says what it leaves out (safety.md 10)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from cme_desktop.casework import keeping, users
from cme_desktop.casework.cases import open_case
from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.domain.roles import Role
from cme_desktop.models.people import PersonRow
from cme_desktop.storage import keys
from cme_desktop.storage.restore import RestoreRefused, restore
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import verify
from cme_desktop.system import FixedClock
from tests.cli.conftest import Ran
from tests.factories import NO_FLOOR, NOON, PASSPHRASE, Register, make_register, open_case_command

OTHER = "four green kettles sing"
OFFICER, MANAGER, ADMINISTRATOR = "Anita Patel", "Bernard Hall", "Cora Flint"
Admin = Callable[..., Ran]


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a passphrase cost nothing."""
    real = keys.unlock
    monkeypatch.setattr(keys, "unlock", lambda *words, **_: real(*words, floors=NO_FLOOR))
    recovered = keys.draft_recovered
    monkeypatch.setattr(keys, "draft_recovered", lambda *words, now: recovered(*words, now=now, floors=NO_FLOOR))


@pytest.fixture
def live(tmp_path: Path) -> Register:
    """Return an open register with three people and one case."""
    made = make_register(tmp_path / "register")
    open_case(made.store, made.officer, open_case_command())
    return made


def back_up(live: Register, place: Path) -> Path:
    """Return the folder of a backup."""
    return keeping.back_up(live.store, live.officer, live.unlocked, place, second_place=True).path


def change(live: Register) -> None:
    """Have the officer change the own passphrase."""
    users.change_passphrase(live.store, live.officer, live.unlocked, PASSPHRASE, OTHER, floors=NO_FLOOR)


def put_back(backup: Path, folder: Path, name: str = OFFICER, passphrase: str = PASSPHRASE) -> keeping.Restored:
    """Put a backup back as somebody."""
    unlocked = keeping.unlock_to_restore(backup, folder, name, passphrase)
    return keeping.put_back(backup, folder, unlocked, FixedClock(NOON))


def reopened(folder: Path, passphrase: str = PASSPHRASE) -> Store:
    """Open a register as the officer; it must be whole."""
    unlocked = keys.unlock(folder, OFFICER, passphrase)
    verdict = verify(folder, unlocked)
    assert verdict.ok, verdict.problems
    return Store.open(folder, unlocked, FixedClock(NOON))


def test_somebody_who_was_ended_does_not_come_back_with_an_old_backup(live: Register, tmp_path: Path) -> None:
    backup = back_up(live, tmp_path / "place")
    users.disable_person(live.store, live.officer, live.unlocked, 3, reason="moved on")
    live.close()
    with pytest.raises(CannotUnlock):
        put_back(backup, live.folder, ADMINISTRATOR)
    theirs = keys.unlock(backup, ADMINISTRATOR, PASSPHRASE)
    with pytest.raises(RestoreRefused) as refused:
        restore(backup, live.folder, theirs, FixedClock(NOON))
    assert refused.value.code == "log-in-of-today"
    put_back(backup, live.folder)
    with pytest.raises(keys.UserDisabled):
        keys.unlock(live.folder, ADMINISTRATOR, PASSPHRASE)
    with closing(reopened(live.folder)) as store, store.read() as session:
        assert [row.active for row in session.scalars(select(PersonRow).order_by(PersonRow.id))] == [True, True, False]


def test_a_passphrase_and_a_paper_of_before_do_not_come_back(live: Register, tmp_path: Path) -> None:
    backup, old = back_up(live, tmp_path / "place"), keys.unlock(live.folder, OFFICER, PASSPHRASE)
    change(live)
    new = users.draft_recovery_key(live.store, live.officer, live.unlocked)
    users.put_recovery_key(live.store, live.officer, live.unlocked, new)
    live.close()
    with pytest.raises(keys.WrongPassphrase):
        put_back(backup, live.folder)
    with pytest.raises(keys.RecoveryKeyReplaced):
        keeping.bring_back(backup, live.folder, OFFICER, live.recovery_key, "any other four words", FixedClock(NOON))
    assert put_back(backup, live.folder, passphrase=OTHER).people_of_today
    for attempt in (
        lambda: keys.unlock(live.folder, OFFICER, PASSPHRASE),
        lambda: keys.check_recovery_key(live.folder, live.recovery_key),
        lambda: keys.read_key_file(live.folder).check_proof(old.data_key),
    ):
        with pytest.raises(CannotUnlock):
            attempt()
    keys.check_recovery_key(live.folder, new.printed)
    reopened(live.folder, OTHER).close()


def test_the_paper_of_today_puts_an_old_backup_back(live: Register, tmp_path: Path) -> None:
    backup = back_up(live, tmp_path / "place")
    change(live)
    live.close()
    keeping.bring_back(backup, live.folder, OFFICER, live.recovery_key, "any other four words", FixedClock(NOON))
    reopened(live.folder, "any other four words").close()
    assert keys.unlock(live.folder, MANAGER, PASSPHRASE)


def test_people_and_roles_of_today_stay(live: Register, tmp_path: Path) -> None:
    backup = back_up(live, tmp_path / "place")
    users.add_person(live.store, live.officer, live.unlocked, "Dara Quinn", [Role.MANAGER], OTHER)
    users.set_roles(live.store, live.officer, live.unlocked, 2, [Role.OFFICER])
    users.renew_person(live.store, live.officer, live.unlocked, 3, OTHER)
    live.close()
    put_back(backup, live.folder)
    with closing(reopened(live.folder)) as store, store.read() as session:
        found = {row.name: row.roles for row in session.scalars(select(PersonRow))}
    assert (found["Dara Quinn"], found[MANAGER]) == (["manager"], ["officer"])
    assert keys.unlock(live.folder, "Dara Quinn", OTHER)
    assert keys.unlock(live.folder, ADMINISTRATOR, OTHER)


def test_who_may_not_restore_today_may_not_by_the_roles_of_then(live: Register, tmp_path: Path) -> None:
    backup = back_up(live, tmp_path / "place")
    users.set_roles(live.store, live.officer, live.unlocked, 3, [Role.MANAGER])
    live.close()
    with pytest.raises(UserError):
        put_back(backup, live.folder, ADMINISTRATOR)
    theirs = keys.unlock(backup, ADMINISTRATOR, PASSPHRASE)
    with pytest.raises(UserError):
        keeping.put_back(backup, live.folder, theirs, FixedClock(NOON))


@pytest.mark.parametrize("rotated", [False, True])
def test_case_references_are_never_given_twice_and_what_is_left_out_is_said(
    live: Register, tmp_path: Path, rotated: bool
) -> None:
    backup = back_up(live, tmp_path / "place")
    if rotated:
        users.disable_person(live.store, live.officer, live.unlocked, 3, reason="moved on")
    later = [open_case(live.store, live.officer, open_case_command()).ref for _ in range(2)]
    live.close()
    done = put_back(backup, live.folder)
    assert done.left_out is not None
    assert done.left_out.cases == tuple(later)
    assert done.left_out.acts >= 2 + rotated
    assert "are later than the backup and not in it, among them the cases" in done.left_out_in_words
    assert all(ref in done.left_out_in_words for ref in later)
    with closing(reopened(live.folder)) as store:
        fresh = open_case(store, store.person, open_case_command()).ref
    assert fresh not in later
    assert fresh > max(later)


def test_a_register_that_cannot_be_read_gives_no_reference_twice_either(live: Register, tmp_path: Path) -> None:
    backup = back_up(live, tmp_path / "place")
    later = open_case(live.store, live.officer, open_case_command()).ref
    live.store.scrub()
    database = live.store.database
    live.close()
    database.write_bytes(b"\xff" * 4096 + database.read_bytes()[4096:])
    done = put_back(backup, live.folder)
    assert (done.left_out, done.people_of_today) == (None, True)
    with closing(reopened(live.folder)) as store:
        assert open_case(store, store.person, open_case_command()).ref == f"{later[:-5]}01001"


def test_a_new_computer_has_the_people_of_then_and_gives_no_reference_twice(live: Register, tmp_path: Path) -> None:
    backup = back_up(live, tmp_path / "place")
    change(live)
    later = open_case(live.store, live.officer, open_case_command()).ref
    live.close()
    shutil.rmtree(live.folder)
    done = put_back(backup, tmp_path / "new")
    assert (done.left_out, done.people_of_today) == (None, False)
    assert "of the backup's time" in done.left_out_in_words
    with closing(reopened(tmp_path / "new")) as store:
        assert open_case(store, store.person, open_case_command()).ref > later


def test_a_restore_twice_and_to_a_later_backup_and_an_earlier_one(live: Register, tmp_path: Path) -> None:
    first = back_up(live, tmp_path / "place")
    change(live)
    second = back_up(live, tmp_path / "place")
    live.close()
    for backup in (first, second, first):
        put_back(backup, live.folder, passphrase=OTHER)
        reopened(live.folder, OTHER).close()


def test_the_command_says_what_was_left_out(admin: Admin, tmp_path: Path) -> None:
    words = tmp_path / "passphrase"
    words.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    key = ("--user", OFFICER, "--passphrase-file", words, "--json")
    made = admin(
        "init", tmp_path / "r", "--officer", OFFICER, "--demonstration", "--kdf", "light", "--passphrase-file", words
    )
    assert made.code == 0
    backup = admin("backup", tmp_path / "r", tmp_path / "place", *key).json["path"]
    add = ("user", "add", tmp_path / "r", "Dara Quinn", "--role", "manager", "--new-passphrase-file", words)
    assert admin(*add, *key).code == 0
    told = admin("restore", backup, tmp_path / "r", *key)
    assert told.code == 0
    assert (told.json["people_of_today"], told.json["left_out"]["cases"]) == (True, [])
    assert told.json["left_out"]["acts"] >= 1
    assert admin("verify", tmp_path / "r", "--user", "Dara Quinn", "--passphrase-file", words, "--json").json["ok"]
