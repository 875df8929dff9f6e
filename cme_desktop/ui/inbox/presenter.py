"""What the inbox asks and does: which file and pupil is in front, the answers, and what comes next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from cme_desktop.access import may
from cme_desktop.casework import children, intake, undo
from cme_desktop.casework.intake.accept import Accepted, Decision
from cme_desktop.casework.intake.applying import TAKEABLE
from cme_desktop.casework.intake.meaning import LATER, MATCH, NEW, NOT_CME
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.register import inbox as asked
from cme_desktop.register.inbox import CandidateRow, FileReport, InboxItem, InboxPage, PupilRow
from cme_desktop.storage.store import Store
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.inbox.compare import CLOSE, pupil_name
from cme_desktop.ui.inbox.importer import ImportSummary
from cme_desktop.ui.inbox.review import NOT_SAME
from cme_desktop.ui.words import count

Pupils = tuple[tuple[PupilRow, ...], FileReport]


class InboxPresenter(QObject):
    """Hold where the officer is in the inbox. Each signal carries what the screen shows next.

    ``page_known`` an InboxPage and the pupils that can be accepted at once; ``pupils_known`` the pupils of the file in
    front and its report; ``item_known`` the pupil in front; ``answered`` what was decided and about whom.
    """

    page_known = Signal(object, object)
    pupils_known = Signal(object, object)
    item_known = Signal(object)
    answered = Signal(object, object)
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.page: InboxPage | None = None
        self.file_id: int | None = None
        self.item: InboxItem | None = None
        self.candidate = 0
        self.report: FileReport | None = None
        self.pupils: tuple[PupilRow, ...] = ()
        self.busy = False
        self._place = 0
        self._wanted: int | None = None
        self._last: int | None = None
        self._asked = [0, 0, 0]
        self._brought_back: date | None = None

    @property
    def may_decide(self) -> bool:
        """Say whether the person decides here, or only reads."""
        return may(self._desk.person, "import.accept")

    @property
    def known(self) -> CandidateRow | None:
        """Return the child of the register that is shown beside the pupil, or None."""
        found = self.item.candidates if self.item is not None else ()
        return found[self.candidate] if self.candidate < len(found) else None

    @property
    def others(self) -> tuple[CandidateRow, ...]:
        """Return the other possible children of the pupil in front."""
        found = self.item.candidates if self.item is not None else ()
        return tuple(one for place, one in enumerate(found) if place != self.candidate)

    # Asking

    def bring_back(self) -> None:
        """Bring back, once a day, what was put off until today."""
        today = self._desk.today
        if self.may_decide and self._brought_back != today:
            self._brought_back = today
            self._desk.look(intake.bring_back, self._on_brought_back)

    def _on_brought_back(self, number: int) -> None:
        if number:
            self._desk.inbox_changed.emit()

    def refresh(self) -> None:
        """Ask what waits; where the last decision was undone, its pupil comes to the front again."""
        last = self._last

        def question(store: Store, viewer: Person) -> tuple[InboxPage, tuple[int, ...], InboxItem | None]:
            item = asked.inbox_item(store, viewer, last) if last is not None else None
            return asked.inbox_page(store, viewer), asked.same_children(store, viewer), item

        self._ask(0, lambda: self._desk.ask(question, self._on_page, self._on_page_failed))

    def _ask(self, lane: int, start: Callable[[], int]) -> None:
        self._desk.runner.cancel(self._asked[lane])
        self._asked[lane] = start()

    def _on_page(self, answer: tuple[InboxPage, tuple[int, ...], InboxItem | None]) -> None:
        page, same, last = answer
        if last is not None and last.decision is None:
            self._last, self._wanted, self.file_id = None, last.id, last.file_id
        self.page = page
        self.page_known.emit(page, same)
        self._desk.counted.emit(page)

    def _on_page_failed(self, error: Exception) -> None:
        self._last = None
        self.failed.emit(error)

    def show_item(self, item_id: int) -> None:
        """Bring a pupil to the front, whatever file it is in; one decided meanwhile only refreshes."""

        def found(item: InboxItem) -> None:
            if item.decision is None:
                self.file_id, self._wanted = item.file_id, item.id
            self.refresh()

        self._desk.ask(lambda store, viewer: asked.inbox_item(store, viewer, item_id), found, self.failed.emit)

    def show_file(self, file_id: int) -> None:
        """Bring a file to the front, at the pupil that was in front where it is still there."""
        if file_id != self.file_id:
            self.file_id, self._place = file_id, 0

        def question(store: Store, viewer: Person) -> Pupils:
            return asked.file_pupils(store, viewer, file_id), asked.file_report(store, viewer, file_id)

        self._ask(1, lambda: self._desk.ask(question, self._on_pupils, self.failed.emit))

    def _on_pupils(self, answer: Pupils) -> None:
        self.pupils, self.report = answer
        if not self.pupils:
            self.item, self.busy = None, False
            self.pupils_known.emit(self.pupils, self.report)
            return
        ids = [one.id for one in self.pupils]
        present = self.item.id if self.item is not None else None
        chosen = next((one for one in (self._wanted, present) if one in ids), None)
        self._wanted = None
        self.show_pupil(ids[min(self._place, len(ids) - 1)] if chosen is None else chosen)

    def show_pupil(self, item_id: int) -> None:
        """Bring a pupil of the present file to the front."""
        place = next((place for place, one in enumerate(self.pupils) if one.id == item_id), 0)
        self._place = place
        self.pupils_known.emit(self.pupils, self.report)
        self._ask(
            2,
            lambda: self._desk.ask(
                lambda store, viewer: asked.inbox_item(store, viewer, item_id), self._on_item, self.failed.emit
            ),
        )

    @property
    def place(self) -> int:
        """Return which of the file's pupils is in front, from 0."""
        return self._place

    def _on_item(self, item: InboxItem) -> None:
        same = self.item is not None and self.item.id == item.id
        if not same or self.candidate >= len(item.candidates):
            self.candidate = 0
        self.item, self.busy = item, False
        self.item_known.emit(item)

    def compare_next(self) -> None:
        """Show the next possible child beside the pupil, round to the first again."""
        if self.item is not None and len(self.item.candidates) > 1:
            self.candidate = (self.candidate + 1) % len(self.item.candidates)
            self.item_known.emit(self.item)

    # Deciding

    def answer(self, kind: str, second: frozenset[str] = frozenset()) -> None:
        """Carry out an answer about the pupil in front; what cannot be answered so now is passed over."""
        item, known = self.item, self.known
        if item is None or self.busy or not self.may_decide or (known is None and kind in (MATCH, NOT_SAME)):
            return
        self.busy = True
        if kind == NOT_SAME and known is not None:
            child = known.child_id
            self._desk.do(
                lambda store, actor: intake.not_same(store, actor, item.id, child),
                partial(self._on_not_same, item, known),
                self._on_answer_failed,
            )
            return
        decision = Decision(kind)
        if kind == MATCH and known is not None:
            close = CLOSE in second
            decision = Decision(kind, child_id=known.child_id, take=second & TAKEABLE, close=close)
        self._desk.do(
            lambda store, actor: intake.accept(store, actor, item.id, decision),
            partial(self._on_accepted, item, known, decision),
            self._on_answer_failed,
        )

    def _on_not_same(self, item: InboxItem, known: CandidateRow, _answer: None) -> None:
        self._desk.toasts.say(f"Remembered: {pupil_name(item)} is not {known.name} of the register", undo=0)
        self._desk.inbox_changed.emit()

    def _on_accepted(self, item: InboxItem, known: CandidateRow | None, decision: Decision, done: Accepted) -> None:
        self._last, self.item = item.id, None
        self._desk.toasts.say(_said(item, known, decision, done), undo=0)
        self.answered.emit(done, item)
        if done.case is not None:
            self._desk.cases_changed.emit((done.case,))
        self._desk.inbox_changed.emit()

    def _on_answer_failed(self, error: Exception) -> None:
        self.busy = False
        self.failed.emit(error)
        if isinstance(error, UserError):
            self.refresh()

    def accept_same(self, items: Sequence[int]) -> None:
        """Accept all pupils who are certainly the same children, as one act."""
        if self.busy or not items:
            return
        self.busy = True
        wanted = tuple(items)
        self._desk.do(
            lambda store, actor: intake.accept_same(store, actor, wanted),
            self._on_same_accepted,
            self._on_answer_failed,
        )

    def _on_same_accepted(self, done: tuple[Accepted, ...]) -> None:
        self.item, self.busy = None, False
        self._last = done[0].item if done else None
        words = f"{count(len(done), 'same child', 'same children')} accepted. No case was closed."
        self._desk.toasts.say(words, undo=0)
        self._desk.cases_changed.emit(tuple(one.case for one in done if one.case))
        self._desk.inbox_changed.emit()

    def link(self, done: Accepted) -> None:
        """Link the child just accepted with the likely brothers and sisters."""
        ref, siblings = done.case, done.siblings
        if ref is None:
            return

        def act(store: Store, actor: Person) -> None:
            for one in siblings:
                children.link_siblings(store, actor, ref, one.child_id, source=f"inbox: {one.why}")

        names = ", ".join(one.name for one in siblings)
        refs = tuple(one for one in (ref, *(each.case for each in siblings)) if one)
        self._desk.do(
            act,
            lambda _none: self._desk.cases_changed.emit(refs),
            said=f"Linked as brothers and sisters: {names}",
            undo=True,
        )

    # Files

    def settle(
        self, file_id: int, reason: str, on_done: Callable[[], object], on_error: Callable[[Exception], object]
    ) -> None:
        """Take a problem file off the list, with the reason."""

        def done(_none: None) -> None:
            on_done()
            self._desk.inbox_changed.emit()

        self._desk.do(
            lambda store, actor: intake.settle_problem(store, actor, file_id, reason=reason),
            done,
            on_error,
            said="Taken off the list of problem files. It stays held.",
            undo=True,
        )

    def save_copy(self, file_id: int, place: str, reason: str) -> None:
        """Save a copy of a file outside the register: logged first, then written."""
        self._desk.do(
            lambda store, actor: intake.save_out(store, actor, file_id, Path(place), reason=reason),
            said="A copy was saved. It is not encrypted: delete it when it has been used.",
        )

    def undo_import(self, summary: ImportSummary, copies: dict[int, str], on_done: Callable[[], object]) -> None:
        """Undo an import, newest file first; of each file in ``copies`` a copy is saved before."""

        def act(store: Store, actor: Person) -> int:
            for file_id, place in copies.items():
                intake.save_out(store, actor, file_id, Path(place), reason="before its import was undone")
            for seq in summary.acts:
                undo.undo_act(store, actor, seq)
            return len(summary.acts)

        def done(number: int) -> None:
            self.item = None
            self._desk.toasts.say(f"{count(number, 'import')} undone: the register is as it was before.")
            on_done()
            self._desk.inbox_changed.emit()

        self._desk.do(act, done, self.failed.emit)


def _said(item: InboxItem, known: CandidateRow | None, decision: Decision, done: Accepted) -> str:
    name = pupil_name(item)
    if decision.kind == MATCH and known is not None:
        what = f"{name}: same child as {done.case or known.name}"
        return f"{what}, case closed" if decision.close else what
    if decision.kind == NEW:
        return f"{name}: new child, case {done.case} opened"
    if decision.kind == NOT_CME:
        return f"{name}: not missing education, no case"
    assert decision.kind == LATER
    return f"{name}: put off, comes back in 7 days"
