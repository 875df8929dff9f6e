"""Run commands as a person or a script would: in this process for speed, or as the installed program."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cme_desktop.cli.main import main
from cme_desktop.cli.output import Output
from cme_desktop.system import FixedClock

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it wrote on each stream."""

    code: int
    out: bytes
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Return the one JSON object on standard output; fail if there is anything else on it."""
        text = self.out.decode("utf-8")
        assert text.endswith("}\n")
        assert text.count("\n") == 1
        answer = json.loads(text)
        assert isinstance(answer, dict)
        assert isinstance(answer["ok"], bool)
        return answer

    @property
    def text(self) -> str:
        """Return standard output as text."""
        return self.out.decode("utf-8")


@pytest.fixture
def admin() -> Callable[..., Ran]:
    """Return a function that runs one command in this process, on 24 November 2026 at noon."""

    def run(*argv: object) -> Ran:
        words = [str(word) for word in argv]
        stream, messages = io.BytesIO(), io.StringIO()
        as_json = bool({"--json", "--json-lines"} & set(words))
        code = main(words, out=Output(as_json=as_json, stream=stream, messages=messages), clock=FixedClock(NOON))
        return Ran(code, stream.getvalue(), messages.getvalue())

    return run


@pytest.fixture
def installed() -> Callable[..., Ran]:
    """Return a function that runs the installed ``cme-admin`` in a process of its own."""
    command = Path(sys.executable).with_name("cme-admin")

    def run(*argv: object, **options: Any) -> Ran:
        done = subprocess.run([command, *map(str, argv)], capture_output=True, check=False, timeout=60, **options)
        return Ran(done.returncode, done.stdout, done.stderr.decode("utf-8"))

    return run


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    """Return a file with a passphrase of two words and more than twenty characters."""
    file = tmp_path / "passphrase"
    file.write_text("a long passphrase for tests\n", encoding="utf-8")
    return file


@pytest.fixture
def register(admin: Callable[..., Ran], tmp_path: Path, passphrase: Path) -> Path:
    """Return an empty training register."""
    folder = tmp_path / "register"
    made = admin(
        "init", folder, "--officer", "Asha Officer", "--passphrase-file", passphrase, "--demonstration",
        "--kdf", "light", "--json",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert made.json["user"] == "Asha Officer"
    assert [len(group) for group in made.json["recovery_key"].split("-")] == [4] * 7
    return folder
