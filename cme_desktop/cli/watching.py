"""The watched folder: ``watch`` chooses it as Admin does, ``scan`` looks into it as the window does."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cme_desktop.cli.opening import opened
from cme_desktop.cli.options import add_store
from cme_desktop.cli.output import printable
from cme_desktop.cli.parser import path_of
from cme_desktop.domain.errors import UserError

if TYPE_CHECKING:
    from cme_desktop.cli.output import Output
    from cme_desktop.cli.parser import Parser


def add_parsers(subparsers: argparse._SubParsersAction[Parser]) -> None:
    """Add ``watch`` and ``scan``."""
    watch = subparsers.add_parser("watch", description="Choose the folder that is watched for S2S files.")
    add_store(watch)
    watch.add_argument("folder", metavar="FOLDER", type=path_of, help="a folder for S2S files alone")
    watch.add_argument("--confirm", action="store_true", help="watch it although other files lie there, which stay")
    watch.set_defaults(handle=_watch)

    scan = subparsers.add_parser("scan", description="Look into the watched folder once, as the window does.")
    add_store(scan)
    scan.set_defaults(handle=_scan)


def _watch(args: argparse.Namespace, out: Output) -> int:
    """Choose the folder and remember it on this computer; exit 2 where it is refused or has other files."""
    from cme_desktop.casework.intake.watched import FolderHasOthers, choose_folder, others_in_words
    from cme_desktop.settings import SettingsFile
    from cme_desktop.system import atomic_write, program_folders

    with opened(args, out) as store:
        try:
            chosen = choose_folder(store, store.person, args.folder, confirmed=args.confirm)
        except FolderHasOthers as found:
            how = f"{found.message} Here it is confirmed with --confirm."
            raise UserError(how, code=found.code, details=found.details) from found
        file = SettingsFile(program_folders().config, atomic_write)
        settings = file.load().settings
        file.save(settings.changed(**settings.watching(store.folder, chosen.place)))
    others = [{"ending": one.ending, "files": one.files} for one in chosen.others]
    words = [f"Watched from now on: {printable(chosen.place)}", chosen.warning]
    if chosen.others:
        words.append(f"Files there that stay as they are: {others_in_words(chosen.others)}.")
    out.answer({"folder": chosen.place, "others": others}, filter(None, words))
    return 0


def _scan(args: argparse.Namespace, out: Output) -> int:
    """Take in what lies in the watched folder; exit 1 if a file was refused, taken in part or not deleted."""
    from pathlib import Path

    from cme_desktop.casework.intake.folder import scan_once
    from cme_desktop.importers.worker import Worker
    from cme_desktop.settings import SettingsFile
    from cme_desktop.system import atomic_write, program_folders

    with opened(args, out) as store, Worker() as reader:
        place = SettingsFile(program_folders().config, atomic_write).load().settings.folder_of(store.folder)
        if not place:
            raise UserError(
                "No folder is watched for this register on this computer. Choose one with watch.", code="folder-missing"
            )
        found = scan_once(store, store.person, Path(place), reader=reader)
    if found.trouble:
        raise UserError(found.trouble, code=found.code)
    taken = [one.name for one in found.outcomes]
    left = [{"name": one.name, "why": one.why} for one in found.left]
    stuck = [{"name": name, "why": why} for name, why in found.not_deleted]
    out.answer(
        {"taken": taken, "left": left, "not_deleted": stuck, "waiting": found.waiting},
        [
            *(f"{printable(name)}: taken in" for name in taken),
            *(f"{printable(one['name'])}: left. {one['why']}" for one in left),
            *(f"{printable(one['name'])}: {one['why']}" for one in stuck),
        ]
        or ["Nothing new was found."],
    )
    return 1 if stuck or any(one.status in {"refused", "partial"} for one in found.outcomes) else 0
