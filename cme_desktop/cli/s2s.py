"""S2S files without a case register: ``inspect`` reads them, ``make-s2s`` makes invented ones."""

from __future__ import annotations

import argparse
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cme_desktop.cli.options import add_json, clock_of
from cme_desktop.cli.output import printable
from cme_desktop.cli.parser import count, near_day, path_of, path_text, seed
from cme_desktop.domain.errors import UserError

if TYPE_CHECKING:
    from cme_desktop.cli.output import Output
    from cme_desktop.cli.parser import Parser
    from cme_desktop.importers.s2s.reading import FileReading

_PIECE = 1024 * 1024
_DONE = frozenset({"read", "ignored"})
_STATUS_WORDS = {
    "read": "read",
    "partial": "read in part",
    "refused": "not read",
    "ignored": "left alone",
}


def add_parsers(subparsers: argparse._SubParsersAction[Parser]) -> None:
    """Add ``inspect`` and ``make-s2s``."""
    inspect = subparsers.add_parser(
        "inspect", description="Read S2S files (CTF, CML, CMJ, or a zip of them) without a case register."
    )
    inspect.add_argument(
        "files", metavar="FILE", nargs="+", type=path_text, help="a file; it is only read, never changed"
    )
    add_json(inspect)
    inspect.set_defaults(handle=_inspect)

    make = subparsers.add_parser("make-s2s", description="Make invented S2S files, and a manifest of what is in each.")
    make.add_argument("folder", metavar="DIR", type=path_of, help="where to put them; it is made if need be")
    make.add_argument("--pupils", metavar="N", type=count, required=True, help="how many pupils, in all files together")
    make.add_argument("--seed", metavar="S", type=seed, required=True, help="the same number gives the same files")
    make.add_argument("--today", metavar="DATE", type=near_day, help="the day to make them for (default: today)")
    add_json(make)
    make.set_defaults(handle=_make)


@dataclass(frozen=True)
class _Read:
    """A file's bytes as they were read once, or only its hash where it is larger than the program reads."""

    path: str
    sha256: str
    data: bytes | None


def _check(path: str) -> None:
    """Refuse a path that names no regular file: nothing is opened, so that a pipe cannot make the command wait."""
    try:
        mode = os.lstat(path).st_mode
    except (OSError, ValueError) as error:
        raise UserError(
            f"There is no file {path}. No file was read. Check the name and try again.", code="path-missing"
        ) from error
    if not stat.S_ISREG(mode):
        raise UserError(
            f"{path} is not a file: it is a folder, a link or a device. No file was read. Name the files themselves.",
            code="not-a-file",
        )


def _read(path: str, largest: int) -> _Read:
    """Read a file once, keeping its bytes only as far as the program would look at them."""
    digest = hashlib.sha256()
    pieces: list[bytes] = []
    size = 0
    try:
        with Path(path).open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                size += len(piece)
                if size <= largest:
                    pieces.append(piece)
                else:
                    pieces.clear()
    except OSError as error:
        raise UserError(
            f"{path} could not be opened. Check that you may read it and that no other program holds it.",
            code="file-unreadable",
        ) from error
    return _Read(path, digest.hexdigest(), b"".join(pieces) if size <= largest else None)


def _readings(paths: Sequence[str], today: date) -> Iterator[FileReading]:
    """Read the files one after another in the worker process."""
    from cme_desktop.importers.limits import LIMITS
    from cme_desktop.importers.s2s import words
    from cme_desktop.importers.s2s.refusal import refused
    from cme_desktop.importers.worker import Worker

    with Worker() as worker:
        for path in paths:
            read = _read(path, LIMITS.bytes)
            if read.data is None:
                reading = replace(refused(b"", path, words.refusal("too-large")), sha256=read.sha256)
            else:
                reading = worker.inspect(read.data, path, today)
            yield reading


def _inspect(args: argparse.Namespace, out: Output) -> int:
    """Read every file that was named; exit 1 unless all of them were read whole or rightly left alone."""
    for path in args.files:
        _check(path)
    readings = list(_readings(args.files, clock_of(args).today()))
    out.answer(
        {"files": [reading.as_json() for reading in readings]},
        [line for reading in readings for line in _lines(reading)],
    )
    return 0 if all(reading.status in _DONE for reading in readings) else 1


def _lines(reading: FileReading, indent: str = "") -> Iterator[str]:
    """Say in words what one file holds and what is wrong with it."""
    number = len(reading.pupils)
    pupils = "" if reading.kind == "zip" else f", {number} pupil{'' if number == 1 else 's'}"
    lost = ", destination not known" if reading.lost else ""
    yield f"{indent}{printable(reading.name)}: {reading.kind}, {_STATUS_WORDS[reading.status]}{pupils}{lost}"
    for repair in reading.repairs:
        yield f"{indent}  Mended: {repair.message}"
    for problem in reading.problems:
        whose = f"Pupil {problem.pupil}: " if problem.pupil else ""
        yield f"{indent}  {whose}{problem.message}"
    unused = [path for path in reading.unused_elements if path.rpartition("/")[0] not in reading.unused_elements]
    if unused:
        yield f"{indent}  Not used: {', '.join(map(printable, unused))}"
    for member in reading.members:
        yield from _lines(member, f"{indent}  ")


def _make(args: argparse.Namespace, out: Output) -> int:
    """Make the files and say where they are."""
    from cme_desktop.synth.s2s_files import make_s2s

    if args.pupils < 1:
        raise UserError("There must be at least one pupil. Give --pupils a number from 1.", code="usage")
    manifest = make_s2s(args.folder, args.pupils, args.seed, clock_of(args).today())
    out.answer(
        {
            "folder": str(args.folder),
            "manifest": str(args.folder / "manifest.json"),
            "files": len(manifest.files),
            "pupils": args.pupils,
            "seed": args.seed,
        },
        [f"{len(manifest.files)} files with {args.pupils} invented pupils are in {args.folder}, with manifest.json."],
    )
    return 0
