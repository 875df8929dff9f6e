"""Set-up is killed at its changes to the files, one after the other: it can always be begun again, and says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cme_desktop.app.session import Opener
from cme_desktop.app.setting_up import RegisterSetup
from cme_desktop.domain.errors import UserError
from cme_desktop.storage import keys
from cme_desktop.storage.keys.marks import MADE, MAKING, interrupted
from cme_desktop.storage.keys.people import Kdf
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import verify
from cme_desktop.system import FixedClock
from tests.cli.conftest import Ran
from tests.factories import NOON, PASSPHRASE
from tests.safety.killing import Killer, killer

QUICK, THOROUGH = 9, 60
OFFICER, OTHER = "Anita Patel", "four green kettles sing"
WHOLE = {"keys.json", "room.reserve", "store.lock"}


@pytest.fixture(scope="module")
def victims() -> Iterator[Killer]:
    """Return the parent of victims."""
    with killer() as parent:
        yield parent


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a passphrase cost no more than the least that a real register accepts."""
    monkeypatch.setattr(keys.people, "calibrated", lambda _least: Kdf(memory_kib=64 * 1024, passes=1))


def points(victims: Killer, place: Path, how: str, most: int) -> list[int]:
    """Return at which changes to die: all of them where they are few, else evenly spread."""
    death = victims.ask("set-up", str(place), how, 0)
    assert death.signal == 0, "without a kill it ends"
    changes = int(death.lines[-1].removeprefix("CHANGES "))
    assert changes > QUICK
    return sorted({1 + round(number * (changes - 1) / (most - 1)) for number in range(most)})


def set_up_again(place: Path, *, anew: bool) -> None:
    """Start as the next start of the window does, and lead set-up to its end."""
    folder, clock = place / "register", FixedClock(NOON)
    found = interrupted(folder)
    session = None
    if found == MADE and not anew:
        opener = Opener(folder, clock, place / "state", 0)
        session = opener.open(OFFICER, lambda: keys.unlock(folder, OFFICER, PASSPHRASE))
    setup = RegisterSetup(folder, clock, 0, lambda *_: None, session)
    progress = setup.progress()
    assert progress.step == (1 if session is None else 2)
    assert ("interrupted" in progress.note) is bool(found)
    passphrase = PASSPHRASE if session is not None else OTHER
    if session is None:
        setup.create(OFFICER, passphrase)
    key = setup.recovery_key()
    setup.confirm_key()
    assert setup.use_backup_place(str(place / "second")).usable
    setup.finish().close()
    check_whole(folder, passphrase, key)


def check_whole(folder: Path, passphrase: str, key: str) -> None:
    """Check that a register opens by its passphrase and its paper, is sound, and that nothing else lies there."""
    unlocked = keys.unlock(folder, OFFICER, passphrase)
    Store.open(folder, unlocked, FixedClock(NOON)).close()
    assert verify(folder, unlocked).ok
    keys.check_recovery_key(folder, key)
    names = {entry.name for entry in folder.iterdir()}
    others = {name for name in names if not name.startswith("keys.json.")} - {unlocked.database, "content", "backups"}
    assert others == WHOLE, "nothing is left of what was interrupted"


def kill_and_set_up(victims: Killer, tmp_path: Path, most: int) -> set[str]:
    """Kill the window's set-up at points and lead it to its end each time; return the states that were met."""
    met = set()
    (tmp_path / "whole").mkdir()
    for number, nth in enumerate(points(victims, tmp_path / "whole", "window", most)):
        place = tmp_path / f"at-{nth}"
        place.mkdir()
        death = victims.ask("set-up", str(place), "window", nth)
        assert death.signal == 9, f"at {nth}: {death.lines}"
        state = interrupted(place / "register")
        met.add(state)
        assert "ENDED" not in death.lines
        if "COPIED" in death.lines and not state:
            unlocked = keys.unlock(place / "register", OFFICER, PASSPHRASE)
            assert verify(place / "register", unlocked).ok, "set-up had ended; only its last word was not heard"
            continue
        if "CREATED" in death.lines:
            assert state == MADE
        set_up_again(place, anew=bool(number % 2))
    return met


def test_set_up_is_killed_and_begun_again(victims: Killer, tmp_path: Path) -> None:
    assert {MAKING, MADE} <= kill_and_set_up(victims, tmp_path, QUICK)


@pytest.mark.slow
def test_set_up_is_killed_at_many_points_and_begun_again(victims: Killer, tmp_path: Path) -> None:
    assert {"", MAKING, MADE} <= kill_and_set_up(victims, tmp_path, THOROUGH)


@pytest.mark.parametrize("most", [5, pytest.param(THOROUGH, marks=pytest.mark.slow)])
def test_init_is_killed_and_begun_again(victims: Killer, tmp_path: Path, admin: Callable[..., Ran], most: int) -> None:
    (tmp_path / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    (tmp_path / "whole").mkdir()
    command = ("--officer", OFFICER, "--passphrase-file", tmp_path / "passphrase", "--json")
    for nth in points(victims, tmp_path / "whole", "command", most):
        place = tmp_path / f"at-{nth}"
        place.mkdir()
        folder = place / "register"
        death = victims.ask("set-up", str(place), "command", nth)
        assert death.signal == 9
        if death.lines:
            check_whole(folder, PASSPHRASE, json.loads(death.lines[0])["recovery_key"])
            continue
        state = interrupted(folder)
        again = admin("init", folder, *command)
        assert again.code == 0, again.json
        assert ("interrupted" in again.err) is bool(state)
        check_whole(folder, PASSPHRASE, again.json["recovery_key"])


def test_what_is_not_left_by_set_up_is_never_taken_away(victims: Killer, tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    nth = points(victims, tmp_path / "whole", "window", QUICK)[QUICK // 2]
    victims.ask("set-up", str(tmp_path), "window", nth)
    folder = tmp_path / "register"
    assert interrupted(folder)
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    before = {path.name: path.stat().st_size for path in folder.iterdir()}
    setup = RegisterSetup(folder, FixedClock(NOON), 0, lambda *_: None)
    with pytest.raises(UserError, match="is not empty"):
        setup.create(OFFICER, OTHER)
    assert {path.name: path.stat().st_size for path in folder.iterdir()} == before
