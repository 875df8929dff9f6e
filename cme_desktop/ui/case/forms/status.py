"""Move a case to another status, or open a closed one again: each with its reason (F23, F35)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from cme_desktop import shipped
from cme_desktop.casework import cases
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
from cme_desktop.ui.widgets.inputs import Choice, TextArea
from cme_desktop.ui.widgets.text import Label

_OFFERED: Final = "place-offered"


class StatusForm(CaseForm):
    """The statuses that the case may go to, and why; a place offered names its school and start where known."""

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase) -> None:
        super().__init__(desk, host, case, "Change status", draft="status", save="Change status")
        moves = shipped.lifecycle().moves_from(case.head.status)
        self.status = Choice([CHOOSE, *((one.code, one.label) for one in moves)])
        self.reason, self.day = TextArea(3), Day(desk.today)
        self.school, self.starts = SchoolPicker(desk), DayText(desk.today, hint="such as 30 Nov 2026")
        form = self.form
        form.body.addWidget(Label(f"Now: {case.head.status_label}.", token="muted"))
        form.body.addWidget(form.add("status", Field("New status", self.status)))
        self._school = form.add("school", Field("School, if known", self.school))
        self._starts = form.add("starts", Field("Expected to start, if known", self.starts))
        form.body.addWidget(self._school)
        form.body.addLayout(half(self._starts))
        form.body.addWidget(form.add("reason", Field("Why", self.reason, hint="The reason is kept on the case.")))
        form.body.addLayout(row(form.add("on", Field("From", self.day)), None))
        self.status.picked.connect(self._on_status)
        self._on_status("")

    @Slot(str)
    def _on_status(self, code: str) -> None:
        for place in (self._school, self._starts):
            place.setVisible(code == _OFFERED)

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong = {}
        if not self.status.key():
            wrong["status"] = "Choose the new status"
        if self.status.key() == _OFFERED and self.starts.error("Expected to start"):
            wrong["starts"] = self.starts.error("Expected to start")
        if not self.reason.text().strip():
            wrong["reason"] = "Say why the status changes"
        if self.day.day() > self.desk.today:
            wrong["on"] = "From must be today or earlier"
        return wrong

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the change."""
        ref, status, reason, on = self.case.ref, self.status.key(), self.reason.text(), self.day.day()
        offered = status == _OFFERED
        urn = self.school.urn() or None if offered else None
        starts = self.starts.day() if offered else None
        return lambda store, person: cases.change_status(
            store, person, ref, status, reason=reason, on=on, school_urn=urn, starts_on=starts
        )

    def said(self) -> str:
        """Return the words of the toast."""
        return f"Status changed to {self.status.currentText()}"


class ReopenForm(CaseForm):
    """A new case of the same child; the one before stays as it is."""

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase) -> None:
        super().__init__(desk, host, case, "Open again", draft="reopen", save="Open again")
        lifecycle = shipped.lifecycle()
        wanted = lifecycle.statuses[case.head.status].to if case.head.status in lifecycle.statuses else ()
        statuses = [lifecycle.statuses[code] for code in wanted if lifecycle.statuses[code].open]
        self.status = Choice([CHOOSE, *((one.code, one.label) for one in statuses)])
        self.reason = TextArea(3)
        words = f"{case.ref} stays as it was closed. A new case begins today, with the same adults."
        self.form.body.addWidget(Label(words, wrap=True))
        self.form.body.addWidget(self.form.add("status", Field("Status of the new case", self.status)))
        self.form.body.addWidget(self.form.add("reason", Field("Why", self.reason)))

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong = {}
        if not self.status.key():
            wrong["status"] = "Choose the status"
        if not self.reason.text().strip():
            wrong["reason"] = "Say why the case is opened again"
        return wrong

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the opening."""
        ref, status, reason = self.case.ref, self.status.key(), self.reason.text()
        return lambda store, person: cases.reopen_case(store, person, ref, status, reason=reason)

    def said(self) -> str:
        """Return the words of the toast."""
        return "Case opened again"
