"""Council IT asks an installed program whether it works on a computer."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from cme_desktop.app import self_test as module
from cme_desktop.app.main import main
from cme_desktop.app.stage import StageTroubled


def test_it_says_and_writes_what_works(qapp: QApplication, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--self-test", str(tmp_path / "try it")]) == 0
    said = (tmp_path / "try it" / "self-test.txt").read_text(encoding="utf-8").splitlines()
    assert said[-1] == "The program works on this computer."
    assert len(said) == 8
    assert capsys.readouterr().out.splitlines() == said[1:]
    assert {place.name for place in (tmp_path / "try it").iterdir()} >= {"register", "backups", "self-test.txt"}


@pytest.mark.parametrize("error", [StageTroubled("waited in vain"), OSError(28, "No space left")])
def test_it_says_what_does_not_work(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_given: object) -> None:
        raise error

    monkeypatch.setattr(module, "_try", fail)
    assert main(["--self-test", str(tmp_path)]) == 1
    assert "The program does not work on this computer: " in capsys.readouterr().out
    assert str(error) in (tmp_path / "self-test.txt").read_text(encoding="utf-8")


def test_without_a_folder_nothing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Path] = []
    monkeypatch.setattr(module, "_try", lambda folder, _say: tried.append(folder))
    assert main(["--self-test"]) == 0
    assert not tried[0].exists()
