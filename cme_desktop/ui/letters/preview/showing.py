"""What the preview shows: which document, as it would be made or as it is filed, and what is still missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from cme_desktop.casework.documents.drafting import Preview, Wanted
from cme_desktop.domain.errors import UserError
from cme_desktop.register.letters import DocumentPage
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.letters.preview import jobs
from cme_desktop.ui.letters.preview.approval import Progress, progress_of
from cme_desktop.ui.letters.preview.editors import Given
from cme_desktop.ui.letters.preview.fields import FillRow, gaps, rows_filed, rows_to_fill, rows_together
from cme_desktop.ui.letters.preview.jobs import Filed, Opened
from cme_desktop.ui.letters.preview.notices import NoticeLine
from cme_desktop.ui.letters.preview.subject import (
    BY_ACT,
    Entry,
    Heading,
    LetterCase,
    Stage,
    heading,
    state_words,
    together,
    with_preview,
    with_trouble,
)

RESTRICTED: Final = "reason-needed"
KEEP_AFTER: Final = 1_500
_NOT_FOR: Final = frozenset({"already-done", "not-found"})


class LetterShowing(QObject):
    """Hold one preview. ``changed`` says that what stands round the page has changed; ``pages`` carries a PDF.

    ``trouble`` carries an error to show; ``reason_wanted`` the words of a restricted record; ``left`` says that
    nothing is shown any more.
    """

    changed = Signal()
    pages = Signal(object)
    trouble = Signal(object)
    reason_wanted = Signal(str)
    warned = Signal(str)
    left = Signal()

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._case: LetterCase | None = None
        self._entries: tuple[Entry, ...] = ()
        self._shown = 0
        self._asked: dict[int, int] = {}
        self._judged: set[int] = set()
        self._schools: dict[str, str] = {}
        self._opening: Callable[[str], None] | None = None
        self._busy = False
        self._turn = 0
        self._unkept: set[int] = set()
        self._keep_timer = QTimer(self)
        self._keep_timer.setSingleShot(True)
        self._keep_timer.setInterval(KEEP_AFTER)
        self._keep_timer.timeout.connect(self.keep)
        desk.keep_wanted.connect(self.keep)
        desk.cases_changed.connect(self._on_cases_changed)

    # What the view asks

    @property
    def case(self) -> LetterCase | None:
        """Return the case of the letter, None while nothing is shown."""
        return self._case

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return the documents of the preview."""
        return self._entries

    @property
    def entry(self) -> Entry | None:
        """Return the document that is shown."""
        return next((one for one in self._entries if one.parent_id == self._shown), None)

    @property
    def making(self) -> bool:
        """Say whether the document that is shown is not filed yet."""
        entry = self.entry
        return entry is not None and entry.stage is Stage.MAKING

    def rows(self) -> tuple[FillRow, ...]:
        """Return the rows of the document that is shown."""
        entry, case = self.entry, self._case
        if entry is None or case is None:
            return ()
        if entry.stage is Stage.MAKING:
            return rows_together(case, self._entries, entry)
        return rows_filed(case, entry.page) if entry.page is not None else ()

    def heading(self) -> Heading:
        """Return the buttons of the head."""
        if self._case is None:
            return Heading(())
        group = together(self._entries, self._shown)
        missing = sum(gaps(self._case, one) for one in group)
        return heading(self._case, self._entries, self._shown, self._desk.person, missing)

    def progress(self) -> Progress | None:
        """Return how far the document that is shown has come."""
        entry = self.entry
        return progress_of(self._case, entry, self._desk.person.name) if self._case and entry else None

    def lines(self) -> tuple[NoticeLine, ...]:
        """Return a line for each addressee."""
        case = self._case
        if case is None:
            return ()
        return tuple(
            NoticeLine(
                one.parent_id,
                one.name,
                one.relation,
                one.ticked,
                one.may_be_written_to or one.row is not None,
                one.parent_id == self._shown,
                self._state(case, one),
            )
            for one in self._entries
        )

    def _state(self, case: LetterCase, entry: Entry) -> str:
        rows = rows_to_fill(case, entry, self._number(entry)) if entry.stage is Stage.MAKING else ()
        lacks = [row for row in rows if row.missing]
        if len(lacks) == 1 and lacks[0].key == "address":
            return "address too long" if entry.trouble else "address missing"
        refused = entry.preview.why_not if entry.preview is not None and entry.row is None else None
        if refused is not None and refused.code == "already-done":
            return "served"
        return state_words(entry, len(lacks))

    def _number(self, entry: Entry) -> int:
        return next((place for place, one in enumerate(self._entries, 1) if one is entry), 1)

    def given(self) -> Given:
        """Return what the editors begin with."""
        entry, case = self.entry, self._case
        if entry is None or case is None:
            return Given(self._desk.today)
        adult, preview = case.adult(entry.parent_id), entry.preview
        return Given(
            today=case.today,
            method=preview.method if preview else "",
            methods=self._methods(case, entry),
            sent_on=preview.sent_on if preview else None,
            signatories=case.signatories,
            address=adult.address if adult else (),
            postcode=adult.postcode if adult else "",
            schools=tuple(self._schools.items()),
        )

    @staticmethod
    def _methods(case: LetterCase, entry: Entry) -> tuple[str, ...]:
        adult = case.adult(entry.parent_id)
        ways = ["hand", "left", "first-class", "second-class"]
        if adult is not None and adult.electronic_consent:
            ways.append("electronic")
        if case.code in BY_ACT or case.code == "L24":
            ways = ["s2s-message", "hand", "first-class", "second-class"]
        return tuple(ways)

    # Opening

    def open_to_make(
        self, ref: str, code: str, parent_id: int = 0, reason: str = "", anew: Mapping[int, Wanted] | None = None
    ) -> None:
        """Begin a letter of a case, or make some documents of it once more; the look is recorded first."""
        self.close()
        self._opening = partial(self.open_to_make, ref, code, parent_id, anew=anew)
        job = jobs.open_to_make(ref, code, parent_id, reason, anew)
        self._desk.look(job, self._while_here(self._on_opened), self._while_here(self._on_error))

    def open_document(self, document_id: int) -> None:
        """Show a filed document; the look at it is recorded first."""
        self.close()
        job = jobs.open_filed(document_id)
        self._desk.look(job, self._while_here(self._on_opened), self._while_here(self._on_error))

    def retry(self, reason: str) -> None:
        """Open again what is restricted, with the reason for it."""
        if self._opening is not None:
            self._opening(reason)

    def close(self) -> None:
        """Keep what was typed, and forget what is shown."""
        self.keep()
        for number in self._asked.values():
            self._desk.runner.cancel(number)
        self._asked, self._judged, self._unkept = {}, set(), set()
        self._turn += 1
        self._case, self._entries, self._shown = None, (), 0

    def _while_here(self, then: Callable[[Any], None]) -> Callable[[Any], None]:
        """Return a callback that does nothing once another letter is shown, or none."""
        turn = self._turn

        def answered(answer: Any) -> None:
            if turn == self._turn:
                then(answer)

        return answered

    def _on_opened(self, opened: Opened) -> None:
        self._case, self._entries, self._shown = opened.case, opened.entries, opened.shown
        self._schools |= opened.schools
        self.changed.emit()
        if opened.content:
            self.pages.emit(opened.content)
        for one in opened.entries:
            if one.stage is Stage.MAKING:
                self._foresee(one.parent_id)
        if not opened.content:
            self._show_filed()

    def show(self, parent_id: int) -> None:
        """Show the document of another addressee."""
        self._shown = parent_id
        entry = self.entry
        self.changed.emit()
        if entry is not None and entry.stage is Stage.MAKING:
            self._foresee(parent_id)
        else:
            self._show_filed()

    def _show_filed(self) -> None:
        entry = self.entry
        if entry is None or entry.row is None:
            return
        number = entry.row.document_id
        shown = partial(self._on_filed, entry.parent_id)
        self._desk.look(jobs.read_filed(number), self._while_here(shown), self._while_here(self._on_error))

    def _on_filed(self, parent_id: int, filed: Filed) -> None:
        self._put_page(parent_id, filed.page)
        if parent_id == self._shown:
            self.pages.emit(filed.content)
        self.changed.emit()

    def _put_page(self, parent_id: int, page: DocumentPage) -> None:
        self._entries = tuple(
            replace(one, page=page, row=page.row) if one.parent_id == parent_id else one for one in self._entries
        )

    # Foreseeing

    def _foresee(self, parent_id: int) -> None:
        entry = next((one for one in self._entries if one.parent_id == parent_id), None)
        if entry is None or self._case is None:
            return
        self._desk.runner.cancel(self._asked.pop(parent_id, 0))
        draw = parent_id == self._shown
        self._asked[parent_id] = self._desk.ask(
            jobs.foresee(self._case, entry, draw=draw),
            partial(self._on_foreseen, parent_id),
            partial(self._on_not_foreseen, parent_id),
        )

    def _on_not_foreseen(self, parent_id: int, error: Exception) -> None:
        self._asked.pop(parent_id, None)
        if isinstance(error, UserError) and error.code != RESTRICTED:
            self._entries = with_trouble(self._entries, parent_id, error.code)
            self.changed.emit()
        self._on_error(error)

    def _on_foreseen(self, parent_id: int, preview: Preview) -> None:
        self._asked.pop(parent_id, None)
        self._entries = with_preview(self._entries, parent_id, preview)
        self._judge(parent_id, preview)
        if preview.content and parent_id == self._shown:
            self.pages.emit(preview.content)
        self.changed.emit()

    def _judge(self, parent_id: int, preview: Preview) -> None:
        """Leave out, once, who is no parent for this document or has it already."""
        if parent_id in self._judged:
            return
        self._judged.add(parent_id)
        refused = preview.why_not
        if refused is not None and (refused.code in _NOT_FOR or refused.missing == ("parent",)):
            self._entries = tuple(
                replace(one, ticked=False) if one.parent_id == parent_id else one for one in self._entries
            )
            ticked = next((one.parent_id for one in self._entries if one.ticked), None)
            if parent_id == self._shown and ticked is not None and len(self._judged) <= len(self._entries):
                self.show(ticked)

    @Slot()
    def keep(self) -> None:
        """Keep what was typed, encrypted, until the letter is made."""
        self._keep_timer.stop()
        case, unkept, self._unkept = self._case, self._unkept, set()
        if case is None:
            return
        for one in self._entries:
            if one.parent_id in unkept and one.stage is Stage.MAKING:
                self._desk.look(jobs.keep(case, one), nothing)

    # News

    @Slot()
    def refresh(self) -> None:
        """Fetch anew how the filed documents stand, whose bytes never change, and draw anew what is being made."""
        if self._case is None:
            return
        for one in self._entries:
            if one.stage is Stage.MAKING:
                self._foresee(one.parent_id)
        ids = [one.row.document_id for one in self._entries if one.row is not None]
        if ids:
            read, gone = self._while_here(self._on_read_again), self._while_here(self._on_gone)
            self._desk.ask(jobs.filed_pages(ids), read, gone)

    @Slot(object)
    def _on_cases_changed(self, refs: tuple[str, ...]) -> None:
        """Follow what is changed or taken back elsewhere while the letter is shown."""
        if self._case is not None and self._case.ref in refs and not self._busy:
            self.refresh()

    def _on_read_again(self, pages: dict[int, DocumentPage]) -> None:
        found = {one.row.document_id: one for one in pages.values()}
        self._entries = tuple(
            replace(one, page=found[one.row.document_id], row=found[one.row.document_id].row)
            if one.row is not None and one.row.document_id in found
            else one
            for one in self._entries
        )
        self.changed.emit()

    def _on_gone(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self.left.emit()

    def _on_error(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        if error.code == RESTRICTED:
            self.reason_wanted.emit(error.message)
        else:
            self.trouble.emit(error)


def nothing(_answer: object) -> None:
    """Take an answer that nobody waits for."""
