"""A person is added, changed or ended wholly or not at all, wherever the program is killed, and whatever fails."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from cme_desktop.casework import users
from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.domain.roles import Role
from cme_desktop.models.people import PersonRow, SigningKey
from cme_desktop.storage import keys
from cme_desktop.storage.keys import staging
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import verify
from cme_desktop.system import FixedClock
from tests.app.bench import MANAGER, OFFICER
from tests.factories import NOON, PASSPHRASE
from tests.safety.killing import Killer, killer
from tests.safety.victims import PEOPLE_ACTS

OTHER = "four green kettles sing"
SAME_PEOPLE = ("paper",)
"""Acts after which the same people have the same log-ins."""


@pytest.fixture(scope="module")
def victims() -> Iterator[Killer]:
    """Return the parent of victims."""
    with killer() as parent:
        yield parent


def open_as(folder: Path, name: str = OFFICER) -> Store:
    """Open a register by either passphrase; again where the log-in was just changed."""
    for _again in range(2):
        for passphrase in (PASSPHRASE, OTHER):
            with suppress(CannotUnlock):
                return Store.open(folder, keys.unlock(folder, name, passphrase), FixedClock(NOON))
    raise AssertionError(f"{name} cannot get in")


Known = dict[int, tuple[str, tuple[str, ...], bool, frozenset[str]]]


def known(store: Store) -> tuple[Known, Known]:
    """Return who has a log-in by the key file and by the rows: name, roles, whether it holds, keys in use."""
    by_file = {
        one.person_id: (
            one.name,
            tuple(sorted(one.roles)),
            one.disabled_at is None,
            frozenset([one.current.key_id] if one.current else []),
        )
        for one in keys.read_key_file(store.folder).people
    }
    with store.read() as session:
        in_use = session.execute(select(SigningKey.person_id, SigningKey.key_id).where(SigningKey.retired_at.is_(None)))
        pairs = in_use.all()
        by_rows = {
            row.id: (row.name, tuple(row.roles), row.active, frozenset(key for who, key in pairs if who == row.id))
            for row in session.scalars(select(PersonRow))
        }
    return by_file, by_rows


@pytest.mark.parametrize(
    "act",
    [act if act in ("add", "disable") else pytest.param(act, marks=pytest.mark.slow) for act in PEOPLE_ACTS],
)
def test_a_kill_at_any_change_leaves_key_file_and_rows_alike(
    victims: Killer, training: Path, tmp_path: Path, act: str
) -> None:
    shutil.copytree(training, tmp_path / "whole")
    with closing(open_as(tmp_path / "whole")) as store:
        before, paper = known(store)[0], _paper(tmp_path / "whole")
    whole = victims.ask("people", str(tmp_path / "whole"), act, 0)
    assert whole.lines[0] == "DONE"
    changes = int(whole.lines[1].removeprefix("CHANGES "))
    with closing(open_as(tmp_path / "whole")) as store:
        assert known(store)[0] != before or act in SAME_PEOPLE
    ends = set()
    for nth in range(1, changes + 1):
        folder = tmp_path / f"at-{nth}"
        shutil.copytree(training, folder)
        assert victims.ask("people", str(folder), act, nth).signal == 9
        with closing(open_as(folder)) as store:
            by_file, by_rows = known(store)
            assert by_file == by_rows, f"killed at change {nth} of {changes}"
            assert not (folder / staging.NEXT).exists()
            assert [path.name for path in folder.glob("register-*.db")] == [store.database.name]
            for path in keys.kept_versions(folder):
                keys.key_file.parse_key_file(path.read_bytes()).check_proof(store.unlocked.data_key)
            assert verify(folder, store.unlocked).ok  # type: ignore[arg-type]  # these are real keys
            done = _shape(by_file) != _shape(before) if act != "paper" else _paper(folder) != paper
            ends.add(done)
            if not done and act not in SAME_PEOPLE:
                PEOPLE_ACTS[act](store, store.unlocked)  # type: ignore[arg-type]  # it can be begun again
                assert known(store)[0] == known(store)[1]
    assert ends == {True, False}, "some kills came before the act and some after it"


def _paper(folder: Path) -> str:
    return keys.read_key_file(folder).recovery.slot_id


def _shape(people: Known) -> object:
    return {person: (roles, holds, len(of_keys), of_keys) for person, (_name, roles, holds, of_keys) in people.items()}


@pytest.mark.parametrize("act", ["add", "roles", "disable", "renew"])
@pytest.mark.parametrize("where", ["staging", "rows"])
def test_a_failure_in_one_leaves_neither(
    training: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str, where: str
) -> None:
    folder = tmp_path / "register"
    shutil.copytree(training, folder)
    with closing(open_as(folder)) as store:
        before, raw = known(store), (folder / "keys.json").read_bytes()

        def fail(*_args: object, **_options: object) -> None:
            raise OSError(28, "no room")

        with monkeypatch.context() as patch:
            if where == "staging":
                patch.setattr(staging, "atomic_write", fail)
                patch.setattr(keys.earlier, "atomic_write", fail)
            else:
                patch.setattr(users, "_put_key" if act in ("add", "renew") else "_row", fail)
            with pytest.raises((OSError, UserError)):
                PEOPLE_ACTS[act](store, store.unlocked)  # type: ignore[arg-type]  # these are real keys
        assert known(store) == before
        assert (folder / "keys.json").read_bytes() == raw
        assert not (folder / staging.NEXT).exists()
        PEOPLE_ACTS[act](store, store.unlocked)  # type: ignore[arg-type]  # and now it is done
        assert known(store)[0] == known(store)[1] != before[0]


def test_a_key_file_that_could_not_be_put_in_place_is_at_the_next_opening(
    training: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "register"
    shutil.copytree(training, folder)
    with closing(open_as(folder)) as store, monkeypatch.context() as patch:
        real: Callable[..., object] = staging.write_key_file

        def full(*_args: object) -> None:
            raise OSError(28, "no room")

        patch.setattr(staging, "write_key_file", full)
        with pytest.raises(UserError, match="put in place when the register is next opened") as refused:
            PEOPLE_ACTS["roles"](store, store.unlocked)  # type: ignore[arg-type]  # these are real keys
        assert refused.value.code == "log-ins-later"
        assert real is not full
    with closing(open_as(folder)) as store:
        assert known(store)[0] == known(store)[1]
        assert keys.read_key_file(folder).person_named(MANAGER).roles == frozenset({Role.OFFICER})


def test_a_staged_key_file_that_the_rows_do_not_know_gives_nothing(training: Path, tmp_path: Path) -> None:
    folder = tmp_path / "register"
    shutil.copytree(training, folder)
    unlocked = keys.unlock(folder, OFFICER, PASSPHRASE)
    raised = keys.draft_roles(unlocked, 2, [Role.OFFICER, Role.ADMINISTRATOR])
    keys.stage(unlocked, raised.key_file)
    with closing(open_as(folder)) as store:
        assert known(store)[0] == known(store)[1]
        assert keys.read_key_file(folder).person_named(MANAGER).roles == frozenset({Role.MANAGER})
    (folder / staging.NEXT).write_bytes(b"torn")
    open_as(folder).close()
    assert not (folder / staging.NEXT).exists()
