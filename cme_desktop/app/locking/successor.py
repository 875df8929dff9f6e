"""The process that waits behind the window, without a key or a case, to show the locked face after a lock.

A process cannot be trusted to forget: Python copies text and never wipes it. So the one that knew the key ends. It
starts its own successor (rather than be started by a third process that watches both), because then the first start
costs nothing more and there is no watcher that could be killed or could outlive the window. What either tells the other
goes through an inherited pipe: no command line, environment or file has it. If the window's process is killed, the pipe
closes and the successor ends; if the successor is killed, another is started at the lock.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from cme_desktop import logs
from cme_desktop.app.locking.handover import Handover
from cme_desktop.system import this_machine

if sys.platform == "win32":
    from multiprocessing.connection import PipeConnection as Connection
else:
    from multiprocessing.connection import Connection

PATIENCE_S = 30.0
TRIES = 2
_GONE = (EOFError, OSError)
_log = logs.get(__name__)


class Successor:
    """Start the next process and hand the window over to it. ``end`` ends this process and is another in tests."""

    def __init__(
        self, end: Callable[[], object] | None = None, target: Callable[[Connection], None] | None = None
    ) -> None:
        self._end = end or _end
        self._target = target or wait_behind
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    @property
    def pid(self) -> int | None:
        """Return the id of the process that waits, or None while none does."""
        return self._process.pid if self._process is not None else None

    def prepare(self) -> None:
        """Start the next process from a thread: on a busy computer that takes longer than a window may stand still."""
        threading.Thread(target=self._prepare, name="prepare-successor", daemon=True).start()

    def _prepare(self) -> None:
        try:
            with self._lock:
                self._ready()
        except OSError as error:
            _log.warning("successor-not-started", error_number=error.errno or 0)  # tried again at the lock

    def hand_over(self, handover: Handover) -> None:
        """Hand over from a thread that ends this process whatever comes: what knew the key must not stay."""
        threading.Thread(target=self._hand_over, args=(handover,), name="hand-over", daemon=True).start()

    def _hand_over(self, handover: Handover) -> None:
        try:
            for _ in range(TRIES):
                if self._has_taken(handover):
                    break
            else:
                _log.error("successor-none")
        finally:
            _log.info("successor-ending")
            self._end()

    def _has_taken(self, handover: Handover) -> bool:
        with self._lock:
            try:
                pipe = self._ready()
                pipe.send(handover)
                if pipe.poll(PATIENCE_S) and pipe.recv() == "shown":
                    return True
            except _GONE:
                pass
            self._drop()
        return False

    def close(self) -> None:
        """Let the next process go, as the program ends."""
        with self._lock:
            self._drop()

    def _ready(self) -> Connection:
        if self._pipe is not None and self._process is not None and self._process.is_alive():
            return self._pipe
        self._drop()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=self._target, args=(theirs,), name="cme-successor")
        try:
            process.start()
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._pipe, self._process = ours, process
        return ours

    def _drop(self) -> None:
        pipe, self._pipe = self._pipe, None
        process, self._process = self._process, None
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.kill()
            process.join()


def wait_behind(pipe: Connection) -> None:
    """Be the next process: import what the window needs, wait for the lock, and show the window."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a terminal interrupts both processes, and this one has no words
    this_machine().forbid_dumps()
    from cme_desktop.app.program import run_window
    from cme_desktop.system import SystemClock

    try:
        handover = pipe.recv()
    except _GONE:
        os._exit(0)

    def shown() -> None:
        _log.info("successor-shown")
        try:
            pipe.send("shown")
        except _GONE:
            _log.warning("successor-alone")

    os._exit(run_window(SystemClock(), handover.store, handover=handover, shown=shown))


def _end() -> None:
    """End at once: nothing of this process may run on that could keep, write or show what it knew."""
    os._exit(0)
