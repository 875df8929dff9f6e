"""What is known of the child: a new address, and single facts such as the date of birth or a plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from cme_desktop.casework import children
from cme_desktop.casework.children import AddressFacts, DetailChanges
from cme_desktop.domain.roles import Person
from cme_desktop.storage.store import Store
from cme_desktop.ui.case.forms.inputs import Day, DayText
from cme_desktop.ui.case.forms.lists import SEXES
from cme_desktop.ui.case.forms.panel import CaseForm
from cme_desktop.ui.case.opened import OpenedCase
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import row
from cme_desktop.ui.widgets.form import Field
from cme_desktop.ui.widgets.inputs import Choice, TextArea, TextInput, Tick


class AddressForm(CaseForm):
    """Where the child lives from a day; the address before stays readable."""

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase) -> None:
        super().__init__(desk, host, case, "New address", draft="address", save="Save address")
        self.lines, self.postcode = TextArea(3), TextInput(longest=10)
        self.since, self.source = Day(desk.today), TextInput()
        self.hidden = Tick("Keep this address confidential")
        self.ticks["hidden"] = self.hidden
        form = self.form
        form.add_row(
            ("lines", Field("Address, a line for each part", self.lines)),
            ("postcode", Field("Postcode", self.postcode)),
            stretch=(470, 140),
        )
        form.add_row(
            ("since", Field("Lives there from", self.since)),
            ("source", Field("Who said so", self.source)),
            stretch=(190, 420),
        )
        form.body.addLayout(row(self.hidden, None))

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong = {}
        if not self.lines.text().strip() and not self.postcode.text().strip():
            wrong["lines"] = "Enter the address, or the postcode"
        if not self.source.text().strip():
            wrong["source"] = "Enter who said so"
        if self.since.day() > self.desk.today:
            wrong["since"] = "Lives there from must be today or earlier"
        return wrong

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the recording of the address."""
        lines = tuple(part.strip() for part in self.lines.text().splitlines() if part.strip())
        home = AddressFacts(lines, self.postcode.text().strip(), confidential=self.hidden.isChecked())
        ref, on, reason = self.case.ref, self.since.day(), self.source.text().strip()
        return lambda store, person: children.change_address(store, person, ref, home, on=on, reason=reason)

    def said(self) -> str:
        """Return the words of the toast."""
        return "New address saved"


class ChildForm(CaseForm):
    """Single facts of the child; what is left as it was is not written."""

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase) -> None:
        super().__init__(desk, host, case, "Change the child’s details", draft="child", save="Save details")
        head = case.head
        self.dob, self.sex = DayText(desk.today, hint="such as 2 Mar 2012"), Choice(SEXES)
        self.ehcp = Tick("Has an education, health and care plan", ticked=head.has_ehcp)
        self.ticks["ehcp"] = self.ehcp
        self.source = TextInput()
        self.dob.set_day(head.dob)
        self.sex.pick(head.sex)
        self.form.add_row(
            ("dob", Field("Date of birth", self.dob)), ("sex", Field("Sex", self.sex)), stretch=(300, 300)
        )
        self.form.body.addLayout(row(self.ehcp, None))
        self.form.body.addWidget(self.form.add("source", Field("Who said so", self.source)))

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong = {}
        if self.dob.error("Date of birth"):
            wrong["dob"] = self.dob.error("Date of birth")
        day = self.dob.day()
        if day is not None and day > self.desk.today:
            wrong["dob"] = "Date of birth must be in the past"
        if not self.source.text().strip():
            wrong["source"] = "Enter who said so"
        return wrong

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the change."""
        changes = DetailChanges(dob=self.dob.day(), sex=self.sex.key(), has_ehcp=self.ehcp.isChecked())
        ref, reason = self.case.ref, self.source.text().strip()
        return lambda store, person: children.change_details(store, person, ref, changes, reason=reason)

    def said(self) -> str:
        """Return the words of the toast."""
        return "Details of the child saved"
