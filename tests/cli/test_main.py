"""The frame: one answer, one exit code, and the same form of error, whatever a command does."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import cme_desktop
from cme_desktop.cli import main as frame
from cme_desktop.cli.output import Output
from tests.cli.conftest import Ran

Run = Callable[..., Ran]
HEAVY = (
    "PySide6", "reportlab", "sqlalchemy", "sqlcipher3", "alembic", "lxml", "openpyxl", "keyring", "cryptography",
    "faker", "rapidfuzz", "pypdf", "pypdfium2", "uharfbuzz", "PIL",
)  # fmt: skip
"""What takes long to load. A command without a store starts within a second because it loads none of it."""

NO_STORE = (
    ["--version"],
    ["--help"],
    ["explain", "--list", "--json"],
    ["school-age", "2021-08-31", "--json"],
    ["upn", "H801200001001", "--json"],
)


@pytest.fixture(autouse=True)
def _sample_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sample", "open", "lines"):
        monkeypatch.setitem(frame.COMMANDS, name, frame.Command("tests.cli.sample_commands", "a sample"))


def test_a_command_that_works_gives_one_object_and_its_messages_apart(admin: Run) -> None:
    ran = admin("sample", "--json")
    assert ran.code == 0
    assert ran.json == {"ok": True, "name": "Łukasz", "on": "2026-12-01"}
    assert ran.err == "Working ...\n"
    ran = admin("sample")
    assert ran.text == "Łukasz \n"
    assert ran.err == "Working ...\n"


@pytest.mark.parametrize(
    ("how", "code", "error"),
    [
        ("user", 2, {"code": "store-missing", "message": "The case register was not found. Check its name."}),
        (
            "locked",
            3,
            {"code": "cannot-unlock", "message": "The passphrase does not open this case register. Type it again."},
        ),
        (
            "step",
            2,
            {
                "code": "too-early",
                "message": "The order cannot be served yet: the parent has until 14 January 2027.",
                "section": "EA 1996 s438(3)",
                "allowed_from": "2027-01-15",
                "missing": ["school"],
            },
        ),
        ("cancel", 130, {"code": "cancelled", "message": "Cancelled. What had been saved before is kept."}),
    ],
)
def test_an_error_takes_the_place_of_the_answer(admin: Run, how: str, code: int, error: dict[str, object]) -> None:
    ran = admin("sample", "--how", how, "--json")
    assert ran.code == code
    assert ran.json == {"ok": False, "error": error}
    assert error["message"] in ran.err
    ran = admin("sample", "--how", how)
    assert ran.code == code
    assert error["message"] in ran.err.splitlines()
    assert ("Section: EA 1996 s438(3). First lawful day: 2027-01-15" in ran.err) is (how == "step")


@pytest.mark.feature("F96")
def test_a_fault_of_the_program_gives_a_reference_and_no_word_about_a_child(admin: Run) -> None:
    ran = admin("sample", "--how", "bug", "--json")
    assert ran.code == 70
    error = ran.json["error"]
    assert error["code"] == "bug"
    assert str(error["reference"]) in error["message"]
    assert str(error["reference"]) in ran.err
    assert "Traceback" not in ran.err
    for word in ("Amara", "Kamara", "2012", "H801200001001"):
        assert word not in ran.text + ran.err


@pytest.mark.feature("F96")
def test_the_installed_command_logs_a_fault_without_a_word_about_a_child(own_folders: Path) -> None:
    code = (
        "import sys, threading, cme_desktop.cli.rules as rules\n"
        "def fault(value): raise ValueError(value)\n"
        "rules.check_upn = fault\n"
        "from cme_desktop.cli.main import run\n"
        "sys.argv = ['cme-admin', 'upn', 'H801200001001', '--json']\n"
        "run()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 70
    reference = str(json.loads(done.stdout)["error"]["reference"])
    (log,) = own_folders.rglob("*.log")
    logged = log.read_text(encoding="utf-8")
    assert reference in logged
    assert "ValueError" in logged
    for text in (logged, done.stdout, done.stderr):
        assert "H801200001001" not in text
        assert "Traceback" not in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "COMMAND"),
        (["nothing"], "'nothing'"),
        (["upn"], "VALUE"),
        (["upn", "--what", "X"], "--what"),
        (["sample", "--how", "badly"], "'badly'"),
        (["sample", "--how"], "--how needs a value"),
        (["sample", "--many", "-1"], "--many"),
        (["sample", "--many", "99999999"], "whole number"),
        (["open"], "STORE"),
        (["open", "S", "--wait", "soon"], "seconds"),
        (["open", "S", "--today", "1 December"], "YYYY-MM-DD"),
        (["school-age", "2021-08-31", "--o", "2026-09-01"], "--o"),
    ],
)
def test_a_wrong_command_line_is_refused_in_plain_words(admin: Run, words: list[str], said: str) -> None:
    ran = admin(*words, "--json")
    assert ran.code == 2
    error = ran.json["error"]
    assert error["code"] == "usage"
    assert said in error["message"]
    assert "--help" in error["message"]
    assert "invalid" not in error["message"].casefold()
    assert error["message"] in ran.err
    ran = admin(*words)
    assert (ran.code, ran.out) == (2, b"")
    assert said in ran.err


def test_help_and_version_are_answers_too(admin: Run) -> None:
    assert admin("--version").text == f"cme-admin {cme_desktop.__version__}\n"
    text = admin("--help").text
    for name, command in frame.COMMANDS.items():
        assert name in text
        assert command.does.split()[0] in text
    assert "--from" in admin("explain", "--help").text
    assert "--from" in admin("explain", "--json", "--help").json["help"]


def test_every_command_has_help_and_takes_json(admin: Run) -> None:
    for name in frame.COMMANDS:
        ran = admin(name, "--help")
        assert ran.code == 0
        assert "--json" in ran.text


def test_lines_are_written_at_once_and_an_error_never_follows_them_on_standard_output(admin: Run) -> None:
    ran = admin("lines", "--json-lines")
    assert ran.code == 1
    assert [json.loads(line)["file"] for line in ran.text.splitlines()] == ["first.xml", "second.xml"]
    ran = admin("lines", "--json-lines", "--fail")
    assert ran.code == 2
    assert ran.text == '{"file": "first.xml"}\n'
    assert "The second file is gone" in ran.err


def test_json_among_the_values_of_a_command_is_no_option(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.BytesIO()
    monkeypatch.setattr(frame, "Output", lambda as_json: Output(as_json=as_json, stream=stream, messages=io.StringIO()))
    assert frame.main(["upn", "--", "--json"]) == 1
    assert not stream.getvalue().startswith(b"{")


@pytest.mark.parametrize("words", NO_STORE, ids=lambda words: words[0])
def test_a_command_without_a_store_loads_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys; from cme_desktop.cli.main import main; main(sys.argv[2:]);"
        "sys.exit(' '.join(set(sys.argv[1].split(',')) & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, ",".join(HEAVY), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""
    assert done.stdout


def test_the_installed_command_needs_no_display_and_writes_utf_8_anywhere(installed: Run) -> None:
    ran = installed("upn", "Łukasz", "--json", env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
    assert ran.code == 1
    assert ran.json["results"][0]["input"] == "Łukasz"


def test_a_reader_that_goes_away_cancels_the_command_without_a_word() -> None:
    command = [Path(sys.executable).with_name("cme-admin"), "upn", *["H801200001001"] * 5_000]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait(30) == 130


def test_an_answer_that_finds_no_room_is_told_in_a_sentence() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [Path(sys.executable).with_name("cme-admin"), "upn", "H801200001001", "--json"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "The answer could not be written. Check that there is room on the disk, then ask again.\n"


@pytest.mark.parametrize(
    "words", [("--version",), ("--help",), ("upn", "H801200001001", "--json"), ("init", "{folder}", "--officer", "A")]
)
def test_a_closed_standard_output_ends_the_command_before_it_begins(words: tuple[str, ...], tmp_path: Path) -> None:
    """Nobody could read the recovery key of a new register, so it is not made."""
    (tmp_path / "passphrase").write_text("three invented words here", encoding="utf-8")
    asked = [word.format(folder=tmp_path / "register") for word in words]
    if words[0] == "init":
        asked += ["--passphrase-file", str(tmp_path / "passphrase")]
    done = _in_a_shell(">&-", *asked)
    assert done.returncode == 2
    assert done.stderr.startswith("Standard output is closed, so nobody could read the answer. Nothing was done.")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "register").exists()


def test_streams_that_are_closed_are_no_fault_of_the_program() -> None:
    assert _in_a_shell("2>&-", "upn", "H801200001001").returncode == 0
    assert _in_a_shell(">&- 2>&-", "upn", "H801200001001").returncode == 2


def test_a_closed_stream_leaves_its_number_to_no_file() -> None:
    """Or what is written to standard error by its number would go into the register."""
    code = (
        "import os\n"
        "from cme_desktop.cli import main\n"
        "main.main = lambda argv: 0 if os.open(os.devnull, os.O_RDONLY) > 2 else 1\n"
        "main.run()"
    )
    command = ["sh", "-c", 'exec "$0" -c "$1" <&- >&- 2>&-', sys.executable, code]
    assert subprocess.run(command, check=False).returncode == 0


def _in_a_shell(streams: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command with some of its streams closed."""
    command = ["sh", "-c", f'exec "$0" "$@" {streams}', str(Path(sys.executable).with_name("cme-admin")), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_ctrl_c_leaves_no_traceback() -> None:
    code = (
        "import signal, sys, cme_desktop.cli.rules as rules\n"
        # Where the tests run in the background of a shell, the interrupt is ignored from the start.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "rules.check_upn = lambda value: signal.raise_signal(signal.SIGINT)\n"
        "from cme_desktop.cli.main import run\n"
        "sys.argv = ['cme-admin', 'upn', 'X', '--json']\n"
        "run()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert json.loads(done.stdout)["error"]["code"] == "cancelled"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("how", "code"), [("full", "disk-full"), ("forbidden", "path-refused")])
def test_what_the_disk_or_a_folder_refuses_is_a_sentence_and_no_fault(admin: Run, how: str, code: str) -> None:
    ran = admin("sample", "--how", how, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, code)
    assert ran.json["error"]["message"].endswith(("do it again.", "is kept."))


def test_a_value_that_is_no_text_is_refused_before_anything_is_done(admin: Run) -> None:
    ran = admin(
        "open", "register", "--user", b"A\xff".decode("utf-8", "surrogateescape"), "--passphrase-file", "p", "--json"
    )
    assert (ran.code, ran.json["error"]["code"]) == (2, "usage")
    assert "no text" in ran.err


EMPTY = [
    ("import", "", "x.xml"),
    ("import", "register", ""),
    ("backup", "register", ""),
    ("backup", "", "place"),
    ("restore", "", "register"),
    ("restore", "backup", ""),
    ("verify", ""),
    ("cases", ""),
    ("case", "", "CME-2026-00001"),
    ("act", "", "--case", "CME-2026-00001"),
    ("inbox", ""),
    ("accept", "", "1", "--as", "new"),
    ("letter", "register", "--case", "CME-2026-00001", "--document", "L04", "--out", ""),
    ("init", "", "--officer", "Asha", "--passphrase-file", "p"),
    ("demo", "", "--children", "1", "--seed", "1", "--passphrase-file", "p"),
    ("user", "add", "", "Asha", "--role", "manager", "--new-passphrase-file", "p"),
    ("make-s2s", "", "--pupils", "1", "--seed", "1"),
    ("inspect", ""),
    ("explain", "FOIA.reply", "--from", "2026-01-05", "--calendar", ""),
]


@pytest.mark.parametrize("words", EMPTY, ids=[f"{one[0]}-{one.index('')}" for one in EMPTY])
def test_an_empty_name_never_means_the_present_folder(
    admin: Run, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = admin(*words, "--json")
    assert (ran.code, ran.json["error"]["code"]) == (2, "usage")
    assert "the name is empty" in ran.err
    assert list(tmp_path.iterdir()) == []
