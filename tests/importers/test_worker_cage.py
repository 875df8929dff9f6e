"""The reader in its cage: from inside, files, network, programs and other processes are out of reach (safety.md 10)."""

from __future__ import annotations

import codecs
import json
import logging
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cme_desktop.importers.decoding import decode
from cme_desktop.importers.s2s.reader import inspect_bytes
from cme_desktop.importers.worker import Worker, note_cage
from cme_desktop.synth.s2s_files import make_s2s
from cme_desktop.system import cage
from tests.importers.attacks import harmful
from tests.importers.files import NAME, TODAY, ctf, pupil
from tests.importers.test_archive import packed

LINUX = sys.platform.startswith("linux")

INSIDE = """
    import ctypes, json, os, socket, subprocess, sys, threading
    from multiprocessing import Pipe
    from pathlib import Path
    from cme_desktop.importers import serving
    from cme_desktop.system import cage

    if sys.argv[2:]:
        getattr(cage, sys.argv[2]).__code__ = (lambda kernel: False).__code__
    parent, target = os.getppid(), sys.argv[1]
    libc = ctypes.CDLL(None, use_errno=True)
    handle = os.open(target, os.O_RDONLY)
    folder = os.open(os.path.dirname(target), os.O_RDONLY)
    serving.load_everything()
    held = cage.enter()

    def call(name, *given):
        if getattr(libc, name)(*given) == -1:
            raise OSError(ctypes.get_errno(), name)

    TRIES = {
        "open to read": lambda: os.open(target, os.O_RDONLY),
        "open to write": lambda: os.open(target + ".new", os.O_WRONLY | os.O_CREAT),
        "list a folder": lambda: os.listdir("/"),
        "remove a file": lambda: os.unlink(target),
        "rename a file": lambda: os.rename(target, target + ".moved"),
        "link a file": lambda: os.link(target, target + ".linked"),
        "make a folder": lambda: os.mkdir(target + ".folder"),
        "from an open folder": lambda: os.open(os.path.basename(target), os.O_RDONLY, dir_fd=folder),
        "read its own environment": lambda: Path("/proc/self/environ").read_bytes(),
        "read the parent's memory": lambda: os.open(f"/proc/{parent}/mem", os.O_RDONLY),
        "a socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "a local socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
        "a pair of sockets": lambda: socket.socketpair(),
        "a program": lambda: os.execv("/bin/true", ["true"]),
        "a program beside": lambda: subprocess.run(["/bin/true"]),
        "a shell": lambda: os.posix_spawn("/bin/sh", ["sh", "-c", "true"], {}),
        "a copy of itself": lambda: os._exit(9) if os.fork() == 0 else None,
        "signal the parent": lambda: os.kill(parent, 0),
        "kill the parent": lambda: os.kill(parent, 9),
        "kill everything": lambda: os.kill(-1, 0),
        "trace the parent": lambda: call("ptrace", 16, parent, 0, 0),
        "watch by number": lambda: os.pidfd_open(parent),
        "raise its own limits": lambda: call("setrlimit", 9, ctypes.create_string_buffer(b"\\xff" * 16)),
        "become another": lambda: os.setuid(65534),
        "import a module": lambda: __import__("wave"),
    }
    found = {}
    for name, attempt in TRIES.items():
        try:
            attempt()
            found[name] = "done"
        except (OSError, ImportError) as error:
            found[name] = type(error).__name__
    ended = threading.Event()
    threading.Thread(target=ended.set).start()
    found["a thread"] = str(ended.wait(10))
    found["an open file"] = os.read(handle, 4).decode()
    os.write(1, json.dumps([held, found]).encode())
"""


def from_inside(target: Path, *without: str) -> tuple[list[str], dict[str, str]]:
    """Try everything from inside a process that has shut itself in, and return what it found."""
    command = [sys.executable, "-c", textwrap.dedent(INSIDE), str(target), *without]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    held, found = json.loads(done.stdout)
    return held, found


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Return a file that the process may have open, and nothing else."""
    path = tmp_path / "own.txt"
    path.write_text("held")
    return path


@pytest.mark.feature("F97")
def test_worker_cage(target: Path) -> None:
    held, found = from_inside(target)
    assert held == ["landlock", "seccomp"]
    assert (found.pop("a thread"), found.pop("an open file")) == ("True", "held")
    assert len(found) > 20
    assert set(found.values()) == {"PermissionError"}, {name for name, how in found.items() if how != "PermissionError"}
    assert [path.name for path in target.parent.iterdir()] == ["own.txt"]


def test_a_kernel_without_landlock_has_the_other_wall_alone(target: Path) -> None:
    held, found = from_inside(target, "_landlock")
    assert held == ["seccomp"]
    del found["a thread"], found["an open file"]
    assert set(found.values()) == {"PermissionError"}


def test_a_kernel_without_seccomp_still_keeps_files_and_ports_away(target: Path) -> None:
    held, found = from_inside(target, "_seccomp")
    assert held == ["landlock"]
    for name in ("open to read", "open to write", "list a folder", "remove a file", "from an open folder"):
        assert found[name] == "PermissionError"


def test_a_processor_whose_calls_are_not_known_has_no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert cage._seccomp(None) is False  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def caged() -> Iterator[Worker]:
    """Return the reader as the program runs it."""
    with Worker() as worker:
        yield worker


def test_the_running_reader_is_in_the_cage_in_all_its_threads(caged: Worker) -> None:
    assert caged.inspect(ctf(), NAME, TODAY).status == "read"
    assert caged.cage == ("landlock", "seccomp")
    tasks = list(Path(f"/proc/{caged.pid}/task").iterdir())
    assert len(tasks) == 2, "one reads, one waits for the end of the program"
    for task in tasks:
        status = dict(line.split(":\t", 1) for line in (task / "status").read_text().splitlines() if ":\t" in line)
        assert (status["Seccomp"].strip(), status["NoNewPrivs"].strip()) == ("2", "1")


def test_in_the_cage_every_kind_of_file_is_read_as_outside(caged: Worker, tmp_path: Path) -> None:
    """Nothing is loaded when it is first needed: after the cage nothing can be."""
    make_s2s(tmp_path / "files", 120, 11, date(2026, 11, 24))
    files = {path.name: path.read_bytes() for path in (tmp_path / "files").iterdir() if path.suffix != ".json"}
    files |= {f"attack{number}.xml": data for number, data in enumerate(harmful("/nowhere").values())}
    assert len(files) > 80
    for name, data in files.items():
        assert caged.inspect(data, name, TODAY) == inspect_bytes(data, name, TODAY), name


def encodings_declared() -> list[str]:
    numbers = [f"iso-8859-{part}" for part in range(1, 17)]
    windows = [f"windows-125{part}" for part in range(9)] + [f"cp125{part}" for part in range(9)]
    return [*numbers, *windows, "koi8-r", "koi8-u", "latin-1", "us-ascii", "shift_jis", "no-such-thing"]


@pytest.mark.parametrize("name", encodings_declared())
def test_in_the_cage_every_encoding_is_known(caged: Worker, name: str) -> None:
    text = ctf(pupil(Surname="Zoe")).decode().replace("utf-8", name)
    assert f'encoding="{name}"' in text or f"encoding='{name}'" in text
    data = text.encode().replace(b"Zoe", b"Z\xf6\xe9")
    reading = caged.inspect(data, NAME, TODAY)
    assert reading == inspect_bytes(data, NAME, TODAY)
    assert reading.status != "refused"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-8-sig", "utf-16"])
def test_in_the_cage_wide_encodings_are_known(caged: Worker, codec: str) -> None:
    data = codecs.encode(ctf().decode(), codec)
    assert caged.inspect(data, NAME, TODAY) == inspect_bytes(data, NAME, TODAY)


def test_an_encoding_that_no_one_has_is_read_as_windows_1252() -> None:
    """Part 12 of ISO 8859 was never finished: the name is not known to Python and may not end in a fault."""
    assert decode(b"<?xml version='1.0' encoding='iso-8859-12'?><a>\xe9</a>").codec == "windows-1252"


def test_whether_it_is_an_s2s_file_crosses_to_the_program(caged: Worker) -> None:
    for data, expected in (
        (ctf(), True),
        (ctf()[:-20], True),
        (packed((NAME, ctf()), ("b.xml", ctf(pupil(), pupil()))), True),
        (packed((NAME, ctf()), ("report.txt", b"none")), False),
        (packed((NAME, ctf()), ("b.xml", b"<Invoice/>")), False),
        (b"<Invoice/>", False),
        (b"<CTF><Song/></CTF>", False),
        (b"", False),
    ):
        assert (caged.inspect(data, NAME, TODAY).is_s2s, inspect_bytes(data, NAME, TODAY).is_s2s) == (expected,) * 2


def test_the_parent_can_still_end_it(caged: Worker) -> None:
    caged.start()
    assert caged.pid is not None
    os.kill(caged.pid, signal.SIGKILL)
    assert caged.inspect(ctf(), NAME, TODAY).status in ("read", "refused")
    assert caged.inspect(ctf(), NAME, TODAY).status == "read"


def test_the_log_says_by_a_code_what_is_in_force(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        note_cage(("landlock", "seccomp"))
        note_cage(())
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", "reader.cage-landlock"),
        ("INFO", "reader.cage-seccomp"),
        ("WARNING", "reader.no-cage"),
    ]
