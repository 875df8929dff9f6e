"""How the program starts: what it is told, where there is no display, and what it says on the command line."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from cme_desktop import __version__
from cme_desktop.app import display, program, screenshots, tour, training
from cme_desktop.app import main as main_module
from cme_desktop.app.main import TOUR, has_display, main
from cme_desktop.app.training import (
    MANAGER,
    OFFICER,
    PASSPHRASE,
    ensure_training,
    known_passphrase,
    training_folder,
    words,
)
from cme_desktop.domain.errors import UserError
from cme_desktop.storage import keys
from cme_desktop.storage.keys.marks import UNFINISHED, RegisterUnfinished
from cme_desktop.storage.store import Store
from cme_desktop.synth.demo import make_demo
from cme_desktop.system import FakeMachine, FixedClock, program_folders, telling
from tests.factories import NOON, TODAY


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """Note what would be started, and start nothing."""
    noted: list[tuple[str, object]] = []

    def note(name: str) -> object:
        def run(*what: object) -> int:
            noted.append((name, what[-1]))
            return 0

        return run

    monkeypatch.setattr(tour, "make_tour", note("tour"))
    monkeypatch.setattr(screenshots, "make_screenshots", note("screenshots"))
    monkeypatch.setattr(program, "run_window", note("window"))
    return noted


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the training register be small."""
    monkeypatch.setattr(training, "CHILDREN", 5)


def test_without_words_the_window_opens_on_the_known_register(ran: list[tuple[str, object]], tmp_path: Path) -> None:
    assert main([]) == 0
    assert main(["--store", str(tmp_path)]) == 0
    assert ran == [("window", None), ("window", tmp_path)]


@pytest.mark.usefixtures("few")
@pytest.mark.feature("F99")
def test_the_training_register_is_made_once_and_its_place_is_said(
    ran: list[tuple[str, object]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mine"
    assert main(["--training", "--store", str(folder)]) == 0
    first = capsys.readouterr().out
    assert f"The training register was made in {folder}" in first
    assert OFFICER in first
    assert MANAGER in first
    assert PASSPHRASE in first
    assert main(["--training", "--store", str(folder)]) == 0
    assert f"The training register is in {folder}" in capsys.readouterr().out
    assert ran == [("window", folder), ("window", folder)]


@pytest.mark.usefixtures("few")
def test_without_a_display_training_makes_the_tour(
    ran: list[tuple[str, object]], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main_module, "has_display", lambda: False)
    assert main(["--training", "--store", str(tmp_path / "mine")]) == 0
    assert ran == [("tour", TOUR)]
    assert "There is no display here, so the tour is made off-screen." in capsys.readouterr().out


def test_tour_and_pictures_go_where_they_are_told(ran: list[tuple[str, object]], tmp_path: Path) -> None:
    assert main(["--tour", str(tmp_path / "tour")]) == 0
    assert main(["--screenshots", str(tmp_path / "pictures")]) == 0
    assert ran == [("tour", tmp_path / "tour"), ("screenshots", tmp_path / "pictures")]


def test_a_refusal_is_one_sentence_and_exit_2(
    ran: list[tuple[str, object]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letter.txt").write_text("something else is here")
    assert main(["--training", "--store", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "is not empty" in said.err
    assert "Traceback" not in said.err
    assert ran == []
    assert (tmp_path / "letter.txt").read_text() == "something else is here"


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.strip() == __version__


@pytest.mark.parametrize(
    ("platform", "given", "there"),
    [
        ("win32", {}, True),
        ("darwin", {}, True),
        ("linux", {}, False),
        ("linux", {"QT_QPA_PLATFORM": "offscreen"}, True),
        ("linux", {"QT_QPA_PLATFORM": "no-such-platform"}, False),
        ("linux", {"DISPLAY": ":7077"}, False),
        ("linux", {"WAYLAND_DISPLAY": "no-such-socket"}, False),
    ],
)
def test_where_a_window_can_be_shown(
    platform: str, given: dict[str, str], there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert has_display() is there


def test_a_display_that_does_not_answer_in_time_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(display, "_PROBE", "import sys; sys.stdin.read(); import time; time.sleep(60)")
    monkeypatch.setattr(display, "_PATIENCE_S", 0.2)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("QT_QPA_PLATFORM")
    assert not has_display()


def test_without_a_display_the_window_is_refused_in_a_sentence(
    ran: list[tuple[str, object]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main_module, "has_display", lambda: False)
    assert main([]) == 2
    assert "There is no display here" in capsys.readouterr().err
    assert ran == []


@pytest.mark.parametrize("words", [["--training"], ["--tour", "tour"], ["--screenshots", "pictures"]])
def test_a_folder_that_the_computer_refuses_is_told_in_a_sentence(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_what: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", "somebody-elses")

    monkeypatch.setattr(main_module, "ensure_training", refuse)
    monkeypatch.setattr(tour, "make_tour", refuse)
    monkeypatch.setattr(screenshots, "make_screenshots", refuse)
    assert main(words) == 2
    said = capsys.readouterr().err
    assert (
        "could not start, because the computer refused it a file or folder (somebody-elses): Permission denied" in said
    )
    assert "Traceback" not in said


@pytest.mark.usefixtures("few")
def test_both_people_of_the_training_register_get_in(tmp_path: Path) -> None:
    folder = tmp_path / "training"
    assert ensure_training(folder, TODAY)
    assert not ensure_training(folder, date(2027, 1, 1))
    for name in (OFFICER, MANAGER):
        store = Store.open(folder, keys.unlock(folder, name, PASSPHRASE), FixedClock(NOON))
        assert store.demonstration
        store.close()
    assert words(folder, made=False).startswith(f"The training register is in {folder}")


def test_the_training_register_lies_in_the_users_data_folder(tmp_path: Path) -> None:
    assert training_folder(None) == program_folders().data / "training-register"
    assert training_folder(tmp_path) == tmp_path
    (tmp_path / "something").touch()
    with pytest.raises(UserError, match="is not empty"):
        ensure_training(tmp_path, TODAY)


_OPENED = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from cme_desktop import logs
from cme_desktop.app import program
from cme_desktop.system import SystemClock

real = QApplication.exec

def exec_for_a_moment():
    def fail():
        child = "Qwyxplorvuk"
        raise ValueError(child)
    def look():
        print(type(QApplication.activeWindow() or QApplication.topLevelWidgets()[0]).__name__)
        QApplication.quit()
    QTimer.singleShot(300, fail)
    QTimer.singleShot(900, look)
    return real()

QApplication.exec = staticmethod(exec_for_a_moment)
sys.exit(program.run_window(SystemClock(), Path(sys.argv[1])))
"""


@pytest.mark.feature("F96")
def test_the_window_opens_logs_without_names_and_closes(place: Path) -> None:
    """In a process of its own, as the command starts it; an error inside leaves a reference and no name."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_STATE_HOME": str(place / "state")}
    done = subprocess.run(
        [sys.executable, "-c", _OPENED, str(place / "register")],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    logged = "".join(path.read_text() for path in (place / "state").rglob("*.log"))
    assert "bug reference=" in logged
    assert "ValueError" in logged
    assert "Qwyxplorvuk" not in logged + done.stdout + done.stderr


@pytest.mark.usefixtures("few")
def test_a_training_register_that_was_not_finished_is_made_anew(tmp_path: Path) -> None:
    """A process killed on the way leaves its mark; what it made is not opened, and goes at the next start."""
    folder = tmp_path / "training"
    assert ensure_training(folder, TODAY)
    (folder / UNFINISHED).touch()
    first = keys.read_key_file(folder).store_id
    with pytest.raises(RegisterUnfinished, match="cme-desktop --training"):
        Store.open(folder, keys.unlock(folder, OFFICER, PASSPHRASE), FixedClock(NOON))
    assert ensure_training(folder, TODAY)
    assert keys.read_key_file(folder).store_id != first
    assert not (folder / UNFINISHED).exists()
    assert not ensure_training(folder, TODAY)


@pytest.fixture
def without_streams(monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    """Have neither output nor errors, as Windows starts a program that has no console."""
    machine = FakeMachine()
    monkeypatch.setattr(telling, "this_machine", lambda: machine)
    return machine


def silent_main(*words: str) -> int:
    """Start the program without streams."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", None)
        patch.setattr(sys, "stderr", None)
        try:
            return main(list(words))
        finally:
            assert sys.stdout is None
            assert sys.stderr is None


@pytest.mark.usefixtures("few")
def test_without_streams_the_training_register_is_told_in_a_box_once(
    ran: list[tuple[str, object]], tmp_path: Path, without_streams: FakeMachine
) -> None:
    for _ in range(2):
        assert silent_main("--training", "--store", str(tmp_path / "mine")) == 0
    ((title, said),) = without_streams.shown
    assert title == "Case register"
    assert PASSPHRASE in said
    assert str(tmp_path / "mine") in said
    assert ran == [("window", tmp_path / "mine")] * 2


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (["--version"], 0, __version__),
        (["--help"], 0, "--training"),
        (["--nonsense"], 2, "--nonsense"),
        (["--store", ""], 2, "the name of the folder is empty"),
    ],
)
def test_without_streams_what_was_asked_or_mistyped_is_told_in_a_box(
    asked: list[str], code: int, said: str, without_streams: FakeMachine
) -> None:
    with pytest.raises(SystemExit) as ended:
        silent_main(*asked)
    assert ended.value.code == code
    ((_, words),) = without_streams.shown
    assert said in words


def test_without_streams_a_refusal_and_a_fault_are_told_in_a_box(
    tmp_path: Path, without_streams: FakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "letter.txt").write_text("something else is here")
    assert silent_main("--training", "--store", str(tmp_path)) == 2
    assert "is not empty" in without_streams.shown[0][1]
    monkeypatch.setattr(main_module, "has_display", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        silent_main()
    assert without_streams.shown[1][1] == telling.FAULT
    assert len(without_streams.shown) == 2


@pytest.mark.usefixtures("few")
def test_the_passphrase_of_a_training_register_is_known_only_where_it_opens_it(tmp_path: Path) -> None:
    ensure_training(tmp_path / "mine", TODAY)
    assert known_passphrase(tmp_path / "mine") == PASSPHRASE
    make_demo(tmp_path / "other", 3, 1, TODAY, "a passphrase of her own", officer=OFFICER, light=True).close()
    assert known_passphrase(tmp_path / "other") is None


def test_an_empty_name_of_a_folder_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--store", ""])
    assert ended.value.code == 2
    assert "the name of the folder is empty" in capsys.readouterr().err
