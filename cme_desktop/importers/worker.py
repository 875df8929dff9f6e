"""One long-lived process that reads files from outside, so that nothing in them can stop or harm the program.

It is started when first needed, killed and started anew when a file takes more than 30 seconds or 1 GiB, and ends with
the program that started it, however that ends (safety.md 5). Questions and answers are JSON and bytes over pipes:
nothing that it sends can run code here.
"""

from __future__ import annotations

import json
import multiprocessing
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from multiprocessing.connection import Connection
from typing import Protocol, Self

from cme_desktop import logs
from cme_desktop.importers.result import Problem
from cme_desktop.importers.s2s import words
from cme_desktop.importers.s2s.reading import FileReading, PupilReading
from cme_desktop.importers.s2s.refusal import refused

_LOG = logs.EventLog(__name__)
SECONDS = 30.0
MEMORY = 1024 * 1024 * 1024
_GONE = (EOFError, OSError)


class ReaderFault(RuntimeError):
    """Report a fault of the program that showed itself while reading a file: its kind and place, no data."""


@dataclass(frozen=True)
class WorkerLimits:
    """How long one file may take, and how much memory the process may use where the system keeps such a limit.

    Linux limits the address space, Windows the process's job; macOS keeps no limit.
    """

    seconds: float = SECONDS
    memory: int = MEMORY


class Pipe(Protocol):
    """One end of a pipe between processes: its class has another name on each system."""

    def send_bytes(self, data: bytes, /) -> None:
        """Send one message."""
        ...

    def recv_bytes(self) -> bytes:
        """Return the next message."""
        ...

    def poll(self, seconds: float = 0.0, /) -> bool:
        """Wait so long for a message and say whether there is one."""
        ...

    def close(self) -> None:
        """Close this end."""
        ...


@dataclass
class _Process:
    """The running process and both pipes to it."""

    process: multiprocessing.process.BaseProcess
    questions: Pipe
    answers: Pipe


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

    def __init__(self, limits: WorkerLimits | None = None) -> None:
        self._limits = limits or WorkerLimits()
        self._lock = threading.Lock()
        self._running: _Process | None = None
        self.cage: tuple[str, ...] | None = None
        """The codes of what holds the process, once it has answered; empty where the system has no cage."""

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

    def _caged(self, held: Sequence[str]) -> None:
        if self.cage is None:
            note_cage(held)
        self.cage = tuple(held)

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
            if not running.answers.poll(max(0.0, ends - time.monotonic())):
                return "time"
            part = json.loads(running.answers.recv_bytes())
            if part[0] == "cage":
                self._caged(part[1])
            elif part[0] == "begin":
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


def note_cage(held: Sequence[str]) -> None:
    """Say in the log what holds the reading process: files, network, programs and other processes are out of reach."""
    for code in held:
        _LOG.info(f"reader.cage-{code}")
    if not held:
        _LOG.warning("reader.no-cage")


def _run(questions: Connection, answers: Connection, memory: int) -> None:
    """Be the reading process. Only there is the reader, and with it the XML parser, loaded at all."""
    from cme_desktop.importers import serving

    serving.run(questions, answers, memory)
