"""What was done about an answer to a risk question, and a rating raised or asked to be lowered (SD73, F41)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from cme_desktop import shipped
from cme_desktop.casework import risk
from cme_desktop.casework.risk import ResponseEntry
from cme_desktop.domain.risk import RATING_ORDER, RATING_WORDS, SHORTEST_REASON, Rating
from cme_desktop.domain.roles import Person
from cme_desktop.storage.store import Store
from cme_desktop.ui.case.forms.inputs import WhenInput
from cme_desktop.ui.case.forms.lists import CHOOSE
from cme_desktop.ui.case.forms.panel import CaseForm
from cme_desktop.ui.case.opened import OpenedCase
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import row
from cme_desktop.ui.widgets.form import Field
from cme_desktop.ui.widgets.inputs import Choice, TextArea, TextInput
from cme_desktop.ui.widgets.text import Label

NO_ACTION: Final = "no-action"
_DONE: Final = [
    CHOOSE,
    ("discussed", "Discussed with the safeguarding lead or the manager"),
    ("referred", "Referred"),
    (NO_ACTION, "No action, and why"),
]


class DiscussionForm(CaseForm):
    """With whom an answer was discussed, or why nothing was done."""

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase, question: int) -> None:
        super().__init__(
            desk, host, case, "Record the discussion", draft=f"discussion-{question}", save="Record the discussion"
        )
        self._question = shipped.questions().question(question)
        self.outcome, self.told = Choice(_DONE), TextInput()
        self.contact, self.when = TextInput(), WhenInput(desk.now)
        self.reason = TextArea(3)
        form = self.form
        words = f"Question {question}, {self._question.short}. {shipped.questions().advice}."
        form.body.addWidget(Label(words, wrap=True))
        form.body.addWidget(form.add("outcome", Field("What was done", self.outcome)))
        form.add_row(
            ("told", Field("Name or team you told", self.told)),
            ("when", Field("When", self.when)),
            stretch=(400, 210),
        )
        form.body.addWidget(form.add("contact", Field("Phone or email", self.contact)))
        self._reason = form.add("reason", Field("What was agreed", self.reason))
        form.body.addWidget(self._reason)
        self.outcome.picked.connect(self._on_outcome)

    @Slot(str)
    def _on_outcome(self, code: str) -> None:
        nothing = code == NO_ACTION
        self._reason.label.setText("Why no action was taken" if nothing else "What was agreed")
        self.reason.setAccessibleName(self._reason.label.text())
        for key in ("told", "when", "contact"):
            self.form.fields[key].setVisible(not nothing)

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong: dict[str, str] = {}
        code = self.outcome.key()
        if not code:
            wrong["outcome"] = "Choose what was done"
        elif code == NO_ACTION:
            if len(self.reason.text().strip()) < SHORTEST_REASON:
                wrong["reason"] = f"Say why no action was taken, in at least {SHORTEST_REASON} characters"
        else:
            if not self.told.text().strip():
                wrong["told"] = "Enter the name or team you told"
            if not self.contact.text().strip():
                wrong["contact"] = "Enter a phone number or an email address"
            if self.when.moment() > self.desk.now:
                wrong["when"] = "When must be now or earlier"
        return wrong

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the recording."""
        nothing = self.outcome.key() == NO_ACTION
        entry = ResponseEntry(
            self._question.number,
            self.outcome.key(),
            told="" if nothing else self.told.text().strip(),
            contact_detail="" if nothing else self.contact.text().strip(),
            called_at=None if nothing else self.when.moment(),
            reason=self.reason.text().strip(),
        )
        ref = self.case.ref
        return lambda store, person: risk.record_response(store, person, ref, entry)

    def said(self) -> str:
        """Return the words of the toast."""
        return f"Recorded for question {self._question.number}"


class RatingForm(CaseForm):
    """Another rating than the answers give: raising holds at once, lowering is asked of the manager."""

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase) -> None:
        super().__init__(desk, host, case, "Change the risk rating", draft="rating", save="Save rating")
        self._present = Rating(case.head.risk)
        others = [one for one in RATING_ORDER if one not in (Rating.NOT_RATED, self._present)]
        self.rating = Choice([CHOOSE, *((one.value, RATING_WORDS[one]) for one in reversed(others))])
        self.reason, self.how = TextArea(3), Label("", "hint", "muted", wrap=True)
        self.form.body.addWidget(Label(f"Now: {RATING_WORDS[self._present]}.", token="muted"))
        self.form.body.addLayout(row(self.form.add("rating", Field("New rating", self.rating)), None))
        self.form.body.addWidget(self.form.add("reason", Field("Why", self.reason)))
        self.form.body.addWidget(self.how)
        self.rating.picked.connect(self._on_rating)

    def _lower(self) -> bool:
        key = self.rating.key()
        return bool(key) and RATING_ORDER.index(Rating(key)) < RATING_ORDER.index(self._present)

    @Slot(str)
    def _on_rating(self, key: str) -> None:
        asked = self._lower() and self.case.policy.needs_approval(risk.LOWER)
        self.save_button.setText("Ask the manager" if asked else "Save rating")
        words = "The rating stays as it is until a manager approves." if asked else ""
        self.how.setText(words if key else "")

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong = {}
        if not self.rating.key():
            wrong["rating"] = "Choose the new rating"
        if not self.reason.text().strip():
            wrong["reason"] = "Say why the rating changes"
        return wrong

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the raising, or the asking."""
        ref, rating, reason = self.case.ref, self.rating.key(), self.reason.text()
        if self._lower():
            return lambda store, person: risk.ask_to_lower(store, person, ref, rating, reason=reason)
        return lambda store, person: risk.raise_rating(store, person, ref, rating, reason=reason)

    def said(self) -> str:
        """Return the words of the toast."""
        if self._lower() and self.case.policy.needs_approval(risk.LOWER):
            return f"Asked the manager: {RATING_WORDS[Rating(self.rating.key())]} risk"
        return f"Risk rating changed to {RATING_WORDS[Rating(self.rating.key())]}"
