"""Everything that a program said was saved is there after it was ended in the middle of its work, on every system."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cme_desktop.storage.verify import verify
from tests.storage.registers import fill, log_in, new_register

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("seed", range(4))
def test_what_was_said_to_be_saved_is_there_after_a_kill(tmp_path: Path, seed: int) -> None:
    store = new_register(tmp_path / "register")
    fill(store, 2)
    store.close()
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    command = [sys.executable, "-m", "tests.storage.killed_once", str(store.folder), str(seed)]
    said = tmp_path / "said"
    with (
        said.open("wb") as output,
        subprocess.Popen(command, stdout=output, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}) as process,
    ):
        until = time.monotonic() + 60
        while not said.stat().st_size and process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(random.Random(seed).uniform(0, 0.2))
        process.kill()
    acknowledged = [int(line.split()[1]) for line in said.read_bytes().split(b"\n")[:-1]]
    assert acknowledged, "the kill meets a register at work"
    verdict = verify(store.folder, log_in(store.folder))
    assert verdict.ok, verdict.problems[:3]
    assert verdict.head is not None
    assert verdict.head.seq >= acknowledged[-1], "an act that was said to be saved is lost"
