"""A file that the program makes is written whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cme_desktop import system
from cme_desktop.system import FileBusy
from cme_desktop.system.refused import RETRY_SECONDS

DAY = datetime(2026, 11, 24, 10, 12, tzinfo=UTC)


class FakeTime:
    """A clock that moves only when someone sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def clock(self) -> float:
        return self.seconds

    def sleep(self, length: float) -> None:
        self.seconds += length


class TestAtomicWrite:
    def test_makes_and_replaces(self, tmp_path: Path) -> None:
        path = tmp_path / "letter.pdf"
        assert system.atomic_write(path, b"first") == path
        assert system.atomic_write(path, b"second") == path
        assert path.read_bytes() == b"second"
        assert [entry.name for entry in tmp_path.iterdir()] == ["letter.pdf"]

    def test_readable_by_this_user_only(self, tmp_path: Path) -> None:
        path = system.atomic_write(tmp_path / "x", b"data")
        assert os.name != "posix" or stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_flushed_then_named_then_the_folder_flushed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        order: list[str] = []
        real = os.fsync

        def fsync(descriptor: int) -> None:
            order.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
            real(descriptor)

        def replace(source: Path, target: Path) -> None:
            order.append("name")
            source.replace(target)

        monkeypatch.setattr(os, "fsync", fsync)
        system.atomic_write(tmp_path / "x", b"data", replace=replace)
        assert order == ["file", "name", "folder"]

    def test_refused_for_a_while(self, tmp_path: Path) -> None:
        path, fake, tries = tmp_path / "letter.pdf", FakeTime(), [0]
        path.write_bytes(b"old")

        def replace(source: Path, target: Path) -> None:
            tries[0] += 1
            if tries[0] < 5:
                raise PermissionError
            source.replace(target)

        assert system.atomic_write(path, b"new", replace=replace, clock=fake.clock, sleep=fake.sleep) == path
        assert path.read_bytes() == b"new"
        assert fake.seconds < RETRY_SECONDS

    def test_refused_for_good_is_saved_under_another_name(self, tmp_path: Path) -> None:
        path, fake = tmp_path / "letter.pdf", FakeTime()
        path.write_bytes(b"old")
        (tmp_path / "letter (2).pdf").write_bytes(b"older")

        def refuse(source: Path, target: Path) -> None:
            raise PermissionError

        done = system.atomic_write(path, b"new", replace=refuse, clock=fake.clock, sleep=fake.sleep)
        assert done.name == "letter (3).pdf"
        assert done.read_bytes() == b"new"
        assert path.read_bytes() == b"old"
        assert (tmp_path / "letter (2).pdf").read_bytes() == b"older"
        assert RETRY_SECONDS <= fake.seconds < RETRY_SECONDS + 0.5
        assert len(list(tmp_path.iterdir())) == 3

    def test_refused_for_good_without_another_name(self, tmp_path: Path) -> None:
        path, fake = tmp_path / "keys.json", FakeTime()
        path.write_bytes(b"old")

        def refuse(source: Path, target: Path) -> None:
            raise PermissionError

        with pytest.raises(FileBusy) as caught:
            system.atomic_write(path, b"new", other_name=False, replace=refuse, clock=fake.clock, sleep=fake.sleep)
        assert caught.value.code == "file-busy"
        assert "keys.json could not be replaced" in caught.value.message
        assert [entry.read_bytes() for entry in tmp_path.iterdir()] == [b"old"]

    def test_full_disk_leaves_the_old_file_and_no_scrap(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "x"
        path.write_bytes(b"old")

        def full(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            system.atomic_write(path, b"new")
        assert [entry.read_bytes() for entry in tmp_path.iterdir()] == [b"old"]

    def test_killed_at_any_moment_is_old_or_new(self, tmp_path: Path) -> None:
        path = tmp_path / "x"
        path.write_bytes(b"0" * 200_000)
        script = (
            "import sys; from pathlib import Path; from cme_desktop.system import atomic_write\n"
            "number = 0\n"
            "while True:\n"
            "    number = (number + 1) % 10\n"
            "    atomic_write(Path(sys.argv[1]), str(number).encode() * 200_000)\n"
            "    print(number, flush=True)\n"
        )
        for kill in range(5):
            writer = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE)
            assert writer.stdout is not None
            for _ in range(3 + kill):
                writer.stdout.readline()
            writer.kill()
            writer.stdout.close()
            writer.wait()
            found = path.read_bytes()
            assert len(found) == 200_000
            assert len(set(found)) == 1
        assert system.remove_leftovers(tmp_path) <= 5
        assert [entry.name for entry in tmp_path.iterdir()] == ["x"]
