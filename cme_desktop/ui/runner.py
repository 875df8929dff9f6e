"""Run work off the GUI thread on its lanes and report back on it (design.md 2, house-style.md "Qt")."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from threading import Lock
from typing import Any, TypeVar

from PySide6.QtCore import QDeadlineTimer, QObject, QRunnable, QThreadPool, Signal, Slot

from cme_desktop.system import explained
from cme_desktop.ui.qt import alive

T = TypeVar("T")


class Lane(StrEnum):
    """Where work runs: one writing thread, two reading ones, the pool without a connection, or one beside them all.

    ``BESIDE`` is for what takes long on a connection of its own: checks and backups. Nobody else waits for it.
    """

    WRITE = "write"
    READ = "read"
    COMPUTE = "compute"
    BESIDE = "beside"


class Cancelled(Exception):
    """Stop a job from inside, because nobody waits for its answer any more."""


class CancelToken:
    """Tell a running job that it is no longer wanted, from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._cancelled = False
        self._then: list[Callable[[], object]] = []

    @property
    def cancelled(self) -> bool:
        """Say whether the job is no longer wanted."""
        return self._cancelled

    def on_cancel(self, act: Callable[[], object]) -> None:
        """Call an act (such as a connection's ``interrupt``) when the job is cancelled; at once if it already is."""
        with self._lock:
            late = self._cancelled
            if not late:
                self._then.append(act)
        if late:
            act()

    def cancel(self) -> None:
        """Cancel the job; a second time does nothing."""
        with self._lock:
            acts = [] if self._cancelled else self._then
            self._cancelled, self._then = True, []
        for act in acts:
            act()

    def check(self) -> None:
        """Raise Cancelled when the job is no longer wanted: for long loops."""
        if self._cancelled:
            raise Cancelled


@dataclass
class _Waiting:
    lane: Lane
    on_done: Callable[[Any], object]
    on_error: Callable[[Exception], object] | None
    on_progress: Callable[[Any], object] | None
    token: CancelToken = field(default_factory=CancelToken)


class _Job(QRunnable):
    """One piece of work: its number, the work, the relay and the token; nothing else crosses threads."""

    def __init__(self, number: int, work: Callable[[], object], relay: Runner, token: CancelToken) -> None:
        super().__init__()
        self._number, self._work, self._relay, self._token = number, work, relay, token

    def run(self) -> None:
        """Do the work and hand the answer, or the error, to the relay."""
        if self._token.cancelled:
            self._relay.failed.emit(self._number, Cancelled())
            return
        try:
            answer = self._work()
        except Exception as error:  # noqa: BLE001 - carried to the GUI thread, where on_error or the excepthook gets it
            self._relay.failed.emit(self._number, _in_words(error))
        else:
            self._relay.finished.emit(self._number, answer)


def _in_words(error: Exception) -> Exception:
    """Return what the system refused as a refusal in words; any other error as it is."""
    said = explained(error) if isinstance(error, OSError) else None
    if said is None:
        return error
    said.__cause__ = error
    return said


class Runner(QObject):
    """Run jobs off the GUI thread and report back on it. One relay for all jobs, no QObject per job."""

    finished, failed = Signal(int, object), Signal(int, object)
    progressed = Signal(int, object)
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers = itertools.count(1)
        self._waiting: dict[int, _Waiting] = {}
        self._open = True
        self._lanes = {
            Lane.WRITE: self._pool(1),
            Lane.READ: self._pool(2),
            Lane.COMPUTE: self._pool(max(1, (os.cpu_count() or 2) - 1)),
            Lane.BESIDE: self._pool(1),
        }
        self.finished.connect(self._on_finished)
        self.failed.connect(self._on_failed)
        self.progressed.connect(self._on_progressed)

    def _pool(self, threads: int) -> QThreadPool:
        pool = QThreadPool(self)
        pool.setMaxThreadCount(threads)
        pool.setExpiryTimeout(-1)
        return pool

    def submit(
        self,
        lane: Lane,
        work: Callable[[], T],
        on_done: Callable[[T], object],
        on_error: Callable[[Exception], object] | None = None,
        *,
        token: CancelToken | None = None,
    ) -> int:
        """Start a piece of work and return its number.

        ``on_done`` or ``on_error`` is called once, on the GUI thread; neither is called when the job was cancelled or
        the object whose method it is has gone. An error without ``on_error`` goes to the excepthook, as a bug does.
        While the register is locked, reading and computing are passed over and writing raises RuntimeError.
        """
        return self._take(_Waiting(lane, on_done, on_error, None, token or CancelToken()), lambda _number: work)

    def submit_reporting(
        self,
        lane: Lane,
        work: Callable[[Callable[[object], None], CancelToken], T],
        on_done: Callable[[T], object],
        on_error: Callable[[Exception], object] | None = None,
        *,
        on_progress: Callable[[Any], object] | None = None,
    ) -> int:
        """Start long work that is given a function to report progress with, and its cancel token."""
        token = CancelToken()

        def prepare(number: int) -> Callable[[], T]:
            return lambda: work(lambda value: self.progressed.emit(number, value), token)

        return self._take(_Waiting(lane, on_done, on_error, on_progress, token), prepare)

    def _take(self, waiting: _Waiting, prepare: Callable[[int], Callable[[], object]]) -> int:
        number = next(self._numbers)
        if not self._open:
            if waiting.lane is Lane.WRITE:
                raise RuntimeError("The register is locked: nothing can be written.")
            return number
        self._waiting[number] = waiting
        self._start(waiting.lane, number, prepare(number), waiting.token)
        return number

    def _start(self, lane: Lane, number: int, work: Callable[[], object], token: CancelToken) -> None:
        self._lanes[lane].start(_Job(number, work, self, token))

    def cancel(self, number: int) -> None:
        """Forget a job: its token is cancelled and neither of its callbacks is called."""
        waiting = self._waiting.pop(number, None)
        if waiting is not None:
            waiting.token.cancel()

    @property
    def busy(self) -> int:
        """Return how many jobs have not answered yet."""
        return len(self._waiting)

    def drain(self, milliseconds: int = 30_000) -> bool:
        """Take no more work, cancel reading and computing, wait for writing to end; say whether all have ended.

        Called when the register locks: what was handed to the write lane is written, never cut off or dropped.
        """
        self._open = False
        for waiting in list(self._waiting.values()):
            if waiting.lane is not Lane.WRITE:
                waiting.token.cancel()
        self._waiting.clear()
        until = QDeadlineTimer(milliseconds)
        ended = [pool.waitForDone(until) for pool in self._lanes.values()]
        return all(ended)

    def reopen(self) -> None:
        """Take work again, after an unlock."""
        self._open = True

    @Slot(int, object)
    def _on_finished(self, number: int, answer: object) -> None:
        waiting = self._waiting.pop(number, None)
        if waiting is not None and not waiting.token.cancelled and _answers(waiting.on_done):
            waiting.on_done(answer)
        self._say_idle()

    @Slot(int, object)
    def _on_failed(self, number: int, error: Exception) -> None:
        waiting = self._waiting.pop(number, None)
        self._say_idle()
        if waiting is None or waiting.token.cancelled or isinstance(error, Cancelled):
            return
        if waiting.on_error is None:
            raise error
        if _answers(waiting.on_error):
            waiting.on_error(error)

    @Slot(int, object)
    def _on_progressed(self, number: int, value: object) -> None:
        waiting = self._waiting.get(number)
        if waiting is not None and waiting.on_progress is not None and _answers(waiting.on_progress):
            waiting.on_progress(value)

    def _say_idle(self) -> None:
        if not self._waiting:
            self.idle.emit()


def _answers(callback: Callable[..., object]) -> bool:
    """Say whether the object whose method this is still lives."""
    inner = callback.func if isinstance(callback, partial) else callback
    return alive(getattr(inner, "__self__", None))


class InlineRunner(Runner):
    """Run each job at once on the calling thread: for tests. With ``held=True`` jobs wait for ``release()``."""

    def __init__(self, parent: QObject | None = None, *, held: bool = False) -> None:
        super().__init__(parent)
        self._held = held
        self._queue: list[_Job] = []

    def _start(self, lane: Lane, number: int, work: Callable[[], object], token: CancelToken) -> None:
        job = _Job(number, work, self, token)
        if self._held:
            self._queue.append(job)
        else:
            job.run()

    def release(self) -> int:
        """Run what waits and return how many jobs that were."""
        jobs, self._queue = self._queue, []
        for job in jobs:
            job.run()
        return len(jobs)
