"""The real program in a process of its own, worked by what it is told: it unlocks, opens a case and locks.

Each line of standard input is a word: ``unlock``, ``lock`` or ``change``; each answer a line on standard output. The
process ends at the lock, as the program does; the one that takes its place shows the locked face and says nothing here.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from cme_desktop.app import program
from cme_desktop.system import SystemClock, this_machine

START = "import sys; from tests.safety.locking_victim import main; main(*sys.argv[1:])"


class Ears(QObject):
    """Bring what a thread reads to the window's own thread."""

    heard = Signal(str)


def main(folder: str, person: str, passphrase_file: str) -> None:
    """Be the program, on the register of a folder."""
    this_machine().forbid_dumps()
    started = program.Program.start

    def start(self: program.Program) -> None:
        started(self)
        listen(self, person, Path(passphrase_file).read_text(encoding="utf-8").strip())

    program.Program.start = start  # type: ignore[method-assign]  # this process is worked by itself
    sys.exit(program.run_window(SystemClock(), Path(folder)))


def listen(worked: program.Program, person: str, passphrase: str) -> None:
    """Do what each line of standard input says."""
    ears = Ears(worked)

    def read() -> None:
        for line in sys.stdin:
            ears.heard.emit(line.strip())

    def answer(word: str) -> None:
        sys.stdout.write(f"{word}\n")
        sys.stdout.flush()

    def when(there: Callable[[], bool], then: Callable[[], object]) -> None:
        if there():
            then()
        else:
            QTimer.singleShot(20, worked, lambda: when(there, then))

    def unlock() -> None:
        view = worked.window.face
        number = next(row.id for row in view.people.people if row.name == person)  # type: ignore[union-attr]
        view.unlock_wanted.emit(number, passphrase)  # type: ignore[union-attr]
        when(lambda: worked.work is not None, open_case)

    def open_case() -> None:
        assert worked.work is not None
        worked.work.desk.case_wanted.emit("CME-2026-00001", "overview")
        quiet = QTimer(worked)
        quiet.setInterval(50)
        looks = [0]

        def look() -> None:
            assert worked.work is not None
            looks[0] = 0 if worked.work.runner.busy else looks[0] + 1
            if looks[0] > 10:
                quiet.stop()
                answer("unlocked")

        quiet.timeout.connect(look)
        quiet.start()

    def on_word(word: str) -> None:
        if word == "unlock":
            when(lambda: bool(getattr(getattr(worked.window.face, "people", None), "people", None)), unlock)
        elif worked.work is not None:
            answer("leaving")
            (worked.work.lock if word == "lock" else worked.work._on_change_person)()

    ears.heard.connect(on_word)
    threading.Thread(target=read, daemon=True).start()
