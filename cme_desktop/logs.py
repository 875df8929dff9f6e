"""The support log: times, levels, modules, event codes, ids and counts, and never anything about a person (F96).

What is not one of these is withheld, whoever logs it: nothing is searched for what looks like a name, because a name
looks like any word.
"""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import os
import re
import secrets
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePath
from types import TracebackType
from typing import IO, Any

from cme_desktop.domain.errors import UserError

FILE_NAMES = "cme-desktop-[0-9]*.log*"
"""Each process writes a log of its own: on Windows two that share one cannot begin a new file, and lose all."""
CRASH_NAME = "cme-desktop-crash.log"
LARGEST_BYTES = 1_000_000
KEPT_FILES = 5
KEPT_LOGS = 40
LARGEST_NUMBER = 10**9
BUG_EXIT = 70
CANCELLED_EXIT = 130
WITHHELD = "text-withheld"
_PACKAGE = __package__ or "cme_desktop"

_CODE = re.compile(r"[a-z]{2,30}(?:[.-](?:[a-z]{1,30}|\d{1,4}))*")
_KNOWN = {"root", "py"}
_FIELD = re.compile(r"[a-z][a-z_]{0,29}")
_MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,99}")
_DAY_NUMBER = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


class EventLog:
    """The log of one module: each call names an event code, ids and counts, and no text."""

    def __init__(self, module: str) -> None:
        self._logger = logging.getLogger(module)

    def info(self, code: str, **numbers: int) -> None:
        """Note that something happened."""
        self._note(logging.INFO, code, numbers)

    def warning(self, code: str, **numbers: int) -> None:
        """Note that something is not as it should be, though the work goes on."""
        self._note(logging.WARNING, code, numbers)

    def error(self, code: str, *, error: BaseException | None = None, **numbers: int) -> None:
        """Note that something failed; of the error only its type, its code and the lines it came through are kept."""
        self._note(logging.ERROR, code, numbers, error)

    def _note(self, level: int, code: str, numbers: Mapping[str, int], error: BaseException | None = None) -> None:
        self._logger.log(level, code, extra={"event_numbers": dict(numbers)}, exc_info=error, stacklevel=3)


class OnlyCodes(logging.Filter):
    """Let through codes and numbers; in the place of all else say that text was withheld, and from which line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record so that whatever formats it finds no text in it."""
        numbers = getattr(record, "event_numbers", None)
        if isinstance(numbers, dict) and isinstance(record.msg, str) and _CODE.fullmatch(record.msg):
            record.msg = " ".join([record.msg, *_safe_numbers(numbers)])
        elif not getattr(record, "event_checked", False):
            record.msg = f"{WITHHELD} line={record.lineno}"
        record.event_checked = True
        record.event_numbers = None
        record.args = ()
        record.stack_info = None
        record.exc_text = None
        if not _MODULE.fullmatch(record.name) or record.name.partition(".")[0] not in _KNOWN | sys.modules.keys():
            record.name = "withheld"
        return True


class SafeFormatter(logging.Formatter):
    """Write one line a record in UTC, and of an error only its types, codes and lines."""

    def __init__(self) -> None:
        super().__init__("%(asctime)sZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self.converter = time.gmtime

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """Return the lines of an error without its words and without any value."""
        return "\n".join(safe_traceback(ei[1])) if ei[1] is not None else ""


class Log:
    """The started log; ``close`` takes it away again."""

    def __init__(self, folder: Path | None, *, level: int = logging.INFO) -> None:
        self.folder = folder
        self._crash_file: IO[str] | None = None
        self._level_before = logging.getLogger().level
        self._raised_before = logging.raiseExceptions
        self._handler = logging.NullHandler() if folder is None else _file_handler(folder / own_name())
        self._handler.addFilter(OnlyCodes())
        self._handler.setFormatter(SafeFormatter())
        root = logging.getLogger()
        root.addHandler(self._handler)
        root.setLevel(level)
        # A log that cannot be written, on a full disk, must neither stop the work nor print what it was given
        logging.raiseExceptions = False
        logging.captureWarnings(True)

    def catch_crashes(self) -> None:
        """Have a crash below Python leave the lines of each thread, which hold no values, in a file of its own."""
        if self.folder is None:
            return
        try:
            self._crash_file = (self.folder / CRASH_NAME).open("a", encoding="utf-8")
        except OSError:
            return
        faulthandler.enable(file=self._crash_file)

    def close(self) -> None:
        """Stop logging to the file."""
        root = logging.getLogger()
        root.removeHandler(self._handler)
        root.setLevel(self._level_before)
        self._handler.close()
        logging.captureWarnings(False)
        logging.raiseExceptions = self._raised_before
        if self._crash_file is not None:
            faulthandler.disable()
            self._crash_file.close()
            self._crash_file = None


def get(module: str) -> EventLog:
    """Return the log of a module: ``log = logs.get(__name__)``."""
    return EventLog(module)


def start(folder: Path, *, level: int = logging.INFO) -> Log:
    """Start logging to a rotating file in the program's state folder; a folder that cannot be used stops nothing."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _prune(folder)
    except OSError:
        return Log(None, level=level)
    return Log(folder, level=level)


def own_name() -> str:
    """Return the name of the log of the present process."""
    return f"cme-desktop-{os.getpid()}.log"


def _prune(folder: Path) -> None:
    """Take away the oldest logs, but for the newest; what is open elsewhere stays."""
    with_age = sorted(((path.stat().st_mtime, path) for path in folder.glob(FILE_NAMES)), reverse=True)
    for _, path in with_age[KEPT_LOGS:]:
        with suppress(OSError):
            path.unlink()


def report_bug(error: BaseException) -> int:
    """Log an error that nobody expected, without a value, and return the reference to give to the person."""
    reference = 100_000 + secrets.randbelow(900_000)
    get(_PACKAGE).error("bug", error=error, reference=reference)
    return reference


def bug_sentence(reference: int) -> str:
    """Return what the person is told of an error that nobody expected."""
    return (
        f"Something went wrong inside the program. What was saved before is safe. Close the program, start it again, "
        f"and tell IT the reference {reference}: the support log has the details, and no child's data."
    )


def watch(tell: Callable[[int], None], *, exits: bool) -> Callable[[], None]:
    """Send every error that nobody caught, of any thread, to the log, and return what undoes it.

    Args:
        tell: shows the reference to the person; it may be called from another thread.
        exits: end the process with 70 after an error of the main thread, with 130 after Ctrl+C (the command line).
    """
    before = sys.excepthook, threading.excepthook, sys.unraisablehook

    def on_error(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            raise SystemExit(CANCELLED_EXIT)
        tell(report_bug(error.with_traceback(trace)))
        if exits:
            raise SystemExit(BUG_EXIT)

    def on_thread_error(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            tell(report_bug(arguments.exc_value))

    def on_unraisable(arguments: sys.UnraisableHookArgs) -> None:
        if arguments.exc_value is not None:
            report_bug(arguments.exc_value)

    def undo() -> None:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before

    sys.excepthook, threading.excepthook, sys.unraisablehook = on_error, on_thread_error, on_unraisable
    return undo


def safe_traceback(error: BaseException) -> list[str]:
    """Return the lines an error came through, with its types and codes, without words, values or folder names."""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines.append(_kind_of(current))
        lines += [
            f"  {_short(frame.f_code.co_filename)}:{number} in {frame.f_code.co_name}"
            for frame, number in traceback.walk_tb(current.__traceback__)
        ]
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return lines


def _kind_of(error: BaseException) -> str:
    kind = type(error)
    name = f"{kind.__module__}.{kind.__qualname__}"
    return f"{name} {error.code}" if isinstance(error, UserError) and _CODE.fullmatch(error.code) else name


def _short(file_name: str) -> str:
    parts = PurePath(file_name).parts
    for mark in (_PACKAGE, "site-packages"):
        if mark in parts:
            return "/".join(parts[len(parts) - 1 - parts[::-1].index(mark) :])
    return parts[-1] if parts else "?"


def _safe_numbers(numbers: Mapping[Any, Any]) -> Iterator[str]:
    for name, value in numbers.items():
        if not isinstance(name, str) or not _FIELD.fullmatch(name):
            yield "field-withheld"
        elif not isinstance(value, int) or abs(value) >= LARGEST_NUMBER or _DAY_NUMBER.fullmatch(str(int(value))):
            # Ten figures may be a phone number, and eight that make a day a date of birth
            yield f"{name}=withheld"
        else:
            yield f"{name}={int(value)}"


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """A rotating file that only this user may read."""

    def _open(self) -> Any:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        return os.fdopen(os.open(self.baseFilename, flags, 0o600), "a", encoding=self.encoding, errors=self.errors)


def _file_handler(path: Path) -> logging.Handler:
    return _PrivateFile(
        path, maxBytes=LARGEST_BYTES, backupCount=KEPT_FILES, encoding="utf-8", errors="backslashreplace", delay=True
    )
