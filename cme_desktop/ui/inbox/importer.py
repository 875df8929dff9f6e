"""Take files in beside everything else: looks into the watched folder and files chosen by hand, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from cme_desktop.access import may
from cme_desktop.casework.intake.files import FileOutcome, ImportCancelled, ImportWatch, Reader, import_paths
from cme_desktop.casework.intake.folder import FolderState, Left, scan
from cme_desktop.domain.errors import UserError
from cme_desktop.settings import MOST_MARKS
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.runner import CancelToken, Lane
from cme_desktop.ui.words import count

TAKEN = frozenset({"staged", "partial"})
Report = Callable[[object], None]
_MOST_NAMED = 3


@dataclass(frozen=True)
class ImportProgress:
    """How far the file that is being taken in is; before its pupils are counted ``total`` is 0."""

    name: str
    done: int
    total: int
    seconds_left: int | None = None

    @property
    def words(self) -> str:
        """Return "31 of 120 pupils, about 20 seconds left"."""
        if not self.total:
            return f"Reading {self.name}"
        if self.done >= self.total:
            return f"Saving {count(self.total, 'pupil')}"
        left = "" if self.seconds_left is None else f", about {count(self.seconds_left, 'second')} left"
        return f"{self.done:,} of {count(self.total, 'pupil')}{left}"


@dataclass(frozen=True)
class ImportSummary:
    """What one look, or one choice of files, brought; ``left`` are files that stay where they are, with the reason."""

    outcomes: tuple[FileOutcome, ...] = ()
    left: tuple[Left, ...] = ()
    by_hand: bool = False

    @property
    def acts(self) -> tuple[int, ...]:
        """Return the numbers of the acts that took files in, newest first: to undo them."""
        return tuple(outcome.seq for outcome in reversed(self.outcomes) if outcome.seq)

    @property
    def file_ids(self) -> tuple[int, ...]:
        """Return the files that were taken in, newest first."""
        return tuple(outcome.source_file_id for outcome in reversed(self.outcomes) if outcome.seq)

    @property
    def whole(self) -> bool:
        """Say whether everything that was found came in."""
        left_out = any(one.refused or one.status not in TAKEN for one in self.outcomes)
        return bool(self.outcomes) and not self.left and not left_out

    @property
    def words(self) -> str:
        """Return the summary in a sentence or two."""
        taken = [one for one in self.outcomes if one.status in TAKEN]
        said = []
        if taken:
            staged = sum(one.staged for one in taken)
            said.append(f"{count(len(taken), 'S2S file')} came in, {count(staged, 'pupil')} to decide")
        refused = sum(one.refused for one in taken)
        if refused:
            said.append(f"{count(refused, 'pupil')} could not be read: see the import report")
        held = [one for one in self.outcomes if one.status == "refused"]
        if held:
            are = "is" if len(held) == 1 else "are"
            said.append(f"{count(len(held), 'file')} could not be read and {are} held under Problem files")
        again = [one for one in self.outcomes if one.status == "duplicate"]
        if again:
            said.append(f"{count(len(again), 'file')} came in before: nothing was changed")
        other = [one for one in self.outcomes if one.status == "ignored"]
        if other:
            said.append(f"{count(len(other), 'file')} of another kind held, not used")
        said += _left_words(self.left)
        return ". ".join(part.rstrip(".") for part in said) + "." if said else "Nothing new was found."


def _left_words(left: Sequence[Left]) -> list[str]:
    """Say of each file that stays, at most a few by name, why it does; those of one reason together."""
    said = []
    for why in dict.fromkeys(one.why for one in left):
        names = [one.name for one in left if one.why == why]
        more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
        said.append(f"Left in the watched folder: {', '.join(names[:_MOST_NAMED])}{more}. {why}")
    return said


class Importer(QObject):
    """Take files in off the window's thread, one job at a time, and say how far it is.

    Reading and matching run on a read thread, so that saving and looking go on meanwhile; each file is one act, which
    waits its turn at the register. ``finished`` carries an ImportSummary where something came in, ``progressed`` an
    ImportProgress, ``troubled`` a sentence about the watched folder (empty when it can be read again).
    """

    progressed = Signal(object)
    finished = Signal(object)
    troubled = Signal(str)
    stopped = Signal()

    def __init__(self, desk: Desk, reader: Reader, parent: QObject | None = None) -> None:
        super().__init__(parent or desk)
        self._desk, self._reader = desk, reader
        self._state = FolderState()
        self._busy = False
        self._started: datetime | None = None
        self._token: CancelToken | None = None
        self._by_hand = False
        self.left: tuple[Left, ...] = ()
        """What lies in the watched folder and stays there, as the last look found it."""
        self.now: ImportProgress | None = None
        self.trouble = ""
        self.last: ImportSummary | None = None

    @property
    def busy(self) -> bool:
        """Say whether files are being looked for or taken in."""
        return self._busy

    @property
    def folder(self) -> str:
        """Return the watched folder, or an empty text when none is chosen."""
        return self._desk.preferences.settings.folder_of(self._desk.store.folder)

    def look(self) -> None:
        """Look into the watched folder once; nothing while a look or an import is under way, or without a folder."""
        if self.busy or not self.folder or not may(self._desk.person, "import.scan"):
            return
        store, person, place, state, reader = (
            self._desk.store,
            self._desk.person,
            Path(self.folder),
            self._state,
            self._reader,
        )

        def work(report: Report, token: CancelToken) -> tuple[ImportSummary, str]:
            watch = _watch(report, token)
            found = scan(store, person, place, state, reader=reader, watch=watch)
            return ImportSummary(found.outcomes, found.left), found.trouble

        self._start(work, by_hand=False)

    def take(self, paths: Sequence[str]) -> None:
        """Take in files chosen by hand; they stay where they are."""
        if self.busy or not paths:
            return
        store, person, reader = self._desk.store, self._desk.person, self._reader

        def work(report: Report, token: CancelToken) -> tuple[ImportSummary, str]:
            watch = _watch(report, token)
            outcomes = import_paths(store, person, [Path(one) for one in paths], reader=reader, watch=watch)
            return ImportSummary(tuple(outcomes), by_hand=True), self.trouble

        self._start(work, by_hand=True)

    def cancel(self) -> None:
        """Stop the import: nothing of the present file is kept, files taken in before it stay."""
        if self._token is not None:
            self._token.cancel()

    def forget_last(self) -> None:
        """Forget the last import: it was undone."""
        self.last = None

    def _start(self, work: Callable[[Report, CancelToken], tuple[ImportSummary, str]], *, by_hand: bool) -> None:
        own = self._token = CancelToken()
        self._started, self._by_hand = None, by_hand

        def run(report: Report, token: CancelToken) -> tuple[ImportSummary, str]:
            token.on_cancel(own.cancel)
            return work(report, own)

        self._busy = True
        self._desk.runner.submit_reporting(
            Lane.READ, run, self._on_done, self._on_failed, on_progress=self._on_progress
        )

    def _on_progress(self, step: Any) -> None:
        name, done, total = step
        now = self._desk.now
        if not done:
            self._started = now
        left = None
        if self._started is not None and 0 < done < total:
            spent = (now - self._started).total_seconds()
            left = max(1, round(spent / done * (total - done))) if spent > 0 else None
        self.now = ImportProgress(name, done, total, left)
        self.progressed.emit(self.now)

    def _on_done(self, answer: tuple[ImportSummary, str]) -> None:
        summary, trouble = answer
        self._end()
        self._say_trouble(trouble)
        if not summary.by_hand:
            summary = self._name_once(summary)
        if summary.acts:
            self.last = summary
        if summary.outcomes:
            self._desk.saved.emit(self._desk.now)
            self._desk.inbox_changed.emit()
        if summary.outcomes or summary.left:
            self.finished.emit(summary)

    def _name_once(self, summary: ImportSummary) -> ImportSummary:
        """Name a file that stays where it is once, also after a restart: this computer keeps a mark of it."""
        preferences = self._desk.preferences
        named = set(preferences.settings.files_left)
        self.left = summary.left
        new = tuple(one for one in summary.left if one.mark not in named)
        if new:
            marks = [one.mark for one in summary.left][:MOST_MARKS]
            preferences.change(files_left=marks)
        return replace(summary, left=new)

    def _on_failed(self, error: Exception) -> None:
        self._end()
        if isinstance(error, ImportCancelled):
            self._desk.toasts.say(
                "The import was stopped. Nothing of that file was taken in; the file stays.", note=True
            )
            self._desk.inbox_changed.emit()
        elif not isinstance(error, UserError):
            raise error
        elif self._by_hand or error.message != self.trouble:
            self._desk.toasts.say(error.message, urgent=True)
            self._desk.inbox_changed.emit()
            if not self._by_hand:
                self._say_trouble(error.message)

    def _end(self) -> None:
        self._busy, self._token, self.now = False, None, None
        self.stopped.emit()

    def _say_trouble(self, words: str) -> None:
        if words != self.trouble:
            self.trouble = words
            self.troubled.emit(words)


def _watch(report: Report, token: CancelToken) -> ImportWatch:
    return ImportWatch(lambda name, done, total: report((name, done, total)), lambda: token.cancelled)
