"""What the program says before its window exists: on the streams it was given, or where it has none in a box.

Windows gives a program without a console no streams, so that words written to them are lost, or stop it.
"""

from __future__ import annotations

import io
import sys
from types import TracebackType

from cme_desktop.system.machine import Machine, this_machine

TITLE = "Case register"
FAULT = (
    "The program could not start, because of a fault of its own. Nothing was changed in any case register. Start it "
    "again; if it goes on, tell whoever looks after the program."
)


class Telling:
    """Take the place of the streams that are missing until the window is there, and show what was said in one box."""

    def __init__(self, machine: Machine | None = None) -> None:
        self._machine = machine or this_machine()
        self._before = sys.stdout, sys.stderr
        self._said = io.StringIO()
        self.boxed = sys.stdout is None or sys.stderr is None

    def __enter__(self) -> Telling:
        if self.boxed:
            sys.stdout, sys.stderr = (stream or self._said for stream in self._before)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.boxed and isinstance(error, Exception):
            self._said.write(FAULT)
        self.end()

    def end(self) -> None:
        """Show what was said so far, wait until it was read, and give the streams back."""
        words = self._said.getvalue().strip()
        self._said = io.StringIO()
        if self.boxed:
            sys.stdout, sys.stderr = self._before
        if words:
            self._machine.show_message(TITLE, words)
