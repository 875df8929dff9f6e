"""``cme-admin import --json-lines`` killed at any time: each line that was read holds, and no file is half there."""

from __future__ import annotations

import hashlib
import io
import json
import random
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cme_desktop.cli.main import main
from cme_desktop.cli.output import Output
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.document import ContentFile
from cme_desktop.models.intake import SourceFile, StagedPupil
from cme_desktop.storage import keys
from cme_desktop.storage.store import Store
from cme_desktop.storage.verify import verify
from cme_desktop.system import FixedClock
from tests.app.bench import OFFICER, make_training
from tests.casework.s2s import leaver_file, new_pupil
from tests.factories import NOON, PASSPHRASE
from tests.safety.killing import Killer, killer

FILES, PUPILS = 8, 8
AT_ONCE = 10.0
"""Seconds: the next command neither waits for a lock nor for a process that is gone."""


@dataclass(frozen=True)
class Ground:
    """What each round starts from: a closed register, files to take in, and the passphrase in a file."""

    register: Path
    files: tuple[Path, ...]
    passphrase: Path

    def digests(self) -> dict[str, int]:
        """Return how many pupils each file holds, by its fingerprint."""
        return {hashlib.sha256(path.read_bytes()).hexdigest(): PUPILS for path in self.files}


@pytest.fixture(scope="module")
def parent() -> Iterator[Killer]:
    """Return the parent of the victims of this module."""
    with killer() as made:
        yield made


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Return a register without children and eight files of eight pupils each."""
    place = tmp_path_factory.mktemp("ground")
    make_training(place / "register")
    files = []
    for number in range(1, FILES + 1):
        pupils = [new_pupil(surname=f"Child{number}", forename=f"Number{one}") for one in range(PUPILS)]
        name, data = leaver_file(*pupils, number=number)
        (place / name).write_bytes(data)
        files.append(place / name)
    (place / "passphrase").write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    return Ground(place / "register", tuple(files), place / "passphrase")


def what_is_there(store: Store) -> dict[str, tuple[int, bool, bool]]:
    """Return, for each file the register has: its pupils, whether its bytes are whole, whether its act is signed."""
    found = {}
    with store.read() as session:
        acts = [row.action for row in session.query(AuditEvent)]
        files = session.query(SourceFile).all()
        for file in files:
            content = session.get_one(ContentFile, file.content_id)
            assert content.file_key is not None
            data = store.content.open(content.stored_name, content.file_key, content.sha256)
            pupils = session.query(StagedPupil).filter(StagedPupil.source_file_id == file.id).count()
            whole = hashlib.sha256(data).hexdigest() == file.sha256
            found[file.sha256] = (pupils, whole, acts.count("import.file") == len(files))
    return found


def next_command(ground: Ground, register: Path) -> dict[str, object]:
    """Ask for the inbox as the next command would, and return its answer."""
    stream = io.BytesIO()
    started = time.monotonic()
    who = ("--user", OFFICER, "--passphrase-file", str(ground.passphrase), "--today", "2026-11-24", "--json")
    code = main(["inbox", str(register), *who], out=Output(as_json=True, stream=stream, messages=io.StringIO()))
    assert code == 0, stream.getvalue()
    assert time.monotonic() - started < AT_ONCE
    answer = json.loads(stream.getvalue())
    assert isinstance(answer, dict)
    return answer


def one_kill(parent: Killer, ground: Ground, place: Path, rng: random.Random) -> tuple[int, int]:
    """Kill one import and check what is left; return how many files it had acknowledged and how many are there."""
    shutil.copytree(ground.register, place)
    after = rng.randrange(0, FILES)
    seconds = rng.uniform(0.0, 0.08) if after else rng.uniform(0.0, 1.2)
    files = [str(path) for path in ground.files]
    death = parent.ask("import", str(place), str(ground.passphrase), seconds, after, files)
    assert death.signal in (0, signal.SIGKILL)
    assert death.outlived == [], "the reader process outlives the command"
    told = [json.loads(line) for line in death.lines]
    answer = next_command(ground, place)
    unlocked = keys.unlock(place, OFFICER, PASSPHRASE)
    store = Store.open(place, unlocked, FixedClock(NOON))
    try:
        there = what_is_there(store)
    finally:
        store.close()
    wanted = ground.digests()
    assert all(line["status"] == "staged" and line["staged"] == PUPILS for line in told)
    lost = {line["sha256"] for line in told} - there.keys()
    assert not lost, "a file that was said to be taken in is not there"
    assert there == {digest: (wanted[digest], True, True) for digest in there}, "a file is half there"
    assert answer["total"] == PUPILS * len(there)
    verdict = verify(place, keys.unlock(place, OFFICER, PASSPHRASE))
    assert verdict.ok, verdict.problems[:3]
    shutil.rmtree(place)
    return len(told), len(there)


def kill9_import(parent: Killer, ground: Ground, tmp_path: Path, kills: int, seed: int) -> None:
    """Kill imports at random times; they have to be met at work, or nothing is proved."""
    rng = random.Random(seed)
    ended = [one_kill(parent, ground, tmp_path / f"register-{number}", rng) for number in range(kills)]
    assert sum(1 for told, _ in ended if 0 < told < FILES) >= kills // 4, ended
    assert all(told <= there for told, there in ended)


def test_kill9_import_json_lines(parent: Killer, ground: Ground, tmp_path: Path) -> None:
    kill9_import(parent, ground, tmp_path, 25, seed=21)


@pytest.mark.slow
def test_kill9_import_json_lines_more(parent: Killer, ground: Ground, tmp_path: Path) -> None:
    kill9_import(parent, ground, tmp_path, 500, seed=22)
