"""One school beside the list: where it is, whom to ring, what became of it, and the open cases there."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cme_desktop.register.schools import SchoolPage
from cme_desktop.ui.qt import clear, row
from cme_desktop.ui.schools.columns import number_words, phone_words, status_look
from cme_desktop.ui.widgets.buttons import Button, Link
from cme_desktop.ui.widgets.cards import Card, PaneScroll
from cme_desktop.ui.widgets.tags import Tag
from cme_desktop.ui.widgets.text import Label, Terms, line
from cme_desktop.ui.words import count, short_date

_NOTHING = "Choose a school to see whom to ring."


class Details(Card):
    """The pane. ``cases_wanted`` and ``school_wanted`` carry a URN."""

    cases_wanted = Signal(str)
    school_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=0, parent=parent)
        self.setAccessibleName("School")
        self._content = QWidget()
        self._box = QVBoxLayout(self._content)
        self._box.setContentsMargins(16, 16, 16, 16)
        self._box.setSpacing(0)
        self.body.addWidget(PaneScroll(self._content, name="School"))
        self.show_nothing()

    def show_nothing(self, words: str = _NOTHING) -> None:
        """Show a sentence in place of a school."""
        clear(self._box)
        self._box.addWidget(Label(words, token="muted", wrap=True))
        self._box.addStretch(1)

    def show_school(self, page: SchoolPage) -> None:
        """Show a school."""
        clear(self._box)
        school = page.row
        self._box.addWidget(Label(school.name, "section", wrap=True))
        self._box.addSpacing(2)
        kinds = ", ".join(part for part in (school.phase, school.kind) if part)
        self._box.addWidget(Label(kinds or "Type not known", token="muted", wrap=True))
        self._box.addSpacing(10)
        look = status_look(school)
        self._box.addLayout(row(Tag(look.text, look.tone, look.icon), None))
        self._add_cases(page)
        self._add_ringing(page)
        self._add_terms(page)
        self._add_links("Became", page.successors)
        self._add_links("Before", page.predecessors)
        self._box.addStretch(1)

    def _part(self, title: str) -> None:
        self._box.addSpacing(12)
        self._box.addWidget(line())
        self._box.addSpacing(12)
        self._box.addWidget(Label(title, "hint-strong", "muted"))
        self._box.addSpacing(4)

    def _add_cases(self, page: SchoolPage) -> None:
        number, urn = page.row.open_cases, page.row.urn
        self._part("Open cases here")
        if number:
            words = f"Show {count(number, 'open case')} in the register"
            show = Button(words, icon="register", key="Enter", on_click=partial(self.cases_wanted.emit, urn))
            self._box.addSpacing(2)
            self._box.addLayout(row(show, None))
        else:
            self._box.addWidget(Label("None has this as its last school.", wrap=True))

    def _add_ringing(self, page: SchoolPage) -> None:
        self._part("Who to ring")
        school = page.row
        if school.status == "closed" and page.successors:
            urn, name, _ = page.successors[-1]
            self._box.addWidget(Label("This school is closed. Its records went to:", wrap=True))
            self._box.addSpacing(2)
            link = Link(name or f"URN {urn}", on_click=partial(self.school_wanted.emit, urn))
            self._box.addLayout(row(link, None))
            return
        if school.phone:
            self._box.addWidget(Label(phone_words(school.phone), "section").set_tabular().selectable())
            self._box.addSpacing(2)
        self._box.addWidget(Label(page.head_name or "The directory does not name the head.", wrap=True))
        if not school.phone:
            self._box.addWidget(Label("The directory has no phone number.", token="muted", wrap=True))
        if school.status == "closed":
            self._box.addWidget(Label("This school is closed: ask the council where its records are.", wrap=True))

    def _add_terms(self, page: SchoolPage) -> None:
        school = page.row
        self._part("In the directory")
        terms = Terms(width=84, gap=6)
        for term, words in (
            ("URN", school.urn),
            ("Number", number_words(school)),
            ("Address", "\n".join((*page.address, school.postcode)).strip()),
            ("Website", page.website),
            ("Ages", page.ages),
            ("Trust", page.trust),
            ("Opened", short_date(page.opened_on) if page.opened_on is not None else ""),
            ("Closed", short_date(school.closed_on) if school.closed_on is not None else ""),
            ("Data of", short_date(page.snapshot_on) if page.snapshot_on is not None else ""),
        ):
            if words:
                terms.add(term, Label(words, wrap=True).selectable())
        self._box.addWidget(terms)

    def _add_links(self, title: str, links: tuple[tuple[str, str, date | None], ...]) -> None:
        if not links:
            return
        self._part(title)
        for urn, name, day in links:
            when = f", {short_date(day)}" if day is not None else ""
            if name:
                link = Link(f"{name}{when}", on_click=partial(self.school_wanted.emit, urn))
                self._box.addLayout(row(link, None))
            else:
                self._box.addWidget(Label(f"URN {urn}{when} (not in this directory)", wrap=True))
