"""The options that commands share, and what they stand for."""

from __future__ import annotations

import argparse
import sys
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime, time
from pathlib import Path
from typing import BinaryIO

from cme_desktop.cli.parser import near_day, path_of, seconds
from cme_desktop.domain.errors import UserError
from cme_desktop.system import LONDON, Clock, FixedClock

_LONGEST_PASSPHRASE = 4_096


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``, which every command has."""
    parser.add_argument("--json", action="store_true", help="answer with exactly one JSON object on standard output")


def add_passphrase(parser: argparse.ArgumentParser, name: str = "--passphrase-file", *, required: bool = False) -> None:
    """Add an option that names a file with a passphrase in it."""
    parser.add_argument(
        name, metavar="FILE", required=required, help="a file that holds the passphrase (- reads standard input)"
    )


def add_store(parser: argparse.ArgumentParser, *, new: bool = False, today: bool = True) -> None:
    """Add ``STORE`` and what opening it needs: ``--user --passphrase-file --today --wait --json``.

    Args:
        new: the command makes the store, so there is no person to name and no other process to wait for.
        today: whether the command takes ``--today`` (training registers only).
    """
    parser.add_argument("store", metavar="STORE", type=path_of, help="the folder of the case register")
    if not new:
        parser.add_argument("--user", metavar="NAME", help="the person who does this")
        parser.add_argument(
            "--wait", metavar="S", type=seconds, default=0.0, help="wait up to S seconds for a register that is open"
        )
    add_passphrase(parser)
    if today:
        parser.add_argument(
            "--today", metavar="DATE", type=near_day, help="the day to act on (training registers only; default: today)"
        )
    add_json(parser)


def clock_of(args: argparse.Namespace) -> Clock:
    """Return the clock of the command: the machine's, or one that stands at noon in London on ``--today``."""
    today = getattr(args, "today", None)
    if today is None:
        clock: Clock = args.clock
        return clock
    return FixedClock(datetime.combine(today, time(12), tzinfo=LONDON).astimezone(UTC))


def credentials(args: argparse.Namespace) -> tuple[str, str]:
    """Return the person's name and passphrase; raise UserError (``who-missing``) unless both options were given."""
    if not args.user or not args.passphrase_file:
        raise UserError(
            "Nobody was named to open the case register. Add --user NAME and --passphrase-file FILE.",
            code="who-missing",
        )
    if getattr(args, "passphrase", None) is None:
        args.passphrase = read_passphrase(args.passphrase_file)  # once: standard input is read only once
    return args.user, args.passphrase


def read_key(name: str) -> str:
    """Return the recovery key that a file holds, blanks and line ends left out; ``-`` is standard input.

    Raises:
        UserError: ``recovery-key-file``: the file cannot be read or is empty.
    """
    with suppress(UserError):
        if key := "".join(read_passphrase(name).split()):
            return key
    raise UserError(
        "The recovery key file could not be read or is empty. Check that --recovery-key-file names a text file with "
        "the seven groups in it.",
        code="recovery-key-file",
    )


def read_passphrase(name: str, *, stdin: BinaryIO | None = None) -> str:
    """Return the passphrase that a file holds, less one trailing line end; ``-`` is standard input.

    The text is brought to one form (NFC), so that it opens the register from any keyboard. A file that cannot be read
    or holds no passphrase is a UserError (``passphrase-file``).
    """
    try:
        if name == "-":
            if stdin is None and sys.stdin is None:
                raise UserError(
                    "Standard input is closed, so no passphrase could be read from it. Name a file instead of -.",
                    code="passphrase-file",
                )
            data = (sys.stdin.buffer if stdin is None else stdin).read(_LONGEST_PASSPHRASE + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(_LONGEST_PASSPHRASE + 1)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            "The passphrase file could not be read. Check that --passphrase-file names a text file that you may open.",
            code="passphrase-file",
        ) from error
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise UserError("The passphrase file is empty. Put the passphrase on its first line.", code="passphrase-file")
    if len(data) > _LONGEST_PASSPHRASE:
        raise UserError(
            "The passphrase file is far too long. Check that --passphrase-file names the right file.",
            code="passphrase-file",
        )
    return unicodedata.normalize("NFC", text)
