"""The window started in a process of its own, as far as the unlock page, and the one that waits behind a window."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

from PySide6.QtCore import QTimer

from benchmarks.processes import there
from cme_desktop.app.locking.first_paint import FirstPaint
from cme_desktop.app.locking.successor import wait_behind
from cme_desktop.app.program import Program, run_window
from cme_desktop.system import SystemClock
from cme_desktop.ui.unlock.view import UnlockView

UNLOCK_PAGE = "import sys; from benchmarks.starting import unlock_page; unlock_page(sys.argv[1])"
BEHIND = "from benchmarks.starting import behind; behind()"


def unlock_page(folder: str) -> None:
    """Come to the unlock page: it is painted, and the people who may unlock stand on it."""
    begun = Program.start

    def start(self: Program) -> None:
        begun(self)
        view = self.window.face
        assert isinstance(view, UnlockView)
        painted: list[bool] = []
        FirstPaint(self.window, lambda: painted.append(True))
        timer = QTimer(self)
        timer.timeout.connect(lambda: there() if painted and view.people.people else None)
        timer.start(1)

    Program.start = start  # type: ignore[method-assign]  # this process is measured by itself
    sys.exit(run_window(SystemClock(), Path(folder)))


def behind() -> None:
    """Come to where a process waits for the lock of another."""

    class Pipe:
        def recv(self) -> NoReturn:
            there()
            raise EOFError

    wait_behind(Pipe())  # type: ignore[arg-type]  # all of the pipe that is needed here
