"""Add a step to a case by hand, or put one off to a later day with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from cme_desktop.casework import next_steps
from cme_desktop.domain.roles import Person
from cme_desktop.register.case_rows import TaskRow
from cme_desktop.storage.store import Store
from cme_desktop.ui.case import wording
from cme_desktop.ui.case.forms.inputs import Day
from cme_desktop.ui.case.forms.lists import WAITING_ON
from cme_desktop.ui.case.forms.panel import CaseForm
from cme_desktop.ui.case.opened import OpenedCase
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import row
from cme_desktop.ui.widgets.form import Field
from cme_desktop.ui.widgets.inputs import Choice, TextArea, TextInput
from cme_desktop.ui.words import short_date


class StepForm(CaseForm):
    """What is to be done, by when, and who it waits on."""

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase) -> None:
        super().__init__(desk, host, case, "Add step", draft="step", save="Add step", next_words="Save and next")
        self.what, self.why = TextInput(), TextInput()
        self.due, self.waiting_on = Day(wording.next_weekday(desk.today), weekday=True), Choice(WAITING_ON)
        form = self.form
        form.body.addWidget(
            form.add("what", Field("What is to be done", self.what, hint="Begin with a verb: Ask the school nurse."))
        )
        form.add_row(
            ("due", Field("Due", self.due)), ("waiting", Field("Waiting on", self.waiting_on)), stretch=(200, 200)
        )
        form.body.addWidget(form.add("why", Field("Why, if it is not plain", self.why)))

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong = {}
        if not self.what.text().strip():
            wrong["what"] = "Write what is to be done"
        if self.due.day() < self.desk.today:
            wrong["due"] = "Due must be today or later"
        return wrong

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the adding of the step."""
        ref, what, due = self.case.ref, self.what.text(), self.due.day()
        waits_on, why = self.waiting_on.key(), self.why.text()
        return lambda store, person: next_steps.add_task(store, person, ref, what, due=due, waits_on=waits_on, why=why)

    def said(self) -> str:
        """Return the words of the toast."""
        return f"Step added: {self.what.text().strip()}"


class PutOffForm(CaseForm):
    """Until when a step is put off, and why; a step about safety never is."""

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase, task: TaskRow) -> None:
        super().__init__(desk, host, case, "Put off until", draft=f"put-off-{task.id}", save="Put off")
        self._task = task
        self.subtitle.setText(f"{task.title}, due {short_date(task.due)}")
        self._after = max(desk.today, task.due)
        self.until = Day(wording.next_weekday(self._after), weekday=True)
        self.reason = TextArea(3, longest=500)
        self.form.body.addLayout(row(self.form.add("until", Field("Until", self.until)), None))
        self.form.body.addWidget(
            self.form.add("reason", Field("Why", self.reason, hint="The reason is kept on the case."))
        )

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong = {}
        if self.until.day() <= self._after:
            wrong["until"] = "Choose a later day: after today, and after the day on which the step is due"
        if not self.reason.text().strip():
            wrong["reason"] = "Say why this step is put off"
        return wrong

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the putting off."""
        number, until, reason = self._task.id, self.until.day(), self.reason.text()
        return lambda store, person: next_steps.put_off(store, person, number, until=until, reason=reason)

    def said(self) -> str:
        """Return the words of the toast."""
        return f"Put off until {short_date(self.until.day())}: {self._task.title}"
