"""Killed at any time, a register holds every act it said was saved, and no half of another."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cme_desktop.storage.verify import verify
from tests.storage.kill9_worker import BATCH
from tests.storage.registers import fill, log_in, new_register

Killer = subprocess.Popen[str]


@pytest.fixture
def killer() -> Iterator[Killer]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.storage.kill9_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0


def kill(killer: Killer, folder: Path, seed: int, seconds: float) -> int:
    """Let a victim write for some time, kill it, and return the last act it said was saved."""
    assert killer.stdin is not None
    assert killer.stdout is not None
    killer.stdin.write(f"{folder} {seed} {seconds}\n")
    killer.stdin.flush()
    last = 0
    while True:
        line = killer.stdout.readline().strip()
        if line == "END":
            return last
        word, _, number = line.partition(" ")
        assert word == "ACK", f"the victim ended by itself: {line!r}"
        last = int(number)


def kill9_commit(killer: Killer, tmp_path: Path, rounds: int, seed: int) -> None:
    rng = random.Random(seed)
    acknowledged = 0
    folder = tmp_path
    for number in range(rounds):
        if number % 12 == 0:
            store = new_register(tmp_path / f"register-{number}")
            fill(store, 2)
            store.close()
            folder = store.folder
        last = kill(killer, folder, rng.randrange(10**9), rng.uniform(0.02, 0.2))
        acknowledged += bool(last)
        verdict = verify(folder, log_in(folder))
        assert verdict.ok, verdict.problems[:3]
        assert verdict.head is not None
        assert verdict.head.seq >= last, "an act that was said to be saved is lost"
        assert verdict.counts is not None
        assert (verdict.counts["children"] - 2) % BATCH == 0, "half an import is there"
    assert acknowledged > rounds // 2, "the kills meet a register at work"


def test_kill9_commit(killer: Killer, tmp_path: Path) -> None:
    kill9_commit(killer, tmp_path, 25, seed=11)


@pytest.mark.slow
def test_kill9_commit_more(killer: Killer, tmp_path: Path) -> None:
    kill9_commit(killer, tmp_path, 500, seed=12)
