"""A module of commands like the program's own, for the tests of the frame."""

from __future__ import annotations

import argparse
import errno
from datetime import date

from cme_desktop.cli.options import add_json, add_store, clock_of, credentials
from cme_desktop.cli.output import Output
from cme_desktop.cli.parser import Parser, count
from cme_desktop.domain.errors import CannotUnlock, Refusal, StepRefused, UserError

ERRORS = {
    "user": UserError("The case register was not found. Check its name.", code="store-missing"),
    "locked": CannotUnlock("The passphrase does not open this case register. Type it again."),
    "step": StepRefused(
        Refusal(
            "The order cannot be served yet: the parent has until 14 January 2027.",
            "EA 1996 s438(3)",
            date(2027, 1, 15),
            ("school",),
            "too-early",
        )
    ),
    "cancel": KeyboardInterrupt(),
    "full": OSError(errno.ENOSPC, "full"),
    "forbidden": PermissionError(errno.EACCES, "no"),
    "bug": ValueError("Amara Kamara, born 2 March 2012, UPN H801200001001"),
}


def add_parsers(subparsers: argparse._SubParsersAction[Parser]) -> None:
    """Add ``sample``, which fails as told, ``open``, which would open a register, and ``lines``."""
    sample = subparsers.add_parser("sample")
    sample.add_argument("--how", choices=sorted(ERRORS))
    sample.add_argument("--many", type=count, default=1)
    add_json(sample)
    sample.set_defaults(handle=_sample)
    opening = subparsers.add_parser("open")
    add_store(opening)
    opening.set_defaults(handle=_open)
    lines = subparsers.add_parser("lines")
    lines.add_argument("--json-lines", action="store_true")
    lines.add_argument("--fail", action="store_true")
    lines.set_defaults(handle=_lines)


def _sample(args: argparse.Namespace, out: Output) -> int:
    out.message("Working ...")
    out.answer({"name": "Łukasz", "on": date(2026, 12, 1)}, ["Łukasz " * args.many])
    if args.how:
        raise ERRORS[args.how]
    return 0


def _open(args: argparse.Namespace, out: Output) -> int:
    user, passphrase = credentials(args)
    clock = clock_of(args)
    out.answer({"user": user, "passphrase": passphrase, "today": clock.today(), "now": clock.now(), "wait": args.wait})
    return 0


def _lines(args: argparse.Namespace, out: Output) -> int:
    out.line({"file": "first.xml"})
    if args.fail:
        raise UserError("The second file is gone. Look for it and import it again.")
    out.line({"file": "second.xml"})
    return 1
