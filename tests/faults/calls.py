"""Have commands live, die at an exact call, or be written down call by call."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).with_name("calls.c")
START = "from tests.faults.calls import serve; serve()"


@dataclass(frozen=True)
class Call:
    """One call that changed something below the watched folder.

    ``what`` is open, write, fsync, truncate, rename, link, unlink, rmdir or mkdir; ``other`` the second name of a
    rename, or whether an open made the file (``new``) or emptied it (``trunc``).
    """

    number: int
    what: str
    path: str
    other: str
    at: int
    length: int
    data: bytes = b""


@dataclass(frozen=True)
class Fault:
    """At which call the process dies (``kill_at``), torn in the middle of a write, or from which on calls fail."""

    kill_at: int = 0
    torn: bool = False
    fail_from: int = 0
    fail_with: int = 0


@dataclass(frozen=True)
class Ended:
    """How a command ended: the signal it died of (0 for none), its exit code, and what it wrote."""

    signal: int
    code: int
    out: str

    @property
    def acknowledged(self) -> bool:
        """Say whether the command told the person that it was done."""
        return self.signal == 0 and self.code == 0


def build(folder: Path) -> Path:
    """Compile the library that watches the calls and return its path."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler is not None, "these tests need a C compiler"
    target = folder / "calls.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-Wall", "-o", str(target), str(SOURCE), "-ldl", "-lpthread"], check=True
    )
    return target


class Victims:
    """The parent of the commands that are watched: it is loaded once and forks one child for each."""

    def __init__(self, process: subprocess.Popen[str], place: Path) -> None:
        self._process, self._place = process, place

    def run(self, argv: Sequence[object], below: Path, fault: Fault | None = None) -> Ended:
        """Run one command of ``cme-admin``; the fault strikes at calls below a folder."""
        return self._ask(argv, below, fault or Fault(), "", data=False)

    def watch(self, argv: Sequence[object], below: Path, *, data: bool = False) -> tuple[Ended, list[Call]]:
        """Run one command to its end and return what it did, with the bytes it wrote if asked."""
        log = self._place / "calls.log"
        ended = self._ask(argv, below, Fault(), str(log), data=data)
        return ended, list(_read(log.read_bytes(), data=data))

    def _ask(self, argv: Sequence[object], below: Path, fault: Fault, log: str, *, data: bool) -> Ended:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {
            "argv": [str(word) for word in argv],
            "arm": [str(below), fault.kill_at, fault.torn, fault.fail_from, fault.fail_with, log, data],
        }
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the parent of the victims has ended"
        return Ended(**json.loads(answer))


def _read(log: bytes, *, data: bool) -> Iterator[Call]:
    start = 0
    while start < len(log):
        end = log.index(b"\n", start)
        number, what, path, other, at, length = log[start:end].split(b"\t")
        start = end + 1
        written = b""
        if data and what == b"write":
            written = log[start : start + int(length)]
            start += int(length)
        yield Call(int(number), what.decode(), os.fsdecode(path), os.fsdecode(other), int(at), int(length), written)


@contextmanager
def victims(place: Path) -> Iterator[Victims]:
    """Start the parent of the watched commands and end it again; what it needs is put in a folder."""
    library = build(place)
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    with subprocess.Popen(
        [sys.executable, "-c", START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "LD_PRELOAD": str(library)},
    ) as process:
        try:
            yield Victims(process, place)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()


def serve() -> None:
    """Answer each line of standard input: fork a child that runs the command, and say how it ended."""
    from cme_desktop.cli import intake, keeping, main, registers, work  # all that a child needs is loaded once

    assert all(module for module in (intake, keeping, registers, work))
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        asked = json.loads(line)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.setsid()
            os.dup2(write, 1)
            os.close(read)
            _be_the_victim(asked, main.main)
        os.close(write)
        with os.fdopen(read, "rb") as stream:
            out = stream.read().decode("utf-8", errors="replace")
        _, status = os.waitpid(child, 0)
        died = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        ended = {"signal": died, "code": os.WEXITSTATUS(status) if not died else -1, "out": out}
        answers.write(json.dumps(ended) + "\n")
        answers.flush()


def _be_the_victim(asked: dict[str, list[object]], command: object) -> None:
    code = 70
    try:
        below, kill_at, torn, fail_from, fail_with, log, data = asked["arm"]
        arm = ctypes.CDLL(None).fault_arm
        text, number, whole = ctypes.c_char_p, ctypes.c_long, ctypes.c_int
        arm.argtypes = [text, number, whole, number, whole, text, whole]
        arm(str(below).encode(), kill_at, torn, fail_from, fail_with, str(log).encode(), data)
        assert callable(command)
        code = command(asked["argv"])
        sys.stdout.flush()
    finally:
        os._exit(code)
