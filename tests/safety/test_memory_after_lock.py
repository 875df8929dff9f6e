"""Nothing is left after a lock: the process that knew the key has ended, and no image of another holds a secret."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from cme_desktop.models.child import ChildIdentifier
from cme_desktop.models.document import ContentFile
from cme_desktop.storage import keys
from cme_desktop.storage.store import Store
from cme_desktop.synth.demo import make_demo
from cme_desktop.system import FixedClock
from tests.factories import NOON, TODAY
from tests.processes import in_session
from tests.safety.locking_victim import START

ROOT = Path(__file__).parents[2]
OFFICER, PASSPHRASE = "Anita Patel", "quokka zither marzipan lintel"
PATIENCE = 60.0


def image(process: int) -> bytes:
    """Return everything a process holds in memory that it can write to; nothing where the system gives no image."""
    parts = []
    try:
        with Path(f"/proc/{process}/mem").open("rb", 0) as memory:
            for line in Path(f"/proc/{process}/maps").read_text().splitlines():
                found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
                if found is None:
                    continue
                start, end = (int(number, 16) for number in found.groups())
                try:
                    memory.seek(start)
                    parts.append(memory.read(end - start))
                except (OSError, ValueError, OverflowError):
                    continue
    except PermissionError:
        return b""
    return b"".join(parts)


@dataclass
class Secrets:
    """What must not be found, by a name, in every form in which a program could hold it."""

    forms: dict[str, list[bytes]] = field(default_factory=dict)

    def add(self, name: str, secret: bytes | str) -> None:
        """Take a secret in: bytes raw and in hexadecimal, text in both widths."""
        if isinstance(secret, bytes):
            hexed = secret.hex()
            self.forms[name] = [secret, hexed.encode(), hexed.upper().encode(), hexed.encode("utf-16-le")]
        else:
            self.forms[name] = [secret.encode(), secret.encode("utf-16-le")]

    def in_(self, data: bytes) -> set[str]:
        """Return the names of the secrets that are in some bytes."""
        return {name for name, forms in self.forms.items() if any(form in data for form in forms)}


@dataclass
class Running:
    """The program at work, and what it knows."""

    process: subprocess.Popen[str]
    secrets: Secrets

    def say(self, word: str, answer: str) -> None:
        """Tell the program what to do and wait for its answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline().strip() == answer

    def others(self) -> list[int]:
        """Return the processes of the program beside the first."""
        return [one for one in in_session(self.process.pid) if one != self.process.pid]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """Return the program, started on a register with cases, and end all its processes afterwards."""
    folder = tmp_path / "register"
    make_demo(folder, 6, 3, TODAY, PASSPHRASE, officer=OFFICER, light=True).close()
    unlocked = keys.unlock(folder, OFFICER, PASSPHRASE)
    secrets = Secrets()
    secrets.add("data key", bytes(unlocked.data_key))
    secrets.add("passphrase", PASSPHRASE)
    store = Store.open(folder, unlocked, FixedClock(NOON))
    with store.read() as session:
        for number, value in enumerate(session.scalars(select(ChildIdentifier.value)).all()):
            secrets.add(f"UPN {number}", value)
        for number, file_key in enumerate(session.scalars(select(ContentFile.file_key)).all()):
            if file_key is not None:
                secrets.add(f"file key {number}", file_key)
    store.close()
    (tmp_path / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    with subprocess.Popen(
        [sys.executable, "-c", START, str(folder), OFFICER, str(tmp_path / "passphrase")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "QT_QPA_PLATFORM": "offscreen"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        yield Running(process, secrets)
        for one in in_session(process.pid):
            os.kill(one, 9)
        process.kill()


def wait_for_the_end(running: Running) -> list[int]:
    """Wait until the first process has ended and return those that run on."""
    assert running.process.wait(PATIENCE) == 0
    until = time.monotonic() + PATIENCE
    while not (left := running.others()):
        assert time.monotonic() < until, "nobody shows the window"
        time.sleep(0.05)
    return left


@pytest.mark.parametrize("word", ["lock", "change"])
def test_memory_after_lock(running: Running, word: str) -> None:
    running.say("unlock", "unlocked")
    before = running.secrets.in_(image(running.process.pid))
    if os.geteuid() == 0:
        assert {"data key", "UPN 0"} <= before, "else the search would find nothing anywhere"
    running.say(word, "leaving")
    left = wait_for_the_end(running)
    assert running.process.pid not in left
    found = {one: running.secrets.in_(image(one)) for one in left}
    assert set().union(*found.values()) == set(), found


def test_no_process_of_the_program_leaves_an_image_behind(running: Running) -> None:
    running.say("unlock", "unlocked")
    running.say("lock", "leaving")
    for one in wait_for_the_end(running):
        limits = Path(f"/proc/{one}/limits").read_text()
        assert re.search(r"Max core file size +0 +0", limits), one
