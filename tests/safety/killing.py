"""Start the parent of victims, and ask it to kill one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.safety.victims import START

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Death:
    """How a victim ended: the signal it died of (0 for none), its whole lines, and processes that outlived it."""

    signal: int
    lines: list[str]
    outlived: list[int]


class Killer:
    """The parent of victims."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, *words: object) -> Death:
        """Have one victim live and die."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the parent of the victims has ended"
        return Death(*json.loads(answer))


@contextmanager
def killer() -> Iterator[Killer]:
    """Start the parent of victims and end it again."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    with subprocess.Popen(
        [sys.executable, "-c", START],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
    ) as process:
        yield Killer(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0
