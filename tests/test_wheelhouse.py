"""The folder for a machine without a network holds what that machine takes, wherever the folder is made."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools import lock, wheelhouse


def names(system: str, python: str) -> set[str]:
    """Return the names of what a machine takes."""
    return {line.split("==")[0] for line in wheelhouse.wanted(system, python)}


def test_a_folder_for_windows_holds_what_only_windows_takes() -> None:
    assert {"pywin32-ctypes", "colorama"} <= names("windows", "3.11.9")
    assert {"jeepney", "secretstorage"} & names("windows", "3.11.9") == set()
    assert {"jeepney", "secretstorage"} <= names("linux", "3.11.9")
    assert "backports-tarfile" in names("macos", "3.11.9")
    assert "backports-tarfile" not in names("macos", "3.13.0")


def test_every_line_has_its_hashes_and_a_machine_of_its_own_is_asked_for_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[list[str]] = []
    listed: list[str] = []

    def run(command: list[str], **_more: Any) -> subprocess.CompletedProcess[str]:
        given.append(command)
        listed.extend(Path(command[-1]).read_text(encoding="utf-8").splitlines())
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(wheelhouse.subprocess, "run", run)
    assert wheelhouse.download("windows", "3.13.9", tmp_path) == 0
    assert {"--require-hashes", "--no-deps", "win_amd64", "cp313", "3.13.9"} <= set(given[0])
    assert all("--hash=sha256:" in line and ";" not in line for line in listed)
    assert len(listed) == len(wheelhouse.wanted("windows", "3.13.9"))
    assert wheelhouse.download(wheelhouse.HERE, wheelhouse.THIS_PYTHON, tmp_path) == 0
    assert "--platform" not in given[1]


def test_a_folder_that_is_not_complete_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wheelhouse, "download", lambda *_what: 1)
    assert wheelhouse.main([str(tmp_path / "new")]) == 1
    assert "not complete" in capsys.readouterr().out


def test_the_locks_are_read_from_the_files_that_set_up_installs() -> None:
    from tools import set_up

    assert tuple(path.name for path in (lock.RUN, lock.DEV)) == set_up.LOCKS
