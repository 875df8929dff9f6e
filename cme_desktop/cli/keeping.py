"""Integrity and safety: ``verify``, ``backup`` and ``restore``."""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from typing import TYPE_CHECKING

from cme_desktop.cli.opening import PROGRAM, check_there, opened_with_keys, unlock_register, watched_folder
from cme_desktop.cli.options import add_store, clock_of, credentials, read_key
from cme_desktop.cli.parser import path_of
from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.system import check_second_place, program_folders

if TYPE_CHECKING:
    from cme_desktop.cli.output import Output
    from cme_desktop.cli.parser import Parser
    from cme_desktop.storage.restore import Restored
    from cme_desktop.storage.verify import Verdict


def add_parsers(subparsers: argparse._SubParsersAction[Parser]) -> None:
    """Add ``verify``, ``backup`` and ``restore``."""
    verify = subparsers.add_parser("verify", description="Check a case register or a backup of one.")
    add_store(verify)
    verify.set_defaults(handle=_verify)

    backup = subparsers.add_parser("backup", description="Make a backup and check it.")
    add_store(backup)
    backup.add_argument("place", metavar="DEST", type=path_of, help="the folder that holds the backups")
    backup.add_argument(
        "--put-files-back",
        action="store_true",
        help="also put back files of the register that are damaged there and whole in DEST",
    )
    backup.set_defaults(handle=_backup)

    restore = subparsers.add_parser("restore", description="Put a backup back as a case register.")
    restore.add_argument("backup", metavar="BACKUP", type=path_of, help="the folder of one backup")
    add_store(restore, today=False)
    restore.add_argument("--replace", action="store_true", help="also over a register that is another one")
    restore.add_argument("--recovery-key-file", metavar="FILE", help="a file that holds the printed recovery key")
    restore.add_argument(
        "--officer", metavar="NAME", help="with --recovery-key-file: who gets the new passphrase of --passphrase-file"
    )
    restore.set_defaults(handle=_restore)


def _verify(args: argparse.Namespace, out: Output) -> int:
    """Check what can be checked: everything with a log-in, the outside of the files without one."""
    verdict = _checked(args) if args.user else _looked_at(args)
    head = None if verdict.head is None else {"entries": verdict.head.seq, "head": verdict.head.hash}
    out.answer(
        {
            "ok": verdict.ok,
            "checks": verdict.checks,
            "counts": verdict.counts,
            "audit": head,
            "problems": [
                {"check": one.check, "where": one.where, "seq": one.seq, "message": one.message}
                for one in verdict.problems
            ],
        },
        [
            "Records intact." if verdict.ok else "Problems were found:",
            *(f"  {one.check}, {one.where}: {one.message}" for one in verdict.problems),
        ],
    )
    return 0 if verdict.ok else 1


def _looked_at(args: argparse.Namespace) -> Verdict:
    from cme_desktop.storage.verify import look

    try:
        return look(args.store)
    except CannotUnlock as error:
        raise UserError(error.message, code=error.code) from error


def _checked(args: argparse.Namespace) -> Verdict:
    from cme_desktop.casework.keeping import check_closed
    from cme_desktop.storage.verify import MANIFEST
    from cme_desktop.system import StoreLock

    check_there(args.store)
    name, passphrase = credentials(args)
    is_backup = (args.store / MANIFEST).is_file()
    lock = (
        nullcontext()
        if is_backup
        else StoreLock.take(args.store, program=PROGRAM, now=args.clock.now(), wait_seconds=args.wait)
    )
    with lock:
        unlocked = unlock_register(args, name, passphrase)
        try:
            return check_closed(args.store, unlocked, state=program_folders().state, now=args.clock.now())
        finally:
            unlocked.forget()


def _backup(args: argparse.Namespace, out: Output) -> int:
    """Make a backup, open it again and check it; say which files were found damaged, and where."""
    from cme_desktop.casework.keeping import back_up, put_files_back

    check_there(args.store)
    note = check_second_place(args.place, args.store, watched_folder(args.store))
    with opened_with_keys(args, out) as (store, unlocked):
        made = back_up(store, store.person, unlocked, args.place, second_place=True)
        files = made.files
        back = 0
        if args.put_files_back and files.register_bad:
            back = put_files_back(store, store.person, unlocked, args.place)
        for words in files.sentences(args.place, store.folder):
            out.message(words)
    left = len(files.register_bad) - back + len(files.lost)
    out.answer(
        {
            "path": str(made.path),
            "sha256": made.sha256,
            "manifest": made.manifest,
            "files": {
                "healed": [one.name for one in files.healed],
                "register_damaged": [one.name for one in files.register_bad],
                "put_back": back,
                "lost": [one.name for one in files.lost],
            },
        },
        [
            f"Backup made and checked: {made.path}",
            *([note] if note else []),
            *([f"Files put back in the register: {back}."] if back else []),
            *(
                ["To put them back, do it again with --put-files-back."]
                if files.register_bad and not args.put_files_back
                else []
            ),
        ],
    )
    return 1 if left else 0


def _restore(args: argparse.Namespace, out: Output) -> int:
    """Put a backup back; what it replaces is kept.

    It takes a log-in or the paper of today where the register is there, and of the backup's time on a new computer.
    """
    from cme_desktop.storage.backup import check_backup

    with_paper = args.recovery_key_file is not None
    if with_paper != (args.officer is not None) or (with_paper and args.user):
        raise UserError(
            "--recovery-key-file and --officer belong together, in the place of --user. Nothing was changed.",
            code="usage",
        )
    if with_paper:
        args.user = args.officer
    name, passphrase = credentials(args)
    key = read_key(args.recovery_key_file) if with_paper else ""
    if not args.backup.exists():
        raise UserError(
            f"There is nothing at {args.backup}. Nothing was changed. Check the name after restore.",
            code="path-missing",
        )
    check_backup(args.backup)
    done = _with_paper(args, name, key, passphrase) if with_paper else _as_person(args, name, passphrase)
    kept = None if done.replaced_kept_at is None else str(done.replaced_kept_at)
    paper = [f"{name} has the new passphrase and new keys; no other log-in was changed."] if with_paper else []
    missing = done.left_out
    if done.damaged_files:
        out.message(done.damage_in_words)
    out.answer(
        {
            "store": str(done.folder),
            "counts": done.counts,
            "replaced_kept_at": kept,
            "damaged_files": list(done.damaged_files),
            "people_of_today": done.people_of_today,
            "left_out": None
            if missing is None
            else {
                "acts": missing.acts,
                "first": None if missing.first is None else missing.first.isoformat(),
                "last": None if missing.last is None else missing.last.isoformat(),
                "cases": list(missing.cases),
            },
        },
        [
            f"Restored to {done.folder}.",
            *paper,
            done.left_out_in_words,
            *([f"What it replaced is kept at {kept}."] if kept else []),
        ],
    )
    return 1 if done.damaged_files else 0


def _as_person(args: argparse.Namespace, name: str, passphrase: str) -> Restored:
    from cme_desktop.casework.keeping import put_back, unlock_to_restore

    unlocked = unlock_to_restore(args.backup, args.store, name, passphrase)
    try:
        return put_back(args.backup, args.store, unlocked, clock_of(args), replace=args.replace, wait_seconds=args.wait)
    finally:
        unlocked.forget()


def _with_paper(args: argparse.Namespace, name: str, key: str, passphrase: str) -> Restored:
    from cme_desktop.casework.keeping import bring_back

    return bring_back(
        args.backup,
        args.store,
        name,
        key,
        passphrase,
        clock_of(args),
        replace=args.replace,
        wait_seconds=args.wait,
    )
