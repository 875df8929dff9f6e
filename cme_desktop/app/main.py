"""Start the window, or where there is no display make the same tour off-screen."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cme_desktop import __version__
from cme_desktop.app.display import has_display
from cme_desktop.app.training import ensure_training, training_folder, words
from cme_desktop.domain.errors import UserError
from cme_desktop.system import SystemClock, this_machine
from cme_desktop.system.telling import Telling

TOUR = Path("build") / "tour"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cme-desktop", description="The case register of children missing education.")
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--store", metavar="FOLDER", type=_path, help="the case register to open")
    parser.add_argument("--training", action="store_true", help="open the training register, making it if need be")
    parser.add_argument("--tour", metavar="DIR", type=_path, help="work the main job off-screen and write pictures")
    parser.add_argument(
        "--self-test",
        metavar="DIR",
        nargs="?",
        const=False,
        type=_path,
        help="say whether the program works on this computer; with a folder, keep there what was tried",
    )
    parser.add_argument("--screenshots", metavar="DIR", type=_path, help="write a picture of every screen")
    return parser


def _path(text: str) -> Path:
    """Return the path that was named; an empty one would mean the present folder."""
    if not text:
        raise argparse.ArgumentTypeError("the name of the folder is empty. Name the folder, or leave the option out.")
    return Path(text)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code."""
    this_machine().forbid_dumps()
    with Telling() as telling:
        return _answer(argv, telling)


def _answer(argv: Sequence[str] | None, telling: Telling) -> int:
    args = _parser().parse_args(argv)
    try:
        return _run(args, telling)
    except UserError as error:
        print(error.message, file=sys.stderr)  # noqa: T201 - a person started this at a command line
    except OSError as error:
        print(_refused(error), file=sys.stderr)  # noqa: T201
    return 2


def _refused(error: OSError) -> str:
    """Return what a person reads when this machine refuses a folder or file that the start needs."""
    what = f" ({error.filename})" if error.filename else ""
    return (
        f"The program could not start, because the computer refused it a file or folder{what}: "
        f"{error.strerror or error}. See that HOME is a folder of yours and that the present folder can be written "
        "in, or name other folders: --store for the register, --tour or --screenshots for pictures."
    )


def _run(args: argparse.Namespace, telling: Telling) -> int:
    if args.screenshots is not None:
        return _off_screen("screenshots", args.screenshots)
    if args.self_test is not None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from cme_desktop.app.self_test import self_test

        return self_test(args.self_test or None)
    if args.tour is not None:
        return _off_screen("tour", args.tour)
    clock = SystemClock()
    store = args.store
    if args.training:
        store = training_folder(args.store)
        made = ensure_training(store, clock.today())
        if made or not telling.boxed:  # a box at every start would be in the way: the unlock page says it too
            print(words(store, made=made), flush=True)  # noqa: T201 - says where, before the window opens
        if not has_display():
            print("There is no display here, so the tour is made off-screen.", flush=True)  # noqa: T201
            return _off_screen("tour", TOUR)
    elif not has_display():
        raise UserError(
            "There is no display here that a window can be shown on. Start the program in a desktop session; or see "
            "the main job worked off-screen with: cme-desktop --tour FOLDER"
        )
    from cme_desktop.app.program import run_window

    telling.end()
    return run_window(clock, store)


def _off_screen(what: str, folder: Path) -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if what == "tour":
        from cme_desktop.app.tour import make_tour

        return make_tour(folder)
    from cme_desktop.app.screenshots import make_screenshots

    return make_screenshots(folder)
