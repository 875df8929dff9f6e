"""What Linux and its kin say about places, processes and the screen lock; Windows has ``test_windows.py``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cme_desktop.system import Place
from cme_desktop.system.posix import PosixMachine


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    path = tmp_path / "mounts"
    base = tmp_path.resolve()
    spaced = str(base / "two words").replace(" ", "\\040")
    path.write_text(
        "\n".join(
            [
                "/dev/sda1 / ext4 rw 0 0",
                f"server:/share {base}/share nfs4 rw 0 0",
                f"//server/share {spaced} cifs rw 0 0",
                f"/dev/sdb1 {base}/share/local ext4 rw 0 0",
                f"server:/late {base}/over ext4 rw 0 0",
                f"server:/late {base}/over fuse.sshfs rw 0 0",
                "rubbish",
            ]
        ),
        encoding="utf-8",
    )
    return path


class TestPosix:
    @pytest.mark.parametrize(
        ("folder", "place"),
        [
            ("here", Place.LOCAL),
            ("share/deep", Place.NETWORK),
            ("two words", Place.NETWORK),
            ("share/local/x", Place.LOCAL),
            ("sharenot", Place.LOCAL),
            ("over", Place.NETWORK),
        ],
    )
    def test_network_by_mount_table(self, tmp_path: Path, mounts: Path, folder: str, place: Place) -> None:
        (tmp_path / folder).mkdir(parents=True)
        machine = PosixMachine(mounts, tmp_path / "no devices")
        assert machine.kind_of_place(tmp_path / folder) is place
        assert machine.kind_of_place(tmp_path / folder / "not yet") is place

    @pytest.mark.parametrize(("mark", "place"), [("1\n", Place.REMOVABLE), ("0\n", Place.LOCAL)])
    def test_removable_by_the_kernels_mark(self, tmp_path: Path, mounts: Path, mark: str, place: Place) -> None:
        device = tmp_path.stat().st_dev
        disk = tmp_path / "sys" / "sdb"
        partition = disk / "sdb1"
        partition.mkdir(parents=True)
        (disk / "removable").write_text(mark, encoding="ascii")
        (tmp_path / "dev").mkdir()
        (tmp_path / "dev" / f"{os.major(device)}:{os.minor(device)}").symlink_to(partition)
        assert PosixMachine(mounts, tmp_path / "dev").kind_of_place(tmp_path) is place

    def test_no_mount_table(self, tmp_path: Path) -> None:
        assert PosixMachine(tmp_path / "none", tmp_path / "none").kind_of_place(tmp_path) is Place.LOCAL

    def test_guest_profile(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        import pwd

        entry = pwd.getpwuid(os.getuid())
        fields = list(entry)
        fields[5] = "/tmp/guest-abc123"
        monkeypatch.setattr(pwd, "getpwuid", lambda uid: pwd.struct_passwd(fields))
        machine = PosixMachine(tmp_path / "none", tmp_path / "none")
        guest = Path("/tmp/guest-abc123/register")
        monkeypatch.setattr("cme_desktop.system.posix._nearest_existing", lambda folder: folder)
        monkeypatch.setattr(PosixMachine, "_removable", lambda self, folder: False)
        assert machine.kind_of_place(guest) is Place.WIPED
        assert machine.kind_of_place(tmp_path) is Place.LOCAL

    def test_memory_limit_holds(self) -> None:
        script = (
            "from cme_desktop.system import this_machine\n"
            "assert this_machine().limit_memory(400 * 1024 * 1024)\n"
            "try:\n"
            "    bytearray(600 * 1024 * 1024)\n"
            "except MemoryError:\n"
            "    print('held')\n"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "held"

    def test_worker_ends_with_its_parent(self) -> None:
        worker = (
            "import sys, time; from cme_desktop.system import this_machine\n"
            "print(this_machine().end_with_parent(), flush=True)\n"
            "time.sleep(60)\n"
        )
        parent = (
            "import subprocess, sys\n"
            f"child = subprocess.Popen([sys.executable, '-c', {worker!r}], stdout=subprocess.PIPE, text=True)\n"
            "print(child.pid, child.stdout.readline().strip(), flush=True)\n"
            "sys.stdin.readline()\n"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdin is not None
        assert process.stdout is not None
        number, taken = process.stdout.readline().split()
        assert taken == str(sys.platform.startswith("linux"))
        process.kill()
        process.stdin.close()
        process.stdout.close()
        process.wait()
        assert _ended(int(number))

    @pytest.mark.parametrize(
        ("answer", "locked", "known"), [("yes", True, True), ("no", False, True), (None, False, False)]
    )
    def test_screen_lock_from_logind(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str | None, locked: bool, known: bool
    ) -> None:
        monkeypatch.setenv("XDG_SESSION_ID", "4")
        loginctl = tmp_path / "loginctl"
        loginctl.write_text(f"#!/bin/sh\n{'exit 1' if answer is None else f'echo {answer}'}\n", encoding="ascii")
        loginctl.chmod(0o700)
        state = PosixMachine(loginctl=loginctl).session()
        assert (state.locked, state.known) == (locked, known)

    def test_screen_lock_unknown_without_a_session(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("XDG_SESSION_ID", raising=False)
        assert not PosixMachine().session().known


def _ended(process: int) -> bool:
    for _ in range(200):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        stat_file = Path(f"/proc/{process}/stat")
        if stat_file.exists() and stat_file.read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.02)
    os.kill(process, signal.SIGKILL)
    return False
