"""What the register asks and when: one query at a time, the older one ended; one event for each list opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from cme_desktop.casework import access_log
from cme_desktop.domain.roles import Person, Role
from cme_desktop.register import cases
from cme_desktop.register.cases import FilterChoices, RegisterQuery, RegisterRow
from cme_desktop.storage.engine import ReadTicket
from cme_desktop.storage.store import Store
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.register import filters
from cme_desktop.ui.register.columns import CHILD
from cme_desktop.ui.runner import CancelToken
from cme_desktop.ui.widgets.table import PAGE

REST: Final = 1_000
"""Milliseconds after the last change of a filter before the list counts as opened (as a search does)."""


@dataclass(frozen=True)
class Answer:
    """What one query found: all ids in their order, and the rows of the first page."""

    query: RegisterQuery
    ids: tuple[int, ...]
    rows: tuple[RegisterRow, ...]


class RegisterPresenter(QObject):
    """Hold the query and its answers; the screen shows them."""

    answered = Signal(object)
    counted = Signal(object)
    choices_known = Signal(object)
    rows_known = Signal(object)
    page_failed = Signal(int)
    refused = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.query = RegisterQuery()
        self.names: dict[tuple[str, str], str] = {}
        self.masked = not desk.person.holds(Role.OFFICER)
        self._number = 0
        self._ticket: ReadTicket | None = None
        self._logged: tuple[str, str] | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self._on_rest)
        self._found = 0

    # What the screen wants

    def opened(self) -> None:
        """Count the next answer as a list that is opened: the page came to the front."""
        self._logged = None

    def ask(self, query: RegisterQuery | None = None) -> None:
        """Ask for the cases of a query (the present one when none is given); an older question is ended."""
        if query is not None:
            self.query = query
        asked = self.query
        if self.masked and asked.sort == CHILD:
            asked = replace(asked, sort="ref")  # an order by name would tell the names
        if self._ticket is not None:
            self._ticket.cancel()
        self._desk.runner.cancel(self._number)
        ticket, token = ReadTicket(), CancelToken()
        token.on_cancel(ticket.cancel)
        self._ticket = ticket
        self._number = self._desk.ask(
            partial(_found, query=asked, ticket=ticket), self._on_answer, self._on_refused, token=token
        )

    def ask_counts(self) -> None:
        """Ask how many cases each saved view holds, and what the present one can be narrowed by."""
        view = self.query.view
        self._desk.ask(cases.view_counts, self.counted.emit, self._on_quiet)
        self._desk.ask(
            lambda store, viewer: cases.filter_choices(store, viewer, view), self._on_choices, self._on_quiet
        )

    def ask_page(self, first: int, ids: tuple[int, ...]) -> None:
        """Ask for the rows of a page of ids."""
        self._desk.ask(
            lambda store, viewer: cases.case_rows(store, viewer, ids),
            self._on_rows,
            lambda _error: self.page_failed.emit(first),
        )

    def reveal(self, ref: str, then: Callable[[], object]) -> None:
        """Record that a masked name is shown, then show it."""
        self._desk.look(lambda store, person: access_log.reveal_name(store, person, ref), lambda _receipt: then())

    # Answers

    def _on_answer(self, answer: Answer) -> None:
        answer = replace(answer, query=self.query)
        self._found = len(answer.ids)
        self.answered.emit(answer)
        if self._logged is None or self._logged[0] != self.query.view:
            self._on_rest()
        else:
            self._rest.start()

    def _on_choices(self, choices: FilterChoices) -> None:
        self.names.update({("owner", str(number)): name for number, name in choices.owners})
        self.names.update({("school", urn): name for urn, name, _ in choices.schools})
        self.names.update({("status", code): label for code, label in choices.statuses})
        self.choices_known.emit(choices)

    def _on_rows(self, rows: tuple[RegisterRow, ...]) -> None:
        self.rows_known.emit(rows)

    def _on_refused(self, error: Exception) -> None:
        self.refused.emit(error)

    def _on_quiet(self, _error: Exception) -> None:
        """Leave counts and choices as they are: the list itself says what is wrong."""

    @Slot()
    def _on_rest(self) -> None:
        """Record that this list was opened, once for each view and set of filters."""
        opened = (self.query.view, filters.logged_words(self.query, self.names))
        if opened == self._logged:
            return
        self._logged = opened
        view, words, rows = *opened, self._found
        self._desk.look(
            lambda store, person: access_log.opened_list(store, person, view, filters=words, rows=rows), _nothing
        )


def _found(store: Store, viewer: Person, *, query: RegisterQuery, ticket: ReadTicket) -> Answer:
    ids = cases.case_ids(store, viewer, query, ticket=ticket)
    return Answer(query, ids, cases.case_rows(store, viewer, ids[:PAGE]))


def _nothing(_answer: object) -> None:
    """Take an answer that changes nothing on the screen."""
