"""Processes started to be measured: how long until they are where they were to come, and the most memory until then.

It is loaded in them too, so it loads nothing itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """Seconds from the start of a process, and the most bytes of memory that it held."""

    seconds: float
    memory: float


def there() -> None:
    """Say, inside a process, that it is where it was to come, and end it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")  # getrusage would count the parent's memory too
    kib = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    sys.stdout.write(f"{kib}\n")
    sys.stdout.flush()
    os._exit(0)


def cost_of(place: Path, code: str, *words: object, times: int = 3) -> Cost:
    """Start Python on some code that comes to ``there``, with settings of its own in a place; the best of several."""
    own = {f"XDG_{name}_HOME": str(place / name.lower()) for name in ("CONFIG", "STATE", "CACHE", "DATA")}
    return min(_cost([sys.executable, "-c", code, *map(str, words)], {**os.environ, **own}) for _ in range(times))


def _cost(command: list[str], environment: dict[str, str]) -> Cost:
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        seconds = time.perf_counter() - start
    if process.returncode != 0 or not said:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return Cost(seconds, int(said) * 1024.0)
