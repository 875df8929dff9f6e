"""The command line's grammar: argparse, with its refusals in plain words and help as a value."""

from __future__ import annotations

import argparse
import re
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from cme_desktop.domain.errors import UserError

_WORDS = (
    (re.compile(r"^the following arguments are required: (.+)$"), r"This command also needs: \1."),
    (re.compile(r"^argument (\S+): invalid choice: (.+) \(choose from (.+)\)$"), r"\1 cannot be \2. It can be: \3."),
    (re.compile(r"^argument (\S+): expected one argument$"), r"\1 needs a value after it."),
    (re.compile(r"^argument (\S+): expected at least one argument$"), r"\1 needs at least one value."),
    (re.compile(r"^argument (\S+): invalid \S+ value: (.+)$"), r"\1 cannot be \2."),
    (re.compile(r"^unrecognized arguments: (.+)$"), r"This command does not know: \1."),
    (re.compile(r"^argument (\S+): (.+)$"), r"\1: \2"),
)


class UsageError(UserError):
    """Say what is wrong with the command line as it was typed."""

    code = "usage"


class HelpAsked(Exception):
    """Carry the help text that was asked for; nothing is done but showing it."""


class Parser(argparse.ArgumentParser):
    """Read a command line; raise UsageError or HelpAsked and leave printing to the caller."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "allow_abbrev": False})

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        """Refuse ``--option=--``, of which argparse makes no value at all."""
        if action.option_strings and action.nargs is None and arg_strings == ["--"]:
            raise argparse.ArgumentError(action, "expected one argument")
        return super()._get_values(action, arg_strings)

    def error(self, message: str) -> NoReturn:
        """Raise UsageError in words that say what to do next."""
        for pattern, words in _WORDS:
            if pattern.match(message):
                message = pattern.sub(words, message)
                break
        raise UsageError(f"{message} See: {self.prog} --help")

    def print_help(self, file: object = None) -> None:
        """Raise HelpAsked with the help text."""
        raise HelpAsked(self.format_help())


class Version(argparse.Action):
    """Raise HelpAsked with the version."""

    def __init__(self, option_strings: list[str], dest: str, *, version: str) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help="show the version")
        self._version = version

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        """Raise HelpAsked with the name and the version."""
        raise HelpAsked(f"{parser.prog} {self._version}\n")


def path_of(text: str) -> Path:
    """Return the path that was named; raise ArgumentTypeError for an empty one, which would mean the present folder."""
    return Path(path_text(text))


def path_text(text: str) -> str:
    """Return the path that was named as it was typed; raise ArgumentTypeError for an empty one."""
    if not text:
        raise argparse.ArgumentTypeError(
            "the name is empty, and an empty name would mean the folder you are in. Nothing was done. Name the file or "
            "folder, or write . for the folder you are in."
        )
    return text


def day(text: str) -> date:
    """Return the date that ``YYYY-MM-DD`` names; raise ArgumentTypeError for any other form or no such day."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise argparse.ArgumentTypeError(f"{text!r} is no date. Write it as YYYY-MM-DD, such as 2026-12-01.")


def near_day(text: str) -> date:
    """Return the date of a day that the register can have to do with, 1900 to 2199; raise ArgumentTypeError else."""
    found = day(text)
    if 1900 <= found.year < 2200:
        return found
    raise argparse.ArgumentTypeError(f"{text!r} is too far off. Give a date from 1900 to 2199.")


def seconds(text: str) -> float:
    """Return a number of seconds from 0 to 86,400; raise ArgumentTypeError for anything else."""
    if re.fullmatch(r"\d{1,5}(\.\d{1,3})?", text, re.ASCII) and float(text) <= 86_400:
        return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 0 to 86400.")


def seed(text: str) -> int:
    """Return a whole number of up to 18 figures to make invented data from; raise ArgumentTypeError for others."""
    if re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at most 18 figures.")


def count(text: str) -> int:
    """Return a whole number from 0 to 10,000,000; raise ArgumentTypeError for anything else."""
    if re.fullmatch(r"\d{1,8}", text, re.ASCII) and int(text) <= 10_000_000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 to 10000000.")
