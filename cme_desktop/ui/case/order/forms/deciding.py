"""The council's own decisions: on the replies, on whether school is expedient, on a parent who is not served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from cme_desktop.access import may
from cme_desktop.casework.documents import handling
from cme_desktop.casework.orders.correcting import SHORTEST_REASON, set_aside_service
from cme_desktop.casework.orders.not_serving import ask_not_to_serve, decide_not_to_serve
from cme_desktop.casework.orders.page import OrderPage, PaperRow, ParentRow
from cme_desktop.domain.roles import Person
from cme_desktop.storage.store import Store
from cme_desktop.ui.case.forms.lists import CHOOSE
from cme_desktop.ui.case.opened import OpenedCase
from cme_desktop.ui.case.order.forms.step_form import StepForm
from cme_desktop.ui.case.order.path import served_parents
from cme_desktop.ui.case.order.recorded import served_sentence
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.widgets.form import Field
from cme_desktop.ui.widgets.inputs import Choice, TextArea
from cme_desktop.ui.widgets.text import Label
from cme_desktop.ui.words import day_date

SATISFIED: Final = "satisfied"
NO_REPLY: Final = "none"


class AssessForm(StepForm):
    """Whether the council is satisfied, and why: with one parent's reply, or with those of all."""

    action = "assess-response"
    day_words = "Assessed on"

    def __init__(
        self,
        desk: Desk,
        host: QWidget,
        case: OpenedCase,
        page: OrderPage,
        parent: ParentRow | None = None,
        *,
        no_reply: bool = False,
    ) -> None:
        title = f"Assess what {parent.name} replied" if parent is not None else "Assess what the parents replied"
        draft = f"assess-{parent.id}" if parent is not None else "assess"
        super().__init__(desk, host, case, page, title, draft=draft, save="Record")
        self.parent_row = parent
        self.result = Choice(
            [
                CHOOSE,
                ("satisfied", "Satisfied: suitable education was shown"),
                ("not-satisfied", "Not satisfied"),
                (NO_REPLY, "No reply by the end of the period"),
            ]
        )
        self.reasons = TextArea(5)
        self.then = Label("", "hint", "muted", wrap=True)
        self.form.body.addWidget(
            self.form.add(
                "result", Field("Is the council satisfied that the child gets suitable education?", self.result)
            )
        )
        each = "" if parent is not None else "for each parent "
        hint = f"Say {each}what was shown and why it is or is not enough."
        self.form.body.addWidget(self.form.add("reasons", Field("Why", self.reasons, hint=hint)))
        self.put_day()
        self.form.body.addWidget(self.then)
        self.result.picked.connect(self._on_picked)
        if parent is None:
            self.reasons.setText("\n".join(self._lines()))
        elif parent.reply:
            said = Label(
                f"Replied on {day_date(parent.replied_on)}: {parent.reply}" if parent.replied_on else parent.reply,
                wrap=True,
            )
            self.form.body.insertWidget(0, said)
        if no_reply:
            self.result.pick(NO_REPLY)

    def _lines(self) -> list[str]:
        """Return a line to begin with for each served parent."""
        return [self._line(row) for row in served_parents(self.page)]

    @staticmethod
    def _line(row: ParentRow) -> str:
        if row.replied_on is not None:
            return f"{row.name} (replied {day_date(row.replied_on)}): "
        return f"{row.name}: no reply"

    def _on_picked(self, key: str) -> None:
        words = "This ends the order process: nothing further follows from the notice." if key == SATISFIED else ""
        self.then.setText(words)

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong = self.day_error()
        if not self.result.key():
            wrong["result"] = "Choose whether the council is satisfied"
        if not self.reasons.text().strip() and self.result.key() != NO_REPLY:
            wrong["reasons"] = "Say why"
        return wrong

    def particulars(self) -> dict[str, str]:
        """Return whose reply it was, the result and the reasons."""
        given = {"result": self.result.key(), "reasons": self.reasons.text().strip()}
        return given | ({"parent": str(self.parent_row.id)} if self.parent_row is not None else {})

    def said(self) -> str:
        """Return the words of the toast."""
        return "Reply assessed"


class ExpedientForm(StepForm):
    """Whether it is expedient that the child attends school, with the reasons."""

    action = "decide-expedient"
    day_words = "Decided on"

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase, page: OrderPage) -> None:
        title = "Decide if school is expedient"
        super().__init__(desk, host, case, page, title, draft="expedient", save="Record the decision")
        self.expedient = Choice(
            [CHOOSE, ("yes", "It is expedient that the child attends school"), ("no", "It is not expedient")]
        )
        self.reasons = TextArea(6)
        self.form.body.addWidget(
            Label(
                "Two things are decided together: the parents have not satisfied the council, and school is the right "
                "step in this child’s case (section 437(3)). Both are printed in the order.",
                token="muted",
                wrap=True,
            )
        )
        self.form.body.addWidget(self.form.add("expedient", Field("Decision", self.expedient)))
        hint = "What was weighed: needs, wishes, other education, what school would bring."
        self.form.body.addWidget(self.form.add("reasons", Field("Reasons", self.reasons, hint=hint)))
        self.put_day()

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        wrong = self.day_error()
        if not self.expedient.key():
            wrong["expedient"] = "Choose the decision"
        if not self.reasons.text().strip():
            wrong["reasons"] = "Write the reasons"
        return wrong

    def particulars(self) -> dict[str, str]:
        """Return the decision and its reasons."""
        return {"expedient": self.expedient.key(), "reasons": self.reasons.text().strip()}

    def said(self) -> str:
        """Return the words of the toast."""
        return "Decision recorded"


class NotServeForm(StepForm):
    """Why a parent is not served: asked of a second person, or decided by one."""

    def __init__(self, desk: Desk, host: QWidget, case: OpenedCase, page: OrderPage, parent: ParentRow) -> None:
        self._decides = not may(desk.person, "approval.ask")
        verb = "Decide not to serve" if self._decides else "Ask not to serve"
        super().__init__(desk, host, case, page, f"{verb} {parent.name}", draft=f"not-serve-{parent.id}", save=verb)
        self._parent = parent
        self.reasons = TextArea(5)
        words = (
            "The decision holds at once, and no order can name this parent."
            if self._decides
            else "A second person decides, never you. Until then the steps after the notice stay shut."
        )
        self.form.body.addWidget(Label(words, token="muted", wrap=True))
        hint = "For example: no address after enquiries, not safe, legal advice."
        self.form.body.addWidget(
            self.form.add("reasons", Field("Why this parent is not served", self.reasons, hint=hint))
        )

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        return {} if self.reasons.text().strip() else {"reasons": "Say why this parent is not served"}

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the asking, or the decision."""
        ref, number, reason = self.case.ref, self._parent.id, self.reasons.text().strip()
        if self._decides:
            return lambda store, person: decide_not_to_serve(store, person, ref, number, reason)
        return lambda store, person: ask_not_to_serve(store, person, ref, number, reason)

    def said(self) -> str:
        """Return the words of the toast."""
        name = self._parent.name
        return f"Decided not to serve {name}" if self._decides else f"Asked for a decision not to serve {name}"


class ReturnedForm(StepForm):
    """A posted paper that came back: it does not count as served any more."""

    day_words = "Came back on"

    def __init__(
        self, desk: Desk, host: QWidget, case: OpenedCase, page: OrderPage, parent: ParentRow, document_id: int
    ) -> None:
        title = f"Post came back from {parent.name}"
        super().__init__(
            desk, host, case, page, title, draft=f"returned-{document_id}", save="Record that it came back"
        )
        self._document_id = document_id
        self.reasons = TextArea(3)
        self.form.body.addWidget(
            Label("Post that comes back does not count as served. The paper has to be served again.", wrap=True)
        )
        self.put_day()
        hint = "What is written or stamped on the envelope."
        self.form.body.addWidget(
            self.form.add("reasons", Field("Why it came back, if it says", self.reasons, hint=hint))
        )

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        return self.day_error()

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the recording."""
        number, on, detail = self._document_id, self.on(), self.reasons.text().strip()
        return lambda store, person: handling.record_returned(store, person, number, on=on, detail=detail)

    def said(self) -> str:
        """Return the words of the toast."""
        return "Recorded that it came back"


class SetAsideForm(StepForm):
    """A service that was entered wrongly after later steps rest on it: it does not hold, and is made anew."""

    def __init__(
        self, desk: Desk, host: QWidget, case: OpenedCase, page: OrderPage, parent: ParentRow, paper: PaperRow
    ) -> None:
        title = f"Service on {parent.name} was entered wrongly"
        super().__init__(desk, host, case, page, title, draft=f"set-aside-{paper.id}", save="Say that it does not hold")
        self._document_id = paper.id
        words = (
            "Later steps rest on this service, so it is not changed any more. It will be marked as not holding: make a "
            "new paper and serve that. The steps after it then have to be taken again."
        )
        self.form.body.addWidget(Label(words, wrap=True))
        if paper.served is not None:
            self.form.body.addWidget(Label(served_sentence(parent.name, paper.served), token="muted", wrap=True))
        self.reason = TextArea(3)
        hint = "It is kept in the audit and on the timeline."
        self.form.body.addWidget(self.form.add("reason", Field("What was entered wrongly", self.reason, hint=hint)))

    def errors(self) -> dict[str, str]:
        """Return what is missing."""
        if len(self.reason.text().strip()) < SHORTEST_REASON:
            return {"reason": f"Write what was entered wrongly, in at least {SHORTEST_REASON} letters"}
        return {}

    def act(self) -> Callable[[Store, Person], Any]:
        """Return the setting aside."""
        number, reason = self._document_id, self.reason.text().strip()
        return lambda store, person: set_aside_service(store, person, number, reason=reason)

    def said(self) -> str:
        """Return the words of the toast."""
        return "Marked as not holding: make a new paper and serve that"
