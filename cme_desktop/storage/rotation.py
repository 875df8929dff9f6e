"""Take a way in away for good: the register goes on in a new database under a new data key (safety.md 10).

The act that ends it is written in the new database alone, and replacing ``keys.json`` is the one commit point:
before it nothing is changed, after it the old data key opens nothing that goes on.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2

from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.storage import engine, keys
from cme_desktop.storage.backup import MARGIN_BYTES, flush
from cme_desktop.storage.capture import Act
from cme_desktop.storage.keys.key_file import KeyFile
from cme_desktop.storage.keys.sealing import new_key
from cme_desktop.storage.keys.slots import open_person
from cme_desktop.storage.keys.unlocked import Unlocked
from cme_desktop.storage.store import Store
from cme_desktop.system import this_machine


class RotationFailed(UserError):
    """Say why a way in was not taken away; nothing was changed."""

    code = "rotation-failed"


def free_bytes(folder: Path) -> int:
    """Return how much room the disk of a folder has."""
    return shutil.disk_usage(folder).free


@contextmanager
def rotating(
    store: Store,
    actor: Person,
    unlocked: Unlocked,
    key_file: KeyFile,
    act: Act,
    *,
    now: datetime,
    own_key: bytes | None = None,
) -> Iterator[Session]:
    """Open the transaction of an act that takes a way in away; at its end the register goes on under a new data key.

    Everybody who stays gets the new key sealed to their public key, so that no passphrase but the actor's is needed;
    ``unlocked`` and the keys of all who are let in go on with it.

    Args:
        key_file: who has a log-in, and which paper opens, when the act is done.
        own_key: the new user key of the actor, who changed their own passphrase.

    Raises:
        RotationFailed: codes ``disk-full``, ``rotation-failed``; nothing was changed.
        UserError: ``backup-running``: a backup or a check reads the register just now.
    """
    folder, old = store.folder, store.database
    data_key, database = new_key(), keys.new_database_name()
    fresh = folder / database
    with store.kept_still(), store.alone(), ExitStack() as undo:
        if free_bytes(folder) < old.stat().st_size + MARGIN_BYTES:
            raise _no_room()
        undo.callback(keys.sweep_older, unlocked)
        keys.note_databases(folder, old.name, database)
        try:
            copy_under(old, unlocked.data_key, fresh, data_key)
            lane = engine.write_engine(fresh, data_key)
            undo.callback(lane.dispose)
            with store.acting_in(lane, actor, act) as session:
                yield session
            lane.dispose()
            _check(fresh, data_key)
            flush(fresh)
            this_machine().sync_folder(folder)
        except engine.DiskFull:
            raise _no_room() from None
        made = keys.rotated(key_file, unlocked.data_key, data_key, database, now=now)
        keys.put_rotated(folder, made)
        undo.pop_all()
        _go_on(store, unlocked, made, own_key)
        store.move_to(fresh, data_key)
        keys.sweep_older(unlocked)


def copy_under(source: Path, key: bytes, target: Path, new: bytes) -> None:
    """Copy a whole database to a new file under another key; the source is only read.

    Raises:
        FileExistsError: something is there already.
        RotationFailed: the copy does not hold what the source holds.
        DiskFull, DiskTrouble: part of the copy may be there.
    """
    engine.create_private(target)
    with closing(engine.connect(source, key)) as connection:
        try:
            connection.execute(
                "ATTACH DATABASE CAST(? AS TEXT) AS fresh KEY ?", (os.fsencode(target), f"x'{new.hex()}'")
            )
            connection.execute("SELECT sqlcipher_export('fresh')").fetchall()
            version = connection.execute("PRAGMA main.user_version").fetchone()[0]
            connection.execute(f"PRAGMA fresh.user_version = {int(version)}")
            connection.execute("DETACH DATABASE fresh")
        except dbapi2.DatabaseError as error:
            raise engine.explain(error) from None
        before = _shape(connection)
    with closing(engine.connect(target, new)) as connection:
        if _shape(connection) != before:
            raise _not_whole()


def _go_on(store: Store, unlocked: Unlocked, key_file: KeyFile, own_key: bytes | None) -> None:
    """Give everybody who is let in the new keys, and let nobody act further whose log-in was ended."""
    held = {id(one): one for one in (unlocked, *store.let_in()) if isinstance(one, Unlocked)}
    for one in held.values():
        entry = key_file.person(one.person_id)
        user_key = own_key if own_key is not None and one.person_id == unlocked.person_id else one.user_key
        try:
            one.become(open_person(store.folder, key_file, entry, user_key))
        except keys.KeysDamaged:  # given new keys by somebody else: they unlock again
            store.let_out(one.person_id)
        except keys.UserDisabled:
            store.let_out(one.person_id)


def _check(fresh: Path, data_key: bytes) -> None:
    with closing(engine.connect(fresh, data_key)) as connection:
        sealed = connection.execute("PRAGMA cipher_integrity_check").fetchall()
        if sealed or connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise _not_whole()


def _shape(connection: dbapi2.Connection) -> tuple[object, ...]:
    """Return what a copy must have alike: every part of the schema, the version, and the rows of each table."""
    parts = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    counts = [
        connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        for kind, name, _table, sql in parts
        if kind == "table" and not str(sql).startswith("CREATE VIRTUAL")
    ]
    return (parts, counts, connection.execute("PRAGMA user_version").fetchone()[0])


def _no_room() -> RotationFailed:
    return RotationFailed(
        "There is not enough room on the disk to encrypt the register anew, so nothing was changed. Free as much as "
        "the register is large, then do it again.",
        code="disk-full",
    )


def _not_whole() -> RotationFailed:
    return RotationFailed(
        "The register could not be encrypted anew: the copy did not pass its check and was thrown away. Nothing was "
        "changed. Look what is wrong: Admin, Check the records."
    )
