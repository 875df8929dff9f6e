"""The victim of ``test_kill9_commit``: writes without end and says what was saved, until it is killed.

A small parent that has imported everything forks one victim for each line ``folder seed seconds`` it reads, kills it
so long after its first saved act (or, for one in five, after it was born), and answers ``END``. A victim writes
``ACK n`` once act n is saved.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

from sqlalchemy import func, select

from cme_desktop.models.child import Child, ChildName
from cme_desktop.storage import bulk
from cme_desktop.storage.capture import action_of
from cme_desktop.storage.store import Store
from tests.storage.registers import NOW, add_case, add_child, add_note, reopen

BATCH = 20


def act(store: Store, rng: random.Random, number: int) -> int:
    """Make one random act and return its number once it is saved."""
    kind = rng.choice(("import", "import", "edit", "look", "case"))
    if kind == "look":
        return store.seen(store.person, "case.look", "episode:1")
    with store.action(store.person, f"kill.{kind}") as session:
        if kind == "import":
            ids = bulk.insert_many(session, Child, ({"created_at": NOW} for _ in range(BATCH)))
            names = [
                {
                    "child_id": child,
                    "surname": "x" * rng.randint(1, 400),
                    "forename": "Ann",
                    "valid_from": NOW.date(),
                    "recorded_at": NOW,
                }
                for child in ids
            ]
            bulk.insert_many(session, ChildName, names)
        elif kind == "edit":
            session.get_one(Child, rng.randint(1, 2)).ethnicity = f"E{number}"
        else:
            for _ in range(BATCH):
                at = (session.scalar(select(func.max(Child.id))) or 0) + 1
                add_note(session, add_case(session, add_child(session, at), at), "y" * rng.randint(1, 3000))
        return action_of(session).seq


def victim(folder: Path, seed: int, at_work: int) -> None:
    """Write until killed; say on ``at_work`` that the first act is saved."""
    rng, number = random.Random(seed), 0
    store = reopen(folder)
    while True:
        number += 1
        seq = act(store, rng, number)
        os.write(1, f"ACK {seq}\n".encode())
        if number == 1:
            os.write(at_work, b"!")


def serve() -> None:
    """Fork one victim after another and kill each."""
    for line in sys.stdin:
        folder, seed, seconds = line.rsplit(" ", 2)
        told, at_work = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                victim(Path(folder), int(seed), at_work)
            finally:
                os._exit(1)
        os.close(at_work)
        if int(seed) % 5:
            os.read(told, 1)
        os.close(told)
        time.sleep(float(seconds))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        os.write(1, b"END\n" if os.WIFSIGNALED(status) else b"FAILED\n")


if __name__ == "__main__":
    serve()
