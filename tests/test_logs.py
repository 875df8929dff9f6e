"""The support log holds no personal data, whoever logs and however (F96)."""

from __future__ import annotations

import ast
import logging
import os
import re
import stat
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cme_desktop import logs
from cme_desktop.domain.errors import UserError

# All invented; the names are of the sorts that the register holds
PERSONAL = [
    "Amara Kamara",
    "KAMARA",
    "amara",
    "Łukasz Wiśniewski",
    "Ștefan Popescu",
    "આરવ પટેલ",
    "Sam O'Neill-Quillfeather",
    "Nguyễn Thị Example",
    "H801200001001",
    "h801200001001",
    "A123456789012",
    "02/03/2012",
    "2012-03-02",
    "2 March 2012",
    "HA1 2XY",
    "ha12xy",
    "07700 900123",
    "+44 7700 900123",
    "020 7946 0123",
    "parent@example.org",
    "12 Invented Road, Harrow",
    "3101234_CML_310LLLL_001.xml",
]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[logs.Log]:
    started = logs.start(tmp_path / "state", level=logging.DEBUG)
    yield started
    started.close()


def written(log: logs.Log) -> str:
    assert log.folder is not None
    return "".join(path.read_text(encoding="utf-8") for path in sorted(log.folder.glob("*.log*")))


def assert_clean(text: str) -> None:
    lowered = text.casefold()
    for value in PERSONAL:
        assert value.casefold() not in lowered, value


def lines_without_code(source: str) -> list[int]:
    """Return the lines of a module that log anything but an event code written out in the call."""
    if "logs" not in source:
        return []
    tree = ast.parse(source)
    loggers = {
        ast.unparse(target)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("logs.get(")
        for target in node.targets
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (ast.unparse(node.func.value) in loggers or ast.unparse(node.func.value).startswith("logs.get("))
        and not (
            node.args
            and isinstance(node.args[0], ast.Constant)
            and re.fullmatch(r"[a-z]+(-[a-z]+)*", str(node.args[0].value))
        )
    ]


class TestEvents:
    def test_code_ids_and_counts(self, log: logs.Log) -> None:
        logs.get("cme_desktop.casework.intake").info("file-staged", file=12, pupils=31, took_ms=204)
        line = written(log)
        assert re.fullmatch(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO cme_desktop\.casework\.intake "
            r"file-staged file=12 pupils=31 took_ms=204\n",
            line,
        )

    def test_levels(self, log: logs.Log) -> None:
        module = logs.get("cme_desktop.storage")
        module.warning("clock-behind")
        module.error("backup-failed", backup=3)
        assert " WARNING cme_desktop.storage clock-behind\n" in written(log)
        assert " ERROR cme_desktop.storage backup-failed backup=3\n" in written(log)

    @pytest.mark.feature("F96")
    @pytest.mark.parametrize("value", PERSONAL)
    def test_text_is_withheld_as_event_field_or_message(self, log: logs.Log, value: str) -> None:
        module = logs.get("cme_desktop.casework")
        plain = logging.getLogger("pytest.somebody.elses")
        module.info(f"opened {value}")
        module.info("opened", child=value)  # type: ignore[arg-type]  # what a careless caller would do
        plain.warning("could not parse %s", value)
        plain.warning(f"could not parse {value}")
        plain.warning(value)
        plain.info({"name": value})
        logging.getLogger(value).warning("x")
        found = written(log)
        assert_clean(found)
        assert found.count(logs.WITHHELD) == 6
        assert "opened child=withheld\n" in found

    @pytest.mark.parametrize("number", [7700900123, 447700900123, 20120302, 19991231, 10**9, -(10**9)])
    def test_numbers_that_may_be_a_phone_or_a_birth_date(self, log: logs.Log, number: int) -> None:
        logs.get("cme_desktop.x").info("opened", child=number)
        assert "child=withheld" in written(log)

    @pytest.mark.parametrize("number", [0, 42, 5000, 20121302, 20120332, 99_999_999, 999_999_999, True])
    def test_ids_and_counts_stay(self, log: logs.Log, number: int) -> None:
        logs.get("cme_desktop.x").info("opened", child=number)
        assert f"child={int(number)}\n" in written(log)

    @given(st.text(max_size=60), st.text(max_size=20))
    def test_no_text_ever_gets_through(self, message: str, name: str) -> None:
        record = logging.LogRecord("library", logging.WARNING, "x.py", 7, message, (), None)
        assert logs.OnlyCodes().filter(record)
        assert record.getMessage() == f"{logs.WITHHELD} line=7"
        record = logging.LogRecord("library", logging.WARNING, "x.py", 7, "event", (), None)
        record.event_numbers = {name: message}
        assert logs.OnlyCodes().filter(record)
        field = name if re.fullmatch(r"[a-z][a-z_]{0,29}", name) else None
        assert record.getMessage() == ("event field-withheld" if field is None else f"event {field}=withheld")

    def test_exception_logged_by_a_library(self, log: logs.Log) -> None:
        try:
            int("Amara Kamara")
        except ValueError:
            logging.getLogger("library").exception("failed for %s", "Amara Kamara", stack_info=True)
        found = written(log)
        assert_clean(found)
        assert "builtins.ValueError\n  test_logs.py:" in found

    def test_warnings_go_to_the_log_without_their_words(self, log: logs.Log) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.captureWarnings(False)
            logging.captureWarnings(True)
            warnings.warn("about Amara Kamara", UserWarning, stacklevel=1)
            logging.captureWarnings(False)
        found = written(log)
        assert "py.warnings text-withheld" in found
        assert_clean(found)

    def test_every_call_in_the_program_names_a_literal_code(self) -> None:
        package = Path(logs.__file__).parent
        wrong = [
            f"{path.relative_to(package)}:{line}"
            for path in package.rglob("*.py")
            if path.name != "logs.py"
            for line in lines_without_code(path.read_text(encoding="utf-8"))
        ]
        assert wrong == []

    def test_a_call_without_a_literal_code_would_be_found(self) -> None:
        good = 'from cme_desktop import logs\nlog = logs.get(__name__)\nlog.info("file-staged", file=1)\n'
        assert lines_without_code(good) == []
        for call in ("log.info(name)", 'log.info(f"opened-{name}")', 'log.error("Amara")', "log.warning()"):
            assert lines_without_code(f"{good}{call}\n") == [4]

    def test_nothing_in_the_program_logs_past_it(self) -> None:
        package = Path(logs.__file__).parent
        found = [
            str(path.relative_to(package))
            for path in package.rglob("*.py")
            if path.name != "logs.py" and re.search(r"^\s*(import logging|from logging)", path.read_text("utf-8"), re.M)
        ]
        assert found == []


class TestFile:
    def test_only_this_user_may_read_it(self, log: logs.Log) -> None:
        logs.get("cme_desktop.x").info("opened")
        assert log.folder is not None
        mode = stat.S_IMODE((log.folder / logs.own_name()).stat().st_mode)
        assert mode == (0o600 if sys.platform != "win32" else 0o666)

    def test_rotates_and_keeps_five(self, log: logs.Log, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(log._handler, "maxBytes", 400)
        for number in range(100):
            logs.get("cme_desktop.x").info("opened", child=number)
        assert log.folder is not None
        names = sorted(path.name for path in log.folder.iterdir())
        assert names == [logs.own_name(), *(f"{logs.own_name()}.{number}" for number in range(1, 6))]
        assert "child=99" in (log.folder / logs.own_name()).read_text(encoding="utf-8")

    def test_two_processes_never_share_a_log(self, log: logs.Log) -> None:
        assert log.folder is not None
        logs.get("cme_desktop.x").info("opened")
        code = f"from cme_desktop import logs; logs.start(__import__('pathlib').Path({str(log.folder)!r}));"
        subprocess.run([sys.executable, "-c", f"{code} logs.get('cme_desktop.y').info('opened')"], check=True)
        assert len(list(log.folder.glob(logs.FILE_NAMES))) == 2

    def test_the_oldest_logs_go_and_what_is_no_log_stays(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(logs, "KEPT_LOGS", 2)
        for age in range(4):
            path = tmp_path / f"cme-desktop-{age}.log"
            path.write_text("x", encoding="utf-8")
            os.utime(path, (1_000 - age, 1_000 - age))
        (tmp_path / logs.CRASH_NAME).write_text("x", encoding="utf-8")
        logs.start(tmp_path).close()
        names = sorted(path.name for path in tmp_path.iterdir())
        assert names == ["cme-desktop-0.log", "cme-desktop-1.log", logs.CRASH_NAME]

    def test_folder_that_cannot_be_used_stops_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x", encoding="utf-8")
        started = logs.start(tmp_path / "file" / "state")
        try:
            logs.get("cme_desktop.x").info("opened")
            started.catch_crashes()
            assert started.folder is None
        finally:
            started.close()

    def test_disk_that_cannot_be_written_says_nothing(
        self, log: logs.Log, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(log._handler, "_open", full)
        logs.get("cme_desktop.x").info("opened")
        assert capsys.readouterr().err == ""

    def test_close_puts_everything_back(self, tmp_path: Path) -> None:
        before = (logging.getLogger().level, list(logging.getLogger().handlers), logging.raiseExceptions)
        logs.start(tmp_path).close()
        assert (logging.getLogger().level, logging.getLogger().handlers, logging.raiseExceptions) == before


class Refused(UserError):
    code = "file-refused"


class TestTraceback:
    def test_lines_types_and_codes_only(self) -> None:
        child_name = "Amara Kamara"
        try:
            try:
                raise ValueError(child_name)
            except ValueError as error:
                raise Refused(f"The file of {child_name} was refused.") from error
        except Refused as error:
            lines = logs.safe_traceback(error)
        assert_clean("\n".join(lines))
        assert lines[0].endswith(".Refused file-refused")
        assert re.fullmatch(r"  test_logs\.py:\d+ in test_lines_types_and_codes_only", lines[1])
        assert lines[2] == "builtins.ValueError"

    def test_no_folder_of_the_machine(self) -> None:
        with pytest.raises(AttributeError) as caught:
            logs.SafeFormatter().formatTime(None)  # type: ignore[arg-type]  # made to fail within a library
        text = "\n".join(logs.safe_traceback(caught.value))
        assert "/home" not in text
        assert str(Path(__file__).parent) not in text
        assert "__init__.py:" in text

    def test_own_package_by_its_path_in_it(self) -> None:
        with pytest.raises(AttributeError) as caught:
            next(logs._safe_numbers(None))  # type: ignore[arg-type]  # made to fail within the program
        assert logs.safe_traceback(caught.value)[-1].startswith("  cme_desktop/logs.py:")

    def test_a_ring_of_causes_ends(self) -> None:
        first, second = ValueError(), ValueError()
        first.__cause__, second.__cause__ = second, first
        assert logs.safe_traceback(first) == ["builtins.ValueError"] * 2

    def test_suppressed_context_stays_out(self) -> None:
        def hide(*, reason: bool) -> None:
            try:
                raise KeyError
            except KeyError as error:
                if reason:
                    raise ValueError from error
                raise ValueError from None

        for reason in (True, False):
            with pytest.raises(ValueError) as caught:
                hide(reason=reason)
            assert ("builtins.KeyError" in logs.safe_traceback(caught.value)) is reason


class TestBugs:
    @pytest.mark.feature("F96")
    def test_reference_is_the_same_for_person_and_log(self, log: logs.Log) -> None:
        told: list[int] = []
        undo = logs.watch(told.append, exits=False)
        try:
            try:
                raise KeyError("Amara Kamara")
            except KeyError as error:
                sys.excepthook(type(error), error, error.__traceback__)
        finally:
            undo()
        (reference,) = told
        found = written(log)
        assert f"bug reference={reference}\nbuiltins.KeyError\n" in found
        assert_clean(found)
        assert str(reference) in logs.bug_sentence(reference)

    def test_error_of_a_thread(self, log: logs.Log, capsys: pytest.CaptureFixture[str]) -> None:
        told: list[int] = []
        undo = logs.watch(told.append, exits=False)

        def fail() -> None:
            raise RuntimeError("Amara Kamara")

        try:
            thread = threading.Thread(target=fail)
            thread.start()
            thread.join()
        finally:
            undo()
        assert len(told) == 1
        assert "builtins.RuntimeError" in written(log)
        assert_clean(written(log) + capsys.readouterr().err)

    def test_error_that_cannot_be_raised(self, log: logs.Log, capsys: pytest.CaptureFixture[str]) -> None:
        undo = logs.watch(lambda _: None, exits=False)

        class Leaves:
            def __del__(self) -> None:
                raise RuntimeError("Amara Kamara")

        try:
            leaves = Leaves()
            del leaves
        finally:
            undo()
        assert "builtins.RuntimeError" in written(log)
        assert_clean(written(log) + capsys.readouterr().err)

    def test_hooks_are_put_back(self) -> None:
        before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        logs.watch(lambda _: None, exits=True)()
        assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def run(tmp_path: Path, body: str) -> subprocess.CompletedProcess[str]:
    """Run a program that has the log and the hooks of the command line."""
    script = (
        "import sys; from datetime import date; from pathlib import Path; from cme_desktop import logs\n"
        "log = logs.start(Path(sys.argv[1])); log.catch_crashes()\n"
        "logs.watch(lambda number: print(logs.bug_sentence(number), file=sys.stderr), exits=True)\n"
        "name, born = 'Amara Kamara', date(2012, 3, 2)\n" + body
    )
    return subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False)


class TestCommandLine:
    def test_bug_ends_with_70_and_no_traceback(self, tmp_path: Path) -> None:
        done = run(tmp_path, "raise ValueError(f'{name} {born}')\n")
        assert done.returncode == 70
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        reference = re.search(r"reference (\d{6})", done.stderr)
        assert reference is not None
        [written] = tmp_path.glob(logs.FILE_NAMES)
        log = written.read_text(encoding="utf-8")
        assert f"reference={reference[1]}" in log
        assert_clean(done.stderr + log)

    def test_cancelled_ends_with_130(self, tmp_path: Path) -> None:
        done = run(tmp_path, "raise KeyboardInterrupt\n")
        assert (done.returncode, done.stdout, done.stderr) == (130, "", "")

    def test_crash_below_python_leaves_lines_without_values(self, tmp_path: Path) -> None:
        done = run(tmp_path, "import faulthandler; faulthandler._sigabrt()\n")
        assert done.returncode not in (0, 70)
        crash = (tmp_path / logs.CRASH_NAME).read_text(encoding="utf-8")
        assert "Aborted" in crash
        assert_clean(crash + done.stderr)
