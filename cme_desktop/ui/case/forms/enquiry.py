"""Log an enquiry, and record the answer to one that waits: name or team, contact details and date (SD39)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QWidget

from cme_desktop.casework import enquiries
from cme_desktop.casework.enquiries import EnquiryEntry, StepAfter
from cme_desktop.domain.enquiries import Side
from cme_desktop.domain.roles import Person
from cme_desktop.register.case_rows import AdultRow, EnquiryRow
from cme_desktop.storage.store import Store
from cme_desktop.ui.case import wording
from cme_desktop.ui.case.forms.inputs import Day, WhenInput
from cme_desktop.ui.case.forms.lists import CHOOSE, SIDES, WAITING_ON, code_list, enquiry_lines
from cme_desktop.ui.case.forms.panel import CaseForm
from cme_desktop.ui.case.opened import OpenedCase
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.widgets.form import Field
from cme_desktop.ui.widgets.inputs import Choice, TextArea, TextInput
from cme_desktop.ui.widgets.text import Terms
from cme_desktop.ui.words import short_date

UNANSWERED: Final = frozenset({"waiting", "no-answer"})
_FIELDS: Final = {"who": "asked", "contact": "contact", "on": "when", "enquiry_code": "line", "side": "side"}


class EnquiryForm(CaseForm):
    """One enquiry in a few keys: when, how, whose, who was asked, how to reach them, what came of it, what is next."""

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase, prefill: Mapping[str, Any] | None = None) -> None:
        super().__init__(
            desk, host, case, "Log enquiry", draft="enquiry", save="Log enquiry", next_words="Save and next"
        )
        self.when = WhenInput(desk.now)
        self.how = Choice(code_list("contact-method"))
        self.side = Choice(SIDES)
        self.asked, self.contact = TextInput(), TextInput()
        self.outcome = Choice([CHOOSE, *code_list("enquiry-outcome")])
        self.line = Choice(enquiry_lines())
        self.detail = TextArea(2)
        self.step = TextInput()
        self.due = Day(wording.next_weekday(desk.today))
        self.waiting_on = Choice(WAITING_ON)
        form = self.form
        form.add_row(
            ("when", Field("When", self.when)),
            ("how", Field("How", self.how)),
            ("side", Field("Whose enquiry", self.side)),
            stretch=(210, 130, 254),
        )
        form.body.addWidget(form.add("asked", Field("Name or team you spoke to", self.asked)))
        form.body.addWidget(form.add("contact", Field("Phone or email", self.contact)))
        form.add_row(
            ("outcome", Field("What came of it", self.outcome)),
            ("line", Field("On the list of reasonable enquiries", self.line)),
            stretch=(210, 400),
        )
        form.body.addWidget(form.add("detail", Field("Outcome", self.detail)))
        form.add_row(
            ("step", Field("Next step", self.step)),
            ("due", Field("Due", self.due)),
            ("waiting", Field("Waiting on", self.waiting_on)),
            stretch=(274, 190, 130),
        )
        self._people: dict[str, AdultRow] = {adult.name: adult for adult in case.page.adults if adult.name}
        self._complete_names()
        self.asked.editingFinished.connect(self._on_asked)
        self.fill(prefill or {})

    def _complete_names(self) -> None:
        """Complete the names of the case's adults as they are typed, in the field itself: no list opens."""
        model = QStandardItemModel(self)
        for name in self._people:
            model.appendRow(QStandardItem(name))
        completer = QCompleter(model, self)
        completer.setCompletionMode(QCompleter.CompletionMode.InlineCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.asked.setCompleter(completer)

    @Slot()
    def _on_asked(self) -> None:
        adult = self._people.get(self.asked.text().strip())
        if adult is not None and not self.contact.text().strip():
            self.contact.setText(adult.phone or adult.email or ", ".join((*adult.address, adult.postcode)).strip(", "))

    def first_field(self) -> QWidget | None:
        """Return the name: when, how and whose are mostly right already."""
        return self.asked

    def field_of(self, missing: str) -> str:
        """Return the field that a refusal's missing particular stands for."""
        return _FIELDS.get(missing, missing)

    def errors(self) -> dict[str, str]:
        """Return what the policy asks for and is not there (SD39)."""
        wrong: dict[str, str] = {}
        if self.when.moment() > self.desk.now:
            wrong["when"] = "When must be now or earlier"
        if not self.asked.text().strip():
            wrong["asked"] = "Enter the name or team you spoke to"
        if not self.contact.text().strip():
            wrong["contact"] = "Enter a phone number or an email address"
        if not self.outcome.key():
            wrong["outcome"] = "Choose what came of it"
        if self.step.text().strip() and self.due.day() < self.desk.today:
            wrong["due"] = "Due must be today or later"
        return wrong

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the logging of what was typed."""
        entry, then, ref = self.entry(), self.step_after(), self.case.ref
        return lambda store, person: enquiries.record_enquiry(store, person, ref, entry, then=then)

    def entry(self) -> EnquiryEntry:
        """Return what was typed as an enquiry."""
        line, _, agency = self.line.key().partition(":")
        adult = self._people.get(self.asked.text().strip())
        moment = self.when.moment()
        return EnquiryEntry(
            side=self.side.key(),
            asked=self.asked.text().strip(),
            contact_detail=self.contact.text().strip(),
            method=self.how.key(),
            made_on=moment.date(),
            made_at=moment,
            outcome=self.outcome.key(),
            enquiry_code=line or None,
            agency=agency,
            outcome_detail=self.detail.text().strip(),
            parent_id=adult.id if adult is not None and self.side.key() == Side.COUNCIL else None,
        )

    def step_after(self) -> StepAfter | None:
        """Return the step that follows, None where none was typed."""
        title = self.step.text().strip()
        return StepAfter(title, self.due.day(), self.waiting_on.key()) if title else None

    def said(self) -> str:
        """Return the words of the toast."""
        return f"Enquiry logged: {self.asked.text().strip()}" + (", next step added" if self.step_after() else "")

    def begin_next(self) -> None:
        """Keep the moment and whose enquiry it was; the rest is asked anew."""
        side = self.side.key()
        super().begin_next()
        self.side.pick(side)
        self.when.set_moment(self.desk.now)


class AnswerForm(CaseForm):
    """Show one enquiry with everything kept of it and, while it waits, record its answer."""

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase, row: EnquiryRow) -> None:
        super().__init__(desk, host, case, "Record the answer", draft=f"answer-{row.id}", save="Record the answer")
        self._row = row
        facts = Terms(120)
        whose = "the school’s" if row.side == Side.SCHOOL else "the council’s"
        for term, words in (
            ("Asked", f"{row.asked}, {row.contact_detail}"),
            ("When", f"{short_date(row.made_on)}, {wording.lower_first(row.method)}"),
            ("Whose enquiry", whose),
            ("On the list", row.code_label or "none of the list"),
            ("So far", row.outcome_detail or "nothing written"),
            ("Ask again", short_date(row.chase_on) if row.chase_on else "no day set"),
        ):
            facts.add(term, words)
        self.form.body.addWidget(facts)
        answers = [option for option in code_list("enquiry-outcome") if option[0] not in UNANSWERED]
        self.outcome = Choice([CHOOSE, *answers])
        self.day = Day(desk.today)
        self.detail = TextArea(3)
        self.form.add_row(
            ("outcome", Field("What came of it", self.outcome)),
            ("on", Field("Answered on", self.day)),
            stretch=(300, 190),
        )
        self.form.body.addWidget(self.form.add("detail", Field("What was said", self.detail)))

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong = {}
        if not self.outcome.key():
            wrong["outcome"] = "Choose what came of it"
        if not self._row.made_on <= self.day.day() <= self.desk.today:
            asked: date = self._row.made_on
            wrong["on"] = f"Answered on must be from {short_date(asked)} to today"
        return wrong

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the recording of the answer."""
        ref, number, outcome = self.case.ref, self._row.id, self.outcome.key()
        detail, on = self.detail.text(), self.day.day()
        return lambda store, person: enquiries.record_answer(
            store, person, ref, number, outcome=outcome, detail=detail, on=on
        )

    def said(self) -> str:
        """Return the words of the toast."""
        return f"Answer recorded: {self._row.asked}"
