"""One process to a register: races of four processes, some killed, always have exactly one owner (safety.md 9)."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cme_desktop.system import DiskFull, StoreInUse, StoreLock, holder_of, is_held
from cme_desktop.system.lock import HOLDER_NAME, LOCK_NAME

NOW = datetime(2026, 11, 24, 10, 42, tzinfo=UTC)
RACES = 50
RACERS = 4
KILL_EVERY = 2

# Each racer lives through all races: it takes the lock of the folder it is told and holds it until told to let go.
RACER = """
import sys
from datetime import datetime, timezone
from pathlib import Path
from cme_desktop.system import DiskFull, StoreInUse, StoreLock
now = datetime(2026, 11, 24, 10, 42, tzinfo=timezone.utc)
held = None
for line in sys.stdin:
    word, _, folder = line.strip().partition(" ")
    if word == "take":
        try:
            held = StoreLock.take(Path(folder), program="cme-admin", now=now)
            print("owner", flush=True)
        except StoreInUse as refused:
            print(f"refused {refused.code}", flush=True)
    elif word == "release":
        if held is not None:
            held.release()
            held = None
        print("released", flush=True)
"""


class Racer:
    """A process that races for locks."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", RACER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()
        self.process.wait()


@pytest.mark.feature("F80")
def test_two_instances(tmp_path: Path) -> None:
    racers = [Racer() for _ in range(RACERS)]
    killed = 0
    try:
        for race in range(RACES):
            folder = tmp_path / f"register-{race}"
            folder.mkdir()
            for racer in racers:
                racer.tell(f"take {folder}")
            answers = [racer.answer() for racer in racers]
            assert answers.count("owner") == 1, answers
            assert answers.count("refused store-in-use") == RACERS - 1, answers
            owner = answers.index("owner")
            holder = holder_of(folder)
            assert holder is not None
            assert holder.process == racers[owner].process.pid
            if race % KILL_EVERY == 0:
                # Killed outright: the lock frees itself, and the others race for it at once
                racers[owner].end()
                killed += 1
                others = [racer for racer in racers if racer is not racers[owner]]
                for racer in others:
                    racer.tell(f"take {folder}")
                assert [racer.answer() for racer in others].count("owner") == 1
                racers[owner] = Racer()
            for racer in racers:
                racer.tell("release")
            assert [racer.answer() for racer in racers] == ["released"] * RACERS
            assert not is_held(folder)
    finally:
        for racer in racers:
            racer.end()
    assert killed == RACES // KILL_EVERY


class TestLock:
    def test_second_taker_learns_who_holds_it(self, tmp_path: Path) -> None:
        with StoreLock.take(tmp_path, program="window", now=NOW):
            with pytest.raises(StoreInUse) as caught:
                StoreLock.take(tmp_path, program="cme-admin", now=NOW)
            assert caught.value.code == "store-in-use"
            assert caught.value.holder is not None
            assert caught.value.holder.process == os.getpid()
            assert "the window on" in caught.value.message
            assert "since 10:42 on 24 Nov 2026" in caught.value.message

    def test_freed_by_release_and_by_an_error(self, tmp_path: Path) -> None:
        first = StoreLock.take(tmp_path, program="window", now=NOW)
        first.release()
        first.release()
        assert not is_held(tmp_path)
        assert not (tmp_path / HOLDER_NAME).exists()
        with pytest.raises(RuntimeError), StoreLock.take(tmp_path, program="window", now=NOW):
            raise RuntimeError
        assert not is_held(tmp_path)

    def test_lock_file_is_never_deleted(self, tmp_path: Path) -> None:
        StoreLock.take(tmp_path, program="window", now=NOW).release()
        assert (tmp_path / LOCK_NAME).exists()

    def test_a_holder_file_alone_locks_nobody_out(self, tmp_path: Path) -> None:
        (tmp_path / HOLDER_NAME).write_text(
            json.dumps({"program": "window", "process": 1, "machine": "here", "since": NOW.isoformat()}),
            encoding="utf-8",
        )
        (tmp_path / LOCK_NAME).touch()
        assert not is_held(tmp_path)
        StoreLock.take(tmp_path, program="window", now=NOW).release()

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"program": "window"}', '{"program":1,"process":"x"}'])
    def test_unreadable_holder_is_another_program(self, tmp_path: Path, text: str) -> None:
        with StoreLock.take(tmp_path, program="window", now=NOW):
            (tmp_path / HOLDER_NAME).write_text(text, encoding="utf-8")
            with pytest.raises(StoreInUse) as caught:
                StoreLock.take(tmp_path, program="cme-admin", now=NOW)
            assert "another program" in caught.value.message

    def test_the_holder_is_for_this_user_alone(self, tmp_path: Path) -> None:
        with StoreLock.take(tmp_path, program="window", now=NOW):
            assert (tmp_path / HOLDER_NAME).stat().st_mode & 0o777 == 0o600

    def test_a_full_disk_leaves_no_litter_and_the_lock_holds(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / f".{HOLDER_NAME}.1").write_text("", encoding="utf-8")
        (tmp_path / HOLDER_NAME).write_text("of somebody before", encoding="utf-8")

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "full")

        monkeypatch.setattr(json, "dump", full)
        with StoreLock.take(tmp_path, program="window", now=NOW):
            assert [path.name for path in tmp_path.iterdir()] == [LOCK_NAME]
            assert is_held(tmp_path)
            with pytest.raises(StoreInUse, match="another program"):
                StoreLock.take(tmp_path, program="cme-admin", now=NOW)

    def test_no_room_for_the_lock_itself_is_said(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> int:
            raise OSError(errno.ENOSPC, "full")

        monkeypatch.setattr(os, "open", full)
        with pytest.raises(DiskFull, match="Free some space"):
            StoreLock.take(tmp_path, program="window", now=NOW)

    def test_no_register_folder(self, tmp_path: Path) -> None:
        assert not is_held(tmp_path / "nowhere")
        with pytest.raises(FileNotFoundError):
            StoreLock.take(tmp_path / "nowhere", program="window", now=NOW)

    def test_waits_as_long_as_asked(self, tmp_path: Path) -> None:
        seconds = [0.0]

        def sleep(length: float) -> None:
            seconds[0] += length

        with StoreLock.take(tmp_path, program="window", now=NOW), pytest.raises(StoreInUse):
            StoreLock.take(
                tmp_path, program="cme-admin", now=NOW, wait_seconds=2, clock=lambda: seconds[0], sleep=sleep
            )
        assert 2.0 <= seconds[0] < 2.2

    def test_gets_it_when_freed_while_waiting(self, tmp_path: Path) -> None:
        first = StoreLock.take(tmp_path, program="window", now=NOW)
        with StoreLock.take(tmp_path, program="cme-admin", now=NOW, wait_seconds=60, sleep=lambda _: first.release()):
            assert is_held(tmp_path)

    def test_a_forked_child_does_not_keep_it(self, tmp_path: Path) -> None:
        if "fork" not in multiprocessing.get_all_start_methods():
            return
        started, told_started = os.pipe()
        ended, told_to_end = os.pipe()
        lock = StoreLock.take(tmp_path, program="window", now=NOW)
        child = os.fork()
        if child == 0:
            os.close(told_to_end)
            os.write(told_started, b"x")
            os.read(ended, 1)
            os._exit(0)
        os.read(started, 1)
        lock.release()
        try:
            assert not is_held(tmp_path)
        finally:
            for descriptor in (told_to_end, ended, started, told_started):
                os.close(descriptor)
            os.waitpid(child, 0)
