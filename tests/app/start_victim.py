"""The real program in a process of its own, which says at each step what has been loaded by then.

Standard output has one line for each step, in JSON: its name and the modules that were named to it and are loaded.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cme_desktop.app import program
from cme_desktop.app.locking.first_paint import FirstPaint
from cme_desktop.app.locking.successor import wait_behind
from cme_desktop.system import SystemClock
from cme_desktop.ui.unlock.view import UnlockView

START = "import sys; from tests.app import start_victim; getattr(start_victim, sys.argv[1])(*sys.argv[2:])"
Step = Callable[[], bool]


def say(step: str, named: str) -> None:
    """Say which of the named modules are loaded."""
    sys.stdout.write(f"{json.dumps([step, sorted(set(named.split(',')) & set(sys.modules))])}\n")
    sys.stdout.flush()


def everything_loaded() -> bool:
    """Say whether the last of what stands in the loading of the workplace is there."""
    return "cme_desktop.ui.today.view" in sys.modules


def follow(steps: Callable[[program.Program], Iterator[Step]], folder: str) -> NoReturn:
    """Run the window, go on after each step that has happened, and end with the last."""
    begun = program.Program.start

    def start(self: program.Program) -> None:
        begun(self)
        waiting = steps(self)
        now = [next(waiting)]
        timer = QTimer(self)

        def look() -> None:
            if now[0]():
                following = next(waiting, None)
                if following is None:
                    timer.stop()
                    QApplication.quit()
                else:
                    now[0] = following

        timer.timeout.connect(look)
        timer.start(10)

    program.Program.start = start  # type: ignore[method-assign]  # this process is worked by itself
    sys.exit(program.run_window(SystemClock(), Path(folder)))


def unlock(named: str, folder: str, person: str, passphrase: str) -> None:
    """Come to the unlock page, let the workplace be loaded, and unlock."""

    def steps(worked: program.Program) -> Iterator[Step]:
        runner = worked._runner
        view = worked.window.face
        assert isinstance(view, UnlockView)
        painted: list[bool] = []
        FirstPaint(worked.window, lambda: painted.append(True))
        yield lambda: bool(painted and view.people.people) and runner.busy == 0
        say("unlock page", named)
        QTest.mouseMove(worked.window.windowHandle(), QPoint(200, 200))
        yield lambda: everything_loaded() and runner.busy == 0
        say("touched", named)
        number = next(row.id for row in view.people.people if row.name == person)
        view.unlock_wanted.emit(number, passphrase)
        yield lambda: worked.work is not None and worked.work.runner.busy == 0
        say("at work", named)

    follow(steps, folder)


def set_up(named: str, folder: str) -> None:
    """Come to the set-up pages."""

    def steps(worked: program.Program) -> Iterator[Step]:
        yield lambda: worked._runner.busy == 0
        say(type(worked.window.face).__name__, named)

    follow(steps, folder)


def wait(named: str) -> None:
    """Wait behind a window for a lock that does not come."""

    class Pipe:
        def recv(self) -> NoReturn:
            say("waiting", named)
            raise EOFError

    wait_behind(Pipe())  # type: ignore[arg-type]  # all of the pipe that is needed here
