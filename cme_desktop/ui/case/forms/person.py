"""A parent or carer: who it is and how to reach them, what may be done towards them, consent to e-mail service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from cme_desktop.casework import parents
from cme_desktop.casework.parents import ParentChanges, ParentFacts, Phone, Restrictions
from cme_desktop.domain.roles import Person
from cme_desktop.register.case_rows import AdultRow
from cme_desktop.storage.store import Store
from cme_desktop.ui.case.forms.inputs import DayText
from cme_desktop.ui.case.forms.lists import CHOOSE, RELATIONSHIPS
from cme_desktop.ui.case.forms.panel import CaseForm
from cme_desktop.ui.case.opened import OpenedCase
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import row
from cme_desktop.ui.widgets.form import Field
from cme_desktop.ui.widgets.inputs import Choice, TextArea, TextInput, Tick
from cme_desktop.ui.widgets.text import Label, line


@dataclass(frozen=True)
class Consent:
    """A written consent to electronic service: the address, and the day it was given (None: there is none)."""

    address: str
    given_on: date | None


class PersonForm(CaseForm):
    """Enter a person, or change one; only what has changed is written."""

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase, adult: AdultRow | None = None) -> None:
        title = "Add person" if adult is None else "Change person’s details"
        key = "person" if adult is None else f"person-{adult.id}"
        save = "Add person" if adult is None else "Save details"
        super().__init__(desk, host, case, title, draft=key, save=save)
        self._adult = adult
        self.forename, self.surname = TextInput(), TextInput()
        self.relationship = Choice([CHOOSE, *((words, words) for _, words in RELATIONSHIPS)])
        self.care, self.responsibility = Tick("Has care of the child"), Tick("Has parental responsibility")
        self.phones, self.email = TextInput(), TextInput()
        self.address, self.postcode = TextArea(3), TextInput(longest=10)
        self.write = Tick("May be written to", ticked=True)
        self.not_told = Tick("Must not be told where the child is")
        self.no_contact = Tick("No contact")
        self.hidden = Tick("Address confidential")
        self.why = TextInput()
        self.consent = Tick("Has consented in writing to electronic service")
        self.consent_address = TextInput()
        self.consent_on = DayText(desk.today, hint="such as 12 Nov 2026")
        self._lay_out_fields()
        if adult is not None:
            self._show(adult)
        self.consent.toggled.connect(self._on_consent)
        self._on_consent(self.consent.isChecked())

    def _lay_out_fields(self) -> None:
        form = self.form
        form.add_row(
            ("forename", Field("First name", self.forename)),
            ("surname", Field("Family name", self.surname)),
            stretch=(300, 300),
        )
        form.add_row(
            ("relationship", Field("Relationship to the child", self.relationship)),
            ("phones", Field("Phone numbers, with commas between", self.phones)),
            stretch=(240, 370),
        )
        self.ticks |= {"care": self.care, "responsibility": self.responsibility, "consent": self.consent}
        self.ticks |= {
            "write": self.write,
            "not_told": self.not_told,
            "no_contact": self.no_contact,
            "hidden": self.hidden,
        }
        form.body.addLayout(row(self.care, self.responsibility, None, gap=24))
        form.body.addWidget(form.add("email", Field("Email", self.email)))
        form.add_row(
            ("address", Field("Address, a line for each part", self.address)),
            ("postcode", Field("Postcode", self.postcode)),
            stretch=(470, 140),
        )
        form.body.addWidget(line())
        form.body.addWidget(Label("What may be done towards this person", "section"))
        form.body.addLayout(row(self.write, self.not_told, None, gap=24))
        form.body.addLayout(row(self.no_contact, self.hidden, None, gap=24))
        hint = "Kept, and shown to whoever prints a letter."
        form.body.addWidget(form.add("why", Field("Why, if anything is restricted", self.why, hint=hint)))
        form.body.addWidget(line())
        form.body.addLayout(row(self.consent, None))
        form.add_row(
            ("consent_address", Field("Address consented to", self.consent_address)),
            ("consent_on", Field("Consent given on", self.consent_on)),
            stretch=(420, 190),
        )

    def _show(self, adult: AdultRow) -> None:
        self.forename.setText(adult.forename)
        self.surname.setText(adult.surname)
        known = {words.casefold(): words for _, words in RELATIONSHIPS}
        if adult.relationship and adult.relationship.casefold() not in known:
            self.relationship.addItem(adult.relationship, adult.relationship)
        self.relationship.pick(known.get(adult.relationship.casefold(), adult.relationship))
        self.care.setChecked(adult.has_care)
        self.responsibility.setChecked(adult.parental_responsibility)
        self.phones.setText(", ".join(adult.phones))
        self.email.setText(adult.email)
        self.address.setText("\n".join(adult.address))
        self.postcode.setText(adult.postcode)
        self.write.setChecked(adult.may_be_written_to)
        self.not_told.setChecked(adult.must_not_be_told)
        self.no_contact.setChecked(adult.no_contact)
        self.hidden.setChecked(adult.address_confidential)
        self.why.setText(adult.restriction_reason)
        self.consent.setChecked(adult.electronic_consent)
        self.consent_address.setText(adult.electronic_address)
        self.consent_on.set_day(adult.electronic_consent_on)

    @Slot(bool)
    def _on_consent(self, on: bool) -> None:
        for key in ("consent_address", "consent_on"):
            self.form.fields[key].setVisible(on)

    # Saving

    def restrictions(self) -> Restrictions:
        """Return what may be done, as ticked; no contact means no letters either."""
        return Restrictions(
            may_be_written_to=self.write.isChecked() and not self.no_contact.isChecked(),
            must_not_be_told=self.not_told.isChecked(),
            no_contact=self.no_contact.isChecked(),
            address_confidential=self.hidden.isChecked(),
            reason=self.why.text().strip(),
        )

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong = {}
        if not self.forename.text().strip() and not self.surname.text().strip():
            wrong["forename"] = "Enter the name, or the part of it that is known"
        wanted = self.restrictions()
        restricted = not wanted.may_be_written_to or wanted.must_not_be_told or wanted.no_contact
        if (restricted or wanted.address_confidential) and not wanted.reason:
            wrong["why"] = "Say why this person is restricted"
        if self.consent.isChecked():
            if not self.consent_address.text().strip():
                wrong["consent_address"] = "Enter the address the person consented to"
            given = self.consent_on.day()
            if given is None or given > self.desk.today:
                wrong["consent_on"] = "Enter the day of the written consent, not later than today"
        return wrong

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the writing of what has changed."""
        ref, adult, facts = self.case.ref, self._adult, self._facts()
        changes = self._changes()
        restrictions = self.restrictions() if self.restrictions() != _restrictions_of(adult) else None
        consent = self._consent() if self._consent() != _consent_of(adult) else None

        def job(store: Store, person: Person) -> int:
            if adult is None:
                number = parents.add_parent(store, person, ref, facts)
            else:
                number = adult.id
                if changes is not None:
                    parents.change_parent(store, person, ref, number, changes)
            if restrictions is not None:
                parents.restrict_parent(store, person, ref, number, restrictions)
            if consent is not None:
                parents.record_electronic_consent(
                    store, person, ref, number, address=consent.address, given_on=consent.given_on
                )
            return number

        return job

    def _facts(self) -> ParentFacts:
        return ParentFacts(
            forename=self.forename.text().strip(),
            surname=self.surname.text().strip(),
            relationship=self.relationship.key(),
            relationship_code=next((code for code, words in RELATIONSHIPS if words == self.relationship.key()), ""),
            parental_responsibility=self.responsibility.isChecked(),
            has_care=self.care.isChecked(),
            address=self._address(),
            postcode=self.postcode.text().strip(),
            phones=tuple(Phone(number) for number in self._phones()),
            email=self.email.text().strip(),
            source="entered by hand",
        )

    def _address(self) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.address.text().splitlines() if part.strip())

    def _phones(self) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.phones.text().split(",") if part.strip())

    def _changes(self) -> ParentChanges | None:
        """Return what has changed of the person's facts, None when nothing has."""
        adult = self._adult
        if adult is None:
            return None
        facts = self._facts()
        pairs = {
            "forename": (facts.forename, adult.forename),
            "surname": (facts.surname, adult.surname),
            "relationship": (facts.relationship, adult.relationship),
            "parental_responsibility": (facts.parental_responsibility, adult.parental_responsibility),
            "has_care": (facts.has_care, adult.has_care),
            "address": (facts.address, adult.address),
            "postcode": (facts.postcode.upper(), adult.postcode),
            "email": (facts.email, adult.email),
        }
        news: dict[str, Any] = {name: new for name, (new, old) in pairs.items() if new != old}
        if self._phones() != adult.phones:
            news["phones"] = facts.phones
        return ParentChanges(**news) if news else None

    def _consent(self) -> Consent:
        if not self.consent.isChecked():
            return Consent("", None)
        return Consent(self.consent_address.text().strip(), self.consent_on.day())

    def undoable(self) -> bool:
        """Offer Undo where saving is one act; more than one are undone one by one with Ctrl+Z."""
        acts = (
            self._adult is None or self._changes() is not None,
            self.restrictions() != _restrictions_of(self._adult),
            self._consent() != _consent_of(self._adult),
        )
        return sum(acts) == 1

    def said(self) -> str:
        """Return the words of the toast."""
        name = f"{self.forename.text().strip()} {self.surname.text().strip()}".strip()
        return f"{name} added" if self._adult is None else f"Details of {name} saved"


def _restrictions_of(adult: AdultRow | None) -> Restrictions:
    if adult is None:
        return Restrictions()
    return Restrictions(
        adult.may_be_written_to,
        adult.must_not_be_told,
        adult.no_contact,
        adult.address_confidential,
        adult.restriction_reason,
    )


def _consent_of(adult: AdultRow | None) -> Consent:
    if adult is None or not adult.electronic_consent:
        return Consent("", None)
    return Consent(adult.electronic_address, adult.electronic_consent_on)
