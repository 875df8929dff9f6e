"""What each figure is held against: the least that the same work can cost here, without any code of the program.

Changed only with a reason. Nothing here imports the program.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from lxml import etree
from PySide6.QtCore import QEventLoop, QTimer
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from sqlcipher3 import dbapi2

from benchmarks.processes import Cost, cost_of


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that one run of some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def best_of(times: int, work: Callable[[], object]) -> float:
    """Return the least seconds of several runs."""
    return min(timed(work) for _ in range(times))


def start_interpreter(*words: str) -> None:
    """Run Python once with these words, its answer thrown away; with ``-c pass`` that is the floor of any command."""
    code = subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, check=False).returncode
    if code not in (0, 1):  # 1: done, and said that an item was incomplete
        raise RuntimeError(f"{words} ended with {code}")


_EMPTY_WINDOW = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

from benchmarks.processes import there


class Window(QWidget):
    def paintEvent(self, event):
        QTimer.singleShot(0, there)


app = QApplication([])
window = Window()
window.resize(1366, 768)
window.show()
app.exec()
"""


def empty_window(place: Path) -> Cost:
    """Start Python and show a Qt window with nothing in it: what any window costs, in seconds and in memory."""
    return cost_of(place, _EMPTY_WINDOW)


def stretch() -> float:
    """Stretch one passphrase as a real register does: 128 MiB, three passes."""
    return timed(
        lambda: Argon2id(salt=os.urandom(16), length=32, iterations=3, lanes=1, memory_cost=128 * 1024).derive(
            b"a passphrase for measuring"
        )
    )


def _keyed(path: Path) -> dbapi2.Connection:
    connection = dbapi2.connect(str(path), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{'11' * 32}'\"")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _fill(connection: dbapi2.Connection, rows: int) -> None:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS row "
        "(id INTEGER PRIMARY KEY, name TEXT, word TEXT, day TEXT, ref TEXT, rest TEXT) STRICT"
    )
    connection.execute("CREATE INDEX IF NOT EXISTS by_word ON row (word)")
    connection.execute("CREATE INDEX IF NOT EXISTS by_day ON row (day)")
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO row (name, word, day, ref, rest) VALUES (?, ?, ?, ?, ?)",
        (
            (
                f"name {number % 977}",
                f"w{number * 7919 % 100_003:06d}",
                f"2026-{number % 12 + 1:02d}-01",
                f"R{number}",
                "x" * 80,
            )
            for number in range(rows)
        ),
    )
    connection.execute("COMMIT")


def write_rows(folder: Path, rows: int) -> float:
    """Insert so many rows into an encrypted table with two indexes, in one transaction."""
    connection = _keyed(folder / f"floor-{secrets.token_hex(4)}.db")
    try:
        return timed(lambda: _fill(connection, rows))
    finally:
        connection.close()


def read_page(folder: Path, rows: int) -> float:
    """Open an encrypted table of so many rows and read the first 200 by an index."""
    path = folder / f"floor-{secrets.token_hex(4)}.db"
    made = _keyed(path)
    _fill(made, rows)
    made.close()

    def work() -> None:
        connection = _keyed(path)
        connection.execute("SELECT * FROM row ORDER BY day, id LIMIT 200").fetchall()
        connection.close()

    return best_of(3, work)


def find_rows(folder: Path, rows: int) -> float:
    """Find 12 rows by the start of a word among so many, on an open connection."""
    connection = _keyed(folder / f"floor-{secrets.token_hex(4)}.db")
    _fill(connection, rows)
    try:
        return best_of(
            5,
            lambda: connection.execute(
                "SELECT * FROM row WHERE word >= 'w04' AND word < 'w05' ORDER BY word LIMIT 12"
            ).fetchall(),
        )
    finally:
        connection.close()


def parse(data: bytes) -> float:
    """Parse one XML file whole."""
    return best_of(3, lambda: etree.fromstring(data))


def letters(number: int) -> float:
    """Draw so many documents of two pages with sixty lines each."""

    def work() -> None:
        for _ in range(number):
            canvas = Canvas(io.BytesIO(), pagesize=A4, invariant=1)
            for _page in range(2):
                for line in range(60):
                    canvas.drawString(
                        60, 780 - 12 * line, "Sixty letters of plain text stand on every line of this page."
                    )
                canvas.showPage()
            canvas.save()

    return timed(work)


def read_and_hash(path: Path) -> float:
    """Read a file whole and take its SHA-256."""
    return timed(lambda: hashlib.sha256(path.read_bytes()).hexdigest())


def idle_gap(seconds: float) -> float:
    """Return the largest gap between beats of an event loop that has nothing else to do."""
    return largest_gap(lambda: None, seconds)


def largest_gap(meanwhile: Callable[[], object], seconds: float, until: Callable[[], bool] | None = None) -> float:
    """Return the largest gap in seconds between beats of 10 ms, while something else goes on.

    Args:
        meanwhile: called once at the start.
        seconds: how long to measure at most.
        until: ends the measuring when it says so.
    """
    loop, beat = QEventLoop(), QTimer()
    gaps: list[float] = []
    last = time.perf_counter()
    end = last + seconds

    def on_beat() -> None:
        nonlocal last
        now = time.perf_counter()
        gaps.append(now - last)
        last = now
        if now > end or (until is not None and until()):
            loop.quit()

    beat.timeout.connect(on_beat)
    beat.start(10)
    QTimer.singleShot(0, meanwhile)
    loop.exec()
    beat.stop()
    return max(gaps, default=0.0)
