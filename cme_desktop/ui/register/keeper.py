"""Keep the preview in step with the table: the look is recorded first, then the case is read and shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

from cme_desktop.access import Receipt, may
from cme_desktop.casework import access_log, next_steps
from cme_desktop.casework.next_steps import TaskRow
from cme_desktop.domain.errors import UserError
from cme_desktop.domain.roles import Person
from cme_desktop.register import case_page
from cme_desktop.register.case_page import CasePage
from cme_desktop.register.cases import RegisterRow
from cme_desktop.storage.store import Store
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.register.preview import Preview

AFTER: Final = 150
"""Milliseconds of rest on a row before the preview follows."""

Looked = tuple[Receipt, CasePage]


class PreviewKeeper(QObject):
    """Follow the current row. ``named`` says whether a case's name may be shown to this person now."""

    def __init__(
        self,
        desk: Desk,
        preview: Preview,
        current: Callable[[], RegisterRow | None],
        named: Callable[[int], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._preview, self._current, self._named = desk, preview, current, named
        self._receipts: dict[str, Receipt] = {}
        self._looking = 0
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(AFTER)
        self._rest.timeout.connect(self.show_now)
        preview.done_wanted.connect(self._on_done_wanted)

    @Slot()
    def follow(self) -> None:
        """Show the current row once it has rested."""
        self._rest.start()

    @Slot()
    def show_now(self) -> None:
        """Show the current row; a case looked at before in this stay is only read again."""
        self._rest.stop()
        if self._preview.isHidden():
            return
        self._desk.runner.cancel(self._looking)
        row = self._current()
        if row is None:
            self._preview.show_nothing()
            return
        receipt = self._receipts.get(row.ref)
        if receipt is None:
            self._looking = self._desk.look(partial(_look, row.ref), self._on_looked, self._on_refused)
        else:
            self._looking = self._desk.ask(partial(_read, row.ref, receipt), self._on_looked, self._on_refused)

    def forget(self) -> None:
        """End the stay: the next look at a case is recorded again."""
        self._rest.stop()
        self._receipts.clear()

    def _on_looked(self, looked: Looked) -> None:
        receipt, page = looked
        self._receipts[page.head.ref] = receipt
        row = self._current()
        if row is None or row.ref != page.head.ref:
            return
        person = self._desk.person
        self._preview.show_case(
            page,
            self._desk.today,
            named=self._named(page.head.episode_id),
            may_log=may(person, "enquiry.record"),
            may_do=may(person, "task.done"),
        )

    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self._preview.show_nothing(error.message, openable=True)

    @Slot(int, str)
    def _on_done_wanted(self, task_id: int, title: str) -> None:
        self._desk.do(
            lambda store, person: next_steps.mark_done(store, person, task_id),
            self._on_done,
            self._on_not_done,
            said=f"Done: {title}",
            undo=True,
        )

    def _on_done(self, task: TaskRow) -> None:
        self._desk.cases_changed.emit((task.ref,))

    def _on_not_done(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self._desk.toasts.say(error.message, urgent=True)
        self.show_now()


def _look(ref: str, store: Store, person: Person) -> Looked:
    """Commit the look, then read the case."""
    return _read(ref, access_log.open_case_page(store, person, ref), store, person)


def _read(ref: str, receipt: Receipt, store: Store, person: Person) -> Looked:
    return receipt, case_page.case_page(store, person, ref, receipt, events=1)
