"""Keep as many backups of a place as the retention says, and never take the last good one (safety.md 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cme_desktop.storage.backup import (
    PRE_UPGRADE,
    PREFIX,
    UNFINISHED,
    Backup,
    BackupDamaged,
    check_backup,
    check_manifest,
    list_backups,
)
from cme_desktop.storage.content import FOLDER_NAME, Content
from cme_desktop.system import clear_away, rename_folder

DAILY, WEEKLY, MONTHLY = 14, 8, 12
UPGRADES_KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Thinned:
    """What a thinning removed, and which backups it met that are not as they were made: those are left alone."""

    removed: tuple[Path, ...] = ()
    damaged: tuple[Path, ...] = ()


def thin(place: Path, store_id: str, *, now: datetime) -> Thinned:
    """Remove what the retention does not keep of one register's backups.

    Kept: the newest good one of each of the last 14 days, 8 weeks and 12 months that have one, and for 90 days each one
    made before an upgrade. Nothing is removed while the newest is not as it was made; none is removed unless the one
    that stays for it was read through and is good; a damaged one takes no place and is left where it lies.
    """
    checked: dict[Path, bool] = {}

    def good(backup: Backup) -> bool:
        if backup.path not in checked:
            checked[backup.path] = _is_good(backup.path)
        return checked[backup.path]

    listed = list_backups(place, store_id)
    unlisted = {path for path in place.glob(f"{PREFIX}*") if not _manifest_holds(path)}
    backups = [backup for backup in listed if backup.path not in unlisted]
    if not backups or backups[0] != listed[0] or not good(backups[0]):
        return Thinned((), tuple(sorted(unlisted | {path for path, whole in checked.items() if not whole})))
    while True:
        keep = kept_of(backups, now=now)
        staying = [_stays_for(backup, backups, keep) for backup in backups if backup.path not in keep]
        bad = {backup.path for backup in staying if not good(backup)}
        if not bad:
            break
        backups = [backup for backup in backups if backup.path not in bad]
    removed = []
    for backup in backups:
        if backup.path in keep:
            continue
        going = backup.path.with_name(f"{UNFINISHED}{backup.path.name}")
        with suppress(OSError):  # one that another program reads stays until the next time
            rename_folder(backup.path, going)
            clear_away(going)
            removed.append(backup.path)
    if removed:
        _sweep_pool(place)
    damaged = unlisted | {path for path, whole in checked.items() if not whole}
    return Thinned(tuple(removed), tuple(sorted(damaged)))


def kept_of(backups: Iterable[Backup], *, now: datetime) -> frozenset[Path]:
    """Return which backups the retention keeps: 14 daily, 8 weekly, 12 monthly, upgrades of 90 days, the newest."""
    ordered = sorted(backups, key=lambda backup: backup.made_at, reverse=True)
    keep = {ordered[0].path} if ordered else set()
    rules: tuple[tuple[int, Callable[[datetime], object]], ...] = (
        (DAILY, lambda made: made.date()),
        (WEEKLY, lambda made: made.isocalendar()[:2]),
        (MONTHLY, lambda made: (made.year, made.month)),
    )
    for most, period in rules:
        newest: dict[object, Path] = {}
        for backup in ordered:
            newest.setdefault(period(backup.made_at), backup.path)
        keep.update(list(newest.values())[:most])
    keep.update(b.path for b in ordered if b.kind == PRE_UPGRADE and now - b.made_at <= UPGRADES_KEPT)
    return frozenset(keep)


def _stays_for(going: Backup, backups: Iterable[Backup], keep: frozenset[Path]) -> Backup:
    """Return the kept backup next after one that goes: what it held is there too, unless that one is damaged."""
    after = [one for one in backups if one.path in keep and one.made_at >= going.made_at]
    return min(after, key=lambda one: one.made_at)


def _is_good(path: Path) -> bool:
    try:
        check_backup(path)
    except BackupDamaged:
        return False
    return True


def _manifest_holds(path: Path) -> bool:
    try:
        check_manifest(path)
    except BackupDamaged:
        return False
    return True


def _sweep_pool(place: Path) -> None:
    """Remove sealed files that no backup of the place names any more, unless a manifest is not as it was signed."""
    wanted: set[str] = set()
    for path in place.glob(f"{PREFIX}*"):
        try:
            wanted.update(check_manifest(path).manifest["content"])
        except BackupDamaged:
            return
    pool = Content(place / FOLDER_NAME)
    for name in pool.names() - wanted:
        pool.erase(name)
