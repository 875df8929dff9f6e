"""People and addresses: each adult with what may be done, where the child lives, schools, brothers and sisters."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from cme_desktop.register.case_rows import AddressRow, AdultRow, RegistrationRow, SiblingRow
from cme_desktop.ui.case import wording
from cme_desktop.ui.case.acts import CaseActs
from cme_desktop.ui.case.content import Content
from cme_desktop.ui.case.opened import EDGE, CaseTab, OpenedCase
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import clear, column, row
from cme_desktop.ui.theme import Theme
from cme_desktop.ui.widgets.buttons import Button, Kind, Link
from cme_desktop.ui.widgets.cards import Card, Scroll
from cme_desktop.ui.widgets.flow import Flow
from cme_desktop.ui.widgets.tags import Tag
from cme_desktop.ui.widgets.text import Breaking, Glyph, Label, Terms, line
from cme_desktop.ui.words import capital, short_date

COLUMN: Final = 428
_FOLDED: Final = 4


class PeopleTab(CaseTab):
    """Adults at the left, each with Change; the child's own facts at the right."""

    def __init__(self, desk: Desk, acts: CaseActs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._acts = desk, acts
        self._buttons: list[Button] = []
        self.adults = Card("Parents and carers", padding=0)
        self.add_person = Button("Add person", Kind.PLAIN, icon="plus", small=True, on_click=acts.edit_person)
        self.adults.head().addWidget(self.add_person)
        self.adults.head().setContentsMargins(16, 0, 3, 0)
        self._adult_box = QVBoxLayout()
        self._adult_box.setSpacing(0)
        holder = Content()
        holder.setLayout(column(self._adult_box, None, gap=0))
        self.adults.body.addWidget(Scroll(holder, name="Parents and carers"))
        self.child, self.homes, self.schools, self.siblings = (
            Card(title, stacked=True) for title in ("The child", "Addresses", "Schools", "Brothers and sisters")
        )
        self.edit_child = Button("Change", Kind.PLAIN, small=True, on_click=acts.edit_child)
        self.edit_child.setAccessibleName("Change the child’s details")
        self.new_address = Button("New address", Kind.PLAIN, icon="plus", small=True, on_click=acts.new_address)
        self.child.head().addWidget(self.edit_child)
        self.homes.head().addWidget(self.new_address)
        for card in (self.child, self.homes):
            card.head().setContentsMargins(16, 0, 3, 0)
        side = Content()
        box = column(gap=12)
        for card in (self.child, self.homes, self.schools, self.siblings):
            card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
            box.addWidget(card)
        box.addStretch(1)
        side.setLayout(box)
        self.side = Scroll(side)
        self._cards = side
        self.setContentsMargins(0, 0, 0, 0)
        whole = row(self.adults, self.side, gap=16)
        whole.setStretchFactor(self.adults, 1)
        self.setLayout(whole)
        self._fit()
        Theme.of().changed.connect(self._fit)

    def show_case(self, case: OpenedCase) -> None:
        """Show a case."""
        may_edit = self._acts.may("parent.edit")
        focused = next((place for place, button in enumerate(self._buttons) if button.hasFocus()), None)
        self.add_person.setVisible(may_edit and case.head.is_open)
        self.edit_child.setVisible(self._acts.may("child.edit"))
        self.new_address.setVisible(self._acts.may("child.edit"))
        self._show_adults(case, may_edit=may_edit)
        self._show_child(case)
        self._show_homes(case.addresses)
        self._show_schools(case.registrations)
        self._show_siblings(case.page.siblings)
        if focused is not None and self._buttons:
            self._buttons[min(focused, len(self._buttons) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)

    def first_focus(self) -> QWidget | None:
        """Return the first adult's button."""
        return self._buttons[0] if self._buttons else None

    def _show_adults(self, case: OpenedCase, *, may_edit: bool) -> None:
        clear(self._adult_box)
        self._buttons = []
        for place, adult in enumerate(case.page.adults):
            if place:
                self._adult_box.addWidget(line())
            self._adult_box.addWidget(self._adult(adult, may_edit=may_edit))
        if not case.page.adults:
            words = "No parent or carer is known yet. Letters need a person and an address."
            self._adult_box.addLayout(row(Label(words, token="muted", wrap=True), margins=(16, 16, 16, 16)))

    def _adult(self, adult: AdultRow, *, may_edit: bool) -> QWidget:
        made = QWidget()
        made.setAccessibleName(adult.name)
        name = Breaking(adult.name or "Name not known", "strong")
        head = row(Flow(name, Breaking(wording.adult_words(adult), "hint", "muted")), gap=8)
        head.setStretch(0, 1)
        if may_edit:
            change = Button("Change", small=True, on_click=partial(self._acts.edit_person, adult))
            change.setAccessibleName(f"Change {adult.name or 'this person'}")
            head.addWidget(change)
            self._buttons.append(change)
        tags = row(gap=8)
        for look in wording.adult_tags(adult, whole=True):
            tags.addWidget(Tag(look.text, look.tone, look.icon))
        tags.addStretch(1)
        terms = Terms(112, gap=4)
        home = ", ".join((*adult.address, adult.postcode)).strip(", ")
        for term, words in (
            ("Phone", ", ".join(adult.phones) or "None known"),
            ("Email", adult.email or "None known"),
            ("Address", home or "None known"),
            ("Why restricted", adult.restriction_reason),
            ("Electronic service", _consent_words(adult)),
        ):
            if words:
                terms.add(term, words)
        made.setLayout(column(head, tags, terms, gap=8, margins=(16, 12, 16, 14)))
        return made

    def _show_child(self, case: OpenedCase) -> None:
        head = case.head
        terms = Terms(112)
        sex = {"F": "Female", "M": "Male"}.get(head.sex, "Not known")
        for term, words in (
            ("Name", case.name),
            ("Known as", head.preferred if head.preferred != case.name else ""),
            ("In their script", head.other_script),
            ("Born", capital(wording.born_words(head)).removeprefix("Born ")),
            ("Sex", sex),
            ("UPN", head.upn or "None known"),
            ("Plan", "Education, health and care plan" if head.has_ehcp else "No plan known"),
            ("Referred by", case.page.referrer),
            ("Reference", head.ref),
        ):
            if words:
                terms.add(term, words)
        self._fill(self.child, terms)

    def _show_homes(self, homes: tuple[AddressRow, ...]) -> None:
        rows: list[QWidget] = []
        for home in homes:
            until = f"from {short_date(home.valid_from)}"
            until += f" to {short_date(home.valid_to)}" if home.valid_to else ", lives there now"
            rows.append(_entry("lock" if home.confidential else "house", home.one_line, _said(until, home), home))
        self._fill(self.homes, *(rows or [Label("No address is known.", token="muted")]))

    def _show_schools(self, stays: tuple[RegistrationRow, ...]) -> None:
        rows: list[QWidget] = []
        for stay in stays[:_FOLDED]:
            rows.append(_entry("school", stay.school, stay_words(stay)))
        self._fill(self.schools, *(rows or [Label("No school is known.", token="muted")]))

    def _show_siblings(self, siblings: tuple[SiblingRow, ...]) -> None:
        rows: list[QWidget] = []
        for sibling in siblings:
            born = f"born {short_date(sibling.dob)}" if sibling.dob else "date of birth not known"
            made = _entry("person", sibling.name or "Name not known", f"{born}. Linked: {sibling.source}")
            layout = made.layout()
            if sibling.ref is not None and layout is not None:
                opener = Link(f"Open {sibling.ref}", on_click=partial(self._open, sibling.ref))
                opener.setAccessibleName(f"Open the case of {sibling.name}")
                layout.addWidget(opener)
            rows.append(made)
        self._fill(self.siblings, *(rows or [Label("No brother or sister is linked.", token="muted")]))

    def _open(self, ref: str) -> None:
        self._desk.case_wanted.emit(ref, "")

    @staticmethod
    def _fill(card: Card, *widgets: QWidget) -> None:
        clear(card.body)
        for widget in widgets:
            card.body.addWidget(widget)

    @Slot()
    def _fit(self) -> None:
        width = Theme.of().px(COLUMN)
        self._cards.setFixedWidth(width)
        self.side.setFixedWidth(width + EDGE)


def _consent_words(adult: AdultRow) -> str:
    if not adult.electronic_consent:
        return ""
    given: date | None = adult.electronic_consent_on
    return f"Consented in writing{f' on {short_date(given)}' if given else ''}, at {adult.electronic_address}"


def stay_words(stay: RegistrationRow) -> str:
    """Return when a child was at a school, and on what ground the name came off its roll."""
    parts = [f"from {short_date(stay.entry_date)}" if stay.entry_date else ""]
    if stay.leaving_date:
        ground = f" on {stay.ground_text}" if stay.ground_text else ""
        parts.append(f"off roll {short_date(stay.leaving_date)}{ground}")
    else:
        parts.append("on roll, as far as is known")
    if stay.first_absent_day:
        parts.append(f"absent from {short_date(stay.first_absent_day)}")
    parts.append(f"told by {stay.source}" if stay.source else "")
    return capital(", ".join(part for part in parts if part))


def _said(until: str, home: AddressRow) -> str:
    words = f"{capital(until)}. Told by {home.source}" if home.source else capital(until)
    return f"{words}. Confidential: never printed or passed on" if home.confidential else words


def _entry(icon: str, title: str, second: str, home: AddressRow | None = None) -> QWidget:
    made = QWidget()
    hidden = home is not None and home.confidential
    glyph = Glyph(icon, "red_fg" if hidden else "muted")
    words = column(Label(title, wrap=True), Label(second, "hint", "muted", wrap=True), gap=2)
    box = row(gap=8)
    box.addWidget(glyph, 0, Qt.AlignmentFlag.AlignTop)
    box.addLayout(words, 1)
    made.setLayout(box)
    made.setAccessibleName(f"{title}. {second}")
    return made
