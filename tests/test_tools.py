"""The project's own tools: set-up, the checks and the report of what is proved."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools import checks, rules_report, set_up, torture

PACKAGES = """# what it needs
python3-venv
libglib2.0-0 | libglib2.0-0t64   # renamed

poppler-utils
"""


STEPS = ["-m venv", "--require-hashes", "-e .", "pip check"]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project in miniature that set_up works on, with every step recorded and none of them run."""
    for name in (*set_up.LOCKS, "pyproject.toml"):
        (tmp_path / name).write_text(f"{name} 1\n", encoding="utf-8")
    (tmp_path / "system-packages.txt").write_text(PACKAGES, encoding="utf-8")
    monkeypatch.setattr(set_up, "ROOT", tmp_path)
    monkeypatch.setattr(set_up, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(set_up, "STAMP", tmp_path / ".venv" / "set-up.json")
    monkeypatch.setattr(set_up, "TURN", tmp_path / ".set-up.lock")
    monkeypatch.setattr(set_up, "missing_packages", list)
    monkeypatch.setattr(set_up, "answer", lambda *_command, **_more: 0)
    return tmp_path


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the steps of a set-up; making the environment makes its Python."""
    taken: list[str] = []

    def run(*command: object) -> None:
        words = " ".join(map(str, command))
        taken.append(next(step for step in STEPS if step in words))
        python = set_up.venv_python()
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()

    monkeypatch.setattr(set_up, "run", run)
    return taken


def test_set_up_makes_the_environment_once(place: Path, steps: list[str]) -> None:
    assert set_up.main([]) == 0
    assert steps == STEPS
    steps.clear()
    assert set_up.main([]) == 0
    assert steps == []


@pytest.mark.parametrize(
    ("changed", "taken"),
    [
        ("requirements.lock", STEPS),
        ("requirements-dev.lock", STEPS),
        ("pyproject.toml", STEPS[2:]),
        ("system-packages.txt", []),
    ],
)
def test_a_change_is_followed_and_no_more(place: Path, steps: list[str], changed: str, taken: list[str]) -> None:
    set_up.main([])
    steps.clear()
    with (place / changed).open("a", encoding="utf-8") as file:
        file.write("2\n")
    assert set_up.main([]) == 0
    assert steps == taken


def test_a_set_up_that_failed_on_the_way_starts_again(
    place: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off() -> None:
        raise set_up.SetUpError("no")

    with monkeypatch.context() as cut:
        cut.setattr(set_up, "install_project", cut_off)
        assert set_up.main([]) == 1
    steps.clear()
    assert set_up.main([]) == 0
    assert steps == STEPS


KILLED = """
import os, sys
from pathlib import Path
from tools import set_up

root, at = Path(sys.argv[1]), int(sys.argv[2])
set_up.ROOT, set_up.VENV = root, root / ".venv"
set_up.STAMP, set_up.TURN = root / ".venv" / "set-up.json", root / ".set-up.lock"
set_up.missing_packages, set_up.answer = list, lambda *_command, **_more: 0
taken = []


def run(*command):
    taken.append(" ".join(map(str, command)))
    python = set_up.venv_python()
    python.parent.mkdir(parents=True, exist_ok=True)
    python.touch()
    if len(taken) == at:
        os.kill(os.getpid(), 9)


set_up.run = run
code = set_up.main([])
print(len(taken))
sys.exit(code)
"""


@pytest.mark.parametrize("at", [1, 2, 3, 4])
@pytest.mark.parametrize("old", [False, True])
def test_a_set_up_that_was_killed_starts_again(place: Path, at: int, old: bool) -> None:
    def run(kill_at: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", KILLED, str(place), str(kill_at)]
        return subprocess.run(command, cwd=checks.ROOT, capture_output=True, text=True, check=False)

    if old:
        assert run(0).returncode == 0
        (place / "requirements.lock").write_text("requirements.lock 2\n", encoding="utf-8")
    assert run(at).returncode not in (0, 1)
    again = run(0)
    assert (again.returncode, again.stdout.splitlines()[-1]) == (0, "4")
    assert run(0).stdout.splitlines()[-1] == "0"


def test_two_set_ups_at_once_take_turns(place: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    hold = "import sys; from tools import set_up; set_up.TURN = set_up.Path(sys.argv[1])\n"
    hold += "with set_up.own_turn(): print('mine', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(set_up.TURN)],
        cwd=checks.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout is not None
        assert other.stdout.readline() == "mine\n"

        def wait(seconds: float) -> None:
            waits.append(seconds)
            other.kill()
            other.wait()

        monkeypatch.setattr(set_up.time, "sleep", wait)
        assert set_up.main([]) == 0
    assert waits
    assert steps == STEPS


def test_nothing_said_outside_leads_pip_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    led = {"PIP_USER": "1", "PIP_TARGET": "elsewhere", "PIP_NO_BINARY": ":all:", "PIP_PREFIX": "elsewhere"}
    for name, value in {**led, "PYTHONPATH": "elsewhere", "PYTHONHOME": "elsewhere", "PIP_PROXY": "a:1"}.items():
        monkeypatch.setenv(name, value)
    seen = set_up.own_environment()
    assert "elsewhere" not in seen.values()
    assert not led.keys() & seen.keys()
    assert seen["PIP_PROXY"] == "a:1"


def test_a_wheelhouse_is_installed_from_without_a_network(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set_up.main(["--wheelhouse", str(place / "gone")]) == 1
    assert "There is no folder" in capsys.readouterr().out
    given: list[str] = []

    def run(*command: object) -> None:
        given.append(" ".join(map(str, command)))
        if "--find-links" in given[-1]:
            raise set_up.SetUpError("no")

    monkeypatch.setattr(set_up, "run", run)
    assert set_up.main(["--wheelhouse", str(place)]) == 1
    assert f"--no-index --find-links {place}" in given[-1]
    assert "make wheelhouse" in capsys.readouterr().out


@pytest.mark.parametrize(("reached", "word"), [(0, "This step did not work"), (set_up.UNREACHED, "cannot be reached")])
def test_no_network_is_told_as_what_it_is(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], reached: int, word: str
) -> None:
    def run(*command: object) -> None:
        if "--require-hashes" in command:
            raise set_up.SetUpError("This step did not work")

    monkeypatch.setattr(set_up, "run", run)
    monkeypatch.setattr(set_up, "answer", lambda *_command, **_more: reached)
    assert set_up.main([]) == 1
    assert word in capsys.readouterr().out


@pytest.mark.parametrize("missing", [[], ["libegl1"]])
def test_nothing_is_ready_where_qt_does_not_start(
    place: Path,
    steps: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    missing: list[str],
) -> None:
    monkeypatch.setattr(set_up, "missing_packages", lambda: missing)
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(set_up, "answer", lambda *_command, **_more: 1)
    for _ in range(2):
        assert set_up.main([]) == 1
        said = capsys.readouterr().out
        assert "Qt, which draws the window, does not start" in said
        assert "The environment is ready" not in said
        assert ("libegl1" in said) == bool(missing)


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(set_up, "TURN", place / "requirements.lock" / "no-folder")
    assert set_up.main([]) == 1
    assert "Nothing can be written in" in capsys.readouterr().out


def test_an_old_python_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(set_up, "OLDEST", (99, 0))
    assert set_up.main([]) == 1
    said = capsys.readouterr().out
    assert "Python 99.0 or newer" in said
    assert "make PYTHON=" in said


def test_a_make_without_python_is_told_in_a_sentence() -> None:
    done = subprocess.run(
        ["make", "-C", str(checks.ROOT), "setup", "PYTHON=python-that-is-not-here"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed" in done.stdout


def test_system_packages_have_one_name_or_either_of_two() -> None:
    assert set_up.needed_packages(PACKAGES) == [
        ["python3-venv"],
        ["libglib2.0-0", "libglib2.0-0t64"],
        ["poppler-utils"],
    ]
    real = set_up.needed_packages((checks.ROOT / "system-packages.txt").read_text(encoding="utf-8"))
    assert ["python3-venv"] in real
    assert all(name and " " not in name for either in real for name in either)


def answer_of_dpkg(monkeypatch: pytest.MonkeyPatch, *installed: str) -> list[list[str]]:
    """Let this be a Debian with these packages, and return the commands that it is given."""
    given: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        given.append(command)
        text = "".join(f"{name} installed\n" for name in installed) + "gone not-installed\n"
        return subprocess.CompletedProcess(command, 0, text, "")

    monkeypatch.setattr(set_up.shutil, "which", lambda name: name)
    monkeypatch.setattr(set_up.sys, "base_prefix", "/usr")
    monkeypatch.setattr(set_up.subprocess, "run", run)
    return given


def test_missing_system_packages_are_installed_by_root_and_named_to_others(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(set_up, "ROOT", place)
    given = answer_of_dpkg(monkeypatch, "python3-venv", "libglib2.0-0t64")
    assert set_up.missing_packages() == ["poppler-utils"]
    given.clear()
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    set_up.system_packages(online=True)
    assert [command[:2] for command in given[1:]] == [["apt-get", "update"], ["apt-get", "install"]]
    assert given[2][-1] == "poppler-utils"
    given.clear()
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    assert set_up.system_packages(online=True) == ["poppler-utils"]
    assert [command[0] for command in given] == ["dpkg-query"]
    assert "sudo apt-get install poppler-utils" in capsys.readouterr().out


def test_a_python_of_ones_own_needs_no_package_to_make_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_of_dpkg(monkeypatch, "libglib2.0-0", "poppler-utils")
    assert "python3-venv" in set_up.missing_packages()
    monkeypatch.setattr(set_up.sys, "base_prefix", "elsewhere")
    assert "python3-venv" not in set_up.missing_packages()


def test_nothing_is_asked_of_debian_when_nothing_is_missing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(set_up, "ROOT", place)
    given = answer_of_dpkg(monkeypatch, "python3-venv", "libglib2.0-0", "poppler-utils")
    assert set_up.system_packages(online=True) == []
    assert len(given) == 1


def test_the_checks_run_every_test_file_once() -> None:
    grouped = [path for _, files in checks.groups() for path in files]
    assert sorted(grouped) == sorted((checks.ROOT / "tests").rglob("test_*.py"))
    assert all(len(files) <= checks.FILES_A_PART for _, files in checks.groups())
    assert {path.parent.name for _, files in checks.groups(["cli"]) for path in files} == {"cli"}


def part(code: str, **more: Any) -> checks.Part:
    """Return a part that runs a line of Python."""
    return checks.Part("a part", (sys.executable, "-c", code), **more)


def test_a_part_shows_its_words_only_when_it_fails(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    good, bad = checks.run(part("print('all well')")), checks.run(part("print('not well'); raise SystemExit(3)"))
    assert (good.well, bad.well) == (True, False)
    for result in (good, bad):
        checks.show(result)
    said = capsys.readouterr().out
    assert "all well" not in said
    assert "not well" in said
    assert f"Again: {shlex.join(bad.part.command)}" in said
    assert all(f"--randomly-seed={checks.SEED}" in part.command for part in checks.pytest_parts("not slow"))
    none_left = checks.run(part("raise SystemExit(5)", proofs=tmp_path / "none.json"))
    assert none_left.well
    assert not checks.run(part("raise SystemExit(5)")).well


def test_the_last_line_counts_what_passed_and_failed(capsys: pytest.CaptureFixture[str]) -> None:
    good = checks.Result(part(""), 0, "", 1.0, {"passed": 7, "failed": 0})
    bad = checks.Result(part(""), 1, "", 1.0, {"passed": 1, "failed": 2})
    crashed = checks.Result(part(""), -11, "", 1.0, {})
    assert checks.report([good], 0.0) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "7 passed, 0 failed"
    assert checks.report([good, bad], 0.0) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "8 passed, 2 failed"
    assert checks.report([good, crashed], 0.0) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "7 passed, 1 failed"


def test_the_report_of_rules_tells_proved_failing_and_unclaimed_apart(tmp_path: Path) -> None:
    proofs = [
        {"test": "a", "outcome": "passed", "rule": ["SD41"], "feature": ["F12"]},
        {"test": "b", "outcome": "failed", "rule": ["SD41"], "feature": []},
    ]
    for number, proof in enumerate(proofs):
        (tmp_path / f"part-{number}.json").write_text(json.dumps({"counts": {}, "tests": [proof]}), encoding="utf-8")
    result = rules_report.merge(tmp_path, tmp_path / "rules.json")
    assert json.loads((tmp_path / "rules.json").read_text(encoding="utf-8")) == result
    rules = {entry["id"]: entry for entry in result["rules"]}
    features = {entry["id"]: entry for entry in result["features"]}
    assert (len(rules), len(features)) == (94, 99)
    assert (rules["SD41"]["tests"], rules["SD41"]["passing"]) == (2, 1)
    assert rules_report.proved(features["F12"])
    assert not rules_report.proved(rules["SD41"])
    assert not rules_report.proved(rules["SD42"])
    lines = rules_report.table(result)
    assert any(line.startswith("  SD41  FAILS") for line in lines)
    assert any(line.startswith("  SD42  no test") for line in lines)
    assert "Features: 1 of 99 have passing tests" in lines


PROBE = """
import pytest

@pytest.mark.rule("SD41")
def test_that_proves(): pass

@pytest.mark.feature("F12")
def test_that_does_not(): assert False

@pytest.mark.slow
def test_that_is_long(): assert False

def test_that_claims_nothing(): pass
"""


def run_pytest(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of a folder with this project's own plug-ins."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.conftest", *words]
    options = ["-c", str(checks.ROOT / "pyproject.toml"), "--rootdir", str(folder)]
    return subprocess.run(
        [*command, *options, str(folder)], cwd=checks.ROOT, capture_output=True, text=True, check=False
    )


def test_a_test_run_records_what_it_proved_and_leaves_the_slow_tests_out(tmp_path: Path) -> None:
    (tmp_path / "test_probe.py").write_text(PROBE, encoding="utf-8")
    done = run_pytest(tmp_path, "--proofs", str(tmp_path / "proofs.json"))
    assert "1 deselected" in done.stdout
    written = json.loads((tmp_path / "proofs.json").read_text(encoding="utf-8"))
    assert written["counts"] == {"passed": 2, "failed": 1, "skipped": 0, "left out": 0}
    assert [(test["outcome"], test["rule"], test["feature"]) for test in written["tests"]] == [
        ("failed", [], ["F12"]),
        ("passed", ["SD41"], []),
    ]


def test_a_claim_of_a_rule_that_does_not_exist_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "test_probe.py").write_text(PROBE.replace("SD41", "SD99"), encoding="utf-8")
    done = run_pytest(tmp_path)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "SD99" in done.stderr + done.stdout


def test_a_process_that_uses_the_network_fails_the_run_even_if_its_test_passes(tmp_path: Path) -> None:
    probe = (
        "import subprocess, sys\n"
        "def test_that_looks_away():\n"
        "    subprocess.run([sys.executable, '-c', 'import socket; socket.socket()'], capture_output=True)\n"
    )
    (tmp_path / "test_probe.py").write_text(probe, encoding="utf-8")
    done = run_pytest(tmp_path)
    assert "1 passed" in done.stdout
    assert "tried to use the network" in done.stdout
    assert done.returncode == pytest.ExitCode.TESTS_FAILED


def long_tests(monkeypatch: pytest.MonkeyPatch, answers: dict[str, int]) -> list[str]:
    """Stand in for pytest: it collects some long tests and ends each as is said; return what is run."""
    ran: list[str] = []

    def stand_in(command: tuple[str, ...], **_given: Any) -> subprocess.CompletedProcess[str]:
        if "--collect-only" in command:
            return subprocess.CompletedProcess(command, 0, "\n".join([*answers, "", "2 tests collected"]), "")
        ran.append(command[-1])
        if answers[command[-1]] < 0:
            raise subprocess.TimeoutExpired(command, 540)
        return subprocess.CompletedProcess(command, answers[command[-1]], "what it said", "")

    monkeypatch.setattr(torture.subprocess, "run", stand_in)
    return ran


def test_torture_runs_each_long_test_by_itself_or_the_one_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = long_tests(monkeypatch, {"tests/b.py::two": 0, "tests/a.py::one": 0})
    assert torture.main([]) == 0
    assert ran == ["tests/a.py::one", "tests/b.py::two"]
    assert torture.main(["--part", "2"]) == 0
    assert ran[2:] == ["tests/b.py::two"]
    assert torture.main(["--part", "3"]) == 2
    assert torture.main(["--list"]) == 0
    assert " 1 tests/a.py::one" in capsys.readouterr().out
    assert len(ran) == 3


def test_a_long_test_that_fails_or_takes_too_long_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    long_tests(monkeypatch, {"tests/a.py::fails": 1, "tests/b.py::hangs": -1, "tests/c.py::well": 0})
    assert torture.main([]) == 1
    said = capsys.readouterr().out
    assert "FAIL tests/a.py::fails" in said
    assert "what it said" in said
    assert "not done within 9 minutes" in said
    assert "1 passed, 2 failed" in said
