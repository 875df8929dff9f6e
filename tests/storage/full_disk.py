"""Open, look into and back up a register on a disk that is really full; ``test_false_alarms`` starts it.

The disk is a small one in memory, mounted as root or in a name space of one's own. Where the system lets nobody do
that, the size of files is limited instead, so that every file refuses to grow.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from cme_desktop.domain.errors import UserError  # noqa: E402 - after the path
from cme_desktop.storage.backup import check_backup, make_backup  # noqa: E402
from cme_desktop.storage.store import Store  # noqa: E402
from cme_desktop.storage.verify import verify  # noqa: E402
from cme_desktop.system.reserve import RESERVE_NAME  # noqa: E402
from tests.storage.registers import NOW, add_child, clock_at, fill, log_in, new_register, reopen, tables_of  # noqa: E402

MISLEADING = ("damaged", "estore", "not its key")


def mounted(place: Path) -> bool:
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)], capture_output=True, check=False
    )
    return done.returncode == 0


def filled(place: Path, name: str) -> Path:
    """Take every byte that the disk still has."""
    path = place / name
    with path.open("wb", buffering=0) as handle:
        for size in (1024 * 1024, 4096, 1):
            try:
                while True:
                    handle.write(bytes(size))
            except OSError:
                continue
    return path


def refused(work: Callable[[], object]) -> UserError | None:
    """Do something and return the refusal, which never speaks of damage."""
    try:
        work()
    except UserError as error:
        if any(word in error.message for word in MISLEADING):
            raise AssertionError(error.message) from error
        return error
    return None


def write_too_much(store: Store) -> None:
    with store.action(store.person, "import.apply") as session:
        for number in range(3000, 20_000):
            add_child(session, number)


def on_a_disk_of_its_own(place: Path, elsewhere: Path) -> None:
    folder = place / "register"
    store = new_register(folder)
    fill(store, 3)
    store.close()
    reserve = folder / RESERVE_NAME
    assert reserve.stat().st_blocks * 512 >= 8 * 1024 * 1024, "the room is really taken"
    filler = filled(place, "other-things")
    assert shutil.disk_usage(place).free == 0

    store = reopen(folder)
    assert store.room.warning, "it is said"
    assert not reserve.exists()
    before = tables_of(store)
    for number in range(200):
        store.seen(store.person, "case.look", f"episode:{number}")
    error = refused(lambda: write_too_much(store))
    assert error is not None
    assert error.code == "disk-full", error.code
    assert tables_of(store) == {**before, "audit_event": before["audit_event"] + 200}
    made = make_backup(folder, log_in(folder), elsewhere / "place", now=NOW)
    assert check_backup(made.path) == made
    store.seen(store.person, "case.look", "episode:1")
    store.close()

    filled(place, "and-more")
    for _ in range(3):  # the journal has room for more looks
        store = reopen(folder)
        store.seen(store.person, "case.look", "episode:2")
        assert store.room.warning
        store.close()

    reserve.unlink(missing_ok=True)
    filled(place, "and-yet-more")
    error = refused(lambda: reopen(folder).close())
    assert error is None or error.code == "disk-full", error
    for path in (filler, place / "and-more", place / "and-yet-more"):
        path.unlink()
    store = reopen(folder)
    assert store.room.warning is None
    assert reserve.exists()
    store.close()
    assert verify(folder, log_in(folder)).ok

    unlocked = log_in(folder)
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
    error = refused(lambda: Store.open(folder, unlocked, clock_at()))
    assert error is not None
    assert error.code == "disk-read-only", (error.code, error.message)


def under_a_limit(elsewhere: Path) -> None:
    folder = elsewhere / "register"
    store = new_register(folder)
    fill(store, 3)
    store.close()
    unlocked = log_in(folder)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    said = refused(lambda: reopen(folder).close())
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert said is not None
    assert said.code in ("disk-full", "disk-trouble"), said.code
    assert verify(folder, unlocked).ok


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        place, elsewhere = Path(name) / "disk", Path(name) / "elsewhere"
        place.mkdir()
        elsewhere.mkdir()
        if mounted(place):
            try:
                on_a_disk_of_its_own(place, elsewhere)
            finally:
                subprocess.run(["umount", "-l", str(place)], check=False)
        elif "--apart" not in sys.argv and shutil.which("unshare"):
            again = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, __file__, "--apart"]
            if subprocess.run([*again[:4], "true"], capture_output=True, check=False).returncode == 0:
                os.execvp(again[0], again)  # the name space ends with it
            under_a_limit(elsewhere)
        else:
            under_a_limit(elsewhere)


if __name__ == "__main__":
    main()
