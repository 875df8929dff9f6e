"""One long-lived process that reads files from outside, so that nothing in them can stop or harm the program.

It is started when first needed, killed and started anew when a file takes more than 30 seconds or 1 GiB, and ends with
the program that started it, however that ends (safety.md 5). Questions and answers are JSON and bytes over pipes:
nothing that it sends can run code here.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Self

from cme_desktop.importers.memory import MemoryGuard, SystemMemory
from cme_desktop.importers.result import Problem
from cme_desktop.importers.s2s import words
from cme_desktop.importers.s2s.reader import inspect_bytes, refused
from cme_desktop.importers.s2s.reading import FileReading, PupilReading

SECONDS = 30.0
MEMORY = 1024 * 1024 * 1024
BATCH = 500
_LOOK_EVERY = 0.25
_GONE = (EOFError, OSError)


class ReaderFault(RuntimeError):
    """Report a fault of the program that showed itself while reading a file: its kind and place, no data."""


@dataclass(frozen=True)
class WorkerLimits:
    """How long one file may take, and how much memory the process may use."""

    seconds: float = SECONDS
    memory: int = MEMORY


@dataclass
class _Process:
    """The running process and both pipes to it."""

    process: multiprocessing.process.BaseProcess
    questions: Connection
    answers: Connection


@dataclass
class _Open:
    """A file whose parts are still arriving."""

    frame: Mapping[str, object]
    pupils: list[PupilReading] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    members: list[FileReading] = field(default_factory=list)

    def closed(self) -> FileReading:
        frame = FileReading.from_json(self.frame, self.pupils)
        return replace(frame, problems=tuple(self.problems), members=tuple(self.members))


class Worker:
    """Read files in the worker process; safe to use from several threads, one file at a time."""

    def __init__(self, limits: WorkerLimits | None = None, memory: MemoryGuard | None = None) -> None:
        self._limits = limits or WorkerLimits()
        self._memory = memory or SystemMemory()
        self._lock = threading.Lock()
        self._running: _Process | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Return the id of the process, or None while none runs."""
        return self._running.process.pid if self._running else None

    def start(self) -> None:
        """Start the process now, so that the first file does not wait for it."""
        with self._lock:
            self._started()

    def inspect(self, data: bytes, name: str, today: date) -> FileReading:
        """Read one file as ``inspect_bytes`` does, within the limits.

        A file that takes too long is refused with ``time-limit``, one that takes too much memory with ``too-large``.

        Raises:
            ReaderFault: the program itself failed on the file.
        """
        with self._lock:
            return self._inspect(data, name, today)

    def close(self) -> None:
        """End the process, if one runs; the next file starts another."""
        with self._lock:
            self._kill()

    def _started(self) -> _Process:
        if self._running is not None and self._running.process.is_alive():
            return self._running
        self._kill()
        context = multiprocessing.get_context("spawn")
        read_question, write_question = context.Pipe(duplex=False)
        read_answer, write_answer = context.Pipe(duplex=False)
        process = context.Process(
            target=_run,
            args=(read_question, write_answer, self._limits.memory),
            name="cme-reader",
            daemon=True,
        )
        process.start()
        read_question.close()
        write_answer.close()
        self._running = _Process(process, write_question, read_answer)
        return self._running

    def _kill(self) -> None:
        running, self._running = self._running, None
        if running is None:
            return
        running.process.kill()
        running.process.join()
        running.questions.close()
        running.answers.close()
        running.process.close()

    def _inspect(self, data: bytes, name: str, today: date) -> FileReading:
        running = self._started()
        ends = time.monotonic() + self._limits.seconds
        try:
            running.questions.send_bytes(json.dumps({"name": name, "today": today.isoformat()}).encode())
            running.questions.send_bytes(data)
            stopped: str | FileReading = self._answer(running, ends)
        except _GONE:
            # The process has gone while it read this file: in practice the system took it for the memory it used.
            stopped = "memory"
        except BaseException:
            # Cancelled half-way: what it would still answer must not be taken for the answer about the next file.
            self._kill()
            raise
        if isinstance(stopped, FileReading):
            return stopped
        self._kill()
        if stopped.startswith("fault"):
            raise ReaderFault(stopped)
        problem = words.special("memory") if stopped == "memory" else words.refusal("time-limit")
        return refused(data, name, problem)

    def _answer(self, running: _Process, ends: float) -> FileReading | str:
        """Return the reading once its last part is there, or why there will be none."""
        still_open: list[_Open] = []
        while True:
            why = self._wait(running, ends)
            if why is not None:
                return why
            part = json.loads(running.answers.recv_bytes())
            if part[0] == "begin":
                still_open.append(_Open(part[1]))
            elif part[0] == "pupils":
                pupils = still_open[-1].pupils
                pupils += (PupilReading.from_json(number, form) for number, form in enumerate(part[1], len(pupils) + 1))
            elif part[0] == "problems":
                still_open[-1].problems += map(Problem.from_json, part[1])
            elif part[0] == "end":
                reading = still_open.pop().closed()
                if not still_open:
                    return reading
                still_open[-1].members.append(reading)
            else:
                return str(part[1])

    def _wait(self, running: _Process, ends: float) -> str | None:
        """Wait for the next part; return why there will be none if a limit is reached first."""
        while True:
            left = ends - time.monotonic()
            if running.answers.poll(max(0.0, min(left, _LOOK_EVERY))):
                return None
            if left <= 0:
                return "time"
            used = self._memory.used_by(running.process.pid or 0)
            if used is not None and used > self._limits.memory:
                return "memory"


def _run(questions: Connection, answers: Connection, memory: int) -> None:
    """Be the worker process: keep within the memory, end when the parent has gone, answer questions."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _be_silent()
    SystemMemory().limit_self(memory)
    gc.disable()  # reading makes no cycles; between files a collection is cheap
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    serve(questions, answers)


def _be_silent() -> None:
    """Write nothing to the streams that this process shares with the program: its answers are its only words."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _end_with(sentinel: int) -> None:
    """End this process at once when the one that started it has gone, even in the middle of a file."""
    wait([sentinel])
    os._exit(1)


def serve(questions: Connection, answers: Connection) -> None:
    """Answer questions until there are no more: each is a JSON object and then the bytes of a file."""
    try:
        while True:
            question: dict[str, Any] = json.loads(questions.recv_bytes())
            data = questions.recv_bytes()
            for part in _parts(data, question["name"], date.fromisoformat(question["today"])):
                answers.send_bytes(json.dumps(part).encode())
            gc.collect()
    except _GONE:
        return


def _parts(data: bytes, name: str, today: date) -> Iterator[list[object]]:
    try:
        reading = inspect_bytes(data, name, today)
    except MemoryError:
        yield ["stopped", "memory"]
        return
    except Exception as fault:  # noqa: BLE001 - it crosses to the other process, which raises it there
        yield ["stopped", _where(fault)]
        return
    yield from parts_of(reading)


def parts_of(reading: FileReading) -> Iterator[list[object]]:
    """Yield a reading in pieces of at most 500 pupils or problems, the members of a zip inside it.

    Pieces are small so that taking them in never holds up the window.
    """
    yield ["begin", reading.frame_as_json()]
    for first in range(0, len(reading.problems), BATCH):
        yield ["problems", [problem.as_json() for problem in reading.problems[first : first + BATCH]]]
    for first in range(0, len(reading.pupils), BATCH):
        yield ["pupils", [pupil.as_json() for pupil in reading.pupils[first : first + BATCH]]]
    for member in reading.members:
        yield from parts_of(member)
    yield ["end"]


def _where(fault: Exception) -> str:
    """Return the kind and the place of a fault; its message may hold a child's data and stays behind."""
    place = traceback.extract_tb(fault.__traceback__)[-1]
    return f"fault {type(fault).__name__} at {Path(place.filename).name}:{place.lineno}"
