"""Record how a notice or an order was served: counted as it is typed, confirmed on a page that says what follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from cme_desktop.casework.orders.correcting import SHORTEST_REASON, correct_service
from cme_desktop.casework.orders.page import OrderPage, PaperRow, ParentRow
from cme_desktop.domain.calendar import ONE_DAY
from cme_desktop.domain.roles import Person
from cme_desktop.domain.service import Method
from cme_desktop.storage.store import Store
from cme_desktop.ui.case.opened import OpenedCase
from cme_desktop.ui.case.order.explain import Books, Planned, planned_service
from cme_desktop.ui.case.order.forms.step_form import StepForm
from cme_desktop.ui.case.order.path import NAMES
from cme_desktop.ui.case.order.recorded import METHODS, served_sentence
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import announce
from cme_desktop.ui.widgets.cover import Cover
from cme_desktop.ui.widgets.form import Field
from cme_desktop.ui.widgets.inputs import Choice, TextArea, TextInput
from cme_desktop.ui.widgets.states import Interruption
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import capital, day_date

ACTIONS: Final = {"L04": "serve-437", "L07": "serve-438", "L08": "serve-order"}
PAPERS: Final = {
    "L04": "the section 437(1) notice",
    "L07": "the section 438(2) notice",
    "L08": "the school attendance order",
}
ELECTRONIC: Final = "electronic"
_WAYS: Final = (
    ("hand", "Handed to the person"),
    ("left", "Left at the usual or last known home"),
    ("first-class", "Posted first class"),
    ("second-class", "Posted second class"),
)


class ServeForm(StepForm):
    """How, when and where one paper was served on one parent, with the proof."""

    day_words = "Handed over, left, posted or sent on"
    doing, draft_of = "Record", "serve"

    def __init__(
        self, desk: Desk, host: QWidget, case: OpenedCase, page: OrderPage, parent: ParentRow, paper: PaperRow
    ) -> None:
        title = f"{self.doing} how {parent.name} was served"
        super().__init__(desk, host, case, page, title, draft=f"{self.draft_of}-{paper.id}", save="Go on")
        self.parent_row, self.paper = parent, paper
        self.action = ACTIONS[paper.code]
        self._books = Books.of(case.policy, case.calendar)
        self._sure = False
        self._cover: Cover | None = None
        ways = list(_WAYS)
        if parent.electronic_address:
            ways.append((ELECTRONIC, f"Sent to {parent.electronic_address}, with written consent"))
        self.method = Choice(ways)
        self.address, self.proof = TextInput(), TextInput()
        self.counts = Label("", "strong", wrap=True)
        self._lay_out_fields()
        self._first_values()
        self.method.picked.connect(self._count)
        self.day.picked.connect(self._count)
        self._count()

    def _lay_out_fields(self) -> None:
        form = self.form
        form.body.addWidget(Label(f"{capital(PAPERS[self.paper.code])}{self._number()}.", token="muted", wrap=True))
        form.body.addWidget(form.add("method", Field("How it was served", self.method)))
        self.put_day()
        form.body.addWidget(form.add("address", Field("Where", self.address)))
        hint = "Certificate of posting, tracking number, photo, or who saw it handed over."
        form.body.addWidget(form.add("proof", Field("Proof", self.proof, hint=hint)))
        form.body.addWidget(self.counts)

    def _number(self) -> str:
        return f", {self.paper.number}" if self.paper.number else ""

    def _first_values(self) -> None:
        """Begin with what was planned, as far as it can have happened."""
        planned = self.paper.planned_method
        if planned in dict(_WAYS) or (planned == ELECTRONIC and self.parent_row.electronic_address):
            self.method.pick(planned)
        day = self.paper.posted_on or self.paper.planned_sent_on
        if day is not None and day <= self.desk.today:
            self.day.set_day(day)
        self.address.setText(self._usual_address())

    def _usual_address(self) -> str:
        if self.method.key() == ELECTRONIC:
            return self.parent_row.electronic_address
        return self.parent_row.address

    def planned(self) -> Planned:
        """Return what recording it would come to."""
        return planned_service(
            self._books, self.paper.code, self.paper.printed_last_day, self.method.key(), self.day.day()
        )

    @Slot()
    def _count(self, _value: object = None) -> None:
        if self.address.text() in ("", self.parent_row.address, self.parent_row.electronic_address):
            self.address.setText(self._usual_address())
        planned = self.planned()
        words = planned.wrong
        if planned.holds and planned.served_on is not None:
            words = f"Counts as served on {day_date(planned.served_on, year=True)}."
            if planned.last_day is not None:
                words += f" Last day {day_date(planned.last_day, year=True)}."
        self.counts.setText(words)
        self.counts.set_tone("text" if planned.holds else "danger")
        announce(self, words)

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong = self.day_error()
        if self.day.day() < self.paper.dated:
            wrong["on"] = f"It is dated {day_date(self.paper.dated, year=True)}, so it was served on that day or later"
        if not self.address.text().strip():
            wrong["address"] = "Enter where it was handed over, left or sent"
        return wrong

    def particulars(self) -> dict[str, str]:
        """Return whom, how, where and the proof."""
        return {
            "parent": str(self.parent_row.id),
            "method": self.method.key(),
            "address": self.address.text().strip(),
            "proof": self.proof.text().strip(),
        }

    # The page that asks before the irreversible

    @Slot()
    def save(self) -> None:
        """Show what follows from it first; it is recorded on the way on."""
        if self.errors():
            super().save()
            return
        planned = self.planned()
        name = self.parent_row.name
        asks = Interruption(
            f"{self.doing} service on {name}?" if planned.holds else f"The {NAMES[self.paper.code]} will not hold",
            self.facts(planned),
            f"{self.doing} service on {name}" if planned.holds else f"{self.doing} it all the same",
            danger=not planned.holds,
        )
        self._cover = Cover(self._host, asks, self._on_sure)

    @property
    def cover(self) -> Cover | None:
        """Return the page that asks, once it was shown."""
        return self._cover

    def facts(self, planned: Planned) -> tuple[str, ...]:
        """Return what will be recorded and what follows, in plain sentences."""
        method = METHODS[self.method.key()]
        where = self.address.text().strip()
        what = f"{capital(PAPERS[self.paper.code])}{self._number()} about {self.case.name}, {self.case.ref}."
        how = f"To {self.parent_row.name}: {method} on {day_date(self.day.day(), year=True)}, {where}."
        found = [what, how]
        if planned.wrong:
            found.append(planned.wrong)
        if planned.served_on is not None and planned.holds:
            words = f"It counts as served on {day_date(planned.served_on, year=True)}."
            if planned.last_day is not None:
                after = planned.last_day + ONE_DAY
                words += (
                    f" The last day is {day_date(planned.last_day, year=True)}; "
                    f"the time is over from {day_date(after, year=True)}."
                )
            found.append(words)
        if not self.proof.text().strip():
            found.append("No proof is entered. A certificate of posting or a witness is what a court asks for.")
        found.append("Service cannot be undone, only corrected.")
        return tuple(found)

    def _on_sure(self, _reason: str) -> None:
        super().save()

    def said(self) -> str:
        """Return the words of the toast."""
        return f"Service on {self.parent_row.name} recorded"


class CorrectForm(ServeForm):
    """How, when and where a paper was served, entered anew because it was entered wrongly."""

    doing, draft_of = "Correct", "correct"

    def _lay_out_fields(self) -> None:
        super()._lay_out_fields()
        self.reason = TextArea(2)
        hint = "It is kept in the audit beside what was entered before."
        self.form.body.addWidget(self.form.add("reason", Field("What was entered wrongly", self.reason, hint=hint)))

    def _first_values(self) -> None:
        """Begin with what was entered."""
        served = self.paper.served
        if served is None:
            super()._first_values()
            return
        self.method.pick(served.method)
        self.day.set_day(served.sent_on)
        self.address.setText(served.address or self._usual_address())
        self.proof.setText(served.proof)

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong = super().errors()
        if len(self.reason.text().strip()) < SHORTEST_REASON:
            wrong["reason"] = f"Write what was entered wrongly, in at least {SHORTEST_REASON} letters"
        return wrong

    def facts(self, planned: Planned) -> tuple[str, ...]:
        """Return what was entered before, what will be recorded instead, and what follows."""
        served = self.paper.served
        before = (f"Entered before: {served_sentence(self.parent_row.name, served)}",) if served is not None else ()
        return (*before, *super().facts(planned))

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the correcting."""
        number, method, on = self.paper.id, Method(self.method.key()), self.on()
        reason, proof = self.reason.text().strip(), self.proof.text().strip()
        address = self.address.text().strip()
        return lambda store, person: correct_service(
            store, person, number, method=method, on=on, proof=proof, reason=reason, address=address
        )

    def said(self) -> str:
        """Return the words of the toast."""
        return f"Service on {self.parent_row.name} corrected"
