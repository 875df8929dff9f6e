"""What Windows is asked, tried on Windows itself (or on what stands in for it here)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cme_desktop.system import Place, atomic_write, is_root, this_machine
from tests.processes import alive

ROOT = Path(__file__).parents[2]


def run_there(code: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_drive_is_a_root_and_a_place_for_a_register() -> None:
    assert is_root(Path("C:\\"))
    assert this_machine().kind_of_place(Path("C:\\")) is Place.LOCAL


@pytest.mark.parametrize("name", [r"\\?\{}", r"\\.\{}", "{}"])
def test_a_path_is_the_same_place_written_out_or_not(tmp_path: Path, name: str) -> None:
    assert this_machine().kind_of_place(Path(name.format(tmp_path))) is Place.LOCAL


def test_a_share_is_a_network_place() -> None:
    assert this_machine().kind_of_place(Path(r"\\council\share\registers")) is Place.NETWORK


def test_windows_names_the_folders_of_a_person() -> None:
    known = {str(one).casefold() for one in this_machine().known_folders()}
    home = str(Path.home()).casefold()
    assert {home, f"{home}\\desktop", f"{home}\\documents", f"{home}\\downloads"} <= known
    assert any(one.endswith("program files") for one in known)
    assert any(one.endswith("windows") for one in known)


def test_a_file_is_replaced_while_somebody_reads_it(tmp_path: Path) -> None:
    target = tmp_path / "settings.json"
    atomic_write(target, b"old")
    atomic_write(target, b"new")
    assert target.read_bytes() == b"new"
    assert [one.name for one in tmp_path.iterdir()] == ["settings.json"]


def test_a_file_that_somebody_has_open_is_open_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "leaver.xml"
    path.write_bytes(b"x")
    machine = this_machine()
    assert not machine.open_elsewhere(path)
    with path.open("rb"):
        assert machine.open_elsewhere(path)
    assert not machine.open_elsewhere(path)


def test_an_alternate_stream_is_no_plain_file(tmp_path: Path) -> None:
    (tmp_path / "leaver.xml").write_bytes(b"x")
    assert this_machine().is_plain_file(tmp_path / "leaver.xml")
    assert not this_machine().is_plain_file(tmp_path / "leaver.xml:Zone.Identifier")


def test_a_locked_file_is_held_against_other_processes_until_the_end(tmp_path: Path) -> None:
    lock = tmp_path / "store.lock"
    lock.write_bytes(b"")
    code = "import os, sys; from cme_desktop.system import this_machine;"
    code += "print(this_machine().try_lock(os.open(sys.argv[1], os.O_RDWR)))"
    held = os.open(lock, os.O_RDWR)
    assert this_machine().try_lock(held)
    assert run_there(code, str(lock)).stdout.strip() == "False"
    os.close(held)
    assert run_there(code, str(lock)).stdout.strip() == "True"


def test_no_heap_goes_into_an_error_report() -> None:
    assert this_machine().forbid_dumps() in (True, False)


def test_a_process_can_be_shut_in_and_says_truly_what_holds_it() -> None:
    """What stands in for Windows here keeps no job to one process; then it must not be said to."""
    code = (
        "import subprocess, sys; from cme_desktop.system import this_machine;"
        "print(*this_machine().enter_cage(), flush=True);"
        "subprocess.run([sys.executable, '-c', ''], check=True)"
    )
    shut_in = run_there(code)
    held = set(shut_in.stdout.split())
    assert {"token", "integrity"} <= held <= {"token", "integrity", "job"}, shut_in.stderr
    assert ("job" in held) == (shut_in.returncode != 0)


def test_a_process_ends_with_the_one_that_started_it() -> None:
    code = (
        "import subprocess, sys, time;"
        "child = 'from cme_desktop.system import this_machine; import sys, time; this_machine().end_with_parent();"
        " print(1, flush=True); time.sleep(40)';"
        "started = subprocess.Popen([sys.executable, '-c', child], stdout=subprocess.PIPE);"
        "started.stdout.readline(); print(started.pid)"
    )
    pid = int(run_there(code).stdout)
    until = time.monotonic() + 20
    while alive(pid):
        assert time.monotonic() < until, "it outlived who started it"
        time.sleep(0.05)
