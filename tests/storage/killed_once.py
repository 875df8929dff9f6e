"""The victim of ``test_killed``: writes without end and says what was saved, until it is killed."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

from tests.storage.kill9_worker import act
from tests.storage.registers import reopen

if __name__ == "__main__":
    store, rng, number = reopen(Path(sys.argv[1])), random.Random(sys.argv[2]), 0
    while True:
        number += 1
        os.write(1, f"ACK {act(store, rng, number)}\n".encode())
