"""Keep the register safe: make and check backups, check the records, and note when the office's routines were done."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cme_desktop.access import may, refusal, requires
from cme_desktop.casework.rows.found_again import places_not_found
from cme_desktop.domain.errors import NotAllowed, UserError
from cme_desktop.domain.roles import Person
from cme_desktop.models.audit import AuditEvent
from cme_desktop.models.reference import RoutineCheck, Setting
from cme_desktop.storage import backup as backups
from cme_desktop.storage import keys
from cme_desktop.storage import verify as checks
from cme_desktop.storage.checks.witnesses import write_witness
from cme_desktop.storage.copies import held_files
from cme_desktop.storage.copies.thinning import thin
from cme_desktop.storage.keys import KeyFile, Unlocked
from cme_desktop.storage.restore import Restored, like_register, restore
from cme_desktop.storage.store import Store
from cme_desktop.system import LONDON, Clock, explained

BACKUP, VERIFY, PAGES = "backup", "verify", "pages"
PAGES_EVERY = timedelta(days=7)
ROUTINES = {"s2s-messages": "Check S2S messages", "weekly-report": "Weekly report"}


@requires("backup.make")
def back_up(
    store: Store,
    actor: Person,
    unlocked: Unlocked,
    place: Path,
    *,
    second_place: bool,
    kind: str = "by-hand",
    progress: Callable[[str, float], None] | None = None,
) -> backups.Backup:
    """Make a verified backup and note it.

    Args:
        second_place: whether the place is apart from the register's own disk, as safety.md 8 asks.

    Raises:
        BackupFailed: the place is away, has no room, or the copy did not pass its check; nothing is left of it.
    """
    with store.kept_still(wait=True):
        made = backups.make_backup(store.folder, unlocked, place, now=store.clock.now(), kind=kind, progress=progress)
    _note(store, actor, "backup.make", BACKUP, {"ok": True, "second_place": second_place, "kind": kind})
    with suppress(OSError, UserError):  # the manifest is a witness too
        write_witness(place, unlocked, store.head())
    return made


@requires("backup.make")
def put_files_back(store: Store, actor: Person, unlocked: Unlocked, place: Path) -> int:
    """Put back the register's damaged files that a backup place holds whole, note it, and say how many they were.

    Raises:
        UserError: the place could not be read, or the register's folder took no file.
    """
    try:
        with store.kept_still(wait=True):
            done = held_files.put_back(store.folder, unlocked, place)
    except OSError as error:
        raise explained(error) or error from None
    store.seen(actor, "backup.files-put-back", "routine:backup", reason=f"{len(done)} files")
    return len(done)


@dataclass(frozen=True)
class MadeBackup:
    """A backup that lies in a place: where, when and why it was made, and how much it holds."""

    path: Path
    made_at: datetime
    kind: str
    children: int
    cases: int


@requires("ask.health")
def backups_in(store: Store, viewer: Person, place: Path) -> tuple[MadeBackup, ...]:
    """Return this register's backups that lie in a place, newest first; none where the place is away."""
    try:
        found = backups.list_backups(place, store.store_id)
    except OSError:
        return ()
    return tuple(
        MadeBackup(one.path, one.made_at, one.kind, one.counts.get("children", 0), one.counts.get("cases", 0))
        for one in found
    )


@dataclass(frozen=True)
class Daily:
    """What came of the backup of the day: whether one was made, and what was found damaged on the way, in words."""

    made: bool
    said: tuple[str, ...] = ()


@requires("backup.make")
def back_up_daily(store: Store, actor: Person, unlocked: Unlocked, place: Path) -> Daily:
    """Make the backup of the day in the second place, where one is due (safety.md 8).

    None is due where a copy was made there today, or nothing was changed since the last. Then the place is thinned:
    daily, weekly and monthly copies stay for as long as the retention keeps them.

    Raises:
        BackupFailed: as ``back_up`` does.
    """
    with store.read() as session:
        last = _last_copy(session)
        newest = session.scalar(select(func.max(AuditEvent.seq)).where(AuditEvent.action == "backup.make"))
        changed = select(AuditEvent.seq).where(AuditEvent.seq > (newest or 0), AuditEvent.changes > 0).limit(1)
        if last is not None and (_day_of(last) >= store.clock.today() or session.scalar(changed) is None):
            return Daily(made=False)
    made = back_up(store, actor, unlocked, place, second_place=True, kind="daily")
    thinned = thin(place, store.store_id, now=store.clock.now())
    return Daily(
        made=True,
        said=(
            *made.files.sentences(place, store.folder),
            *(
                f"An earlier backup is damaged and cannot be put back: {path}. The others are not affected. Have that "
                "disk looked at."
                for path in thinned.damaged
            ),
        ),
    )


def _last_copy(session: Session) -> datetime | None:
    """Return when the last good copy was made in the second place, or None."""
    rows = session.scalars(select(RoutineCheck).where(RoutineCheck.kind == BACKUP).order_by(RoutineCheck.id.desc()))
    return next((row.done_at for row in rows if row.result.get("ok") and row.result.get("second_place")), None)


def _day_of(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


@requires("backup.make")
def check_records(
    store: Store,
    actor: Person,
    unlocked: Unlocked,
    *,
    progress: Callable[[str, float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> checks.Verdict:
    """Check pages, rows, audit and files of the open register, and note the answer.

    Raises:
        VerifyCancelled: ``cancelled`` said so; nothing is noted.
    """
    places = [store.witness.place] if store.witness is not None else []
    with store.read() as session:
        setting = session.get(Setting, "backup.place")
    if setting is not None and setting.value.get("value"):
        places.append(Path(str(setting.value["value"])))
    outside = checks.Outside(tuple(places), store.clock.now())
    with store.kept_still(wait=True):
        verdict = checks.verify(
            store.folder,
            unlocked,
            outside=outside,
            remake=places_not_found,
            progress=progress,
            cancelled=cancelled,
        )
    _note(store, actor, "backup.make", VERIFY, {"ok": verdict.ok, "problems": len(verdict.problems)})
    return verdict


def check_closed(folder: Path, unlocked: Unlocked, *, state: Path, now: datetime) -> checks.Verdict:
    """Check everything of a register that is not open, whose lock the caller holds, or of a backup.

    Args:
        state: the program's own folder, where the witness of this computer lies.
        now: the present instant, UTC: a backup that is dated ahead of it is a finding.
    """
    if (folder / checks.MANIFEST).is_file():
        return backups.verify_backup(folder, unlocked, remake=places_not_found)
    return checks.verify(folder, unlocked, outside=checks.Outside((state,), now), remake=places_not_found)


@requires("start.check")
def check_at_start(
    store: Store, actor: Person, unlocked: Unlocked, *, whole: bool = False, cancelled: Callable[[], bool] | None = None
) -> bool:
    """Say whether the database is sound: its structure at each start, and weekly the seal of every page (safety.md 8).

    Args:
        whole: check every page now, because the program did not end properly or something could not be read.

    Raises:
        VerifyCancelled: ``cancelled`` said so; nothing is noted.
    """
    with store.read() as session:
        last = session.scalar(select(func.max(RoutineCheck.done_at)).where(RoutineCheck.kind.in_([PAGES, VERIFY])))
    whole = whole or store.unclean or last is None or store.clock.now() - last >= PAGES_EVERY
    with store.kept_still(wait=True):
        sound = checks.check_at_start(store.folder, unlocked, whole=whole, cancelled=cancelled)
    if whole and sound:
        _note(store, actor, "start.check", PAGES, {"ok": True})
    return sound


def put_back(
    backup: Path,
    folder: Path,
    unlocked: Unlocked,
    clock: Clock,
    *,
    replace: bool = False,
    progress: Callable[[str, float], None] | None = None,
    wait_seconds: float = 0,
    key_file: KeyFile | None = None,
) -> Restored:
    """Put a backup back as somebody who has a log-in and may do so; the register is closed meanwhile.

    Where this register is there, its people, its paper and the numbers that it gave stay as they are today.

    Raises:
        NotAllowed: the log-in is not that of an officer or administrator; nothing was changed.
        UserError: what ``storage.restore.restore`` raises.
    """
    person = Person(unlocked.person_id, unlocked.name, frozenset(unlocked.roles))
    if like_register(folder, unlocked.store_id) and (today := keys.of_today(folder, unlocked)) is not None:
        person = Person(person.id, today.name, frozenset(today.roles))
        today.forget()
    if not may(person, "backup.restore"):
        raise NotAllowed(refusal(person, "backup.restore"))
    return restore(
        backup,
        folder,
        unlocked,
        clock,
        replace=replace,
        progress=progress,
        wait_seconds=wait_seconds,
        key_file=key_file,
    )


def unlock_to_restore(backup: Path, folder: Path, name: str, passphrase: str) -> Unlocked:
    """Unlock what a restore needs: today's register where it is there and opens the backup, otherwise the backup.

    Raises:
        CannotUnlock: the name or passphrase is not one of today, or of the backup's time where there is no register.
    """
    made = keys.read_key_file(backup)
    if like_register(folder, made.store_id):
        today = keys.unlock(folder, name, passphrase)
        if keys.data_key_of(today, made) is not None:
            return today
        today.forget()
    return keys.unlock(backup, name, passphrase)


def log_ins_to_restore(backup: Path, folder: Path) -> Path:
    """Return the folder whose log-ins can put a backup back: the register's, where it is there, or the backup's."""
    return folder if like_register(folder, keys.read_key_file(backup).store_id) else backup


def bring_back(
    backup: Path,
    folder: Path,
    name: str,
    recovery_key: str,
    new_passphrase: str,
    clock: Clock,
    *,
    replace: bool = False,
    progress: Callable[[str, float], None] | None = None,
    wait_seconds: float = 0,
) -> Restored:
    """Put a backup back with the recovery key: paper and backup are enough, also on a new computer.

    The paper is that of today where the register is there, and otherwise that of the backup's time.

    The person gets a new passphrase and new signing keys, in the register that is put back; the backup stays as it is.

    Raises:
        CannotUnlock: the recovery key or the name is not one of the backup's time; nothing was made.
        UserError: what ``put_back`` raises, or the new passphrase cannot be used.
    """
    place = log_ins_to_restore(backup, folder)
    drafted = keys.draft_recovered(place, name, recovery_key, new_passphrase, now=clock.now())
    try:
        return put_back(
            backup,
            folder,
            drafted.unlocked,
            clock,
            replace=replace,
            progress=progress,
            wait_seconds=wait_seconds,
            key_file=drafted.key_file,
        )
    finally:
        drafted.unlocked.forget()


@requires("routine.done")
def routine_done(store: Store, actor: Person, kind: str) -> None:
    """Note that an office routine was done now; raise ValueError for one that the program does not know."""
    if kind not in ROUTINES:
        raise ValueError(f"no such routine: {kind}")
    _note(store, actor, "routine.done", kind, {"ok": True})


def _note(store: Store, actor: Person, act: str, kind: str, result: dict[str, Any]) -> None:
    def note() -> None:
        with store.action(actor, act, entity=f"routine:{kind}", hooks=False) as session:
            session.add(RoutineCheck(kind=kind, done_at=store.clock.now(), user_id=actor.id, result=result))

    store.room.using(note)
