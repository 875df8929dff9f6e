"""What the rescue screen asks for, answered while the register is closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from cme_desktop.access import may, refusal
from cme_desktop.app.unlocking import log_ins
from cme_desktop.casework import keeping
from cme_desktop.domain.errors import CannotUnlock, UserError
from cme_desktop.domain.roles import Person
from cme_desktop.storage import keys, salvage
from cme_desktop.storage.backup import check_backup, list_backups
from cme_desktop.storage.verify import BACKUPS, counts_readable
from cme_desktop.system import Clock
from cme_desktop.ui.rescue.service import BackupLook, BackupRow, Difference, Progress, PutBack, Saved

_WHAT = {
    "children": "Children",
    "cases": "Cases",
    "events": "Entries of the timelines",
    "files": "S2S files",
    "inbox": "Waiting in the inbox",
    "documents": "Letters and other documents",
}
_LOCK_WAIT_S = 5.0


class RegisterRescue:
    """Help with the register of one folder. ``unlocked`` is what the last unlock left, until ``forget``."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        attempts: keys.Attempts,
        state: Path,
        unlocked: keys.Unlocked | None,
        place: str | None,
    ) -> None:
        self._folder, self._clock, self._attempts, self._state = folder, clock, attempts, state
        self._unlocked = unlocked
        self._places = [folder / BACKUPS, *([Path(place)] if place else [])]

    def today(self) -> date:
        """Return today's date."""
        return self._clock.today()

    def forget(self) -> None:
        """Drop the keys."""
        if self._unlocked is not None:
            self._unlocked.forget()
        self._unlocked = None

    def why_no_export(self) -> str:
        """Return why what can be read may not be saved; an empty text when it may."""
        if self._unlocked is None:
            return "The keys of the register could not be read, so nothing in it can be."
        person = Person(self._unlocked.person_id, self._unlocked.name, frozenset(self._unlocked.roles))
        return "" if may(person, "rescue.export") else refusal(person, "rescue.export")

    def backups(self, place: Path | None) -> tuple[BackupRow, ...]:
        """Return this register's backups, newest first: those of a folder, or of the places that are known."""
        found = {}
        store_id = self._store_id()
        for folder in [place, place.parent] if place is not None else self._places:
            try:
                listed = list_backups(folder, store_id)
            except OSError:
                continue
            found.update({one.path: one for one in listed})
        rows = [
            BackupRow(one.path, one.made_at, one.kind, one.counts.get("children", 0), one.counts.get("cases", 0))
            for one in found.values()
        ]
        return tuple(sorted(rows, key=lambda row: (row.made_at, row.path.name), reverse=True))

    def _store_id(self) -> str | None:
        """Return the id of this register; None, so that every backup is shown, where its key file cannot be read."""
        try:
            return keys.read_key_file(self._folder).store_id
        except CannotUnlock:
            return None

    def look(self, backup: Path) -> BackupLook:
        """Return whose log-in can put a backup back and what differs; raise BackupDamaged if it is not as made."""
        made = check_backup(backup, files=False)
        now: dict[str, int | None] = {}
        if self._unlocked is not None:
            now = counts_readable(self._folder, self._unlocked)
        differences = tuple(Difference(words, now.get(name), made.counts.get(name, 0)) for name, words in _WHAT.items())
        place = keeping.log_ins_to_restore(backup, self._folder)
        return BackupLook(log_ins(place), differences, of_today=place == self._folder)

    def put_back(self, backup: Path, person_id: int, passphrase: str, progress: Progress) -> PutBack:
        """Put a backup back; say where what it replaced is kept, what is damaged and what is not in it.

        Raises:
            CannotUnlock: the passphrase is not the one of today, or of the backup's time without a register.
            UserError: the backup or the folder cannot be used; nothing was changed.
        """
        name = self._name(backup, person_id)
        with self._counted():
            unlocked = keeping.unlock_to_restore(backup, self._folder, name, passphrase)
        try:
            done = keeping.put_back(
                backup,
                self._folder,
                unlocked,
                self._clock,
                replace=self._store_id() is None,
                progress=progress,
                wait_seconds=_LOCK_WAIT_S,
            )
        finally:
            unlocked.forget()
        return PutBack(done.replaced_kept_at, done.damage_in_words, done.left_out_in_words)

    def bring_back(self, backup: Path, person_id: int, key: str, passphrase: str, progress: Progress) -> PutBack:
        """Put a backup back with the recovery key, and return where what it replaced is kept.

        Raises:
            CannotUnlock: the recovery key is not the right one.
            UserError: the passphrase, the backup or the folder cannot be used; nothing was changed.
        """
        name = self._name(backup, person_id)
        with self._counted():
            done = keeping.bring_back(
                backup,
                self._folder,
                name,
                key,
                passphrase,
                self._clock,
                replace=self._store_id() is None,
                progress=progress,
                wait_seconds=_LOCK_WAIT_S,
            )
        return PutBack(done.replaced_kept_at, done.damage_in_words, done.left_out_in_words)

    def _name(self, backup: Path, person_id: int) -> str:
        people = log_ins(keeping.log_ins_to_restore(backup, self._folder))
        name = next((row.name for row in people if row.id == person_id), None)
        if name is None:
            raise UserError("This person has no log-in that can put the backup back. Choose another person.")
        return name

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Let a wrong try make the wait before the next one longer."""
        self._attempts.check()
        try:
            yield
        except CannotUnlock as error:
            if error.code in {"wrong-passphrase", "recovery-key-wrong"}:
                self._attempts.failed()
            raise
        self._attempts.succeeded()

    def copy_as_it_is(self, place: Path) -> Path:
        """Copy the register, still encrypted, into a new folder of a place, and return that."""
        return salvage.copy_as_it_is(self._folder, place, now=self._clock.now(), wait_seconds=_LOCK_WAIT_S)

    def save_readable(self, place: Path, progress: Progress, cancelled: Callable[[], bool]) -> Saved:
        """Write what can be read into a new folder of a place; the next audit says who did so and when."""
        why = self.why_no_export()
        if why or self._unlocked is None:
            raise UserError(why)
        now = self._clock.now()
        who = self._unlocked
        keys.note_outside(self._state, who.store_id, who.person_id, keys.READABLE_SAVED, now=now)
        done = salvage.save_readable(
            self._folder, self._unlocked, place, now=now, progress=progress, cancelled=cancelled
        )
        gaps = tuple(
            f"{name if name == salvage.FILES else f'{name}.csv'}: {words}." for name, words in sorted(done.gaps.items())
        )
        return Saved(done.folder, done.rows, done.files, gaps)
