"""Start ``cme-admin``: find the command, run it, and turn whatever happens into an answer and an exit code."""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from cme_desktop import __version__, logs
from cme_desktop.cli.output import Output, OutputLost
from cme_desktop.cli.parser import HelpAsked, Parser, UsageError, Version
from cme_desktop.domain.errors import CannotUnlock, Refusal, StepRefused, UserError
from cme_desktop.domain.names import hides, without_invisible
from cme_desktop.system import Clock, SystemClock, explained, program_folders, readable, this_machine

DONE, INCOMPLETE, REFUSED, LOCKED, BUG, CANCELLED = 0, 1, 2, 3, 70, 130
_FILE_NAMES = frozenset({"files", "passphrase_file", "new_passphrase_file"})


@dataclass(frozen=True)
class Command:
    """One command: the module that holds it, and what it does in a line of ``--help``."""

    module: str
    does: str


class Group(Protocol):
    """What a module of commands offers: it adds a parser for each, with its handler as ``handle``."""

    def add_parsers(self, subparsers: argparse._SubParsersAction[Parser]) -> None:
        """Add a parser for each command of the module, with ``set_defaults(handle=...)``."""
        ...


# One line a command. A module is imported only when one of its commands is called, so that a command without a store
# does not wait for the database, and --help waits for nothing.
COMMANDS = {
    "cases": Command("cme_desktop.cli.work", "list the cases, now or as at a day"),
    "case": Command("cme_desktop.cli.work", "show one case"),
    "act": Command("cme_desktop.cli.work", "take one step of a case, or list what is lawful now"),
    "letter": Command("cme_desktop.cli.work", "draft, issue and file one document of a case"),
    "init": Command("cme_desktop.cli.registers", "make a case register"),
    "demo": Command("cme_desktop.cli.registers", "make a training register of invented people"),
    "user": Command("cme_desktop.cli.registers", "add a person to a case register"),
    "import": Command("cme_desktop.cli.intake", "take S2S files in"),
    "inbox": Command("cme_desktop.cli.intake", "show what waits for a decision, with its matches"),
    "accept": Command("cme_desktop.cli.intake", "decide about one item of the inbox"),
    "watch": Command("cme_desktop.cli.watching", "choose the folder that is watched for S2S files"),
    "scan": Command("cme_desktop.cli.watching", "look into the watched folder once"),
    "verify": Command("cme_desktop.cli.keeping", "check a case register or a backup"),
    "backup": Command("cme_desktop.cli.keeping", "make a backup and check it"),
    "restore": Command("cme_desktop.cli.keeping", "put a backup back"),
    "make-s2s": Command("cme_desktop.cli.s2s", "make invented S2S files, with a manifest of what is in each"),
    "inspect": Command("cme_desktop.cli.s2s", "read S2S files without a case register"),
    "explain": Command("cme_desktop.cli.rules", "say when a period ends, and why"),
    "school-age": Command(
        "cme_desktop.cli.rules", "say when compulsory school age begins and ends for a date of birth"
    ),
    "upn": Command("cme_desktop.cli.rules", "check unique pupil numbers"),
}


def _parser(asked: str | None) -> Parser:
    """Return the parser: in full for the command that was asked for, by name only for the others."""
    parser = Parser(
        prog="cme-admin",
        description="The case register of children missing education, from the command line.",
        epilog="Each command has its own --help. --json comes after the command.",
    )
    parser.add_argument("--version", action=Version, version=__version__)
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = COMMANDS.get(asked or "")
    if wanted is not None:
        group = cast(Group, importlib.import_module(wanted.module))
        group.add_parsers(subparsers)
    for name, command in COMMANDS.items():
        if wanted is None or command.module != wanted.module:
            subparsers.add_parser(name, help=command.does)
    return parser


def _error_of(error: UserError, asked: str | None) -> dict[str, object]:
    """Return the JSON form of an error: a refused step also says its section, its earliest date and what is missing.

    Of ``act`` every refusal has a section and an earliest date, if only to say that there is none.
    """
    form: dict[str, object] = {"code": error.code, "message": error.message, **error.details}
    if asked == "act":
        form |= {"section": None, "allowed_from": None}
    if isinstance(error, StepRefused):
        refusal = error.refusal
        form |= {
            "section": refusal.section,
            "allowed_from": refusal.allowed_from,
            "missing": list(refusal.missing),
        }
    return form


def _law_of(refusal: Refusal) -> str:
    """Return the section behind a refusal, and its first lawful day where there is one, for a person to read."""
    if refusal.allowed_from is None:
        return f"Section: {refusal.section}."
    missing = " at the earliest, once what is missing is done" if refusal.missing else ""
    return f"Section: {refusal.section}. First lawful day: {refusal.allowed_from}{missing}."


def _asked(argv: Sequence[str]) -> str | None:
    """Return the word that names the command."""
    return next((word for word in argv if not word.startswith("-")), None)


def _check_text(args: argparse.Namespace, out: Output) -> None:
    """Refuse a value with bytes in it that are no text, and take out what nobody sees; names of files may have both."""
    hidden = []
    for name, value in vars(args).items():
        values = value if isinstance(value, list) else [value]
        named = [str(one) for one in values if isinstance(one, Path) or (name in _FILE_NAMES and isinstance(one, str))]
        if not all(map(_can_be_named, named)):
            raise UsageError(
                "The name of a file or folder on the command line holds characters that no name can hold. Nothing was "
                "done. Check how it was typed or made, then try again."
            )
        if name in _FILE_NAMES:
            continue
        if any(isinstance(one, str) and readable(one) != one for one in values):
            raise UsageError(
                "A value on the command line holds bytes that are no text (UTF-8). Nothing was done. Check how it was "
                "typed or made, then try again."
            )
        if any(isinstance(one, str) and hides(one) for one in values):
            hidden.append(name)
            seen = [without_invisible(one) if isinstance(one, str) else one for one in values]
            setattr(args, name, seen if isinstance(value, list) else seen[0])
    if hidden:
        out.message(f"Characters that nobody sees were taken out of: {', '.join(sorted(hidden))}.")


def _can_be_named(name: str) -> bool:
    try:
        return b"\0" not in os.fsencode(name)
    except UnicodeError:
        return False


def _run(argv: Sequence[str], out: Output, clock: Clock) -> int:
    """Read the command line and run its command."""
    args = _parser(_asked(argv)).parse_args(argv)
    _check_text(args, out)
    args.clock = clock
    handle: Callable[[argparse.Namespace, Output], int] = args.handle
    return handle(args, out)


def _guarded(argv: Sequence[str], out: Output, clock: Clock) -> int:
    """Run the command and turn each way in which it can end into an exit code."""
    try:
        return _run(argv, out, clock)
    except HelpAsked as asked:
        out.answer({"help": str(asked)}, [str(asked).rstrip("\n")])
        return DONE
    except UserError as error:
        out.fail(_error_of(error, _asked(argv)))
        if isinstance(error, StepRefused):
            out.message(_law_of(error.refusal))
        return LOCKED if isinstance(error, CannotUnlock) else REFUSED
    except KeyboardInterrupt:
        out.fail({"code": "cancelled", "message": "Cancelled. What had been saved before is kept."})
        return CANCELLED
    except OutputLost:
        raise
    except OSError as error:
        refusal = explained(error)
        if refusal is None:
            return _bug(error, out)
        out.fail(_error_of(refusal, _asked(argv)))
        return REFUSED
    except Exception as error:  # noqa: BLE001 - here a fault of the program ends: logged without values, with a reference
        return _bug(error, out)


def _bug(error: Exception, out: Output) -> int:
    reference = logs.report_bug(error)
    out.fail({"code": "bug", "message": logs.bug_sentence(reference), "reference": reference})
    return BUG


def main(argv: Sequence[str], *, out: Output | None = None, clock: Clock | None = None) -> int:
    """Run one command and return its exit code.

    Codes: 0 all of it done; 1 done, but an item was refused, incomplete or failed; 2 the command line is wrong, a path
    is absent or the action was refused; 3 the register could not be unlocked; 70 a fault in the program; 130 cancelled.
    """
    before_values = list(argv[: argv.index("--")] if "--" in argv else argv)
    if out is None and sys.stdout is None:
        _say_closed()
        return REFUSED
    if out is None:
        out = Output(as_json="--json" in before_values or "--json-lines" in before_values)
    try:
        code = _guarded(argv, out, clock or SystemClock())
        out.finish()
    except OutputLost as lost:
        # Nobody is left to read the answer. What is still held back for that stream must not be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(lost.__cause__, BrokenPipeError):
            return CANCELLED
        out.message("The answer could not be written. Check that there is room on the disk, then ask again.")
        return REFUSED
    return code


def _say_closed() -> None:
    """Say that nothing was done because nobody could read the answer, the recovery key of ``init`` among them."""
    if sys.stderr is not None:
        print(
            "Standard output is closed, so nobody could read the answer. Nothing was done. Send it to a file, or to "
            f"{os.devnull} if it is not wanted.",
            file=sys.stderr,
        )


def _fill_closed() -> None:
    """Open nothing in the place of each standard stream that is closed, so that no file of a register gets its number.

    What writes to standard error by its number would otherwise write into that file.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one


def run() -> None:
    """Be the command ``cme-admin``."""
    _fill_closed()
    this_machine().forbid_dumps()
    multiprocessing.freeze_support()
    logs.start(program_folders().state)
    logs.watch(lambda reference: print(logs.bug_sentence(reference), file=sys.stderr), exits=True)
    sys.exit(main(sys.argv[1:]))
