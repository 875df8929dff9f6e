"""What the forms of the order process share: a step is taken with its particulars, and its words come from the case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from cme_desktop.casework.orders.page import OrderPage
from cme_desktop.casework.orders.steps import take_step
from cme_desktop.domain.roles import Person
from cme_desktop.storage.store import Store
from cme_desktop.ui.case.forms.inputs import Day
from cme_desktop.ui.case.forms.panel import CaseForm
from cme_desktop.ui.case.opened import OpenedCase
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import row
from cme_desktop.ui.widgets.form import Field

UNKNOWN: Final = ("", "Not known")
YES_NO: Final = (UNKNOWN, ("yes", "Yes"), ("no", "No"))


class StepForm(CaseForm):
    """A form that takes one step of the order process; ``particulars`` says with what."""

    action = ""
    day_words = "Done on"

    def __init__(
        self, desk: Desk, host: QWidget, case: OpenedCase, page: OrderPage, title: str, *, draft: str, save: str
    ) -> None:
        super().__init__(desk, host, case, title, draft=f"order-{draft}", save=save)
        self.page = page
        self.day = Day(desk.today)

    def put_day(self, hint: str = "") -> Field:
        """Lay the day of the step below the fields before."""
        field = self.form.add("on", Field(self.day_words, self.day, hint=hint))
        self.form.body.addLayout(row(field, None))
        return field

    def particulars(self) -> dict[str, str]:
        """Return the particulars of the step, key and value."""
        return {}

    def day_error(self) -> dict[str, str]:
        """Return what is wrong with the day."""
        if self.day.day() > self.desk.today:
            return {"on": f"{self.day_words} must be today or earlier"}
        return {}

    def on(self) -> date:
        """Return the day of the step."""
        return self.day.day()

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the taking of the step."""
        ref, action, on = self.case.ref, self.action, self.on()
        given = {key: value for key, value in self.particulars().items() if value}
        return lambda store, person: take_step(store, person, ref, action, given, on=on)

    def undoable(self) -> bool:
        """Say that a step is only corrected."""
        return False

    def field_of(self, missing: str) -> str:
        """Return the field that a refusal's missing particular stands for."""
        return {"urn": "school", "reason": "reasons", "served_on": "on"}.get(missing, missing)
