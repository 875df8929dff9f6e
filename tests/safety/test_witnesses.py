"""What lies outside a register tells how far it had come; what is in order is never called a forgery."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cme_desktop.casework import keeping, users
from cme_desktop.storage import keys
from cme_desktop.storage.checks.witnesses import witness_path
from cme_desktop.storage.keys import read_key_file, write_key_file
from cme_desktop.storage.store import Store
from cme_desktop.system import FixedClock
from tests.factories import NO_FLOOR, NOON, PASSPHRASE, TINY, Register, make_register

NEW = "four quite other words"
LATER = NOON + timedelta(hours=2)


@pytest.fixture
def register(tmp_path: Path) -> Register:
    made = make_register(tmp_path / "register", training=False, people=False)
    made.close()
    return made


def opened(register: Register, passphrase: str = PASSPHRASE) -> Store:
    unlocked = keys.unlock(register.folder, register.officer.name, passphrase, floors=NO_FLOOR)
    return Store.open(register.folder, unlocked, FixedClock(LATER))


def problems(register: Register, state: Path, passphrase: str = PASSPHRASE) -> list[str]:
    unlocked = keys.unlock(register.folder, register.officer.name, passphrase, floors=NO_FLOOR)
    verdict = keeping.check_closed(register.folder, unlocked, state=state, now=LATER)
    return [f"{one.where}: {one.message}" for one in verdict.problems]


def recovered(register: Register, printed: str) -> keys.Unlocked:
    name = register.officer.name
    return keys.recover(register.folder, name, printed, NEW, now=LATER, kdf=TINY, floors=NO_FLOOR)


def test_a_key_got_by_paper_is_no_forgery(register: Register, tmp_path: Path) -> None:
    """Also between the moment the paper was used and the next opening, and after the paper was renewed."""
    recovered(register, register.recovery_key)
    assert problems(register, tmp_path, NEW) == []
    opened(register, NEW).close()
    assert problems(register, tmp_path, NEW) == []
    with closing(opened(register, NEW)) as store:
        unlocked = keys.unlock(register.folder, register.officer.name, NEW, floors=NO_FLOOR)
        store.admit(unlocked)
        fresh = users.draft_recovery_key(store, store.person, unlocked)
        users.put_recovery_key(store, store.person, unlocked, fresh)
    recovered(register, fresh.printed)
    opened(register, NEW).close()
    assert problems(register, tmp_path, NEW) == []


def test_a_key_that_only_says_it_came_by_paper_is_named(register: Register, tmp_path: Path) -> None:
    unlocked = recovered(register, register.recovery_key)
    entry = read_key_file(register.folder).person(1)
    *former, last = entry.public_keys
    forged = replace(entry, public_keys=(*former, replace(last, paper=bytes(64))))
    changed = read_key_file(register.folder).with_person(forged)
    write_key_file(register.folder, changed.sealed_with(unlocked.data_key))
    opened(register, NEW).close()
    found = problems(register, tmp_path, NEW)
    assert len(found) == 1
    assert "nobody certified" in found[0]


def rolled_back(register: Register, tmp_path: Path) -> Path:
    """Use the register on this computer, then put its folder back as it was before."""
    state = tmp_path / "state"
    shutil.copytree(register.folder, tmp_path / "older")
    with closing(opened(register)) as store:
        assert store.watch(state) is None
        store.seen(store.person, "case.open", "episode:1")
    shutil.rmtree(register.folder)
    shutil.move(tmp_path / "older", register.folder)
    return state


def test_an_older_register_is_said_at_opening_with_both_times(register: Register, tmp_path: Path) -> None:
    state = rolled_back(register, tmp_path)
    for _ in range(2):
        with closing(opened(register)) as store:
            said = store.watch(state)
        assert said is not None, "looking at it is no answer: it is said again"
        assert said.startswith("This register is older than the one last used on this computer")
        assert "24 November 2026 at 12:00" in said
        assert "24 November 2026 at 14:00" in said
    assert any("cut off" in problem or "not the one" in problem for problem in problems(register, state))


def test_a_backup_put_back_ends_what_was_expected(register: Register, tmp_path: Path) -> None:
    state, place = tmp_path / "state", tmp_path / "place"
    with closing(opened(register)) as store:
        unlocked = keys.unlock(register.folder, register.officer.name, PASSPHRASE, floors=NO_FLOOR)
        made = keeping.back_up(store, store.person, unlocked, place, second_place=True)
        store.watch(state)
        store.seen(store.person, "case.open", "episode:1")
    of_then = keys.unlock(made.path, register.officer.name, PASSPHRASE, floors=NO_FLOOR)
    keeping.put_back(made.path, register.folder, of_then, FixedClock(LATER + timedelta(minutes=1)))
    with closing(opened(register)) as store:
        assert store.watch(state) is None
    assert problems(register, state) == []


def test_a_backup_leaves_a_witness_in_its_place(register: Register, tmp_path: Path) -> None:
    place = tmp_path / "place"
    with closing(opened(register)) as store:
        unlocked = keys.unlock(register.folder, register.officer.name, PASSPHRASE, floors=NO_FLOOR)
        keeping.back_up(store, store.person, unlocked, place, second_place=True)
        head = store.head()
    said = json.loads(witness_path(place, read_key_file(register.folder).store_id).read_text())
    assert (said["seq"], said["hash"]) == (head.seq, head.hash)
    assert register.officer.name not in json.dumps(said)


def test_a_damaged_witness_is_said_and_left(register: Register, tmp_path: Path) -> None:
    state = tmp_path / "state"
    with closing(opened(register)) as store:
        store.watch(state)
    path = witness_path(state, read_key_file(register.folder).store_id)
    path.write_text("{}")
    with closing(opened(register)) as store:
        said = store.watch(state)
    assert said is not None
    assert "proves nothing" in said
    assert path.read_text() == "{}"
    assert problems(register, state) != []
