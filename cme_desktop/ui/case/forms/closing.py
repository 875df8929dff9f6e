"""Close a case with its outcome and how that was confirmed, and then tell the referrer (SD35, F37)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from cme_desktop import shipped
from cme_desktop.casework import cases
from cme_desktop.casework.cases import CloseCase
from cme_desktop.casework.documents.issuing import ApprovalNeeded
from cme_desktop.casework.orders.closing import close_case
from cme_desktop.domain.roles import Person
from cme_desktop.storage.store import Store
from cme_desktop.ui.case.forms.inputs import Day, DayText
from cme_desktop.ui.case.forms.lists import CHOOSE
from cme_desktop.ui.case.forms.panel import CaseForm, half
from cme_desktop.ui.case.forms.school import SchoolPicker
from cme_desktop.ui.case.opened import OpenedCase
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import row
from cme_desktop.ui.widgets.form import Field
from cme_desktop.ui.widgets.inputs import Choice, TextArea, TextInput
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import short_date


class CloseForm(CaseForm):
    """The outcome, how it was confirmed, and what some ask for besides: the school and its start, the council."""

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase) -> None:
        super().__init__(desk, host, case, "Close case", draft="close", save="Close case")
        outcomes = shipped.lifecycle().outcomes.values()
        self.outcome = Choice([CHOOSE, *((one.code, one.label) for one in outcomes)])
        self.school, self.starts = SchoolPicker(desk), DayText(desk.today, hint="such as 30 Nov 2026")
        self.council = TextInput()
        self.confirmed, self.day = TextArea(3), Day(desk.today)
        self.after = Label("", "hint", "muted", wrap=True)
        form = self.form
        form.body.addWidget(form.add("outcome", Field("Outcome", self.outcome)))
        self._school = form.add("school", Field("School", self.school))
        self._starts = form.add("starts", Field("First day at the school", self.starts))
        self._council = form.add("council", Field("Council that confirmed it", self.council))
        form.body.addWidget(self._school)
        form.body.addLayout(half(self._starts))
        form.body.addWidget(self._council)
        hint = "Who said so, when, and what shows it."
        form.body.addWidget(form.add("confirmed", Field("How it was confirmed", self.confirmed, hint=hint)))
        form.body.addLayout(row(form.add("on", Field("Closed on", self.day)), None))
        form.body.addWidget(self.after)
        self.outcome.picked.connect(self._on_outcome)
        self._on_outcome("")

    @Slot(str)
    def _on_outcome(self, code: str) -> None:
        outcome = shipped.lifecycle().outcomes.get(code)
        asks = outcome.asks_for if outcome is not None else ()
        self._school.setVisible("school" in asks)
        self._starts.setVisible("start_date" in asks)
        self._council.setVisible("council" in asks)
        self.after.setText(self._then(code))

    def _then(self, code: str) -> str:
        outcome = shipped.lifecycle().outcomes.get(code)
        if outcome is None:
            return ""
        if not outcome.letters:
            return "Nothing is sent by itself after this outcome. Tell the referrer in person."
        words = f"Afterwards you can make the letter to {self.case.page.referrer or 'the referrer'}."
        if not outcome.true_closure:
            words = f"The alert stays on the child: the search goes on. {words}"
        return words

    def errors(self) -> dict[str, str]:
        """Return what is missing for the outcome."""
        wrong: dict[str, str] = {}
        outcome = shipped.lifecycle().outcomes.get(self.outcome.key())
        if outcome is None:
            return {"outcome": "Choose the outcome"}
        if "school" in outcome.asks_for and not self.school.urn():
            wrong["school"] = "Choose the school from the directory"
        if "start_date" in outcome.asks_for and self.starts.day() is None:
            wrong["starts"] = self.starts.error("First day at the school") or "Enter the first day at the school"
        if "council" in outcome.asks_for and not self.council.text().strip():
            wrong["council"] = "Enter which council confirmed it"
        if not self.confirmed.text().strip():
            wrong["confirmed"] = "Enter how the outcome was confirmed"
        if not self.case.head.opened_on <= self.day.day() <= self.desk.today:
            wrong["on"] = f"Closed on must be from {short_date(self.case.head.opened_on)} to today"
        return wrong

    def field_of(self, missing: str) -> str:
        """Return the field that a refusal's missing particular stands for."""
        return {"how_confirmed": "confirmed"}.get(missing, missing)

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the closing."""
        ref, command = self.case.ref, self.command()
        return lambda store, person: close_case(store, person, ref, command)

    def command(self) -> CloseCase:
        """Return what was typed as the closing of a case."""
        asks = shipped.lifecycle().outcomes[self.outcome.key()].asks_for
        confirmed = self.confirmed.text().strip()
        if "council" in asks:
            confirmed = f"{confirmed}\nConfirmed by {self.council.text().strip()}"
        return CloseCase(
            outcome=self.outcome.key(),
            how_confirmed=confirmed,
            on=self.day.day(),
            school_urn=self.school.urn() if "school" in asks else None,
            started_on=self.starts.day() if "start_date" in asks else None,
        )

    def said(self) -> str:
        """Return the words of the toast."""
        return f"Case closed: {self.case.ref}"

    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, ApprovalNeeded):
            super()._on_refused(error)
            return
        self._set_busy(False)
        self.desk.cases_changed.emit(None)
        self.strip.ask(error.message, ("Close this form", self.discard))


class ToldForm(CaseForm):
    """How and when the referrer was told of the closing, where no letter is made."""

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase) -> None:
        super().__init__(desk, host, case, "Tell the referrer", draft="told", save="Record that they were told")
        self.how, self.day = TextInput(), Day(desk.today)
        self.form.body.addWidget(
            Label(f"Referred by {case.page.referrer or 'a referrer who is not named'}.", wrap=True)
        )
        self.form.body.addWidget(self.form.add("how", Field("How they were told", self.how)))
        self.form.body.addLayout(row(self.form.add("on", Field("Told on", self.day)), None))

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong = {}
        if not self.how.text().strip():
            wrong["how"] = "Enter how they were told: by phone, by e-mail, in a meeting"
        if self.day.day() > self.desk.today:
            wrong["on"] = "Told on must be today or earlier"
        return wrong

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the recording."""
        ref, how, on = self.case.ref, self.how.text(), self.day.day()
        return lambda store, person: cases.referrer_told(store, person, ref, on=on, how=how)

    def said(self) -> str:
        """Return the words of the toast."""
        return "Recorded that the referrer was told"
