"""What can be done on an open case: each act in one place, whatever tab, key or step asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from cme_desktop import shipped
from cme_desktop.access import may
from cme_desktop.casework import next_steps
from cme_desktop.casework.cases import CaseRow
from cme_desktop.domain.next_steps import Group
from cme_desktop.register.case_rows import AdultRow, DocumentRow, EnquiryRow, EventRow, TaskRow
from cme_desktop.ui.case.date_explained import DateExplained, ExplainedDate
from cme_desktop.ui.case.forms.child import AddressForm, ChildForm
from cme_desktop.ui.case.forms.closing import CloseForm, ToldForm
from cme_desktop.ui.case.forms.discussion import DiscussionForm, RatingForm
from cme_desktop.ui.case.forms.enquiry import AnswerForm, EnquiryForm
from cme_desktop.ui.case.forms.note import note_form
from cme_desktop.ui.case.forms.panel import CaseForm
from cme_desktop.ui.case.forms.person import PersonForm
from cme_desktop.ui.case.forms.status import ReopenForm, StatusForm
from cme_desktop.ui.case.forms.step import PutOffForm, StepForm
from cme_desktop.ui.case.opened import OpenedCase
from cme_desktop.ui.desk import Desk
from cme_desktop.ui.qt import alive

CLOSURE_LETTER, FIRST_LETTER = "L24", "L01"
OVERVIEW, TIMELINE, ENQUIRIES, RISK = "overview", "timeline", "enquiries", "risk"
PEOPLE, DOCUMENTS, ORDER, HISTORY = "people", "documents", "order", "history"
_LONGEST_TOAST: Final = 80
_PREFILLED: Final[dict[str, dict[str, Any]]] = {
    "SD37": {"how": "visit", "line": "RE04"},
    "SD54": {"how": "system-check", "line": "RE07", "asked": "GIAP"},
    "SD55": {"how": "phone", "line": "RE08:housing", "asked": "Housing"},
}
"""What the enquiry form starts with when one of these steps is done by it."""


class CaseActs(QObject):
    """Open forms over the page, act on steps, and say where to go. A tab never acts by itself.

    ``tab_wanted`` carries the key of a tab and what to show in it; ``danger_wanted`` the number of a question;
    ``closed_case`` says that the case was closed just now and its referrer is to be told.
    """

    tab_wanted = Signal(str, str)
    danger_wanted = Signal(int)
    closed_case = Signal()

    def __init__(self, desk: Desk, host: QWidget) -> None:
        super().__init__(host)
        self.desk, self._host = desk, host
        self.case: OpenedCase | None = None
        self._panel: CaseForm | None = None
        self._popover: DateExplained | None = None

    # The panel

    @property
    def panel(self) -> CaseForm | None:
        """Return the form that is open, or None."""
        return self._panel if self._panel is not None and alive(self._panel) else None

    @property
    def popover(self) -> DateExplained | None:
        """Return the explained date that is shown, or None."""
        return self._popover if self._popover is not None and alive(self._popover) else None

    def may(self, code: str) -> bool:
        """Say whether the person may do an act."""
        return may(self.desk.person, code)

    def show_form(self, form: CaseForm) -> None:
        """Open a form over the page; one that is open already keeps its place and takes the focus."""
        if self.panel is not None:
            form.deleteLater()
            self.panel.take_focus()
            return
        self._panel = form
        form.saved.connect(self._on_saved)
        form.closed.connect(self._on_closed)
        form.open()

    @Slot(object)
    def _on_saved(self, answer: object) -> None:
        closed = isinstance(self._panel, CloseForm)
        reopened = isinstance(self._panel, ReopenForm) and isinstance(answer, CaseRow)
        if self.case is not None:
            self.desk.cases_changed.emit((self.case.ref,))
        if closed:
            self.closed_case.emit()
        if reopened and isinstance(answer, CaseRow):
            self.desk.case_wanted.emit(answer.ref, "")

    @Slot()
    def _on_closed(self) -> None:
        self._panel = None

    def leave(self) -> bool:
        """Close what lies over the page; say whether there was something."""
        if self.popover is not None:
            self.popover.shut()
            return True
        if self.panel is not None:
            self.panel.ask_to_close()
            return True
        return False

    def drop(self) -> None:
        """Close everything at once, keeping what was typed: another case is opened."""
        if self.panel is not None:
            self.panel.keep()
            self.panel.shut()
        if self.popover is not None:
            self.popover.shut()

    # Forms

    def log_enquiry(self, prefill: Mapping[str, Any] | None = None) -> None:
        """Open the enquiry form."""
        if self.case is not None and self.may("enquiry.record"):
            self.show_form(EnquiryForm(self.desk, self._host, self.case, prefill))

    def answer_enquiry(self, row: EnquiryRow) -> None:
        """Open an enquiry to record its answer."""
        if self.case is not None and self.may("enquiry.answer"):
            self.show_form(AnswerForm(self.desk, self._host, self.case, row))

    def add_note(self) -> None:
        """Open the note form, or the comment form for a manager."""
        if self.case is not None and self.may("note.comment"):
            self.show_form(note_form(self.desk, self._host, self.case))

    def add_step(self) -> None:
        """Open the form for a step by hand."""
        if self.case is not None and self.case.head.is_open and self.may("task.add"):
            self.show_form(StepForm(self.desk, self._host, self.case))

    def change_status(self) -> None:
        """Open the form that moves the case to another status."""
        if self.case is not None and self.case.head.is_open and self.may("case.status"):
            self.show_form(StatusForm(self.desk, self._host, self.case))

    def close_case(self) -> None:
        """Open the form that closes the case."""
        if self.case is not None and self.case.head.is_open and self.may("case.close"):
            self.show_form(CloseForm(self.desk, self._host, self.case))

    def reopen_case(self) -> None:
        """Open the form that begins a new case of a closed one."""
        if self.case is not None and not self.case.head.is_open and self.may("case.reopen"):
            self.show_form(ReopenForm(self.desk, self._host, self.case))

    def tell_referrer(self) -> None:
        """Open the form that records how the referrer was told."""
        if self.case is not None and self.may("referral.told"):
            self.show_form(ToldForm(self.desk, self._host, self.case))

    def edit_person(self, adult: AdultRow | None = None) -> None:
        """Open the form of an adult, or of a new one."""
        if self.case is not None and self.may("parent.edit"):
            self.show_form(PersonForm(self.desk, self._host, self.case, adult))

    def new_address(self) -> None:
        """Open the form for where the child lives."""
        if self.case is not None and self.may("child.edit"):
            self.show_form(AddressForm(self.desk, self._host, self.case))

    def edit_child(self) -> None:
        """Open the form of the child's single facts."""
        if self.case is not None and self.may("child.edit"):
            self.show_form(ChildForm(self.desk, self._host, self.case))

    def record_discussion(self, question: int) -> None:
        """Open the form for what was done about an answer."""
        if self.case is not None and self.may("risk.respond"):
            self.show_form(DiscussionForm(self.desk, self._host, self.case, question))

    def change_rating(self) -> None:
        """Open the form for another risk rating."""
        if self.case is not None and self.may("risk.raise"):
            self.show_form(RatingForm(self.desk, self._host, self.case))

    # Letters and documents

    def make_letter(self, code: str = "") -> None:
        """Ask for the letters page, with a letter chosen where one is known."""
        if self.case is not None and self.may("document.draft"):
            self.desk.letter_wanted.emit(self.case.ref, code)

    def open_document(self, row: DocumentRow | int) -> None:
        """Ask for a document; its look is recorded there."""
        number = row if isinstance(row, int) else row.id
        self.desk.page_wanted.emit("letters", f"document:{number}")

    def open_event(self, event: EventRow) -> None:
        """Open what a line of the timeline is about."""
        if event.document_id is not None:
            self.open_document(event.document_id)
        elif event.kind == "risk":
            self.tab_wanted.emit(RISK, "")
        else:
            self.tab_wanted.emit(TIMELINE, str(event.id))

    # Steps

    def mark_done(self, task: TaskRow) -> None:
        """Mark a step as done; one that is settled by doing something says what."""
        if self.case is None or task.state != "open" or not self.may("task.done"):
            return
        ref, number = self.case.ref, task.id
        words = task.title if len(task.title) <= _LONGEST_TOAST else f"{task.title[:_LONGEST_TOAST]}…"
        self.desk.do(
            lambda store, person: next_steps.mark_done(store, person, number),
            lambda _answer: self.desk.cases_changed.emit((ref,)),
            said=f"Done: {words}",
            undo=True,
        )

    def put_off(self, task: TaskRow) -> None:
        """Open the form that puts a step off; a step about safety is never put off."""
        if self.case is None or task.state != "open" or not self.may("task.put-off"):
            return
        if task.band == Group.SAFEGUARDING:
            self.desk.toasts.say(
                "This step is about the child’s safety and cannot be put off. Record whom you told.", note=True
            )
            return
        self.show_form(PutOffForm(self.desk, self._host, self.case, task))

    def do_step(self, task: TaskRow) -> None:
        """Go where a step is done: its form, its tab, its letter."""
        if self.case is None or task.state != "open":
            return
        if task.band == Group.SAFEGUARDING and self.may("risk.respond"):
            question = self._question_of(task)
            if question:
                self.danger_wanted.emit(question)
            return
        if task.band == Group.ORDER:
            self.tab_wanted.emit(ORDER, "")
        elif task.rule in ("SD72", "F43"):
            self.tab_wanted.emit(RISK, "")
        elif task.rule == "SD73":
            self.record_discussion(self._question_of(task))
        elif task.rule == "SD36" and "letter" in task.title:
            self.make_letter(FIRST_LETTER)
        elif task.rule == "SD36":
            self.tab_wanted.emit(ENQUIRIES, "")
        elif task.rule == "SD35":
            self.make_letter(CLOSURE_LETTER)
        elif task.rule == "F6":
            self.close_case()
        elif task.rule == "waiting":
            self.tab_wanted.emit(ENQUIRIES, "waiting")
        elif task.rule in _PREFILLED:
            self.log_enquiry(_PREFILLED[task.rule])
        else:
            self.log_enquiry()

    def _question_of(self, task: TaskRow) -> int:
        """Return the question that a step about an answer names, 0 where it names none."""
        words = " ".join((task.why, *task.derivation))
        for question in reversed(shipped.questions().questions):
            if f"Question {question.number}, " in words or f"Question {question.number} answered" in words:
                return question.number
        return 0

    # Dates

    def explain(self, explained: ExplainedDate, link: QWidget) -> None:
        """Show why a date is what it is, beside its link."""
        if self.popover is not None:
            self.popover.shut()
        self._popover = DateExplained(explained, self._host, link)
        self._popover.closed.connect(self._on_popover_closed)
        self._popover.show_at_link()

    @Slot()
    def _on_popover_closed(self) -> None:
        if self.sender() is self._popover:
            self._popover = None
