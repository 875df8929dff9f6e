"""The timeline in a card: its filter, its list, and what stands there while it is empty or on its way."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from cme_desktop.register import case_page
from cme_desktop.register.case_rows import EventRow
from cme_desktop.ui.case.opened import OpenedCase
from cme_desktop.ui.case.tabs.events import EventList, EventModel
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.tokens import Tone
from cme_desktop.ui.widgets.cards import Card, Corners
from cme_desktop.ui.widgets.chips import Segments
from cme_desktop.ui.widgets.states import Empty, Place

GROUPS: Final = (("", "All"), ("contact", "Contact"), ("decision", "Decision"), ("file", "File"), ("letter", "Letter"))
PAGE: Final = 60
_WORDS: Final = {
    "contact": "No contact is kept on this case yet. Enquiries and notes of contact appear here.",
    "decision": "No decision is kept on this case yet.",
    "file": "No S2S file told anything about this child.",
    "letter": "No letter was made on this case yet. P makes one.",
}


class TimelinePane(Card):
    """One timeline. ``opened`` and ``moved`` carry the line."""

    opened = Signal(object)
    moved = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("Timeline", padding=0, parent=parent)
        self._desk = desk
        self._case: OpenedCase | None = None
        self._asked = 0
        self._wanted = 0
        self.groups = Segments("Show", GROUPS)
        self.groups.chosen.connect(self._on_group)
        self.head().addWidget(self.groups)
        self.head().setContentsMargins(16, 0, 16, 0)
        self.model = EventModel(self)
        self.list = EventList(self.model)
        self.list.opened.connect(self.opened)
        self.list.moved.connect(self.moved)
        self.list.more_wanted.connect(self._on_more)
        self.place = Place(self.list)
        self.body.addWidget(self.place)
        Corners(self)

    def show_case(self, case: OpenedCase) -> None:
        """Show the timeline of a case; the filter stays while the case is the same."""
        if self._case is None or self._case.ref != case.ref:
            self.groups.blockSignals(True)
            self.groups.choose("")
            self.groups.blockSignals(False)
        self._case = case
        if self.groups.key():
            self._ask()
        else:
            self._show(case.page.events, more=case.page.event_count > len(case.page.events))

    def show_event(self, number: int) -> None:
        """Bring a line into view by its number, once it is there."""
        self._wanted = 0 if self.list.show_event(number) else number

    def _show(self, rows: tuple[EventRow, ...], *, more: bool) -> None:
        current = self.model.event_at(self.list.currentIndex().row())
        self.model.show_rows(rows, self._desk.today, more=more)
        if not rows:
            words = _WORDS.get(self.groups.key(), "What happens on the case appears here.")
            self.place.show_empty(Empty("Nothing here yet", words, icon="clock", tone=Tone.GREY))
            return
        self.place.show_content()
        if self._wanted or current is not None:
            self.show_event(self._wanted or (current.id if current is not None else 0))

    @Slot(str)
    def _on_group(self, _group: str) -> None:
        if self._case is None:
            return
        if self.groups.key():
            self.place.show_loading()
            self._ask()
        else:
            self.show_case(self._case)

    def _ask(self, before: EventRow | None = None) -> None:
        case, group = self._case, self.groups.key()
        if case is None:
            return
        self._desk.runner.cancel(self._asked)
        self._asked = self._desk.ask(
            lambda store, person: case_page.timeline(
                store, person, case.ref, case.receipt, group=group, before=before, limit=PAGE
            ),
            self._on_first if before is None else self._on_earlier,
        )

    def _on_first(self, rows: tuple[EventRow, ...]) -> None:
        self._show(rows, more=len(rows) == PAGE)

    def _on_earlier(self, rows: tuple[EventRow, ...]) -> None:
        first = len(self.model.rows)
        self.model.add_rows(rows, more=len(rows) == PAGE)
        if rows:
            self.list.setCurrentIndex(self.model.index(first))

    @Slot()
    def _on_more(self) -> None:
        if self.model.rows:
            self._ask(self.model.rows[-1])
