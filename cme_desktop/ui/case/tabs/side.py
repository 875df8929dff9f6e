"""The right column of the overview: next steps, dates with why, people with what may be done, documents."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.register.case_rows import AdultRow, DocumentRow, TaskRow
from cme_desktop.ui.case import wording
from cme_desktop.ui.case.acts import CaseActs
from cme_desktop.ui.case.explaining import CaseDate, dates_of, explained
from cme_desktop.ui.case.opened import OpenedCase
from cme_desktop.ui.case.tabs import steps
from cme_desktop.ui.case.tabs.steps import StepList
from cme_desktop.ui.qt import clear, column, row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.buttons import Button, Kind, Link
from cme_desktop.ui.widgets.cards import Card, Corners
from cme_desktop.ui.widgets.tags import Tag, draw_line
from cme_desktop.ui.widgets.text import Elided, Glyph, Label, line
from cme_desktop.ui.words import day_date

MOST_DATES: Final = 4
_DATE_ROW: Final = 32
_DOCUMENT_ROW: Final = 34
_BELOW_OPEN: Final = 6
"""Px below a last step of two lines, which reaches further down than one that is done."""


class Rows(QFrame):
    """Rows of one height in a card, with a line between them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self._key: object = None

    def news(self, what: object) -> bool:
        """Say whether rows are to be made anew: what stands there already keeps the focus that is in it."""
        key = (what, Theme.of().text_percent)
        if key == self._key:
            return False
        self._key = key
        return True

    def show_rows(self, rows: list[QWidget], *, lines: bool = True, inset: int = 16) -> None:
        """Show other rows."""
        clear(self._box)
        for place, widget in enumerate(rows):
            if place and lines:
                self._box.addLayout(row(line(), margins=(inset, 0, inset, 0)))
            self._box.addWidget(widget)


def _fixed(widget: QWidget, height: int) -> QWidget:
    widget.setMinimumHeight(Theme.of().px(height))
    widget.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return widget


class StepsCard(Card):
    """What is to be done next, and the step done last."""

    def __init__(self, acts: CaseActs, parent: QWidget | None = None) -> None:
        super().__init__("Next steps", stacked=True, padding=0, parent=parent)
        self._acts = acts
        self._tasks: tuple[TaskRow, ...] = ()
        self._whole = False
        self.add_button = Button("Add step", Kind.PLAIN, icon="plus", small=True, on_click=acts.add_step)
        self.head().addWidget(self.add_button)
        self.head().setContentsMargins(16, 0, 5, 0)
        self.list = StepList()
        self.list.acted.connect(self._on_acted)
        self.none = Label("Nothing more is to be done.", token="muted")
        self.none.setContentsMargins(16, 10, 16, 10)
        self.more = Link("", step="hint", on_click=self._on_more)
        self._more_row = QWidget()
        self._more_box = row(self.more, None)
        self._more_row.setLayout(self._more_box)
        for widget in (self.list, self.none, self._more_row):
            self.body.addWidget(widget)
        self.body.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        Corners(self)

    def show_case(self, case: OpenedCase, today: date) -> None:
        """Show the steps of a case."""
        self._tasks = case.page.tasks
        may = self._acts.may("task.add") and case.head.is_open
        self.add_button.setVisible(may)
        self.list.read_only = not self._acts.may("task.done")
        self._show(today)

    def _show(self, today: date) -> None:
        shown = wording.shown_steps(self._tasks, today, whole=self._whole)
        self.list.show_tasks(shown, today)
        self.list.setVisible(bool(shown))
        self.none.setVisible(not shown)
        self._more_box.setContentsMargins(Theme.of().px(42), 2, 16, 8)
        left = len(self._tasks) - len(shown)
        ends_open = bool(shown) and shown[-1].state == "open" and not left and not self._whole
        self.body.setContentsMargins(0, 0, 0, _BELOW_OPEN if ends_open else 0)
        self._more_row.setVisible(left > 0 or self._whole)
        self.more.set_words("Show fewer" if self._whole else f"Show {left} more")

    def _on_more(self) -> None:
        self._whole = not self._whole
        self._show(self._acts.desk.today)

    @Slot(str, object)
    def _on_acted(self, act: str, task: TaskRow) -> None:
        if act == steps.DONE:
            self._acts.mark_done(task)
        elif act == steps.PUT_OFF:
            self._acts.put_off(task)
        elif act == steps.DO:
            self._acts.do_step(task)
        elif self._acts.case is not None:
            today = self._acts.desk.today
            self._acts.explain(explained(task, self._acts.case.calendar, today), self.list)


class DatesCard(Card):
    """The dates that matter; "Why this date" opens how each was counted."""

    def __init__(self, acts: CaseActs, parent: QWidget | None = None) -> None:
        super().__init__("Dates", stacked=True, padding=0, parent=parent)
        self._acts = acts
        self.rows = Rows()
        self.body.addWidget(self.rows)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_case(self, case: OpenedCase, today: date) -> None:
        """Show the dates of a case."""
        dates = dates_of(case, today)[:MOST_DATES]
        if not self.rows.news(dates):
            return
        rows = [self._row(one, today) for one in dates]
        if not rows:
            none = QWidget()
            none.setLayout(row(Label("No date is running.", token="muted"), margins=(16, 0, 16, 0)))
            rows = [_fixed(none, _DATE_ROW)]
        self.rows.show_rows(rows)

    def _row(self, one: CaseDate, today: date) -> QWidget:
        made = QWidget()
        title = Elided(one.title)
        if one.day is None or one.explained is None:
            missing = Label("school terms not entered", "hint", "amber_fg")
            missing.setToolTip(one.missing)
            made.setLayout(row(title, None, missing, margins=(16, 0, 16, 0)))
            return _fixed(made, _DATE_ROW)
        words = day_date(one.day, year=one.day.year != today.year)
        day = Label(words, "strong", "danger" if one.day < today else "text")
        link = Link("Why this date")
        link.setAccessibleName(f"Why this date: {one.title}, {words}")
        link.clicked.connect(partial(self._on_why, one, link))
        made.setLayout(row(title, None, day, link, margins=(16, 0, 16, 0)))
        return _fixed(made, _DATE_ROW)

    def _on_why(self, one: CaseDate, link: Link) -> None:
        if one.explained is not None:
            self._acts.explain(one.explained, link)


class PeopleCard(Card):
    """The adults of the case with what may be done towards each, always in view."""

    def __init__(self, acts: CaseActs, parent: QWidget | None = None) -> None:
        super().__init__("People", stacked=True, padding=0, parent=parent)
        self._acts = acts
        self.counted = Label("", "hint", "muted")
        self.head().addWidget(self.counted)
        self.rows = Rows()
        self.body.addWidget(self.rows)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_case(self, case: OpenedCase, _today: date) -> None:
        """Show the adults of a case."""
        adults = case.page.adults
        if not self.rows.news((adults, len(case.page.siblings))):
            return
        self.counted.setText(wording.people_words(len(adults), len(case.page.siblings)))
        rows = [self._row(adult) for adult in adults]
        if not rows:
            none = QWidget()
            none.setLayout(row(Label("No parent or carer is known.", token="muted"), margins=(16, 0, 16, 0)))
            rows = [_fixed(none, _DATE_ROW)]
        self.rows.show_rows(rows, inset=0)

    def _row(self, adult: AdultRow) -> QWidget:
        made = QWidget()
        phone = Label(adult.phone or "no phone", "hint", "muted").set_tabular()
        name = Elided(adult.name or "Name not known", "strong")
        name.setMaximumWidth(name.fontMetrics().horizontalAdvance(name.text()) + 1)
        who = Elided(wording.adult_words(adult), "hint", "muted")
        who.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        first = row(name, who, phone, gap=8)
        first.setStretch(1, 1)
        box = column(first, gap=4, margins=(16, 7, 16, 7))
        for look in wording.adult_tags(adult):
            box.addLayout(row(Tag(look.text, look.tone, look.icon), None))
        made.setLayout(box)
        made.setAccessibleName(_adult_says(adult))
        return _fixed(made, 56)


def _adult_says(adult: AdultRow) -> str:
    tags = [look.text for look in wording.adult_tags(adult, whole=True)]
    return ", ".join(part for part in (adult.name, wording.adult_words(adult), *tags) if part)


class DocumentsCard(Card):
    """The newest documents; each opens where its page is shown."""

    def __init__(self, acts: CaseActs, parent: QWidget | None = None) -> None:
        super().__init__("Documents", stacked=True, padding=0, parent=parent)
        self._acts = acts
        self.counted = Label("", "hint", "muted")
        self.head().addWidget(self.counted)
        self.rows = Rows()
        self.body.addWidget(self.rows)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_case(self, case: OpenedCase, today: date) -> None:
        """Show the documents of a case."""
        documents = case.page.documents
        if not self.rows.news((documents, today)):
            return
        self.counted.setText(str(len(documents)) if documents else "")
        rows = [self._row(document, today) for document in documents[:8]]
        if not rows:
            none = QWidget()
            none.setLayout(row(Label("No documents yet.", token="muted"), margins=(16, 0, 16, 0)))
            rows = [_fixed(none, _DOCUMENT_ROW)]
        self.rows.show_rows(rows, lines=False)

    def _row(self, document: DocumentRow, today: date) -> QWidget:
        made = QWidget()
        glyph = Glyph("mail" if document.parent_id is not None else "file")
        words = document.title if document.issued_at else f"{document.title}, {document.state}"
        link = _DocumentLink(words, on_click=partial(self._acts.open_document, document))
        day = Label(wording.plain_day(document.dated, today) if document.dated != today else "today", "hint", "muted")
        made.setLayout(row(glyph, link, None, day, margins=(16, 0, 16, 0)))
        return _fixed(made, _DOCUMENT_ROW)


class _DocumentLink(Link):
    """The name of a document in the page's own colour, as it stands in the card; pressing it opens the document."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the words, underlined under the pointer."""
        theme = Theme.of()
        painter = QPainter(self)
        font = theme.font("body")
        font.setUnderline(self.underMouse())
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        words = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        draw_line(painter, words, 0, self.rect())
