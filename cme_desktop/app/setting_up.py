"""What set-up asks for: the register, its recovery key, the watched folder, a verified backup, the duty number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cme_desktop.app.session import PROGRAM, Session
from cme_desktop.casework import keeping
from cme_desktop.casework.founding import end_set_up, found_register, take_back
from cme_desktop.casework.intake.watched import FolderHasOthers, choose_folder
from cme_desktop.casework.reference.policy import change_settings
from cme_desktop.casework.users import recovery_sheet
from cme_desktop.domain.errors import UserError
from cme_desktop.storage import keys
from cme_desktop.storage.keys.marks import MADE, MAKING, interrupted
from cme_desktop.system import Clock, NotApart, atomic_write, check_second_place, check_sheet_place
from cme_desktop.ui.unlock.service import PlaceAnswer, SetupProgress

BACKUP_PLACE = "backup.place"
RESUMED = "resumed"
_SAID = {
    MAKING: (
        "The last set-up was interrupted while the register was being made. Nothing was in it. What is left of it is "
        "taken away when you continue."
    ),
    MADE: (
        "The last set-up was interrupted before it was finished. No case is in the register. It is taken away and made "
        "anew when you continue, and a recovery key printed for it opens nothing any more: destroy that sheet."
    ),
    RESUMED: (
        "Set-up was interrupted and goes on here, with a new recovery key. A sheet that you printed before opens "
        "nothing once this one has been typed back: destroy the older sheet."
    ),
}
_SHEET_THERE = (
    "The sheet with the recovery key was saved there: whoever takes the backups could read every case. Delete the "
    "sheet there once it is printed, or choose another place."
)


class RegisterSetup:
    """Make a new register in five steps; nothing is remembered as the program's register before the last."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        window_thread: int,
        remember: Callable[[Path, str], object],
        unfinished: Session | None = None,
    ) -> None:
        self._folder, self._clock, self._window_thread = folder, clock, window_thread
        self._remember = remember
        self._session = unfinished
        self._key = ""
        self._drafted: keys.RecoverySlot | None = None
        self._confirmed = False
        self._sheets: list[Path] = []
        self._watched = ""
        self._has_backup = False

    def progress(self) -> SetupProgress:
        """Return how far set-up came before it was stopped."""
        if self._session is None:
            return SetupProgress(note=_SAID.get(interrupted(self._folder), ""))
        return SetupProgress(2, self._session.person.name, _SAID[RESUMED])

    def create(self, name: str, passphrase: str) -> None:
        """Make the register and its first person, who is Officer and Administrator; made before, it is made anew.

        Raises:
            UserError: the name or passphrase cannot be used, or a child is in the register that was made before.
        """
        if self._session is not None:
            take_back(self._session.store, self._session.person)
            self._session.close()
            self._session, self._has_backup = None, False
        made = found_register(
            self._folder,
            name,
            passphrase,
            self._clock,
            forbidden_thread=self._window_thread,
            program=PROGRAM,
        )
        self._session = Session(made.store, made.unlocked)
        self._key, self._drafted, self._confirmed = made.recovery_key, None, False

    def recovery_key(self) -> str:
        """Return the recovery key; after a stop a new one, and the first opens until the new one was typed back."""
        if not self._key:
            self._key, self._drafted = keys.draft_recovery_key(self._open().unlocked, now=self._clock.now())
        return self._key

    def confirm_key(self) -> None:
        """Let the key that was typed back open the register."""
        session = self._open()
        if self._drafted is not None:
            keys.put_recovery_key(session.unlocked, self._drafted)
            self._drafted = None
        self._confirmed = True

    def key_sheet(self, key: str) -> bytes:
        """Return the sheet with the recovery key as PDF, made in memory."""
        session = self._open()
        return recovery_sheet(session.store, session.person, key)

    def save_key_sheet(self, sheet: bytes, place: str) -> None:
        """Write the sheet where the officer chose; raise NotApart beside the register."""
        check_sheet_place(Path(place), self._folder)
        self._sheets.append(atomic_write(Path(place), sheet))

    def use_folder(self, place: str) -> PlaceAnswer:
        """Watch a folder for S2S files, say why it cannot be used, or ask for a confirmation where others lie there."""
        return self._choose_folder(place, confirmed=False)

    def confirm_folder(self, place: str) -> PlaceAnswer:
        """Watch a folder although other files lie there."""
        return self._choose_folder(place, confirmed=True)

    def _choose_folder(self, place: str, *, confirmed: bool) -> PlaceAnswer:
        session = self._open()
        try:
            chosen = choose_folder(session.store, session.person, Path(place), confirmed=confirmed)
        except FolderHasOthers as found:
            return PlaceAnswer(False, found.message, asks=True)
        except UserError as refusal:
            return PlaceAnswer(False, refusal.message)
        self._watched = chosen.place
        taken = "S2S files saved here are sealed in the register and then deleted from the folder."
        return PlaceAnswer(True, chosen.warning or (f"{taken} The other files stay." if chosen.others else taken))

    def use_backup_place(self, place: str) -> PlaceAnswer:
        """Make a backup in the second place, open and check it, or say why it cannot be used."""
        session, folder = self._open(), Path(place)
        try:
            note = check_second_place(folder, self._folder, Path(self._watched) if self._watched else None)
            for sheet in self._sheets:
                if sheet.exists():
                    check_sheet_place(sheet, self._folder, folder)
        except NotApart as refused:
            return PlaceAnswer(False, _SHEET_THERE if refused.code == "sheet-beside-backup" else refused.message)
        made = keeping.back_up(session.store, session.person, session.unlocked, folder, second_place=True)
        change_settings(session.store, session.person, {BACKUP_PLACE: str(folder)})
        self._has_backup = True
        count = len(made.manifest["tables"])
        return PlaceAnswer(True, f"A copy was made, opened again and checked: {count} tables agree. {note}".strip())

    def use_out_of_hours(self, number: str) -> None:
        """Keep the number of the out-of-hours duty team."""
        session = self._open()
        change_settings(session.store, session.person, {"out-of-hours.phone": number})

    def finish(self) -> Session:
        """End set-up and return the session; raise a UserError while there is no proven paper or verified backup."""
        session = self._open()
        if not self._confirmed:
            raise UserError("Set-up ends only when two groups were typed back from the paper of the recovery key.")
        if not self._has_backup:
            raise UserError(
                "Set-up ends only when a backup in a second place has been made and checked. Choose a place for it."
            )
        self._remember(self._folder, self._watched)
        end_set_up(self._folder)
        return session

    def give_up(self) -> None:
        """Close what is open: set-up was left, and goes on at the next start."""
        if self._session is not None:
            self._session.close()

    def _open(self) -> Session:
        if self._session is None:
            raise UserError("The register has not been made yet. Enter a name and a passphrase first.")
        return self._session
