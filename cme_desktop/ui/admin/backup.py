"""Backup: when it was last made and checked, make one now, where it goes, and how one is put back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QProgressBar, QWidget

from cme_desktop.casework import keeping
from cme_desktop.casework.keeping import MadeBackup
from cme_desktop.casework.reference.policy import change_settings
from cme_desktop.domain.roles import Person
from cme_desktop.register.admin import SafetyPage, safety_page
from cme_desktop.register.came_in import RecordsSafe
from cme_desktop.storage.store import Store
from cme_desktop.system import NotApart, check_second_place
from cme_desktop.ui.admin.section import Office, Section, SmallTable, TableCard
from cme_desktop.ui.qt import named
from cme_desktop.ui.runner import CancelToken, Lane
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.buttons import Button, Kind
from cme_desktop.ui.widgets.cards import Card
from cme_desktop.ui.widgets.feedback import Banner
from cme_desktop.ui.widgets.table import Cell, Column
from cme_desktop.ui.widgets.tags import Tag, TagLook
from cme_desktop.ui.widgets.text import Label, Terms
from cme_desktop.ui.words import count, when

PLACE: Final = "backup.place"
_MOST: Final = 12
_KINDS: Final = {
    "daily": "Start of the day",
    "by-hand": "By hand",
    "pre-upgrade": "Before an update",
    "pre-import": "Before an import",
}
_STEPS: Final = {
    "pages": "Checking the pages",
    "rows": "Checking the rows",
    "audit": "Checking the audit",
    "content": "Checking the files",
}


def copy_look(records: RecordsSafe) -> TagLook:
    """Return how old the copy in the second place is, as a tag."""
    return {
        "ok": TagLook("OK", Tone.GREEN, "check"),
        "late": TagLook("Older than one working day", Tone.AMBER, "clock"),
        "very-late": TagLook("Older than 7 days", Tone.RED, "alert"),
    }.get(records.copy, TagLook("No copy yet", Tone.AMBER, "alert"))


class BackupSection(Section):
    """The state of backups. A backup is made beside everything else: saving goes on meanwhile."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(office, "Backup and restore", parent)
        self._place = ""
        self._busy = False
        self.state = Tag("", Tone.GREY)
        self.made = Label("", wrap=True)
        self.place = Label("", wrap=True).selectable()
        self.now = Button("Back up now", Kind.PRIMARY, icon="save", on_click=self._on_now)
        self.change = Button("Change place", icon="folder", on_click=self._on_change)
        self.bar = named(QProgressBar(), "How far the backup is")
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 100)
        self.bar.hide()
        self.step = Label("", "hint", "muted", wrap=True)
        card = Card("Backup")
        card.head().addWidget(self.state)
        terms = Terms(112, 8)
        terms.add("Last backup", self.made)
        terms.add("Second place", self.place)
        terms.add("Kept", "14 daily, 8 weekly and 12 monthly ones, and for 90 days each made before an update.")
        card.body.setSpacing(12)
        card.body.addWidget(terms)
        card.body.addWidget(self.bar)
        card.foot(self.now, self.change, self.step)
        self.table = SmallTable(self._columns(), "Backups in the second place")
        self.backups = TableCard(
            "Backups in the second place",
            self.table,
            "None of this register lies there now. If the drive is not plugged in, plug it in and come back here.",
        )
        self.hold(card, self.backups, self._restore_card())
        self._allow()

    def _columns(self) -> tuple[Column[MadeBackup], ...]:
        return (
            Column("when", "Made", lambda one: Cell(when(one.made_at, self.desk.today), strong=True), sortable=False),
            Column("kind", "Why", lambda one: _KINDS.get(one.kind, one.kind), 150, sortable=False),
            Column("holds", "Holds", self._holds, 240, sortable=False),
        )

    @staticmethod
    def _holds(one: MadeBackup) -> str:
        return f"{count(one.children, 'child', 'children')}, {count(one.cases, 'case')}"

    def _restore_card(self) -> Card:
        card = Card("Putting a backup back")
        for words in (
            "A backup holds the whole register as it was, encrypted, with the log-ins of its time. The register is "
            "closed while one is put back, so that nobody works in it meanwhile. You see first what would differ.",
            "The backup is opened and checked. What is in the register now is kept beside it, never deleted. "
            "A damaged backup is refused and changes nothing.",
        ):
            card.body.addWidget(Label(words, wrap=True))
        self.restore = Button("Close the register and choose", icon="undo", on_click=self.desk.restore_wanted.emit)
        self.why_no_restore = Label("", "hint", "muted", wrap=True)
        card.foot(self.restore, self.why_no_restore)
        return card

    # Showing

    def refresh(self) -> None:
        """Fetch when backups were made, then which lie in the second place."""
        self.desk.ask(safety_page, self._on_safety, self.refused)

    def _on_safety(self, page: SafetyPage) -> None:
        records = page.records
        look = copy_look(records)
        self.state.show_look(look)
        if records.backup_at is None:
            self.made.setText("None made yet.")
        else:
            by = f", by {page.backup_by}" if page.backup_by else ""
            checked = "opened again and checked" if records.backup_ok else "did not pass its check"
            self.made.setText(f"{when(records.backup_at, self.desk.today)}{by}, {checked}.")
        self._place = page.backup_place
        self.place.setText(
            self._place or "None chosen yet. Choose a share or a removable drive, apart from this computer."
        )
        self._allow()
        place = self._place
        if place:
            self.desk.ask(lambda store, viewer: keeping.backups_in(store, viewer, Path(place)), self._on_backups)
        else:
            self.backups.show_rows({})

    def _on_backups(self, found: tuple[MadeBackup, ...]) -> None:
        self.backups.show_rows(dict(enumerate(found[:_MOST], start=1)))

    def _allow(self) -> None:
        why = self.why_not("backup.make")
        no_place = "" if self._place else "Choose a place first"
        busy = "A backup is being made" if self._busy else ""
        self.now.set_reason(why or no_place or busy)
        self.change.set_reason(self.why_not("settings.change") or busy)
        no_restore = self.why_not("backup.restore") or busy
        self.restore.set_reason(no_restore)
        self.why_no_restore.setText(no_restore)
        if not self._busy:
            self.step.setText(why or no_place)

    # Making

    def _on_now(self) -> None:
        if not self._busy and self._place:
            self._make(Path(self._place))

    def _make(self, place: Path, then: Callable[[], object] | None = None, note: str = "") -> None:
        store, person, unlocked = self.desk.store, self.desk.person, self.office.unlocked

        def work(report: Callable[[object], None], _token: CancelToken) -> tuple[int, tuple[str, ...], bool]:
            made = keeping.back_up(
                store, person, unlocked, place, second_place=True, progress=lambda what, far: report((what, far))
            )
            files = made.files
            return len(made.manifest["tables"]), files.sentences(place, store.folder), bool(files.register_bad)

        def done(found: tuple[int, tuple[str, ...], bool]) -> None:
            tables, damage, to_put_back = found
            self._end()
            self.show_banner(self._banner_of(tables, damage, place if to_put_back else None, note))
            if then is not None:
                then()
            self.refresh()
            self.changed.emit()

        self._busy = True
        self.bar.setValue(0)
        self.bar.show()
        self.step.setText("Copying the register")
        self._allow()
        self.desk.runner.submit_reporting(Lane.BESIDE, work, done, self._on_failed, on_progress=self._on_progress)

    def _banner_of(self, tables: int, damage: tuple[str, ...], place: Path | None, note: str) -> Banner:
        """Return what to say of a backup that was made, with a button where the register's files can be put back."""
        words = f"A backup was made, opened again and checked: {tables} tables agree. {note}".strip()
        if not damage:
            return Banner(words, Tone.GREEN, icon="check")
        if place is None:
            return Banner(words, Tone.AMBER, second="\n".join(damage))
        return Banner(
            words,
            Tone.AMBER,
            second="\n".join(damage),
            button="Put the files back",
            on_click=lambda: self._on_put_files_back(place),
        )

    def _on_put_files_back(self, place: Path) -> None:
        unlocked = self.office.unlocked

        def put_back(store: Store, actor: Person) -> int:
            return keeping.put_files_back(store, actor, unlocked, place)

        def done(number: int) -> None:
            words = "1 file was" if number == 1 else f"{number} files were"
            self.show_banner(Banner(f"{words} put back in the register from the backups.", Tone.GREEN, icon="check"))
            self.changed.emit()

        self.desk.do(put_back, done, self.refused)

    def _on_progress(self, step: tuple[str, float]) -> None:
        what, far = step
        self.step.setText(_STEPS.get(what, what))
        self.bar.setValue(round(far * 100))

    def _on_failed(self, error: Exception) -> None:
        self._end()
        self.refused(error)

    def _end(self) -> None:
        self._busy = False
        self.bar.hide()
        self.step.setText("")
        self._allow()

    def _on_change(self) -> None:
        chosen = self.office.system.ask_folder("Choose a second place for backups")
        if not chosen:
            return
        place, watched = Path(chosen), self.desk.preferences.settings.watched_folder
        try:
            note = check_second_place(place, self.desk.store.folder, Path(watched) if watched else None)
        except NotApart as refused:
            self.refused(refused)
            return

        def keep() -> None:
            def change(store: Store, actor: Person) -> object:
                return change_settings(store, actor, {PLACE: chosen})

            self.desk.do(change, lambda _policy: self.refresh(), self.refused, said="Backups go to the new place")

        self._make(place, keep, note)
