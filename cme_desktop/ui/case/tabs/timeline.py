"""The whole timeline of a case, and at its right the chosen line in full, with both of its dates (F24)."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from cme_desktop.register.case_rows import EventRow
from cme_desktop.ui.case import wording
from cme_desktop.ui.case.acts import CaseActs
from cme_desktop.ui.case.content import Content
from cme_desktop.ui.case.opened import CaseTab, OpenedCase
from cme_desktop.ui.case.tabs.pane import TimelinePane
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import announce, clear, column, row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.buttons import Button
from cme_desktop.ui.widgets.cards import Card, Scroll
from cme_desktop.ui.widgets.text import Label, Terms
from cme_desktop.ui.words import LONDON, clock_time, day_date

COLUMN: Final = 372


class TimelineTab(CaseTab):
    """Move in the list and read the line at the right; Enter opens the letter or answer it is about."""

    def __init__(self, desk: Desk, acts: CaseActs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._acts = desk, acts
        self.timeline = TimelinePane(desk)
        self.timeline.moved.connect(self._on_moved)
        self.timeline.opened.connect(self._on_opened)
        self.card = Card("The chosen line")
        self._lines = column(gap=12)
        holder = Content()
        holder.setLayout(column(self._lines, None, margins=(0, 0, 0, 0)))
        self.card.body.addWidget(Scroll(holder))
        whole = row(self.timeline, self.card, gap=16)
        whole.setStretchFactor(self.timeline, 1)
        self.setLayout(whole)
        self._show(None)
        self._fit()
        Theme.of().changed.connect(self._fit)

    def show_case(self, case: OpenedCase) -> None:
        """Show a case."""
        self.timeline.show_case(case)

    def show_item(self, what: str) -> None:
        """Bring a line into view by its number."""
        if what.isdigit():
            self.timeline.show_event(int(what))

    def first_focus(self) -> QWidget | None:
        """Return the list."""
        return self.timeline.list

    @Slot(object)
    def _on_moved(self, event: EventRow) -> None:
        self._show(event)

    @Slot(object)
    def _on_opened(self, event: EventRow) -> None:
        if event.document_id is not None or event.kind == "risk":
            self._acts.open_event(event)
        else:
            self._show(event)
            announce(self, f"{wording.event_title(event)}. {event.detail}")

    def _show(self, event: EventRow | None) -> None:
        clear(self._lines)
        if event is None:
            self._lines.addWidget(Label("Choose a line to read it in full.", token="muted", wrap=True))
            return
        self._lines.addWidget(Label(wording.event_title(event), "section", wrap=True))
        if event.detail:
            self._lines.addWidget(Label(event.detail, wrap=True))
        terms = Terms(84)
        time = f", {clock_time(event.happened_at)}" if event.happened_at else ""
        terms.add("Happened", f"{day_date(event.happened_on, year=True)}{time}")
        recorded = event.recorded_at.astimezone(LONDON).date()
        terms.add("Recorded", f"{day_date(recorded, year=True)}, {clock_time(event.recorded_at)}")
        terms.add("By", event.by)
        if event.contact:
            terms.add("Reached at", event.contact)
        self._lines.addWidget(terms)
        if event.document_id is not None:
            button = Button("Open the document", icon="file", on_click=lambda: self._acts.open_event(event))
            self._lines.addLayout(row(button, None))

    def _fit(self) -> None:
        self.card.setFixedWidth(Theme.of().px(COLUMN))
