"""Open the case register that a command names, as the person who gave a passphrase, and close it again."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cme_desktop.casework.next_steps import attach
from cme_desktop.cli.options import clock_of, credentials
from cme_desktop.cli.output import Output
from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.settings import SettingsFile
from cme_desktop.storage.keys import PassphraseToChange, StoreMissing, Unlocked, read_key_file, record_failure, unlock
from cme_desktop.storage.schema import RegisterTooOld
from cme_desktop.storage.store import Store
from cme_desktop.system import Clock, StoreInUse, atomic_write, holder_of, is_held, program_folders

PROGRAM = "cme-admin"


@contextmanager
def opened(args: argparse.Namespace, out: Output) -> Iterator[Store]:
    """Open the register of ``args.store`` for one command, as ``opened_with_keys`` does, where no keys are needed."""
    with opened_with_keys(args, out) as (store, _):
        yield store


@contextmanager
def opened_with_keys(
    args: argparse.Namespace, out: Output, *, one_use: bool = False
) -> Iterator[tuple[Store, Unlocked]]:
    """Open the register of ``args.store`` for one command; ``store.person`` is who acts, with these keys.

    Each act then works out the next steps of the cases that it touched. An older register is brought up to date
    first, behind a backup.

    Raises:
        UserError: ``store-missing``, ``who-missing``, ``passphrase-file``, ``store-in-use`` (at once, or after
            ``--wait``), ``not-a-demonstration`` (``--today`` on a real register).
        CannotUnlock: the passphrase, the keys or the database do not open it.
    """
    folder: Path = args.store
    check_there(folder)
    name, passphrase = credentials(args)
    if not args.wait and is_held(folder):
        raise StoreInUse(holder_of(folder))
    unlocked = unlock_register(args, name, passphrase, one_use=one_use)
    clock = clock_of(args)
    if getattr(args, "today", None) is not None and not unlocked.demonstration:
        raise UserError(
            "--today is for training registers only: a real register always acts on today's date. Nothing was done. "
            "Leave --today out.",
            code="not-a-demonstration",
        )
    store = _open(folder, unlocked, clock, args, out, passphrase)
    try:
        attach(store)
        if unlocked.given is None:
            store.audit_outside(program_folders().state)
        older = store.watch(program_folders().state)
        for warning in filter(None, (older, store.clock_warning, store.room.warning)):
            out.message(warning)
        yield store, unlocked
    finally:
        store.close()
        unlocked.forget()


def check_there(folder: Path) -> None:
    """Refuse a folder without a case register: a slip in the command line, not a register that will not open.

    Raises:
        UserError: ``store-missing``.
        CannotUnlock: the key file is missing, damaged or too new.
    """
    try:
        read_key_file(folder)
    except StoreMissing as error:
        raise UserError(error.message, code=error.code) from error


def watched_folder(folder: Path) -> Path | None:
    """Return the folder that this computer's window watches for a register, or None."""
    settings = SettingsFile(program_folders().config, atomic_write).load().settings
    known = settings.last_store is not None and Path(settings.last_store).resolve() == folder.resolve()
    return Path(settings.watched_folder) if known and settings.watched_folder else None


def unlock_register(args: argparse.Namespace, name: str, passphrase: str, *, one_use: bool = False) -> Unlocked:
    """Unlock the register of ``args.store`` without opening it; a failed try is noted for its audit.

    Args:
        one_use: also with a passphrase that an administrator gave, to choose an own one.

    Raises:
        CannotUnlock: the passphrase or the keys do not open it.
        PassphraseToChange: the passphrase was given by an administrator.
    """
    folder: Path = args.store
    try:
        unlocked = unlock(folder, name, passphrase)
    except CannotUnlock as error:
        record_failure(program_folders().state, folder, name, error, now=args.clock.now())
        raise
    if unlocked.given is not None and not one_use:
        unlocked.forget()
        raise PassphraseToChange
    return unlocked


def _open(
    folder: Path, unlocked: Unlocked, clock: Clock, args: argparse.Namespace, out: Output, passphrase: str
) -> Store:
    try:
        return Store.open(folder, unlocked, clock, program=PROGRAM, wait_seconds=args.wait)
    except RegisterTooOld:
        from cme_desktop.storage.migrations.runner import upgrade

        out.message("The register is being brought up to date. A backup is made first.")
        upgrade(folder, unlocked, args.clock, program=PROGRAM, wait_seconds=args.wait)
        renewed = unlock(folder, unlocked.name, passphrase)
        return Store.open(folder, renewed, clock, program=PROGRAM, wait_seconds=args.wait)
