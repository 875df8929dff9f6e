"""The overview of a case: what happened at the left, what to do, the dates and the people at the right."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cme_desktop.ui.case.acts import CaseActs
from cme_desktop.ui.case.opened import EDGE, CaseTab, OpenedCase
from cme_desktop.ui.case.tabs.pane import TimelinePane
from cme_desktop.ui.case.tabs.side import DatesCard, DocumentsCard, PeopleCard, StepsCard
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import column, row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.cards import Scroll

COLUMN: Final = 372
WIDE_FROM: Final = 1700
_RAIL_AND_PADDING: Final = 256


class OverviewTab(CaseTab):
    """Two columns; from 1700 px of window a third takes people and documents."""

    def __init__(self, desk: Desk, acts: CaseActs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._acts = desk, acts
        self.timeline = TimelinePane(desk)
        self.timeline.opened.connect(acts.open_event)
        self.steps, self.dates = StepsCard(acts), DatesCard(acts)
        self.people, self.documents = PeopleCard(acts), DocumentsCard(acts)
        self._second, self._second_box = _column()
        self._third, self._third_box = _column()
        for card in (self.steps, self.dates):
            self._second_box.insertWidget(self._second_box.count() - 1, card)
        self._wide: bool | None = None
        self.setContentsMargins(0, 0, 0, 0)
        whole = row(self.timeline, 16, self._second, self._third, gap=0)
        whole.setStretchFactor(self.timeline, 1)
        self.setLayout(whole)
        self._fit()
        self._case: OpenedCase | None = None
        Theme.of().changed.connect(self._on_theme_changed)

    def show_case(self, case: OpenedCase) -> None:
        """Show a case."""
        self._case = case
        today = self._desk.today
        self.timeline.show_case(case)
        for card in (self.steps, self.dates, self.people, self.documents):
            card.show_case(case, today)

    def first_focus(self) -> QWidget | None:
        """Return the next steps where there are some, else the timeline."""
        return self.steps.list if self.steps.list.steps.rowCount() else self.timeline.list

    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return the keys of the lists."""
        return (
            ("D, U", "Mark the step as done, put it off"),
            ("Enter", "Do the step, or open the line"),
            ("W", "Why that date"),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use the third column where there is room."""
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._fit()
        if self._case is not None:
            self.show_case(self._case)

    def _fit(self) -> None:
        theme = Theme.of()
        wide = self.width() >= theme.px(WIDE_FROM) - _RAIL_AND_PADDING
        width = min(theme.px(COLUMN), max(300, round(self.width() * 0.38)))
        for place, room in ((self._second, 16 if wide else EDGE), (self._third, EDGE)):
            place.setFixedWidth(width + room)
            holder = place.widget()
            if holder is not None:
                holder.setFixedWidth(width)
        self._third.setVisible(wide)
        self.documents.setVisible(wide)
        if wide == self._wide:
            return
        self._wide = wide
        box = self._third_box if wide else self._second_box
        for card in (self.people, self.documents):
            box.insertWidget(box.count() - 1, card)
        self.documents.setVisible(wide)


def _column() -> tuple[Scroll, QVBoxLayout]:
    """Return a column that scrolls when its cards do not fit, and the box that its cards stand in."""
    holder = QWidget()
    box = column(None, gap=12)
    holder.setLayout(box)
    scroll = Scroll(holder)
    return scroll, box
