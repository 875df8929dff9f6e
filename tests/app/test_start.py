"""What the start loads: no more than its first page takes. The rest is loaded beside it, or when it is first needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cme_desktop.app.training import ensure_training
from tests.app.bench import OFFICER
from tests.app.start_victim import START
from tests.factories import PASSPHRASE, TODAY

NOT_BEFORE_NEEDED = ("PIL", "reportlab", "pypdfium2", "pypdf", "uharfbuzz", "bidi", "lxml", "alembic", "keyring")
"""Images, PDF, shaping, foreign XML, an older register and the system's keyring: most days begin without them."""
DATABASE = ("sqlalchemy", "sqlcipher3", "cme_desktop.models", "cme_desktop.storage.store")
WORKPLACE = ("cme_desktop.app.work", "cme_desktop.ui.today.view", "rapidfuzz", *DATABASE)
"""What the workplace takes, and the unlock page does not."""
ROOT = Path(__file__).parents[2]


def loaded(place: Path, code: str, *words: object) -> subprocess.CompletedProcess[str]:
    """Run a fresh process whose first word is every module to look for."""
    named = ",".join((*NOT_BEFORE_NEEDED, *WORKPLACE, "PySide6"))
    own = {f"XDG_{name}_HOME": str(place / name.lower()) for name in ("CONFIG", "STATE", "CACHE", "DATA")}
    return subprocess.run(
        [sys.executable, "-c", code, *(str(word).replace("NAMED", named) for word in words)],
        capture_output=True,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **own},
        timeout=120,
        check=False,
        cwd=ROOT,
    )


def steps_of(done: subprocess.CompletedProcess[str]) -> dict[str, set[str]]:
    """Return what was loaded at each step that the process went through."""
    assert done.returncode == 0, done.stderr
    return {step: set(found) - {"PySide6"} for step, found in map(json.loads, done.stdout.splitlines())}


def test_the_unlock_page_stands_on_no_database_and_a_touch_brings_the_workplace(place: Path) -> None:
    """So an unlock waits for nothing: the passphrase has to be typed first, and the window has been touched by then."""
    done = loaded(place, START, "unlock", "NAMED", place / "register", OFFICER, PASSPHRASE)
    assert steps_of(done) == {
        "unlock page": set(),
        "touched": set(WORKPLACE),
        "at work": set(WORKPLACE),
    }


def test_the_set_up_pages_load_no_pdf(tmp_path: Path) -> None:
    [(face, found)] = steps_of(loaded(tmp_path, START, "set_up", "NAMED", tmp_path / "none")).items()
    assert (face, found & set(NOT_BEFORE_NEEDED)) == ("SetupView", set())


def test_the_process_that_waits_behind_the_window_holds_the_first_page_and_no_more(tmp_path: Path) -> None:
    assert steps_of(loaded(tmp_path, START, "wait", "NAMED")) == {"waiting": set()}


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["--training"]], ids=lambda words: words[0])
def test_the_command_loads_nothing_heavy_before_there_is_a_window(
    tmp_path: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if words == ["--training"]:
        monkeypatch.setattr("cme_desktop.app.training.CHILDREN", 3)
        ensure_training(tmp_path / "training", TODAY)
        words = [*words, "--store", str(tmp_path / "training")]
    code = (
        "import atexit, sys; from cme_desktop.app import main;"
        "main.has_display = sys.exit;"  # the last thing that is asked before the window
        "atexit.register(lambda: print(sorted(set(sys.argv[1].split(',')) & set(sys.modules))));"
        "main.main(sys.argv[2:])"
    )
    done = loaded(tmp_path, code, "NAMED", *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "[]"
