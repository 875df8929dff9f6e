"""Run the long tests, one to a part, each within nine minutes: ``python -m tools.torture [--part N | --list]``."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence

from tools.checks import ROOT

MINUTES = 9
PYTEST = (sys.executable, "-m", "pytest", "--slow", "-q", "-p", "no:cacheprovider")


def parts() -> list[str]:
    """Return the long tests by their names, in a fixed order."""
    done = subprocess.run(
        (*PYTEST, "-m", "slow", "--collect-only", "tests"),
        cwd=ROOT,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return sorted(line for line in done.stdout.splitlines() if "::" in line)


def run(name: str) -> bool:
    """Run one long test, say how it ended, and say whether it was well and in time."""
    began = time.monotonic()
    try:
        done = subprocess.run(
            (*PYTEST, name),
            cwd=ROOT,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=MINUTES * 60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        print(f"FAIL {name}  not done within {MINUTES} minutes", flush=True)
        return False
    print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name}  {time.monotonic() - began:.0f} s", flush=True)
    if done.returncode != 0:
        print(done.stdout, flush=True)
    return done.returncode == 0


def _environment() -> dict[str, str]:
    return {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every part, or the one that is asked for; return 0 if all of them are well, 1 otherwise."""
    parser = argparse.ArgumentParser(description="Run the long tests in parts.")
    parser.add_argument("--part", type=int, default=0, metavar="N", help="only the part of this number, from 1")
    parser.add_argument("--list", action="store_true", help="say which parts there are")
    asked = parser.parse_args(arguments)
    names = parts()
    if asked.list:
        for number, name in enumerate(names, start=1):
            print(f"{number:2} {name}")
        return 0
    if not 0 <= asked.part <= len(names):
        print(f"There are {len(names)} parts, numbered from 1.")
        return 2
    chosen = [names[asked.part - 1]] if asked.part else names
    results = [run(name) for name in chosen]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed", flush=True)
    return 0 if names and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
